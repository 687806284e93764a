"""Covariates of pairs from attributes of cities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from geobri.errors import SchemaError, first_offenders, mould
from geobri.stats.doors import checked
from geobri.words import Words

__all__ = ["pair_covariates"]


@checked
def pair_covariates(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    *,
    same: Sequence[str] = (),
    both: Sequence[str] = (),
    either: Sequence[str] = (),
    shared: Sequence[str] = (),
    log_product: Sequence[str] = (),
    gap: Sequence[str] = (),
) -> pd.DataFrame:
    """Turn attributes of cities into covariates of pairs.

    Parameters
    ----------
    cities
        Table of cities, indexed by city id, with the named columns.
    corridors
        One row per pair, with `origin` and `destination`.
    same
        Columns of which a pair gets 1 if both ends have the same value (``region``): `same_region`.
    both, either
        Columns of truth values of which a pair gets 1 if both ends, or at least one, have it (``coastal``,
        ``landlocked``): `both_coastal`, `either_landlocked`.
    shared
        Columns of lists separated by ``;`` of which a pair gets 1 if an entry is common (``languages``): `shared_languages`.
    log_product
        Positive columns of which a pair gets the sum of logs (``population``): `log_product_population`. For models without
        city effects, which take it over.
    gap
        Numeric columns of which a pair gets the absolute difference: `gap_latitude`.

    Returns
    -------
    pandas.DataFrame
        Floats indexed as `corridors`, one column each, missing where an end is missing; join it with
        ``corridors.join(...)``.

    Raises
    ------
    SchemaError
        If columns or cities are missing, or a column for logs holds numbers that are not positive.
    """
    named = [*same, *both, *either, *shared, *log_product, *gap]
    _check(cities, corridors, named, log_product)
    one, other = (cities.loc[pd.Index(corridors[end].astype(str))] for end in ("origin", "destination"))
    made = {
        **{f"same_{name}": _compare(one[name], other[name], lambda a, b: a == b) for name in same},
        **{
            f"both_{name}": _compare(one[name], other[name], lambda a, b: bool(a) and bool(b))
            for name in both
        },
        **{
            f"either_{name}": _compare(one[name], other[name], lambda a, b: bool(a) or bool(b))
            for name in either
        },
        **{f"shared_{name}": _compare(one[name], other[name], _overlap) for name in shared},
        **{
            f"log_product_{name}": np.log(_numbers(one[name])) + np.log(_numbers(other[name]))
            for name in log_product
        },
        **{f"gap_{name}": np.abs(_numbers(one[name]) - _numbers(other[name])) for name in gap},
    }
    return pd.DataFrame(made, index=corridors.index, dtype=float)


def _numbers(column: pd.Series[Any]) -> Any:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _compare(one: pd.Series[Any], other: pd.Series[Any], holds: Any) -> list[float]:
    missing = (one.isna().to_numpy() | other.isna().to_numpy()).tolist()
    return [
        np.nan if unknown else float(holds(a, b))
        for a, b, unknown in zip(one.tolist(), other.tolist(), missing, strict=True)
    ]


def _overlap(one: object, other: object) -> bool:
    split = [{entry.strip() for entry in str(text).split(";") if entry.strip()} for text in (one, other)]
    return bool(split[0] & split[1])


def _check(cities: pd.DataFrame, corridors: pd.DataFrame, named: list[str], positive: Sequence[str]) -> None:
    faults = []
    missing = [name for name in named if name not in cities.columns]
    if missing:
        faults.append(f"no column {first_offenders(missing)} of cities")
    ends = [name for name in ("origin", "destination") if name not in corridors.columns]
    if ends:
        faults.append(f"no column {first_offenders(ends)} of corridors")
    else:
        used = pd.unique(pd.concat([corridors["origin"], corridors["destination"]]).astype(str))
        unknown = [city for city in used if city not in cities.index]
        if unknown:
            faults.append(
                f"{len(unknown)} cities of corridors that are not in the table: {first_offenders(unknown)}"
            )
    faults += [
        f"{int((cities[name].dropna() <= 0).sum())} cities whose {name!r} is not positive"
        for name in positive
        if name in cities.columns and (cities[name].dropna() <= 0).any()
    ]
    if faults:
        wanted = Words(
            "needs cities with the named columns for every end of a corridor",
            "每条通路两端的城市都须有所列各列的取值",
        )
        raise SchemaError(mould("pair_covariates", wanted, "; ".join(faults), "Complete the table of cities"))
