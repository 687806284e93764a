"""Distance to the coast against a brute-force search in another projection; what it makes coastal."""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from geobri import coast
from geobri.boundaries import load_coastline
from geobri.coast import (
    coastal_by_port,
    coastal_by_threshold,
    distance_to_coast,
    reproducing_thresholds,
    switch_curve,
)
from geobri.datasets import bri22
from geobri.errors import DataError, SchemaError
from geobri.gazetteer import load_gazetteer, load_report_cities


def points(*places):
    return gpd.GeoSeries.from_xy([lon for lon, _ in places], [lat for _, lat in places], crs="EPSG:4326")


def brute_force_km(lon, lat, resolution, caspian):
    """Project the whole coast so that distances from the point are true, and measure in the plane."""
    lines = shapely.get_parts(load_coastline(resolution, caspian=caspian).geometry.to_numpy())
    dense = shapely.segmentize(lines, 0.05)
    plane = pyproj.Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84", always_xy=True
    )
    corners, line = shapely.get_coordinates(dense, return_index=True)
    x, y = plane.transform(corners[:, 0], corners[:, 1])
    inside = (line[:-1] == line[1:]) & np.isfinite(x[:-1]) & np.isfinite(x[1:])
    start, step = np.column_stack([x, y])[:-1][inside], np.diff(np.column_stack([x, y]), axis=0)[inside]
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(-(start * step).sum(axis=1) / length, 0, 1)
    return np.hypot(*(start + share[:, None] * step).T).min() / 1000


@pytest.mark.parametrize(
    ("place", "resolution", "caspian"),
    [
        ((85.0, 46.3), "10m", False),  # the Eurasian pole of inaccessibility: the farthest there is
        ((49.9, 40.4), "10m", True),
        ((49.9, 40.4), "10m", False),
        ((31.25, 30.06), "10m", False),
        ((116.4, 39.9), "10m", False),
        ((6.5, 61.2), "10m", False),  # Norwegian fjords
        ((76.9, 43.25), "110m", False),
        ((-55.0, -15.0), "110m", True),
        ((0.0, 90.0), "50m", False),
        ((12.0, -89.99), "50m", False),
        ((179.999, 65.5), "50m", False),
        ((-179.999, -16.8), "50m", False),
        ((-140.0, 20.0), "50m", False),  # at sea
    ],
)
def test_against_brute_force(place, resolution, caspian):
    mine = distance_to_coast(points(place), resolution=resolution, caspian=caspian).item()
    assert mine == pytest.approx(brute_force_km(*place, resolution, caspian), abs=0.01)


def test_random_places_against_brute_force():
    rng = np.random.default_rng(20211022)
    places = list(zip(rng.uniform(-180, 180, 12), np.degrees(np.arcsin(rng.uniform(-1, 1, 12))), strict=True))
    mine = distance_to_coast(points(*places), resolution="110m")
    theirs = [brute_force_km(*place, "110m", caspian=False) for place in places]
    np.testing.assert_allclose(mine, theirs, atol=0.01)


def test_hand_calculation_on_a_straight_coast(monkeypatch):
    """A coast along the equator: the distance is the meridian arc, a = 6378137 m (0 to 1 degree: 110574.4 m)."""
    line = gpd.GeoDataFrame(
        {"id": ["ocean"]}, geometry=[shapely.LineString([(0, 0), (10, 0)])], crs="EPSG:4326"
    )
    monkeypatch.setattr(coast, "load_coastline", lambda *_, **__: line)
    coast._load_pieces.cache_clear()
    try:
        found = distance_to_coast(points((5.0, 1.0), (5.0037, -1.0), (3.0, 0.0), (11.0, 0.0)))
    finally:
        coast._load_pieces.cache_clear()
    np.testing.assert_allclose(found, [110.5743886, 110.5743886, 0.0, 111.3194908], atol=1e-6)


def test_the_nearest_coast_by_chord_is_not_always_the_nearest(monkeypatch):
    """From 0, 0 a coast 2,500 km north is nearer through the Earth than one 2,499.9 km east, because meridians bend more."""
    wgs84 = pyproj.Geod(ellps="WGS84")
    north_lat, east_lon = wgs84.fwd(0, 0, 0, 2_500_000)[1], wgs84.fwd(0, 0, 90, 2_499_900)[0]
    lines = [
        shapely.LineString([(0, north_lat), (0, north_lat + 0.01)]),
        shapely.LineString([(east_lon, 0), (east_lon + 0.01, 0)]),
    ]
    both = gpd.GeoDataFrame({"id": ["north", "east"]}, geometry=lines, crs="EPSG:4326")
    monkeypatch.setattr(coast, "load_coastline", lambda *_, **__: both)
    coast._load_pieces.cache_clear()
    try:
        assert distance_to_coast(points((0.0, 0.0))).item() == pytest.approx(2499.9, abs=1e-6)
    finally:
        coast._load_pieces.cache_clear()


def test_published_split_of_the_22_cities_and_its_window():
    cities = bri22().cities
    coast_km = distance_to_coast(cities)
    window = reproducing_thresholds(coast_km, cities["coastal"])
    assert window is not None
    low, high = window
    assert 112 < low < 121  # Cairo, called coastal
    assert 141 < high < 147  # Beijing, called inland
    published = cities["coastal"].astype("boolean")
    assert (coastal_by_threshold(coast_km, (low + high) / 2) == published).all()
    for threshold, wrong in ((100.0, ["cairo"]), (150.0, ["beijing"])):
        differs = coastal_by_threshold(coast_km, threshold) != published
        assert cities.index[differs].tolist() == wrong


def test_switch_curve_names_the_city_of_each_step():
    cities = bri22().cities
    coast_km = distance_to_coast(cities)
    curve = switch_curve(coast_km, published=cities["coastal"])
    assert curve["threshold_km"].is_monotonic_increasing
    assert curve["n_coastal"].tolist() == list(range(1, 23))
    assert (curve["n_coastal"] + curve["n_inland"] == 22).all()
    assert curve["n_agree"].max() == 22
    assert curve.index[curve["n_agree"] == 22].tolist() == ["cairo"]
    for row in curve.itertuples():
        labels = coastal_by_threshold(coast_km, row.threshold_km)
        assert row.n_agree == (labels == cities["coastal"].astype("boolean")).sum()


def test_switch_curve_with_ties_and_missing_labels():
    coast_km = pd.Series([5.0, 1.0, 5.0, np.nan], index=list("abcd"))
    labels = pd.Series([True, pd.NA, False, True], index=list("abcd"), dtype="boolean")
    curve = switch_curve(coast_km, published=labels)
    assert curve.index.tolist() == ["b", "a", "c"]
    assert curve["n_coastal"].tolist() == [1, 3, 3]
    assert curve["n_labelled"].tolist() == [2, 2, 2]
    assert curve["n_agree"].tolist() == [1, 1, 1]
    assert reproducing_thresholds(coast_km, labels) is None
    assert switch_curve(coast_km).columns.tolist() == ["threshold_km", "n_coastal", "n_inland"]


def test_caspian_is_a_choice_and_is_said():
    baku = load_report_cities().loc[["baku"]]
    inland, shore = distance_to_coast(baku), distance_to_coast(baku, caspian=True)
    assert inland.item() > 600
    assert shore.item() < 3
    assert inland.attrs == {"resolution": "10m", "caspian": "lake"}
    assert shore.attrs["caspian"] == "coast"


def test_coarser_coasts_stay_close_on_the_whole():
    cities = load_report_cities()
    fine, coarse = distance_to_coast(cities), distance_to_coast(cities, resolution="50m")
    assert (fine - coarse).abs().median() < 2
    assert np.corrcoef(fine, coarse)[0, 1] > 0.999


def test_30000_places_take_a_few_seconds():
    places = load_gazetteer()
    distance_to_coast(places.iloc[:1])
    start = time.process_time()
    coast_km = distance_to_coast(places)
    assert time.process_time() - start < 10  # 0.5 s of the processor
    assert len(coast_km) > 30_000
    assert coast_km.between(0, 2700).all()


def test_row_order_index_and_frame_do_not_matter():
    cities = load_report_cities().iloc[:40]
    forward = distance_to_coast(cities)
    backward = distance_to_coast(cities.iloc[::-1])
    pd.testing.assert_series_equal(forward, backward.iloc[::-1])
    before = cities.copy()
    distance_to_coast(cities)
    pd.testing.assert_frame_equal(pd.DataFrame(cities), pd.DataFrame(before))


def test_missing_empty_and_coincident_points():
    series = gpd.GeoSeries(
        [shapely.Point(0, 51.5), None, shapely.Point(), shapely.Point(0, 51.5)], crs="EPSG:4326"
    )
    found = distance_to_coast(series)
    assert found.isna().tolist() == [False, True, True, False]
    assert found.iloc[0] == found.iloc[3]
    assert coastal_by_threshold(found, 100).isna().tolist() == [False, True, True, False]
    assert len(distance_to_coast(series.iloc[:0])) == 0


def test_the_same_place_on_both_sides_of_180_degrees():
    east, west = distance_to_coast(points((180.0, 10.0), (-180.0, 10.0)), resolution="50m")
    assert east == pytest.approx(west, abs=1e-9)


def test_wrong_input_is_refused_with_the_remedy():
    with pytest.raises(SchemaError, match="no CRS"):
        distance_to_coast(gpd.GeoSeries([shapely.Point(0, 0)]))
    with pytest.raises(SchemaError, match=r"EPSG:3857.*to_crs"):
        distance_to_coast(points((0, 0)).to_crs(3857))
    with pytest.raises(SchemaError, match=r"coast.*-180\.\.180.*row 1 \(700, 3\)"):
        distance_to_coast(points((0, 0), (700, 3)))
    line = gpd.GeoSeries([shapely.LineString([(0, 0), (1, 1)])], index=["x"], crs="EPSG:4326")
    with pytest.raises(SchemaError, match="1 of 1 otherwise: 'x'"):
        distance_to_coast(line)
    for threshold in (-1, float("nan")):
        with pytest.raises(DataError, match="0 or more"):
            coastal_by_threshold(pd.Series([1.0]), threshold)
    with pytest.raises(SchemaError, match="'b'"):
        switch_curve(pd.Series([1.0, 2.0], index=["a", "b"]), published=pd.Series([True], index=["a"]))
    with pytest.raises(DataError, match="carry a label"):
        reproducing_thresholds(pd.Series([1.0]), pd.Series([pd.NA], dtype="boolean"))


def test_coastal_by_port():
    ports = points((121.5, 31.2), (55.3, 25.27))
    cities = gpd.GeoSeries(
        [shapely.Point(121.47, 31.23), shapely.Point(116.4, 39.9), None],
        index=["sh", "bj", "x"],
        crs="EPSG:4326",
    )
    found = coastal_by_port(cities, ports, reach_km=50)
    assert found.index.tolist() == ["sh", "bj", "x"]
    assert found.tolist() == [True, False, pd.NA]
    assert coastal_by_port(cities, ports, reach_km=1100).tolist() == [True, True, pd.NA]
    with pytest.raises(DataError, match="0 ports"):
        coastal_by_port(cities, ports.iloc[:0])


def test_one_sided_labels_have_an_open_window():
    coast_km = pd.Series([3.0, 8.0])
    assert reproducing_thresholds(coast_km, pd.Series([True, True])) == (8.0, float("inf"))
    assert reproducing_thresholds(coast_km, pd.Series([False, False])) == (0.0, 3.0)
