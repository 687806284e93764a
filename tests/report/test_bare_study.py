"""A study of bare places and pairs: nothing on its page speaks of what nobody gave."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geobri.report import build_sections, write_report
from geobri.report.page import _facts
from geobri.study import read_study
from geobri.study.analysis import analyse_study


@pytest.fixture(scope="module")
def bare():
    rng = np.random.default_rng(5)
    n = 12
    places = pd.DataFrame(
        {
            "stop": [f"Stop {chr(65 + k)}" for k in range(n)],
            "lon": rng.uniform(4, 6, n),
            "lat": rng.uniform(50, 52, n),
            "beds": rng.integers(5, 90, n),
            "quay": ["east", "west"] * (n // 2),
            "note": ["rebuilt"] + [""] * (n - 1),
        }
    )
    ends = [(a, b) for a in range(n) for b in range(a + 1, n)]
    rows = [
        {
            "from": f"Stop {chr(65 + a)}",
            "to": f"Stop {chr(65 + b)}",
            "riders": int(rng.poisson(40)) + 1,
            "bikes": int(rng.poisson(9)) + 1,
            "year": year,
        }
        for year in (2023, 2024)
        for a, b in ends
    ]
    study = read_study(places, pd.DataFrame(rows))
    return study, build_sections(study, analyse_study(study))


def _tables(sections):
    for section in sections:
        yield from section.tables
        for fold in section.folds:
            yield from fold.tables


def test_no_table_has_a_column_that_says_nothing(bare):
    for table in _tables(bare[1]):
        for at, column in list(enumerate(table.columns))[1:]:
            said = {row.cells[at].text.en for row in table.rows}
            assert column.kind == "number" or said != {""}, (table.key, column.heading.en)
    headings = {column.heading.en for table in _tables(bare[1]) for column in table.columns}
    assert not headings & {
        "World region",
        "World regions",
        "Country or region",
        "Countries, with their places",
    }


def test_countries_are_counted_where_there_are_some(bare):
    study = bare[0]
    assert "countries" not in [fact.label.en for fact in _facts(study)]
    known = study.cities.assign(country=["FRA", "BEL"] * 6)
    labels = {fact.label.en: fact.figure for fact in _facts(replace(study, cities=known))}
    assert labels["countries"] == "2"


def test_what_is_left_out_is_counted_in_the_words_of_the_table(bare):
    """66 rows of 2023 hold two measures each: 132 values, and nobody says that there were 132 rows."""
    short = next(section for section in bare[1] if section.key == "short")
    (left,) = [words for words, _ in short.quotes if words.en.startswith("Left out")]
    assert "132 values of other years" in left.en
    assert "其他年份 132 个数值" in left.zh


def test_what_the_owner_noted_stands_on_the_page_of_loose_tables_too(bare):
    profiles = next(section for section in bare[1] if section.key == "profiles").profiles
    assert any(note.en == "rebuilt" for profile in profiles for note in profile.notes)
    compared = next(section for section in bare[1] if section.payload and section.key == "platform")
    assert '"quay"' in compared.payload


def test_coordinates_of_ones_own_are_not_credited_to_anybody(bare):
    (sources,) = [section for section in bare[1] if section.key == "sources"]
    assert not any("GeoNames" in note.en for note in sources.notes)


def test_names_without_chinese_stand_in_pictures_as_they_are(bare):
    (distance,) = [section for section in bare[1] if section.key == "distance"]
    drawn = " ".join(drawing.svg for drawing in distance.drawings)
    assert "Stop" in drawn
    assert not re.search(r">\s*–\s*<", drawn)


def test_heads_of_tables_say_the_unit_once(bare):
    from geobri.measures import Measure
    from geobri.report.ranking import name_with_unit

    assert (
        name_with_unit(Measure("fee", label="Fee", label_zh="费用", unit="€", unit_zh="欧元")).en == "Fee (€)"
    )
    assert (
        name_with_unit(Measure("fee", label="Fee", label_zh="费用", unit="€", unit_zh="欧元")).zh
        == "费用（欧元）"
    )
    assert name_with_unit(Measure("p", label="Airport pairs", unit="airport pairs")).en == "Airport pairs"
    study = bare[0]
    priced = replace(study, city_measures=tuple(replace(one, unit="€") for one in study.city_measures))
    (ranking,) = build_sections(priced, only=["cities"])
    assert "Beds (€)" in [column.heading.en for column in ranking.tables[0].columns]


def test_files_of_an_earlier_report_are_named(bare, tmp_path):
    """Other files of a folder stay; those that look like this report's must not pass for it."""
    study, _ = bare
    for name in ("audit.csv", "mine.txt"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    notes = []
    written = write_report(study, tmp_path, without=("tests",), only=("short",), on_note=notes.append)
    assert (tmp_path / "audit.csv").read_text() == "old"
    assert tmp_path / "audit.csv" not in written
    assert [note for note in notes if "audit.csv" in note and "mine.txt" not in note]


def test_places_of_one_country_are_not_counted_by_countries(bare):
    study, _ = bare
    one = replace(study, cities=study.cities.assign(country="NLD"))
    assert not [fact for fact in _facts(one) if fact.label.en == "countries"]
    two = replace(study, cities=study.cities.assign(country=["NLD", "BEL"] * (len(study.cities) // 2)))
    assert [fact.figure for fact in _facts(two) if fact.label.en == "countries"] == ["2"]
