"""All dyadic tests of one value of a corridor table, in the order they are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geobri.errors import DataError, mould
from geobri.stats.attempts import attempt_all
from geobri.stats.doors import checked
from geobri.stats.dyads.correlogram import mantel_correlogram_test
from geobri.stats.dyads.inputs import Matrix, prepare_dyads
from geobri.stats.dyads.mantel import mantel_test
from geobri.stats.dyads.mrqap import MrqapFamily, mrqap_test
from geobri.stats.models.effects import build_effects
from geobri.stats.models.fits import fit_least_squares
from geobri.stats.models.likeness import find_levels, measure_likeness
from geobri.stats.p_values import TwoSided
from geobri.stats.pairs import align_matrices
from geobri.stats.places import Column, as_measure
from geobri.stats.results import Alternative, TestResult
from geobri.stats.say import say_levels_alike
from geobri.stats.say.terms import notes
from geobri.stats.tables import Blocks
from geobri.words import Words

__all__ = ["dyadic_tests"]

#: A correlogram needs some pairs in each of its classes.
FEWEST_FOR_CORRELOGRAM = 45


@checked
def dyadic_tests(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    impedance: Column = "distance_km",
    covariates: Sequence[str] = (),
    family: MrqapFamily = "gaussian",
    alternative: Alternative = "two-sided",
    two_sided: TwoSided = "tails",
    n_permutations: int = 9999,
    blocks: Blocks = "auto",
    directed: bool = False,
    rng: int | np.random.Generator | None = None,
) -> list[TestResult]:
    """Run the dyadic tests of a value against the separation of the ends of corridors.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without any observed pair are left out.
    corridors
        One row per pair, with `origin`, `destination`, `value`, `impedance` and `covariates`.
    value
        Column to explain, for example a score, or its measure; missing where a pair is not observed.
    impedance
        Column with the separation of the ends, for example km, or its measure.
    covariates
        Further columns to hold constant in the regression.
    family
        Distribution of the value in the regression; see `mrqap_test`.
    alternative
        Direction of the alternative for correlations and coefficients.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: as sna and asnipe count, see `mantel_test`.
    n_permutations
        How many permutations, at least.
    blocks
        Labels by city, ``"auto"`` or None; see `mantel_test`.
    directed
        Corridors run from origin to destination.
    rng
        Seed or generator; a seed is used afresh for each test.

    Returns
    -------
    list of TestResult
        Mantel tests (Pearson, Spearman), MRQAP, and for undirected tables of 45 pairs or more a Mantel correlogram. Where the levels of near cities are alike, each result says that it claims too much. A test that the data do not allow says so in its place; the others stand.

    Raises
    ------
    DataError
        If no test is possible at all.
    """
    measure, by = as_measure(value, of="corridors"), as_measure(impedance, of="corridors")
    columns = [measure.column, by.column, *covariates]
    usable = corridors.dropna(subset=[name for name in columns if name in corridors.columns])
    ends = {*usable.get("origin", ()), *usable.get("destination", ())}
    if not ends and set(columns) <= set(corridors.columns):
        came = f"{len(corridors)} rows, none with all of {', '.join(columns)}"
        raise DataError(
            mould("dyadic_tests", "some pairs must have numbers", came, "Fill the columns"),
            zh=f"须有城市对各列均有取值：{len(corridors)}行中没有。",
        )
    laid, labels = align_matrices(usable, columns, [city for city in cities.index if city in ends], directed)
    frames = {name: pd.DataFrame(one, index=labels, columns=labels) for name, one in laid.items()}
    x, y = frames[by.column], frames[measure.column]
    common: dict[str, Any] = {
        "n_permutations": n_permutations,
        "blocks": blocks,
        "alternative": alternative,
        "rng": rng,
    }
    both: dict[str, Any] = {**common, "two_sided": two_sided, "directed": directed}
    regressors = {name: frames[name] for name in (by.column, *covariates)}
    named: dict[str, Any] = {"names": (by, measure)}
    attempts: list[partial[Any]] = [
        *(partial(mantel_test, x, y, **both, **named, method=method) for method in ("pearson", "spearman")),
        partial(mrqap_test, y, regressors, **both, family=family, name=measure),
    ]
    if not directed and _can_have_correlogram({"x": x, "y": y}, blocks):
        named = {"names": (measure, by), "classes": "equal-count"}
        attempts.append(partial(mantel_correlogram_test, y, x, **common, **named))
    caution = _say_likeness(x, y, directed=directed)
    return [_with_caution(one, caution) for one in attempt_all(measure, "distance", attempts)]


def _say_likeness(x: pd.DataFrame, y: pd.DataFrame, *, directed: bool) -> Words | None:
    """Say that tests of this kind claim too much, where the levels of near cities are alike."""
    separation, response = x.to_numpy(), y.to_numpy()
    seen = np.isfinite(separation) & np.isfinite(response)
    origin, destination = np.nonzero(seen if directed else np.triu(seen, 1))
    apart, strength = separation[origin, destination], response[origin, destination]
    effects = build_effects(origin, destination, len(x), directed=directed)
    columns = (np.log(apart) if (apart > 0).all() else apart)[:, None]
    try:
        fit = fit_least_squares(
            np.log1p(strength) if (strength >= 0).all() else strength,
            columns,
            names=["separation"],
            effects=effects,
            caller="dyadic_tests",
        )
    except DataError:  # too few pairs for levels
        return None
    found = measure_likeness(find_levels(fit, columns, effects), origin, destination, apart)
    return say_levels_alike(found.moran, found.p_value, found.mc_error) if found.found else None


def _with_caution(result: TestResult, caution: Words | None) -> TestResult:
    if caution is None or math.isnan(result.p_value):
        return result
    terms = (replace(term, note=notes(term.note, caution)) for term in result.terms)
    return replace(
        result,
        terms=tuple(terms),
        sentence=f"{result.sentence} Caution: {caution.en}.",
        sentence_zh=f"{result.sentence_zh}注意：{caution.zh}。",
        choices={**result.choices, "levels_alike": True},
    )


def _can_have_correlogram(frames: dict[str, Matrix], blocks: Blocks) -> bool:
    try:
        data = prepare_dyads(frames, caller="dyadic_tests", blocks=blocks)
    except DataError:  # the tests above say what is wrong
        return False
    return data.n_pairs >= FEWEST_FOR_CORRELOGRAM
