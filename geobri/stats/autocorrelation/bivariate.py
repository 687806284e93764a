"""One quantity of a city and another one of its neighbours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from geobri.stats.autocorrelation.inputs import SpatialSample, Standardise, permuted_values, read_sample
from geobri.stats.autocorrelation.moments import lag
from geobri.stats.autocorrelation.records import AutocorrelationResult
from geobri.stats.null import permutation_p_value
from geobri.stats.results import Alternative, FloatArray, Term

__all__ = ["bivariate_moran_test"]

Rng = int | np.random.Generator | None


def bivariate_moran_test(
    cities: pd.DataFrame,
    value: str,
    other: str,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> AutocorrelationResult:
    """Test whether one quantity goes with another quantity of the neighbours.

    Parameters
    ----------
    cities
        Table with a unique index and both columns, n rows; cities without both are left out.
    value
        Numeric column of the focal cities.
    other
        Numeric column of their neighbours.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``.
    alternative
        ``"greater"``: high values lie next to high values of the other.
    n_permutations
        Random permutations of the other column.
    rng
        Seed or generator.

    Returns
    -------
    AutocorrelationResult
        Permutation p-value; the second row is the plain correlation in the same place, without which the
        first cannot be read.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or graph and table differ.
    DataError
        As for `moran_test`.

    Notes
    -----
    I_xy = n / S0 * sum w_ij x_i y_j / sqrt(sum x_i^2 sum y_i^2), both centred. The null moves the other column
    over the cities, and so breaks its own spatial dependence too: when both columns are autocorrelated and
    independent of each other, this test says too often that they are not.

    References
    ----------
    Wartenberg, D. (1985). Multivariate spatial correlation. 10.1111/j.1538-4632.1985.tb00849.x.
    """
    sample = read_sample(
        cities, [value, other], graph, standardise=standardise, caller="bivariate_moran_test"
    )
    x, y = (sample.columns - sample.columns.mean(axis=0)).T
    scale = len(x) / sample.weights.sum() / math.sqrt(float(x @ x) * float(y @ y))
    pull = np.asarray(sample.weights.T @ x)
    observed = float(scale * pull @ y)
    null = np.concatenate([scale * rows @ pull for rows in permuted_values(y, n_permutations, rng)])
    p_value = permutation_p_value(observed, null, alternative)
    base = Term(
        test="bivariate_moran_test",
        value=value,
        term=f"bivariate Moran's I with {other} of the neighbours",
        estimate=observed,
        statistic=observed,
        p_value=p_value,
        alternative=alternative,
        n_cities=len(x),
        null=f"random permutations of {other} ({n_permutations:,})",
        method="bivariate Moran's I",
        note=sample.note,
    )
    choices = {"standardise": standardise, "n_permutations": n_permutations, "left out": sample.note}
    return _result(sample, base, other, null, choices)


def _result(
    sample: SpatialSample, base: Term, other: str, null: FloatArray, choices: dict[str, Any]
) -> AutocorrelationResult:
    x, y = (sample.columns - sample.columns.mean(axis=0)).T
    in_place = float(np.corrcoef(x, y)[0, 1])
    place = Term(
        test=base.test,
        value=base.value,
        term=f"correlation with {other} in place",
        estimate=in_place,
        n_cities=len(x),
        method="Pearson",
    )
    return AutocorrelationResult(
        statistic=base.statistic,
        p_value=base.p_value,
        alternative=base.alternative,
        n=len(x),
        method=base.method,
        null_distribution=null,
        sentence=(
            f"{base.value} of a city and {other} of its neighbours: bivariate Moran's I {base.estimate:.3g} "
            f"(p = {base.p_value:.3g}, n = {len(x)}); their correlation in the same place is {in_place:.2g}."
        ),
        terms=(base, place),
        choices=choices,
        expected=0.0,
        labels=tuple(map(str, sample.labels)),
        values=x,
        lags=lag(sample.weights, y[None])[0],
    )
