"""The one p-value function, for draws and for complete enumerations."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.results import Alternative, FloatArray

__all__ = ["TIE_TOLERANCE", "count_p_value", "monte_carlo_error", "permutation_p_value", "say_p_value"]

#: Statistics closer than this share of their own size are the same statistic, apart from rounding.
TIE_TOLERANCE = 1e-10


def permutation_p_value(
    statistic: float,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
    exact: bool = False,
) -> float:
    """Turn a statistic and its null distribution into a p-value.

    Parameters
    ----------
    statistic
        Observed statistic.
    null_distribution
        Statistics under the null, shape (R,). For Monte Carlo without the observed one; for a complete
        enumeration with it.
    alternative
        ``"greater"``: large statistics speak against the null; ``"less"``: small ones do; ``"two-sided"``:
        twice the smaller tail, at most 1.
    mid_p
        Count ties by half (Lancaster), for discrete statistics whose p-value would be too large.
    exact
        `null_distribution` is a complete enumeration that contains the observed statistic.

    Returns
    -------
    float
        p-value in (0, 1].

    Raises
    ------
    DataError
        If the statistic or the null distribution is not finite, the null distribution is empty, or it
        claims to be complete without holding the observed statistic.

    Notes
    -----
    With M of R statistics at least as extreme, p = (M + 1) / (R + 1); for a complete enumeration p = M / R.
    Two statistics that differ by less than 1e-10 of the largest in size are ties.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. 10.2202/1544-6115.1585.
    Lancaster, H. O. (1961). Significance tests in discrete distributions. 10.1080/01621459.1961.10482105.

    Examples
    --------
    >>> permutation_p_value(5.0, [1.0, 2.0, 5.0, 7.0], "greater")
    0.6
    """
    null = np.asarray(null_distribution, dtype=np.float64).ravel()
    _check_null(statistic, null)
    tolerance = TIE_TOLERANCE * max(abs(statistic), float(np.abs(null).max()))
    above = int(np.count_nonzero(null > statistic + tolerance))
    below = int(np.count_nonzero(null < statistic - tolerance))
    return count_p_value(above, null.size - above - below, below, alternative, mid_p=mid_p, exact=exact)


def _check_null(statistic: float, null: FloatArray) -> None:
    if not null.size:
        raise DataError(
            mould(
                "permutation_p_value", "needs a null distribution", "none", "Ask for at least one permutation"
            )
        )
    unusable = int(np.count_nonzero(~np.isfinite(null))) + int(not math.isfinite(statistic))
    if unusable:
        came = f"{unusable} of {null.size + 1} that are NaN or infinite"
        remedy = "Look for constant columns or cities without any observed pair"
        raise DataError(mould("permutation_p_value", "statistics must be finite numbers", came, remedy))


def count_p_value(
    above: int,
    tied: int,
    below: int,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
    exact: bool = False,
) -> float:
    """Turn counts of larger, equal and smaller null statistics into a p-value.

    Parameters
    ----------
    above, tied, below
        How many statistics under the null are larger than, equal to, smaller than the observed one.
    alternative
        ``"greater"``, ``"less"`` or ``"two-sided"``.
    mid_p
        Count ties by half.
    exact
        The counts come from a complete enumeration, in which `tied` includes the observed arrangement.

    Returns
    -------
    float
        p-value in (0, 1].

    Raises
    ------
    DataError
        If a complete enumeration does not contain the observed arrangement.
    SpecificationError
        If `alternative` is none of the three.
    """
    if alternative not in ("two-sided", "greater", "less"):
        remedy = "Say 'two-sided', 'greater' or 'less'"
        raise SpecificationError(
            mould("count_p_value", "alternative must be known", repr(alternative), remedy)
        )
    if exact and tied < 1:
        wanted = "a complete enumeration contains the observed statistic"
        remedy = "Pass exact=False if the observed arrangement is not among them"
        raise DataError(mould("count_p_value", wanted, "no tie with it", remedy))
    ties = tied if exact else tied + 1
    total = above + ties + below
    counted = 0.5 * ties if mid_p else ties
    tails = {"greater": (above + counted) / total, "less": (below + counted) / total}
    if alternative == "two-sided":
        return min(1.0, 2.0 * min(tails.values()))
    return tails[alternative]


def monte_carlo_error(p_value: float, n_permutations: int, alternative: Alternative = "two-sided") -> float:
    """Give the standard error that a p-value has from drawing only some permutations.

    Parameters
    ----------
    p_value
        Monte Carlo p-value.
    n_permutations
        How many permutations were drawn.
    alternative
        Direction of the test; a doubled tail has twice the error of the tail.

    Returns
    -------
    float
        Standard error on the scale of the p-value.

    Raises
    ------
    DataError
        If the p-value is outside [0, 1] or there are no permutations.
    """
    if not 0.0 <= p_value <= 1.0 or n_permutations < 1:
        came = f"p = {p_value}, {n_permutations} permutations"
        remedy = "Pass what the test returned"
        raise DataError(
            mould("monte_carlo_error", "needs a p-value of at least one permutation", came, remedy)
        )
    sides = 2.0 if alternative == "two-sided" else 1.0
    tail = p_value / sides
    return sides * math.sqrt(tail * (1.0 - tail) / n_permutations)


def say_p_value(p_value: float) -> str:
    """Write a p-value with two significant digits.

    Parameters
    ----------
    p_value
        In (0, 1].

    Returns
    -------
    str
        ``0.34``, ``0.0012`` or ``1.00``.
    """
    digits = 2 if p_value >= 0.1 else 1 - math.floor(math.log10(p_value))  # noqa: PLR2004 (leading zeros start here)
    return f"{p_value:.{digits}f}"
