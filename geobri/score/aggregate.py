"""Aggregators: from the children of one node to its score, for one run or for thousands at once.

Every aggregator sees `matrix` of shape (…, n, k), n units by k children on one scale, and `importance` of shape
(…, k), non-negative and summing to 1. Leading axes are independent runs and broadcast, so that 10,000 weight
vectors are one call. What happens to missing children is decided before, by one rule for all aggregators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, weighted_median
from geobri.errors import DataError, SpecificationError, mould
from geobri.words import Words

__all__ = ["AGGREGATORS", "MISSING_RULES", "STRUCK_BY_ZERO", "Missing", "aggregate"]

Missing = Literal["propagate", "reweight", "zero"]
MISSING_RULES: Final = get_args(Missing)
_BLOCK: Final = 4_000_000  # numbers held at once by the pairwise and sorting aggregators


def arithmetic(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Weighted arithmetic mean: full compensation between children."""
    if matrix.ndim == 2 and importance.ndim >= 1:  # noqa: PLR2004 - one matrix for all runs: a single product
        return np.asarray(importance @ matrix.T)
    return np.asarray(np.matmul(matrix, importance[..., None])[..., 0])


def geometric(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Weighted geometric mean, exp(sum w log x); a child of 0 makes the score 0."""
    with np.errstate(divide="ignore"):
        logs = np.log(matrix)
    return np.asarray(np.exp(_weighted_sum_of_limits(logs, importance)))


def harmonic(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Weighted harmonic mean, 1 / sum(w / x); a child of 0 makes the score 0."""
    return generalised(matrix, importance, power=-1.0)


def generalised(matrix: FloatArray, importance: FloatArray, *, power: float = 0.5) -> FloatArray:
    """Weighted power mean (sum w x^p)^(1/p); p = 1 arithmetic, 0 geometric, -1 harmonic."""
    if power == 0:
        return geometric(matrix, importance)
    with np.errstate(divide="ignore"):
        powered = np.power(matrix, power)
        return np.asarray(np.power(-_weighted_sum_of_limits(-powered, importance), 1.0 / power))


def median(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Weighted median: the value at half the importance, the mean of two where half falls between them."""
    shape = np.broadcast_shapes(matrix.shape[:-2], importance.shape[:-1])
    order = np.argsort(matrix, axis=-1, kind="stable")
    ordered = np.take_along_axis(matrix, order, axis=-1)
    if shape == ():
        return weighted_median(ordered, importance[order])
    result = np.empty((*shape, matrix.shape[-2]))
    for run in np.ndindex(*shape):
        one_order, one = _one_run(order, run, 2), _one_run(ordered, run, 2)
        result[run] = weighted_median(one, _one_run(importance, run, 1)[one_order])
    return result


def copeland(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Copeland: the units outranked minus the units outranking; the weights of ties are halved.

    Costs n² comparisons a child; blocks keep the memory flat.
    """
    shape = np.broadcast_shapes(matrix.shape[:-2], importance.shape[:-1])
    n = matrix.shape[-2]
    if matrix.ndim > 2:  # noqa: PLR2004 - every run has a matrix of its own
        weights = np.broadcast_to(importance, (*shape, importance.shape[-1]))
        runs = [copeland(_one_run(matrix, run, 2), weights[run]) for run in np.ndindex(*shape)]
        return np.array(runs).reshape(*shape, n)
    weights = importance.reshape(-1, importance.shape[-1])
    wins = np.empty((len(weights), n))
    for rows in _blocks(n, n * max(len(weights), matrix.shape[1])):
        signs = np.sign(matrix[rows, None, :] - matrix[None, :, :])
        margin = signs @ weights.T
        wins[:, rows] = np.sign(np.where(np.abs(margin) > 1e-12, margin, 0.0)).sum(axis=1).T  # noqa: PLR2004 - rounding
    return wins.reshape(*shape, n)


def borda(matrix: FloatArray, importance: FloatArray) -> FloatArray:
    """Weighted mean of Borda points: units beaten in each child, ties half."""
    return arithmetic(_borda_points(matrix), importance)


Aggregator: TypeAlias = Callable[..., FloatArray]
AGGREGATORS: Final[dict[str, Aggregator]] = {
    "arithmetic": arithmetic,
    "geometric": geometric,
    "harmonic": harmonic,
    "generalised": generalised,
    "median": median,
    "copeland": copeland,
    "borda": borda,
}
"""The functions that lead the columns of a node to one, by name."""
_NON_NEGATIVE: Final = frozenset({"geometric", "harmonic", "generalised"})
STRUCK_BY_ZERO: Final = frozenset({"geometric", "harmonic"})
"""Means that are 0 as soon as one part is."""

RELATIVE: Final = frozenset({"copeland", "borda"})
"""Aggregators that compare units with each other."""


def aggregate(
    matrix: npt.ArrayLike,
    importance: npt.ArrayLike,
    method: str = "arithmetic",
    missing: str = "propagate",
    *,
    min_coverage: float = 0.0,
    **params: float,
) -> FloatArray:
    """Combine the children of a node into one score per unit.

    Parameters
    ----------
    matrix
        Scores of n units in k children, shape (…, n, k); leading axes are runs.
    importance
        Weights of the children, shape (…, k), not negative; scaled to sum to 1.
    method
        A name in `AGGREGATORS`.
    missing
        ``"propagate"``: a unit with a missing child has no score. ``"reweight"``: the importance of missing
        children goes to the others in proportion. ``"zero"``: missing counts as 0.
    min_coverage
        With ``"reweight"``: least share of the importance that must be known for a score (0 to 1).
    **params
        Parameters of the method (`power` of ``"generalised"``).

    Returns
    -------
    numpy.ndarray
        Scores, shape (…, n); NaN where a unit has none.

    Raises
    ------
    SpecificationError
        If the method or the rule is unknown, or a weight is negative or all are zero.
    DataError
        If values are outside the domain of the method (negative under a geometric mean).

    Notes
    -----
    Copeland and Borda compare units, so that a unit with a missing child can be reweighted only in the sense of
    not being compared in that child; they accept ``"propagate"`` (incomplete units stand aside) and ``"zero"``.

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, chapter 6. 10.1787/9789264043466-en.
    Becker, W. et al. (2022). COINr. Journal of Open Source Software 7(78), 4567. 10.21105/joss.04567.

    Examples
    --------
    >>> aggregate([[100.0, 0.0], [40.0, 60.0]], [0.5, 0.5])
    array([50., 50.])
    """
    scores, weights = np.asarray(matrix, dtype=float), np.asarray(importance, dtype=float)
    _check_call(scores, weights, method, missing, min_coverage)
    weights = weights / weights.sum(axis=-1, keepdims=True)
    known = ~np.isnan(scores)
    if known.all():
        return AGGREGATORS[method](scores, weights, **params)
    if missing == "zero":
        return AGGREGATORS[method](np.where(known, scores, 0.0), weights, **params)
    if missing == "propagate":
        return _complete_units_only(scores, weights, known, method, params)
    return _reweighted(scores, weights, known, (method, min_coverage), params)


def _check_call(
    scores: FloatArray, weights: FloatArray, method: str, missing: str, min_coverage: float
) -> None:
    """Refuse an unknown method or rule, and importances that do not fit the children."""
    if method not in AGGREGATORS or missing not in MISSING_RULES or not 0 <= min_coverage <= 1:
        came = f"method={method!r}, missing={missing!r}, min_coverage={min_coverage!r}"
        remedy = f"Use methods {sorted(AGGREGATORS)}, rules {list(MISSING_RULES)}, coverage 0 to 1"
        raise SpecificationError(mould("aggregate", "method, rule and coverage must be known", came, remedy))
    if scores.ndim < 2 or weights.ndim < 1 or scores.shape[-1] != weights.shape[-1]:  # noqa: PLR2004
        came = f"a matrix {scores.shape} and importances {weights.shape}"
        raise SpecificationError(
            mould(
                "aggregate",
                Words("every child must have one importance", "每个下级须有一个重要性"),
                came,
                "Match the last axes",
            )
        )
    if not (weights >= 0).all() or not (weights.sum(axis=-1) > 0).all():
        came = f"a least weight of {weights.min():g}"
        raise SpecificationError(
            mould(
                "aggregate",
                Words("importances must be >= 0 and not all 0", "重要性不得为负，也不得全为0"),
                came,
                "Turn an indicator with direction=-1",
            )
        )
    if method in _NON_NEGATIVE and (scores < 0).any():
        came = f"{int((scores < 0).sum())} negative values"
        raise DataError(
            mould(
                "aggregate",
                Words(f"{method} needs scores >= 0", f"{method}要求得分不为负"),
                came,
                "Normalise with minmax, or aggregate arithmetically",
            )
        )
    if method in RELATIVE and missing == "reweight":
        raise SpecificationError(
            mould(
                "aggregate",
                Words(f"{method} cannot reweight", f"{method}不能重新加权"),
                "missing='reweight'",
                "Use 'propagate' or 'zero', or impute",
            )
        )


def _complete_units_only(
    scores: FloatArray,
    weights: FloatArray,
    known: npt.NDArray[np.bool_],
    method: str,
    params: dict[str, float],
) -> FloatArray:
    """Score units without a missing child; the others get NaN and do not take part in comparisons."""
    if method not in RELATIVE:
        result = AGGREGATORS[method](np.where(known, scores, 0.0), weights, **params)
        return np.where(known.all(axis=-1), result, np.nan)
    if scores.ndim > 2:  # noqa: PLR2004
        shape = np.broadcast_shapes(scores.shape[:-2], weights.shape[:-1])
        wide = np.broadcast_to(weights, (*shape, weights.shape[-1]))
        runs = [
            _complete_units_only(one := _one_run(scores, run, 2), wide[run], ~np.isnan(one), method, params)
            for run in np.ndindex(*shape)
        ]
        return np.array(runs).reshape(*shape, scores.shape[-2])
    complete = known.all(axis=-1)
    result = np.full((*weights.shape[:-1], len(scores)), np.nan)
    if complete.any():
        result[..., complete] = AGGREGATORS[method](scores[complete], weights, **params)
    return result


def _reweighted(
    scores: FloatArray,
    weights: FloatArray,
    known: npt.NDArray[np.bool_],
    rule: tuple[str, float],
    params: dict[str, float],
) -> FloatArray:
    """Give every unit its own weights: those of its known children, scaled to sum to 1."""
    method, min_coverage = rule
    own = np.where(known, weights[..., None, :], 0.0)
    covered = own.sum(axis=-1)
    enough = (covered > 0) & (covered >= min_coverage - 1e-12)
    own = own / np.where(covered > 0, covered, 1.0)[..., None]
    one_row = np.where(known, scores, 1.0)[..., None, :]  # units become runs of one unit each
    result = AGGREGATORS[method](
        np.broadcast_to(one_row, (*own.shape[:-1], 1, own.shape[-1])), own, **params
    )[..., 0]
    return np.where(enough, result, np.nan)


def _weighted_sum_of_limits(logs: FloatArray, importance: FloatArray) -> FloatArray:
    """Sum weight times value where values may be -inf: -inf with weight 0 is 0, otherwise it wins."""
    lowest = np.isneginf(logs)
    if not lowest.any():
        return arithmetic(logs, importance)
    total = arithmetic(np.where(lowest, 0.0, logs), importance)
    struck = arithmetic(lowest.astype(float), importance) > 0
    return np.where(struck, -np.inf, total)


def _one_run(array: npt.NDArray[Any], run: tuple[int, ...], kept: int) -> npt.NDArray[Any]:
    """Take one run of an array whose leading axes broadcast against the shape of all runs."""
    own = array.ndim - kept
    index = tuple(
        position if size > 1 else 0
        for position, size in zip(run[len(run) - own :], array.shape[:own], strict=True)
    )
    return np.asarray(array[index])


def _blocks(n: int, cost: int) -> Iterator[slice]:
    step = max(1, _BLOCK // max(cost, 1))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def _borda_points(matrix: FloatArray) -> FloatArray:
    """Count units beaten in each child (ties half), along the second last axis."""
    columns = np.moveaxis(matrix, -2, -1).reshape(-1, matrix.shape[-2])
    points = np.empty(columns.shape)
    for row, column in enumerate(columns):
        known = np.sort(column)
        points[row] = 0.5 * (
            np.searchsorted(known, column, side="left") + np.searchsorted(known, column, side="right") - 1
        )
    return np.moveaxis(points.reshape(*matrix.shape[:-2], matrix.shape[-1], matrix.shape[-2]), -1, -2)
