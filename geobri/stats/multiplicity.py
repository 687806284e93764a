"""Many tests at once: control of the false discovery rate and of the family-wise error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.notebooks import menu_of
from geobri.stats.doors import checked
from geobri.stats.p_values import permutation_p_value
from geobri.stats.results import Alternative, FloatArray
from geobri.words import Words

__all__ = ["ADJUSTMENTS", "adjust_p_values", "benjamini_hochberg", "holm", "max_t", "turn_outwards"]
__dir__ = menu_of(__all__)


def _checked(p_values: npt.ArrayLike, caller: str) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Give the p-values as a flat array, and mark those that are there."""
    p = np.asarray(p_values, dtype=np.float64).ravel()
    there = ~np.isnan(p)
    wrong = p[there][(p[there] < 0) | (p[there] > 1)]
    if wrong.size:
        came = f"{wrong.size} of {p.size} outside (first: {wrong[0]:g})"
        raise DataError(
            mould(
                caller,
                Words("p-values must lie in 0..1", "p值须在0与1之间"),
                came,
                "Pass p-values, not statistics",
            )
        )
    return p, there


@checked
def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """Adjust p-values so that few of the rejected hypotheses are false discoveries.

    Rejecting where the adjusted p-value is at most q keeps the expected share of false discoveries at or
    below q, for independent and for positively dependent tests.

    Parameters
    ----------
    p_values
        Shape (m,); NaN stays NaN and is not counted.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values in the order given, shape (m,).

    Raises
    ------
    DataError
        If a p-value is outside 0..1.

    Notes
    -----
    The i-th smallest of m becomes min over j >= i of min(1, m p_(j) / j).

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate.
    10.1111/j.2517-6161.1995.tb02031.x.
    """
    p, there = _checked(p_values, "benjamini_hochberg")
    adjusted = np.full_like(p, np.nan)
    if there.any():
        order = np.argsort(p[there])
        m = len(order)
        # from the largest p-value down: none may be adjusted to more than a larger one is
        at_least = np.minimum.accumulate((p[there][order] * (m / np.arange(1, m + 1)))[::-1])[::-1]
        found = np.empty(m)
        found[order] = np.clip(at_least, 0, 1)
        adjusted[there] = found
    return adjusted


@checked
def holm(p_values: npt.ArrayLike) -> FloatArray:
    """Adjust p-values so that no true hypothesis at all is rejected, save with the probability asked for.

    Parameters
    ----------
    p_values
        Shape (m,); NaN stays NaN and is not counted. The tests may depend on each other in any way.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values in the order given, shape (m,).

    Raises
    ------
    DataError
        If a p-value is outside 0..1.

    Notes
    -----
    The i-th smallest of m becomes max over j <= i of min(1, (m - j + 1) p_(j)).

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scand. J. Statist. 6, 65-70.
    https://www.jstor.org/stable/4615733.
    """
    p, there = _checked(p_values, "holm")
    known = p[there]
    order = np.argsort(known, kind="stable")
    stepped = np.maximum.accumulate(np.minimum(1.0, known[order] * np.arange(len(known), 0, -1)))
    return _put_back(p, there, order, stepped)


def _put_back(
    p: FloatArray, there: npt.NDArray[np.bool_], order: npt.NDArray[np.intp], stepped: FloatArray
) -> FloatArray:
    adjusted = np.full_like(p, np.nan)
    adjusted[np.flatnonzero(there)[order]] = stepped
    return adjusted


ADJUSTMENTS = {"holm": holm, "fdr": benjamini_hochberg}
"""Adjustments that need nothing but p-values."""


@checked
def adjust_p_values(p_values: npt.ArrayLike, method: str) -> FloatArray:
    """Adjust p-values by a method named in `ADJUSTMENTS`, or leave them as they are.

    Parameters
    ----------
    p_values
        Shape (m,).
    method
        ``"holm"``, ``"fdr"`` (Benjamini-Hochberg) or ``"none"``.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values, shape (m,).

    Raises
    ------
    SpecificationError
        If the method is unknown.
    """
    if method == "none":
        return np.asarray(p_values, dtype=np.float64).copy()
    if method not in ADJUSTMENTS:
        wanted = Words(
            f"the adjustment must be none, {' or '.join(ADJUSTMENTS)}",
            f"校正方法须为none、{'、'.join(ADJUSTMENTS)}之一",
        )
        raise SpecificationError(mould("adjust_p_values", wanted, Words(repr(method)), "Choose one"))
    return ADJUSTMENTS[method](p_values)


def turn_outwards(statistics: FloatArray, alternative: Alternative) -> FloatArray:
    """Turn statistics so that large ones speak against the null.

    Parameters
    ----------
    statistics
        Any shape, 0 in the middle of the null.
    alternative
        ``"two-sided"``: their size; ``"greater"``: as they are; ``"less"``: with the other sign.

    Returns
    -------
    numpy.ndarray
        The same shape.
    """
    turned: FloatArray = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative](
        statistics
    )
    return turned


def max_t(
    statistics: npt.ArrayLike,
    null_distribution: npt.ArrayLike,
    *,
    alternative: Alternative = "two-sided",
    exact: bool = False,
) -> FloatArray:
    """Adjust several tests by the largest of their statistics under the same permutations.

    Because all statistics come from the same permutations, their dependence is used: the adjustment costs
    little when dimensions say the same thing. Strong control of the family-wise error, stepping down.

    Parameters
    ----------
    statistics
        One per test, on a common scale (studentised), shape (m,).
    null_distribution
        The same statistics under the null, shape (R, m), row by row from the same permutation.
    alternative
        ``"two-sided"`` compares absolute values.
    exact
        `null_distribution` is a complete enumeration that holds the observed row.

    Returns
    -------
    numpy.ndarray
        Adjusted p-values, shape (m,).

    Raises
    ------
    DataError
        If the shapes do not fit.

    Notes
    -----
    With tests sorted so that t_(1) >= t_(2) >= ..., the adjusted p-value of the i-th is the share of
    permutations whose maximum over tests i, ..., m is at least t_(i), made monotone.

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-based multiple testing. Wiley, ISBN 978-0-471-55761-6.
    """
    observed = np.asarray(statistics, dtype=np.float64).ravel()
    null = np.asarray(null_distribution, dtype=np.float64)
    if null.ndim != 2 or null.shape[1] != len(observed):  # noqa: PLR2004 (one axis for draws, one for tests)
        came = f"{len(observed)} statistics and a null distribution of shape {null.shape}"
        raise DataError(
            mould(
                "max_t",
                Words("there must be one column per statistic", "每个统计量须有一列"),
                came,
                "Transpose it",
            )
        )
    observed, null = turn_outwards(observed, alternative), turn_outwards(null, alternative)
    order = np.argsort(-observed, kind="stable")
    # column i: the largest of test i and all that are smaller than it, summed up from the smallest on
    largest = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]
    p = [
        permutation_p_value(observed[test], largest[:, place], "greater", exact=exact)
        for place, test in enumerate(order)
    ]
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate(p)
    return adjusted
