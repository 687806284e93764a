"""The pictures of a page for print: each gives what draws it into matplotlib axes, in the language that is chosen later."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from geobri import figures
from geobri.arrays import FloatArray
from geobri.report.model import OnPaper
from geobri.report.shapes import Course, Interval, Line, Mark, Point, Stack
from geobri.stats.picturing import CHANCE, OBSERVED
from geobri.words import Words

__all__ = [
    "course_on_paper",
    "groups_on_paper",
    "intervals_on_paper",
    "null_on_paper",
    "points_on_paper",
    "ranks_on_paper",
    "stacks_on_paper",
]


def intervals_on_paper(
    rows: Sequence[Interval], axis: Words, *, reference: float | None, breaks: Sequence[int]
) -> OnPaper:
    """Draw intervals under each other.

    Parameters
    ----------
    rows, axis, reference, breaks
        As in `geobri.report.drawings.draw_intervals`.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_intervals(
        [say(row.label) for row in rows],
        [row.low for row in rows],
        [row.high for row in rows],
        [row.point for row in rows],
        x_label=say(axis),
        reference=reference,
        breaks=breaks,
        whole=all(
            number.is_integer()
            for row in rows
            for number in (row.low, row.high, row.point)
            if isfinite(number)
        ),
        ax=ax,
    )


def null_on_paper(values: Sequence[float], observed: float, axis: Words) -> OnPaper:
    """Draw what chance alone gives.

    Parameters
    ----------
    values, observed, axis
        As in `geobri.report.drawings.draw_null`.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_distribution(
        values, observed, x_label=say(axis), y_label=say(CHANCE), name=say(OBSERVED), ax=ax
    )


def groups_on_paper(
    groups: Sequence[tuple[Words, Sequence[Mark]]], axis: Words, *, best_is_low: bool
) -> OnPaper:
    """Draw the members of groups as dots.

    Parameters
    ----------
    groups, axis, best_is_low
        As in `geobri.report.pictures.draw_groups`.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_groups(
        {say(name): [mark.x for mark in members] for name, members in groups},
        x_label=say(axis),
        best_is_low=best_is_low,
        ax=ax,
    )


def points_on_paper(
    marks: Sequence[Mark],
    axes: tuple[Words, Words],
    *,
    line: Line | None,
    crowd: tuple[FloatArray, FloatArray],
    cross: tuple[float, float] | None,
    quadrants: Sequence[tuple[Words, Words]],
    ranks: bool,
) -> OnPaper:
    """Draw points over two axes.

    Parameters
    ----------
    marks, line, crowd, cross, quadrants, ranks
        As in `geobri.report.pictures.draw_scatter`.
    axes
        What they show.

    Returns
    -------
    callable
        What draws it.
    """
    sign = -1.0 if ranks else 1.0  # the page turns ranks by a minus, paper turns the axes
    everything = len(marks) == len(crowd[0])
    x = np.array([mark.x for mark in marks]) if everything else np.append(crowd[0], [one.x for one in marks])
    y = np.array([mark.y for mark in marks]) if everything else np.append(crowd[1], [one.y for one in marks])
    first = len(x) - len(marks)
    path = None if line is None else tuple(np.array([pair[end] for pair in line.points]) for end in (0, 1))
    band = None if line is None or not line.band else tuple(zip(*line.band, strict=True))

    return lambda say, ax: figures.draw_points(
        sign * x,
        sign * y,
        x_label=say(axes[0]),
        y_label=say(axes[1]),
        names={first + at: say(mark.name) for at, mark in enumerate(marks) if mark.labelled},
        strong=[first + at for at, mark in enumerate(marks) if mark.strong],
        line=None if path is None else (sign * path[0], sign * path[1]),
        band=None if band is None else (band[1], band[2]),
        cross=cross,
        quadrants=[(say(left), say(right)) for left, right in quadrants],
        ranks=ranks,
        ax=ax,
    )


def course_on_paper(
    points: Sequence[Point],
    axes: tuple[Words, Words],
    *,
    reference: float | None,
    marked: tuple[float, Words] | None,
    logarithmic: bool,
) -> OnPaper:
    """Draw estimates along an axis as a curve with a band.

    Parameters
    ----------
    points, reference, marked, logarithmic
        As in `geobri.report.charts.draw_course`.
    axes
        What they show.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_course(
        [one.x for one in points],
        [one.y for one in points],
        [one.low for one in points],
        [one.high for one in points],
        x_label=say(axes[0]),
        y_label=say(axes[1]),
        reference=reference,
        marked=None if marked is None else (marked[0], say(marked[1])),
        logarithmic=logarithmic,
        ax=ax,
    )


def ranks_on_paper(courses: Sequence[Course], years: Sequence[int]) -> OnPaper:
    """Draw ranks over the years.

    Parameters
    ----------
    courses, years
        As in `geobri.report.charts.draw_ranks`.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_ranks(
        [say(one.name) for one in courses], years, [one.ranks for one in courses], ax=ax
    )


def stacks_on_paper(rows: Sequence[Stack], parts: Sequence[Words], axis: Words) -> OnPaper:
    """Draw bars under each other, each in one part or several.

    Parameters
    ----------
    rows, parts, axis
        As in `geobri.report.charts.draw_stacks`.

    Returns
    -------
    callable
        What draws it.
    """
    return lambda say, ax: figures.draw_stacks(
        [say(row.name) for row in rows],
        [row.parts for row in rows],
        parts=[say(part) for part in parts],
        said=[say(row.said) for row in rows],
        x_label=say(axis),
        ax=ax,
    )
