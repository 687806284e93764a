"""Corridors stronger, or weaker, than distance and size explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import special

from geobri.errors import SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.flows.gravity import GravityResult
from geobri.stats.flows.presence import PresenceResult
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["RESIDUALS", "ResidualName", "residual_corridors"]

ResidualName = Literal["deviance", "pearson", "log-ratio", "difference"]
"""The kinds of residuals of a corridor."""
RESIDUALS: tuple[ResidualName, ...] = get_args(ResidualName)
"""Kinds of residual."""


@checked
def residual_corridors(
    model: GravityResult | PresenceResult, *, kind: ResidualName = "deviance"
) -> pd.DataFrame:
    """Give each corridor what a model leaves unexplained, as columns for a table or a map.

    Parameters
    ----------
    model
        A fitted gravity or presence model.
    kind
        ``deviance``: signed root of the deviance, scaled by the dispersion, so that 2 is unusual for any size of flow;
        ``pearson``: difference over its standard deviation, scaled alike; ``log-ratio``: log of observed over expected
        (minus infinity at zero flow); ``difference``: observed less expected.

    Returns
    -------
    pandas.DataFrame
        Indexed as the table of the model: `observed, expected, residual, rank_residual` (1 = strongest beyond
        expectation, ties get the smallest rank).

    Raises
    ------
    SpecificationError
        If the kind is unknown.

    Notes
    -----
    Pairs that the model fits perfectly (separated) have a residual of 0.

    Examples
    --------
    >>> from geobri.stats.flows import fit_gravity
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> model = fit_gravity(pairs, flow="flow", n_permutations=99, rng=1)
    >>> residual_corridors(model).columns.tolist()
    ['observed', 'expected', 'residual', 'rank_residual']
    """
    if kind not in RESIDUALS:
        remedy = f"Choose one of {', '.join(RESIDUALS)}"
        raise SpecificationError(
            mould(
                "residual_corridors",
                Words("kind must be known", "种类（kind）须为已知的名称"),
                Words(repr(kind)),
                remedy,
            )
        )
    observed, expected = model.fitted["observed"].to_numpy(), model.fitted["expected"].to_numpy()
    binary = isinstance(model, PresenceResult)
    residual = np.where(
        expected > 0, _RAW[kind](observed, np.maximum(expected, np.finfo(float).tiny), binary), 0.0
    )
    if kind in ("deviance", "pearson") and not binary:
        scale = model.regression
        pearson = _pearson(observed[expected > 0], expected[expected > 0], binary)
        residual = residual / np.sqrt(float(pearson @ pearson) / scale.df_residual)
    table = model.fitted.assign(residual=residual)
    return table.assign(rank_residual=table["residual"].rank(ascending=False, method="min").astype(int))


def _pearson(observed: FloatArray, expected: FloatArray, binary: bool) -> FloatArray:
    variance = expected * (1.0 - expected) if binary else expected
    return np.asarray((observed - expected) / np.sqrt(variance))


def _deviance(observed: FloatArray, expected: FloatArray, binary: bool) -> FloatArray:
    parts = special.xlogy(observed, observed / expected)
    if binary:
        parts = parts + special.xlogy(1.0 - observed, (1.0 - observed) / (1.0 - expected))
    else:
        parts = parts - (observed - expected)
    return np.asarray(np.sign(observed - expected) * np.sqrt(2.0 * np.maximum(parts, 0.0)))


def _log_ratio(observed: FloatArray, expected: FloatArray, binary: bool) -> FloatArray:  # noqa: ARG001 (one signature for all)
    return np.log(observed / expected, out=np.full(observed.shape, -np.inf), where=observed > 0)


def _difference(observed: FloatArray, expected: FloatArray, binary: bool) -> FloatArray:  # noqa: ARG001 (one signature for all)
    return observed - expected


_RAW: dict[str, Callable[[FloatArray, FloatArray, bool], FloatArray]] = {
    "deviance": _deviance,
    "pearson": _pearson,
    "log-ratio": _log_ratio,
    "difference": _difference,
}
