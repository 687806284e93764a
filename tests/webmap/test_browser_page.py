"""The page as a reader meets it: pointer, keys, words, address, phone, print, notebook, and other maps beside it."""

import io

import folium
import numpy as np
import pandas as pd
import pytest

from geobri.corridors import build_corridors
from geobri.measures import Measure
from geobri.webmap import corridor_map, join_heads, map_parts, save_map

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>alert(1)</script>",
    "${alert(1)}",
    "back\\slash",
    'O\'Brien "the" <b>bold</b>',
    "القاهرة",
    "重庆 & 成都",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% if %}",
]


@pytest.fixture
def fresh(open_map, published_file):
    return open_map(published_file)


def test_hover_tells_about_a_corridor(opened):
    opened.set(value="score", top=30)
    opened.page.mouse.move(*opened.place_on("dubai--singapore"))
    tip = opened.page.wait_for_selector(".geobri-tip:not([hidden])").inner_text()
    assert "Dubai – Singapore" in tip
    assert "Index: " in tip
    assert "km · West Asia / Southeast Asia · Both coastal" in tip
    opened.page.mouse.move(*opened.place_of(5, 0))
    opened.page.wait_for_selector(".geobri-tip", state="hidden")


def test_click_selects_and_lets_go(opened):
    opened.set(value="score")
    opened.page.mouse.click(*opened.place_on("dubai--singapore", 0.4))
    assert opened.state["corridor"] == "dubai--singapore"
    card = opened.text(".geobri-selected")
    assert "Dubai – Singapore" in card
    assert "Overall" in card
    opened.page.mouse.click(*opened.place_of(5, 0))
    assert opened.state["corridor"] is None
    opened.page.mouse.click(*opened.place_of(41.0082, 28.9784))
    assert opened.state["city"] == "istanbul"
    assert len(opened.drawn) == 21
    opened.page.get_by_role("button", name="Close").click()
    assert opened.state["city"] is None


def test_keys_reach_everything(fresh):
    fresh.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        fresh.page.keyboard.press("Tab")
        reached.add(
            fresh.page.evaluate(
                "(() => { const e = document.activeElement; return (e.closest('[role=group]')?.textContent || '').slice(0, 12)"
                " + '|' + (e.getAttribute('aria-label') || e.textContent || e.type); })()"
            )
        )
    everything = " ".join(reached)
    for wanted in (
        "Twenty-two cities",
        "Find a city",
        "Groups of cities",
        "Show from",
        "Table of corridors",
        "Save as image",
        "切换到中文",
    ):
        assert wanted in everything


def test_n_and_p_step_through_corridors(opened, corridors):
    ranked = list(corridors["rank_overall"].dropna().sort_values().index)
    opened.ask("map.map.getContainer().focus()")
    for key in "nnp":
        opened.page.keyboard.press(key)
    assert opened.ask("map.highlighted()") == [ranked[0]]
    spoken = opened.page.inner_text("[aria-live=polite]")
    assert "Overall: Rank 1 of 10" in spoken
    opened.page.keyboard.press("Enter")
    assert opened.state["corridor"] == ranked[0]
    opened.page.keyboard.press("Escape")
    assert opened.state["corridor"] is None


def test_arrows_pan_the_map(opened):
    before = opened.ask("map.map.getCenter().lng")
    opened.ask("map.map.getContainer().focus()")
    opened.page.keyboard.press("ArrowRight")
    opened.wait_until(f"document.querySelector('.geobri').geobri.map.getCenter().lng > {before} + 1")


def test_the_map_is_told_in_words(opened):
    label = opened.page.get_attribute(".geobri-map", "aria-describedby")
    words = opened.page.text_content(f"#{label}")
    assert words.startswith(
        "Map of 22 cities and 195 corridors, drawn as great circles, not as routes. Strongest by Overall"
    )
    assert "Shanghai – Singapore (1)" in words


def test_the_table_follows_the_filters(opened, corridors):
    opened.page.get_by_role("button", name="Table of corridors").click()
    opened.set(top=5)
    rows = opened.page.locator(".geobri-table tbody tr")
    assert rows.count() == 5
    strongest = corridors["rank_overall"].idxmin()
    names = [corridors.loc[strongest, end].capitalize() for end in ("origin", "destination")]
    assert rows.nth(0).locator("th").inner_text() == " – ".join(names)
    rows.nth(0).get_by_role("button").click()
    assert opened.state["corridor"] == strongest
    opened.page.keyboard.press("Escape")
    assert not opened.page.is_visible(".geobri-table")


def test_language_switches_everything(opened):
    opened.set(city="singapore")
    opened.page.get_by_role("button", name="切换到中文").click()
    assert opened.page.title() == "二十二城"
    assert opened.page.get_attribute("html", "lang") == "zh-CN"
    text = opened.text(".geobri")
    assert "195 条通路中的 21 条" in text
    assert "东南亚" in text
    assert {"新加坡", "上海"} <= {label["text"] for label in opened.ask("map.labels()")}
    assert "Great circles" not in text
    opened.set(city=None)
    opened.page.get_by_role("button", name="Switch to English").click()
    assert "Great circles, not routes" in opened.text(".geobri")


BACKGROUND = "getComputedStyle(document.querySelector('.geobri-panel')).backgroundColor"


def test_theme_switches_and_follows_the_system(fresh):
    assert fresh.page.get_attribute(".geobri", "data-theme") == "light"
    light = fresh.page.evaluate(BACKGROUND)
    fresh.page.emulate_media(color_scheme="dark")
    fresh.wait_until("document.querySelector('.geobri').dataset.theme === 'dark'")
    assert fresh.page.evaluate(BACKGROUND) != light
    fresh.page.get_by_role("button", name="Theme: as the system").click()
    assert fresh.state["theme"] == "light"
    assert fresh.page.evaluate(BACKGROUND) == light


def test_the_strongest_is_dark_on_light_and_light_on_dark(opened):
    colours = []
    for theme in ("light", "dark"):
        opened.set(theme=theme)
        colours.append(
            opened.page.locator(".geobri-classes .geobri-line").first.evaluate("e => e.style.background")
        )
    assert colours == ["rgb(68, 1, 84)", "rgb(253, 231, 37)"]


def test_legend_shows_five_classes_of_width_and_colour(opened):
    lines = opened.page.locator(".geobri-classes li")
    texts = [text.strip() for text in lines.all_inner_texts()]
    assert texts == ["1–2", "3–4", "5–6", "7–8", "9–10", "Without a rank"]
    widths = [
        float(w[:-2])
        for w in lines.locator(".geobri-line").evaluate_all("all => all.map(e => e.style.height)")
    ]
    assert widths[:5] == sorted(widths[:5], reverse=True)
    opened.set(points="cluster")
    assert "Leader" in opened.text(".geobri-legend")


def test_the_address_keeps_the_state(fresh, open_map, published_file):
    wish = {
        "value": "score",
        "region": {"mode": "between", "a": "East Asia", "b": "Europe"},
        "coast": "coast-inland",
        "range": [3.5, 20],
        "top": 7,
        "missing": False,
        "points": "cluster",
        "lang": "zh",
        "theme": "dark",
    }
    fresh.set(**wish)
    fresh.wait_until("location.hash.includes('theme=dark')")
    again = open_map(published_file, at=fresh.page.evaluate("location.hash"))
    assert again.state == fresh.state
    assert again.drawn == fresh.drawn
    again.page.evaluate("location.hash = '#top=3'")
    again.wait_until("document.querySelector('.geobri').geobri.getState().top === 3")
    assert again.state["coast"] is None


@pytest.mark.parametrize(
    "address", ["#top=%E0%A4%A&city=<img>", "#value=&region=::&range=a:b&view=1:2", "#section", "#=&&=1&top"]
)
def test_a_broken_address_does_no_harm(open_map, published_file, address):
    assert len(open_map(published_file, at=address).drawn) == 195


def test_the_view_is_kept_too(opened, open_map, published_file):
    opened.set(view=[10, 100, 4.5])
    opened.wait_until("location.hash.includes('view=')")
    again = open_map(published_file, at=opened.page.evaluate("location.hash"))
    assert again.ask(
        "[map.map.getCenter().lat, map.map.getCenter().lng, map.map.getZoom()]"
    ) == pytest.approx([10, 100, 4.5], abs=0.05)
    again.ask("map.reset()")
    assert again.state["view"] is None


def boxes_overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("zoom", [2, 3, 4.5])
def test_labels_do_not_collide(opened, zoom):
    opened.ask("map.map.setZoom(argument, {animate: false})", zoom)
    boxes = [label["box"] for label in opened.ask("map.labels()")]
    assert len(boxes) >= 5
    assert not [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if boxes_overlap(a, b)]


def test_labels_of_all_cities_show_where_there_is_room(opened, cities):
    assert {label["text"] for label in opened.ask("map.labels()")} == set(cities["name"])


def test_hostile_names_are_text(open_map, city_table, corridor_table, tmp_path):
    cities = city_table()
    cities["name"] = [HOSTILE[n % len(HOSTILE)] + str(n) for n in range(len(cities))]
    cities["name_zh"] = cities["name"]
    cities["region"] = [HOSTILE[n % 5] for n in range(len(cities))]
    cities["group"] = [HOSTILE[n % 7] for n in range(len(cities))]
    corridors = corridor_table(cities).assign(remark=lambda frame: HOSTILE[0] + frame["origin"])
    made = corridor_map(
        cities,
        corridors,
        Measure("score", label=HOSTILE[0], unit=HOSTILE[6]),
        city_values=["group"],
        city_value="group",
        title=HOSTILE[0],
        subtitle=HOSTILE[6],
        source=HOSTILE[1],
        details={"remark": HOSTILE[6]},
        attribution=HOSTILE[6],
    )
    opened = open_map(save_map(made, tmp_path / "hostile.html"))
    assert opened.text("h1") == HOSTILE[0]
    assert opened.page.title() == HOSTILE[0]
    opened.set(city="singapore", corridor="shanghai--singapore")
    assert HOSTILE[0] + "shanghai" in opened.text(".geobri-selected")
    opened.page.mouse.move(*opened.place_on("shanghai--singapore"))
    assert HOSTILE[0] in opened.page.wait_for_selector(".geobri-tip:not([hidden])").inner_text()
    opened.page.get_by_role("button", name="Table of corridors").click()
    assert HOSTILE[1] in opened.text(".geobri-table")
    opened.page.get_by_label("Find a city").fill("القا")
    assert HOSTILE[4] in opened.text(".geobri-found")
    for name in HOSTILE:
        assert any(name in option for option in [*cities["name"]])
    assert {HOSTILE[n % 5] for n in range(5)} <= set(
        opened.page.locator(".geobri-pair select").first.locator("option").all_text_contents()
    )
    assert opened.page.query_selector(".geobri img, .geobri b") is None
    assert opened.page.evaluate("document.scripts.length") == made.get_root().render().count("<script")
    opened.page.wait_for_timeout(50)


def test_arcs_are_whole_across_180_degrees(open_map, city_table, tmp_path):
    rows = [
        ("tokyo", "Tokyo", "东京", "JPN", "East Asia", True, 139.69, 35.69),
        ("los_angeles", "Los Angeles", "洛杉矶", "USA", "America", True, -118.24, 34.05),
        ("auckland", "Auckland", "奥克兰", "NZL", "Oceania", True, 174.76, -36.85),
        ("pole", "Pole", "极点", "ATA", "Antarctica", False, 0.0, -90.0),
        ("quito", "Quito", "基多", "ECU", "America", False, -78.47, -0.18),
        ("antiquito", "Antipode", "对跖点", "IDN", "East Asia", True, 101.53, 0.18),
    ]
    cities = city_table(rows)
    pairs = [("los_angeles", "tokyo"), ("auckland", "los_angeles"), ("antiquito", "quito"), ("pole", "tokyo")]
    corridors = pd.DataFrame(
        pairs, columns=["origin", "destination"], index=["--".join(pair) for pair in pairs]
    )
    opened = open_map(
        save_map(
            corridor_map(cities, corridors.assign(score=[4.0, 3, 2, 1]), "score"), tmp_path / "pacific.html"
        )
    )
    for pair in pairs[:2]:
        arc = np.array(opened.ask("map.arc(argument)", "--".join(pair)))
        assert np.abs(np.diff(arc[:, 0])).max() < 0.05
        assert arc[:, 0].max() - arc[:, 0].min() < 0.5
        ends = [(cities.geometry[city].x + 180) / 360 for city in pair]
        np.testing.assert_allclose(np.mod(arc[[0, -1], 0], 1), ends, atol=1e-6)
    assert np.isfinite(opened.ask("map.arc('antiquito--quito')")).all()
    centre = opened.ask("map.map.getCenter().lng")
    assert centre > 150 or centre < -60
    assert opened.ask(PAINTED, opened.place_on("los_angeles--tokyo"))


PAINTED = """(() => {
    const sheet = document.querySelector('.leaflet-geobri-lines-pane canvas');
    const box = sheet.getBoundingClientRect();
    const world = map.map.options.crs.scale(map.map.getZoom());
    return [-1, 0, 1].some((k) => {
        const x = (argument[0] + k * world - box.x) * sheet.width / box.width;
        const y = (argument[1] - box.y) * sheet.height / box.height;
        return x > 2 && x < sheet.width - 2 && sheet.getContext('2d').getImageData(x - 1, y - 1, 3, 3).data.some(Boolean);
    });
})()"""


def test_arcs_lie_on_great_circles(opened, cities):
    """Every vertex lies in the plane of its two ends, and vertices stand about two degrees apart."""
    arc = np.array(opened.ask("map.arc('johannesburg--seoul')"))
    lon, lat = arc[:, 0] * 2 * np.pi - np.pi, np.arctan(np.sinh(np.pi * (1 - 2 * arc[:, 1])))
    points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    pole = np.cross(points[0], points[-1])
    assert np.abs(points @ (pole / np.linalg.norm(pole))).max() < 2e-6
    steps = np.degrees(np.arccos(np.clip((points[1:] * points[:-1]).sum(axis=1), -1, 1)))
    assert steps.max() < 2.05
    assert steps.max() - steps.min() < 0.01


def test_the_image_holds_the_map(opened):
    opened.set(value="score", top=10)
    script = """(async () => {
        const image = await createImageBitmap(await map.toPng());
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const data = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
        return [image.width, image.height, new Set(data).size];
    })()"""
    width, height, n_colours = opened.ask(script)
    assert width == 2 * 1280
    assert height > 2 * 720
    assert n_colours > 200
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="Save as image").click()
    assert download.value.suggested_filename.endswith(".png")


def test_print_shows_the_image_alone(fresh):
    fresh.set(theme="dark")
    fresh.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    fresh.page.emulate_media(media="print")
    assert fresh.page.is_visible(".geobri-print canvas")
    assert not fresh.page.is_visible(".geobri-panel")
    corner = "Array.from(document.querySelector('.geobri-print canvas').getContext('2d').getImageData(2, 2, 1, 1).data)"
    assert fresh.page.evaluate(corner) == [255, 255, 255, 255]
    fresh.page.emulate_media(media="screen")
    fresh.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert fresh.page.query_selector(".geobri-print canvas") is None


def test_a_phone_has_no_overflow_and_folded_controls(open_map, published_file):
    opened = open_map(published_file, width=390, height=800, has_touch=True, is_mobile=True)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not opened.page.is_visible(".geobri-controls")
    opened.page.get_by_role("button", name="Filters").tap()
    assert opened.page.is_visible(".geobri-controls")
    outside = "[...document.querySelectorAll('.geobri button, .geobri select, .geobri .geobri-pill')].filter((e) => e.offsetParent)"
    rims = opened.page.evaluate(
        f"{outside}.map((e) => e.getBoundingClientRect()).map((b) => [b.left, b.right])"
    )
    assert min(left for left, _ in rims) >= 0
    assert max(right for _, right in rims) <= 390
    opened.page.get_by_role("button", name="切换到中文").tap()
    assert opened.state["lang"] == "zh"
    opened.page.get_by_role("button", name="筛选").tap()
    opened.page.touchscreen.tap(*opened.place_of(1.3521, 103.8198))
    assert opened.state["city"] == "singapore"
    assert opened.page.is_visible(".geobri-selected")
    for label in opened.ask("map.labels()"):
        assert label["text"]


def test_the_legend_of_a_world_leaves_a_phone_to_the_map(open_map, world_file):
    opened = open_map(world_file, width=390, height=844)
    legend = "document.querySelector('.geobri-legend')"
    assert opened.ask(f"{legend}.open")
    assert opened.ask(f"{legend}.offsetHeight") < 0.4 * 844
    opened.page.evaluate(f"{legend}.scrollTop = 1e4")  # all of it is there, its head stays
    top = opened.ask(
        f"{legend}.querySelector('summary').getBoundingClientRect().top - {legend}.getBoundingClientRect().top"
    )
    assert abs(top) < 2


def test_countries_are_called_by_their_names(open_map, published_file):
    opened = open_map(published_file)
    shown = "[...document.querySelector('select[aria-label=\"{}\"]').options].map((one) => one.text)"
    opened.page.select_option('select[aria-label="Groups of cities"]', "country")
    names = opened.ask(shown.format("Group"))
    assert "Kenya" in names
    assert names == sorted(names)
    assert not [name for name in names if len(name) == 3 and name.isupper() and name != "UAE"]
    opened.ask('map.setState({ lang: "zh" })')
    assert "肯尼亚" in opened.ask(shown.format("组"))


def test_labels_keep_off_the_rim_of_a_phone(open_map, published_file):
    opened = open_map(published_file, width=390, height=800)
    offset = opened.page.evaluate(
        "document.querySelector('.leaflet-geobri-top-pane canvas').getBoundingClientRect().x"
    )
    wanted = {"Seoul", "Shanghai", "Singapore", "Rome", "Moscow"}
    boxes = {label["text"]: label["box"] for label in opened.ask("map.labels()")}
    assert wanted <= set(boxes)
    for name in wanted:
        assert boxes[name][0] + offset >= 0
        assert boxes[name][2] + offset <= 390


def test_a_notebook_shows_the_map_in_its_frame(open_map, published_map, tmp_path):
    shown = published_map._repr_html_()
    for sandbox in ("", ' sandbox="allow-scripts"'):
        page = tmp_path / f"notebook{len(sandbox)}.html"
        page.write_text(
            "<!DOCTYPE html><meta charset=utf-8>" + shown.replace("<iframe", f"<iframe{sandbox}"),
            encoding="utf-8",
        )
        opened = open_map(page)
        frame = next(frame for frame in opened.page.frames if frame != opened.page.main_frame)
        interface = "document.querySelector('.geobri').geobri"
        frame.wait_for_selector(".geobri-panel")
        frame.evaluate(f"{interface}.setState({{value: 'score', top: 3}})")
        opened.page.wait_for_timeout(500)
        assert len(frame.evaluate(f"{interface}.drawn()")) == 3


def test_folium_layers_can_be_added(open_map, cities, corridors, tmp_path):
    made = corridor_map(cities, corridors, "score")
    group = folium.FeatureGroup("Ports").add_to(made)
    folium.Marker([1.26, 103.8], popup=folium.Popup("A <i>port</i>"), icon=folium.Icon(color="green")).add_to(
        group
    )
    folium.Marker([31.2, 121.5], tooltip="Plain").add_to(group)
    folium.GeoJson({"type": "Polygon", "coordinates": [[[70, 10], [80, 10], [80, 20], [70, 10]]]}).add_to(
        made
    )
    folium.LayerControl().add_to(made)
    opened = open_map(save_map(made, tmp_path / "layers.html"))
    assert opened.page.locator(".leaflet-marker-icon").count() == 2
    assert opened.page.locator(".leaflet-overlay-pane path").count() == 1
    opened.page.locator(".geobri-pin-frame").click()
    assert opened.page.locator(".leaflet-popup-content i").inner_text() == "port"
    assert len(opened.drawn) == 195


COVERED = """argument.map(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return Boolean(top && top.closest('.geobri-card'));
})"""


def test_the_layer_control_works_and_has_the_corridors_by_name(open_map, cities, corridors, tmp_path):
    made = corridor_map(cities, corridors, "score")
    group = folium.FeatureGroup("Ports").add_to(made)
    folium.Marker([1.26, 103.8], tooltip="A port").add_to(group)
    folium.LayerControl(collapsed=False).add_to(made)
    opened = open_map(save_map(made, tmp_path / "control.html"))
    boxes = opened.page.locator(".leaflet-control-layers-overlays input")
    assert opened.page.locator(".leaflet-control-layers-overlays").inner_text().split() == [
        "Corridors",
        "Ports",
    ]
    for k in range(2):
        place = boxes.nth(k).bounding_box()
        centre = [place["x"] + place["width"] / 2, place["y"] + place["height"] / 2]
        assert opened.ask(COVERED, [centre]) == [False]
    lines = opened.page.locator(".leaflet-geobri-lines-pane canvas")
    assert lines.is_visible()
    boxes.nth(0).click()
    assert not lines.is_visible()
    opened.page.mouse.move(*opened.place_on("dubai--singapore"))
    opened.page.wait_for_timeout(100)
    assert not opened.page.is_visible(".geobri-tip")
    boxes.nth(0).click()
    assert lines.is_visible()
    boxes.nth(1).click()
    assert opened.page.locator(".leaflet-marker-icon").count() == 0


def test_over_a_marker_only_its_own_tooltip_speaks(open_map, cities, corridors, tmp_path):
    made = corridor_map(cities, corridors, "score")
    folium.CircleMarker([25.2, 55.3], radius=12, fill=True, tooltip="A port").add_to(made)
    opened = open_map(save_map(made, tmp_path / "marker.html"))
    opened.page.mouse.move(*opened.place_of(25.2, 55.3))
    assert opened.page.wait_for_selector(".leaflet-tooltip").inner_text() == "A port"
    assert not opened.page.is_visible(".geobri-tip")


@pytest.fixture
def two_maps(open_map, cities, corridors, tmp_path):
    one = map_parts(cities, corridors, "score", key="m1", title="One", height="420px")
    two = map_parts(
        cities, corridors, "rank_overall", key="m2", title="Two", height="420px", values=["score"]
    )
    page = (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{join_heads([one, two])}</head><body>"
        f"<p id=text style='height:300px'>Text</p>{one.body}<p>More</p>{two.body}"
        f"<script>{one.script}</script><script>{two.script}</script></body></html>"
    )
    file = tmp_path / "two.html"
    file.write_text(page, encoding="utf-8")
    return open_map(file, key="m1", at="#m2.top=4")


def test_two_maps_share_a_page_but_not_a_state(two_maps):
    two_maps.set(top=9)
    two_maps.wait_until("location.hash.includes('m1.top=9')")
    assert "m2.top=4" in two_maps.page.evaluate("location.hash")
    assert len(two_maps.drawn) == 9
    two_maps.key = "m2"
    assert len(two_maps.drawn) == 4
    assert two_maps.page.evaluate("window.scrollY") == 0


def test_page_and_maps_tell_each_other_language_and_theme(two_maps):
    page = two_maps.page
    page.evaluate(
        "document.addEventListener('geobri:lang', (event) => { window.heard = event.detail.lang; })"
    )
    page.evaluate("document.dispatchEvent(new CustomEvent('geobri:theme', {detail: {theme: 'dark'}}))")
    assert two_maps.state["theme"] == "dark"
    page.locator("#m1").get_by_role("button", name="切换到中文").click()
    assert page.evaluate("window.heard") == "zh"
    two_maps.key = "m2"
    assert two_maps.state["lang"] == "zh"
    assert two_maps.state["theme"] == "dark"


def test_the_page_can_point_at_cities_and_corridors(two_maps):
    two_maps.ask("map.highlight({cities: ['rome', 'atlantis'], corridors: ['cairo--rome', 'a--b']})")
    assert two_maps.ask("map.highlighted()") == ["cairo--rome"]
    assert len(two_maps.drawn) == 195
    two_maps.ask("map.highlight()")
    assert two_maps.ask("map.highlighted()") == []
    two_maps.ask("map.select('cairo')")
    assert two_maps.state["city"] == "cairo"
    two_maps.ask("map.reset()")
    assert two_maps.state["city"] is None


def test_a_map_within_a_text_lets_the_wheel_scroll_the_page(two_maps):
    box = two_maps.page.locator("#m1").bounding_box()
    zoom = two_maps.ask("map.map.getZoom()")
    two_maps.page.mouse.move(box["x"] + 700, box["y"] + 200)
    two_maps.page.mouse.wheel(0, 200)
    two_maps.wait_until("window.scrollY > 0")
    assert two_maps.ask("map.map.getZoom()") == zoom


def test_edge_tables_open_too(open_map, cities, corridors, tmp_path):
    empty = corridors.iloc[:0]
    assert open_map(save_map(corridor_map(cities, empty, "score"), tmp_path / "empty.html")).drawn == []
    one = corridors.loc[["shanghai--singapore"]]
    single = open_map(save_map(corridor_map(cities, one, "rank_overall"), tmp_path / "one.html"))
    assert single.drawn == ["shanghai--singapore"]
    nothing = corridors.assign(score=np.nan)
    unknown = open_map(
        save_map(corridor_map(cities, nothing, "score", basemap="none"), tmp_path / "nan.html")
    )
    assert len(unknown.drawn) == 195
    same = open_map(
        save_map(corridor_map(cities, corridors.assign(score=5.0), "score"), tmp_path / "same.html")
    )
    assert [text.strip() for text in same.page.locator(".geobri-classes li").all_inner_texts()] == ["5"]


def test_directed_corridors_name_their_direction(open_map, cities, corridors, tmp_path):
    back = corridors.iloc[:5].rename(columns={"origin": "destination", "destination": "origin"})
    both = pd.concat([corridors.iloc[:5], back])
    both.index = both["origin"] + "->" + both["destination"]
    both["score"] = np.arange(1.0, 11.0)
    opened = open_map(save_map(corridor_map(cities, both, "score"), tmp_path / "directed.html"))
    assert opened.drawn == list(both.index[::-1])
    opened.set(corridor=both.index[0])
    assert "→" in opened.text(".geobri-selected .geobri-name")


def test_thousands_of_corridors_become_a_density(open_map, city_table, tmp_path):
    rng = np.random.default_rng(7)
    n = 80
    lon, lat = rng.uniform(-150, 170, n), rng.uniform(-50, 65, n)
    rows = [(f"c{k:02d}", f"City {k}", f"城{k}", "AAA", "All", None, lon[k], lat[k]) for k in range(n)]
    cities = city_table(rows)
    first, second = np.triu_indices(n, 1)
    slugs = cities.index.to_numpy()
    corridors = pd.DataFrame(
        {"origin": slugs[first], "destination": slugs[second], "score": rng.random(first.size)}
    )
    corridors.index = corridors["origin"] + "--" + corridors["destination"]
    opened = open_map(save_map(corridor_map(cities, corridors, "score"), tmp_path / "dense.html"))
    assert len(opened.drawn) == 3160
    assert "Overlap of corridors, weighted by value" in opened.text(".geobri-legend")
    assert "Lines: the 300 strongest" in opened.text(".geobri-legend")
    weakest = corridors["score"].nsmallest(20).index
    assert any(opened.ask(PAINTED, opened.place_on(corridor)) for corridor in weakest)
    opened.set(top=10)
    assert set(opened.drawn) == set(corridors["score"].nlargest(10).index)
    assert "Overlap" not in opened.text(".geobri-legend")
    painted = [bool(opened.ask(PAINTED, opened.place_on(corridor))) for corridor in weakest]
    assert sum(painted) < len(weakest) / 2
    opened.set(top=None)
    assert opened.ask("map.toPng().then((image) => image.size)") > 100_000


def test_own_tiles_are_the_only_thing_asked_for(chromium, cities, corridors, tmp_path):
    address = "https://tiles.example/{z}/{x}/{y}.png"
    made = corridor_map(cities, corridors, "score", basemap=address, attribution="<b>Tiles</b> by me")
    path = save_map(made, tmp_path / "tiles.html")
    context = chromium.new_context(viewport={"width": 900, "height": 600})
    asked = []
    tile = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
    )
    context.route(
        "**/*.png",
        lambda route: (asked.append(route.request.url), route.fulfill(body=tile, content_type="image/png")),
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-tile-loaded")
    assert asked
    assert all(url.startswith("https://tiles.example/") for url in asked)
    assert "<b>Tiles</b> by me" in page.inner_text(".leaflet-control-attribution")
    assert len(page.evaluate("document.querySelector('.geobri').geobri.drawn()")) == 195
    context.close()


def test_a_finger_scrolls_the_page_until_it_taps_the_map(open_map, cities, corridors, tmp_path):
    part = map_parts(cities, corridors, "score", key="m1", height="420px")
    head = "<!DOCTYPE html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    file = tmp_path / "text.html"
    file.write_text(
        f"{head}{part.head}{part.body}<p>Text</p><script>{part.script}</script>", encoding="utf-8"
    )
    opened = open_map(file, key="m1", width=390, height=800, has_touch=True, is_mobile=True)
    drags = "document.getElementById('m1').geobri.map.dragging.enabled()"
    assert not opened.page.evaluate(drags)
    opened.page.touchscreen.tap(*opened.place_of(5, 80))
    opened.wait_until(drags)
    opened.page.locator("body > p").tap()
    opened.wait_until(f"!{drags}")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1000, 560), (390, 800)])
def test_all_cities_lie_in_the_free_part_of_the_window(open_map, published_file, cities, width, height):
    opened = open_map(published_file, width=width, height=height)
    left = 0 if width < 640 else opened.page.locator(".geobri-panel").bounding_box()["width"]
    for point in cities.geometry:
        x, y = opened.place_of(point.y, point.x)
        assert left < x < width
        assert 0 < y < height


@pytest.fixture(scope="module")
def world_file(city_table, tmp_path_factory):
    """Forty cities from Honolulu to Auckland, on all continents."""
    rng = np.random.default_rng(5)
    lon = np.concatenate([[-157.9, -122.4, 174.8, 178.4], rng.uniform(-120, 150, 36)])
    lat = np.concatenate([[21.3, 37.8, -36.8, -18.1], rng.uniform(-45, 64, 36)])
    rows = [(f"w{k:02d}", f"City {k}", f"城{k}", "AAA", "All", None, lon[k], lat[k]) for k in range(40)]
    cities = city_table(rows)
    corridors = pd.DataFrame(
        {"origin": cities.index[:-1], "destination": cities.index[1:], "score": np.arange(39.0)}
    )
    corridors.index = corridors["origin"] + "--" + corridors["destination"]
    made = corridor_map(cities, corridors, "score", title="All the world")
    return save_map(made, tmp_path_factory.mktemp("world") / "world.html")


VISIBLE = """(() => {
    const box = map.map.getContainer().getBoundingClientRect();
    const world = map.map.options.crs.scale(map.map.getZoom());
    return argument.map(([lat, lon]) => [-1, 0, 1].some((k) => {
        const p = map.map.latLngToContainerPoint([lat, lon]);
        const at = [p.x + k * world + box.x, p.y + box.y];
        if (at[0] < 2 || at[1] < 2 || at[0] > box.width - 2 || at[1] > box.height - 2) return false;
        return !document.elementFromPoint(...at).closest('.geobri-card');
    }));
})()"""


def test_the_histogram_is_as_sharp_as_its_card_is_wide(open_map, world_file):
    opened = open_map(world_file, width=390, height=800)
    sizes = "(() => { const bars = document.querySelector('.geobri-bars'); return [bars.width, bars.clientWidth]; })()"
    opened.wait_until(f"{sizes}[1] > 250 && {sizes}[0] === {sizes}[1]")


@pytest.mark.parametrize(
    ("width", "height"),
    [(800, 500), (700, 420), (1000, 600), (1280, 720), (1400, 900), (1920, 1080), (600, 400), (390, 800)],
)
def test_a_world_opens_whole_beside_the_cards(open_map, world_file, width, height):
    opened = open_map(world_file, width=width, height=height)
    points = opened.ask(
        "JSON.parse(document.querySelector('script.geobri-data').textContent).cities.lat.map("
        "(lat, c) => [lat, JSON.parse(document.querySelector('script.geobri-data').textContent).cities.lon[c]])"
    )
    assert len(points) == 40
    assert all(opened.ask(VISIBLE, points))


def test_a_street_can_be_zoomed_to(open_map, city_table, tmp_path):
    rows = [
        (f"s{k}", f"Stop {k}", f"站{k}", "GBR", "All", None, -1.55 + 0.002 * k, 53.8 + 0.0003 * (k % 3))
        for k in range(6)
    ]
    cities = city_table(rows)
    corridors = pd.DataFrame({"origin": "s0", "destination": cities.index[1:], "trips": range(1, 6)})
    corridors["distance_km"] = 0.132 * corridors["trips"]
    corridors.index = corridors["origin"] + "--" + corridors["destination"]
    opened = open_map(save_map(corridor_map(cities, corridors, "trips"), tmp_path / "street.html"))
    ends = [opened.place_of(53.8, -1.55), opened.place_of(53.8, -1.54)]
    assert ends[1][0] - ends[0][0] > 500
    assert opened.ask("map.map.getMaxZoom()") >= 17
    assert opened.text(".geobri-scalebar") in {"50 m", "100 m"}
    opened.set(corridor="s0--s2")
    assert "264 m" in opened.text(".geobri-selected")


def test_every_distance_comes_back_as_the_table_has_it(open_map, cities, corridors, city_table, tmp_path):
    rows = [
        (f"s{k}", f"Stop {k}", "站", "GBR", "All", None, -1.55 + 0.002 * k, 53.8 + 0.0007 * (k % 5))
        for k in range(12)
    ]
    stops = city_table(rows)
    near = build_corridors(stops, pairs="all").assign(score=1.0)
    far = corridors.assign(distance_km=corridors["distance_km"].where(corridors.index != corridors.index[5]))
    for k, (places, table, digits) in enumerate([(cities, far, 0), (stops, near, 3)]):
        opened = open_map(save_map(corridor_map(places, table, "score"), tmp_path / f"distances{k}.html"))
        shown = pd.read_csv(io.StringIO(opened.ask("map.toCsv()").lstrip("\ufeff")), index_col="corridor")
        expected = table["distance_km"].round(digits)
        np.testing.assert_array_equal(shown["distance_km"].reindex(expected.index), expected)
        assert len(shown) == len(expected)
        opened.page.close()


def test_a_map_that_opens_hidden_fits_itself_when_shown(open_map, cities, corridors, tmp_path):
    part = map_parts(cities, corridors, "score", key="m1", height="420px")
    file = tmp_path / "hidden.html"
    page = f"<!DOCTYPE html><meta charset=utf-8>{part.head}<div id=tab style='display:none'>{part.body}</div>"
    file.write_text(f"{page}<script>{part.script}</script>", encoding="utf-8")
    opened = open_map(file, key="m1")
    opened.page.evaluate("document.getElementById('tab').style.display = 'block'")
    opened.wait_until("document.getElementById('m1').geobri.labels().length > 15")
    assert opened.page.is_visible(".geobri-panel")
    assert 0 < opened.place_of(1.35, 103.8)[0] < 1280


def test_the_last_rank_is_still_drawn_stronger_than_none(opened):
    script = """(() => {
        const sheet = document.querySelector('.geobri-classes');
        return [...sheet.querySelectorAll('.geobri-line')].map((line) => [parseFloat(line.style.height), Number(line.style.opacity)]);
    })()"""
    *ranked, unranked = opened.ask(script)
    assert min(width for width, _ in ranked) > unranked[0]
    assert min(opacity for _, opacity in ranked) > unranked[1]


def test_long_names_of_values_become_a_list(open_map, cities, corridors, tmp_path):
    names = {
        "rank_overall": "Overall connectivity",
        "rank_trade": "Unimpeded trade between cities",
        "score": "Composite score",
    }
    values = [Measure(column, label=label) for column, label in names.items()]
    made = corridor_map(cities, corridors, "rank_overall", values=values, source="A source. " * 40)
    opened = open_map(save_map(made, tmp_path / "long.html"))
    opened.page.get_by_label("Width and colour", exact=True).locator("select").select_option("score")
    assert opened.state["value"] == "score"
    assert opened.page.locator(".geobri-source").bounding_box()["height"] < 40
