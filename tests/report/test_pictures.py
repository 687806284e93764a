"""Pictures made from numbers: every mark knows what it stands for, and many marks become a density."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from geobri.measures import Measure
from geobri.report.charts import draw_course, draw_ranks, draw_stacks
from geobri.report.definitions import draw_definitions
from geobri.report.distances import draw_decay, is_yes_or_no, share_by_distance
from geobri.report.drawings import draw_intervals
from geobri.report.page import _year_shown
from geobri.report.pictures import draw_groups, draw_scatter
from geobri.report.shapes import Course, Interval, Mark, Point, Stack
from geobri.report.testing import _forest, _types
from geobri.report.years import years_section
from geobri.stats.flows.friction import decay_test
from geobri.stats.groups import coastal_sensitivity_test, corridor_types_test
from geobri.study import load_study
from geobri.study.history import rank_years
from geobri.study.pairs import pairs_of
from geobri.study.template import create_study
from geobri.words import Words

FLOW = Measure("flow", label="Flights", label_zh="航班", kind="count")
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


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "own"
    create_study(folder)
    return load_study(folder)


def test_the_decay_has_a_band_around_its_curve(template):
    measure = template.corridor_measures[0]
    flow = next(one for one in (measure, *template.corridor_measures) if one.origin == "given")
    pairs = pairs_of(template, flow).dropna(subset=[flow.column])
    result = decay_test(pairs, flow=flow.column, n_permutations=199, rng=1)
    drawing = draw_decay(template, pairs, flow, result)
    assert drawing.svg.count("<circle") == len(pairs)
    assert drawing.svg.count("<polygon") == int(all(map(math.isfinite, result.interval)))
    assert "band" in drawing.caption.en or not all(map(math.isfinite, result.interval))


def test_a_flow_of_yes_and_no_is_shown_as_shares_without_a_curve(template):
    near = [float(km) for km in range(100, 1100, 10)]
    pairs = pd.DataFrame({"distance_km": near, "flow": [1] * 50 + [0] * 50})
    result = decay_test(
        pairs_of(template, template.corridor_measures[0]).dropna(),
        flow=template.corridor_measures[0].column,
        n_permutations=99,
        rng=1,
    )
    assert is_yes_or_no(pairs["flow"])
    assert not is_yes_or_no(pd.Series([0, 1, 2]))
    verdict, sentence, picture = share_by_distance(pairs, FLOW, result)
    assert "100 % of the nearest fifth" in verdict.en
    assert "0 % of the farthest" in sentence.en
    assert "50 of 100 pairs have “Flights”" in sentence.en
    assert "有“航班”" in verdict.zh
    assert picture.svg.count("<circle") == 5


def test_the_effect_over_every_definition_is_a_curve_with_the_published_one():
    cities = load_study("bri22").cities
    cities = cities.assign(coast_km=[1.0 + 40 * at for at in range(len(cities))])
    result = coastal_sensitivity_test(cities, "rank_overall", rng=1)
    drawing = draw_definitions(result)
    assert drawing.svg.count("<polygon") == 1
    assert drawing.svg.count("<circle") == int((result.table["threshold_km"] > 0).sum())
    assert "as published" in drawing.svg
    assert f"over {int((result.table['threshold_km'] > 0).sum())} thresholds" in drawing.statistics.en
    assert drawing.limits.zh.startswith("这不能说明")


def test_ranks_over_years_are_lines_that_a_year_without_rank_interrupts():
    drawing = draw_ranks(
        [Course(NAME, "a", (1, 2, 1)), Course(Words("B", "乙"), "b", (2, math.nan, 2))],
        [2018, 2019, 2020],
        caption=NAME,
        alternative=NAME,
        statistics=NAME,
        limits=NAME,
    )
    assert drawing.svg.count("<polyline") == 2
    assert drawing.svg.count("<circle") == 5
    assert 'data-cities="b"' in drawing.svg


def test_a_study_of_one_year_has_no_section_of_years(template):
    assert years_section(template) is None


def _two_years(folder, *, index):
    """Three pairs in two years: by trips the order of the cities stays, by the share of the stronger part it turns."""
    (folder / "cities.csv").write_text(
        "city,name,country,lon,lat\na,A,FRA,1,45\nb,B,ITA,11,43\nc,C,ESP,-4,40\n", encoding="utf-8"
    )
    rows = ["year,origin,destination,indicator,value"]
    for year, trips, mails in ((2020, (90, 10, 5), (9, 1, 0)), (2023, (95, 12, 5), (0, 1, 99))):
        for (one, other), first, second in zip(("ab", "ac", "bc"), trips, mails, strict=True):
            rows += [f"{year},{one},{other},trips,{first}", f"{year},{one},{other},mails,{second}"]
    (folder / "flows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text('title = "Two years"\ntitle_zh = "两年"\n', encoding="utf-8")
    if index:
        leaves = "".join(
            f'[[dimension]]\nname = "d_{one}"\ntitle = "{one}"\n[[indicator]]\nname = "{one}"\ndimension = "d_{one}"\ntitle = "{one}"\n'
            for one in ("trips", "mails")
        )
        (folder / "index.toml").write_text(
            f'[index]\nname = "i"\ntitle = "The index"\n{leaves}', encoding="utf-8"
        )
    return load_study(folder)


def test_the_ranks_over_years_are_those_of_the_index_where_there_is_one(tmp_path):
    flows, scored = tmp_path / "flows", tmp_path / "scored"
    flows.mkdir()
    scored.mkdir()
    plain = years_section(_two_years(flows, index=False)).drawings[0]
    assert "by “Trips” summed over their partners" in plain.caption.en
    study = _two_years(scored, index=True)
    drawn = years_section(study).drawings[0]
    assert "by “Overall” on one scale" in drawn.caption.en or "“The index” on one scale" in drawn.caption.en
    ranks = rank_years(study, study.measure("overall", "cities"))
    assert ranks[2020].idxmin() == "a"
    assert ranks[2023].idxmin() != "a"


def test_an_axis_of_equal_ratios_has_round_ticks():
    drawing = draw_course(
        [Point(1, 1, 0, 2), Point(10, 2, 1, 3), Point(100, 3, 2, 4)],
        x_axis=NAME,
        y_axis=NAME,
        caption=NAME,
        alternative=NAME,
        logarithmic=True,
    )
    places = [float(one) for one in re.findall(r'<circle cx="([\d.]+)"', drawing.svg)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])
    assert {"1", "10", "100"} <= set(re.findall(r">([\d.]+)</text>", drawing.svg))


def test_of_many_rows_the_ends_are_drawn_and_the_rest_is_counted():

    rows = [Interval(Words(f"without {at}"), at - 1.0, at + 1.0, float(at)) for at in range(100)]
    drawn = _forest(rows[::-1], Words("effect"), Words("Left out."))
    assert drawn.svg.count("<circle") == 24
    assert "without 0<" in drawn.svg
    assert "without 99<" in drawn.svg
    assert "without 50<" not in drawn.svg
    assert "the other 76 lie between them" in drawn.caption.en
    assert "其余 76 行" in drawn.caption.zh
    assert _forest(rows[:40], Words("effect"), Words("Left out.")).svg.count("<circle") == 40


def test_what_stands_behind_a_bar_stays_in_the_picture():
    rows = [Stack(Words("coast", "沿海"), (9.0,), Words("35.9 (100,000)", "35.9（100,000 条通路）"))]
    svg = draw_stacks(rows, axis=Words("mean"), caption=Words("c"), alternative=Words("a")).svg
    start = float(re.search(r'<text class="zh" x="([\d.]+)"[^>]*>35.9（', svg)[1])
    assert start + 12 * len("35.9（100,000 条通路）") * 0.75 < 640


def test_types_of_corridors_are_bars_with_their_number_and_p():
    cities = pd.DataFrame({"coastal": [True] * 6 + [False] * 6}, index=[f"c{at:02}" for at in range(12)])
    pairs = [(a, b) for at, a in enumerate(cities.index) for b in cities.index[at + 1 :]]
    corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    corridors["trips"] = [10.0 * cities.coastal[a] + 5 * cities.coastal[b] + 1 for a, b in pairs]
    measure = Measure("trips", label="Trips", label_zh="出行", kind="count")
    result = corridor_types_test(cities, corridors, measure, n_permutations=99, rng=1)
    assert result.table["pairs"].tolist() == [15, 36, 15]
    assert result.table["mean"].tolist() == [16.0, 11.0, 1.0]
    (drawn,) = _types([result])
    assert "coastal-coastal 16 (15); coastal-inland 11 (36)" in drawn.alternative.en
    assert "沿海—沿海 16（15 条）" in drawn.alternative.zh
    assert "p = " in drawn.caption.en
    assert _types([]) == ()


def test_the_head_of_a_page_says_which_year_it_shows(tmp_path):
    create_study(tmp_path / "one")
    assert not _year_shown(load_study(tmp_path / "one"))
    flows = "\n".join(
        f"air,{a},{b},{year - 2000},{year}" for a, b in ("ab", "ac", "bc") for year in (2019, 2021)
    )
    (tmp_path / "flows.csv").write_text(
        f"indicator,origin,destination,value,year\n{flows}\n", encoding="utf-8"
    )
    (tmp_path / "cities.csv").write_text("city,lon,lat\na,1,1\nb,2,2\nc,3,5\n", encoding="utf-8")
    (fact,) = _year_shown(load_study(tmp_path))
    assert (fact.figure, fact.label.en, fact.label.zh) == (
        "2021",
        "year shown, of 2019–2021",
        "所示年份（2019–2021）",
    )
