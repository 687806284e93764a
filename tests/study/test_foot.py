"""Totals and notes at the foot of a table, years and names under headings of any language: told by what they hold, and said."""

import numpy as np
import pandas as pd
import pytest

import geobri
from geobri.errors import StudyError


@pytest.fixture
def clinics():
    at = np.arange(6)
    ids = [f"59{one:04d}" for one in at]
    names = [f"Klinik {one}" for one in ("Nord", "Süd", "Ost", "West", "Mitte", "Hafen")]
    return pd.DataFrame(
        {"Kennung": ids, "Haus": names, "lon": 7 + at / 10, "lat": 51 + at / 20, "Betten": 40 + 13 * at}
    )


@pytest.fixture
def moves(clinics):
    ids = clinics["Kennung"].tolist()
    rows = [(a, b, year) for year in (2022, 2023) for a in ids for b in ids if a != b]
    table = pd.DataFrame(rows, columns=["Von", "Nach", "Jahr"])
    return table.assign(Verlegungen=np.random.default_rng(5).integers(1, 60, len(table)))


def _below(table, **cells):
    return pd.concat([table, pd.DataFrame([cells])], ignore_index=True)


def _taken(study):
    return " | ".join(str(one) for one in study.taken)


def test_a_total_below_the_places_is_left_out_and_said(clinics, moves):
    study = geobri.read_study(_below(clinics, Kennung="Summe", Betten=clinics["Betten"].sum()), moves)
    assert len(study.cities) == 6
    assert "'Summe' = totals or notes, 1 row left out" in _taken(study)


def test_a_note_below_the_places_is_left_out_and_said(clinics, moves):
    study = geobri.read_study(_below(clinics, Haus="Quelle: Register 2023"), moves)
    assert len(study.cities) == 6
    assert "'Quelle: Register 2023' = totals or notes" in _taken(study)


def test_a_place_without_a_point_is_still_a_fault(clinics, moves):
    with pytest.raises(StudyError, match="must be numbers; got 1 of 7 rows"):
        geobri.read_study(_below(clinics, Kennung="590077", Haus="Klinik Neu", Betten=9), moves)
    spoken_of = _below(moves, Von="590000", Nach="590077", Jahr=2023, Verlegungen=4)
    with pytest.raises(StudyError, match="must be numbers; got 1 of 7 rows"):
        geobri.read_study(_below(clinics, Kennung="590077"), spoken_of)


def test_a_total_and_a_note_below_the_pairs_are_left_out_counted_and_said(clinics, moves):
    with_total = _below(moves, Von="Gesamt", Verlegungen=moves["Verlegungen"].sum())
    study = geobri.read_study(clinics, _below(with_total, Von="Quelle: Register 2023"))
    assert "'Gesamt', 'Quelle: Register 2023' = totals or notes, 2 rows left out" in _taken(study)
    entry = next(one for one in study.account if one.reason == "total")
    assert (entry.measure, entry.rows, entry.total) == ("Verlegungen", 1, moves["Verlegungen"].sum())
    assert entry.detail == "'Gesamt'"
    rows = {
        reason: sum(one.rows for one in study.account if one.reason == reason)
        for reason in ("read", "year", "used")
    }
    assert rows["read"] == 1 + rows["year"] + rows["used"]


@pytest.mark.parametrize("cells", [{"Von": "590000"}, {"Von": "unbekannt"}])
def test_a_pair_without_an_end_is_still_a_fault(clinics, moves, cells):
    one_year = moves[moves["Jahr"] == 2023].drop(columns="Jahr")
    with pytest.raises(StudyError, match="every destination must be a known city"):
        geobri.read_study(clinics, _below(one_year, **cells, Verlegungen=7))


def test_a_column_of_years_is_the_year_where_it_tells_the_rows_of_a_pair_apart(clinics, moves):
    study = geobri.read_study(clinics, moves)
    assert study.measure("Verlegungen", "corridors").years == (2022, 2023)
    assert "year = Jahr, because it holds 2022 to 2023" in _taken(study)
    latest = moves[moves["Jahr"] == 2023]["Verlegungen"].sum()
    assert study.corridors["Verlegungen"].sum() == latest


def test_numbers_that_are_no_years_tell_nothing_apart(clinics, moves):
    with pytest.raises(StudyError, match="every pair must stand once"):
        geobri.read_study(clinics, moves.assign(Jahr=moves["Jahr"] * 10))


def test_words_beside_codes_are_the_names(clinics, moves):
    study = geobri.read_study(clinics, moves)
    assert study.cities["name"].tolist() == clinics["Haus"].tolist()
    assert "name = Haus, because the ids are codes" in _taken(study)


def test_ids_that_are_names_stay_the_names(clinics, moves):
    called = dict(zip(clinics["Kennung"], ["Emden", "Essen", "Fulda", "Gera", "Hagen", "Jena"], strict=True))
    renamed = moves.assign(Von=moves["Von"].map(called), Nach=moves["Nach"].map(called))
    study = geobri.read_study(clinics.assign(Kennung=clinics["Kennung"].map(called)), renamed)
    assert study.cities["name"].tolist() == list(called.values())


def test_what_places_are_called_may_have_accents(clinics, moves):
    study = geobri.read_study(clinics, moves, call="hôpital,hôpitaux,医院")
    assert (study.words.one, study.words.many, study.words.zh) == ("hôpital", "hôpitaux", "医院")
