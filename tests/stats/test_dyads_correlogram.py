"""Mantel correlogram against R's vegan, and its family-wise size."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SpecificationError
from geobri.stats.dyads import mantel_correlogram_test, mantel_test
from geobri.stats.dyads.correlogram import progressive_holm

REFERENCE = Path(__file__).parents[1] / "reference" / "dyads"


@pytest.fixture(scope="module")
def matrices():
    table = pd.read_csv(REFERENCE / "matrices.csv")
    return {
        name: rows.pivot_table(index="row", columns="column", values="value").to_numpy()
        for name, rows in table.groupby("name")
    }


def test_classes_and_correlations_are_those_of_vegan(matrices):
    reference = pd.read_csv(REFERENCE / "correlogram.csv")
    result = mantel_correlogram_test(
        matrices["y"], matrices["x1"], y_is="dissimilarity", rng=1, n_permutations=20_000
    )
    np.testing.assert_allclose(result.bounds[1:], reference["upper"], rtol=1e-12)
    np.testing.assert_array_equal(2 * result.n_in_class, reference["n.dist"])
    np.testing.assert_allclose(result.correlations, reference["Mantel.cor"], atol=1e-12)
    known = np.isfinite(reference["Mantel.cor"]).to_numpy()
    tails = [
        mantel_correlogram_test(
            matrices["y"], matrices["x1"], y_is="dissimilarity", rng=1, n_permutations=20_000, alternative=one
        ).p_values
        for one in ("greater", "less")
    ]
    toward = np.where(result.correlations > 0, *tails)[known]
    theirs = reference["Pr(Mantel)"][known]
    assert (np.abs(toward - theirs) < 3.5 * np.sqrt(theirs * (1 - theirs) * (1 / 4000 + 1 / 20_000))).all()
    np.testing.assert_allclose(
        progressive_holm(theirs.to_numpy()), reference["Pr(corrected)"][known], rtol=1e-12
    )


def test_given_bounds_and_ranks(matrices):
    reference = pd.read_csv(REFERENCE / "correlogram_spearman.csv")
    result = mantel_correlogram_test(
        matrices["y"],
        matrices["x1"],
        bounds=[0, 3, 5, 7, 14],
        method="spearman",
        y_is="dissimilarity",
        cutoff=False,
        rng=0,
    )
    np.testing.assert_array_equal(2 * result.n_in_class, reference["n.dist"])
    # vegan ranks class membership as well; the correlation of ranks with a yes-no column is the same
    np.testing.assert_allclose(result.correlations, reference["Mantel.cor"], atol=1e-12)


def test_each_class_is_a_mantel_test(matrices):
    bounds = [0, 3, 6, 14]
    result = mantel_correlogram_test(matrices["y"], matrices["x1"], bounds=bounds, cutoff=False, rng=9)
    for k in range(3):
        member = 1.0 * ((matrices["x1"] > bounds[k]) & (matrices["x1"] <= bounds[k + 1]))
        single = mantel_test(matrices["y"], member, rng=9)
        assert result.correlations[k] == pytest.approx(single.statistic, abs=1e-12)
        assert result.p_values[k] == pytest.approx(single.p_value, abs=1e-12)


def test_familywise_size():
    """The headline rejects 5 % of true nulls although it looks at all classes (99.9 % limits)."""
    rng = np.random.default_rng(3)
    rejected = single = 0
    for _ in range(600):
        place = rng.random((12, 2))
        distance = np.linalg.norm(place[:, None] - place[None], axis=-1)
        hub, noise = rng.normal(size=12), rng.normal(size=(12, 12))
        y = hub[:, None] + hub[None, :] + noise + noise.T
        options = {"n_classes": 5, "classes": "equal-count", "cutoff": False, "n_permutations": 99}
        result = mantel_correlogram_test(y, distance, rng=rng, **options)
        rejected += result.p_value <= 0.05
        single += (result.p_values <= 0.05).any()
    assert 0.021 <= rejected / 600 <= 0.083
    assert single / 600 > 0.12


def test_finds_the_class_that_stands_out():
    rng = np.random.default_rng(1)
    place = rng.random((20, 2))
    distance = np.linalg.norm(place[:, None] - place[None], axis=-1)
    y = 1.0 * (distance < 0.2) + 0.1 * distance
    result = mantel_correlogram_test(y, distance, bounds=[0, 0.2, 0.5, 1.5], rng=1, cutoff=False)
    assert result.statistic == result.correlations[0] > 0.8
    assert "0 to 0.2" in result.summary()
    assert len(result.to_frame()) == 3
    axes = result.plot()
    assert axes.get_xlabel() == "distance"


def test_faults(matrices):
    with pytest.raises(SpecificationError, match="increase"):
        mantel_correlogram_test(matrices["y"], matrices["x1"], bounds=[0, 5, 5])
    with pytest.raises(DataError, match="testable"):
        mantel_correlogram_test(matrices["y"], matrices["x1"], bounds=[100, 200, 300])
    holes = matrices["y"].copy()
    holes[0, 1] = holes[1, 0] = np.nan
    with pytest.raises(DataError, match="stay in place"):
        mantel_correlogram_test(holes, matrices["x1"], blocks=None)
