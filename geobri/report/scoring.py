"""Scores and audits on the page: the computed index, and what published ranks allow."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from geobri.report.drawings import Interval, draw_intervals
from geobri.report.model import Cell, Column, Drawing, Row, Section, Table
from geobri.words import Words
from geobri.study import Study
from geobri.study.analysis import Analysis

__all__ = ["audit_section", "score_section"]

_MOST_ROWS = 300
_SCORED = (
    Words(
        "Computed from the flows of the study: cities over their partners, corridors among all pairs, each normalised on its own level. Not the published scores, which were never printed.",
        "由本研究的流量数据计算：城市按其全部伙伴汇总，通路在全部城市对之间比较，各自在本层级归一化。这不是已发布的得分（报告从未公布得分）。",
    ),
    Words(
        "Beside each rank: the ranks that 90 % of 1,000 runs span when weights, normaliser and aggregator are left to chance (uncertainty.csv). It says how a rank hangs on these choices; it is not a confidence interval.",
        "排序旁为在权重、归一化与聚合方法随机选取的 1,000 次模拟中 90% 所跨的名次（uncertainty.csv）：说明名次对这些选择的依赖，并非置信区间。",
    ),
)


def _name(study: Study, slug: str) -> Words:
    city = study.cities.loc[slug]
    chinese = city.get("name_zh")
    return Words(str(city["name"]), "" if pd.isna(chinese) else str(chinese))


def _number(value: Any) -> Cell:
    if pd.isna(value):
        return Cell(Words(""))
    return Cell(Words(f"{float(value):.1f}"), float(value))


def _ends(study: Study, corridor: str) -> Words:
    row = study.corridors.loc[corridor]
    one, other = _name(study, str(row["origin"])), _name(study, str(row["destination"]))
    return Words(f"{one.en} – {other.en}", f"{one.zh} – {other.zh}")


def _intervals(uncertainty: pd.DataFrame | None) -> dict[str, str]:
    """Rank interval of each city and corridor, in words."""
    if uncertainty is None:
        return {}
    known = uncertainty.dropna(subset=["rank_lower", "rank_upper"])
    lower, upper = known["rank_lower"].astype(int), known["rank_upper"].astype(int)
    return {str(unit): f"{a} – {b}" for unit, a, b in zip(known["unit"], lower, upper, strict=True)}


def _score_row(study: Study, slug: str, scores: pd.Series[Any], nodes: list[str], interval: str) -> Row:
    is_city = slug in study.cities.index
    rank = scores[f"rank_{nodes[0]}"]
    cells = (
        Cell(Words("" if pd.isna(rank) else f"{float(rank):.0f}"), None if pd.isna(rank) else float(rank)),
        Cell(Words(interval)),
        Cell(_name(study, slug) if is_city else _ends(study, slug)),
        *(_number(scores[node]) for node in nodes),
    )
    return Row(cells, cities=(slug,) if is_city else (), corridors=() if is_city else (slug,))


def _score_table(
    study: Study, frame: pd.DataFrame, intervals: dict[str, str], key: str, caption: Words
) -> Table:
    """List the index and its nodes, best first."""
    nodes = [name for name in frame.columns if f"rank_{name}" in frame.columns]
    ordered = frame.sort_values(f"rank_{nodes[0]}", kind="stable", na_position="last").head(_MOST_ROWS)
    known = [
        (str(label), scores)
        for label, scores in ordered.iterrows()
        if label in study.cities.index or label in study.corridors.index
    ]
    rows = tuple(_score_row(study, slug, scores, nodes, intervals.get(slug, "")) for slug, scores in known)
    columns = (
        Column(Words("Rank", "排序"), "number"),
        Column(Words("90 % of runs", "90% 模拟"), "number"),
        Column(Words("Name", "名称")),
        *(Column(Words(node), "number") for node in nodes),
    )
    return Table(key, caption, columns, rows, searchable=True, first_rows=15)


def score_section(study: Study, analysis: Analysis) -> Section | None:
    """Make the section of the computed scores.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed.

    Returns
    -------
    Section or None
        None when there is no index.
    """
    result = analysis.scores
    if result is None:
        return None
    intervals = _intervals(analysis.uncertainty)
    cities = Words("Cities, 0 to 100 (scores_cities.csv)", "城市得分 0–100（scores_cities.csv）")
    corridors = Words("Corridors, 0 to 100 (scores_corridors.csv)", "通路得分 0–100（scores_corridors.csv）")
    tables = [_score_table(study, result.cities, intervals, "scores-cities", cities)]
    if result.spec.choices.corridors:
        tables.append(_score_table(study, result.corridors, intervals, "scores-corridors", corridors))
    notes = tuple(Words(en, zh) for en, zh in zip(result.warnings, result.warnings_zh, strict=True))
    return Section(
        "scores", Words("Scores", "指数得分"), paragraphs=_SCORED, tables=tuple(tables), notes=notes
    )


def audit_section(study: Study, analysis: Analysis) -> Section | None:
    """Make the section of the audit of published ranks.

    Parameters
    ----------
    study
        A loaded study.
    analysis
        What was computed.

    Returns
    -------
    Section or None
        None when there are no published ranks of dimensions.
    """
    audit = analysis.audit
    if audit is None:
        return None
    bounds, (english, chinese) = audit.bounds, _titles(study)
    drawings: tuple[Drawing, ...] = ()
    if bounds is not None:
        overall = bounds[bounds["node"] == "index"]
        rows = [
            Interval(_name(study, str(row["city"])), float(row["lower"]), float(row["upper"]), math.nan)
            for _, row in overall.iterrows()
        ]
        drawings = (
            draw_intervals(
                rows,
                axis=Words("overall score, 0 to 100", "综合得分 0–100"),
                caption=Words(
                    "Between which scores each city must lie, over all scores that agree with the published ranks and weights. "
                    + audit.assumption("en", names=english),
                    "在与已发布排序及权重一致的全部得分中，每座城市综合得分的上下界。"
                    + audit.assumption("zh", names=chinese),
                ),
            ),
        )
    return Section(
        "audit",
        Words("What the ranks allow", "由排序反推"),
        short=Words("Audit", "反推"),
        paragraphs=(Words(audit.summary("en", names=english), audit.summary("zh", names=chinese)),),
        drawings=drawings,
    )


def _titles(study: Study) -> tuple[dict[str, str], dict[str, str]]:
    """Give the titles of the dimensions in English and in Chinese."""
    from geobri.score import load_spec

    nodes = () if study.specification is None else load_spec(study.specification).dimensions
    english = {node.name: node.title or node.name for node in nodes}
    return english, {node.name: node.title_zh or english[node.name] for node in nodes}
