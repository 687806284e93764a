"""Outlier treatment of one column."""

from __future__ import annotations

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import TREATMENTS, treat
from geobri.score.outliers import kurtosis, skewness

TAME = np.arange(12.0)
WILD = np.array([*np.arange(1.0, 12.0), 300.0])


def test_a_tame_column_is_left_alone():
    got = treat(TAME, "winsorise")
    np.testing.assert_array_equal(got.after, TAME)
    assert not got.touched.any()
    assert got.parameters == {"points": 0}


def test_the_upper_tail():
    got = treat(WILD, "winsorise")
    np.testing.assert_array_equal(got.after, [*np.arange(1.0, 12.0), 11.0])
    assert np.flatnonzero(got.touched).tolist() == [11]


def test_the_lower_tail():
    np.testing.assert_array_equal(treat(-WILD, "winsorise").after, -treat(WILD, "winsorise").after)


def test_no_more_points_than_allowed():
    very = np.array([*np.arange(1.0, 30.0), 900.0, 1000.0, 1100.0])
    got = treat(very, "winsorise", max_points=1)
    assert got.touched.sum() == 1
    assert skewness(got.after) > 2


def test_missing_values_stay_missing():
    holed = np.array([np.nan, *WILD])
    for method in TREATMENTS:
        got = treat(holed, method)
        assert np.isnan(got.after).tolist() == [True] + [False] * 12
        assert not got.touched[0]


@pytest.mark.parametrize("method", sorted(TREATMENTS))
def test_order_is_kept_and_the_input_unchanged(method):
    rng = np.random.default_rng(1)
    values = np.where(rng.random(60) < 0.3, 0.0, rng.lognormal(2, 1.5, 60))
    before = values.copy()
    exempt = values == 0
    after = treat(values, method, exempt=exempt).after
    np.testing.assert_array_equal(values, before)
    order = np.argsort(values, kind="stable")
    assert (np.diff(after[order]) >= 0).all()


@pytest.mark.parametrize("method", ["winsorise", "log", "boxcox"])
def test_a_change_of_unit_changes_nothing_but_the_unit(method):
    one, thousand = treat(WILD, method).after, treat(1000 * WILD, method).after
    rescale = lambda x: (x - x.min()) / np.ptp(x)
    np.testing.assert_allclose(rescale(one), rescale(thousand), atol=1e-6)


def test_structural_zeros_do_not_move_the_moments():
    values = np.array([*np.zeros(40), *WILD])
    exempt = values == 0
    np.testing.assert_array_equal(
        treat(values, "winsorise", exempt=exempt).after[40:], treat(WILD, "winsorise").after
    )
    assert (treat(values, "winsorise", exempt=exempt).after[:40] == 0).all()


def test_log_with_a_shift():
    np.testing.assert_allclose(treat([0.0, 1.0, 9.0], "log", shift=1.0).after, np.log([1, 2, 10]))
    with pytest.raises(DataError, match=r"above 0"):
        treat([0.0, 1.0], "log", shift=0.0)


def test_boxcox_with_a_power_is_affine_in_the_power():
    got = treat(WILD, "boxcox", power=0.5, shift=0.0).after
    unit = np.exp(np.log(WILD).mean())
    np.testing.assert_allclose(got, 2 * (np.sqrt(WILD / unit) - 1))
    np.testing.assert_allclose(treat(WILD, "boxcox", power=0.0, shift=0.0).after, np.log(WILD / unit))


def test_boxcox_finds_the_log_of_a_lognormal_sample():
    sample = np.exp(np.random.default_rng(2).normal(size=4000))
    assert treat(sample, "boxcox", shift=0.0).parameters["power"] == pytest.approx(0, abs=0.05)


def test_constant_and_empty_columns_pass():
    for column in (np.full(4, 7.0), np.full(4, np.nan)):
        for method in TREATMENTS:
            np.testing.assert_array_equal(treat(column, method).after, column)


def test_moments_of_too_few():
    assert np.isnan(skewness(np.array([1.0, 2.0])))
    assert np.isnan(kurtosis(np.array([1.0, 2.0, 4.0])))


def test_refusals():
    with pytest.raises(SpecificationError, match=r"'trim'"):
        treat(TAME, "trim")
    with pytest.raises(SpecificationError, match=r"its own parameters"):
        treat(TAME, "log", limits=(0, 1))


class TestWinsoriseElseLog:
    def test_what_winsorising_tames_is_winsorised(self):
        got = treat(WILD, "winsorise_or_log")
        np.testing.assert_array_equal(got.after, treat(WILD, "winsorise").after)
        assert not got.is_transformed

    def test_what_it_cannot_tame_is_taken_through_a_logarithm_as_it_was(self):
        very = np.array([*np.arange(1.0, 41.0), 1e3, 1e6])  # one point may be pulled in, two are wild
        assert treat(very, "winsorise", max_points=1).after.max() == 1000
        got = treat(very, "winsorise_or_log", max_points=1)
        np.testing.assert_allclose(got.after, treat(very, "log").after)
        assert got.is_transformed
        assert treat(very, "winsorise_or_log", max_points=2).parameters == {"points": 2.0}
