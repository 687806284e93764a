"""Fits of a response to columns, with or without node effects: least squares and likelihoods.

Every fit gives the same three things, from which `robust` makes any covariance: the inverse curvature (bread),
the derivative of the objective for each pair (score), and the columns with the node effects taken out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg

from geobri.errors import DataError, mould
from geobri.notebooks import Told
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.families import FAMILIES, Family
from geobri.stats.models.identified import (
    LEAST_VARIATION,
    check_identified,
    count_effects,
    degrees_left,
    invert_symmetric,
)
from geobri.stats.results import FloatArray
from geobri.stats.say import say_fit
from geobri.words import Words

__all__ = ["OfRegression", "RegressionFit", "fit_least_squares", "fit_likelihood", "within"]

SAFE_PIVOT = 1e-3
"""Cholesky pivot, of columns scaled to length 1, above which normal equations lose no more than six digits."""
CONSTANT = "constant"
"""What the column of ones is called."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RegressionFit(Told):
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
    def constant(self) -> float:
        """The constant; NaN where the levels of cities take its place."""
        return float(self.coefficients[self.names.index(CONSTANT)]) if CONSTANT in self.names else math.nan

    def summary(self, lang: Literal["en", "zh"] = "en", *, title: Words | None = None) -> str:
        """Say what was found, and how well it fits.

        Parameters
        ----------
        lang
            Language.
        title
            What the model is called.

        Returns
        -------
        str
            Coefficients with naive errors, the constant, log-likelihood, AIC and BIC in a sentence.
        """
        kept = [k for k, name in enumerate(self.names) if name != CONSTANT]
        errors = np.sqrt(np.diag(self.naive))
        said = say_fit(
            [self.names[k] for k in kept],
            self.coefficients[kept].tolist(),
            errors[kept].tolist(),
            title=title or Words("Regression", "回归"),
            pairs=len(self.score),
            constant=self.constant,
            likelihood=(self.loglik, self.aic, self.bic),
        )
        return said.zh if lang == "zh" else said.en

    @property
    def scores(self) -> FloatArray:
        """Contributions of the pairs to the estimating equations, shape (N, k)."""
        return self.columns * self.score[:, None]


class OfRegression:
    """What a result says of the regression behind it.

    AIC and BIC take pairs as independent, and flows as counts where the family is Poisson: of flows that are no counts, and
    across flows or units, they mean nothing; between models of one flow they put fits in order.
    """

    __slots__ = ()
    regression: RegressionFit

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 loglik + 2 p."""
        return self.regression.aic

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 loglik + p log N."""
        return self.regression.bic

    @property
    def constant(self) -> float:
        """The constant; NaN where the levels of cities take its place."""
        return self.regression.constant


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
    left = degrees_left(len(y), columns.shape[1], effects, caller)
    both = within(_beside(columns, y), ones, effects)
    inner, response = both[:, :-1], both[:, -1]
    check_identified(columns, inner, ones, names, caller)
    bread = invert_symmetric(inner.T @ inner)
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
        n_parameters=columns.shape[1] + count_effects(effects) + 1,
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
    left = degrees_left(len(y), columns.shape[1], effects, caller)
    eta = family.start(y) if start is None else start
    model = _Model(y=y, columns=columns, family=family, effects=effects, offset=offset)
    eta, iterations = _iterate(model, eta, caller=caller)
    weight = np.maximum(family.weight(eta), np.finfo(float).tiny)
    solved = _step(model, eta)
    check_identified(columns, solved.inner, weight, names, caller)
    bread = invert_symmetric((solved.inner * weight[:, None]).T @ solved.inner)
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
        n_parameters=columns.shape[1] + count_effects(effects) + family.n_extra,
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
    raise DataError(
        mould(caller, "the likelihood must have a maximum", came, remedy),
        zh=f"似然须有极大值：迭代{most}次仍未收敛。",
    )


def _advance(
    model: _Model, eta: FloatArray, target: FloatArray, loglik: float, *, first: bool
) -> tuple[FloatArray, float]:
    share = 1.0
    while True:
        candidate = eta + share * (target - eta)
        reached = model.reach(candidate)
        gained = reached >= loglik - 1e-9 * (
            abs(loglik) + 1.0
        )  # near the maximum rounding is all that changes
        if first or gained or share < 1e-6:  # noqa: PLR2004 - the first step leaves an arbitrary start
            return candidate, reached
        share /= 2.0
