"""Exchange of cities in a regression, against the same with dense dummies, and the scale of counts."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.stats.blocks import plan_exchange
from geobri.stats.effects import build_effects
from geobri.stats.exchange import count_scale, exchange_residuals, exchange_scores
from geobri.stats.null import node_permutations, plan_permutations
from geobri.stats.samples import read_pairs


def sample_of(n=7, seed=0, share=1.0):
    rng = np.random.default_rng(seed)
    o, d = np.triu_indices(n, 1)
    kept = rng.random(len(o)) < share
    frame = pd.DataFrame(
        {
            "origin": [f"c{i}" for i in o[kept]],
            "destination": [f"c{i}" for i in d[kept]],
            "distance_km": rng.uniform(1, 9, kept.sum()),
            "flow": rng.gamma(1.0, size=kept.sum()) * 10,
            "z": rng.normal(size=kept.sum()),
        }
    )
    return read_pairs(frame, flow="flow", impedance="distance_km", covariates=["z"], caller="test")


def dense(sample, weight):
    """Residual maker of covariates and dummies in the metric of the weights, written out."""
    dummies = np.eye(sample.n_cities)[sample.origin] + np.eye(sample.n_cities)[sample.destination]
    design = np.column_stack([sample.covariates, dummies])
    root = np.sqrt(weight)[:, None]
    return np.eye(sample.n_pairs) - design @ np.linalg.pinv(design * root) @ np.diag(root[:, 0])


@pytest.mark.parametrize("robust", [True, False])
def test_scores_equal_the_dense_computation(robust):
    sample = sample_of()
    rng = np.random.default_rng(1)
    weight, score = rng.gamma(2.0, size=sample.n_pairs), rng.normal(size=sample.n_pairs)
    effects = build_effects(sample.origin, sample.destination, sample.n_cities, directed=False)
    plan = plan_permutations(7, 40, cosets=False, rng=3)
    x = np.log(sample.impedance)[:, None]
    observed, null = exchange_scores(
        sample, x, sample.covariates, effects, fitted=(score, weight), plan=plan, robust=robust
    )
    matrix = np.nan_to_num(sample.to_matrix(dense(sample, np.ones(sample.n_pairs)) @ x[:, 0]))
    for order, got in zip([np.arange(7), *node_permutations(7, 40, rng=3)], [observed, *null], strict=True):
        cleared = dense(sample, weight) @ matrix[order[sample.origin], order[sample.destination]]
        spread = score**2 if robust else weight * np.mean(score**2 / weight)
        assert got == pytest.approx(score @ cleared / np.sqrt(spread @ cleared**2), rel=1e-9)


def test_residuals_equal_the_dense_computation():
    sample = sample_of(seed=2)
    rng = np.random.default_rng(1)
    weight = rng.gamma(2.0, size=sample.n_pairs)
    score = dense(sample, weight).T @ rng.normal(size=sample.n_pairs)
    scale = rng.gamma(2.0, size=sample.n_pairs)
    effects = build_effects(sample.origin, sample.destination, sample.n_cities, directed=False)
    plan = plan_permutations(7, 40, cosets=False, rng=3)
    x = np.log(sample.impedance)[:, None]
    observed, null = exchange_residuals(
        sample, x, sample.covariates, effects, fitted=(score, weight), scale=scale, plan=plan
    )
    matrix = np.nan_to_num(sample.to_matrix(score / scale))
    maker = dense(sample, weight)
    cleared = maker @ x[:, 0]
    assert observed == pytest.approx(score @ cleared / np.sqrt(score**2 @ cleared**2), rel=1e-9)
    for order, got in zip(node_permutations(7, 40, rng=3), null, strict=True):
        moved = scale * matrix[order[sample.origin], order[sample.destination]]
        left = weight * (maker @ (moved / weight))
        assert got == pytest.approx(left @ cleared / np.sqrt(left**2 @ cleared**2), rel=1e-9)


def test_several_columns_give_a_quadratic_form_that_ignores_their_basis():
    sample = sample_of(seed=3)
    rng = np.random.default_rng(0)
    score, weight = rng.normal(size=sample.n_pairs), np.ones(sample.n_pairs)
    plan = plan_permutations(7, 30, cosets=False, rng=1)
    two = np.column_stack([np.log(sample.impedance), sample.impedance])
    turned = two @ np.array([[1.0, 2.0], [0.5, -1.0]])
    constant = np.ones((sample.n_pairs, 1))
    one, other = (
        exchange_scores(sample, x, constant, None, fitted=(score, weight), plan=plan) for x in (two, turned)
    )
    assert one[0] == pytest.approx(other[0])
    np.testing.assert_allclose(one[1], other[1], rtol=1e-8)


def test_chunks_do_not_matter(monkeypatch):
    sample = sample_of()
    plan = plan_permutations(7, 50, cosets=False, rng=1)
    fitted = (np.random.default_rng(0).normal(size=sample.n_pairs), np.ones(sample.n_pairs))
    x, constant = sample.impedance[:, None], np.ones((sample.n_pairs, 1))
    whole = exchange_scores(sample, x, constant, None, fitted=fitted, plan=plan)[1]
    monkeypatch.setattr("geobri.stats.exchange.CHUNK_CELLS", 100)
    np.testing.assert_allclose(whole, exchange_scores(sample, x, constant, None, fitted=fitted, plan=plan)[1])


@pytest.mark.parametrize(("ratio", "extra"), [(0.0, 1.0), (1.0, 0.0), (0.2, 1.0)])
def test_scale_of_counts_finds_how_they_scatter(ratio, extra):
    rng = np.random.default_rng(0)
    mean = np.exp(rng.uniform(-1, 6, 20_000))
    truth = np.sqrt(extra * mean + ratio * mean**2)
    got = count_scale(truth * rng.normal(size=len(mean)), mean)
    assert np.std(np.log(got / truth)) < 0.05


def test_scale_of_counts_ignores_their_unit():
    rng = np.random.default_rng(0)
    mean = np.exp(rng.uniform(-1, 4, 300))
    residual = rng.poisson(mean) - mean
    one, other = count_scale(residual, mean), count_scale(1000 * residual, 1000 * mean)
    np.testing.assert_allclose(one / one[0], other / other[0], rtol=1e-3)


def test_blocks_follow_the_missing_pairs():
    whole, note = plan_exchange(sample_of(), 20, rng=0)
    assert whole.blocks is None
    assert note == ""
    gaps, note = plan_exchange(sample_of(n=9, share=0.7, seed=4), 20, rng=0)
    assert gaps.blocks is None
    assert "exchanged freely" in note
    named, note = plan_exchange(sample_of(), 20, blocks={f"c{i}": i < 4 for i in range(7)}, rng=0)
    assert set(named.blocks) == {"True", "False"}
    with pytest.raises(DataError, match="1 of 7 without one: 'c6'"):
        plan_exchange(sample_of(), 20, blocks={f"c{i}": 0 for i in range(6)})
