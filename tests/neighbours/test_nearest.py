import geopandas as gpd
import numpy as np
import pytest

from geobri.errors import DataError, SchemaError
from geobri.geodesy import distance_matrix_km
from geobri.neighbours import nearest_neighbours, neighbours_within, pairs_within


def scatter(n, seed, *, labels=None):
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    labels = labels or [f"c{i:04d}" for i in range(n)]
    return gpd.GeoDataFrame(index=labels, geometry=gpd.points_from_xy(lon, lat, crs=4326))


def places(**where):
    lon, lat = zip(*where.values(), strict=True)
    return gpd.GeoDataFrame(index=list(where), geometry=gpd.points_from_xy(lon, lat, crs=4326))


def brute_force(cities, k):
    km = distance_matrix_km(cities).to_numpy().copy()
    np.fill_diagonal(km, np.inf)
    order = np.argsort(km, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(km, order, 1)


@pytest.mark.parametrize("k", [1, 8, 60, 149])
def test_nearest_equal_the_full_geodesic_matrix(k):
    cities = scatter(150, 1)
    positions, km = nearest_neighbours(cities, k)
    wanted, wanted_km = brute_force(cities, k)
    np.testing.assert_array_equal(positions, wanted)
    np.testing.assert_allclose(km, wanted_km, rtol=0, atol=1e-9)


def test_ellipsoid_decides_where_the_sphere_errs():
    """East-west near the equator is longer on WGS84 than north-south: the sphere picks the wrong neighbour."""
    cities = places(focal=(0, 0), east=(10.0, 0), north=(0, 10.05))
    radians = np.radians([10.0, 10.05])
    assert radians[0] < radians[1]  # a sphere says east
    positions, km = nearest_neighbours(cities, 1)
    assert cities.index[positions[0, 0]] == "north"
    assert km[0, 0] == pytest.approx(1111.3, abs=0.2)


def test_neighbours_across_the_date_line():
    cities = places(suva=(178.44, -18.14), apia=(-171.76, -13.83), sydney=(151.2, -33.9))
    positions, _ = nearest_neighbours(cities, 1)
    assert list(cities.index[positions[:, 0]]) == ["apia", "suva", "suva"]


def test_exactly_180_and_minus_180_are_one_meridian():
    cities = places(east=(180.0, 10.0), west=(-180.0, 10.0), other=(179.0, 10.0))
    positions, km = nearest_neighbours(cities, 2)
    assert km[0, 0] == 0
    assert km[1, 0] == 0
    assert list(cities.index[positions[0]]) == ["west", "other"]
    assert km[0, 1] == pytest.approx(km[1, 1], abs=1e-12)


def test_a_pole_is_one_point_whatever_its_longitude():
    cities = places(pole_a=(0.0, 90.0), pole_b=(77.0, 90.0), near=(-120.0, 89.0), far=(60.0, 88.0))
    positions, km = nearest_neighbours(cities, 3)
    assert km[0, 0] == pytest.approx(0, abs=1e-9)
    assert list(cities.index[positions[1]]) == ["pole_a", "near", "far"]


def test_more_doubles_than_candidates_are_still_found():
    cities = places(**{f"x{i:02d}": (5.0, 5.0) for i in range(40)}, y=(6.0, 5.0), z=(8.0, 5.0))
    positions, km = nearest_neighbours(cities, 40)
    assert (km[:40, :39] == 0).all()
    assert set(positions[:40, 39]) == {40}
    assert 0 not in positions[0]


def test_ties_are_broken_by_label_not_by_row():
    cities = places(b=(0, 0), east=(1, 0), west=(-1, 0))
    turned = cities.iloc[::-1]
    for frame in (cities, turned):
        positions, _ = nearest_neighbours(frame, 1)
        assert frame.index[positions[frame.index.get_loc("b"), 0]] == "east"


def test_row_order_does_not_matter():
    cities = scatter(80, 3)
    shuffled = cities.sample(frac=1, random_state=4)
    first = {
        c: list(cities.index[row])
        for c, row in zip(cities.index, nearest_neighbours(cities, 6)[0], strict=True)
    }
    second = {
        c: list(shuffled.index[row])
        for c, row in zip(shuffled.index, nearest_neighbours(shuffled, 6)[0], strict=True)
    }
    assert first == second


@pytest.mark.parametrize("threshold", [0.0, 300.0, 2500.0, 19_950.0, 20_010.0])
def test_pairs_within_equal_the_full_geodesic_matrix(threshold):
    cities = scatter(120, 5)
    first, second, km = pairs_within(cities, threshold)
    full = distance_matrix_km(cities).to_numpy()
    wanted = np.argwhere(np.triu(full <= threshold, 1))
    np.testing.assert_array_equal(np.column_stack([first, second]), wanted)
    np.testing.assert_allclose(km, full[first, second], atol=1e-9)


def test_a_pair_at_exactly_the_threshold_belongs():
    cities = scatter(30, 6)
    full = distance_matrix_km(cities).to_numpy()
    first, second, _ = pairs_within(cities, full[3, 17])
    assert (3, 17) in set(zip(first, second, strict=True))
    first, second, _ = pairs_within(cities, np.nextafter(full[3, 17], 0))
    assert (3, 17) not in set(zip(first, second, strict=True))


def test_each_focal_has_its_own_radius():
    cities = scatter(100, 7)
    full = distance_matrix_km(cities).to_numpy()
    radius = np.random.default_rng(0).uniform(0, 6000, 100)
    focal, neighbour, km = neighbours_within(cities, radius)
    inside = full <= radius[:, None]
    np.fill_diagonal(inside, val=False)
    np.testing.assert_array_equal(np.column_stack([focal, neighbour]), np.argwhere(inside))
    np.testing.assert_allclose(km, full[focal, neighbour], atol=1e-9)


@pytest.mark.parametrize("k", [0, 3, -1])
def test_impossible_k_is_refused(k):
    with pytest.raises(DataError, match=f"k={k} for 3 cities"):
        nearest_neighbours(places(a=(0, 0), b=(1, 1), c=(2, 2)), k)


@pytest.mark.parametrize("lon", [4.5, 29.0])
def test_mirrored_places_are_ties_that_the_label_decides(lon):
    """East and west are equally far, but rounding puts the one 3e-13 km, or the other 6e-14 km, nearer."""
    for first, second in ((-3.7, 3.7), (3.7, -3.7)):
        cities = places(focal=(lon, 40.3), a=(lon + first, 41.1), b=(lon + second, 41.1))
        assert nearest_neighbours(cities, 1)[0][0].tolist() == [1]


def test_negative_and_missing_thresholds_are_refused():
    cities = places(a=(0, 0), b=(1, 1))
    for wrong in (-1.0, float("nan")):
        with pytest.raises(DataError, match="threshold_km"):
            pairs_within(cities, wrong)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda c: c.to_crs(3857), "EPSG:4326"),
        (lambda c: c.set_crs(None, allow_override=True), "EPSG:4326"),
        (lambda c: c.set_axis(["a", "a"]), "unique"),
        (lambda c: c.set_geometry(c.to_crs(3857).buffer(10).to_crs(4326)), "point"),
        (lambda c: c.set_geometry(gpd.points_from_xy([0, 0], [0, 95], crs=4326)), "swapped|-90..90"),
        (lambda c: c.drop(columns="geometry"), "GeoDataFrame"),
    ],
)
def test_tables_that_are_not_places_are_refused(spoil, message):
    cities = places(a=(0, 0), b=(1, 1))
    with pytest.raises(SchemaError, match=message):
        nearest_neighbours(spoil(cities), 1)
