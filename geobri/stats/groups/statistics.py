"""Statistics of two groups for many placements of the label at once.

Each function takes values and strata of a sample and placements of the first group, shape (R, n), and gives R
statistics that are large when the first group has the higher values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from geobri.arrays import BoolArray
from geobri.stats.chunks import through_permutations
from geobri.stats.distributions import rank_values
from geobri.stats.groups.samples import GroupSample
from geobri.stats.results import FloatArray

__all__ = ["STATISTICS", "group_statistics", "pooled_placements"]

_BLOCK: Final = 200_000
"""Cells of a block of placements."""


def _aligned(values: FloatArray, sample: GroupSample) -> FloatArray:
    """Take off the mean of each stratum."""
    centred: FloatArray = values - float(values.mean())
    for label in np.unique(sample.strata) if sample.strata is not None else ():
        inside = sample.strata == label
        centred[inside] -= centred[inside].mean()
    return centred


def _ranked(sample: GroupSample) -> FloatArray:
    """Give midranks within strata."""
    ranks = np.empty(len(sample.values))
    codes = np.zeros(len(ranks), dtype=np.int64) if sample.strata is None else sample.strata
    for label in np.unique(codes):
        ranks[codes == label] = rank_values(sample.values[codes == label])
    return ranks


def _mean_difference(centred: FloatArray, placed: BoolArray) -> FloatArray:
    m = placed.sum(axis=1)
    inside = placed @ centred
    return np.asarray(inside / m - (centred.sum() - inside) / (placed.shape[1] - m))


def _mean(sample: GroupSample, placed: BoolArray) -> FloatArray:
    return _mean_difference(_aligned(sample.values, sample), placed)


def _rank(sample: GroupSample, placed: BoolArray) -> FloatArray:
    return _mean_difference(_aligned(_ranked(sample), sample), placed)


def _welch(sample: GroupSample, placed: BoolArray) -> FloatArray:
    """Divide the difference of means by its Welch standard error."""
    centred = _aligned(sample.values, sample)
    m, n = placed.sum(axis=1), placed.shape[1]
    inside, squares = placed @ centred, placed @ centred**2
    outside, rest = centred.sum() - inside, (centred**2).sum() - squares
    spread = [
        np.maximum(square / size - (total / size) ** 2, 0) / np.maximum(size - 1, 1)
        for total, square, size in ((inside, squares, m), (outside, rest, n - m))
    ]
    floor = 1e-12 * float((centred**2).mean())
    return np.asarray((inside / m - outside / (n - m)) / np.sqrt(np.maximum(spread[0] + spread[1], floor)))


def _wins(values: FloatArray) -> npt.NDArray[np.float32]:
    """2 where the row's value is the higher one, 1 where they tie: whole numbers, which single precision adds exactly."""
    return np.asarray(np.sign(np.subtract.outer(values, values)) + 1, dtype=np.float32)


def _one_stratum(wins: npt.NDArray[np.float32], placed: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Probability of superiority and its Brunner-Munzel variance for each placement.

    Wins are doubled, so that every sum before the divisions is a whole number. Single precision holds them exactly
    below 2**24, which the squares (4 n**3) reach at 160 cities; beyond that they are added in double precision.
    """
    n = placed.shape[1]
    exact: npt.DTypeLike = np.float32 if 4 * n**3 < 2**24 else np.float64
    chosen = placed.astype(exact)
    ones = np.ones(n, dtype=exact)
    m = (chosen @ ones).astype(np.float64)
    k = n - m
    over_first = chosen @ wins.T.astype(exact)  # twice how many of the first group a city beats
    over_second = wins.sum(axis=1, dtype=np.float64).astype(exact) - over_first
    over_second *= chosen
    over_first -= over_first * chosen
    chance = (over_second @ ones).astype(np.float64) / (2 * m * k)
    own = np.einsum("ij,ij->i", over_second, over_second).astype(np.float64) / 4
    other = np.einsum("ij,ij->i", over_first, over_first).astype(np.float64) / 4
    first = own / k**2 - m * chance**2
    second = other / m**2 - k * (1 - chance) ** 2
    variance = first / (m * np.maximum(m - 1, 1)) + second / (k * np.maximum(k - 1, 1))
    # below the least variance that differs from 0: groups that do not overlap are the farthest out of all
    return chance, np.maximum(variance, 1 / (4 * m * k) ** 2)


def pooled_placements(sample: GroupSample, placed: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Give the probability of superiority and its standard error for each placement.

    Parameters
    ----------
    sample
        The two groups; strata are weighted by their numbers of pairs.
    placed
        Membership of the first group, shape (R, n).

    Returns
    -------
    chance : numpy.ndarray
        Probability of superiority, shape (R,).
    se : numpy.ndarray
        Its standard error, shape (R,); where groups do not overlap, a floor below every other value.
    """
    codes = np.zeros(len(sample.values), dtype=np.int64) if sample.strata is None else sample.strata
    chance, variance = np.zeros(len(placed)), np.zeros(len(placed))
    pairs = 0
    for label in np.unique(codes):
        rows = codes == label
        if not 0 < sample.first[rows].sum() < rows.sum():
            continue
        weight = int(sample.first[rows].sum() * (~sample.first[rows]).sum())
        part, spread = _one_stratum(_wins(sample.values[rows]), placed[:, rows])
        chance += weight * part
        variance += weight**2 * spread
        pairs += weight
    return np.asarray(chance / pairs), np.asarray(np.sqrt(variance) / pairs)


def _brunner_munzel(sample: GroupSample, placed: BoolArray) -> FloatArray:
    chance, se = pooled_placements(sample, placed)
    return (chance - 0.5) / se


STATISTICS: Final[dict[str, Callable[[GroupSample, BoolArray], FloatArray]]] = {
    "mean": _mean,
    "rank": _rank,
    "welch": _welch,
    "brunner-munzel": _brunner_munzel,
}
"""Difference of means, of mean ranks, and both studentised."""


def group_statistics(sample: GroupSample, placed: BoolArray, statistic: str) -> FloatArray:
    """Compute a statistic for every placement, block by block.

    Parameters
    ----------
    sample
        The two groups.
    placed
        Membership of the first group, shape (R, n).
    statistic
        One of `STATISTICS`.

    Returns
    -------
    numpy.ndarray
        Shape (R,).
    """
    rows = max(1, _BLOCK // placed.shape[1])
    return through_permutations(_place, placed, rows, shared=(sample, STATISTICS[statistic]))


def _place(
    shared: tuple[GroupSample, Callable[[GroupSample, BoolArray], FloatArray]], placed: BoolArray
) -> FloatArray:
    sample, function = shared
    return function(sample, placed)
