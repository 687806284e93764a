"""Constants of the house: one place for every number that has a unit."""

from __future__ import annotations

from typing import Final

from geobri.notebooks import menu_of

__all__ = [
    "EARTH_RADIUS_KM",
    "LONLAT_CRS",
]
__dir__ = menu_of(__all__)

LONLAT_CRS: Final = "EPSG:4326"
"""Longitude and latitude in degrees on WGS84, in that order."""

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius of the Earth, (2a + b) / 3 on WGS84 (Moritz 2000, 10.1007/s001900050278)."""

WGS84_MAJOR_KM: Final = 6378.137
"""Semi-major axis of the WGS84 ellipsoid: the radius of the equator (NIMA TR8350.2)."""

WGS84_FLATTENING: Final = 1 / 298.257223563
"""Flattening of the WGS84 ellipsoid (NIMA TR8350.2)."""

WGS84_ECCENTRICITY_SQUARED: Final = 6.69437999014e-3
"""First eccentricity squared of the WGS84 ellipsoid (NIMA TR8350.2)."""

KM_PER_M: Final = 1e-3
"""Kilometres in a metre."""
