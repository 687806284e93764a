"""The effect of a grouping under every definition of the groups, as a curve."""

from __future__ import annotations

import numpy as np

from geobri.report.charts import draw_course
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.shapes import Point
from geobri.stats.groups.definitions import AS_PUBLISHED, COASTAL_UP_TO
from geobri.stats.results import TestResult
from geobri.stats.say import LEVEL
from geobri.words import Words

__all__ = ["draw_definitions"]

_THRESHOLD = "threshold_km"
_FEWEST = 3


def draw_definitions(result: TestResult) -> Drawing | None:
    """Draw the effect over the threshold that defines the groups, with its interval and the published definition.

    Parameters
    ----------
    result
        A finished test.

    Returns
    -------
    Drawing or None
        None where the test has no thresholds.
    """
    table = result.table
    if _THRESHOLD not in table.columns:
        return None
    cut = table[table[_THRESHOLD] > 0].sort_values(_THRESHOLD)
    published = table[table[_THRESHOLD].isna()]
    if len(cut) < _FEWEST:
        return None
    points = [
        Point(*map(float, row)) for row in cut[[_THRESHOLD, "estimate", "ci_low", "ci_high"]].to_numpy()
    ]
    told = int((cut["p_max_t"] <= LEVEL).sum())
    low, high = write_number(cut["estimate"].min()), write_number(cut["estimate"].max())
    km = [write_number(float(end)) for end in (cut[_THRESHOLD].iloc[0], cut[_THRESHOLD].iloc[-1])]
    marked = None
    if len(published) and np.isfinite(published["estimate"].iloc[0]):
        marked = (float(published["estimate"].iloc[0]), AS_PUBLISHED)
    return draw_course(
        points,
        x_axis=COASTAL_UP_TO,
        y_axis=Words("Cliff's delta, coastal against inland", "沿海对内陆的克利夫 δ"),
        caption=Words(
            "The effect under every definition of the coast, with 95 % intervals.",
            "各种沿海定义下的效应及其 95% 区间。",
        ),
        alternative=Words(
            f"Cliff's delta goes from {low} to {high} over {len(cut)} thresholds from {km[0]} to {km[1]} km",
            f"阈值从 {km[0]} 到 {km[1]} 公里共 {len(cut)} 种，克利夫 δ 在 {low} 至 {high} 之间",
        ),
        statistics=Words(
            f"Cliff's delta {low} to {high} over {len(cut)} thresholds; p ≤ {LEVEL:g} under {told} of them (max-T over all definitions); {result.n} cities.",
            f"{len(cut)} 种阈值下克利夫 δ 为 {low} 至 {high}；其中 {told} 种 p ≤ {LEVEL:g}（对全部定义作 max-T 校正）；{result.n} 座城市。",
        ),
        limits=Words(
            "What this cannot show: which definition is right; neighbouring thresholds share most of their cities.",
            "这不能说明：哪种定义正确；相邻阈值的城市大多相同。",
        ),
        reference=0.0,
        marked=marked,
        logarithmic=True,
    )
