"""Names of cities, prefectures and counties of China as people write them."""

import pandas as pd
import pytest

from geobri.gazetteer import geocode, load_gazetteer
from geobri.gazetteer.places import _read
from geobri.geodesy import distance_km

# Where each lies, from an atlas (degrees, to the nearest tenth or so).
PLACES = {
    "衡水": (115.7, 37.7),
    "衡水市": (115.7, 37.7),
    "信阳": (114.1, 32.1),
    "三门峡": (111.2, 34.8),
    "徐州": (117.2, 34.3),
    "铜仁": (109.2, 27.7),
    "长沙": (112.9, 28.2),
    "大理州": (100.2, 25.6),
    "凉山": (102.3, 27.9),
    "凉山州": (102.3, 27.9),
    "凉山彝族自治州": (102.3, 27.9),
    "甘孜州": (102.0, 30.0),
    "锡林郭勒盟": (116.1, 43.9),
    "锡林郭勒": (116.1, 43.9),
    "阿克苏地区": (80.3, 41.2),
    "义乌": (120.1, 29.3),
    "义乌市": (120.1, 29.3),
    "吉林": (126.6, 43.8),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("country", [None, "中国"])
def test_with_and_without_what_a_place_is_called_by(name, country):
    row = geocode([name], country=country).raise_if_incomplete().table.iloc[0]
    assert distance_km(row["lon"], row["lat"], *PLACES[name]) < 40


def test_every_prefecture_is_found_in_full_and_hardly_any_is_open_in_short():
    table = _read("chinese_names.csv", dtype=str)
    prefectures = table[(table["level"] == "prefecture") & (table["alias"] == table["division"])]
    assert len(prefectures) > 330
    known = prefectures[prefectures["geonameid"] != ""]
    assert len(prefectures) - len(known) <= 3
    report = geocode(known["division"]).raise_if_incomplete().table
    assert (report["geonameid"].astype(str).to_numpy() == known["geonameid"].to_numpy()).all()
    short = known["division"].str.replace("市$", "", regex=True)
    status = geocode(short, country="CHN").table["status"]
    assert (status != "unknown").all()
    assert (status == "found").mean() > 0.98


def test_the_point_of_a_prefecture_is_said_to_be_its_seat():
    table = geocode(["凉山", "西昌", "衡水"]).table
    assert table["remark"].tolist() == ["the seat of 凉山彝族自治州", "", ""]
    assert table["city"].iloc[0] == table["city"].iloc[1]


def test_a_county_is_not_taken_for_the_city_of_its_name():
    table = geocode(["岳阳县", "长沙县"], country="CHN").table
    assert table["status"].tolist() != ["found", "found"]
    assert geocode(["岳阳"], country="CHN").table["status"].tolist() == ["found"]


def test_a_name_that_a_missing_county_has_too_is_left_open():
    table = geocode(
        ["开化", "永城市", "朝阳区"], country="CHN"
    ).table  # known elsewhere: in Yunnan, Chongqing, Liaoning
    assert table["status"].tolist() == ["ambiguous"] * 3
    assert table["reason"].str.contains("not in the gazetteer|another place").all()
    assert "unknown" not in geocode(["朝阳"], country="CHN").table["status"].tolist()
    found = geocode(["朝阳（辽宁）", "辽宁朝阳", "辽宁省朝阳市"], country="CHN").raise_if_incomplete().table
    assert set(found["name"]) == {"Chaoyang"}
    assert len(set(found["geonameid"])) == 1


def test_korean_and_japanese_names_are_not_held_for_chinese_counties():
    assert geocode(["大田"], country="KOR").is_complete


def test_names_of_divisions_point_to_places_of_china():
    table = _read("chinese_names.csv", dtype=str)
    ids = table.loc[table["geonameid"] != "", "geonameid"].astype(int)
    assert (load_gazetteer()["country"].reindex(ids) == "CHN").all()
    assert not table.duplicated(["alias", "geonameid"]).any()
    assert set(table["by"]) == {"name", "seat", ""}


def test_what_geonames_knows_with_its_kind_only():
    """盟 and 区 are put on where nothing has the bare name."""
    places = pd.Series(["浦东新区", "浦东"])
    table = geocode(places, country="CHN").raise_if_incomplete().table
    assert table["name"].tolist() == ["Pudong", "Pudong"]
