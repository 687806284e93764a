"""Ambiguous names settled once, in a table that a study keeps."""

import pandas as pd
import pytest

from geobri.errors import GeocodingError
from geobri.gazetteer import geocode

NAMES = ["Springfield", "Upper Mill Hamlet", "Lyon", "Santiago"]


def test_a_table_settles_what_would_be_open():
    table = pd.DataFrame(
        {
            "name": ["springfield ", "Upper Mill Hamlet", "Santiago"],
            "place": ["Springfield (USA, IL)", None, ""],
            "geonameid": ["", None, "3871336"],
            "lon": [None, "-5.25", None],
            "lat": [None, "57.5", None],
            "country": ["", "GBR", ""],
            "note": ["a", "b", "c"],
        }
    )
    before = table.copy()
    report = geocode(NAMES, settled=table).raise_if_incomplete()
    assert report.table["how"].tolist() == ["settled", "settled", "exact", "settled"]
    assert (
        report.table["country"].tolist() == ["USA", "GBR", "FRA", "CHL"]
        or report.table["country"].iloc[1] == ""
    )
    own = report.cities.iloc[1]
    assert (own.geometry.x, own.geometry.y) == (-5.25, 57.5)
    assert report.cities.index[1].startswith("upper-mill-hamlet-gbr")
    pd.testing.assert_frame_equal(table, before)


def test_a_country_limits_where_a_name_is_settled():
    table = pd.DataFrame(
        {"name": ["Santiago", "Santiago"], "country": ["Chile", "Cuba"], "geonameid": ["3871336", "3536729"]}
    )
    report = geocode(["Santiago"] * 3, country=["CHL", "CUB", None], settled=table)
    assert report.table["status"].tolist() == ["found", "found", "ambiguous"]
    assert report.table["country"].tolist()[:2] == ["CHL", "CUB"]


def test_what_is_open_is_written_to_be_filled_in_and_read_again():
    report = geocode([*NAMES, "Nowhere at all", "Santiago"])
    table = report.to_settle()
    assert table["name"].tolist() == ["Springfield", "Upper Mill Hamlet", "Santiago", "Nowhere at all"]
    assert geocode(NAMES, settled=table).table["status"].tolist() == report.table["status"].tolist()[:4]
    table.loc[0, "place"] = table.loc[0, "candidates"].split(" | ")[-1]
    table.loc[[1, 3], ["lon", "lat"]] = [10.0, 50.0]
    table.loc[2, "place"] = table.loc[2, "candidates"].split(" | ")[1]
    filled = geocode([*NAMES, "Nowhere at all"], settled=table).raise_if_incomplete()
    assert (
        filled.table["geonameid"].iloc[0]
        == report.ambiguous.query("query == 'Springfield'")["geonameid"].iloc[-1]
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"place": "Springfield"}, "ambiguous"),
        ({"place": "Xanadu City"}, "unknown"),
        ({"geonameid": "1"}, "geonameid.*'1'"),
        ({"lon": "10", "lat": ""}, "must be numbers"),
        ({"lon": "10", "lat": "95"}, "swapped|-90..90"),
        ({"place": "Lyon", "country": "Narnia"}, "Narnia"),
        ({"name": "", "place": "Lyon"}, "must be there"),
    ],
)
def test_faults_are_named_with_their_row(row, message):
    table = pd.DataFrame([{"name": "Paris", "place": "Paris, France"}, {"name": "X", **row}])
    with pytest.raises(GeocodingError, match=rf"(?s)row 2.*{message}"):
        geocode(["X"], settled=table)


def test_a_name_settled_twice_or_no_names_at_all():
    twice = pd.DataFrame({"name": ["X", "x"], "geonameid": ["3871336", "3536729"]})
    with pytest.raises(GeocodingError, match="settled once"):
        geocode(["X"], settled=twice)
    with pytest.raises(GeocodingError, match="needs a column 'name'"):
        geocode(["X"], settled=pd.DataFrame({"city": ["X"]}))


def test_a_country_alone_settles_a_name_that_has_one_place_in_it():
    table = pd.DataFrame(
        {"name": ["Heidelberg", "Salamanca"], "country": ["Germany", "ESP"], "place": ["", ""]}
    )
    report = geocode(["Heidelberg", "Salamanca"], settled=table)
    assert report.table["country"].tolist()[0] == "DEU"
    assert report.table["status"].tolist() == ["found", "ambiguous"]  # two of that name in Spain
