"""Bands of distance: which one a number falls into, the same whatever its last digit."""

from __future__ import annotations

from typing import Literal

import numpy as np

from geobri.stats.null import IntArray
from geobri.stats.p_values import TIE_TOLERANCE
from geobri.stats.results import FloatArray

__all__ = ["find_bands"]


def find_bands(values: FloatArray, limits: FloatArray, *, hold: Literal["lower", "upper"]) -> IntArray:
    """Find the band of each number.

    Parameters
    ----------
    values
        Any shape.
    limits
        Increasing, shape (k + 1,).
    hold
        Which of its limits a band holds. The outermost limit belongs to the outermost band in any case.

    Returns
    -------
    numpy.ndarray
        Number of the band, 0 to k - 1; -1 or k beyond the limits. A number that differs from a limit by no more than rounding
        (`TIE_TOLERANCE` of the largest limit) is that limit: 0.1 + 0.2 and 0.3 are in one band.
    """
    slack = TIE_TOLERANCE * float(np.abs(limits).max())
    last = len(limits) - 1
    near = limits[np.minimum(np.searchsorted(limits, values - slack), last)]
    snapped = np.where(np.abs(values - near) <= slack, near, values)
    side: Literal["left", "right"] = "left" if hold == "upper" else "right"
    place = np.searchsorted(limits, snapped, side=side).astype(np.int64) - 1
    place[snapped == limits[0]] = 0
    place[snapped == limits[last]] = last - 1
    return place
