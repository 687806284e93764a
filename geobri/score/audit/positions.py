"""Printed places of some cities, and whether they can be exact given every other printed rank.

A relation such as "a before b" is linear in the scores. A place such as "thirteenth without information"
is not: it says how many cities are ahead, without saying which. One binary per pair makes it so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import DataError, first_offenders, mould
from geobri.score.audit.polytope import (
    TOP_SCORE,
    RankPolytope,
    RankStatement,
)
from geobri.score.scoretable import check_importance
from geobri.words import Words

__all__ = ["ExactPlaces", "find_scores_at_places"]

_MOST_MARGIN = 0.2 * TOP_SCORE
_FAR = TOP_SCORE + _MOST_MARGIN
_TOLERANCE = 1e-6
_UNFINISHED = frozenset({1, 4})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactPlaces:
    """Whether printed places can all be exact.

    Attributes
    ----------
    possible
        True or False; None if the solver ran out of time.
    margin
        A gap in points (at most 20) that all relations and places keep at once; NaN if there are no
        scores.
    scores
        Scores that do it, cities by dimensions; None if there are none.
    tied
        Cities that share a printed place and therefore have equal scores there.
    """

    possible: bool | None
    margin: float
    scores: pd.DataFrame | None
    tied: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Pairs of a city with a printed place and any other city."""

    city: IndexArray
    other: IndexArray
    ahead_known: FloatArray
    is_tie: npt.NDArray[np.bool_]
    places: dict[int, int]


def find_scores_at_places(
    polytope: RankPolytope,
    statement: RankStatement,
    *,
    relative_gap: float = 0.1,
    time_limit_s: float = 120.0,
) -> ExactPlaces:
    """Ask whether the printed places of some cities can be exact.

    Parameters
    ----------
    polytope
        All other printed ranks, written as inequalities.
    statement
        Places of some cities among **all** cities of the table (missing for the others), and the
        weights that are said to give them. A place is one more than the number of cities strictly
        ahead; cities with the same place are tied.
    relative_gap
        How far the margin may stay below the best one; the answer itself is exact.
    time_limit_s
        Seconds after which the question stays open.

    Returns
    -------
    ExactPlaces
        The answer, with scores that prove a yes.

    Raises
    ------
    DataError
        If places are not whole numbers from 1 to n, or the weights are faulty.

    Notes
    -----
    max t subject to the polytope with gap t, sum_i z_ci = place_c - 1, and for each printed city c and
    other city i: S_i - S_c >= t - M (1 - z_ci), S_c - S_i >= t - M z_ci, z binary. A mixed-integer linear
    programme (HiGHS).
    """
    weights = check_importance(statement.importance, polytope.dimensions, caller="find_scores_at_places")
    pairs = _list_pairs(polytope.cities, statement)
    answer = _solve(polytope, pairs, weights.to_numpy(), relative_gap, time_limit_s)
    names = pd.Series({str(polytope.cities[c]): place for c, place in pairs.places.items()}, dtype=int)
    groups = [tuple(map(str, group.index)) for _, group in names.groupby(names, observed=True)]
    tied = tuple(group for group in groups if len(group) > 1)
    open_yet = None if answer.status in _UNFINISHED else False
    if answer.x is None:
        return ExactPlaces(possible=open_yet, margin=float("nan"), scores=None, tied=tied)
    free = polytope.lift.shape[1]
    margin = float(answer.x[free])
    return ExactPlaces(
        possible=True if margin > _TOLERANCE else open_yet,
        margin=margin + polytope.min_gap,
        scores=polytope.table(np.asarray(answer.x[:free], dtype=np.float64)),
        tied=tied,
    )


def _list_pairs(cities: pd.Index, statement: RankStatement) -> _Places:
    rank = statement.rank.reindex(cities).to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.flatnonzero(~np.isnan(rank))
    odd = [str(cities[int(c)]) for c in known if rank[c] != round(rank[c]) or not 1 <= rank[c] <= len(cities)]
    if odd or not len(known):
        came = f"{first_offenders(odd)}" if odd else "none"
        wanted = Words(
            f"places must be whole numbers from 1 to {len(cities)}, at least one of them",
            f"名次须为1至{len(cities)}的整数，至少一个",
        )
        raise DataError(mould("find_scores_at_places", wanted, came, "Leave the others missing"))
    city, other = (grid[known].ravel() for grid in np.indices((len(cities), len(cities))))
    city, other = city[city != other], other[city != other]
    ahead = np.where(np.isnan(rank[other]), np.nan, rank[other] < rank[city])
    return _Places(city, other, ahead, rank[other] == rank[city], {int(c): int(rank[c]) for c in known})


def _solve(
    polytope: RankPolytope, pairs: _Places, weights: FloatArray, relative_gap: float, time_limit_s: float
) -> Any:
    """Maximise the margin by which an order holds; a pair not known beforehand is a switch of 0 or 1."""
    k, free = len(pairs.city), polytope.lift.shape[1]
    fixed = ~np.isnan(pairs.ahead_known)
    low = np.where(fixed, np.nan_to_num(pairs.ahead_known), 0.0)
    high = np.where(fixed, np.nan_to_num(pairs.ahead_known), 1.0)
    solve: Any = optimize.milp
    return solve(
        np.r_[np.zeros(free), -1.0, np.zeros(k)],
        integrality=np.r_[np.zeros(free + 1), np.ones(k)],
        bounds=optimize.Bounds(
            np.r_[np.full(free, -np.inf), 0.0, low], np.r_[np.full(free, np.inf), _MOST_MARGIN, high]
        ),
        constraints=[*_rank_rows(polytope, k), *_place_rows(polytope, pairs, weights)],
        options={"time_limit": time_limit_s, "mip_rel_gap": relative_gap},
    )


def _rank_rows(polytope: RankPolytope, k: int) -> list[Any]:
    strict = sparse.csr_array(polytope.strict.astype(np.float64)[:, None])
    blank = sparse.csr_array((polytope.inequality.shape[0], k))
    rows = [
        optimize.LinearConstraint(
            sparse.hstack([polytope.inequality, strict, blank], format="csr"), -np.inf, polytope.bound
        )
    ]
    if polytope.equality.shape[0]:
        blank = sparse.csr_array((polytope.equality.shape[0], k + 1))
        level = sparse.hstack([polytope.equality, blank], format="csr")
        rows.append(optimize.LinearConstraint(level, polytope.target, polytope.target))
    return rows


def _place_rows(polytope: RankPolytope, pairs: _Places, weights: FloatArray) -> list[Any]:
    n, k = len(polytope.cities), len(pairs.city)
    index = sparse.kron(sparse.eye_array(n), weights[None, :], format="csr")
    lead = sparse.csr_array((index[pairs.other] - index[pairs.city]) @ polytope.lift)
    offset = np.asarray((index[pairs.other] - index[pairs.city]) @ polytope.base, dtype=np.float64)
    gap = sparse.csr_array((~pairs.is_tie).astype(np.float64)[:, None])
    far = _FAR * sparse.eye_array(k)
    of_city = np.unique(pairs.city, return_inverse=True)[1]
    count = sparse.csr_array((np.ones(k), (of_city, np.arange(k))), shape=(len(pairs.places), k))
    blank = sparse.csr_array((len(pairs.places), lead.shape[1] + 1))
    ahead = np.array([pairs.places[c] - 1 for c in sorted(pairs.places)], dtype=np.float64)
    return [
        optimize.LinearConstraint(sparse.hstack([lead, -gap, -far], format="csr"), -_FAR - offset, np.inf),
        optimize.LinearConstraint(sparse.hstack([-lead, -gap, far], format="csr"), offset, np.inf),
        optimize.LinearConstraint(sparse.hstack([blank, count], format="csr"), ahead, ahead),
    ]
