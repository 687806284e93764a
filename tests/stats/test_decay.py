"""Decay curves, functions, comparison and the test of friction."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.measures import Measure
from geobri.stats.flows import (
    FORMS,
    build_form,
    compare_decay,
    decay_curve,
    decay_test,
    fit_decay,
    fit_wilson,
    fold_cities,
)
from geobri.stats.results import TIDY_COLUMNS
from geobri.stats.say import number
from geobri.stats.simulate import build_simulator

HERE = Path(__file__).parents[1] / "reference" / "gravity"


def table(kind="undirected"):
    return pd.read_csv(HERE / f"{kind}.csv")


def made(n=22, *, friction=0.8, hubs=0.5, noise=0.5, seed=0, blocks=None):
    """Flows with known friction, hubs and noise between random places."""
    rng = np.random.default_rng(seed)
    origin, destination = np.triu_indices(n, 1)
    if blocks is not None:
        kept = ~((blocks[origin] == 0) & (blocks[destination] == 0))
        origin, destination = origin[kept], destination[kept]
    place = rng.uniform(0, 5000, (n, 2))
    km = np.hypot(*(place[origin] - place[destination]).T) + 100
    level = rng.normal(0, hubs, n)
    flow = np.exp(
        8 + level[origin] + level[destination] - friction * np.log(km) + noise * rng.normal(size=len(km))
    )
    names = np.array([f"c{i:02d}" for i in range(n)])
    return pd.DataFrame(
        {"origin": names[origin], "destination": names[destination], "distance_km": km, "flow": flow}
    )


# --- forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "beta", "at", "expected"),
    [
        ("power", 2.0, 4.0, 1 / 16),
        ("exponential", 0.5, 4.0, math.exp(-2)),
        ("exponential-root", 0.5, 4.0, math.exp(-1)),
        ("gaussian", 0.1, 4.0, math.exp(-1.6)),
        ("log-normal", 0.5, math.e**2, math.exp(-2)),
    ],
)
def test_forms_are_what_their_names_say(name, beta, at, expected):
    form = build_form(name, np.array([1.0, 2.0, 9.0]))
    assert np.exp(form.log_decay(np.array([at]), np.array([beta])))[0] == pytest.approx(expected)


def test_half_distances_have_their_closed_forms():
    km = np.array([10.0, 500.0, 4000.0])
    half = lambda name, beta, start: build_form(name, km).half_impedance(np.array([beta]), start)
    assert half("exponential", 0.002, 0.0) == pytest.approx(math.log(2) / 0.002)
    assert half("exponential-root", 0.05, 0.0) == pytest.approx((math.log(2) / 0.05) ** 2)
    assert half("gaussian", 1e-6, 0.0) == pytest.approx(math.sqrt(math.log(2) / 1e-6))
    assert half("power", 1.0, 10.0) == pytest.approx(20.0)
    assert half("power", -0.5, 10.0) == math.inf


def test_elasticity_of_power_is_its_exponent_and_of_exponential_grows():
    km = np.array([10.0, 500.0, 4000.0])
    assert build_form("power", km).elasticity(700.0, np.array([1.3])) == pytest.approx(1.3, rel=1e-6)
    assert build_form("exponential", km).elasticity(700.0, np.array([0.001])) == pytest.approx(0.7, rel=1e-6)


def test_spline_is_straight_in_the_logs_outside_its_knots():
    rng = np.random.default_rng(0)
    form = build_form("spline", rng.uniform(10, 1000, 200))
    outside = np.log(form.knots[-1]) + np.array([0.1, 0.2, 0.3])
    log_decay = form.log_decay(np.exp(outside), np.array([1.0, 3.0, -2.0]))
    assert np.diff(log_decay, 2) == pytest.approx(0.0, abs=1e-9)
    low = np.log(form.knots[0]) - np.array([0.1, 0.2, 0.3])
    assert np.diff(form.log_decay(np.exp(low), np.array([1.0, 3.0, -2.0])), 2) == pytest.approx(0.0, abs=1e-9)


def test_piecewise_is_continuous_and_bends_at_its_knots():
    form = build_form("piecewise", np.linspace(10, 1000, 300))
    beta = np.array([1.0, 0.5, -2.0])
    for knot in form.knots:
        around = form.log_decay(np.array([knot * (1 - 1e-9), knot * (1 + 1e-9)]), beta)
        assert around[0] == pytest.approx(around[1], abs=1e-7)
    assert form.elasticity(form.knots[0] / 2, beta) == pytest.approx(1.0, rel=1e-6)
    assert form.elasticity(form.knots[1] * 2, beta) == pytest.approx(-0.5, rel=1e-6)


def test_unknown_form_constant_impedance_and_zeros():
    with pytest.raises(SpecificationError, match="Choose one of power"):
        build_form("linear", np.array([1.0, 2.0]))
    with pytest.raises(DataError, match="must vary"):
        build_form("power", np.array([2.0, 2.0]))
    with pytest.raises(DataError, match="1 of 3 pairs at 0"):
        build_form("power", np.array([0.0, 2.0, 3.0]))
    assert build_form("exponential", np.array([0.0, 2.0, 3.0])).starts_at_zero


# --- fits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["poisson", "loglinear", "quantile"])
@pytest.mark.parametrize("form", ["power", "exponential", "tanner"])
def test_every_estimator_recovers_flows_without_noise(estimator, form):
    frame = made(noise=0.0, hubs=0.3)
    km = frame["distance_km"].to_numpy()
    truth = {"power": [0.8], "exponential": [0.0007], "tanner": [0.5, 0.0003]}[form]
    frame["flow"] *= km**0.8 * np.exp(build_form(form, km).log_decay(km, np.array(truth)))
    fit = fit_decay(frame, flow="flow", form=form, estimator=estimator, effects="node")
    np.testing.assert_allclose(fit.friction, truth, rtol=1e-6)


def test_relative_decay_and_half_distance_agree():
    fit = fit_decay(table(), flow="flow", form="spline", effects="node")
    assert fit.decay(np.array([fit.half_distance()]))[0] == pytest.approx(0.5)
    assert fit.decay(np.array([fit.reference]))[0] == pytest.approx(1.0)


def test_loglinear_refuses_zeros_and_says_what_to_do():
    with pytest.raises(DataError, match=r'Drop them, or pass estimator="poisson"'):
        fit_decay(table(), flow="flow", estimator="loglinear")


def test_criteria_compare_across_estimators_on_the_scale_of_the_flow():
    frame = made(noise=0.7)
    scaled = frame.assign(flow=frame["flow"] * 1000)
    one, other = (fit_decay(one, flow="flow", estimator="loglinear").regression for one in (frame, scaled))
    assert other.loglik - one.loglik == pytest.approx(-len(frame) * math.log(1000))


# --- comparison ----------------------------------------------------------------------------------------------


def test_comparison_finds_the_form_that_made_the_flows():
    frame = made(n=25, noise=0.15, hubs=0.0)
    km = frame["distance_km"].to_numpy()
    frame["flow"] *= km**0.8 * np.exp(-0.0012 * km)
    compared = compare_decay(
        frame, flow="flow", forms=("power", "exponential", "gaussian"), effects="none", rng=0
    )
    assert compared.loc[0, "form"] == "exponential"
    assert compared.set_index("form")["aic"].idxmin() == "exponential"


def test_cross_validation_is_the_loop_it_claims_to_be():
    frame = table()
    got = compare_decay(frame, flow="flow", forms=("power",), folds=15, effects="none").iloc[0]
    losses, sizes = [], []
    for city in sorted({*frame["origin"], *frame["destination"]}):
        held = (frame["origin"] == city) | (frame["destination"] == city)
        fit = fit_decay(frame[~held], flow="flow")
        constant = fit.regression.coefficients[-1]
        mean = np.exp(constant - fit.friction[0] * np.log(frame.loc[held, "distance_km"].to_numpy()))
        y = frame.loc[held, "flow"].to_numpy(float)
        deviance = 2 * (np.where(y > 0, y * np.log(np.maximum(y, 1) / mean), 0) - (y - mean))
        losses.append(deviance.mean())
        sizes.append(held.sum())
    assert got["cv_deviance"] == pytest.approx(np.average(losses, weights=sizes), rel=1e-8)


def test_folds_are_balanced_and_bounded():
    assert np.bincount(fold_cities(23, 5, rng=0)).tolist() == [5, 5, 5, 4, 4]
    with pytest.raises(SpecificationError, match="folds"):
        fold_cities(5, 6)


# --- curve ---------------------------------------------------------------------------------------------------


def test_curve_of_hand_made_bands():
    frame = made(n=6, seed=3)
    curve = decay_curve(
        frame, flow="flow", bands=[0, 1500, 3000, 9000], threshold=frame["flow"].median(), rng=0
    )
    for _, band in curve.table.iterrows():
        inside = frame[(frame["distance_km"] >= band["low"]) & (frame["distance_km"] < band["high"])]
        assert band["n_pairs"] == len(inside)
        assert band["mean"] == pytest.approx(inside["flow"].mean())
        assert band["median"] == pytest.approx(inside["flow"].median())
        assert band["share"] == pytest.approx((inside["flow"] > frame["flow"].median()).mean())
        assert band["mean_low"] <= band["mean"] <= band["mean_high"]


def test_bands_by_number_hold_every_pair_once():
    curve = decay_curve(table(), flow="flow", bands=5, n_bootstrap=50, rng=0)
    assert curve.table["n_pairs"].sum() == 105
    assert set(curve.to_frame().columns) == set(TIDY_COLUMNS)
    assert len(curve.to_frame()) == 10


def test_node_bootstrap_is_wider_than_one_that_forgets_the_cities():
    frame = made(n=20, friction=0.0, hubs=1.0, noise=0.2, seed=4)
    curve = decay_curve(frame, flow="flow", bands=1, rng=0)
    band = curve.table.iloc[0]
    naive = 2 * 1.96 * frame["flow"].std() / math.sqrt(len(frame))
    assert band["mean_high"] - band["mean_low"] > 1.5 * naive


def test_a_curve_speaks_of_what_is_measured_in_both_languages():
    flow = Measure(
        column="flow",
        of="corridors",
        kind="count",
        label="Seats",
        label_zh="座位",
        unit="seats",
        unit_zh="个",
    )
    curve = decay_curve(table(), flow=flow, bands=[0, 1000, 9000], n_bootstrap=20, rng=0)
    near, far = curve.table["mean"]
    assert curve.summary() == (
        f"Mean of “Seats”: {number(near)} seats where distance is at most 1,000 km, {number(far)} seats where it is at least "
        "1,000 km (15 cities, 105 pairs)."
    )
    assert curve.summary("zh") == (
        f"“座位”的均值：距离不超过1,000公里时为{number(near)}个，不低于1,000公里时为{number(far)}个（15个城市，105个城市对）。"
    )
    whole = decay_curve(table(), flow="flow", bands=[0, 9000], n_bootstrap=20, rng=0).summary()
    assert "where distance is 0 to 9,000 km" in whole


def test_every_verb_of_decay_takes_a_measure_as_it_takes_a_name():
    flow, far = (Measure(column=name, of="corridors", kind="amount") for name in ("flow", "distance_km"))
    by_name = {"flow": "flow", "impedance": "distance_km"}
    by_measure = {"flow": flow, "impedance": far}
    assert fit_decay(table(), **by_measure).friction == fit_decay(table(), **by_name).friction
    assert fit_wilson(table(), **by_measure).friction == fit_wilson(table(), **by_name).friction
    both = [compare_decay(table(), **one, forms=("power",), folds=3, rng=0) for one in (by_name, by_measure)]
    pd.testing.assert_frame_equal(*both)


def test_impossible_bands():
    with pytest.raises(SpecificationError, match="increase"):
        decay_curve(table(), flow="flow", bands=[100, 50])
    with pytest.raises(SpecificationError, match="some pairs"):
        decay_curve(table(), flow="flow", bands=[1, 2])


# --- test ----------------------------------------------------------------------------------------------------


def test_friction_is_found_and_covered():
    result = decay_test(made(), flow="flow", rng=0)
    assert result.p_value <= 0.002
    assert result.statistic > result.null_distribution.max()
    assert result.friction[0] == pytest.approx(0.8, abs=0.3)
    assert "falls with distance" in result.summary()


@pytest.mark.rate
def test_no_friction_is_not_found():
    p = [
        decay_test(made(friction=0.0, seed=seed), flow="flow", n_permutations=99, rng=seed).p_value
        for seed in range(40)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.15
    assert 0.3 < np.mean(p) < 0.7


@pytest.mark.parametrize("estimator", ["poisson", "loglinear", "negative-binomial", "quantile"])
def test_interval_and_p_value_tell_the_same_story(estimator):
    """The interval holds 0 exactly when the test does not reject at 5 %: it is the same test turned round."""
    frame = table()[table()["flow"] > 0]
    for shift in (0.0, 0.35, 0.6):
        moved = frame.assign(flow=np.ceil(frame["flow"] * frame["distance_km"] ** shift))
        result = decay_test(moved, flow="flow", estimator=estimator, n_permutations=199, rng=1)
        low, high = result.interval
        assert (low < 0 < high or "does not reject" in result.terms[0].note.en) == (result.p_value > 0.05)
        assert low < result.friction[0] < high


@pytest.mark.parametrize("form", FORMS)
def test_every_form_and_kind_of_error_has_a_row(form):
    result = decay_test(table(), flow="flow", form=form, covariates=["same_region"], n_permutations=49, rng=0)
    frame = result.to_frame()
    friction = frame[frame["term"].str.startswith("friction") & ~frame["term"].str.contains("no city")]
    assert set(friction["se_type"]) == {"permutation", "naive", "hc1", "two-way", "dyadic"}
    assert frame["term"].eq("same_region").sum() == 4
    assert frame.loc[frame["se_type"] == "dyadic", "note"].str.contains("prefer the permutation").all()
    assert (frame["p_value"].dropna() > 0).all()


def test_row_order_naming_of_ends_and_inputs_do_not_matter():
    frame = table()
    before = frame.copy(deep=True)
    rng = np.random.default_rng(0)
    turned = frame.sample(frac=1, random_state=1)
    swap = rng.random(len(turned)) < 0.5
    ends = turned[["origin", "destination"]].to_numpy()
    turned[["origin", "destination"]] = np.where(swap[:, None], ends[:, ::-1], ends)
    one, other = (decay_test(each, flow="flow", rng=5) for each in (frame, turned))
    assert one.p_value == other.p_value
    np.testing.assert_allclose(one.null_distribution, other.null_distribution, rtol=1e-9)
    pd.testing.assert_frame_equal(frame, before)


def test_units_of_flow_and_distance_do_not_matter():
    frame = table()
    other = frame.assign(flow=frame["flow"] * 7.0, distance_km=frame["distance_km"] / 1.609)
    one, two = decay_test(frame, flow="flow", rng=2), decay_test(other, flow="flow", rng=2)
    assert one.friction[0] == pytest.approx(two.friction[0], rel=1e-9)
    assert one.statistic == pytest.approx(two.statistic, rel=1e-7)
    assert one.p_value == two.p_value


def test_score_statistic_of_least_squares_is_the_t_statistic_of_a_refit():
    """Double semi-partialling with refits by explicit dummies, permutation by permutation."""
    from geobri.stats.null import plan_permutations

    frame = made(n=9, noise=0.8, seed=2)
    result = decay_test(frame, flow="flow", estimator="loglinear", n_permutations=30, rng=3)
    names = sorted({*frame["origin"], *frame["destination"]})
    ends = [frame[end].map(names.index).to_numpy() for end in ("origin", "destination")]
    dummies = np.eye(9)[ends[0]] + np.eye(9)[ends[1]]
    y, x = np.log(frame["flow"].to_numpy()), np.log(frame["distance_km"].to_numpy())
    left = x - dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0]
    matrix = np.zeros((9, 9))
    matrix[ends[0], ends[1]] = matrix[ends[1], ends[0]] = left
    null = []
    for order in plan_permutations(9, 30, rng=3).permutations:
        design = np.column_stack([matrix[order[ends[0]], order[ends[1]]], dummies])
        coefficients, rss = np.linalg.lstsq(design, y, rcond=None)[:2]
        error = math.sqrt(rss[0] * np.linalg.inv(design.T @ design)[0, 0])
        r = (
            coefficients[0] / error
        )  # t without its degrees of freedom; r / sqrt(1 + r²) is the partial correlation
        null.append(-r / math.sqrt(1 + r * r) * math.sqrt(len(y)))
    np.testing.assert_allclose(result.null_distribution, null, rtol=1e-8)


def test_domestic_pairs_left_out_keep_their_blocks():
    blocks = np.r_[np.zeros(9, int), np.ones(13, int)]
    frame = made(blocks=blocks)
    assert len(frame) == 195
    result = decay_test(frame, flow="flow", n_permutations=99, rng=0)
    assert "within 2 blocks" in result.choices["null"]
    named = {f"c{i:02d}": int(block) for i, block in enumerate(blocks)}
    same = decay_test(frame, flow="flow", n_permutations=99, blocks=named, rng=0)
    np.testing.assert_allclose(result.null_distribution, same.null_distribution)


def test_irregular_missing_pairs_are_said():
    frame = made().sample(frac=0.8, random_state=0)
    result = decay_test(frame, flow="flow", n_permutations=99, rng=0)
    assert "missing pairs form no blocks" in result.choices["caution"]
    assert result.p_value <= 0.05


def test_directed_pairs_get_two_levels_a_city():
    result = decay_test(table("directed"), flow="flow", n_permutations=99, rng=0)
    assert result.fit.effects == "origin-destination"
    assert result.choices["directed"] is True
    assert result.p_value <= 0.05


def test_silent_city_is_left_out_and_counted():
    frame = table()
    frame.loc[(frame["origin"] == "c03") | (frame["destination"] == "c03"), "flow"] = 0
    result = decay_test(frame, flow="flow", n_permutations=49, rng=0)
    assert result.choices["pairs_separated"] == 14
    assert result.n == 14
    without = frame[(frame["origin"] != "c03") & (frame["destination"] != "c03")]
    assert result.friction[0] == pytest.approx(
        decay_test(without, flow="flow", n_permutations=49, rng=0).friction[0]
    )


def test_row_without_city_effects_uses_the_pairs_that_city_effects_cannot():
    frame = table("directed")
    frame.loc[frame["origin"] == "c03", "flow"] = 0
    result = decay_test(frame, flow="flow", n_permutations=49, rng=0)
    separated = result.choices["pairs_separated"]
    assert separated == (frame["origin"] == "c03").sum()
    rows = result.to_frame()
    pooled = rows[rows["term"].str.contains("no city effects")]
    assert (pooled["n_pairs"] == len(frame)).all()
    alone = fit_decay(frame, flow="flow", effects="none").friction[0]
    assert pooled["estimate"].iloc[0] == pytest.approx(alone)
    assert f"{separated} pairs without flow left out" in result.summary()
    assert rows["left_out"].iloc[0] == f"{separated} pairs without flow that the model fits perfectly"
    assert (pooled["left_out"] == "").all()


def test_interval_holds_its_estimate_where_flows_are_sparse_and_hubs_large():
    rng = np.random.default_rng(4)
    n = 40
    o, d = np.nonzero(~np.eye(n, dtype=bool))
    out, into, km = rng.normal(0, 1.5, n), rng.normal(0, 1.5, n), rng.uniform(30, 900, len(o))
    mean = np.exp(2 + out[o] + into[d] - 3 * np.log(km / 100) + rng.normal(0, 1, len(o)))
    frame = pd.DataFrame({"origin": o, "destination": d, "distance_km": km, "flow": rng.poisson(mean)})
    assert (frame["flow"] == 0).mean() > 0.6
    result = decay_test(frame, flow="flow", directed=True, n_permutations=199, rng=1)
    low, high = result.interval
    assert low + 1e-3 < result.friction[0] < high - 1e-3
    assert low < 3 < high


def test_half_of_a_percent_of_change_is_said_with_the_right_sign():
    grows = made(friction=-1.0, seed=3)
    assert "grows with distance: 10 % more goes with" in decay_test(grows, flow="flow", rng=1).summary()
    assert "% more (friction -" in decay_test(grows, flow="flow", rng=1).summary()


def test_two_sided_by_absolute_values():
    frame = made(friction=0.15, seed=2)
    result = decay_test(frame, flow="flow", two_sided="absolute", n_permutations=199, interval=False, rng=1)
    far = np.count_nonzero(np.abs(result.null_distribution) >= abs(result.statistic))
    assert result.p_value == pytest.approx((far + 1) / (len(result.null_distribution) + 1))


def test_missing_numbers_are_left_out_and_counted():
    frame = table().astype({"flow": float})
    frame.loc[[3, 8], "flow"] = np.nan
    result = decay_test(frame, flow="flow", n_permutations=19, rng=0)
    assert result.choices["pairs_missing"] == 2
    assert result.fit.sample.n_pairs == 103


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t.drop(columns="flow"), SchemaError, "'flow'"),
        (lambda t: t.assign(flow="much"), SchemaError, "numeric"),
        (lambda t: t.assign(flow=-1.0), SchemaError, "negative 'flow'"),
        (lambda t: t.assign(flow=np.inf), SchemaError, "infinite"),
        (lambda t: pd.concat([t, t.iloc[:2]]), SchemaError, "2 of 107 that repeat a pair"),
        (lambda t: t.assign(destination=t["origin"]), SchemaError, "with itself"),
        (lambda t: t.assign(flow=4.0), DataError, "must vary"),
        (
            lambda t: t[t["origin"].isin(["c00"]) & t["destination"].isin(["c01", "c02"])],
            DataError,
            "4 cities",
        ),
        (lambda t: t.iloc[:0], DataError, "4 cities"),
        (lambda t: t.assign(distance_km=0.0), DataError, "distance_km must vary"),
    ],
)
def test_bad_tables_are_named(spoil, error, message):
    with pytest.raises(error, match=message) as caught:
        decay_test(spoil(table()), flow="flow", n_permutations=9)
    assert str(caught.value).startswith("decay_test:")


def test_repeated_pair_in_both_orders_is_a_duplicate_when_undirected():
    frame = table()
    reverse = frame.iloc[[0]].rename(columns={"origin": "destination", "destination": "origin"})
    with pytest.raises(SchemaError, match="directed=True"):
        decay_test(pd.concat([frame, reverse]), flow="flow", directed=False)


def test_unknown_choices():
    with pytest.raises(SpecificationError, match="estimator"):
        decay_test(table(), flow="flow", estimator="magic")
    with pytest.raises(SpecificationError, match="origin-destination"):
        decay_test(table(), flow="flow", effects="origin-destination")
    with pytest.raises(DataError, match="without one"):
        decay_test(table(), flow="flow", blocks={"c00": 1})


def test_plots_draw_what_they_should():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = decay_curve(table(), flow="flow", n_bootstrap=20, rng=0).plot()
    assert axes.get_xlabel() == "distance, km"
    assert len(axes.lines) == 2
    matplotlib.pyplot.close("all")


def test_disconnected_cities_are_no_obstacle():
    """Two islands of cities without a pair between them: cities change places within their island."""
    frame = made(n=14, noise=0.3, seed=5)
    island = {f"c{i:02d}": i < 7 for i in range(14)}
    apart = frame[frame["origin"].map(island) == frame["destination"].map(island)]
    result = decay_test(apart, flow="flow", n_permutations=199, rng=0)
    assert result.fit.effects == "node"
    assert "within 2 blocks" in result.choices["null"]
    assert result.friction[0] == pytest.approx(0.8, abs=0.35)
    assert result.p_value <= 0.05


def test_a_star_has_too_few_pairs_for_levels_and_says_so():
    frame = made(n=14, noise=0.3, seed=6)
    star = frame[frame["origin"] == "c00"]
    result = decay_test(star, flow="flow", n_permutations=99, rng=0)
    assert result.choices["effects"] == "none"
    two_way = result.to_frame().query("se_type == 'two-way'").iloc[0]
    assert np.isnan(two_way["se"])
    assert "one cluster" in two_way["note"]
    with pytest.raises(DataError, match="more pairs than parameters"):
        decay_test(star, flow="flow", effects="node", n_permutations=99)


def test_a_verdict_at_the_border_does_not_hang_on_the_draws():
    frame = build_simulator(22).draw(friction=0.25, hubs=0.5, noise=1.5, rng=2)
    found = decay_test(frame, flow="flow", directed=False, n_permutations=199, interval=False, rng=1)
    row = found.terms[0]
    assert len(found.null_distribution) > 20 * 199
    assert row.mc_error < 0.006
    assert f"{len(found.null_distribution):,} draws" in row.null.en
    again = decay_test(frame, flow="flow", directed=False, n_permutations=199, interval=False, rng=1)
    assert again.p_value == found.p_value
    few = decay_test(frame, flow="flow", directed=False, n_permutations=99, interval=False, rng=1)
    assert len(few.null_distribution) < 150
    clear = build_simulator(22).draw(friction=2.0, hubs=0.5, noise=0.5, rng=2)
    told = decay_test(clear, flow="flow", directed=False, n_permutations=199, interval=False, rng=1)
    assert len(told.null_distribution) < 300
