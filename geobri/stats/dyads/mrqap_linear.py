"""Linear MRQAP: least squares of a pair matrix on others, for every permutation at once.

By the theorem of Frisch, Waugh and Lovell a coefficient needs only what the other columns leave of the two
columns it joins. Under permutation these remainders change in a few sums over pairs, and nothing is refitted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geobri.stats.cross_sums import cross_sums
from geobri.stats.dyads.inputs import Pairs
from geobri.stats.dyads.partial import orthonormal_basis, residualise
from geobri.stats.models.exchanges import exchange_column
from geobri.stats.null import NodePlan
from geobri.stats.results import FloatArray

__all__ = ["linear_null"]

SINGULAR = 1e-12
"""Smallest eigenvalue of a matrix of correlations that is told from 0."""


def linear_null(data: Pairs, plan: NodePlan, scheme: str, statistic: str) -> FloatArray:
    """Compute the statistic of every covariate for every permutation.

    Parameters
    ----------
    data
        y first, then the covariates.
    plan
        Permutations.
    scheme
        ``"double-semi-partialling"``, ``"x"`` or ``"y"``.
    statistic
        ``"t"`` or ``"coefficient"``.

    Returns
    -------
    numpy.ndarray
        Shape (R, p).
    """
    if data.travelling:
        fits = _travelling_y(data, plan) if scheme == "y" else _travelling_x(data, plan, scheme)
    else:
        fits = _null_of_y(data, plan) if scheme == "y" else _null_of_x(data, plan, scheme)
    coefficients, errors = fits
    return coefficients / errors if statistic == "t" else coefficients


def _null_of_x(data: Pairs, plan: NodePlan, scheme: str) -> tuple[FloatArray, FloatArray]:
    """Permute one covariate (or what the others leave of it), the rest stays."""
    fits = [_null_of_one(data, plan, k, scheme) for k in range(len(data.names) - 1)]
    return np.stack([b for b, _ in fits], axis=1), np.stack([se for _, se in fits], axis=1)


def _null_of_one(data: Pairs, plan: NodePlan, k: int, scheme: str) -> tuple[FloatArray, FloatArray]:
    y, columns = data.columns()[0], data.columns()[1:]
    basis = orthonormal_basis(np.delete(columns, k, axis=0), caller="mrqap_test")
    target = residualise(y, basis)
    moved = columns[k] - columns[k].mean() if scheme == "x" else residualise(columns[k], basis)
    shared, left = exchange_column(
        plan, data.spread, moved, score=target, held=basis[1:], directed=data.directed
    )
    rss = target @ target - shared**2 / left
    return shared / left, np.sqrt(rss / (len(y) - len(columns) - 1) / left)


def _null_of_y(data: Pairs, plan: NodePlan) -> tuple[FloatArray, FloatArray]:
    """Permute y; every covariate is tested in the same regressions."""
    y, columns = data.columns()[0], data.columns()[1:]
    basis = orthonormal_basis(columns, caller="mrqap_test")
    own = np.stack(
        [
            residualise(column, orthonormal_basis(np.delete(columns, k, axis=0), caller="mrqap_test"))
            for k, column in enumerate(columns)
        ]
    )
    lengths = (own**2).sum(axis=1)
    moved = y - y.mean()
    sums = cross_sums(
        plan, data.spread(moved), data.spread(np.vstack([own, basis[1:]])), directed=data.directed
    )[:, 0]
    rss = moved @ moved - (sums[:, len(columns) :] ** 2).sum(axis=1)
    variance = rss / (len(y) - len(columns) - 1)
    return sums[:, : len(columns)] / lengths, np.sqrt(variance[:, None] / lengths)


def _travelling_x(data: Pairs, plan: NodePlan, scheme: str) -> tuple[FloatArray, FloatArray]:
    """Permute one covariate with its missing cells; fit on the pairs observed on both sides."""
    y, columns = data.columns()[0], _scaled(data.columns()[1:])
    scales = _scales(data.columns()[1:])
    fits = []
    for k, column in enumerate(columns):
        others = np.delete(columns, k, axis=0)
        moved = (
            column if scheme == "x" else residualise(column, orthonormal_basis(others, caller="mrqap_test"))
        )
        coefficients, errors = _refit(data, plan, moved, others, y - y.mean())
        fits.append((coefficients[:, -1] / scales[k], errors[:, -1] / scales[k]))
    return np.stack([b for b, _ in fits], axis=1), np.stack([se for _, se in fits], axis=1)


def _travelling_y(data: Pairs, plan: NodePlan) -> tuple[FloatArray, FloatArray]:
    y, columns = data.columns()[0], _scaled(data.columns()[1:])
    scales = _scales(data.columns()[1:])
    coefficients, errors = _refit(data, plan, y - y.mean(), columns, None)
    return coefficients[:, 1:] / scales, errors[:, 1:] / scales


def _scales(columns: FloatArray) -> FloatArray:
    deviations: FloatArray = columns.std(axis=1)
    return deviations


def _scaled(columns: FloatArray) -> FloatArray:
    scaled: FloatArray = (columns - columns.mean(axis=1, keepdims=True)) / _scales(columns)[:, None]
    return scaled


def _refit(
    data: Pairs, plan: NodePlan, moved: FloatArray, others: FloatArray, y: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Solve the normal equations of every permutation, on pairs observed on both sides.

    The moved column is the last regressor, or the response where `y` is None.
    """
    fixed = np.vstack(
        [np.ones_like(moved)[None], others] if y is None else [np.ones_like(moved)[None], others, y[None]]
    )
    first, second = np.triu_indices(len(fixed))
    lefts = data.spread(np.vstack([np.ones_like(moved)[None], moved[None], moved[None] ** 2]))
    sums = cross_sums(plan, lefts, data.spread(fixed[first] * fixed[second]), directed=data.directed)
    size = len(fixed) + 1
    gram = np.empty((len(sums), size, size))
    gram[:, first, second] = gram[:, second, first] = sums[:, 0]
    gram[:, : size - 1, -1] = gram[:, -1, : size - 1] = sums[:, 1, : size - 1]
    gram[:, -1, -1] = sums[:, 2, 0]
    if y is not None:  # y stands before the moved column; it must come last
        order = np.r_[0 : size - 2, size - 1, size - 2]
        gram = gram[:, order[:, None], order]
    return _solve_normal(gram)


def _solve_normal(gram: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients and standard errors from cross products whose last row and column belong to y.

    A permutation that leaves too few pairs, collinear columns or nothing to explain has none: NaN.
    """
    cross, moments = gram[:, :-1, :-1], gram[:, :-1, -1]
    scale = np.sqrt(np.maximum(np.einsum("rii->ri", cross), np.finfo(float).tiny))
    scaled = cross / (scale[:, :, None] * scale[:, None, :])
    # the first cell counts the pairs; by Fourier transform a count is whole up to rounding only
    usable = (np.linalg.eigvalsh(scaled)[:, 0] > SINGULAR) & (gram[:, 0, 0] > gram.shape[1] - 0.5)
    inverse = np.full(cross.shape, np.nan)
    inverse[usable] = np.linalg.inv(scaled[usable]) / (scale[usable, :, None] * scale[usable, None, :])
    coefficients = np.einsum("rij,rj->ri", inverse, moments)
    rss = gram[:, -1, -1] - np.einsum("ri,ri->r", coefficients, moments)
    rss = np.where(rss > SINGULAR * gram[:, -1, -1], rss, np.nan)
    variance = rss / (gram[:, 0, 0] - gram.shape[1] + 1)
    diagonal: npt.NDArray[np.float64] = np.einsum("rii->ri", inverse)
    return coefficients, np.sqrt(variance[:, None] * diagonal)
