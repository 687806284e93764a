"""A section per question: the answer, the picture that shows it, its line of statistics, and everything else folded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geobri.measures import Measure
from geobri.report.answers import Answer
from geobri.report.charts import draw_stacks
from geobri.report.distances import is_yes_or_no
from geobri.report.drawings import draw_intervals, draw_null
from geobri.report.model import Cell, Column, Drawing, Fold, Row, Section, Table
from geobri.report.numbers import number_cell, write_number
from geobri.report.results import leave_out_said, part_sentences, say_findable, say_result
from geobri.report.shapes import Interval, Stack
from geobri.report.terms import relabel
from geobri.stats.flows.friction import DecayResult
from geobri.stats.results import Term, TestResult
from geobri.stats.say.numbers import p_value
from geobri.stats.say.terms import HALF_DISTANCE, name_test, part_term
from geobri.study import Study
from geobri.words import Words, list_words

__all__ = ["question_sections"]

_COLUMNS: Final = (
    Column(Words("Test", "检验")),
    Column(Words("What", "内容")),
    Column(Words("Estimate", "估计"), "number"),
    Column(Words("95 % interval", "95% 区间"), "number"),
    Column(Words("p", "p 值"), "number"),
    Column(Words("Null model or error", "零模型或误差")),
    Column(Words("Cities", "城市数"), "number"),
)
_POWER: Final = Words("What could have been found", "本可发现多大的效应")
_MOST_FORESTS: Final = 2
_FEWEST_ROWS: Final = 3
_FEW_VALUES: Final = 20
_TYPES: Final = frozenset({"type", "type_zh", "mean", "pairs"})
"""Columns of the table of a test of types of corridors."""
_MOST_ROWS: Final = 40
"""Rows beyond which only the ends of a forest are drawn."""
_END: Final = 12


def question_sections(study: Study, answers: Sequence[Answer]) -> list[Section]:
    """Make one section per question, all in the same form.

    Parameters
    ----------
    study
        A loaded study.
    answers
        From `geobri.report.answers.find_answers`.

    Returns
    -------
    list of Section
        In the order of the answers.
    """
    return [_section(study, answer) for answer in answers]


def _section(study: Study, answer: Answer) -> Section:
    folds = [_others(study, answer), _everything(study, answer)]
    return Section(
        answer.question,
        answer.title,
        short=answer.short,
        answer=answer.sentence,
        drawings=tuple(one for one in (answer.picture, answer.also) if one is not None),
        statistics=answer.statistics,
        limits=answer.limits,
        notes=_untested(study, answer),
        folds=tuple(fold for fold in folds if fold is not None),
    )


def _others(study: Study, answer: Answer) -> Fold | None:
    """Fold what the other tests say, none twice, and what chance alone gives."""
    points: dict[Words, list[Words]] = {}
    said = set(part_sentences(answer.sentence.en)), set(part_sentences(answer.sentence.zh))
    for result in answer.others:
        sentence = leave_out_said(say_result(study, result), *said)
        if sentence:
            points.setdefault(name_test(result.terms[0].test), []).append(sentence)
    results = [answer.lead, *answer.others]
    drawings = (*_null(study, answer.lead), *_types(results), *_forests(study, results))
    if not points and not drawings:
        return None
    count = sum(map(len, points.values()))
    points |= {_POWER: [found]} if (found := say_findable(study, answer.lead)) else {}
    return Fold(
        Words(f"Other tests of the same question ({count})", f"同一问题的其他检验（{count}）")
        if count
        else Words("What chance alone gives", "仅凭偶然会得到什么"),
        points=tuple((heading, tuple(sentences)) for heading, sentences in points.items()),
        drawings=drawings,
    )


def _null(study: Study, lead: TestResult) -> tuple[Drawing, ...]:
    values = lead.null_distribution
    if values is None or len(values) < _FEW_VALUES or not math.isfinite(lead.statistic):
        return ()
    null = relabel(study, lead.terms[0].null)
    caption = Words(
        f"What chance alone gives ({null.en}), and what was observed.",
        f"仅凭偶然得到的结果（{null.zh}）与观测值。",
    )
    axis = Words("statistic of the test", "检验统计量")
    return (draw_null(values.tolist(), lead.statistic, axis=axis, caption=caption),)


def _types(results: Sequence[TestResult]) -> tuple[Drawing, ...]:
    """Draw the mean of each type of corridors as bars; ranks and values below 0 have no lengths."""
    found = next((one for one in results if set(one.table.columns) >= _TYPES), None)
    if found is None or found.measure is None or found.measure.is_rank or found.table["mean"].min() < 0:
        return ()
    measure, lead = found.measure, found.terms[0]
    bars = [
        Stack(
            Words(row["type"], row["type_zh"]),
            (float(row["mean"]),),
            Words(
                f"{write_number(row['mean'])} ({row['pairs']:,})",
                f"{write_number(row['mean'])}（{row['pairs']:,} 条）",
            ),
        )
        for row in found.table.dropna(subset=["mean"]).to_dict("records")
    ]
    unit = Words(f" ({measure.unit})", f"（{measure.unit_zh}）") if measure.unit else Words("")
    axis = Words("mean of ", "均值：") + Words(measure.label, measure.label_zh) + unit
    p = p_value(lead.p_value)
    caption = Words(
        f"The mean of each type of corridors, with their number. {lead.term.en}: {write_number(lead.estimate)}, {p}.",
        f"各类通路的均值及条数。{lead.term.zh}：{write_number(lead.estimate)}，{p}。",
    )
    return (draw_stacks(bars, axis=axis, caption=caption),)


def _forests(study: Study, results: Sequence[TestResult]) -> tuple[Drawing, ...]:
    """Draw the effect under every definition, or without each city, where a test has such rows."""
    drawn = []
    for result in results:
        if "threshold_km" in result.table.columns:  # a curve of its own beside the answer
            continue
        rows = [one for one in result.terms if math.isfinite(one.ci_low) and math.isfinite(one.ci_high)]
        effect = {part_term(one.term)[0] for one in rows}
        labels = [part_term(one.term)[1] for one in rows]
        if len(rows) < _FEWEST_ROWS or len(effect) > 1 or len(set(labels)) < len(rows):
            continue
        what, title = relabel(study, effect.pop()), name_test(result.terms[0].test)
        intervals = [
            Interval(relabel(study, label) if label else what, one.ci_low, one.ci_high, one.estimate)
            for label, one in zip(labels, rows, strict=True)
        ]
        caption = Words(
            f"{title.en}: {what.en} with its 95 % interval.", f"{title.zh}：{what.zh}及其 95% 区间。"
        )
        drawn.append(_forest(intervals, what, caption))
    return tuple(drawn[:_MOST_FORESTS])


def _forest(rows: list[Interval], axis: Words, caption: Words) -> Drawing:
    """Draw intervals under each other; of many, those with the smallest and the largest estimates."""
    if len(rows) <= _MOST_ROWS:
        return draw_intervals(rows, axis=axis, caption=caption, reference=0)
    ordered = sorted(rows, key=lambda row: row.point)
    left = len(rows) - 2 * _END
    caption += Words(
        f" Of {len(rows):,} rows the {_END} smallest and the {_END} largest; the other {left:,} lie between them (every estimate is below).",
        f"共 {len(rows):,} 行，图示最小与最大各 {_END} 行；其余 {left:,} 行介于其间（全部估计见下表）。",
    )
    ends = [*ordered[:_END], *ordered[-_END:]]
    return draw_intervals(ends, axis=axis, caption=caption, reference=0, breaks=(_END,))


def _everything(study: Study, answer: Answer) -> Fold:
    rows = tuple(
        Row(_cells(study, term, _whose(answer, result)), group=term.test)
        for result in (answer.lead, *answer.others)
        for term in _listed(result)
    )
    groups = tuple((test, name_test(test)) for test in dict.fromkeys(row.group for row in rows))
    caption = Words("Every estimate of this question (tests.csv)", "本问题的全部估计（tests.csv）")
    table = Table(
        f"tests-{answer.question}", caption, _COLUMNS, rows, groups=groups, searchable=True, first_rows=12
    )
    return Fold(Words(f"Every estimate ({len(rows)})", f"全部估计（{len(rows)}）"), tables=(table,))


def _listed(result: TestResult) -> list[Term]:
    """List the estimates of a test; half of yes or no is nothing, so where a flow is only that, its half-distance is left out."""
    half = isinstance(result, DecayResult) and is_yes_or_no(result.fit.sample.flow)
    return [one for one in result.terms if not (half and one.term == HALF_DISTANCE)]


def _untested(study: Study, answer: Answer) -> tuple[Words, ...]:
    """Name the flows that the question of distance was not asked of, and how to ask."""
    if answer.question != "distance":
        return ()
    asked = {one.measure.column for one in (answer.lead, *answer.others) if one.measure is not None}
    rest = [one for one in study.shown("corridors") if one.adds_up and one.column not in asked]
    if not rest:
        return ()
    named = list_words(Words(one.label, one.label_zh) for one in rest)
    return (
        Words(
            f"Not tested on this page: {named.en}. To ask: geobri decay STUDY --value {rest[0].column}.",
            f"本页未检验：{named.zh}。查询：geobri decay STUDY --value {rest[0].column}。",
        ),
    )


def _whose(answer: Answer, result: TestResult) -> Measure | None:
    """Give the measure of a result where it is another one than that of the question."""
    return None if answer.lead.measure == result.measure else result.measure


def _cells(study: Study, term: Term, other: Measure | None) -> tuple[Cell, ...]:
    what = relabel(study, term.term)
    if other is not None:
        what = Words(f"{other.label}: {what.en}", f"{other.label_zh}：{what.zh}")
    known = math.isfinite(term.ci_low) and math.isfinite(term.ci_high)
    interval = f"{write_number(term.ci_low)} – {write_number(term.ci_high)}" if known else ""
    return (
        Cell(name_test(term.test)),
        Cell(what),
        number_cell(term.estimate),
        Cell(Words(interval)),
        Cell(Words(_bare(term.p_value)), term.p_value if math.isfinite(term.p_value) else None),
        Cell(_made_how(study, term)),
        Cell(Words(str(term.n_cities)), term.n_cities),
    )


def _bare(p: float) -> str:
    """Write a p-value for a column that is headed p."""
    return p_value(p).removeprefix("p ").removeprefix("= ") if math.isfinite(p) else ""


def _made_how(study: Study, term: Term) -> Words:
    """Name the kind of error and the null model, as far as a row has them."""
    said = [relabel(study, part) for part in (term.se_type, term.null) if part]
    return Words("; ".join(one.en for one in said), "；".join(one.zh for one in said))
