"""The two published reports as studies: their ranks attached to cities and corridors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import geopandas as gpd
import pandas as pd

from geobri.corridors import attach_values, build_corridors, build_pairs
from geobri.datasets import Dataset, bri22, global513
from geobri.measures import Level, Measure
from geobri.study.model import Study

__all__ = ["NAMED_GROUPS", "PUBLISHED", "bri22_study", "global513_study"]

_BRI22_RANKS: Final = (
    ("overall", "Overall", "综合"),
    ("policy", "Policy coordination", "政策沟通"),
    ("facility", "Facilities connectivity", "设施联通"),
    ("trade", "Unimpeded trade", "贸易畅通"),
    ("finance", "Financial integration", "资金融通"),
    ("people", "People-to-people bonds", "民心相通"),
    ("information", "Information connectivity", "信息互联"),
)
_GLOBAL513_RANKS: Final = (
    ("dynamic", "Global Dynamic Cities Index", "全球价值活力城市指数"),
    ("potential", "Belt and Road Potential Cities Index", "“一带一路”潜力城市指数"),
    ("innovation", "Global innovation network", "全球创新网络"),
    ("production_service", "Global production and service network", "全球生产与服务网络"),
    ("connectivity", "Global connectivity facility network", "全球联通设施网络"),
)

NAMED_GROUPS: Final = (
    Measure(
        "silk_road",
        of="cities",
        kind="category",
        label="Belt or Maritime Silk Road, as named in print",
        label_zh="丝绸之路经济带或海上丝绸之路（报告点名）",
    ),
    Measure(
        "economic_corridor",
        of="cities",
        kind="category",
        label="Economic corridor, as named in print",
        label_zh="经济走廊（报告点名）",
    ),
)
"""Columns of the 513 cities that say what the report names them as."""


def _ranks(named: tuple[tuple[str, str, str], ...], of: Level, data: Dataset) -> tuple[Measure, ...]:
    """Say of each published rank what it is; the first is the composite of the others in the report on 22 cities."""
    whole = named[0][0] if named is _BRI22_RANKS else None
    return tuple(
        Measure(
            f"rank_{node}",
            of=of,
            kind="rank",
            label=label,
            label_zh=label_zh,
            origin="published",
            source=data.citation,
            parents=() if whole in (None, node) else (f"rank_{whole}",),
            ranks=node,
            change=f"change_{node}" if of == "cities" and f"change_{node}" in data.cities.columns else "",
        )
        for node, label, label_zh in named
    )


def bri22_study() -> Study:
    """Give the 22 cities and 195 international corridors of the first report.

    Returns
    -------
    Study
        Cities and corridors with their published ranks; most corridors have none.
    """
    data = bri22()
    ranks = ["origin", "destination", *(f"rank_{node}" for node, _, _ in _BRI22_RANKS)]
    corridors = attach_values(build_corridors(data.cities), data.pairs[ranks])
    of_cities, of_corridors = (_ranks(_BRI22_RANKS, of, data) for of in ("cities", "corridors"))
    world = data.tables["table11"].set_index("city")["rank_gci_relative_printed"].rename("place_global")
    of_cities += (
        Measure(
            "place_global",
            of="cities",
            kind="rank",
            label="Global Cities Report, place among these cities",
            label_zh="全球城市综合排名中的相对位次",
            origin="derived",
            source=data.citation,
        ),
    )
    study = _as_study(data, corridors, of_cities, of_corridors, specification="bri22")
    return replace(study, cities=study.cities.join(world.astype("Int64")))


def global513_study() -> Study:
    """Give the 513 cities of the second report, with corridors between the cities that it ranks.

    Returns
    -------
    Study
        Cities with their published ranks; the international corridors between the cities of either
        top-100 list, with distances and without a rank, because the report prints none.
    """
    data = global513()
    ranked = data.cities[data.cities[["rank_dynamic", "rank_potential"]].notna().any(axis=1)]
    corridors = build_corridors(data.cities, pairs=build_pairs(ranked), step_deg=3.0)
    return _as_study(data, corridors, _ranks(_GLOBAL513_RANKS, "cities", data), ())


def _as_study(
    data: Dataset,
    corridors: gpd.GeoDataFrame,
    city_measures: tuple[Measure, ...],
    corridor_measures: tuple[Measure, ...],
    *,
    specification: str | None = None,
) -> Study:
    """Make a study of a published data set and its measures."""
    return Study(
        name=data.name,
        title=data.title,
        title_zh=data.title_zh,
        cities=data.cities,
        corridors=corridors,
        city_measures=city_measures,
        corridor_measures=corridor_measures,
        domain="international",
        strata="country=CHN" if specification else "",
        specification=specification,
        citation=data.citation,
        citation_zh=data.citation_zh,
        notes=data.notes,
        notes_zh=data.notes_zh,
        tables={name: pd.DataFrame(table) for name, table in data.tables.items()},
        contradictions=data.contradictions,
        indicators=data.indicators,
        published=True,
    )


PUBLISHED: Final[dict[str, Callable[[], Study]]] = {"bri22": bri22_study, "global513": global513_study}
"""The reports by name."""
