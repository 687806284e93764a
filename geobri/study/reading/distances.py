"""Columns of pairs that say how far apart their ends are: the geodesic itself is no flow, and a separation of one's own does not take its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.geodesy import distance_km
from geobri.measures import Taken
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts
from geobri.words import Words

__all__ = ["GEODESIC", "leave_out_distances", "name_own_distance"]

GEODESIC: Final = "distance_km"
"""The column of the corridors that holds the geodesic between their ends."""

_OWN: Final = "distance_given"
_UNITS: Final = (1.0, 1000.0, 1 / 1.609344)
"""Kilometres, metres and miles."""

_LOOKED_AT: Final = 300
_FEWEST: Final = 3
_CLOSE: Final = 0.005
_SHORTEST_KM: Final = 0.05
"""Nearer ends are no proof: what is left of a distance after rounding says little."""


def leave_out_distances(
    table: pd.DataFrame,
    measures: Iterable[str],
    ends: tuple[pd.Series, pd.Series],
    file: str,
    parts: FolderParts,
) -> pd.DataFrame:
    """Leave out columns that repeat the distance between the ends of their pairs, where other columns hold flows.

    Parameters
    ----------
    table
        Pairs, several measures as columns.
    measures
        The columns of numbers.
    ends
        The slugs of origins and destinations.
    file
        Name of the file, for the note.
    parts
        The places; what is left out is noted here.

    Returns
    -------
    pandas.DataFrame
        The other columns. What the user named stays, and so does the only measure.
    """
    names = [str(name) for name in measures]
    if parts.cities is None or len(names) <= 1 or len(table) < _FEWEST:
        return table
    some = np.unique(np.linspace(0, len(table) - 1, _LOOKED_AT).astype(int))
    km = _distances(parts.cities, *(end.iloc[some] for end in ends))
    asked = {parts.asked, *parts.beside}
    gone = [name for name in names if name not in asked and _is_distance(table[name].iloc[some], km)]
    gone = gone if len(gone) < len(names) else []
    if gone:
        taken = Words(f"not read = {', '.join(gone)}", f"未读取 = {'、'.join(gone)}")
        because = Words(
            "that is how far apart the ends are, in km, m or miles", "那是两端的距离，以千米、米或英里计"
        )
        parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    table = table.drop(columns=gone)
    if (
        GEODESIC in table.columns and GEODESIC not in asked
    ):  # a separation of its own: never the measure to open with
        table = table[[*table.columns.drop(GEODESIC), GEODESIC]]
    return table


def _distances(cities: gpd.GeoDataFrame, origins: pd.Series, destinations: pd.Series) -> FloatArray:
    lon, lat = cities.geometry.x, cities.geometry.y
    one, other = (end.astype(object).to_numpy() for end in (origins, destinations))
    from_to = [column.reindex(end).to_numpy(dtype=float) for end in (one, other) for column in (lon, lat)]
    known = np.isfinite(from_to).all(axis=0)
    km = np.full(len(one), np.nan)
    km[known] = distance_km(*(part[known] for part in from_to))
    return km


def _is_distance(cells: pd.Series, km: FloatArray) -> bool:
    numbers = to_numbers(cells).to_numpy(dtype=float)
    looked_at = np.isfinite(numbers) & (km > _SHORTEST_KM)
    if looked_at.sum() < _FEWEST:
        return False
    ratio = numbers[looked_at] / km[looked_at]
    return any(bool((np.abs(ratio / unit - 1) < _CLOSE).all()) for unit in _UNITS)


def name_own_distance(flows: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame:
    """Rename a separation of the user's own that is called as the geodesic is: tests by default look at that.

    Parameters
    ----------
    flows
        The long table.
    file
        Name of the file, for the note.
    parts
        Where it is noted, and said to be no flow.

    Returns
    -------
    pandas.DataFrame
        The table with that indicator called `distance_given`.
    """
    is_own = flows["indicator"] == GEODESIC
    if not is_own.any() or parts.asked == GEODESIC:
        return flows
    taken = Words(
        f"{_OWN} = its own '{GEODESIC}', a separation", f"{_OWN} = 表中原有的“{GEODESIC}”列，一种阻隔"
    )
    because = Words(
        f"it is not the distance between the points (to test with it: --impedance {_OWN})",
        f"它不是两点间的距离（用它检验：--impedance {_OWN}）",
    )
    parts.taken.append(Taken(column=Words(file), taken=taken, because=because))
    if not any(entry.get("column") == _OWN for entry in parts.said):
        others = flows["indicator"][~is_own]
        parts.said += [{"column": str(name)} for name in others.iloc[:1] if not parts.said]
        parts.said.append({"column": _OWN, "of": "corridors", "better": "low"})
    return flows.assign(indicator=flows["indicator"].astype(object).where(~is_own, _OWN))
