"""How much hangs on the definition of a group, and on single cities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.arrays import Rng
from geobri.errors import DataError, mould
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.groups.comparison import coastal_test
from geobri.stats.groups.rank_sums import doubled_midranks
from geobri.stats.groups.rank_tests import mann_whitney_test
from geobri.stats.groups.reporting import CLIFF, SHIFT, GroupResult, Labels
from geobri.stats.multiplicity import max_t
from geobri.stats.null import value_permutations
from geobri.stats.p_values import monte_carlo_error
from geobri.stats.places import COAST, Column, Places, as_measure, name_groups, read_places
from geobri.stats.results import FloatArray, Term, TestResult
from geobri.stats.say import LEVEL, GroupNames, say_definitions, say_omitted
from geobri.stats.say.terms import part_term
from geobri.stats.tables import need_columns
from geobri.words import Words

__all__ = [
    "candidate_thresholds",
    "coastal_sensitivity_test",
    "leave_one_city_out",
]

COASTAL_UP_TO: Final = Words(
    "counted as coastal up to this distance from the coast, km", "距海岸多少公里以内算沿海（公里）"
)
AS_PUBLISHED: Final = Words("as published", "按原有定义")
FEWEST: Final = 2
"""Cities that either group must hold for a threshold to be tried."""
_MOST_DECIMALS: Final = 6
"""Of a threshold in km: a millimetre."""
MOST: Final = 60
"""Thresholds that are tried by default, at most."""


def _draw(result: TestResult, ax: Any, lang: Literal["en", "zh"]) -> None:
    """Draw Cliff's delta with its interval over thresholds and definitions, or over omitted cities."""
    table = result.table
    places = np.arange(len(table))[::-1]
    found = (table["p_value"] <= LEVEL).to_numpy()
    colours = np.where(found, "#b5403c", "#5a7d9a")
    ax.figure.set_size_inches(7, 1.2 + 0.28 * len(table))
    ax.axvline(0, color="#999999", linewidth=0.8)
    ax.hlines(places, table["ci_low"], table["ci_high"], colors=list(colours), linewidth=2)
    ax.scatter(table["estimate"], places, color=list(colours), zorder=3)
    sizes = [
        f"{part_term(one.term)[1].say(lang)}  ({row.n_first} : {row.n_second})"
        for one, row in zip(result.terms, table.itertuples(), strict=True)
    ]
    ax.set_yticks(places, sizes)
    ax.set_xlim(-1.05, 1.05)
    axis = Words(
        "Cliff's delta with interval; red: p ≤ 0.05, not adjusted",
        "克利夫 δ 及其区间；红色：p ≤ 0.05，未校正",
    )
    ax.set_xlabel(axis.say(lang))


@checked
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
) -> dict[str, tuple[pd.Series[Any], float]]:
    """One column of truth values per definition, and its threshold in km (NaN for columns).

    A definition that leaves a group without a city is no definition.
    """
    named = [*definitions, *([coast_km] if coast_km else [])]
    need_columns(cities, named, of="cities", caller="coastal_sensitivity_test")
    columns = {name: (cities[name].astype("boolean"), math.nan) for name in definitions}
    if coast_km:
        distance = cities[coast_km].astype("Float64")
        given = candidate_thresholds(distance) if thresholds is None else thresholds
        called = _name_thresholds(given)
        columns |= {called[km].en: (distance <= km, float(km)) for km in given}
    return {name: one for name, one in columns.items() if one[0].dropna().nunique() == 2}  # noqa: PLR2004 - both sides


def _name_thresholds(given: Sequence[float]) -> dict[float, Words]:
    """Name thresholds in whole km, with as many decimals as it takes to tell them apart: 0.2 and 0.4 km are two definitions."""
    digits = 0
    while digits < _MOST_DECIMALS and len({f"{km:.{digits}f}" for km in given}) < len(set(given)):
        digits += 1
    return {km: Words(f"≤ {km:,.{digits}f} km", f"≤ {km:,.{digits}f} 公里") for km in given}


@checked
def coastal_sensitivity_test(
    cities: pd.DataFrame,
    value: Column,
    *,
    coast_km: str | None = "coast_km",
    definitions: Sequence[str] = ("coastal",),
    thresholds: Sequence[float] | None = None,
    strata: Column | None = None,
    n_permutations: int = 9999,
    rng: Rng = None,
    confidence: float = 0.95,
) -> TestResult:
    """Compare coastal and inland cities under every definition of coastal at once.

    Definitions are judged over the cities that have a value: a threshold that would leave a group empty among them is
    not tried.

    Parameters
    ----------
    cities
        Table of cities, index `city`, with `value`, the distance to the coast and the definitions.
    value
        Numeric column or measure.
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
    TestResult
        `table` has one row per definition: `threshold_km` (NaN where there is none), `n_first, n_second`, `estimate,
        ci_low, ci_high` (Cliff's delta), `shift, shift_low, shift_high`, the exact two-sided `p_value` (twice the smaller
        tail, at most 1), and `p_max_t`, which
        accounts for having tried them all. The headline is the largest standardised rank sum. `plot` draws them all.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If no definition leaves both groups with a city.
    """
    caller, measure = "coastal_sensitivity_test", as_measure(value)
    known = read_places(cities, [measure], strata=strata, caller=caller)
    tried = _definitions(known.table, coast_km, definitions, thresholds)
    if not tried:
        remedy = "Give other thresholds"
        raise DataError(
            mould(caller, "some definition must split the cities", "none that does", remedy),
            zh="须有一种定义能把城市分为两组：没有这样的定义。",
        )
    frame = known.table.assign(**{name: column for name, (column, _) in tried.items()})
    results = {
        name: coastal_test(frame, measure, group=name, strata=strata, confidence=confidence) for name in tried
    }
    joint, z, null = _max_t(
        frame, measure.column, list(tried), strata=known.strata, n_permutations=n_permutations, rng=rng
    )
    table = _table(results).assign(p_max_t=joint)
    table.insert(0, "threshold_km", [threshold for _, threshold in tried.values()])
    told = _Told(measure, name_groups(COAST), known.stratified_by, known.left_out)
    return _result(table, results, z, null, told)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentence speaks of."""

    measure: Measure
    names: GroupNames
    strata: Measure | None
    left_out: str


def _max_t(
    table: pd.DataFrame, value: str, names: list[str], *, strata: Any, n_permutations: int, rng: Rng
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Adjust over definitions with the standardised rank sums of the cities that have all labels."""
    whole = table[names].notna().all(axis=1).to_numpy()
    codes = np.zeros(int(whole.sum()), dtype=np.int64) if strata is None else strata[whole]
    flags, scores, variance = _prepared(table.loc[whole], value, names, codes)
    drawn = np.asarray(
        value_permutations(scores, n_permutations, strata=None if strata is None else codes, rng=rng),
        dtype=np.float64,
    )
    z, null = scores @ flags / variance, drawn @ flags / variance
    return max_t(z, null), z, np.abs(null).max(axis=1)


def _prepared(
    table: pd.DataFrame, value: str, names: list[str], codes: Any
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Labels, ranks centred within strata, and the standard deviation of each rank sum."""
    flags = table[names].to_numpy(dtype=np.float64)
    scores = np.zeros(len(table))
    variance = np.zeros(len(names))
    for code in pd.unique(codes):
        rows = codes == code
        ranks = doubled_midranks(table[value].to_numpy(dtype=np.float64)[rows]).astype(np.float64)
        scores[rows] = ranks - ranks.mean()
        n, m = int(rows.sum()), flags[rows].sum(axis=0)
        # of the sum of m of n scores drawn without replacement; a stratum of one city adds nothing
        variance += m * (n - m) / max(n * (n - 1), 1) * float((scores[rows] ** 2).sum())
    return flags, scores, np.where(variance > 0, np.sqrt(variance), np.inf)


def _table(results: Mapping[str, GroupResult]) -> pd.DataFrame:
    rows = []
    for result in results.values():
        delta, shift = result.effect(CLIFF), result.effect(SHIFT)
        rows.append({
            "n_first": result.n_first, "n_second": result.n_second,
            "estimate": delta.estimate, "ci_low": delta.ci_low, "ci_high": delta.ci_high,
            "shift": shift.estimate, "shift_low": shift.ci_low, "shift_high": shift.ci_high,
            "p_value": result.p_value,
        })  # fmt: skip
    return pd.DataFrame(rows, index=pd.Index(list(results), name="definition"))


def _definition_rows(
    table: pd.DataFrame, results: Mapping[str, GroupResult], n_drawn: int, left_out: str
) -> list[Term]:
    called = _name_thresholds([km for km in table["threshold_km"] if not math.isnan(km)])
    return [
        replace(
            result.effect(CLIFF),
            test="coastal_sensitivity_test",
            term=_of(CLIFF, called.get(km, Words(name))),
            note=Words(
                f"{result.n_first} : {result.n_second} cities", f"{result.n_first}：{result.n_second} 座城市"
            ),
            p_adjusted=float(joint),
            adjustment="max-T",
            n_tried=len(table),
            mc_error=monte_carlo_error(float(joint), n_drawn, "greater"),
            left_out=left_out,
        )
        for (name, result), joint, km in zip(
            results.items(), table["p_max_t"], table["threshold_km"], strict=True
        )
    ]


def _are_exact(results: Mapping[str, GroupResult]) -> bool:
    """Tell whether every p-value is exact; with large groups some or all come from the normal approximation."""
    return all(one.choices["exact"] for one in results.values())


def _of(effect: Words, case: Words) -> Words:
    return Words(f"{effect.en}, {case.en}", f"{effect.zh}，{case.zh}")


def _result(
    table: pd.DataFrame, results: dict[str, GroupResult], z: FloatArray, null: FloatArray, told: _Told
) -> TestResult:
    top = int(np.abs(z).argmax())
    terms = _definition_rows(table, results, len(null), told.left_out)
    said = say_definitions(
        terms[top],
        float(table["estimate"].min()),
        float(table["estimate"].max()),
        found=int((table["p_value"] <= LEVEL).sum()),
        count=len(table),
        measure=told.measure,
        names=told.names,
        strata=told.strata,
        exact=_are_exact(results),
    )
    return TestResult(
        statistic=float(z[top]),
        p_value=terms[top].p_adjusted,
        alternative="two-sided",
        n=int(table[["n_first", "n_second"]].sum(axis=1).max()),
        method="Mann-Whitney under several definitions, max-T",
        null_distribution=null,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=tuple(terms),
        choices={"definitions": tuple(table.index), "n_permutations": len(null)},
        question="groups",
        measure=told.measure,
        table=table,
        picture=_draw,
    )


def _without_each(data: Places, confidence: float) -> tuple[dict[str, GroupResult], list[Words]]:
    """Test without each city whose group has others, and name those that went."""
    results: dict[str, GroupResult] = {}
    omitted: list[Words] = []
    english, chinese = data.called()
    labels = Labels(data.measure, data.names, data.stratified_by)
    alike: dict[
        tuple[float, bool, int], GroupResult
    ] = {}  # without one of two equal cities the rest is the same
    for place, city in enumerate(data.labels):
        rest = np.delete(data.first, place)
        if rest.all() or not rest.any():
            continue
        stratum = 0 if data.strata is None else int(data.strata[place])
        key = (float(data.numbers[place]), bool(data.first[place]), stratum)
        if key not in alike:
            alike[key] = mann_whitney_test(
                np.delete(data.numbers, place),
                rest,
                strata=None if data.strata is None else np.delete(data.strata, place),
                labels=labels,
                confidence=confidence,
            )
        results[f"without {city}"] = alike[key]
        omitted.append(Words(english[city], chinese[city]))
    if not results:
        came = f"{len(data.labels)} cities, each the only one of its group"
        remedy = "Compare larger groups"
        raise DataError(
            mould("leave_one_city_out", "some city must be able to go", came, remedy),
            zh="须有城市可以去掉：每个城市都是所在组中唯一的一个。",
        )
    return results, omitted


def _rows_without(results: dict[str, GroupResult], omitted: list[Words]) -> tuple[Term, ...]:
    """Write the effect without each city."""
    return tuple(
        replace(
            one.effect(CLIFF),
            test="leave_one_city_out",
            term=_of(CLIFF, Words(name, f"去掉{left.zh}")),
        )
        for (name, one), left in zip(results.items(), omitted, strict=True)
    )


@checked
def leave_one_city_out(
    cities: pd.DataFrame,
    value: Column,
    *,
    group: Column = "coastal",
    strata: Column | None = None,
    confidence: float = 0.95,
) -> TestResult:
    """Repeat the comparison without each city in turn.

    Parameters
    ----------
    cities
        Table of cities, index `city`.
    value
        Numeric column or measure.
    group
        Column of truth values.
    strata
        Column within whose labels cities are compared.
    confidence
        Level of the intervals.

    Returns
    -------
    TestResult
        `table` has one row per omitted city; the headline is the largest p-value (two-sided: twice the smaller tail, at most 1). A city whose omission empties a group is
        not omitted.

    Raises
    ------
    SchemaError
        If columns are missing, or labels are no truth values.
    DataError
        If a group is empty.
    """
    data = read_places(cities, [value], group=group, strata=strata, caller="leave_one_city_out")
    choices: dict[str, Any] = {"group": group, "strata": strata, "confidence": confidence}
    results, omitted = _without_each(data, confidence)
    whole = coastal_test(data.table, value, **choices)
    table = _table(results)
    table.index.name = "omitted"
    effect = whole.effect(CLIFF).estimate
    worst = int(table["p_value"].to_numpy().argmax())
    widest = int((table["estimate"] - effect).abs().to_numpy().argmax())
    said = say_omitted(
        effect,
        (omitted[widest], float(table["estimate"].to_numpy()[widest])),
        float(table["p_value"].min()),
        (omitted[worst], float(table["p_value"].to_numpy()[worst])),
        measure=data.measure,
        names=data.names,
        strata=data.stratified_by,
        exact=_are_exact(results),
    )
    return TestResult(
        statistic=float(table["estimate"].to_numpy()[widest]),
        p_value=float(table["p_value"].to_numpy()[worst]),
        alternative="two-sided",
        n=len(data.table),
        method="Mann-Whitney, leaving out one city at a time",
        sentence=said.en,
        sentence_zh=said.zh,
        terms=_rows_without(results, omitted),
        choices={
            "group": as_measure(group).column,
            "strata": None if data.stratified_by is None else data.stratified_by.column,
            "whole": whole.p_value,
        },
        question="groups",
        measure=data.measure,
        table=table,
        picture=_draw,
    )
