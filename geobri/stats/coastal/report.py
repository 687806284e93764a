"""All coastal tests of one value, in the order in which they are to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import DataError, mould
from geobri.stats.attempts import attempt_all
from geobri.stats.coastal.cities import coastal_dimensions_test, coastal_test
from geobri.stats.coastal.corridor_regression import corridor_regression_test
from geobri.stats.coastal.corridor_types import corridor_types_test
from geobri.stats.coastal.covariates import coastal_regression_test
from geobri.stats.coastal.interaction import city_interaction_test, corridor_interaction_test
from geobri.stats.coastal.sensitivity import coastal_sensitivity_test, leave_one_city_out
from geobri.stats.results import TestResult

__all__ = ["coastal_tests"]

Rng = int | np.random.Generator | None
Attempt = tuple[Callable[..., TestResult], tuple[Any, ...], dict[str, Any]]


def coastal_tests(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame | None,
    value: str,
    *,
    group: str = "coastal",
    strata: str | None = None,
    covariates: Sequence[str] = (),
    dimensions: Sequence[str] = (),
    corridor_value: str | None = None,
    coast_km: str | None = "coast_km",
    n_permutations: int = 1999,
    rng: Rng = None,
) -> list[TestResult]:
    """Run every coastal test that the tables allow.

    Parameters
    ----------
    cities
        Table of cities with points in EPSG:4326, `group` and, if it is a city value, `value`.
    corridors
        Table of corridors, or None.
    value
        Numeric column of the cities; if only the corridors have it, the corridor tests are run alone.
    group
        Column of truth values of the cities.
    strata
        Column of the cities within whose labels the tests are repeated.
    covariates
        Columns of the cities for the regression.
    dimensions
        Columns of the cities (or of the corridors) that are compared with each other.
    corridor_value
        Numeric column of the corridors; `value` by default, if there is one of that name.
    coast_km
        Column of distances to the coast, for the sensitivity to thresholds; left out if there is none.
    n_permutations
        Random permutations, where not all are enumerated.
    rng
        Seed or generator; a seed serves every test.

    Returns
    -------
    list of TestResult
        Group tests, strata, covariates, sensitivity, leave-one-out, dimensions, interaction, corridor types,
        corridor regressions, their interaction. A test that the data do not allow has NaN for a p-value, and its
        row says why.

    Raises
    ------
    SchemaError
        If labels are no truth values.
    DataError
        If no test is possible, or neither table has the value.
    """
    draws: dict[str, Any] = {"n_permutations": n_permutations, "rng": rng}
    attempts: list[Attempt] = []
    if value in cities.columns:
        distance = coast_km if coast_km in cities.columns else None
        held = list(covariates)
        attempts += _city_attempts(cities, value, group=group, strata=strata, draws=draws)
        attempts += _definition_attempts(
            cities, value, group=group, held=held, coast_km=distance, draws=draws
        )
        attempts.append((leave_one_city_out, (cities, value), {"group": group, "strata": strata}))
        attempts += _dimension_attempts(cities, dimensions, group=group, strata=strata, draws=draws)
    name = corridor_value or value
    if corridors is not None and name in corridors.columns:
        attempts += _corridor_attempts(corridors, name, cities, dimensions, {"group": group, **draws})
    if not attempts:
        remedy = "Name one that they have"
        raise DataError(
            mould("coastal_tests", f"cities or corridors need a column {value!r}", "neither with it", remedy)
        )
    return attempt_all(value, attempts)


def _city_attempts(
    cities: gpd.GeoDataFrame, value: str, *, group: str, strata: str | None, draws: dict[str, Any]
) -> list[Attempt]:
    data = (cities, value)
    attempts: list[Attempt] = [(coastal_test, data, {"group": group})]
    if strata:
        attempts.append((coastal_test, data, {"group": group, "strata": strata}))
    others = ({"group": group, "method": method, **draws} for method in ("brunner-munzel", "spatial"))
    return [*attempts, *((coastal_test, data, choices) for choices in others)]


def _definition_attempts(
    cities: gpd.GeoDataFrame,
    value: str,
    *,
    group: str,
    held: list[str],
    coast_km: str | None,
    draws: dict[str, Any],
) -> list[Attempt]:
    attempts: list[Attempt] = []
    if held:
        attempts.append((coastal_regression_test, (cities, value, held), {"group": group, **draws}))
    if coast_km:
        choices = {"coast_km": coast_km, "definitions": [group], **draws}
        attempts.append((coastal_sensitivity_test, (cities, value), choices))
    return attempts


def _dimension_attempts(
    cities: gpd.GeoDataFrame,
    dimensions: Sequence[str],
    *,
    group: str,
    strata: str | None,
    draws: dict[str, Any],
) -> list[Attempt]:
    named = [name for name in dimensions if name in cities.columns]
    choices = {"group": group, "strata": strata, **draws}
    tests = (coastal_dimensions_test, city_interaction_test)
    return [(test, (cities, named), choices) for test in tests] if len(named) > 1 else []


def _corridor_attempts(
    corridors: pd.DataFrame,
    value: str,
    cities: gpd.GeoDataFrame,
    dimensions: Sequence[str],
    choices: dict[str, Any],
) -> list[Attempt]:
    attempts: list[Attempt] = [(corridor_types_test, (corridors, value, cities), choices)]
    if "distance_km" in corridors.columns:
        attempts.append((corridor_regression_test, (corridors, value, cities), choices))
    named = [name for name in dimensions if name in corridors.columns]
    if len(named) > 1:
        attempts.append((corridor_interaction_test, (corridors, named, cities), choices))
    return attempts
