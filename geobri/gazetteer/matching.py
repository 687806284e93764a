"""How one name becomes one place: exact name, alias, other name; or a list of candidates; or nothing. Never a guess."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.divisions import (
    Area,
    division_label,
    intersect_areas,
    is_state_code,
    named_division,
    read_area,
    read_division,
    split_province,
)
from geobri.gazetteer.names import CHINESE_KINDS, is_han, leave_off_kind, name_key
from geobri.gazetteer.places import NameIndex, _places, load_name_index

__all__ = ["Language", "Match", "Preference", "match_name"]

Language = Literal["en", "zh"]
Preference = Literal["largest"]
How = Literal["exact", "alias", "other name", "largest", "settled", ""]
Status = Literal["found", "ambiguous", "unknown"]

_QUALIFIED = re.compile(r"^(?P<name>.+?)\s*(?:[(（](?P<inside>[^()（）]+)[)）]|[,，]\s*(?P<after>[^,，]+))$")
_PRINTED = re.compile(r"^(?:(?P<count>[\d,]+|\?) inhabitants|GeoNames (?P<number>-?\d+))$")
"""What a candidate is printed with behind its country and division."""
_SLUG = re.compile(r"^(?:[a-z0-9]+-)*(?P<country>[a-z]{3})-(?P<number>\d+)$")
_ENGLISH: Final = ("USA", "CAN", "AUS")
"""Countries with states whose places have English names: there another name is an older one, or another spelling."""
_SHORT: Final = re.compile("saint|fort|mount")
_ALIKE: Final = 0.85
_COUNTY: Final = re.compile("(?<=.)(county|parish)$|^county(?=.)")
"""How the key of a county's name ends, or in Ireland begins; the gazetteer has towns."""
_LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one name.

    Attributes
    ----------
    status
        `found`, `ambiguous` or `unknown`.
    how
        The step that found it: `exact`, `alias`, `other name`, `largest` if the caller asked for that, or `settled` by the caller's own table;
        else empty.
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
    keys: tuple[str, ...]
    areas: tuple[Area, ...] = ()
    only: tuple[int | None, int | None] = (None, None)
    """Population and geonameid of the one candidate meant, where they are given."""
    index: NameIndex = field(default_factory=load_name_index)

    def here(self, rows: list[int]) -> list[int]:
        """Keep the places in the areas asked for, the most populous first."""
        columns = _columns()
        kept = [
            row
            for row in dict.fromkeys(rows)
            if (not self.areas or any(_lies_in(row, area) for area in self.areas))
            and self.only[0] in (None, columns.population[row])
            and self.only[1] in (None, columns.geonameid[row])
        ]
        return sorted(kept, key=lambda row: (-columns.population[row], columns.geonameid[row]))


def _lies_in(row: int, area: Area) -> bool:
    return _columns().country[row] == area.country and area.admin1 in ("", _columns().admin1[row])


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
    name: object,
    *,
    country: str = "",
    division: str = "",
    language: Language | None = None,
    prefer: Preference | None = None,
) -> Match:
    """Match one name with the gazetteer.

    Parameters
    ----------
    name
        A place name; qualifiers behind it ("Tripoli (Libya)", "Paris, France", "Portland, OR", "Portland, ME, USA", "奥克兰（新西兰）")
        are understood, and so is a candidate as it is printed ("Columbia (USA, MO; 119,108 inhabitants)").
    country
        ISO alpha-3 code, or empty for the whole world.
    division
        State, province or the like, as a code or a name; empty for all.
    language
        `en` takes only names in Latin letters, `zh` only names in Chinese characters; None takes any script.
    prefer
        `largest` decides what would be ambiguous by population, and says so; None leaves it open.

    Returns
    -------
    Match
        The place, the candidates, or why there is none.
    """
    if not name_key(name):
        return Match("unknown", reason="the name is empty or has no letters")
    text = unicodedata.normalize("NFC", str(name).strip())
    if language is not None and is_han(text) != (language == "zh"):
        return Match("unknown", reason=f"the name is not written in the language asked for ({language})")
    areas: tuple[Area, ...] = (Area(country),) if country else ()
    if division:
        areas = read_division(division, country)
        if not areas:
            return Match(
                "unknown", reason=f"{division!r} is no state or province that is known{_within(country)}"
            )
    match = _not_for_region(_match_text(text, areas), text, areas)
    if match.status == "ambiguous" and prefer == "largest":
        return Match("found", "largest", match.rows[:1], match.rows[1:])
    return match


def _within(country: str) -> str:
    return f" in {country}" if country else ""


def _not_for_region(match: Match, text: str, areas: tuple[Area, ...]) -> Match:
    """Leave open a name that is a country's or a province's, rather than take it for a place elsewhere."""
    if any(area.admin1 for area in areas):
        return match
    region = _region_written(text) if not areas else named_division(text, areas[0].country)
    if region is None:
        return match
    sure = match.how in ("exact", "alias")
    inside = match.status == "found" and _lies_in(match.rows[0], region)
    if (inside and (sure or region.admin1)) or (match.how == "alias" and region.admin1):
        return match
    what = f"a state or province ({region.country})" if region.admin1 else f"a country ({region.country})"
    named = _Query((name_key(text),), areas).here(load_name_index().find(name_key(text))[0])
    if named:
        more = "give its state" if areas else "give its country"
        reason = f"it is also {what}; for a place of that name {more}"
        return Match("ambiguous", rows=tuple(named), reason=reason)
    return Match("unknown", reason=f"it is {what}, not a city; name the city")


def _region_written(text: str) -> Area | None:
    """Find the country or the province that a text names; codes count only as they are printed, in capitals."""
    division = named_division(text)
    if division is not None:
        return division
    if text.isascii() and len(text) <= _LONGEST_CODE and not text.isupper():
        return None
    try:
        return Area(country_codes([text])[0])
    except GeocodingError:
        return None


def _match_text(text: str, areas: tuple[Area, ...]) -> Match:
    """Read the end of the name as a qualifier if it is one; else try the name as it stands, then as Chinese names vary."""
    qualified = _match_qualified(text, areas)
    if qualified is not None:
        return qualified
    match = _match_whole(_Query((name_key(text),), areas))
    if match.status == "unknown":
        match = (_match_chinese(text, areas) if is_han(text) else _match_slug(text, areas)) or match
    return _not_for_another(match, text) if _may_be_chinese(areas) else match


def _match_slug(text: str, areas: tuple[Area, ...]) -> Match | None:
    """Read a slug as `geocode` gives it: "tripoli-libya", "columbia-usa-4381982"."""
    row = _row_by_slug().get(text)
    if row is None and (parts := _SLUG.match(text)) is not None:
        row = _row_by_number().get(int(parts["number"]))
        row = row if row is not None and _columns().country[row].lower() == parts["country"] else None
    if row is None or (areas and not any(_lies_in(row, area) for area in areas)):
        return None
    return Match("found", "exact", (row,))


@functools.cache
def _row_by_slug() -> dict[str, int]:
    return {str(slug): row for row, slug in enumerate(_places()["city"]) if slug}


@functools.cache
def _row_by_number() -> dict[int, int]:
    return {number: row for row, number in enumerate(_columns().geonameid)}


def _may_be_chinese(areas: tuple[Area, ...]) -> bool:
    return not areas or any(area == Area("CHN") for area in areas)


def _not_for_another(match: Match, text: str) -> Match:
    """Leave open a Chinese name that is also a county's that the gazetteer lacks, unless it is a prefecture's."""
    index = load_name_index()
    key = name_key(text)
    if match.status != "found" or key not in index.absent or key in index.prefectures:
        return match
    if _places()["city"].iloc[
        match.rows[0]
    ]:  # a city of the reports, in China or elsewhere, is the better known
        return match
    reason = "a county or district of this name is not in the gazetteer; give the province, or the candidate if it is the one"
    return Match("ambiguous", rows=match.rows, reason=reason)


def _match_whole(query: _Query) -> Match:
    main, other, aliases = query.index.find_all(query.keys)
    exact, others = query.here(main), query.here(other)
    decided = query.here([row for row, _, bare in aliases if bare or query.areas])
    named = query.here(exact + [row for row, _, _ in aliases])
    everywhere = named + others
    if len(named) == 1 and named == exact:
        return _found("exact", named, everywhere)
    if len(decided) == 1:
        return _found("alias", decided, everywhere)
    if not named and len(others) == 1:
        return _doubted(query, others[0]) or _found("other name", others, everywhere)
    if not everywhere:
        return _unknown(query, main + [row for row, _, _ in aliases] + other)
    rows = tuple(named if len(named) > 1 else dict.fromkeys(everywhere))
    return Match(
        "ambiguous",
        rows=rows,
        reason=f"{len(rows)} places have this name",
    )


def _doubted(query: _Query, row: int) -> Match | None:
    """Leave open a name that a town bore once, where its state is named: a smaller place that the gazetteer lacks may bear it now."""
    around = [area for area in query.areas if _lies_in(row, area)]
    if query.only != (None, None) or not any(area.country in _ENGLISH and area.admin1 for area in around):
        return None
    name = str(_places()["name"].iloc[row])
    asked, known = (_SHORT.sub(lambda met: met[0][0] + "t", key) for key in (query.keys[0], name_key(name)))
    if asked in known or known in asked or difflib.SequenceMatcher(None, asked, known).ratio() >= _ALIKE:
        return None
    reason = f"it is an other name, perhaps a former one, of {name}, and a smaller place may have it; give the candidate if it is the one, or the point"
    return Match("ambiguous", rows=(row,), reason=reason)


def _found(how: How, rows: list[int], everywhere: list[int]) -> Match:
    others = tuple(row for row in dict.fromkeys(everywhere) if row != rows[0])
    return Match("found", how, (rows[0],), others)


def _unknown(query: _Query, everywhere: list[int]) -> Match:
    if not everywhere and _COUNTY.search(query.keys[0]):
        reason = "it is written as a county, and the gazetteer has towns only; name the town that is its seat"
        return Match("unknown", reason=reason)
    if everywhere:
        elsewhere = sorted({_columns().country[row] for row in everywhere})
        places = " or ".join(
            " ".join(filter(None, (area.country, division_label(area)))) for area in query.areas
        )
        return Match(
            "unknown", reason=f"no such place in {places}; the name is known in {', '.join(elsewhere[:5])}"
        )
    close = _close_names(query.keys[0])
    hint = f"; did you mean {', '.join(close)}?" if close else ""
    return Match("unknown", reason=f"not in the gazetteer{hint}")


def _match_qualified(text: str, areas: tuple[Area, ...]) -> Match | None:
    """Read what stands behind the name, by commas or in brackets, as countries and divisions; None if it is neither."""
    name, match = text, None
    qualifiers: list[str] = []
    printed: list[str] = []
    while (parts := _QUALIFIED.match(name)) is not None:
        name = parts["name"]
        inside, *behind = (parts["inside"] or parts["after"]).split(";")
        printed += behind
        qualifiers += [part.strip() for part in re.split(r"[,，、]", inside) if part.strip()]
        meant = [read_area(part) for part in qualifiers]
        together = _with_places(intersect_areas([areas, *meant] if areas else meant))
        if together and name_key(name):
            match = _match_whole(_Query((name_key(name),), together, _only_printed(printed)))
            match = match if printed else _not_for_region(match, name, together)
            if match.status == "unknown" and is_han(name):
                match = _match_chinese(name, together) or match
        elif areas and _with_places(intersect_areas(meant)):
            where = " or ".join(area.country for area in areas)
            match = Match("unknown", reason=f"{', '.join(qualifiers)} is not in {where}, which was asked for")
        if match is not None and match.status != "unknown":
            return match if areas else _never_silently_abroad(match, name, qualifiers)
    return match


def _only_printed(printed: list[str]) -> tuple[int | None, int | None]:
    """Read population and number off a candidate as it is printed."""
    population = number = None
    for piece in printed:
        parts = _PRINTED.match(piece.strip())
        if parts is not None and parts["count"]:
            population = int(parts["count"].replace(",", "").replace("?", "0"))
        elif parts is not None:
            number = int(parts["number"])
    return population, number


def _with_places(areas: tuple[Area, ...]) -> tuple[Area, ...]:
    """Leave out codes that no place has."""
    return tuple(area for area in areas if not area.admin1 or area in _divided())


@functools.cache
def _divided() -> frozenset[Area]:
    columns = _columns()
    return frozenset(map(Area, columns.country, columns.admin1))


def _never_silently_abroad(match: Match, name: str, qualifiers: list[str]) -> Match:
    """Leave open what a postal code of the United States would place elsewhere: most of its towns are too small for the gazetteer.

    Only if the place in the state alone is spelled letter for letter so (Georgetown, not the Caymans' George Town) does it go before one abroad.
    """
    if len(qualifiers) > 1 or not is_state_code(qualifiers[0]):
        return match
    code = qualifiers[0].upper()
    state = Area("USA", code.replace(".", ""))
    abroad = sorted({_columns().country[row] for row in match.rows if not _lies_in(row, state)})
    if not abroad:
        return match
    spelled = [row for row in match.rows if _places()["name"].iloc[row].casefold() == name.strip().casefold()]
    if len(spelled) == 1 and _lies_in(spelled[0], state):
        return _found("exact", spelled, list(match.rows))
    only = "" if any(_lies_in(row, state) for row in match.rows) else ", where no such place is known"
    reason = f"{code} is a state of the USA{only}; for {' or '.join(abroad)} write the country in full, or one of the candidates"
    return Match("ambiguous", rows=match.rows, reason=reason)


def _match_chinese(name: str, areas: tuple[Area, ...]) -> Match | None:
    """Try a Chinese name without its province, without its 市, or with the 市, 区, 县, 州, 盟 that it lacks; None if nothing comes of it."""
    split = split_province(name)
    if split is not None:
        together = intersect_areas([(split[0],), areas] if areas else [(split[0],)])
        match = _match_text(split[1], together) if together else None
        return None if match is None else _only_known(match)
    bare = leave_off_kind(name)
    kind = name.removeprefix(bare)
    if kind:
        match = _match_whole(_Query((bare,), areas))
        return _only_known(match if kind == "市" else _left_open(match, kind))
    return _only_known(_match_whole(_Query(tuple(name + kind for kind in CHINESE_KINDS), areas)))


def _left_open(match: Match, kind: str) -> Match:
    """Make a candidate of what is known without its kind only: a county and the city of the same name are two places."""
    if match.status != "found":
        return match
    reason = f"the name is known without {kind} only, which may be another place; write it without {kind} if it is the one"
    return Match("ambiguous", rows=match.rows, reason=reason)


def _only_known(match: Match) -> Match | None:
    return None if match.status == "unknown" else match


@functools.cache
def _names_by_start() -> dict[str, list[str]]:
    places = _places()
    frame = pd.DataFrame({"key": [name_key(name) for name in places["name"]], "name": places["name"]})
    frame["start"] = frame["key"].str[:2]
    group: Callable[[pd.Series], list[str]] = list
    return dict(frame.groupby("start", observed=True)["name"].agg(group))


def _close_names(key: str) -> list[str]:
    same_start = {name_key(name): name for name in _names_by_start().get(key[:2], [])}
    close = difflib.get_close_matches(key, same_start, n=3, cutoff=0.8)
    return [same_start[match] for match in close]
