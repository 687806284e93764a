"""One quantity of a city and another one of its neighbours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.stats.doors import checked
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.picturing import draw_neighbours
from geobri.stats.places import Column, Places, Standardise, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, headline
from geobri.stats.say import say_bivariate
from geobri.stats.say.terms import say_shuffled
from geobri.stats.spatial.inputs import permuted_values
from geobri.stats.spatial.moments import lag
from geobri.words import Words

__all__ = ["bivariate_moran_test"]


@checked
def bivariate_moran_test(
    cities: pd.DataFrame,
    value: Column,
    other: Column,
    graph: Any,
    *,
    standardise: Standardise = "row",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: Rng = None,
) -> TestResult:
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
        Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of the other column.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
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

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> round(bivariate_moran_test(cities, "rank_trade", "rank_finance", build_knn(cities, 5), rng=1).statistic, 3)
    0.067
    """
    places = read_places(
        cities, [value, other], graph=graph, standardise=standardise, caller="bivariate_moran_test"
    )
    x, y = (places.columns - places.columns.mean(axis=0)).T
    scale = len(x) / places.weights.sum() / math.sqrt(float(x @ x) * float(y @ y))
    pull = np.asarray(places.weights.T @ x)
    observed = float(scale * pull @ y)
    null = np.concatenate([scale * rows @ pull for rows in permuted_values(y, n_permutations, rng)])
    p_value = permutation_p_value(observed, null, alternative)
    other = places.measures[1]
    base = Term(
        test="bivariate_moran_test",
        value=places.measure.column,
        term=Words(
            f"bivariate Moran's I with {other.column} of the neighbours",
            f"与邻居{other.label_zh}的双变量莫兰指数",
        ),
        estimate=observed,
        statistic=observed,
        p_value=p_value,
        mc_error=monte_carlo_error(p_value, n_permutations, alternative),
        null_mean=0.0,
        null_sd=float(null.std()),
        alternative=alternative,
        n_cities=len(x),
        null=say_shuffled(Words(other.column, other.label_zh), n_permutations, exact=False),
        method=Words("bivariate Moran's I", "双变量莫兰指数"),
        left_out=places.left_out,
    )
    choices = {"standardise": standardise, "n_permutations": n_permutations, "left out": places.left_out}
    return _result(places, base, null, choices)


def _result(places: Places, base: Term, null: FloatArray, choices: dict[str, Any]) -> TestResult:
    x, y = (places.columns - places.columns.mean(axis=0)).T
    measure, other = places.measures
    place = Term(
        test=base.test,
        value=base.value,
        term=Words(f"correlation with {other.column} in place", f"与同一城市{other.label_zh}的相关"),
        estimate=float(np.corrcoef(x, y)[0, 1]),
        n_cities=len(x),
        method=Words("Pearson", "皮尔逊"),
    )
    said = say_bivariate(base, place.estimate, measure=measure, other=other)
    return TestResult(
        **headline(base, said),
        n=len(x),
        method=base.method.en,
        null_distribution=null,
        terms=(base, place),
        choices={**choices, "expected": 0.0},
        question="neighbours",
        measure=measure,
        table=pd.DataFrame({"value": x, "lag": lag(places.weights, y[None])[0]}, index=places.labels),
        picture=draw_neighbours,
    )
