"""Numbers as people write them: decimal commas, grouped thousands, words for what is missing.

Nothing that may be a thousand or a little more than one is guessed at; the rest of the column decides, or the user says which mark begins
decimals.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "MISSING_WORDS",
    "DecimalMark",
    "blank_missing",
    "blank_said",
    "find_doubtful",
    "find_marks",
    "find_unsaid",
    "settle_marks",
    "to_numbers",
]

DecimalMark = Literal["", ",", "."]
"""What begins the decimals; nothing where nobody said it."""

MISSING_WORDS: Final = ("NA", "N/A", "n/a", "#N/A", "NaN", "NULL")
"""What R, Excel and pandas write for a missing number."""

_UNSAID: Final = frozenset(
    ["-", "--", "–", "—", "−", ".", "..", "...", ":", "*", "?", "x", "(x)", "na", "n.a", "n.a.", "n/a", "nd", "n.d.", "n/d", "k.a.", "s.o.", "none", "null", "nil", "missing", "unknown", "无", "缺", "不详"]
)  # fmt: skip
"""What else people write for a missing number, or for none, in small letters: it is asked about and not guessed."""

_WITHHELD: Final = re.compile(r"(?:[<＜≤]|<=|[a-z] ?<)\s*\d[\d.,]*\s*%?")
"""Cells that offices print for what is too small to be told, such as ``< 12``, in small letters: neither a number nor none."""

_DECIMAL_COMMA: Final = re.compile(r"^[+-]?(\d+|\d{1,3}([.\s\u00a0']\d{3})+),\d+([eE][+-]?\d+)?$")
_AMBIGUOUS: Final = re.compile(r"^[+-]?[1-9]\d{0,2},\d{3}$")
"""1,234 is a thousand to some and a little more than one to others."""

_GROUPED: Final = re.compile(r"^[+-]?[1-9]\d{0,2}([,\s\u00a0']\d{3})+(\.\d+)?$")
_SPACED: Final = re.compile(r"^[+-]?[1-9]\d{0,2}([\s\u00a0']\d{3})+$")
_POINT_GROUPED: Final = re.compile(r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$")
_POINT: Final = re.compile(r"^[+-]?(\d*\.(\d{1,2}|\d{4,})|0\.\d+|\d{4,}\.\d+)([eE][+-]?\d+)?$")
"""Cells in which a point can only begin the decimals."""


_WRITTEN: Final = {
    ",": re.compile(r"[+-]?(\d+|[1-9]\d{0,2}([.\s\u00a0']\d{3})+)(,\d+)?([eE][+-]?\d+)?"),
    ".": re.compile(r"[+-]?(\d+|[1-9]\d{0,2}([,\s\u00a0']\d{3})+)(\.\d+)?([eE][+-]?\d+)?"),
}
"""Numbers whose decimals begin with this mark."""

_LIKE_NUMBERS: Final = re.compile(r"[\d.,\s\u00a0'eE+-]*")
_FIRST: Final = 100
_SAME_DIGITS: Final = 15
_MOSTLY: Final = 0.5


def settle_marks(cells: pd.Series, decimal: DecimalMark) -> pd.Series:
    """Write the numbers of a column plainly, where the user said which mark begins decimals.

    Parameters
    ----------
    cells
        Text as read; what is no text stays as it is.
    decimal
        The mark; nothing changes without one.

    Returns
    -------
    pandas.Series
        ``1.234,5`` as ``1234.5``. Columns of words, and those in which a cell can only be read with the other mark, stay as they are.
    """
    if not decimal or pd.api.types.is_numeric_dtype(cells):
        return cells
    plain = cells.astype(object)
    is_text = plain.map(lambda cell: isinstance(cell, str) and cell.strip() not in ("", *MISSING_WORDS))
    texts = plain[is_text].str.strip()
    fits = texts.str.fullmatch(_WRITTEN[decimal]).astype(bool)
    marked = texts[fits & texts.str.contains(r"[^\d+-]")]
    rest = texts[~fits]
    other = pd.to_numeric(rest, errors="coerce").notna() | rest.str.fullmatch(
        _WRITTEN["." if decimal == "," else ","]
    ).astype(bool)
    if marked.empty or fits.mean() <= _MOSTLY or other.any():
        return cells
    grouping = r"[.\s\u00a0']" if decimal == "," else r"[,\s\u00a0']"
    settled = plain.copy()
    settled[marked.index] = marked.str.replace(grouping, "", regex=True).str.replace(",", ".")
    return settled


def find_marks(table: pd.DataFrame) -> tuple[pd.Series, bool]:
    """Find the cells of a table that are a thousand or a little more than one if points group thousands.

    Parameters
    ----------
    table
        Text as read.

    Returns
    -------
    tuple of pandas.Series and bool
        Cells such as ``1.234``, and whether any cell tells what a point or a comma means.
    """
    cells = pd.Series(table.to_numpy(dtype=object).ravel()).astype(str)
    doubtful = cells[cells.str.fullmatch(_POINT_GROUPED)]
    return doubtful, bool(cells.str.match(_POINT).any() or cells.str.match(_DECIMAL_COMMA).any())


def find_doubtful(cells: pd.Series) -> pd.Series:
    """Find the cells that are a thousand or a little more than one in a column that holds nothing but numbers.

    Parameters
    ----------
    cells
        Text as read, or numbers.

    Returns
    -------
    pandas.Series
        Those cells; none where another cell tells what they are, or where there are words.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells.iloc[:0]
    first = cells.head(_FIRST).astype(str)
    if not (
        first.str.fullmatch(_LIKE_NUMBERS) | first.isin(MISSING_WORDS)
    ).all():  # nearly always, and tables are long
        return cells.iloc[:0]
    cells = blank_missing(cells)
    known = cells[(cells != "") & cells.notna()].astype(str)
    left = known[to_numbers(known).isna()]
    return left if left.str.fullmatch(_AMBIGUOUS).all() else left.iloc[:0]


def blank_missing(cells: pd.Series) -> pd.Series:
    """Empty the cells in which R, Excel or pandas wrote that a number is missing, where everything else is a number.

    Parameters
    ----------
    cells
        Text as read, or numbers.

    Returns
    -------
    pandas.Series
        The cells; ``NA``, ``#N/A``, ``n/a``, ``NaN`` and ``NULL`` are "" if the rest of the column are numbers.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells
    marked = cells.isin(MISSING_WORDS)
    if not marked.any():
        return cells
    rest = cells[~marked & (cells != "")]
    return cells.where(~marked, "") if len(rest) and to_numbers(rest).notna().all() else cells


def blank_said(cells: pd.Series, words: Collection[str]) -> pd.Series:
    """Empty the cells that hold what the user said is a missing number, where everything else is a number.

    Parameters
    ----------
    cells
        Text as read, or numbers.
    words
        What stands for a missing number.

    Returns
    -------
    pandas.Series
        The cells; a column of words keeps its own.
    """
    if not words or pd.api.types.is_numeric_dtype(cells):
        return cells
    marked = cells.isin(words)
    if not marked.any():
        return cells
    rest = blank_missing(cells[~marked])
    known = rest[(rest != "") & rest.notna()]
    return cells.where(~marked, "") if len(known) and to_numbers(known).notna().all() else cells


def find_unsaid(cells: pd.Series) -> list[str]:
    """Find what may stand for missing numbers in a column that holds numbers mostly, and that nobody spoke of.

    Parameters
    ----------
    cells
        Text as read, or numbers.

    Returns
    -------
    list of str
        Cells such as ``-`` or ``< 5``, each once; none where the column holds numbers only, or other words.
    """
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return []
    known = cells[(cells != "") & cells.notna() & ~cells.isin(MISSING_WORDS)].astype(str)
    words = known[to_numbers(known).isna()]
    if words.empty or len(words) >= _MOSTLY * len(known):
        return []
    small = words.str.lower()
    if not (small.isin(_UNSAID) | small.str.fullmatch(_WITHHELD)).all():
        return []
    return list(dict.fromkeys(words))


def to_numbers(cells: pd.Series) -> pd.Series:
    """Turn text cells into numbers, decimal commas and grouped thousands included.

    Parameters
    ----------
    cells
        Text (or numbers) as read; "" is missing.

    Returns
    -------
    pandas.Series
        Float64 with NaN for missing; a cell that is no finite number stays NaN as well, so compare with
        ``cells != ""`` to find it. ``1,234`` is read as the rest of the column says it must be; where
        nothing in the column says so, it is not guessed at and stays NaN.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype(float)
    at_once = _all_plain(cells)
    if at_once is not None:
        return at_once
    plain = cells.to_numpy(dtype=object)
    read = np.asarray(pd.to_numeric(plain, errors="coerce"), dtype=float)
    numbers = pd.Series(np.where(np.isfinite(read), read, np.nan), index=cells.index, name=cells.name)
    if np.all(
        np.isfinite(read) | (plain == "") | pd.isna(plain)
    ):  # nearly always, and wide tables have many columns
        return numbers
    index = cells.index
    cells, numbers = (
        cells.reset_index(drop=True),
        numbers.reset_index(drop=True),
    )  # a melted matrix repeats its rows
    left = cells[numbers.isna() & (cells != "") & cells.notna()].astype(str)
    if left.empty:
        return numbers.set_axis(index)
    texts = cells.astype(str)
    commas, grouped = texts.str.match(_DECIMAL_COMMA), texts.str.match(_GROUPED)
    ambiguous = texts.str.match(_AMBIGUOUS)
    points = texts.str.match(_POINT_GROUPED)
    says_comma = bool((commas & ~ambiguous).any())
    says_point = bool(
        (grouped & ~ambiguous & ~texts.str.match(_SPACED)).any() or texts.str.match(_POINT).any()
    )
    if says_comma == says_point:
        commas, grouped = commas & ~ambiguous, grouped & ~ambiguous
    elif says_comma:
        grouped &= ~ambiguous
    else:
        commas &= ~ambiguous
    points &= numbers.isna() | (says_comma and not says_point)
    for fitting, convert in (
        (commas, _from_decimal_comma),
        (grouped & ~commas, _from_grouped),
        (points, _from_points),
    ):
        numbers = numbers.where(
            ~fitting, convert(texts[fitting]).reindex(numbers.index) if fitting.any() else numbers
        )
    return numbers.set_axis(index)


def _all_plain(cells: pd.Series) -> pd.Series | None:
    """Read a column of short plain numbers and empty cells at once; None where a cell is anything else."""
    if not isinstance(cells.dtype, pd.StringDtype) or cells.dtype.storage != "pyarrow":
        return None
    texts = pa.array(cells.array, type=pa.large_string(), from_pandas=True)
    filled = pc.if_else(pc.equal(texts, ""), None, texts)
    longest = pc.max(pc.binary_length(filled)).as_py()
    if longest is None or longest > _SAME_DIGITS:  # of longer ones two readers may give neighbouring numbers
        return None
    try:
        read = pc.cast(filled, pa.float64())
    except pa.ArrowInvalid:
        return None
    if not pc.all(pc.is_finite(read)).as_py():
        return None
    return pd.Series(read.to_numpy(zero_copy_only=False), index=cells.index, name=cells.name)


def _from_points(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.str.replace(".", "", regex=False)).astype(float)


def _from_decimal_comma(cells: pd.Series) -> pd.Series:
    plain = cells.str.replace(r"[.\s\u00a0']", "", regex=True).str.replace(",", ".")
    return pd.to_numeric(plain).astype(float)


def _from_grouped(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.str.replace(r"[,\s\u00a0']", "", regex=True)).astype(float)
