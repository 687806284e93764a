"""From pairs to cities and from cities to pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.corridors import build_pairs
from geobri.errors import DataError, SpecificationError
from geobri.score import CITY_RULES, city_to_pair, pair_to_city
from geobri.score.levels import fold_directions
from geobri.score.universe import build_universe

FIRST, SECOND = np.array([0, 0, 0, 1, 1, 2]), np.array([1, 2, 3, 2, 3, 3])
VALUES = np.array([4.0, 4.0, 0.0, 1.0, 2.0, 0.0])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("sum", [8, 7, 5, 2]),
        ("mean", [8 / 3, 7 / 3, 5 / 3, 2 / 3]),
        ("max", [4, 4, 4, 2]),
        ("count", [2, 3, 2, 1]),
        ("breadth", [2, np.exp(-(4 * np.log(4 / 7) + np.log(1 / 7) + 2 * np.log(2 / 7)) / 7), 5 / 4**0.8, 1]),
    ],
)
def test_rules_by_hand(rule, expected):
    np.testing.assert_allclose(pair_to_city(VALUES, FIRST, SECOND, 4, rule=rule), expected)


@pytest.mark.parametrize(("k", "expected"), [(1, [4, 4, 4, 2]), (2, [8, 6, 5, 2]), (9, [8, 7, 5, 2])])
def test_top_k(k, expected):
    np.testing.assert_allclose(pair_to_city(VALUES, FIRST, SECOND, 4, rule="top_k", k=k), expected)


@pytest.mark.parametrize("rule", sorted(CITY_RULES))
def test_a_city_without_partners_is_missing(rule):
    got = pair_to_city(VALUES[:1], FIRST[:1], SECOND[:1], 3, rule=rule)
    assert np.isnan(got).tolist() == [False, False, True]


@pytest.mark.parametrize("rule", sorted(CITY_RULES))
def test_missing_partners(rule):
    holed = np.array([4.0, np.nan, 0.0, 1.0, 2.0, 3.0])
    assert np.isnan(pair_to_city(holed, FIRST, SECOND, 4, rule=rule)).tolist() == [True, False, True, False]
    known = ~np.isnan(holed)
    observed = pair_to_city(holed, FIRST, SECOND, 4, rule=rule, missing="observed")
    np.testing.assert_allclose(
        observed, pair_to_city(holed[known], FIRST[known], SECOND[known], 4, rule=rule)
    )
    scaled = pair_to_city(holed, FIRST, SECOND, 4, rule=rule, missing="scale")
    factor = [1.5, 1, 1.5, 1] if rule in {"sum", "count"} else [1, 1, 1, 1]
    np.testing.assert_allclose(scaled, observed * factor)


def test_each_end_may_see_another_value():
    got = pair_to_city(np.array([1.0]), np.array([0]), np.array([1]), 2, back=np.array([5.0]))
    assert got.tolist() == [1.0, 5.0]


def test_breadth_of_nothing_is_zero_and_of_negatives_an_error():
    assert pair_to_city(np.zeros(6), FIRST, SECOND, 4, rule="breadth").tolist() == [0, 0, 0, 0]
    with pytest.raises(DataError, match=r"breadth needs values >= 0"):
        pair_to_city(VALUES - 1, FIRST, SECOND, 4, rule="breadth")


@pytest.mark.parametrize(
    ("rule", "expected"), [("min", [4, 0, 0]), ("product", [36, 0, 0]), ("geometric", [6, 0, 0])]
)
def test_pair_rules(rule, expected):
    got = city_to_pair(np.array([4.0, 9.0, 0.0]), np.array([0, 0, 1]), np.array([1, 2, 2]), rule=rule)
    assert got.tolist() == expected


def test_pair_rule_refusals():
    with pytest.raises(SpecificationError, match=r"'sum'"):
        city_to_pair(np.ones(2), np.array([0]), np.array([1]), rule="sum")
    with pytest.raises(DataError, match=r"geometric needs values >= 0"):
        city_to_pair(np.array([-1.0, 2.0]), np.array([0]), np.array([1]), rule="geometric")
    with pytest.raises(SpecificationError, match=r"rule='median'"):
        pair_to_city(VALUES, FIRST, SECOND, 4, rule="median")
    with pytest.raises(SpecificationError, match=r"'last'"):
        fold_directions([1.0], [2.0], "last")


def test_a_fold_of_a_missing_direction_is_missing():
    assert np.isnan(fold_directions([1.0], [np.nan], "max"))[0]


class TestUniverse:
    cities = pd.DataFrame(
        {"country": ["SGP", "CHN", "CHN", "KEN"]}, index=["singapore", "xian", "beijing", "nairobi"]
    )

    def test_it_is_the_universe_of_build_pairs(self):
        frame = build_universe(self.cities).frame()
        pd.testing.assert_frame_equal(
            frame.sort_index(), build_pairs(self.cities).sort_index(), check_dtype=False
        )
        directed = build_universe(self.cities).frame(directed=True)
        assert set(directed.index) == set(build_pairs(self.cities, directed=True).index)

    def test_the_published_count(self):
        cities = pd.DataFrame(
            {"country": ["CHN"] * 9 + [f"C{i}" for i in range(13)]}, index=[f"c{i:02d}" for i in range(22)]
        )
        assert len(build_universe(cities)) == 195
        assert len(build_universe(cities, domestic="only")) == 36
        assert len(build_universe(cities, domestic="include")) == 231

    def test_smaller_universes(self):
        universe = build_universe(self.cities, domestic="include")
        without = universe.without_cities(np.array([False, True, False, False]))
        assert without.frame().index.tolist() == [
            "beijing--nairobi",
            "beijing--singapore",
            "nairobi--singapore",
        ]
        assert (without.position >= 0).sum() == 6
