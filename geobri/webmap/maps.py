"""The map itself: `corridor_map` for a page of its own, `map_parts` for a place in somebody else's page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import folium
import geopandas as gpd
import pandas as pd
from branca.element import Element, Figure

from geobri.errors import SpecificationError, mould
from geobri.webmap.basemap import Resolution, Worldview, pack_basemap
from geobri.webmap.page import OFFLINE_POLICY, MapParts, assemble_parts, make_key
from geobri.webmap.payload import as_corridor_values, pack_cities, pack_corridors
from geobri.webmap.summary import summarise_map
from geobri.webmap.values import CityValue, CorridorValue, read_numbers
from geobri.webmap.wording import Language, Text, bilingual, clean

__all__ = ["CorridorMap", "MapChoices", "corridor_map", "map_parts"]

Theme = Literal["auto", "light", "dark"]
_THEMES = ("auto", "light", "dark")
_LANGUAGES = ("en", "zh")
_LENGTH = re.compile(r"\d+(\.\d+)?(px|%|vh|vw|rem|em)")


class MapChoices(TypedDict, total=False):
    """The choices `corridor_map` and `map_parts` have in common; see `corridor_map`."""

    values: Sequence[str | CorridorValue]
    city_values: Sequence[str | CityValue]
    city_value: str | None
    title: Text | None
    subtitle: Text | None
    source: Text | None
    lang: Language
    theme: Theme
    basemap: str
    worldview: Worldview
    resolution: Resolution | None
    attribution: str | None
    details: Mapping[str, Text] | None
    translations: Mapping[str, Text] | None
    state: Mapping[str, Any] | None
    panel: Literal["open", "closed"]


class _Verbatim(Element):
    """Text that is written as it is; branca would read any other element as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_kwargs: Any) -> str:
        return self._text


class CorridorMap(folium.Map):
    """A folium map with corridors, that needs no network and has the same bytes each time.

    Made by `corridor_map`. Layers, markers and controls of folium can be added as to any other map;
    layers that bring scripts of their own from a network still fetch them.

    Parameters
    ----------
    config
        What the page reads about the map.
    base
        The packed base map.
    width, height
        Size as CSS lengths.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium declares it so
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(self, config: dict[str, Any], base: dict[str, Any], *, width: str = "100%", height: str = "100%") -> None:
        super().__init__(location=(20, 60), zoom_start=2, tiles=None)
        self._name = "Map"
        self._id = make_key(config, base)
        self._n_named = 0
        self.parts: MapParts = assemble_parts(
            config,
            base,
            key=f"geobri_{self._id}",
            map_name=self.get_name(),
            size=(width, height),
            standalone=True,
        )
        self._lang = config["lang"]
        self._title = config["title"][config["lang"]]
        self._uses_network = base["kind"] == "tiles"

    def render(self, **kwargs: Any) -> None:
        """Write the map and its children into the figure.

        Parameters
        ----------
        **kwargs
            Handed on to the children.
        """
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise SpecificationError(mould("CorridorMap", "a map must stand in a figure", type(figure).__name__, "Add it to a Figure"))
        self._name_descendants(self)
        policy = [] if self._uses_network or self._children else [OFFLINE_POLICY]
        head = "\n".join([*policy, *_page_head(self._title), self.parts.head])
        figure.header.add_child(_Verbatim(head), name=self.get_name())
        figure.html.add_child(_Verbatim(self.parts.body), name=self.get_name())
        figure.script.add_child(_Verbatim(self.parts.script), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)

    def _name_descendants(self, element: Element) -> None:
        """Give folium's children names that count up, where folium would draw them at random."""
        for child in element._children.values():  # noqa: SLF001 - folium offers no other way
            if not child._id.startswith(self._id):  # noqa: SLF001
                self._n_named += 1
                child._id = f"{self._id}_{self._n_named}"  # noqa: SLF001
            self._name_descendants(child)


def _page_head(title: str) -> list[str]:
    from html import escape

    return [
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        "<style>html,body{width:100%;height:100%;margin:0;padding:0}</style>",
        "<script>L_NO_TOUCH=false;L_DISABLE_3D=false;</script>",
    ]


def corridor_map(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | CorridorValue = "score",
    *,
    values: Sequence[str | CorridorValue] = (),
    city_values: Sequence[str | CityValue] = (),
    city_value: str | None = None,
    title: Text | None = None,
    subtitle: Text | None = None,
    source: Text | None = None,
    lang: Language = "en",
    theme: Theme = "auto",
    basemap: str = "land",
    worldview: Worldview = "ne",
    resolution: Resolution | None = None,
    attribution: str | None = None,
    details: Mapping[str, Text] | None = None,
    translations: Mapping[str, Text] | None = None,
    state: Mapping[str, Any] | None = None,
    panel: Literal["open", "closed"] = "open",
    width: str = "100%",
    height: str = "100%",
) -> CorridorMap:
    """Draw corridors between cities as one interactive map that needs no network.

    The arcs are made in the browser from the two ends of each corridor. Nothing of the tables becomes HTML or
    script, and the same tables give the same bytes.

    Parameters
    ----------
    cities
        Table of cities: index `city`, columns `name, name_zh, country, region, coastal`, points in EPSG:4326.
    corridors
        One row per corridor with `origin` and `destination`; `distance_km` is shown when it is there. Lines are
        not needed. A missing value is drawn thin and neutral, or hidden when the reader chooses so.
    value
        The column that gives width and colour when the page opens. A name that begins with "rank" is read as a
        rank (1 is strongest), any other as a score (more is stronger); a `CorridorValue` says it explicitly.
    values
        Further columns the reader can switch to.
    city_values
        Columns of the cities that size or colour the points: ranks, scores or categories.
    city_value
        Which of them is on when the page opens; None for none.
    title, subtitle, source
        Words above the controls and below the legend, in one language or in both.
    lang
        Language the page opens in; the reader can switch.
    theme
        Light, dark, or as the reader's system has it.
    basemap
        ``land`` without borders, ``countries``, ``none``, or the address of tiles, which is then asked for.
    worldview
        Whose borders ``countries`` draws.
    resolution
        Detail of the base map; None takes the finest there is.
    attribution
        Whom the base map is by; needed for tiles.
    details
        Further columns of the corridors to show on hover, with their labels.
    translations
        How region names, country codes and categories are called: a string for Chinese alone, or both languages.
    state
        What the page opens with and resets to, as `getState()` gives it on the page, for instance
        ``{"top": 10}`` or ``{"city": "singapore"}``.
    panel
        Whether the controls are unfolded at first; on phones they are always folded.
    width, height
        Size as CSS lengths, such as ``100%`` or ``560px``.

    Returns
    -------
    CorridorMap
        A `folium.Map` that takes further layers and shows itself in a notebook.

    Raises
    ------
    SchemaError
        If a column is missing, of the wrong type, or an id stands twice.
    DataError
        If a corridor names an unknown city.
    SpecificationError
        If a choice is not one of those offered.
    """
    size = _check_size(width, height)
    config, base = _configure(
        cities,
        corridors,
        value,
        caller="corridor_map",
        values=values,
        city_values=city_values,
        city_value=city_value,
        title=title,
        subtitle=subtitle,
        source=source,
        lang=lang,
        theme=theme,
        basemap=basemap,
        worldview=worldview,
        resolution=resolution,
        attribution=attribution,
        details=details,
        translations=translations,
        state=state,
        panel=panel,
    )
    return CorridorMap(config, base, width=size[0], height=size[1])


def map_parts(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | CorridorValue = "score",
    *,
    key: str,
    width: str = "100%",
    height: str = "560px",
    **choices: Any,
) -> MapParts:
    """Draw corridors as pieces of HTML for a page of one's own; several maps can share a page.

    On the page the element with the id `key` carries ``element.geobri`` with `getState()`, `setState(state)`,
    `highlight({cities, corridors})`, `select(city)` and `reset()`. Language and theme follow the events
    ``geobri:lang`` and ``geobri:theme`` of the document, and tell them when they are switched in the map.

    Parameters
    ----------
    cities, corridors, value
        As in `corridor_map`.
    key
        Name of the map on its page, the id of its element; letters, digits and underscores.
    width, height
        Size as CSS lengths.
    **choices
        The remaining choices of `corridor_map`, listed in `MapChoices`.

    Returns
    -------
    MapParts
        Head, body and script; `join_heads` joins the heads of several maps.

    Raises
    ------
    SchemaError
        If a column is missing, of the wrong type, or an id stands twice.
    DataError
        If a corridor names an unknown city.
    SpecificationError
        If a choice is not one of those offered.
    """
    unknown = sorted(set(choices) - set(MapChoices.__annotations__))
    if unknown:
        wanted = f"choices must be among {sorted(MapChoices.__annotations__)}"
        raise SpecificationError(mould("map_parts", wanted, ", ".join(unknown), "Correct the spelling"))
    size = _check_size(width, height)
    config, base = _configure(cities, corridors, value, caller="map_parts", **choices)
    return assemble_parts(config, base, key=key, size=size)


def _check_size(width: str, height: str) -> tuple[str, str]:
    for length in (width, height):
        if not _LENGTH.fullmatch(str(length)):
            wanted = "width and height must be CSS lengths such as '100%' or '560px'"
            raise SpecificationError(mould("corridor_map", wanted, repr(length), "Write a number and its unit"))
    return width, height


def _check_choice(caller: str, name: str, came: object, allowed: Sequence[str]) -> None:
    if came not in allowed:
        raise SpecificationError(mould(caller, f"{name} must be one of {', '.join(allowed)}", repr(came), "Choose one of these"))


def _translation(name: str, text: Text, caller: str) -> dict[str, str]:
    both = {"en": name, "zh": text} if isinstance(text, str) else text
    return bilingual(both, caller=caller, what=f"the translation of '{name}'")


def _configure(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | CorridorValue,
    *,
    caller: str,
    values: Sequence[str | CorridorValue] = (),
    city_values: Sequence[str | CityValue] = (),
    city_value: str | None = None,
    title: Text | None = None,
    subtitle: Text | None = None,
    source: Text | None = None,
    lang: Language = "en",
    theme: Theme = "auto",
    basemap: str = "land",
    worldview: Worldview = "ne",
    resolution: Resolution | None = None,
    attribution: str | None = None,
    details: Mapping[str, Text] | None = None,
    translations: Mapping[str, Text] | None = None,
    state: Mapping[str, Any] | None = None,
    panel: str = "open",
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check all choices and pack everything the page reads: the map's own document, and the base map."""
    _check_choice(caller, "lang", lang, _LANGUAGES)
    _check_choice(caller, "theme", theme, _THEMES)
    _check_choice(caller, "panel", panel, ("open", "closed"))
    packed_cities = pack_cities(cities, city_values, caller=caller)
    if city_value is not None:
        _check_choice(caller, "city_value", city_value, [item["key"] for item in packed_cities["values"]])
    shown = as_corridor_values(value, values, corridors, caller=caller)
    opening = value if isinstance(value, str) else value.column
    packed = pack_corridors(corridors, cities.index, shown, details=details, opening=opening, caller=caller)
    measure = next(item for item in packed["values"] if item["key"] == opening)
    numbers = read_numbers(corridors[opening], caller=caller, table="corridors")
    default_title = {"en": "Corridors between cities", "zh": "城市间通道"}
    config = {
        "title": bilingual(title if title is not None else default_title, caller=caller, what="title"),
        "subtitle": bilingual(subtitle, caller=caller, what="subtitle"),
        "source": bilingual(source, caller=caller, what="source"),
        "summary": summarise_map(cities, corridors, numbers, measure),
        "lang": lang,
        "theme": theme,
        "panel": panel,
        "translations": {clean(name): _translation(name, text, caller) for name, text in (translations or {}).items()},
        "cities": packed_cities,
        "corridors": packed,
        "state": {"value": opening, "points": city_value} | dict(state or {}),
    }
    base = pack_basemap(basemap, worldview=worldview, resolution=resolution, attribution=attribution, caller=caller)
    return config, base
