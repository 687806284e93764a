"""Units with the same values are scored once: the table of intervals is that of all units, scored one by one."""

import numpy as np
import pandas as pd
import pytest

from geobri.score.compiled import compile_index
from geobri.score.index import build_index
from geobri.score.ranking import rank
from geobri.score.spec_reading import load_spec
from geobri.score.trust.alike import find_alike, rank_alike
from geobri.score.trust.choices import ChooseAggregator, PerturbWeights, suggest_choices
from geobri.score.trust.uncertainty import measure_uncertainty, tabulate_uncertainty

SPEC = {
    "index": {"name": "sparse"},
    "dimension": [{"name": "one"}, {"name": "two"}],
    "indicator": [
        {"name": "a", "dimension": "one", "absent": "zero"},
        {"name": "b", "dimension": "two", "absent": "zero"},
    ],
}


def make_result():
    names = [f"c{i}" for i in range(9)]
    cities = pd.DataFrame({"name": names}, index=pd.Index(names, name="city"))
    rows = [
        ("a", "c0", "c1", 5.0),
        ("a", "c0", "c2", 5.0),
        ("a", "c3", "c4", 2.0),
        ("b", "c0", "c1", 1.0),
        ("b", "c5", "c6", 7.0),
    ]
    flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
    return build_index(load_spec(SPEC), cities, flows)


def test_intervals_of_pairs_without_flows_are_those_of_every_pair_scored_alone():
    result = make_result()
    table = tabulate_uncertainty(result, n_runs=150, rng=3)
    draws = np.random.default_rng(3)
    alone = [
        measure_uncertainty(one, suggest_choices(one), n_runs=150, rng=draws).to_frame()
        for one in map(result.compiled, ("cities", "corridors"))
    ]
    pd.testing.assert_frame_equal(table, pd.concat(alone, ignore_index=True))
    compiled = result.compiled("corridors")
    alike = find_alike(compiled, ())
    assert len(alike.rows) == 5  # four kinds of flow, and none
    assert alike.sizes.sum() == len(compiled.labels) == 36
    assert np.array_equal(compiled.treated[alike.rows][alike.kind], compiled.treated)


@pytest.mark.parametrize("tolerance", [0.0, 0.3])
def test_ranks_of_kinds_are_ranks_among_all_units(tolerance):
    draw = np.random.default_rng(4)
    scores = np.round(draw.random((20, 12)), 1)
    scores[:, 3] = np.nan
    sizes = draw.integers(1, 5, 12)
    every = rank(np.repeat(scores, sizes, axis=1), "min", tolerance)
    found = rank_alike(scores, sizes, tolerance)
    np.testing.assert_array_equal(np.repeat(found, sizes, axis=1), every)


def test_units_that_are_compared_with_each_other_are_never_taken_together():
    values = pd.DataFrame({"a": [1.0, 1.0, 2.0, 3.0], "b": [4.0, 4.0, 1.0, 0.0]}, index=list("wxyz"))
    compiled = compile_index(load_spec(SPEC), values)
    assert len(find_alike(compiled, [PerturbWeights()]).rows) == 3
    both = ChooseAggregator(options=("arithmetic", "copeland"))
    assert find_alike(compiled, [both]).kind.tolist() == [0, 1, 2, 3]


def test_an_index_of_one_indicator_that_no_run_can_move_has_intervals():
    one = {
        "index": {"name": "one"},
        "dimension": [{"name": "all"}],
        "indicator": [{"name": "a", "dimension": "all", "absent": "zero"}],
    }
    names = ["c0", "c1", "c2"]
    cities = pd.DataFrame({"name": names}, index=pd.Index(names, name="city"))
    flows = pd.DataFrame([("a", "c0", "c1", 5.0)], columns=["indicator", "origin", "destination", "value"])
    result = build_index(load_spec(one), cities, flows)
    table = tabulate_uncertainty(result, [PerturbWeights()], n_runs=20, rng=1)
    assert table["rank_lower"].tolist() == table["rank"].tolist() == [1, 1, 3, 1, 2, 2]
