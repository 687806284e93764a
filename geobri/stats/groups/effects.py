"""How much two groups differ: shift, dominance and probability of superiority, each with an interval.

The probability of superiority is P = P(X > Y) + P(X = Y) / 2 for a city X of the first and Y of the second
group; Cliff's delta is 2 P - 1. Both ask for the order of values only, and serve scores and ranks alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import brentq

from geobri.arrays import BoolArray
from geobri.errors import SpecificationError, mould
from geobri.stats.distributions import normal_quantile, rank_values, student_quantile
from geobri.stats.doors import checked
from geobri.stats.groups.rank_sums import (
    MOST_WORK,
    SumDistribution,
    convolve_sums,
    recursion_work,
    sum_distribution,
)
from geobri.stats.groups.samples import GroupSample
from geobri.stats.results import FloatArray
from geobri.words import NOTHING, Words

__all__ = [
    "INTERVALS",
    "Estimate",
    "PlacementMoments",
    "estimate_shift",
    "estimate_superiority",
    "placement_moments",
    "reached_level",
    "to_delta",
]

MOST_DIFFERENCES: Final = 25_000_000
"""Pairs of cities up to which all differences are listed for the Hodges-Lehmann shift (200 MB)."""


class Estimate(NamedTuple):
    """An estimate with its interval.

    Attributes
    ----------
    value, low, high
        Estimate and interval; NaN where there is none.
    se
        Standard error; NaN where there is none.
    how
        How the interval was made.
    note
        A caution, or an empty text.
    """

    value: float
    low: float
    high: float
    se: float = math.nan
    how: Words = NOTHING
    note: Words = NOTHING


def to_delta(superiority: Estimate) -> Estimate:
    """Turn a probability of superiority into Cliff's delta, 2 P - 1.

    Parameters
    ----------
    superiority
        Estimate on the scale 0 to 1.

    Returns
    -------
    Estimate
        The same on the scale -1 to 1.
    """
    value, low, high = (2 * one - 1 for one in superiority[:3])
    return Estimate(value, low, high, 2 * superiority.se, superiority.how, superiority.note)


class PlacementMoments(NamedTuple):
    """Mean and variance of the placements, as Brunner and Munzel use them.

    Attributes
    ----------
    superiority
        P(X > Y) + P(X = Y) / 2, over all pairs.
    variance
        Estimated variance of it; 0 when the groups do not overlap, NaN when a group is a single city.
    df
        Satterthwaite's degrees of freedom; NaN when the variance is 0 or NaN.
    sizes
        Cities in the first and the second group, for each stratum.
    """

    superiority: float
    variance: float
    df: float
    sizes: tuple[tuple[int, int], ...]


def placement_moments(values: FloatArray, first: BoolArray) -> PlacementMoments:
    """Estimate the probability of superiority and its variance from ranks within and across groups.

    Parameters
    ----------
    values
        Finite numbers, shape (n,).
    first
        Membership of the first group, shape (n,).

    Returns
    -------
    PlacementMoments
        Estimate, variance and degrees of freedom.

    Notes
    -----
    With overall midranks R, within-group midranks Q and placements R - Q, the variance is
    S_1^2 / (m k^2) + S_2^2 / (k m^2), where S^2 are the sample variances of the placements, m and k the sizes.

    References
    ----------
    Brunner, E. and Munzel, U. (2000). The nonparametric Behrens-Fisher problem.
    10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.
    """
    m, k = int(first.sum()), int((~first).sum())
    overall = rank_values(values)
    shares = [
        (overall[mask] - rank_values(values[mask])) / other for mask, other in ((first, k), (~first, m))
    ]
    superiority = float(shares[0].mean())
    if min(m, k) == 1:
        return PlacementMoments(superiority, math.nan, math.nan, ((m, k),))
    spread = [float(share.var(ddof=1)) / len(share) for share in shares]
    variance = sum(spread)
    parts = sum(one**2 / (len(share) - 1) for one, share in zip(spread, shares, strict=True))
    df = variance**2 / parts if variance > 0 else math.nan
    return PlacementMoments(superiority, variance, df, ((m, k),))


def _pooled(sample: GroupSample) -> PlacementMoments:
    """Average the strata with their numbers of pairs as weights."""
    parts = [
        (placement_moments(values, first), int(first.sum() * (~first).sum()))
        for values, first in sample.parts()
    ]
    pairs = sum(weight for _, weight in parts)
    shares = [weight / pairs for _, weight in parts]
    superiority = sum(share * one.superiority for share, (one, _) in zip(shares, parts, strict=True))
    spread = [share**2 * one.variance for share, (one, _) in zip(shares, parts, strict=True)]
    variance = sum(spread)
    usual = [part**2 / one.df for part, (one, _) in zip(spread, parts, strict=True) if part > 0]
    df = variance**2 / sum(usual) if sum(usual) > 0 else math.nan
    return PlacementMoments(superiority, variance, df, tuple(one.sizes[0] for one, _ in parts))


def _wald_interval(moments: PlacementMoments, confidence: float) -> Estimate:
    """Use a t interval around P, cut at 0 and 1."""
    half = student_quantile(0.5 + confidence / 2, moments.df) * math.sqrt(moments.variance)
    low, high = max(0.0, moments.superiority - half), min(1.0, moments.superiority + half)
    return Estimate(moments.superiority, low, high, math.sqrt(moments.variance), Words("Brunner-Munzel t"))


def _logit_interval(moments: PlacementMoments, confidence: float) -> Estimate:
    """Use a t interval around the logit of P, which stays inside 0 and 1."""
    p, se = moments.superiority, math.sqrt(moments.variance)
    half = student_quantile(0.5 + confidence / 2, moments.df) * se / (p * (1 - p))
    low, high = (1 / (1 + math.exp(-(math.log(p / (1 - p)) + side * half))) for side in (-1, 1))
    return Estimate(p, low, high, se, Words("Brunner-Munzel logit t"))


def _model_variance(theta: float, sizes: tuple[tuple[int, int], ...]) -> float:
    """Give Newcombe's variance of P at the true value theta, strata weighted by their numbers of pairs."""
    pairs = sum(m * k for m, k in sizes)
    total = 0.0
    for m, k in sizes:
        middle = (m + k) / 2 - 1
        inner = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        total += (m * k / pairs) ** 2 * theta * (1 - theta) * inner / (m * k)
    return total


def _score_interval(moments: PlacementMoments, confidence: float) -> Estimate:
    """Use Newcombe's method 5: the values of P that a score test with a model variance does not reject."""
    p, z = moments.superiority, normal_quantile(0.5 + confidence / 2)

    def excess(theta: float) -> float:
        return (theta - p) ** 2 - z**2 * _model_variance(theta, moments.sizes)

    low = 0.0 if p == 0 else _first_root(excess, 1.0, 0.0) if p == 1 else float(brentq(excess, 0.0, p))
    high = 1.0 if p == 1 else _first_root(excess, 0.0, 1.0) if p == 0 else float(brentq(excess, p, 1.0))
    se = math.sqrt(moments.variance) if moments.variance > 0 else math.nan
    return Estimate(p, low, high, se, Words("Newcombe score", "Newcombe 得分区间"))


def _first_root(function: Callable[[float], float], start: float, end: float) -> float:
    """Find the root next to `start`, where the function is 0 itself and falls below it first."""
    near = start + (end - start) * 1e-9
    return float(brentq(function, near, end))


INTERVALS: Final = {"logit": _logit_interval, "brunner-munzel": _wald_interval, "newcombe": _score_interval}
"""Intervals of the probability of superiority."""


@checked
def estimate_superiority(
    sample: GroupSample, *, confidence: float = 0.95, interval: str = "newcombe"
) -> Estimate:
    """Estimate how often a city of the first group has the higher value, within strata if there are any.

    Parameters
    ----------
    sample
        The two groups.
    confidence
        Level of the interval.
    interval
        ``"newcombe"``: score interval (default; nearest to its level in small groups, and the only one that says
        something when the groups do not overlap, where it stands in for the others); ``"brunner-munzel"``: t
        interval; ``"logit"``: t interval on the logit scale.

    Returns
    -------
    Estimate
        Probability of superiority, 0 to 1; ties count by half.

    Raises
    ------
    SpecificationError
        If the interval is unknown.

    Notes
    -----
    The score interval holds the theta with (theta - P)^2 <= z^2 V(theta), where V(theta) = theta (1 - theta)
    (1 + N (1 - theta) / (2 - theta) + N theta / (1 + theta)) / (m k) and N = (m + k) / 2 - 1. With strata, P and V
    are weighted by the numbers of pairs, and theta is taken to be the same in all.

    References
    ----------
    Newcombe, R. G. (2006). Confidence intervals for an effect size measure based on the Mann-Whitney statistic,
    part 2. 10.1002/sim.2324.
    """
    if interval not in INTERVALS:
        wanted = Words(
            f"interval must be one of {', '.join(INTERVALS)}",
            f"区间（interval）须为{'、'.join(INTERVALS)}之一",
        )
        raise SpecificationError(mould("estimate_superiority", wanted, Words(repr(interval)), "Choose one"))
    moments = _pooled(sample)
    usual = 0 < moments.superiority < 1 and moments.variance > 0 and math.isfinite(moments.df)
    if usual:
        return INTERVALS[interval](moments, confidence)
    alone = any(min(sizes) == 1 for sizes in moments.sizes)
    why = (
        Words("a group is a single city", "有一组只有一座城市")
        if alone
        else Words("the groups do not overlap", "两组没有重叠")
    )
    return _score_interval(moments, confidence)._replace(
        note=Words(
            f"score interval without a variance of the data: {why.en}", f"得分区间未用数据方差：{why.zh}"
        )
    )


def _differences(sample: GroupSample) -> FloatArray:
    """List all differences, first minus second, within strata."""
    parts = [np.subtract.outer(values[first], values[~first]).ravel() for values, first in sample.parts()]
    return np.concatenate(parts)


def _untied_distribution(sample: GroupSample) -> SumDistribution | None:
    """Give the exact distribution of the count of positive differences without ties; None if too much work."""
    shapes = [(len(values), int(first.sum())) for values, first in sample.parts()]
    if sum(recursion_work(np.arange(n), m) for n, m in shapes) > MOST_WORK:
        return None
    return convolve_sums([_centred(sum_distribution(np.arange(n), m), m) for n, m in shapes])


def _centred(distribution: SumDistribution, m: int) -> SumDistribution:
    """Turn sums of ranks 0, 1, ... into Mann-Whitney counts."""
    return distribution._replace(support=distribution.support - m * (m - 1) // 2)


def _cut(sample: GroupSample, alpha: float) -> tuple[int, float]:
    """How many differences lie beyond the interval on each side plus one, and the level that this gives."""
    distribution = _untied_distribution(sample)
    if distribution is None:
        sizes = [(int(first.sum()), int((~first).sum())) for _, first in sample.parts()]
        mean = sum(m * k / 2 for m, k in sizes)
        spread = math.sqrt(sum(m * k * (m + k + 1) / 12 for m, k in sizes))
        return max(1, math.floor(mean + normal_quantile(alpha / 2) * spread)), 1 - alpha
    below = np.cumsum(distribution.counts) / distribution.counts.sum()
    # a probability that is alpha / 2 on paper may be a little less in floating point
    cut = int(distribution.support[np.searchsorted(below, alpha / 2 * (1 - 1e-12))])
    cut = max(cut, 1)
    place = int(np.searchsorted(distribution.support, cut - 1, side="right")) - 1
    return cut, 1 - 2 * float(below[place])


def reached_level(sample: GroupSample, confidence: float) -> float:
    """Give the level that the interval of the shift reaches: that of all differences, where groups are too small for more.

    Parameters
    ----------
    sample
        The two groups.
    confidence
        The level asked for.

    Returns
    -------
    float
        The level asked for, or less.
    """
    placements = math.prod(math.comb(len(first), int(first.sum())) for _, first in sample.parts())
    return min(confidence, 1 - 2 / placements)


@checked
def estimate_shift(sample: GroupSample, *, confidence: float = 0.95) -> Estimate:
    """Estimate by how much the first group lies above the second: the Hodges-Lehmann shift.

    Parameters
    ----------
    sample
        The two groups.
    confidence
        Level of the interval.

    Returns
    -------
    Estimate
        Median of all differences (within strata), and the interval from inverting the exact test. With ties
        the interval is closed and its coverage at least the level asked for; `note` says when the sample is
        too small for that level.

    Notes
    -----
    With the D differences in ascending order, the interval is [D_(q), D_(D - q + 1)], q the lower alpha / 2
    quantile of the exact Mann-Whitney distribution without ties (of its convolution over strata), or of its
    normal approximation where the recursion would be long.

    References
    ----------
    Hodges, J. L. and Lehmann, E. L. (1963). Estimates of location based on rank tests. 10.1214/aoms/1177704172.
    Hollander, M., Wolfe, D. A. and Chicken, E. (2014). Nonparametric statistical methods. 10.1002/9781119196037.
    """
    if sum(int(first.sum()) * int((~first).sum()) for _, first in sample.parts()) > MOST_DIFFERENCES:
        return Estimate(
            math.nan,
            math.nan,
            math.nan,
            note=Words("too many pairs to list all differences", "城市对过多，无法列出全部差值"),
        )
    differences = _differences(sample)
    cut, level = _cut(sample, 1 - confidence)
    size = len(differences)
    wanted = [cut - 1, size - cut, (size - 1) // 2, size // 2]
    low, high, *middle = np.partition(differences, wanted)[wanted].tolist()
    short = level < confidence - 1e-9
    note = Words(f"too few cities: the interval reaches {level:.1%}", f"城市过少：区间仅达 {level:.1%}")
    how = Words("inverted exact rank test", "反演精确秩检验")
    return Estimate(sum(middle) / 2, low, high, how=how, note=note if short else NOTHING)
