"""Statistical verbs against SciPy, brute force and simulation."""

import re
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geobri.datasets import bri22
from geobri.findings import VOCABULARY
from geobri.findings.facts import collect_facts
from geobri.findings.language import Scope, parse_statement


def source(n=20, seed=0, **columns):
    generator = np.random.default_rng(seed)
    names = [f"c{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(n)]
    cities = gpd.GeoDataFrame(
        {
            "name": names,
            "country": [f"X{number:02d}" for number in range(n)],
            "rank_x": np.arange(1, n + 1),
            **columns,
        },
        index=pd.Index(names, name="city"),
        geometry=gpd.points_from_xy(generator.uniform(0, 120, n), generator.uniform(-40, 60, n)),
        crs="EPSG:4326",
    )
    return SimpleNamespace(name="toy", cities=cities)


def ask(data, text, rng=3):
    scope = Scope(facts=collect_facts(data), vocabulary=VOCABULARY, groups={}, rng=rng)
    return scope.answer(parse_statement(text))


def p_of(check):
    return float(re.search(r"p = ([0-9.]+)", check.figures).group(1))


def two_sided(total, members, drawn, hits):
    law = stats.hypergeom(total, members, drawn)
    return min(1.0, 2 * min(law.sf(hits - 1), law.cdf(hits)))


@pytest.mark.parametrize("hits", range(7))
def test_shares_against_the_hypergeometric_law(hits):
    flag = np.zeros(20, dtype=bool)
    flag[:hits] = True
    flag[6 : 6 + 8 - hits] = True
    check = ask(source(flag=flag), "more_than_chance(flagged(flag, True), top(x, 6), everyone())")
    assert p_of(check) == pytest.approx(two_sided(20, 8, 6, hits), rel=0.05)
    assert check.state == (
        "holds" if hits >= 5 else "partly" if hits in (3, 4) and p_of(check) < 0.5 else "fails"
    )
    enough = next(k for k in range(7) if k > 2.4 and two_sided(20, 8, 6, k) < 0.05)
    assert f"{enough} would be enough" in check.figures


def test_no_count_may_be_enough():
    flag = np.ones(20, dtype=bool)
    flag[-2:] = False
    assert (
        "no count would be enough"
        in ask(source(flag=flag), "more_than_chance(flagged(flag, True), top(x, 3), everyone())").figures
    )


def test_ranked_better_against_scipy():
    flag = np.random.default_rng(1).random(20) < 0.45
    check = ask(source(flag=flag), "ranked_better(flagged(flag, True), flagged(flag, False), x)")
    rank = np.arange(1, 21)
    expected = stats.mannwhitneyu(-rank[flag], -rank[~flag], method="exact")
    delta = 2 * expected.statistic / (flag.sum() * (~flag).sum()) - 1
    assert p_of(check) == pytest.approx(expected.pvalue, rel=0.05)
    said = float(re.search(r"delta of the ranks ([+-][0-9.]+)", check.figures).group(1))
    assert said == pytest.approx(-delta, abs=0.006)  # as the test of a ranking says it: below 0 is ahead
    assert re.search(r"名次的克利夫 δ ([+-][0-9.]+)", check.figures_zh).group(1) == f"{said:+.2f}"


def test_the_least_delta_is_on_the_edge_of_significance():
    """The delta that 'could have been found' is significant, and one step less is not."""
    flag = np.array([True] * 6 + [False] * 6)
    check = ask(source(12, flag=flag), "ranked_better(flagged(flag, True), flagged(flag, False), x)")
    least = -float(re.search(r"a delta of (-[0-9.]+) or lower could", check.figures).group(1))
    u = round((least + 1) / 2 * 36)

    def exact_p(count):
        sums = [
            (-np.subtract.outer(list(first), [i for i in range(12) if i not in first]) > 0).sum()
            for first in _choices(12, 6)
        ]
        return min(1.0, 2 * np.mean(np.array(sums) >= count))

    assert exact_p(u) < 0.05 <= exact_p(u - 1)


def test_ranked_better_within_strata_counts_pairs_of_the_same_stratum_only():
    data = bri22()
    check = ask(
        data, "ranked_better_within(flagged(coastal, True), flagged(coastal, False), overall, country(CHN))"
    )
    rank, coast = data.cities["rank_overall"], data.cities["coastal"].astype(bool)
    home = data.cities["country"] == "CHN"
    wins = [
        np.sign(float(rank[there] - rank[here]))
        for here in data.cities.index[coast]
        for there in data.cities.index[~coast]
        if home[here] == home[there]
    ]
    assert float(re.search(r"delta of the ranks ([+-][0-9.]+)", check.figures).group(1)) == pytest.approx(
        -np.mean(wins), abs=0.006
    )


def _choices(n, k):
    from itertools import combinations

    return combinations(range(n), k)


def test_two_rankings_agree_as_spearman_says():
    other = np.random.default_rng(2).permutation(20) + 1
    check = ask(source(rank_y=other), "ranks_agree([x, y])")
    expected = stats.spearmanr(np.arange(1, 21), other)
    assert float(re.search(r"correlation (-?[0-9.]+)", check.figures).group(1)) == pytest.approx(
        expected.statistic, abs=0.006
    )
    assert p_of(check) == pytest.approx(expected.pvalue, abs=0.03)


def test_the_mean_correlation_of_six_rankings_is_the_mean_of_fifteen():
    data = bri22()
    names = ["policy", "facility", "trade", "finance", "people", "information"]
    check = ask(data, f"ranks_agree([{', '.join(names)}])")
    table = data.cities[[f"rank_{name}" for name in names]].astype(float)
    matrix = table.corr(method="spearman").to_numpy()
    expected = matrix[np.triu_indices(6, 1)].mean()
    assert float(re.search(r"correlation ([0-9.]+)", check.figures).group(1)) == pytest.approx(
        expected, abs=0.006
    )


@pytest.mark.rate
def test_agreement_keeps_its_size():
    """Three rankings without any agreement: about 5 % are called significant."""
    generator = np.random.default_rng(8)
    small = sum(
        p_of(
            ask(
                source(12, rank_y=generator.permutation(12), rank_z=generator.permutation(12)),
                "ranks_agree([x, y, z])",
                rng=run,
            )
        )
        < 0.05
        for run in range(60)
    )
    assert small <= 9  # binomial(60, 0.05) exceeds 9 with probability 0.001


@pytest.mark.rate
def test_near_and_far_lists_are_told_apart():
    data = source(14, seed=4)
    points = data.cities.geometry
    pairs = [(a, b) for i, a in enumerate(data.cities.index) for b in data.cities.index[i + 1 :]]
    near = sorted(pairs, key=lambda ends: points[ends[0]].distance(points[ends[1]]))

    def with_list(chosen):
        index = pd.Index(["--".join(sorted(ends)) for ends in chosen], name="corridor")
        frame = pd.DataFrame(
            {
                "origin": [a for a, _ in chosen],
                "destination": [b for _, b in chosen],
                "rank_x": range(1, len(chosen) + 1),
            },
            index=index,
        )
        return SimpleNamespace(name="toy", cities=data.cities, pairs=frame)

    close, distant = with_list(near[:8]), with_list(near[-8:])
    assert ask(close, "nearer_than_chance(x, 8)").state == "holds"
    assert ask(close, "not_nearer_than_chance(x, 8)").state == "fails"
    assert ask(distant, "nearer_than_chance(x, 8)").state == "fails"
    assert ask(distant, "not_nearer_than_chance(x, 8)").state == "partly"
    naive = ask(close, "nearer_than_chance(x, 8, null=corridors)")
    assert naive.figures.endswith("although they share cities, and finds too much")
    assert naive.figures_zh.endswith("发现偏多")


def test_corridors_of_a_group_against_exchange_by_brute_force():
    """The expected number of corridors inside the group is the average over all exchanges within blocks."""
    data = bri22()
    check = ask(data, "more_pairs_than_chance(flagged(coastal, True), overall, 10)")
    flags, country = data.cities["coastal"].astype(bool), data.cities["country"]
    share = {True: flags[country == "CHN"].mean(), False: flags[country != "CHN"].mean()}
    n = {True: 9, False: 13}
    expected = 0.0
    for pair in data.pairs.index[data.pairs["rank_overall"].notna()]:
        sides = [country[end] == "CHN" for end in pair.split("--")]
        if sides[0] == sides[1]:
            k = share[sides[0]] * n[sides[0]]
            expected += k * (k - 1) / (n[sides[0]] * (n[sides[0]] - 1))
        else:
            expected += share[True] * share[False]
    assert float(re.search(r", ([0-9.]+) expected", check.figures).group(1)) == pytest.approx(
        expected, abs=0.11
    )


def test_the_same_seed_gives_the_same_answer():
    data = bri22()
    text = "nearer_than_chance(overall, 10)"
    assert ask(data, text, rng=1) == ask(data, text, rng=1)
    assert ask(data, text, rng=1) != ask(data, text, rng=2)
