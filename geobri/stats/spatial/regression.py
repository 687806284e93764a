"""Regressions of cities whose neighbours matter: spatial lag and spatial error models through spreg."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from geobri.errors import DataError, MissingExtraError, SpecificationError, mould
from geobri.measures import Measure
from geobri.stats.distributions import normal_quantile, normal_tail, student_quantile, student_tail
from geobri.stats.doors import checked
from geobri.stats.places import Column, Places, Standardise, as_measure, read_places
from geobri.stats.results import Term, TestResult, headline
from geobri.stats.say import say_spatial_model
from geobri.stats.say.terms import CHI_SQUARED, NORMAL, STUDENT, name_column
from geobri.words import NOTHING, Words

__all__ = ["spatial_regression_test"]

Model = Literal["lag", "error", "ols"]
_PRECISION = 1e-12
_FEWEST = 50


_LEAST_SQUARES: Final = Words("least squares", "最小二乘")
_MODELS: Final = {
    "lag": Words("spatial lag model", "空间滞后模型"),
    "error": Words("spatial error model", "空间误差模型"),
    "ols": _LEAST_SQUARES,
}
_HEADS: Final = {
    "lag": Words("rho (neighbours' value)", "ρ（邻居的数值）"),
    "error": Words("lambda (neighbours' error)", "λ（邻居的误差）"),
    "ols": Words("robust Lagrange multiplier, lag", "稳健拉格朗日乘数，滞后"),
}
"""The row that each model is told by."""


def _load_spreg() -> Any:
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            import spreg
    except ImportError as error:
        came = "spatial_regression_test: needs spreg. Install it with: pip install 'geobri[spatial]'."
        raise MissingExtraError(came) from error
    return spreg


@checked
def spatial_regression_test(
    cities: pd.DataFrame,
    value: Column,
    covariates: Sequence[Column],
    graph: Any,
    *,
    model: Model = "lag",
    standardise: Standardise = "row",
    confidence: float = 0.95,
) -> TestResult:
    """Explain a quantity of cities by covariates and by the neighbours.

    The lag model lets the value of a city depend on the values of its neighbours; the error model lets what the
    covariates leave unexplained be alike among neighbours; ``"ols"`` has neither, and tests which of the two is
    missing. Estimated by maximum likelihood: approximate below about 50 cities.

    Parameters
    ----------
    cities
        Table with a unique index and all columns, n rows; cities with a missing value are left out.
    value
        Numeric column to be explained.
    covariates
        Numeric columns (truth values count as 0 and 1).
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    model
        ``"lag"``, ``"error"`` or ``"ols"``.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    confidence
        Level of the intervals (normal; Student t for ``"ols"``).

    Returns
    -------
    TestResult
        The headline is the spatial parameter (rho or lambda), or for ``"ols"`` the robust Lagrange multiplier
        test of the lag. One row per coefficient; for the lag model also the average direct and total impact of
        each covariate. p-values of coefficients are two-sided by the normal or t distribution, those of Lagrange multipliers are the
        upper tail of chi-squared.

    Raises
    ------
    MissingExtraError
        If spreg is not installed.
    SpecificationError
        If the model is unknown or there is no covariate.
    SchemaError
        If columns are missing or not numeric.
    DataError
        If a column is constant, or there are too few cities for the covariates.

    Notes
    -----
    Lag: y = rho W y + X b + e. Error: y = X b + u, u = lambda W u + e. The average direct impact of covariate k is
    b_k tr((I - rho W)^-1) / n, the total one b_k times the mean row sum of that inverse.

    References
    ----------
    Anselin, L. (1988). Spatial econometrics: methods and models. 10.1007/978-94-015-7799-1.
    LeSage, J. and Pace, R. K. (2009). Introduction to spatial econometrics. 10.1201/9781420064254.
    """
    names = [as_measure(one).column for one in covariates]
    if model not in ("lag", "error", "ols") or not names:
        wanted = Words(
            "model must be 'lag', 'error' or 'ols', with at least one covariate",
            "模型须为'lag'、'error'或'ols'，且至少有一个协变量",
        )
        raise SpecificationError(
            mould("spatial_regression_test", wanted, Words(f"{model!r}, {names}"), "Choose one")
        )
    explained = as_measure(value).column
    if explained in names or len(set(names)) < len(names):
        came = f"{explained!r} explained by {', '.join(map(repr, names))}"
        wanted = Words(
            "covariates must be other columns than the value, each named once",
            "协变量须为取值以外的列，各写一次",
        )
        raise SpecificationError(mould("spatial_regression_test", wanted, came, "Leave it out"))
    spreg = _load_spreg()
    sample = read_places(
        cities, [value, *covariates], graph=graph, standardise=standardise, caller="spatial_regression_test"
    )
    if len(sample.labels) <= len(names) + 2:
        came = f"{len(sample.labels)} cities for {len(names)} covariates"
        raise DataError(
            mould(
                "spatial_regression_test", "there must be more cities than coefficients", came, "Use fewer"
            ),
            zh=f"城市须多于系数：{len(sample.labels)}个城市，{len(names)}个协变量。",
        )
    design = np.column_stack([np.ones(len(sample.labels)), sample.columns[:, 1:]])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        came = f"{', '.join(names)} with one that follows from the others"
        remedy = "Leave one out"
        raise DataError(
            mould("spatial_regression_test", "covariates must be independent", came, remedy),
            zh="协变量须相互独立：其中一个可由其他协变量推出。",
        )
    fit = _fit(spreg, sample, names, model)
    base = Term(
        test="spatial_regression_test",
        value=sample.measure.column,
        n_cities=len(sample.labels),
        se_type=Words("maximum likelihood", "最大似然") if model != "ols" else _LEAST_SQUARES,
        method=_MODELS[model],
        left_out=sample.left_out,
    )
    rows = _coefficient_rows(fit, base, model, names, confidence)
    extra = {"lag": _impact_rows, "error": _no_rows, "ols": _diagnostic_rows}[model](fit, base, sample, names)
    return _result(fit, base, [*rows, *extra], model, sample.measure)


def _fit(spreg: Any, sample: Places, names: list[str], model: Model) -> Any:
    from libpysal.weights import WSP

    y, x = sample.columns[:, [0]], sample.columns[:, 1:]
    named = {"name_y": sample.measure.column, "name_x": names}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        weights = WSP(csr_matrix(sample.weights)).to_W(silence_warnings=True)
        if model == "ols":
            return spreg.OLS(y, x, w=weights, spat_diag=True, moran=True, **named)
        if model == "lag":
            return spreg.ML_Lag(
                y, x, w=weights, epsilon=_PRECISION, spat_impacts=None, spat_diag=False, **named
            )
        return spreg.ML_Error(y, x, w=weights, epsilon=_PRECISION, **named)


def _coefficient_rows(fit: Any, base: Term, model: Model, names: list[str], confidence: float) -> list[Term]:
    own = [] if model == "ols" else [_HEADS[model]]
    titles = [Words("intercept", "截距"), *map(name_column, names), *own]
    estimates, errors = np.asarray(fit.betas).ravel(), np.asarray(fit.std_err).ravel()
    df, p = fit.n - fit.k, 0.5 + confidence / 2
    half = student_quantile(p, df) if model == "ols" else normal_quantile(p)
    rows = []
    for title, estimate, error in zip(titles, estimates, errors, strict=True):
        z = float(estimate / error)
        rows.append(
            replace(
                base,
                term=title,
                estimate=float(estimate),
                ci_low=float(estimate - half * error),
                ci_high=float(estimate + half * error),
                se=float(error),
                statistic=z,
                p_value=float(2 * (student_tail(abs(z), df) if model == "ols" else normal_tail(abs(z)))),
                null=STUDENT if model == "ols" else NORMAL,
                df=df if model == "ols" else math.nan,
            )
        )
    return rows


def _impact_rows(fit: Any, base: Term, sample: Places, names: list[str]) -> list[Term]:
    n = len(sample.labels)
    inverse = np.linalg.inv(np.eye(n) - float(fit.rho) * sample.weights.toarray())
    direct, total = float(np.trace(inverse)) / n, float(inverse.sum()) / n
    slopes = np.asarray(fit.betas).ravel()[1 : len(names) + 1]
    rows = []
    for name, slope in zip(names, slopes, strict=True):
        for kind, factor in ((Words("direct", "直接"), direct), (Words("total", "总"), total)):
            term = Words(f"{name}, average {kind.en} impact", f"{name_column(name).zh}，平均{kind.zh}影响")
            rows.append(replace(base, term=term, estimate=float(slope * factor), se_type=NOTHING))
    return rows


def _no_rows(fit: Any, base: Term, sample: Places, names: list[str]) -> list[Term]:  # noqa: ARG001 - one signature for all models
    return []


def _diagnostic_rows(fit: Any, base: Term, sample: Places, names: list[str]) -> list[Term]:  # noqa: ARG001
    tests = {
        Words("Lagrange multiplier, lag", "拉格朗日乘数，滞后"): fit.lm_lag,
        Words("Lagrange multiplier, error", "拉格朗日乘数，误差"): fit.lm_error,
        _HEADS["ols"]: fit.rlm_lag,
        Words("robust Lagrange multiplier, error", "稳健拉格朗日乘数，误差"): fit.rlm_error,
    }
    rows = [
        replace(
            base,
            term=title,
            statistic=float(found[0]),
            p_value=float(found[1]),
            null=CHI_SQUARED,
            se_type=NOTHING,
        )
        for title, found in tests.items()
    ]
    index, z, p = (float(part) for part in fit.moran_res)
    return [
        *rows,
        replace(
            base,
            term=Words("Moran's I of residuals", "残差的莫兰指数"),
            estimate=index,
            statistic=z,
            p_value=p,
            null=NORMAL,
            se_type=NOTHING,
        ),
    ]


def _result(fit: Any, base: Term, rows: list[Term], model: Model, measure: Measure) -> TestResult:
    by_name = {row.term: row for row in rows}
    head = by_name[_HEADS[model]]
    said = say_spatial_model(head, measure=measure, few=base.n_cities < _FEWEST)
    return TestResult(
        **headline(head, said),
        n=base.n_cities,
        method=base.method.en,
        terms=tuple(rows),
        choices={"model": model, "log likelihood": float(fit.logll), "AIC": float(fit.aic)},
        question="neighbours",
        measure=measure,
    )
