"""The one p-value: how far out a statistic lies among those of chance."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Final, Literal, overload

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould, shorten
from geobri.notebooks import menu_of
from geobri.stats.distributions import normal_tail
from geobri.stats.doors import checked
from geobri.stats.results import Alternative, FloatArray
from geobri.stats.say.terms import notes
from geobri.words import NOTHING, Words

__all__ = [
    "TIE_TOLERANCE",
    "Chance",
    "TwoSided",
    "count_p_value",
    "judge",
    "monte_carlo_error",
    "normal_p_value",
    "permutation_p_value",
]
__dir__ = menu_of(__all__)


TwoSided = Literal["tails", "absolute"]
"""How two tails become one p-value: twice the smaller one, or all that is as far from 0."""


_LONGEST: Final = 60
"""Characters of what came, in a message."""
Counts = int | npt.NDArray[np.integer]


TIE_TOLERANCE = 1e-10
"""Statistics closer than this share of their own size are the same statistic, apart from rounding."""


@overload
def permutation_p_value(
    statistic: float,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = ...,
    *,
    two_sided: TwoSided = ...,
    mid_p: bool = ...,
    exact: bool = ...,
    leave_out: bool = ...,
) -> float: ...


@overload
def permutation_p_value(
    statistic: FloatArray,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = ...,
    *,
    two_sided: TwoSided = ...,
    mid_p: bool = ...,
    exact: bool = ...,
    leave_out: bool = ...,
) -> FloatArray: ...


@checked
def permutation_p_value(
    statistic: float | FloatArray,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    *,
    two_sided: TwoSided = "tails",
    mid_p: bool = False,
    exact: bool = False,
    leave_out: bool = False,
) -> float | FloatArray:
    """Turn statistics and their null distributions into p-values.

    Parameters
    ----------
    statistic
        Observed statistic, or k of them, shape (k,).
    null_distribution
        Statistics under the null, shape (R,) or (R, k): one row per permutation. For Monte Carlo without the
        observed one; for a complete enumeration with it.
    alternative
        ``"greater"``: large statistics speak against the null; ``"less"``: small ones do; ``"two-sided"``: both.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of statistics at least as far from 0
        (as R's sna and asnipe count, which divide by R where the observed one is counted here).
    mid_p
        Count ties by half (Lancaster), for discrete statistics whose p-value would be too large.
    exact
        `null_distribution` is a complete enumeration that contains the observed statistic.
    leave_out
        Leave permutations out whose statistic is not a finite number, instead of refusing them. Who asks for this says
        how many there were (`judge` counts them).

    Returns
    -------
    float or numpy.ndarray
        p-value in (0, 1], or shape (k,).

    Raises
    ------
    DataError
        If a statistic is not finite, the null distribution is empty or not finite, or it claims to be complete
        without holding the observed statistic.

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
    observed = np.asarray(statistic, dtype=np.float64)
    null = np.asarray(null_distribution, dtype=np.float64)
    if null.ndim == 1 or observed.ndim == 0:
        null = null.reshape(-1, 1)
    usable = np.isfinite(null)
    _check_null(observed, usable, leave_out=leave_out)
    used: npt.NDArray[np.bool_] | bool = True if usable.all() else usable
    if alternative == "two-sided" and two_sided == "absolute":
        observed, null = np.abs(observed), np.abs(null)
    with np.errstate(invalid="ignore"):
        largest, smallest = (f(axis=0, where=used, initial=0.0) for f in (null.max, null.min))
        tolerance = TIE_TOLERANCE * np.maximum(np.abs(observed), np.maximum(largest, -smallest))
        above = np.count_nonzero((null > observed + tolerance) & used, axis=0)
        below = np.count_nonzero((null < observed - tolerance) & used, axis=0)
    tied = np.count_nonzero(usable, axis=0) - above - below
    tail: Alternative = "greater" if two_sided == "absolute" and alternative == "two-sided" else alternative
    p_values = count_p_value(above, tied, below, tail, mid_p=mid_p, exact=exact)
    return p_values if observed.ndim else float(p_values[0])


def _check_null(observed: FloatArray, usable: npt.NDArray[np.bool_], *, leave_out: bool) -> None:
    if not usable.size or not usable.any(axis=0).all():
        came = "none" if not usable.size else f"{len(usable)} statistics, none of them a number"
        remedy = "Ask for at least one permutation, and look for constant columns"
        raise DataError(
            mould("permutation_p_value", "needs a null distribution", came, remedy),
            zh="没有一次置换给出可用的统计量。",
        )
    unusable = int(np.count_nonzero(~usable)) if not leave_out else 0
    unusable += int(np.count_nonzero(~np.isfinite(observed)))
    if unusable:
        came = f"{unusable} of {usable.size + observed.size} that are NaN or infinite"
        remedy = "Look for constant columns or cities without any observed pair"
        raise DataError(
            mould("permutation_p_value", "statistics must be finite numbers", came, remedy),
            zh=f"统计量须为有限数：{unusable}个不是。",
        )


@overload
def count_p_value(
    above: int, tied: int, below: int, alternative: Alternative = ..., *, mid_p: bool = ..., exact: bool = ...
) -> float: ...


@overload
def count_p_value(
    above: npt.NDArray[np.integer],
    tied: npt.NDArray[np.integer],
    below: npt.NDArray[np.integer],
    alternative: Alternative = ...,
    *,
    mid_p: bool = ...,
    exact: bool = ...,
) -> FloatArray: ...


@checked
def count_p_value(
    above: Counts,
    tied: Counts,
    below: Counts,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
    exact: bool = False,
) -> float | FloatArray:
    """Turn counts of larger, equal and smaller null statistics into p-values.

    Parameters
    ----------
    above, tied, below
        How many statistics under the null are larger than, equal to, smaller than the observed one; numbers, or
        arrays of one shape.
    alternative
        ``"greater"``, ``"less"`` or ``"two-sided"`` (twice the smaller tail, at most 1).
    mid_p
        Count ties by half.
    exact
        The counts come from a complete enumeration, in which `tied` includes the observed arrangement.

    Returns
    -------
    float or numpy.ndarray
        p-value in (0, 1].

    Raises
    ------
    DataError
        If a complete enumeration does not contain the observed arrangement.
    SpecificationError
        If `alternative` is none of the three.
    """
    larger, equal, smaller = _read_counts(above, tied, below)
    if exact and np.min(equal) < 1:
        wanted = Words(
            "a complete enumeration contains the observed statistic", "完全枚举须包含观测到的统计量"
        )
        remedy = "Pass exact=False if the observed arrangement is not among them"
        raise DataError(mould("count_p_value", wanted, "no tie with it", remedy))
    equal = equal if exact else equal + 1
    counted = 0.5 * equal if mid_p else equal
    total = larger + equal + smaller
    greater, less = (larger + counted) / total, (smaller + counted) / total
    tails = {"greater": greater, "less": less, "two-sided": np.minimum(1.0, 2.0 * np.minimum(greater, less))}
    p_values = np.asarray(tails[alternative])
    return p_values if p_values.ndim else float(p_values)


def _read_counts(*counts: Counts) -> list[FloatArray]:
    """Read how many statistics there are of each kind; numbers of at least 0 of one shape."""
    try:
        read = np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in counts))
        right = read[0].size > 0 and all(bool((one >= 0).all()) for one in read)
    except (TypeError, ValueError):
        right = False
    if not right:
        came = ", ".join(shorten(repr(one), _LONGEST) for one in counts)
        wanted = Words(
            "above, tied and below must be counts of at least 0, numbers or arrays of one shape",
            "above、tied、below须为非负的计数，或形状相同的数组",
        )
        raise SpecificationError(mould("count_p_value", wanted, came, "Count again"))
    return [*read]


@checked
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
            mould(
                "monte_carlo_error",
                Words("needs a p-value of at least one permutation", "需要至少一次置换得出的p值"),
                came,
                remedy,
            )
        )
    sides = 2.0 if alternative == "two-sided" else 1.0
    tail = p_value / sides
    return sides * math.sqrt(tail * (1.0 - tail) / n_permutations)


def normal_p_value(z: float, alternative: Alternative = "two-sided") -> float:
    """Turn a standardised statistic into a p-value of the normal approximation.

    Parameters
    ----------
    z
        Statistic less its mean, divided by its standard deviation.
    alternative
        Direction of the test; ``"two-sided"`` is twice the tail of the absolute value.

    Returns
    -------
    float
        p-value.

    Raises
    ------
    SpecificationError
        If `alternative` is none of the three.
    """
    if alternative not in ("two-sided", "greater", "less"):
        remedy = "Say 'two-sided', 'greater' or 'less'"
        raise SpecificationError(
            mould(
                "normal_p_value",
                Words("alternative must be known", "备择方向（alternative）须为已知的名称"),
                Words(repr(alternative)),
                remedy,
            )
        )
    if not isinstance(z, numbers.Real):
        came = shorten(repr(z), _LONGEST)
        raise SpecificationError(
            mould(
                "normal_p_value",
                Words("z must be a number", "z须为数字"),
                came,
                "Pass one standardised statistic",
            )
        )
    tails = {"greater": normal_tail(z), "less": normal_tail(-z), "two-sided": 2 * normal_tail(abs(z))}
    return float(tails[alternative])


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """What chance says of a statistic.

    Attributes
    ----------
    p_value
        In (0, 1]; NaN where no permutation changes the statistic, which is no test.
    mc_error
        Standard error of the p-value from drawing; 0 for a complete enumeration.
    mean, deviation
        Of the null distribution.
    n_unusable, n_gone_through
        Permutations whose statistic cannot be computed, which are left out, and all that were gone through.
    caution
        What a reader must know of it; empty when there is nothing.
    """

    p_value: float
    mc_error: float
    mean: float
    deviation: float
    n_unusable: int = 0
    n_gone_through: int = 0
    caution: Words = NOTHING

    def add_unusable(self, said: Words) -> Words:
        """Add to a sentence how many permutations gave no statistic, where some did.

        Parameters
        ----------
        said
            The finding.

        Returns
        -------
        Words
            The finding, with a sentence more where permutations were left out.
        """
        if not self.n_unusable:
            return said
        left = _say_unusable(self.n_unusable, self.n_gone_through)
        return said + Words(f" {left.en}.", f"{left.zh}。")


def _say_unusable(unusable: int, gone_through: int) -> Words:
    return Words(
        f"{unusable:,} of {gone_through:,} permutations give no statistic and are left out",
        f"{gone_through:,} 次置换中有 {unusable:,} 次得不出统计量，已略去",
    )


def judge(
    statistic: float,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    *,
    two_sided: TwoSided = "tails",
    mid_p: bool = False,
    exact: bool = False,
) -> Chance:
    """Compare a statistic with its null distribution, and say what is not right with that.

    Parameters
    ----------
    statistic
        Observed statistic.
    null_distribution
        Statistics under the null, shape (R,). Those that are no finite numbers are left out and counted.
    alternative, two_sided, mid_p, exact
        As in `permutation_p_value`: two-sided is twice the smaller tail, at most 1, unless ``"absolute"``, as sna and asnipe
        count.

    Returns
    -------
    Chance
        p-value, its error from drawing, mean and standard deviation of the null, and a caution.

    Raises
    ------
    DataError
        If the statistic, or every statistic under the null, is not a finite number.
    """
    null = np.asarray(null_distribution, dtype=np.float64).ravel()
    p_value = permutation_p_value(
        float(statistic), null, alternative, two_sided=two_sided, mid_p=mid_p, exact=exact, leave_out=True
    )
    used = null[np.isfinite(null)]
    unusable = null.size - used.size
    cautions = []
    if unusable:
        cautions.append(_say_unusable(unusable, null.size))
    if float(np.ptp(used)) <= TIE_TOLERANCE * max(abs(statistic), float(np.abs(used).max())):
        cautions.append(
            Words(
                "no permutation changes the statistic: this is no test", "任何置换都不改变统计量：不构成检验"
            )
        )
        p_value = math.nan
    drawn = not exact and not math.isnan(p_value)
    tail: Alternative = "greater" if two_sided == "absolute" else alternative
    return Chance(
        p_value=p_value,
        mc_error=monte_carlo_error(p_value, used.size, tail) if drawn else 0.0,
        mean=float(used.mean()),
        deviation=float(used.std()),
        n_unusable=unusable,
        n_gone_through=null.size,
        caution=notes(*cautions),
    )
