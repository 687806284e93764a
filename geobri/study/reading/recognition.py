"""Columns told by what they hold: which holds the ids that the other table knows, which the ends, which the amounts.

Nothing here guesses in silence: each recognition is noted with its reason and said by `geobri check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from geobri.errors import first_offenders
from geobri.gazetteer.names import CHINESE_KINDS, is_han, leave_off_kind
from geobri.measures import Taken
from geobri.study.model import StudyFault
from geobri.study.reading.headings import PAIR_KEY
from geobri.study.reading.numbers import MISSING_WORDS, blank_missing, find_doubtful, to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.tables import CITY_COLUMNS
from geobri.words import Words

__all__ = [
    "Labels",
    "as_ids",
    "collect_labels",
    "holds_numbers",
    "measures_of",
    "note_doubtful",
    "recognise_ends",
    "recognise_ids",
    "recognise_names",
    "spare_ids",
    "spread_measures",
    "with_kinds",
]

Labels: TypeAlias = tuple[frozenset[str], ...]
"""The distinct cells of every column of flows that may be an end of a pair."""

_ENOUGH: Final = 0.5
"""Share of the labels of the other table that a column must know to be taken for ids."""

_ROWS_LOOKED_AT: Final = 5000
_CELLS_LOOKED_AT: Final = 50
_LETTER: Final = re.compile(r"[^\W\d_eE]")
"""What no number holds: a letter that is not that of an exponent."""

_YEAR: Final = re.compile(r"(?:1[89]|20|21)\d{2}")
_LOOKED_AT: Final = 4
"""Ends of a pair stand among the first columns of a table."""


_CODE: Final = r"[A-Z]{1,5}|[\w./-]*\d[\w./-]*"
_NAME: Final = r"(?!.*(?:://|@)|(?:MULTI)?(?:POINT|LINE|POLYGON))(?=.*[^\W\d_]{2}).{2,80}"
"""A code is short capitals or holds a digit; a name holds two letters in a row and is no address, and no geometry as text."""


def as_ids(column: pd.Series) -> pd.Series:
    """Give cells as ids: text as it stands, whole numbers without a decimal point.

    Parameters
    ----------
    column
        Text or numbers.

    Returns
    -------
    pandas.Series
        Text, "" where missing.
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        known = column.notna()
        whole = bool((column[known] % 1 == 0).all())
        texts = (column[known].astype("int64") if whole else column[known]).astype(str)
        return texts.reindex(column.index, fill_value="").astype(object)
    texts = column.astype(object)
    return texts.where(texts.notna(), "").astype(str).astype(object)


def collect_labels(tables: Iterable[pd.DataFrame]) -> Labels:
    """Collect what flows may call their cities.

    Parameters
    ----------
    tables
        Tables of flows as they were read.

    Returns
    -------
    tuple of frozenset of str
        The distinct cells of each column that may be an end: those named so, else the first columns.
    """
    found = []
    for table in tables:
        named = [name for name in ("origin", "destination") if name in table.columns]
        for name in named or table.columns[:_LOOKED_AT]:
            cells = table[name]
            if not isinstance(cells, pd.DataFrame):
                found.append(frozenset(as_ids(cells.drop_duplicates())) - {""})
    return tuple(labels for labels in found if labels)


_CITIES: Final = Words("cities", "城市")


def recognise_ids(table: pd.DataFrame, labels: Labels, parts: FolderParts) -> pd.DataFrame:
    """Find the column of ids of a table of cities, where it is not called `city` or stands for something else.

    Parameters
    ----------
    table
        The table as it was read.
    labels
        What the flows call their cities; empty where there are no flows.
    parts
        Where the recognition is noted.

    Returns
    -------
    pandas.DataFrame
        The table with a column `city`, if one was found; a column `city` that was none is called `town`.
    """
    if "city" in table.columns and _fits_as_it_is(table, labels):
        return table.assign(city=as_ids(table["city"]))
    best, column = _best_ids(table, labels)
    if best < _ENOUGH:
        return table
    because = Words("its values are all different", "其值各不相同")
    if labels:
        share = Words(
            f", and {best:.0%} of the ends of the flows are among them", f"，且 {best:.0%} 的流量端点在其中"
        )
        because += share
    ours = "place" if parts.lenient else "city"  # as the option, and as study.toml, call it
    parts.taken.append(Taken(column=_CITIES, taken=Words(f"{ours} = {column}"), because=because))
    spared = table.rename(columns={"city": "town"}) if column != "city" else table
    named = spared.rename(columns={column: "city"})
    return named.assign(city=as_ids(named["city"]))


def spare_ids(table: pd.DataFrame, parts: FolderParts) -> str | None:
    """Find the column by which to call places where no flows speak of them: the first words that are all different, else the first ids.

    Parameters
    ----------
    table
        The table as it was read, without a column that is called as ids or names are.
    parts
        Where the recognition is noted.

    Returns
    -------
    str or None
        Its heading.
    """
    unique = [str(name) for name in table.columns if name not in CITY_COLUMNS and _is_unique(table[name])]
    words = [name for name in unique if to_numbers(table[name]).isna().all()]
    codes = [
        name
        for name in unique
        if as_ids(table[name]).str.fullmatch(_CODE).all() and name not in ("lon", "lat")
    ]
    found = next(iter([*words, *codes]), None)
    if found is not None:
        because = Words("its values are all different", "其值各不相同")
        parts.taken.append(Taken(column=_CITIES, taken=Words(f"place = {found}"), because=because))
    return found


def recognise_names(table: pd.DataFrame, parts: FolderParts) -> pd.DataFrame:
    """Find the column of names of a table of cities whose ids are codes, where none is called `name`.

    Parameters
    ----------
    table
        The table with a column `city`.
    parts
        Where the recognition is noted.

    Returns
    -------
    pandas.DataFrame
        The table with a column `name`, if one was found: the first whose cells are words and all different.
    """
    if {"name", "name_zh"} & set(table.columns) or not as_ids(table["city"]).str.fullmatch(_CODE).all():
        return table
    others = [str(name) for name in table.columns if name not in CITY_COLUMNS]
    column = next((name for name in others if _is_unique(table[name]) and _are_names(table[name])), "")
    if not column:
        return table
    because = Words("the ids are codes, and these words are all different", "标识是代码，而这些文字各不相同")
    parts.taken.append(Taken(column=_CITIES, taken=Words(f"name = {column}"), because=because))
    return table.rename(columns={column: "name"})


def _are_names(column: pd.Series) -> bool:
    cells = as_ids(column)
    return bool((cells.str.fullmatch(_NAME) & ~cells.str.fullmatch(_CODE)).all())


def _fits_as_it_is(table: pd.DataFrame, labels: Labels) -> bool:
    """Whether the column `city` holds ids that the flows use, if only by way of the names beside them."""
    if table["city"].duplicated().any():
        return False
    names = [name for name in ("city", "name", "name_zh") if name in table.columns]
    return not labels or any(_share(table[name], labels) >= _ENOUGH for name in names)


def _best_ids(table: pd.DataFrame, labels: Labels) -> tuple[float, str]:
    """Give the column of different cells that the flows know best; without flows, the first such column of words."""
    unique = [str(name) for name in table.columns if _is_unique(table[name])]
    if labels:
        found = [(_share(table[name], labels), name) for name in unique]
        return max(found, key=lambda one: one[0], default=(0.0, ""))
    if "city" not in table.columns:
        return 0.0, ""
    unique = [name for name in unique if name not in CITY_COLUMNS]  # names and the like are no ids
    return next(((1.0, name) for name in unique if to_numbers(table[name]).isna().all()), (0.0, ""))


def _is_unique(column: pd.Series) -> bool:
    return bool((as_ids(column) != "").all() and not column.duplicated().any())


def _share(column: pd.Series, labels: Labels) -> float:
    """Give the largest share of the cells of one end that the column knows."""
    known = with_kinds(set(as_ids(column)))
    return max((len(one & known) / len(one) for one in labels), default=0.0)


def with_kinds(labels: set[str]) -> set[str]:
    """Add what Chinese names may be called besides: without their 市, or with the 市, 区 or 县 that they lack.

    Parameters
    ----------
    labels
        Ids and names of any kind.

    Returns
    -------
    set of str
        The same, and the further forms of those that are written in Chinese characters.
    """
    bare = {leave_off_kind(name) for name in labels if is_han(name)}
    return labels | bare | {name + kind for name in bare for kind in CHINESE_KINDS}


def recognise_ends(table: pd.DataFrame, cities: pd.Index, parts: FolderParts, file: str) -> pd.DataFrame:
    """Find the two columns that name cities in a table of flows that calls them otherwise.

    Parameters
    ----------
    table
        The table as it was read.
    cities
        The known cities.
    parts
        Where the recognition is noted.
    file
        Name of the file, for the note.

    Returns
    -------
    pandas.DataFrame
        The table with `origin` and `destination`, if two such columns were found.
    """
    missing = [end for end in ("origin", "destination") if end not in table.columns]
    if not missing or table.empty:
        return table
    known, head = set(map(str, cities)), table.head(_ROWS_LOOKED_AT)
    fitting = [
        name
        for name in table.columns[:_LOOKED_AT]
        if name not in PAIR_KEY and name != "value" and as_ids(head[name]).isin(known).mean() > _ENOUGH
    ]
    if len(fitting) != len(missing):
        return table
    found = dict(zip(fitting, missing, strict=True))
    because = (
        Words("these columns hold known cities, in this order", "这些列依次为已知城市")
        if len(found) > 1
        else Words("it holds known cities", "该列为已知城市")
    )
    taken = Words(", ".join(f"{end} = {name}" for name, end in found.items()))
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return table.rename(columns=found)


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
    _say_not_read(table, (*PAIR_KEY, *measures), Words("they hold no numbers", "其中没有数字"), parts, file)
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
    _say_not_read(table, (*PAIR_KEY, *years), Words("they hold no numbers", "其中没有数字"), parts, file)
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
        _ROWS_LOOKED_AT
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
    if left:
        taken = Words(f"not read = {', '.join(left)}", f"未读取 = {'、'.join(left)}")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))


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
