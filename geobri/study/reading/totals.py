"""Rows of a table of pairs that are sums of the others, such as "Total": found by their numbers, left out, counted and said."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.measures import Taken
from geobri.study.account import count_entry
from geobri.study.reading.numbers import blank_missing, to_numbers
from geobri.study.reading.parts import FolderParts, indicator_of
from geobri.study.reading.recognition import as_ids, holds_numbers
from geobri.words import Words

__all__ = ["leave_out_totals"]

_ENDS: Final = ("origin", "destination")
_PLAIN: Final = ("indicator", *_ENDS, "year")
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
    plain = rows.assign(**{end: as_ids(rows[end]) for end in _ENDS})
    candidates = _candidates(plain, known)
    measures = [
        str(name)
        for name in (rows.columns if candidates else ())
        if name not in _PLAIN and holds_numbers(blank_missing(rows[name]))
    ]
    found = {
        (end, label)
        for end in _ENDS
        for label in candidates
        if _are_sums(plain, measures, end, label, candidates)
    }
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


def _measure_of(rows: pd.DataFrame, name: str, file: str) -> pd.Series:
    if name != "value":
        return pd.Series(name, index=rows.index)
    return (
        rows["indicator"] if "indicator" in rows.columns else pd.Series(indicator_of(file), index=rows.index)
    )


def _candidates(rows: pd.DataFrame, known: Collection[str] | None) -> list[str]:
    labels = dict.fromkeys(label for end in _ENDS for label in rows[end].unique() if label)
    places = {str(one).strip().lower() for one in known} if known is not None else set()
    unknown = [label for label in labels if label.strip().lower() not in places]
    if known is not None and len(unknown) <= _MOST_LOOKED_AT:
        return unknown
    return [label for label in unknown if label.strip().lower() in _WORDS]


def _are_sums(rows: pd.DataFrame, measures: list[str], end: str, label: str, candidates: list[str]) -> bool:
    """Whether the rows of a label say, of each place at the other end, the sum over all places at this end."""
    other = "destination" if end == "origin" else "origin"
    keys = [other, *(name for name in ("indicator", "year") if name in rows.columns)]
    counted = rows[~rows[other].isin(candidates)]
    plain = counted[~counted[end].isin(candidates)]
    rough = label.strip().lower() in _WORDS
    right = looked_at = 0
    for name in measures:
        said, terms, apart = (
            _numbers(some, keys, name)
            for some in (counted[counted[end] == label], plain, plain[plain[end] != plain[other]])
        )
        sums = said.sum(min_count=1).dropna()
        sums = sums[terms.count().reindex(sums.index).fillna(0) >= _FEWEST]
        fits = _close(sums, terms.sum(), rough=rough) | _close(sums, apart.sum(), rough=rough)
        right, looked_at = right + int(fits.sum()), looked_at + len(sums)
    return looked_at >= _FEWEST and right >= (_SHARE if rough else 1.0) * looked_at


def _numbers(rows: pd.DataFrame, keys: list[str], name: str) -> Any:
    return to_numbers(blank_missing(rows[name])).groupby([as_ids(rows[key]) for key in keys])


def _close(said: pd.Series, sums: pd.Series, *, rough: bool) -> pd.Series:
    wanted = sums.reindex(said.index)
    off = (said - wanted).abs()
    return (off <= (_CLOSE if rough else 1e-9) * wanted.abs() + (1 if rough else 1e-9)) & wanted.notna()
