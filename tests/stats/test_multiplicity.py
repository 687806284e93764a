import json
from pathlib import Path

import numpy as np
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.multiplicity import adjust_p_values, benjamini_hochberg, holm, max_t

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "space" / "groups.json").read_text())[
    "adjust"
]


def test_adjustments_equal_r():
    np.testing.assert_allclose(holm(REFERENCE["p"]), REFERENCE["holm"], atol=1e-12)
    np.testing.assert_allclose(benjamini_hochberg(REFERENCE["p"]), REFERENCE["bh"], atol=1e-12)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_missing_p_values_are_not_counted(adjust):
    full = adjust([0.01, 0.2, 0.03])
    np.testing.assert_array_equal(adjust([0.01, np.nan, 0.2, 0.03])[[0, 2, 3]], full)
    assert np.isnan(adjust([0.01, np.nan])[1])
    assert adjust([]).shape == (0,)


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_order_of_hypotheses_does_not_matter(adjust):
    p = np.random.default_rng(0).uniform(size=30)
    order = np.random.default_rng(1).permutation(30)
    np.testing.assert_allclose(adjust(p)[order], adjust(p[order]))
    assert (adjust(p) >= p).all()


def step_down(observed, null):
    """Westfall and Young, written as loops."""
    order = sorted(range(len(observed)), key=lambda j: -abs(observed[j]))
    adjusted, worst = [0.0] * len(observed), 0.0
    for place, j in enumerate(order):
        rest = order[place:]
        beyond = sum(max(abs(row[r]) for r in rest) >= abs(observed[j]) for row in null)
        worst = max(worst, (beyond + 1) / (len(null) + 1))
        adjusted[j] = worst
    return adjusted


def test_max_t_equals_the_literal_step_down():
    rng = np.random.default_rng(2)
    null = rng.normal(size=(499, 5))
    null[:, 1] = null[:, 0] + 0.1 * null[:, 1]
    observed = np.array([2.2, 2.1, -0.3, -2.9, 1.0])
    np.testing.assert_allclose(max_t(observed, null), step_down(observed, null), atol=1e-12)


@pytest.mark.rate
def test_max_t_keeps_the_family_wise_error():
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(400):
        draws = rng.normal(size=(100, 4)) + rng.normal(size=(100, 1))
        alarms += (max_t(draws[0], draws[1:]) <= 0.05).any()
    assert 8 <= alarms <= 34  # 20 expected; 0.998 of Binomial(400, 0.05)


def test_one_sided_max_t_looks_one_way():
    null = np.random.default_rng(3).normal(size=(999, 2))
    up = max_t([3.0, -3.0], null, alternative="greater")
    down = max_t([3.0, -3.0], null, alternative="less")
    assert up[0] < 0.02
    assert up[1] > 0.9
    assert down[1] < 0.02


def test_bad_input_is_named():
    with pytest.raises(DataError, match=r"first: 1.2"):
        holm([0.1, 1.2])
    with pytest.raises(DataError, match="one column per statistic"):
        max_t([1.0, 2.0], np.zeros((5, 3)))
    with pytest.raises(SpecificationError, match="none, holm or fdr"):
        adjust_p_values([0.1], "bonferroni")
    np.testing.assert_array_equal(adjust_p_values([0.1, 0.2], "none"), [0.1, 0.2])
