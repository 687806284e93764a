"""How one name becomes one place: exact name, alias, other name; or a list of candidates; or nothing. Never a guess."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.names import is_han, name_key
from geobri.gazetteer.places import NameIndex, _places, load_name_index

__all__ = ["Language", "Match", "Preference", "match_name"]

Language = Literal["en", "zh"]
Preference = Literal["largest"]
How = Literal["exact", "alias", "other name", "largest", ""]
Status = Literal["found", "ambiguous", "unknown"]

_QUALIFIED = re.compile(r"^(?P<name>.+?)\s*(?:[(（](?P<inside>[^()（）]+)[)）]|[,，]\s*(?P<after>[^,，]+))$")


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one name.

    Attributes
    ----------
    status
        `found`, `ambiguous` or `unknown`.
    how
        The step that found it: `exact`, `alias`, `other name`, or `largest` if the caller asked for that; else empty.
    rows
        Rows of the gazetteer: the place, or the candidates from the most populous to the least.
    others
        Rows of further places of the same name that were passed over, because a step before theirs had one answer.
    reason
        Why it is ambiguous or unknown, in words.
    """

    status: Status
    how: How = ""
    rows: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Query:
    key: str
    country: str
    division: str = ""
    index: NameIndex = field(default_factory=load_name_index)

    def here(self, rows: list[int]) -> list[int]:
        """Keep the places in the country and division asked for, the most populous first."""
        columns = _columns()
        kept = [
            row
            for row in dict.fromkeys(rows)
            if (not self.country or columns.country[row] == self.country)
            and (not self.division or columns.admin1[row] == self.division)
        ]
        return sorted(kept, key=lambda row: (-columns.population[row], columns.geonameid[row]))


@dataclass(frozen=True, slots=True)
class _Columns:
    geonameid: list[int]
    country: list[str]
    admin1: list[str]
    population: list[int]


@functools.cache
def _columns() -> _Columns:
    places = _places()
    return _Columns(
        geonameid=places["geonameid"].tolist(),
        country=places["country"].tolist(),
        admin1=places["admin1"].tolist(),
        population=places["population"].fillna(0).astype(int).tolist(),
    )


def match_name(
    name: object, *, country: str = "", language: Language | None = None, prefer: Preference | None = None
) -> Match:
    """Match one name with the gazetteer.

    Parameters
    ----------
    name
        A place name; a qualifier behind it ("Tripoli (Libya)", "Paris, France", "Portland, OR", "奥克兰（新西兰）") is understood.
    country
        ISO alpha-3 code, or empty for the whole world.
    language
        `en` takes only names in Latin letters, `zh` only names in Chinese characters; None takes any script.
    prefer
        `largest` decides what would be ambiguous by population, and says so; None leaves it open.

    Returns
    -------
    Match
        The place, the candidates, or why there is none.
    """
    key = name_key(name)
    if not key:
        return Match("unknown", reason="the name is empty or has no letters")
    if language is not None and is_han(str(name)) != (language == "zh"):
        return Match("unknown", reason=f"the name is not written in the language asked for ({language})")
    match = _match_whole(_Query(key, country))
    if match.status == "unknown":
        match = _match_qualified(str(name), country) or match
    if match.status == "ambiguous" and prefer == "largest":
        return Match("found", "largest", match.rows[:1], match.rows[1:])
    return match


def _match_whole(query: _Query) -> Match:
    main, other = query.index.find(query.key)
    aliases = query.index.aliases.get(query.key, [])
    exact, others = query.here(main), query.here(other)
    decided = query.here([row for row, _, bare in aliases if bare or query.country])
    named = query.here(exact + [row for row, _, _ in aliases])
    everywhere = named + others
    if len(named) == 1 and named == exact:
        return _found("exact", named, everywhere)
    if len(decided) == 1:
        return _found("alias", decided, everywhere)
    if not named and len(others) == 1:
        return _found("other name", others, everywhere)
    if not everywhere:
        return _unknown(query, main + [row for row, _, _ in aliases] + other)
    rows = tuple(named if len(named) > 1 else dict.fromkeys(everywhere))
    return Match(
        "ambiguous",
        rows=rows,
        reason=f"{len(rows)} places have this name; give the country, or one of the candidates",
    )


def _found(how: How, rows: list[int], everywhere: list[int]) -> Match:
    others = tuple(row for row in dict.fromkeys(everywhere) if row != rows[0])
    return Match("found", how, (rows[0],), others)


def _unknown(query: _Query, everywhere: list[int]) -> Match:
    if everywhere:
        elsewhere = sorted({_columns().country[row] for row in everywhere})
        place = " ".join(part for part in (query.country, query.division) if part)
        return Match(
            "unknown", reason=f"no such place in {place}; the name is known in {', '.join(elsewhere[:5])}"
        )
    close = _close_names(query.key)
    hint = f"; did you mean {', '.join(close)}?" if close else ""
    return Match("unknown", reason=f"not in the gazetteer{hint}")


def _match_qualified(name: str, country: str) -> Match | None:
    """Read a qualifier behind the name as a country or a first-level division; or a Chinese name without its 市."""
    plain = name.strip()
    if is_han(plain) and plain.endswith("市") and len(plain) > 2:  # noqa: PLR2004 - a name of one character and 市 is left alone
        return _only_known(_match_whole(_Query(name_key(plain[:-1]), country)))
    parts = _QUALIFIED.match(plain)
    if parts is None:
        return None
    qualifier = parts["inside"] or parts["after"]
    key = name_key(parts["name"])
    asked = _country_or_none(qualifier)
    if not key:
        return None
    if asked is not None and country in ("", asked):
        return _only_known(_match_whole(_Query(key, asked)))
    return _only_known(_match_whole(_Query(key, country or "USA", qualifier.strip().upper())))


def _only_known(match: Match) -> Match | None:
    return None if match.status == "unknown" else match


def _country_or_none(name: str) -> str | None:
    try:
        return country_codes([name])[0]
    except GeocodingError:
        return None


@functools.cache
def _names_by_start() -> dict[str, list[str]]:
    places = _places()
    frame = pd.DataFrame({"key": [name_key(name) for name in places["name"]], "name": places["name"]})
    frame["start"] = frame["key"].str[:2]
    group: Callable[[pd.Series], list[str]] = list
    return dict(frame.groupby("start")["name"].agg(group))


def _close_names(key: str) -> list[str]:
    same_start = {name_key(name): name for name in _names_by_start().get(key[:2], [])}
    close = difflib.get_close_matches(key, same_start, n=3, cutoff=0.8)
    return [same_start[match] for match in close]
