"""Two rankings of the same cities against each other: their places among the cities that both have."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geobri.measures import Measure
from geobri.report.model import Cell, Column, Drawing, Row, Table
from geobri.report.numbers import write_number, write_step
from geobri.report.pictures import draw_scatter
from geobri.report.shapes import Line, Mark
from geobri.report.terms import name_place
from geobri.study import Study
from geobri.study.contrast import compare_rankings
from geobri.words import Words

__all__ = ["draw_agreement", "list_gaps"]

_FEWEST: Final = 3
_MOST_NAMED: Final = 6


def draw_agreement(
    study: Study, one: Measure, other: Measure, *, axes: tuple[Words, Words], limits: Words
) -> Drawing | None:
    """Draw the place of each city in one ranking over its place in another.

    Parameters
    ----------
    study
        A loaded study.
    one, other
        Two measures of its cities, on the horizontal and the vertical axis.
    axes
        What the axes are called.
    limits
        What the picture cannot show.

    Returns
    -------
    Drawing or None
        None where they have fewer than three cities in common.
    """
    table = _common(study, one, other)
    if len(table) < _FEWEST:
        return None
    x, y = (table[f"place_{measure.column}"].astype(float) for measure in (one, other))
    rho, apart = float(x.corr(y)), table["gap"].abs()
    far = set(apart.sort_values(ascending=False, kind="stable").index[:_MOST_NAMED])
    marks = [
        Mark(
            -a,
            -b,
            name_place(study, slug),
            labelled=slug in far,
            cities=(str(slug),),
        )
        for slug, a, b in zip(table.index, x, y, strict=True)
    ]
    n, half = len(table), write_number(float(apart.median()))
    return draw_scatter(
        marks,
        x_axis=axes[0],
        y_axis=axes[1],
        caption=Words(
            "Places in the two rankings among the cities that both have; on the line they are the same. Named: the widest apart.",
            "两种排序共有城市的名次；落在线上者相同。标出的是相差最大者。",
        ),
        alternative=Words(f"{n} cities, rank correlation {rho:+.2f}", f"{n} 座城市，秩相关 {rho:+.2f}"),
        statistics=Words(
            f"Spearman's rho {rho:+.2f}; {n} cities; half of them within {half} places.",
            f"Spearman rho {rho:+.2f}；{n} 座城市；其中一半相差不超过 {half} 名。",
        ),
        limits=limits,
        line=Line(((-float(n), -float(n)), (-1.0, -1.0)), Words("the same place", "名次相同")),
        ranks=True,
    )


def _common(study: Study, one: Measure, other: Measure) -> pd.DataFrame:
    """Compare two rankings; without rows that tell anything where too few cities have both."""
    both = study.cities[study.cities[one.column].notna() & study.cities[other.column].notna()]
    return compare_rankings(study, one.column, other.column) if len(both) >= _FEWEST else pd.DataFrame()


def list_gaps(study: Study, one: Measure, other: Measure) -> Table | None:
    """List the cities of two rankings with their places among those that both have, and the gap.

    Parameters
    ----------
    study
        A loaded study.
    one, other
        Two measures of its cities.

    Returns
    -------
    Table or None
        None where they have fewer than three cities in common.
    """
    table = _common(study, one, other)
    if len(table) < _FEWEST:
        return None
    labels = [Words(measure.label, measure.label_zh) for measure in (one, other)]
    rows = tuple(
        Row(
            (
                Cell(name_place(study, city)),
                *(
                    Cell(Words(str(row[f"place_{measure.column}"])), int(row[f"place_{measure.column}"]))
                    for measure in (one, other)
                ),
                Cell(Words(write_step(row["gap"])), int(row["gap"])),
                Cell(labels[0] if row["gap"] > 0 else labels[1] if row["gap"] < 0 else Words("")),
            ),
            cities=(str(city),),
        )
        for city, row in table.iterrows()
    )
    columns = (
        Column(Words("City", "城市")),
        *(Column(label, "number") for label in labels),
        Column(Words("Gap", "名次差"), "number"),
        Column(Words("Stands better in", "相对较强")),
    )
    caption = Words(
        f"Places among the {len(table)} cities that both rankings have; the gap counts places better in the first.",
        f"在两种排序共有的 {len(table)} 座城市中的相对位次；名次差为正表示在前一排序中更优。",
    )
    return Table("two-rankings", caption, columns, rows, searchable=True, first_rows=15)
