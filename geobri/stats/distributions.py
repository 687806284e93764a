"""Ranks, and the two distributions that intervals and approximate p-values need.

scipy.stats has all of this and much more, and takes half a second to load; a page needs no more than what stands here, in the
same bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from geobri.arrays import FloatArray

__all__ = ["normal_quantile", "normal_tail", "rank_values", "student_quantile", "student_tail"]


def rank_values(values: npt.ArrayLike, axis: int = -1) -> FloatArray:
    """Rank from the smallest, 1 for it; ties share the mean of their places.

    Parameters
    ----------
    values
        Any shape.
    axis
        Along which they are ranked.

    Returns
    -------
    numpy.ndarray
        Ranks in the same shape; NaN throughout a slice in which a value is NaN.

    Examples
    --------
    >>> rank_values([30, 10, 10, 20]).tolist()
    [4.0, 1.5, 1.5, 3.0]
    """
    given = np.moveaxis(np.asarray(values), axis, -1)
    if given.size == 0:
        return np.empty(np.shape(values))
    n = given.shape[-1]
    rows = given.reshape(-1, n)
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    starts = np.ones(rows.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(starts)
    counts = np.diff(first, append=rows.size)
    ranks = np.empty(rows.shape)
    np.put_along_axis(
        ranks, order, np.repeat(first % n + (counts + 1) / 2, counts).reshape(rows.shape), axis=1
    )
    if rows.dtype.kind == "f":
        ranks[np.isnan(ordered[:, -1])] = np.nan
    return np.moveaxis(ranks.reshape(given.shape), -1, axis)


def normal_tail(z: npt.ArrayLike) -> FloatArray:
    """Say how likely a standard normal number is larger than `z`.

    Parameters
    ----------
    z
        Numbers.

    Returns
    -------
    numpy.ndarray
        From 0 to 1.
    """
    tail: FloatArray = special.ndtr(-np.asarray(z, dtype=np.float64))
    return tail


def normal_quantile(p: float) -> float:
    """Find what a standard normal number is smaller than with a probability.

    Parameters
    ----------
    p
        The probability.

    Returns
    -------
    float
        The quantile.
    """
    return float(special.ndtri(p))


def student_tail(t: npt.ArrayLike, df: npt.ArrayLike) -> FloatArray:
    """Say how likely a number with Student's distribution is larger than `t`.

    Parameters
    ----------
    t
        Numbers.
    df
        Degrees of freedom.

    Returns
    -------
    numpy.ndarray
        From 0 to 1.
    """
    tail: FloatArray = special.stdtr(np.asarray(df, dtype=np.float64), -np.asarray(t, dtype=np.float64))
    return tail


def student_quantile(p: float, df: float) -> float:
    """Find what a number with Student's distribution is smaller than with a probability.

    Parameters
    ----------
    p
        The probability.
    df
        Degrees of freedom.

    Returns
    -------
    float
        The quantile.

    Examples
    --------
    >>> round(student_quantile(0.975, 10), 3)
    2.228
    """
    return float(special.stdtrit(df, p))
