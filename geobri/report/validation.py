"""Validation on the page: which published ranks agree with the study's own data, and which do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geobri.measures import label_column
from geobri.report.agreement import draw_agreement
from geobri.report.drawings import draw_intervals
from geobri.report.model import Cell, Column, Drawing, Row, Section, Table
from geobri.report.numbers import number_cell
from geobri.report.shapes import Interval
from geobri.stats.results import Term, TestResult
from geobri.stats.say.agreement import LEVELS, VERDICTS, Verdict
from geobri.study import Study
from geobri.study.analysis import Analysis
from geobri.study.published import PUBLISHED
from geobri.study.validation import AGREEMENT_TEST, give_verdict
from geobri.words import Words

__all__ = ["validation_section"]

_CAUTION: Final = Words(
    "Positive means: more of the indicator, better published rank. Cities: sums over the partners of a city; p by exchanging cities, "
    "95 % interval by resampling cities with replacement (percentile). Corridors: the published list, all other corridors tied behind it; "
    "p by exchanging cities within blocks that keep domestic pairs out; a list of five or ten supports no interval, and its ties keep "
    "the coefficients small. “Agrees” needs a positive rho whose p-value stays at or below 0.05 after Holm's adjustment over the ranks of "
    "the same indicator; “agreement not shown” means that none beyond chance was found, not that there is none.",
    "正值表示：指标越大，发布的名次越靠前。城市层面：对城市的全部伙伴求和；p 值由置换城市得到，95% 区间由对城市的有放回重抽样得到（百分位法）。"
    "通路层面：以发布的名单为序，其余通路并列其后；p 值由在分块内置换城市得到（国内城市对除外）；五条或十条的名单无法给出区间，且并列使系数偏小。"
    "“一致”要求 rho 为正，且经 Holm 法对同一指标的各排序校正后 p ≤ 0.05；“未显示一致”是指没有发现超出偶然的一致，并不证明不存在一致。",
)


def validation_section(study: Study, analysis: Analysis) -> Section | None:
    """Make the section that compares the study with published ranks.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed for it.

    Returns
    -------
    Section or None
        None when the study was not compared with anything.
    """
    results = [one for one in analysis.tests if one.terms and one.terms[0].test == AGREEMENT_TEST]
    if not results:
        return None
    report = PUBLISHED[str(results[0].choices["validate_against"])]()
    ranks = {one.column: Words(one.label, one.label_zh) for one in report.city_measures}
    return Section(
        "validation",
        Words("Do the data agree with the published ranks?", "数据与已发布的排序一致吗？"),
        short=Words("Validation", "验证"),
        points=tuple(_points(results, ranks)),
        drawings=(*_against(study), *_drawings(results, ranks)),
        tables=(_table(results, ranks),),
        notes=(_CAUTION,),
    )


def _against(study: Study) -> tuple[Drawing, ...]:
    """Draw the own index against the published rank: a city's place in one over its place in the other."""
    own = next((one for one in study.city_measures if one.origin == "index"), None)
    rank = next((one for one in study.city_measures if one.origin == "published" and one.is_rank), None)
    if own is None or rank is None:
        return ()
    drawn = draw_agreement(
        study,
        rank,
        own,
        axes=(
            Words(
                f"{rank.label}, published (best on the right)", f"已发布的“{rank.label_zh}”名次（右端最优）"
            ),
            Words(
                f"{own.label} of this study (best at the top)", f"本研究的“{own.label_zh}”名次（上端最优）"
            ),
        ),
        limits=Words(
            "What this cannot show: which ranking is right; the table below tests the parts one by one.",
            "这不能说明：哪种排序正确；下表逐项检验。",
        ),
    )
    return () if drawn is None else (drawn,)


def _label(names: dict[str, Words], key: str) -> Words:
    return names.get(key, Words(label_column(key)))


def _level(result: TestResult) -> Words:
    return LEVELS[result.choices["level"]]


def _called(result: TestResult) -> Words:
    assert result.measure is not None
    return Words(result.measure.label, result.measure.label_zh)


def _compared(result: TestResult) -> list[tuple[str, Term, Term]]:
    """Give each published rank with the rows of Spearman's rho and Kendall's tau-b."""
    return list(zip(result.choices["ranks"], result.terms[::2], result.terms[1::2], strict=True))


def _verdict(rho: Term) -> Verdict:
    return give_verdict(rho.estimate, rho.p_adjusted)


def _points(results: Sequence[TestResult], ranks: dict[str, Words]) -> list[tuple[Words, tuple[Words, ...]]]:
    """Say of each indicator and level what agrees and what does not."""
    points = []
    for result in results:
        name, level = _called(result), _level(result)
        heading = Words(f"{name.en}: {level.en}", f"{name.zh}：{level.zh}")
        sentences = []
        for verdict, words in VERDICTS.items():
            found = [
                (_label(ranks, rank), rho) for rank, rho, _ in _compared(result) if _verdict(rho) == verdict
            ]
            if found:
                en = ", ".join(f"{rank.en} ({_rho(rho)})" for rank, rho in found)
                zh = "、".join(f"{rank.zh}（{_rho(rho)}）" for rank, rho in found)
                preposition = "" if verdict == "contradicts" else "with "
                sentences.append(
                    Words(f"{words.en.capitalize()} {preposition}the rank in {en}.", f"{words.zh}：{zh}。")
                )
        points.append((heading, tuple(sentences)))
    return points


def _rho(term: Term) -> str:
    """Write a correlation with its interval, where it has one."""
    if not math.isfinite(term.ci_low):
        return f"{term.estimate:+.2f}"
    return f"{term.estimate:+.2f}, {term.ci_low:+.2f} … {term.ci_high:+.2f}"


def _drawings(results: Sequence[TestResult], ranks: dict[str, Words]) -> tuple[Drawing, ...]:
    """Draw the rank correlation with each published rank, with its interval."""
    drawn = []
    for result in results:
        rows = [
            Interval(_label(ranks, rank), rho.ci_low, rho.ci_high, rho.estimate)
            for rank, rho, _ in _compared(result)
        ]
        if not all(math.isfinite(row.low) for row in rows):
            continue
        name = _called(result)
        caption = Words(
            f"{name.en}, {result.n} cities: Spearman's rho with each published rank, 95 % bootstrap interval.",
            f"{name.zh}，{result.n} 座城市：与各项已发布排序的 Spearman 相关系数及 95% 自助区间。",
        )
        axis = Words("Spearman's rho with the published rank", "与已发布排序的 Spearman 相关系数")
        drawn.append(draw_intervals(rows, axis=axis, caption=caption, reference=0))
    return tuple(drawn)


def _row(rho: Term, tau: Term, level: Words, indicator: Words, rank: Words) -> Row:
    interval = f"{rho.ci_low:+.2f} – {rho.ci_high:+.2f}" if math.isfinite(rho.ci_low) else ""
    return Row(
        (
            Cell(indicator),
            Cell(level),
            Cell(rank),
            Cell(Words(f"{rho.estimate:+.2f}"), rho.estimate, max(rho.estimate, 0.0)),
            Cell(Words(interval)),
            number_cell(rho.p_value, ".2g"),
            number_cell(tau.estimate, "+.2f"),
            number_cell(tau.p_value, ".2g"),
            number_cell(rho.p_adjusted, ".2g"),
            Cell(VERDICTS[_verdict(rho)]),
        ),
        group=level.en,
    )


def _table(results: Sequence[TestResult], ranks: dict[str, Words]) -> Table:
    rows = []
    for result in results:
        for rank, rho, tau in _compared(result):
            rows.append(_row(rho, tau, _level(result), _called(result), _label(ranks, rank)))
    columns = (
        Column(Words("Indicator", "指标")),
        Column(Words("Level", "层面")),
        Column(Words("Published rank", "已发布排序")),
        Column(Words("Spearman's rho", "Spearman rho"), "number"),
        Column(Words("95 % interval", "95% 区间"), "number"),
        Column(Words("p", "p 值"), "number"),
        Column(Words("Kendall's tau-b", "Kendall tau-b"), "number"),
        Column(Words("p", "p 值"), "number"),
        Column(Words("p of rho, Holm", "rho 的 Holm p 值"), "number"),
        Column(Words("Verdict", "结论")),
    )
    groups = tuple((level.en, level) for level in dict.fromkeys(_level(result) for result in results))
    caption = Words("Every comparison (tests.csv)", "全部比较（tests.csv）")
    return Table("validation-table", caption, columns, tuple(rows), groups=groups, first_rows=14)
