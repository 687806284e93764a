"""The exact conditional distribution of a sum of scores over one of two groups.

Given the scores (midranks, with their ties), every choice of m out of N units is equally likely under the
null. Scores are integers (twice the midrank), so that the number of choices with a given sum follows from
one recursion over the units; the distribution of several strata is a convolution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geobri.arrays import IntArray
from geobri.stats.distributions import rank_values
from geobri.stats.p_values import count_p_value
from geobri.stats.results import Alternative, FloatArray

__all__ = [
    "MOST_WORK",
    "SumDistribution",
    "convolve_sums",
    "doubled_midranks",
    "exact_p_value",
    "recursion_work",
    "sum_distribution",
]


MOST_WORK: Final = 400_000_000
"""Additions up to which the recursion is run without being asked for: about a second."""


class SumDistribution(NamedTuple):
    """How often each sum occurs among all choices.

    Attributes
    ----------
    support
        Integer sums, ascending, shape (s,).
    counts
        Number of choices with that sum, shape (s,): exact up to 2^53, beyond it with a relative error
        below N times 2^-53.
    """

    support: IntArray
    counts: FloatArray


def doubled_midranks(values: npt.ArrayLike) -> IntArray:
    """Give twice the midrank of each value, an integer whatever the ties.

    Parameters
    ----------
    values
        Finite numbers, shape (n,); only equal numbers are ties.

    Returns
    -------
    numpy.ndarray
        Integers from 2 to 2n, shape (n,).
    """
    return np.rint(2 * rank_values(np.asarray(values, dtype=np.float64))).astype(np.int64)


def recursion_work(scores: npt.ArrayLike, m: int) -> int:
    """Count the additions that the recursion needs.

    Parameters
    ----------
    scores
        Integer scores, shape (n,).
    m
        Size of the first group.

    Returns
    -------
    int
        Number of units times cells of the table.
    """
    shifted, m, _ = _reduced(np.asarray(scores, dtype=np.int64), m)
    return len(shifted) * (m + 1) * (int(np.sort(shifted)[-m:].sum()) + 1 if m else 1)


def _reduced(scores: IntArray, m: int) -> tuple[IntArray, int, int]:
    """Take off the smallest score and the common divisor, and count over the smaller group."""
    shifted = scores - scores.min()
    divisor = math.gcd(*shifted.tolist()) or 1  # 2 without ties: the table is half as wide
    return shifted // divisor, min(m, len(scores) - m), divisor


def sum_distribution(scores: npt.ArrayLike, m: int) -> SumDistribution:
    """Count the choices of m units by the sum of their scores.

    Parameters
    ----------
    scores
        Integer scores, shape (n,).
    m
        How many units are chosen, 0 to n.

    Returns
    -------
    SumDistribution
        Support and counts; the counts add up to the binomial coefficient of n over m.

    Notes
    -----
    f_i(j, s) = f_(i-1)(j, s) + f_(i-1)(j - 1, s - a_i): with or without unit i. Choosing m is choosing the
    n - m others, so that the table is that of the smaller group.

    References
    ----------
    Streitberg, B. and Röhmel, J. (1986). Exact distributions for permutation and rank tests. Statistical
    Software Newsletter 12, 10-17.
    Mehta, C. R., Patel, N. R. and Tsiatis, A. A. (1984). Exact significance testing to establish treatment
    equivalence with ordered categorical data. 10.2307/2530927.
    """
    whole = np.asarray(scores, dtype=np.int64)
    shifted, small, divisor = _reduced(whole, m)
    table = _count_table(shifted, small)
    sums = np.flatnonzero(table).astype(np.int64)
    support, count = sums * divisor + small * int(whole.min()), table[sums]
    if small != m:
        support, count = (int(whole.sum()) - support)[::-1], count[::-1]
    return SumDistribution(np.ascontiguousarray(support, dtype=np.int64), np.ascontiguousarray(count))


def _count_table(scores: IntArray, m: int) -> FloatArray:
    """Run the recursion; give the counts of sums 0, 1, ... over all choices of m."""
    ordered = np.sort(scores)
    width = int(ordered[len(ordered) - m :].sum()) + 1
    table = np.zeros((m + 1, width))
    table[0, 0] = 1
    for score in ordered:
        shift = int(score)
        for chosen in range(m, 0, -1):
            table[chosen, shift:] += table[chosen - 1, : width - shift]
    return np.asarray(table[m])


def convolve_sums(parts: Sequence[SumDistribution], weights: Sequence[int] | None = None) -> SumDistribution:
    """Combine the distributions of independent strata into that of the weighted total.

    Parameters
    ----------
    parts
        One distribution per stratum.
    weights
        Integer weight of each stratum's sum; 1 by default.

    Returns
    -------
    SumDistribution
        Distribution of the weighted total.
    """
    factors = [1] * len(parts) if weights is None else weights
    support: IntArray = np.zeros(1, dtype=np.int64)
    count: FloatArray = np.ones(1)
    for part, factor in zip(parts, factors, strict=True):
        totals = np.add.outer(support, part.support * factor).ravel()
        support, place = np.unique(totals, return_inverse=True)
        weighted = np.multiply.outer(count, part.counts).ravel()
        count = np.bincount(place, weights=weighted).astype(np.float64)
    return SumDistribution(support, count)


def exact_p_value(
    distribution: SumDistribution,
    observed: int,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
) -> float:
    """Give the p-value of an observed sum in its complete distribution.

    Parameters
    ----------
    distribution
        All sums with their counts.
    observed
        The observed sum, one of the support.
    alternative
        Two-sided is twice the smaller tail, at most 1.
    mid_p
        Count ties by half.

    Returns
    -------
    float
        p-value in (0, 1].
    """
    side = np.sign(distribution.support - observed)
    above, tied, below = (int(distribution.counts[side == sign].sum()) for sign in (1, 0, -1))
    return count_p_value(above, tied, below, alternative, mid_p=mid_p, exact=True)
