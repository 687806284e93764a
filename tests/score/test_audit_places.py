"""Exact places: a yes is checked on the scores, a no against every complete order."""

from importlib.resources import files
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.score.audit import (
    RankStatement,
    audit_ranking,
    build_rank_polytope,
    find_scores_at_places,
)


def random_case(seed):
    rng = np.random.default_rng(seed)
    cities = list("abcd")
    scores = pd.DataFrame(rng.uniform(0, 100, (4, 2)), index=cities, columns=["x", "y"])
    scores = 100 * (scores - scores.min()) / (scores.max() - scores.min())
    ranks, overall = scores.rank(ascending=False), scores.mean(axis=1).rank(ascending=False)
    places = pd.Series(np.nan, index=cities)
    places[list(rng.choice(cities, 2, replace=False))] = rng.choice(4, 2, replace=False) + 1
    return ranks, overall, places, pd.Series({"x": 0.8, "y": 0.2})


@pytest.mark.parametrize("seed", range(16))
def test_places_are_possible_if_some_complete_order_with_them_is(seed):
    ranks, overall, places, weights = random_case(seed)
    audit = audit_ranking(overall, ranks, bounds=False, anchored=True)
    assert audit.scores_possible
    found = find_scores_at_places(audit.polytope, RankStatement(rank=places, importance=weights))
    known = places.dropna()
    orders = [pd.Series(order, index=places.index) for order in permutations(range(1, 5))]
    possible = any(
        audit_ranking(
            overall,
            ranks,
            anchored=True,
            bounds=False,
            further=[RankStatement(rank=order, importance=weights, name="all")],
        ).scores_possible
        for order in orders
        if (order[known.index] == known).all()
    )
    assert found.possible is possible
    if possible:
        shown = (found.scores @ weights).rank(ascending=False, method="min")
        assert (shown[known.index] == known).all()
        assert found.margin > 0


def test_both_answers_occur():
    answers = set()
    for seed in range(16):
        ranks, overall, places, weights = random_case(seed)
        audit = audit_ranking(overall, ranks, bounds=False, anchored=True)
        if audit.scores_possible:
            answers.add(
                find_scores_at_places(audit.polytope, RankStatement(rank=places, importance=weights)).possible
            )
    assert answers == {True, False}


@pytest.mark.slow
def test_table_10_can_be_exact_if_two_cities_tie():
    folder = files("geobri") / "data/published"
    cities = pd.read_csv(folder / "bri22_cities.csv", index_col="city")
    effect = pd.read_csv(folder / "bri22_table10.csv", index_col="city")["rank_without_information"]
    dimensions = cities.filter(regex="^rank_(?!overall)")
    polytope = audit_ranking(cities["rank_overall"], dimensions, bounds=False).polytope
    five = pd.Series(0.2, index=dimensions.columns).where(dimensions.columns != "rank_information", 0.0)
    statement = RankStatement(rank=effect.astype(float).reindex(cities.index), importance=five)
    found = find_scores_at_places(polytope, statement, relative_gap=0.5)
    assert found.possible
    assert [set(group) for group in found.tied] == [{"qingdao", "tianjin"}]
    total = (found.scores @ five).round(6).rank(ascending=False, method="min")
    assert (total[effect.index] == effect).all()
    overall = found.scores.mean(axis=1).rank(ascending=False)
    assert (overall == cities["rank_overall"]).all()


def test_bad_places():
    ranks = pd.DataFrame({"x": [1, 2, 3]}, index=list("abc"))
    polytope = build_rank_polytope(ranks)
    one = pd.Series({"x": 1.0})
    for places, message in (({"a": 1.5}, "Got 'a'"), ({"b": 4}, "Got 'b'"), ({}, "Got none")):
        statement = RankStatement(rank=pd.Series(places, dtype=float).reindex(ranks.index), importance=one)
        with pytest.raises(DataError, match=message):
            find_scores_at_places(polytope, statement)
