"""Likeness of the levels of near cities: by hand, its size, what it finds, and who says it."""

import numpy as np
import pandas as pd
import pytest

from geobri.stats.dyads import dyadic_tests
from geobri.stats.flows import decay_test
from geobri.stats.models.likeness import measure_likeness
from geobri.stats.simulate import build_simulator


def test_moran_by_hand():
    rng = np.random.default_rng(0)
    n = 7
    o, d = np.triu_indices(n, 1)
    km, levels = rng.uniform(10, 500, len(o)), rng.normal(size=n)
    near = np.quantile(km, 0.1)
    top = total = 0.0
    z = levels - levels.mean()
    for i, j, apart in zip(o, d, km, strict=True):
        weight = np.exp(-apart / near)
        top, total = top + 2 * weight * z[i] * z[j], total + 2 * weight
    found = measure_likeness(levels, o, d, km)
    assert found.moran == pytest.approx(n * top / total / (z @ z))
    twice = measure_likeness(np.concatenate([levels - 1, levels + 1]), o, d, km)
    assert twice.moran == pytest.approx(found.moran)


@pytest.fixture(scope="module")
def simulator():
    return build_simulator(40)


def test_smooth_levels_are_found_and_others_are_not(simulator):
    found = {
        smooth: np.mean(
            [
                decay_test(
                    simulator.draw(hubs=0.6, smooth_km=smooth, rng=seed),
                    flow="flow",
                    directed=False,
                    n_permutations=39,
                    interval=False,
                    rng=1,
                ).choices["levels_alike"]
                for seed in range(12)
            ]
        )
        for smooth in (0.0, 3000.0)
    }
    assert found[0.0] <= 0.25
    assert found[3000.0] >= 0.75


def test_dyadic_tests_say_that_they_claim_too_much(simulator):
    places = pd.DataFrame(index=sorted({*simulator.frame["origin"], *simulator.frame["destination"]}))
    smooth, rough = (
        dyadic_tests(places, simulator.draw(hubs=0.8, smooth_km=km, rng=3), "flow", n_permutations=99, rng=1)
        for km in (4000.0, 0.0)
    )
    for result in smooth:
        assert "levels of near cities are alike (Moran's I 0." in result.terms[-1].note.en
        assert "the Mantel test against maps, keep their size." in result.summary()
    assert all("alike" not in result.summary() for result in rough)


def test_the_decay_test_has_it_as_a_row(simulator):
    table = decay_test(
        simulator.draw(hubs=0.8, smooth_km=4000.0, rng=3), flow="flow", directed=False, rng=1
    ).to_frame()
    row = table[table["term"].str.startswith("likeness")].iloc[0]
    assert row[["mc_error", "null_mean", "null_sd"]].notna().all()
    assert row["estimate"] > 0
    assert row["p_value"] <= 0.05
    assert "keeps its size" in row["note"]
