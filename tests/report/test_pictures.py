"""Pictures made from numbers: every mark knows what it stands for, and many marks become a density."""

from __future__ import annotations

import re

from geobri.report.drawings import Interval, draw_intervals
from geobri.report.pictures import Mark, draw_groups, draw_scatter
from geobri.words import Words

NAME = Words("A", "甲")


def _scatter(marks):
    return draw_scatter(marks, x_axis=NAME, y_axis=NAME, caption=NAME, alternative=NAME).svg


def test_a_mark_carries_the_ids_of_what_it_stands_for():
    svg = _scatter([Mark(1, 2, NAME, cities=("a",)), Mark(2, 3, NAME, corridors=("a--b",))])
    assert 'data-cities="a"' in svg
    assert 'data-corridors="a--b"' in svg
    assert "<title>" not in svg


def test_a_hostile_id_stays_inside_its_attribute():
    svg = _scatter([Mark(1, 2, NAME, cities=('"><script>',)), Mark(2, 3, NAME)])
    assert "<script" not in svg
    assert 'data-cities="&quot;&gt;&lt;script&gt;"' in svg


def test_many_marks_are_drawn_as_a_density_and_those_that_stand_out_one_by_one():
    marks = [Mark(at % 97, at % 89, NAME, corridors=(f"c{at}",), strong=at == 5) for at in range(20_000)]
    svg = _scatter(marks)
    assert len(svg) < 60_000  # a circle for each would be 1.6 MB
    assert re.findall(r'data-corridors="(\w+)"', svg) == ["c5"]
    assert svg.count("M") > 100  # squares


def test_rows_of_intervals_and_members_of_groups_are_linked():
    rows = draw_intervals([Interval(NAME, 0, 1, 0.5, cities=("a",))], axis=NAME, caption=NAME).svg
    assert '<g class="row" data-cities="a">' in rows
    groups = draw_groups(
        [(NAME, [Mark(3, 0, NAME, cities=("a",)), Mark(4, 0, NAME, cities=("b",))])],
        axis=NAME,
        caption=NAME,
        of=NAME,
    )
    assert groups.svg.count("data-cities") == 2
    assert "2 A, median 3.5" in groups.alternative.en
