"""What every city has with all its partners together, of each flow of a study that can be added up.

However many flows there are, their pairs are described once and the long table is gone through once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray, IndexArray
from geobri.corridors import describe_pairs
from geobri.measures import Measure
from geobri.study.model import Study
from geobri.study.pairs import choose_year, fills_zeros, give_rows, list_corridors
from geobri.words import Words

__all__ = ["attach_totals", "find_sums"]

AddUp: TypeAlias = Callable[[Measure], dict[str, FloatArray] | None]

_SUMS: Final = ("out", "in", "both")


def attach_totals(study: Study) -> Study:
    """Add what every city sends, receives and has in all, of each flow that can be added up.

    Parameters
    ----------
    study
        A study; without flows it is given back as it is.

    Returns
    -------
    Study
        With the totals beside the other columns of its cities, and their measures. Costs of separation are not added up, nor
        is what falls below 0 somewhere.
    """
    from geobri.score import name_totals

    if study.flows is None:
        return study
    flows = [one for one in study.corridor_measures if one.adds_up]
    add_up, own = _prepare(study, flows), _own_flows(study, flows)
    columns: dict[str, FloatArray] = {}
    measures = []
    for flow in flows:
        totals = add_up(flow)
        if totals is None:
            continue
        if flow.column in own:  # once to each sum
            totals |= {name: totals[name] + own[flow.column] for name in _SUMS}
        for total in name_totals(flow):
            if total.column not in study.cities.columns:
                columns[total.column] = totals[total.column.removeprefix(f"{flow.column}_")]
                unit = study.words.tell(Words(total.unit, total.unit_zh))
                measures.append(replace(total, unit=unit.en, unit_zh=unit.zh))
    cities = study.cities.join(pd.DataFrame(columns, index=study.cities.index))
    return replace(study, cities=cities, city_measures=(*study.city_measures, *measures))


def find_sums(study: Study, flow: Measure) -> dict[str, Measure]:
    """Find what a study has of the totals of a flow.

    Parameters
    ----------
    study
        A loaded study.
    flow
        A measure of its corridors that adds up.

    Returns
    -------
    dict of str to Measure
        What every city sends (`out`), receives (`in`) and has in all (`both`), as far as the study has them.
    """
    from geobri.score import name_totals

    known = {one.column: one for one in study.city_measures if one.origin == "total"}
    named = {one.column.removeprefix(f"{flow.column}_"): one.column for one in name_totals(flow)}
    return {sum_: known[named[sum_]] for sum_ in _SUMS if named.get(sum_) in known}


def _prepare(study: Study, flows: list[Measure]) -> AddUp:
    """Give a function that adds up any of the flows, or gives None where one falls below 0; flows of one kind share their pairs."""
    kinds: dict[tuple[bool, bool], list[Measure]] = {}
    for flow in flows:
        kind = (fills_zeros(study, flow), flow.directed)
        kinds.setdefault(kind, []).append(flow)
    ways = {
        (zeros, directed): (_over_rows if zeros else _over_corridors)(study, alike, directed=directed)
        for (zeros, directed), alike in kinds.items()
    }
    return lambda flow: ways[fills_zeros(study, flow), flow.directed](flow)


def _over_corridors(study: Study, flows: list[Measure], *, directed: bool) -> AddUp:
    from geobri.score import prepare_totals

    pairs = list_corridors(study, directed=directed, measures=tuple(flows))
    add = prepare_totals(study.cities, pairs, directed=directed)

    def add_up(flow: Measure) -> dict[str, FloatArray] | None:
        amounts = pairs[flow.column].to_numpy(dtype=float, na_value=np.nan)
        return None if (amounts < 0).any() else add(amounts)

    return add_up


def _over_rows(study: Study, flows: list[Measure], *, directed: bool) -> AddUp:
    """Add up the rows alone, where all other pairs are 0; a city without a row has 0."""
    from geobri.score import prepare_totals

    rows = give_rows(study, tuple(flows), directed=directed)
    pairs, at = _pairs_of_rows(study, rows)
    add = prepare_totals(study.cities, pairs, directed=directed)
    amounts = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    of_flow = rows.reset_index(drop=True).groupby("indicator", sort=False, observed=True).indices
    nowhere = np.empty(0, dtype=np.intp)

    def add_up(flow: Measure) -> dict[str, FloatArray] | None:
        own = of_flow.get(flow.column, nowhere)
        if (amounts[own] < 0).any():
            return None
        totals = add(amounts[own], at[own])
        zeros = {name: np.nan_to_num(totals[name], nan=0.0) for name in (*_SUMS, "partners")}
        return totals | zeros

    return add_up


def _pairs_of_rows(study: Study, rows: pd.DataFrame) -> tuple[pd.DataFrame, IndexArray]:
    """List each pair of a long table once, with its distance, and say at which of them every row is."""
    cities = study.cities
    origin, destination = (
        cities.index.get_indexer(pd.Index(rows[name])) for name in ("origin", "destination")
    )
    # A pair is one number: the row of its origin times the number of cities, plus the row of its destination.
    at, distinct = pd.factorize(origin * len(cities) + destination)
    ends = {
        "origin": cities.index[distinct // len(cities)],
        "destination": cities.index[distinct % len(cities)],
    }
    return describe_pairs(cities, pd.DataFrame(ends)), at


def _own_flows(study: Study, flows: list[Measure]) -> dict[str, FloatArray]:
    """Give what each city has with itself, where the study keeps it."""
    if not study.keeps_own or study.own_flows is None:
        return {}
    rows = choose_year(study.own_flows, tuple(flows))
    sums = rows.groupby(["indicator", "origin"], observed=True)["value"].sum(min_count=1)
    return {
        str(name): own.droplevel(0).reindex(study.cities.index).fillna(0.0).to_numpy(dtype=float)
        for name, own in sums.groupby(level=0, observed=True)
    }
