"""Chance: p-values, draws, enumeration, coset plans, sums over pairs."""

import itertools
import math

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.cross_sums import cross_sums, pair_sums
from geobri.stats.null import (
    count_placements,
    enumerate_permutations,
    node_permutations,
    plan_permutations,
    value_permutations,
)
from geobri.stats.p_values import count_p_value, judge, monte_carlo_error, permutation_p_value
from geobri.stats.pairs import pair_positions
from geobri.words import Words


class TestPValue:
    def test_counts_the_observed_one(self):
        assert permutation_p_value(5.0, [1.0, 2.0, 5.0, 7.0], "greater") == pytest.approx(3 / 5)
        assert permutation_p_value(5.0, [1.0, 2.0, 5.0, 7.0], "less") == pytest.approx(4 / 5)
        assert permutation_p_value(9.0, np.arange(9.0), "greater") == pytest.approx(0.1)

    def test_two_sided_doubles_the_smaller_tail(self):
        null = np.arange(1.0, 100.0)
        assert permutation_p_value(98.5, null) == pytest.approx(2 * 2 / 100)
        assert permutation_p_value(50.0, null) == 1.0

    def test_complete_enumeration_contains_the_observed_one(self):
        assert permutation_p_value(3.0, [1.0, 2.0, 3.0], "greater", exact=True) == pytest.approx(1 / 3)
        with pytest.raises(DataError, match="complete enumeration"):
            permutation_p_value(4.0, [1.0, 2.0, 3.0], "greater", exact=True)

    def test_mid_p_counts_ties_by_half(self):
        null = [0.0, 1.0, 1.0, 2.0]
        assert permutation_p_value(1.0, null, "greater", mid_p=True) == pytest.approx((1 + 0.5 * 3) / 5)
        assert permutation_p_value(1.0, null, "greater", mid_p=True, exact=True) == pytest.approx(
            (1 + 0.5 * 2) / 4
        )

    def test_rounding_does_not_break_ties(self):
        assert permutation_p_value(0.1 + 0.2, [0.3, 0.3, 0.0], "greater") == pytest.approx(3 / 4)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_refuses_what_is_not_a_number(self, bad):
        with pytest.raises(DataError, match="1 of 3"):
            permutation_p_value(1.0, [bad, 0.0])
        with pytest.raises(DataError, match="finite"):
            permutation_p_value(bad, [1.0, 0.0])

    def test_many_statistics_at_once_are_those_one_by_one(self):
        rng = np.random.default_rng(3)
        observed, null = rng.normal(size=4), rng.normal(size=(99, 4)).round(1)
        observed[1] = null[5, 1]
        for side in ("two-sided", "greater", "less"):
            for how in ({}, {"mid_p": True}, {"two_sided": "absolute"}):
                together = permutation_p_value(observed, null, side, **how)
                alone = [permutation_p_value(float(observed[k]), null[:, k], side, **how) for k in range(4)]
                np.testing.assert_array_equal(together, alone)

    def test_absolute_counts_what_is_as_far_from_zero(self):
        null = [-3.0, -2.0, -1.0, 0.5, 4.0]
        assert permutation_p_value(2.0, null, two_sided="absolute") == pytest.approx((3 + 1) / 6)
        assert permutation_p_value(-2.0, null, two_sided="absolute") == pytest.approx((3 + 1) / 6)
        assert permutation_p_value(2.0, null) == pytest.approx(2 * 2 / 6)
        assert permutation_p_value(2.0, null, "less", two_sided="absolute") == pytest.approx(5 / 6)

    def test_what_cannot_be_computed_is_left_out_and_counted(self):
        null = np.array([np.nan, 1.0, np.inf, 3.0, 0.0])
        found = judge(2.0, null, "greater")
        assert found.p_value == pytest.approx(2 / 4)
        assert found.n_unusable == 2
        assert "2 of 5 permutations" in found.caution.en
        assert found.mean == pytest.approx(4 / 3)
        said = found.add_unusable(Words("Seen.", "有。"))
        assert said.en == "Seen. 2 of 5 permutations give no statistic and are left out."
        assert said.zh == "有。5 次置换中有 2 次得不出统计量，已略去。"
        assert judge(2.0, [1.0, 3.0]).add_unusable(said) == said
        with pytest.raises(DataError, match="none of them a number"):
            judge(2.0, [np.nan, np.nan])

    def test_a_null_without_spread_is_no_test(self):
        found = judge(2.0, np.full(99, 2.0))
        assert math.isnan(found.p_value)
        assert "no test" in found.caution.en
        clean = judge(2.0, [2.0, 1.0, 3.0, 2.5])
        assert not clean.caution
        assert clean.mc_error == pytest.approx(monte_carlo_error(clean.p_value, 4))
        assert judge(2.0, [2.0, 1.0], exact=True).mc_error == 0.0

    @pytest.mark.parametrize("scale", [1e-12, 1e9])
    def test_spread_is_told_from_rounding_by_the_size_of_the_statistics(self, scale):
        assert math.isnan(judge(scale, scale * (1 + 1e-13 * np.arange(9.0))).p_value)
        assert judge(2 * scale, scale * np.arange(9.0), "greater").p_value == pytest.approx(8 / 10)

    def test_refuses_an_empty_null_and_an_unknown_direction(self):
        with pytest.raises(DataError, match="at least one permutation"):
            permutation_p_value(1.0, [])
        with pytest.raises(SpecificationError, match="'greater'"):
            count_p_value(1, 1, 1, "bigger")

    @pytest.mark.rate
    def test_monte_carlo_error_is_the_spread_of_repeated_p_values(self):
        rng = np.random.default_rng(5)
        p = [permutation_p_value(1.0, rng.normal(size=400), "greater") for _ in range(2000)]
        assert np.std(p) == pytest.approx(monte_carlo_error(float(np.mean(p)), 400, "greater"), rel=0.06)
        two = [permutation_p_value(1.5, rng.normal(size=400)) for _ in range(2000)]
        assert np.std(two) == pytest.approx(monte_carlo_error(float(np.mean(two)), 400), rel=0.06)
        with pytest.raises(DataError, match="p = 2"):
            monte_carlo_error(2.0, 10)


class TestDraws:
    def test_rows_are_permutations_within_blocks(self):
        blocks = np.array(list("aabbbcab"))
        drawn = node_permutations(8, 500, blocks=blocks, rng=1)
        assert drawn.shape == (500, 8)
        assert (np.sort(drawn, axis=1) == np.arange(8)).all()
        assert (blocks[drawn] == blocks).all()

    def test_uniform_over_all_arrangements(self):
        drawn = node_permutations(4, 24_000, rng=2)
        _, counts = np.unique(drawn, axis=0, return_counts=True)
        assert counts.size == 24
        assert ((counts - 1000) ** 2 / 1000).sum() < 49.7  # 99.9 % point of chi-square, 23 degrees

    def test_seed_repeats_and_generator_moves_on(self):
        assert (node_permutations(9, 5, rng=3) == node_permutations(9, 5, rng=3)).all()
        generator = np.random.default_rng(3)
        first, second = node_permutations(9, 5, rng=generator), node_permutations(9, 5, rng=generator)
        assert (first != second).any()

    def test_values_stay_in_their_stratum(self):
        values = np.array([1, 2, 3, 10, 20, 30])
        drawn = value_permutations(values, 50, strata=["x"] * 3 + ["y"] * 3, rng=0)
        assert set(np.unique(drawn[:, :3])) == {1, 2, 3}
        assert (drawn.sum(axis=1) == values.sum()).all()

    def test_faults(self):
        with pytest.raises(SpecificationError, match="3 labels for 4 cities"):
            node_permutations(4, 2, blocks=["a", "b", "c"])
        with pytest.raises(SpecificationError, match="positive"):
            node_permutations(4, 0)


class TestEnumeration:
    def test_all_of_them_once_the_identity_first(self):
        chunks = list(enumerate_permutations(6, blocks=list("ababbb"), chunk_size=7))
        every = np.concatenate(chunks)
        assert [len(chunk) for chunk in chunks[:-1]] == [7] * 6
        assert (every[0] == np.arange(6)).all()
        assert len(np.unique(every, axis=0)) == len(every) == math.factorial(2) * math.factorial(4)
        labels = np.array(list("ababbb"))
        assert (labels[every] == labels).all()

    def test_agrees_with_itertools(self):
        every = np.concatenate(list(enumerate_permutations(5)))
        assert every.tolist() == [list(one) for one in itertools.permutations(range(5))]

    def test_placements_of_a_top_ten(self):
        blocks = ["China"] * 9 + ["elsewhere"] * 13
        listed = [0, 1, 2, 9, 10, 11, 12, 13]
        assert count_placements(blocks, listed) == (9 * 8 * 7) * (13 * 12 * 11 * 10 * 9) == 77_837_760
        assert count_placements(blocks) == math.factorial(9) * math.factorial(13)
        assert count_placements(blocks, [0, 0, 9]) == 9 * 13


class TestPlan:
    def test_enumerates_when_few(self):
        plan = plan_permutations(5, 999)
        assert plan.exact
        assert len(plan.permutations) == 120
        assert plan.describe().en == "node permutation, all 120 permutations"

    def test_all_are_gone_through_up_to_the_border(self):
        at, past = plan_permutations(3, 5), plan_permutations(3, 4, rng=1, cosets=False)
        assert (at.exact, len(at.permutations)) == (True, 6)
        assert (past.exact, len(past.permutations)) == (False, 4)

    def test_says_how_many_cities_change_places(self):
        plan = plan_permutations(8, 99, blocks=list("aaaaabcd"), rng=1)
        assert plan.n_movable == 5
        assert (
            plan.describe().en == "node permutation within 4 blocks (5 of 8 cities change places), 99 draws"
        )
        assert "change places" not in plan_permutations(8, 99, blocks=list("aaaabbbb"), rng=1).describe().en

    def test_cosets_fill_up_to_a_multiple_of_n(self):
        plan = plan_permutations(22, 999, rng=1)
        assert (len(plan.permutations) + 1) % 22 == 0
        assert len(plan.permutations) >= 999
        assert (np.sort(plan.permutations, axis=1) == np.arange(22)).all()

    def test_cosets_are_closed_under_the_cyclic_group(self):
        plan = plan_permutations(7, 48, rng=4)
        every = np.vstack([np.arange(7), plan.permutations]).reshape(-1, 7, 7)
        shift = every[0, 1]
        for coset in every:
            assert (coset[0][shift] == coset[1]).all()
            moved = {tuple(row[shift]) for row in coset}
            assert moved == {tuple(row) for row in coset}

    def test_blocks_are_drawn_one_by_one(self):
        plan = plan_permutations(22, 199, blocks=["a"] * 9 + ["b"] * 13, rng=1)
        assert plan.representatives is None
        assert len(plan.permutations) == 199
        assert "within 2 blocks" in plan.describe().en

    def test_one_block_is_no_restriction(self):
        assert plan_permutations(22, 99, blocks=["a"] * 22, rng=1).blocks is None

    def test_nothing_to_exchange(self):
        with pytest.raises(DataError, match="larger blocks"):
            plan_permutations(4, 99, blocks=list("abcd"))

    @pytest.mark.rate
    def test_p_values_of_cosets_vary_no_more_than_independent_draws(self):
        rng = np.random.default_rng(8)
        left, right = (one + one.T for one in rng.normal(size=(2, 15, 15)))
        for one in (left, right):
            np.fill_diagonal(one, 0.0)
        observed = 1.2 * cross_sums(plan_permutations(15, 2000, rng=0), [left], [right])[:, 0, 0].std()
        spread = {}
        for cosets in (True, False):
            plans = [plan_permutations(15, 299, rng=seed, cosets=cosets) for seed in range(300)]
            p = [plan.p_value(observed, cross_sums(plan, [left], [right]), "greater") for plan in plans]
            spread[cosets] = np.std(p)
        assert spread[True] < 1.15 * spread[False]

    @pytest.mark.rate
    def test_size_of_a_coset_test_with_structured_labels(self):
        # cities in a line, so that cyclic shifts of the given order would hardly change anything
        line = np.abs(np.subtract.outer(np.arange(12.0), np.arange(12.0)))
        rng = np.random.default_rng(11)
        rejected = 0
        for _ in range(1500):
            place = rng.permutation(12)
            noise = np.abs(np.subtract.outer(place, place)) + rng.normal(scale=0.1, size=(12, 12))
            noise = noise + noise.T
            plan = plan_permutations(12, 99, rng=rng)
            null = cross_sums(plan, [line], [noise - np.diag(np.diag(noise))])[:, 0, 0]
            observed = pair_sums([line], [noise])[0, 0]
            rejected += plan.p_value(observed, null) <= 0.05
        assert 0.03 < rejected / 1500 < 0.065


class TestCrossSums:
    @pytest.mark.parametrize("directed", [False, True])
    @pytest.mark.parametrize("n", [6, 7, 10])
    @pytest.mark.parametrize("kind", ["cosets", "draws", "blocks"])
    def test_equal_the_double_sum(self, n, directed, kind):
        rng = np.random.default_rng(n)
        lefts, rights = rng.normal(size=(2, n, n)), rng.normal(size=(3, n, n))
        if not directed:
            lefts, rights = lefts + lefts.transpose(0, 2, 1), rights + rights.transpose(0, 2, 1)
        blocks = ["a"] * 4 + ["b"] * (n - 4) if kind == "blocks" else None
        plan = plan_permutations(n, 40, blocks=blocks, rng=2, cosets=kind == "cosets")
        sums = cross_sums(plan, lefts, rights, directed=directed)
        rows, columns = pair_positions(n, directed)
        literal = np.array(
            [
                [
                    [sum(a[p[i], p[j]] * b[i, j] for i, j in zip(rows, columns, strict=True)) for b in rights]
                    for a in lefts
                ]
                for p in plan.permutations
            ]
        )
        np.testing.assert_allclose(sums, literal, atol=1e-11)

    def test_identity(self):
        rng = np.random.default_rng(0)
        left, right = rng.normal(size=(2, 1, 5, 5))
        plan = plan_permutations(5, 200)
        assert cross_sums(plan, left, right, directed=True)[0] == pytest.approx(
            pair_sums(left, right, directed=True)
        )

    def test_chunks_do_not_show(self, monkeypatch):
        rng = np.random.default_rng(0)
        left, right = rng.normal(size=(2, 1, 9, 9))
        for cosets in (True, False):
            plan = plan_permutations(9, 50, rng=1, cosets=cosets)
            whole = cross_sums(plan, left, right, directed=True)
            monkeypatch.setattr("geobri.stats.cross_sums.CELLS_AT_ONCE", 100)
            np.testing.assert_allclose(cross_sums(plan, left, right, directed=True), whole, atol=1e-12)
            monkeypatch.undo()


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e9])
def test_ties_are_told_by_the_size_of_the_statistics(size):
    null = size * np.array([1.0 + 1e-13, 0.9, 0.5, 1.1])
    assert permutation_p_value(size, null, "greater") == pytest.approx(3 / 5)
    assert permutation_p_value(size, null, "less") == pytest.approx(4 / 5)


def test_cities_that_change_places_are_those_of_blocks_of_two_and_more():
    plan = plan_permutations(9, 999, blocks=list("aabbbccde"), rng=0)
    assert plan.n_movable == 7
    assert "7 of 9 cities" in plan.describe().en
    assert plan_permutations(9, 99, blocks=["one"] * 9, rng=0).n_movable == 9
