"""The document a map's page reads: all choices checked, all tables packed."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypedDict

import geopandas as gpd
import pandas as pd

from geobri.boundaries import Worldview
from geobri.errors import SpecificationError, mould
from geobri.gazetteer.countries import name_country
from geobri.measures import Measure
from geobri.webmap.basemap import Resolution, pack_basemap
from geobri.webmap.packing import pack_bytes
from geobri.webmap.payload import as_corridor_measures, pack_cities, pack_corridors
from geobri.webmap.summary import summarise_map
from geobri.webmap.values import read_numbers
from geobri.webmap.wording import Language, Text, bilingual, clean
from geobri.words import CITY, PlaceWords

__all__ = [
    "DEFAULT_CHOICES",
    "STATE_KEYS",
    "MapChoices",
    "Theme",
    "check_choice",
    "check_views",
    "configure_map",
]

Theme = Literal["auto", "light", "dark"]
_MANY_WORDS: Final = 64
"""Words in two languages from which on they are packed."""
STATE_KEYS: Final = (
    "value",
    "year",
    "since",
    "net",
    "region",
    "groups",
    "types",
    "km",
    "colour",
    "coast",
    "range",
    "top",
    "city",
    "cities",
    "only",
    "lines",
    "corridor",
    "missing",
    "zeros",
    "scale",
    "points",
    "view",
)
"""What a map's opening state can set; language and theme have choices of their own."""

_DEFAULT_TITLE: Final = {"en": "Corridors between cities", "zh": "城市间通路"}


class MapChoices(TypedDict, total=False):
    """The choices that `corridor_map` and `map_parts` have in common; `corridor_map` explains each."""

    values: Sequence[str | Measure]
    years: Mapping[str, Mapping[int, str]] | None
    city_values: Sequence[str | Measure]
    city_value: str | None
    title: Text | None
    subtitle: Text | None
    source: Text | None
    lang: Language
    theme: Theme
    basemap: str | os.PathLike[str] | gpd.GeoDataFrame
    worldview: Worldview
    resolution: Resolution | None
    attribution: str | None
    approval: Text | None
    details: Mapping[str, Text] | None
    translations: Mapping[str, Text] | None
    state: Mapping[str, Any] | None
    views: Sequence[Mapping[str, Any]]
    panel: Literal["open", "closed"]
    place: PlaceWords


DEFAULT_CHOICES: Final = MapChoices(
    values=(),
    years=None,
    city_values=(),
    city_value=None,
    title=None,
    subtitle=None,
    source=None,
    lang="en",
    theme="auto",
    basemap="land",
    worldview="ne",
    resolution=None,
    attribution=None,
    approval=None,
    details=None,
    translations=None,
    state=None,
    views=(),
    panel="open",
    place=CITY,
)


def check_choice(caller: str, name: str, came: object, allowed: Sequence[str]) -> None:
    """Refuse a choice that is not offered.

    Parameters
    ----------
    caller, name
        Who asks, and for which choice.
    came
        What came.
    allowed
        What is offered.

    Raises
    ------
    SpecificationError
        If `came` is not among `allowed`.
    """
    if came not in allowed:
        wanted = f"{name} must be one of {', '.join(allowed) or 'nothing, as none is offered'}"
        raise SpecificationError(mould(caller, wanted, repr(came), "Choose one of these"))


def configure_map(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | Measure,
    given: MapChoices,
    *,
    caller: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check all choices and pack everything the page reads.

    Parameters
    ----------
    cities, corridors
        The tables.
    value
        The column the page opens with.
    given
        The choices that differ from `DEFAULT_CHOICES`.
    caller
        Who asks, for the messages.

    Returns
    -------
    tuple of dict
        The map's own document, and the base map.

    Raises
    ------
    SpecificationError
        If a choice is not offered.
    SchemaError, DataError
        If a table is at fault.
    """
    unknown = sorted(set(given) - set(DEFAULT_CHOICES))
    if unknown:
        wanted = f"choices must be among {', '.join(DEFAULT_CHOICES)}"
        raise SpecificationError(mould(caller, wanted, ", ".join(unknown), "Correct the spelling"))
    choices: MapChoices = {**DEFAULT_CHOICES, **given}
    check_choice(caller, "lang", choices["lang"], ("en", "zh"))
    check_choice(caller, "theme", choices["theme"], ("auto", "light", "dark"))
    check_choice(caller, "panel", choices["panel"], ("open", "closed"))
    config = _pack_words(choices, cities, caller) | _pack_tables(cities, corridors, value, choices, caller)
    base = pack_basemap(
        choices["basemap"],
        worldview=choices["worldview"],
        resolution=choices["resolution"],
        attribution=choices["attribution"],
        cities=cities,
        caller=caller,
    )
    return config, base


def _pack_words(choices: MapChoices, cities: gpd.GeoDataFrame, caller: str) -> dict[str, Any]:
    title = choices["title"] if choices["title"] is not None else _DEFAULT_TITLE
    names = {"yes": "是", "no": "否", **_name_countries(cities), **(choices["translations"] or {})}
    return {
        "title": bilingual(title, caller=caller, what="title"),
        "subtitle": bilingual(choices["subtitle"], caller=caller, what="subtitle"),
        "source": bilingual(choices["source"], caller=caller, what="source"),
        "approval": bilingual(choices["approval"], caller=caller, what="approval"),
        "views": check_views(choices["views"], caller=caller),
        "lang": choices["lang"],
        "theme": choices["theme"],
        "panel": choices["panel"],
        **_pack_place(choices["place"]),
        **_pack_translations({clean(name): _translation(name, text, caller) for name, text in names.items()}),
    }


def _pack_translations(names: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Pack words in both languages where they are many: the names of all countries, for one."""
    if len(names) < _MANY_WORDS:
        return {"translations": names}
    return {"words": pack_bytes(json.dumps(names, ensure_ascii=False, separators=(",", ":")).encode())}


def _name_countries(cities: gpd.GeoDataFrame) -> dict[str, Text]:
    """Give the names of the countries of cities, which a table holds as codes."""
    codes = sorted(set(cities["country"].dropna().astype(str))) if "country" in cities.columns else []
    named = {code: name_country(code) for code in codes}
    return {code: {"en": name.en, "zh": name.zh} for code, name in named.items() if name.en != code}


def _pack_place(place: PlaceWords) -> dict[str, Any]:
    """Say what places are called, where they are no cities."""
    return {} if place.is_city else {"place": {"one": place.one, "many": place.many, "zh": place.zh}}


def _translation(name: str, text: Text, caller: str) -> dict[str, str]:
    both = {"en": name, "zh": text} if isinstance(text, str) else text
    return bilingual(both, caller=caller, what=f"the translation of '{name}'")


def check_views(views: object, *, caller: str) -> list[dict[str, Any]]:
    """Check named views, and split each into its name and its state.

    Parameters
    ----------
    views
        A list of tables with `name`, perhaps `name_zh`, and keys of a state.
    caller
        Who asks, for the message.

    Returns
    -------
    list of dict
        `name` in both languages and `state`.

    Raises
    ------
    SpecificationError
        If a view has no name, or something that no state holds.
    """
    if not isinstance(views, Sequence) or not all(isinstance(view, Mapping) for view in views):
        wanted = "views must be a list of tables"
        raise SpecificationError(mould(caller, wanted, repr(views), "Write [[view]] for each"))
    return [_pack_view(view, caller) for view in views]


def _pack_view(view: Mapping[str, Any], caller: str) -> dict[str, Any]:
    """Split a named view into its name in both languages and the state that it stands for."""
    name, name_zh = view.get("name"), view.get("name_zh")
    if not isinstance(name, str) or not name or not isinstance(name_zh, str | None):
        wanted = "every view must have a name, and may have a name_zh"
        raise SpecificationError(mould(caller, wanted, repr(dict(view)), 'Write name = "Hubs"'))
    state = {key: choice for key, choice in view.items() if key not in ("name", "name_zh")}
    return {"name": bilingual({"en": name, "zh": name_zh or name}), "state": _check_state(state, caller)}


def _check_state(state: Mapping[str, Any] | None, caller: str) -> dict[str, Any]:
    unknown = sorted(set(state or {}) - set(STATE_KEYS))
    if unknown:
        wanted = f"state may hold {', '.join(STATE_KEYS)}"
        raise SpecificationError(
            mould(caller, wanted, ", ".join(unknown), "Take what getState() gives on the page")
        )
    return dict(state or {}) | ({"km": _open_ends(state["km"])} if state and state.get("km") else {})


def _open_ends(ends: object) -> object:
    """Write infinite ends of a range of lengths, which TOML can say and JSON cannot, as open ones."""
    if not isinstance(ends, list | tuple):
        return ends
    return [None if isinstance(end, float) and math.isinf(end) else end for end in ends]


def _pack_tables(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | Measure,
    choices: MapChoices,
    caller: str,
) -> dict[str, Any]:
    packed_cities = pack_cities(cities, choices["city_values"], caller=caller)
    if choices["city_value"] is not None:
        offered = [item["key"] for item in packed_cities["values"]]
        check_choice(caller, "city_value", choices["city_value"], offered)
    shown = as_corridor_measures(value, choices["values"], corridors, caller=caller)
    opening = value if isinstance(value, str) else value.column
    years = choices["years"] or {}
    numeric = [item.column for item in shown if item.kind not in ("category", "flag")]
    check_choice(caller, "value", opening, numeric)
    for name in years:
        check_choice(caller, "the columns of years", name, numeric)
    packed = pack_corridors(corridors, cities, shown, details=choices["details"], years=years, caller=caller)
    measure = next(item for item in packed["values"] if item["key"] == opening)
    numbers = read_numbers(corridors[opening], caller=caller, table="corridors")
    state = {"value": opening, "points": choices["city_value"]} | _check_state(choices["state"], caller)
    return {
        "summary": summarise_map(
            cities, corridors, numbers, measure, choices["place"], lines=state.get("lines", True)
        ),
        "cities": packed_cities,
        "corridors": packed,
        "state": state,
    }
