"""Coastal against inland when ranks are known only up to bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geobri.stats.coastal.cities import group_names, read_labelled
from geobri.stats.groups import Labels
from geobri.stats.groups.bounds import bounded_group_test
from geobri.stats.results import TestResult

__all__ = ["coastal_bounds_test"]

Rng = int | np.random.Generator | None


def coastal_bounds_test(
    cities: pd.DataFrame,
    lower: str,
    upper: str,
    *,
    value: str = "rank",
    group: str = "coastal",
    strata: str | None = None,
    n_draws: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Compare coastal and inland cities whose ranks are known only up to bounds.

    Parameters
    ----------
    cities
        Table of cities with both columns of bounds (such as those that an audit of the weights gives).
    lower, upper
        Columns with the least and the largest possible value.
    value
        What the bounds are of, for the result.
    group
        Column of truth values.
    strata
        Column within whose labels cities are compared.
    n_draws
        Random values within the bounds.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        See `bounded_group_test`.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If bounds cross, or a group is empty.
    """
    data = read_labelled(cities, [lower, upper], group=group, strata=strata, caller="coastal_bounds_test")
    one, other = group_names(group)
    low, high = (data.table[name].to_numpy(dtype=np.float64) for name in (lower, upper))
    labels = Labels(value=value, first=one, second=other)
    return bounded_group_test(
        low, high, data.first, strata=data.strata, n_draws=n_draws, rng=rng, labels=labels
    )
