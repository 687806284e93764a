import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

from geobri.errors import SchemaError
from geobri.neighbours import merge_coincident


@pytest.fixture
def cities():
    table = gpd.GeoDataFrame(
        {
            "population": [4.0, 2.0, 1.0, 7.0],
            "name": ["D", "B", "C", "A"],
            "coastal": [True, True, False, True],
        },
        index=["d", "b", "c", "a"],
        geometry=gpd.points_from_xy([10, 180, -180, 10.0], [50, 0, 0, 50.001], crs=4326),
    )
    table.index.name = "city"
    return table


def test_exact_doubles_become_the_first_by_label(cities):
    before = cities.copy()
    report = merge_coincident(cities, numeric="sum")
    assert list(report.cities.index) == ["d", "b", "a"]
    assert report.cities.loc["b", "population"] == 3.0
    assert report.merged.to_dict("index") == {"c": {"merged_into": "b", "distance_km": 0.0}}
    assert "c into b" in report.summary()
    assert_geodataframe_equal(cities, before)


def test_tolerance_in_km_chains(cities):
    report = merge_coincident(cities, tolerance_km=0.2)
    assert list(report.cities.index) == ["b", "a"]
    assert report.cities.loc["a", "population"] == pytest.approx(5.5)
    assert report.merged.loc["d", "distance_km"] == pytest.approx(0.1112, abs=1e-3)


def test_the_first_keeps_its_own_value_if_asked(cities):
    report = merge_coincident(cities, tolerance_km=0.2, numeric="first")
    assert report.cities["population"].to_dict() == {"b": 2.0, "a": 7.0}
    assert bool(report.cities.loc["a", "coastal"]) is True


def test_nothing_to_merge_is_said(cities):
    report = merge_coincident(cities.loc[["a", "b"]])
    assert report.merged.empty
    assert "No two of 2 cities" in report.summary()


def test_unknown_rule_is_refused(cities):
    with pytest.raises(SchemaError, match="'first', 'mean' or 'sum'"):
        merge_coincident(cities, numeric="median")
