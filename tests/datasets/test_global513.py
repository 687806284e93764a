"""The list of 513 cities, the two rankings and the three network lists, recomputed from the CSV."""

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import geobri
from geobri.datasets import bri22, global513
from geobri.datasets.published import attach_points, load_published
from geobri.errors import DataError

PUBLISHED = Path(geobri.__file__).parent / "data" / "published"


def read(name):
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CITIES = {row["city"]: row for row in read("global513_cities")}
EAST_ASIA = {"CHN", "HKG", "MAC", "TWN", "JPN", "KOR", "PRK", "MNG"}


def test_the_regions_add_up_to_the_printed_counts():
    stated = {row["what"]: int(row["value"]) for row in read("stated_counts") if row["report"] == "global513"}
    counts = Counter(row["region_printed"] for row in CITIES.values())
    assert {f"cities_{region.lower()}": count for region, count in counts.items()} == {
        key: stated[key]
        for key in ("cities_asia", "cities_europe", "cities_america", "cities_africa", "cities_oceania")
    }
    assert sum(counts.values()) == stated["cities"] == 513


def test_positions_run_through_each_region():
    for region in {row["region_printed"] for row in CITIES.values()}:
        positions = [int(row["position"]) for row in CITIES.values() if row["region_printed"] == region]
        assert positions == list(range(1, len(positions) + 1))


def test_a_repair_has_a_reason_and_a_reason_has_a_repair():
    for row in CITIES.values():
        changed = (row["name"], row["name_zh"]) != (row["name_printed"], row["name_zh_printed"])
        assert changed == bool(row["repair_reason"]), row


def test_repaired_names_tell_all_cities_apart_with_their_country():
    for column in ("name", "name_zh"):
        names = Counter((row[column], row["country"]) for row in CITIES.values())
        assert [key for key, count in names.items() if count > 1] == []


def test_printed_lists_can_be_put_together_again():
    tokens = Counter()
    for row in CITIES.values():
        tokens[row["region_printed"], "zh"] += row["name_zh_printed"].count("、") + 1
    assert tokens == {
        ("Asia", "zh"): 227,
        ("Europe", "zh"): 105,
        ("America", "zh"): 92,
        ("Africa", "zh"): 71,
        ("Oceania", "zh"): 19,
    }
    english = Counter()
    for region in ("Asia", "Europe", "America", "Africa", "Oceania"):
        english[region] = len(
            {
                row["name_printed"]
                for row in CITIES.values()
                if row["region_printed"] == region and row["name_printed"]
            }
        )
    assert english == {"Asia": 224, "Europe": 105, "America": 90, "Africa": 71, "Oceania": 19}


@pytest.mark.parametrize("name", ["dynamic", "potential"])
def test_rankings_run_from_1_to_100_and_name_known_cities(name):
    rows = read(f"global513_{name}")
    assert [int(row["rank"]) for row in rows] == list(range(1, 101))
    assert len({row["city"] for row in rows}) == 100
    for row in rows:
        assert row["country"] == CITIES[row["city"]]["country"]
        assert CITIES[row["city"]]["country_source"] == "printed"
        assert {"↑": "up", "↓": "down", "—": "same", "*": "new"}[row["change_printed"]] == row["change"]


def test_only_eight_printed_names_differ_between_rankings_and_list():
    differing = set()
    for name in ("dynamic", "potential", "networks"):
        for row in read(f"global513_{name}"):
            listed = CITIES[row["city"]]
            if (row["name_zh_printed"], row["name_printed"]) != (
                listed["name_zh_printed"],
                listed["name_printed"],
            ):
                differing.add(row["city"])
    assert differing == {
        "qingdao",
        "xian",
        "sihanoukville",
        "austin",
        "krasnoyarsk",
        "nur-sultan",
        "san-diego",
        "santiago-chile",
    }


def test_new_cities_are_austin_and_stuttgart():
    new = {
        row["city"]
        for name in ("dynamic", "potential")
        for row in read(f"global513_{name}")
        if row["change"] == "new"
    }
    assert new == {"austin", "stuttgart"}


def test_networks_are_three_lists_of_twenty():
    rows = read("global513_networks")
    for network in ("innovation", "production-service", "connectivity"):
        part = [row for row in rows if row["network"] == network]
        assert [int(row["rank"]) for row in part] == list(range(1, 21))
        assert len({row["city"] for row in part}) == 20
    assert len(rows) == 60


def test_the_counts_that_the_text_states_of_the_rankings():
    dynamic = [CITIES[row["city"]] for row in read("global513_dynamic")]
    assert sum(row["country"] in EAST_ASIA for row in dynamic) == 25
    assert sum(row["country"] in {"USA", "CAN"} for row in dynamic) == 23
    assert sum(CITIES[row["city"]]["region_printed"] == "Asia" for row in read("global513_potential")) == 55


def test_the_22_cities_carry_the_same_slug_name_and_country():
    for row in read("bri22_cities"):
        other = CITIES[row["city"]]
        assert (row["name"], row["name_zh"], row["country"]) == (
            other["name"],
            other["name_zh"],
            other["country"],
        )


def test_the_loader_keeps_the_contracts():
    data = global513()
    assert len(data.cities) == 513
    assert data.cities["coastal"].isna().all()
    assert data.cities["rank_dynamic"].notna().sum() == 100
    assert data.cities["rank_production_service"].notna().sum() == 20
    assert data.cities.loc["tokyo", "rank_dynamic"] == 1
    assert data.cities.loc["beijing", "change_potential"] == "same"
    assert data.cities["region_zh"].notna().all()
    assert len(data.pairs) == 0
    assert data.cities.crs == "EPSG:4326"
    assert set(data.contradictions["report"]) == {"global513"}
    assert set(bri22().contradictions["report"]) == {"bri22"}


def test_an_unknown_table_names_the_known_ones():
    with pytest.raises(DataError, match="bri22_table2"):
        load_published("table2")


def test_a_city_without_a_point_is_named():
    with pytest.raises(DataError, match="atlantis"):
        attach_points(pd.DataFrame({"name": ["Atlantis"]}, index=pd.Index(["atlantis"], name="city")))
