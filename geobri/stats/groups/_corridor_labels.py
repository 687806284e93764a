"""Corridors whose cities are of two groups: laid out, labelled anew, and summed by type.

Corridors share cities, so the label of whole cities is moved and every corridor's type follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, Rng
from geobri.errors import DataError, mould
from geobri.stats.dyads.inputs import Pairs, prepare_dyads
from geobri.stats.groups.comparison import map_weights
from geobri.stats.groups.placements import MOST_PLACEMENTS, Placements, place_groups, place_on_maps
from geobri.stats.groups.samples import GroupSample
from geobri.stats.pairs import to_matrix
from geobri.stats.places import Column, as_measure, read_places
from geobri.stats.results import FloatArray
from geobri.stats.say.terms import say_valueless, say_within_blocks
from geobri.stats.tables import Blocks, need_columns
from geobri.words import NOTHING, Words

__all__ = [
    "CONTRASTS",
    "check_types",
    "describe_labels",
    "lay_out_corridors",
    "place_labels",
    "sums_by_type",
    "type_contrasts",
    "type_means",
]

CONTRASTS: Final = ((0, 2), (0, 1), (1, 2))
"""Differences of corridor types: 0 both ends in the first group, 1 one end, 2 none."""


_BLOCK: Final = 20_000
"""Placements whose sums are held at a time."""
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
    """Lay out columns of corridors as pair matrices of labelled cities."""
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
    """Move the label among cities, within blocks if there are any, or over maps as smooth as the observed one."""
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
    """Say where the label may lie, and within how many blocks."""
    within = NOTHING if data.blocks is None else say_within_blocks(len(set(data.blocks)))
    return placements.describe() + within


def type_means(matrix: FloatArray, seen: BoolArray, placed: BoolArray) -> FloatArray:
    """Give the mean of corridors of each type for many placements of the label, shape (R, 3); NaN for a type without corridors."""
    means = np.empty((len(placed), 3))
    mask = seen.astype(np.float64)
    for start in range(0, len(placed), _BLOCK):
        inside = placed[start : start + _BLOCK].astype(np.float64)
        sums, counts = sums_by_type(matrix, inside), sums_by_type(mask, inside)
        empty = np.full_like(sums, np.nan)  # a sum of no corridors may differ from 0 in its last digit
        means[start : start + _BLOCK] = np.divide(sums, counts, out=empty, where=counts > 0)
    return means


def sums_by_type(matrix: FloatArray, inside: FloatArray) -> FloatArray:
    """Sum over corridors with both, one and no end in the first group (0 and 1, shape (R, n)), shape (R, 3)."""
    reach = inside @ matrix  # of each city, over its corridors with the first group
    both = (reach * inside).sum(axis=1) / 2  # each corridor is met from both of its ends
    mixed = reach.sum(axis=1) - 2 * both
    none = matrix.sum() / 2 - both - mixed
    return np.column_stack([both, mixed, none])


def type_contrasts(matrix: FloatArray, seen: BoolArray, placed: BoolArray) -> FloatArray:
    """Give the differences of means of `CONTRASTS` for many placements of the label, shape (R, 3)."""
    means = type_means(matrix, seen, placed)
    return np.column_stack([means[:, a] - means[:, b] for a, b in CONTRASTS])


def check_types(observed: FloatArray, null: FloatArray, caller: str) -> None:
    """Refuse labels that leave a type without corridors, here or for most placements."""
    if np.isfinite(observed).all() and np.isfinite(null).all(axis=1).mean() > MOST:
        return
    remedy = "Compare fewer types by another definition, or pass blocks=None"
    came = "a type without corridors, here or for some placement of the label"
    raise DataError(
        mould(caller, "every type must have corridors", came, remedy),
        zh="每类通路都须有通路：在此处或在某些标签放置下，有一类没有通路。",
    )
