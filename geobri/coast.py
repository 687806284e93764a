"""How far a city is from the sea, and whether that makes it coastal.

"Coastal" has three readings here: a threshold on the geodesic distance to the nearest coast, a port within reach, or the label
that a report prints. They disagree, so `switch_curve` shows which city changes side at which threshold, and
`reproducing_thresholds` gives the thresholds, if any, that agree with a published split.

Accuracy: distances are geodesics on the WGS84 to the coastline of Natural Earth, within 5 m of a brute-force search over that line.
The line itself, at its finest level, is simplified by at most 0.25 km and drawn for 1:10 million: expect about 1 km against the ground,
more in deltas and fjords.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import KDTree

from geobri.arrays import FloatArray
from geobri.boundaries import Resolution, load_coastline
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.geodesy import check_degrees, distance_km
from geobri.notebooks import menu_of
from geobri.units import WGS84_ECCENTRICITY_SQUARED, WGS84_MAJOR_KM
from geobri.words import Words

__all__ = [
    "coastal_by_port",
    "coastal_by_threshold",
    "distance_to_coast",
    "reproducing_thresholds",
    "switch_curve",
]
__dir__ = menu_of(__all__)


_SPACING_KM = 2.0
"""Longest piece of coast after densifying; every piece has an end within half of it of any of its points."""
_KM_PER_DEGREE = 111.7
"""Longest degree of latitude on the WGS84, at the pole."""


@dataclass(frozen=True, slots=True)
class _Coast:
    """Short pieces of coast and a tree over their first ends.

    `lon`, `lat` have shape (n,); piece i runs from vertex i to vertex `after[i]`, which is i itself at the end of a line.
    """

    lon: FloatArray
    lat: FloatArray
    after: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    xyz: FloatArray
    tree: KDTree


def distance_to_coast(
    points: gpd.GeoDataFrame | gpd.GeoSeries, *, resolution: Resolution = "10m", caspian: bool = False
) -> pd.Series[float]:
    """Measure the geodesic from each point to the nearest coast.

    Parameters
    ----------
    points
        Points in EPSG:4326; empty or missing points get NaN.
    resolution
        Coastline of Natural Earth: `10m` for results, `50m` and `110m` to see how much the scale matters.
    caspian
        Whether the shore of the Caspian counts as coast. Without it, Baku lies 700 km inland.

    Returns
    -------
    pandas.Series
        `coast_km` on the index of `points`: kilometres, never negative, on land and at sea alike. `attrs` tell the resolution and
        the choice about the Caspian.

    Raises
    ------
    SchemaError
        If `points` are not points in EPSG:4326.

    Notes
    -----
    The coast is cut into pieces of at most 2 km. For a point with the nearest piece's end at chord distance d, the nearest coast lies on a
    piece with an end within sqrt(d² + 1 km²), plus a slack for the difference of chord and geodesic on an ellipsoid; all such
    pieces are measured and the least geodesic is kept.

    Examples
    --------
    >>> cities = gpd.GeoSeries.from_xy([121.47, 116.4], [31.23, 39.91], crs="EPSG:4326")
    >>> distance_to_coast(cities).round(-1).tolist()
    [20.0, 140.0]
    """
    lon, lat = _coordinates(points)
    known = np.isfinite(lon) & np.isfinite(lat)
    kilometres = np.full(len(lon), np.nan)
    if known.any():
        kilometres[known] = _nearest_km(lon[known], lat[known], _load_pieces(resolution, caspian))
    series = pd.Series(kilometres, index=points.index, name="coast_km")
    series.attrs.update({"resolution": resolution, "caspian": "coast" if caspian else "lake"})
    return series


def coastal_by_threshold(coast_km: pd.Series[float], threshold_km: float) -> pd.Series[bool]:
    """Call coastal what lies within a distance of the coast.

    Parameters
    ----------
    coast_km
        Distances to the coast in km, as `distance_to_coast` gives them.
    threshold_km
        Greatest distance that still counts as coastal, in km.

    Returns
    -------
    pandas.Series
        `coastal`, nullable boolean on the same index; missing where the distance is missing.

    Raises
    ------
    DataError
        If the threshold is negative or not a number.
    """
    if not threshold_km >= 0:
        message = mould(
            "coastal_by_threshold", "threshold_km must be 0 or more", repr(threshold_km), "Give kilometres"
        )
        raise DataError(message)
    coastal = (coast_km <= threshold_km).astype("boolean").mask(coast_km.isna())
    return coastal.rename("coastal")


def coastal_by_port(
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    ports: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    reach_km: float = 50.0,
) -> pd.Series[bool]:
    """Call coastal what has a port within reach.

    Parameters
    ----------
    points
        Points in EPSG:4326.
    ports
        Ports as points in EPSG:4326, for example `geobri.impedance.load_ports()`.
    reach_km
        Greatest geodesic distance to a port that still counts, in km.

    Returns
    -------
    pandas.Series
        `coastal`, nullable boolean on the index of `points`; missing where the point is missing.

    Raises
    ------
    DataError
        If the reach is negative, or there is no port.
    SchemaError
        If either are not points in EPSG:4326.
    """
    lon, lat = _coordinates(points)
    port_lon, port_lat = _coordinates(ports)
    there = np.isfinite(port_lon) & np.isfinite(port_lat)
    if not there.any() or not reach_km >= 0:
        came = f"{int(there.sum())} ports and reach_km={reach_km!r}"
        raise DataError(
            mould("coastal_by_port", "there must be a port and a reach of 0 km or more", came, "Give both")
        )
    known = np.isfinite(lon) & np.isfinite(lat)
    nearest = np.full(len(lon), np.nan)
    pieces = _build_pieces(port_lon[there], port_lat[there], np.arange(int(there.sum())))
    if known.any():
        nearest[known] = _nearest_km(lon[known], lat[known], pieces)
    return coastal_by_threshold(pd.Series(nearest, index=points.index), reach_km)


def switch_curve(coast_km: pd.Series[float], *, published: pd.Series[bool] | None = None) -> pd.DataFrame:
    """List which city becomes coastal at which threshold.

    Parameters
    ----------
    coast_km
        Distances to the coast in km, index `city`.
    published
        Published labels on the same index (missing values allowed), to count the agreement at each step.

    Returns
    -------
    pandas.DataFrame
        One row per city, by rising `threshold_km`: at this threshold the city changes to coastal. `n_coastal` and `n_inland` hold from there to
        the next row; with `published` also `published`, `n_agree` and `n_labelled`.

    Raises
    ------
    SchemaError
        If the labels have another index.
    """
    known = coast_km.dropna().sort_values(kind="stable")
    curve = pd.DataFrame({"threshold_km": known})
    curve["n_coastal"] = known.rank(method="max").astype(int)
    curve["n_inland"] = len(known) - curve["n_coastal"]
    if published is None:
        return curve
    labels = _aligned_labels(coast_km, published).reindex(known.index)
    labelled = labels.notna().to_numpy()
    coastal = labels.fillna(value=False).to_numpy(dtype=bool)
    within = known.to_numpy()[:, None] >= known.to_numpy()[None, :]
    curve["published"] = labels
    curve["n_agree"] = (within == coastal)[:, labelled].sum(axis=1)
    curve["n_labelled"] = int(labelled.sum())
    return curve


def reproducing_thresholds(
    coast_km: pd.Series[float], published: pd.Series[bool]
) -> tuple[float, float] | None:
    """Find the thresholds that give the published split exactly.

    Parameters
    ----------
    coast_km
        Distances to the coast in km, index `city`.
    published
        Published labels on the same index; cities without a label do not count.

    Returns
    -------
    tuple of float or None
        (low, high): every threshold t with low <= t < high agrees with all labels. None if no threshold does.

    Raises
    ------
    DataError
        If no city carries a label.
    SchemaError
        If the labels have another index.
    """
    labels = _aligned_labels(coast_km, published)
    use = labels.notna() & coast_km.notna()
    if not use.any():
        raise DataError(
            mould("reproducing_thresholds", "some cities must carry a label", "none", "Give published labels")
        )
    coastal = labels[use].astype(bool)
    low = float(coast_km[use][coastal].max()) if coastal.any() else 0.0
    high = float(coast_km[use][~coastal].min()) if (~coastal).any() else float("inf")
    return (low, high) if low < high else None


def _aligned_labels(coast_km: pd.Series[float], published: pd.Series[bool]) -> pd.Series[bool]:
    missing = coast_km.index.difference(published.index)
    if len(missing):
        came = f"{len(missing)} cities without a row: {first_offenders(missing)}"
        remedy = "Give one label per city, missing where the report prints none"
        raise SchemaError(mould("switch_curve", "published must have the index of coast_km", came, remedy))
    return published.reindex(coast_km.index).astype("boolean")


def _coordinates(points: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[FloatArray, FloatArray]:
    """Return longitudes and latitudes of points in EPSG:4326, NaN where one is empty."""
    if points.crs is None or not points.crs.equals("EPSG:4326"):
        came = "no CRS" if points.crs is None else f"CRS {points.crs.to_string()}"
        message = mould(
            "coast",
            Words("points must be in EPSG:4326", "坐标点须为EPSG:4326"),
            came,
            "Call to_crs(4326), or set_crs(4326) if it is only unnamed",
        )
        raise SchemaError(message)
    geometry = points.geometry.to_numpy()
    other = ~np.isin(shapely.get_type_id(geometry), (-1, 0))
    if other.any():
        came = f"{int(other.sum())} of {len(geometry)} otherwise: {first_offenders(points.index[other])}"
        raise SchemaError(
            mould(
                "coast",
                Words("every geometry must be a point", "几何须均为点"),
                came,
                "Use representative points",
            )
        )
    placed = geometry.copy()
    placed[shapely.is_empty(placed)] = None
    lon, lat = shapely.get_x(placed), shapely.get_y(placed)
    check_degrees("coast", lon, lat)
    return lon, lat


@functools.cache
def _load_pieces(resolution: Resolution, caspian: bool) -> _Coast:
    lines = shapely.get_parts(load_coastline(resolution, caspian=caspian).geometry.to_numpy())
    corners, line = shapely.get_coordinates(lines, return_index=True)
    return _build_pieces(*_densify(corners, line))


def _densify(
    corners: FloatArray, line: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
    """Insert vertices so that no piece is longer than `_SPACING_KM`; straight in longitude and latitude, as GeoJSON means it."""
    lon, lat = corners[:, 0], corners[:, 1]
    inside = line[:-1] == line[1:]
    east = np.diff(lon) * np.cos(np.radians(np.minimum(np.abs(lat[:-1]), np.abs(lat[1:]))))
    length = np.hypot(east, np.diff(lat)) * _KM_PER_DEGREE
    pieces = np.where(inside, np.maximum(np.ceil(length / _SPACING_KM), 1), 1).astype(np.int64)
    start = np.repeat(np.arange(len(pieces)), pieces)
    step = np.arange(len(start)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.where(inside[start], step / pieces[start], 0.0)
    dense_lon = np.append(lon[start] + share * (lon[start + 1] - lon[start]), lon[-1])
    dense_lat = np.append(lat[start] + share * (lat[start + 1] - lat[start]), lat[-1])
    return dense_lon, dense_lat, np.append(line[start], line[-1])


def _build_pieces(lon: FloatArray, lat: FloatArray, line: npt.NDArray[np.int64]) -> _Coast:
    here = np.arange(len(lon))
    joined = np.append(line[:-1] == line[1:], False)
    after = here + joined
    before = here - np.append(False, joined[:-1])
    xyz = _to_xyz(lon, lat)
    return _Coast(
        lon=lon,
        lat=lat,
        after=after,
        before=before,
        xyz=xyz,
        tree=KDTree(xyz, compact_nodes=False, balanced_tree=False),
    )


def _to_xyz(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Earth-centred coordinates on the WGS84 in km, shape (n, 3)."""
    lam, phi = np.radians(lon), np.radians(lat)
    normal = WGS84_MAJOR_KM / np.sqrt(1 - WGS84_ECCENTRICITY_SQUARED * np.sin(phi) ** 2)
    ring = normal * np.cos(phi)
    return np.column_stack(
        [ring * np.cos(lam), ring * np.sin(lam), normal * (1 - WGS84_ECCENTRICITY_SQUARED) * np.sin(phi)]
    )


def _nearest_km(lon: FloatArray, lat: FloatArray, coast: _Coast) -> FloatArray:
    """Least geodesic from each point to the pieces that can hold the nearest coast."""
    query = _to_xyz(lon, lat)
    chord, _ = coast.tree.query(query)
    # A chord sees the ellipsoid's curvature: at 2,500 km a geodesic along the equator and one across it, equal in length, have chords
    # 0.2 km apart, and the excess grows with the cube of the distance. Ten times that is allowed for.
    slack = 1e-3 + 2e-3 * chord * (chord / 2500.0) ** 2
    near = coast.tree.query_ball_point(query, np.hypot(chord, _SPACING_KM / 2) + slack, return_sorted=False)
    counts = np.array([len(found) for found in near])
    vertex = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    point = np.repeat(np.arange(len(lon)), counts)
    least = np.full(len(lon), np.inf)
    for end in (coast.after, coast.before):
        share = _nearest_share(query[point], coast.xyz[vertex], coast.xyz[end[vertex]])
        on_lon = coast.lon[vertex] + share * (coast.lon[end[vertex]] - coast.lon[vertex])
        on_lat = coast.lat[vertex] + share * (coast.lat[end[vertex]] - coast.lat[vertex])
        np.minimum.at(least, point, distance_km(lon[point], lat[point], on_lon, on_lat))
    return least


def _nearest_share(query: FloatArray, start: FloatArray, stop: FloatArray) -> FloatArray:
    """Where on the chord from start to stop the nearest point lies: 0 at the start, 1 at the stop."""
    along = stop - start
    length = np.einsum("ij,ij->i", along, along)
    share = np.einsum("ij,ij->i", query - start, along) / np.where(length > 0, length, 1.0)
    return np.asarray(np.clip(share, 0.0, 1.0))
