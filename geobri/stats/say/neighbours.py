"""Sentences about neighbours: whether they resemble each other, where, and up to what distance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.names import called
from geobri.stats.say.numbers import LEVEL, bare_p, chance, list_names, number
from geobri.words import Words

__all__ = [
    "KINDS",
    "say_bands",
    "say_bivariate",
    "say_corridor_dependence",
    "say_dependence",
    "say_joins",
    "say_local",
    "say_spatial_model",
    "say_two_measures",
]

KINDS: Final = {
    "high-high": "高高",
    "low-low": "低低",
    "high-low": "高低",
    "low-high": "低高",
    "hot spot": "热点",
    "cold spot": "冷点",
    "alike": "相似",
    "different": "相异",
    "not significant": "不显著",
    "island": "孤立",
}
"""Kinds of places in Chinese."""


def say_dependence(head: Term, *, measure: Measure, alike: bool) -> Words:
    """Say whether neighbours resemble each other.

    Parameters
    ----------
    head
        The row of the statistic, with its mean under the null.
    measure
        What was looked at.
    alike
        The statistic lies on the side of neighbours that are alike.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(head)
    if not head.p_value <= LEVEL:
        verdict = Words(
            "no dependence between neighbours can be told from chance", "相邻城市之间的依赖无法与偶然区分"
        )
    elif alike:
        verdict = Words("neighbours resemble each other", "相邻城市彼此相似")
    else:
        verdict = Words("neighbours differ more than by chance", "相邻城市的差异大于偶然")
    index, expected = number(head.estimate), number(head.null_mean)
    return Words(
        f"{measure.label}: {head.term} is {index} where chance gives {expected} ({told.en}, {head.n_cities} cities); {verdict.en}.",
        f"{measure.label_zh}：{head.term.zh}为{index}，偶然情形下为{expected}（{told.zh}，{head.n_cities}个城市）；{verdict.zh}。",
    )


def say_joins(head: Term, *, measure: Measure) -> Words:
    """Say whether cities of one kind are neighbours more often than by chance.

    Parameters
    ----------
    head
        Joins between different labels, with their mean under the null.
    measure
        The labels.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(head)
    if not head.p_value <= LEVEL:
        verdict = Words(
            "whether like cities gather cannot be told from chance", "同类城市是否集聚无法与偶然区分"
        )
    elif head.estimate < head.null_mean:
        verdict = Words("like cities gather", "同类城市彼此集聚")
    else:
        verdict = Words("like cities keep apart", "同类城市彼此分散")
    joins, expected = number(head.estimate, 4), number(head.null_mean, 4)
    return Words(
        f"{measure.label}: {joins} joins between cities of different kinds where chance gives {expected} (join counts: {told.en}, "
        f"{head.n_cities} cities); {verdict.en}.",
        f"{measure.label_zh}：不同类城市之间有{joins}条邻接，偶然情形下为{expected}（邻接计数：{told.zh}，{head.n_cities}个城市）；{verdict.zh}。",
    )


def say_bivariate(head: Term, in_place: float, *, measure: Measure, other: Measure) -> Words:
    """Say whether one quantity goes with another one of the neighbours.

    Parameters
    ----------
    head
        The row of the index.
    in_place
        Correlation of both in the same place.
    measure, other
        The quantity of the city and that of its neighbours.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(head)
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words(" No relation can be told from chance.", "两者的关系无法与偶然区分。")
    )
    return Words(
        f"{called(measure).en} of a city and {called(other).en} of its neighbours: bivariate Moran's I {number(head.estimate)} ({told.en}, "
        f"{head.n_cities} cities); their correlation in the same place is {in_place:.2f}.{verdict.en}",
        f"某城市的{called(measure).zh}与其相邻城市的{called(other).zh}：双变量Moran's I为{number(head.estimate)}（{told.zh}，{head.n_cities}个城市）；"
        f"二者在同一城市的相关系数为{in_place:.2f}。{verdict.zh}",
    )


def say_two_measures(head: Term, independent: float, *, measure: Measure, other: Measure) -> Words:
    """Say whether two measures go together more than maps as smooth as one of them do.

    Parameters
    ----------
    head
        The row of the correlation, with its p-value against random maps.
    independent
        The p-value if cities were independent.
    measure, other
        Both measures.

    Returns
    -------
    Words
        Two sentences, or three where only independence would have told them from chance.
    """
    told = chance(head)
    if not head.p_value <= LEVEL:
        verdict = Words("That they go together cannot be told from chance.", "二者是否相关，无法与偶然区分。")
    elif head.estimate > 0:
        verdict = Words("The two rise together.", "二者同高同低。")
    else:
        verdict = Words("One falls where the other rises.", "一者高处，另一者低。")
    alone = bare_p(independent)
    misled = Words("", "")
    if independent <= LEVEL < head.p_value:
        misled = Words(
            f" If the cities were independent of their neighbours, p would be {alone}: too small, because neighbours are alike.",
            f"若各城市与邻近城市无关，p 会是 {alone}：由于邻近城市相似，该值过小。",
        )
    r = number(head.estimate, 2)
    return Words(
        f"{called(measure).en} and {called(other).en}: {head.method.en} {r} over {head.n_cities} cities ({told.en}, against random "
        f"maps as smooth as the first). {verdict.en}{misled.en}",
        f"{called(measure).zh}与{called(other).zh}：{head.n_cities}个城市的{head.method.zh}为 {r}（{told.zh}，与同前者一样平滑的随机地图比较）。"
        f"{verdict.zh}{misled.zh}",
    )


def say_bands(
    reach_km: float | None, *, farthest_km: float | None = None, bands: int, measure: Measure, cities: int
) -> Words:
    """Say up to what distance cities resemble each other.

    Parameters
    ----------
    reach_km
        Upper edge of the farthest band in which they do beyond chance; None for no band.
    farthest_km
        Upper edge of the last band, where not all pairs are in the bands; None where they are.
    bands
        How many bands were looked at.
    measure
        What was looked at.
    cities
        How many cities.

    Returns
    -------
    Words
        The sentence.
    """
    if reach_km is None:
        verdict = Words(
            "in none can a resemblance of cities be told from chance", "均无法从偶然中看出城市相似"
        )
    else:
        verdict = Words(
            f"cities resemble each other in bands up to {reach_km:,.0f} km",
            f"城市相似的距离带至{reach_km:,.0f}公里",
        )
    which = (
        Words(f"of {bands} distance bands", f"在{bands}个距离带中")
        if farthest_km is None
        else Words(
            f"of {bands} distance bands up to {farthest_km:,.0f} km (farther pairs were not looked at)",
            f"在{farthest_km:,.0f}公里以内的{bands}个距离带中（未考察更远的城市对）",
        )
    )
    return Words(
        f"{measure.label}: {which.en}, {verdict.en} (correlogram, max-T at 5 %, {cities:,} cities).",
        f"{measure.label_zh}：{which.zh}，{verdict.zh}（相关图，max-T校正5%，{cities:,}个城市）。",
    )


def say_local(
    kinds: Mapping[str, int],
    names: list[str],
    names_zh: list[str],
    *,
    measure: Measure,
    title: Words,
    count: int,
    adjust: str,
    level: float,
) -> Words:
    """Say which places stand out.

    Parameters
    ----------
    kinds
        How many places of each kind stand out.
    names, names_zh
        The places, in English and in Chinese.
    measure
        What was looked at.
    title
        Name of the statistic.
    count
        How many places there are.
    adjust, level
        How p-values were adjusted, and the level.

    Returns
    -------
    Words
        The sentence.
    """
    how = {
        "fdr": Words("adjusted for false discoveries", "控制错误发现率"),
        "holm": Words("adjusted by Holm", "Holm校正"),
        "none": Words("not adjusted", "未校正"),
    }[adjust]
    listed = Words(list_names(names).en, list_names(names_zh).zh) if names else Words("", "")
    tally = ", ".join(f"{number_of} {_plural(kind, number_of)}" for kind, number_of in kinds.items())
    tally_zh = "，".join(f"{KINDS.get(kind, kind)}{number_of}个" for kind, number_of in kinds.items())
    basis = Words(f"({title.en}, {how.en}, {100 * level:g} %)", f"（{title.zh}，{how.zh}，{100 * level:g}%）")
    if not names:
        return Words(
            f"{measure.label}: none of {count} cities stands out {basis.en}.",
            f"{measure.label_zh}：{count}个城市中无一突出{basis.zh}。",
        )
    stand = "stands" if len(names) == 1 else "stand"
    return Words(
        f"{measure.label}: {len(names)} of {count} cities {stand} out {basis.en}: {tally} ({listed.en}).",
        f"{measure.label_zh}：{count}个城市中有{len(names)}个突出{basis.zh}：{tally_zh}（{listed.zh}）。",
    )


def _plural(kind: str, number_of: int) -> str:
    return f"{kind}s" if kind.endswith("spot") and number_of > 1 else kind


def say_corridor_dependence(head: Term, *, measure: Measure, near_km: float | None) -> Words:
    """Say whether neighbouring corridors resemble each other.

    Parameters
    ----------
    head
        The row of the index, with its mean under the null.
    measure
        What was looked at.
    near_km
        Radius within which ends are near; None for corridors that share a city.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(head)
    which = (
        Words("that share a city", "共享城市的")
        if near_km is None
        else Words(f"with ends within {near_km:,.0f} km of each other", f"两端相距{near_km:,.0f}公里以内的")
    )
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words("; that cannot be told from chance", "；无法与偶然区分")
    )
    return Words(
        f"{measure.label}: corridors {which.en} correlate by {head.estimate:.2f} where chance gives {head.null_mean:.2f} ({told.en}; "
        f"{head.n_pairs:,} corridors of {head.n_cities:,} cities){verdict.en}.",
        f"{measure.label_zh}：{which.zh}通路相关系数为{head.estimate:.2f}，偶然情形下为{head.null_mean:.2f}（{told.zh}；{head.n_cities:,}个城市的"
        f"{head.n_pairs:,}条通路）{verdict.zh}。",
    )


def say_spatial_model(head: Term, *, measure: Measure, few: bool) -> Words:
    """Say what a regression with neighbours found.

    Parameters
    ----------
    head
        The row of the spatial parameter, or of its test.
    measure
        What was explained.
    few
        Fewer cities than the approximation is good for.

    Returns
    -------
    Words
        The sentence.
    """
    told = chance(head)
    size = (
        Words("", "")
        if math.isnan(head.estimate)
        else Words(
            f" = {head.estimate:.2f} ({head.ci_low:.2f} to {head.ci_high:.2f})",
            f" = {head.estimate:.2f}（{head.ci_low:.2f}至{head.ci_high:.2f}）",
        )
    )
    rough = (
        Words(" Fewer than 50 cities: the approximation is rough.", "城市少于50个：近似较粗略。")
        if few
        else Words("", "")
    )
    return Words(
        f"{measure.label}, {head.method}: {head.term}{size.en}, {told.en} ({head.n_cities} cities).{rough.en}",
        f"{measure.label_zh}，{head.method.zh}：{head.term.zh}{size.zh}，{told.zh}（{head.n_cities}个城市）。{rough.zh}",
    )
