"""Two groups of places, measure by measure: what parts them, what is counted, and what is left out."""

import pandas as pd
import pytest

from geobri.report.groups import groups_section
from geobri.report.leading import leading_section
from geobri.report.net import net_section
from geobri.report.platform import platform_payload
from geobri.report.writing import build_sections
from geobri.study import load_study, read_study

N = 12


def _study(**columns):
    table = {"city": [f"c{k:02}" for k in range(N)], "lon": [float(k) for k in range(N)], "lat": [0.0] * N}
    return read_study(pd.DataFrame({**table, **columns}))


def _rows(table):
    return [[cell.text.en for cell in row.cells] for row in table.rows]


@pytest.fixture(scope="module")
def halves():
    """The first six places are coastal and best in one measure, worst in the other; two say nothing of the coast."""
    return _study(
        rank_one=range(1, N + 1),
        rank_two=range(N, 0, -1),
        coastal=["yes"] * 5 + [None, None] + ["no"] * 5,
    )


def test_the_coast_against_the_inland(halves):
    section = groups_section(halves)
    assert (
        section.answer.en == "By mean place “coastal” (5) stands before “inland” (5) in 1 of 2 measures: One."
    )
    assert "“沿海”（5）在 2 项中的 1 项领先于“内陆”（5）" in section.answer.zh
    assert _rows(section.tables[0]) == [
        ["One", "3", "c00 (1)", "5", "10", "c07 (8)", "0"],
        ["Two", "10", "c04 (8)", "0", "3", "c11 (1)", "5"],
    ]


def test_a_country_and_a_region_of_two_values():
    study = _study(
        rank_one=range(1, N + 1),
        rank_two=range(1, N + 1),
        country=["ITA"] * 7 + ["FRA"] * 5,
        region=["North"] * 3 + ["South"] * 9,
    )
    section = groups_section(study)
    assert section.answer.en.startswith(
        "By mean place “Italy” (7) stands before “other countries” (5) in 2 of 2"
    )
    assert [fold.summary.en for fold in section.folds] == [
        "By mean place “South” (9) stands before “North” (3) in 0 of 2 measures."
    ]


def test_side_by_side_yes_and_no_are_words_of_either_language(halves):
    payload = platform_payload(halves)
    assert '"words":["no","yes"],"words_zh":["否","是"]' in payload.replace(" ", "")


def test_a_lead_of_next_to_nothing_is_called_level():
    study = _study(
        rank_one=[1, 4, 5, 8, 9, 12, 2, 3, 6, 7, 10, 11],  # means of 6.5 and 6.5
        rank_two=range(1, N + 1),
        rank_three=[1, 3, 5, 8, 9, 11, 2, 4, 6, 7, 10, 12],  # means of 6.17 and 6.83
        coastal=["yes"] * 6 + ["no"] * 6,
    )
    answer = groups_section(study).answer
    assert answer.en == (
        "By mean place “coastal” (6) stands before “inland” (6) in 2 of 3 measures: Two; Three. "
        "Level (less than half a place apart): One."
    )
    assert answer.zh.endswith("持平（相差不足半个名次）的有：One。")


@pytest.mark.parametrize(
    "columns",
    [
        {"rank_one": range(1, N + 1), "coastal": ["yes"] * 6 + ["no"] * 6},  # one measure
        {"rank_one": range(N), "rank_two": range(N), "coastal": ["yes"] * 2 + ["no"] * 10},  # two places
        {"rank_one": range(N), "rank_two": range(N)},  # nothing parts them
    ],
)
def test_no_section_where_nothing_can_be_compared(columns):
    assert groups_section(_study(**columns)) is None


def test_table_8_is_a_section_of_the_page_of_the_22_cities():
    (section,) = build_sections(load_study("bri22"), only=["two-groups"])
    rows = {row[0]: row[1:] for row in _rows(section.tables[0])}
    assert "“China” (9)" in section.answer.en
    assert rows["Information connectivity"] == ["7.33", "Shanghai (2)", "3", "14.3", "Singapore (1)", "2"]
    assert rows["Financial integration"][2] == "1"
    assert any("沿海" in fold.summary.zh for fold in section.folds)


def test_a_ranking_without_scores_is_a_list_that_says_why(halves):
    first = leading_section(load_study("global513")).tables[0]
    assert _rows(first)[0] == ["1", "Tokyo =", "Japan"] or _rows(first)[0][0] == "1"
    assert len(first.rows) == 20
    assert "no scores" in first.caption.en
    assert "不绘条形图" in first.caption.zh
    assert leading_section(halves).tables[0].key == "places-rank_one"


def test_a_net_too_large_for_the_page_says_so(monkeypatch):
    study = load_study("air22")
    monkeypatch.setattr("geobri.report.net._MOST_STEPS", 100)
    section = net_section(study)
    assert [table.key for table in section.tables] == ["reach"]
    assert "geobri hubs" in section.notes[0].en
    assert "22 个地点" in section.notes[0].zh
