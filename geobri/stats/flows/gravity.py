"""Structural gravity: flows explained by city levels, distance and whatever else holds for pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.stats.blocks import plan_exchange
from geobri.stats.doors import checked
from geobri.stats.flows.fits import EffectsName, build_design, check_explained, choose_effects, drop_separated
from geobri.stats.flows.forms import DecayForm, FormName, build_form
from geobri.stats.flows.goodness import goodness_of_fit
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.families import FAMILIES
from geobri.stats.models.fits import OfRegression, RegressionFit, fit_likelihood
from geobri.stats.models.likeness import find_levels
from geobri.stats.models.robust import error_terms
from geobri.stats.models.score_test import coefficient_tests
from geobri.stats.null import NodePlan
from geobri.stats.p_values import TwoSided
from geobri.stats.places import Column, as_measure
from geobri.stats.progress import shows_progress
from geobri.stats.results import FloatArray, Term, TestResult, headline
from geobri.stats.say import say_gravity
from geobri.stats.say.terms import ERRORS, say_levels
from geobri.stats.tables import Blocks, PairSample, read_pairs, say_left_out
from geobri.stats.threads import on_one_thread
from geobri.words import Words

__all__ = ["GravityResult", "fit_gravity"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GravityResult(OfRegression, TestResult):
    """A fitted gravity model.

    Attributes
    ----------
    names
        Names of the columns: terms of the decay function, then covariates, then a constant if there are no effects.
    coefficients
        Shape (k,); the first belong to the terms of the decay function and are negative where flow falls.
    fitted
        One row per row of the table that was used: `observed, expected`. Separated pairs have an expectation of 0.
    city_effects
        Indexed by city: `effect`, or `origin_effect` and `destination_effect`, in logs, the mean of the last being 0;
        empty without effects; missing for cities whose pairs are all separated.
    goodness
        `srmse, ssi, cpc, r_squared` and `pseudo_r_squared` (McFadden).
    regression
        The regression behind it.
    n_separated
        Pairs that the model fits perfectly, left out of the estimation.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    fitted: pd.DataFrame
    city_effects: pd.DataFrame
    goodness: dict[str, float]
    regression: RegressionFit
    n_separated: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """A sample with its columns and effects, after separated pairs are gone."""

    sample: PairSample
    columns: FloatArray
    names: tuple[str, ...]
    effects: NodeEffects | None
    effects_name: EffectsName
    form: DecayForm | None

    @property
    def n_impedance(self) -> int:
        return 0 if self.form is None else len(self.form.terms)

    def fit(
        self, columns: FloatArray, names: Sequence[str], known: FloatArray | None = None
    ) -> RegressionFit:
        return fit_likelihood(
            self.sample.flow, columns, names=names, effects=self.effects, offset=known, caller="fit_gravity"
        )


_NO_EXCHANGE: Final = Words(
    "no exchange of cities was asked for: dyadic-robust errors only", "未要求置换城市：仅有成对稳健误差"
)


@checked
@shows_progress
@on_one_thread
def fit_gravity(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column | None = "distance_km",
    form: FormName = "power",
    covariates: Sequence[str] = (),
    effects: EffectsName = "auto",
    directed: bool | None = None,
    blocks: Blocks = "auto",
    n_permutations: int = 999,
    two_sided: TwoSided = "tails",
    rng: int | np.random.Generator | None = None,
) -> GravityResult:
    """Fit a gravity model by Poisson pseudo-maximum likelihood.

    Every city gets a level (as origin and as destination, if pairs are directed), which takes over size, wealth and
    remoteness; impedance and covariates of pairs explain the rest. Zeros stay in. Each coefficient is tested by exchanging
    cities, with naive, two-way and dyadic-robust errors beside it.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow, impedance and covariates.
    flow
        Column of the flow, at least 0, or its measure, whose label the sentence then uses.
    impedance
        Column of the cost of separation, or its measure; None to leave it out (one covariate at least is needed then).
    form
        Decay function.
    covariates
        Numeric columns of pairs (see `pair_covariates`). Attributes of single cities need ``effects="none"``.
    effects
        ``auto`` gives every city a level (two if pairs are directed) unless pairs are too few; ``none``, ``node``,
        ``origin-destination``.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    blocks
        Label of each city, as a mapping or a Series by city id; cities change places only within a label. ``"auto"``: blocks
        that keep missing pairs missing, where these let most cities change places; None: no blocks.
    n_permutations
        How many exchanges of cities; 0 to rely on dyadic-robust errors alone. A p-value near 5 % is drawn anew, as in
        `decay_test`.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0, as
        sna and asnipe count, see `mantel_test`.
    rng
        Seed or generator.

    Returns
    -------
    GravityResult
        The headline is the test of the first column (impedance, unless there is none). `fitted` feeds
        `residual_corridors`. p-values are two-sided.

    Notes
    -----
    The effects are absorbed exactly in every step of the fit, by an n x n problem. Pairs that a model fits perfectly
    (cities without any flow, and combinations of columns that only empty pairs show) are found and left out.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006). The log of gravity. 10.1162/rest.88.4.641.
    Fally, T. (2015). Structural gravity and fixed effects. 10.1016/j.jinteco.2015.05.005.
    Correia, S., Guimarães, P. and Zylkin, T. (2020). Fast Poisson estimation with high-dimensional fixed effects. 10.1177/1536867X20909691.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> fit_gravity(pairs, flow="flow", n_permutations=99, rng=1).summary()[:36]
    '“Flow” is related to log distance in'
    """
    measure = as_measure(flow, of="corridors")
    by = None if impedance is None else as_measure(impedance, of="corridors")
    check_explained(by, covariates, "the flow", "fit_gravity")
    sample = read_pairs(
        corridors,
        flow=measure.column,
        impedance=None if by is None else by.column,
        covariates=covariates,
        directed=directed,
        caller="fit_gravity",
    )
    model = _set_up(sample, None if by is None else by.column, form, effects)
    fit = model.fit(model.columns, model.names)
    plan, caution = _plan(model, fit, n_permutations, blocks=blocks, rng=rng)
    base = _base_term(measure.column, model, sample)
    tested, null = _test_columns(model, fit, plan, replace(base, note=caution), two_sided=two_sided, rng=rng)
    ends = model.sample.origin, model.sample.destination
    beside = error_terms(base, fit, ends, directed=sample.directed, n_friction=model.n_impedance)
    head = tested[0] if tested else next(row for row in beside if row.se_type == ERRORS["dyadic"])
    n_separated = sample.n_pairs - model.sample.n_pairs
    said = say_gravity(
        head,
        measure=measure,
        by=by if model.n_impedance else None,
        effects=model.effects_name,
        separated=n_separated,
    )
    return GravityResult(
        **headline(head, said),
        n=model.sample.n_cities,
        method=base.method.en,
        null_distribution=null,
        terms=(*tested, *beside),
        choices=_choices(model, plan, caution, n_missing=sample.n_missing, rng=rng),
        question="distance",
        measure=measure,
        names=model.names,
        coefficients=fit.coefficients,
        fitted=_fitted_table(sample, model.sample, fit),
        city_effects=_city_effects(sample, model, fit),
        goodness=_goodness(model.sample, fit),
        regression=fit,
        n_separated=n_separated,
    )


def _plan(
    model: _Model,
    fit: RegressionFit,
    n_permutations: int,
    *,
    blocks: Blocks,
    rng: int | np.random.Generator | None,
) -> tuple[NodePlan | None, Words]:
    """Decide which cities change places and say it; none do where no exchange was asked for."""
    if not n_permutations:
        return None, _NO_EXCHANGE
    return plan_exchange(
        model.sample,
        n_permutations,
        blocks=blocks,
        moved=fit.columns[:, 0],
        weights=fit.weight,
        rng=rng,
        caller="fit_gravity",
    )


def _base_term(flow: str, model: _Model, sample: PairSample) -> Term:
    return Term(
        test="fit_gravity",
        value=flow,
        n_cities=model.sample.n_cities,
        n_pairs=model.sample.n_pairs,
        method=Words(
            f"gravity by Poisson pseudo-likelihood, effects: {model.effects_name}",
            f"泊松伪似然引力模型，{say_levels(model.effects_name).zh}",
        ),
        left_out=say_left_out(sample.n_missing, sample.n_pairs - model.sample.n_pairs),
    )


def _set_up(sample: PairSample, impedance: str | None, form_name: FormName, effects: EffectsName) -> _Model:
    form = None
    if impedance is not None:
        form = build_form(form_name, sample.impedance, label=impedance, caller="fit_gravity")
    n_columns = len(sample.covariate_names) + (0 if form is None else len(form.terms))
    chosen = choose_effects(sample, effects, n_columns, "fit_gravity")
    used = drop_separated(sample, form, chosen)
    columns, names, nodes = build_design(used, form, chosen)
    return _Model(sample=used, columns=columns, names=names, effects=nodes, effects_name=chosen, form=form)


def _test_columns(
    model: _Model, fit: RegressionFit, plan: NodePlan | None, base: Term, *, two_sided: TwoSided, rng: Rng
) -> tuple[list[Term], FloatArray | None]:
    """Test every column by exchanging cities; none where no exchange was asked for."""
    if plan is None:
        return [], None
    return coefficient_tests(
        base,
        model.sample,
        model.columns,
        model.effects,
        fit=fit,
        fit_columns=model.fit,
        plan=plan,
        n_friction=model.n_impedance,
        counts=True,
        two_sided=two_sided,
        rng=rng,
    )


def _choices(
    model: _Model, plan: NodePlan | None, caution: Words, *, n_missing: int, rng: Any
) -> dict[str, Any]:
    return {
        "form": None if model.form is None else model.form.name,
        "effects": model.effects_name,
        "covariates": model.sample.covariate_names,
        "directed": model.sample.directed,
        "null": "" if plan is None else plan.describe().en,
        "rng": rng if isinstance(rng, int) else None,
        "cities_exchanged": 0 if plan is None else plan.n_movable,
        "pairs_missing": n_missing,
        "caution": caution.en,
    }


def _fitted_table(sample: PairSample, used: PairSample, fit: RegressionFit) -> pd.DataFrame:
    expected = np.zeros(sample.n_pairs)
    if used.n_pairs == sample.n_pairs:
        expected = fit.fitted
    else:
        expected[_positions_of(sample, used)] = fit.fitted
    return pd.DataFrame({"observed": sample.flow, "expected": expected}, index=sample.index)


def _positions_of(sample: PairSample, used: PairSample) -> FloatArray:
    """Rows of `sample` that are in `used` (whose cities may be fewer, but keep their order)."""
    place = np.searchsorted(sample.cities, used.cities)
    wanted = place[used.origin] * sample.n_cities + place[used.destination]
    return np.asarray(np.isin(sample.origin * sample.n_cities + sample.destination, wanted))


def _city_effects(sample: PairSample, model: _Model, fit: RegressionFit) -> pd.DataFrame:
    """Levels of the cities, from the part of the predictor that the columns leave."""
    cities = pd.Index(sample.cities, name="city")
    if model.effects is None:
        return pd.DataFrame(index=cities)
    levels = find_levels(fit, model.columns, model.effects)
    n = model.sample.n_cities
    if not model.effects.directed:
        columns = {"effect": levels}
    else:
        shift = float(levels[n:].mean())  # what all origins gain and all destinations lose changes no pair
        columns = {"origin_effect": levels[:n] + shift, "destination_effect": levels[n:] - shift}
    return pd.DataFrame(columns, index=pd.Index(model.sample.cities, name="city")).reindex(cities)


def _goodness(sample: PairSample, fit: RegressionFit) -> dict[str, float]:
    constant = np.full(sample.n_pairs, sample.flow.mean())
    alone = float(FAMILIES["poisson"].loglik(sample.flow, constant).sum())
    measures = goodness_of_fit(sample.flow, fit.fitted)
    return {**measures, "pseudo_r_squared": 1.0 - fit.loglik / alone if alone else math.nan}
