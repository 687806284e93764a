"""Indicators of an index ready for tiles: the rows that are listed, laid on their pairs, or an attribute of the cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Measure
from geobri.scale.blocks import Tile
from geobri.scale.places import FlowList, PairInputs
from geobri.score.denominate import check_denominator, denominate_pairs
from geobri.score.gather import refuse_asymmetry
from geobri.score.levels import city_to_pair, fold_directions
from geobri.score.spec import IndexSpec, Indicator

__all__ = ["Leaf", "build_leaf", "fold_listed", "lay_directions", "read_column"]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One indicator, ready for tiles: a sorted list, or an attribute; and sizes to divide by."""

    indicator: Indicator
    listed: FlowList | None
    attribute: FloatArray | None
    rule: str
    size: FloatArray | None

    def values(self, tile: Tile) -> FloatArray:
        """Give the raw values of a tile, shape (r, m)."""
        one, other = tile.ends(np.arange(tile.inputs.n))
        if self.listed is not None:
            cells = tile.flow(self.listed)
        else:
            assert self.attribute is not None
            cells = city_to_pair(
                self.attribute, one, other, rule=self.rule, direction=self.indicator.direction
            )
        if self.size is not None:
            cells = denominate_pairs(cells, self.size, one, other, rule=self.indicator.denominator_rule)
        return cells


def build_leaf(
    leaf: Indicator, spec: IndexSpec, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> Leaf:
    """Lay an indicator out for tiles.

    Parameters
    ----------
    leaf, spec
        The indicator, and the index that it is a part of.
    cities, flows
        The cities, and a long table of one year.
    inputs
        The places.

    Returns
    -------
    Leaf
        Ready for tiles.
    """
    ordered = cities.loc[list(inputs.slugs)]
    size = (
        None
        if leaf.denominator is None
        else check_denominator(read_column(ordered, leaf.denominator), ordered.index, leaf.denominator)
    )
    rule = leaf.pair_rule or spec.choices.pair_rule
    if leaf.kind == "city":
        return Leaf(leaf, None, read_column(ordered, leaf.read_from), rule, size)
    ends, there, back = lay_directions(leaf, flows, ordered.index)
    n = inputs.n
    if inputs.directed:
        key = np.concatenate([ends[0] * n + ends[1], ends[1] * n + ends[0]])
        value = np.concatenate([there, back])
    else:
        key, value = ends[0] * n + ends[1], fold_listed(leaf, there, back)
    order = np.argsort(key, kind="stable")
    listed = FlowList(Measure(leaf.name), key[order], value[order], _absent(leaf))
    return Leaf(leaf, listed, None, rule, size)


def read_column(cities: pd.DataFrame, name: str) -> FloatArray:
    """Read an attribute of the cities.

    Parameters
    ----------
    cities
        The cities.
    name
        The column.

    Returns
    -------
    numpy.ndarray
        Shape (n,), missing as NaN.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if name not in cities.columns:
        wanted = f"the index needs the column '{name}' of the cities"
        raise DataError(mould("geobri scale", wanted, first_offenders(map(str, cities.columns)), "Add it"))
    return pd.to_numeric(cities[name]).to_numpy(dtype=float, na_value=np.nan)


def _absent(leaf: Indicator) -> float:
    return 0.0 if leaf.absent == "zero" else np.nan


def lay_directions(
    leaf: Indicator, flows: pd.DataFrame | None, cities: pd.Index
) -> tuple[tuple[IntArray, IntArray], FloatArray, FloatArray]:
    """Lay the rows of an indicator on the pairs that have one in either direction.

    Parameters
    ----------
    leaf
        The indicator.
    flows
        Long table of one year.
    cities
        The cities in alphabetical order.

    Returns
    -------
    tuple
        Both ends of every such pair, the first before the second, and the values there and back.

    Raises
    ------
    DataError
        If no row is of the indicator, or a symmetric one has two values for a pair.
    """
    rows = (
        pd.DataFrame(columns=["origin", "destination", "value"])
        if flows is None
        else flows[(flows["indicator"].astype(str) == leaf.read_from).to_numpy(dtype=bool)]
    )
    if rows.empty:
        wanted = f"flows must hold indicator {leaf.read_from!r}"
        raise DataError(mould("geobri scale", wanted, "no row of it", "Add its rows or leave it out"))
    n = len(cities)
    origin, destination = (
        cities.get_indexer(pd.Index(rows[end].astype(object))) for end in ("origin", "destination")
    )
    amount = pd.to_numeric(rows["value"]).to_numpy(dtype=float, na_value=np.nan)
    if leaf.zero == "missing":
        amount = np.where(amount == 0, np.nan, amount)
    key, place = np.unique(
        np.minimum(origin, destination) * n + np.maximum(origin, destination), return_inverse=True
    )
    ahead = origin < destination
    there, back = np.full(len(key), np.nan), np.full(len(key), np.nan)
    seen = np.zeros((2, len(key)), dtype=bool)
    there[place[ahead]], back[place[~ahead]] = amount[ahead], amount[~ahead]
    seen[0, place[ahead]] = seen[1, place[~ahead]] = True
    if not leaf.directed:
        refuse_asymmetry(
            there, back, leaf, say=lambda differ: _name_pairs(key[differ], cities), caller="geobri scale"
        )
        there = back = np.where(np.isnan(there), back, there)
        seen[:] = seen.any(axis=0)
    if leaf.absent == "zero":
        there, back = np.where(seen[0], there, 0.0), np.where(seen[1], back, 0.0)
    return (key // n, key % n), there, back


def _name_pairs(keys: IntArray, cities: pd.Index[Any]) -> str:
    return first_offenders(f"{cities[key // len(cities)]} – {cities[key % len(cities)]}" for key in keys)


def fold_listed(leaf: Indicator, there: FloatArray, back: FloatArray) -> FloatArray:
    """Make one value of both directions.

    Parameters
    ----------
    leaf
        The indicator, which says how.
    there, back
        Values of the listed pairs.

    Returns
    -------
    numpy.ndarray
        One value a pair.
    """
    return fold_directions(there, back, leaf.fold) if leaf.directed else there
