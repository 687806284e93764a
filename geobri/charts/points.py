"""Charts of points: over two axes, in groups, and what chance alone gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from geobri.charts.sheet import COLOURS, GREY, PALE, SMALL, Numbers, new_axes, only_whole, rule

__all__ = ["draw_distribution", "draw_groups", "draw_points"]

_CROWD: Final = 4000
"""More points than these are drawn as a density."""


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
    main, accent = COLOURS.get()
    ax = new_axes(ax)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if cross is not None:
        rule(ax, x=cross[0], y=cross[1])
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
        only_whole(ax.xaxis)
        only_whole(ax.yaxis)
    corners: list[Any] = []
    for (left, right), height, side in zip(quadrants, (0.98, 0.02), ("top", "bottom"), strict=False):
        for text, place, end in ((left, 0.02, "left"), (right, 0.98, "right")):
            look: dict[str, Any] = {"transform": ax.transAxes, "fontsize": SMALL, "color": GREY}
            corners.append(ax.text(place, height, text, ha=end, va=side, **look))
    _write_names(ax, x, y, names or {}, corners)
    return ax


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
    main, accent = COLOURS.get()
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
    accent = COLOURS.get()[1]
    ax = new_axes(ax)
    drawn = np.asarray(values, dtype=float)
    ax.hist(drawn[np.isfinite(drawn)], bins=36, color=PALE)
    ax.axvline(observed, color=accent, linewidth=1.6, label=name)
    if name:
        ax.legend(frameon=False)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
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
                fontsize=SMALL,
            )
            box = text.get_window_extent(renderer)
            inside = box.x0 >= frame.x0 and box.x1 <= frame.x1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
