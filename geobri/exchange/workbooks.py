"""Tables as Excel workbooks in which a text stays a text: no formula, no error value, no letter lost, the same bytes every time.

Cells are written as inline strings, numbers and booleans only, so that no text can become anything else; characters
that XML does not know are written in the way of the standard (``_x0007_``), which Excel reads.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from geobri.errors import DataError, first_offenders, mould

__all__ = ["MOST_COLUMNS", "plain_text", "write_workbook"]

_MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
_LONGEST: Final = 32_767
"""What a sheet and a cell can hold, as Excel has it."""

_NO_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_RISKY: Final = ("=", "+", "-", "@")
"""Texts that begin so would become a formula, should somebody edit the cell; the style says they are quoted."""

_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEET_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FRAME: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_KIND}.styles+xml"/>'
    "{sheets}</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'{{sheets}}<Relationship Id="rStyles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def plain_text(text: str) -> str:
    """Give the characters that a workbook spells out, such as ``_x000D_`` for a carriage return.

    Parameters
    ----------
    text
        A text as it stands in the file.

    Returns
    -------
    str
        The text that was meant.
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as a workbook, a sheet each.

    Parameters
    ----------
    tables
        By the name of their sheet: columns with headings; the index is not written. Missing values are empty cells; what is
        neither number, flag nor text is written as text.
    path
        Where to write.

    Raises
    ------
    DataError
        If a sheet cannot hold the table: a text over 32,767 letters, too many rows or columns.
    """
    for table in tables.values():
        _check_fit(table)
    numbers = range(1, len(tables) + 1)
    listed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_SHEET_KIND}.worksheet+xml"/>'
        for at in numbers
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in numbers
    )
    parts = {**_FRAME, "xl/workbook.xml": _workbook_part(list(tables))}
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("{sheets}", listed)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace("{sheets}", related)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(_entry(name), _HEAD + content)
        for at, table in zip(numbers, tables.values(), strict=True):
            with archive.open(_entry(f"xl/worksheets/sheet{at}.xml"), "w", force_zip64=True) as file:
                for chunk in _sheet_part(table):
                    file.write(chunk.encode("utf-8"))
    path.write_bytes(made.getvalue())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _workbook_part(sheets: list[str]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet)} sheetId="{at}" r:id="rId{at}"/>'
        for at, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'


def _sheet_part(table: pd.DataFrame) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'
    letters = [_column_letters(at) for at in range(table.shape[1])]
    yield _row(1, letters, [str(name) for name in table.columns])
    columns = [table.iloc[:, at].astype(object).to_numpy() for at in range(table.shape[1])]
    for at in range(len(table)):
        yield _row(at + 2, letters, [column[at] for column in columns])
    yield "</sheetData></worksheet>"


def _row(number: int, letters: list[str], cells: Iterable[object]) -> str:
    written = (_cell(f"{letter}{number}", cell) for letter, cell in zip(letters, cells, strict=True))
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: object) -> str:
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, bool | np.bool_):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float | np.number) and np.isfinite(float(cell)):
        return f'<c r="{place}"><v>{cell.item() if isinstance(cell, np.generic) else cell}</v></c>'
    text = str(cell)
    style = ' s="1"' if text.startswith(_RISKY) else ""
    spelt = escape(_NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f'<c r="{place}" t="inlineStr"{style}><is><t xml:space="preserve">{spelt}</t></is></c>'


def _column_letters(at: int) -> str:
    """Name a column as spreadsheets do: A to Z, AA to ZZ and so on, a number in base 26 without a zero."""
    letters = ""
    number = at + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _check_fit(table: pd.DataFrame) -> None:
    if len(table) >= _MOST_ROWS or table.shape[1] > MOST_COLUMNS:
        wanted = f"a sheet holds at most {_MOST_ROWS - 1:,} rows and {MOST_COLUMNS:,} columns"
        came = f"{len(table):,} rows and {table.shape[1]:,} columns"
        raise DataError(mould("write_layer", wanted, came, "Choose .csv or .parquet"))
    long = list(_find_long(table))
    if long:
        wanted = f"a cell of a workbook holds at most {_LONGEST:,} letters"
        came = f"{len(long)} that hold more: {first_offenders(long)}"
        raise DataError(mould("write_layer", wanted, came, "Shorten these texts, or choose another format"))


def _find_long(table: pd.DataFrame) -> Iterator[str]:
    """Name the cells whose text a workbook would cut off, headings first."""
    for name in table.columns:
        if len(str(name)) > _LONGEST:
            yield f"the heading {str(name)[:30]}…"
    for name in table.columns:
        for at, cell in enumerate(table[name].array):
            if isinstance(cell, str) and len(cell) > _LONGEST:
                yield f"'{str(name)[:30]}' in row {at + 2}"
