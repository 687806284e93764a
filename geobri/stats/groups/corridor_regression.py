"""Coastal or near: corridor types in a regression without and with distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.dyads.mrqap import MrqapResult, mrqap_test
from geobri.stats.groups.corridor_types import CorridorData, Rng, lay_out_corridors
from geobri.stats.places import Column, as_measure
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import say_types_and_distance
from geobri.stats.say.terms import JACKKNIFE, name_column
from geobri.stats.tables import Blocks
from geobri.words import Words

__all__ = ["corridor_regression_test"]

Distance = Literal["log", "linear"]


@checked
def corridor_regression_test(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    group: Column = "coastal",
    distance: str = "distance_km",
    form: Distance = "log",
    covariates: Sequence[str] = (),
    blocks: Blocks = "auto",
    alternative: Alternative = "two-sided",
    n_permutations: int = 1999,
    rng: Rng = None,
) -> TestResult:
    """Tell coastal from near: test corridor types without and with distance held.

    Coasts lie along coasts, so coastal cities may simply be nearer to each other, or farther. Two regressions
    with the same corridors, once without and once with distance, show how much of the difference is distance.

    Parameters
    ----------
    cities
        Table of cities with the column `group`.
    corridors
        One row per undirected pair with `origin`, `destination`, `value`, the distance and the covariates.
    value
        Numeric column to be explained.
    group
        Column of truth values.
    distance
        Column of distances, above 0 for ``form="log"``.
    form
        ``"log"`` or ``"linear"``.
    covariates
        Further numeric columns of the corridors, held in both regressions.
    blocks
        As in `corridor_types_test`.
    alternative
        Direction of the alternative for every coefficient. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Permutations of cities, at least.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline is the difference between both ends and no end at the coast, with distance held. Rows: the
        coefficients of both regressions (reference: no end at the coast), and the change of the headline.

    Raises
    ------
    SpecificationError
        If the form is unknown.
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If distances are not positive, or coefficients cannot be estimated.

    Notes
    -----
    p-values by double semi-partialling (`mrqap_test`); intervals from leaving out one city at a time (Student t with
    n - 1 degrees of freedom), because corridors share cities.
    """
    if form not in ("log", "linear"):
        wanted = "form must be 'log' or 'linear'"
        raise SpecificationError(mould("corridor_regression_test", wanted, repr(form), "Choose one"))
    measure = as_measure(value, of="corridors")
    columns: list[Column] = [measure, distance, *covariates]
    data = lay_out_corridors(
        corridors, columns, cities, group=group, blocks=blocks, caller="corridor_regression_test"
    )
    matrices = _labelled(data)
    apart = _distance(matrices.pop(distance), form)
    response = matrices.pop(measure.column)
    types = _type_matrices(data)
    choices: dict[str, Any] = {
        "alternative": alternative,
        "n_permutations": n_permutations,
        "name": measure.column,
        "rng": rng,
        "blocks": data.dyads.blocks and dict(zip(data.dyads.labels, data.dyads.blocks, strict=True)),
    }
    title = f"log {distance}" if form == "log" else distance
    first = {**types, **matrices}
    second = {**first, title: apart}
    fits = (mrqap_test(response, first, **choices), mrqap_test(response, second, **choices))
    errors = (_jackknife(response, first), _jackknife(response, second))
    return _result(data, fits, errors, alternative)


def _labelled(data: CorridorData) -> dict[str, pd.DataFrame]:
    labels = list(data.dyads.labels)
    filled = np.where(data.dyads.seen, data.dyads.matrices, np.nan)
    return {
        name: pd.DataFrame(matrix, labels, labels)
        for name, matrix in zip(data.dyads.names, filled, strict=True)
    }


def _distance(matrix: pd.DataFrame, form: Distance) -> pd.DataFrame:
    if form == "linear":
        return matrix
    cells = matrix.to_numpy()
    wrong = int((cells[np.isfinite(cells)] <= 0).sum()) // 2
    if wrong:
        came = f"{wrong} of 0 or less"
        raise DataError(
            mould("corridor_regression_test", "distances must be above 0", came, "Use form='linear'")
        )
    return matrix.map(np.log)


def _type_matrices(data: CorridorData) -> dict[str, pd.DataFrame]:
    """Dummies of the corridors with both ends and with one end in the first group."""
    labels, ends = list(data.dyads.labels), np.add.outer(data.first.astype(int), data.first.astype(int))
    shown = {data.names[0].en: ends == 2, data.names[1].en: ends == 1}  # noqa: PLR2004 - both ends
    return {
        name: pd.DataFrame(np.where(data.dyads.seen, mask, np.nan).astype(float), labels, labels)
        for name, mask in shown.items()
    }


def _jackknife(response: pd.DataFrame, columns: dict[str, pd.DataFrame]) -> FloatArray:
    """Find standard errors by leaving out one city with all its corridors at a time, constant first.

    The sums of squares of a city's corridors are taken off those of all, so that nothing is fitted n times.
    """
    rows, ends = np.triu_indices(len(response), 1)
    cells = np.column_stack([np.ones(len(rows)), *(one.to_numpy()[rows, ends] for one in columns.values())])
    y = response.to_numpy()[rows, ends]
    kept = np.isfinite(y) & np.isfinite(cells).all(axis=1)
    x, y, rows, ends = cells[kept], y[kept], rows[kept], ends[kept]
    table = np.column_stack([x, y])
    products = np.einsum("pi,pj->pij", x, table)
    own = np.zeros((len(response), *products.shape[1:]))
    np.add.at(own, rows, products)
    np.add.at(own, ends, products)
    left = products.sum(axis=0) - own
    fits = np.stack([np.linalg.lstsq(one[:, :-1], one[:, -1], rcond=None)[0] for one in left])
    n = len(fits)
    return np.asarray(np.sqrt((n - 1) / n * ((fits - fits.mean(axis=0)) ** 2).sum(axis=0)))


def _rows(
    base: Term, fit: MrqapResult, errors: FloatArray, title: Words, called: Mapping[str, Words]
) -> list[Term]:
    half = float(student.ppf(0.975, base.n_cities - 1)) * errors
    return [
        replace(
            base,
            term=Words(f"{name}, {title.en}", f"{called.get(name, name_column(name)).zh}，{title.zh}"),
            estimate=float(fit.coefficients[place]),
            ci_low=float(fit.coefficients[place] - half[place]),
            ci_high=float(fit.coefficients[place] + half[place]),
            se=float(errors[place]),
            se_type=JACKKNIFE,
            statistic=float(fit.statistics[place - 1]),
            p_value=float(fit.p_values[place - 1]),
        )
        for place, name in enumerate(fit.names, 1)
    ]


def _result(
    data: CorridorData,
    fits: tuple[MrqapResult, MrqapResult],
    errors: tuple[FloatArray, FloatArray],
    alternative: Alternative,
) -> TestResult:
    without, held = fits
    base = Term(
        test="corridor_regression_test",
        value=data.measures[0].column,
        alternative=alternative,
        n_cities=len(data.first),
        n_pairs=data.dyads.n_pairs,
        null=held.terms[0].null,
        method=Words("MRQAP, double semi-partialling", "MRQAP，双重半偏置换"),
        left_out=data.left_out,
    )
    called = {one.en: one for one in data.names}
    plain = _rows(base, without, errors[0], Words("without distance", "不控制距离"), called)
    kept = _rows(base, held, errors[1], Words("with distance", "控制距离"), called)
    head, before = kept[0], plain[0]
    change = replace(
        base,
        term=Words(f"{data.names[0]}, change when distance is held", f"{data.names[0].zh}，控制距离后的变化"),
        estimate=head.estimate - before.estimate,
    )
    said = say_types_and_distance(before, head, measure=data.measures[0], names=data.groups)
    return TestResult(
        statistic=head.statistic,
        p_value=head.p_value,
        alternative=alternative,
        n=head.n_cities,
        method=base.method.en,
        null_distribution=held.null_distribution,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(*plain, *kept, change),
        choices={**held.choices, "left out": data.left_out},
        question="groups",
        measure=data.measures[0],
    )
