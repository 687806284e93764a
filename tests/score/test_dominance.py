"""Dominance against plain enumeration and linear programming."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from geobri.errors import DataError, SchemaError
from geobri.score.trust.dominance import find_dominance, summarise_dominance


def random_scores(seed, n=12, m=3):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        rng.integers(0, 6, (n, m)), index=[f"c{i}" for i in range(n)], columns=list("xyz")[:m]
    )


@pytest.mark.parametrize("seed", range(5))
def test_all_weights_is_pareto_dominance(seed):
    scores = random_scores(seed)
    expected = {
        (a, b)
        for a in scores.index
        for b in scores.index
        if (scores.loc[a] >= scores.loc[b]).all() and (scores.loc[a] > scores.loc[b]).any()
    }
    found = find_dominance(scores)
    assert set(zip(found["dominating"], found["dominated"], strict=True)) == expected
    turned = find_dominance(7 - scores, higher_is_better=False)
    assert set(zip(turned["dominating"], turned["dominated"], strict=True)) == expected


@pytest.mark.parametrize("seed", range(4))
def test_leads_within_a_range_are_those_of_a_linear_programme(seed):
    rng = np.random.default_rng(seed)
    scores = random_scores(seed, n=6).astype(float)
    middle = rng.dirichlet(np.full(3, 5.0))
    low, high = pd.Series(middle * 0.6, index=scores.columns), pd.Series(middle * 1.5, index=scores.columns)
    found = find_dominance(scores, weight_range=(low, high)).set_index(["dominating", "dominated"])
    for a in scores.index:
        for b in scores.index.drop(a):
            lead = (scores.loc[a] - scores.loc[b]).to_numpy()
            ends = [
                sign
                * linprog(
                    sign * lead, A_eq=np.ones((1, 3)), b_eq=[1], bounds=list(zip(low, high, strict=True))
                ).fun
                for sign in (1, -1)
            ]
            if ends[0] >= -1e-9 and ends[1] > 1e-9:
                assert tuple(found.loc[(a, b), ["least_lead", "greatest_lead"]]) == pytest.approx(
                    ends, abs=1e-7
                )
            else:
                assert (a, b) not in found.index


def test_summary_counts_and_layers():
    scores = pd.DataFrame({"x": [3, 2, 1, 0], "y": [1, 3, 1, 0]}, index=list("abcd"))
    table = summarise_dominance(scores)
    assert list(table["dominates"]) == [2, 2, 1, 0]
    assert list(table["dominated_by"]) == [0, 0, 2, 3]
    assert list(table["open"]) == [1, 1, 0, 0]
    assert list(table["layer"]) == [1, 1, 2, 3]
    assert list(table["best_rank"]) == [1, 1, 3, 4]
    assert list(table["worst_rank"]) == [2, 2, 3, 4]


def test_equal_cities_do_not_dominate_each_other():
    assert find_dominance(pd.DataFrame({"x": [1.0, 1.0]}, index=["a", "b"])).empty


def test_bad_input():
    scores = random_scores(0)
    with pytest.raises(SchemaError, match="repeated row labels 'c0'"):
        find_dominance(scores.rename({"c1": "c0"}))
    with pytest.raises(SchemaError, match="non-numeric columns 'x'"):
        find_dominance(scores.astype({"x": str}))
    with pytest.raises(SchemaError, match="must be a DataFrame"):
        find_dominance(scores.to_numpy())
    one = pd.Series(1.0, index=list("xyz"))
    with pytest.raises(DataError, match="sum 3"):
        find_dominance(scores, weight_range=(one, one))
    with pytest.raises(DataError, match="no match for 'z'"):
        find_dominance(scores, weight_range=(one[:2], one))
