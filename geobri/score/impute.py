"""Imputation of missing values; what was filled in carries a flag to the end.

Every imputer sees the known values of one indicator on m units (pairs, or cities for an attribute; NaN where missing) and
only the further arrays it needs, and returns the column filled. None of them touches a known value, structural zeros included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SpecificationError, mould
from geobri.words import Words

__all__ = ["IMPUTERS", "IMPUTER_INPUTS", "fills_attributes", "impute"]


def leave(values: FloatArray) -> FloatArray:
    """Leave missing values missing."""
    return values.copy()


def mean(values: FloatArray) -> FloatArray:
    """Fill with the mean of the known values."""
    return np.where(np.isnan(values), np.nanmean(values), values)


def median(values: FloatArray) -> FloatArray:
    """Fill with the median of the known values."""
    return np.where(np.isnan(values), np.nanmedian(values), values)


def group(values: FloatArray, *, groups: IntArray) -> FloatArray:
    """Fill with the mean of the known values of the same group (region, or pair of regions); a group without one stays missing."""
    known = ~np.isnan(values)
    size = int(groups.max()) + 1
    count = np.bincount(groups[known], minlength=size)
    total = np.bincount(groups[known], weights=values[known], minlength=size)
    means = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return np.where(known, values, means[groups])


def origin_destination(
    values: FloatArray, *, first: IntArray, second: IntArray, directed: bool = False
) -> FloatArray:
    """Fill with the least-squares fit of an effect for each end: m + a_i + b_j, with b = a unless directed.

    With every pair known this is row mean plus column mean minus grand mean. The fit is cut at 0 when no known value
    is negative. A pair with an end that has no known value at all stays missing.
    """
    known = ~np.isnan(values)
    effects = _ridge_solve(*_end_equations(values, known, first, second, directed=directed))
    shift = _shift(first, second, directed=directed)
    fitted = np.nanmean(values) + effects[first] + effects[second + shift]
    fitted = np.maximum(fitted, 0.0) if np.nanmin(values) >= 0 else fitted
    return np.where(known, values, np.where(_ends_known(known, first, second), fitted, np.nan))


def gravity(
    values: FloatArray,
    *,
    first: IntArray,
    second: IntArray,
    distance_km: FloatArray,
    mass: FloatArray | None = None,
    directed: bool = False,
) -> FloatArray:
    """Fill with a Poisson gravity fit: log E(v_ij) = c + a log mass_i + b log mass_j - f log km.

    Without masses every end has an effect of its own instead. Poisson pseudo-likelihood, which accepts zeros (Santos
    Silva and Tenreyro 2006, 10.1162/rest.88.4.641). Needs values >= 0. Without masses, a pair with an end that has
    no known value stays missing.
    """
    known = ~np.isnan(values)
    if (values[known] < 0).any():
        raise DataError(
            mould(
                "impute",
                Words("gravity needs values >= 0", "引力填补要求取值不为负"),
                f"a least value of {np.nanmin(values):g}",
                "Use origin_destination",
            )
        )
    design = _gravity_design(first, second, distance_km, mass, directed=directed)
    fitted = np.exp(_clip_log(design @ _fit_poisson(design[known], values[known]))) * np.mean(values[known])
    possible = np.ones(len(values), dtype=bool) if mass is not None else _ends_known(known, first, second)
    return np.where(known, values, np.where(possible, fitted, np.nan))


def panel(values: FloatArray, *, history: FloatArray, years: IntArray, year: int) -> FloatArray:
    """Fill from the same unit in other years: linear between two known years, else the nearest known one.

    `history` has shape (years, m) and holds the known values of all years.
    """
    result = values.copy()
    for pair in np.flatnonzero(np.isnan(values) & ~np.isnan(history).all(axis=0)):
        seen = ~np.isnan(history[:, pair])
        result[pair] = np.interp(year, years[seen], history[seen, pair])
    return result


Imputer: TypeAlias = Callable[..., FloatArray]
IMPUTERS: Final[dict[str, Imputer]] = {
    "none": leave,
    "mean": mean,
    "median": median,
    "group": group,
    "origin_destination": origin_destination,
    "gravity": gravity,
    "panel": panel,
}
"""The functions that fill missing values, by name."""
IMPUTER_INPUTS: Final[dict[str, tuple[str, ...]]] = {
    "group": ("groups",),
    "origin_destination": ("first", "second", "directed"),
    "gravity": ("first", "second", "distance_km", "mass", "directed"),
    "panel": ("history", "years", "year"),
}
"""The arrays that each imputer needs besides the values."""

_OF_PAIRS: Final = frozenset({"first", "second", "distance_km", "mass", "directed"})


def fills_attributes(method: str) -> bool:
    """Tell whether an imputer can fill an attribute of cities, that is, needs nothing that only pairs have.

    Parameters
    ----------
    method
        A name in `IMPUTERS`.

    Returns
    -------
    bool
        False for imputers that ask for the two ends of a pair or the distance between them.
    """
    return not _OF_PAIRS & set(IMPUTER_INPUTS.get(method, ()))


def impute(
    values: npt.ArrayLike, method: str = "mean", **inputs: Any
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Fill the missing values of one indicator.

    Parameters
    ----------
    values
        Values of m pairs or cities, shape (m,), NaN where missing.
    method
        A name in `IMPUTERS`.
    **inputs
        What the method needs (see `IMPUTER_INPUTS`): `groups` codes of shape (m,); `first, second` positions of
        the ends; `distance_km`; `mass` of shape (n,); `history` of shape (years, m) with `years` and `year`.

    Returns
    -------
    tuple of numpy.ndarray
        The column filled, shape (m,), and True where a value was filled in.

    Raises
    ------
    SpecificationError
        If the method is unknown or an input is lacking.
    DataError
        If nothing at all is known, or values are outside the domain of the method.
    """
    if method not in IMPUTERS:
        raise SpecificationError(
            mould(
                "impute",
                Words("method must be a known imputer", "填补方法须为已知的名称"),
                repr(method),
                f"Use one of {list(IMPUTERS)}",
            )
        )
    column = np.asarray(values, dtype=float)
    missing = np.isnan(column)
    if not missing.any():
        return column.copy(), missing
    if missing.all() and method not in {"none", "panel"}:
        raise DataError(
            mould(
                "impute",
                Words("some value must be known", "须至少有一个已知取值"),
                f"{missing.size} missing values",
                "Leave the indicator out",
            )
        )
    try:
        filled = IMPUTERS[method](column, **inputs)
    except TypeError as error:
        needs = f"Give {list(IMPUTER_INPUTS.get(method, ()))}"
        raise SpecificationError(
            mould(
                "impute",
                Words(f"{method!r} must get its inputs", f"{method!r}须得到所需的输入"),
                f"{sorted(inputs)} ({error})",
                needs,
            )
        ) from error
    return filled, missing & ~np.isnan(filled)


def _shift(first: IntArray, second: IntArray, *, directed: bool) -> int:
    return int(max(first.max(), second.max())) + 1 if directed else 0


def _ends_known(known: npt.NDArray[np.bool_], first: IntArray, second: IntArray) -> npt.NDArray[np.bool_]:
    n = int(max(first.max(), second.max())) + 1
    seen = np.bincount(first[known], minlength=n) + np.bincount(second[known], minlength=n) > 0
    return np.asarray(seen[first] & seen[second])


def _end_equations(
    values: FloatArray, known: npt.NDArray[np.bool_], first: IntArray, second: IntArray, *, directed: bool
) -> tuple[FloatArray, FloatArray]:
    """Build the normal equations of the end effects around the grand mean."""
    shift = _shift(first, second, directed=directed)
    one, other = first[known], second[known] + shift
    size = int(max(first.max(), second.max())) + 1 + shift
    centred = values[known] - values[known].mean()
    matrix = np.zeros((size, size))
    for row, column in ((one, one), (other, other), (one, other), (other, one)):
        np.add.at(matrix, (row, column), 1.0)
    right = np.bincount(one, weights=centred, minlength=size)
    right = right + np.bincount(other, weights=centred, minlength=size)
    return matrix, np.asarray(right, dtype=float)


def _ridge_solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve normal equations that may be singular (an unseen end, a constant shared by both ends)."""
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=1e-10)[0])


def _gravity_design(
    first: IntArray, second: IntArray, distance_km: FloatArray, mass: FloatArray | None, *, directed: bool
) -> Any:
    from scipy import sparse

    ones, friction = np.ones(len(first)), np.log(distance_km) - np.log(distance_km).mean()
    if mass is not None:
        one, other = np.log(mass)[first], np.log(mass)[second]
        columns = [ones, one, other, friction] if directed else [ones, one + other, friction]
        return sparse.csr_matrix(np.column_stack(columns))
    shift = _shift(first, second, directed=directed)
    rows = np.arange(len(first))
    size = int(max(first.max(), second.max())) + 1 + shift
    pair = (np.concatenate([rows, rows]), np.concatenate([first, second + shift]))
    ends = sparse.csr_matrix((np.ones(2 * len(first)), pair), shape=(len(first), size))
    if directed:  # both sets of effects hold a constant: one effect too many
        ends = ends[:, np.delete(np.arange(size), shift)]
    return sparse.hstack([sparse.csr_matrix(friction[:, None]), ends], format="csr")


_MOST_STEPS: Final = 200
"""Steps after which a fit that has not settled is taken as it is."""


def _fit_poisson(design: Any, values: FloatArray) -> FloatArray:
    """Fit log E(v / mean v) = design b by iteratively reweighted least squares; an unseen end gets no effect."""
    scaled = values / values.mean() if values.mean() > 0 else values
    fitted = 0.5 * (scaled + 1.0)
    coefficients = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        log_fitted = _clip_log(np.log(fitted))
        target = log_fitted + scaled / fitted - 1.0
        weighted = design.multiply(fitted[:, None])
        matrix = np.asarray((design.T @ weighted).todense())
        diagonal = np.diagonal(matrix)
        matrix[np.diag_indices_from(matrix)] = np.where(diagonal > 0, diagonal * (1.0 + 1e-13), 1.0)
        updated = np.linalg.solve(matrix, design.T @ (fitted * target))
        moved = float(np.max(np.abs(design @ (updated - coefficients))))
        coefficients, fitted = updated, np.exp(_clip_log(design @ updated))
        if moved < 1e-9:  # noqa: PLR2004 - converged in the log of the fit
            break
    return np.asarray(coefficients)


def _clip_log(logs: FloatArray) -> FloatArray:
    return np.clip(logs, -30.0, 30.0)
