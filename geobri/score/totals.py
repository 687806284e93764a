"""What a city has with all its partners together: sums of a flow, partners, share inside the region, mean distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.measures import Measure
from geobri.score.levels import total as add_up
from geobri.words import Words

__all__ = ["TOTALS", "name_totals", "prepare_totals", "total_flows"]

AddUp: TypeAlias = Callable[..., dict[str, FloatArray]]
TOTALS: Final = ("out", "in", "both", "partners", "missing", "share_in_region", "mean_distance_km")
"""The columns of `total_flows`."""

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "out": ("{label}: sent", "{label}：流出合计"),
    "in": ("{label}: received", "{label}：流入合计"),
    "both": ("{label}: total", "{label}：合计"),
    "partners": ("{label}: partners", "{label}：伙伴数"),
    "missing": ("{label}: partners without a value", "{label}：缺数值的伙伴数"),
    "share_in_region": ("{label}: share inside its region", "{label}：区域内占比"),
    "mean_distance_km": ("{label}: mean distance", "{label}：平均距离"),
}
_OF_AMOUNT: Final = frozenset({"out", "in", "both"})


def total_flows(
    cities: pd.DataFrame, corridors: pd.DataFrame, column: str, *, directed: bool = False
) -> pd.DataFrame:
    """Add up a flow over the corridors of every city.

    Parameters
    ----------
    cities
        One row per city, index of slugs; `region` for the share inside the region.
    corridors
        One row per pair: `origin, destination`, the flow, and `distance_km` for the mean distance.
    column
        The flow: a quantity of 0 or more, missing where it is not known.
    directed
        Whether a row runs from origin to destination, so that a city sends and receives.

    Returns
    -------
    pandas.DataFrame
        Index `city`, columns `TOTALS`: what a city sends (`out`), receives (`in`) and both together; with how many cities it
        has more than 0 (`partners`), and of how many of its rows the flow is not known (`missing`, left out of all sums);
        the share of its flow that stays within its region (0 to 1, among partners of a known region); and the mean
        distance of its corridors, weighted by the flow. `out` and `in` are missing for undirected flows. A city without any known
        flow has no totals; one whose flow is 0 has no share and no mean distance.

    Raises
    ------
    SchemaError
        If a column is missing, or a corridor joins an unknown city.
    DataError
        If a flow is negative.

    Examples
    --------
    >>> cities = pd.DataFrame({"region": ["Asia", "Asia", "Europe"]}, index=["xian", "seoul", "rome"])
    >>> rows = [("seoul", "xian", 6.0, 1700.0), ("rome", "xian", 2.0, 8100.0)]
    >>> corridors = pd.DataFrame(rows, columns=["origin", "destination", "seats", "distance_km"])
    >>> total_flows(cities, corridors, "seats").loc["xian", ["both", "share_in_region", "mean_distance_km"]].tolist()
    [8.0, 0.75, 3300.0]
    """
    absent = [name for name in ("origin", "destination", column) if name not in corridors.columns]
    if absent:
        came = first_offenders(map(str, corridors.columns))
        raise SchemaError(
            mould(
                "total_flows",
                Words(f"corridors need columns {absent}", f"通路表缺少列：{absent}"),
                came,
                "Add them",
            )
        )
    add = prepare_totals(cities, corridors, directed=directed)
    amount = pd.to_numeric(corridors[column]).to_numpy(dtype=float, na_value=np.nan)
    if (amount < 0).any():
        came = f"{int((amount < 0).sum())} of {len(amount)} below: {first_offenders(corridors.index[amount < 0])}"
        raise DataError(
            mould(
                "total_flows",
                Words(f"{column!r} must not be negative", f"{column!r}不得为负"),
                came,
                "Take a quantity",
            )
        )
    return pd.DataFrame(add(amount), index=cities.index.rename("city"), columns=list(TOTALS))


def prepare_totals(cities: pd.DataFrame, corridors: pd.DataFrame, *, directed: bool = False) -> AddUp:
    """Find the ends of pairs once, so that any number of flows between them can be added up.

    Parameters
    ----------
    cities, corridors, directed
        As in `total_flows`; the flows themselves are not looked at.

    Returns
    -------
    Callable
        Takes the amounts of a flow (not negative, NaN where not known) and the rows of `corridors` that they belong to, all of
        them by default; gives the columns of `total_flows`.

    Raises
    ------
    SchemaError
        If a corridor joins an unknown city.
    """
    origins, destinations = (_place(cities, corridors, name) for name in ("origin", "destination"))
    has_distance, has_region = "distance_km" in corridors.columns, "region" in cities.columns
    distances = corridors["distance_km"].to_numpy(dtype=float) if has_distance else None
    regions = pd.factorize(cities["region"])[0] if has_region else None
    n = len(cities)

    def add(amount: FloatArray, at: IntArray | slice = slice(None)) -> dict[str, FloatArray]:
        origin, destination = origins[at], destinations[at]
        known = ~np.isnan(amount)
        ends = np.concatenate([origin, destination])
        seen, flow = np.tile(known, 2), np.tile(np.where(known, amount, 0.0), 2)
        both = add_up(ends, flow, n)
        nowhere = np.full(n, np.nan)
        sent = add_up(origin, flow[: len(origin)], n) if directed else nowhere
        columns = {"out": sent, "in": both - sent, "both": both}
        columns["partners"] = _count_partners(origin, destination, amount, n)
        columns["share_in_region"] = nowhere if regions is None else _share_in_region(regions, ends, flow, n)
        columns["mean_distance_km"] = (
            nowhere if distances is None else _mean_distance(distances[at], ends, flow, n)
        )
        unknown = np.bincount(ends[seen], minlength=n) == 0
        columns = {name: np.where(unknown, np.nan, column) for name, column in columns.items()}
        return columns | {"missing": np.bincount(ends[~seen], minlength=n).astype(float)}

    return add


def _place(cities: pd.DataFrame, corridors: pd.DataFrame, name: str) -> IntArray:
    codes, labels = pd.factorize(corridors[name], use_na_sentinel=False)
    place = cities.index.get_indexer(pd.Index(np.asarray(labels, dtype=object), dtype=object))[codes]
    if (place < 0).any():
        came = f"{int((place < 0).sum())} of {len(place)} otherwise: {first_offenders(corridors.loc[place < 0, name])}"
        wanted = Words(f"every {name} must be one of the cities", f"每个{name}都须是城市表中的城市")
        raise SchemaError(mould("total_flows", wanted, came, "Add the cities, or drop these corridors"))
    return np.asarray(place, dtype=np.int64)


def _count_partners(origin: IntArray, destination: IntArray, amount: FloatArray, n: int) -> FloatArray:
    """Count the cities with which there is more than 0, either way."""
    there = amount > 0
    low, high = np.minimum(origin, destination)[there], np.maximum(origin, destination)[there]
    pairs = pd.unique(low * n + high)
    return (np.bincount(pairs // n, minlength=n) + np.bincount(pairs % n, minlength=n)).astype(float)


def _share_in_region(regions: IntArray, ends: IntArray, flow: FloatArray, n: int) -> FloatArray:
    half = len(ends) // 2
    own, partner = regions[ends], regions[np.concatenate([ends[half:], ends[:half]])]
    placed = np.where((own >= 0) & (partner >= 0), flow, 0.0)
    inside = add_up(ends, np.where(own == partner, placed, 0.0), n)
    return _divide(inside, add_up(ends, placed, n))


def _mean_distance(distances: FloatArray, ends: IntArray, flow: FloatArray, n: int) -> FloatArray:
    return _divide(add_up(ends, flow * np.tile(distances, 2), n), add_up(ends, flow, n))


def _divide(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def name_totals(measure: Measure) -> tuple[Measure, ...]:
    """Say what the totals of a flow mean, a measure of cities each.

    Parameters
    ----------
    measure
        The flow, a measure of corridors.

    Returns
    -------
    tuple of Measure
        In the order of `TOTALS`, without `out` and `in` where the flow is not directed; the columns are called
        ``<column>_<total>``, as ``total_flows(…).add_prefix(f"{column}_")`` gives them.
    """
    shared: dict[str, Any] = {
        "of": "cities",
        "origin": "total",
        "directed": False,
        "absent": "missing",
        "domain": None,
    }
    shared |= {"colours": {}, "order": (), "parents": (), "description": "", "description_zh": ""}
    own: dict[str, dict[str, Any]] = {
        "partners": {"kind": "count", "unit": "cities", "unit_zh": "座城市", "better": "high"},
        "missing": {"kind": "count", "unit": "cities", "unit_zh": "座城市", "better": "neither"},
        "share_in_region": {"kind": "share", "unit": "", "unit_zh": "", "better": "neither"},
        "mean_distance_km": {"kind": "amount", "unit": "km", "unit_zh": "公里", "better": "neither"},
    }
    named = []
    for total in TOTALS if measure.directed else TOTALS[2:]:
        label, label_zh = _WORDS[total]
        said: dict[str, Any] = {
            "column": f"{measure.column}_{total}",
            "label": label.format(label=measure.label),
            "label_zh": label_zh.format(label=measure.label_zh),
        }
        named.append(replace(measure, **shared, **said, **({} if total in _OF_AMOUNT else own[total])))
    return tuple(named)
