"""Local dependence: which places have neighbours that are unusually high, low, alike or different."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geobri.arrays import Rng
from geobri.stats.doors import checked
from geobri.stats.places import Column, Standardise, read_places
from geobri.stats.results import Alternative, FloatArray
from geobri.stats.spatial.conditional import conditional_moments
from geobri.stats.spatial.local_engine import LocalStatistic, quadrants, run_local_test
from geobri.stats.spatial.records import LocalResult
from geobri.words import Words

__all__ = [
    "local_bivariate_moran_test",
    "local_geary_test",
    "local_getis_ord_test",
    "local_moran_test",
]


def _z_scores(weights: csr_array, values: FloatArray, lags: FloatArray) -> FloatArray:
    moments = conditional_moments(weights, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((lags - moments.mean) / np.sqrt(moments.variance))


@checked
def local_moran_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
    adjust: str = "fdr",
    level: float = 0.05,
) -> LocalResult:
    """Find the places that lie among similar or among opposite places, with local Moran's I.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index; self-weights are ignored.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    alternative
        ``"greater"``: a place resembles its neighbours. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random draws of neighbours, shared by all places.
    rng
        Seed or generator.
    adjust
        ``"fdr"`` (Benjamini-Hochberg, default), ``"holm"`` or ``"none"``.
    level
        Level for `kind`.

    Returns
    -------
    LocalResult
        Kinds are high-high, low-low, high-low and low-high (the place, its neighbours).

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        If fewer than four cities have a value, all values are equal, or there are no neighbours.

    Notes
    -----
    I_i = z_i sum_j w_ij z_j / (sum z^2 / n), so that the I_i add up to S0 times the global I. The p-value is
    conditional: the place keeps its value, its neighbours are drawn from the others without replacement. With
    999 draws no p-value is below 0.002 (two-sided), so that an adjustment over hundreds of places needs more.

    References
    ----------
    Anselin, L. (1995). Local indicators of spatial association: LISA. 10.1111/j.1538-4632.1995.tb00338.x.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> found = local_moran_test(cities, "rank_overall", build_knn(cities, 5), n_permutations=99, rng=1)
    >>> found.table["kind"].value_counts().to_dict()
    {'not significant': 22}
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="local_moran_test")
    z = places.columns[:, 0] - places.columns[:, 0].mean()
    lags, scale = np.asarray(places.weights @ z), z / float((z**2).mean())
    local = LocalStatistic(
        test="local_moran_test",
        title=Words("local Moran's I", "局部莫兰指数"),
        observed=scale * lags,
        lag=lags,
        z_score=np.sign(z) * _z_scores(places.weights, z, lags),
        columns=[z],
        null=lambda rows, drawn: scale[rows, None] * drawn[0],
        kinds=quadrants(z, lags),
    )
    return run_local_test(
        local,
        places,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        adjust=adjust,
        level=level,
    )


@checked
def local_bivariate_moran_test(
    cities: pd.DataFrame,
    value: Column,
    other: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
    adjust: str = "fdr",
    level: float = 0.05,
) -> LocalResult:
    """Find the places whose own value goes with another quantity of their neighbours.

    Parameters
    ----------
    cities
        Table with a unique index and both columns, n rows; cities without both are left out.
    value
        Numeric column of the focal places.
    other
        Numeric column of their neighbours.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    alternative
        ``"greater"``: high values lie next to high values of the other.
        Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random draws of neighbours, shared by all places.
    rng
        Seed or generator.
    adjust
        ``"fdr"``, ``"holm"`` or ``"none"``.
    level
        Level for `kind`.

    Returns
    -------
    LocalResult
        Kinds name the place first and the other quantity of its neighbours second.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        As for `local_moran_test`.

    Notes
    -----
    I_i = x_i sum_j w_ij y_j, with both columns standardised (divisor n).

    References
    ----------
    Anselin, L., Syabri, I. and Smirnov, O. (2002). Visualizing multivariate spatial correlation with dynamically
    linked windows. CSISS Workshop on New Tools for Spatial Data Analysis.
    """
    places = read_places(
        cities, [value, other], graph=graph, standardise=standardise, caller="local_bivariate_moran_test"
    )
    x, y = ((places.columns - places.columns.mean(axis=0)) / places.columns.std(axis=0)).T
    lags = np.asarray(places.weights @ y)
    local = LocalStatistic(
        test="local_bivariate_moran_test",
        title=Words(
            f"local bivariate Moran's I with {places.measures[1].column}",
            f"与{places.measures[1].label_zh}的局部双变量莫兰指数",
        ),
        observed=x * lags,
        lag=lags,
        z_score=np.sign(x) * _z_scores(places.weights, y, lags),
        columns=[y],
        null=lambda rows, drawn: x[rows, None] * drawn[0],
        kinds=quadrants(x, lags),
    )
    return run_local_test(
        local,
        places,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        adjust=adjust,
        level=level,
    )


@checked
def local_geary_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
    adjust: str = "fdr",
    level: float = 0.05,
) -> LocalResult:
    """Find the places that differ unusually little or much from their neighbours, with local Geary's c.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    alternative
        ``"less"``: a place resembles its neighbours. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random draws of neighbours, shared by all places.
    rng
        Seed or generator.
    adjust
        ``"fdr"``, ``"holm"`` or ``"none"``.
    level
        Level for `kind`.

    Returns
    -------
    LocalResult
        Kinds are alike and different. `z_score` is from the mean and standard deviation of the draws' exact
        moments only for sums, so it is NaN here.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        As for `local_moran_test`.

    Notes
    -----
    c_i = sum_j w_ij (z_i - z_j)^2 with z standardised (divisor n - 1).

    References
    ----------
    Anselin, L. (2019). A local indicator of multivariate spatial association: extending Geary's c.
    10.1111/gean.12164.
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="local_geary_test")
    column = places.columns[:, 0]
    z = (column - column.mean()) / column.std(ddof=1)
    total, lags = np.asarray(places.weights.sum(axis=1)).ravel(), np.asarray(places.weights @ z)
    own, squares = z**2 * total, np.asarray(places.weights @ z**2)
    observed = own - 2 * z * lags + squares
    expected = (
        own
        - 2 * z * conditional_moments(places.weights, z).mean
        + conditional_moments(places.weights, z**2).mean
    )
    local = LocalStatistic(
        test="local_geary_test",
        title=Words("local Geary's c", "局部吉尔里指数"),
        observed=observed,
        lag=lags,
        z_score=np.full(len(z), np.nan),
        columns=[z, z**2],
        null=lambda rows, drawn: own[rows, None] - 2 * z[rows, None] * drawn[0] + drawn[1],
        kinds=np.where(observed < expected, "alike", "different").astype(object),
    )
    return run_local_test(
        local,
        places,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        adjust=adjust,
        level=level,
    )


@checked
def local_getis_ord_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    star: bool = True,
    standardise: Standardise = "binary",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
    adjust: str = "fdr",
    level: float = 0.05,
) -> LocalResult:
    """Find hot and cold spots, with Getis and Ord's local G or G*.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column of any sign.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    star
        Count the place itself among its neighbours (G*), with the largest weight of its row; otherwise G.
    standardise
        ``"binary"`` (default), ``"none"`` or ``"row"``; the scale of a row does not matter.
    alternative
        ``"greater"``: hot spots. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random draws of neighbours, shared by all places.
    rng
        Seed or generator.
    adjust
        ``"fdr"``, ``"holm"`` or ``"none"``.
    level
        Level for `kind`.

    Returns
    -------
    LocalResult
        `statistic` and `z_score` are both the standardised G or G* of Ord and Getis, as it is mapped elsewhere; kinds
        are hot spot and cold spot.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        As for `local_moran_test`.

    Notes
    -----
    The permutation test keeps the place's own value and draws its neighbours; G and G* then have the same p-value,
    because they rise and fall with the same sum. Only their standardised values differ.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues and an
    application. 10.1111/j.1538-4632.1995.tb00912.x.
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="local_getis_ord_test")
    x = places.columns[:, 0]
    lags = np.asarray(places.weights @ x)
    conditional = _z_scores(places.weights, x, lags)
    spread = (
        _spread_of_star(places.weights, x)
        if star
        else np.sqrt(conditional_moments(places.weights, x).variance)
    )
    standardised = _standardised_star(places.weights, x, lags) if star else conditional
    with np.errstate(divide="ignore"):
        unit = 1.0 / spread
    local = LocalStatistic(
        test="local_getis_ord_test",
        title=Words("local G*", "局部 G*") if star else Words("local G", "局部 G"),
        observed=lags,
        lag=lags,
        z_score=standardised,
        columns=[x],
        null=lambda _, drawn: drawn[0],
        kinds=np.where(conditional > 0, "hot spot", "cold spot").astype(object),
        shown=standardised,
        unit=unit,
    )
    return run_local_test(
        local,
        places,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
        adjust=adjust,
        level=level,
    )


def _spread_of_star(weights: csr_array, x: FloatArray) -> FloatArray:
    """Give the standard deviation of G* over all n values, the place itself included."""
    n, own = len(x), _own_weights(weights)
    total = np.asarray(weights.sum(axis=1)).ravel() + own
    squares = np.asarray(weights.power(2).sum(axis=1)).ravel() + own**2
    return np.asarray(x.std() * np.sqrt(np.clip(n * squares - total**2, 0, None) / (n - 1)))


def _own_weights(weights: csr_array) -> FloatArray:
    """Give each place, among its own neighbours, the largest weight of its row."""
    return np.asarray(weights.max(axis=1).todense()).ravel()


def _standardised_star(weights: csr_array, x: FloatArray, lags: FloatArray) -> FloatArray:
    """Standardise G* over all n values, the place itself included."""
    own = _own_weights(weights)
    total = np.asarray(weights.sum(axis=1)).ravel() + own
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((lags + own * x - total * x.mean()) / _spread_of_star(weights, x))
