"""Plain arithmetic of arrays that several rooms share."""

import numpy as np
import pytest

from geobri.arrays import weighted_median


def test_a_weighted_median_is_that_of_the_values_repeated():
    rng = np.random.default_rng(2)
    values = np.sort(rng.normal(size=9))
    weights = rng.integers(0, 4, size=(50, 9))
    got = weighted_median(values, weights.astype(float))
    for row, median in zip(weights, got, strict=True):
        repeated = np.repeat(values, row)
        assert median == (
            pytest.approx(np.median(repeated)) if repeated.size else pytest.approx(np.nan, nan_ok=True)
        )


def test_half_is_met_up_to_rounding_and_no_weight_has_no_median():
    sixths = np.full(6, 1 / 6)
    assert weighted_median(np.arange(6.0), sixths) == 2.5
    assert weighted_median(np.arange(6.0), sixths * 1e6) == 2.5
    assert np.isnan(weighted_median(np.arange(6.0), np.zeros(6)))
