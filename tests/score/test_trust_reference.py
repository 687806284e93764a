"""Values from base R (tests/reference/score_b/trust.R): correlations, removal, weight intervals, rank intervals."""

from importlib.resources import files
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.score.overlap import kendall_tau_b, spearman_rho
from geobri.score.ranking import rank
from geobri.score.trust.removal import build_removal_table
from geobri.score.trust.uncertainty import Uncertainty
from geobri.score.trust.weightspace import find_weight_intervals

FOLDER = Path(__file__).parents[1] / "reference/score_b"
TABLE = pd.read_csv(FOLDER / "scores.csv", index_col="city")
SCORES, WEIGHTS = TABLE.drop(index="weight"), TABLE.loc["weight"]


def test_correlations_of_the_published_ranks():
    cities = pd.read_csv(files("geobri") / "data/published/bri22_cities.csv", index_col="city")
    expected = pd.read_csv(FOLDER / "correlations.csv")
    assert len(expected) == 21
    for row in expected.itertuples():
        pair = cities[row.first], cities[row.second]
        assert kendall_tau_b(*pair) == pytest.approx(row.tau_b, abs=1e-12)
        assert spearman_rho(*pair) == pytest.approx(row.rho, abs=1e-12)


def test_removal_table():
    expected = pd.read_csv(FOLDER / "removal.csv")
    found = build_removal_table(SCORES, WEIGHTS)
    pd.testing.assert_frame_equal(
        found[["removed", "city", "rank_with", "rank_without"]], expected, check_dtype=False
    )


def test_weight_intervals_to_the_accuracy_of_the_bisection():
    expected = pd.read_csv(FOLDER / "intervals.csv", index_col="node")
    found = find_weight_intervals(SCORES, WEIGHTS)
    np.testing.assert_allclose(found[["lower", "upper"]], expected, atol=1e-10)
    assert (expected["upper"] - expected["lower"]).between(1e-4, 0.9).all()


def test_rank_intervals_are_quantiles_of_type_1():
    grid = np.array([(a, b, c, 10) for c, b, a in product(range(1, 11), repeat=3)]) / 10
    ranks = rank(grid / grid.sum(axis=1, keepdims=True) @ SCORES.to_numpy().T)
    now = rank((SCORES @ WEIGHTS).to_numpy())
    table = Uncertainty(
        labels=SCORES.index,
        level="cities",
        score=(SCORES @ WEIGHTS).to_numpy(),
        rank=now,
        ranks=ranks,
        settings=pd.DataFrame(index=range(len(ranks))),
    )
    found = table.to_frame(level=0.9).set_index("unit")
    expected = pd.read_csv(FOLDER / "shares.csv", index_col="city").reindex(found.index)
    np.testing.assert_allclose(found["rank_mean"], expected["mean"], atol=1e-12)
    np.testing.assert_array_equal(found["rank_lower"], expected["lower"])
    np.testing.assert_array_equal(found["rank_upper"], expected["upper"])
    np.testing.assert_allclose(table.acceptability()[1].reindex(found.index), expected["first"], atol=1e-12)
