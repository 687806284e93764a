"""A style that QGIS finds inside the GeoPackage, so that corridors show what the map shows at once.

QGIS reads the table `layer_styles` of a GeoPackage and applies the default style of each layer when it opens. The styles here are made from the data and
from what they mean: the classes of each measure that the map on the page opens with, in its colours, the stronger over the weaker, both directions of a directed pair side by side with an arrow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import pandas as pd

from geobri.exchange.about import both, qgis_aliases
from geobri.exchange.classes import DrawnClass, drawn_classes, name_class, thin_lines
from geobri.measures import Measure, as_measure

__all__ = ["add_qgis_style", "corridor_style", "names_style"]

_WIDTHS_MM: Final = (0.3, 1.8)
_GAP_MM: Final = 0.15
"""Half of what is left free between the two directions of a pair."""
_NAMES: Final = "Symbology|Labeling|Fields"
_LINES: Final = "Symbology|Fields"
_LONGEST_NAME: Final = 30
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def _options(**values: object) -> str:
    pairs = "".join(
        f'<Option name="{name}" type="QString" value="{value}"/>' for name, value in values.items()
    )
    return f'<Option type="Map">{pairs}</Option>'


def _line_symbol(level: int, colour: str, width: float, *, directed: bool) -> str:
    """Draw a line in a rendering pass of its own, so that the stronger classes lie over the weaker ones."""
    # A positive offset lies to the right of the way the line runs, as on the web map.
    aside = {"offset": round(width / 2 + _GAP_MM, 3), "offset_unit": "MM"} if directed else {}
    line = _options(
        line_color=f"{colour},255", line_width=width, line_width_unit="MM", capstyle="round", **aside
    )
    arrow = _arrow(level, colour, width, aside) if directed else ""
    return f'<symbol type="line" name="{level}" alpha="0.85"><layer class="SimpleLine" enabled="1" pass="{level}">{line}</layer>{arrow}</symbol>'


def _arrow(level: int, colour: str, width: float, aside: Mapping[str, object]) -> str:
    """Put an arrowhead at the end of a directed line."""
    marker = _options(
        color=f"{colour},255", name="filled_arrowhead", outline_style="no", size=width + 1.6, size_unit="MM"
    )
    return (
        f'<layer class="MarkerLine" enabled="1" pass="{level}">{_options(placement="lastvertex", rotate=1, **aside)}'
        f'<symbol type="marker" name="@{level}@1" alpha="1"><layer class="SimpleMarker" enabled="1">{marker}</layer></symbol></layer>'
    )


def _quoted(column: str) -> str:
    """Write a column's name as an expression of QGIS does."""
    return '"' + column.replace('"', '""') + '"'


def _rule(number: int, column: str, drawn: DrawnClass) -> str:
    expression = f"{_quoted(column)} >= {drawn.low!r} AND {_quoted(column)} <= {drawn.high!r}"
    label = both(name_class(drawn))
    return (
        f'<rule key="r{number}" symbol="{number}" filter={quoteattr(expression)} label={quoteattr(label)}/>'
    )


def corridor_style(
    values: pd.Series, measure: Measure, *, directed: bool, over: pd.Series | None = None
) -> str:
    """Draw lines in classes of a measure, the better end the thickest and darkest.

    Parameters
    ----------
    values
        The column.
    measure
        What it means.
    directed
        Whether lines run one way, side by side and with an arrow.
    over
        The numbers over which the classes are made, such as those of all years; the column itself by default.

    Returns
    -------
    str
        The renderer as QGIS writes it.
    """
    classes = drawn_classes(values, measure, over=over)
    thin = thin_lines(int(values.notna().sum()))
    symbols = [_line_symbol(0, "160,168,176", 0.15, directed=False)]
    none = f"{_quoted(measure.column)} IS NULL"
    if measure.is_quantity and bool((pd.to_numeric(values, errors="coerce") == 0).any()):
        none += f" OR {_quoted(measure.column)} = 0"
    label = "no value or 0 · 无数值或为零" if " OR " in none else "no value · 无数值"
    rules = [f'<rule key="r0" symbol="0" filter={quoteattr(none)} label={quoteattr(label)}/>']
    for number, drawn in enumerate(classes, 1):
        weakest, strongest = _WIDTHS_MM
        width = round((weakest + (strongest - weakest) * drawn.strength) * thin, 3)
        symbols.append(_line_symbol(number, ",".join(map(str, drawn.colour)), width, directed=directed))
        rules.append(_rule(number, measure.column, drawn))
    return (
        f'<renderer-v2 type="RuleRenderer" symbollevels="1"><rules key="root">{"".join(rules)}</rules>'
        f"<symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def _qml(drawing: str, categories: str) -> str:
    """Make a style of its own out of what a layer of a project holds."""
    return (
        f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis version=\"3.34\" styleCategories=\"{categories}\">"
        f"{drawing}</qgis>"
    )


def names_style(name: str) -> str:
    """Draw points, and names beside them that leave the points free.

    Parameters
    ----------
    name
        The expression that gives the name.

    Returns
    -------
    str
        Renderer and labels as QGIS writes them.
    """
    return (
        '<renderer-v2 type="singleSymbol"><symbols><symbol type="marker" name="0" alpha="1"><layer class="SimpleMarker" enabled="1">'
        '<Option type="Map"><Option name="color" type="QString" value="28,39,51,255"/><Option name="outline_color" type="QString" value="255,255,255,255"/>'
        '<Option name="size" type="QString" value="2.4"/></Option></layer></symbol></symbols></renderer-v2>'
        f'<labeling type="simple"><settings><text-style fieldName={quoteattr(name)} isExpression="1" fontSize="8"/>'
        '<placement placement="6" dist="1.6" distUnits="MM"/></settings></labeling>'
    )


def add_qgis_style(
    path: str | Path,
    corridors: pd.DataFrame,
    measures: Sequence[str | Measure],
    *,
    directed: bool = False,
    city_measures: Sequence[Measure] = (),
    all_years: Mapping[str, pd.Series] | None = None,
) -> None:
    """Store styles for the layers `cities` and `corridors` in a GeoPackage.

    Parameters
    ----------
    path
        A GeoPackage with these two layers.
    corridors
        The corridors, for the class limits.
    measures
        Of the corridors, or columns whose meaning is inferred, a style each for those that are numbers or ranks; the first one is the default. The
        better end is the thickest and darkest line.
    directed
        Whether a corridor runs from origin to destination only: both directions are drawn side by side, with an arrow.
    city_measures
        What the columns of the cities mean; their labels become aliases, as those of the corridors do.
    all_years
        For columns that show one year of several, the numbers of all of them, which the classes are made over.
    """
    of_cities = qgis_aliases(city_measures)
    styles = [
        ("cities", "names", _qml(of_cities + names_style('"name"'), _NAMES), 1),
        ("cities", "名称", _qml(of_cities + names_style('coalesce("name_zh", "name")'), _NAMES), 0),
    ]
    found = [as_measure(one, corridors, of="corridors") for one in measures]
    known = [one for one in found if one.column in corridors and corridors[one.column].notna().any()]
    drawn = [one for one in known if one.is_rank or one.is_number]
    aliases = qgis_aliases(known)
    for at, measure in enumerate(drawn):
        title = (
            measure.label
            if len(measure.label) <= _LONGEST_NAME
            else f"{measure.label[: _LONGEST_NAME - 4]} {at + 1}"
        )
        over = (all_years or {}).get(measure.column)
        drawing = corridor_style(corridors[measure.column], measure, directed=directed, over=over)
        qml = _qml(aliases + drawing, _LINES)
        styles.append(("corridors", title, qml, int(at == 0)))
    with closing(sqlite3.connect(path)) as database, database:
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
