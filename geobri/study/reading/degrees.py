"""Coordinates as people write them: degrees and minutes, both in one cell, or under headings that say whose they are."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.ends import LAT_WORDS, LON_WORDS, heading_tokens
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.study.reading.recognition import as_ids
from geobri.words import Words

__all__ = ["find_points"]

_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_DMS: Final = re.compile(
    rf"^\s*(?P<before>[NSEWO北南东西])?\s*(?P<sign>[+\-−]?)(?P<d>{_NUMBER})\s*[°º度]?\s*"
    rf"(?:(?P<m>{_NUMBER})\s*['′’分]?\s*)?(?:(?P<s>{_NUMBER})\s*(?:[\"″”秒]|''|′′)?\s*)?(?P<behind>[NSEWO北南东西])?\s*$",
    re.IGNORECASE,
)
_MARKED: Final = re.compile(r"[°º度NSEWO北南东西]", re.IGNORECASE)
_NEGATIVE: Final = frozenset("SWO南西")
"""South and west, which the French and the Spanish call ouest and oeste."""
_PAIR: Final = re.compile(r"^\s*[(\[]?\s*(-?\d{1,3}\.\d+)\s*[,;\s]\s*(-?\d{1,3}\.\d+)\s*[)\]]?\s*$")
_WKT: Final = re.compile(
    r"^\s*(?:SRID=4326;)?POINT\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*\)\s*$", re.IGNORECASE
)
_POLE: Final = 90


def find_points(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Find the coordinates of a table of places where they are not two columns of numbers called so.

    Parameters
    ----------
    table
        The table as it was read.
    file
        Name of its file, for the note.
    parts
        Where the recognition is noted.

    Returns
    -------
    pandas.DataFrame
        With `lon` and `lat` in degrees where some were found; else the table as it is.
    """
    if not {"lon", "lat"} & set(table.columns):
        table = _by_headings(table, file, parts)
    if not {"lon", "lat"} & set(table.columns):
        table = _in_one_column(table, file, parts)
    return _from_degrees(table, file, parts) if {"lon", "lat"} <= set(table.columns) else table


def _by_headings(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Take `stop_lon, stop_lat`: the only two columns whose headings differ by these words, and which hold numbers or degrees."""
    stems: dict[str, dict[tuple[str, ...], str]] = {"lon": {}, "lat": {}}
    for name in table.columns:
        words = heading_tokens(str(name))
        for ours, said in (("lon", LON_WORDS), ("lat", LAT_WORDS)):
            stem = tuple(word for word in words if word not in said)
            if len(stem) == len(words) - 1 and len(max(set(words) - set(stem), key=len)) > 1:
                stems[ours].setdefault(stem, str(name))
    both = [stem for stem in stems["lon"] if stem in stems["lat"]]
    if len(both) != 1:
        return table
    found = {ours: stems[ours][both[0]] for ours in ("lon", "lat")}
    if not all(_are_degrees(table[name]) for name in found.values()):
        return table
    taken = Words(", ".join(f"{ours} = {name}" for ours, name in found.items()))
    because = Words("their headings say so", "列名如此")
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return table.rename(columns={name: ours for ours, name in found.items()})


def _are_degrees(column: pd.Series) -> bool:
    numbers = _read(column)
    blank = as_ids(column).str.strip() == ""
    return bool(numbers.notna().any() and (numbers.notna() | blank).all())


def _in_one_column(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Take a column whose every cell is a point, as text of both numbers or as WKT."""
    for name in table.columns:
        if not len(table) or pd.api.types.is_numeric_dtype(table[name]):
            continue
        cells = as_ids(table[name])
        for pattern, usual in ((_WKT, ("lon", "lat")), (_PAIR, ("lat", "lon"))):
            if not cells.str.match(pattern).all():
                continue
            numbers = cells.str.extract(pattern).astype(float)
            turned = usual[0] == "lat" and bool((numbers[0].abs() > _POLE).any())
            order = ("lon", "lat") if turned else usual
            taken = Words(f"{order[0]}, {order[1]} = {name}")
            because = Words("each cell holds both, in this order", "每个单元格依次含有两者")
            parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
            return table.drop(columns=name).assign(**dict(zip(order, (numbers[0], numbers[1]), strict=True)))
    return table


def _from_degrees(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Turn 51°57'N into 51.95; a cell that is neither stays, and is a fault with its row."""
    turned = {}
    for name in ("lon", "lat"):
        numbers = to_numbers(table[name])
        degrees = _read(table[name])
        if (numbers.isna() & degrees.notna()).any():
            turned[name] = degrees.where(degrees.notna(), table[name])
    if turned:
        taken = Words(
            f"{', '.join(turned)} = degrees with minutes or the name of a side",
            f"{'、'.join(turned)} = 度分秒或带方位的度数",
        )
        because = Words("its cells are written so", "单元格如此书写")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    return table.assign(**turned)


def _read(column: pd.Series) -> pd.Series:
    """Read numbers, and degrees with their marks; not a number where a cell is neither."""
    numbers = to_numbers(column)
    texts = as_ids(column[numbers.isna()])
    marked = texts[texts.map(lambda cell: bool(_MARKED.search(cell)))]
    return numbers.fillna(marked.map(_degrees).reindex(numbers.index)) if len(marked) else numbers


def _degrees(cell: str) -> float:
    met = _DMS.match(cell)
    if met is None or (met["before"] and met["behind"]):
        return float("nan")
    whole, minutes, seconds = (float((met[part] or "0").replace(",", ".")) for part in "dms")
    side = (met["before"] or met["behind"] or "").upper()
    size = whole + minutes / 60 + seconds / 3600
    return -size if side in _NEGATIVE or met["sign"] in ("-", "−") else size
