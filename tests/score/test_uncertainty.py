"""Monte Carlo over choices: against a loop that rebuilds the index run by run, and against exact shares."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geobri.errors import DataError, SpecificationError
from geobri.score.compiled import compile_index, score_compiled
from geobri.score.index import build_index
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import (
    ChooseAggregator,
    ChooseNormaliser,
    ChooseVariant,
    DirichletWeights,
    LeaveOut,
    PerturbWeights,
    suggest_choices,
)
from geobri.score.trust.choosing import count_uniforms, move_importance
from geobri.score.trust.runs import draw_uniforms, evaluate_runs, split_uniforms
from geobri.score.trust.uncertainty import UNCERTAINTY_COLUMNS, measure_uncertainty, tabulate_uncertainty
from geobri.score.trust.variants import build_variants, vary_spec

SPEC = {
    "index": {"name": "small"},
    "dimension": [{"name": "one", "importance": "1/3"}, {"name": "two", "importance": "2/3"}],
    "indicator": [
        {"name": "a", "dimension": "one", "importance": "1/4"},
        {"name": "b", "dimension": "one", "importance": "3/4"},
        {"name": "c", "dimension": "two"},
    ],
}


def make_index(seed=0, n=8):
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.gamma(2, 10, (n, 3)), index=[f"u{i}" for i in range(n)], columns=list("abc"))
    return values, compile_index(load_spec(SPEC), values)


def by_hand(values, normaliser, aggregator, weights):
    """Compute the index of one run from its definition, with pandas alone."""
    if normaliser == "minmax":
        scores = 1 + 99 * (values - values.min()) / (values.max() - values.min())
    else:
        scores = 100 * (values.rank() - 0.5) / len(values)
    tree = {"one": ["a", "b"], "two": ["c"]}

    def combine(frame, share):
        share = share / share.sum()
        return np.exp(np.log(frame) @ share) if aggregator == "geometric" else frame @ share

    parts = {}
    for node, children in tree.items():
        share = np.array([weights[child] for child in children])
        parts[node] = (
            combine(scores[children], share) if share.sum() > 0 else scores[children].mean(axis=1) * 0 + 1
        )
    return combine(pd.DataFrame(parts), np.array([weights["one"], weights["two"]]))


def test_every_run_is_the_index_rebuilt_with_its_settings():
    values, compiled = make_index()
    choices = [
        ChooseNormaliser(("minmax", "percentile"), params={"minmax": {"scale": (1, 100)}}),
        ChooseAggregator(("arithmetic", "geometric"), probabilities=(0.3, 0.7)),
        PerturbWeights(0.4),
        LeaveOut(("a", "c")),
    ]
    uniforms = np.random.default_rng(1).random((60, 1 + 1 + 5 + 1))
    scores = evaluate_runs(compiled, choices, uniforms)
    stated = {"one": 1 / 3, "two": 2 / 3, "a": 1 / 4, "b": 3 / 4, "c": 1.0}
    for u, score in zip(uniforms, scores, strict=True):
        weights = {
            name: w * (1 + 0.4 * (2 * x - 1)) for (name, w), x in zip(stated.items(), u[2:7], strict=True)
        }
        left_out = ["none", "a", "c"][min(int(u[7] * 3), 2)]
        if left_out == "a":
            weights["a"] = 0.0
        elif left_out == "c":
            weights["two"] = weights["c"] = 0.0
        normaliser = "minmax" if u[0] < 0.5 else "percentile"
        expected = by_hand(values, normaliser, "arithmetic" if u[1] < 0.3 else "geometric", weights)
        np.testing.assert_allclose(score, expected, rtol=1e-12)


@pytest.mark.parametrize("first", [0.2, 0.8])
def test_what_one_run_leaves_out_empties_no_branch_of_the_others(first):
    values, compiled = make_index()
    choices = [LeaveOut(("a",), name="first"), LeaveOut(("b",), name="second")]
    uniforms = np.array([(first, 0.8), (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)])
    scores = evaluate_runs(compiled, choices, uniforms)
    low, high = values.min(), values.max()
    for (a, b), score in zip(uniforms > 0.5, scores, strict=True):
        share = np.array([0.25 * (not a), 0.75 * (not b)])
        plain = 100 * (values - low) / (high - low)
        one = plain[["a", "b"]] @ (share / share.sum()) if share.sum() else 0.0
        expected = plain["c"] if a and b else one / 3 + plain["c"] * 2 / 3
        np.testing.assert_allclose(score, expected, rtol=1e-12)


def test_settings_say_what_was_run():
    _, compiled = make_index()
    found = measure_uncertainty(
        compiled, [ChooseAggregator(), LeaveOut(), PerturbWeights()], n_runs=500, rng=3
    )
    assert list(found.settings.columns) == ["aggregator", "left out"]
    uniforms = draw_uniforms(500, 7, "random", 3)
    assert ((uniforms[:, 0] < 0.5) == (found.settings["aggregator"] == "arithmetic")).all()
    options = found.by_option()
    assert options["runs"].sum() == 1000
    assert set(options.loc[options["choice"] == "left out", "option"]) == {"none", "a", "b", "c"}


def test_flat_weights_on_two_indicators_give_shares_that_are_lengths():
    """With one weight w uniform on 0 to 1, a is ahead of b for w up to a crossing: the share is its length."""
    spec = {
        "index": {"name": "two"},
        "dimension": [{"name": "d"}],
        "indicator": [{"name": "x", "dimension": "d"}, {"name": "y", "dimension": "d"}],
    }
    values = pd.DataFrame({"x": [0.0, 100, 70], "y": [100.0, 0, 70]}, index=["p", "q", "r"])
    found = measure_uncertainty(
        compile_index(load_spec(spec), values), [DirichletWeights(1.0)], n_runs=20_000, rng=1
    )
    shares = found.acceptability()
    # p: 100 (1 - w), q: 100 w, r: 70; r is first between 0.3 and 0.7
    assert shares.loc["r", 1] == pytest.approx(0.4, abs=0.015)
    assert shares.loc["p", 1] == pytest.approx(0.3, abs=0.015)
    assert shares.loc["q", 3] == pytest.approx(0.5, abs=0.015)
    precedence = found.precedence()
    assert precedence.loc["r", "p"] == pytest.approx(0.7, abs=0.015)


def test_dirichlet_weights_have_the_moments_of_the_distribution():
    _, compiled = make_index()
    choice = DirichletWeights(3.0)
    assert count_uniforms(choice, compiled) == 4
    start = np.tile(compiled.importance, (20_000, 1))
    moved = move_importance(choice, compiled, start, np.random.default_rng(0).random((20_000, 4)))
    place = [compiled.nodes.index(name) for name in ("a", "b")]
    share = moved[:, place] / moved[:, place].sum(axis=1, keepdims=True)
    law = stats.dirichlet([3 * 2 * 0.25, 3 * 2 * 0.75])
    np.testing.assert_allclose(share.mean(axis=0), law.mean(), atol=0.005)
    np.testing.assert_allclose(share.var(axis=0), law.var(), rtol=0.05)
    assert (moved[:, compiled.nodes.index("c")] == 1).all()


def test_frame_and_matrices_agree_with_plain_counting():
    _, compiled = make_index(4)
    found = measure_uncertainty(compiled, [PerturbWeights(0.9), LeaveOut()], n_runs=800, rng=5)
    table = found.to_frame(top=3, level=0.8)
    assert tuple(table.columns) == UNCERTAINTY_COLUMNS
    assert list(table["rank"]) == sorted(found.rank)
    for row in table.to_dict("records"):
        held = found.ranks[:, list(found.labels).index(row["unit"])]
        assert row["rank_mean"] == pytest.approx(held.mean())
        assert (row["rank_best"], row["rank_worst"]) == (held.min(), held.max())
        assert row["share_in_top"] == pytest.approx((held <= 3).mean())
        assert row["share_at_rank"] == pytest.approx((held == row["rank"]).mean())
        assert (held < row["rank_lower"]).mean() <= 0.1 < (held <= row["rank_lower"]).mean() + 1e-12
        assert (held <= row["rank_upper"]).mean() >= 0.9
    shares = found.acceptability()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares.loc["u2", 3] == pytest.approx((found.ranks[:, 2] == 3).mean())
    precedence = found.precedence()
    np.testing.assert_allclose((precedence + precedence.T).to_numpy()[~np.eye(8, dtype=bool)], 1)
    assert "Over 800 runs" in found.summary()


def test_a_unit_without_a_score_comes_last_with_missing_values():
    values, _ = make_index()
    compiled = compile_index(load_spec(SPEC), values.mask(values.index.to_series().eq("u3"), np.nan))
    found = measure_uncertainty(compiled, [PerturbWeights(), LeaveOut()], n_runs=100, rng=1)
    table = found.to_frame()
    assert table["unit"].iloc[-1] == "u3"
    assert table.iloc[-1][["rank", "rank_lower", "share_at_rank", "share_in_top"]].isna().all()
    assert table.iloc[:-1].notna().all(axis=None)
    assert table["rank_worst"].max() == 7
    assert found.acceptability().loc["u3"].sum() == 0
    assert found.by_option()["mean_shift"].notna().all()


def test_no_spread_changes_nothing():
    _, compiled = make_index()
    found = measure_uncertainty(compiled, [PerturbWeights(0.0)], n_runs=20, rng=1)
    assert (found.ranks == found.rank).all()
    assert (found.to_frame()["share_at_rank"] == 1).all()


def test_sobol_and_random_sampling_agree_and_seeds_repeat():
    _, compiled = make_index()
    choices = [PerturbWeights(0.8), LeaveOut()]
    random, again, sobol = (
        measure_uncertainty(compiled, choices, n_runs=8192, sampler=name, rng=7)
        for name in ("random", "random", "sobol")
    )
    np.testing.assert_array_equal(random.ranks, again.ranks)
    np.testing.assert_allclose(random.ranks.mean(axis=0), sobol.ranks.mean(axis=0), atol=0.08)
    assert not random.ranks.flags.writeable


def make_study(seed=2):
    rng = np.random.default_rng(seed)
    cities = pd.DataFrame({"country": list("ABCDE")}, index=pd.Index(["p", "q", "r", "s", "t"], name="city"))
    rows = [
        (name, one, two, rng.gamma(1, 10))
        for name in "abc"
        for k, one in enumerate(cities.index)
        for two in cities.index[k + 1 :]
        if not (name == "a" and {one, two} == {"p", "q"})
    ]
    return cities, pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])


def test_variants_are_prepared_once_and_run_each():
    cities, flows = make_study()
    spec = load_spec(SPEC)
    changes = {
        "mean": {"imputer": "mean"},
        "median": {"imputer": "median"},
        "most": {"imputer": "mean", "city_rule": "max"},
    }
    variants = build_variants(spec, cities, flows, changes)
    assert variants["mean"].treated.sum() != variants["most"].treated.sum()
    found = measure_uncertainty(variants["mean"], [ChooseVariant(variants)], n_runs=300, rng=1)
    for name, compiled in variants.items():
        alone = measure_uncertainty(compiled, [PerturbWeights(0)], n_runs=1, rng=1).rank
        runs = (found.settings["variant"] == name).to_numpy()
        assert runs.sum() > 60
        assert (found.ranks[runs] == alone).all()
    assert vary_spec(spec, city_rule="max").indicators[0].city_rule == "max"
    assert spec.indicators[0].city_rule == "sum"


def test_both_levels_of_an_index_make_one_table():
    cities, flows = make_study()
    result = build_index(vary_spec(load_spec(SPEC), imputer="mean"), cities, flows)
    table = tabulate_uncertainty(result, n_runs=200, rng=1)
    assert list(table["level"]) == ["cities"] * 5 + ["corridors"] * 10
    assert list(table["unit"][:5]) == list(result.cities["rank_overall"].sort_values().index)
    pd.testing.assert_frame_equal(table, tabulate_uncertainty(result, n_runs=200, rng=1))


def test_values_are_never_changed():
    values, compiled = make_index()
    before = values.copy()
    measure_uncertainty(compiled, [PerturbWeights(), LeaveOut()], n_runs=50, rng=1)
    pd.testing.assert_frame_equal(values, before)
    np.testing.assert_array_equal(compiled.treated, before.to_numpy())


def test_blocks_of_uniforms_are_given_in_order():
    _, compiled = make_index()
    blocks = split_uniforms(
        compiled, [LeaveOut(), PerturbWeights(nodes=("a", "b"))], np.arange(6.0).reshape(2, 3)
    )
    assert [block.shape for _, block in blocks] == [(2, 1), (2, 2)]
    assert blocks[1][1][0].tolist() == [1, 2]


def test_suggested_choices_run_and_fit_the_size_of_the_index():
    values, compiled = make_index()
    found = measure_uncertainty(compiled, suggest_choices(compiled), n_runs=64, rng=1)
    assert list(found.settings.columns) == ["normaliser", "aggregator", "left out"]
    two = {**SPEC, "indicator": [SPEC["indicator"][2], {"name": "a", "dimension": "one"}]}
    assert len(suggest_choices(compile_index(load_spec(two), values))) == 3


def test_bad_input():
    _, compiled = make_index()
    with pytest.raises(SpecificationError, match="no choice"):
        measure_uncertainty(compiled, [])
    with pytest.raises(
        SpecificationError, match=r"repeated names 'weights'.*unknown nodes 'zz' in 'weights'"
    ):
        measure_uncertainty(compiled, [PerturbWeights(), PerturbWeights(nodes=("zz",))])
    with pytest.raises(SpecificationError, match="more than one ChooseAggregator"):
        measure_uncertainty(compiled, [ChooseAggregator(), ChooseAggregator(name="again")])
    with pytest.raises(SpecificationError, match="unknown nodes 'overall'"):
        measure_uncertainty(compiled, [LeaveOut(("overall",))])
    with pytest.raises(SpecificationError, match="unknown 'softmax'"):
        ChooseNormaliser(("minmax", "softmax"))
    with pytest.raises(SpecificationError, match="probabilities"):
        ChooseAggregator(("arithmetic",), probabilities=(0.5, 0.5))
    with pytest.raises(SpecificationError, match="2 options, 1 of them"):
        ChooseAggregator(("median", "median"))
    with pytest.raises(SpecificationError, match="spread"):
        PerturbWeights(1.5)
    with pytest.raises(SpecificationError, match="concentration"):
        DirichletWeights(0)
    with pytest.raises(SpecificationError, match="n_runs=0"):
        measure_uncertainty(compiled, [LeaveOut()], n_runs=0)
    with pytest.raises(SpecificationError, match="'colour'"):
        vary_spec(compiled.spec, colour="red")
    with pytest.raises(SpecificationError, match="same units"):
        ChooseVariant({"x": compiled, "y": make_index(n=5)[1]})
    with pytest.raises(SpecificationError, match="other units or nodes than the index"):
        measure_uncertainty(compiled, [ChooseVariant({"y": make_index(n=5)[1]})])
    with pytest.raises(DataError, match="geometric"):
        measure_uncertainty(
            compiled, [ChooseNormaliser(("zscore",)), ChooseAggregator(("geometric",))], n_runs=5
        )


class TestZeros:
    def test_places_that_zeros_share_are_said(self):
        _, compiled = make_index()
        harsh = [ChooseNormaliser(("minmax",)), ChooseAggregator(("arithmetic", "geometric"))]
        found = measure_uncertainty(compiled, harsh, n_runs=40, rng=1)
        (said,) = found.warnings
        zeros = int((score_compiled(compiled, aggregator="geometric", keep=["overall"]) == 0).sum())
        assert zeros > 1
        assert said.startswith(f"In runs with the geometric mean {zeros} of 8 units have 0")
        assert said in found.summary()

    @pytest.mark.parametrize("options", [("arithmetic",), ("arithmetic", "geometric")])
    def test_nothing_is_said_where_nothing_is_struck(self, options):
        _, compiled = make_index()
        apart = {"minmax": {"scale": (1, 100)}}
        kept = [ChooseNormaliser(("minmax",), params=apart), ChooseAggregator(options)]
        assert measure_uncertainty(compiled, kept, n_runs=40, rng=1).warnings == ()
