"""Detectors: what a program can find of contradictions between tables, within a list, and in a ranking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import pandas as pd

from geobri.findings.facts import Facts

__all__ = ["DETECTORS", "Contradiction", "Nature", "TieRule", "find_tie_rule"]

TieRule = Literal["min", "max", "dense", "none"]
Nature = Literal["contradiction", "misprint", "remark"]

_LOST: Final = frozenset({"", "nan", "<NA>", "None"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What a report says in two ways.

    Attributes
    ----------
    id
        Unique name, made of what was found.
    nature
        ``contradiction``: two printed statements that cannot both be true. ``misprint``: a word, name or number that the
        print has lost or exchanged. ``remark``: what a reader should know and can be true all the same, such as a tie.
    kind
        What disagrees (``table against table``, ``within one table``, ``text against table``, …).
    where_a, says_a
        The first place and what it says.
    where_b, says_b
        The second place and what it says.
    note
        What follows, if anything.
    says_a_zh, says_b_zh, note_zh
        The same in Chinese.
    cities, corridors
        Slugs and ids it is about.
    """

    id: str
    nature: Nature
    kind: str
    where_a: str
    says_a: str
    says_a_zh: str
    where_b: str
    says_b: str
    says_b_zh: str
    note: str = ""
    note_zh: str = ""
    cities: tuple[str, ...] = ()
    corridors: tuple[str, ...] = ()


def find_tie_rule(ranks: pd.Series) -> TieRule | None:
    """Tell which rule of ties a list of ranks follows.

    Parameters
    ----------
    ranks
        Ranks from 1, one per item, without missing ones.

    Returns
    -------
    str or None
        ``min`` (1 2 2 4), ``max`` (1 3 3 4), ``dense`` (1 2 2 3); ``none`` if nothing is tied and nothing missing; None if
        the ranks follow no rule, so that some are missing or doubled by mistake.
    """
    if sorted(ranks) == list(range(1, len(ranks) + 1)):
        return "none"
    rules: tuple[TieRule, ...] = ("min", "max", "dense")
    return next((rule for rule in rules if (ranks.rank(method=rule) == ranks).all()), None)  # type: ignore[arg-type]


# ---- the same cell in two tables


def _printed_ranks(facts: Facts) -> Iterator[tuple[str, str, str, int]]:
    """Give every printed rank of a city: table, measure, city, rank; the joined table of cities comes last."""
    sources = {**facts.tables, "cities": facts.cities.reset_index()}
    for table, frame in sources.items():
        if "city" not in frame.columns:
            continue
        for column, measure in _measures(facts, frame).items():
            for city, cell in zip(frame["city"], frame[column], strict=True):
                if str(cell) not in _LOST:
                    yield table, measure, str(city), int(cell)
        if {"rank", "dimension"} <= set(frame.columns):
            for city, measure, cell in zip(frame["city"], frame["dimension"], frame["rank"], strict=True):
                if str(cell) not in _LOST:
                    yield table, str(measure), str(city), int(cell)


def _measures(facts: Facts, frame: pd.DataFrame) -> dict[str, str]:
    """Name the columns of a table that hold ranks of cities, and the measure of each."""
    named = {f"rank_{measure}": measure for measure in facts.ranks} | {"rank_bri_printed": "overall"}
    return {column: measure for column, measure in named.items() if column in frame.columns}


def _find_cell_conflicts(facts: Facts) -> Iterator[Contradiction]:
    """Find ranks of the same city in the same measure that differ between two tables."""
    found: dict[tuple[str, str], dict[int, str]] = {}
    for table, measure, city, rank in _printed_ranks(facts):
        found.setdefault((measure, city), {}).setdefault(rank, table)
    for (measure, city), places in found.items():
        if len(places) > 1:
            (first, table_a), (second, table_b) = list(places.items())[:2]
            name, name_zh = facts.name_of(city), facts.name_of(city, "zh")
            yield Contradiction(
                id=f"{facts.name}-cell-{measure}-{city}",
                nature="contradiction",
                kind="table against table",
                where_a=table_a,
                says_a=f"{measure} rank of {name} {first}",
                says_a_zh=f"{name_zh} {measure} 排序为 {first}",
                where_b=table_b,
                says_b=f"{measure} rank of {name} {second}",
                says_b_zh=f"{name_zh} {measure} 排序为 {second}",
                cities=(city,),
            )


# ---- ties and missing ranks within one ranking


def _find_ties(facts: Facts) -> Iterator[Contradiction]:
    """Find ranks that occur twice in a ranking of cities, and say which follow under which rule."""
    for measure in _own_rankings(facts):
        ranks = facts.ranks[measure].astype(int)
        rule = find_tie_rule(ranks)
        for place in sorted(set(ranks[ranks.duplicated()])):
            tied = tuple(ranks.index[ranks == place])
            missing = sorted(set(range(1, len(ranks) + 1)) - set(ranks))
            lost = ", ".join(map(str, missing))
            yield Contradiction(
                id=f"{facts.name}-tie-{measure}-{place}",
                nature="remark" if rule else "contradiction",
                kind="within one table",
                where_a=f"ranking {measure}",
                says_a=f"{measure} rank {place} belongs to {' and '.join(facts.name_of(city) for city in tied)}",
                says_a_zh=f"{measure} 第 {place} 位为{'、'.join(facts.name_of(city, 'zh') for city in tied)}",
                where_b=f"ranking {measure}",
                says_b=f"missing: {lost or 'no rank'}",
                says_b_zh=f"缺：{lost or '无'}",
                note=f"a tie under the rule '{rule}'" if rule else "no rule of ties explains it",
                note_zh=f"按规则“{rule}”并列" if rule else "无并列规则可以解释",
                cities=tied,
            )


def _find_gaps(facts: Facts) -> Iterator[Contradiction]:
    """Find rankings that skip ranks though nothing is tied."""
    for measure in _own_rankings(facts):
        ranks = facts.ranks[measure].astype(int)
        missing = sorted(set(range(1, len(ranks) + 1)) - set(ranks))
        if missing and find_tie_rule(ranks) is None:
            yield Contradiction(
                id=f"{facts.name}-gap-{measure}",
                nature="contradiction",
                kind="within one table",
                where_a=f"ranking {measure}",
                says_a=f"{len(ranks)} cities are ranked",
                says_a_zh=f"共{len(ranks)}城有排序",
                where_b=f"ranking {measure}",
                says_b=f"nobody has rank {', '.join(map(str, missing))}",
                says_b_zh=f"无第 {', '.join(map(str, missing))} 位",
                note="no rule of ties explains it",
                note_zh="无并列规则可以解释",
                cities=tuple(ranks.index[ranks > len(ranks)]),
            )


def _own_rankings(facts: Facts) -> list[str]:
    """Name the rankings that are columns of the table of cities, not derived from another table."""
    return [measure for measure in facts.ranks if f"rank_{measure}" in facts.cities.columns]


def _find_tie_rules(facts: Facts) -> Iterator[Contradiction]:
    """Find that rankings of cities and of pairs follow different rules of ties."""
    of_cities = {
        rule
        for measure in _own_rankings(facts)
        if (rule := find_tie_rule(facts.ranks[measure])) not in (None, "none")
    }
    for measure, ranks in facts.pair_ranks.items():
        rule = find_tie_rule(ranks)
        follows = ranks[ranks > ranks[ranks.duplicated()].min()] if ranks.duplicated().any() else ranks[:0]
        if rule not in (None, "none") and len(follows) and of_cities and rule not in of_cities:
            theirs = ", ".join(sorted(map(str, of_cities)))
            yield Contradiction(
                id=f"{facts.name}-tie-rules",
                nature="remark",
                kind="table against table",
                where_a=f"ranking of pairs, {measure}",
                says_a=f"ties follow the rule '{rule}'",
                says_a_zh=f"并列规则为“{rule}”",
                where_b="rankings of cities",
                says_b=f"ties follow the rule '{theirs}'",
                says_b_zh=f"并列规则为“{theirs}”",
                corridors=tuple(ranks.index[ranks.duplicated(keep=False)]) + tuple(follows.index),
            )
            return


# ---- printed names and lists

_QUALIFIER: Final = re.compile(r"[（(][^）)]*[)）]|\s")


def _plain(name: str) -> str:
    return _QUALIFIER.sub("", name)


def _find_name_variants(facts: Facts) -> Iterator[Contradiction]:
    """Find cities that two tables spell differently, apart from a country in parentheses."""
    listed = facts.tables.get("cities")
    if listed is None or not {"name_printed", "name_zh_printed"} <= set(listed.columns):
        return
    first = listed.set_index("city")[["name_printed", "name_zh_printed"]]
    seen: set[str] = set()
    for table, frame in facts.tables.items():
        if table == "cities" or not {"city", "name_printed", "name_zh_printed"} <= set(frame.columns):
            continue
        for city, english, chinese in zip(
            frame["city"], frame["name_printed"], frame["name_zh_printed"], strict=True
        ):
            here, there = (english, chinese), tuple(first.loc[city])
            other = _plain(chinese) != _plain(there[1]) or english.split(" (")[0].replace(
                " ", ""
            ) not in there[0].replace(" ", "")
            if other and city not in seen:
                seen.add(city)
                yield Contradiction(
                    id=f"{facts.name}-name-{city}",
                    nature="misprint",
                    kind="table against table",
                    where_a=f"table {table}",
                    says_a=" ".join(here),
                    says_a_zh=chinese,
                    where_b="list of cities",
                    says_b=" ".join(there).strip(),
                    says_b_zh=there[1],
                    cities=(str(city),),
                )


def _find_ambiguous_names(facts: Facts) -> Iterator[Contradiction]:
    """Find names that stand for two different cities in the rankings, without a country in parentheses."""
    meant: dict[str, set[str]] = {}
    for table, frame in facts.tables.items():
        if table != "cities" and {"city", "name_zh_printed"} <= set(frame.columns):
            for city, chinese in zip(frame["city"], frame["name_zh_printed"], strict=True):
                meant.setdefault(str(chinese), set()).add(str(city))
    for name, cities in meant.items():
        if len(cities) > 1:
            yield Contradiction(
                id=f"{facts.name}-ambiguous-{min(cities)}",
                nature="remark",
                kind="within one table",
                where_a="rankings",
                says_a=f"{name} is {facts.name_of(min(cities))}",
                says_a_zh=f"{name}指{facts.name_of(min(cities), 'zh')}",
                where_b="rankings",
                says_b=f"{name} is {facts.name_of(max(cities))}",
                says_b_zh=f"{name}指{facts.name_of(max(cities), 'zh')}",
                cities=tuple(sorted(cities)),
            )


def _find_uneven_lists(facts: Facts) -> Iterator[Contradiction]:
    """Find regions whose Chinese and English lists, as printed, do not have the same number of items."""
    listed = facts.tables.get("cities")
    if listed is None or not {"region_printed", "name_printed", "name_zh_printed"} <= set(listed.columns):
        return
    for region, rows in listed.groupby("region_printed", sort=False, observed=True):
        chinese = int(rows["name_zh_printed"].str.count("、").add(1).sum())
        english = len({name for name in rows["name_printed"] if name})
        if chinese != english:
            odd = (
                rows["name_zh_printed"].str.contains("、")
                | rows["name_printed"].eq("")
                | rows["name_printed"].duplicated(keep=False)
            )
            yield Contradiction(
                id=f"{facts.name}-list-{str(region).lower()}",
                nature="misprint",
                kind="Chinese against English",
                where_a=f"list of cities, {region}, Chinese",
                says_a=f"{chinese} items between separators",
                says_a_zh=f"以顿号分为{chinese}项",
                where_b=f"list of cities, {region}, English",
                says_b=f"{english} items between commas",
                says_b_zh=f"以逗号分为{english}项",
                note=f"{len(rows)} cities after repair",
                note_zh=f"修正后为{len(rows)}城",
                cities=tuple(rows.loc[odd, "city"]),
            )


# ---- signs of change


def _find_impossible_signs(facts: Facts) -> Iterator[Contradiction]:
    """Find rankings whose signs of change cannot all be true.

    A city that fell to rank r stood before r; a city that stayed keeps its place. So at most k - 1 places less
    those that stayed are left for the cities that fell to the first k.

    Parameters
    ----------
    facts
        The tables at hand.

    Yields
    ------
    Contradiction
        One per ranking, at the first rank where the places run out.
    """
    for measure in _own_rankings(facts):
        column = f"change_{measure}"
        if column not in facts.cities.columns:
            continue
        signs = facts.cities[column].reindex(facts.ranks[measure].index)
        for rank in sorted(facts.ranks[measure]):
            within, before = facts.ranks[measure] <= rank, facts.ranks[measure] < rank
            fallen, kept = int((within & (signs == "down")).sum()), int((before & (signs == "same")).sum())
            if fallen > rank - 1 - kept:
                yield Contradiction(
                    id=f"{facts.name}-signs-{measure}",
                    nature="contradiction",
                    kind="within one table",
                    where_a=f"ranking {measure}",
                    says_a=f"{fallen} cities fell to the first {rank:g}",
                    says_a_zh=f"{fallen}城降至前 {rank:g} 位",
                    where_b=f"ranking {measure}",
                    says_b=f"only {rank - 1 - kept:g} places before it were free",
                    says_b_zh=f"此前仅有 {rank - 1 - kept:g} 个空位",
                    cities=tuple(signs.index[within & (signs == "down")]),
                )
                break


DETECTORS: Final[Mapping[str, Callable[[Facts], Iterator[Contradiction]]]] = MappingProxyType(
    {
        "cell conflicts": _find_cell_conflicts,
        "ties": _find_ties,
        "gaps": _find_gaps,
        "tie rules": _find_tie_rules,
        "name variants": _find_name_variants,
        "ambiguous names": _find_ambiguous_names,
        "uneven lists": _find_uneven_lists,
        "impossible signs": _find_impossible_signs,
    }
)
"""The detectors by name, in the order in which their finds are listed."""
