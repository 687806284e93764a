"""Corridors between coasts, between coast and inland, and inland: which are stronger, and is it only distance.

Corridors share cities, so the label of whole cities is moved and every corridor's type follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, mould
from geobri.stats.distributions import student_quantile
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Pairs, prepare_dyads
from geobri.stats.groups.comparison import map_weights
from geobri.stats.groups.placements import MOST_PLACEMENTS, Placements, place_groups, place_on_maps
from geobri.stats.groups.samples import BoolArray, GroupSample
from geobri.stats.multiplicity import max_t
from geobri.stats.pairs import to_matrix
from geobri.stats.places import Column, as_measure, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_types
from geobri.stats.say.terms import JACKKNIFE, say_valueless, say_within_blocks
from geobri.stats.tables import Blocks, need_columns
from geobri.words import NOTHING, Words

__all__ = [
    "CONTRASTS",
    "check_types",
    "corridor_types_test",
    "describe_labels",
    "lay_out_corridors",
    "place_labels",
    "type_contrasts",
    "type_means",
]


CONTRASTS: Final = ((0, 2), (0, 1), (1, 2))
"""Differences of corridor types: 0 both ends in the first group, 1 one end, 2 none."""
_BLOCK: Final = 20_000
MOST: Final = 0.5
"""With no more than this share of the placements that leave every type a corridor, there is no test."""


def lay_out_corridors(
    corridors: pd.DataFrame,
    values: Sequence[Column],
    cities: pd.DataFrame,
    *,
    group: Column = "coastal",
    blocks: Blocks = "auto",
    caller: str,
) -> Pairs:
    """Lay out columns of corridors as pair matrices of labelled cities.

    Parameters
    ----------
    corridors
        One row per undirected pair with `origin`, `destination` and the columns `values`.
    values
        Numeric columns.
    cities
        Table of cities with the column `group`; cities without a label are left out with their corridors.
    group
        Column of truth values.
    blocks
        Labels by city (a mapping or a Series), ``"auto"`` or None; see `prepare_dyads`.
    caller
        Who asks, for the message.

    Returns
    -------
    Pairs
        Matrices, with the group of each city.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a city has no corridor with all values.
    """
    measures = tuple(as_measure(value, of="corridors") for value in values)
    named = [one.column for one in measures]
    need_columns(corridors, ("origin", "destination", *named), of="corridors", caller=caller)
    known = corridors[named].notna().all(axis=1)
    gone, whole = int((~known).sum()), len(corridors)
    corridors = corridors.loc[known]
    if corridors.empty:
        remedy = "Fill them in, or name fewer columns"
        raise DataError(
            mould(caller, f"some corridors must have {named}", f"none of {whole}", remedy),
            zh=f"须有通路的各列均有取值：{whole}条中没有。",
        )
    ends = {*corridors["origin"].astype(str), *corridors["destination"].astype(str)}
    used = cities.loc[[str(city) in ends for city in cities.index]]
    data = read_places(used, [], group=group, caller=caller)
    labels = [str(city) for city in data.table.index]
    inside = corridors["origin"].astype(str).isin(labels) & corridors["destination"].astype(str).isin(labels)
    matrices = {
        name: pd.DataFrame(to_matrix(corridors.loc[inside], name, labels)[0], labels, labels)
        for name in named
    }
    dyads = prepare_dyads(matrices, caller=caller, blocks=blocks)
    left_out = "; ".join(part for part in (data.left_out, say_valueless(gone, whole)) if part)
    return replace(dyads, measures=measures, first=data.first, groups=data.names, left_out=left_out)


def place_labels(
    data: Pairs,
    cities: pd.DataFrame,
    n_permutations: int,
    *,
    maps: bool,
    rng: Rng,
    most: int = MOST_PLACEMENTS,
) -> Placements:
    """Move the label among cities, within blocks if there are any, or over maps as smooth as the observed one.

    Parameters
    ----------
    data
        Corridors with labels.
    cities
        The table of cities, with points for ``maps``.
    n_permutations
        Random placements, where not all are enumerated.
    maps
        Place the label so that it gathers on the map as much as the observed one does; blocks do not apply.
    rng
        Seed or generator.
    most
        Number of placements up to which all are enumerated.

    Returns
    -------
    Placements
        Membership of the first group, shape (R, n).

    Raises
    ------
    DataError
        If the blocks allow no other placement.
    """
    if maps:
        places = cities.set_axis(cities.index.astype(str)).loc[list(data.labels)]
        return place_on_maps(data.first, map_weights(places), n_permutations, rng=rng)
    blocks = data.blocks
    strata = None if blocks is None else pd.factorize(np.array(blocks, dtype=object))[0].astype(np.int64)
    sample = GroupSample(np.zeros(len(data.first)), data.first, strata)
    if not any(True for _ in sample.parts()):
        remedy = "Pass blocks=None, or broader blocks"
        raise DataError(
            mould("place_labels", "some block must hold both groups", "blocks of one group each", remedy),
            zh="至少有一个分组须同时含有两类城市：各分组都只有一类。",
        )
    return place_groups(sample, n_permutations, rng=rng, most=most)


def describe_labels(data: Pairs, placements: Placements) -> Words:
    """Say where the label may lie, and within how many blocks.

    Parameters
    ----------
    data
        Corridors with labels.
    placements
        Where the label lies under the null.

    Returns
    -------
    Words
        The null model in a few words.
    """
    within = NOTHING if data.blocks is None else say_within_blocks(len(set(data.blocks)))
    return placements.describe() + within


def type_means(matrix: FloatArray, seen: BoolArray, placed: BoolArray) -> FloatArray:
    """Give the mean of corridors of each type, for many placements of the label.

    Parameters
    ----------
    matrix
        Symmetric pair matrix, shape (n, n), 0 where nothing is observed.
    seen
        Observed cells, shape (n, n).
    placed
        Membership of the first group, shape (R, n).

    Returns
    -------
    numpy.ndarray
        Means of the types both, mixed and none, shape (R, 3); NaN for a type without corridors.
    """
    means = np.empty((len(placed), 3))
    mask = seen.astype(np.float64)
    for start in range(0, len(placed), _BLOCK):
        inside = placed[start : start + _BLOCK].astype(np.float64)
        sums, counts = _by_type(matrix, inside), _by_type(mask, inside)
        empty = np.full_like(sums, np.nan)  # a sum of no corridors may differ from 0 in its last digit
        means[start : start + _BLOCK] = np.divide(sums, counts, out=empty, where=counts > 0)
    return means


def _by_type(matrix: FloatArray, inside: FloatArray) -> FloatArray:
    """Sum over corridors of each type: both, mixed, none."""
    reach = inside @ matrix
    both = (reach * inside).sum(axis=1) / 2
    mixed = reach.sum(axis=1) - 2 * both
    none = matrix.sum() / 2 - both - mixed
    return np.column_stack([both, mixed, none])


def _by_type_of_each(matrix: FloatArray, first: BoolArray) -> FloatArray:
    """Sum the corridors of each city by type: both, mixed, none; shape (n, 3)."""
    to_first, to_second = matrix[:, first].sum(axis=1), matrix[:, ~first].sum(axis=1)
    nothing = np.zeros_like(to_first)
    return np.column_stack(
        [
            np.where(first, to_first, nothing),
            np.where(first, to_second, to_first),
            np.where(first, nothing, to_second),
        ]
    )


def type_contrasts(matrix: FloatArray, seen: BoolArray, placed: BoolArray) -> FloatArray:
    """Give the differences of means of `CONTRASTS`, for many placements of the label.

    Parameters
    ----------
    matrix
        Symmetric pair matrix, shape (n, n), 0 where nothing is observed.
    seen
        Observed cells, shape (n, n).
    placed
        Membership of the first group, shape (R, n).

    Returns
    -------
    numpy.ndarray
        Shape (R, 3).
    """
    means = type_means(matrix, seen, placed)
    return np.column_stack([means[:, a] - means[:, b] for a, b in CONTRASTS])


def check_types(observed: FloatArray, null: FloatArray, caller: str) -> None:
    """Refuse labels that leave a type without corridors, here or for most placements.

    Parameters
    ----------
    observed
        Statistics of the observed label, any shape.
    null
        The same for every placement, one row each; NaN where it cannot be computed.
    caller
        Who asks, for the message.

    Raises
    ------
    DataError
        If the observed ones, or half of the others, cannot be computed.
    """
    if np.isfinite(observed).all() and np.isfinite(null).all(axis=1).mean() > MOST:
        return
    remedy = "Compare fewer types by another definition, or pass blocks=None"
    came = "a type without corridors, here or for some placement of the label"
    raise DataError(
        mould(caller, "every type must have corridors", came, remedy),
        zh="每类通路都须有通路：在此处或在某些标签放置下，有一类没有通路。",
    )


def _jackknife(data: Pairs) -> FloatArray:
    """Find the standard errors of the contrasts by leaving out one city at a time, shape (3,).

    What a city adds to the sums of each type is taken off those of all, so that nothing is added up n times.
    """
    n, first = len(data.first), data.first[None].astype(np.float64)
    sums, counts = (
        _by_type(one, first) - _by_type_of_each(one, data.first)
        for one in (data.matrices[0], data.seen.astype(np.float64))
    )
    means = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0.5)  # noqa: PLR2004 - whole numbers
    values = np.column_stack([means[:, a] - means[:, b] for a, b in CONTRASTS])
    return np.asarray(np.sqrt((n - 1) / n * ((values - values.mean(axis=0)) ** 2).sum(axis=0)))


@checked
def corridor_types_test(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    group: Column = "coastal",
    maps: bool = False,
    blocks: Blocks = "auto",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    most_placements: int = MOST_PLACEMENTS,
    rng: Rng = None,
    confidence: float = 0.95,
) -> TestResult:
    """Test whether corridors between coastal cities differ from mixed and from inland ones.

    Parameters
    ----------
    cities
        Table of cities with the column `group`.
    corridors
        One row per undirected pair with `origin`, `destination` and the column `value`; pairs without a value
        are left out.
    value
        Numeric column: a score, or a rank with 1 as the best.
    group
        Column of truth values.
    maps
        Draw labels that gather on the map as much as the observed one does, instead of any: for cities whose corridors are
        alike among neighbours, where moving the label freely finds too much. Needs points; blocks do not apply.
    blocks
        Labels within which the coastal label moves, by city (a mapping or a Series); ``"auto"``: blocks that keep
        the missing pairs (domestic ones) where they are; None: no restriction.
    alternative
        ``"greater"``: the type named first has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random placements of the label, where not all are enumerated.
    most_placements
        Number of placements up to which all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals.

    Returns
    -------
    TestResult
        The headline is the difference between corridors with both and with no end at the coast. Rows: the three
        differences with node-jackknife intervals, permutation p-values and max-T adjustment; and the mean of
        each type. `table`: `type, type_zh, mean, pairs`.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, a type has no corridor, or blocks leave no other placement.

    Notes
    -----
    The label moves over cities, and the types of all corridors of a city with it. The null says that the label has
    nothing to do with the corridors at all, distance included: see `corridor_regression_test`. With ``maps``, the null says so
    of labels that gather on the map: where levels of cities are alike over 3,000 km, this rejects 3 to 7 % of true nulls at 5 %,
    and the free label 11 to 27 % (22 and 60 cities).
    """
    data = lay_out_corridors(
        corridors, [value], cities, group=group, blocks=None if maps else blocks, caller="corridor_types_test"
    )
    placements = place_labels(data, cities, n_permutations, maps=maps, rng=rng, most=most_placements)
    matrix, seen = data.matrices[0], data.seen
    observed = type_contrasts(matrix, seen, data.first[None])[0]
    null = type_contrasts(matrix, seen, placements.first)
    check_types(observed, null, "corridor_types_test")
    base = Term(
        test="corridor_types_test",
        value=data.measures[0].column,
        alternative=alternative,
        n_cities=len(data.first),
        n_pairs=data.n_pairs,
        null=describe_labels(data, placements),
        method=Words("random maps of the label", "标签的随机地图")
        if maps
        else Words("node permutation of the label", "置换城市标签"),
        left_out=data.left_out,
    )
    rows = _contrast_rows(data, base, observed, null, placements=placements, confidence=confidence)
    means, called = type_means(matrix, seen, data.first[None])[0], data.groups.types()
    types = [
        replace(base, term=Words(f"mean {name}", f"均值：{name.zh}"), estimate=float(mean))
        for name, mean in zip(called, means, strict=True)
    ]
    counts = _by_type(seen.astype(np.float64), data.first[None].astype(np.float64))[0]
    table = pd.DataFrame(
        {
            "type": [name.en for name in called],
            "type_zh": [name.zh for name in called],
            "mean": means,
            "pairs": counts.round().astype(int),
        }
    )
    result = _result(rows, types, null[:, 0], data, maps=maps, confidence=confidence)
    return replace(result, table=table)


def _contrast_rows(
    data: Pairs,
    base: Term,
    observed: FloatArray,
    null: FloatArray,
    *,
    placements: Placements,
    confidence: float,
) -> list[Term]:
    whole = null[np.isfinite(null).all(axis=1)]
    centre, spread = whole.mean(axis=0), np.where(whole.std(axis=0) > 0, whole.std(axis=0), 1.0)
    joint = max_t(
        (observed - centre) / spread,
        (whole - centre) / spread,
        alternative=base.alternative,
        exact=placements.exact,
    )
    errors = _jackknife(data)
    half = student_quantile(0.5 + confidence / 2, len(data.first) - 1) * errors
    rows, called = [], data.groups.types()
    for place, (a, b) in enumerate(CONTRASTS):
        known = bool(np.isfinite(errors[place]))
        row = replace(
            base,
            term=Words(f"{called[a]} minus {called[b]}", f"{called[a].zh} 减 {called[b].zh}"),
            estimate=float(observed[place]),
            ci_low=float(observed[place] - half[place]) if known else float("nan"),
            ci_high=float(observed[place] + half[place]) if known else float("nan"),
            se=float(errors[place]),
            se_type=JACKKNIFE if known else NOTHING,
            statistic=float(observed[place]),
            null_mean=float(centre[place]),
            null_sd=float(spread[place]),
            p_adjusted=float(joint[place]),
            adjustment="max-T",
            n_tried=len(CONTRASTS),
        )
        rows.append(placements.judged(row, null[:, place]))
    return rows


def _result(
    rows: list[Term], types: list[Term], null: FloatArray, data: Pairs, *, maps: bool, confidence: float
) -> TestResult:
    head = rows[0]
    said = say_types(
        head,
        [one.estimate for one in types],
        measure=data.measures[0],
        names=data.groups,
        maps=maps,
        confidence=confidence,
    )
    return TestResult(
        **headline(head, said),
        n=head.n_cities,
        method=head.method.en,
        null_distribution=null[np.isfinite(null)],
        terms=(*rows, *types),
        choices={"maps": maps, "blocks": data.blocks, "null": head.null.en, "left out": data.left_out},
        question="groups",
        measure=data.measures[0],
    )
