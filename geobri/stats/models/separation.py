"""Pairs that make a likelihood run away: separation in count and in yes-no models.

A Poisson model with effects has no finite maximum if some combination of columns and effects is 0 wherever there is
flow and not negative where there is none: the fit of those empty pairs can be pushed to 0 for ever. Such pairs
carry no information about the other parameters. They are found exactly, and left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from scipy.sparse import csgraph

from geobri.arrays import BoolArray
from geobri.errors import DataError, mould
from geobri.stats.models.effects import NodeEffects, build_effects
from geobri.stats.results import FloatArray

__all__ = ["check_not_separated", "find_separated_pairs"]

NEGLIGIBLE = 1e-8


def find_separated_pairs(
    flow: FloatArray, columns: FloatArray, effects: NodeEffects | None = None
) -> BoolArray:
    """Find the pairs without flow that a Poisson model can fit perfectly for ever.

    Parameters
    ----------
    flow
        At least 0, shape (N,).
    columns
        Columns of the model, shape (N, k).
    effects
        Node effects of the model, if any.

    Returns
    -------
    numpy.ndarray
        Mask of shape (N,): pairs to leave out. The estimates of all finite parameters are the same without them.

    Notes
    -----
    The condition is that of Correia, Guimarães and Zylkin: some z = X b + Z a with z = 0 where flow > 0, z >= 0 where
    flow = 0, z not all 0. First, pairs of a city that sends (or receives) nothing at all go. Of the rest, the
    directions that vanish wherever there is flow are written down exactly: one for each connected part of the graph of
    flows, one for each combination of columns that is constant within the parts. They are few (usually none),
    so that the linear programme over them is small.

    References
    ----------
    Correia, S., Guimarães, P. and Zylkin, T. (2019). Verifying the existence of maximum likelihood estimates for generalized linear models. 10.48550/arXiv.1903.01633.
    """
    gone = np.zeros(len(flow), dtype=bool)
    if effects is not None:
        gone = _pairs_of_silent_cities(flow, effects)
    kept = np.flatnonzero(~gone)
    if not (flow[kept] == 0).any():
        return gone
    rest = None if effects is None else _restrict(effects, kept) if gone.any() else effects
    directions = _vanishing_directions(flow[kept], columns[kept], rest)
    empty = np.flatnonzero(flow[kept] == 0)
    found = _largest_support(directions[empty])
    gone[kept[empty[found]]] = True
    return gone


def _restrict(effects: NodeEffects, rows: npt.NDArray[np.intp]) -> NodeEffects:
    return build_effects(
        effects.origin[rows], effects.destination[rows], effects.n_cities, directed=effects.directed
    )


def _pairs_of_silent_cities(flow: FloatArray, effects: NodeEffects) -> BoolArray:
    """Pairs that touch an effect without any flow (they hold none themselves, so one round is enough)."""
    silent = effects.collect(flow) == 0
    if not silent.any():
        return np.zeros(len(flow), dtype=bool)
    return np.asarray(effects.spread(silent.astype(float)) > 0)


def _vanishing_directions(flow: FloatArray, columns: FloatArray, effects: NodeEffects | None) -> FloatArray:
    """Basis of all X b + Z a that are 0 wherever there is flow, as values on all pairs, shape (N, D)."""
    positive = np.flatnonzero(flow > 0)
    of_columns = columns
    parts = np.empty((len(flow), 0))
    if effects is not None:
        inner = _restrict(effects, positive)
        solve = inner.solver(np.ones(len(positive)))
        of_columns = columns - effects.spread(solve(inner.collect(columns[positive])))
        parts = _part_directions(inner, effects)
    sizes = np.linalg.norm(columns, axis=0)
    scaled = of_columns / np.where(sizes > 0, sizes, 1.0)
    _, values, right = np.linalg.svd(np.linalg.qr(scaled[positive], mode="r"), full_matrices=True)
    values = np.concatenate([values, np.zeros(len(right) - len(values))])
    return np.column_stack([parts, scaled @ right[values < NEGLIGIBLE].T])


def _part_directions(inner: NodeEffects, effects: NodeEffects) -> FloatArray:
    """Directions of the effects: +1 on one side and -1 on the other of each bipartite part of the graph of flows."""
    n = inner.n_cities
    if inner.rank == (2 * n - 1 if inner.directed else n):
        return np.empty((len(effects.origin), 0))
    ends = (inner.origin, inner.destination + n)
    if not inner.directed:
        ends = np.concatenate([ends[0], inner.destination]), np.concatenate([ends[1], inner.origin + n])
    graph = sparse.csr_array((np.ones(len(ends[0])), ends), shape=(2 * n, 2 * n))
    count, label = csgraph.connected_components(graph, directed=False)
    one, other = label[effects.origin], label[effects.destination + n]
    wanted = one != other
    if not effects.directed:
        reverse, back = label[effects.destination], label[effects.origin + n]  # equal where one and other are
    named = np.unique(np.concatenate([one[wanted], other[wanted]]))
    directions = (one[:, None] == named).astype(float) - (other[:, None] == named)
    if not effects.directed:
        directions += (reverse[:, None] == named).astype(float) - (back[:, None] == named)
    return directions if count and named.size else np.empty((len(one), 0))


def _largest_support(directions: FloatArray) -> BoolArray:
    """Rows that are positive in some non-negative combination: max sum t subject to t <= U a, 0 <= t <= 1, U a >= 0."""
    moving = np.abs(directions).max(axis=1, initial=0.0) > NEGLIGIBLE
    found = np.zeros(len(directions), dtype=bool)
    if not moving.any():
        return found
    rows, where = np.unique(directions[moving].round(12), axis=0, return_inverse=True)
    n, k = rows.shape
    cost = np.concatenate([np.zeros(k), -np.ones(n)])
    cone = sparse.csr_array(rows)
    zero = sparse.csr_array((n, n))
    above = sparse.vstack(
        [sparse.hstack([-cone, sparse.eye_array(n)]), sparse.hstack([-cone, zero])], format="csr"
    )
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * k + [(0.0, 1.0)] * n
    solved = optimize.linprog(cost, A_ub=above, b_ub=np.zeros(2 * n), bounds=bounds, method="highs")
    if solved.status != 0 or solved.x is None:
        remedy = "Leave out covariates that hold for few pairs only"
        raise DataError(
            mould(
                "find_separated_pairs", "the linear programme must have a solution", solved.message, remedy
            ),
            zh="线性规划须有解：没有找到。",
        )
    found[moving] = (np.asarray(solved.x)[k:] > 0.5)[where.ravel()]  # noqa: PLR2004 - t is 0 or 1 at the optimum
    return found


def check_not_separated(
    outcome: FloatArray,
    columns: FloatArray,
    effects: NodeEffects | None = None,
    *,
    caller: str = "check_not_separated",
) -> None:
    """Refuse yes-no data that some combination of columns predicts without error.

    Parameters
    ----------
    outcome
        0 or 1, shape (N,).
    columns
        Columns of the model, shape (N, k).
    effects
        Node effects of the model, if any.
    caller
        Function that asks, for the message.

    Raises
    ------
    DataError
        If there is complete or quasi-complete separation.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic regression models. 10.1093/biomet/71.1.1.
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression models. Thesis, Oxford.
    """
    sign = 2.0 * outcome - 1.0
    sizes = np.linalg.norm(columns, axis=0)
    dense = sparse.csr_array(columns / np.where(sizes > 0, sizes, 1.0) * np.sqrt(len(outcome)))
    design = dense if effects is None else sparse.hstack([dense, effects.incidence])
    signed = sparse.csr_array(design.multiply(sign[:, None]))
    opposite: Any = -signed
    limits: list[tuple[float | None, float | None]] = [(-1.0, 1.0)] * int(signed.shape[1])
    solved = optimize.linprog(
        -np.asarray(signed.sum(axis=0), dtype=np.float64).ravel(),
        A_ub=opposite,
        b_ub=np.zeros(len(outcome)),
        bounds=limits,
        method="highs",
    )
    if solved.status == 0 and -float(solved.fun or 0.0) > NEGLIGIBLE * len(outcome):
        n_split = int(np.count_nonzero(signed @ np.asarray(solved.x) > NEGLIGIBLE))
        wanted = "yes and no must overlap for every combination of covariates"
        remedy = "Drop the covariate that decides" + (", or fit without node effects" if effects else "")
        raise DataError(
            mould(
                caller, wanted, f"{n_split} of {len(outcome)} pairs that are predicted without error", remedy
            ),
            zh=f"有与无须在协变量的每种组合上重叠：{len(outcome)}对中有{n_split}对可被完全预测。",
        )
