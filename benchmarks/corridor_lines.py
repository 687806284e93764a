"""All corridors of the 513 cities: geobri against the loop over `pyproj.Geod.npts`, split at 180° included.

Run: python benchmarks/corridor_lines.py

The loop is what one writes by hand: `Geod.npts` for each pair, then a cut wherever longitude jumps. Both draw
the same 64 vertices in one run and are timed in turn, several times; what counts is the ratio. The largest
distance of geobri's vertices from the true geodesic is reported as well.
"""

import time
from itertools import pairwise

import numpy as np
import shapely
from pyproj import Geod

from geobri.datasets import global513
from geobri.great_circles import great_circle_lines

WGS84 = Geod(ellps="WGS84")
VERTICES = 64
ROUNDS = 3


def list_ends():
    points = global513().cities.geometry
    points = points[~points.is_empty & points.notna()].drop_duplicates()
    origin, destination = np.triu_indices(len(points), k=1)
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    return lon[origin], lat[origin], lon[destination], lat[destination]


def _split_at_date_line(points):
    parts, part = [], [points[0]]
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        if abs(lon2 - lon1) > 180:
            side = 180.0 if lon1 > 0 else -180.0
            ahead = lon2 + 360.0 if lon1 > 0 else lon2 - 360.0
            lat = lat1 + (lat2 - lat1) * (side - lon1) / (ahead - lon1)
            part.append((side, lat))
            parts.append(part)
            part = [(-side, lat)]
        part.append((lon2, lat2))
    parts.append(part)
    return shapely.MultiLineString(parts) if len(parts) > 1 else shapely.LineString(part)


def draw_by_loop(lon1, lat1, lon2, lat2):
    return [
        _split_at_date_line([(a, b), *WGS84.npts(a, b, c, d, VERTICES - 2), (c, d)])
        for a, b, c, d in zip(lon1.tolist(), lat1.tolist(), lon2.tolist(), lat2.tolist(), strict=True)
    ]


def _seconds(job):
    start = time.perf_counter()
    made = job()
    return time.perf_counter() - start, made


def _largest_offset_km(lines, ends):
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    lon1, lat1, lon2, lat2 = (column[line] for column in ends)
    azimuth, _, _ = WGS84.inv(lon1, lat1, lon2, lat2)
    _, _, metres = WGS84.inv(lon1, lat1, vertices[:, 0], vertices[:, 1])
    lon, lat, _ = WGS84.fwd(lon1, lat1, azimuth, metres)
    return WGS84.inv(lon, lat, vertices[:, 0], vertices[:, 1])[2].max() / 1000


def main():
    ends = list_ends()
    great_circle_lines(*(column[:10] for column in ends))
    jobs = {
        "loop over Geod.npts, 64 vertices": lambda: draw_by_loop(*ends),
        "geobri, 64 vertices": lambda: great_circle_lines(*ends, n_vertices=VERTICES),
        "geobri, a vertex every 1.5 degrees": lambda: great_circle_lines(*ends),
        "geobri, a vertex every 2 degrees": lambda: great_circle_lines(*ends, step_deg=2),
    }
    seconds = {name: [] for name in jobs}
    made = {}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            taken, made[name] = _seconds(job)
            seconds[name].append(taken)
    base = next(iter(jobs))
    print(f"{ends[0].size:,} corridors, {ROUNDS} rounds in turn; medians")
    for name, taken in seconds.items():
        ratios = sorted(slow / fast for slow, fast in zip(seconds[base], taken, strict=True))
        mean = shapely.get_num_coordinates(made[name]).mean()
        print(
            f"{name:38s} {np.median(taken):7.2f} s   {ratios[len(ratios) // 2]:5.1f} times   {mean:5.1f} vertices a line"
        )
    offset = _largest_offset_km(made["geobri, a vertex every 1.5 degrees"], ends)
    print(f"largest distance of a vertex from the true geodesic: {1000 * offset:.1f} m")


if __name__ == "__main__":
    main()
