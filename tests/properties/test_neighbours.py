import geopandas as gpd
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.geodesy import distance_matrix_km
from geobri.neighbours import (
    build_distance_band,
    build_knn,
    graph_weights,
    merge_coincident,
    nearest_neighbours,
)

edges = st.sampled_from([-180.0, 180.0, 0.0, 179.999, -179.999])
poles = st.sampled_from([-90.0, 90.0, 0.0, 89.999])
point = st.tuples(st.one_of(edges, st.floats(-180, 180)), st.one_of(poles, st.floats(-90, 90)))
clouds = st.lists(point, min_size=4, max_size=25)


def table(points):
    lon, lat = zip(*points, strict=True)
    return gpd.GeoDataFrame(
        index=[f"p{i:02d}" for i in range(len(points))], geometry=gpd.points_from_xy(lon, lat, crs=4326)
    )


@settings(deadline=None, max_examples=60)
@given(clouds, st.integers(1, 3))
def test_nearest_distances_equal_brute_force(points, k):
    cities = table(points)
    km = distance_matrix_km(cities).to_numpy().copy()
    np.fill_diagonal(km, np.inf)
    found = nearest_neighbours(cities, k)[1]
    np.testing.assert_allclose(found, np.sort(km, axis=1)[:, :k], rtol=0, atol=2e-6)


@settings(deadline=None, max_examples=40)
@given(clouds, st.floats(0.1, 20_100))
def test_bands_are_symmetric_without_self(points, threshold):
    weights = graph_weights(build_distance_band(table(points), threshold), table(points).index).toarray()
    np.testing.assert_array_equal(weights, weights.T)
    assert not weights.diagonal().any()


@settings(deadline=None, max_examples=40)
@given(clouds, st.randoms(use_true_random=False))
def test_row_order_does_not_change_the_graph(points, random):
    cities = table(points)
    order = list(cities.index)
    random.shuffle(order)
    one = graph_weights(build_knn(cities, 2), cities.index)
    other = graph_weights(build_knn(cities.loc[order], 2), cities.index)
    np.testing.assert_array_equal(one.toarray(), other.toarray())


@settings(deadline=None, max_examples=40)
@given(clouds)
def test_merging_leaves_no_doubles_and_loses_nobody(points):
    cities = table(points)
    report = merge_coincident(cities)
    assert len(report.cities) + len(report.merged) == len(cities)
    assert merge_coincident(report.cities).merged.empty
    assert set(report.merged["merged_into"]) <= set(report.cities.index)
