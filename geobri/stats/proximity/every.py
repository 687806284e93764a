"""All null models for one list, in the order in which they are to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geobri.stats.attempts import attempt_all
from geobri.stats.doors import checked
from geobri.stats.places import Column, as_measure
from geobri.stats.proximity.nulls import NullName, choose_null
from geobri.stats.proximity.result import ProximityResult
from geobri.stats.proximity.verdict import proximity_test
from geobri.stats.results import TestResult

__all__ = ["proximity_tests"]


@checked
def proximity_tests(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    nulls: Sequence[NullName] = ("blocks", "active", "hubs", "corridors"),
    rng: int | np.random.Generator | None = None,
    **choices: Any,
) -> list[TestResult]:
    """Ask all questions about the closeness of a list, one null model after the other, the headline first.

    The headline is the exchange of cities within blocks. Where cities with many listed corridors gather on the map, that
    exchange rejects too many true nulls (17 instead of 5 % in simulations); then the exchange among the listed cities, which keeps its
    size, comes first, if it has arrangements enough to reach 5 %.

    Parameters
    ----------
    cities
        Table of cities.
    corridors
        All corridors that could have been listed.
    value
        Column or measure with ranks or scores.
    nulls
        Null models, in the order of the results; the headline is moved to the front.
    rng
        Seed or generator; a seed is used afresh for each null model.
    **choices
        As in `proximity_test`.

    Returns
    -------
    list of TestResult
        A `ProximityResult` for each null model; `choices["headline"]` is True for the first. p-values are as
        `alternative` says, two-sided (twice the smaller tail, at most 1) by default. Last come null models that the data do
        not allow, with NaN for a p-value and the reason.

    Raises
    ------
    GeobriError
        If no null model is possible: the error of the first.
    """
    tests = [
        partial(proximity_test, cities, corridors, value, null=null, rng=rng, **choices) for null in nulls
    ]
    results = attempt_all(as_measure(value, of="corridors"), "closeness", tests)
    by_null = {one.null: one for one in results if isinstance(one, ProximityResult)}
    head = by_null.get("blocks", next(iter(by_null.values())))
    other = by_null.get("active")
    if other is not None and head.null == "blocks":
        head = by_null[choose_null(gathers=head.gathers, least=other.least_p)]
    found = [one for one in by_null.values() if one is not head]
    ordered = [head, *found, *(one for one in results if not isinstance(one, ProximityResult))]
    return [replace(one, choices={**one.choices, "headline": one is head}) for one in ordered]
