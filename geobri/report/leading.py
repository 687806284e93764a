"""Who leads: bars of the first, how many of the first lie where, the first of every measure, and two rankings against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from geobri.gazetteer.countries import name_country
from geobri.measures import Level, Measure
from geobri.report.agreement import draw_agreement, list_gaps
from geobri.report.charts import draw_stacks
from geobri.report.model import Cell, Column, Drawing, Fold, Row, Section, Table
from geobri.report.numbers import write_number
from geobri.report.ranking import ARROWS, name_with_unit, sort_by
from geobri.report.shapes import Stack
from geobri.report.terms import name_city, name_region
from geobri.study import Study
from geobri.study.leading import TIERS, count_tiers, find_groups, first_of_each, first_total
from geobri.words import Words

__all__ = ["leading_section"]

_MOST_BARS: Final = 20
_MOST_GROUPS: Final = 22
_FIRST: Final = 5
_TIERS: Final = (5, 10)
"""Tiers of a short ranking."""
_MOST_SHARED: Final = 12
_MOST_MEASURES: Final = 8
_MOST_LIT: Final = 100
_FEWEST: Final = 6
_TWO: Final = 2


def leading_section(study: Study) -> Section | None:
    """Make the section of those who lead.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None where fewer than six cities have a value.
    """
    whole = find_wholes(study)
    if not whole or study.cities[whole[0].column].notna().sum() < _FEWEST:
        return None
    by = find_groups(study)
    drawings = [*_bars(study, whole[0]), *(one for measure in whole for one in _tiers(study, measure, by))]
    folds: list[Fold] = []
    if len(whole) == _TWO and not study.validate_against:  # the validation draws these two
        folds += _two_rankings(study, whole[0], whole[1])
    return Section(
        "leaders",
        Words("Who leads, and where", "领先城市及其分布"),
        short=Words("Leaders", "领先城市"),
        drawings=tuple(_limit_once(drawings)),
        tables=(
            *(table for measure in whole for table in _places(study, measure)),
            *(table for of in ("cities", "corridors") for table in _first(study, of)),
        ),
        folds=tuple(folds),
    )


def _limit_once(drawings: list[Drawing]) -> list[Drawing]:
    """Say what pictures cannot show under the first of those that cannot show the same."""
    told: list[Words] = []
    kept = []
    for drawing in drawings:
        kept.append(replace(drawing, limits=None) if drawing.limits in told else drawing)
        told += [drawing.limits] if drawing.limits is not None else []
    return kept


def find_wholes(study: Study) -> list[Measure]:
    """Find the one or two measures that rank the cities as a whole: part of nothing, shown to the reader, ranks or scores.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Measure
        At most two; where a study has none, the totals of its first flow, or the first of its numbers.
    """
    shown = [one for one in study.shown("cities") if one.has_order]
    columns = {one.column for one in shown}
    tops = [one for one in shown if not columns & set(one.parents) and not _is_part(study, one)]
    ranked = [one for one in tops if one.is_rank or one.origin == "index"]
    ranked += [
        one
        for one in study.city_measures
        if one.origin == "derived" and one.is_rank and one.column not in study.score_columns
    ]
    if not ranked and not any(one.kind == "score" for one in shown[:1]):
        total = first_total(study)
        ranked = [] if total is None else [total]
    return ranked[:_TWO] or shown[:1]


def _is_part(study: Study, measure: Measure) -> bool:
    """Tell whether a published rank ranks a part of the index of the study."""
    from geobri.score.shares import ROOT

    return study.specification is not None and measure.ranks not in ("", ROOT)


def _bars(study: Study, measure: Measure) -> list[Drawing]:
    """Draw the first cities of a score or amount as bars; a rank without scores has no lengths, and totals have theirs beside the net."""
    if measure.origin == "total":
        return []
    known = study.cities[study.cities[measure.column].notna()]
    if measure.is_rank or measure.direction < 0 or known.empty or float(known[measure.column].min()) < 0:
        return []
    first = sort_by(pd.DataFrame(known.drop(columns="geometry")), measure).head(_MOST_BARS)
    rows = [
        Stack(
            name_city(city),
            (float(city[measure.column]),),
            Words(write_number(float(city[measure.column]))),
            (str(slug),),
        )
        for slug, city in first.iterrows()
    ]
    return [
        draw_stacks(
            rows,
            axis=name_with_unit(measure),
            caption=Words(
                f"The first {len(rows)} of {len(known)} by “{measure.label}”.",
                f"“{measure.label_zh}”前 {len(rows)} 名（共 {len(known)} 个）。",
            ),
        )
    ]


def _places(study: Study, measure: Measure) -> list[Table]:
    """List the first of a ranking that comes without scores: places in order, where bars would need lengths."""
    if not measure.is_rank or measure.origin not in ("given", "published"):
        return []
    known = pd.DataFrame(study.cities[study.cities[measure.column].notna()].drop(columns="geometry"))
    first = sort_by(known, measure).head(_MOST_BARS)
    rows = tuple(
        Row(
            (
                Cell(Words(f"{city[measure.column]:.0f}"), int(city[measure.column])),
                Cell(_with_change(name_city(city), city.get(measure.change) if measure.change else None)),
                Cell(Words("") if pd.isna(city["country"]) else name_country(city["country"])),
            ),
            cities=(str(slug),),
        )
        for slug, city in first.iterrows()
    )
    columns = (
        Column(Words("Place", "名次"), "number"),
        Column(Words("City", "城市")),
        Column(Words("Country", "国家/地区")),
    )
    caption = Words(
        f"The first {len(first)} of {len(known)} by “{measure.label}”. Places are given and no scores: how far one is ahead of the next is not known, so there are no bars.",
        f"“{measure.label_zh}”前 {len(first)} 名（共 {len(known)} 座）。仅有名次而无得分，名次之间相差多少无从得知，故不绘条形图。",
    )
    return [Table(f"places-{measure.column}", caption, columns, rows, first_rows=10)]


def _with_change(name: Words, change: object) -> Words:
    arrow = ARROWS.get(str(change), Words(""))
    return Words(f"{name.en} {arrow.en}".strip(), f"{name.zh} {arrow.zh}".strip())


def _tiers(study: Study, measure: Measure, by: str) -> list[Drawing]:
    """Draw how many of the first twenty, fifty and hundred lie in each group."""
    if not by:
        return []
    ranked = int(study.cities[measure.column].notna().sum())
    counts = count_tiers(study, measure, by, tiers=_TIERS if ranked < 2 * TIERS[0] else TIERS)
    ends = [int(str(name)) for name in counts.columns if name != "of"]
    if ends[-1] >= len(study.cities):
        return []
    shown = counts[counts[ends[-1]] > 0].head(_MOST_GROUPS)
    rows = [
        Stack(
            _name_group(study, by, group),
            tuple(float(step) for step in _steps([int(row[end]) for end in ends])),
            Words(f"{row[ends[-1]]} of {row['of']}", f"{row['of']} 个中 {row[ends[-1]]} 个"),
        )
        for group, row in shown.iterrows()
    ]
    last = min(ends[-1], ranked)
    parts = [Words(f"{low}–{high}", f"第 {low}–{high} 名") for low, high in _spans(ends, ranked)]
    named = [f"{row.name.en} {sum(row.parts):.0f}" for row in rows]
    named_zh = [f"{row.name.zh} {sum(row.parts):.0f}" for row in rows]
    left = len(counts[counts[ends[-1]] > 0]) - len(shown)
    return [
        draw_stacks(
            rows,
            parts=parts if len(parts) > 1 else (),
            axis=study.tell(Words("cities", "城市数")),
            caption=Words(
                f"Where the first {last} by “{measure.label}” are."
                + (f" {left} groups with the fewest are left out." if left else ""),
                f"“{measure.label_zh}”前 {last} 名所在地区。"
                + (f"略去数目最少的 {left} 组。" if left else ""),
            ),
            alternative=Words(", ".join(named), "、".join(named_zh)),
            limits=Words(
                "What this cannot show: how likely a region is to be there; a list with many cities of a region has more of them among the first.",
                "这不能说明：某地区入选的可能性；名单中某地区城市越多，其入选者也越多。",
            ),
        )
    ]


def _steps(counts: Sequence[int]) -> list[int]:
    return [count - before for before, count in zip([0, *counts[:-1]], counts, strict=True)]


def _spans(ends: Sequence[int], ranked: int) -> list[tuple[int, int]]:
    starts = [1, *(end + 1 for end in ends[:-1])]
    return [(start, min(end, ranked)) for start, end in zip(starts, ends, strict=True)]


def _name_group(study: Study, by: str, group: object) -> Words:
    if by == "country":
        return name_country(group)
    chinese = f"{by}_zh"
    if chinese in study.cities.columns:
        found = study.cities.loc[study.cities[by] == group, chinese].dropna()
        if len(found):
            return Words(str(group), str(found.iloc[0]))
    return name_region(group)


def _first(study: Study, of: Level) -> list[Table]:
    """List the first five of every measure side by side, those that share a place in one cell."""
    long = first_of_each(study, _FIRST, of=of)
    strong = [one for one in study.shown(of) if one.is_rank or (one.is_number and one.direction > 0)]
    strong.sort(
        key=lambda one: not (one.is_rank or one.kind == "score")
    )  # what was made to compare stands first
    known = set(long["measure"])
    measures = [one.column for one in strong if one.column in known][:_MOST_MEASURES]
    if not measures:
        return []
    labels = long.drop_duplicates("measure").set_index("measure")
    cells = long.set_index(["measure", "place"])
    rows = []
    for place in sorted(set(long.loc[long["measure"].isin(measures), "place"])):
        here = [
            cells.loc[(measure, place)] if (measure, place) in cells.index else None for measure in measures
        ]
        ids = [label for one in here if one is not None for label in _lit(one)]
        cities, corridors = (ids, []) if of == "cities" else ([], ids)
        rows.append(
            Row(
                (
                    Cell(Words(str(place)), int(place)),
                    *(Cell(_name_some(one)) for one in here),
                ),
                cities=tuple(dict.fromkeys(cities)),
                corridors=tuple(dict.fromkeys(corridors)),
            )
        )
    what = Words("cities", "城市") if of == "cities" else Words("corridors", "通路")
    caption = Words(
        f"The first {_FIRST} {what.en} of each measure; who shares a place stands in one cell",
        f"各项指标的前 {_FIRST} 名{what.zh}；并列者列于同一格",
    )
    columns = (
        Column(Words("Place", "名次"), "number"),
        *(Column(Words(str(labels.loc[one, "label"]), str(labels.loc[one, "label_zh"]))) for one in measures),
    )
    return [Table(f"first-{of}", caption, columns, tuple(rows))]


def _lit(row: pd.Series[Any]) -> list[str]:
    """List whom a cell lights up on the map: all who share the place, none where they are too many to tell anything."""
    ids = str(row["ids"]).split(";")
    return ids if len(ids) <= _MOST_LIT else []


def _name_some(row: pd.Series[Any] | None) -> Words:
    """Name those who share a place, the first of many and how many follow."""
    if row is None:
        return Words("")
    names, chinese = str(row["names"]).split("; "), str(row["names_zh"]).split("；")
    if len(names) <= _MOST_SHARED:
        return Words("; ".join(names), "；".join(chinese))
    more = len(names) - _TWO
    return Words(
        f"{'; '.join(names[:_TWO])} and {more:,} more", f"{'；'.join(chinese[:_TWO])}等，另有 {more:,} 个并列"
    )


def _two_rankings(study: Study, one: Measure, other: Measure) -> list[Fold]:
    limits = Words(
        "What this cannot show: which ranking is right, nor where a city stands that only one of them lists.",
        "这不能说明：哪种排序正确，也不能说明只列于其中一种的城市处于何位。",
    )
    axes = (
        Words(f"{one.label} (best on the right)", f"{one.label_zh}（右端最优）"),
        Words(f"{other.label} (best at the top)", f"{other.label_zh}（上端最优）"),
    )
    drawn, table = draw_agreement(study, one, other, axes=axes, limits=limits), list_gaps(study, one, other)
    if drawn is None or table is None:
        return []
    summary = Words(
        f"“{one.label}” and “{other.label}” on their common cities",
        f"“{one.label_zh}”与“{other.label_zh}”：共有城市的相对位次",
    )
    return [Fold(summary, drawings=(drawn,), tables=(table,))]
