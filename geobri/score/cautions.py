"""What a reader should know before quoting a rank: what is missing, filled, modelled, lost, or follows from the method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import first_offenders
from geobri.score.aggregate import STRUCK_BY_ZERO
from geobri.score.coherence import find_double_counting
from geobri.score.gather import PairColumn
from geobri.score.prepare import Inputs, size_of
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec, Indicator
from geobri.words import Words

__all__ = ["say_cautions", "say_unused"]

Frames: TypeAlias = Mapping[str, pd.DataFrame]
Said: TypeAlias = tuple[str, str]
"""A sentence in English and in Chinese."""

_FIRST: Final = 3
_NO_WEIGHT: Final = 1e-9
_LEVELS_ZH: Final = {"cities": "城市", "corridors": "通路"}
_COUNTED_ZH: Final = {"cities": "座城市", "corridors": "条通路"}
_METHODS_ZH: Final = {"geometric": "几何", "harmonic": "调和", "generalised": "幂"}
_PAIRED: Final[Mapping[str, Said]] = {
    "exclude": (" (pairs within one country are left out)", "（不计同一国家内的城市对）"),
    "only": (" (only pairs within one country count)", "（只计同一国家内的城市对）"),
}
_MORE_PARTNERS_MORE: Final = frozenset({"sum", "count", "top_k", "breadth"})


def say_cautions(
    inputs: Inputs,
    columns: list[PairColumn],
    frames: Frames,
    importance: Mapping[str, FloatArray],
    *,
    staying: BoolArray,
    unused: Sequence[str],
) -> list[Said]:
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
    list of tuple of str
        Sentences, each in English and in Chinese.
    """
    said = [(one.en, one.zh) for one in say_unused([Words(name) for name in unused])]
    said += _say_missing(inputs, columns, staying)
    said += _say_sizes(inputs, staying)
    said += _say_filled(columns)
    said += _say_modelled(inputs.spec, columns)
    said += _say_unscored(inputs, frames)
    said += _say_departures(inputs, staying, frames)
    said += _say_partners(inputs, staying)
    for level, frame in frames.items():
        said += _say_struck(inputs.spec, level, frame)
        said += _say_weightless(inputs.spec, level, importance[level])
    return said + _say_double_counting(inputs.spec, frames)


def _list(items: Iterable[object]) -> Said:
    """Name the first few, in both languages."""
    names = [str(item) for item in items]
    rest = f"等 {len(names)} 项" if len(names) > _FIRST else ""
    return first_offenders(names, most=_FIRST), "、".join(names[:_FIRST]) + rest


def _name(leaf: Indicator) -> Said:
    return leaf.title or leaf.name, leaf.title_zh or leaf.title or leaf.name


def _titled(leaves: Iterable[Indicator]) -> Said:
    """Name the first few indicators by their titles, in both languages."""
    shown = list(leaves)
    return _list(_name(leaf)[0] for leaf in shown)[0], _list(_name(leaf)[1] for leaf in shown)[1]


def _called(cities: pd.DataFrame, wanted: Iterable[str]) -> tuple[list[str], list[str]]:
    """Call cities what the table calls them, in both languages; by their id where it has no name."""
    rows = cities.reindex(list(wanted))

    def names(column: str, otherwise: Iterable[str]) -> list[str]:
        own = rows[column] if column in rows.columns else [None] * len(rows)
        return [
            name if isinstance(name, str) and name else str(one)
            for name, one in zip(own, otherwise, strict=True)
        ]

    english = names("name", rows.index)
    return english, names("name_zh", english)


def _placed(cities: pd.DataFrame, wanted: pd.Index) -> Said:
    """Name the first few cities, in both languages."""
    en, zh = _called(cities, wanted)
    return _list(en)[0], _list(zh)[1]


def _units(inputs: Inputs, level: str, wanted: pd.Index) -> Said:
    """Name the first few cities or corridors, in both languages."""
    if level == "cities":
        return _placed(inputs.cities, wanted)
    directed = inputs.spec.choices.directed
    ends = inputs.universe.frame(directed=directed).loc[wanted]
    here, there = (_called(inputs.cities, ends[end]) for end in ("origin", "destination"))
    sign = "→" if directed else "–"
    named = (
        [f"{one} {sign} {other}" for one, other in zip(*both, strict=True)]
        for both in zip(here, there, strict=True)
    )
    en, zh = (_list(names) for names in named)
    return en[0], zh[1]


def _title(spec: IndexSpec, node: str) -> Said:
    """Call the index, a dimension or an indicator by its title, in both languages."""
    titles = {one.name: (one.title, one.title_zh) for one in spec.dimensions}
    titles |= {one.name: (one.title, one.title_zh) for one in spec.indicators}
    en, zh = titles.get(node, (spec.title, spec.title_zh))
    return en or node, zh or en or node


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def say_unused(unused: Sequence[Words]) -> list[Words]:
    """Say which indicators of the flows the index does not use.

    Parameters
    ----------
    unused
        What they are called.

    Returns
    -------
    list of Words
        One sentence, or none.
    """
    if not unused:
        return []
    en, zh = _list(one.en for one in unused)[0], _list(one.zh for one in unused)[1]
    return [
        Words(
            f"Flows hold indicators that the index does not use: {en}.", f"流量表中有指数未使用的指标：{zh}。"
        )
    ]


_MISSING: Final = {
    "propagate": ("a city with a missing partner has no score there", "有缺失伙伴的城市在该项没有得分"),
    "observed": ("a city is scored over the partners that are known", "城市只按已知的伙伴计分"),
    "scale": ("sums are scaled up from the known partners to all", "由已知伙伴的合计按比例推至全部伙伴"),
}
"""What missing partners of a city lead to, by `city_missing`."""


def _say_missing(inputs: Inputs, columns: list[PairColumn], staying: BoolArray) -> list[Said]:
    """Count what is still missing: pairs, and for an attribute cities."""
    of_pairs: list[Said] = []
    of_cities: list[Said] = []
    for column in columns:
        (name, name_zh) = _name(column.indicator)
        if column.attribute is None:
            gaps = int(np.isnan(column.pair).sum())
            of_pairs += (
                [(f"{name} ({_count(gaps, 'pair', 'pairs')})", f"{name_zh}（{gaps} 对）")] if gaps else []
            )
        elif (gone := column.attribute.missing & staying).any():
            en, zh = _placed(inputs.cities, inputs.cities.index[gone])
            of_cities.append((f"{name} ({en})", f"{name_zh}（{zh}）"))
    said = []
    if of_pairs:
        (en, zh), rule = _join(of_pairs), inputs.spec.choices.city_missing
        said.append(
            (
                f"Values are missing and were not imputed: {en}; {_MISSING[rule][0]}.",
                f"有缺失值且未填补：{zh}；{_MISSING[rule][1]}。",
            )
        )
    if of_cities:
        en, zh = _join(of_cities)
        said.append((f"Attributes are missing and were not imputed: {en}.", f"城市属性缺失且未填补：{zh}。"))
    return said


def _join(parts: list[Said], by: str = ", ") -> Said:
    return by.join(en for en, _ in parts), "；".join(zh for _, zh in parts)


def _say_sizes(inputs: Inputs, staying: BoolArray) -> list[Said]:
    """Name the cities whose value is missing because their size is."""
    gone: list[Said] = []
    for name, leaves in _by_denominator(inputs.spec).items():
        without = np.isnan(size_of(inputs, leaves[0])) & staying
        if without.any():
            cities, named = _placed(inputs.cities, inputs.cities.index[without]), _titled(leaves)
            gone.append(
                (f"{name} of {cities[0]} (for {named[0]})", f"{cities[1]}的 {name}（用于 {named[1]}）")
            )
    if not gone:
        return []
    en, zh = _join(gone, "; ")
    return [
        (
            f"Denominators are missing, so that nothing can be divided by them: {en}.",
            f"分母缺失，相应数值按缺失处理：{zh}。",
        )
    ]


def _by_denominator(spec: IndexSpec) -> dict[str, list[Indicator]]:
    by: dict[str, list[Indicator]] = {}
    for leaf in spec.indicators:
        if leaf.denominator is not None:
            by.setdefault(leaf.denominator, []).append(leaf)
    return by


def _say_filled(columns: list[PairColumn]) -> list[Said]:
    filled: list[Said] = []
    for column in columns:
        (name, name_zh), attribute = _name(column.indicator), column.attribute
        n = int(column.filled.sum()) if attribute is None else int(attribute.filled.sum())
        if n:
            en = _count(n, "pair", "pairs") if attribute is None else _count(n, "city", "cities")
            filled.append((f"{name} ({en})", f"{name_zh}（{n} {'对' if attribute is None else '座城市'}）"))
    if not filled:
        return []
    en, zh = _join(filled)
    return [(f"Values were imputed: {en}.", f"已填补缺失值：{zh}。")]


def _say_modelled(spec: IndexSpec, columns: list[PairColumn]) -> list[Said]:
    modelled = [column.indicator for column in columns if column.modelled]
    if not modelled or not spec.choices.corridors:
        return []
    en, zh = _titled(modelled)
    return [
        (
            f"Pair values are modelled from attributes or memberships of cities, not observed: {en}.",
            f"城市对的数值由城市属性或成员关系推算，并非观测所得：{zh}。",
        )
    ]


def _say_unscored(inputs: Inputs, frames: Frames) -> list[Said]:
    said = []
    for level, frame in frames.items():
        without = frame.index[frame[ROOT].isna()]
        if len(without):
            en, zh = _units(inputs, level, without)
            said.append(
                (
                    f"{len(without)} of {len(frame)} {level} without an overall score: {en}.",
                    f"{len(frame)} {_COUNTED_ZH[level]}中有 {len(without)} {_COUNTED_ZH[level]}没有综合得分：{zh}。",
                )
            )
    return said


def _say_departures(inputs: Inputs, staying: BoolArray, frames: Frames) -> list[Said]:
    """Say who was screened out, and which scores leave the scale that a reference set."""
    said: list[Said] = []
    if not staying.all():
        en, zh = _placed(inputs.cities, inputs.cities.index[~staying])
        said.append((f"Left out for lack of coverage: {en}.", f"因数据不足未纳入：{zh}。"))
    if inputs.spec.choices.normaliser != "minmax" or inputs.spec.choices.normaliser_params:
        return said
    for level, frame in frames.items():
        scores = frame[ROOT]
        beyond = frame.index[(scores < -1e-9) | (scores > 100 + 1e-9)]  # noqa: PLR2004 - the ends of the scale
        if len(beyond):
            en, zh = _units(inputs, level, beyond)
            said.append(
                (
                    f"Beyond the 0-100 of the reference lie {len(beyond)} of {len(scores)} {level}: {en}.",
                    f"{len(scores)} {_COUNTED_ZH[level]}中有 {len(beyond)} {_COUNTED_ZH[level]}超出参照的 0–100 范围：{zh}。",
                )
            )
    return said


def _say_partners(inputs: Inputs, staying: BoolArray) -> list[Said]:
    ends = np.concatenate([inputs.universe.first, inputs.universe.second])
    partners = np.bincount(ends, minlength=len(inputs.cities))[staying]
    summed = [
        leaf
        for leaf in inputs.spec.indicators
        if leaf.kind != "city" and leaf.city_rule in _MORE_PARTNERS_MORE
    ]
    if not summed or partners.min() == partners.max():
        return []
    en, zh = _titled(summed)
    rule, rule_zh = _PAIRED.get(inputs.spec.choices.domestic, ("", ""))
    counted = f"Cities have {partners.min()} to {partners.max()} partners{rule}; "
    counted_zh = f"各城市的伙伴城市数为 {partners.min()} 至 {partners.max()}{rule_zh}，"
    return [
        (
            f"{counted}city values that are summed favour those with more: {en}.",
            f"{counted_zh}求和的指标有利于伙伴较多的城市：{zh}。",
        )
    ]


def _say_struck(spec: IndexSpec, level: str, frame: pd.DataFrame) -> list[Said]:
    """Count the units that a mean without compensation sets to 0 because one of their children is 0."""
    own = {node.name: node.aggregator for node in spec.dimensions}
    said = []
    for node in (ROOT, *own):
        method = own.get(node) or spec.choices.aggregator
        children = list(spec.children(node))
        power = spec.choices.aggregator_params.get("power", 0.5) if method == "generalised" else 1.0
        if (method not in STRUCK_BY_ZERO and power > 0) or not children:
            continue
        struck = int(((frame[node] == 0) & (frame[children] > 0).any(axis=1)).sum())
        if struck:
            n = int(frame[node].notna().sum())
            said.append(_describe_struck(_title(spec, node), level, method, struck, n))
    return said


def _describe_struck(node: Said, level: str, method: str, struck: int, n: int) -> Said:
    return (
        (
            f"{struck} of {n} {level} have 0 in {node[0]}, whatever else they have, because one of its parts is 0 and the mean is "
            f"{method}. Normalise to 1-100 (scale = [1, 100]) to keep them apart."
        ),
        (
            f"{n} {_COUNTED_ZH[level]}中有 {struck} {_COUNTED_ZH[level]}在 {node[1]} 得 0 分，因为其中一项为 0，而{_METHODS_ZH[method]}平均不予补偿。"
            "归一化至 1–100（scale = [1, 100]）可加以区分。"
        ),
    )


def _say_weightless(spec: IndexSpec, level: str, importance: FloatArray) -> list[Said]:
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
    titles = [_title(spec, node) for node in gone]
    en, zh = _list(one for one, _ in titles)[0], _list(one for _, one in titles)[1]
    return [
        (
            f"At the level of {level} the data give no weight at all to {en}.",
            f"在{_LEVELS_ZH[level]}层面，由数据得出的权重为零：{zh}。",
        )
    ]


def _say_double_counting(spec: IndexSpec, frames: Frames) -> list[Said]:
    level = "corridors" if spec.choices.corridors else "cities"
    double = find_double_counting(frames[level], spec)
    sentences = zip(double["warning"], double["warning_zh"], strict=True)
    return [(f"At the level of {level}, {en}", f"在{_LEVELS_ZH[level]}层面，{zh}") for en, zh in sentences]
