"""What chance makes of a score when cities change places: columns carried between cities, or residuals."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import optimize

from geobri.stats.chunks import through_permutations
from geobri.stats.cross_sums import cross_sums, pair_sums
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.fits import RegressionFit
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.pairs import lay_out
from geobri.stats.results import FloatArray
from geobri.stats.tables import PairSample

__all__ = ["count_scale", "exchange_column", "exchange_residuals", "exchange_scores"]


CHUNK_CELLS = 4_000_000
"""Most numbers held at once: permutations go through in chunks of this size."""


LEAST_LEFT = 0.02
"""Of its standard deviation the fit leaves a residual at least this share; one of which it leaves less says nothing."""


ROUNDS = 2
"""Times that scale and leverage of residuals are worked out from each other; a third changes nothing."""


class Projection:
    """Weighted least squares on nuisance columns and node effects: what it leaves of columns, and of residuals."""

    def __init__(self, nuisance: FloatArray, weight: FloatArray, effects: NodeEffects | None) -> None:
        self.weight = weight
        self.effects = effects
        self._solve = None if effects is None else effects.solver(weight)
        self.inner = self._absorb(nuisance)
        self._weighted = self.inner * weight[:, None]
        some = nuisance.shape[1] > 0
        self._inverse = np.linalg.pinv(self._weighted.T @ self.inner, hermitian=True) if some else None

    def _absorb(self, columns: FloatArray) -> FloatArray:
        if self.effects is None or self._solve is None:
            return columns
        sums = self.effects.collect(columns * self.weight[:, None])
        return columns - self.effects.spread(self._solve(sums))

    def clear(self, columns: FloatArray) -> FloatArray:
        """Take nuisance columns and effects out of columns, shape (N, B)."""
        left = self._absorb(columns)
        if self._inverse is None:
            return left
        return left - self.inner @ (self._inverse @ (self._weighted.T @ left))

    def explain(self, columns: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the weighted sums of columns, shape (B, N), that say how much of them the model explains.

        Returns sums over effects, the same solved, and sums with the cleared nuisance columns, shapes (m, B), (m, B), (k, B).
        """
        nothing = np.zeros((0, len(columns)))
        weighted = (columns * self.weight).T
        with_inner = self.inner.T @ weighted if self._inverse is not None else nothing
        if self.effects is None or self._solve is None:
            return nothing, nothing, with_inner
        sums = self.effects.collect(weighted)
        return sums, self._solve(sums), with_inner

    def turned(self) -> FloatArray:
        """Give the weighted nuisance columns so turned that their weighted cross products are the identity, shape (k, N)."""
        if self._inverse is None:
            return np.zeros((0, len(self.weight)))
        lengths, axes = np.linalg.eigh(self._inverse)
        return np.asarray((self._weighted @ (axes * np.sqrt(np.maximum(lengths, 0.0)))).T)

    def cross(
        self,
        one: tuple[FloatArray, FloatArray, FloatArray],
        other: tuple[FloatArray, FloatArray, FloatArray],
    ) -> FloatArray:
        """Give x'WPWy for what `explain` gave of x and y, shape (B,)."""
        inner = 0.0 if self._inverse is None else (one[2] * (self._inverse @ other[2])).sum(axis=0)
        return np.asarray((one[0] * other[1]).sum(axis=0) + inner)

    def left_of(self, variances: FloatArray) -> FloatArray:
        """Give the share of its standard deviation that the fit leaves each residual, for errors with these variances.

        The residuals are (I - W P) errors with P = D (D'WD)^-1 D' over all columns D of the model, so that their
        variances are V (1 - 2 w P_ii) + w² (P V P)_ii. P is the sum of one part for the effects and one for the columns
        cleared of them.
        """
        own, crossed = np.zeros(len(variances)), np.zeros(len(variances))
        effects, inner, inverse = self.effects, self.inner, self._inverse
        gram = None
        if effects is not None and self._solve is not None:
            gram = self._solve(np.eye(effects.n_effects))
            own += effects.quadratic(gram)
            crossed += effects.quadratic(gram @ effects.gram(variances) @ gram.T)
        if inverse is not None:
            turned = inner @ inverse
            own += (turned * inner).sum(axis=1)
            crossed += ((turned @ (inner.T @ (inner * variances[:, None]))) * turned).sum(axis=1)
            if effects is not None and gram is not None:
                across = effects.spread(gram @ effects.collect(turned * variances[:, None]))
                crossed += 2.0 * (across * inner).sum(axis=1)
        left = variances * (1.0 - 2.0 * self.weight * own) + self.weight**2 * crossed
        return np.asarray(np.sqrt(np.maximum(left / variances, LEAST_LEFT**2)))


def exchange_column(
    plan: NodePlan | None,
    lay: Callable[[FloatArray], FloatArray],
    column: FloatArray,
    *,
    score: FloatArray,
    held: FloatArray,
    weight: FloatArray | None = None,
    directed: bool,
) -> tuple[FloatArray, FloatArray]:
    """Give the score of a column carried between cities, and what the rest of the model leaves of its length.

    Every semi-partialled statistic without node effects is made of the two: a t, a partial correlation, a score over its
    standard deviation.

    Parameters
    ----------
    plan
        The R permutations of cities; None: the column as it is.
    lay
        From numbers of pairs, shape (k, N), to matrices with 0 in cells without a pair, shape (k, n, n).
    column
        What is carried, shape (N,).
    score
        What the model without it leaves of the response, shape (N,).
    held
        Columns of that model times `weight`, shape (k, N), so turned that their weighted cross products are the identity.
    weight
        Weight of each pair, shape (N,); None: all 1, and every permutation keeps the length of the column.
    directed
        Both cells of a pair count.

    Returns
    -------
    tuple
        Shapes (R,), or (1,) without a plan: x's, and x'Wx less what the held columns explain of it.
    """
    lefts = lay(column[None] if weight is None else np.stack([column, column**2]))
    rights = lay(np.vstack([score[None], *([] if weight is None else [weight[None]]), held]))
    if plan is None:
        sums = pair_sums(lefts, rights, directed=directed)[None]
    else:
        sums = cross_sums(plan, lefts, rights, directed=directed)
    length = column @ column if weight is None else sums[:, 1, 1]
    explained = (sums[:, 0, 1 if weight is None else 2 :] ** 2).sum(axis=1)
    return sums[:, 0, 0], np.asarray(length - explained)


def exchange_scores(
    sample: PairSample,
    tested: FloatArray,
    nuisance: FloatArray,
    effects: NodeEffects | None,
    *,
    fitted: tuple[FloatArray, FloatArray],
    plan: NodePlan,
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
        Score and weight of each pair from the model under the hypothesis, shape (N,) each; the scores are orthogonal to
        nuisance and effects, as those of a fitted model are.
    plan
        The permutations of cities.

    Returns
    -------
    tuple
        Observed statistic and null distribution, shape (R,): sum(s x) over its standard deviation by the model for one
        column, the quadratic form S' V^-1 S for several.

    Notes
    -----
    A tested column is cleared of nuisance and effects by unweighted least squares, laid out as a pair matrix (0, its
    mean, in cells without a pair), permuted, and cleared again with the weights of the model. With node effects in the
    model this is the double semi-partialling of Dekker, Krackhardt and Snijders with a score in place of a t-statistic.
    Of the second clearing only the variance needs to know: it takes sums of each permuted column over cities.

    References
    ----------
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests to collinearity and autocorrelation conditions. 10.1007/s11336-007-9016-1.
    """
    score, weight = fitted
    plain = Projection(nuisance, np.ones(sample.n_pairs), effects).clear(tested)
    projection = Projection(nuisance, weight, effects)
    spread = float(score @ (score / weight)) / len(score)
    if effects is None and sample.layer is None and plain.shape[1] == 1:
        observed, null = (
            _without_effects(sample, plain[:, 0], score, projection, one) for one in (None, plan)
        )
        return float(observed[0]) / math.sqrt(spread), null / math.sqrt(spread)
    observed = _statistics(list(plain.T[:, None]), score, projection) / _root(spread, plain.shape[1])
    matrices = [np.nan_to_num(sample.to_matrix(column)).ravel() for column in plain.T]

    def permute(_shared: None, permutations: IntArray) -> FloatArray:
        cells = _cells(sample, permutations)
        return _statistics([matrix.take(cells) for matrix in matrices], score, projection)

    null = through_permutations(permute, plan.permutations, max(1, CHUNK_CELLS // sample.n_pairs))
    return float(observed[0]), null / _root(spread, plain.shape[1])


def _without_effects(
    sample: PairSample, column: FloatArray, score: FloatArray, projection: Projection, plan: NodePlan | None
) -> FloatArray:
    """Give the score of one column over its standard deviation as MRQAP does: no permuted column is ever written out."""
    n, directed = sample.n_cities, sample.directed

    def lay(values: FloatArray) -> FloatArray:
        return lay_out(values, sample.origin, sample.destination, n, directed=directed, absent=0.0)

    shared, left = exchange_column(
        plan, lay, column, score=score, held=projection.turned(), weight=projection.weight, directed=directed
    )
    return np.asarray(shared / np.sqrt(np.maximum(left, np.finfo(float).tiny)))


def _root(spread: float, q: int) -> float:
    """Give the unit of the statistic: a standard deviation for one column, a variance for a quadratic form."""
    return math.sqrt(spread) if q == 1 else spread


def _cells(sample: PairSample, permutations: IntArray) -> IntArray:
    """Where in a flat pair matrix each pair finds its number under each permutation, shape (B, N)."""
    cells = permutations.take(sample.origin, axis=1)
    cells *= sample.n_cities
    cells += permutations.take(sample.destination, axis=1)
    if sample.layer is not None:
        cells += sample.layer * sample.n_cities**2
    return cells


def _statistics(columns: list[FloatArray], score: FloatArray, projection: Projection) -> FloatArray:
    """Score statistics of B candidates for each tested column, shape (B, N) each, cleared of the rest of the model."""
    sums = np.stack([column @ score for column in columns], axis=-1)
    joint = np.empty((len(sums), len(columns), len(columns)))
    explained = [projection.explain(column) for column in columns]
    for k, one in enumerate(columns):
        for m in range(k + 1):
            whole = (one * columns[m]) @ projection.weight
            joint[:, k, m] = joint[:, m, k] = whole - projection.cross(explained[k], explained[m])
    if len(columns) == 1:
        return np.asarray(sums[:, 0] / np.sqrt(np.maximum(joint[:, 0, 0], np.finfo(float).tiny)))
    return np.asarray(np.einsum("bi,bi->b", sums, np.linalg.solve(joint, sums[:, :, None])[:, :, 0]))


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

    # from plain counts (e^-10: r adds nothing at the median) to scatter in proportion to size
    best = float(optimize.minimize_scalar(misfit, bounds=(-10.0, 10.0), method="bounded").x)
    return np.asarray(np.sqrt(mean + math.exp(best) / middle * mean**2))


def exchange_residuals(
    sample: PairSample,
    tested: FloatArray,
    nuisance: FloatArray,
    effects: NodeEffects | None,
    *,
    fit: RegressionFit,
    plan: NodePlan,
) -> tuple[float, FloatArray, float]:
    """Give the score statistic of one column, observed and with residuals carried from city to city.

    Where flows scatter more the larger they are, and larger the nearer, exchanging impedance would break that tie and
    make intervals too short. Here impedance stays, and residuals over their own standard deviation are exchanged.

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
    fit
        The model of counts under the hypothesis: its scores are observed less expected flows.
    plan
        The permutations of cities.

    Returns
    -------
    tuple
        Observed statistic, null distribution of shape (R,), and the standard error of the coefficient that goes with them.

    Notes
    -----
    With x the tested column cleared of the others, s the scatter of counts (`count_scale`) and e the residuals over their
    standard deviations, less their mean, the statistic is sum(x s e) / sqrt(sum(x² s² e²)); a permutation moves e. The
    standard deviation of a residual is less than s, because the fit follows large flows: see `Projection.left_of`. The
    observed score itself is not reduced by the fit, and is compared with the same root.

    References
    ----------
    Freedman, D. and Lane, D. (1983). A nonstochastic interpretation of reported significance levels. 10.1080/07350015.1983.10509354.
    DiCiccio, C. J. and Romano, J. P. (2017). Robust permutation tests for correlation and regression coefficients. 10.1080/01621459.2016.1202117.
    """
    projection = Projection(nuisance, fit.weight, effects)
    column = projection.clear(tested)[:, 0]
    scale, left = count_scale(fit.score, fit.fitted), np.ones(sample.n_pairs)
    for _ in range(
        ROUNDS
    ):  # what the fit leaves of a residual depends on the scatter, and the scatter is seen in residuals
        left = projection.left_of(scale**2)
        scale = count_scale(fit.score / left, fit.fitted)
    standard = fit.score / (left * scale)
    standard = standard - standard.mean()
    pull = column * scale
    root = math.sqrt(float(pull**2 @ standard**2))
    laid = [np.nan_to_num(sample.to_matrix(one)) for one in (standard, standard**2, pull, pull**2)]
    sums = cross_sums(plan, laid[:2], laid[2:], directed=sample.directed)
    null = sums[:, 0, 0] / np.sqrt(np.maximum(sums[:, 1, 1], np.finfo(float).tiny))
    error = root / float(fit.weight @ column**2)
    return float(fit.score @ column) / root, null, error
