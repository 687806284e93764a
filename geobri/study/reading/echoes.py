"""What a layer repeats of another layer of its file: the corridors of a package show one year of its flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geobri.measures import Taken
from geobri.study.reading.amounts import measures_of
from geobri.study.reading.distances import GEODESIC
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.words import Words

__all__ = ["leave_out_echoes"]

_ENDS: Final = ["origin", "destination"]
_LONG: Final = frozenset({"indicator", "value", "year", *_ENDS})


def leave_out_echoes(
    sheets: Mapping[str, pd.DataFrame], file: str, parts: FolderParts
) -> dict[str, pd.DataFrame]:
    """Leave out columns of pairs that say again what another table of the same file says by year.

    Parameters
    ----------
    sheets
        Tables of pairs, by what they are called in the file.
    file
        Name of the file, for the note.
    parts
        Where it is noted.

    Returns
    -------
    dict of str and pandas.DataFrame
        Without these columns, and without tables in which nothing else is measured.
    """
    long = [table for table in sheets.values() if set(table.columns) >= _LONG]
    if not long or len(sheets) == 1:
        return dict(sheets)
    dated = pd.concat([table[list(_LONG)] for table in long], ignore_index=True)
    dated = dated.assign(value=to_numbers(dated["value"]))
    kept = {}
    for name, table in sheets.items():
        measures = [] if "value" in table.columns or "year" in table.columns else measures_of(table)
        echoes = [one for one in measures if _is_echo(table, one, dated[dated["indicator"] == one])]
        if echoes:
            left = ", ".join(echoes)
            taken = Words(f"not read = {left} of '{name}'", f"未读取 = “{name}”的 {left}")
            because = Words("another table says the same by year", "另一表按年份给出了相同的数值")
            parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
        if not echoes or set(measures) - {*echoes, GEODESIC}:
            kept[name] = table.drop(columns=echoes)
    return kept


def _is_echo(table: pd.DataFrame, name: str, dated: pd.DataFrame) -> bool:
    """Whether a column holds the numbers of one year: of each direction, or of both together."""
    if dated.empty:
        return False
    own = table[_ENDS].astype(str).assign(value=to_numbers(table[name]).to_numpy(dtype=float))
    rows = dated.assign(**{end: dated[end].astype(str) for end in _ENDS})
    for turn in (lambda pairs: pairs, _fold):
        said = _by_pair(turn(own))
        if any(_agree(said, _by_pair(turn(some))) for _, some in rows.groupby("year", observed=True)):
            return True
    return False


def _fold(pairs: pd.DataFrame) -> pd.DataFrame:
    ends = np.sort(pairs[_ENDS].to_numpy(dtype=object), axis=1)
    return pairs.assign(origin=ends[:, 0], destination=ends[:, 1])


def _by_pair(pairs: pd.DataFrame) -> pd.Series[float]:
    return pairs.groupby(_ENDS, observed=True)["value"].sum(min_count=1)


def _agree(own: pd.Series[float], dated: pd.Series[float]) -> bool:
    """Whether all that is known of both is the same, and what only the column has is none."""
    known = own.dropna()
    other = dated.reindex(known.index)
    absent = other.isna().to_numpy()
    alike = np.isclose(known.to_numpy()[~absent], other.to_numpy()[~absent], rtol=1e-9)
    return bool((~absent).any() and alike.all() and (known.to_numpy()[absent] == 0).all())
