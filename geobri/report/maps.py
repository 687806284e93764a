"""The maps of a study: what they offer, which of it comes first, and what they are called; alone or as parts of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd

from geobri.measures import Level, Measure
from geobri.regions import REGION_NAMES_ZH
from geobri.stats.say.neighbours import KINDS
from geobri.study import Study
from geobri.study.pairs import values_by_year
from geobri.study.published import NAMED_GROUPS
from geobri.webmap import (
    CorridorMap,
    MapParts,
    corridor_map,
    map_parts,
)

__all__ = ["draw_column_map", "draw_layer_map", "draw_map", "draw_parts"]

_DISTANCE: Final = Measure(
    "distance_km",
    label="Distance",
    label_zh="距离",
    kind="amount",
    unit="km",
    unit_zh="公里",
    better="low",
    origin="derived",
)
_MAP_KEY: Final = "map1"
_GROUPS: Final = (
    Measure("region", of="cities", kind="category", label="World region", label_zh="区域"),
    Measure("subregion", of="cities", kind="category", label="Sub-region", label_zh="次区域"),
    Measure("capital", of="cities", kind="flag", label="Capital", label_zh="首都"),
    *NAMED_GROUPS,
)
"""Words of the cities that are offered as groups wherever a study has them."""


def _text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def _offer(study: Study, of: Level, column: str | None) -> list[Measure]:
    """List the measures that a map offers, the wished one first."""
    shown = list(study.shown(of))
    if column is not None:
        shown = [study.measure(column, of), *(one for one in shown if one.column != column)]
    return shown if of == "cities" else [drawn for one in shown if (drawn := _as_drawn(one)) is not None]


def _as_drawn(measure: Measure) -> Measure | None:
    """Give the lines of a flag 0 or 1 as their width; lines have no colours for categories."""
    if measure.kind == "flag":
        return replace(measure, kind="count")
    return None if measure.kind == "category" else measure


def _choose(study: Study, settings: dict[str, Any]) -> tuple[Measure, dict[str, Any]]:
    """Turn the settings of a page or recipe into the choices of the map."""
    settings = {name: said for name, said in settings.items() if name != "basemap" or said is not None}
    measures = _offer(study, "corridors", settings.pop("value", None)) or [_DISTANCE]
    city_measures = _offer(study, "cities", settings.pop("city_value", None))
    groups = [
        one
        for one in _GROUPS
        if one.column in study.cities.columns
        and study.cities[one.column].notna().any()
        and one.column not in [other.column for other in city_measures]
    ]
    title, title_zh = settings.pop("title", None), settings.pop("title_zh", None)
    if "approval_zh" in settings:
        settings["approval"] = _text(settings.get("approval", ""), settings.pop("approval_zh"))
    choices = {
        "values": measures[1:],
        "city_values": [*city_measures, *groups],
        "city_value": city_measures[0].column if city_measures else None,
        "title": _text(title or study.title, title_zh or title or study.title_zh or study.title),
        "source": _text(study.citation, study.citation_zh or study.citation) if study.citation else None,
        "translations": {**REGION_NAMES_ZH, **_names_of_groups(study)},
        "views": study.views,
        "place": study.words,
        "basemap": "land" if study.outlines is None else study.outlines,
    }
    if (
        measures[0] is _DISTANCE and city_measures
    ):  # between ranked cities there is nothing but distance to draw
        settings["state"] = {"lines": False} | (settings.get("state") or {})
    return measures[0], choices | settings


def _names_of_groups(study: Study) -> dict[str, str]:
    """Give the Chinese names of groups of cities, such as sub-regions, where the cities have them."""
    names: dict[str, str] = {}
    for group in _GROUPS:
        chinese = f"{group.column}_zh"
        if {group.column, chinese} <= set(study.cities.columns):
            told = study.cities[[group.column, chinese]].dropna().drop_duplicates(group.column)
            names |= dict(zip(told[group.column], told[chinese], strict=True))
    return names


def _with_years(study: Study, measures: list[Measure]) -> tuple[gpd.GeoDataFrame, dict[str, dict[int, str]]]:
    """Give the corridors with the columns of all years of some measures, and which column is which year."""
    frame, years = study.corridors, {}
    for measure in measures:
        values = values_by_year(study, measure)
        if values.shape[1] > 1:
            years[measure.column] = {int(year): f"{measure.column} in {year}" for year in values.columns}
            frame = frame.assign(**values.set_axis(list(years[measure.column].values()), axis=1))
    return frame, years


def draw_map(study: Study, **settings: Any) -> CorridorMap:
    """Draw the map of a study as a page of its own.

    Parameters
    ----------
    study
        A loaded study.
    **settings
        `value` and `city_value` (what the map opens with), `title`, `title_zh`, `approval_zh`, and `lang, theme, basemap,
        worldview, attribution, approval, panel, state, views` as in `geobri.corridor_map`.

    Returns
    -------
    CorridorMap
        A folium map.
    """
    value, choices = _choose(study, settings)
    corridors, years = _with_years(study, [value, *choices["values"]])
    return corridor_map(study.cities, corridors, value, years=years, **choices)


def draw_layer_map(
    study: Study,
    cities: gpd.GeoDataFrame,
    column: str,
    *,
    colours: Mapping[str, str],
    **settings: Any,
) -> CorridorMap:
    """Draw the map of a study with a category of its cities, such as the kind of place of a local test.

    Parameters
    ----------
    study
        A loaded study.
    cities
        Its cities with the column.
    column
        The category.
    colours
        The colour of each category as ``#rrggbb``.
    **settings
        As of `draw_map`.

    Returns
    -------
    CorridorMap
        A folium map whose cities are coloured by category.
    """
    value, choices = _choose(study, {"lang": study.language} | settings)
    kinds = [kind for kind in colours if kind in set(cities[column].dropna())]
    layer = Measure(
        column,
        of="cities",
        label="Kind of place",
        label_zh="类型",
        kind="category",
        colours={kind: colours[kind] for kind in kinds},
        order=tuple(kinds),
    )
    return corridor_map(
        cities,
        study.corridors,
        value,
        **(
            choices
            | {"city_values": [layer], "city_value": column, "translations": choices["translations"] | KINDS}
        ),
    )


def draw_column_map(study: Study, corridors: gpd.GeoDataFrame, measure: Measure) -> CorridorMap:
    """Draw the map of a study with a measure of its corridors that was computed elsewhere, such as a residual.

    Parameters
    ----------
    study
        A loaded study.
    corridors
        Its corridors with the column.
    measure
        What the column means.

    Returns
    -------
    CorridorMap
        A folium map that opens with the column; the study's own measures can be switched to.
    """
    first, choices = _choose(study, {"lang": study.language})
    own = [] if first is _DISTANCE else [first, *choices["values"]]
    return corridor_map(study.cities, corridors, measure, **(choices | {"values": own}))


def draw_parts(study: Study, settings: dict[str, Any]) -> MapParts:
    """Draw the map of a study as the parts that stand in a page.

    Parameters
    ----------
    study
        A loaded study.
    settings
        As `draw_map` takes them.

    Returns
    -------
    MapParts
        Head, body and script.
    """
    value, choices = _choose(study, settings)
    corridors, years = _with_years(study, [value, *choices["values"]])
    return map_parts(study.cities, corridors, value, key=_MAP_KEY, height="720px", years=years, **choices)
