"""The fewest pairs that weighted mean ranks must get wrong: a mixed-integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from geobri.arrays import FloatArray
from geobri.errors import DataError, mould
from geobri.score.audit.feasibility import list_overall_pairs
from geobri.words import Words

__all__ = ["FewestReversals", "find_fewest_reversals"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FewestReversals:
    """Weights on the dimension ranks that reverse the fewest pairs of the overall order.

    Attributes
    ----------
    count
        Number of pairs reversed or tied under `weights`.
    is_proved
        Whether the solver proved that no weights do better within its time limit.
    least_possible
        What the solver proved: no weights reverse fewer pairs than this.
    weights
        The weights.
    pairs
        The pairs: `better`, `worse` and `violation`, in rank positions (0 for a tie).
    """

    count: int
    is_proved: bool
    least_possible: int
    weights: pd.Series
    pairs: pd.DataFrame


def find_fewest_reversals(
    overall_rank: pd.Series,
    dimension_ranks: pd.DataFrame,
    *,
    min_gap: float = 1e-4,
    time_limit_s: float = 60.0,
) -> FewestReversals:
    """Find weights on the dimension ranks that get the fewest pairs of the overall order wrong.

    Parameters
    ----------
    overall_rank
        Overall rank per city, 1 is best.
    dimension_ranks
        Ranks, the same cities by m dimensions, none missing.
    min_gap
        Least lead in mean rank that counts as the right order.
    time_limit_s
        Seconds after which the best weights so far are given; 22 cities take under one.

    Returns
    -------
    FewestReversals
        The count, whether it is proved, the weights and the pairs.

    Raises
    ------
    DataError
        If a rank is missing, no city stands before another, or no solution was found in time.

    Notes
    -----
    min sum z_ab subject to r_b - r_a >= gap - M_ab z_ab for all pairs with a before b, r = R w, w on
    the unit simplex, z binary (HiGHS).
    """
    rank = overall_rank.reindex(dimension_ranks.index).to_numpy(dtype=np.float64, na_value=np.nan)
    ranks = dimension_ranks.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(rank).any() or np.isnan(ranks).any():
        came = f"{int(np.isnan(rank).sum() + np.isnan(ranks).sum())} missing ranks"
        raise DataError(
            mould(
                "find_fewest_reversals",
                Words("every rank must be known", "每个名次都须已知"),
                came,
                "Drop the cities concerned",
            )
        )
    better, worse = list_overall_pairs(rank, "find_fewest_reversals")
    lead = ranks[worse] - ranks[better]
    answer = _solve(lead, min_gap, time_limit_s)
    weights = np.asarray(answer.x[: lead.shape[1]], dtype=np.float64)
    reversed_pair = lead @ weights < min_gap * (1 - 1e-6)
    pairs = pd.DataFrame(
        {
            "better": dimension_ranks.index[better[reversed_pair]],
            "worse": dimension_ranks.index[worse[reversed_pair]],
            "violation": np.maximum(-(lead @ weights), 0.0)[reversed_pair],
        }
    )
    return FewestReversals(
        count=len(pairs),
        is_proved=bool(answer.status == 0),
        least_possible=int(np.ceil(answer.mip_dual_bound - 1e-6)),
        weights=pd.Series(weights, index=dimension_ranks.columns),
        pairs=pairs.sort_values("violation", ascending=False, ignore_index=True, kind="stable"),
    )


def _solve(lead: FloatArray, min_gap: float, time_limit_s: float) -> Any:
    """Find importances under which fewest pairs turn round; a switch of 1 lets a pair off its order."""
    pairs, m = lead.shape
    room = np.abs(lead).max(axis=1) + min_gap
    rows = sparse.hstack([sparse.csr_array(lead), sparse.diags_array(room)], format="csr")
    solve: Any = optimize.milp
    answer = solve(
        np.r_[np.zeros(m), np.ones(pairs)],
        integrality=np.r_[np.zeros(m), np.ones(pairs)],
        bounds=optimize.Bounds(0, 1),
        constraints=[
            optimize.LinearConstraint(rows, min_gap, np.inf),
            optimize.LinearConstraint(np.r_[np.ones(m), np.zeros(pairs)][None, :], 1.0, 1.0),
        ],
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        came = f"{pairs} pairs and {time_limit_s:g} s"
        raise DataError(
            mould(
                "find_fewest_reversals",
                Words("a solution must be found in time", "须在限定时间内求得解"),
                came,
                "Give it more time",
            )
        )
    return answer
