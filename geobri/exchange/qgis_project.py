"""A QGIS project beside a GeoPackage: every measure as a layer with its style, names in both languages, a base, and a page to print.

The project refers to the GeoPackage by its name, so that both files travel together. It is written as QGIS writes it, without QGIS.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import pandas as pd

from geobri.exchange.about import About, both, qgis_aliases
from geobri.exchange.qgis_style import corridor_style, names_style
from geobri.measures import Measure
from geobri.words import Words

__all__ = ["write_qgis_project"]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_SRS: Final = (
    "<spatialrefsys><proj4>+proj=longlat +datum=WGS84 +no_defs</proj4><srsid>3452</srsid><srid>4326</srid>"
    "<authid>EPSG:4326</authid><geographicflag>true</geographicflag></spatialrefsys>"
)
_BASE: Final = (
    '<renderer-v2 type="singleSymbol"><symbols><symbol type="fill" name="0" alpha="1"><layer class="SimpleFill" enabled="1">'
    '<Option type="Map"><Option name="color" type="QString" value="246,246,242,255"/>'
    '<Option name="outline_color" type="QString" value="200,204,208,255"/>'
    '<Option name="outline_width" type="QString" value="0.15"/></Option></layer></symbol></symbols></renderer-v2>'
)
_ELLIPSOID: Final = '<properties><SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys><Measure><Ellipsoid type="QString">EPSG:7030</Ellipsoid></Measure></properties>'
"""Lengths are measured on WGS84; without it the scale bar would call degrees kilometres."""
_MARGIN: Final = 0.06
_PAGE: Final = (297.0, 210.0)
_MAP: Final = (10.0, 22.0, 200.0, 165.0)
"""Left, top, width and height of the map on the page, in millimetres."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of the project: where it stands, what it is called, and how it is drawn. QGIS loses layers with a short key."""

    key: str
    table: str
    title: str
    kind: str
    drawing: str
    shown: bool
    aliases: str = ""


def write_qgis_project(
    path: Path,
    package: str,
    *,
    about: About,
    corridors: gpd.GeoDataFrame,
    cities: gpd.GeoDataFrame,
    measures: Sequence[Measure],
    directed: bool,
    places: Words,
    city_measures: Sequence[Measure] = (),
    all_years: Mapping[str, pd.Series] | None = None,
) -> None:
    """Write a project.

    Parameters
    ----------
    path
        The ``.qgz`` to make; the caller stages it.
    package
        Name of the GeoPackage beside it, with the layers `cities`, `corridors` and `base`.
    about
        What stands above the printed map and below it, and in the properties of project and layers.
    corridors, cities
        The tables, for class limits and extent.
    measures
        Of the corridors: a layer each, the first one shown.
    directed
        Whether corridors run from origin to destination.
    places
        What the cities are called.
    city_measures
        What the columns of the cities mean; their labels become aliases.
    all_years
        For columns that show one year of several, the numbers of all of them, which the classes are made over.
    """
    drawn = [
        one for one in measures if (one.is_rank or one.is_number) and corridors[one.column].notna().any()
    ]
    lines = [
        _Layer(
            f"corridors_of_the_study_{at}",
            "corridors",
            both(Words(one.label, one.label_zh)),
            "Line",
            corridor_style(
                corridors[one.column], one, directed=directed, over=(all_years or {}).get(one.column)
            ),
            shown=at == 0,
            aliases=qgis_aliases([one for one in measures if one.column in corridors]),
        )
        for at, one in enumerate(drawn)
    ]
    points = [
        _Layer(
            "cities_of_the_study_en",
            "cities",
            f"{places.en} (English)",
            "Point",
            names_style('"name"'),
            shown=True,
            aliases=qgis_aliases(city_measures),
        ),
        _Layer(
            "cities_of_the_study_zh",
            "cities",
            f"{places.zh}（中文）",
            "Point",
            names_style('coalesce("name_zh", "name")'),
            shown=False,
            aliases=qgis_aliases(city_measures),
        ),
    ]
    base = [_Layer("base_of_the_study", "base", "Base · 底图", "Polygon", _BASE, shown=True)]
    groups = [(both(places), points), ("Corridors · 通路", lines), ("Base · 底图", base)]
    text = _project(groups, package, about, _extent(cities))
    entry = zipfile.ZipInfo(f"{path.stem}.qgs", _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, text.encode())


def _extent(cities: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Give the frame of all places in the shape of the printed map."""
    west, south, east, north = (float(edge) for edge in cities.total_bounds)
    wide, high = max(east - west, 1e-4) * (1 + _MARGIN), max(north - south, 1e-4) * (1 + _MARGIN)
    wide, high = max(wide, high * _MAP[2] / _MAP[3]), max(high, wide * _MAP[3] / _MAP[2])
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _frame(extent: tuple[float, float, float, float]) -> str:
    return "".join(
        f"<{name}>{edge!r}</{name}>"
        for name, edge in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)
    )


def _project(
    groups: list[tuple[str, list[_Layer]]],
    package: str,
    about: About,
    extent: tuple[float, float, float, float],
) -> str:
    layers = [layer for _, members in groups for layer in members]
    title, source = about.title, " · ".join(text for text in (about.source, about.licence) if text)
    shown = [(name, [layer for layer in members if layer.shown]) for name, members in groups]
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" projectname={quoteattr(title.en)}><title>{escape(both(title))}</title>'
        f"<projectCrs>{_SRS}</projectCrs>{_properties('projectMetadata', both(title), about)}"
        f"{_tree(groups, package)}"
        f'<mapcanvas name="theMapCanvas"><units>degrees</units><extent>{_frame(extent)}</extent><rotation>0</rotation>'
        f"<destinationsrs>{_SRS}</destinationsrs></mapcanvas>"
        f"<projectlayers>{''.join(_layer(layer, package, about) for layer in layers)}</projectlayers>"
        f"{_ELLIPSOID}<Layouts>{_layout(title, source, extent, _tree(shown, package))}</Layouts></qgis>"
    )


def _tree(groups: list[tuple[str, list[_Layer]]], package: str) -> str:
    inside = "".join(_group(name, members, package) for name, members in groups if members)
    return f"<layer-tree-group><customproperties/>{inside}</layer-tree-group>"


def _source(layer: _Layer, package: str) -> str:
    return f"./{package}|layername={layer.table}"


def _group(name: str, members: list[_Layer], package: str) -> str:
    inside = "".join(
        f'<layer-tree-layer name={quoteattr(layer.title)} id="{layer.key}" source={quoteattr(_source(layer, package))} '
        f'checked="{"Qt::Checked" if layer.shown else "Qt::Unchecked"}" expanded="{int(layer.shown)}" providerKey="ogr"><customproperties/></layer-tree-layer>'
        for layer in members
    )
    return f'<layer-tree-group name={quoteattr(name)} checked="Qt::Checked" expanded="1"><customproperties/>{inside}</layer-tree-group>'


def _properties(tag: str, title: str, about: About) -> str:
    """Write what the properties of a project, or of a layer, show."""
    licence = (
        f"<license>{escape(about.licence)}</license>" if about.licence and tag == "resourceMetadata" else ""
    )
    said = "\n".join(f"{name.capitalize()}: {text}" for name, text in about.lines()[1:])
    return f"<{tag}><type>dataset</type><title>{escape(title)}</title><abstract>{escape(said)}</abstract>{licence}</{tag}>"


def _layer(layer: _Layer, package: str, about: About) -> str:
    return (
        f'<maplayer type="vector" geometry="{layer.kind}" labelsEnabled="{int(layer.kind == "Point")}"><id>{layer.key}</id>'
        f"<datasource>{escape(_source(layer, package))}</datasource><layername>{escape(layer.title)}</layername>"
        f'<srs>{_SRS}</srs><provider encoding="UTF-8">ogr</provider>{_properties("resourceMetadata", layer.title, about)}{layer.aliases}{layer.drawing}</maplayer>'
    )


def _item(
    kind: int, key: str, box: tuple[float, float, float, float], more: str = "", inside: str = ""
) -> str:
    left, top, width, height = box
    return (
        f'<LayoutItem type="{kind}" uuid="{{{key}}}" templateUuid="{{{key}}}" id="{key}" position="{left:g},{top:g},mm" '
        f'positionOnPage="{left:g},{top:g},mm" size="{width:g},{height:g},mm" visibility="1" referencePoint="0" opacity="1" '
        f'background="{int(kind in (_PAPER, _CANVAS))}" frame="false" {more}>{inside}</LayoutItem>'
    )


_PAPER, _CANVAS, _LABEL, _LEGEND, _SCALE = 65638, 65639, 65641, 65642, 65646
"""Kinds of layout items, as QGIS numbers them."""


def _layout(title: Words, source: str, extent: tuple[float, float, float, float], legend: str) -> str:
    edges = " ".join(
        f'{name}="{edge!r}"' for name, edge in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)
    )
    style = '<text-style fontFamily="sans-serif" fontSize="{size}" fontSizeUnit="Point" textColor="28,39,51,255"/>'
    big, small = style.format(size=16), style.format(size=8)
    paper = _item(_PAPER, "page", (0, 0, *_PAGE))
    items = [
        _item(
            _CANVAS, "map", _MAP, 'keepLayerSet="false" drawCanvasItems="true"', f"<Extent {edges}/>{_SRS}"
        ),
        _item(_LABEL, "title", (10, 8, 277, 12), f"labelText={quoteattr(both(title))}", big),
        _item(_LEGEND, "legend", (214, 22, 73, 150), 'map_uuid="{map}" resizeToContents="1"', legend),
        _item(
            _SCALE,
            "scale",
            (214, 176, 60, 12),
            'mapUuid="{map}" style="Single Box" unitType="km" unitLabel="km" numSegments="2" numMapUnitsPerScaleBarUnit="1" '
            'segmentSizeMode="1" minBarWidth="20" maxBarWidth="50"',
        ),
        _item(_LABEL, "source", (10, 192, 277, 10), f"labelText={quoteattr(source)}", small),
    ]
    return (
        f'<Layout name={quoteattr(title.en)} units="mm" printResolution="300"><PageCollection>{paper}</PageCollection>'
        f"{''.join(items)}</Layout>"
    )
