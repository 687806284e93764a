"""Studies that fit into one city: stations 140 m apart, zones with their outlines, and policies of the page around a map."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geobri.corridors import build_corridors
from geobri.measures import Measure
from geobri.webmap import corridor_map, map_parts, save_map

pytestmark = pytest.mark.browser

WINDOW = (1280, 720)
APART_DEG = 0.00126  # 140 m


@pytest.fixture(scope="module")
def stations(city_table):
    """56 stations: seven by eight, 140 m apart, some a few kilometres off."""
    rng = np.random.default_rng(3)
    place = np.array([(-74.05 + APART_DEG * 1.32 * (k % 7), 40.72 + APART_DEG * (k // 7)) for k in range(56)])
    place[50:] += rng.uniform(-0.02, 0.03, (6, 2))
    rows = [(f"s{k:02d}", f"Stop {k}", f"站{k}", "USA", "All", None, *place[k].round(6)) for k in range(56)]
    return city_table(rows)


@pytest.fixture(scope="module")
def trips(stations):
    """Trips between most of them, each way its own number."""
    rng = np.random.default_rng(4)
    first, second = np.nonzero(~np.eye(56, dtype=bool))
    kept = rng.random(len(first)) < 0.33
    ends = {"origin": stations.index[first[kept]], "destination": stations.index[second[kept]]}
    pairs = pd.DataFrame(ends).assign(trips=rng.poisson(12, kept.sum()) + 1)
    return build_corridors(stations, pairs=pairs, directed=True)


@pytest.fixture
def streets(open_map, stations, trips, tmp_path):
    made = corridor_map(stations, trips, Measure("trips", kind="count"), basemap="none")
    return open_map(save_map(made, tmp_path / "streets.html"), width=WINDOW[0], height=WINDOW[1])


def test_stations_open_whole_and_can_be_told_apart(streets, stations):
    card = streets.page.locator(".geobri-panel").bounding_box()
    places = np.array([streets.place_of(point.y, point.x) for point in stations.geometry])
    assert (places > (card["width"], 0)).all()
    assert (places < WINDOW).all()
    assert np.ptp(places, axis=0).max() > 300
    streets.ask("map.map.setView([40.7213, -74.0483], map.map.getMaxZoom(), {animate: false})")
    near = [streets.place_of(point.y, point.x) for point in stations.geometry.iloc[[0, 1]]]
    assert np.hypot(*np.subtract(*near)) > 79
    streets.page.get_by_role("button", name="Table of corridors").click()
    heads = streets.page.locator(".geobri-table thead th").all_inner_texts()
    assert heads == ["#", "Corridor", "Trips", "Distance"]  # nothing is known of coasts


def test_each_way_between_stations_can_be_reached_and_is_told_in_metres(streets, trips):
    both = [name for name in trips.index if "->".join(name.split("->")[::-1]) in trips.index]
    close = trips.loc[both].query("distance_km < 0.2").index[:6]
    assert len(close) == 6
    for name in close:
        row = trips.loc[name]
        streets.set(only=[name, "->".join(name.split("->")[::-1])])
        streets.ask("map.map.fitBounds(argument, {animate: false, maxZoom: 18})", bounds_of(streets, name))
        streets.page.wait_for_timeout(80)
        x, y = streets.place_on(name)
        a, b = (np.array(streets.place_on(name, share)) for share in (0, 1))
        right = np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a))
        streets.page.mouse.move(*(np.array([x, y]) + 3 * right))
        streets.page.wait_for_timeout(80)
        assert streets.ask("map.highlighted()") == [name]
        assert f"{round(1000 * row['distance_km'])} m" in streets.text(".geobri-tip").replace(",", "")
        assert str(row["trips"]) in streets.text(".geobri-tip")


def bounds_of(opened, name):
    ends = name.split("->")
    return opened.ask(
        "(() => { const c = JSON.parse(document.querySelector('.geobri-data').textContent).cities;"
        "return argument.map((slug) => [c.lat[c.slug.indexOf(slug)], c.lon[c.slug.indexOf(slug)]]); })()",
        ends,
    )


def test_107_zones_stand_on_their_outlines(open_map, city_table, tmp_path):
    rng = np.random.default_rng(9)
    frame = shapely.box(420_000, 425_000, 444_000, 447_000)  # metres of the British grid
    points = shapely.points(rng.uniform((420_000, 425_000), (444_000, 447_000), (107, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame))
    zones = gpd.GeoDataFrame(geometry=shapely.intersection(cells, frame), crs=27700)
    zones["name"] = [f"Ward {k}" for k in range(107)]
    zones.iloc[1:].to_file(tmp_path / "zones.gpkg")  # one of them has no outline
    middles = zones.representative_point().to_crs(4326)
    rows = [
        (f"w{k:03d}", f"Ward {k}", f"区{k}", "GBR", "All", None, place.x, place.y)
        for k, place in enumerate(middles)
    ]
    cities = city_table(rows)
    first, second = np.nonzero(~np.eye(107, dtype=bool))
    pairs = pd.DataFrame({"origin": cities.index[first], "destination": cities.index[second]})
    pairs = pairs.assign(all=rng.poisson(3, len(pairs)))
    corridors = build_corridors(cities, pairs=pairs, directed=True)
    assert len(corridors) == 11_342
    made = corridor_map(cities, corridors, Measure("all", kind="count"), basemap=tmp_path / "zones.gpkg")
    opened = open_map(save_map(made, tmp_path / "wards.html"))
    opened.set(only=[])
    places = {k: opened.place_of(place.y, place.x) for k, place in enumerate(middles)}
    spread = np.array(list(places.values()))
    assert np.ptp(spread, axis=0).max() > 300
    for k in (5, 40, 88):
        corner = zones.geometry[k].exterior.interpolate(0.1, normalized=True)
        inside = zones.geometry[k].representative_point()
        near = gpd.GeoSeries(
            [shapely.points((3 * inside.x + 7 * corner.x) / 10, (3 * inside.y + 7 * corner.y) / 10)],
            crs=27700,
        )
        place = near.to_crs(4326)[0]
        opened.page.mouse.move(*opened.place_of(place.y, place.x))
        opened.page.wait_for_timeout(80)
        assert f"Ward {k}" in opened.text(".geobri-tip")


def test_a_policy_by_nonce_lets_the_map_run(chromium, cities, corridors, tmp_path):
    part = map_parts(cities, corridors, "score", key="m1", height="420px")
    policy = "default-src 'none'; script-src 'nonce-abc'; style-src 'unsafe-inline'; img-src data: blob:"
    body = f"{part.head}{part.body}<script>{part.script}</script>".replace("<script>", '<script nonce="abc">')
    file = tmp_path / "nonce.html"
    head = (
        f'<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    )
    file.write_text(head + body, encoding="utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.getElementById('m1').geobri.drawn().length") == 195
    assert page.evaluate("document.scripts.length") == body.count("<script")
    page.close()
