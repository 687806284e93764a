"""MRQAP for yes-no and count matrices: logistic, probit and Poisson regression under permutation.

The score statistic needs the model without the tested covariate only once, and then sums over pairs. The Wald
statistic refits the model for every permutation, many at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geobri.errors import DataError, mould
from geobri.stats.chunks import through_permutations
from geobri.stats.dyads.inputs import Pairs
from geobri.stats.dyads.partial import orthonormal_basis, residualise
from geobri.stats.models.exchanges import exchange_column
from geobri.stats.models.families import Family
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.results import FloatArray

__all__ = ["LikelihoodFits", "fit_family", "score_null", "score_statistics", "wald_null"]

MOST_STEPS = 40
#: A step that moves no linear predictor by more than this ends the search.
SMALL_STEP = 1e-10
#: No step moves a linear predictor further than this.
LONGEST_STEP = 4.0
#: Pairs times permutations fitted at once.
CELLS_AT_ONCE = 1_500_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LikelihoodFits:
    """Maximum likelihood fits of several data sets of the same shape.

    Attributes
    ----------
    coefficients, standard_errors
        Shape (R, q).
    predictors
        Linear predictors, shape (R, m).
    converged
        Shape (R,); False where the data are separated.
    """

    coefficients: FloatArray
    standard_errors: FloatArray
    predictors: FloatArray
    converged: np.typing.NDArray[np.bool_]


def fit_family(
    y: FloatArray, fixed: FloatArray, moved: FloatArray | None, kept: FloatArray, family: Family
) -> LikelihoodFits:
    """Fit many regressions at once by Fisher scoring.

    Parameters
    ----------
    y
        Responses, shape (R, m).
    fixed
        Columns that all fits share, the constant first, shape (q, m).
    moved
        One further column per fit, shape (R, m), or None.
    kept
        Weight of each pair, 1 or 0, shape (R, m).
    family
        Distribution and link.

    Returns
    -------
    LikelihoodFits
        One fit per row of `y`.
    """
    size = len(fixed) + (moved is not None)
    mean = (y * kept).sum(axis=1) / kept.sum(axis=1)
    coefficients = np.zeros((len(y), size))
    coefficients[:, 0] = _constant_predictor(mean, family)
    predictors = np.repeat(coefficients[:, :1], y.shape[1], axis=1)
    converged = np.zeros(len(y), dtype=bool)
    for _ in range(MOST_STEPS):
        going = np.flatnonzero(~converged)
        if not going.size:
            break
        side = None if moved is None else moved[going]
        step, change = _scoring_step(
            y[going], fixed, side, kept=kept[going], predictors=predictors[going], family=family
        )
        coefficients[going] += step
        predictors[going] += change
        converged[going] = np.abs(change).max(axis=1) < SMALL_STEP
    information = _information(family.weight(predictors) * kept, fixed, moved)
    errors = np.sqrt(np.einsum("rii->ri", np.linalg.pinv(information, hermitian=True)).clip(min=0.0))
    return LikelihoodFits(
        coefficients=coefficients, standard_errors=errors, predictors=predictors, converged=converged
    )


def _constant_predictor(mean: FloatArray, family: Family) -> FloatArray:
    """Solve for the predictor of a model with a constant only, by bisection: every mean rises with its predictor."""
    low, high = np.full_like(mean, -40.0), np.full_like(mean, 40.0)
    for _ in range(30):
        middle = (low + high) / 2
        above = family.mean(middle) > mean
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    middle_predictor: FloatArray = (low + high) / 2
    return middle_predictor


def _scoring_step(
    y: FloatArray,
    fixed: FloatArray,
    moved: FloatArray | None,
    *,
    kept: FloatArray,
    predictors: FloatArray,
    family: Family,
) -> tuple[FloatArray, FloatArray]:
    """Give the change of coefficients and of linear predictors."""
    score = family.score(y, predictors) * kept
    gradient = score @ fixed.T
    if moved is not None:
        gradient = np.column_stack([gradient, np.einsum("rm,rm->r", score, moved)])
    information = _information(family.weight(predictors) * kept, fixed, moved)
    step = np.einsum("rij,rj->ri", np.linalg.pinv(information, hermitian=True), gradient)
    change = step[:, : len(fixed)] @ fixed
    if moved is not None:
        change += step[:, -1:] * moved
    length = np.abs(change).max(axis=1, keepdims=True)
    shrink = np.minimum(1.0, LONGEST_STEP / np.maximum(length, SMALL_STEP))
    return step * shrink, change * shrink


def _information(weights: FloatArray, fixed: FloatArray, moved: FloatArray | None) -> FloatArray:
    """Give the Fisher information of every fit, shape (R, q, q)."""
    q = len(fixed)
    size = q + (moved is not None)
    information = np.empty((len(weights), size, size))
    products = (fixed[:, None] * fixed[None]).reshape(q * q, -1)
    information[:, :q, :q] = (weights @ products.T).reshape(-1, q, q)
    if moved is not None:
        weighted = weights * moved
        information[:, :q, -1] = information[:, -1, :q] = weighted @ fixed.T
        information[:, -1, -1] = np.einsum("rm,rm->r", weighted, moved)
    return information


def score_statistics(data: Pairs, family: Family) -> FloatArray:
    """Compute Rao's score statistic of each covariate, with its sign.

    Parameters
    ----------
    data
        y first, then the covariates.
    family
        Distribution and link.

    Returns
    -------
    numpy.ndarray
        Shape (p,).
    """
    count = len(data.names) - 1
    return np.array(
        [_score_of_one(data, None, family, k, "double-semi-partialling")[0] for k in range(count)]
    )


def score_null(data: Pairs, plan: NodePlan, family: Family, scheme: str) -> FloatArray:
    """Compute the score statistic of every covariate for every permutation.

    Parameters
    ----------
    data
        y first, then the covariates; missing cells stay in place.
    plan
        Permutations.
    family
        Distribution and link.
    scheme
        ``"double-semi-partialling"`` or ``"x"``.

    Returns
    -------
    numpy.ndarray
        Shape (R, p).

    Raises
    ------
    DataError
        If missing cells travel.

    Notes
    -----
    With the model of the other columns Z fitted once (score s, weights w), a column e is tested by
    e's / sqrt(e'We - e'WZ (Z'WZ)⁻¹ Z'We).
    """
    if data.travelling:
        remedy = "Pass statistic='wald', or blocks that keep missing pairs in place"
        came = f"{data.n_cities} cities whose missing pairs move"
        raise DataError(
            mould("mrqap_test", "the score statistic needs missing pairs to stay in place", came, remedy),
            zh="得分统计量要求缺失的城市对留在原处：现在它们会随置换移动。",
        )
    return np.stack(
        [_score_of_one(data, plan, family, k, scheme) for k in range(len(data.names) - 1)], axis=1
    )


def _score_of_one(data: Pairs, plan: NodePlan | None, family: Family, k: int, scheme: str) -> FloatArray:
    y, columns = data.columns()[0], data.columns()[1:]
    basis = orthonormal_basis(np.delete(columns, k, axis=0), caller="mrqap_test")
    basis = basis * np.sqrt(y.size)  # the constant is a column of ones, as `fit_family` starts from
    alone = fit_family(y[None], basis, None, np.ones((1, y.size)), family)
    predictor = alone.predictors[0]
    score, weight = family.score(y, predictor), family.weight(predictor)
    moved = (
        columns[k] - columns[k].mean() if scheme == "x" else residualise(columns[k], basis / np.sqrt(y.size))
    )
    turned = np.linalg.solve(np.linalg.cholesky(_information(weight[None], basis, None)[0]), weight * basis)
    shared, left = exchange_column(
        plan, data.spread, moved, score=score, held=turned, weight=weight, directed=data.directed
    )
    return np.asarray(shared / np.sqrt(left))


def wald_null(
    data: Pairs, plan: NodePlan, family: Family, scheme: str, statistic: str
) -> tuple[FloatArray, int]:
    """Refit the model for every permutation.

    Parameters
    ----------
    data
        y first, then the covariates.
    plan
        Permutations.
    family
        Distribution and link.
    scheme
        ``"double-semi-partialling"``, ``"x"`` or ``"y"``.
    statistic
        ``"wald"`` (estimate over standard error) or ``"coefficient"``.

    Returns
    -------
    tuple
        Statistics, shape (R, p), and how many fits did not converge, because the permuted data are separated.
    """
    count = len(data.names) - 1

    def refit(_shared: None, chunk: IntArray) -> FloatArray:
        null, failures = np.empty((len(chunk), count + 1)), np.zeros(len(chunk))
        for k in [slice(None)] if scheme == "y" else range(count):
            fits, last = _refit(data, chunk, family, k, scheme)
            values = fits.coefficients / fits.standard_errors if statistic == "wald" else fits.coefficients
            values = np.where(fits.converged[:, None], values, np.nan)
            null[:, :count][:, k] = values[:, last]
            failures += ~fits.converged
        null[:, count] = failures
        return null

    found = through_permutations(refit, plan.permutations, max(1, CELLS_AT_ONCE // data.n_pairs))
    return np.ascontiguousarray(found[:, :count]), int(found[:, count].sum())


def _refit(
    data: Pairs, permutations: IntArray, family: Family, k: int | slice, scheme: str
) -> tuple[LikelihoodFits, int | slice]:
    """Fit a chunk of permutations; say which coefficients are the tested ones."""
    y, columns = data.columns()[0], data.columns()[1:]
    rows, ends = data.positions()
    rows, ends = permutations[:, rows], permutations[:, ends]
    kept = data.seen[rows, ends].astype(np.float64)
    constant = np.ones((1, y.size))
    if isinstance(k, slice):
        response = np.where(kept > 0, data.matrices[0][rows, ends], y.min())
        return fit_family(response, np.vstack([constant, columns]), None, kept, family), slice(1, None)
    others = np.delete(columns, k, axis=0)
    basis = orthonormal_basis(others, caller="mrqap_test")
    moved = columns[k] if scheme == "x" else residualise(columns[k], basis)
    column = data.spread(moved)[0][rows, ends]
    response = np.broadcast_to(y, column.shape)
    return fit_family(response, basis * np.sqrt(y.size), column, kept, family), -1
