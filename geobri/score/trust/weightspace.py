"""The space of all weights: how far each may move before the ranking does, and in which direction.

A weighted mean is linear in its weights, so "city a stays before city b" is a half-space. Intervals,
smallest changes and ranges of ranks are therefore exact optima of linear (or mixed-integer linear)
programmes, not results of a search.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import DataError, SpecificationError, mould
from geobri.score.linear import minimise_linear
from geobri.score.scoretable import check_importance, check_scores

__all__ = ["Keep", "Norm", "Others", "find_rank_ranges", "find_swaps", "find_weight_intervals"]

Keep = Literal["order", "top", "winner"]
Others = Literal["proportional", "free"]
Norm = Literal["l1", "linf"]
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class _Limit:
    """Where a weight stops, and the pair that stops it."""

    value: float
    better: str = ""
    worse: str = ""


def find_weight_intervals(
    scores: pd.DataFrame,
    importance: pd.Series | None = None,
    *,
    keep: Keep = "order",
    k: int | None = None,
    others: Others = "proportional",
) -> pd.DataFrame:
    """Find the interval of every weight that keeps the ranking, or its top.

    Parameters
    ----------
    scores
        Scores, n cities by m nodes, higher is better.
    importance
        Weight per node, summing to 1; equal by default.
    keep
        "order": no two cities change places. "top": the first `k` stay the first `k`, in any order.
        "winner": the first stays first.
    k
        Size of the top for ``keep="top"``.
    others
        What the other weights do. "proportional": they keep their proportions and fill up to 1.
        "free": they may be anything, so the interval is the widest there is.

    Returns
    -------
    pandas.DataFrame
        Index is the node; columns `weight, lower, upper` and, where a pair of cities sets the limit,
        `lower_better, lower_worse, upper_better, upper_worse` (empty where 0 or 1 does, and for "free").

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    DataError
        If weights are faulty, or the top is not defined because of a tie at its end.
    SpecificationError
        If `keep` or `others` is unknown, or `k` does not fit.

    Notes
    -----
    With d = x_a - x_b for a before b and the other weights in proportion, the lead is
    v d_j + (1 - v) sum_{i != j} w_i d_i / (1 - w_j), linear in v; the interval is where no lead is
    negative. "free" solves min and max w_j subject to d w >= 0 for all such pairs on the unit simplex.
    Cities that tie now are not held together.

    References
    ----------
    Triantaphyllou, E. and Sanchez, A. (1997). A sensitivity analysis approach for some deterministic
    multi-criteria decision-making methods. Decision Sciences 28(1), 151-194.
    https://doi.org/10.1111/j.1540-5915.1997.tb01306.x
    """
    _check_known(keep, others)
    table = check_scores(scores, caller="find_weight_intervals")
    weights = check_importance(importance, table.columns, caller="find_weight_intervals")
    better, worse = _pairs_to_keep(table, weights, keep, k)
    array, w = table.to_numpy(), weights.to_numpy()
    lead = array[better] - array[worse]
    rows = []
    for j, node in enumerate(table.columns):
        if others == "free":
            lower, upper = (_Limit(value) for value in _free_interval(lead, j))
        else:
            lower, upper = _proportional_interval(lead, w, j, (table.index[better], table.index[worse]))
        rows.append(
            {
                "node": node,
                "weight": w[j],
                "lower": lower.value,
                "upper": upper.value,
                "lower_better": lower.better,
                "lower_worse": lower.worse,
                "upper_better": upper.better,
                "upper_worse": upper.worse,
            }
        )
    return pd.DataFrame(rows).set_index("node")


def _check_known(keep: str, others: str) -> None:
    for name, given, known in (("keep", keep, get_args(Keep)), ("others", others, get_args(Others))):
        if given not in known:
            wanted = f"{name} must be one of {', '.join(map(repr, known))}"
            raise SpecificationError(mould("find_weight_intervals", wanted, repr(given), "Use one of them"))


def _pairs_to_keep(
    table: pd.DataFrame, weights: pd.Series, keep: Keep, k: int | None
) -> tuple[IndexArray, IndexArray]:
    total = table.to_numpy() @ weights.to_numpy()
    if keep == "order":
        better, worse = np.nonzero(total[:, None] - total[None, :] > TIE)
        return better, worse
    size = 1 if keep == "winner" else k
    if size is None or not 1 <= size < len(table) or int(size) != size:
        came = f"keep={keep!r}, k={k!r} for {len(table)} cities"
        wanted = "k must be a whole number from 1 to the number of cities less one"
        raise SpecificationError(
            mould("find_weight_intervals", wanted, came, "Give k together with keep='top'")
        )
    order = np.argsort(-total, kind="stable")
    if total[order[size - 1]] - total[order[size]] <= TIE:
        pair = f"{table.index[order[size - 1]]!r} and {table.index[order[size]]!r} tied at place {size}"
        raise DataError(mould("find_weight_intervals", "the top must be defined", pair, "Choose another k"))
    return np.repeat(order[:size], len(table) - size), np.tile(order[size:], size)


def _proportional_interval(
    lead: FloatArray, w: FloatArray, j: int, labels: tuple[pd.Index, pd.Index]
) -> tuple[_Limit, _Limit]:
    rest = np.delete(w, j)
    share = rest / rest.sum() if rest.sum() > 0 else np.full(len(rest), 1.0 / max(len(rest), 1))
    start = np.delete(lead, j, axis=1) @ share
    slope = lead[:, j] - start
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = np.clip(-start / slope, 0.0, 1.0)
    low = np.where(slope > 0, zero, 0.0)
    high = np.where(slope < 0, zero, 1.0)
    if not len(lead):  # all cities tie, and no weight can turn an order that is not there
        return _Limit(0.0), _Limit(1.0)
    return _limit(low, int(low.argmax()), labels, 0.0), _limit(high, int(high.argmin()), labels, 1.0)


def _limit(values: FloatArray, at: int, labels: tuple[pd.Index, pd.Index], end: float) -> _Limit:
    if values[at] == end:
        return _Limit(end)
    return _Limit(float(values[at]), str(labels[0][at]), str(labels[1][at]))


def _free_interval(lead: FloatArray, j: int) -> tuple[float, float]:
    m = lead.shape[1]
    cost = np.zeros(m)
    cost[j] = 1.0
    found = []
    for sign in (1.0, -1.0):
        answer = minimise_linear(
            sign * cost,
            below=(-lead, np.full(len(lead), TIE)),
            equal=(np.ones((1, m)), np.ones(1)),
            bounds=(0, 1),
        )
        found.append(np.nan if answer is None else sign * answer.value)
    return float(np.clip(found[0], 0, 1)), float(np.clip(found[1], 0, 1))


def find_swaps(
    scores: pd.DataFrame,
    importance: pd.Series | None = None,
    *,
    pairs: Literal["neighbours", "all"] | list[tuple[str, str]] = "neighbours",
    norm: Norm = "l1",
) -> pd.DataFrame:
    """Find the smallest change of weights that lets one city catch up with another.

    Parameters
    ----------
    scores
        Scores, n cities by m nodes, higher is better.
    importance
        Weight per node, summing to 1; equal by default.
    pairs
        "neighbours" in the ranking, "all" pairs, or a list of pairs of cities.
    norm
        "l1": total of absolute changes (half of it is moved from some nodes to others).
        "linf": largest single change.

    Returns
    -------
    pandas.DataFrame
        One row per pair, the smallest change first: `better, worse, gap` (points), `change` (in
        `norm`; missing where no weights make them tie, because one city is ahead everywhere), and the
        weights that do it, one column per node.

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    DataError
        If weights are faulty or a city of `pairs` is unknown.

    Notes
    -----
    min ||v - w|| subject to (x_a - x_b) v <= 0, v on the unit simplex; a linear programme for both
    norms. At the optimum the two cities tie, so any step further swaps them.
    """
    table = check_scores(scores, caller="find_swaps")
    weights = check_importance(importance, table.columns, caller="find_swaps")
    total = table @ weights
    rows = []
    for first, second in _list_pairs(total, pairs):
        better, worse = (first, second) if total[first] >= total[second] else (second, first)
        lead = table.loc[better].to_numpy() - table.loc[worse].to_numpy()
        change, found = _smallest_change(lead, weights.to_numpy(), norm)
        rows.append({"better": better, "worse": worse, "gap": total[better] - total[worse], "change": change})
        rows[-1].update(zip(table.columns, found, strict=True))
    columns = ["better", "worse", "gap", "change", *table.columns]
    return pd.DataFrame(rows, columns=columns).sort_values("change", ignore_index=True, kind="stable")


def _list_pairs(total: pd.Series, pairs: str | list[tuple[str, str]]) -> list[tuple[Any, Any]]:
    order = total.sort_values(ascending=False, kind="stable").index
    if pairs == "neighbours":
        return list(pairwise(order))
    if pairs == "all":
        return [(order[a], order[b]) for a in range(len(order)) for b in range(a + 1, len(order))]
    if isinstance(pairs, str):
        came = repr(pairs)
        raise SpecificationError(
            mould("find_swaps", "pairs must be 'neighbours', 'all' or a list", came, "Use one of them")
        )
    unknown = [one for pair in pairs for one in pair if one not in total.index]
    if unknown:
        came = f"unknown {unknown[0]!r}"
        raise DataError(mould("find_swaps", "pairs must name cities of the table", came, "Use index labels"))
    return list(pairs)


def _smallest_change(lead: FloatArray, w: FloatArray, norm: Norm) -> tuple[float, FloatArray]:
    if norm not in {"l1", "linf"}:
        raise SpecificationError(
            mould("find_swaps", "norm must be 'l1' or 'linf'", repr(norm), "Use one of them")
        )
    m = len(w)
    extra = m if norm == "l1" else 1
    cover = np.eye(m) if norm == "l1" else np.ones((m, 1))
    answer = minimise_linear(
        np.r_[np.zeros(m), np.ones(extra)],
        below=(
            np.vstack(
                [
                    np.hstack([np.eye(m), -cover]),
                    np.hstack([-np.eye(m), -cover]),
                    np.r_[lead, np.zeros(extra)][None, :],
                ]
            ),
            np.r_[w, -w, 0.0],
        ),
        equal=(np.r_[np.ones(m), np.zeros(extra)][None, :], np.ones(1)),
        bounds=[(0, 1)] * m + [(0, None)] * extra,
    )
    return (np.nan, np.full(m, np.nan)) if answer is None else (answer.value, answer.point[:m])


def find_rank_ranges(
    scores: pd.DataFrame, importance: pd.Series | None = None, *, spread: float = 1.0
) -> pd.DataFrame:
    """Find the best and the worst rank of every city over a whole set of weights, exactly.

    Parameters
    ----------
    scores
        Scores, n cities by m nodes, higher is better.
    importance
        Weight per node, summing to 1; equal by default.
    spread
        How far every weight may move from its value, relative to it (0.25 is a quarter up or down).
        1 or more lifts the upper limit: all weights on the unit simplex.

    Returns
    -------
    pandas.DataFrame
        Index is the city; columns `rank, best, worst` and the weights of the best rank, one column per
        node. Ties count in favour in `best` and against in `worst`.

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    DataError
        If weights are faulty.
    SpecificationError
        If `spread` is negative.

    Notes
    -----
    min sum z_i subject to (x_i - x_c) w <= M_i z_i, z binary, w in the set: a mixed-integer linear
    programme with one binary per rival (HiGHS). `worst` maximises with the inequality turned.

    References
    ----------
    Permanyer, I. (2011). Assessing the robustness of composite indices rankings. Review of Income and
    Wealth 57(2), 306-326. https://doi.org/10.1111/j.1475-4991.2011.00442.x
    """
    table = check_scores(scores, caller="find_rank_ranges")
    weights = check_importance(importance, table.columns, caller="find_rank_ranges")
    if not spread >= 0:
        raise SpecificationError(
            mould("find_rank_ranges", "spread must be 0 or more", repr(spread), "Use 0.25")
        )
    w = weights.to_numpy()
    low, high = (np.zeros(len(w)), np.ones(len(w))) if spread >= 1 else (w * (1 - spread), w * (1 + spread))
    array = table.to_numpy()
    rows = []
    for at in range(len(table)):
        lead = np.delete(array, at, axis=0) - array[at]
        best, found = _count_rivals(lead, low, high, against=False)
        worst, _ = _count_rivals(lead, low, high, against=True)
        rank = 1 + int((lead @ w > TIE).sum())
        rows.append([rank, 1 + best, 1 + worst, *found])
    columns = ["rank", "best", "worst", *table.columns]
    return pd.DataFrame(rows, index=table.index, columns=columns).astype(dict.fromkeys(columns[:3], int))


def _count_rivals(
    lead: FloatArray, low: FloatArray, high: FloatArray, *, against: bool
) -> tuple[int, FloatArray]:
    """Count the rivals ahead: the fewest possible, or (against) the most."""
    rivals, m = lead.shape
    room = np.abs(lead).max(axis=1) + 1.0
    # fewest: lead w <= M z;  most: -lead w <= M (1 - z)
    rows = np.hstack([-lead, np.diag(room)]) if against else np.hstack([lead, -np.diag(room)])
    limit = room if against else np.zeros(rivals)
    solve: Any = optimize.milp
    answer = solve(
        np.r_[np.zeros(m), np.full(rivals, -1.0 if against else 1.0)],
        integrality=np.r_[np.zeros(m), np.ones(rivals)],
        bounds=optimize.Bounds(np.r_[low, np.zeros(rivals)], np.r_[np.minimum(high, 1.0), np.ones(rivals)]),
        constraints=[
            optimize.LinearConstraint(sparse.csr_array(rows), -np.inf, limit),
            optimize.LinearConstraint(np.r_[np.ones(m), np.zeros(rivals)][None, :], 1.0, 1.0),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        raise DataError(
            mould(
                "find_rank_ranges",
                "the mixed-integer programme must be solved",
                str(answer.message),
                "Drop nodes",
            )
        )
    return round(float(answer.x[m:].sum())), np.asarray(answer.x[:m], dtype=np.float64)
