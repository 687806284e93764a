"""Denomination: divide an amount by the size of the cities it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.words import Words

__all__ = ["DENOMINATOR_RULES", "check_denominator", "denominate_cities", "denominate_pairs"]


DENOMINATOR_RULES: Final[dict[str, Callable[[FloatArray, FloatArray], FloatArray]]] = {
    "geometric": lambda one, other: np.sqrt(one * other),
    "product": lambda one, other: one * other,
    "sum": lambda one, other: one + other,
    "mean": lambda one, other: 0.5 * (one + other),
    "min": np.minimum,
    "max": np.maximum,
}
"""How the sizes of two cities become the size of the pair."""


def denominate_cities(values: FloatArray, size: FloatArray) -> FloatArray:
    """Divide city values by city sizes.

    Parameters
    ----------
    values
        City values, shape (n,) or (…, n).
    size
        Sizes (population, GDP, area), shape (n,), above 0.

    Returns
    -------
    numpy.ndarray
        Values per unit of size.
    """
    return np.asarray(values / size)


def denominate_pairs(
    values: FloatArray, size: FloatArray, first: IntArray, second: IntArray, *, rule: str = "geometric"
) -> FloatArray:
    """Divide pair values by the combined size of the two cities.

    Parameters
    ----------
    values
        Pair values, shape (m,).
    size
        City sizes, shape (n,), above 0.
    first, second
        Positions of the two cities of each pair, shape (m,).
    rule
        A name in `DENOMINATOR_RULES`; the geometric mean keeps "per head" in the unit.

    Returns
    -------
    numpy.ndarray
        Values per unit of combined size, shape (m,).

    Raises
    ------
    SpecificationError
        If the rule is unknown.
    """
    if rule not in DENOMINATOR_RULES:
        raise SpecificationError(
            mould(
                "denominate_pairs", "rule must be known", repr(rule), f"Use one of {list(DENOMINATOR_RULES)}"
            )
        )
    return np.asarray(values / DENOMINATOR_RULES[rule](size[first], size[second]))


def check_denominator(size: FloatArray, labels: npt.ArrayLike, name: str) -> FloatArray:
    """Refuse sizes that cannot divide.

    Parameters
    ----------
    size
        Sizes, shape (n,); NaN where unknown.
    labels
        What to call each city, shape (n,).
    name
        Name of the column.

    Returns
    -------
    numpy.ndarray
        The sizes.

    Raises
    ------
    DataError
        If a size is zero, negative or infinite. A missing size is allowed: it makes the value missing.
    """
    bad = ~np.isnan(size) & ~(np.isfinite(size) & (size > 0))
    if bad.any():
        came = f"{int(bad.sum())} of {bad.size} otherwise: {first_offenders(np.asarray(labels)[bad])}"
        raise DataError(
            mould(
                "denominate",
                Words(
                    f"column {name!r} must be above 0 where a city has a size",
                    f"列{name!r}在城市有规模处须大于0",
                ),
                came,
                "Correct it, or leave the cell empty: the value is then missing",
            )
        )
    return size
