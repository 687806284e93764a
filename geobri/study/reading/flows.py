"""The flows of a study folder: long tables and square matrices, cities by slug or name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.errors import first_offenders
from geobri.gazetteer.names import is_han, leave_off_kind
from geobri.measures import Taken
from geobri.study.account import Entry, count_entry
from geobri.study.model import StudyFault
from geobri.study.reading.amounts import measures_of, note_doubtful, spread_measures
from geobri.study.reading.distances import leave_out_distances, name_own_distance
from geobri.study.reading.headings import COLUMN_WORDS, PAIR_KEY
from geobri.study.reading.numbers import blank_missing, to_numbers
from geobri.study.reading.parts import FolderParts, indicator_of, to_study_faults
from geobri.study.reading.recognition import as_ids, recognise_ends
from geobri.study.reading.totals import leave_out_totals
from geobri.tables import Fault, find_flow_faults
from geobri.words import Words

__all__ = ["match_names", "read_flows"]

_COLUMNS: Final = ("indicator", "origin", "destination", "value", "year")
_MOST_BESIDE: Final = 200
"""Among more columns than that nobody puts a distance."""

_LAST_YEAR: Final = 10_000
_YEAR_SHEET: Final = re.compile(r"\d{4}")
_PLAIN_SHEET: Final = re.compile(r"(sheet|tabelle|feuil|hoja|工作表)\s*\d*", re.IGNORECASE)
"""Names that spreadsheets give to sheets by themselves, and that say nothing of what is on them."""


def read_flows(files: Mapping[Path, Mapping[str, pd.DataFrame]], parts: FolderParts) -> pd.DataFrame | None:
    """Read the tables of flows.

    Parameters
    ----------
    files
        Any number of files with the tables on their sheets; a file without the column `indicator` is an indicator called as the file. Every sheet of
        a workbook is read: a sheet called by a year holds that year, another one an indicator of its name.
    parts
        The cities that flows may name; faults, and what was read and left out, are noted here.

    Returns
    -------
    pandas.DataFrame or None
        The long table of all files, flows of a city with itself among them; None when there is none without fault.
    """
    tables = [table for path, sheets in files.items() for table in _read_flow_file(path, sheets, parts)]
    if not tables:
        return None
    flows = pd.concat(tables, ignore_index=True)
    key = [name for name in PAIR_KEY if name in flows.columns]
    doubled = flows.duplicated(key) if len(tables) > 1 else pd.Series(data=False, index=flows.index)
    if doubled.any():  # within one table it was looked for
        came = first_offenders(flows.loc[doubled, "indicator"].astype(str).unique())
        parts.faults.append(
            StudyFault(
                "flows",
                None,
                f"the flow files must not say the same twice; got doubled pairs of {came}. Remove one file",
            )
        )
    return flows.astype({"indicator": "category"})  # a handful of names, asked for again and again


def _read_flow_file(path: Path, sheets: Mapping[str, pd.DataFrame], parts: FolderParts) -> list[pd.DataFrame]:
    indicator = indicator_of(path)
    holding = {name: table for name, table in sheets.items() if len(sheets) == 1 or _holds_flows(table)}
    for name, table in sheets.items():
        if name not in holding:
            parts.account.append(Entry("", "sheet", len(table), detail=f"{path.name}, {name}"))
    read = [
        _read_flow_table(path, _said_by_sheet(table, name, alone=len(holding) == 1), indicator, parts)
        for name, table in holding.items()
    ]
    return [table for table in read if table is not None]


def _holds_flows(table: pd.DataFrame) -> bool:
    return {"origin", "destination"} <= set(table.columns) or is_matrix(table)


def _said_by_sheet(table: pd.DataFrame, name: str, *, alone: bool) -> pd.DataFrame:
    """Take the year, or the indicator, of a table from the name of its sheet where no column says it."""
    if alone or _PLAIN_SHEET.fullmatch(name):
        return table
    if _YEAR_SHEET.fullmatch(name) and "year" not in table.columns:
        return melt_matrix(table).assign(year=name) if is_matrix(table) else table.assign(year=name)
    if "indicator" not in table.columns:
        return melt_matrix(table).assign(indicator=name) if is_matrix(table) else table.assign(indicator=name)
    return table


def _read_flow_table(
    path: Path, table: pd.DataFrame, indicator: str, parts: FolderParts
) -> pd.DataFrame | None:
    """Read one table of flows, its ends and measures recognised; None if it is at fault."""
    if is_matrix(table):
        table = melt_matrix(table)
    if parts.listed is not None:
        table = recognise_ends(table, parts.listed.index, parts, path.name)
    known = None if parts.listed is None else _called(parts.listed)
    table = leave_out_totals(table, known, path.name, parts)
    n_faults = len(parts.faults)
    note_doubtful(table, parts, path.name)
    if len(parts.faults) > n_faults:
        return None
    table = _without_distances(table, path.name, parts)
    table = spread_measures(table, parts, path.name)
    if "indicator" not in table.columns:
        table = table.assign(indicator=indicator)
    table = name_own_distance(table, path.name, parts)
    table = _put_below(table, parts)
    if "origin" in table.columns and "destination" in table.columns and parts.listed is not None:
        table = match_names(table, parts.listed, ("origin", "destination"), parts)
    found: list[Fault] = []
    if "value" in table.columns:
        table = _read_values(table)
    if "year" in table.columns:
        table, found = _read_years(table)
    known_ids = None if parts.listed is None else parts.listed.index
    found += find_flow_faults(table.reset_index(drop=True), known_ids, own=True, lines=table.index)
    parts.faults += to_study_faults(path.name, table.index, found)
    wanted = [name for name in _COLUMNS if name in table.columns]
    if found:
        return None
    _count(table, parts)
    return table[wanted]


def _without_distances(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    ends = ("origin", "destination")
    is_long = "value" in table.columns or table.shape[1] > _MOST_BESIDE
    if parts.listed is None or is_long or not set(ends) <= set(table.columns):
        return table
    named = match_names(table[list(ends)], parts.listed, ends)
    return leave_out_distances(
        table, measures_of(table), (named["origin"], named["destination"]), file, parts
    )


def _called(cities: pd.DataFrame) -> set[str]:
    """Give every cell of the table of cities: whatever one says may be the name of a city."""
    return set(cities.index).union(*(as_ids(cities[name]) for name in cities.columns))


def _put_below(table: pd.DataFrame, parts: FolderParts) -> pd.DataFrame:
    """Put the columns that are read beside the values below them, as measures of their own; said once a pair where it is said of each indicator."""
    beside = [name for name in parts.beside if name in table.columns and name not in _COLUMNS]
    if "value" not in table.columns or not beside:
        return table
    key = [name for name in ("origin", "destination", "year") if name in table.columns]
    further = [
        table[[*key, name]].rename(columns={name: "value"}).assign(indicator=name).drop_duplicates()
        for name in beside
    ]
    return pd.concat([table.drop(columns=beside), *further])


def _count(table: pd.DataFrame, parts: FolderParts) -> None:
    """Enter into the account what was read, and the cells that are empty."""
    values, is_empty = table["value"], table["value"].isna().to_numpy(dtype=bool)
    for indicator, at in table.groupby("indicator", sort=False, observed=True).indices.items():
        parts.account += count_entry(str(indicator), "read", values.iloc[at])
        parts.account += count_entry(str(indicator), "empty", values.iloc[at[is_empty[at]]])


def is_matrix(table: pd.DataFrame) -> bool:
    """Tell whether a table is a square matrix of flows.

    Parameters
    ----------
    table
        As `read_table` gives it.

    Returns
    -------
    bool
        True when most headings stand in the first column as well, and no other column holds ends.
    """
    if len(table) == 0:
        return False
    headings = list(table.columns[1:])
    if {"origin", "destination"} & set(headings):  # a pivot calls its first column by the ends in its rows
        return False
    if len(headings) <= 1:
        return False
    labels = set(table.iloc[:, 0].astype(str))
    return sum(name in labels for name in headings) > len(headings) / 2


def melt_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Turn a square matrix into the long table of flows.

    Parameters
    ----------
    table
        Origins in the first column, destinations as headings.

    Returns
    -------
    pandas.DataFrame
        Columns `origin, destination, value`; empty cells are left out; the index is still the row in the file.
    """
    labels = dict.fromkeys(table.iloc[:, 0].astype(str))
    names = dict(enumerate(_name_of(str(heading), labels) for heading in table.columns[1:]))
    numbered = table.set_axis(["origin", *names], axis=1)  # a city may be called 'value'
    long = numbered.melt(
        id_vars="origin", var_name="destination", value_name="value", ignore_index=False
    ).assign(destination=lambda melted: melted["destination"].map(names))
    return long[(long["value"] != "") & long["value"].notna()]


def _name_of(heading: str, labels: Iterable[str]) -> str:
    """Give the name of a city that was taken for a word of ours, as 'count' is for 'value', when it was a heading."""
    meant = (label for label in labels if COLUMN_WORDS.get(label.lower(), label.lower()) == heading)
    return heading if heading in labels else next(meant, heading)


def _read_values(table: pd.DataFrame) -> pd.DataFrame:
    """Turn values into numbers; cells that are none stay as they stand, so that the check names them."""
    cells = blank_missing(table["value"])
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


def match_names(
    table: pd.DataFrame, cities: pd.DataFrame, columns: tuple[str, ...], parts: FolderParts | None = None
) -> pd.DataFrame:
    """Put slugs for names: a table may call a city by its slug, its English or its Chinese name, or by that without its 市.

    Parameters
    ----------
    table
        The table.
    cities
        The rows of the cities as they stand in their file, index of slugs.
    columns
        The columns that name cities.
    parts
        Where it is noted which names were found without their 市, 区 or 县.

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
    coded = {end: pd.factorize(table[end]) for end in columns}
    unknown = {name for _, distinct in coded.values() for name in distinct if name not in slugs}
    kindless = _without_kinds(unknown, slugs)
    slugs |= kindless
    if kindless and parts is not None:
        name, slug = min(kindless.items())
        said = Words(
            f"{len(kindless)} names, as {name} = {slug}", f"{len(kindless)} 个名称，如 {name} = {slug}"
        )
        because = Words(
            "they differ by a 市, 区, 县 or the like that one of them leaves off",
            "二者仅差其中一方省略的“市”“区”“县”等字",
        )
        note = Taken(column=Words("cities", "城市"), taken=said, because=because)
        parts.taken += [note] if note not in parts.taken else []
    renamed = {end: [slugs.get(name, name) for name in distinct] for end, (_, distinct) in coded.items()}
    return table.assign(
        **{
            end: _as_categories(table.index, codes, renamed[end], ["", *chain(*renamed.values())])
            for end, (codes, _) in coded.items()
        }
    )


def _without_kinds(unknown: Iterable[object], slugs: Mapping[str, str]) -> dict[str, str]:
    """Find Chinese names of which either side leaves off its kind; a county and a city of one name are two places, and are not matched."""
    names = [str(name) for name in unknown if is_han(str(name))]
    if not names:
        return {}
    bare: dict[str, set[str]] = {}
    for called, slug in slugs.items():
        bare.setdefault(leave_off_kind(called), set()).add(slug)
    found = {}
    for name in names:
        stem = leave_off_kind(name)
        fits = bare.get(stem, set()) if stem == name else {slugs[stem]} if stem in slugs else set()
        if len(fits) == 1:
            found[name] = fits.pop()
    counts = Counter(found.values())
    return {name: slug for name, slug in found.items() if counts[slug] == 1}


def _as_categories(index: pd.Index, codes: Any, names: list[str], every: list[str]) -> pd.Series:
    """Give the names of coded rows, -1 as "", as categories: a look-up a distinct name, and columns that can be compared."""
    categories = pd.Index(sorted(set(every)), dtype="str")
    place = np.append(categories.get_indexer(pd.Index(names, dtype="str")), 0)  # "" comes first
    return pd.Series(pd.Categorical.from_codes(place[codes], categories), index=index)
