import re

import folium
import pytest

from geobri.errors import OutputError, SpecificationError
from geobri.webmap import OFFLINE_POLICY, corridor_map, join_heads, map_parts, save_map
from geobri.webmap.assets import leaflet_css, leaflet_js, runtime_js
from geobri.webmap.config import configure_map

LIMIT_BYTES = 600_000
HOSTILE = "<script>alert(1)</script>\" onmouseover='x' {{ 7*7 }} {% raw %} {# ${x} \\ ' \u2028"


def render(made) -> str:
    return made.get_root().render()


def test_the_same_tables_give_the_same_bytes(cities, corridors, published_map):
    again = [render(corridor_map(cities, corridors, "score")) for _ in range(2)]
    assert again[0] == again[1]
    assert render(published_map) == render(published_map)
    assert again[0] != render(corridor_map(cities, corridors, "score", lang="zh"))


def test_the_page_of_22_cities_is_small(published_file):
    assert published_file.stat().st_size < LIMIT_BYTES


def test_no_address_is_asked_for(published_map):
    page = render(published_map)
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?!data:|#)[^"'\s>]+\.(?:js|css|png)""", page)
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL))
    assert not re.findall(r"url\((?!data:)|@import", styles)
    assert "sourceMappingURL" not in page
    assert OFFLINE_POLICY in page


def test_leaflet_carries_its_images():
    assert leaflet_css().count("url(data:image/png;base64,") == 2  # of its control; markers are told theirs
    assert leaflet_js().count("data:image/png;base64,") == 3
    assert "url(images/" not in leaflet_css()
    assert "mergeOptions" in leaflet_js()


def test_runtime_builds_no_html_from_text():
    """The one exception hands folium's own popup markup on, and makes a credit safe for Leaflet."""
    lines = [line for line in runtime_js().splitlines() if "innerHTML" in line]
    assert len(lines) == 2
    assert not re.findall(
        r"\b(eval|document\.write|insertAdjacentHTML|new Function|localStorage|replaceState)\b", runtime_js()
    )


def test_hostile_words_stay_data(cities, corridors):
    named = cities.assign(name=[HOSTILE, *cities.name[1:]])
    page = render(corridor_map(named, corridors, "score", title=HOSTILE, subtitle=HOSTILE, source=HOSTILE))
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"<title>(.*?)</title>", page)[0]
    assert "{{ 7*7 }}" in page
    n_scripts = page.count("<script")
    assert n_scripts == page.count("</script>")
    assert n_scripts == render(corridor_map(cities, corridors, "score")).count("<script")


def test_own_tiles_are_asked_for_only_on_wish(cities, corridors):
    made = corridor_map(
        cities, corridors, "score", basemap="https://tiles.example/{z}/{x}/{y}.png", attribution="<b>Me</b>"
    )
    page = render(made)
    assert "tiles.example" in page
    assert OFFLINE_POLICY not in page
    assert "<b>Me" not in page
    with pytest.raises(SpecificationError, match="tiles must name whom they are by"):
        corridor_map(cities, corridors, "score", basemap="https://tiles.example/{z}/{x}/{y}.png")
    for wrong in ("ftp://a/{z}/{x}/{y}", "https://a/{z}/{x}", "oceans", "javascript:alert(1)//{z}{x}{y}"):
        with pytest.raises(SpecificationError, match="basemap must be 'land', 'countries', 'none'"):
            corridor_map(cities, corridors, "score", basemap=wrong, attribution="me")


def test_borders_name_their_worldview(cities, corridors):
    credits_ = {
        view: render(corridor_map(cities, corridors, "score", basemap="countries", worldview=view))
        for view in ("ne", "china")
    }
    assert "Natural Earth (borders: de facto)" in credits_["ne"]
    assert "borders as drawn in China" in credits_["china"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"lang": "fr"}, "lang must be one of en, zh"),
        ({"theme": "pink"}, "theme must be one of auto, light, dark"),
        ({"panel": "half"}, "panel must be one of open, closed"),
        ({"width": "wide"}, "CSS lengths"),
        ({"height": "10px;background:url(x)"}, "CSS lengths"),
        ({"city_value": "gdp"}, "city_value must be one of"),
        ({"title": {"fr": "x"}}, "title must be"),
        ({"state": {"tpo": 10}}, "state may hold value, year"),
        ({"views": [{"top": 10}]}, "every view must have a name"),
        ({"views": [{"name": "Hubs", "tpo": 10}]}, "state may hold value, year"),
        ({"years": {"trade": {2020: "score"}}}, "the columns of years must be one of score"),
    ],
)
def test_choices_that_are_not_offered_are_refused(cities, corridors, choice, message):
    with pytest.raises(SpecificationError, match=message):
        corridor_map(cities, corridors, "score", **choice)


def test_parts_share_what_is_equal(cities, corridors):
    one = map_parts(cities, corridors, "score", key="m1", title="One")
    two = map_parts(cities, corridors, "rank_overall", key="m2", title="Two")
    assert one.head_blocks == two.head_blocks
    assert join_heads([one, two]) == one.head
    assert 'id="m1"' in one.body
    assert one.script == 'geobriRuntime.start("m1");'
    other = map_parts(cities, corridors, "score", key="m3", basemap="none")
    assert join_heads([one, other]).count("geobriUnpack(") == one.head.count("geobriUnpack(") == 2
    with pytest.raises(SpecificationError, match="key must begin with a letter"):
        map_parts(cities, corridors, "score", key='m"><script>')
    with pytest.raises(SpecificationError, match=r"choices must be among.*colour"):
        map_parts(cities, corridors, "score", key="m", colour="red")


def add_layers(made):
    group = folium.FeatureGroup("Ports").add_to(made)
    folium.Marker(
        [1.26, 103.8], popup=folium.Popup("Port"), tooltip="Port", icon=folium.Icon(color="green")
    ).add_to(group)
    folium.CircleMarker([31.2, 121.5], radius=9).add_to(made)
    folium.GeoJson({"type": "Point", "coordinates": [100.5, 13.7]}).add_to(made)
    folium.LayerControl().add_to(made)
    return made


def test_maps_with_folium_layers_have_the_same_bytes_too(cities, corridors):
    pages = [render(add_layers(corridor_map(cities, corridors, "score"))) for _ in range(2)]
    assert pages[0] == pages[1]
    assert OFFLINE_POLICY not in pages[0]


def test_saving_is_whole_or_nothing(published_map, tmp_path, monkeypatch):
    target = tmp_path / "map.html"
    target.write_text("before")
    with monkeypatch.context() as patch:
        patch.setattr(
            "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        with pytest.raises(OutputError, match=r"save_map: the output '.*' must be writable.*No space left"):
            save_map(published_map, target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    assert save_map(published_map, target) == target
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(OutputError, match=r"save_map: the output .* must be writable"):
        save_map(published_map, target / "deeper" / "map.html")
    assert save_map(published_map, tmp_path / "new" / "map.html").is_file()


def test_a_map_shows_itself_in_a_notebook(published_map):
    shown = published_map._repr_html_()
    assert "srcdoc=" in shown
    assert "&lt;section class=&quot;geobri&quot;" in shown


def test_open_ends_of_lengths_may_be_infinite(cities, corridors):
    views = [{"name": "Long haul", "km": [3000, float("inf")]}, {"name": "Near", "km": [float("-inf"), 800]}]
    config, _ = configure_map(
        cities, corridors, "score", {"views": views, "state": {"km": (500, None)}}, caller="t"
    )
    assert [view["state"]["km"] for view in config["views"]] == [[3000, None], [None, 800]]
    assert config["state"]["km"] == [500, None]
