"""The files of the gazetteer: hashes, ranges, unique ids, and the points of the reports' cities."""

import hashlib
import time
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from geobri.gazetteer import load_country_table, load_gazetteer, load_report_cities
from geobri.gazetteer.places import _places, load_name_index

FOLDER = resources.files("geobri") / "data" / "gazetteer"


def read_published(name):
    return pd.read_csv(str(FOLDER.parent / "published" / f"{name}.csv"), keep_default_na=False)


REMARKED = {
    "penang": "George Town",
    "morowali": "Bungku",
    "xingan": "Ulanhot",
    "honghe": "Mengzi",
    "ili": "Yining",
    "tan-phuoc": "My Phuoc",
}


@pytest.mark.parametrize(
    "name",
    [
        "places.csv.gz",
        "names.csv.gz",
        "aliases.csv",
        "report_cities.csv",
        "countries.csv",
        "divisions.csv",
        "chinese_names.csv",
    ],
)
def test_hashes_and_attribution_are_recorded(name):
    sources = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() in sources
    assert "CC BY 4.0" in sources
    assert "GeoNames" in sources


def test_gazetteer_is_small_and_quick():
    assert sum(len((FOLDER / name).read_bytes()) for name in ("places.csv.gz", "names.csv.gz")) < 4_000_000
    _places.cache_clear()
    load_name_index.cache_clear()
    start = time.process_time()
    load_name_index()
    assert time.process_time() - start < 3  # 0.25 s of the processor


def test_places_keep_their_contract():
    places = load_gazetteer()
    assert places.index.is_unique
    assert places.crs.to_epsg() == 4326
    assert places["country"].isin(load_country_table().index).all()
    assert (places["name"] != "").all()
    assert places.geometry.x.between(-180, 180).all()
    assert places.geometry.y.between(-90, 90).all()
    assert (places["population"].dropna() > 0).all()
    assert (places["population"] >= 15_000).sum() > 30_000
    named = places.loc[places["city"] != "", "city"]
    assert named.is_unique
    assert set(named) == set(load_report_cities().index)


def test_every_country_with_people_has_a_place():
    without = set(load_country_table().index) - set(load_gazetteer()["country"])
    assert without <= {"ATA", "BVT", "HMD", "UMI", "IOT", "TKL"}


def test_report_cities_cover_the_published_lists():
    points = load_report_cities()
    published = read_published("global513_cities").set_index("city")
    assert points.index.tolist() == published.index.tolist()
    assert (points["country"] == published["country"]).all()
    twenty_two = read_published("bri22_cities")
    assert set(twenty_two["city"]) <= set(points.index)


def test_what_is_no_city_says_so():
    points = load_report_cities()
    published = read_published("global513_cities").set_index("city")
    special = published["kind"].isin(["prefecture", "island", "district", "industrial park"])
    assert (points.loc[special, "remark"] != "").all()
    assert points.index[points["point"] == "region"].tolist() == ["kalimantan"]
    assert (points.loc[points["point"] != "city", "remark"] != "").all()
    for city, seat in REMARKED.items():
        assert seat in points.loc[city, "remark"]
    own = points["geonameid"].isna()
    assert (points.loc[own, "remark"].str.contains("own coordinates|no city")).all()
    assert own.sum() == 5


def test_names_index_is_sorted_and_points_to_places():
    index = load_name_index()
    assert (index.keys[:-1] <= index.keys[1:]).all()
    assert index.rows.min() >= 0
    assert index.rows.max() < len(_places())
    assert index.find("") == ([], [])
    assert not (index.keys == "").any()
    assert np.unique(index.rows[index.main]).size == len(_places())


def test_loaded_frames_are_copies():
    frame = load_report_cities()
    frame.loc["paris", "remark"] = "changed"
    assert load_report_cities().loc["paris", "remark"] == ""
    places = load_gazetteer()
    places.loc[places.index[0], "name"] = "changed"
    assert load_gazetteer()["name"].iloc[0] != "changed"
