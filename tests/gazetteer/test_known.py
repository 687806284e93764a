"""What the gazetteer says of places that stand on the map: by name and point together, and open where neither decides."""

import geopandas as gpd
import pandas as pd
import pytest

from geobri.gazetteer import describe_places, load_gazetteer, load_report_cities


def _places(rows):
    table = pd.DataFrame(rows, columns=["city", "name", "name_zh", "lon", "lat"]).set_index("city")
    points = gpd.points_from_xy(table.pop("lon"), table.pop("lat"), crs="EPSG:4326")
    return gpd.GeoDataFrame(table, geometry=points)


def _told(column):
    return {label: None if pd.isna(cell) else bool(cell) for label, cell in column.items()}


@pytest.fixture(scope="module")
def known():
    return describe_places(
        _places(
            [
                ("a", "Lisbon", None, -9.14, 38.72),
                ("b", "Porto", None, -8.61, 41.15),
                ("c", None, "布拉格", 14.43, 50.08),
                ("d", "Zone 9", None, 14.50, 50.10),
                ("e", "Zone 9", None, 16.60, 49.20),
                ("f", "Lisbon", None, -90.5, 41.0),
                ("seoul", None, None, 126.98, 37.57),
                ("g", "Incheon", None, 126.70, 37.45),
                ("h", "Nairobi, Kenya", "内罗毕市", 36.82, -1.29),
                ("i", "New Delhi", None, 77.21, 28.61),
            ]
        )
    )


def test_a_capital_is_known_by_name_and_point(known):
    assert _told(known["capital"]) == {
        "a": True,
        "b": False,
        "c": True,
        "d": None,  # a part of Prague, perhaps
        "e": False,  # Brno is far from Prague
        "f": False,  # another Lisbon, in Illinois
        "seoul": True,
        "g": False,  # beside Seoul, and known under its own name
        "h": True,
        "i": True,
    }


def test_people_are_known_where_the_place_is(known):
    assert known["population"].isna().to_dict() == dict.fromkeys("abcgh", False) | {
        "seoul": False,
        "i": False,
    } | dict.fromkeys("def", True)
    gazetteer = load_gazetteer()
    found = known.dropna(subset=["geonameid"])
    assert found["population"].tolist() == gazetteer.loc[found["geonameid"], "population"].tolist()


def test_the_gazetteer_has_one_capital_for_each_country():
    capitals = load_gazetteer()
    capitals = capitals[capitals["capital"]]
    assert capitals["country"].is_unique
    assert len(capitals) == 196
    own = load_report_cities()
    marked = own[own["capital"] == 1]
    assert set(marked["geonameid"]) == set(capitals.index) & set(own["geonameid"].dropna())


def test_places_that_are_none_and_an_empty_table():
    assert (
        describe_places(_places([("x", "Nowhere at all", None, -140.0, -40.0)])).loc["x", "capital"]
        is not pd.NA
    )
    assert describe_places(_places([])).empty
