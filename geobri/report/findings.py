"""The findings ledger on the page: every claim with its verdict; a click lights its cities and corridors up."""

from __future__ import annotations

import pandas as pd

from geobri.report.model import Cell, Column, Row, Section, Table
from geobri.report.words import Words
from geobri.study.analysis import Analysis

__all__ = ["findings_section"]

_VERDICTS = {
    "holds": Words("holds", "成立"),
    "partly": Words("partly", "部分成立"),
    "fails": Words("fails", "不成立"),
    "contradicted": Words("contradicted", "自相矛盾"),
    "untestable": Words("untestable", "无法检验"),
}
_MARKS = {"holds": "✓", "partly": "◐", "fails": "✗", "contradicted": "≠", "untestable": "–"}
_COLUMNS = (
    Column(Words("Verdict", "结论")),
    Column(Words("Claim", "论断")),
    Column(Words("Figures that decide", "依据")),
    Column(Words("Definition", "定义")),
    Column(Words("Where", "出处")),
)


def _row(entry: pd.Series) -> Row:
    verdict = str(entry["verdict"])
    word = _VERDICTS.get(verdict, Words(verdict))
    mark = _MARKS.get(verdict, "")
    return Row(
        (
            Cell(Words(f"{mark} {word.en}", f"{mark} {word.zh}")),
            Cell(Words(str(entry["claim_en"]), str(entry["claim_zh"]))),
            Cell(Words(str(entry["figures"]))),
            Cell(Words(str(entry["definition"]))),
            Cell(Words(str(entry["where"]))),
        ),
        cities=tuple(entry["cities"]),
        corridors=tuple(entry["corridors"]),
        group=verdict,
    )


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
    frame = analysis.ledger.to_frame()
    rows = tuple(_row(entry) for _, entry in frame.iterrows())
    first = frame.drop_duplicates("id")
    counts = first["verdict"].value_counts()
    named = [(verdict, word) for verdict, word in _VERDICTS.items() if verdict in set(frame["verdict"])]
    said = ", ".join(f"{counts.get(verdict, 0)} {word.en}" for verdict, word in named)
    said_zh = "，".join(f"{word.zh} {counts.get(verdict, 0)} 条" for verdict, word in named)
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
        "findings", Words("Findings: what holds", "论断检验"), paragraphs=(paragraph,), tables=(table,)
    )
