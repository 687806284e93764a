"""Tables as people have them: any usual encoding, separator and decimal mark, spreadsheets, matrices.

Every table comes back as text cells whose index is the row in the file, so that a fault can say where it stands.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

import pandas as pd

from geobri.errors import MissingExtraError, StudyError, mould

__all__ = ["COLUMN_WORDS", "read_table", "tidy_column_names", "to_numbers"]

COLUMN_WORDS: Final[dict[str, str]] = {
    "城市": "city", "城市代码": "city", "slug": "city", "id": "city",
    "城市名称": "name", "名称": "name", "英文名": "name", "name_en": "name", "city_name": "name",
    "中文名": "name_zh", "城市中文名": "name_zh", "name_cn": "name_zh",
    "国家": "country", "国家/地区": "country", "iso3": "country", "country_code": "country",
    "区域": "region", "地区": "region", "大区": "region", "continent": "region",
    "沿海": "coastal", "是否沿海": "coastal", "coast": "coastal",
    "经度": "lon", "longitude": "lon", "long": "lon", "lng": "lon", "x": "lon",
    "纬度": "lat", "latitude": "lat", "y": "lat",
    "起点": "origin", "起点城市": "origin", "出发城市": "origin", "出发地": "origin", "from": "origin", "source": "origin",
    "终点": "destination", "终点城市": "destination", "到达城市": "destination", "目的地": "destination",
    "to": "destination", "target": "destination", "dest": "destination",
    "指标": "indicator", "variable": "indicator", "indicator_id": "indicator",
    "数值": "value", "值": "value", "流量": "value", "count": "value", "flow": "value",
    "年份": "year", "年": "year",
}  # fmt: skip
"""What columns are called in the wild (Chinese headings, GIS habits), and what they are called here."""

_LOOK_AHEAD: Final = 25
_SEPARATORS: Final = (",", ";", "\t", "|")
_DECIMAL_COMMA: Final = re.compile(r"^[+-]?(\d+|\d{1,3}([.\s\u00a0']\d{3})+),\d+([eE][+-]?\d+)?$")
_GROUPED: Final = re.compile(r"^[+-]?\d{1,3}([,\s\u00a0']\d{3})+(\.\d+)?$")


def tidy_column_names(columns: list[str], renamed: dict[str, str] | None = None) -> list[str]:
    """Give columns the names of the contract.

    Parameters
    ----------
    columns
        Headings as they stand in the file.
    renamed
        The study's own names: ours by theirs; they win over `COLUMN_WORDS`.

    Returns
    -------
    list of str
        One name per heading; unknown headings are kept, stripped. A word of the contract that stands
        in the file itself is never displaced by a synonym.
    """
    stripped = [heading.strip().strip("\ufeff") for heading in columns]
    own = renamed or {}
    taken = {heading.lower() for heading in stripped}
    names = []
    for heading in stripped:
        word = COLUMN_WORDS.get(heading.lower())
        free = word is not None and word not in taken and word not in names
        lowered = heading.lower() if heading.lower() in COLUMN_WORDS.values() else heading
        names.append(own.get(heading) or (word if free and word else lowered))
    return names


def _decode(raw: bytes, path: Path) -> str:
    """Text of a file in UTF-8, UTF-16 (with its mark) or GB18030, the encodings of today's spreadsheets."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    wanted = f"{path.name} must be a text table in UTF-8, UTF-16 or GB18030"
    raise StudyError(
        mould("read_table", wanted, f"{len(raw):,} bytes that are none", "Save it as CSV (UTF-8)")
    )


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


def _find_header(rows: list[list[str]]) -> int:
    """Find the first row that names two columns we know; else the first row with anything in it."""
    ours = set(COLUMN_WORDS.values()) | set(COLUMN_WORDS) | {"region", "value"}
    for number, row in enumerate(rows):
        if sum(cell.strip().strip("\ufeff").lower() in ours for cell in row) >= 2:  # noqa: PLR2004 - one could be chance
            return number
    return next((number for number, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)


def _read_text_table(path: Path) -> pd.DataFrame:
    text = _decode(path.read_bytes(), path)
    head = text.splitlines()[:_LOOK_AHEAD]
    separator = _guess_separator([line for line in head if line.strip()])
    header = _find_header(list(csv.reader(head, delimiter=separator)))
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False,
            skiprows=header, names=None, engine="c",
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        wanted = f"{path.name} must be a table with the same number of columns in every row"
        raise StudyError(
            mould("read_table", wanted, str(error).strip(), "Correct that row, or save it as CSV again")
        ) from error
    table = table.fillna("")
    body = table.iloc[1:].set_axis([str(cell) for cell in table.iloc[0]], axis=1)
    return body.set_axis(pd.RangeIndex(header + 2, header + 2 + len(body), name="row"))


def _read_workbook(path: Path) -> pd.DataFrame:
    try:
        import openpyxl  # noqa: F401 - pandas needs it
    except ImportError as error:
        raise MissingExtraError(
            f"read_table: {path.name} needs openpyxl. Install it with: pip install 'geobri[excel]'."
        ) from error
    sheet = pd.read_excel(path, header=None, dtype=object)
    cells = sheet.astype(object).where(sheet.notna(), "").map(_cell_text)
    header = _find_header(cells.head(_LOOK_AHEAD).to_numpy().tolist())
    body = cells.iloc[header + 1 :].set_axis([str(cell) for cell in cells.iloc[header]], axis=1)
    return body.set_axis(pd.RangeIndex(header + 2, header + 2 + len(body), name="row"))


def _cell_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _read_parquet(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    table.columns = [str(name) for name in table.columns]
    return table.set_axis(pd.RangeIndex(1, 1 + len(table), name="row"))


def read_table(path: str | Path, *, renamed: dict[str, str] | None = None) -> pd.DataFrame:
    """Read a table as people have it.

    Parameters
    ----------
    path
        ``.csv``, ``.tsv``, ``.txt`` (encoding, separator and heading row are found out), ``.xlsx`` or ``.parquet``.
    renamed
        The study's own column names: ours by theirs.

    Returns
    -------
    pandas.DataFrame
        Text cells ("" where empty; Parquet keeps its types), columns named as in the contract, blank rows
        left out, index `row`: the row in the file, counted from 1.

    Raises
    ------
    StudyError
        If the file is missing, empty, no table, or names a column twice.
    MissingExtraError
        If a workbook is to be read without openpyxl.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(
            mould("read_table", f"the file '{path}' must exist", "no such file", "Check the name")
        )
    if path.stat().st_size == 0:
        raise StudyError(
            mould("read_table", f"{path.name} must hold a table", "an empty file", "Fill it, or remove it")
        )
    readers = {".xlsx": _read_workbook, ".xlsm": _read_workbook, ".parquet": _read_parquet}
    table = readers.get(path.suffix.lower(), _read_text_table)(path)
    table.columns = tidy_column_names(list(table.columns), renamed)
    blank = [name for name in table.columns if not name]
    table = (
        table.drop(columns=blank) if all((table[blank] == "").all(axis=None) for _ in blank[:1]) else table
    )
    doubled = sorted({name for name in table.columns if list(table.columns).count(name) > 1})
    if doubled:
        raise StudyError(
            mould(
                "read_table",
                f"{path.name} must name every column once",
                f"doubled: {doubled}",
                "Rename one of them",
            )
        )
    texts = table if path.suffix.lower() == ".parquet" else table.map(str.strip)
    return texts[~(texts == "").all(axis=1)] if path.suffix.lower() != ".parquet" else texts


def to_numbers(cells: pd.Series) -> pd.Series:
    """Turn text cells into numbers, decimal commas and grouped thousands included.

    Parameters
    ----------
    cells
        Text (or numbers) as read; "" is missing.

    Returns
    -------
    pandas.Series
        Float64 with NaN for missing; a cell that is no number stays NaN as well, so compare with
        ``cells != ""`` to find it.
    """
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype(float)
    numbers = pd.to_numeric(cells, errors="coerce")
    left = cells[numbers.isna() & (cells != "") & cells.notna()].astype(str)
    if left.empty:
        return numbers.astype(float)
    comma = (
        left[left.str.match(_DECIMAL_COMMA)]
        .str.replace(r"[.\s\u00a0']", "", regex=True)
        .str.replace(",", ".")
    )
    grouped = left[left.str.match(_GROUPED) & ~left.index.isin(comma.index)].str.replace(
        r"[,\s\u00a0']", "", regex=True
    )
    numbers = numbers.astype(float)
    numbers.loc[comma.index] = pd.to_numeric(comma)
    numbers.loc[grouped.index] = pd.to_numeric(grouped)
    return numbers
