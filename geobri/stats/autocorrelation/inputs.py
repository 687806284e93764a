"""Values and weights at the door of the tests of spatial dependence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.neighbours.weights import graph_weights
from geobri.stats.null import enumerate_permutations, node_permutations
from geobri.stats.results import FloatArray

__all__ = ["SpatialSample", "Standardise", "null_statistics", "permuted_values", "read_sample", "weight_sums"]

Standardise = Literal["row", "none", "binary"]

_BLOCK = 20_000_000
"""Cells of a block of permuted values."""
_MOST_CITIES_ENUMERATED = 6


@dataclass(frozen=True, slots=True, eq=False)
class SpatialSample:
    """Columns of n places with the weights between them.

    Attributes
    ----------
    labels
        Index of the n places.
    columns
        Finite numbers, shape (n, c).
    weights
        Spatial weights without the diagonal, shape (n, n).
    note
        What a reader should know: places left out, islands.
    """

    labels: pd.Index
    columns: FloatArray
    weights: csr_array
    note: str = ""

    @property
    def islands(self) -> npt.NDArray[np.bool_]:
        """Mark the places without neighbours."""
        return np.asarray(np.diff(self.weights.indptr) == 0)


def _numeric(cities: pd.DataFrame, names: list[str], caller: str) -> FloatArray:
    missing = [name for name in names if name not in cities.columns]
    if missing:
        raise SchemaError(
            mould(caller, f"cities need the columns {missing}", f"{list(cities.columns)}", "Add them")
        )
    try:
        return cities[names].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        kinds = ", ".join(f"{name} is {cities[name].dtype}" for name in names)
        raise SchemaError(
            mould(caller, "the columns must be numeric", kinds, "Convert them first")
        ) from error


def read_sample(
    cities: pd.DataFrame, names: list[str], graph: Any, *, standardise: Standardise = "row", caller: str
) -> SpatialSample:
    """Check columns and graph, leave out places without a value, and lay them out.

    Parameters
    ----------
    cities
        Table with a unique index, n rows.
    names
        Numeric columns.
    graph
        `libpysal.graph.Graph` over the same index.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``; applied after places without a value are gone.
    caller
        Who asks, for the message.

    Returns
    -------
    SpatialSample
        Columns, weights without self-weights, and a note on what was left out.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        If fewer than four places remain, a column is constant, or there are no links.
    """
    numbers = _numeric(cities, names, caller)
    whole = graph_weights(graph, cities.index)
    whole.setdiag(0)
    whole.eliminate_zeros()
    known: npt.NDArray[np.bool_] = np.asarray(np.isfinite(numbers).all(axis=1))
    rows = np.flatnonzero(known)
    kept = whole[rows][:, rows]
    weights = _standardised(kept, standardise)
    _check_contents(numbers[rows], weights, names, caller)
    sample = SpatialSample(cities.index[rows], numbers[rows], weights)
    return SpatialSample(sample.labels, sample.columns, sample.weights, _note(cities.index[~known], sample))


def _standardised(weights: csr_array, standardise: str) -> csr_array:
    if standardise not in ("row", "none", "binary"):
        wanted = "standardise must be 'row', 'none' or 'binary'"
        raise SpecificationError(mould("read_sample", wanted, repr(standardise), "Choose one"))
    result = csr_array(weights)
    if standardise == "binary":
        result.data = np.ones_like(result.data)
    if standardise == "row":
        sums = np.asarray(result.sum(axis=1)).ravel()
        result.data = result.data / np.repeat(np.where(sums == 0, 1.0, sums), np.diff(result.indptr))
    return result


def _check_contents(numbers: FloatArray, weights: csr_array, names: list[str], caller: str) -> None:
    if len(numbers) < 4:  # noqa: PLR2004 - the moments of the statistics need four places
        remedy = "Add cities or fill in values"
        raise DataError(mould(caller, "at least four cities must have a value", f"{len(numbers)}", remedy))
    for name, column in zip(names, numbers.T, strict=True):
        if np.ptp(column) == 0:
            came = f"{len(column)} values of '{name}' equal to {column[0]:g}"
            raise DataError(mould(caller, "values must differ", came, "A constant column says nothing"))
    if weights.nnz == 0:
        remedy = "Widen the reach of the graph"
        raise DataError(mould(caller, "some cities must be neighbours", "no link between any two", remedy))


def _note(left_out: pd.Index, sample: SpatialSample) -> str:
    islands = sample.labels[sample.islands]
    parts = []
    if len(left_out):
        parts.append(f"{len(left_out)} without a value left out ({first_offenders(left_out)})")
    if len(islands):
        parts.append(f"{len(islands)} without neighbours ({first_offenders(islands)})")
    return "; ".join(parts)


def weight_sums(weights: csr_array) -> tuple[float, float, float]:
    """Give the sums S0, S1 and S2 of Cliff and Ord.

    Parameters
    ----------
    weights
        Shape (n, n).

    Returns
    -------
    tuple
        Sum of w_ij; half the sum of (w_ij + w_ji)^2; sum of (w_i. + w_.i)^2.
    """
    both = weights + weights.T
    margins = np.asarray(weights.sum(axis=1)).ravel() + np.asarray(weights.sum(axis=0)).ravel()
    return float(weights.sum()), float((both.data**2).sum()) / 2, float((margins**2).sum())


def permuted_values(
    values: FloatArray, n_permutations: int, rng: int | np.random.Generator | None
) -> Iterator[FloatArray]:
    """Draw permuted values block by block, so that memory stays bounded.

    Parameters
    ----------
    values
        Shape (n,) or (n, c); rows of several columns move together.
    n_permutations
        How many in all.
    rng
        Seed or generator.

    Yields
    ------
    numpy.ndarray
        Permuted values, shape (r, n) or (r, n, c).
    """
    generator = np.random.default_rng(rng)
    rows = max(1, _BLOCK // values.size)
    for start in range(0, n_permutations, rows):
        drawn = node_permutations(len(values), min(rows, n_permutations - start), rng=generator)
        yield values[drawn]


def null_statistics(
    function: Callable[[FloatArray], FloatArray],
    values: FloatArray,
    n_permutations: int,
    rng: int | np.random.Generator | None,
) -> tuple[FloatArray, bool]:
    """Compute a statistic for permuted values; for all permutations where there are few.

    Parameters
    ----------
    function
        From values of shape (r, n) to statistics of shape (r,) or (r, d).
    values
        Shape (n,).
    n_permutations
        How many, unless n is at most 6 and there are fewer in all.
    rng
        Seed or generator.

    Returns
    -------
    null_distribution : numpy.ndarray
        Shape (R,) or (R, d).
    exact : bool
        Whether these are all permutations, the observed one among them.
    """
    if len(values) <= _MOST_CITIES_ENUMERATED:
        every = np.concatenate(list(enumerate_permutations(len(values))))
        return function(values[every]), True
    blocks = permuted_values(values, n_permutations, rng)
    return np.concatenate([function(block) for block in blocks]), False
