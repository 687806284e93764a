"""Importances: by hand, and what judgement must look like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import WEIGHTINGS, ahp_weights, budget_weights, custom_weights, weigh

M = np.array([[0.0, 0.0], [50.0, 10.0], [100.0, 20.0], [50.0, 90.0]])


@pytest.mark.parametrize("method", sorted(WEIGHTINGS))
def test_weights_are_a_simplex_and_do_not_see_the_order_of_units(method):
    matrix = np.random.default_rng(0).uniform(1, 100, (15, 4))
    got = weigh(matrix, method)
    assert (got >= 0).all()
    assert got.sum() == pytest.approx(1)
    np.testing.assert_allclose(weigh(matrix[::-1], method), got, atol=1e-6)
    np.testing.assert_allclose(weigh(matrix[:, ::-1], method), got[::-1], atol=2e-4)


@pytest.mark.parametrize("method", sorted(set(WEIGHTINGS) - {"equal"}))
def test_a_constant_child_is_named_and_an_only_child_has_all(method):
    table = pd.DataFrame(M, columns=["rail", "air"]).assign(sea=7.0)
    with pytest.raises(DataError, match="constant: 'sea'"):
        weigh(table, method)
    with pytest.raises(DataError, match="constant: '3'"):
        weigh(table.to_numpy(), method)
    assert weigh(table[["sea"]], method).tolist() == [1.0]


def test_equal():
    assert weigh(M, "equal").tolist() == [0.5, 0.5]


def test_standard_deviation():
    spread = M.std(axis=0, ddof=1)
    np.testing.assert_allclose(weigh(M, "standard_deviation"), spread / spread.sum())


def test_entropy_gives_nothing_to_an_even_column():
    even = np.column_stack([np.array([50.0, 50.0, 50.0, 50.0 + 1e-9]), [1.0, 2.0, 3.0, 94.0]])
    np.testing.assert_allclose(weigh(even, "entropy"), [0, 1], atol=1e-6)


def test_two_children_share_the_first_component_equally():
    np.testing.assert_allclose(weigh(M, "pca"), [0.5, 0.5])


@pytest.mark.parametrize(
    "method", ["critic", "pca", "correlation_optimised", "entropy", "standard_deviation"]
)
def test_one_child_has_it_all(method):
    np.testing.assert_allclose(weigh(M[:, :1], method), [1])


def test_units_with_a_hole_are_left_out():
    holed = np.vstack([M, [[np.nan, 3.0]]])
    np.testing.assert_allclose(weigh(holed, "critic"), weigh(M, "critic"))


@pytest.mark.parametrize("method", sorted(set(WEIGHTINGS) - {"equal"}))
def test_nothing_to_weigh_by(method):
    with pytest.raises(DataError, match=r"three complete units"):
        weigh(np.column_stack([np.full(5, 3.0), np.arange(5.0)]), method)
    with pytest.raises(DataError, match=r"2 complete units of 4"):
        weigh(np.where(np.arange(4)[:, None] < 2, np.nan, M), method)


def test_refusals():
    with pytest.raises(SpecificationError, match=r"'expert'"):
        weigh(M, "expert")
    with pytest.raises(DataError, match=r"entropy needs scores >= 0"):
        weigh(M - 10, "entropy")
    with pytest.raises(DataError, match=r"something to weigh by"):
        weigh(np.column_stack([np.arange(4.0), 2 * np.arange(4.0)]), "critic")  # no conflict at all


class TestJudgement:
    def test_custom(self):
        assert custom_weights({"a": 1, "b": 3}).to_dict() == {"a": 0.25, "b": 0.75}
        with pytest.raises(SpecificationError, match=r"Got 1 otherwise: 'b'"):
            custom_weights({"a": 1, "b": -3})
        with pytest.raises(SpecificationError, match=r"only zeros"):
            custom_weights({"a": 0, "b": 0})

    def test_budget(self):
        table = pd.DataFrame({"a": [50, 30], "b": [50, 70]}, index=["ann", "bob"])
        assert budget_weights(table).to_dict() == pytest.approx({"a": 0.4, "b": 0.6})
        with pytest.raises(DataError, match=r"1 of 2 experts otherwise: 'bob'"):
            budget_weights(table.assign(b=[50, 71]))
        with pytest.raises(DataError, match=r"'ann'"):
            budget_weights(table.assign(a=[150, 30], b=[-50, 70]))
        with pytest.raises(DataError, match=r"'ann'"):
            budget_weights(table.assign(a=[np.nan, 30]))

    def test_consistent_ahp(self):
        weights = np.array([0.5, 0.3, 0.2])
        table = pd.DataFrame(np.outer(weights, 1 / weights), index=list("abc"), columns=list("abc"))
        got = ahp_weights(table)
        np.testing.assert_allclose(got.importance, weights)
        assert got.eigenvalue == pytest.approx(3)
        assert got.consistency_ratio == pytest.approx(0, abs=1e-12)

    def test_circular_judgement_is_refused(self):
        circle = pd.DataFrame(
            [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]], index=list("abc"), columns=list("abc")
        )
        with pytest.raises(DataError, match=r"consistency ratio must be at most 0.1"):
            ahp_weights(circle)
        np.testing.assert_allclose(ahp_weights(circle, max_ratio=9).importance, [1 / 3] * 3)

    @pytest.mark.parametrize("table", [[[1, 2], [3, 1]], [[1, -2], [-0.5, 1]], [[1, 2, 3], [0.5, 1, 2]]])
    def test_malformed_judgement(self, table):
        with pytest.raises(DataError, match=r"square, labelled alike, > 0 and reciprocal"):
            ahp_weights(pd.DataFrame(table))
