"""What a workbook would cost to read, found out before it is read: a few kilobytes can unpack to gigabytes of empty cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geobri.errors import StudyError, mould

__all__ = ["check_workbook"]

_MOST_MB: Final = 250
_MOST_EMPTY: Final = 20_000_000
"""Cells of the rectangle that a sheet spans; a reader makes them all, though hardly one holds anything."""

_FULL_ENOUGH: Final = 0.02
_CHUNK: Final = 1 << 20
_REFERENCE: Final = re.compile(rb'<c\s[^>]{0,60}?\br="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass
class _Extent:
    """How far a sheet reaches, and where its farthest cell stands."""

    n_cells: int = 0
    rows: int = 0
    columns: int = 0
    farthest: str = ""


def check_workbook(path: Path) -> None:
    """Refuse a workbook that would take minutes or all memory to read.

    Parameters
    ----------
    path
        An ``.xlsx`` or ``.xlsm`` file.

    Raises
    ------
    StudyError
        If a part of it unpacks to more than 250 MB, or a lonely cell makes millions of empty ones.
    zipfile.BadZipFile
        If it is no workbook.
    """
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.file_size > _MOST_MB * 1e6:
                wanted = f"{path.name} must unpack to at most {_MOST_MB} MB a sheet"
                came = f"{entry.file_size / 1e6:,.0f} MB in {entry.filename}"
                raise StudyError(mould("read_table", wanted, came, "Save the table as CSV or Parquet"))
        sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        for name in sheets:
            _check_extent(path, _measure(_chunks(archive, name)))


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _measure(chunks: Iterator[bytes]) -> _Extent:
    """Find the farthest cells of a sheet without parsing it."""
    extent = _Extent()
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        for letters, digits in _REFERENCE.findall(text):
            column, row = _column_number(letters), int(digits)
            extent.n_cells += 1
            if column > extent.columns or row > extent.rows:
                extent.columns, extent.rows = max(column, extent.columns), max(row, extent.rows)
                extent.farthest = (letters + digits).decode()
        rest = text[text.rfind(b"<") :][-200:]  # a cell that the end of a chunk cuts in two
    return extent


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_extent(path: Path, extent: _Extent) -> None:
    spanned = extent.rows * extent.columns
    if spanned > _MOST_EMPTY and extent.n_cells < _FULL_ENOUGH * spanned:
        wanted = f"{path.name} must hold a table without cells far from it"
        came = f"{extent.n_cells:,} cells over {extent.rows:,} rows and {extent.columns:,} columns, the farthest in {extent.farthest}"
        raise StudyError(mould("read_table", wanted, came, "Delete that cell, or save the table as CSV"))
