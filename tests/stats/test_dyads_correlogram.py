"""Mantel correlogram against R's vegan, and its family-wise size."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from geobri.errors import DataError, SpecificationError
from geobri.stats.bands import find_bands
from geobri.stats.dyads import mantel_correlogram_test, mantel_test
from geobri.stats.dyads.correlogram import progressive_holm
from geobri.stats.p_values import judge
from tests.stats.references import DYADS


def test_classes_and_correlations_are_those_of_vegan(matrices):
    reference = pd.read_csv(DYADS / "correlogram.csv")
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
    reference = pd.read_csv(DYADS / "correlogram_spearman.csv")
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


@pytest.mark.rate
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


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_missing_pairs_that_travel_are_compared_where_both_sides_are_observed(method):
    rng = np.random.default_rng(3)
    place, noise = rng.random((6, 2)), rng.normal(size=(6, 6)) / 4
    distance = np.linalg.norm(place[:, None] - place[None], axis=-1)
    y = noise + noise.T - distance
    y[0, 1] = y[1, 0] = y[2, 4] = y[4, 2] = np.nan
    result = mantel_correlogram_test(
        y, distance, n_classes=3, method=method, cutoff=False, n_permutations=719
    )
    assert len(result.null_distribution) == 720  # all there are
    assert "missing pairs travel" in result.terms[0].note.en
    rows, columns = np.triu_indices(6, 1)
    seen = np.isfinite(y[rows, columns])
    place_of, ranked = (
        find_bands(distance[rows, columns], result.bounds, hold="upper"),
        np.full((6, 6), np.nan),
    )
    values = y[rows, columns][seen]
    ranked[rows[seen], columns[seen]] = rankdata(values) if method == "spearman" else values
    ranked = np.where(np.isnan(ranked), ranked.T, ranked)
    for k, row in enumerate(result.terms):
        null = []
        for order in permutations(range(6)):
            moved = ranked[np.ix_(order, order)][rows, columns]
            kept = np.isfinite(moved) & seen
            inside = (place_of == k)[kept]
            null.append(np.corrcoef(moved[kept], inside)[0, 1] if 0 < inside.sum() < len(inside) else np.nan)
        expected = judge(row.estimate, null, exact=True)
        assert row.p_value == pytest.approx(expected.p_value)
        assert row.null_mean == pytest.approx(expected.mean)
        assert row.null_sd == pytest.approx(expected.deviation)


def test_rows_hold_the_p_value_of_the_sentence(matrices):
    result = mantel_correlogram_test(matrices["y"], matrices["x1"], rng=0, n_permutations=99)
    frame = result.to_frame()
    assert frame["p_adjusted"].min() == result.p_value
    assert set(frame["adjustment"]) == {"max-T"}
    assert "±" in result.summary()
    assert "±" in result.summary("zh")
