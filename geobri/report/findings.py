"""The findings ledger on the page: every claim with its verdict; a click lights its cities and corridors up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geobri.findings.ledger import Entry, Ledger, Role, Verdict
from geobri.findings.where import say_where_zh
from geobri.report.charts import draw_stacks
from geobri.report.model import Cell, Column, Drawing, Row, Section, Table
from geobri.report.shapes import Stack
from geobri.study.analysis import Analysis
from geobri.words import Words

__all__ = ["findings_section"]

_VERDICTS: Final[dict[str, Words]] = {
    "contradicted": Words("contradicted", "自相矛盾"),
    "fails": Words("fails", "不成立"),
    "partly": Words("partly", "部分成立"),
    "holds": Words("holds", "成立"),
    "untestable": Words("untestable", "无法检验"),
    "question": Words("geobri's own questions", "本软件自问"),
}
_COUNTED: Final[dict[Verdict, str]] = {
    "contradicted": "are contradicted by another table",
    "fails": "fail",
    "partly": "hold in part",
    "holds": "hold",
    "untestable": "cannot be tested with the data at hand",
}
_DRAWN: Final[tuple[Verdict, ...]] = ("holds", "partly", "fails", "contradicted", "untestable")
_MARKS: Final[dict[Verdict, str]] = {
    "holds": "✓",
    "partly": "◐",
    "fails": "✗",
    "contradicted": "≠",
    "untestable": "–",
}
_ROLES: Final[dict[Role, Words]] = {
    "as printed": Words(""),
    "as asked": Words(""),
    "alternative": Words("Another reading: ", "另一读法："),
    "stand-in": Words("Stand-in, no verdict on the sentence: ", "替代数据，不构成对原句的结论："),
}
_COLUMNS = (
    Column(Words("Verdict", "结论")),
    Column(Words("Claim, or question of geobri's own", "论断，或本软件自问")),
    Column(Words("Figures that decide", "依据")),
    Column(Words("Definition", "定义")),
    Column(Words("Where", "出处")),
)


def _row(entry: Entry) -> Row:
    mark, role = _MARKS[entry.verdict], _ROLES[entry.role]
    return Row(
        (
            Cell(Words(f"{mark} {entry.word()}", f"{mark} {entry.word('zh')}")),
            Cell(Words(entry.claim.en, entry.claim.zh)),
            Cell(Words(entry.figures, entry.figures_zh)),
            Cell(Words(role.en + entry.definition, role.zh + entry.definition_zh)),
            Cell(Words(entry.claim.where, say_where_zh(entry.claim.where))),
        ),
        cities=entry.cities,
        corridors=entry.corridors,
        group=_group(entry),
    )


def _group(entry: Entry) -> str:
    """Give the filter a row belongs to: geobri's own questions are kept apart from the verdicts on the report."""
    return "question" if entry.claim.asked_by == "geobri" else entry.verdict


def _most_telling_first(ledger: Ledger) -> list[Entry]:
    """Put what is contradicted or fails before what holds, and our own questions last; a claim stays together."""
    printed = {entry.claim.id: list(_VERDICTS).index(_group(entry)) for entry in ledger.headline}
    return sorted(ledger.entries, key=lambda entry: printed[entry.claim.id])


def findings_section(analysis: Analysis) -> Section | None:
    """Make the section of the findings.

    Parameters
    ----------
    analysis
        What was computed.

    Returns
    -------
    Section or None
        None when the study has no claims.
    """
    if analysis.ledger is None:
        return None
    ledger = analysis.ledger
    rows = tuple(_row(entry) for entry in _most_telling_first(ledger))
    counts = ledger.counts()
    named = [(group, word) for group, word in _VERDICTS.items() if any(row.group == group for row in rows)]
    said = ", ".join(f"{count} {_COUNTED[verdict]}" for verdict, count in counts.items() if count)
    said_zh = "，".join(f"{_VERDICTS[verdict].zh} {count} 条" for verdict, count in counts.items() if count)
    number, asked = len(ledger.sentences), len(ledger.questions)
    paragraphs = [
        Words(
            f"{number} sentences of the report, checked against its own tables and in its own words: {said}. "
            "Where another reading is possible it is listed under the sentence; where the report does not print what a sentence "
            "speaks of, a stand-in may be listed, which is no verdict on it. Choose a row to see its cities and corridors on the map.",
            f"以报告自身的表格、按其自身用语检验了 {number} 条论断：{said_zh}。可有另一读法者，列于该句之下；原文所指数据未公布者，"
            "可列出替代数据，但不构成对原句的结论。点选一行可在地图上查看相关城市与通路。",
        )
    ]
    if asked:
        paragraphs.append(
            Words(
                f"{asked} questions are geobri's own, such as whether more than chance is behind a list. The report does not say "
                "them, and their answers contradict nobody.",
                f"另有 {asked} 项为本软件自问，例如某一名单是否超出随机水平。报告并无此言，其答案亦不构成对报告的否定。",
            )
        )
    table = Table(
        "findings-table",
        Words("The ledger (findings.csv)", "论断清单（findings.csv）"),
        _COLUMNS,
        rows,
        groups=tuple(named),
        searchable=True,
        first_rows=12,
    )
    return Section(
        "findings",
        Words("Findings: what holds", "论断检验"),
        short=Words("Findings", "论断"),
        paragraphs=tuple(paragraphs),
        drawings=(_bars(counts),),
        tables=(table,),
    )


def _bars(counts: Mapping[Verdict, int]) -> Drawing:
    """Draw how many claims hold, fail or cannot be tested, as bars under each other."""
    shown = [(_VERDICTS[one], counts[one]) for one in _DRAWN if counts.get(one)]
    rows = [Stack(name, (float(count),), Words(f"{count:,}")) for name, count in shown]
    whole = sum(count for _, count in shown)
    return draw_stacks(
        rows,
        axis=Words("sentences of the report", "报告论断数"),
        caption=Words(
            f"What became of {whole:,} sentences of the report.", f"报告的 {whole:,} 条论断的检验结果。"
        ),
    )
