"""Quantile regression by linear programming, with node effects as sparse dummies."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import optimize, sparse, special

from geobri.errors import DataError, mould
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.fits import RegressionFit, within
from geobri.stats.models.identified import check_identified, count_effects, degrees_left, invert_symmetric
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["fit_quantile"]


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
            mould(
                caller,
                Words("quantile must lie between 0 and 1", "分位点须在0与1之间"),
                Words(str(quantile)),
                "Take 0.5 for the median",
            )
        )
    ones = np.ones(len(y))
    left = degrees_left(len(y), columns.shape[1], effects, caller)
    inner = within(columns, ones, effects)
    check_identified(columns, inner, ones, names, caller)
    solution, score = _solve_quantile(y, columns, effects, quantile, caller)
    residual = y - _design(columns, effects) @ solution
    density = np.full(
        len(y), _density_at_quantile(residual, quantile, columns.shape[1] + count_effects(effects))
    )
    cross = invert_symmetric(inner.T @ inner)
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
        n_parameters=columns.shape[1] + count_effects(effects),
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
                caller,
                Words("the quantile programme must have a solution", "分位数回归的线性规划须有解"),
                Words(str(found.message)),
                "Drop a covariate",
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
    # as many residuals as there are coefficients are 0: the fit goes through them, and they say nothing of the errors
    kept = np.sort(residual[order][n_fitted : n_fitted + width])
    grid = np.arange(1, len(kept) + 1) / (n - n_fitted)
    slope = float(np.polyfit(grid, kept, 1)[0]) if len(kept) > 1 else 1.0
    return 1.0 / max(slope, np.finfo(float).eps)
