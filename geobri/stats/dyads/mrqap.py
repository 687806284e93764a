"""Multiple regression of a pair matrix on others, tested by exchanging cities (MRQAP)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.dyads._mrqap_checks import (
    SCHEMES,
    STATISTICS,
    check_choices,
    check_degrees,
    check_overlap,
    check_response,
)
from geobri.stats.dyads.inputs import Matrix, Pairs, name_matrix, prepare_dyads
from geobri.stats.dyads.mrqap_glm import score_null, score_statistics, wald_null
from geobri.stats.dyads.mrqap_linear import linear_null
from geobri.stats.dyads.partial import orthonormal_basis
from geobri.stats.models.families import FAMILIES
from geobri.stats.models.fits import (
    CONSTANT,
    OfRegression,
    RegressionFit,
    fit_least_squares,
    fit_likelihood,
)
from geobri.stats.null import NodePlan
from geobri.stats.p_values import Chance, TwoSided
from geobri.stats.places import Column
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import say_regression
from geobri.stats.say.terms import ERRORS, name_column, notes
from geobri.stats.tables import Blocks
from geobri.stats.threads import on_one_thread
from geobri.words import NOTHING, Words

__all__ = ["MrqapFamily", "MrqapResult", "MrqapScheme", "MrqapStatistic", "mrqap_test"]

MrqapFamily = Literal["gaussian", "logit", "probit", "poisson"]
MrqapScheme = Literal["double-semi-partialling", "x", "y"]
MrqapStatistic = Literal["t", "score", "wald", "coefficient"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MrqapResult(OfRegression, TestResult):
    """A finished MRQAP; the headline is that of the first covariate.

    Attributes
    ----------
    names
        Names of the covariates.
    coefficients, standard_errors
        Constant first, shape (p + 1,); the standard errors take pairs as independent, which they are not.
    statistics, p_values
        Test statistic and permutation p-value of each covariate, shape (p,).
    null_distributions
        Statistics under the null, shape (R, p).
    r_squared
        Share of the variance explained; NaN for other families than gaussian.
    residuals
        Response minus fitted mean, shape (n, n), NaN in unobserved cells.
    regression
        The observed fit, with its likelihood.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    standard_errors: FloatArray
    statistics: FloatArray
    p_values: FloatArray
    null_distributions: FloatArray
    r_squared: float
    residuals: FloatArray
    regression: RegressionFit


@checked
@on_one_thread
def mrqap_test(
    y: Matrix,
    x: Mapping[str, Matrix],
    *,
    family: MrqapFamily = "gaussian",
    scheme: MrqapScheme = "double-semi-partialling",
    statistic: MrqapStatistic | None = None,
    alternative: Alternative = "two-sided",
    two_sided: TwoSided = "tails",
    n_permutations: int = 999,
    blocks: Blocks = "auto",
    directed: bool = False,
    name: Column = "y",
    rng: int | np.random.Generator | None = None,
) -> MrqapResult:
    """Test what each pair matrix adds to the explanation of another one.

    A regression over pairs whose p-values come from exchanging whole cities. Double semi-partialling exchanges
    what the other covariates leave of the tested one, which keeps both the dependence among pairs that share a
    city and the relation among covariates. It cannot show what causes what.

    Parameters
    ----------
    y
        Pair matrix to explain: array of shape (n, n), or a table with city ids as index and columns. NaN marks
        missing cells, the diagonal is ignored. 0 and 1 for ``"logit"`` and ``"probit"``, at least 0 for
        ``"poisson"``.
    x
        Pair matrices that explain, by name; the first one makes the headline.
    family
        ``"gaussian"`` (least squares), ``"logit"``, ``"probit"`` or ``"poisson"`` (log link).
    scheme
        ``"double-semi-partialling"`` (Dekker, Krackhardt and Snijders), ``"x"`` (exchange the tested covariate) or
        ``"y"`` (exchange the response: a test of all covariates together being idle).
    statistic
        ``"t"`` for gaussian; ``"score"`` (default) or ``"wald"`` (refit each permutation) for the others;
        ``"coefficient"`` is offered for comparison: it is not pivotal and its test is less reliable.
    alternative
        Direction of the alternative for every coefficient.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0, as R's
        sna and asnipe count, here with the observed one among them: (M + 1) / (R + 1) for their M / R.
    n_permutations
        How many permutations, at least.
    blocks
        Labels by city, ``"auto"`` or None, as in `mantel_test`.
    directed
        The matrices are not symmetric: all off-diagonal cells count.
    name
        Name of y, or its measure, for the result.
    rng
        Seed or generator.

    Returns
    -------
    MrqapResult
        Coefficients, statistics and permutation p-values of all covariates.

    Raises
    ------
    DataError
        If a matrix is not usable, covariates are collinear, responses do not suit the family, or they are
        separated: some covariate tells zeros from the rest without error.
    SpecificationError
        If family, scheme and statistic do not go together.

    References
    ----------
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests to collinearity and
    autocorrelation conditions. 10.1007/s11336-007-9016-1.
    Krackhardt, D. (1988). Predicting with networks. 10.1016/0378-8733(88)90004-4.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hub, km, noise = rng.random(8), rng.random((8, 8)), rng.normal(size=(8, 8)) / 9
    >>> wealth = hub[:, None] + hub[None, :]
    >>> result = mrqap_test(wealth - km + noise, {"km": km, "wealth": wealth}, directed=True, rng=1)
    >>> [round(float(one), 1) for one in result.coefficients], result.p_value < 0.05
    ([0.1, -1.0, 0.9], True)
    """
    measure = name_matrix(name)
    response = measure.column
    chosen = statistic or STATISTICS.get(family, ("",))[0]
    check_choices(family, scheme, chosen, x, response)
    data = prepare_dyads(
        {response: y, **x},
        caller="mrqap_test",
        directed=directed,
        blocks=blocks,
        moved=next(iter(x)),
    )
    check_response(data.columns()[0], family, response)
    fit = _fit_observed(data, family)
    statistics = _statistics(data, fit, family, chosen)
    plan = data.plan(n_permutations, rng)
    null, failures = _null(data, plan, family, scheme, chosen)
    chances = [
        plan.judge(statistics[k], null[:, k], alternative, two_sided=two_sided)
        for k in range(len(data.names) - 1)
    ]
    choices = {
        "family": family,
        "scheme": scheme,
        "statistic": chosen,
        "two-sided": two_sided,
        "permuted fits that were separated": failures,
        **data.choices(rng, plan),
    }
    return _result(
        data=data,
        plan=plan,
        fit=fit,
        statistics=statistics,
        null=null,
        chances=chances,
        alternative=alternative,
        choices=choices,
        measure=measure,
    )


def _fit_observed(data: Pairs, family: str) -> RegressionFit:
    y, columns = data.columns()[0], data.columns()[1:]
    check_degrees(len(y), len(columns))
    orthonormal_basis(columns, caller="mrqap_test")  # which refuses combinations
    design, names = np.vstack([np.ones_like(y)[None], columns]).T, (CONSTANT, *data.names[1:])
    if family == "gaussian":
        return fit_least_squares(y, design, names=names, caller="mrqap_test")
    check_overlap(y, design, family)
    return fit_likelihood(y, design, names=names, family=FAMILIES[family], caller="mrqap_test")


def _statistics(data: Pairs, fit: RegressionFit, family: str, statistic: str) -> FloatArray:
    if statistic == "score":
        return score_statistics(data, FAMILIES[family])
    return (fit.coefficients if statistic == "coefficient" else fit.coefficients / _errors(fit))[1:]


def _errors(fit: RegressionFit) -> FloatArray:
    return np.asarray(np.sqrt(np.diag(fit.naive)))


def _null(data: Pairs, plan: NodePlan, family: str, scheme: str, statistic: str) -> tuple[FloatArray, int]:
    if family == "gaussian":
        return linear_null(data, plan, scheme, statistic), 0
    if statistic == "score":
        return score_null(data, plan, FAMILIES[family], scheme), 0
    return wald_null(data, plan, FAMILIES[family], scheme, statistic)


def _base_term(data: Pairs, plan: NodePlan, alternative: Alternative, choices: Mapping[str, object]) -> Term:
    """Say what all rows share: sample, null model, method and cautions."""
    scheme = SCHEMES[str(choices["scheme"])]
    method = Words(
        f"MRQAP, {scheme.en}, {choices['family']}, {choices['statistic']} statistic",
        f"MRQAP，{scheme.zh}，{choices['family']}，{choices['statistic']} 统计量",
    )
    return Term(
        test="mrqap_test",
        value=data.names[0],
        se_type=ERRORS["naive"],
        alternative=alternative,
        n_cities=data.n_cities,
        n_pairs=data.n_pairs,
        null=plan.describe(),
        left_out=data.say_unobserved(),
        method=method,
        note=notes(_NAIVE, _COUNTS if choices["family"] == "poisson" else None, data.caution),
    )


def _result(
    *,
    data: Pairs,
    plan: NodePlan,
    fit: RegressionFit,
    statistics: FloatArray,
    null: FloatArray,
    chances: list[Chance],
    alternative: Alternative,
    choices: Mapping[str, object],
    measure: Measure,
) -> MrqapResult:
    base = _base_term(data, plan, alternative, choices)
    linear, y = choices["family"] == "gaussian", data.columns()[0]
    terms = _terms(base, fit, statistics, null, chances)
    said = chances[0].add_unusable(say_regression(terms[1:], measure=measure, levels=False))
    return MrqapResult(
        statistic=float(statistics[0]),
        p_value=chances[0].p_value,
        alternative=alternative,
        n=data.n_cities,
        method=f"{base.method} ({plan.describe()})",
        null_distribution=null[:, 0],
        sentence=said.en,
        sentence_zh=said.zh,
        terms=terms,
        choices={
            **choices,
            "Monte Carlo error of p": {
                name: one.mc_error for name, one in zip(data.names[1:], chances, strict=True)
            },
            "permutations left out": [one.n_unusable for one in chances],
        },
        question="distance",
        measure=measure,
        names=data.names[1:],
        coefficients=fit.coefficients,
        standard_errors=_errors(fit),
        statistics=statistics,
        p_values=np.array([one.p_value for one in chances]),
        null_distributions=null,
        r_squared=1.0 - fit.deviance / float(np.square(y - y.mean()).sum()) if linear else math.nan,
        residuals=np.where(data.seen, data.spread(y - fit.fitted)[0], np.nan),
        regression=fit,
    )


def _terms(
    base: Term,
    fit: RegressionFit,
    statistics: FloatArray,
    null: FloatArray,
    chances: list[Chance],
) -> tuple[Term, ...]:
    numbers = zip(fit.coefficients, _errors(fit), strict=True)
    constant, *estimates = (replace(base, estimate=float(one), se=float(error)) for one, error in numbers)
    return (
        replace(constant, term=Words("(intercept)", "截距"), note=NOTHING),
        *(
            replace(
                row,
                term=name_column(fit.names[k]),
                statistic=float(statistics[k - 1]),
                p_value=chance.p_value,
                mc_error=chance.mc_error,
                null_mean=float(np.nanmean(null[:, k - 1])),
                null_sd=float(np.nanstd(null[:, k - 1])),
                null_of="statistic",
                note=notes(base.note, chance.caution),
            )
            for k, (row, chance) in enumerate(zip(estimates, chances, strict=True), 1)
        ),
    )


_NAIVE = Words(
    "the naive standard error takes pairs as independent; the p-value does not",
    "朴素标准误把城市对视为独立；p 值则不然",
)
_COUNTS = Words(
    "with strong node effects up to 8 % of true nulls are rejected at 5 % for counts",
    "城市效应很强时，计数模型在 5% 水平上会拒绝多达 8% 的真零假设",
)
