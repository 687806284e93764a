"""Kendall's tau-b between a permuted and a fixed pair matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geobri.stats.chunks import through_permutations
from geobri.stats.dyads.inputs import FEWEST_PAIRS, Pairs
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.results import FloatArray

__all__ = ["count_inversions", "kendall_null", "kendall_tau"]

Ranks = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]

#: Ranks that are counted at once.
RANKS_AT_ONCE = 2_000_000
#: Within runs of this length numbers are compared one with another; longer ones are merged by sorting.
SHORT_RUN = 16
#: Sums of positions in runs up to this length fit into 32 bits.
LONGEST_SHORT_SUM = 1 << 15


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
    from scipy.stats import kendalltau  # half a second, which those who do not ask for it need not wait

    return float(kendalltau(first, second).statistic)


def kendall_null(data: Pairs, plan: NodePlan, moved: int = 0, fixed: int = 1) -> FloatArray:
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
    if data.travelling:
        return _null_one_by_one(data, plan, moved, fixed)
    x, y = data.columns()[[moved, fixed]]
    order = np.argsort(y, kind="stable")
    ranks, groups = _dense_ranks(x), _dense_ranks(y)[order]
    table = data.spread(ranks)[0].astype(np.int32).ravel()
    rows, columns = (ends[order] for ends in data.positions())

    def concordance(_shared: None, chunk: IntArray) -> FloatArray:
        cells = chunk.take(rows, axis=1) * data.n_cities + chunk.take(columns, axis=1)
        return np.asarray(_concordance(table.take(cells), ranks, groups), dtype=np.float64)

    score = through_permutations(concordance, plan.permutations, max(1, RANKS_AT_ONCE // x.size))
    untied: FloatArray = score / np.sqrt(float(_untied(ranks)) * float(_untied(groups)))
    return untied


def _dense_ranks(values: FloatArray) -> Ranks:
    ranks: Ranks = np.unique(values, return_inverse=True)[1].astype(np.int32)
    return ranks


def _untied(ranks: Ranks) -> int:
    """Count the comparisons of different values."""
    counts = np.bincount(ranks).astype(np.int64)
    return (ranks.size * (ranks.size - 1) - int((counts * (counts - 1)).sum())) // 2


def _concordance(sequences: Ranks, ranks: Ranks, groups: Ranks) -> Counts:
    """Count concordant less discordant comparisons of each sequence with the groups it stands in.

    Within a group the sequence is sorted, so that only comparisons across groups are inversions.
    """
    everything = groups.size * (groups.size - 1) // 2
    tied_x, tied_y = everything - _untied(ranks), everything - _untied(groups)
    joint = np.zeros(len(sequences), dtype=np.int64)
    if tied_y:
        span = int(ranks.max()) + 1
        keys = sequences + span * groups.astype(np.int64)  # sorts by group first, and within it by rank
        keys.sort(axis=1)
        sequences = (keys % span).astype(np.int32)
        joint = _ties(keys) if tied_x else joint
    concordance: Counts = everything - tied_x - tied_y + joint - 2 * count_inversions(sequences)
    return concordance


def _ties(keys: Counts) -> Counts:
    """Count the pairs of equal numbers in sorted rows."""
    place = np.arange(keys.shape[1])
    fresh = np.ones(keys.shape, dtype=bool)
    fresh[:, 1:] = keys[:, 1:] != keys[:, :-1]
    start = np.maximum.accumulate(np.where(fresh, place, 0), axis=1)
    ties: Counts = (place - start).sum(axis=1)
    return ties


def _null_one_by_one(data: Pairs, plan: NodePlan, moved: int, fixed: int) -> FloatArray:
    """Compare the pairs observed on both sides, which differ from permutation to permutation."""
    rows, columns = data.positions()
    left, right = data.matrices[moved], data.matrices[fixed][rows, columns]
    taus = np.empty(len(plan.permutations))
    for r, p in enumerate(plan.permutations):
        kept = data.seen[p[rows], p[columns]]
        enough = np.count_nonzero(kept) >= FEWEST_PAIRS
        taus[r] = kendall_tau(left[p[rows], p[columns]][kept], right[kept]) if enough else np.nan
    return taus


def count_inversions(sequences: npt.NDArray[np.integer]) -> Counts:
    """Count in each sequence how often a larger number stands before a smaller one.

    Parameters
    ----------
    sequences
        Whole numbers from 0 to m - 1, repeated or not, shape (R, m).

    Returns
    -------
    numpy.ndarray
        Inversions, shape (R,).

    Notes
    -----
    Merge sort for all rows at once. A number and its half (first 0, second 1) make one key; when two sorted halves
    are sorted together, members of the second end up before where they started by the inversions between the halves.
    """
    rows, m = sequences.shape
    size = SHORT_RUN
    while size < m:
        size *= 2
    padded = np.empty((rows, size), dtype=np.int32)
    padded[:, :m], padded[:, m:] = (
        sequences,
        np.arange(m, size),
    )  # what fills up is in order, and larger than all
    runs = padded.reshape(rows, -1, SHORT_RUN)
    counted = np.zeros(rows, dtype=np.int64)
    for gap in range(1, SHORT_RUN):
        counted += np.count_nonzero(runs[..., :-gap] > runs[..., gap:], axis=(1, 2))
    runs.sort(axis=-1)
    for width in (SHORT_RUN << step for step in range((size // SHORT_RUN).bit_length() - 1)):
        halves = runs.reshape(rows, -1, 2, width) * 2
        halves[:, :, 1] += 1
        runs = halves.reshape(rows, -1, 2 * width)
        runs.sort(axis=-1)
        ends = _sum_places(runs & 1, np.int32 if width < LONGEST_SHORT_SUM else np.int64)
        # the second half of a run stood at width, …, 2 width - 1, which add up to width (3 width - 1) / 2
        counted += width * (3 * width - 1) // 2 * runs.shape[1] - ends
        runs >>= 1
    return counted


def _sum_places(marked: Ranks, number: type[np.int32 | np.int64]) -> Counts:
    """Sum the places of marked members over the runs of each row, shape (R,)."""
    places: npt.NDArray[Any] = np.arange(marked.shape[-1], dtype=number)
    ends: npt.NDArray[Any] = marked.astype(number, copy=False) @ places
    return np.asarray(ends.sum(axis=1, dtype=np.int64))
