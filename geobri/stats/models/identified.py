"""What a model can tell apart: columns that vary on their own, and the degrees of freedom left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geobri.errors import DataError, first_offenders, mould
from geobri.stats.models.effects import NodeEffects
from geobri.stats.results import FloatArray

__all__ = ["check_identified", "count_effects", "degrees_left", "invert_symmetric"]


LEAST_VARIATION = 1e-9
"""A column whose share of variation left after the node effects is below this is absorbed by them."""


def check_identified(
    columns: FloatArray, left: FloatArray, weights: FloatArray, names: Sequence[str], caller: str
) -> None:
    """Refuse columns that the node effects or other columns already explain.

    Parameters
    ----------
    columns, left
        The columns before and after the effects were taken out, shape (N, k).
    weights
        Shape (N,).
    names
        Names of the columns.
    caller
        Function that asks, for the message.

    Raises
    ------
    DataError
        If nothing, or only rounding, is left of a column.
    """
    before = np.sqrt(weights @ columns**2)
    after = np.sqrt(weights @ left**2)
    absorbed = [
        name for name, was, now in zip(names, before, after, strict=True) if now <= LEAST_VARIATION * was
    ]
    if not absorbed:
        scaled = left * np.sqrt(weights)[:, None] / after
        triangle = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
        absorbed = [name for name, pivot in zip(names, triangle, strict=True) if pivot <= LEAST_VARIATION]
    if absorbed:
        wanted = "every column must vary on its own, beyond node effects and the other columns"
        came = f"{len(absorbed)} that do not: {first_offenders(absorbed)}"
        raise DataError(
            mould(caller, wanted, came, "Leave them out, or fit without node effects"),
            zh=f"各列须有自身的差异，不能由城市水平或其他列推出：{len(absorbed)}列不满足。",
        )


def invert_symmetric(matrix: FloatArray) -> FloatArray:
    """Invert a positive definite matrix after scaling it to a unit diagonal.

    Parameters
    ----------
    matrix
        Shape (k, k).

    Returns
    -------
    numpy.ndarray
        The inverse, exactly symmetric.
    """
    scale = 1.0 / np.sqrt(np.diag(matrix))
    inverse: FloatArray = np.linalg.inv(matrix * scale[:, None] * scale) * scale[:, None] * scale
    return (inverse + inverse.T) / 2


def count_effects(effects: NodeEffects | None) -> int:
    """Count the effects that can be told apart.

    Parameters
    ----------
    effects
        Node effects, or None.

    Returns
    -------
    int
        Their rank.
    """
    return 0 if effects is None else effects.rank


def degrees_left(n: int, k: int, effects: NodeEffects | None, caller: str) -> int:
    """Count the pairs that parameters leave over.

    Parameters
    ----------
    n, k
        Pairs and columns.
    effects
        Node effects, or None.
    caller
        Function that asks, for the message.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    DataError
        If nothing is left over.
    """
    left = n - k - count_effects(effects)
    if left < 1:
        came = f"{n} pairs for {k} columns and {count_effects(effects)} node effects"
        raise DataError(
            mould(caller, "needs more pairs than parameters", came, 'Pass effects="none" or add pairs'),
            zh=f"城市对须多于参数：{n}对，{k}列与{count_effects(effects)}个城市水平。",
        )
    return left
