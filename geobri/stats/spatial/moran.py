"""Global dependence: one number for how much neighbours resemble each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
from scipy.sparse import csr_array

from geobri.arrays import Rng
from geobri.errors import DataError, first_offenders, mould
from geobri.stats.doors import checked
from geobri.stats.moran_randomisation import moran_index
from geobri.stats.p_values import monte_carlo_error, normal_p_value, permutation_p_value
from geobri.stats.picturing import draw_neighbours
from geobri.stats.places import Column, Places, Standardise, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_dependence
from geobri.stats.say.terms import UNDER_NULL, say_shuffled
from geobri.stats.spatial.inputs import null_statistics
from geobri.stats.spatial.moments import (
    Moments,
    geary,
    geary_moments,
    getis_ord,
    getis_ord_moments,
    lag,
    moran_moments,
)
from geobri.words import Words

__all__ = [
    "geary_test",
    "getis_ord_test",
    "moran_test",
]

_RANDOMISATION = Words("randomisation", "随机化")
_NORMALITY = Words("normality", "正态假设")


def _moment_rows(base: Term, observed: float, moments: Moments) -> list[Term]:
    """One row per analytic variance, with its z-score."""
    rows = []
    for name, variance in ((_RANDOMISATION, moments.randomisation), (_NORMALITY, moments.normality)):
        if variance > 0:
            z = (observed - moments.expected) / math.sqrt(variance)
            p = normal_p_value(z, base.alternative)
            rows.append(
                replace(
                    base,
                    term=base.term + Words(f", {name.en}", f"，{name.zh}"),
                    statistic=z,
                    p_value=p,
                    mc_error=math.nan,
                    null_sd=math.sqrt(variance),
                    se=math.sqrt(variance),
                    se_type=UNDER_NULL,
                    null=name + Words(" moments, normal approximation", "的矩，正态近似"),
                )
            )
    return rows


@dataclass(frozen=True, slots=True)
class _Plan:
    """What differs between the three classical tests."""

    test: str
    title: Words
    statistic: Callable[[csr_array, FloatArray], FloatArray]
    moments: Callable[[csr_array, FloatArray], Moments]
    small_is_alike: bool = False


def _moran(weights: csr_array, rows: FloatArray) -> FloatArray:
    return moran_index(rows, weights)


_MORAN = _Plan("moran_test", Words("Moran's I", "莫兰指数"), _moran, moran_moments)
_GEARY = _Plan("geary_test", Words("Geary's c", "吉尔里指数"), geary, geary_moments, small_is_alike=True)
_GETIS = _Plan("getis_ord_test", Words("Getis-Ord G"), getis_ord, getis_ord_moments)


def _run(
    plan: _Plan, places: Places, *, alternative: Alternative, n_permutations: int, rng: Rng, standardise: str
) -> TestResult:
    values = places.numbers
    observed = float(plan.statistic(places.weights, values[None])[0])
    null, exact = null_statistics(partial(plan.statistic, places.weights), values, n_permutations, rng)
    moments = plan.moments(places.weights, values)
    p_value = permutation_p_value(observed, null, alternative, exact=exact)
    base = Term(
        test=plan.test,
        value=places.measure.column,
        term=plan.title,
        estimate=observed,
        statistic=observed,
        p_value=p_value,
        mc_error=0.0 if exact else monte_carlo_error(p_value, len(null), alternative),
        null_mean=moments.expected,
        null_sd=float(null.std()),
        alternative=alternative,
        n_cities=len(values),
        null=say_shuffled(Words("values", "数值"), len(null), exact=exact),
        method=plan.title,
        left_out=places.left_out,
    )
    choices = {
        "standardise": standardise,
        "n_permutations": len(null),
        "exact": exact,
        "expected": moments.expected,
        "left out": places.left_out,
    }
    return _result(plan, places, base, null, moments=moments, choices=choices)


def _result(
    plan: _Plan, places: Places, base: Term, null: FloatArray, *, moments: Moments, choices: dict[str, Any]
) -> TestResult:
    alike = (base.estimate < moments.expected) == plan.small_is_alike
    said = say_dependence(base, measure=places.measure, alike=alike)
    z = places.numbers - places.numbers.mean()
    scatter = pd.DataFrame({"value": z, "lag": lag(places.weights, z[None])[0]}, index=places.labels)
    return TestResult(
        **headline(base, said),
        n=base.n_cities,
        method=plan.title.en,
        null_distribution=null,
        terms=(base, *_moment_rows(base, base.estimate, moments)),
        choices=choices,
        question="neighbours",
        measure=places.measure,
        table=scatter,
        picture=draw_neighbours if plan is _MORAN else None,
    )


@checked
def moran_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Test whether neighbouring cities have similar values, with Moran's I.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column or measure.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index (see `geobri.neighbours`); self-weights are
        ignored. A city without neighbours counts in the mean and variance only.
    standardise
        ``"row"``: the mean of the neighbours; ``"none"``: weights as they are; ``"binary"``: all 1.
    alternative
        ``"greater"``: neighbours resemble each other. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        Headline p-value by permutation; further rows from the moments of Cliff and Ord. `plot` draws the
        Moran scatterplot.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        If fewer than four cities have a value, all values are equal, or there are no neighbours.

    Notes
    -----
    I = n / S0 * sum w_ij z_i z_j / sum z_i^2; mean -1 / (n - 1) under the null.

    References
    ----------
    Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. 10.1093/biomet/37.1-2.17.
    Cliff, A. D. and Ord, J. K. (1981). Spatial processes: models and applications. Pion, London.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> round(moran_test(cities, "rank_overall", build_knn(cities, 5), rng=1).statistic, 3)
    0.061
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="moran_test")
    return _run(
        _MORAN,
        places,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )


@checked
def geary_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Test whether neighbouring cities differ less than other cities, with Geary's c.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column or measure.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    alternative
        ``"less"``: neighbours resemble each other (c below 1). Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        Headline p-value by permutation; further rows from moments.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        If fewer than four cities have a value, all values are equal, or there are no neighbours.

    Notes
    -----
    c = (n - 1) / (2 S0) * sum w_ij (x_i - x_j)^2 / sum z_i^2; mean 1 under the null.

    References
    ----------
    Geary, R. C. (1954). The contiguity ratio and statistical mapping. 10.2307/2986645.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> round(geary_test(cities, "rank_overall", build_knn(cities, 5), rng=1).statistic, 3)
    0.786
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="geary_test")
    return _run(
        _GEARY,
        places,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )


@checked
def getis_ord_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "binary",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
    """Test whether high or low values gather, with Getis and Ord's general G.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column of values of at least 0, with a natural zero.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"binary"`` (default, as the statistic is meant), ``"row"`` or ``"none"``.
    alternative
        ``"greater"``: high values gather; ``"less"``: low values do. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        Headline p-value by permutation; a further row from the moments.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        If values are negative, or as for `moran_test`.

    Notes
    -----
    G = sum w_ij x_i x_j / sum over i != j of x_i x_j; mean S0 / (n (n - 1)) under the null.

    References
    ----------
    Getis, A. and Ord, J. K. (1992). The analysis of spatial association by use of distance statistics.
    10.1111/j.1538-4632.1992.tb00261.x.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> round(getis_ord_test(cities, "rank_overall", build_knn(cities, 5), rng=1).statistic, 3)
    0.244
    """
    places = read_places(cities, [value], graph=graph, standardise=standardise, caller="getis_ord_test")
    low = places.numbers < 0
    if low.any():
        came = f"{int(low.sum())} negative values (first: {first_offenders(places.labels[low])})"
        raise DataError(
            mould("getis_ord_test", "values must be at least 0", came, "Use moran_test, or another scale"),
            zh=f"取值不得为负：{int(low.sum())}个为负。",
        )
    return _run(
        _GETIS,
        places,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )
