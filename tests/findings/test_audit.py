"""The audit: known contradictions are found again, repaired ones are not, new ones are added."""

import operator
from dataclasses import replace
from itertools import permutations
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geobri.datasets import bri22, global513
from geobri.findings import (
    CONTRADICTION_COLUMNS,
    Ledger,
    audit_consistency,
    evaluate_claims,
    find_claim_file,
    load_claims,
)
from geobri.findings.detectors import DETECTORS, find_tie_rule
from geobri.findings.facts import collect_facts

EMPTY = Ledger(name="none", entries=())


@pytest.fixture(scope="module", params=[bri22, global513], ids=["bri22", "global513"])
def audited(request):
    data = request.param()
    file = load_claims(find_claim_file(data.name))
    exact = replace(file, claims=tuple(claim for claim in file.claims if claim.kind != "statistical"))
    return data, audit_consistency(data, ledger=evaluate_claims(data, exact))


def test_every_known_contradiction_is_there_and_confirmed_by_program_where_said(audited):
    data, frame = audited
    assert list(frame.columns) == list(CONTRADICTION_COLUMNS)
    assert list(frame["id"])[: len(data.contradictions)] == list(data.contradictions.index)
    assert frame["id"].is_unique
    by_program = frame["found_by"] == "program"
    assert frame.loc[by_program, "confirmed"].all()
    assert frame.loc[~by_program, "confirmed"].isna().all()


def test_rows_point_to_cities_and_corridors_that_exist(audited):
    data, frame = audited
    assert {city for cities in frame["cities"] for city in cities} <= set(data.cities.index)
    ends = {end for corridors in frame["corridors"] for corridor in corridors for end in corridor.split("--")}
    assert ends <= set(data.cities.index)


def test_what_is_repaired_is_no_longer_confirmed():
    data = bri22()
    table = data.tables["table8"].copy()
    wrong = (table["city"] == "chengdu") & (table["dimension"] == "trade")
    table.loc[wrong, "rank"] = 17
    repaired = replace(data, tables=MappingProxyType({**data.tables, "table8": table}))
    frame = audit_consistency(repaired, ledger=EMPTY).set_index("id")
    assert not frame.loc["bri22-cell-trade-chengdu", "confirmed"]
    assert frame.loc["bri22-cell-overall-tianjin", "confirmed"]


def test_what_is_new_is_added():
    data = bri22()
    cities = data.cities.copy()
    cities.loc["vienna", "rank_policy"] = 3
    frame = audit_consistency(replace(data, cities=cities), ledger=EMPTY).set_index("id")
    added = frame.loc[frame.index.difference(data.contradictions.index)]
    assert {"bri22-tie-policy-3", "bri22-gap-policy", "bri22-cell-policy-vienna"} == set(added.index)
    assert frame.loc["bri22-tie-policy-3", "cities"] == ("moscow", "vienna")
    assert "no rule of ties" in frame.loc["bri22-tie-policy-3", "note"]
    assert "16" in frame.loc["bri22-gap-policy", "says_b"]


@pytest.mark.parametrize(
    ("ranks", "rule"),
    [
        ([1, 2, 3], "none"),
        ([1, 2, 2, 4], "min"),
        ([1, 3, 3, 4], "max"),
        ([1, 2, 2, 3], "dense"),
        ([1, 2, 4], None),
        ([1, 1, 2, 4], None),
    ],
)
def test_tie_rules(ranks, rule):
    assert find_tie_rule(pd.Series(ranks)) == rule


def toy(ranks, signs):
    index = pd.Index([f"c{number}" for number in range(len(ranks))], name="city")
    cities = pd.DataFrame({"name": index, "country": "XXX", "rank_x": ranks, "change_x": signs}, index=index)
    return SimpleNamespace(name="toy", cities=cities)


@pytest.mark.parametrize(
    ("signs", "impossible"),
    [
        (["same", "up", "down"], False),
        (["down", "up", "up"], True),
        (["up", "down", "down"], False),
        (["same", "down", "up"], True),
        (["up", "down", "same", "down"], False),
        (["same", "same", "down", "up"], True),
        (["new", "down", "down", "new"], False),
    ],
)
def test_signs_that_cannot_all_be_true(signs, impossible):
    found = list(DETECTORS["impossible signs"](collect_facts(toy(list(range(1, len(signs) + 1)), signs))))
    assert bool(found) == impossible


def brute_force_possible(signs):
    """Whether some ranking of the year before fits the signs; cities beyond the list may take any place."""
    n = len(signs)
    places = list(range(1, n + 3))
    test = {"same": operator.eq, "up": operator.lt, "down": operator.gt}
    return any(
        all(
            test[sign](now, then) for now, (sign, then) in enumerate(zip(signs, before, strict=True), start=1)
        )
        for before in permutations(places, n)
    )


def test_the_rule_of_signs_agrees_with_brute_force():
    generator = np.random.default_rng(4)
    seen = set()
    for _ in range(150):
        signs = list(generator.choice(["same", "up", "down"], size=int(generator.integers(2, 6))))
        found = list(DETECTORS["impossible signs"](collect_facts(toy(list(range(1, len(signs) + 1)), signs))))
        assert bool(found) != brute_force_possible(signs), signs
        seen.add(bool(found))
    assert seen == {True, False}


def test_a_source_without_claims_or_known_contradictions_is_audited_by_the_detectors():
    frame = audit_consistency(toy([1, 2, 2], ["up", "up", "same"]))
    assert list(frame["id"]) == ["toy-tie-x-2"]
    assert audit_consistency(toy([1, 2, 3], ["new", "new", "new"])).empty
