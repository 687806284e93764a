"""Coverage and screening."""

from __future__ import annotations

import numpy as np
import pytest

from geobri.errors import SpecificationError
from geobri.score import measure_coverage, screen

FIRST, SECOND = np.triu_indices(4, k=1)  # 01 02 03 12 13 23


def test_coverage_by_hand():
    known = np.array([[1, 1], [1, 0], [0, 0], [1, 1], [0, 0], [0, 1]], dtype=bool)
    got = measure_coverage(known, FIRST, SECOND, 5)
    assert got.pairs.tolist() == [1, 0.5, 0, 1, 0, 0.5]
    np.testing.assert_allclose(got.cities_by_indicator[:4], np.array([[2, 1], [2, 2], [2, 2], [0, 1]]) / 3)
    np.testing.assert_allclose(got.cities[:4], np.array([3, 4, 4, 1]) / 6)
    assert np.isnan(got.cities[4])  # no pair at all


def test_one_unknown_city_does_not_take_its_partners_along():
    known = np.array([[1], [1], [0], [1], [0], [0]], dtype=bool)  # city 3 is unknown: all others have 2 of 3
    cities, pairs = screen(known, FIRST, SECOND, 4, min_city=0.9)
    assert cities.tolist() == [True, True, True, False]
    assert pairs.tolist() == [True, True, False, True, False, False]


def test_pairs_are_screened_by_themselves():
    known = np.array([[1, 1], [1, 0], [0, 0], [1, 1], [0, 0], [0, 1]], dtype=bool)
    cities, pairs = screen(known, FIRST, SECOND, 4, min_pair=0.5)
    assert cities.all()
    assert pairs.tolist() == [True, True, False, True, False, True]


def test_no_limit_keeps_all():
    cities, pairs = screen(np.zeros((6, 2), dtype=bool), FIRST, SECOND, 4)
    assert cities.all()
    assert pairs.all()


def test_shares_are_checked():
    with pytest.raises(SpecificationError, match=r"min_city=80"):
        screen(np.ones((6, 1), dtype=bool), FIRST, SECOND, 4, min_city=80)
