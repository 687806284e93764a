"""Verbs about numbers and cells of published tables."""
# ruff: noqa: ARG001 -- every word of the vocabulary takes the facts first

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from geobri.errors import DataError, mould
from geobri.findings.answers import Check
from geobri.findings.facts import Facts
from geobri.findings.selectors import find_table
from geobri.words import Words

__all__ = [
    "all_cells_positive",
    "cell_is",
    "column_sums_to",
    "equals",
    "exceeds",
    "in_order",
    "most_cells_positive",
    "no_repeats",
]


def _number_check(value: float, other: float, *, ok: bool, more: bool = False) -> Check:
    than, than_zh = ("more than ", "多于") if more else ("", "")
    return Check(
        state="holds" if ok else "fails",
        figures=f"found {value:g}, said {than}{other:g}",
        figures_zh=f"实为{value:g}，所述为{than_zh}{other:g}",
        n=1,
        basis="computed",
    )


def equals(facts: Facts, value: float, other: float) -> Check:
    """Check that two numbers are equal."""
    return _number_check(value, other, ok=value == other)


def exceeds(facts: Facts, value: float, other: float) -> Check:
    """Check that the first number is larger."""
    return _number_check(value, other, ok=value > other, more=True)


def cell_is(facts: Facts, table: str, column: str, value: Any, *, key: str, row: str) -> Check:
    """Check that the row with `row` in the column `key` of a table has this value in `column`."""
    frame = find_table(facts, table)
    found = frame.loc[frame[key].astype(str) == str(row), column]
    if found.empty:
        raise DataError(
            mould(
                "cell_is",
                Words(f"'{table}' must have a row with {key} = {row}", f"表“{table}”须有{key}为{row}的一行"),
                "none",
                "Name one of its rows",
            )
        )
    cells = ", ".join(found.astype(str))
    return Check(
        state="holds" if all(str(one) == str(value) for one in found) else "fails",
        figures=f"{facts.label_of(table)}: {cells}",
        figures_zh=f"{facts.label_of(table, 'zh')}：{cells}",
        cities=(str(row),) if key == "city" else (),
        n=len(found),
    )


def column_sums_to(facts: Facts, table: str, column: str, total: float) -> Check:
    """Check that the column of a table adds up to this number; fractions such as 1/6 and percents are understood."""
    from fractions import Fraction

    cells = [str(cell).strip() for cell in find_table(facts, table)[column]]
    values = [Fraction(cell.rstrip("%")) / (100 if cell.endswith("%") else 1) for cell in cells]
    found = sum(values, Fraction(0))
    ok = found == Fraction(str(total))
    return _number_check(float(found), float(total), ok=ok)


def all_cells_positive(facts: Facts, table: str, column: str) -> Check:
    """Check that every cell in the column of a table is above zero."""
    return _cells_check(facts, table, column, lambda positive, total: positive == total)


def most_cells_positive(facts: Facts, table: str, column: str) -> Check:
    """Check that more than half of the cells in the column of a table are above zero."""
    return _cells_check(facts, table, column, lambda positive, total: 2 * positive > total)


def _cells_check(facts: Facts, table: str, column: str, rule: Callable[[int, int], bool]) -> Check:
    frame = find_table(facts, table)
    positive = frame[pd.to_numeric(frame[column]) > 0]
    return Check(
        state="holds" if rule(len(positive), len(frame)) else "fails",
        figures=f"{facts.label_of(table)}: {len(positive)} of {len(frame)} above zero",
        figures_zh=f"{facts.label_of(table, 'zh')}：{len(frame)}项中{len(positive)}项为正",
        cities=_row_cities(frame),
        n=len(frame),
    )


def no_repeats(facts: Facts, table: str, column: str) -> Check:
    """Check that no value occurs twice in the column of a table."""
    frame = find_table(facts, table)
    doubled = frame[frame[column].duplicated(keep=False)]
    said = ", ".join(doubled[column].astype(str).unique())
    return Check(
        state="fails" if len(doubled) else "holds",
        figures=f"{facts.label_of(table)}: {f'{said} occurs twice' if said else 'no value occurs twice'}",
        figures_zh=f"{facts.label_of(table, 'zh')}：{f'{said}重复出现' if said else '无重复'}",
        cities=_row_cities(doubled if len(doubled) else frame),
        n=len(frame),
    )


def in_order(facts: Facts, table: str, column: str) -> Check:
    """Check that the rows of a table stand in ascending order of a column."""
    frame = find_table(facts, table)
    values = pd.to_numeric(frame[column]).reset_index(drop=True)
    early = frame.iloc[[place for place in range(1, len(values)) if values[place] < values[place - 1]]]
    said = ", ".join(str(value) for value in values)
    return Check(
        state="fails" if len(early) else "holds",
        figures=f"{facts.label_of(table)}: {said}",
        figures_zh=f"{facts.label_of(table, 'zh')}：{said}",
        cities=_row_cities(early if len(early) else frame),
        n=len(frame),
    )


def _row_cities(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(frame["city"]) if "city" in frame.columns else ()
