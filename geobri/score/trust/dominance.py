"""Who is ahead whatever the weights: Pareto dominance, and dominance within a range of weights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, first_offenders, mould
from geobri.score.scoretable import check_scores

__all__ = ["find_dominance", "summarise_dominance"]

TIE = 1e-9


def find_dominance(
    scores: pd.DataFrame,
    *,
    higher_is_better: bool = True,
    weight_range: tuple[pd.Series, pd.Series] | None = None,
) -> pd.DataFrame:
    """List the pairs of cities whose order no admissible weights can turn round.

    Parameters
    ----------
    scores
        Scores (or ranks, with ``higher_is_better=False``), n cities by m nodes.
    higher_is_better
        False for ranks.
    weight_range
        Least and greatest weight per node. None admits all weights: a city dominates another if it is
        nowhere behind and somewhere ahead (Pareto).

    Returns
    -------
    pandas.DataFrame
        Columns `dominating, dominated, least_lead, greatest_lead`: the lead of the first over the
        second, as a weighted mean, at the least and most favourable weights. `least_lead` is not
        negative and `greatest_lead` is positive.

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    DataError
        If the range of weights is empty, or does not fit the nodes.

    Notes
    -----
    The least of sum w_j d_j over box and unit simplex is found without a solver: give every node its
    least weight and pour the rest into the nodes with the smallest d first.

    References
    ----------
    Foster, J. E., McGillivray, M. and Seth, S. (2013). Composite indices: rank robustness, statistical
    association, and redundancy. Econometric Reviews 32(1), 35-56.
    https://doi.org/10.1080/07474938.2012.690647

    Examples
    --------
    >>> towns = pd.DataFrame({"jobs": [3.0, 9.0, 5.0], "homes": [9.0, 6.0, 2.0]}, index=pd.Index(["ash", "elm", "oak"], name="city"))
    >>> find_dominance(towns)[["dominating", "dominated"]].to_numpy().tolist()
    [['elm', 'oak']]
    """
    table = check_scores(scores, caller="find_dominance")
    low, high = _weight_box(table.columns, weight_range)
    array = table.to_numpy() if higher_is_better else -table.to_numpy()
    rows = []
    for at in range(len(array)):
        lead = array[at] - array
        least, greatest = _least_mean(lead, low, high), -_least_mean(-lead, low, high)
        ahead = (least >= -TIE) & (greatest > TIE)
        rows += [
            (table.index[at], table.index[b], least[b], greatest[b]) for b in np.flatnonzero(ahead).tolist()
        ]
    return pd.DataFrame(rows, columns=["dominating", "dominated", "least_lead", "greatest_lead"])


def _weight_box(
    nodes: pd.Index, weight_range: tuple[pd.Series, pd.Series] | None
) -> tuple[FloatArray, FloatArray]:
    if weight_range is None:
        return np.zeros(len(nodes)), np.ones(len(nodes))
    strange = [one.index.symmetric_difference(nodes) for one in weight_range]
    if any(len(one) for one in strange):
        odd = first_offenders(sorted({str(label) for one in strange for label in one}))
        wanted = "weight_range must hold one least and one greatest weight per node"
        raise DataError(mould("find_dominance", wanted, f"no match for {odd}", "Use the column names"))
    low, high = (one.reindex(nodes).to_numpy(dtype=np.float64) for one in weight_range)
    if not ((low >= 0) & (low <= high)).all() or low.sum() > 1 + TIE or high.sum() < 1 - TIE:
        came = f"least weights with sum {low.sum():.4g} and greatest with sum {high.sum():.4g}"
        wanted = "weight_range must contain weights: 0 <= least <= greatest, sums on either side of 1"
        raise DataError(mould("find_dominance", wanted, came, "Widen the range"))
    return low, np.minimum(high, 1.0)


def _least_mean(lead: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    order = np.argsort(lead, axis=1)
    ordered = np.take_along_axis(lead, order, axis=1)
    room = (high - low)[order]
    poured = np.clip(1.0 - low.sum() - (np.cumsum(room, axis=1) - room), 0.0, room)
    return np.asarray((ordered * (low[order] + poured)).sum(axis=1), dtype=np.float64)


def summarise_dominance(scores: pd.DataFrame, *, higher_is_better: bool = True) -> pd.DataFrame:
    """Count for every city how many others no weights can put before or behind it.

    Parameters
    ----------
    scores
        Scores (or ranks, with ``higher_is_better=False``), n cities by m nodes.
    higher_is_better
        False for ranks.

    Returns
    -------
    pandas.DataFrame
        Index is the city; columns `dominates`, `dominated_by`, `open` (pairs that depend on the
        weights, or tie), `best_rank` and `worst_rank` (what dominance alone leaves possible), and
        `layer` (1 for cities that none dominates, 2 once those are taken away, and so on).

    Raises
    ------
    SchemaError
        If the scores are not a clean numeric table.
    """
    pairs = find_dominance(scores, higher_is_better=higher_is_better)
    n = len(scores)
    below = pairs["dominating"].value_counts().reindex(scores.index, fill_value=0)
    above = pairs["dominated"].value_counts().reindex(scores.index, fill_value=0)
    table = pd.DataFrame({"dominates": below, "dominated_by": above, "open": n - 1 - below - above})
    table["best_rank"] = 1 + above
    table["worst_rank"] = n - below
    table["layer"] = _layers(scores.index, pairs)
    return table


def _layers(cities: pd.Index, pairs: pd.DataFrame) -> pd.Series:
    layer = pd.Series(1, index=cities)
    for _ in range(len(cities)):
        deeper = (pairs["dominating"].map(layer) + 1).groupby(pairs["dominated"], observed=True).max()
        moved = layer.copy()
        moved.update(deeper.astype(int))
        if moved.equals(layer):
            break
        layer = moved
    return layer
