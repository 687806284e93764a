"""The coast beside the cities is the fine one, on the screen and in a drawing; far from them it is the coarse one."""

import numpy as np
import pytest
import shapely

from geobri import boundaries
from geobri.webmap import corridor_map, save_map
from geobri.webmap.basemap import pack_basemap

pytestmark = pytest.mark.browser

COLOUR = """(() => {
    const sheet = document.querySelector('.leaflet-geobri-base-pane canvas');
    const box = sheet.getBoundingClientRect();
    const context = sheet.getContext('2d');
    return argument.map(([x, y]) => Array.from(context.getImageData(
        Math.round((x - box.x) * sheet.width / box.width), Math.round((y - box.y) * sheet.height / box.height), 1, 1).data));
})()"""


@pytest.fixture(scope="module")
def coast_file(cities, corridors, tmp_path_factory):
    return save_map(corridor_map(cities, corridors, "score"), tmp_path_factory.mktemp("coast") / "coast.html")


@pytest.mark.parametrize(
    ("city", "square"), [("shenzhen", (110, 20)), ("singapore", (100, 0)), ("istanbul", (25, 40))]
)
def test_land_and_water_are_those_of_the_fine_layer(open_map, coast_file, cities, city, square):
    place = cities.geometry[city]
    rng = np.random.default_rng(3)
    lon, lat = place.x + rng.uniform(-0.35, 0.35, 400), place.y + rng.uniform(-0.2, 0.2, 400)
    land = shapely.union_all(boundaries.load_land_squares([square]).geometry.to_numpy())
    clear = shapely.distance(land.boundary, shapely.points(lon, lat)) > 0.003  # not on the line itself
    truth = shapely.contains_xy(land, lon, lat)
    coarse = shapely.union_all(boundaries.load_land("50m").clip(place.buffer(1)).geometry.to_numpy())
    assert (shapely.contains_xy(coarse, lon, lat) != truth)[
        clear
    ].sum() > 4  # the two layers can be told apart here
    opened = open_map(coast_file, at=f"#view={place.y}:{place.x}:10.5")
    places = [opened.place_of(y, x) for y, x in zip(lat[clear], lon[clear], strict=True)]
    seen = [colour[0] > 240 for colour in opened.ask(COLOUR, places)]  # land is nearly white, water is blue
    assert np.mean(np.array(seen) == truth[clear]) > 0.985  # the grid of degrees is drawn, too


def test_squares_are_packed_once_and_only_for_studies_that_are_looked_at_closely(cities):
    near = pack_basemap(cities=cities)["near"]
    assert [103, 1] in near["cells"]
    assert len(near["data"]) < 40_000
    assert "near" not in pack_basemap(cities=cities, resolution="50m")
    assert "near" not in pack_basemap("countries", cities=cities)
    assert "near" not in pack_basemap()


def test_squares_go_round_at_180_degrees(cities):
    moved = cities.iloc[:1].set_geometry([shapely.Point(179.9, -17.0)], crs=4326)
    assert {-180, 178, 179} == {lon for lon, _ in pack_basemap(cities=moved)["near"]["cells"]}


def test_a_drawing_has_the_fine_coast_under_lakes_and_lines(open_map, coast_file):
    opened = open_map(coast_file, at="#view=1.35:103.82:9")
    paths = opened.ask(
        "[...new DOMParser().parseFromString(map.toSvg(), 'image/svg+xml').querySelectorAll('g > path')].slice(0, 5).map((e) => e.getAttribute('fill'))"
    )
    water, land = paths[1], paths[0]
    assert paths[:4] == [land, water, land, water]
