"""Tables of states and provinces: where most names are first-level divisions of one country, each stands at a city of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geobri.gazetteer.divisions import Area, read_division
from geobri.gazetteer.divisions import _table as _divisions
from geobri.gazetteer.names import name_key
from geobri.gazetteer.places import _places

__all__ = ["place_divisions"]

_MOST: Final = 0.5
"""Share of the names that must be divisions of one country."""


def place_divisions(names: Sequence[str], country: str = "") -> pd.DataFrame | None:
    """Place the states or provinces of one country.

    Parameters
    ----------
    names
        Different names, as a table of pairs writes them.
    country
        ISO alpha-3 code, where it is known.

    Returns
    -------
    pandas.DataFrame or None
        On the index of `names`: `seat, country, lon, lat`, without rows for names that are no divisions; None unless more than half of the
        names are divisions of one country, and at least three.
    """
    meant = {name: [area for area in read_division(name, country) if _is_named(area)] for name in names}
    counts = pd.Series(
        [area.country for areas in meant.values() for area in dict.fromkeys(areas)], dtype=object
    )
    if counts.empty:
        return None
    leading = str(counts.value_counts().index[0])
    found = {name: area for name, areas in meant.items() for area in areas if area.country == leading}
    if len(found) < 3 or len(found) <= _MOST * len(names):  # noqa: PLR2004 - one or two could be cities of that name
        return None
    rows = {name: seat for name, area in found.items() if (seat := _seat(area)) is not None}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["seat", "country", "lon", "lat"])


def _is_named(area: Area) -> bool:
    table = _divisions()
    return bool(((table["country"] == area.country) & (table["admin1"] == area.admin1)).any())


def _seat(area: Area) -> tuple[str, str, float, float] | None:
    table, places = _divisions(), _places()
    row = table[(table["country"] == area.country) & (table["admin1"] == area.admin1)]
    inside = places[(places["country"] == area.country) & (places["admin1"] == area.admin1)]
    cities = inside[inside["name"].map(name_key) == name_key(str(row["seat"].iloc[0]))]
    if cities.empty:
        return None
    city = cities.sort_values("population", ascending=False, na_position="last").iloc[0]
    return str(city["name"]), area.country, float(city["lon"]), float(city["lat"])
