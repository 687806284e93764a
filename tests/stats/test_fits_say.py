"""Every fit has a likelihood, AIC, BIC, a constant where there is one, and a summary in both languages."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from geobri.stats import fit_decay, fit_gravity, fit_wilson, presence_test
from geobri.stats.dyads import mrqap_test, pair_regression_test
from geobri.stats.simulate import simulate_corridors


@pytest.fixture(scope="module")
def table():
    data = simulate_corridors(9, friction=1.0, mean_flow=20.0, rng=4)
    return data.assign(
        linked=(data["flow"] > data["flow"].median()).astype(float), score=np.log1p(data["flow"])
    )


def test_poisson_decay_has_the_numbers_of_statsmodels(table):
    fit = fit_decay(table, flow="flow")
    design = sm.add_constant(np.log(table["distance_km"].to_numpy()))
    other = sm.GLM(table["flow"].to_numpy(), design, family=sm.families.Poisson()).fit()
    assert fit.aic == pytest.approx(other.aic)
    assert fit.bic == pytest.approx(-2 * other.llf + 2 * math.log(len(table)))
    assert fit.constant == pytest.approx(other.params[0])
    said = fit.summary()
    assert said.startswith("power decay by poisson (half-distance ")
    assert (
        f"log distance_km {other.params[1]:.4g} (± {other.bse[1]:.2g}), constant {other.params[0]:.4g}; 36 pairs"
        in said
    )
    assert f"AIC {other.aic:,.1f}" in said
    assert "常数项" in fit.summary("zh")
    assert "标准误" in fit.summary("zh")


def pair_matrices():
    rng = np.random.default_rng(5)
    km, y = rng.uniform(100, 9000, (9, 9)), rng.poisson(4.0, (9, 9))
    return np.triu(km, 1) + np.triu(km, 1).T, np.triu(y, 1) + np.triu(y, 1).T


@pytest.mark.parametrize(
    ("family", "model"),
    [("gaussian", sm.families.Gaussian()), ("poisson", sm.families.Poisson()), ("logit", sm.families.Binomial()),
     ("probit", sm.families.Binomial(sm.families.links.Probit()))],
)  # fmt: skip
def test_regressions_of_matrices_have_the_numbers_of_statsmodels(family, model):
    km, y = pair_matrices()
    y = 1 * (y > 3) if family in ("logit", "probit") else y
    cells = np.triu_indices(9, 1)
    design = sm.add_constant(np.column_stack([km[cells], np.log(km[cells])]))
    found = mrqap_test(
        y, {"km": km, "log km": np.log(km + np.eye(9))}, family=family, n_permutations=19, rng=1
    )
    other = sm.GLM(y[cells], design, family=model).fit(tol=1e-14)
    assert found.coefficients == pytest.approx(other.params, rel=1e-6)
    assert found.constant == pytest.approx(other.params[0], rel=1e-6)
    plain = sm.OLS(y[cells], design).fit() if family == "gaussian" else other
    assert found.standard_errors == pytest.approx(plain.bse, rel=1e-5)
    counted = 2 if family == "gaussian" else 0  # the variance is a parameter too, as in R
    assert found.aic == pytest.approx(plain.aic + counted)
    assert f"AIC {found.aic:,.1f}" in found.regression.summary()
    assert "常数项" in found.regression.summary("zh")


def test_levels_take_the_place_of_a_constant(table):
    fit = fit_decay(table, flow="flow", effects="node")
    assert math.isnan(fit.constant)
    assert "levels of cities in place of a constant" in fit.summary()
    assert "以城市水平代替常数项" in fit.summary("zh")


def test_presence_has_the_numbers_of_statsmodels(table):
    fit = presence_test(table, presence="linked", n_permutations=19, rng=1)
    other = sm.Logit(table["linked"], sm.add_constant(np.log(table["distance_km"]))).fit(disp=0)
    assert fit.aic == pytest.approx(other.aic)
    assert fit.bic == pytest.approx(other.bic)
    assert fit.constant == pytest.approx(other.params["const"], rel=1e-6)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_fit_has_them(table, lang):
    few = {"n_permutations": 19, "rng": 1}
    fits = [
        fit_gravity(table, flow="flow", effects="none", **few),
        pair_regression_test(table, "score", effects="none", **few),
        fit_wilson(table, flow="flow", constraint="unconstrained"),
        fit_wilson(table, flow="flow"),
    ]
    for fit in fits:
        assert math.isfinite(fit.aic)
        assert math.isfinite(fit.bic)
        assert fit.summary(lang)
    assert all(math.isfinite(fit.constant) for fit in fits[:3])
    assert math.isnan(fits[3].constant)
    assert ("Wilson's model, doubly" if lang == "en" else "威尔逊模型（doubly）") in fits[3].summary(lang)
