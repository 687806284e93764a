"""Cities: geocoded points with country, region and the coastal flag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import DataError, GeobriError, SchemaError, first_offenders, mould
from geobri.gazetteer.countries import country_codes, load_country_table
from geobri.gazetteer.names import name_key
from geobri.notebooks import menu_of
from geobri.tables import CITY_COLUMNS, check_cities, find_coordinate_faults
from geobri.units import LONLAT_CRS
from geobri.words import NO, YES

_Table = TypeVar("_Table", bound=pd.DataFrame)

__all__ = ["build_cities", "find_city"]
__dir__ = menu_of(__all__)

_TRUE: Final = frozenset(YES) | {"t", "1", "1.0", "coastal", "coast", "沿海", "沿海城市"}
_QUALIFIED: Final = re.compile(r"^(?P<name>.+?)\s*[(（,，]\s*(?P<where>[^()（）]+?)\s*[)）]?$")
_NAMES: Final = ("name", "name_zh", "name_printed", "name_zh_printed")
_FALSE: Final = frozenset(NO) | {"f", "0", "0.0", "inland", "内陆", "内陆城市"}


def parse_flags(values: pd.Series, *, caller: str = "parse_flags") -> pd.Series:
    """Read yes-no cells as spreadsheets write them.

    Parameters
    ----------
    values
        Booleans, numbers or words (``true``, ``yes``, ``coastal``, ``沿海``, …); empty cells are unknown.
    caller
        Who asks, for the message.

    Returns
    -------
    pandas.Series
        Nullable boolean on the same index.

    Raises
    ------
    SchemaError
        If a cell is neither yes nor no.
    """
    words = values.astype(object).map(lambda cell: "" if pd.isna(cell) else str(cell).strip().lower())
    wrong = words[~words.isin(_TRUE | _FALSE | {""})]
    if len(wrong):
        came = f"{len(wrong)} of {len(words)} cells otherwise: {first_offenders(wrong)}"
        raise SchemaError(
            mould(
                caller,
                f"'{values.name}' must be yes or no",
                came,
                "Write true or false, or leave the cell empty",
            )
        )
    return words.map(lambda word: True if word in _TRUE else False if word in _FALSE else pd.NA).astype(
        "boolean"
    )


def build_cities(
    table: pd.DataFrame | Mapping[str, Any],
    *,
    lon: str = "lon",
    lat: str = "lat",
    caller: str = "build_cities",
) -> gpd.GeoDataFrame:
    """Build a table of cities that keeps the contract from a plain table with coordinates.

    Parameters
    ----------
    table
        One row per city: a column (or the index) `city`, and longitude and latitude in degrees on WGS84, or
        points (such as `geocode` gives).
        `name, name_zh, country, region, coastal` are taken where they stand and are missing elsewhere;
        `name` defaults to the slug. Further columns are kept as covariates.
    lon, lat
        Names of the coordinate columns.
    caller
        Who asks, for the message.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `city`, columns `name, name_zh, country, region, coastal, geometry` (EPSG:4326), then covariates.

    Raises
    ------
    SchemaError
        With every fault at once: missing columns, doubled cities, swapped or impossible coordinates.
    """
    frame = pd.DataFrame(
        _points_to_columns(table, lon, lat) if isinstance(table, gpd.GeoDataFrame) else table
    )
    if "city" in frame.columns:
        frame = frame.set_index("city")
    elif frame.index.name is None and pd.api.types.is_numeric_dtype(
        frame.index
    ):  # rows that are only counted: nobody called a city "0"
        came = f"rows {first_offenders(frame.index)} and the columns {list(frame.columns)}"
        remedy = "Add it, or set the column that holds the names as the index"
        raise SchemaError(
            mould(caller, "cities need a column (or an index) 'city' with a slug each", came, remedy)
        )
    missing = [name for name in (lon, lat) if name not in frame.columns]
    if missing:
        raise SchemaError(
            mould(
                caller,
                f"cities need the columns '{lon}' and '{lat}'",
                f"{list(frame.columns)}",
                "Add them, or geocode the names first",
            )
        )
    x, y = (pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float) for name in (lon, lat))
    faults = find_coordinate_faults(x, y, list(frame.index), columns=(lon, lat))
    if faults:
        raise SchemaError(f"{caller}: " + "\n".join(str(fault) for fault in faults))
    cities = _with_all_columns(frame.drop(columns=[lon, lat]), caller)
    built = gpd.GeoDataFrame(cities, geometry=gpd.points_from_xy(x, y), crs=LONLAT_CRS)
    front = [*CITY_COLUMNS, "geometry"]
    return check_cities(
        built[[*front, *(name for name in built.columns if name not in front)]], caller=caller
    )


def _points_to_columns(table: gpd.GeoDataFrame, lon: str, lat: str) -> pd.DataFrame:
    """Read coordinates off the points, in degrees on WGS84."""
    points = table.geometry if table.crs is None else table.to_crs(LONLAT_CRS).geometry
    return pd.DataFrame(table.drop(columns=table.geometry.name)).assign(**{lon: points.x, lat: points.y})


def _with_all_columns(frame: pd.DataFrame, caller: str) -> pd.DataFrame:
    """Give a table of cities the columns that every one has, empty where it had none."""
    index = pd.Index(
        frame.index.map(lambda slug: slug if pd.isna(slug) else str(slug)), name="city", dtype=object
    )
    cities = frame.set_axis(index, axis=0).copy()
    if "name" not in cities.columns:
        cities["name"] = index.to_numpy()
    for name in ("name_zh", "country", "region"):
        if name not in cities.columns:
            cities[name] = None
    flags = (
        cities["coastal"] if "coastal" in cities.columns else pd.Series(np.nan, index=index, name="coastal")
    )
    cities["coastal"] = parse_flags(flags, caller=caller)
    return cities


def tell_names_apart(cities: _Table) -> _Table:
    """Put the country behind names that several cities have, as reports print them.

    Parameters
    ----------
    cities
        Table of cities with `name`, and perhaps `name_zh` and `country`.

    Returns
    -------
    pandas.DataFrame
        The same table, where ``Tripoli`` has become ``Tripoli (Libya)`` and 的黎波里 has become 的黎波里（利比亚）; two of one
        name in one country have their slug there. The table handed in is not changed.
    """
    told = {
        column: _tell_apart(cities, column, chinese=column == "name_zh")
        for column in ("name", "name_zh")
        if column in cities.columns
    }
    changed = {column: names for column, names in told.items() if names is not None}
    return cities.assign(**changed)


def _tell_apart(cities: pd.DataFrame, column: str, *, chinese: bool) -> pd.Series | None:
    """Give the names of a column with the country behind those that repeat; None if none does."""
    keys = cities[column].map(name_key)
    repeated = keys.ne("") & keys.duplicated(keep=False)
    if not repeated.any():
        return None
    unknown = pd.Series(pd.NA, index=cities.index)
    codes = cities.get("country", unknown).astype("string").fillna("")
    table = load_country_table()
    countries = codes.map(table["name_zh" if chinese else "name"].to_dict()).fillna(codes)
    same = keys.str.cat(codes, sep="|").duplicated(keep=False)
    where = countries.where(countries.ne("") & ~same, cities.index.to_series().astype(str))
    opening, closing = ("（", "）") if chinese else (" (", ")")
    told = cities[column].astype(object) + opening + where.astype(object) + closing
    return cities[column].where(~repeated, told)


def find_city(cities: pd.DataFrame, name: str, *, caller: str = "find_city") -> str | None:
    """Find a city by what a reader may call it, and refuse a name that several have.

    Parameters
    ----------
    cities
        Table of cities with the index `city`.
    name
        Slug, or name in either language, bare or with its country: ``tripoli-libya``, ``Tripoli (Libya)``,
        ``Tripoli, Libya``, 的黎波里（利比亚）; names as a report prints them are known too.
    caller
        Who asks, for the message.

    Returns
    -------
    str or None
        Slug of the city; None if there is none of this name.

    Raises
    ------
    DataError
        If several cities have the name; they are listed, with their countries and slugs.
    """
    if name in cities.index:
        return name
    found = _cities_called(cities, name)
    read = _QUALIFIED.match(name)
    if not found and read is not None:
        bare = _cities_called(cities, read["name"])
        found = _those_in(cities.loc[bare], read["where"])
    if len(found) > 1:
        listed = ", ".join(_say_candidate(cities, slug) for slug in found)
        raise DataError(
            mould(
                caller,
                "a name must mean one city",
                f"{name!r}, which {len(found)} have: {listed}",
                "Write the slug, or the name with its country",
            )
        )
    return found[0] if found else None


def _cities_called(cities: pd.DataFrame, name: str) -> list[str]:
    """List the cities that have this name in any of their columns, with or without a country behind it."""
    wanted = name_key(name)
    called = pd.Series(data=False, index=cities.index)
    for column in _NAMES:
        if wanted and column in cities.columns:
            names = cities[column].astype("string").fillna("")
            called |= names.map(name_key).eq(wanted) | names.map(_without_country).map(name_key).eq(wanted)
    return [str(slug) for slug in cities.index[called]]


def _without_country(name: str) -> str:
    read = _QUALIFIED.match(name)
    return read["name"] if read is not None else name


def _those_in(cities: pd.DataFrame, where: str) -> list[str]:
    """Keep the cities in this country, by code or name; or those whose slug or told-apart name says it."""
    try:
        code = country_codes([where])[0]
    except GeobriError:
        code = ""
    if code and "country" in cities.columns:
        return [str(slug) for slug in cities.index[cities["country"].eq(code).fillna(value=False)]]
    return [str(slug) for slug in cities.index if name_key(where) == name_key(str(slug))]


def _say_candidate(cities: pd.DataFrame, slug: str) -> str:
    names = dict.fromkeys(str(cities.loc[slug, column]) for column in _said_columns(cities, slug))
    return f"{' '.join(names)} [{slug}]"


def _said_columns(cities: pd.DataFrame, slug: str) -> Iterable[str]:
    known = cities.loc[[slug]].notna()
    return (column for column in ("name", "name_zh") if column in known and bool(known[column].iloc[0]))
