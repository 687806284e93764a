"""Tables of states, provinces or countries: where names are first-level divisions of one country, or codes of countries, each stands at a city of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes, load_country_table
from geobri.gazetteer.divisions import Area, is_state_code, read_division
from geobri.gazetteer.divisions import _table as _divisions
from geobri.gazetteer.matching import match_name
from geobri.gazetteer.places import _places

__all__ = ["place_countries", "place_divisions"]

_LONGEST_CODE: Final = 3
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


def place_countries(names: Sequence[str]) -> pd.DataFrame | None:
    """Place countries that are written as ISO codes or by their names.

    Parameters
    ----------
    names
        Different names, as a table of pairs writes them.

    Returns
    -------
    pandas.DataFrame or None
        On the index of `names`: `seat, name, name_zh, country, lon, lat`, at the capital, or at the largest city where none is listed; None
        unless all names are countries, at least three of them, each once and with a city, and not all may be states of another country.
    """
    codes = _country_codes(names)
    if codes is None:
        return None
    places = _places()
    inside = places[places["country"].isin(set(codes))]
    first = inside.sort_values(
        ["capital", "population"], ascending=False, na_position="last"
    ).drop_duplicates("country")
    if len(first) < len(codes):
        return None
    cities = first.set_index("country").loc[codes]
    called = load_country_table().loc[codes]
    found = {
        "seat": cities["name"], "name": called["name_common"], "name_zh": called["name_zh"], "country": codes,
        "lon": cities["lon"], "lat": cities["lat"],
    }  # fmt: skip
    return pd.DataFrame(found).set_axis(pd.Index(names), axis=0)


def _country_codes(names: Sequence[str]) -> list[str] | None:
    """Read names as countries: all as codes of three letters, all as codes of two, or all as names; None where they are something else."""
    table = load_country_table()
    if len(names) < 3:  # noqa: PLR2004 - one or two could be codes of airports
        return None
    if set(names) <= set(table.index):
        return list(names)
    by_two = dict(zip(table["alpha2"], table.index, strict=True))
    if set(names) <= set(by_two):
        return None if all(is_state_code(name) for name in names) else [by_two[name] for name in names]
    if all(
        len(name) <= _LONGEST_CODE and name.isascii() for name in names
    ):  # codes of two kinds, or of something else
        return None
    try:
        codes = country_codes(names)
    except GeocodingError:
        return None
    return codes if len(set(codes)) == len(codes) else None


def _is_named(area: Area) -> bool:
    table = _divisions()
    return bool(((table["country"] == area.country) & (table["admin1"] == area.admin1)).any())


def _seat(area: Area) -> tuple[str, str, float, float] | None:
    table = _divisions()
    row = table[(table["country"] == area.country) & (table["admin1"] == area.admin1)].iloc[0]
    match = match_name(row["seat"], country=area.country, division=row["name"])
    if match.status != "found":
        return None
    city = _places().iloc[match.rows[0]]
    return str(city["name"]), area.country, float(city["lon"]), float(city["lat"])
