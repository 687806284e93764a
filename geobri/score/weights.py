"""Importances from data or from judgement; all are >= 0 and sum to 1.

`WEIGHTINGS` look at the children of one node, an array of n units by k children already on one scale. The judgement
functions (`custom_weights`, `budget_weights`, `ahp_weights`) look at what people said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.score.normalise import find_constant_columns
from geobri.words import Words

__all__ = ["WEIGHTINGS", "AhpWeights", "ahp_weights", "budget_weights", "custom_weights", "weigh"]

_RANDOM_INDEX: Final = (
    0.0,
    0.0,
    0.58,
    0.90,
    1.12,
    1.24,
    1.32,
    1.41,
    1.45,
    1.49,
    1.51,
    1.48,
    1.56,
    1.57,
    1.59,
)


def equal(matrix: FloatArray) -> FloatArray:
    """Give every child the same importance."""
    return np.full(matrix.shape[1], 1.0 / matrix.shape[1])


def standard_deviation(matrix: FloatArray) -> FloatArray:
    """Weigh by sample standard deviation: what tells units apart counts more."""
    return _shares(matrix.std(axis=0, ddof=1), "standard_deviation")


def entropy(matrix: FloatArray) -> FloatArray:
    """Weigh by 1 - e, e = -sum p log p / log n, p the share of a unit in the column (Shannon; Zeleny 1982)."""
    if (matrix < 0).any():
        raise DataError(
            mould(
                "weigh",
                Words("entropy needs scores >= 0", "熵权法要求得分不为负"),
                f"a least value of {matrix.min():g}",
                "Normalise with minmax",
            )
        )
    p = matrix / matrix.sum(axis=0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    return _shares(1.0 + (p * logs).sum(axis=0) / np.log(len(matrix)), "entropy")


def critic(matrix: FloatArray) -> FloatArray:
    """Weigh by contrast and conflict, s_j sum_k (1 - r_jk) (Diakoulaki et al. 1995, 10.1016/0305-0548(94)00059-H)."""
    if matrix.shape[1] == 1:
        return np.ones(1)
    conflict = (1.0 - np.corrcoef(matrix, rowvar=False)).sum(axis=0)
    return _shares(matrix.std(axis=0, ddof=1) * conflict, "critic")


def pca(matrix: FloatArray) -> FloatArray:
    """Weigh by squared loadings on the first principal component of the correlation matrix."""
    if matrix.shape[1] == 1:
        return np.ones(1)
    _, vectors = np.linalg.eigh(np.corrcoef(matrix, rowvar=False))
    return np.asarray(vectors[:, -1] ** 2)


def correlation_optimised(matrix: FloatArray) -> FloatArray:
    """Find weights >= 0 whose index correlates as equally as possible with every child.

    Minimises sum_j (r_j - mean r)² for r_j the correlation of child j with the weighted mean (the aim of Becker et al.
    2017, 10.1016/j.ecolind.2017.03.056, with equal target importance), by SLSQP from several starts.
    """
    k = matrix.shape[1]
    if k == 1:
        return np.ones(1)
    from scipy.optimize import minimize

    covariance = np.cov(matrix, rowvar=False)
    deviation = np.sqrt(np.diag(covariance))

    def spread_of_correlations(weights: FloatArray) -> float:
        r = (covariance @ weights) / (deviation * np.sqrt(weights @ covariance @ weights))
        return float(np.sum((r - r.mean()) ** 2))

    starts = [np.full(k, 1.0 / k), *(0.5 / k + 0.5 * np.eye(k))]
    simplex: dict[str, Any] = {"type": "eq", "fun": lambda weights: weights.sum() - 1.0}
    settings: dict[str, Any] = {"method": "SLSQP", "bounds": [(0.0, 1.0)] * k, "constraints": [simplex]}
    runs = [
        minimize(spread_of_correlations, start, options={"ftol": 1e-14, "maxiter": 500}, **settings)
        for start in starts
    ]
    best = min(runs, key=lambda run: float(run.fun))
    return _shares(np.clip(np.asarray(best.x, dtype=float), 0.0, None), "correlation_optimised")


Weighting: TypeAlias = Callable[[FloatArray], FloatArray]
WEIGHTINGS: Final[dict[str, Weighting]] = {
    "equal": equal,
    "standard_deviation": standard_deviation,
    "entropy": entropy,
    "critic": critic,
    "pca": pca,
    "correlation_optimised": correlation_optimised,
}
"""The functions that find weights of columns, by name."""


def weigh(matrix: npt.ArrayLike, method: str = "equal") -> FloatArray:
    """Find the importances of the children of a node from their scores.

    Parameters
    ----------
    matrix
        Scores of n units in k children on one scale, shape (n, k); units with a missing child are left out. A table's
        columns name its children.
    method
        A name in `WEIGHTINGS`.

    Returns
    -------
    numpy.ndarray
        Importances, shape (k,), >= 0, summing to 1.

    Raises
    ------
    SpecificationError
        If the method is unknown.
    DataError
        If fewer than three complete units remain or a child is constant (all methods but ``"equal"``, and an only child).

    References
    ----------
    OECD and JRC (2008). Handbook on Constructing Composite Indicators, chapter 6. 10.1787/9789264043466-en.

    Examples
    --------
    >>> towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0], "homes": [9.0, 6.0, 2.0]}, index=pd.Index(["ash", "elm", "oak"], name="city"))
    >>> weigh(towns, "equal").tolist()
    [0.5, 0.5]
    """
    if method not in WEIGHTINGS:
        raise SpecificationError(
            mould(
                "weigh",
                Words("method must be a known weighting", "赋权方法须为已知的名称"),
                repr(method),
                f"Use one of {list(WEIGHTINGS)}",
            )
        )
    scores = np.asarray(matrix, dtype=float)
    if method == "equal" or scores.shape[1:] == (1,):  # an only child has all of it, whatever it holds
        return equal(scores)
    complete = scores[~np.isnan(scores).any(axis=1)]
    constant = find_constant_columns(complete)
    if len(complete) < 3 or constant.any():  # noqa: PLR2004 - two units are a line, whatever they hold
        came = f"{len(complete)} complete units of {len(scores)}"
        if len(complete) >= 3:  # noqa: PLR2004
            names = matrix.columns if isinstance(matrix, pd.DataFrame) else np.arange(scores.shape[1]) + 1
            came = f"constant: {first_offenders(names[constant])}"
        remedy = "Impute, leave the constant child out, or use given importances"
        raise DataError(
            mould(
                "weigh",
                Words(
                    f"{method} needs three complete units and no constant child",
                    f"{method}需要三个完整的单位，且不得有取值处处相等的下级",
                ),
                came,
                remedy,
            )
        )
    return WEIGHTINGS[method](complete)


def custom_weights(stated: dict[str, float]) -> pd.Series[float]:
    """Scale stated weights to sum to 1.

    Parameters
    ----------
    stated
        Child to weight, >= 0, any sum above 0.

    Returns
    -------
    pandas.Series
        Child to importance.

    Raises
    ------
    SpecificationError
        If a weight is negative or missing, or all are 0.
    """
    weights = pd.Series(stated, dtype=float)
    bad = weights.index[~(weights >= 0)]
    if len(bad) or not weights.sum() > 0:
        came = f"{len(bad)} otherwise: {first_offenders(bad)}" if len(bad) else "only zeros"
        raise SpecificationError(
            mould(
                "custom_weights",
                Words("weights must be >= 0 and not all 0", "权重不得为负，也不得全为0"),
                came,
                "Turn an indicator with direction=-1",
            )
        )
    return weights / weights.sum()


def budget_weights(allocations: pd.DataFrame, *, budget: float = 100.0) -> pd.Series[float]:
    """Average how experts would spread a budget of points.

    Parameters
    ----------
    allocations
        One row per expert, one column per child, points >= 0; every row spends the whole budget.
    budget
        The points of each expert.

    Returns
    -------
    pandas.Series
        Child to importance: the mean share.

    Raises
    ------
    DataError
        If points are negative or missing, or an expert spent another sum.
    """
    spent = allocations.sum(axis=1, skipna=False)
    wrong = allocations.index[~(np.isclose(spent, budget) & (allocations >= 0).all(axis=1))]
    if len(wrong):
        came = f"{len(wrong)} of {len(allocations)} experts otherwise: {first_offenders(wrong)}"
        raise DataError(
            mould(
                "budget_weights",
                f"every expert must spend {budget:g} points, none negative",
                came,
                "Ask them again",
            )
        )
    return (allocations / budget).mean(axis=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AhpWeights:
    """Importances from pairwise comparisons, and how consistent the comparisons are.

    Attributes
    ----------
    importance
        Child to importance.
    eigenvalue
        The principal eigenvalue; k when the comparisons are wholly consistent.
    consistency_ratio
        Saaty's consistency ratio; above 0.1 the comparisons contradict each other too much.
    """

    importance: pd.Series[float]
    eigenvalue: float
    consistency_ratio: float


def ahp_weights(comparisons: pd.DataFrame, *, max_ratio: float = 0.1) -> AhpWeights:
    """Derive importances from pairwise comparisons by the principal eigenvector.

    Parameters
    ----------
    comparisons
        Square, children in rows and columns; entry (i, j) says how many times as important i is as j, so that
        entry (j, i) is its reciprocal and the diagonal is 1. At most 15 children.
    max_ratio
        Greatest consistency ratio that is accepted.

    Returns
    -------
    AhpWeights
        Importances, eigenvalue and consistency ratio.

    Raises
    ------
    DataError
        If the table is not square, positive and reciprocal, or the comparisons are too inconsistent.

    References
    ----------
    Saaty, T. L. (1977). A scaling method for priorities in hierarchical structures. Journal of Mathematical
    Psychology 15(3), 234-281. 10.1016/0022-2496(77)90033-5.
    """
    matrix = comparisons.to_numpy(dtype=float)
    k = len(matrix)
    square = (
        matrix.shape == (k, k)
        and list(comparisons.index) == list(comparisons.columns)
        and 0 < k <= len(_RANDOM_INDEX)
    )
    if not square or not (matrix > 0).all() or not np.allclose(matrix * matrix.T, 1.0, rtol=1e-3):
        came = f"a table of shape {matrix.shape}"
        raise DataError(
            mould(
                "ahp_weights",
                "comparisons must be square, labelled alike, > 0 and reciprocal",
                came,
                "Fill entry (j, i) with 1 / (i, j)",
            )
        )
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector, eigenvalue = np.abs(vectors[:, first].real), float(values[first].real)
    random_index = _RANDOM_INDEX[k - 1]
    ratio = (eigenvalue - k) / (k - 1) / random_index if random_index else 0.0
    if ratio > max_ratio:
        remedy = "Revise the comparisons, or raise max_ratio and say why"
        raise DataError(
            mould("ahp_weights", f"consistency ratio must be at most {max_ratio:g}", f"{ratio:.3f}", remedy)
        )
    importance = pd.Series(vector / vector.sum(), index=comparisons.index)
    return AhpWeights(importance=importance, eigenvalue=eigenvalue, consistency_ratio=max(ratio, 0.0))


def _shares(raw: FloatArray, method: str) -> FloatArray:
    raw = np.where(np.abs(raw) < 1e-12, 0.0, raw)  # noqa: PLR2004 - rounding
    if not (raw >= 0).all() or not raw.sum() > 0:
        came = "no column that differs from the others"
        raise DataError(
            mould(
                "weigh",
                Words(f"{method} must find something to weigh by", f"{method}须有可据以赋权的差异"),
                came,
                "Use equal importances",
            )
        )
    return np.asarray(raw / raw.sum())
