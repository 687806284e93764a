"""Contracts at the door: every fault at once, and nothing else."""

import geopandas as gpd
import pandas as pd
import pytest

from geobri.cities import build_cities, parse_flags
from geobri.errors import GeobriError, SchemaError
from geobri.tables import check_cities, check_flows, find_city_faults


def _towns(**changes):
    table = {"city": ["a", "b"], "country": ["CHN", "SGP"], "lon": [1.0, 2.0], "lat": [3.0, 4.0]}
    return build_cities(table | changes)


def test_a_good_table_comes_back_as_it_was():
    towns = _towns()
    assert check_cities(towns) is towns
    assert list(towns.columns[:6]) == ["name", "name_zh", "country", "region", "coastal", "geometry"]
    assert towns["name"].tolist() == ["a", "b"]


def test_all_faults_are_named_at_once():
    broken = _towns().drop(columns="region").set_crs(3857, allow_override=True)
    broken.index = pd.Index(["a", "a"], name="city")
    with pytest.raises(SchemaError) as caught:
        check_cities(broken, caller="here")
    text = str(caught.value)
    assert text.startswith("here: the table of cities has 3 faults")
    for part in ("'region'", "EPSG:3857", "every city must stand once"):
        assert part in text


def test_errors_are_both_ours_and_builtin():
    with pytest.raises(ValueError, match="GeoDataFrame"):
        check_cities(pd.DataFrame({"x": [1]}))
    assert issubclass(SchemaError, GeobriError)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lon": [1.0, float("nan")]}, "must be numbers"),
        ({"lon": [1.0, "north"]}, "must be numbers"),
        ({"lon": [31.2, 1], "lat": [121.5, 2]}, "look swapped"),
        ({"lon": [181, 1]}, "must lie in"),
        ({"lon": [13500000, 1]}, "not metres"),
        ({"city": ["a", "a"]}, "stand once"),
        ({"city": ["a--b", "c"]}, "'--' or '->'"),
        ({"city": ["a", ""]}, "must have a name"),
        ({"coastal": ["yes", "maybe"]}, "must be yes or no"),
    ],
)
def test_faulty_cities(changes, message):
    with pytest.raises(SchemaError, match=message):
        _towns(**changes)


def test_polygons_and_empty_points_are_no_cities():
    towns = _towns()
    towns["geometry"] = gpd.GeoSeries([towns.geometry.iloc[0].buffer(1), None], index=towns.index, crs=4326)
    assert "every city must be a point" in str(find_city_faults(towns)[0])


def test_an_empty_table_is_a_fault():
    with pytest.raises(SchemaError, match="at least one row"):
        check_cities(_towns().iloc[:0])


def test_flags_as_spreadsheets_write_them():
    words = pd.Series(["TRUE", "否", "", None, "沿海", 0], name="coastal")
    assert parse_flags(words).tolist() == [True, False, pd.NA, pd.NA, True, False]


def test_flows_faults():
    flows = pd.DataFrame(
        {
            "indicator": "air",
            "origin": ["a", "a", "a", "x"],
            "destination": ["b", "b", "a", "b"],
            "value": ["1", "many", "2", "3"],
        }
    )
    with pytest.raises(SchemaError) as caught:
        check_flows(flows, cities=["a", "b"])
    text = str(caught.value)
    for part in ("a – b: 'many'", "origin and destination must differ", "known city", "must be unique"):
        assert part in text


def test_flows_whose_sums_are_no_numbers_are_named():
    from geobri.tables import find_flow_faults

    flows = pd.DataFrame(
        {
            "indicator": "f",
            "origin": ["a", "b", "c"],
            "destination": ["b", "c", "a"],
            "value": [1e99, -1.7e308, None],
        }
    )
    (fault,) = find_flow_faults(flows)
    assert fault.rows == (1,)
    assert "within 1e+100 either side of 0" in str(fault)
    assert "b – c: -1.7e+308" in str(fault)
