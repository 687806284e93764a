"""Fits against R: base glm and lm, MASS::glm.nb, quantreg, sandwich (script beside the numbers)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.stats.models._meats import two_way_meat
from geobri.stats.models.effects import build_effects
from geobri.stats.models.families import FAMILIES
from geobri.stats.models.fits import fit_least_squares, fit_likelihood
from geobri.stats.models.overdispersion import fit_negative_binomial
from geobri.stats.models.quantiles import fit_quantile
from geobri.stats.models.robust import estimate_covariance

HERE = Path(__file__).parents[1] / "reference" / "gravity"
REFERENCE = pd.read_csv(HERE / "reference.csv").fillna({"term": ""})
NAMES = ("x", "same_region")
KINDS = ("directed", "undirected")


def pairs(kind, *, positive=False):
    table = pd.read_csv(HERE / f"{kind}.csv")
    table = table[table["flow"] > 0] if positive else table
    cities = pd.Index(sorted({*table["origin"], *table["destination"]}))
    ends = cities.get_indexer(table["origin"]), cities.get_indexer(table["destination"])
    return table, ends, len(cities)


def prepare(kind, with_effects, *, positive=False):
    table, ends, n = pairs(kind, positive=positive)
    columns = np.column_stack([np.log(table["distance_km"]), table["same_region"]]).astype(float)
    if with_effects:
        return table, ends, columns, NAMES, build_effects(*ends, n, directed=kind == "directed")
    return table, ends, np.column_stack([columns, np.ones(len(table))]), (*NAMES, "constant"), None


def wanted(case, quantity):
    found = REFERENCE[(REFERENCE["case"] == case) & (REFERENCE["quantity"] == quantity)].set_index("term")[
        "value"
    ]
    return found.loc[list(NAMES)].to_numpy() if "x" in found.index else float(found.iloc[0])


def fit_case(kind, model, effects):
    positive = model == "loglinear" or model.startswith("quantile")
    table, ends, columns, names, nodes = prepare(kind, effects == "effects", positive=positive)
    response = table["linked" if model in ("logit", "probit") else "flow"].to_numpy(float)
    if model == "loglinear":
        return fit_least_squares(np.log(response), columns, names=names, effects=nodes), ends
    family = FAMILIES[model]
    return fit_likelihood(response, columns, names=names, family=family, effects=nodes), ends


LIKELIHOODS = [
    (f"{kind}-{model}-{effects}", kind, model, effects)
    for kind in KINDS
    for model in ("poisson", "loglinear")
    for effects in ("none", "effects")
]
LIKELIHOODS += [(f"{kind}-{model}", kind, model, "none") for kind in KINDS for model in ("logit", "probit")]


@pytest.mark.parametrize(("case", "kind", "model", "effects"), LIKELIHOODS)
def test_coefficients_and_errors_agree_with_r(case, kind, model, effects):
    fit, ends = fit_case(kind, model, effects)
    np.testing.assert_allclose(fit.coefficients[:2], wanted(case, "coefficient"), rtol=1e-8)
    for kind_of_error in ("naive", "hc1", "origin"):
        got = estimate_covariance(fit, *ends, kind_of_error).errors[:2]
        # R sums scores of all dummies, which cancel within cities; that costs it a digit there
        tolerance = 3e-8 if (effects, kind_of_error) == ("effects", "origin") else 1e-8
        np.testing.assert_allclose(got, wanted(case, kind_of_error), rtol=tolerance, err_msg=kind_of_error)
    if effects == "none":
        variances = np.diag(fit.bread @ two_way_meat(fit.scores, *ends) @ fit.bread)[:2]
        squares = wanted(case, "two-way-plain") ** 2
        assert np.isfinite(squares).any()
        np.testing.assert_allclose(variances[np.isfinite(squares)], squares[np.isfinite(squares)], rtol=1e-8)
        assert (variances[np.isnan(squares)] < 0).all()


@pytest.mark.parametrize(("case", "kind", "model", "effects"), LIKELIHOODS)
def test_likelihood_criteria_agree_with_r(case, kind, model, effects):
    fit, _ = fit_case(kind, model, effects)
    for quantity in ("loglik", "aic", "bic", "deviance"):
        assert getattr(fit, quantity) == pytest.approx(wanted(case, quantity), rel=1e-9), quantity


@pytest.mark.parametrize("kind", KINDS)
def test_negative_binomial_agrees_with_mass(kind):
    table, _, columns, names, _ = prepare(kind, with_effects=False)
    fit = fit_negative_binomial(table["flow"].to_numpy(float), columns, names=names)
    case = f"{kind}-negbin-none"
    np.testing.assert_allclose(fit.coefficients[:2], wanted(case, "coefficient"), rtol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.naive))[:2], wanted(case, "naive"), rtol=1e-6)
    assert fit.dispersion == pytest.approx(wanted(case, "alpha"), rel=1e-7)
    assert fit.loglik == pytest.approx(wanted(case, "loglik"), rel=1e-10)


@pytest.mark.parametrize("tau", [0.5, 0.8])
@pytest.mark.parametrize("kind", KINDS)
def test_quantile_agrees_with_quantreg(kind, tau):
    table, _, columns, names, _ = prepare(kind, with_effects=False, positive=True)
    fit = fit_quantile(np.log(table["flow"].to_numpy(float)), columns, names=names, quantile=tau)
    case = f"{kind}-quantile-{tau}"
    assert fit.deviance == pytest.approx(wanted(case, "loss"), rel=1e-9)
    assert fit.loglik == pytest.approx(wanted(case, "loglik"), rel=1e-9)
    np.testing.assert_allclose(fit.coefficients[:2], wanted(case, "coefficient"), rtol=1e-8)
    np.testing.assert_allclose(columns.T @ fit.score, 0.0, atol=1e-8)


def test_quantile_with_node_effects_equals_the_dummies():
    table, _, columns, _, nodes = prepare("directed", with_effects=True, positive=True)
    y = np.log(table["flow"].to_numpy(float))
    fit = fit_quantile(y, columns, names=NAMES, effects=nodes)
    dense = np.column_stack([columns, nodes.incidence.toarray()[:, :-1]])
    explicit = fit_quantile(y, dense, names=[str(k) for k in range(dense.shape[1])])
    assert fit.deviance == pytest.approx(explicit.deviance, rel=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_effects_equal_explicit_dummies(kind):
    _, _, columns, _, nodes = prepare(kind, with_effects=True)
    rng = np.random.default_rng(0)
    weights = rng.gamma(1.0, size=len(columns))
    dense = nodes.incidence.toarray()
    root = np.sqrt(weights)[:, None]
    dummies = np.linalg.lstsq(dense * root, columns * root, rcond=None)[0]
    np.testing.assert_allclose(nodes.residualise(columns, weights), columns - dense @ dummies, atol=1e-9)
    assert nodes.rank == np.linalg.matrix_rank(dense)


def test_effects_of_a_disconnected_graph():
    origin, destination = np.array([0, 0, 1, 3, 3, 4, 6]), np.array([1, 2, 2, 4, 5, 5, 7])
    for directed in (True, False):
        nodes = build_effects(origin, destination, 8, directed=directed)
        dense = nodes.incidence.toarray()
        assert nodes.rank == np.linalg.matrix_rank(dense)
        column = np.arange(7.0) ** 2
        expected = column - dense @ np.linalg.lstsq(dense, column, rcond=None)[0]
        np.testing.assert_allclose(nodes.residualise(column, np.ones(7)), expected, atol=1e-9)


def test_absorbed_columns_are_named():
    table, ends, columns, _, nodes = prepare("undirected", with_effects=True)
    size = np.arange(15.0)
    absorbed = np.column_stack([columns, size[ends[0]] + size[ends[1]]])
    with pytest.raises(DataError, match="'total size'"):
        fit_likelihood(table["flow"].to_numpy(float), absorbed, names=[*NAMES, "total size"], effects=nodes)
    with pytest.raises(DataError, match="'twice'"):
        fit_least_squares(
            table["flow"].to_numpy(float),
            np.column_stack([columns, 2 * columns[:, 0]]),
            names=[*NAMES, "twice"],
        )


def test_too_few_pairs_for_the_effects():
    columns = np.array([[1.0], [2.0], [4.0], [3.0]])
    nodes = build_effects(np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3]), 4, directed=False)
    with pytest.raises(DataError, match="more pairs than parameters"):
        fit_least_squares(np.arange(4.0), columns, names=["x"], effects=nodes)
