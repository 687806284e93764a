"""Ranks, tails and quantiles of our own are those of scipy.stats, bit for bit."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from geobri.stats.distributions import (
    normal_quantile,
    normal_tail,
    rank_values,
    student_quantile,
    student_tail,
)
from geobri.stats.groups.reporting import welch_interval
from geobri.stats.groups.samples import GroupSample
from geobri.stats.multiplicity import benjamini_hochberg


@pytest.mark.parametrize("shape", [(7,), (1,), (5, 6), (3, 4, 5), (0,), (2, 0)])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_ranks_with_ties_and_gaps_along_every_axis(shape, missing):
    rng = np.random.default_rng(3)
    values = np.where(rng.random(shape) < missing, np.nan, rng.integers(0, 4, shape))
    for axis in range(len(shape)):
        np.testing.assert_array_equal(rank_values(values, axis=axis), stats.rankdata(values, axis=axis))


def test_whole_numbers_are_ranked_as_they_are():
    assert rank_values([2**60 + 1, 2**60, 2**60 + 1]).tolist() == [2.5, 1.0, 2.5]


def test_tails_and_quantiles():
    rng = np.random.default_rng(4)
    z, df, p = 4 * rng.normal(size=500), rng.uniform(1, 60, 500), rng.random(500)
    np.testing.assert_array_equal(normal_tail(z), stats.norm.sf(z))
    np.testing.assert_array_equal(student_tail(z, df), stats.t.sf(z, df))
    np.testing.assert_array_equal([normal_quantile(one) for one in p], stats.norm.ppf(p))
    np.testing.assert_array_equal(
        [student_quantile(*both) for both in zip(p, df, strict=True)], stats.t.ppf(p, df)
    )


@pytest.mark.parametrize("m", [1, 2, 9, 40])
def test_false_discoveries(m):
    p = np.random.default_rng(m).random(m).round(2)
    np.testing.assert_array_equal(benjamini_hochberg(p), stats.false_discovery_control(p))


def test_interval_of_means():
    rng = np.random.default_rng(5)
    values, first = rng.normal(size=30), np.arange(30) < 9
    found = welch_interval(GroupSample(values, first), 0.9)
    expected = stats.ttest_ind(values[first], values[~first], equal_var=False)
    assert tuple(expected.confidence_interval(0.9)) == pytest.approx((found.low, found.high), rel=1e-13)
    assert found.value / found.se == pytest.approx(expected.statistic, rel=1e-13)


def test_equal_means_have_a_standard_error():
    found = welch_interval(GroupSample(np.array([1.0, 3.0, 0.0, 4.0]), np.array([1, 1, 0, 0]) > 0), 0.95)
    assert (found.value, found.low) == (0.0, -found.high)
    assert found.se == pytest.approx(np.sqrt(2 / 2 + 8 / 2))


def test_what_a_page_needs_is_loaded_without_the_whole_of_scipy_stats():
    code = "import sys, geobri.report, geobri.study.analysis; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
