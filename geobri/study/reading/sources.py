"""Files as people hand them over: packed, from standard input, or of a kind that only the content tells.

`unpack` gives plain files that the readers of tables know; `read_vector` turns layers of shapes into tables of places or of pairs.
"""

from __future__ import annotations

import gzip
import lzma
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geobri.errors import InputError, first_offenders, mould
from geobri.inputs import check_file

__all__ = ["STANDARD_STEM", "TABLE_ENDINGS", "VECTOR_ENDINGS", "unpack"]

VECTOR_ENDINGS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml", ".gml")
TABLE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".geoparquet", *VECTOR_ENDINGS)
STANDARD_INPUT: Final = "-"
STANDARD_STEM: Final = "stdin"
"""What the file is called that holds standard input."""

_MARKS: Final = (
    (b"\x1f\x8b", ".gz"),
    (b"PAR1", ".parquet"),
    (b"SQLite format 3", ".gpkg"),
    (b"fgb\x03", ".fgb"),
    (b"PK\x03\x04", ".zip"),
)
"""How files begin that do not say by their name what they are."""

_MOST_UNPACKED_MB: Final = 2000
_MOST_TIMES: Final = 3
_TEXTS: Final = (".csv", ".tsv", ".txt")


@contextmanager
def unpack(sources: list[str | Path]) -> Iterator[list[Path]]:
    """Give plain files for what was named: archives unpacked, standard input taken down.

    Parameters
    ----------
    sources
        Paths, or ``-`` for standard input.

    Yields
    ------
    list of pathlib.Path
        Files whose endings say what they are, in the order named; those that were unpacked are gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="geobri-") as folder:
        yield [
            file
            for number, source in enumerate(sources)
            for file in _unpack_one(source, Path(folder) / str(number))
        ]


def _unpack_one(source: str | Path, folder: Path) -> list[Path]:
    folder.mkdir()
    if str(source) == STANDARD_INPUT:
        path = folder / STANDARD_STEM
        with path.open("wb") as taken:
            shutil.copyfileobj(sys.stdin.buffer, taken)
    else:
        path = Path(source)
        check_file(path, caller="geobri")
    return _open_up(path, folder)


def _open_up(path: Path, folder: Path, times: int = 0) -> list[Path]:
    """Unpack a file as often as it is packed, and name it by what it holds."""
    if times > _MOST_TIMES:  # there are files that unpack to themselves
        wanted = f"{path.name} must be packed at most {_MOST_TIMES} times"
        raise InputError(mould("geobri", wanted, "more", "Unpack it"))
    ending = path.suffix.lower() if path.suffix.lower() in (*TABLE_ENDINGS, ".gz", ".zip") else _sniff(path)
    if times and ending in _TEXTS and _sniff(path) == ".gz":  # packed twice, named once
        ending = ".gz"
    if ending == ".gz":
        folder = folder / "unpacked"
        folder.mkdir(exist_ok=True)
        inner = folder / (path.stem if path.suffix.lower() == ".gz" else path.name)
        with gzip.open(path) as packed, inner.open("wb") as plain:
            _copy_some(packed, plain, path)
        return _open_up(inner, folder, times + 1)
    if ending == ".zip":
        return _open_archive(path, folder, times + 1)
    if ending == path.suffix.lower():
        return [path]
    named = folder / f"{path.stem}{ending}"
    shutil.copyfile(path, named)
    return [named]


def _copy_some(packed: gzip.GzipFile, plain: object, path: Path) -> None:
    written = 0
    try:
        while chunk := packed.read(1 << 20):
            written += len(chunk)
            if written > _MOST_UNPACKED_MB * 1e6:
                wanted = f"{path.name} must unpack to at most {_MOST_UNPACKED_MB:,} MB"
                raise InputError(mould("geobri", wanted, "more", "Unpack it, and give the part you need"))
            plain.write(chunk)  # type: ignore[attr-defined]
    except (OSError, EOFError, zlib.error) as error:
        wanted = f"{path.name} must be a whole gzip file"
        raise InputError(mould("geobri", wanted, str(error), "Pack it again")) from error


def _open_archive(path: Path, folder: Path, times: int) -> list[Path]:
    """Unpack the tables of an archive; one that is a workbook without its ending is given it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if any(entry.filename.startswith("xl/") for entry in entries):
                named = folder / f"{path.stem}.xlsx"
                shutil.copyfile(path, named)
                return [named]
            size = sum(entry.file_size for entry in entries)
            if size > _MOST_UNPACKED_MB * 1e6:
                wanted = f"{path.name} must unpack to at most {_MOST_UNPACKED_MB:,} MB"
                remedy = "Unpack it, and give the part you need"
                raise InputError(mould("geobri", wanted, f"{size / 1e6:,.0f} MB", remedy))
            names = [Path(entry.filename).name for entry in entries]
            if len(set(names)) < len(names):  # of two files of one name, one would be lost without a word
                wanted = f"{path.name} must hold every name once"
                doubled = first_offenders(sorted({name for name in names if names.count(name) > 1}))
                raise InputError(mould("geobri", wanted, f"several of {doubled}", "Give the one you need"))
            for entry, name in zip(entries, names, strict=True):
                entry.filename = name
                archive.extract(entry, folder)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        wanted = f"{path.name} must be a whole zip archive without a password"
        raise InputError(mould("geobri", wanted, str(error), "Pack it again")) from error
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in (*TABLE_ENDINGS, ".gz"))
    if not found:
        came = ", ".join(sorted(entry.filename for entry in entries)[:5]) or "nothing"
        wanted = f"{path.name} must hold a table"
        raise InputError(mould("geobri", wanted, came, f"Pack one of {', '.join(TABLE_ENDINGS)}"))
    return [plain for file in found for plain in _open_up(file, folder, times)]


def _sniff(path: Path) -> str:
    """Say by its first bytes what a file is; a text is a table unless it begins like GeoJSON."""
    with path.open("rb") as file:
        head = file.read(64)
    for mark, ending in _MARKS:
        if head.startswith(mark):
            return ending
    return ".geojson" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else ".csv"
