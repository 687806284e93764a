"""First half of the pipeline: gather the values and screen out what is known too little."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.score.coding import CodedFlows
from geobri.score.denominate import check_denominator
from geobri.score.gather import Attribute, PairColumn, gather_members, gather_model, gather_pairs
from geobri.score.screen import screen
from geobri.score.spec import IndexSpec, Indicator
from geobri.score.universe import PairUniverse
from geobri.words import Words

__all__ = [
    "Inputs",
    "city_column",
    "gather_columns",
    "known_attributes",
    "pair_rule_of",
    "screen_columns",
    "size_of",
]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What every step may look at.

    Attributes
    ----------
    spec
        The index.
    cities
        The cities table as given.
    universe
        The pairs that count.
    memberships
        The memberships table, if any.
    """

    spec: IndexSpec
    cities: pd.DataFrame
    universe: PairUniverse
    memberships: pd.DataFrame | None = None

    def on(self, universe: PairUniverse) -> Inputs:
        """Look at fewer pairs.

        Parameters
        ----------
        universe
            The pairs that stay.

        Returns
        -------
        Inputs
            The same, on these pairs.
        """
        return replace(self, universe=universe)


def city_column(cities: pd.DataFrame, name: str, wanted_by: str) -> FloatArray:
    """Read a numeric column of the cities table.

    Parameters
    ----------
    cities
        The cities table.
    name
        Name of the column.
    wanted_by
        Which indicator asks, for the message.

    Returns
    -------
    numpy.ndarray
        Values, shape (n,), NaN where missing.

    Raises
    ------
    SchemaError
        If the column is missing or not numeric.
    """
    if name not in cities.columns:
        came = str([str(column) for column in cities.columns])
        raise SchemaError(
            mould(
                "build_index",
                Words(
                    f"cities need a column {name!r} for indicator {wanted_by!r}",
                    f"城市表须有指标{wanted_by!r}所需的列{name!r}",
                ),
                came,
                "Add it",
            )
        )
    values = pd.to_numeric(cities[name], errors="coerce")
    bad = values.isna() & cities[name].notna()
    if bad.any():
        came = f"{int(bad.sum())} of {len(bad)} otherwise: {first_offenders(cities.index[bad])}"
        raise SchemaError(
            mould(
                "build_index",
                Words(f"column {name!r} of cities must be numeric", f"城市表的列{name!r}须为数字"),
                came,
                "Correct these rows",
            )
        )
    return values.to_numpy(dtype=float, na_value=np.nan)


def gather_columns(inputs: Inputs, coded: CodedFlows | None) -> list[PairColumn]:
    """Lay every indicator on the pairs.

    Parameters
    ----------
    inputs
        Index, cities, pairs and memberships.
    coded
        Flows of the year in question.

    Returns
    -------
    list of PairColumn
        One per indicator, in the order of the specification.

    Raises
    ------
    DataError
        If indicators have no data anywhere; all are named at once.
    """
    in_flows = set() if coded is None else set(coded.indicators[np.unique(coded.indicator)])
    in_members = (
        set()
        if inputs.memberships is None
        else set(inputs.memberships.get("indicator", pd.Series(dtype=object)))
    )
    lacking = [
        leaf.read_from
        for leaf in inputs.spec.indicators
        if leaf.kind != "city"
        and leaf.read_from not in in_flows
        and not (leaf.kind == "comembership" and leaf.read_from in in_members)
    ]
    if lacking:
        remedy = "Say what the table calls it (column), add its rows to flows (a comembership's to memberships), or leave it out of the index"
        came = f"nothing on {first_offenders(lacking)}; flows hold {first_offenders(sorted(map(str, in_flows))) or 'no rows'}"
        raise DataError(
            mould(
                "build_index",
                Words("every indicator needs data", "每个指标都须有数据"),
                came,
                remedy,
            )
        )
    return [_gather_one(inputs, leaf, coded, in_flows) for leaf in inputs.spec.indicators]


def _gather_one(inputs: Inputs, leaf: Indicator, coded: CodedFlows | None, in_flows: set[Any]) -> PairColumn:
    if leaf.kind == "city":
        return _gather_attribute(inputs, leaf)
    if coded is not None and leaf.read_from in in_flows:
        return gather_pairs(coded, leaf, inputs.universe)
    if inputs.memberships is None:
        raise DataError(
            mould(
                "build_index",
                Words(f"{leaf.name!r} needs memberships", f"{leaf.name!r}需要成员表"),
                "none",
                "Pass memberships=",
            )
        )
    return gather_members(inputs.memberships, leaf, inputs.universe)


def _gather_attribute(inputs: Inputs, leaf: Indicator) -> PairColumn:
    values = city_column(inputs.cities, leaf.read_from, leaf.name)
    if leaf.zero == "missing":
        values = np.where(values == 0, np.nan, values)
    attribute = Attribute(values, np.zeros(len(values), dtype=bool))
    return gather_model(attribute, leaf, inputs.universe, rule=pair_rule_of(inputs.spec, leaf))


def pair_rule_of(spec: IndexSpec, leaf: Indicator) -> str:
    """Say how an attribute becomes a pair value: as its indicator says, else as the index says.

    Parameters
    ----------
    spec
        The index.
    leaf
        An indicator of kind ``"city"``.

    Returns
    -------
    str
        A name in `PAIR_RULES`.
    """
    return leaf.pair_rule or spec.choices.pair_rule


def size_of(inputs: Inputs, leaf: Indicator) -> FloatArray:
    """Read what an indicator is divided by.

    Parameters
    ----------
    inputs
        The cities.
    leaf
        An indicator with a denominator.

    Returns
    -------
    numpy.ndarray
        Sizes above 0, shape (n,), NaN where unknown.

    Raises
    ------
    SchemaError
        If the column is missing or not numeric.
    DataError
        If a size is zero or negative.
    """
    name = str(leaf.denominator)
    sizes = city_column(inputs.cities, name, leaf.name)
    return check_denominator(sizes, inputs.cities.index.to_numpy(), name)


def known_attributes(columns: list[PairColumn], n: int) -> FloatArray:
    """Say which cities have an own value of which attribute.

    Parameters
    ----------
    columns
        The indicators.
    n
        Number of cities.

    Returns
    -------
    numpy.ndarray
        1 where known, 0 where not, NaN for indicators that are no attributes; shape (n, k).
    """
    whole = np.full((n, len(columns)), np.nan)
    for place, column in enumerate(columns):
        if column.attribute is not None:
            whole[:, place] = ~column.attribute.missing
    return whole


def screen_columns(
    inputs: Inputs, columns: list[PairColumn], known: BoolArray
) -> tuple[BoolArray, PairUniverse, list[PairColumn]]:
    """Leave out cities and pairs that are known too little.

    Parameters
    ----------
    inputs
        Index, cities and pairs.
    columns
        The indicators.
    known
        Where they are known, shape (m, k).

    Returns
    -------
    tuple
        Cities that stay, shape (n,); the pairs that stay; the shorter columns.

    Raises
    ------
    DataError
        If fewer than two cities or no pair stay.
    """
    choices, universe = inputs.spec.choices, inputs.universe
    if choices.min_city_coverage == 0 and choices.min_pair_coverage == 0:
        return np.ones(len(inputs.cities), dtype=bool), universe, columns
    limits = {"min_city": choices.min_city_coverage, "min_pair": choices.min_pair_coverage}
    own = known_attributes(columns, len(inputs.cities))
    staying, pairs = screen(known, universe.first, universe.second, len(inputs.cities), own=own, **limits)
    if staying.sum() < 2 or (not pairs.any() and len(universe)):  # noqa: PLR2004 - a pair needs two
        came = f"{int(staying.sum())} cities and {int(pairs.sum())} pairs"
        raise DataError(
            mould(
                "screen",
                Words("two cities and a pair must stay", "须至少保留两座城市和一个城市对"),
                came,
                "Lower the least coverage, or collect more",
            )
        )
    return staying, universe.take(pairs), [column.take(pairs) for column in columns]
