"""The ranking of the cities, the strongest corridors, and one card per city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from geobri.gazetteer.countries import name_country
from geobri.measures import Measure
from geobri.report.model import Cell, Column, Row, Section, Table
from geobri.report.numbers import write_known, write_lengths
from geobri.report.terms import name_city, name_pair, name_region
from geobri.study import Study
from geobri.words import Words

__all__ = [
    "ARROWS",
    "corridor_section",
    "list_numbers",
    "name_with_unit",
    "ranking_section",
    "sort_by",
    "strengths",
]

_MOST_CORRIDORS = 300
ARROWS: Final = {
    "up": Words("↑"),
    "down": Words("↓"),
    "same": Words("→"),
    "new": Words("new", "新"),
    "out": Words("gone", "退出"),
}
"""What stands behind a place that changed since the last edition."""


_CHANGED = Words(
    " ↑ ↓ →: better, worse or the same since the last edition; new: not in it.",
    "↑ ↓ →：较上期上升、下降或不变；新：上期未列入。",
)


def _regions_of_ends(region: pd.Series[Any], pair: pd.Series[Any]) -> Words:
    """Name the regions of a corridor in the order of its ends, as its name has them; within a region it stands once."""
    if pd.isna(pair["region_pair"]):
        return Words("")
    ends = [name_region(end) for end in dict.fromkeys(region.loc[[pair["origin"], pair["destination"]]])]
    return Words(" – ".join(end.en for end in ends), " – ".join(end.zh for end in ends))


def strengths(column: pd.Series[Any], value: Measure) -> pd.Series[Any]:
    """Place values between 0 (weakest) and 1 (strongest).

    Parameters
    ----------
    column
        Ranks or scores, NaN where unknown.
    value
        What they are: rank 1 is strongest, of scores the largest.

    Returns
    -------
    pandas.Series
        Between 0 and 1, missing where the value is.
    """
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    low, high = numbers.min(), numbers.max()
    if pd.isna(low) or low == high:
        return numbers.where(numbers.isna(), 1.0)
    share = (numbers - low) / (high - low)
    return 1 - share if value.direction < 0 else share


def _value_cells(frame: pd.DataFrame, values: Sequence[Measure]) -> dict[str, list[Cell]]:
    cells = {}
    for value in values:
        strength = strengths(frame[value.column], value)
        cells[value.column] = [
            Cell(
                _with_arrow(write_known(number), change),
                None if pd.isna(number) else float(number),
                None if pd.isna(share) or not value.has_order else float(share),
            )
            for number, share, change in zip(
                frame[value.column], strength, _changes(frame, value), strict=True
            )
        ]
    return cells


def _changes(frame: pd.DataFrame, value: Measure) -> pd.Series[Any]:
    """Give how each place changed since the last edition, where a column says so."""
    return frame[value.change] if value.change in frame.columns else pd.Series("", index=frame.index)


def _with_arrow(number: str, change: object) -> Words:
    """Write a place with what became of it: an arrow, or that it is new."""
    arrow = ARROWS.get(str(change), Words(""))
    return Words(f"{number} {arrow.en}", f"{number} {arrow.zh}") if number and arrow.en else Words(number)


def _value_columns(values: Sequence[Measure]) -> list[Column]:
    return [Column(name_with_unit(value), "number") for value in values]


def name_with_unit(measure: Measure) -> Words:
    """Name a measure as a table or an axis heads it.

    Parameters
    ----------
    measure
        What is shown.

    Returns
    -------
    Words
        Its label, and its unit in brackets where the label does not say it.
    """
    called = (measure.label, measure.unit, " ({})"), (measure.label_zh, measure.unit_zh, "（{}）")
    en, zh = (
        label + brackets.format(unit) if unit and unit.lower() not in label.lower() else label
        for label, unit, brackets in called
    )
    return Words(en, zh)


def list_numbers(values: Sequence[Measure], frame: pd.DataFrame) -> list[Measure]:
    """List the measures of a table that are ranks or numbers and have any value.

    Parameters
    ----------
    values
        The measures.
    frame
        The table.

    Returns
    -------
    list of Measure
        In the same order.
    """
    return [
        value
        for value in values
        if (value.is_rank or value.is_number)
        and value.column in frame.columns
        and frame[value.column].notna().any()
    ]


def sort_by(frame: pd.DataFrame, value: Measure) -> pd.DataFrame:
    """Sort a table, the strongest first.

    Parameters
    ----------
    frame
        The table.
    value
        By which measure.

    Returns
    -------
    pandas.DataFrame
        Its rows; those without a value come last.
    """
    return frame.sort_values(value.column, ascending=value.direction < 0, na_position="last", kind="stable")


def ranking_section(study: Study) -> Section | None:
    """Make the ranking of the cities.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when no city has a value.
    """
    values = list_numbers(study.shown("cities"), study.cities)
    if not values:
        return None
    cities = sort_by(pd.DataFrame(study.cities.drop(columns="geometry")), values[0])
    cells = _value_cells(cities, values)
    changed = any(one.change in cities.columns for one in values)
    rows = [
        Row(
            (
                Cell(name_city(city)),
                Cell(name_country(city["country"])),
                Cell(name_region(city["region"])),
                *(cells[value.column][at] for value in values),
            ),
            cities=(str(slug),),
            group=name_region(city["region"]).en,
        )
        for at, (slug, city) in enumerate(cities.iterrows())
    ]
    columns = [
        Column(Words("City", "城市")),
        Column(Words("Country or region", "国家/地区")),
        Column(Words("World region", "区域")),
    ]
    regions = sorted({row.group for row in rows if row.group})
    table = Table(
        "ranking",
        Words(
            "Cities; a darker cell is stronger. Choose a row to see the city on the map."
            + (_CHANGED.en if changed else ""),
            "城市排序；颜色越深越强。点选一行可在地图上查看该城市。" + (_CHANGED.zh if changed else ""),
        ),
        (*columns, *_value_columns(values)),
        tuple(rows),
        groups=tuple((region, name_region(region)) for region in regions),
        searchable=True,
    )
    return Section(
        "cities", Words("Ranking of the cities", "城市排序"), short=Words("Cities", "城市"), tables=(table,)
    )


def corridor_section(study: Study) -> Section | None:
    """Make the table of the strongest corridors.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None when no corridor has a value.
    """
    values = list_numbers(study.shown("corridors"), study.corridors)
    if not values:
        return None
    columns = [value.column for value in values]
    with_value = study.corridors[study.corridors[columns].notna().any(axis=1)]
    corridors = sort_by(pd.DataFrame(with_value.drop(columns="geometry")), values[0]).head(_MOST_CORRIDORS)
    cells, lengths = _value_cells(corridors, values), write_lengths(corridors["distance_km"])
    rows = []
    for at, (corridor, pair) in enumerate(corridors.iterrows()):
        distance = Cell(Words(lengths[at]), float(pair["distance_km"]))
        regions = Cell(_regions_of_ends(study.cities["region"], pair))
        rows.append(
            Row(
                (
                    Cell(name_pair(study, pair)),
                    regions,
                    distance,
                    *(cells[value.column][at] for value in values),
                ),
                corridors=(str(corridor),),
            )
        )
    heading = [
        Column(Words("Corridor", "通路")),
        Column(Words("World regions", "区域")),
        Column(Words("km", "公里"), "number"),
    ]
    missing = len(study.corridors) - len(with_value)
    note = Words(
        f"{missing:,} of {len(study.corridors):,} corridors have no value in the source; they are missing, not zero.",
        f"{len(study.corridors):,} 条通路中有 {missing:,} 条在来源中没有数值：是缺失，而不是零。",
    )
    table = Table(
        "corridor-table",
        Words("Corridors with a value", "有数值的通路"),
        (*heading, *_value_columns(values)),
        tuple(rows),
        searchable=True,
    )
    return Section(
        "corridors", Words("Corridors", "城市通路"), tables=(table,), notes=(note,) if missing else ()
    )
