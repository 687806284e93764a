"""Verbs about pairs of cities."""
# ruff: noqa: ARG001 -- every word of the vocabulary takes the facts first

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from geobri.findings.answers import Check, CitySet, PairRank, PairSet, weakest_basis
from geobri.findings.facts import Facts
from geobri.findings.verbs.say import (
    join_said,
    say_pairs,
    say_rank,
)

__all__ = [
    "all_endpoints_in",
    "all_touch",
    "most_touch",
    "pair_count_is",
    "pair_rank_is",
    "pair_rank_within",
    "pairs_outnumber",
    "same_pairs",
]


def _pair_check(
    facts: Facts, pairs: PairSet, *, ok: bool, of: int | None = None, show: Iterable[str] | None = None
) -> Check:
    shown = tuple(pairs.names if show is None else show)
    many, many_zh = f"{len(pairs.names)}", f"{len(pairs.names)}条"
    if of is not None:
        many, many_zh = f"{len(pairs.names)} of {of}", f"{of}条中的{len(pairs.names)}条"
    return Check(
        state="holds" if ok else "fails",
        figures=f"{many}: {say_pairs(facts, shown, 'en')}",
        figures_zh=f"{many_zh}：{say_pairs(facts, shown, 'zh')}",
        cities=tuple(dict.fromkeys(end for one in pairs.names for end in one.split("--"))),
        pairs=pairs.names,
        n=len(pairs.names) if of is None else of,
        basis=pairs.basis,
    )


def pair_rank_is(facts: Facts, pair: PairSet, rank: PairRank, place: int) -> Check:
    """Check that every pair named holds this rank."""
    series = facts.pair_ranks[rank]
    found = {one: float(series.get(one, float("nan"))) for one in pair.names}
    answer = _pair_check(facts, pair, ok=bool(found) and all(value == place for value in found.values()))
    said = [
        join_said(
            [f"{say_pairs(facts, [one], lang)} {say_rank(value)}" for one, value in found.items()], lang
        )
        for lang in ("en", "zh")
    ]
    return replace(
        answer,
        figures=f"{facts.label_of(rank)}: {said[0]}",
        figures_zh=f"{facts.label_of(rank, 'zh')}：{said[1]}",
    )


def pair_rank_within(facts: Facts, pair: PairSet, rank: PairRank, n: int) -> Check:
    """Check that every pair named is among the first `n`."""
    series = facts.pair_ranks[rank]
    answer = pair_rank_is(facts, pair, rank, 0)
    inside = [float(series.get(one, float("inf"))) <= n for one in pair.names]
    return replace(answer, state="holds" if inside and all(inside) else "fails")


def pair_count_is(facts: Facts, pairs: PairSet, n: int) -> Check:
    """Check that there are exactly `n` such pairs."""
    return _pair_check(facts, pairs, ok=len(pairs.names) == n)


def same_pairs(facts: Facts, pairs: PairSet, others: PairSet) -> Check:
    """Check that the two sets of pairs are the same."""
    odd = sorted(set(pairs.names) ^ set(others.names))
    answer = _pair_check(facts, pairs, ok=not odd)
    if not odd:
        return answer
    return replace(
        answer,
        figures=f"{answer.figures}; in one set only: {say_pairs(facts, odd, 'en')}",
        figures_zh=f"{answer.figures_zh}；仅在其一：{say_pairs(facts, odd, 'zh')}",
        pairs=tuple(dict.fromkeys((*pairs.names, *others.names))),
    )


def all_endpoints_in(facts: Facts, pairs: PairSet, cities: CitySet) -> Check:
    """Check that both ends of every pair are among the cities."""
    outside = [one for one in pairs.names if not set(one.split("--")) <= set(cities.names)]
    return _outside_check(facts, pairs, cities, outside)


def all_touch(facts: Facts, pairs: PairSet, cities: CitySet) -> Check:
    """Check that every pair has at least one end among the cities."""
    outside = [one for one in pairs.names if not set(one.split("--")) & set(cities.names)]
    return _outside_check(facts, pairs, cities, outside)


def most_touch(facts: Facts, pairs: PairSet, cities: CitySet) -> Check:
    """Check that more than half of the pairs have at least one end among the cities."""
    outside = [one for one in pairs.names if not set(one.split("--")) & set(cities.names)]
    answer = _outside_check(facts, pairs, cities, outside)
    return replace(answer, state="holds" if 2 * len(outside) < len(pairs.names) else "fails")


def _outside_check(facts: Facts, pairs: PairSet, cities: CitySet, outside: list[str]) -> Check:
    kept = len(pairs.names) - len(outside)
    basis = weakest_basis([pairs.basis, cities.basis])
    answer = _pair_check(facts, pairs, ok=not outside)
    return replace(
        answer,
        figures=f"{kept} of {len(pairs.names)} pairs; not so: {say_pairs(facts, outside, 'en')}",
        figures_zh=f"{len(pairs.names)}条中的{kept}条；例外：{say_pairs(facts, outside, 'zh')}",
        basis=basis,
    )


def pairs_outnumber(facts: Facts, pairs: PairSet, others: PairSet, by: int = 1) -> Check:
    """Check that the first set has at least `by` pairs more than the second."""
    first, second = len(pairs.names), len(others.names)
    return Check(
        state="holds" if first - second >= by else "fails",
        figures=f"{first} against {second}",
        figures_zh=f"{first}对{second}",
        pairs=tuple(dict.fromkeys((*pairs.names, *others.names))),
        n=first + second,
        basis=weakest_basis([pairs.basis, others.basis]),
    )
