"""Numbers that a last reading found wrong: each on a table of its own, against another road."""

import math

import numpy as np
import pandas as pd
import pytest

from geobri.stats.distributions import student_quantile
from geobri.stats.dyads import mantel_test, pair_regression_test
from geobri.stats.flows import decay_test, fit_decay, fit_gravity, presence_test
from geobri.stats.flows._friction_rows import _half
from geobri.stats.groups import (
    bounded_group_test,
    coastal_sensitivity_test,
    corridor_interaction_test,
    corridor_types_test,
    dimensions_test,
    mann_whitney_test,
)
from geobri.stats.models.score_test import _how_many_more
from geobri.stats.null import NodePlan
from geobri.stats.p_values import monte_carlo_error
from geobri.stats.results import Term
from geobri.stats.say.numbers import say_disagreement
from geobri.stats.simulate import place_cities, simulate_corridors
from geobri.stats.spatial import correlogram_test, corridor_moran_test


@pytest.mark.parametrize("quantile", [0.2, 0.8])
def test_rows_without_levels_are_of_the_quantile_that_was_asked_for(quantile):
    table = simulate_corridors(12, noise=0.8, flows="continuous", rng=3)
    asked = {"flow": "flow", "estimator": "quantile", "quantile": quantile}
    rows = decay_test(table, **asked, n_permutations=19, interval=False, rng=1).to_frame()
    pooled = rows[rows["term"].str.contains("no city effects")]["estimate"]
    assert len(pooled) == 2
    assert pooled.to_numpy() == pytest.approx(float(fit_decay(table, **asked).friction[0]), rel=1e-9)


def test_friction_without_a_lower_limit_leaves_the_half_distance_without_an_upper_one():
    fit = fit_decay(simulate_corridors(8, rng=1), flow="flow")
    halves = [_half(fit, limit) for limit in (-math.inf, -0.1, 0.0, math.inf, math.nan)]
    assert halves[:4] == [math.inf, math.inf, math.inf, fit.reference]
    assert math.isnan(halves[4])


def test_exchanges_are_drawn_anew_as_far_as_memory_allows():
    sizes = [
        _how_many_more(NodePlan(permutations=np.zeros((count, n), dtype=np.intp), exact=False))
        for count, n in ((1011, 22), (9999, 22), (999, 3000))
    ]
    assert sizes == [20_220, 49_999, 10_000]


def test_a_p_value_at_the_border_is_drawn_anew_with_more_exchanges():
    """By gravity as by decay: two roads to the same test."""
    for seed in range(40):
        table = simulate_corridors(9, friction=0.35, noise=1.0, hubs=0.2, rng=seed)
        result = decay_test(table, flow="flow", n_permutations=199, interval=False, rng=seed)
        drawn = len(result.null_distribution)
        if drawn > 1000:
            assert drawn >= 20 * 199
            assert result.choices["n_permutations"] == drawn
            assert result.terms[0].mc_error == monte_carlo_error(result.p_value, drawn)
            other = fit_gravity(table, flow="flow", n_permutations=199, rng=seed)
            assert other.p_value == pytest.approx(result.p_value, abs=2 / drawn)
            assert other.null_distribution == pytest.approx(result.null_distribution, rel=1e-6, abs=1e-9)
            assert other.terms[0].null == result.terms[0].null
            return
        assert abs(result.p_value - 0.05) >= 2.5 * result.terms[0].mc_error
    pytest.fail("no p-value near 5 %")


def test_models_of_pairs_count_two_sides_as_they_are_asked_to():
    table = simulate_corridors(8, friction=0.2, rng=4)
    table["linked"] = (table["flow"] > table["flow"].median()).astype(float)
    for verb, given in (
        (fit_gravity, {"flow": "flow"}),
        (presence_test, {"presence": "linked"}),
        (pair_regression_test, {"value": "flow"}),
    ):
        found = {
            how: verb(table, **given, n_permutations=99, two_sided=how, rng=1)
            for how in ("tails", "absolute")
        }
        one = found["absolute"]
        beyond = int((np.abs(one.null_distribution) >= abs(one.statistic) * (1 - 1e-9)).sum())
        assert one.p_value == pytest.approx((beyond + 1) / (len(one.null_distribution) + 1)), verb.__name__
        tails = [((side * one.null_distribution >= side * one.statistic).sum() + 1) for side in (1, -1)]
        wanted = min(1.0, 2 * min(tails) / (len(one.null_distribution) + 1))
        assert found["tails"].p_value == pytest.approx(wanted), verb.__name__


def test_one_cluster_gives_no_error_and_says_why():
    table = simulate_corridors(8, rng=1).assign(year=2020)
    rows = pair_regression_test(
        table, "flow", ["distance_km"], clusters=["year"], n_permutations=19, rng=1
    ).to_frame()
    row = rows[rows["se_type"] == "clustered by year"].iloc[0]
    assert math.isnan(row["se"])
    assert row["note"] == "all pairs are in one cluster: no error can be given"


def test_rows_that_do_not_say_their_year_have_a_level_of_their_own():
    parts = [
        simulate_corridors(8, rng=seed).assign(year=year) for seed, year in ((1, 1.0), (2, 2.0), (3, np.nan))
    ]
    parts[2]["flow"] += 5000
    table = pd.concat(parts, ignore_index=True)
    asked = {"covariates": ["distance_km"], "fixed": ["year"], "n_permutations": 19, "rng": 1}
    unsaid = pair_regression_test(table, "flow", **asked)
    said = pair_regression_test(table.fillna({"year": 3.0}), "flow", **asked)
    assert unsaid.coefficients == pytest.approx(said.coefficients, rel=1e-9)
    assert unsaid.r_squared == pytest.approx(said.r_squared)


def test_values_that_are_known_keep_their_ties_within_bounds():
    values, first = np.array([1.0, 2, 2, 3, 3, 3, 4, 5, 5, 6]), np.arange(10) % 2 == 0
    plain = mann_whitney_test(values, first)
    found = bounded_group_test(values, values, first, n_draws=30, rng=1)
    assert found.p_value == plain.p_value
    middle = found.terms[2]
    assert middle.ci_low == middle.ci_high == middle.estimate == plain.terms[0].estimate


def test_thresholds_less_than_a_km_apart_are_told_apart():
    cities = pd.DataFrame(
        {"score": [3.0, 1.0, 4.0, 1.5, 5.0, 9.0], "coast_km": [0.1, 0.2, 0.3, 0.4, 30.0, 40.0]}
    )
    result = coastal_sensitivity_test(cities, "score", definitions=(), n_permutations=9, rng=1)
    assert list(result.table.index) == ["≤ 0.2 km", "≤ 0.3 km", "≤ 15.2 km"]
    assert result.table["threshold_km"].to_list() == pytest.approx([0.25, 0.35, 15.2])
    assert [one.term.zh for one in result.terms] == [
        f"克利夫 δ，≤ {km} 公里" for km in ("0.2", "0.3", "15.2")
    ]


def test_the_headline_of_one_sided_tests_is_on_the_side_asked_for():
    rng = np.random.default_rng(2)
    first = np.arange(12) < 6
    values = pd.DataFrame({"up": rng.normal(size=12) + 1.5 * first, "down": rng.normal(size=12) - 3 * first})
    for alternative, top in (("greater", "up"), ("less", "down"), ("two-sided", "down")):
        result = dimensions_test(values, first, alternative=alternative)
        assert result.statistic == result.table["statistic"][top]
        assert result.p_value == result.table["p_max_t"][top] == result.table["p_max_t"].min()
    cities = place_cities(6, rng=1).assign(value=[1.0, 5.0, 2.0, 8.0, 3.0, 4.0])
    for alternative, end in (("greater", "max"), ("less", "min")):
        bands = correlogram_test(cities, "value", n_bands=3, alternative=alternative)
        assert bands.statistic == getattr(bands.table["z_score"], end)()
        assert bands.p_value == bands.table["p_max_t"].min()
        assert [term.mc_error for term in bands.terms] == [0.0] * 3  # all 720 arrangements are gone through


def test_an_interval_is_held_against_the_test_of_its_own_level():
    row = Term(test="t", ci_low=0.1, ci_high=0.9, p_value=0.08)
    assert say_disagreement(row, 0.0, 0.95)  # 0 is outside, and the test does not reject it
    assert not say_disagreement(row, 0.0, 0.9)
    assert not say_disagreement(Term(test="t", ci_low=0.1, ci_high=0.9, p_value=0.05), 0.0)
    assert student_quantile(0.975, 1e9) == pytest.approx(1.959964, rel=1e-6)


def labelled(n=9, domestic=True, seed=1):
    cities = place_cities(n, rng=seed).assign(coastal=np.arange(n) % 2 == 0, land=np.arange(n) // 5)
    table = simulate_corridors(cities, rng=seed)
    table["other"] = np.random.default_rng(seed).random(len(table))
    if not domestic:
        land = cities["land"].to_dict()
        table = table[table["origin"].map(land) != table["destination"].map(land)]
    return cities, table


def test_corridors_left_out_for_want_of_a_value_are_counted():
    cities, table = labelled()
    table.loc[table.index[[3, 17]], "flow"] = np.nan
    said = "2 of 36 corridors without a value"
    assert {
        term.left_out for term in corridor_types_test(cities, table, "flow", n_permutations=19, rng=1).terms
    } == {said}
    assert corridor_moran_test(table, "flow", n_permutations=19, rng=1).terms[0].left_out == said
    assert corridor_moran_test(table, "other", n_permutations=19, rng=1).terms[0].left_out == ""


def test_interactions_of_corridors_say_within_how_many_blocks_labels_move():
    cities, table = labelled(domestic=False)
    asked = {"n_permutations": 19, "rng": 1}
    types = corridor_types_test(cities, table, "flow", **asked)
    crossed = corridor_interaction_test(cities, table, ["flow", "other"], **asked)
    assert types.terms[0].null.en.endswith("within 2 blocks")
    assert crossed.terms[0].null == types.terms[0].null


def test_two_pairs_in_common_have_no_rank_correlation():
    """With three cities in common there is one pair or three: four and a hole leave two now and then."""
    rng = np.random.default_rng(1)
    x, y = (one + one.T for one in rng.random((2, 4, 4)))
    for one in (x, y):
        one[0, 1] = one[1, 0] = one[2, 3] = one[3, 2] = np.nan
    x[0, 2] = x[2, 0] = np.nan
    found = mantel_test(x, y, method="kendall", blocks=None)
    other = mantel_test(x, y, method="pearson", blocks=None)
    assert (np.isnan(found.null_distribution) == np.isnan(other.null_distribution)).all()
    assert np.isnan(found.null_distribution).any()
