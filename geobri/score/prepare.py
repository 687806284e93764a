"""First half of the pipeline: gather, screen and impute the pair values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.score.gather import CodedFlows, PairColumn, gather_members, gather_model, gather_pairs
from geobri.score.impute import IMPUTER_INPUTS, impute
from geobri.score.screen import screen
from geobri.score.spec import IndexSpec, Indicator
from geobri.score.universe import PairUniverse

__all__ = ["Inputs", "city_column", "fill_missing", "gather_columns", "screen_columns"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


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
            mould("build_index", f"cities need a column {name!r} for indicator {wanted_by!r}", came, "Add it")
        )
    values = pd.to_numeric(cities[name], errors="coerce")
    bad = values.isna() & cities[name].notna()
    if bad.any():
        came = f"{int(bad.sum())} of {len(bad)} otherwise: {first_offenders(cities.index[bad])}"
        raise SchemaError(
            mould("build_index", f"column {name!r} of cities must be numeric", came, "Correct these rows")
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
        leaf.name
        for leaf in inputs.spec.indicators
        if leaf.kind != "city"
        and leaf.name not in in_flows
        and not (leaf.kind == "comembership" and leaf.name in in_members)
    ]
    if lacking:
        came = f"nothing on {first_offenders(lacking)}; flows hold {first_offenders(sorted(map(str, in_flows))) or 'no rows'}"
        raise DataError(
            mould(
                "build_index",
                "every indicator needs data",
                came,
                "Add its rows to flows, or leave it out of the index",
            )
        )
    return [_gather_one(inputs, leaf, coded, in_flows) for leaf in inputs.spec.indicators]


def _gather_one(inputs: Inputs, leaf: Indicator, coded: CodedFlows | None, in_flows: set[Any]) -> PairColumn:
    if leaf.kind == "city":
        attribute = city_column(inputs.cities, leaf.column or leaf.name, leaf.name)
        return gather_model(attribute, leaf, inputs.universe)
    if coded is not None and leaf.name in in_flows:
        return gather_pairs(coded, leaf, inputs.universe)
    if inputs.memberships is None:
        raise DataError(mould("build_index", f"{leaf.name!r} needs memberships", "none", "Pass memberships="))
    return gather_members(inputs.memberships, leaf, inputs.universe)


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
    staying, pairs = screen(known, universe.first, universe.second, len(inputs.cities), **limits)
    if staying.sum() < 2 or not pairs.any():  # noqa: PLR2004 - a pair needs two
        came = f"{int(staying.sum())} cities and {int(pairs.sum())} pairs"
        raise DataError(
            mould(
                "screen", "two cities and a pair must stay", came, "Lower the least coverage, or collect more"
            )
        )
    return staying, universe.take(pairs), [column.take(pairs) for column in columns]


def fill_missing(
    inputs: Inputs, columns: list[PairColumn], history: CodedFlows | None, year: int | None
) -> list[PairColumn]:
    """Impute missing pair values, indicator by indicator.

    Parameters
    ----------
    inputs
        Index, cities and pairs.
    columns
        The indicators.
    history
        Flows of all years, for the panel imputer.
    year
        The year in question.

    Returns
    -------
    list of PairColumn
        Filled columns; what was filled is flagged. Modelled columns are left as they are.
    """
    choices, filled = inputs.spec.choices, []
    for column in columns:
        leaf = column.indicator
        method = leaf.imputer or choices.imputer
        params = dict(leaf.imputer_params or ({} if leaf.imputer else choices.imputer_params))
        whole = not (np.isnan(column.there).any() or np.isnan(column.back).any())
        if method == "none" or leaf.kind == "city" or whole:
            filled.append(column)
            continue
        filled.append(
            _fill_one(
                inputs,
                column,
                method,
                _imputer_inputs(inputs, column, method, params, history=history, year=year),
            )
        )
    return filled


def _fill_one(inputs: Inputs, column: PairColumn, method: str, given: dict[str, Any]) -> PairColumn:
    if not column.indicator.directed:
        values, flags = impute(column.there, method, **given)
        return replace(column, there=values, back=values, filled_there=flags, filled_back=flags)
    m = len(inputs.universe)
    values, flags = impute(np.concatenate([column.there, column.back]), method, **given)
    return replace(column, there=values[:m], back=values[m:], filled_there=flags[:m], filled_back=flags[m:])


def _imputer_inputs(
    inputs: Inputs,
    column: PairColumn,
    method: str,
    params: dict[str, Any],
    *,
    history: CodedFlows | None,
    year: int | None,
) -> dict[str, Any]:
    """Make the arrays an imputer needs, for both directions of a directed indicator."""
    leaf, universe = column.indicator, inputs.universe
    one, other = universe.first, universe.second
    if leaf.directed:
        one, other = np.concatenate([one, other]), np.concatenate([other, one])
    makers: dict[str, Any] = {
        "first": lambda: one,
        "second": lambda: other,
        "directed": lambda: leaf.directed,
        "groups": lambda: _groups(
            inputs, str(params.pop("by", "region")), one, other, directed=leaf.directed
        ),
        "distance_km": lambda: _distances(inputs, one, other),
        "mass": lambda: _mass(inputs, params.pop("mass", None), leaf.name),
        "year": lambda: year,
        "years": lambda: (
            np.unique(history.year) if history is not None and history.year is not None else np.array([year])
        ),
        "history": lambda: _history(universe, leaf, history),
    }
    given = {name: makers[name]() for name in IMPUTER_INPUTS.get(method, ())}
    return given | params


def _groups(
    inputs: Inputs, by: str, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], *, directed: bool
) -> npt.NDArray[np.int64]:
    """Code the pair of groups (regions) that each pair of cities joins."""
    if by not in inputs.cities.columns:
        raise SchemaError(
            mould(
                "impute",
                f"cities need a column {by!r} to group pairs by",
                "none",
                "Add it, or say by = another column",
            )
        )
    codes, names = pd.factorize(inputs.cities[by], use_na_sentinel=False)
    low, high = codes[one], codes[other]
    if not directed:
        low, high = np.minimum(low, high), np.maximum(low, high)
    return np.asarray(low * len(names) + high, dtype=np.int64)


def _distances(inputs: Inputs, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> FloatArray:
    from geobri.geodesy import distance_km

    geometry = getattr(inputs.cities, "geometry", None)
    if geometry is None:
        raise SchemaError(
            mould(
                "impute",
                "gravity needs where the cities are",
                "a table without geometry",
                "Pass a GeoDataFrame",
            )
        )
    lon, lat = geometry.x.to_numpy(), geometry.y.to_numpy()
    distance = np.asarray(distance_km(lon[one], lat[one], lon[other], lat[other]), dtype=float)
    if not (distance > 0).all():
        came = f"{int((~(distance > 0)).sum())} pairs at no distance"
        raise DataError(mould("impute", "gravity needs distances above 0", came, "Merge coincident cities"))
    return distance


def _mass(inputs: Inputs, name: Any, wanted_by: str) -> FloatArray | None:
    if name is None:
        return None
    mass = city_column(inputs.cities, str(name), wanted_by)
    bad = ~(mass > 0)
    if bad.any():
        came = f"{int(bad.sum())} otherwise: {first_offenders(inputs.cities.index[bad])}"
        raise DataError(mould("impute", f"mass {name!r} must be above 0", came, "Fill it in"))
    return mass


def _history(universe: PairUniverse, leaf: Indicator, history: CodedFlows | None) -> FloatArray:
    """Lay every year of an indicator on the pairs, shape (years, m), both directions of a directed one."""
    if history is None or history.year is None:
        raise DataError(
            mould("impute", "the panel imputer needs flows of several years", "none", "Add a column 'year'")
        )
    rows = []
    for year in np.unique(history.year):
        now = history.of_year(int(year))
        code = now.indicators.get_indexer(pd.Index([leaf.name]))[0]
        if not (now.indicator == code).any():
            rows.append(np.full(len(universe) * (2 if leaf.directed else 1), np.nan))
            continue
        column = gather_pairs(now, replace(leaf, absent="missing", kind="flow"), universe)
        rows.append(np.concatenate([column.there, column.back]) if leaf.directed else column.there)
    return np.vstack(rows)
