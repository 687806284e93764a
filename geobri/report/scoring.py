"""Scores and audits on the page: the computed index, and what published ranks allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from geobri.report.drawings import draw_intervals
from geobri.report.index import index_folds, tree_table
from geobri.report.model import Cell, Column, Drawing, Fold, Row, Section, Table
from geobri.report.numbers import number_cell, write_number, write_step
from geobri.report.shapes import Interval
from geobri.report.terms import name_pair, name_place
from geobri.study import Study
from geobri.study.analysis import Analysis
from geobri.study.effect import LEVEL
from geobri.study.saying import say_index, say_years
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.measures import Level
    from geobri.score import IndexResult

__all__ = ["audit_section", "score_section"]

_MOST_ROWS = 300
_MOST_DRAWN = 25
_FEWEST_DRAWN = 4
_TIERS = 4
_SCORED = (
    Words(
        "Computed from the flows of the study: cities over their partners, corridors among all pairs, each normalised on its own level.",
        "由本研究的流量数据计算：城市按其全部伙伴汇总，通路在全部城市对之间比较，各自在本层级归一化。",
    ),
    Words(
        "Beside each rank: the ranks that 90 % of 1,000 runs span when weights, normaliser and aggregator are varied at random (uncertainty.csv). It says how a rank depends on these choices; it is not a confidence interval.",
        "排序旁为在权重、归一化与聚合方法随机选取的 1,000 次模拟中 90% 所跨的名次（uncertainty.csv）：说明名次对这些选择的依赖，并非置信区间。",
    ),
)


_NOT_PUBLISHED = Words(
    "These are not the published scores, which were never printed.",
    "这不是已发布的得分（报告从未公布得分）。",
)


def _on_map(study: Study, scores: pd.Series[Any], corridor: str) -> tuple[str, ...]:
    """Find the lines of a scored corridor on the map: both directions where the study has directions and the score none."""
    one, other = str(scores["origin"]), str(scores["destination"])
    ids = (corridor, f"{one}->{other}", f"{other}->{one}") if study.directed else (corridor,)
    return tuple(dict.fromkeys(label for label in ids if label in study.corridors.index))


def _intervals(uncertainty: pd.DataFrame | None) -> dict[str, str]:
    """Rank interval of each city and corridor, in words."""
    if uncertainty is None:
        return {}
    known = uncertainty.dropna(subset=["rank_lower", "rank_upper"])
    lower, upper = known["rank_lower"].astype(int), known["rank_upper"].astype(int)
    return {str(unit): f"{a} – {b}" for unit, a, b in zip(known["unit"], lower, upper, strict=True)}


def _score_row(
    study: Study, slug: str, scores: pd.Series[Any], nodes: pd.DataFrame, interval: str, *, arrow: bool
) -> Row:
    is_city = slug in study.cities.index
    rank = scores[nodes["rank"].iloc[0]]
    cells = (
        number_cell(rank, ".0f"),
        Cell(Words(interval)),
        Cell(name_place(study, slug) if is_city else name_pair(study, scores, arrow=arrow)),
        *(number_cell(scores[node], ".1f") for node in nodes["score"]),
    )
    if is_city:
        return Row(cells, cities=(slug,))
    return Row(cells, corridors=_on_map(study, scores, slug))


def _score_table(
    study: Study, result: IndexResult, level: Level, intervals: dict[str, str], caption: Words
) -> Table:
    """List the index and its nodes, best first."""
    nodes, arrow = result.nodes(), bool(result.spec.choices.directed)
    ordered = result.to_frame(level).head(_MOST_ROWS)
    rows = tuple(
        _score_row(study, str(slug), scores, nodes, intervals.get(str(slug), ""), arrow=arrow)
        for slug, scores in ordered.iterrows()
    )
    columns = (
        Column(Words("Rank", "排序"), "number"),
        Column(Words("90 % of runs", "90% 模拟"), "number"),
        Column(Words("Name", "名称")),
        *(
            Column(Words(title, title_zh), "number")
            for title, title_zh in zip(nodes["title"], nodes["title_zh"], strict=True)
        ),
    )
    return Table(f"scores-{level}", caption, columns, rows, searchable=True, first_rows=15)


def _widest_gaps(scores: pd.Series[float], most: int) -> list[tuple[int, float]]:
    """Find the widest gaps of scores in falling order: the place below each, and its width."""
    steps = -scores.diff().iloc[1:].to_numpy(dtype=float)
    widest = sorted(range(len(steps)), key=lambda at: (-steps[at], at))[:most]
    return [(at + 1, float(steps[at])) for at in sorted(widest) if steps[at] > 0]


def _draw_gaps(study: Study, result: IndexResult) -> tuple[Drawing, ...]:
    """Draw the scores of the cities in order, with lines where the widest gaps are."""
    top = result.nodes()["score"].iloc[0]
    scores = result.cities[top].dropna().astype(float).sort_values(ascending=False, kind="stable")
    shown = scores.head(_MOST_DRAWN)
    if len(shown) < _FEWEST_DRAWN:
        return ()
    gaps = _widest_gaps(shown, _TIERS - 1)
    said = [
        (name_place(study, shown.index[at - 1]), name_place(study, shown.index[at]), size)
        for at, size in gaps
    ]
    widest = "; ".join(f"{a.en} and {b.en}, {write_number(size)}" for a, b, size in said)
    widest_zh = "；".join(f"{a.zh}与{b.zh}，{write_number(size)}" for a, b, size in said)
    return (
        draw_intervals(
            [
                Interval(name_place(study, slug), math.nan, math.nan, float(score), cities=(str(slug),))
                for slug, score in shown.items()
            ],
            axis=Words("score, 0 to 100", "得分 0–100"),
            caption=Words(
                "Cities by their score; a line where one of the widest gaps parts them into tiers.",
                "城市得分；横线处为最大的几处断档，将城市分为若干梯队。",
            ),
            breaks=[at for at, _ in gaps],
            statistics=Words(
                f"Widest gaps, in points, between {widest}; {len(scores)} cities.",
                f"最大的断档（分）：{widest_zh}；{len(scores)} 座城市。",
            ),
            limits=Words(
                "What this cannot show: that a tier is more than a gap; the next picture tells how firm the ranks are.",
                "这不能说明：梯队不仅是断档；名次有多稳，见下一图。",
            ),
        ),
    )


def _draw_rank_intervals(study: Study, uncertainty: pd.DataFrame | None) -> tuple[Drawing, ...]:
    """Draw the ranks that most runs span."""
    if uncertainty is None:
        return ()
    known = uncertainty[uncertainty["level"] == "cities"].dropna(subset=["rank_lower", "rank_upper"])
    shown = known.sort_values("rank", kind="stable").head(_MOST_DRAWN)
    if len(shown) < _FEWEST_DRAWN:
        return ()
    firm = int((known["rank_lower"] == known["rank_upper"]).sum())
    span = float((known["rank_upper"] - known["rank_lower"]).max())
    return (
        draw_intervals(
            [
                Interval(
                    name_place(study, row["unit"]),
                    float(row["rank_lower"]),
                    float(row["rank_upper"]),
                    float(row["rank"]),
                    cities=(str(row["unit"]),),
                )
                for _, row in shown.iterrows()
            ],
            axis=Words("rank", "名次"),
            caption=Words(
                "The rank of each city, and the ranks that 90 % of the runs span.",
                "每座城市的名次，以及 90% 的模拟所跨的名次。",
            ),
            statistics=Words(
                f"{firm} of {len(known)} cities keep one rank in 90 % of {int(known['runs'].iloc[0]):,} runs; the widest span is {span:.0f} rank{'' if span == 1 else 's'}.",
                f"{len(known)} 座城市中有 {firm} 座在 {int(known['runs'].iloc[0]):,} 次模拟的 90% 中名次不变；最大跨度为 {span:.0f} 名。",
            ),
            limits=Words(
                "What this cannot show: errors in the data; only the choices of the index were varied.",
                "这不能说明：数据本身的误差；这里只变动了指数的各种选择。",
            ),
        ),
    )


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
    tables = [tree_table(result), _score_table(study, result, "cities", intervals, cities)]
    if result.spec.choices.corridors:
        tables.append(_score_table(study, result, "corridors", intervals, corridors))
    notes = (*study.cautions, *say_index(study))
    said = (*_SCORED, *((_NOT_PUBLISHED,) if study.validate_against else ()), *say_years(study))
    drawn = (*_draw_gaps(study, result), *_draw_rank_intervals(study, analysis.uncertainty))
    return Section(
        "scores",
        Words("Scores", "指数得分"),
        paragraphs=said,
        drawings=drawn,
        tables=tuple(tables),
        notes=notes,
        folds=index_folds(study, result),
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
    effects = (_effects(study, analysis.effects, english, chinese),) if analysis.effects else ()
    drawings: tuple[Drawing, ...] = ()
    if bounds is not None:
        overall = bounds[bounds["node"] == "index"]
        rows = [
            Interval(
                name_place(study, row["city"]),
                float(row["lower"]),
                float(row["upper"]),
                cities=(str(row["city"]),),
            )
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
        folds=effects,
    )


def _effects(
    study: Study, tables: Mapping[str, pd.DataFrame], english: dict[str, str], chinese: dict[str, str]
) -> Fold:
    """List the places that each city owes to each dimension, as far as the published ranks allow."""
    first = next(iter(tables.values())).sort_values("rank_with", kind="stable")
    rows = tuple(
        Row(
            (
                Cell(name_place(study, city)),
                Cell(Words(str(first.loc[city, "rank_with"])), int(first.loc[city, "rank_with"])),
                *(_effect(table.loc[city]) for table in tables.values()),
            ),
            cities=(str(city),),
        )
        for city in first.index
    )
    columns = (
        Column(Words("City", "城市")),
        Column(Words("Rank", "名次"), "number"),
        *(Column(Words(english[part], chinese[part]), "number") for part in tables),
    )
    caption = Words(
        f"Places that a city owes to each dimension: the middle of the score tables that agree with the published ranks, and where {LEVEL:.0%} of them lie. ↑ it would stand lower without it, ↓ higher",
        f"城市因各维度而得的名次：与已发布排序一致的得分表之中位数，以及其中 {LEVEL:.0%} 所在的范围。↑ 去掉后名次下降，↓ 去掉后名次上升",
    )
    table = Table("rank-effects", caption, columns, rows, first_rows=30)
    summary = Words("What each dimension does to the ranks", "各维度对排序的影响")
    return Fold(summary, tables=(table,))


def _effect(row: pd.Series[Any]) -> Cell:
    change, low, high = (int(row[name]) for name in ("change", "lower", "upper"))
    said = f"{row['arrow']} {abs(change)}" if change else str(row["arrow"])
    span = "" if low == high else f" ({write_step(low)} … {write_step(high)})"
    return Cell(Words(said + span), change)


def _titles(study: Study) -> tuple[dict[str, str], dict[str, str]]:
    """Give the titles of the dimensions in English and in Chinese."""
    from geobri.score import load_spec

    nodes = () if study.specification is None else load_spec(study.specification).dimensions
    english = {node.name: node.title or node.name for node in nodes}
    return english, {node.name: node.title_zh or english[node.name] for node in nodes}
