"""Means of corridors by type: a type without corridors has none, however sums are rounded."""

import numpy as np
import pytest

from geobri.stats.groups._corridor_labels import type_means


@pytest.mark.parametrize("seed", range(8))
def test_a_type_without_corridors_has_no_mean_and_never_an_infinite_one(seed):
    draw = np.random.default_rng(seed)
    half = np.triu(draw.random((7, 7)) / 3, k=1)
    matrix, seen = half + half.T, ~np.eye(7, dtype=bool)
    placed = np.ones((1, 7), dtype=bool)
    placed[0, 0] = False  # one city on the other side: none among themselves
    both, mixed, none = type_means(matrix, seen, placed)[0]
    assert np.isnan(none)
    assert np.isclose(both, half[1:, 1:][np.triu_indices(6, k=1)].mean())
    assert np.isclose(mixed, half[0, 1:].mean())
