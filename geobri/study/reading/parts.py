"""What is read of a study, as far as it could be read, and how its faults say where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geobri.errors import GeobriError
from geobri.measures import Taken
from geobri.study.account import Entry
from geobri.study.model import StudyFault
from geobri.study.reading.headings import spare_name
from geobri.study.reading.numbers import DecimalMark, blank_said
from geobri.study.reading.signs import strip_signs
from geobri.study.reading.sources import STANDARD_STEM
from geobri.study.reading.tables import read_sheets
from geobri.tables import Fault
from geobri.words import Words

__all__ = [
    "FolderParts",
    "indicator_of",
    "leave_out_displaced",
    "note_not_read",
    "read_sheets_or_note",
    "to_study_faults",
]

_ROWS_NAMED: Final = 8


@dataclass(slots=True)
class FolderParts:
    """What was read of a folder, as far as it could be read.

    Attributes
    ----------
    settings
        The content of `study.toml`.
    said
        What each `[[measure]]` of `study.toml` says, in its order.
    cities, flows, memberships
        The tables, None where they could not be built. Flows keep their years, and the flows of a city with itself.
    listed
        The rows of the cities as they stand in the file, index `city`, whatever is wrong with them.
    settled
        Which places ambiguous or unknown names mean (`places.csv`), None without.
    outlines
        Polygons of the places, to be drawn below the map; None without.
    beside
        Columns of pairs that are read beside a column of values: what `[[measure]]` names, and a separation that the user named.
    asked
        Column that the user wants to look at first.
    decimal
        The mark with which decimals begin in texts, where the user said it.
    missing
        What stands for a missing number, where the user said it.
    crs
        Reference system of tables that do not say their own, where the user said it.
    lenient
        Whether tables are read that nobody wrote for geobri: a country that is none is left open and said, and pairs without a row are
        spoken of only where there are such; in a folder it is a fault, and said of each measure.
    meanings
        What the cells of a column say of it: a unit that all numbers carry, or that it holds yes and no.
    headings
        The columns of each file, as it names them.
    titles
        What stands above the table of each file; empty where nothing does.
    described
        What a GeoPackage that geobri wrote says of its study.
    account
        What was read and left out on the way.
    taken
        What nobody said and was recognised.
    cautions
        What a reader should know that is no fault.
    faults
        Every fault met.
    open_names
        How many of the faults are names that are no known places, or several.
    unknown_names
        How many of these no place is called by.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    cities: gpd.GeoDataFrame | None = None
    listed: pd.DataFrame | None = None
    flows: pd.DataFrame | None = None
    memberships: pd.DataFrame | None = None
    settled: pd.DataFrame | None = None
    outlines: gpd.GeoDataFrame | None = None
    beside: tuple[str, ...] = ()
    asked: str = ""
    decimal: DecimalMark = ""
    missing: tuple[str, ...] = ()
    crs: str = ""
    lenient: bool = False
    meanings: dict[str, dict[str, Any]] = field(default_factory=dict)
    headings: dict[Path, list[str]] = field(default_factory=dict)
    titles: dict[Path, str] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    account: list[Entry] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    cautions: list[Words] = field(default_factory=list)
    faults: list[StudyFault] = field(default_factory=list)
    open_names: int = 0
    unknown_names: int = 0


_NO_ATTRIBUTES: Final = ("origin", "destination", "year", "lon", "lat")
"""Words of the contract that say nothing of a place or a pair where another column was named for them."""


def blank_table(table: pd.DataFrame, name: str, parts: FolderParts) -> None:
    """Empty, in place, the cells that hold what the user said is a missing number, and say how many.

    Parameters
    ----------
    table
        A table as read.
    name
        What it is called.
    parts
        With what was said.
    """
    emptied = 0
    for at in range(table.shape[1]) if parts.missing else ():
        cells = table.iloc[:, at]
        blank = blank_said(cells, parts.missing)
        if blank is not cells:
            emptied += int((blank != cells).sum())
            table.isetitem(at, blank.array)
    if emptied:
        words = ", ".join(repr(word) for word in parts.missing)
        taken = Words(
            f"missing = {words} in {emptied:,} cell{'s' if emptied > 1 else ''}",
            f"缺失 = {words}，共 {emptied:,} 格",
        )
        because = Words("that is what was said", "已如此指定")
        parts.taken.append(Taken(column=Words(name), taken=taken, because=because))


def read_sheets_or_note(path: Path, renamed: dict[str, str], parts: FolderParts) -> dict[str, pd.DataFrame]:
    """Read every table of a file, or note why it cannot be read.

    Parameters
    ----------
    path
        The file.
    renamed
        The study's own column names.
    parts
        Where the fault is noted.

    Returns
    -------
    dict of str and pandas.DataFrame
        As `read_sheets` gives them; empty when the file cannot be read.
    """
    from geobri.study.reading.described import take_description

    try:
        sheets = read_sheets(path, renamed=renamed, decimal=parts.decimal, crs=parts.crs)
    except GeobriError as error:
        parts.faults.append(StudyFault(path.name, None, str(error).removeprefix("read_table: ")))
        return {}
    for table in sheets.values():
        blank_table(table, path.name, parts)
    if parts.decimal:
        taken = Words(f"decimals begin with '{parts.decimal}'", f"小数点为“{parts.decimal}”")
        because = Words("that is what was said", "已如此指定")
        parts.taken.append(Taken(column=Words(path.name), taken=taken, because=because))
    if path.suffix.lower() == ".gpkg":
        sheets = take_description(path, sheets, parts)
    for table in sheets.values():
        parts.titles.setdefault(path, table.attrs.pop("title", ""))
        parts.headings[path] = [*parts.headings.get(path, []), *table.attrs.pop("headings", [])]
    return {
        name: strip_signs(leave_out_displaced(table, renamed, path.name, parts), path.name, parts)
        for name, table in sheets.items()
    }


def leave_out_displaced(
    table: pd.DataFrame, renamed: dict[str, str], file: str, parts: FolderParts
) -> pd.DataFrame:
    """Leave out a column called `year`, `lon` or the like where the user named another one for it: it is no measure.

    Parameters
    ----------
    table
        With its columns named as in the contract.
    renamed
        Ours by theirs.
    file
        Name of the file, for the note.
    parts
        Where it is noted.

    Returns
    -------
    pandas.DataFrame
        The other columns.
    """
    named = {ours: theirs for theirs, ours in renamed.items() if ours in _NO_ATTRIBUTES and ours in table}
    gone = {spare_name(ours): theirs for ours, theirs in named.items() if spare_name(ours) in table}
    for spare, theirs in gone.items():
        ours = renamed[theirs]
        taken = Words(f"not read = its own '{ours}'", f"未读取 = 表中原有的“{ours}”列")
        because = Words(f"'{theirs}' was named for it", f"已指定用“{theirs}”列")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
        table = table.drop(columns=spare)
    return table


def note_not_read(names: Sequence[str], because: Words, file: str, parts: FolderParts) -> None:
    """Note the columns of a table that are left out, where there are any.

    Parameters
    ----------
    names
        The columns.
    because
        Why.
    file
        Name of the file.
    parts
        What was read; the note is put there.
    """
    if names:
        taken = Words(f"not read = {', '.join(names)}", f"未读取 = {'、'.join(names)}")
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))


def indicator_of(file: str | Path) -> str:
    """Name the indicator of a table that does not say it: by its file.

    Parameters
    ----------
    file
        Name of the file.

    Returns
    -------
    str
        The name without its ending, and without "flows" in front; a flow where it stood in no file.
    """
    if Path(file).stem == STANDARD_STEM:
        return "flow"
    return Path(file).stem.removeprefix("flows").strip("_-. ") or "flow"


def to_study_faults(file: str, rows: pd.Index, faults: Iterable[Fault]) -> list[StudyFault]:
    """Say of each fault in which rows of the file it stands.

    Parameters
    ----------
    file
        Name of the file.
    rows
        The row in the file of each row of the table.
    faults
        Faults of the table.

    Returns
    -------
    list of StudyFault
        One a fault, at its first row.
    """
    return [
        StudyFault(
            file, int(rows[fault.rows[0]]) if fault.rows else None, f"{fault}{_further_rows(rows, fault)}"
        )
        for fault in faults
    ]


def _further_rows(rows: pd.Index, fault: Fault) -> str:
    numbers = list(dict.fromkeys(str(rows[at]) for at in fault.rows))
    if len(numbers) <= 1:
        return ""
    return f" (rows {', '.join(numbers[:_ROWS_NAMED])}{', …' if len(numbers) > _ROWS_NAMED else ''})"
