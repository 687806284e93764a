"""Distributions of a flow given its linear predictor: means, scores, weights, likelihoods.

Each family is a frozen record of plain functions of arrays; `FAMILIES` and `negative_binomial` are all there are.
A score is the derivative of the log-likelihood by the linear predictor, a weight its expected curvature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from geobri.stats.results import FloatArray

__all__ = ["FAMILIES", "Family", "negative_binomial"]

OfArray = Callable[[FloatArray], FloatArray]
OfTwo = Callable[[FloatArray, FloatArray], FloatArray]

LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
LARGEST_PREDICTOR = 700.0
"""exp() overflows past this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A distribution with its link.

    Attributes
    ----------
    name
        ``poisson``, ``logit``, …
    start
        First linear predictor from the response.
    mean
        Mean from the linear predictor.
    score, weight
        Derivative of the log-likelihood by the predictor, from response and predictor; its expected curvature,
        from the predictor.
    loglik
        Log-likelihood of each pair, from response and mean.
    deviance
        Deviance of each pair, from response and mean.
    n_extra
        Parameters beyond the coefficients (1 for a dispersion).
    objective
        Log-likelihood up to a constant, from response and predictor, where that is cheaper.
    """

    name: str
    start: OfArray
    mean: OfArray
    score: OfTwo
    weight: OfArray
    loglik: OfTwo
    deviance: OfTwo
    n_extra: int = 0
    objective: OfTwo | None = None

    def reach(self, y: FloatArray, eta: FloatArray) -> float:
        """Give the log-likelihood up to a constant, as cheaply as the family allows.

        Parameters
        ----------
        y
            Response, shape (N,).
        eta
            Linear predictor, shape (N,).

        Returns
        -------
        float
            Sum over pairs.
        """
        parts = self.loglik(y, self.mean(eta)) if self.objective is None else self.objective(y, eta)
        return float(parts.sum())


def _exp(eta: FloatArray) -> FloatArray:
    return np.exp(np.minimum(eta, LARGEST_PREDICTOR))


def _log_start(y: FloatArray) -> FloatArray:
    return np.asarray(np.log((y + y.mean()) / 2))


def _poisson_loglik(y: FloatArray, mu: FloatArray) -> FloatArray:
    return np.asarray(special.xlogy(y, mu) - mu - special.gammaln(y + 1.0))


def _poisson_deviance(y: FloatArray, mu: FloatArray) -> FloatArray:
    return np.asarray(2.0 * (special.xlogy(y, y) - special.xlogy(y, mu) - (y - mu)))


def _poisson_score(y: FloatArray, eta: FloatArray) -> FloatArray:
    return y - _exp(eta)


def _binary_loglik(y: FloatArray, mu: FloatArray) -> FloatArray:
    return np.asarray(special.xlogy(y, mu) + special.xlogy(1.0 - y, 1.0 - mu))


def _binary_deviance(y: FloatArray, mu: FloatArray) -> FloatArray:
    return -2.0 * _binary_loglik(y, mu)


def _logit_score(y: FloatArray, eta: FloatArray) -> FloatArray:
    return np.asarray(y - special.expit(eta))


def _logit_weight(eta: FloatArray) -> FloatArray:
    return np.asarray(special.expit(eta) * special.expit(-eta))


def _normal_logpdf(eta: FloatArray) -> FloatArray:
    return np.asarray(-0.5 * eta * eta - LOG_ROOT_TWO_PI)


def _probit_score(y: FloatArray, eta: FloatArray) -> FloatArray:
    sign = 2.0 * y - 1.0
    return np.asarray(sign * np.exp(_normal_logpdf(eta) - special.log_ndtr(sign * eta)))


def _probit_weight(eta: FloatArray) -> FloatArray:
    return np.asarray(np.exp(2.0 * _normal_logpdf(eta) - special.log_ndtr(eta) - special.log_ndtr(-eta)))


FAMILIES: dict[str, Family] = {
    "poisson": Family(
        name="poisson",
        start=_log_start,
        mean=_exp,
        score=_poisson_score,
        weight=_exp,
        loglik=_poisson_loglik,
        deviance=_poisson_deviance,
        objective=lambda y, eta: y * eta - _exp(eta),
    ),
    "logit": Family(
        name="logit",
        start=lambda y: np.asarray(special.logit((y + 0.5) / 2)),
        mean=lambda eta: np.asarray(special.expit(eta)),
        score=_logit_score,
        weight=_logit_weight,
        loglik=_binary_loglik,
        deviance=_binary_deviance,
    ),
    "probit": Family(
        name="probit",
        start=lambda y: np.asarray(special.ndtri((y + 0.5) / 2)),
        mean=lambda eta: np.asarray(special.ndtr(eta)),
        score=_probit_score,
        weight=_probit_weight,
        loglik=_binary_loglik,
        deviance=_binary_deviance,
    ),
}
"""Families without a dispersion, by name."""


def negative_binomial(dispersion: float) -> Family:
    """Give the negative binomial with variance mu + dispersion mu² (NB2) and a log link.

    Parameters
    ----------
    dispersion
        The alpha of Cameron and Trivedi (1 / theta of MASS::glm.nb), above 0.

    Returns
    -------
    Family
        The family at this dispersion.
    """

    def score(y: FloatArray, eta: FloatArray) -> FloatArray:
        mu = _exp(eta)
        return (y - mu) / (1.0 + dispersion * mu)

    def weight(eta: FloatArray) -> FloatArray:
        mu = _exp(eta)
        return mu / (1.0 + dispersion * mu)

    def loglik(y: FloatArray, mu: FloatArray) -> FloatArray:
        shape = 1.0 / dispersion
        constant = special.gammaln(y + shape) - special.gammaln(shape) - special.gammaln(y + 1.0)
        scaled = dispersion * mu
        return np.asarray(constant + special.xlogy(y, scaled / (1.0 + scaled)) - shape * np.log1p(scaled))

    def deviance(y: FloatArray, mu: FloatArray) -> FloatArray:
        ratio = (1.0 + dispersion * y) / (1.0 + dispersion * mu)
        return np.asarray(
            2.0 * (special.xlogy(y, y) - special.xlogy(y, mu) - (y + 1.0 / dispersion) * np.log(ratio))
        )

    return Family(
        name="negative-binomial",
        start=_log_start,
        mean=_exp,
        score=score,
        weight=weight,
        loglik=loglik,
        deviance=deviance,
        n_extra=1,
    )
