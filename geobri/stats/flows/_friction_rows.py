"""The rows of a test of decay: the exchange of cities first, every kind of error beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geobri.measures import Measure
from geobri.stats.flows.fits import (
    DecayFit,
    fit_sample,
)
from geobri.stats.models.likeness import Likeness
from geobri.stats.models.robust import error_terms
from geobri.stats.models.score_test import AtZero, Interval
from geobri.stats.results import Alternative, Term
from geobri.stats.say.terms import (
    FRICTION,
    HALF_DISTANCE,
    PERMUTATION,
    name_column,
    name_model,
    notes,
    say_levels,
)
from geobri.stats.tables import PairSample, say_left_out
from geobri.words import NOTHING, Words

__all__ = ["BY_EXCHANGE", "Named", "Tested", "say_method", "write_terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the table calls things, and what is to be said of the exchange."""

    measure: Measure
    by: Measure
    caution: Words
    likeness: Likeness | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """The test of no friction."""

    zero: AtZero
    alternative: Alternative
    interval: Interval


BY_EXCHANGE = Words(", score test by exchanging cities", "，置换城市的得分检验")


def say_method(fit: DecayFit) -> Words:
    """Name function, estimator and levels."""
    levels = say_levels(fit.effects)
    return Words(
        f"{fit.form.name} decay, {fit.estimator}, {levels.en}",
        f"{name_model(fit.form.name).zh}衰减，{name_model(fit.estimator).zh}估计，{levels.zh}",
    )


def write_terms(fit: DecayFit, tested: Tested, named: Named, sample: PairSample) -> tuple[Term, ...]:
    """Write all rows of a test."""
    base = Term(
        test="decay_test",
        value=named.measure.column,
        n_cities=fit.sample.n_cities,
        n_pairs=fit.sample.n_pairs,
        method=say_method(fit) + BY_EXCHANGE,
        left_out=say_left_out(sample.n_missing, fit.n_separated),
    )
    return (
        *_permutation_terms(base, fit, tested, named),
        *_error_terms(base, fit),
        *_pooled_terms(base, fit, sample),
        *_likeness_terms(base, named.likeness),
    )


def _permutation_terms(base: Term, fit: DecayFit, tested: Tested, named: Named) -> list[Term]:
    limits, chance = tested.interval, tested.zero.chance
    single = len(fit.friction) == 1
    headline = replace(
        base,
        term=FRICTION + (name_column(fit.form.terms[0]) if single else Words("all terms", "所有项")),
        estimate=float(fit.friction[0]) if single else math.nan,
        ci_low=limits.low,
        ci_high=limits.high,
        se_type=PERMUTATION,
        statistic=tested.zero.statistic,
        p_value=chance.p_value,
        mc_error=chance.mc_error,
        null_mean=chance.mean,
        null_sd=chance.deviation,
        null_of="statistic",
        alternative=tested.alternative,
        null=tested.zero.plan.describe(),
        note=notes(named.caution, chance.caution, limits.reason),
    )
    half = replace(
        base,
        term=HALF_DISTANCE,
        estimate=fit.half_distance(),
        ci_low=_half(fit, limits.high),
        ci_high=_half(fit, limits.low),
        se_type=PERMUTATION if single else NOTHING,
        note=Words(
            f"against {named.by.column} = {fit.reference:g}",
            f"以{named.by.label_zh} = {fit.reference:g} 为参照",
        ),
    )
    elasticity = replace(
        base,
        term=Words("elasticity", "弹性"),
        estimate=-fit.elasticity(),
        note=Words("at the geometric mean of the pairs", "在城市对的几何平均处"),
    )
    return [headline, half, elasticity]


def _likeness_terms(base: Term, likeness: Likeness | None) -> list[Term]:
    if likeness is None:
        return []
    found = Words(
        "tests that exchange cities without levels (Mantel, MRQAP) claim too much here; this one keeps its size",
        "不含城市水平而置换城市的检验（Mantel、MRQAP）在此会得出过多的发现；本检验保持检验水平",
    )
    row = replace(
        base,
        term=Words("likeness of the levels of near cities (Moran's I)", "邻近城市水平的相似程度（莫兰指数）"),
        estimate=likeness.moran,
        p_value=likeness.p_value,
        mc_error=likeness.mc_error,
        null_mean=likeness.null_mean,
        null_sd=likeness.null_sd,
        alternative="greater",
        null=Words("levels exchanged, 999 draws", "置换各城市水平，999 次抽样"),
        note=found if likeness.found else NOTHING,
    )
    return [row]


def _half(fit: DecayFit, friction: float) -> float:
    """Find where flow is half under a limit of friction: never where it does not fall, at once where it falls without end."""
    if math.isnan(friction):
        return math.nan
    if math.isinf(friction):
        return fit.reference if friction > 0 else math.inf
    return fit.form.half_impedance(np.array([friction]), fit.reference) if friction > 0 else math.inf


def _pooled_terms(base: Term, fit: DecayFit, sample: PairSample) -> list[Term]:
    """Fit the same model without city effects on all pairs, for comparison."""
    if fit.effects == "none":
        return []
    pooled = fit_sample(
        sample,
        fit.form,
        estimator=fit.estimator,
        effects="none",
        quantile=fit.quantile,
        caller="decay_test",
    )
    all_pairs = replace(
        base,
        n_cities=pooled.sample.n_cities,
        n_pairs=pooled.sample.n_pairs,
        left_out=say_left_out(sample.n_missing, pooled.n_separated),
    )
    rows = _error_terms(
        all_pairs, pooled, kinds=("naive", "dyadic"), suffix=Words(" (no city effects)", "（无城市效应）")
    )
    return [
        replace(row, method=say_method(pooled))
        for at, row in enumerate(rows)
        if at % (len(rows) // 2) < len(fit.friction)
    ]


def _error_terms(base: Term, fit: DecayFit, **choices: Any) -> list[Term]:
    ends = fit.sample.origin, fit.sample.destination
    return error_terms(
        base, fit.regression, ends, directed=fit.sample.directed, n_friction=len(fit.friction), **choices
    )
