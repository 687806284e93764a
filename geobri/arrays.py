"""Arrays by what they hold: the types that numbers pass between the rooms as."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geobri.notebooks import menu_of

__all__ = ["BoolArray", "FloatArray", "IndexArray", "IntArray", "Rng", "weighted_median"]
__dir__ = menu_of(__all__)

FloatArray: TypeAlias = npt.NDArray[np.float64]
"""Numbers."""

IntArray: TypeAlias = npt.NDArray[np.int64]
"""Whole numbers: counts, years, codes."""

IndexArray: TypeAlias = npt.NDArray[np.intp]
"""Places in other arrays."""

BoolArray: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no."""

Rng: TypeAlias = int | np.random.Generator | None
"""A seed, a generator, or None for other numbers every time."""


def weighted_median(ordered: FloatArray, weights: FloatArray) -> FloatArray:
    """Find the weighted median along the last axis: the value at half the weight, the mean of two where half falls between them.

    Parameters
    ----------
    ordered
        Numbers sorted along the last axis, shape (..., N).
    weights
        Their weights, at least 0, shape (..., N).

    Returns
    -------
    numpy.ndarray
        Shape (...); NaN where there is no weight.
    """
    reached = np.cumsum(weights, axis=-1)
    whole = reached[..., -1:]
    slack = 1e-12 * whole  # sums of fractions such as 1/6 meet their half up to rounding
    low = np.argmax(reached >= whole / 2 - slack, axis=-1)
    beyond = reached > whole / 2 + slack
    high = np.where(beyond.any(axis=-1), np.argmax(beyond, axis=-1), low)
    pick = np.stack([low, high], axis=-1)
    shape = (*pick.shape[:-1], ordered.shape[-1])
    middle = np.take_along_axis(np.broadcast_to(ordered, shape), pick, axis=-1).mean(axis=-1)
    return np.asarray(np.where(whole[..., 0] > 0, middle, np.nan))
