"""Charts of courses: estimates along an axis, and ranks over the years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from geobri.charts.sheet import COLOURS, ROW, SMALL, TONES, Numbers, make_room, new_axes, only_whole, rule

__all__ = ["draw_course", "draw_ranks"]


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
    main, accent = COLOURS.get()
    ax = new_axes(ax)
    if reference is not None:
        rule(ax, y=reference)
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
    make_room(ax, 0.5 + ROW * len(names))
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
                fontsize=SMALL,
            )
    span = years[-1] - years[0]
    ax.set_xlim(years[0] - 0.03 * span, years[-1] + 0.03 * span)
    ax.invert_yaxis()
    only_whole(ax.yaxis)
    only_whole(ax.xaxis)
    return ax
