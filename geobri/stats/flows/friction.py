"""The test of distance decay, with every kind of standard error beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geobri.stats.blocks import plan_exchange
from geobri.stats.doors import checked
from geobri.stats.flows._friction_rows import BY_EXCHANGE, Named, Tested, say_method, write_terms
from geobri.stats.flows.fits import (
    DecayFit,
    EffectsName,
    EstimatorName,
    build_design,
    fit_sample,
)
from geobri.stats.flows.forms import FormName, build_form
from geobri.stats.models.families import FAMILIES, negative_binomial
from geobri.stats.models.fits import RegressionFit, fit_least_squares, fit_likelihood
from geobri.stats.models.likeness import Likeness, find_levels, measure_likeness
from geobri.stats.models.quantiles import fit_quantile
from geobri.stats.models.score_test import Interval, ScoreTest
from geobri.stats.null import NodePlan
from geobri.stats.p_values import TwoSided
from geobri.stats.picturing import draw_fitted
from geobri.stats.places import Column, as_measure
from geobri.stats.progress import shows_progress
from geobri.stats.results import Alternative, FloatArray, TestResult
from geobri.stats.say import say_decay
from geobri.stats.say.terms import notes
from geobri.stats.tables import Blocks, PairSample, read_pairs
from geobri.stats.threads import on_one_thread

__all__ = ["DecayResult", "decay_test"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
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


@checked
@shows_progress
@on_one_thread
def decay_test(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column = "distance_km",
    form: FormName = "power",
    estimator: EstimatorName = "poisson",
    effects: EffectsName = "auto",
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    quantile: float = 0.5,
    blocks: Blocks = "auto",
    n_permutations: int = 999,
    alternative: Alternative = "two-sided",
    two_sided: TwoSided = "tails",
    interval: bool = True,
    rng: int | np.random.Generator | None = None,
) -> DecayResult:
    """Test whether flow decays with distance along corridors.

    A decay function is fitted with a level for every city (fixed effects), and the hypothesis of no friction is tested by
    exchanging cities: what impedance tells beyond levels and covariates is carried from city to city, rows and columns
    together. Naive, two-way and dyadic-robust errors stand beside it. Levels take over whatever makes a city large, so that
    attributes of single cities cannot be covariates.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow (>= 0) and impedance (> 0 for most forms). Rows with
        missing numbers are left out and counted.
    flow
        Column of the flow or score, or its measure, whose label the sentence then uses.
    impedance
        Column of the cost of separation: great-circle km, sea km, hours, money; or its measure.
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
        Label of each city, as a mapping or a Series by city id; cities change places only within a label. ``"auto"``: blocks
        that keep missing pairs missing, where these let most cities change places; None: no blocks.
    n_permutations
        How many exchanges, at least. From 199 on, a p-value so near to 5 % that the verdict would hang on them is drawn anew,
        with twenty times as many (49,999 at the most, and fewer for more than 600 cities).
    alternative
        ``greater``: flow falls with impedance; ``two-sided``: it falls or grows.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0, as
        sna and asnipe count, see `mantel_test`.
    interval
        Whether to search the limits of the interval.
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
    The interval is the set of frictions that a test with the same permutations does not reject at 5 %. For ``poisson`` it
    exchanges residuals over their standard deviations instead of impedance, because the scatter of flows depends on their size
    and so on distance. Where the two disagree about 0, the limit is set to 0, and the row says so. Pairs without flow
    that the model fits perfectly (of cities that send or receive nothing, say) are left out and counted; the rows without
    city effects use all pairs.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity. 10.1162/rest.88.4.641.
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests. 10.1007/s11336-007-9016-1.
    Cameron, A. C. and Miller, D. L. (2014). Robust inference for dyadic data. Working paper, UC Davis.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> decay_test(pairs, flow="flow", n_permutations=99, rng=1).friction.round(2).tolist()
    [0.77]
    """
    measure, by = as_measure(flow, of="corridors"), as_measure(impedance, of="corridors")
    sample = read_pairs(
        corridors,
        flow=measure.column,
        impedance=by.column,
        covariates=covariates,
        directed=directed,
        caller="decay_test",
    )
    shape = build_form(form, sample.impedance, label=by.column, caller="decay_test")
    fit = fit_sample(
        sample, shape, estimator=estimator, effects=effects, quantile=quantile, caller="decay_test"
    )
    plan, caution = plan_exchange(
        fit.sample,
        n_permutations,
        blocks=blocks,
        moved=fit.regression.columns[:, 0],
        weights=fit.regression.weight,
        rng=rng,
        caller="decay_test",
    )
    held = _hold_friction(fit, plan)
    asked = _Asked(alternative=alternative, two_sided=two_sided, interval=interval, rng=rng)
    tested = _test_friction(held, fit, asked)
    named = Named(measure=measure, by=by, caution=caution, likeness=_likeness(fit))
    return _result(fit, tested, named, sample, rng)


def _result(fit: DecayFit, tested: Tested, named: Named, sample: PairSample, rng: Any) -> DecayResult:
    """Put sentence, rows and choices of a finished test together."""
    terms = write_terms(fit, tested, named, sample)
    said = tested.zero.chance.add_unusable(
        say_decay(
            terms[0],
            measure=named.measure,
            by=named.by,
            elasticity=fit.elasticity(),
            separated=fit.n_separated,
            asked_interval=bool(tested.interval.reason),
        )
    )
    return DecayResult(
        statistic=tested.zero.statistic,
        p_value=tested.zero.chance.p_value,
        alternative=tested.alternative,
        n=fit.sample.n_cities,
        method=(say_method(fit) + BY_EXCHANGE).en,
        null_distribution=tested.zero.null,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=terms,
        choices=_choices(fit, tested, named, rng),
        question="distance",
        measure=named.measure,
        friction=fit.friction,
        interval=(tested.interval.low, tested.interval.high),
        half_distance=fit.half_distance(),
        fit=fit,
        picture=partial(draw_fitted, by=named.by),
    )


def _likeness(fit: DecayFit) -> Likeness | None:
    """Measure whether the levels of near cities are alike; None without levels, or with those of a quantile."""
    columns, _, effects = build_design(fit.sample, fit.form, fit.effects)
    if effects is None or fit.estimator == "quantile":
        return None
    levels = find_levels(fit.regression, columns, effects)
    return measure_likeness(levels, fit.sample.origin, fit.sample.destination, fit.sample.impedance)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    alternative: Alternative
    two_sided: TwoSided
    interval: bool
    rng: int | np.random.Generator | None


def _test_friction(held: ScoreTest, fit: DecayFit, asked: _Asked) -> Tested:
    """Run the test of no friction, and search the interval if it is wanted and there is one parameter."""
    single = len(fit.friction) == 1
    tail: Alternative = asked.alternative if single else "greater"
    zero = held.test_zero(tail, two_sided=asked.two_sided, rng=asked.rng)
    limits = Interval(low=math.nan, high=math.nan)
    if single and asked.interval:
        both = zero.plan.judge(zero.statistic, zero.null, two_sided=asked.two_sided).p_value
        limits = held.interval(float(fit.friction[0]), at_zero=(zero.statistic, both))
    return Tested(zero=zero, alternative=tail, interval=limits)


def _hold_friction(fit: DecayFit, plan: NodePlan) -> ScoreTest:
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
            return fit_quantile(np.log(sample.flow) - known, nuisance, quantile=fit.quantile, **kept)
        return fit_likelihood(sample.flow, nuisance, family=counts, offset=known, **kept)

    return ScoreTest(
        sample=sample,
        tested=-fit.form.basis(sample.impedance),
        nuisance=nuisance,
        effects=effects,
        hold=hold,
        plan=plan,
        counts=fit.estimator == "poisson",
    )


def _choices(fit: DecayFit, tested: Tested, named: Named, rng: Any) -> dict[str, Any]:
    return {
        "flow": named.measure.column,
        "impedance": named.by.column,
        "form": fit.form.name,
        "estimator": fit.estimator,
        "effects": fit.effects,
        "covariates": fit.sample.covariate_names,
        "directed": fit.sample.directed,
        "null": tested.zero.plan.describe().en,
        "n_permutations": len(tested.zero.plan.permutations),
        "cities_exchanged": tested.zero.plan.n_movable,
        "levels_alike": None if named.likeness is None else named.likeness.found,
        "null_mean": tested.zero.chance.mean,
        "null_sd": tested.zero.chance.deviation,
        "rng": rng if isinstance(rng, int) else None,
        "pairs_missing": fit.sample.n_missing,
        "pairs_separated": fit.n_separated,
        "half_distance_reference": fit.reference,
        "caution": notes(named.caution, tested.zero.chance.caution).en,
    }
