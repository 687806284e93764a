"""Agreement of two rankings: correlation of ranks, overlap at the top, and rank-biased overlap.

Correlations weigh all places alike. Overlap measures look at the top, where published tables are
read; rank-biased overlap does so for lists of different length, with ties, and with an honest
interval for what lies below their ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould

__all__ = [
    "OverlapTies",
    "RankBiasedOverlap",
    "kendall_tau_b",
    "rank_biased_overlap",
    "spearman_rho",
    "top_overlap",
]

OverlapTies = Literal["w", "a", "b"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankBiasedOverlap:
    """Rank-biased overlap of two lists, with its bounds.

    Attributes
    ----------
    extrapolated
        The value if the agreement seen at the ends of the lists goes on below them.
    lowest, highest
        What it would be with no further agreement, and with all that is possible.
    persistence
        Chance p that a reader goes on to the next place.
    ties
        How ties were treated.
    """

    extrapolated: float
    lowest: float
    highest: float
    persistence: float
    ties: OverlapTies


def _common(first: pd.Series, second: pd.Series, caller: str) -> tuple[FloatArray, FloatArray]:
    _check_rank(first, caller)
    _check_rank(second, caller)
    both = pd.concat([first.rename("first"), second.rename("second")], axis=1, join="inner").dropna()
    if len(both) < 2:  # noqa: PLR2004 - a pair needs two
        came = f"{len(both)} of {len(first)} and {len(second)}"
        raise DataError(
            mould(caller, "two rankings must share at least two ranked items", came, "Match labels")
        )
    return both["first"].to_numpy(dtype=np.float64), both["second"].to_numpy(dtype=np.float64)


def _check_rank(rank: pd.Series, caller: str) -> None:
    if rank.index.has_duplicates:
        came = f"repeated {first_offenders(rank.index[rank.index.duplicated()].unique())}"
        raise DataError(mould(caller, "every item may have one rank", came, "Drop the repetitions"))
    if not pd.api.types.is_numeric_dtype(rank):
        came = f"type {rank.dtype}"
        raise DataError(mould(caller, "ranks must be numbers, 1 the best", came, "Convert them"))


def kendall_tau_b(first: pd.Series, second: pd.Series) -> float:
    """Correlate two rankings by their pairs, corrected for ties.

    Parameters
    ----------
    first, second
        Ranks (or scores: then both) per item; items without a rank in both are left out.

    Returns
    -------
    float
        From -1 to 1; NaN if a ranking is one single tie.

    Raises
    ------
    DataError
        If fewer than two items are shared, or labels repeat.

    Notes
    -----
    tau_b = (C - D) / sqrt((P - T1) (P - T2)) with C concordant and D discordant of P pairs, and T
    pairs tied in one ranking.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33(3), 239-251.
    https://doi.org/10.1093/biomet/33.3.239
    """
    from scipy import stats  # half a second, which those who do not compare rankings need not wait

    a, b = _common(first, second, "kendall_tau_b")
    return float(stats.kendalltau(a, b).statistic)


def spearman_rho(first: pd.Series, second: pd.Series) -> float:
    """Correlate two rankings by their places, ties at the average place.

    Parameters
    ----------
    first, second
        Ranks (or scores: then both) per item; items without a rank in both are left out.

    Returns
    -------
    float
        From -1 to 1; NaN if a ranking is one single tie.

    Raises
    ------
    DataError
        If fewer than two items are shared, or labels repeat.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two things. American Journal
    of Psychology 15(1), 72-101. https://doi.org/10.2307/1412159
    """
    from scipy import stats

    a, b = _common(first, second, "spearman_rho")
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(stats.spearmanr(a, b).statistic)


def top_overlap(first: pd.Series, second: pd.Series, k: int) -> float:
    """Measure the share of the first k places that two rankings have in common.

    Parameters
    ----------
    first, second
        Ranks per item, 1 is best; an item without a rank is below all others.
    k
        Number of places.

    Returns
    -------
    float
        Expected share, 0 to 1. Where a tie crosses place k, its items count in part, as if the tie
        were broken at random and independently in both rankings.

    Raises
    ------
    DataError
        If a ranking is shorter than k, or labels repeat.
    """
    for one in (first, second):
        _check_rank(one, "top_overlap")
        if not 1 <= k <= one.notna().sum() or k != int(k):
            came = f"k={k!r} and {int(one.notna().sum())} ranked items"
            raise DataError(
                mould(
                    "top_overlap",
                    "k must be a whole number from 1 to the length of both rankings",
                    came,
                    "Choose less",
                )
            )
    items = first.dropna().index.union(second.dropna().index)
    shares = [_contributions(one, items, k, "a")[:, -1] for one in (first, second)]
    return float(shares[0] @ shares[1]) / k


def rank_biased_overlap(
    first: pd.Series, second: pd.Series, *, persistence: float = 0.9, ties: OverlapTies = "a"
) -> RankBiasedOverlap:
    """Measure the overlap of two rankings, the top counting most.

    Parameters
    ----------
    first, second
        Ranks per item, 1 is best, equal ranks are ties; items without a rank are not in the list.
        The lists may be of different length and hold different items.
    persistence
        Chance p that a reader goes on to the next place; the first d places hold most of the weight
        for d about 1 / (1 - p).
    ties
        "w": a tie is an equality, all its items stand at its first place. "a": a tie is ignorance,
        the value is the mean over all ways of breaking it. "b": as "a", corrected so that a ranking
        overlaps itself by 1.

    Returns
    -------
    RankBiasedOverlap
        The extrapolated value and its bounds.

    Raises
    ------
    SpecificationError
        If `persistence` is not between 0 and 1, or `ties` is unknown.
    DataError
        If a list is empty or labels repeat.

    Notes
    -----
    RBO = (1 - p) / p * sum_d A_d p^d with A_d the agreement of the lists down to place d. With c the
    part of an item that has been met at depth d (for a tie that begins at t and holds g items,
    (d - t + 1) / g), A_d is sum c1 c2 / d for "a", 2 sum c1 c2 / (sum c1 + sum c2) for "w", and
    sum c1 c2 / sqrt(sum c1^2 sum c2^2) for "b". Extrapolation carries the agreement at the end of the
    shorter list into the rest of the longer, and that at the end of the longer to infinity.

    References
    ----------
    Webber, W., Moffat, A. and Zobel, J. (2010). A similarity measure for indefinite rankings. ACM
    Transactions on Information Systems 28(4), 20. https://doi.org/10.1145/1852102.1852106
    Corsi, M. and Urbano, J. (2024). The treatment of ties in rank-biased overlap. Proceedings of
    SIGIR 2024. https://doi.org/10.1145/3626772.3657700
    """
    _check_overlap_choices(persistence, ties)
    lists = []
    for one in (first, second):
        _check_rank(one, "rank_biased_overlap")
        lists.append(one.dropna().sort_values(kind="stable"))
        if lists[-1].empty:
            raise DataError(
                mould("rank_biased_overlap", "a list must hold items", "an empty one", "Rank some")
            )
    short, long = sorted(lists, key=len)
    items = short.index.append(long.index.difference(short.index, sort=False))
    seen = _SeenLists(
        short=_contributions(short, items, len(long), ties),
        long=_contributions(long, items, len(long), ties),
        n_short=len(short),
        only_long=np.array(
            [items.get_loc(one) for one in long.index if one not in short.index], dtype=np.intp
        ),
        ties=ties,
    )
    lowest, extrapolated, highest = (
        _weigh_depths(seen, persistence, rule) for rule in ("none", "same", "all")
    )
    return RankBiasedOverlap(
        extrapolated=extrapolated, lowest=lowest, highest=highest, persistence=persistence, ties=ties
    )


def _check_overlap_choices(persistence: float, ties: str) -> None:
    if not 0 < persistence < 1 or ties not in {"w", "a", "b"}:
        came = f"persistence={persistence!r}, ties={ties!r}"
        wanted = "persistence must lie between 0 and 1, and ties be 'w', 'a' or 'b'"
        raise SpecificationError(mould("rank_biased_overlap", wanted, came, "See the notes of the function"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _SeenLists:
    """What has been met of every item at every depth 1..l, for the shorter and the longer list."""

    short: FloatArray
    long: FloatArray
    n_short: int
    only_long: IndexArray
    ties: OverlapTies


def _contributions(rank: pd.Series, items: pd.Index, depth: int, ties: OverlapTies) -> FloatArray:
    """Give the part of every item that has been met at each depth; shape (items, depth)."""
    known = rank.dropna()
    first = known.rank(method="min").reindex(items).to_numpy(dtype=np.float64)
    last = known.rank(method="max").reindex(items).to_numpy(dtype=np.float64)
    place = np.arange(1.0, depth + 1.0)
    if ties == "w":
        return np.where(first[:, None] <= place, 1.0, 0.0)
    part = (place - first[:, None] + 1.0) / (last - first + 1.0)[:, None]
    return np.nan_to_num(np.clip(part, 0.0, 1.0), nan=0.0)


def _weigh_depths(seen: _SeenLists, p: float, beyond: str) -> float:
    """Sum the agreement over all depths, with a rule for what lies beyond the ends of the lists."""
    length, s = seen.long.shape[1], seen.n_short
    depth = np.arange(1.0, length + 1.0)
    met = (seen.short * seen.long).sum(axis=0)
    agreement = _agreement(seen, met, depth)
    met_both = met + _unseen_matches(seen, beyond, float(agreement[s - 1]))
    agreement = np.where(depth <= s, agreement, _agreement(seen, met_both, depth))
    total = float((agreement * p**depth).sum()) + _tail(
        float(met[-1]), p, (s, length), beyond, float(agreement[s - 1])
    )
    return (1.0 - p) / p * total


def _agreement(seen: _SeenLists, met: FloatArray, depth: FloatArray) -> FloatArray:
    """Turn the common part into an agreement; below its end the shorter list counts as untied."""
    if seen.ties == "a":
        return met / depth
    beyond = depth > seen.n_short
    if seen.ties == "w":
        own = np.where(beyond, depth, seen.short.sum(axis=0))
        return np.asarray(2.0 * met / (own + seen.long.sum(axis=0)), dtype=np.float64)
    own = np.where(beyond, depth, (seen.short**2).sum(axis=0))
    return np.asarray(met / np.sqrt(own * (seen.long**2).sum(axis=0)), dtype=np.float64)


def _unseen_matches(seen: _SeenLists, beyond: str, agreement: float) -> FloatArray:
    """Guess the matches between the end of the shorter list and that of the longer, per depth."""
    length, s = seen.long.shape[1], seen.n_short
    extra = np.zeros(length)
    for d in range(s, length):
        own = seen.long[seen.only_long, d]
        if beyond == "all":
            extra[d] = own[: d + 1 - s].sum()
        elif beyond == "same":
            extra[d] = (d + 1 - s) * agreement * own[own > 0].mean()
    return extra


def _tail(met: float, p: float, lengths: tuple[int, int], beyond: str, agreement: float) -> float:
    """Sum the agreement below the end of the longer list, times p^d, in closed form."""
    s, length = lengths
    if beyond == "same":
        return float((met + (length - s) * agreement) / length * p ** (length + 1) / (1.0 - p))
    if beyond == "none":
        depth = np.arange(1.0, length + 1.0)
        return met * float(np.log(1.0 / (1.0 - p)) - (p**depth / depth).sum())
    full = length + s - met  # from this depth on, all items of both lists can have been matched
    depth = np.arange(length + 1.0, np.floor(full + 1e-9) + 1.0)
    partial = float(((2.0 * depth - length - s + met) / depth * p**depth).sum())
    return partial + float(p ** (np.floor(full + 1e-9) + 1.0) / (1.0 - p))
