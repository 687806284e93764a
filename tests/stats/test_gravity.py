"""Gravity models: against pyfixest, statsmodels and base R, and against what defines them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.stats.flows import (
    CONSTRAINTS,
    RESIDUALS,
    fit_gravity,
    fit_wilson,
    furness,
    goodness_of_fit,
    pair_covariates,
    presence_test,
    residual_corridors,
)

HERE = Path(__file__).parents[1] / "reference" / "gravity"
ORACLES = json.loads((HERE / "oracles.json").read_text(encoding="utf-8"))
REFERENCE = pd.read_csv(HERE / "reference.csv").fillna({"term": ""})


def table(kind="directed"):
    return pd.read_csv(HERE / f"{kind}.csv")


def from_r(case, quantity):
    found = REFERENCE[(REFERENCE["case"] == case) & (REFERENCE["quantity"] == quantity)]
    return found["value"].to_numpy()


def errors_of(result, kind):
    return [term.se for term in result.terms if term.se_type.en == kind]


# --- structural gravity --------------------------------------------------------------------------------------


def test_two_way_ppml_agrees_with_pyfixest():
    result = fit_gravity(table(), flow="flow", covariates=["same_region"], n_permutations=0)
    oracle = ORACLES["pyfixest-two-way"]
    np.testing.assert_allclose(result.coefficients, list(oracle["coefficient"].values()), rtol=1e-8)
    np.testing.assert_allclose(errors_of(result, "naive"), list(oracle["naive"].values()), rtol=1e-8)


@pytest.mark.parametrize("kind", ["directed", "undirected"])
def test_effects_agree_with_dummies_in_r(kind):
    result = fit_gravity(table(kind), flow="flow", covariates=["same_region"], n_permutations=0)
    case = f"{kind}-poisson-effects"
    np.testing.assert_allclose(result.coefficients, from_r(case, "coefficient"), rtol=1e-8)
    np.testing.assert_allclose(errors_of(result, "hc1"), from_r(case, "hc1"), rtol=1e-8)
    assert result.regression.loglik == pytest.approx(from_r(case, "loglik")[0], rel=1e-10)


def with_separation():
    frame = table()
    frame.loc[frame["origin"] == "c02", "flow"] = 0
    empty = frame.index[(frame["flow"] == 0) & (frame["origin"] != "c02")]
    return frame.assign(only_empty=frame.index.isin(empty[:4]).astype(int))


def test_separated_pairs_go_as_in_pyfixest():
    frame = with_separation()
    with pytest.raises(DataError, match="'only_empty'"):
        fit_gravity(frame, flow="flow", covariates=["same_region", "only_empty"], n_permutations=0)
    result = fit_gravity(
        frame[frame["only_empty"] == 0], flow="flow", covariates=["same_region"], n_permutations=0
    )
    oracle = ORACLES["pyfixest-separated"]
    assert result.regression.score.size == oracle["n"]
    assert result.n_separated == 14
    np.testing.assert_allclose(result.coefficients, list(oracle["coefficient"].values()), rtol=1e-8)
    np.testing.assert_allclose(errors_of(result, "naive"), list(oracle["naive"].values()), rtol=1e-8)
    silent = frame.loc[result.fitted.index, "origin"] == "c02"
    assert (result.fitted.loc[silent, "expected"] == 0).all()
    assert (result.fitted.loc[~silent, "expected"] > 0).all()


def test_statsmodels_agrees_without_effects():
    result = fit_gravity(
        table("undirected"), flow="flow", covariates=["same_region"], effects="none", n_permutations=0
    )
    oracle = ORACLES["statsmodels-poisson"]
    np.testing.assert_allclose(result.coefficients[:2], oracle["coefficient"], rtol=1e-8)
    assert result.regression.loglik == pytest.approx(oracle["llf"], rel=1e-12)


def test_negative_binomial_agrees_with_statsmodels():
    from geobri.stats.flows import fit_decay

    frame = table("undirected")
    fit = fit_decay(frame, flow="flow", estimator="negative-binomial", covariates=["same_region"])
    oracle = ORACLES["statsmodels-negbin"]
    np.testing.assert_allclose(fit.regression.coefficients[:2], oracle["coefficient"], rtol=1e-6)
    assert fit.regression.dispersion == pytest.approx(oracle["alpha"], rel=1e-6)
    assert fit.regression.loglik == pytest.approx(oracle["llf"], rel=1e-12)


def test_fitted_flows_meet_the_totals_of_every_city():
    """The first-order conditions of Poisson effects (Fally 2015): outflows and inflows are reproduced."""
    frame = table()
    result = fit_gravity(frame, flow="flow", n_permutations=0)
    for end in ("origin", "destination"):
        sums = frame.join(result.fitted)[[end, "observed", "expected"]].groupby(end).sum()
        np.testing.assert_allclose(sums["observed"], sums["expected"], rtol=1e-9)


@pytest.mark.parametrize("kind", ["directed", "undirected"])
def test_city_effects_rebuild_the_expectation(kind):
    frame = table(kind)
    result = fit_gravity(frame, flow="flow", n_permutations=0)
    effects = result.city_effects
    names = ("origin_effect", "destination_effect") if kind == "directed" else ("effect", "effect")
    predictor = (
        frame["origin"].map(effects[names[0]])
        + frame["destination"].map(effects[names[1]])
        + result.coefficients[0] * np.log(frame["distance_km"])
    )
    np.testing.assert_allclose(np.exp(predictor), result.fitted["expected"], rtol=1e-8)


def test_every_column_is_tested_with_an_interval_around_its_estimate():
    result = fit_gravity(table(), flow="flow", covariates=["same_region"], n_permutations=199, rng=0)
    tested = [term for term in result.terms if term.se_type.en == "permutation"]
    assert [term.term.en for term in tested] == ["friction: log distance_km", "same_region"]
    for term in tested:
        assert term.ci_low < term.estimate < term.ci_high
    assert result.p_value == tested[0].p_value


def test_decay_test_and_gravity_tell_the_same_about_distance():
    from geobri.stats.flows import decay_test

    one = decay_test(table(), flow="flow", covariates=["same_region"], rng=4)
    other = fit_gravity(table(), flow="flow", covariates=["same_region"], rng=4)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9)
    assert one.p_value == other.p_value
    assert one.interval[0] == pytest.approx(other.terms[0].ci_low, abs=1e-4)


def test_no_impedance_and_no_covariates_of_cities():
    result = fit_gravity(
        table(), flow="flow", impedance=None, covariates=["same_region"], n_permutations=19, rng=0
    )
    assert result.names == ("same_region",)
    frame = table().assign(size=lambda t: t["origin"].str[1:].astype(float))
    with pytest.raises(DataError, match="'size'"):
        fit_gravity(frame, flow="flow", covariates=["size"], n_permutations=0)


# --- Wilson --------------------------------------------------------------------------------------------------


def test_furness_meets_totals_and_keeps_zeros():
    rng = np.random.default_rng(0)
    seed = rng.gamma(1.0, size=(6, 5))
    seed[0, 0] = 0.0
    rows, columns = rng.uniform(1, 5, 6), rng.uniform(1, 5, 5)
    columns *= rows.sum() / columns.sum()
    balanced, a, b = furness(seed, rows, columns)
    np.testing.assert_allclose(balanced.sum(axis=1), rows, rtol=1e-9)
    np.testing.assert_allclose(balanced.sum(axis=0), columns, rtol=1e-9)
    np.testing.assert_allclose(balanced, a[:, None] * seed * b)
    assert balanced[0, 0] == 0


def test_furness_says_when_it_cannot():
    with pytest.raises(DataError, match="zeros of the seed"):
        furness(np.eye(2), np.array([1.0, 2.0]), np.array([2.0, 1.0]), max_iterations=100)
    with pytest.raises(DataError, match="same positive sum"):
        furness(np.ones((2, 2)), np.array([1.0, 2.0]), np.array([2.0, 2.0]))
    with pytest.raises(DataError, match="at least 0"):
        furness(-np.ones((2, 2)), np.ones(2), np.ones(2))


@pytest.mark.parametrize("kind", ["directed", "undirected"])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_wilson_meets_its_constraints_and_the_mean_cost(kind, constraint):
    frame = table(kind)
    fit = fit_wilson(frame, flow="flow", constraint=constraint)
    assert fit.mean_impedance[0] == pytest.approx(fit.mean_impedance[1], rel=1e-9)
    if kind == "undirected":
        return
    joined = frame.join(fit.fitted)
    for side, met in (
        ("origin", constraint in ("origin", "doubly")),
        ("destination", constraint in ("destination", "doubly")),
    ):
        sums = joined[[side, "flow", "fitted"]].groupby(side).sum()
        assert np.allclose(sums["flow"], sums["fitted"], rtol=1e-8) == met


@pytest.mark.parametrize("constraint", ["origin", "destination", "doubly"])
def test_balancing_factors_rebuild_the_flows(constraint):
    frame = table()
    fit = fit_wilson(frame, flow="flow", constraint=constraint)
    o, d = fit.balancing.loc[frame["origin"]], fit.balancing.loc[frame["destination"]]
    log_decay = fit.form.log_decay(frame["distance_km"].to_numpy(), fit.friction)
    decay = np.exp(log_decay - log_decay.max())
    out = o["out"].to_numpy() ** fit.mass_exponents.get("origin", 1.0)
    into = d["into"].to_numpy() ** fit.mass_exponents.get("destination", 1.0)
    rebuilt = o["a"].to_numpy() * out * d["b"].to_numpy() * into * decay
    np.testing.assert_allclose(rebuilt, fit.fitted, rtol=1e-6)


def test_doubly_constrained_is_two_way_ppml():
    wilson = fit_wilson(table(), flow="flow", constraint="doubly", form="power")
    gravity = fit_gravity(table(), flow="flow", n_permutations=0)
    assert wilson.friction[0] == pytest.approx(-gravity.coefficients[0], rel=1e-9)
    np.testing.assert_allclose(wilson.fitted, gravity.fitted["expected"], rtol=1e-8)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_austrian_migration_as_published(constraint):
    """Dennett's (2012) primer on spatial interaction models, with the digits that were printed."""
    published = json.loads((HERE / "austria_published.json").read_text(encoding="utf-8"))[constraint]
    frame = table("austria")
    fit = fit_wilson(frame, flow="migrants", constraint=constraint, masses=("out_total", "in_total"))
    assert fit.friction[0] == pytest.approx(published["friction"], abs=6e-9)
    for side, exponent in fit.mass_exponents.items():
        assert exponent == pytest.approx(published[side], abs=5e-9)
    assert fit.loglik == pytest.approx(published["loglik"], rel=1e-12)
    assert fit.goodness["ssi"] == pytest.approx(published["ssi"], abs=3e-9)
    rounded_mean = np.floor(frame["migrants"].mean())  # the published measure divides by a whole number
    assert fit.goodness["srmse"] * frame["migrants"].mean() / rounded_mean == pytest.approx(
        published["srmse"], rel=1e-8
    )


def test_canadian_migration_agrees_with_glm():
    result = fit_gravity(table("canada"), flow="migrants", impedance="distance_miles", n_permutations=0)
    assert result.coefficients[0] == pytest.approx(from_r("canada", "coefficient")[0], rel=1e-8)
    assert errors_of(result, "naive")[0] == pytest.approx(from_r("canada", "naive")[0], rel=1e-8)


def test_undirected_doubly_constrained_has_one_factor_a_city():
    fit = fit_wilson(table("undirected"), flow="flow", constraint="doubly", form="power")
    gravity = fit_gravity(table("undirected"), flow="flow", n_permutations=0)
    np.testing.assert_allclose(fit.fitted, gravity.fitted["expected"], rtol=1e-7)
    ratio = fit.balancing["a"] / fit.balancing["b"]
    assert np.ptp(np.log(ratio)) == pytest.approx(0.0, abs=1e-6)
    assert fit.friction_errors[0] == pytest.approx(errors_of(gravity, "naive")[0], rel=1e-6)


def test_measures_of_fit_by_hand():
    observed, fitted = np.array([1.0, 3.0, 0.0, 4.0]), np.array([2.0, 2.0, 0.0, 4.0])
    got = goodness_of_fit(observed, fitted)
    assert got["srmse"] == pytest.approx(np.sqrt(2 / 4) / 2)
    assert got["ssi"] == pytest.approx((2 / 3 + 4 / 5 + 1 + 1) / 4)
    assert got["cpc"] == pytest.approx(2 * (1 + 2 + 0 + 4) / 16)
    with pytest.raises(DataError):
        goodness_of_fit(observed, -fitted)


def test_wilson_refuses_unknown_constraints_and_empty_masses():
    with pytest.raises(SpecificationError, match="doubly"):
        fit_wilson(table(), flow="flow", constraint="both")
    frame = table()
    frame.loc[frame["origin"] == "c02", "flow"] = 0
    with pytest.raises(DataError, match="14 pairs with a origin of mass 0"):
        fit_wilson(frame, flow="flow", constraint="unconstrained")
    assert (fit_wilson(frame, flow="flow").fitted[frame["origin"] == "c02"] == 0).all()


# --- presence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["directed", "undirected"])
@pytest.mark.parametrize("link", ["logit", "probit"])
def test_presence_agrees_with_glm(kind, link):
    result = presence_test(
        table(kind), presence="linked", covariates=["same_region"], link=link, n_permutations=19, rng=0
    )
    np.testing.assert_allclose(result.coefficients[:2], from_r(f"{kind}-{link}", "coefficient"), rtol=1e-8)
    np.testing.assert_allclose(errors_of(result, "naive"), from_r(f"{kind}-{link}", "naive"), rtol=1e-8)


def test_probit_agrees_with_statsmodels():
    result = presence_test(
        table("undirected"),
        presence="linked",
        covariates=["same_region"],
        link="probit",
        n_permutations=19,
        rng=0,
    )
    np.testing.assert_allclose(
        result.coefficients[:2], ORACLES["statsmodels-probit"]["coefficient"], rtol=1e-7
    )


def test_average_effect_is_the_mean_derivative():
    frame = table()
    for link in ("logit", "probit"):
        result = presence_test(frame, presence="linked", link=link, n_permutations=9, rng=0)
        from geobri.stats.models.families import FAMILIES

        step = 1e-5
        eta = result.regression.predictor
        moved = (
            FAMILIES[link].mean(eta + step * result.coefficients[0])
            - FAMILIES[link].mean(eta - step * result.coefficients[0])
        ).mean() / (2 * step)
        assert result.average_effects[0] == pytest.approx(moved, rel=1e-6)


def test_area_under_curve_is_the_share_of_pairs_in_order():
    result = presence_test(table(), presence="linked", n_permutations=9, rng=0)
    yes = result.fitted.loc[result.fitted["observed"] == 1, "expected"].to_numpy()
    no = result.fitted.loc[result.fitted["observed"] == 0, "expected"].to_numpy()
    order = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert result.auc == pytest.approx(order)


def test_presence_keeps_its_size_when_cities_are_hubs():
    """Hubs without distance decay: exchanging cities rejects about 5 %, ordinary errors far more."""
    permuted, naive = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        o, d = np.triu_indices(14, 1)
        place, level = rng.uniform(0, 1000, (14, 2)), rng.normal(0, 1.5, 14)
        km = np.hypot(*(place[o] - place[d]).T) + 1
        linked = (level[o] + level[d] + rng.logistic(size=len(o)) > 0).astype(float)
        frame = pd.DataFrame(
            {
                "origin": [f"c{i}" for i in o],
                "destination": [f"c{i}" for i in d],
                "distance_km": km,
                "linked": linked,
            }
        )
        result = presence_test(frame, presence="linked", n_permutations=99, rng=seed)
        permuted.append(result.p_value <= 0.05)
        naive.append(next(t.p_value for t in result.terms if t.se_type.en == "naive") <= 0.05)
    assert np.mean(permuted) <= 0.15
    assert np.mean(naive) > np.mean(permuted)


def test_presence_refuses_what_is_not_yes_or_no():
    with pytest.raises(SchemaError, match="0 and 1"):
        presence_test(table(), presence="flow")
    frame = table().assign(linked=lambda t: (t["distance_km"] < 1500).astype(int))
    with pytest.raises(DataError, match="predicted without error"):
        presence_test(frame, presence="linked", n_permutations=9)
    with pytest.raises(SpecificationError, match="logit"):
        presence_test(table(), presence="linked", link="cloglog")


# --- residuals and covariates --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RESIDUALS)
def test_residuals_have_the_sign_of_surprise_and_a_rank(kind):
    model = fit_gravity(with_separation(), flow="flow", n_permutations=0)
    got = residual_corridors(model, kind=kind)
    assert got.index.equals(with_separation().index)
    kept = got["expected"] > 0
    assert (np.sign(got["residual"]) == np.sign(got["observed"] - got["expected"]))[kept].all()
    assert (got.loc[~kept, "residual"] == 0).all()
    assert got.loc[got["residual"].idxmax(), "rank_residual"] == 1
    assert "residual" not in model.fitted.columns


def test_pearson_residuals_have_unit_spread():
    model = fit_gravity(table(), flow="flow", n_permutations=0)
    got = residual_corridors(model, kind="pearson")["residual"]
    assert (got**2).sum() == pytest.approx(model.regression.df_residual)


def test_presence_deviances_add_up():
    model = presence_test(table(), presence="linked", n_permutations=9, rng=0)
    got = residual_corridors(model)["residual"]
    assert (got**2).sum() == pytest.approx(model.regression.deviance)


def test_pair_covariates_by_hand():
    cities = pd.DataFrame(
        {
            "region": ["Asia", "Asia", "Europe", None],
            "coastal": pd.array([True, False, True, True], dtype="boolean"),
            "languages": ["zh; en", "en", "fr", ""],
            "population": [10.0, 20.0, 5.0, 2.0],
        },
        index=pd.Index(["a", "b", "c", "d"], name="city"),
    )
    pairs = pd.DataFrame(
        {"origin": ["a", "a", "c"], "destination": ["b", "c", "d"]}, index=["a--b", "a--c", "c--d"]
    )
    got = pair_covariates(
        cities,
        pairs,
        same=["region"],
        both=["coastal"],
        either=["coastal"],
        shared=["languages"],
        log_product=["population"],
        gap=["population"],
    )
    assert got["same_region"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(got["same_region"].iloc[2])
    assert got["both_coastal"].tolist() == [0.0, 1.0, 1.0]
    assert got["either_coastal"].tolist() == [1.0, 1.0, 1.0]
    assert got["shared_languages"].tolist() == [1.0, 0.0, 0.0]
    np.testing.assert_allclose(got["log_product_population"], np.log([200, 50, 10]))
    assert got["gap_population"].tolist() == [10.0, 5.0, 3.0]
    with pytest.raises(SchemaError, match=r"'z'.*cities whose 'population' is not positive"):
        spoiled = cities.assign(population=-1.0)
        pair_covariates(spoiled, pairs.assign(destination=["b", "z", "d"]), log_product=["population"])
