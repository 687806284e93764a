"""Distances, azimuths and great-circle lines on the WGS84 ellipsoid, for whole columns at once.

Distances come from `pyproj.Geod` and are exact geodesics. Lines are drawn as great circles of the
auxiliary sphere (reduced latitude, spherical longitude), which map to WGS84 geodesics; the one
approximation is that longitude lags spherical longitude in proportion to the arc, with the factor
chosen so that the line ends exactly in its city. That keeps every vertex within 10 m of the
true geodesic, at the price of a few array operations instead of a loop.

References
----------
Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55. 10.1007/s00190-012-0578-z
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.units import KM_PER_M, WGS84_ECCENTRICITY_SQUARED

__all__ = ["azimuth_deg", "distance_km", "distance_matrix_km", "great_circle_lines"]

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.int64]

_ONE_MINUS_FLATTENING: Final = float(np.sqrt(1.0 - WGS84_ECCENTRICITY_SQUARED))
_MERIDIAN: Final = 1e-9
"""Sine of the equatorial azimuth below which a line is taken to run over a pole."""
_TOUCH: Final = 1e-9
"""Degrees within which a vertex counts as lying on the date line."""
_HALF_TURN_SLACK: Final = 1e-6
_FEWEST_VERTICES: Final = 2
_POLE: Final = 90.0
_CHUNK: Final = 4096
_THREADS: Final = 2


@cache
def _wgs84() -> Geod:
    return Geod(ellps="WGS84")


def _columns(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return tuple(np.ascontiguousarray(array) for array in arrays)


def distance_km(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> FloatArray:
    """Measure the WGS84 geodesic between places.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, broadcast against each other.

    Returns
    -------
    numpy.ndarray
        Kilometres, of the broadcast shape; NaN where a coordinate is missing.

    Examples
    --------
    >>> distance_km(103.85, 1.29, 121.47, 31.23).round(1)
    np.float64(3798.0)
    """
    return _inverse(lon1, lat1, lon2, lat2)[2] * KM_PER_M


def azimuth_deg(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> FloatArray:
    """Give the direction in which the geodesic leaves the first place.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, broadcast against each other.

    Returns
    -------
    numpy.ndarray
        Degrees clockwise from north, -180 to 180.
    """
    return _inverse(lon1, lat1, lon2, lat2)[0]


def _inverse(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Azimuth at the first place, azimuth on arrival at the second (both degrees), metres."""
    x1, y1, x2, y2 = _columns(lon1, lat1, lon2, lat2)
    forward, back, metres = _wgs84().inv(x1, y1, x2, y2)
    return np.asarray(forward), np.asarray(back) + 180.0, np.asarray(metres)


def distance_matrix_km(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the geodesic between all cities.

    Parameters
    ----------
    cities
        Points in EPSG:4326, n rows.

    Returns
    -------
    pandas.DataFrame
        Symmetric n x n matrix in km with the index of `cities` on both sides and 0 on the diagonal.
    """
    lon, lat = cities.geometry.x.to_numpy(dtype=float), cities.geometry.y.to_numpy(dtype=float)
    rows, columns = np.triu_indices(len(lon), k=1)
    matrix = np.zeros((len(lon), len(lon)))
    matrix[rows, columns] = distance_km(lon[rows], lat[rows], lon[columns], lat[columns])
    return pd.DataFrame(matrix + matrix.T, index=cities.index, columns=cities.index)


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Great circles on the auxiliary sphere; all angles in radians, every array of shape (n,)."""

    sin_alpha0: FloatArray
    cos_alpha0: FloatArray
    sigma1: FloatArray
    sigma12: FloatArray
    lon1: FloatArray
    omega1: FloatArray
    lag: FloatArray

    def rows(self, which: slice | IntArray) -> _Arcs:
        return _Arcs(*(getattr(self, name)[which] for name in self.__slots__))


def _spherical_longitude(
    sin_alpha0: FloatArray, sin_sigma: FloatArray, cos_sigma: FloatArray, sigma: FloatArray
) -> FloatArray:
    """Unwrapped longitude on the auxiliary sphere at arc `sigma` from the equator crossing (Karney 2013, eq. 12)."""
    sense = np.where(sin_alpha0 < 0, -1.0, 1.0)
    turned = np.arctan2(np.abs(sin_alpha0) * sin_sigma, cos_sigma)
    return sense * (sigma - np.arctan2(sin_sigma, cos_sigma) + turned)


def _solve_arcs(lon1: FloatArray, lat1: FloatArray, lon2: FloatArray, lat2: FloatArray) -> _Arcs:
    forward, arrival, _ = (np.radians(angle) for angle in _inverse(lon1, lat1, lon2, lat2))
    beta1, beta2 = (np.arctan(_ONE_MINUS_FLATTENING * np.tan(np.radians(lat))) for lat in (lat1, lat2))
    sin_alpha0 = np.sin(forward) * np.cos(beta1)
    sin_alpha0 = np.where(np.abs(sin_alpha0) < _MERIDIAN, 0.0, sin_alpha0)
    cos_alpha0 = np.hypot(np.cos(forward), np.sin(forward) * np.sin(beta1))
    sigma1 = np.arctan2(np.sin(beta1), np.cos(forward) * np.cos(beta1))
    sigma2 = np.arctan2(np.sin(beta2), np.cos(arrival) * np.cos(beta2))
    sigma12 = np.mod(sigma2 - sigma1, 2 * np.pi)
    sigma2 = sigma1 + sigma12
    omega1 = _spherical_longitude(sin_alpha0, np.sin(sigma1), np.cos(sigma1), sigma1)
    omega2 = _spherical_longitude(sin_alpha0, np.sin(sigma2), np.cos(sigma2), sigma2)
    ahead = omega2 - omega1
    wanted = np.radians(lon2 - lon1)
    wanted += 2 * np.pi * np.round((ahead - wanted) / (2 * np.pi))
    lag = np.where(sin_alpha0 == 0, 0.0, (ahead - wanted) / np.maximum(sigma12, 1e-12))
    return _Arcs(sin_alpha0, cos_alpha0, sigma1, sigma12, np.radians(lon1), omega1, lag)


@dataclass(frozen=True, slots=True)
class _Vertices:
    """Vertices of many lines, one line after the other; degrees, longitudes unwrapped (they may pass ±180)."""

    lon: FloatArray
    lat: FloatArray
    line: IntArray


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Places where a line is cut: after which vertex, and the two ends that meet there."""

    after: IntArray
    lon_before: FloatArray
    lon_behind: FloatArray
    lat: FloatArray


def _positions(arcs: _Arcs, step: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Longitude (unwrapped) and latitude in degrees, `step` radians of arc along each line."""
    sigma = arcs.sigma1 + step
    sin_sigma, cos_sigma = np.sin(sigma), np.cos(sigma)
    omega = _spherical_longitude(arcs.sin_alpha0, sin_sigma, cos_sigma, sigma)
    lon = arcs.lon1 + omega - arcs.omega1 - arcs.lag * step
    beside = np.hypot(arcs.sin_alpha0 * sin_sigma, cos_sigma)
    lat = np.arctan2(arcs.cos_alpha0 * sin_sigma, _ONE_MINUS_FLATTENING * beside)
    return np.degrees(lon), np.degrees(lat)


def _trace_arcs(arcs: _Arcs, counts: IntArray) -> tuple[_Vertices, FloatArray]:
    """Vertices at equal arcs along every line, and the arc (radians) of each vertex from its origin."""
    line = np.repeat(np.arange(counts.size), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    step = (arcs.sigma12 / (counts - 1))[line] * (np.arange(line.size) - first)
    lon, lat = _positions(arcs.rows(line), step)
    return _Vertices(lon, lat, line), step


def _pin_ends(vertices: _Vertices, counts: IntArray, ends: tuple[FloatArray, ...]) -> None:
    """Set first and last vertex to the very coordinates of the cities (up to whole turns)."""
    last = np.cumsum(counts) - 1
    first = last - counts + 1
    for where, lon, lat in ((first, ends[0], ends[1]), (last, ends[2], ends[3])):
        vertices.lon[where] = lon + 360.0 * np.round((vertices.lon[where] - lon) / 360.0)
        vertices.lat[where] = lat


def _find_pole_cuts(vertices: _Vertices, arcs: _Arcs) -> _Cuts:
    """Lines along a meridian change longitude by half a turn at the pole: cut them there."""
    same_line = vertices.line[1:] == vertices.line[:-1]
    jump = np.abs(np.diff(vertices.lon))
    over = same_line & (arcs.sin_alpha0[vertices.line[1:]] == 0) & (np.abs(jump - 180.0) < _HALF_TURN_SLACK)
    after = np.flatnonzero(over)
    pole = np.where(vertices.lat[after] + vertices.lat[after + 1] >= 0, _POLE, -_POLE)
    return _Cuts(after, vertices.lon[after], vertices.lon[after + 1], pole)


def _world(lon: FloatArray) -> IntArray:
    """Which copy of the world an unwrapped longitude lies in; 0 holds -180 < lon <= 180."""
    copies: IntArray = np.ceil((lon - 180.0) / 360.0 - 1e-12).astype(np.int64)
    return copies


def _find_date_line_cuts(vertices: _Vertices, step: FloatArray, arcs: _Arcs) -> _Cuts:
    """Find where lines pass from one copy of the world to the next, and at which latitude."""
    low = np.minimum(vertices.lon[:-1], vertices.lon[1:])
    high = np.maximum(vertices.lon[:-1], vertices.lon[1:])
    edge = 360.0 * _world(low + _TOUCH) + 180.0
    passes = (vertices.line[1:] == vertices.line[:-1]) & (arcs.sin_alpha0[vertices.line[1:]] != 0)
    after = np.flatnonzero(passes & (edge > low + _TOUCH) & (edge < high - _TOUCH))
    edge = edge[after]
    lat = _latitude_at(arcs.rows(vertices.line[after]), edge, (step[after], step[after + 1]))
    eastward = vertices.lon[after + 1] > vertices.lon[after]
    inside = edge - np.where(eastward, 1e-12, -1e-12)
    beyond = edge + np.where(eastward, 1e-12, -1e-12)
    return _Cuts(after, inside, beyond, lat)


def _latitude_at(arcs: _Arcs, lon: FloatArray, bracket: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Latitude at which each line reaches longitude `lon`, by bisection of its arc."""
    low, high = (np.array(side) for side in bracket)
    rising = arcs.sin_alpha0 > 0
    for _ in range(40):
        middle = (low + high) / 2
        below = (_positions(arcs, middle)[0] < lon) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return _positions(arcs, (low + high) / 2)[1]


def _wrap(vertices: _Vertices) -> FloatArray:
    """Longitudes in -180..180; a vertex on the date line takes the side of its line."""
    lon, line = vertices.lon, vertices.line
    on_edge = np.abs(np.mod(lon, 360.0) - 180.0) < _TOUCH
    before = np.r_[False, line[1:] == line[:-1]]
    neighbour = np.where(before, np.arange(lon.size) - 1, np.minimum(np.arange(lon.size) + 1, lon.size - 1))
    return lon - 360.0 * _world(np.where(on_edge, (lon + lon[neighbour]) / 2, lon))


def _cut_lines(vertices: _Vertices, cuts: _Cuts) -> tuple[FloatArray, IntArray, IntArray]:
    """Insert both ends of every cut; return coordinates (m, 2), part of each vertex, line of each part."""
    where = np.repeat(cuts.after + 1, 2)
    lon = np.insert(
        _wrap(vertices),
        where,
        np.column_stack([_to_edge(cuts.lon_before), _to_edge(cuts.lon_behind)]).ravel(),
    )
    lat = np.insert(vertices.lat, where, np.repeat(cuts.lat, 2))
    line = np.insert(vertices.line, where, np.repeat(vertices.line[cuts.after], 2))
    opens = np.r_[True, line[1:] != line[:-1]]
    opens[cuts.after + 2 + 2 * np.arange(cuts.after.size)] = True
    return np.column_stack([lon, lat]), np.cumsum(opens) - 1, line[opens]


def _to_edge(lon: FloatArray) -> FloatArray:
    wrapped = lon - 360.0 * np.ceil((lon - 180.0) / 360.0)
    at_edge: FloatArray = np.where(
        np.abs(np.abs(wrapped) - 180.0) < _TOUCH, np.copysign(180.0, wrapped), wrapped
    )
    return at_edge


def _draw_chunk(
    ends: tuple[FloatArray, ...], step_deg: float, n_vertices: int | None
) -> npt.NDArray[np.object_]:
    arcs = _solve_arcs(*ends)
    counts = (
        np.maximum(2, np.ceil(np.degrees(arcs.sigma12) / step_deg).astype(np.int64) + 1)
        if n_vertices is None
        else np.full(arcs.sigma12.size, n_vertices, dtype=np.int64)
    )
    vertices, step = _trace_arcs(arcs, counts)
    _pin_ends(vertices, counts, ends)
    found = [_find_pole_cuts(vertices, arcs), _find_date_line_cuts(vertices, step, arcs)]
    order = np.argsort(np.concatenate([cuts.after for cuts in found]), kind="stable")
    cuts = _Cuts(*(np.concatenate([getattr(one, name) for one in found])[order] for name in _Cuts.__slots__))
    coordinates, part, line_of_part = _cut_lines(vertices, cuts)
    return _assemble(coordinates, part, line_of_part)


def _assemble(coordinates: FloatArray, part: IntArray, line_of_part: IntArray) -> npt.NDArray[np.object_]:
    """One geometry a line: a LineString, or a MultiLineString where it was cut."""
    parts = np.asarray(shapely.linestrings(coordinates, indices=part), dtype=object)
    first = np.r_[True, line_of_part[1:] != line_of_part[:-1]]
    lines = parts[first]
    many = np.flatnonzero(np.bincount(line_of_part) > 1)
    pieces = np.isin(line_of_part, many)
    lines[many] = shapely.multilinestrings(parts[pieces], indices=np.searchsorted(many, line_of_part[pieces]))
    return lines


def great_circle_lines(
    lon1: npt.ArrayLike,
    lat1: npt.ArrayLike,
    lon2: npt.ArrayLike,
    lat2: npt.ArrayLike,
    *,
    step_deg: float = 1.5,
    n_vertices: int | None = None,
) -> npt.NDArray[np.object_]:
    """Draw the great-circle line between places, split at 180° into valid parts.

    Vertices stand at equal arcs, none further than `step_deg` from the next. Every vertex lies within
    10 m of the WGS84 geodesic; a line over a pole is cut there, because longitude jumps by half
    a turn. Antipodes are joined by the geodesic that `pyproj.Geod` finds (over a pole).

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Ends in degrees, shape (n,); longitude within -180..180.
    step_deg
        Longest arc between two vertices, in degrees, above 0.
    n_vertices
        The same number of vertices, at least 2, for every line instead.

    Returns
    -------
    numpy.ndarray
        Shape (n,), of shapely LineString, or MultiLineString where the line crosses 180° or a pole; the
        first vertex is the first place, the last the second.

    Raises
    ------
    DataError
        If two ends coincide: a corridor needs two places.
    SchemaError
        If a coordinate is not a number, or the spacing is not above 0.
    """
    if not step_deg > 0 or (n_vertices is not None and n_vertices < _FEWEST_VERTICES):
        raise SchemaError(
            mould(
                "great_circle_lines",
                "step_deg must be above 0 and n_vertices at least 2",
                f"{step_deg=}, {n_vertices=}",
                "Leave them out",
            )
        )
    ends = tuple(np.atleast_1d(column) for column in _columns(lon1, lat1, lon2, lat2))
    _check_ends(ends)
    ends = _meet_poles(*ends)
    chunks = [tuple(column[at : at + _CHUNK] for column in ends) for at in range(0, ends[0].size, _CHUNK)]
    if not chunks:
        return np.empty(0, dtype=object)
    with ThreadPoolExecutor(_THREADS) as pool:
        drawn = list(pool.map(lambda chunk: _draw_chunk(chunk, step_deg, n_vertices), chunks))
    return np.concatenate(drawn)


def _meet_poles(
    lon1: FloatArray, lat1: FloatArray, lon2: FloatArray, lat2: FloatArray
) -> tuple[FloatArray, ...]:
    """Give an end at a pole, where any longitude is right, the longitude of the other end."""
    start, finish = np.abs(lat1) == _POLE, np.abs(lat2) == _POLE
    return np.where(start & ~finish, lon2, lon1), lat1, np.where(finish, lon1, lon2), lat2


def _check_ends(ends: tuple[FloatArray, ...]) -> None:
    rows = np.flatnonzero(~np.isfinite(np.stack(ends)).all(axis=0))
    if rows.size:
        wanted, came = (
            "every end must have a longitude and a latitude",
            f"rows without: {first_offenders(rows)}",
        )
        raise SchemaError(mould("great_circle_lines", wanted, came, "Geocode or drop them"))
    lon1, lat1, lon2, lat2 = ends
    same_longitude = np.mod(lon1 - lon2, 360.0) == 0
    rows = np.flatnonzero((lat1 == lat2) & (same_longitude | (np.abs(lat1) == _POLE)))
    if rows.size:
        wanted, came = "a line needs two different places", f"coincident ends in rows {first_offenders(rows)}"
        raise DataError(mould("great_circle_lines", wanted, came, "Merge the coincident cities first"))
