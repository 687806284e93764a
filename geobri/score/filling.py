"""Imputation inside the pipeline: which values are filled, in which unit, and with what the imputer needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, FloatArray, IntArray
from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.score.coding import CodedFlows
from geobri.score.denominate import DENOMINATOR_RULES
from geobri.score.gather import Attribute, PairColumn, gather_model, gather_pairs
from geobri.score.impute import IMPUTER_INPUTS, IMPUTERS, fills_attributes, impute
from geobri.score.prepare import Inputs, city_column, pair_rule_of, size_of
from geobri.score.spec import Indicator
from geobri.score.universe import PairUniverse
from geobri.words import Words

__all__ = ["fill_missing"]


@dataclass(frozen=True, slots=True, eq=False)
class _Method:
    """The imputer of one indicator, its own parameters, and the years that it may look at."""

    name: str
    params: dict[str, Any]
    history: CodedFlows | None
    year: int | None


def fill_missing(
    inputs: Inputs,
    columns: list[PairColumn],
    staying: BoolArray,
    *,
    history: CodedFlows | None,
    year: int | None,
) -> list[PairColumn]:
    """Impute missing values, indicator by indicator: of pairs, and of cities for an attribute.

    Parameters
    ----------
    inputs
        Index, cities and pairs.
    columns
        The indicators.
    staying
        Cities that were not screened out, shape (n,); the others lend nothing to the rest.
    history
        Flows of all years, for the panel imputer.
    year
        The year in question.

    Returns
    -------
    list of PairColumn
        Filled columns; what was filled is flagged.

    Raises
    ------
    SpecificationError
        If an imputer that works on pairs meets an attribute with gaps, or an input is lacking.
    DataError
        If nothing is known of an indicator, or its values are outside the domain of the imputer.
    """
    choices, filled = inputs.spec.choices, []
    for column in columns:
        leaf = column.indicator
        params = dict(leaf.imputer_params or ({} if leaf.imputer else choices.imputer_params))
        method = _Method(leaf.imputer or choices.imputer, params, history, year)
        fill = _fill_pairs if column.attribute is None else _fill_attribute
        filled.append(column if method.name == "none" else fill(inputs, column, staying, method))
    return filled


def _divides_first(inputs: Inputs, leaf: Indicator) -> bool:
    return leaf.denominator is not None and inputs.spec.choices.impute == "after_denomination"


def _fill_pairs(inputs: Inputs, column: PairColumn, _staying: BoolArray, method: _Method) -> PairColumn:
    """Fill pair values; amounts per unit of size are filled as such, and turned back into amounts."""
    leaf, universe = column.indicator, inputs.universe
    directed, m = leaf.directed, len(universe)
    values = np.concatenate([column.there, column.back]) if directed else column.there
    if not np.isnan(values).any():
        return column
    ends = universe.first, universe.second
    if directed:
        ends = np.concatenate(ends), np.concatenate(ends[::-1])
    size = np.ones(len(values))
    if _divides_first(inputs, leaf):
        sizes = size_of(inputs, leaf)
        size = DENOMINATOR_RULES[leaf.denominator_rule](sizes[ends[0]], sizes[ends[1]])
    found, flags = impute(values / size, method.name, **_pair_inputs(inputs, leaf, method, ends, size))
    amounts = np.where(np.isnan(values), found * size, values)
    flags &= np.isnan(values) & ~np.isnan(amounts)
    if not directed:
        return replace(column, there=amounts, back=amounts, filled_there=flags, filled_back=flags)
    return replace(column, there=amounts[:m], back=amounts[m:], filled_there=flags[:m], filled_back=flags[m:])


def _fill_attribute(inputs: Inputs, column: PairColumn, staying: BoolArray, method: _Method) -> PairColumn:
    """Fill an attribute over the cities, and model the pairs again from what was filled."""
    leaf, given = column.indicator, column.attribute
    if given is None:
        return column
    size = size_of(inputs, leaf) if _divides_first(inputs, leaf) else np.ones(len(staying))
    values = np.where(staying, given.amounts / size, np.nan)
    gaps = np.isnan(values) & staying
    if not gaps.any():
        return column
    if not fills_attributes(method.name):
        _refuse_for_attribute(inputs, leaf, method.name, gaps)
    found, flags = impute(values, method.name, **_attribute_inputs(inputs, leaf, method, size))
    flags &= staying
    attribute = Attribute(
        amounts=np.where(flags & np.isnan(given.amounts), found * size, given.amounts),
        filled=flags,
        rates=np.where(flags, found, given.amounts / size) if _divides_first(inputs, leaf) else None,
    )
    return gather_model(attribute, leaf, inputs.universe, rule=pair_rule_of(inputs.spec, leaf))


def _refuse_for_attribute(inputs: Inputs, leaf: Indicator, method: str, gaps: BoolArray) -> None:
    usable = [name for name in IMPUTERS if fills_attributes(name)]
    came = f"{leaf.name!r} with {int(gaps.sum())} gaps: {first_offenders(inputs.cities.index[gaps])}"
    remedy = f"Give this indicator an imputer of its own, one of {usable}"
    raise SpecificationError(
        mould(
            "build_index",
            Words(
                f"{method!r} fills pairs, not attributes of cities", f"{method!r}填补城市对，不填补城市属性"
            ),
            came,
            remedy,
        )
    )


def _make(method: str, makers: Mapping[str, Callable[[], Any]], params: dict[str, Any]) -> dict[str, Any]:
    """Make the arrays that an imputer asks for; what remains of its parameters is passed on."""
    given = {name: makers[name]() for name in IMPUTER_INPUTS.get(method, ())}
    return given | params


def _pair_inputs(
    inputs: Inputs, leaf: Indicator, method: _Method, ends: tuple[IntArray, IntArray], size: FloatArray
) -> dict[str, Any]:
    """Make the arrays an imputer needs, for both directions of a directed indicator."""
    params, history = dict(method.params), method.history
    one, other = ends
    by = str(params.pop("by", "region"))
    mass = params.pop("mass", None)
    makers: dict[str, Callable[[], Any]] = {
        "first": lambda: one,
        "second": lambda: other,
        "directed": lambda: leaf.directed,
        "groups": lambda: _pair_groups(inputs, by, one, other, directed=leaf.directed),
        "distance_km": lambda: _distances(inputs, one, other),
        "mass": lambda: _mass(inputs, mass, leaf.name),
        "year": lambda: method.year,
        "years": lambda: (
            np.array([method.year]) if history is None or history.year is None else np.unique(history.year)
        ),
        "history": lambda: _history(inputs.universe, leaf, history) / size,
    }
    return _make(method.name, makers, params)


def _attribute_inputs(inputs: Inputs, leaf: Indicator, method: _Method, size: FloatArray) -> dict[str, Any]:
    """Make the arrays an imputer needs for an attribute of cities."""
    params = dict(method.params)
    by = str(params.pop("by", "region"))
    columns = params.pop("columns", {})
    makers: dict[str, Callable[[], Any]] = {
        "groups": lambda: _city_groups(inputs, by),
        "year": lambda: _own_year(leaf, method.year),
        "years": lambda: np.array(sorted(_years_of(leaf, columns))),
        "history": lambda: np.vstack(
            [
                city_column(inputs.cities, name, leaf.name) / size
                for _, name in sorted(_years_of(leaf, columns).items())
            ]
        ),
    }
    return _make(method.name, makers, params)


def _own_year(leaf: Indicator, year: int | None) -> int:
    own = leaf.year if year is None else year
    if own is None:
        wanted = Words(
            f"the panel imputer must know the year of {leaf.name!r}", f"面板填补须知道{leaf.name!r}的年份"
        )
        raise SpecificationError(mould("impute", wanted, "none", "Say year = … of the indicator"))
    return own


def _years_of(leaf: Indicator, columns: Any) -> dict[int, str]:
    """Read ``columns = { 2019 = "beds_2019" }``: which column of the cities holds which other year."""
    wanted = Words(
        f"the panel imputer must know which columns hold the other years of {leaf.name!r}",
        f"面板填补须知道哪些列是{leaf.name!r}的其他年份",
    )
    remedy = f'Say imputer_params = {{ columns = {{ 2019 = "{leaf.name}_2019" }} }}'
    if not isinstance(columns, Mapping) or not columns:
        raise SpecificationError(mould("impute", wanted, repr(columns or "none"), remedy))
    try:
        return {int(year): str(name) for year, name in columns.items()}
    except ValueError as error:
        raise SpecificationError(mould("impute", wanted, str(error), remedy)) from error


def _grouping(inputs: Inputs, by: str) -> pd.Series[Any]:
    if by not in inputs.cities.columns:
        wanted = Words(f"cities need a column {by!r} to group by", f"城市表须有用于分组的列{by!r}")
        raise SchemaError(mould("impute", wanted, "none", "Add it, or say by = another column"))
    column: pd.Series[Any] = inputs.cities[by]
    return column


def _city_groups(inputs: Inputs, by: str) -> IntArray:
    """Code the group of each city; a city without one is a group of its own, so that it lends to no other and borrows from none."""
    codes, names = pd.factorize(_grouping(inputs, by))
    alone = len(names) + np.arange(len(codes))
    return np.where(codes < 0, alone, codes).astype(np.int64)


def _pair_groups(inputs: Inputs, by: str, one: IntArray, other: IntArray, *, directed: bool) -> IntArray:
    """Code the pair of groups (regions) that each pair of cities joins, a pair as one number: low times their number, plus high."""
    codes = _city_groups(inputs, by)
    low, high = codes[one], codes[other]
    if not directed:
        low, high = np.minimum(low, high), np.maximum(low, high)
    return np.asarray(low * (int(codes.max(initial=0)) + 1) + high, dtype=np.int64)


def _distances(inputs: Inputs, one: IntArray, other: IntArray) -> FloatArray:
    """Return the distances of pairs of cities, and refuse two cities in one place."""
    from geobri.geodesy import distance_km

    geometry = getattr(inputs.cities, "geometry", None)
    if geometry is None:
        raise SchemaError(
            mould(
                "impute",
                Words("gravity needs where the cities are", "引力填补须知道城市的位置"),
                "a table without geometry",
                "Pass a GeoDataFrame",
            )
        )
    lon, lat = geometry.x.to_numpy(), geometry.y.to_numpy()
    distance = np.asarray(distance_km(lon[one], lat[one], lon[other], lat[other]), dtype=float)
    if not (distance > 0).all():
        came = f"{int((~(distance > 0)).sum())} pairs at no distance"
        raise DataError(
            mould(
                "impute",
                Words("gravity needs distances above 0", "引力填补要求距离大于0"),
                came,
                "Merge coincident cities",
            )
        )
    return distance


def _mass(inputs: Inputs, name: Any, wanted_by: str) -> FloatArray | None:
    if name is None:
        return None
    mass = city_column(inputs.cities, str(name), wanted_by)
    bad = ~(mass > 0)
    if bad.any():
        came = f"{int(bad.sum())} otherwise: {first_offenders(inputs.cities.index[bad])}"
        raise DataError(
            mould(
                "impute", Words(f"mass {name!r} must be above 0", f"质量{name!r}须大于0"), came, "Fill it in"
            )
        )
    return mass


def _history(universe: PairUniverse, leaf: Indicator, history: CodedFlows | None) -> FloatArray:
    """Lay every year of an indicator on the pairs, shape (years, m), both directions of a directed one."""
    if history is None or history.year is None:
        raise DataError(
            mould(
                "impute",
                Words("the panel imputer needs flows of several years", "面板填补须有多个年份的流量"),
                "none",
                "Add a column 'year'",
            )
        )
    rows = []
    for year in np.unique(history.year):
        now = history.of_year(int(year))
        code = now.indicators.get_indexer(pd.Index([leaf.read_from]))[0]
        if not (now.indicator == code).any():
            rows.append(np.full(len(universe) * (2 if leaf.directed else 1), np.nan))
            continue
        column = gather_pairs(now, replace(leaf, absent="missing", kind="flow"), universe)
        rows.append(np.concatenate([column.there, column.back]) if leaf.directed else column.there)
    return np.vstack(rows)
