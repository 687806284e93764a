"""Global dependence: one number for how much neighbours resemble each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import norm

from geobri.errors import (
    DataError,
    SpecificationError,
    first_offenders,
    mould,
)
from geobri.stats.autocorrelation.inputs import (
    SpatialSample,
    Standardise,
    null_statistics,
    read_sample,
)
from geobri.stats.autocorrelation.moments import (
    Moments,
    geary,
    geary_moments,
    getis_ord,
    getis_ord_moments,
    lag,
    moran,
    moran_moments,
)
from geobri.stats.autocorrelation.records import AutocorrelationResult
from geobri.stats.null import permutation_p_value
from geobri.stats.results import Alternative, FloatArray, Term

__all__ = [
    "geary_test",
    "getis_ord_test",
    "moran_test",
]

Rng = int | np.random.Generator | None


def _normal_p(z: float, alternative: Alternative) -> float:
    tails = {"greater": norm.sf(z), "less": norm.cdf(z), "two-sided": 2 * norm.sf(abs(z))}
    if alternative not in tails:
        wanted = "alternative must be 'two-sided', 'greater' or 'less'"
        raise SpecificationError(mould("autocorrelation", wanted, repr(alternative), "Choose one"))
    return float(tails[alternative])


def _moment_rows(base: Term, observed: float, moments: Moments) -> list[Term]:
    """One row per analytic variance, with its z-score."""
    rows = []
    for name, variance in (("randomisation", moments.randomisation), ("normality", moments.normality)):
        if variance > 0:
            z = (observed - moments.expected) / math.sqrt(variance)
            p = _normal_p(z, base.alternative)
            null = f"{name} moments, normal approximation"
            rows.append(
                replace(
                    base,
                    term=f"{base.term}, {name}",
                    statistic=z,
                    p_value=p,
                    se=math.sqrt(variance),
                    se_type="under the null",
                    null=null,
                )
            )
    return rows


def _verdict(statistic: float, expected: float, p_value: float, *, small_is_alike: bool) -> str:
    if p_value > 0.05:  # noqa: PLR2004 - the usual level, for the sentence only
        return "no dependence between neighbours can be seen"
    alike = (statistic < expected) == small_is_alike
    return "neighbours resemble each other" if alike else "neighbours differ more than by chance"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What differs between the three classical tests."""

    test: str
    title: str
    statistic: Callable[[csr_array, FloatArray], FloatArray]
    moments: Callable[[csr_array, FloatArray], Moments]
    small_is_alike: bool = False


_MORAN = _Plan("moran_test", "Moran's I", moran, moran_moments)
_GEARY = _Plan("geary_test", "Geary's c", geary, geary_moments, small_is_alike=True)
_GETIS = _Plan("getis_ord_test", "Getis-Ord G", getis_ord, getis_ord_moments)


def _run(
    plan: _Plan,
    sample: SpatialSample,
    value: str,
    *,
    standardise: str,
    alternative: Alternative,
    n_permutations: int,
    rng: Rng,
) -> AutocorrelationResult:
    values = sample.columns[:, 0]
    observed = float(plan.statistic(sample.weights, values[None])[0])
    null, exact = null_statistics(partial(plan.statistic, sample.weights), values, n_permutations, rng)
    base = Term(
        test=plan.test,
        value=value,
        term=plan.title,
        estimate=observed,
        statistic=observed,
        p_value=permutation_p_value(observed, null, alternative, exact=exact),
        alternative=alternative,
        n_cities=len(values),
        null=f"{'all' if exact else 'random'} permutations of values ({len(null):,})",
        method=plan.title,
        note=sample.note,
    )
    choices = {
        "standardise": standardise,
        "n_permutations": len(null),
        "exact": exact,
        "left out": sample.note,
    }
    return _result(plan, sample, base, null, choices)


def _result(
    plan: _Plan, sample: SpatialSample, base: Term, null: FloatArray, choices: dict[str, Any]
) -> AutocorrelationResult:
    values = sample.columns[:, 0]
    moments = plan.moments(sample.weights, values)
    said = _verdict(base.estimate, moments.expected, base.p_value, small_is_alike=plan.small_is_alike)
    z = values - values.mean()
    return AutocorrelationResult(
        statistic=base.statistic,
        p_value=base.p_value,
        alternative=base.alternative,
        n=len(values),
        method=plan.title,
        null_distribution=null,
        sentence=(
            f"{base.value}: {plan.title} is {base.estimate:.3g} where chance gives {moments.expected:.3g} "
            f"(p = {base.p_value:.3g}, n = {len(values)}); {said}."
        ),
        terms=(base, *_moment_rows(base, base.estimate, moments)),
        choices=choices,
        expected=moments.expected,
        labels=tuple(map(str, sample.labels)),
        values=z if plan is _MORAN else None,
        lags=lag(sample.weights, z[None])[0] if plan is _MORAN else None,
    )


def moran_test(
    cities: pd.DataFrame,
    value: str,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> AutocorrelationResult:
    """Test whether neighbouring cities have similar values, with Moran's I.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a value are left out.
    value
        Numeric column.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index (see `geobri.neighbours`); self-weights are
        ignored. A city without neighbours counts in the mean and variance only.
    standardise
        ``"row"``: the mean of the neighbours; ``"none"``: weights as they are; ``"binary"``: all 1.
    alternative
        ``"greater"``: neighbours resemble each other.
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    AutocorrelationResult
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
    """
    sample = read_sample(cities, [value], graph, standardise=standardise, caller="moran_test")
    return _run(
        _MORAN,
        sample,
        value,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )


def geary_test(
    cities: pd.DataFrame,
    value: str,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> AutocorrelationResult:
    """Test whether neighbouring cities differ less than other cities, with Geary's c.

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
        ``"less"``: neighbours resemble each other (c below 1).
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    AutocorrelationResult
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
    """
    sample = read_sample(cities, [value], graph, standardise=standardise, caller="geary_test")
    return _run(
        _GEARY,
        sample,
        value,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )


def getis_ord_test(
    cities: pd.DataFrame,
    value: str,
    graph: Any,
    *,
    standardise: Standardise = "binary",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> AutocorrelationResult:
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
        ``"greater"``: high values gather; ``"less"``: low values do.
    n_permutations
        Random permutations of values; all of them for up to six cities.
    rng
        Seed or generator.

    Returns
    -------
    AutocorrelationResult
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
    """
    sample = read_sample(cities, [value], graph, standardise=standardise, caller="getis_ord_test")
    low = sample.columns[:, 0] < 0
    if low.any():
        came = f"{int(low.sum())} negative values (first: {first_offenders(sample.labels[low])})"
        raise DataError(
            mould("getis_ord_test", "values must be at least 0", came, "Use moran_test, or another scale")
        )
    return _run(
        _GETIS,
        sample,
        value,
        standardise=standardise,
        alternative=alternative,
        n_permutations=n_permutations,
        rng=rng,
    )
