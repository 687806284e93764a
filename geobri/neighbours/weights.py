"""Between libpysal graphs and arrays in the order of a table."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geobri.errors import SchemaError, first_offenders, mould

__all__ = ["Joined", "graph_weights", "join_places", "make_graph"]


def make_graph(index: pd.Index, focal: npt.ArrayLike, neighbour: npt.ArrayLike, weight: npt.ArrayLike) -> Any:
    """Hand finished weights to libpysal.

    Parameters
    ----------
    index
        Labels of the n places; the graph keeps their order.
    focal, neighbour
        Row numbers of both ends of each link, shape (m,).
    weight
        Weight of each link, shape (m,); links of weight 0 are dropped.

    Returns
    -------
    libpysal.graph.Graph
        Sorted by focal and neighbour; a place without links is written as itself with weight 0.
    """
    from libpysal.graph import Graph

    adjacency = join_places(index, focal, neighbour, weight).adjacency
    ends = (adjacency.index.get_level_values(level).to_numpy() for level in ("focal", "neighbor"))
    return Graph.from_arrays(*ends, adjacency.to_numpy())


class Joined(NamedTuple):
    """What is read of a graph, without libpysal, which takes a second to load."""

    adjacency: pd.Series[Any]
    unique_ids: pd.Index[Any]


def join_places(
    index: pd.Index, focal: npt.ArrayLike, neighbour: npt.ArrayLike, weight: npt.ArrayLike
) -> Joined:
    """Write finished weights as a graph does, for those who only read them.

    Parameters
    ----------
    index, focal, neighbour, weight
        As for `make_graph`.

    Returns
    -------
    Joined
        `adjacency` by focal and neighbour, sorted; a place without links is written as itself with weight 0.
    """
    weights = np.asarray(weight, dtype=np.float64)
    kept = weights != 0
    focals, neighbours = (np.asarray(rows, dtype=np.int64)[kept] for rows in (focal, neighbour))
    islands = np.setdiff1d(np.arange(len(index)), focals)
    focals, neighbours = np.concatenate([focals, islands]), np.concatenate([neighbours, islands])
    order = np.lexsort((neighbours, focals))
    labels, padded = np.asarray(index), np.concatenate([weights[kept], np.zeros(len(islands))])
    ends = pd.MultiIndex.from_arrays(
        [labels[focals[order]], labels[neighbours[order]]], names=["focal", "neighbor"]
    )
    return Joined(pd.Series(padded[order], index=ends, name="weight"), index)


def graph_weights(
    graph: Any, index: pd.Index, *, standardise: Literal["row", "none", "binary"] = "none"
) -> csr_array:
    """Give the weights of a graph as a sparse matrix in the order of `index`.

    Parameters
    ----------
    graph
        A `libpysal.graph.Graph` whose ids are those of `index`, in any order.
    index
        Labels of the n places.
    standardise
        ``"row"`` divides each row by its sum (rows of islands stay 0), ``"binary"`` sets every weight
        that is not 0 to 1, ``"none"`` leaves the weights as they are.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (n, n), without explicit zeros.

    Raises
    ------
    SchemaError
        If graph and index do not hold the same places.
    """
    if not hasattr(graph, "adjacency"):
        came = f"{type(graph).__name__}"
        remedy = "Make one with geobri.neighbours.build_knn or build_distance_band"
        raise SchemaError(mould("graph_weights", "graph must be a libpysal.graph.Graph", came, remedy))
    if not index.is_unique:
        came = f"{int(index.duplicated().sum())} repeated (first: {first_offenders(index[index.duplicated()][:1])})"
        raise SchemaError(
            mould("graph_weights", "places must have an index of their own", came, "Drop doubles")
        )
    adjacency = graph.adjacency
    focal, neighbour = (
        index.get_indexer(adjacency.index.get_level_values(level)) for level in ("focal", "neighbor")
    )
    strangers = adjacency.index.get_level_values("focal")[focal < 0].unique()
    absent = index.difference(graph.unique_ids)
    if len(strangers) or len(absent):
        came = f"{len(strangers)} unknown to the table ({first_offenders(strangers)}), {len(absent)} without a row in the graph ({first_offenders(absent)})"
        raise SchemaError(
            mould(
                "graph_weights",
                "graph and table must hold the same places",
                came,
                "Build the graph from this table",
            )
        )
    matrix = csr_array((adjacency.to_numpy(dtype=float), (focal, neighbour)), shape=(len(index), len(index)))
    matrix.eliminate_zeros()
    return _standardised(matrix, standardise)


def _standardised(matrix: csr_array, standardise: str) -> csr_array:
    if standardise == "none":
        return matrix
    if standardise == "binary":
        matrix.data = np.ones_like(matrix.data)
        return matrix
    if standardise != "row":
        raise SchemaError(
            mould(
                "graph_weights",
                "standardise must be 'row', 'none' or 'binary'",
                repr(standardise),
                "Choose one",
            )
        )
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    matrix.data = matrix.data / np.repeat(np.where(sums == 0, 1.0, sums), np.diff(matrix.indptr))
    return matrix
