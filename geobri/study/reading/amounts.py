"""Columns of pairs told by what they hold: which of them hold numbers, and so are measures, and which are years. Each is noted with its reason."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from geobri.errors import first_offenders
from geobri.measures import Taken
from geobri.study.model import StudyFault
from geobri.study.reading.headings import PAIR_KEY
from geobri.study.reading.numbers import MISSING_WORDS, blank_missing, find_doubtful, to_numbers
from geobri.study.reading.parts import FolderParts, note_not_read
from geobri.study.reading.recognition import ROWS_LOOKED_AT
from geobri.words import Words

__all__ = ["holds_numbers", "measures_of", "note_doubtful", "spread_measures"]

_CELLS_LOOKED_AT: Final = 50
_LETTER: Final = re.compile(r"[^\W\d_eE]")
"""What no number holds: a letter that is not that of an exponent."""
_YEAR: Final = re.compile(r"(?:1[89]|20|21)\d{2}")


_WORDS_AMONG: Final = Words("not every cell of them is a number", "其中并非每格都是数字")


def spread_measures(table: pd.DataFrame, parts: FolderParts, file: str) -> pd.DataFrame:
    """Turn a table with several measures as columns into the long table of flows.

    Parameters
    ----------
    table
        A table with `origin` and `destination` and without `value`.
    parts
        Where the recognition is noted.
    file
        Name of the file, for the note.

    Returns
    -------
    pandas.DataFrame
        Columns `indicator, origin, destination, value` and `year` where there is one; the index is still the row in the
        file. The table as it is where no other column holds numbers.
    """
    if not {"origin", "destination"} <= set(table.columns):
        return table
    if "value" in table.columns:
        beside = [name for name in parts.beside if name in table.columns and name not in (*PAIR_KEY, "value")]
        because = Words("there is a column 'value'", "已有“value”列")
        _say_not_read(table, (*PAIR_KEY, "value", *beside), because, parts, file)
        return table
    measures = measures_of(table)
    if not measures:
        return table
    if _are_years(measures, parts):
        return _by_year(table, measures, parts, file)
    hold = "these hold" if len(measures) > 1 else "this holds"
    because = Words(f"there is no column 'value', and {hold} numbers", "没有“value”列，而所列各列为数字")
    taken = Words(f"measures = {', '.join(measures)}", f"指标 = {'、'.join(measures)}")
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    _say_not_read(table, (*PAIR_KEY, *measures), _WORDS_AMONG, parts, file)
    kept = [name for name in ("origin", "destination", "year") if name in table.columns]
    return table[[*kept, *measures]].melt(
        id_vars=kept, var_name="indicator", value_name="value", ignore_index=False
    )


def _are_years(measures: list[str], parts: FolderParts) -> bool:
    """Whether the columns of numbers of a table that nobody wrote for geobri are called by different years, and none was asked for."""
    meant = {entry["column"] for entry in parts.said} | {parts.asked}
    return (
        parts.lenient
        and len(measures) > 1
        and all(map(_YEAR.fullmatch, measures))
        and not meant & set(measures)
    )


def _by_year(table: pd.DataFrame, years: list[str], parts: FolderParts, file: str) -> pd.DataFrame:
    """Put columns called by years below each other, as one measure in several years."""
    taken = Words(f"years = {', '.join(years)}", f"年份 = {'、'.join(years)}")
    because = Words(
        "the columns of numbers are called by years (one alone: --value YEAR)",
        "数字各列以年份为名（只取一年：--value 年份）",
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    _say_not_read(table, (*PAIR_KEY, *years), _WORDS_AMONG, parts, file)
    return table[["origin", "destination", *years]].melt(
        id_vars=["origin", "destination"], var_name="year", value_name="value", ignore_index=False
    )


def _with_commas(table: pd.DataFrame) -> list[str]:
    """Name the columns in which a comma stands; of long tables all, for looking costs as much as asking."""
    if len(table) >= table.shape[1]:
        return [str(name) for name in table.columns]
    cells = table.to_numpy(dtype=object)
    return [
        str(name)
        for at, name in enumerate(table.columns)
        if any(isinstance(cell, str) and "," in cell for cell in cells[:, at])
    ]


def measures_of(table: pd.DataFrame) -> list[str]:
    """Name the columns of pairs that hold numbers.

    Parameters
    ----------
    table
        A table of pairs.

    Returns
    -------
    list of str
        Without ends, indicator and year.
    """
    head = table.head(
        ROWS_LOOKED_AT
    )  # a word further down is a fault with its row, as in any column of numbers
    return [name for name in table.columns if name not in PAIR_KEY and holds_numbers(head[name])]


def note_doubtful(table: pd.DataFrame, parts: FolderParts, file: str) -> None:
    """Note the columns of pairs that hold nothing but numbers, of which some may be a thousand or a little more than one.

    Parameters
    ----------
    table
        A table of pairs.
    parts
        Where the faults are noted.
    file
        Name of the file.
    """
    for name in _with_commas(table):
        doubtful = find_doubtful(table[name]) if name not in PAIR_KEY else table[name].iloc[:0]
        if len(doubtful):
            came = (
                f"'{name}' must say whether 1,234 is a thousand or a little more than one; got {len(doubtful)} such cells and none that "
                f"tells: {first_offenders(doubtful.drop_duplicates())}. Say which mark begins decimals: --decimal , or --decimal . "
                '(in study.toml decimal = ",")'
            )
            parts.faults.append(StudyFault(file, int(doubtful.index[0]), came))


def _say_not_read(
    table: pd.DataFrame, read: tuple[str, ...], because: Words, parts: FolderParts, file: str
) -> None:
    known = set(read)
    left = [str(name) for name in table.columns if name not in known]
    note_not_read(left, because, file, parts)


def holds_numbers(column: pd.Series) -> bool:
    """Tell whether a column holds numbers and nothing else.

    Parameters
    ----------
    column
        Text or numbers.

    Returns
    -------
    bool
        False for yes and no, for words, and where every cell is empty.
    """
    if pd.api.types.is_bool_dtype(column):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return True
    if any(map(_is_word, column.head(_CELLS_LOOKED_AT))):  # nearly always, where they are words
        return False
    cells = column.to_numpy(dtype=object)
    read = np.isfinite(np.asarray(pd.to_numeric(cells, errors="coerce"), dtype=float))
    if np.all(read | (cells == "") | pd.isna(cells)):  # nearly always, and tables may have many columns
        return bool(read.any())
    column = blank_missing(column)
    known = column[(column != "") & column.notna()]
    return bool(len(known) and to_numbers(known).notna().all())


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and cell not in MISSING_WORDS and _LETTER.search(cell) is not None
