"""Pair matrices: from a table of corridors to an n x n array and back.

A pair matrix has one row and one column per city, NaN on the diagonal and NaN in missing cells. Row is
origin, column is destination; an undirected table gives a symmetric matrix.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = [
    "FEWEST_CITIES",
    "BoolArray",
    "align_matrices",
    "check_pair_matrix",
    "exchangeable_blocks",
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


def check_pair_matrix(
    matrix: npt.ArrayLike, *, caller: str, name: str = "matrix", directed: bool = False
) -> FloatArray:
    """Check a pair matrix at the door and give a clean copy.

    Parameters
    ----------
    matrix
        Shape (n, n), n at least 4; the diagonal is ignored.
    caller
        Function that asks, for the message.
    name
        Name of the matrix, for the message.
    directed
        Allow a matrix that is not symmetric.

    Returns
    -------
    numpy.ndarray
        Float copy with NaN on the diagonal.

    Raises
    ------
    DataError
        If it is not square, has fewer than four cities, infinite cells, cities without any observed pair, is
        not symmetric though undirected, or all its values are equal.
    """
    cells = np.array(matrix, dtype=np.float64, copy=True)
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1]:  # noqa: PLR2004 (a matrix has two axes)
        raise DataError(
            mould(
                caller,
                Words(f"{name} must be square", f"{name}须为方阵"),
                f"shape {cells.shape}",
                "Pass a pair matrix",
            )
        )
    np.fill_diagonal(cells, np.nan)
    faults = _matrix_faults(cells, directed)
    if faults:
        remedy = (
            "Nothing can be told from values that do not differ"
            if faults == _without_spread(cells)
            else "See to_matrix, which lays out a table of corridors"
        )
        came = "; ".join(fault.en for fault in faults)
        raise DataError(
            mould(caller, f"{name} must be a usable pair matrix", came, remedy),
            zh=f"{'；'.join(fault.zh for fault in faults)}。",
        )
    return cells


def _matrix_faults(cells: FloatArray, directed: bool) -> list[Words]:
    seen = observed_pairs(cells)
    endless = int(np.isinf(cells).sum())
    alone = np.flatnonzero(~(seen.any(axis=0) | seen.any(axis=1)))
    faults = []
    if len(cells) < FEWEST_CITIES:
        faults.append(
            Words(
                f"{len(cells)} cities where at least {FEWEST_CITIES} are needed",
                f"至少需要{FEWEST_CITIES}个城市，现有{len(cells)}个",
            )
        )
    if endless:
        faults.append(Words(f"{endless} infinite cells", f"{endless}个单元格为无穷"))
    if alone.size:
        where = first_offenders(alone)
        faults.append(
            Words(
                f"{alone.size} cities without any observed pair, at positions {where}",
                f"{alone.size}个城市没有任何有取值的城市对（位置：{where}）",
            )
        )
    if not directed and not np.allclose(cells, cells.T, rtol=1e-9, atol=0.0, equal_nan=True):
        faults.append(
            Words(
                "cells that differ from their mirror cells (pass directed=True if that is meant)",
                "往返取值不同，而此处按无方向处理",
            )
        )
    return faults + _without_spread(cells)


def _without_spread(cells: FloatArray) -> list[Words]:
    values = cells[observed_pairs(cells)]
    if not values.size or float(np.ptp(values)):
        return []
    return [
        Words(
            f"{values.size:,} observed cells that are all equal to {values[0]:g}",
            f"取值须有差异：{values.size:,}个取值均为{values[0]:g}",
        )
    ]


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


def exchangeable_blocks(seen: BoolArray) -> list[int]:
    """Find the cities that may change places without moving a missing cell.

    Two cities belong to one block if exchanging them, rows and columns together, leaves the pattern of
    observed pairs as it is. With domestic pairs left out, the cities of one country form a block.

    Parameters
    ----------
    seen
        Observed cells, boolean, shape (n, n).

    Returns
    -------
    list of int
        Block number of each city, counted from 0 in order of first appearance.

    Notes
    -----
    Being exchangeable is transitive, so comparing each city with one member of each block is enough.

    Examples
    --------
    >>> seen = np.ones((5, 5), dtype=bool)
    >>> seen[:2, :2] = False  # the two cities of one country
    >>> np.fill_diagonal(seen, False)
    >>> exchangeable_blocks(seen)
    [0, 0, 1, 1, 1]
    """
    alone, joined = seen.copy(), seen.copy()
    np.fill_diagonal(alone, val=False)
    np.fill_diagonal(joined, val=True)
    keys = [
        [both.tobytes() for both in np.concatenate([pattern, pattern.T], axis=1)]
        for pattern in (alone, joined)
    ]
    # Twins without a pair of their own have equal rows when the diagonal is empty, twins with one when it is full; a city
    # cannot have both kinds, because being exchangeable is transitive.
    counts = [Counter(one) for one in keys]
    names = [
        (0, keys[0][city]) if counts[0][keys[0][city]] > 1 else (1, keys[1][city])
        for city in range(len(seen))
    ]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [numbers[name] for name in names]
