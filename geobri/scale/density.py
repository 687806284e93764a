"""Where all pairs run: sums between zones of neighbouring places, and a picture of them for under the strongest corridors.

Nobody can draw 450 million lines. The places are gathered into at most 200 zones, by halving the largest zone across its longest
side again and again, so that zones are small where places are many. What is added up between two zones is exact; only the
line, which runs from the middle of one zone to the middle of the other, is not. With fewer places than that each is its own zone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geobri.arrays import FloatArray, IntArray
from geobri.great_circles import great_circle_lines
from geobri.scale.places import PairInputs
from geobri.units import WGS84_ECCENTRICITY_SQUARED

__all__ = ["MOST_ZONES", "gather_zones", "paint_density", "rasterise", "zone_pair_table", "zone_table"]

MOST_ZONES: Final = 200
_STEP_DEG: Final = 0.5
_LINES_AT_ONCE: Final = 2_000
_PALEST: Final = 0.3
"""The share of the cells that have the palest shade; above it, shades go by the logarithm up to the most."""

_COLOUR: Final = (110, 60, 160)
_DARKEST: Final = 200.0


def gather_zones(inputs: PairInputs) -> IntArray:
    """Gather neighbouring places into zones.

    Parameters
    ----------
    inputs
        The places.

    Returns
    -------
    numpy.ndarray
        Number of the zone of every place, shape (n,), numbered by their first place.
    """
    zones = [np.arange(inputs.n)]
    while len(zones) < min(MOST_ZONES, inputs.n):
        largest = max(range(len(zones)), key=lambda at: len(zones[at]))
        members = zones.pop(largest)
        points = inputs.vector[:, members]
        side = points[np.argmax(np.ptp(points, axis=1))]
        order = members[np.argsort(side, kind="stable")]
        zones += [np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])]
    code = np.empty(inputs.n, dtype=np.int64)
    for number, members in enumerate(sorted(zones, key=lambda one: int(one[0]))):
        code[members] = number
    return code


def zone_table(inputs: PairInputs) -> pd.DataFrame:
    """List the zones.

    Parameters
    ----------
    inputs
        The places.

    Returns
    -------
    pandas.DataFrame
        `zone, lon, lat, places`: the middle of the places of each zone, in degrees.
    """
    code = gather_zones(inputs)
    count = np.bincount(code)
    middle = np.stack([np.bincount(code, axis) for axis in inputs.vector]) / count
    first = inputs.vector[:, np.unique(code, return_index=True)[1]]
    length = np.linalg.norm(middle, axis=0)
    x, y, z = np.where(length > 1e-9, middle / np.maximum(length, 1e-9), first)  # noqa: PLR2004 - antipodes have no middle
    flat = np.hypot(x, y) * np.sqrt(1.0 - WGS84_ECCENTRICITY_SQUARED)  # back from the reduced latitude
    lon, lat = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, flat))
    return pd.DataFrame(
        {"zone": np.arange(len(count)), "lon": lon.round(5), "lat": lat.round(5), "places": count}
    )


def zone_pair_table(inputs: PairInputs, density: FloatArray, rank_by: str) -> pd.DataFrame:
    """List what runs between two zones.

    Parameters
    ----------
    inputs
        The places.
    density
        Pairs and sum of the ranked measure, shape (2, zones squared), as a summary holds them.
    rank_by
        The measure that is added up; empty where there is none.

    Returns
    -------
    pandas.DataFrame
        `zone, other_zone, pairs`, and the sum of the measure; both directions together, pairs inside a zone with both the same.
    """
    n = int(gather_zones(inputs).max()) + 1
    square = density.reshape(2, n, n)
    both = np.triu(square + np.tril(square, -1).transpose(0, 2, 1))
    one, other = np.nonzero(both[0])
    table = pd.DataFrame({"zone": one, "other_zone": other, "pairs": both[0, one, other].astype(np.int64)})
    return table.assign(**{f"{rank_by}_sum": both[1, one, other]}) if rank_by else table


def rasterise(
    zones: pd.DataFrame, pairs: pd.DataFrame, column: str, *, places: pd.DataFrame, cells_per_degree: int = 1
) -> FloatArray:
    """Add up what crosses every cell of the globe.

    Parameters
    ----------
    zones, pairs
        As `zone_table` and `zone_pair_table` give them.
    column
        What is added up: ``pairs``, or the sum of the measure.
    places
        The cities with `lon`, `lat` and `zone`: what stays inside a zone is laid on its places.
    cells_per_degree
        Resolution.

    Returns
    -------
    numpy.ndarray
        Shape (180 k, 360 k), the north first; a line counts once in every cell that it crosses.
    """
    shape = (180 * cells_per_degree, 360 * cells_per_degree)
    raster = np.zeros(shape[0] * shape[1])
    amount = pairs[column].to_numpy(dtype=float)
    one, other = (pairs[name].to_numpy(dtype=np.int64) for name in ("zone", "other_zone"))
    lon, lat = (zones[name].to_numpy(dtype=float) for name in ("lon", "lat"))
    inside = (one == other) | ((lon[one] == lon[other]) & (lat[one] == lat[other]))
    within = np.bincount(one[inside], amount[inside], len(zones))
    code = places["zone"].to_numpy(dtype=np.int64)
    own = _cells(places["lon"].to_numpy(dtype=float), places["lat"].to_numpy(dtype=float), cells_per_degree)
    np.add.at(raster, own, (within / np.maximum(zones["places"].to_numpy(dtype=float), 1.0))[code])
    across = np.flatnonzero(~inside & (amount > 0))
    for start in range(0, len(across), _LINES_AT_ONCE):
        some = across[start : start + _LINES_AT_ONCE]
        ends = (side for end in (one[some], other[some]) for side in (lon[end], lat[end]))
        lines = great_circle_lines(*ends, step_deg=_STEP_DEG / cells_per_degree)
        points, line = shapely.get_coordinates(lines, return_index=True)
        crossed = np.unique(line * raster.size + _cells(points[:, 0], points[:, 1], cells_per_degree))
        raster += np.bincount(crossed % raster.size, amount[some][crossed // raster.size], raster.size)
    return raster.reshape(shape)


def _cells(lon: FloatArray, lat: FloatArray, per_degree: int) -> IntArray:
    column = np.clip(((lon + 180.0) * per_degree).astype(np.int64), 0, 360 * per_degree - 1)
    row = np.clip(((90.0 - lat) * per_degree).astype(np.int64), 0, 180 * per_degree - 1)
    return np.asarray(row * (360 * per_degree) + column)


def paint_density(raster: FloatArray) -> npt.NDArray[np.uint8]:
    """Give every cell a shade by the logarithm of what crosses it.

    Parameters
    ----------
    raster
        Amounts, 0 or more.

    Returns
    -------
    numpy.ndarray
        Red, green, blue and opacity, shape (rows, columns, 4); empty cells are clear.
    """
    picture = np.zeros((*raster.shape, 4), dtype=np.uint8)
    crossed = raster[raster > 0]
    if not crossed.size:
        return picture
    low, most = np.log(np.quantile(crossed, _PALEST)), np.log(crossed.max())
    share = (np.log(np.maximum(raster, crossed.min())) - low) / max(float(most - low), 1e-9)
    picture[..., :3] = _COLOUR
    picture[..., 3] = np.where(raster > 0, np.clip(share, 0.04, 1.0) * _DARKEST, 0.0).astype(np.uint8)
    return picture
