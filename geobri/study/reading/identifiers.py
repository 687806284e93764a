"""Whole numbers that name things: ids and codes, parts of dates, numbers of flights. They are no amounts, and nothing is added up of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.amounts import holds_numbers
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.study.reading.recognition import as_ids
from geobri.tables import CITY_COLUMNS
from geobri.words import Words

__all__ = ["find_ids", "leave_out_ids", "may_be_added_up", "note_ids"]

_WORD: Final = re.compile(r"[a-z]+|[\u4e00-\u9fff]+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_IDS: Final = frozenset(
    {"id", "ids", "fid", "gid", "oid", "objectid", "geoid", "uid", "uuid", "code", "fips", "zip", "postcode", "编号", "代码", "编码", "邮编"}
)  # fmt: skip
"""The last word of a heading above ids."""

_NO_AMOUNTS: Final = frozenset(
    {
        "month", "day", "hour", "minute", "second", "week", "weekday", "quarter", "date", "time", "dow", "doy", "flight", "number", "nr", "no", "tail",
        "line", "row", "rank", "月", "日", "时", "分", "周", "星期", "季度", "航班号", "序号",
    }
)  # fmt: skip
"""Words of headings above numbers that say when, which or in which order."""


def _words(heading: str) -> list[str]:
    return _WORD.findall(_HUMP.sub(" ", heading).lower())


def find_ids(table: pd.DataFrame, kept: Iterable[str]) -> list[str]:
    """Name the columns of whole numbers whose headings say that they are ids.

    Parameters
    ----------
    table
        Places or pairs as read.
    kept
        Columns that have a meaning already.

    Returns
    -------
    list of str
        In the order of the table.
    """
    meant = set(kept)
    named = [str(name) for name in table.columns if name not in meant and _words(str(name))[-1:]]
    return [name for name in named if _words(name)[-1] in _IDS and _are_whole(table[name])]


def _are_whole(column: pd.Series) -> bool:
    if not holds_numbers(column):
        return False
    numbers = to_numbers(column).dropna()
    return bool((numbers % 1 == 0).all())


def note_ids(table: pd.DataFrame, file: str, parts: FolderParts) -> list[str]:
    """Find the ids of places, so that no map shows them as amounts.

    Parameters
    ----------
    table
        Places.
    file
        Name of the file, for the note.
    parts
        Where it is noted; what was declared as a measure, or asked for, stays one.

    Returns
    -------
    list of str
        Columns that are kept as text.
    """
    found = find_ids(table, {"city", "lon", "lat", *CITY_COLUMNS, *_declared(parts)})
    _note(found, Words("ids", "标识"), file, parts)
    return found


def leave_out_ids(rows: pd.DataFrame, file: str, parts: FolderParts, kept: Iterable[str]) -> pd.DataFrame:
    """Leave out the ids that stand beside a pair.

    Parameters
    ----------
    rows
        Pairs.
    file
        Name of the file, for the note.
    parts
        Where it is noted; what was declared as a measure, or asked for, stays one.
    kept
        Columns of the contract, and what the user named.

    Returns
    -------
    pandas.DataFrame
        The other columns.
    """
    found = find_ids(rows, {*kept, *_declared(parts)})
    _note(found, Words("ids, not read", "标识，未读取"), file, parts)
    return rows.drop(columns=found)


def _declared(parts: FolderParts) -> set[str]:
    return {entry["column"] for entry in parts.said} | {parts.asked, *parts.beside}


def _note(found: list[str], what: Words, file: str, parts: FolderParts) -> None:
    if found:
        because = Words(
            "their headings say so, and they hold whole numbers (else: --value COLUMN)",
            "表头如此说明，且其中皆为整数（若不然：--value 列名）",
        )
        taken = Words(f"{what.en} = {', '.join(found)}", f"{what.zh} = {'、'.join(found)}")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))


def may_be_added_up(rows: pd.DataFrame, key: list[str], names: list[str]) -> list[str]:
    """Name the columns whose numbers may be amounts: no part of a date, no number of a flight, not the same in all rows of a pair.

    Parameters
    ----------
    rows
        Pairs, of which some stand several times.
    key
        The columns that say which pair.
    names
        Columns of numbers.

    Returns
    -------
    list of str
        What can be offered for a sum.
    """
    open_names = [name for name in names if not set(_words(name)) & _NO_AMOUNTS]
    if len(rows.drop_duplicates()) == len(
        rows.drop_duplicates(key)
    ):  # rows that repeat all they say, not events of a pair
        return open_names
    first = rows.drop_duplicates(key).set_index(key)
    return [name for name in open_names if not _same_for_each_pair(rows, key, name, first)]


def _same_for_each_pair(rows: pd.DataFrame, key: list[str], name: str, first: pd.DataFrame) -> bool:
    said = rows.join(first[name].rename("first said"), on=key)["first said"]
    return bool((as_ids(said) == as_ids(rows[name])).all())
