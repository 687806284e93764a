"""Tables 1 to 11 and figure 1 of the 22-city report against each other, recomputed from the CSV."""

import csv
from collections import Counter
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

import geobri
from geobri.datasets import bri22
from geobri.datasets.bri22 import DIMENSIONS

PUBLISHED = Path(geobri.__file__).parent / "data" / "published"


def read(name):
    with (PUBLISHED / f"bri22_{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CITIES = {row["city"]: row for row in read("cities")}


def test_weights_are_exact_and_add_up():
    rows = read("indicators")
    assert len(rows) == 10
    assert sum(Fraction(row["weight_in_index"]) for row in rows) == 1
    for row in rows:
        assert Fraction(row["weight_in_index"]) == Fraction(row["dimension_weight"]) * Fraction(
            row["weight_in_dimension"]
        )
        printed = float(row["weight_in_dimension_printed"].rstrip("%")) / 100
        assert abs(float(Fraction(row["weight_in_dimension"])) - printed) < 0.005
    for dimension in DIMENSIONS:
        assert sum(Fraction(row["weight_in_dimension"]) for row in rows if row["dimension"] == dimension) == 1


def test_overall_ranks_are_a_permutation():
    assert [int(row["rank_overall"]) for row in CITIES.values()] == list(range(1, 23))
    assert [row["city"] for row in read("table2")] == list(CITIES)


@pytest.mark.parametrize(
    ("dimension", "doubled"),
    [
        ("policy", None),
        ("facility", 12),
        ("trade", None),
        ("finance", None),
        ("people", None),
        ("information", 18),
    ],
)
def test_dimension_ranks_are_permutations_but_for_one_tie_under_the_smallest_rank(dimension, doubled):
    ranks = Counter(int(row[f"rank_{dimension}"]) for row in CITIES.values())
    expected = Counter(range(1, 23))
    if doubled:
        expected[doubled] += 1
        expected[doubled + 1] -= 1
    assert ranks == +expected


def test_tables_3_and_4_make_the_city_table():
    rows = read("table3") + read("table4")
    assert [row["city"] for row in rows] == list(CITIES)
    for row in rows:
        for dimension in DIMENSIONS:
            assert row[f"rank_{dimension}"] == CITIES[row["city"]][f"rank_{dimension}"]


def test_table_5_follows_from_the_dimension_ranks():
    printed = {(row["dimension"], int(row["rank"])): row["city"] for row in read("table5")}
    assert len(printed) == 30
    for (dimension, rank), city in printed.items():
        assert int(CITIES[city][f"rank_{dimension}"]) == rank


def test_table_9_follows_from_the_information_ranks():
    rows = read("table9")
    assert [int(CITIES[row["city"]]["rank_information"]) for row in rows] == list(range(1, 11))
    assert sum(row["country"] == "CHN" for row in rows) == 8


def test_figure_1_counts_and_the_22_cities():
    counts = Counter(row["region"] for row in CITIES.values())
    assert counts == {row["region"]: int(row["count_printed"]) for row in read("figure1")}
    assert sum(counts.values()) == 22


def test_coastal_flags_add_up_to_the_printed_12_and_10():
    flags = Counter((row["coastal"], row["coastal_source"]) for row in CITIES.values())
    assert flags == {
        ("true", "printed"): 8,
        ("true", "inferred"): 4,
        ("false", "printed"): 3,
        ("false", "inferred"): 7,
    }
    inland_in_top_ten = {
        city for city, row in CITIES.items() if row["coastal"] == "false" and int(row["rank_overall"]) <= 10
    }
    assert inland_in_top_ten == {"beijing", "moscow", "chengdu"}


def test_195_international_pairs():
    countries = [row["country"] for row in CITIES.values()]
    assert sum(left != right for left, right in combinations(countries, 2)) == 195


def test_table_6_labels_are_the_only_near_fit_of_six_cells_over_ten_rows():
    rows = read("table6")
    cells = list(dict.fromkeys((row["label_cell"], row["region_label_printed"]) for row in rows))
    assert len(cells) == 6
    geography = [row["region_label_geographic"] for row in rows]
    misfits = {}
    for cuts in combinations(range(1, 10), 5):
        bounds = [0, *cuts, 10]
        spread = [cells[k][1] for k in range(6) for _ in range(bounds[k + 1] - bounds[k])]
        misfits[cuts] = sum(left != right for left, right in zip(spread, geography, strict=True))
    best = [cuts for cuts, wrong in misfits.items() if wrong == min(misfits.values())]
    assert best == [(5, 6, 7, 8, 9)]
    assert misfits[best[0]] == 1
    counts = Counter(row["region_label_printed"] for row in rows)
    assert counts["East Asia / Southeast Asia"] == 6
    assert counts["East Asia / East Asia"] == 2


def test_table_7_ranks_and_shared_ranks():
    ranks = {
        dimension: [int(row["rank"]) for row in read("table7") if row["dimension"] == dimension]
        for dimension in DIMENSIONS
    }
    assert ranks.pop("policy") == [1, 2, 3, 4, 4, 5]
    assert ranks.pop("facility") == [1, 2, 3, 4] + [5] * 10
    assert all(values == [1, 2, 3, 4, 5] for values in ranks.values())


def test_ranked_pairs_are_tables_6_and_7_and_nothing_else():
    pairs = {row["corridor"]: row for row in read("corridors")}
    overall = {row["corridor"]: row["rank"] for row in read("table6")}
    assert {key: row["rank_overall"] for key, row in pairs.items() if row["rank_overall"]} == overall
    single = {(row["corridor"], row["dimension"]): row["rank"] for row in read("table7")}
    found = {
        (key, dimension): row[f"rank_{dimension}"]
        for key, row in pairs.items()
        for dimension in DIMENSIONS
        if row[f"rank_{dimension}"]
    }
    assert found == single
    assert all(
        CITIES[row["origin"]]["country"] != CITIES[row["destination"]]["country"] for row in pairs.values()
    )


def test_table_8_differs_from_tables_3_and_4_in_one_cell_only():
    rows = read("table8")
    assert len(rows) == 50
    lost = {(row["dimension"], row["city"]) for row in rows if row["state"] == "lost"}
    assert lost == {
        ("policy", "singapore"),
        ("policy", "dubai"),
        ("facility", "beijing"),
        ("facility", "shenzhen"),
    }
    assert all((row["rank"] == "") == (row["state"] == "lost") for row in rows)
    wrong = [
        (row["dimension"], row["city"])
        for row in rows
        if row["rank"] and row["rank"] != CITIES[row["city"]][f"rank_{row['dimension']}"]
    ]
    assert wrong == [("trade", "chengdu")]


def test_table_10_is_the_arithmetic_of_its_signs():
    rows = read("table10")
    assert {row["city"] for row in rows} == {row["city"] for row in read("table9") if row["country"] == "CHN"}
    for row in rows:
        assert int(row["effect"]) == int(row["effect_printed"].replace("-", "0"))
        assert int(row["rank_without_information"]) == int(CITIES[row["city"]]["rank_overall"]) + int(
            row["effect"]
        )


def test_table_11_lists_17_cities_in_two_consistent_rankings_of_its_own():
    rows = read("table11")
    assert len(rows) == 17
    assert (
        len({row["rank_bri_printed"] for row in rows})
        == len({row["rank_gci_relative_printed"] for row in rows})
        == 17
    )
    for row in rows:
        gap = int(row["rank_gci_relative_printed"]) - int(row["rank_bri_printed"])
        assert (gap > 0) == (row["stronger"] == "regional")
        assert gap != 0
    older = {row["city"] for row in rows if row["rank_bri_printed"] != CITIES[row["city"]]["rank_overall"]}
    assert older == {"tianjin", "karachi", "vienna"}
    assert set(CITIES) - {row["city"] for row in rows} == {"urumqi", "dubai", "xian", "istanbul", "rome"}


def test_the_loader_keeps_the_contracts():
    data = bri22()
    assert list(data.cities.columns[:3]) == ["name", "name_zh", "country"]
    assert data.cities.index.name == "city"
    assert str(data.cities["coastal"].dtype) == "boolean"
    assert str(data.cities["rank_policy"].dtype) == "Int64"
    assert data.cities.crs == "EPSG:4326"
    assert data.cities.geometry.notna().all()
    assert data.pairs["rank_overall"].notna().sum() == 10
    assert set(data.tables) == {"figure1", *(f"table{number}" for number in range(1, 12))}
    assert data.provenance.index.str.endswith(".csv").all()
    assert "22 cities" in data.summary()
    assert "<p>" in data._repr_html_()


def test_the_loader_shares_nothing_between_calls():
    first = bri22()
    first.cities["rank_overall"] = 0
    assert bri22().cities["rank_overall"].tolist() == list(range(1, 23))
    with pytest.raises(TypeError):
        first.tables["table2"] = None
