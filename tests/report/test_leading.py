"""Who leads, reach, hubs, coverage and the effect of dimensions on the page."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from geobri.report.leading import find_wholes, leading_section
from geobri.report.net import net_section
from geobri.report.sources import source_section
from geobri.study import load_study, read_study
from geobri.study.analysis import Analysis


@pytest.fixture(scope="module")
def world():
    return load_study("global513")


@pytest.fixture(scope="module")
def ranked():
    """Twelve places in two regions, two rankings, the second the other way round, and one tie."""
    n = 12
    return read_study(
        pd.DataFrame(
            {
                "city": [f"c{k:02}" for k in range(n)],
                "lon": [float(k) for k in range(n)],
                "lat": [0.0] * n,
                "region": ["North"] * 4 + ["South"] * (n - 4),
                "rank_one": range(1, n + 1),
                "rank_two": range(n, 0, -1),
                "score": [9.0, 9.0, *range(10)],
            }
        )
    )


def _rows(table):
    return [[cell.text.en for cell in row.cells] for row in table.rows]


def test_the_first_hundred_by_subregion_are_drawn_as_printed(world):
    section = leading_section(world)
    assert [one.column for one in find_wholes(world)] == ["rank_dynamic", "rank_potential"]
    dynamic, potential = section.drawings
    assert dynamic.alternative.en.startswith("East Asia 25, North America 23, Western Europe 12")
    assert dynamic.alternative.zh.startswith("东亚 25、北美 23")
    assert "1–20" in dynamic.svg
    assert "51–100" in dynamic.svg
    assert potential.alternative.en.startswith("Eastern Europe 22")


def test_two_rankings_on_their_common_cities(world, ranked):
    fold = leading_section(world).folds[0]
    assert "48 cities" in fold.drawings[0].statistics.en
    table = leading_section(ranked).folds[0].tables[0]
    assert _rows(table)[0] == ["c00", "1", "12", "+11", "One"]
    assert _rows(table)[-1] == ["c11", "12", "1", "−11", "Two"]


def test_tiers_of_a_short_ranking(ranked):
    first = leading_section(ranked).drawings[0]
    assert first.alternative.en == "South 6, North 4"
    assert re.findall(r'class="en"[^>]*>([^<]*)<', first.svg)[:2] == ["1–5", "6–10"]


def test_who_shares_a_place_stands_in_one_cell(ranked):
    table = next(one for one in leading_section(ranked).tables if one.key == "first-cities")
    column = [column.heading.en for column in table.columns].index("Score")
    assert _rows(table)[0][column] == "c00; c01; c11"
    assert set(table.rows[0].cities) == {"c00", "c01", "c11"}


def test_ties_of_table_7_stand_in_one_cell():
    tables = leading_section(load_study("bri22")).tables
    rows = _rows(next(one for one in tables if one.key == "first-corridors"))
    assert rows[3][2] == "Moscow – Rome; Seoul – Shanghai"
    assert rows[4][3].count(";") == 9


def test_bars_have_the_length_of_their_score(ranked):
    study = read_study(
        pd.DataFrame(
            {"city": list("abcdefg"), "lon": range(7), "lat": [0] * 7, "trade": [8, 4, 2, 1, 0, 3, 5]}
        )
    )
    bars = leading_section(study).drawings[0]
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', bars.svg)]
    assert widths[0] / widths[1] == pytest.approx(8 / 5, rel=0.01)
    assert bars.alternative.en.startswith("a 8; g 5; b 4")
    assert len(leading_section(ranked).drawings) == 2  # ranks have no lengths


def test_a_study_without_flows_has_no_net(world):
    assert net_section(world) is None


def test_reach_and_hubs_are_tables(monkeypatch):
    study = load_study("air22")
    section = net_section(study)
    reach, hubs = section.tables
    assert _rows(reach)[0] == ["Bangkok", "20", "20", "5 %", "8 %", "4,719", "3,716"]
    assert _rows(hubs)[0][:2] == ["Bangkok", "2 / 2"]
    monkeypatch.setitem(__import__("sys").modules, "networkx", None)
    assert [table.key for table in net_section(study).tables] == ["reach"]


def test_coverage_counts_regions_coasts_and_countries(world):
    table = next(one for one in source_section(world, Analysis()).tables if one.key == "coverage")
    rows = {row[0]: row for row in _rows(table)}
    assert {name: int(rows[name][1]) for name in ("Asia", "Europe", "America", "Africa", "Oceania")} == {
        "Asia": 227, "Europe": 105, "America": 91, "Africa": 71, "Oceania": 19,
    }  # fmt: skip
    assert rows["all"][1] == "513"
    assert rows["Asia"][-1].startswith("China 97, ")


def test_arrows_and_new_entries_stand_behind_places(world):
    from geobri.report.ranking import ranking_section

    table = ranking_section(world).tables[0]
    cells = {row[0]: row[3] for row in _rows(table)}
    assert [cells[name] for name in ("Tokyo", "Shanghai", "London", "Austin")] == [
        "1 →",
        "2 ↑",
        "4 ↓",
        "69 new",
    ]
    assert "since the last edition" in table.caption.en
    austin = next(row for row in table.rows if row.cells[0].text.en == "Austin")
    assert austin.cells[3].text.zh == "69 新"


def test_places_in_another_ranking_as_table_11_prints_them():
    study = load_study("bri22")
    assert [one.column for one in find_wholes(study)] == ["rank_overall", "place_global"]
    table = leading_section(study).folds[0].tables[0]
    assert len(table.rows) == 17
    assert "place_global" not in [one.column for one in study.shown("cities")]


def test_a_change_is_said_in_a_table_of_ones_own(tmp_path):
    from geobri.report.ranking import ranking_section

    (tmp_path / "cities.csv").write_text(
        "city,name,country,lon,lat,place,moved\na,Aa,PRT,0,0,1,up\nb,Bb,ESP,9,0,2,new\n"
    )
    (tmp_path / "study.toml").write_text(
        '[[measure]]\ncolumn = "place"\nof = "cities"\nkind = "rank"\nchange = "moved"\n'
    )
    assert [row[3] for row in _rows(ranking_section(load_study(tmp_path)).tables[0])] == ["1 ↑", "2 new"]


@pytest.fixture
def editions(tmp_path):
    """Two editions: b and c change places because of trade, a leaves, d comes."""
    made = []
    for name, rows in (
        ("old", "a,Aa,甲,PRT,0,0,1,9,1\nb,Bb,乙,ESP,9,0,2,5,5\nc,Cc,丙,ITA,5,5,3,1,4\n"),
        ("new", "c,Cc,丙,ITA,5,5,1,9,4\nb,Bb,乙,ESP,9,0,2,5,5\nd,Dd,丁,FRA,2,2,3,1,1\n"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "cities.csv").write_text(
            "city,name,name_zh,country,lon,lat,place,trade,seats\n" + rows, encoding="utf-8"
        )
        parts = "".join(
            f'[[measure]]\ncolumn = "{part}"\nof = "cities"\nkind = "amount"\nlabel_zh = "{zh}"\nparents = ["place"]\n'
            for part, zh in (("trade", "贸易"), ("seats", "座位"))
        )
        (folder / "study.toml").write_text(
            f'title = "Edition {name}"\n[[measure]]\ncolumn = "place"\nof = "cities"\nkind = "rank"\nlabel_zh = "名次"\n{parts}',
            encoding="utf-8",
        )
        made.append(load_study(folder))
    return made


def test_changes_say_who_came_left_rose_and_what_moved_it(editions):
    from geobri.report.editions import changes_section

    section = changes_section(*editions)
    assert [said.en for said in section.paragraphs] == [
        "1 came: Dd.",
        "1 left: Aa.",
        "1 rose: Cc (+2).",
        "1 stayed.",
    ]
    assert section.paragraphs[2].zh == "上升 1 个：丙 (+2)。"
    rows = {row[0]: row[1:] for row in _rows(section.tables[0])}
    assert rows["Cc"] == ["rose", "3", "1", "+2", "Trade +2"]
    assert rows["Dd"] == ["came", "", "3", "", ""]
    assert section.title.en == "What changed since “Edition old”"
    risen = next(row for row in section.tables[0].rows if row.group == "up")
    assert risen.cities == ("c",)
    assert risen.cells[-1].text.zh == "贸易 +2"


def test_changes_are_a_page_with_arrows(editions, tmp_path):
    from geobri.cli import main

    folders = [str(study.folder) for study in editions]
    page = tmp_path / "changes.html"
    with pytest.raises(SystemExit) as ended:
        main(["changes", *folders, "--page", str(page), "--out", str(tmp_path / "c.csv")])
    assert ended.value.code == 0
    text = page.read_text(encoding="utf-8")
    assert "1 rose: Cc (+2)." in text
    assert "1 ↑" in text
    assert "3 new" in text
    assert "moved_by,moved_places" in (tmp_path / "c.csv").read_text(encoding="utf-8")


def test_changes_of_corridors(tmp_path):
    from geobri.study.contrast import compare_editions

    made = []
    for name, values in (("old", (5, 3)), ("new", (2, 3))):
        flows = pd.DataFrame({"origin": ["a", "a"], "destination": ["b", "c"], "trade": values})
        places = pd.DataFrame(
            {"city": list("abc"), "name": ["Aa", "Bb", "Cc"], "lon": [0, 5, 9], "lat": [0, 1, 2]}
        )
        made.append(read_study(places, flows, title=name))
    table = compare_editions(*made, of="corridors")
    assert table.index.name == "corridor"
    assert table.loc["a--b", ["name", "old", "new", "change"]].tolist() == ["Aa – Bb", 1, 2, "down"]
    assert table.loc["a--c", "change"] == "up"


def test_a_place_that_hundreds_share_names_two_and_lights_none():
    names = [f"c{k:02}" for k in range(24)]
    cities = pd.DataFrame({"city": names, "lon": range(24), "lat": [0.0] * 24, "size": range(24)})
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    flows = pd.DataFrame(pairs, columns=["origin", "destination"]).assign(trips=[7, *[5] * (len(pairs) - 1)])
    table = leading_section(read_study(cities, flows)).tables[-1]
    first, second = table.rows
    assert first.corridors == ("c00--c01",)
    assert second.cells[1].text.en == "c00 – c02; c00 – c03 and 273 more"
    assert second.corridors == ()
