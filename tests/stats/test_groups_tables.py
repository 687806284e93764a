import itertools
import math

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.geodesy import distance_matrix_km
from geobri.stats.groups import (
    candidate_thresholds,
    city_interaction_test,
    coastal_bounds_test,
    coastal_dimensions_test,
    coastal_regression_test,
    coastal_sensitivity_test,
    coastal_test,
    coastal_tests,
    corridor_interaction_test,
    corridor_regression_test,
    corridor_types_test,
    leave_one_city_out,
    mann_whitney_test,
)
from geobri.stats.groups.placements import Placements, place_on_maps
from geobri.stats.moran_randomisation import proximity_weights
from geobri.stats.results import TIDY_COLUMNS, Term, combine_results
from geobri.stats.simulate import build_simulator, place_cities
from geobri.stats.spatial import moran_tests


def make_cities(n=12, seed=0, effect=0.0):
    rng = np.random.default_rng(seed)
    coastal = np.arange(n) % 2 == 0
    columns = {
        "coastal": pd.array(coastal, dtype="boolean"),
        "china": np.arange(n) % 3 == 0,
        "coast_km": np.where(coastal, rng.uniform(0, 100, n), rng.uniform(150, 900, n)),
        "score": rng.normal(size=n) + effect * coastal,
        "rail": rng.normal(size=n),
        "sea": rng.normal(size=n) + effect * coastal,
        "log_size": rng.normal(size=n),
    }
    points = gpd.points_from_xy(rng.uniform(0, 120, n), rng.uniform(-20, 60, n), crs=4326)
    return gpd.GeoDataFrame(
        columns, index=pd.Index([f"c{i:02d}" for i in range(n)], name="city"), geometry=points
    )


def make_corridors(cities, strength, *, domestic=True, seed=0):
    """Corridors whose value is `strength(i, j)` plus noise with effects of cities."""
    rng = np.random.default_rng(seed)
    hubs, km = rng.normal(size=len(cities)) * 0.3, distance_matrix_km(cities).to_numpy()
    rows = [
        (a, b, km[i, j], strength(i, j) + hubs[i] + hubs[j] + 0.3 * rng.normal())
        for (i, a), (j, b) in itertools.combinations(enumerate(cities.index), 2)
        if domestic or not (cities["china"].iloc[i] and cities["china"].iloc[j])
    ]
    table = pd.DataFrame(rows, columns=["origin", "destination", "distance_km", "value"])
    return table.set_index(table["origin"] + "--" + table["destination"])


def both_ends(cities):
    coastal = cities["coastal"].to_numpy(dtype=bool)
    return lambda i, j: float(coastal[i]) + float(coastal[j])


# --- cities ---------------------------------------------------------------------------------------


def test_coastal_test_is_the_exact_rank_test_of_the_label():
    cities = make_cities(effect=1.0)
    result = coastal_test(cities, "score")
    plain = mann_whitney_test(cities["score"], cities["coastal"].to_numpy(dtype=bool))
    assert result.p_value == plain.p_value
    assert result.to_frame()["value"].unique().tolist() == ["score"]
    assert "6 coastal, 6 inland" in result.summary()


def test_cities_without_value_or_label_are_left_out_and_named():
    cities = make_cities()
    cities.loc["c03", "score"] = np.nan
    cities.loc["c04", "coastal"] = pd.NA
    before = cities.copy()
    result = coastal_test(cities, "score")
    assert result.n == 10
    assert "2 without value or label left out ('c03', 'c04')" in result.to_frame()["left_out"][0]
    pd.testing.assert_frame_equal(pd.DataFrame(cities), pd.DataFrame(before))


@pytest.mark.parametrize("method", ["mann-whitney", "brunner-munzel", "permutation", "spatial"])
def test_every_method_finds_a_large_difference_and_not_noise(method):
    assert (
        coastal_test(
            make_cities(18, 1, effect=4.0), "score", method=method, n_permutations=999, rng=1
        ).p_value
        < 0.02
    )
    assert coastal_test(make_cities(18, 3), "rail", method=method, n_permutations=999, rng=1).p_value > 0.05


def test_random_maps_keep_their_size_where_free_labels_do_not():
    rng = np.random.default_rng(4)
    cities = gpd.GeoDataFrame(
        index=[f"c{i}" for i in range(60)],
        geometry=gpd.points_from_xy(rng.uniform(0, 120, 60), rng.uniform(0, 55, 60), crs=4326),
    )
    km = distance_matrix_km(cities).to_numpy()
    root = np.linalg.cholesky(0.9 * np.exp(-km / 4000) + 0.1 * np.eye(60))
    free, maps = [], []
    for _ in range(50):
        field = root @ rng.normal(size=60)
        table = cities.assign(score=root @ rng.normal(size=60), coastal=field > np.median(field))
        free.append(coastal_test(table, "score").p_value <= 0.05)
        maps.append(
            coastal_test(table, "score", method="spatial", n_permutations=199, rng=rng).p_value <= 0.05
        )
    assert sum(free) >= 7
    assert sum(maps) <= sum(free) - 3
    assert sum(maps) <= 8


def test_strata_and_methods_that_do_not_go_together_are_refused():
    cities = make_cities()
    assert coastal_test(cities, "score", strata="china").p_value <= 1
    for method in ("brunner-munzel", "spatial"):
        with pytest.raises(SpecificationError, match="knows no strata"):
            coastal_test(cities, "score", strata="china", method=method)
    with pytest.raises(SpecificationError, match="'t-test'"):
        coastal_test(cities, "score", method="t-test")
    with pytest.raises(SchemaError, match="must be a GeoDataFrame"):
        coastal_test(pd.DataFrame(cities.drop(columns="geometry")), "score", method="spatial")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"coastal": True}, DataError, "12 coastal and 0 inland"),
        ({"coastal": "yes"}, SchemaError, "'coastal' must be True or False"),
        ({"score": 5.0}, DataError, "12 values equal to 5"),
    ],
)
def test_bad_labels_and_values_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        coastal_test(make_cities().assign(**change), "score")


def test_an_empty_label_says_how_it_is_filled():
    cities = make_cities()
    cities["coastal"] = pd.array([pd.NA] * len(cities), dtype="boolean")
    with pytest.raises(DataError, match=r"0 coastal and 0 inland.*No city says 'coastal'.*--with coast"):
        coastal_test(cities, "score")


def test_missing_columns_are_named():
    with pytest.raises(SchemaError, match=r"\['index', 'coastal'\]"):
        coastal_test(make_cities().drop(columns="coastal"), "index")


def test_dimensions_are_adjusted_together():
    result = coastal_dimensions_test(make_cities(14, 5, effect=3.0), ["rail", "sea"])
    assert result.table.loc["sea", "p_max_t"] < 0.01
    assert result.table.loc["rail", "p_max_t"] > 0.05


def test_interaction_is_found_where_planted_and_not_in_a_common_shift():
    cities = make_cities(20, 6, effect=3.0)
    found = city_interaction_test(cities, ["rail", "sea", "log_size"], rng=1)
    assert found.p_value < 0.01
    assert "highest in Sea" in found.summary()
    rng, common = np.random.default_rng(7), 3.0 * cities["coastal"].astype(float)
    alike = cities.assign(**{name: rng.normal(size=20) + common for name in ("rail", "sea", "log_size")})
    assert coastal_test(alike, "rail").p_value < 0.01
    assert city_interaction_test(alike, ["rail", "sea", "log_size"], rng=1).p_value > 0.05
    with pytest.raises(SpecificationError, match="two dimensions"):
        city_interaction_test(cities, ["sea"])
    with pytest.raises(DataError, match="constant: 'sea'"):
        city_interaction_test(cities.assign(sea=1.0), ["rail", "sea"])


@pytest.mark.rate
def test_interaction_keeps_its_size_under_a_common_shift():
    rng, alarms = np.random.default_rng(8), 0
    cities = make_cities(16, 8)
    shift = 1.5 * cities["coastal"].astype(float).to_numpy()
    for _ in range(100):
        table = cities.assign(**{name: rng.normal(size=16) + shift for name in ("rail", "sea", "log_size")})
        alarms += (
            city_interaction_test(table, ["rail", "sea", "log_size"], n_permutations=99, rng=rng).p_value
            <= 0.05
        )
    assert alarms <= 13  # 5 expected; 0.999 of Binomial(100, 0.05)


# --- covariates -----------------------------------------------------------------------------------


def test_regression_equals_statsmodels_with_hc3_errors():
    cities = make_cities(20, 9, effect=1.0)
    result = coastal_regression_test(cities, "score", ["china", "log_size"], n_permutations=99, rng=1)
    x = np.column_stack([cities["coastal"], np.ones(20), cities["china"], cities["log_size"]]).astype(float)
    fit = sm.OLS(cities["score"].to_numpy(), x).fit(cov_type="HC3", use_t=True)
    rows = result.to_frame().iloc[1:]
    np.testing.assert_allclose(rows["estimate"], fit.params, atol=1e-8)
    np.testing.assert_allclose(rows["se"], fit.bse, atol=1e-8)
    np.testing.assert_allclose(rows[["ci_low", "ci_high"]], fit.conf_int(), atol=1e-8)
    np.testing.assert_allclose(rows["p_value"].iloc[1:], fit.pvalues[1:], atol=1e-8)
    assert result.terms[0].estimate == pytest.approx(
        cities.groupby("coastal")["score"].mean().diff().iloc[-1]
    )


def test_freedman_lane_without_covariates_permutes_values():
    cities = make_cities(10, 10)
    result = coastal_regression_test(cities, "score", [], n_permutations=3999, rng=2)
    welch = coastal_test(cities, "score", method="permutation", rng=2)
    assert result.p_value == pytest.approx(welch.p_value, abs=0.05)


def test_regression_tells_coast_from_size():
    cities = make_cities(30, 11)
    cities["log_size"] = cities["coastal"].astype(float) * 2 + np.random.default_rng(1).normal(size=30) * 0.4
    cities["score"] = cities["log_size"] * 2 + np.random.default_rng(2).normal(size=30) * 0.3
    assert coastal_test(cities, "score").p_value < 0.001
    assert coastal_regression_test(cities, "score", ["log_size"], rng=1).p_value > 0.05


def test_regression_that_cannot_be_estimated_is_refused():
    cities = make_cities()
    with pytest.raises(DataError, match="follow from each other"):
        coastal_regression_test(cities.assign(twin=cities["coastal"].astype(float)), "score", ["twin"])


# --- definitions, single cities, bounds -----------------------------------------------------------


def test_thresholds_split_between_neighbouring_distances():
    km = pd.Series([0.0, 10.0, 10.0, 40.0, 100.0, np.nan])
    assert candidate_thresholds(km) == [25.0]
    assert candidate_thresholds(km, fewest=1) == [5.0, 25.0, 70.0]


def test_every_definition_is_the_test_of_its_own_label():
    cities = make_cities(14, 12, effect=1.5)
    result = coastal_sensitivity_test(cities, "score", rng=1)
    table = result.table
    assert table.index[0] == "coastal"
    assert np.isnan(table["threshold_km"].iloc[0])
    for row in table.iloc[1:].itertuples():
        label = (cities["coast_km"] <= row.threshold_km).to_numpy()
        assert row.p_value == mann_whitney_test(cities["score"], label).p_value
        assert (row.n_first, row.n_second) == (label.sum(), (~label).sum())
    assert (table["p_max_t"] >= table["p_value"] / 2).all()
    assert "under 12 definitions" in result.summary()
    axes = result.plot()
    assert len(axes.get_yticks()) == 12
    plt.close(axes.figure)


@pytest.mark.rate
def test_having_tried_all_thresholds_keeps_its_size():
    rng, alarms, naive = np.random.default_rng(13), 0, 0
    cities = make_cities(14, 13)
    for _ in range(50):
        found = coastal_sensitivity_test(
            cities.assign(score=rng.normal(size=14)), "score", n_permutations=99, rng=rng
        )
        alarms += found.p_value <= 0.05
        naive += found.table["p_value"].min() <= 0.05
    assert alarms <= 8  # 2.5 expected; 0.999 of Binomial(50, 0.05)
    assert naive >= 8


def test_definitions_that_do_not_split_are_skipped_or_refused():
    cities = make_cities().assign(port=True)
    result = coastal_sensitivity_test(
        cities, "score", definitions=["coastal", "port"], coast_km=None, n_permutations=9, rng=1
    )
    assert result.table.index.tolist() == ["coastal"]
    with pytest.raises(DataError, match="none that does"):
        coastal_sensitivity_test(cities, "score", definitions=["port"], coast_km=None)
    with pytest.raises(SchemaError, match="'sea_km'"):
        coastal_sensitivity_test(cities, "score", coast_km="sea_km")


def test_leaving_a_city_out_repeats_the_test_without_it():
    cities = make_cities(9, 14, effect=1.0)
    result = leave_one_city_out(cities, "score")
    assert len(result.table) == 9
    without = coastal_test(cities.drop(index="c03"), "score")
    assert result.table.loc["without c03", "p_value"] == without.p_value
    assert result.p_value == result.table["p_value"].max()
    lonely = cities.assign(coastal=[True] + [False] * 8)
    assert "without c00" not in leave_one_city_out(lonely, "score").table.index
    tied = cities.assign(score=cities["score"].round(0), coastal=[True, False] * 4 + [True])
    for name, row in leave_one_city_out(tied, "score").table.iterrows():
        alone = coastal_test(tied.drop(index=name.removeprefix("without ")), "score")
        assert row["p_value"] == alone.p_value
        assert row["estimate"] == pytest.approx(alone.effect("Cliff's delta").estimate, abs=1e-12)
    within = leave_one_city_out(cities, "score", strata="china")
    for name, row in within.table.iterrows():
        alone = coastal_test(cities.drop(index=name.removeprefix("without ")), "score", strata="china")
        assert row["p_value"] == alone.p_value
        assert row["shift"] == alone.effect("Hodges-Lehmann shift").estimate


def test_bounds_of_width_zero_give_the_plain_test():
    cities = make_cities(12, 15, effect=1.0)
    cities["low"] = cities["high"] = cities["score"].rank()
    result = coastal_bounds_test(cities, "low", "high", n_draws=5, rng=1)
    plain = coastal_test(cities.assign(score=cities["low"]), "score")
    assert [term.p_value for term in result.terms] == pytest.approx([plain.p_value] * 3)


def test_bounds_hold_every_value_within_them():
    cities = make_cities(11, 16)
    rng = np.random.default_rng(1)
    cities["low"] = np.arange(11.0)
    cities["high"] = cities["low"] + rng.uniform(0, 4, 11)
    result = coastal_bounds_test(cities, "low", "high", n_draws=199, rng=2)
    least, most, _ = (term.estimate for term in result.terms)
    for _ in range(60):
        values = rng.uniform(cities["low"], cities["high"])
        delta = coastal_test(cities.assign(score=values), "score").effect("Cliff's delta").estimate
        assert least - 1e-12 <= delta <= most + 1e-12
    assert result.p_value == 1
    with pytest.raises(DataError, match="must not exceed"):
        coastal_bounds_test(cities, "high", "low")


# --- corridors ------------------------------------------------------------------------------------


def brute_contrasts(corridors, coastal):
    kinds = [
        coastal[a] + coastal[b] for a, b in zip(corridors["origin"], corridors["destination"], strict=True)
    ]
    mean = corridors.groupby(np.array(kinds))["value"].mean()
    return mean[2] - mean[0], mean[2] - mean[1], mean[1] - mean[0]


def test_corridor_types_equal_full_enumeration_of_labels():
    cities = make_cities(8, 17)
    corridors = make_corridors(cities, both_ends(cities), seed=17)
    result = corridor_types_test(cities, corridors, "value")
    observed = brute_contrasts(corridors, cities["coastal"].astype(int))
    labels = [cities.index.isin(chosen).astype(int) for chosen in itertools.combinations(cities.index, 4)]
    every = np.array([brute_contrasts(corridors, pd.Series(label, cities.index)) for label in labels])
    for term, value, null in zip(result.terms, observed, every.T, strict=False):
        tails = np.mean(null >= value - 1e-9), np.mean(null <= value + 1e-9)
        assert term.estimate == pytest.approx(value, abs=1e-12)
        assert term.p_value == pytest.approx(min(1, 2 * min(tails)), abs=1e-12)
    assert len(result.null_distribution) == 70


def test_what_gathers_on_the_map_is_said_once_in_each_sentence():
    draw = np.random.default_rng(8)
    lon = np.r_[draw.uniform(0, 30, 20), draw.uniform(60, 90, 20)]
    names = [f"c{i:02d}" for i in range(40)]
    cities = gpd.GeoDataFrame(
        {"coastal": lon < 45, "score": (lon < 45) * 3 + draw.normal(size=40)},  # both gather in the west
        index=pd.Index(names, name="city"),
        geometry=gpd.points_from_xy(lon, draw.uniform(0, 40, 40), crs=4326),
    )
    strength = cities["score"].to_numpy()
    corridors = make_corridors(cities.assign(china=False), lambda i, j: strength[i] + strength[j], seed=8)
    results = coastal_tests(
        cities, corridors, "score", corridor_value="value", coast_km=None, n_permutations=99, rng=1
    )
    assert results[0].terms[0].test == "spatial_group_test"
    said = [one.summary().count("gather on the map") for one in results]
    assert max(said) == 1
    assert [one.terms[0].test for one, times in zip(results, said, strict=True) if times][-1].startswith(
        "corridor_"
    )
    assert max(one.summary("zh").count("莫兰指数") for one in results) <= 2


@pytest.mark.parametrize("domestic", [True, False])
def test_errors_of_corridor_types_leave_out_one_city_at_a_time(domestic):
    cities = make_cities(11, 21)
    corridors = make_corridors(cities, both_ends(cities), domestic=domestic, seed=21)
    coastal = cities["coastal"].astype(int)
    without = np.array(
        [
            brute_contrasts(corridors[(corridors[["origin", "destination"]] != one).all(axis=1)], coastal)
            for one in cities.index
        ]
    )
    errors = np.sqrt(10 / 11 * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    found = corridor_types_test(cities, corridors, "value", blocks=None, n_permutations=9, rng=1).terms[:3]
    np.testing.assert_allclose([one.se for one in found], errors, rtol=1e-10)


def test_missing_domestic_pairs_keep_labels_within_blocks():
    cities = make_cities(13, 18)
    corridors = make_corridors(cities, both_ends(cities), domestic=False, seed=18)
    result = corridor_types_test(cities, corridors, "value")
    china = cities["china"].to_numpy()
    coastal = cities["coastal"].to_numpy(dtype=bool)
    ways = math.comb(china.sum(), (china & coastal).sum()) * math.comb(
        (~china).sum(), (~china & coastal).sum()
    )
    assert len(result.null_distribution) == ways
    assert "within 2 blocks" in result.to_frame()["null"][0]
    assert result.to_frame()["n_pairs"][0] == len(corridors)


def test_planted_types_are_found_and_the_means_are_shown():
    cities = make_cities(16, 19)
    result = corridor_types_test(cities, make_corridors(cities, both_ends(cities), seed=19), "value")
    frame = result.to_frame().set_index("term")
    assert result.p_value < 0.01
    assert frame.loc["coastal-coastal minus inland-inland", "estimate"] == pytest.approx(2, abs=0.9)
    assert frame.loc["mean coastal-coastal", "estimate"] > frame.loc["mean coastal-inland", "estimate"]
    assert "by exchanging cities" in result.summary()


@pytest.mark.rate
def test_corridor_types_keep_their_size_under_hubs():
    alarms = 0
    for seed in range(100):
        cities = make_cities(10, seed)
        found = corridor_types_test(cities, make_corridors(cities, lambda *_: 0.0, seed=seed), "value")
        alarms += found.p_value <= 0.05
    assert alarms <= 13  # 5 expected; 0.999 of Binomial(100, 0.05)


@pytest.mark.rate
def test_jackknife_interval_of_types_covers_about_its_level():
    hits = 0
    for seed in range(120):
        cities = make_cities(20, seed)
        term = corridor_types_test(
            cities,
            make_corridors(cities, both_ends(cities), seed=seed),
            "value",
            n_permutations=9,
            most_placements=0,
        ).terms[0]
        hits += term.ci_low <= 2 <= term.ci_high
    assert hits >= 106  # 114 expected; 0.998 of Binomial(120, 0.95)


def test_distance_is_told_from_the_coast():
    cities = make_cities(18, 20)
    coastal = cities["coastal"].to_numpy(dtype=bool)
    rng = np.random.default_rng(3)
    lon = np.where(coastal, rng.uniform(0, 25, 18), rng.uniform(-90, 120, 18))
    cities = cities.set_geometry(gpd.points_from_xy(lon, rng.uniform(0, 30, 18), crs=4326))
    km = distance_matrix_km(cities).to_numpy()
    near = make_corridors(cities, lambda i, j: -2 * math.log(km[i, j]), seed=21)
    result = corridor_regression_test(cities, near, "value", n_permutations=499, rng=1)
    rows = result.to_frame().set_index("term")
    assert rows.loc["coastal-coastal, without distance", "p_value"] < 0.02
    assert rows.loc["coastal-coastal, with distance", "p_value"] > 0.05
    assert rows.loc["log distance_km, with distance", "estimate"] == pytest.approx(-2, abs=0.2)
    change = rows.loc["coastal-coastal, change when distance is held", "estimate"]
    assert change == pytest.approx(
        rows.loc["coastal-coastal, with distance", "estimate"]
        - rows.loc["coastal-coastal, without distance", "estimate"]
    )
    assert "with distance held" in result.summary()


def test_regression_coefficients_and_jackknife_equal_least_squares():
    cities = make_cities(10, 22)
    corridors = make_corridors(cities, both_ends(cities), domestic=False, seed=22)
    result = corridor_regression_test(cities, corridors, "value", n_permutations=49, rng=1)
    coastal = cities["coastal"].astype(int)

    def fit(table):
        ends = table["origin"].map(coastal) + table["destination"].map(coastal)
        x = np.column_stack([np.ones(len(table)), ends == 2, ends == 1, np.log(table["distance_km"])]).astype(
            float
        )
        return np.linalg.lstsq(x, table["value"].to_numpy(), rcond=None)[0]

    parts = np.array(
        [fit(corridors[(corridors["origin"] != c) & (corridors["destination"] != c)]) for c in cities.index]
    )
    errors = np.sqrt(9 / 10 * ((parts - parts.mean(axis=0)) ** 2).sum(axis=0))
    rows = result.to_frame().iloc[2:5]
    np.testing.assert_allclose(rows["estimate"], fit(corridors)[1:], atol=1e-8)
    np.testing.assert_allclose(rows["se"], errors[1:], atol=1e-7)


def test_corridor_interaction_is_found_where_planted():
    cities = make_cities(14, 23)
    table = make_corridors(cities, lambda *_: 0.0, seed=23)
    for seed, name in enumerate(("rail", "policy", "sea")):
        strength = both_ends(cities) if name == "sea" else lambda *_: 0.0
        table[name] = make_corridors(cities, strength, seed=30 + seed)["value"]
    found = corridor_interaction_test(cities, table, ["rail", "policy", "sea"], rng=1)
    assert found.p_value < 0.01
    assert "highest in Sea" in found.summary()
    with pytest.raises(SpecificationError, match="two dimensions"):
        corridor_interaction_test(cities, table, ["sea"])


def test_bad_corridors_are_refused():
    cities = make_cities(8, 24)
    corridors = make_corridors(cities, both_ends(cities), seed=24)
    with pytest.raises(SpecificationError, match="'log' or 'linear'"):
        corridor_regression_test(cities, corridors, "value", form="square")
    with pytest.raises(DataError, match="above 0"):
        corridor_regression_test(
            cities, corridors.assign(distance_km=np.arange(len(corridors)) * 1.0), "value"
        )
    with pytest.raises(DataError, match="both groups"):
        corridor_types_test(cities.assign(coastal=False), corridors, "value")
    inland = corridors[
        ~(
            corridors["origin"].isin(["c01", "c03", "c05", "c07"])
            & corridors["destination"].isin(["c01", "c03", "c05", "c07"])
        )
    ]
    with pytest.raises(DataError, match="every type"):
        corridor_types_test(cities, inland, "value", blocks=None)


# --- all at once ----------------------------------------------------------------------------------


def test_all_coastal_tests_give_tidy_rows():
    cities = make_cities(14, 25, effect=1.0)
    corridors = make_corridors(cities, both_ends(cities), seed=25).rename(columns={"value": "score"})
    results = coastal_tests(
        cities,
        corridors,
        "score",
        strata="china",
        covariates=["log_size"],
        dimensions=["rail", "sea"],
        n_permutations=199,
        rng=1,
    )
    frame = combine_results(results)
    assert tuple(frame.columns) == TIDY_COLUMNS
    assert set(frame["question"]) == {"groups"}
    assert frame["test"].unique().tolist() == [
        "mann_whitney_test", "brunner_munzel_test", "spatial_group_test", "coastal_regression_test", "coastal_sensitivity_test", "leave_one_city_out",
        "dimensions_test", "city_interaction_test", "corridor_types_test", "corridor_regression_test",
    ]  # fmt: skip
    assert frame["method"].str.startswith("random maps of the label").sum() == 6
    again = coastal_tests(
        cities,
        corridors,
        "score",
        strata="china",
        covariates=["log_size"],
        dimensions=["rail", "sea"],
        n_permutations=199,
        rng=1,
    )
    pd.testing.assert_frame_equal(frame, combine_results(again))
    with pytest.raises(DataError, match="neither"):
        coastal_tests(cities, corridors, "unknown")


def test_the_test_that_keeps_its_size_leads_where_value_and_label_gather():
    rng = np.random.default_rng(2)
    lon = np.linspace(0, 100, 24)
    cities = gpd.GeoDataFrame(
        {
            "score": lon / 20 + rng.normal(size=24) * 0.3,
            "coastal": lon > 50,
            "name": [f"City {k}" for k in range(24)],
        },
        index=[f"c{k:02d}" for k in range(24)],
        geometry=gpd.points_from_xy(lon, rng.uniform(-5, 5, 24), crs=4326),
    )
    found = coastal_tests(cities, None, "score", n_permutations=199, rng=1)
    assert [one.terms[0].test for one in found][:2] == ["spatial_group_test", "mann_whitney_test"]
    assert found[0].summary().endswith("this test allows for it.")
    assert found[1].summary().endswith("takes cities as exchangeable over the map, and then finds too much.")
    assert found[1].summary("zh").endswith("因此容易得出过多的发现。")
    assert "whichever city is left out" in found[-1].summary()
    mixed = cities.assign(score=rng.normal(size=24))
    assert "without City" in leave_one_city_out(mixed, "score").summary()
    mixed = cities.assign(coastal=np.arange(24) % 2 == 0)
    plain = coastal_tests(mixed, None, "score", n_permutations=199, rng=1)
    assert plain[0].terms[0].test == "mann_whitney_test"
    assert not any("gather" in one.summary() for one in plain)


def smooth_corridors(n, seed):
    """Corridors whose levels of cities are alike over 3,000 km, and a label that gathers as much and has nothing to do with them."""
    simulator, rng = build_simulator(n), np.random.default_rng(seed)
    table = simulator.draw(friction=0.0, hubs=0.8, noise=1.5, smooth_km=3000.0, flows="continuous", rng=rng)
    height = np.linalg.cholesky(np.exp(-simulator.km / 3000.0) + 1e-9 * np.eye(n)) @ rng.normal(size=n)
    cities = place_cities(n, rng=n).assign(coastal=height > np.median(height))
    return cities, table.assign(score=np.log(table["flow"]))


@pytest.mark.rate
def test_maps_keep_the_size_of_corridor_types_where_levels_and_label_gather():
    few = {"n_permutations": 99, "rng": 1, "most_placements": 1}
    rejected = np.array(
        [
            [
                corridor_types_test(cities, corridors, "score", maps=maps, **few).p_value <= 0.05
                for maps in (False, True)
            ]
            for cities, corridors in (smooth_corridors(40, seed) for seed in range(60))
        ]
    ).sum(axis=0)
    assert rejected[0] >= 8  # moving the label freely rejects more true nulls than it says
    assert rejected[1] <= 6  # 3 expected; 0.97 of Binomial(60, 0.05)


def test_maps_find_what_is_there_and_say_what_they_are():
    cities = make_cities(16, 19)
    corridors = make_corridors(cities, both_ends(cities), seed=19)
    result = corridor_types_test(cities, corridors, "value", maps=True, n_permutations=499, rng=1)
    assert result.p_value <= 0.05
    assert result.choices["maps"]
    assert result.terms[0].null.en == "maps of the label, as smooth as the observed one (499)"
    assert "exchanging labels over maps as smooth as the observed one" in result.summary()
    assert "在同样平滑的随机地图上置换标签" in result.summary("zh")
    free = corridor_types_test(cities, corridors, "value", n_permutations=499, rng=1)
    assert [one.estimate for one in result.terms] == [one.estimate for one in free.terms]
    with pytest.raises(SchemaError, match="must be a GeoDataFrame"):
        corridor_types_test(pd.DataFrame(cities.drop(columns="geometry")), corridors, "value", maps=True)


def test_regression_on_maps_is_that_of_each_label():
    cities, corridors = smooth_corridors(14, 3)
    few = {"n_permutations": 49, "rng": 5}
    found = corridor_regression_test(cities, corridors, "score", maps=True, **few)
    free = corridor_regression_test(cities, corridors, "score", **few)
    assert [one.estimate for one in found.terms] == pytest.approx([one.estimate for one in free.terms])
    weights = proximity_weights(distance_matrix_km(cities).to_numpy())
    labels = place_on_maps(cities["coastal"].to_numpy(), weights, 49, rng=5).first

    def t_of_both(first):
        flags = dict(zip(cities.index, first, strict=True))
        ends = corridors["origin"].map(flags).astype(int) + corridors["destination"].map(flags)
        design = np.column_stack(
            [np.ones(len(ends)), ends == 2, ends == 1, np.log(corridors["distance_km"])]
        ).astype(float)
        return sm.OLS(corridors["score"].to_numpy(), design).fit().tvalues[1]

    assert found.statistic == pytest.approx(t_of_both(cities["coastal"]))
    assert found.null_distribution == pytest.approx(np.array([t_of_both(first) for first in labels]))
    head = found.effect("coastal-coastal, with distance")
    assert (head.p_value, head.null_mean) == (found.p_value, pytest.approx(found.null_distribution.mean()))
    held = found.effect("log distance_km, with distance")
    assert math.isnan(held.p_value)
    assert "not tested" in held.note.en
    assert "labels over random maps" in found.summary()
    assert "随机地图" in found.summary("zh")


def test_maps_keep_the_size_of_corridor_regressions_and_interactions():
    rejected = []
    for seed in range(40):
        cities, corridors = smooth_corridors(22, 100 + seed)
        other = smooth_corridors(22, 500 + seed)[1]["score"].to_numpy()
        table = corridors.assign(other=other)
        few = {"n_permutations": 99, "rng": seed, "maps": True}
        rejected.append(
            [
                corridor_regression_test(cities, table, "score", **few).p_value <= 0.05,
                corridor_interaction_test(cities, table, ["score", "other"], **few).p_value <= 0.05,
            ]
        )
    assert (np.sum(rejected, axis=0) <= 5).all()  # 2 expected; 0.986 of Binomial(40, 0.05)


def test_an_interaction_needs_every_type_of_corridor():
    cities = make_cities(8, 24)
    table = make_corridors(cities, both_ends(cities), seed=24).assign(other=lambda one: one["value"] ** 2)
    inland = set(cities.index[~cities["coastal"]])
    kept = table[~(table["origin"].isin(inland) & table["destination"].isin(inland))]
    with pytest.raises(DataError, match="corridor_interaction_test: every type must have corridors"):
        corridor_interaction_test(cities, kept, ["value", "other"], blocks=None, n_permutations=99, rng=1)


def test_placements_without_some_type_are_left_out_and_counted():
    chance = Placements(np.zeros((5, 4), dtype=bool), exact=False)
    row = chance.judged(
        Term(test="t", statistic=2.0, alternative="greater"), np.array([1.0, np.nan, 3.0, 0.0, np.nan])
    )
    assert row.p_value == 0.5
    assert row.note.en == "2 of 5 placements leave a type without corridors and are left out"


def test_corridors_on_maps_lead_where_near_cities_have_alike_corridors():
    cities, corridors = smooth_corridors(24, 8)
    found = coastal_tests(cities, corridors, "score", n_permutations=199, rng=1)
    both = ["corridor_types_test", "corridor_regression_test"]
    assert [one.terms[0].test for one in found] == both * 2
    assert [one.choices["maps"] for one in found] == [True, True, False, False]
    assert all(one.summary().endswith("this test allows for it.") for one in found[:2])
    assert all("finds too much." in one.summary() and "过多" in one.summary("zh") for one in found[2:])
    mixed = cities.assign(coastal=np.arange(24) % 2 == 0)
    plain = coastal_tests(mixed, corridors, "score", n_permutations=199, rng=1)
    assert [one.choices["maps"] for one in plain] == [False, True, False, True]
    assert not any("gather" in one.summary() for one in plain)


def test_all_tests_of_dependence_give_tidy_rows():
    cities = make_cities(14, 26)
    corridors = make_corridors(cities, both_ends(cities), seed=26).rename(columns={"value": "score"})
    frame = combine_results(
        moran_tests(
            cities.assign(score=cities["score"].abs()), "score", corridors=corridors, n_permutations=99, rng=1
        )
    )
    assert frame["test"].unique().tolist() == [
        "moran_test", "geary_test", "getis_ord_test", "correlogram_test", "local_moran_test", "local_getis_ord_test",
        "join_count_test", "corridor_moran_test",
    ]  # fmt: skip
    with pytest.raises(DataError, match="'unknown'"):
        moran_tests(cities, "unknown")
    doubled = cities.set_geometry([cities.geometry.iloc[0]] * 2 + list(cities.geometry.iloc[2:]), crs=4326)
    with pytest.raises(DataError, match=r"c01 into c00.*merge_coincident"):
        moran_tests(doubled, "score")


def test_tests_that_the_data_do_not_allow_are_said_and_do_not_stop_the_others():
    cities = make_cities(14, 27)
    corridors = make_corridors(cities, both_ends(cities), seed=27).rename(columns={"value": "score"})
    few = corridors.assign(score=corridors["score"].where(np.arange(len(corridors)) < 2))
    frame = combine_results(coastal_tests(cities, few, "score", coast_km=None, n_permutations=49, rng=1))
    lost = frame[frame["p_value"].isna()]
    assert lost["test"].tolist() == ["corridor_types_test"] * 2 + ["corridor_regression_test"] * 2
    assert lost["note"].str.startswith("not possible: ").all()
    with pytest.raises(DataError, match="both groups"):
        coastal_tests(cities.assign(coastal=True), None, "score", coast_km=None)
    with pytest.raises(DataError, match="values must differ"):
        moran_tests(cities.assign(score=1.0).drop(columns="coastal"), "score")


@pytest.mark.parametrize(
    ("named", "missing"),
    [
        ({"corridor_value": "nowhere"}, "'nowhere' of the corridors"),
        ({"coast_km": "nowhere"}, "'nowhere' of the cities"),
        ({"dimensions": ["score", "nowhere"]}, "'nowhere' of either table"),
    ],
)
def test_columns_that_no_table_has_are_not_left_out_in_silence(named, missing):
    cities = make_cities(10, 30)
    corridors = make_corridors(cities, both_ends(cities), seed=30)
    with pytest.raises(SchemaError, match=missing):
        coastal_tests(cities, corridors, "score", n_permutations=19, **named)
    with pytest.raises(SchemaError, match="no corridors"):
        coastal_tests(cities, None, "score", n_permutations=19, corridor_value="value")


def test_corridors_without_a_value_and_their_cities_are_left_out():
    cities = make_cities(14, 28)
    corridors = make_corridors(cities, both_ends(cities), seed=28)
    gone = corridors["origin"].eq("c03") | corridors["destination"].eq("c03")
    holes = corridors.assign(value=corridors["value"].mask(gone))
    wanted = corridor_types_test(cities, corridors[~gone], "value")
    found = corridor_types_test(cities, holes, "value")
    assert found.n == 13
    assert found.p_value == wanted.p_value


def test_thresholds_are_rounded_in_their_names():
    cities = pd.DataFrame(
        {"score": [3.0, 1.0, 4.0, 1.5, 5.0, 9.0], "coast_km": [1.0, 50.0, 99.0, 200.0, 300.0, 400.0]},
        index=list("abcdef"),
    )
    result = coastal_sensitivity_test(
        cities, "score", definitions=(), thresholds=[99.6, 250.4], n_permutations=9, rng=1
    )
    assert [one.term.en for one in result.terms] == ["Cliff's delta, ≤ 100 km", "Cliff's delta, ≤ 250 km"]
    assert result.terms[0].term.zh == "克利夫 δ，≤ 100 公里"
