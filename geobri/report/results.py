"""What a result of a test says on the page: its sentence and its line of statistics, labels for identifiers."""

from __future__ import annotations

import math
import re
from typing import Final

from geobri.report.numbers import write_number
from geobri.report.terms import relabel
from geobri.stats.proximity.verdict import ProximityResult
from geobri.stats.results import TestResult
from geobri.stats.say import LEVEL, p_value
from geobri.stats.say.closeness import LISTS
from geobri.study import Study
from geobri.words import Words, print_minus

__all__ = ["is_told", "leave_out_said", "part_sentences", "say_findable", "say_result", "say_statistics"]

_ENDS: Final = re.compile(r"(?<=[.!?]) (?=[A-Z“])|(?<=。)(?!$)")
"""Where a sentence ends and another begins."""
_WIDTH: Final = 2 * 1.960
"""Width of a 95 % interval in standard errors."""
_FINDABLE: Final = 1.960 + 0.842
"""Standard errors that an effect needs, to be told from chance at 5 % in 80 % of all cases: the quantiles of both."""
_QUOTED: Final = re.compile("(“[^”]*”)")
_CITIES_ZH: Final = re.compile("个城市(?!对)")
_BESIDE_ZH: Final = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9+−])|(?<=[A-Za-z0-9%])(?=[\u4e00-\u9fff])")
"""Between Chinese letters and Latin ones or figures, where a space is printed."""


def is_told(p: float) -> bool:
    """Tell whether a p-value lets something be told from chance.

    Parameters
    ----------
    p
        The p-value.

    Returns
    -------
    bool
        Whether it is small enough.
    """
    return p <= LEVEL


def say_statistics(study: Study, lead: TestResult) -> Words:
    """Write effect, interval, p, null and n of the leading row in one line.

    Parameters
    ----------
    study
        The study.
    lead
        A result of one of its tests.

    Returns
    -------
    Words
        The line of statistics.
    """
    head = lead.terms[0]
    what, null = relabel(study, head.term), relabel(study, head.null)
    english = [f"{what.en} {write_number(head.estimate)}"]
    chinese = [f"{what.zh} {write_number(head.estimate)}"]
    if math.isfinite(head.ci_low) and math.isfinite(head.ci_high):
        low, high = write_number(head.ci_low), write_number(head.ci_high)
        english.append(f"95 % interval {low} to {high}")
        chinese.append(f"95% 区间 {low} 至 {high}")
    p = p_value(head.p_value, head.mc_error)
    english.append(p if head.alternative == "two-sided" else f"{p}, one-sided")
    chinese.append(p if head.alternative == "two-sided" else f"{p}（单侧）")
    if null.en:
        english.append(f"null model: {null.en}")
        chinese.append(f"零模型：{null.zh}")
    english.append(f"{head.n_cities} cities" + (f", {head.n_pairs:,} pairs" if head.n_pairs else ""))
    chinese.append(f"{head.n_cities} 座城市" + (f"、{head.n_pairs:,} 个城市对" if head.n_pairs else ""))
    return Words("; ".join(english) + ".", "；".join(chinese) + "。")


def say_findable(study: Study, lead: TestResult) -> Words:
    """Say how large an effect must be, to be found four times in five with as much data.

    Parameters
    ----------
    study
        The study.
    lead
        A result of one of its tests.

    Returns
    -------
    Words
        A sentence from the interval of its leading row, or else from the spread of its estimate under the null model; nothing
        where it has neither.
    """
    head = lead.terms[0]
    cities = Words(f"With these {head.n_cities} cities, ", f"以这 {head.n_cities} 座城市，")
    found = Words(
        " would be told from chance four times in five; smaller ones are easily missed",
        "时，五次中有四次可与偶然区分；更小的则容易漏过",
    )
    what, width = relabel(study, head.term), head.ci_high - head.ci_low
    if math.isfinite(width):
        size = write_number(_FINDABLE * width / _WIDTH)
        said = Words(f"an effect of about {size} ({what.en})", f"效应（{what.zh}）约达 {size} ")
        by = Words(" (2.8 standard errors, from the interval).", "（2.8 个标准误，由区间得出）。")
    elif math.isfinite(head.null_sd) and head.null_sd > 0:
        size = write_number(_FINDABLE * head.null_sd)
        said = Words(
            f"an estimate about {size} above or below that of chance ({what.en})",
            f"估计值（{what.zh}）高于或低于偶然情形约 {size} ",
        )
        by = Words(
            " (2.8 standard deviations of the null model, as if it were normal).",
            "（零模型的 2.8 个标准差，按正态近似）。",
        )
    else:
        return Words("")
    return cities + said + found + by


def say_result(study: Study, result: TestResult) -> Words:
    """Give the sentence of a test in both languages, labels for identifiers.

    Parameters
    ----------
    study
        A loaded study.
    result
        One of its tests.

    Returns
    -------
    Words
        Where a test has no Chinese sentence, its figures in Chinese: estimate, p-value, cities and null model.
    """
    label = result.measure.label_zh if result.measure else ""
    english = print_minus(result.summary())
    if result.sentence_zh:
        return Words(english, _set_chinese(print_minus(result.sentence_zh)))
    head = result.terms[0]
    if isinstance(result, ProximityResult) and result.null in LISTS:
        words = LISTS[result.null]
        told = "" if is_told(result.p_value) else "，无法与偶然区分"
        length = f"有排序的通路平均长 {write_number(head.estimate)} 公里"
        return Words(
            english, f"{length}。{words.opening.zh}，{p_value(result.p_value)}{told}（{words.says.zh}）。"
        )
    what = relabel(study, head.term).zh
    null = relabel(study, head.null).zh
    figure = f"{what} {write_number(head.estimate)}，" if math.isfinite(head.estimate) else ""
    under = f"；零模型：{null}" if null else ""
    return Words(english, f"{label}：{figure}{p_value(result.p_value)}（{head.n_cities} 座城市{under}）。")


def part_sentences(text: str) -> list[str]:
    """Part a text into its sentences.

    Parameters
    ----------
    text
        Some sentences in one language.

    Returns
    -------
    list of str
        One by one.

    Examples
    --------
    >>> part_sentences("It falls. No more can be told.")
    ['It falls.', 'No more can be told.']
    """
    return [part for part in _ENDS.split(text) if part]


def leave_out_said(words: Words, said: set[str], said_zh: set[str]) -> Words:
    """Leave out sentences that were said before, and remember the others.

    Parameters
    ----------
    words
        Some sentences.
    said, said_zh
        What was said in English and in Chinese; what is new is added.

    Returns
    -------
    Words
        What is new; nothing where all of it was said.
    """
    left = [one for one in part_sentences(words.en) if one not in said]
    left_zh = [one for one in part_sentences(words.zh) if one not in said_zh]
    said.update(left)
    said_zh.update(left_zh)
    return Words(" ".join(left), "".join(left_zh)) if left else Words("")


def _set_chinese(text: str) -> str:
    """Set a Chinese sentence as the page is set: with spaces around figures, and cities counted as 座; names stay as they are."""
    parts = _QUOTED.split(text)
    parts[::2] = [_BESIDE_ZH.sub(" ", _CITIES_ZH.sub("座城市", part)) for part in parts[::2]]
    return "".join(parts)
