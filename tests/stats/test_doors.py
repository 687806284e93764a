"""Nonsense at the door of a verb is answered in words, never by an IndexError, a TypeError or an AttributeError."""

from __future__ import annotations

import inspect

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geobri.errors import GeobriError
from geobri.measures import Measure
from geobri.neighbours import build_knn
from geobri.stats import dyads, flows, groups, null, p_values, power, proximity, simulate, spatial
from geobri.stats.doors import checked
from geobri.stats.places import Column

Rng = int | np.random.Generator | None
N = 8
RNG = np.random.default_rng(4)
NAMES = [f"c{i}" for i in range(N)]
CITIES = gpd.GeoDataFrame(
    {
        "size": RNG.gamma(2, 3, N),
        "gdp": RNG.normal(size=N),
        "coastal": np.arange(N) % 2 == 0,
        "coast_km": np.arange(N) * 10.0 + 1,
    },
    index=pd.Index(NAMES, name="city"),
    geometry=gpd.points_from_xy(RNG.uniform(0, 40, N), RNG.uniform(0, 40, N), crs=4326),
)
CITIES["upper"] = CITIES["size"] + 1
PAIRS = pd.DataFrame([(a, b) for a in NAMES for b in NAMES if a < b], columns=["origin", "destination"])
PAIRS["distance_km"] = RNG.uniform(200, 4000, len(PAIRS))
PAIRS["flow"] = RNG.poisson(3, len(PAIRS)).astype(float)
PAIRS["linked"] = (PAIRS["flow"] > 2).astype(float)
PAIRS["score"] = RNG.normal(size=len(PAIRS))
PAIRS["rank"] = pd.Series(range(1, 5), dtype=float).reindex(range(len(PAIRS)))
X = pd.DataFrame(RNG.normal(size=(N, N)), NAMES, NAMES)
X = X + X.T
Y = X**2
GRAPH = build_knn(CITIES, 3)
VERBS = [
    (flows.decay_test, {"corridors": PAIRS, "flow": "flow"}),
    (flows.fit_decay, {"corridors": PAIRS, "flow": "flow"}),
    (flows.decay_curve, {"corridors": PAIRS, "flow": "flow"}),
    (flows.compare_decay, {"corridors": PAIRS, "flow": "flow"}),
    (flows.fit_gravity, {"corridors": PAIRS, "flow": "flow"}),
    (flows.presence_test, {"corridors": PAIRS, "presence": "linked"}),
    (flows.fit_wilson, {"corridors": PAIRS, "flow": "flow"}),
    (flows.pair_covariates, {"cities": CITIES, "corridors": PAIRS}),
    (dyads.pair_regression_test, {"corridors": PAIRS, "value": "score", "covariates": ["distance_km"]}),
    (dyads.mantel_test, {"x": X, "y": Y}),
    (dyads.partial_mantel_test, {"x": X, "y": Y, "controls": {"z": X + Y}}),
    (dyads.mrqap_test, {"y": Y, "x": {"x": X}}),
    (dyads.mantel_correlogram_test, {"y": Y, "distance": X - X.min().min() + 1}),
    (dyads.dyadic_tests, {"cities": CITIES, "corridors": PAIRS, "value": "flow"}),
    (proximity.proximity_test, {"cities": CITIES, "corridors": PAIRS, "value": "rank"}),
    (proximity.proximity_tests, {"cities": CITIES, "corridors": PAIRS, "value": "rank"}),
    *(
        (test, {"cities": CITIES, "value": "size", "graph": GRAPH})
        for test in (
            spatial.moran_test,
            spatial.geary_test,
            spatial.getis_ord_test,
            spatial.local_moran_test,
            spatial.local_geary_test,
            spatial.local_getis_ord_test,
            spatial.join_count_test,
        )
    ),
    (spatial.correlogram_test, {"cities": CITIES, "value": "size"}),
    (spatial.spatial_correlation_test, {"cities": CITIES, "value": "size", "other": "gdp"}),
    (spatial.corridor_moran_test, {"corridors": PAIRS, "value": "score"}),
    (groups.mann_whitney_test, {"values": CITIES["size"], "group": CITIES["coastal"]}),
    (groups.brunner_munzel_test, {"values": CITIES["size"], "group": CITIES["coastal"]}),
    (groups.group_permutation_test, {"values": CITIES["size"], "group": CITIES["coastal"]}),
    (
        groups.spatial_group_test,
        {"values": CITIES["size"], "group": CITIES["coastal"], "weights": np.ones((N, N))},
    ),
    (
        groups.bounded_group_test,
        {"lower": CITIES["size"], "upper": CITIES["upper"], "group": CITIES["coastal"]},
    ),
    (flows.goodness_of_fit, {"observed": np.arange(1.0, 6), "fitted": np.arange(2.0, 7)}),
    (flows.common_part, {"observed": np.arange(1.0, 6), "fitted": np.arange(2.0, 7)}),
    (flows.standardised_rmse, {"observed": np.arange(1.0, 6), "fitted": np.arange(2.0, 7)}),
    (flows.similarity_index, {"observed": np.arange(1.0, 6), "fitted": np.arange(2.0, 7)}),
    (flows.build_form, {"name": "power", "impedance": np.arange(1.0, 9)}),
    (simulate.simulate_corridors, {"cities": N}),
    (power.power, {"test": "decay", "cities": N, "effects": [0.5]}),
    (null.permutation_p_value, {"statistic": 1.0, "null_distribution": np.arange(5.0)}),
    (null.node_permutations, {"n": 3, "n_permutations": 2, "blocks": ["a", "a", "b"]}),
    (null.value_permutations, {"values": [1.0, 2.0, 3.0], "n_permutations": 2, "strata": ["a", "a", "b"]}),
    (p_values.count_p_value, {"above": 1, "tied": 1, "below": 1}),
    (p_values.monte_carlo_error, {"p_value": 0.5, "n_permutations": 99}),
    (simulate.simulate_field, {"cities": CITIES}),
    (
        spatial.spatial_regression_test,
        {"cities": CITIES, "value": "size", "covariates": ["gdp"], "graph": GRAPH},
    ),
    (groups.compare_groups, {"cities": CITIES, "value": "size", "by": "coastal"}),
    (groups.coastal_tests, {"cities": CITIES, "corridors": PAIRS, "value": "size"}),
    (groups.coastal_sensitivity_test, {"cities": CITIES, "value": "size"}),
    (groups.coastal_dimensions_test, {"cities": CITIES, "values": ["size", "gdp"]}),
    (groups.coastal_regression_test, {"cities": CITIES, "value": "size", "covariates": ["gdp"]}),
    (groups.coastal_bounds_test, {"cities": CITIES, "lower": "size", "upper": "upper"}),
    (groups.leave_one_city_out, {"cities": CITIES, "value": "size"}),
    (groups.city_interaction_test, {"cities": CITIES, "values": ["size", "gdp"]}),
    (groups.corridor_types_test, {"cities": CITIES, "corridors": PAIRS, "value": "score"}),
    (groups.corridor_regression_test, {"cities": CITIES, "corridors": PAIRS, "value": "score"}),
    (
        groups.corridor_interaction_test,
        {"cities": CITIES, "corridors": PAIRS, "values": ["score", "flow"]},
    ),
]
WRONG = {
    "FormName": [3, [], None],
    "Sequence[FormName]": [3, [], "power"],
    "Sequence[EstimatorName]": [3, [], "poisson"],
    "Sequence[NullName]": [3, []],
    "tuple[str, str]": [-1, ["flow"], "flow"],
    "Labels": [3, "mean"],
    "npt.ArrayLike": ["x", {}, [], float("nan")],
    "FloatArray": ["x", {}, []],
    "pd.DataFrame": ["cities.csv", [1, 2], None],
    "gpd.GeoDataFrame": ["cities.csv", [1, 2], None],
    "Column": [3, ["flow"], None, "nowhere"],
    "Sequence[Column]": [3, "flow", [3]],
    "Sequence[str]": [3, "flow", [3]],
    "int": ["many", 2.5],
    "float": ["much", [0.5], float("nan")],
    "bool": ["yes", 2],
    "int | np.random.Generator": ["many", -1, 2.5],
    "Rng": ["many", -1, 2.5],
    "Alternative": ["nonsense", 3, None],
}
BY_NAME = {"n_permutations": [-1], "confidence": [0, 2, -1.0], "graph": [None, "knn", np.eye(3)]}


NO_COLUMN = {
    ("mrqap_test", "name"): "what the matrix is called",
    ("coastal_bounds_test", "value"): "what the bounds are of",
    ("coastal_tests", "strata"): "the tests without strata stand, the others say that they cannot be made",
}
"""Where any name is an answer, and why."""


def questions():
    for verb, right in VERBS:
        for name, one in inspect.signature(verb).parameters.items():
            plain = str(one.annotation).removesuffix(" | None")
            for wrong in [*WRONG.get(plain, []), *BY_NAME.get(name, [])]:
                if wrong is None and (plain != one.annotation or one.default is None):
                    continue
                if isinstance(wrong, str) and wrong == "nowhere" and (verb.__name__, name) in NO_COLUMN:
                    continue
                label = wrong if isinstance(wrong, str | int | float) else type(wrong).__name__
                yield pytest.param(verb, {**right, name: wrong}, id=f"{verb.__name__}-{name}-{label}")


@pytest.mark.parametrize(("verb", "asked"), [*questions()])
def test_nonsense_is_answered_in_words(verb, asked):
    with pytest.raises(GeobriError, match=r"must|needs?|no column|names|not "):
        verb(**asked)


def test_the_answer_names_verb_argument_and_what_came():
    with pytest.raises(
        GeobriError, match=r"decay_test: n_permutations must be a whole number\. Got str 'many'"
    ):
        flows.decay_test(PAIRS, flow="flow", n_permutations="many")
    with pytest.raises(
        GeobriError, match=r"moran_test: graph must be a libpysal\.graph\.Graph\. Got NoneType"
    ):
        spatial.moran_test(CITIES, "size", None)


def test_what_is_right_passes_the_door():
    @checked
    def verb(
        table: pd.DataFrame, value: Column, *, rng: Rng = None, confidence: float = 0.95, k: int = 3
    ) -> int:
        return k if table is PAIRS and value and confidence and rng is not None else 0

    assert verb(PAIRS, Measure("flow"), rng=np.random.default_rng(1), confidence=0.9, k=np.int64(2)) == 2
    assert verb(PAIRS, "flow", rng=0, k=5) == 5


def test_counts_are_numbers_of_at_least_none_and_of_one_shape():
    for wrong in (None, "x", float("nan"), -1, [], [1, 2, 3]):
        with pytest.raises(GeobriError, match="count_p_value: above, tied and below must be counts"):
            p_values.count_p_value(1, np.array([1, 2]), wrong)
    assert p_values.count_p_value(np.array([0, 3]), np.array([1, 1]), 0, "greater").tolist() == [1.0, 1.0]


def test_a_standardised_statistic_is_a_number():
    for wrong in ("x", None, [1.0]):
        with pytest.raises(GeobriError, match="normal_p_value: z must be a number"):
            p_values.normal_p_value(wrong)


def test_labels_of_blocks_are_there_for_every_city():
    with pytest.raises(GeobriError, match=r"needs a label of its block\. Got 1 of 3 missing .* number 2"):
        null.node_permutations(3, 9, blocks=["a", float("nan"), "a"])
    with pytest.raises(GeobriError, match="blocks need one label per city"):
        null.plan_permutations(3, 9, blocks=np.eye(3))


def test_no_columns_of_fixed_effects_are_none_whatever_list_they_come_in():
    plain = dyads.pair_regression_test(PAIRS, "score", n_permutations=19, rng=1)
    given = dyads.pair_regression_test(PAIRS, "score", fixed=np.array([]), n_permutations=19, rng=1)
    assert given.to_frame().equals(plain.to_frame())


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (pd.DataFrame({"size": [1.0]}), "must be a GeoDataFrame"),
        (CITIES.iloc[:0], "at least one row"),
        (CITIES.to_crs(3857), "must be in EPSG:4326"),
        (gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326), "every city must be a point"),
    ],
)
def test_places_without_points_are_not_on_the_map(places, said):
    with pytest.raises(GeobriError, match=f"simulate_field: .*{said}"):
        simulate.simulate_field(places)


def test_nothing_is_explained_by_itself():
    for covariates in (["size"], ["gdp", "gdp"]):
        with pytest.raises(GeobriError, match="other columns than the value, each named once"):
            spatial.spatial_regression_test(CITIES, "size", covariates, GRAPH)


def test_repeated_places_and_texts_in_matrices_are_answered_in_words():
    with pytest.raises(GeobriError, match="more than once"):
        spatial.moran_test(pd.concat([CITIES, CITIES]), "size", GRAPH)
    with pytest.raises(GeobriError, match="must hold numbers"):
        dyads.mantel_test(X.astype(object).map(lambda _: "far"), Y)


def test_a_matrix_and_what_explains_it_have_names_of_their_own():
    with pytest.raises(GeobriError, match=r"y is called 'x'\. Got a covariate 'x' too"):
        dyads.mrqap_test(Y, {"x": X}, name="x")


def test_no_permutations_where_they_are_needed_is_answered_in_words():
    with pytest.raises(GeobriError, match="n_permutations must be positive"):
        spatial.moran_tests(CITIES, "size", n_permutations=0)
    with pytest.raises(GeobriError, match="n_permutations must be positive"):
        dyads.moran_mantel_test(X, Y, weights=np.ones((N, N)), n_permutations=0)


def test_a_call_with_too_many_arguments_names_the_verb():
    with pytest.raises(TypeError, match=r"coastal_test\(\) takes 2 positional arguments but 3 were given"):
        groups.coastal_test(None, "height", "coastal")
    with pytest.raises(TypeError, match=r"coastal_test\(\) missing 1 required positional argument"):
        groups.coastal_test(None)
