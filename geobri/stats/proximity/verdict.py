"""The proximity test: whether the corridors of a published list are closer than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.errors import SpecificationError, mould
from geobri.geodesy import distance_matrix_km
from geobri.measures import Measure
from geobri.stats.blocks import label_blocks
from geobri.stats.doors import checked
from geobri.stats.moran_randomisation import measure_smoothness, proximity_weights
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.places import Column, as_measure
from geobri.stats.proximity.measures import (
    Closeness,
    Gauge,
    curve_of,
    measures_of,
    running_sums,
    strongest_lead,
)
from geobri.stats.proximity.nulls import (
    NULLS,
    AskedNull,
    NullSample,
    choose_null,
    least_among_listed,
    sample_null,
)
from geobri.stats.proximity.result import ProximityResult
from geobri.stats.proximity.top_list import Best, Ties, TopList, build_top_list
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.stats.say import LEVEL, say_list
from geobri.stats.say.numbers import number
from geobri.stats.say.terms import notes
from geobri.stats.tables import Blocks
from geobri.words import NOTHING, Words

__all__ = ["ProximityResult", "proximity_test"]

TEST = "proximity_test"
#: Largest number of cells of running sums that are held for the envelope.
CURVE_CELLS = 10_000_000
#: With fewer arrangements than this the result warns that no tail can be small.
FEWEST_ARRANGEMENTS = 100


@checked
def proximity_test(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    k: int | None = None,
    best: Best | None = None,
    ties: Ties = "share",
    null: AskedNull = "auto",
    measure: Closeness = "mean_km",
    alternative: Alternative = "two-sided",
    impedance: str = "distance_km",
    region: str | None = "region",
    blocks: Blocks = "auto",
    directed: bool | None = None,
    n_permutations: int = 9999,
    most_exact: int = 100_000_000,
    mid_p: bool = False,
    rng: int | np.random.Generator | None = None,
) -> ProximityResult:
    """Test whether the corridors at the top of a list are closer than chance.

    A published list prints a few of many corridors, and a few hubs make up most of it. What chance means then
    depends on what is held fixed: each null model answers a question of its own, and the result says which.

    Parameters
    ----------
    cities
        Table of cities, index `city`; its `region` column is used for the share inside a region.
    corridors
        All corridors that could have been listed, one row each: `origin`, `destination`, `impedance` and `value`.
    value
        Column or measure with ranks or scores, missing where a corridor is not listed.
    k
        Length of the list; by default all corridors with a value, and where all have one, the ten strongest.
    best
        ``"smallest"`` or ``"largest"``; by default the end that is better by the measure, see `build_top_list`.
    ties
        ``"share"``: corridors that share the last places count by their share; ``"all"``: all are listed.
    null
        ``"auto"``: blocks; where cities with many listed corridors gather on the map, which the exchange of all cities does
        not keep, the listed cities, if their arrangements are enough to reach 5 %. ``"blocks"``: the pattern of the list is placed on other cities, within blocks that keep its corridors
        candidates; ``"active"``: the cities of the list change roles among themselves; ``"hubs"``: every city keeps its
        number of listed corridors and takes other partners; ``"corridors"``: as many corridors are picked at random (naive).
    measure
        Headline: ``"mean_km"``, ``"mean_log_km"``, ``"share_in_region"``, ``"auc"``, ``"rank_biserial"`` or
        ``"precision_nearest"``. All are in the terms.
    alternative
        ``"less"``: less distance than by chance, whichever measure is the headline; ``"greater"``: more; ``"two-sided"``:
        twice the smaller tail, at most 1.
    impedance
        Column with the separation of the ends, km.
    region
        Column of `cities` with regions, or None.
    blocks
        Label of each city, as a mapping or a labelled Series, for the nulls ``"blocks"`` and ``"active"``; ``"auto"``: cities
        whose pairs are candidates alike (with domestic pairs left out, the cities of a country with several); None: one block.
    directed
        Corridors run from origin to destination; by default if the measure says so, or some pair stands both ways.
    n_permutations
        Number of random lists where not all arrangements are gone through.
    most_exact
        Go through all distinct placements if there are no more than this.
    mid_p
        Count ties by half; for shares and other coarse measures.
    rng
        Seed or generator.

    Returns
    -------
    ProximityResult
        Headline, one term for each measure and one for the running sum.

    Raises
    ------
    DataError
        If the list is empty or holds all candidates, lengths are missing or equal, or blocks allow no exchange.
    SchemaError
        If columns are missing, pairs come twice, or cities are unknown.
    SpecificationError
        If null, measure or alternative are unknown.

    Notes
    -----
    All measures but the running sum are weighted sums over the listed corridors; see `measures_of`. The null
    ``"blocks"`` is exact up to `most_exact` distinct placements, 77,837,760 for a list that touches three of nine and five of
    thirteen cities. The null distribution kept in the result is then a random sample of the placements; the
    p-value rests on all of them. With few lists that keep every hub, no small p-value is possible: see `diagnostics`.

    References
    ----------
    Hubert, L. and Schultz, J. (1976). Quadratic assignment as a general data analysis strategy.
    10.1111/j.2044-8317.1976.tb00714.x.

    Examples
    --------
    >>> cities = pd.DataFrame(index=list("abcdef"))
    >>> pairs = [(one, other) for one in "abcdef" for other in "abcdef" if one < other]
    >>> corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    >>> corridors["distance_km"] = [100.0 * (ord(b) - ord(a)) for a, b in pairs]
    >>> corridors["rank"] = [1, 2] + [None] * 13
    >>> result = proximity_test(cities, corridors, "rank", region=None)
    >>> result.statistic, result.n_arrangements, result.exact
    (150.0, 60, True)
    """
    listed_by = as_measure(value, of="corridors")
    top = build_top_list(
        cities,
        corridors,
        value,
        k=k,
        best=best,
        ties=ties,
        impedance=impedance,
        region=region,
        directed=listed_by.directed or _run_both_ways(corridors) if directed is None else directed,
    )
    gauges = measures_of(top)
    _check_choices(measure, gauges, alternative)
    columns, places = _distinct_columns(gauges)
    labels, smooth = _block_labels(blocks, top), _smoothness(cities, top)
    chosen = null
    if null == "auto":
        least = least_among_listed(top, labels, n_permutations, most_exact) if _gathers(smooth) else 1.0
        chosen = choose_null(gathers=_gathers(smooth), least=_sides(alternative) * least)
    sample = sample_null(
        top,
        chosen,
        columns,
        n_permutations=n_permutations,
        most_exact=most_exact,
        blocks=labels,
        rng=np.random.default_rng(rng),
    )
    task = _Task(
        top=top,
        sample=sample,
        gauges=gauges,
        places=places,
        null=chosen,
        listed_by=listed_by,
        alternative=alternative,
        mid_p=mid_p,
        smooth=smooth,
    )
    choices = _keep_choices(top, best, impedance) | {
        "seed": rng if isinstance(rng, int) else None,
        "null": chosen,
        "null chosen by": "rule" if null == "auto" else "name",
        "mid-p": mid_p,
        **sample.diagnostics,
    }
    return _result(task, gauges[measure], choices)


def _distinct_columns(gauges: Mapping[str, Gauge]) -> tuple[FloatArray, dict[str, int]]:
    """Give the columns that are summed, and which of them each measure rests on."""
    # the rank-biserial correlation is a shift of the AUC, so that one column serves both
    distinct = [name for name in gauges if name != "rank_biserial"]
    places = {name: distinct.index("auc" if name == "rank_biserial" else name) for name in gauges}
    return np.stack([gauges[name].column for name in distinct]), places


def _run_both_ways(corridors: pd.DataFrame) -> bool:
    """Tell whether some pair of a table stands there and back."""
    if not {"origin", "destination"} <= set(corridors.columns):
        return False  # which is said where the table is read
    there = set(zip(corridors["origin"], corridors["destination"], strict=True))
    return any(origin != destination and (destination, origin) in there for origin, destination in there)


def _block_labels(blocks: Blocks, top: TopList) -> Sequence[object] | None:
    if isinstance(blocks, str) and blocks == "auto":
        return None
    if blocks is None:
        return ["all"] * len(top.labels)
    if isinstance(blocks, str):
        came, remedy = repr(blocks), "Pass a mapping or a Series by city id, 'auto', or None for no blocks"
        raise SpecificationError(
            mould(TEST, Words("blocks must be known", "分组（blocks）须为已知的写法"), came, remedy)
        )
    return label_blocks(blocks, top.labels, TEST)


def _smoothness(cities: pd.DataFrame, top: TopList) -> Term | None:
    """Measure whether cities with many listed corridors gather on the map; None where the map is not known."""
    if not isinstance(cities, gpd.GeoDataFrame):
        return None
    placed = cities.set_axis(cities.index.astype(str)).loc[list(top.labels)]
    listed = top.listed
    counts = np.zeros(len(top.labels))
    for ends in (top.origins, top.destinations):
        np.add.at(counts, ends[listed], top.weights[listed])
    return measure_smoothness(counts, proximity_weights(distance_matrix_km(placed).to_numpy()))


def _gathers(smooth: Term | None) -> bool:
    """Tell whether the cities of the list gather on the map beyond chance."""
    return smooth is not None and smooth.p_value <= LEVEL


def _keep_choices(top: TopList, best: Best | None, impedance: str) -> dict[str, Any]:
    """Say what the list is, for the result to keep."""
    return {
        "k": top.k,
        "best": best or "by the measure",
        "ties": top.ties.en or "none at the end of the list",
        "impedance": impedance,
        "candidates": len(top.km),
    }


def _check_choices(measure: str, gauges: Mapping[str, Gauge], alternative: str) -> None:
    if measure not in gauges:
        remedy = f"Say one of {', '.join(gauges)}; share_in_region needs regions of the cities"
        raise SpecificationError(
            mould(
                TEST,
                Words("measure must be known", "指标（measure）须为已知的名称"),
                Words(repr(measure)),
                remedy,
            )
        )
    if alternative not in ("two-sided", "less", "greater"):
        remedy = "Say 'two-sided', 'less' (distance than by chance) or 'greater'"
        raise SpecificationError(
            mould(
                TEST,
                Words("alternative must be known", "备择方向（alternative）须为已知的名称"),
                Words(repr(alternative)),
                remedy,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Task:
    """A list, a null model gone through, and what is asked of them."""

    top: TopList
    sample: NullSample
    gauges: Mapping[str, Gauge]
    places: Mapping[str, int]
    null: str
    listed_by: Measure
    alternative: Alternative
    mid_p: bool
    smooth: Term | None


def _result(task: _Task, own: Gauge, choices: dict[str, Any]) -> ProximityResult:
    tally, top, sample = task.sample.tally, task.top, task.sample
    head = _row_of(task, own)
    curve, envelope, lead = _running_sum(task)
    said = _sentence(task, own, head)
    return ProximityResult(
        statistic=head.estimate,
        p_value=head.p_value,
        alternative=head.alternative,
        n=len(top.labels),
        method=f"proximity of a list, {own.says} ({sample.says})",
        null_distribution=own.of(own.column[sample.lists] @ top.weights[top.listed]),
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(*(_row_of(task, one) for one in task.gauges.values()), lead),
        choices={**choices, "Monte Carlo error of p": 0.0 if tally.exact else head.mc_error},
        question="closeness",
        measure=task.listed_by,
        null=task.null,
        asks=NULLS[task.null].question.en,
        curve=curve,
        envelope=envelope,
        lengths=np.sort(top.km),
        n_arrangements=tally.size,
        exact=tally.exact,
        diagnostics=sample.diagnostics,
        least_p=_least_p(task, own),
        gathers=_gathers(task.smooth),
    )


def _direction(task: _Task, gauge: Gauge) -> Alternative:
    """Turn a direction of distance into one of the gauge."""
    if task.alternative == "two-sided":
        return "two-sided"
    return gauge.closer if task.alternative == "less" else _opposite(gauge.closer)


def _p_value(task: _Task, gauge: Gauge, direction: Alternative) -> float:
    """Give the p-value of a gauge; sums fall where a gauge with negative scale rises."""
    turned = gauge.scale < 0 and direction != "two-sided"
    return task.sample.tally.p_value(
        task.places[gauge.name], _opposite(direction) if turned else direction, mid_p=task.mid_p
    )


def _least_p(task: _Task, gauge: Gauge) -> float:
    """Give the least p-value that the number of arrangements allows."""
    return min(
        1.0,
        _sides(_direction(task, gauge)) / (task.sample.tally.size + (0 if task.sample.tally.exact else 1)),
    )


def _sides(direction: Alternative) -> int:
    return 2 if direction == "two-sided" else 1


def _row_of(task: _Task, gauge: Gauge) -> Term:
    tally, place = task.sample.tally, task.places[gauge.name]
    mean, deviation = tally.moments(place)
    observed = float(gauge.of(tally.observed[place]))
    expected, spread = float(gauge.of(mean)), abs(gauge.scale) * deviation
    direction = _direction(task, gauge)
    p_value = _p_value(task, gauge, direction)
    return _row(
        task,
        term=gauge.says,
        estimate=observed,
        statistic=(observed - expected) / spread if spread > 0 else math.nan,
        p_value=p_value,
        mc_error=0.0 if tally.exact else monte_carlo_error(p_value, tally.size, direction),
        alternative=direction,
        null_mean=expected,
        null_sd=spread,
    )


def _row(task: _Task, *, note: Words = NOTHING, **numbers: Any) -> Term:
    tally, top = task.sample.tally, task.top
    few = tally.exact and tally.size < FEWEST_ARRANGEMENTS
    least = number(1 / tally.size, 2)
    many = "arrangement" if tally.size == 1 else "arrangements"
    limit = Words(
        f"only {tally.size} {many}: no tail below {least}",
        f"仅 {tally.size} 种排列：任何一侧不低于 {least}",
    )
    return Term(
        test=TEST,
        value=task.listed_by.column,
        n_cities=len(top.labels),
        n_pairs=len(top.km),
        null=task.sample.says,
        method=Words(
            f"list of {top.k:g} among {len(top.km):,} corridors", f"{len(top.km):,} 条通路中的 {top.k:g} 条"
        )
        + (Words(", mid-p", "，mid-p") if task.mid_p else NOTHING),
        note=notes(note, NULLS[task.null].caution, top.ties, limit if few else None),
        **numbers,
    )


def _running_sum(task: _Task) -> tuple[FloatArray, FloatArray, Term]:
    curve = curve_of(task.top)
    most = max(99, CURVE_CELLS // curve.size)
    lists = task.sample.lists[:most]
    complete = task.sample.lists_complete and len(task.sample.lists) <= most
    sums = running_sums(task.top, lists)
    lead, null = float(strongest_lead(curve)), strongest_lead(sums)
    p_value = permutation_p_value(lead, null, "greater", mid_p=task.mid_p, exact=complete)
    term = _row(
        task,
        term=Words("largest lead of the list in the running sum", "名单在累积和中的最大领先"),
        estimate=lead,
        statistic=lead,
        p_value=p_value,
        mc_error=0.0 if complete else monte_carlo_error(p_value, len(sums), "greater"),
        alternative="greater",
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
        note=NOTHING if complete else Words(f"from {len(sums)} lists", f"据 {len(sums)} 份名单"),
    )
    return curve, _quantiles(sums, (0.025, 0.975)), term


def _quantiles(values: FloatArray, shares: tuple[float, ...]) -> FloatArray:
    """Interpolate quantiles of the columns as numpy does, from one sort, which is twice as fast as its partition."""
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    place = np.array(shares) * (ordered.shape[1] - 1)
    below = np.floor(place).astype(np.intp)
    low, high = ordered[:, below], ordered[:, np.minimum(below + 1, ordered.shape[1] - 1)]
    part, gap = place - below, high - low
    return np.asarray(np.where(part < 0.5, low + gap * part, high - gap * (1 - part)).T)  # noqa: PLR2004 - numpy's own rounding


def _sentence(task: _Task, gauge: Gauge, head: Term) -> Words:
    top = task.top
    close, far = (_p_value(task, gauge, one) for one in (gauge.closer, _opposite(gauge.closer)))
    return say_list(
        head,
        min(close, far),
        closer=close <= far,
        measure=task.listed_by,
        by=gauge.says,
        null=task.null,
        lengths=(
            float(top.weights @ top.km / top.k),
            float((1 - top.weights) @ top.km / (len(top.km) - top.k)),
        ),
        counts=(top.k, len(top.km) - top.k),
        least=_least_p(task, gauge),
        smooth=task.smooth,
    )


def _opposite(direction: Alternative) -> Alternative:
    return "greater" if direction == "less" else "less"
