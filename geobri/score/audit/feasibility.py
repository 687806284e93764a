"""The linear programmes of the audit: is there any, how far from it, and what contradicts what.

Nothing here is approximate: the engine is the simplex method of HiGHS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import DataError, mould
from geobri.score.audit.polytope import TOP_SCORE, RankPolytope
from geobri.score.linear import LinearSolution, minimise_linear
from geobri.words import Words

__all__ = [
    "Margin",
    "NearestWeights",
    "find_largest_margin",
    "find_nearest_scores",
    "find_nearest_weights",
    "list_overall_pairs",
    "ordered_pairs",
]

TOLERANCE = 1e-7
NO_LIMIT = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margin:
    """The largest gap that all relations can keep at once.

    Attributes
    ----------
    value
        The gap in score points; not positive when no scores keep the relations strictly.
    point
        Free numbers y of the polytope that reach it.
    multipliers
        Dual value of every inequality, shape (K,), not negative. Where no scores exist, the
        relations with a positive multiplier contradict each other.
    """

    value: float
    point: FloatArray
    multipliers: FloatArray

    @property
    def is_positive(self) -> bool:
        """Say whether scores exist that keep every relation strictly.

        Returns
        -------
        bool
            True if the gap is positive beyond the tolerance of the solver.
        """
        return self.value > TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NearestWeights:
    """Weights on the dimension ranks that come nearest to the overall order.

    Attributes
    ----------
    margin
        Largest gap in mean rank that all neighbours of the overall order can keep; positive if and
        only if some weights on the ranks give the order.
    best
        The weights that reach the margin.
    nearest
        The weights with the smallest total violation over all pairs.
    total_violation
        That total, in rank positions.
    pairs
        The pairs that stay violated under `nearest`: `better`, `worse`, `violation`.
    n_tied
        How many more pairs `nearest` leaves at equal mean ranks.
    """

    margin: float
    best: pd.Series
    nearest: pd.Series
    total_violation: float
    pairs: pd.DataFrame
    n_tied: int


def find_largest_margin(polytope: RankPolytope, *, between: Literal["all", "overall"] = "all") -> Margin:
    """Find the largest gap that strict relations of the ranks can keep at once.

    Parameters
    ----------
    polytope
        Ranks written as inequalities.
    between
        Which neighbours are to be apart: those in every ranking (``"all"``), or only those in the overall ones, while
        neighbours in a dimension may come as close as they like.

    Returns
    -------
    Margin
        The gap, scores that reach it, and the multipliers that prove it.

    Notes
    -----
    max t subject to A y + t <= b for the relations that are to keep the gap, A y <= b for the others and the range of
    the scale, and E y = f. Scores exist if and only if t > 0; otherwise, by Farkas' lemma, the multipliers are a
    proof that none do.
    """
    free = polytope.lift.shape[1]
    strict = polytope.strict.astype(np.float64)
    if between == "overall":
        strict *= (polytope.relations["kind"] == "overall").to_numpy()
    left = sparse.hstack([polytope.inequality, sparse.csr_array(strict[:, None])], format="csr")
    equality = sparse.hstack(
        [polytope.equality, sparse.csr_array((polytope.equality.shape[0], 1))], format="csr"
    )
    answer = minimise_linear(
        np.r_[np.zeros(free), -1.0],
        below=(left, polytope.bound),
        equal=(equality, polytope.target),
        bounds=[(None, None)] * free + [(None, TOP_SCORE)],
    )
    if answer is None:
        return _no_margin(polytope)
    return Margin(
        value=polytope.min_gap - answer.value, point=answer.point[:-1], multipliers=answer.multipliers
    )


def _no_margin(polytope: RankPolytope) -> Margin:
    """Answer for ranks whose equalities alone exclude every score (ties against anchors)."""
    return Margin(
        value=-np.inf,
        point=np.full(polytope.lift.shape[1], np.nan),
        multipliers=np.zeros(polytope.inequality.shape[0]),
    )


def ordered_pairs(rank: FloatArray) -> tuple[IndexArray, IndexArray]:
    """List all pairs of which the first has the strictly better (smaller) rank.

    Parameters
    ----------
    rank
        Ranks, shape (n,); missing ones take part in no pair.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of the better and of the worse city, by rank of the better one.
    """
    better, worse = np.nonzero(rank[:, None] < rank[None, :])
    order = np.lexsort((rank[worse], rank[better]))
    return better[order], worse[order]


def list_overall_pairs(rank: FloatArray, caller: str) -> tuple[IndexArray, IndexArray]:
    """List the pairs of an overall order, which must have one.

    Parameters
    ----------
    rank
        Overall ranks, shape (n,).
    caller
        Function that speaks in the error message.

    Returns
    -------
    tuple of numpy.ndarray
        As `ordered_pairs`.

    Raises
    ------
    DataError
        If no city stands before another.
    """
    better, worse = ordered_pairs(rank)
    if not len(better):
        wanted = Words("an overall order must hold two different ranks", "总排序须至少有两个不同的名次")
        came = f"{int((~np.isnan(rank)).sum())} ranked cities, none before another"
        raise DataError(mould(caller, wanted, came, "Give ranks of two cities or more, not all tied"))
    return better, worse


def find_nearest_weights(overall_rank: pd.Series, dimension_ranks: pd.DataFrame) -> NearestWeights:
    """Ask whether any weights on the dimension ranks give the overall order.

    Parameters
    ----------
    overall_rank
        Overall rank per city, 1 is best.
    dimension_ranks
        Ranks, the same cities by m dimensions, none missing.

    Returns
    -------
    NearestWeights
        The margin, the weights that reach it, and the weights with the smallest total violation.

    Raises
    ------
    DataError
        If a dimension rank is missing, so that a mean rank is not defined, or no city stands before another.

    Notes
    -----
    With mean ranks r = R w and w on the unit simplex: max t subject to r_b - r_a >= t for all pairs
    with a before b; and min sum e_ab subject to r_b - r_a + e_ab >= 0, e >= 0.
    """
    if dimension_ranks.isna().to_numpy().any():
        where = dimension_ranks.columns[dimension_ranks.isna().any()]
        came = f"missing ranks in {len(where)} dimensions (first: {str(where[0])!r})"
        raise DataError(
            mould(
                "find_nearest_weights",
                Words("mean ranks need every rank", "平均名次需要全部名次"),
                came,
                "Drop the cities or dimensions concerned",
            )
        )
    ranks = dimension_ranks.to_numpy(dtype=np.float64)
    rank = overall_rank.reindex(dimension_ranks.index).to_numpy(dtype=np.float64, na_value=np.nan)
    better, worse = list_overall_pairs(rank, "find_nearest_weights")
    lead = ranks[worse] - ranks[better]
    margin, best = _solve_margin(lead)
    nearest, shortfall = _solve_violation(lead)
    kept = shortfall > TOLERANCE
    pairs = pd.DataFrame(
        {
            "better": dimension_ranks.index[better[kept]],
            "worse": dimension_ranks.index[worse[kept]],
            "violation": shortfall[kept],
        }
    ).sort_values("violation", ascending=False, ignore_index=True, kind="stable")
    return NearestWeights(
        margin=margin,
        best=pd.Series(best, index=dimension_ranks.columns),
        nearest=pd.Series(nearest, index=dimension_ranks.columns),
        total_violation=float(shortfall.sum()),
        pairs=pairs,
        n_tied=int((np.abs(lead @ nearest) <= TOLERANCE).sum()),
    )


def _solve_margin(lead: FloatArray) -> tuple[float, FloatArray]:
    pairs, m = lead.shape
    answer = minimise_linear(
        np.r_[np.zeros(m), -1.0],
        below=(np.hstack([-lead, np.ones((pairs, 1))]), np.zeros(pairs)),
        equal=(np.r_[np.ones(m), 0.0][None, :], np.ones(1)),
        bounds=[(0, 1)] * m + [(None, NO_LIMIT)],
    )
    point = np.full(m + 1, np.nan) if answer is None else answer.point
    return float(point[-1]), point[:-1]


def _solve_violation(lead: FloatArray) -> tuple[FloatArray, FloatArray]:
    pairs, m = lead.shape
    answer = minimise_linear(
        np.r_[np.zeros(m), np.ones(pairs)],
        below=(
            sparse.csr_array(sparse.hstack([sparse.csr_array(-lead), -sparse.eye_array(pairs)])),
            np.zeros(pairs),
        ),
        equal=(np.r_[np.ones(m), np.zeros(pairs)][None, :], np.ones(1)),
        bounds=[(0, 1)] * m + [(0, None)] * pairs,
    )
    weights = np.full(m, np.nan) if answer is None else answer.point[:m]
    return weights, np.maximum(-(lead @ weights), 0.0)


def find_nearest_scores(
    polytope: RankPolytope, overall_rank: pd.Series, importance: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find scores that keep every dimension rank and violate the overall order least.

    Parameters
    ----------
    polytope
        The dimension ranks alone, with a positive `min_gap` (otherwise equal scores for all would do).
    overall_rank
        Overall rank per city, 1 is best.
    importance
        Weight per dimension, summing to 1.

    Returns
    -------
    scores
        The scores, cities by dimensions, in points.
    pairs
        The pairs that stay violated: `better`, `worse`, `violation` in points of the index.

    Raises
    ------
    DataError
        If the dimension ranks cannot keep `min_gap` within 0 to 100.

    Notes
    -----
    min sum e_ab over all pairs with a before b, subject to S_a - S_b + e_ab >= gap, e >= 0. The gap
    makes a threshold as in the ordinal regression of Jacquet-Lagreze and Siskos.

    References
    ----------
    Jacquet-Lagreze, E. and Siskos, J. (1982). Assessing a set of additive utility functions for
    multicriteria decision-making, the UTA method. European Journal of Operational Research 10(2),
    151-164. https://doi.org/10.1016/0377-2217(82)90155-2
    """
    n, m = len(polytope.cities), len(polytope.dimensions)
    rank = overall_rank.reindex(polytope.cities).to_numpy(dtype=np.float64, na_value=np.nan)
    better, worse = ordered_pairs(rank)
    index = sparse.kron(
        sparse.eye_array(n), importance.reindex(polytope.dimensions).to_numpy()[None, :], format="csr"
    )
    lead = sparse.csr_array((index[better] - index[worse]) @ polytope.lift)
    offset = (index[better] - index[worse]) @ polytope.base
    answer = _solve_shortfall(polytope, lead, polytope.min_gap - offset)
    if answer is None:
        wanted = Words(
            f"dimension ranks must leave room for a gap of {polytope.min_gap:.4g} points between neighbours in 0 to 100",
            f"各维度名次须在0至100之间为相邻名次留出{polytope.min_gap:.4g}分的间隔",
        )
        raise DataError(
            mould("find_nearest_scores", wanted, f"{n} cities in {m} dimensions", "Choose a smaller min_gap")
        )
    free = answer.point[: lead.shape[1]]
    scores = polytope.table(free)
    total = scores.to_numpy() @ importance.reindex(polytope.dimensions).to_numpy()
    violation = np.maximum(polytope.min_gap - (total[better] - total[worse]), 0.0)
    kept = violation > TOLERANCE
    pairs = pd.DataFrame(
        {
            "better": polytope.cities[better[kept]],
            "worse": polytope.cities[worse[kept]],
            "violation": violation[kept],
        }
    )
    return scores, pairs.sort_values("violation", ascending=False, ignore_index=True, kind="stable")


def _solve_shortfall(
    polytope: RankPolytope, lead: sparse.csr_array, least: FloatArray
) -> LinearSolution | None:
    pairs, free = lead.shape
    blank = sparse.csr_array((polytope.inequality.shape[0], pairs))
    left = sparse.vstack(
        [sparse.hstack([polytope.inequality, blank]), sparse.hstack([-lead, -sparse.eye_array(pairs)])],
        format="csr",
    )
    return minimise_linear(
        np.r_[np.zeros(free), np.ones(pairs)],
        below=(left, np.r_[polytope.bound, -least]),
        bounds=[(None, None)] * free + [(0, None)] * pairs,
    )
