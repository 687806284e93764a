"""Sea distances against searoute itself and against published port tables; ports and passages."""

import builtins

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geobri import impedance
from geobri.datasets import bri22
from geobri.errors import DataError, MissingExtraError, SchemaError
from geobri.gazetteer import load_country_table, load_report_cities
from geobri.geodesy import distance_matrix_km
from geobri.impedance import assign_ports, load_ports, sea_distance_km, sea_distance_matrix_km

searoute = pytest.importorskip("searoute")


@pytest.fixture(scope="module")
def cities():
    return bri22().cities


@pytest.fixture(scope="module")
def matrix(cities):
    return sea_distance_matrix_km(cities)


def test_ports_have_codes_countries_and_points():
    ports = load_ports()
    assert 3900 < len(ports) < 3963
    assert ports.index.is_unique
    assert ports["country"].isin(load_country_table().index).all()
    assert ports.crs.to_epsg() == 4326
    assert ports.loc["ANWIL", "country"] == "CUW"
    assert ports.loc["CSBAR", "country"] == "MNE"
    terminals = load_ports(terminals_only=True)
    assert terminals["is_terminal"].all()
    assert len(terminals) < len(ports) / 4


def test_ports_of_the_22_cities(cities):
    assigned = assign_ports(cities)
    assert assigned.loc[["singapore", "qingdao", "karachi", "beijing"], "port"].tolist() == [
        "SGSIN",
        "CNTAO",
        "PKKHI",
        "CNTGU",
    ]
    inland = {
        "moscow",
        "chengdu",
        "vienna",
        "xian",
        "zhengzhou",
        "almaty",
        "johannesburg",
        "nairobi",
        "urumqi",
    }
    assert set(assigned.index[assigned["port"].isna()]) == inland
    assert assigned.loc[sorted(inland), "port_km"].isna().all()
    assert assign_ports(cities, reach_km=100)["port"].notna().sum() == 11  # Beijing and Cairo drop out


def test_country_decides_the_port():
    johor = gpd.GeoDataFrame(
        {"country": ["MYS"]}, index=["johor"], geometry=gpd.points_from_xy([103.76], [1.47]), crs="EPSG:4326"
    )
    at_home = assign_ports(johor)["port"].item()
    anywhere = assign_ports(johor, same_country=False)
    assert at_home.startswith("MY")
    assert anywhere["port_km"].item() <= assign_ports(johor)["port_km"].item()


def test_matrix_is_a_distance(matrix, cities):
    values = matrix.to_numpy()
    np.testing.assert_array_equal(values, values.T)
    known = ~np.isnan(np.diag(values)) & (np.diag(values) == 0)
    assert known.sum() == 13
    inside = values[np.ix_(known, known)]
    assert (inside[:, None, :] <= inside[:, :, None] + inside[None, :, :] + 1e-6).all()
    assert matrix.loc["moscow"].isna().all()
    straight = distance_matrix_km(cities).to_numpy()[np.ix_(known, known)]
    apart = inside > 0
    assert (inside[apart] > 0.8 * straight[apart]).all()
    assert matrix.loc["beijing", "tianjin"] == 0  # one port


@pytest.mark.parametrize(
    ("pair", "nautical_miles"),
    [
        (("singapore", "shanghai"), 2237),
        (("singapore", "karachi"), 2886),
        (("istanbul", "singapore"), 5850),
        (("singapore", "dubai"), 3470),
    ],
)
def test_against_published_port_distances(matrix, pair, nautical_miles):
    """Rounded figures of port distance tables (such as Reeds'); the network is coarse, so 6 % is asked."""
    assert matrix.loc[pair] == pytest.approx(nautical_miles * 1.852, rel=0.06)


def test_against_searoute_itself(matrix, cities):
    ports = load_ports().geometry[assign_ports(cities)["port"].dropna()]
    for first, second in [
        ("singapore", "shanghai"),
        ("istanbul", "qingdao"),
        ("karachi", "rome"),
        ("bangkok", "dubai"),
    ]:
        start, stop = (ports[assign_ports(cities).loc[city, "port"]] for city in (first, second))
        route = searoute.searoute([start.x, start.y], [stop.x, stop.y], append_orig_dest=True)
        assert matrix.loc[first, second] == pytest.approx(route["properties"]["length"], rel=0.01)


def test_closing_suez_sends_ships_around_africa(cities, matrix):
    pair = cities.loc[["singapore", "rome"]]
    around = sea_distance_matrix_km(pair, closed=("northwest", "suez")).loc["singapore", "rome"]
    assert around > 1.4 * matrix.loc["singapore", "rome"]
    with pytest.raises(DataError, match=r"kiel.*|'kiel'"):
        sea_distance_matrix_km(pair, closed=("kiel",))


def test_paths_cross_180_degrees():
    cities = load_report_cities().loc[["suva", "los-angeles", "tokyo"]]
    matrix = sea_distance_matrix_km(cities)
    straight = distance_matrix_km(cities)
    assert matrix.loc["suva", "los-angeles"] < 1.1 * straight.loc["suva", "los-angeles"]
    assert matrix.loc["tokyo", "los-angeles"] < 1.1 * straight.loc["tokyo", "los-angeles"]


def test_corridors_get_the_distance_of_their_pair(cities, matrix):
    corridors = pd.DataFrame(
        {"origin": ["shanghai", "moscow", "rome"], "destination": ["singapore", "rome", "karachi"]},
        index=["shanghai--singapore", "moscow--rome", "karachi--rome"],
    )
    found = sea_distance_km(corridors, cities)
    assert found.name == "sea_km"
    assert found.index.equals(corridors.index)
    assert found.iloc[0] == matrix.loc["shanghai", "singapore"]
    assert np.isnan(found.iloc[1])
    with pytest.raises(SchemaError, match="moscow--rome"):
        sea_distance_km(corridors, cities.drop(index="moscow"))


def test_the_caspian_is_reached_by_volga_and_don():
    cities = load_report_cities().loc[["baku", "istanbul"]]
    matrix = sea_distance_matrix_km(cities)
    assert 2500 < matrix.loc["baku", "istanbul"] < 3300


def test_wrong_input_is_refused(cities):
    with pytest.raises(DataError, match="reach_km"):
        assign_ports(cities, reach_km=-1)
    with pytest.raises(SchemaError, match="country"):
        assign_ports(cities.drop(columns="country"))
    with pytest.raises(SchemaError, match="3857"):
        assign_ports(cities.to_crs(3857))


def test_missing_extra_names_the_remedy(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith("searoute"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"geobri\[sea\]"):
        impedance._graphs()


def test_own_ports_may_be_used():
    places = gpd.GeoDataFrame(
        {"country": ["CHN", "CHN"], "name": ["a", "b"]},
        index=["p", "q"],
        geometry=[shapely.Point(121.5, 31.3), shapely.Point(120.3, 36.1)],
        crs="EPSG:4326",
    )
    matrix = sea_distance_matrix_km(places, ports=places)
    assert 500 < matrix.loc["p", "q"] < 800
