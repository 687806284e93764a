"""Negative binomial regression: counts that scatter more than Poisson."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import optimize, special

from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.families import negative_binomial
from geobri.stats.models.fits import RegressionFit, fit_likelihood
from geobri.stats.results import FloatArray

__all__ = ["fit_negative_binomial"]

SMALLEST_DISPERSION, LARGEST_DISPERSION = 1e-8, 1e4


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
