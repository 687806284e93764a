"""A study over the years: flows, the index and its parts, and the ranks of the cities in each year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from geobri.corridors import corridor_ids
from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Measure
from geobri.study.index import score_years
from geobri.study.model import Study
from geobri.study.query import resolve_names
from geobri.words import NOTHING, Words

__all__ = ["history", "over_partners", "rank_years", "say_unscored"]


def over_partners(values: Any, measure: Measure) -> pd.Series[Any]:
    """Put the values of a city's pairs together: the sum of what adds up, the mean of shares, scores and hours.

    Parameters
    ----------
    values
        Values of pairs, grouped by city and whatever else.
    measure
        What they are.

    Returns
    -------
    pandas.Series
        One value a group, missing where all of its are.
    """
    together: pd.Series[Any] = values.sum(min_count=1) if measure.adds_up else values.mean()
    return together


def rank_years(study: Study, measure: Measure) -> pd.DataFrame:
    """Rank the cities in every year by a flow, put together over their partners (`over_partners`), or by the index or a part of it.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its flows, or a score of its cities.

    Returns
    -------
    pandas.DataFrame
        One row per city, one column per year, 1 the best, ties sharing the smallest; missing where a city has no row or no
        score. Empty where there are no years.
    """
    if measure.origin == "index":
        node = study.score_columns[measure.column]
        scores = {year: result.cities[node] for year, result in score_years(study).items()}
        return pd.DataFrame(scores).rank(ascending=False, method="min").rename_axis("city")
    rows = study.flows[study.flows["indicator"] == measure.column] if study.flows is not None else None
    if rows is None or "year" not in rows.columns:
        return pd.DataFrame()
    known = _by_city(rows.dropna(subset=["year", "value"]))
    together = over_partners(known.groupby(["city", "year"], observed=True)["value"], measure)
    table = together.unstack("year")  # noqa: PD010 - a group has one value
    return table.rank(ascending=measure.direction < 0, method="min")


def history(study: Study, names: Sequence[str] = (), *, indicator: str | None = None) -> pd.DataFrame:
    """Follow flows, or the index and its parts, over the years.

    Parameters
    ----------
    study
        A study whose flows have years.
    names
        Cities (of flows, the sum over their corridors; of shares, scores and costs the mean) or corridors; all cities by default.
    indicator
        One flow, or a column of the index (`overall`, a dimension, `rank_overall`), which is computed for every year on one
        scale; all flows by default.

    Returns
    -------
    pandas.DataFrame
        One row per `indicator` and `city` or `corridor` (the levels of its index): a column per year, then `change` (last less first) and
        `growth` (compound annual, a share; missing where the first value is not above 0, and for scores and ranks).

    Raises
    ------
    DataError
        If the flows have no years, or a name or indicator is unknown.
    """
    keys = resolve_names(study, names, "history")[1] if names else list(study.cities.index)
    flows = study.flows
    if flows is None or "year" not in flows.columns:
        raise DataError(
            mould(
                "history",
                "a study needs flows with a column 'year'",
                f"'{study.name}' has none",
                "Add a column 'year' to the flows, or name theirs: --year-column COLUMN",
            )
        )
    known = set(flows["indicator"])
    if indicator is not None and indicator not in known | set(study.score_columns):
        wanted = f"indicator must be one of {sorted(known | set(study.score_columns))}"
        raise DataError(mould("history", wanted, repr(indicator), "Choose one"))
    of_corridors = bool(keys) and keys[0] in study.corridors.index
    if indicator is not None and indicator not in known:
        return _follow_index(study, indicator, keys, of_corridors=of_corridors)
    chosen = flows if indicator is None else flows[flows["indicator"] == indicator]
    level = "corridor" if of_corridors else "city"
    long = _by_pair(chosen, study) if of_corridors else _by_city(chosen)
    kept = long[long[level].isin(keys)]
    measures = {one.column: one for one in study.corridor_measures}
    together = [
        over_partners(
            rows.groupby(["indicator", level, "year"], observed=True)["value"],
            measures.get(str(name), Measure(str(name))),
        )
        for name, rows in kept.groupby("indicator", observed=True)
    ]
    if not together:
        came = f"{first_offenders(keys)} of '{study.name}' without a row"
        raise DataError(mould("history", "a city or corridor needs flows", came, "Name others"))
    return _add_growth(pd.concat(together).unstack("year"))  # noqa: PD010 - a group has one value


def _follow_index(study: Study, column: str, keys: Sequence[str], *, of_corridors: bool) -> pd.DataFrame:
    """Give a score or rank of the index in every year, on one scale for all years."""
    node, years = study.score_columns[column], score_years(study)
    if not years:
        came = f"'{study.name}' has no year with all indicators"
        raise DataError(mould("history", "the index must be computable in a year", came, "Name a flow"))
    shown = {
        year: scores.for_corridors(study.corridors, directed=study.directed)
        if of_corridors
        else scores.cities
        for year, scores in years.items()
    }
    table = pd.DataFrame(
        {year: frame[node].reindex(list(keys)).astype(float) for year, frame in shown.items()}
    )
    level = "corridor" if of_corridors else "city"
    labelled = pd.MultiIndex.from_product([[column], keys], names=["indicator", level])
    table = table.set_axis(labelled, axis=0).rename_axis("year", axis=1)
    return _add_growth(table).assign(growth=float("nan"))


def say_unscored(study: Study, shown: Iterable[int]) -> Words:
    """Say in which years of the flows there is no index, and why.

    Parameters
    ----------
    study
        A study with scores, whose flows have years.
    shown
        The years in which the index could be computed.

    Returns
    -------
    Words
        ``Left out: 2019 (no rows of ships). …``; empty where every year has an index.
    """
    if study.flows is None or study.scores is None:
        return NOTHING
    years = sorted({int(year) for year in study.flows["year"].dropna()})
    left = sorted(set(years) - set(shown))
    if not left:
        return NOTHING
    parts = [leaf.read_from for leaf in study.scores.spec.indicators if leaf.kind != "city"]
    there = {
        year: set(study.flows.loc[study.flows["year"] == year, "indicator"].astype(str)) for year in left
    }
    lacking = {year: [part for part in parts if part not in there[year]] for year in left}
    en = ", ".join(
        f"{year} (no rows of {', '.join(gone)})" if gone else f"{year}" for year, gone in lacking.items()
    )
    zh = "、".join(
        f"{year}年（没有{'、'.join(gone)}的记录）" if gone else f"{year}年" for year, gone in lacking.items()
    )
    return Words(
        f"Left out: {en}. The index cannot be computed in {len(left)} of {len(years)} years.",
        f"未计入：{zh}。{len(years)} 年中有 {len(left)} 年无法计算指数。",
    )


def _by_pair(flows: pd.DataFrame, study: Study) -> pd.DataFrame:
    return flows.assign(corridor=corridor_ids(flows["origin"], flows["destination"], directed=study.directed))


def _by_city(flows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([flows.assign(city=flows[end]) for end in ("origin", "destination")])


def _add_growth(table: pd.DataFrame) -> pd.DataFrame:
    years = list(table.columns)
    first, last = table[years[0]], table[years[-1]]
    span = max(int(years[-1]) - int(years[0]), 1)
    ratio = (last / first).where(first > 0)
    return table.assign(change=last - first, growth=ratio ** (1 / span) - 1)
