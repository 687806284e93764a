"""A style that QGIS finds inside the GeoPackage, so that corridors show with width and colour at once.

QGIS reads the table `layer_styles` of a GeoPackage and applies the default style of each layer when it opens.
The styles here are made from the data: five classes of the first value, viridis, weak under strong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from geobri.measures import Measure, as_measure

__all__ = ["add_qgis_style"]

_VIRIDIS: Final = ("94,201,98", "33,145,140", "59,82,139", "72,40,120", "68,1,84")
_WIDTHS_MM: Final = (0.3, 0.6, 0.95, 1.35, 1.8)
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def _classes(values: pd.Series, direction: int) -> list[tuple[float, float]]:
    """Five classes from weak to strong; fewer where there are fewer different values."""
    known = np.unique(pd.to_numeric(values, errors="coerce").dropna().to_numpy(dtype=float))
    groups = [
        group for group in np.array_split(known, min(len(_WIDTHS_MM), max(known.size, 1))) if group.size
    ]
    bounds = [(float(group[0]), float(group[-1])) for group in groups]
    return bounds[::-1] if direction < 0 else bounds


def _line_symbol(name: str, colour: str, width: float) -> str:
    """Draw a line; symbols of a higher number are drawn in a later pass, so that strong lines lie over weak ones."""
    return (
        f'<symbol type="line" name="{name}" alpha="0.85"><layer class="SimpleLine" enabled="1" pass="{name}"><Option type="Map">'
        f'<Option name="line_color" type="QString" value="{colour},255"/><Option name="line_width" type="QString" value="{width}"/>'
        f'<Option name="line_width_unit" type="QString" value="MM"/><Option name="capstyle" type="QString" value="round"/>'
        "</Option></layer></symbol>"
    )


def _rule(number: int, column: str, low: float, high: float) -> str:
    name = _field(column)
    expression = f"{name} >= {low!r} AND {name} <= {high!r}"
    label = f"{low:g}" if low == high else f"{low:g} – {high:g}"
    return (
        f'<rule key="r{number}" symbol="{number}" filter={quoteattr(expression)} label={quoteattr(label)}/>'
    )


def _field(column: str) -> str:
    """Name a field in an expression of QGIS, whatever its name holds."""
    doubled = column.replace('"', '""')
    return f'"{doubled}"'


def _corridor_qml(values: pd.Series, column: str, direction: int) -> str:
    classes = _classes(values, direction)
    places = (
        np.linspace(0, len(_WIDTHS_MM) - 1, num=len(classes)).round().astype(int)
        if len(classes) > 1
        else [len(_WIDTHS_MM) - 1]
    )
    symbols = [_line_symbol("0", "160,168,176", 0.15)]
    missing = quoteattr(f"{_field(column)} IS NULL")
    rules = [f'<rule key="r0" symbol="0" filter={missing} label="no value"/>']
    for number, ((low, high), place) in enumerate(zip(classes, places, strict=True), 1):
        symbols.append(_line_symbol(str(number), _VIRIDIS[place], _WIDTHS_MM[place]))
        rules.append(_rule(number, column, low, high))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis version=\"3.34\" styleCategories=\"Symbology\">"
        f'<renderer-v2 type="RuleRenderer" symbollevels="1"><rules key="root">{"".join(rules)}</rules>'
        f"<symbols>{''.join(symbols)}</symbols></renderer-v2></qgis>"
    )


def _city_qml() -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis version=\"3.34\" styleCategories=\"Symbology|Labeling\">"
        '<renderer-v2 type="singleSymbol"><symbols><symbol type="marker" name="0" alpha="1"><layer class="SimpleMarker" enabled="1">'
        '<Option type="Map"><Option name="color" type="QString" value="28,39,51,255"/><Option name="outline_color" type="QString" value="255,255,255,255"/>'
        '<Option name="size" type="QString" value="2.4"/></Option></layer></symbol></symbols></renderer-v2>'
        '<labeling type="simple"><settings><text-style fieldName="name" fontSize="8"/><placement placement="6"/></settings></labeling></qgis>'
    )


def add_qgis_style(path: str | Path, corridors: pd.DataFrame, measures: Sequence[str | Measure]) -> None:
    """Store styles for the layers `cities` and `corridors` in a GeoPackage.

    Parameters
    ----------
    path
        A GeoPackage with these two layers.
    corridors
        The corridors, for the class limits.
    measures
        Of the corridors, or columns whose meaning is inferred, a style each; the first one is the default. The better end is the thickest line.
    """
    styles = [("cities", "geobri", _city_qml(), 1)]
    found = [as_measure(one, corridors, of="corridors") for one in measures]
    known = [one for one in found if one.column in corridors and corridors[one.column].notna().any()]
    for at, one in enumerate(known):
        qml = _corridor_qml(corridors[one.column], one.column, one.direction)
        styles.append(("corridors", one.column[:30], qml, int(at == 0)))
    with sqlite3.connect(path) as database:
        database.execute(_TABLE)
        database.execute(
            "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '1970-01-01T00:00:00.000Z')"
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
            "styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', ?, 'made by geobri', '', "
            "'1970-01-01T00:00:00.000Z')",
            styles,
        )
    database.close()
