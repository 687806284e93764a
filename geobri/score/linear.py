"""One door to the linear programming engine (HiGHS, through scipy)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from geobri.arrays import FloatArray

__all__ = ["LinearSolution", "minimise_linear"]

Rows = tuple[FloatArray | sparse.csr_array, FloatArray]
Bound = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearSolution:
    """An optimal vertex of a linear programme.

    Attributes
    ----------
    value
        The minimum.
    point
        Where it is reached, shape (d,).
    multipliers
        How fast the minimum falls when an inequality is relaxed, shape (K,), not negative.
    """

    value: float
    point: FloatArray
    multipliers: FloatArray


def minimise_linear(
    cost: FloatArray,
    *,
    below: Rows,
    equal: Rows | None = None,
    bounds: Sequence[Bound] | Bound = (None, None),
) -> LinearSolution | None:
    """Minimise a linear function over a polyhedron.

    Parameters
    ----------
    cost
        Coefficients, shape (d,).
    below
        Rows and right-hand side of ``rows @ x <= side``; shapes (K, d) and (K,).
    equal
        Rows and right-hand side of equalities; none by default.
    bounds
        Least and greatest value per variable, or one pair for all; None is unbounded.

    Returns
    -------
    LinearSolution or None
        None if the polyhedron is empty or the function has no minimum on it.
    """
    has_equal = equal is not None and equal[0].shape[0] > 0
    # the engine's type stubs know neither sparse matrices nor a single unbounded pair
    solve: Any = linprog
    answer = solve(
        cost,
        A_ub=below[0],
        b_ub=below[1],
        A_eq=equal[0] if has_equal and equal is not None else None,
        b_eq=equal[1] if has_equal and equal is not None else None,
        bounds=bounds,
        method="highs",
    )
    if not answer.success:
        return None
    return LinearSolution(
        value=float(answer.fun),
        point=np.asarray(answer.x, dtype=np.float64) + 0.0,  # no negative zeros
        multipliers=np.abs(np.asarray(answer.ineqlin.marginals, dtype=np.float64)),
    )
