"""The audit: both linear programmes against proofs, bounds against vertices, draws against known laws."""

from fractions import Fraction
from importlib.resources import files
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geobri.errors import DataError, SchemaError
from geobri.score.audit import (
    AUDIT_COLUMNS,
    RankStatement,
    audit_ranking,
    build_rank_polytope,
    effective_sample_size,
    find_fewest_reversals,
    find_largest_margin,
    find_nearest_weights,
    find_score_bounds,
    sample_polytope,
    sample_scores,
    split_r_hat,
)

PUBLISHED = pd.read_csv(files("geobri") / "data/published/bri22_cities.csv", index_col="city").filter(
    like="rank_"
)
PUBLISHED.columns = PUBLISHED.columns.str.removeprefix("rank_")
DIMENSIONS = PUBLISHED.columns[1:]


def random_case(seed, n, m):
    rng = np.random.default_rng(seed)
    cities = pd.Index([f"c{i}" for i in range(n)])
    ranks = pd.DataFrame({f"d{j}": rng.permutation(n) + 1 for j in range(m)}, index=cities)
    return pd.Series(rng.permutation(n) + 1, index=cities), ranks


def is_consistent(overall, ranks, scores, importance):
    total = scores.to_numpy() @ importance
    for rank, value in [(overall, total), *[(ranks[name], scores[name].to_numpy()) for name in ranks]]:
        in_order = value[np.argsort(rank.to_numpy())]
        if not (np.diff(in_order) < 0).all():
            return False
    return bool(scores.to_numpy().min() >= -1e-9 and scores.to_numpy().max() <= 100 + 1e-9)


def has_integer_proof(overall, ranks, most):
    """Search whole-number multipliers of the overall relations that prove there are no scores.

    sum_p lambda_p (S_a - S_b) must be positive; if in every dimension the partial sums of its
    coefficients, in the order of the ranks, are never positive, it cannot be (Abel summation).
    """
    order = np.argsort(overall.to_numpy())
    n = len(order)
    for multipliers in product(range(most + 1), repeat=n - 1):
        if not any(multipliers):
            continue
        coefficient = np.zeros(n)
        coefficient[order[:-1]] += multipliers
        coefficient[order[1:]] -= multipliers
        if all((np.cumsum(coefficient[np.argsort(ranks[name].to_numpy())]) <= 0).all() for name in ranks):
            return True
    return False


@pytest.mark.parametrize("seed", range(40))
def test_scores_answer_is_proved_either_way(seed):
    overall, ranks = random_case(seed, 5, 2 + seed % 2)
    audit = audit_ranking(overall, ranks, bounds=False)
    assert audit.scores_possible != has_integer_proof(overall, ranks, 3)
    if audit.scores_possible:
        assert is_consistent(overall, ranks, audit.example, np.full(ranks.shape[1], 1 / ranks.shape[1]))
        assert audit.contradictions.empty
        assert audit.violations.empty
    else:
        assert len(audit.violations) > 0
        assert audit.scores_margin <= 1e-7


def test_both_answers_occur_in_the_proved_cases():
    answers = {
        audit_ranking(*random_case(seed, 5, 2 + seed % 2), bounds=False).scores_possible for seed in range(40)
    }
    assert answers == {True, False}


def test_contradictions_are_a_proof_by_themselves():
    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [1, 3, 2]}, index=["a", "b", "c"])
    audit = audit_ranking(pd.Series([2, 1, 3], index=["a", "b", "c"]), ranks)
    named = audit.contradictions[audit.contradictions["kind"] == "overall"]
    assert list(zip(named["better"], named["worse"], strict=True)) == [("b", "a")]
    assert set(audit.violations[["better", "worse"]].itertuples(index=False, name=None)) == {("b", "a")}
    assert "No scores" in audit.summary()


@pytest.mark.parametrize("seed", range(20))
def test_multipliers_add_the_relations_up_to_nothing(seed):
    overall, ranks = random_case(seed, 8, 3)
    importance = pd.Series([0.5, 0.3, 0.2], index=ranks.columns)
    polytope = build_rank_polytope(ranks, [RankStatement(rank=overall, importance=importance)])
    margin = find_largest_margin(polytope)
    np.testing.assert_allclose(polytope.inequality.T @ margin.multipliers, 0, atol=1e-9)
    assert margin.multipliers.min() >= 0
    assert margin.value == pytest.approx(margin.multipliers @ polytope.bound, abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_weights_answer_agrees_with_all_orders_on_the_segment(seed):
    overall, ranks = random_case(seed, 4, 2)
    if seed % 3 == 0:
        overall = (0.3 * ranks["d0"] + 0.7 * ranks["d1"] + 1e-9 * ranks["d0"]).rank()
    r = ranks.to_numpy(dtype=float)
    slope, start = r[:, 0] - r[:, 1], r[:, 1]
    crossings = [
        (start[b] - start[a]) / (slope[a] - slope[b])
        for a, b in combinations(range(4), 2)
        if slope[a] != slope[b]
    ]
    cuts = np.unique([0.0, 1.0, *[v for v in crossings if 0 < v < 1]])
    middles = (cuts[:-1] + cuts[1:]) / 2
    orders = {tuple(stats.rankdata((start + v * slope).round(9))) for v in [*middles, *cuts]}
    assert (find_nearest_weights(overall, ranks).margin > 1e-9) == (tuple(overall.astype(float)) in orders)


def test_nearest_weights_reach_the_smallest_violation_of_a_fine_grid():
    overall, ranks = random_case(7, 6, 3)
    found = find_nearest_weights(overall, ranks)
    grid = np.array([(a, b, 200 - a - b) for a in range(201) for b in range(201 - a)]) / 200
    mean = grid @ ranks.to_numpy(dtype=float).T
    pairs = [(a, b) for a in range(6) for b in range(6) if overall.iloc[a] < overall.iloc[b]]
    totals = sum(np.maximum(mean[:, a] - mean[:, b], 0) for a, b in pairs)
    assert found.total_violation <= totals.min() + 1e-9
    assert found.total_violation == pytest.approx(totals.min(), abs=0.05)
    assert found.pairs["violation"].sum() == pytest.approx(found.total_violation)
    assert found.nearest.sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", range(6))
def test_fewest_reversals_are_those_of_a_fine_grid(seed):
    overall, ranks = random_case(seed, 5, 3)
    found = find_fewest_reversals(overall, ranks)
    grid = np.array([(a, b, 240 - a - b) for a in range(241) for b in range(241 - a)]) / 240
    mean = grid @ ranks.to_numpy(dtype=float).T
    pairs = [(a, b) for a in range(5) for b in range(5) if overall.iloc[a] < overall.iloc[b]]
    counts = sum((mean[:, b] - mean[:, a] < 1e-4).astype(int) for a, b in pairs)
    assert found.is_proved
    assert found.count == found.least_possible == counts.min()
    assert len(found.pairs) == found.count


def test_fewest_reversals_agree_with_the_margin():
    overall, ranks = random_case(3, 6, 3)
    possible = (ranks @ [0.5, 0.3, 0.2]).rank()
    assert find_fewest_reversals(possible, ranks).count == 0
    assert find_nearest_weights(possible, ranks).margin > 0
    with pytest.raises(DataError, match="1 missing ranks"):
        find_fewest_reversals(overall.astype(float).mask(overall == 1), ranks)


@pytest.mark.parametrize("ask", [find_nearest_weights, find_fewest_reversals])
def test_an_overall_order_in_which_all_tie_is_refused(ask):
    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}, index=list("abc"))
    with pytest.raises(DataError, match=r"two different ranks.*Got 3 ranked cities, none before another"):
        ask(pd.Series(1, index=list("abc")), ranks)


def vertices(polytope):
    A, b = polytope.inequality.toarray(), polytope.bound
    for rows in combinations(range(len(A)), A.shape[1]):
        part = A[list(rows)]
        if abs(np.linalg.det(part)) > 1e-9:
            point = np.linalg.solve(part, b[list(rows)])
            if (A @ point <= b + 1e-7).all():
                yield polytope.table(point)


@pytest.mark.parametrize("gap", [0.0, 7.5])
def test_bounds_are_those_of_the_vertices(gap):
    cities = ["a", "b", "c"]
    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]}, index=cities)
    weights = pd.Series({"x": 0.7, "y": 0.3})
    statement = RankStatement(rank=pd.Series([1, 2, 3], index=cities), importance=weights)
    polytope = build_rank_polytope(ranks, [statement], min_gap=gap)
    corner = [table.assign(index=table @ weights) for table in vertices(polytope)]
    assert len(corner) > 5
    bounds = find_score_bounds(polytope, weights).set_index(["city", "node"])
    for (city, node), row in bounds.iterrows():
        values = [table.loc[city, node] for table in corner]
        assert row["lower"] == pytest.approx(min(values), abs=1e-6)
        assert row["upper"] == pytest.approx(max(values), abs=1e-6)


def test_bounds_of_a_selection_are_the_same_numbers():
    polytope = build_rank_polytope(PUBLISHED[DIMENSIONS], anchored=True)
    part = find_score_bounds(polytope, cities=["rome"], nodes=["trade", "people"])
    assert list(part.itertuples(index=False, name=None)) == [
        ("rome", "trade", 0.0, 100.0),
        ("rome", "people", 0.0, 100.0),
    ]
    with pytest.raises(DataError, match="unknown 'atlantis'"):
        find_score_bounds(polytope, cities=["atlantis"])


class TestPublishedRanking:
    """The index of 2021: 22 cities, six dimensions, weights of 1/6."""

    def test_no_weights_on_ranks_but_some_scores(self):
        audit = audit_ranking(PUBLISHED["overall"], PUBLISHED[DIMENSIONS], anchored=True)
        assert audit.weights_possible is False
        assert audit.weights.margin < -0.9
        assert ("singapore", "shanghai") in set(
            audit.weights.pairs[["better", "worse"]].itertuples(index=False, name=None)
        )
        assert audit.scores_possible
        assert audit.scores_margin == pytest.approx(2.312, abs=0.001)
        low = audit.bounds.set_index(["city", "node"])["lower"]
        assert low["singapore", "index"] == pytest.approx(400 / 6, abs=1e-6)
        high = audit.bounds.set_index(["city", "node"])["upper"]
        assert high["urumqi", "index"] == pytest.approx(50.0, abs=1e-6)

    def test_four_pairs_are_the_fewest_that_weighted_mean_ranks_reverse(self):
        found = find_fewest_reversals(PUBLISHED["overall"], PUBLISHED[DIMENSIONS])
        assert found.is_proved
        assert found.count == 4
        assert ("singapore", "shanghai") in set(
            found.pairs[["better", "worse"]].itertuples(index=False, name=None)
        )

    def test_both_margins_have_their_names(self):
        audit = audit_ranking(PUBLISHED["overall"], PUBLISHED[DIMENSIONS], bounds=False)
        assert audit.scores_margin == pytest.approx(2.312, abs=0.001)
        assert audit.overall_margin == pytest.approx(30 / 7, abs=1e-6)
        behind = audit.to_frame().query("question == 'scores behind ranks'").set_index("quantity")
        assert float(behind.loc["overall margin", "value"]) == audit.overall_margin
        assert "every ranking" in behind.loc["margin", "note"]

    def test_fewest_and_nearest_are_not_confused(self):
        audit = audit_ranking(PUBLISHED["overall"], PUBLISHED[DIMENSIONS], bounds=False)
        assert audit.fewest.least_possible == 4
        assert (len(audit.weights.pairs), audit.weights.n_tied) == (6, 7)
        frame = audit.to_frame().set_index("quantity")["value"]
        counted = ["least pairs reversed or tied", "pairs reversed", "pairs tied"]
        assert frame[counted].tolist() == [4, 6, 7]

    def test_answer_without_anchors_does_not_depend_on_the_weights(self):
        rng = np.random.default_rng(3)
        for _ in range(3):
            weights = pd.Series(rng.dirichlet(np.ones(6)), index=DIMENSIONS)
            audit = audit_ranking(
                PUBLISHED["overall"], PUBLISHED[DIMENSIONS], importance=weights, bounds=False
            )
            assert audit.scores_possible

    def test_frame_is_tidy(self):
        frame = audit_ranking(PUBLISHED["overall"], PUBLISHED[DIMENSIONS]).to_frame()
        assert tuple(frame.columns) == AUDIT_COLUMNS
        assert set(frame["question"]) == {
            "weights on ranks",
            "scores behind ranks",
            "assumption",
            "bounds",
        }
        assert len(frame[frame["question"] == "bounds"]) == 22 * 7
        assert (frame["lower"].dropna() <= frame["upper"].dropna() + 1e-9).all()


class TestStatementsAndTies:
    def test_further_statement_can_be_impossible(self):
        ranks = pd.DataFrame({"x": [1, 2], "y": [2, 1]}, index=["a", "b"])
        overall = pd.Series([1, 2], index=["a", "b"])
        only_x = RankStatement(
            rank=pd.Series([2, 1], index=["a", "b"]),
            importance=pd.Series({"x": 1.0, "y": 0.0}),
            name="only x",
        )
        assert audit_ranking(overall, ranks).scores_possible
        audit = audit_ranking(overall, ranks, further=[only_x])
        assert not audit.scores_possible
        assert "only x" in set(audit.contradictions["name"])

    def test_equal_ranks_are_equal_scores_or_nothing(self):
        ranks = pd.DataFrame({"x": [1, 1, 3]}, index=list("abc"))
        overall = pd.Series([1, 2, 3], index=list("abc"))
        assert not audit_ranking(overall, ranks).scores_possible
        assert audit_ranking(overall, ranks, ties="free").scores_possible

    def test_lists_of_the_top_of_the_second_report_can_belong_together(self):
        folder = files("geobri") / "data/published"
        overall = pd.read_csv(folder / "global513_dynamic.csv", index_col="city")["rank"]
        networks = pd.read_csv(folder / "global513_networks.csv").pivot_table(
            index="city", columns="network", values="rank"
        )
        cities = overall.index.union(networks.index)
        ranks = networks.reindex(cities).fillna(21)
        audit = audit_ranking(overall.reindex(cities).fillna(101), ranks, ties="free", bounds=False)
        assert audit.scores_possible
        assert audit.weights is None  # a common rank for all that are not listed has no mean
        example = audit.example
        listed = networks["innovation"].dropna().sort_values().index
        assert (example.loc[listed, "innovation"].diff().dropna() < 0).all()
        assert example["innovation"].drop(listed).max() < example.loc[listed, "innovation"].min()

    def test_missing_ranks_say_nothing(self):
        ranks = pd.DataFrame({"x": [1, 2, np.nan], "y": [1, 2, 3]}, index=list("abc"))
        overall = pd.Series([2, 3, 1], index=list("abc"))
        audit = audit_ranking(overall, ranks)
        assert audit.scores_possible
        assert audit.weights is None
        assert audit.weights_possible is None
        assert "incomplete" in audit.summary()
        assert not audit_ranking(overall, ranks.fillna(3)).scores_possible

    def test_gap_too_wide_for_the_scale(self):
        overall, ranks = random_case(1, 5, 2)
        audit = audit_ranking(ranks["d0"], ranks[["d0"]], min_gap=24)
        assert audit.scores_possible
        with pytest.raises(DataError, match="smaller min_gap"):
            audit_ranking(overall, ranks, min_gap=26)


class TestDraws:
    def test_without_overall_order_they_are_ordered_uniform_numbers(self):
        ranks = pd.DataFrame({"x": [1, 2, 3, 4, 5], "y": [5, 4, 3, 2, 1]}, index=list("abcde"))
        draws = sample_scores(build_rank_polytope(ranks), n_draws=4000, rng=2)
        for place in range(5):
            law = stats.beta(5 - place, place + 1)
            assert draws.scores[:, place, 0].mean() == pytest.approx(100 * law.mean(), abs=1.0)
            assert draws.scores[:, place, 0].std() == pytest.approx(100 * law.std(), rel=0.06)
            assert stats.kstest(draws.scores[::4, place, 0] / 100, law.cdf).pvalue > 1e-4

    def test_with_overall_order_they_agree_with_rejection(self):
        cities = list("abcd")
        ranks = pd.DataFrame({"x": [1, 2, 3, 4], "y": [4, 2, 1, 3]}, index=cities)
        weights = pd.Series({"x": 0.6, "y": 0.4})
        statement = RankStatement(rank=pd.Series([2, 1, 3, 4], index=cities), importance=weights)
        draws = sample_scores(build_rank_polytope(ranks, [statement]), weights, n_draws=6000, rng=5)
        rng = np.random.default_rng(11)
        x = -np.sort(-rng.random((200_000, 4)) * 100)
        y = -np.sort(-rng.random((200_000, 4)) * 100)[:, ranks["y"].to_numpy() - 1]
        total = 0.6 * x + 0.4 * y
        kept = (total[:, 1] > total[:, 0]) & (total[:, 0] > total[:, 2]) & (total[:, 2] > total[:, 3])
        assert kept.sum() > 4000
        np.testing.assert_allclose(draws.scores[:, :, 0].mean(0), x[kept].mean(0), atol=1.2)
        np.testing.assert_allclose(draws.scores[:, :, 1].mean(0), y[kept].mean(0), atol=1.2)
        np.testing.assert_allclose(draws.index.std(0), total[kept].std(0), rtol=0.08)

    def test_every_draw_is_consistent_and_the_chains_agree(self):
        audit = audit_ranking(PUBLISHED["overall"], PUBLISHED[DIMENSIONS], bounds=False)
        draws = sample_scores(audit.polytope, n_draws=640, rng=1)
        assert draws.scores.shape == (640, 22, 6)
        assert (np.diff(draws.index[:, np.argsort(PUBLISHED["overall"])], axis=1) <= 1e-9).all()
        for j, name in enumerate(DIMENSIONS):
            assert (np.diff(draws.scores[:, np.argsort(PUBLISHED[name]), j], axis=1) <= 1e-9).all()
        seoul, rome = PUBLISHED.index.get_loc("seoul"), PUBLISHED.index.get_loc("rome")
        np.testing.assert_array_equal(draws.scores[:, seoul, 1], draws.scores[:, rome, 1])
        frame = draws.to_frame()
        assert frame["r_hat"].max() < 1.15
        assert frame["effective_draws"].median() > 200
        assert not draws.scores.flags.writeable
        hasty = sample_scores(audit.polytope, n_draws=128, thin=2, burn_in=2, rng=1)
        assert "the chains still disagree" in hasty.summary()

    def test_equal_overall_ranks_stay_equal(self):
        ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}, index=list("abc"))
        overall = pd.Series([1, 1, 3], index=list("abc"))
        audit = audit_ranking(overall, ranks)
        draws = sample_scores(audit.polytope, n_draws=400, rng=1)
        np.testing.assert_allclose(draws.index[:, 0], draws.index[:, 1], atol=1e-9)
        assert draws.index[:, 0].std() > 1

    def test_carry_computes_once_per_draw(self):
        ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}, index=list("abc"))
        draws = sample_scores(build_rank_polytope(ranks), n_draws=128, rng=1)
        spread = draws.carry(lambda table: table["index"].max() - table["index"].min())
        assert len(spread) == len(draws.scores)
        np.testing.assert_allclose(spread, draws.index.max(axis=1) - draws.index.min(axis=1))

    def test_same_seed_same_draws(self):
        polytope = build_rank_polytope(PUBLISHED[DIMENSIONS])
        one, two = (sample_scores(polytope, n_draws=32, burn_in=50, thin=5, rng=9) for _ in range(2))
        np.testing.assert_array_equal(one.scores, two.scores)

    def test_contradictions_cannot_be_sampled(self):
        ranks = pd.DataFrame({"x": [1, 2]}, index=list("ab"))
        statement = RankStatement(rank=pd.Series([2, 1], index=list("ab")), importance=pd.Series({"x": 1.0}))
        with pytest.raises(DataError, match="flat"):
            sample_scores(build_rank_polytope(ranks, [statement]), rng=1)


class TestSampler:
    def test_triangle_without_known_directions(self):
        A, b = np.array([[-1.0, 0], [0, -1], [1, 1]]), np.array([0.0, 0, 1])
        points = sample_polytope(A, b, n_draws=6400, rng=4).points.reshape(-1, 2)
        assert stats.kstest(points[::2, 0], stats.beta(1, 2).cdf).pvalue > 1e-4
        np.testing.assert_allclose(points.mean(0), [1 / 3, 1 / 3], atol=0.015)

    def test_simplex_through_an_equality(self):
        d = 4
        draws = sample_polytope(
            -np.eye(d), np.zeros(d), equality=np.ones((1, d)), target=np.ones(1), n_draws=6400, rng=4
        )
        points = draws.points.reshape(-1, d)
        np.testing.assert_allclose(points.sum(1), 1, atol=1e-9)
        np.testing.assert_allclose(points.mean(0), 1 / d, atol=0.012)
        np.testing.assert_allclose(points.var(0), 3 / (16 * 5), rtol=0.1)
        np.testing.assert_allclose(draws.centre, 1 / d, atol=1e-8)

    def test_unbounded_is_refused(self):
        with pytest.raises(DataError, match="bounded"):
            sample_polytope(np.array([[-1.0, 0], [0, -1]]), np.zeros(2))

    def test_diagnostics_on_known_processes(self):
        rng = np.random.default_rng(0)
        independent = rng.standard_normal((8, 2000))
        chains = np.empty((8, 4000))
        chains[:, 0] = rng.standard_normal(8)
        for k in range(1, 4000):
            chains[:, k] = 0.8 * chains[:, k - 1] + 0.6 * rng.standard_normal(8)
        assert effective_sample_size(independent) > 13_000
        assert effective_sample_size(chains) == pytest.approx(32_000 / 9, rel=0.15)
        assert split_r_hat(independent) == pytest.approx(1, abs=0.01)
        assert split_r_hat(independent + np.arange(8)[:, None]) > 1.5
        assert split_r_hat(np.ones((4, 10))) == 1


class TestBadInput:
    def test_other_cities(self):
        overall, ranks = random_case(0, 4, 2)
        with pytest.raises(SchemaError, match=r"same cities.*'c0', 'zz'"):
            audit_ranking(overall.rename({"c0": "zz"}), ranks)

    def test_not_tables(self):
        with pytest.raises(SchemaError, match="must be a Series"):
            audit_ranking([1, 2], pd.DataFrame({"x": [1, 2]}))

    def test_all_faults_at_once(self):
        ranks = pd.DataFrame({"x": ["1", "2"], "y": [1.0, np.inf]}, index=["a", "a"])
        with pytest.raises(SchemaError) as caught:
            build_rank_polytope(ranks)
        for part in ("repeated cities 'a'", "dimension 'x' of type", "dimension 'y' with infinite"):
            assert part in str(caught.value)

    def test_one_city(self):
        with pytest.raises(SchemaError, match="1 cities"):
            audit_ranking(pd.Series([1], index=["a"]), pd.DataFrame({"x": [1]}, index=["a"]))

    @pytest.mark.parametrize(
        ("weights", "message"),
        [
            ({"d0": 0.7, "d1": 0.7}, "sum of 1.4"),
            ({"d0": -0.5, "d1": 1.5}, "negative or missing weight for 'd0'"),
            ({"d0": 1.0}, "no weight for 'd1'"),
            ({"d0": 0.5, "d1": 0.5, "d2": 0.0}, "unknown 'd2'"),
            ({"d0": np.nan, "d1": 1.0}, "negative or missing weight for 'd0'"),
        ],
    )
    def test_weights(self, weights, message):
        overall, ranks = random_case(0, 4, 2)
        with pytest.raises(DataError, match=message):
            audit_ranking(overall, ranks, importance=pd.Series(weights))

    def test_anchors(self):
        ranks = pd.DataFrame({"x": [1, 1, 1], "y": [1, 1, 3]}, index=list("abc"))
        with pytest.raises(DataError, match="must name dimensions"):
            build_rank_polytope(ranks, anchored=["z"])
        with pytest.raises(DataError, match="'x' needs one best"):
            build_rank_polytope(ranks, anchored=["x"])
        with pytest.raises(DataError, match="'y' needs one best"):
            build_rank_polytope(ranks, anchored=["y"], ties="free")


def test_nullable_ranks_and_exact_fractions_are_understood():
    ranks = pd.DataFrame({"x": [1, 2, np.nan], "y": [1, 2, 3]}, index=list("abc")).astype("Int64")
    overall = pd.Series([1, 2, 3], index=list("abc"), dtype="Int64")
    exact = pd.Series({"x": Fraction(1, 3), "y": Fraction(2, 3)})
    audit = audit_ranking(overall, ranks, importance=exact)
    assert audit.scores_possible
    assert audit.weights is None
    assert audit.importance["x"] == pytest.approx(1 / 3)
    one = audit_ranking(overall.mask(overall == 2), ranks)
    assert one.scores_possible


def test_input_is_never_changed():
    overall, ranks = PUBLISHED["overall"].copy(), PUBLISHED[DIMENSIONS].copy()
    audit = audit_ranking(overall, ranks, bounds=False)
    sample_scores(audit.polytope, n_draws=8, burn_in=5, thin=1, rng=1)
    pd.testing.assert_series_equal(overall, PUBLISHED["overall"])
    pd.testing.assert_frame_equal(ranks, PUBLISHED[DIMENSIONS])


class TestWhatIsSaid:
    """Three cities, two dimensions that contradict each other; the index follows the first."""

    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}, index=list("abc"))
    overall = pd.Series([1, 2, 3], index=list("abc"))

    def test_margins_by_hand(self):
        # x = 100, 50, 0: neighbours lead by 25 where y is level, and by (50 - t) / 2 where y runs the other way by t
        audit = audit_ranking(self.overall, self.ranks)
        assert audit.overall_margin == pytest.approx(25)
        assert audit.scores_margin == pytest.approx(50 / 3)

    def test_in_both_languages(self):
        audit = audit_ranking(self.overall, self.ranks, anchored=["x"])
        assert audit.anchored == ("x",)
        assert audit.summary() == (
            "Some weights on the dimension ranks give the overall order (largest margin 1 ranks). Scores in the order of every "
            "dimension's ranks exist that give the overall order under the published weights: neighbours in every ranking can "
            "stay 16.7 points apart at once, neighbours in the overall ranking alone 25. Taken to run from 0 (the worst city) to "
            "100 (the best): x."
        )
        assert audit.summary("zh", names={"x": "贸易"}) == (
            "存在一组权重，使维度排序的加权平均得到综合排序（最大间隔 1 位）。"
            "存在与各维度排序一致的得分，在已发布权重下得到综合排序：若要求各项排序中的相邻城市同时拉开差距，最多可相差 16.7 分；"
            "仅要求综合排序的相邻城市拉开差距，最多可相差 25 分。假定下列维度最差城市得 0 分、最优城市得 100 分：贸易。"
        )

    def test_no_weights(self):
        overall = pd.Series([2, 1, 3], index=list("abc"))  # b, in the middle of both, leads by no mean rank
        audit = audit_ranking(overall, self.ranks)
        least = audit.fewest.least_possible
        assert least == 1
        assert f"at least {least} pairs stay reversed or tied, and" in audit.summary()
        assert f"至少有 {least} 对城市次序相反或并列" in audit.summary("zh")
        assert audit.summary().endswith("No dimension was taken to run from 0 to 100.")
        assert audit.summary("zh").endswith("未假定任何维度的得分范围为 0 至 100。")

    @pytest.mark.parametrize(("anchored", "expected"), [(True, [1, 1]), (False, [0, 0]), (["y"], [0, 1])])
    def test_the_file_says_what_was_assumed(self, anchored, expected):
        frame = audit_ranking(self.overall, self.ranks, anchored=anchored).to_frame()
        rows = frame[frame["question"] == "assumption"]
        assert rows["node"].tolist() == ["x", "y"]
        assert rows["value"].tolist() == expected

    def test_many_cities_are_not_counted_out(self):
        overall, ranks = random_case(4, 40, 3)
        assert audit_ranking(overall, ranks, bounds=False).fewest is None
