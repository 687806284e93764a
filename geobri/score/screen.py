"""Screening: which cities and pairs are known well enough to take part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geobri.arrays import BoolArray, FloatArray, IntArray
from geobri.errors import SpecificationError, mould
from geobri.words import Words

__all__ = ["Coverage", "measure_coverage", "screen"]


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How much is known.

    Attributes
    ----------
    pairs
        Share of indicators known for each pair, shape (m,).
    cities
        Share of known values among all pairs of each city, shape (n,); NaN for a city without pairs.
    cities_by_indicator
        The same by indicator, shape (n, k).
    """

    pairs: FloatArray
    cities: FloatArray
    cities_by_indicator: FloatArray


def measure_coverage(
    known: BoolArray, first: IntArray, second: IntArray, n: int, *, own: FloatArray | None = None
) -> Coverage:
    """Measure the share of known values by pair and by city.

    Parameters
    ----------
    known
        Where a value is known, shape (m, k).
    first, second
        Positions of the two cities of each pair, shape (m,).
    n
        Number of cities.
    own
        Attributes of cities: 1 where a city's own value is known, 0 where it is not, NaN for other indicators; shape
        (n, k).

    Returns
    -------
    Coverage
        Shares between 0 and 1.
    """
    focal = np.concatenate([first, second])
    partners = np.bincount(focal, minlength=n).astype(float)
    sums = [np.bincount(focal, weights=np.tile(column, 2), minlength=n) for column in known.T.astype(float)]
    shares = np.divide(
        np.column_stack(sums),
        partners[:, None],
        out=np.full((n, known.shape[1]), np.nan),
        where=partners[:, None] > 0,
    )
    if own is not None:
        shares = np.where(np.isnan(own), shares, own)
    return Coverage(known.mean(axis=1), shares.mean(axis=1), shares)


def screen(
    known: BoolArray,
    first: IntArray,
    second: IntArray,
    n: int,
    *,
    min_city: float = 0.0,
    min_pair: float = 0.0,
    own: FloatArray | None = None,
) -> tuple[BoolArray, BoolArray]:
    """Decide which cities and pairs stay.

    The worst city goes first and the others are measured again without it, so that one unknown city does not take
    its partners along; then the pairs of the cities that stay are screened.

    Parameters
    ----------
    known
        Where a value is known, shape (m, k).
    first, second
        Positions of the two cities of each pair, shape (m,).
    n
        Number of cities.
    min_city, min_pair
        Least share of known values to stay, 0 to 1.
    own
        As in `measure_coverage`.

    Returns
    -------
    tuple of numpy.ndarray
        True for the cities that stay, shape (n,), and for the pairs that stay, shape (m,).

    Raises
    ------
    SpecificationError
        If a share is not between 0 and 1.
    """
    if not (0 <= min_city <= 1 and 0 <= min_pair <= 1):
        came = f"min_city={min_city!r}, min_pair={min_pair!r}"
        raise SpecificationError(
            mould(
                "screen",
                Words("shares must lie between 0 and 1", "比例须在0与1之间"),
                came,
                "Give 0.8 for 80 %",
            )
        )
    staying = np.ones(n, dtype=bool)
    pairs = np.ones(len(first), dtype=bool)
    while min_city > 0:
        shares = measure_coverage(known[pairs], first[pairs], second[pairs], n, own=own).cities
        shares = np.where(staying & ~np.isnan(shares), shares, np.inf)
        worst = int(np.argmin(shares))
        if shares[worst] >= min_city:
            break
        staying[worst] = False
        pairs = staying[first] & staying[second]
    return staying, pairs & (known.mean(axis=1) >= min_pair)
