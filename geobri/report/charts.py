"""Pictures of an effect under many choices, of ranks over years, of shares over distance and of the gaps of a ranking.

SVG from numbers (`geobri.report.svg`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from geobri.charts import TONES
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.paper import course_on_paper, ranks_on_paper, stacks_on_paper
from geobri.report.shapes import Course, Point, Stack
from geobri.report.svg import (
    ACCENT,
    WIDTH,
    axis_ticks,
    join_places,
    open_sheet,
    rule,
    small_text,
    write_ids,
    write_text,
)
from geobri.words import Words

__all__ = ["draw_course", "draw_ranks", "draw_stacks"]

_LEFT: Final = 58
_RIGHT: Final = 18
_TOP: Final = 30
_HEIGHT: Final = 320
_FOOT: Final = 48
_ROW: Final = 15
_NAMES: Final = 150
_BAR: Final = 22
_BAR_NAMES: Final = 168
_BAR_SAID: Final = 76


def _logarithmic_ticks(low: float, high: float) -> list[float]:
    """Give 1, 2 and 5 of every power of ten between two ends."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for power in powers for factor in (1, 2, 5) if low <= (tick := factor * 10.0**power) <= high]


def draw_course(
    points: Sequence[Point],
    *,
    x_axis: Words,
    y_axis: Words,
    caption: Words,
    alternative: Words,
    statistics: Words | None = None,
    limits: Words | None = None,
    reference: float | None = None,
    marked: tuple[float, Words] | None = None,
    logarithmic: bool = False,
) -> Drawing:
    """Draw estimates along an axis as a curve with the band of their intervals.

    Parameters
    ----------
    points
        Estimates from left to right.
    x_axis, y_axis
        What the axes show, with units.
    caption, alternative
        Caption and text alternative.
    statistics, limits
        The line of statistics under the picture, and what it cannot show.
    reference
        Height of a line of no effect.
    marked
        Height and name of a further line, such as the estimate under the published definition.
    logarithmic
        Whether equal ratios of x are equally far apart.

    Returns
    -------
    Drawing
        The SVG.
    """
    heights = [one for point in points for one in (point.y, point.low, point.high) if math.isfinite(one)]
    heights += [one for one in (reference, marked and marked[0]) if one is not None]
    bottom, top = min(heights), max(heights)
    room = 0.06 * (top - bottom) or 0.5
    bottom, top = bottom - room, top + room
    first, last = points[0].x, points[-1].x
    scale = math.log if logarithmic else float

    def x(number: float) -> float:
        share = (scale(number) - scale(first)) / ((scale(last) - scale(first)) or 1)
        return _LEFT + 10 + share * (WIDTH - _LEFT - _RIGHT - 20)

    def y(number: float) -> float:
        return _HEIGHT - _FOOT - (number - bottom) / (top - bottom) * (_HEIGHT - _FOOT - _TOP)

    parts = [open_sheet(_HEIGHT)]
    for tick in _logarithmic_ticks(first, last) if logarithmic else axis_ticks(first, last):
        parts += [
            rule(x(tick), x(tick), _TOP, _HEIGHT - _FOOT),
            small_text(write_number(tick), x(tick), _HEIGHT - _FOOT + 16, "middle"),
        ]
    for tick in axis_ticks(bottom, top):
        parts += [
            rule(_LEFT, WIDTH - _RIGHT, y(tick), y(tick)),
            small_text(write_number(tick), _LEFT - 6, y(tick) + 4, "end"),
        ]
    if reference is not None:
        parts.append(rule(_LEFT, WIDTH - _RIGHT, y(reference), y(reference), dashed=True))
    known = [point for point in points if math.isfinite(point.low) and math.isfinite(point.high)]
    rim = [(x(one.x), y(one.high)) for one in known] + [(x(one.x), y(one.low)) for one in reversed(known)]
    parts.append(f'<polygon points="{join_places(rim)}" fill="var(--bar)" fill-opacity=".18"/>')
    line = [(x(one.x), y(one.y)) for one in points]
    parts.append(f'<polyline points="{join_places(line)}" fill="none" stroke="var(--bar)" stroke-width="2"/>')
    parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="var(--bar)"/>' for a, b in line]
    if marked is not None:
        height = y(marked[0])
        parts.append(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="{ACCENT}" stroke-width="1.6"/>'
        )
        parts.append(write_text(marked[1], WIDTH - _RIGHT - 4, height - 5, "end"))
    parts.append(write_text(x_axis, (_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 8, "middle"))
    parts.append(write_text(y_axis, 8, 16, "start"))
    paper = course_on_paper(
        points, (x_axis, y_axis), reference=reference, marked=marked, logarithmic=logarithmic
    )
    return Drawing("".join([*parts, "</svg>"]), alternative, caption, statistics, limits, paper)


def draw_ranks(
    courses: Sequence[Course],
    years: Sequence[int],
    *,
    caption: Words,
    alternative: Words,
    statistics: Words,
    limits: Words,
) -> Drawing:
    """Draw the ranks of cities over the years: a line each, the first at the top.

    Parameters
    ----------
    courses
        Cities with their rank in each year, the best of the last year first.
    years
        In increasing order.
    caption, alternative
        Caption and text alternative.
    statistics, limits
        The line of statistics under the picture, and what it cannot show.

    Returns
    -------
    Drawing
        The SVG; every line is linked to its city.
    """
    worst = max(rank for one in courses for rank in one.ranks if math.isfinite(rank))
    height = _TOP + _ROW * worst + 12

    def x(year: int) -> float:
        share = (year - years[0]) / max(years[-1] - years[0], 1)
        return _LEFT + share * (WIDTH - _LEFT - _NAMES)

    def y(rank: float) -> float:
        return _TOP + _ROW * (rank - 0.5)

    parts = [open_sheet(height)]
    every = math.ceil(len(years) / 10)
    parts += [small_text(str(year), x(year), 16, "middle") for year in years[::every]]
    for at, one in enumerate(courses):
        tone = TONES[at % len(TONES)]
        known = [
            (x(year), y(rank)) for year, rank in zip(years, one.ranks, strict=True) if math.isfinite(rank)
        ]
        parts.append(f'<g class="row"{write_ids((one.city,))}>')
        parts.append(
            f'<polyline points="{join_places(known)}" fill="none" stroke="{tone}" stroke-width="2" stroke-opacity=".75"/>'
        )
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{tone}"/>' for a, b in known]
        rank = one.ranks[-1]
        if math.isfinite(rank):
            shown = Words(f"{rank:.0f} {one.name.en}", f"{rank:.0f} {one.name.zh}")
            parts.append(write_text(shown, WIDTH - _NAMES + 10, y(rank) + 4, "start"))
        parts.append("</g>")
    paper = ranks_on_paper(courses, years)
    return Drawing("".join([*parts, "</svg>"]), alternative, caption, statistics, limits, paper)


def draw_stacks(
    rows: Sequence[Stack],
    *,
    parts: Sequence[Words] = (),
    axis: Words,
    caption: Words,
    alternative: Words | None = None,
    limits: Words | None = None,
) -> Drawing:
    """Draw bars under each other, each in one part or several.

    Parameters
    ----------
    rows
        The bars from top to bottom; lengths are 0 or more.
    parts
        What the parts are called, the darkest first; none for bars of one part.
    axis
        What the lengths are.
    caption, alternative
        Caption and text alternative; by default, what stands behind each bar.
    limits
        What the picture cannot show.

    Returns
    -------
    Drawing
        The SVG; every bar is linked to its cities.
    """
    if alternative is None:
        alternative = Words(
            "; ".join(f"{row.name.en} {row.said.en}" for row in rows),
            "；".join(f"{row.name.zh} {row.said.zh}" for row in rows),
        )
    longest = max((sum(row.parts) for row in rows), default=0.0) or 1.0
    top = 34 if parts else 12
    height = top + _BAR * len(rows) + 40
    longest_said = max((_wide(text) for row in rows for text in (row.said.en, row.said.zh)), default=0)
    wide = WIDTH - _BAR_NAMES - max(_BAR_SAID, 10 + 7 * longest_said)

    def x(length: float) -> float:
        return _BAR_NAMES + length / longest * wide

    drawn = [open_sheet(height), *_key(parts)]
    for at, row in enumerate(rows):
        y = top + _BAR * at
        drawn.append(f'<g class="row"{write_ids(row.cities)}>' if row.cities else "<g>")
        drawn.append(write_text(row.name, _BAR_NAMES - 10, y + 15, "end"))
        start = 0.0
        for place, length in enumerate(row.parts):
            drawn.append(
                f'<rect x="{x(start):.1f}" y="{y + 3}" width="{x(start + length) - x(start):.1f}" height="{_BAR - 6}" fill="var(--bar)" fill-opacity="{_tone(place, len(row.parts)):.2f}"/>'
            )
            start += length
        drawn += [write_text(row.said, x(start) + 6, y + 15, "start"), "</g>"]
    drawn.append(write_text(axis, _BAR_NAMES + wide / 2, height - 12, "middle"))
    paper = stacks_on_paper(rows, parts, axis)
    return Drawing("".join([*drawn, "</svg>"]), alternative, caption, None, limits, paper)


def _wide(text: str) -> int:
    """Count letters, those of Chinese twice."""
    return sum(1 + (ord(letter) > 0x2E7F) for letter in text)  # noqa: PLR2004 - from here on letters are as wide as high


def _tone(place: int, count: int) -> float:
    return 0.95 if count == 1 else 0.95 - 0.7 * place / (count - 1)


def _key(parts: Sequence[Words]) -> list[str]:
    """Say above the bars what their parts are."""
    wide = (WIDTH - _BAR_NAMES) / max(len(parts), 1)
    drawn = []
    for place, words in enumerate(parts):
        left = _BAR_NAMES + place * wide
        drawn.append(
            f'<rect x="{left:.1f}" y="6" width="12" height="12" fill="var(--bar)" fill-opacity="{_tone(place, len(parts)):.2f}"/>'
        )
        drawn.append(write_text(words, left + 18, 16, "start"))
    return drawn
