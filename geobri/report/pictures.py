"""Pictures of answers: pairs over distance, two groups side by side, places against their neighbours. SVG from numbers.

Every mark carries its numbers and the ids of what it stands for: the script of the page says them to the pointer, and links them to the map.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from typing import Final

import numpy as np

from geobri.arrays import FloatArray
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.paper import groups_on_paper, points_on_paper
from geobri.report.shapes import Line, Mark
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

__all__ = ["MOST_MARKS", "draw_groups", "draw_scatter", "sample_curve"]

_HEIGHT: Final = 340
_LEFT: Final = 58
_RIGHT: Final = 16
_TOP: Final = 30
_FOOT: Final = 48
_LANE: Final = 88
_SPREAD: Final = 6.5
MOST_MARKS: Final = 1500
"""Marks beyond which their density is drawn, and only those that stand out one by one."""
_CELL: Final = 7.0
_CURVE_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class _Scale:
    """From numbers to places on the sheet."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, number: float) -> float:
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)


def _span(numbers: Sequence[float], pad: float = 0.05) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    room = pad * (high - low) or 0.5
    return low - room, high + room


def draw_scatter(
    marks: Sequence[Mark],
    *,
    x_axis: Words,
    y_axis: Words,
    caption: Words,
    alternative: Words,
    line: Line | None = None,
    crowd: tuple[FloatArray, FloatArray] | None = None,
    cross: tuple[float, float] | None = None,
    quadrants: Sequence[tuple[Words, Words]] = (),
    statistics: Words | None = None,
    limits: Words | None = None,
    ranks: bool = False,
) -> Drawing:
    """Draw points over two axes, with a line and a cross of reference where there are any.

    Parameters
    ----------
    marks
        The points; those that stand out are drawn last.
    x_axis, y_axis
        What the axes show, with units.
    caption, alternative
        Caption and text alternative.
    line
        A fitted line or curve.
    crowd
        Places of all points where they are too many to be marks: drawn as a density under the marks.
    cross
        Where two lines of reference cross.
    quadrants
        Words in the left and right corners, above and below the cross.
    statistics, limits
        The line of statistics under the picture, and what it cannot show.
    ranks
        Whether the numbers are ranks with a minus before them, so that the best is on the right and at the top.

    Returns
    -------
    Drawing
        The SVG.
    """
    if crowd is None:
        crowd = (np.array([mark.x for mark in marks]), np.array([mark.y for mark in marks]))
    numbers = [float(crowd[1].min()), float(crowd[1].max()), *(y for _, y in (line.points if line else ()))]
    numbers += [high for _, _, high in (line.band if line else ())]
    x = _Scale(*_span([float(crowd[0].min()), float(crowd[0].max())]), _LEFT, WIDTH - _RIGHT)
    y = _Scale(*_span(numbers, 0.06), _HEIGHT - _FOOT, _TOP)
    parts = [open_sheet(_HEIGHT), *_grid(x, y, ranks=ranks)]
    if cross is not None:
        parts.append(rule(x(cross[0]), x(cross[0]), _TOP, _HEIGHT - _FOOT, dashed=True))
        parts.append(rule(_LEFT, WIDTH - _RIGHT, y(cross[1]), y(cross[1]), dashed=True))
    for (left, right), height in zip(quadrants, (_TOP + 12, _HEIGHT - _FOOT - 8), strict=False):
        parts += [
            write_text(left, _LEFT + 6, height, "start", faint=True),
            write_text(right, WIDTH - _RIGHT - 4, height, "end", faint=True),
        ]
    crowded = len(crowd[0]) > MOST_MARKS
    if crowded:
        parts += _density(crowd, x, y)
    parts += _dots(
        _dot(mark, x(mark.x), y(mark.y), ranks=ranks)
        for mark in sorted(marks, key=lambda one: one.strong)
        if not crowded or mark.strong or mark.labelled
    )
    if line is not None and line.band:
        rim = [(a, high) for a, _, high in line.band] + [(a, low) for a, low, _ in reversed(line.band)]
        around = join_places((x(a), y(b)) for a, b in rim)
        parts.append(f'<polygon points="{around}" fill="{ACCENT}" fill-opacity=".16"/>')
    if line is not None:
        path = join_places((x(a), y(b)) for a, b in line.points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{ACCENT}" stroke-width="2.2"/>')
    parts += _names([(mark, x(mark.x), y(mark.y)) for mark in marks if mark.labelled])
    parts.append(write_text(x_axis, (_LEFT + WIDTH - _RIGHT) / 2, _HEIGHT - 8, "middle"))
    parts.append(write_text(y_axis, 8, 16, "start"))
    paper = points_on_paper(
        marks, (x_axis, y_axis), line=line, crowd=crowd, cross=cross, quadrants=quadrants, ranks=ranks
    )
    return Drawing("".join([*parts, "</svg>"]), alternative, caption, statistics, limits, paper)


def draw_groups(
    groups: Sequence[tuple[Words, Sequence[Mark]]],
    *,
    axis: Words,
    caption: Words,
    of: Words,
    best_is_low: bool = False,
) -> Drawing:
    """Draw the members of each group as dots on one axis, with the median of the group.

    Parameters
    ----------
    groups
        Name of each group, with its members; their `x` is drawn.
    axis
        What the axis shows.
    caption
        Caption of the drawing.
    of
        What the members are, in the plural.
    best_is_low
        Turn the axis, so that the better end is on the right.

    Returns
    -------
    Drawing
        The SVG; its text alternative gives size and median of each group.
    """
    values = [mark.x for _, members in groups for mark in members]
    low, high = _span(values)
    ends = (WIDTH - _RIGHT, 112) if best_is_low else (112, WIDTH - _RIGHT)
    x = _Scale(low, high, *ends)
    bottom = 10 + _LANE * len(groups)
    parts = [open_sheet(bottom + 46)]
    for tick in axis_ticks(min(values), max(values)):
        parts.append(rule(x(tick), x(tick), 6, bottom))
        parts.append(small_text(write_number(tick), x(tick), bottom + 16, "middle"))
    for at, (name, members) in enumerate(groups):
        parts += _lane(name, members, x, 10 + _LANE * (at + 0.5))
    parts.append(write_text(axis, (112 + WIDTH - _RIGHT) / 2, bottom + 36, "middle"))
    said = [
        (name, len(members), write_number(median(mark.x for mark in members))) for name, members in groups
    ]
    alternative = Words(
        f"{axis.en}. "
        + "; ".join(f"{name.en}: {count} {of.en}, median {middle}" for name, count, middle in said),
        f"{axis.zh}。"
        + "；".join(f"{name.zh}：{count} {of.zh}，中位数 {middle}" for name, count, middle in said),
    )
    paper = groups_on_paper(groups, axis, best_is_low=best_is_low)
    return Drawing("".join([*parts, "</svg>"]), alternative, caption, on_paper=paper)


def _lane(name: Words, members: Sequence[Mark], x: _Scale, middle: float) -> list[str]:
    """Draw one group: its name, its dots, piled up where they would hide each other, and its median."""
    parts = [write_text(name, 100, middle + 4, "end")]
    taken: dict[int, int] = {}
    dots = []
    for mark in sorted(members, key=lambda one: one.x):
        cell = round(x(mark.x) / (2 * _SPREAD))
        level = taken.get(cell, 0)
        taken[cell] = level + 1
        step = (level + 1) // 2 * (1 if level % 2 else -1)
        height = middle + max(-5, min(5, step)) * _SPREAD
        dots.append(_dot(mark, x(mark.x), height, many=len(members), shown=write_number(mark.x)))
    parts += _dots(dots)
    centre = x(median(mark.x for mark in members))
    parts.append(
        f'<line x1="{centre:.1f}" x2="{centre:.1f}" y1="{middle - 32:.1f}" y2="{middle + 32:.1f}" stroke="{ACCENT}" stroke-width="2.5"/>'
    )
    return parts


def _grid(x: _Scale, y: _Scale, *, ranks: bool) -> list[str]:
    parts = []
    for tick in _ticks(x, ranks=ranks):
        parts.append(rule(x(tick), x(tick), _TOP, _HEIGHT - _FOOT))
        shown = write_number(-tick if ranks else tick)
        parts.append(small_text(shown, x(tick), _HEIGHT - _FOOT + 16, "middle"))
    for tick in _ticks(y, ranks=ranks):
        parts.append(rule(_LEFT, WIDTH - _RIGHT, y(tick), y(tick)))
        parts.append(small_text(write_number(-tick if ranks else tick), _LEFT - 6, y(tick) + 4, "end"))
    return parts


def _ticks(scale: _Scale, *, ranks: bool) -> list[float]:
    """Give round numbers; of ranks, only those that a rank can be."""
    ticks = axis_ticks(scale.low, scale.high)
    return [tick for tick in ticks if tick <= -1] if ranks else ticks


def _density(crowd: tuple[FloatArray, FloatArray], x: _Scale, y: _Scale) -> list[str]:
    """Draw how many points fall into each small square: the darker the more, by the logarithm."""
    places = [
        scale.start + (values - scale.low) / (scale.high - scale.low) * (scale.end - scale.start)
        for scale, values in zip((x, y), crowd, strict=True)
    ]
    cells = np.stack([(place // _CELL).astype(int) for place in places], axis=1)
    squares_met, counts = np.unique(cells, axis=0, return_counts=True)
    top = math.log1p(int(counts.max()))
    shades: dict[float, list[str]] = {}
    for (column, row), count in zip(squares_met.tolist(), counts.tolist(), strict=True):
        shade = round(0.12 + 0.88 * math.log1p(count) / top, 1)
        shades.setdefault(shade, []).append(
            f"M{column * _CELL:g} {row * _CELL:g}h{_CELL:g}v{_CELL:g}h-{_CELL:g}z"
        )
    return [
        f'<path d="{"".join(squares)}" fill="var(--bar)" fill-opacity="{shade:g}"/>'
        for shade, squares in sorted(shades.items())
    ]


def _dots(dots: Iterable[str]) -> list[str]:
    """Put dots into one group, which says once what all but those that stand out look like."""
    return ['<g fill="var(--bar)" fill-opacity=".6">', *dots, "</g>"]


def _dot(mark: Mark, x: float, y: float, *, many: int = 0, shown: str = "", ranks: bool = False) -> str:
    look = f' fill="{ACCENT}" fill-opacity="1"' if mark.strong else ""
    place = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 if many > MOST_MARKS else 4}"{look}{write_ids(mark.cities, mark.corridors)}'
    if many > MOST_MARKS:
        return f"{place}/>"
    told = (
        shown
        or f"{write_number(abs(mark.x) if ranks else mark.x)}; {write_number(abs(mark.y) if ranks else mark.y)}"
    )
    if mark.cities or mark.corridors:  # the script of the page says the name, in the language of the reader
        return f'{place} data-told="{told}"/>'
    both = mark.name.en if mark.name.en == mark.name.zh else f"{mark.name.en} {mark.name.zh}"
    return f"{place}><title>{escape(both)}: {told}</title></circle>"


def _names(labelled: Sequence[tuple[Mark, float, float]]) -> list[str]:
    """Print names beside their points, those that would run into another one left out."""
    parts, used = [], list[tuple[float, float]]()
    for mark, x, y in sorted(labelled, key=lambda one: one[2]):
        side = "end" if x > WIDTH * 0.62 else "start"
        wide = 6.2 * max(len(mark.name.en), 2 * len(mark.name.zh))
        left = x - wide - 7 if side == "end" else x + 7
        if any(abs(y - other) < 13 and abs(left - start) < wide for start, other in used):  # noqa: PLR2004 - height of a line
            continue
        used.append((left, y))
        parts.append(write_text(mark.name, x + (-7 if side == "end" else 7), y + 4, side))
    return parts


def sample_curve(low: float, high: float) -> list[float]:
    """Space numbers evenly by ratio, so that a steep curve is drawn smoothly.

    Parameters
    ----------
    low, high
        Ends, above 0.

    Returns
    -------
    list of float
        From `low` to `high`.
    """
    ratio = math.log(high / low) / (_CURVE_POINTS - 1)
    return [low * math.exp(ratio * at) for at in range(_CURVE_POINTS)]
