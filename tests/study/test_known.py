"""Inhabitants and capitals of anybody's table: filled on request, or when a question needs them; said as inferred."""

import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.errors import StudyError
from geobri.study import load_study, load_tables
from geobri.study.query import query
from geobri.study.reading import Hints
from geobri.study.sample import check_selection

_ROWS = """city,name,lon,lat,beds
p,Paris,2.35,48.85,3
l,Lyon,4.83,45.76,2
v,Versailles,2.13,48.80,1
z,Zone 9,2.40,48.87,5
w,Vienna,16.37,48.21,4
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(_ROWS, encoding="utf-8")
    return path


def _told(column):
    return {label: None if pd.isna(cell) else bool(cell) for label, cell in column.items()}


def _run(*arguments):
    done = CliRunner().invoke(_geobri, [str(one) for one in arguments])
    assert done.exit_code == 0, done.output
    return done


def test_a_question_for_capitals_is_answered_from_the_gazetteer_and_says_so(table):
    done = _run("query", table, "capital=yes", "--columns", "name")
    assert done.stdout.split() == ["city,name", "p,Paris", "w,Vienna"]
    assert "capital inferred for 4 of 5 places, open for 1" in done.stderr
    assert "GeoNames, CC BY 4.0" in done.stderr
    assert query(load_tables(table), "capital=no").index.tolist() == ["l", "v"]


def test_columns_of_ones_own_come_first(table):
    own = dict(zip("plvzw", ["no", "yes", "", "", ""], strict=True))
    rows = [line.rsplit(",", 1)[0] + f",{own[line[0]]}" for line in _ROWS.splitlines()[1:]]
    table.write_text("\n".join(["city,name,lon,lat,capital", *rows, ""]), encoding="utf-8")
    assert query(load_tables(table), "capital=true").index.tolist() == ["l"]
    filled = load_tables(table, hints=Hints(fill=("capital",))).cities["capital"]
    assert _told(filled) == {"p": False, "l": True, "v": False, "z": None, "w": True}


def test_a_rule_is_checked_on_anybodys_list(table):
    checked = check_selection(load_tables(table))
    assert _told(checked["fulfils"]) == {"p": True, "l": False, "v": False, "z": None, "w": True}


def test_a_folder_fills_what_it_says(table, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "cities.csv").write_text(_ROWS, encoding="utf-8")
    (folder / "study.toml").write_text('fill = ["capital", "population"]\n', encoding="utf-8")
    study = load_study(folder)
    assert study.cities["capital"].sum() == 2
    assert study.measure("population", "cities").kind == "count"
    assert any("GeoNames" in line.zh and "推断" in line.zh for line in study.cautions)
    (folder / "study.toml").write_text('fill = ["weather"]\n', encoding="utf-8")
    with pytest.raises(
        StudyError, match=r"'fill' must list .*country, region, coast, population, capital; got 'weather'"
    ):
        load_study(folder)


def test_a_saved_study_keeps_them(table, tmp_path):
    _run("query", table, "--with", "population,capital", "--save", tmp_path / "saved")
    again = load_study(tmp_path / "saved")
    assert query(again, "capital=yes").index.tolist() == ["p", "w"]
    assert again.cities["population"].notna().sum() == 4


@pytest.mark.parametrize("pair", [("yes", "no"), ("True", "False"), ("是", "否"), ("1", "0")])
def test_flags_of_any_spelling_are_asked_for_in_any_other(tmp_path, pair):
    path = tmp_path / "sites.csv"
    yes, no = pair
    path.write_text(f"city,lon,lat,hub\na,1,50,{yes}\nb,2,50,{no}\nc,3,50,\n", encoding="utf-8")
    study = load_tables(path)
    assert query(study, "hub=yes").index.tolist() == query(study, "hub=是").index.tolist() == ["a"]
    assert query(study, "hub!=yes").index.tolist() == query(study, "hub=false").index.tolist() == ["b"]
