"""What sums over all pairs of a run can answer, question by question, each with its picture; nothing is tested, and a fit that was made is quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.measures import Measure
from geobri.report.charts import draw_course, draw_stacks
from geobri.report.model import Cell, Column, Drawing, Fold, Row, Section, Table
from geobri.report.numbers import number_cell, write_number
from geobri.report.ranking import name_with_unit
from geobri.report.shapes import Point, Stack
from geobri.report.terms import name_city
from geobri.scale.drawing import RunTables, picture_of
from geobri.words import Words, join_sentences

__all__ = ["MOST_LISTED", "run_sections"]

_FIRST: Final = 12
MOST_LISTED: Final = 200
"""Corridors and places of a table."""
_FEWEST_PAIRS: Final = 10
"""A mean of fewer pairs is no point of the curve."""
_FRICTION: Final = "friction: "
_COASTS: Final = {
    "coast-coast": Words("coast – coast", "沿海 – 沿海"),
    "coast-inland": Words("coast – inland", "沿海 – 内陆"),
    "inland-inland": Words("inland – inland", "内陆 – 内陆"),
}
_NO_COAST: Final = Words("coast not known", "沿海与否未知")
"""What a row of sums says of pairs with a place of which no coast is known."""

_HEADINGS: Final = {
    "coast_pair": Words("Coast", "沿海类型"),
    "from_km": Words("From, km", "起（公里）"),
    "to_km": Words("To, km", "止（公里）"),
    "pairs": Words("Pairs", "城市对数"),
    "distance_km_mean": Words("Mean km", "平均公里"),
}
_MOMENTS: Final = {
    "pairs": Words("pairs known", "有数值的城市对数"),
    "sum": Words("sum", "合计"),
    "mean": Words("mean of a pair", "每对均值"),
    "sd": Words("standard deviation", "标准差"),
}
"""What the columns of a table of sums are called, in this order; those of a measure stand behind its label."""


def run_sections(run: RunTables) -> list[Section]:
    """Answer what sums over all pairs can answer, each with its picture.

    Parameters
    ----------
    run
        Facts and tables of a finished run.

    Returns
    -------
    list of Section
        Who leads, where all pairs run, distance, coast, and what was left out.
    """
    found = [_leading(run), _everywhere(run), _distance(run), _coast(run), _left_out(run)]
    return [section for section in found if section is not None]


def _name(run: RunTables, city: str) -> Words:
    return name_city(run.tables["cities"].loc[[city]].iloc[0])


def _pair(run: RunTables, row: pd.Series[Any]) -> Words:
    one, other = _name(run, row["origin"]), _name(run, row["destination"])
    mark = "→" if run.facts["directed"] else "–"
    return Words(f"{one.en} {mark} {other.en}", f"{one.zh} {mark} {other.zh}")


def _leading(run: RunTables) -> Section | None:
    """Say which places lead by each measure, with a picture of them."""
    top, cities = run.tables["top_corridors"], run.tables["cities"]
    if top.empty or not run.measures:
        return None
    first = run.measures[0]
    total = f"{first.column}_sum"
    strongest = cities.sort_values(total, ascending=False, kind="stable")
    pair, city = _pair(run, top.iloc[0]), _name(run, str(strongest.index[0]))
    answer = Words(
        f"{pair.en} leads the corridors by {first.label} ({write_number(float(top[first.column].iloc[0]))}), {city.en} the places by its sum over all partners.",
        f"按{first.label_zh}，{pair.zh}居通路之首（{write_number(float(top[first.column].iloc[0]))}）；{city.zh}对所有伙伴之和居首。",
    )
    limits = Words(
        "They were chosen for their strength, so nothing was tested on them.",
        "它们是按强度挑选的，因此未作任何检验。",
    )
    return Section(
        "leading",
        Words("Who leads?", "谁领先？"),
        answer=answer,
        drawings=_draw_leaders(run, first, top, strongest[total]),
        limits=limits,
        tables=(_corridor_table(run, top.head(MOST_LISTED)), _city_table(run, strongest.head(MOST_LISTED))),
    )


def _draw_leaders(
    run: RunTables, first: Measure, top: pd.DataFrame, totals: pd.Series[Any]
) -> tuple[Drawing, ...]:
    """Draw the strongest corridors, and the places with the largest sums."""
    bars = [
        (_pair(run, row), float(row[first.column]), ((str(row["origin"]), str(row["destination"]))))
        for _, row in top.head(_FIRST).iterrows()
    ]
    places = [
        (_name(run, str(slug)), float(amount), (str(slug),)) for slug, amount in totals.head(_FIRST).items()
    ]
    drawings = (
        _bars(
            bars,
            first,
            Words(
                f"The first {len(bars)} of {run.facts['pairs']:,} pairs.",
                f"前 {len(bars)} 条，共 {run.facts['pairs']:,} 个城市对。",
            ),
        ),
        _bars(
            places,
            first,
            Words(
                f"The first {len(places)} of {len(totals):,} places, by the sum over all partners.",
                f"前 {len(places)} 个，共 {len(totals):,} 个地点，按对所有伙伴之和。",
            ),
        ),
    )
    return tuple(one for one in drawings if one is not None)


def _bars(
    rows: Sequence[tuple[Words, float, tuple[str, ...]]], measure: Measure, caption: Words
) -> Drawing | None:
    known = [row for row in rows if np.isfinite(row[1])]
    if not known or min(amount for _, amount, _ in known) < 0:
        return None
    stacks = [Stack(name, (amount,), Words(write_number(amount)), cities) for name, amount, cities in known]
    return draw_stacks(stacks, axis=name_with_unit(measure), caption=caption)


def _corridor_table(run: RunTables, top: pd.DataFrame) -> Table:
    columns = (
        Column(Words("Pair", "城市对")), Column(Words("Distance (km)", "距离（公里）"), "number"), *(Column(name_with_unit(one), "number") for one in run.measures),
    )  # fmt: skip
    rows = tuple(
        Row(
            (Cell(_pair(run, row)), number_cell(row["distance_km"]), *(number_cell(row[one.column]) for one in run.measures)),
            (str(row["origin"]), str(row["destination"])), (str(corridor),),
        )
        for corridor, row in top.iterrows()
    )  # fmt: skip
    return Table(
        "run-corridors",
        Words(f"The {len(rows):,} strongest corridors.", f"最强的 {len(rows):,} 条通路。"),
        columns,
        rows,
        searchable=True,
        first_rows=_FIRST,
    )


def _city_table(run: RunTables, cities: pd.DataFrame) -> Table:
    sums = [one for one in run.measures if f"{one.column}_sum" in cities.columns]
    columns = (
        Column(Words("Place", "地点")), *(Column(Words(f"{one.label}, sum", f"{one.label_zh}之和"), "number") for one in sums), Column(Words("Nearest", "最近")), Column(Words("Strongest", "最强伙伴")),
    )  # fmt: skip
    drawn = set(run.tables["top_corridors"][["origin", "destination"]].to_numpy().ravel())
    rows = tuple(
        Row(
            (
                Cell(_name(run, str(slug))), *(number_cell(row[f"{one.column}_sum"]) for one in sums),
                *(Cell(_name(run, row[what]) if isinstance(row.get(what), str) else Words("")) for what in ("nearest", "strongest")),
            ),
            (str(slug),) if slug in drawn else (),
        )
        for slug, row in cities.iterrows()
    )  # fmt: skip
    return Table(
        "run-cities",
        Words(f"The {len(rows):,} places with the largest sums.", f"合计最大的 {len(rows):,} 个地点。"),
        columns,
        rows,
        searchable=True,
        first_rows=_FIRST,
    )


def _everywhere(run: RunTables) -> Section:
    """Say where all pairs run, over land and sea, by their number or by the first measure."""
    pairs, n_zones = f"{run.facts['pairs']:,}", f"{len(run.tables['zones']):,}"
    what = Words("the number of pairs", "城市对数量")
    if run.shade != "pairs":
        what = Words(run.measures[0].label, run.measures[0].label_zh)
    caption = Words(
        f"Shade: {what.en} of all {pairs} pairs, by what crosses each degree; lines: the strongest corridors.",
        f"底色：全部 {pairs} 个城市对的{what.zh}，按经过每一度网格的量；线：最强通路。",
    )
    alternative = Words(f"Density of all {pairs} pairs over land", f"陆地上全部 {pairs} 个城市对的密度")
    limits = Words(
        f"Pairs are gathered between {n_zones} zones of neighbouring places and drawn from middle to middle; the sums are exact, the lines are not.",
        f"城市对按 {n_zones} 个相邻地点的分区合并，自分区中心画至中心；合计准确，线路为近似。",
    )
    return Section(
        "everywhere",
        Words("Where do all pairs run?", "全部城市对经过何处？"),
        drawings=(Drawing(picture_of(run), alternative, caption),),
        limits=limits,
    )


def _distance(run: RunTables) -> Section | None:
    """Say how each measure falls with distance: the friction fitted, and the mean of each bin."""
    decay = run.tables["decay"]
    drawings = [one for one in (_course(decay, measure) for measure in run.measures) if one is not None]
    if not drawings:
        return None
    fits = run.tables.get("friction", pd.DataFrame(columns=["term"]))
    said = [_say_friction(run, row) for _, row in fits.iterrows() if str(row["term"]).startswith(_FRICTION)]
    none = Words(
        "No friction was fitted in this run (geobri scale … --fit MEASURE does); the curve is the mean of all pairs of a distance.",
        "本次运行未拟合摩擦系数（可用 geobri scale … --fit 指标）；曲线为各距离上全部城市对的均值。",
    )
    modelled = [one for one in run.measures if one.origin == "derived"]
    limits = [
        Words(
            "A mean over all pairs of a distance knows nothing of how large the places are.",
            "某距离上的均值未考虑地点规模。",
        )
    ]
    limits += [
        Words(
            f"{one.label} is computed from distance, so it falls with it by construction.",
            f"{one.label_zh}由距离推算，自然随距离下降。",
        )
        for one in modelled
    ]
    table = _sum_table(
        run, "run-bands", run.tables["bands"], Words("Sums by band of distance.", "各距离带的合计。")
    )
    return Section(
        "distance", Words("Is it distance?", "是距离的作用吗？"), answer=join_sentences(said) if said else none, drawings=tuple(drawings),
        limits=join_sentences(limits), folds=(Fold(Words("Bands of distance", "距离带"), tables=(table,)),),
    )  # fmt: skip


def _say_friction(run: RunTables, row: pd.Series[Any]) -> Words:
    measure = next((one for one in run.measures if one.column == row["value"]), None)
    label, label_zh = (row["value"],) * 2 if measure is None else (measure.label, measure.label_zh)
    numbers = [f"{float(row[name]):.3f}".replace("-", "−") for name in ("estimate", "ci_low", "ci_high")]
    sure = float(row["ci_low"]) > 0 or float(row["ci_high"]) < 0
    falls = float(row["estimate"]) > 0
    how, how_zh = (
        (("falls", "下降") if falls else ("rises", "上升"))
        if sure
        else ("may fall or rise", "可能下降，也可能上升")
    )
    left = f" Left out: {row['left_out']}." if isinstance(row["left_out"], str) and row["left_out"] else ""
    left_zh = f"略去：{row['left_out']}。" if left else ""
    term = str(row["term"]).removeprefix(_FRICTION)
    return Words(
        f"{label} {how} with distance: friction {numbers[0]} ({term}; 95 % interval {numbers[1]} to {numbers[2]}), by Poisson pseudo-maximum likelihood with effects of both ends over {int(row['n_pairs']):,} pairs of {int(row['n_cities']):,} places.{left}",
        f"{label_zh}随距离{how_zh}：摩擦系数 {numbers[0]}（{term}；95% 区间 {numbers[1]} 至 {numbers[2]}），泊松伪极大似然、含两端效应，共 {int(row['n_cities']):,} 个地点的 {int(row['n_pairs']):,} 个城市对。{left_zh}",
    )


def _course(decay: pd.DataFrame, measure: Measure) -> Drawing | None:
    """Draw the mean of a pair by distance; None where fewer than two bins hold enough pairs."""
    mean, known = f"{measure.column}_mean", f"{measure.column}_pairs"
    some = decay[(decay[known] >= _FEWEST_PAIRS) & (decay[mean] > 0)]
    if len(some) < 2:  # noqa: PLR2004 - a curve has two points
        return None
    middle = np.sqrt(np.maximum(some["from_km"], 1.0) * some["to_km"]).to_numpy(dtype=float)
    means = some[mean].to_numpy(dtype=float)
    spread = float(means.max() / means.min()) > 30  # noqa: PLR2004 - beyond that a straight scale shows one end only
    heights = np.log10(means) if spread else means
    points = [
        Point(float(x), float(y), float("nan"), float("nan")) for x, y in zip(middle, heights, strict=True)
    ]
    axis = name_with_unit(measure)
    how = Words(f"{axis.en}: mean of a pair", f"{axis.zh}：每对均值")
    how = Words(f"{how.en}, power of ten", f"{how.zh}（10 的幂）") if spread else how
    caption = Words(
        f"{measure.label}, mean of all pairs of a distance ({int(some['pairs'].sum()):,} pairs; bins of fewer than {_FEWEST_PAIRS} are not drawn).",
        f"{measure.label_zh}：各距离上全部城市对的均值（{int(some['pairs'].sum()):,} 对；不足 {_FEWEST_PAIRS} 对的区间未画）。",
    )
    first, last = (
        f"{write_number(x)} km: {write_number(y)}"
        for x, y in ((middle[0], means[0]), (middle[-1], means[-1]))
    )
    alternative = Words(f"{measure.label}: {first}; {last}", f"{measure.label_zh}：{first}；{last}")
    return draw_course(
        points,
        x_axis=Words("Distance (km)", "距离（公里）"),
        y_axis=how,
        caption=caption,
        alternative=alternative,
        logarithmic=True,
    )


def _coast(run: RunTables) -> Section | None:
    """Compare pairs of coastal and inland places by their means; None for fewer than two kinds."""
    contrasts = run.tables.get("contrasts")
    if contrasts is None or not run.measures:
        return None
    whole = contrasts[(contrasts["from_km"] == 0) & np.isinf(contrasts["to_km"])].set_index("coast_pair")
    kinds = [kind for kind in _COASTS if kind in whole.index]
    if len(kinds) < 2:  # noqa: PLR2004 - a contrast has two sides
        return None
    said, drawings = [], []
    for measure in run.measures:
        means = whole[f"{measure.column}_mean"].reindex(kinds).astype(float)
        if means.isna().any():
            continue
        high, low = str(means.idxmax()), str(means.idxmin())
        said.append(
            Words(
                f"{measure.label}: {_COASTS[high].en} {write_number(float(means[high]))} a pair, {_COASTS[low].en} {write_number(float(means[low]))}.",
                f"{measure.label_zh}：{_COASTS[high].zh}每对 {write_number(float(means[high]))}，{_COASTS[low].zh} {write_number(float(means[low]))}。",
            )
        )
        bars = [(_COASTS[kind], float(means[kind]), ()) for kind in kinds]
        caption = Words(f"{measure.label}, mean of a pair.", f"{measure.label_zh}：每对均值。")
        drawings.append(_bars(bars, measure, caption))
    if not said:
        return None
    limits = Words(
        "Means of all pairs, not a test: kinds of pairs differ in distance and size as well; the table compares them within bands of distance.",
        "为全部城市对的均值，并非检验：各类城市对的距离与规模也不同；下表在各距离带内比较。",
    )
    table = _sum_table(
        run, "run-coast", contrasts, Words("Sums by coast and band of distance.", "按沿海与距离带的合计。")
    )
    return Section(
        "coast", Words("Is it the coast?", "是沿海的作用吗？"), answer=join_sentences(said), drawings=tuple(one for one in drawings if one is not None),
        limits=limits, folds=(Fold(Words("Within bands of distance", "各距离带之内"), tables=(table,)),),
    )  # fmt: skip


def _sum_table(run: RunTables, key: str, table: pd.DataFrame, caption: Words) -> Table:
    """Show a table of sums under headings that a reader knows."""
    headings = _HEADINGS | {
        f"{one.column}_{what}": Words(f"{one.label}, {said.en}", f"{one.label_zh}：{said.zh}")
        for one in run.measures
        for what, said in _MOMENTS.items()
    }
    shown = [name for name in headings if name in table.columns]
    columns = tuple(Column(headings[name], "text" if name == "coast_pair" else "number") for name in shown)
    rows = tuple(
        Row(tuple(Cell(_COASTS.get(cell, _NO_COAST)) if name == "coast_pair" else number_cell(cell) for name, cell in zip(shown, row, strict=True)))
        for row in table[shown].itertuples(index=False)
    )  # fmt: skip
    return Table(key, caption, columns, rows, first_rows=_FIRST)


def _left_out(run: RunTables) -> Section:
    said = tuple(Words(en, zh) for en, zh in zip(run.facts["said"], run.facts["said_zh"], strict=True))
    return Section(
        "left-out",
        Words("What was left out?", "略去了什么？"),
        paragraphs=said,
        short=Words("Left out", "略去"),
    )
