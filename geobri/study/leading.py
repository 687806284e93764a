"""Who is first: the first of each measure with shared ranks, tiers of a ranking, and how many of the first lie where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Level, Measure
from geobri.study.city_totals import find_sums
from geobri.study.model import Study
from geobri.study.opening import say_how_to_open
from geobri.study.query import query

__all__ = [
    "TIERS",
    "count_by",
    "count_first",
    "count_tiers",
    "find_groups",
    "first_of_each",
    "first_total",
    "name_rows",
    "place_rows",
    "ranked_measures",
]

TIERS: Final = (20, 50, 100)
"""Ends of the tiers of a ranking: the first twenty, fifty and hundred."""

_FEWEST_GROUPS: Final = 2


def ranked_measures(study: Study, of: Level = "cities") -> list[Measure]:
    """List the measures by which cities or corridors can be put in order.

    Parameters
    ----------
    study
        A loaded study.
    of
        ``"cities"`` or ``"corridors"``.

    Returns
    -------
    list of Measure
        Ranks and numbers.
    """
    offered = study.city_measures if of == "cities" else study.corridor_measures
    return [one for one in offered if one.is_rank or one.is_number]


def first_total(study: Study) -> Measure | None:
    """Find what compares the cities of a study that has flows, and no measure of its cities: the totals of its first flow.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Measure or None
        A measure of the cities; None where no flow is added up.
    """
    sums = (find_sums(study, flow).get("both") for flow in study.shown("corridors"))
    return next((one for one in sums if one is not None and study.cities[one.column].notna().any()), None)


def place_rows(study: Study, measure: Measure) -> pd.Series:
    """Give the places of the cities, or corridors, by a measure, 1 the best; ties share the smallest place.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its measures.

    Returns
    -------
    pandas.Series
        Whole numbers; rows without a value are left out.
    """
    frame: pd.DataFrame = study.cities if measure.of == "cities" else study.corridors
    strength = measure.strength(frame[measure.column]).dropna()
    return strength.rank(ascending=False, method="min").astype(int)


def first_of_each(study: Study, n: int = 5, *, of: Level = "cities") -> pd.DataFrame:
    """List the first of every measure, those that share a place together.

    Parameters
    ----------
    study
        A loaded study.
    n
        How many places.
    of
        ``"cities"`` or ``"corridors"``.

    Returns
    -------
    pandas.DataFrame
        One row per measure and place: `measure, label, label_zh, place`, how many `share` it, their `ids`, and their `names`
        and `names_zh`, separated by semicolons. Published ranks are places as they are printed, with the gaps that the source
        leaves or not; everything else is ranked here, ties sharing the smallest place. All that share the last place are there.

    Raises
    ------
    DataError
        If `n` is below 1.

    Examples
    --------
    >>> from geobri.study import load_study
    >>> table = first_of_each(load_study("bri22"), 5, of="corridors").set_index(["measure", "place"])
    >>> table.loc[("rank_facility", 5), ["share"]].tolist()
    [10]
    """
    if n < 1:
        raise DataError(
            mould("first_of_each", "n must be 1 place or more", str(n), "Give a number such as 5")
        )
    frame = pd.DataFrame(study.cities if of == "cities" else study.corridors)
    shown = [one for one in study.shown(of) if one.has_order]
    rows = [row for measure in shown for row in _first_rows(study, frame, measure, n)]
    columns = ["measure", "label", "label_zh", "place", "share", "ids", "names", "names_zh"]
    return pd.DataFrame(rows, columns=columns)


def _first_rows(study: Study, frame: pd.DataFrame, measure: Measure, n: int) -> list[dict[str, object]]:
    """Give the first rows of one measure, a row per place; there and back are one where the measure is the same both ways."""
    if measure.of == "corridors" and study.directed and not measure.directed:
        ends = pd.DataFrame(np.sort(frame[["origin", "destination"]].astype(str).to_numpy(), axis=1))
        frame = frame[~ends.duplicated().to_numpy()]
    if measure.is_rank:
        places = pd.to_numeric(frame[measure.column], errors="coerce").dropna()
    else:
        places = measure.strength(frame[measure.column]).dropna().rank(ascending=False, method="min")
    first = places[places <= n].astype(int).sort_values(kind="stable")
    said = {"measure": measure.column, "label": measure.label, "label_zh": measure.label_zh}
    names, chinese = (
        name_rows(study, frame.loc[first.index], one, arrow=measure.directed) for one in ("name", "name_zh")
    )
    return [
        {
            **said,
            "place": place,
            "share": len(ids),
            "ids": ";".join(map(str, ids)),
            "names": "; ".join(names[ids]),
            "names_zh": "；".join(chinese[ids]),
        }
        for place, ids in first.groupby(first, observed=True).groups.items()
    ]


def name_rows(
    study: Study, frame: pd.DataFrame, column: Literal["name", "name_zh"], *, arrow: bool = False
) -> pd.Series[str]:
    """Name cities, or both ends of corridors.

    Parameters
    ----------
    study
        A loaded study.
    frame
        Some of its cities or corridors.
    column
        Which language; the English name stands in where there is no Chinese one.
    arrow
        Whether corridors lead from one end to the other.

    Returns
    -------
    pandas.Series
        The name of each row, or both with a dash (an arrow where there and back are two); index of the frame.
    """
    own = study.cities["name"]
    own = (own if column == "name" else study.cities[column].fillna(own)).astype(str)
    if "origin" not in frame.columns:
        return own.reindex(frame.index)
    sign = " → " if arrow else " – "
    return frame["origin"].map(own) + sign + frame["destination"].map(own)


def find_groups(study: Study) -> str:
    """Find the column by which the cities of a study are best counted: sub-regions, regions, or countries.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    str
        Name of a column with at least two values; empty where there is none.
    """
    for column in ("subregion", "region", "country"):
        if column in study.cities.columns and study.cities[column].nunique() >= _FEWEST_GROUPS:
            return column
    return ""


def count_tiers(study: Study, measure: Measure, by: str, *, tiers: Sequence[int] = TIERS) -> pd.DataFrame:
    """Count the first of a ranking by where they are: how many of the first 20, 50 and 100 lie in each group.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its city measures.
    by
        Column of the cities to count by.
    tiers
        Places at which the tiers end, in increasing order; those past the last ranked city are left out, but for the first of them.

    Returns
    -------
    pandas.DataFrame
        One row per value of the column, most in the last tier first; one column per tier, named by its end, counting all from
        place 1; and `of`, all cities of the study with that value. Cities without a value of either column are not counted.

    Raises
    ------
    DataError
        If the column is unknown, or the tiers do not increase.

    Examples
    --------
    >>> from geobri.study import load_study
    >>> world = load_study("global513")
    >>> count_tiers(world, world.measure("rank_dynamic", "cities"), "subregion").loc["East Asia"].tolist()
    [8, 18, 25, 120]
    """
    ends = list(tiers)
    if not ends or ends != sorted(set(ends)) or ends[0] < 1:
        wanted = "tiers must be places in increasing order"
        raise DataError(mould("count_tiers", wanted, first_offenders(ends), "Write them as in 20, 50, 100"))
    groups = query(study, columns=[by])[by].dropna()
    places = place_rows(study, measure)
    kept = [end for at, end in enumerate(ends) if at == 0 or ends[at - 1] < len(places)]
    counts: dict[object, pd.Series] = {
        end: groups[groups.index.isin(places.index[places <= end])].value_counts() for end in kept
    }
    table = pd.DataFrame({**counts, "of": groups.value_counts()}).fillna(0).astype(int)
    by_name = table.sort_index(key=lambda names: names.astype(str))
    last_first: list[Any] = kept[::-1]
    return by_name.sort_values(last_first, ascending=False, kind="stable").rename_axis(by)


def count_first(study: Study, by: str, n: int = 100) -> pd.DataFrame:
    """Count where the first of every measure are.

    Parameters
    ----------
    study
        A loaded study.
    by
        Column of the cities to count by.
    n
        How many places count as first.

    Returns
    -------
    pandas.DataFrame
        One row per value of the column, in the order of the first measure; one column per measure, the number of its first `n`
        cities with that value; and `of`, all of them. Measures with no more than `n` cities say in fact how many are ranked.

    Raises
    ------
    DataError
        If the column is unknown, or no measure of the cities can be ranked.
    """
    shown = [one for one in study.shown("cities") if one.has_order]
    if not shown:
        wanted = f"the cities of '{study.name}' must have a measure"
        raise DataError(mould("count_first", wanted, "none", "Add a rank or a number to the cities"))
    tables = [count_tiers(study, one, by, tiers=[n]) for one in shown]
    counts = {one.column: table[n] for one, table in zip(shown, tables, strict=True)}
    return pd.DataFrame(counts).reindex(tables[0].index).assign(of=tables[0]["of"])


def count_by(study: Study, column: str, *conditions: str) -> pd.DataFrame:
    """Count cities by the values of a column: how many of the first hundred lie in each sub-region.

    Parameters
    ----------
    study
        A loaded study.
    column
        Column of the cities to count by.
    *conditions
        As in `query`; only the cities that fulfil all are counted.

    Returns
    -------
    pandas.DataFrame
        One row per value, the most frequent first: `n` cities that fulfil the conditions, `of` all cities with that
        value, and `share` of the counted; `…_zh` where the study has the value in Chinese. A missing value is not counted.

    Raises
    ------
    DataError
        If a condition cannot be read, or the column is unknown.

    Examples
    --------
    >>> from geobri.study import load_study
    >>> count_by(load_study("global513"), "subregion", "rank_dynamic<=100")["n"].head(2).to_dict()
    {'East Asia': 25, 'North America': 23}
    """
    every = query(study, columns=[column])[column].dropna()
    remedy = say_how_to_open(study, column)
    if every.empty and remedy is not None:
        came = f"none of the {len(study.cities):,} of '{study.name}' has one"
        raise DataError(
            mould("count_by", f"places are counted by a {column} that they have", came, remedy.en)
        )
    kept = query(study, *conditions, columns=[column])[column].dropna()
    counts = pd.DataFrame({"n": kept.value_counts(), "of": every.value_counts()}).fillna(0).astype(int)
    counts["share"] = counts["n"] / max(len(kept), 1)
    chinese = f"{column}_zh"
    if chinese in study.cities.columns:
        said = study.cities.dropna(subset=[column]).drop_duplicates(column).set_index(column)[chinese]
        counts.insert(0, chinese, said.reindex(counts.index))
    order = counts.assign(name=counts.index.astype(str)).sort_values(["n", "name"], ascending=[False, True])
    return counts.loc[order.index].rename_axis(column)
