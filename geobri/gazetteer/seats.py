"""Tables of states, provinces or countries: where most names are such, each state stands at a city of it, each country in its middle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import shapely

from geobri.boundaries import load_countries
from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.divisions import Area, read_division
from geobri.gazetteer.divisions import _table as _divisions
from geobri.gazetteer.names import name_key
from geobri.gazetteer.places import _places

__all__ = ["place_countries", "place_divisions"]

_EQUAL_AREA: Final = "ESRI:54034"

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


def place_countries(names: Sequence[str]) -> pd.DataFrame | None:
    """Place countries in the middle of their largest part.

    Parameters
    ----------
    names
        Different names, or codes, as a table of pairs writes them.

    Returns
    -------
    pandas.DataFrame or None
        On the index of `names`: `country, lon, lat`, without rows for names that are no countries; None unless more than half of the names are
        countries, and at least three.
    """
    codes: dict[str, str] = {}
    for name in names:
        try:
            codes[name] = country_codes([name])[0]
        except GeocodingError:
            continue
    if len(codes) < 3 or len(codes) <= _MOST * len(names):  # noqa: PLR2004 - one or two could be cities of that name
        return None
    outlines = load_countries("50m", worldview="ne")
    parts = outlines[outlines["country"].isin(codes.values())].explode(index_parts=False)
    largest = parts.assign(size=parts.to_crs(_EQUAL_AREA).area).sort_values("size").groupby("country").tail(1)
    points = largest.set_index("country").geometry.map(_middle)
    rows = {
        name: (code, points[code].x, points[code].y) for name, code in codes.items() if code in points.index
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["country", "lon", "lat"])


def _middle(shape: shapely.Polygon) -> shapely.Point:
    centre = shapely.centroid(shape)
    return centre if shape.contains(centre) else shapely.point_on_surface(shape)
