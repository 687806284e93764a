"""The Belt and Road City Connectivity Index of October 2021: 22 cities and their corridors."""

from __future__ import annotations

from typing import Final

from geobri.datasets.published import (
    attach_points,
    load_contradictions,
    load_provenance,
    load_published,
    load_tables,
)
from geobri.datasets.record import Dataset

__all__ = ["DIMENSIONS", "RANK_COLUMNS", "bri22"]

DIMENSIONS: Final = ("policy", "facility", "trade", "finance", "people", "information")
"""The six dimensions in printed order: five connectivities, then information."""

RANK_COLUMNS: Final = ("rank_overall", *(f"rank_{dimension}" for dimension in DIMENSIONS))

_WHOLE: Final = (
    *RANK_COLUMNS,
    "rank",
    "count_printed",
    "label_cell",
    "effect",
    "rank_without_information",
    "rank_bri_printed",
    "rank_gci_relative_printed",
    "rank_overall_table2",
)
_TABLES: Final = {
    "table1": "bri22_indicators",
    **{f"table{number}": f"bri22_table{number}" for number in range(2, 12)},
    "figure1": "bri22_figure1",
}
_CITATION: Final = (
    "China Center for Urban Development, World Economic Forum and Kearney (2021): "
    "Belt and Road City Connectivity Index (“一带一路”城市互联互通指数), October 2021. In Chinese."
)
_CITATION_ZH: Final = (
    "中国城市和小城镇改革发展中心、世界经济论坛、科尔尼（2021）：“一带一路”城市互联互通指数，2021 年 10 月。"
)
_NOTES: Final = (
    "The report prints ranks, no raw values and no scores; nothing here pretends to be one.",
    (
        "Of 195 international pairs the report ranks ten overall and the first five of each dimension; the other "
        "pairs have no published rank."
    ),
    "The label coastal is printed for 11 cities and inferred for 11; the table of cities says for which, and why.",
    (
        "The groups of figure 1 are printed with their counts; which city belongs to which follows from geography and "
        "fits the counts in one way only."
    ),
    "Table 6 prints six region labels for ten corridors; the first is read as one merged cell over rows 1 to 5.",
    "Three cells of table 8 are lost in the text at hand, and one loose number fits two cells; they stay empty.",
    (
        "Ties: facility rank 12 (Seoul, Rome) and information rank 18 (Moscow, Almaty) follow the rule of the smallest "
        "rank; table 7 shares rank 4 in policy (dense) and rank 5 in facility (ten corridors)."
    ),
    "The English of names and indicators is geobri's; the report is in Chinese.",
)
_NOTES_ZH: Final = (
    "报告只发布排序，没有原始数值与得分；此处也不作任何推测充数。",
    "195 个国际城市对中，报告给出综合前十名与各维度前五名；其余城市对没有已发布的名次。",
    "“沿海”标签有 11 座城市见于报告，另 11 座为推断，来源与说明列有记录。",
    "图 1 的分组附有数目；各城市属于哪一组由地理位置推得，且只有一种分法与数目相符。",
    "表 6 对十条通路只印六个区域标签；第一个视为覆盖第 1 至 5 行的合并单元格。",
    "所据文本中表 8 有三个单元格缺失，一个零散数字可归入两处；这些单元格留空。",
    "并列：设施第 12 名（首尔、罗马）与信息第 18 名（莫斯科、阿拉木图）取最小名次；表 7 中政策并列第 4 名（连续编号），设施并列第 5 名（共十条通路）。",
    "城市与指标的英文名称由本软件翻译；报告原文为中文。",
)


def bri22() -> Dataset:
    """Load the Belt and Road City Connectivity Index of 2021.

    Returns
    -------
    Dataset
        22 cities with region, coastal flag, overall rank and six dimension ranks; 29 pairs with a published rank;
        ten indicators with exact weights; tables 1 to 11 and figure 1.

    References
    ----------
    China Center for Urban Development, World Economic Forum and Kearney (2021). Belt and Road City
    Connectivity Index. No DOI.

    Examples
    --------
    >>> len(bri22().cities)
    22
    """
    cities = load_published("bri22_cities", whole=RANK_COLUMNS, flags=["coastal"]).set_index("city")
    return Dataset(
        name="bri22",
        title="Belt and Road City Connectivity Index 2021",
        title_zh="“一带一路”城市互联互通指数（2021年10月）",
        cities=attach_points(cities),
        pairs=load_published("bri22_corridors", whole=RANK_COLUMNS).set_index("corridor"),
        indicators=load_published("bri22_indicators").set_index("indicator"),
        tables=load_tables(_TABLES, _WHOLE),
        citation=_CITATION,
        citation_zh=_CITATION_ZH,
        notes=_NOTES,
        notes_zh=_NOTES_ZH,
        contradictions=load_contradictions("bri22"),
        provenance=load_provenance("bri22"),
    )
