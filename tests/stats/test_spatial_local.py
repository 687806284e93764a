from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from geobri.errors import DataError, SpecificationError
from geobri.neighbours import build_distance_band, build_kernel, build_knn, graph_weights
from geobri.stats.p_values import permutation_p_value
from geobri.stats.spatial import (
    KIND_COLOURS,
    local_bivariate_moran_test,
    local_geary_test,
    local_getis_ord_test,
    local_moran_test,
    moran_test,
)
from geobri.stats.spatial.conditional import (
    conditional_moments,
    draw_neighbours,
    random_lags,
)
from tests.stats.references import AUTOCORRELATION, STYLES, load_places


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def linked(result):
    return (result.table["kind"] != "island").to_numpy()


@pytest.mark.parametrize("style", STYLES)
def test_local_moran_equals_spdep_with_conditional_moments(study, style):
    key, table, graph, value, _ = study
    result = local_moran_test(table, value, graph, standardise=STYLES[style], n_permutations=19, rng=1)
    wanted = AUTOCORRELATION[key][style]
    rows = linked(result)
    statistic, expected, variance = (
        numbers(wanted[f"local_{name}"])[rows] for name in ("moran", "expected", "variance")
    )
    np.testing.assert_allclose(result.table["statistic"][rows], statistic, atol=1e-8)
    np.testing.assert_allclose(
        result.table["z_score"][rows], (statistic - expected) / np.sqrt(variance), atol=1e-8
    )


@pytest.mark.parametrize("style", STYLES)
def test_local_geary_and_both_g_equal_spdep(study, style):
    key, table, graph, value, _ = study
    wanted = AUTOCORRELATION[key][style]
    choices = {"standardise": STYLES[style], "n_permutations": 19, "rng": 1}
    geary = local_geary_test(table, value, graph, **choices)
    rows = linked(geary)
    np.testing.assert_allclose(
        geary.table["statistic"][rows], numbers(wanted["local_geary"])[rows], atol=1e-8
    )
    for star, name in ((True, "local_g_star"), (False, "local_g")):
        # a place counts itself like one of its neighbours: binary here, because rows may be scaled at will
        result = local_getis_ord_test(table, value, graph, star=star, n_permutations=19, rng=1)
        np.testing.assert_allclose(result.table["statistic"][rows], numbers(wanted[name])[rows], atol=1e-8)


def test_local_statistics_equal_esda():
    esda = pytest.importorskip("esda")
    table, graph = load_places("columbus")
    ours = local_moran_test(table, "crime", graph, n_permutations=9)
    theirs = esda.Moran_Local(table["crime"], graph.transform("r"), permutations=0)
    np.testing.assert_allclose(ours.table["statistic"], theirs.Is * 49 / 48, atol=1e-10)


def test_local_values_add_up_to_the_global_one(study):
    _, table, graph, value, _ = study
    weights = graph_weights(graph, table.index, standardise="row")
    total = local_moran_test(table, value, graph, n_permutations=9).table["statistic"].sum()
    assert total / weights.sum() == pytest.approx(
        moran_test(table, value, graph, n_permutations=9).statistic, abs=1e-10
    )


# --- conditional randomisation --------------------------------------------------------------------


def small():
    rng = np.random.default_rng(4)
    dense = rng.uniform(size=(6, 6)) * (rng.uniform(size=(6, 6)) < 0.5)
    np.fill_diagonal(dense, 0)
    dense[2] = 0
    return csr_array(dense), rng.normal(size=6)


def enumerated(weights, values, place):
    """All ways to put the other values on the neighbours of a place."""
    row = weights.toarray()[place]
    others = np.delete(values, place)
    w = np.delete(row, place)
    return np.array([w @ np.array(order) for order in permutations(others)])


def test_random_lags_have_the_distribution_of_full_enumeration():
    weights, values = small()
    drawn = np.concatenate([lags[0] for _, lags in random_lags(weights, [values], 40_000, 8)])
    for place in range(6):
        every = enumerated(weights, values, place)
        support, counts = np.unique(np.round(every, 9), return_counts=True)
        seen = pd.Series(np.round(drawn[place], 9)).value_counts()
        assert set(seen.index) <= set(support) | {-0.0}
        share = np.array([seen.get(one, 0) for one in support]) / 40_000
        np.testing.assert_allclose(share, counts / counts.sum(), atol=0.012)


def test_conditional_moments_equal_full_enumeration():
    weights, values = small()
    moments = conditional_moments(weights, values)
    for place in range(6):
        every = enumerated(weights, values, place)
        assert moments.mean[place] == pytest.approx(every.mean(), abs=1e-12)
        assert moments.variance[place] == pytest.approx(every.var(), abs=1e-12)


@pytest.mark.parametrize(("n", "k"), [(7, 6), (50, 3), (40, 12)])
def test_draws_are_without_replacement_and_uniform(n, k):
    drawn = draw_neighbours(n, k, 4000, 1)
    assert drawn.shape == (4000, k + 1)
    assert all(len(set(row)) == k + 1 for row in drawn[:200])
    counts = np.bincount(drawn[:, 0], minlength=n)
    assert np.abs(counts - 4000 / n).max() < 6 * np.sqrt(4000 / n)


def test_blocks_do_not_change_the_result(monkeypatch):
    cities, graph = load_places("fiji")
    one = local_moran_test(cities, "magnitude", graph, rng=5)
    monkeypatch.setattr("geobri.stats.spatial.conditional._CELLS", 5_000)
    two = local_moran_test(cities, "magnitude", graph, rng=5)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_vectorised_p_values_are_those_of_the_one_function():
    rng = np.random.default_rng(0)
    null = rng.integers(0, 5, size=(8, 99)).astype(float)
    observed = rng.integers(0, 5, size=8).astype(float)
    for side in ("two-sided", "greater", "less"):
        wanted = [permutation_p_value(t, row, side) for t, row in zip(observed, null, strict=True)]
        np.testing.assert_array_equal(permutation_p_value(observed, null.T, side), wanted)


@pytest.mark.parametrize("test", [local_moran_test, local_geary_test, local_getis_ord_test])
def test_each_place_keeps_its_size_without_dependence(test):
    rng = np.random.default_rng(21)
    cities = gpd.GeoDataFrame(
        index=[f"c{i}" for i in range(60)],
        geometry=gpd.points_from_xy(rng.uniform(0, 60, 60), rng.uniform(0, 50, 60), crs=4326),
    )
    graph = build_knn(cities, 5)
    rates = [
        (
            test(
                cities.assign(value=rng.exponential(size=60)), "value", graph, n_permutations=199, rng=rng
            ).table["p_value"]
            <= 0.05
        ).mean()
        for _ in range(60)
    ]
    assert 0.035 < np.mean(rates) < 0.065


# --- kinds, layer, record -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def patches():
    """A high and a low corner on a grid, with noise between, one high place in the low corner, and an island."""
    lon, lat = (part.ravel() for part in np.meshgrid(np.arange(12.0), np.arange(12.0)))
    value = np.random.default_rng(2).normal(size=144) * 0.5
    value[(lon < 5) & (lat < 5)] += 5
    value[(lon > 6) & (lat > 6)] -= 5
    value[lon * 100 + lat == 909] = 6
    lon, lat, value = np.append(lon, 80), np.append(lat, 0), np.append(value, 3.0)
    cities = gpd.GeoDataFrame(
        {"value": value},
        index=[f"p{i:03d}" for i in range(145)],
        geometry=gpd.points_from_xy(lon, lat, crs=4326),
    )
    return cities, build_distance_band(cities, 160)


def test_kinds_are_where_they_were_planted(patches):
    cities, graph = patches
    table = local_moran_test(cities, "value", graph, n_permutations=9999, rng=1).table
    at = {(int(p.x), int(p.y)): kind for p, kind in zip(cities.geometry, table["kind"], strict=True)}
    assert at[2, 2] == "high-high"
    assert at[10, 10] == "low-low"
    assert at[9, 9] == "high-low"
    assert at[80, 0] == "island"
    assert np.isnan(table.loc["p144", "p_value"])
    spots = local_getis_ord_test(cities, "value", graph, n_permutations=9999, rng=1).table["kind"]
    assert spots.iloc[2 * 12 + 2] == "hot spot"
    assert spots.iloc[10 * 12 + 10] == "cold spot"
    alike = local_geary_test(cities, "value", graph, n_permutations=9999, rng=1).table["kind"]
    assert alike.iloc[9 * 12 + 9] == "different"


def test_adjustment_is_the_default_and_can_be_left_off(patches):
    cities, graph = patches
    adjusted = local_moran_test(cities, "value", graph, rng=1)
    plain = local_moran_test(cities, "value", graph, rng=1, adjust="none")
    pd.testing.assert_series_equal(plain.table["p_value"], adjusted.table["p_value"])
    assert (adjusted.table["p_adjusted"].dropna() >= plain.table["p_adjusted"].dropna()).all()
    with pytest.raises(SpecificationError, match="none, holm or fdr"):
        local_moran_test(cities, "value", graph, adjust="sidak")


def test_layer_joins_places_and_colours_without_touching_the_table(patches):
    cities, graph = patches
    before = cities.copy()
    result = local_moran_test(cities, "value", graph, n_permutations=999, rng=1)
    layer = result.to_layer(cities)
    assert layer.crs == cities.crs
    assert set(layer["colour"]) <= set(KIND_COLOURS.values())
    pd.testing.assert_frame_equal(pd.DataFrame(cities), pd.DataFrame(before))


def test_rows_name_the_places_that_stand_out(patches):
    cities, graph = patches
    result = local_getis_ord_test(cities, "value", graph, n_permutations=9999, rng=1)
    rows = result.to_frame()
    found = (result.table["kind"].isin(["hot spot", "cold spot"])).sum()
    assert len(rows) == 1 + found
    assert rows["estimate"][0] == found
    city = rows["term"][1].split(":")[0]
    assert rows["estimate"][1] == result.table.loc[city, "statistic"]
    assert "of 145 cities" in result.summary()


def test_p_value_of_a_column_with_itself_is_that_of_the_univariate_test(patches):
    cities, graph = patches
    twice = cities.assign(again=cities["value"])
    one = local_moran_test(cities, "value", graph, rng=3).table["p_value"]
    np.testing.assert_array_equal(
        local_bivariate_moran_test(twice, "value", "again", graph, rng=3).table["p_value"], one
    )


def test_plot_shows_every_kind_once(patches):
    import matplotlib.pyplot as plt

    cities, graph = patches
    axes = local_moran_test(cities, "value", graph, rng=1).plot()
    shown = {text.get_text() for text in axes.get_legend().get_texts()}
    assert "island" in shown
    plt.close(axes.figure)


def test_weights_that_reach_everyone_work():
    cities, _ = load_places("fiji")
    places = gpd.GeoDataFrame(cities, geometry=gpd.points_from_xy(cities["lon"], cities["lat"], crs=4326))
    graph = build_kernel(places, kernel="gaussian", bandwidth_km=5000)
    result = local_moran_test(places, "magnitude", graph, n_permutations=99, rng=1)
    assert result.table["p_value"].between(0.01, 1).all()


def test_one_sided_local_tests_look_the_right_way(patches):
    cities, graph = patches
    centre, outlier = "p026", "p117"
    table = local_moran_test(cities, "value", graph, alternative="greater", rng=1).table
    assert table.loc[centre, "p_value"] <= 0.002
    assert table.loc[outlier, "p_value"] > 0.95


def test_missing_neighbours_everywhere_are_refused(patches):
    cities, _ = patches
    with pytest.raises(DataError, match="no link"):
        local_moran_test(cities, "value", build_distance_band(cities, 1))


def test_layer_takes_the_place_of_columns_of_the_same_name(patches):
    cities, graph = patches
    result = local_moran_test(cities, "value", graph, n_permutations=99, rng=1)
    layer = result.to_layer(cities.assign(kind="harbour", colour="red"))
    pd.testing.assert_frame_equal(pd.DataFrame(layer), pd.DataFrame(result.to_layer(cities)), check_like=True)


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        (local_moran_test, {}),
        (local_getis_ord_test, {"star": True}),
        (local_getis_ord_test, {"star": False}),
        (local_geary_test, {}),
    ],
)
def test_rows_of_places_have_the_null_of_what_they_show(verb, more):
    """Over all neighbours that a place could have had, in the scale of the statistic: mean and deviation, gone through."""
    lon = [0.0, 1, 2, 3, 10, 11, 12, 20]
    cities = gpd.GeoDataFrame(
        {"value": [9.0, 8.5, 8, 7.5, 1, 1.5, 2, 4]},
        index=list("abcdefgh"),
        geometry=gpd.points_from_xy(lon, np.zeros(8)),
        crs=4326,
    )
    graph = build_knn(cities, 2)
    result = verb(cities, "value", graph, n_permutations=4000, rng=1, adjust="none", level=0.9, **more)
    weights = graph_weights(graph, cities.index).toarray()
    plain = dict(zip(cities.index, cities["value"], strict=True))
    assert len(result.terms) > 5
    for row in result.terms[1:]:
        own = row.term.en[0]
        others = [one for one in cities.index if one != own]
        near = [
            one
            for one, weight in zip(cities.index, weights[cities.index.get_loc(own)], strict=True)
            if weight
        ]
        shown = []
        for drawn in permutations(others, len(near)):
            # the values of the drawn places stand where the neighbours are; the rest keep theirs in any order
            rest = iter([plain[one] for one in others if one not in drawn])
            values = {own: plain[own], **dict(zip(near, (plain[one] for one in drawn), strict=True))}
            values |= {one: next(rest) for one in others if one not in near}
            moved = cities.assign(value=[values[one] for one in cities.index])
            shown.append(
                _local(verb, moved["value"].to_numpy(), weights, own=cities.index.get_loc(own), **more)
            )
        assert row.null_mean == pytest.approx(np.mean(shown), abs=4 * np.std(shown) / np.sqrt(4000)), row.term
        assert row.null_sd == pytest.approx(np.std(shown), rel=0.1), row.term


def _local(verb, values, weights, *, own, star=False):
    """The textbook's formula at one place."""
    z, n = values - values.mean(), len(values)
    w = (weights[own] > 0).astype(float)
    if verb is local_moran_test:
        return z[own] / (z**2).mean() * (w / w.sum() @ z)
    if verb is local_geary_test:
        return (w / w.sum()) @ (z - z[own]) ** 2 / z.var(ddof=1)
    if star:
        w[own] = 1.0
        spread = values.std() * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
        return (w @ values - w.sum() * values.mean()) / spread
    others = np.delete(values, own)
    spread = others.std() * np.sqrt(((n - 1) * (w**2).sum() - w.sum() ** 2) / (n - 2))
    return (w @ values - w.sum() * others.mean()) / spread
