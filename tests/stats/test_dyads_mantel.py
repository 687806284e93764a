"""Mantel, QAP and partial Mantel tests against R's vegan, scikit-bio, full enumeration, and their size."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, pearsonr, spearmanr

from geobri.errors import DataError, SpecificationError
from geobri.stats.dyads import mantel_test, partial_mantel_test
from geobri.stats.dyads.inputs import prepare_dyads
from geobri.stats.dyads.kendall import count_inversions, kendall_null
from geobri.stats.dyads.mantel import _correlations
from geobri.stats.dyads.partial import partial_null
from tests.stats.references import DYADS


def noisy(seed, n=8, *, directed=False):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, n)) + rng.normal(size=n)[:, None]
    return matrix if directed else matrix + matrix.T


class TestAgainstVegan:
    @pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
    def test_statistic_and_whole_null_distribution(self, matrices, plan, statistics, nulls, method):
        data = prepare_dyads({"x": matrices["x1"], "y": matrices["y"]}, caller="test")
        observed, null = _correlations(data, plan, method)
        assert observed == pytest.approx(statistics[f"mantel {method}"], abs=1e-12)
        np.testing.assert_allclose(null, nulls[f"mantel {method}"], atol=1e-12)
        result = mantel_test(matrices["x1"], matrices["y"], method=method, rng=1, n_permutations=99)
        assert result.statistic == pytest.approx(observed, abs=1e-14)

    def test_kendall_with_ties(self, matrices, plan, statistics, nulls):
        data = prepare_dyads({"x": matrices["x3"], "y": matrices["y"]}, caller="test")
        assert mantel_test(matrices["x3"], matrices["y"], method="kendall", rng=0).statistic == pytest.approx(
            statistics["mantel kendall tied"], abs=1e-12
        )
        np.testing.assert_allclose(kendall_null(data, plan), nulls["mantel kendall tied"], atol=1e-12)

    @pytest.mark.parametrize("method", ["pearson", "spearman"])
    def test_partial(self, matrices, plan, statistics, nulls, method):
        names = {"x": matrices["x1"], "y": matrices["y"], "z": matrices["x2"]}
        data = prepare_dyads(names, caller="test")
        columns = data.columns()
        if method == "spearman":
            columns = np.array([pd.Series(column).rank() for column in columns])
        null = partial_null(data, plan, columns, residuals=False)
        np.testing.assert_allclose(null, nulls[f"partial {method}"], atol=1e-12)
        result = partial_mantel_test(names["x"], names["y"], {"z": names["z"]}, method=method, rng=0)
        assert result.statistic == pytest.approx(statistics[f"partial {method}"], abs=1e-12)
        assert "approximate" in result.terms[0].note.en

    def test_qap_correlation_of_sna(self, matrices, plan, statistics, nulls):
        result = mantel_test(matrices["d1"], matrices["dy"], directed=True, rng=1)
        assert result.statistic == pytest.approx(statistics["qap"], abs=1e-12)
        data = prepare_dyads({"x": matrices["d1"], "y": matrices["dy"]}, caller="test", directed=True)
        np.testing.assert_allclose(_correlations(data, plan, "pearson")[1], nulls["qap"], atol=1e-12)

    def test_p_value_within_monte_carlo_error(self, matrices):
        reference = pd.read_csv(DYADS / "p_values.csv").set_index("test").loc["mantel"]
        result = mantel_test(matrices["x1"], matrices["y"], alternative="less", rng=3, n_permutations=20_000)
        error = np.sqrt(reference["less"] * (1 - reference["less"]) * (1 / reference["reps"] + 1 / 20_000))
        assert abs(result.p_value - reference["less"]) < 3.5 * error


def test_scikit_bio_gives_the_same_correlations():
    mantel = pytest.importorskip("skbio.stats.distance")
    rng = np.random.default_rng(6)
    places, others = rng.random((2, 15, 2))
    x, y = (np.linalg.norm(one[:, None] - one[None], axis=-1) for one in (places, others))
    for method, theirs in (("pearson", "pearson"), ("spearman", "spearman"), ("kendall", "kendalltau")):
        reference = mantel.mantel(x, y, method=theirs, permutations=0)[0]
        assert mantel_test(x, y, method=method, rng=0).statistic == pytest.approx(reference, abs=1e-12)


class TestAgainstEnumeration:
    @pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
    @pytest.mark.parametrize("directed", [False, True])
    def test_exact_p_value_is_the_literal_one(self, alternative, directed):
        x, y = noisy(1, 6, directed=directed), noisy(2, 6, directed=directed)
        cells = np.nonzero(~np.eye(6, dtype=bool)) if directed else np.triu_indices(6, 1)
        every = [
            pearsonr(x[np.ix_(p, p)][cells], y[cells]).statistic for p in itertools.permutations(range(6))
        ]
        observed = every[0]
        greater = np.mean([one >= observed - 1e-9 for one in every])
        less = np.mean([one <= observed + 1e-9 for one in every])
        wanted = {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[
            alternative
        ]
        result = mantel_test(x, y, alternative=alternative, directed=directed, n_permutations=719)
        assert result.choices["exact"]
        assert result.p_value == pytest.approx(wanted, abs=1e-12)
        assert result.choices["Monte Carlo error of p"] == 0.0

    def test_blocks_of_left_out_pairs(self):
        x, y = noisy(3, 7), noisy(4, 7)
        y[:3, :3] = np.nan
        cells = np.triu_indices(7, 1)
        kept = np.isfinite(y[cells]) & (cells[0] != cells[1])
        every = [
            spearmanr(x[np.ix_(p, p)][cells][kept], y[cells][kept]).statistic
            for head in itertools.permutations(range(3))
            for tail in itertools.permutations(range(3, 7))
            for p in [head + tail]
        ]
        result = mantel_test(
            x, y, method="spearman", blocks=dict(zip(range(7), "aaabbbb", strict=True)), alternative="greater"
        )
        assert result.p_value == pytest.approx(np.mean([one >= every[0] - 1e-9 for one in every]), abs=1e-12)
        np.testing.assert_allclose(result.null_distribution, every, atol=1e-12)
        assert result.terms[0].n_pairs == 18

    @pytest.mark.parametrize("method", ["pearson", "kendall"])
    def test_travelling_cells_are_compared_where_both_are_observed(self, method):
        x, y = noisy(5, 6), noisy(6, 6)
        x[0, 1] = x[1, 0] = y[2, 5] = y[5, 2] = y[3, 5] = y[5, 3] = np.nan
        result = mantel_test(x, y, method=method, blocks=None, n_permutations=719)
        both = np.where(np.isnan(x) | np.isnan(y), np.nan, 1.0)
        cells = np.triu_indices(6, 1)
        literal = {"pearson": pearsonr, "kendall": kendalltau}[method]
        for p, ours in list(zip(itertools.permutations(range(6)), result.null_distribution, strict=True))[
            ::89
        ]:
            left, right = (x * both)[np.ix_(p, p)][cells], (y * both)[cells]
            kept = np.isfinite(left) & np.isfinite(right)
            assert ours == pytest.approx(literal(left[kept], right[kept]).statistic, abs=1e-12)
        assert "travel" in result.choices["missing cells"]


class TestBlocksFoundByThemselves:
    def test_domestic_pairs(self):
        x, y = noisy(7, 22), noisy(8, 22)
        y[:9, :9] = np.nan
        result = mantel_test(x, y, rng=0, n_permutations=99)
        assert sorted(result.choices["blocks"].values()) == [9, 13]
        assert result.terms[0].n_pairs == 195
        assert "2 blocks" in result.terms[0].null.en

    def test_row_order_and_labels_do_not_matter(self):
        names = [f"c{k}" for k in range(12)]
        x, y = (pd.DataFrame(noisy(seed, 12), index=names, columns=names) for seed in (1, 2))
        shuffled = list(np.random.default_rng(0).permutation(names))
        one = mantel_test(x, y, rng=5)
        other = mantel_test(x, y.loc[shuffled, shuffled], rng=5)
        assert one.p_value == other.p_value
        assert one.statistic == pytest.approx(other.statistic)

    def test_inputs_stay_as_they_were(self):
        x, y = noisy(1), noisy(2)
        before = x.copy(), y.copy()
        mantel_test(x, y, rng=0)
        np.testing.assert_array_equal(x, before[0])
        np.testing.assert_array_equal(y, before[1])


class TestExchange:
    """Who changes places, and what is said of it."""

    def laid(self, seed):
        names = list("hgfedcba")
        return pd.DataFrame(noisy(seed), index=names, columns=names)

    def test_labels_of_blocks_go_by_city_not_by_place(self):
        x, y = self.laid(1), self.laid(2)
        label = pd.Series(dict(zip("abcdefgh", "pppqqqqq", strict=True)))
        wanted = mantel_test(x, y, blocks=label.to_dict(), rng=1)
        got = mantel_test(x, y, blocks=label.sample(frac=1, random_state=3), rng=1)
        np.testing.assert_array_equal(got.null_distribution, wanted.null_distribution)
        assert wanted.choices["blocks"] == {"q": 5, "p": 3}
        with pytest.raises(DataError, match="1 of 8 without one: 'a'"):
            mantel_test(x, y, blocks=label.drop("a"))

    def test_permutations_without_a_correlation_are_left_out_and_counted(self):
        rng = np.random.default_rng(3)
        n = 30
        o, d = np.triu_indices(n, 1)
        y, x = np.full((n, n), np.nan), np.full((n, n), np.nan)
        some = np.r_[rng.choice(len(o), 12, replace=False), np.flatnonzero(o == 0)]
        y[o[some], d[some]] = y[d[some], o[some]] = rng.poisson(0.2, len(some)) + (o[some] == 0) * 1.0
        x[o[some], d[some]] = x[d[some], o[some]] = rng.normal(size=len(some))
        result = mantel_test(x, y, blocks=None, n_permutations=499, rng=1)
        lost = int(np.isnan(result.null_distribution).sum())
        assert lost > 0
        assert result.choices["permutations left out"] == lost
        assert (
            f"{lost:,} of {len(result.null_distribution):,} permutations give no statistic"
            in result.summary()
        )
        assert f"{lost:,} 次得不出统计量" in result.summary("zh")
        kept = result.null_distribution[~np.isnan(result.null_distribution)]
        high, low = np.sum(kept >= result.statistic), np.sum(kept <= result.statistic)
        assert result.p_value == pytest.approx(min(1.0, 2 * (min(high, low) + 1) / (len(kept) + 1)))
        note = result.terms[0].note.en
        assert (
            f"{lost:,} of {len(result.null_distribution):,} permutations give no statistic and are left out"
            in note
        )
        assert result.terms[0].mc_error > 0

    def test_a_correlation_that_no_exchange_changes_is_no_test(self):
        n = 9
        third = np.arange(n) // 3
        x = np.where(third[:, None] != third, 1.0 + third[:, None] + third, np.nan)
        y = x**2 + 0.0
        result = mantel_test(x, y, blocks=dict(enumerate(third)), n_permutations=99, rng=1)
        assert np.isnan(result.p_value)
        assert "cannot be tested: no permutation changes the statistic" in result.summary()

    def test_a_direction_is_asserted_only_where_it_is_found(self):
        y = noisy(7)
        assert "“y” rises with “x”" in mantel_test(y + 0.1 * noisy(8), y, rng=1).summary()
        assert "“y” falls with “x”" in mantel_test(-y + 0.1 * noisy(8), y, rng=1).summary()
        chance = mantel_test(noisy(9), y, rng=1)
        assert chance.p_value > 0.05
        assert "“y” cannot be shown at 5 % to rise or fall with “x”" in chance.summary()

    def test_two_sided_by_absolute_values(self):
        x, y = noisy(1), noisy(2)
        result = mantel_test(x, y, two_sided="absolute", n_permutations=199, rng=1)
        far = np.count_nonzero(np.abs(result.null_distribution) >= abs(result.statistic) - 1e-12)
        assert result.p_value == pytest.approx((far + 1) / (len(result.null_distribution) + 1))


class TestBadInput:
    @pytest.mark.parametrize(
        ("x", "fault"),
        [
            (np.ones((8, 8)), "all equal"),
            (noisy(0, 3)[:3, :3], "same shape"),
            (np.arange(64.0).reshape(8, 8), "mirror"),
        ],
    )
    def test_matrices(self, x, fault):
        with pytest.raises(DataError, match=fault):
            mantel_test(x, noisy(1))

    def test_three_cities(self):
        with pytest.raises(DataError, match="3 cities where at least 4"):
            mantel_test(noisy(0, 3), noisy(1, 3))

    def test_a_city_that_no_pair_of_both_observes(self):
        x, y = noisy(0), noisy(1)
        x[3, 4:], x[4:, 3] = np.nan, np.nan
        y[3, :4], y[:4, 3] = np.nan, np.nan
        with pytest.raises(DataError, match="1 cities without one: '3'"):
            mantel_test(x, y)

    def test_values_that_are_equal_where_both_are_observed(self):
        x, y = np.ones((8, 8)), noisy(1)
        x[0, 1] = x[1, 0] = 5.0
        y[0, 1] = y[1, 0] = np.nan
        with pytest.raises(DataError, match="'x'"):
            mantel_test(x, y)

    def test_other_cities(self):
        x = pd.DataFrame(noisy(0), index=list("abcdefgh"), columns=list("abcdefgh"))
        y = pd.DataFrame(noisy(0), index=list("abcdefgx"), columns=list("abcdefgx"))
        with pytest.raises(DataError, match="'h', 'x'"):
            mantel_test(x, y)

    @pytest.mark.parametrize(
        ("options", "fault"),
        [
            ({"method": "cosine"}, "'cosine'"),
            ({"blocks": "none"}, "'none'"),
            ({"blocks": ["a"] * 8}, "whose labels they are"),
            ({"alternative": "upper"}, "'upper'"),
        ],
    )
    def test_choices(self, options, fault):
        with pytest.raises(SpecificationError, match=fault):
            mantel_test(noisy(0), noisy(1), **options)

    def test_partial(self):
        with pytest.raises(SpecificationError, match="mantel_test"):
            partial_mantel_test(noisy(0), noisy(1), {})
        with pytest.raises(DataError, match="combinations"):
            partial_mantel_test(noisy(0), noisy(1), {"a": noisy(2), "b": 2 * noisy(2)})
        with pytest.raises(SpecificationError, match="'rows'"):
            partial_mantel_test(noisy(0), noisy(1), {"a": noisy(2)}, permute="rows")
        holes = noisy(1)
        holes[0, 1] = holes[1, 0] = np.nan
        with pytest.raises(DataError, match="stay in place"):
            partial_mantel_test(noisy(0), holes, {"a": noisy(2)}, blocks=None)


@pytest.mark.parametrize("m", [2, 3, 16, 17, 64, 195])
def test_inversions_are_the_literal_ones(m):
    rng = np.random.default_rng(m)
    rows = np.vstack(
        [
            rng.permuted(np.tile(np.arange(m), (4, 1)), axis=1),
            rng.integers(0, m, size=(4, m)),
            np.arange(m)[None, ::-1],
        ]
    )
    literal = [sum(row[i] > row[j] for i in range(m) for j in range(i + 1, m)) for row in rows]
    assert count_inversions(rows).tolist() == literal


def test_inversions_of_a_long_row():
    assert count_inversions(np.arange(70_000)[None, ::-1])[0] == 70_000 * 69_999 // 2


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("levels", [(None, None), (None, 3), (3, None), (2, 5)])
def test_kendall_null_equals_scipy_with_and_without_ties(levels, directed):
    rng = np.random.default_rng(3)
    x, y = (rng.normal(size=(9, 9)) if one is None else rng.integers(0, one, (9, 9)) for one in levels)
    if not directed:
        x, y = (np.triu(one, 1) + np.triu(one, 1).T for one in (x, y))
    data = prepare_dyads({"x": x, "y": y}, caller="test", directed=directed)
    plan = data.plan(40, 1)
    rows, columns = data.positions()
    literal = [kendalltau(x[p[rows], p[columns]], y[rows, columns]).statistic for p in plan.permutations]
    np.testing.assert_allclose(kendall_null(data, plan), literal, atol=1e-12)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
@pytest.mark.rate
def test_size_with_node_effects(method):
    """Reject 5 % of true nulls in which pairs that share a city are alike (99.9 % limits of 800 data sets)."""
    rng = np.random.default_rng(17)
    rejected = 0
    for _ in range(800):
        place = rng.random((10, 2))
        distance = np.linalg.norm(place[:, None] - place[None], axis=-1)
        hub, noise = rng.normal(size=10), rng.normal(size=(10, 10))
        y = 2 * (hub[:, None] + hub[None, :]) + noise + noise.T
        rejected += mantel_test(distance, y, method=method, n_permutations=99, rng=rng).p_value <= 0.05
    assert 0.025 <= rejected / 800 <= 0.076


def test_result_reads_well():
    x, y = noisy(1, 10), noisy(2, 10)
    result = mantel_test(x, y + 5 * x, names=("distance_km", "score"), rng=1, mid_p=True)
    assert "“score” rises with distance" in result.summary()
    row = result.to_frame().iloc[0]
    assert row["value"] == "score"
    assert row["n_cities"] == 10
    assert row["n_pairs"] == 45
    assert "mid-p" in row["method"]
    assert not result.null_distribution.flags.writeable


@pytest.mark.parametrize(
    "given", [(np.eye(5), ["a", "b", "c", "d", "e"]), [[1.0, 2.0], [3.0]], np.arange(5.0)]
)
def test_what_is_no_matrix_is_refused_in_words(given):
    with pytest.raises(DataError, match="x must be a square matrix"):
        mantel_test(given, given)
