"""Sentences on many definitions of two groups, and on leaving out each city, in English and Chinese."""

from __future__ import annotations

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.groups import GroupNames, say_within
from geobri.stats.say.numbers import (
    bare_p,
    p_value,
)
from geobri.words import Words

__all__ = ["say_definitions", "say_omitted"]


def say_definitions(
    head: Term,
    low: float,
    high: float,
    *,
    found: int,
    count: int,
    measure: Measure,
    names: GroupNames,
    strata: Measure | None,
    exact: bool = True,
) -> Words:
    """Say how the effect runs over definitions of the first group.

    Parameters
    ----------
    head
        The strongest definition with its p-value over all of them.
    low, high
        Least and largest Cliff's delta.
    found, count
        How many definitions give p of at most 5 % alone, and how many there are.
    measure
        What was compared.
    names
        The two groups.
    strata
        What the strata are, or None.
    exact
        Whether all p-values are exact; large groups have those of the normal approximation.

    Returns
    -------
    Words
        The sentence.
    """
    test = _name_test(exact=exact)
    told, within = p_value(head.p_adjusted, head.mc_error), say_within(strata)
    return Words(
        f"{measure.label}{within.en}: under {count} definitions of {names.first.en}, Cliff's delta runs from {low:+.2f} to {high:+.2f}; {found} "
        f"of them {'gives' if found == 1 else 'give'} p ≤ 0.05 alone ({test.en}), and having tried them all, the strongest has {told} (max-T).",
        f"{measure.label_zh}{within.zh}：在“{names.first.zh}”的{count}种定义下，克利夫 δ 为{low:+.2f}至{high:+.2f}；其中{found}种单独给出p ≤ 0.05"
        f"（{test.zh}），考虑到全部尝试后，最强的一种为{told}（max-T）。",
    )


def _name_test(*, exact: bool) -> Words:
    if exact:
        return Words("exact Mann-Whitney test", "精确Mann-Whitney检验")
    return Words("Mann-Whitney test, normal approximation", "Mann-Whitney检验（正态近似）")


def say_omitted(
    whole: float,
    widest: tuple[Words, float],
    least: float,
    worst: tuple[Words, float],
    *,
    measure: Measure,
    names: GroupNames,
    strata: Measure | None = None,
    exact: bool = True,
) -> Words:
    """Say how the effect changes when a city is left out.

    Parameters
    ----------
    whole
        Cliff's delta of all cities.
    widest
        The city whose omission changes it most, and the effect without it.
    least
        The smallest p-value.
    worst
        The city without which the p-value is largest, and that p-value.
    measure
        What was compared.
    names
        The two groups.
    strata
        What the strata are, or None.
    exact
        Whether all p-values are exact.

    Returns
    -------
    Words
        The sentence.
    """
    test, low, high = _name_test(exact=exact), p_value(least), bare_p(worst[1])
    within = say_within(strata)
    same = f"{whole:+.2f}" == f"{widest[1]:+.2f}"
    effect = (
        Words(", whichever city is left out", "，去掉任一城市均如此")
        if same
        else Words(
            f"; without {widest[0].en} it is {widest[1]:+.2f}", f"；去掉{widest[0].zh}后为{widest[1]:+.2f}"
        )
    )
    told = (
        Words(f"{low} each time", f"均为{low}")
        if low.endswith(high)
        else Words(f"{low} to {high} (without {worst[0].en})", f"{low}至{high}（去掉{worst[0].zh}时）")
    )
    return Words(
        f"{measure.label}: Cliff's delta of {names.first.en} against {names.second.en} cities{within.en} is {whole:+.2f}{effect.en}. "
        f"Leaving out one city at a time, the {test.en}{'' if exact else ','} gives {told.en}.",
        f"{measure.label_zh}：{names.first.zh}相对{names.second.zh}城市{within.zh}的克利夫 δ 为{whole:+.2f}{effect.zh}。逐一去掉一个城市，{test.zh}给出{told.zh}。",
    )
