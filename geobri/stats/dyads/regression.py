"""Regression of a score of pairs, which may be 0 or negative, with errors and a test that know that pairs share cities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, SpecificationError, mould
from geobri.measures import Measure
from geobri.stats.blocks import plan_exchange
from geobri.stats.doors import checked
from geobri.stats.flows.fits import EffectsName, build_design, choose_effects
from geobri.stats.models.fits import OfRegression, RegressionFit, fit_least_squares
from geobri.stats.models.robust import error_terms
from geobri.stats.models.score_test import coefficient_tests
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.p_values import TwoSided
from geobri.stats.places import Column, as_measure
from geobri.stats.progress import shows_progress
from geobri.stats.results import FloatArray, Term, TestResult, headline
from geobri.stats.say import say_regression
from geobri.stats.say.terms import name_column, say_levels
from geobri.stats.tables import Blocks, PairSample, need_columns, read_pairs, say_left_out
from geobri.stats.threads import on_one_thread
from geobri.words import NOTHING, Words

__all__ = ["PairRegressionResult", "pair_regression_test"]

MOST_LEVELS = 500
"""Levels of fixed effects beyond cities are columns; more than these do not fit into memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PairRegressionResult(OfRegression, TestResult):
    """A finished regression of a score of pairs; the headline is that of the first covariate.

    Attributes
    ----------
    names
        Names of the covariates.
    coefficients
        Shape (p,).
    r_squared
        Share of the variance that covariates explain beyond all fixed effects.
    fitted
        `observed, expected` of each row that was used, indexed as the table.
    regression
        The regression behind it: its first p columns are the covariates.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    r_squared: float
    fitted: pd.DataFrame
    regression: RegressionFit


@checked
@shows_progress
@on_one_thread
def pair_regression_test(
    corridors: pd.DataFrame,
    value: Column,
    covariates: Sequence[str] = ("distance_km",),
    *,
    effects: EffectsName = "auto",
    fixed: Sequence[str] = (),
    clusters: Sequence[str] = (),
    directed: bool | None = None,
    blocks: Blocks = "auto",
    n_permutations: int = 999,
    two_sided: TwoSided = "tails",
    rng: int | np.random.Generator | None = None,
) -> PairRegressionResult:
    """Regress a score of pairs on attributes of pairs, with an effect for every city.

    Least squares, for scores and other numbers that may be 0 or negative; for flows see `fit_gravity`. Every city gets a
    level, which takes over whatever makes its pairs strong. Each coefficient is tested by exchanging cities, and has an
    interval from that test; naive, heteroskedasticity-robust (HC1), two-way and dyadic-robust errors stand beside it.

    Parameters
    ----------
    corridors
        One row per pair, or per pair and year (product, …) if `fixed` names the columns that tell them apart.
    value
        Column to explain, or its measure, whose label the sentence then uses.
    covariates
        Numeric columns of pairs; the first one makes the headline. Take logs first where a change in percent is meant.
    effects
        ``auto`` gives every city a level (two if pairs are directed) unless pairs are too few; ``none``, ``node``,
        ``origin-destination``.
    fixed
        Columns with further fixed effects, one level per value each: ``year``, ``product``. Rows of one pair must
        differ in them.
    clusters
        Columns by which errors are clustered in a further row each.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    blocks
        Label of each city, as a mapping or a Series by city id; cities change places only within a label. ``"auto"``: blocks
        that keep missing pairs missing, where these let most cities change places; None: no blocks.
    n_permutations
        How many exchanges of cities, at least. A pair takes all its years along. A p-value near 5 % is drawn
        anew, as in `decay_test`.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0, as
        sna and asnipe count, see `mantel_test`.
    rng
        Seed or generator.

    Returns
    -------
    PairRegressionResult
        One row per covariate and kind of error. p-values are two-sided.

    Raises
    ------
    SpecificationError
        If there is no covariate.
    DataError
        If effects take a covariate over, or nothing is left to judge by.

    References
    ----------
    Dekker, D., Krackhardt, D. and Snijders, T. A. B. (2007). Sensitivity of MRQAP tests. 10.1007/s11336-007-9016-1.
    Cameron, A. C. and Miller, D. L. (2014). Robust inference for dyadic data. Working paper, UC Davis.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> table = simulate_corridors(12, friction=1.0, noise=0.5, rng=1)
    >>> table["score"] = np.log(table["expected"]) - 2
    >>> table["log_km"] = np.log(table["distance_km"])
    >>> result = pair_regression_test(table, "score", ["log_km"], rng=1)
    >>> round(float(result.coefficients[0]), 6)
    -1.0
    """
    if not len(covariates):
        remedy = "Name at least one column of pairs"
        raise SpecificationError(
            mould("pair_regression_test", Words("needs a covariate", "至少需要一个协变量"), "none", remedy)
        )
    measure = as_measure(value, of="corridors")
    need_columns(corridors, (*fixed, *clusters), of="corridors", caller="pair_regression_test")
    fixed, clusters = tuple(fixed), tuple(clusters)
    sample = read_pairs(
        corridors,
        flow=measure.column,
        impedance=None,
        covariates=covariates,
        directed=directed,
        signed=True,
        layers=fixed,
        caller="pair_regression_test",
    )
    rows = (
        corridors.loc[sample.index]
        if corridors.index.is_unique
        else corridors[_complete(corridors, [measure.column, *covariates])]
    )
    model = _set_up(sample, rows, fixed, effects)
    fit = model.fit(model.columns, model.names)
    plan, caution = plan_exchange(
        sample,
        n_permutations,
        blocks=blocks,
        moved=fit.columns[:, 0],
        rng=rng,
        caller="pair_regression_test",
    )
    terms, null = _terms(
        model,
        fit,
        plan,
        rows,
        value=measure.column,
        clusters=clusters,
        caution=caution,
        two_sided=two_sided,
        rng=rng,
    )
    choices = _choices(model, plan, caution, clusters=clusters, rng=rng)
    return _result(model, fit, terms, null, measure=measure, choices=choices)


def _choices(
    model: _Model, plan: NodePlan, caution: Words, *, clusters: Sequence[str], rng: Any
) -> dict[str, Any]:
    return {
        "effects": model.effects,
        "fixed": model.fixed,
        "clusters": tuple(clusters),
        "directed": model.sample.directed,
        "null": plan.describe().en,
        "cities_exchanged": plan.n_movable,
        "pairs_missing": model.sample.n_missing,
        "rng": rng if isinstance(rng, int) else None,
        "caution": caution.en,
    }


def _result(
    model: _Model,
    fit: RegressionFit,
    terms: tuple[Term, ...],
    null: FloatArray,
    *,
    measure: Measure,
    choices: dict[str, Any],
) -> PairRegressionResult:
    """Put sentence, rows and numbers of a finished regression together."""
    sample, count = model.sample, len(model.sample.covariate_names)
    said = say_regression(
        terms[:count], measure=measure, levels=model.nodes is not None, rows=sample.layer is not None
    )
    return PairRegressionResult(
        **headline(terms[0], said),
        n=sample.n_cities,
        method=terms[0].method.en,
        null_distribution=null,
        terms=terms,
        choices=choices,
        question="distance",
        measure=measure,
        names=sample.covariate_names,
        coefficients=fit.coefficients[:count],
        r_squared=_share_explained(model, fit, count),
        fitted=pd.DataFrame({"observed": sample.flow, "expected": fit.fitted}, index=sample.index),
        regression=fit,
    )


def _complete(corridors: pd.DataFrame, named: list[str]) -> npt.NDArray[np.bool_]:
    return np.asarray(corridors[named].notna().all(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    sample: PairSample
    columns: FloatArray
    names: tuple[str, ...]
    nodes: Any
    effects: EffectsName
    fixed: tuple[str, ...]

    def fit(
        self, columns: FloatArray, names: Sequence[str], known: FloatArray | None = None
    ) -> RegressionFit:
        y = self.sample.flow if known is None else self.sample.flow - known
        return fit_least_squares(y, columns, names=names, effects=self.nodes, caller="pair_regression_test")


def _set_up(sample: PairSample, rows: pd.DataFrame, fixed: Sequence[str], effects: EffectsName) -> _Model:
    further, names = _levels(rows, fixed)
    n_columns = len(sample.covariate_names) + len(names)
    chosen = choose_effects(sample, effects, n_columns, "pair_regression_test")
    columns, own, nodes = build_design(sample, None, chosen)
    return _Model(
        sample=sample,
        columns=np.column_stack([columns, further]),
        names=(*own, *names),
        nodes=nodes,
        effects=chosen,
        fixed=tuple(fixed),
    )


def _levels(rows: pd.DataFrame, fixed: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Columns of 0 and 1 for all levels but the first of each column, which the constant or the cities stand for.

    Rows that do not say theirs have a level of their own, as where rows of one pair are told apart.
    """
    made = [
        pd.get_dummies(
            rows[name].astype("category"),
            prefix=name,
            drop_first=True,
            dummy_na=bool(rows[name].isna().any()),
            dtype=float,
        )
        for name in fixed
    ]
    names = [str(name) for one in made for name in one.columns]
    if len(names) > MOST_LEVELS:
        came = f"{len(names)} levels of {', '.join(fixed)}"
        remedy = "Use columns with fewer values, or take their means out beforehand"
        raise DataError(
            mould(
                "pair_regression_test",
                Words(
                    f"at most {MOST_LEVELS} levels beyond cities",
                    f"城市以外的固定效应至多{MOST_LEVELS}个水平",
                ),
                came,
                remedy,
            )
        )
    return (np.column_stack([one.to_numpy() for one in made]) if names else np.empty((len(rows), 0))), names


def _terms(
    model: _Model,
    fit: RegressionFit,
    plan: NodePlan,
    rows: pd.DataFrame,
    *,
    value: str,
    clusters: Sequence[str],
    caution: Words,
    two_sided: TwoSided,
    rng: Rng,
) -> tuple[tuple[Term, ...], FloatArray]:
    sample = model.sample
    levels, fixed = say_levels(model.effects), ", ".join(model.fixed)
    beyond = Words(f", fixed effects: {fixed}", f"，固定效应：{fixed}") if fixed else NOTHING
    base = Term(
        test="pair_regression_test",
        value=value,
        n_cities=sample.n_cities,
        n_pairs=sample.n_pairs,
        method=Words(f"least squares, city effects: {model.effects}", f"最小二乘，{levels.zh}") + beyond,
        left_out=say_left_out(sample.n_missing, 0),
    )
    tested, null = coefficient_tests(
        replace(base, note=caution),
        sample,
        model.columns,
        model.nodes,
        fit=fit,
        fit_columns=model.fit,
        plan=plan,
        n_tested=len(sample.covariate_names),
        two_sided=two_sided,
        rng=rng,
    )
    groups: dict[str, IntArray] = {
        name: pd.factorize(rows[name], use_na_sentinel=False)[0].astype(np.intp) for name in clusters
    }
    ends = sample.origin, sample.destination
    beside = error_terms(base, fit, ends, directed=sample.directed, clusters=groups)
    wanted = {name_column(name) for name in sample.covariate_names}
    return (*tested, *(row for row in beside if row.term in wanted)), null


def _share_explained(model: _Model, fit: RegressionFit, count: int) -> float:
    others = model.columns[:, count:]
    alone = model.fit(others, model.names[count:]) if others.shape[1] or model.nodes is not None else None
    centred = model.sample.flow - model.sample.flow.mean()
    total = float(centred @ centred) if alone is None else alone.deviance
    return 1.0 - fit.deviance / total if total > 0 else float("nan")
