"""Classes of a measure at round numbers: the same that the map on the page opens with (`webmap/static/scale.js`)."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.measures import Measure

__all__ = ["class_bounds", "class_breaks"]

_MOST: Final = 5
_SKEWED: Final = 8.0
"""So many times the median at the 95th percentile, a logarithm reads better."""

_FEW: Final = 8
_DIGITS: Final = 12
_FACTORS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_Sorted = npt.NDArray[np.float64]


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
    mode = _choose_mode(known, measure)
    if mode == "quantile":
        return _quantiles(known)
    if mode == "log":
        return _logarithmic(*_bulk(known))
    whole = bool((numbers % 1 == 0).all())
    low, high = float(known[0]), float(known[-1])
    if measure.better == "neither" and low < 0 < high:  # drawn to both sides of 0
        farthest = max(-low, high)
        return _linear(-farthest, farthest, most=_MOST + 1, whole=whole)
    return _linear(min(0.0, low) if measure.is_quantity else low, high, whole=whole)


def class_bounds(values: pd.Series, measure: Measure) -> list[tuple[float, float]]:
    """Give the least and the greatest value of each class that holds any, from weak to strong.

    Parameters
    ----------
    values
        The column.
    measure
        What it means.

    Returns
    -------
    list of tuple of float
        Both ends belong to the class; up to five different values are a class each. A quantity of 0 is in no class.
    """
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    known = numbers[np.isfinite(numbers) & ((numbers > 0) | (not measure.is_quantity))].to_numpy()
    different = np.unique(known)
    if different.size <= _MOST:
        return [(float(value), float(value)) for value in different][:: measure.direction]
    breaks = class_breaks(values, measure)
    side = "right" if measure.direction > 0 else "left"
    places = np.searchsorted(np.array(breaks), known, side=side)  # type: ignore[call-overload]
    found = [known[places == place] for place in range(len(breaks) + 1)]
    bounds = [(float(some.min()), float(some.max())) for some in found if some.size]
    return bounds[:: measure.direction]


def _choose_mode(known: _Sorted, measure: Measure) -> str:
    if measure.is_rank or known.size < _FEW:
        return "linear"
    low, middle, high = (float(known[math.floor(share * (known.size - 1))]) for share in (0.0, 0.5, 0.95))
    if low > 0:
        return "log" if high / middle > _SKEWED else "linear"
    return "quantile" if middle > low and (high - middle) / (middle - low) > _SKEWED else "linear"


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
    """Give the ends between which nine tenths of the values lie, where classes should tell them apart."""
    low, high = (float(known[math.floor(share * (known.size - 1) + 0.5)]) for share in (0.05, 0.95))
    return (low, high) if low < high else (float(known[0]), float(known[-1]))
