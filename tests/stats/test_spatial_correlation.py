"""Two measures of the same places: the correlation is the usual one, and chance is as smooth as the places are."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import linalg, stats
from scipy.spatial.distance import cdist

from geobri.errors import DataError, SchemaError
from geobri.geodesy import distance_matrix_km
from geobri.stats.moran_randomisation import proximity_weights
from geobri.stats.spatial import spatial_correlation_test


def places(n, seed, **columns):
    points = np.random.default_rng(seed).uniform(0, 30, (n, 2))
    index = pd.Index([f"town {i}" for i in range(n)], name="city")
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.points_from_xy(*points.T, crs=4326))


@pytest.fixture
def towns():
    rng = np.random.default_rng(5)
    found = places(30, 4)
    found["income"] = found.geometry.x + rng.normal(0, 4, 30)
    found["trade"] = found["income"] + rng.normal(0, 6, 30)
    return found


def test_the_correlation_and_its_p_value_without_space_are_those_of_scipy(towns):
    for kind, theirs in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
        for side in ("two-sided", "greater", "less"):
            found = spatial_correlation_test(
                towns, "income", "trade", kind=kind, alternative=side, n_permutations=99, rng=1
            )
            expected = theirs(towns["income"], towns["trade"], alternative=side)
            assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
            assert found.terms[1].p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_nine_places_by_hand():
    """Every way to turn the signs of the eight patterns of space, gone through one after the other."""
    found = places(9, 7)
    rng = np.random.default_rng(3)
    found["a"], found["b"] = found.geometry.x + rng.normal(0, 3, 9), found.geometry.x + rng.normal(0, 3, 9)
    weights = proximity_weights(distance_matrix_km(found).to_numpy())
    centre = np.eye(9) - 1 / 9
    _, vectors = linalg.eigh(centre @ weights @ centre)
    patterns = vectors[:, np.abs(vectors.sum(axis=0)) < 1e-8]
    assert patterns.shape[1] == 8
    one, two = patterns.T @ found["a"].to_numpy(), patterns.T @ found["b"].to_numpy()
    size = np.sqrt((one @ one) * (two @ two))
    every = [float(np.dot(signs, one * two)) / size for signs in itertools.product((-1, 1), repeat=8)]
    observed = float(one @ two) / size
    above = np.mean([r >= observed - 1e-12 for r in every])
    test = spatial_correlation_test(
        found, "a", "b", method="singleton", alternative="greater", n_permutations=4999, rng=2
    )
    assert test.statistic == pytest.approx(observed, rel=1e-9)
    assert test.p_value == pytest.approx(above, abs=4 * np.sqrt(above * (1 - above) / 4999) + 1e-3)
    assert test.terms[0].null_sd == pytest.approx(np.std(every), rel=0.05)
    assert test.terms[2].estimate == pytest.approx(1 + 1 / np.var(every), rel=0.1)


def test_order_units_and_the_table_do_not_matter(towns):
    before = towns.copy()
    first = spatial_correlation_test(towns, "income", "trade", n_permutations=199, rng=1)
    scaled = towns.assign(income=towns["income"] * 1000 + 7, trade=towns["trade"] / 3)
    other = spatial_correlation_test(scaled, "income", "trade", n_permutations=199, rng=1)
    assert other.statistic == pytest.approx(first.statistic)
    assert other.p_value == first.p_value
    turned = spatial_correlation_test(towns.iloc[::-1], "income", "trade", n_permutations=1999, rng=1)
    assert turned.statistic == pytest.approx(first.statistic)
    assert turned.p_value == pytest.approx(first.p_value, abs=0.02)
    pd.testing.assert_frame_equal(towns, before)


def test_it_keeps_its_size_where_the_usual_test_does_not():
    """Two unrelated fields that rise and fall over the same map: about 5 % at 5 %, and far more for scipy."""
    rng = np.random.default_rng(8)
    found = places(30, 9)
    km = cdist(*[np.column_stack([found.geometry.x, found.geometry.y])] * 2)
    root = np.linalg.cholesky(0.95 * np.exp(-km / 12) + 0.05 * np.eye(30))
    ours, usual = [], []
    for _ in range(60):
        found["a"], found["b"] = root @ rng.normal(size=30), root @ rng.normal(size=30)
        test = spatial_correlation_test(found, "a", "b", n_permutations=99, rng=rng)
        ours.append(test.p_value <= 0.05)
        usual.append(test.terms[1].p_value <= 0.05)
    assert np.mean(usual) > 0.15
    assert np.mean(ours) < 0.10


def test_it_finds_what_is_there(towns):
    towns["trade"] = towns["income"] + np.random.default_rng(1).normal(0, 2, 30)
    found = spatial_correlation_test(towns, "income", "trade", n_permutations=999, rng=1)
    assert found.p_value <= 0.01
    assert "The two rise together." in found.sentence
    assert "二者同高同低" in found.sentence_zh


def test_it_says_when_only_independence_would_have_found_something():
    found = places(30, 4)
    found["west"], found["other"] = found.geometry.x, found.geometry.x + 9 * np.sin(found.geometry.y)
    test = spatial_correlation_test(found, "west", "other", n_permutations=999, rng=1)
    assert test.terms[1].p_value <= 0.05
    assert test.terms[2].estimate < 30
    if test.p_value > 0.05:
        assert "too small, because neighbours are alike" in test.sentence


def test_cities_without_a_value_are_left_out_and_counted(towns):
    towns.loc["town 3", "trade"] = np.nan
    found = spatial_correlation_test(towns, "income", "trade", n_permutations=99, rng=1)
    assert found.n == 29
    assert "1 without value" in found.terms[0].left_out


def test_what_cannot_be_tested_is_refused(towns):
    with pytest.raises(SchemaError, match="need the columns"):
        spatial_correlation_test(towns, "income", "wealth")
    with pytest.raises(SchemaError, match="spatial_correlation_test"):
        spatial_correlation_test(pd.DataFrame(towns.drop(columns="geometry")), "income", "trade")
    with pytest.raises(DataError, match="equal to 1"):
        spatial_correlation_test(towns.assign(trade=1.0), "income", "trade")
