"""Is it the coast, or what comes with it? Coastal against inland with covariates held."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, mould
from geobri.measures import Measure
from geobri.stats.distributions import student_quantile, student_tail
from geobri.stats.doors import checked
from geobri.stats.null import value_permutations
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.places import Column, Places, as_measure, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_covariates
from geobri.stats.say.terms import STUDENT
from geobri.words import Words

Strata = np.ndarray[Any, np.dtype[Any]] | None

__all__ = ["LeastSquares", "coastal_regression_test", "fit_robust"]


class LeastSquares(NamedTuple):
    """A least-squares fit with errors that allow for unequal spread.

    Attributes
    ----------
    coefficients, se
        Shape (k,).
    df
        Degrees of freedom n - k.
    residuals
        Shape (n,).
    """

    coefficients: FloatArray
    se: FloatArray
    df: int
    residuals: FloatArray


def fit_robust(y: FloatArray, x: FloatArray, *, caller: str) -> LeastSquares:
    """Fit by least squares with HC3 standard errors.

    Parameters
    ----------
    y
        Shape (n,).
    x
        Shape (n, k), the constant included.
    caller
        Who asks, for the message.

    Returns
    -------
    LeastSquares
        Coefficients, standard errors, residuals.

    Raises
    ------
    DataError
        If there are too few rows, or columns depend on each other.

    References
    ----------
    MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators with
    improved finite sample properties. 10.1016/0304-4076(85)90158-7.
    """
    n, k = x.shape
    scale = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(scale == 0, 1, scale)
    if n <= k or np.linalg.matrix_rank(scaled, tol=1e-9) < k:
        came = f"{n} cities for {k} coefficients" if n <= k else "columns that follow from each other"
        raise DataError(
            mould(caller, "coefficients must be estimable", came, "Leave a covariate out"),
            zh=f"系数须可估计：{n}个城市对{k}个系数，或有协变量可由其他协变量推出。",
        )
    q, r = np.linalg.qr(x)
    coefficients = np.linalg.solve(r, q.T @ y)
    residuals = y - x @ coefficients
    leverage = np.clip(
        (q**2).sum(axis=1), 0, 1 - 1e-10
    )  # 1: the fit goes through the city, whose residual is 0
    spread = np.linalg.solve(r, q.T * (residuals / (1 - leverage)))
    return LeastSquares(coefficients, np.sqrt((spread**2).sum(axis=1)), n - k, residuals)


@checked
def coastal_regression_test(
    cities: pd.DataFrame,
    value: Column,
    covariates: Sequence[Column],
    *,
    group: Column = "coastal",
    strata: Column | None = None,
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
) -> TestResult:
    """Test the difference of two groups of cities, coastal and inland by default, with covariates held.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without all columns are left out.
    value
        Numeric column to be explained.
    covariates
        Numeric columns or truth values (capital, China, log population).
    group
        Column of truth values.
    strata
        Column within whose labels residuals are exchanged; add its dummies to the covariates yourself.
    alternative
        ``"greater"``: coastal cities have the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of residuals.
    rng
        Seed or generator.
    confidence
        Level of the intervals.

    Returns
    -------
    TestResult
        The headline is the t of the label with a Freedman-Lane permutation p-value. One row per coefficient
        (HC3 errors, Student t), and a first row for the label alone, so that the change is seen.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or coefficients cannot be estimated.

    Notes
    -----
    Freedman and Lane: residuals of the model without the label are permuted, added to its fit, and the full
    model is fitted again; its t has the HC3 error.

    References
    ----------
    Freedman, D. and Lane, D. (1983). A nonstochastic interpretation of reported significance levels.
    10.1080/07350015.1983.10509354.
    DiCiccio, C. J. and Romano, J. P. (2017). Robust permutation tests for correlation and regression
    coefficients. 10.1080/01621459.2016.1202117.
    """
    held_out = [as_measure(one) for one in covariates]
    data = read_places(
        cities, [value, *held_out], group=group, strata=strata, caller="coastal_regression_test"
    )
    y, label = data.numbers, data.first.astype(np.float64)
    held = np.column_stack([np.ones(len(y)), data.columns[:, 1:]])
    full = np.column_stack([label, held])
    alone = fit_robust(y, np.column_stack([label, np.ones(len(y))]), caller="coastal_regression_test")
    fit = fit_robust(y, full, caller="coastal_regression_test")
    null = _freedman_lane(y, held, full, strata=data.strata, n_permutations=n_permutations, rng=rng)
    p_value = permutation_p_value(float(fit.coefficients[0] / fit.se[0]), null, alternative)
    base = Term(
        test="coastal_regression_test",
        value=data.measure.column,
        n_cities=len(y),
        se_type=Words("HC3"),
        method=Words("least squares", "最小二乘"),
        left_out=data.left_out,
    )
    rows = _coefficient_rows(base, data.names.first, alone, fit, held_out, confidence=confidence)
    head = replace(
        rows[1],
        p_value=p_value,
        mc_error=monte_carlo_error(p_value, n_permutations, alternative),
        alternative=alternative,
        null=Words(
            f"Freedman-Lane permutation of residuals ({n_permutations:,})",
            f"Freedman-Lane 残差置换（{n_permutations:,} 次）",
        ),
        df=math.nan,
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
        null_of="statistic",
    )
    return _result(data, head, (rows[0], head, *rows[2:]), null, held_out, confidence=confidence)


def _freedman_lane(
    y: FloatArray, held: FloatArray, full: FloatArray, *, strata: Strata, n_permutations: int, rng: Rng
) -> FloatArray:
    """Give the t of the label for permuted residuals of the model without it."""
    reduced = fit_robust(y, held, caller="coastal_regression_test")
    drawn = np.asarray(
        value_permutations(reduced.residuals, n_permutations, strata=strata, rng=rng), dtype=np.float64
    )
    rows = drawn + (y - reduced.residuals)
    q, r = np.linalg.qr(full)
    leverage = np.clip((q**2).sum(axis=1), 0, 1 - 1e-10)
    pull = np.linalg.solve(r, q.T)[0]
    residuals = rows - (rows @ q) @ q.T
    errors = np.sqrt(((residuals / (1 - leverage)) ** 2) @ pull**2)
    return np.asarray(rows @ pull / np.maximum(errors, np.finfo(float).tiny))


def _coefficient_rows(
    base: Term,
    one: Words,
    alone: LeastSquares,
    fit: LeastSquares,
    held: list[Measure],
    *,
    confidence: float,
) -> list[Term]:
    """Write the label alone, the label with covariates held, the intercept and the covariates."""
    titles = [
        Words(f"{one.en}, with covariates held", f"{one.zh}，控制协变量"),
        Words("intercept", "截距"),
        *(Words(other.column, other.label_zh) for other in held),
    ]
    return [
        _row(base, Words(f"{one.en}, alone", f"{one.zh}，单独"), alone, 0, confidence),
        *(_row(base, title, fit, place, confidence) for place, title in enumerate(titles)),
    ]


def _row(base: Term, name: Words, fit: LeastSquares, place: int, confidence: float) -> Term:
    estimate, se = float(fit.coefficients[place]), float(fit.se[place])
    half = student_quantile(0.5 + confidence / 2, fit.df) * se
    statistic = estimate / se if se > 0 else math.nan
    p_value = float(2 * student_tail(abs(statistic), fit.df))
    return replace(
        base,
        term=name,
        estimate=estimate,
        ci_low=estimate - half,
        ci_high=estimate + half,
        se=se,
        statistic=statistic,
        p_value=p_value,
        null=STUDENT,
        df=fit.df,
    )


def _result(
    data: Places,
    head: Term,
    rows: tuple[Term, ...],
    null: FloatArray,
    held: list[Measure],
    *,
    confidence: float,
) -> TestResult:
    said = say_covariates(
        rows[0],
        head,
        measure=data.measure,
        names=data.names,
        covariates=[(one.label, one.label_zh) for one in held],
        confidence=confidence,
    )
    return TestResult(
        **headline(head, said),
        n=head.n_cities,
        method="least squares with HC3 errors, Freedman-Lane permutation",
        null_distribution=null,
        terms=rows,
        choices={"covariates": tuple(one.column for one in held), "n_permutations": len(null)},
        question="groups",
        measure=data.measure,
    )
