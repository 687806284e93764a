"""Normalisers on cases worked out by hand, and their refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import NORMALISERS, normalise

X = np.array([10.0, 20.0, 40.0, 20.0])


@pytest.mark.parametrize(
    ("method", "direction", "params", "expected"),
    [
        ("minmax", 1, {}, [0, 100 / 3, 100, 100 / 3]),
        ("minmax", -1, {}, [100, 200 / 3, 0, 200 / 3]),
        ("minmax", 1, {"scale": (1.0, 10.0)}, [1, 4, 10, 4]),
        ("percentile", 1, {}, [12.5, 50, 87.5, 50]),
        ("rank", 1, {}, [1, 2.5, 4, 2.5]),
        ("rank", -1, {}, [4, 2.5, 1, 2.5]),
        ("borda", 1, {}, [0, 1.5, 3, 1.5]),
        ("max_distance", 1, {}, [0, 100 / 3, 100, 100 / 3]),
        ("target_distance", 1, {"target": 30.0}, [0, 50, 100, 50]),
        ("target_distance", 1, {"target": 30.0, "clip": False}, [0, 50, 150, 50]),
        ("target_distance", -1, {"target": 20.0}, [100, 100, 0, 100]),
        ("reference_distance", 1, {"reference_value": 20.0}, [0, 100, 300, 100]),
        ("goalposts", 1, {"low": 15.0, "high": 25.0}, [0, 50, 100, 50]),
        ("goalposts", -1, {"low": 15.0, "high": 25.0}, [100, 50, 0, 50]),
        ("goalposts", 1, {"low": 0.0, "high": 20.0, "clip": False}, [50, 100, 200, 100]),
        ("fraction_of_max", 1, {}, [25, 50, 100, 50]),
        ("fraction_of_max", -1, {}, [100, 50, 25, 50]),
    ],
)
def test_by_hand(method, direction, params, expected):
    np.testing.assert_allclose(normalise(X, method, direction, **params), expected)


def test_zscore_by_hand():
    got = normalise(np.array([1.0, 2.0, 3.0]), "zscore", centre=100.0, spread=15.0)
    np.testing.assert_allclose(got, [85, 100, 115])


def test_every_normaliser_has_a_hand_case_above():
    assert set(NORMALISERS) == {
        "minmax", "zscore", "percentile", "rank", "borda", "max_distance", "target_distance",
        "reference_distance", "goalposts", "fraction_of_max",
    }  # fmt: skip


def test_missing_values_stay_and_do_not_count():
    got = normalise(np.array([10.0, np.nan, 40.0, 25.0]), "percentile")
    np.testing.assert_allclose(got, [100 / 6, np.nan, 500 / 6, 50])


def test_a_reference_set():
    years = np.array([0.0, 10.0, 50.0])
    np.testing.assert_allclose(normalise(X, reference=years), [20, 40, 80, 40])
    np.testing.assert_allclose(normalise(X, "percentile", reference=years), [50, 200 / 3, 200 / 3, 200 / 3])
    np.testing.assert_allclose(normalise(np.array([-5.0, 60.0]), reference=years, clip=True), [0, 100])
    np.testing.assert_allclose(normalise(np.array([-5.0, 60.0]), reference=years), [-10, 120])


def test_tables_keep_their_labels_and_directions_by_column():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]}, index=["x", "y"])
    got = normalise(frame, "minmax", [1, -1])
    pd.testing.assert_frame_equal(got, pd.DataFrame({"a": [0.0, 100.0], "b": [100.0, 0.0]}, index=["x", "y"]))
    series = normalise(frame["a"])
    assert series.name == "a"
    assert series.index.tolist() == ["x", "y"]


class TestConstantColumns:
    frame = pd.DataFrame({"rail": [0.0, 0.0, 0.0], "air": [1.0, 2.0, 3.0]})

    def test_an_error_that_names_them(self):
        with pytest.raises(DataError, match=r"1 constant column.* over 3 rows: 'rail'"):
            normalise(self.frame)

    @pytest.mark.parametrize(("rule", "value"), [("worst", 0), ("best", 100), ("missing", np.nan)])
    def test_unless_said_what_to_put(self, rule, value):
        np.testing.assert_array_equal(normalise(self.frame, constant=rule)["rail"], [value] * 3)

    def test_the_ends_are_those_of_the_scale(self):
        assert normalise(self.frame, constant="worst", scale=(1.0, 10.0))["rail"].tolist() == [1.0] * 3
        with pytest.raises(
            SpecificationError, match=r"must have a worst and a best score. Got method='zscore'"
        ):
            normalise(self.frame, "zscore", constant="worst")
        assert normalise(self.frame, "zscore", constant="missing")["rail"].isna().all()

    @pytest.mark.parametrize(
        ("method", "params"),
        [("zscore", {}), ("rank", {}), ("borda", {}), ("reference_distance", {"reference_value": 1.0})],
    )
    def test_methods_without_ends_have_no_worst_and_no_best(self, method, params):
        with pytest.raises(SpecificationError, match=rf"Got method='{method}', constant='best'"):
            normalise(self.frame, method, constant="best", **params)

    def test_rounding_is_no_spread(self):
        noisy = np.array([0.1 + 0.2, 0.3, 0.3])  # differ in the last bit
        assert noisy[0] != noisy[1]
        with pytest.raises(DataError, match=r"constant"):
            normalise(noisy)

    def test_a_small_spread_of_large_numbers_is_a_spread(self):
        np.testing.assert_allclose(
            normalise(np.array([1000.0, 1000.3, 1000.9])), [0, 100 / 3, 100], atol=1e-6
        )

    def test_empty_columns(self):
        with pytest.raises(DataError, match=r"wholly missing column.* of 3 rows: 'rail'"):
            normalise(self.frame.assign(rail=np.nan), constant="worst")
        assert normalise(self.frame.assign(rail=np.nan), constant="missing")["rail"].isna().all()

    def test_goalposts_do_not_look_at_the_spread(self):
        assert normalise(np.array([5.0, 5.0]), "goalposts", low=0.0, high=10.0).tolist() == [50.0, 50.0]


@pytest.mark.parametrize(
    ("method", "direction", "params", "error", "said"),
    [
        ("minmaks", 1, {}, SpecificationError, "'minmaks'. Use one of .*minmax"),
        ("minmax", 0, {}, SpecificationError, "direction must be 1 or -1"),
        ("minmax", 1, {"constant": "skip"}, SpecificationError, "constant must be a known rule"),
        ("minmax", 1, {"target": 3.0}, SpecificationError, "its own parameters"),
        ("target_distance", 1, {}, SpecificationError, "its own parameters"),
        ("goalposts", 1, {"low": 3.0, "high": 3.0}, SpecificationError, "low < high"),
        ("target_distance", 1, {"target": 10.0}, DataError, "target 10.0 and worst 10.0"),
        ("target_distance", -1, {"target": 40.0}, DataError, "target 40.0 and worst 40.0"),
    ],
)
def test_refusals(method, direction, params, error, said):
    with pytest.raises(error, match=said):
        normalise(X, method, direction, **params)


def test_a_ratio_scale_needs_its_zero():
    with pytest.raises(DataError, match=r"needs values >= 0"):
        normalise(np.array([-1.0, 2.0]), "fraction_of_max")
    with pytest.raises(DataError, match=r"values > 0 when less is better"):
        normalise(np.array([0.0, 2.0]), "fraction_of_max", -1)


def test_further_axes_are_independent_columns():
    runs = np.random.default_rng(0).normal(size=(7, 3, 4))
    for method in ("minmax", "zscore", "percentile", "borda"):
        got = normalise(runs, method)
        for i in range(3):
            for j in range(4):
                np.testing.assert_allclose(got[:, i, j], normalise(runs[:, i, j], method))


class TestTies:
    """1, 3, 3, 3, 7 with ranks from the worst: R's rank(ties.method = …)."""

    values = np.array([3.0, 1.0, 3.0, 7.0, 3.0])

    @pytest.mark.parametrize(
        ("ties", "ranks"), [("average", [3, 1, 3, 5, 3]), ("min", [2, 1, 2, 5, 2]), ("max", [4, 1, 4, 5, 4])]
    )
    def test_rank_borda_and_percentile(self, ties, ranks):
        expected = np.array(ranks, dtype=float)
        np.testing.assert_allclose(normalise(self.values, "rank", ties=ties), expected)
        np.testing.assert_allclose(normalise(self.values, "borda", ties=ties), expected - 1)
        np.testing.assert_allclose(normalise(self.values, "percentile", ties=ties), 20 * (expected - 0.5))

    @pytest.mark.parametrize("ties", ["average", "min", "max"])
    def test_a_value_that_the_reference_does_not_hold_ties_with_nothing(self, ties):
        got = normalise(np.array([2.0, 4.0]), "borda", reference=self.values, ties=ties)
        np.testing.assert_allclose(got, [0.5, 3.5])

    def test_turned(self):
        got = normalise(self.values, "rank", -1, ties="min")
        np.testing.assert_allclose(got, [2, 5, 2, 1, 2])

    def test_unknown(self):
        with pytest.raises(SpecificationError, match=r"ties must be a known rule. Got 'first'"):
            normalise(self.values, "rank", ties="first")
