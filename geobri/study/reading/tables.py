"""Tables as people have them: any usual encoding, separator and decimal mark, spreadsheets, matrices.

Every table comes back as text cells whose index is the row in the file, so that a fault can say where it stands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import InputError, MissingExtraError, StudyError, first_offenders, mould
from geobri.exchange.workbooks import MOST_COLUMNS, plain_text
from geobri.inputs import check_file
from geobri.study.reading.cells import blank_rows, split_plain, strip_cells
from geobri.study.reading.headings import COLUMN_WORDS, composed, tidy_column_names
from geobri.study.reading.numbers import DecimalMark, find_marks, settle_marks
from geobri.study.reading.shapes import has_geometry, layer_names, place_columns, read_vector
from geobri.study.reading.sources import VECTOR_ENDINGS
from geobri.study.reading.workbooks import check_workbook

__all__ = [
    "plain_cells",
    "read_sheets",
    "read_table",
]

_WORKBOOKS: Final = (".xlsx", ".xlsm")
_PARQUET: Final = (".parquet", ".geoparquet")
_LOOK_AHEAD: Final = 25
_MARKS_LOOK: Final = 1000
_LONGEST_LOOK: Final = 100_000
_LONGEST_HEADING: Final = 10_000
_LONGEST_TITLE: Final = 120
_SEPARATORS: Final = (",", ";", "\t", "|")
_NO_SEPARATOR: Final = "\x1f"
"""Stands in no text: the whole line is a cell."""
_HIGH_BYTES: Final = re.compile(rb"[\x80-\xff]+")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def _looks_western(raw: bytes) -> bool:
    """Tell whether accented letters stand alone, as in Western text; Chinese bytes come in pairs."""
    runs = _HIGH_BYTES.findall(raw[:1_000_000])
    return sum(len(run) % 2 for run in runs) > len(runs) / 2


def _decode(raw: bytes, path: Path) -> str:
    """Text of a file in UTF-8, UTF-16 (with its mark), GB18030 or Windows-1252, the encodings of today's spreadsheets."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif _looks_western(raw):
        encodings = ("utf-8-sig", "cp1252", "gb18030")
    else:
        encodings = ("utf-8-sig", "gb18030", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return composed(text)
        break
    wanted = f"{path.name} must be a text table in UTF-8, UTF-16 or GB18030"
    raise StudyError(
        mould("read_table", wanted, f"{len(raw):,} bytes{_where_nul(raw)}", "Save it as CSV (UTF-8)")
    )


def _where_nul(raw: bytes) -> str:
    at = raw.find(b"\x00")
    if at < 0:
        return " that are none"
    line = raw.count(b"\n", 0, at) + 1
    return f" with a NUL byte in line {line}"


def _guess_separator(lines: list[str]) -> str:
    """Find the separator that splits the first lines into the most columns, equally often in most lines."""

    def evidence(separator: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        wide = [count for count in counts if count > 1]
        if not wide:
            return (0, 0)
        usual = max(set(wide), key=wide.count)
        return (wide.count(usual), usual)

    return max(_SEPARATORS, key=evidence)


def _known_words(rows: list[list[str]], own: Iterable[str]) -> tuple[list[list[str]], list[int]]:
    """Give the cells that are filled, and how many of each row are headings we know."""
    ours = {*COLUMN_WORDS.values(), *COLUMN_WORDS, "region", "value", *(word.lower() for word in own)}
    filled = [[cell.strip().strip("\ufeff").lower() for cell in row if cell.strip()] for row in rows]
    return filled, [sum(cell in ours for cell in row) for row in filled]


def _is_list(rows: list[list[str]], own: Iterable[str]) -> bool:
    """Whether a table is one column below its heading: whatever its cells hold separates nothing."""
    filled, n_known = _known_words([row for row in rows if any(cell.strip() for cell in row)], own)
    return bool(filled) and len(filled[0]) == n_known[0] == 1 and max(n_known) == 1


def _find_header(rows: list[list[str]], own: Iterable[str]) -> int:
    """Find the first row that names two columns we know; else the first with two cells, for a title has one; else any."""
    filled, n_known = _known_words(rows, own)
    known = (number for number, n in enumerate(n_known) if n >= 2)  # noqa: PLR2004 - one could be chance
    wide = (number for number, row in enumerate(filled) if len(row) > 1)
    anything = (number for number, row in enumerate(filled) if row)
    return next(chain(known, wide, anything), 0)


def _title_of(above: list[list[str]], width: int, separator: str = " ") -> str:
    """Give the title above a table: the first row that is not empty, if it is words and has fewer cells than the table."""
    row = next((row for row in above if any(cell.strip() for cell in row)), [])
    text = separator.join(cell.strip().strip("\ufeff") for cell in row).strip(f"{separator} ")
    is_short = sum(1 for cell in row if cell.strip()) < max(width, 2) and len(text) <= _LONGEST_TITLE
    is_words = any(map(str.isalpha, text)) and not text.startswith("#")
    return (text.replace(",", ", ") if separator == "," else text) if is_short and is_words else ""


def _read_text_table(path: Path, own: Iterable[str], decimal: DecimalMark) -> pd.DataFrame:
    """Read a table of text: its encoding, separator, heading and numbers are told from what it holds."""
    text = _decode(path.read_bytes(), path)
    if "\n" not in text:  # old spreadsheets end lines with a carriage return alone
        text = text.replace("\r", "\n")
    head = _first_lines(text)
    separator = _guess_separator([line for line in head if line.strip()])
    rows = list(csv.reader(head, delimiter=separator))
    if _is_list(rows, own):
        separator = _NO_SEPARATOR
        rows = list(csv.reader(head, delimiter=separator))
    _check_width(path, rows)
    header = _find_header(rows, own)
    _check_lengths(path, rows[header] if rows else [])
    table = split_plain(text, separator, header, len(rows[header]) if rows else 0)
    if table is None:
        table = _split_text(path, text, separator, header)
    if separator == ";" and not decimal:
        _check_marks(path, table)
    body = table.iloc[1:].set_axis([str(cell) for cell in table.iloc[0]], axis=1)
    settled = _settle(body, decimal).set_axis(pd.RangeIndex(header + 2, header + 2 + len(body), name="row"))
    settled.attrs["title"] = _title_of(rows[:header], table.shape[1], separator)
    return settled


def _split_text(path: Path, text: str, separator: str, header: int) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, dtype=str, keep_default_na=False, na_filter=False,
            skip_blank_lines=False, skiprows=header, engine="c",
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error, OverflowError) as error:
        wanted = f"{path.name} must be a table with the same number of columns in every row"
        came = re.sub(r"^Error tokenizing data\. C error: ", "", str(error).strip())
        raise StudyError(
            mould("read_table", wanted, came, "Correct that row, or save it as CSV again")
        ) from error
    return table.fillna("")


def _settle(table: pd.DataFrame, decimal: DecimalMark) -> pd.DataFrame:
    if not decimal or table.empty:
        return table
    columns = [settle_marks(table.iloc[:, at], decimal) for at in range(table.shape[1])]
    return pd.concat(columns, axis=1).set_axis(table.columns, axis=1)


def _check_marks(path: Path, table: pd.DataFrame) -> None:
    """Refuse 1.234 where it may be a thousand or a little more than one, as semicolons are written with decimal commas."""
    if find_marks(table.iloc[1:_MARKS_LOOK])[0].empty:
        return
    doubtful, is_told = find_marks(table.iloc[1:])
    if is_told:
        return
    wanted = f"{path.name} must say whether 1.234 is a thousand or a little more than one"
    came = f"{len(doubtful)} such cells and none that tells: {first_offenders(doubtful.drop_duplicates())}"
    remedy = (
        'Say which mark begins decimals: --decimal , or --decimal . (in study.toml decimal = ","), '
        "or write thousands without a mark (1234)"
    )
    raise StudyError(mould("read_table", wanted, came, remedy))


def _first_lines(text: str) -> list[str]:
    """Give the first lines, each no longer than what is needed to see separators and headings."""
    start = text[: _LOOK_AHEAD * _LONGEST_LOOK].lstrip("\ufeff")
    return [line[:_LONGEST_LOOK] for line in _LINE_END.split(start, maxsplit=_LOOK_AHEAD)[:_LOOK_AHEAD]]


def _check_width(path: Path, rows: list[list[str]]) -> None:
    """Refuse more columns than a spreadsheet holds: a text with so many separators in a line is no table."""
    widths = [len(row) for row in rows]
    if max(widths, default=0) > MOST_COLUMNS:
        wanted = f"{path.name} must be a table of at most {MOST_COLUMNS:,} columns"
        came = f"{max(widths):,} in row {widths.index(max(widths)) + 1}"
        raise StudyError(mould("read_table", wanted, came, "Save it as CSV with one row a line"))


def _check_lengths(path: Path, headings: list[str]) -> None:
    """Refuse a heading without end before the table is split: no column is called so."""
    longest = max(headings, key=len, default="")
    if len(longest) > _LONGEST_HEADING:
        wanted = f"{path.name} must have headings of at most {_LONGEST_HEADING:,} characters"
        came = f"one that is longer and begins with '{longest[:40]}' (column {headings.index(longest) + 1})"
        raise StudyError(mould("read_table", wanted, came, "Write a short one; a line must end its row"))


def _read_workbook(path: Path, own: Iterable[str], sheet: str | int, decimal: DecimalMark) -> pd.DataFrame:
    """Read one sheet of a workbook as text, with its heading found."""
    try:
        import openpyxl  # noqa: F401 - pandas needs it
    except ImportError as error:
        raise MissingExtraError(
            f"read_table: {path.name} needs openpyxl. Install it with: pip install 'geobri[excel]'."
        ) from error
    try:
        check_workbook(path)
        found = pd.read_excel(
            path, sheet_name=sheet, header=None, dtype=object, keep_default_na=False, na_values=[""]
        )
    except StudyError:
        raise
    except Exception as error:  # openpyxl raises half a dozen unrelated kinds for a damaged file
        raise _damaged(path, "an Excel workbook", error) from error
    if found.empty:
        raise _empty(path)
    cells = _settle(found.astype(object).where(found.notna(), ""), decimal).map(_cell_text)
    header = _find_header(cells.head(_LOOK_AHEAD).to_numpy().tolist(), own)
    body = cells.iloc[header + 1 :].set_axis([str(cell) for cell in cells.iloc[header]], axis=1)
    body = body.set_axis(pd.RangeIndex(header + 2, header + 2 + len(body), name="row"))
    body.attrs["title"] = _title_of(cells.head(header).to_numpy().tolist(), cells.shape[1])
    return body


def _damaged(path: Path, kind: str, error: Exception) -> StudyError:
    came = f"{type(error).__name__}: {str(error).strip()[:200]}"
    return StudyError(
        mould(
            "read_table", f"{path.name} must be {kind}", came, "Open and save it again, or export it as CSV"
        )
    )


def _empty(path: Path) -> StudyError:
    return StudyError(
        mould("read_table", f"{path.name} must hold a table", "an empty file", "Fill it, or remove it")
    )


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return composed(plain_text(str(cell)))


def _read_parquet(path: Path, decimal: DecimalMark) -> pd.DataFrame:
    try:
        table = gpd.read_parquet(path) if has_geometry(path) else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise _damaged(path, "a Parquet file", error) from error
    return plain_cells(table, path.name, decimal=decimal)


def plain_cells(frame: pd.DataFrame, name: str, *, decimal: DecimalMark = "", crs: str = "") -> pd.DataFrame:
    """Turn a frame into a table as `read_table` gives it.

    Parameters
    ----------
    frame
        Any table; shapes become coordinates, an index with a name becomes a column.
    name
        What it is called, for the messages.
    decimal, crs
        As in `read_table`.

    Returns
    -------
    pandas.DataFrame
        Numbers as they are, everything else as text ("" where missing), index `row` from 1.
    """
    table = place_columns(frame, name, crs=crs)
    if table.index.name is not None:  # written with its ids as the index
        table = table.reset_index()
    table = table.set_axis([str(column) for column in table.columns], axis=1)
    cells = {}
    for column in table.columns:
        cells[column] = table[column]
        if not pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_bool_dtype(table[column]):
            cells[column] = _words(table[column])
    return _settle(pd.DataFrame(cells).set_axis(pd.RangeIndex(1, 1 + len(table), name="row")), decimal)


def _words(column: pd.Series) -> pd.Series:
    """Write a column as text; words that repeat, as the ends of pairs do, are looked at once."""
    if isinstance(column.dtype, (pd.StringDtype, pd.CategoricalDtype)):
        codes, distinct = pd.factorize(column)
        words = np.array([*map(_cell_words, distinct), ""], dtype=object)  # a missing cell has the number -1
        return pd.Series(words[codes], index=column.index, name=column.name, dtype=object)
    texts = column.astype(object)
    return texts.where(texts.notna(), "").map(_cell_words)


def _cell_words(cell: object) -> object:
    if isinstance(cell, (bool, np.bool_)):
        return str(cell).lower()
    if isinstance(cell, bytes):
        cell = cell.decode("utf-8", "backslashreplace")
    if isinstance(cell, (list, tuple, set, dict, np.ndarray)):  # a Parquet column may hold them
        cell = str(list(cell) if isinstance(cell, np.ndarray) else cell)
    return composed(cell.strip()) if isinstance(cell, str) else cell


def read_sheets(
    path: str | Path, *, renamed: dict[str, str] | None = None, decimal: DecimalMark = "", crs: str = ""
) -> dict[str, pd.DataFrame]:
    """Read every table of a file: the sheets of a workbook, or the one table of any other file.

    Parameters
    ----------
    path, renamed, decimal, crs
        As in `read_table`.

    Returns
    -------
    dict of str and pandas.DataFrame
        By name of the sheet, in their order, empty sheets left out; the name is empty where a file has no sheets.

    Raises
    ------
    StudyError
        If the file is missing, empty, no table, or names a column twice.
    """
    path = Path(path)
    is_book, is_vector = path.suffix.lower() in _WORKBOOKS, path.suffix.lower() in VECTOR_ENDINGS
    if not (is_book or is_vector) or not path.is_file() or path.stat().st_size == 0:
        return {"": read_table(path, renamed=renamed, decimal=decimal, crs=crs)}
    found: dict[str, pd.DataFrame] = {}
    names = _sheet_names(path) if is_book else layer_names(path)
    if is_vector and len(names) == 1:
        return {"": read_table(path, renamed=renamed, decimal=decimal, crs=crs)}
    for name in names:
        try:
            found[name] = read_table(path, renamed=renamed, sheet=name, decimal=decimal, crs=crs)
        except StudyError as error:
            if "an empty file" not in str(error):
                raise
    if not found:
        raise _empty(path)
    return found


def _sheet_names(path: Path) -> list[str]:
    try:
        check_workbook(path)
        with pd.ExcelFile(path) as book:
            return [str(name) for name in book.sheet_names]
    except StudyError:
        raise
    except ImportError:
        return [""]  # reading it says which extra is wanted
    except Exception as error:  # openpyxl raises half a dozen unrelated kinds for a damaged file
        raise _damaged(path, "an Excel workbook", error) from error


def read_table(
    path: str | Path,
    *,
    renamed: dict[str, str] | None = None,
    sheet: str | int = 0,
    decimal: DecimalMark = "",
    crs: str = "",
) -> pd.DataFrame:
    """Read a table as people have it.

    Parameters
    ----------
    path
        ``.csv``, ``.tsv``, ``.txt`` (encoding, separator and heading row are found out), ``.xlsx``, ``.parquet``, or a vector file
        (``.gpkg .geojson .shp .fgb``), whose points, or points inside its polygons, become `lon` and `lat`.
    renamed
        The study's own column names: ours by theirs.
    sheet
        Which sheet of a workbook, or layer of a vector file, by name or position.
    decimal
        The mark with which decimals begin in texts, as in ``,``; told by the cells, and refused where nothing tells, by default.
    crs
        Reference system of a vector file that does not say its own.

    Returns
    -------
    pandas.DataFrame
        Text cells ("" where empty; Parquet keeps its types), columns named as in the contract, blank rows
        left out, index `row`: the row in the file, counted from 1. `attrs["headings"]` has the columns as the file names them,
        `attrs["title"]` what stands above them.

    Raises
    ------
    StudyError
        If the file is missing, cannot be opened, is empty, no table, too large to be one, or names a column twice.
    MissingExtraError
        If a workbook is to be read without openpyxl.
    """
    path = Path(path)
    try:
        size = check_file(path, caller="read_table")
    except InputError as error:
        raise StudyError(str(error)) from error
    if size == 0:
        raise _empty(path)
    own = renamed or {}
    ending = path.suffix.lower()
    if ending in _WORKBOOKS:
        table = _read_workbook(path, own, sheet, decimal)
    elif ending in VECTOR_ENDINGS:
        layer = read_vector(path, sheet if isinstance(sheet, str) else None, crs=crs)
        table = plain_cells(layer, path.name, decimal=decimal)
    elif ending in _PARQUET:
        table = _read_parquet(path, decimal)
    else:
        table = _read_text_table(path, own, decimal)
    headings = [str(name).strip().strip("\ufeff") for name in table.columns]
    title = table.attrs.pop("title", "")
    table.columns = tidy_column_names(list(table.columns), renamed)
    texts = table if ending in (*_PARQUET, *VECTOR_ENDINGS) else strip_cells(table)
    _check_headings(path, texts)
    kept = texts if texts is table else texts[~blank_rows(texts)]
    kept.attrs |= {"headings": headings, "title": title}
    return kept


def _check_headings(path: Path, table: pd.DataFrame) -> None:
    doubled = list(table.columns[table.columns.duplicated()].unique())
    named = [name for name in doubled if name]
    if named:
        wanted = f"{path.name} must name every column once"
        came = f"doubled: {first_offenders(named)}"
        raise StudyError(mould("read_table", wanted, came, "Rename one of them"))
    if doubled:
        places = [str(at + 1) for at, name in enumerate(table.columns) if not name]
        wanted = f"{path.name} must name every column that holds values"
        came = f"columns without a heading, as merged cells leave them: {first_offenders(places)}"
        raise StudyError(mould("read_table", wanted, came, "Write a heading above each"))
