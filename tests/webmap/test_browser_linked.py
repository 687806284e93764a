"""Charts beside a map: what the page asks is done, what the reader does is heard, and several maps keep apart."""

import pytest

from geobri.webmap import join_heads, map_parts

pytestmark = pytest.mark.browser

HEAR = """(() => {
    window.heard = [];
    window.ends = ['select', 'hover', 'filter', 'state'].map((name) => map.on(name, (detail) => heard.push([name, detail])));
    return true;
})()"""


def heard(opened, name: str) -> list[dict]:
    return [detail for event, detail in opened.page.evaluate("heard") if event == name]


def test_what_the_reader_does_is_heard_by_its_name(opened, corridors):
    opened.ask(HEAR)
    opened.page.get_by_label("Find a city").fill("rome")
    opened.page.keyboard.press("Enter")
    assert heard(opened, "select") == [{"city": "rome", "cities": [], "corridor": None, "by": "reader"}]
    star = (corridors[["origin", "destination"]] == "rome").any(axis=1).sum()
    told = heard(opened, "filter")
    assert [(one["shown"], one["of"], one["filters"]["city"], one["by"]) for one in told] == [
        (star, 195, "rome", "reader")
    ]
    opened.page.mouse.move(*opened.place_on("rome--singapore"))
    opened.wait_until(
        "heard.some(([name, detail]) => name === 'hover' && detail.corridor === 'rome--singapore')"
    )
    assert heard(opened, "state")[0]["city"] == "rome"
    opened.page.evaluate("ends.forEach((end) => end())")
    n = len(opened.page.evaluate("heard"))
    opened.page.keyboard.press("Escape")
    assert len(opened.page.evaluate("heard")) == n


def test_what_the_page_asks_is_marked_as_the_pages(opened):
    opened.ask(HEAR)
    opened.ask("map.select({corridor: 'dubai--rome'})")
    opened.ask("map.hover({city: 'cairo'})")
    opened.ask("map.hover({corridor: 'no--where'})")
    opened.ask("map.filter({coast: 'coast-coast', lang: 'zh'})")
    events = opened.page.evaluate("heard")
    assert {detail["by"] for _, detail in events} == {"page"}
    assert heard(opened, "hover") == [
        {"city": "cairo", "corridor": None, "by": "page"},
        {"city": None, "corridor": None, "by": "page"},
    ]
    assert opened.state["lang"] == "en"  # no filter
    assert opened.state["coast"] == "coast-coast"
    opened.page.evaluate("ends.forEach((end) => end())")


def test_hover_from_elsewhere_marks_and_lets_go(opened):
    opened.ask("map.hover({corridor: 'dubai--rome'})")
    assert opened.ask("map.highlighted()") == ["dubai--rome"]
    assert not opened.page.is_visible(".geobri-tip")
    opened.ask("map.hover(null)")
    assert opened.ask("map.highlighted()") == []


@pytest.mark.parametrize(("mode", "ends"), [("touching", {1, 2}), ("within", {2}), ("leaving", {1})])
def test_several_cities_are_a_filter(opened, corridors, mode, ends):
    some = ["rome", "cairo", "seoul", "dubai"]
    n_ends = corridors[["origin", "destination"]].isin(some).sum(axis=1)
    opened.ask("map.filter({cities: argument})", {"mode": mode, "list": [*some, "atlantis"]})
    assert set(opened.drawn) == set(corridors.index[n_ends.isin(ends)])
    said = {
        "touching": "Corridors of Rome, Cairo, Seoul, Dubai.",
        "within": "Corridors between Rome, Cairo, Seoul, Dubai.",
        "leaving": "Corridors that lead from Rome, Cairo, Seoul, Dubai elsewhere.",
    }
    assert opened.text(".geobri-said") == said[mode]
    opened.ask("map.select({cities: ['rome', 'cairo', 'seoul', 'dubai', 'vienna']})")
    assert (
        opened.text(".geobri-said").startswith("Corridors of Rome, Cairo, Seoul and 2 more")
        or mode != "touching"
    )
    opened.ask("map.select(null)")
    assert len(opened.drawn) == 195


def test_the_corridors_of_a_part_of_a_chart(opened):
    opened.ask("map.filter({only: ['dubai--rome', 'cairo--rome', 'no--where']})")
    assert set(opened.drawn) == {"dubai--rome", "cairo--rome"}
    assert opened.text(".geobri-said") == "Corridors of a list of 2."
    assert "only" not in opened.page.evaluate("location.hash")
    opened.ask("map.filter({only: []})")
    assert opened.drawn == []
    assert opened.text(".geobri-said") == "Cities alone, without corridors."
    opened.page.get_by_role("button", name="Reset").click()
    assert len(opened.drawn) == 195


def test_several_cities_are_kept_in_the_address(open_map, published_file):
    opened = open_map(published_file, at="#cities=within:rome:cairo:atlantis")
    assert opened.state["cities"] == {"mode": "within", "list": ["rome", "cairo"]}
    assert opened.drawn == ["cairo--rome"]
    opened.set(cities={"mode": "leaving"})
    opened.wait_until("location.hash.includes('cities=leaving:rome:cairo')")


def test_two_maps_on_a_page_keep_apart(open_map, cities, corridors, tmp_path):
    parts = [map_parts(cities, corridors, key=key, height="350px") for key in ("one", "two")]
    path = tmp_path / "two.html"
    bodies = "".join(f"{part.body}<script>{part.script}</script>" for part in parts)
    path.write_text(
        f"<!doctype html><html lang=en><head><meta charset=utf-8>{join_heads(parts)}</head><body>{bodies}"
    )
    opened = open_map(path, key="two")
    opened.ask(HEAR)
    opened.page.evaluate("document.getElementById('one').geobri.select('rome')")
    assert opened.page.evaluate("heard") == []
    opened.ask("map.select('cairo')")
    assert [one["city"] for one in heard(opened, "select")] == ["cairo"]
    assert opened.page.evaluate("document.getElementById('one').geobri.getState().city") == "rome"
