"""Sentences on types of corridors, in English and Chinese."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.groups import GroupNames
from geobri.stats.say.names import called
from geobri.stats.say.numbers import (
    LEVEL,
    chance,
    number,
    say_disagreement,
)
from geobri.words import Words

__all__ = ["say_types", "say_types_and_distance"]


def say_types(
    head: Term,
    means: Sequence[float],
    *,
    measure: Measure,
    names: GroupNames,
    maps: bool,
    confidence: float = 0.95,
) -> Words:
    """Say how strong corridors of each type are.

    Parameters
    ----------
    head
        The difference between corridors with both ends and with no end in the first group.
    means
        Mean of each type: both, mixed, none.
    measure
        What was compared.
    names
        The two groups.
    maps
        Labels were drawn as smooth over the map as the observed one.
    confidence
        Level of the interval.

    Returns
    -------
    Words
        The sentence.
    """
    told, types = chance(head), names.types()
    best = Words(", where 1 is the best rank", "（第1名为最优）") if measure.is_rank else Words("", "")
    said = [f"{name.en} {number(mean)}" for name, mean in zip(types, means, strict=True)]
    said_zh = [f"{name.zh} {number(mean)}" for name, mean in zip(types, means, strict=True)]
    known = not math.isnan(head.ci_low)
    ends = (
        Words(
            f" ({number(head.ci_low, sign=True)} to {number(head.ci_high, sign=True)})",
            f"（{number(head.ci_low, sign=True)}至{number(head.ci_high, sign=True)}）",
        )
        if known
        else Words("", "")
    )
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words("; no difference can be told from chance", "；差异无法与偶然区分")
    )
    how = (
        Words(
            "by exchanging labels over maps as smooth as the observed one", "在同样平滑的随机地图上置换标签"
        )
        if maps
        else Words("by exchanging cities", "置换城市")
    )
    difference, but = number(head.estimate, sign=True), say_disagreement(head, 0.0, confidence)
    return Words(
        f"{called(measure).en} of corridors, mean by type{best.en}: {'; '.join(said)}. {types[0].en} minus {types[2].en}: {difference}{ends.en}, "
        f"{told.en} {how.en} ({head.n_pairs:,} corridors of {head.n_cities:,} cities){verdict.en}.{but.en}",
        f"通路的{called(measure).zh}，各类均值{best.zh}：{'；'.join(said_zh)}。{types[0].zh}减{types[2].zh}：{difference}{ends.zh}，{told.zh}"
        f"（{how.zh}；{head.n_cities:,}个城市的{head.n_pairs:,}条通路）{verdict.zh}。{but.zh}",
    )


def say_types_and_distance(
    before: Term, head: Term, *, measure: Measure, names: GroupNames, maps: bool = False
) -> Words:
    """Say what is left of the difference between types of corridors when distance is held.

    Parameters
    ----------
    before, head
        The difference without and with distance held.
    measure
        What was explained.
    names
        The two groups.
    maps
        Labels were drawn as smooth over the map as the observed one.

    Returns
    -------
    Words
        The sentence.
    """
    types = names.types()
    one, other = chance(before), chance(head)
    how = Words("labels over random maps", "在同样平滑的随机地图上置换标签") if maps else Words("MRQAP")
    sizes = number(before.estimate, sign=True), number(head.estimate, sign=True)
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words(
            "; with distance held, no difference can be told from chance", "；控制距离后，差异无法与偶然区分"
        )
    )
    return Words(
        f"{measure.label}: {types[0].en} against {types[2].en} corridors {sizes[0]} ({one.en}) without and {sizes[1]} ({other.en}) with "
        f"distance held ({how.en}; {head.n_pairs:,} corridors of {head.n_cities:,} cities){verdict.en}.",
        f"{measure.label_zh}：{types[0].zh}相对{types[2].zh}通路，不控制距离时为{sizes[0]}（{one.zh}），控制距离后为{sizes[1]}（{other.zh}）"
        f"（{how.zh}；{head.n_cities:,}个城市的{head.n_pairs:,}条通路）{verdict.zh}。",
    )
