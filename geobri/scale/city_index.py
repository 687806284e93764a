"""The index of cities where the pairs do not fit into memory: what a city has with its partners, from the rows that are listed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray, IntArray
from geobri.scale.index import check_scalable
from geobri.scale.indicators import fold_listed, lay_directions, read_column
from geobri.scale.places import PairInputs
from geobri.score.compiled import compile_index, normalise_compiled, score_compiled, weigh_compiled
from geobri.score.denominate import check_denominator, denominate_cities
from geobri.score.levels import CITY_RULES
from geobri.score.outliers import treat
from geobri.score.ranking import rank
from geobri.score.spec import IndexSpec, Indicator

__all__ = ["score_cities"]


def score_cities(
    spec: IndexSpec, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> pd.DataFrame:
    """Score the cities: all that they have with their partners, without listing the pairs.

    Parameters
    ----------
    spec, cities, flows, inputs
        As for `geobri.scale.index.prepare_scorer`.

    Returns
    -------
    pandas.DataFrame
        Index `city`; every node and its rank, as `build_index` gives them.
    """
    check_scalable(replace(spec, choices=replace(spec.choices, corridors=False)))
    ordered = cities.loc[list(inputs.slugs)]
    values = pd.DataFrame(
        {
            leaf.name: _treated(spec, leaf, _city_values(spec, leaf, ordered, flows, inputs))
            for leaf in spec.indicators
        },
        index=ordered.index,
    )
    compiled = compile_index(spec, values, level="cities")
    normalised = normalise_compiled(compiled)
    importance = weigh_compiled(compiled, normalised)
    scores = score_compiled(compiled, normalised=normalised, importance=importance)
    table = pd.DataFrame(scores, columns=list(compiled.nodes), index=ordered.index)
    ranks = rank(table, ties=spec.choices.ties, tolerance=spec.choices.tolerance)
    return pd.concat([table, ranks.add_prefix("rank_")], axis=1)[
        [name for node in compiled.nodes for name in (node, f"rank_{node}")]
    ]


def _treated(spec: IndexSpec, leaf: Indicator, values: FloatArray) -> FloatArray:
    method = leaf.treatment or spec.choices.treatment
    if method == "none":
        return values
    params = dict(leaf.treatment_params or ({} if leaf.treatment else spec.choices.treatment_params))
    return treat(values, method, exempt=values == 0 if leaf.zero == "structural" else None, **params).after


def _city_values(
    spec: IndexSpec, leaf: Indicator, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> FloatArray:
    if leaf.kind == "city":
        values = read_column(cities, leaf.read_from)
    else:
        ends, there, back = lay_directions(leaf, flows, cities.index)
        seen = {"both": (fold_listed(leaf, there, back),) * 2, "out": (there, back), "in": (back, there)}[
            leaf.side
        ]
        if inputs.domain == "international":
            abroad = inputs.country[ends[0]] != inputs.country[ends[1]]
            ends, seen = (ends[0][abroad], ends[1][abroad]), (seen[0][abroad], seen[1][abroad])
        values = _over_partners(spec, leaf, ends, seen, _count_partners(inputs))
    if leaf.denominator:
        values = denominate_cities(
            values, check_denominator(read_column(cities, leaf.denominator), cities.index, leaf.denominator)
        )
    return values


def _count_partners(inputs: PairInputs) -> FloatArray:
    own = np.bincount(inputs.country + 1)[inputs.country + 1] if inputs.domain == "international" else 1
    return np.broadcast_to(np.asarray(inputs.n - own, dtype=float), (inputs.n,))


def _over_partners(
    spec: IndexSpec,
    leaf: Indicator,
    ends: tuple[IntArray, IntArray],
    seen: tuple[FloatArray, FloatArray],
    partners: FloatArray,
) -> FloatArray:
    """Lead listed pairs to the cities; the partners without a row are zeros, or missing."""
    focal, values = np.concatenate(ends), np.concatenate(seen)
    known: npt.NDArray[np.bool_] = ~np.isnan(values)
    n, rule, missing = len(partners), leaf.city_rule, spec.choices.city_missing
    params: dict[str, Any] = {"k": leaf.top_k} if rule == "top_k" else {}
    unlisted = partners - np.bincount(focal, minlength=n)
    observed = np.bincount(focal[known], minlength=n) + (unlisted if leaf.absent == "zero" else 0.0)
    result = np.array(
        CITY_RULES["sum" if rule == "mean" else rule](focal[known], values[known], n, **params), dtype=float
    )
    if rule == "mean":
        result = np.divide(result, observed, out=np.full(n, np.nan), where=observed > 0)
    if rule == "max" and leaf.absent == "zero":
        result = np.where(unlisted > 0, np.maximum(result, 0.0), result)
    if missing == "scale" and rule in ("sum", "count"):
        result = result * np.divide(partners, observed, out=np.ones(n), where=observed > 0)
    without = observed < partners if missing == "propagate" else np.zeros(n, dtype=bool)
    result[without | (observed == 0)] = np.nan
    return result
