"""Own polygons and lines as a base map, from any vector file in any reference system."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geobri.errors import DataError, InputError, SpecificationError
from geobri.webmap import corridor_map, is_online, save_map
from geobri.webmap.basemap import pack_basemap
from geobri.webmap.packing import GRID
from geobri.webmap.zones import is_vector_file, pack_zones, read_zones


@pytest.fixture
def districts():
    """Four squares of about two kilometres around 103.8 E, 1.3 N, and a line through them."""
    corners = [(103.80, 1.30), (103.82, 1.30), (103.80, 1.32), (103.82, 1.32)]
    shapes = [shapely.box(x, y, x + 0.02, y + 0.02) for x, y in corners]
    shapes.append(shapely.LineString([(103.79, 1.29), (103.85, 1.35)]))
    names = ["West", "Centre", "<b>North</b>", "东", "Canal"]
    return gpd.GeoDataFrame({"code": range(5), "NAME": names}, geometry=shapes, crs=4326)


def test_files_of_any_system_come_to_degrees(districts, tmp_path):
    path = tmp_path / "zones.gpkg"
    districts.to_crs(32648).to_file(path)
    zones = read_zones(path, caller="t")
    assert zones["name"].tolist() == districts["NAME"].tolist()
    np.testing.assert_allclose(zones.total_bounds, districts.total_bounds, atol=1e-7)
    assert is_vector_file(path)
    assert is_vector_file("a/b/zones.GEOJSON")
    assert not is_vector_file("countries")


def test_outlines_are_packed_finer_than_the_land(districts):
    packed = pack_zones(read_zones(districts, caller="t"))
    assert packed["grid"] > 50 * GRID
    assert packed["rings"] == [1] * 5
    assert packed["closed"] == [1, 1, 1, 1, 0]
    assert packed["names"][2] == "<b>North</b>"
    lon = packed["origin"][0] / packed["grid"] * 360 - 180
    assert lon == pytest.approx(103.79, abs=1e-4)


def test_shapes_without_a_place_are_refused(districts):
    points = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    with pytest.raises(DataError, match=r"must hold polygons or lines.*Point"):
        read_zones(points, caller="t")
    unknown = districts.to_crs(32648).set_crs(None, allow_override=True)
    with pytest.raises(DataError, match="must say its reference system"):
        read_zones(unknown, caller="t")
    assert read_zones(districts.set_crs(None, allow_override=True), caller="t").crs == 4326


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(InputError, match="no file"):
        pack_basemap(str(tmp_path / "zones.gpkg"))
    (tmp_path / "text.geojson").write_text("no shapes")
    with pytest.raises(InputError, match=r"text\.geojson must be a vector file"):
        pack_basemap(tmp_path / "text.geojson")
    with pytest.raises(SpecificationError, match=r"zones\.gpkg"):
        pack_basemap("zones")


def test_only_an_address_is_online(districts):
    assert is_online("https://tiles.example/{z}/{x}/{y}.png")
    assert not any(is_online(base) for base in ("land", "none", "zones.gpkg", districts))


@pytest.mark.browser
def test_zones_are_drawn_and_named_on_hover(open_map, city_table, districts, tmp_path):
    rows = [
        ("a", "A", "甲", "SGP", "All", None, 103.805, 1.305),
        ("b", "B", "乙", "SGP", "All", None, 103.835, 1.335),
    ]
    cities = city_table(rows)
    corridors = districts.iloc[:1].drop(columns="geometry").assign(origin="a", destination="b", score=1.0)
    corridors.index = ["a--b"]
    made = corridor_map(cities, corridors, "score", basemap=districts)
    opened = open_map(save_map(made, tmp_path / "zones.html"))
    for x, y, name in [(103.832, 1.305, "Centre"), (103.805, 1.335, "<b>North</b>")]:
        opened.page.mouse.move(*opened.place_of(y, x))
        opened.page.wait_for_timeout(60)
        assert opened.text(".geobri-tip") == name
    opened.page.mouse.move(*opened.place_of(1.325, 103.845))
    opened.page.wait_for_timeout(60)
    assert not opened.page.is_visible(".geobri-tip")
    edge = opened.place_of(1.31, 103.82)
    colours = """(() => {
        const sheet = document.querySelector('.leaflet-geobri-base-pane canvas');
        const box = sheet.getBoundingClientRect();
        const ratio = sheet.width / box.width;
        const at = argument.map((value, k) => Math.round((value - [box.x, box.y][k]) * ratio));
        return new Set(new Uint32Array(sheet.getContext('2d').getImageData(at[0] - 4, at[1], 9, 1).data.buffer)).size;
    })()"""
    assert opened.ask(colours, edge) > 1
