"""Maps that open with their cities alone, and what the first of a measure is called."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from geobri import corridor_map
from geobri.measures import Measure
from geobri.report.maps import draw_map
from geobri.study import read_study

RANKED = pd.DataFrame(
    {
        "city": ["aa", "bb", "cc"],
        "lon": [10.0, 20.0, 30.0],
        "lat": [10.0, 20.0, 5.0],
        "place": [1, 2, 3],
    }
)


@pytest.fixture(scope="module")
def ranked_file(tmp_path_factory):
    """Write the map of three places that have a rank, and no flow between them."""
    path = tmp_path_factory.mktemp("ranked") / "map.html"
    study = read_study(RANKED)
    assert study.measure("place", "cities").is_rank
    draw_map(study).save(str(path))
    return path


def test_places_without_flows_open_alone(open_map, ranked_file):
    shown = open_map(ranked_file)
    assert shown.state["lines"] is False
    assert shown.drawn == []
    words = shown.text(".geobri-foot")
    assert "Cities alone, without corridors." in words
    assert "0 of 3" not in words
    assert not any(
        "trongest" in shown.text(part) for part in (".geobri-panel", ".geobri-legend", "[id$=_summary]")
    )
    assert [
        shown.page.get_by_text(text, exact=True).is_visible() for text in ("Length (km)", "City points")
    ] == [False, True]


def test_the_legend_of_a_ranking_is_its_tiers_with_their_number_of_places(open_map, ranked_file):
    words = open_map(ranked_file).text(".geobri-legend")
    assert [tier in words for tier in ("1–2 (2)", "3 (1)")] == [True, True]
    assert "Great circles" not in words


def test_lines_are_a_tick_away_and_stand_in_the_address(open_map, ranked_file):
    shown = open_map(ranked_file)
    shown.page.get_by_label("Draw the corridors").check()
    assert len(shown.drawn) == 3
    shown.wait_until("location.hash.includes('lines=1')")
    assert "trongest" not in shown.text(".geobri-panel")
    shown.page.get_by_role("button", name="Reset").click()
    assert shown.drawn == []


@pytest.fixture
def published_tables(cities, corridors):
    """Give cities and their corridors."""
    return cities, corridors


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (Measure("n", kind="amount", better="low", label="Days"), "The 1 corridors lowest in Days."),
        (Measure("n", kind="amount", better="neither", label="Rest"), "The 1 corridors highest in Rest."),
        (Measure("n", kind="amount", label="Trade"), "The 1 strongest corridors by Trade."),
        (Measure("n", kind="rank", label="Rank"), "The 1 strongest corridors by Rank."),
    ],
)
def test_only_what_is_strong_is_called_strong(open_map, published_tables, tmp_path, measure, said):
    path, (cities, corridors) = tmp_path / "map.html", published_tables
    table = corridors.assign(n=range(1, len(corridors) + 1))
    corridor_map(cities, table, measure, state={"top": 1}).save(str(path))
    shown = open_map(path)
    assert said in shown.text(".geobri-foot")
    assert shown.state["lines"] is True
    assert shown.page.get_by_label("Draw the corridors").is_hidden()


@pytest.fixture(scope="module")
def coast_file(tmp_path_factory):
    """Write the map of four places in two regions, one of each coastal."""
    path = tmp_path_factory.mktemp("coasts") / "map.html"
    table = RANKED.assign(
        region=["Near", "Near", "Far"], coastal=[True, False, False], moved=["up", "new", "out"]
    )
    study = read_study(table)
    places = replace(study.measure("place", "cities"), change="moved")
    draw_map(replace(study, city_measures=(places,))).save(str(path))
    return path


def test_regions_and_coast_at_once(open_map, coast_file):
    shown = open_map(coast_file)
    shown.set(points="region")
    words = shown.text(".geobri-legend")
    assert all(word in words for word in ("Near", "Far", "coastal", "inland"))
    circles = re.findall(r'<circle [^>]*fill="([^"]+)" stroke="([^"]+)"', shown.ask("map.toSvg()"))
    shared = {fill for fill, _ in circles} & {stroke for _, stroke in circles} - {"#ffffff"}
    assert (
        len(shared) == 1
    )  # the coastal place is filled with the colour of its region, the inland one ringed with it


def test_a_place_says_how_it_changed(open_map, coast_file):
    shown = open_map(coast_file)
    shown.set(city="aa")
    assert "1 ↑" in shown.text(".geobri-selected")
