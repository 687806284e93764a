"""Interaction: does the coast matter more in some dimensions (sea, rail, policy) than in others.

Each dimension is standardised, and the mean over the dimensions is taken off every city or corridor. What is
left says in which dimensions a city is better or worse than it usually is. If the coast raised all dimensions
alike, this profile would have nothing to do with the coast, and that is what moving the label tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.stats.coastal.cities import read_labelled
from geobri.stats.coastal.corridor_types import (
    Rng,
    lay_out_corridors,
    place_labels,
    type_contrasts,
)
from geobri.stats.groups.placements import Placements, place_groups
from geobri.stats.groups.samples import BoolArray, GroupSample
from geobri.stats.multiplicity import max_t
from geobri.stats.null import permutation_p_value
from geobri.stats.results import FloatArray, Term, TestResult
from geobri.stats.tables import Blocks

__all__ = ["city_interaction_test", "corridor_interaction_test", "profiles"]

FEWEST_DIMENSIONS = 2


def profiles(columns: FloatArray) -> FloatArray:
    """Standardise every dimension and take off the mean over dimensions.

    Parameters
    ----------
    columns
        One row per unit and one column per dimension, shape (n, d).

    Returns
    -------
    numpy.ndarray
        Shape (n, d); rows add up to 0.
    """
    z = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.asarray(z - z.mean(axis=1, keepdims=True))


def _check_dimensions(values: list[str], caller: str) -> None:
    if len(values) < FEWEST_DIMENSIONS:
        came = f"{len(values)}"
        raise SpecificationError(
            mould(caller, "an interaction needs two dimensions at least", came, "Name more columns")
        )


def city_interaction_test(
    cities: pd.DataFrame,
    values: list[str],
    *,
    group: str = "coastal",
    strata: str | None = None,
    n_permutations: int = 9999,
    rng: Rng = None,
) -> TestResult:
    """Test whether coastal and inland cities differ more in some dimensions than in others.

    Parameters
    ----------
    cities
        Table of cities, index `city`; those without all values and a label are left out.
    values
        Numeric columns, one per dimension, all with the same direction.
    group
        Column of truth values.
    strata
        Column within whose labels the label moves.
    n_permutations
        Random placements of the label, where not all are enumerated.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline is the sum of squares of the differences of profiles. One row per dimension: its
        difference in standard deviations beyond the mean of all dimensions, with p-value and max-T adjustment.

    Raises
    ------
    SpecificationError
        If there are fewer than two dimensions.
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a dimension is constant.
    """
    caller = "city_interaction_test"
    _check_dimensions(values, caller)
    data = read_labelled(cities, values, group=group, strata=strata, caller=caller)
    columns = data.table[values].to_numpy(dtype=np.float64)
    flat = [name for name, spread in zip(values, np.ptp(columns, axis=0), strict=True) if spread == 0]
    if flat:
        raise DataError(
            mould(caller, "every dimension must vary", f"constant: {first_offenders(flat)}", "Leave it out")
        )
    left = profiles(columns)
    codes = None if data.strata is None else pd.factorize(data.strata)[0].astype(np.int64)
    placements = place_groups(GroupSample(left[:, 0], data.first, codes), n_permutations, rng=rng)

    def contrast(place: int, placed: BoolArray) -> FloatArray:
        inside = placed @ left[:, place]
        m = placed.sum(axis=1)
        return np.asarray(inside / m + inside / (placed.shape[1] - m))

    base = Term(
        test=caller,
        n_cities=len(left),
        null=placements.describe(),
        method="placement of the label, profiles",
        note=data.note,
    )
    return _finish(values, contrast, data.first, placements, base)


def corridor_interaction_test(
    corridors: pd.DataFrame,
    values: list[str],
    cities: pd.DataFrame,
    *,
    group: str = "coastal",
    blocks: Blocks = "auto",
    n_permutations: int = 9999,
    rng: Rng = None,
) -> TestResult:
    """Test whether coastal corridors are stronger in some dimensions (rail, sea, policy) than in others.

    Parameters
    ----------
    corridors
        One row per undirected pair with `origin`, `destination` and all columns; pairs without all values are
        left out.
    values
        Numeric columns, one per dimension, all with the same direction.
    cities
        Table of cities with the column `group`.
    group
        Column of truth values.
    blocks
        As in `corridor_types_test`.
    n_permutations
        Random placements of the label, where not all are enumerated.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline is the sum of squares of the differences of profiles between corridors with both ends and
        with no end at the coast. One row per dimension, as in `city_interaction_test`.

    Raises
    ------
    SpecificationError
        If there are fewer than two dimensions.
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty, or a city has no corridor with all values.
    """
    caller = "corridor_interaction_test"
    _check_dimensions(values, caller)
    data = lay_out_corridors(corridors, values, cities, group=group, blocks=blocks, caller=caller)
    matrices = data.dyads.spread(profiles(data.dyads.columns().T).T)
    placements = place_labels(data, n_permutations, rng)

    def contrast(place: int, placed: BoolArray) -> FloatArray:
        return np.nan_to_num(type_contrasts(matrices[place], data.dyads.seen, placed)[:, 0])

    base = Term(
        test=caller,
        n_cities=len(data.first),
        n_pairs=data.dyads.n_pairs,
        null=placements.describe(),
        method="node permutation of the label, profiles",
        note=data.note,
    )
    return _finish(values, contrast, data.first, placements, base)


def _finish(
    values: list[str],
    contrast: Callable[[int, BoolArray], FloatArray],
    first: BoolArray,
    placements: Placements,
    base: Term,
) -> TestResult:
    observed = np.array([contrast(place, first[None])[0] for place in range(len(values))])
    null = np.column_stack([contrast(place, placements.first) for place in range(len(values))])
    spread = np.where(null.std(axis=0) > 0, null.std(axis=0), 1.0)
    t, t_null = (observed - null.mean(axis=0)) / spread, (null - null.mean(axis=0)) / spread
    total, total_null = float((t**2).sum()), (t_null**2).sum(axis=1)
    p_value = permutation_p_value(total, total_null, "greater", exact=placements.exact)
    head = replace(
        base,
        value=", ".join(values),
        term="interaction of coast and dimension",
        statistic=total,
        p_value=p_value,
        alternative="greater",
    )
    rows = _dimension_rows(base, values, observed, (t, t_null), exact=placements.exact)
    return _result(head, rows, total_null)


def _dimension_rows(
    base: Term, values: list[str], observed: FloatArray, scaled: tuple[FloatArray, FloatArray], *, exact: bool
) -> list[Term]:
    t, t_null = scaled
    joint = max_t(t, t_null, exact=exact)
    return [
        replace(
            base,
            value=name,
            term="difference beyond the mean of all dimensions, in standard deviations",
            estimate=float(observed[place]),
            statistic=float(t[place]),
            p_value=permutation_p_value(float(t[place]), t_null[:, place], exact=exact),
            note="; ".join(part for part in (f"max-T p = {joint[place]:.3g}", base.note) if part),
        )
        for place, name in enumerate(values)
    ]


def _result(head: Term, rows: list[Term], null: FloatArray) -> TestResult:
    most, least = (chosen(rows, key=lambda row: row.estimate) for chosen in (max, min))
    return TestResult(
        statistic=head.statistic,
        p_value=head.p_value,
        alternative="greater",
        n=head.n_cities,
        method=head.method,
        null_distribution=null,
        sentence=(
            f"The difference between coast and inland is highest in {most.value} ({most.estimate:+.2f} standard "
            f"deviations beyond the mean of {len(rows)} dimensions) and lowest in {least.value} "
            f"({least.estimate:+.2f}); that it is the same in all: p = {head.p_value:.3g}."
        ),
        terms=(head, *rows),
        choices={"null": head.null, "dimensions": tuple(row.value for row in rows)},
    )
