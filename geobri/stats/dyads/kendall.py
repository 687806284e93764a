"""Kendall's tau-b between a permuted and a fixed pair matrix."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau, rankdata

from geobri.stats.dyads.inputs import DyadData
from geobri.stats.permutation import IntArray, NodePlan
from geobri.stats.results import FloatArray

__all__ = ["count_inversions", "kendall_null", "kendall_tau"]

#: Up to this many pairs, many permutations are counted together; beyond, sorting them one by one is faster.
MOST_TOGETHER = 1000
#: Ranks that are counted at once.
RANKS_AT_ONCE = 2_000_000


def kendall_tau(first: FloatArray, second: FloatArray) -> float:
    """Compute Kendall's tau-b.

    Parameters
    ----------
    first, second
        Values of the pairs, shape (m,).

    Returns
    -------
    float
        Concordant minus discordant comparisons, over the geometric mean of the untied ones.
    """
    return float(kendalltau(first, second).statistic)


def kendall_null(data: DyadData, plan: NodePlan, moved: int = 0, fixed: int = 1) -> FloatArray:
    """Compute Kendall's tau-b for every permutation.

    Parameters
    ----------
    data
        Pair matrices.
    plan
        Permutations.
    moved, fixed
        Positions of the permuted matrix and of the one that stays.

    Returns
    -------
    numpy.ndarray
        Shape (R,).
    """
    x, y = data.columns()[[moved, fixed]]
    together = not data.travelling and data.n_pairs <= MOST_TOGETHER
    if together and np.unique(x).size == x.size and np.unique(y).size == y.size:
        return _untied_null(data, plan, x, y)
    return _sorted_null(data, plan, moved, fixed)


def _sorted_null(data: DyadData, plan: NodePlan, moved: int, fixed: int) -> FloatArray:
    rows, columns = data.positions()
    left, right = data.matrices[moved], data.matrices[fixed][rows, columns]
    taus = np.empty(len(plan.permutations))
    for r, p in enumerate(plan.permutations):
        kept = data.seen[p[rows], p[columns]]
        taus[r] = kendall_tau(left[p[rows], p[columns]][kept], right[kept])
    return taus


def _untied_null(data: DyadData, plan: NodePlan, x: FloatArray, y: FloatArray) -> FloatArray:
    """Count discordant comparisons; without ties tau is 1 minus 4 of them / (m (m - 1))."""
    order = np.argsort(y)
    ranks = (rankdata(x, method="ordinal") - 1).astype(np.int16)
    places = _pair_places(data, plan.permutations, order)
    discordant = np.empty(len(places))
    step = max(1, RANKS_AT_ONCE // x.size)
    for start in range(0, len(places), step):
        discordant[start : start + step] = count_inversions(ranks[places[start : start + step]])
    return 1.0 - 4.0 * discordant / (x.size * (x.size - 1.0))


def count_inversions(sequences: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """Count in each sequence how often a larger number stands before a smaller one.

    Parameters
    ----------
    sequences
        Each row a permutation of 0 to m - 1, shape (R, m), m at most 16,384.

    Returns
    -------
    numpy.ndarray
        Inversions, shape (R,).

    Notes
    -----
    From the highest bit down, each group of numbers that agree in the bits above is split by its bit, in
    order. A number with bit 0 is overtaken by the members of its group with bit 1 that stand before it.
    Padded to a power of two, all groups of a level have the same size, so that a level is one array.
    """
    rows, m = sequences.shape
    size = 1 << max(1, (m - 1).bit_length())
    padding = np.broadcast_to(np.arange(m, size, dtype=np.int16), (rows, size - m))
    groups = np.concatenate([sequences, padding], axis=1).reshape(rows, 1, size)
    counted = np.zeros(rows, dtype=np.int64)
    while size > 1:
        high = (groups & (size >> 1)).astype(bool)
        before = np.cumsum(high, axis=-1, dtype=np.int16)
        counted += np.where(high, 0, before).reshape(rows, -1).sum(axis=1, dtype=np.int64)
        halves = (rows, groups.shape[1], 1, size >> 1)
        split = np.concatenate([groups[~high].reshape(halves), groups[high].reshape(halves)], axis=2)
        size >>= 1
        groups = split.reshape(rows, -1, size)
    return counted


def _pair_places(data: DyadData, permutations: IntArray, order: IntArray) -> IntArray:
    """Find which pair stands at the place of each pair after a permutation, shape (R, m), places in `order`."""
    rows, columns = data.positions()
    lookup = np.zeros((data.n_cities, data.n_cities), dtype=np.intp)
    lookup[rows, columns] = np.arange(rows.size)
    if not data.directed:
        lookup[columns, rows] = np.arange(rows.size)
    places: IntArray = lookup[permutations[:, rows[order]], permutations[:, columns[order]]]
    return places
