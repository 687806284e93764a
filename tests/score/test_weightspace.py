"""The space of weights against enumeration: grids, greedy optima, and hand-made cases."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.score.trust.weightspace import find_rank_ranges, find_swaps, find_weight_intervals


def random_scores(seed, n=6, m=3):
    rng = np.random.default_rng(seed)
    weights = pd.Series(rng.dirichlet(np.full(m, 4.0)), index=[f"d{j}" for j in range(m)])
    return pd.DataFrame(
        rng.uniform(0, 100, (n, m)), index=[f"c{i}" for i in range(n)], columns=weights.index
    ), weights


def moved(weights, node, value):
    rest = weights.drop(node)
    return (rest / rest.sum() * (1 - value)).reindex(weights.index, fill_value=value)


class TestIntervals:
    @pytest.mark.parametrize("seed", range(12))
    @pytest.mark.parametrize(("keep", "k"), [("order", None), ("top", 2), ("winner", None)])
    def test_just_inside_keeps_and_just_outside_does_not(self, seed, keep, k):
        scores, weights = random_scores(seed)
        table = find_weight_intervals(scores, weights, keep=keep, k=k)
        size = {"order": None, "top": k, "winner": 1}[keep]

        def seen(w):
            order = (scores @ w).sort_values(ascending=False).index
            return list(order) if size is None else set(order[:size])

        now = seen(weights)
        for node, row in table.iterrows():
            assert row["lower"] - 1e-12 <= row["weight"] <= row["upper"] + 1e-12
            for end, other, inward in ((row["lower"], 0.0, 1e-6), (row["upper"], 1.0, -1e-6)):
                assert seen(moved(weights, node, end + inward)) == now
                if end != other:
                    assert seen(moved(weights, node, end - inward)) != now

    def test_the_pair_that_stops_it_is_named(self):
        scores = pd.DataFrame({"x": [10.0, 4.0], "y": [0.0, 4.0]}, index=["a", "b"])
        table = find_weight_intervals(scores, pd.Series({"x": 0.7, "y": 0.3}))
        assert table.loc["x", "lower"] == pytest.approx(0.4)  # 10 v = 4
        assert tuple(table.loc["x", ["lower_better", "lower_worse", "upper_better"]]) == ("a", "b", "")
        assert table.loc["x", "upper"] == 1
        assert table.loc["y", "upper"] == pytest.approx(0.6)

    @pytest.mark.parametrize("others", ["proportional", "free"])
    def test_where_all_cities_tie_every_weight_is_free(self, others):
        table = find_weight_intervals(pd.DataFrame(1.0, index=list("abc"), columns=["x", "y"]), others=others)
        assert table["lower"].tolist() == [0, 0]
        assert table["upper"].tolist() == [1, 1]

    @pytest.mark.parametrize("wrong", [{"keep": "first"}, {"others": "fixed"}])
    def test_an_unknown_choice_is_refused_by_its_name(self, wrong):
        ((name, given),) = wrong.items()
        with pytest.raises(SpecificationError, match=f"{name} must be one of .*'{given}'"):
            find_weight_intervals(*random_scores(0), **wrong)

    @pytest.mark.parametrize("seed", range(6))
    def test_free_interval_is_that_of_a_fine_grid(self, seed):
        scores, weights = random_scores(seed, n=4)
        table = find_weight_intervals(scores, weights, keep="order", others="free")
        grid = np.array([(a, b, 300 - a - b) for a in range(301) for b in range(301 - a)]) / 300
        total = grid @ scores.to_numpy().T
        order = np.argsort(-(scores @ weights).to_numpy())
        kept = (np.diff(total[:, order], axis=1) <= 0).all(axis=1)
        assert kept.any()
        for j, node in enumerate(scores.columns):
            assert table.loc[node, "lower"] == pytest.approx(grid[kept, j].min(), abs=0.02)
            assert table.loc[node, "lower"] <= grid[kept, j].min() + 1e-9
            assert table.loc[node, "upper"] == pytest.approx(grid[kept, j].max(), abs=0.02)
            assert table.loc[node, "upper"] >= grid[kept, j].max() - 1e-9

    @pytest.mark.parametrize("seed", range(6))
    def test_free_is_never_narrower_and_top_never_narrower_than_order(self, seed):
        scores, weights = random_scores(seed)
        narrow = find_weight_intervals(scores, weights)
        for wide in (
            find_weight_intervals(scores, weights, others="free"),
            find_weight_intervals(scores, weights, keep="top", k=3),
        ):
            assert (wide["lower"] <= narrow["lower"] + 1e-7).all()
            assert (wide["upper"] >= narrow["upper"] - 1e-7).all()

    def test_all_weight_on_one_node(self):
        scores = pd.DataFrame({"x": [2.0, 1.0], "y": [0.0, 4.0]}, index=["a", "b"])
        table = find_weight_intervals(scores, pd.Series({"x": 1.0, "y": 0.0}))
        assert table.loc["x", "lower"] == pytest.approx(0.8)

    def test_bad_input(self):
        scores, weights = random_scores(0)
        with pytest.raises(SpecificationError, match="keep='top', k=None"):
            find_weight_intervals(scores, weights, keep="top")
        tied = pd.DataFrame({"x": [1.0, 1.0, 0.0]}, index=list("abc"))
        with pytest.raises(DataError, match="'a' and 'b' tied at place 1"):
            find_weight_intervals(tied, keep="winner")
        with pytest.raises(SchemaError, match="1 missing or infinite scores in rows 'c2'"):
            find_weight_intervals(
                scores.mask(
                    scores.index.to_series().eq("c2").to_numpy()[:, None] & np.array([[True, False, False]])
                )
            )


def greedy_swap(lead, w):
    """Move mass from the most to the least favourable node until the lead is gone; half the L1 change."""
    target, need, spent = lead.min(), float(lead @ w), 0.0
    for j in np.argsort(-lead):
        gain = lead[j] - target
        if gain <= 0:
            break
        take = min(w[j], need / gain)
        need -= take * gain
        spent += take
        if need <= 1e-12:
            return 2 * spent
    return np.nan


class TestSwaps:
    @pytest.mark.parametrize("seed", range(15))
    def test_l1_is_the_greedy_optimum(self, seed):
        scores, weights = random_scores(seed, n=5, m=4)
        found = find_swaps(scores, weights, pairs="all")
        assert len(found) == 10
        for row in found.to_dict("records"):
            lead = (scores.loc[row["better"]] - scores.loc[row["worse"]]).to_numpy()
            assert row["change"] == pytest.approx(
                greedy_swap(lead, weights.to_numpy()), abs=1e-7, nan_ok=True
            )
            if np.isfinite(row["change"]):
                new = np.array([row[node] for node in scores.columns])
                assert lead @ new <= 1e-7
                assert np.abs(new - weights).sum() == pytest.approx(row["change"], abs=1e-7)

    @pytest.mark.parametrize("seed", range(6))
    def test_linf_is_the_optimum_of_a_fine_grid(self, seed):
        scores, weights = random_scores(seed, n=3)
        grid = np.array([(a, b, 400 - a - b) for a in range(401) for b in range(401 - a)]) / 400
        found = find_swaps(scores, weights, pairs="all", norm="linf")
        for row in found.to_dict("records"):
            lead = (scores.loc[row["better"]] - scores.loc[row["worse"]]).to_numpy()
            near = np.abs(grid - weights.to_numpy()).max(axis=1)[grid @ lead <= 0]
            if np.isnan(row["change"]):
                assert len(near) == 0
            else:
                assert row["change"] <= near.min() + 1e-9
                assert row["change"] == pytest.approx(near.min(), abs=0.01)

    def test_dominance_cannot_be_swapped_and_named_pairs_are_turned(self):
        scores = pd.DataFrame({"x": [2.0, 1.0], "y": [2.0, 1.0]}, index=["a", "b"])
        found = find_swaps(scores, pairs=[("b", "a")])
        assert tuple(found.loc[0, ["better", "worse"]]) == ("a", "b")
        assert np.isnan(found.loc[0, "change"])

    def test_bad_input(self):
        scores, weights = random_scores(0)
        with pytest.raises(DataError, match="unknown 'zz'"):
            find_swaps(scores, weights, pairs=[("c0", "zz")])
        with pytest.raises(SpecificationError, match="norm must be"):
            find_swaps(scores, weights, norm="l2")
        with pytest.raises(SpecificationError, match="pairs must be"):
            find_swaps(scores, weights, pairs="some")


class TestRankRanges:
    @pytest.mark.parametrize("seed", range(4))
    def test_ranges_are_those_of_a_fine_grid(self, seed):
        scores, weights = random_scores(seed, n=6)
        table = find_rank_ranges(scores, weights)
        grid = np.array([(a, b, 120 - a - b) for a in range(121) for b in range(121 - a)]) / 120
        ranks = stats.rankdata(-(grid @ scores.to_numpy().T), axis=1, method="min")
        assert (table["best"].to_numpy() <= ranks.min(axis=0)).all()
        assert (table["worst"].to_numpy() >= ranks.max(axis=0)).all()
        assert (table["best"].to_numpy() == ranks.min(axis=0)).mean() > 0.8
        assert (table["worst"].to_numpy() == ranks.max(axis=0)).mean() > 0.8

    def test_best_weights_reach_the_best_rank(self):
        scores, weights = random_scores(9, n=8)
        table = find_rank_ranges(scores, weights)
        for city, row in table.iterrows():
            total = scores @ row[scores.columns].astype(float)
            assert 1 + int((total > total[city] + 1e-6).sum()) == row["best"]

    def test_no_spread_is_the_published_rank(self):
        scores, weights = random_scores(3)
        table = find_rank_ranges(scores, weights, spread=0)
        assert (table["best"] == table["rank"]).all()
        assert (table["worst"] == table["rank"]).all()
        wider = find_rank_ranges(scores, weights, spread=0.3)
        assert (wider["best"] <= table["best"]).all()
        assert (wider["worst"] >= table["worst"]).all()
        with pytest.raises(SpecificationError, match="spread"):
            find_rank_ranges(scores, weights, spread=-1)


def test_input_is_never_changed():
    scores, weights = random_scores(1)
    before, held = scores.copy(), weights.copy()
    find_weight_intervals(scores, weights)
    find_swaps(scores, weights)
    find_rank_ranges(scores, weights)
    pd.testing.assert_frame_equal(scores, before)
    pd.testing.assert_series_equal(weights, held)


def test_every_pair_of_neighbours_is_listed_once():
    scores, weights = random_scores(2)
    found = find_swaps(scores, weights)
    order = list((scores @ weights).sort_values(ascending=False).index)
    assert set(zip(found["better"], found["worse"], strict=True)) == set(pairwise(order))
    assert len(list(combinations(order, 2))) > len(found)
