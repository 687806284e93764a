"""Coastal or near: corridor types in a regression without and with distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple, TypedDict

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, Rng
from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.distributions import student_quantile
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Pairs
from geobri.stats.dyads.mrqap import mrqap_test
from geobri.stats.dyads.mrqap_linear import SINGULAR
from geobri.stats.dyads.partial import orthonormal_basis, residualise
from geobri.stats.groups._corridor_labels import check_types, lay_out_corridors, place_labels
from geobri.stats.groups.placements import Placements
from geobri.stats.models.fits import CONSTANT, fit_least_squares
from geobri.stats.null import IntArray
from geobri.stats.places import Column, as_measure
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_types_and_distance
from geobri.stats.say.terms import JACKKNIFE, name_column
from geobri.stats.tables import Blocks
from geobri.words import Words

__all__ = ["corridor_regression_test"]

Distance = Literal["log", "linear"]
_CELLS: Final = 4_000_000
"""Cells of labels by corridors that are held at a time."""
_HELD: Final = Words(
    "held, not tested: labels on maps say nothing of it", "仅作控制，不检验：标签的地图与之无关"
)


class _Draws(TypedDict):
    """What both ways of testing are asked for."""

    alternative: Alternative
    n_permutations: int
    rng: Rng


class _Fit(NamedTuple):
    """One regression: coefficients and their errors, constant first, and a judged row for each covariate."""

    names: tuple[str, ...]
    coefficients: FloatArray
    errors: FloatArray
    tested: tuple[Term, ...]
    null: FloatArray
    choices: Mapping[str, object]


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
    maps: bool = False,
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
    maps
        Draw labels that gather on the map as much as the observed one does, as in `corridor_types_test`, and fit again with each:
        for cities whose corridors are alike among neighbours. Distance and covariates are then held, not tested.
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
    p-values by double semi-partialling (`mrqap_test`), or, with ``maps``, from t of the same regression with the types of each
    label; intervals from leaving out one city at a time (Student t with n - 1 degrees of freedom), because corridors share
    cities. Where levels of cities are alike over 3,000 km, labels that move freely reject 13 to 22 % of true nulls at 5 %, and
    the maps 5 % (22 and 60 cities).
    """
    if form not in ("log", "linear"):
        wanted = Words("form must be 'log' or 'linear'", "函数形式须为'log'或'linear'")
        raise SpecificationError(mould("corridor_regression_test", wanted, Words(repr(form)), "Choose one"))
    measure = as_measure(value, of="corridors")
    columns: list[Column] = [measure, distance, *covariates]
    blocks = None if maps else blocks
    data = lay_out_corridors(
        corridors, columns, cities, group=group, blocks=blocks, caller="corridor_regression_test"
    )
    matrices = _labelled(data)
    apart = _distance(matrices.pop(distance), form)
    response = matrices.pop(measure.column)
    first = {**_type_matrices(data), **matrices}
    second = {**first, f"log {distance}" if form == "log" else distance: apart}
    draws: _Draws = {"alternative": alternative, "n_permutations": n_permutations, "rng": rng}
    if maps:
        placements = place_labels(data, cities, n_permutations, maps=True, rng=rng)
        fits = [_fit_on_maps(data, response, held, placements, alternative) for held in (first, second)]
    else:
        fits = [_fit_exchanging(data, response, held, draws) for held in (first, second)]
    return _result(data, fits[0], fits[1], maps=maps)


def _labelled(data: Pairs) -> dict[str, pd.DataFrame]:
    labels = list(data.labels)
    filled = np.where(data.seen, data.matrices, np.nan)
    return {
        name: pd.DataFrame(matrix, labels, labels) for name, matrix in zip(data.names, filled, strict=True)
    }


def _distance(matrix: pd.DataFrame, form: Distance) -> pd.DataFrame:
    if form == "linear":
        return matrix
    cells = matrix.to_numpy()
    wrong = int((cells[np.isfinite(cells)] <= 0).sum()) // 2
    if wrong:
        came = f"{wrong} of 0 or less"
        raise DataError(
            mould("corridor_regression_test", "distances must be above 0", came, "Use form='linear'"),
            zh=f"距离须大于零：{wrong}条不大于零。",
        )
    return matrix.map(np.log)


def _type_matrices(data: Pairs) -> dict[str, pd.DataFrame]:
    """Dummies of the corridors with both ends and with one end in the first group."""
    labels, ends = list(data.labels), np.add.outer(data.first.astype(int), data.first.astype(int))
    both, one, _ = data.groups.types()
    shown = {both.en: ends == 2, one.en: ends == 1}  # noqa: PLR2004 - both ends
    return {
        name: pd.DataFrame(np.where(data.seen, mask, np.nan).astype(float), labels, labels)
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


def _fit_exchanging(
    data: Pairs, response: pd.DataFrame, columns: dict[str, pd.DataFrame], draws: _Draws
) -> _Fit:
    """Test every coefficient by exchanging cities."""
    within = data.blocks
    blocks = None if within is None else dict(zip(data.labels, within, strict=True))
    found = mrqap_test(response, columns, name=data.measures[0].column, blocks=blocks, **draws)
    errors = _jackknife(response, columns)
    null = found.null_distributions[:, 0]
    return _Fit(found.names, found.coefficients, errors, found.terms[1:], null, found.choices)


def _fit_on_maps(
    data: Pairs,
    response: pd.DataFrame,
    columns: dict[str, pd.DataFrame],
    placements: Placements,
    alternative: Alternative,
) -> _Fit:
    """Test both types of corridors by labels on random maps; what else explains is held."""
    rows, ends = data.positions()
    y = response.to_numpy()[rows, ends]
    cells = np.stack([one.to_numpy()[rows, ends] for one in columns.values()])
    basis = orthonormal_basis(cells[2:], caller="corridor_regression_test")
    observed = _type_statistics(y, basis, data.first[None], rows, ends)[0]
    null = _type_statistics(y, basis, placements.first, rows, ends)
    check_types(observed, null, "corridor_regression_test")
    base = Term(test="corridor_regression_test", alternative=alternative, null=placements.describe())
    tested = [
        placements.judged(
            replace(
                base,
                statistic=float(observed[place]),
                null_mean=float(np.nanmean(null[:, place])),
                null_sd=float(np.nanstd(null[:, place])),
                null_of="statistic",
            ),
            null[:, place],
        )
        for place in range(2)
    ]
    only_held = [replace(base, note=_HELD)] * (len(columns) - 2)
    design = np.vstack([np.ones_like(y)[None], cells]).T
    fit = fit_least_squares(y, design, names=(CONSTANT, *columns), caller="corridor_regression_test")
    errors = _jackknife(response, columns)
    return _Fit(tuple(columns), fit.coefficients, errors, (*tested, *only_held), null[:, 0], {})


def _type_statistics(
    y: FloatArray, basis: FloatArray, placed: BoolArray, rows: IntArray, ends: IntArray
) -> FloatArray:
    """Give t of corridors with both and with one end in the first group, for many labels, shape (R, 2).

    By the theorem of Frisch, Waugh and Lovell both need only what the held columns (`basis`) leave of them and of y: five sums
    for each label. NaN where a label leaves a type without corridors.
    """
    target = residualise(y, basis)
    degrees = len(y) - len(basis) - 2
    found = np.full((len(placed), 2), np.nan)
    step = max(1, _CELLS // len(y))
    for start in range(0, len(placed), step):
        count = placed[start : start + step][:, rows].astype(np.int8) + placed[start : start + step][:, ends]
        types = [(count == wanted).astype(np.float64) for wanted in (2, 1)]
        held = [one @ basis.T for one in types]
        gram = np.empty((len(count), 2, 2))
        for i, j in ((0, 0), (0, 1), (1, 1)):
            shared = types[i].sum(axis=1) if i == j else 0.0  # no corridor is of both types
            gram[:, i, j] = gram[:, j, i] = shared - (held[i] * held[j]).sum(axis=1)
        moments = np.stack([one @ target for one in types], axis=1)
        size = np.sqrt(gram[:, 0, 0] * gram[:, 1, 1])
        usable = (gram[:, 0, 0] * gram[:, 1, 1] - gram[:, 0, 1] ** 2) > SINGULAR * np.maximum(size, 1.0) ** 2
        inverse = np.linalg.inv(gram[usable])
        slopes = np.einsum("rij,rj->ri", inverse, moments[usable])
        left = target @ target - (slopes * moments[usable]).sum(axis=1)
        variance = np.maximum(left, 0.0)[:, None] / degrees * np.einsum("rii->ri", inverse)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[start : start + step][usable] = slopes / np.sqrt(variance)
    return found


def _rows(base: Term, fit: _Fit, title: Words, called: Mapping[str, Words]) -> list[Term]:
    half = student_quantile(0.975, base.n_cities - 1) * fit.errors
    return [
        replace(
            base,
            term=Words(f"{name}, {title.en}", f"{called.get(name, name_column(name)).zh}，{title.zh}"),
            estimate=float(fit.coefficients[place]),
            ci_low=float(fit.coefficients[place] - half[place]),
            ci_high=float(fit.coefficients[place] + half[place]),
            se=float(fit.errors[place]),
            se_type=JACKKNIFE,
            statistic=judged.statistic,
            p_value=judged.p_value,
            mc_error=judged.mc_error,
            null_mean=judged.null_mean,
            null_sd=judged.null_sd,
            null_of=judged.null_of,
            note=judged.note,
        )
        for place, (name, judged) in enumerate(zip(fit.names, fit.tested, strict=True), 1)
    ]


def _result(data: Pairs, without: _Fit, held: _Fit, *, maps: bool) -> TestResult:
    base = Term(
        test="corridor_regression_test",
        value=data.measures[0].column,
        alternative=held.tested[0].alternative,
        n_cities=len(data.first),
        n_pairs=data.n_pairs,
        null=held.tested[0].null,
        method=Words("regression, random maps of the label", "回归，标签的随机地图")
        if maps
        else Words("MRQAP, double semi-partialling", "MRQAP，双重半偏置换"),
        left_out=data.left_out,
    )
    types = data.groups.types()
    called = {one.en: one for one in types}
    plain = _rows(base, without, Words("without distance", "不控制距离"), called)
    kept = _rows(base, held, Words("with distance", "控制距离"), called)
    head, before = kept[0], plain[0]
    change = replace(
        base,
        term=Words(f"{types[0]}, change when distance is held", f"{types[0].zh}，控制距离后的变化"),
        estimate=head.estimate - before.estimate,
    )
    said = say_types_and_distance(before, head, measure=data.measures[0], names=data.groups, maps=maps)
    return TestResult(
        **headline(head, said),
        n=head.n_cities,
        method=base.method.en,
        null_distribution=held.null[np.isfinite(held.null)],
        terms=(*plain, *kept, change),
        choices={**held.choices, "maps": maps, "left out": data.left_out},
        question="groups",
        measure=data.measures[0],
    )
