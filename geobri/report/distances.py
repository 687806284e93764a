"""Pairs over distance: the fitted decay with its band; shares of pairs where a flow is only yes or no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.measures import Measure
from geobri.report.charts import draw_course
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.pictures import MOST_MARKS, draw_scatter, sample_curve
from geobri.report.results import is_told, say_result
from geobri.report.shapes import Line, Mark, Point
from geobri.report.terms import name_pair
from geobri.stats.flows.friction import DecayResult
from geobri.stats.results import TestResult
from geobri.stats.say import LEVEL, called, p_value
from geobri.study import Study
from geobri.study.pairs import pairs_of
from geobri.study.questions import positive_only
from geobri.words import Words, join_sentences

__all__ = ["draw_decay", "is_yes_or_no", "say_distance", "share_by_distance"]

_MOST_NAMED: Final = 6
_FEW_VALUES: Final = 6
_BANDS: Final = 5
_Z: Final = 1.959964
"""Normal quantile of a 95 % interval."""


def is_yes_or_no(values: npt.ArrayLike) -> bool:
    """Say whether a flow only tells whether there is one.

    Parameters
    ----------
    values
        The flow of every pair.

    Returns
    -------
    bool
        True when there are zeros and ones and nothing else.
    """
    return set(np.unique(values)) == {0, 1}


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a share (Wilson 1927)."""
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    middle, wide = share + _Z**2 / (2 * n), 1 + _Z**2 / n
    return (middle - spread) / wide, (middle + spread) / wide


def _shares_of_fifths(pairs: pd.DataFrame, column: str) -> list[Point]:
    """Give the share that have it, in percent with its interval, in each fifth of the pairs by distance."""
    ordered = pairs.sort_values("distance_km", kind="stable")
    points = []
    for places in np.array_split(np.arange(len(ordered)), _BANDS):
        rows = ordered.iloc[places]
        share = float(rows[column].mean())
        low, high = _wilson(share, len(rows))
        points.append(Point(float(rows["distance_km"].mean()), 100 * share, 100 * low, 100 * high))
    return points


def _name_course(points: list[Point]) -> Words:
    """Say how shares run with distance: down or up from each fifth to the next, or neither."""
    shares = np.array([one.y for one in points])
    steps = np.diff(shares)
    if (steps <= 0).all() and shares[0] > shares[-1]:
        return Words("falls", "下降")
    if (steps >= 0).all() and shares[0] < shares[-1]:
        return Words("rises", "上升")
    return Words("changes", "变化")


def share_by_distance(
    pairs: pd.DataFrame, measure: Measure, lead: TestResult
) -> tuple[Words, Words, Drawing]:
    """Answer the question of distance for a flow that is only yes or no: by shares, without a curve.

    Parameters
    ----------
    pairs
        Every pair with the flow and `distance_km`.
    measure
        What the flow is.
    lead
        The test that gives the p-value.

    Returns
    -------
    tuple
        The verdict, the answer at length, and the picture.
    """
    points = _shares_of_fifths(pairs, measure.column)
    near, far, p = f"{points[0].y:.0f}", f"{points[-1].y:.0f}", p_value(lead.p_value, lead.terms[0].mc_error)
    sure, course = lead.p_value <= LEVEL, _name_course(points)
    whole, name, name_zh = len(pairs), measure.label, measure.label_zh
    verdict = (
        Words(
            f"The share of pairs with “{name}” {course.en} with distance: {near} % of the nearest fifth of all pairs, {far} % of the farthest ({p}).",
            f"有“{name_zh}”的城市对占比随距离{course.zh}：最近的五分之一中占 {near}%，最远的五分之一中占 {far}%（{p}）。",
        )
        if sure
        else Words(
            f"Whether distance matters for “{name}” cannot be told from chance: {near} % of the nearest fifth of all pairs have it, {far} % of the farthest ({p}).",
            f"距离对“{name_zh}”是否有影响，无法与偶然区分：最近的五分之一中占 {near}%，最远的五分之一中占 {far}%（{p}）。",
        )
    )
    yes = int(pairs[measure.column].sum())
    sentence = Words(
        f"{yes:,} of {whole:,} pairs have “{name}”: {near} % of the nearest fifth, {far} % of the farthest. "
        "It is only yes or no for a pair, so shares are shown and no curve is fitted: a half-distance of yes or no would mean nothing.",
        f"{whole:,} 个城市对中有 {yes:,} 个有“{name_zh}”：最近的五分之一中占 {near}%，最远的五分之一中占 {far}%。"
        "每个城市对只有“有”或“无”，因此给出占比而不拟合曲线：“有无”谈不上半衰距离。",
    )
    said = "; ".join(f"{write_number(one.x)} km: {one.y:.0f} %" for one in points)
    said_zh = "；".join(f"{write_number(one.x)} 公里：{one.y:.0f}%" for one in points)
    picture = draw_course(
        points,
        x_axis=Words("mean distance of a fifth of all pairs, km", "每五分之一城市对的平均距离（公里）"),
        y_axis=Words(f"pairs with “{name}”, %", f"有“{name_zh}”的城市对（%）"),
        caption=Words(
            "Pairs in order of distance, cut into fifths, with 95 % intervals as if pairs were independent.",
            "城市对按距离排列，分为五等份；95% 区间视城市对为相互独立。",
        ),
        alternative=Words(said, said_zh),
    )
    return verdict, sentence, picture


def say_distance(
    study: Study, lead: TestResult, _others: Sequence[TestResult], measure: Measure
) -> tuple[Words, Words, Drawing | None]:
    """Answer the question of distance: how far a flow falls, with its picture; by shares where it is only yes or no.

    Parameters
    ----------
    study
        A loaded study.
    lead
        The test that speaks.
    _others
        The other tests, which say nothing here.
    measure
        The flow.

    Returns
    -------
    tuple
        The verdict, the answer at length, and the picture where there is one.
    """
    pairs = pairs_of(study, measure).dropna(subset=[measure.column, "distance_km"])
    p = p_value(lead.p_value, lead.terms[0].mc_error)
    if is_yes_or_no(pairs[measure.column]):
        return share_by_distance(pairs, measure, lead)
    caution = positive_only(study, measure, pairs)
    more = Words("") if caution is None else Words(f" {caution.en}", caution.zh)
    picture = draw_decay(study, pairs, measure, lead)
    if not isinstance(lead, DecayResult):
        said = say_result(study, lead)
        return said, said, picture
    beta = lead.fit.elasticity()
    twice, tenth = 2.0**-beta, 1.1**-beta
    basis = f"{lead.fit.sample.n_cities} cities, {lead.fit.sample.n_pairs:,} pairs"
    basis_zh = f"{lead.fit.sample.n_cities} 座城市、{lead.fit.sample.n_pairs:,} 个城市对"
    if not is_told(lead.p_value):
        return (
            Words(
                f"Whether distance matters for {called(measure).en} cannot be told from chance ({p}).",
                f"距离对{called(measure).zh}是否有影响，无法与偶然区分（{p}）。",
            ),
            Words(
                f"{measure.label}: the change with distance may be chance; the best estimate is {_change(tenth).en} for 10 % more distance ({basis}).",
                f"{measure.label_zh}：随距离的变化可能出于偶然；最佳估计为距离每增加 10%，{_change(tenth).zh}（{basis_zh}）。",
            )
            + more,
            picture,
        )
    falls = Words("falls", "随距离下降") if beta >= 0 else Words("grows", "随距离上升")
    return (
        Words(
            f"{called(measure).en} {falls.en} with distance: at twice the distance {100 * twice:.0f} % is left ({p}).",
            f"{called(measure).zh}{falls.zh}：距离加倍时为原来的 {100 * twice:.0f}%（{p}）。",
        ),
        Words(
            f"Between cities of the same standing, 10 % more distance goes with {_change(tenth).en} of {called(measure).en} ({basis}).",
            f"在同等水平的城市之间，距离每增加 10%，{called(measure).zh}{_change(tenth).zh}（{basis_zh}）。",
        )
        + more,
        picture,
    )


def _change(ratio: float) -> Words:
    size = write_number(abs(100 * (1 - ratio)))
    return Words(f"{size} % less", f"减少 {size}%") if ratio < 1 else Words(f"{size} % more", f"增加 {size}%")


def _curve(
    lead: DecayResult, x: FloatArray, total: float, grid: FloatArray, friction: float | None = None
) -> FloatArray:
    """Give the decay at some distances, scaled so that all pairs together have the observed total."""
    fit = lead.fit if friction is None else replace(lead.fit, friction=np.array([friction]))
    heights: FloatArray = total / fit.decay(x).sum() * fit.decay(grid)
    return heights


def _fitted(lead: DecayResult, x: FloatArray, y: FloatArray) -> Line:
    grid = np.array(sample_curve(float(x.min()), float(x.max())))
    heights = _curve(lead, x, float(y.sum()), grid)
    band: tuple[tuple[float, float, float], ...] = ()
    if all(map(math.isfinite, lead.interval)) and len(lead.fit.friction) == 1:
        ends = np.sort([_curve(lead, x, float(y.sum()), grid, end) for end in lead.interval], axis=0)
        band = tuple(zip(grid.tolist(), ends[0].tolist(), ends[1].tolist(), strict=True))
    points = tuple(zip(grid.tolist(), heights.tolist(), strict=True))
    return Line(points, Words("fitted curve", "拟合曲线"), band)


def draw_decay(study: Study, pairs: pd.DataFrame, measure: Measure, lead: TestResult) -> Drawing | None:
    """Draw every pair by distance, zeros included, with the fitted curve, and name those far above it.

    Parameters
    ----------
    study
        A loaded study.
    pairs
        Every pair with the measure and `distance_km`.
    measure
        What is drawn.
    lead
        The test whose curve is drawn, if it fitted one.

    Returns
    -------
    Drawing or None
        None where there are fewer than two distances.
    """
    x, y = pairs["distance_km"].to_numpy(dtype=float), pairs[measure.column].to_numpy(dtype=float)
    if len(pairs) < 2 or np.ptp(x) == 0:  # noqa: PLR2004 - one point is no picture
        return None
    line, excess = None, y - y.mean()
    if isinstance(lead, DecayResult) and x.min() > 0:
        line = _fitted(lead, x, y)
        excess = y - _curve(lead, x, float(y.sum()), x)
    spread = len(np.unique(y)) > _FEW_VALUES  # names over a row of dots would hide it
    named = set(np.argsort(-excess, kind="stable")[:_MOST_NAMED].tolist()) if spread else set()
    shown = sorted(named) if len(pairs) > MOST_MARKS else range(len(pairs))
    marks = [
        Mark(
            float(x[at]),
            float(y[at]),
            name_pair(study, pairs.iloc[at]) if at in named else Words(str(pairs.index[at])),
            labelled=at in named,
            corridors=(str(pairs.index[at]),),
        )
        for at in shown
    ]
    unit = f", {measure.unit}" if measure.unit else ""
    unit_zh = f"（{measure.unit_zh}）" if measure.unit_zh else ""
    span = [write_number(end) for end in (x.min(), x.max(), y.min(), y.max())]
    return draw_scatter(
        marks,
        x_axis=Words("distance, km", "距离（公里）"),
        y_axis=Words(measure.label + unit, measure.label_zh + unit_zh),
        caption=_caption(y, line, named=bool(named)),
        alternative=Words(
            f"{len(y):,} pairs from {span[0]} to {span[1]} km; {measure.label} from {span[2]} to {span[3]}",
            f"{len(y):,} 个城市对，{span[0]} 至 {span[1]} 公里；{measure.label_zh}为 {span[2]} 至 {span[3]}",
        ),
        line=line,
        crowd=(x, y),
    )


def _caption(y: FloatArray, line: Line | None, *, named: bool) -> Words:
    """Say what the picture shows: pairs, zeros, curve, band and names."""
    zeros = int((y == 0).sum())
    parts = [Words("Every pair of cities by distance.", "每个城市对按距离排列。")]
    if zeros:
        parts.append(
            Words(f"{zeros:,} of {len(y):,} pairs are 0.", f"{len(y):,} 个城市对中有 {zeros:,} 个为零。")
        )
    if line is not None:
        parts.append(Words("The curve is the fitted decay.", "曲线为拟合的衰减。"))
    if line is not None and line.band:
        parts.append(
            Words(
                "The band spans the decays of the 95 % interval of the friction.",
                "阴影带为摩擦系数 95% 区间内的衰减。",
            )
        )
    if named:
        parts.append(Words("Named: those farthest above it.", "标出的是高出最多者。"))
    return join_sentences(parts)
