"""Coastal against inland cities: from a table of cities to the tests of two groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.geodesy import distance_matrix_km
from geobri.stats.groups import (
    DimensionsResult,
    GroupResult,
    Labels,
    brunner_munzel_test,
    dimensions_test,
    group_permutation_test,
    mann_whitney_test,
    spatial_group_test,
)
from geobri.stats.moran_randomisation import proximity_weights
from geobri.stats.results import Alternative, FloatArray

__all__ = ["LabelledCities", "coastal_dimensions_test", "coastal_test", "group_names", "read_labelled"]

Method = Literal["mann-whitney", "brunner-munzel", "permutation", "spatial"]
Rng = int | np.random.Generator | None


class LabelledCities(NamedTuple):
    """Cities that have a label and all values.

    Attributes
    ----------
    table
        The rows that are used.
    first
        Membership of the first group, shape (n,).
    strata
        Labels of strata, shape (n,), or None.
    note
        What was left out.
    """

    table: pd.DataFrame
    first: np.ndarray[Any, np.dtype[np.bool_]]
    strata: np.ndarray[Any, np.dtype[Any]] | None
    note: str


def group_names(group: str) -> tuple[str, str]:
    """Name the two groups of a column of truth values.

    Parameters
    ----------
    group
        Name of the column.

    Returns
    -------
    tuple
        ``("coastal", "inland")`` for coastal columns, else the name and its negation.
    """
    return ("coastal", "inland") if group.startswith("coastal") else (group, f"not {group}")


def read_labelled(
    cities: pd.DataFrame, values: list[str], *, group: str = "coastal", strata: str | None = None, caller: str
) -> LabelledCities:
    """Take the cities that have a label and all values.

    Parameters
    ----------
    cities
        Table of cities, index `city`.
    values
        Numeric columns.
    group
        Column of truth values; missing ones are left out.
    strata
        Column of strata; missing ones are left out.
    caller
        Who asks, for the message.

    Returns
    -------
    LabelledCities
        The rows, labels, and what was left out.

    Raises
    ------
    SchemaError
        If columns are missing, or the labels are no truth values.
    DataError
        If a group is empty.
    """
    needed = [*values, group, *([strata] if strata else [])]
    missing = [name for name in needed if name not in cities.columns]
    if missing:
        raise SchemaError(
            mould(caller, f"cities need the columns {missing}", f"{list(cities.columns)}", "Add them")
        )
    used = cities[needed].notna().all(axis=1).to_numpy()
    table, gone = cities.loc[used], cities.index[~used]
    kinds = set(table[group].unique())
    if not kinds <= {True, False}:
        came = first_offenders(sorted(map(str, kinds)))
        raise SchemaError(
            mould(caller, f"'{group}' must be True or False", came, "Compare it with one label")
        )
    first = table[group].to_numpy(dtype=bool)
    if first.all() or not first.any():
        one, other = group_names(group)
        came = f"{int(first.sum())} {one} and {int((~first).sum())} {other}"
        raise DataError(mould(caller, "both groups must hold a city", came, "Choose another definition"))
    note = f"{len(gone)} without value or label left out ({first_offenders(gone)})" if len(gone) else ""
    return LabelledCities(table, first, table[strata].to_numpy() if strata else None, note)


def _numbers(table: pd.DataFrame, value: str) -> FloatArray:
    return table[value].to_numpy(dtype=np.float64)


def coastal_test(
    cities: pd.DataFrame,
    value: str,
    *,
    group: str = "coastal",
    strata: str | None = None,
    method: Method = "mann-whitney",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: Rng = None,
    confidence: float = 0.95,
) -> GroupResult:
    """Test whether coastal cities have other values than inland ones.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without value or label are left out. Points in EPSG:4326 are needed
        for ``method="spatial"`` only.
    value
        Numeric column: a score, or a rank with 1 as the best.
    group
        Column of truth values that says what is coastal: the published label, or one by threshold or port.
    strata
        Column within whose labels cities are compared (``"china"``, ``"region"``).
    method
        ``"mann-whitney"``: exact, ties as they are; ``"brunner-munzel"``: studentised permutation, for groups of
        different spread; ``"permutation"``: studentised difference of means; ``"spatial"``: random maps with the
        observed autocorrelation.
    alternative
        ``"greater"``: coastal cities have the higher values.
    n_permutations
        Random placements or maps, where not all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals.

    Returns
    -------
    GroupResult
        Cliff's delta, probability of superiority and Hodges-Lehmann shift with intervals, and the p-value.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or all values are equal.
    SpecificationError
        If method and strata do not go together.
    """
    data = read_labelled(cities, [value], group=group, strata=strata, caller="coastal_test")
    one, other = group_names(group)
    labels = Labels(value=value, first=one, second=other)
    draws: dict[str, Any] = {"n_permutations": n_permutations, "rng": rng}
    shared: dict[str, Any] = {"alternative": alternative, "confidence": confidence, "labels": labels}
    result = _run(data, value, method, shared, draws)
    terms = tuple(_renamed(term, data.note) for term in result.terms)
    return replace(
        result,
        terms=terms,
        choices={**result.choices, "group": group, "strata": strata, "left out": data.note},
    )


def _renamed(term: Any, note: str) -> Any:
    return replace(
        term, test=f"coastal_test: {term.test}", note="; ".join(part for part in (term.note, note) if part)
    )


def _run(
    data: LabelledCities, value: str, method: str, shared: dict[str, Any], draws: dict[str, Any]
) -> GroupResult:
    x, first = _numbers(data.table, value), data.first
    if data.strata is not None and method in ("brunner-munzel", "spatial"):
        remedy = "Use 'mann-whitney' or 'permutation', or leave strata out"
        raise SpecificationError(
            mould("coastal_test", f"method {method!r} knows no strata", "strata", remedy)
        )
    if method == "mann-whitney":
        return mann_whitney_test(x, first, strata=data.strata, **shared)
    if method == "brunner-munzel":
        return brunner_munzel_test(x, first, **shared, **draws)
    if method == "permutation":
        return group_permutation_test(x, first, strata=data.strata, **shared, **draws)
    if method != "spatial":
        wanted = "method must be mann-whitney, brunner-munzel, permutation or spatial"
        raise SpecificationError(mould("coastal_test", wanted, repr(method), "Choose one"))
    if not isinstance(data.table, gpd.GeoDataFrame):
        raise SchemaError(
            mould(
                "coastal_test",
                "method 'spatial' needs points",
                type(data.table).__name__,
                "Use a GeoDataFrame",
            )
        )
    weights = proximity_weights(distance_matrix_km(data.table).to_numpy())
    return spatial_group_test(x, first, weights, **shared, **draws)


def coastal_dimensions_test(
    cities: pd.DataFrame,
    values: list[str],
    *,
    group: str = "coastal",
    strata: str | None = None,
    statistic: str = "brunner-munzel",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: Rng = None,
    confidence: float = 0.95,
) -> DimensionsResult:
    """Compare coastal and inland cities in several dimensions at once.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without all values and a label are left out.
    values
        Numeric columns, one per dimension.
    group
        Column of truth values.
    strata
        Column within whose labels the label moves.
    statistic
        One of ``"brunner-munzel"``, ``"welch"``, ``"rank"``, ``"mean"``.
    alternative
        ``"greater"``: coastal cities have the higher values.
    n_permutations
        Random placements, where not all are enumerated.
    rng
        Seed or generator.
    confidence
        Level of the intervals, each for itself.

    Returns
    -------
    DimensionsResult
        Effects and p-values of each dimension, adjusted by Holm, Benjamini-Hochberg and max-T.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a dimension is constant.
    """
    data = read_labelled(cities, values, group=group, strata=strata, caller="coastal_dimensions_test")
    one, other = group_names(group)
    return dimensions_test(
        data.table[values].astype(float),
        data.first,
        statistic=statistic,
        strata=data.strata,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        confidence=confidence,
        labels=Labels(first=one, second=other),
    )
