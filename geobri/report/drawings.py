"""Drawings made from numbers: points with intervals, bounds, bars. SVG that takes its colours from the page.

Every text that comes from a user's table is escaped; everything else is a number that geobri formatted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from geobri.report.model import Drawing
from geobri.report.paper import intervals_on_paper, null_on_paper
from geobri.stats.picturing import OBSERVED
from geobri.words import Words

__all__ = ["Interval", "axis_ticks", "draw_intervals", "draw_null", "write_ids", "write_number", "write_text"]

_WIDTH = 640
_LABEL = 168
_RIGHT = 20
_ROW = 24
_BINS = 36


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a drawing: a label, an interval, and perhaps a point inside it.

    Attributes
    ----------
    label
        What the line is about.
    low, high
        Ends of the interval; NaN for none.
    point
        The estimate; NaN for none.
    cities
        The cities that it is about: it lights up with them.
    """

    label: Words
    low: float
    high: float
    point: float = math.nan
    cities: tuple[str, ...] = ()


def write_number(number: float) -> str:
    """Write a number for an axis or a table: three digits, thousands marked, a true minus, never an exponent.

    Parameters
    ----------
    number
        Any number; NaN gives nothing.

    Returns
    -------
    str
        ``3,330``, ``0.0048``, ``−7.5``.
    """
    if not math.isfinite(number):
        return ""
    if number == 0:
        return "0"
    size = abs(number)
    digits = max(0, 2 - math.floor(math.log10(size)))
    plain = f"{size:,.{min(digits, 8)}f}"
    return ("−" if number < 0 else "") + (plain.rstrip("0").rstrip(".") if "." in plain else plain)


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


def _tick_mark(x: float, number: float, bottom: float) -> str:
    """Draw the line of a round number over all rows, and the number under it."""
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="{bottom}" stroke="currentColor" stroke-opacity=".12"/>'
        f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" fill-opacity=".7" font-size="11">{write_number(number)}</text>'
    )


def draw_intervals(
    rows: Sequence[Interval],
    *,
    axis: Words,
    caption: Words,
    reference: float | None = None,
    breaks: Sequence[int] = (),
    statistics: Words | None = None,
    limits: Words | None = None,
) -> Drawing:
    """Draw intervals under each other on one axis.

    Parameters
    ----------
    rows
        Lines from top to bottom.
    axis
        What the axis shows.
    caption
        Caption of the drawing.
    reference
        Where to draw a line of no effect.
    breaks
        Rows above which a line is drawn.
    statistics, limits
        The line of statistics under the picture, and what it cannot show.

    Returns
    -------
    Drawing
        The SVG, with every number in its text alternative.
    """
    numbers = [number for row in rows for number in (row.low, row.high, row.point) if math.isfinite(number)]
    numbers += [] if reference is None else [reference]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    ticks = axis_ticks(low, high)
    pad = 0.04 * (high - low) or 0.5
    low, high = low - pad, high + pad
    height = 14 + _ROW * len(rows) + 44

    def x(number: float) -> float:
        return _LABEL + (number - low) / (high - low) * (_WIDTH - _LABEL - _RIGHT)

    bottom = 10 + _ROW * len(rows)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" font-size="12" fill="currentColor" aria-hidden="true">'
    ]
    parts += [_tick_mark(x(tick), tick, bottom) for tick in ticks]
    if reference is not None:
        parts.append(
            f'<line x1="{x(reference):.1f}" x2="{x(reference):.1f}" y1="4" y2="{bottom}" stroke="currentColor" stroke-opacity=".55" stroke-dasharray="3 3"/>'
        )
    parts += [
        f'<line x1="8" x2="{_WIDTH - _RIGHT}" y1="{10 + _ROW * at}" y2="{10 + _ROW * at}" stroke="currentColor" stroke-opacity=".6"/>'
        for at in breaks
    ]
    for at, row in enumerate(rows):
        y = 10 + _ROW * (at + 0.5)
        parts.append(f'<g class="row"{write_ids(row.cities)}>' if row.cities else "<g>")
        parts.append(write_text(row.label, _LABEL - 12, y + 4, "end"))
        if math.isfinite(row.low) and math.isfinite(row.high):
            parts.append(
                f'<line x1="{x(row.low):.1f}" x2="{x(row.high):.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--bar)" stroke-width="5" stroke-opacity=".45" stroke-linecap="round"/>'
            )
        if math.isfinite(row.point):
            parts.append(
                f'<circle cx="{x(row.point):.1f}" cy="{y:.1f}" r="4.5" fill="var(--bar)" stroke="var(--card)" stroke-width="1.5"/>'
            )
        parts.append("</g>")
    parts.append(write_text(axis, (_LABEL + _WIDTH - _RIGHT) / 2, bottom + 34, "middle"))
    parts.append("</svg>")
    said = "; ".join(f"{row.label.en}: {_say(row)}" for row in rows)
    said_zh = "；".join(f"{row.label.zh}：{_say(row)}" for row in rows)
    alternative = Words(f"{axis.en}. {said}", f"{axis.zh}。{said_zh}")
    paper = intervals_on_paper(rows, axis, reference=reference, breaks=breaks)
    return Drawing("".join(parts), alternative, caption, statistics, limits, paper)


def _say(row: Interval) -> str:
    span = (
        f"{write_number(row.low)} – {write_number(row.high)}"
        if math.isfinite(row.low) and math.isfinite(row.high)
        else ""
    )
    return " ".join(
        part
        for part in (write_number(row.point) if math.isfinite(row.point) else "", f"[{span}]" if span else "")
        if part
    )


def draw_null(values: Sequence[float], observed: float, *, axis: Words, caption: Words) -> Drawing:
    """Draw what chance alone gives, with what was observed.

    Parameters
    ----------
    values
        Statistics under the null model.
    observed
        The observed statistic.
    axis
        What the axis shows.
    caption
        Caption of the drawing.

    Returns
    -------
    Drawing
        A histogram with a marked line.
    """
    known = [value for value in values if math.isfinite(value)]
    low, high = min([*known, observed]), max([*known, observed])
    span = (high - low) or 1.0
    counts = [0] * _BINS
    for value in known:
        counts[min(_BINS - 1, int((value - low) / span * _BINS))] += 1
    top, bottom = max([*counts, 1]), 170
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} 220" xmlns="http://www.w3.org/2000/svg" font-size="12" fill="currentColor" aria-hidden="true">'
    ]
    wide = (_WIDTH - 40) / _BINS
    for at, count in enumerate(counts):
        tall = count / top * 140
        parts.append(
            f'<rect x="{20 + at * wide:.1f}" y="{bottom - tall:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}" fill="var(--bar)" fill-opacity=".4"/>'
        )
    for tick in axis_ticks(low, high):
        place = 20 + (tick - low) / span * (_WIDTH - 40)
        parts.append(
            f'<text x="{place:.1f}" y="{bottom + 16}" text-anchor="middle" fill-opacity=".7" font-size="11">{write_number(tick)}</text>'
        )
    mark = 20 + (observed - low) / span * (_WIDTH - 40)
    side = "end" if mark > _WIDTH / 2 else "start"
    parts.append(
        f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="14" y2="{bottom}" stroke="var(--strong)" stroke-width="2.5"/>'
    )
    parts.append(write_text(OBSERVED, mark + (-8 if side == "end" else 8), 24, side))
    parts.append(write_text(axis, _WIDTH / 2, bottom + 38, "middle"))
    parts.append("</svg>")
    beyond = sum(value >= observed for value in known)
    alternative = Words(
        f"{axis.en}: observed {write_number(observed)}; {beyond:,} of {len(known):,} values under the null model are at least as large",
        f"{axis.zh}：观测值 {write_number(observed)}；零模型下 {len(known):,} 个值中有 {beyond:,} 个不小于它",
    )
    return Drawing("".join(parts), alternative, caption, on_paper=null_on_paper(known, observed, axis))
