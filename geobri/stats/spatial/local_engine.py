"""From one local statistic per place to a finished test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geobri.arrays import Rng
from geobri.stats.multiplicity import adjust_p_values
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.places import Places
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.stats.say import say_local
from geobri.stats.say.neighbours import KINDS
from geobri.stats.spatial.conditional import random_lags
from geobri.stats.spatial.records import LocalResult
from geobri.words import Words

__all__ = ["LocalStatistic", "quadrants", "run_local_test"]

Text = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class LocalStatistic:
    """One local statistic: observed, its null for a block of places, and the names of its kinds.

    Attributes
    ----------
    test, title
        Names of the function and of the statistic.
    observed, lag, z_score
        Statistic, weighted sum over neighbours and z-score of each place, shape (n,).
    columns
        Columns whose random lags the null needs.
    null
        From a block of rows and the random lags of `columns` to the statistics under the null.
    kinds
        What each place is if it stands out.
    shown
        What stands in the results in place of `observed`, where the test compares another scale of it; None for
        `observed` itself.
    unit
        How much `shown` changes with 1 of `observed`, at each place.
    """

    test: str
    title: Words
    observed: FloatArray
    lag: FloatArray
    z_score: FloatArray
    columns: list[FloatArray]
    null: Callable[[slice, list[FloatArray]], FloatArray]
    kinds: Text
    shown: FloatArray | None = None
    unit: FloatArray | None = None


def quadrants(first: FloatArray, second: FloatArray) -> Text:
    """Name the quadrant of each place.

    Parameters
    ----------
    first, second
        Centred values of the place and of its neighbours, shape (n,).

    Returns
    -------
    numpy.ndarray
        Text like ``high-low``.
    """
    own, others = (np.where(part > 0, "high", "low") for part in (first, second))
    return np.array([f"{a}-{b}" for a, b in zip(own, others, strict=True)], dtype=object)


def _draw(
    local: LocalStatistic, weights: csr_array, alternative: Alternative, n_permutations: int, rng: Rng
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give p-value, and mean and deviation of what is shown under the null, of each place, shape (n,) each."""
    p_values, mean, deviation = np.empty((3, len(local.observed)))
    for rows, lags in random_lags(weights, local.columns, n_permutations, rng):
        null = local.null(rows, lags)
        p_values[rows] = permutation_p_value(local.observed[rows], null.T, alternative)
        mean[rows], deviation[rows] = null.mean(axis=1), null.std(axis=1)
    if local.shown is None or local.unit is None:
        return p_values, mean, deviation
    with np.errstate(
        invalid="ignore"
    ):  # a place whose neighbours are all others has no other draw, and no unit
        return p_values, local.shown + (mean - local.observed) * local.unit, deviation * local.unit


def run_local_test(
    local: LocalStatistic,
    places: Places,
    *,
    alternative: Alternative,
    n_permutations: int,
    rng: Rng,
    adjust: str,
    level: float,
) -> LocalResult:
    """Draw the null, adjust the p-values and write the record.

    Parameters
    ----------
    local
        The statistic.
    places
        Values and weights.
    alternative, n_permutations, rng, adjust, level
        As in the public tests.

    Returns
    -------
    LocalResult
        The finished test.
    """
    islands = places.islands
    p_value, mean, deviation = _draw(local, places.weights, alternative, n_permutations, rng)
    p_value[islands] = np.nan
    p_adjusted = adjust_p_values(p_value, adjust)
    kinds = np.where(p_adjusted <= level, local.kinds, "not significant")
    kinds[islands] = "island"
    shown = local.observed if local.shown is None else local.shown
    columns = {"statistic": shown, "lag": local.lag, "z_score": local.z_score}
    table = pd.DataFrame({**columns, "p_value": p_value, "p_adjusted": p_adjusted}, index=places.labels)
    table.loc[islands, ["statistic", "lag", "z_score"]] = np.nan
    table["kind"] = kinds
    moments = pd.DataFrame({"null_mean": mean, "null_sd": deviation}, index=places.labels)
    base = Term(
        test=local.test,
        value=places.measure.column,
        alternative=alternative,
        n_cities=len(p_value),
        null=Words(
            f"conditional randomisation ({n_permutations:,}), shared draws",
            f"条件随机化（{n_permutations:,} 次），共用抽样",
        ),
        method=local.title,
        adjustment="" if adjust == "none" else adjust,
        n_tried=0 if adjust == "none" else int(np.isfinite(p_value).sum()),
        left_out=places.left_out,
    )
    choices = {
        "n_permutations": n_permutations,
        "adjust": adjust,
        "level": level,
        "left out": places.left_out,
    }
    return _result(base, table, moments, choices, places)


def _error_of_smallest(table: pd.DataFrame, n_permutations: int, alternative: Alternative) -> float:
    """Give the Monte Carlo error of the smallest adjusted p-value: that of its place, times what it was adjusted by."""
    known = table.dropna(subset=["p_adjusted"])
    if known.empty:
        return math.nan
    place = int(known["p_adjusted"].to_numpy().argmin())
    own = known["p_value"].to_numpy(dtype=float)[place]
    factor = known["p_adjusted"].to_numpy(dtype=float)[place] / own
    return float(factor) * monte_carlo_error(float(own), n_permutations, alternative)


def _places_beyond_chance(found: pd.DataFrame, base: Term, n_permutations: int) -> list[Term]:
    """Write a row for each place that stands out."""
    names = ["statistic", "z_score", "p_value", "p_adjusted", "kind", "null_mean", "null_sd"]
    return [
        replace(
            base,
            term=Words(f"{city}: {kind}", f"{city}：{KINDS.get(kind, kind)}"),
            estimate=float(statistic),
            statistic=float(z),
            p_value=float(p),
            p_adjusted=float(adjusted),
            mc_error=monte_carlo_error(float(p), n_permutations, base.alternative),
            null_mean=float(mean),
            null_sd=float(deviation),
        )
        for city, statistic, z, p, adjusted, kind, mean, deviation in found[names].itertuples()
    ]


def _result(
    base: Term, table: pd.DataFrame, moments: pd.DataFrame, choices: dict[str, Any], places: Places
) -> LocalResult:
    found = table[~table["kind"].isin(["not significant", "island"])]
    smallest = float(table["p_adjusted"].min())
    headline = replace(
        base,
        term=Words("places beyond chance", "突出的城市数"),
        estimate=float(len(found)),
        p_value=smallest,
        p_adjusted=smallest,
        mc_error=_error_of_smallest(table, choices["n_permutations"], base.alternative),
        note=Words("p-value: smallest adjusted one", "p 值：校正后的最小值"),
    )
    rows = _places_beyond_chance(found.join(moments), base, choices["n_permutations"])
    said = say_local(
        {str(kind): int(count) for kind, count in found["kind"].value_counts().items()},
        *([called[city] for city in found.index] for called in places.called()),
        measure=places.measure,
        title=base.method,
        count=len(table),
        adjust=choices["adjust"],
        level=choices["level"],
    )
    return LocalResult(
        statistic=float(len(found)),
        p_value=smallest,
        alternative=base.alternative,
        n=len(table),
        method=base.method.en,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(headline, *rows),
        choices=choices,
        question="neighbours",
        measure=places.measure,
        table=table,
        level=float(choices["level"]),
    )
