"""Denomination by city size."""

from __future__ import annotations

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score.denominate import DENOMINATOR_RULES, check_denominator, denominate_cities, denominate_pairs

SIZE = np.array([1.0, 4.0, 9.0])
FIRST, SECOND = np.array([0, 0, 1]), np.array([1, 2, 2])


@pytest.mark.parametrize(
    ("rule", "sizes"),
    [
        ("geometric", [2, 3, 6]),
        ("product", [4, 9, 36]),
        ("sum", [5, 10, 13]),
        ("mean", [2.5, 5, 6.5]),
        ("min", [1, 1, 4]),
        ("max", [4, 9, 9]),
    ],
)
def test_pairs(rule, sizes):
    np.testing.assert_allclose(
        denominate_pairs(np.full(3, 36.0), SIZE, FIRST, SECOND, rule=rule), 36.0 / np.array(sizes)
    )


def test_every_rule_has_a_case_above():
    assert set(DENOMINATOR_RULES) == {"geometric", "product", "sum", "mean", "min", "max"}


def test_cities():
    np.testing.assert_allclose(denominate_cities(np.array([2.0, 2.0, np.nan]), SIZE), [2, 0.5, np.nan])


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf])
def test_sizes_that_cannot_divide(bad):
    with pytest.raises(
        DataError, match=r"'people' must be above 0 where a city has a size. Got 1 of 2 otherwise: 'b'"
    ):
        check_denominator(np.array([1.0, bad]), ["a", "b"], "people")


def test_a_missing_size_makes_the_value_missing():
    size = check_denominator(np.array([1.0, np.nan, 9.0]), list("abc"), "people")
    np.testing.assert_array_equal(denominate_cities(np.full(3, 18.0), size), [18, np.nan, 2])
    np.testing.assert_array_equal(
        denominate_pairs(np.full(3, 18.0), size, FIRST, SECOND), [np.nan, 6, np.nan]
    )


def test_unknown_rule():
    with pytest.raises(SpecificationError, match=r"'harmonic'"):
        denominate_pairs(np.ones(3), SIZE, FIRST, SECOND, rule="harmonic")
