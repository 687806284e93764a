"""Are the levels of cities alike among neighbours? Where they are, tests that exchange cities without levels claim too much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.fits import RegressionFit
from geobri.stats.moran_randomisation import measure_smoothness
from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray

__all__ = ["Likeness", "find_levels", "measure_likeness"]

NEAR = 0.1
"""Share of the distances below which two cities count as near: their weight has fallen to exp(-1) there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike the levels of neighbouring cities are.

    Attributes
    ----------
    moran
        Moran's I of the levels, weights falling exponentially with separation; -1 / (n - 1) on average by chance.
    p_value
        Of levels that are as alike or more, from exchanging the levels of cities (always the same draws); 1 where all are
        equal, or no two cities are near.
    mc_error, null_mean, null_sd
        Monte Carlo error of the p-value, and mean and standard deviation of Moran's I under exchange; NaN where nothing was
        drawn.
    """

    moran: float
    p_value: float
    mc_error: float = math.nan
    null_mean: float = math.nan
    null_sd: float = math.nan

    @property
    def found(self) -> bool:
        """Whether the likeness is more than chance at 5 %."""
        return self.p_value <= 0.05  # noqa: PLR2004 (the usual level)


def find_levels(fit: RegressionFit, columns: FloatArray, effects: NodeEffects) -> FloatArray:
    """Give the city effects of a fitted model, from the part of the predictor that its columns leave.

    Parameters
    ----------
    fit
        The fitted model.
    columns
        Its columns, shape (N, k).
    effects
        Its city effects.

    Returns
    -------
    numpy.ndarray
        Shape (n,), or (2n,) with separate effects as origin and as destination.
    """
    left = fit.predictor - columns @ fit.coefficients
    return effects.solver(fit.weight)(effects.collect(fit.weight * left))


def measure_likeness(
    levels: FloatArray, origin: IntArray, destination: IntArray, separation: FloatArray
) -> Likeness:
    """Measure how alike the levels of near cities are.

    Parameters
    ----------
    levels
        One per city, shape (n,); with separate levels as origin and destination, shape (2n,), their mean is taken.
    origin, destination
        City of each end of the observed pairs, shape (N,).
    separation
        Distance, hours or money between the ends, shape (N,).

    Returns
    -------
    Likeness
        Moran's I and its p-value.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. 10.1093/biomet/37.1-2.17.
    Guillot, G. and Rousset, F. (2013). Dismantling the Mantel tests. 10.1111/2041-210x.12018.
    """
    n = int(max(origin.max(), destination.max())) + 1
    z = levels if len(levels) == n else (levels[:n] + levels[n:]) / 2
    near = max(float(np.quantile(separation, NEAR)), np.finfo(float).tiny)
    weights = np.zeros((n, n))
    np.add.at(weights, (origin, destination), np.exp(-separation / near))
    weights += weights.T
    found = measure_smoothness(z, weights) if weights.any() else None
    if found is None or math.isnan(found.p_value):
        return Likeness(moran=0.0, p_value=1.0)
    return Likeness(
        moran=found.estimate,
        p_value=found.p_value,
        mc_error=found.mc_error,
        null_mean=found.null_mean,
        null_sd=found.null_sd,
    )
