"""Arrays by what they hold: the types that numbers pass between the rooms as."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FloatArray", "IndexArray", "IntArray"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
"""Numbers."""

IntArray: TypeAlias = npt.NDArray[np.int64]
"""Whole numbers: counts, years, codes."""

IndexArray: TypeAlias = npt.NDArray[np.intp]
"""Places in other arrays."""

BoolArray: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no."""
