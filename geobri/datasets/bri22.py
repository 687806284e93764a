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
_NOTES: Final = (
    "The report prints ranks, no raw values and no scores; nothing here pretends to be one.",
    (
        "Of 195 international pairs the report ranks ten overall and the first five of each dimension; the other "
        "pairs have no published rank."
    ),
    "The flag 'coastal' is printed for 11 cities and inferred for 11: see coastal_source and coastal_note.",
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
        notes=_NOTES,
        contradictions=load_contradictions("bri22"),
        provenance=load_provenance("bri22"),
    )
