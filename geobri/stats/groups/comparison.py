"""Two groups of cities in a table: from columns and measures to the tests of two groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from geobri.arrays import Rng
from geobri.errors import SpecificationError, mould
from geobri.geodesy import distance_matrix_km
from geobri.stats.doors import checked
from geobri.stats.groups.permutation_tests import brunner_munzel_test, group_permutation_test
from geobri.stats.groups.random_maps import spatial_group_test
from geobri.stats.groups.rank_tests import mann_whitney_test
from geobri.stats.groups.reporting import GroupResult, Labels
from geobri.stats.moran_randomisation import proximity_weights
from geobri.stats.places import Column, Places, read_places
from geobri.stats.results import Alternative, FloatArray
from geobri.tables import check_points
from geobri.words import Words

__all__ = ["Method", "coastal_test", "compare_groups", "map_weights"]

Method = Literal["mann-whitney", "brunner-munzel", "permutation", "spatial"]


@checked
def compare_groups(
    cities: pd.DataFrame,
    value: Column,
    *,
    by: Column,
    strata: Column | None = None,
    method: Method = "mann-whitney",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: Rng = None,
    confidence: float = 0.95,
) -> GroupResult:
    """Test whether the cities of one group have other values than the others.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without value or label are left out. Points in EPSG:4326 are needed
        for ``method="spatial"`` only.
    value
        Numeric column or measure: a score, an amount, a yes or no, or a rank with 1 as the best.
    by
        Column (or measure) of truth values that says which cities are in the first group.
    strata
        Column (or measure) within whose labels cities are compared (``"china"``, ``"region"``).
    method
        ``"mann-whitney"``: exact, ties as they are; ``"brunner-munzel"``: studentised permutation, for groups of
        different spread; ``"permutation"``: studentised difference of means; ``"spatial"``: random maps with the
        observed autocorrelation.
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
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

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> cities["china"] = cities["country"] == "CHN"
    >>> round(compare_groups(cities, "rank_overall", by="china").p_value, 2)
    0.95
    """
    data = read_places(cities, [value], group=by, strata=strata, caller="compare_groups")
    result = _run(
        data,
        method,
        {"alternative": alternative, "confidence": confidence},
        {"n_permutations": n_permutations, "rng": rng},
    )
    terms = tuple(
        replace(term, left_out="; ".join(part for part in (data.left_out, term.left_out) if part))
        for term in result.terms
    )
    return replace(
        result,
        terms=terms,
        choices={
            **result.choices,
            "by": by if isinstance(by, str) else by.column,
            "strata": None if data.stratified_by is None else data.stratified_by.column,
            "left out": data.left_out,
        },
    )


@checked
def coastal_test(
    cities: pd.DataFrame, value: Column, *, group: Column = "coastal", **choices: Any
) -> GroupResult:
    """Test whether coastal cities have other values than inland ones: `compare_groups` by the coast.

    Parameters
    ----------
    cities
        Table of cities, index `city`.
    value
        Numeric column or measure.
    group
        Column of truth values that says what is coastal: the published label, or one by threshold or port.
    **choices
        As in `compare_groups`: `strata`, `method`, `alternative`, `n_permutations`, `rng`, `confidence`.

    Returns
    -------
    GroupResult
        See `compare_groups`.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.measures import Measure
    >>> overall = Measure(column="rank_overall", of="cities", kind="rank", label="Overall rank")
    >>> round(coastal_test(bri22().cities, overall).p_value, 3)
    0.011
    """
    return compare_groups(cities, value, by=group, **choices)


def _run(data: Places, method: str, shared: dict[str, Any], draws: dict[str, Any]) -> GroupResult:
    labels = Labels(data.measure, data.names, data.stratified_by)
    x, first, shared = data.numbers, data.first, {**shared, "labels": labels}
    if data.strata is not None and method in ("brunner-munzel", "spatial"):
        remedy = "Use 'mann-whitney' or 'permutation', or leave strata out"
        raise SpecificationError(
            mould(
                "compare_groups",
                Words(f"method {method!r} knows no strata", f"方法{method!r}不支持分层"),
                "strata",
                remedy,
            )
        )
    if method == "mann-whitney":
        return mann_whitney_test(x, first, strata=data.strata, **shared)
    if method == "brunner-munzel":
        return brunner_munzel_test(x, first, **shared, **draws)
    if method == "permutation":
        return group_permutation_test(x, first, strata=data.strata, **shared, **draws)
    if method != "spatial":
        wanted = Words(
            "method must be mann-whitney, brunner-munzel, permutation or spatial",
            "方法须为mann-whitney、brunner-munzel、permutation或spatial",
        )
        raise SpecificationError(mould("compare_groups", wanted, Words(repr(method)), "Choose one"))
    return spatial_group_test(x, first, map_weights(data.table), **shared, **draws)


def map_weights(cities: pd.DataFrame, *, caller: str = "compare_groups, method 'spatial'") -> FloatArray:
    """Link every city to its surroundings, for maps as smooth as the observed one.

    Parameters
    ----------
    cities
        Points in EPSG:4326.
    caller
        Who asks, for the message.

    Returns
    -------
    numpy.ndarray
        Symmetric weights, shape (n, n).

    Raises
    ------
    SchemaError
        If the table has no points.
    """
    placed = check_points(cities, caller=caller)
    return proximity_weights(distance_matrix_km(placed).to_numpy())
