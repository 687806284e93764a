"""Selectors: the cities, pairs and numbers that a claim speaks of.

Each takes the facts first; the other parameters are what stands in the parentheses of a claim.
"""
# ruff: noqa: ARG001 -- every word of the vocabulary takes the facts first

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.findings.answers import CityRank, CitySet, PairRank, PairSet, weakest_basis
from geobri.findings.facts import Facts
from geobri.words import Words

__all__ = ["SELECTORS", "find_column", "find_points", "find_table"]


def everyone(facts: Facts) -> CitySet:
    """Take all cities of the table."""
    return CitySet(tuple(facts.cities.index))


def cities(facts: Facts, *names: CitySet) -> CitySet:
    """Take the cities named, in this order."""
    return either(facts, *names)


def assumed(facts: Facts, *names: CitySet) -> CitySet:
    """Take cities named from general knowledge rather than from the report."""
    return CitySet(either(facts, *names).names, "inferred")


def top(facts: Facts, rank: CityRank, n: int) -> CitySet:
    """Take the cities ranked 1 to `n`."""
    return ranked(facts, rank, 1, n)


def ranked(facts: Facts, rank: CityRank, first: int, last: int) -> CitySet:
    """Take the cities ranked `first` to `last`."""
    series = facts.ranks[rank]
    chosen = series[series.between(first, last)].sort_index().sort_values(kind="stable")
    return CitySet(tuple(chosen.index))


def listed(facts: Facts, rank: CityRank) -> CitySet:
    """Take every city that the ranking has."""
    return CitySet(tuple(facts.ranks[rank].index))


def flagged(facts: Facts, column: str, value: Any) -> CitySet:
    """Take the cities whose column has this value."""
    values = find_column(facts, column)
    chosen = values.index[(values == value).fillna(value=False).astype(bool)]
    source = f"{column}_source"
    if source not in facts.cities.columns:
        return CitySet(tuple(chosen))
    inferred = facts.cities.loc[chosen, source].eq("inferred").any()
    return CitySet(tuple(chosen), "inferred" if inferred else "printed")


def sourced(facts: Facts, column: str, value: Any, source: str) -> CitySet:
    """Take the cities whose column has this value from this source (``printed`` or ``inferred``)."""
    chosen = flagged(facts, column, value).names
    from_source = find_column(facts, f"{column}_source").loc[list(chosen)].eq(source)
    return CitySet(tuple(from_source.index[from_source]))


def country(facts: Facts, *codes: str) -> CitySet:
    """Take the cities of these countries (ISO alpha-3)."""
    values = find_column(facts, "country")
    return CitySet(tuple(values.index[values.isin(codes)]))


def region(facts: Facts, *names: str) -> CitySet:
    """Take the cities of these regions, as the table has them."""
    values = find_column(facts, "region")
    return CitySet(tuple(values.index[values.isin(names)]))


def changed(facts: Facts, rank: str, how: str) -> CitySet:
    """Take the cities whose rank went ``up`` or ``down``, stayed the ``same`` or is ``new``."""
    return flagged(facts, f"change_{rank}", how)


def east_of(facts: Facts, lon: float) -> CitySet:
    """Take the cities east of a meridian (degrees, to 180)."""
    return CitySet(tuple(facts.cities.index[find_points(facts).geometry.x > lon]), "computed")


def with_population(facts: Facts, least: float) -> CitySet:
    """Take the cities with at least so many inhabitants in the column `population`."""
    known = pd.to_numeric(find_column(facts, "population"), errors="coerce")
    return CitySet(tuple(known.index[known >= least]), "computed")


def within_km_of_sea(facts: Facts, distance: float) -> CitySet:
    """Take the cities whose point lies within `distance` km of the 10m coastline."""
    return CitySet(tuple(facts.cities.index[_coast_km(facts) <= distance]), "computed")


def beyond_km_of_sea(facts: Facts, distance: float) -> CitySet:
    """Take the cities whose point lies farther than `distance` km from the 10m coastline."""
    return CitySet(tuple(facts.cities.index[_coast_km(facts) > distance]), "computed")


def both(facts: Facts, *sets: CitySet) -> CitySet:
    """Take the cities that are in all of the sets."""
    first, *others = sets
    kept = tuple(name for name in first.names if all(name in other.names for other in others))
    return CitySet(kept, weakest_basis(one.basis for one in sets))


def either(facts: Facts, *sets: CitySet) -> CitySet:
    """Take the cities that are in any of the sets."""
    names = tuple(dict.fromkeys(name for one in sets for name in one.names))
    return CitySet(names, weakest_basis(one.basis for one in sets))


def without(facts: Facts, cities: CitySet, others: CitySet) -> CitySet:
    """Take the cities that are in the first set and not in the second."""
    kept = tuple(name for name in cities.names if name not in others.names)
    return CitySet(kept, weakest_basis([cities.basis, others.basis]))


def ends(facts: Facts, pairs: PairSet) -> CitySet:
    """Take the cities at the ends of the pairs."""
    return CitySet(tuple(dict.fromkeys(end for pair in pairs.names for end in pair.split("--"))), pairs.basis)


def pair(facts: Facts, origin: CitySet, destination: CitySet) -> PairSet:
    """Take the pairs between two cities, or between each of one set and each of another."""
    made = tuple(
        dict.fromkeys(
            "--".join(sorted((left, right)))
            for left in origin.names
            for right in destination.names
            if left != right
        )
    )
    return PairSet(made, weakest_basis([origin.basis, destination.basis]))


def pairs(facts: Facts, *sets: PairSet) -> PairSet:
    """Take the pairs of several sets together."""
    names = tuple(dict.fromkeys(name for one in sets for name in one.names))
    return PairSet(names, weakest_basis(one.basis for one in sets))


def top_pairs(facts: Facts, rank: PairRank, n: int) -> PairSet:
    """Take the pairs ranked 1 to `n`."""
    series = facts.pair_ranks[rank]
    return PairSet(tuple(series[series <= n].sort_index().sort_values(kind="stable").index))


def pairs_ranked(facts: Facts, rank: PairRank, place: int) -> PairSet:
    """Take the pairs that hold exactly this rank."""
    series = facts.pair_ranks[rank]
    return PairSet(tuple(sorted(series.index[series == place])))


def touching(facts: Facts, pairs: PairSet, cities: CitySet) -> PairSet:
    """Take the pairs with at least one end among the cities."""
    kept = tuple(one for one in pairs.names if set(one.split("--")) & set(cities.names))
    return PairSet(kept, weakest_basis([pairs.basis, cities.basis]))


def within(facts: Facts, pairs: PairSet, cities: CitySet) -> PairSet:
    """Take the pairs with both ends among the cities."""
    kept = tuple(one for one in pairs.names if set(one.split("--")) <= set(cities.names))
    return PairSet(kept, weakest_basis([pairs.basis, cities.basis]))


def between(facts: Facts, pairs: PairSet, cities: CitySet, others: CitySet) -> PairSet:
    """Take the pairs with one end in the first set of cities and the other end in the second."""
    here, there = set(cities.names), set(others.names)
    kept = [
        one
        for one in pairs.names
        if any(left in here and right in there for left, right in (one.split("--"), one.split("--")[::-1]))
    ]
    return PairSet(tuple(kept), weakest_basis([pairs.basis, cities.basis, others.basis]))


def labelled(facts: Facts, label: str) -> PairSet:
    """Take the pairs that the report prints under this region label."""
    column = "region_label_printed"
    tables = [facts.pairs.reset_index(), *facts.tables.values()]
    printed = next((table for table in tables if {"corridor", column} <= set(table.columns)), None)
    if printed is None:
        remedy = "Add it to the pairs, or use between() and within()"
        raise DataError(
            mould(
                "labelled",
                Words(f"the pairs must have a column '{column}'", f"城市对表须有列“{column}”"),
                "none",
                remedy,
            )
        )
    return PairSet(tuple(sorted(printed.loc[printed[column] == label, "corridor"])))


def all_pairs(facts: Facts) -> PairSet:
    """Take all pairs of cities."""
    return PairSet(tuple("--".join(sorted(ends)) for ends in combinations(facts.cities.index, 2)))


def international_pairs(facts: Facts) -> PairSet:
    """Take the pairs of cities in different countries."""
    home = find_column(facts, "country")
    made = [sorted(ends) for ends in combinations(facts.cities.index, 2) if home[ends[0]] != home[ends[1]]]
    return PairSet(tuple("--".join(ends) for ends in made))


def count(facts: Facts, cities: CitySet) -> int:
    """Count cities."""
    return len(cities.names)


def count_pairs(facts: Facts, pairs: PairSet) -> int:
    """Count pairs."""
    return len(pairs.names)


def count_rows(facts: Facts, table: str) -> int:
    """Count the rows of a published table."""
    return len(find_table(facts, table))


def count_values(facts: Facts, table: str, column: str) -> int:
    """Count the different values in a column of a published table."""
    return int(find_table(facts, table)[column].nunique())


def count_cells(facts: Facts, table: str, column: str, value: str) -> int:
    """Count the rows of a published table with this value in a column."""
    return int((find_table(facts, table)[column].astype(str) == value).sum())


def sum_once(facts: Facts, table: str, column: str, *, per: str) -> float:
    """Add up a column of a published table, one row for each value of the column `per`; percents count as shares."""
    rows = find_table(facts, table).drop_duplicates(per)
    cells = [str(cell).strip() for cell in rows[column]]
    total = sum(Fraction(cell.rstrip("%")) / (100 if cell.endswith("%") else 1) for cell in cells)
    return float(total)


def times(facts: Facts, *factors: float) -> float:
    """Multiply numbers."""
    return float(np.prod(factors))


def find_column(facts: Facts, column: str) -> pd.Series:
    """Give a column of the table of cities.

    Parameters
    ----------
    facts
        The tables at hand.
    column
        Name of the column.

    Returns
    -------
    pandas.Series
        The column, index `city`.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if column in facts.cities.columns:
        return facts.cities[column]
    known = first_offenders(facts.cities.columns, most=30)
    raise DataError(
        mould(
            "findings",
            Words(f"the cities must have a column '{column}'", f"城市表须有列“{column}”"),
            known,
            "Name a column of the table of cities",
        )
    )


def find_table(facts: Facts, table: str) -> pd.DataFrame:
    """Give a published table.

    Parameters
    ----------
    facts
        The tables at hand.
    table
        Name of the table.

    Returns
    -------
    pandas.DataFrame
        The table.

    Raises
    ------
    DataError
        If there is no such table.
    """
    if table in facts.tables:
        return facts.tables[table]
    came = first_offenders(facts.tables, most=30) or "no tables"
    raise DataError(
        mould(
            "findings",
            Words(f"there must be a published table '{table}'", f"须有已发表的表“{table}”"),
            came,
            "Name one of them",
        )
    )


def find_points(facts: Facts) -> Any:
    """Give the cities with their points.

    Parameters
    ----------
    facts
        The tables at hand.

    Returns
    -------
    geopandas.GeoDataFrame
        The table of cities, every point known.

    Raises
    ------
    DataError
        If there is no geometry, or a city without a point.
    """
    geometry = getattr(facts.cities, "geometry", None)
    if geometry is None or geometry.isna().any():
        raise DataError(
            mould(
                "findings",
                Words("every city must have a point", "每座城市都须有坐标点"),
                "cities without one",
                "Geocode them first",
            )
        )
    return facts.cities


def _coast_km(facts: Facts) -> Any:
    from geobri.coast import distance_to_coast

    if "coast_km" not in facts.remembered:
        facts.remembered["coast_km"] = distance_to_coast(find_points(facts))
    return facts.remembered["coast_km"]


SELECTORS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            everyone, cities, assumed, top, ranked, listed, flagged, sourced, country, region, changed, east_of, with_population,
            within_km_of_sea, beyond_km_of_sea, both, either, without, ends, pair, pairs, top_pairs, pairs_ranked,
            touching, within, between, labelled, all_pairs, international_pairs, count, count_pairs, count_rows,
            count_values, count_cells, sum_once, times,
        )
    }
)  # fmt: skip
"""The selectors that a claim may use, by name."""
