"""Every formula against values that R computed on its own (tests/reference/score/reference.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.score.aggregate import AGGREGATORS, aggregate
from geobri.score.coherence import correlate, cronbach_alpha, fit_principal_components
from geobri.score.impute import impute
from geobri.score.levels import pair_to_city
from geobri.score.normalise import NORMALISERS, normalise
from geobri.score.outliers import kurtosis, skewness, treat
from geobri.score.weights import WEIGHTINGS, ahp_weights, weigh

FOLDER = Path(__file__).parents[1] / "reference" / "score"
EXACT = {"rtol": 1e-12, "atol": 1e-10}  # both sides work in doubles; only the order of sums differs
OPTIMISED = {"rtol": 0, "atol": 2e-5}  # two optimisers stop at slightly different points


@cache
def columns() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "columns.csv", dtype=float)


@cache
def pairs() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "pairs.csv")


@cache
def _reference() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "reference.csv", dtype={"case": str})


def expected(what, case="all"):
    table = _reference()
    chosen = table[(table["what"] == what) & (table["case"] == case)].sort_values("position")
    assert len(chosen), f"no reference for {what}, {case}"
    return chosen["value"].to_numpy()


def scaled(low=0.0):
    x = columns().to_numpy()
    return low + (100 - low) * (x - x.min(axis=0)) / np.ptp(x, axis=0)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("column", list("abcd"))
@pytest.mark.parametrize("method", sorted(NORMALISERS))
def test_normaliser(method, column, direction):
    case = column + ("+" if direction > 0 else "-")
    params = {}
    if method == "target_distance":
        params = {"target": expected("target", case)[0]}
    elif method == "reference_distance":
        params = {"reference_value": expected("reference_value", case)[0]}
    elif method == "goalposts":
        low, high = expected("posts", case)
        params = {"low": low, "high": high}
    got = normalise(columns()[column], method, direction, **params)
    np.testing.assert_allclose(got, expected(method, case), **EXACT)


@pytest.mark.parametrize("method", sorted(set(AGGREGATORS) - {"generalised"}))
def test_aggregator(method):
    np.testing.assert_allclose(
        aggregate(scaled(1.0), expected("importance"), method), expected(f"agg_{method}"), **EXACT
    )


@pytest.mark.parametrize("power", [-2, 0.5, 3])
def test_generalised_mean(power):
    got = aggregate(scaled(1.0), expected("importance"), "generalised", power=power)
    np.testing.assert_allclose(got, expected("agg_generalised", f"p={power}"), **EXACT)


def test_median_of_an_even_number_of_equal_weights():
    got = aggregate(scaled(1.0), np.full(4, 0.25), "median")
    np.testing.assert_allclose(got, expected("agg_median", "even"), **EXACT)


@pytest.mark.parametrize("method", sorted(set(WEIGHTINGS) - {"equal", "correlation_optimised"}))
def test_weighting(method):
    np.testing.assert_allclose(weigh(scaled(), method), expected(method), **EXACT)


def test_correlation_optimised_weights():
    got = weigh(scaled(), "correlation_optimised")
    np.testing.assert_allclose(got, expected("correlation_optimised"), **OPTIMISED)
    assert got[0] == 0  # the bound w >= 0 binds: without it column a would get a negative weight


def test_correlation_optimised_weights_inside_the_bounds():
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4)) * [1.0, 1.5, 2.0, 0.8]
    equal_r = np.linalg.solve(np.corrcoef(matrix, rowvar=False), np.ones(4)) / matrix.std(axis=0)
    assert (equal_r > 0).all()  # then weights proportional to this make all correlations equal
    np.testing.assert_allclose(weigh(matrix, "correlation_optimised"), equal_r / equal_r.sum(), **OPTIMISED)


def test_ahp():
    judged = [[1, 3, 5, 0.5], [1 / 3, 1, 2, 0.25], [0.2, 0.5, 1, 1 / 6], [2, 4, 6, 1]]
    names = list("abcd")
    got = ahp_weights(pd.DataFrame(judged, index=names, columns=names))
    np.testing.assert_allclose(got.importance, expected("ahp", "importance"), **EXACT)
    np.testing.assert_allclose(got.consistency_ratio, expected("ahp", "consistency_ratio")[0], rtol=1e-9)


def test_moments():
    assert skewness(expected("skewed")) == pytest.approx(expected("skewness")[0], rel=1e-12)
    assert kurtosis(expected("skewed")) == pytest.approx(expected("kurtosis")[0], rel=1e-12)


def test_winsorise():
    got = treat(expected("skewed"), "winsorise")
    np.testing.assert_allclose(got.after, expected("winsorise"), **EXACT)
    assert got.touched.sum() == got.parameters["points"] > 0


def test_winsorise_at_quantiles():
    got = treat(expected("skewed"), "winsorise", limits=(0.05, 0.10))
    np.testing.assert_allclose(got.after, expected("winsorise_quantiles"), **EXACT)


def test_log():
    np.testing.assert_allclose(treat(expected("skewed"), "log").after, expected("log"), **EXACT)


def test_boxcox_power():
    got = treat(expected("skewed"), "boxcox").parameters["power"]
    assert got == pytest.approx(expected("boxcox_power")[0], abs=1e-6)


def test_coherence():
    frame = pd.DataFrame(scaled(), columns=list("abcd"))
    assert cronbach_alpha(frame) == pytest.approx(expected("alpha")[0], rel=1e-12)
    np.testing.assert_allclose(
        fit_principal_components(frame).eigenvalues, expected("eigenvalues"), rtol=1e-10
    )
    assert correlate(frame, method="spearman").loc["a", "c"] == pytest.approx(expected("spearman", "ac")[0])
    assert correlate(frame, method="kendall").loc["b", "d"] == pytest.approx(expected("kendall", "bd")[0])


def ends():
    return {"first": pairs()["first"].to_numpy(), "second": pairs()["second"].to_numpy()}


def test_end_effects():
    got, filled = impute(pairs()["known"], "origin_destination", **ends(), directed=False)
    np.testing.assert_allclose(got[filled], expected("origin_destination", "holes"), rtol=1e-8)


def test_gravity_with_masses():
    inputs = {**ends(), "distance_km": pairs()["km"].to_numpy(), "mass": expected("mass"), "directed": False}
    got, filled = impute(pairs()["known"], "gravity", **inputs)
    np.testing.assert_allclose(got[filled], expected("gravity_mass", "holes"), rtol=1e-6)


def test_gravity_with_end_effects():
    inputs = {**ends(), "distance_km": pairs()["km"].to_numpy(), "mass": None, "directed": False}
    got, filled = impute(pairs()["known"], "gravity", **inputs)
    np.testing.assert_allclose(got[filled], expected("gravity_ends", "holes"), rtol=1e-6)


def test_breadth_and_top_partners():
    values, first, second = pairs()["flow"].to_numpy(dtype=float), *ends().values()
    np.testing.assert_allclose(
        pair_to_city(values, first, second, 9, rule="breadth"), expected("breadth"), rtol=1e-10
    )
    np.testing.assert_allclose(
        pair_to_city(values, first, second, 9, rule="top_k", k=3), expected("top_3"), rtol=1e-12
    )
