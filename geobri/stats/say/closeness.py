"""Sentences about a list of corridors: whether it is closer than chance."""

from __future__ import annotations

from typing import Final, NamedTuple

from geobri.measures import Measure
from geobri.stats.results import Term
from geobri.stats.say.names import called
from geobri.stats.say.numbers import LEVEL, chance, number, p_value, percent
from geobri.words import Words

__all__ = ["LISTS", "ListNull", "say_list"]


class ListNull(NamedTuple):
    """How a null model of a list is put into words.

    Attributes
    ----------
    says
        Its name.
    question
        The question it answers.
    opening
        How a sentence about it begins.
    caution
        What a reader must keep in mind; may be empty.
    """

    says: Words
    question: Words
    opening: Words
    caution: Words = Words("", "")


LISTS: Final = {
    "blocks": ListNull(
        Words("node permutation within blocks", "在区块内置换城市"),
        Words(
            "Are the cities that hold the list, in the roles they have, closer together than other cities would be?",
            "名单所及的城市，就其角色而言，是否比其他城市彼此更近？",
        ),
        Words(
            "If the same pattern of hubs and partners fell on other cities of the same kind",
            "若同样的枢纽与伙伴格局落在其他同类城市上",
        ),
    ),
    "active": ListNull(
        Words("node permutation among the listed cities", "在名单所及的城市之间置换"),
        Words(
            "Given which cities make the list, do those pair up that are close to each other?",
            "在名单所及的城市既定的情况下，是否彼此较近的城市结成了对？",
        ),
        Words("If the cities of the list changed roles among themselves", "若名单所及的城市互换角色"),
    ),
    "hubs": ListNull(
        Words("hub-preserving randomisation", "保持枢纽的随机化"),
        Words(
            "Given how many listed corridors every city has, does it have them with nearer partners?",
            "在各城市有排序的通路条数既定的情况下，其伙伴是否更近？",
        ),
        Words(
            "If every city kept its number of listed corridors but took other partners",
            "若每个城市保持有排序的通路条数而更换伙伴",
        ),
    ),
    "corridors": ListNull(
        Words("random corridors (naive)", "随机抽取通路（朴素）"),
        Words(
            "Is the list closer than as many corridors picked at random?",
            "名单是否比随机抽取的同样多条通路更近？",
        ),
        Words("If as many corridors were picked at random", "若随机抽取同样多条通路"),
        Words(
            "naive: takes corridors as independent although they share cities, and finds too much",
            "朴素做法：把共享城市的通路视为独立，发现偏多",
        ),
    ),
}
"""The null models of a list in words."""

_TOO_MUCH: Final = Words(
    "this null takes cities as exchangeable over the map, and then finds too much",
    "这一零模型把各城市视为在地图上可互换，因此容易得出过多的发现",
)
_OF_GATHERING: Final = {
    "blocks": _TOO_MUCH,
    "corridors": _TOO_MUCH,
    "active": Words(
        "the listed cities stay where they are and change roles only among themselves, because exchanging all cities would find "
        "too much",
        "名单所及的城市留在原处，仅在彼此之间互换角色，因为置换全部城市会得出过多的发现",
    ),
}
"""What a null model makes of hubs that gather on the map."""


def say_list(
    head: Term,
    tail: float,
    *,
    closer: bool,
    measure: Measure,
    by: Words,
    null: str,
    lengths: tuple[float, float],
    counts: tuple[float, float],
    least: float,
    smooth: Term | None = None,
) -> Words:
    """Say whether the corridors of a list are closer than chance under one null model.

    Parameters
    ----------
    head
        The row of the headline: estimate, null mean, p-value.
    tail
        Share of lists at least as extreme on the side where the list lies.
    closer
        That side: closer than chance.
    measure
        What the list was made by.
    by
        What closeness was measured with.
    null
        A key of `LISTS`.
    lengths
        Mean length of the listed and of the other corridors, km.
    counts
        How many are listed, and how many are not.
    least
        The least p-value that the null model can give; 0 where it is far below 5 %.
    smooth
        Moran's I of the number of listed corridors per city, where it was measured.

    Returns
    -------
    Words
        The sentence.
    """
    told, words = chance(head), LISTS[null]
    word = Words("close together", "接近") if closer else Words("far apart", "远离")
    share = _share(tail)
    limit = (
        Words(
            f" With so few arrangements p cannot fall below {number(least, 2)}: nothing could have been found.",
            f"排列数太少，p不可能低于{number(least, 2)}：无论如何都得不出发现。",
        )
        if least > LEVEL
        else Words("", "")
    )
    verdict = (
        Words("", "")
        if head.p_value <= LEVEL
        else Words("; that cannot be told from chance", "；无法与偶然区分")
    )
    return Words(
        f"The {counts[0]:g} corridors listed by {called(measure).en} are {lengths[0]:,.0f} km long on average, the other {counts[1]:g} are "
        f"{lengths[1]:,.0f} km long. {words.opening.en}, {share.en} of all lists would be at least as {word.en} "
        f"(by the {by.en}: {told.en}; {head.null}){verdict.en}.{limit.en}{_gathered(smooth, null).en}",
        f"按{called(measure).zh}有排序的{counts[0]:g}条通路平均长{lengths[0]:,.0f}公里，其余{counts[1]:g}条为{lengths[1]:,.0f}公里。"
        f"{words.opening.zh}，则有{share.zh}的名单至少同样{word.zh}（按{by.zh}：{told.zh}；{head.null.zh}）{verdict.zh}。{limit.zh}{_gathered(smooth, null).zh}",
    )


def _gathered(smooth: Term | None, null: str) -> Words:
    """Say that hubs gather on the map, and what a null model makes of it."""
    if smooth is None or not smooth.p_value <= LEVEL or null not in _OF_GATHERING:
        return Words("", "")
    found = f"Moran's I {smooth.estimate:.2f}, {p_value(smooth.p_value, smooth.mc_error)}"
    told = _OF_GATHERING[null]
    return Words(
        f" The cities of the list gather on the map ({found}): {told.en}.",
        f"名单所及的城市在地图上有集聚（{found}）：{told.zh}。",
    )


def _share(share: float) -> Words:
    least, few = 0.0001, 0.01
    if share < least:
        return Words("fewer than 0.01 %", "不到0.01%")
    return percent(share, 1 if share >= few else 2)
