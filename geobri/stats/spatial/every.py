"""All tests of spatial dependence of one value, in the order in which they are to be read."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, mould
from geobri.measures import Measure
from geobri.neighbours import build_knn, merge_coincident, nearest_neighbours
from geobri.neighbours.graphs import join_nearest
from geobri.stats.attempts import attempt_all
from geobri.stats.doors import checked
from geobri.stats.places import Column, as_measure
from geobri.stats.results import TestResult
from geobri.stats.spatial.correlogram import correlogram_test
from geobri.stats.spatial.corridors import corridor_moran_test
from geobri.stats.spatial.join_counts import join_count_test
from geobri.stats.spatial.local import local_getis_ord_test, local_moran_test
from geobri.stats.spatial.moran import geary_test, getis_ord_test, moran_test
from geobri.words import Words

__all__ = ["default_graph", "moran_tests"]

Attempts = list[partial[Any]]
ENOUGH: Final = 19_999
"""Draws with which a p-value of 5 % has a Monte Carlo error of 0.2 points."""


@checked
def default_graph(cities: gpd.GeoDataFrame, k: int | None = None) -> Any:
    """Join every city to its nearest ones.

    Parameters
    ----------
    cities
        Points in EPSG:4326, n rows.
    k
        How many; by default 8, but no more than a quarter of the others and no fewer than 1.

    Returns
    -------
    libpysal.graph.Graph
        See `build_knn`.
    """
    return build_knn(cities, k or _nearest_of(cities))


def _nearest_of(cities: gpd.GeoDataFrame) -> int:
    return max(1, min(8, (len(cities) - 1) // 4))


@checked
def moran_tests(
    cities: gpd.GeoDataFrame,
    value: Column,
    *,
    corridors: pd.DataFrame | None = None,
    graph: Any = None,
    k: int | None = None,
    group: Column = "coastal",
    n_permutations: int = ENOUGH,
    rng: Rng = None,
) -> list[TestResult]:
    """Run every test of spatial dependence that the tables allow.

    Parameters
    ----------
    cities
        Table of cities with points in EPSG:4326 and, if it is a city value, `value`.
    value
        Numeric column or measure of the cities, or of the corridors.
    corridors
        Table of corridors, or None.
    graph
        Neighbours, a `libpysal.graph.Graph`; `default_graph` otherwise.
    k
        Number of neighbours of the default graph.
    group
        Column of labels for join counts; left out if there is none, or all cities have the same.
    n_permutations
        Random permutations: as many that a verdict at 5 % does not hang on the seed. With fewer, local tests use ten times
        as many, up to the same number, so that adjusted p-values can be small.
    rng
        Seed or generator; a seed serves every test.

    Returns
    -------
    list of TestResult
        Moran, Geary, Getis-Ord (values of at least 0), correlogram, local Moran, local G*, join counts, and the
        dependence among corridors. p-values are two-sided, each as its test says. A test that the data do not allow has NaN
        for a p-value, and its row says why.

    Raises
    ------
    DataError
        If no test is possible, neither table has the value, or cities coincide.
    """
    draws: dict[str, Any] = {"n_permutations": n_permutations, "rng": rng}
    measure, label = as_measure(value), as_measure(group)
    attempts: Attempts = []
    joined = graph
    if joined is None and (measure.column in cities.columns or label.column in cities.columns):
        _check_apart(cities)
        joined = join_nearest(cities, k or _nearest_of(cities))
    if measure.column in cities.columns:
        attempts += _city_attempts(cities, measure, joined, draws)
    if label.column in cities.columns and len(cities[label.column].dropna().unique()) > 1:
        attempts.append(partial(join_count_test, cities, group, joined, **draws))
    if corridors is not None and measure.column in corridors.columns:
        near = {"neighbours": "near ends", "cities": cities, "radius_km": _near_km(cities)}
        test = partial(corridor_moran_test, corridors, measure, **draws)
        attempts += [test, partial(test, **near)]
    if not any(measure.column in getattr(table, "columns", ()) for table in (cities, corridors)):
        wanted = Words(
            f"cities or corridors need a column '{measure.column}'", f"城市表或通路表须有列“{measure.column}”"
        )
        raise DataError(mould("moran_tests", wanted, f"{list(cities.columns)}", "Name another"))
    return attempt_all(measure, "neighbours", attempts)


def _check_apart(cities: gpd.GeoDataFrame) -> None:
    report = merge_coincident(cities)
    if len(report.merged):
        raise DataError(
            mould("moran_tests", "cities must be apart", report.summary(), "Call merge_coincident first"),
            zh=f"城市不得重合：有{len(report.merged)}个与其他城市位于同一点。",
        )


def _city_attempts(cities: gpd.GeoDataFrame, measure: Measure, graph: Any, draws: dict[str, Any]) -> Attempts:
    asked = int(draws["n_permutations"])
    many = {**draws, "n_permutations": max(asked, min(10 * asked, ENOUGH))}
    bands = min(8, max(2, len(cities) // 4))
    tests = [moran_test, geary_test, *([] if (cities[measure.column] < 0).any() else [getis_ord_test])]
    return [
        *(partial(test, cities, measure, graph, **draws) for test in tests),
        partial(correlogram_test, cities, measure, n_bands=bands, **draws),
        *(partial(test, cities, measure, graph, **many) for test in (local_moran_test, local_getis_ord_test)),
    ]


def _near_km(cities: gpd.GeoDataFrame) -> float:
    """Give the radius for near ends: the median distance to the second nearest city."""
    return float(np.ceil(np.median(nearest_neighbours(cities, min(2, len(cities) - 1))[1][:, -1])))
