"""Charts of rows under each other: intervals, and bars of one part or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geobri.charts.sheet import (
    COLOURS,
    GREY,
    PALE,
    ROW,
    SMALL,
    Numbers,
    make_room,
    new_axes,
    only_whole,
    rule,
)

__all__ = ["draw_intervals", "draw_stacks"]


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
    make_room(ax, 0.5 + ROW * len(labels))
    place = np.arange(len(labels))
    if reference is not None:
        rule(ax, x=reference)
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
        only_whole(ax.xaxis)
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
    main = COLOURS.get()[0]
    ax = new_axes(ax, size=(7.0, 1.0 + 0.26 * min(len(labels), 60)))
    make_room(ax, 0.8 + ROW * len(labels))
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
            text, (start[at], at), xytext=(3, 0), textcoords="offset points", va="center", fontsize=SMALL
        )
    ax.set_yticks(place, list(labels))
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.margins(x=0.12)
    ax.set_xlim(left=0)
    ax.set_xlabel(x_label)
    if all(float(length).is_integer() for row in lengths for length in row):
        ax.xaxis.get_major_locator().set_params(integer=True)  # nothing counted has halves
    if parts:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(parts), frameon=False, borderaxespad=0)
    return ax
