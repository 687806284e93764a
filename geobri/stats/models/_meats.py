"""Sums of products of scores of pairs that share cities: the middle of a sandwich covariance.

They differ only in which products they count. All of them are sums over cities, never over pairs of pairs: with g_c the sum
of the scores of all pairs that touch city c and h_d the sum over a dyad (a pair and its reverse), the dyadic one is
sum g_c g_c' - sum h_d h_d', because products of pairs that share both cities are counted by both.
"""

from __future__ import annotations

import numpy as np

from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray

__all__ = ["cluster_meat", "dyadic_meat", "heteroskedastic_meat", "two_way_meat"]

MOST_SPARSE = 8
"""Times as many cells as pairs at which dyads are numbered before they are summed."""


def heteroskedastic_meat(scores: FloatArray) -> FloatArray:
    """Sum the products of each pair's score with itself.

    White, H. (1980). A heteroskedasticity-consistent covariance matrix estimator. 10.2307/1912934.
    """
    return np.asarray(scores.T @ scores)


def cluster_meat(scores: FloatArray, groups: IntArray) -> FloatArray:
    """Sum the products of scores within groups."""
    sums = _group_sums(scores, groups, int(groups.max()) + 1)
    return np.asarray(sums.T @ sums)


def _group_sums(scores: FloatArray, groups: IntArray, size: int) -> FloatArray:
    return np.column_stack([np.bincount(groups, column, size) for column in scores.T])


def two_way_meat(scores: FloatArray, origin: IntArray, destination: IntArray) -> FloatArray:
    """Sum the products of scores of rows with the same origin or the same destination (or both).

    Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2011). Robust inference with multiway clustering. 10.1198/jbes.2010.07136.
    """
    both = origin * (int(destination.max()) + 1) + destination
    pair = np.unique(both, return_inverse=True)[1].astype(np.intp).ravel()
    return cluster_meat(scores, origin) + cluster_meat(scores, destination) - cluster_meat(scores, pair)


def dyadic_meat(scores: FloatArray, origin: IntArray, destination: IntArray) -> FloatArray:
    """Sum the products of scores of all pairs that share at least one city.

    Fafchamps, M. and Gubert, F. (2007). The formation of risk sharing networks. 10.1016/j.jdeveco.2006.05.005.
    Cameron, A. C. and Miller, D. L. (2014). Robust inference for dyadic data. Working paper, UC Davis.
    Aronow, P. M., Samii, C. and Assenova, V. A. (2015). Cluster-robust variance estimation for dyadic data. 10.1093/pan/mpv018.
    """
    n = int(max(origin.max(), destination.max())) + 1
    per_city = _group_sums(scores, origin, n) + _group_sums(scores, destination, n)
    dyad = np.minimum(origin, destination) * n + np.maximum(origin, destination)
    if n * n > MOST_SPARSE * len(dyad):  # else the sums over all n² cells are cheaper than sorting the pairs
        dyad = np.unique(dyad, return_inverse=True)[1].astype(np.intp).ravel()
    return np.asarray(per_city.T @ per_city) - cluster_meat(scores, dyad)
