"""Columns that say how far something is: the geodesic of a pair is no flow, a separation of one's own does not take its name, and far from the coast is no better than near."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.geodesy import distance_km
from geobri.measures import Taken
from geobri.study.reading.numbers import to_numbers
from geobri.study.reading.parts import FolderParts, note_not_read
from geobri.words import Words

__all__ = ["GEODESIC", "leave_out_distances", "name_own_distance", "note_coast_distances"]

GEODESIC: Final = "distance_km"
"""The column of the corridors that holds the geodesic between their ends."""

_OWN: Final = "distance_given"
_UNITS: Final = (1.0, 1000.0, 1 / 1.609344)
_UNIT_NAMES: Final = (Words("km", "公里"), Words("m", "米"), Words("miles", "英里"))
"""Kilometres, metres and miles: how many make a kilometre, and what they are called."""

_LOOKED_AT: Final = 300
_FEWEST: Final = 3
_CLOSE: Final = 0.005
_SHORTEST_KM: Final = 0.05
"""Nearer ends are no proof: what is left of a distance after rounding says little."""

_PLACES: Final = 40
"""Places of a table that are looked at."""
_FEWEST_PLACES: Final = 5
_INLAND_KM: Final = 30.0
"""How far some place must be from the coast: where all are near, small numbers of anything would fit."""
_COASTLINES: Final[tuple[tuple[Literal["110m", "10m"], float, float], ...]] = (
    ("110m", 60.0, 0.3),
    ("10m", 3.0, 0.1),
)
"""Coastlines, the cheap one first, and by how many kilometres and which share of itself a distance to it may differ."""
_MOST_FIT: Final = 0.9
_ROUGHLY: Final = 1.1


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
    because = Words(
        "that is how far apart the ends are, in km, m or miles", "那是两端的距离，以千米、米或英里计"
    )
    note_not_read(gone, because, file, parts)
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


def note_coast_distances(cities: gpd.GeoDataFrame, parts: FolderParts) -> None:
    """Find columns of places that say how far each is from the coast: of these, neither end is the better.

    Parameters
    ----------
    cities
        The places.
    parts
        What was read; what was recognised is noted there.
    """
    some = np.unique(np.linspace(0, len(cities) - 1, _PLACES).astype(int))
    places = cities.iloc[some]
    declared = {entry["column"] for entry in parts.said}
    for name, column in places.drop(columns=places.geometry.name).items():
        if str(name) in declared or not pd.api.types.is_float_dtype(column):
            continue
        unit = _unit_of_coast(places, column.to_numpy(dtype=float, na_value=np.nan))
        if unit is None:
            continue
        parts.meanings[str(name)] = {
            "kind": "amount",
            "better": "neither",
            "unit": unit.en,
            "unit_zh": unit.zh,
        }
        taken = Words(f"in {unit.en}, neither end the better", f"以{unit.zh}计，不分优劣")
        because = Words("that is how far each place is from the coast", "那是各地点到海岸的距离")
        parts.taken.append(Taken(column=Words(str(name)), taken=taken, because=because))


def _unit_of_coast(places: gpd.GeoDataFrame, numbers: FloatArray) -> Words | None:
    """Give the unit in which numbers are distances to the coast; None where they are none. What costs most is looked at last."""
    from geobri.coast import distance_to_coast

    known = np.isfinite(numbers)
    if known.sum() < _FEWEST_PLACES or (numbers[known] < 0).any():
        return None
    lon, lat = places.geometry.x.to_numpy()[known], places.geometry.y.to_numpy()[known]
    apart = distance_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
    for per_km, unit in zip(_UNITS, _UNIT_NAMES, strict=True):
        km = numbers[known] / per_km
        # from place to place it changes by no more than these are apart
        if km.max() < _INLAND_KM or (np.abs(km[:, None] - km[None, :]) > apart * _ROUGHLY + 1).any():
            continue
        for resolution, most, share in _COASTLINES:
            coast = distance_to_coast(places[known], resolution=resolution).to_numpy(dtype=float)
            if (np.abs(km - coast) <= most + share * coast).mean() < _MOST_FIT:
                break
        else:
            return unit
    return None
