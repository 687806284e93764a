"""Geocoding: the right place, or a list of candidates, or a reason; never a guess."""

from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import GeocodingError
from geobri.gazetteer import geocode, load_gazetteer, load_report_cities
from geobri.gazetteer.matching import match_name
from geobri.gazetteer.names import is_han, name_key
from geobri.geodesy import distance_km

# Traps named in the project's notes and beyond: where each must lie (lon, lat).
TRAPS = {
    ("Porto", "PRT"): (-8.61, 41.15),
    ("Islamabad", "PAK"): (73.05, 33.70),
    ("San Jose", "CRI"): (-84.08, 9.93),
    ("San Jose", "USA"): (-121.89, 37.34),
    ("Santiago", "CHL"): (-70.65, -33.45),
    ("Santiago", "CUB"): (-75.82, 20.02),
    ("Georgetown", "GUY"): (-58.16, 6.80),
    ("Victoria", "SYC"): (55.45, -4.62),
    ("Saint Pierre", "SPM"): (-56.18, 46.78),
    ("Saint Denis", "REU"): (55.45, -20.88),
    ("Suzhou", "CHN"): (120.60, 31.30),
    ("Fuzhou", "CHN"): (119.30, 26.07),
    ("Gwangju", "KOR"): (126.85, 35.16),
    ("Birmingham", "GBR"): (-1.90, 52.48),
    ("Tripoli", "LBN"): (35.84, 34.43),
    ("Tripoli", "LBY"): (13.19, 32.89),
    ("Honghe", "CHN"): (103.38, 23.37),
    ("Odessa", "UKR"): (30.73, 46.48),
    ("Odessa", "USA"): (-102.37, 31.85),
    ("Brest", "BLR"): (23.70, 52.10),
    ("Valencia", "ESP"): (-0.38, 39.47),
    ("Nanta", "LAO"): (101.41, 20.99),
    ("Xinfu", "VNM"): (106.20, 10.48),
    ("Iskra", "KGZ"): (75.15, 42.86),
    ("Lekki", "NGA"): (3.50, 6.45),
    ("新德里", "IND"): (77.21, 28.61),
    ("西班牙港", "TTO"): (-61.52, 10.66),
    ("兴安", "CHN"): (122.08, 46.08),
}


def read_published(name):
    return pd.read_csv(
        str(resources.files("geobri") / "data" / "published" / f"{name}.csv"), keep_default_na=False
    )


def located(report):
    row = report.to_frame().iloc[0]
    return float(row["lon"]), float(row["lat"])


@pytest.mark.parametrize(("query", "place"), TRAPS.items())
def test_traps_are_found_with_their_country(query, place):
    report = geocode([query[0]], country=query[1]).raise_if_incomplete()
    assert distance_km(*located(report), *place) < 10
    assert report.table["country"].tolist() == [query[1]]


@pytest.mark.parametrize(
    "name",
    [
        "Santiago",
        "San Jose",
        "圣地亚哥",
        "Tripoli",
        "Portland",
        "Springfield",
        "Victoria",
        "Odessa",
        "Altay",
        "剑桥",
    ],
)
def test_ambiguous_names_are_listed_and_not_guessed(name):
    report = geocode([name])
    assert report.table["status"].tolist() == ["ambiguous"]
    assert len(report.cities) == 0
    candidates = report.ambiguous
    assert len(candidates) >= 2
    assert (candidates["query"] == name).all()
    assert candidates["population"].fillna(0).is_monotonic_decreasing
    assert np.isnan(report.table["lon"].astype(float)).all()


@pytest.mark.parametrize("name", ["", "  ", "--", "…", None, np.nan, 5, "()"])
def test_names_without_letters_are_refused(name):
    row = geocode([name], country="CHN").table.iloc[0]
    assert row["status"] == "unknown"
    assert "empty" in row["reason"]


def test_cities_of_the_reports_are_found_by_both_names():
    cities = read_published("global513_cities")
    for column in ("name", "name_zh"):
        report = geocode(cities[column], country=cities["country"]).raise_if_incomplete()
        assert report.table["city"].tolist() == cities["city"].tolist()
        assert (report.table["how"] != "largest").all()


@pytest.mark.parametrize("column", ["name", "name_zh"])
def test_the_22_cities_need_no_country(column):
    cities = read_published("bri22_cities")
    report = geocode(cities[column]).raise_if_incomplete()
    assert report.table["city"].tolist() == cities["city"].tolist()


def test_without_country_no_city_of_the_reports_is_mistaken():
    cities = read_published("global513_cities")
    for column in ("name", "name_zh"):
        table = geocode(cities[column]).table
        found = (table["status"] == "found").to_numpy()
        assert (table["city"].to_numpy() == cities["city"].to_numpy())[found].all()
        assert found.mean() > 0.9
        assert (table["status"] != "unknown").all()


@pytest.mark.parametrize(
    ("name", "city"),
    [
        ("Tripoli (Libya)", "tripoli-libya"),
        ("的黎波里（黎巴嫩）", "tripoli-lebanon"),
        ("奥克兰（新西兰）", "auckland"),
        ("圣地亚哥（美国）", "san-diego"),
        ("San José (Costa Rica)", "san-jose-costa-rica"),
        ("Paris, France", "paris"),
        ("Portland, OR", "portland"),
        ("上海市", "shanghai"),
        ("SÃO PAULO", "sao-paulo"),
        ("sao paulo", "sao-paulo"),
        ("Lodz", "lodz"),
        ("Łódź", "lodz"),
        ("Москва", "moscow"),
        ("東京", "tokyo"),
        ("서울", "seoul"),
        ("القاهرة", "cairo"),
        ("Xi’an", "xian"),
        ("N'Djamena", "ndjamena"),
        ("Nur-Sultan", "nur-sultan"),
        ("阿斯塔纳", "nur-sultan"),
        ("海参崴", "vladivostok"),
        ("München", "munich"),
    ],
)
def test_spellings_qualifiers_and_scripts(name, city):
    assert geocode([name]).raise_if_incomplete().table["city"].tolist() == [city]


def test_a_qualifier_that_contradicts_the_country_does_not_win():
    assert geocode(["Tripoli (Libya)"], country="LBN").table["status"].tolist() == ["unknown"]


def test_the_step_that_found_a_name_is_said():
    table = geocode(["Bengaluru", "Bangalore", "Бангалор", "Moscow"]).table
    assert table["how"].tolist() == ["exact", "alias", "other name", "alias"]
    assert table["city"].tolist() == ["bangalore"] * 3 + ["moscow"]
    assert table["others"].iloc[3] >= 1  # Moscow in Idaho was passed over


def test_largest_decides_only_when_asked_and_says_so():
    open_report = geocode(["Springfield"])
    decided = geocode(["Springfield"], prefer="largest")
    row = decided.table.iloc[0]
    assert (row["status"], row["how"]) == ("found", "largest")
    assert row["others"] == len(open_report.ambiguous) - 1
    assert row["geonameid"] == open_report.ambiguous["geonameid"].iloc[0]


def test_country_elsewhere_is_unknown_with_the_reason():
    row = geocode(["Lyon"], country="China").table.iloc[0]
    assert row["status"] == "unknown"
    assert "CHN" in row["reason"]
    assert "FRA" in row["reason"]


def test_language_limits_the_script():
    assert geocode(["上海", "Shanghai"], language="zh").table["status"].tolist() == ["found", "unknown"]
    assert geocode(["上海", "Shanghai"], language="en").table["status"].tolist() == ["unknown", "found"]


def test_typo_gets_a_suggestion_and_no_point():
    report = geocode(["Islamabd"])
    assert "Islamabad" in report.unknown["reason"].iloc[0]
    with pytest.raises(GeocodingError, match=r"1 of 1 undecided: 'Islamabd'"):
        report.raise_if_incomplete()


def test_errors_name_candidates_and_remedy():
    with pytest.raises(GeocodingError, match=r"(?s)Santiago.*Santiago de Cuba.*country="):
        geocode(["Santiago", "Lyon"]).raise_if_incomplete()


def test_one_country_per_name_with_gaps():
    names = pd.Series(["Lyon", "Santiago", "Nairobi"], index=[7, 3, 9])
    report = geocode(names, country=pd.Series(["法国", np.nan, None]))
    assert report.table.index.tolist() == [7, 3, 9]
    assert report.table["country_asked"].tolist() == ["FRA", "", ""]
    assert report.table["status"].tolist() == ["found", "ambiguous", "found"]


def test_wrong_countries_are_errors():
    with pytest.raises(GeocodingError, match="2 countries for 1 names"):
        geocode(["Lyon"], country=["FRA", "FRA"])
    with pytest.raises(GeocodingError, match="Atlantis"):
        geocode(["Lyon"], country="Atlantis")


def test_report_table_and_points_agree():
    report = geocode(["Nairobi", "Nairobi", "Nowhere at all", "Kalimantan"])
    cities = report.cities
    assert isinstance(cities, gpd.GeoDataFrame)
    assert cities.crs.to_epsg() == 4326
    assert cities.index.tolist() == ["nairobi", "nairobi", "kalimantan"]
    assert cities.index.name == "city"
    assert "no city" in cities.loc["kalimantan", "remark"]
    assert len(report.to_frame()) == 4
    assert not report.is_complete
    assert report.summary().startswith("3 of 4 names found")


def test_slugs_of_other_places_are_unique_and_plain():
    gazetteer = load_gazetteer()
    springfields = gazetteer[gazetteer["name"] == "Springfield"]
    report = geocode([f"Springfield, {state}" for state in springfields["admin1"]], country="USA")
    cities = report.raise_if_incomplete().cities
    assert len(cities) == len(springfields)
    assert all(slug.isascii() and "--" not in slug and " " not in slug for slug in cities.index)


def test_empty_input_and_hostile_text():
    empty = geocode([])
    assert len(empty.table) == 0
    assert empty.is_complete
    assert len(empty.cities) == 0
    hostile = geocode(
        ["<script>alert(1)</script>", "${x}", "\\", "Robert'); DROP TABLE--", "\u202eabc", "x" * 10_000]
    )
    assert (hostile.table["status"] == "unknown").all()
    assert "<script>" not in hostile._repr_html_()


def test_input_is_not_changed():
    names = pd.Series(["Lyon", "Nairobi"])
    countries = pd.Series(["FRA", None])
    before = names.copy(), countries.copy()
    geocode(names, country=countries)
    pd.testing.assert_series_equal(names, before[0])
    pd.testing.assert_series_equal(countries, before[1])


def test_order_of_names_never_matters():
    names = ["Lyon", "Santiago", "Nairobi", "", "上海"]
    forward, backward = geocode(names).table, geocode(names[::-1]).table
    pd.testing.assert_frame_equal(forward, backward.iloc[::-1].reset_index(drop=True))


def test_keys_and_scripts():
    assert name_key("São Tomé & Príncipe") == "saotomeprincipe"
    assert name_key("Ærø") == "aero"
    assert name_key("が") != name_key("か")  # the mark is a different sound, not an accent
    assert name_key("乌鲁木齐") == "乌鲁木齐"
    assert is_han("乌鲁木齐")
    assert is_han("的黎波里（黎巴嫩）")
    assert not is_han("アバディーン")
    assert not is_han("Aberdeen")
    assert not is_han("")


def test_match_keeps_places_passed_over():
    match = match_name("Moscow")
    assert match.how == "alias"
    assert len(match.others) >= 1
    assert match.rows[0] not in match.others


def test_points_of_the_gazetteer_are_the_reports():
    report_cities = load_report_cities()
    found = geocode(["Kashgar", "喀什"], country="CHN").cities
    assert found.geometry.iloc[0].equals(report_cities.geometry["kashgar"])


def test_problems_name_rows_and_candidates():
    problems = geocode(["Nairobi", "Santiago", ""]).problems()
    assert [at for at, _ in problems] == [1, 2]
    assert "Santiago de Cuba" in problems[0][1]
    assert "empty" in problems[1][1]
    assert geocode(["Nairobi"]).problems() == []
