"""Thousands of columns: all are read and written, the page and the map offer some, and it is said how many."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyogrio
import pytest

from geobri.report import write_report
from geobri.study import city_totals, load_study, model, read_study
from geobri.study.export import export_study
from geobri.study.model import MOST_FIELDS, MOST_SHOWN
from geobri.words import PlaceWords, Words

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


@pytest.fixture(scope="module")
def many_flows():
    places = pd.DataFrame({"name": list("ABCDEF"), "lon": range(6), "lat": [45.0] * 6})
    draw = np.random.default_rng(5)
    ends = [(one, other) for one in "ABCDEF" for other in "ABCDEF" if draw.random() < 0.6]
    flows = pd.DataFrame(ends, columns=["origin", "destination"])
    numbers = pd.DataFrame({f"count_{at}x": draw.integers(0, 9, len(flows)) * 1.5 for at in range(60)})
    return places, pd.concat([flows, numbers], axis=1)


@pytest.mark.parametrize(("absent", "directed"), [("zero", True), ("missing", True), ("missing", False)])
def test_the_pairs_of_many_measures_are_looked_at_once(many_flows, absent, directed, monkeypatch):
    """Each measure comes out as if it were alone, though its pairs are not looked up again for each."""
    places, flows = many_flows
    if not directed:
        flows = flows[flows["origin"] <= flows["destination"]]
    asked = {}
    for name in ("describe_pairs", "list_corridors", "give_rows"):
        real = getattr(city_totals, name)

        def count(*args, name=name, real=real, **said):
            asked[name] = asked.get(name, 0) + 1
            return real(*args, **said)

        monkeypatch.setattr(city_totals, name, count)
    study = read_study(places, flows, absent=absent, directed=directed)
    assert len(study.corridor_measures) == 60
    assert max(asked.values()) == 1
    alone = read_study(
        places, flows[["origin", "destination", "count_59x"]], absent=absent, directed=directed
    )
    assert study.corridors["count_59x"].equals(alone.corridors["count_59x"])
    own = [name for name in alone.cities.columns if name.startswith("count_59x_")]
    assert len(own) == (7 if directed else 5)
    assert study.cities[own].equals(alone.cities[own])


def test_names_of_many_measures_are_looked_through_once(many_flows, monkeypatch):
    places, flows = many_flows
    study = replace(read_study(places, flows), words=PlaceWords("airport"))
    looked = []
    monkeypatch.setattr(model, "speaks_of_city", lambda name: looked.append(name) or "city" in str(name))
    for said in study.cautions * 3:
        study.tell(said)
    assert study.tell(Words("A city.", "一座城市。")).en == "An airport."
    assert len(looked) == len(set(looked)) or len(looked) < 4 * len(
        study.measures
    )  # once a label, not a sentence


def test_measures_that_are_numbered_are_not_taken_for_two_ends():
    """v1 and v2 differ as the two ends of a pair do; what a place has many values of is a measure of its pairs."""
    places = pd.DataFrame({"name": list("ABC"), "lon": [0, 1, 2], "lat": [45.0] * 3})
    flows = pd.DataFrame({"origin": ["A", "A", "B"], "destination": ["B", "C", "C"], "v1": [1.5, 2, 3], "v2": [4, 5, 6.5], "pop1": [7, 7, 8], "pop2": [8, 9, 9], "got_from": [1, 2, 3], "got_to": [4, 5, 6]})  # fmt: skip
    study = read_study(places, flows)
    assert [one.column for one in study.corridor_measures] == ["v1", "v2"]
    assert any("not read = got_from, got_to" in str(one) for one in study.taken)
