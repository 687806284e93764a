"""Every layer is re-read from disk: what its manifest says, and what every user may rely on."""

import gzip
import hashlib
import json
import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geobri import boundaries
from geobri.errors import BoundaryError
from geobri.gazetteer.countries import load_country_table

LAYERS = boundaries.list_layers()


def read(name):
    return gpd.read_file(f"/vsigzip/{boundaries.locate(name).as_posix()}", engine="pyogrio")


@pytest.fixture(scope="module", params=LAYERS)
def layer(request):
    return request.param, read(request.param)


def test_there_are_all_layers_of_the_plan():
    wanted = {f"{theme}_{level}" for theme in ("land", "lakes", "coastline") for level in ("110m", "50m")}
    assert set(LAYERS) == wanted | {
        "coastline_10m",
        "land_10m",
        "countries_110m_ne",
        "countries_50m_ne",
        "countries_110m_china",
    }


@pytest.mark.parametrize("name", LAYERS)
def test_file_hashes_match_the_manifest_and_the_readme(name):
    row = boundaries.describe_layer(name)
    path = boundaries.locate(name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == row["sha256"]
    assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() == row["sha256_unpacked"]
    readme = boundaries.locate("README.md").read_text(encoding="utf-8")
    line = next(line for line in readme.splitlines() if line.startswith(f"| `{path.name}`"))
    assert digest in line
    assert row["licence"] in line
    assert row["origin"] in line


def test_geometry_is_valid_wgs84_and_unique(layer):
    name, frame = layer
    row = boundaries.describe_layer(name)
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    assert frame["id"].is_unique
    assert len(frame) == row["features"]
    assert shapely.get_num_coordinates(frame.geometry.to_numpy()).sum() == row["vertices"]
    west, south, east, north = frame.total_bounds
    assert west >= -180
    assert east <= 180
    assert south >= -90
    assert north <= 90


def test_nothing_jumps_across_180_degrees(layer):
    _, frame = layer
    for part in shapely.get_parts(frame.geometry.to_numpy()):
        rings = shapely.get_rings(part) if shapely.get_dimensions(part) == 2 else [part]
        for ring in rings:
            corners = shapely.get_coordinates(ring)
            steps = np.abs(np.diff(corners[:, 0]))
            at_pole = np.minimum(corners[1:, 1], corners[:-1, 1]) < -89.9
            assert (steps[~at_pole] <= 180).all()


@pytest.mark.parametrize("name", [name for name in LAYERS if not name.startswith("coastline")])
def test_exterior_rings_run_counter_clockwise_as_geojson_wants(name):
    exteriors = shapely.get_exterior_ring(shapely.get_parts(read(name).geometry.to_numpy()))
    assert shapely.is_ccw(exteriors).all()


def test_coordinates_keep_three_decimals(layer):
    name, _ = layer
    text = gzip.decompress(boundaries.locate(name).read_bytes()).decode()
    assert not re.search(r"\d\.\d{4,}", text)


@pytest.mark.parametrize("name", [name for name in LAYERS if name.startswith("countries")])
def test_countries_have_codes_names_and_regions(name):
    frame = read(name)
    table = load_country_table()
    coded = frame[frame["country"] != ""].set_index("country")
    assert coded.index.is_unique
    assert coded.index.isin(table.index).all()
    assert (coded["name_zh"] == table["name_zh"].reindex(coded.index)).all()
    for column in ("name", "name_zh", "region", "subregion"):
        assert (frame[column] != "").all()
    assert (coded[["region_bri22", "region_global513", "sovereign"]] != "").all(axis=None)
    assert {"FRA", "NOR"} <= set(coded.index)


def test_the_two_worldviews_differ_where_they_should():
    ne = boundaries.load_countries("50m", worldview="ne").set_index("id")
    china = boundaries.load_countries("110m", worldview="china").set_index("id")
    places = {
        "Taipei": (121.2, 24.5),
        "Tawang": (94.5, 28.3),
        "Pristina": (20.9, 42.6),
        "Hargeisa": (45.0, 9.5),
    }

    def holders(frame):
        return [frame.index[frame.contains(shapely.Point(place))].tolist() for place in places.values()]

    assert holders(ne) == [["TWN"], ["IND"], ["XKX"], ["SOL"]]
    assert holders(china) == [["CHN"], ["CHN"], ["SRB"], ["SOM"]]
    assert (china["country"] != "").all()
    assert sorted(ne.index[ne["country"] == ""]) == ["CYN", "KAS", "SOL"]


def test_worldview_must_be_named():
    with pytest.raises(TypeError):
        boundaries.load_countries("110m")
    with pytest.raises(BoundaryError, match="110m_china"):
        boundaries.load_countries("50m", worldview="china")
    with pytest.raises(BoundaryError, match="de_facto"):
        boundaries.load_countries(worldview="de_facto")


def test_the_caspian_is_neither_sea_nor_lake():
    middle = shapely.Point(50.5, 42.0)
    assert not boundaries.load_land("50m").contains(middle).any()
    assert not boundaries.load_lakes("50m").contains(middle).any()
    whole = boundaries.load_coastline("50m")
    ocean = boundaries.load_coastline("50m", caspian=False)
    assert whole["id"].tolist() == ["ocean", "caspian"]
    assert ocean["id"].tolist() == ["ocean"]
    baku = shapely.Point(49.87, 40.38)
    assert shapely.distance(whole.geometry.to_numpy(), baku).min() < 0.5
    assert shapely.distance(ocean.geometry.to_numpy(), baku).min() > 5


@pytest.mark.parametrize("level", ["110m", "50m"])
def test_land_is_about_29_percent_of_the_earth(level):
    land = boundaries.load_land(level).to_crs("+proj=cea +ellps=WGS84")
    earth_km2 = 510.07e6
    share = land.area.sum() / 1e6 / earth_km2
    assert 0.285 < share < 0.295


def test_known_points_are_on_land_or_water():
    land = boundaries.load_land("110m")
    lakes = boundaries.load_lakes("110m")
    for place in [(116.4, 39.9), (103.85, 25.0), (36.8, -1.3), (-60.0, -5.0)]:
        assert land.contains(shapely.Point(place)).any()
    for place in [(0, 0), (-30, 30), (160, 0), (80, -20)]:
        assert not land.contains(shapely.Point(place)).any()
    assert lakes.contains(shapely.Point(33.0, -1.0)).any()


def test_squares_of_fine_land_are_its_parts_and_no_others_are_read():
    squares = boundaries.load_land_squares([(10, 40), (100, 0), (-40, 30)])
    assert squares["id"].tolist() == ["land 100 0", "land 10 40"]  # the third is all water
    for name, geometry in zip(squares["id"], squares.geometry, strict=True):
        west, south = map(int, name.split()[1:])
        assert geometry.within(shapely.box(west, south, west + 5, south + 5))
    assert squares.geometry.iloc[1].contains(shapely.Point(12.5, 41.9))
    coarse = boundaries.load_land("50m").clip(shapely.box(10, 40, 15, 45)).geometry.to_numpy()
    assert shapely.area(squares.geometry.iloc[1]) == pytest.approx(shapely.area(coarse).sum(), rel=0.01)


def test_null_island_is_gone():
    origin = shapely.box(-0.1, -0.1, 0.1, 0.1)
    for level in ("110m", "50m", "10m"):
        assert not boundaries.load_coastline(level).intersects(origin).any()


def test_unknown_names_list_what_exists():
    with pytest.raises(BoundaryError, match=r"coastline_10m.*land_50m"):
        boundaries.locate("land_5m")
    with pytest.raises(BoundaryError, match="10m, 110m, 50m"):
        boundaries.load_land("5m")
    with pytest.raises(BoundaryError):
        boundaries.locate("../pyproject.toml")


def test_locator_finds_the_folder_in_a_checkout_and_in_a_wheel(tmp_path, monkeypatch):
    source = boundaries.locate("land_110m").parent
    wheel = tmp_path / "site-packages" / "geobri"
    wheel.mkdir(parents=True)
    monkeypatch.setattr(boundaries, "_PACKAGE", wheel)
    with pytest.raises(BoundaryError, match="Reinstall"):
        boundaries.locate("land_110m")
    for place in (tmp_path / "site-packages" / "boundaries", wheel / "boundaries_data"):
        place.mkdir()
        for file in ("manifest.json", "land_110m.geojson.gz"):
            (place / file).write_bytes((source / file).read_bytes())
        assert boundaries.locate("land_110m").parent == place
        assert len(boundaries.load_land()) == 127


def test_loaded_layers_are_fresh_copies():
    first = boundaries.load_land()
    first.loc[0, "id"] = "changed"
    assert boundaries.load_land().loc[0, "id"] == "land-0"


def test_files_open_as_plain_geojson_too():
    features = json.loads(gzip.decompress(boundaries.locate("land_110m").read_bytes()))["features"]
    assert features[0]["geometry"]["type"] == "Polygon"
    assert "crs" not in features[0]


def test_manifest_names_every_file_of_the_folder_and_no_other():
    folder = boundaries.locate("manifest.json").parent
    rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["layers"]
    assert {row["file"] for row in rows} == {path.name for path in folder.glob("*.gz")}
    assert sum(row["bytes"] for row in rows) < 5_000_000


@pytest.mark.parametrize("resolution", ["110m", "50m"])
def test_the_coastline_is_what_a_reader_of_any_geojson_gives(resolution):
    assert_geodataframe_equal(boundaries.load_coastline(resolution), read(f"coastline_{resolution}"))
