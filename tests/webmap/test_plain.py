"""Plain frames become a map: places with coordinates, pairs without lines."""

import geopandas as gpd
import numpy as np
import pandas as pd

import geobri
from geobri.webmap.plain import take_plain

PLACES = pd.DataFrame({"city": [3, 5, 8], "lon": [6.9, 7.0, 7.1], "lat": [50.9, 51.0, 50.8]})
PAIRS = pd.DataFrame({"origin": [3, 5, 3], "destination": [5, 3, 8], "trips": [10, 12, 4]})


def test_pairs_get_lines_ids_and_distances():
    cities, corridors = take_plain(PLACES, PAIRS)
    assert cities.index.tolist() == ["3", "5", "8"]
    assert corridors.index.tolist() == ["3->5", "5->3", "3->8"]
    assert corridors["trips"].tolist() == [10, 12, 4]
    assert np.isclose(corridors["distance_km"].iloc[0], corridors["distance_km"].iloc[1])
    assert PAIRS.columns.tolist() == ["origin", "destination", "trips"]


def test_points_in_another_reference_system_and_no_columns_of_ours():
    points = gpd.GeoDataFrame(
        PLACES[["city"]], geometry=gpd.points_from_xy(PLACES["lon"], PLACES["lat"]), crs=4326
    ).to_crs(25832)
    cities, corridors = take_plain(points.set_index("city"), PAIRS.iloc[1:])
    assert np.allclose(cities.geometry.x, PLACES["lon"])
    assert corridors.index.tolist() == ["3--5", "3--8"]


def test_a_map_of_plain_frames():
    page = geobri.corridor_map(PLACES, PAIRS, "trips").get_root().render()
    assert "trips" in page


def test_tables_that_keep_the_contract_are_handed_on():
    study = geobri.load_study("bri22")
    cities, corridors = take_plain(study.cities, study.corridors)
    assert cities is study.cities
    assert corridors is study.corridors


def test_a_distance_of_ones_own_is_kept():
    """By road it is longer than the geodesic; the map shows what the table says."""
    cities = pd.DataFrame({"city": ["a", "b", "c"], "lon": [9.0, 9.1, 9.2], "lat": [48.0, 48.1, 48.0]})
    corridors = pd.DataFrame(
        {"origin": ["b", "c"], "destination": ["a", "a"], "trips": [3, 4], "distance_km": [20.5, 31.0]}
    )
    _, taken = take_plain(cities, corridors)
    assert taken["distance_km"].to_dict() == {"a--b": 20.5, "a--c": 31.0}
    assert taken["trips"].to_dict() == {"a--b": 3, "a--c": 4}
