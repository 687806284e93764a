"""Complete tables: every pair that a measure speaks of, zeros where the absence of a row means zero.

`Study.corridors` holds what is drawn and listed. What is tested is another question: a measure whose absent rows are zeros
is tested on all pairs that could have had a row, one whose absent rows are missing on the pairs that have a value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import geopandas as gpd
import pandas as pd

from geobri.corridors import PairSelection, build_pairs, corridor_ids, describe_pairs, order_pairs
from geobri.measures import Measure
from geobri.study.model import Domain, Study
from geobri.tables import CORRIDOR_COLUMNS

__all__ = [
    "all_years",
    "choose_year",
    "count_pairs",
    "fills_zeros",
    "give_rows",
    "list_corridors",
    "list_pairs",
    "pairs_of",
    "rows_of",
    "values_by_year",
]


def list_pairs(cities: gpd.GeoDataFrame, domain: Domain, *, directed: bool) -> pd.DataFrame:
    """List the pairs that could have had a row, with distance and types.

    Parameters
    ----------
    cities
        Table of cities.
    domain
        ``international`` or ``all``.
    directed
        Whether both directions count as a pair of their own.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `origin, destination, distance_km, region_pair, coast_pair`; no lines.
    """
    which: PairSelection = "international" if domain == "international" else "all"
    return describe_pairs(cities, build_pairs(cities, which=which, directed=directed))


def count_pairs(cities: pd.DataFrame, domain: Domain, *, directed: bool) -> int:
    """Count the pairs of a domain without listing them.

    Parameters
    ----------
    cities
        Table of cities, with `country` for ``international``.
    domain
        ``international`` or ``all``.
    directed
        Whether both directions count.

    Returns
    -------
    int
        n (n - 1) / 2, less the pairs inside a country where these are left out; twice that for directed pairs.
    """
    n = len(cities)
    pairs = n * (n - 1) // 2
    if domain == "international":
        pairs -= sum(int(k) * (int(k) - 1) // 2 for k in cities["country"].value_counts())
    return pairs * (2 if directed else 1)


def choose_year(flows: pd.DataFrame, measures: tuple[Measure, ...]) -> pd.DataFrame:
    """Keep of each measure the rows of the year that it shows.

    Parameters
    ----------
    flows
        Long table, with or without `year`.
    measures
        Of the corridors; each says its year.

    Returns
    -------
    pandas.DataFrame
        The rows without the column `year`.
    """
    if "year" not in flows.columns:
        return flows
    shown = flows["indicator"].astype(str).map({one.column: one.year for one in measures})
    kept = flows["year"].astype("Float64") == shown.astype("Float64")
    return flows[kept.fillna(value=False).to_numpy(dtype=bool)].drop(columns="year")


def pairs_of(study: Study, measure: Measure) -> pd.DataFrame:
    """Give the complete table of a measure of the corridors.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its corridor measures.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `origin, destination, distance_km, region_pair, coast_pair`, the measure, and the other columns of
        the corridors that are known for these pairs. A pair without a row is 0 where the measure says so, else missing; a
        pair whose row is empty is missing.
        Undirected measures have one row per pair, in directed studies too.
    """
    if measure.origin == "index" and study.scores is not None:
        return _scored_pairs(study, measure)
    if not fills_zeros(study, measure):
        return list_corridors(study, directed=measure.directed)
    pairs = _domain_pairs(study, directed=measure.directed)
    values = _values(study, measure).reindex(pairs.index, fill_value=0.0)
    return _with_further(study, measure, pairs.assign(**{measure.column: values}))


def rows_of(study: Study, measure: Measure) -> pd.DataFrame:
    """Give the pairs of a flow that say something: all that sums need, without listing the zeros of pairs without a row.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its flows.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; ends, distance and types, and the measure; without the pairs that are 0 because they have no row.
    """
    if measure.origin == "index" and study.scores is not None:
        return pairs_of(study, measure)
    if not fills_zeros(study, measure):
        return list_corridors(study, directed=measure.directed, measures=(measure,))
    once = give_rows(study, (measure,), directed=measure.directed).rename(columns={"value": measure.column})
    ids = corridor_ids(once["origin"], once["destination"], directed=measure.directed)
    return describe_pairs(study.cities, once[["origin", "destination", measure.column]].set_index(ids))


def fills_zeros(study: Study, measure: Measure) -> bool:
    """Tell whether pairs without a row are zeros of a measure.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its corridor measures.

    Returns
    -------
    bool
        False in studies of listed pairs, which have no others.
    """
    return study.flows is not None and measure.absent == "zero" and study.domain != "listed"


def give_rows(study: Study, measures: tuple[Measure, ...], *, directed: bool) -> pd.DataFrame:
    """Give the rows of measures whose other pairs are zeros, each pair once a measure, of the year that is shown.

    Parameters
    ----------
    study
        A study with flows.
    measures
        Of its corridors, all of them directed or none.
    directed
        Whether they are.

    Returns
    -------
    pandas.DataFrame
        Long, `indicator, origin, destination, value`; pairs inside a country only where they belong to the study.
    """
    ends = _listed_rows(study, measures, directed=directed)
    if study.domain == "international":
        country = study.cities["country"]
        ends = ends[ends["origin"].map(country).ne(ends["destination"].map(country)).to_numpy(dtype=bool)]
    return ends.drop_duplicates(["indicator", "origin", "destination"])


_KEPT: Final[WeakKeyDictionary[Study, dict[bool, pd.DataFrame]]] = WeakKeyDictionary()
"""The pairs of a study that has been asked for them, as several questions ask for the same."""


def _domain_pairs(study: Study, *, directed: bool) -> pd.DataFrame:
    kept = _KEPT.setdefault(study, {})
    if directed not in kept:
        kept[directed] = list_pairs(study.cities, study.domain, directed=directed)
    return kept[directed]


def _listed_rows(study: Study, measures: tuple[Measure, ...], *, directed: bool) -> pd.DataFrame:
    """Give the rows of measures in the year that each shows, undirected pairs one way round."""
    assert study.flows is not None
    listed = study.flows["indicator"].isin([one.column for one in measures])
    rows = choose_year(study.flows[listed], measures)
    return rows if directed else order_pairs(rows)


def _values(study: Study, measure: Measure) -> pd.Series[float]:
    """Give the rows of a measure as they are listed, one per pair."""
    rows = _listed_rows(study, (measure,), directed=measure.directed)
    ids = corridor_ids(rows["origin"], rows["destination"], directed=measure.directed)
    listed = pd.Series(rows["value"].to_numpy(dtype=float), index=ids, name=measure.column)
    return (
        listed.groupby(level=0, sort=False, observed=True).first() if listed.index.has_duplicates else listed
    )


def values_by_year(study: Study, measure: Measure) -> pd.DataFrame:
    """Give the values of a measure in each of its years, for the corridors of the study.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its corridor measures.

    Returns
    -------
    pandas.DataFrame
        The index of the corridors; a column for each year, without any where there are fewer than two. A corridor without a
        row in a year is 0 where the measure says so, else missing.
    """
    if study.flows is None or len(measure.years) <= 1 or measure.directed != study.directed:
        return pd.DataFrame(index=study.corridors.index)
    empty = 0.0 if measure.absent == "zero" else float("nan")
    columns = {
        year: study.corridors[measure.column]
        if year == measure.year
        else _values(study, replace(measure, year=year)).reindex(study.corridors.index, fill_value=empty)
        for year in measure.years
    }
    return pd.DataFrame(columns, index=study.corridors.index)


def all_years(study: Study) -> dict[str, pd.Series[float]]:
    """Give the numbers over which classes are made where a corridor measure has several years.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    dict
        By column, the numbers of all years one after the other; without the measures that have a single year or none.
    """
    by_year = {
        one.column: values_by_year(study, one)
        for one in study.shown("corridors")
        if one.is_number or one.is_rank
    }
    return {
        column: pd.concat([values[year] for year in values.columns], ignore_index=True)
        for column, values in by_year.items()
        if values.shape[1] > 1
    }


def list_corridors(
    study: Study, *, directed: bool, measures: tuple[Measure, ...] | None = None
) -> pd.DataFrame:
    """Give the corridors of a study without their lines; in one row a pair where what is asked has no direction.

    Parameters
    ----------
    study
        A loaded study.
    directed
        Whether the measures that are asked have a direction.
    measures
        Those that are wanted beside ends and distances; all columns by default.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`.
    """
    names = [*CORRIDOR_COLUMNS, *(one.column for one in measures or ())]
    shown = study.corridors.drop(columns="geometry") if measures is None else study.corridors[names]
    return pd.DataFrame(shown) if directed or not study.directed else _fold(pd.DataFrame(shown))


def _fold(plain: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per unordered pair of a directed table; its undirected columns say the same both ways."""
    ids = corridor_ids(plain["origin"], plain["destination"])
    return order_pairs(plain).set_axis(ids, axis=0)[~ids.duplicated()].rename_axis("corridor")


def _scored_pairs(study: Study, measure: Measure) -> pd.DataFrame:
    assert study.scores is not None
    scored = study.scores.corridors
    node = study.score_columns[measure.column]
    ends = scored[["origin", "destination"]].assign(**{measure.column: scored[node]})
    return describe_pairs(study.cities, ends)


def _with_further(study: Study, measure: Measure, pairs: pd.DataFrame) -> pd.DataFrame:
    """Add what else is known of these pairs, such as another cost of separation."""
    plain = list_corridors(study, directed=measure.directed)
    further = [name for name in plain.columns if name not in pairs.columns]
    joined = pairs.join(plain[further])
    for other in study.corridor_measures:
        if other.column in further and other.absent == "zero" and other.directed == measure.directed:
            joined.loc[~joined.index.isin(plain.index), other.column] = 0.0
    return joined
