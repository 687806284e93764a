"""Columns told by what they hold: which holds the ids that the other table knows, which the ends, which the amounts.

Nothing here guesses in silence: each recognition is noted with its reason and said by `geobri check`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import pandas as pd

from geobri.gazetteer.names import CHINESE_KINDS, is_han, leave_off_kind
from geobri.measures import Taken
from geobri.study.reading.headings import PAIR_KEY
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.tables import CITY_COLUMNS
from geobri.words import Words

__all__ = [
    "ROWS_LOOKED_AT",
    "Labels",
    "as_ids",
    "collect_labels",
    "recognise_ends",
    "recognise_ids",
    "recognise_names",
    "spare_ids",
    "with_kinds",
]

Labels: TypeAlias = tuple[frozenset[str], ...]
"""The distinct cells of every column of flows that may be an end of a pair."""

_ENOUGH: Final = 0.5
"""Share of the labels of the other table that a column must know to be taken for ids."""

ROWS_LOOKED_AT: Final = 5000
"""Rows by which a column is told; what stands further down is a fault with its row."""

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
    known, head = set(map(str, cities)), table.head(ROWS_LOOKED_AT)
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
