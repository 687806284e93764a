import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import brunnermunzel, norm, rankdata

from geobri.errors import DataError, SpecificationError
from geobri.measures import Measure
from geobri.stats.groups import (
    Labels,
    brunner_munzel_test,
    dimensions_test,
    estimate_shift,
    estimate_superiority,
    group_permutation_test,
    mann_whitney_distribution,
    mann_whitney_test,
    read_groups,
)
from geobri.stats.groups.rank_sums import doubled_midranks, sum_distribution
from geobri.stats.results import TIDY_COLUMNS

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "space" / "groups.json").read_text())
CASES = ["untied", "tied", "skew", "lopsided"]
TIED = REFERENCE["tied"]


def both(case):
    x, y = REFERENCE[case]["x"], REFERENCE[case]["y"]
    return np.array(x + y), np.arange(len(x) + len(y)) < len(x)


def all_sums(scores, m):
    return np.array([sum(chosen) for chosen in itertools.combinations(scores, m)])


# --- exact distributions -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_recursion_equals_full_enumeration(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, 11)
    scores = doubled_midranks(values)
    for m in (0, 1, 4, 7, 11):
        support, counts = sum_distribution(scores, m)
        sums, wanted = np.unique(all_sums(scores.tolist(), m), return_counts=True)
        np.testing.assert_array_equal(support, sums)
        np.testing.assert_array_equal(counts, wanted)


def test_stratified_distribution_equals_full_enumeration():
    values, first = both("tied")
    strata = np.array(TIED["strata"])
    totals = np.zeros(1)
    for label in ("CN", "X"):
        rows = strata == label
        m = int(first[rows].sum())
        u = all_sums(rankdata(values[rows]).tolist(), m) - m * (m + 1) / 2
        totals = np.add.outer(totals, u).ravel()
    wanted, counts = np.unique(np.round(totals, 6), return_counts=True)
    support, probability = mann_whitney_distribution(values, first, strata=strata)
    np.testing.assert_allclose(support, wanted)
    np.testing.assert_allclose(probability, counts / counts.sum(), rtol=1e-12)


def test_large_distributions_still_add_up():
    support, probability = mann_whitney_distribution(np.arange(150.0), np.arange(150) < 60)
    assert probability.sum() == pytest.approx(1, abs=1e-12)
    assert support @ probability == pytest.approx(60 * 90 / 2, rel=1e-12)
    assert (support - 2700) ** 2 @ probability == pytest.approx(60 * 90 * 151 / 12, rel=1e-12)


# --- against R ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_exact_p_values_equal_coin_and_exact_rank_tests(case):
    values, first = both(case)
    wanted = REFERENCE[case]
    for side in ("greater", "less"):
        result = mann_whitney_test(values, first, alternative=side, method="exact")
        assert result.statistic == wanted["u"]
        assert result.p_value == pytest.approx(wanted[f"coin_exact_{side}"], abs=1e-8)
        assert result.p_value == pytest.approx(wanted[f"ert_exact_{side}"], abs=1e-8)
    doubled = 2 * min(wanted["coin_exact_greater"], wanted["coin_exact_less"])
    assert mann_whitney_test(values, first).p_value == pytest.approx(min(1, doubled), abs=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_two_sided_by_distance_of_other_programs_follows_from_our_distribution(case):
    """R adds the far tail by distance from the mean; ours doubles the smaller tail. Same distribution."""
    values, first = both(case)
    support, probability = mann_whitney_distribution(values, first)
    middle = first.sum() * (~first).sum() / 2
    far = np.abs(support - middle) >= abs(REFERENCE[case]["u"] - middle) - 1e-9
    assert probability[far].sum() == pytest.approx(REFERENCE[case]["coin_exact_two.sided"], abs=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_asymptotic_and_mid_p_values_equal_coin(case):
    values, first = both(case)
    asymptotic = mann_whitney_test(values, first, method="asymptotic")
    assert asymptotic.p_value == pytest.approx(REFERENCE[case]["coin_asymptotic"], abs=1e-8)
    mid = mann_whitney_test(values, first, alternative="greater", mid_p=True)
    assert mid.p_value == pytest.approx(REFERENCE[case]["coin_mid_greater"], abs=1e-8)


def test_untied_case_equals_base_r_with_shift_and_interval():
    values, first = both("untied")
    wanted = REFERENCE["untied"]
    result = mann_whitney_test(values, first)
    shift = result.effect("Hodges-Lehmann shift")
    assert result.p_value == pytest.approx(wanted["base_p"], abs=1e-8)
    found = (shift.estimate, shift.ci_low, shift.ci_high)
    assert found == pytest.approx((wanted["hl"], wanted["hl_low"], wanted["hl_high"]), abs=1e-8)


@pytest.mark.parametrize("weights", ["pairs", "van-elteren"])
def test_stratified_tests_equal_enumeration_and_coin(weights):
    values, first = both("tied")
    key = f"strata_{weights.replace('-', '_')}"
    choices = {"strata": TIED["strata"], "weights": weights}
    for side in ("greater", "less"):
        result = mann_whitney_test(values, first, alternative=side, **choices)
        assert result.p_value == pytest.approx(TIED[f"{key}_{side}"], abs=1e-8)
    asymptotic = mann_whitney_test(values, first, method="asymptotic", **choices)
    assert asymptotic.p_value == pytest.approx(TIED[f"{key}_asymptotic"], abs=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_brunner_munzel_equals_the_formula_and_scipy(case):
    values, first = both(case)
    wanted = REFERENCE[case]["brunner"]
    result = brunner_munzel_test(values, first, method="t")
    assert result.statistic == pytest.approx(wanted["statistic"], abs=1e-8)
    assert result.p_value == pytest.approx(wanted["p_value"], abs=1e-8)
    chance = result.effect("probability of superiority")
    assert chance.se_type.en == "Brunner-Munzel t"
    assert chance.estimate == pytest.approx(wanted["estimate"], abs=1e-8)
    interval = (max(0, wanted["low"]), min(1, wanted["high"]))
    assert (chance.ci_low, chance.ci_high) == pytest.approx(interval, abs=1e-8)
    assert result.p_value == pytest.approx(brunnermunzel(values[~first], values[first]).pvalue, abs=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_mean_permutation_test_equals_coin(case):
    values, first = both(case)
    result = group_permutation_test(values, first, statistic="mean", alternative="greater")
    assert result.p_value == pytest.approx(REFERENCE[case]["mean_exact_greater"], abs=1e-8)
    means = result.effect("difference of means")
    wanted = (REFERENCE[case]["welch_low"], REFERENCE[case]["welch_high"])
    assert (means.ci_low, means.ci_high) == pytest.approx(wanted, abs=1e-8)
    studentised = group_permutation_test(values, first, statistic="welch")
    assert studentised.statistic == pytest.approx(REFERENCE[case]["welch_t"], abs=1e-8)


# --- permutation tests agree with each other and with brute force --------------------------------


@pytest.mark.parametrize("case", CASES)
def test_permuting_rank_sums_is_the_exact_mann_whitney(case):
    values, first = both(case)
    for side in ("greater", "less", "two-sided"):
        permuted = group_permutation_test(values, first, statistic="rank", alternative=side)
        assert permuted.p_value == pytest.approx(
            mann_whitney_test(values, first, alternative=side).p_value, abs=1e-12
        )


def brute_brunner(values, placed):
    x, y = values[placed], values[~placed]
    over = (x[:, None] > y).mean(axis=1) + (x[:, None] == y).mean(axis=1) / 2
    under = (y[:, None] > x).mean(axis=1) + (y[:, None] == x).mean(axis=1) / 2
    variance = over.var(ddof=1) / len(x) + under.var(ddof=1) / len(y)
    return (over.mean() - 0.5) / math.sqrt(max(variance, (4 * len(x) * len(y)) ** -2))


def test_studentised_permutation_test_equals_brute_force():
    values, first = both("skew")
    placed = np.zeros((210, 10), dtype=bool)
    for row, chosen in enumerate(itertools.combinations(range(10), 6)):
        placed[row, chosen] = True
    null = np.array([brute_brunner(values, one) for one in placed])
    observed = brute_brunner(values, first)
    above, below = np.mean(null >= observed - 1e-9), np.mean(null <= observed + 1e-9)
    result = brunner_munzel_test(values, first)
    assert result.statistic == pytest.approx(observed, abs=1e-10)
    assert result.p_value == pytest.approx(min(1, 2 * min(above, below)), abs=1e-12)
    np.testing.assert_allclose(np.sort(result.null_distribution), np.sort(null), atol=1e-9)


def test_stratified_placements_stay_within_strata_and_are_complete():
    values, first = both("skew")
    strata = np.array(["a"] * 4 + ["b"] * 6)
    result = group_permutation_test(values, first, statistic="mean", strata=strata)
    assert len(result.null_distribution) == math.comb(4, 4) * math.comb(6, 2)
    within = {"pairs": mann_whitney_test(values, first, strata=strata, alternative="less").p_value}
    rank = group_permutation_test(values, first, statistic="rank", strata=strata, alternative="less").p_value
    assert rank == pytest.approx(within["pairs"], abs=1e-12)


def test_random_placements_come_close_to_all_of_them():
    rng = np.random.default_rng(5)
    values, first = rng.normal(size=30) + (np.arange(30) < 14) * 0.6, np.arange(30) < 14
    drawn = group_permutation_test(values, first, statistic="rank", n_permutations=20_000, rng=1)
    exact = mann_whitney_test(values, first).p_value
    assert drawn.choices["exact"] is False
    assert drawn.p_value == pytest.approx(exact, abs=5 * math.sqrt(exact / 10_000))
    again = group_permutation_test(values, first, statistic="rank", n_permutations=20_000, rng=1)
    assert again.p_value == drawn.p_value


# --- effects --------------------------------------------------------------------------------------


def test_effects_without_overlap_use_the_score_interval_and_say_so():
    result = mann_whitney_test([9, 8, 7, 3, 2, 1, 0.5], [True] * 3 + [False] * 4)
    chance = result.effect("probability of superiority")
    assert chance.estimate == 1
    assert 0.3 < chance.ci_low < 0.8
    assert chance.ci_high == 1
    assert "do not overlap" in chance.note.en
    assert chance.se_type.en == "Newcombe score"
    flipped = mann_whitney_test([9, 8, 7, 3, 2, 1, 0.5], [False] * 3 + [True] * 4).effect(
        "probability of superiority"
    )
    assert flipped.ci_high == pytest.approx(1 - chance.ci_low, abs=1e-9)


def test_score_interval_solves_its_equation():
    values, first = both("tied")
    m, k, z = 12, 10, 1.959963984540054
    estimate = estimate_superiority(read_groups(values, first, caller="t"), interval="newcombe")
    middle = (m + k) / 2 - 1
    for theta in (estimate.low, estimate.high):
        variance = (
            theta
            * (1 - theta)
            * (1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta))
            / (m * k)
        )
        assert (theta - estimate.value) ** 2 == pytest.approx(z**2 * variance, rel=1e-8)


def test_small_groups_say_that_the_level_is_out_of_reach():
    shift = estimate_shift(read_groups([3.0, 5.0, 1.0, 0.0], [True, True, False, False], caller="t"))
    assert (shift.value, shift.low, shift.high) == (3.5, 2.0, 5.0)
    assert "reaches 66.7%" in shift.note.en


def test_stratified_shift_and_superiority_look_within_strata_only():
    values = np.array([10, 11, 12, 1, 2, 3, 9, 10, 0, 1.0])
    first = np.array([1, 1, 1, 0, 0, 0, 1, 0, 1, 0], dtype=bool)
    strata = list("aaaaaabbbb")
    sample = read_groups(values, first, strata=strata, caller="t")
    differences = np.concatenate([np.subtract.outer([10, 11, 12], [1, 2, 3]).ravel(), [-1, 8, -10, -1]])
    assert estimate_shift(sample).value == np.median(differences)
    assert estimate_superiority(sample).value == pytest.approx((9 + 1) / 13)


def test_effects_turn_around_with_the_groups():
    values, first = both("tied")
    one, other = mann_whitney_test(values, first), mann_whitney_test(values, ~first)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-12)
    for term in ("Cliff's delta", "Hodges-Lehmann shift"):
        a, b = one.effect(term), other.effect(term)
        assert (a.estimate, a.ci_low, a.ci_high) == pytest.approx(
            (-b.estimate, -b.ci_high, -b.ci_low), abs=1e-9
        )


# --- several dimensions ---------------------------------------------------------------------------


def test_dimensions_equal_single_tests_and_adjust_jointly():
    rng = np.random.default_rng(3)
    first = np.arange(12) < 5
    frame = pd.DataFrame(
        {"rail": rng.normal(size=12), "sea": rng.normal(size=12) + 2 * first, "policy": rng.normal(size=12)}
    )
    frame["sea twice"] = frame["sea"] * 2 + 1
    result = dimensions_test(frame, first)
    single = [brunner_munzel_test(frame[name], first).p_value for name in frame]
    np.testing.assert_allclose(result.table["p_value"], single, atol=1e-12)
    assert (result.table["p_max_t"] >= result.table["p_value"] - 1e-12).all()
    assert (result.table["p_max_t"] <= result.table["p_holm"] + 1e-12).all()
    assert result.table.loc["sea", "p_max_t"] == result.table.loc["sea twice", "p_max_t"]
    assert "Sea, Sea twice" in result.summary()
    rows = result.to_frame()
    assert len(rows) == 12
    assert set(rows["adjustment"]) == {"max-T"}
    np.testing.assert_array_equal(rows["p_adjusted"][::3], result.table["p_max_t"])


# --- the record, and the door ---------------------------------------------------------------------


def test_result_rows_are_tidy_and_inputs_untouched():
    values, first = both("tied")
    kept = values.copy()
    result = mann_whitney_test(values, first, labels=Labels(Measure(column="place", kind="rank")))
    rows = result.to_frame()
    assert tuple(rows.columns) == TIDY_COLUMNS
    assert rows["term"].tolist() == ["Cliff's delta", "probability of superiority", "Hodges-Lehmann shift"]
    assert set(rows["n_cities"]) == {22}
    better = 1 - result.effect("probability of superiority").estimate
    assert f"In {100 * better:.0f} % of the comparisons" in result.summary()
    assert "has the better rank in “Place”" in result.summary()
    assert "where 1 is the best" in result.summary()
    assert "12 coastal, 10 inland" in result.summary()
    np.testing.assert_array_equal(values, kept)
    with pytest.raises(SpecificationError, match="Cliff's delta"):
        result.effect("Cohen's d")


@pytest.mark.parametrize("test", [mann_whitney_test, brunner_munzel_test, group_permutation_test])
@pytest.mark.parametrize(
    ("values", "group", "message"),
    [
        ([1.0, 2.0, 3.0], [True, True, True], "3 cities in the first and 0 in the second"),
        ([1.0, 2.0, 3.0], [False, False, False], "0 cities in the first"),
        ([4.0, 4.0, 4.0], [True, False, False], "3 values equal to 4"),
        ([1.0, np.nan, 3.0], [True, False, False], "1 of 3 missing or infinite"),
        ([1.0, 2.0, 3.0], [True, None, False], "1 of 3 missing"),
        ([1.0, 2.0, 3.0], ["coastal", "inland", "inland"], "True or False"),
        ([1.0, 2.0], [True, False, False], "one length"),
    ],
)
def test_bad_input_is_named(test, values, group, message):
    with pytest.raises(DataError, match=message):
        test(values, group)


def test_strata_that_never_mix_are_refused():
    with pytest.raises(DataError, match="some stratum must hold both groups"):
        mann_whitney_test([1.0, 2, 3, 4], [True, True, False, False], strata=list("aabb"))
    with pytest.raises(DataError, match="differ within some stratum"):
        mann_whitney_test([1.0, 1, 3, 3], [True, False, True, False], strata=list("aabb"))


def test_strata_with_one_group_are_counted_as_left_out():
    result = mann_whitney_test([1.0, 2, 3, 4, 9], [True, False, True, False, True], strata=list("aaaab"))
    assert "1 cities in strata with one group only" in result.to_frame()["left_out"][0]


@pytest.mark.parametrize(
    "call",
    [
        lambda v, g: mann_whitney_test(v, g, method="fast"),
        lambda v, g: mann_whitney_test(v, g, alternative="bigger"),
        lambda v, g: mann_whitney_test(v, g, method="asymptotic", alternative="bigger"),
        lambda v, g: mann_whitney_test(v, g, strata=list("abababab")[: len(v)], weights="equal"),
        lambda v, g: mann_whitney_test(v, g, interval="wald"),
        lambda v, g: brunner_munzel_test(v, g, method="z"),
        lambda v, g: group_permutation_test(v, g, statistic="median"),
    ],
)
def test_unknown_choices_are_refused(call):
    values, first = np.arange(8.0), np.array([1, 0, 0, 1, 1, 0, 1, 0], dtype=bool)
    with pytest.raises(SpecificationError, match=r"Choose one|Say|say"):
        call(values, first)


def test_single_city_group_has_no_t_test_but_a_permutation_test():
    values, first = [1.0, 2, 3, 4, 5], [False, False, False, False, True]
    with pytest.raises(DataError, match="method='permutation'"):
        brunner_munzel_test(values, first, method="t")
    assert brunner_munzel_test(values, first).p_value == pytest.approx(0.4)
    assert "single city" in mann_whitney_test(values, first).effect("Cliff's delta").note.en


def test_stratified_score_interval_of_one_stratum_is_the_plain_one_and_of_two_is_narrower():
    values, first = both("tied")
    plain = estimate_superiority(read_groups(values, first, caller="t"))
    one = estimate_superiority(read_groups(values, first, strata=["a"] * 22, caller="t"))
    assert one == plain
    doubled = read_groups(np.tile(values, 2), np.tile(first, 2), strata=np.repeat(["a", "b"], 22), caller="t")
    twice = estimate_superiority(doubled)
    assert twice.value == pytest.approx(plain.value)
    assert (twice.high - twice.low) == pytest.approx((plain.high - plain.low) / math.sqrt(2), rel=0.1)


@pytest.mark.parametrize("chance", [0.5, 0.85])
@pytest.mark.rate
def test_score_interval_covers_about_its_level(chance):
    rng = np.random.default_rng(9)
    first = np.arange(22) < 12
    shift = norm.ppf(chance) * math.sqrt(2)
    hits = 0
    for _ in range(600):
        found = estimate_superiority(read_groups(rng.normal(size=22) + shift * first, first, caller="t"))
        hits += found.low <= chance <= found.high
    assert 0.93 < hits / 600 < 0.985


@pytest.mark.rate
def test_shift_interval_covers_at_least_its_level():
    rng = np.random.default_rng(10)
    first = np.arange(22) < 12
    hits = 0
    for _ in range(600):
        found = estimate_shift(
            read_groups(np.round(rng.exponential(size=22) * 3) + 2 * first, first, caller="t")
        )
        hits += found.low <= 2 <= found.high
    assert hits / 600 > 0.93


# --- properties -----------------------------------------------------------------------------------

samples = st.integers(4, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 8), min_size=n, max_size=n).filter(lambda x: len(set(x)) > 1),
        st.lists(st.booleans(), min_size=n, max_size=n).filter(lambda g: 0 < sum(g) < len(g)),
        st.permutations(range(n)),
    )
)


@settings(deadline=None, max_examples=60)
@given(samples)
def test_exact_test_sees_order_only_and_its_tails_add_up(sample):
    values, group, order = (np.array(part) for part in sample)
    up, down = (mann_whitney_test(values, group, alternative=side) for side in ("greater", "less"))
    stretched = mann_whitney_test(np.exp(values[order]) * 7 - 3, group[order], alternative="greater")
    assert stretched.p_value == up.p_value
    support, probability = mann_whitney_distribution(values, group)
    at = probability[np.isclose(support, up.statistic)].sum()
    assert up.p_value + down.p_value == pytest.approx(1 + at, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(samples)
def test_counts_add_up_and_turn_around_with_the_groups(sample):
    values, group, _ = (np.array(part) for part in sample)
    scores, m = doubled_midranks(values), int(group.sum())
    support, counts = sum_distribution(scores, m)
    other, mirrored = sum_distribution(scores, len(values) - m)
    assert counts.sum() == math.comb(len(values), m)
    np.testing.assert_array_equal(scores.sum() - other[::-1], support)
    np.testing.assert_array_equal(mirrored[::-1], counts)


@settings(deadline=None, max_examples=60)
@given(samples)
def test_effects_lie_in_their_intervals(sample):
    values, group, _ = (np.array(part) for part in sample)
    for term in mann_whitney_test(values, group).terms:
        assert term.ci_low - 1e-9 <= term.estimate <= term.ci_high + 1e-9


def test_the_sentence_names_the_level_that_the_interval_reaches():
    result = mann_whitney_test([90.0, 60, 70, 50, 30, 20], [True, True, True, True, True, False])
    assert "(67 % interval +10 to +70)" in result.summary()  # one of six placements in each tail
    assert "95 %" in result.summary()  # that of the share of comparisons
    assert "67%区间" in result.summary("zh")
    larger = mann_whitney_test(list(range(12)), [True] * 6 + [False] * 6)
    assert "67 %" not in larger.summary()
