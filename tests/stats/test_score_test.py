"""Exchange of cities in a regression, against the same with dense dummies, and the scale of counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.blocks import plan_exchange
from geobri.stats.dyads.mrqap import mrqap_test
from geobri.stats.flows import decay_test
from geobri.stats.models.effects import build_effects
from geobri.stats.models.exchanges import count_scale, exchange_residuals, exchange_scores
from geobri.stats.models.fits import fit_likelihood
from geobri.stats.models.score_test import Interval, ScoreTest, _agree, _critical, _critical_rank
from geobri.stats.null import node_permutations, plan_permutations
from geobri.stats.tables import read_pairs


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


def test_scores_equal_the_dense_computation():
    sample = sample_of()
    rng = np.random.default_rng(1)
    weight = rng.gamma(2.0, size=sample.n_pairs)
    score = dense(sample, weight).T @ rng.normal(size=sample.n_pairs)
    effects = build_effects(sample.origin, sample.destination, sample.n_cities, directed=False)
    plan = plan_permutations(7, 40, cosets=False, rng=3)
    x = np.log(sample.impedance)[:, None]
    observed, null = exchange_scores(sample, x, sample.covariates, effects, fitted=(score, weight), plan=plan)
    matrix = np.nan_to_num(sample.to_matrix(dense(sample, np.ones(sample.n_pairs)) @ x[:, 0]))
    for order, got in zip([np.arange(7), *node_permutations(7, 40, rng=3)], [observed, *null], strict=True):
        cleared = dense(sample, weight) @ matrix[order[sample.origin], order[sample.destination]]
        spread = weight * np.mean(score**2 / weight)
        assert got == pytest.approx(score @ cleared / np.sqrt(spread @ cleared**2), rel=1e-9)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("with_effects", [False, True])
def test_residuals_equal_the_dense_computation(directed, with_effects):
    n = 6
    rng = np.random.default_rng(2)
    o, d = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    table = pd.DataFrame(
        {
            "origin": o,
            "destination": d,
            "distance_km": rng.uniform(1, 9, len(o)),
            "z": rng.normal(size=len(o)),
        }
    )
    table["flow"] = rng.poisson(np.exp(2 + rng.normal(size=len(o)) - np.log(table.distance_km)))
    sample = read_pairs(
        table, flow="flow", impedance="distance_km", covariates=["z"], directed=directed, caller="test"
    )
    shape = sample.origin, sample.destination, n
    effects = build_effects(*shape, directed=directed) if with_effects else None
    nuisance = np.column_stack([sample.covariates, *([] if effects else [np.ones(len(o))])])
    x = np.log(sample.impedance)[:, None]
    fit = fit_likelihood(sample.flow, nuisance, names=["z", "constant"][: nuisance.shape[1]], effects=effects)
    plan = plan_permutations(n, 40, blocks=list("aaabbb"), cosets=False, rng=3)
    observed, null, error = exchange_residuals(sample, x, nuisance, effects, fit=fit, plan=plan)

    dummies = np.eye(n)[sample.origin], np.eye(n)[sample.destination]
    levels = [np.column_stack(dummies) if directed else sum(dummies)] if effects else []
    design = np.column_stack([nuisance, *levels])
    w = fit.weight
    hat = design @ np.linalg.pinv(design.T @ (design * w[:, None])) @ design.T  # P of the docstring
    column = x[:, 0] - hat @ (w * x[:, 0])
    maker = np.eye(len(w)) - w[:, None] * hat
    scale, left = count_scale(fit.score, fit.fitted), np.ones(len(w))
    for _ in range(2):
        left = np.sqrt(np.diag(maker @ np.diag(scale**2) @ maker.T)) / scale
        scale = count_scale(fit.score / left, fit.fitted)
    e = fit.score / left / scale
    e = e - e.mean()
    root = np.sqrt(np.sum((column * scale * e) ** 2))
    assert observed == pytest.approx(fit.score @ x[:, 0] / root, rel=1e-6)
    assert error == pytest.approx(root / (w @ column**2), rel=1e-6)
    matrix = np.zeros((n, n))
    matrix[sample.origin, sample.destination] = e
    matrix = matrix if directed else matrix + matrix.T
    for order, got in zip(plan.permutations, null, strict=True):
        moved = column * scale * matrix[order[sample.origin], order[sample.destination]]
        assert got == pytest.approx(moved.sum() / np.sqrt((moved**2).sum()), rel=1e-6)


def test_exchanged_residuals_are_centred():
    rng = np.random.default_rng(11)
    n = 30
    o, d = np.triu_indices(n, 1)
    hub, km = rng.normal(0, 1.2, n), rng.uniform(100, 9000, len(o))
    flow = rng.poisson(np.exp(hub[o] + hub[d] + 1 - np.log(km / 2000) + rng.normal(0, 1, len(o))))
    table = pd.DataFrame({"origin": o, "destination": d, "distance_km": km, "flow": flow})
    sample = read_pairs(table, flow="flow", impedance="distance_km", caller="test")
    effects = build_effects(sample.origin, sample.destination, n, directed=False)
    x, nothing = -np.log(sample.impedance)[:, None], np.empty((len(o), 0))
    held = fit_likelihood(sample.flow, nothing, names=(), effects=effects, offset=x[:, 0])
    plan = plan_permutations(n, 2999, rng=1)
    null = exchange_residuals(sample, x, nothing, effects, fit=held, plan=plan)[1]
    assert abs(null.mean()) < 0.2 * null.std()  # what is left is the skewness of counts


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
    monkeypatch.setattr("geobri.stats.models.exchanges.CHUNK_CELLS", 100)
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
    assert not note
    gaps, note = plan_exchange(sample_of(n=9, share=0.7, seed=4), 20, rng=0)
    assert gaps.blocks is None
    assert "exchanged freely" in note.en
    named, note = plan_exchange(sample_of(), 20, blocks={f"c{i}": i < 4 for i in range(7)}, rng=0)
    assert set(named.blocks) == {"True", "False"}
    with pytest.raises(DataError, match="1 of 7 without one: 'c6'"):
        plan_exchange(sample_of(), 20, blocks={f"c{i}": 0 for i in range(6)})


def gappy(n=40, whole=8, seed=5):
    """Most cities miss some pairs at random, a few have all: these few are the only ones that blocks let move."""
    rng = np.random.default_rng(seed)
    o, d = np.triu_indices(n, 1)
    kept = (o < whole) | (rng.random(len(o)) > 0.2)
    table = pd.DataFrame(
        {"origin": o, "destination": d, "km": rng.uniform(1, 9, len(o)), "flow": rng.poisson(50, len(o))}
    )
    return read_pairs(table[kept], flow="flow", impedance="km", caller="test")


def test_blocks_that_freeze_most_cities_are_not_taken():
    plan, note = plan_exchange(gappy(), 99, rng=0)
    assert plan.blocks is None
    assert plan.n_movable == 40
    assert "only 8 of 40 cities change places" in note.en
    assert "exchanged freely" in note.en


def test_blocks_that_leave_the_differences_in_place_are_not_taken():
    o, d = np.triu_indices(12, 1)
    kept = o // 4 != d // 4  # pairs within each third are missing: three blocks
    table = pd.DataFrame({"origin": o, "destination": d, "km": 1.0 + o, "flow": 1.0 + d})[kept]
    table = table.assign(
        origin=[f"c{k:02d}" for k in table.origin], destination=[f"c{k:02d}" for k in table.destination]
    )
    sample = read_pairs(table, flow="flow", impedance="km", caller="test")
    noise = np.random.default_rng(0).normal(size=sample.n_pairs)
    assert set(plan_exchange(sample, 99, moved=noise, rng=0)[0].blocks) == {"0", "1", "2"}
    plan, note = plan_exchange(sample, 99, moved=(sample.origin < 4) + 0.1 * noise, rng=0)
    assert plan.blocks is None
    assert "% of the differences between pairs in place" in note.en
    # what counts is what the statistic leans on: pairs of the first third alone decide, and they hardly differ
    heavy = np.where(sample.origin < 4, 1e6, 1.0)
    varied = np.where(sample.origin < 4, (sample.destination < 8) + 0.01 * noise, 10 * noise)
    assert plan_exchange(sample, 99, moved=varied, rng=0)[0].blocks is not None
    assert plan_exchange(sample, 99, moved=varied, weights=heavy, rng=0)[0].blocks is None


def test_blocks_are_found_by_label_whatever_their_order():
    sample = sample_of()
    label = pd.Series([str(i < 4) for i in range(7)], index=[f"c{i}" for i in range(7)])
    wanted = plan_exchange(sample, 20, blocks=label.to_dict(), rng=0)[0]
    got = plan_exchange(sample, 20, blocks=label.sample(frac=1, random_state=1), rng=0)[0]
    assert got.blocks == wanted.blocks
    assert plan_exchange(sample, 20, blocks=None, rng=0)[0].blocks is None
    with pytest.raises(SpecificationError, match="does not say whose labels they are"):
        plan_exchange(sample, 20, blocks=list(label))
    with pytest.raises(SpecificationError, match="'car'"):
        plan_exchange(sample, 20, blocks="car")


def test_no_value_is_fitted_twice_for_an_interval():
    sample = sample_of(n=9)
    effects = build_effects(sample.origin, sample.destination, sample.n_cities, directed=False)
    tried = []

    def hold(known):
        tried.append(float(known[0]))
        return fit_likelihood(
            sample.flow, sample.covariates, names=["z"], effects=effects, offset=known, caller="test"
        )

    held = ScoreTest(
        sample=sample,
        tested=np.log(sample.impedance)[:, None],
        nuisance=sample.covariates,
        effects=effects,
        hold=hold,
        plan=plan_permutations(9, 99, rng=1),
        counts=True,
    )
    columns = np.column_stack([np.log(sample.impedance), sample.covariates])
    estimate = fit_likelihood(sample.flow, columns, names=["d", "z"], effects=effects).coefficients[0]
    found = held.interval(float(estimate))
    assert found.low < estimate < found.high
    assert len(set(tried)) == len(tried) > 4


class TestAgreement:
    """Interval and test at 0 say the same about 0."""

    def agree(self, low, high, statistic):
        return _agree(Interval(low=low, high=high), statistic, rejected=abs(statistic) > 2.0)

    def test_nothing_changes_where_they_agree(self):
        assert self.agree(0.2, 1.0, 2.5).low == 0.2
        assert self.agree(-0.2, 1.0, 1.5).low == -0.2

    def test_a_limit_past_zero_ends_there_where_the_test_rejects(self):
        found = self.agree(-0.2, 1.0, 2.5)
        assert (found.low, found.high) == (0.0, 1.0)
        assert found.reason.en == "a limit of -0.2 is set to 0, which the test rejects"
        assert self.agree(-1.0, 0.3, -2.5).high == 0.0

    def test_a_limit_short_of_zero_reaches_it_where_the_test_does_not_reject(self):
        found = self.agree(0.2, 1.0, 1.5)
        assert (found.low, found.high) == (0.0, 1.0)
        assert found.reason.en == "a limit of 0.2 is set to 0, which the test does not reject"
        assert self.agree(-1.0, -0.3, -1.5).high == 0.0


def test_an_interval_of_a_quantile_holds_its_estimate_or_is_not_given():
    without = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        o, d = np.triu_indices(7, 1)
        table = pd.DataFrame({"origin": [f"c{i}" for i in o], "destination": [f"c{i}" for i in d]})
        table["distance_km"] = rng.uniform(1, 9, len(o))
        table["flow"] = np.exp(2 * rng.normal(size=len(o))) / table["distance_km"]
        found = decay_test(table, flow="flow", estimator="quantile", directed=False, n_permutations=99, rng=1)
        row = found.terms[0]
        if np.isnan(row.ci_low):
            without += 1
            assert "no interval" in row.note.en
            continue
        assert row.ci_low < row.estimate < row.ci_high
        assert (row.p_value <= 0.05) == (not row.ci_low <= 0.0 <= row.ci_high) or "set to 0" in row.note.en
    assert without < 12


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_without_effects_it_is_the_score_test_of_mrqap(share):
    sample = sample_of(9, seed=5, share=share)
    counts = replace(sample, flow=np.round(sample.flow))
    design = np.column_stack([np.ones(sample.n_pairs), sample.covariates])
    fit = fit_likelihood(counts.flow, design, names=("constant", "z"), caller="test")
    assert np.abs(design.T @ fit.score).max() < 1e-6
    x, fitted = sample.impedance[:, None], (fit.score, fit.weight)
    plan = plan_permutations(9, 60, rng=4)
    observed, null = exchange_scores(counts, x, design, None, fitted=fitted, plan=plan)
    one_year = replace(
        counts, layer=np.zeros(sample.n_pairs, dtype=np.intp)
    )  # column by column, as with city effects
    other, others = exchange_scores(one_year, x, design, None, fitted=fitted, plan=plan)
    assert observed == pytest.approx(other, rel=1e-10)
    assert np.allclose(null, others, rtol=1e-10)
    if share == 1.0:
        labels = list(sample.cities)
        y, km, z = (
            pd.DataFrame(counts.to_matrix(one), labels, labels)
            for one in (counts.flow, counts.impedance, counts.covariates[:, 0])
        )
        found = mrqap_test(y, {"km": km, "z": z}, family="poisson", n_permutations=60, rng=4)
        unit = np.sqrt(np.mean(fit.score**2 / fit.weight))
        assert found.terms[1].statistic == pytest.approx(observed * unit, rel=1e-8)
        assert np.allclose(found.null_distributions[:, 0], null * unit, rtol=1e-8)


@pytest.mark.parametrize(("n", "drawn"), [(8, 999), (5, 999), (9, 379)])
def test_past_a_critical_value_p_is_at_most_five_percent_and_not_before(n, drawn):
    plan = plan_permutations(n, drawn, cosets=False, rng=1)
    size = len(plan.permutations)
    null = np.random.default_rng(2).permutation(size).astype(float)
    low, high = _critical(null, _critical_rank(plan, 0.95))
    for value, side in ((high, 1.0), (low, -1.0)):
        beyond, before = value + 0.5 * side, value - 0.5 * side
        # a complete enumeration holds the observed statistic: it takes the place of its neighbour
        near, far = (
            np.where(null == taken, one, null) if plan.exact else null
            for one, taken in ((beyond, value), (before, value - side))
        )
        assert plan.p_value(beyond, near) <= 0.05
        assert plan.p_value(before, far) > 0.05
