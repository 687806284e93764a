"""The tables of kepler.gl and FlowmapBlue, out and in."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geobri.cities import build_cities
from geobri.errors import DataError, SchemaError, mould
from geobri.measures import Measure, as_measure

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
        `origin, origin_lat, origin_lng, destination, destination_lat, destination_lng`, then the corridor's id and the names of both ends for
        tooltips (`corridor, origin_name, origin_name_zh, destination_name, destination_name_zh`), then every value column.

    Examples
    --------
    >>> from geobri.corridors import build_corridors
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> to_kepler(cities, build_corridors(cities)).columns[:4].tolist()
    ['origin', 'origin_lat', 'origin_lng', 'destination']
    """
    lon, lat = cities.geometry.x, cities.geometry.y
    columns: dict[str, pd.Series] = {}
    for end in _KEPLER_ENDS:
        columns[end] = corridors[end]
        columns[f"{end}_lat"] = corridors[end].map(lat)
        columns[f"{end}_lng"] = corridors[end].map(lon)
    columns["corridor"] = pd.Series(corridors.index, index=corridors.index)
    for end in _KEPLER_ENDS:
        for name in ("name", "name_zh"):
            if name in cities.columns:
                columns[f"{end}_{name}"] = corridors[end].map(cities[name])
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
    parts = {"": "city", "_lng": "lon", "_lat": "lat", "_name": "name", "_name_zh": "name_zh"}
    ends = [
        table[[f"{end}{part}" for part in parts if f"{end}{part}" in table.columns]].rename(
            columns={f"{end}{part}": name for part, name in parts.items()}
        )
        for end in _KEPLER_ENDS
    ]
    cities = build_cities(pd.concat(ends).drop_duplicates("city"), caller="from_kepler")
    of_ends = [f"{end}{part}" for end in _KEPLER_ENDS for part in parts if part]
    return cities, table.drop(columns=[*of_ends, "corridor"], errors="ignore")


def to_flowmap(
    cities: gpd.GeoDataFrame, corridors: pd.DataFrame, value: str | Measure
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the two sheets of FlowmapBlue, in which a larger `count` is a stronger flow.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`.
    corridors
        Corridors with their values.
    value
        The measure that becomes `count`, or the name of its column, whose meaning is then inferred; rows without a value are left out. A rank r of
        ranks down to m becomes m + 1 - r, so that the first is the strongest; other measures of which less is better are refused.

    Returns
    -------
    tuple of pandas.DataFrame
        `locations` (`id, name, lat, lon`) and `flows` (`origin, dest, count`).

    Raises
    ------
    DataError
        If less of the measure is stronger, and it is no rank; or if a value is negative.
    """
    measure = as_measure(value, corridors, of="corridors")
    locations = pd.DataFrame(
        {
            "id": cities.index,
            "name": cities["name"].to_numpy(),
            "lat": cities.geometry.y.to_numpy(),
            "lon": cities.geometry.x.to_numpy(),
        }
    )
    known = corridors[corridors[measure.column].notna()]
    flows = pd.DataFrame(
        {
            "origin": known["origin"].to_numpy(),
            "dest": known["destination"].to_numpy(),
            "count": _as_counts(known[measure.column], measure).to_numpy(),
        }
    )
    return locations, flows


def _as_counts(values: pd.Series, measure: Measure) -> pd.Series:
    """Values of which more is stronger, as a format of counts takes them."""
    if measure.is_rank and measure.direction < 0:
        turned: pd.Series = values.max() + 1 - values
        return turned
    negative = int((values < 0).sum())
    if measure.direction < 0 or negative:
        came = (
            f"'{measure.column}', of which less is stronger"
            if measure.direction < 0
            else f"{negative} negative values of '{measure.column}'"
        )
        remedy = "Choose an amount, a count or a score"
        raise DataError(
            mould("to_flowmap", "a flow map draws counts, of which more is stronger", came, remedy)
        )
    return values


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
