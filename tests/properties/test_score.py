"""What must hold for any data: units, order, direction, row order, monotonicity, and untouched inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pandas.testing import assert_frame_equal

from geobri.errors import SpecificationError
from geobri.score import (
    AGGREGATORS,
    NORMALISERS,
    TREATMENTS,
    WEIGHTINGS,
    Dimension,
    IndexSpec,
    Indicator,
    aggregate,
    build_index,
    load_spec,
    normalise,
    rank,
    treat,
    weigh,
)

PARAMS = {
    "goalposts": {"low": 10.0, "high": 900.0},
    "target_distance": {"target": 2000.0},
    "reference_distance": {"reference_value": 2000.0},
}
LOWER_PARAMS = PARAMS | {"target_distance": {"target": 0.0}, "reference_distance": {"reference_value": 0.0}}
BOUNDED = ("minmax", "percentile", "max_distance", "goalposts", "fraction_of_max", "target_distance")
MEANS = ("arithmetic", "geometric", "harmonic", "generalised", "median")

columns = hnp.arrays(np.float64, st.integers(3, 25), elements=st.floats(1, 1000, width=32)).filter(
    lambda x: np.ptp(x) > 1e-3 * np.max(x)
)
matrices = hnp.arrays(
    np.float64, st.tuples(st.integers(3, 12), st.integers(1, 5)), elements=st.floats(1, 100, width=32)
)
methods = st.sampled_from(sorted(NORMALISERS))
few = settings(max_examples=60, deadline=None)


def params_of(method, direction):
    return (PARAMS if direction > 0 else LOWER_PARAMS).get(method, {})


@few
@given(columns, methods, st.sampled_from([1, -1]))
def test_order_is_kept_or_turned(x, method, direction):
    scores = normalise(x, method, direction, **params_of(method, direction))
    order = np.argsort(direction * x, kind="stable")
    assert (np.diff(scores[order]) >= -1e-9).all()
    strict = np.diff(np.sort(x)) > 0
    if method not in {"goalposts", "target_distance"}:  # these are clipped
        assert (np.diff(scores[order])[strict[::direction]] > 0).all()


@few
@given(columns, st.sampled_from(BOUNDED), st.sampled_from([1, -1]))
def test_scores_stay_in_their_range(x, method, direction):
    scores = normalise(x, method, direction, **params_of(method, direction))
    assert scores.min() >= -1e-9
    assert scores.max() <= 100 + 1e-9


@few
@given(
    columns,
    st.sampled_from(["minmax", "zscore", "percentile", "rank", "borda", "max_distance"]),
    st.floats(0.01, 1000),
    st.floats(-500, 500),
)
def test_the_unit_does_not_matter(x, method, scale, shift):
    moved = scale * x + shift
    assume(len(np.unique(moved)) == len(np.unique(x)) and np.ptp(moved) > 1e-6 * np.max(np.abs(moved)))
    np.testing.assert_allclose(normalise(moved, method), normalise(x, method), rtol=1e-6, atol=1e-5)


@few
@given(columns, st.floats(0.01, 1000))
def test_a_ratio_scale_keeps_its_zero(x, scale):
    np.testing.assert_allclose(
        normalise(scale * x, "fraction_of_max"), normalise(x, "fraction_of_max"), rtol=1e-9
    )


@few
@given(columns, st.sampled_from(["minmax", "zscore", "percentile", "rank", "borda", "max_distance"]))
def test_directions_mirror_each_other(x, method):
    up, down = normalise(x, method, 1), normalise(x, method, -1)
    centre = {
        "minmax": 100,
        "percentile": 100,
        "max_distance": 100,
        "zscore": 0,
        "rank": len(x) + 1,
        "borda": len(x) - 1,
    }
    np.testing.assert_allclose(up + down, centre[method], atol=1e-6)


@few
@given(columns, methods, st.randoms(use_true_random=False))
def test_row_order_and_inputs(x, method, random):
    before, order = x.copy(), list(range(len(x)))
    random.shuffle(order)
    scores = normalise(x, method, **params_of(method, 1))
    np.testing.assert_allclose(
        normalise(x[order], method, **params_of(method, 1)), scores[order], rtol=1e-12, atol=1e-12
    )
    np.testing.assert_array_equal(x, before)


@few
@given(columns, methods)
def test_a_missing_value_changes_nobody_else(x, method):
    holed = np.append(x, np.nan)
    params = params_of(method, 1)
    np.testing.assert_allclose(normalise(holed, method, **params)[:-1], normalise(x, method, **params))


@few
@given(matrices, st.sampled_from(MEANS), st.data())
def test_means_lie_between_their_children_and_do_not_fall_when_a_child_rises(matrix, method, data):
    weights = np.array(
        data.draw(st.lists(st.floats(0.01, 1), min_size=matrix.shape[1], max_size=matrix.shape[1]))
    )
    scores = aggregate(matrix, weights, method)
    assert (scores >= matrix.min(axis=1) - 1e-6).all()
    assert (scores <= matrix.max(axis=1) + 1e-6).all()
    better = matrix.copy()
    better[:, data.draw(st.integers(0, matrix.shape[1] - 1))] += 10
    assert (aggregate(better, weights, method) >= scores - 1e-9).all()


@few
@given(matrices)
def test_the_means_keep_their_order(matrix):
    weights = np.full(matrix.shape[1], 1.0)
    harmonic, geometric, arithmetic = (
        aggregate(matrix, weights, m) for m in ("harmonic", "geometric", "arithmetic")
    )
    assert (harmonic <= geometric + 1e-9).all()
    assert (geometric <= arithmetic + 1e-9).all()


@few
@given(matrices, st.sampled_from(sorted(AGGREGATORS)))
def test_whoever_is_better_everywhere_is_not_ranked_worse(matrix, method):
    dominant = np.vstack([matrix, matrix[0] + 1.0])
    scores = aggregate(dominant, np.full(matrix.shape[1], 1.0), method)
    assert scores[-1] >= scores[0] - 1e-9


@few
@given(matrices)
def test_copeland_is_a_zero_sum_game(matrix):
    assert aggregate(matrix, np.full(matrix.shape[1], 1.0), "copeland").sum() == 0


@few
@given(matrices, st.sampled_from(sorted(WEIGHTINGS)))
def test_weights_are_a_simplex(matrix, method):
    assume(len(matrix) >= 4 and (np.ptp(matrix, axis=0) > 1).all())
    assume(
        np.linalg.matrix_rank(np.corrcoef(matrix, rowvar=False).reshape(matrix.shape[1], -1), tol=1e-3)
        == matrix.shape[1]
    )
    weights = weigh(matrix, method)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)


@few
@given(columns, st.sampled_from(sorted(TREATMENTS)))
def test_treatments_keep_the_order(x, method):
    after = treat(x, method).after
    assert (np.diff(after[np.argsort(x, kind="stable")]) >= -1e-12).all()


@few
@given(
    hnp.arrays(np.float64, st.integers(1, 30), elements=st.integers(0, 8).map(float)),
    st.sampled_from(["min", "dense", "average", "max"]),
)
def test_ranks(scores, ties):
    ranks = rank(scores, ties)
    np.testing.assert_array_equal(rank(scores[::-1], ties)[::-1], ranks)
    np.testing.assert_array_equal(np.sign(ranks[:, None] - ranks), np.sign(scores - scores[:, None]))
    if ties == "average":
        assert ranks.sum() == pytest.approx(len(scores) * (len(scores) + 1) / 2)
    if ties == "min":
        assert ranks.min() == 1


@st.composite
def studies(draw):
    n = draw(st.integers(4, 7))
    seed = draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    names = [f"c{i}" for i in range(n)]
    cities = pd.DataFrame({"country": list("AABCDEFG")[:n]}, index=pd.Index(names, name="city"))
    rows = []
    for name in ("u", "v", "w"):
        for i in range(n):
            for j in range(i + 1, n):
                rows.append((name, names[i], names[j], float(rng.lognormal(2, 1))))
                if name == "w":
                    rows.append((name, names[j], names[i], float(rng.lognormal(2, 1))))
    return cities, pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"]), rng


SPEC = IndexSpec(
    name="s",
    dimensions=(Dimension(name="d", importance="2/3"), Dimension(name="e", importance="1/3")),
    indicators=(
        Indicator(name="u", dimension="d", importance="1/4"),
        Indicator(name="v", dimension="d", importance="3/4", direction=-1),
        Indicator(name="w", dimension="e", directed=True),
    ),
)


@settings(max_examples=25, deadline=None)
@given(studies())
def test_the_index_does_not_see_row_order_orientation_or_units(study):
    cities, flows, rng = study
    before = cities.copy(), flows.copy()
    result = build_index(SPEC, cities, flows)
    turn = (flows["indicator"] != "w") & (rng.random(len(flows)) < 0.5)
    turned = flows.copy()
    turned.loc[turn, ["origin", "destination"]] = flows.loc[turn, ["destination", "origin"]].to_numpy()
    turned["value"] *= turned["indicator"].map({"u": 1000.0, "v": 0.25, "w": 7.0})
    again = build_index(SPEC, cities.sample(frac=1, random_state=1), turned.sample(frac=1, random_state=2))
    assert_frame_equal(again.cities.loc[cities.index], result.cities, rtol=1e-9)
    assert_frame_equal(again.corridors.loc[result.corridors.index], result.corridors, rtol=1e-9)
    assert_frame_equal(cities, before[0])
    assert_frame_equal(flows, before[1])


@settings(max_examples=25, deadline=None)
@given(studies())
def test_more_of_a_good_thing_never_lowers_a_corridor(study):
    cities, flows, _ = study
    result = build_index(SPEC, cities, flows)
    pair = result.corridors.index[0]
    one, other = result.corridors.loc[pair, ["origin", "destination"]]
    row = (flows["indicator"] == "u") & (flows["origin"] == one) & (flows["destination"] == other)
    more = flows.assign(value=np.where(row, flows["value"] * 1.5, flows["value"]))
    after = build_index(SPEC, cities, more)
    assert after.corridors.loc[pair, "overall"] >= result.corridors.loc[pair, "overall"] - 1e-9
    assert after.corridors.loc[pair, "rank_overall"] <= result.corridors.loc[pair, "rank_overall"]


@settings(max_examples=25, deadline=None)
@given(studies())
def test_the_overall_score_is_the_weighted_sum_of_indicators(study):
    cities, flows, _ = study
    result = build_index(SPEC, cities, flows)
    effective = {name: float(share) for name, share in SPEC.effective_importance().items()}
    for frame in (result.cities, result.corridors):
        np.testing.assert_allclose(
            frame["overall"], sum(effective[name] * frame[name] for name in effective), atol=1e-9
        )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_any_exact_shares_survive_the_round_trip(parts):
    whole = sum(parts)
    spec = IndexSpec(
        name="r",
        indicators=tuple(
            Indicator(name=f"i{k}", dimension="overall", importance=f"{p}/{whole}")
            for k, p in enumerate(parts)
        ),
    )
    import tomllib

    again = load_spec(tomllib.loads(spec.to_toml()))
    assert again == spec
    assert sum(again.effective_importance().values()) == 1


words = st.sampled_from(
    ["a", "b", "c", "overall", "rank_a", "", "two words", "1/2", "-1/3", "city", "min", "minmax"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=True) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=4,
)
entries = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "parent",
            "dimension",
            "importance",
            "kind",
            "direction",
            "top_k",
            "pair_rule",
            "side",
            "directed",
        ]
    ),
    anything,
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "index": entries | anything,
            "choices": anything
            | st.dictionaries(
                st.sampled_from(["normaliser", "min_coverage", "tolerance", "directed"]), anything
            ),
            "dimension": st.lists(entries, max_size=4) | anything,
            "indicator": st.lists(entries, max_size=4) | anything,
            "else": anything,
        },
    )
)
def test_whatever_a_specification_holds_the_answer_is_an_index_or_a_list_of_faults(raw):
    spec, said = None, "index specification"
    try:
        spec = load_spec(raw)
    except SpecificationError as error:
        said = str(error)
    assert "index specification" in said or "extends" in said
    assert spec is None or load_spec(spec.to_dict(full=True)) == spec
