"""How low and how high could every score have been, given nothing but the ranks."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, first_offenders, mould
from geobri.score.audit.polytope import TOP_SCORE, RankPolytope
from geobri.score.linear import minimise_linear
from geobri.words import Words

__all__ = ["INDEX_NODE", "find_score_bounds"]

INDEX_NODE = "index"
_REACHED = 1e-9  # points from the end of the scale that count as its end


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
    places = {city: at for at, city in enumerate(polytope.cities)}
    asked = [(city, node) for city in wanted_cities for node in _select(known, nodes, "node")]
    rows = np.array([_objective(polytope, places[city], node, importance) for city, node in asked])
    found = pd.DataFrame(asked, columns=["city", "node"])
    found["lower"], found["upper"] = _extremes(polytope, rows.reshape(len(asked), len(polytope.base)))
    return found


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


def _extremes(polytope: RankPolytope, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the least and greatest value of each row over the polytope.

    A table of scores that one programme ends in often reaches the end of the scale for others; these need no programme of
    their own.
    """
    least, greatest = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)

    def visit(cost: FloatArray) -> float:
        answer = minimise_linear(
            polytope.lift.T @ cost,
            below=(polytope.inequality, polytope.bound),
            equal=(polytope.equality, polytope.target),
        )
        if answer is None:
            wanted = Words(
                "bounds need at least one table of scores that is consistent with the ranks",
                "须至少有一张得分表与名次相符",
            )
            came = "ranks that contradict each other"
            raise DataError(
                mould("find_score_bounds", wanted, came, "See the contradictions in audit_ranking(...)")
            )
        values = rows @ (polytope.lift @ answer.point + polytope.base)
        np.minimum(least, values, out=least)
        np.maximum(greatest, values, out=greatest)
        return answer.value + float(cost @ polytope.base)

    visit(rows.sum(axis=0))  # as many low scores as fit into one table, and as many high ones
    visit(-rows.sum(axis=0))
    lower, upper = np.zeros(len(rows)), np.full(len(rows), TOP_SCORE)
    for at, row in enumerate(rows):
        if least[at] > _REACHED:
            lower[at] = visit(row)
        if greatest[at] < TOP_SCORE - _REACHED:
            upper[at] = 0.0 - visit(-row)  # no negative zeros
    return lower, upper
