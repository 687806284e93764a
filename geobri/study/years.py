"""Which year of a measure a study shows, and what it says of the others."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geobri.measures import Measure
from geobri.study.account import Entry, count_entry
from geobri.words import Words

__all__ = ["count_years", "year_to_show"]

_FEWER: Final = 0.5
"""A year with less than this share of the rows of the year before is a caution."""
_YEARS_NAMED: Final = 3


def year_to_show(years: tuple[int, ...], wished: int | None) -> int | None:
    """Choose the year that a measure shows.

    Parameters
    ----------
    years
        All that it has, in order.
    wished
        The year that was asked for, or None.

    Returns
    -------
    int or None
        The latest that is not after the wished one, else the first; None without years.
    """
    if not years:
        return None
    upto = [one for one in years if wished is None or one <= wished]
    return upto[-1] if upto else years[0]


def count_years(
    rows: pd.DataFrame, measure: Measure, *, chosen: int | None
) -> tuple[list[Entry], list[Words]]:
    """Count the rows of years that are not shown; a year with much fewer rows than the one before is a caution.

    Parameters
    ----------
    rows
        Of one measure, all years.
    measure
        What it means, and which year it shows.
    chosen
        The year that was asked for, or None.

    Returns
    -------
    list of Entry and list of Words
        What is left out, rows without a year among them; and what a reader should know.
    """
    if measure.year is None:
        return [], []
    others = rows[(rows["year"] != measure.year).fillna(value=False).to_numpy(dtype=bool)]
    said = [str(one) for one in measure.years if one != measure.year]
    span = f"{said[0]}–{said[-1]}" if len(said) > _YEARS_NAMED else ", ".join(said)
    entries = count_entry(measure.column, "year", others["value"], span)
    entries += count_entry(measure.column, "undated", rows["value"][rows["year"].isna()])
    return entries, [*_scarce(rows, measure), *_other_year(measure, chosen)]


def _scarce(rows: pd.DataFrame, measure: Measure) -> list[Words]:
    before = [one for one in measure.years if one < (measure.year or 0)]
    if not before:
        return []
    now, then = (int((rows["year"] == one).sum()) for one in (measure.year, before[-1]))
    if now >= _FEWER * then:
        return []
    return [
        Words(
            f"{measure.label} is shown for {measure.year}, which has {now:,} row{'s' if now != 1 else ''}; {before[-1]} has {then:,}. "
            f"Choose the year with --year {before[-1]}, or year = {before[-1]} in study.toml.",
            f"{measure.label_zh}取{measure.year}年，仅有 {now:,} 行；{before[-1]}年有 {then:,} 行。"
            f"可用 --year {before[-1]} 或在 study.toml 中写 year = {before[-1]} 选择年份。",
        )
    ]


def _other_year(measure: Measure, chosen: int | None) -> list[Words]:
    if chosen is None or measure.year == chosen:
        return []
    return [
        Words(
            f"{measure.label} has no rows of {chosen}; {measure.year} is shown.",
            f"{measure.label_zh}没有{chosen}年的数据，取{measure.year}年。",
        )
    ]
