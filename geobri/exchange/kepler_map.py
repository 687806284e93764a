"""A map for kepler.gl: the table of arcs with what it looks like, in the form in which kepler.gl saves maps and opens them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.exchange.classes import DrawnClass, drawn_classes
from geobri.exchange.flow_maps import to_kepler
from geobri.measures import Measure

__all__ = ["to_kepler_map"]

_VERSION: Final = "v1"
_ARCS: Final = "corridors"
_POINTS: Final = "cities"
_WIDTHS: Final = (0.5, 8.0)
_GREY: Final = (95, 105, 115)
_MOST_NAMED: Final = 200
"""Of more places the names are not written on the map at once."""

_WIDE_DEGREES: Final = 360.0
_ZOOMS: Final = (0.8, 14.0)


def to_kepler_map(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    measures: Sequence[Measure],
    *,
    title: str = "",
    about: str = "",
    lang: Literal["en", "zh"] = "en",
    all_years: Mapping[str, pd.Series] | None = None,
) -> dict[str, Any]:
    """Make a map as kepler.gl saves it, data and configuration in one.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`.
    corridors
        Corridors with their values.
    measures
        What can be shown, the first one at once: a layer of arcs each, in the classes and colours of the map on the page.
    title, about
        What the map is called, and its source.
    lang
        Language of layers and names.
    all_years
        For columns that show one year of several, the numbers of all of them, which the classes are made over.

    Returns
    -------
    dict
        ``datasets``, ``config`` and ``info``; written as JSON, kepler.gl opens it.
    """
    arcs = to_kepler(cities, corridors)
    places = _points(cities)
    kinds = [one for one in measures if one.column in arcs.columns and (one.is_rank or one.is_number)]
    layers = []
    for at, one in enumerate(kinds):
        classes = drawn_classes(arcs[one.column], one, over=(all_years or {}).get(one.column))
        layers.append(_arc_layer(arcs, one, classes, lang, shown=at == 0))
    layers.append(_point_layer(places, lang))
    tooltips = [name for name in ("origin_name", "destination_name") if name in arcs.columns]
    state = {
        "filters": [],
        "layers": layers,
        "interactionConfig": {
            "tooltip": {
                "fieldsToShow": {
                    _ARCS: _shown([*(tooltips or ["origin", "destination"]), *(one.column for one in kinds)]),
                    _POINTS: _shown([name for name in ("name", "name_zh", "region") if name in places]),
                },
                "enabled": True,
            },
            "brush": {"size": 0.5, "enabled": False},
        },
        "layerBlending": "normal",
        "splitMaps": [],
    }
    config = {"visState": state, "mapState": _view(cities), "mapStyle": {"styleType": "positron"}}
    return {
        "datasets": [_dataset(arcs, _ARCS), _dataset(places, _POINTS)],
        "config": {"version": _VERSION, "config": config},
        "info": {"app": "kepler.gl", "title": title, "description": about},
    }


def _points(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    kept = [name for name in ("name", "name_zh", "country", "region") if name in cities.columns]
    table = pd.DataFrame(cities[kept]).assign(lat=cities.geometry.y, lng=cities.geometry.x)
    return table.reset_index(names="city")


def _dataset(table: pd.DataFrame, name: str) -> dict[str, Any]:
    fields = [
        {"name": str(column), "type": _kind(table[column]), "format": "", "analyzerType": ""}
        for column in table.columns
    ]
    for field in fields:
        field["analyzerType"] = {"integer": "INT", "real": "FLOAT", "boolean": "BOOLEAN"}.get(
            str(field["type"]), "STRING"
        )
    rows = json.loads(table.to_json(orient="values", force_ascii=False, double_precision=10))
    data = {"id": name, "label": name, "color": list(_GREY), "allData": rows, "fields": fields}
    return {"version": _VERSION, "data": data}


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_float_dtype(column):
        return "integer" if (column.dropna() % 1 == 0).all() else "real"
    return "string"


def _field(table: pd.DataFrame, column: str) -> dict[str, str]:
    return {"name": column, "type": _kind(table[column])}


def _shown(names: Sequence[str]) -> list[dict[str, str | None]]:
    return [{"name": name, "format": None} for name in names]


def _hex(colour: Sequence[int]) -> str:
    return "#" + "".join(f"{part:02X}" for part in colour)


def _colours(classes: Sequence[DrawnClass]) -> dict[str, Any]:
    """Give the classes as kepler.gl takes them: each colour with the number at which the next one begins."""
    rising = sorted(classes, key=lambda one: one.low)
    ends = [*(float(one.low) for one in rising[1:]), None]
    return {
        "name": "color.customPalette.custom.geobri",
        "type": "custom",
        "category": "Custom",
        "colors": [_hex(one.colour) for one in rising],
        "colorMap": [[end, _hex(one.colour)] for end, one in zip(ends, rising, strict=True)],
    }


def _arc_layer(
    arcs: pd.DataFrame, measure: Measure, classes: Sequence[DrawnClass], lang: str, *, shown: bool
) -> dict[str, Any]:
    field = _field(arcs, measure.column)
    widths = list(_WIDTHS if measure.direction > 0 else _WIDTHS[::-1])
    look: dict[str, Any] = {"opacity": 0.8, "thickness": 1, "sizeRange": widths, "targetColor": None}
    if classes:
        look["colorRange"] = _colours(classes)
    channels = {"sizeField": field, "sizeScale": "linear"}
    if classes:
        channels |= {"colorField": field, "colorScale": "custom"}
    columns = {
        "lat0": "origin_lat",
        "lng0": "origin_lng",
        "lat1": "destination_lat",
        "lng1": "destination_lng",
    }
    return {
        "id": f"arc-{measure.column}",
        "type": "arc",
        "config": {
            "dataId": _ARCS,
            "label": measure.label_zh if lang == "zh" and measure.label_zh else measure.label,
            "color": list(_GREY),
            "columns": columns,
            "isVisible": shown,
            "visConfig": look,
            "hidden": False,
            "textLabel": [],
        },
        "visualChannels": channels,
    }


def _point_layer(places: pd.DataFrame, lang: str) -> dict[str, Any]:
    name = "name_zh" if lang == "zh" and "name_zh" in places else "name" if "name" in places else "city"
    labels = [
        {
            "field": {"name": name, "type": "string"},
            "color": [60, 60, 60],
            "size": 12,
            "offset": [0, 0],
            "anchor": "start",
            "alignment": "center",
        }
    ]
    return {
        "id": "points",
        "type": "point",
        "config": {
            "dataId": _POINTS,
            "label": "地点" if lang == "zh" else "Places",
            "color": list(_GREY),
            "columns": {"lat": "lat", "lng": "lng", "altitude": None},
            "isVisible": True,
            "visConfig": {"radius": 4, "opacity": 0.9, "filled": True, "outline": True, "thickness": 1},
            "hidden": False,
            "textLabel": labels if len(places) <= _MOST_NAMED else [],
        },
        "visualChannels": {},
    }


def _view(cities: gpd.GeoDataFrame) -> dict[str, Any]:
    """Look at all places: across 180° where most of the world's longitudes lie free on the other side."""
    lon, lat = np.sort(cities.geometry.x.to_numpy()), cities.geometry.y.to_numpy()
    if not len(lon):
        return {"bearing": 0, "pitch": 0, "latitude": 0.0, "longitude": 0.0, "zoom": _ZOOMS[0]}
    gaps = np.append(np.diff(lon), lon[0] + _WIDE_DEGREES - lon[-1])
    at = int(np.argmax(gaps))
    west, width = lon[(at + 1) % len(lon)], _WIDE_DEGREES - gaps[at]
    middle = (west + width / 2 + 180) % _WIDE_DEGREES - 180
    span = max(float(width), 1.6 * float(lat.max() - lat.min()), 1e-4)
    zoom = min(max(math.log2(_WIDE_DEGREES / span) + 0.6, _ZOOMS[0]), _ZOOMS[1])
    centre = {"latitude": round(float(lat.max() + lat.min()) / 2, 5), "longitude": round(float(middle), 5)}
    return {"bearing": 0, "pitch": 0, **centre, "zoom": round(zoom, 2), "dragRotate": False, "isSplit": False}
