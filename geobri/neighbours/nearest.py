"""Exact geodesic neighbours without a full distance matrix.

The ellipsoid becomes a sphere of radius a when its axis is stretched by a/b. Every curve grows by a
factor between 1 and a/b = 1.00336 on the way, so that for each pair of places

    (b/a) sigma <= s <= sigma,

with s the WGS84 geodesic and sigma the great circle between the stretched points (latitude becomes
reduced latitude). A tree on the sphere therefore finds a short list that is certain to hold the
nearest cities, and only the short list is measured exactly.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.geodesy import distance_km
from geobri.tables import find_coordinate_faults
from geobri.units import WGS84_FLATTENING, WGS84_MAJOR_KM
from geobri.words import Words

__all__ = ["Points", "nearest_neighbours", "neighbours_within", "pairs_within", "read_points"]

_STRETCH: Final = 1 / (1 - WGS84_FLATTENING)
_SLACK_KM: Final = 1e-6
_SPARE: Final = 8
"""Candidates asked for beyond k at first; doubled for the few cities where they do not suffice."""
_ORDER_DIGITS: Final = 9
"""Distances that agree to a micrometre are ties, broken by the label of the city."""


class Points(NamedTuple):
    """What is needed of a table of places.

    Attributes
    ----------
    labels
        Index of the table, shape (n,).
    lon, lat
        Degrees, shape (n,).
    """

    labels: npt.NDArray[np.object_]
    lon: FloatArray
    lat: FloatArray


def read_points(cities: gpd.GeoDataFrame, *, caller: str) -> Points:
    """Take labels and coordinates from a table of places, and check them.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    caller
        Who asks, for the message.

    Returns
    -------
    Points
        Labels, longitudes and latitudes.

    Raises
    ------
    SchemaError
        If the table has no points in EPSG:4326, or an index that is not unique.
    """
    if not isinstance(cities, gpd.GeoDataFrame) or cities.crs is None or cities.crs.to_epsg() != 4326:  # noqa: PLR2004
        came = f"CRS {cities.crs}" if isinstance(cities, gpd.GeoDataFrame) else type(cities).__name__
        raise SchemaError(
            mould(
                caller,
                Words(
                    "cities must be a GeoDataFrame of points in EPSG:4326",
                    "城市表须为EPSG:4326坐标点的GeoDataFrame",
                ),
                came,
                "Use to_crs(4326)",
            )
        )
    if not cities.index.is_unique:
        doubled = cities.index[cities.index.duplicated()]
        raise SchemaError(
            mould(
                caller,
                Words("the index must be unique", "索引不得重复"),
                first_offenders(doubled),
                "Rename the doubled rows",
            )
        )
    geometry = np.asarray(cities.geometry.array)
    if not np.all(shapely.get_type_id(geometry) == shapely.GeometryType.POINT.value):
        raise SchemaError(
            mould(
                caller,
                Words("every city must be a point", "每座城市都须为一个点"),
                "other or missing geometry",
                "Geocode or drop the rows",
            )
        )
    lon, lat = shapely.get_x(geometry), shapely.get_y(geometry)
    faults = find_coordinate_faults(lon, lat, list(cities.index), columns=("geometry.x", "geometry.y"))
    if faults:
        raise SchemaError(f"{caller}: {faults[0]}")
    return Points(np.asarray(cities.index, dtype=object), lon, lat)


def _stretched_vectors(points: Points) -> FloatArray:
    """Give unit vectors of the stretched points, shape (n, 3); a pole is one point whatever its longitude."""
    lon, lat = np.radians(points.lon), np.radians(points.lat)
    reduced = np.arctan2((1 - WGS84_FLATTENING) * np.sin(lat), np.cos(lat))
    return np.column_stack([np.cos(reduced) * np.cos(lon), np.cos(reduced) * np.sin(lon), np.sin(reduced)])


def _arc_km(chord: FloatArray) -> FloatArray:
    return 2 * WGS84_MAJOR_KM * np.arcsin(np.clip(chord / 2, 0, 1))


def _chord(arc_km: FloatArray | float) -> FloatArray:
    return 2 * np.sin(np.clip(np.asarray(arc_km) / (2 * WGS84_MAJOR_KM), 0, np.pi / 2))


def _label_order(labels: npt.NDArray[np.object_]) -> IntArray:
    """Rank of each label, so that ties do not depend on the order of rows."""
    order = np.argsort(np.array([str(label) for label in labels]), kind="stable")
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    return rank


def _candidates(
    tree: cKDTree, vectors: FloatArray, rows: IntArray, n_asked: int
) -> tuple[IntArray, FloatArray]:
    """Find the `n_asked` places next to each row on the sphere, itself excluded: positions and arcs in km."""
    chord, position = tree.query(vectors[rows], k=n_asked)
    arc = _arc_km(np.asarray(chord, dtype=np.float64))
    arc = np.where(position == rows[:, None], np.inf, arc)
    order = np.argsort(arc, axis=1, kind="stable")[:, :-1]
    return np.take_along_axis(np.asarray(position, dtype=np.int64), order, 1), np.take_along_axis(
        arc, order, 1
    )


def _refine(
    points: Points, rows: IntArray, position: IntArray, near: npt.NDArray[np.bool_], k: int
) -> tuple[IntArray, FloatArray]:
    """Measure the short list exactly and keep the k nearest."""
    km = np.full(position.shape, np.inf)
    row, column = np.nonzero(near)
    start, end = rows[row], position[row, column]
    km[row, column] = distance_km(points.lon[start], points.lat[start], points.lon[end], points.lat[end])
    rank = _label_order(points.labels)[position]
    order = np.lexsort((rank, np.round(km, _ORDER_DIGITS)), axis=1)[:, :k]
    return np.take_along_axis(position, order, 1), np.take_along_axis(km, order, 1)


def nearest_neighbours(cities: gpd.GeoDataFrame, k: int) -> tuple[IntArray, FloatArray]:
    """Find the k nearest cities of every city by geodesic distance.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    k
        How many neighbours, 1 to n - 1.

    Returns
    -------
    positions : numpy.ndarray
        Row numbers of the neighbours, nearest first, shape (n, k).
    distances : numpy.ndarray
        Geodesic distances in km, shape (n, k).

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    DataError
        If k is not between 1 and n - 1.

    Notes
    -----
    Exact: the stretched sphere bounds every geodesic from both sides, (b/a) sigma <= s <= sigma, and the
    search goes on until the short list of a city is certain to hold its k nearest. Ties (to a micrometre)
    are broken by label, so that the order of rows does not matter.
    """
    points = read_points(cities, caller="nearest_neighbours")
    n = len(points.labels)
    if not 1 <= k < n:
        raise DataError(
            mould(
                "nearest_neighbours",
                Words("k must lie between 1 and n - 1", "近邻数k须在1与城市数减1之间"),
                f"k={k} for {n} cities",
                "Choose a smaller k",
            )
        )
    vectors = _stretched_vectors(points)
    tree = cKDTree(vectors)
    positions, km = np.empty((n, k), dtype=np.int64), np.empty((n, k))
    rows, n_asked = np.arange(n, dtype=np.int64), min(n, k + 1 + _SPARE)
    while rows.size:
        position, arc = _candidates(tree, vectors, rows, n_asked)
        reach = arc[:, k - 1] * _STRETCH + _SLACK_KM
        done = (arc[:, -1] > reach) | (n_asked == n)
        near = arc[done] <= reach[done, None]
        positions[rows[done]], km[rows[done]] = _refine(points, rows[done], position[done], near, k)
        rows, n_asked = rows[~done], min(n, 2 * n_asked)
    return positions, km


def pairs_within(cities: gpd.GeoDataFrame, threshold_km: float) -> tuple[IntArray, IntArray, FloatArray]:
    """Find all pairs of cities at most so far from each other.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    threshold_km
        Largest geodesic distance in km; pairs at exactly this distance belong.

    Returns
    -------
    first, second : numpy.ndarray
        Row numbers of each pair, first < second, shape (m,), sorted.
    distances : numpy.ndarray
        Geodesic distances in km, shape (m,).

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    DataError
        If the threshold is not a number of at least 0.
    """
    points = read_points(cities, caller="pairs_within")
    if not threshold_km >= 0:
        raise DataError(
            mould("pairs_within", "threshold_km must be at least 0", f"{threshold_km}", "Give kilometres")
        )
    tree = cKDTree(_stretched_vectors(points))
    reach = float(_chord(threshold_km * _STRETCH + _SLACK_KM)) * (1 + 1e-12)
    found = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    found = found[np.lexsort((found[:, 1], found[:, 0]))]
    first, second = found[:, 0], found[:, 1]
    km = distance_km(points.lon[first], points.lat[first], points.lon[second], points.lat[second])
    inside = np.asarray(km <= threshold_km)
    return first[inside], second[inside], np.asarray(km[inside], dtype=np.float64)


def neighbours_within(
    cities: gpd.GeoDataFrame, radius_km: npt.ArrayLike
) -> tuple[IntArray, IntArray, FloatArray]:
    """Find the cities within a radius that each focal city has for itself.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    radius_km
        Geodesic radius in km around each focal city, shape (n,) or one number.

    Returns
    -------
    focal, neighbour : numpy.ndarray
        Row numbers of each link, shape (m,), sorted; a city is not its own neighbour.
    distances : numpy.ndarray
        Geodesic distances in km, shape (m,).

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    """
    points = read_points(cities, caller="neighbours_within")
    vectors = _stretched_vectors(points)
    radius = np.broadcast_to(np.asarray(radius_km, dtype=np.float64), (len(vectors),))
    reach = _chord(radius * _STRETCH + _SLACK_KM) * (1 + 1e-12)
    found = cKDTree(vectors).query_ball_point(vectors, reach, return_sorted=True)
    focal = np.repeat(np.arange(len(vectors), dtype=np.int64), [len(row) for row in found])
    neighbour = np.concatenate([np.asarray(row, dtype=np.int64) for row in found])
    focal, neighbour = focal[focal != neighbour], neighbour[focal != neighbour]
    km = distance_km(points.lon[focal], points.lat[focal], points.lon[neighbour], points.lat[neighbour])
    inside = np.asarray(km <= radius[focal])
    return focal[inside], neighbour[inside], np.asarray(km[inside], dtype=np.float64)
