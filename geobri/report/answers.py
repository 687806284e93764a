"""The answer to each question of a study: which test speaks, what it says in a sentence, and the picture that shows it.

One test leads each question, chosen by rule: the one that keeps its size with data of this kind. The others are folded
under it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geobri.measures import Measure
from geobri.report.answer_pictures import draw_list, draw_moran, draw_sides
from geobri.report.definitions import draw_definitions
from geobri.report.distances import say_distance
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.results import is_told, say_result, say_statistics
from geobri.stats.proximity.verdict import ProximityResult
from geobri.stats.results import Question, TestResult
from geobri.stats.say import called, p_value
from geobri.study import Study
from geobri.words import Words, join_sentences

__all__ = ["QUESTIONS", "Answer", "find_answers"]

QUESTIONS: Final[tuple[Question, ...]] = ("closeness", "distance", "groups", "neighbours")
"""The questions with a section of their own, in reading order; agreement has its own room."""

_LEADS: Final[dict[Question, tuple[str, ...]]] = {
    "closeness": ("proximity_test",),
    "distance": ("decay_test", "mrqap_test", "mantel_test"),
    "groups": ("spatial_group_test", "mann_whitney_test"),
    "neighbours": ("moran_test",),
}
_RULES: Final[dict[str, Words]] = {
    "proximity_test": Words(
        "This test leads because it keeps the pattern of hubs and the pairs that could not be listed.",
        "以此检验为准，因为它保持枢纽格局，也不动不可能有排序的城市对。",
    ),
    "decay_test": Words(
        "This test leads because it gives every city its own level and moves cities, not corridors.",
        "以此检验为准，因为它给每座城市各自的水平，且置换的是城市而不是通路。",
    ),
    "spatial_group_test": Words(
        "This test leads because it alone allows for neighbours that are alike.",
        "以此检验为准，因为只有它考虑了邻近城市彼此相似。",
    ),
    "mann_whitney_test": Words(
        "This test leads because it is exact; it takes cities as independent of their neighbours.",
        "以此检验为准，因为它是精确的；但它把城市视为与邻近城市无关。",
    ),
    "moran_test": Words(
        "This test leads because it is the plainest; it compares with cities in any other order.",
        "以此检验为准，因为它最直接：与城市的任意其他排列相比较。",
    ),
}
_LIMITS: Final[dict[Question, Words]] = {
    "closeness": Words(
        "What this cannot show: why they are close, and how strong any corridor is; a list knows only who is on it.",
        "这不能说明：为何相近，以及任一通路有多强；名单只说明谁在其上。",
    ),
    "distance": Words(
        "What this cannot show: a cause. Whatever grows with distance, such as a border or a sea, is in it; large p is no proof of no effect.",
        "这不能说明：因果。凡随距离增大的因素（如边界、海洋）都包含其中；p 值大也不证明没有效应。",
    ),
    "groups": Words(
        "What this cannot show: that the coast itself makes the difference; with few cities only strong effects can be seen.",
        "这不能说明：差异由海岸本身造成；城市较少时，只能看出较强的效应。",
    ),
    "neighbours": Words(
        "What this cannot show: whether neighbours influence each other or share a cause; another choice of neighbours may say otherwise.",
        "这不能说明：邻近城市是互相影响还是有共同原因；换一种邻近的取法，结论可能不同。",
    ),
}
_EVEN: Final = 0.5
"""Share of comparisons at which neither side is ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    question
        Which one.
    title, short
        The question as a heading, and for the table of contents.
    lead, others
        The test that speaks, and the others.
    verdict
        The answer in a sentence to quote at the head of the page.
    sentence
        The answer at length.
    statistics
        Effect, interval, p, null and n in one line.
    limits
        What the answer cannot show, and why this test leads.
    picture
        The picture that shows it; None where the numbers do not allow one.
    also
        A second picture, such as the effect under every definition.
    """

    question: Question
    title: Words
    short: Words
    lead: TestResult
    others: tuple[TestResult, ...]
    verdict: Words
    sentence: Words
    statistics: Words
    limits: Words
    picture: Drawing | None
    also: Drawing | None = None


def find_answers(study: Study, tests: Iterable[TestResult]) -> list[Answer]:
    """Find what the tests answer, a question at a time.

    Parameters
    ----------
    study
        A loaded study.
    tests
        Its finished tests.

    Returns
    -------
    list of Answer
        In the order of `QUESTIONS`; a question that was not tested is not there.
    """
    given = [one for one in tests if one.terms]
    found = []
    for question in QUESTIONS:
        own = [one for one in given if one.question == question]
        lead = _choose(own, _LEADS[question])
        if lead is not None and lead.measure is not None:
            found.append(
                _answer(study, question, lead, [one for one in own if one is not lead], lead.measure)
            )
    return found


def _choose(results: Sequence[TestResult], order: tuple[str, ...]) -> TestResult | None:
    """Choose the test that speaks: the first of the rule that gave a p-value."""
    for test in order:
        for result in results:
            if result.terms[0].test == test and math.isfinite(result.p_value):
                return result
    return next((one for one in results if math.isfinite(one.p_value)), None)


def _answer(
    study: Study, question: Question, lead: TestResult, others: list[TestResult], measure: Measure
) -> Answer:
    """Gather what the page says to one question: title, verdict, sentence, picture and limits."""
    say: dict[Question, Callable[..., tuple[Words, Words, Drawing | None]]] = {
        "closeness": _closeness,
        "distance": say_distance,
        "groups": _groups,
        "neighbours": _neighbours,
    }
    verdict, sentence, picture = say[question](study, lead, others, measure)
    title, short = _titles(question, measure)
    rule = _RULES.get(_test(lead), Words(""))
    limits = _LIMITS[question]
    return Answer(
        question=question,
        title=title,
        short=short,
        lead=lead,
        others=tuple(others),
        verdict=verdict,
        sentence=sentence,
        statistics=say_statistics(study, lead),
        limits=join_sentences([limits, rule]),
        picture=picture,
        also=next((drawn for drawn in map(draw_definitions, others) if drawn is not None), None),
    )


def _test(result: TestResult) -> str:
    return result.terms[0].test


def _titles(question: Question, measure: Measure) -> tuple[Words, Words]:
    """Return the question as a title, and in one word."""
    return {
        "closeness": (
            Words("Are the listed corridors closer than chance?", "有排序的通路是否比偶然更近？"),
            Words("Near?", "邻近"),
        ),
        "distance": (
            Words(f"Does it fall with distance? {measure.label}", f"“{measure.label_zh}”是否随距离衰减？"),
            Words("Distance", "距离"),
        ),
        "groups": (
            Words(
                f"Are coastal cities ahead? {measure.label}", f"沿海城市在“{measure.label_zh}”上是否领先？"
            ),
            Words("Coast", "沿海"),
        ),
        "neighbours": (
            Words(
                f"Do neighbouring cities resemble each other? {measure.label}",
                f"邻近城市的“{measure.label_zh}”是否相似？",
            ),
            Words("Neighbours", "邻近城市"),
        ),
    }[question]


def _closeness(
    study: Study, lead: TestResult, others: Sequence[TestResult], measure: Measure
) -> tuple[Words, Words, Drawing | None]:
    """Say whether the listed corridors are closer than chance would have them."""
    head = lead.terms[0]
    null = lead.null_distribution
    mean = float(null.mean()) if null is not None and len(null) else math.nan
    closer = not head.estimate >= mean
    length, expected = write_number(head.estimate), write_number(mean)
    by_chance = (
        Words(f" (chance gives {expected} km)", f"（偶然情形下为 {expected} 公里）")
        if expected
        else Words("")
    )
    p = p_value(lead.p_value)
    side = Words("closer together", "更近") if closer else Words("farther apart", "更远")
    hubs = next((one for one in others if isinstance(one, ProximityResult) and one.null == "hubs"), None)
    more, more_zh = "", ""
    if hubs is not None and is_told(lead.p_value) and not is_told(hubs.p_value):
        more = f" If every city keeps its number of corridors, it cannot be told ({p_value(hubs.p_value)})."
        more_zh = f"若固定每座城市的通路条数，则无法判断（{p_value(hubs.p_value)}）。"
    if is_told(lead.p_value):
        verdict = Words(
            f"The listed corridors are {side.en} than chance explains: {length} km on average{by_chance.en}; {p}.{more}",
            f"有排序的通路比偶然{side.zh}：平均 {length} 公里{by_chance.zh}，{p}。{more_zh}",
        )
    else:
        verdict = Words(
            f"Whether the listed corridors are closer than chance cannot be told: {length} km on average{by_chance.en}; {p}.",
            f"有排序的通路是否比偶然更近，无法判断：平均 {length} 公里{by_chance.zh}，{p}。",
        )
    return verdict, say_result(study, lead), draw_list(study, measure)


def _groups(
    study: Study, lead: TestResult, others: Sequence[TestResult], measure: Measure
) -> tuple[Words, Words, Drawing | None]:
    """Say whether one group of cities is ahead, and how sure both tests are of it."""
    share = lead.terms[1]
    turned = 1 - share.estimate if measure.is_rank else share.estimate
    exact = next((one for one in others if _test(one) == "mann_whitney_test"), None)
    plain = (
        Words(f"ranks better in {called(measure).en}", f"在{called(measure).zh}上名次更优")
        if measure.is_rank
        else Words(f"has the higher value of {called(measure).en}", f"的{called(measure).zh}更高")
    )
    p, both, both_zh = p_value(lead.p_value), "", ""
    if exact is not None and _test(lead) == "spatial_group_test":
        both = f"{p_value(exact.p_value)} if cities are independent, {p} if neighbours are alike"
        both_zh = f"若城市相互独立 {p_value(exact.p_value)}，若邻近相似 {p}"
    tail, tail_zh = both or p, both_zh or p
    certain = _certainty(lead.p_value, exact.p_value if exact is not None else lead.p_value)
    ahead = Words("coastal", "沿海") if turned >= _EVEN else Words("inland", "内陆")
    often = 100 * max(turned, 1 - turned)
    verdict = Words(
        f"In {often:.0f} % of comparisons the {ahead.en} city {plain.en}; {certain.en} ({tail}).",
        f"沿海与内陆城市两两相比，{ahead.zh}城市{plain.zh}的占 {often:.0f}%；{certain.zh}（{tail_zh}）。",
    )
    return verdict, say_result(study, lead), draw_sides(study, measure)


def _certainty(p: float, plain: float) -> Words:
    if is_told(p):
        return Words("chance alone does not explain it", "非偶然所能解释")
    if is_told(plain):
        return Words("leaning that way, not certain", "有此倾向，但不确定")
    return Words("that may be chance", "可能出于偶然")


def _neighbours(
    study: Study, lead: TestResult, _others: Sequence[TestResult], measure: Measure
) -> tuple[Words, Words, Drawing | None]:
    """Say whether neighbouring cities are alike in a measure."""
    p = p_value(lead.p_value, lead.terms[0].mc_error)
    index = write_number(lead.terms[0].estimate)
    if is_told(lead.p_value):
        alike = lead.terms[0].estimate > lead.terms[0].null_mean
        found = Words("are more alike", "更相似") if alike else Words("differ more", "差异更大")
        verdict = Words(
            f"Neighbouring cities {found.en} in {called(measure).en} than chance explains (I = {index}, {p}).",
            f"邻近城市的{called(measure).zh}比偶然情形{found.zh}（I = {index}，{p}）。",
        )
    else:
        verdict = Words(
            f"That neighbouring cities resemble each other in {called(measure).en} is not shown (I = {index}, {p}).",
            f"未显示出邻近城市的{called(measure).zh}彼此相似（I = {index}，{p}）。",
        )
    return verdict, say_result(study, lead), draw_moran(study, lead, measure)
