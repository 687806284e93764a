"""Correlogram, corridors and regressions."""

import builtins
import itertools
import json
from pathlib import Path

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, MissingExtraError, SchemaError, SpecificationError
from geobri.geodesy import distance_matrix_km
from geobri.neighbours import build_distance_band
from geobri.neighbours.weights import make_graph
from geobri.stats.spatial import (
    correlogram_test,
    corridor_moran_test,
    moran_test,
    spatial_regression_test,
)

SPACE = Path(__file__).parents[1] / "reference" / "space"
REFERENCE = json.loads((SPACE / "autocorrelation.json").read_text())["regression"]


def scatter(n, seed):
    rng = np.random.default_rng(seed)
    return gpd.GeoDataFrame(
        {"value": rng.normal(size=n)},
        index=[f"c{i:02d}" for i in range(n)],
        geometry=gpd.points_from_xy(rng.uniform(160, 200, n) % 360 - 180, rng.uniform(-30, 30, n), crs=4326),
    )


def smooth(cities, reach, rng):
    km = distance_matrix_km(cities).to_numpy()
    return np.linalg.cholesky(np.exp(-km / reach) + 1e-9 * np.eye(len(km))) @ rng.normal(size=len(km))


# --- correlogram ----------------------------------------------------------------------------------


def test_each_band_is_the_moran_test_of_its_graph():
    cities = scatter(40, 1)
    edges = [0, 900, 2000, 5000]
    table = correlogram_test(cities, "value", edges_km=edges, n_permutations=99, rng=1).table
    for row, (low, high) in zip(table.itertuples(), itertools.pairwise(edges), strict=True):
        single = moran_test(
            cities,
            "value",
            build_distance_band(cities, high, lower_km=low),
            standardise="binary",
            n_permutations=9,
        )
        assert row.moran == pytest.approx(single.statistic, abs=1e-10)
        assert row.expected == pytest.approx(single.terms[0].null_mean)


def test_default_bands_hold_equal_numbers_of_all_pairs():
    table = correlogram_test(scatter(33, 2), "value", n_bands=6, n_permutations=9, rng=1).table
    assert table["n_pairs"].sum() == 33 * 32 / 2
    assert table["n_pairs"].max() - table["n_pairs"].min() <= 1


def test_smooth_fields_are_alike_near_and_headline_counts_all_bands():
    cities = scatter(80, 3)
    cities["value"] = smooth(cities, 2500, np.random.default_rng(4))
    result = correlogram_test(cities, "value", rng=1)
    assert result.table["p_max_t"].iloc[0] <= 0.01
    assert result.table["z_score"].iloc[0] > 3
    assert (
        result.table["p_max_t"] >= result.table["p_value"] / 2
    ).all()  # |t| against twice the smaller tail
    assert "resemble each other in bands up to" in result.summary()
    assert len(result.to_frame()) == 8
    axes = result.plot()
    assert len(axes.lines[0].get_xdata()) == 8
    plt.close(axes.figure)


@pytest.mark.rate
def test_looking_at_all_bands_keeps_its_size():
    rng = np.random.default_rng(5)
    cities = scatter(25, 5)
    alarms = [
        correlogram_test(
            cities.assign(value=rng.exponential(size=25)), "value", n_bands=5, n_permutations=99, rng=rng
        ).p_value
        <= 0.05
        for _ in range(120)
    ]
    assert sum(alarms) <= 14  # 6 expected; 0.999 of Binomial(120, 0.05)


def test_empty_bands_are_kept_and_said():
    cities = scatter(12, 6)
    result = correlogram_test(cities, "value", edges_km=[0, 0.001, 20_100], n_permutations=19, rng=1)
    assert result.table["n_pairs"].tolist() == [0, 66]
    assert np.isnan(result.table["moran"].iloc[0])
    assert "no pairs in this band" in result.to_frame()["note"][0]


def test_bad_bands_and_values_are_refused():
    cities = scatter(12, 7)
    with pytest.raises(SpecificationError, match="rise"):
        correlogram_test(cities, "value", edges_km=[500, 100])
    with pytest.raises(DataError, match="none up to"):
        correlogram_test(cities, "value", edges_km=[0, 0.001])
    with pytest.raises(DataError, match="four cities"):
        correlogram_test(cities.assign(value=1.0), "value")
    with pytest.raises(SchemaError, match="'score'"):
        correlogram_test(cities, "score")


# --- corridors ------------------------------------------------------------------------------------


def pairs(cities, matrix, keep=None):
    rows = [
        (a, b, matrix[i, j])
        for (i, a), (j, b) in itertools.combinations(enumerate(cities.index), 2)
        if keep is None or keep(a, b)
    ]
    table = pd.DataFrame(rows, columns=["origin", "destination", "value"])
    return table.set_index(table["origin"] + "--" + table["destination"]).sample(frac=1, random_state=0)


def brute(table, weight):
    """Moran's I over a list of corridors with a literal double loop."""
    z = table["value"].to_numpy() - table["value"].mean()
    ends = list(zip(table["origin"], table["destination"], strict=True))
    w = np.array([[0.0 if e == f else weight(e, f) for f in ends] for e in ends])
    return len(z) / w.sum() * (z @ w @ z) / (z @ z)


@pytest.fixture(scope="module")
def web():
    cities = scatter(9, 8)
    raw = np.random.default_rng(9).normal(size=(9, 9))
    home = {"c00", "c01", "c02"}
    return cities, pairs(cities, raw + raw.T, lambda a, b: not {a, b} <= home)


def test_shared_city_index_equals_the_double_loop(web):
    _, table = web
    wanted = brute(table, lambda e, f: float(len({*e} & {*f}) == 1))
    assert corridor_moran_test(table, "value", n_permutations=9, rng=1).statistic == pytest.approx(
        wanted, abs=1e-12
    )


def test_near_ends_index_equals_the_double_loop(web):
    cities, table = web
    km = distance_matrix_km(cities)

    def weight(e, f):
        near = lambda a, b: float(km.loc[a, b] <= 1800)
        return near(e[0], f[0]) * near(e[1], f[1]) + near(e[0], f[1]) * near(e[1], f[0])

    result = corridor_moran_test(
        table, "value", neighbours="near ends", cities=cities, radius_km=1800, n_permutations=9, rng=1
    )
    assert result.statistic == pytest.approx(brute(table, weight), abs=1e-12)


def test_missing_pairs_stay_where_they_are(web):
    cities, table = web
    result = corridor_moran_test(
        table, "value", neighbours="near ends", cities=cities, radius_km=1800, n_permutations=99, rng=1
    )
    assert result.choices["blocks"] is not None
    assert "within 2 blocks" in result.to_frame()["null"][0]
    assert result.to_frame()["n_pairs"][0] == 33


def hubs(seed, strength):
    """Corridors whose strength is partly that of their cities."""
    cities, rng = scatter(14, seed), np.random.default_rng(seed)
    city, noise = rng.normal(size=14), rng.normal(size=(14, 14))
    matrix = strength * (city[:, None] + city) + (noise + noise.T) / np.sqrt(2)
    return cities, pairs(cities, matrix)


def test_hubs_make_corridors_alike_but_not_their_ends_near():
    cities, table = hubs(10, 1.0)
    shared = corridor_moran_test(table, "value", rng=1)
    assert shared.p_value <= 0.002
    assert "share a city" in shared.summary()
    near = corridor_moran_test(table, "value", neighbours="near ends", cities=cities, radius_km=1500, rng=1)
    assert near.p_value > 0.02


def test_smooth_cities_make_corridors_with_near_ends_alike():
    cities = scatter(20, 11)
    field = smooth(cities, 4000, np.random.default_rng(12)) * 2
    noise = np.random.default_rng(13).normal(size=(20, 20)) * 0.3
    table = pairs(cities, field[:, None] + field + noise + noise.T)
    near = corridor_moran_test(table, "value", neighbours="near ends", cities=cities, radius_km=1500, rng=1)
    assert near.p_value <= 0.01


@pytest.mark.parametrize("strength", [0.0, 1.0])
@pytest.mark.rate
def test_near_ends_keep_their_size_under_hubs(strength):
    alarms = []
    for seed in range(60):
        cities, table = hubs(seed, strength)
        found = corridor_moran_test(
            table, "value", neighbours="near ends", cities=cities, radius_km=1500, n_permutations=99, rng=seed
        )
        alarms.append(found.p_value <= 0.05)
    assert sum(alarms) <= 9  # 3 expected; 0.999 of Binomial(60, 0.05)


def test_useless_and_incomplete_choices_are_refused(web):
    cities, table = web
    with pytest.raises(SpecificationError, match="says nothing"):
        corridor_moran_test(table, "value", null="cities")
    with pytest.raises(SpecificationError, match="radius_km"):
        corridor_moran_test(table, "value", neighbours="near ends", cities=cities)
    with pytest.raises(SpecificationError, match="'shared city' or 'near ends'"):
        corridor_moran_test(table, "value", neighbours="parallel")
    with pytest.raises(DataError, match="neighbours"):
        corridor_moran_test(table, "value", neighbours="near ends", cities=cities, radius_km=1e-6)
    with pytest.raises(SchemaError, match="origin"):
        corridor_moran_test(table.drop(columns="origin"), "value")
    with pytest.raises(SchemaError, match="among the cities"):
        corridor_moran_test(table, "value", neighbours="near ends", cities=cities.iloc[1:], radius_km=1500)


# --- regressions ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def columbus():
    table = pd.read_csv(SPACE / "columbus.csv", index_col="id")
    links = pd.read_csv(SPACE / "columbus_links.csv")
    focal, neighbour = (table.index.get_indexer(links[end]) for end in ("focal", "neighbor"))
    return table, make_graph(table.index, focal, neighbour, np.ones(len(links)))


@pytest.mark.parametrize(
    ("model", "parameter", "error"), [("lag", "rho", "se_rho"), ("error", "lambda", "se_lambda")]
)
def test_spatial_models_equal_spatialreg(columbus, model, parameter, error):
    table, graph = columbus
    result = spatial_regression_test(table, "crime", ["income", "housing"], graph, model=model)
    wanted = dict(zip(REFERENCE[model]["names"], REFERENCE[model]["coefficients"], strict=True))
    rows = {term.term.en: term for term in result.terms}
    spatial = next(row for name, row in rows.items() if name.startswith(parameter))
    assert spatial.estimate == pytest.approx(wanted[parameter], abs=1e-6)
    assert spatial.se == pytest.approx(REFERENCE[model][error], abs=1e-6)
    for ours, theirs in (("intercept", "(Intercept)"), ("income", "INC"), ("housing", "HOVAL")):
        assert rows[ours].estimate == pytest.approx(wanted[theirs], abs=1e-5)
    assert result.choices["log likelihood"] == pytest.approx(REFERENCE[model]["loglik"], abs=1e-8)
    assert "49 cities" in result.summary()
    assert "rough" in result.summary()


def test_least_squares_and_diagnostics_equal_r(columbus):
    table, graph = columbus
    result = spatial_regression_test(table, "crime", ["income", "housing"], graph, model="ols")
    rows = {term.term.en: term for term in result.terms}
    np.testing.assert_allclose(
        [rows[n].estimate for n in ("intercept", "income", "housing")],
        REFERENCE["ols"]["coefficients"],
        atol=1e-8,
    )
    titles = {
        "LMlag": "Lagrange multiplier, lag",
        "LMerr": "Lagrange multiplier, error",
        "RLMlag": "robust Lagrange multiplier, lag",
        "RLMerr": "robust Lagrange multiplier, error",
    }
    for key, title in titles.items():
        np.testing.assert_allclose(
            (rows[title].statistic, rows[title].p_value), REFERENCE["lm"][key], atol=1e-8
        )
    moran = REFERENCE["moran_residuals"]
    assert rows["Moran's I of residuals"].estimate == pytest.approx(moran["statistic"], abs=1e-8)
    assert rows["Moran's I of residuals"].p_value == pytest.approx(moran["p_value"], abs=1e-8)


def test_impacts_of_the_lag_model_follow_from_the_multiplier(columbus):
    table, graph = columbus
    rows = {term.term.en: term for term in spatial_regression_test(table, "crime", ["income"], graph).terms}
    rho = rows["rho (neighbours' value)"].estimate
    total = rows["income"].estimate / (1 - rho)  # rows of the weights sum to one
    assert rows["income, average total impact"].estimate == pytest.approx(total, rel=1e-10)
    direct = rows["income, average direct impact"].estimate
    assert abs(rows["income"].estimate) < abs(direct) < abs(total)


def test_missing_extra_names_itself(columbus, monkeypatch):
    table, graph = columbus
    real = builtins.__import__

    def without_spreg(name, *args, **kwargs):
        if name == "spreg":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_spreg)
    with pytest.raises(MissingExtraError, match=r"geobri\[spatial\]"):
        spatial_regression_test(table, "crime", ["income"], graph)


def test_bad_regressions_are_refused(columbus):
    table, graph = columbus
    with pytest.raises(SpecificationError, match="at least one covariate"):
        spatial_regression_test(table, "crime", [], graph)
    with pytest.raises(SpecificationError, match="'durbin'"):
        spatial_regression_test(table, "crime", ["income"], graph, model="durbin")
    with pytest.raises(SchemaError, match="'wealth'"):
        spatial_regression_test(table, "crime", ["wealth"], graph)
    with pytest.raises(DataError, match="'income' equal to 1"):
        spatial_regression_test(table.assign(income=1.0), "crime", ["income"], graph)


def test_edges_of_bands_are_rounded_in_rows():
    result = correlogram_test(scatter(20, 5), "value", edges_km=[0, 999.6, 5000.5], n_permutations=9, rng=1)
    assert [one.term.en for one in result.terms] == [
        "Moran's I, 0 to 1,000 km",
        "Moran's I, 1,000 to 5,000 km",
    ]
    assert result.terms[0].term.zh == "莫兰指数，0–1,000 公里"
