"""Properties of everything that says how far a ranking can be trusted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.score.audit import audit_ranking, find_nearest_weights
from geobri.score.compare import compare_rankings
from geobri.score.compiled import compile_index
from geobri.score.overlap import kendall_tau_b, rank_biased_overlap, spearman_rho, top_overlap
from geobri.score.panel import build_growth_table
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import LeaveOut, PerturbWeights
from geobri.score.trust.dominance import find_dominance
from geobri.score.trust.removal import build_removal_table
from geobri.score.trust.uncertainty import measure_uncertainty
from geobri.score.trust.weightspace import find_rank_ranges, find_swaps, find_weight_intervals

SMALL = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**31)


def make_scores(seed, n, m, *, tied=False):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (n, m)).astype(float) if tied else rng.uniform(0, 100, (n, m))
    scores = pd.DataFrame(values, index=[f"c{i}" for i in range(n)], columns=[f"d{j}" for j in range(m)])
    return scores, pd.Series(rng.dirichlet(np.full(m, 3.0)), index=scores.columns)


@SMALL
@given(SEEDS, st.integers(2, 7), st.integers(1, 4), st.booleans())
def test_true_scores_are_possible_and_within_their_bounds(seed, n, m, tied):
    scores, weights = make_scores(seed, n, m, tied=tied)
    total = scores @ weights
    audit = audit_ranking(
        total.round(9).rank(ascending=False, method="min"),
        scores.rank(ascending=False, method="min"),
        importance=weights,
    )
    assert audit.scores_possible
    truth = scores.assign(index=total)
    for one in audit.bounds.itertuples():
        assert one.lower - 1e-6 <= truth.loc[one.city, one.node] <= one.upper + 1e-6


@SMALL
@given(SEEDS, st.integers(3, 7), st.integers(1, 3))
def test_audit_knows_neither_row_order_nor_the_size_of_rank_steps(seed, n, m):
    rng = np.random.default_rng(seed)
    scores, _ = make_scores(seed, n, m)
    ranks, overall = scores.rank(), pd.Series(rng.permutation(n) + 1, index=scores.index)
    one = audit_ranking(overall, ranks, bounds=False)
    order = rng.permutation(n)
    shuffled = audit_ranking(overall.iloc[order], ranks.iloc[order[::-1]], bounds=False)
    stretched = audit_ranking(overall**2, ranks * 3 + 1, bounds=False)
    assert one.scores_possible == shuffled.scores_possible == stretched.scores_possible
    assert one.scores_margin == pytest.approx(shuffled.scores_margin, abs=1e-6)
    assert one.scores_margin == pytest.approx(stretched.scores_margin, abs=1e-6)


@SMALL
@given(SEEDS, st.integers(3, 8), st.integers(2, 4))
def test_weights_that_made_an_order_of_mean_ranks_are_found(seed, n, m):
    scores, weights = make_scores(seed, n, m)
    ranks = scores.rank()
    mean = (ranks @ weights).round(9)
    found = find_nearest_weights(mean.rank(method="min"), ranks)
    assert found.total_violation == pytest.approx(0, abs=1e-7)
    assert found.margin >= -1e-9


@SMALL
@given(SEEDS, st.integers(2, 7), st.integers(1, 4), st.booleans())
def test_dominance_holds_under_any_weights(seed, n, m, tied):
    scores, weights = make_scores(seed, n, m, tied=tied)
    total = scores @ weights
    for pair in find_dominance(scores).itertuples():
        assert total[pair.dominating] >= total[pair.dominated] - 1e-9
        lead = total[pair.dominating] - total[pair.dominated]
        assert pair.least_lead - 1e-9 <= lead <= pair.greatest_lead + 1e-9


@SMALL
@given(SEEDS, st.integers(3, 7), st.integers(2, 4))
def test_ranges_hold_the_present_and_impossible_swaps_are_dominance(seed, n, m):
    scores, weights = make_scores(seed, n, m)
    intervals = find_weight_intervals(scores, weights)
    assert (
        (intervals["lower"] <= intervals["weight"] + 1e-9)
        & (intervals["weight"] <= intervals["upper"] + 1e-9)
    ).all()
    ranges = find_rank_ranges(scores, weights)
    assert ((ranges["best"] <= ranges["rank"]) & (ranges["rank"] <= ranges["worst"])).all()
    swaps = find_swaps(scores, weights, pairs="all")
    never = set(zip(*(swaps.loc[swaps["change"].isna(), name] for name in ("better", "worse")), strict=True))
    dominance = find_dominance(scores)
    assert never == set(zip(dominance["dominating"], dominance["dominated"], strict=True))


@SMALL
@given(SEEDS, st.integers(3, 8), st.integers(2, 4))
def test_removal_does_not_know_row_order_or_unit_shifts(seed, n, m):
    scores, weights = make_scores(seed, n, m)
    table = build_removal_table(scores, weights).set_index(["removed", "city"]).sort_index()
    moved = build_removal_table(scores.sample(frac=1, random_state=1) * 2 + 5, weights)
    pd.testing.assert_frame_equal(table, moved.set_index(["removed", "city"]).sort_index())


@SMALL
@given(
    SEEDS,
    st.integers(2, 12),
    st.integers(2, 12),
    st.booleans(),
    st.floats(0.05, 0.98),
    st.sampled_from("wab"),
)
def test_overlap_is_symmetric_and_within_its_bounds(seed, n, k, tied, p, ties):  # noqa: PLR0917 - drawn by Hypothesis
    rng = np.random.default_rng(seed)
    lists = []
    for size in (n, k):
        items = rng.choice(14, size, replace=False)
        values = rng.integers(0, 4, size) if tied else rng.permutation(size)
        lists.append(pd.Series(values, index=[f"i{i}" for i in items]).rank(method="min"))
    one, two = (rank_biased_overlap(*pair, persistence=p, ties=ties) for pair in (lists, lists[::-1]))
    assert one.lowest <= one.extrapolated + 1e-9
    assert one.extrapolated <= one.highest + 1e-9
    assert one.lowest >= -1e-9
    assert one.highest <= 1 + 1e-9
    if n != k:  # of two lists of equal length with ties, either may be called the shorter
        assert one.extrapolated == pytest.approx(two.extrapolated, abs=1e-12)
    size = min(n, k)
    assert top_overlap(*lists, size) == pytest.approx(top_overlap(*lists[::-1], size))


@SMALL
@given(SEEDS, st.integers(2, 12))
def test_correlations_turn_round_with_the_ranking(seed, n):
    rng = np.random.default_rng(seed)
    one, two = (pd.Series(rng.permutation(n) + 1) for _ in range(2))
    for measure in (kendall_tau_b, spearman_rho):
        assert measure(one, two) == pytest.approx(measure(two, one))
        assert measure(one, n + 1 - two) == pytest.approx(-measure(one, two))
        assert measure(one, one) == pytest.approx(1)


@SMALL
@given(SEEDS, st.integers(2, 10))
def test_shifts_add_up_to_nothing_and_turn_round(seed, n):
    rng = np.random.default_rng(seed)
    one, two = (pd.Series(rng.permutation(n) + 1, index=[f"c{i}" for i in range(n)]) for _ in range(2))
    there, back = compare_rankings(one, two).table, compare_rankings(two, one).table
    assert there["shift"].sum() == 0
    pd.testing.assert_series_equal(there["shift"].sort_index(), -back["shift"].sort_index())


@SMALL
@given(SEEDS, st.integers(3, 8))
def test_uncertainty_does_not_know_the_order_or_unit_of_the_units(seed, n):
    spec = load_spec(
        {
            "index": {"name": "s"},
            "dimension": [{"name": "d"}],
            "indicator": [{"name": name, "dimension": "d"} for name in ("x", "y", "z")],
        }
    )
    values = pd.DataFrame(
        np.random.default_rng(seed).gamma(1, 10, (n, 3)),
        index=[f"u{i}" for i in range(n)],
        columns=list("xyz"),
    )
    choices = [PerturbWeights(0.7), LeaveOut()]
    one = measure_uncertainty(compile_index(spec, values), choices, n_runs=64, rng=1)
    other = measure_uncertainty(compile_index(spec, 1000 * values.iloc[::-1]), choices, n_runs=64, rng=1)
    np.testing.assert_array_equal(one.ranks, other.ranks[:, ::-1])


@SMALL
@given(SEEDS, st.integers(1, 8), st.floats(0.5, 2.0))
def test_growth_knows_no_unit_and_compounds(seed, years, factor):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([list("abc"), [2000, 2000 + years]], names=["city", "year"])
    values = pd.Series(rng.uniform(1, 100, 6), index=index)
    table, scaled = build_growth_table(values), build_growth_table(values * factor)
    np.testing.assert_allclose(table["annual_growth"], scaled["annual_growth"], rtol=1e-9)
    np.testing.assert_allclose(
        table["first_value"] * (1 + table["annual_growth"]) ** years, table["last_value"]
    )
    np.testing.assert_allclose(np.exp(table["log_change"]), table["last_value"] / table["first_value"])
