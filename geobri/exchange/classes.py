"""Classes of a measure at round numbers, and their colours: the same that the map on the page opens with (`webmap/static/scale.js`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.measures import Measure
from geobri.words import Words, print_minus

__all__ = ["DrawnClass", "class_breaks", "drawn_classes", "name_class", "thin_lines"]

_MOST: Final = 5
_SKEWED: Final = 8.0
"""So many times the median at the 95th percentile, a logarithm reads better."""

_CROWDED: Final = 0.8
"""Of the values of a quantity in the lowest fifth of the axis: equal classes would tell few of them apart."""

_FEW_WHOLE: Final = 12
"""Whole numbers that need no other axis."""

_MANY: Final = 1500
"""More values than lines are drawn one by one: the strongest of them are, and lie beyond the bulk."""

_FEW: Final = 8
_DIGITS: Final = 12
_FACTORS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_VIRIDIS: Final = (
    "440154", "48186a", "472d7b", "424086", "3b528b", "33638d", "2c728e", "26828e", "21918c", "1fa088", "28ae80", "3fbc73", "5ec962", "84d44b",
    "addc30", "d8e219", "fde725",
)  # fmt: skip
_LONG: Final = 1000.0
"""Numbers from here on are written without a fraction."""
_WEAK: Final = 0.75
"""Where on viridis the weakest class lies; the strongest lies at its dark end."""
_BALANCE: Final = ("1f5fa8", "b0b8be", "b3470f")
"""Below nothing, nothing, above it (`webmap/static/palette.js` has the same)."""
_Sorted = npt.NDArray[np.float64]
_FULL_WIDTH_UP_TO: Final = 300
_THINNEST: Final = 0.25


def thin_lines(n: int) -> float:
    """Give the factor by which lines are thinner where there are many, as on the map of the page.

    Parameters
    ----------
    n
        How many lines are drawn.

    Returns
    -------
    float
        1 up to 300 lines, at least a quarter.
    """
    return max(_THINNEST, math.sqrt(min(1.0, _FULL_WIDTH_UP_TO / max(n, 1))))


def class_breaks(values: pd.Series, measure: Measure) -> list[float]:
    """Give the numbers between the classes of a measure.

    Parameters
    ----------
    values
        The column.
    measure
        What it means.

    Returns
    -------
    list of float
        At most four or so, increasing; of quantities only what is above 0 is divided. Empty where there is nothing to divide.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float).to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    known: _Sorted = np.sort(numbers[numbers > 0] if measure.is_quantity else numbers)
    if known.size < 2 or known[0] == known[-1]:  # noqa: PLR2004 - a class needs two values
        return []
    whole = bool((numbers % 1 == 0).all())
    low, high = float(known[0]), float(known[-1])
    if measure.better == "neither" and low < 0 < high:  # drawn to both sides of 0
        farthest = max(-low, high)
        return _linear(-farthest, farthest, most=_MOST + 1, whole=whole)
    mode = "linear" if measure.is_rank else _choose_mode(known, measure, whole=whole)
    if mode == "quantile":
        return _quantiles(known)
    if mode == "log":
        return _logarithmic(*_bulk(known))
    return _linear(min(0.0, low) if measure.is_quantity else low, high, whole=whole)


@dataclass(frozen=True, slots=True)
class DrawnClass:
    """A class of a measure as the map draws it.

    Attributes
    ----------
    low, high
        Least and greatest value in it.
    strength
        From 0 for the weakest class of the map to 1 for the strongest, empty ones counted; of few values, from the weakest to the strongest.
    colour
        Red, green and blue, as on the light page.
    """

    low: float
    high: float
    strength: float
    colour: tuple[int, int, int]


def drawn_classes(values: pd.Series, measure: Measure, *, over: pd.Series | None = None) -> list[DrawnClass]:
    """Give the classes that hold any value, in the colours of the map on the page, from weak to strong.

    Parameters
    ----------
    values
        The column.
    measure
        What it means.
    over
        The numbers over which the classes are made, such as those of all years; the column itself by default.

    Returns
    -------
    list of DrawnClass
        Up to five different values are a class each. A quantity of 0 is in no class.
    """
    all_known = _known(values if over is None else over, measure)
    known = _known(values, measure)
    breaks = class_breaks(values if over is None else over, measure)
    side = "right" if measure.direction > 0 or _is_diverging(all_known, measure) else "left"
    different = np.unique(all_known)
    are_few = different.size <= _MOST
    each = different if are_few else known
    places = np.searchsorted(np.array(breaks), each, side=side)  # type: ignore[call-overload]
    members = (
        [(place, each[at : at + 1]) for at, place in enumerate(places)]
        if are_few
        else [(place, known[places == place]) for place in range(len(breaks) + 1)]
    )
    found = [
        DrawnClass(
            float(some.min()),
            float(some.max()),
            *_look(int(place), breaks, measure, _farthest(all_known, measure)),
        )
        for place, some in members
        if some.size
    ]
    found = found[:: measure.direction]
    if not are_few:
        return found
    if not _is_diverging(all_known, measure):  # one class may hold two of them; their widths tell them apart
        most = max(len(found) - 1, 1)
        found = [replace(one, strength=at / most if len(found) > 1 else 1.0) for at, one in enumerate(found)]
    return [one for one in found if one.low in known]


def name_class(drawn: DrawnClass) -> Words:
    """Name a class by its ends, as a legend does.

    Parameters
    ----------
    drawn
        The class.

    Returns
    -------
    Words
        ``20–40``, or ``−6 to −3``: a dash between two minuses could not be told from them.
    """
    low, high = _write(drawn.low), _write(drawn.high)
    if low == high:
        return Words(low)
    return Words(f"{low} to {high}", f"{low} 至 {high}") if drawn.low < 0 else Words(f"{low}–{high}")


def _write(value: float) -> str:
    """Write a number with four digits, or whole, and never with an exponent."""
    if value == round(value) or abs(value) >= _LONG:
        return print_minus(f"{value:,.0f}")
    decimals = 3 - math.floor(math.log10(abs(value)))
    return print_minus(f"{value:.{decimals}f}".rstrip("0").rstrip("."))


def _known(values: pd.Series, measure: Measure) -> _Sorted:
    """Give the values that are drawn: a quantity of 0 is none."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    some_value = np.isfinite(numbers) & ((numbers > 0) | (not measure.is_quantity))
    return np.asarray(numbers[some_value], dtype=np.float64)


def _is_diverging(known: _Sorted, measure: Measure) -> bool:
    return bool(known.size and measure.better == "neither" and known.min() < 0 < known.max())


def _farthest(known: _Sorted, measure: Measure) -> float:
    """Give how far from nothing a measure goes that is drawn to both sides of it; 0 for others."""
    return float(np.abs(known).max()) if _is_diverging(known, measure) else 0.0


def _look(
    place: int, breaks: list[float], measure: Measure, farthest: float
) -> tuple[float, tuple[int, int, int]]:
    """Give strength and colour of a class by its place among all classes, as `classColours` of the page does."""
    if farthest:
        ends = [-farthest, *breaks, farthest]
        share = (ends[place] + ends[place + 1]) / 2 / farthest
        return abs(share), _balance(share)
    share = place / len(breaks) if breaks else 1.0
    strength = share if measure.direction > 0 or not breaks else 1 - share
    return strength, _viridis(_WEAK * (1 - strength))


def _viridis(t: float) -> tuple[int, int, int]:
    at = t * (len(_VIRIDIS) - 1)
    low = min(len(_VIRIDIS) - 2, math.floor(at))
    return _between(_VIRIDIS[low], _VIRIDIS[low + 1], at - low)


def _balance(share: float) -> tuple[int, int, int]:
    below, middle, above = _BALANCE
    return _between(middle, below if share < 0 else above, math.sqrt(min(1.0, abs(share))))


def _between(one: str, other: str, share: float) -> tuple[int, int, int]:
    first, last = bytes.fromhex(one), bytes.fromhex(other)
    red, green, blue = (math.floor(a + (b - a) * share + 0.5) for a, b in zip(first, last, strict=True))
    return red, green, blue


def _choose_mode(known: _Sorted, measure: Measure, *, whole: bool) -> str:
    low, middle, crowd, high, most = (
        float(known[math.floor(share * (known.size - 1))]) for share in (0.0, 0.5, _CROWDED, 0.95, 1.0)
    )
    if known.size < _FEW or (whole and most - low < _FEW_WHOLE):
        return "linear"
    crowded = measure.is_quantity and crowd < low + (most - low) / _MOST
    if low > 0:
        return "log" if high / middle > _SKEWED or crowded else "linear"
    skewed = middle > low and ((high - middle) / (middle - low) > _SKEWED or crowded)
    return "quantile" if skewed else "linear"


def _tidy(value: float) -> float:
    """0.30000000000000004 and its kind are no round numbers."""
    return float(f"{value:.{_DIGITS}g}")


def _linear(low: float, high: float, *, most: int = _MOST, whole: bool) -> list[float]:
    wish = (high - low) / most
    power = 10.0 ** math.floor(math.log10(wish))
    steps = (_tidy(factor * power) for factor in _FACTORS)
    step = next(
        one
        for one in steps
        if one >= wish * (1 - 1e-9) and (not whole or one.is_integer() or one == _tidy(10 * power))
    )
    step = max(1.0, step) if whole else step
    first = math.floor(low / step) + 1
    found = [_tidy(k * step) for k in range(first, first + 10 * _MOST)]
    return [value for value in found if low < value < high]


def _logarithmic(low: float, high: float) -> list[float]:
    tens = _steps(low, high, (1,))
    found = tens if len(tens) >= _MOST - 1 else _steps(low, high, (1, 2, 5))
    if len(found) < _MOST:
        return found
    every = len(found) / (_MOST - 1)
    return [found[math.floor(every * (k + 0.5))] for k in range(_MOST - 1)]


def _steps(low: float, high: float, factors: tuple[int, ...]) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [_tidy(factor * 10.0**power) for power in powers for factor in factors]
    return [value for value in found if low < value < high]


def _quantiles(known: _Sorted) -> list[float]:
    breaks: list[float] = []
    for k in range(1, _MOST):
        value = float(known[k * known.size // _MOST])
        below = breaks[-1] if breaks else float(known[0])
        for digits in range(1, _DIGITS + 1):
            rounded = float(f"{value:.{digits}g}")
            if below < rounded < known[-1] and abs(rounded - value) <= 0.1 * (value - below):
                breaks.append(rounded)
                break
    return breaks


def _bulk(known: _Sorted) -> tuple[float, float]:
    """Give the ends between which nine tenths of the values lie, where classes should tell them apart; of very many, the greatest too."""
    upper = 1.0 if known.size > _MANY else 0.95
    low, high = (float(known[math.floor(share * (known.size - 1) + 0.5)]) for share in (0.05, upper))
    return (low, high) if low < high else (float(known[0]), float(known[-1]))
