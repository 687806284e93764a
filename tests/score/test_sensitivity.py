"""Variance-based effects: against SALib on the same outputs, and against known variances."""

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as salib_sobol

from geobri.errors import SpecificationError
from geobri.score.compiled import compile_index
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import ChooseAggregator, LeaveOut, PerturbWeights
from geobri.score.trust.sensitivity import (
    SENSITIVITY_COLUMNS,
    _bootstrap,
    build_crossed_design,
    estimate_effects,
    measure_sensitivity,
)

SPEC = load_spec(
    {
        "index": {"name": "small"},
        "dimension": [{"name": "one"}, {"name": "two"}],
        "indicator": [
            {"name": "a", "dimension": "one"},
            {"name": "b", "dimension": "one"},
            {"name": "c", "dimension": "two"},
        ],
    }
)


def make_index(seed=0, n=12):
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.gamma(2, 10, (n, 3)), index=[f"u{i}" for i in range(n)], columns=list("abc"))
    return compile_index(SPEC, values)


def ishigami(u, a=7.0, b=0.1):
    x = np.pi * (2 * u - 1)
    return (np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


@pytest.mark.parametrize("seed", [0, 1])
def test_estimates_are_those_of_salib(seed):
    design = build_crossed_design([1, 1, 1], 256, rng=seed)
    first, second, crossed = design.split(ishigami(design.stacked()))
    one, total, _ = estimate_effects(first, second, crossed)
    ordered = np.concatenate([first[None], crossed, second[None]])[:, :, 0].T.ravel()
    problem = {"num_vars": 3, "names": ["x", "y", "z"], "bounds": [[0, 1]] * 3}
    expected = salib_sobol.analyze(problem, ordered, calc_second_order=False, num_resamples=10, seed=1)
    np.testing.assert_allclose(one[:, 0], expected["S1"], atol=1e-12)
    np.testing.assert_allclose(total[:, 0], expected["ST"], atol=1e-12)


def test_ishigami_has_its_known_effects():
    a, b = 7.0, 0.1
    v1, v2 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8
    v13 = b**2 * np.pi**8 * 8 / 225
    total = v1 + v2 + v13
    design = build_crossed_design([1, 1, 1], 4096, rng=3)
    one, every, variance = estimate_effects(*design.split(ishigami(design.stacked())))
    assert variance[0] == pytest.approx(total, rel=0.02)
    np.testing.assert_allclose(one[:, 0], [v1 / total, v2 / total, 0], atol=0.02)
    np.testing.assert_allclose(every[:, 0], [(v1 + v13) / total, v2 / total, v13 / total], atol=0.02)


def test_a_group_has_the_sum_of_its_members():
    weights = np.array([1.0, 2, 3, 4])
    design = build_crossed_design([1, 2, 1], 2048, rng=1)
    one, every, _ = estimate_effects(*design.split((design.stacked() @ weights)[:, None]))
    share = np.array([1, 4 + 9, 16]) / 30
    np.testing.assert_allclose(one[:, 0], share, atol=0.01)
    np.testing.assert_allclose(every[:, 0], share, atol=0.01)


def test_only_the_columns_of_the_group_are_crossed():
    design = build_crossed_design([2, 1], 8, rng=0)
    assert design.crossed.shape == (2, 8, 3)
    np.testing.assert_array_equal(design.crossed[0][:, :2], design.second[:, :2])
    np.testing.assert_array_equal(design.crossed[0][:, 2], design.first[:, 2])
    np.testing.assert_array_equal(design.crossed[1][:, 2], design.second[:, 2])


def test_one_choice_explains_everything():
    found = measure_sensitivity(
        make_index(), [PerturbWeights(0.9)], n_base=256, rng=1, n_bootstrap=50
    ).effects
    assert found["first"].iloc[0] == pytest.approx(1, abs=0.1)
    assert found["total"].iloc[0] == pytest.approx(1, abs=0.1)


def test_a_choice_without_effect_gets_none_and_the_other_all():
    choices = [PerturbWeights(0.0), LeaveOut()]
    found = measure_sensitivity(make_index(), choices, n_base=256, rng=1, units="all", n_bootstrap=50)
    frame = found.to_frame()
    assert tuple(frame.columns) == SENSITIVITY_COLUMNS
    assert len(frame) == 2 * 13
    idle = frame[frame["choice"] == "weights"]
    assert idle["total"].dropna().abs().max() == 0
    assert frame.loc[frame["choice"] == "left out", "total"].dropna().to_numpy() == pytest.approx(1, abs=0.15)
    assert (frame["runs"] == 4 * 256).all()
    assert found.summary().startswith("Total effects on the mean shift: left out")


def test_units_that_never_move_have_no_effects():
    values = pd.DataFrame(
        {"a": [100.0, 1, 2, 3], "b": [100.0, 3, 2, 1], "c": [100.0, 1, 3, 2]}, index=["top", "x", "y", "z"]
    )
    found = measure_sensitivity(
        compile_index(SPEC, values),
        [PerturbWeights(0.9), LeaveOut()],
        n_base=64,
        rng=1,
        units=["top"],
        n_bootstrap=20,
    ).effects
    assert found.loc[found["output"] == "rank of top", ["first", "total"]].isna().all(axis=None)
    assert found.loc[found["output"] == "mean shift", "total"].notna().all()


def test_intervals_hold_the_known_value_about_as_often_as_they_say():
    weights = np.array([1.0, 2.0])
    inside = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        first, second = rng.random((2, 128, 2))
        crossed = np.stack([np.c_[second[:, 0], first[:, 1]], np.c_[first[:, 0], second[:, 1]]])
        outputs = tuple((points @ weights)[..., None] for points in (first, second, crossed))
        low, high = (end[0, 0] for end in _bootstrap(outputs, 200, 0.95, rng)[2:])
        inside += low <= 0.2 <= high
    assert 33 <= inside <= 40


def test_same_seed_same_effects():
    choices = [PerturbWeights(0.5), ChooseAggregator(("arithmetic", "median"))]
    one, two = (
        measure_sensitivity(make_index(), choices, n_base=64, rng=4, n_bootstrap=20).effects for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, two)


def test_bad_input():
    with pytest.raises(SpecificationError, match="power of two"):
        measure_sensitivity(make_index(), [LeaveOut()], n_base=1000)
    with pytest.raises(SpecificationError, match="unknown 'zz'"):
        measure_sensitivity(make_index(), [LeaveOut()], units=["zz"])
    with pytest.raises(SpecificationError, match="no choice"):
        measure_sensitivity(make_index(), [])


def test_effects_and_runs_have_the_same_bytes_on_three_workers(monkeypatch):
    from geobri.score.trust.uncertainty import measure_uncertainty
    from geobri.workers import working

    monkeypatch.setattr("geobri.score.trust.runs._CELLS_AT_ONCE", 200)
    choices = [PerturbWeights(0.3), ChooseAggregator(("arithmetic", "geometric"))]
    index = make_index()

    def ask():
        effects = measure_sensitivity(index, choices, n_base=64, n_bootstrap=40, rng=3)
        return effects.to_frame(), measure_uncertainty(index, choices, n_runs=100, rng=4).score

    frame, score = ask()
    with working(3):
        again, scored = ask()
    pd.testing.assert_frame_equal(frame, again, check_exact=True)
    assert score.tobytes() == scored.tobytes()
