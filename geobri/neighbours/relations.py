"""Graphs of cities that belong together: same region, shared border, joined by a corridor.

As in `geobri.neighbours.graphs`, ids are the index of the table, and a city without neighbours is an island.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.arrays import IntArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.neighbours.weights import make_graph

__all__ = ["build_corridor_weighted", "build_same_region", "build_shared_border"]


def build_same_region(cities: pd.DataFrame, *, column: str = "region") -> Any:
    """Join all cities of the same region.

    Parameters
    ----------
    cities
        Table with a unique index, n rows.
    column
        Column of the region; a city without one is an island.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, weights of 1.

    Raises
    ------
    SchemaError
        If the column is missing.
    """
    if column not in cities.columns:
        raise SchemaError(
            mould(
                "build_same_region", f"cities need a column '{column}'", f"{list(cities.columns)}", "Name it"
            )
        )
    joined = _members_joined(cities, column, {(area, area) for area in cities[column].dropna().unique()})
    return make_graph(cities.index, joined[:, 0], joined[:, 1], np.ones(len(joined)))


def _members_joined(cities: pd.DataFrame, column: str, areas: set[tuple[Any, Any]]) -> IntArray:
    """Rows of the cities of each pair of areas, every city of the one with every city of the other, shape (m, 2)."""
    members = pd.DataFrame(
        {"area": cities[column].to_numpy(dtype=object), "row": np.arange(len(cities))}
    ).dropna()
    links = pd.DataFrame(list(areas), columns=["area", "other"], dtype=object)
    links = links.merge(members, on="area").merge(
        members, left_on="other", right_on="area", suffixes=("", "_other")
    )
    rows = links[["row", "row_other"]].to_numpy(dtype=np.int64)
    return np.asarray(rows[rows[:, 0] != rows[:, 1]])


def build_shared_border(
    cities: pd.DataFrame,
    polygons: gpd.GeoDataFrame,
    *,
    column: str = "country",
    same: bool = True,
    corner: bool = False,
) -> Any:
    """Join the cities of countries (or regions) that share a border.

    Parameters
    ----------
    cities
        Table with a unique index and the column named below, n rows.
    polygons
        Areas, indexed by the values of that column, in any CRS; several rows of one area are taken together.
    column
        Column of `cities` that names the area.
    same
        Also join the cities of one and the same area.
    corner
        A border may be a single point; otherwise it must be a line.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, weights of 1. An area without neighbours (Australia) leaves islands unless it holds two cities.

    Raises
    ------
    SchemaError
        If the column is missing, or names areas that `polygons` does not have.
    """
    if column not in cities.columns:
        raise SchemaError(
            mould(
                "build_shared_border",
                f"cities need a column '{column}'",
                f"{list(cities.columns)}",
                "Name it",
            )
        )
    unknown = sorted(set(cities[column].dropna()) - set(polygons.index))
    if unknown:
        came = f"{len(unknown)} areas without one: {first_offenders(unknown)}"
        raise SchemaError(
            mould(
                "build_shared_border",
                "every area must have a polygon",
                came,
                "Index polygons by the same codes",
            )
        )
    links = _touching(polygons.loc[polygons.index.isin(cities[column])], corner=corner)
    own = {(area, area) for area in cities[column].dropna().unique()} if same else set()
    joined = _members_joined(cities, column, links | own)
    return make_graph(cities.index, joined[:, 0], joined[:, 1], np.ones(len(joined)))


def _touching(polygons: gpd.GeoDataFrame, *, corner: bool) -> set[tuple[Any, Any]]:
    """Pairs of areas, both ways, whose polygons share a line (or a point, if `corner`)."""
    geometry = np.asarray(polygons.geometry.array)
    names = np.asarray(polygons.index, dtype=object)
    first, second = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    apart = names[first] != names[second]
    first, second = first[apart], second[apart]
    if not corner:
        line = shapely.get_dimensions(shapely.intersection(geometry[first], geometry[second])) >= 1
        first, second = first[line], second[line]
    return set(zip(names[first], names[second], strict=True))


def build_corridor_weighted(
    cities: pd.DataFrame, corridors: pd.DataFrame, value: str, *, directed: bool = False
) -> Any:
    """Join cities by the strength of the corridor between them.

    Parameters
    ----------
    cities
        Table with a unique index, n rows.
    corridors
        One row per pair with `origin`, `destination` and the column `value`.
    value
        Column of weights, at least 0; a missing or 0 weight is no link.
    directed
        Read each row one way only, origin to destination.

    Returns
    -------
    libpysal.graph.Graph
        Weights as given; symmetric unless `directed`.

    Raises
    ------
    SchemaError
        If columns are missing, an end is no city, or a pair stands twice.
    DataError
        If a weight is negative.
    """
    missing = [name for name in ("origin", "destination", value) if name not in corridors.columns]
    if missing:
        raise SchemaError(
            mould(
                "build_corridor_weighted",
                f"corridors need columns {missing}",
                f"{list(corridors.columns)}",
                "Add them",
            )
        )
    table = corridors.loc[corridors[value].notna()]
    ends = [cities.index.get_indexer(pd.Index(table[name])) for name in ("origin", "destination")]
    _check_links(table, ends, value, directed=directed)
    weight = table[value].to_numpy(dtype=float)
    if directed:
        return make_graph(cities.index, ends[0], ends[1], weight)
    focal, neighbour = np.concatenate(ends), np.concatenate(ends[::-1])
    return make_graph(cities.index, focal, neighbour, np.concatenate([weight, weight]))


def _check_links(table: pd.DataFrame, ends: list[IntArray], value: str, *, directed: bool) -> None:
    caller = "build_corridor_weighted"
    strange = (ends[0] < 0) | (ends[1] < 0)
    if strange.any():
        raise SchemaError(
            mould(
                caller,
                "both ends must be cities",
                first_offenders(table.index[strange]),
                "Add the cities or drop the rows",
            )
        )
    pairs = np.column_stack(ends) if directed else np.sort(np.column_stack(ends), axis=1)
    doubled = pd.DataFrame(pairs).duplicated().to_numpy()
    if doubled.any():
        raise SchemaError(
            mould(
                caller,
                "every pair must stand once",
                first_offenders(table.index[doubled]),
                "Add them up, or pass directed=True",
            )
        )
    negative = (table[value] < 0).to_numpy()
    if negative.any():
        raise DataError(
            mould(
                caller,
                f"'{value}' must be at least 0",
                first_offenders(table.index[negative]),
                "Use a strength, not a difference",
            )
        )
