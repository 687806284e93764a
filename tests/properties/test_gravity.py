"""What holds for any flows: gravity, decay and balancing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from geobri.errors import GeobriError
from geobri.stats.flows import (
    FORMS,
    build_form,
    decay_curve,
    decay_test,
    fit_gravity,
    fit_wilson,
    furness,
    goodness_of_fit,
)
from geobri.stats.results import combine_results


@st.composite
def tables(draw, directed=False):
    """Flows between random places; some zeros, any scale."""
    n = draw(st.integers(6, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    share_of_zeros = draw(st.sampled_from([0.0, 0.1, 0.3]))
    spread = draw(st.sampled_from([0.2, 1.0, 2.0]))
    o, d = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    place = rng.uniform(0, 5000, (n, 2))
    flow = rng.lognormal(3, spread, len(o)) * (rng.random(len(o)) >= share_of_zeros)
    names = np.array([f"c{i:02d}" for i in range(n)])
    km = np.hypot(*(place[o] - place[d]).T) + 1.0
    return pd.DataFrame({"origin": names[o], "destination": names[d], "distance_km": km, "flow": flow})


@settings(deadline=None, max_examples=25)
@given(tables(), st.floats(1e-3, 1e6), st.floats(1e-2, 1e3))
def test_friction_of_the_power_form_ignores_units(frame, money, miles):
    assume((frame["flow"] > 0).sum() > 2 * frame["origin"].nunique() + 4)
    one = fit_gravity(frame, flow="flow", n_permutations=0)
    scaled = frame.assign(flow=frame["flow"] * money, distance_km=frame["distance_km"] * miles)
    other = fit_gravity(scaled, flow="flow", n_permutations=0)
    assert one.coefficients[0] == pytest.approx(other.coefficients[0], rel=1e-6, abs=1e-8)


@settings(deadline=None, max_examples=25)
@given(tables(directed=True), st.integers(0, 2**32 - 1))
def test_rows_and_names_do_not_matter(frame, seed):
    rng = np.random.default_rng(seed)
    names = sorted({*frame["origin"], *frame["destination"]})
    renamed = dict(zip(names, rng.permutation(names), strict=True))
    other = frame.sample(frac=1, random_state=int(seed % 2**31)).replace(
        {"origin": renamed, "destination": renamed}
    )
    try:
        one = fit_gravity(frame, flow="flow", directed=True, n_permutations=0)
    except GeobriError:
        reject()
    two = fit_gravity(other, flow="flow", directed=True, n_permutations=0)
    assert one.coefficients[0] == pytest.approx(two.coefficients[0], rel=1e-6, abs=1e-8)
    pd.testing.assert_frame_equal(one.fitted, two.fitted.loc[one.fitted.index], rtol=1e-5)


@settings(deadline=None, max_examples=15)
@given(tables())
def test_p_values_are_never_zero_and_tails_are_complementary(frame):
    before = frame.copy(deep=True)
    found = {}
    for tail in ("greater", "less", "two-sided"):
        found[tail] = decay_test(
            frame, flow="flow", alternative=tail, n_permutations=49, interval=False, rng=1
        )
    p, result = {tail: one.p_value for tail, one in found.items()}, found["less"]
    assert all(0 < value <= 1 for value in p.values())
    n = len(result.null_distribution)
    assert p["greater"] + p["less"] == pytest.approx(1 + 1 / (n + 1))
    assert p["two-sided"] == pytest.approx(min(1.0, 2 * min(p["greater"], p["less"])))
    assert len(combine_results(found.values())) == sum(len(result.to_frame()) for result in found.values())
    pd.testing.assert_frame_equal(frame, before)


@settings(deadline=None, max_examples=25)
@given(tables(directed=True))
def test_constraints_are_met_whatever_the_flows(frame):
    assume(
        (frame.groupby("origin")["flow"].sum() > 0).all()
        and (frame.groupby("destination")["flow"].sum() > 0).all()
    )
    try:
        fit = fit_wilson(frame, flow="flow", directed=True, form="power")
    except GeobriError:
        reject()
    joined = frame.join(fit.fitted)
    for end in ("origin", "destination"):
        sums = joined[[end, "flow", "fitted"]].groupby(end).sum()
        np.testing.assert_allclose(sums["flow"], sums["fitted"], rtol=1e-6)
    measures = goodness_of_fit(joined["flow"].to_numpy(), joined["fitted"].to_numpy())
    assert 0 <= measures["ssi"] <= 1
    assert 0 <= measures["cpc"] <= 1
    assert measures["srmse"] >= 0


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 8), st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_balancing_keeps_odds_ratios(n, m, seed):
    rng = np.random.default_rng(seed)
    start = rng.gamma(1.0, size=(n, m)) + 0.01
    rows, columns = rng.uniform(1, 9, n), rng.uniform(1, 9, m)
    balanced, _, _ = furness(start, rows, columns * rows.sum() / columns.sum())
    odds = lambda table: table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert odds(balanced) == pytest.approx(odds(start), rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(FORMS), st.floats(1e-6, 2.0), st.integers(0, 2**32 - 1))
def test_half_distance_halves(name, friction, seed):
    km = np.random.default_rng(seed).uniform(5, 9000, 60)
    form = build_form(name, km)
    parameters = np.full(len(form.terms), friction)
    start = 0.0 if form.starts_at_zero else float(km.min())
    half = form.half_impedance(parameters, start)
    if np.isfinite(half):
        fall = form.log_decay(np.array([half]), parameters) - form.log_decay(np.array([start]), parameters)
        assert np.exp(fall[0]) == pytest.approx(0.5, rel=1e-6)
        assert half >= start


@settings(deadline=None, max_examples=25)
@given(tables(), st.integers(1, 7))
def test_bands_partition_the_pairs(frame, bands):
    curve = decay_curve(frame, flow="flow", bands=bands, n_bootstrap=19, rng=0)
    assert curve.table["n_pairs"].sum() == len(frame)
    weighted = (curve.table["mean"] * curve.table["n_pairs"]).sum() / len(frame)
    assert weighted == pytest.approx(frame["flow"].mean())
