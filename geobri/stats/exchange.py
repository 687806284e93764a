"""Exchange cities in a regression: score statistics under double semi-partialling.

Is a column (log distance, say) related to the flow, beyond other columns and node effects? The column is
first cleared of them; what is left is carried from city to city, rows and columns together; each time its
score statistic is formed. Scores need no refit: the model without the column is fitted once, so 999
permutations of any model, linear, Poisson or quantile, cost a few sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from geobri.stats.effects import NodeEffects
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.results import FloatArray
from geobri.stats.samples import PairSample

__all__ = ["count_scale", "exchange_residuals", "exchange_scores", "score_statistic"]

CHUNK_CELLS = 4_000_000
"""Most numbers held at once: permutations go through in chunks of this size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Null:
    """What the score statistic needs of the fitted model without the tested columns."""

    score: FloatArray
    weight: FloatArray
    clear: Callable[[FloatArray], FloatArray]
    robust: bool


def _clearing(
    nuisance: FloatArray, weight: FloatArray, effects: NodeEffects | None
) -> Callable[[FloatArray], FloatArray]:
    """Prepare taking nuisance columns and node effects out of columns, shape (N, B), by weighted least squares."""
    solve = None if effects is None else effects.solver(weight)

    def absorb(columns: FloatArray) -> FloatArray:
        if effects is None or solve is None:
            return columns
        return columns - effects.spread(solve(effects.collect(columns * weight[:, None])))

    inner = absorb(nuisance)
    weighted = inner * weight[:, None]
    inverse = np.linalg.pinv(inner.T @ weighted, hermitian=True) if nuisance.shape[1] else np.empty((0, 0))

    def clear(columns: FloatArray) -> FloatArray:
        left = absorb(columns)
        return left - inner @ (inverse @ (weighted.T @ left)) if nuisance.shape[1] else left

    return clear


def score_statistic(
    score: FloatArray, weight: FloatArray, cleared: list[FloatArray], *, robust: bool
) -> FloatArray:
    """Form the score statistic of one or several columns, many candidates at once.

    Parameters
    ----------
    score, weight
        Of the fitted model without the columns, shape (N,).
    cleared
        For each tested column, B candidates cleared of everything else, shape (N, B).
    robust
        Divide by the heteroskedasticity-robust standard error of the score; otherwise by the one of the model.

    Returns
    -------
    numpy.ndarray
        Shape (B,): sum(s x) / sd for one column, the quadratic form S' V^-1 S for several.
    """
    sums = np.stack([score @ column for column in cleared], axis=-1)
    by = score**2 if robust else weight * float(score @ (score / weight)) / len(score)
    variances = np.stack([np.stack([by @ (a * b) for b in cleared], axis=-1) for a in cleared], axis=-2)
    if len(cleared) == 1:
        found: FloatArray = sums[:, 0] / np.sqrt(np.maximum(variances[:, 0, 0], np.finfo(float).tiny))
        return found
    quadratic: FloatArray = np.einsum("bi,bi->b", sums, np.linalg.solve(variances, sums[:, :, None])[:, :, 0])
    return quadratic


def exchange_scores(
    sample: PairSample,
    tested: FloatArray,
    nuisance: FloatArray,
    effects: NodeEffects | None,
    *,
    fitted: tuple[FloatArray, FloatArray],
    plan: NodePlan,
    robust: bool = False,
) -> tuple[float, FloatArray]:
    """Give the score statistic of tested columns, observed and with exchanged cities.

    Parameters
    ----------
    sample
        The N pairs.
    tested
        Columns to test, shape (N, q).
    nuisance
        Other columns, shape (N, k).
    effects
        Node effects, or None.
    fitted
        Score and weight of each pair from the model under the hypothesis, shape (N,) each.
    plan
        The permutations of cities.
    robust
        Which standard error the score is divided by.

    Returns
    -------
    tuple
        Observed statistic and null distribution, shape (R,).

    Notes
    -----
    A tested column is cleared of nuisance and effects by unweighted least squares, laid out as a pair matrix (0, its
    mean, in cells without a pair), permuted, and cleared again with the weights of the model. With node effects in the
    model this is the double semi-partialling of Dekker, Krackhardt and Snijders with a score in place of a t-statistic.

    References
    ----------
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests to collinearity and autocorrelation conditions. 10.1007/s11336-007-9016-1.
    """
    score, weight = fitted
    null = _Null(score=score, weight=weight, clear=_clearing(nuisance, weight, effects), robust=robust)
    plain = _clearing(nuisance, np.ones(sample.n_pairs), effects)(tested)
    observed = score_statistic(
        score, weight, [null.clear(column[:, None]) for column in plain.T], robust=robust
    )
    matrices = [np.nan_to_num(sample.to_matrix(column)).ravel() for column in plain.T]
    size = max(1, CHUNK_CELLS // sample.n_pairs)
    chunks = [
        _exchange_chunk(sample, matrices, plan.permutations[at : at + size], null)
        for at in range(0, len(plan.permutations), size)
    ]
    return float(observed[0]), np.concatenate(chunks)


def count_scale(residual: FloatArray, mean: FloatArray) -> FloatArray:
    """Give the standard deviation of counts up to a factor, from how residuals scatter.

    Parameters
    ----------
    residual
        Observed less expected flow, shape (N,).
    mean
        Expected flow, shape (N,), above 0.

    Returns
    -------
    numpy.ndarray
        Root of mean + r mean², shape (N,), with the r of largest Gaussian pseudo-likelihood: near 0 the scatter is that
        of counts, when it is large flows scatter in proportion to their size.

    References
    ----------
    Davidian, M. and Carroll, R. J. (1987). Variance function estimation. 10.1080/01621459.1987.10478543.
    """
    middle = float(np.median(mean))

    def misfit(log_ratio: float) -> float:
        variance = mean + math.exp(log_ratio) / middle * mean**2
        return float(np.log(variance).sum() + len(mean) * math.log(float(np.mean(residual**2 / variance))))

    best = float(optimize.minimize_scalar(misfit, bounds=(-10.0, 10.0), method="bounded").x)
    return np.asarray(np.sqrt(mean + math.exp(best) / middle * mean**2))


def exchange_residuals(
    sample: PairSample,
    tested: FloatArray,
    nuisance: FloatArray,
    effects: NodeEffects | None,
    *,
    fitted: tuple[FloatArray, FloatArray],
    scale: FloatArray,
    plan: NodePlan,
) -> tuple[float, FloatArray]:
    """Give the score statistic of one column, observed and with residuals carried from city to city.

    Where flows scatter more the larger they are, and larger the nearer, exchanging impedance would break that tie and
    make intervals too short. Here impedance stays, and residuals over their standard deviation are exchanged.

    Parameters
    ----------
    sample
        The N pairs.
    tested
        Column to test, shape (N, 1).
    nuisance
        Other columns, shape (N, k).
    effects
        Node effects, or None.
    fitted
        Score and weight of each pair from the model under the hypothesis, shape (N,) each.
    scale
        Standard deviation of each score up to a factor, shape (N,).
    plan
        The permutations of cities.

    Returns
    -------
    tuple
        Observed statistic and null distribution, shape (R,); heteroskedasticity-robust.

    References
    ----------
    Freedman, D. and Lane, D. (1983). A nonstochastic interpretation of reported significance levels. 10.1080/07350015.1983.10509354.
    """
    score, weight = fitted
    clear = _clearing(nuisance, weight, effects)
    column = clear(tested)[:, 0]

    def statistics(scores: FloatArray) -> FloatArray:
        left = weight[:, None] * clear(scores / weight[:, None])
        return np.asarray(column @ left / np.sqrt(column**2 @ left**2))

    matrix = np.nan_to_num(sample.to_matrix(score / scale)).ravel()
    size = max(1, CHUNK_CELLS // sample.n_pairs)
    chunks = []
    for at in range(0, len(plan.permutations), size):
        places = plan.permutations[at : at + size].T
        cells = places[sample.origin] * sample.n_cities + places[sample.destination]
        chunks.append(statistics(scale[:, None] * matrix[cells]))
    return float(statistics(score[:, None])[0]), np.concatenate(chunks)


def _exchange_chunk(
    sample: PairSample, matrices: list[FloatArray], permutations: IntArray, null: _Null
) -> FloatArray:
    places = permutations.T
    cells = places[sample.origin] * sample.n_cities + places[sample.destination]
    cleared = [null.clear(matrix[cells]) for matrix in matrices]
    return score_statistic(null.score, null.weight, cleared, robust=null.robust)
