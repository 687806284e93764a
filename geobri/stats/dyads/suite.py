"""All dyadic tests of one value of a corridor table, in the order they are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geobri.stats.dyads.correlogram import mantel_correlogram_test
from geobri.stats.dyads.inputs import Blocks, prepare_dyads
from geobri.stats.dyads.mantel import mantel_test
from geobri.stats.dyads.mrqap import MrqapFamily, mrqap_test
from geobri.stats.pairs import align_matrices
from geobri.stats.results import Alternative, FloatArray, TestResult

__all__ = ["dyadic_tests"]

#: A correlogram needs some pairs in each of its classes.
FEWEST_FOR_CORRELOGRAM = 45


def dyadic_tests(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: str,
    *,
    impedance: str = "distance_km",
    covariates: Sequence[str] = (),
    family: MrqapFamily = "gaussian",
    alternative: Alternative = "two-sided",
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
        Column to explain, for example a score; missing where a pair is not observed.
    impedance
        Column with the separation of the ends, for example km.
    covariates
        Further columns to hold constant in the regression.
    family
        Distribution of the value in the regression; see `mrqap_test`.
    alternative
        Direction of the alternative for correlations and coefficients.
    n_permutations
        How many permutations, at least.
    blocks
        One label per remaining city, ``"auto"`` or None; see `mantel_test`.
    directed
        Corridors run from origin to destination.
    rng
        Seed or generator; a seed is used afresh for each test.

    Returns
    -------
    list of TestResult
        Mantel tests (Pearson, Spearman), MRQAP, and for undirected tables whose missing pairs stay in place a
        Mantel correlogram.
    """
    columns = [value, impedance, *covariates]
    usable = corridors.dropna(subset=[name for name in columns if name in corridors.columns])
    ends = {*usable.get("origin", ()), *usable.get("destination", ())}
    laid, labels = align_matrices(usable, columns, [city for city in cities.index if city in ends], directed)
    frames = {name: pd.DataFrame(one, index=labels, columns=labels) for name, one in laid.items()}
    x, y = frames[impedance], frames[value]
    common = {"n_permutations": n_permutations, "blocks": blocks, "alternative": alternative}
    results: list[TestResult] = [
        mantel_test(x, y, method=method, directed=directed, names=(impedance, value), rng=rng, **common)  # type: ignore[arg-type]
        for method in ("pearson", "spearman")
    ]
    regressors = {name: frames[name] for name in (impedance, *covariates)}
    results.append(
        mrqap_test(y, regressors, family=family, directed=directed, name=value, rng=rng, **common)  # type: ignore[arg-type]
    )
    if not directed and _can_have_correlogram({"x": laid[impedance], "y": laid[value]}, blocks):
        names = (value, impedance)
        results.append(
            mantel_correlogram_test(y, x, names=names, classes="equal-count", rng=rng, **common)  # type: ignore[arg-type]
        )
    return results


def _can_have_correlogram(matrices: dict[str, FloatArray], blocks: Blocks) -> bool:
    data = prepare_dyads(matrices, caller="dyadic_tests", blocks=blocks)
    return not data.travelling and data.n_pairs >= FEWEST_FOR_CORRELOGRAM
