"""Distances and azimuths on the WGS84 ellipsoid, for whole columns at once.

They come from `pyproj.Geod` and are exact geodesics.

References
----------
Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55. 10.1007/s00190-012-0578-z
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from geobri.arrays import FloatArray
from geobri.errors import SchemaError, mould
from geobri.notebooks import menu_of
from geobri.tables import find_coordinate_faults
from geobri.units import KM_PER_M

__all__ = [
    "azimuth_deg",
    "distance_km",
    "distance_matrix_km",
    "points_between",
]
__dir__ = menu_of(__all__)


@cache
def _wgs84() -> Geod:
    return Geod(ellps="WGS84")


def _columns(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return tuple(np.array(array, order="C") for array in arrays)


_ROUNDING_DEG = 1e-9
"""Degrees by which rounding may carry an interpolated point past 180 or 90; a tenth of a millimetre."""


def check_degrees(caller: str, lon: npt.ArrayLike, lat: npt.ArrayLike) -> None:
    """Refuse coordinates that lie nowhere on the globe.

    Parameters
    ----------
    caller
        Who asks, for the message.
    lon, lat
        Degrees, broadcast against each other; NaN, for a missing coordinate, passes.

    Raises
    ------
    SchemaError
        If a longitude lies outside -180..180 or a latitude outside -90..90.
    """
    x, y = (column.ravel() for column in _columns(lon, lat))
    rows = np.flatnonzero((np.abs(x) > 180.0 + _ROUNDING_DEG) | (np.abs(y) > 90.0 + _ROUNDING_DEG))
    if rows.size:
        places = [f"row {row} ({x[row]:g}, {y[row]:g})" for row in rows]
        filled = (np.nan_to_num(x[rows], posinf=np.inf), np.nan_to_num(y[rows], posinf=np.inf))
        faults = find_coordinate_faults(*filled, places)
        raise SchemaError(f"{caller}: " + " ".join(str(fault) for fault in faults))


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

    Raises
    ------
    SchemaError
        If a coordinate lies outside -180..180 or -90..90.

    Examples
    --------
    >>> distance_km(103.85, 1.29, 121.47, 31.23).round(1)
    np.float64(3798.0)
    """
    check_degrees("distance_km", lon1, lat1)
    check_degrees("distance_km", lon2, lat2)
    return _solve_inverse(lon1, lat1, lon2, lat2)[2] * KM_PER_M


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

    Raises
    ------
    SchemaError
        If a longitude lies outside -180..180 or a latitude outside -90..90.

    Examples
    --------
    >>> float(azimuth_deg(0.0, 0.0, 90.0, 0.0))
    90.0
    """
    check_degrees("azimuth_deg", lon1, lat1)
    check_degrees("azimuth_deg", lon2, lat2)
    return _solve_inverse(lon1, lat1, lon2, lat2)[0]


def solve_inverse(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Solve the inverse problem of geodesy.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, broadcast against each other.

    Returns
    -------
    tuple of numpy.ndarray
        Azimuth at the first place (-180 to 180), azimuth of the same course on arrival at the second (0 to 360), in degrees clockwise
        from north, and metres.

    Raises
    ------
    SchemaError
        If a longitude lies outside -180..180 or a latitude outside -90..90.
    """
    check_degrees("solve_inverse", lon1, lat1)
    check_degrees("solve_inverse", lon2, lat2)
    return _solve_inverse(lon1, lat1, lon2, lat2)


def _solve_inverse(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Solve it for coordinates that were checked, of which there may be millions."""
    x1, y1, x2, y2 = _columns(lon1, lat1, lon2, lat2)
    forward, back, metres = _wgs84().inv(x1, y1, x2, y2)
    return np.asarray(forward), np.asarray(back) + 180.0, np.asarray(metres)


def points_between(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike, share: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Find points on the geodesics between places.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees, broadcast against each other and `share`.
    share
        How far along, from 0 (the first place) to 1 (the second); 0.5 is the midpoint.

    Returns
    -------
    tuple of numpy.ndarray
        Longitude (-180 to 180) and latitude in degrees, exact on WGS84.

    Raises
    ------
    SchemaError
        If a longitude lies outside -180..180, a latitude outside -90..90, or a share outside 0..1.
    """
    check_degrees("points_between", lon1, lat1)
    check_degrees("points_between", lon2, lat2)
    x1, y1, x2, y2, part = _columns(lon1, lat1, lon2, lat2, share)
    wrong = ~((part >= 0) & (part <= 1))
    if wrong.any():
        came = f"{int(wrong.sum())} outside (first: {part[wrong][0]:g})"
        raise SchemaError(
            mould("points_between", "shares must lie in 0..1", came, "Divide kilometres by the distance")
        )
    azimuth, _, metres = _wgs84().inv(x1, y1, x2, y2)
    lon, lat, _ = _wgs84().fwd(x1, y1, azimuth, np.asarray(metres) * part)
    return np.asarray(lon), np.asarray(lat)


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

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> int(distance_matrix_km(cities).loc["beijing", "shanghai"])
    1066
    """
    lon, lat = cities.geometry.x.to_numpy(dtype=float), cities.geometry.y.to_numpy(dtype=float)
    rows, columns = np.triu_indices(len(lon), k=1)
    matrix = np.zeros((len(lon), len(lon)))
    matrix[rows, columns] = distance_km(lon[rows], lat[rows], lon[columns], lat[columns])
    return pd.DataFrame(matrix + matrix.T, index=cities.index, columns=cities.index)
