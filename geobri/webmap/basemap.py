"""What lies under the corridors: land alone, countries in a named worldview, or the user's own tiles."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely

from geobri import boundaries
from geobri.errors import SpecificationError, mould
from geobri.webmap.packing import pack_polygons
from geobri.webmap.wording import clean
from geobri.webmap.zones import is_vector_file, pack_zones, read_zones

__all__ = ["Resolution", "Worldview", "is_online", "pack_basemap"]

Resolution = Literal["110m", "50m"]
Worldview = Literal["ne", "china"]

_LAND_TOLERANCE_DEG: Final = {"110m": 0.0, "50m": 0.02}
_COUNTRY_TOLERANCE_DEG: Final = {"110m": 0.0, "50m": 0.05}
_SMALLEST_ISLAND_DEG2: Final = 0.003
_SMALLEST_LAKE_DEG2: Final = 0.15
_CREDIT: Final = {
    "land": "Natural Earth",
    "ne": "Natural Earth (borders: de facto)",
    "china": "world-geo-json-zh (borders as drawn in China)",
}


def pack_basemap(
    basemap: str | os.PathLike[str] | gpd.GeoDataFrame = "land",
    *,
    worldview: Worldview = "ne",
    resolution: Resolution | None = None,
    attribution: str | None = None,
    caller: str = "corridor_map",
) -> dict[str, Any]:
    """Pack the base map for the page.

    Parameters
    ----------
    basemap
        ``land`` (no borders), ``countries``, ``none``, a vector file or table of own polygons or lines, or the address
        of tiles with {z}, {x} and {y}. Only the last makes the page ask the network for anything.
    worldview
        Whose borders `countries` draws: ``ne`` (Natural Earth, de facto) or ``china``.
    resolution
        ``110m`` or ``50m``; None takes the finest there is.
    attribution
        Whom the tiles are by; needed for an address.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `kind` (``land, countries, zones, tiles, none``), `credit`, and packed `polygons` and `lakes`, with own shapes
        in `zones`; or `url`.

    Raises
    ------
    SpecificationError
        If the base map is unknown, or an address lacks a place holder or its attribution.
    """
    if isinstance(basemap, gpd.GeoDataFrame) or is_vector_file(basemap):
        zones = read_zones(basemap, caller=caller)
        land = _pack_land(resolution or "50m")
        return land | {
            "kind": "zones",
            "zones": pack_zones(zones),
            "credit": clean(attribution) or land["credit"],
        }
    basemap = str(basemap)
    if basemap == "none":
        return {"kind": "none", "credit": clean(attribution)}
    if basemap in {"land", "countries"}:
        packed = (
            _pack_land(resolution or "50m") if basemap == "land" else _pack_countries(worldview, resolution)
        )
        return packed | {"credit": clean(attribution) or packed["credit"]}
    return _check_tiles(basemap, attribution, caller)


def is_online(basemap: object) -> bool:
    """Say whether a base map makes its page ask the network for tiles.

    Parameters
    ----------
    basemap
        As in `pack_basemap`.

    Returns
    -------
    bool
        True for an address.
    """
    return isinstance(basemap, str) and "://" in basemap


@lru_cache(maxsize=4)
def _pack_land(resolution: Resolution) -> dict[str, Any]:
    land = boundaries.load_land(resolution).geometry.array
    polygons = pack_polygons(
        land, simplify_deg=_LAND_TOLERANCE_DEG[resolution], smallest_deg2=_SMALLEST_ISLAND_DEG2
    )
    return {"kind": "land", "credit": _CREDIT["land"], "polygons": polygons, "lakes": _pack_lakes(resolution)}


@lru_cache(maxsize=4)
def _pack_countries(worldview: Worldview, resolution: Resolution | None) -> dict[str, Any]:
    finest: Resolution = "50m" if f"countries_50m_{worldview}" in boundaries.list_layers() else "110m"
    level = resolution or finest
    geometry = np.asarray(boundaries.load_countries(level, worldview=worldview).geometry.array)
    if _COUNTRY_TOLERANCE_DEG[level] > 0:
        geometry = shapely.coverage_simplify(geometry, _COUNTRY_TOLERANCE_DEG[level])
    polygons = pack_polygons(geometry, smallest_deg2=_SMALLEST_ISLAND_DEG2)
    return {
        "kind": "countries",
        "worldview": worldview,
        "credit": _CREDIT[worldview],
        "polygons": polygons,
        "lakes": _pack_lakes(level),
    }


def _pack_lakes(resolution: Resolution) -> dict[str, Any]:
    lakes = boundaries.load_lakes(resolution).geometry.array
    return pack_polygons(
        lakes, simplify_deg=_LAND_TOLERANCE_DEG[resolution], smallest_deg2=_SMALLEST_LAKE_DEG2
    )


def _check_tiles(url: str, attribution: str | None, caller: str) -> dict[str, Any]:
    parts = urlsplit(url)
    placed = all(mark in url for mark in ("{z}", "{x}", "{y}"))
    if parts.scheme not in {"http", "https"} or not parts.netloc or not placed:
        wanted = (
            "basemap must be 'land', 'countries', 'none', a vector file such as zones.gpkg, or an http(s) address "
            "with {z}, {x} and {y}"
        )
        raise SpecificationError(
            mould(caller, wanted, repr(url), "Correct the address, or take basemap='land'")
        )
    if not attribution:
        wanted = "tiles must name whom they are by"
        raise SpecificationError(
            mould(caller, wanted, f"no attribution for {url!r}", "Pass attribution='© …'")
        )
    return {"kind": "tiles", "url": clean(url), "credit": clean(attribution)}
