"""Shapes in which tables of other people come: both ends in one cell, totals beside a matrix, notes below a table, years as headings.

Each is told by what the cells hold, said, and brought to the plain shape; nothing is dropped that a sum does not allow.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.ends import find_ends
from geobri.study.reading.flows import is_matrix
from geobri.study.reading.parts import FolderParts
from geobri.study.reading.recognition import as_ids, holds_numbers
from geobri.study.reading.tables import to_numbers

__all__ = ["number_doubled", "tidy_shape"]

_BETWEEN: Final = (
    r"\s*(?:→|->|–>|=>|至)\s*",
    r"\s+[-–—]\s+",
    r"\s+(?:to|nach|à|到)\s+",
    r"\s*(?:[–—/>|~])\s*",
    r"-",
)
"""What stands between both ends of a route in one cell, the surest first."""
_FEWEST_ROUTES: Final = 3
_REPEATED: Final = 0.75
"""Share of different labels among the ends of routes that is still taken for routes: their places come again."""
_TOTALS: Final = frozenset(
    ("total", "totals", "sum", "all", "grand total", "gesamt", "summe", "insgesamt", "somme", "suma", "totale", "总计", "合计", "总和", "小计")
)  # fmt: skip
_ROUNDED: Final = 0.005
_MOST_NOTES: Final = 20
_LOOKED_AT: Final = 200


def tidy_shape(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Bring a table to the shape that the readers know.

    Parameters
    ----------
    rows
        A table as it was read.
    file
        Name of its file, for what is said.
    parts
        Where it is said.

    Returns
    -------
    pandas.DataFrame
        Without notes below it and totals beside it, routes as `origin` and `destination`.
    """
    rows = _without_notes(rows, file, parts)
    return _without_totals(rows, file, parts) if is_matrix(rows) else _split_routes(rows, file, parts)


def _without_notes(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Leave out what stands alone in the first column below a table: a source, a remark."""
    if rows.shape[1] < 2 or len(rows) < 2:  # noqa: PLR2004 - a list of names has one column
        return rows
    tail = rows.tail(_MOST_NOTES + 1)
    others = tail.iloc[:, 1:]
    alone = ((others == "") | others.isna()).all(axis=1).to_numpy()
    first = tail.iloc[:, 0]
    n_notes = len(alone) if alone.all() else int(np.argmin(alone[::-1]))
    notes = [str(cell) for cell in first.iloc[len(first) - n_notes :] if str(cell) not in ("", "nan")]
    if not n_notes or n_notes > min(_MOST_NOTES, len(rows) - 1):
        return rows
    if notes:
        said = f"not read = {'; '.join(note[:60] for note in notes)}"
        parts.taken.append(Taken(column=file, taken=said, because="it stands alone below the table"))
    return rows.iloc[: len(rows) - n_notes]


def _without_totals(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Leave out the row and the column of a matrix that are called totals and are the sums of the others."""
    labels = as_ids(rows.iloc[:, 0]).str.strip().str.lower()
    is_row = labels.isin(_TOTALS).to_numpy()
    is_column = np.array([str(name).strip().lower() in _TOTALS for name in rows.columns[1:]], dtype=bool)
    numbers = rows.iloc[:, 1:].apply(to_numbers).fillna(0.0).to_numpy(dtype=float)
    inside = numbers[~is_row][:, ~is_column]
    checks = [(numbers[~is_row][:, at], inside.sum(axis=1)) for at in np.flatnonzero(is_column)]
    checks += [(numbers[at][~is_column], inside.sum(axis=0)) for at in np.flatnonzero(is_row)]
    if not checks or not all(np.allclose(said, summed, rtol=_ROUNDED, atol=1.0) for said, summed in checks):
        return rows
    because = "they are called so, and are the sums of the others"
    parts.taken.append(Taken(column=file, taken="not read = totals", because=because))
    return rows.loc[~is_row, [True, *(~is_column)]]


def _split_routes(rows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Take both ends of a pair from one cell (``Paris - Lyon``, ``LHR-JFK``), where the same places come again and again."""
    ends = find_ends(rows, None, alone=False)
    if ends.found or ends.choices or {"origin", "destination", "lon", "lat"} & set(rows.columns):
        return rows
    if len(rows) < _FEWEST_ROUTES or not any(holds_numbers(rows[name]) for name in rows.columns):
        return rows
    for name in rows.columns:
        between = _what_stands_between(as_ids(rows[name]))
        if between is None:
            continue
        both = as_ids(rows[name]).str.strip().str.split(between, n=1, regex=True, expand=True)
        because = "each of its cells names two places, and the places come again"
        parts.taken.append(Taken(column=file, taken=f"origin and destination = {name}", because=because))
        split = rows.assign(origin=both[0].str.strip(), destination=both[1].str.strip())
        return split[["origin", "destination", *(other for other in rows.columns if other != name)]]
    return rows


def _what_stands_between(cells: pd.Series) -> str | None:
    if (cells == "").any():
        return None
    for between in _BETWEEN:
        pattern = re.compile(between)
        if not all(len(pattern.findall(cell.strip())) == 1 for cell in cells.head(_LOOKED_AT)):
            continue
        if not (cells.str.strip().str.count(between) == 1).all():
            continue
        both = cells.str.strip().str.split(between, n=1, regex=True, expand=True)
        labels = pd.concat([both[0], both[1]]).str.strip()
        few = labels.nunique() <= _REPEATED * len(labels)
        if few and (labels != "").all() and to_numbers(labels).isna().all():
            return between
    return None


def number_doubled(ids: pd.Series, file: str, parts: FolderParts) -> pd.Series:
    """Tell places of one name apart by a number, where no table of pairs names them.

    Parameters
    ----------
    ids
        What the places are called.
    file
        Name of their file, for what is said.
    parts
        Where it is said.

    Returns
    -------
    pandas.Series
        The second ``Hamilton`` as ``Hamilton (2)``.
    """
    doubled = ids.duplicated()
    if not doubled.any():
        return ids
    turn = ids.groupby(ids).cumcount() + 1
    named = ", ".join(ids[doubled].drop_duplicates().head(3))
    taken = f"places of one name are numbered: {named}{', …' if ids[doubled].nunique() > 3 else ''}"  # noqa: PLR2004
    n = int(doubled.sum())
    because = f"{n} {'name comes' if n == 1 else 'names come'} again, and no pairs name them"
    parts.taken.append(Taken(column=file, taken=taken, because=because))
    return ids.where(~doubled, ids + " (" + turn.astype(str) + ")")
