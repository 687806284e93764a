"""What a dimension does to the ranking: the ranks with it, without it, and the difference.

The form is that of the first report's table of "the effect of information connectivity": a positive
change means that the city owes so many places to the node.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import SpecificationError, first_offenders, mould
from geobri.score.audit.draws import ScoreDraws
from geobri.score.compiled import CompiledIndex, normalise_compiled, score_compiled, weigh_compiled
from geobri.score.ranking import rank
from geobri.score.scoretable import check_importance, check_scores
from geobri.score.shares import ROOT

__all__ = [
    "REMOVAL_COLUMNS",
    "arrow",
    "build_removal_table",
    "find_kept_nodes",
    "remove_from_draws",
    "remove_from_index",
]

REMOVAL_COLUMNS = ("removed", "city", "rank_with", "rank_without", "change", "arrow")


def arrow(change: float) -> str:
    """Draw a change of rank as an arrow.

    Parameters
    ----------
    change
        Places gained (positive) or lost.

    Returns
    -------
    str
        "↑", "↓", "→" for no change, "" where the change is not known.
    """
    if np.isnan(change):
        return ""
    return "→" if change == 0 else "↑" if change > 0 else "↓"


def build_removal_table(
    scores: pd.DataFrame,
    importance: pd.Series | None = None,
    *,
    nodes: Iterable[str] | None = None,
    ties: str = "min",
    tolerance: float = 1e-9,
) -> pd.DataFrame:
    """Rank the cities with every dimension and without it.

    Parameters
    ----------
    scores
        Scores, n cities by m dimensions, higher is better; combined by weighted mean.
    importance
        Weight per dimension, summing to 1; equal by default.
    nodes
        Which dimensions to take out, one at a time; all by default.
    ties, tolerance
        As in `rank`.

    Returns
    -------
    pandas.DataFrame
        Columns `REMOVAL_COLUMNS`, in the order of `scores`; `change` is rank without less rank with,
        so +2 says that the city stands two places better because of the dimension.

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    DataError
        If weights are faulty.
    SpecificationError
        If a node is unknown, or nothing is left without it.
    """
    table = check_scores(scores, caller="build_removal_table")
    weights = check_importance(importance, table.columns, caller="build_removal_table")
    wanted = _check_nodes(nodes, list(table.columns), "build_removal_table")
    cuts = np.vstack([weights.to_numpy(), *(_without(weights, node) for node in wanted)])
    ranks = rank(cuts @ table.to_numpy().T, ties, tolerance)
    return _removal_rows(table.index, wanted, ranks)


def _check_nodes(nodes: Iterable[str] | None, known: list[str], caller: str) -> list[str]:
    wanted = known if nodes is None else list(nodes)
    unknown = [node for node in wanted if node not in known]
    if unknown:
        came = f"unknown {first_offenders(unknown)}"
        raise SpecificationError(
            mould(caller, "nodes must exist", came, f"Known are {first_offenders(known, most=8)}")
        )
    return wanted


def _without(weights: pd.Series, node: str) -> FloatArray:
    left = weights.where(weights.index != node, 0.0)
    if not left.sum() > 0:
        came = f"no weight outside {node!r}"
        raise SpecificationError(
            mould("build_removal_table", "something must be left", came, "Remove another node")
        )
    return np.asarray(left / left.sum(), dtype=np.float64)


def _removal_rows(cities: pd.Index, removed: list[str], ranks: FloatArray) -> pd.DataFrame:
    n = len(cities)
    table = pd.DataFrame(
        {
            "removed": np.repeat(np.array(removed, dtype=object), n),
            "city": np.tile(cities.to_numpy(dtype=object), len(removed)),
            "rank_with": np.tile(ranks[0], len(removed)),
            "rank_without": ranks[1:].ravel(),
        }
    )
    table["change"] = table["rank_without"] - table["rank_with"]
    table["arrow"] = [arrow(one) for one in table["change"]]
    return table[list(REMOVAL_COLUMNS)]


def remove_from_index(
    compiled: CompiledIndex, *, nodes: Iterable[str] | None = None, ties: str | None = None
) -> pd.DataFrame:
    """Rank the units of an index with every node and without it, at any depth of the tree.

    Parameters
    ----------
    compiled
        The index, with its own normalisers, aggregators and rule for missing values.
    nodes
        Dimensions or indicators to take out, one at a time; all of them by default. The siblings
        share the importance that becomes free; a node whose only child is taken out goes with it.
    ties
        As in `rank`; the rule of the specification by default.

    Returns
    -------
    pandas.DataFrame
        Columns `REMOVAL_COLUMNS`.

    Raises
    ------
    SpecificationError
        If a node is unknown, or nothing is left without it.

    Notes
    -----
    A node is taken out by an importance of 0. Weights that come from the data are computed once, with
    the node in place.
    """
    known = [node for node in compiled.nodes if node != ROOT]
    wanted = _check_nodes(nodes, known, "remove_from_index")
    normalised = normalise_compiled(compiled)
    start = weigh_compiled(compiled, normalised)
    runs = np.vstack([start, *(_zeroed(compiled, start, node) for node in wanted)])
    choices = compiled.spec.choices
    scores = np.stack(
        [score_compiled(compiled, normalised=normalised, importance=one, keep=[ROOT])[:, 0] for one in runs]
    )
    ranks = rank(scores, ties or choices.ties, choices.tolerance)
    return _removal_rows(compiled.labels, wanted, ranks)


def _zeroed(compiled: CompiledIndex, importance: FloatArray, node: str) -> FloatArray:
    return np.where(find_kept_nodes(compiled, importance, node), importance, 0.0)


def find_kept_nodes(compiled: CompiledIndex, importance: FloatArray, node: str) -> npt.NDArray[np.bool_]:
    """Say whose importance stays when a node is taken out.

    Parameters
    ----------
    compiled
        The index.
    importance
        Share of every node within its parent, shape (nodes,).
    node
        The node to take out.

    Returns
    -------
    numpy.ndarray
        Booleans, shape (nodes,): False for the node, and for every parent that is left without
        children. Siblings inside a branch that is gone keep their share, so that the branch can still be
        computed; it no longer counts.

    Raises
    ------
    SpecificationError
        If nothing is left.
    """
    gone = {compiled.nodes.index(node)}
    for step in compiled.steps:  # children come before parents
        if all(child in gone or importance[child] == 0 for child in step.children):
            gone.add(step.node)
    if compiled.nodes.index(ROOT) in gone:
        came = f"nothing outside {node!r}"
        raise SpecificationError(mould("remove_from_index", "something must be left", came, "Remove another"))
    inside = {child for step in compiled.steps if step.node in gone for child in step.children}
    return np.array([place in inside or place not in gone for place in range(len(compiled.nodes))])


def remove_from_draws(draws: ScoreDraws, node: str, *, level: float = 0.9) -> pd.DataFrame:
    """Say what taking out a dimension can have changed, when only ranks were published.

    Parameters
    ----------
    draws
        Tables of scores that are consistent with the ranks (`sample_scores`).
    node
        The dimension to take out.
    level
        Share of the draws inside the interval.

    Returns
    -------
    pandas.DataFrame
        Index is the city; columns `rank_with` (the same in all draws if the overall order was given),
        `change` (median), `lower`, `upper`, and `least`, `greatest` over all draws.

    Raises
    ------
    SpecificationError
        If the dimension is unknown or the only one with weight.
    """
    _check_nodes([node], list(draws.dimensions), "remove_from_draws")
    before = rank(np.asarray(draws.index))
    change = rank(draws.scores @ _without(draws.importance, node)) - before
    lower, middle, upper = np.quantile(
        change, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0, method="inverted_cdf"
    )
    columns = {
        "rank_with": np.median(before, axis=0),
        "change": middle,
        "lower": lower,
        "upper": upper,
        "least": change.min(axis=0),
        "greatest": change.max(axis=0),
    }
    return pd.DataFrame(columns, index=draws.cities)
