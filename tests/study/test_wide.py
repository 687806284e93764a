"""Thousands of columns: all are read and written, the page and the map offer some, and it is said how many."""

import json

import pyogrio
import pytest

from geobri.report import write_report
from geobri.study import load_study
from geobri.study.export import export_study
from geobri.study.model import MOST_FIELDS, MOST_SHOWN

N = 2100


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wide")
    columns = ",".join(f"c{at}" for at in range(N))
    places = ["oslo,Oslo,NOR,Europe,true,10.75,59.9", "rome,Rome,ITA,Europe,true,12.5,41.9", "cairo,Cairo,EGY,Africa,false,31.2,30.0"]  # fmt: skip
    rows = [f"{place},{','.join(str(at * N + n + 0.5) for n in range(N))}" for at, place in enumerate(places)]
    head = f"city,name,country,region,coastal,lon,lat,{columns}"
    (folder / "cities.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    (folder / "study.toml").write_text(
        f'title = "Wide"\n[[measure]]\ncolumn = "c{N - 1}"\nof = "cities"\n', encoding="utf-8"
    )
    return load_study(folder)


def test_every_column_is_read_and_the_declared_one_is_offered_first(wide):
    assert len(wide.city_measures) == N
    assert wide.cities[f"c{N - 2}"].tolist() == [N - 1.5, 2 * N - 1.5, 3 * N - 1.5]
    shown = [one.column for one in wide.shown("cities")]
    assert len(shown) == MOST_SHOWN
    assert shown[:2] == [f"c{N - 1}", "c0"]


def test_what_the_page_leaves_out_is_said(wide):
    said = [words for words in wide.cautions if f"{N:,}" in words.en]
    assert len(said) == 1
    assert str(MOST_SHOWN) in said[0].en
    assert str(MOST_SHOWN) in said[0].zh


def test_the_report_is_written_with_all_columns_in_its_tables(wide, tmp_path):
    write_report(wide, tmp_path / "out")
    header = (tmp_path / "out" / "cities.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    assert {f"c{n}" for n in range(N)} <= set(header.split(","))
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert json.dumps(f"c{MOST_SHOWN - 2}") in page
    assert json.dumps(f"c{MOST_SHOWN + 2}") not in page


def test_a_geopackage_holds_what_it_can_and_the_rest_is_counted(wide, tmp_path):
    said = export_study(wide, tmp_path / "x.gpkg", layer="cities")
    fields = pyogrio.read_info(tmp_path / "x.gpkg", layer="cities")["fields"]
    assert len(fields) == MOST_FIELDS + 1  # and the id
    assert f"{wide.cities.shape[1] - 1 - MOST_FIELDS:,} of the cities" in said
