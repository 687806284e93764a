"""What the gazetteer says of places that stand on the map already: inhabitants, and whether one is a capital."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.gazetteer.names import name_key
from geobri.gazetteer.places import _places, load_name_index
from geobri.geodesy import distance_km

__all__ = ["NEAR_KM", "describe_places"]

NEAR_KM: Final = 50.0
"""Greatest distance between a place and the gazetteer's of that name, and within which one of another name may lie in a capital."""
_BEHIND: Final = re.compile(r"\s*[,，(（].*$")
_KINDS: Final = ("市", "特别行政区")


def describe_places(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find places in the gazetteer by name and point, and say how many people live there and which are capitals.

    A place is the gazetteer's if one of its names is and both are at most 50 km apart; of several the one with the most inhabitants.

    Parameters
    ----------
    cities
        Table with points in EPSG:4326; the index `city` and the columns `name` and `name_zh`, where it has them, are read as names.

    Returns
    -------
    pandas.DataFrame
        On the index of `cities`: `geonameid` and `population` (missing where the place is not found, or its inhabitants are not known)
        and `capital`: of a sovereign country, one each, as GeoNames names it; missing for a place that is not found and lies at most
        50 km from a capital, as it may be part of it.

    Notes
    -----
    Data: GeoNames, CC BY 4.0. Palau's capital is not in the extract. South Africa has one capital here (Pretoria), as has Bolivia (Sucre).
    """
    lon, lat = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    given = [cities[column] for column in ("name", "name_zh") if column in cities.columns]
    named = zip(cities.index, *given, strict=True)
    near = [_find_near(names, x, y) for names, x, y in zip(named, lon.tolist(), lat.tolist(), strict=True)]
    capitals = set(np.flatnonzero(_places()["capital"] == "1").tolist())
    unknown = np.array([not rows for rows in near], dtype=bool)
    beside = np.zeros(len(near), dtype=bool)
    beside[unknown] = _beside_capital(lon[unknown], lat[unknown])
    is_capital = pd.Series(
        [bool(capitals.intersection(rows)) for rows in near], cities.index, dtype="boolean"
    )
    found = _places().reindex([rows[0] if rows else -1 for rows in near])
    return pd.DataFrame(
        {
            "geonameid": found["geonameid"].astype("Int64").array,
            "population": found["population"].array,
            "capital": is_capital.mask(beside).array,
        },
        index=cities.index,
    )


def _find_near(names: Iterable[object], lon: float, lat: float) -> list[int]:
    """Find the rows of the gazetteer that bear one of the names and lie near, the most inhabitants first."""
    index, places = load_name_index(), _places()
    candidates: set[int] = set()
    for key in {key for name in names for key in _keys(name)}:
        main, other = index.find(key)
        candidates |= {*main, *other, *(row for row, _, _ in index.aliases.get(key, []))}
    if not candidates:
        return []
    at = places.iloc[sorted(candidates)]
    at = at[distance_km(lon, lat, at["lon"].to_numpy(), at["lat"].to_numpy()) <= NEAR_KM]
    return [int(row) for row in at["population"].sort_values(ascending=False, kind="stable").index]


def _keys(name: object) -> set[str]:
    """Give the keys of a name: as it is, without what stands behind a comma or in brackets, and without 市."""
    if not isinstance(name, str):
        return set()
    keys = {name_key(name), name_key(_BEHIND.sub("", name))}
    keys |= {key.removesuffix(kind) for key in keys for kind in _KINDS}
    return keys - {""}


def _beside_capital(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which points lie near the capital of some country."""
    capitals = _places()[_places()["capital"] == "1"]
    x, y = capitals["lon"].to_numpy(), capitals["lat"].to_numpy()
    away = distance_km(lon[:, None], lat[:, None], x[None, :], y[None, :])
    return np.asarray(away.min(axis=1, initial=np.inf) <= NEAR_KM, dtype=bool)
