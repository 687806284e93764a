"""Sentences about pairs in classes of distance: where they stand out, and how much flows between near and far ones."""

from __future__ import annotations

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.names import called
from geobri.stats.say.numbers import LEVEL, edge, number, p_value, quantity
from geobri.words import Words

__all__ = ["say_classes", "say_curve"]


def say_classes(
    head: Term, limits: tuple[float, float], *, classes: int, measure: Measure, by: Measure
) -> Words:
    """Say at which distance pairs stand out.

    Parameters
    ----------
    head
        The row of the strongest class, with the p-value of the strongest of all classes and its Monte Carlo error.
    limits
        Its limits.
    classes
        How many classes were tested.
    measure, by
        What was looked at, and the distance.

    Returns
    -------
    Words
        The sentence.
    """
    size, told = f"{head.estimate:+.2f}", p_value(head.p_value, head.mc_error)
    low, high = (edge(one) for one in limits)
    unit = Words(f" {by.unit}", by.unit_zh) if by.unit else Words("")
    basis = Words(
        f"(Mantel correlation {size}, {told} over {classes} distance classes; {head.n_cities} cities)",
        f"（Mantel相关系数{size}，{classes}个距离组合并{told}；{head.n_cities}个城市）",
    )
    if not head.p_value <= LEVEL:
        return Words(
            f"At no {called(by).en} can it be told from chance that {called(measure).en} stands out; most it does at {low} to {high}{unit.en} {basis.en}.",
            f"在任何{called(by).zh}上，{called(measure).zh}的突出均无法与偶然区分；最突出的是{low}至{high}{unit.zh}{basis.zh}。",
        )
    return Words(
        f"{called(measure).en} stands out most at {called(by).en} {low} to {high}{unit.en} {basis.en}.",
        f"{called(measure).zh}在{called(by).zh}{low}至{high}{unit.zh}处最为突出{basis.zh}。",
    )


def say_curve(
    near: tuple[float, float, float],
    far: tuple[float, float, float],
    *,
    measure: Measure,
    by: Measure,
    cities: int,
    pairs: int,
) -> Words:
    """Say how much flows between the nearest and between the farthest pairs.

    Parameters
    ----------
    near, far
        Limits and mean of the first and of the last band; the same where there is one.
    measure, by
        What flows, and the cost of separation.
    cities, pairs
        How many there are.

    Returns
    -------
    Words
        The sentence.
    """
    sizes = Words(f"({cities} cities, {pairs:,} pairs)", f"（{cities}个城市，{pairs:,}个城市对）")
    name, apart, first = called(measure), called(by), quantity(near[2], measure)
    high, beyond = quantity(near[1], by), quantity(far[0], by)
    if near == far:
        return Words(
            f"Mean of {name.en}: {first.en} where {apart.en} is {number(near[0])} to {high.en} {sizes.en}.",
            f"{name.zh}的均值：{apart.zh}在{number(near[0])}至{high.zh}之间时为{first.zh}{sizes.zh}。",
        )
    last = quantity(far[2], measure)
    return Words(
        f"Mean of {name.en}: {first.en} where {apart.en} is at most {high.en}, {last.en} where it is at least {beyond.en} {sizes.en}.",
        f"{name.zh}的均值：{apart.zh}不超过{high.zh}时为{first.zh}，不低于{beyond.zh}时为{last.zh}{sizes.zh}。",
    )
