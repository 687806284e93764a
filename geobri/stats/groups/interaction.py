"""Interaction: does the coast matter more in some dimensions (sea, rail, policy) than in others.

Each dimension is standardised, and the mean over the dimensions is taken off every city or corridor. What is
left says in which dimensions a city is better or worse than it usually is. If the coast raised all dimensions
alike, this profile would have nothing to do with the coast, and that is what moving the label tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, Rng
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.groups._corridor_labels import (
    check_types,
    describe_labels,
    lay_out_corridors,
    place_labels,
    type_contrasts,
)
from geobri.stats.groups.placements import Placements, place_groups
from geobri.stats.groups.samples import GroupSample
from geobri.stats.multiplicity import max_t
from geobri.stats.places import Column, drop_composites, read_places
from geobri.stats.results import FloatArray, Term, TestResult
from geobri.stats.say import GroupNames, say_interaction
from geobri.stats.say.terms import WITHIN_STRATA
from geobri.stats.tables import Blocks
from geobri.words import NOTHING, Words

__all__ = ["city_interaction_test", "corridor_interaction_test", "profiles"]

FEWEST_DIMENSIONS = 2


def profiles(columns: FloatArray) -> FloatArray:
    """Standardise every dimension and take off the mean over dimensions.

    Parameters
    ----------
    columns
        One row per unit and one column per dimension, shape (n, d).

    Returns
    -------
    numpy.ndarray
        Shape (n, d); rows add up to 0.
    """
    z = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.asarray(z - z.mean(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentence speaks of."""

    kept: list[Measure]
    dropped: list[Measure]
    names: GroupNames
    strata: Measure | None = None
    corridors: bool = False
    maps: bool = False


def _check_dimensions(kept: list[Measure], caller: str) -> None:
    distinct = {one.column for one in kept}
    if len(distinct) < FEWEST_DIMENSIONS or len(distinct) < len(kept):
        came = f"{[one.column for one in kept]}"
        raise SpecificationError(
            mould(
                caller,
                Words(
                    "an interaction needs two dimensions at least, each named once",
                    "交互作用至少需要两个维度，各写一次",
                ),
                came,
                "Name more columns",
            )
        )


@checked
def city_interaction_test(
    cities: pd.DataFrame,
    values: Sequence[Column],
    *,
    group: Column = "coastal",
    strata: Column | None = None,
    n_permutations: int = 9999,
    rng: Rng = None,
) -> TestResult:
    """Test whether coastal and inland cities differ more in some dimensions than in others.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without all values and a label are left out.
    values
        Numeric columns, one per dimension, all with the same direction.
    group
        Column of truth values.
    strata
        Column within whose labels the label moves.
    n_permutations
        Random placements of the label, where not all are enumerated.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline is the sum of squares of the differences of profiles, large ones against the null. One row per dimension:
        its difference in standard deviations beyond the mean of all dimensions, with p-value (twice the smaller tail, at most
        1) and max-T adjustment.

    Raises
    ------
    SpecificationError
        If there are fewer than two dimensions.
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a dimension is constant.
    """
    caller = "city_interaction_test"
    kept, dropped = drop_composites(values)
    _check_dimensions(kept, caller)
    data = read_places(cities, kept, group=group, strata=strata, caller=caller)
    spreads = zip(kept, np.ptp(data.columns, axis=0), strict=True)
    flat = [one.column for one, spread in spreads if spread == 0]
    if flat:
        raise DataError(
            mould(caller, "every dimension must vary", f"constant: {first_offenders(flat)}", "Leave it out"),
            zh=f"每个维度的取值都须有差异：{len(flat)}个维度取值不变。",
        )
    left = profiles(data.columns)
    placements = place_groups(GroupSample(left[:, 0], data.first, data.strata), n_permutations, rng=rng)

    def contrast(place: int, placed: BoolArray) -> FloatArray:
        inside = placed @ left[:, place]
        m = placed.sum(axis=1)
        return np.asarray(inside / m + inside / (placed.shape[1] - m))

    base = Term(
        test=caller,
        n_cities=len(left),
        null=placements.describe() + (NOTHING if strata is None else WITHIN_STRATA),
        method=Words("placement of the label, profiles", "标签放置，轮廓"),
        left_out=data.left_out,
    )
    told = _Told(kept, dropped, data.names, data.stratified_by)
    return _finish(told, contrast, data.first, placements, base)


@checked
def corridor_interaction_test(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    values: Sequence[Column],
    *,
    group: Column = "coastal",
    maps: bool = False,
    blocks: Blocks = "auto",
    n_permutations: int = 9999,
    rng: Rng = None,
) -> TestResult:
    """Test whether coastal corridors are stronger in some dimensions (rail, sea, policy) than in others.

    Parameters
    ----------
    cities
        Table of cities with the column `group`.
    corridors
        One row per undirected pair with `origin`, `destination` and all columns; pairs without all values are
        left out.
    values
        Numeric columns, one per dimension, all with the same direction.
    group
        Column of truth values.
    maps
        Draw labels that gather on the map as much as the observed one does, as in `corridor_types_test`.
    blocks
        As in `corridor_types_test`.
    n_permutations
        Random placements of the label, where not all are enumerated.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline is the sum of squares of the differences of profiles between corridors with both ends and
        with no end at the coast, large ones against the null. One row per dimension, as in `city_interaction_test`.

    Raises
    ------
    SpecificationError
        If there are fewer than two dimensions.
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a city has no corridor with all values.
    """
    caller = "corridor_interaction_test"
    kept, dropped = drop_composites(values)
    _check_dimensions(kept, caller)
    blocks = None if maps else blocks
    data = lay_out_corridors(corridors, kept, cities, group=group, blocks=blocks, caller=caller)
    matrices = data.spread(profiles(data.columns().T).T)
    placements = place_labels(data, cities, n_permutations, maps=maps, rng=rng)

    def contrast(place: int, placed: BoolArray) -> FloatArray:
        return type_contrasts(matrices[place], data.seen, placed)[:, 0]

    base = Term(
        test=caller,
        n_cities=len(data.first),
        n_pairs=data.n_pairs,
        null=describe_labels(data, placements),
        method=Words("random maps of the label, profiles", "标签的随机地图，轮廓")
        if maps
        else Words("node permutation of the label, profiles", "置换城市标签，轮廓"),
        left_out=data.left_out,
    )
    told = _Told(kept, dropped, data.groups, corridors=True, maps=maps)
    return _finish(told, contrast, data.first, placements, base)


def _finish(
    told: _Told,
    contrast: Callable[[int, BoolArray], FloatArray],
    first: BoolArray,
    placements: Placements,
    base: Term,
) -> TestResult:
    count = len(told.kept)
    observed = np.array([contrast(place, first[None])[0] for place in range(count)])
    null = np.column_stack([contrast(place, placements.first) for place in range(count)])
    check_types(observed, null, base.test)
    whole = null[np.isfinite(null).all(axis=1)]
    centre, spread = whole.mean(axis=0), np.where(whole.std(axis=0) > 0, whole.std(axis=0), 1.0)
    t, t_null = (observed - centre) / spread, (null - centre) / spread
    total_null = (t_null**2).sum(axis=1)
    head = placements.judged(
        replace(
            base,
            value=", ".join(one.column for one in told.kept),
            term=Words("interaction of group and dimension", "分组与维度的交互"),
            statistic=float((t**2).sum()),
            alternative="greater",
        ),
        total_null,
    )
    joint = max_t(t, (whole - centre) / spread, exact=placements.exact)
    rows = [
        placements.judged(
            replace(
                base,
                value=one.column,
                term=Words(
                    "difference beyond the mean of all dimensions, in standard deviations",
                    "超出各维度均值的差异（标准差）",
                ),
                estimate=float(observed[place]),
                statistic=float(t[place]),
                null_mean=float(centre[place]),
                null_sd=float(spread[place]),
                p_adjusted=float(joint[place]),
                adjustment="max-T",
                n_tried=count,
            ),
            t_null[:, place],
        )
        for place, one in enumerate(told.kept)
    ]
    return _result(told, head, rows, total_null)


def _result(told: _Told, head: Term, rows: list[Term], null: FloatArray) -> TestResult:
    ordered = sorted(zip(told.kept, (row.estimate for row in rows), strict=True), key=lambda one: one[1])
    said = say_interaction(
        head,
        ordered[-1],
        ordered[0],
        count=len(rows),
        names=told.names,
        corridors=told.corridors,
        strata=told.strata,
        dropped=told.dropped,
        maps=told.maps,
    )
    return TestResult(
        statistic=head.statistic,
        p_value=head.p_value,
        alternative="greater",
        n=head.n_cities,
        method=head.method.en,
        null_distribution=null[np.isfinite(null)],
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(head, *rows),
        choices={"maps": told.maps, "null": head.null.en, "dimensions": tuple(row.value for row in rows)},
        question="groups",
    )
