"""Values that change places over the map, and the sums of the weights between places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from geobri.errors import SpecificationError, mould
from geobri.stats.null import enumerate_permutations, node_permutations
from geobri.stats.results import FloatArray
from geobri.words import Words
from geobri.workers import spread_here

__all__ = ["null_statistics", "permuted_values", "weight_sums"]

_BLOCK: Final = 100_000
"""Cells of a block of permuted values: it stays near the processor while several statistics are made of it."""
_MOST_CITIES_ENUMERATED: Final = 6
"""6! = 720 arrangements, fewer than the 999 that are drawn by default; 7! = 5,040 are more."""


def weight_sums(weights: csr_array) -> tuple[float, float, float]:
    """Give the sums S0, S1 and S2 of Cliff and Ord.

    Parameters
    ----------
    weights
        Shape (n, n).

    Returns
    -------
    tuple
        Sum of w_ij; half the sum of (w_ij + w_ji)^2; sum of (w_i. + w_.i)^2.
    """
    both = weights + weights.T
    margins = np.asarray(weights.sum(axis=1)).ravel() + np.asarray(weights.sum(axis=0)).ravel()
    return float(weights.sum()), float((both.data**2).sum()) / 2, float((margins**2).sum())


def permuted_values(
    values: FloatArray, n_permutations: int, rng: int | np.random.Generator | None
) -> Iterator[FloatArray]:
    """Draw permuted values block by block, so that memory stays bounded.

    Parameters
    ----------
    values
        Shape (n,) or (n, c); rows of several columns move together.
    n_permutations
        How many in all.
    rng
        Seed or generator.

    Yields
    ------
    numpy.ndarray
        Permuted values, shape (r, n) or (r, n, c).
    """
    if n_permutations < 1:
        came = str(n_permutations)
        raise SpecificationError(
            mould(
                "permuted_values",
                Words("n_permutations must be positive", "置换次数（n_permutations）须为正数"),
                came,
                "Ask for 999",
            )
        )
    generator = np.random.default_rng(rng)
    rows = max(1, _BLOCK // values.size)
    for start in range(0, n_permutations, rows):
        drawn = node_permutations(len(values), min(rows, n_permutations - start), rng=generator)
        yield values[drawn]


def null_statistics(
    function: Callable[[FloatArray], FloatArray],
    values: FloatArray,
    n_permutations: int,
    rng: int | np.random.Generator | None,
) -> tuple[FloatArray, bool]:
    """Compute a statistic for permuted values; for all permutations where there are few.

    Parameters
    ----------
    function
        From values of shape (r, n) to statistics of shape (r,) or (r, d).
    values
        Shape (n,).
    n_permutations
        How many, unless n is at most 6 and there are fewer in all.
    rng
        Seed or generator.

    Returns
    -------
    null_distribution : numpy.ndarray
        Shape (R,) or (R, d).
    exact : bool
        Whether these are all permutations, the observed one among them.
    """
    if len(values) <= _MOST_CITIES_ENUMERATED:
        every = np.concatenate(list(enumerate_permutations(len(values))))
        return function(values[every]), True
    blocks = permuted_values(values, n_permutations, rng)
    found = spread_here(_apply, blocks, shared=function)  # chance stays here, in the order of the blocks
    return np.concatenate(list(found)), False


def _apply(function: Callable[[FloatArray], FloatArray], block: FloatArray) -> FloatArray:
    return function(block)
