"""Ranks: ties, tolerance, missing scores, many runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import SpecificationError
from geobri.score import rank

SCORES = [10.0, 30.0, 20.0, 30.0, np.nan, 5.0]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("min", [4, 1, 3, 1, np.nan, 5]),
        ("dense", [3, 1, 2, 1, np.nan, 4]),
        ("average", [4, 1.5, 3, 1.5, np.nan, 5]),
        ("max", [4, 2, 3, 2, np.nan, 5]),
    ],
)
def test_ties(ties, expected):
    np.testing.assert_array_equal(rank(np.array(SCORES), ties), expected)


@pytest.mark.parametrize("ties", ["min", "dense", "average", "max"])
def test_agrees_with_pandas_without_tolerance(ties):
    scores = pd.Series(np.random.default_rng(5).integers(0, 12, 60).astype(float))
    scores[7] = np.nan
    expected = scores.rank(ascending=False, method=ties)
    np.testing.assert_array_equal(rank(scores.to_numpy(), ties, 0.0), expected)


def test_tolerance():
    scores = np.array([3.0, 2.95, 2.5, 1.0])
    np.testing.assert_array_equal(rank(scores, tolerance=0.1), [1, 1, 3, 4])
    np.testing.assert_array_equal(rank(scores, tolerance=0.0), [1, 2, 3, 4])


def test_rounding_is_a_tie_by_default():
    assert rank(np.array([0.1 + 0.2, 0.3])).tolist() == [1, 1]
    assert rank(np.array([0.1 + 0.2, 0.3]), tolerance=0.0).tolist() == [1, 2]


def test_a_difference_of_a_millionth_is_none_of_rounding():
    assert rank(np.array([71.250001, 71.25])).tolist() == [1, 2]


def test_ties_are_chained():
    np.testing.assert_array_equal(rank(np.array([3.0, 2.9, 2.8, 1.0]), tolerance=0.11), [1, 1, 1, 4])


def test_many_runs_along_the_last_axis():
    runs = np.random.default_rng(4).integers(0, 6, (3, 5, 8)).astype(float)
    got = rank(runs)
    for i in range(3):
        for j in range(5):
            np.testing.assert_array_equal(got[i, j], rank(runs[i, j]))


def test_pandas_keeps_labels_and_has_whole_numbers():
    series = rank(pd.Series(SCORES, index=list("abcdef"), name="s"))
    assert series.dtype == "Int64"
    assert series["e"] is pd.NA
    assert (series.name, series.index.tolist()) == ("s", list("abcdef"))
    frame = rank(pd.DataFrame({"p": [1.0, 2.0], "q": [2.0, 1.0]}), "average")
    assert frame.to_numpy().tolist() == [[2, 1], [1, 2]]
    assert (frame.dtypes == "Float64").all()


def test_nothing_to_rank():
    assert rank(np.empty(0)).shape == (0,)
    assert np.isnan(rank(np.array([np.nan, np.nan]))).all()


@pytest.mark.parametrize(("ties", "tolerance"), [("first", 0.0), ("min", -1.0), ("min", np.nan)])
def test_refusals(ties, tolerance):
    with pytest.raises(SpecificationError, match=r"ties must be a known rule"):
        rank(np.array([1.0]), ties, tolerance)
