"""What a reader should know before quoting a rank: what is missing, filled, modelled, lost, or follows from the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import first_offenders
from geobri.score.aggregate import STRUCK_BY_ZERO
from geobri.score.coherence import find_double_counting
from geobri.score.gather import PairColumn
from geobri.score.prepare import Inputs, size_of
from geobri.score.spec import ROOT, IndexSpec, Indicator

__all__ = ["say_cautions"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
Frames: TypeAlias = Mapping[str, pd.DataFrame]
_NO_WEIGHT: Final = 1e-9
_MORE_PARTNERS_MORE: Final = frozenset({"sum", "count", "top_k", "breadth"})


def say_cautions(
    inputs: Inputs,
    columns: list[PairColumn],
    frames: Frames,
    importance: Mapping[str, FloatArray],
    *,
    staying: BoolArray,
    unused: Sequence[str],
) -> tuple[str, ...]:
    """Say what a reader should know before quoting a rank.

    Parameters
    ----------
    inputs
        Index, cities and the pairs that stay.
    columns
        The indicators, imputed.
    frames
        Scores by level.
    importance
        Share of every node within its parent as used, by level, in the order of `IndexSpec.nodes`.
    staying
        Cities that were not screened out, shape (n,).
    unused
        Indicators of the flows that the index does not use.

    Returns
    -------
    tuple of str
        Sentences.
    """
    said = (
        [f"Flows hold indicators that the index does not use: {first_offenders(unused)}."] if unused else []
    )
    said += _say_missing(inputs, columns, staying)
    said += _say_sizes(inputs, staying)
    said += _say_filled(columns)
    said += _say_modelled(inputs.spec, columns)
    said += _say_unscored(frames)
    said += _say_departures(inputs, staying, frames)
    said += _say_partners(inputs, staying)
    for level, frame in frames.items():
        said += _say_struck(inputs.spec, level, frame) + _say_weightless(
            inputs.spec, level, importance[level]
        )
    return (*said, *_say_double_counting(inputs.spec, frames))


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _say_missing(inputs: Inputs, columns: list[PairColumn], staying: BoolArray) -> list[str]:
    """Count what is still missing: pairs, and for an attribute cities."""
    of_pairs, of_cities = [], []
    for column in columns:
        name = column.indicator.name
        if column.attribute is None:
            gaps = int(np.isnan(column.pair).sum())
            of_pairs += [f"{name} ({_count(gaps, 'pair', 'pairs')})"] if gaps else []
        elif (gone := column.attribute.missing & staying).any():
            of_cities.append(f"{name} ({first_offenders(inputs.cities.index[gone])})")
    said = []
    if of_pairs:
        rule = inputs.spec.choices.city_missing
        said.append(f"Values are missing and were not imputed: {', '.join(of_pairs)}; city_missing={rule!r}.")
    if of_cities:
        said.append(f"Attributes are missing and were not imputed: {', '.join(of_cities)}.")
    return said


def _say_sizes(inputs: Inputs, staying: BoolArray) -> list[str]:
    """Name the cities whose value is missing because their size is."""
    gone = []
    for name, leaves in _by_denominator(inputs.spec).items():
        without = np.isnan(size_of(inputs, leaves[0])) & staying
        if without.any():
            listed = first_offenders(leaf.name for leaf in leaves)
            gone.append(f"{name} of {first_offenders(inputs.cities.index[without])} (for {listed})")
    return (
        [f"Denominators are missing, so that nothing can be divided by them: {'; '.join(gone)}."]
        if gone
        else []
    )


def _by_denominator(spec: IndexSpec) -> dict[str, list[Indicator]]:
    by: dict[str, list[Indicator]] = {}
    for leaf in spec.indicators:
        if leaf.denominator is not None:
            by.setdefault(leaf.denominator, []).append(leaf)
    return by


def _say_filled(columns: list[PairColumn]) -> list[str]:
    filled = []
    for column in columns:
        cities = 0 if column.attribute is None else int(column.attribute.filled.sum())
        pairs = int(column.filled.sum()) if column.attribute is None else 0
        if cities or pairs:
            counted = _count(cities, "city", "cities") if cities else _count(pairs, "pair", "pairs")
            filled.append(f"{column.indicator.name} ({counted})")
    return [f"Values were imputed: {', '.join(filled)}."] if filled else []


def _say_modelled(spec: IndexSpec, columns: list[PairColumn]) -> list[str]:
    modelled = [column.indicator.name for column in columns if column.modelled]
    if not modelled or not spec.choices.corridors:
        return []
    listed = first_offenders(modelled)
    return [f"Pair values are modelled from attributes or memberships of cities, not observed: {listed}."]


def _say_unscored(frames: Frames) -> list[str]:
    said = []
    for level, frame in frames.items():
        without = frame.index[frame[ROOT].isna()]
        if len(without):
            said.append(
                f"{len(without)} of {len(frame)} {level} without an overall score: {first_offenders(without)}."
            )
    return said


def _say_departures(inputs: Inputs, staying: BoolArray, frames: Frames) -> list[str]:
    """Say who was screened out, and which scores leave the scale that a reference set."""
    gone = inputs.cities.index[~staying]
    said = [f"Left out for lack of coverage: {first_offenders(gone)}."] if len(gone) else []
    if inputs.spec.choices.normaliser != "minmax" or inputs.spec.choices.normaliser_params:
        return said
    for level, frame in frames.items():
        scores = frame[ROOT]
        beyond = frame.index[(scores < -1e-9) | (scores > 100 + 1e-9)]  # noqa: PLR2004 - the ends of the scale
        if len(beyond):
            said.append(
                f"Beyond the 0-100 of the reference lie {len(beyond)} of {len(scores)} {level}: {first_offenders(beyond)}."
            )
    return said


def _say_partners(inputs: Inputs, staying: BoolArray) -> list[str]:
    ends = np.concatenate([inputs.universe.first, inputs.universe.second])
    partners = np.bincount(ends, minlength=len(inputs.cities))[staying]
    summed = [
        leaf.name
        for leaf in inputs.spec.indicators
        if leaf.kind != "city" and leaf.city_rule in _MORE_PARTNERS_MORE
    ]
    if not summed or partners.min() == partners.max():
        return []
    listed, rule = first_offenders(summed), inputs.spec.choices.domestic
    said = f"Cities have {partners.min()} to {partners.max()} partners (domestic={rule!r}); "
    return [f"{said}city values that are summed favour those with more: {listed}."]


def _say_struck(spec: IndexSpec, level: str, frame: pd.DataFrame) -> list[str]:
    """Count the units that a mean without compensation sets to 0 because one of their children is 0."""
    own = {node.name: node.aggregator for node in spec.dimensions}
    said = []
    for node in (ROOT, *own):
        method = own.get(node) or spec.choices.aggregator
        children = list(spec.children(node))
        power = spec.choices.aggregator_params.get("power", 0.5) if method == "generalised" else 1.0
        if (method not in STRUCK_BY_ZERO and power > 0) or not children:
            continue
        struck = (frame[node] == 0) & (frame[children] > 0).any(axis=1)
        if struck.any():
            said.append(
                f"{struck.sum()} of {frame[node].notna().sum()} {level} have 0 in {node}, whatever else they have, because "
                f"one of its parts is 0 and the mean is {method}. Normalise to 1-100 (scale = [1, 100]) to keep them apart."
            )
    return said


def _say_weightless(spec: IndexSpec, level: str, importance: FloatArray) -> list[str]:
    """Name what weights from the data leave without any weight; stated importances of 0 are the user's own."""
    own = {node.name: node.weighting for node in spec.dimensions}
    methods = {node: own.get(parent) or spec.choices.weighting for node, parent in spec.parents.items()}
    gone = [
        node
        for node, share in zip(spec.nodes, importance, strict=True)
        if methods.get(node, "given") != "given" and share < _NO_WEIGHT
    ]
    if not gone or (level == "corridors" and not spec.choices.corridors):
        return []
    return [f"At the level of {level} the data give no weight at all to {first_offenders(gone)}."]


def _say_double_counting(spec: IndexSpec, frames: Frames) -> list[str]:
    level = "corridors" if spec.choices.corridors else "cities"
    double = find_double_counting(frames[level], spec)
    return [f"At the level of {level}, {sentence}" for sentence in double["warning"]]
