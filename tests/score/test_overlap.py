"""Agreement of rankings: scipy, values published by the authors of the measure, and enumeration of ties."""

import re
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geobri.errors import DataError, SpecificationError
from geobri.score.overlap import kendall_tau_b, rank_biased_overlap, spearman_rho, top_overlap

PUBLISHED = pd.read_csv(Path(__file__).parents[1] / "reference/score_b/rbo_published.csv", comment="#")


def parse(text):
    groups = [one.strip("()").split() for one in re.findall(r"\([^)]*\)|\S+", text)]
    ranks, place = {}, 1
    for group in groups:
        ranks.update(dict.fromkeys(group, place))
        place += len(group)
    return pd.Series(ranks, dtype=float)


def random_ranks(rng, n, tied):
    values = rng.integers(0, n // 2 if tied else 10**9, n)
    return pd.Series(stats.rankdata(values, method="min"), index=[f"i{k}" for k in range(n)])


@pytest.mark.parametrize("row", range(len(PUBLISHED)))
@pytest.mark.parametrize("ties", ["w", "a", "b"])
def test_rank_biased_overlap_has_the_published_values(row, ties):
    case = PUBLISHED.iloc[row]
    found = rank_biased_overlap(parse(case["x"]), parse(case["y"]), persistence=case["p"], ties=ties)
    assert found.extrapolated == pytest.approx(case[f"{ties}.ext"], abs=1e-12)
    assert found.lowest == pytest.approx(case[f"{ties}.min"], abs=1e-12)
    assert found.highest == pytest.approx(case[f"{ties}.max"], abs=1e-12)


def break_ties(ranks):
    groups = [list(group.index) for _, group in ranks.groupby(ranks)]
    for order in product(*(permutations(group) for group in groups)):
        flat = [item for group in order for item in group]
        yield pd.Series(np.arange(1.0, len(flat) + 1), index=flat)


def textbook(first, second, p):
    """Webber et al.'s sum for two complete untied lists of the same items, term by term."""
    a, b = first.sort_values().index, second.sort_values().index
    length, total = len(a), 0.0
    for d in range(1, length + 1):
        total += len(set(a[:d]) & set(b[:d])) / d * p**d
    return (1 - p) / p * total + len(set(a) & set(b)) / length * p**length


def test_variant_a_is_the_mean_over_all_ways_of_breaking_ties():
    first, second = parse("a (b c d) e"), parse("(b a) (e d) c")
    means = np.mean([textbook(one, two, 0.8) for one in break_ties(first) for two in break_ties(second)])
    assert rank_biased_overlap(first, second, persistence=0.8, ties="a").extrapolated == pytest.approx(
        means, abs=1e-12
    )


def test_top_overlap_is_the_mean_over_all_ways_of_breaking_ties():
    first, second = parse("a (b c d) e f"), parse("(b a) (e d f) c")
    for k in range(1, 7):
        shares = [
            len(set(one.sort_values().index[:k]) & set(two.sort_values().index[:k])) / k
            for one in break_ties(first)
            for two in break_ties(second)
        ]
        assert top_overlap(first, second, k) == pytest.approx(np.mean(shares), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_correlations_are_those_of_scipy(seed):
    rng = np.random.default_rng(seed)
    first, second = (random_ranks(rng, 12, tied=bool(seed % 2)) for _ in range(2))
    assert kendall_tau_b(first, second.sample(frac=1, random_state=1)) == pytest.approx(
        stats.kendalltau(first, second).statistic
    )
    assert spearman_rho(first, second.sample(frac=1, random_state=1)) == pytest.approx(
        stats.spearmanr(first, second).statistic
    )


def test_correlation_of_a_single_tie_is_not_a_number():
    ties = pd.Series(1, index=list("abc"))
    assert np.isnan(kendall_tau_b(ties, parse("a b c")))
    assert np.isnan(spearman_rho(ties, parse("a b c")))


def test_items_in_one_list_only_are_left_out_of_correlations():
    assert kendall_tau_b(parse("a x b c"), parse("a b y c")) == pytest.approx(1)


@pytest.mark.parametrize("ties", ["w", "b"])
def test_a_list_overlaps_itself_completely(ties):
    one = parse("a (b c d) e (f g)")
    assert rank_biased_overlap(one, one, ties=ties).extrapolated == pytest.approx(1)


def test_bad_input():
    one = parse("a b c")
    with pytest.raises(SpecificationError, match="persistence=1"):
        rank_biased_overlap(one, one, persistence=1)
    with pytest.raises(SpecificationError, match="ties='z'"):
        rank_biased_overlap(one, one, ties="z")
    with pytest.raises(DataError, match="at least two ranked items"):
        kendall_tau_b(one, parse("x y c"))
    with pytest.raises(DataError, match="repeated 'a'"):
        spearman_rho(pd.Series([1, 2], index=["a", "a"]), one)
    with pytest.raises(DataError, match="must be numbers"):
        spearman_rho(one.astype(str), one)
    with pytest.raises(DataError, match="empty"):
        rank_biased_overlap(one * np.nan, one)
    with pytest.raises(DataError, match="k=4 and 3 ranked"):
        top_overlap(one, one, 4)
    with pytest.raises(DataError, match="whole number"):
        top_overlap(one, one, 1.5)
