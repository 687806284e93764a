"""What a study says of itself before any test: what was inferred, which years it shows, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from geobri.measures import Measure, Taken
from geobri.study.account import say_account
from geobri.study.model import Study
from geobri.words import NOTHING, Words

__all__ = ["say_classes", "say_index", "say_study", "say_taken", "say_years"]

_NAMED_EACH: Final = 2
"""Columns of which the same was inferred are named in one line from the third on."""


def say_study(study: Study) -> list[Words]:
    """Say what was inferred, chosen and left out.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Words
        One sentence each: inferences, years, the account, cautions, warnings of the index.
    """
    labels = {one.column: Words(one.column, one.column) for one in study.measures}
    return [
        *say_taken(study.taken, study.tell),
        *(study.tell(said) for said in say_years(study)),
        *(study.tell(said) for said in say_account(study.account, labels)),
        *(study.tell(said) for said in study.cautions),
        *(Words(f"index: {one.en}", f"指数：{one.zh}") for one in say_index(study)),
    ]


def say_index(study: Study) -> list[Words]:
    """Say what a reader should know before quoting a rank of the study's index, measures and places as they are called.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Words
        The warnings of its scores; none without an index.
    """
    from geobri.score.cautions import say_unused

    scores = study.scores
    if scores is None:
        return []
    labels = {
        one.column: Words(one.label, one.label_zh) for one in study.corridor_measures if one.origin == "given"
    }
    unused = say_unused([labels.get(name, Words(name)) for name in scores.unused])
    said = [*map(Words, scores.warnings, scores.warnings_zh)]
    return [study.tell(one) for one in (*unused, *said[len(unused) :])]


def say_taken(taken: Iterable[Taken], tell: Callable[[Words], Words]) -> list[Words]:
    """Say what was inferred, the same of several columns in one line.

    Parameters
    ----------
    taken
        What was inferred.
    tell
        Calls the places what they are in the study (`Study.tell`).

    Returns
    -------
    list of Words
        ``trade taken as: kind = count, because it holds whole numbers from 12 to 8120``.
    """
    alike: dict[Words, list[Taken]] = {}
    for one in taken:
        # what is called the same in both languages is a name: of a file or a column
        column = one.column if one.column.en == one.column.zh else tell(one.column)
        told = replace(one, column=column, because=tell(one.because))
        alike.setdefault(one.taken, []).append(told)
    said = []
    for several in alike.values():
        because = {one.because for one in several}
        if len(several) <= _NAMED_EACH and len(because) > 1:
            said += [one.say([one.column], one.because) for one in several]
            continue
        columns = list(dict.fromkeys(one.column for one in several))
        said.append(several[0].say(columns, because.pop() if len(because) == 1 else NOTHING))
    return said


def say_years(study: Study) -> list[Words]:
    """Say which year every measure shows.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Words
        One sentence for all; none where no measure has years.
    """
    dated = [one for one in study.corridor_measures if one.year is not None and one.origin == "given"]
    if not dated:
        return []
    en, zh = ", ".join(_year(one) for one in dated), "，".join(_year_zh(one) for one in dated)
    return [Words(f"Years shown: {en}.", f"所示年份：{zh}。")]


def say_classes(study: Study) -> list[Words]:
    """Say which years the classes and colours of a layer cover, where it shows one of several.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Words
        One sentence for all measures that have the same years; none without years.
    """
    spans: dict[tuple[int, int, int], list[Words]] = {}
    for one in study.shown("corridors"):
        if one.year is not None and len(one.years) > 1 and one.directed == study.directed:
            name = Words(one.label, one.label_zh or one.label)
            spans.setdefault((one.years[0], one.years[-1], one.year), []).append(name)
    return [
        Words(
            f"{', '.join(name.en for name in names)}: the numbers are of {year}; classes and colours cover all years from {first} to {last}, as on the map of the page.",
            f"{'，'.join(name.zh for name in names)}：数值为{year}年；分组与颜色按{first}至{last}年全部年份划定，与网页地图一致。",
        )
        for (first, last, year), names in spans.items()
    ]


def _year(measure: Measure) -> str:
    span = f" (of {measure.years[0]} to {measure.years[-1]})" if len(measure.years) > 1 else ""
    return f"{measure.label} {measure.year}{span}"


def _year_zh(measure: Measure) -> str:
    span = f"（{measure.years[0]}–{measure.years[-1]}年）" if len(measure.years) > 1 else ""
    return f"{measure.label_zh} {measure.year}年{span}"
