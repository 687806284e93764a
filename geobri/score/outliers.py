"""Outlier treatment of one column, with a record of what was touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import DataError, SpecificationError, mould
from geobri.words import Words

__all__ = ["TREATMENTS", "Treated", "kurtosis", "skewness", "treat"]


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """A treated column.

    Attributes
    ----------
    after
        The column afterwards, shape (n,).
    touched
        Where a value changed, shape (n,).
    parameters
        What was fitted or chosen: number of points, limits, shift, lambda.
    """

    after: FloatArray
    touched: BoolArray
    parameters: dict[str, float]

    @property
    def is_transformed(self) -> bool:
        """Tell whether all values were taken through a curve, rather than some of them pulled in."""
        return "shift" in self.parameters


def keep_all(values: FloatArray, fitted: BoolArray) -> tuple[FloatArray, dict[str, float]]:  # noqa: ARG001
    """Leave the column as it is."""
    return values.copy(), {}


def winsorise(
    values: FloatArray,
    fitted: BoolArray,
    *,
    limits: tuple[float, float] | None = None,
    max_points: int = 5,
    max_skewness: float = 2.0,
    max_kurtosis: float = 3.5,
) -> tuple[FloatArray, dict[str, float]]:
    """Pull the most extreme values in to the next one until the column is tame, or clip at two quantiles.

    A column is tame when |skewness| or excess kurtosis is within its bound (both must be exceeded to act); the tail
    is the one that the skewness points to. At most `max_points` values are pulled in.
    """
    result = values.copy()
    if limits is not None:
        low, high = np.quantile(values[fitted], [limits[0], 1.0 - limits[1]])
        result[fitted] = np.clip(values[fitted], low, high)
        return result, {"low": float(low), "high": float(high)}
    points = 0
    current = values[fitted]
    while points < max_points and not _is_tame(current, max_skewness, max_kurtosis):
        points += 1
        current = _pull_in(values[fitted], points, upper=skewness(values[fitted]) > 0)
    result[fitted] = current
    return result, {"points": float(points)}


def logarithm(
    values: FloatArray, fitted: BoolArray, *, share: float = 0.01, shift: float | None = None
) -> tuple[FloatArray, dict[str, float]]:
    """Take log(x - min + share * range), free of the unit; or log(x + shift) when a shift is given."""
    moved, offset = _above_zero(values, fitted, share, shift)
    return np.log(moved), {"shift": offset}


def winsorise_or_log(
    values: FloatArray,
    fitted: BoolArray,
    *,
    max_points: int = 5,
    max_skewness: float = 2.0,
    max_kurtosis: float = 3.5,
    share: float = 0.01,
    shift: float | None = None,
) -> tuple[FloatArray, dict[str, float]]:
    """Winsorise; where the column is still not tame, take the logarithm of the column as it was instead.

    This is how COINr treats a column (Becker et al. 2022, 10.21105/joss.04567).
    """
    result, found = winsorise(
        values, fitted, max_points=max_points, max_skewness=max_skewness, max_kurtosis=max_kurtosis
    )
    if _is_tame(result[fitted], max_skewness, max_kurtosis):
        return result, found
    return logarithm(values, fitted, share=share, shift=shift)


def boxcox(
    values: FloatArray,
    fitted: BoolArray,
    *,
    power: float | None = None,
    share: float = 0.01,
    shift: float | None = None,
) -> tuple[FloatArray, dict[str, float]]:
    """Take (x^power - 1) / power of the shifted column, the power by maximum likelihood unless given."""
    moved, offset = _above_zero(values, fitted, share, shift)
    moved = moved / np.exp(
        np.log(moved[fitted]).mean()
    )  # the geometric mean as the unit: powers compare, no overflow
    power = _likeliest_power(moved[fitted]) if power is None else power
    result = np.log(moved) if power == 0 else (moved**power - 1.0) / power
    return result, {"shift": offset, "power": power}


Treatment: TypeAlias = Callable[..., tuple[FloatArray, dict[str, float]]]
TREATMENTS: Final[dict[str, Treatment]] = {
    "none": keep_all,
    "winsorise": winsorise,
    "winsorise_or_log": winsorise_or_log,
    "log": logarithm,
    "boxcox": boxcox,
}
"""The functions that treat outliers, by name."""


def treat(
    values: npt.ArrayLike, method: str = "winsorise", *, exempt: npt.ArrayLike | None = None, **params: Any
) -> Treated:
    """Treat the outliers of one column.

    Parameters
    ----------
    values
        The column, shape (n,); NaN stays NaN.
    method
        A name in `TREATMENTS`.
    exempt
        True where a value is a structural zero: it takes no part in moments, quantiles or the power, and is not
        winsorised; a transformation keeps it in its order.
    **params
        Parameters of the method (`limits`, `max_points`, `shift`, `share`, `power`, …).

    Returns
    -------
    Treated
        The column afterwards, what was touched, and the parameters found. Order is never reversed.

    Raises
    ------
    SpecificationError
        If the method or a parameter is unknown.
    DataError
        If a shift leaves values at or below 0.

    Notes
    -----
    Skewness and excess kurtosis are the bias-corrected sample coefficients (type 2 in Joanes and Gill).

    References
    ----------
    Joanes, D. N. and Gill, C. A. (1998). The Statistician 47(1), 183-189. 10.1111/1467-9884.00122.
    Box, G. E. P. and Cox, D. R. (1964). JRSS B 26(2), 211-252. 10.1111/j.2517-6161.1964.tb00553.x.
    """
    if method not in TREATMENTS:
        raise SpecificationError(
            mould(
                "treat",
                Words("method must be a known treatment", "离群值处理方法须为已知的名称"),
                repr(method),
                f"Use one of {list(TREATMENTS)}",
            )
        )
    column = np.asarray(values, dtype=float)
    known = ~np.isnan(column)
    fitted = known if exempt is None else known & ~np.asarray(exempt, dtype=bool)
    if not fitted.any() or np.ptp(column[fitted]) == 0:
        return Treated(column.copy(), np.zeros(column.shape, dtype=bool), {})
    result = np.full(column.shape, np.nan)
    try:
        result[known], parameters = TREATMENTS[method](column[known], fitted[known], **params)
    except TypeError as error:
        came = f"{sorted(params)} ({error})"
        raise SpecificationError(
            mould("treat", f"{method!r} must get its own parameters", came, "See its signature")
        ) from error
    return Treated(result, known & (result != column), parameters)


def skewness(values: FloatArray) -> float:
    """Compute the bias-corrected sample skewness G1.

    Parameters
    ----------
    values
        Known values, shape (n,), n >= 3.

    Returns
    -------
    float
        G1; NaN for fewer than three or constant values.
    """
    n = values.size
    centred = values - values.mean()
    second = float(np.mean(centred**2))
    if n < 3 or second == 0:  # noqa: PLR2004
        return float("nan")
    return float(np.mean(centred**3) / second**1.5 * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(values: FloatArray) -> float:
    """Compute the bias-corrected sample excess kurtosis G2.

    Parameters
    ----------
    values
        Known values, shape (n,), n >= 4.

    Returns
    -------
    float
        G2; NaN for fewer than four or constant values.
    """
    n = values.size
    centred = values - values.mean()
    second = float(np.mean(centred**2))
    if n < 4 or second == 0:  # noqa: PLR2004
        return float("nan")
    excess = float(np.mean(centred**4)) / second**2 - 3.0
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6.0)


def _is_tame(values: FloatArray, max_skewness: float, max_kurtosis: float) -> bool:
    return not (abs(skewness(values)) > max_skewness and kurtosis(values) > max_kurtosis)


def _pull_in(values: FloatArray, points: int, *, upper: bool) -> FloatArray:
    ordered = np.sort(values)
    points = min(points, len(values) - 1)
    pulled = np.minimum(values, ordered[-1 - points]) if upper else np.maximum(values, ordered[points])
    return np.asarray(pulled)


def _above_zero(
    values: FloatArray, fitted: BoolArray, share: float, shift: float | None
) -> tuple[FloatArray, float]:
    offset = float(-values.min() + share * np.ptp(values[fitted])) if shift is None else float(shift)
    moved = values + offset
    if moved.min() <= 0:
        came = f"a least value of {values.min():g} and shift={offset:g}"
        raise DataError(
            mould(
                "treat",
                Words("a logarithm or power needs values above 0", "对数或幂变换要求取值大于0"),
                came,
                "Give a larger shift, or share > 0",
            )
        )
    return moved, offset


def _likeliest_power(values: FloatArray) -> float:
    """Maximise the profile likelihood -n/2 log var(y) + (power - 1) sum log x over -5..5."""
    from scipy.optimize import minimize_scalar

    logs = np.log(values)

    def negative_likelihood(power: float) -> float:
        transformed = logs if abs(power) < 1e-9 else np.expm1(power * logs) / power  # noqa: PLR2004 - the limit is the log
        return 0.5 * logs.size * float(np.log(transformed.var())) - (power - 1.0) * float(logs.sum())

    return float(
        minimize_scalar(negative_likelihood, bounds=(-5.0, 5.0), method="bounded", options={"xatol": 1e-8}).x
    )
