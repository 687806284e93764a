"""Rows that are sums of the others, such as "Total", and notes at the foot of a table: found, left out, counted and said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray, FloatArray, IntArray
from geobri.measures import Taken
from geobri.study.account import count_entry
from geobri.study.reading.amounts import holds_numbers
from geobri.study.reading.headings import PAIR_KEY
from geobri.study.reading.numbers import blank_missing, to_numbers
from geobri.study.reading.parts import FolderParts, indicator_of
from geobri.study.reading.recognition import Labels, as_ids
from geobri.words import Words

__all__ = ["leave_out_foot_of_places", "leave_out_totals"]

_ENDS: Final = ("origin", "destination")
_WORDS: Final = frozenset(
    {
        "total", "totals", "grand total", "sum", "all", "overall", "subtotal", "total général", "ensemble", "tous", "summe", "gesamt", "insgesamt",
        "gesamtsumme", "suma", "totale", "totaal", "todos", "合计", "总计", "总和", "共计", "小计", "全部", "全国", "全市", "全省",
    }
)  # fmt: skip
"""What sums are called. A word alone decides nothing: the numbers must be sums too."""

_MOST_LOOKED_AT: Final = 5
"""Of labels that no table of places has, so many are looked at; where there are more, the table names other places."""

_FEWEST: Final = 2
"""A label is told as a sum by so many sums of two or more numbers."""

_CLOSE: Final = 0.01
_SHARE: Final = 0.9
"""Printed tables round: of a label that says total, nine sums in ten must be right within one part in a hundred."""


def leave_out_totals(
    rows: pd.DataFrame, known: Collection[str] | None, file: str, parts: FolderParts
) -> pd.DataFrame:
    """Leave out the rows of a table of pairs whose origin or destination stands for all the others.

    Parameters
    ----------
    rows
        Pairs with `origin` and `destination`.
    known
        What the table of places calls a place; None where there is none. A place is no total, whatever it is called.
    file
        Name of the file, for the note.
    parts
        Where it is noted, and counted.

    Returns
    -------
    pandas.DataFrame
        The other rows. Without a table of places only what is called a total is looked at.
    """
    if not set(_ENDS) <= set(rows.columns):
        return rows
    return _leave_out_foot(_leave_out_sums(rows, known, file, parts), known, file, parts)


def _leave_out_sums(
    rows: pd.DataFrame, known: Collection[str] | None, file: str, parts: FolderParts
) -> pd.DataFrame:
    """Leave out rows that add up the others, and say which."""
    candidates = _candidates(rows, known)
    if not candidates:  # nearly always, and tables are long
        return rows
    plain = rows.assign(**{end: as_ids(rows[end]) for end in _ENDS})
    measures = _measures(rows)
    cells = {
        name: to_numbers(blank_missing(rows[name])).to_numpy(dtype=float, na_value=np.nan)
        for name in measures
    }
    found = set()
    for end in _ENDS:
        side = _lay_out(plain, end, candidates)
        found |= {(end, label) for label in candidates if _are_sums(side, cells, label)}
    if not found:
        return rows
    gone = np.logical_or.reduce([plain[end] == label for end, label in sorted(found)])
    labels = ", ".join(f"'{label}'" for label in dict.fromkeys(label for _, label in sorted(found)))
    left = rows[gone]
    for name in measures:
        for measure, some in left.groupby(_measure_of(left, name, file), observed=True):
            numbers = to_numbers(some[name])
            parts.account += count_entry(str(measure), "read", numbers)
            parts.account += count_entry(str(measure), "total", numbers, labels)
    taken = Words(
        f"{labels} = totals, {len(left):,} rows left out", f"{labels} = 合计，略去 {len(left):,} 行"
    )
    because = Words(
        "their numbers are the sums of the others, and no place is called so",
        "其数值为其余各行之和，且没有这样命名的地点",
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    kept: pd.DataFrame = rows[~gone]
    return kept


def leave_out_foot_of_places(
    table: pd.DataFrame, labels: Labels, file: str, parts: FolderParts
) -> pd.DataFrame:
    """Leave out totals and notes below a table of places: rows without a point that no pair speaks of.

    Parameters
    ----------
    table
        One row per place; nothing is left out of a table without `lon` and `lat`.
    labels
        What the flows call their places; a row of such a name is kept, unless it is called a total.
    file
        Name of the file, for the note.
    parts
        Where it is noted.

    Returns
    -------
    pandas.DataFrame
        The other rows. A row is left out if a cell calls it a total, or if it has one cell where each place has more.
    """
    if not {"lon", "lat"} <= set(table.columns):
        return table
    points = table[["lon", "lat"]].apply(to_numbers).replace([np.inf, -np.inf], np.nan)
    if points.tail(1).notna().to_numpy().any():  # nearly always, and tables may be long and wide
        return table
    no_point = points.isna().all(axis=1)
    at = _start_of_foot(no_point)
    cells = table.drop(columns=["lon", "lat"]).apply(as_ids)
    body, foot = cells.iloc[:at], cells.iloc[at:]
    is_word = foot.map(_is_called_total)
    if foot.empty or body.empty or (foot.isin(set().union(*labels)) & ~is_word).to_numpy().any():
        return table
    lone = ((foot != "").sum(axis=1) == 1) & bool(((body != "").sum(axis=1) > 1).all())
    if not (lone | is_word.any(axis=1)).all():
        return table
    because = Words("they have no point, and no pair speaks of them", "它们没有坐标，也没有城市对提到它们")
    _note_foot(foot, file, because, parts)
    return table.iloc[:at]


def _leave_out_foot(
    rows: pd.DataFrame, known: Collection[str] | None, file: str, parts: FolderParts
) -> pd.DataFrame:
    """Leave out totals and notes below a table of pairs: rows that name no pair."""
    places = _lowered(known)
    if rows.empty or not _names_no_pair(rows.tail(1), places).any():  # nearly always, and tables may be long
        return rows
    at = _start_of_foot(_names_no_pair(rows, places))
    body, foot = rows.iloc[:at], rows.iloc[at:]
    if foot.empty or body.empty:
        return rows
    measures = _measures(body)
    numbers, sums = _all_numbers(foot, measures), _all_numbers(body, measures).sum()
    are_sums = ((numbers - sums).abs() <= 1e-9 * sums.abs() + 1e-9) | numbers.isna()  # a note has no numbers
    is_word = foot[[*_ENDS]].apply(as_ids).map(_is_called_total).any(axis=1)
    if not (are_sums.all(axis=1) | is_word).all():
        return rows
    _note_foot(foot, file, Words("they name no pair", "它们未指明城市对"), parts)
    for name in measures:
        some = numbers[name].dropna()
        labels = _labels_of(foot.loc[some.index])
        for measure, left in some.groupby(_measure_of(foot.loc[some.index], name, file), observed=True):
            parts.account += count_entry(str(measure), "read", left)
            parts.account += count_entry(str(measure), "total", left, labels)
    return body


def _names_no_pair(rows: pd.DataFrame, places: set[str]) -> pd.Series:
    """Whether an end is empty and the other one no place, or both are called a total."""
    ends = rows[[*_ENDS]].apply(as_ids)
    blank, is_place = ends == "", ends.map(lambda end: end.strip().lower() in places)
    is_word = ends.map(_is_called_total) & ~is_place
    return (blank | is_word).all(axis=1) | (blank.any(axis=1) & ~is_place.any(axis=1))


def _all_numbers(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return rows[names].apply(lambda cells: to_numbers(blank_missing(cells)))


def _start_of_foot(is_foot: pd.Series) -> int:
    """Give where the last unbroken run of such rows begins."""
    others = np.flatnonzero(~is_foot.to_numpy(dtype=bool))
    return int(others[-1]) + 1 if len(others) else 0


def _note_foot(foot: pd.DataFrame, file: str, because: Words, parts: FolderParts) -> None:
    labels, rows = _labels_of(foot), f"{len(foot):,} {'row' if len(foot) == 1 else 'rows'} left out"
    taken = Words(f"{labels} = totals or notes, {rows}", f"{labels} = 合计或附注，略去 {len(foot):,} 行")
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))


def _labels_of(foot: pd.DataFrame) -> str:
    """Quote the first cell of each row that is not empty."""
    texts = foot.apply(as_ids).to_numpy(dtype=object).tolist()
    first = [next((cell for cell in row if cell), "") for row in texts]
    return ", ".join(f"'{label}'" for label in dict.fromkeys(first))


def _is_called_total(cell: str) -> bool:
    return cell.strip().lower() in _WORDS


def _measures(rows: pd.DataFrame) -> list[str]:
    return [
        str(name)
        for name in rows.columns
        if name not in PAIR_KEY and holds_numbers(blank_missing(rows[name]))
    ]


def _lowered(known: Collection[str] | None) -> set[str]:
    return {str(one).strip().lower() for one in known} if known is not None else set()


def _measure_of(rows: pd.DataFrame, name: str, file: str) -> pd.Series:
    if name != "value":
        return pd.Series(name, index=rows.index)
    return (
        rows["indicator"] if "indicator" in rows.columns else pd.Series(indicator_of(file), index=rows.index)
    )


def _candidates(rows: pd.DataFrame, known: Collection[str] | None) -> list[str]:
    labels = dict.fromkeys(label for end in _ENDS for label in as_ids(rows[end].drop_duplicates()) if label)
    places = _lowered(known)
    unknown = [label for label in labels if label.strip().lower() not in places]
    if known is not None and len(unknown) <= _MOST_LOOKED_AT:
        return unknown
    return [label for label in unknown if label.strip().lower() in _WORDS]


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of the pairs, laid out so that a label there can be compared with the sum over all others.

    Attributes
    ----------
    key
        Number of the place at the other end, of the indicator and the year together, by row.
    labels
        What stands at this end, by row.
    said, plain, apart
        Which rows may speak of a sum, which are its terms, and which of these are no flow of a place with itself.
    """

    key: IntArray
    labels: npt.NDArray[np.object_]
    said: BoolArray
    plain: BoolArray
    apart: BoolArray


def _lay_out(rows: pd.DataFrame, end: str, candidates: list[str]) -> _Side:
    """Lay out one end, its rows numbered by what a sum must share: the other end, the indicator, the year."""
    other = "destination" if end == "origin" else "origin"
    key = np.zeros(len(rows), dtype=np.int64)
    for name in (other, *(name for name in ("indicator", "year") if name in rows.columns)):
        codes, distinct = pd.factorize(as_ids(rows[name]))
        # Numbered anew after every name, the key stays below the number of rows, and no product runs over.
        key, _ = pd.factorize(key * len(distinct) + codes)
    said = ~rows[other].isin(candidates).to_numpy(dtype=bool)
    plain = said & ~rows[end].isin(candidates).to_numpy(dtype=bool)
    apart = plain & (rows[end] != rows[other]).to_numpy(dtype=bool)
    return _Side(key, rows[end].to_numpy(dtype=object), said, plain, apart)


def _are_sums(side: _Side, measures: Mapping[str, FloatArray], label: str) -> bool:
    """Whether the rows of a label say, of each place at the other end, the sum over all places at this end."""
    rough = label.strip().lower() in _WORDS
    right = looked_at = 0
    own = side.said & (side.labels == label)
    for numbers in measures.values():
        said, n_said = _add_up(side.key, numbers, own)
        sums, terms = _add_up(side.key, numbers, side.plain)
        at = np.flatnonzero((n_said > 0) & (terms >= _FEWEST))
        others, n_others = _add_up(side.key, numbers, side.apart)
        fits = _close(said[at], sums[at], rough=rough)
        fits |= _close(said[at], others[at], rough=rough) & (n_others[at] > 0)
        right, looked_at = right + int(fits.sum()), looked_at + len(at)
    return looked_at >= _FEWEST and right >= (_SHARE if rough else 1.0) * looked_at


def _add_up(key: IntArray, numbers: FloatArray, rows: BoolArray) -> tuple[FloatArray, IntArray]:
    """Give the sum and the count of the known numbers of some rows, by key."""
    some = rows & np.isfinite(numbers)
    n = int(key.max()) + 1
    counts = np.bincount(key[some], minlength=n).astype(np.int64)
    return np.bincount(key[some], numbers[some], n).astype(np.float64), counts


def _close(said: FloatArray, sums: FloatArray, *, rough: bool) -> BoolArray:
    return np.abs(said - sums) <= (_CLOSE if rough else 1e-9) * np.abs(sums) + (1 if rough else 1e-9)
