"""The findings ledger on the page: every claim with its verdict; a click lights its cities and corridors up."""

from __future__ import annotations

from typing import Final

from geobri.findings.ledger import Entry, Ledger, Verdict
from geobri.report.model import Cell, Column, Row, Section, Table
from geobri.report.words import Words
from geobri.study.analysis import Analysis

__all__ = ["findings_section"]

_VERDICTS: Final[dict[Verdict, Words]] = {
    "contradicted": Words("contradicted", "自相矛盾"),
    "fails": Words("fails", "不成立"),
    "partly": Words("partly", "部分成立"),
    "holds": Words("holds", "成立"),
    "untestable": Words("untestable", "无法检验"),
}
_COUNTED: Final[dict[Verdict, str]] = {
    "contradicted": "are contradicted by another table",
    "fails": "fail",
    "partly": "hold in part",
    "holds": "hold",
    "untestable": "cannot be tested with the data at hand",
}
_MARKS: Final[dict[Verdict, str]] = {
    "holds": "✓",
    "partly": "◐",
    "fails": "✗",
    "contradicted": "≠",
    "untestable": "–",
}
_COLUMNS = (
    Column(Words("Verdict", "结论")),
    Column(Words("Claim", "论断")),
    Column(Words("Figures that decide", "依据")),
    Column(Words("Definition", "定义")),
    Column(Words("Where", "出处")),
)


def _row(entry: Entry) -> Row:
    word = _VERDICTS[entry.verdict]
    mark = _MARKS[entry.verdict]
    return Row(
        (
            Cell(Words(f"{mark} {word.en}", f"{mark} {word.zh}")),
            Cell(Words(entry.claim.en, entry.claim.zh)),
            Cell(Words(entry.figures, entry.figures_zh)),
            Cell(Words(entry.definition, entry.definition_zh)),
            Cell(Words(entry.claim.where)),
        ),
        cities=entry.cities,
        corridors=entry.corridors,
        group=entry.verdict,
    )


def _most_telling_first(ledger: Ledger) -> list[Entry]:
    """Put what is contradicted or fails before what holds; a claim stays together under all its definitions."""
    printed = {entry.claim.id: list(_VERDICTS).index(entry.verdict) for entry in ledger.headline}
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
    first = ledger.headline
    named = [
        (verdict, word) for verdict, word in _VERDICTS.items() if any(row.group == verdict for row in rows)
    ]
    said = ", ".join(f"{counts[verdict]} {_COUNTED[verdict]}" for verdict, _ in named)
    said_zh = "，".join(f"{word.zh} {counts[verdict]} 条" for verdict, word in named)
    paragraph = Words(
        f"{len(first)} claims of the report, checked against its own tables: {said}, each under the report's own definitions. "
        "Where a definition decides, the claim stands again under each alternative. Choose a row to see its cities and corridors on the map.",
        f"对照报告自身的表格检验了 {len(first)} 条论断：{said_zh}（按报告自身定义）。凡定义影响结论者，在各备选定义下另列。点选一行可在地图上查看相关城市与通路。",
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
        paragraphs=(paragraph,),
        tables=(table,),
    )
