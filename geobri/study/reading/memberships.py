"""The memberships of a study folder: which city is a member of what, for indicators that count shared members."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geobri.errors import first_offenders
from geobri.study.model import StudyFault
from geobri.study.reading.flows import match_names
from geobri.study.reading.parts import FolderParts, read_sheets_or_note, to_study_faults
from geobri.tables import Fault

__all__ = ["read_memberships"]


def read_memberships(files: list[Path], renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    """Read the tables of memberships.

    Parameters
    ----------
    files
        Any number of files; a file ``memberships_NAME`` without the column `indicator` is about the indicator NAME.
    renamed
        The study's own column names.
    parts
        The cities that they may name; faults are noted here.

    Returns
    -------
    pandas.DataFrame or None
        Columns `indicator, city, member`, one row per membership; None when there is none without fault.
    """
    read = [
        _read_table(path, table, parts)
        for path in files
        for table in read_sheets_or_note(path, renamed, parts).values()
    ]
    tables = [table for table in read if table is not None]
    return pd.concat(tables, ignore_index=True) if tables else None


def _read_table(path: Path, table: pd.DataFrame, parts: FolderParts) -> pd.DataFrame | None:
    indicator = path.stem.removeprefix("memberships").strip("_-. ")
    if "indicator" not in table.columns and indicator:
        table = table.assign(indicator=indicator)
    absent = [name for name in ("indicator", "city", "member") if name not in table.columns]
    if absent:
        came = f"memberships need columns {absent}; got {list(map(str, table.columns))}. Add them"
        parts.faults.append(StudyFault(path.name, None, came))
        return None
    if parts.listed is not None:
        table = match_names(table, parts.listed, ("city",), parts)
    found = _find_faults(table, None if parts.listed is None else parts.listed.index)
    parts.faults += to_study_faults(path.name, table.index, found)
    return None if found else table[["indicator", "city", "member"]]


def _find_faults(table: pd.DataFrame, cities: pd.Index | None) -> list[Fault]:
    faults = []
    for name in ("indicator", "city", "member"):
        empty = np.flatnonzero(table[name].isna() | (table[name] == "")).tolist()
        if empty:
            came = f"{len(empty)} of {len(table)} rows without"
            faults.append(Fault(name, f"every membership has a {name}", came, "Fill it in", tuple(empty)))
    unknown = [] if cities is None else np.flatnonzero(~table["city"].isin([*cities, ""])).tolist()
    if unknown:
        named = first_offenders(dict.fromkeys(table["city"].iloc[unknown]))
        came = f"{len(unknown)} of {len(table)} rows otherwise: {named}"
        wanted = "every member is one of the cities"
        faults.append(Fault("city", wanted, came, "Add or correct them", tuple(unknown)))
    return faults
