"""Neighbours of 30,000 cities (k = 8) against the full geodesic matrix, in one run on one core.

    OMP_NUM_THREADS=1 python benchmarks/neighbours.py [n_cities]

The full matrix is measured in blocks, because its 900 million distances would need 7 GB; by default the time
of a sample of rows is scaled up, and the neighbours of those rows are compared exactly.
"""

import sys
import time

import geopandas as gpd
import numpy as np

from geobri.geodesy import distance_km
from geobri.neighbours import build_distance_band, build_kernel, build_knn, nearest_neighbours


def cities_on_land_like_clusters(n, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(300, 3))
    points = centres[rng.integers(0, 300, n)] + rng.normal(scale=0.15, size=(n, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    lon, lat = np.degrees(np.arctan2(points[:, 1], points[:, 0])), np.degrees(np.arcsin(points[:, 2]))
    return gpd.GeoDataFrame(
        index=[f"c{i}" for i in range(n)], geometry=gpd.points_from_xy(lon, lat, crs=4326)
    )


def timed(label, function):
    start = time.perf_counter()
    result = function()
    print(f"{label:58s} {time.perf_counter() - start:8.2f} s", flush=True)
    return result, time.perf_counter() - start


def full_rows(cities, rows):
    lon, lat = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    km = np.stack([distance_km(lon[row], lat[row], lon, lat) for row in rows])
    km[np.arange(len(rows)), rows] = np.inf
    return np.sort(km, axis=1)[:, :8]


def main(n=30_000, sample=200):
    cities = cities_on_land_like_clusters(n)
    (_, near), tree_s = timed(f"nearest_neighbours, n={n}, k=8", lambda: nearest_neighbours(cities, 8))
    rows = np.linspace(0, n - 1, sample).astype(int)
    exact, sample_s = timed(f"full geodesic rows, {sample} of {n}", lambda: full_rows(cities, rows))
    full_s = sample_s * n / sample
    print(
        f"{'full matrix, scaled from the sample':58s} {full_s:8.0f} s   ({full_s / tree_s:.0f} times slower)"
    )
    print(f"largest difference in the {sample} compared rows: {np.abs(near[rows] - exact).max():.2e} km")
    timed("build_knn k=8 as a libpysal Graph", lambda: build_knn(cities, 8))
    timed("build_distance_band 100 km as a Graph", lambda: build_distance_band(cities, 100))
    timed(
        "build_kernel, bisquare, adaptive k=12, as a Graph",
        lambda: build_kernel(cities, kernel="bisquare", k=12),
    )
    small = cities.iloc[:513]
    timed("build_knn k=8, 513 cities", lambda: build_knn(small, 8))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
