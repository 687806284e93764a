"""The pictures beside the answers: listed corridors by their length, coastal and inland cities, every city against its neighbours."""

from __future__ import annotations

import numpy as np

from geobri.measures import Measure
from geobri.report.model import Drawing
from geobri.report.numbers import write_number
from geobri.report.pictures import draw_groups, draw_scatter
from geobri.report.shapes import Line, Mark
from geobri.report.terms import name_pair, name_place
from geobri.stats.results import TestResult
from geobri.study import Study
from geobri.study.pairs import pairs_of
from geobri.words import Words

__all__ = ["draw_list", "draw_moran", "draw_sides"]


def draw_list(study: Study, measure: Measure) -> Drawing:
    """Draw the listed corridors and all others by length.

    Parameters
    ----------
    study
        A loaded study.
    measure
        A rank of its corridors, missing where a corridor is not listed.

    Returns
    -------
    Drawing
        Two rows of dots.
    """
    pairs = pairs_of(study, measure)
    listed = pairs[measure.column].notna()
    lanes = [
        (
            name,
            [
                Mark(float(row["distance_km"]), 0, name_pair(study, row), corridors=(str(corridor),))
                for corridor, row in rows.iterrows()
            ],
        )
        for name, rows in (
            (Words("listed", "有排序"), pairs[listed]),
            (Words("others", "其余"), pairs[~listed]),
        )
        if len(rows)
    ]
    return draw_groups(
        lanes,
        axis=Words("length of the corridor, km", "通路长度（公里）"),
        caption=Words(
            "Every corridor by its length; the red line is the median of its row.",
            "每条通路按长度排列；红线为该行的中位数。",
        ),
        of=Words("corridors", "条通路"),
    )


def draw_sides(study: Study, measure: Measure) -> Drawing | None:
    """Draw coastal and inland cities as dots.

    Parameters
    ----------
    study
        A loaded study.
    measure
        A measure of its cities.

    Returns
    -------
    Drawing or None
        Two rows of dots; None where one of them would be empty.
    """
    known = study.cities[study.cities[measure.column].notna() & study.cities["coastal"].notna()]
    side = known["coastal"].astype(bool)
    if side.all() or not side.any():
        return None
    lanes = [
        (
            name,
            [
                Mark(float(row[measure.column]), 0, name_place(study, slug), cities=(str(slug),))
                for slug, row in rows.iterrows()
            ],
        )
        for name, rows in ((Words("coastal", "沿海"), known[side]), (Words("inland", "内陆"), known[~side]))
    ]
    better = Words(" (1 is best)", "（第 1 名最优）") if measure.is_rank else Words("")
    return draw_groups(
        lanes,
        axis=Words(measure.label + better.en, measure.label_zh + better.zh),
        caption=Words(
            "Every city as a dot, the better end on the right; the red line is the median of its row.",
            "每座城市为一点，右端更优；红线为该行的中位数。",
        ),
        best_is_low=measure.direction < 0,
        of=Words("cities", "座城市"),
    )


def draw_moran(study: Study, lead: TestResult, measure: Measure) -> Drawing | None:
    """Draw every city against the mean of its neighbours.

    Parameters
    ----------
    study
        A loaded study.
    lead
        A finished test of Moran's I, whose table holds `value` and `lag`.
    measure
        What was tested.

    Returns
    -------
    Drawing or None
        A scatter plot with its line; None where the test kept no table.
    """
    table = lead.table
    if table.empty or "lag" not in table.columns:
        return None
    sign = measure.direction
    x, y = sign * table["value"].to_numpy(dtype=float), sign * table["lag"].to_numpy(dtype=float)
    far = set(np.argsort(-np.hypot(x / (x.std() or 1), y / (y.std() or 1)), kind="stable")[:8].tolist())
    marks = [
        Mark(float(a), float(b), name_place(study, slug), labelled=at in far, cities=(str(slug),))
        for at, (a, b, slug) in enumerate(zip(x, y, table.index, strict=True))
    ]
    slope = float(x @ y / (x @ x))
    ends = (float(x.min()), float(x.max()))
    better = Words("better", "更优") if measure.direction < 0 else Words("higher", "更高")
    return draw_scatter(
        marks,
        x_axis=Words(
            f"{measure.label} against the mean ({better.en} to the right)",
            f"{measure.label_zh}与均值之差（右侧{better.zh}）",
        ),
        y_axis=Words("mean of its neighbours against the mean", "邻近者均值与总均值之差"),
        caption=Words(
            "Every city against its neighbours; the slope of the line is Moran's I.",
            "每座城市与其邻近城市；直线斜率即莫兰指数。",
        ),
        alternative=Words(
            f"{len(x)} cities; slope {write_number(slope)}", f"{len(x)} 座城市；斜率 {write_number(slope)}"
        ),
        line=Line(tuple((end, slope * end) for end in ends), Words("slope", "斜率")),
        cross=(0.0, 0.0),
        quadrants=(
            (Words("low among high", "低，邻近高"), Words("high among high", "高，邻近高")),
            (Words("low among low", "低，邻近低"), Words("high among low", "高，邻近低")),
        ),
    )
