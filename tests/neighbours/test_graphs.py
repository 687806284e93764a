import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from geobri.errors import DataError, SchemaError
from geobri.geodesy import distance_matrix_km
from geobri.neighbours import (
    KERNELS,
    build_corridor_weighted,
    build_distance_band,
    build_inverse_distance,
    build_kernel,
    build_knn,
    build_same_region,
    build_shared_border,
    graph_weights,
)


def scatter(n, seed):
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    index = pd.Index([f"c{i:03d}" for i in rng.permutation(n)], name="city")
    return gpd.GeoDataFrame(index=index, geometry=gpd.points_from_xy(lon, lat, crs=4326))


@pytest.fixture(scope="module")
def cities():
    return scatter(60, 11)


@pytest.fixture(scope="module")
def km(cities):
    return distance_matrix_km(cities).to_numpy()


def dense(graph, cities):
    return graph_weights(graph, cities.index).toarray()


def test_ids_are_the_index_in_its_order(cities):
    for graph in (
        build_knn(cities, 4),
        build_distance_band(cities, 900),
        build_kernel(cities, bandwidth_km=800),
    ):
        assert list(graph.unique_ids) == list(cities.index)


def test_knn_marks_the_k_smallest_distances(cities, km):
    weights = dense(build_knn(cities, 5), cities)
    apart = km + np.diag(np.full(60, np.inf))
    cut = np.sort(apart, axis=1)[:, 4]
    np.testing.assert_array_equal(weights, (apart <= cut[:, None]).astype(float))


def test_symmetric_knn_is_the_union_of_both_ways(cities):
    one_way = dense(build_knn(cities, 3), cities)
    np.testing.assert_array_equal(
        dense(build_knn(cities, 3, symmetric=True), cities), np.maximum(one_way, one_way.T)
    )


def test_band_holds_what_lies_above_the_lower_and_up_to_the_upper_edge(cities, km):
    weights = dense(build_distance_band(cities, 3000, lower_km=1500), cities)
    np.testing.assert_array_equal(weights, ((km > 1500) & (km <= 3000)).astype(float))


def test_bands_partition_the_pairs(cities):
    total = sum(
        dense(build_distance_band(cities, hi, lower_km=lo), cities)
        for lo, hi in [(0, 2000), (2000, 9000), (9000, 20_100)]
    )
    np.testing.assert_array_equal(total, 1 - np.eye(60))


def test_island_is_kept_attached_or_refused():
    index = ["a", "b", "lonely", "remote"]
    cities = gpd.GeoDataFrame(
        index=index, geometry=gpd.points_from_xy([0, 1, 90, 95], [0, 0, 0, 0], crs=4326)
    )
    kept = build_distance_band(cities, 200)
    assert list(kept.isolates) == ["lonely", "remote"]
    attached = build_distance_band(cities, 200, islands="attach")
    assert not len(attached.isolates)
    assert dense(attached, cities)[2].tolist() == [0, 0, 0, 1]
    np.testing.assert_array_equal(dense(attached, cities), dense(attached, cities).T)
    with pytest.raises(DataError, match="2 of 4 without any: 'lonely', 'remote'"):
        build_distance_band(cities, 200, islands="error")
    with pytest.raises(SchemaError, match="'keep', 'attach' or 'error'"):
        build_distance_band(cities, 200, islands="drop")


def test_inverse_distance_is_the_power_of_km(cities, km):
    weights = dense(build_inverse_distance(cities, 4000, power=2), cities)
    apart = km + np.eye(60)
    np.testing.assert_allclose(weights, np.where((km <= 4000) & (km > 0), apart**-2.0, 0), rtol=1e-12)


def test_inverse_distance_refuses_coincident_cities_by_name():
    cities = gpd.GeoDataFrame(
        index=["x", "y", "z"], geometry=gpd.points_from_xy([180, -180, 0], [5, 5, 5], crs=4326)
    )
    with pytest.raises(DataError, match=r"x = y.*merge_coincident"):
        build_inverse_distance(cities, 100)


FORMULAS = {
    "gaussian": lambda u: np.where(u <= 3, np.exp(-(u**2) / 2), 0),
    "exponential": lambda u: np.where(u <= 6, np.exp(-u), 0),
    "triangular": lambda u: np.where(u < 1, 1 - u, 0),
    "epanechnikov": lambda u: np.where(u < 1, 0.75 * (1 - u**2), 0),
    "bisquare": lambda u: np.where(u < 1, (1 - u**2) ** 2, 0),
    "uniform": lambda u: np.where(u <= 1, 0.5, 0),
}


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_kernels_fixed_and_adaptive_follow_their_formula(kernel, cities, km):
    off = 1 - np.eye(60)
    fixed = dense(build_kernel(cities, kernel=kernel, bandwidth_km=2500), cities)
    np.testing.assert_allclose(fixed, FORMULAS[kernel](km / 2500) * off, atol=1e-12)
    width = np.sort(km, axis=1)[:, [7]]
    adaptive = dense(build_kernel(cities, kernel=kernel, k=7), cities)
    np.testing.assert_allclose(adaptive, FORMULAS[kernel](km / width) * off, atol=1e-12)


def test_kernel_wants_one_bandwidth_and_a_known_name(cities):
    for wrong in ({}, {"bandwidth_km": 1.0, "k": 2}, {"bandwidth_km": 0.0}):
        with pytest.raises(DataError, match="either bandwidth_km above 0 or k"):
            build_kernel(cities, **wrong)
    with pytest.raises(SchemaError, match="gaussian"):
        build_kernel(cities, kernel="cosine", bandwidth_km=5)


def test_same_region_joins_members_only():
    cities = pd.DataFrame({"region": ["A", "B", "A", None, "B"]}, index=list("vwxyz"))
    weights = dense(build_same_region(cities), cities)
    wanted = np.zeros((5, 5))
    wanted[[0, 2, 1, 4], [2, 0, 4, 1]] = 1
    np.testing.assert_array_equal(weights, wanted)
    assert list(build_same_region(cities).isolates) == ["y"]
    with pytest.raises(SchemaError, match="'continent'"):
        build_same_region(cities, column="continent")


@pytest.fixture
def four_corners():
    areas = {
        "UT": box(0, 1, 1, 2),
        "CO": box(1, 1, 2, 2),
        "AZ": box(0, 0, 1, 1),
        "NM": box(1, 0, 2, 1),
        "AU": box(9, 9, 10, 10),
    }
    polygons = gpd.GeoDataFrame(index=list(areas), geometry=list(areas.values()), crs=4326)
    cities = pd.DataFrame({"country": ["UT", "CO", "AZ", "NM", "AU", "UT", None]}, index=list("abcdefg"))
    return cities, polygons


def test_shared_border_is_a_line_unless_a_corner_counts(four_corners):
    cities, polygons = four_corners
    linked = build_shared_border(cities, polygons)
    assert set(linked["a"].index) == {"b", "c", "f"}
    assert set(build_shared_border(cities, polygons, same=False)["a"].index) == {"b", "c"}
    assert set(build_shared_border(cities, polygons, corner=True)["a"].index) == {"b", "c", "d", "f"}
    assert list(linked.isolates) == ["e", "g"]


def test_shared_border_names_areas_without_polygon(four_corners):
    cities, polygons = four_corners
    with pytest.raises(SchemaError, match="'AZ', 'NM'"):
        build_shared_border(cities, polygons.drop(["AZ", "NM"]))


@pytest.fixture
def corridors():
    return pd.DataFrame(
        {"origin": ["a", "c", "b"], "destination": ["b", "a", "c"], "value": [2.0, np.nan, 5.0]},
        index=["a--b", "a--c", "b--c"],
    )


def test_corridor_weights_go_both_ways_unless_directed(corridors):
    cities = pd.DataFrame(index=list("abcd"))
    weights = dense(build_corridor_weighted(cities, corridors, "value"), cities)
    np.testing.assert_array_equal(weights, [[0, 2, 0, 0], [2, 0, 5, 0], [0, 5, 0, 0], [0, 0, 0, 0]])
    one_way = dense(build_corridor_weighted(cities, corridors, "value", directed=True), cities)
    np.testing.assert_array_equal(one_way, np.triu(weights))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"destination": ["b", "a", "q"]}, SchemaError, "both ends must be cities"),
        ({"value": [-1.0, 1.0, 1.0]}, DataError, "at least 0"),
        (
            {"origin": ["b", "c", "a"], "destination": ["a", "a", "b"], "value": [1.0, 1, 1]},
            SchemaError,
            "every pair must stand once",
        ),
    ],
)
def test_bad_corridors_are_refused(change, error, message, corridors):
    with pytest.raises(error, match=message):
        build_corridor_weighted(pd.DataFrame(index=list("abcd")), corridors.assign(**change), "value")


def test_weights_follow_the_table_not_the_graph(cities):
    graph = build_knn(cities, 3)
    turned = cities.iloc[::-1]
    np.testing.assert_array_equal(dense(graph, turned), dense(graph, cities)[::-1, ::-1])
    row = graph_weights(graph, cities.index, standardise="row")
    np.testing.assert_allclose(row.sum(axis=1), 1)


def test_row_standardising_leaves_islands_at_zero():
    cities = gpd.GeoDataFrame(index=list("abc"), geometry=gpd.points_from_xy([0, 1, 90], [0, 0, 0], crs=4326))
    weights = graph_weights(build_distance_band(cities, 200), cities.index, standardise="row").toarray()
    assert weights.sum(axis=1).tolist() == [1, 1, 0]


def test_graph_and_table_must_hold_the_same_places(cities):
    graph = build_knn(cities, 3)
    with pytest.raises(SchemaError, match="same places"):
        graph_weights(graph, cities.index[:-1])
    with pytest.raises(SchemaError, match="same places"):
        graph_weights(graph, cities.index.append(pd.Index(["new"])))
    with pytest.raises(SchemaError, match="standardise"):
        graph_weights(graph, cities.index, standardise="double")
