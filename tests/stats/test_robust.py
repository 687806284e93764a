"""Robust covariances against literal double sums, and against what must hold for any data."""

import numpy as np
import pytest

from geobri.errors import DataError
from geobri.stats.models._meats import cluster_meat, dyadic_meat, heteroskedastic_meat, two_way_meat
from geobri.stats.models.fits import fit_least_squares
from geobri.stats.models.robust import COVARIANCES, estimate_covariance


def literal_meat(scores, origin, destination, counts):
    """Sum s_a s_b' over all pairs of pairs for which `counts` says so: the definition, quadratic in N."""
    meat = np.zeros((scores.shape[1],) * 2)
    for a in range(len(scores)):
        for b in range(len(scores)):
            if counts((origin[a], destination[a]), (origin[b], destination[b])):
                meat += np.outer(scores[a], scores[b])
    return meat


SHARING = {
    "dyadic": (dyadic_meat, lambda a, b: bool(set(a) & set(b))),
    "two-way": (two_way_meat, lambda a, b: a[0] == b[0] or a[1] == b[1]),
    "hc": (lambda s, *_: heteroskedastic_meat(s), lambda a, b: a == b),
    "origin": (lambda s, o, _: cluster_meat(s, o), lambda a, b: a[0] == b[0]),
}


@pytest.mark.parametrize("kind", SHARING)
@pytest.mark.parametrize(
    ("n", "directed", "share"), [(4, False, 1.0), (7, False, 0.6), (6, True, 1.0), (8, True, 0.5)]
)
def test_meat_equals_the_literal_double_sum(kind, n, directed, share):
    rng = np.random.default_rng(n)
    origin, destination = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    kept = rng.random(len(origin)) < share
    origin, destination = origin[kept], destination[kept]
    scores = rng.normal(size=(len(origin), 3))
    fast, counts = SHARING[kind]
    np.testing.assert_allclose(
        fast(scores, origin, destination), literal_meat(scores, origin, destination, counts), atol=1e-10
    )


def small_fit(n=12, seed=0):
    rng = np.random.default_rng(seed)
    origin, destination = np.triu_indices(n, 1)
    x, level = rng.normal(size=n), rng.normal(size=n)
    columns = np.column_stack([np.abs(x[origin] - x[destination]), np.ones(len(origin))])
    y = columns[:, 0] + level[origin] + level[destination] + rng.normal(size=len(origin))
    return fit_least_squares(y, columns, names=["gap", "constant"]), origin, destination


def test_dyadic_errors_do_not_depend_on_which_end_is_the_origin():
    fit, origin, destination = small_fit()
    swap = np.random.default_rng(1).random(len(origin)) < 0.5
    turned = np.where(swap, destination, origin), np.where(swap, origin, destination)
    plain = estimate_covariance(fit, origin, destination, "dyadic")
    np.testing.assert_allclose(plain.matrix, estimate_covariance(fit, *turned, "dyadic").matrix, rtol=1e-12)


def test_dyadic_errors_exceed_naive_errors_when_cities_have_levels():
    wider = [
        estimate_covariance(*small_fit(seed=seed), "dyadic").errors[1]
        > estimate_covariance(*small_fit(seed=seed), "naive").errors[1]
        for seed in range(30)
    ]
    assert np.mean(wider) > 0.8


@pytest.mark.parametrize("kind", COVARIANCES)
def test_covariances_are_symmetric_and_positive_semidefinite(kind):
    for seed in range(10):
        got = estimate_covariance(*small_fit(seed=seed, n=6), kind)
        np.testing.assert_allclose(got.matrix, got.matrix.T)
        assert np.linalg.eigvalsh(got.matrix).min() >= -1e-12 * np.abs(got.matrix).max()


def test_clipping_is_said():
    fit, origin, destination = next(
        candidate
        for candidate in (small_fit(n=5, seed=seed) for seed in range(200))
        if np.linalg.eigvalsh(
            candidate[0].bread @ dyadic_meat(candidate[0].scores, *candidate[1:]) @ candidate[0].bread
        ).min()
        < -1e-6
    )
    assert "negative eigenvalues" in estimate_covariance(fit, origin, destination, "dyadic").note.en


def test_few_cities_are_warned_about():
    assert "prefer the permutation" in estimate_covariance(*small_fit(n=22), "dyadic").note.en
    assert estimate_covariance(*small_fit(n=60), "dyadic").note.en == ""


def test_interval_and_p_value_agree():
    fit, origin, destination = small_fit()
    covariance = estimate_covariance(fit, origin, destination, "dyadic")
    p = covariance.p_values(fit.coefficients)
    low, high = covariance.interval(fit.coefficients, level=1 - p[0])
    assert min(abs(low[0]), abs(high[0])) == pytest.approx(0.0, abs=1e-9)
    assert covariance.df == 11


def test_unknown_kind_and_too_few_cities():
    fit, origin, destination = small_fit()
    with pytest.raises(DataError, match="Choose one of naive"):
        estimate_covariance(fit, origin, destination, "magic")
    with pytest.raises(DataError, match="three cities"):
        estimate_covariance(fit, np.zeros_like(origin), np.ones_like(destination), "dyadic")
