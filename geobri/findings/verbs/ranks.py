"""Verbs about the ranks of cities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from geobri.findings.answers import Check, CityRank, CitySet, weakest_basis
from geobri.findings.facts import Facts
from geobri.findings.selectors import find_column
from geobri.findings.verbs.say import (
    count_check,
    join_said,
    rank_check,
    rank_of,
)

__all__ = [
    "ahead_on_average",
    "change_is",
    "each_in_top",
    "follow",
    "gaps_at_least",
    "in_top",
    "leads",
    "most_even",
    "most_in_top",
    "most_stronger_in",
    "none_in_top",
    "often_in_top",
    "only_stronger_in",
    "outranks",
    "rank_is",
    "ranked_within",
    "stronger_in",
]


def rank_is(facts: Facts, city: CitySet, rank: CityRank, place: int) -> Check:
    """Check that every city named holds this rank."""
    return rank_check(facts, rank, city, ok=all(rank_of(facts, one, rank) == place for one in city.names))


def ranked_within(facts: Facts, cities: CitySet, rank: CityRank, first: int, last: int) -> Check:
    """Check that every city named is ranked `first` to `last`."""
    return rank_check(
        facts, rank, cities, ok=all(first <= rank_of(facts, one, rank) <= last for one in cities.names)
    )


def in_top(facts: Facts, cities: CitySet, rank: CityRank, n: int) -> Check:
    """Check that every city named is among the first `n`."""
    return ranked_within(facts, cities, rank, 1, n)


def none_in_top(facts: Facts, cities: CitySet, rank: CityRank, n: int) -> Check:
    """Check that no city named is among the first `n`."""
    inside = [one for one in cities.names if rank_of(facts, one, rank) <= n]
    answer = count_check(facts, CitySet(tuple(inside), cities.basis), ok=not inside, of=len(cities.names))
    return replace(answer, cities=cities.names, n=len(cities.names))


def follow(facts: Facts, rank: CityRank, first: int, *cities: CitySet) -> Check:
    """Check that the cities hold the ranks `first`, `first` + 1, … in this order."""
    named = CitySet(tuple(name for one in cities for name in one.names))
    ok = all(rank_of(facts, one, rank) == first + step for step, one in enumerate(named.names))
    return rank_check(facts, rank, named, ok=ok)


def leads(facts: Facts, city: CitySet, rank: CityRank, among: CitySet, place: int = 1) -> Check:
    """Check that the city is the first (or the `place`-th) in the ranking among these cities."""
    mine = rank_of(facts, city.names[0], rank)
    before = [one for one in among.names if one != city.names[0] and rank_of(facts, one, rank) < mine]
    level = [one for one in among.names if one != city.names[0] and rank_of(facts, one, rank) == mine]
    looked = CitySet((*city.names, *(one for one in among.names if one not in city.names)), among.basis)
    return rank_check(
        facts, rank, looked, ok=len(before) == place - 1 and not level, show=(city.names[0], *before, *level)
    )


def outranks(facts: Facts, cities: CitySet, others: CitySet, rank: CityRank) -> Check:
    """Check that every city of the first set is ranked before every city of the second."""
    worst = max((rank_of(facts, one, rank) for one in cities.names), default=float("inf"))
    best = min((rank_of(facts, one, rank) for one in others.names), default=float("inf"))
    both = CitySet((*cities.names, *others.names), weakest_basis([cities.basis, others.basis]))
    return rank_check(facts, rank, both, ok=worst < best)


def stronger_in(facts: Facts, cities: CitySet, rank: CityRank, than: CityRank, least: int = 1) -> Check:
    """Check that every city is at least `least` places better in the first ranking than in the second."""
    gaps = {one: rank_of(facts, one, than) - rank_of(facts, one, rank) for one in cities.names}
    said = [
        join_said([f"{facts.name_of(one, lang)} {gap:+g}" for one, gap in gaps.items()], lang)
        for lang in ("en", "zh")
    ]
    return Check(
        state="holds" if all(gap >= least for gap in gaps.values()) else "fails",
        figures=f"places better in {facts.label_of(rank)} than in {facts.label_of(than)}: {said[0]}",
        figures_zh=f"{facts.label_of(rank, 'zh')}比{facts.label_of(than, 'zh')}靠前的位次：{said[1]}",
        cities=cities.names,
        n=len(gaps),
        basis=cities.basis,
    )


def most_stronger_in(facts: Facts, cities: CitySet, rank: CityRank, than: CityRank, least: int = 1) -> Check:
    """Check that more than half of the cities are at least `least` places better in the first ranking."""
    answer = stronger_in(facts, cities, rank, than, least)
    better = sum(rank_of(facts, one, than) - rank_of(facts, one, rank) >= least for one in cities.names)
    return replace(answer, state="holds" if 2 * better > len(cities.names) else "fails")


def only_stronger_in(
    facts: Facts, city: CitySet, among: CitySet, rank: CityRank, than: CityRank, *, least: int = 1
) -> Check:
    """Check that the city alone among these is at least `least` places better in the first ranking."""
    answer = stronger_in(facts, among, rank, than, least)
    better = {one for one in among.names if rank_of(facts, one, than) - rank_of(facts, one, rank) >= least}
    return replace(answer, state="holds" if better == set(city.names) else "fails")


def gaps_at_least(facts: Facts, cities: CitySet, rank: CityRank, than: CityRank, places: int) -> Check:
    """Check that the two rankings of every city differ by at least so many places, either way."""
    answer = stronger_in(facts, cities, rank, than, 0)
    wide = [abs(rank_of(facts, one, than) - rank_of(facts, one, rank)) >= places for one in cities.names]
    return replace(answer, state="holds" if all(wide) else "fails")


def each_in_top(
    facts: Facts, cities: CitySet, ranks: tuple[str, ...], n: int, *, least: int = 1, most: int | None = None
) -> Check:
    """Check that every city is among the first `n` in at least `least` (and at most `most`) of the rankings."""
    found = _times_in_top(facts, cities, ranks, n)
    wrong = [
        one for one, times in found.items() if not least <= times <= (len(ranks) if most is None else most)
    ]
    return _times_check(facts, found, n, ok=not wrong)


def most_in_top(
    facts: Facts, cities: CitySet, ranks: tuple[str, ...], n: int, *, least: int = 1, most: int | None = None
) -> Check:
    """Check that more than half of the cities are among the first `n` in at least `least` (and at most `most`) rankings."""
    found = _times_in_top(facts, cities, ranks, n)
    limit = len(ranks) if most is None else most
    right = sum(least <= times <= limit for times in found.values())
    return _times_check(facts, found, n, ok=2 * right > len(found))


def often_in_top(
    facts: Facts, cities: CitySet, ranks: tuple[str, ...], n: int, *, least: int = 1, most: int | None = None
) -> Check:
    """Check as `most_in_top` does, but let half of the cities be enough, and a third hold in part.

    The kind reading of "often": it says that something is frequent, not that it is the rule.
    """
    answer = most_in_top(facts, cities, ranks, n, least=least, most=most)
    limit = len(ranks) if most is None else most
    right = sum(least <= times <= limit for times in _times_in_top(facts, cities, ranks, n).values())
    if cities.names and 2 * right >= len(cities.names):
        return replace(answer, state="holds")
    return replace(answer, state="partly") if cities.names and 3 * right >= len(cities.names) else answer


def most_even(facts: Facts, city: CitySet, among: CitySet, ranks: tuple[str, ...]) -> Check:
    """Check that the ranks of the city lie closer together than those of any other: best to worst, in places."""
    spread = {one: _spread(facts, one, ranks) for one in among.names}
    mine = _spread(facts, city.names[0], ranks)
    closest = sorted((one for one in spread if one not in city.names), key=lambda one: spread[one])[:3]
    shown = {one: _spread(facts, one, ranks) for one in (city.names[0], *closest)}
    said = [
        join_said([f"{facts.name_of(one, lang)} {places:g}" for one, places in shown.items()], lang)
        for lang in ("en", "zh")
    ]
    ok = all(places > mine for one, places in spread.items() if one not in city.names)
    return Check(
        state="holds" if ok else "fails",
        figures=f"places between the best and the worst rank, the least first: {said[0]}",
        figures_zh=f"最好与最差排序相差位次（由小到大）：{said[1]}",
        cities=tuple(dict.fromkeys((*city.names, *among.names))),
        n=len(spread),
        basis=among.basis,
    )


def _spread(facts: Facts, city: str, ranks: tuple[str, ...]) -> float:
    held = [rank_of(facts, city, CityRank(rank)) for rank in ranks]
    return max(held) - min(held)


def ahead_on_average(facts: Facts, cities: CitySet, others: CitySet, rank: CityRank) -> Check:
    """Check that the cities of the first set have a better mean rank than those of the second.

    It describes the cities at hand; whether more than chance is behind it is another question (`ranked_better`).
    """
    means = [
        float(facts.ranks[rank].reindex(list(one.names)).dropna().astype(float).mean())
        for one in (cities, others)
    ]
    label, label_zh = facts.label_of(rank), facts.label_of(rank, "zh")
    return Check(
        state="holds" if means[0] < means[1] else "fails",
        figures=f"{label}: mean rank {means[0]:.1f} against {means[1]:.1f}",
        figures_zh=f"{label_zh}：平均排序{means[0]:.1f}对{means[1]:.1f}",
        cities=(*cities.names, *others.names),
        n=len(cities.names) + len(others.names),
        basis=weakest_basis([cities.basis, others.basis]),
    )


def _times_in_top(facts: Facts, cities: CitySet, ranks: tuple[str, ...], n: int) -> dict[str, int]:
    return {city: sum(rank_of(facts, city, CityRank(rank)) <= n for rank in ranks) for city in cities.names}


def _times_check(facts: Facts, found: Mapping[str, int], n: int, *, ok: bool) -> Check:
    said = [
        join_said([f"{facts.name_of(one, lang)} {times}" for one, times in found.items()], lang)
        for lang in ("en", "zh")
    ]
    return Check(
        state="holds" if ok else "fails",
        figures=f"times in the first {n}: {said[0]}",
        figures_zh=f"进入前{n}位的次数：{said[1]}",
        cities=tuple(found),
        n=len(found),
    )


def change_is(facts: Facts, cities: CitySet, rank: str, how: str) -> Check:
    """Check that every city went ``up`` or ``down``, stayed the ``same`` or is ``new`` in the ranking."""
    changes = find_column(facts, f"change_{rank}")
    said = {one: str(changes.get(one)) for one in cities.names}
    signs = {"up": "↑", "down": "↓", "same": "—", "new": "*"}
    words = [
        join_said([f"{facts.name_of(one, lang)} {signs.get(sign, '?')}" for one, sign in said.items()], lang)
        for lang in ("en", "zh")
    ]
    return Check(
        state="holds" if said and all(sign == how for sign in said.values()) else "fails",
        figures=f"{facts.label_of(rank)}: {words[0]}",
        figures_zh=f"{facts.label_of(rank, 'zh')}：{words[1]}",
        cities=cities.names,
        n=len(said),
        basis=cities.basis,
    )
