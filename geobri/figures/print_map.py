"""The corridor map for print: equal-area, vector lines, no tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.boundaries import load_land
from geobri.charts import need_matplotlib, new_axes
from geobri.errors import SchemaError, mould
from geobri.exchange.classes import DrawnClass, drawn_classes, name_class, thin_lines
from geobri.measures import Measure, as_measure
from geobri.units import EARTH_RADIUS_KM, LONLAT_CRS
from geobri.words import Words

__all__ = ["draw_print_map"]

_WIDTHS: Final = (0.4, 3.2)
_NEUTRAL: Final = "#9aa3ab"
_WIDE: Final = 6.0
_HIGHEST: Final = 1.1
_LINE_IN: Final = 0.16
_NONE: Final = Words("none", "无")
_MISSING: Final = Words("without a value", "无数值")
_MARGIN: Final = 0.06
_HORIZON_DEG: Final = 100.0
_WIDEST_DEG: Final = 85.0
_AROUND: Final = 0.2
_ANCHORS: Final = (
    (4, 0, "left", "center"),
    (-4, 0, "right", "center"),
    (0, 4, "center", "bottom"),
    (0, -4, "center", "top"),
    (4, 4, "left", "bottom"),
    (-4, -4, "right", "top"),
)
"""Where a name may stand beside its city, in points, best first."""


def _find_centre(cities: gpd.GeoDataFrame) -> tuple[float, float] | None:
    """Find the middle of the cities; None where they lie all around the globe."""
    lon, lat = np.radians(cities.geometry.x.to_numpy()), np.radians(cities.geometry.y.to_numpy())
    places = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    middle = places.mean(axis=0)
    length = float(np.linalg.norm(middle))
    if length < _AROUND or (places @ middle / length).min() < np.cos(np.radians(_WIDEST_DEG)):
        return None
    x, y, z = middle / length
    return round(float(np.degrees(np.arctan2(y, x))), 1), round(float(np.degrees(np.arcsin(z))), 1)


def _projection(centre: tuple[float, float] | None) -> str:
    if centre is None:
        return "+proj=eqearth +lon_0=0 +datum=WGS84 +units=m"
    return f"+proj=laea +lon_0={centre[0]} +lat_0={centre[1]} +datum=WGS84 +units=m"


def _visible_land(centre: tuple[float, float] | None) -> gpd.GeoSeries:
    """Land within the horizon of the projection, cut there so that nothing is torn around the globe."""
    land = load_land("110m").geometry
    if centre is None:
        return land.to_crs(_projection(None))
    azimuthal = f"+proj=aeqd +lon_0={centre[0]} +lat_0={centre[1]} +datum=WGS84"
    horizon = shapely.Point(0, 0).buffer(np.radians(_HORIZON_DEG) * EARTH_RADIUS_KM * 1000, quad_segs=64)
    pieces = shapely.segmentize(shapely.get_parts(land.to_numpy(dtype=object)), 2.0)
    around = gpd.GeoSeries(pieces, crs=LONLAT_CRS).to_crs(azimuthal)
    kept = shapely.intersection(shapely.make_valid(around.to_numpy(dtype=object)), horizon)
    return gpd.GeoSeries(kept[~shapely.is_empty(kept)], crs=azimuthal).to_crs(_projection(centre))


def _classify(values: pd.Series, classes: Sequence[DrawnClass]) -> pd.Series:
    """Give the number of the class of each value; -1 where there is none, as of a quantity of 0."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    places = pd.Series(-1, index=values.index, dtype=int)
    for number, drawn in enumerate(classes):
        places[numbers.between(drawn.low, drawn.high)] = number
    return places


def _width(drawn: DrawnClass) -> float:
    return _WIDTHS[0] + (_WIDTHS[1] - _WIDTHS[0]) * drawn.strength


def _colour(drawn: DrawnClass) -> tuple[float, float, float]:
    red, green, blue = drawn.colour
    return red / 255, green / 255, blue / 255


def draw_print_map(
    cities: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    value: str | Measure,
    *,
    centre: tuple[float, float] | None = None,
    lang: Literal["en", "zh"] = "en",
    over: pd.Series | None = None,
    ax: Any = None,
) -> Any:
    """Draw corridors for print.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with `name` and `name_zh`.
    corridors
        Corridors with their lines and the column `value`; those without a value are drawn thin and grey.
    value
        What is drawn: a measure, or a column whose meaning `geobri.measures.infer_measure` takes from its numbers.
    centre
        Longitude and latitude of the middle of the projection; the middle of the cities by default.
    lang
        Language of the names; Chinese needs a font that has it.
    over
        The numbers over which the classes are made, such as those of all years; the column itself by default.
    ax
        Matplotlib axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    SchemaError
        If there is no such column, or it holds neither ranks nor numbers.
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    Lambert azimuthal equal-area, or Equal Earth where the cities lie all around the globe, so that areas compare truly; strong lines lie over weak ones. Classes and colours are those of the map on the page, and
    the legend below the map names them.
    """
    measure = _check(value, corridors)
    need_matplotlib("draw_print_map")
    ax = new_axes(ax, size=(9, 6.4))
    centre = centre or _find_centre(cities)
    crs = _projection(centre)
    _visible_land(centre).plot(ax=ax, color="#eceae4", edgecolor="#d5d2c8", linewidth=0.4, zorder=0)
    values = corridors[measure.column]
    classes = drawn_classes(values, measure, over=over)
    lines = corridors.assign(of_class=_classify(values, classes)).to_crs(crs)
    thin = thin_lines(len(lines))
    unknown = lines[lines["of_class"] < 0]
    if len(unknown):
        unknown.plot(ax=ax, color=_NEUTRAL, linewidth=0.25 * thin, alpha=0.5, zorder=1)
    for number, drawn in enumerate(classes):
        own: Any = lines[lines["of_class"] == number]
        look = {"color": _colour(drawn), "linewidth": _width(drawn) * thin}
        own.plot(ax=ax, **look, zorder=2 + drawn.strength / 2, capstyle="round")
    _frame(ax, cities.to_crs(crs))
    _draw_cities(ax, cities.to_crs(crs), lang)
    _draw_legend(ax, measure, classes, bare=values[lines["of_class"] < 0], lang=lang)
    return ax


def _check(value: str | Measure, corridors: gpd.GeoDataFrame) -> Measure:
    """Find what is drawn: a column that is there and holds ranks or numbers."""
    measure = as_measure(value, corridors, of="corridors")
    if measure.column not in corridors.columns:
        wanted, came = f"corridors need the column '{measure.column}'", f"{list(corridors.columns)}"
        raise SchemaError(mould("draw_print_map", wanted, came, "Name one of them"))
    if not (measure.is_rank or measure.is_number):
        wanted = f"'{measure.column}' must hold ranks or numbers"
        raise SchemaError(mould("draw_print_map", wanted, f"a {measure.kind}", "Choose another column"))
    return measure


def _draw_legend(
    ax: Any, measure: Measure, classes: Sequence[DrawnClass], *, bare: pd.Series, lang: Literal["en", "zh"]
) -> None:
    """Show what width and colour mean, the strongest class first, below the map; and what is drawn thin and grey."""
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=_colour(drawn), linewidth=_width(drawn), label=name_class(drawn).say(lang))
        for drawn in reversed(classes)
    ]
    empty = int(bare.isna().sum())
    for count, words in ((len(bare) - empty, _NONE), (empty, _MISSING)):
        if count:
            label = f"{words.say(lang)} ({count:,})"
            lines.append(Line2D([], [], color=_NEUTRAL, linewidth=0.5, label=label))
    unit = measure.unit_zh if lang == "zh" else measure.unit
    title = (measure.label_zh if lang == "zh" else measure.label) + (f" ({unit})" if unit else "")
    columns = len(lines) if ax.figure.get_figwidth() >= _WIDE else 3
    if ax.figure.axes == [ax]:
        rows = 1.5 + math.ceil(len(lines) / columns)
        ax.figure.set_figheight(ax.figure.get_figheight() + _LINE_IN * rows)
    ax.legend(
        handles=lines,
        title=title,
        loc="upper left",
        bbox_to_anchor=(0, -0.01),
        ncols=columns,
        alignment="left",
        frameon=False,
        handlelength=1.6,
        columnspacing=1.2,
        borderaxespad=0,
    )


def _draw_cities(ax: Any, cities: gpd.GeoDataFrame, lang: str) -> None:
    x, y = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    ax.scatter(x, y, s=14, color="#1c2733", edgecolor="white", linewidth=0.7, zorder=3)
    names = cities["name_zh"].fillna(cities["name"]) if lang == "zh" else cities["name"]
    _place_labels(ax, np.column_stack([x, y]), [str(name) for name in names])


def _frame(ax: Any, cities: gpd.GeoDataFrame) -> None:
    """Frame the cities with some room for their names; a figure of the map alone gets the height that it needs."""
    x, y = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    margin = _MARGIN * max(float(np.ptp(x)), float(np.ptp(y)), 1e6)
    ax.set_xlim(x.min() - margin, x.max() + margin)
    ax.set_ylim(y.min() - margin, y.max() + margin)
    ax.set_axis_off()
    ax.set_anchor("N")
    ax.set_xlabel("")
    ax.set_ylabel("")
    if ax.figure.axes == [ax]:
        shape = (float(np.ptp(y)) + 2 * margin) / (float(np.ptp(x)) + 2 * margin)
        ax.figure.set_figheight(ax.figure.get_figwidth() * min(shape, _HIGHEST))


def _place_labels(ax: Any, places: Any, names: list[str]) -> None:
    """Write each name beside its city where it meets no other name and no other city; else leave it out."""
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    pixels = ax.transData.transform(places)
    taken: list[Any] = []
    frame = ax.get_window_extent(renderer)
    for at, name in enumerate(names):
        for dx, dy, across, down in _ANCHORS:
            text = ax.annotate(
                name,
                places[at],
                xytext=(dx, dy),
                textcoords="offset points",
                ha=across,
                va=down,
                fontsize=6.5,
                zorder=4,
                parse_math=False,
            )
            box = text.get_window_extent(renderer).padded(1)
            others = np.delete(pixels, at, axis=0)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            on_city = ((others > box.min) & (others < box.max)).all(axis=1).any()
            if inside and not on_city and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
