"""Cities: geocoded points with country, region and the coastal flag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import SchemaError, first_offenders, mould
from geobri.tables import CITY_COLUMNS, check_cities, find_coordinate_faults
from geobri.units import LONLAT_CRS

__all__ = ["build_cities", "parse_flags"]

_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "coastal", "coast", "是", "沿海", "沿海城市"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "inland", "否", "内陆", "内陆城市"})


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
