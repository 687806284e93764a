"""The map itself: `corridor_map` for a page of its own, `map_parts` for a place in somebody else's page."""

from __future__ import annotations

import html
import os
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack

import folium
import geopandas as gpd
import pandas as pd
from branca.element import Element, Figure
from folium.map import Layer

from geobri.boundaries import Worldview
from geobri.errors import SpecificationError, mould
from geobri.measures import Measure
from geobri.webmap.assets import END_MARK, guard_block
from geobri.webmap.basemap import Resolution
from geobri.webmap.config import MapChoices, Theme, configure_map
from geobri.webmap.page import OFFLINE_POLICY, MapParts, assemble_parts, make_key
from geobri.webmap.plain import take_plain
from geobri.webmap.wording import Language, Text
from geobri.words import CITY, PlaceWords

__all__ = ["CorridorMap", "corridor_map", "map_parts"]

_RANDOM_NAME = re.compile(r"\w+_[0-9a-f]{32}")
_LENGTH = re.compile(r"\d+(\.\d+)?(px|%|vh|vw|rem|em)")


class _Verbatim(Element):
    """Text that is written as it is; branca would read any other element as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_kwargs: Any) -> str:
        return self._text


class _CorridorLayer(Layer):
    """The corridors under a name of their own, so that folium's LayerControl can switch them."""

    def __init__(self, key: str, name: str) -> None:
        super().__init__(name=name, overlay=True)
        self._name = "Corridors"
        self._key = key

    def render(self, **_kwargs: Any) -> str:
        figure = self.get_root()
        if isinstance(figure, Figure) and self._parent is not None:
            made = f'var {self.get_name()} = geobriRuntime.layer("{self._key}")'
            script = f"{made}.addTo({self._parent.get_name()});"
            figure.script.add_child(_Verbatim(script), name=self.get_name())
        return ""


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

    def __init__(
        self, config: dict[str, Any], base: dict[str, Any], *, width: str = "100%", height: str = "100%"
    ) -> None:
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
        self._title = config["title"][config["lang"]]
        self._uses_network = base["kind"] == "tiles"
        name = {"en": "Corridors", "zh": "通路"}[config["lang"]]
        self.add_child(_CorridorLayer(f"geobri_{self._id}", name), name="corridors")

    def render(self, **kwargs: Any) -> str:
        """Write the map and its children into the figure.

        Parameters
        ----------
        **kwargs
            Handed on to the children.

        Returns
        -------
        str
            Nothing: like all of folium, a map writes into the figure it stands in.
        """
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise SpecificationError(
                mould(
                    "CorridorMap", "a map must stand in a figure", type(figure).__name__, "Add it to a Figure"
                )
            )
        self._name_descendants(self)
        policy = [] if self._uses_network or len(self._children) > 1 else [OFFLINE_POLICY]
        head = "\n".join([*policy, guard_block(), *_page_head(self._title), self.parts.head])
        figure.header.add_child(_Verbatim(head), name=self.get_name())
        figure.html.add_child(_Verbatim(self.parts.body), name=self.get_name())
        figure.script.add_child(_Verbatim(self.parts.script), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        figure.html.add_child(_Verbatim(END_MARK), name="geobri_end")
        return ""

    def _name_descendants(self, element: Element) -> None:
        """Give folium's children names that count up, where folium would draw them at random."""
        named: OrderedDict[str, Element] = OrderedDict()
        for key, child in element._children.items():  # noqa: SLF001 - folium offers no other way
            old = child.get_name()
            if not child._id.startswith(self._id):  # noqa: SLF001
                self._n_named += 1
                child._id = f"{self._id}_{self._n_named}"  # noqa: SLF001
            named[child.get_name() if key == old else key] = child
            if isinstance(child, Layer) and _RANDOM_NAME.fullmatch(child.layer_name):
                child.layer_name = child.get_name()  # what the control shows of a layer without a name
            inside = getattr(child, "html", None)  # a popup keeps its words beside its children
            for part in (child, inside):
                if isinstance(part, Element):
                    self._name_descendants(part)
        element._children = named  # noqa: SLF001


def _page_head(title: str) -> list[str]:
    return [
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title>",
        "<style>html,body{width:100%;height:100%;margin:0;padding:0}</style>",
        "<script>L_NO_TOUCH=false;L_DISABLE_3D=false;</script>",
    ]


def corridor_map(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | Measure = "score",
    *,
    values: Sequence[str | Measure] = (),
    years: Mapping[str, Mapping[int, str]] | None = None,
    city_values: Sequence[str | Measure] = (),
    city_value: str | None = None,
    title: Text | None = None,
    subtitle: Text | None = None,
    source: Text | None = None,
    lang: Language = "en",
    theme: Theme = "auto",
    basemap: str | os.PathLike[str] | gpd.GeoDataFrame = "land",
    worldview: Worldview = "ne",
    resolution: Resolution | None = None,
    attribution: str | None = None,
    approval: Text | None = None,
    details: Mapping[str, Text] | None = None,
    translations: Mapping[str, Text] | None = None,
    state: Mapping[str, Any] | None = None,
    views: Sequence[Mapping[str, Any]] = (),
    panel: Literal["open", "closed"] = "open",
    place: PlaceWords = CITY,
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
        The column that gives width and colour when the page opens: a `Measure`, or the name of a column whose
        meaning `geobri.measures.infer_measure` takes from its numbers.
    values
        Further columns the reader can switch to; categories and flags become types of corridors, to filter and colour by.
    years
        For columns that have years, the columns that hold each: ``{"trade": {2019: "trade_2019", 2023: "trade"}}``. The reader
        can go through the years, and see what changed between two of them.
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
        ``land`` without borders, ``countries``, ``none``, a vector file or a table of own polygons or lines (outlines, with
        their names on hover), or the address of tiles, which is then asked for.
    worldview
        Whose borders ``countries`` draws.
    resolution
        Detail of the base map; None takes the finest there is.
    attribution
        Whom the base map is by; needed for tiles.
    approval
        The number under which an authority has approved the map, such as 审图号; on the page and in its images.
    details
        Further columns of the corridors to show on hover, with their labels.
    translations
        How region names, country codes and categories are called: a string for Chinese alone, or both languages.
    state
        What the page opens with and resets to, as `getState()` gives it on the page: ``{"top": 10}``,
        ``{"city": "singapore"}``, ``{"coast": "coast-coast"}`` (or ``coast-inland``, ``inland-inland``),
        ``{"region": {"mode": "between", "a": "Africa", "b": "Europe"}}`` (or ``within``, ``leaving``), the same by other
        categories of the cities in ``groups``, types of corridors in ``types``, ``{"km": [3000, None]}``, ``{"range": [1, 10]}``, ``{"missing": False}``, ``{"view": [lat, lon, zoom]}``.
    views
        Named states that the page offers in a menu: ``{"name": "Long haul", "name_zh": "远程", "km": [3000, None]}``.
    panel
        Whether the controls are unfolded at first; on phones they are always folded.
    place
        What the places are called, where they are no cities.
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
    size = _check_size(width, height, "corridor_map")
    choices = MapChoices(
        values=values,
        years=years,
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
        approval=approval,
        details=details,
        translations=translations,
        state=state,
        views=views,
        panel=panel,
        place=place,
    )
    cities, corridors = take_plain(cities, corridors)
    config, base = configure_map(cities, corridors, value, choices, caller="corridor_map")
    return CorridorMap(config, base, width=size[0], height=size[1])


def map_parts(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    value: str | Measure = "score",
    *,
    key: str,
    width: str = "100%",
    height: str = "560px",
    **choices: Unpack[MapChoices],
) -> MapParts:
    """Draw corridors as pieces of HTML for a page of one's own; several maps can share a page.

    On the page the element with the id `key` carries ``element.geobri`` with `getState()`, `setState(state)`,
    `select(what)`, `hover(what)`, `filter(wish)`, `highlight(what)`, `on(event, listener)` and `reset()`, all of them
    described in docs/map.md. Language and theme follow the events
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
    size = _check_size(width, height, "map_parts")
    cities, corridors = take_plain(cities, corridors)
    config, base = configure_map(cities, corridors, value, choices, caller="map_parts")
    return assemble_parts(config, base, key=key, size=size)


def _check_size(width: str, height: str, caller: str) -> tuple[str, str]:
    for length in (width, height):
        if not _LENGTH.fullmatch(str(length)):
            wanted = "width and height must be CSS lengths such as '100%' or '560px'"
            raise SpecificationError(mould(caller, wanted, repr(length), "Write a number and its unit"))
    return width, height
