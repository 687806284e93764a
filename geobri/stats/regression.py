"""Fits of a response to columns, with or without node effects: least squares, likelihoods, quantiles.

Every fit gives the same three things, from which `robust` makes any covariance: the inverse curvature (bread),
the derivative of the objective for each pair (score), and the columns with the node effects taken out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, optimize, sparse, special

from geobri.errors import DataError, first_offenders, mould
from geobri.stats.effects import NodeEffects
from geobri.stats.families import FAMILIES, Family, negative_binomial
from geobri.stats.results import FloatArray

__all__ = ["RegressionFit", "fit_least_squares", "fit_likelihood", "fit_negative_binomial", "fit_quantile"]

LEAST_VARIATION = 1e-9
"""A column whose share of variation left after the node effects is below this is absorbed by them."""
SAFE_PIVOT = 1e-3
SMALLEST_DISPERSION, LARGEST_DISPERSION = 1e-8, 1e4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionFit:
    """A fitted model of N pairs and k columns.

    Attributes
    ----------
    names
        Names of the columns.
    coefficients
        Shape (k,).
    columns
        The columns with the node effects taken out (weighted by `weight`), shape (N, k).
    score, weight
        Derivative of the objective by the linear predictor, and its expected curvature, shape (N,).
    bread
        Inverse of the curvature of the coefficients, shape (k, k).
    naive
        Covariance that takes pairs as independent and the model as true, shape (k, k).
    predictor, fitted
        Linear predictor and mean (median for a quantile fit), shape (N,).
    loglik, deviance
        Log-likelihood and deviance of the sample.
    n_parameters
        Coefficients, identified node effects and dispersion.
    df_residual
        Pairs less coefficients and identified node effects.
    dispersion
        Residual variance (least squares), alpha (negative binomial), scale (quantile), else 1.
    n_iterations
        Iterations until convergence.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    columns: FloatArray
    score: FloatArray
    weight: FloatArray
    bread: FloatArray
    naive: FloatArray
    predictor: FloatArray
    fitted: FloatArray
    loglik: float
    deviance: float
    n_parameters: int
    df_residual: int
    dispersion: float = 1.0
    n_iterations: int = 1

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 loglik + 2 p."""
        return -2.0 * self.loglik + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 loglik + p log N."""
        return -2.0 * self.loglik + self.n_parameters * math.log(len(self.score))

    @property
    def scores(self) -> FloatArray:
        """Contributions of the pairs to the estimating equations, shape (N, k)."""
        return self.columns * self.score[:, None]


def within(columns: FloatArray, weights: FloatArray, effects: NodeEffects | None) -> FloatArray:
    """Take node effects out of columns, if there are any.

    Parameters
    ----------
    columns
        Shape (N, k).
    weights
        Shape (N,).
    effects
        Node effects, or None.

    Returns
    -------
    numpy.ndarray
        Shape (N, k).
    """
    return columns if effects is None else effects.residualise(columns, weights)


def _beside(columns: FloatArray, last: FloatArray) -> FloatArray:
    """Columns and one more, each contiguous in memory."""
    both = np.empty((len(last), columns.shape[1] + 1), order="F")
    both[:, :-1] = columns
    both[:, -1] = last
    return both


def _check_identified(
    columns: FloatArray, left: FloatArray, weights: FloatArray, names: Sequence[str], caller: str
) -> None:
    """Refuse columns that the node effects or other columns already explain."""
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
        raise DataError(mould(caller, wanted, came, "Leave them out, or fit without node effects"))


def _symmetric_inverse(matrix: FloatArray) -> FloatArray:
    scale = 1.0 / np.sqrt(np.diag(matrix))
    inverse: FloatArray = np.linalg.inv(matrix * scale[:, None] * scale) * scale[:, None] * scale
    return (inverse + inverse.T) / 2


def _rank(effects: NodeEffects | None) -> int:
    return 0 if effects is None else effects.rank


def _degrees_left(n: int, k: int, effects: NodeEffects | None, caller: str) -> int:
    left = n - k - _rank(effects)
    if left < 1:
        came = f"{n} pairs for {k} columns and {_rank(effects)} node effects"
        raise DataError(
            mould(caller, "needs more pairs than parameters", came, 'Pass effects="none" or add pairs')
        )
    return left


def fit_least_squares(
    y: FloatArray,
    columns: FloatArray,
    *,
    names: Sequence[str],
    effects: NodeEffects | None = None,
    caller: str = "fit_least_squares",
) -> RegressionFit:
    """Fit by ordinary least squares.

    Parameters
    ----------
    y
        Response, shape (N,).
    columns
        Shape (N, k), with a column of ones if a constant is wanted and there are no node effects.
    names
        Names of the k columns.
    effects
        Node effects to absorb.
    caller
        Function that asks, for the message.

    Returns
    -------
    RegressionFit
        Its log-likelihood is that of normal errors with the maximum-likelihood variance.

    Raises
    ------
    DataError
        If a column is absorbed by others, or there are more parameters than pairs.
    """
    ones = np.ones(len(y))
    left = _degrees_left(len(y), columns.shape[1], effects, caller)
    both = within(_beside(columns, y), ones, effects)
    inner, response = both[:, :-1], both[:, -1]
    _check_identified(columns, inner, ones, names, caller)
    bread = _symmetric_inverse(inner.T @ inner)
    coefficients: FloatArray = np.asarray(np.linalg.lstsq(inner, response, rcond=None)[0], dtype=np.float64)
    residual = response - inner @ coefficients
    rss = float(residual @ residual)
    return RegressionFit(
        names=tuple(names),
        coefficients=coefficients,
        columns=inner,
        score=residual,
        weight=ones,
        bread=bread,
        naive=bread * rss / left,
        predictor=y - residual,
        fitted=y - residual,
        loglik=-0.5 * len(y) * (math.log(2 * math.pi * rss / len(y)) + 1.0) if rss > 0 else math.inf,
        deviance=rss,
        n_parameters=columns.shape[1] + _rank(effects) + 1,
        df_residual=left,
        dispersion=rss / left,
    )


def fit_likelihood(
    y: FloatArray,
    columns: FloatArray,
    *,
    names: Sequence[str],
    family: Family = FAMILIES["poisson"],
    effects: NodeEffects | None = None,
    offset: FloatArray | None = None,
    start: FloatArray | None = None,
    caller: str = "fit_likelihood",
) -> RegressionFit:
    """Fit by maximum (pseudo-)likelihood with Fisher scoring.

    Parameters
    ----------
    y
        Response, shape (N,).
    columns
        Shape (N, k), with a column of ones if a constant is wanted and there are no node effects.
    names
        Names of the k columns.
    family
        Distribution and link.
    effects
        Node effects to absorb.
    offset
        Known part of the linear predictor, shape (N,).
    start
        First linear predictor, shape (N,).
    caller
        Function that asks, for the message.

    Returns
    -------
    RegressionFit
        Converged when a further step would change twice the log-likelihood by less than 1e-15 of its size.

    Raises
    ------
    DataError
        If a column is absorbed by others, there are more parameters than pairs, or the fit does not converge.

    Notes
    -----
    Each step is a weighted least squares fit of the working response eta + score / weight. The node effects are taken
    out of columns and working response exactly, so that the steps are those of the full model with dummies.
    """
    left = _degrees_left(len(y), columns.shape[1], effects, caller)
    eta = family.start(y) if start is None else start
    model = _Model(y=y, columns=columns, family=family, effects=effects, offset=offset)
    eta, iterations = _iterate(model, eta, caller=caller)
    weight = np.maximum(family.weight(eta), np.finfo(float).tiny)
    solved = _step(model, eta)
    _check_identified(columns, solved.inner, weight, names, caller)
    bread = _symmetric_inverse((solved.inner * weight[:, None]).T @ solved.inner)
    fitted = family.mean(eta)
    return RegressionFit(
        names=tuple(names),
        coefficients=solved.coefficients,
        columns=solved.inner,
        score=family.score(y, eta),
        weight=weight,
        bread=bread,
        naive=bread,
        predictor=eta,
        fitted=fitted,
        loglik=float(family.loglik(y, fitted).sum()),
        deviance=float(family.deviance(y, fitted).sum()),
        n_parameters=columns.shape[1] + _rank(effects) + family.n_extra,
        df_residual=left,
        n_iterations=iterations,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    y: FloatArray
    columns: FloatArray
    family: Family
    effects: NodeEffects | None
    offset: FloatArray | None

    def reach(self, eta: FloatArray) -> float:
        return self.family.reach(self.y, eta)


@dataclass(frozen=True, slots=True)
class _Step:
    coefficients: FloatArray
    inner: FloatArray
    predictor: FloatArray
    decrement: float


def _step(model: _Model, eta: FloatArray) -> _Step:
    """One weighted least squares fit of the working response."""
    weight = np.maximum(model.family.weight(eta), np.finfo(float).tiny)
    working = eta + model.family.score(model.y, eta) / weight
    known = 0.0 if model.offset is None else model.offset
    both = within(_beside(model.columns, working - known), weight, model.effects)
    inner, response = both[:, :-1], both[:, -1]
    coefficients = _solve_weighted(inner, response, weight, scale=np.sqrt(weight @ model.columns**2))
    predictor = working - (response - inner @ coefficients)
    change = predictor - eta
    return _Step(coefficients, inner, predictor, float(weight @ (change * change)))


def _solve_weighted(
    columns: FloatArray, response: FloatArray, weight: FloatArray, *, scale: FloatArray
) -> FloatArray:
    """Weighted least squares: normal equations where they are safe, else orthogonal factors with a cut-off.

    `scale` holds the sizes of the columns before the effects were taken out, so that a column of which only rounding is
    left counts as nothing.
    """
    scale = np.where(scale > 0, scale, 1.0)
    weighted = columns * weight[:, None]
    gram = (weighted.T @ columns) / np.outer(scale, scale)
    moments = (weighted.T @ response) / scale
    try:
        factor = linalg.cho_factor(gram, lower=True, check_finite=False)
        safe = bool(np.diag(factor[0]).min(initial=1.0) > SAFE_PIVOT)
    except linalg.LinAlgError:
        safe = False
    if safe:
        return np.asarray(linalg.cho_solve(factor, moments, check_finite=False)) / scale
    root = np.sqrt(weight)
    solved = np.linalg.lstsq(columns * root[:, None] / scale, response * root, rcond=LEAST_VARIATION)[0]
    return np.asarray(solved, dtype=np.float64) / scale


def _iterate(model: _Model, eta: FloatArray, *, caller: str, most: int = 100) -> tuple[FloatArray, int]:
    """Repeat steps, halving those that lower the likelihood."""
    loglik = model.reach(eta)
    for iteration in range(1, most + 1):
        step = _step(model, eta)
        if step.decrement <= 1e-15 * (abs(loglik) + 1.0):
            return step.predictor, iteration
        eta, loglik = _advance(model, eta, step.predictor, loglik, first=iteration == 1)
    came = f"{most} iterations without convergence, linear predictor up to {float(np.abs(eta).max()):.3g}"
    remedy = "Look for separated pairs (find_separated_pairs) or drop a covariate"
    raise DataError(mould(caller, "the likelihood must have a maximum", came, remedy))


def _advance(
    model: _Model, eta: FloatArray, target: FloatArray, loglik: float, *, first: bool
) -> tuple[FloatArray, float]:
    share = 1.0
    while True:
        candidate = eta + share * (target - eta)
        reached = model.reach(candidate)
        gained = reached >= loglik - 1e-9 * (abs(loglik) + 1.0)
        if first or gained or share < 1e-6:  # noqa: PLR2004 - the first step leaves an arbitrary start
            return candidate, reached
        share /= 2.0


def fit_negative_binomial(
    y: FloatArray,
    columns: FloatArray,
    *,
    names: Sequence[str],
    effects: NodeEffects | None = None,
    caller: str = "fit_negative_binomial",
) -> RegressionFit:
    """Fit the negative binomial NB2 by maximum likelihood of coefficients and dispersion in turn.

    Parameters
    ----------
    y
        Response, at least 0, shape (N,).
    columns
        Shape (N, k).
    names
        Names of the k columns.
    effects
        Node effects to absorb.
    caller
        Function that asks, for the message.

    Returns
    -------
    RegressionFit
        `dispersion` is alpha in Var = mu + alpha mu². `naive` takes alpha as known, as MASS::glm.nb does.

    Raises
    ------
    DataError
        If the fit does not converge.
    """
    fit = fit_likelihood(y, columns, names=names, effects=effects, caller=caller)
    dispersion = math.nan
    for _ in range(200):
        updated = _best_dispersion(y, fit.fitted)
        fit = fit_likelihood(
            y,
            columns,
            names=names,
            family=negative_binomial(updated),
            effects=effects,
            start=fit.predictor,
            caller=caller,
        )
        if abs(updated - dispersion) <= 1e-10 * updated:
            break
        dispersion = updated
    return replace(fit, dispersion=updated)


def _best_dispersion(y: FloatArray, mu: FloatArray) -> float:
    """Dispersion of largest likelihood at given means: the root of the score in log(alpha)."""

    def score(log_alpha: float) -> float:
        alpha = math.exp(log_alpha)
        shape = 1.0 / alpha
        inner = special.digamma(y + shape) - special.digamma(shape) - np.log1p(alpha * mu)
        return float(-shape * inner.sum() + ((y - mu) / (1.0 + alpha * mu)).sum())

    low, high = math.log(SMALLEST_DISPERSION), math.log(LARGEST_DISPERSION)
    if score(low) <= 0:
        return SMALLEST_DISPERSION
    if score(high) >= 0:
        return LARGEST_DISPERSION
    return math.exp(float(optimize.brentq(score, low, high, xtol=1e-13, rtol=1e-14)))


def fit_quantile(
    y: FloatArray,
    columns: FloatArray,
    *,
    names: Sequence[str],
    quantile: float = 0.5,
    effects: NodeEffects | None = None,
    caller: str = "fit_quantile",
) -> RegressionFit:
    """Fit a conditional quantile by linear programming.

    Parameters
    ----------
    y
        Response, shape (N,).
    columns
        Shape (N, k).
    names
        Names of the k columns.
    quantile
        Which quantile, above 0 and below 1.
    effects
        Node effects, entered as sparse dummies.
    caller
        Function that asks, for the message.

    Returns
    -------
    RegressionFit
        `score` holds the regression rank scores (dual solution), `weight` the estimated density of the errors at the
        quantile (Hall-Sheather bandwidth, same for all pairs). `deviance` is the sum of check losses.

    Raises
    ------
    DataError
        If the quantile is out of range, a column is absorbed, or the programme has no solution.

    References
    ----------
    Koenker, R. and Bassett, G. (1978). Regression quantiles. 10.2307/1913643.
    Gutenbrunner, C. and Jurečková, J. (1992). Regression rank scores and regression quantiles. 10.1214/aos/1176348524.
    """
    if not 0.0 < quantile < 1.0:
        raise DataError(
            mould(caller, "quantile must lie between 0 and 1", str(quantile), "Take 0.5 for the median")
        )
    ones = np.ones(len(y))
    left = _degrees_left(len(y), columns.shape[1], effects, caller)
    inner = within(columns, ones, effects)
    _check_identified(columns, inner, ones, names, caller)
    solution, score = _solve_quantile(y, columns, effects, quantile, caller)
    residual = y - _design(columns, effects) @ solution
    density = np.full(len(y), _density_at_quantile(residual, quantile, columns.shape[1] + _rank(effects)))
    cross = _symmetric_inverse(inner.T @ inner)
    loss = float(np.sum(residual * (quantile - (residual < 0))))
    return RegressionFit(
        names=tuple(names),
        coefficients=solution[: columns.shape[1]],
        columns=inner,
        score=score,
        weight=density,
        bread=cross / density[0],
        naive=quantile * (1 - quantile) * cross / density[0] ** 2,
        predictor=y - residual,
        fitted=y - residual,
        loglik=len(y) * (math.log(quantile * (1 - quantile)) - 1.0 - math.log(loss / len(y)))
        if loss > 0
        else math.inf,
        deviance=loss,
        n_parameters=columns.shape[1] + _rank(effects),
        df_residual=left,
        dispersion=loss / len(y),
    )


def _design(columns: FloatArray, effects: NodeEffects | None) -> sparse.csr_array:
    dense = sparse.csr_array(columns)
    return dense if effects is None else sparse.hstack([dense, effects.incidence], format="csr")


def _solve_quantile(
    y: FloatArray, columns: FloatArray, effects: NodeEffects | None, quantile: float, caller: str
) -> tuple[FloatArray, FloatArray]:
    """Coefficients (with effects) and rank scores: min q u + (1 - q) v subject to X b + u - v = y."""
    design = _design(columns, effects)
    n, k = design.shape
    cost = np.concatenate([np.zeros(k), np.full(n, quantile), np.full(n, 1.0 - quantile)])
    eye = sparse.eye_array(n, format="csr")
    equal = sparse.hstack([design, eye, -eye], format="csr")
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * k + [(0.0, None)] * (2 * n)
    found = optimize.linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs-ds")
    if found.status != 0 or found.x is None:
        raise DataError(
            mould(
                caller, "the quantile programme must have a solution", str(found.message), "Drop a covariate"
            )
        )
    return np.asarray(found.x[:k]), np.asarray(found.eqlin.marginals)


def _density_at_quantile(residual: FloatArray, quantile: float, n_fitted: int) -> float:
    """Density of the errors at 0 by a difference quotient of residual quantiles (as quantreg's se="iid")."""
    n = len(residual)
    z = float(special.ndtri(quantile))
    normal = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    bandwidth = (
        n ** (-1 / 3)
        * float(special.ndtri(0.975)) ** (2 / 3)
        * ((1.5 * normal**2) / (2 * z**2 + 1)) ** (1 / 3)
    )
    width = max(n_fitted + 1, math.ceil(n * bandwidth))
    order = np.argsort(np.abs(residual))
    kept = np.sort(residual[order][n_fitted : n_fitted + width])
    grid = np.arange(1, len(kept) + 1) / (n - n_fitted)
    slope = float(np.polyfit(grid, kept, 1)[0]) if len(kept) > 1 else 1.0
    return 1.0 / max(slope, np.finfo(float).eps)
