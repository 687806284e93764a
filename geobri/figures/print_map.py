"""The corridor map for print: Lambert azimuthal equal-area, vector lines, no tiles."""

from __future__ import annotations

from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.boundaries import load_land
from geobri.errors import SchemaError, mould
from geobri.figures.saving import need_matplotlib
from geobri.measures import Measure, as_measure
from geobri.units import EARTH_RADIUS_KM, LONLAT_CRS

__all__ = ["draw_print_map"]

_CENTRE: Final = (70.0, 35.0)
_WIDTHS: Final = (0.4, 3.2)
_MARGIN: Final = 0.06
_HORIZON_DEG: Final = 100.0
_ANCHORS: Final = (
    (4, 0, "left", "center"),
    (-4, 0, "right", "center"),
    (0, 4, "center", "bottom"),
    (0, -4, "center", "top"),
    (4, 4, "left", "bottom"),
    (-4, -4, "right", "top"),
)
"""Where a name may stand beside its city, in points, best first."""


def _projection(centre: tuple[float, float]) -> str:
    lon, lat = centre
    return f"+proj=laea +lon_0={lon} +lat_0={lat} +datum=WGS84 +units=m"


def _visible_land(centre: tuple[float, float]) -> gpd.GeoSeries:
    """Land within the horizon of the projection, cut there so that nothing is torn around the globe."""
    land = load_land("110m").geometry
    azimuthal = f"+proj=aeqd +lon_0={centre[0]} +lat_0={centre[1]} +datum=WGS84"
    horizon = shapely.Point(0, 0).buffer(np.radians(_HORIZON_DEG) * EARTH_RADIUS_KM * 1000, quad_segs=64)
    pieces = shapely.segmentize(shapely.get_parts(land.to_numpy(dtype=object)), 2.0)
    around = gpd.GeoSeries(pieces, crs=LONLAT_CRS).to_crs(azimuthal)
    kept = shapely.intersection(shapely.make_valid(around.to_numpy(dtype=object)), horizon)
    return gpd.GeoSeries(kept[~shapely.is_empty(kept)], crs=azimuthal).to_crs(_projection(centre))


def _strengths(values: pd.Series, *, is_rank: bool) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    span = numbers.max() - numbers.min()
    share = (numbers - numbers.min()) / (span if span > 0 else 1.0)
    return 1 - share if is_rank else share


def draw_print_map(
    cities: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    value: str | Measure,
    *,
    centre: tuple[float, float] = _CENTRE,
    lang: Literal["en", "zh"] = "en",
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
        Longitude and latitude of the middle of the projection.
    lang
        Language of the names; Chinese needs a font that has it.
    ax
        Matplotlib axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    SchemaError
        If there is no such column.
    MissingExtraError
        If matplotlib is not installed.

    Notes
    -----
    Lambert azimuthal equal-area, so that areas compare truly; strong lines lie over weak ones, width is linear in strength.
    """
    measure = as_measure(value, corridors, of="corridors")
    if measure.column not in corridors.columns:
        raise SchemaError(
            mould(
                "draw_print_map",
                f"corridors need the column '{measure.column}'",
                f"{list(corridors.columns)}",
                "Name one of them",
            )
        )
    mpl = need_matplotlib("draw_print_map")
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(figsize=(9, 6.4))[1]
    crs = _projection(centre)
    _visible_land(centre).plot(ax=ax, color="#eceae4", edgecolor="#d5d2c8", linewidth=0.4, zorder=0)
    strength = _strengths(corridors[measure.column], is_rank=measure.direction < 0)
    ordered = (
        corridors.assign(strength=strength)
        .to_crs(crs)
        .sort_values("strength", na_position="first", kind="stable")
    )
    unknown, known = ordered[ordered["strength"].isna()], ordered[ordered["strength"].notna()]
    if len(unknown):
        unknown.plot(ax=ax, color="#9aa3ab", linewidth=0.25, alpha=0.5, zorder=1)
    if len(known):
        _draw_known(ax, known, mpl.colormaps["viridis_r"])
    _draw_cities(ax, cities.to_crs(crs), lang)
    return ax


def _draw_known(ax: Any, known: gpd.GeoDataFrame, ramp: Any) -> None:
    """Strong lines over weak ones, width linear in strength, the pale end of the ramp left out."""
    share = known["strength"].to_numpy(dtype=float)
    widths = _WIDTHS[0] + (_WIDTHS[1] - _WIDTHS[0]) * share
    plot: Any = known.plot
    plot(ax=ax, color=ramp(0.25 + 0.75 * share), linewidth=widths, zorder=2, capstyle="round")


def _draw_cities(ax: Any, cities: gpd.GeoDataFrame, lang: str) -> None:
    x, y = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    margin = _MARGIN * max(float(np.ptp(x)), float(np.ptp(y)), 1e6)
    ax.set_xlim(x.min() - margin, x.max() + margin)
    ax.set_ylim(y.min() - margin, y.max() + margin)
    ax.set_axis_off()
    ax.scatter(x, y, s=14, color="#1c2733", edgecolor="white", linewidth=0.7, zorder=3)
    names = cities["name_zh"].fillna(cities["name"]) if lang == "zh" else cities["name"]
    _place_labels(ax, np.column_stack([x, y]), [str(name) for name in names])


def _place_labels(ax: Any, places: Any, names: list[str]) -> None:
    """Write each name beside its city where it meets no other name and no other city; else leave it out."""
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    pixels = ax.transData.transform(places)
    taken: list[Any] = []
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
            on_city = ((others > box.min) & (others < box.max)).all(axis=1).any()
            if not on_city and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
