"""Two measures of the same places: whether they go together more than two unrelated smooth maps do."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.stats.distributions import rank_values, student_tail
from geobri.stats.doors import checked
from geobri.stats.groups.comparison import map_weights
from geobri.stats.moran_randomisation import SpectralMethod, moran_randomisation
from geobri.stats.p_values import judge
from geobri.stats.places import Column, Places, check_columns, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_two_measures
from geobri.stats.say.terms import say_correlated, say_student
from geobri.words import Words

__all__ = ["CorrelationKind", "spatial_correlation_test"]

CorrelationKind = Literal["pearson", "spearman"]
"""Pearson's product-moment correlation, or Spearman's rank correlation."""
_KINDS: Final = {
    "pearson": Words("Pearson correlation", "皮尔逊相关系数"),
    "spearman": Words("Spearman rank correlation", "斯皮尔曼秩相关系数"),
}


@checked
def spatial_correlation_test(
    cities: pd.DataFrame,
    value: Column,
    other: Column,
    *,
    kind: CorrelationKind = "pearson",
    method: SpectralMethod = "pair",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: Rng = None,
) -> TestResult:
    """Test whether two measures of the same cities go together, when neighbours are alike in both.

    Two maps that vary smoothly look related although they have nothing to do with each other: a rise from west to east in one
    meets a rise or a fall in the other. The usual test of a correlation takes every city as a new witness and rejects too
    often. Here the correlation is compared with those of random maps that have the mean, the variance and the spatial
    autocorrelation of the observed one. It shows no cause, and nothing about a third measure behind both.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with both columns, n rows; cities without both values are left out.
    value
        Numeric column or measure, which is replaced by random maps.
    other
        Numeric column or measure that it is compared with, which stays.
    kind
        ``"pearson"``, or ``"spearman"``, which replaces both columns by their ranks.
    method
        ``"pair"`` (default), ``"singleton"`` or ``"triplet"``; see `geobri.stats.moran_randomisation`.
    alternative
        ``"greater"``: high values of one lie where the other is high. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Number of random maps.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        `statistic` is the correlation; the second row is the same correlation with the p-value that it would have if cities
        were independent, the third how many independent cities would scatter as much.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or cities have no points.
    DataError
        If fewer than four cities have both values, or all values of a column are equal.

    Notes
    -----
    r = sum z_i y_i / sqrt(sum z_i^2 sum y_i^2), both centred. Under the null, z is replaced by V r*, with the Moran
    eigenvectors V and projections r* of the same power. The effective number of cities is 1 + 1 / s^2, with the variance s^2
    of the correlation under the null, after Clifford, Richardson and Hémon (1989).

    References
    ----------
    Wagner, H. H. and Dray, S. (2015). Generating spatially constrained null models for irregularly spaced data
    using Moran spectral randomization methods. 10.1111/2041-210X.12407.
    Clifford, P., Richardson, S. and Hémon, D. (1989). Assessing the significance of the correlation between two spatial
    processes. 10.2307/2532039.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> found = spatial_correlation_test(bri22().cities, "rank_trade", "rank_finance", rng=1)
    >>> round(found.statistic, 2), found.n
    (0.72, 22)
    """
    caller = "spatial_correlation_test"
    places = read_places(cities, [value, other], caller=caller)
    check_columns(places.columns, [one.column for one in places.measures], caller)
    weights = map_weights(places.table, caller=caller)
    columns = rank_values(places.columns, axis=0) if kind == "spearman" else places.columns
    maps = moran_randomisation(columns[:, 0], weights, n_permutations, method=method, rng=rng)
    observed = float(_correlate(columns[None, :, 0], columns[:, 1])[0])
    null = _correlate(maps, columns[:, 1])
    found = judge(observed, null, alternative)
    measure, second = places.measures
    base = Term(
        test=caller,
        value=measure.column,
        term=say_correlated(_KINDS[kind], second.column, second.label_zh),
        estimate=observed,
        statistic=observed,
        p_value=found.p_value,
        mc_error=found.mc_error,
        null_mean=found.mean,
        null_sd=found.deviation,
        alternative=alternative,
        n_cities=len(columns),
        null=Words(
            f"Moran spectral randomisation, {method} ({n_permutations:,} maps)",
            f"莫兰谱随机化（{n_permutations:,} 幅地图）",
        ),
        method=_KINDS[kind],
        note=found.caution,
        left_out=places.left_out,
    )
    choices = {"kind": kind, "method": method, "n_permutations": n_permutations, "left out": places.left_out}
    return _result(places, base, null, choices)


def _correlate(maps: FloatArray, fixed: FloatArray) -> FloatArray:
    """Correlate every row of maps, shape (R, n), with one column."""
    z = maps - maps.mean(axis=1, keepdims=True)
    y = fixed - fixed.mean()
    return np.asarray(z @ y / np.sqrt((z**2).sum(axis=1) * (y @ y)))


def _without_space(base: Term) -> Term:
    """Judge the correlation as if every city were an independent witness."""
    df = base.n_cities - 2
    share = min(base.estimate**2, 1.0)
    t = math.copysign(math.inf if share == 1 else math.sqrt(df * share / (1 - share)), base.estimate)
    tails = {
        "greater": float(student_tail(t, df)),
        "less": float(student_tail(-t, df)),
        "two-sided": 2 * float(student_tail(abs(t), df)),
    }
    return replace(
        base,
        statistic=t,
        p_value=tails[base.alternative],
        mc_error=math.nan,
        null_mean=math.nan,
        null_sd=math.nan,
        df=df,
        null=say_student(df),
        note=Words("takes cities as independent", "把各城市当作相互独立"),
    )


def _result(places: Places, base: Term, null: FloatArray, choices: dict[str, Any]) -> TestResult:
    measure, other = places.measures
    plain = _without_space(base)
    effective = 1 + 1 / float(null.var())
    size = Term(
        test=base.test,
        value=base.value,
        term=Words("effective number of cities", "有效城市数"),
        estimate=effective,
        n_cities=base.n_cities,
        method=base.method,
    )
    said = say_two_measures(base, plain.p_value, measure=measure, other=other)
    return TestResult(
        **headline(base, said),
        n=base.n_cities,
        method=base.method.en,
        null_distribution=null,
        terms=(base, plain, size),
        choices=choices,
        measure=measure,
        table=pd.DataFrame(places.columns, index=places.labels, columns=[measure.column, other.column]),
    )
