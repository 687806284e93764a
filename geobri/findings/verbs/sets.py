"""Verbs about sets of cities."""

from __future__ import annotations

from dataclasses import replace

from geobri.findings.answers import Check, CitySet, weakest_basis
from geobri.findings.facts import Facts
from geobri.findings.selectors import find_column
from geobri.findings.verbs.say import (
    count_check,
    say_cities,
)
from geobri.gazetteer import load_country_table

__all__ = [
    "all_in",
    "count_at_least",
    "count_at_most",
    "count_is",
    "most_frequent_country",
    "most_in",
    "none_in",
    "outnumber",
    "same_cities",
]


def count_is(facts: Facts, cities: CitySet, n: int) -> Check:
    """Check that there are exactly `n` such cities."""
    return count_check(facts, cities, ok=len(cities.names) == n)


def count_at_least(facts: Facts, cities: CitySet, n: int) -> Check:
    """Check that there are at least `n` such cities."""
    return count_check(facts, cities, ok=len(cities.names) >= n)


def count_at_most(facts: Facts, cities: CitySet, n: int) -> Check:
    """Check that there are at most `n` such cities."""
    return count_check(facts, cities, ok=len(cities.names) <= n)


def all_in(facts: Facts, cities: CitySet, others: CitySet) -> Check:
    """Check that every city of the first set is in the second."""
    inside, outside = _split(cities, others)
    return _share_check(facts, cities, others, ok=not outside, inside=inside, show=outside)


def none_in(facts: Facts, cities: CitySet, others: CitySet) -> Check:
    """Check that no city of the first set is in the second."""
    inside, _ = _split(cities, others)
    return _share_check(facts, cities, others, ok=not inside, inside=inside, show=inside)


def most_in(facts: Facts, cities: CitySet, others: CitySet) -> Check:
    """Check that more than half of the first set is in the second."""
    inside, outside = _split(cities, others)
    return _share_check(facts, cities, others, ok=len(inside) > len(outside), inside=inside, show=outside)


def _split(cities: CitySet, others: CitySet) -> tuple[list[str], list[str]]:
    inside = [one for one in cities.names if one in others.names]
    return inside, [one for one in cities.names if one not in others.names]


def _share_check(
    facts: Facts, cities: CitySet, others: CitySet, *, ok: bool, inside: list[str], show: list[str]
) -> Check:
    total = len(cities.names)
    exceptions = show is not inside
    shown = [say_cities(facts, show, language) for language in ("en", "zh")]
    return Check(
        state="holds" if ok else "fails",
        figures=f"{len(inside)} of {total}; {'not' if exceptions else 'these'}: {shown[0]}",
        figures_zh=f"{total}个中的{len(inside)}个；{'例外' if exceptions else '即'}：{shown[1]}",
        cities=cities.names,
        n=total,
        basis=weakest_basis([cities.basis, others.basis]),
    )


def same_cities(facts: Facts, cities: CitySet, others: CitySet) -> Check:
    """Check that the two sets are the same."""
    odd = sorted(set(cities.names) ^ set(others.names))
    answer = count_check(facts, cities, ok=not odd)
    extra = "" if not odd else f"; in one set only: {say_cities(facts, odd, 'en')}"
    extra_zh = "" if not odd else f"；仅在其一：{say_cities(facts, odd, 'zh')}"
    return replace(
        answer,
        figures=answer.figures + extra,
        figures_zh=answer.figures_zh + extra_zh,
        cities=tuple(dict.fromkeys((*cities.names, *others.names))),
        basis=weakest_basis([cities.basis, others.basis]),
    )


def outnumber(facts: Facts, cities: CitySet, others: CitySet, by: int = 1) -> Check:
    """Check that the first set has at least `by` cities more than the second (0: at least as many)."""
    en = [f"{len(one.names)} ({say_cities(facts, one.names, 'en')})" for one in (cities, others)]
    zh = [f"{len(one.names)}个（{say_cities(facts, one.names, 'zh')}）" for one in (cities, others)]
    return Check(
        state="holds" if len(cities.names) - len(others.names) >= by else "fails",
        figures=f"{en[0]} against {en[1]}",
        figures_zh=f"{zh[0]}对{zh[1]}",
        first=en[0],
        first_zh=zh[0],
        second=en[1],
        second_zh=zh[1],
        cities=tuple(dict.fromkeys((*cities.names, *others.names))),
        n=len(cities.names) + len(others.names),
        basis=weakest_basis([cities.basis, others.basis]),
    )


def most_frequent_country(facts: Facts, code: str, cities: CitySet) -> Check:
    """Check that no country has as many cities in the set as this one."""
    counts = find_column(facts, "country").loc[list(cities.names)].value_counts()
    countries = load_country_table()
    en, zh = (
        [f"{countries[column].get(name, name)} {times}" for name, times in counts.head(3).items()]
        for column in ("name_common", "name_zh")
    )
    first = counts.get(code, 0)
    return Check(
        state="holds" if first > counts.drop(code, errors="ignore").max() else "fails",
        figures=", ".join(en),
        figures_zh="、".join(zh),
        cities=cities.names,
        n=len(cities.names),
        basis=cities.basis,
    )
