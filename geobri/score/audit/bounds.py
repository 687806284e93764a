"""How low and how high could every score have been, given nothing but the ranks."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.score.audit.polytope import RankPolytope
from geobri.score.linear import minimise_linear

__all__ = ["INDEX_NODE", "find_score_bounds"]

FloatArray = npt.NDArray[np.float64]
INDEX_NODE = "index"


def find_score_bounds(
    polytope: RankPolytope,
    importance: pd.Series | None = None,
    *,
    cities: Collection[str] | None = None,
    nodes: Collection[str] | None = None,
) -> pd.DataFrame:
    """Bound every score over all tables that are consistent with the ranks, exactly.

    Parameters
    ----------
    polytope
        Ranks written as inequalities.
    importance
        Weight per dimension, summing to 1; with it the index itself is bounded as well.
    cities, nodes
        Restrict the work to these cities, and to these dimensions (and "index").

    Returns
    -------
    pandas.DataFrame
        Columns `city, node, lower, upper`, in points of 0 to 100; node "index" is the composite.
        A bound belongs to the closure of the set: with `min_gap` 0 it is approached, and reached
        only where neighbours may be equal.

    Raises
    ------
    DataError
        If no scores are consistent with the ranks, or a city or node is unknown.

    Notes
    -----
    Two linear programmes per city and node, min and max of ``c' x`` over the polytope.
    """
    wanted_cities = _select(polytope.cities, cities, "city")
    known = pd.Index([*polytope.dimensions, INDEX_NODE] if importance is not None else polytope.dimensions)
    rows = []
    for city in wanted_cities:
        at = list(polytope.cities).index(city)
        for node in _select(known, nodes, "node"):
            lower, upper = _extremes(polytope, _objective(polytope, at, node, importance))
            rows.append((city, node, lower, upper))
    return pd.DataFrame(rows, columns=["city", "node", "lower", "upper"])


def _select(known: pd.Index, wanted: Collection[str] | None, what: str) -> pd.Index:
    if wanted is None:
        return known
    unknown = [one for one in wanted if one not in known]
    if unknown:
        came = f"unknown {first_offenders(unknown)}"
        raise DataError(
            mould(
                "find_score_bounds",
                f"every {what} must be one of the table",
                came,
                "Use the labels of the ranks",
            )
        )
    return pd.Index(list(wanted))


def _objective(polytope: RankPolytope, at: int, node: str, importance: pd.Series | None) -> FloatArray:
    m = len(polytope.dimensions)
    row = np.zeros((len(polytope.cities), m))
    if node == INDEX_NODE and importance is not None:
        row[at] = importance.reindex(polytope.dimensions).to_numpy(dtype=np.float64)
    else:
        row[at, list(polytope.dimensions).index(node)] = 1.0
    return row.ravel()


def _extremes(polytope: RankPolytope, row: FloatArray) -> tuple[float, float]:
    cost, constant = polytope.lift.T @ row, float(row @ polytope.base)
    found = []
    for sign in (1.0, -1.0):
        answer = minimise_linear(
            sign * cost,
            below=(polytope.inequality, polytope.bound),
            equal=(polytope.equality, polytope.target),
        )
        if answer is None:
            wanted = "bounds need at least one table of scores that is consistent with the ranks"
            came = "ranks that contradict each other"
            raise DataError(
                mould("find_score_bounds", wanted, came, "See the contradictions in audit_ranking(...)")
            )
        found.append(sign * answer.value + constant)
    return found[0], found[1]
