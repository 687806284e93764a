"""The open-data studies: against a count by another road, against the published ranks, and as study folders."""

import hashlib
import re
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau, spearmanr

from geobri.coast import coastal_by_threshold, distance_to_coast
from geobri.geodesy import distance_km
from geobri.study import check_study, load_study

REFERENCE = Path(__file__).parents[1] / "reference" / "open_data" / "air22_pairs.csv"
FOLDER = Path(str(resources.files("geobri") / "data" / "open"))


@pytest.fixture(scope="module", params=["air22", "air513"])
def study(request):
    return load_study(request.param)


@pytest.fixture(scope="module")
def air22():
    return load_study("air22")


def read_flows(name):
    return pd.read_csv(FOLDER / name / "flows.csv")


def degrees(flows, cities, value):
    rows = flows[flows["indicator"] == value]
    return (
        pd.concat([rows.groupby(end)["value"].sum() for end in ("origin", "destination")])
        .groupby(level=0)
        .sum()
        .reindex(cities)
    )


def test_air22_agrees_with_a_count_by_another_road():
    by_hand = pd.read_csv(REFERENCE).set_index(["origin", "destination"])["airport_pairs"]
    flows = read_flows("air22").set_index(["indicator", "origin", "destination"])["value"]
    assert len(by_hand) == 195
    pd.testing.assert_series_equal(
        flows["air_airport_pairs"].sort_index(), by_hand.sort_index(), check_names=False, check_dtype=False
    )
    assert (flows["air_direct"].sort_index() == (by_hand.sort_index() > 0)).all()


def test_106_of_the_195_pairs_have_a_direct_flight(air22):
    assert len(air22.corridors) == 195
    assert air22.corridors["air_direct"].sum() == 106
    assert set(air22.corridors["air_direct"]) == {0, 1}


@pytest.mark.parametrize(
    ("dimension", "least", "most"),
    [
        ("people", 0.74, 0.82),
        ("policy", 0.55, 0.75),
        ("overall", 0.55, 0.70),
        ("facility", 0.35, 0.60),
        ("information", -0.30, 0.10),
    ],
)
def test_agreement_with_the_published_ranks(air22, dimension, least, most):
    """Number of partners with a direct flight against the printed rank: people-to-people agrees, information does not."""
    degree = degrees(read_flows("air22"), air22.cities.index, "air_direct")
    rank = air22.cities[f"rank_{dimension}"].astype(float)
    assert least < spearmanr(-degree, rank).statistic < most
    assert abs(kendalltau(-degree, rank).statistic) < abs(most) + 0.1


def test_people_rank_to_two_digits(air22):
    degree = degrees(read_flows("air22"), air22.cities.index, "air_direct")
    assert spearmanr(-degree, air22.cities["rank_people"].astype(float)).statistic == pytest.approx(
        0.78, abs=0.005
    )


def test_studies_have_no_faults(study):
    assert check_study(study.name) == []


def test_folders_say_where_they_come_from(study):
    folder = FOLDER / study.name
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for name in ("cities.csv", "flows.csv"):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in readme
    for word in ("Apache-2.0", "CC BY 4.0", "Kelvin R. Lawrence", "GeoNames"):
        assert word in readme
        assert word in study.citation + study.licence
    assert study.title_zh
    assert study.specification is not None


def test_pairs_are_international_and_sorted(study):
    flows = read_flows(study.name)
    country = study.cities["country"]
    assert (country[flows["origin"]].to_numpy() != country[flows["destination"]].to_numpy()).all()
    assert (flows["origin"] < flows["destination"]).all()
    assert not flows.duplicated(["indicator", "origin", "destination"]).any()
    values = flows.set_index(["indicator", "origin", "destination"])["value"]
    assert (values["air_direct"].sort_index() == (values["air_airport_pairs"].sort_index() > 0)).all()


def test_airport_pairs_never_exceed_the_airports(study):
    airports = study.cities["n_airports"]
    flows = read_flows(study.name).query("indicator == 'air_airport_pairs'")
    most = airports[flows["origin"]].to_numpy() * airports[flows["destination"]].to_numpy()
    assert (flows["value"].to_numpy() <= most).all()


def test_airports_of_well_known_cities():
    cities = load_study("air513").cities
    airports = cities["airports"].fillna("").str.split().map(set)
    assert (
        airports["london"] == {"LHR", "LCY", "LGW", "LTN", "STN"}
        or {"LHR", "LGW", "LCY"} <= airports["london"]
    )
    assert {"ICN", "GMP"} <= airports["seoul"]
    assert "ICN" in airports["incheon"]
    assert airports["hong-kong"] == {"HKG"}
    assert "HKG" not in airports["shenzhen"]
    assert airports["brest"] == set()  # Brest in Belarus, not in France
    assert {"SFO", "OAK"} <= airports["oakland"]
    assert (cities["n_airports"] == airports.map(len)).all()
    assert (cities["n_airports"] == 0).sum() == 33


def test_sea_distances_are_longer_than_great_circles(study):
    corridors = study.corridors[study.corridors["sea_km"] > 0]
    assert len(corridors) > 60
    ports = study.cities["port_km"].astype(float)
    slack = ports[corridors["origin"]].to_numpy() + ports[corridors["destination"]].to_numpy()
    assert (corridors["sea_km"].to_numpy() * 1.02 + slack + 1 > corridors["distance_km"].to_numpy()).all()


def test_distances_to_the_coast_are_those_of_the_package(study):
    found = distance_to_coast(study.cities)
    np.testing.assert_allclose(study.cities["coast_km"].astype(float), found, atol=0.06)
    if study.name == "air513":
        assert (coastal_by_threshold(found, 130) == study.cities["coastal"].astype("boolean")).all()


def test_air513_holds_air22():
    large = read_flows("air513").set_index(["indicator", "origin", "destination"])["value"]
    small = read_flows("air22").set_index(["indicator", "origin", "destination"])["value"]
    small = small[small.index.get_level_values(0) == "air_airport_pairs"]
    small = small[small > 0]
    assert (large.reindex(small.index) == small).all()
    assert (large.index.get_level_values(0) == "air_direct").sum() == 7910


def test_airports_lie_within_reach_of_their_city():
    """Beijing and its farthest field: 50 km is the rule, so nothing of Tianjin can be in it."""
    cities = load_study("air22").cities
    assert "TSN" not in cities.loc["beijing", "airports"]
    apart = distance_km(*cities.geometry["beijing"].coords[0], *cities.geometry["tianjin"].coords[0])
    assert apart > 100


def test_hashes_of_packages_are_pinned_in_the_script():
    script = Path(__file__).parents[2] / "tools" / "build_open_data.py"
    settings = (FOLDER / "air22" / "study.toml").read_text(encoding="utf-8")
    digest = re.search(r'SHA256 = "([0-9a-f]{64})"', script.read_text(encoding="utf-8")).group(1)
    assert digest in settings
