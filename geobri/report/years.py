"""Ranks of the cities over the years."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geobri.measures import Measure
from geobri.report.charts import draw_ranks
from geobri.report.model import Drawing, Section
from geobri.report.numbers import write_number
from geobri.report.shapes import Course
from geobri.report.terms import name_place
from geobri.study import Study
from geobri.study.history import rank_years, say_unscored
from geobri.words import NOTHING, Words

__all__ = ["years_section"]

_MOST_CITIES: Final = 20
_FEWEST_YEARS: Final = 2
_AVERAGED: Final = Words(", the mean over their partners,", "对全部伙伴的平均值")
_SUMMED: Final = Words(" summed over their partners", "对全部伙伴求和")
_ON_ONE_SCALE: Final = Words(" on one scale for all years", "（各年同一尺度）")


def years_section(study: Study) -> Section | None:
    """Make the section of the ranks over the years.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section or None
        None where no flow has two years. The ranks are those of the index where it can be computed in two years, else those of
        the first flow.
    """
    flow = next((one for one in study.corridor_measures if len(one.years) >= _FEWEST_YEARS), None)
    if flow is None:
        return None
    index = next((one for one in study.city_measures if one.origin == "index" and not one.is_rank), None)
    ranks, measure = pd.DataFrame() if index is None else rank_years(study, index), index
    if measure is None or ranks.shape[1] < _FEWEST_YEARS:
        ranks, measure = rank_years(study, flow), flow
    if ranks.shape[1] < _FEWEST_YEARS:
        return None
    how = _ON_ONE_SCALE if measure is index else _SUMMED if measure.adds_up else _AVERAGED
    years = [int(year) for year in ranks.columns]
    left_out = say_unscored(study, years) if measure is index else NOTHING
    left_out = Words(f" {left_out.en}", left_out.zh) if left_out else NOTHING
    return Section(
        "years",
        Words("Ranks over the years", "历年排序"),
        short=Words("Years", "历年"),
        drawings=(_draw(study, ranks, measure, how, left_out),),
    )


def _draw(study: Study, ranks: pd.DataFrame, measure: Measure, how: Words, left_out: Words) -> Drawing:
    """Draw the course of the first places, with what moved in a line."""
    years = [int(year) for year in ranks.columns]
    shown = ranks[ranks[ranks.columns[-1]] <= _MOST_CITIES].sort_values(ranks.columns[-1], kind="stable")
    first, last = ranks[ranks.columns[0]], ranks[ranks.columns[-1]]
    both = first.notna() & last.notna()
    rho = float(first[both].corr(last[both], method="pearson")) if first[both].std() > 0 else np.nan
    moved = (first[both] != last[both]).sum()
    agreement = write_number(rho) or "–"
    return draw_ranks(
        [
            Course(
                name_place(study, city),
                str(city),
                tuple(row.where(row <= _MOST_CITIES).astype(float)),
            )
            for city, row in shown.iterrows()
        ],
        years,
        caption=Words(
            f"Cities by “{measure.label}”{how.en}, {years[0]} to {years[-1]}, first at the top"
            + (f"; the first {_MOST_CITIES} of {len(ranks)}." if len(ranks) > len(shown) else "."),
            f"按“{measure.label_zh}”{how.zh}的城市排序，{years[0]}–{years[-1]} 年，第 1 名在上"
            + (f"；仅示 {len(ranks)} 个中的前 {_MOST_CITIES} 名。" if len(ranks) > len(shown) else "。"),
        ),
        alternative=Words(
            f"Ranks of {len(shown)} cities in {len(years)} years; the table of the section Compare gives them",
            f"{len(shown)} 座城市 {len(years)} 年的排序；“比较与查询”一节的表格可查",
        ),
        statistics=Words(
            f"Rank correlation of the first and the last year {agreement}; {moved} of {int(both.sum())} cities changed their rank.",
            f"首末两年的秩相关为 {agreement}；{int(both.sum())} 座城市中有 {moved} 个名次有变。",
        )
        + left_out,
        limits=Words(
            "What this cannot show: by how much; a rank changes when others move, and years may differ in what was counted.",
            "这不能说明：变化的幅度；他人变动也会改变名次，且各年统计口径可能不同。",
        ),
    )
