"""Shapes in which tables of other people come, each a file of its own, with its sums: routes in a cell, years as headings, totals, notes, countries."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geobri.boundaries import load_countries
from geobri.errors import StudyError
from geobri.study import load_study, load_tables
from geobri.study.reading import Hints, read_table

FRANCE = Hints(country="FRA")


def _lay(folder, text, name="table.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _said(study):
    return " ".join(str(one) for one in study.taken)


@pytest.mark.parametrize("between", [" - ", " → ", "->", " to ", " / ", "–", "-", "至"])
def test_both_ends_in_one_cell(tmp_path, between):
    rows = [("Paris", "Lyon", 50), ("Lyon", "Nice", 30), ("Paris", "Brest", 40), ("Brest", "Lyon", 12)]
    lines = [f"{one}{between}{other},{n}" for one, other, n in rows]
    study = load_tables(_lay(tmp_path, "\n".join(["line,riders", *lines])), hints=FRANCE)
    assert "origin and destination = line" in _said(study)
    found = {
        frozenset(pair): n
        for *pair, n in study.flows[["origin", "destination", "value"]].itertuples(index=False)
    }
    assert found == {frozenset((one, other)): n for one, other, n in rows}


@pytest.mark.parametrize(
    "text",
    [
        "site,lon,lat,n\nA - B,1,1,3\nC - D,2,2,4\nA - C,3,3,5\n",  # points: these are places
        "when,n\n2019-2020,3\n2020-2021,4\n2019-2021,5\n",  # years are no places
    ],
)
def test_what_only_looks_like_routes_is_not_split(tmp_path, text):
    try:
        said = _said(load_tables(_lay(tmp_path, text)))
    except StudyError as refused:
        said = str(refused)
    assert "origin and destination" not in said


@pytest.mark.parametrize("stem", ["", "Guests ", "guests_", "客运量"])
def test_years_as_headings(tmp_path, stem):
    head = f"from,to,{stem}1995,{stem}2000,{stem}2005"
    study = load_tables(
        _lay(tmp_path, f"{head}\nParis,Lyon,1,2,3\nLyon,Nice,4,5,\nNice,Paris,7,8,9\n"), hints=FRANCE
    )
    (measure,) = study.corridor_measures
    assert (measure.year, measure.years) == (2005, (1995, 2000, 2005))
    assert study.flows.groupby("year")["value"].sum().to_dict() == {1995: 12, 2000: 15, 2005: 12}
    assert "year = the headings of 3 columns" in _said(study)


def test_headings_that_are_not_all_years_stay_measures(tmp_path):
    study = load_tables(
        _lay(tmp_path, "from,to,1995,2000,hours\nParis,Lyon,1,2,3\nLyon,Nice,4,5,6\n"), hints=FRANCE
    )
    assert [one.column for one in study.corridor_measures] == ["1995", "2000", "hours"]
    (tmp_path / "study.toml").write_text('[[measure]]\ncolumn = "1995"\n')
    _lay(tmp_path, "city,country,lon,lat\na,FRA,1,1\nb,ITA,2,2\n", "cities.csv")
    _lay(tmp_path, "origin,destination,1995,2000\na,b,5,6\n", "flows.csv")
    assert [one.column for one in load_study(tmp_path).corridor_measures] == ["1995", "2000"]


MATRIX = ",Paris,Lyon,Nice,Total\nParis,,500,300,800\nLyon,480,,200,680\nNice,290,210,,{last}\nTotal,770,710,500,{all}\n"


def test_totals_beside_a_matrix_are_left_out_where_they_are_sums(tmp_path):
    study = load_tables(_lay(tmp_path, MATRIX.format(last=500, all=1980)), hints=FRANCE)
    assert sorted(study.cities.index) == ["Lyon", "Nice", "Paris"]
    assert study.flows["value"].sum() == 1980
    assert "not read = totals" in _said(study)


def test_a_total_that_is_no_sum_stays_and_is_asked_about(tmp_path):
    with pytest.raises(StudyError, match="Total"):
        load_tables(_lay(tmp_path, MATRIX.format(last=900, all=1980)), hints=FRANCE)


def test_a_title_with_commas_and_notes_below(tmp_path):
    text = (
        'Table 4.2: Students by home and host country, 2022\n"Source: the ministry",,\n\nHome country,Host country,Students\n'
        "Germany,France,6500\nFrance,Germany,5900\nItaly,Spain,9900\nSpain,Italy,11000\nNote: provisional,,\nCounted in May,,\n"
    )
    study = load_tables(_lay(tmp_path, text))
    assert study.flows["value"].sum() == 6500 + 5900 + 9900 + 11000
    assert "not read = Note: provisional; Counted in May" in _said(study)
    outlines = load_countries("50m", worldview="ne").set_index("country").geometry
    for name, code in (("Germany", "DEU"), ("France", "FRA"), ("Italy", "ITA"), ("Spain", "ESP")):
        assert study.cities.loc[name, "country"] == code
        assert shapely.contains(outlines[code], study.cities.geometry[name])
    assert study.cities.geometry["France"].x == pytest.approx(
        2.5, abs=1
    )  # in Europe, not between it and Guiana


def test_a_country_that_is_none_is_named_among_countries(tmp_path):
    text = "exporter,importer,usd\nChile,Peru,5\nPeru,Utopia,6\nChile,Bolivia,7\n"
    with pytest.raises(StudyError, match="1 fault") as refused:
        load_tables(_lay(tmp_path, text))
    assert "'Utopia' is no country" in str(refused.value)
    assert "row 3" in str(refused.value)


def test_marks_that_part_thousands_or_decimals_are_asked_about_and_not_counted(tmp_path):
    text = 'from,to,riders\nParis,Lyon,"1,500"\nLyon,Nice,"2,900"\nParis,Nice,"1,100"\n'
    with pytest.raises(StudyError, match="thousands or decimals") as refused:
        load_tables(_lay(tmp_path, text), hints=FRANCE)
    assert "'riders'" in str(refused.value)
    counted = load_tables(tmp_path / "table.csv", hints=Hints(country="FRA", count=True))
    assert counted.corridors.iloc[:, -1].tolist() == [1, 1, 1]


def test_places_of_one_name_are_numbered_where_no_pairs_name_them(tmp_path):
    towns = _lay(tmp_path, "name,lon,lat,people\nAsh,1,51,5\nOak,2,52,6\nAsh,3,53,7\n", "towns.csv")
    study = load_tables(towns)
    assert study.cities.index.tolist() == ["Ash", "Oak", "Ash (2)"]
    assert study.cities["people"].tolist() == [5, 6, 7]
    pairs = _lay(tmp_path, "from,to,n\nAsh,Oak,5\n", "pairs.csv")
    with pytest.raises(StudyError, match="Ash"):
        load_tables(towns, pairs)


def test_a_matrix_of_names_alone(tmp_path):
    study = load_tables(_lay(tmp_path, ",Paris,Lyon,Nice\nParis,,5,3\nLyon,4,,2\nNice,2,1,\n"), hints=FRANCE)
    assert study.flows["value"].sum() == 17
    assert np.isfinite(study.corridors["distance_km"]).all()


def test_the_first_whole_row_is_the_heading(tmp_path):
    read = read_table(_lay(tmp_path, "A title, with commas, of mine\n;;\n;P;Q\nP;;1\nQ;2;\n"))
    assert read.columns.tolist() == ["", "P", "Q"]
    assert pd.Series(read["P"]).tolist() == ["", "2"]
