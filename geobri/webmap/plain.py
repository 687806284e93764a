"""Frames as they come: places with columns of coordinates and pairs without lines become the tables that the map is drawn from."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geobri.cities import build_cities
from geobri.corridors import corridor_ids, tabulate_corridors
from geobri.tables import CITY_COLUMNS, CORRIDOR_COLUMNS

__all__ = ["take_plain"]

_ENDS = ["origin", "destination"]


def take_plain(cities: pd.DataFrame, corridors: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Bring plain frames to the contracts of cities and corridors; tables that keep them are handed on.

    Parameters
    ----------
    cities
        Points, or columns `lon` and `lat`; the index, or a column `city`, says what they are called.
    corridors
        Columns `origin` and `destination` and any measures; directed if a pair stands both ways. A column `distance_km`
        is kept: it may be a distance by road.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        Cities and corridors.
    """
    if isinstance(cities, gpd.GeoDataFrame) and set(CITY_COLUMNS) <= set(cities.columns):
        points = cities
    else:
        points = build_cities(cities, caller="corridor_map")
        if set(_ENDS) <= set(corridors.columns):
            corridors = corridors.assign(**{end: corridors[end].astype(str) for end in _ENDS})
    keeps_contract = points is cities and "distance_km" in corridors.columns
    if keeps_contract or not set(_ENDS) <= set(corridors.columns):
        return points, corridors
    back = corridors[_ENDS].set_axis(_ENDS[::-1], axis=1)
    directed = bool(len(corridors[_ENDS].merge(back, on=_ENDS)))
    plain = pd.DataFrame(corridors).drop(columns=[*CORRIDOR_COLUMNS[2:], "geometry"], errors="ignore")
    built = tabulate_corridors(points, pairs=plain, directed=directed)
    if "distance_km" not in corridors.columns:
        return points, built
    own = corridors["distance_km"].set_axis(
        corridor_ids(corridors["origin"], corridors["destination"], directed=directed)
    )
    return points, built.assign(distance_km=own.reindex(built.index))
