"""Moran spectral randomisation: what it keeps, what it forgets, and the Mantel test built on it."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from geobri.errors import DataError, SpecificationError
from geobri.stats.dyads import mantel_test, moran_mantel_test
from geobri.stats.dyads.spectral import _random_matrices, _signs
from geobri.stats.moran_randomisation import (
    moran_eigenvectors,
    moran_index,
    moran_randomisation,
    proximity_weights,
)


@pytest.fixture
def places():
    return np.random.default_rng(1).random((25, 2))


@pytest.fixture
def weights(places):
    return proximity_weights(cdist(places, places))


@pytest.fixture
def smooth(places):
    return 10 + np.sin(4 * places[:, 0]) + 0.3 * np.random.default_rng(2).normal(size=25)


def test_weights_link_every_place_and_reach_to_the_longest_edge_of_the_tree():
    line = np.array([[0.0], [1.0], [2.0], [5.0], [6.0]])
    weights = proximity_weights(cdist(line, line))
    assert weights[2, 3] == pytest.approx(1 - (3 / 12) ** 2)
    assert weights[0, 1] == pytest.approx(1 - (1 / 12) ** 2)
    assert weights[0, 3] == weights[1, 3] == weights[0, 4] == 0.0
    assert (weights == weights.T).all()
    assert (weights.sum(axis=1) > 0).all()


def test_coincident_places_are_neighbours():
    line = np.array([[0.0], [0.0], [1.0], [2.0]])
    assert proximity_weights(cdist(line, line))[0, 1] == 1.0


def test_eigenvectors_are_those_of_the_centred_weights(weights):
    values, vectors = moran_eigenvectors(weights)
    centre = np.eye(25) - 1 / 25
    np.testing.assert_allclose(centre @ weights @ centre @ vectors, vectors * values, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(24), atol=1e-12)
    np.testing.assert_allclose(vectors.sum(axis=0), 0, atol=1e-12)
    assert (np.diff(values) <= 1e-12).all()


def test_moran_index_is_the_literal_double_sum(weights, smooth):
    z = smooth - smooth.mean()
    literal = sum(weights[i, j] * z[i] * z[j] for i in range(25) for j in range(25))
    assert moran_index(smooth, weights) == pytest.approx(25 / weights.sum() * literal / (z @ z), rel=1e-12)


def test_moran_index_is_the_mean_eigenvalue_weighted_by_the_spectrum(weights, smooth):
    values, vectors = moran_eigenvectors(weights)
    power = (vectors.T @ smooth) ** 2
    assert moran_index(smooth, weights) == pytest.approx(25 / weights.sum() * (power @ values) / power.sum())


@pytest.mark.parametrize("method", ["singleton", "pair", "triplet"])
class TestMaps:
    def test_keep_mean_variance_and_autocorrelation(self, weights, smooth, method):
        maps = moran_randomisation(smooth, weights, 200, method=method, rng=3)
        np.testing.assert_allclose(maps.mean(axis=1), smooth.mean(), atol=1e-10)
        np.testing.assert_allclose(maps.var(axis=1), smooth.var(), rtol=1e-10)
        drift = moran_index(maps, weights) - moran_index(smooth, weights)
        if method == "pair":
            assert drift.std() < 0.25 * moran_index(smooth, weights)
            assert abs(drift.mean()) < 0.05
        else:
            np.testing.assert_allclose(drift, 0, atol=1e-12)

    def test_forget_where_the_highs_are(self, weights, smooth, method):
        maps = moran_randomisation(smooth, weights, 4000, method=method, rng=4)
        correlations = np.corrcoef(np.vstack([smooth, maps]))[0, 1:]
        assert abs(correlations.mean()) < 4 * correlations.std() / np.sqrt(4000)

    def test_several_columns_are_randomised_together(self, weights, smooth, method):
        columns = np.column_stack([smooth, -2 * smooth])
        maps = moran_randomisation(columns, weights, 20, method=method, rng=5)
        assert maps.shape == (20, 25, 2)
        if method == "singleton":
            np.testing.assert_allclose(
                maps[:, :, 1] - columns[:, 1].mean(), -2 * (maps[:, :, 0] - smooth.mean())
            )

    def test_seed(self, weights, smooth, method):
        one, other = (moran_randomisation(smooth, weights, 3, method=method, rng=6) for _ in range(2))
        np.testing.assert_array_equal(one, other)


class TestFaults:
    def test_weights(self, weights):
        with pytest.raises(DataError, match="at least 4 places"):
            moran_eigenvectors(np.ones((3, 3)))
        bad = weights.copy()
        bad[0, 1] = bad[1, 0] = -1
        with pytest.raises(DataError, match="2 negative"):
            moran_eigenvectors(bad)
        with pytest.raises(DataError, match="zeros only"):
            proximity_weights(np.zeros((5, 5)))

    def test_values(self, weights, smooth):
        with pytest.raises(DataError, match=r"shape \(24,\) for 25 places"):
            moran_randomisation(smooth[1:], weights)
        with pytest.raises(DataError, match="1 missing"):
            moran_randomisation(np.where(np.arange(25) == 3, np.nan, smooth), weights)
        with pytest.raises(DataError, match="positive"):
            moran_randomisation(smooth, weights, 0)
        with pytest.raises(SpecificationError, match="'quartet'"):
            moran_randomisation(smooth, weights, method="quartet")


class TestMantel:
    def test_without_flips_the_matrix_is_the_observed_one(self, places, weights):
        vectors = moran_eigenvectors(weights)[1]
        distance = cdist(places, places)
        same = next(_random_matrices(distance, vectors, "difference", np.ones((1, 24))))[0]
        np.testing.assert_allclose(same, distance, atol=1e-7)
        flow = np.random.default_rng(0).normal(size=(25, 25))
        flow += flow.T
        same = next(_random_matrices(flow, vectors, "flow", np.ones((1, 24))))[0]
        pairs = np.triu_indices(25, 1)
        assert np.ptp((same - flow)[pairs]) < 1e-10

    def test_differences_of_a_map_become_differences_of_a_random_map(self, weights, smooth):
        vectors = moran_eigenvectors(weights)[1]
        signs = _signs(24, 5, 0)
        maps = [vectors @ (s * (vectors.T @ smooth)) for s in signs]
        random = next(
            _random_matrices(np.abs(np.subtract.outer(smooth, smooth)), vectors, "difference", signs)
        )
        for one, matrix in zip(maps, random, strict=True):
            np.testing.assert_allclose(matrix, np.abs(np.subtract.outer(one, one)), atol=1e-6)

    @pytest.mark.rate
    def test_halves_the_false_alarms_of_exchanging_cities(self):
        rng = np.random.default_rng(12)
        plain = spectral = 0
        for _ in range(300):
            place = rng.random((22, 2))
            distance = cdist(place, place)
            root = np.linalg.cholesky(np.exp(-distance) + 1e-9 * np.eye(22))
            u, v = (root @ rng.normal(size=(22, 2))).T
            x, y = (one[:, None] + one[None] + 0.3 * rng.normal(size=(22, 22)) for one in (u, v))
            x, y, weights = x + x.T, y + y.T, proximity_weights(distance)
            plain += mantel_test(x, y, n_permutations=99, rng=rng).p_value <= 0.05
            spectral += (
                moran_mantel_test(x, y, weights, x_is="flow", n_permutations=99, rng=rng).p_value <= 0.05
            )
        assert plain / 300 > 0.15
        assert spectral / 300 < 0.13
        assert spectral < plain / 2

    def test_result_and_faults(self, places, weights, smooth):
        distance = cdist(places, places)
        other = np.abs(np.subtract.outer(smooth, smooth))
        result = moran_mantel_test(
            distance, other, weights, names=("distance_km", "gap"), rng=1, method="spearman"
        )
        assert result.statistic == pytest.approx(
            mantel_test(distance, other, method="spearman", rng=0).statistic
        )
        assert "vary as smoothly" in result.summary()
        assert result.terms[0].n_pairs == 300
        holes = other.copy()
        holes[0, 1] = holes[1, 0] = np.nan
        with pytest.raises(DataError, match="1 missing pairs"):
            moran_mantel_test(distance, holes, weights)
        with pytest.raises(DataError, match="for 25 cities"):
            moran_mantel_test(distance, other, weights[1:, 1:])
        with pytest.raises(SpecificationError, match="'kendall'"):
            moran_mantel_test(distance, other, weights, method="kendall")
