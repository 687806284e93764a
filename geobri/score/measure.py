"""Second half of the pipeline: the values of one level, ready to be normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geobri.arrays import BoolArray, FloatArray
from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Level
from geobri.score.denominate import denominate_cities, denominate_pairs
from geobri.score.gather import PairColumn
from geobri.score.levels import pair_to_city
from geobri.score.outliers import kurtosis, skewness, treat
from geobri.score.prepare import Inputs, size_of
from geobri.score.spec import Indicator
from geobri.words import Words

__all__ = ["Measured", "measure_level", "stack_rows"]

_MOMENTS = ("skewness_before", "skewness_after", "kurtosis_before", "kurtosis_after")
_TOUCHED = ["level", "unit", "indicator", "before", "after", "treatment"]
_TREATMENTS = ["level", "indicator", "treatment", "touched", *_MOMENTS, "parameters"]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The values of one level.

    Attributes
    ----------
    level
        ``"cities"`` or ``"corridors"``.
    raw, treated
        Units by indicators, before and after outlier treatment.
    imputed
        Corridors: whether the value rests on imputation. Cities: the share of partners that do, 0 or 1 for an attribute.
    touched, treatments
        Values pulled in, and one row per treated column.
    """

    level: Level
    raw: pd.DataFrame
    treated: pd.DataFrame
    imputed: pd.DataFrame
    touched: pd.DataFrame
    treatments: pd.DataFrame


def measure_level(inputs: Inputs, columns: list[PairColumn], level: Level, staying: BoolArray) -> Measured:
    """Lead the pair values to one level, denominate them and treat outliers.

    Parameters
    ----------
    inputs
        Index, cities and pairs.
    columns
        The indicators on the pairs, imputed.
    level
        ``"cities"`` or ``"corridors"``.
    staying
        Cities that were not screened out, shape (n,).

    Returns
    -------
    Measured
        Values before and after treatment, and what was touched.
    """
    if level == "cities":
        raw, imputed = _measure_cities(inputs, columns, staying)
    elif inputs.spec.choices.corridors:
        raw, imputed = _measure_corridors(inputs, columns)
    else:
        return _measure_nothing(inputs)
    treated, touched, treatments = {}, [], []
    for leaf in inputs.spec.indicators:
        treated[leaf.name], rows, summary = _treat_column(inputs, leaf, raw[leaf.name], level)
        touched.append(rows)
        treatments.append(summary)
    return Measured(
        level,
        raw,
        pd.DataFrame(treated, index=raw.index),
        imputed,
        stack_rows(touched),
        pd.DataFrame(
            [row for row in treatments if row],
            columns=_TREATMENTS,
        ),
    )


def stack_rows(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Stack tables of the same columns; an empty one gives its columns and has no say in their types."""
    filled = [one for one in tables if len(one)]
    return pd.concat(filled or tables[:1], ignore_index=True)


def _measure_nothing(inputs: Inputs) -> Measured:
    """Give the level of corridors where it is switched off: the columns, and no row."""
    names = [leaf.name for leaf in inputs.spec.indicators]
    labels = inputs.universe.frame().index[:0]
    values = pd.DataFrame(index=labels, columns=names, dtype=float)
    touched = pd.DataFrame(columns=_TOUCHED)
    treatments = pd.DataFrame(columns=_TREATMENTS)
    return Measured("corridors", values, values, values.astype(bool), touched, treatments)


def _measure_cities(
    inputs: Inputs, columns: list[PairColumn], staying: BoolArray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    labels = inputs.cities.index[staying].rename("city")
    raw = {column.indicator.name: _city_value(inputs, column)[staying] for column in columns}
    shares = {column.indicator.name: _imputed_share(inputs, column)[staying] for column in columns}
    return pd.DataFrame(raw, index=labels), pd.DataFrame(shares, index=labels)


def _city_value(inputs: Inputs, column: PairColumn) -> FloatArray:
    leaf, universe, n = column.indicator, inputs.universe, len(inputs.cities)
    if column.attribute is not None:
        if column.attribute.rates is not None:
            return column.attribute.rates
        values = column.attribute.amounts
    else:
        there, back = _seen_from_ends(column)
        params: dict[str, Any] = {"k": leaf.top_k} if leaf.city_rule == "top_k" else {}
        rules = {"rule": leaf.city_rule, "missing": inputs.spec.choices.city_missing}
        values = pair_to_city(there, universe.first, universe.second, n, back=back, **rules, **params)
    if leaf.denominator:
        values = denominate_cities(values, size_of(inputs, leaf))
    return values


def _seen_from_ends(column: PairColumn) -> tuple[FloatArray, FloatArray]:
    """Give what the first and what the second city see of a pair: both directions, what goes out, or what comes in."""
    if column.indicator.side == "out":
        return column.there, column.back
    if column.indicator.side == "in":
        return column.back, column.there
    return column.pair, column.pair


def _imputed_share(inputs: Inputs, column: PairColumn) -> FloatArray:
    universe = inputs.universe
    if column.attribute is not None:
        return column.attribute.filled.astype(float)
    flags = column.filled.astype(float)
    return pair_to_city(
        flags, universe.first, universe.second, len(inputs.cities), rule="mean", missing="observed"
    )


def _measure_corridors(inputs: Inputs, columns: list[PairColumn]) -> tuple[pd.DataFrame, pd.DataFrame]:
    directed, universe = inputs.spec.choices.directed, inputs.universe
    labels = universe.frame(directed=directed).index
    raw, imputed = {}, {}
    for column in columns:
        leaf = column.indicator
        values = np.concatenate([column.there, column.back]) if directed else column.pair
        if leaf.denominator:
            one, other = universe.first, universe.second
            ends = (np.concatenate([one, other]), np.concatenate([other, one])) if directed else (one, other)
            values = denominate_pairs(values, size_of(inputs, leaf), *ends, rule=leaf.denominator_rule)
        raw[leaf.name] = values
        imputed[leaf.name] = (
            np.concatenate([column.filled_there, column.filled_back]) if directed else column.filled
        )
    return pd.DataFrame(raw, index=labels), pd.DataFrame(imputed, index=labels)


def _treat_column(
    inputs: Inputs, leaf: Indicator, values: pd.Series[float], level: Level
) -> tuple[FloatArray, pd.DataFrame, dict[str, Any]]:
    """Treat outliers of one column; return the values, the cells touched and what was done."""
    choices = inputs.spec.choices
    method = leaf.treatment or choices.treatment
    params = dict(leaf.treatment_params or ({} if leaf.treatment else choices.treatment_params))
    before = np.asarray(values, dtype=float)
    nothing = pd.DataFrame(columns=_TOUCHED)
    if method == "none":
        return before, nothing, {}
    exempt = before == 0 if leaf.zero == "structural" else None
    done = _treat_named(before, method, exempt, params, leaf.name)
    fitted = ~np.isnan(before) if exempt is None else ~np.isnan(before) & ~exempt
    moments = (
        skewness(before[fitted]),
        skewness(done.after[fitted]),
        kurtosis(before[fitted]),
        kurtosis(done.after[fitted]),
    )
    summary = {
        "level": level,
        "indicator": leaf.name,
        "treatment": method,
        "touched": int(done.touched.sum()),
    }
    summary |= dict(zip(_MOMENTS, moments, strict=True)) | {"parameters": dict(done.parameters)}
    if done.is_transformed or not done.touched.any():
        return done.after, nothing, summary
    at = np.flatnonzero(done.touched)
    rows = {
        "level": level,
        "unit": values.index[at],
        "indicator": leaf.name,
        "before": before[at],
        "after": done.after[at],
    }
    return done.after, pd.DataFrame({**rows, "treatment": method}), summary


def _treat_named(
    before: FloatArray, method: str, exempt: BoolArray | None, params: dict[str, Any], name: str
) -> Any:
    try:
        return treat(before, method, exempt=exempt, **params)
    except DataError as error:
        remedy = f"Another treatment, or none ({error})"
        raise DataError(
            mould(
                "build_index",
                Words(f"{method!r} must be able to treat {name!r}", f"{method!r}须能处理{name!r}"),
                first_offenders([name]),
                remedy,
            )
        ) from error
