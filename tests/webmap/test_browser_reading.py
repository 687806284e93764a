"""Hover and click name what is drawn, numbers are exact, ranges hold, images show what their title says."""

from itertools import combinations
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.webmap import corridor_map, save_map

pytestmark = pytest.mark.browser

CRISP = 300
NEAR_PX = 99


def scatter_cities(city_table, n, seed=7):
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-150, 170, n), rng.uniform(-50, 65, n)
    return city_table(
        [(f"c{k:03d}", f"City {k}", f"城{k}", "AAA", "All", None, lon[k], lat[k]) for k in range(n)]
    )


def all_pairs(cities, **columns):
    pairs = pd.DataFrame(list(combinations(cities.index, 2)), columns=["origin", "destination"])
    pairs.index = pairs["origin"] + "--" + pairs["destination"]
    return pairs.assign(**{name: make(len(pairs)) for name, make in columns.items()})


@pytest.fixture(scope="module")
def dense_file(city_table, tmp_path_factory):
    cities = scatter_cities(city_table, 90)
    rng = np.random.default_rng(11)
    corridors = all_pairs(cities, score=lambda n: rng.beta(1, 4, n) * 100)
    return save_map(corridor_map(cities, corridors, "score"), tmp_path_factory.mktemp("dense") / "dense.html")


POLYLINES = """map.drawn().slice(0, argument).map((id) => {
    const scale = map.map.options.crs.scale(map.map.getZoom());
    const corner = map.map.getPixelOrigin();
    return [id, map.arc(id).map(([x, y]) => {
        const p = map.map.layerPointToContainerPoint(L.point(x * scale, y * scale).subtract(corner));
        return [p.x, p.y];
    })];
})"""


def distance_to(line, point):
    """Pixels from a point to a polyline, where these are few."""
    if (point < line.min(axis=0) - NEAR_PX).any() or (point > line.max(axis=0) + NEAR_PX).any():
        return NEAR_PX
    a, b = line[:-1], line[1:]
    along = b - a
    share = np.clip(((point - a) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9), 0, 1)
    return np.hypot(*(a + share[:, None] * along - point).T).min()


def lonely_places(opened, wanted=50):
    """Places on crisp lines where no other crisp line, and no city, is near; with the line's id."""
    lines = {name: np.array(line) for name, line in opened.ask(POLYLINES, CRISP)}
    around = opened.ask("map.map.options.crs.scale(map.map.getZoom())")
    copies = [
        (name, line + np.array([shift, 0])) for name, line in lines.items() for shift in (-around, 0, around)
    ]
    free = opened.page.locator(".geobri-panel").bounding_box()
    ends = np.concatenate([line[[0, -1]] for line in lines.values()])
    found = []
    for name, line in lines.items():
        for point in line[2:-2:3]:
            x, y = point
            if not (free["width"] + 30 < x < 1200 and 60 < y < 640) or np.hypot(*(ends - point).T).min() < 24:
                continue
            if all(distance_to(other, point) > 14 for own, other in copies if own != name):
                found.append((name, x, y))
                break
        if len(found) == wanted:
            break
    return found


def names_of(corridor):
    return " – ".join(f"City {int(slug[1:])}" for slug in corridor.split("--"))


@pytest.mark.parametrize("zoom", [1.6, 3, 4.4])
def test_hover_names_the_line_that_is_drawn_not_one_below_it(open_map, dense_file, zoom):
    opened = open_map(dense_file)
    opened.ask("map.map.setView([15, 20], argument, {animate: false})", zoom)
    opened.page.wait_for_timeout(600)
    places = lonely_places(opened)
    assert len(places) >= 5
    for corridor, x, y in places:
        opened.page.mouse.move(x, y)
        opened.page.wait_for_timeout(40)
        assert opened.ask("map.highlighted()") == [corridor]
        assert names_of(corridor) in opened.text(".geobri-tip")


def test_hover_is_right_after_a_filter_and_across_180_degrees(open_map, dense_file):
    opened = open_map(dense_file)
    opened.set(city="c005")
    opened.ask("map.map.setView([15, 178], 1.8, {animate: false})")
    opened.page.wait_for_timeout(300)
    places = lonely_places(opened, 20)
    assert len(places) >= 5
    for corridor, x, y in places:
        opened.page.mouse.move(x, y)
        opened.page.wait_for_timeout(40)
        assert opened.ask("map.highlighted()") == [corridor]


def test_a_reader_can_go_through_all_that_pass_a_place(open_map, dense_file):
    opened = open_map(dense_file)
    opened.ask("map.map.setView([15, 20], 1.6, {animate: false})")
    opened.page.wait_for_timeout(600)
    corridor, x, y = lonely_places(opened, 1)[0]
    opened.page.mouse.move(x, y)
    opened.page.wait_for_selector(".geobri-tip:not([hidden])")
    n = int(opened.text(".geobri-tip").split(" here")[0].split("of ")[-1])
    assert n > 1
    seen = []
    for _ in range(n):
        opened.page.mouse.click(x, y)
        seen.append(opened.state["corridor"])
    assert seen[0] == corridor
    assert len(set(seen)) == n
    opened.page.mouse.click(x, y)
    assert opened.state["corridor"] == corridor
    assert f"1 of {n} here" in opened.text(".geobri-selected")
    opened.page.get_by_role("button", name="The next corridor at this place").click()
    assert opened.state["corridor"] == seen[1]
    focused = opened.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "The next corridor at this place"


def test_numbers_are_printed_digit_by_digit(open_map, city_table, tmp_path):
    cities = scatter_cities(city_table, 8)
    corridors = all_pairs(
        cities,
        passengers=lambda n: np.arange(n) * 1000 + 123_456_789,
        dollars=lambda n: np.linspace(1, 5_376_286_246.57, n).round(2),
    )
    opened = open_map(
        save_map(corridor_map(cities, corridors, "passengers", values=["dollars"]), tmp_path / "digits.html")
    )
    for corridor, row in corridors.iloc[[0, 7, 26]].iterrows():
        opened.set(corridor=corridor)
        assert f"{int(row['passengers']):,}" in opened.text(".geobri-selected")
    opened.set(corridor=corridors.index[-1])
    assert "5,376,286,247" in opened.text(".geobri-selected")


def test_many_cities_without_a_corridor_are_specks_and_counted(city_table, open_map, tmp_path):
    cities = scatter_cities(city_table, 160)
    first = cities.index[:6]
    seen = [*first, "c100"]
    cities.loc[seen, "geometry"] = gpd.points_from_xy([2, 5, 8, 11, 14, 17, 9], [44, 50, 46, 52, 45, 49, 48])
    pairs = pd.DataFrame({"origin": first[:-1], "destination": first[1:], "score": range(5, 0, -1)})
    pairs.index = pairs["origin"] + "--" + pairs["destination"]
    opened = open_map(save_map(corridor_map(cities, pairs, "score"), tmp_path / "specks.html"))
    assert {label["text"] for label in opened.ask("map.labels()")} <= {f"City {k}" for k in range(6)}
    assert "154 cities without a corridor" in opened.text(".geobri-legend")
    lon, lat = cities.geometry.x.iloc[:6], cities.geometry.y.iloc[:6]
    places = [opened.place_of(*place) for place in zip(lat, lon, strict=True)]
    assert max(x for x, _ in places) - min(x for x, _ in places) > 300  # the view is theirs
    opened.set(city="c100")
    assert "City 100" in {label["text"] for label in opened.ask("map.labels()")}
    opened.set(city=None, lang="zh")
    assert "154座没有通路的城市" in opened.text(".geobri-legend")


def test_cities_without_a_corridor_that_lie_near_are_in_the_opening_view(city_table, open_map, tmp_path):
    cities = scatter_cities(city_table, 160)
    linked = cities[cities.geometry.x.between(-110, 130)].index
    pairs = pd.DataFrame({"origin": linked[:40], "destination": linked[40:80], "score": range(40, 0, -1)})
    pairs.index = pairs["origin"] + "--" + pairs["destination"]
    opened = open_map(save_map(corridor_map(cities, pairs, "score"), tmp_path / "near.html"), width=1920)
    assert "80 cities without a corridor" in opened.text(".geobri-legend")
    places = [opened.place_of(point.y, point.x) for point in cities.geometry]
    assert min(x for x, _ in places) > 0
    assert max(x for x, _ in places) < 1920


def test_what_is_pointed_at_is_named_at_both_ends(open_map, dense_file):
    opened = open_map(dense_file)
    corridor = opened.drawn[0]
    before = opened.ask("map.labels().length")
    opened.ask("map.hover({corridor: argument})", corridor)
    ends = {f"City {int(end[1:])}" for end in corridor.split("--")}
    labels = opened.ask("map.labels()")
    assert ends <= {label["text"] for label in labels}
    assert len(labels) >= before
    opened.ask("map.hover(null)")
    assert opened.ask("map.labels().length") == before


def drag_handle(opened, which, share):
    """Drag a handle of the range with the mouse, in steps, to a share of the track."""
    box = opened.page.locator(".geobri-range").bounding_box()
    inputs = opened.page.locator(".geobri-range input")
    low, high, now = inputs.nth(which).evaluate("e => [e.min, e.max, e.value].map(Number)")
    place = lambda part: box["x"] + 8 + part * (box["width"] - 16)
    y = box["y"] + box["height"] / 2
    opened.page.mouse.move(place((now - low) / (high - low)), y)
    opened.page.mouse.down()
    opened.page.mouse.move(place(share), y, steps=12)
    opened.page.mouse.up()


def test_range_handles_may_cross(opened, corridors):
    opened.set(value="score", scale="linear", range=[20, 40])
    drag_handle(opened, 0, 0.9)
    low, high = opened.state["range"]
    assert low == 40
    assert 0.8 * corridors.score.max() < high < corridors.score.max()
    drag_handle(opened, 1, 0.05)
    assert opened.state["range"][1] == 40
    assert opened.state["range"][0] < 20
    opened.page.locator(".geobri-range input").first.focus()
    opened.set(range=[30, 50])
    shown = opened.page.locator(".geobri-range input").evaluate_all("all => all.map((e) => Number(e.value))")
    assert shown[0] < shown[1]
    assert opened.text(".geobri-range-text") == "30 – 50"


INK = """(async () => {
    const image = await createImageBitmap(await map.toPng());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d', {willReadFrequently: true});
    context.drawImage(image, 0, 0);
    const y = image.height - 700;
    const data = new Uint32Array(context.getImageData(700, 300, image.width - 800, y - 300).data.buffer);
    let sum = 0;
    for (const value of data) sum = (sum * 31 + value) >>> 0;
    return sum;
})()"""


def test_an_image_made_at_once_after_a_filter_is_the_one_made_later(open_map, dense_file):
    opened = open_map(dense_file)
    before = opened.ask(INK)
    at_once = opened.ask(
        f"(map.setState({{city: 'c003', range: [0, 60]}}), map.setState({{city: null}}), {INK})"
    )
    opened.page.wait_for_timeout(1500)
    assert opened.ask(INK) == at_once
    assert at_once != before


def test_a_print_at_once_after_a_filter_shows_the_selection(open_map, dense_file):
    opened = open_map(dense_file)
    opened.set(range=[0, 60])
    pixels = """(() => {
        window.dispatchEvent(new Event('beforeprint'));
        const canvas = document.querySelector('.geobri-print canvas');
        const data = canvas.getContext('2d').getImageData(800, 300, canvas.width - 900, 700).data;
        window.dispatchEvent(new Event('afterprint'));
        let sum = 0;
        for (const value of data) sum = (sum * 31 + value) >>> 0;
        return sum;
    })()"""
    at_once = opened.ask(pixels)
    opened.page.wait_for_timeout(1500)
    assert opened.ask(pixels) == at_once


def test_no_filter_becomes_a_step_of_the_history(open_map, published_file):
    opened = open_map(published_file)
    before = opened.page.evaluate("history.length")
    for top in (5, 10, 20):
        opened.set(top=top)
        opened.page.wait_for_timeout(350)
    assert opened.page.evaluate("location.hash") == "#top=20"
    assert opened.page.evaluate("history.length") == before


def test_the_selection_can_be_taken_along_as_a_table(opened, corridors):
    opened.set(value="score", top=4)
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save what is shown as table").click()
    table = pd.read_csv(download.value.path(), index_col="corridor")
    assert list(table.index) == list(corridors["score"].nlargest(4).index)
    np.testing.assert_array_equal(table["score"], corridors["score"].nlargest(4))
    assert table["origin_name"].tolist()[0] == "Shanghai"


def test_the_drawing_holds_every_line_as_text_that_xml_can_read(opened):
    opened.set(value="score", top=6)
    tree = ET.fromstring(opened.ask("map.toSvg()"))
    name = "{http://www.w3.org/2000/svg}"
    lines = {path.get("id"): path.get("d") for path in tree.iter(f"{name}path") if path.get("id")}
    assert set(lines) == set(opened.drawn)
    assert all(line.count("L") >= 2 for line in lines.values())
    words = " ".join(tree.itertext())
    assert "Twenty-two cities" in words
    assert "The 6 strongest corridors by Index." in words
    assert "Singapore" in words
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save as drawing").click()
    assert download.value.suggested_filename == "geobri-map.svg"


def test_a_page_hears_what_the_reader_points_at(opened):
    opened.set(value="score", top=10)
    opened.ask("void (window.heard = [], window.end = map.on('hover', (what) => heard.push(what)))")
    opened.page.mouse.move(*opened.place_on("dubai--singapore"))
    opened.page.wait_for_selector(".geobri-tip:not([hidden])")
    assert {"city": None, "corridor": "dubai--singapore", "by": "reader"} in opened.page.evaluate("heard")
    opened.ask("(end(), heard.length = 0)")
    opened.page.mouse.move(*opened.place_of(5, 0))
    opened.page.wait_for_timeout(80)
    assert opened.page.evaluate("heard") == []


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-downloads", None])
def test_a_download_is_said_where_it_may_be_forbidden(open_map, published_file, tmp_path, sandbox):
    limits = "" if sandbox is None else f'sandbox="{sandbox}"'
    page = f'<!doctype html><iframe {limits} style="width:1200px;height:640px" src="{published_file.as_uri()}"></iframe>'
    (tmp_path / "host.html").write_text(page, encoding="utf-8")
    opened = open_map(tmp_path / "host.html")
    frame = opened.page.frames[1]
    frame.wait_for_selector(".geobri-panel")
    frame.evaluate("document.querySelector('.geobri').geobri.ready")
    frame.get_by_role("button", name="Save what is shown as table (CSV)").click()
    said = frame.wait_for_selector(".geobri-notice:not([hidden])").inner_text()
    assert said.startswith("The table was saved.")
    forbids = sandbox == "allow-scripts"
    assert said.endswith("open the map in a window of its own.") or not forbids
    if forbids:
        blocked = [one for one in opened.complaints if "download" in one.lower()]
        opened.complaints[:] = [one for one in opened.complaints if one not in blocked]


def test_a_saved_table_is_said_without_a_doubt_where_the_page_is_whole(opened):
    with opened.page.expect_download():
        opened.page.get_by_role("button", name="Save what is shown as table (CSV)").click()
    assert opened.text(".geobri-notice") == "The table was saved."


MIDDLE = """(() => {
    const arc = map.arc(argument[0]);
    const [x, y] = arc[Math.round((arc.length - 1) * 0.4)];
    const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
    map.map.setView([lat, x * 360 - 180], argument[1], {animate: false});
})()"""


@pytest.mark.parametrize("zoom", [7, 9, 11.5])
def test_hover_is_right_at_deep_zoom(opened, zoom):
    opened.set(value="score", top=8)
    for corridor in opened.drawn:
        opened.ask(MIDDLE, [corridor, zoom])
        opened.page.wait_for_timeout(60)
        x, y = opened.place_on(corridor, 0.4)
        opened.page.mouse.move(x + 30, y + 40)
        opened.page.mouse.move(x, y)
        opened.wait_until(f"document.querySelector('.geobri').geobri.highlighted().join() === '{corridor}'")
    opened.page.mouse.move(1200, 690)


def test_hover_names_the_drawn_line_among_10011_at_five_zooms(open_map, city_table, tmp_path):
    cities = scatter_cities(city_table, 142)
    rng = np.random.default_rng(3)
    corridors = all_pairs(cities, score=lambda n: rng.beta(1, 4, n) * 100)
    assert len(corridors) == 10_011
    opened = open_map(save_map(corridor_map(cities, corridors, "score"), tmp_path / "many.html"))
    for zoom in (1.6, 3, 4.4, 5.5, 7):
        strongest = opened.drawn[0]
        opened.ask(MIDDLE, [strongest, zoom])  # so that a line is in view, however deep
        opened.page.wait_for_timeout(600)
        points = np.array([opened.place_of(point.y, point.x) for point in cities.geometry])
        places = [one for one in lonely_places(opened, 8) if np.hypot(*(points - one[1:]).T).min() > 14]
        assert places
        for corridor, x, y in places:
            opened.page.mouse.move(x, y)
            opened.wait_until(
                f"document.querySelector('.geobri').geobri.highlighted().join() === '{corridor}'"
            )


def test_hover_names_the_drawn_line_among_131328(open_map, city_table, tmp_path):
    cities = scatter_cities(city_table, 513)
    rng = np.random.default_rng(4)
    corridors = all_pairs(cities, score=lambda n: rng.beta(1, 4, n) * 100)
    assert len(corridors) == 131_328
    opened = open_map(save_map(corridor_map(cities, corridors, "score"), tmp_path / "all.html"))
    opened.ask("map.map.setView([15, 20], 3, {animate: false})")
    opened.page.wait_for_timeout(1500)
    points = np.array([opened.place_of(point.y, point.x) for point in cities.geometry])
    places = [found for found in lonely_places(opened, 40) if np.hypot(*(points - found[1:]).T).min() > 14]
    assert len(places) >= 5  # where no city is under the cursor
    for corridor, x, y in places:
        opened.page.mouse.move(x, y)
        opened.wait_until(f"document.querySelector('.geobri').geobri.highlighted().join() === '{corridor}'")
