"""Gravity of pairs that do not fit into memory: Poisson pseudo-likelihood and least squares with city effects.

Everything that the fit needs of the pairs is a sum: the products of the n x n matrix of expected flows (by each column, and by
each product of two) with vectors of cities. One pass over the blocks gives such products, and nothing of the size of the pairs is
kept. Flows are sparse: their sums are taken over the rows that are listed. Newton's step solves for the effects of all
cities by conjugate gradients, a pass for each, which the rank-one part of the matrix makes few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geobri.errors import DataError, first_offenders, mould
from geobri.scale.blocks import Block, PairList, count_pairs_of, plan_blocks
from geobri.scale.newton import BlockFit, run_fit
from geobri.scale.places import FlowList, PairInputs, find_impedance
from geobri.scale.products import COLUMNS, LOG, POWER_KM, Family, Model

__all__ = ["COLUMNS", "BlockFit", "fit_blocks"]


def fit_blocks(
    inputs: PairInputs,
    flow: str,
    *,
    columns: Sequence[str] = (POWER_KM,),
    family: Family = "poisson",
    workers: int | None = None,
    scheduler: Any = None,
    blocks: tuple[Block, ...] | None = None,
    tolerance: float = 1e-9,
    cache: Path | None = None,
    done: Callable[[Block], None] | None = None,
) -> BlockFit:
    """Fit a gravity model with city effects to all pairs.

    Parameters
    ----------
    inputs
        Places and flows; directed flows get an effect as origin and one as destination.
    flow
        The measure; a pair without a row must be a zero.
    columns
        Names in `COLUMNS`, or an impedance: a measure of pairs (``hours``: exponential decay) or its logarithm (``log hours``: power).
    family
        ``poisson`` (pseudo-likelihood, zeros stay in) or ``gaussian`` (least squares of the flow itself).
    workers, scheduler, blocks
        As for `reduce_pairs`.
    tolerance
        The fit ends when a further step would gain less than this in log-likelihood.
    cache
        Folder for the logarithms of distance as 4-byte numbers, 1.8 GB for 450 million pairs: faster, exact to 1e-7 only.
    done
        Called after every block of every pass.

    Returns
    -------
    BlockFit
        The same bytes whatever the workers.

    Raises
    ------
    DataError
        If the measure is not known or a missing row is no zero, an impedance has a direction or values of 0, a column says nothing
        beyond the city effects, or the fit does not converge.

    Notes
    -----
    Pairs of a city without any flow, and pairs without an impedance, are left out and counted. Further separation (a column that only empty pairs have) shows as a fit that
    does not converge.
    """
    model = _set_up(inputs, flow, tuple(columns), cache)
    plan = plan_blocks(inputs.n) if blocks is None else blocks
    return run_fit(
        model, plan, family=family, tolerance=tolerance, workers=workers, scheduler=scheduler, done=done
    )


def _set_up(inputs: PairInputs, flow: str, columns: tuple[str, ...], cache: Path | None) -> Model:
    measured = {one.measure.column for one in inputs.flows}
    unknown = [name for name in columns if name not in COLUMNS and name.removeprefix(LOG) not in measured]
    if unknown or not columns:
        remedy = f"Choose among {', '.join([*COLUMNS, *sorted(measured)])}"
        raise DataError(
            mould("fit_blocks", "columns must be known", first_offenders(unknown) or "none", remedy)
        )
    listed = next((one for one in inputs.flows if one.measure.column == flow), None)
    if listed is None:
        came = ", ".join(one.measure.column for one in inputs.flows) or "none"
        raise DataError(
            mould("fit_blocks", f"'{flow}' must be a measure of pairs", came, "Choose one of these")
        )
    n, back = inputs.n, None
    if inputs.domain == "international":
        abroad = inputs.country[listed.key // n] != inputs.country[listed.key % n]
        listed = replace(listed, key=listed.key[abroad], value=listed.value[abroad])
    listed = _with_every_pair(listed, inputs)
    for name in columns:
        if name not in COLUMNS:
            listed = _reachable(listed, inputs, name.removeprefix(LOG))
    if inputs.directed:
        turned = listed.key % n * n + listed.key // n
        order = np.argsort(turned)
        back = replace(listed, key=turned[order], value=listed.value[order])
    return Model(inputs=replace(inputs, directed=False), there=listed, back=back, names=columns, cache=cache)


def _with_every_pair(listed: FlowList, inputs: PairInputs) -> FlowList:
    """Take pairs without a row as 0 where that was said; where it was not, every pair must have a row."""
    lacking = count_pairs_of(inputs) - len(listed.key) if np.isnan(listed.absent) else 0
    empty, negative = int(np.isnan(listed.value).sum()), int((listed.value < 0).sum())
    if lacking or empty or negative:
        found = {"pairs without a row": lacking, "empty cells": empty, "values below 0": negative}
        zero = 'Say absent = "zero" in study.toml, or fit the listed pairs in memory with geobri decay'
        raise DataError(
            mould(
                "fit_blocks",
                f"every pair must have a value of '{listed.measure.column}', 0 or more",
                ", ".join(f"{count:,} {what}" for what, count in found.items() if count),
                zero if lacking else "Correct these rows, or fit the others in memory with geobri decay",
            )
        )
    return replace(listed, absent=0.0)


def _reachable(listed: FlowList, inputs: PairInputs, impedance: str) -> FlowList:
    """Leave out the flows of pairs without an impedance, as the fit leaves out these pairs."""
    cost = find_impedance(inputs.flows, impedance, who="fit_blocks")
    if cost.measure.directed and inputs.directed:
        remedy = "Take the mean of both ways, and say directed = false"
        raise DataError(
            mould(
                "fit_blocks",
                "an impedance is the same both ways",
                f"'{impedance}', which is directed",
                remedy,
            )
        )
    ends = np.divmod(listed.key, inputs.n)
    known = ~np.isnan(PairList(inputs, *ends).flow(cost))
    return replace(listed, key=listed.key[known], value=listed.value[known])
