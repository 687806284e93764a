"""Covariances of estimates from pairs that share cities.

Two corridors with a city in common are not independent. A sandwich covariance is bread x meat x bread: the inverse curvature
of the fit on both sides of the products of scores that `geobri.stats.models._meats` counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from geobri.errors import DataError, mould
from geobri.stats.models._meats import cluster_meat, dyadic_meat, heteroskedastic_meat, two_way_meat
from geobri.stats.models.fits import RegressionFit
from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray, Term
from geobri.stats.say.terms import FRICTION, name_column, notes, say_error, say_student
from geobri.words import NOTHING, Words

__all__ = [
    "COVARIANCES",
    "SMALL_NUMBER_OF_CITIES",
    "Covariance",
    "cluster_covariance",
    "error_terms",
    "estimate_covariance",
]

_ABOUT_ENDS = Words(
    "depends on which end is called the origin: prefer dyadic", "取决于以哪一端为起点：宜用成对稳健"
)
SMALL_NUMBER_OF_CITIES = 50
"""Below this, intervals from dyadic-robust errors are too short (see docs/calibration.md)."""


_FEWEST_CLUSTERS = 2
"""One cluster says nothing about differences between clusters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covariance:
    """A covariance of k estimates, with what is needed to use it.

    Attributes
    ----------
    kind
        ``naive``, ``hc1``, ``origin``, ``destination``, ``two-way`` or ``dyadic``.
    matrix
        Shape (k, k).
    df
        Degrees of freedom of the t-distribution that goes with it; infinite for the normal.
    note
        A caution; empty when there is none.
    """

    kind: str
    matrix: FloatArray
    df: float
    note: Words = NOTHING

    @property
    def errors(self) -> FloatArray:
        """Standard errors, shape (k,); NaN where the variance is not positive."""
        variances = np.diag(self.matrix)
        return np.sqrt(np.where(variances > 0, variances, np.nan))

    def interval(self, estimates: FloatArray, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Give the limits of Wald intervals.

        Parameters
        ----------
        estimates
            Shape (k,).
        level
            Coverage that is wanted.

        Returns
        -------
        tuple
            Lower and upper limits, shape (k,) each.
        """
        reach = float(special.stdtrit(self.df, 0.5 + level / 2)) * self.errors
        return estimates - reach, estimates + reach

    def p_values(self, estimates: FloatArray) -> FloatArray:
        """Give two-sided p-values of the hypotheses that each estimate is 0.

        Parameters
        ----------
        estimates
            Shape (k,).

        Returns
        -------
        numpy.ndarray
            Shape (k,).
        """
        return np.asarray(2.0 * special.stdtr(self.df, -np.abs(estimates) / self.errors))


def _hc1(fit: RegressionFit, origin: IntArray, destination: IntArray) -> Covariance:  # noqa: ARG001 (one signature for all)
    factor = len(fit.score) / fit.df_residual
    matrix = factor * _sandwich(fit, heteroskedastic_meat(fit.scores))
    return Covariance(kind="hc1", matrix=matrix, df=float(fit.df_residual))


def _naive(fit: RegressionFit, origin: IntArray, destination: IntArray) -> Covariance:  # noqa: ARG001 (one signature for all)
    return Covariance(
        kind="naive",
        matrix=fit.naive,
        df=float(fit.df_residual),
        note=Words("takes pairs that share a city as independent", "把共享城市的城市对视为独立"),
    )


def _one_way(kind: str) -> Callable[[RegressionFit, IntArray, IntArray], Covariance]:
    def estimate(fit: RegressionFit, origin: IntArray, destination: IntArray) -> Covariance:
        groups = origin if kind == "origin" else destination
        return _clustered(kind, fit, cluster_meat(fit.scores, groups), _count_groups(groups))

    return estimate


def _two_way(fit: RegressionFit, origin: IntArray, destination: IntArray) -> Covariance:
    n = min(_count_groups(origin), _count_groups(destination))
    return _clustered("two-way", fit, two_way_meat(fit.scores, origin, destination), n)


def _dyadic(fit: RegressionFit, origin: IntArray, destination: IntArray) -> Covariance:
    n = _count_groups(np.concatenate([origin, destination]))
    return _clustered("dyadic", fit, dyadic_meat(fit.scores, origin, destination), n)


def _count_groups(groups: IntArray) -> int:
    return int(np.count_nonzero(np.bincount(groups)))


def _sandwich(fit: RegressionFit, meat: FloatArray) -> FloatArray:
    matrix: FloatArray = fit.bread @ meat @ fit.bread
    return (matrix + matrix.T) / 2


def _clustered(kind: str, fit: RegressionFit, meat: FloatArray, n_clusters: int) -> Covariance:
    if n_clusters < _FEWEST_CLUSTERS:
        nothing = np.full(fit.bread.shape, np.nan)
        return Covariance(
            kind=kind,
            matrix=nothing,
            df=1.0,
            note=Words(
                "all pairs are in one cluster: no error can be given", "所有城市对同属一类：无法给出误差"
            ),
        )
    matrix, clipped = _clip_negative(_sandwich(fit, meat) * n_clusters / (n_clusters - 1))
    cautions = []
    if n_clusters < SMALL_NUMBER_OF_CITIES:
        cautions.append(
            Words(
                f"only {n_clusters} cities: these errors are too small, prefer the permutation",
                f"仅 {n_clusters} 座城市：此误差偏小，宜用置换",
            )
        )
    if clipped:
        cautions.append(
            Words("not positive semidefinite, negative eigenvalues set to 0", "非半正定，负特征值已置为 0")
        )
    return Covariance(kind=kind, matrix=matrix, df=float(n_clusters - 1), note=notes(*cautions))


def _clip_negative(matrix: FloatArray) -> tuple[FloatArray, bool]:
    """Set negative eigenvalues to 0 (Cameron, Gelbach and Miller 2011), on the scale of correlations."""
    scale = np.sqrt(np.abs(np.diag(matrix)))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    if values.min() >= -1e-12 * max(values.max(), 1.0):
        return matrix, False
    repaired = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return repaired * np.outer(scale, scale), True


COVARIANCES: dict[str, Callable[[RegressionFit, IntArray, IntArray], Covariance]] = {
    "naive": _naive,
    "hc1": _hc1,
    "origin": _one_way("origin"),
    "destination": _one_way("destination"),
    "two-way": _two_way,
    "dyadic": _dyadic,
}
"""Covariances by name: each takes a fit and the two ends of its pairs."""


def error_terms(
    base: Term,
    fit: RegressionFit,
    ends: tuple[IntArray, IntArray],
    *,
    directed: bool,
    kinds: Sequence[str] = ("naive", "hc1", "two-way", "dyadic"),
    n_friction: int = 0,
    suffix: Words = NOTHING,
    clusters: Mapping[str, IntArray] | None = None,
) -> list[Term]:
    """Write one tidy row per coefficient and kind of error, so that a reader sees them side by side.

    Parameters
    ----------
    base
        What all rows have in common.
    fit
        The fitted model.
    ends
        Origin and destination of each pair, as positions of cities.
    directed
        Whether origin and destination mean something.
    kinds
        Names in `COVARIANCES`.
    n_friction
        The first so many coefficients are reported as friction, with their sign turned.
    suffix
        Added to the name of each term.
    clusters
        Further groupings of the rows, by name (``year``): one more kind of error each, clustered by them alone.

    Returns
    -------
    list of Term
        Rows, all coefficients of one kind after those of another; the constant is left out.
    """
    sign = np.where(np.arange(len(fit.coefficients)) < n_friction, -1.0, 1.0)
    estimates = sign * fit.coefficients
    rows = []
    covariances = [estimate_covariance(fit, *ends, kind) for kind in kinds]
    covariances += [cluster_covariance(fit, groups, name) for name, groups in (clusters or {}).items()]
    for covariance in covariances:
        kind = covariance.kind
        low, high = covariance.interval(estimates)
        p_values = covariance.p_values(estimates)
        ends_matter = kind == "two-way" and not directed
        note = notes(covariance.note, _ABOUT_ENDS if ends_matter else None)
        rows += [
            replace(
                base,
                term=(FRICTION if k < n_friction else NOTHING) + name_column(name) + suffix,
                estimate=float(estimates[k]),
                ci_low=float(low[k]),
                ci_high=float(high[k]),
                se=float(covariance.errors[k]),
                se_type=say_error(kind),
                statistic=float(estimates[k] / covariance.errors[k]),
                p_value=float(p_values[k]),
                null=say_student(covariance.df),
                df=float(covariance.df),
                note=note,
            )
            for k, name in enumerate(fit.names)
            if name != "constant"
        ]
    return rows


def cluster_covariance(fit: RegressionFit, groups: IntArray, name: str) -> Covariance:
    """Estimate the covariance of coefficients from rows that are independent between groups only.

    Parameters
    ----------
    fit
        A fitted model of N rows.
    groups
        Group number of each row, shape (N,).
    name
        What the groups are, for the table.

    Returns
    -------
    Covariance
        With groups - 1 degrees of freedom and the factor groups / (groups - 1).
    """
    found = _clustered(name, fit, cluster_meat(fit.scores, groups), _count_groups(groups))
    named, count = replace(found, kind=f"clustered by {name}"), _count_groups(groups)
    if count < _FEWEST_CLUSTERS or count >= SMALL_NUMBER_OF_CITIES:
        return named
    few = Words(f"only {count} groups: these errors are too small", f"仅 {count} 个组：此误差偏小")
    return replace(named, note=few)


def estimate_covariance(
    fit: RegressionFit, origin: IntArray, destination: IntArray, kind: str = "dyadic"
) -> Covariance:
    """Estimate the covariance of the coefficients of a fit.

    Parameters
    ----------
    fit
        A fitted model of N pairs.
    origin, destination
        City of each end as integers from 0, shape (N,).
    kind
        A name in `COVARIANCES`. For undirected pairs ``two-way`` depends on which end is called the origin:
        ``dyadic`` does not.

    Returns
    -------
    Covariance
        Matrix, degrees of freedom (cities - 1 for clustered kinds) and caution. Clustered kinds carry the factor
        n / (n - 1), ``hc1`` carries N / (N - p).

    Raises
    ------
    DataError
        If the kind is unknown, there are fewer than three cities, or numbers of the fit are missing.
    """
    if kind not in COVARIANCES:
        remedy = f"Choose one of {', '.join(COVARIANCES)}"
        raise DataError(
            mould(
                "estimate_covariance",
                Words("kind must be known", "种类（kind）须为已知的名称"),
                Words(repr(kind)),
                remedy,
            )
        )
    if _count_groups(np.concatenate([origin, destination])) < 3 or math.isnan(float(fit.score.sum())):  # noqa: PLR2004 - two cities have one dyad
        came = "fewer than three, or a fit with missing numbers"
        raise DataError(
            mould("estimate_covariance", "needs at least three cities", came, "Fit the model on more pairs"),
            zh="至少需要3个城市。",
        )
    return COVARIANCES[kind](fit, origin, destination)
