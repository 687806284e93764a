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
from geobri.gazetteer.divisions import Area, division_label
from geobri.gazetteer.matching import Language, Match, Preference, match_name
from geobri.gazetteer.names import is_han, name_key
from geobri.gazetteer.places import GEONAMES_ATTRIBUTION, _places, load_name_index, load_report_cities
from geobri.gazetteer.settled import Settled, find_settled, read_settled
from geobri.notebooks import Told

__all__ = ["GeocodeReport", "geocode"]

_MOST_CANDIDATES = 4
_FOUND_COLUMNS = ["name", "name_zh", "country", "geonameid", "population", "lon", "lat"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GeocodeReport(Told):
    """What became of each name of a table.

    Attributes
    ----------
    table
        One row per name, on the index of the input: `query, country_asked, status` (`found`, `ambiguous`, `unknown`)`, how` (`exact`,
        `alias`, `other name`, `largest`, `settled`)`, city` (slug)`, name, name_zh, country, geonameid, population, lon, lat, others` (further
        places of the name, passed over)`, remark, reason`.
    candidates
        One row per candidate of an ambiguous name: `query, country_asked, candidate` (as it is printed, and understood when it is given as
        a name)`, name, name_zh, country, admin1, population, lon, lat, geonameid`.
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
        for at, row in enumerate(self.table.itertuples()):
            if row.status == "ambiguous":
                found.append(
                    (
                        at,
                        f"{self._say_ambiguous(row)}. Give the country, one of these as it stands here, or lon and lat",
                    )
                )
            elif row.status == "unknown":
                found.append((at, f"{row.query!r} is unknown: {row.reason}. Correct it, or give lon and lat"))
        return found

    def _say_ambiguous(self, row: Any) -> str:
        mine = (self.candidates["query"] == row.query) & (
            self.candidates["country_asked"] == row.country_asked
        )
        return (
            f"{row.query!r} could be {_list_candidates(self.candidates.loc[mine, 'candidate'])}: {row.reason}"
        )

    def to_settle(self) -> pd.DataFrame:
        """List the names that are open, as a table to be filled in and kept as `places.csv`.

        Returns
        -------
        pandas.DataFrame
            One row per name that is not found, columns `name, country, place, geonameid, lon, lat` (the last four empty) and `candidates`: write
            one of these under `place`, or the point under `lon` and `lat`. `geocode` takes the table as `settled`.
        """
        columns = ["query", "country_asked"]
        open_names = self.table.loc[self.table["status"] != "found", columns].drop_duplicates()
        table = open_names.set_axis(["name", "country"], axis=1).reset_index(drop=True)
        for column in ("place", "geonameid", "lon", "lat"):
            table[column] = pd.Series("", index=table.index, dtype=object)
        listed = self.candidates.groupby(columns, observed=True)["candidate"].agg(" | ".join)
        table["candidates"] = [
            listed.get((row.name_, row.country), "")
            for row in table.rename(columns={"name": "name_"}).itertuples()
        ]
        return table

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
        unsure = self.table[self.table["status"] == "ambiguous"].drop_duplicates(["query", "country_asked"])
        lines += [f"ambiguous: {self._say_ambiguous(row)}." for row in unsure.itertuples()]
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
        remedy = (
            "Give the country (column or argument country=), the state or province (division=), or a candidate as it is printed; correct the name; "
            "or settle it in a table (settled=)"
        )
        raise GeocodingError(mould("geocode", "every name must lead to one place", came, remedy))

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self.summary().splitlines())
        return f"<ul>{lines}</ul>{self.table.to_html(max_rows=20)}"


def geocode(
    names: Iterable[object],
    *,
    country: str | Sequence[object] | pd.Series | None = None,
    division: str | Sequence[object] | pd.Series | None = None,
    settled: pd.DataFrame | None = None,
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
        Place names; a Series keeps its index. Qualifiers are understood: "Tripoli (Libya)", "Paris, France", "Portland, OR", "Portland, ME, USA",
        "朝阳（辽宁）", and so is a candidate as it is printed.
    country
        One country for all names, or one per name (empty or missing: the whole world); codes or names, English or Chinese.
    division
        One state, province or the like for all names, or one per name (empty or missing: all); codes or names, in the eleven countries that
        `divisions.csv` lists, elsewhere GeoNames' codes.
    settled
        A table that says which place a name means, as `GeocodeReport.to_settle` makes it; it goes before everything else.
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
        If a country is unknown, the countries or divisions are not as many as the names, or the table of settled names is faulty.

    Notes
    -----
    Where several places have the name, that of the reports is taken if the country was given, or if it is at least ten times larger
    than any other: "Moscow" is found, "Portland" and "Santiago" are ambiguous. A code that is a state of the United States and a country ("Zion, IL",
    "Richmond, CA") finds the place in the state; if the country has one of that name too, or only the country has, it is ambiguous. A country or province is not
    taken for a city ("Egypt", "广东"), unless a city of it has the name ("Singapore", "吉林"). Chinese names are known with and without 市, and where
    nothing else has the name without 区, 县, 州, 盟. Data: GeoNames, CC BY 4.0.

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
    divisions = _one_per_name(division, len(queries), "divisions")
    known = {} if settled is None else read_settled(settled)
    seen: dict[tuple[object, str, str], Match] = {}
    matches: list[Match | Settled] = []
    for query, code, part in zip(queries, countries, divisions, strict=True):
        own = find_settled(known, query, code)
        if own is not None:
            matches.append(own)
            continue
        asked = (query if isinstance(query, str) else None, code, part)
        if asked not in seen:
            seen[asked] = match_name(query, country=code, division=part, language=language, prefer=prefer)
        matches.append(seen[asked])
    table = _describe_matches(queries, countries, matches)
    table.index = pd.RangeIndex(len(table)) if index is None else index
    return GeocodeReport(table=table, candidates=_list_ambiguous(queries, countries, matches))


def _countries_per_name(country: str | Sequence[object] | pd.Series | None, count: int) -> list[str]:
    given = _one_per_name(country, count, "countries")
    named = list(dict.fromkeys(value for value in given if value))
    codes = {"": "", **dict(zip(named, country_codes(named), strict=True))}
    return [codes[value] for value in given]


def _one_per_name(values: str | Sequence[object] | pd.Series | None, count: int, what: str) -> list[str]:
    if values is None or isinstance(values, str):
        return [(values or "").strip()] * count
    given = ["" if _is_missing(value) else str(value).strip() for value in values]
    if len(given) != count:
        came, remedy = f"{len(given)} {what} for {count} names", "Give as many as there are names"
        raise GeocodingError(mould("geocode", f"{what} must be one for all, or one per name", came, remedy))
    return given


def _describe_matches(
    queries: list[object], countries: list[str], matches: list[Match | Settled]
) -> pd.DataFrame:
    places = _places()
    rows = np.array([_row_found(match) for match in matches], dtype=np.int64)
    found = places.reindex(rows)[_FOUND_COLUMNS].reset_index(drop=True)
    plain = [Match("found", "settled") if isinstance(match, Settled) else match for match in matches]
    table = pd.DataFrame(
        {
            "query": ["" if not isinstance(query, str) else query for query in queries],
            "country_asked": countries,
            "status": [match.status for match in plain],
            "how": [match.how for match in plain],
            "city": ["" if row < 0 else _slug(int(row)) for row in rows],
        }
    )
    table = pd.concat([table, found.astype({"geonameid": "Int64"})], axis=1)
    table["others"] = [len(match.others) if match.status == "found" else 0 for match in plain]
    remarks = load_report_cities()["remark"]
    table["remark"] = remarks.reindex(table["city"]).fillna("").to_numpy()
    table["reason"] = [match.reason for match in plain]
    _describe_seats(table)
    _describe_own_points(table, matches)
    return table


def _row_found(match: Match | Settled) -> int:
    if isinstance(match, Settled):
        return match.row
    return match.rows[0] if match.status == "found" else -1


def _describe_seats(table: pd.DataFrame) -> None:
    """Remark where the name is a prefecture's, so that the point is its seat."""
    seats = load_name_index().seats
    prefectures = [
        seats.get(name_key(query), "") if how == "alias" else ""
        for query, how in zip(table["query"], table["how"], strict=True)
    ]
    said = pd.Series([f"the seat of {name}" if name else "" for name in prefectures], index=table.index)
    table["remark"] = table["remark"].where(table["remark"] != "", said)


def _describe_own_points(table: pd.DataFrame, matches: list[Match | Settled]) -> None:
    """Fill in the places that only the study's own table knows."""
    for at, match in enumerate(matches):
        if not isinstance(match, Settled) or match.row >= 0:
            continue
        row = table.index[at]
        name = str(table.loc[row, "query"]).strip()
        country = match.country or str(table.loc[row, "country_asked"])
        table.loc[row, ["name", "name_zh", "country"]] = [name, name if is_han(name) else "", country]
        table.loc[row, ["lon", "lat"]] = [match.lon, match.lat]
        table.loc[row, "city"] = "-".join(word for word in (_plain(name) or name, country.lower()) if word)


def _slug(row: int) -> str:
    place = _places().iloc[row]
    if place["city"]:
        return str(place["city"])
    return "-".join(
        [*filter(None, [_plain(place["name"])]), str(place["country"]).lower(), str(place["geonameid"])]
    )


def _plain(name: object) -> str:
    """Write a name in small ASCII letters with hyphens; empty if it has none."""
    words = "".join(letter if letter.isalnum() else " " for letter in str(name)).split()
    return "-".join(key for key in map(name_key, words) if key and key.isascii())


def _list_ambiguous(
    queries: list[object], countries: list[str], matches: list[Match | Settled]
) -> pd.DataFrame:
    asked = {
        (str(query), country, row): None
        for query, country, match in zip(queries, countries, matches, strict=True)
        if isinstance(match, Match) and match.status == "ambiguous"
        for row in match.rows
    }
    columns = ["name", "name_zh", "country", "admin1", "population", "lon", "lat", "geonameid"]
    found = _places().loc[[row for _, _, row in asked], columns].reset_index(drop=True)
    found.insert(0, "query", [query for query, _, _ in asked])
    found.insert(1, "country_asked", [country for _, country, _ in asked])
    printed = pd.Series([_describe_candidate(place) for place in found.to_dict("records")], dtype=object)
    twins = printed.duplicated(keep=False) & ~found.duplicated(["query", "geonameid"], keep=False)
    numbered = printed.str.removesuffix(")") + "; GeoNames " + found["geonameid"].astype(str) + ")"
    found.insert(2, "candidate", printed.where(~twins, numbered))
    return found


def _is_missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _list_candidates(candidates: pd.Series) -> str:
    rest = len(candidates) - _MOST_CANDIDATES
    return ", ".join(candidates.head(_MOST_CANDIDATES)) + (f" and {rest} more" if rest > 0 else "")


def _describe_candidate(place: dict[Hashable, Any]) -> str:
    area = Area(place["country"], place["admin1"])
    where = ", ".join(part for part in (area.country, division_label(area)) if part)
    people = "?" if pd.isna(place["population"]) else f"{place['population']:,}"
    return f"{place['name']} ({where}; {people} inhabitants)"
