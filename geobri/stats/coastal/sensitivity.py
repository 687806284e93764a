"""How much hangs on the definition of coastal, on single cities, and on ranks that are known up to bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.errors import DataError, MissingExtraError, SchemaError, mould
from geobri.stats.coastal.cities import coastal_test, group_names, read_labelled
from geobri.stats.groups import GroupResult
from geobri.stats.groups.rank_sums import doubled_midranks
from geobri.stats.groups.reporting import CLIFF, SHIFT
from geobri.stats.multiplicity import max_t
from geobri.stats.null import value_permutations
from geobri.stats.results import FloatArray, TestResult

__all__ = [
    "SensitivityResult",
    "candidate_thresholds",
    "coastal_sensitivity_test",
    "leave_one_city_out",
]

Rng = int | np.random.Generator | None
FEWEST: Final = 2
"""Cities that either group must hold for a threshold to be tried."""
MOST: Final = 60
"""Thresholds that are tried by default, at most."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensitivityResult(TestResult):
    """The same effect under several definitions.

    Attributes
    ----------
    table
        One row per definition or omitted city: `threshold_km` (NaN where there is none), `n_first, n_second`,
        `estimate, ci_low, ci_high` (Cliff's delta), `shift, shift_low, shift_high`, `p_value`, `p_max_t`.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Freeze what the record holds."""
        TestResult.__post_init__(self)

    def plot(self, ax: Any = None) -> Any:
        """Draw Cliff's delta with its interval over thresholds and definitions, or over omitted cities.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        ax = _new_axes(len(self.table)) if ax is None else ax
        places = np.arange(len(self.table))[::-1]
        table = self.table
        found = (table["p_value"] <= 0.05).to_numpy()  # noqa: PLR2004 - the usual level
        colours = np.where(found, "#b5403c", "#5a7d9a")
        ax.axvline(0, color="#999999", linewidth=0.8)
        ax.hlines(places, table["ci_low"], table["ci_high"], colors=list(colours), linewidth=2)
        ax.scatter(table["estimate"], places, color=list(colours), zorder=3)
        sizes = [
            f"{name}  ({row.n_first} : {row.n_second})"
            for name, row in zip(table.index, table.itertuples(), strict=True)
        ]
        ax.set_yticks(places, sizes)
        ax.set_xlim(-1.05, 1.05)
        ax.set_xlabel("Cliff's delta with interval; red: p ≤ 0.05, not adjusted")
        return ax


def _new_axes(rows: int) -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingExtraError(
            "plot: needs matplotlib. Install it with: pip install 'geobri[plots]'."
        ) from error
    return plt.subplots(figsize=(7, 1.2 + 0.28 * rows), layout="constrained")[1]


def candidate_thresholds(
    coast_km: pd.Series[float], *, fewest: int = FEWEST, most: int = MOST
) -> list[float]:
    """List a threshold for every different split of the cities by distance to the coast.

    Parameters
    ----------
    coast_km
        Distance to the coast of each city, km.
    fewest
        Cities that either side must hold.
    most
        How many at most; beyond that, evenly spaced ones among the different splits.

    Returns
    -------
    list of float
        Midpoints between neighbouring distances, ascending.
    """
    km = np.sort(coast_km.dropna().to_numpy(dtype=np.float64))
    middles = (km[:-1] + km[1:]) / 2
    found = [
        float(t)
        for place, t in enumerate(middles, 1)
        if fewest <= place <= len(km) - fewest and km[place] > km[place - 1]
    ]
    kept = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    return [found[place] for place in kept]


def _definitions(
    cities: pd.DataFrame, coast_km: str | None, definitions: Sequence[str], thresholds: Sequence[float] | None
) -> tuple[pd.DataFrame, list[float]]:
    """One column of truth values per definition, and its threshold in km (NaN for columns)."""
    missing = [
        name for name in [*definitions, *([coast_km] if coast_km else [])] if name not in cities.columns
    ]
    if missing:
        caller = "coastal_sensitivity_test"
        raise SchemaError(
            mould(caller, f"cities need the columns {missing}", f"{list(cities.columns)}", "Add them")
        )
    columns = {name: cities[name].astype("boolean") for name in definitions}
    km: list[float] = [float("nan")] * len(columns)
    if coast_km:
        distance = cities[coast_km].astype("Float64")
        for threshold in candidate_thresholds(distance) if thresholds is None else thresholds:
            columns[f"≤ {threshold:,.0f} km"] = distance <= threshold
            km.append(float(threshold))
    return pd.DataFrame(columns, index=cities.index), km[: len(columns)]


def coastal_sensitivity_test(
    cities: pd.DataFrame,
    value: str,
    *,
    coast_km: str | None = "coast_km",
    definitions: Sequence[str] = ("coastal",),
    thresholds: Sequence[float] | None = None,
    strata: str | None = None,
    n_permutations: int = 9999,
    rng: Rng = None,
    confidence: float = 0.95,
) -> SensitivityResult:
    """Compare coastal and inland cities under every definition of coastal at once.

    Parameters
    ----------
    cities
        Table of cities, index `city`, with `value`, the distance to the coast and the definitions.
    value
        Numeric column.
    coast_km
        Column of distances to the coast in km; None to look at the definitions only.
    definitions
        Columns of truth values (published label, port within reach).
    thresholds
        Thresholds in km; by default one for every different split with two cities on either side (60 at most).
    strata
        Column within whose labels cities are compared.
    n_permutations
        Permutations of values, the same for all definitions, for max-T.
    rng
        Seed or generator.
    confidence
        Level of the intervals.

    Returns
    -------
    SensitivityResult
        One row per definition with Cliff's delta, shift, intervals, exact p-value, and the max-T p-value that
        accounts for having tried them all. The headline is the largest standardised rank sum.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If no definition leaves both groups with a city.
    """
    labels, km = _definitions(cities, coast_km, definitions, thresholds)
    results: dict[str, GroupResult] = {}
    used = []
    for (name, column), threshold in zip(labels.items(), km, strict=True):
        flags = column.dropna().astype(bool)
        if flags.all() or not flags.any():
            continue
        frame = cities.assign(**{str(name): column})
        results[str(name)] = coastal_test(frame, value, group=str(name), strata=strata, confidence=confidence)
        used.append(threshold)
    if not results:
        remedy = "Give other thresholds"
        raise DataError(
            mould(
                "coastal_sensitivity_test", "some definition must split the cities", "none that does", remedy
            )
        )
    joint, z, null = _max_t(cities, value, labels[list(results)], strata, n_permutations, rng)
    table = _table(results, used, joint)
    return _result(table, results, z, null, value)


def _max_t(
    cities: pd.DataFrame, value: str, labels: pd.DataFrame, *choices: Any
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Adjust over definitions with the standardised rank sums of the cities that have all labels."""
    strata, n_permutations, rng = choices
    whole = cities.assign(**labels)
    known = whole[[value, *labels.columns, *([strata] if strata else [])]].notna().all(axis=1)
    table = whole.loc[known]
    codes = table[strata].to_numpy() if strata else np.zeros(len(table), dtype=int)
    flags, scores, variance = _prepared(table, value, labels.columns, codes)
    drawn = np.asarray(
        value_permutations(scores, n_permutations, strata=codes if strata else None, rng=rng),
        dtype=np.float64,
    )
    z, null = scores @ flags / variance, drawn @ flags / variance
    return max_t(z, null), z, np.abs(null).max(axis=1)


def _prepared(
    table: pd.DataFrame, value: str, names: pd.Index, codes: Any
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Labels, ranks centred within strata, and the standard deviation of each rank sum."""
    flags = table[list(names)].to_numpy(dtype=np.float64)
    scores = np.zeros(len(table))
    variance = np.zeros(len(names))
    for code in pd.unique(codes):
        rows = codes == code
        ranks = doubled_midranks(table[value].to_numpy(dtype=np.float64)[rows]).astype(np.float64)
        scores[rows] = ranks - ranks.mean()
        n, m = int(rows.sum()), flags[rows].sum(axis=0)
        variance += m * (n - m) / max(n * (n - 1), 1) * float((scores[rows] ** 2).sum())
    return flags, scores, np.where(variance > 0, np.sqrt(variance), np.inf)


def _table(results: dict[str, GroupResult], km: list[float], joint: FloatArray) -> pd.DataFrame:
    rows = []
    for result in results.values():
        delta, shift = result.effect(CLIFF), result.effect(SHIFT)
        rows.append({
            "n_first": result.n_first, "n_second": result.n_second,
            "estimate": delta.estimate, "ci_low": delta.ci_low, "ci_high": delta.ci_high,
            "shift": shift.estimate, "shift_low": shift.ci_low, "shift_high": shift.ci_high,
            "p_value": result.p_value,
        })  # fmt: skip
    table = pd.DataFrame(rows, index=pd.Index(list(results), name="definition"))
    table.insert(0, "threshold_km", km)
    return table.assign(p_max_t=joint)


def _result(
    table: pd.DataFrame, results: dict[str, GroupResult], z: FloatArray, null: FloatArray, value: str
) -> SensitivityResult:
    top = int(np.abs(z).argmax())
    p_value = float(table["p_max_t"].to_numpy()[top])
    low, high = float(table["estimate"].min()), float(table["estimate"].max())
    found = int((table["p_value"] <= 0.05).sum())  # noqa: PLR2004 - the usual level
    terms = tuple(
        replace(
            result.effect(CLIFF),
            test="coastal_sensitivity_test",
            term=f"{CLIFF}, {name}",
            note=f"{result.n_first} : {result.n_second} cities; max-T p = {joint:.3g}",
        )
        for (name, result), joint in zip(results.items(), table["p_max_t"], strict=True)
    )
    return SensitivityResult(
        statistic=float(z[top]),
        p_value=p_value,
        alternative="two-sided",
        n=int(table[["n_first", "n_second"]].sum(axis=1).max()),
        method="Mann-Whitney under several definitions, max-T",
        null_distribution=null,
        sentence=(
            f"{value}: under {len(table)} definitions of coastal, Cliff's delta runs from {low:+.2f} to {high:+.2f}; {found} of them "
            f"give p ≤ 0.05 alone, and having tried them all, the strongest has p = {p_value:.3g}."
        ),
        terms=terms,
        choices={"definitions": tuple(table.index), "n_permutations": len(null)},
        table=table,
    )


def leave_one_city_out(
    cities: pd.DataFrame,
    value: str,
    *,
    group: str = "coastal",
    strata: str | None = None,
    confidence: float = 0.95,
) -> SensitivityResult:
    """Repeat the comparison without each city in turn.

    Parameters
    ----------
    cities
        Table of cities, index `city`.
    value
        Numeric column.
    group
        Column of truth values.
    strata
        Column within whose labels cities are compared.
    confidence
        Level of the intervals.

    Returns
    -------
    SensitivityResult
        One row per omitted city; the headline is the largest p-value. A city whose omission empties a group is
        not omitted.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty.
    """
    data = read_labelled(cities, [value], group=group, strata=strata, caller="leave_one_city_out")
    results = {}
    for place, city in enumerate(data.table.index):
        rest = np.delete(data.first, place)
        if rest.any() and not rest.all():
            frame = data.table.drop(index=city)
            results[f"without {city}"] = coastal_test(
                frame, value, group=group, strata=strata, confidence=confidence
            )
    whole = coastal_test(data.table, value, group=group, strata=strata, confidence=confidence)
    p_values = np.array([one.p_value for one in results.values()])
    table = _table(results, [float("nan")] * len(results), p_values).drop(columns=["threshold_km", "p_max_t"])
    table.index.name = "omitted"
    worst, widest = (
        int(found)
        for found in (
            p_values.argmax(),
            (table["estimate"] - whole.effect(CLIFF).estimate).abs().to_numpy().argmax(),
        )
    )
    return SensitivityResult(
        statistic=float(table["estimate"].to_numpy()[widest]),
        p_value=float(p_values[worst]),
        alternative="two-sided",
        n=len(data.table),
        method="Mann-Whitney, leaving out one city at a time",
        sentence=(
            f"{value}: Cliff's delta of {group_names(group)[0]} cities is {whole.effect(CLIFF).estimate:+.2f}; {table.index[widest]} it is "
            f"{table['estimate'].to_numpy()[widest]:+.2f}. p-values run from {p_values.min():.3g} to {p_values.max():.3g} ({table.index[worst]})."
        ),
        terms=tuple(
            replace(one.effect(CLIFF), test="leave_one_city_out", term=f"{CLIFF}, {name}")
            for name, one in results.items()
        ),
        choices={"group": group, "strata": strata, "whole": whole.p_value},
        table=table,
    )
