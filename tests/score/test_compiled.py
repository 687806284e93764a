"""The numeric core gives what the pipeline gives, for one run and for many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import SpecificationError
from geobri.score import compile_index, load_spec, normalise_compiled, score_compiled

SPEC = load_spec("bri22")
NAMES = [leaf.name for leaf in SPEC.indicators]


@pytest.fixture(scope="module")
def values():
    rng = np.random.default_rng(11)
    return pd.DataFrame(rng.lognormal(2, 1, (30, 10)), columns=NAMES, index=[f"u{i}" for i in range(30)])


def test_the_tree_is_a_product_of_fractions(values):
    compiled = compile_index(SPEC, values)
    scores = score_compiled(compiled)
    effective = np.array([float(w) for w in SPEC.effective_importance().values()])
    np.testing.assert_allclose(scores[:, 0], normalise_compiled(compiled) @ effective, rtol=1e-12)
    assert compiled.nodes[0] == "overall"
    assert compiled.indicators == tuple(NAMES)


def test_many_importances_in_one_call(values):
    compiled = compile_index(SPEC, values, level="corridors")
    importance = np.abs(
        compiled.importance + np.random.default_rng(0).normal(0, 0.05, (25, len(compiled.nodes)))
    )
    together = score_compiled(compiled, importance=importance)
    assert together.shape == (25, 30, 17)
    for run in (0, 7, 24):
        np.testing.assert_allclose(together[run], score_compiled(compiled, importance=importance[run]))
    overall = score_compiled(compiled, importance=importance, keep=["overall", "trade"])
    np.testing.assert_allclose(overall, together[..., [0, compiled.nodes.index("trade")]])


def test_many_matrices_in_one_call(values):
    compiled = compile_index(SPEC, values)
    one = normalise_compiled(compiled)
    runs = np.stack([one, one[::-1], np.clip(one, 1, None)])
    for aggregator in ("arithmetic", "geometric", "median", "copeland"):
        together = score_compiled(compiled, normalised=runs, aggregator=aggregator)
        for run in range(3):
            alone = score_compiled(compiled, normalised=runs[run], aggregator=aggregator)
            np.testing.assert_allclose(together[run], alone)


def test_another_normaliser_for_all(values):
    compiled = compile_index(SPEC, values)
    got = normalise_compiled(compiled, normaliser="zscore")
    np.testing.assert_allclose(got.mean(axis=0), 0, atol=1e-12)
    goalposts = normalise_compiled(compiled, normaliser="goalposts", low=0.0, high=1e6)
    assert goalposts.max() < 100


def test_it_cannot_be_changed(values):
    compiled = compile_index(SPEC, values)
    with pytest.raises(ValueError, match=r"read-only"):
        compiled.treated[0, 0] = 1.0
    with pytest.raises(ValueError, match=r"read-only"):
        compiled.importance[0] = 1.0
    values_before = values.copy()
    score_compiled(compiled)
    pd.testing.assert_frame_equal(values, values_before)


def test_columns_must_be_there(values):
    with pytest.raises(SpecificationError, match=r"'fdi' lacking"):
        compile_index(SPEC, values.drop(columns="fdi"))
    with pytest.raises(SpecificationError, match=r"outline"):
        compile_index(load_spec("potential_cities"), values)


def test_extra_columns_and_their_order_do_not_matter(values):
    shuffled = values[NAMES[::-1]].assign(extra=1.0)
    np.testing.assert_array_equal(
        score_compiled(compile_index(SPEC, shuffled)), score_compiled(compile_index(SPEC, values))
    )
