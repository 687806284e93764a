import math
from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.neighbours import build_distance_band, build_knn, graph_weights
from geobri.stats.p_values import monte_carlo_error
from geobri.stats.results import TIDY_COLUMNS
from geobri.stats.simulate import place_cities
from geobri.stats.spatial import (
    bivariate_moran_test,
    geary_test,
    getis_ord_test,
    join_count_test,
    local_moran_test,
    moran_test,
    moran_tests,
)
from tests.stats.references import AUTOCORRELATION, STYLES, load_places


@pytest.fixture
def line():
    """Ten cities in a row, from low to high."""
    cities = gpd.GeoDataFrame(
        {"value": np.arange(10.0), "coastal": [True] * 5 + [False] * 5},
        index=list("abcdefghij"),
        geometry=gpd.points_from_xy(np.arange(10.0), np.zeros(10), crs=4326),
    )
    return cities, build_distance_band(cities, 120)


# --- against R's spdep ----------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("name", "test"), [("moran", moran_test), ("geary", geary_test)])
def test_moran_and_geary_equal_spdep_with_both_variances(study, style, name, test):
    key, table, graph, value, _ = study
    result = test(table, value, graph, standardise=STYLES[style], n_permutations=9, rng=1)
    for kind in ("randomisation", "normality"):
        wanted = AUTOCORRELATION[key][style][f"{name}_{kind}"]
        row = next(term for term in result.terms if term.term.en.endswith(kind))
        assert result.statistic == pytest.approx(wanted["statistic"], abs=1e-8)
        assert result.choices["expected"] == pytest.approx(wanted["expected"], abs=1e-8)
        assert row.se**2 == pytest.approx(wanted["variance"], rel=1e-8)
        assert row.p_value == pytest.approx(wanted["p_value"], rel=1e-8)


@pytest.mark.parametrize("style", STYLES)
def test_general_g_equals_spdep(study, style):
    key, table, graph, value, _ = study
    table, graph = table.drop(graph.isolates), graph.subgraph(graph.unique_ids.drop(graph.isolates))
    result = getis_ord_test(table, value, graph, standardise=STYLES[style], n_permutations=9, rng=1)
    wanted = AUTOCORRELATION[key][style]["getis_ord"]
    row = result.terms[1]
    assert result.statistic == pytest.approx(wanted["statistic"], rel=1e-8)
    assert result.choices["expected"] == pytest.approx(wanted["expected"], rel=1e-8)
    assert row.se**2 == pytest.approx(wanted["variance"], rel=1e-7)  # cancellation: E[G^2] - E[G]^2
    assert row.p_value == pytest.approx(wanted["p_value"], rel=1e-6)


@pytest.mark.parametrize("style", STYLES)
def test_bivariate_moran_equals_its_formula_in_r(study, style):
    key, table, graph, value, other = study
    result = bivariate_moran_test(
        table, value, other, graph, standardise=STYLES[style], n_permutations=99, rng=1
    )
    assert result.statistic == pytest.approx(AUTOCORRELATION[key][style]["bivariate"], abs=1e-8)
    assert result.terms[1].estimate == pytest.approx(np.corrcoef(table[value], table[other])[0, 1], abs=1e-10)


@pytest.mark.parametrize("style", STYLES)
def test_join_counts_equal_spdep(study, style):
    key, table, graph, *_ = study
    result = join_count_test(table, "colour", graph, standardise=STYLES[style], n_permutations=9, rng=1)
    rows = {frozenset(term.term.en.removeprefix("joins ").split(" and ")): term for term in result.terms[1:]}
    wanted = AUTOCORRELATION[key][style]["joins"]
    for name, count, expected, variance in zip(
        *(wanted[k] for k in ("names", "count", "expected", "variance")), strict=True
    ):
        row = rows[frozenset(name.split(":"))]
        assert row.estimate == pytest.approx(count, abs=1e-8)
        assert row.se**2 == pytest.approx(variance, rel=1e-8)
        assert row.statistic == pytest.approx((count - expected) / math.sqrt(variance), abs=1e-8)
    between = sum(
        c for n, c in zip(wanted["names"], wanted["count"], strict=True) if len(set(n.split(":"))) == 2
    )
    assert result.statistic == pytest.approx(between, abs=1e-8)


def test_statistics_equal_esda():
    esda = pytest.importorskip("esda")
    table, graph = load_places("columbus")
    row = graph.transform("r")
    x, y = table["crime"], table["income"]
    assert moran_test(table, "crime", graph, n_permutations=9).statistic == pytest.approx(
        esda.Moran(x, row, permutations=0).I, abs=1e-10
    )
    assert geary_test(table, "crime", graph, n_permutations=9).statistic == pytest.approx(
        esda.Geary(x, row, permutations=0).C, abs=1e-10
    )
    found = getis_ord_test(table, "crime", graph, n_permutations=9).statistic
    assert found == pytest.approx(esda.G(x, graph.transform("b"), permutations=0).G, abs=1e-10)
    both = bivariate_moran_test(table, "crime", "income", graph, n_permutations=9).statistic
    assert both == pytest.approx(esda.Moran_BV(x, y, row, permutations=0).I, abs=1e-10)


# --- permutation p-values -------------------------------------------------------------------------


def brute_moran(weights, x):
    z = x - x.mean()
    return len(z) / weights.sum() * (z @ weights @ z) / (z @ z)


def test_few_cities_are_enumerated_completely():
    cities = gpd.GeoDataFrame(
        {"value": [1.0, 2.0, 4.0, 4.5, 9.0]},
        index=list("abcde"),
        geometry=gpd.points_from_xy([0, 1, 2, 3, 4.0], [0.0] * 5, crs=4326),
    )
    graph = build_distance_band(cities, 120)
    weights = graph_weights(graph, cities.index, standardise="row").toarray()
    every = np.array([brute_moran(weights, np.array(x)) for x in permutations(cities["value"])])
    observed = brute_moran(weights, cities["value"].to_numpy())
    result = moran_test(cities, "value", graph, alternative="greater")
    assert result.choices["exact"] is True
    assert result.p_value == pytest.approx(np.mean(every >= observed - 1e-12), abs=1e-12)


def test_a_trend_is_found_and_a_checkerboard_is_its_opposite(line):
    cities, graph = line
    trend = moran_test(cities, "value", graph, rng=1)
    assert trend.p_value <= 0.01
    assert "resemble each other" in trend.summary()
    checks = cities.assign(value=[0.0, 1.0] * 5 + np.arange(10) * 1e-3)
    opposite = moran_test(checks, "value", graph, rng=1)
    assert opposite.statistic < -0.8
    assert "differ more than by chance" in opposite.summary()
    assert (
        geary_test(cities, "value", graph, rng=1).statistic
        < 1
        < geary_test(checks, "value", graph, rng=1).statistic
    )


def test_one_sided_p_values_add_up(line):
    cities, graph = line
    up, down = (
        moran_test(cities, "value", graph, alternative=side, rng=3).p_value for side in ("greater", "less")
    )
    null = moran_test(cities, "value", graph, rng=3)
    ties = np.isclose(null.null_distribution, null.statistic).sum()
    assert up + down == pytest.approx(1 + (1 + ties) / 1000, abs=1e-12)


def test_null_moments_agree_with_the_permutations(study):
    _, table, graph, value, _ = study
    for test in (moran_test, geary_test, getis_ord_test):
        result = test(table, value, graph, n_permutations=4000, rng=5)
        row = next(term for term in result.terms if term.term.en.endswith("randomisation"))
        assert result.null_distribution.mean() == pytest.approx(
            result.choices["expected"], abs=5 * row.se / math.sqrt(4000)
        )
        assert result.null_distribution.std() == pytest.approx(row.se, rel=0.06)


@pytest.mark.rate
def test_moran_keeps_its_size_where_esda_does_not():
    """FACTS: esda's one-directional p-value gives 9.3 % false alarms; 600 null maps here, 5 % wanted."""
    rng = np.random.default_rng(12)
    cities = gpd.GeoDataFrame(
        index=[f"c{i}" for i in range(22)],
        geometry=gpd.points_from_xy(rng.uniform(0, 60, 22), rng.uniform(0, 50, 22), crs=4326),
    )
    graph = build_knn(cities, 4)
    alarms = [
        moran_test(
            cities.assign(value=rng.normal(size=22)), "value", graph, n_permutations=199, rng=rng
        ).p_value
        <= 0.05
        for _ in range(600)
    ]
    assert 14 <= sum(alarms) <= 47  # 0.998 of Binomial(600, 0.05)


def test_seed_decides_and_row_order_does_not(line):
    cities, graph = line
    one = moran_test(cities, "value", graph, rng=7)
    np.testing.assert_array_equal(
        one.null_distribution, moran_test(cities, "value", graph, rng=7).null_distribution
    )
    turned = cities.iloc[::-1]
    assert moran_test(turned, "value", graph, rng=7).statistic == pytest.approx(one.statistic, abs=1e-12)


def test_moran_ignores_the_unit_and_its_scatter_has_it_as_slope(line):
    cities, graph = line
    result = moran_test(cities, "value", graph, rng=1)
    scaled = moran_test(cities.assign(value=cities["value"] * -3 + 100), "value", graph, rng=1)
    assert scaled.statistic == pytest.approx(result.statistic, abs=1e-12)
    own, lags = (result.table[name].to_numpy() for name in ("value", "lag"))
    slope = own @ lags / (own @ own)
    assert slope == pytest.approx(result.statistic, abs=1e-12)
    axes = result.plot()
    assert len(axes.collections[0].get_offsets()) == 10
    import matplotlib.pyplot as plt

    plt.close(axes.figure)


# --- labels ---------------------------------------------------------------------------------------


def test_join_counts_of_truth_values_by_hand(line):
    cities, graph = line
    result = join_count_test(cities, "coastal", graph, rng=1)
    counts = {term.term.en: term.estimate for term in result.terms}
    assert counts["joins coastal and coastal"] == 4
    assert counts["joins not coastal and not coastal"] == 4
    assert counts["joins not coastal and coastal"] == 1
    assert result.statistic == 1
    assert result.choices["expected"] == pytest.approx(9 * 50 / 90)
    assert result.p_value < 0.05


def test_unlabelled_cities_are_left_out_and_named(line):
    cities, graph = line
    result = join_count_test(
        cities.assign(coastal=pd.array([True, None, *[False] * 8], dtype="boolean")), "coastal", graph, rng=1
    )
    assert result.n == 9
    assert "'b'" in result.terms[0].left_out


# --- the door -------------------------------------------------------------------------------------


def test_missing_values_and_islands_are_said(line):
    cities, graph = line
    result = moran_test(
        cities.assign(value=cities["value"].where(cities.index != "i")), "value", graph, rng=1
    )
    assert result.n == 9
    assert "1 without value or label left out ('i')" in result.to_frame()["left_out"][0]
    assert "1 without neighbours ('j')" in result.to_frame()["left_out"][0]
    assert tuple(result.to_frame().columns) == TIDY_COLUMNS


def test_self_weights_are_ignored(line):
    cities, graph = line
    assert (
        moran_test(cities, "value", graph.assign_self_weight(), rng=1).statistic
        == moran_test(cities, "value", graph, rng=1).statistic
    )


@pytest.mark.parametrize("test", [moran_test, geary_test, getis_ord_test])
def test_bad_input_is_named(test, line):
    cities, graph = line
    with pytest.raises(SchemaError, match="columns"):
        test(cities, "score", graph)
    with pytest.raises(SchemaError, match="numeric"):
        test(cities.assign(value=list("abcdefghij")), "value", graph)
    with pytest.raises(DataError, match="10 values of 'value' equal to 3"):
        test(cities.assign(value=3.0), "value", graph)
    with pytest.raises(DataError, match="at least four"):
        test(cities.assign(value=[1.0, 2.0, 3.0] + [np.nan] * 7), "value", graph)
    with pytest.raises(DataError, match="no link"):
        test(cities, "value", build_distance_band(cities, 1))
    with pytest.raises(SchemaError, match="same places"):
        test(cities.iloc[:-1], "value", graph)
    with pytest.raises(SpecificationError, match="standardise"):
        test(cities, "value", graph, standardise="double")
    with pytest.raises(SpecificationError, match="alternative"):
        test(cities, "value", graph, alternative="bigger")


def test_general_g_refuses_negative_values(line):
    cities, graph = line
    with pytest.raises(DataError, match=r"1 negative values .*'a'"):
        getis_ord_test(cities.assign(value=cities["value"] - 0.5), "value", graph)


def test_join_counts_need_two_labels(line):
    cities, graph = line
    with pytest.raises(DataError, match="two labels"):
        join_count_test(cities.assign(coastal=True), "coastal", graph)
    with pytest.raises(SchemaError, match="'harbour'"):
        join_count_test(cities, "harbour", graph)


def test_a_hand_made_graph_works():
    cities = pd.DataFrame({"value": [1.0, 2.0, 5.0, 9.0]}, index=list("wxyz"))
    graph = Graph.from_arrays(list("wxyz"), list("xwzy"), np.ones(4))
    assert moran_test(cities, "value", graph).n == 4


def test_the_smallest_adjusted_p_value_has_an_error_of_its_own():
    places = place_cities(20, rng=2).assign(height=np.random.default_rng(3).normal(size=20))
    found = local_moran_test(places, "height", build_knn(places, 4), n_permutations=199, rng=1)
    head, own = found.terms[0], found.table.loc[found.table["p_adjusted"].idxmin()]
    assert head.mc_error == pytest.approx(
        own["p_adjusted"] / own["p_value"] * monte_carlo_error(own["p_value"], 199)
    )


def test_enough_permutations_that_a_verdict_does_not_hang_on_the_seed():
    places = place_cities(20, rng=2).assign(height=np.random.default_rng(3).normal(size=20))
    found = moran_tests(places, "height", rng=1)
    terms = [term for result in found for term in result.terms if math.isnan(term.p_adjusted)]
    drawn = [term for term in terms if term.mc_error > 0]
    assert drawn
    assert all(term.mc_error <= 2 * np.sqrt(0.25 / 19_999) + 1e-12 for term in drawn)
    few = moran_tests(places, "height", n_permutations=99, rng=1)
    assert max(term.mc_error for result in few for term in result.terms if term.mc_error > 0) > 0.02
