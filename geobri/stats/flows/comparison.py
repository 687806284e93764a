"""Which decay function, and which estimator: criteria within the sample, losses on cities that were left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.flows.fits import DecayFit, EffectsName, EstimatorName, build_design, fit_sample
from geobri.stats.flows.forms import FORMS, DecayForm, FormName, build_form
from geobri.stats.models.families import FAMILIES, negative_binomial
from geobri.stats.pairs import FEWEST_CITIES
from geobri.stats.places import Column, as_measure
from geobri.stats.results import FloatArray
from geobri.stats.tables import PairSample, read_pairs
from geobri.stats.threads import on_one_thread
from geobri.words import Words

__all__ = ["compare_decay", "cross_validate", "fold_cities"]


@checked
@on_one_thread
def compare_decay(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column = "distance_km",
    forms: Sequence[FormName] = FORMS,
    estimators: Sequence[EstimatorName] = ("poisson",),
    effects: EffectsName = "auto",
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    folds: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Compare decay functions and estimators by criteria and by cross-validation over cities.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow and impedance.
    flow
        Column of the flow, or its measure.
    impedance
        Column of the cost of separation, or its measure.
    forms
        Decay functions to compare.
    estimators
        Estimators to compare. ``loglinear`` and ``quantile`` refuse zeros.
    effects
        Effects of the models behind the criteria. A city that was left out has no level, so that cross-validation
        always uses the model with covariates only.
    covariates
        Further columns (sizes of cities, say); the better they stand for size, the more cross-validation tells.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    folds
        Number of groups of cities that are left out in turn; every city on its own by default up to 30 cities, else 10.
    rng
        Seed or generator for the groups.

    Returns
    -------
    pandas.DataFrame
        One row per form and estimator, best cross-validated deviance first: `form, estimator, n_parameters, loglik, aic,
        bic, deviance, half_distance, elasticity, cv_loss, cv_loss_se, cv_deviance, n_pairs`.

    Notes
    -----
    `aic` and `bic` are on the scale of the flow for every estimator, but for ``poisson`` they take counts as Poisson and
    favour rich forms when flows are overdispersed. `cv_loss` is the loss that the estimator minimises; `cv_deviance` the
    Poisson deviance per pair of the predicted mean (``loglinear`` with Duan's smearing; none for ``quantile``), the
    same for all estimators. `cv_loss_se` is the standard error over cities left out.

    References
    ----------
    Duan, N. (1983). Smearing estimate: a nonparametric retransformation method. 10.1080/01621459.1983.10478017.
    """
    by = as_measure(impedance, of="corridors").column
    sample = read_pairs(
        corridors,
        flow=as_measure(flow, of="corridors").column,
        impedance=by,
        covariates=covariates,
        directed=directed,
        caller="compare_decay",
    )
    groups = fold_cities(sample.n_cities, folds, rng=rng)
    rows = []
    for name in forms:
        form = build_form(name, sample.impedance, label=by, caller="compare_decay")
        for estimator in estimators:
            fit = fit_sample(sample, form, estimator=estimator, effects=effects, caller="compare_decay")
            rows.append({**_criteria(fit), **cross_validate(sample, form, estimator, groups)})
    table = pd.DataFrame(rows)
    return table.sort_values(["cv_deviance", "cv_loss", "aic"], kind="stable", ignore_index=True)


def _criteria(fit: DecayFit) -> dict[str, object]:
    regression = fit.regression
    return {
        "form": fit.form.name,
        "estimator": fit.estimator,
        "effects": fit.effects,
        "n_parameters": regression.n_parameters,
        "loglik": regression.loglik,
        "aic": regression.aic,
        "bic": regression.bic,
        "deviance": regression.deviance,
        "half_distance": fit.half_distance(),
        "elasticity": -fit.elasticity(),
        "n_pairs": fit.sample.n_pairs,
    }


@checked
def fold_cities(
    n_cities: int, folds: int | None = None, *, rng: int | np.random.Generator | None = None
) -> FloatArray:
    """Put cities into groups that are left out in turn.

    Parameters
    ----------
    n_cities
        Number of cities n.
    folds
        Number of groups; every city on its own by default up to 30 cities, else 10.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        Group of each city, shape (n,).

    Raises
    ------
    SpecificationError
        If there are fewer than two groups, or more than cities.
    """
    most = 30
    count = (n_cities if n_cities <= most else 10) if folds is None else folds
    if not 2 <= count <= n_cities:  # noqa: PLR2004 - one group would leave nothing to learn from
        came = f"{count} folds for {n_cities} cities"
        raise SpecificationError(
            mould(
                "fold_cities",
                Words("needs from 2 folds to one per city", "折数须在2与城市数之间"),
                came,
                "Leave folds out",
            )
        )
    return np.random.default_rng(rng).permutation(np.arange(n_cities) % count)


@checked
def cross_validate(
    sample: PairSample, form: DecayForm, estimator: EstimatorName, groups: FloatArray
) -> dict[str, float]:
    """Predict the pairs of cities that were left out.

    Parameters
    ----------
    sample
        The pairs.
    form
        Decay function, with its knots as placed by all pairs.
    estimator
        Estimator.
    groups
        Group of each city, shape (n,).

    Returns
    -------
    dict
        `cv_loss, cv_loss_se, cv_deviance`; NaN if a fold leaves fewer than four cities.

    Notes
    -----
    A fold trains on pairs without, and tests on pairs with, a city of the group; a pair may be tested in two folds.
    """
    one, other = groups[sample.origin], groups[sample.destination]
    losses, deviances, sizes = [], [], []
    for group in np.unique(groups):
        held = (one == group) | (other == group)
        if not held.any():
            continue
        train = sample.take(~held)
        if len(np.unique(np.concatenate([train.origin, train.destination]))) < FEWEST_CITIES:
            return dict.fromkeys(("cv_loss", "cv_loss_se", "cv_deviance"), math.nan)
        loss, deviance = _predict_fold(train, sample.take(held), form, estimator)
        losses.append(loss.mean())
        deviances.append(deviance.mean())
        sizes.append(int(held.sum()))
    share = np.array(sizes) / np.sum(sizes)
    return {
        "cv_loss": float(share @ losses),
        "cv_loss_se": float(np.std(losses, ddof=1) / math.sqrt(len(losses))),
        "cv_deviance": float(share @ deviances),
    }


def _predict_fold(
    train: PairSample, test: PairSample, form: DecayForm, estimator: EstimatorName
) -> tuple[FloatArray, FloatArray]:
    """Loss of the estimator and Poisson deviance of each held-out pair."""
    try:
        fit = fit_sample(train, form, estimator=estimator, effects="none", caller="compare_decay").regression
    except DataError:
        return np.full(test.n_pairs, math.nan), np.full(test.n_pairs, math.nan)
    predictor = build_design(test, form, "none")[0] @ fit.coefficients
    if estimator in ("poisson", "negative-binomial"):
        deviance = FAMILIES["poisson"].deviance(test.flow, np.exp(predictor))
        if estimator == "poisson":
            return deviance, deviance
        return -negative_binomial(fit.dispersion).loglik(test.flow, np.exp(predictor)), deviance
    missed = np.log(test.flow) - predictor
    if estimator == "quantile":
        return np.abs(missed) / 2, np.full(test.n_pairs, math.nan)
    smeared = np.exp(predictor) * float(np.mean(np.exp(fit.score)))
    return missed**2, FAMILIES["poisson"].deviance(test.flow, smeared)
