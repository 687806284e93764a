"""Separated pairs: by hand, and against the linear programme of the definition."""

import numpy as np
import pytest
from scipy.optimize import linprog

from geobri.errors import DataError
from geobri.stats.models.effects import build_effects
from geobri.stats.models.fits import fit_likelihood
from geobri.stats.models.separation import check_not_separated, find_separated_pairs


def by_definition(flow, design):
    """Largest set of empty pairs with z > 0 for some z = D g that is 0 where flow > 0 and >= 0 elsewhere."""
    positive, empty = design[flow > 0], design[flow == 0]
    k, n = design.shape[1], len(empty)
    equal = np.hstack([positive, np.zeros((len(positive), n))])
    above = np.vstack([np.hstack([-empty, np.eye(n)]), np.hstack([-empty, np.zeros((n, n))])])
    cost = np.r_[np.zeros(k), -np.ones(n)]
    bounds = [(None, None)] * k + [(0, 1)] * n
    solved = linprog(
        cost, A_ub=above, b_ub=np.zeros(2 * n), A_eq=equal, b_eq=np.zeros(len(positive)), bounds=bounds
    )
    found = np.zeros(len(flow), dtype=bool)
    found[np.flatnonzero(flow == 0)[solved.x[k:] > 0.5]] = True
    return found


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("share", [0.05, 0.12, 0.25, 0.6])
def test_agrees_with_the_definition_on_sparse_flows(directed, share):
    counted = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n = 7
        origin, destination = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
        flow = (rng.random(len(origin)) < share).astype(float)
        if not flow.any():
            continue
        columns = np.column_stack([rng.normal(size=len(origin)), rng.random(len(origin)) < 0.15]).astype(
            float
        )
        nodes = build_effects(origin, destination, n, directed=directed)
        got = find_separated_pairs(flow, columns, nodes)
        expected = by_definition(flow, np.column_stack([columns, nodes.incidence.toarray()]))
        np.testing.assert_array_equal(got, expected)
        counted += int(got.any())
    assert counted > 0 or share == 0.6


def test_without_effects():
    rng = np.random.default_rng(0)
    only_empty = np.r_[np.ones(5), np.zeros(25)]
    flow = np.r_[np.zeros(5), rng.poisson(2, 25)].astype(float)
    columns = np.column_stack([rng.normal(size=30), only_empty, np.ones(30)])
    np.testing.assert_array_equal(find_separated_pairs(flow, columns), only_empty == 1)
    assert not find_separated_pairs(flow, columns[:, [0, 2]]).any()


def test_estimates_do_not_change_when_separated_pairs_go():
    """With the separated pairs held at ever smaller means the other estimates converge to those without them."""
    rng = np.random.default_rng(1)
    n = 8
    origin, destination = np.nonzero(~np.eye(n, dtype=bool))
    flow = rng.poisson(3, len(origin)).astype(float)
    flow[origin == 2] = 0
    columns = rng.normal(size=(len(origin), 1))
    nodes = build_effects(origin, destination, n, directed=True)
    gone = find_separated_pairs(flow, columns, nodes)
    np.testing.assert_array_equal(gone, origin == 2)
    kept = ~gone
    rest = build_effects(origin[kept], destination[kept], n, directed=True)
    fit = fit_likelihood(flow[kept], columns[kept], names=["x"], effects=rest)
    dummies = np.column_stack([columns, nodes.incidence.toarray()[:, [0, 1, 3, 4, 5, 6, 7, *range(8, 15)]]])
    near = fit_likelihood(flow, dummies, names=list(map(str, range(15))), offset=np.where(gone, -30.0, 0.0))
    assert fit.coefficients[0] == pytest.approx(near.coefficients[0], rel=1e-8)


def test_yes_no_separation_is_refused():
    x = np.arange(20.0)
    columns = np.column_stack([x, np.ones(20)])
    with pytest.raises(DataError, match="of 20 pairs that are predicted without error"):
        check_not_separated((x > 9).astype(float), columns)
    quasi = np.column_stack([(x < 4).astype(float), np.ones(20)])
    outcome = np.r_[np.ones(4), np.tile([0.0, 1.0], 8)]
    with pytest.raises(DataError, match="4 of 20"):
        check_not_separated(outcome, quasi)
    check_not_separated(np.tile([0.0, 1.0], 10), columns)
