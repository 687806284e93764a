"""Verbs about more than chance: each gives an effect with its interval, a p-value, and what n could have shown.

A statement holds if the effect has the claimed direction and p < 0.05 (two-sided), fails if the direction is the
opposite or there is no sign of an effect (p >= 0.5), and is left open (``partly``) in between: not shown is not refuted.
"""
# ruff: noqa: ARG001 -- every word of the vocabulary takes the facts first

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import DataError, mould
from geobri.findings.answers import Check, CityRank, CitySet, PairRank, PairSet, State, weakest_basis
from geobri.findings.facts import Facts
from geobri.findings.selectors import find_column, find_points, top_pairs
from geobri.stats import say
from geobri.stats.null import node_permutations
from geobri.stats.p_values import count_p_value, permutation_p_value
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.stats.groups import GroupResult
    from geobri.stats.proximity import ProximityResult
    from geobri.stats.proximity.nulls import NullName

__all__ = [
    "more_pairs_than_chance",
    "more_than_chance",
    "nearer_than_chance",
    "not_nearer_than_chance",
    "ranked_better",
    "ranked_better_within",
    "ranks_agree",
]

ALPHA: Final = 0.05
NO_SIGN: Final = 0.5
_PERMUTATIONS: Final = 4999
_BOOTSTRAPS: Final = 1999


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
            f"exact {say.p_value(p_value)} (two-sided); {need} for p < 0.05"
        ),
        figures_zh=(
            f"{drawn}个中有{hits}个，随机期望{expected:.1f}个（总体{len(everyone)}个中有{len(members)}个）；"
            f"精确双侧{say.p_value(p_value)}；{need_zh}（p<0.05）"
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
    return _compare(facts, cities, others, rank, None)


def ranked_better_within(
    facts: Facts, cities: CitySet, others: CitySet, rank: CityRank, stratum: CitySet
) -> Check:
    """Check that the first set stands ahead of the second, inside and outside a stratum separately."""
    return _compare(facts, cities, others, rank, stratum)


def _compare(
    facts: Facts, cities: CitySet, others: CitySet, rank: CityRank, stratum: CitySet | None
) -> Check:
    from geobri.stats.groups import mann_whitney_test

    series = facts.ranks[rank]
    names = [name for name in (*cities.names, *others.names) if name in series.index]
    first = np.array([name in cities.names for name in names], dtype=bool)
    if first.all() or not first.any():
        came = f"{int(first.sum())} and {int((~first).sum())}"
        wanted = Words("both groups must have ranked cities", "两组都须有带名次的城市")
        raise DataError(mould("ranked_better", wanted, came, "Choose groups that the ranking has"))
    strata = None if stratum is None else [name in stratum.names for name in names]
    places = -series.loc[names].to_numpy(dtype=float)
    result = mann_whitney_test(places, first, strata=strata)
    least = _least_delta(places, first, strata)
    answer = _say_comparison(result, least, first)
    sets = [cities, others] if stratum is None else [cities, others, stratum]
    basis = weakest_basis(["computed", *(one.basis for one in sets)])
    return replace(answer, cities=tuple(names), n=len(names), basis=basis)


def _say_comparison(result: GroupResult, least: float | None, first: BoolArray) -> Check:
    delta, said = result.effect("Cliff's delta"), say.p_value(result.p_value)
    ranks = f"{-delta.estimate:+.2f} [{-delta.ci_high:.2f}, {-delta.ci_low:.2f}]"  # rank 1 is best: below 0 is ahead
    need, need_zh = "no difference could have been significant", "样本量不足以检出任何差异"
    if least is not None:
        need = f"only a delta of {-least:.2f} or lower could have been found"
        need_zh = f"δ 低至{-least:.2f}方可检出"
    one, other = int(first.sum()), int((~first).sum())
    return Check(
        state=_state(delta.estimate, result.p_value),
        figures=(
            f"Cliff's delta of the ranks {ranks}, below 0 is ahead, {result.method} ({result.choices['null']}), {said} "
            f"(two-sided), {one} against {other} cities; {need}"
        ),
        figures_zh=f"名次的克利夫 δ {ranks}，小于零为领先，{result.method}双侧{said}，{one}对{other}个城市；{need_zh}",
    )


def _least_delta(values: FloatArray, first: BoolArray, strata: list[bool] | None) -> float | None:
    """Give the least positive Cliff's delta that the exact test calls significant at these sizes."""
    from geobri.stats.groups import mann_whitney_distribution

    support, probability = mann_whitney_distribution(values, first, strata=strata)
    upper = np.cumsum(probability[::-1])[::-1]
    enough = support[np.minimum(1.0, 2 * upper) < ALPHA]
    inside = np.zeros(len(first), dtype=bool) if strata is None else np.array(strata, dtype=bool)
    pairs = sum(int((first & part).sum()) * int((~first & part).sum()) for part in (inside, ~inside))
    return None if enough.size == 0 else 2 * float(enough.min()) / pairs - 1


def ranks_agree(facts: Facts, ranks: tuple[str, ...], *, rng: int | None = None) -> Check:
    """Check that several rankings agree more than chance would have it."""
    unknown = [name for name in ranks if name not in facts.ranks]
    if unknown:
        raise DataError(
            mould(
                "ranks_agree",
                Words("every ranking must exist", "每个排名都须存在"),
                ", ".join(unknown),
                "Name rankings of cities",
            )
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
        figures=f"mean Spearman correlation {observed:.2f} [{low:.2f}, {high:.2f}] (city bootstrap), permutation {say.p_value(p_value)} (two-sided, {_PERMUTATIONS:,} draws), {len(values)} cities; {least:.2f} could have been found",
        figures_zh=f"Spearman相关均值{observed:.2f} [{low:.2f}, {high:.2f}]（城市自助法），置换检验双侧{say.p_value(p_value)}，{len(values)}个城市；可检出的最小相关为{least:.2f}",
        cities=tuple(table.index),
        n=len(values),
        basis="computed",
    )


def _mean_correlations(values: FloatArray) -> FloatArray:
    """Give the mean Spearman correlation of all pairs of columns, for tables of shape (R, n, k).

    With columns z of mean 0 and length 1, the correlations of all ordered pairs add up to |sum z|^2 - k.
    """
    from geobri.stats.distributions import rank_values

    ranks = rank_values(values, axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    z = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    k = values.shape[2]
    total: FloatArray = ((z.sum(axis=2) ** 2).sum(axis=1) - k) / (k * (k - 1))
    return total


# ---- pairs


def nearer_than_chance(
    facts: Facts, rank: PairRank, n: int, *, null: str = "blocks", rng: int | None = None
) -> Check:
    """Check that the first `n` pairs are nearer than chance, under a null model of `geobri.stats.proximity`."""
    result = _proximity(facts, rank, n, null, rng)
    expected = _mean_null(result)
    return _say_proximity(
        facts, top_pairs(facts, rank, n), result, _state(expected - result.statistic, result.p_value)
    )


def not_nearer_than_chance(
    facts: Facts, rank: PairRank, n: int, *, null: str = "blocks", rng: int | None = None
) -> Check:
    """Check that the first `n` pairs are not nearer than chance.

    It fails where they are significantly nearer; otherwise it is left open, since a small sample proves no absence.
    """
    answer = nearer_than_chance(facts, rank, n, null=null, rng=rng)
    return replace(answer, state="fails" if answer.state == "holds" else "partly")


def _proximity(facts: Facts, rank: PairRank, n: int, null: str, rng: int | None) -> ProximityResult:
    from geobri.corridors import build_pairs
    from geobri.stats.proximity import proximity_test

    cities = find_points(facts)
    candidates = build_pairs(cities, which="international")
    candidates["distance_km"] = _pair_lengths(facts, candidates)
    listed = facts.pair_ranks[rank]
    # the choices of proximity_test are left as they are, so that one null has one p-value wherever it is asked
    candidates["listed"] = listed[listed <= n].astype(float).reindex(candidates.index)
    known: dict[str, NullName] = {
        "blocks": "blocks",
        "active": "active",
        "hubs": "hubs",
        "corridors": "corridors",
    }
    if null not in known:
        raise DataError(
            mould("nearer_than_chance", f"null must be one of {', '.join(known)}", repr(null), "Choose one")
        )
    return proximity_test(
        cities,
        candidates,
        "listed",
        null=known[null],
        rng=rng,
    )


def _pair_lengths(facts: Facts, pairs: pd.DataFrame) -> FloatArray:
    from geobri.geodesy import distance_km

    points = find_points(facts).geometry
    starts, ends = points.loc[pairs["origin"]], points.loc[pairs["destination"]]
    lengths = distance_km(starts.x.to_numpy(), starts.y.to_numpy(), ends.x.to_numpy(), ends.y.to_numpy())
    return np.asarray(lengths, dtype=np.float64)


def _mean_null(result: ProximityResult) -> float:
    return math.nan if result.null_distribution is None else float(result.null_distribution.mean())


def _say_proximity(facts: Facts, pairs: PairSet, result: ProximityResult, state: State) -> Check:
    null = np.asarray(result.null_distribution, dtype=np.float64)
    low, high = np.quantile(null, [ALPHA / 2, 1 - ALPHA / 2])
    model = result.terms[0].null
    caution = result.terms[0].note
    said = say.p_value(result.p_value)
    ratio = result.statistic / null.mean()
    return Check(
        state=state,
        figures=(
            f"{len(pairs.names)} pairs, mean {result.statistic:,.0f} km against {null.mean():,.0f} km under the null "
            f"(ratio {ratio:.2f}; 95 % of the null between {low:,.0f} and {high:,.0f} km, so only less could have been "
            f"found); {model}; {said} (two-sided){'; ' + caution.en if caution else ''}"
        ),
        figures_zh=(
            f"{len(pairs.names)}条通路平均{result.statistic:,.0f}公里，零模型平均{null.mean():,.0f}公里（比值{ratio:.2f}；"
            f"零模型95%区间{low:,.0f}至{high:,.0f}公里）；{model.zh}；双侧{said}{'；' + caution.zh if caution else ''}"
        ),
        cities=tuple(dict.fromkeys(end for pair in pairs.names for end in pair.split("--"))),
        pairs=pairs.names,
        n=len(pairs.names),
        basis="computed",
    )


def more_pairs_than_chance(
    facts: Facts, cities: CitySet, rank: PairRank, n: int, *, rng: int | None = None
) -> Check:
    """Check that more of the first `n` pairs join two of these cities than if cities had changed places."""
    inside = pd.Series(facts.cities.index.isin(cities.names), index=facts.cities.index).to_numpy(dtype=float)
    joined = np.outer(inside, inside)
    pairs = top_pairs(facts, rank, n)
    observed, null = _exchanged(facts, pairs, joined, rng)
    p_value = permutation_p_value(observed, null)
    number, expected = len(pairs.names), float(null.mean())
    return Check(
        state=_state(observed - expected, p_value),
        figures=f"{observed:.0f} of {number} pairs join two of them, {expected:.1f} expected if cities change places; permutation {say.p_value(p_value)} (two-sided, {_PERMUTATIONS:,} draws)",
        figures_zh=f"{number}条中有{observed:.0f}条两端均属该组，随机期望{expected:.1f}条；置换检验双侧{say.p_value(p_value)}",
        cities=cities.names,
        pairs=pairs.names,
        n=number,
        basis=weakest_basis(["computed", cities.basis]),
    )


def _exchanged(facts: Facts, pairs: PairSet, matrix: FloatArray, rng: int | None) -> tuple[float, FloatArray]:
    """Give the sum of a pair matrix over the pairs, observed and with the cities exchanged in blocks."""
    home = find_column(facts, "country").astype(str)
    several = home.value_counts()
    blocks = [country if several[country] > 1 else "one city" for country in home]
    index = {name: place for place, name in enumerate(facts.cities.index)}
    ends = np.array([[index[end] for end in pair.split("--")] for pair in pairs.names])
    moved = node_permutations(len(index), _PERMUTATIONS, blocks=blocks, rng=rng)
    null: FloatArray = matrix[moved[:, ends[:, 0]], moved[:, ends[:, 1]]].sum(axis=1)
    return float(matrix[ends[:, 0], ends[:, 1]].sum()), null
