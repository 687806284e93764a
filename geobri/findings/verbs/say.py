"""How answers about cities and pairs are put into words, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from geobri.findings.answers import Check, CityRank, CitySet
from geobri.findings.facts import Facts

__all__ = [
    "count_check",
    "join_said",
    "rank_check",
    "rank_of",
    "say_cities",
    "say_pairs",
    "say_rank",
    "say_ranks",
]


MOST: Final = 14
"""How many names an answer writes out; the rows it looked at are in its lists."""


def join_said(said: list[str], language: str) -> str:
    """Join what is said of several items, the first few of them.

    Parameters
    ----------
    said
        One phrase per item.
    language
        ``en`` or ``zh``.

    Returns
    -------
    str
        The phrases joined by commas, with the total where some are left out; a word for none.
    """
    comma, none = ("、", "无") if language == "zh" else (", ", "none")
    more = (
        [f"…（共{len(said)}）" if language == "zh" else f"… ({len(said)} in all)"] if len(said) > MOST else []
    )
    return comma.join([*said[:MOST], *more]) or none


def say_cities(facts: Facts, names: Iterable[str], language: str) -> str:
    """Name cities in a language.

    Parameters
    ----------
    facts
        The tables at hand.
    names
        Slugs of the cities.
    language
        ``en`` or ``zh``.

    Returns
    -------
    str
        Their names, or a word for none.
    """
    return join_said([facts.name_of(name, language) for name in names], language)


def say_pairs(facts: Facts, names: Iterable[str], language: str) -> str:
    """Name pairs in a language.

    Parameters
    ----------
    facts
        The tables at hand.
    names
        Corridor ids.
    language
        ``en`` or ``zh``.

    Returns
    -------
    str
        Their ends joined by a dash, or a word for none.
    """
    return join_said(
        ["–".join(facts.name_of(end, language) for end in name.split("--")) for name in names], language
    )


def say_rank(value: float) -> str:
    """Write a rank.

    Parameters
    ----------
    value
        The rank; NaN or infinity where there is none.

    Returns
    -------
    str
        The number, or a dash.
    """
    return "–" if pd.isna(value) or value == float("inf") else f"{value:g}"


def say_ranks(facts: Facts, names: Iterable[str], rank: CityRank, language: str) -> str:
    """Name cities with their ranks.

    Parameters
    ----------
    facts
        The tables at hand.
    names
        Slugs of the cities.
    rank
        The ranking.
    language
        ``en`` or ``zh``.

    Returns
    -------
    str
        Names and ranks; a dash where the ranking does not have the city.
    """
    series = facts.ranks[rank]
    said = [f"{facts.name_of(name, language)} {say_rank(series.get(name, float('nan')))}" for name in names]
    return join_said(said, language)


def rank_check(
    facts: Facts, rank: CityRank, cities: CitySet, *, ok: bool, show: Iterable[str] | None = None
) -> Check:
    """Answer a statement about the ranks of some cities.

    Parameters
    ----------
    facts
        The tables at hand.
    rank
        The ranking.
    cities
        The cities it speaks of.
    ok
        Whether it holds.
    show
        The cities whose ranks are shown; all of them by default.

    Returns
    -------
    Check
        The answer, with the ranks.
    """
    shown = tuple(cities.names if show is None else show)
    return Check(
        state="holds" if ok else "fails",
        figures=f"{facts.label_of(rank)}: {say_ranks(facts, shown, rank, 'en')}",
        figures_zh=f"{facts.label_of(rank, 'zh')}：{say_ranks(facts, shown, rank, 'zh')}",
        cities=cities.names,
        n=len(cities.names),
        basis=cities.basis,
    )


def rank_of(facts: Facts, city: str, rank: CityRank) -> float:
    """Give the rank of a city.

    Parameters
    ----------
    facts
        The tables at hand.
    city
        Its slug.
    rank
        The ranking.

    Returns
    -------
    float
        The rank; infinity where the ranking does not have it.
    """
    return float(facts.ranks[rank].get(city, float("inf")))


def count_check(facts: Facts, cities: CitySet, *, ok: bool, of: int | None = None) -> Check:
    """Answer a statement about how many cities there are.

    Parameters
    ----------
    facts
        The tables at hand.
    cities
        The cities that were counted.
    ok
        Whether it holds.
    of
        Out of how many, where that matters.

    Returns
    -------
    Check
        The answer, with the number and the names (the first few).
    """
    many = f"{len(cities.names)}" if of is None else f"{len(cities.names)} of {of}"
    many_zh = f"{len(cities.names)}个" if of is None else f"{of}个中的{len(cities.names)}个"
    few = cities.names
    return Check(
        state="holds" if ok else "fails",
        figures=f"{many}: {say_cities(facts, few, 'en')}",
        figures_zh=f"{many_zh}：{say_cities(facts, few, 'zh')}",
        cities=cities.names,
        n=len(cities.names) if of is None else of,
        basis=cities.basis,
    )
