"""Corridors between coasts, between coast and inland, and inland: which are stronger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, Rng
from geobri.stats.distributions import student_quantile
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Pairs
from geobri.stats.groups._corridor_labels import (
    CONTRASTS,
    check_types,
    describe_labels,
    lay_out_corridors,
    place_labels,
    sums_by_type,
    type_contrasts,
    type_means,
)
from geobri.stats.groups.placements import MOST_PLACEMENTS, Placements
from geobri.stats.multiplicity import max_t
from geobri.stats.places import Column
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_types
from geobri.stats.say.terms import JACKKNIFE
from geobri.stats.tables import Blocks
from geobri.words import NOTHING, Words

__all__ = ["corridor_types_test"]


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


def _jackknife(data: Pairs) -> FloatArray:
    """Find the standard errors of the contrasts by leaving out one city at a time, shape (3,).

    What a city adds to the sums of each type is taken off those of all, so that nothing is added up n times.
    """
    n, first = len(data.first), data.first[None].astype(np.float64)
    sums, counts = (
        sums_by_type(one, first) - _by_type_of_each(one, data.first)
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
    counts = sums_by_type(seen.astype(np.float64), data.first[None].astype(np.float64))[0]
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
