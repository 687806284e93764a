"""Charts of finished results, one function each; matplotlib is loaded only when one is drawn."""

from __future__ import annotations

import html
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.charts import PALE, RED, new_axes
from geobri.fonts import use_letters
from geobri.words import Words

__all__ = ["draw_effects", "draw_slopes", "to_html"]

POINT_COLOUR = "#1f3b57"
RISE_COLOUR = "#2a7f62"
_CHOICES: Final = {
    "normaliser": Words("normaliser", "均一化方法"),
    "aggregator": Words("aggregator", "合成方法"),
    "variant": Words("variant", "方案"),
    "weights": Words("weights", "权重"),
    "left out": Words("left out", "略去的部分"),
}
"""Choices as they are called unless their maker calls them otherwise."""
_EFFECTS: Final = {"first": Words("first", "一阶"), "total": Words("total", "总计")}


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


def draw_effects(table: pd.DataFrame, *, lang: Literal["en", "zh"] = "en", ax: Any = None) -> Any:
    """Draw first and total effects side by side, with their intervals.

    Parameters
    ----------
    table
        Rows of one output: `choice, first, first_lower, first_upper, total, total_lower, total_upper`.
    lang
        Language of the labels.
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
    place = np.arange(len(table))
    with use_letters(lang):
        ax = _axes(ax, 2 * len(table))
        for name, shift, colour in (("first", -0.18, PALE), ("total", 0.18, POINT_COLOUR)):
            ax.barh(place + shift, table[name], height=0.34, color=colour, label=_EFFECTS[name].say(lang))
            ax.hlines(
                place + shift, table[f"{name}_lower"], table[f"{name}_upper"], color="#444444", linewidth=1.2
            )
        ax.set_yticks(
            place, [_CHOICES.get(name, Words(name)).say(lang) for name in map(str, table["choice"])]
        )
        ax.invert_yaxis()
        ax.set_xlabel(Words("share of the variance", "占方差的比例").say(lang))
        ax.legend(frameon=False)
    return ax


def draw_slopes(
    table: pd.DataFrame, names: tuple[str, str], *, lang: Literal["en", "zh"] = "en", ax: Any = None
) -> Any:
    """Draw a line per city from its rank in one ranking to its rank in the other.

    Parameters
    ----------
    table
        Index is the city; columns `relative_first, relative_second, shift`; missing rows are left out.
    names
        What the two rankings are called.
    lang
        Language of the labels.
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
    with use_letters(lang):
        ax = _axes(ax, len(common))
        for first, second, shift in zip(
            common["relative_first"], common["relative_second"], common["shift"], strict=True
        ):
            colour = PALE if shift == 0 else RISE_COLOUR if shift > 0 else RED
            ax.plot([0, 1], [first, second], color=colour, linewidth=1.4)
        for at, side, align in ((-0.03, "first", "right"), (1.03, "second", "left")):
            for place, cities in common.groupby(f"relative_{side}", observed=True).groups.items():
                ax.text(at, place, ", ".join(map(str, cities)), ha=align, va="center", fontsize=8)
        ax.set_xticks([0, 1], list(names))
        ax.set_xlim(-0.6, 1.6)
        ax.invert_yaxis()
        ax.set_ylabel(Words("rank among common cities", "共有城市中的名次").say(lang))
    return ax
