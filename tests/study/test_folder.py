"""Study folders as people have them: encodings, separators, names, and every kind of fault."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.errors import StudyError
from geobri.study import check_study, load_study
from geobri.study.scoring import write_score_tables
from geobri.study.template import create_study

CITIES = "city,name,name_zh,country,region,coastal,lon,lat\nlis,Lisbon,里斯本,PRT,Europe,yes,-9.14,38.72\nbom,Mumbai,孟买,IND,South Asia,yes,72.88,19.08\ntas,Tashkent,塔什干,UZB,Central Asia,no,69.24,41.30\n"
FLOWS = "indicator,origin,destination,value\nair,lis,bom,3\nair,bom,tas,7\n"


@pytest.fixture
def folder(tmp_path):
    def make(cities=CITIES, flows=FLOWS, settings=None, *, encoding="utf-8"):
        (tmp_path / "cities.csv").write_bytes(cities.encode(encoding))
        if flows is not None:
            (tmp_path / "flows.csv").write_bytes(flows.encode(encoding))
        if settings is not None:
            (tmp_path / "study.toml").write_text(settings, encoding="utf-8")
        return tmp_path

    return make


def _messages(path):
    return [str(fault) for fault in check_study(path)]


def test_a_plain_folder_loads(folder):
    study = load_study(folder())
    assert study.cities.index.tolist() == ["lis", "bom", "tas"]
    assert study.corridors["air"].to_dict() == {"bom--lis": 3.0, "bom--tas": 7.0}
    assert [value.column for value in study.corridor_measures] == ["air"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(folder, encoding, separator):
    study = load_study(
        folder(CITIES.replace(",", separator), FLOWS.replace(",", separator), encoding=encoding)
    )
    assert study.cities.loc["lis", "name_zh"] == "里斯本"
    assert study.corridors["air"].sum() == 10


def test_decimal_commas_and_grouped_thousands(folder):
    cities = CITIES.replace(",", ";").replace(".", ",")
    study = load_study(
        folder(cities, "indicator;origin;destination;value\nair;lis;bom;1.234,5\nair;bom;tas;2 000,25\n")
    )
    assert study.cities.geometry["lis"].coords[0] == (-9.14, 38.72)
    assert study.corridors["air"].tolist() == [1234.5, 2000.25]


def test_chinese_headings_and_names(folder):
    cities = "城市,英文名,国家,地区,沿海,经度,纬度\n里斯本,Lisbon,葡萄牙,欧洲,是,-9.14,38.72\n孟买,Mumbai,印度,南亚,是,72.88,19.08\n"
    study = load_study(folder(cities, "指标,起点,终点,数值\n航班,里斯本,Mumbai,3\n"))
    assert study.cities["country"].tolist() == ["PRT", "IND"]
    assert study.corridors["航班"].tolist() == [3.0]


def test_blank_lines_and_a_title_above_the_heading(folder):
    cities = "My cities 2021,,,,,,,\n,,,,,,,\n" + CITIES.replace("\nbom", "\n,,,,,,,\nbom") + ",,,,,,,\n"
    assert len(load_study(folder(cities)).cities) == 3


def test_cities_without_coordinates_are_geocoded(folder):
    study = load_study(folder("city,country\nLisbon,PRT\n孟买,IND\n", None))
    assert study.cities.geometry["Lisbon"].distance(study.cities.geometry["Lisbon"]) == 0
    assert study.cities.geometry["孟买"].coords[0] == pytest.approx((72.88, 19.08), abs=0.1)


def test_ambiguous_and_unknown_names_are_named_with_their_row(folder):
    said = _messages(folder("city\nLisbon\nSantiago\nXyzzy\n", None))
    assert any(message.startswith("cities.csv, row 3") and "Santiago" in message for message in said)
    assert any(message.startswith("cities.csv, row 4") and "Xyzzy" in message for message in said)


def test_square_matrix(folder):
    matrix = "city,lis,bom,tas\nlis,,3,0\nbom,3,,7\ntas,0,7,\n"
    study = load_study(folder(flows=matrix))
    assert study.corridors["flow"].to_dict() == {"bom--lis": 3.0, "bom--tas": 7.0, "lis--tas": 0.0}


def test_workbook_and_parquet(folder, tmp_path):
    path = folder(flows=None)
    pd.DataFrame({"indicator": ["air"], "origin": ["lis"], "destination": ["bom"], "value": [3]}).to_excel(
        path / "flows.xlsx", index=False
    )
    assert load_study(path).corridors["air"].tolist() == [3.0]
    (path / "flows.xlsx").unlink()
    pd.DataFrame(
        {"indicator": ["air"], "origin": ["lis"], "destination": ["bom"], "value": [3.5]}
    ).to_parquet(path / "flows.parquet")
    assert load_study(path).corridors["air"].tolist() == [3.5]


def test_several_indicators_and_years(folder):
    flows = "indicator,origin,destination,value,year\nair,lis,bom,3,2020\nair,lis,bom,5,2021\nsea,lis,bom,1,2021\n"
    study = load_study(folder(flows=flows))
    assert study.corridors.loc["bom--lis", ["air", "sea"]].tolist() == [5.0, 1.0]
    assert len(study.flows) == 3


def test_directed_flows_keep_both_directions(folder):
    flows = FLOWS + "air,bom,lis,4\n"
    assert any("differ by direction" in message for message in _messages(folder(flows=flows)))
    study = load_study(folder(flows=flows, settings="directed = true\n"))
    assert study.corridors["air"].to_dict() == {"lis->bom": 3.0, "bom->tas": 7.0, "bom->lis": 4.0}


def test_column_names_of_ones_own(folder):
    cities = CITIES.replace("lon,lat", "east,north")
    settings = '[columns]\nlon = "east"\nlat = "north"\n'
    assert len(load_study(folder(cities, settings=settings)).cities) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bom,Mumbai", "lis,Mumbai", "row 3: every city must stand once"),
        ("-9.14,38.72", "38.72,-190", "row 2: 'lon' and 'lat' must lie"),
        ("72.88,19.08", "19.08,172.88", "row 3: 'lon' and 'lat' must be longitude and latitude"),
        ("69.24,41.30", ",41.30", "row 4: 'lon' and 'lat' must be numbers"),
        ("69.24,41.30", "NaN,41.30", "row 4: 'lon' and 'lat' must be numbers"),
        ("69.24,41.30", "east,41.30", "row 4: 'lon' and 'lat' must be numbers"),
        ("UZB", "Narnia", "row 4: 'country' must be a code"),
        ("tas,", ",", "row 4: every city must have a name"),
        ("city,name,name_zh", "town,label,other", "need a column 'city'"),
    ],
)
def test_faulty_cities_say_file_and_row(folder, old, new, message):
    cities = CITIES.replace(old, new, 1)
    said = "\n".join(_messages(folder(cities, None)))
    assert message in said
    assert "cities.csv" in said


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        (
            "indicator,origin,destination,value\nair,lis,lagos,3\n",
            "flows.csv, row 2: every destination must be a known city",
        ),
        (
            "indicator,origin,destination,value\nair,lis,bom,many\n",
            "flows.csv, row 2: 'value' must be a number",
        ),
        (
            "indicator,origin,destination,value\nair,lis,bom,1\nair,lis,bom,2\n",
            "flows.csv, row 3: indicator, origin, destination must be unique",
        ),
        ("indicator,origin,destination\nair,lis,bom\n", "need a column 'value'"),
        ("", "must hold a table"),
    ],
)
def test_faulty_flows_say_file_and_row(folder, flows, message):
    assert message in "\n".join(_messages(folder(flows=flows)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('titel = "x"\n', "unknown setting 'titel'"),
        ("title = 3\n", "'title' has the wrong type"),
        ('language = "fr"\n', "must be one of en, zh"),
        ("title = [\n", "must be TOML"),
    ],
)
def test_faulty_settings(folder, settings, message):
    assert message in "\n".join(_messages(folder(settings=settings)))


def test_all_faults_come_at_once(folder):
    path = folder(
        CITIES.replace("UZB", "Narnia"),
        "indicator,origin,destination,value\nair,lis,lagos,x\n",
        "titel = 1\n",
    )
    with pytest.raises(StudyError, match="the study has 4 faults"):
        load_study(path)


def test_rubbish_is_refused_not_read(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "cities.csv").write_bytes(rng.bytes(10_000_000))
    assert any("cities.csv" in message for message in _messages(tmp_path))


def test_missing_folder_and_missing_cities(tmp_path):
    assert "no such folder" in _messages(tmp_path / "nowhere")[0]
    assert "one table of cities" in _messages(tmp_path)[0]
    with pytest.raises(StudyError, match="bri22, global513"):
        load_study("bri23")


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "${x}", "back\\slash", "L'Aquila", "القاهرة", "北京 “首都”", "=cmd()"],
)
def test_hostile_names_are_just_names(folder, name):
    cities = CITIES.replace(
        "Lisbon", json.dumps(name, ensure_ascii=False).replace('\\"', '""') if "\\" not in name else name
    )
    study = load_study(folder(cities))
    assert study.cities.loc["lis", "name"] in (name, name.replace('"', ""))


def test_the_example_of_geobri_new_has_no_faults(tmp_path):
    create_study(tmp_path / "mine")
    assert check_study(tmp_path / "mine") == []
    with pytest.raises(StudyError, match="must be empty"):
        create_study(tmp_path / "mine")


INDEX = """[index]
name = "own"
[[dimension]]
name = "all"
importance = "1"
[[indicator]]
name = "{indicator}"
dimension = "all"
importance = "{importance}"
kind = "flow"
absent = "zero"
"""


@pytest.mark.parametrize(
    ("indicator", "importance", "flows", "message"),
    [
        ("air", "2/3", FLOWS, "importances must sum to 1"),
        ("aire", "1", FLOWS, "Got nothing on 'aire'"),
        (
            "air",
            "1",
            "indicator,origin,destination,value\nair,lis,bom,3\nair,bom,tas,3\nair,lis,tas,3\n",
            "constant",
        ),
    ],
)
def test_faults_of_the_index(folder, indicator, importance, flows, message):
    path = folder(flows=flows, settings='index = "index.toml"\n')
    (path / "index.toml").write_text(INDEX.format(indicator=indicator, importance=importance))
    (fault,) = check_study(path)
    assert fault.file == "index.toml"
    assert message in fault.message


def test_index_that_does_not_stand_there(folder):
    path = folder(settings='index = "indxe.toml"\n')
    (fault,) = check_study(path)
    assert fault.file == "study.toml"
    assert "indxe.toml" in fault.message
    with pytest.raises(StudyError, match="indxe"):
        load_study(path)


def test_template_has_no_faults(tmp_path):
    create_study(tmp_path / "own")
    assert check_study(tmp_path / "own") == []


def test_cities_at_one_place(folder):
    twin = CITIES.splitlines()[1].replace("lis,Lisbon", "twin,Twin").replace("PRT", "ESP")
    (message,) = _messages(folder(f"{CITIES}{twin}\n", flows=None))
    assert "stand apart" in message
    assert "lis--twin" in message


def test_row_of_a_flag_that_says_neither(folder):
    (message,) = _messages(folder(CITIES.replace("Asia,yes", "Asia,maybe"), flows=None))
    assert message.startswith("cities.csv, row 3:")
    assert "'maybe'" in message


def test_one_city_with_its_coordinates_exchanged(folder):
    (message,) = _messages(folder(CITIES.replace("-9.14,38.72", "38.72,-9.14"), flows=None))
    assert message.startswith("cities.csv, row 2:")
    assert "look swapped" in message


def test_a_city_far_from_its_country_may_stay(folder):
    saipan = "saipan,Saipan,,USA,Oceania,yes,145.75,15.21\n"
    assert _messages(folder(CITIES + saipan, flows=None)) == []


def test_faults_of_different_kinds_do_not_hide_each_other(folder):
    cities = (
        CITIES.replace("bom,", "lis,")
        .replace("69.24,41.30", "500,41.30")
        .replace("UZB", "Narnia")
        .replace("Asia,no", "Asia,perhaps")
    )
    said = "\n".join(_messages(folder(cities, None)))
    for part in ("every city must stand once", "must lie in", "'country' must be a code", "yes or no"):
        assert part in said


class TestAnIndexOfAttributes:
    """Nothing but cities.csv and index.toml: four cities, a gap, no flows."""

    cities = "city,name,country,lon,lat,beds,rooms\n" + "".join(
        f"{code.lower()},City {code},{code},{10 * place},{5 * place},{beds},{place}\n"
        for place, (code, beds) in enumerate([("FRA", 3), ("ITA", 9), ("KEN", ""), ("IND", 6)])
    )
    index = '[index]\nname = "own"\n[choices]\nimputer = "median"\n' + "".join(
        f'[[indicator]]\nname = "{name}"\ndimension = "overall"\nkind = "city"\n'
        for name in ("beds", "rooms")
    )

    @pytest.fixture
    def own(self, folder):
        path = folder(self.cities, None, 'index = "index.toml"\n')
        (path / "index.toml").write_text(self.index, encoding="utf-8")
        return path

    def test_it_is_scored(self, own, tmp_path):
        assert check_study(own) == []
        result = load_study(own).scores
        assert result.city_raw["beds"].tolist() == [3, 9, 6, 6]
        assert result.cities["overall"].notna().all()
        said, written = write_score_tables(load_study(own), tmp_path / "out", runs=10)
        assert any("imputed: beds (1 city)" in sentence for sentence in said)
        assert {path.name for path in written} >= {"scores_cities.csv", "uncertainty.csv"}

    def test_its_faults_are_found_before(self, own):
        (own / "index.toml").write_text(self.index.replace('"beds"', '"sheets"'), encoding="utf-8")
        assert any("cities need a column 'sheets'" in said for said in _messages(own))

    def test_flows_that_are_needed_are_asked_for(self, own, tmp_path):
        (own / "index.toml").write_text(self.index.replace('kind = "city"', ""), encoding="utf-8")
        with pytest.raises(StudyError, match=r'no flows in .* kind = "city"'):
            write_score_tables(load_study(own), tmp_path / "out", runs=0)
        (own / "study.toml").write_text("", encoding="utf-8")
        assert "index taken as: index.toml" in "\n".join(map(str, load_study(own).taken))
        (own / "index.toml").unlink()
        with pytest.raises(StudyError, match=r"no specification in"):
            write_score_tables(load_study(own), tmp_path / "out", runs=0)


class TestMemberships:
    index = (
        '[index]\nname = "own"\n[[indicator]]\nname = "forums"\ndimension = "overall"\nkind = "comembership"\n'
        'absent = "zero"\n'
    )
    members = "city,member\nLisbon,club\nbom,club\nbom,forum\n塔什干,forum\nlis,league\nbom,league\n"

    @pytest.fixture
    def own(self, folder):
        path = folder(CITIES, None, 'index = "index.toml"\n')
        (path / "index.toml").write_text(self.index, encoding="utf-8")
        (path / "memberships_forums.csv").write_text(self.members, encoding="utf-8")
        return path

    def test_shared_members_are_scored(self, own, tmp_path):
        assert check_study(own) == []
        result = load_study(own).scores
        assert result.corridor_values["forums"].to_dict() == {"bom--lis": 2, "bom--tas": 1, "lis--tas": 0}
        write_score_tables(load_study(own), tmp_path / "out", runs=0)
        assert "memberships" in (tmp_path / "out" / "spec.toml").read_text(encoding="utf-8")

    def test_several_indicators_in_one_file(self, own):
        (own / "memberships_forums.csv").unlink()
        rows = "indicator," + self.members.replace("\n", "\nforums,").removesuffix("forums,")
        (own / "memberships.csv").write_text(rows, encoding="utf-8")
        assert load_study(own).scores.corridor_values["forums"].sum() == 3

    def test_faults_stand_with_file_and_row(self, own):
        (own / "memberships_forums.csv").write_text(
            "city,member\nlis,club\nlisbonne,club\nbom,\n", encoding="utf-8"
        )
        said = _messages(own)
        assert any("memberships_forums.csv, row 3" in one and "'lisbonne'" in one for one in said)
        assert any("memberships_forums.csv, row 4" in one and "has a member" in one for one in said)

    def test_a_missing_column(self, own):
        (own / "memberships_forums.csv").write_text("city,club\nlis,x\n", encoding="utf-8")
        assert any("need columns ['member']" in one for one in _messages(own))

    def test_without_a_file_the_message_says_where(self, own):
        (own / "memberships_forums.csv").unlink()
        assert any("nothing on 'forums'" in one and "to memberships" in one for one in _messages(own))


@pytest.mark.parametrize("heading", ["value", "count", "数值", "origin-town", "long"])
def test_a_city_of_a_matrix_may_be_called_as_a_column_of_ours(tmp_path, heading):
    (tmp_path / "cities.csv").write_text(
        f"city,country,lon,lat\n{heading},FRA,1,1\nb,ITA,2,2\nc,ESP,3,3\n", encoding="utf-8"
    )
    (tmp_path / "flows.csv").write_text(f",{heading},b,c\n{heading},,1,2\nb,1,,3\nc,2,3,\n", encoding="utf-8")
    flows = load_study(tmp_path).flows
    pairs = {
        frozenset(pair): value
        for *pair, value in flows[["origin", "destination", "value"]].itertuples(index=False)
    }
    assert pairs == {frozenset({heading, "b"}): 1, frozenset({heading, "c"}): 2, frozenset({"b", "c"}): 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("notes = " + "[" * 5000, "without end"),
        ("title = " + "9" * 5001, "limit"),
        ("title = [" + "1," * 40_000 + "]", "'title' has the wrong type"),
        ('index = "' + "x" * 5000 + '"', "'index' must name an index or a file; got 5,000 letters"),
        ('[columns]\nlon = ["a"]', "'columns' must say in text"),
        ("pairs = " + repr("y" * 5000), "'pairs' must be one of"),
    ],
)
def test_settings_without_end_are_faults_with_the_name_of_the_file(tmp_path, text, said):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\n")
    (tmp_path / "study.toml").write_text(text)
    faults = [str(fault) for fault in check_study(tmp_path)]
    assert any(fault.startswith("study.toml: ") and said in fault for fault in faults)
    assert max(map(len, faults)) < 3000


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a device"])
@pytest.mark.parametrize("name", ["study.toml", "cities.csv", "flows.csv"])
def test_what_is_no_file_is_a_fault_with_its_name(tmp_path, kind, name):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\n")
    path = tmp_path / name
    path.unlink(missing_ok=True)
    {"a pipe": os.mkfifo, "a folder": Path.mkdir, "a device": lambda one: one.symlink_to("/dev/zero")}[kind](
        path
    )
    assert any(str(fault).startswith(f"{name}: ") and kind in str(fault) for fault in check_study(tmp_path))
    with pytest.raises(StudyError, match=kind):
        load_study(tmp_path)


def test_a_file_whose_name_is_no_text_is_a_fault(tmp_path):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\n")
    (tmp_path / os.fsdecode(b"flows_\xff.csv")).write_text("origin,destination,value\na,b,1\n")
    assert any("no text in UTF-8" in str(fault) for fault in check_study(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"), [("a = " + "[" * 5000, "without end"), ("claim = 1", "claim"), ("[[claim]]", "id")]
)
def test_faults_of_claims_are_listed_too(tmp_path, text, said):
    (tmp_path / "cities.csv").write_text("city,country,lon,lat\na,FRA,1,1\nb,ITA,12,42\n")
    (tmp_path / "claims.toml").write_text(text)
    (fault,) = check_study(tmp_path)
    assert fault.file == "claims.toml"
    assert said in fault.message


def test_a_file_that_is_not_there_and_one_that_is_are_told_from_a_study(tmp_path):
    with pytest.raises(StudyError, match="there is no such file here"):
        load_study(tmp_path / "flows.csv")
    (tmp_path / "flows.csv").write_text("a,b,n\nx,y,1\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"geobri\.read_study"):
        load_study(tmp_path / "flows.csv")
