"""Fit a decay function to the flows of corridors, by any of the estimators."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.notebooks import Told
from geobri.stats.doors import checked
from geobri.stats.flows.forms import DecayForm, FormName, build_form
from geobri.stats.models.effects import NodeEffects, build_effects
from geobri.stats.models.fits import OfRegression, RegressionFit, fit_least_squares, fit_likelihood
from geobri.stats.models.overdispersion import fit_negative_binomial
from geobri.stats.models.quantiles import fit_quantile
from geobri.stats.models.separation import find_separated_pairs
from geobri.stats.places import Column, as_measure
from geobri.stats.results import FloatArray
from geobri.stats.say.terms import name_model
from geobri.stats.tables import PairSample, read_pairs
from geobri.stats.threads import on_one_thread
from geobri.words import Words

__all__ = [
    "ESTIMATORS",
    "DecayFit",
    "EffectsName",
    "EstimatorName",
    "build_design",
    "check_explained",
    "choose_effects",
    "drop_separated",
    "estimate",
    "fit_decay",
]

EstimatorName = Literal["loglinear", "poisson", "negative-binomial", "quantile"]
"""The estimators of a decay model."""
ESTIMATORS: tuple[EstimatorName, ...] = get_args(EstimatorName)
"""Names of all estimators."""
EffectsName = Literal["auto", "none", "node", "origin-destination"]
"""Which levels of the cities a decay model holds."""

NEEDS_POSITIVE_FLOW = ("loglinear", "quantile")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DecayFit(OfRegression, Told):
    """A decay function with its parameters.

    Attributes
    ----------
    form
        The decay function.
    estimator
        How it was fitted.
    effects
        ``none``, ``node`` or ``origin-destination``.
    friction
        Parameters of the form, shape (q,); positive where flow falls.
    regression
        The regression behind it: coefficients are the negative friction, then covariates, then the constant.
    sample
        The pairs that were used.
    n_separated
        Pairs left out because the model fits them perfectly (cities without any flow).
    quantile
        Which quantile was fitted, for ``quantile``.
    """

    form: DecayForm
    estimator: EstimatorName
    effects: EffectsName
    friction: FloatArray
    regression: RegressionFit
    sample: PairSample
    n_separated: int
    quantile: float = 0.5

    @property
    def reference(self) -> float:
        """Impedance against which a half-distance is measured: 0 where the form is finite there, else the smallest."""
        return 0.0 if self.form.starts_at_zero else float(self.sample.impedance.min())

    def decay(self, impedance: FloatArray) -> FloatArray:
        """Give the expected flow relative to the one at the reference impedance.

        Parameters
        ----------
        impedance
            Shape (N,).

        Returns
        -------
        numpy.ndarray
            1 at the reference, shape (N,).
        """
        start = self.form.log_decay(np.array([self.reference]), self.friction)
        return np.asarray(np.exp(self.form.log_decay(impedance, self.friction) - start))

    def elasticity(self, impedance: float | None = None) -> float:
        """Give the percent by which flow falls per percent of impedance.

        Parameters
        ----------
        impedance
            Where; at the geometric mean of the pairs by default.

        Returns
        -------
        float
            Elasticity with its sign turned, positive where flow falls.
        """
        where = (
            float(np.exp(np.log(self.sample.impedance[self.sample.impedance > 0]).mean()))
            if impedance is None
            else impedance
        )
        return self.form.elasticity(where, self.friction)

    def summary(self, lang: Literal["en", "zh"] = "en") -> str:
        """Say which function was fitted how, and what was found.

        Parameters
        ----------
        lang
            Language.

        Returns
        -------
        str
            Coefficients (the negative friction first) with naive errors, constant, half-distance, AIC and BIC.
        """
        half = self.half_distance()
        at = Words(f"half-distance {half:,.4g}", f"半衰距离{half:,.4g}")
        title = Words(
            f"{self.form.name} decay by {self.estimator} ({at.en})",
            f"{name_model(self.form.name).zh}衰减，{name_model(self.estimator).zh}估计（{at.zh}）",
        )
        return self.regression.summary(lang, title=title)

    def half_distance(self, reference: float | None = None) -> float:
        """Find the impedance at which the expected flow is half of what it is at a reference.

        Parameters
        ----------
        reference
            By default 0 for forms that are finite there, else the smallest observed impedance.

        Returns
        -------
        float
            In the unit of the impedance; infinite if the flow does not fall to a half.
        """
        return self.form.half_impedance(self.friction, self.reference if reference is None else reference)


@checked
@on_one_thread
def fit_decay(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column = "distance_km",
    form: FormName = "power",
    estimator: EstimatorName = "poisson",
    effects: EffectsName = "none",
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    quantile: float = 0.5,
) -> DecayFit:
    """Fit a decay function to flows.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow and impedance.
    flow
        Column of the flow or its measure, at least 0; above 0 for ``loglinear`` and ``quantile``.
    impedance
        Column of the cost of separation (km, hours, money), or its measure.
    form
        Decay function, see `build_form`.
    estimator
        ``poisson`` pseudo-maximum likelihood (zeros stay in, consistent whatever the variance), ``loglinear`` least
        squares on logs, ``negative-binomial`` NB2, ``quantile`` regression on logs.
    effects
        ``none``: a constant; ``node``: a level per city; ``origin-destination``: two levels per city; ``auto``: node
        effects for undirected pairs, origin and destination effects for directed ones.
    covariates
        Further numeric columns.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    quantile
        Which quantile, for ``quantile``.

    Returns
    -------
    DecayFit
        Parameters, half-distance and the regression behind them. For a test, see `decay_test`.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> fit_decay(pairs, flow="flow").friction.round(2).tolist()
    [0.82]
    """
    by = as_measure(impedance, of="corridors").column
    sample = read_pairs(
        corridors,
        flow=as_measure(flow, of="corridors").column,
        impedance=by,
        covariates=covariates,
        directed=directed,
        caller="fit_decay",
    )
    return fit_sample(
        sample,
        build_form(form, sample.impedance, label=by, caller="fit_decay"),
        estimator=estimator,
        effects=effects,
        quantile=quantile,
    )


def fit_sample(
    sample: PairSample,
    form: DecayForm,
    *,
    estimator: EstimatorName,
    effects: EffectsName,
    quantile: float = 0.5,
    caller: str = "fit_decay",
) -> DecayFit:
    """Fit a decay function to pairs that were read already.

    Parameters
    ----------
    sample
        The pairs.
    form
        Decay function.
    estimator, effects, quantile
        As in `fit_decay`.
    caller
        Function that asks, for the message.

    Returns
    -------
    DecayFit
        The fit.
    """
    check_estimator(sample, estimator, caller)
    chosen = choose_effects(sample, effects, 1 + len(sample.covariate_names), caller)
    used = drop_separated(sample, form, chosen) if estimator in ("poisson", "negative-binomial") else sample
    columns, names, nodes = build_design(used, form, chosen)
    fit = estimate(used.flow, columns, names, nodes, estimator=estimator, quantile=quantile, caller=caller)
    return DecayFit(
        form=form,
        estimator=estimator,
        effects=chosen,
        friction=-fit.coefficients[: len(form.terms)],
        regression=fit,
        sample=used,
        n_separated=sample.n_pairs - used.n_pairs,
        quantile=quantile,
    )


def check_estimator(sample: PairSample, estimator: EstimatorName, caller: str) -> None:
    """Refuse unknown estimators, and zeros where logs are taken.

    Parameters
    ----------
    sample
        The pairs.
    estimator
        Name of the estimator.
    caller
        Function that asks, for the message.

    Raises
    ------
    SpecificationError
        If the estimator is unknown.
    DataError
        If it needs positive flows and some are 0.
    """
    if estimator not in ESTIMATORS:
        remedy = f"Choose one of {', '.join(ESTIMATORS)}"
        raise SpecificationError(
            mould(
                caller,
                Words("estimator must be known", "估计方法（estimator）须为已知的名称"),
                Words(repr(estimator)),
                remedy,
            )
        )
    zero = sample.flow == 0
    if estimator in NEEDS_POSITIVE_FLOW and zero.any():
        came = f"{int(zero.sum())} of {sample.n_pairs} rows equal to 0 (first: {first_offenders(sample.index[zero][:1])})"
        remedy = 'Drop them, or pass estimator="poisson", which accepts zeros'
        raise DataError(
            mould(caller, f"flow must be positive for estimator={estimator!r}", came, remedy),
            zh=f"此估计方法要求流量为正：{sample.n_pairs}行中有{int(zero.sum())}行为零。",
        )


def check_explained(by: Measure | None, covariates: Sequence[str], what: str, caller: str) -> None:
    """Ask for something that explains a model of pairs, at least.

    Parameters
    ----------
    by
        The impedance, if there is one.
    covariates
        Names of the columns of pairs.
    what
        What is to be explained, for the message.
    caller
        Who asks, for the message.

    Raises
    ------
    SpecificationError
        If there is neither.
    """
    if by is None and not len(covariates):
        wanted = Words(f"needs an impedance or a covariate to explain {what}", "须给出阻抗或协变量作为解释")
        raise SpecificationError(mould(caller, wanted, "neither", "Name one"))


def choose_effects(sample: PairSample, effects: EffectsName, n_columns: int, caller: str) -> EffectsName:
    """Decide which effects a model gets.

    Parameters
    ----------
    sample
        The pairs.
    effects
        What was asked for.
    n_columns
        Columns of the model besides the effects.
    caller
        Function that asks, for the message.

    Returns
    -------
    str
        ``none``, ``node`` or ``origin-destination``; ``auto`` becomes ``none`` where effects would leave less than one
        pair in three to judge by.

    Raises
    ------
    SpecificationError
        If the effects are unknown, or directed for undirected pairs.
    """
    if effects not in get_args(EffectsName) or (effects == "origin-destination" and not sample.directed):
        came = f"{effects!r} for {'directed' if sample.directed else 'undirected'} pairs"
        remedy = "Choose 'auto', 'none' or 'node' ('origin-destination' for directed pairs)"
        raise SpecificationError(
            mould(caller, Words("effects must fit the pairs", "城市效应须与城市对相符"), came, remedy)
        )
    if effects != "auto":
        return effects
    n_effects = 2 * sample.n_cities - 1 if sample.directed else sample.n_cities
    if 3 * (n_effects + n_columns) > 2 * sample.n_pairs:
        return "none"
    return "origin-destination" if sample.directed else "node"


def drop_separated(sample: PairSample, form: DecayForm | None, effects: EffectsName) -> PairSample:
    """Leave out the empty pairs that a count model fits perfectly.

    Parameters
    ----------
    sample
        The pairs.
    form
        Decay function of the model, or None.
    effects
        Effects of the model.

    Returns
    -------
    PairSample
        The same sample, or fewer pairs (and fewer cities).
    """
    if not (sample.flow == 0).any():
        return sample
    columns, _, nodes = build_design(sample, form, effects)
    gone = find_separated_pairs(sample.flow, columns, nodes)
    return sample.take(~gone).recode() if gone.any() else sample


def build_design(
    sample: PairSample, form: DecayForm | None, effects: EffectsName
) -> tuple[FloatArray, tuple[str, ...], NodeEffects | None]:
    """Lay out the columns of a decay model.

    Parameters
    ----------
    sample
        The pairs.
    form
        Decay function; None leaves impedance out.
    effects
        ``none``, ``node`` or ``origin-destination``.

    Returns
    -------
    tuple
        Columns (impedance terms, covariates, constant if there are no effects), their names, and the effects.
    """
    basis = np.empty((sample.n_pairs, 0)) if form is None else form.basis(sample.impedance)
    names = (*(() if form is None else form.terms), *sample.covariate_names)
    columns = np.column_stack([basis, sample.covariates])
    if effects == "none":
        return np.column_stack([columns, np.ones(sample.n_pairs)]), (*names, "constant"), None
    nodes = build_effects(
        sample.origin, sample.destination, sample.n_cities, directed=effects == "origin-destination"
    )
    return columns, names, nodes


def estimate(
    flow: FloatArray,
    columns: FloatArray,
    names: Sequence[str],
    effects: NodeEffects | None,
    *,
    estimator: EstimatorName,
    quantile: float = 0.5,
    caller: str = "fit_decay",
) -> RegressionFit:
    """Run one of the estimators.

    Parameters
    ----------
    flow
        Response, shape (N,).
    columns
        Shape (N, k).
    names
        Names of the columns.
    effects
        Node effects, or None.
    estimator
        Which one. For ``loglinear`` and ``quantile`` the response is the log of the flow.
    quantile
        Which quantile, for ``quantile``.
    caller
        Function that asks, for the message.

    Returns
    -------
    RegressionFit
        The fit. The likelihood of ``loglinear`` and ``quantile`` is that of the flow, not of its log, so that criteria
        compare.
    """
    if estimator == "poisson":
        return fit_likelihood(flow, columns, names=names, effects=effects, caller=caller)
    if estimator == "negative-binomial":
        return fit_negative_binomial(flow, columns, names=names, effects=effects, caller=caller)
    logs = np.log(flow)
    if estimator == "loglinear":
        fit = fit_least_squares(logs, columns, names=names, effects=effects, caller=caller)
    else:
        fit = fit_quantile(logs, columns, names=names, quantile=quantile, effects=effects, caller=caller)
    return replace(fit, loglik=fit.loglik - float(logs.sum()) if math.isfinite(fit.loglik) else fit.loglik)
