"""What drawings are made of: marks, lines, estimates with intervals, courses over the years, bars. Plain numbers and names."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geobri.words import Words

__all__ = ["Course", "Interval", "Line", "Mark", "Point", "Stack"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a picture.

    Attributes
    ----------
    x, y
        Where it stands.
    name
        What it is.
    strong
        Whether it stands out, such as a listed corridor.
    labelled
        Whether its name is printed beside it.
    cities, corridors
        Which ones it stands for: it lights up with them, here and on the map.
    """

    x: float
    y: float
    name: Words
    strong: bool = False
    labelled: bool = False
    cities: tuple[str, ...] = ()
    corridors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line through a picture: its points from left to right, what it is, and the band around it (x, lower, upper)."""

    points: tuple[tuple[float, float], ...]
    name: Words
    band: tuple[tuple[float, float, float], ...] = ()


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


@dataclass(frozen=True, slots=True)
class Point:
    """An estimate at one place of an axis, with its interval; NaN for ends that are not known."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Course:
    """The ranks of one city over the years; NaN where it has none."""

    name: Words
    city: str
    ranks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """One bar of several parts: its name, the lengths from the left, what stands behind it, and the cities that it is about."""

    name: Words
    parts: tuple[float, ...]
    said: Words
    cities: tuple[str, ...] = ()
