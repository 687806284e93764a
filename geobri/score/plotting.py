"""Charts of finished results, one function each; matplotlib is loaded only when one is drawn."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import pandas as pd

from geobri.charts import PALE, RED, new_axes

__all__ = ["draw_effects", "draw_slopes", "to_html"]

POINT_COLOUR = "#1f3b57"
RISE_COLOUR = "#2a7f62"


def _axes(ax: Any, n: int) -> Any:
    return new_axes(ax, size=(7.0, 1.0 + 0.26 * min(n, 60)))


def to_html(summary: str, table: pd.DataFrame) -> str:
    """Show a result in a notebook: its sentence and its table.

    Parameters
    ----------
    summary
        The sentence.
    table
        The table; long ones are cut by pandas.

    Returns
    -------
    str
        HTML in which text from the table is text.
    """
    return f"<p>{html.escape(summary)}</p>" + str(
        table.to_html(index=False, na_rep="", escape=True, max_rows=30)
    )


def draw_effects(table: pd.DataFrame, *, ax: Any = None) -> Any:
    """Draw first and total effects side by side, with their intervals.

    Parameters
    ----------
    table
        Rows of one output: `choice, first, first_lower, first_upper, total, total_lower, total_upper`.
    ax
        Matplotlib axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    ax = _axes(ax, 2 * len(table))
    place = np.arange(len(table))
    for name, shift, colour in (("first", -0.18, PALE), ("total", 0.18, POINT_COLOUR)):
        ax.barh(place + shift, table[name], height=0.34, color=colour, label=name)
        ax.hlines(
            place + shift, table[f"{name}_lower"], table[f"{name}_upper"], color="#444444", linewidth=1.2
        )
    ax.set_yticks(place, list(map(str, table["choice"])))
    ax.invert_yaxis()
    ax.set_xlabel("share of the variance")
    ax.legend(frameon=False)
    return ax


def draw_slopes(table: pd.DataFrame, names: tuple[str, str], *, ax: Any = None) -> Any:
    """Draw a line per city from its rank in one ranking to its rank in the other.

    Parameters
    ----------
    table
        Index is the city; columns `relative_first, relative_second, shift`; missing rows are left out.
    names
        What the two rankings are called.
    ax
        Matplotlib axes to draw into; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    common = table.dropna(subset=["shift"])
    ax = _axes(ax, len(common))
    for first, second, shift in zip(
        common["relative_first"], common["relative_second"], common["shift"], strict=True
    ):
        colour = PALE if shift == 0 else RISE_COLOUR if shift > 0 else RED
        ax.plot([0, 1], [first, second], color=colour, linewidth=1.4)
    for at, side, align in ((-0.03, "first", "right"), (1.03, "second", "left")):
        for place, cities in common.groupby(f"relative_{side}").groups.items():
            ax.text(at, place, ", ".join(map(str, cities)), ha=align, va="center", fontsize=8)
    ax.set_xticks([0, 1], list(names))
    ax.set_xlim(-0.6, 1.6)
    ax.invert_yaxis()
    ax.set_ylabel("rank among common cities")
    return ax
