"""Pictures of intervals under each other, and of what chance alone gives. SVG from numbers (`geobri.report.svg`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.paper import intervals_on_paper, null_on_paper
from geobri.report.shapes import Interval
from geobri.report.svg import ACCENT, WIDTH, axis_ticks, open_sheet, rule, small_text, write_ids, write_text
from geobri.stats.picturing import OBSERVED
from geobri.words import Words

__all__ = ["draw_intervals", "draw_null"]

_LABEL: Final = 168
_RIGHT: Final = 20
_ROW: Final = 24
_BINS: Final = 36


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
        return _LABEL + (number - low) / (high - low) * (WIDTH - _LABEL - _RIGHT)

    bottom = 10 + _ROW * len(rows)
    parts = [open_sheet(height)]
    for tick in ticks:
        parts.append(rule(x(tick), x(tick), 6, bottom))
        parts.append(small_text(write_number(tick), x(tick), bottom + 16, "middle"))
    if reference is not None:
        parts.append(rule(x(reference), x(reference), 4, bottom, dashed=True))
    parts += [
        f'<line x1="8" x2="{WIDTH - _RIGHT}" y1="{10 + _ROW * at}" y2="{10 + _ROW * at}" stroke="currentColor" stroke-opacity=".6"/>'
        for at in breaks
    ]
    for at, row in enumerate(rows):
        parts += _draw_row(row, x, 10 + _ROW * (at + 0.5))
    parts.append(write_text(axis, (_LABEL + WIDTH - _RIGHT) / 2, bottom + 34, "middle"))
    parts.append("</svg>")
    said = "; ".join(f"{row.label.en}: {_say(row)}" for row in rows)
    said_zh = "；".join(f"{row.label.zh}：{_say(row)}" for row in rows)
    alternative = Words(f"{axis.en}. {said}", f"{axis.zh}。{said_zh}")
    paper = intervals_on_paper(rows, axis, reference=reference, breaks=breaks)
    return Drawing("".join(parts), alternative, caption, statistics, limits, paper)


def _draw_row(row: Interval, x: Callable[[float], float], y: float) -> list[str]:
    """Draw one line: its label, its interval, and the point where there is one."""
    parts = [f'<g class="row"{write_ids(row.cities)}>' if row.cities else "<g>"]
    parts.append(write_text(row.label, _LABEL - 12, y + 4, "end"))
    if math.isfinite(row.low) and math.isfinite(row.high):
        parts.append(
            f'<line x1="{x(row.low):.1f}" x2="{x(row.high):.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--bar)" stroke-width="5" stroke-opacity=".45" stroke-linecap="round"/>'
        )
    if math.isfinite(row.point):
        parts.append(
            f'<circle cx="{x(row.point):.1f}" cy="{y:.1f}" r="4.5" fill="var(--bar)" stroke="var(--card)" stroke-width="1.5"/>'
        )
    return [*parts, "</g>"]


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
    parts = [open_sheet(220)]
    wide = (WIDTH - 40) / _BINS
    for at, count in enumerate(counts):
        tall = count / top * 140
        parts.append(
            f'<rect x="{20 + at * wide:.1f}" y="{bottom - tall:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}" fill="var(--bar)" fill-opacity=".4"/>'
        )
    for tick in axis_ticks(low, high):
        place = 20 + (tick - low) / span * (WIDTH - 40)
        parts.append(small_text(write_number(tick), place, bottom + 16, "middle"))
    mark = 20 + (observed - low) / span * (WIDTH - 40)
    side = "end" if mark > WIDTH / 2 else "start"
    parts.append(
        f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="14" y2="{bottom}" stroke="{ACCENT}" stroke-width="2.5"/>'
    )
    parts.append(write_text(OBSERVED, mark + (-8 if side == "end" else 8), 24, side))
    parts.append(write_text(axis, WIDTH / 2, bottom + 38, "middle"))
    parts.append("</svg>")
    beyond = sum(value >= observed for value in known)
    alternative = Words(
        f"{axis.en}: observed {write_number(observed)}; {beyond:,} of {len(known):,} values under the null model are at least as large",
        f"{axis.zh}：观测值 {write_number(observed)}；零模型下 {len(known):,} 个值中有 {beyond:,} 个不小于它",
    )
    return Drawing("".join(parts), alternative, caption, on_paper=null_on_paper(known, observed, axis))
