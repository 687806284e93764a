"""Normalisers: put indicators of any unit on one scale.

A formula sees an array whose first axis runs over units (cities or corridors) and whose further axes, if any,
are independent columns (indicators, Monte Carlo runs). It returns an array of the same shape. Higher is always
better afterwards: `direction=-1` turns an indicator where less is better. What a column is compared with is its
`reference`: itself, a panel of years, or a frozen reference set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.words import Words

__all__ = [
    "CONSTANT_RULES",
    "NORMALISERS",
    "ConstantRule",
    "find_constant_columns",
    "normalise",
]

ConstantRule = Literal["error", "worst", "best", "missing"]
Ties = Literal["average", "min", "max"]
_Table = TypeVar("_Table", bound="pd.DataFrame | pd.Series[Any] | FloatArray")
CONSTANT_RULES: Final = get_args(ConstantRule)


def minmax(
    values: FloatArray,
    reference: FloatArray,
    direction: int,
    *,
    scale: tuple[float, float] = (0.0, 100.0),
    clip: bool = False,
) -> FloatArray:
    """Stretch linearly from the worst to the best of the reference: low + (high - low) (x - worst) / (best - worst)."""
    worst, best = _ends(reference, direction)
    share = (values - worst) / (best - worst)
    return _stretch(np.clip(share, 0.0, 1.0) if clip else share, scale)


def zscore(
    values: FloatArray, reference: FloatArray, direction: int, *, centre: float = 0.0, spread: float = 1.0
) -> FloatArray:
    """Centre and scale by mean and sample standard deviation (n - 1) of the reference."""
    mean = np.nanmean(reference, axis=0)
    deviation = np.nanstd(reference, axis=0, ddof=1)
    return np.asarray(centre + spread * direction * (values - mean) / deviation)


def percentile(
    values: FloatArray, reference: FloatArray, direction: int, *, ties: Ties = "average"
) -> FloatArray:
    """Give the share of the reference that is beaten, times 100; a unit beats half of itself.

    Units that tie all beat half of each other (``ties="average"``), none of each other (``"min"``, as COINr does) or all of
    each other (``"max"``).
    """
    beaten = _beaten(values, reference, direction, ties)
    return np.asarray(100.0 * beaten / np.sum(~np.isnan(reference), axis=0))


def rank_score(
    values: FloatArray, reference: FloatArray, direction: int, *, ties: Ties = "average"
) -> FloatArray:
    """Give the ascending rank, worst 1; against a frozen reference, the place it would take.

    Units that tie share the ``"average"``, the ``"min"`` (as in COINr) or the ``"max"`` of their ranks.
    """
    return _beaten(values, reference, direction, ties) + 0.5


def borda(values: FloatArray, reference: FloatArray, direction: int, *, ties: Ties = "average") -> FloatArray:
    """Give the number of units beaten.

    For every other unit that ties there is half a point (``ties="average"``), none (``"min"``, as in COINr) or one (``"max"``).
    """
    return _beaten(values, reference, direction, ties) - 0.5


def max_distance(values: FloatArray, reference: FloatArray, direction: int) -> FloatArray:
    """Measure how far a unit is from the best, in units of the range: 100 (1 - (best - x) / (best - worst))."""
    worst, best = _ends(reference, direction)
    return np.asarray(100.0 * (1.0 - (best - values) / (best - worst)))


def target_distance(
    values: FloatArray, reference: FloatArray, direction: int, *, target: float, clip: bool = True
) -> FloatArray:
    """Measure how far a unit is from a target: 100 (1 - (target - x) / (target - worst)); reached is 100."""
    worst, _ = _ends(reference, direction)
    if np.any(direction * (target - worst) <= 0):
        raise DataError(
            mould(
                "normalise",
                Words("a target must be better than the worst value", "目标须优于最差的取值"),
                f"target {target} and worst {np.max(direction * worst) * direction}",
                "Give a harder target, or turn the direction",
            )
        )
    score = 100.0 * (1.0 - (target - values) / (target - worst))
    return np.asarray(np.minimum(score, 100.0) if clip else score)


def reference_distance(
    values: FloatArray, reference: FloatArray, direction: int, *, reference_value: float
) -> FloatArray:
    """Measure how far a unit is from a chosen unit's value: that unit is 100, the worst 0, better units above 100."""
    return target_distance(values, reference, direction, target=reference_value, clip=False)


def goalposts(
    values: FloatArray,
    reference: FloatArray,  # noqa: ARG001 - goalposts are fixed beforehand, whatever the reference
    direction: int,
    *,
    low: float,
    high: float,
    scale: tuple[float, float] = (0.0, 100.0),
    clip: bool = True,
) -> FloatArray:
    """Stretch linearly between two fixed values, clipped at both by default."""
    if not high > low:
        raise SpecificationError(
            mould(
                "normalise",
                Words("goalposts need low < high", "门柱法的下限须小于上限"),
                f"low={low}, high={high}",
                "Exchange them; direction=-1 turns the scale",
            )
        )
    share = (values - low) / (high - low)
    share = share if direction > 0 else 1.0 - share
    return _stretch(np.clip(share, 0.0, 1.0) if clip else share, scale)


def fraction_of_max(values: FloatArray, reference: FloatArray, direction: int) -> FloatArray:
    """Give 100 x / max, or 100 min / x where less is better; a ratio scale, so values must not be negative."""
    if np.nanmin(values) < 0 or np.nanmin(reference) < 0 or (direction < 0 and np.nanmin(values) <= 0):
        wanted = (
            Words("fraction_of_max needs values >= 0", "fraction_of_max要求取值不为负")
            if direction > 0
            else Words(
                "fraction_of_max needs values > 0 when less is better",
                "以小为优时fraction_of_max要求取值大于0",
            )
        )
        raise DataError(
            mould(
                "normalise",
                wanted,
                f"a least value of {np.nanmin(values):g}",
                "Use minmax, which has no natural zero",
            )
        )
    if direction > 0:
        return np.asarray(100.0 * values / np.nanmax(reference, axis=0))
    return np.asarray(100.0 * np.nanmin(reference, axis=0) / values)


Normaliser: TypeAlias = Callable[..., FloatArray]
NORMALISERS: Final[dict[str, Normaliser]] = {
    "minmax": minmax,
    "zscore": zscore,
    "percentile": percentile,
    "rank": rank_score,
    "borda": borda,
    "max_distance": max_distance,
    "reference_distance": reference_distance,
    "target_distance": target_distance,
    "goalposts": goalposts,
    "fraction_of_max": fraction_of_max,
}
"""The functions that lead a column to a common scale, by name."""
_FIXED: Final = frozenset({"goalposts"})
_WITHOUT_ENDS: Final = frozenset({"zscore", "rank", "borda", "reference_distance"})


def normalise(
    values: _Table,
    method: str = "minmax",
    direction: int | npt.ArrayLike = 1,
    *,
    reference: pd.DataFrame | pd.Series[Any] | npt.ArrayLike | None = None,
    constant: str = "error",
    **params: Any,
) -> _Table:
    """Put one column, or each column of a table, on a common scale where more is better.

    Missing values stay missing and do not count. A column without any spread says nothing about the units: it
    is an error that names the column, unless `constant` says what to put instead.

    Parameters
    ----------
    values
        Units along the first axis, shape (n,) or (n, …); further axes are independent columns. Any unit.
    method
        A name in `NORMALISERS`.
    direction
        1 where more is better, -1 where less is better; one for all columns, or one per column.
    reference
        What to compare with, same columns, any number of rows: a panel of years or a frozen reference set.
        None compares every column with itself.
    constant
        What a column without spread gives: ``"error"``, the ``"worst"`` or ``"best"`` end of the scale (not for methods
        without ends, such as z-scores), or ``"missing"``.
    **params
        Parameters of the method (`scale`, `clip`, `target`, `low`, `high`, `reference_value`, `ties`, …).

    Returns
    -------
    pandas.DataFrame, pandas.Series or numpy.ndarray
        The same kind, shape and labels as `values`; 0 to 100 for most methods.

    Raises
    ------
    SpecificationError
        If the method, the direction, the rule or a parameter is unknown.
    DataError
        If a column is constant, wholly missing, or outside the domain of the method.

    Notes
    -----
    With x' = direction * x, worst = min x' and best = max x' over the reference, min-max is
    100 (x' - worst) / (best - worst). All methods but `goalposts` and `target_distance` are free of the unit of
    the column; `fraction_of_max` is free of its scale but not of its zero.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, chapter 5. 10.1787/9789264043466-en.

    Examples
    --------
    >>> normalise(np.array([2.0, 4.0, 3.0]))
    array([  0., 100.,  50.])
    >>> normalise(np.array([2.0, 4.0, 3.0]), direction=-1)
    array([100.,   0.,  50.])
    """
    formula = _find_formula(method, constant)
    array = np.asarray(values, dtype=float)
    against = array if reference is None else np.asarray(reference, dtype=float)
    names = list(values.columns) if isinstance(values, pd.DataFrame) else [getattr(values, "name", None)]
    result = _normalise_columns(
        array,
        against,
        formula,
        _directions(direction, array),
        constant,
        method=method,
        names=names,
        params=params,
    )
    if isinstance(values, pd.DataFrame):
        return pd.DataFrame(result, index=values.index, columns=values.columns)  # type: ignore[return-value]
    if isinstance(values, pd.Series):
        return pd.Series(result, index=values.index, name=values.name)  # type: ignore[return-value]
    return result  # type: ignore[return-value]


def find_constant_columns(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell which columns have no spread: one distinct value, or none at all.

    Parameters
    ----------
    values
        Units along the first axis, shape (n,) or (n, …).

    Returns
    -------
    numpy.ndarray
        One boolean per column, shape (…); 0-dimensional for a single column.

    Notes
    -----
    Spread below 1e-12 of the largest magnitude counts as none: it is rounding, and would be stretched to 0-100.
    """
    array = np.asarray(values, dtype=float)
    known = ~np.isnan(array)
    low = np.min(np.where(known, array, np.inf), axis=0, initial=np.inf)
    high = np.max(np.where(known, array, -np.inf), axis=0, initial=-np.inf)
    largest = np.maximum(np.abs(low), np.abs(high))
    with np.errstate(invalid="ignore"):
        return np.asarray(~(high - low > 1e-12 * largest), dtype=bool)


def _find_formula(method: str, constant: str) -> Normaliser:
    if method not in NORMALISERS:
        raise SpecificationError(
            mould(
                "normalise",
                Words("method must be a known normaliser", "标准化方法须为已知的名称"),
                repr(method),
                f"Use one of {sorted(NORMALISERS)}",
            )
        )
    if constant not in CONSTANT_RULES:
        raise SpecificationError(
            mould(
                "normalise",
                "constant must be a known rule",
                repr(constant),
                f"Use one of {list(CONSTANT_RULES)}",
            )
        )
    return NORMALISERS[method]


def _directions(direction: int | npt.ArrayLike, array: FloatArray) -> npt.NDArray[np.int64]:
    signs = np.asarray(direction)
    if not np.isin(signs, (-1, 1)).all():
        raise SpecificationError(
            mould(
                "normalise",
                "direction must be 1 or -1",
                repr(direction),
                "Say 1 where more is better, else -1",
            )
        )
    return np.broadcast_to(signs.astype(int), array.shape[1:])


def _normalise_columns(
    array: FloatArray,
    against: FloatArray,
    formula: Normaliser,
    directions: npt.NDArray[np.int64],
    constant: str,
    *,
    method: str,
    names: list[Any],
    params: dict[str, Any],
) -> FloatArray:
    """Normalise every column by the values of ``against``; a constant column goes by its own rule."""
    flat = method in _FIXED
    level = np.zeros(array.shape[1:], dtype=bool) if flat else find_constant_columns(against)
    empty = np.asarray(np.isnan(array).all(axis=0))
    if empty.any() and constant != "missing":
        _refuse(
            empty,
            names,
            Words("some value of every column must be known", "每一列须至少有一个已知取值"),
            f"wholly missing column(s) of {len(array)} rows",
        )
    if (level & ~empty).any() and constant == "error":
        _refuse(
            level,
            names,
            Words("every column must hold at least two different values", "每一列须有至少两个不同的取值"),
            f"constant column(s) over {len(against)} rows",
        )
    result = np.full(array.shape, _constant_value(constant, method, params) if level.any() else np.nan)
    for sign in (1, -1):
        chosen = (directions == sign) & ~level
        if chosen.any():
            result[:, chosen] = _apply(formula, array[:, chosen], against[:, chosen], sign, method, params)
    result[np.isnan(array)] = np.nan
    return result


def _apply(  # noqa: PLR0917 - internal, called once
    formula: Normaliser,
    array: FloatArray,
    against: FloatArray,
    sign: int,
    method: str,
    params: dict[str, Any],
) -> FloatArray:
    try:
        return formula(array, against, sign, **params)
    except TypeError as error:
        raise SpecificationError(
            mould(
                "normalise",
                f"method {method!r} must get its own parameters",
                f"{sorted(params)} ({error})",
                "See its signature",
            )
        ) from error


def _refuse(faulty: npt.NDArray[np.bool_], names: list[Any], wanted: Words, what: str) -> None:
    columns = np.flatnonzero(faulty.reshape(-1)) if faulty.ndim else np.array([0])
    said = [str(names[c]) if c < len(names) and names[c] is not None else f"column {c}" for c in columns]
    remedy = 'Leave the indicator out, complete it, or say what it shall give with constant="missing" (or "worst", "best" if constant)'
    offenders = first_offenders(said)
    came = Words(f"{len(columns)} {what}: {offenders}", f"{len(columns)}列不符：{offenders}")
    raise DataError(mould("normalise", wanted, came, remedy))


def _constant_value(constant: str, method: str, params: dict[str, Any]) -> float:
    if constant == "missing":
        return float("nan")
    if method in _WITHOUT_ENDS:
        came = f"method={method!r}, constant={constant!r}"
        raise SpecificationError(
            mould(
                "normalise",
                Words("the method must have a worst and a best score", "此方法须有最差和最优得分"),
                came,
                'Say constant="missing"',
            )
        )
    low, high = params.get("scale", (0.0, 100.0))
    return float(low if constant == "worst" else high)


def _ends(reference: FloatArray, direction: int) -> tuple[FloatArray, FloatArray]:
    low, high = np.nanmin(reference, axis=0), np.nanmax(reference, axis=0)
    return (low, high) if direction > 0 else (high, low)


def _stretch(share: FloatArray, scale: tuple[float, float]) -> FloatArray:
    low, high = scale
    return np.asarray(low + (high - low) * share)


def _beaten(values: FloatArray, reference: FloatArray, direction: int, ties: str) -> FloatArray:
    """Count the reference values beaten by each value; it beats half of itself, and ties by the rule."""
    if ties not in get_args(Ties):
        remedy = f"Use one of {list(get_args(Ties))}"
        raise SpecificationError(mould("normalise", "ties must be a known rule", repr(ties), remedy))
    columns, against = (
        values.reshape(len(values), -1) * direction,
        reference.reshape(len(reference), -1) * direction,
    )
    counts = np.full(columns.shape, np.nan)
    for column in range(columns.shape[1]):
        known = np.sort(against[~np.isnan(against[:, column]), column])
        below = np.searchsorted(known, columns[:, column], side="left")
        upto = np.searchsorted(known, columns[:, column], side="right")
        itself = np.minimum(upto - below, 1)  # 0 for a value that the reference does not hold
        share = {"average": 0.5 * (upto - below), "min": 0.5 * itself, "max": upto - below - 0.5 * itself}
        counts[:, column] = below + share[ties]
    return counts.reshape(values.shape)
