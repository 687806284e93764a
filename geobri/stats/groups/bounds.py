"""Two groups when values are only known to lie between bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.stats.doors import checked
from geobri.stats.groups.rank_tests import mann_whitney_test
from geobri.stats.groups.reporting import CLIFF, GroupResult, Labels
from geobri.stats.groups.samples import read_groups
from geobri.stats.places import Column, as_measure, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import LEVEL, say_bounds
from geobri.words import Words

__all__ = ["bounded_group_test", "coastal_bounds_test"]


def _check_bounds(lower: npt.ArrayLike, upper: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    low, high = (np.asarray(side, dtype=np.float64).ravel() for side in (lower, upper))
    if len(low) != len(high):
        came = f"{len(low)} and {len(high)}"
        raise DataError(
            mould(
                "bounded_group_test",
                Words("there must be as many lower as upper bounds", "下界与上界的个数须相同"),
                came,
                "Align them",
            )
        )
    crossed = np.flatnonzero(~(low <= high))
    if crossed.size:
        came = f"{crossed.size} otherwise, at positions {first_offenders(crossed)}"
        raise DataError(
            mould(
                "bounded_group_test",
                Words("lower bounds must not exceed upper bounds", "下界不得大于上界"),
                came,
                "Exchange them",
            )
        )
    return low, high


@checked
def bounded_group_test(
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    group: Any,
    *,
    strata: Any = None,
    n_draws: int = 999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
    labels: Labels | None = None,
) -> TestResult:
    """Compare two groups whose values are known up to bounds, such as ranks that a weighting leaves open.

    Parameters
    ----------
    lower, upper
        Least and largest possible value of each city, shape (n,).
    group
        True for the first group, shape (n,).
    strata
        Labels within which cities are compared, shape (n,).
    n_draws
        Random values within the bounds, uniform and independent, between the two extremes.
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    rng
        Seed or generator.
    labels
        What is compared, and between whom.

    Returns
    -------
    TestResult
        Rows: Cliff's delta and p-value when every city of the first group has its least and every other its
        largest value; the reverse; and the middle of the draws, with the range of their middle 95 %. The headline
        p-value is the largest met, so that a small one holds whatever the values are.

    Raises
    ------
    DataError
        If bounds cross, values are missing, or groups are not usable.

    Notes
    -----
    The two extremes bound Cliff's delta sharply if values within the bounds are free of each other. The
    largest two-sided p-value may lie between them: it is 1 when the extremes are on different sides of 0.
    """
    low, high = _check_bounds(lower, upper)
    names = labels or Labels()
    first = read_groups(np.arange(len(low)), group, caller="bounded_group_test").first
    choices = {"strata": strata, "alternative": alternative, "labels": names}
    extremes = [
        mann_whitney_test(values, group, **choices)
        for values in (np.where(first, low, high), np.where(first, high, low))
    ]
    generator = np.random.default_rng(rng)
    # The last number above the upper bound is drawn with, so that the bound itself can come, and cut off again: values
    # that are known stay what they are, and equal ones stay equal.
    beyond = np.nextafter(high, np.inf)
    drawn = [
        mann_whitney_test(np.minimum(generator.uniform(low, beyond), high), group, **choices)
        for _ in range(n_draws)
    ]
    return _result(extremes, drawn, names, alternative)


def _result(
    extremes: list[GroupResult], drawn: list[GroupResult], names: Labels, alternative: Alternative
) -> TestResult:
    low, high = (one.effect(CLIFF) for one in extremes)
    deltas = np.array([one.effect(CLIFF).estimate for one in drawn])
    p_values = np.array([one.p_value for one in drawn])
    straddles = alternative == "two-sided" and low.estimate < 0 < high.estimate
    p_value = 1.0 if straddles else float(max(low.p_value, high.p_value, p_values.max(initial=0)))
    rows: list[Term] = [
        replace(low, test="bounded_group_test", term=CLIFF + Words(", least possible", "，可能的最小值")),
        replace(high, test="bounded_group_test", term=CLIFF + Words(", largest possible", "，可能的最大值")),
    ]
    if len(drawn):
        rows.append(_middle_of_draws(low, deltas, p_values))
    share = float(np.mean(p_values <= LEVEL)) if len(drawn) else float("nan")
    said = say_bounds(
        low.estimate,
        high.estimate,
        share,
        measure=names.measure,
        names=names.names,
        largest=p_value,
    )
    return TestResult(
        statistic=low.estimate,
        p_value=p_value,
        alternative=alternative,
        n=low.n_cities,
        method="Mann-Whitney with bounded values",
        sentence=said.en,
        sentence_zh=said.zh,
        terms=tuple(rows),
        choices={"n_draws": len(drawn), "largest p": p_value},
        question="groups",
        measure=names.measure,
    )


def _middle_of_draws(base: Term, deltas: FloatArray, p_values: FloatArray) -> Term:
    """Sum up the effects of values drawn within the bounds: their median and middle 95 %."""
    return replace(
        base,
        test="bounded_group_test",
        term=CLIFF + Words(", values drawn within the bounds", "，在界限内抽取的数值"),
        estimate=float(np.median(deltas)),
        ci_low=float(np.quantile(deltas, 0.025)),
        ci_high=float(np.quantile(deltas, 0.975)),
        se=float(deltas.std()),
        se_type=Words(
            f"middle 95 % of {len(deltas)} draws: what the bounds leave open, not sampling error",
            f"{len(deltas)} 次抽取的中间 95%：界限所留的余地，非抽样误差",
        ),
        statistic=float("nan"),
        p_value=float(np.median(p_values)),
    )


@checked
def coastal_bounds_test(
    cities: pd.DataFrame,
    lower: str,
    upper: str,
    *,
    value: Column = "rank",
    group: Column = "coastal",
    strata: Column | None = None,
    n_draws: int = 999,
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Compare two groups of cities, coastal and inland by default, whose ranks are known only up to bounds.

    Parameters
    ----------
    cities
        Table of cities with both columns of bounds (such as those that an audit of the weights gives).
    lower, upper
        Columns with the least and the largest possible value.
    value
        What the bounds are of.
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
    data = read_places(cities, [lower, upper], group=group, strata=strata, caller="coastal_bounds_test")
    return bounded_group_test(
        data.columns[:, 0],
        data.columns[:, 1],
        data.first,
        strata=data.strata,
        n_draws=n_draws,
        rng=rng,
        labels=Labels(as_measure(value), data.names, data.stratified_by),
    )
