"""Pair matrices: from a table of corridors to an n x n array and back.

A pair matrix has one row and one column per city, NaN on the diagonal and NaN in missing cells. Row is
origin, column is destination; an undirected table gives a symmetric matrix.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import SchemaError, first_offenders, mould
from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = [
    "FEWEST_CITIES",
    "align_matrices",
    "from_matrix",
    "lay_out",
    "observed_pairs",
    "pair_positions",
    "to_matrix",
]


#: With fewer cities, no node permutation test can reach 5 %: three cities have six permutations.
FEWEST_CITIES = 4


def to_matrix(
    corridors: pd.DataFrame,
    value: str,
    cities: pd.DataFrame | Iterable[str] | None = None,
    directed: bool = False,
) -> tuple[FloatArray, list[str]]:
    """Lay out a column of a corridor table as a pair matrix.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination` and the column `value`.
    value
        Name of a numeric column; missing values stay missing.
    cities
        Table of cities (its index is used) or city ids, in the order of rows and columns; by default the
        sorted ids that occur in the corridors.
    directed
        Row is origin and column is destination; otherwise each pair fills both cells.

    Returns
    -------
    tuple
        The matrix, shape (n, n), NaN on the diagonal and for pairs without a row; and the n city ids.

    Raises
    ------
    SchemaError
        If columns are missing, not numeric or infinite, a pair comes twice, joins a city with itself, or
        names a city that is not among `cities`.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": ["baku"], "destination": ["athens"], "hours": [4.5]})
    >>> matrix, labels = to_matrix(table, "hours")
    >>> labels, float(matrix[0, 1]), float(matrix[1, 0])
    (['athens', 'baku'], 4.5, 4.5)
    """
    _check_columns(corridors, value)
    origins = corridors["origin"].astype(str).to_numpy()
    destinations = corridors["destination"].astype(str).to_numpy()
    labels = _labels(cities, origins, destinations)
    position = pd.Index(labels)
    rows, columns = position.get_indexer(pd.Index(origins)), position.get_indexer(pd.Index(destinations))
    _check_ends(origins, destinations, rows, columns, directed)
    numbers = _numbers(corridors[value], value)
    return lay_out(numbers, rows, columns, len(labels), directed=directed), labels


def lay_out(
    values: npt.ArrayLike,
    rows: IntArray,
    columns: IntArray,
    n: int,
    *,
    directed: bool,
    absent: float = np.nan,
    layer: IntArray | None = None,
) -> FloatArray:
    """Lay numbers of N pairs out as matrices of n cities.

    Parameters
    ----------
    values
        One number per pair, shape (N,) or (k, N).
    rows, columns
        City of each end, shape (N,).
    n
        Number of cities.
    directed
        Row is origin and column is destination; otherwise each pair fills both cells.
    absent
        What stands where there is no pair.
    layer
        Number of the table that each pair belongs to, shape (N,), where pairs come several times.

    Returns
    -------
    numpy.ndarray
        Shape (n, n) or (k, n, n); with L layers, (L, n, n) or (k, L, n, n).
    """
    numbers = np.asarray(values, dtype=np.float64)
    # layers are laid out one below the other, and parted by the reshape at the end
    below: IntArray | int = 0 if layer is None else layer * n
    layers = (n,) if layer is None else (int(layer.max()) + 1, n)
    laid = np.full((*numbers.shape[:-1], math.prod(layers), n), absent)
    laid[..., below + rows, columns] = numbers
    if not directed:
        laid[..., below + columns, rows] = numbers
    return laid.reshape(*numbers.shape[:-1], *layers, n)


def _check_columns(corridors: pd.DataFrame, value: str) -> None:
    missing = [name for name in ("origin", "destination", value) if name not in corridors.columns]
    if missing:
        came = f"a table without {first_offenders(missing)}"
        remedy = f"Columns there are: {first_offenders(corridors.columns, most=12)}"
        raise SchemaError(
            mould(
                "to_matrix",
                Words(f"needs origin, destination and {value!r}", f"须有起点、终点和{value!r}各列"),
                came,
                remedy,
            )
        )


def _labels(cities: pd.DataFrame | Iterable[str] | None, *ends: npt.NDArray[Any]) -> list[str]:
    if cities is None:
        return sorted({*ends[0], *ends[1]})
    labels = [str(city) for city in (cities.index if isinstance(cities, pd.DataFrame) else cities)]
    twice = [label for label in dict.fromkeys(labels) if labels.count(label) > 1]
    if twice:
        came = f"{len(twice)} that repeat: {first_offenders(twice)}"
        raise SchemaError(
            mould(
                "to_matrix",
                Words("city ids must be unique", "城市编号不得重复"),
                came,
                "Keep one row per city",
            )
        )
    return labels


def _check_ends(
    origins: npt.NDArray[Any],
    destinations: npt.NDArray[Any],
    rows: IntArray,
    columns: IntArray,
    directed: bool,
) -> None:
    faults = []
    unknown = dict.fromkeys([*origins[rows < 0], *destinations[columns < 0]])
    if unknown:
        faults.append(
            f"{len(unknown)} cities that are not in the table of cities: {first_offenders(unknown)}"
        )
    loops = origins[origins == destinations]
    if loops.size:
        faults.append(f"{loops.size} pairs of a city with itself: {first_offenders(loops)}")
    ends = pd.DataFrame({"a": origins, "b": destinations})
    if not directed:
        ends = pd.DataFrame(np.sort(ends.to_numpy(dtype=str), axis=1), columns=["a", "b"])
    twice = ends[ends.duplicated()].drop_duplicates()
    if len(twice):
        named = first_offenders(f"{a} & {b}" for a, b in zip(twice["a"], twice["b"], strict=True))
        faults.append(f"{len(twice)} duplicated pairs: {named}")
    if faults:
        remedy = "Keep one row per pair of known cities" + ("" if directed else ", or pass directed=True")
        raise SchemaError(
            mould(
                "to_matrix",
                Words("each row must be a pair of its own", "每一行须为不同的城市对"),
                "; ".join(faults),
                remedy,
            )
        )


def _numbers(column: pd.Series[Any], value: str) -> FloatArray:
    try:
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        remedy = "Convert it to numbers first"
        raise SchemaError(
            mould(
                "to_matrix",
                Words(f"{value!r} must be numeric", f"列{value!r}须为数字"),
                Words(str(column.dtype)),
                remedy,
            )
        ) from error
    infinite = int(np.isinf(numbers).sum())
    if infinite:
        remedy = "Leave such pairs out, or set them to missing"
        raise SchemaError(
            mould(
                "to_matrix",
                Words(f"{value!r} must be finite", f"列{value!r}须为有限数"),
                f"{infinite} infinite values",
                remedy,
            )
        )
    return numbers


def from_matrix(
    matrix: npt.ArrayLike, labels: Iterable[str], name: str, directed: bool = False
) -> pd.DataFrame:
    """List the observed cells of a pair matrix as rows.

    Parameters
    ----------
    matrix
        Pair matrix, shape (n, n).
    labels
        City ids in the order of rows.
    name
        Name of the value column.
    directed
        List both directions; otherwise each pair once, from the upper triangle.

    Returns
    -------
    pandas.DataFrame
        Columns `origin, destination` and `name`; missing cells are left out.
    """
    cells = np.asarray(matrix, dtype=np.float64)
    ids = np.array([str(label) for label in labels], dtype=object)
    rows, columns = pair_positions(len(cells), directed)
    kept = np.isfinite(cells[rows, columns])
    return pd.DataFrame(
        {"origin": ids[rows[kept]], "destination": ids[columns[kept]], name: cells[rows, columns][kept]}
    )


def pair_positions(n: int, directed: bool = False) -> tuple[IntArray, IntArray]:
    """Give row and column of every pair.

    Parameters
    ----------
    n
        Number of cities.
    directed
        All n (n - 1) off-diagonal cells, row by row; otherwise the n (n - 1) / 2 of the upper triangle.

    Returns
    -------
    tuple
        Two integer arrays.
    """
    if directed:
        rows, columns = np.nonzero(~np.eye(n, dtype=bool))
    else:
        rows, columns = np.triu_indices(n, 1)
    return rows, columns


def observed_pairs(*matrices: FloatArray) -> BoolArray:
    """Mark the cells that are observed in all matrices.

    Parameters
    ----------
    *matrices
        Pair matrices of the same shape.

    Returns
    -------
    numpy.ndarray
        Boolean, shape (n, n), False on the diagonal.
    """
    seen: BoolArray = np.logical_and.reduce([np.isfinite(one) for one in matrices])
    np.fill_diagonal(seen, val=False)
    return seen


def align_matrices(
    corridors: pd.DataFrame,
    values: Iterable[str],
    cities: pd.DataFrame | Iterable[str] | None = None,
    directed: bool = False,
) -> tuple[dict[str, FloatArray], list[str]]:
    """Lay out several columns of a corridor table as pair matrices with the same order of cities.

    Parameters
    ----------
    corridors
        One row per pair.
    values
        Names of numeric columns.
    cities
        Table of cities or city ids; by default those that occur.
    directed
        Row is origin and column is destination.

    Returns
    -------
    tuple
        Matrices by column name, and the city ids.
    """
    laid = {value: to_matrix(corridors, value, cities, directed) for value in values}
    labels = next(iter(laid.values()))[1] if laid else []
    return {value: matrix for value, (matrix, _) in laid.items()}, labels
