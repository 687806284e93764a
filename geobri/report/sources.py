"""Method and sources: how the page was made, what the data do not say, where the source contradicts itself."""

from __future__ import annotations

import pandas as pd

from geobri.report.model import Cell, Column, Row, Section, Table
from geobri.report.words import Words
from geobri.study import Study

__all__ = ["source_section"]

_METHOD = (
    Words(
        "Cities are points, corridors great-circle lines between them; distances are WGS84 geodesics in kilometres. "
        "The lines show which cities are joined, not the routes that anything travels.",
        "城市为点，通路为两城之间的大圆线；距离为 WGS84 测地线公里数。线条表示哪些城市相连，而不是实际的运输路线。",
    ),
    Words(
        "A value that the source does not print is missing here. Nothing was estimated to fill a gap.",
        "来源未公布的数值在此保持缺失，没有为填补空缺而作任何估计。",
    ),
)
_ATTRIBUTION = Words(
    "Base map: Natural Earth (public domain). Coordinates: GeoNames (CC BY 4.0).",
    "底图：Natural Earth（公有领域）。坐标：GeoNames（CC BY 4.0）。",
)


def _contradictions(study: Study) -> tuple[Table, ...]:
    found = study.extra.get("contradictions")
    if not isinstance(found, pd.DataFrame) or found.empty:
        return ()
    columns = tuple(Column(Words(str(name).replace("_", " ").capitalize())) for name in found.columns)
    rows = tuple(
        Row(tuple(Cell(Words("" if pd.isna(cell) else str(cell))) for cell in record))
        for record in found.itertuples(index=False)
    )
    caption = Words("Where the source contradicts itself", "来源自相矛盾之处")
    return (Table("contradictions", caption, columns, rows, searchable=True, first_rows=8),)


def source_section(study: Study) -> Section:
    """Make the section on method and sources.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Section
        Method, citation, licence, notes and known contradictions.
    """
    said = [Words(f"Source: {study.citation}", f"来源：{study.citation}")] if study.citation else []
    terms = [Words(f"Terms: {study.licence}", f"使用条款：{study.licence}")] if study.licence else []
    return Section(
        "sources",
        Words("Method and sources", "方法与来源"),
        paragraphs=(*_METHOD, *said, *terms),
        tables=_contradictions(study),
        notes=(*(Words(note) for note in study.notes), _ATTRIBUTION),
    )
