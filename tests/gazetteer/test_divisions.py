"""States, provinces and countries behind a name, and names that are themselves countries or provinces."""

import pandas as pd
import pytest

from geobri.errors import GeocodingError
from geobri.gazetteer import geocode, load_country_table, load_gazetteer
from geobri.gazetteer.divisions import _table, named_division, read_area, split_province
from geobri.gazetteer.names import name_key
from geobri.gazetteer.seats import place_divisions


def statuses(names, **choices):
    return geocode(names, **choices).table["status"].tolist()


def found_in(name, **choices):
    """Country and division of the one place found."""
    number = geocode([name], **choices).raise_if_incomplete().table["geonameid"].iloc[0]
    place = load_gazetteer().loc[number]
    return place["country"], place["admin1"]


def test_every_division_holds_the_city_that_its_row_names():
    places = load_gazetteer()
    places = places.assign(key=places["name"].map(name_key))
    small = {("CAN", "14"), ("IND", "14")}  # Nunavut and Lakshadweep have no place of 15,000
    for row in _table().itertuples():
        here = places[(places["country"] == row.country) & (places["admin1"] == row.admin1)]
        if (row.country, row.admin1) in small:
            assert here.empty
            continue
        known = geocode([row.seat], country=row.country, division=row.name).table.iloc[0]
        assert known["status"] == "found", row
        assert known["geonameid"] in here.index, row


def test_the_table_covers_its_countries_whole():
    places = load_gazetteer()
    table = _table()
    assert not table.duplicated(["country", "admin1"]).any()
    assert not table[table["code"] != ""].duplicated(["country", "code"]).any()
    for country, rows in table.groupby("country"):
        used = set(places.loc[places["country"] == country, "admin1"]) - {""}
        assert used <= set(rows["admin1"]), country


def test_all_but_a_few_places_of_the_united_states_are_found_by_name_and_state():
    places = load_gazetteer()
    places = places[places["country"] == "USA"]
    table = geocode(
        [f"{name}, {state}" for name, state in zip(places["name"], places["admin1"], strict=True)]
    ).table
    found = table["status"] == "found"
    assert (table["geonameid"][found].to_numpy() == places.index[found.to_numpy()].to_numpy()).all()
    assert (~found).sum() <= 15
    assert (table.loc[~found, "status"] == "ambiguous").all()
    in_full = geocode(places["name"], country="United States", division=places["admin1"]).table
    assert (in_full["status"] == "found").sum() >= len(places) - 4  # two pairs of twins within one state


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Jackson, MS", ("USA", "MS")),
        ("Jackson, Mississippi", ("USA", "MS")),
        ("Washington, D.C.", ("USA", "DC")),
        ("Albany, N.Y.", ("USA", "NY")),
        ("Portland, ME, USA", ("USA", "ME")),
        ("Portland (Maine)", ("USA", "ME")),
        ("Athens, Georgia", ("USA", "GA")),
        ("Batumi, Georgia", ("GEO", "04")),
        ("Victoria, BC", ("CAN", "02")),
        ("Richmond, British Columbia", ("CAN", "02")),
        ("Newcastle, NSW", ("AUS", "02")),
        ("Santos, SP", ("BRA", "27")),
        ("Suzhou, Jiangsu", ("CHN", "04")),
        ("Suzhou, Anhui, China", ("CHN", "01")),
        ("苏州（江苏）", ("CHN", "04")),
        ("江苏省苏州市", ("CHN", "04")),
        ("内蒙古自治区包头市", ("CHN", "20")),
        ("Newcastle, England", ("GBR", "ENG")),
        ("Guadalajara, Mexico", ("MEX", "14")),
        ("Frankfurt (Oder)", ("DEU", "11")),
    ],
)
def test_qualifiers_of_all_kinds(name, place):
    assert found_in(name) == place


@pytest.mark.parametrize("name", ["Richmond, CA", "Paradise, CA", "Windsor, CA", "Lakewood, CA"])
def test_a_code_that_is_a_state_and_a_country_leaves_both_open(name):
    report = geocode([name])
    assert report.table["status"].tolist() == ["ambiguous"]
    assert "USA" in set(report.ambiguous["country"])
    assert report.ambiguous["country"].nunique() == 2
    assert found_in(name, country="USA")[0] == "USA"


@pytest.mark.parametrize(
    ("name", "country"), [("Salem, IN", "IND"), ("Perth, WA", "AUS"), ("Berlin, DE", "DEU")]
)
def test_a_state_where_the_place_is_not_known_is_not_another_country_in_silence(name, country):
    report = geocode([name])
    assert report.table["status"].tolist() == ["ambiguous"]
    assert report.ambiguous["country"].tolist() == [country]
    assert "state of the USA, where no such place is known" in report.table["reason"].iloc[0]
    assert geocode(report.ambiguous["candidate"]).is_complete
    assert found_in(f"{name.split(',')[0]} ({country})")[0] == country


def test_the_main_name_in_the_state_goes_before_another_name_abroad():
    row = geocode(["Zion, IL"]).table.iloc[0]
    assert (row["status"], row["country"], row["how"]) == ("found", "USA", "exact")
    assert row["others"] >= 1  # Jerusalem, in Israel, is counted


@pytest.mark.parametrize(
    "name", ["Georgetown, KY", "El Dorado, AR"]
)  # George Town in the Caymans, Eldorado in Argentina
def test_the_spelling_decides_between_a_state_and_a_country(name):
    row = geocode([name]).table.iloc[0]
    assert (row["status"], row["country"], row["how"]) == ("found", "USA", "exact")
    assert row["others"] >= 1


def test_name_and_state_are_not_read_together_as_another_name():
    row = geocode(["Many, LA"]).table.iloc[0]  # not Manila
    assert row["status"] == "unknown"


@pytest.mark.parametrize(
    "name", ["Egypt", "Ireland", "Chile", "India", "France", "法国", "FRA", "Texas", "广东", "广东省", "海南"]
)
def test_countries_and_provinces_are_said_to_be_what_they_are(name):
    row = geocode([name]).table.iloc[0]
    assert row["status"] == "unknown"
    assert "not a city" in row["reason"]
    assert ("(CHN)" in row["reason"]) == name.startswith(("广东", "海南"))


def test_no_country_is_found_as_a_city_of_another():
    countries = load_country_table()
    for column in ("name_common", "name_zh"):
        table = geocode(countries[column]).table
        found = table["status"] == "found"
        assert (table["country"] == countries.index)[found].all()
    assert {"SGP", "LUX", "DJI", "PAN"} <= set(table.loc[table["status"] == "found", "country"])


def test_a_city_with_the_name_of_a_country_is_found_with_its_own():
    assert statuses(["Jamaica", "Armenia"]) == ["ambiguous", "ambiguous"]
    assert "also a country (JAM)" in geocode(["Jamaica"]).table["reason"].iloc[0]
    assert found_in("Jamaica", country="USA") == ("USA", "NY")
    assert found_in("Armenia, Colombia")[0] == "COL"


def test_a_column_of_states():
    names = pd.Series(["Springfield", "Springfield", "Portland", "Lyon"], index=[4, 3, 2, 1])
    states = pd.Series(["IL", "Massachusetts", "OR", None], index=names.index)
    report = geocode(names, country=["US", "US", "", ""], division=states)
    assert report.table["status"].tolist() == ["found"] * 4
    assert report.table.index.tolist() == [4, 3, 2, 1]
    admin1 = load_gazetteer()["admin1"].reindex(report.table["geonameid"].astype(int))
    assert admin1.tolist() == ["IL", "MA", "OR", "84"]


def test_states_that_are_unknown_or_too_few():
    row = geocode(["Springfield"], country="USA", division="Narnia").table.iloc[0]
    assert row["status"] == "unknown"
    assert "'Narnia' is no state or province that is known in USA" in row["reason"]
    with pytest.raises(GeocodingError, match="2 divisions for 1 names"):
        geocode(["Springfield"], division=["IL", "MA"])


def test_candidates_are_understood_as_they_are_printed():
    report = geocode(["Columbia", "Springfield", "Santiago", "Tabuk", "苏州", "San Pedro"])
    candidates = report.ambiguous
    assert len(candidates) > 20
    again = geocode(candidates["candidate"]).raise_if_incomplete().table
    assert again["geonameid"].tolist() == candidates["geonameid"].tolist()
    assert "Columbia (USA, MO; " in " ".join(candidates["candidate"])
    assert found_in("Columbia (USA, MO)") == ("USA", "MO")


def test_twins_in_one_division_are_printed_with_their_number():
    twins = geocode(["Tabuk"], country="PHL").ambiguous
    assert twins["candidate"].is_unique
    assert twins["candidate"].str.contains("; GeoNames ").all()


def test_slugs_are_names_too():
    first = geocode(["Tripoli (Libya)", "Columbia (USA, MO)", "Lyon"]).raise_if_incomplete().table
    again = geocode(first["city"]).raise_if_incomplete().table
    assert again["geonameid"].tolist() == first["geonameid"].tolist()
    assert statuses(["columbia-fra-4381982", "nowhere-usa-1"]) == ["unknown", "unknown"]


def test_qualifiers_that_contradict_each_other():
    row = geocode(["Portland, OR"], country="CAN").table.iloc[0]
    assert row["status"] == "unknown"
    assert "OR is not in CAN" in row["reason"]


def test_readings():
    assert {area.country for area in read_area("CA")} >= {"CAN", "USA"}
    assert [area.country for area in read_area("Wales")][:1] == ["GBR"]
    assert split_province("辽宁朝阳")[1] == "朝阳"
    assert split_province("上海") is None


@pytest.mark.parametrize(
    ("name", "town"),
    [("Terminus, GA", "Atlanta"), ("Losantiville, OH", "Cincinnati"), ("Waterloo, TX", "Austin")],
)
def test_what_a_town_was_called_once_is_left_open_where_a_smaller_place_may_have_the_name(name, town):
    report = geocode([name, name.split(",")[0]])
    assert report.table["status"].tolist()[0] == "ambiguous"
    assert f"other name, perhaps a former one, of {town}" in report.table["reason"].iloc[0]
    offered = report.candidates["candidate"].tolist()
    again = geocode(offered[:1]).table.iloc[0]
    assert (again["status"], again["name"]) == ("found", town)


@pytest.mark.parametrize(
    ("name", "town"),
    [("St Paul, MN", "Saint Paul"), ("Ft. Myers, FL", "Fort Myers"), ("Mt. Vernon, IL", "Mount Vernon"), ("Winston Salem, NC", "Winston-Salem")],
)  # fmt: skip
def test_another_spelling_is_no_other_name(name, town):
    assert geocode([name]).table["name"].tolist() == [town]


def test_states_stand_at_their_capitals_whatever_the_extract_calls_these():
    mexico = place_divisions(["DUR", "Guerrero", "Chiapas"])
    assert mexico["seat"].tolist() == ["Victoria de Durango", "Chilpancingo", "Tuxtla"]
    japan = place_divisions(["Tottori", "Fukui", "奈良県"])
    assert japan["seat"].tolist() == ["Tottori-shi", "Fukui-shi", "Nara-shi"]
    assert place_divisions(["Hesse", "Saxony", "NRW"])["seat"].tolist() == [
        "Wiesbaden",
        "Dresden",
        "Düsseldorf",
    ]


def test_a_second_code_of_a_state_is_no_name_of_it():
    assert named_division("OR") is None
    assert named_division("DUR") is None
    assert named_division("Nordrhein-Westfalen") == ("DEU", "07")


@pytest.mark.parametrize("name", ["Cook County, IL", "Los Angeles County", "Jefferson Parish, LA"])
def test_a_county_is_told_from_a_town_that_is_not_known(name):
    (said,) = geocode([name]).table["reason"]
    assert said == (
        "it is written as a county, and the gazetteer has towns only; name the town that is its seat"
    )


def test_a_town_called_parish_is_no_county():
    assert "county" not in geocode(["Parish, NY"]).table["reason"].iloc[0]
