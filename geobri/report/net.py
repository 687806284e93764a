"""Places in their net: how far cities reach, and the hubs of all flows together."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geobri.errors import DataError, MissingExtraError
from geobri.exchange.graphs import need_package
from geobri.measures import Measure
from geobri.report.charts import draw_stacks
from geobri.report.model import Cell, Column, Drawing, Row, Section, Table
from geobri.report.numbers import number_cell, percent_cell, write_number
from geobri.report.ranking import name_with_unit
from geobri.report.shapes import Stack
from geobri.report.terms import name_place
from geobri.stats.say import called
from geobri.study import Study
from geobri.study.city_totals import find_sums
from geobri.study.hubs import find_hubs, find_reach, list_flows
from geobri.words import Words

__all__ = ["find_totals", "net_section"]

_MOST_CITIES: Final = 60
_MOST_STEPS: Final = 150_000_000
"""Places times links past which hubs are left to the command: about five seconds of paths with igraph."""
_FEWEST: Final = 3
_MOST_BARS: Final = 20
_SUMS: Final = {"out": "sent", "in": "received", "both": "total"}


def net_section(study: Study) -> Section | None:
    """Make the section of reach and hubs.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None where the study has no flow. Where hubs are left out (no extra `graphs`, or a net too large for a page) it says so.
    """
    flows = list_flows(study)
    if not flows or len(study.cities) < _FEWEST:
        return None
    left_out = _say_left_out(study, flows)
    hubs = [] if left_out else _hubs(study, flows)
    tables = [*_reach(study, flows[0]), *hubs]
    bars = _draw_totals(study, flows[0])
    if not tables:
        return None
    limits = Words(
        "What this cannot show: why; a hub of these flows need not be one of others, and flows that are not in the study count nowhere.",
        "这不能说明：原因；这些联系的枢纽未必是其他联系的枢纽，研究中没有的联系均未计入。",
    )
    return Section(
        "net",
        Words("Reach and hubs", "辐射范围与枢纽"),
        short=Words("Net", "网络"),
        drawings=() if bars is None else (bars,),
        tables=tuple(tables),
        notes=(left_out,) if left_out else (),
        limits=limits,
    )


def _say_left_out(study: Study, flows: list[Measure]) -> Words | None:
    """Say why hubs are left out; None where they are listed."""
    try:
        need_package("networkx")
    except MissingExtraError:
        return Words(
            "Hubs are left out: they need networkx and igraph (geobri[graphs]).",
            "未列出枢纽：需要安装 networkx 与 igraph（geobri[graphs]）。",
        )
    columns = [one.column for one in flows]
    n, links = len(study.cities), int((study.corridors[columns] > 0).any(axis=1).sum())
    if n * links <= _MOST_STEPS:
        return None
    return Words(
        f"Hubs are left out: the paths through {n:,} places and {links:,} links take too long for a page. “geobri hubs” finds them.",
        f"未列出枢纽：{n:,} 个地点、{links:,} 条联系的路径计算对页面而言过久；可用“geobri hubs”计算。",
    )


def find_totals(study: Study, flow: Measure) -> pd.DataFrame | None:
    """Give what every city sends, receives and has in all of a flow.

    Parameters
    ----------
    study
        A loaded study.
    flow
        A measure of its corridors that adds up.

    Returns
    -------
    pandas.DataFrame or None
        Cities with more than 0 in all, the most first: `total`, and `sent` and `received` where the flow is directed; None
        where the study has no totals of it.
    """
    columns = {measure.column: _SUMS[key] for key, measure in find_sums(study, flow).items()}
    if "total" not in columns.values():
        return None
    table = pd.DataFrame(study.cities[list(columns)]).rename(columns=columns).dropna()
    return table[table["total"] > 0].sort_values("total", ascending=False, kind="stable")


def _draw_totals(study: Study, flow: Measure) -> Drawing | None:
    """Draw the cities with the most of a flow as bars, of a directed one what they send and what they receive."""
    table = find_totals(study, flow)
    if table is None or len(table) < _FEWEST:
        return None
    shown, columns = table.head(_MOST_BARS), ["total"]
    parts: tuple[Words, ...] = ()
    if flow.directed and np.allclose(table["sent"] + table["received"], table["total"]):
        columns, parts = ["sent", "received"], (Words("sent", "流出"), Words("received", "流入"))
    rows = [
        Stack(
            name_place(study, city),
            tuple(float(row[name]) for name in columns),
            Words(write_number(float(row["total"]))),
            (str(city),),
        )
        for city, row in shown.iterrows()
    ]
    return draw_stacks(
        rows,
        parts=parts,
        axis=name_with_unit(flow),
        caption=Words(
            f"The first {len(rows)} of {len(table):,} cities by {called(flow).en} summed over their partners.",
            f"按{called(flow).zh}对全部联系城市求和排列的前 {len(rows)} 座城市（共 {len(table):,} 座城市）。",
        ),
    )


def _reach(study: Study, flow: Measure) -> list[Table]:
    """Return the table of how far the flows of each city reach; none where that cannot be measured."""
    try:
        table = find_reach(study, flow.column).head(_MOST_CITIES)
    except DataError:
        return []
    placed = table["share_inside"].notna().any()
    rows = tuple(
        Row(
            (
                Cell(name_place(study, city)),
                *(number_cell(row[name]) for name in ("partners", "total")),
                *(
                    (percent_cell(row[name], ".0f") for name in ("share_inside", "share_expected"))
                    if placed
                    else ()
                ),
                *(number_cell(row[name]) for name in ("mean_km", "median_km")),
            ),
            cities=(str(city),),
        )
        for city, row in table.iterrows()
    )
    inside = (
        Column(Words("Inside its region", "区域内占比"), "number"),
        Column(Words("Without preference", "无偏好时"), "number"),
    )
    columns = (
        Column(Words("City", "城市")),
        Column(Words("Partners", "联系城市数"), "number"),
        Column(Words("Total", "合计"), "number"),
        *(inside if placed else ()),
        Column(Words("Mean km", "平均公里"), "number"),
        Column(Words("Median km", "中位公里"), "number"),
    )
    preference = Words(
        " Without preference: the share that the city's region has in the totals of all its possible partners.",
        "无偏好时：该城市所在区域在其全部可能联系城市的总量中所占的份额。",
    )
    caption = Words(
        f"How far “{flow.label}” reaches, weighted by flow.", f"“{flow.label_zh}”的辐射范围，以联系量加权。"
    ) + (preference if placed else Words(""))
    return [Table("reach", caption, columns, rows, searchable=True, first_rows=12)]


def _hubs(study: Study, flows: list[Measure]) -> list[Table]:
    """Return the table of hubs, with the paths through each and its community."""
    table = find_hubs(study).head(_MOST_CITIES)
    rows = tuple(
        Row(
            (
                Cell(name_place(study, city)),
                Cell(Words(f"{row['hub_of']} / {len(flows)}"), int(row["hub_of"])),
                *(number_cell(row[f"degree_{flow.column}"]) for flow in flows),
                number_cell(row["degree"]),
                percent_cell(row["betweenness"], ".0f"),
                Cell(
                    Words("" if pd.isna(row["community"]) else str(row["community"])),
                    None if pd.isna(row["community"]) else int(row["community"]),
                ),
            ),
            cities=(str(city),),
        )
        for city, row in table.iterrows()
    )
    columns = (
        Column(Words("City", "城市")),
        Column(Words("Hub of", "枢纽维度"), "number"),
        *(
            Column(Words(f"Partners: {flow.label}", f"联系城市数：{flow.label_zh}"), "number")
            for flow in flows
        ),
        Column(Words("Partners in any", "全部联系城市数"), "number"),
        Column(Words("Betweenness", "介数"), "number"),
        Column(Words("Community", "社群"), "number"),
    )
    caption = Words(
        "Hubs: in how many flows a city is among the strongest tenth; and in the net of all flows, each divided by its sum, the share of shortest paths between others that pass through it, and its community (Louvain).",
        "枢纽：城市在多少种联系中位列最强的十分之一；在全部联系（各除以其总和）构成的网络中，其他城市之间经过该城市的最短路径占比，以及所属社群（Louvain 算法）。",
    )
    return [Table("hubs", caption, columns, rows, searchable=True, first_rows=12)]
