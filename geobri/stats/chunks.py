"""Permutations in chunks, on as many workers as there are: the same statistics in the same order on one or twenty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from geobri.stats.progress import tell_progress
from geobri.stats.results import FloatArray
from geobri.workers import spread_here

__all__ = ["through_permutations"]


def through_permutations(
    function: Callable[[Any, Any], FloatArray],
    permutations: npt.NDArray[Any],
    size: int,
    *,
    shared: Any = None,
) -> FloatArray:
    """Compute statistics of every permutation, some permutations at a time.

    Parameters
    ----------
    function
        Called as ``function(shared, chunk)`` with permutations of shape (at most `size`, n); gives one row for each.
    permutations
        Shape (R, n), drawn before: chance is not left to the workers.
    size
        Permutations at once; it decides how much memory a worker takes, and never depends on how many workers there are.
    shared
        What all chunks read.

    Returns
    -------
    numpy.ndarray
        Shape (R, …), in the order of the permutations.
    """
    starts = range(0, len(permutations), max(size, 1))
    chunks = (permutations[start : start + max(size, 1)] for start in starts)
    found = []
    for start, rows in zip(starts, spread_here(function, chunks, shared=shared), strict=True):
        found.append(rows)
        tell_progress(f"exchanging cities, {min(start + size, len(permutations)) / len(permutations):.0%}")
    return np.concatenate(found)
