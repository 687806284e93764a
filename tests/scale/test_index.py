"""The index in blocks equals the one in memory, cities and corridors."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.scale.blocks import plan_blocks
from geobri.scale.city_index import score_cities
from geobri.scale.index import check_scalable, prepare_scorer
from geobri.scale.places import build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.scale.tables import top_table
from geobri.score import build_index
from geobri.score.spec_reading import load_spec

TOML = """
[index]
name = "three"
title = "Three things"

[choices]
domestic = "{domestic}"
directed = {directed}
city_missing = "{city_missing}"
missing = "reweight"
aggregator = "{aggregator}"

[[dimension]]
name = "links"
importance = "2/3"

[[dimension]]
name = "place"
importance = "1/3"

[[indicator]]
name = "trade"
dimension = "links"
directed = true
fold = "{fold}"
side = "{side}"
absent = "zero"
city_rule = "{city_rule}"
denominator = "people"

[[indicator]]
name = "flights"
dimension = "links"
normaliser = "{normaliser}"
absent = "{absent}"

[[indicator]]
name = "green"
kind = "city"
direction = -1
dimension = "place"
pair_rule = "min"
"""


def _spec(tmp_path, **choices):
    default = {
        "domestic": "include", "directed": "false", "city_missing": "observed", "aggregator": "arithmetic", "fold": "sum",
        "side": "both", "city_rule": "sum", "normaliser": "minmax", "absent": "missing",
    }  # fmt: skip
    path = tmp_path / "index.toml"
    path.write_text(TOML.format(**{**default, **choices}), encoding="utf-8")
    return load_spec(path)


@pytest.fixture(scope="module")
def flows(trade, towns):
    rng = np.random.default_rng(3)
    slugs = np.sort(towns.index.to_numpy(dtype=object))
    one, other = np.triu_indices(len(slugs), 1)
    chosen = rng.random(len(one)) < 0.3
    flights = pd.DataFrame(
        {
            "indicator": "flights",
            "origin": slugs[other[chosen]],
            "destination": slugs[one[chosen]],
            "value": rng.lognormal(2, 1, chosen.sum()),
        }
    )
    flights.loc[3, "value"] = np.nan
    return pd.concat([trade, flights], ignore_index=True)


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"domestic": "exclude", "city_missing": "scale", "fold": "mean", "normaliser": "zscore"},
        {"directed": "true", "side": "out", "city_rule": "count", "absent": "zero"},
        {
            "fold": "min",
            "city_rule": "max",
            "aggregator": "geometric",
            "normaliser": "fraction_of_max",
            "absent": "zero",
        },
        {"city_rule": "top_k", "side": "in", "domestic": "exclude"},
        {"city_rule": "mean", "fold": "max", "city_missing": "propagate", "absent": "zero"},
        {"city_rule": "breadth", "normaliser": "max_distance"},
    ],
)
def test_scores_equal_those_in_memory(towns, flows, tmp_path, choices):
    spec = _spec(tmp_path, **choices)
    whole = build_index(spec, towns, flows)
    directed = spec.choices.directed
    inputs = build_inputs(
        towns, directed=directed, domain="international" if spec.choices.domestic == "exclude" else "all"
    )
    plan = plan_blocks(inputs.n, directed=directed, pairs_per_block=1500)
    scorer = prepare_scorer(spec, towns, flows, inputs, workers=2, blocks=plan)
    recipe = Recipe(inputs=inputs, scorer=scorer, rank_by="overall", top=20_000)
    top = top_table(recipe, reduce_pairs(recipe, workers=2, blocks=plan))
    for node in ("overall", "links", "place"):
        expected = whole.corridors[node].dropna() if node == "overall" else whole.corridors[node]
        found = top[node].reindex(expected.index)
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert len(top) == int(whole.corridors["overall"].notna().sum()) > 5000
    cities = score_cities(spec, towns, flows, inputs)
    for name in whole.cities.columns:
        one, other = (
            frame[name].astype(float).reindex(whole.cities.index) for frame in (cities, whole.cities)
        )
        assert np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True), name


def test_what_needs_all_pairs_is_refused_at_once(tmp_path):
    with pytest.raises(
        SpecificationError,
        match=r"2 choices that do not: aggregator copeland; flights: normaliser percentile",
    ):
        check_scalable(_spec(tmp_path, normaliser="percentile", aggregator="copeland"))


def test_a_constant_indicator_is_said(towns, flows, tmp_path):
    spec = _spec(tmp_path)
    inputs = build_inputs(towns)
    same = flows.assign(value=1.0)
    with pytest.raises(DataError, match="flights"):
        scorer = prepare_scorer(spec, towns.assign(people=1.0), same, inputs, workers=1)
        reduce_pairs(Recipe(inputs=inputs, scorer=scorer, rank_by="overall"), workers=1)
    with pytest.raises(DataError, match="no row of it"):
        prepare_scorer(spec, towns, flows[flows["indicator"] == "trade"], inputs, workers=1)
