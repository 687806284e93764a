"""The test of distance decay, with every kind of standard error beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geobri.stats.blocks import Blocks, plan_exchange
from geobri.stats.decay.fits import (
    DecayFit,
    EffectsName,
    EstimatorName,
    build_design,
    fit_sample,
)
from geobri.stats.decay.forms import FormName, build_form
from geobri.stats.families import FAMILIES, negative_binomial
from geobri.stats.held import HeldTest, model_errors
from geobri.stats.null import NodePlan
from geobri.stats.quantiles import fit_quantile
from geobri.stats.regression import RegressionFit, fit_least_squares, fit_likelihood
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.robust import error_terms
from geobri.stats.samples import read_pairs

__all__ = ["DecayResult", "decay_test"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecayResult(TestResult):
    """A finished test of distance decay.

    Attributes
    ----------
    friction
        Parameters of the form, positive where flow falls, shape (q,).
    interval
        Limits of the 95 % interval of the first parameter, from the permutations; NaN for forms with several.
    half_distance
        Impedance at which the expected flow is half of what it is at the reference.
    fit
        The fitted model.
    """

    friction: FloatArray
    interval: tuple[float, float]
    half_distance: float
    fit: DecayFit

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        TestResult.__post_init__(self)


def decay_test(
    corridors: pd.DataFrame,
    *,
    flow: str,
    impedance: str = "distance_km",
    form: FormName = "power",
    estimator: EstimatorName = "poisson",
    effects: EffectsName = "auto",
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    quantile: float = 0.5,
    blocks: Blocks = None,
    n_permutations: int = 999,
    alternative: Alternative = "two-sided",
    interval: bool = True,
    rng: int | np.random.Generator | None = None,
) -> DecayResult:
    """Test whether flow decays with distance along corridors.

    A decay function is fitted with a level for every city, and the hypothesis of no friction is tested by exchanging
    cities: what impedance tells beyond levels and covariates is carried from city to city, rows and columns together.
    Naive, two-way and dyadic-robust errors stand beside it. Levels take over whatever makes a city large, so that
    attributes of single cities cannot be covariates.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow (>= 0) and impedance (> 0 for most forms). Rows with
        missing numbers are left out and counted.
    flow
        Column of the flow or score.
    impedance
        Column of the cost of separation: great-circle km, sea km, hours, money.
    form
        Decay function, see `build_form`.
    estimator
        ``poisson``, ``loglinear``, ``negative-binomial`` or ``quantile``, see `fit_decay`.
    effects
        ``auto`` gives every city a level (two if pairs are directed) unless pairs are too few; ``none``, ``node``,
        ``origin-destination``.
    covariates
        Further numeric columns of pairs.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    quantile
        Which quantile, for ``quantile``.
    blocks
        Label of each city; cities change places only within a label. Found from the missing pairs by default.
    n_permutations
        How many exchanges.
    alternative
        ``greater``: flow falls with impedance.
    interval
        Whether to search the limits of the interval, which takes most of the time.
    rng
        Seed or generator.

    Returns
    -------
    DecayResult
        `statistic` is the score statistic, positive where flow falls (a quadratic form, always positive, for forms
        with several parameters); `null_distribution` has shape (n_permutations,). `friction` holds the estimates,
        `terms` every kind of error.

    Notes
    -----
    The interval is the set of frictions that a test with the same permutations would not reject at 5 %. For ``poisson``
    that test exchanges standardised residuals instead of impedance, because the scatter of flows depends on their size
    and so on distance; at the border, interval and p-value may then differ. Where pairs times permutations exceed 20
    million, the interval is friction +- quantiles of one studentised distribution.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity. 10.1162/rest.88.4.641.
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests. 10.1007/s11336-007-9016-1.
    Cameron, A. C. and Miller, D. L. (2014). Robust inference for dyadic data. Working paper, UC Davis.
    """
    sample = read_pairs(
        corridors,
        flow=flow,
        impedance=impedance,
        covariates=covariates,
        directed=directed,
        caller="decay_test",
    )
    shape = build_form(form, sample.impedance, label=impedance, caller="decay_test")
    fit = fit_sample(
        sample, shape, estimator=estimator, effects=effects, quantile=quantile, caller="decay_test"
    )
    plan, caution = plan_exchange(fit.sample, n_permutations, blocks=blocks, rng=rng, caller="decay_test")
    tested = _test_friction(
        _hold_friction(fit, plan, quantile),
        fit,
        alternative=alternative,
        interval=interval,
        named=(flow, impedance, caution),
    )
    return DecayResult(
        statistic=tested.statistic,
        p_value=tested.p_value,
        alternative=tested.alternative,
        n=fit.sample.n_cities,
        method=_method(fit),
        null_distribution=tested.null,
        sentence=_sentence(fit, tested),
        terms=_terms(fit, tested, plan),
        choices=_choices(fit, tested, plan, rng),
        friction=fit.friction,
        interval=tested.interval,
        half_distance=fit.half_distance(),
        fit=fit,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    flow: str
    impedance: str
    statistic: float
    p_value: float
    alternative: Alternative
    interval: tuple[float, float]
    null: FloatArray
    caution: str


def _test_friction(
    held: HeldTest, fit: DecayFit, *, alternative: Alternative, interval: bool, named: tuple[str, str, str]
) -> _Tested:
    """Run the test of no friction, and search the interval if it is wanted and there is one parameter."""
    single = len(fit.friction) == 1
    tail: Alternative = alternative if single else "greater"
    statistic, null = held.scores(np.zeros(len(fit.friction)))
    limits = (math.nan, math.nan)
    if single and interval:
        limits = held.interval(float(fit.friction[0]), float(model_errors(fit.regression)[0]))
    return _Tested(
        flow=named[0],
        impedance=named[1],
        statistic=statistic,
        p_value=held.plan.p_value(statistic, null, tail),
        alternative=tail,
        interval=limits,
        null=null,
        caution=named[2],
    )


def _hold_friction(fit: DecayFit, plan: NodePlan, quantile: float) -> HeldTest:
    """Set up the model with friction held: its coefficients belong to minus the terms of the form."""
    sample, regression = fit.sample, fit.regression
    nuisance, names, effects = build_design(sample, None, fit.effects)
    counts = (
        negative_binomial(regression.dispersion)
        if fit.estimator == "negative-binomial"
        else FAMILIES["poisson"]
    )

    def hold(known: FloatArray) -> RegressionFit:
        kept: dict[str, Any] = {"names": names, "effects": effects, "caller": "decay_test"}
        if fit.estimator == "loglinear":
            return fit_least_squares(np.log(sample.flow) - known, nuisance, **kept)
        if fit.estimator == "quantile":
            return fit_quantile(np.log(sample.flow) - known, nuisance, quantile=quantile, **kept)
        return fit_likelihood(sample.flow, nuisance, family=counts, offset=known, **kept)

    return HeldTest(
        sample=sample,
        tested=-fit.form.basis(sample.impedance),
        nuisance=nuisance,
        effects=effects,
        hold=hold,
        plan=plan,
        counts=fit.estimator == "poisson",
    )


def _method(fit: DecayFit) -> str:
    levels = {
        "none": "no city effects",
        "node": "city effects",
        "origin-destination": "origin and destination effects",
    }
    return f"{fit.form.name} decay, {fit.estimator}, {levels[fit.effects]}, score test by exchanging cities"


def _choices(fit: DecayFit, tested: _Tested, plan: NodePlan, rng: Any) -> dict[str, Any]:
    return {
        "flow": tested.flow,
        "impedance": tested.impedance,
        "form": fit.form.name,
        "estimator": fit.estimator,
        "effects": fit.effects,
        "covariates": fit.sample.covariate_names,
        "directed": fit.sample.directed,
        "null": plan.describe(),
        "n_permutations": len(plan.permutations),
        "rng": rng if isinstance(rng, int) else None,
        "pairs_missing": fit.sample.n_missing,
        "pairs_separated": fit.n_separated,
        "half_distance_reference": fit.reference,
        "caution": tested.caution,
    }


def _sentence(fit: DecayFit, tested: _Tested) -> str:
    beta, (low, high) = fit.elasticity(), tested.interval
    drop = 100 * (1 - 1.1**-beta)
    n = f"{fit.sample.n_cities} cities, {fit.sample.n_pairs} pairs"
    spread = f", 95 % interval {low:.3g} to {high:.3g}" if math.isfinite(low) and math.isfinite(high) else ""
    estimate = (
        f"friction {fit.friction[0]:.3g}{spread}" if len(fit.friction) == 1 else f"elasticity {-beta:.3g}"
    )
    chance = f"p = {tested.p_value:.3g} by exchanging cities"
    if tested.p_value > 0.05:  # noqa: PLR2004 - the usual level, said in the sentence
        return f"No change of {tested.flow} with {tested.impedance} can be told from chance at 5 % ({estimate}, {chance}; {n})."
    verb, amount = ("falls", f"{drop:.2g} % less") if beta >= 0 else ("grows", f"{-drop:.2g} % more")
    return f"{tested.flow} {verb} with {tested.impedance}: 10 % more goes with {amount} ({estimate}, {chance}; {n})."


def _terms(fit: DecayFit, tested: _Tested, plan: NodePlan) -> tuple[Term, ...]:
    base = Term(
        test="decay_test",
        value=tested.flow,
        n_cities=fit.sample.n_cities,
        n_pairs=fit.sample.n_pairs,
        method=_method(fit),
    )
    return (
        *_permutation_terms(base, fit, tested, plan),
        *_error_terms(base, fit),
        *_pooled_terms(base, fit),
    )


def _permutation_terms(base: Term, fit: DecayFit, tested: _Tested, plan: NodePlan) -> list[Term]:
    low, high = tested.interval
    single = len(fit.friction) == 1
    headline = replace(
        base,
        term=f"friction: {fit.form.terms[0]}" if single else "friction: all terms",
        estimate=float(fit.friction[0]) if single else math.nan,
        ci_low=low,
        ci_high=high,
        se_type="permutation",
        statistic=tested.statistic,
        p_value=tested.p_value,
        alternative=tested.alternative,
        null=plan.describe(),
        note=tested.caution,
    )
    half = replace(
        base,
        term="half-distance",
        estimate=fit.half_distance(),
        ci_low=_half(fit, high),
        ci_high=_half(fit, low),
        se_type="permutation" if single else "",
        note=f"against {tested.impedance} = {fit.reference:g}",
    )
    elasticity = replace(
        base, term="elasticity", estimate=-fit.elasticity(), note="at the geometric mean of the pairs"
    )
    return [headline, half, elasticity]


def _half(fit: DecayFit, friction: float) -> float:
    if not math.isfinite(friction):
        return math.nan if math.isnan(friction) or friction < 0 else fit.reference
    return fit.form.half_impedance(np.array([friction]), fit.reference) if friction > 0 else math.inf


def _pooled_terms(base: Term, fit: DecayFit) -> list[Term]:
    """Fit the same model without city effects, for comparison."""
    if fit.effects == "none":
        return []
    pooled = fit_sample(fit.sample, fit.form, estimator=fit.estimator, effects="none", caller="decay_test")
    rows = _error_terms(base, pooled, kinds=("naive", "dyadic"), suffix=" (no city effects)")
    method = _method(pooled).replace(", score test by exchanging cities", "")
    return [replace(row, method=method) for row in rows if row.term.startswith("friction")]


def _error_terms(base: Term, fit: DecayFit, **choices: Any) -> list[Term]:
    ends = fit.sample.origin, fit.sample.destination
    return error_terms(
        base, fit.regression, ends, directed=fit.sample.directed, n_friction=len(fit.friction), **choices
    )
