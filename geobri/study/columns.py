"""The long table of flows by measure, gone through once however many there are, and as columns of the corridors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray, IndexArray, IntArray
from geobri.measures import Measure

__all__ = ["columns_of", "split_rows", "split_values"]


def split_rows(flows: pd.DataFrame) -> Callable[[Measure], pd.DataFrame]:
    """Give the rows of each measure; the long table is gone through once, however many there are.

    Parameters
    ----------
    flows
        Long table.

    Returns
    -------
    Callable
        Takes a measure, gives its rows.
    """
    places = flows.groupby("indicator", sort=False, observed=True).indices
    nowhere = np.empty(0, dtype=np.intp)
    return lambda measure: flows.iloc[places.get(measure.column, nowhere)]


def split_values(flows: pd.DataFrame) -> Callable[[Measure], pd.Series[Any]]:
    """Give the values of each measure; the long table is gone through once, however many there are.

    Parameters
    ----------
    flows
        Long table.

    Returns
    -------
    Callable
        Takes a measure, gives its values.
    """
    places = flows.groupby("indicator", sort=False, observed=True).indices
    values, nowhere = flows["value"], np.empty(0, dtype=np.intp)
    return lambda measure: values.iloc[places.get(measure.column, nowhere)]


def columns_of(
    rows: pd.DataFrame,
    measures: tuple[Measure, ...],
    corridors: pd.DataFrame,
    cities: pd.DataFrame,
    *,
    directed: bool,
) -> dict[str, FloatArray]:
    """Give the measures as columns of the corridors; ends are looked up once, however many measures there are.

    In a directed study an undirected measure stands on both directions; in an undirected study both directions of a
    directed measure are added up. An empty cell is missing; a pair without a row is 0 where the measure says so.

    Parameters
    ----------
    rows
        Long table of one year a measure.
    measures
        What its rows mean.
    corridors
        With `origin` and `destination`.
    cities
        All cities that may stand there.
    directed
        Whether a corridor runs from origin to destination.

    Returns
    -------
    dict of str and numpy.ndarray
        By column, in the order of the measures; as long as the corridors.
    """
    places = rows.groupby("indicator", sort=False, observed=True).indices
    values = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    columns: dict[str, FloatArray] = {}
    for one_way in {one.directed and directed for one in measures}:
        at, pairs = pd.factorize(_number_pairs(corridors, cities, one_way=one_way))
        row_at = pd.Index(pairs).get_indexer(pd.Index(_number_pairs(rows, cities, one_way=one_way)))
        for measure in (one for one in measures if (one.directed and directed) == one_way):
            own = np.asarray(places.get(measure.column, ()), dtype=np.intp)
            own = own[row_at[own] >= 0]
            nothing = 0.0 if measure.absent == "zero" else np.nan
            columns[measure.column] = _put(values[own], row_at[own], np.full(len(pairs), nothing))[at]
    return {one.column: columns[one.column] for one in measures}


def _put(values: FloatArray, at: IndexArray, column: FloatArray) -> FloatArray:
    """Put values at their places; several of one place are added up."""
    if len(at) and np.bincount(at).max() > 1:
        sums = pd.Series(values).groupby(at, observed=True).sum(min_count=1)
        column[sums.index.to_numpy()] = sums.to_numpy()
    else:
        column[at] = values
    return column


def _number_pairs(pairs: pd.DataFrame, cities: pd.DataFrame, *, one_way: bool) -> IntArray:
    """Give every pair a number; both ways round the same one where directions do not matter."""
    one, other = (_place_ends(pairs[name], cities) for name in ("origin", "destination"))
    first, second = (one, other) if one_way else (np.minimum(one, other), np.maximum(one, other))
    return first * len(cities) + second


def _place_ends(ends: pd.Series, cities: pd.DataFrame) -> IntArray:
    codes, labels = pd.factorize(ends)
    return cities.index.get_indexer(pd.Index(labels)).astype(np.int64)[codes]
