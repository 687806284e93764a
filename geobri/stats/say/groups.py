"""Sentences about two groups of cities, and about the corridors between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.names import called
from geobri.stats.say.numbers import (
    LEVEL,
    both,
    chance,
    interval,
    list_names,
    number,
    p_value,
    percent,
    quantity,
    say_disagreement,
)
from geobri.words import NOTHING, Words

__all__ = [
    "TESTS",
    "GroupNames",
    "say_bounds",
    "say_covariates",
    "say_difference",
    "say_dimensions",
    "say_interaction",
    "say_smoothness",
    "say_within",
]


_OVER_MAPS: Final = Words(
    ", labels over maps as smooth as the observed one", "，在同样平滑的随机地图上置换标签"
)
_COASTAL: Final = Words("coastal", "沿海")
_INLAND: Final = Words("inland", "内陆")


@dataclass(frozen=True, slots=True)
class GroupNames:
    """What two groups of cities are called.

    Attributes
    ----------
    first, second
        Each in both languages, as they stand before "cities".
    """

    first: Words = _COASTAL
    second: Words = _INLAND

    def types(self) -> tuple[Words, Words, Words]:
        """Name the corridors with both ends, with one end and with no end in the first group.

        Returns
        -------
        tuple of Words
            ``coastal-coastal``, ``coastal-inland``, ``inland-inland``.
        """
        pairs = ((self.first, self.first), (self.first, self.second), (self.second, self.second))
        one, two, three = (Words(f"{a.en}-{b.en}", f"{a.zh}—{b.zh}") for a, b in pairs)
        return one, two, three


TESTS: Final = {
    "exact": Words("exact Mann-Whitney test", "精确Mann-Whitney检验"),
    "asymptotic": Words("Mann-Whitney test, normal approximation", "Mann-Whitney检验（正态近似）"),
    "brunner-munzel": Words(
        "Brunner-Munzel test, studentised permutation", "Brunner-Munzel检验（学生化置换）"
    ),
    "brunner-munzel t": Words("Brunner-Munzel test, t approximation", "Brunner-Munzel检验（t近似）"),
    "permutation": Words("permutation test of the label", "标签置换检验"),
    "maps": Words("test against random maps as smooth as the observed one", "与同样平滑的随机地图比较的检验"),
}
"""What a test of two groups is called in a sentence."""


def say_difference(
    rows: tuple[Term, Term, Term],
    *,
    measure: Measure,
    names: GroupNames,
    test: str,
    sizes: tuple[int, int],
    strata: Measure | None = None,
    confidence: float = 0.95,
    shift_confidence: float | None = None,
) -> Words:
    """Say how much two groups differ, with its interval, the test and what it compared.

    Parameters
    ----------
    rows
        Cliff's delta, probability of superiority and Hodges-Lehmann shift of the first against the second group.
    measure
        What was compared.
    names
        The two groups.
    test
        A key of `TESTS`.
    sizes
        Cities in the first and the second group.
    strata
        What the strata are within which cities were compared, or None.
    confidence
        Level of the intervals.
    shift_confidence
        Level that the interval of the shift reaches, where groups are too small for more; None for the same.

    Returns
    -------
    Words
        Effect with interval, then the test with its p-value. Ranks are turned, so that more is better.
    """
    delta, superiority, shift = rows
    effect = (
        _flag_effect(delta, measure, names, confidence)
        if measure.kind == "flag"
        else _ordered_effect(
            superiority,
            shift,
            measure,
            names,
            confidence=confidence,
            shift_confidence=shift_confidence or confidence,
        )
    )
    told, basis = chance(superiority), _basis(names, sizes, strata)
    by = TESTS[test]
    but = say_disagreement(superiority, 0.5, confidence)
    if not superiority.p_value <= LEVEL:
        return Words(
            f"{measure.label}: no difference between {names.first.en} and {names.second.en} cities can be told from chance "
            f"({by.en}: {told.en}). {effect.en} ({basis.en}).{but.en}",
            f"{measure.label_zh}：{names.first.zh}与{names.second.zh}城市之间的差异无法与偶然区分（{by.zh}：{told.zh}）。"
            f"{effect.zh}（{basis.zh}）。{but.zh}",
        )
    return Words(
        f"{effect.en} ({by.en}: {told.en}; {basis.en}).{but.en}",
        f"{effect.zh}（{by.zh}：{told.zh}；{basis.zh}）。{but.zh}",
    )


def _basis(names: GroupNames, sizes: tuple[int, int], strata: Measure | None) -> Words:
    en = f"{sizes[0]} {names.first.en}, {sizes[1]} {names.second.en}"
    zh = f"{names.first.zh}{sizes[0]}个，{names.second.zh}{sizes[1]}个"
    if strata is None:
        return Words(en, zh)
    return Words(f"{en}, compared within {strata.label}", f"{zh}，在“{strata.label_zh}”各层内比较")


def _spread(term: Term, confidence: float, low: Words, high: Words) -> Words:
    """Write the interval of a row in brackets, or nothing where there is none."""
    if math.isnan(term.ci_low):
        return Words("", "")
    said = interval(low, high, confidence)
    return Words(f" ({said.en})", f"（{said.zh}）")


def _ordered_effect(
    superiority: Term,
    shift: Term,
    measure: Measure,
    names: GroupNames,
    *,
    confidence: float,
    shift_confidence: float,
) -> Words:
    share = superiority
    if measure.is_rank:
        share = replace(
            share, estimate=1 - share.estimate, ci_low=1 - share.ci_high, ci_high=1 - share.ci_low
        )
    around = _spread(share, confidence, percent(share.ci_low), percent(share.ci_high))
    found = percent(share.estimate)
    what = (
        Words(f"better rank in {called(measure).en}", f"在{called(measure).zh}上名次更优")
        if measure.is_rank
        else Words(f"higher value of {called(measure).en}", f"的{called(measure).zh}更高")
    )
    en = f"In {found.en} of the comparisons{around.en} the {names.first.en} one of two cities has the {what.en}"
    zh = f"两座城市相比，{names.first.zh}城市{what.zh}的占{found.zh}{around.zh}"
    if math.isnan(shift.estimate):
        return Words(en, zh)
    size = quantity(shift.estimate, measure, sign=True)
    width = _spread(
        shift, shift_confidence, *(both(number(end, sign=True)) for end in (shift.ci_low, shift.ci_high))
    )
    scale = Words(", where 1 is the best", "，第1名为最优") if measure.is_rank else Words("", "")
    return Words(
        f"{en}; the typical difference is {size.en}{width.en}{scale.en}",
        f"{zh}；典型差异为{size.zh}{width.zh}{scale.zh}",
    )


def _flag_effect(delta: Term, measure: Measure, names: GroupNames, confidence: float) -> Words:
    """Read Cliff's delta of a yes or no as the difference of two shares."""
    around = _spread(delta, confidence, *(both(f"{100 * end:+.0f}") for end in (delta.ci_low, delta.ci_high)))
    points = f"{100 * delta.estimate:+.0f}"
    return Words(
        f"The share of cities with {called(measure).en} among the {names.first.en} less that among the {names.second.en} ones is "
        f"{points} points{around.en}",
        f"具备{called(measure).zh}的城市占比，{names.first.zh}减{names.second.zh}为{points}个百分点{around.zh}",
    )


def say_smoothness(measure: Measure, values: Term, label: Term, *, maps: bool) -> Words:
    """Say that value and label both gather on the map, and what that means for a test of two groups.

    Parameters
    ----------
    measure
        What was compared.
    values, label
        Moran's I of the values and of the label, with their p-values.
    maps
        The test compares with random maps, and so allows for it.

    Returns
    -------
    Words
        A sentence to put behind that of the test; empty where one of them does not gather.
    """
    if not max(values.p_value, label.p_value) <= LEVEL:
        return Words("", "")
    found = (
        f"{values.estimate:.2f}, {p_value(values.p_value, values.mc_error)}",
        f"{label.estimate:.2f}, {p_value(label.p_value, label.mc_error)}",
    )
    en = f" {called(measure).en} and the groups both gather on the map (Moran's I {found[0]}; {found[1]})"
    zh = f"{called(measure).zh}与分组在地图上都有集聚（Moran's I {found[0]}；{found[1]}）"
    if maps:
        return Words(f"{en}; this test allows for it.", f"{zh}；本检验已考虑这一点。")
    return Words(
        f"{en}: this test takes cities as exchangeable over the map, and then finds too much.",
        f"{zh}：本检验把各城市视为在地图上可互换，因此容易得出过多的发现。",
    )


def say_dimensions(
    found: Sequence[Measure],
    *,
    count: int,
    names: GroupNames,
    strata: Measure | None,
    dropped: Sequence[Measure],
) -> Words:
    """Say in which of several dimensions two groups differ.

    Parameters
    ----------
    found
        The dimensions with an adjusted p-value of at most 5 %.
    count
        How many were looked at.
    names
        The two groups.
    strata
        What the strata are, or None.
    dropped
        Composites that were left out because their parts are among the dimensions.

    Returns
    -------
    Words
        The sentence.
    """
    within = say_within(strata)
    left = _dropped(dropped)
    if not found:
        return Words(
            f"In none of {count} dimensions can a difference between {names.first.en} and {names.second.en} cities{within.en} be told "
            f"from chance (max-T adjustment, 5 %).{left.en}",
            f"在{count}个维度中，{names.first.zh}与{names.second.zh}城市{within.zh}的差异均无法与偶然区分（max-T校正，5%）。{left.zh}",
        )
    listed = _names([(one.label, one.label_zh) for one in found])
    return Words(
        f"Of {count} dimensions, {names.first.en} and {names.second.en} cities differ{within.en} after max-T adjustment at 5 % in: "
        f"{listed.en}.{left.en}",
        f"在{count}个维度中，经max-T校正（5%），{names.first.zh}与{names.second.zh}城市{within.zh}有差异的是：{listed.zh}。{left.zh}",
    )


def say_within(strata: Measure | None) -> Words:
    """Say within which strata groups were compared.

    Parameters
    ----------
    strata
        What the strata are, or None.

    Returns
    -------
    Words
        To stand behind "cities"; empty without strata.
    """
    if strata is None:
        return Words("", "")
    return Words(f" within {strata.label}", f"在“{strata.label_zh}”各层内")


def _dropped(dropped: Sequence[Measure]) -> Words:
    if not dropped:
        return Words("", "")
    listed = _names([(one.label, one.label_zh) for one in dropped])
    return Words(
        f" Made of the others and not counted: {listed.en}.", f"由其他维度合成、不计入：{listed.zh}。"
    )


def _names(labels: Sequence[tuple[str, str]]) -> Words:
    english, chinese = zip(*labels, strict=True)
    return Words(list_names(list(english)).en, list_names(list(chinese)).zh)


def say_interaction(
    head: Term,
    most: tuple[Measure, float],
    least: tuple[Measure, float],
    *,
    count: int,
    names: GroupNames,
    corridors: bool,
    strata: Measure | None = None,
    dropped: Sequence[Measure] = (),
    maps: bool = False,
) -> Words:
    """Say whether two groups differ more in some dimensions than in others.

    Parameters
    ----------
    head
        The row of the whole test.
    most, least
        Dimensions with the largest and the smallest difference, in standard deviations beyond the mean.
    count
        How many dimensions.
    names
        The two groups.
    corridors
        Corridors were compared, not cities.
    strata
        What the strata are, or None.
    dropped
        Composites that were left out.
    maps
        Labels were drawn as smooth over the map as the observed one.

    Returns
    -------
    Words
        The sentence.
    """
    within, left = say_within(strata), _dropped(dropped)
    told = both(p_value(head.p_value, head.mc_error)) + (_OVER_MAPS if maps else NOTHING)
    types = names.types()
    pair = (types[0], types[2]) if corridors else (names.first, names.second)
    unit = Words("corridors", "通路") if corridors else Words("cities", "城市")
    some = (
        "one of the 2 dimensions than in the other"
        if count == 2  # noqa: PLR2004 - one and the other
        else f"some of {count} dimensions than in others"
    )
    if not head.p_value <= LEVEL:
        return Words(
            f"Whether {pair[0].en} and {pair[1].en} {unit.en}{within.en} differ more in {some} cannot be "
            f"told from chance (interaction test: {told.en}).{left.en}",
            f"{pair[0].zh}与{pair[1].zh}{unit.zh}{within.zh}的差异在{count}个维度之间是否不同，无法与偶然区分（交互检验：{told.zh}）。{left.zh}",
        )
    return Words(
        f"The difference between {pair[0].en} and {pair[1].en} {unit.en}{within.en} is not the same in all {count} dimensions (interaction "
        f"test: {told.en}): it is highest in {most[0].label} ({most[1]:+.2f} standard deviations beyond the mean of the "
        f"dimensions) and lowest in {least[0].label} ({least[1]:+.2f}).{left.en}",
        f"{pair[0].zh}与{pair[1].zh}{unit.zh}{within.zh}的差异在{count}个维度中并不相同（交互检验：{told.zh}）：在{most[0].label_zh}上最大（超出各维度"
        f"均值{most[1]:+.2f}个标准差），在{least[0].label_zh}上最小（{least[1]:+.2f}）。{left.zh}",
    )


def say_bounds(
    low: float, high: float, share: float, *, measure: Measure, names: GroupNames, largest: float
) -> Words:
    """Say between which effects two groups lie when values are known up to bounds.

    Parameters
    ----------
    low, high
        Least and largest possible Cliff's delta.
    share
        Share of random values within the bounds that give p of at most 5 %.
    measure
        What the bounds are of.
    names
        The two groups.
    largest
        The largest p-value met.

    Returns
    -------
    Words
        The sentence.
    """
    told = p_value(largest)
    return Words(
        f"Whatever {called(measure).en} is within its bounds, Cliff's delta of {names.first.en} against {names.second.en} cities lies between "
        f"{low:+.2f} and {high:+.2f} (exact Mann-Whitney test: {told} at worst); {percent(share).en} of random values within them give p ≤ 0.05.",
        f"无论{called(measure).zh}在界限内取何值，{names.first.zh}相对{names.second.zh}城市的克利夫 δ 在{low:+.2f}与{high:+.2f}之间"
        f"（精确Mann-Whitney检验：最差为{told}）；界限内的随机取值中有{percent(share).zh}给出p ≤ 0.05。",
    )


def say_covariates(
    alone: Term,
    held: Term,
    *,
    measure: Measure,
    names: GroupNames,
    covariates: Sequence[tuple[str, str]],
    confidence: float = 0.95,
) -> Words:
    """Say by how much two groups differ without and with covariates held.

    Parameters
    ----------
    alone, held
        The coefficient of the label in both regressions.
    measure
        What was explained.
    names
        The two groups.
    covariates
        Labels of what was held, in English and Chinese.
    confidence
        Level of the intervals.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(held)
    named = _names(covariates) if covariates else NOTHING
    held_out = (
        Words(f"with {named.en} held", f"控制{named.zh}后")
        if covariates
        else Words("with nothing held", "不控制其他变量时")
    )
    ends = [f"{number(one.ci_low, sign=True)} to {number(one.ci_high, sign=True)}" for one in (alone, held)]
    ends_zh = [f"{number(one.ci_low, sign=True)}至{number(one.ci_high, sign=True)}" for one in (alone, held)]
    sizes = [quantity(one.estimate, measure, sign=True) for one in (alone, held)]
    but = say_disagreement(held, 0.0, confidence)
    open_en, open_zh = (
        ("", "")
        if held.p_value <= LEVEL
        else (
            f"{measure.label}: {held_out.en}, no difference can be told from chance. ",
            f"{measure.label_zh}：{held_out.zh}，差异无法与偶然区分。",
        )
    )
    return Words(
        f"{open_en}{called(measure).en} of {names.first.en} less that of {names.second.en} cities: {sizes[0].en} ({ends[0]}), and {sizes[1].en} "
        f"({ends[1]}) {held_out.en} (least squares, Freedman-Lane permutation: {told.en}; {held.n_cities} cities).{but.en}",
        f"{open_zh}{called(measure).zh}，{names.first.zh}减{names.second.zh}城市：{sizes[0].zh}（{ends_zh[0]}），{held_out.zh}为{sizes[1].zh}"
        f"（{ends_zh[1]}）（最小二乘，Freedman-Lane置换检验：{told.zh}；{held.n_cities}个城市）。{but.zh}",
    )
