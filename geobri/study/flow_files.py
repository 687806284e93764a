"""The flows of a study folder: long tables and square matrices, cities by slug or name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geobri.errors import first_offenders
from geobri.study.matrix import is_matrix, melt_matrix
from geobri.study.model import StudyFault
from geobri.study.parts import FolderParts, read_one, to_study_faults
from geobri.study.reading import to_numbers
from geobri.tables import find_flow_faults

__all__ = ["read_flows"]


def read_flows(files: list[Path], renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    """Read the tables of flows.

    Parameters
    ----------
    files
        Any number of files; a file without the column `indicator` is an indicator called as the file.
    renamed
        The study's own column names.
    parts
        The cities that flows may name; faults are noted here.

    Returns
    -------
    pandas.DataFrame or None
        The long table of all files; None when there is none without fault.
    """
    read = [_read_flow_file(path, renamed, parts) for path in files]
    tables = [table for table in read if table is not None]
    if not tables:
        return None
    flows = pd.concat(tables, ignore_index=True)
    key = [name for name in ("indicator", "origin", "destination", "year") if name in flows.columns]
    doubled = flows.duplicated(key)
    if doubled.any() and len(tables) > 1:
        came = first_offenders(flows.loc[doubled, "indicator"].astype(str).unique())
        parts.faults.append(
            StudyFault(
                "flows",
                None,
                f"the flow files must not say the same twice; got doubled pairs of {came}. Remove one file",
            )
        )
    return flows


def _read_flow_file(path: Path, renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    table = read_one(path, renamed, parts.faults)
    if table is None:
        return None
    indicator = path.stem.removeprefix("flows").strip("_-. ") or "flow"
    if is_matrix(table):
        table = melt_matrix(table, indicator)
    elif "indicator" not in table.columns:
        table = table.assign(indicator=indicator)
    if "origin" in table.columns and "destination" in table.columns and parts.listed is not None:
        table = _match_names(table, parts.listed)
    if "value" in table.columns:
        numbers = to_numbers(table["value"])
        sound = (numbers.notna() | (table["value"] == "")).all()
        table = table.assign(value=numbers if sound else table["value"].where(numbers.isna(), numbers))
    if "year" in table.columns:
        table = table.assign(year=to_numbers(table["year"]).astype("Int64"))
    known = None if parts.listed is None else parts.listed.index
    found = find_flow_faults(table.reset_index(drop=True), known)
    parts.faults += to_study_faults(path.name, table.index, found)
    wanted = [
        name for name in ("indicator", "origin", "destination", "value", "year") if name in table.columns
    ]
    return None if found else table[wanted]


def _match_names(table: pd.DataFrame, cities: pd.DataFrame) -> pd.DataFrame:
    """Flows may call a city by its slug, its English or its Chinese name, where that is unambiguous."""
    slugs: dict[str, str] = {}
    for column in ("name_zh", "name"):
        if column not in cities.columns:
            continue
        names = cities[column].dropna().astype(str)
        once = names[~names.duplicated(keep=False)]
        slugs.update(dict(zip(once, once.index, strict=True)))
    slugs.update({slug: slug for slug in cities.index})
    ends = {end: table[end].map(lambda name: slugs.get(name, name)) for end in ("origin", "destination")}
    return table.assign(**ends)
