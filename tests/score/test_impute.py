"""Imputers on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.score import IMPUTERS, impute

FIRST, SECOND = np.triu_indices(5, k=1)
EFFECTS = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
ADDITIVE = EFFECTS[FIRST] + EFFECTS[SECOND]
HOLED = np.where(np.isin(np.arange(10), [3, 7]), np.nan, ADDITIVE)
INPUTS = {
    "group": {"groups": np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 2])},
    "origin_destination": {"first": FIRST, "second": SECOND, "directed": False},
    "gravity": {
        "first": FIRST,
        "second": SECOND,
        "distance_km": np.arange(1.0, 11.0),
        "mass": EFFECTS,
        "directed": False,
    },
    "panel": {"history": np.vstack([HOLED, ADDITIVE + 10]), "years": np.array([2020, 2022]), "year": 2020},
}


@pytest.mark.parametrize("method", sorted(IMPUTERS))
def test_known_values_are_never_touched(method):
    before = HOLED.copy()
    filled, flags = impute(HOLED, method, **INPUTS.get(method, {}))
    np.testing.assert_array_equal(HOLED, before)
    known = ~np.isnan(HOLED)
    np.testing.assert_array_equal(filled[known], HOLED[known])
    assert not flags[known].any()
    assert flags[~known].all() == (method != "none")
    whole, nothing = impute(ADDITIVE, method)
    np.testing.assert_array_equal(whole, ADDITIVE)
    assert not nothing.any()


def test_mean_and_median():
    assert impute([1.0, np.nan, 2.0, 6.0], "mean")[0][1] == 3
    assert impute([1.0, np.nan, 2.0, 6.0], "median")[0][1] == 2


def test_end_effects_are_found_exactly():
    filled, _ = impute(HOLED, "origin_destination", **INPUTS["origin_destination"])
    np.testing.assert_allclose(filled, ADDITIVE)


def test_directed_end_effects():
    first, second = np.nonzero(~np.eye(5, dtype=bool))
    values = EFFECTS[first] + 3 * EFFECTS[second]
    holed = np.where(np.arange(20) == 6, np.nan, values)
    filled, _ = impute(holed, "origin_destination", first=first, second=second, directed=True)
    np.testing.assert_allclose(filled, values)


def test_an_end_that_is_never_seen_stays_missing():
    holed = np.where((FIRST == 4) | (SECOND == 4), np.nan, ADDITIVE)
    filled, flags = impute(holed, "origin_destination", **INPUTS["origin_destination"])
    assert np.isnan(filled[SECOND == 4]).all()
    assert not flags.any()
    filled, _ = impute(holed, "gravity", **INPUTS["gravity"] | {"mass": None})
    assert np.isnan(filled[SECOND == 4]).all()
    filled, flags = impute(holed, "gravity", **INPUTS["gravity"])  # masses know every end
    assert flags[SECOND == 4].all()


def test_a_fit_of_amounts_is_never_negative():
    values = np.array([0.0, 0.0, 0.0, 50.0, np.nan, 0.0, 0.0, 0.0, 50.0, 50.0])
    filled, _ = impute(values, "origin_destination", **INPUTS["origin_destination"])
    assert filled[4] == 0.0


def test_gravity_finds_its_own_law():
    km = np.random.default_rng(0).uniform(100, 9000, 10)
    law = 3 * (EFFECTS[FIRST] * EFFECTS[SECOND]) ** 0.7 * km**-1.3
    holed = np.where(np.arange(10) == 2, np.nan, law)
    filled, _ = impute(holed, "gravity", **INPUTS["gravity"] | {"distance_km": km})
    assert filled[2] == pytest.approx(law[2], rel=1e-6)
    filled, _ = impute(holed, "gravity", **INPUTS["gravity"] | {"distance_km": km, "mass": None})
    assert filled[2] == pytest.approx(law[2], rel=1e-6)


def test_gravity_accepts_zeros():
    holed = np.array([np.nan, 0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 0.0, 1.0, 4.0])
    filled, _ = impute(holed, "gravity", **INPUTS["gravity"])
    assert 0 < filled[0] < 4


def test_panel_interpolates_and_does_not_extrapolate():
    history = np.array([[1.0, 5.0, np.nan], [np.nan, np.nan, np.nan], [3.0, np.nan, np.nan]])
    filled, flags = impute(
        [np.nan] * 3, "panel", history=history, years=np.array([2019, 2020, 2021]), year=2020
    )
    np.testing.assert_array_equal(filled, [2, 5, np.nan])
    assert flags.tolist() == [True, True, False]


def test_refusals():
    with pytest.raises(SpecificationError, match=r"'knn'"):
        impute(HOLED, "knn")
    with pytest.raises(SpecificationError, match=r"Give \['groups'\]"):
        impute(HOLED, "group")
    with pytest.raises(DataError, match=r"some value must be known"):
        impute([np.nan, np.nan], "mean")
    with pytest.raises(DataError, match=r"gravity needs values >= 0"):
        impute(HOLED - 5, "gravity", **INPUTS["gravity"])
