"""Bands of distance: a number at a limit belongs to one band, whatever its last digit."""

import math

import numpy as np
import pandas as pd
import pytest

from geobri.stats import decay_curve
from geobri.stats.bands import find_bands
from geobri.stats.dyads import mantel_correlogram_test
from geobri.stats.flows.curve import _interval
from geobri.stats.spatial import correlogram_test
from tests.stats.test_groups_tables import make_cities

LIMITS = np.array([0.1, 0.3, 0.7, 1.1])


@pytest.mark.parametrize(
    ("hold", "expected"), [("upper", [-1, 0, 0, 0, 1, 2, 3]), ("lower", [-1, 0, 1, 1, 1, 2, 3])]
)
def test_a_number_that_rounding_moved_off_a_limit_is_that_limit(hold, expected):
    values = np.array([0.05, 0.1, 0.3, 0.1 + 0.2, 0.5, 1.1, 1.1 + 1e-6])
    assert find_bands(values, LIMITS, hold=hold).tolist() == expected
    for nudge in (-1e-15, 1e-15):
        assert find_bands(values + nudge, LIMITS, hold=hold).tolist() == expected


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_rounding_is_told_by_the_size_of_the_limits(scale):
    near, apart = 0.3 * (1 + 1e-12), 0.3 * (1 + 1e-6)
    assert find_bands(scale * np.array([near, apart]), scale * LIMITS, hold="upper").tolist() == [0, 1]


def test_bands_that_share_no_digit_with_a_limit_are_those_of_numpy():
    values = np.random.default_rng(2).uniform(0, 2, 400)
    for hold, right in (("upper", True), ("lower", False)):
        assert (find_bands(values, LIMITS, hold=hold) == np.digitize(values, LIMITS, right=right) - 1).all()


def sums_of_tenths(n):
    """Distances that are whole tenths, written as sums, so that half of them miss their tenth by a digit."""
    rng = np.random.default_rng(n)
    tenths = rng.integers(1, 9, (n, n))
    tenths = np.triu(tenths, 1) + np.triu(tenths, 1).T
    return tenths, np.array([[sum([0.1] * int(one)) for one in row] for row in tenths])


def test_a_correlogram_of_matrices_counts_what_lies_on_its_limits():
    tenths, km = sums_of_tenths(10)
    cells = np.triu_indices(10, 1)
    y = np.random.default_rng(1).normal(size=(10, 10))
    found = mantel_correlogram_test(y + y.T, km, bounds=[0.1, 0.3, 0.6, 0.8], n_permutations=19, rng=1)
    counted = [
        ((tenths[cells] > low) & (tenths[cells] <= high)).sum() for low, high in ((0, 3), (3, 6), (6, 8))
    ]
    assert found.n_in_class.tolist() == counted


def test_a_decay_curve_counts_what_lies_on_its_limits():
    tenths, km = sums_of_tenths(9)
    rows, columns = np.triu_indices(9, 1)
    table = pd.DataFrame(
        {
            "origin": [f"c{k}" for k in rows],
            "destination": [f"c{k}" for k in columns],
            "flow": np.arange(36.0),
            "hours": km[rows, columns],
        }
    )
    found = decay_curve(
        table, flow="flow", impedance="hours", bands=[0.1, 0.3, 0.6, 0.8], n_bootstrap=9, rng=1
    )
    at = tenths[rows, columns]
    counted = [((at >= low) & (at < high)).sum() for low, high in ((1, 3), (3, 6), (6, 9))]
    assert found.table["n_pairs"].tolist() == counted
    halves = decay_curve(table, flow="flow", impedance="hours", bands=2, n_bootstrap=9, rng=1).table
    assert halves["n_pairs"].sum() == 36


def test_the_farthest_pair_of_a_correlogram_is_in_its_last_band():
    cities = make_cities(12, 4)
    pairs = correlogram_test(cities, "score", n_bands=3, n_permutations=19, rng=1).table["n_pairs"]
    assert pairs.sum() == 66


def test_the_interval_of_a_band_leaves_as_much_out_on_either_side():
    drawn = np.concatenate([np.arange(101.0), [np.nan, np.inf]])
    assert _interval(drawn, 0.9) == pytest.approx((5.0, 95.0))
    assert all(math.isnan(one) for one in _interval(np.array([np.nan]), 0.9))
