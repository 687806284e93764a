"""Conditional randomisation: what the neighbours of each place would add up to, had they been drawn at random.

The value of the focal place stays, and its k_i neighbours are drawn without replacement from the other n - 1.
One set of draws serves all places: a list of k + 1 places without replacement from all n, of which place i
uses the first k_i that are not i. All weighted sums are then one matrix product, and the few draws that met
the focal place itself are put right afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from geobri.arrays import IntArray
from geobri.errors import SpecificationError, mould
from geobri.stats.null import node_permutations
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["ConditionalMoments", "conditional_moments", "draw_neighbours", "random_lags"]


_CELLS: Final = 1_000_000
"""Cells of a block of random lags; larger blocks leave the cache."""


def draw_neighbours(n: int, k: int, n_permutations: int, rng: int | np.random.Generator | None) -> IntArray:
    """Draw lists of k + 1 places without replacement.

    Parameters
    ----------
    n
        Number of places.
    k
        Largest number of neighbours, at most n - 1.
    n_permutations
        Number of lists R.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        Row numbers, shape (R, k + 1), every ordered list equally likely.

    Raises
    ------
    SpecificationError
        If no list is asked for.
    """
    if n_permutations < 1:
        came = str(n_permutations)
        raise SpecificationError(
            mould(
                "local tests",
                Words("n_permutations must be positive", "置换次数（n_permutations）须为正数"),
                came,
                "Ask for 999",
            )
        )
    generator = np.random.default_rng(rng)
    if 4 * (k + 1) > n:
        return np.asarray(node_permutations(n, n_permutations, rng=generator)[:, : k + 1], dtype=np.int64)
    return np.stack([generator.choice(n, k + 1, replace=False) for _ in range(n_permutations)])


class _Corrections(NamedTuple):
    """Where a draw met the focal place itself: place, list and position in the list, sorted by place."""

    place: IntArray
    draw: IntArray
    position: IntArray


def _meetings(drawn: IntArray, degrees: IntArray) -> _Corrections:
    # the last of each list is a substitute, and is only used where the focal place itself was drawn
    draw, position = np.divmod(np.arange(drawn[:, :-1].size), max(drawn.shape[1] - 1, 1))
    place = drawn[:, :-1].ravel()
    met = position < degrees[place]
    order = np.argsort(place[met], kind="stable")
    return _Corrections(place[met][order], draw[met][order], position[met][order])


def _padded(weights: csr_array) -> tuple[FloatArray, IntArray]:
    """Weights of each row, packed to the left and padded with 0; and the number of neighbours."""
    degrees = np.diff(weights.indptr).astype(np.int64)
    packed = np.zeros((len(degrees), int(degrees.max(initial=0))))
    position = np.arange(len(weights.data)) - np.repeat(weights.indptr[:-1], degrees)
    packed[np.repeat(np.arange(len(degrees)), degrees), position] = weights.data
    return packed, degrees


def random_lags(
    weights: csr_array, columns: list[FloatArray], n_permutations: int, rng: int | np.random.Generator | None
) -> Iterator[tuple[slice, list[FloatArray]]]:
    """Give the weighted sums over random neighbours, block by block of places.

    Parameters
    ----------
    weights
        Without the diagonal, shape (n, n).
    columns
        Columns to be summed, each of shape (n,); all see the same draws.
    n_permutations
        Number of draws R.
    rng
        Seed or generator.

    Yields
    ------
    rows : slice
        Which places.
    lags : list of numpy.ndarray
        One array of shape (places, R) per column.
    """
    packed, degrees = _padded(weights)
    drawn = draw_neighbours(len(degrees), packed.shape[1], n_permutations, rng)
    met = _meetings(drawn, degrees)
    sampled = [column[drawn] for column in columns]
    step = max(1, _CELLS // n_permutations)
    for start in range(0, len(degrees), step):
        rows = slice(start, min(start + step, len(degrees)))
        here = slice(*np.searchsorted(met.place, [rows.start, rows.stop]))
        place, draw, position = (part[here] for part in met)
        lags = []
        for column, values in zip(columns, sampled, strict=True):
            block = packed[rows] @ values[:, :-1].T
            substitute = values[
                draw, degrees[place]
            ]  # the first of the list beyond those that the place uses
            np.add.at(
                block, (place - rows.start, draw), packed[place, position] * (substitute - column[place])
            )
            lags.append(block)
        yield rows, lags


class ConditionalMoments(NamedTuple):
    """Exact mean and variance of the random weighted sum of each place, shape (n,)."""

    mean: FloatArray
    variance: FloatArray


def conditional_moments(weights: csr_array, values: FloatArray) -> ConditionalMoments:
    """Give mean and variance of the weighted sum over neighbours drawn without replacement from the others.

    Parameters
    ----------
    weights
        Without the diagonal, shape (n, n).
    values
        Shape (n,).

    Returns
    -------
    ConditionalMoments
        For place i with total weight W and total squared weight V: mean W m and variance
        (V - W^2 / (n - 1)) s^2, where m and s^2 are mean and variance (divisor n - 2) of the other values.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an
    application. 10.1111/j.1538-4632.1995.tb00912.x.
    """
    n = len(values)
    total = np.asarray(weights.sum(axis=1)).ravel()
    squares = np.asarray(weights.power(2).sum(axis=1)).ravel()
    mean = (values.sum() - values) / (n - 1)
    z = values - values.mean()
    others = float(z @ z) - z**2 - z**2 / (n - 1)  # squares of the others about their own mean, -z / (n - 1)
    return ConditionalMoments(
        total * mean, np.clip((squares - total**2 / (n - 1)) * others / (n - 2), 0, None)
    )
