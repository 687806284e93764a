"""Verbs about more than chance: each gives an effect with its interval, a p-value, and what n could have shown.

A statement holds if the effect has the claimed direction and p < 0.05 (two-sided), fails if the direction is the
opposite or there is no sign of an effect (p >= 0.5), and is left open (``partly``) in between: not shown is not refuted.
"""
# ruff: noqa: ARG001 -- every word of the vocabulary takes the facts first

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from geobri.errors import DataError, mould
from geobri.findings.answers import Check, CityRank, CitySet, PairRank, State, weakest_basis
from geobri.findings.facts import Facts
from geobri.findings.selectors import find_column, find_points, international_pairs, top_pairs
from geobri.stats.groups import mann_whitney_distribution, mann_whitney_test
from geobri.stats.p_values import count_p_value, permutation_p_value, say_p_value
from geobri.stats.permutation import node_permutations

__all__ = [
    "more_pairs_than_chance",
    "more_than_chance",
    "nearer_than_chance",
    "not_nearer_than_chance",
    "ranked_better",
    "ranks_agree",
]

ALPHA: Final = 0.05
NO_SIGN: Final = 0.5
_PERMUTATIONS: Final = 9999
_BOOTSTRAPS: Final = 1999

FloatArray = npt.NDArray[np.float64]


def _state(effect: float, p_value: float) -> State:
    if effect > 0 and p_value < ALPHA:
        return "holds"
    return "partly" if effect > 0 and p_value < NO_SIGN else "fails"


# ---- cities


def more_than_chance(facts: Facts, group: CitySet, chosen: CitySet, among: CitySet) -> Check:
    """Check that the group is more frequent among the chosen cities than a random choice would have it."""
    everyone, members = set(among.names), set(group.names) & set(among.names)
    drawn = len(set(chosen.names) & everyone)
    hits = len(set(chosen.names) & members)
    counts = _hypergeometric(len(everyone), len(members), drawn)
    p_value = _count_p(counts, hits)
    expected = drawn * len(members) / len(everyone)
    enough = next((k for k in sorted(counts) if k > expected and _count_p(counts, k) < ALPHA), None)
    need, need_zh = (
        ("no count would be enough", "任何数目都不足以显著")
        if enough is None
        else (f"{enough} would be enough", f"达到{enough}个方显著")
    )
    return Check(
        state=_state(hits - expected, p_value),
        figures=(
            f"{hits} of {drawn}, {expected:.1f} expected by chance ({len(members)} of {len(everyone)} in the group); "
            f"exact p = {say_p_value(p_value)} (two-sided); {need} for p < 0.05"
        ),
        figures_zh=(
            f"{drawn}个中有{hits}个，随机期望{expected:.1f}个（总体{len(everyone)}个中有{len(members)}个）；"
            f"精确双侧p={say_p_value(p_value)}；{need_zh}（p<0.05）"
        ),
        cities=tuple(dict.fromkeys((*chosen.names, *sorted(members)))),
        n=len(everyone),
        basis=weakest_basis(["computed", group.basis, chosen.basis]),
    )


def _hypergeometric(total: int, members: int, drawn: int) -> dict[int, int]:
    """Count the choices of `drawn` from `total` cities by how many of `members` they hold."""
    return {
        k: math.comb(members, k) * math.comb(total - members, drawn - k)
        for k in range(max(0, drawn - (total - members)), min(members, drawn) + 1)
    }


def _count_p(counts: dict[int, int], hits: int) -> float:
    above = sum(number for k, number in counts.items() if k > hits)
    below = sum(number for k, number in counts.items() if k < hits)
    return count_p_value(above, counts[hits], below, exact=True)


def ranked_better(facts: Facts, cities: CitySet, others: CitySet, rank: CityRank) -> Check:
    """Check that the first set of cities stands ahead of the second in the ranking."""
    series = facts.ranks[rank]
    names = [name for name in (*cities.names, *others.names) if name in series.index]
    first = np.array([name in cities.names for name in names])
    if first.all() or not first.any():
        raise DataError(
            mould(
                "ranked_better",
                "both groups must have ranked cities",
                f"{int(first.sum())} and {int((~first).sum())}",
                "Choose groups that the ranking has",
            )
        )
    places = -series.loc[names].to_numpy(dtype=float)
    result = mann_whitney_test(places, first)
    delta = result.effect("Cliff's delta")
    least = _least_delta(places, first)
    need = (
        "no difference could have been significant"
        if least is None
        else f"a delta of {least:.2f} could have been found"
    )
    need_zh = "样本量不足以检出任何差异" if least is None else f"可检出的最小delta为{least:.2f}"
    interval = f"[{delta.ci_low:.2f}, {delta.ci_high:.2f}]"
    sizes = f"{int(first.sum())}", f"{int((~first).sum())}"
    return Check(
        state=_state(delta.estimate, result.p_value),
        figures=f"Cliff's delta {delta.estimate:+.2f} {interval}, {result.method}, p = {say_p_value(result.p_value)} (two-sided), {sizes[0]} against {sizes[1]} cities; {need}",
        figures_zh=f"Cliff's delta {delta.estimate:+.2f} {interval}，双侧p={say_p_value(result.p_value)}，{sizes[0]}对{sizes[1]}个城市；{need_zh}",
        cities=tuple(names),
        n=len(names),
        basis=weakest_basis(["computed", cities.basis, others.basis]),
    )


def _least_delta(values: FloatArray, first: npt.NDArray[np.bool_]) -> float | None:
    """Give the least positive Cliff's delta that the exact test calls significant at these sizes."""
    support, probability = mann_whitney_distribution(values, first)
    upper = np.cumsum(probability[::-1])[::-1]
    enough = support[np.minimum(1.0, 2 * upper) < ALPHA]
    pairs = int(first.sum()) * int((~first).sum())
    return None if enough.size == 0 else 2 * float(enough.min()) / pairs - 1


def ranks_agree(facts: Facts, ranks: tuple[str, ...], *, rng: int | None = None) -> Check:
    """Check that several rankings agree more than chance would have it."""
    unknown = [name for name in ranks if name not in facts.ranks]
    if unknown:
        raise DataError(
            mould("ranks_agree", "every ranking must exist", ", ".join(unknown), "Name rankings of cities")
        )
    table = pd.DataFrame({name: facts.ranks[name] for name in ranks}).dropna()
    values = table.to_numpy(dtype=float)
    generator = np.random.default_rng(rng)
    observed = float(_mean_correlations(values[None])[0])
    null = _mean_correlations(generator.permuted(np.tile(values, (_PERMUTATIONS, 1, 1)), axis=1))
    p_value = permutation_p_value(observed, null)
    chosen = generator.integers(len(values), size=(_BOOTSTRAPS, len(values)))
    low, high = np.quantile(_mean_correlations(values[chosen]), [ALPHA / 2, 1 - ALPHA / 2])
    least = float(np.quantile(null, 1 - ALPHA / 2))
    return Check(
        state=_state(observed, p_value),
        figures=f"mean Spearman correlation {observed:.2f} [{low:.2f}, {high:.2f}] (city bootstrap), permutation p = {say_p_value(p_value)} (two-sided), {len(values)} cities; {least:.2f} could have been found",
        figures_zh=f"Spearman相关均值{observed:.2f} [{low:.2f}, {high:.2f}]（城市自助法），置换检验双侧p={say_p_value(p_value)}，{len(values)}个城市；可检出的最小相关为{least:.2f}",
        cities=tuple(table.index),
        n=len(values),
        basis="computed",
    )


def _mean_correlations(values: FloatArray) -> FloatArray:
    """Give the mean Spearman correlation of all pairs of columns, for tables of shape (R, n, k).

    With columns z of mean 0 and length 1, the correlations of all ordered pairs add up to |sum z|^2 - k.
    """
    ranks = rankdata(values, axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    z = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    k = values.shape[2]
    total: FloatArray = ((z.sum(axis=2) ** 2).sum(axis=1) - k) / (k * (k - 1))
    return total


# ---- pairs


def nearer_than_chance(
    facts: Facts, rank: PairRank, n: int, *, blocks: str = "", rng: int | None = None
) -> Check:
    """Check that the first `n` pairs are nearer than if the cities had changed places within blocks."""
    return _proximity_check(facts, rank, n, blocks, rng)


def not_nearer_than_chance(
    facts: Facts, rank: PairRank, n: int, *, blocks: str = "", rng: int | None = None
) -> Check:
    """Check that the first `n` pairs are not nearer than if the cities had changed places within blocks.

    It fails where they are significantly nearer; otherwise it is left open, since a small sample proves no absence.
    """
    answer = _proximity_check(facts, rank, n, blocks, rng)
    opposite: dict[State, State] = {"holds": "fails", "partly": "partly", "fails": "partly"}
    return replace(answer, state=opposite[answer.state])


def more_pairs_than_chance(
    facts: Facts, cities: CitySet, rank: PairRank, n: int, *, rng: int | None = None
) -> Check:
    """Check that more of the first `n` pairs join two of these cities than if cities had changed places."""
    inside = pd.Series(facts.cities.index.isin(cities.names), index=facts.cities.index).to_numpy(dtype=float)
    joined = np.outer(inside, inside)
    observed, null = _exchanged(facts, rank, n, joined, blocks="", rng=rng)
    number = len(top_pairs(facts, rank, n).names)
    observed, null = observed * number, null * number
    p_value = permutation_p_value(observed, null)
    expected = float(null.mean())
    pairs = top_pairs(facts, rank, n)
    return Check(
        state=_state(observed - expected, p_value),
        figures=f"{observed:.0f} of {number} pairs join two of them, {expected:.1f} expected if cities change places; permutation p = {say_p_value(p_value)} (two-sided)",
        figures_zh=f"{number}条中有{observed:.0f}条两端均属该组，随机期望{expected:.1f}条；置换检验双侧p={say_p_value(p_value)}",
        cities=cities.names,
        pairs=pairs.names,
        n=number,
        basis=weakest_basis(["computed", cities.basis]),
    )


def _proximity_check(facts: Facts, rank: PairRank, n: int, blocks: str, rng: int | None) -> Check:
    from geobri.geodesy import distance_matrix_km

    pairs = top_pairs(facts, rank, n)
    distance = np.nan_to_num(distance_matrix_km(find_points(facts)).to_numpy(dtype=float))
    observed, null = _exchanged(facts, rank, n, distance, blocks=blocks, rng=rng)
    p_value = permutation_p_value(observed, null)
    ratio = observed / float(null.mean())
    low, high = np.quantile(null, [ALPHA / 2, 1 - ALPHA / 2])
    label, label_zh = (
        (f"cities exchanged within {blocks}", f"在{blocks}内置换")
        if blocks
        else ("domestic pairs kept out", "不计国内城市对")
    )
    return Check(
        state=_state(1 - ratio, p_value),
        figures=(
            f"mean {observed:,.0f} km against {null.mean():,.0f} km if cities change places ({label}; 95 % of the exchanges "
            f"between {low:,.0f} and {high:,.0f} km, so only less could have been found): ratio {ratio:.2f}, permutation "
            f"p = {say_p_value(p_value)} (two-sided), {len(pairs.names)} pairs of {len(facts.cities)} cities"
        ),
        figures_zh=(
            f"平均{observed:,.0f}公里，城市置换后平均{null.mean():,.0f}公里（{label_zh}；95%的置换在{low:,.0f}至{high:,.0f}公里之间）："
            f"比值{ratio:.2f}，置换检验双侧p={say_p_value(p_value)}，{len(facts.cities)}个城市的{len(pairs.names)}条通路"
        ),
        cities=tuple(dict.fromkeys(end for pair in pairs.names for end in pair.split("--"))),
        pairs=pairs.names,
        n=len(pairs.names),
        basis="computed",
    )


def _exchanged(
    facts: Facts, rank: PairRank, n: int, matrix: FloatArray, *, blocks: str, rng: int | None
) -> tuple[float, FloatArray]:
    """Give the mean of a pair matrix over the first `n` pairs, observed and with the cities exchanged in blocks."""
    chosen = set(top_pairs(facts, rank, n).names)
    possible = set(international_pairs(facts).names)
    if not chosen <= possible:
        raise DataError(
            mould(
                "findings",
                "ranked pairs must be international",
                ", ".join(sorted(chosen - possible)),
                "Leave domestic pairs out",
            )
        )
    index = {name: place for place, name in enumerate(facts.cities.index)}
    ends = np.array([[index[end] for end in pair.split("--")] for pair in sorted(chosen)])
    moved = node_permutations(len(index), _PERMUTATIONS, blocks=_blocks(facts, blocks), rng=rng)
    null = matrix[moved[:, ends[:, 0]], moved[:, ends[:, 1]]].mean(axis=1)
    return float(matrix[ends[:, 0], ends[:, 1]].mean()), null


def _blocks(facts: Facts, column: str) -> list[str]:
    """Label the cities that may change places: those of one country, and those that are alone in theirs."""
    labels = find_column(facts, column or "country").astype(str)
    if column:
        return list(labels)
    several = labels.value_counts()
    return [label if several[label] > 1 else "one city" for label in labels]
