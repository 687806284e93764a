"""Names to points, with a report of what could not be decided."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import GeocodingError, first_offenders, mould
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.matching import Language, Match, Preference, match_name
from geobri.gazetteer.names import name_key
from geobri.gazetteer.places import GEONAMES_ATTRIBUTION, _places, load_report_cities

__all__ = ["GeocodeReport", "geocode"]

_FOUND_COLUMNS = ["name", "name_zh", "country", "geonameid", "population", "lon", "lat"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeocodeReport:
    """What became of each name of a table.

    Attributes
    ----------
    table
        One row per name, on the index of the input: `query, country_asked, status` (`found`, `ambiguous`, `unknown`)`, how` (`exact`,
        `alias`, `other name`, `largest`)`, city` (slug)`, name, name_zh, country, geonameid, population, lon, lat, others` (further
        places of the name, passed over)`, remark, reason`.
    candidates
        One row per candidate of an ambiguous name: `query, name, name_zh, country, admin1, population, lon, lat, geonameid`.
    attribution
        The line that GeoNames' licence asks for.
    """

    table: pd.DataFrame
    candidates: pd.DataFrame
    attribution: str = GEONAMES_ATTRIBUTION

    @property
    def cities(self) -> gpd.GeoDataFrame:
        """The places found, one row per name found, as points: index `city`, `name … how, remark, geometry`."""
        found = self.table[self.table["status"] == "found"].set_index("city")
        points = gpd.points_from_xy(found["lon"].astype(float), found["lat"].astype(float), crs="EPSG:4326")
        columns = ["name", "name_zh", "country", "geonameid", "population", "how", "remark"]
        return gpd.GeoDataFrame(found[columns], geometry=points)

    @property
    def ambiguous(self) -> pd.DataFrame:
        """The candidates of every ambiguous name."""
        return self.candidates.copy()

    @property
    def unknown(self) -> pd.DataFrame:
        """The names that no place has, with the reason."""
        return self.table.loc[self.table["status"] == "unknown", ["query", "country_asked", "reason"]].copy()

    @property
    def is_complete(self) -> bool:
        """Whether every name was found."""
        return bool((self.table["status"] == "found").all())

    def problems(self) -> list[tuple[int, str]]:
        """List what could not be decided, for a message that names rows.

        Returns
        -------
        list of tuple of int and str
            Position of the name in the input (from 0), and a sentence with the candidates or the reason.
        """
        found: list[tuple[int, str]] = []
        for at, (query, status, reason) in enumerate(
            zip(self.table["query"], self.table["status"], self.table["reason"], strict=True)
        ):
            if status == "ambiguous":
                candidates = _list_candidates(self.candidates[self.candidates["query"] == query])
                found.append((at, f"{query!r} could be {candidates}. Give the country, or lon and lat"))
            elif status == "unknown":
                found.append((at, f"{query!r} is unknown: {reason}. Correct it, or give lon and lat"))
        return found

    def to_frame(self) -> pd.DataFrame:
        """Give one row per name, in the order and on the index of the input.

        Returns
        -------
        pandas.DataFrame
            A copy of `table`.
        """
        return self.table.copy()

    def summary(self) -> str:
        """Say in words how many names were found, and how the others stand.

        Returns
        -------
        str
            A few lines: counts by step, each ambiguous name with its candidates, each unknown name with the reason.
        """
        found = self.table[self.table["status"] == "found"]
        steps = ", ".join(
            f"{count} by {how}" for how, count in found["how"].value_counts().sort_index().items()
        )
        lines = [f"{len(found)} of {len(self.table)} names found" + (f" ({steps})." if steps else ".")]
        for query, group in self.candidates.groupby("query", sort=False):
            lines.append(f"ambiguous: {query!r} could be {_list_candidates(group)}.")
        unknown = self.table[self.table["status"] == "unknown"]
        lines += [f"unknown: {row.query!r}: {row.reason}." for row in unknown.itertuples()]
        return "\n".join(lines)

    def raise_if_incomplete(self) -> GeocodeReport:
        """Hand the report back if every name was found, else raise.

        Returns
        -------
        GeocodeReport
            The same report.

        Raises
        ------
        GeocodingError
            Naming what is ambiguous, with candidates, and what is unknown.
        """
        if self.is_complete:
            return self
        missing = self.table[self.table["status"] != "found"]
        came = f"{len(missing)} of {len(self.table)} undecided: {first_offenders(missing['query'])}\n{self.summary()}\n"
        remedy = "Give the country (column or argument country=), correct the name, or give lon and lat"
        raise GeocodingError(mould("geocode", "every name must lead to one place", came, remedy))

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self.summary().splitlines())
        return f"<ul>{lines}</ul>{self.table.to_html(max_rows=20)}"


def geocode(
    names: Iterable[object],
    *,
    country: str | Sequence[object] | pd.Series | None = None,
    language: Language | None = None,
    prefer: Preference | None = None,
) -> GeocodeReport:
    """Turn place names, in English or Chinese, into points.

    A name is looked up as the main name of a place, then in the table of names of the reports' cities, then among the other names of
    places in any language. What has several answers is reported with the candidates, what has none with the reason; nothing is
    guessed, and a place that was preferred to another of the same name says so (`how`, `others`).

    Parameters
    ----------
    names
        Place names; a Series keeps its index. A qualifier is understood: "Tripoli (Libya)", "Paris, France", "Portland, OR".
    country
        One country for all names, or one per name (empty or missing: the whole world); codes or names, English or Chinese.
    language
        `en` or `zh` to accept only names in Latin letters or in Chinese characters; None for any.
    prefer
        None reports what is ambiguous. `largest` takes the most populous candidate and marks the row with how = "largest".

    Returns
    -------
    GeocodeReport
        `.cities` (points), `.ambiguous` (candidates), `.unknown`, `.to_frame()`, `.summary()`, `.raise_if_incomplete()`.

    Raises
    ------
    GeocodingError
        If a country is unknown, or the countries are not as many as the names.

    Notes
    -----
    Where several places have the name, that of the reports is taken if the country was given, or if it is at least ten times larger
    than any other: "Moscow" is found, "Portland" and "Santiago" are ambiguous. Data: GeoNames, CC BY 4.0.

    Examples
    --------
    >>> report = geocode(["Shanghai", "奥克兰（新西兰）", "Santiago"])
    >>> report.cities.index.tolist()
    ['shanghai', 'auckland']
    >>> report.ambiguous["country"].tolist()[:2]
    ['CHL', 'CUB']
    """
    index = names.index if isinstance(names, pd.Series) else None
    queries = list(names)
    countries = _countries_per_name(country, len(queries))
    seen: dict[tuple[object, str], Match] = {}
    matches = []
    for query, code in zip(queries, countries, strict=True):
        asked = (query if isinstance(query, str) else None, code)
        if asked not in seen:
            seen[asked] = match_name(query, country=code, language=language, prefer=prefer)
        matches.append(seen[asked])
    table = _describe_matches(queries, countries, matches)
    table.index = pd.RangeIndex(len(table)) if index is None else index
    return GeocodeReport(table=table, candidates=_list_ambiguous(queries, matches))


def _countries_per_name(country: str | Sequence[object] | pd.Series | None, count: int) -> list[str]:
    if country is None or isinstance(country, str):
        code = country_codes([country])[0] if country else ""
        return [code] * count
    given = ["" if _is_missing(value) else str(value).strip() for value in country]
    if len(given) != count:
        wanted = "country must be one country, or one per name"
        raise GeocodingError(
            mould(
                "geocode",
                wanted,
                f"{len(given)} countries for {count} names",
                "Give as many as there are names",
            )
        )
    filled = iter(country_codes([value for value in given if value]))
    return [next(filled) if value else "" for value in given]


def _is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _describe_matches(queries: list[object], countries: list[str], matches: list[Match]) -> pd.DataFrame:
    places = _places()
    rows = np.array([match.rows[0] if match.status == "found" else -1 for match in matches], dtype=np.int64)
    found = places.reindex(rows)[_FOUND_COLUMNS].reset_index(drop=True)
    table = pd.DataFrame(
        {
            "query": ["" if not isinstance(query, str) else query for query in queries],
            "country_asked": countries,
            "status": [match.status for match in matches],
            "how": [match.how for match in matches],
            "city": ["" if row < 0 else _slug(int(row)) for row in rows],
        }
    )
    table = pd.concat([table, found.astype({"geonameid": "Int64"})], axis=1)
    table["others"] = [len(match.others) if match.status == "found" else 0 for match in matches]
    remarks = load_report_cities()["remark"]
    table["remark"] = remarks.reindex(table["city"]).fillna("").to_numpy()
    table["reason"] = [match.reason for match in matches]
    return table


def _slug(row: int) -> str:
    place = _places().iloc[row]
    if place["city"]:
        return str(place["city"])
    words = "".join(letter if letter.isalnum() else " " for letter in str(place["name"])).split()
    keys = [name_key(word) for word in words]
    ascii_keys = [key for key in keys if key.isascii() and key]
    return "-".join([*ascii_keys, str(place["country"]).lower(), str(place["geonameid"])])


def _list_ambiguous(queries: list[object], matches: list[Match]) -> pd.DataFrame:
    pairs = {
        (str(query), row): None
        for query, match in zip(queries, matches, strict=True)
        if match.status == "ambiguous"
        for row in match.rows
    }
    columns = ["name", "name_zh", "country", "admin1", "population", "lon", "lat", "geonameid"]
    found = _places().loc[[row for _, row in pairs], columns].reset_index(drop=True)
    found.insert(0, "query", [query for query, _ in pairs])
    return found


def _list_candidates(group: pd.DataFrame, most: int = 4) -> str:
    parts = [_describe_candidate(row) for row in group.head(most).to_dict("records")]
    rest = len(group) - len(parts)
    return ", ".join(parts) + (f" and {rest} more" if rest > 0 else "")


def _describe_candidate(place: dict[Hashable, Any]) -> str:
    where = ", ".join(part for part in (place["country"], place["admin1"]) if part)
    people = "?" if place["population"] is pd.NA else f"{place['population']:,}"
    return f"{place['name']} ({where}; {people} inhabitants)"
