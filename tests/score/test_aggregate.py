"""Aggregators by hand, runs in one call, and the one rule for missing children."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import AGGREGATORS, aggregate

M = np.array([[90.0, 10.0, 40.0], [40.0, 40.0, 40.0], [20.0, 80.0, 0.0]])
W = [0.5, 0.25, 0.25]
REFUSED = {("copeland", "reweight"), ("borda", "reweight")}
MEANS = ("arithmetic", "geometric", "harmonic", "generalised", "median")


@pytest.mark.parametrize(
    ("method", "params", "expected"),
    [
        ("arithmetic", {}, [57.5, 40, 30]),
        ("geometric", {}, [90**0.5 * 10**0.25 * 40**0.25, 40, 0]),
        ("harmonic", {}, [1 / (0.5 / 90 + 0.25 / 10 + 0.25 / 40), 40, 0]),
        ("generalised", {"power": 2.0}, [(0.5 * 8100 + 25 + 400) ** 0.5, 40, (200 + 1600) ** 0.5]),
        ("generalised", {"power": 0.0}, [90**0.5 * 10**0.25 * 40**0.25, 40, 0]),
        ("median", {}, [(40 + 90) / 2, 40, 20]),  # half the weight lies below 90; above half begins at 20
        ("copeland", {}, [2, 0, -2]),
        ("borda", {}, [0.5 * 2 + 0.25 * 0 + 0.25 * 1.5, 0.5 + 0.25 + 0.25 * 1.5, 0.25 * 2]),
    ],
)
def test_by_hand(method, params, expected):
    np.testing.assert_allclose(aggregate(M, W, method, **params), expected)


def test_importances_are_scaled():
    np.testing.assert_allclose(aggregate(M, [2, 1, 1]), aggregate(M, W))


def test_a_child_without_importance_does_not_strike():
    assert aggregate([[0.0, 50.0]], [0.0, 1.0], "geometric")[0] == pytest.approx(50)
    assert aggregate([[0.0, 50.0]], [0.0, 1.0], "harmonic")[0] == pytest.approx(50)


EVERY = [(method, rule) for method in sorted(AGGREGATORS) for rule in ("propagate", "reweight", "zero")]


@pytest.mark.parametrize(("method", "missing"), [one for one in EVERY if one not in REFUSED])
def test_runs_in_one_call_equal_runs_one_by_one(method, missing):
    rng = np.random.default_rng(1)
    matrix, weights = rng.uniform(1, 100, (6, 9, 4)), rng.dirichlet(np.ones(4), 6)
    matrix[:, 2, 1] = np.nan
    matrix[3, 5, :2] = np.nan
    together = aggregate(matrix, weights, method, missing)
    one_matrix = aggregate(matrix[3], weights, method, missing)
    one_weight = aggregate(matrix, weights[0], method, missing)
    for run in range(6):
        np.testing.assert_allclose(together[run], aggregate(matrix[run], weights[run], method, missing))
        np.testing.assert_allclose(one_matrix[run], aggregate(matrix[3], weights[run], method, missing))
        np.testing.assert_allclose(one_weight[run], aggregate(matrix[run], weights[0], method, missing))


class TestMissing:
    holed = np.array([[90.0, np.nan, 40.0], [40.0, 40.0, 40.0], [np.nan, np.nan, np.nan]])

    def test_propagate(self):
        np.testing.assert_allclose(aggregate(self.holed, W), [np.nan, 40, np.nan])

    def test_reweight(self):
        np.testing.assert_allclose(
            aggregate(self.holed, W, missing="reweight"), [(0.5 * 90 + 0.25 * 40) / 0.75, 40, np.nan]
        )

    def test_reweight_asks_for_coverage(self):
        got = aggregate(self.holed, W, missing="reweight", min_coverage=0.75)
        assert not np.isnan(got[0])  # exactly enough
        assert np.isnan(aggregate(self.holed, W, missing="reweight", min_coverage=0.76)[0])

    def test_zero(self):
        np.testing.assert_allclose(aggregate(self.holed, W, missing="zero"), [55, 40, 0])

    @pytest.mark.parametrize("method", MEANS)
    def test_one_known_child_is_the_score(self, method):
        got = aggregate([[np.nan, 30.0]], [0.5, 0.5], method, "reweight")
        np.testing.assert_allclose(got, [30])

    @pytest.mark.parametrize("method", ["copeland", "borda"])
    def test_incomplete_units_stand_aside(self, method):
        got = aggregate([[1.0, 1.0], [np.nan, 9.0], [2.0, 2.0]], [0.5, 0.5], method)
        assert np.isnan(got[1])
        np.testing.assert_allclose(got[[0, 2]], aggregate([[1.0, 1.0], [2.0, 2.0]], [0.5, 0.5], method))
        with pytest.raises(SpecificationError, match=r"cannot reweight"):
            aggregate([[1.0, np.nan], [2.0, 1.0]], [0.5, 0.5], method, "reweight")


def test_copeland_in_blocks_equals_copeland_at_once(monkeypatch):
    rng = np.random.default_rng(2)
    matrix, weights = rng.integers(0, 5, (50, 3)).astype(float), rng.dirichlet(np.ones(3), 4)
    whole = aggregate(matrix, weights, "copeland")
    monkeypatch.setattr(importlib.import_module("geobri.score.aggregate"), "_BLOCK", 700)
    np.testing.assert_array_equal(aggregate(matrix, weights, "copeland"), whole)


@pytest.mark.parametrize(
    ("weights", "method", "error", "said"),
    [
        ([0.5, -0.25, 0.75], "arithmetic", SpecificationError, "least weight of -0.25"),
        ([0, 0, 0], "arithmetic", SpecificationError, "not all 0"),
        ([0.5, 0.5], "arithmetic", SpecificationError, "one importance"),
        (W, "mean", SpecificationError, "method='mean'"),
        ([np.nan, 0.5, 0.5], "arithmetic", SpecificationError, "must be >= 0"),
    ],
)
def test_refusals(weights, method, error, said):
    with pytest.raises(error, match=said):
        aggregate(M, weights, method)


@pytest.mark.parametrize("method", ["geometric", "harmonic", "generalised"])
def test_negative_scores_have_no_such_mean(method):
    with pytest.raises(DataError, match=f"{method} needs scores >= 0. Got 1 negative"):
        aggregate(M - np.diag([0.0, 0.0, 1.0]), W, method)


def test_rules_are_checked():
    with pytest.raises(SpecificationError, match=r"missing='skip'"):
        aggregate(M, W, missing="skip")
    with pytest.raises(SpecificationError, match=r"min_coverage=1.5"):
        aggregate(M, W, missing="reweight", min_coverage=1.5)
