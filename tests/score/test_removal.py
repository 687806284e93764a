"""Removal tables by hand, by rebuilding the index without the node, and from ranks alone."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score.audit import RankStatement, audit_ranking, build_rank_polytope, sample_scores
from geobri.score.compiled import compile_index, score_compiled
from geobri.score.ranking import rank
from geobri.score.spec_reading import load_spec
from geobri.score.trust.removal import (
    REMOVAL_COLUMNS,
    arrow,
    build_removal_table,
    remove_from_draws,
    remove_from_index,
)

SPEC = {
    "index": {"name": "small"},
    "dimension": [{"name": "one"}, {"name": "two"}],
    "indicator": [
        {"name": "a", "dimension": "one", "importance": "1/4"},
        {"name": "b", "dimension": "one", "importance": "3/4"},
        {"name": "c", "dimension": "two"},
    ],
}


def random_values(seed, n=9):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.gamma(1, 10, (n, 3)), index=[f"u{i}" for i in range(n)], columns=list("abc"))


def test_by_hand():
    scores = pd.DataFrame({"x": [10.0, 8.0, 0.0], "y": [0.0, 5.0, 6.0]}, index=["p", "q", "r"])
    table = build_removal_table(scores, nodes=["y"])
    assert tuple(table.columns) == REMOVAL_COLUMNS
    assert list(table["rank_with"]) == [2, 1, 3]  # 5, 6.5, 3
    assert list(table["rank_without"]) == [1, 2, 3]
    assert list(table["change"]) == [-1, 1, 0]
    assert list(table["arrow"]) == ["↓", "↑", "→"]


@pytest.mark.parametrize("seed", range(4))
def test_other_weights_keep_their_proportions(seed):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.uniform(0, 100, (10, 4)), columns=list("wxyz"))
    weights = pd.Series([0.1, 0.2, 0.3, 0.4], index=list("wxyz"))
    table = build_removal_table(scores, weights).set_index("removed")
    for node in scores.columns:
        left = scores.drop(columns=node) @ weights.drop(node)
        assert list(table.loc[node, "rank_without"]) == list(left.rank(ascending=False, method="min"))
    assert len(table) == 40


@pytest.mark.parametrize("seed", range(4))
def test_index_without_an_indicator_is_the_index_built_without_it(seed):
    values = random_values(seed)
    found = remove_from_index(compile_index(load_spec(SPEC), values))
    assert set(found["removed"]) == {"one", "two", "a", "b", "c"}
    fewer = {**SPEC, "indicator": [{"name": "b", "dimension": "one"}, SPEC["indicator"][2]]}
    rebuilt = score_compiled(compile_index(load_spec(fewer), values), keep=["overall"])[:, 0]
    assert list(found[found["removed"] == "a"]["rank_without"]) == list(rank(rebuilt))


@pytest.mark.parametrize("seed", range(4))
def test_a_dimension_goes_with_its_only_indicator(seed):
    values = random_values(seed)
    found = remove_from_index(compile_index(load_spec(SPEC), values)).set_index("removed")
    assert list(found.loc["c", "rank_without"]) == list(found.loc["two", "rank_without"])
    scaled = (values - values.min()) / (values.max() - values.min())
    alone = scaled["a"] / 4 + scaled["b"] * 3 / 4
    assert list(found.loc["two", "rank_without"]) == list(alone.rank(ascending=False, method="min"))


def test_nothing_left_is_refused():
    spec = {
        "index": {"name": "s"},
        "dimension": [{"name": "d"}],
        "indicator": [{"name": "a", "dimension": "d"}],
    }
    compiled = compile_index(load_spec(spec), random_values(0)[["a"]])
    with pytest.raises(SpecificationError, match="nothing outside 'a'"):
        remove_from_index(compiled, nodes=["a"])
    with pytest.raises(SpecificationError, match="no weight outside 'x'"):
        build_removal_table(pd.DataFrame({"x": [1.0, 2.0]}))
    with pytest.raises(SpecificationError, match="unknown 'zz'"):
        remove_from_index(compiled, nodes=["zz"])
    with pytest.raises(DataError, match="sum of 2"):
        build_removal_table(pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]}), pd.Series({"x": 1, "y": 1}))


def test_from_ranks_alone_where_the_answer_is_certain():
    ranks = pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}, index=list("abc"))
    statement = RankStatement(
        rank=pd.Series([3, 2, 1], index=list("abc")), importance=pd.Series({"x": 0.5, "y": 0.5})
    )
    draws = sample_scores(build_rank_polytope(ranks, [statement]), n_draws=200, rng=1)
    table = remove_from_draws(draws, "y")
    assert list(table["rank_with"]) == [3, 2, 1]
    assert list(table["least"]) == list(table["greatest"]) == [-2, 0, 2]


def test_published_effect_of_information_is_possible():
    """Table 10 adds statements of its own; scores that keep all of them exist, so it contradicts nothing."""
    folder = files("geobri") / "data/published"
    cities = pd.read_csv(folder / "bri22_cities.csv", index_col="city")
    effect = pd.read_csv(folder / "bri22_table10.csv", index_col="city")["rank_without_information"]
    dimensions = cities.filter(regex="^rank_(?!overall)")
    five = pd.Series(0.2, index=dimensions.columns).where(dimensions.columns != "rank_information", 0.0)
    statement = RankStatement(
        rank=effect.astype(float).reindex(cities.index), importance=five, name="five dimensions"
    )
    audit = audit_ranking(cities["rank_overall"], dimensions, further=[statement], bounds=False)
    assert audit.scores_possible
    assert audit.choices["further"] == ("five dimensions",)


def test_arrows():
    assert [arrow(one) for one in (2.0, -1.0, 0.0, np.nan)] == ["↑", "↓", "→", ""]
