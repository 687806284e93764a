"""Names that a study has settled once: a small table, `places.csv`, that says which place an ambiguous or unknown name means."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

import pandas as pd

from geobri.errors import GeocodingError, mould
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.matching import match_name
from geobri.gazetteer.places import _places
from geobri.tables import find_coordinate_faults

__all__ = ["SETTLED_COLUMNS", "Settled", "SettledNames", "find_settled", "read_settled"]

_FILE: Final = "places.csv"

SETTLED_COLUMNS: Final = ("name", "country", "place", "geonameid", "lon", "lat")
"""Columns of the table; of `place`, `geonameid` and `lon` with `lat` one is enough."""


class Settled(NamedTuple):
    """What one name means.

    Attributes
    ----------
    row
        Row of the gazetteer, or -1 for a point of the study's own.
    country
        ISO alpha-3 code of an own point, where the table gives one.
    lon, lat
        Degrees of an own point; NaN for a place of the gazetteer.
    """

    row: int
    country: str = ""
    lon: float = float("nan")
    lat: float = float("nan")


SettledNames = dict[tuple[str, str], Settled]
"""By name, in small letters, and country; the country is empty where the table leaves it out."""


def find_settled(known: SettledNames, name: object, country: str) -> Settled | None:
    """Find what a name means.

    Parameters
    ----------
    known
        The settled names.
    name
        A name as the study writes it.
    country
        ISO alpha-3 code of the country it is asked in, or empty.

    Returns
    -------
    Settled or None
        That of the country, else that of no country; without a country, the only one there is.
    """
    key = _written(name)
    exact = known.get((key, country)) or known.get((key, ""))
    if exact is not None or country:
        return exact
    anywhere = [settled for (other, _), settled in known.items() if other == key]
    return anywhere[0] if len(anywhere) == 1 else None


def _written(name: object) -> str:
    """Give a name as it is compared: composed, without blanks around it, in small letters; empty for what is not text."""
    return unicodedata.normalize("NFC", name.strip()).casefold() if isinstance(name, str) else ""


def read_settled(table: pd.DataFrame) -> SettledNames:
    """Read a table that says which places names mean.

    Parameters
    ----------
    table
        One row per name: `name` as the study writes it, `country` if the name means this in one country only, and one of `place` (a candidate as it is
        printed, "Richmond (USA, CA)"), `geonameid`, or `lon` and `lat`. A row with none of them leaves its name open, unless its `country` has
        one place of that name alone; other columns are not read.

    Returns
    -------
    dict
        What each name means.

    Raises
    ------
    GeocodingError
        With every fault at once: no column `name`, a name settled twice, a place that is none or several, a point off the globe.
    """
    if "name" not in table.columns:
        wanted = f"{_FILE} needs a column 'name' and one of 'place', 'geonameid', or 'lon' and 'lat'"
        raise GeocodingError(mould(_FILE, wanted, f"{list(table.columns)}", "Add them"))
    cells = table.reindex(columns=list(SETTLED_COLUMNS)).astype(object)
    cells = cells.where(cells.notna(), "").astype(str).apply(lambda column: column.str.strip())
    found: SettledNames = {}
    faults: list[str] = []
    for number, row in enumerate(cells.to_dict("records"), start=1):
        bare = not any(row[column] for column in ("place", "geonameid", "lon", "lat"))
        if bare and not row["country"]:
            continue
        try:
            country = country_codes([row["country"]])[0] if row["country"] else ""
            if bare and match_name(row["name"], country=country).status != "found":
                continue
            said = {**row, "place": row["name"]} if bare else row
            settled = _settle({str(column): str(cell) for column, cell in said.items()}, country)
        except GeocodingError as error:
            faults.append(f"row {number} ({row['name']!r}): {error}")
            continue
        key = _written(row["name"]), country
        if not key[0] or found.get(key, settled) != settled:
            faults.append(f"row {number} ({row['name']!r}): every name must be there, and be settled once")
        found[key] = settled
    if faults:
        raise GeocodingError(f"{_FILE}: " + "\n".join(faults))
    return found


def _settle(row: dict[str, str], country: str) -> Settled:
    if row["geonameid"]:
        return Settled(_row_of(row["geonameid"]))
    if row["place"]:
        match = match_name(row["place"], country=country)
        if match.status != "found":
            message = f"'place' must be one place; {row['place']!r} is {match.status}: {match.reason}"
            raise GeocodingError(message)
        return Settled(match.rows[0])
    lon, lat = (pd.to_numeric(row[column], errors="coerce") for column in ("lon", "lat"))
    faults = find_coordinate_faults([lon], [lat], [row["name"]])
    if faults:
        raise GeocodingError(" ".join(map(str, faults)))
    return Settled(-1, country, float(lon), float(lat))


def _row_of(geonameid: str) -> int:
    number = pd.to_numeric(geonameid, errors="coerce")
    rows = _places().index[_places()["geonameid"] == number]
    if not len(rows):
        raise GeocodingError(
            f"'geonameid' must be one of the gazetteer's; got {geonameid!r}. Give lon and lat instead"
        )
    return int(rows[0])
