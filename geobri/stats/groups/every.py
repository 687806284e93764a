"""All tests of two groups for one value, in the order in which they are to be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, SchemaError, mould
from geobri.measures import Measure
from geobri.stats.attempts import attempt_all
from geobri.stats.doors import checked
from geobri.stats.groups.comparison import coastal_test, map_weights
from geobri.stats.groups.corridor_regression import corridor_regression_test
from geobri.stats.groups.corridor_types import corridor_types_test
from geobri.stats.groups.covariates import coastal_regression_test
from geobri.stats.groups.definitions import coastal_sensitivity_test, leave_one_city_out
from geobri.stats.groups.dimensions import coastal_dimensions_test
from geobri.stats.groups.interaction import city_interaction_test, corridor_interaction_test
from geobri.stats.moran_randomisation import measure_smoothness
from geobri.stats.places import Column, as_measure, read_places
from geobri.stats.results import Term, TestResult
from geobri.stats.say import LEVEL, say_smoothness
from geobri.words import Words

__all__ = ["coastal_tests"]

Attempts = list[partial[Any]]
_COAST_KM: Final = "coast_km"
"""Where distances to the coast stand, if the table has them."""
_FEWEST: Final = 4
"""Places that a map needs before it can be smooth."""


@checked
def coastal_tests(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame | None,
    value: Column,
    *,
    group: Column = "coastal",
    strata: Column | None = None,
    covariates: Sequence[Column] = (),
    dimensions: Sequence[Column] = (),
    corridor_value: Column | None = None,
    coast_km: str | None = _COAST_KM,
    n_permutations: int = 9999,
    rng: Rng = None,
) -> list[TestResult]:
    """Run every test of coastal against inland, or of two other groups, that the tables allow.

    Where value and label both gather on the map (Moran's I of each, p of at most 5 %), tests that move the label freely reject too
    many true nulls. Then the test against random maps, which keeps its size, comes first, and each sentence says so.

    Parameters
    ----------
    cities
        Table of cities with points in EPSG:4326, `group` and, if it is a city value, `value`.
    corridors
        Table of corridors, or None.
    value
        Numeric column or measure of the cities; if only the corridors have it, the corridor tests are run alone.
    group
        Column of truth values of the cities.
    strata
        Column of the cities within whose labels the tests are repeated.
    covariates
        Columns of the cities for the regression.
    dimensions
        Columns or measures of the cities (or of the corridors) that are compared with each other; composites of the
        others are left out.
    corridor_value
        Numeric column or measure of the corridors; that of the name of `value` by default, if there is one.
    coast_km
        Column of distances to the coast, for the sensitivity to thresholds; left out if there is none.
    n_permutations
        Random permutations, where not all are enumerated; the random maps are twice as many.
    rng
        Seed or generator; a seed serves every test.

    Returns
    -------
    list of TestResult
        Group tests, strata, covariates, sensitivity, leave-one-out, dimensions, interaction, corridor types,
        corridor regressions, their interaction. p-values are two-sided (twice the smaller tail, at most 1), those of interactions
        large sums of squares. A test that the data do not allow has NaN for a p-value, and its
        row says why.

    Raises
    ------
    SchemaError
        If labels are no truth values, or a column is named that no table has.
    DataError
        If no test is possible, or neither table has the value.
    """
    measure = as_measure(value)
    own = measure if corridor_value is None else as_measure(corridor_value, of="corridors")
    _check_named(cities, corridors, None if corridor_value is None else own, dimensions, coast_km)
    draws: dict[str, Any] = {"n_permutations": n_permutations, "rng": rng}
    attempts: Attempts = []
    if measure.column in cities.columns:
        distance = coast_km if coast_km in cities.columns else None
        attempts += _city_attempts(cities, measure, group=group, strata=strata, draws=draws)
        attempts += _definition_attempts(
            cities, measure, group=group, held=covariates, coast_km=distance, draws=draws
        )
        attempts.append(partial(leave_one_city_out, cities, measure, group=group, strata=strata))
        attempts += _dimension_attempts(cities, dimensions, group=group, strata=strata, draws=draws)
    if corridors is not None and own.column in corridors.columns:
        attempts += _corridor_attempts(corridors, own, cities, dimensions, {"group": group, **draws})
    if not attempts:
        wanted = Words(
            f"cities or corridors need a column {measure.column!r}",
            f"城市表或通路表须有列{measure.column!r}：两表都没有",
        )
        raise DataError(mould("coastal_tests", wanted, "neither with it", "Name one that they have"))
    found = attempt_all(measure, "groups", attempts)
    of_corridors = [one for one in found if one.terms[0].test in _OF_CORRIDORS]
    of_cities = [one for one in found if one.terms[0].test not in _OF_CORRIDORS]
    return [
        *_lead(of_cities, cities, measure, group),
        *(
            of_corridors
            if corridors is None
            else _lead_corridors(of_corridors, cities, corridors, own, group)
        ),
    ]


def _check_named(
    cities: pd.DataFrame,
    corridors: pd.DataFrame | None,
    own: Measure | None,
    dimensions: Sequence[Column],
    coast_km: str | None,
) -> None:
    """Refuse names of columns that no table has: their tests would be left out without a word."""
    of_pairs = () if corridors is None else corridors.columns
    missing = [f"{own.column!r} of the corridors"] if own is not None and own.column not in of_pairs else []
    if coast_km not in (None, _COAST_KM) and coast_km not in cities.columns:
        missing.append(f"{coast_km!r} of the cities")
    named = [as_measure(one).column for one in dimensions]
    missing += [
        f"{one!r} of either table" for one in named if one not in cities.columns and one not in of_pairs
    ]
    if missing:
        came = "no corridors" if corridors is None else "tables without them"
        remedy = "Name columns that they have"
        raise SchemaError(
            mould(
                "coastal_tests",
                Words(f"needs the columns {', '.join(missing)}", f"缺少列：{', '.join(missing)}"),
                came,
                remedy,
            )
        )


_ON_MAP: Final = {
    "mann_whitney_test": False,
    "brunner_munzel_test": False,
    "spatial_group_test": True,
}
"""Tests of two groups, and whether they allow for values that are smooth over the map; others say it in their choices."""
_OF_CORRIDORS: Final = frozenset(
    {"corridor_types_test", "corridor_regression_test", "corridor_interaction_test"}
)


def _lead(
    results: list[TestResult], cities: gpd.GeoDataFrame, measure: Measure, group: Column
) -> list[TestResult]:
    """Put the test that keeps its size first where values and label are smooth over the map, and say it."""
    if measure.column not in cities.columns or not isinstance(cities, gpd.GeoDataFrame):
        return results
    try:
        data = read_places(cities, [measure], group=group, caller="coastal_tests")
    except DataError:  # those with a value are of one group, and each test says so
        return results
    if len(data.labels) < _FEWEST:
        return results
    weights = map_weights(data.table)
    values, label = (measure_smoothness(one, weights) for one in (data.numbers, data.first))
    if not max(values.p_value, label.p_value) <= LEVEL:
        return results
    return sorted(
        _told(results, measure, values, label), key=lambda one: one.terms[0].test != "spatial_group_test"
    )


def _told(results: list[TestResult], measure: Measure, values: Term, label: Term) -> list[TestResult]:
    """Say of each test whether it allows for values and labels that gather on the map."""
    told = []
    for result in results:
        maps = result.choices.get("maps", _ON_MAP.get(result.terms[0].test))
        if maps is None or not math.isfinite(result.p_value):
            told.append(result)
            continue
        more = say_smoothness(measure, values, label, maps=maps)
        told.append(
            replace(result, sentence=result.sentence + more.en, sentence_zh=result.sentence_zh + more.zh)
        )
    return told


def _lead_corridors(
    results: list[TestResult],
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    measure: Measure,
    group: Column,
) -> list[TestResult]:
    """Put the test of corridors against random maps before the others where corridors of near cities are alike."""
    if measure.column not in corridors.columns or not isinstance(cities, gpd.GeoDataFrame):
        return results
    both = pd.concat([corridors.set_index(end)[measure.column] for end in ("origin", "destination")]).groupby(
        level=0, observed=True
    )
    means = cities.assign(**{measure.column: both.mean().reindex(cities.index)})
    told = _lead(results, means, measure, group)
    return told if told is results else sorted(told, key=lambda one: not one.choices.get("maps"))


def _city_attempts(
    cities: gpd.GeoDataFrame, measure: Measure, *, group: Column, strata: Column | None, draws: dict[str, Any]
) -> Attempts:
    test = partial(coastal_test, cities, measure, group=group)
    stratified = [partial(test, strata=strata)] if strata else []
    # 9,999 become 19,999: R + 1 stays a round number
    maps = {**draws, "n_permutations": 2 * int(draws["n_permutations"]) + 1}
    return [
        partial(test),
        *stratified,
        partial(test, method="brunner-munzel", **draws),
        partial(test, method="spatial", **maps),
    ]


def _definition_attempts(
    cities: gpd.GeoDataFrame,
    measure: Measure,
    *,
    group: Column,
    held: Sequence[Column],
    coast_km: str | None,
    draws: dict[str, Any],
) -> Attempts:
    attempts: Attempts = []
    if len(held):
        attempts.append(partial(coastal_regression_test, cities, measure, held, group=group, **draws))
    if coast_km:
        definitions = [as_measure(group).column]
        attempts.append(
            partial(
                coastal_sensitivity_test, cities, measure, coast_km=coast_km, definitions=definitions, **draws
            )
        )
    return attempts


def _dimension_attempts(
    cities: gpd.GeoDataFrame,
    dimensions: Sequence[Column],
    *,
    group: Column,
    strata: Column | None,
    draws: dict[str, Any],
) -> Attempts:
    named = [one for one in dimensions if as_measure(one).column in cities.columns]
    if len(named) < 2:  # noqa: PLR2004 - nothing to compare
        return []
    choices = {"group": group, "strata": strata, **draws}
    return [
        partial(test, cities, named, **choices) for test in (coastal_dimensions_test, city_interaction_test)
    ]


def _corridor_attempts(
    corridors: pd.DataFrame,
    measure: Measure,
    cities: gpd.GeoDataFrame,
    dimensions: Sequence[Column],
    choices: dict[str, Any],
) -> Attempts:
    tests = [partial(corridor_types_test, cities, corridors, measure, **choices)]
    if "distance_km" in corridors.columns:
        tests.append(partial(corridor_regression_test, cities, corridors, measure, **choices))
    named = [one for one in dimensions if as_measure(one).column in corridors.columns]
    if len(named) > 1:
        tests.append(partial(corridor_interaction_test, cities, corridors, named, **choices))
    if not isinstance(cities, gpd.GeoDataFrame):
        return [*tests]
    return [both for one in tests for both in (one, partial(one, maps=True))]
