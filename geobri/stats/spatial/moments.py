"""Statistics of global dependence for many arrangements at once, and their moments under the null.

References
----------
Cliff, A. D. and Ord, J. K. (1981). Spatial processes: models and applications. Pion, London.
Getis, A. and Ord, J. K. (1992). The analysis of spatial association by use of distance statistics.
10.1111/j.1538-4632.1992.tb00261.x.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from geobri.stats.results import FloatArray
from geobri.stats.spatial.inputs import weight_sums

__all__ = [
    "Moments",
    "geary",
    "geary_moments",
    "getis_ord",
    "getis_ord_moments",
    "join_count_moments",
    "lag",
    "moran_moments",
]


class Moments(NamedTuple):
    """Mean and variances of a statistic under the null.

    Attributes
    ----------
    expected
        Mean.
    randomisation
        Variance over all arrangements of the values at hand.
    normality
        Variance for independent normal values; NaN where it is not defined.
    """

    expected: float
    randomisation: float
    normality: float


def lag(weights: csr_array, rows: FloatArray) -> FloatArray:
    """Sum the weighted values of the neighbours.

    Parameters
    ----------
    weights
        Shape (n, n).
    rows
        Arrangements of values, shape (R, n).

    Returns
    -------
    numpy.ndarray
        Shape (R, n).
    """
    return np.asarray((weights @ rows.T).T)


def _kurtosis(values: FloatArray) -> float:
    z = values - values.mean()
    return float((z**4).mean() / (z**2).mean() ** 2)


def moran_moments(weights: csr_array, values: FloatArray) -> Moments:
    """Give mean and variances of Moran's I.

    Parameters
    ----------
    weights
        Shape (n, n).
    values
        Shape (n,).

    Returns
    -------
    Moments
        Mean -1 / (n - 1) and both variances.
    """
    n = len(values)
    s0, s1, s2 = weight_sums(weights)
    b2, mean = _kurtosis(values), -1 / (n - 1)
    normality = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2) - mean**2
    plain = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    peaked = b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    below = (n - 1) * (n - 2) * (n - 3) * s0**2
    return Moments(mean, (plain - peaked) / below - mean**2 if below else np.nan, normality)


def geary(weights: csr_array, rows: FloatArray) -> FloatArray:
    """Compute Geary's c, (n - 1) / (2 S0) times the sum of w_ij (x_i - x_j)^2 / z'z.

    Parameters
    ----------
    weights
        Shape (n, n).
    rows
        Arrangements of values, shape (R, n).

    Returns
    -------
    numpy.ndarray
        Shape (R,).
    """
    z = rows - rows.mean(axis=1, keepdims=True)
    margins = np.asarray(weights.sum(axis=1)).ravel() + np.asarray(weights.sum(axis=0)).ravel()
    squares = z**2 @ margins - 2 * np.einsum("rn,rn->r", z, lag(weights, z))
    return np.asarray((z.shape[1] - 1) / (2 * weights.sum()) * squares / np.einsum("rn,rn->r", z, z))


def geary_moments(weights: csr_array, values: FloatArray) -> Moments:
    """Give mean and variances of Geary's c.

    Parameters
    ----------
    weights
        Shape (n, n).
    values
        Shape (n,).

    Returns
    -------
    Moments
        Mean 1 and both variances.
    """
    n = len(values)
    s0, s1, s2 = weight_sums(weights)
    b2 = _kurtosis(values)
    normality = ((2 * s1 + s2) * (n - 1) - 4 * s0**2) / (2 * (n + 1) * s0**2)
    parts = (
        (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * b2),
        -(n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * b2) / 4,
        s0**2 * (n**2 - 3 - (n - 1) ** 2 * b2),
    )
    return Moments(1.0, sum(parts) / (n * (n - 2) * (n - 3) * s0**2), normality)


def getis_ord(weights: csr_array, rows: FloatArray) -> FloatArray:
    """Compute Getis and Ord's general G, the weighted share of all products of two values.

    Parameters
    ----------
    weights
        Shape (n, n).
    rows
        Arrangements of values of at least 0, shape (R, n).

    Returns
    -------
    numpy.ndarray
        Shape (R,).
    """
    products = rows.sum(axis=1) ** 2 - np.einsum("rn,rn->r", rows, rows)
    return np.asarray(np.einsum("rn,rn->r", rows, lag(weights, rows)) / products)


def getis_ord_moments(weights: csr_array, values: FloatArray) -> Moments:
    """Give mean and variance of the general G.

    Parameters
    ----------
    weights
        Shape (n, n).
    values
        Shape (n,).

    Returns
    -------
    Moments
        Mean S0 / (n (n - 1)) and the variance over arrangements.
    """
    n = len(values)
    s0, s1, s2 = weight_sums(weights)
    m1, m2, m3, m4 = (float((values**power).sum()) for power in (1, 2, 3, 4))
    terms = (
        ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) * m2**2,
        -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2) * m4,
        -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2) * m1**2 * m2,
        (4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2) * m1 * m3,
        (s1 - s2 + s0**2) * m1**4,
    )
    mean = s0 / (n * (n - 1))
    square = sum(terms) / ((m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3))
    return Moments(mean, square - mean**2, np.nan)


def join_count_moments(weights: csr_array, first: int, second: int, *, same: bool) -> Moments:
    """Give mean and variance of a join count when labels are shuffled.

    Parameters
    ----------
    weights
        Shape (n, n).
    first, second
        How many places have the one and the other label.
    same
        Joins within the first label; otherwise between the two.

    Returns
    -------
    Moments
        Mean and variance over arrangements (non-free sampling).
    """
    n = weights.shape[0]
    s0, s1, s2 = weight_sums(weights)
    two, three, four = n * (n - 1), n * (n - 1) * (n - 2), n * (n - 1) * (n - 2) * (n - 3)
    if same:
        k = first
        mean = s0 * k * (k - 1) / (2 * two)
        square = s1 * k * (k - 1) / two + (s2 - 2 * s1) * k * (k - 1) * (k - 2) / three
        square += (s0**2 + s1 - s2) * k * (k - 1) * (k - 2) * (k - 3) / four
    else:
        mean = s0 * first * second / two
        square = 2 * s1 * first * second / two + (s2 - 2 * s1) * first * second * (first + second - 2) / three
        square += 4 * (s0**2 + s1 - s2) * first * (first - 1) * second * (second - 1) / four
    return Moments(mean, square / 4 - mean**2, np.nan)
