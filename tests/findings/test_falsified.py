"""A falsified table flips exactly the claims that depend on it."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from geobri.datasets import bri22, global513
from geobri.findings import evaluate_claims, find_claim_file, load_claims
from geobri.findings.language import find_dependencies
from geobri.findings.vocabulary import VOCABULARY

DIMENSIONS = ("policy", "facility", "trade", "finance", "people", "information")


def exact_claims(name):
    """The claims that need no permutation, so that each falsified table is judged in a moment."""
    file = load_claims(find_claim_file(name))
    return replace(file, claims=tuple(claim for claim in file.claims if claim.kind != "statistical"))


def verdicts(data):
    ledger = evaluate_claims(data, exact_claims(data.name), definitions=False)
    return {entry.claim.id: entry.verdict for entry in ledger.entries}


def flipped(before, data):
    after = verdicts(data)
    return {name: after[name] for name in before if after[name] != before[name]}


def with_ranks(data, column, **ranks):
    cities = data.cities.copy()
    for city, rank in ranks.items():
        cities.loc[city, column] = rank
    return replace(data, cities=cities)


def with_pair(data, pair, column, rank):
    pairs = data.pairs.copy()
    if pair not in pairs.index:
        origin, destination = pair.split("--")
        pairs.loc[pair, ["origin", "destination"]] = [origin, destination]
    pairs.loc[pair, column] = rank
    return replace(data, pairs=pairs)


@pytest.fixture(scope="module")
def data():
    return bri22()


@pytest.fixture(scope="module")
def truth(data):
    return verdicts(data)


def test_chengdu_and_cairo_change_places_in_trade(data, truth):
    found = flipped(truth, with_ranks(data, "rank_trade", chengdu=16, cairo=17))
    assert found == {"bri22-table8-chengdu-trade": "holds"}


def test_shenzhen_becomes_seventh(data, truth):
    found = flipped(truth, with_ranks(data, "rank_overall", shenzhen=7, moscow=9))
    assert found == {
        "bri22-chinese-gap": "contradicted",
        "bri22-chinese-middle": "contradicted",
        "bri22-moscow-policy-third": "partly",
        "bri22-shenzhen-facility-third": "partly",
        # Moscow, now ninth, is an end of Beijing-Moscow: still not all among the first seven
    }


def test_the_missing_trains_arrive(data, truth):
    more = with_pair(
        with_pair(data, "moscow--xian", "rank_facility", 5), "moscow--urumqi", "rank_facility", 5
    )
    assert flipped(truth, more) == {"bri22-ten-share-rank-five": "fails"}


def test_a_port_turns_inland(data, truth):
    cities = data.cities.copy()
    cities.loc["dubai", "coastal"] = False
    found = flipped(truth, replace(data, cities=cities))
    assert found == {
        # facility keeps three coastal against two inland cities: not two more
        "bri22-coastal-outnumber-in-four": "partly",
        # information has three inland against two coastal cities: still not fewer by two
    }


def test_another_weight(data, truth):
    table = data.tables["table1"].copy()
    table.loc[table["indicator"] == "shipping", "weight_in_dimension_printed"] = "33%"
    tables = MappingProxyType({**data.tables, "table1": table})
    assert flipped(truth, replace(data, tables=tables)) == {"bri22-facility-weights": "partly"}


def test_another_region_label(data, truth):
    pairs = data.pairs.copy()
    pairs.loc["bangkok--singapore", "region_label_printed"] = "Southeast Asia / Southeast Asia"
    falsified = replace(data, pairs=pairs)
    # the sentence is judged by the regions; the labels are another reading of it
    assert flipped(truth, falsified) == {}
    file = exact_claims("bri22")
    one = replace(file, claims=tuple(c for c in file.claims if c.id == "bri22-six-east-southeast"))
    by_label = [
        next(e.verdict for e in evaluate_claims(d, one).entries if e.definition == "by the labels of table 6")
        for d in (data, falsified)
    ]
    assert by_label == ["holds", "fails"]


def test_seoul_moves_to_another_region(data, truth):
    cities = data.cities.copy()
    cities.loc["seoul", "region"] = "Europe"
    assert flipped(truth, replace(data, cities=cities)) == {
        "bri22-figure1-groups": "partly",
        "bri22-east-southeast-lead": "contradicted",
        "bri22-top-five-asia": "contradicted",
        "bri22-six-east-southeast": "contradicted",
        "bri22-two-within-east-asia": "contradicted",
    }


def test_qingdao_rises_as_well(data, truth):
    table = data.tables["table10"].copy()
    table.loc[table["city"] == "qingdao", ["effect", "rank_without_information"]] = [1, 14]
    tables = MappingProxyType({**data.tables, "table10": table})
    assert flipped(truth, replace(data, tables=tables)) == {"bri22-effect-consistent": "holds"}


def shuffled(data, column, generator):
    """The data set with one column of its cities or pairs in another order."""
    table, name = column.split(".")
    frame = getattr(data, table).copy()
    frame[name] = frame[name].iloc[generator.permutation(len(frame))].to_numpy()
    return replace(data, **{table: frame})


COLUMNS = [
    *(f"{table}.rank_{name}" for table in ("cities", "pairs") for name in ("overall", *DIMENSIONS)),
    "cities.coastal",
    "cities.country",
    "cities.region",
]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_shuffled_column_touches_only_the_claims_that_need_it(data, truth, column):
    found = flipped(truth, shuffled(data, column, np.random.default_rng(11)))
    file = load_claims(find_claim_file("bri22"))
    needing = {claim.id for claim in file.claims if column in file.needs(claim)}
    # what is said of facility corridors is how many share a rank, which no exchange of them changes
    assert found or column == "pairs.rank_facility"
    # table 11 leaves five cities out; their places there follow from the overall ranking
    derived = {claim.id for claim in file.claims if "cities.rank_table11" in file.needs(claim)}
    assert set(found) <= needing | (derived if column == "cities.rank_overall" else set())


def test_every_claim_that_can_be_tested_needs_something():
    for name in ("bri22", "global513"):
        file = load_claims(find_claim_file(name))
        # how many cities there are needs no column
        free = {"bri22-195-pairs", "bri22-21-partners", "bri22-22-cities", "global513-513-cities"}
        assert [
            claim.id
            for claim in file.claims
            if claim.tests and not file.needs(claim) and claim.id not in free
        ] == []


def test_dependencies_cover_every_ranking_that_a_claim_names():
    file = load_claims(find_claim_file("bri22"))
    for claim in file.claims:
        for test in claim.tests:
            found = find_dependencies(test, VOCABULARY, file.groups)
            assert found.groups <= set(file.groups)
            assert found.ranks <= {"overall", "table11", "table11_printed", "world", *DIMENSIONS}


def test_the_513_cities_falsified():
    data = global513()
    truth = verdicts(data)
    moved = data.cities.copy()
    moved.loc["pittsburgh", "change_dynamic"] = "down"
    assert flipped(truth, replace(data, cities=moved)) == {"global513-pittsburgh": "partly"}
    cities = data.cities.copy()
    cities.loc["istanbul", "region"] = "Europe"
    found = flipped(truth, replace(data, cities=cities))
    assert found == {"global513-regions": "partly", "global513-potential-asia-55": "contradicted"}


def test_a_doubled_row_order_flips_nothing(data, truth):
    shuffled = replace(
        data,
        cities=data.cities.sample(frac=1, random_state=2),
        pairs=data.pairs.sample(frac=1, random_state=2),
    )
    assert flipped(truth, shuffled) == {}
    assert isinstance(shuffled.cities, pd.DataFrame)
