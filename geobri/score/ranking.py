"""Ranks: best first, with a stated rule for ties and an explicit tolerance."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import SpecificationError, mould

__all__ = ["TIES", "Ties", "rank"]

Ties = Literal["min", "dense", "average", "max"]
TIES: Final = get_args(Ties)
_Scores = TypeVar("_Scores", bound="pd.DataFrame | pd.Series[Any] | npt.NDArray[np.float64]")


def rank(scores: _Scores, ties: str = "min", tolerance: float = 1e-9) -> _Scores:
    """Rank scores, the highest 1.

    Scores that differ by no more than `tolerance` from the next better one share its place, so that a tie does
    not hang on the last bit. Missing scores get no rank.

    Parameters
    ----------
    scores
        Series or frame (each column on its own), or an array ranked along its **last** axis, so that many runs
        are ranked at once: shape (…, n).
    ties
        ``"min"`` (1, 2, 2, 4), ``"dense"`` (1, 2, 2, 3), ``"average"`` (1, 2.5, 2.5, 4) or ``"max"`` (1, 3, 3, 4).
    tolerance
        Greatest difference that still is a tie, in the unit of the scores; 0 for exact ties only.

    Returns
    -------
    pandas.Series, pandas.DataFrame or numpy.ndarray
        Ranks in the shape of `scores`: nullable integers from pandas (floats for ``"average"``), floats with NaN
        from an array.

    Raises
    ------
    SpecificationError
        If the rule is unknown or the tolerance negative.

    Notes
    -----
    Ties are chained: in 3.0, 2.9, 2.8 with a tolerance of 0.1 all three share the first place. Keep the
    tolerance far below the differences that matter.

    Examples
    --------
    >>> rank(np.array([10.0, 30.0, 30.0, 20.0]))
    array([4., 1., 1., 3.])
    """
    if ties not in TIES or not tolerance >= 0:
        came = f"ties={ties!r}, tolerance={tolerance!r}"
        raise SpecificationError(
            mould("rank", "ties must be a known rule and tolerance >= 0", came, f"Use one of {list(TIES)}")
        )
    if isinstance(scores, pd.DataFrame):
        ranked = _rank_last_axis(scores.to_numpy(dtype=float).T, ties, tolerance).T
        return pd.DataFrame(ranked, index=scores.index, columns=scores.columns).astype(_dtype(ties))  # type: ignore[return-value]
    if isinstance(scores, pd.Series):
        ranked = _rank_last_axis(scores.to_numpy(dtype=float), ties, tolerance)
        return pd.Series(ranked, index=scores.index, name=scores.name).astype(_dtype(ties))  # type: ignore[return-value]
    return _rank_last_axis(np.asarray(scores, dtype=float), ties, tolerance)  # type: ignore[return-value]


def _dtype(ties: str) -> Any:
    return "Float64" if ties == "average" else "Int64"


def _rank_last_axis(scores: npt.NDArray[np.float64], ties: str, tolerance: float) -> npt.NDArray[np.float64]:
    if scores.shape[-1] == 0:
        return np.empty(scores.shape)
    order = np.argsort(
        -scores, axis=-1
    )  # NaN goes last; equal scores share a place, in whatever order they come
    ordered = np.take_along_axis(scores, order, axis=-1)
    opens = np.ones(scores.shape, dtype=bool)
    opens[..., 1:] = ordered[..., :-1] - ordered[..., 1:] > tolerance
    ranked = np.empty(scores.shape)
    np.put_along_axis(ranked, order, _places(opens, ordered, ties), axis=-1)
    return np.where(np.isnan(scores), np.nan, ranked)


def _places(
    opens: npt.NDArray[np.bool_], ordered: npt.NDArray[np.float64], ties: str
) -> npt.NDArray[np.float64]:
    """Give the rank of every place in sorted order; `opens` marks where a new group of ties begins."""
    if ties == "dense":
        return np.cumsum(opens, axis=-1).astype(float)
    n = opens.shape[-1]
    place = np.arange(1.0, n + 1.0)
    first = np.maximum.accumulate(np.where(opens, place, 0.0), axis=-1)
    if ties == "min":
        return first
    closes = np.ones(opens.shape, dtype=bool)
    closes[..., :-1] = opens[..., 1:] | np.isnan(ordered[..., 1:])
    last = np.minimum.accumulate(np.where(closes, place, np.inf)[..., ::-1], axis=-1)[..., ::-1]
    return last if ties == "max" else 0.5 * (first + last)
