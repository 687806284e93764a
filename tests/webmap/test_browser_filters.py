"""Each filter, by its control and by the interface, draws exactly the corridors a second calculation expects."""

from itertools import product

import numpy as np
import pytest

from geobri.measures import Measure
from geobri.webmap import corridor_map, save_map

pytestmark = pytest.mark.browser

COASTS = ["inland-inland", "coast-inland", "coast-coast"]


@pytest.fixture(scope="session")
def facts(cities, corridors):
    """What the filters ask, joined to each corridor in pandas."""
    frame = corridors.copy()
    for end in ("origin", "destination"):
        frame[f"region_{end}"] = cities["region"].loc[frame[end]].to_numpy()
        frame[f"coastal_{end}"] = cities["coastal"].loc[frame[end]].to_numpy(dtype=bool)
    return frame


def test_everything_is_drawn_at_first_strongest_first(opened, corridors):
    drawn = opened.drawn
    assert sorted(drawn) == sorted(corridors.index)
    ranked = corridors["rank_overall"].dropna().sort_values().index
    assert drawn[:10] == list(ranked)
    assert opened.text(".geobri-count") == "195 corridors"


@pytest.mark.parametrize("region", ["East Asia", "Africa", "South Asia"])
def test_regions_within_and_leaving(opened, facts, region):
    n_ends = (facts[["region_origin", "region_destination"]] == region).sum(axis=1)
    opened.set(region={"mode": "within", "a": region})
    assert set(opened.drawn) == set(facts.index[n_ends == 2])
    opened.set(region={"mode": "leaving"})
    assert set(opened.drawn) == set(facts.index[n_ends == 1])


def test_regions_between_by_its_controls(opened, facts):
    opened.page.get_by_label("Between", exact=True).check()
    selects = opened.page.locator(".geobri-pair select")
    selects.nth(0).select_option("Europe")
    selects.nth(1).select_option("East Asia")
    pairs = facts[["region_origin", "region_destination"]].apply(frozenset, axis=1)
    expected = set(facts.index[pairs == frozenset({"Europe", "East Asia"})])
    assert expected
    assert set(opened.drawn) == expected
    assert opened.text(".geobri-count") == f"{len(expected)} of 195 corridors"


@pytest.mark.parametrize(("label", "coastal"), [("Both coastal", 2), ("Mixed", 1), ("Both inland", 0)])
def test_city_types(opened, facts, label, coastal):
    opened.page.get_by_label(label).check()
    assert set(opened.drawn) == set(
        facts.index[facts["coastal_origin"] * 1 + facts["coastal_destination"] == coastal]
    )


@pytest.mark.parametrize("top", [1, 5, 10, 20, 50, 1000])
def test_top_n_of_a_score(opened, corridors, top):
    opened.set(value="score", top=top)
    assert set(opened.drawn) >= set(corridors["score"].nlargest(top).index)
    assert set(opened.drawn) == set(corridors["score"].nlargest(min(top, 195), keep="all").index)


def test_top_n_leaves_out_what_has_no_rank_and_never_cuts_a_tie(opened, corridors):
    opened.page.get_by_label("20", exact=True).check()
    assert set(opened.drawn) == set(corridors.index[corridors["rank_overall"].notna()])
    opened.set(value="rank_rail", top=5)
    tied = corridors.index[corridors["rank_rail"] == 1]
    assert len(tied) == 10
    assert set(opened.drawn) == set(tied)


def test_rank_range_by_its_sliders(opened, corridors):
    upper = opened.page.locator(".geobri-range input").nth(1)
    upper.focus()
    for _ in range(6):
        upper.press("ArrowLeft")
    assert opened.state["range"] == [1, 4]
    assert set(opened.drawn) == set(corridors.index[corridors["rank_overall"] <= 4])
    assert opened.text(".geobri-range-text") == "1 – 4"


def test_score_range(opened, corridors):
    opened.set(value="score", range=[10, 20])
    assert set(opened.drawn) == set(
        corridors.index[np.float32(corridors["score"]).clip(10, 20) == np.float32(corridors["score"])]
    )


def test_corridors_without_a_rank_can_be_hidden(opened, corridors):
    opened.page.get_by_label("Draw corridors without a rank").uncheck()
    assert set(opened.drawn) == set(corridors.index[corridors["rank_overall"].notna()])
    opened.page.get_by_label("Trade", exact=True).check()
    assert set(opened.drawn) == set(corridors.index[corridors["rank_trade"].notna()])


def test_a_city_shows_its_star(opened, corridors):
    opened.page.get_by_label("Find a city").fill("singap")
    opened.page.keyboard.press("Enter")
    star = corridors.index[(corridors["origin"] == "singapore") | (corridors["destination"] == "singapore")]
    assert set(opened.drawn) == set(star)
    assert "Southeast Asia" in opened.text(".geobri-selected")
    opened.page.keyboard.press("Escape")


def test_cities_are_found_in_chinese(opened):
    opened.page.get_by_label("Find a city").fill("阿拉木")
    assert opened.text(".geobri-found").split() == ["Almaty", "阿拉木图"]
    opened.page.get_by_label("Find a city").fill("zzz")
    assert opened.text(".geobri-found") == "No city found"


def expected_rows(facts, value, region, *, coast, top, city):
    rows = facts
    n_ends = (rows[["region_origin", "region_destination"]] == "East Asia").sum(axis=1)
    rows = rows[{"all": n_ends >= 0, "within": n_ends == 2, "leaving": n_ends == 1}[region]]
    if coast is not None:
        rows = rows[rows["coastal_origin"] * 1 + rows["coastal_destination"] == COASTS.index(coast)]
    if city is not None:
        rows = rows[(rows["origin"] == city) | (rows["destination"] == city)]
    if top is not None:
        strength = rows[value] * (-1 if value.startswith("rank") else 1)
        rows = rows.loc[strength.dropna().nlargest(top, keep="all").index]
    return set(rows.index)


def test_filters_combine(opened, facts):
    combinations = product(
        ["score", "rank_rail"],
        ["all", "within", "leaving"],
        [None, "inland-inland", "coast-inland"],
        [None, 3],
        [None, "seoul"],
    )
    for value, region, coast, top, city in combinations:
        opened.set(value=value, region={"mode": region, "a": "East Asia"}, coast=coast, top=top, city=city)
        assert set(opened.drawn) == expected_rows(facts, value, region, coast=coast, top=top, city=city), (
            value,
            region,
            coast,
            top,
            city,
        )


def test_none_missing_and_filtered_are_three_things(open_map, cities, corridors, tmp_path):
    flights = corridors["rank_trade"].fillna(0).where(np.arange(195) >= 20)
    made = corridor_map(cities, corridors.assign(flights=flights), "flights")
    opened = open_map(save_map(made, tmp_path / "flights.html"))
    none, missing = int((flights == 0).sum()), 20
    assert len(opened.drawn) == 195 - none
    assert opened.text(".geobri-count") == f"{195 - none} of 195 corridors"
    assert opened.text(".geobri-left-out") == f"{none} with none (0)"
    opened.page.get_by_label("Draw corridors without a value").uncheck()
    assert opened.text(".geobri-left-out") == f"{none} with none (0), {missing} without a value"
    opened.page.get_by_label("Draw corridors with none (0)").check()
    assert len(opened.drawn) == 195 - missing
    assert "None (0)" in opened.text(".geobri-legend")
    opened.set(zeros=False, city="singapore")
    filtered = int(((corridors[["origin", "destination"]] != "singapore").all(axis=1)).sum())
    assert f"{filtered} filtered out" in opened.text(".geobri-left-out")


def test_the_scale_follows_the_numbers_and_the_reader(open_map, cities, corridors, tmp_path):
    trade = np.exp(np.linspace(6, 20, 195) ** 1.05).round()
    made = corridor_map(
        cities, corridors.assign(trade=trade), "trade", values=[Measure("score", kind="score")]
    )
    opened = open_map(save_map(made, tmp_path / "trade.html"))
    scale = opened.page.get_by_label("Scale", exact=True)
    assert scale.input_value() == "log"
    texts = opened.page.locator(".geobri-classes li").all_inner_texts()
    assert len(texts) >= 4
    for mode in ("quantile", "linear"):
        scale.select_option(mode)
        assert opened.state["scale"] == mode
    opened.set(value="score")
    assert opened.state["scale"] is None
    assert scale.input_value() == "linear"


def test_a_sentence_says_what_is_shown(opened):
    assert not opened.page.is_visible(".geobri-said")
    opened.set(
        value="score", region={"mode": "within", "a": "East Asia"}, coast="coast-coast", range=[3, 20], top=5
    )
    assert opened.text(".geobri-said") == (
        "The 5 strongest corridors by Index within East Asia, both ends coastal, with Index from 3 to 20."
    )
    opened.set(lang="zh")
    assert opened.text(".geobri-said") == (
        "按“指数”最强的 5 条通路：两端均在东亚，两端均沿海，“指数”在 3 至 20 之间。"
    )


def test_nothing_left_is_said(opened):
    opened.set(region={"mode": "between", "a": "Africa", "b": "South Asia"}, city="seoul")
    assert opened.drawn == []
    assert opened.text(".geobri-count") == "0 of 195 corridors"
    assert opened.page.inner_text("[aria-live=polite]") == "No corridor passes these filters."


def test_reset_brings_everything_back(opened):
    opened.set(
        region={"mode": "within"}, coast="coast-coast", top=5, city="seoul", lang="zh", points="cluster"
    )
    opened.ask("map.highlight({cities: ['rome'], corridors: ['bangkok--seoul']})")
    opened.page.get_by_role("button", name="重置").click()
    state = opened.state
    assert len(opened.drawn) == 195
    assert (state["coast"], state["top"], state["city"], state["points"], state["lang"]) == (
        None,
        None,
        None,
        None,
        "zh",
    )
    assert opened.ask("map.highlighted()") == []


def test_unknown_wishes_are_left_alone(opened):
    before = opened.state
    opened.set(
        value="nope",
        region={"mode": "sideways", "a": "Atlantis"},
        coast=2,
        top=-3,
        city="atlantis",
        corridor="a--b",
    )
    opened.set(range=["a", None], points="nope", lang="fr", theme="pink", view=[1, 2], unheard=True)
    assert opened.state == before


PIXEL = """(() => {
    const sheet = document.querySelector('.leaflet-geobri-lines-pane canvas');
    const box = sheet.getBoundingClientRect();
    const [x, y] = argument.map((value, k) => Math.round((value - [box.x, box.y][k]) * sheet.width / box.width));
    return Math.max(...sheet.getContext('2d').getImageData(x - 1, y - 1, 3, 3).data.filter((_, k) => k % 4 === 3));
})()"""


def test_what_is_drawn_is_on_the_canvas(opened):
    opened.set(value="score", top=1)
    assert opened.drawn == ["shanghai--singapore"]
    on_line, beside = opened.place_on("shanghai--singapore"), opened.place_on("dubai--singapore")
    assert opened.ask(PIXEL, on_line) > 200
    assert opened.ask(PIXEL, beside) == 0
    opened.set(city="rome", top=None)
    assert opened.ask(PIXEL, on_line) == 0
    opened.set(region={"mode": "between", "a": "Africa", "b": "South Asia"})
    painted = "document.querySelector('.leaflet-geobri-lines-pane canvas').getContext('2d')"
    assert (
        opened.ask(
            f"{painted}.getImageData(0, 0, {painted}.canvas.width, {painted}.canvas.height).data.some(Boolean)"
        )
        is False
    )
