"""Properties of p-values and permutations that hold for any input."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geobri.stats.blocks import exchangeable_blocks
from geobri.stats.cross_sums import cross_sums
from geobri.stats.null import node_permutations, plan_permutations
from geobri.stats.p_values import permutation_p_value

quick = settings(deadline=None, max_examples=60)
numbers = st.integers(-1000, 1000).map(float)


@quick
@given(st.lists(numbers, min_size=1, max_size=60, unique=True), numbers)
def test_tails_sum_to_one_and_one_draw_when_nothing_ties(null, statistic):
    observed = statistic + 0.5
    total = permutation_p_value(observed, null, "less") + permutation_p_value(observed, null, "greater")
    assert np.isclose(total, 1 + 1 / (len(null) + 1))


@quick
@given(
    st.lists(numbers, min_size=1, max_size=60),
    numbers,
    st.booleans(),
    st.sampled_from(["two-sided", "greater", "less"]),
)
def test_p_values_are_in_range_and_mirror(null, statistic, mid_p, alternative):
    mirror = {"greater": "less", "less": "greater", "two-sided": "two-sided"}[alternative]
    p = permutation_p_value(statistic, null, alternative, mid_p=mid_p)
    assert 0 < p <= 1
    assert np.isclose(p, permutation_p_value(-statistic, [-one for one in null], mirror, mid_p=mid_p))
    assert p <= permutation_p_value(statistic, null, alternative) + 1e-12


@quick
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(0, 2**32))
def test_draws_never_leave_their_block(blocks, seed):
    labels = np.array(blocks)
    drawn = node_permutations(len(blocks), 7, blocks=blocks, rng=seed)
    assert (labels[drawn] == labels).all()
    assert (np.sort(drawn, axis=1) == np.arange(len(blocks))).all()


@quick
@given(arrays(np.float64, (9, 9), elements=st.floats(-5, 5)), st.integers(0, 2**32))
def test_sums_do_not_depend_on_how_they_are_taken(matrix, seed):
    left, right = matrix + matrix.T, (matrix @ matrix.T) / 10
    plan = plan_permutations(9, 30, rng=seed)
    fast = cross_sums(plan, [left], [right])[:, 0, 0]
    slow = [(left[np.ix_(p, p)] * right)[np.triu_indices(9, 1)].sum() for p in plan.permutations]
    np.testing.assert_allclose(fast, slow, atol=1e-9)


@quick
@given(arrays(np.bool_, (7, 7)), st.integers(0, 2**32))
def test_exchangeable_cities_leave_the_pattern_alone(seen, seed):
    np.fill_diagonal(seen, val=False)
    blocks = exchangeable_blocks(seen)
    for p in node_permutations(7, 10, blocks=blocks, rng=seed):
        assert (seen[np.ix_(p, p)] == seen).all()


@quick
@given(st.lists(st.integers(0, 2), min_size=4, max_size=9))
def test_pairs_left_out_within_groups_make_these_groups_blocks(groups):
    label = np.array(groups)
    seen = label[:, None] != label[None, :]
    blocks = exchangeable_blocks(seen)
    for one, other in zip(groups, blocks, strict=True):
        same = [k for k, group in enumerate(groups) if group == one]
        assert len({blocks[k] for k in same}) == 1
        assert other == blocks[same[0]]
