"""Tables in Chinese, rows that are counted, distances to the coast, shares under any heading: taken for what they are, and said."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import geobri
from geobri.coast import distance_to_coast
from geobri.errors import DataError
from geobri.measures import infer_measure
from geobri.report.answer_pictures import draw_moran
from geobri.report.answers import find_answers
from geobri.report.groups import groups_section
from geobri.report.sources import source_section
from geobri.report.testing import question_sections
from geobri.study import load_study, load_tables
from geobri.study.analysis import Analysis
from geobri.study.export import export_study
from geobri.study.history import history
from geobri.study.leading import first_of_each
from geobri.study.questions import run_decay, run_moran
from geobri.study.saving import save_study
from geobri.study.saying import say_study

LON, LAT = [121.5, 116.4, 113.3, 104.1, 114.3, 108.9], [31.2, 39.9, 23.1, 30.6, 30.6, 34.3]
HAN = ["沪甲", "京乙", "穗丙", "蓉丁", "汉戊", "镐己"]


def _write(folder, headings, names=HAN, ends=("起点", "终点", "客流量")):
    places = pd.DataFrame(dict(zip(headings, (names, LON, LAT, range(6)), strict=True)))
    rows = [(a, b, 10 + 3 * i + j) for i, a in enumerate(names) for j, b in enumerate(names) if i != j]
    places.to_csv(folder / "places.csv", index=False)
    pd.DataFrame(rows, columns=list(ends)).to_csv(folder / "pairs.csv", index=False)
    return folder / "pairs.csv", folder / "places.csv"


def test_tables_in_chinese_open_in_chinese_and_it_is_said(tmp_path):
    study = load_tables(*_write(tmp_path, ("城市", "经度", "纬度", "高校数")))
    assert study.language == "zh"
    said = [line for line in say_study(study) if line.en.startswith("language")]
    assert said[0].en.startswith(
        "language taken as: Chinese, because most headings and names of places are (else: --lang en"
    )
    assert said[0].zh.startswith("语言取为：中文，因为列名与地名大多为中文")
    save_study(study, tmp_path / "kept")
    assert 'language = "zh"' in (tmp_path / "kept" / "study.toml").read_text(encoding="utf-8")


def test_a_folder_in_chinese_too_unless_it_says_otherwise(tmp_path):
    pairs, places = _write(tmp_path, ("城市", "经度", "纬度", "高校数"))
    places.rename(tmp_path / "cities.csv")
    pairs.rename(tmp_path / "flows.csv")
    (tmp_path / "study.toml").write_text("directed = true\n")
    assert load_study(tmp_path).language == "zh"
    (tmp_path / "study.toml").write_text('directed = true\nlanguage = "en"\n')
    assert load_study(tmp_path).language == "en"


@pytest.mark.parametrize(
    ("headings", "names", "ends"),
    [
        (("place", "lon", "lat", "colleges"), HAN, ("from", "to", "people")),
        (("城市", "经度", "纬度", "高校数"), list("abcdef"), ("起点", "终点", "客流量")),
        (("都市", "経度", "緯度", "大学数"), HAN, ("出発地", "到着地", "人数")),
    ],
)
def test_neither_headings_nor_names_alone_nor_japanese_ones_choose(tmp_path, headings, names, ends):
    assert load_tables(*_write(tmp_path, headings, names, ends)).language == "en"


def test_rows_that_are_counted_have_a_chinese_name(tmp_path):
    pairs, places = _write(tmp_path, ("城市", "经度", "纬度", "高校数"))
    events = pd.read_csv(pairs)[["起点", "终点"]]
    events = pd.concat([events, events.head(9)], ignore_index=True)
    events.assign(时间=[f"2024-03-01 {k % 24:02d}:{k % 60:02d}:07" for k in range(len(events))]).to_csv(
        pairs, index=False
    )
    measure = load_tables(pairs, places).measure("trips")
    assert (measure.label, measure.label_zh) == ("Trips", "次数")


@pytest.mark.parametrize(
    "heading", ["occupancy pct", "Percent_full", "上座率", "女性占比", "人均收入（元）", "转化率（%）"]
)
def test_shares_and_rates_do_not_add_up(heading):
    assert not infer_measure(pd.Series([12.5, 60.25, 41.0], name=heading), of="corridors")[0].adds_up


@pytest.mark.parametrize("heading", ["航班频率", "客流量", "rated seats", "people"])
def test_what_only_looks_like_a_rate_adds_up(heading):
    assert infer_measure(pd.Series([12.5, 60.25, 41.0], name=heading), of="corridors")[0].adds_up


@pytest.fixture(scope="module")
def inland():
    """Twelve places from Shanghai to Lanzhou: how far from the coast, under a heading of the owner's, in miles."""
    lon = np.linspace(121.9, 103.8, 12)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, [31.0] * 12), crs=4326)
    km = distance_to_coast(points)
    places = pd.DataFrame(
        {
            "city": [f"t{k:02}" for k in range(12)],
            "lon": lon,
            "lat": 31.0,
            "zee": (km / 1.609344).round(1),
            "museums": [90 - 7 * k for k in range(12)],
            "halls": [3 + k % 5 for k in range(12)],
            "grade": np.linspace(40.5, 63.5, 12),
            "coastal": ["yes"] * 5 + ["no"] * 7,
        }
    )
    return geobri.read_study(places)


def test_far_from_the_coast_is_no_better_than_near(inland):
    measure = inland.measure("zee")
    assert (measure.better, measure.unit, measure.unit_zh) == ("neither", "miles", "英里")
    assert [one.better for one in inland.city_measures if one.column != "zee"] == ["high"] * 3
    assert any("zee taken as: in miles, neither end the better" in str(one.en) for one in say_study(inland))
    assert "zee" not in set(first_of_each(inland)["measure"])
    section = groups_section(inland)
    assert [row.cells[0].text.en for row in section.tables[0].rows] == ["Museums", "Halls", "Grade"]
    assert "Zee" not in section.answer.en


@pytest.mark.parametrize("name", ["z.txt", "z.pdf"])
def test_an_export_to_an_unknown_ending_names_all_that_there_are(inland, tmp_path, name):
    with pytest.raises(
        DataError, match=rf"^geobri export: --to ends in .*\.gpkg.*\.duckdb.*\.qgz.*a folder.*Got '{name}'"
    ):
        export_study(inland, tmp_path / name)
    with pytest.raises(DataError, match=r"--format layer writes \.gpkg or"):
        export_study(inland, tmp_path / name, kind="layer")
    assert not list(tmp_path.iterdir())


def _distance_rows(values):
    places = pd.DataFrame({"city": HAN, "lon": LON, "lat": LAT})
    rows = [(a, b) for i, a in enumerate(HAN) for b in HAN[:i]]
    pairs = pd.DataFrame(rows, columns=["origin", "destination"]).assign(direct=values(len(rows)))
    study = geobri.read_study(places, pairs, absent="zero")
    (section,) = question_sections(study, find_answers(study, run_decay(study, "direct", alone=True)))
    return [row.cells[1].text for row in section.folds[-1].tables[0].rows], section


def test_a_half_distance_has_its_unit_and_yes_or_no_has_none():
    counted, _ = _distance_rows(lambda n: 5 + np.arange(n) % 7)
    assert [(one.en, one.zh) for one in counted if "half" in one.en] == [
        ("half-distance, km", "半衰距离（公里）")
    ]
    flags, section = _distance_rows(lambda n: np.arange(n) % 3 > 0)
    assert len(flags) > 3
    assert not [one for one in flags if "half" in one.en]
    assert section.folds[-1].summary.en == f"Every estimate ({len(flags)})"


def test_history_says_which_are_cities_and_which_corridors():
    pairs = pd.DataFrame({"origin": "沪甲", "destination": "京乙", "value": [4, 9], "year": [2020, 2022]})
    study = geobri.read_study(pd.DataFrame({"city": HAN, "lon": LON, "lat": LAT}), pairs)
    assert history(study).index.names == ["indicator", "city"]
    assert history(study, ["京乙--沪甲"]).index.names == ["indicator", "corridor"]


def test_sources_of_the_open_studies_have_chinese_names():
    tables = source_section(load_study("air22"), Analysis()).tables
    names = [row.cells[0].text.zh for table in tables if table.key == "provenance" for row in table.rows]
    assert names == [
        "air-routes 0.87，2021年8月31日",
        "GeoNames",
        "欧盟统计局 searoute 海运网络与港口",
        "Natural Earth 5.1.1 海岸线",
    ]


def test_the_right_side_of_a_picture_is_called_what_it_is():
    study = geobri.read_study(
        pd.DataFrame({"city": HAN, "lon": LON, "lat": LAT, "hours": [4.5, 1.5, 2.5, 9.5, 7.5, 8.5]})
    )
    for better, said in (("high", "higher to the right"), ("low", "better to the right")):
        measure = replace(study.measure("hours"), better=better)
        drawn = draw_moran(study, run_moran(study, measure)[0], measure)
        assert f"Hours against the mean ({said})" in drawn.svg
