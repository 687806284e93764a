"""Partial correlation of two permuted pair matrices, given others."""

from __future__ import annotations

import numpy as np

from geobri.errors import DataError, mould
from geobri.stats.dyads.inputs import Pairs
from geobri.stats.models.exchanges import exchange_column
from geobri.stats.null import NodePlan
from geobri.stats.results import FloatArray

__all__ = ["orthonormal_basis", "partial_correlation", "partial_null", "residualise"]

#: A column that the others explain up to this share of its length is a combination of them.
COLLINEAR = 1e-10


def orthonormal_basis(columns: FloatArray, *, caller: str) -> FloatArray:
    """Orthonormalise a constant and further columns.

    Parameters
    ----------
    columns
        Shape (q, m).
    caller
        Function that asks, for the message.

    Returns
    -------
    numpy.ndarray
        Shape (q + 1, m), orthonormal rows that span the constant and the columns.

    Raises
    ------
    DataError
        If a column is a linear combination of the constant and the others.
    """
    size = columns.shape[-1]
    centred = columns - columns.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    basis, triangle = np.linalg.qr((centred / np.where(lengths == 0, 1.0, lengths)).T)
    if len(columns) and (np.abs(np.diag(triangle)) < COLLINEAR).any():
        came = f"{len(columns)} columns of which one follows from the others"
        raise DataError(
            mould(caller, "columns must not be combinations of each other", came, "Leave one out"),
            zh=f"各列不得互为线性组合：{len(columns)}列中有一列可由其他列推出。",
        )
    return np.vstack([np.full((1, size), 1.0 / np.sqrt(size)), basis.T])


def residualise(column: FloatArray, basis: FloatArray) -> FloatArray:
    """Take from a column what an orthonormal basis explains.

    Parameters
    ----------
    column
        Shape (m,).
    basis
        Orthonormal rows, shape (q, m).

    Returns
    -------
    numpy.ndarray
        Shape (m,), orthogonal to the basis.
    """
    once = column - (basis @ column) @ basis
    residual: FloatArray = once - (basis @ once) @ basis  # a second pass removes rounding of the first
    return residual


def partial_correlation(columns: FloatArray) -> float:
    """Correlate the first two columns, given the others.

    Parameters
    ----------
    columns
        x, y and the controls, shape (2 + q, m).

    Returns
    -------
    float
        Correlation of the residuals.
    """
    basis = orthonormal_basis(columns[2:], caller="partial_mantel_test")
    x, y = residualise(columns[0], basis), residualise(columns[1], basis)
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def partial_null(data: Pairs, plan: NodePlan, columns: FloatArray, *, residuals: bool) -> FloatArray:
    """Compute the partial correlation for every permutation of x.

    Parameters
    ----------
    data
        Pair matrices; their missing cells stay in place.
    plan
        Permutations.
    columns
        x, y and the controls over the observed pairs (values or ranks), shape (2 + q, m).
    residuals
        Exchange the residuals of x given the controls, instead of x.

    Returns
    -------
    numpy.ndarray
        Shape (R,).

    Raises
    ------
    DataError
        If missing cells travel.

    Notes
    -----
    With B an orthonormal basis of the controls and r the residual of y, the permuted partial correlation is
    x'r / sqrt((x'x - |Bx|²) r'r); only x'r and Bx change with the permutation.
    """
    if data.travelling:
        remedy = "Pass blocks that keep missing pairs in place, or use mrqap_test"
        came = f"{data.n_cities} cities whose missing pairs move"
        raise DataError(
            mould("partial_mantel_test", "missing pairs must stay in place", came, remedy),
            zh="缺失的城市对须留在原处：现在它们会随置换移动。",
        )
    basis = orthonormal_basis(columns[2:], caller="partial_mantel_test")
    target = residualise(columns[1], basis)
    moved = residualise(columns[0], basis) if residuals else columns[0] - columns[0].mean()
    shared, left = exchange_column(
        plan, data.spread, moved, score=target, held=basis[1:], directed=data.directed
    )
    correlation: FloatArray = shared / np.sqrt(left * (target @ target))
    return correlation
