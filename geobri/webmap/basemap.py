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
from geobri.boundaries import Worldview
from geobri.errors import SpecificationError, mould
from geobri.webmap.packing import pack_polygons
from geobri.webmap.wording import clean
from geobri.webmap.zones import is_vector_file, pack_zones, read_zones

__all__ = ["Resolution", "is_online", "pack_basemap"]

Resolution = Literal["110m", "50m"]

_LAND_TOLERANCE_DEG: Final = {"110m": 0.0, "50m": 0.02}
_COUNTRY_TOLERANCE_DEG: Final = {"110m": 0.0, "50m": 0.05}
_SMALLEST_ISLAND_DEG2: Final = 0.003
_NEAR_GRID: Final = 360_000
"""Steps across the world for land near the cities: 0.001 degrees, as that layer is written."""
_NEAR_LIMIT_DEG: Final = 84
_MOST_CELLS: Final = 400
"""Squares of a degree around the cities; more of them, and the study is looked at from afar."""
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
    cities: gpd.GeoDataFrame | None = None,
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
    cities
        Where the base has to bear a close look: land around them comes from the 1:10 million layer, if no resolution
        was asked for. None for nowhere.
    caller
        Who asks, for the message.

    Returns
    -------
    dict
        `kind` (``land, countries, zones, tiles, none``), `credit`, and packed `polygons` and `lakes`, with land around
        the cities in `near` (its `cells` are squares of a degree by their lower left corners) and own shapes in
        `zones`; or `url`.

    Raises
    ------
    SpecificationError
        If the base map is unknown, or an address lacks a place holder or its attribution.
    """
    if isinstance(basemap, gpd.GeoDataFrame) or is_vector_file(basemap):
        zones = read_zones(basemap, caller=caller)
        land = _pack_land(resolution or "50m") | _pack_near(cities, resolution)
        return land | {
            "kind": "zones",
            "zones": pack_zones(zones),
            "credit": clean(attribution) or land["credit"],
        }
    basemap = str(basemap)
    if basemap == "none":
        return {"kind": "none", "credit": clean(attribution)}
    if basemap in {"land", "countries"}:
        if basemap == "land":
            packed = _pack_land(resolution or "50m") | _pack_near(cities, resolution)
        else:
            packed = _pack_countries(worldview, resolution)
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


def _pack_near(cities: gpd.GeoDataFrame | None, resolution: Resolution | None) -> dict[str, Any]:
    """Pack land near the cities, unless a resolution was asked for or they are all over the world."""
    if cities is None or resolution is not None or cities.empty:
        return {}
    corners = np.floor(np.column_stack([cities.geometry.x, cities.geometry.y])).astype(int)
    around = [(x + dx, y + dy) for x, y in corners for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    cells = sorted(
        {(int(x + 180) % 360 - 180, int(y)) for x, y in around if -_NEAR_LIMIT_DEG <= y < _NEAR_LIMIT_DEG}
    )
    if not 0 < len(cells) <= _MOST_CELLS:
        return {}
    return {"near": _cut_cells(tuple(cells))}


@lru_cache(maxsize=8)
def _cut_cells(cells: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    squares = {(x // 5 * 5, y // 5 * 5) for x, y in cells}
    land = np.asarray(boundaries.load_land_squares(sorted(squares)).geometry.array, dtype=object)
    tree = shapely.STRtree(land)
    parts = [np.empty(0, dtype=object)]
    for x, y in cells:
        found = land[tree.query(shapely.box(x, y, x + 1, y + 1))]
        parts.append(shapely.clip_by_rect(found, x, y, x + 1, y + 1))
    cut = shapely.get_parts(np.concatenate(parts))
    return pack_polygons(cut[shapely.get_dimensions(cut) == 2], grid=_NEAR_GRID) | {  # noqa: PLR2004 - areas
        "cells": [list(cell) for cell in cells]
    }


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
            mould(
                caller,
                wanted,
                f"no attribution for {url!r}",
                "Pass attribution='© …' (--attribution on the command line)",
            )
        )
    return {"kind": "tiles", "url": clean(url), "credit": clean(attribution)}
