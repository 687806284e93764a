"""The Mann-Whitney test, conditional on the ties at hand, in one stratum or several."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy.typing as npt

from geobri.arrays import BoolArray, IntArray
from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.groups.rank_sums import (
    MOST_WORK,
    SumDistribution,
    convolve_sums,
    doubled_midranks,
    exact_p_value,
    recursion_work,
    sum_distribution,
)
from geobri.stats.groups.reporting import GroupResult, Labels, assemble_result
from geobri.stats.groups.samples import GroupSample, read_groups
from geobri.stats.p_values import normal_p_value
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.stats.say.terms import WITHIN_STRATA
from geobri.words import NOTHING, Words

__all__ = ["mann_whitney_distribution", "mann_whitney_test"]

Weights = Literal["pairs", "van-elteren"]


def _stratum_weights(sizes: list[int], weights: Weights) -> list[int]:
    """Integer weights of the strata; van Elteren's 1 / (N + 1) on a common denominator."""
    if weights == "pairs":
        return [1] * len(sizes)
    if weights != "van-elteren":
        wanted = Words("weights must be 'pairs' or 'van-elteren'", "权重须为'pairs'或'van-elteren'")
        raise SpecificationError(mould("mann_whitney_test", wanted, Words(repr(weights)), "Choose one"))
    common = math.lcm(*(size + 1 for size in sizes))
    return [common // (size + 1) for size in sizes]


def _scored(sample: GroupSample, weights: Weights) -> list[tuple[IntArray, BoolArray, int]]:
    """Doubled midranks, membership and weight of each stratum."""
    parts = list(sample.parts())
    factors = _stratum_weights([len(values) for values, _ in parts], weights)
    return [
        (doubled_midranks(values), first, factor)
        for (values, first), factor in zip(parts, factors, strict=True)
    ]


def _distribution(parts: list[tuple[IntArray, BoolArray, int]]) -> SumDistribution:
    return convolve_sums(
        [sum_distribution(scores, int(first.sum())) for scores, first, _ in parts],
        [factor for _, _, factor in parts],
    )


def mann_whitney_distribution(
    values: npt.ArrayLike, group: Any, *, strata: Any = None
) -> tuple[FloatArray, FloatArray]:
    """Give the exact conditional distribution of the Mann-Whitney U under the null.

    Parameters
    ----------
    values
        Finite numbers, shape (n,); ties as they are.
    group
        True for the first group, shape (n,).
    strata
        Labels of strata, shape (n,); U is then the sum over strata.

    Returns
    -------
    support : numpy.ndarray
        Possible values of U, ascending.
    probability : numpy.ndarray
        Their probabilities, which add up to 1.

    Raises
    ------
    DataError
        If values or groups are not usable.
    """
    sample = read_groups(values, group, strata=strata, caller="mann_whitney_distribution")
    distribution = _distribution(_scored(sample, "pairs"))
    least = sum(int(first.sum()) * (int(first.sum()) + 1) / 2 for _, first in sample.parts())
    return distribution.support / 2 - least, distribution.counts / distribution.counts.sum()


def _moments(parts: list[tuple[IntArray, BoolArray, int]]) -> tuple[float, float, float]:
    """Observed weighted sum of doubled midranks, its mean and its variance under the null."""
    observed = mean = variance = 0.0
    for scores, first, factor in parts:
        n, m = len(scores), int(first.sum())
        observed += factor * float(scores[first].sum())
        mean += factor * m * float(scores.mean())
        variance += factor**2 * m * (n - m) / (n * (n - 1)) * float(((scores - scores.mean()) ** 2).sum())
    return observed, mean, variance


@checked
def mann_whitney_test(
    values: npt.ArrayLike,
    group: Any,
    *,
    strata: Any = None,
    weights: Weights = "pairs",
    alternative: Alternative = "two-sided",
    method: Literal["auto", "exact", "asymptotic"] = "auto",
    mid_p: bool = False,
    confidence: float = 0.95,
    interval: str = "newcombe",
    labels: Labels | None = None,
) -> GroupResult:
    """Test whether the cities of one group tend to have higher values than those of the other.

    The exact test asks how often a random choice of cities, within strata if there are any, would have a
    rank sum as extreme, with the ties as they are. It is valid for any sample size, and exact only if cities are
    exchangeable: it does not know that neighbours resemble each other (see `spatial_group_test`).

    Parameters
    ----------
    values
        Scores or ranks, shape (n,); equal numbers are ties.
    group
        True for the first group (coastal), shape (n,).
    strata
        Labels within which cities are compared (China, foreign), shape (n,).
    weights
        ``"pairs"`` adds the counts U of the strata; ``"van-elteren"`` weighs rank sums by 1 / (N + 1).
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    method
        ``"auto"`` is exact unless the recursion would take seconds; then the normal approximation with ties.
    mid_p
        Count ties with the observed sum by half (exact test only).
    confidence
        Level of the intervals.
    interval
        Interval of the probability of superiority: ``"newcombe"``, ``"brunner-munzel"`` or ``"logit"``.
    labels
        Names for rows and sentence.

    Returns
    -------
    GroupResult
        `statistic` is the Mann-Whitney U of the first group (the sum over strata); the rows are Cliff's
        delta, the probability of superiority and the Hodges-Lehmann shift with their intervals.

    Raises
    ------
    DataError
        If values are missing or all equal, a group is empty, or no stratum holds both groups.
    SpecificationError
        If a choice is unknown.

    Notes
    -----
    U = W - m (m + 1) / 2, W the sum of midranks of the first group. The conditional distribution of 2 W
    follows from a recursion over integer scores; that of several strata is their convolution. Two-sided is
    twice the smaller tail, at most 1 (other programs add the far tail by distance, which differs when ties
    make the distribution skew).

    References
    ----------
    Mann, H. B. and Whitney, D. R. (1947). On a test of whether one of two random variables is stochastically
    larger than the other. 10.1214/aoms/1177730491.
    van Elteren, P. H. (1960). On the combination of independent two sample tests of Wilcoxon. Bulletin of the
    International Statistical Institute 37, 351-361.

    Examples
    --------
    >>> round(mann_whitney_test([5.0, 7.0, 9.0, 8.0], [True, True, False, False]).p_value, 3)
    0.333
    """
    sample = read_groups(values, group, strata=strata, caller="mann_whitney_test")
    parts = _scored(sample, weights)
    p_value, exact = _p_value(parts, alternative, method, mid_p=mid_p)
    within = WITHIN_STRATA if len(parts) > 1 else NOTHING
    skipped = len(sample.values) - sum(len(scores) for scores, _, _ in parts)
    base = Term(
        test="mann_whitney_test",
        statistic=_u(sample),
        p_value=p_value,
        alternative=alternative,
        n_cities=len(sample.values),
        null=Words("exact, all choices of cities", "精确：全部城市组合") + within
        if exact
        else Words("normal approximation with ties", "正态近似（含并列）"),
        method=Words("Mann-Whitney")
        if sample.strata is None
        else Words("stratified Mann-Whitney", "分层 Mann-Whitney"),
        left_out=f"{skipped} cities in strata with one group only" if skipped else "",
    )
    return assemble_result(
        sample,
        base,
        labels or Labels(),
        test="exact" if exact else "asymptotic",
        confidence=confidence,
        interval=interval,
        choices={"weights": weights, "exact": exact},
        means=False,
    )


def _p_value(
    parts: list[tuple[IntArray, BoolArray, int]], alternative: Alternative, method: str, *, mid_p: bool
) -> tuple[float, bool]:
    """Give the p-value, and whether it is exact."""
    if method not in ("auto", "exact", "asymptotic"):
        wanted = Words(
            "method must be 'auto', 'exact' or 'asymptotic'", "方法须为'auto'、'exact'或'asymptotic'"
        )
        raise SpecificationError(mould("mann_whitney_test", wanted, Words(repr(method)), "Choose one"))
    observed, mean, variance = _moments(parts)
    if variance == 0:
        remedy = "Compare without strata, or with broader ones"
        raise DataError(
            mould("mann_whitney_test", "values must differ within some stratum", "none that do", remedy),
            zh="至少在一层之内取值须有差异：没有这样的层。",
        )
    work = sum(recursion_work(scores, int(first.sum())) for scores, first, _ in parts)
    if method == "exact" or (method == "auto" and work <= MOST_WORK):
        return exact_p_value(_distribution(parts), round(observed), alternative, mid_p=mid_p), True
    return normal_p_value((observed - mean) / math.sqrt(variance), alternative), False


def _u(sample: GroupSample) -> float:
    total = 0.0
    for values, first in sample.parts():
        m = int(first.sum())
        total += float(doubled_midranks(values)[first].sum()) / 2 - m * (m + 1) / 2
    return total
