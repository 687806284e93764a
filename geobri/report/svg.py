"""The pen of the drawings: sheets, lines, ticks and texts in both languages, as SVG that takes its colours from the page.

Every text that comes from a user's table is escaped; everything else is a number that geobri formatted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from geobri.words import Words

__all__ = [
    "ACCENT",
    "WIDTH",
    "axis_ticks",
    "join_places",
    "open_sheet",
    "rule",
    "small_text",
    "write_ids",
    "write_text",
]

WIDTH: Final = 640
"""How wide every sheet is; the page scales it."""

ACCENT: Final = "var(--strong)"
"""The colour of what stands out."""


def open_sheet(height: float) -> str:
    """Begin a picture.

    Parameters
    ----------
    height
        Of the sheet, whose width is `WIDTH`.

    Returns
    -------
    str
        The opening tag.
    """
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" xmlns="http://www.w3.org/2000/svg" font-size="12" fill="currentColor" aria-hidden="true">'


def rule(x1: float, x2: float, y1: float, y2: float, *, dashed: bool = False) -> str:
    """Draw a thin line: of a grid, or dashed where it is a reference.

    Parameters
    ----------
    x1, x2, y1, y2
        Its ends.
    dashed
        Whether it is a line of reference.

    Returns
    -------
    str
        The line.
    """
    look = 'stroke-opacity=".55" stroke-dasharray="3 3"' if dashed else 'stroke-opacity=".12"'
    return f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="currentColor" {look}/>'


def small_text(text: str, x: float, y: float, anchor: str) -> str:
    """Write what stands beside a tick.

    Parameters
    ----------
    text
        A number that geobri wrote; it is not escaped.
    x, y, anchor
        Where, and which end stands there.

    Returns
    -------
    str
        The text element.
    """
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill-opacity=".7" font-size="11">{text}</text>'
    )


def join_places(places: Iterable[tuple[float, float]]) -> str:
    """Write the places of a polyline or a polygon.

    Parameters
    ----------
    places
        On the sheet, in their order.

    Returns
    -------
    str
        The value of `points`.
    """
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def axis_ticks(low: float, high: float) -> list[float]:
    """Find about five round numbers between two ends (Heckbert 1990, Nice numbers for graph labels).

    Parameters
    ----------
    low, high
        The ends.

    Returns
    -------
    list of float
        In increasing order.
    """
    if not high > low:
        return [low]
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first = math.ceil(low / step)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def write_text(words: Words, x: float, y: float, anchor: str, *, faint: bool = False) -> str:
    """Write a text in both languages at one place; the page shows the one that the reader chose.

    Parameters
    ----------
    words
        The text; it is escaped.
    x, y, anchor
        Where, and which end stands there.
    faint
        Write it lighter.

    Returns
    -------
    str
        Two text elements.
    """
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"' + (' fill-opacity=".55"' if faint else "")
    return f'<text class="en" {place}>{escape(words.en)}</text><text class="zh" {place}>{escape(words.zh)}</text>'


def write_ids(cities: Sequence[str], corridors: Sequence[str] = ()) -> str:
    """Write which cities and corridors a mark stands for, for the script that links it to the map.

    Parameters
    ----------
    cities, corridors
        Their ids.

    Returns
    -------
    str
        Attributes of an element; nothing for a mark that stands for none.
    """
    named = (("cities", cities), ("corridors", corridors))
    return "".join(f' data-{kind}="{escape(" ".join(ids))}"' for kind, ids in named if ids)
