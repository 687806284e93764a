"""The flows of a study folder: long tables and square matrices, cities by slug or name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geobri.errors import first_offenders
from geobri.study.matrix import is_matrix, melt_matrix
from geobri.study.model import StudyFault
from geobri.study.parts import FolderParts, read_one, to_study_faults
from geobri.study.reading import to_numbers
from geobri.tables import Fault, find_flow_faults

__all__ = ["match_names", "read_flows"]

_LAST_YEAR: Final = 10_000


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
        table = match_names(table, parts.listed, ("origin", "destination"))
    found: list[Fault] = []
    if "value" in table.columns:
        table = _read_values(table)
    if "year" in table.columns:
        table, found = _read_years(table)
    known = None if parts.listed is None else parts.listed.index
    found += find_flow_faults(table.reset_index(drop=True), known)
    parts.faults += to_study_faults(path.name, table.index, found)
    wanted = [
        name for name in ("indicator", "origin", "destination", "value", "year") if name in table.columns
    ]
    return None if found else table[wanted]


def _read_values(table: pd.DataFrame) -> pd.DataFrame:
    """Turn values into numbers; cells that are none stay as they stand, so that the check names them."""
    cells = table["value"]
    if pd.api.types.is_numeric_dtype(cells):
        finite = np.isfinite(cells.to_numpy(dtype=float, na_value=np.nan)) | cells.isna().to_numpy()
        return table if finite.all() else table.assign(value=cells.astype(object).where(finite, "infinite"))
    numbers = to_numbers(cells)
    bad = numbers.isna() & (cells != "") & cells.notna()
    if not bad.any():
        return table.assign(value=numbers)
    endless = bad & pd.to_numeric(cells, errors="coerce").notna()
    named = cells.where(~endless, cells + " (not finite)")
    return table.assign(value=numbers.astype(object).where(~bad, named))


def _read_years(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn years into whole numbers; list the rows where they are none."""
    numbers = to_numbers(table["year"])
    whole = (numbers.notna() & (numbers % 1 == 0) & (numbers.abs() < _LAST_YEAR)).to_numpy(dtype=bool)
    rows = tuple(int(at) for at in np.flatnonzero(~whole))
    years = numbers.where(whole).astype("Int64")
    if not rows:
        return table.assign(year=years), []
    came = f"{len(rows)} of {len(table)} rows otherwise: {first_offenders(table['year'].iloc[list(rows)])}"
    fault = Fault("year", "'year' must be a whole number in every row", came, "Write it as in 2021", rows)
    return table.assign(year=years), [fault]


def match_names(table: pd.DataFrame, cities: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Put slugs for names: a table may call a city by its slug, its English or its Chinese name.

    Parameters
    ----------
    table
        The table.
    cities
        The rows of the cities as they stand in their file, index of slugs.
    columns
        The columns that name cities.

    Returns
    -------
    pandas.DataFrame
        The table with slugs where a name is unambiguous; other names stay as they are.
    """
    slugs: dict[str, str] = {}
    for column in ("name_zh", "name"):
        if column not in cities.columns:
            continue
        names = cities[column].dropna().astype(str)
        once = names[~names.duplicated(keep=False)]
        slugs.update(dict(zip(once, once.index, strict=True)))
    slugs.update({slug: slug for slug in cities.index})
    return table.assign(**{end: _rename(table[end], slugs) for end in columns})


def _rename(names: pd.Series, slugs: dict[str, str]) -> pd.Series:
    """Put slugs for names, one look-up a distinct name."""
    codes, distinct = pd.factorize(names)
    known = np.array([slugs.get(name, name) for name in distinct], dtype=object)
    renamed = np.full(len(names), "", dtype=object)
    renamed[codes >= 0] = known[codes[codes >= 0]] if len(known) else ""
    return pd.Series(renamed, index=names.index, dtype=names.dtype)
