"""Filters by any column of words, types of corridors, lengths, a lasso, named views; net flows; years and their change."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from geobri.measures import Measure
from geobri.webmap import corridor_map, save_map

pytestmark = pytest.mark.browser

YEARS = {2019: "trade_2019", 2021: "trade_2021", 2023: "trade"}
VIEWS = [
    {"name": "Hubs", "name_zh": "枢纽", "top": 5},
    {"name": "Long haul", "km": [2500, None], "types": {"kind": ["sea"]}},
]


@pytest.fixture(scope="module")
def table(corridors):
    """Two kinds of corridors, and trade in three years that grows or shrinks by row."""
    place = np.arange(195)
    return corridors.assign(
        kind=pd.Series(np.array(["road", "rail", "sea"])[place % 3], index=corridors.index).where(place != 7),
        trade_2019=100.0 + place,
        trade_2021=np.where(place == 3, np.nan, 100.0 + 2 * place),
        trade=300.0 - place,
    )


@pytest.fixture(scope="module")
def analyst_file(cities, table, tmp_path_factory):
    made = corridor_map(
        cities,
        table,
        Measure("trade", label="Trade", label_zh="贸易", year=2023, unit="t", unit_zh="吨", kind="amount"),
        values=["score", Measure("kind", kind="category", label="Kind", label_zh="类型")],
        years={"trade": YEARS},
        city_values=["cluster"],
        translations={"road": "公路", "rail": "铁路", "sea": "海运"},
        views=VIEWS,
        approval={"en": "Approved as GS(2026)0001", "zh": "审图号：GS(2026)0001"},
    )
    return save_map(made, tmp_path_factory.mktemp("analyst") / "analyst.html")


@pytest.fixture(scope="module")
def window(chromium, analyst_file):
    from tests.webmap.conftest import check_peace, watch

    shown = watch(chromium.new_context(viewport={"width": 1280, "height": 900}, offline=True).new_page())
    shown.page.goto(analyst_file.as_uri())
    shown.ask("map.ready")
    yield shown
    shown.page.context.close()
    check_peace(shown)


@pytest.fixture
def analyst(window):
    window.set(lang="en")
    window.ask("map.reset()")
    return window


def ends_in(table, cities, column, name):
    return sum(
        (cities[column].loc[table[end]] == name).fillna(value=False).to_numpy()
        for end in ("origin", "destination")
    )


def test_any_column_of_words_is_a_group(analyst, table, cities):
    analyst.page.get_by_label("Groups of cities", exact=True).last.select_option(label="Cluster")
    analyst.page.get_by_label("Leaving", exact=True).check()
    analyst.page.get_by_label("Group", exact=True).select_option(label="Leader")
    expected = table.index[ends_in(table, cities, "cluster", "Leader") == 1]
    assert set(analyst.drawn) == set(expected)
    assert analyst.text(".geobri-said") == "Corridors that leave or enter Leader (Cluster)."
    analyst.page.get_by_label("Groups of cities", exact=True).last.select_option(label="Country")
    analyst.page.get_by_label("Leaving", exact=True).check()
    analyst.page.get_by_label("Group", exact=True).select_option(label="China")
    both = ends_in(table, cities, "country", "CHN") == 1
    assert set(analyst.drawn) == set(expected) & set(table.index[both])
    analyst.page.get_by_role("button", name="that leave or enter Leader: let go").click()
    assert set(analyst.drawn) == set(table.index[both])


def test_types_of_corridors_filter_and_colour(analyst, table):
    analyst.page.get_by_label("rail", exact=True).check()
    assert set(analyst.drawn) == set(table.index[table["kind"] == "rail"])
    analyst.page.get_by_label("Colour of lines").last.select_option(label="Kind")
    analyst.page.get_by_role("button", name="sea", exact=True).click()
    assert set(analyst.drawn) == set(table.index[table["kind"].isin(["rail", "sea"])])
    assert analyst.text(".geobri-said") == "Corridors with Kind rail, sea."
    pressed = analyst.page.locator(".geobri-types button[aria-pressed=true]")
    assert pressed.all_inner_texts() == ["rail", "sea"]
    assert analyst.page.evaluate("document.activeElement.textContent") == "sea"
    colours = analyst.page.locator(".geobri-types .geobri-line").evaluate_all(
        "all => all.map((e) => e.style.background)"
    )
    assert len(set(colours)) == 3
    analyst.set(corridor=analyst.drawn[0])
    assert "Kind" in analyst.text(".geobri-selected")
    assert (
        analyst.ask("map.toSvg().includes(argument)", colours[1].replace(" ", "")) is False
    )  # hexadecimal there
    assert analyst.ask(
        'new Set(map.toSvg().match(/stroke="#[0-9a-f]{6}" stroke-width="[0-9.]+" stroke-opacity/g)).size >= 2'
    )


def test_a_category_in_the_legend_of_points_filters(analyst, table, cities):
    analyst.set(points="cluster")
    analyst.page.get_by_role("button", name="Follower", exact=True).click()
    assert set(analyst.drawn) == set(table.index[ends_in(table, cities, "cluster", "Follower") == 2])
    analyst.page.get_by_role("button", name="Follower", exact=True).click()
    assert len(analyst.drawn) == 195


def test_lengths(analyst, table):
    pills = analyst.page.locator(".geobri-field", has_text="Length (km)").locator(".geobri-pill:visible")
    assert [text.strip() for text in pills.all_inner_texts()] == ["All", "< 1,700", "1,700–2,300", "≥ 2,300"]
    pills.nth(2).click()
    middle = table["distance_km"].between(1700, 2300, inclusive="left")
    assert set(analyst.drawn) == set(table.index[middle])
    analyst.set(km=[1500, 2000])
    assert set(analyst.drawn) == set(
        table.index[(table["distance_km"] >= 1500) & (table["distance_km"] < 2000)]
    )
    assert analyst.text(".geobri-said") == "Corridors 1,500 to 2,000 km long."
    analyst.set(km=[None, 1200])
    assert set(analyst.drawn) == set(table.index[table["distance_km"] < 1200])


def test_a_lasso_takes_the_cities_inside(analyst, table):
    analyst.page.get_by_role("button", name="Draw around cities").click()
    around = [analyst.place_of(lat, lon) for lat, lon in ((30, 90), (30, 113), (50, 113), (50, 80), (30, 80))]
    analyst.page.mouse.move(*around[0])
    analyst.page.mouse.down()
    for place in around[1:]:
        analyst.page.mouse.move(*place, steps=8)
    analyst.page.mouse.up()
    inside = {"chengdu", "xian", "urumqi"}
    assert set(analyst.state["cities"]["list"]) == inside
    assert set(analyst.drawn) == set(table.index[table[["origin", "destination"]].isin(inside).any(axis=1)])
    analyst.page.get_by_label("Between them").check()
    assert analyst.drawn == []  # all of one country, and the table has none within
    analyst.page.get_by_role("button", name="3 cities").click()
    assert len(analyst.drawn) == 195


def test_shift_adds_a_city(analyst, table):
    analyst.ask("map.select('rome')")
    analyst.page.get_by_label("Find a city").fill("cairo")
    analyst.page.keyboard.press("Shift+Enter")
    assert analyst.state["cities"]["list"] == ["rome", "cairo"]
    analyst.page.keyboard.down("Shift")
    analyst.page.mouse.click(*analyst.place_of(1.3521, 103.8198))
    analyst.page.keyboard.up("Shift")
    some = ["rome", "cairo", "singapore"]
    assert set(analyst.drawn) == set(table.index[table[["origin", "destination"]].isin(some).any(axis=1)])


def test_named_views_are_a_menu(analyst, table):
    views = analyst.page.get_by_label("View", exact=True).last
    assert views.locator("option").all_inner_texts() == ["As it opens", "Hubs", "Long haul"]
    views.select_option(label="Long haul")
    far = (table["distance_km"] >= 2500) & (table["kind"] == "sea")
    assert set(analyst.drawn) == set(table.index[far])
    views.select_option(label="Hubs")
    assert len(analyst.drawn) == 5
    assert analyst.state["types"] == {}
    analyst.set(top=10)
    assert views.input_value() == "own"
    views.select_option(label="As it opens")
    assert len(analyst.drawn) == 195


def test_filters_combine_and_a_sentence_says_so_in_both_languages(analyst, table, cities):
    analyst.set(
        groups={"cluster": {"mode": "within", "a": "Leader"}},
        types={"kind": ["road", "sea"]},
        km=[1500, None],
        top=3,
    )
    chosen = table[
        (ends_in(table, cities, "cluster", "Leader") == 2)
        & table["kind"].isin(["road", "sea"])
        & (table["distance_km"] >= 1500)
    ]
    assert set(analyst.drawn) == set(chosen["trade"].nlargest(3, keep="all").index)
    assert analyst.text(".geobri-said") == (
        "The 3 strongest corridors by Trade, 2023 within Leader (Cluster), with Kind road, sea, from 1,500 km on."
    )
    analyst.set(lang="zh")
    assert analyst.text(".geobri-said") == (
        "按“贸易（2023年）”最强的 3 条通路：两端均在Leader（Cluster），类型为公路、海运，1,500 公里及以上。"
    )


def test_everything_chosen_is_kept_in_the_address(open_map, analyst_file):
    at = "#year=2019&types=kind:rail&groups=cluster:within:Leader:&km=1200:&colour=kind"
    opened = open_map(analyst_file, at=at)
    state = opened.state
    assert (state["year"], state["types"], state["km"], state["colour"]) == (
        2019,
        {"kind": ["rail"]},
        [1200, None],
        "kind",
    )
    assert state["groups"]["cluster"]["a"] == "Leader"
    opened.set(since=2021)
    opened.wait_until("location.hash.includes('since=2021')")
    kept = opened.page.evaluate("location.hash")
    assert open_map(analyst_file, at=kept).state == opened.state


def values_shown(analyst, column):
    rows = list(csv.DictReader(io.StringIO(analyst.ask("map.toCsv()").lstrip("\ufeff"))))
    return {row["corridor"]: float(row[column]) if row[column] else None for row in rows}


def test_a_slider_goes_through_the_years_on_one_scale(analyst, table):
    slider = analyst.page.get_by_label("Year", exact=True).last
    classes = analyst.page.locator(".geobri-range-text").last.inner_text()
    slider.focus()
    slider.press("Home")
    assert analyst.state["year"] == 2019
    top = table["trade_2019"].nlargest(3).index
    assert analyst.drawn[:3] == list(top)
    assert analyst.page.locator(".geobri-axis .geobri-range-text").inner_text() == classes  # the scale stands
    assert "Trade, 2019" in analyst.text(".geobri-legend")
    slider.press("ArrowRight")
    assert analyst.drawn[:3] == list(table["trade_2021"].nlargest(3).index)
    assert "1 without a value" in analyst.text(".geobri-left-out") or len(analyst.drawn) == 195
    assert values_shown(analyst, "trade_2019")["dubai--rome"] == table["trade_2019"]["dubai--rome"]


def test_the_years_can_be_played(analyst):
    analyst.set(year=2019)
    analyst.page.get_by_role("button", name="Play").click()
    assert analyst.page.get_by_role("button", name="Pause").is_visible()
    analyst.wait_until(
        "document.querySelector('.geobri').geobri.getState().year === null"
    )  # the year it opens with is the last
    assert analyst.page.get_by_role("button", name="Play").is_visible()


def test_what_is_told_under_a_resting_pointer_follows_the_years(analyst, table):
    name = "dubai--rome"
    analyst.set(only=[name], year=2019)
    analyst.page.mouse.move(*analyst.place_on(name))
    analyst.page.wait_for_selector(".geobri-tip:not([hidden])")
    assert f"Trade, 2019: {int(table['trade_2019'][name])}" in analyst.text(".geobri-tip")
    analyst.set(year=2021)
    assert f"Trade, 2021: {int(table['trade_2021'][name])}" in analyst.text(".geobri-tip")
    analyst.set(only=["dubai--moscow"])
    assert analyst.page.locator(".geobri-tip").is_hidden()
    assert analyst.ask("map.highlighted()") == []


def test_the_change_between_two_years_is_to_both_sides_of_zero(analyst, table):
    analyst.page.get_by_label("Compare with").select_option(label="Change since 2019")
    change = table["trade"] - table["trade_2019"]
    assert analyst.drawn[:5] == list(change.abs().sort_values(ascending=False, kind="stable").index[:5])
    assert "Trade, change 2019 to 2023" in analyst.text(".geobri-legend")
    colours = analyst.page.locator(".geobri-classes .geobri-line").evaluate_all(
        "all => all.map((e) => e.style.background)"
    )
    assert len(set(colours)) == len(colours) >= 4
    i = change.idxmin()
    analyst.set(corridor=i)
    assert f"{int(change[i])}".replace("-", "") in analyst.text(".geobri-selected")
    analyst.set(range=[-200, -50])
    assert set(analyst.drawn) == set(change.index[(change >= -200) & (change <= -50)])
    analyst.set(value="score")
    assert analyst.state["since"] is None


def test_an_approval_number_is_on_page_image_and_drawing(analyst):
    assert "Approved as GS(2026)0001" in analyst.text(".leaflet-control-attribution")
    assert "Approved as GS(2026)0001" in analyst.ask("map.toSvg()")
    analyst.set(lang="zh")
    assert "审图号：GS(2026)0001" in analyst.text(".leaflet-control-attribution")
    assert "Approved" not in analyst.text(".leaflet-control-attribution")
    words = """(() => {
        const said = [];
        const write = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { said.push(text); return write.call(this, text, ...at); };
        return map.toPng().then(() => { CanvasRenderingContext2D.prototype.fillText = write; return said.join(' '); });
    })()"""
    assert "审图号：GS(2026)0001" in analyst.ask(words)


@pytest.fixture(scope="module")
def both_ways(corridors):
    """Twenty pairs: ten both ways with 10 to 19 and 5 to 23, one of them equal, ten one way only."""
    there = corridors.iloc[:20][["origin", "destination", "distance_km"]]
    back = there.iloc[:10].rename(columns={"origin": "destination", "destination": "origin"})
    both = pd.concat([there.assign(tons=np.arange(10.0, 30.0)), back.assign(tons=np.arange(5.0, 25.0, 2.0))])
    both.index = both["origin"] + "->" + both["destination"]
    return both


def test_net_flows_are_one_line_for_a_pair(open_map, cities, both_ways, tmp_path):
    made = corridor_map(cities, both_ways, Measure("tons", kind="amount", label="Tons", directed=True))
    opened = open_map(save_map(made, tmp_path / "net.html"))
    assert len(opened.drawn) == 30
    opened.page.get_by_label("Net", exact=True).check()
    back = both_ways["destination"] + "->" + both_ways["origin"]
    net = both_ways["tons"] - back.map(both_ways["tons"]).fillna(0)
    assert set(opened.drawn) == set(net.index[net > 0])
    assert opened.drawn[0] == net.idxmax()
    assert opened.text(".geobri-count") == f"{int((net > 0).sum())} of 20 corridors"
    assert opened.text(".geobri-left-out") == "1 with none (0), 10 set against the larger way back"
    pair = both_ways.index[20 + 9]  # 23 back, 19 there
    opened.set(corridor=pair)
    card = opened.text(".geobri-selected")
    assert "4" in card
    assert "23 · 19" in card
    column = values_shown(opened, "tons_net")
    assert column == {name: value for name, value in net.items() if value > 0}
    opened.ask("map.select(null)")
    opened.page.get_by_label("Each way", exact=True).check()
    assert len(opened.drawn) == 30
    opened.set(corridor=pair)
    assert "Way back" in opened.text(".geobri-selected")


def test_the_line_of_a_net_flow_lies_on_its_great_circle(open_map, cities, both_ways, tmp_path):
    made = corridor_map(cities, both_ways, Measure("tons", kind="amount", label="Tons"), state={"net": True})
    opened = open_map(save_map(made, tmp_path / "net.html"))
    path = "map.toSvg().match(new RegExp('id=\"' + argument + '\"[^>]* d=\"M([^L]+)L'))[1].split(' ').map(Number)"
    pair = both_ways.index[20 + 9]
    first = opened.ask(path, pair.replace(">", "&#62;"))
    city = cities.geometry[both_ways["origin"][pair]]
    x, y = opened.place_of(city.y, city.x)
    assert np.hypot(first[0] - x, first[1] - y) < 0.8  # pixels are whole there
    opened.set(net=False)
    first = opened.ask(path, pair.replace(">", "&#62;"))
    assert np.hypot(first[0] - x, first[1] - y) > 2


def test_ranks_have_no_net(open_map, cities, both_ways, tmp_path):
    ranked = both_ways.assign(place=both_ways["tons"].rank())
    made = corridor_map(cities, ranked, Measure("place", kind="rank", label="Place"), state={"net": True})
    opened = open_map(save_map(made, tmp_path / "ranks.html"))
    assert opened.state["net"] is False
    assert len(opened.drawn) == 30
