"""The tables of kepler.gl and FlowmapBlue, out and in."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geobri.cities import build_cities
from geobri.errors import SchemaError, mould

__all__ = ["from_flowmap", "from_kepler", "to_flowmap", "to_kepler"]

_KEPLER_ENDS = ("origin", "destination")


def to_kepler(cities: gpd.GeoDataFrame, corridors: pd.DataFrame) -> pd.DataFrame:
    """Make the table that kepler.gl draws as arcs: both ends as latitude and longitude in each row.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`.
    corridors
        Corridors with their values.

    Returns
    -------
    pandas.DataFrame
        `origin, origin_lat, origin_lng, destination, destination_lat, destination_lng`, then every value column.
    """
    lon, lat = cities.geometry.x, cities.geometry.y
    columns: dict[str, pd.Series] = {}
    for end in _KEPLER_ENDS:
        columns[end] = corridors[end]
        columns[f"{end}_lat"] = corridors[end].map(lat)
        columns[f"{end}_lng"] = corridors[end].map(lon)
    values = pd.DataFrame(corridors).drop(columns=[*_KEPLER_ENDS, "geometry"], errors="ignore")
    return pd.concat([pd.DataFrame(columns), values], axis=1).reset_index(drop=True)


def from_kepler(table: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read a kepler.gl arc table back.

    Parameters
    ----------
    table
        As `to_kepler` makes it.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        Cities (points), and pairs with `origin`, `destination` and the value columns.

    Raises
    ------
    SchemaError
        If a column of the format is missing.
    """
    needed = [f"{end}{suffix}" for end in _KEPLER_ENDS for suffix in ("", "_lat", "_lng")]
    _check_columns(table, needed, "from_kepler")
    ends = [
        table[[end, f"{end}_lng", f"{end}_lat"]].set_axis(["city", "lon", "lat"], axis=1)
        for end in _KEPLER_ENDS
    ]
    cities = build_cities(pd.concat(ends).drop_duplicates("city"), caller="from_kepler")
    return cities, table.drop(columns=[name for name in needed if name not in _KEPLER_ENDS])


def to_flowmap(
    cities: gpd.GeoDataFrame, corridors: pd.DataFrame, value: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the two sheets of FlowmapBlue.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`.
    corridors
        Corridors with their values.
    value
        The column that becomes `count`; rows without a value are left out.

    Returns
    -------
    tuple of pandas.DataFrame
        `locations` (`id, name, lat, lon`) and `flows` (`origin, dest, count`).
    """
    locations = pd.DataFrame(
        {
            "id": cities.index,
            "name": cities["name"].to_numpy(),
            "lat": cities.geometry.y.to_numpy(),
            "lon": cities.geometry.x.to_numpy(),
        }
    )
    known = corridors[corridors[value].notna()]
    flows = pd.DataFrame(
        {
            "origin": known["origin"].to_numpy(),
            "dest": known["destination"].to_numpy(),
            "count": known[value].to_numpy(),
        }
    )
    return locations, flows


def from_flowmap(locations: pd.DataFrame, flows: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read the two sheets of FlowmapBlue back.

    Parameters
    ----------
    locations
        `id, name, lat, lon`.
    flows
        `origin, dest, count`.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        Cities (points), and flows with `indicator` (``count``), `origin, destination, value`.

    Raises
    ------
    SchemaError
        If a column of the format is missing.
    """
    _check_columns(locations, ["id", "lat", "lon"], "from_flowmap")
    _check_columns(flows, ["origin", "dest", "count"], "from_flowmap")
    cities = build_cities(locations.rename(columns={"id": "city"}), caller="from_flowmap")
    renamed = flows.rename(columns={"dest": "destination", "count": "value"}).assign(indicator="count")
    return cities, renamed[["indicator", "origin", "destination", "value"]]


def _check_columns(table: pd.DataFrame, needed: list[str], caller: str) -> None:
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise SchemaError(
            mould(caller, f"the table needs the columns {needed}", f"{list(table.columns)}", f"Add {missing}")
        )
