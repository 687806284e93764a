"""Yes-no corridors: what decides whether there is a link at all (a direct flight, a treaty, a train)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import SchemaError, SpecificationError, mould
from geobri.stats.blocks import plan_exchange
from geobri.stats.doors import checked
from geobri.stats.flows.fits import EffectsName, build_design, check_explained, choose_effects
from geobri.stats.flows.forms import FormName, build_form
from geobri.stats.models.effects import NodeEffects
from geobri.stats.models.families import FAMILIES
from geobri.stats.models.fits import OfRegression, RegressionFit, fit_likelihood
from geobri.stats.models.robust import error_terms
from geobri.stats.models.score_test import coefficient_tests
from geobri.stats.models.separation import check_not_separated
from geobri.stats.null import NodePlan
from geobri.stats.p_values import TwoSided
from geobri.stats.places import Column, as_measure
from geobri.stats.progress import shows_progress
from geobri.stats.results import FloatArray, Term, TestResult, headline
from geobri.stats.say import say_presence
from geobri.stats.say.terms import say_levels
from geobri.stats.tables import Blocks, PairSample, read_pairs
from geobri.stats.threads import on_one_thread
from geobri.words import Words

__all__ = ["LinkName", "PresenceResult", "presence_test"]

LinkName = Literal["logit", "probit"]
"""The link functions of a model of links that are there or not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PresenceResult(OfRegression, TestResult):
    """A fitted presence model.

    Attributes
    ----------
    names
        Names of the columns.
    coefficients
        Shape (k,), on the scale of the link; the first belong to impedance and are negative where links thin out.
    fitted
        One row per row of the table that was used: `observed` (0 or 1), `expected` (probability).
    average_effects
        Average change of the probability per unit of each column, shape (k,).
    auc
        Share of pairs of a linked and an unlinked corridor that the model puts in the right order.
    regression
        The regression behind it.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    fitted: pd.DataFrame
    average_effects: FloatArray
    auc: float
    regression: RegressionFit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    sample: PairSample
    columns: FloatArray
    names: tuple[str, ...]
    effects: NodeEffects | None
    effects_name: EffectsName
    link: LinkName
    n_impedance: int

    def fit(
        self, columns: FloatArray, names: Sequence[str], known: FloatArray | None = None
    ) -> RegressionFit:
        return fit_likelihood(
            self.sample.flow,
            columns,
            names=names,
            family=FAMILIES[self.link],
            effects=self.effects,
            offset=known,
            caller="presence_test",
        )


@checked
@shows_progress
@on_one_thread
def presence_test(
    corridors: pd.DataFrame,
    *,
    presence: Column,
    impedance: Column | None = "distance_km",
    form: FormName = "power",
    covariates: Sequence[str] = (),
    link: LinkName = "logit",
    effects: EffectsName = "none",
    directed: bool | None = None,
    blocks: Blocks = "auto",
    n_permutations: int = 999,
    two_sided: TwoSided = "tails",
    rng: int | np.random.Generator | None = None,
) -> PresenceResult:
    """Test what decides whether a corridor has a link at all.

    A logit or probit model of yes and no, each coefficient tested by exchanging cities, with naive, two-way and
    dyadic-robust errors beside it.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, presence, impedance and covariates.
    presence
        Column with 0 and 1, or False and True.
    impedance
        Column of the cost of separation; None to leave it out.
    form
        Decay function that enters the linear predictor.
    covariates
        Numeric columns of pairs.
    link
        ``logit`` or ``probit``.
    effects
        ``none`` by default: with few partners a city, levels bias the other coefficients away from 0 (incidental
        parameters). With ``none``, give the sizes of cities as covariates.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    blocks
        Label of each city, as a mapping or a Series by city id; cities change places only within a label. ``"auto"``: blocks
        that keep missing pairs missing, where these let most cities change places; None: no blocks.
    n_permutations
        How many exchanges of cities. A p-value near 5 % is drawn anew, as in `decay_test`.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0, as
        sna and asnipe count, see `mantel_test`.
    rng
        Seed or generator.

    Returns
    -------
    PresenceResult
        The headline is the test of the first column (impedance, unless there is none). p-values are two-sided.

    Raises
    ------
    SchemaError
        If presence is anything but yes and no.
    SpecificationError
        If the link is unknown.
    DataError
        If some combination of columns predicts presence without error.

    References
    ----------
    Helpman, E., Melitz, M. and Rubinstein, Y. (2008). Estimating trade flows: trading partners and trading volumes. 10.1162/qjec.2008.123.2.441.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> linked = pairs.assign(linked=pairs["flow"] > pairs["flow"].median())
    >>> presence_test(linked, presence="linked", n_permutations=99, rng=1).n
    10
    """
    measure = as_measure(presence, of="corridors")
    by = None if impedance is None else as_measure(impedance, of="corridors")
    check_explained(by, covariates, "the links", "presence_test")
    model = _read(
        corridors,
        measure.column,
        None if by is None else by.column,
        form=form,
        covariates=covariates,
        link=link,
        effects=effects,
        directed=directed,
    )
    sample = model.sample
    check_not_separated(sample.flow, model.columns, model.effects, caller="presence_test")
    fit = model.fit(model.columns, model.names)
    plan, caution = plan_exchange(
        sample,
        n_permutations,
        blocks=blocks,
        moved=fit.columns[:, 0],
        weights=fit.weight,
        rng=rng,
        caller="presence_test",
    )
    tested, beside, null = _make_rows(
        model, fit, plan, presence=measure.column, caution=caution, two_sided=two_sided, rng=rng
    )
    said = say_presence(tested[0], measure=measure, by=by, link=link, linked=int(sample.flow.sum()))
    return PresenceResult(
        **headline(tested[0], said),
        n=sample.n_cities,
        method=tested[0].method.en,
        null_distribution=null,
        terms=(*tested, *beside),
        choices=_choices(model, plan, caution, rng),
        question="distance",
        measure=measure,
        names=model.names,
        coefficients=fit.coefficients,
        fitted=pd.DataFrame({"observed": sample.flow, "expected": fit.fitted}, index=sample.index),
        average_effects=fit.coefficients * _average_slope(link, fit),
        auc=_area_under_curve(sample.flow, fit.fitted),
        regression=fit,
    )


def _make_rows(
    model: _Model,
    fit: RegressionFit,
    plan: NodePlan,
    *,
    presence: str,
    caution: Words,
    two_sided: TwoSided,
    rng: Rng,
) -> tuple[list[Term], list[Term], FloatArray]:
    """Rows of the exchange of cities and of the errors beside it, and the null distribution of the first column."""
    sample = model.sample
    base = Term(
        test="presence_test",
        value=presence,
        n_cities=sample.n_cities,
        n_pairs=sample.n_pairs,
        method=Words(
            f"{model.link} model, effects: {model.effects_name}",
            f"{model.link} 模型，{say_levels(model.effects_name).zh}",
        ),
    )
    tested, null = coefficient_tests(
        replace(base, note=caution),
        sample,
        model.columns,
        model.effects,
        fit=fit,
        fit_columns=model.fit,
        plan=plan,
        n_friction=model.n_impedance,
        two_sided=two_sided,
        rng=rng,
    )
    ends = sample.origin, sample.destination
    return tested, error_terms(base, fit, ends, directed=sample.directed, n_friction=model.n_impedance), null


def _read(
    corridors: pd.DataFrame,
    presence: str,
    impedance: str | None,
    *,
    form: FormName,
    covariates: Sequence[str],
    link: LinkName,
    effects: EffectsName,
    directed: bool | None,
) -> _Model:
    if link not in ("logit", "probit"):
        raise SpecificationError(
            mould(
                "presence_test",
                Words("link must be known", "连接函数（link）须为已知的名称"),
                Words(repr(link)),
                "Choose 'logit' or 'probit'",
            )
        )
    sample = read_pairs(
        corridors,
        flow=presence,
        impedance=impedance,
        covariates=covariates,
        directed=directed,
        caller="presence_test",
    )
    other = ~np.isin(sample.flow, (0.0, 1.0))
    if other.any():
        came = f"{int(other.sum())} of {sample.n_pairs} rows otherwise (first: {sample.flow[other][0]:g})"
        remedy = "Compare the column with a threshold first"
        raise SchemaError(
            mould(
                "presence_test",
                Words(f"column {presence!r} must hold 0 and 1", f"列{presence!r}须由0和1组成"),
                came,
                remedy,
            )
        )
    shape = (
        None
        if impedance is None
        else build_form(form, sample.impedance, label=impedance, caller="presence_test")
    )
    n_impedance = 0 if shape is None else len(shape.terms)
    chosen = choose_effects(sample, effects, n_impedance + len(covariates), "presence_test")
    columns, names, nodes = build_design(sample, shape, chosen)
    return _Model(
        sample=sample,
        columns=columns,
        names=names,
        effects=nodes,
        effects_name=chosen,
        link=link,
        n_impedance=n_impedance,
    )


def _average_slope(link: LinkName, fit: RegressionFit) -> float:
    """Average derivative of the probability by the linear predictor."""
    if link == "logit":
        return float(np.mean(fit.fitted * (1.0 - fit.fitted)))
    return float(np.mean(np.exp(-(fit.predictor**2) / 2) / np.sqrt(2 * np.pi)))


def _area_under_curve(observed: FloatArray, expected: FloatArray) -> float:
    ranks = pd.Series(expected).rank().to_numpy()
    yes = observed == 1
    n_yes, n_no = int(yes.sum()), int((~yes).sum())
    return float((ranks[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def _choices(model: _Model, plan: NodePlan, caution: Words, rng: Any) -> dict[str, Any]:
    return {
        "link": model.link,
        "effects": model.effects_name,
        "covariates": model.sample.covariate_names,
        "directed": model.sample.directed,
        "null": plan.describe().en,
        "rng": rng if isinstance(rng, int) else None,
        "pairs_missing": model.sample.n_missing,
        "caution": caution.en,
    }
