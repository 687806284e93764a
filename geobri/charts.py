"""Charts from plain numbers: points, groups, intervals, curves, ranks; matplotlib is loaded only when one is drawn.

Every function takes axes, or opens new ones, and returns them. What the numbers mean stands above: results of tests and of
indices draw themselves with these, and so do the figures for print.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geobri.errors import MissingExtraError

__all__ = [
    "BLUE",
    "GREY",
    "PALE",
    "RED",
    "TONES",
    "draw_course",
    "draw_distribution",
    "draw_groups",
    "draw_intervals",
    "draw_points",
    "draw_ranks",
    "draw_stacks",
    "need_matplotlib",
    "new_axes",
    "use_colours",
]

BLUE: Final = "#31688e"
PALE: Final = "#9fb4c7"
RED: Final = "#b5403c"
GREY: Final = "#8d979f"
TONES: Final = ("#1f78b4", "#d95f02", "#1b9e77", "#8a5fb0", "#a6761d", "#c2408d")
_CROWD: Final = 4000
"""More points than these are drawn as a density."""
_SMALL: Final = 6
_ROW: Final = 0.145
"""Inches that a row with its name needs."""
_ROOM: Final = 0.08

_COLOURS: ContextVar[tuple[str, str]] = ContextVar("colours", default=(BLUE, RED))
"""What data and what stands out are drawn in."""

Numbers = npt.ArrayLike


@contextmanager
def use_colours(main: str = BLUE, accent: str = RED) -> Iterator[None]:
    """Draw in other colours for a while.

    Parameters
    ----------
    main, accent
        What data, and what stands out, are drawn in.

    Yields
    ------
    None
        While it lasts.
    """
    token = _COLOURS.set((main, accent))
    try:
        yield
    finally:
        _COLOURS.reset(token)


def need_matplotlib(caller: str) -> Any:
    """Give matplotlib, or say which extra brings it.

    Parameters
    ----------
    caller
        Who needs it.

    Returns
    -------
    module
        `matplotlib`, with a backend that needs no screen if none was chosen.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import matplotlib as mpl
        import matplotlib.pyplot  # noqa: ICN001 - a half of it is as good as none
    except ImportError as error:
        raise MissingExtraError(
            f"{caller}: needs matplotlib. Install it with: pip install 'geobri[plots]'."
        ) from error
    return mpl


def new_axes(ax: Any = None, *, size: tuple[float, float] | None = None) -> Any:
    """Give axes to draw into.

    Parameters
    ----------
    ax
        Axes that are there already; they are given back.
    size
        Width and height of new ones in inches; matplotlib's own by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    need_matplotlib("plot")
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=size, layout="constrained")[1]


def _make_room(ax: Any, inches: float) -> None:
    """Make a figure of a single chart as high as its rows need."""
    if ax.figure.axes == [ax] and ax.figure.get_figheight() < inches:
        ax.figure.set_figheight(inches)


def _rule(ax: Any, *, x: float | None = None, y: float | None = None) -> None:
    """Draw a line of reference."""
    look: dict[str, Any] = {"color": GREY, "linewidth": 0.8, "linestyle": ":", "zorder": 0}
    if x is not None:
        ax.axvline(x, **look)
    if y is not None:
        ax.axhline(y, **look)


def _only_whole(axis: Any) -> None:
    """Print whole numbers alone beside an axis of ranks."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, nbins=7))


def draw_points(
    x: Numbers,
    y: Numbers,
    *,
    x_label: str = "",
    y_label: str = "",
    names: Mapping[int, str] | None = None,
    strong: Sequence[int] = (),
    line: tuple[Numbers, Numbers] | None = None,
    band: tuple[Numbers, Numbers] | None = None,
    cross: tuple[float, float] | None = None,
    quadrants: Sequence[tuple[str, str]] = (),
    ranks: bool = False,
    ax: Any = None,
) -> Any:
    """Draw points over two axes, many of them as a density, with a curve and its band where there are any.

    Parameters
    ----------
    x, y
        The points.
    x_label, y_label
        What the axes show.
    names
        Names of some points by their number; those that would meet another name are left out.
    strong
        Numbers of the points that stand out.
    line
        Places of a curve.
    band
        Lower and upper ends around the curve.
    cross
        Where two lines of reference cross.
    quadrants
        Words in the left and right corners, above and below the cross.
    ranks
        Both axes are ranks: the best is on the right and at the top.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    main, accent = _COLOURS.get()
    ax = new_axes(ax)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if cross is not None:
        _rule(ax, x=cross[0], y=cross[1])
    if len(x) > _CROWD:
        ax.hexbin(x, y, gridsize=60, bins="log", cmap="Blues", mincnt=1, linewidths=0)
    else:
        ax.scatter(x, y, s=11, color=main, alpha=0.6, linewidth=0)
    if len(strong):
        ax.scatter(x[list(strong)], y[list(strong)], s=16, color=accent, linewidth=0)
    if line is not None:
        if band is not None:
            ax.fill_between(line[0], band[0], band[1], color=accent, alpha=0.16, linewidth=0)
        ax.plot(line[0], line[1], color=accent, linewidth=1.4)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    if ranks:
        ax.invert_xaxis()
        ax.invert_yaxis()
        _only_whole(ax.xaxis)
        _only_whole(ax.yaxis)
    corners: list[Any] = []
    for (left, right), height, side in zip(quadrants, (0.98, 0.02), ("top", "bottom"), strict=False):
        for text, place, end in ((left, 0.02, "left"), (right, 0.98, "right")):
            look: dict[str, Any] = {"transform": ax.transAxes, "fontsize": _SMALL, "color": GREY}
            corners.append(ax.text(place, height, text, ha=end, va=side, **look))
    _write_names(ax, x, y, names or {}, corners)
    return ax


def _write_names(ax: Any, x: Any, y: Any, names: Mapping[int, str], corners: Sequence[Any]) -> None:
    """Write names beside their points, inside the axes, those left out that would meet another."""
    if not names:
        return
    ax.figure.canvas.draw()
    renderer, frame = ax.figure.canvas.get_renderer(), ax.get_window_extent()
    taken = [text.get_window_extent(renderer) for text in corners]
    for at, name in names.items():
        for side, end in ((1, "left"), (-1, "right")):
            text = ax.annotate(
                name,
                (x[at], y[at]),
                xytext=(4 * side, 0),
                textcoords="offset points",
                ha=end,
                va="center",
                fontsize=_SMALL,
            )
            box = text.get_window_extent(renderer)
            inside = box.x0 >= frame.x0 and box.x1 <= frame.x1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def draw_groups(
    groups: Mapping[str, Sequence[float]], *, x_label: str = "", best_is_low: bool = False, ax: Any = None
) -> Any:
    """Draw the members of each group as dots with the median of the group.

    Parameters
    ----------
    groups
        Values of each group by its name, from top to bottom.
    x_label
        What the axis shows.
    best_is_low
        Turn the axis, so that the better end is on the right.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    main, accent = _COLOURS.get()
    ax = new_axes(ax, size=(6.4, 1.2 + 0.9 * len(groups)))
    for at, values in enumerate(groups.values()):
        numbers = np.sort(np.asarray(values, dtype=float))
        shift = 0.09 * (np.arange(len(numbers)) % 5 - 2)  # neighbours on the axis do not hide each other
        ax.scatter(numbers, at + shift, s=12, color=main, alpha=0.6, linewidth=0)
        if len(numbers):
            ax.plot([np.median(numbers)] * 2, [at - 0.32, at + 0.32], color=accent, linewidth=1.6)
    ax.set_yticks(range(len(groups)), [f"{name} ({len(values)})" for name, values in groups.items()])
    ax.set_ylim(len(groups) - 0.5, -0.5)
    if best_is_low:
        ax.invert_xaxis()
    ax.set_xlabel(x_label)
    return ax


def draw_intervals(
    labels: Sequence[str],
    low: Numbers,
    high: Numbers,
    point: Numbers | None = None,
    *,
    x_label: str = "",
    reference: float | None = None,
    breaks: Sequence[int] = (),
    chance: tuple[Numbers, Numbers] | None = None,
    whole: bool = False,
    ax: Any = None,
) -> Any:
    """Draw one horizontal interval with a point for every row.

    Parameters
    ----------
    labels
        Rows from the top of the chart down.
    low, high
        Ends of the intervals; NaN for none.
    point
        The estimates; missing ones are not drawn.
    x_label
        What the axis shows.
    reference
        Where a line of no effect stands.
    breaks
        Rows above which a line parts those above from those below.
    chance
        Ends of what chance alone gives for each row, as a paler band.
    whole
        The axis counts, as ranks do.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes(ax, size=(7.0, 1.0 + 0.26 * min(len(labels), 60)))
    _make_room(ax, 0.5 + _ROW * len(labels))
    place = np.arange(len(labels))
    if reference is not None:
        _rule(ax, x=reference)
    if chance is not None:
        ax.hlines(place, chance[0], chance[1], color="#d9dee2", linewidth=9)
    ax.hlines(place, low, high, color=PALE, linewidth=4)
    if point is not None:
        ax.plot(np.asarray(point, dtype=float), place, "o", color="#1f3b57", markersize=4)
    for row in breaks:
        ax.axhline(row - 0.5, color=GREY, linewidth=0.8)
    ax.set_yticks(place, list(labels))
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlabel(x_label)
    ax.ticklabel_format(axis="x", style="plain", useOffset=False)
    if whole:
        _only_whole(ax.xaxis)
    return ax


def draw_course(
    x: Numbers,
    y: Numbers,
    low: Numbers,
    high: Numbers,
    *,
    x_label: str = "",
    y_label: str = "",
    reference: float | None = None,
    marked: tuple[float, str] | None = None,
    logarithmic: bool = False,
    ax: Any = None,
) -> Any:
    """Draw estimates along an axis as a curve with the band of their intervals.

    Parameters
    ----------
    x, y, low, high
        Places, estimates, and the ends of their intervals.
    x_label, y_label
        What the axes show.
    reference
        Height of a line of no effect.
    marked
        Height and name of a further line.
    logarithmic
        Whether equal ratios of x are equally far apart.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    main, accent = _COLOURS.get()
    ax = new_axes(ax)
    if reference is not None:
        _rule(ax, y=reference)
    ax.fill_between(x, low, high, color=main, alpha=0.18, linewidth=0)
    ax.plot(x, y, color=main, marker="o", markersize=3, linewidth=1.2)
    if marked is not None:
        ax.axhline(marked[0], color=accent, linewidth=1.1, label=marked[1])
        ax.legend(frameon=False)
    if logarithmic:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:,g}")
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def draw_ranks(
    names: Sequence[str], years: Sequence[int], ranks: Sequence[Sequence[float]], *, ax: Any = None
) -> Any:
    """Draw ranks over the years: a line each, the first at the top, named where it ends.

    Parameters
    ----------
    names
        Who they are.
    years
        In increasing order.
    ranks
        The ranks of each over the years; NaN where there is none.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = new_axes(ax, size=(6.4, 1.0 + 0.22 * len(names)))
    _make_room(ax, 0.5 + _ROW * len(names))
    for at, (name, row) in enumerate(zip(names, ranks, strict=True)):
        tone = TONES[at % len(TONES)]
        ax.plot(years, row, color=tone, marker="o", markersize=2.5, linewidth=1.2)
        if math.isfinite(row[-1]):
            ax.annotate(
                f"{row[-1]:.0f} {name}",
                (years[-1], row[-1]),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=_SMALL,
            )
    span = years[-1] - years[0]
    ax.set_xlim(years[0] - 0.03 * span, years[-1] + 0.03 * span)
    ax.invert_yaxis()
    _only_whole(ax.yaxis)
    _only_whole(ax.xaxis)
    return ax


def draw_distribution(
    values: Numbers,
    observed: float,
    *,
    x_label: str = "",
    y_label: str = "",
    name: str = "",
    ax: Any = None,
) -> Any:
    """Draw what chance alone gives, with what was observed.

    Parameters
    ----------
    values
        Statistics under the null.
    observed
        The observed one.
    x_label, y_label
        What the axes show.
    name
        What the line of the observed statistic is called.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    accent = _COLOURS.get()[1]
    ax = new_axes(ax)
    drawn = np.asarray(values, dtype=float)
    ax.hist(drawn[np.isfinite(drawn)], bins=36, color=PALE)
    ax.axvline(observed, color=accent, linewidth=1.6, label=name)
    if name:
        ax.legend(frameon=False)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    return ax


def draw_stacks(
    labels: Sequence[str],
    lengths: Sequence[Sequence[float]],
    *,
    parts: Sequence[str] = (),
    said: Sequence[str] = (),
    x_label: str = "",
    ax: Any = None,
) -> Any:
    """Draw bars under each other, each in one part or several.

    Parameters
    ----------
    labels
        Bars from the top of the chart down.
    lengths
        The parts of each, 0 or more.
    parts
        What the parts are called, the darkest first; none for bars of one part.
    said
        What stands behind each bar.
    x_label
        What the axis shows.
    ax
        Axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    main = _COLOURS.get()[0]
    ax = new_axes(ax, size=(7.0, 1.0 + 0.26 * min(len(labels), 60)))
    _make_room(ax, 0.8 + _ROW * len(labels))
    place, start = np.arange(len(labels)), np.zeros(len(labels))
    most = max((len(row) for row in lengths), default=0)
    for part in range(most):
        length = np.array([row[part] if part < len(row) else 0.0 for row in lengths])
        shade = 0.95 if most == 1 else 0.95 - 0.7 * part / (most - 1)
        name = parts[part] if part < len(parts) else None
        ax.barh(place, length, left=start, height=0.7, color=main, alpha=shade, label=name)
        start += length
    for at, text in enumerate(said):
        ax.annotate(
            text, (start[at], at), xytext=(3, 0), textcoords="offset points", va="center", fontsize=_SMALL
        )
    ax.set_yticks(place, list(labels))
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.margins(x=0.12)
    ax.set_xlim(left=0)
    ax.set_xlabel(x_label)
    if parts:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(parts), frameon=False, borderaxespad=0)
    return ax
