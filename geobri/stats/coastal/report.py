"""All coastal tests of one value, in the order in which they are to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import DataError
from geobri.stats.coastal.cities import coastal_dimensions_test, coastal_test
from geobri.stats.coastal.corridor_regression import corridor_regression_test
from geobri.stats.coastal.corridor_types import corridor_types_test
from geobri.stats.coastal.covariates import coastal_regression_test
from geobri.stats.coastal.interaction import city_interaction_test, corridor_interaction_test
from geobri.stats.coastal.sensitivity import coastal_sensitivity_test, leave_one_city_out
from geobri.stats.results import TestResult

__all__ = ["coastal_tests"]

Rng = int | np.random.Generator | None


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
        Group tests, strata, dimensions, covariates, sensitivity, leave-one-out, corridor types, corridor
        regressions, interactions.

    Raises
    ------
    SchemaError
        If labels are no truth values.
    DataError
        If a group is empty, values are constant, or neither table has the value.
    """
    draws: dict[str, Any] = {"n_permutations": n_permutations, "rng": rng}
    results: list[TestResult] = []
    if value in cities.columns:
        results += _city_tests(
            cities, value, group, strata, {"coast_km": coast_km, "covariates": list(covariates), **draws}
        )
        named = [name for name in dimensions if name in cities.columns]
        if len(named) > 1:
            results.append(coastal_dimensions_test(cities, named, group=group, strata=strata, **draws))
            results.append(city_interaction_test(cities, named, group=group, strata=strata, **draws))
    name = corridor_value or value
    if corridors is not None and name in corridors.columns:
        results += _corridor_tests(cities, corridors, name, dimensions, {"group": group, **draws})
    if not results:
        raise DataError(
            f"coastal_tests: neither cities nor corridors have a column {value!r}. Name one that they have."
        )
    return results


def _city_tests(
    cities: gpd.GeoDataFrame, value: str, group: str, strata: str | None, choices: dict[str, Any]
) -> list[TestResult]:
    coast_km, covariates = choices.pop("coast_km"), choices.pop("covariates")
    results: list[TestResult] = [coastal_test(cities, value, group=group)]
    if strata:
        results.append(coastal_test(cities, value, group=group, strata=strata))
    results.append(coastal_test(cities, value, group=group, method="brunner-munzel", **choices))
    results.append(coastal_test(cities, value, group=group, method="spatial", **choices))
    if covariates:
        results.append(coastal_regression_test(cities, value, covariates, group=group, **choices))
    distance = coast_km if coast_km in cities.columns else None
    results.append(coastal_sensitivity_test(cities, value, coast_km=distance, definitions=[group], **choices))
    results.append(leave_one_city_out(cities, value, group=group, strata=strata))
    return results


def _corridor_tests(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str,
    dimensions: Sequence[str],
    choices: dict[str, Any],
) -> list[TestResult]:
    results: list[TestResult] = [corridor_types_test(corridors, value, cities, **choices)]
    if "distance_km" in corridors.columns:
        results.append(corridor_regression_test(corridors, value, cities, **choices))
    named = [name for name in dimensions if name in corridors.columns]
    if len(named) > 1:
        results.append(corridor_interaction_test(corridors, named, cities, **choices))
    return results
