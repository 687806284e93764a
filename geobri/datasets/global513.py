"""Global Cities in the Vision of the Belt and Road Initiative, 2021: 513 cities and two indices."""

from __future__ import annotations

from typing import Final

import pandas as pd

from geobri.cities import tell_names_apart
from geobri.datasets.published import (
    attach_points,
    load_contradictions,
    load_provenance,
    load_published,
    load_tables,
)
from geobri.datasets.record import Dataset
from geobri.gazetteer.countries import find_subregions

__all__ = ["NETWORKS", "REGIONS_ZH", "global513"]

NETWORKS: Final = ("innovation", "production-service", "connectivity")
"""The three networks of the Global Dynamic Cities Index."""

REGIONS_ZH: Final = {
    "Asia": "亚洲",
    "Europe": "欧洲",
    "America": "美洲",
    "Africa": "非洲",
    "Oceania": "大洋洲",
}
"""The five regions of the list of cities, with their printed Chinese names."""

MEMBERSHIPS_ZH: Final = {
    "21st Century Maritime Silk Road": "21世纪海上丝绸之路",
    "Silk Road Economic Belt": "丝绸之路经济带",
    "China-Mongolia-Russia Economic Corridor": "中蒙俄经济走廊",
}
"""What the report calls the Belt, the Maritime Silk Road and the one economic corridor of which it names cities."""

_WHOLE: Final = ("rank", "position", "value")
_TABLES: Final = {
    "cities": "global513_cities",
    "dynamic": "global513_dynamic",
    "potential": "global513_potential",
    "networks": "global513_networks",
    "indices": "global513_indices",
}
_CITATION: Final = (
    "China Academy of Urban Planning and Design, Shenzhen Branch (2021): Global Cities in the Vision of the Belt and "
    "Road Initiative, The Annual Report 2021: Bridge the Divide, The Recovery of Global Cities "
    "(“一带一路”倡议下的全球城市，2021年度报告). In Chinese and English."
)
_CITATION_ZH: Final = "中国城市规划设计研究院深圳分院（2021）：“一带一路”倡议下的全球城市，2021 年度报告：弥合鸿沟，全球城市的复苏。中英文。"
_NOTES: Final = (
    "The report prints two rankings of 100 cities, three lists of 20, and no scores; all other cities are unranked.",
    (
        "The region is the one of the report's list of cities: Russia east of the Urals, Papeete and Willemstad stand "
        "under Europe, Saipan under America."
    ),
    (
        "Some names are repaired; the table of cities has the printed ones beside them and says why; where several "
        "cities have a name, the country stands behind it as in print."
    ),
    (
        "The country is printed for cities in a ranking or with a country in parentheses; otherwise it is inferred; "
        "the table of cities says which, and names the other places of the same name."
    ),
    "Some cities are no city points: prefectures, islands, districts, industrial parks (kind).",
    "The report says nothing of coast or inland: 'coastal' is missing.",
    (
        "Ten cities are named in print as of the Maritime Silk Road, Minsk as of the Silk Road Economic Belt, four of six as "
        "along the China-Mongolia-Russia corridor; of the corridors China-Indochina and "
        "China-Pakistan only counts are printed, of the other three nothing. An empty cell does not say that a city is no member."
    ),
    "The lists of the policy, facility, trade, finance and people connectivities are not printed.",
)
_NOTES_ZH: Final = (
    "报告发布两个百城排序、三个二十城名单，没有得分；其余城市均无名次。",
    "区域以报告的城市名单为准：乌拉尔山以东的俄罗斯城市、帕皮提与威廉斯塔德列在欧洲之下，塞班列在美洲之下。",
    "中英文名称已修正，原印名称并列保留，修正理由另有说明；重名城市按原文在名称后加注国家。",
    "有名次或括号注明国家的城市，国家见于报告；其余为推断，并在备注中列出同名的其他地方。",
    "少数条目不是城市点：地区、岛屿、市辖区、工业园区。",
    "报告未提及沿海或内陆：沿海一项缺失。",
    "报告点名十座海上丝绸之路城市、丝绸之路经济带的明斯克，以及中蒙俄经济走廊六席中的四座；中国-中南半岛与中巴经济走廊只有席数，其余三条走廊未提。空白不表示不属于。",
    "政策、设施、贸易、资金与民心各维度的名单未发布。",
)


def _ranks() -> pd.DataFrame:
    """Put the published ranks and arrows of every city side by side."""
    columns: dict[str, pd.Series] = {}
    lists = {name: load_published(f"global513_{name}", whole=["rank"]) for name in ("dynamic", "potential")}
    networks = load_published("global513_networks", whole=["rank"])
    lists |= {name: networks[networks["network"] == name] for name in NETWORKS}
    for name, ranking in lists.items():
        placed, word = ranking.set_index("city"), name.replace("-", "_")
        columns[f"rank_{word}"] = placed["rank"]
        columns[f"change_{word}"] = placed["change"]
    return pd.DataFrame(columns)


def _cities() -> pd.DataFrame:
    cities = load_published("global513_cities", whole=["position"]).set_index("city")
    cities = cities.rename(columns={"region_printed": "region"})
    cities["region_zh"] = cities["region"].map(REGIONS_ZH)
    cities["coastal"] = pd.array([pd.NA] * len(cities), dtype="boolean")
    first = ["name", "name_zh", "country", "region", "coastal"]
    ordered = cities[first + [column for column in cities.columns if column not in first]]
    return (
        tell_names_apart(ordered)
        .join(find_subregions(ordered["country"]))
        .join(_ranks())
        .join(_memberships())
    )


def _memberships() -> pd.DataFrame:
    """Give the cities that the report names as of the Belt, the Maritime Silk Road or an economic corridor; it names no others."""
    named = load_published("global513_memberships").set_index("city")[["silk_road", "economic_corridor"]]
    named = named.replace("", pd.NA)
    return pd.DataFrame(
        {
            column: values
            for name in named
            for column, values in ((name, named[name]), (f"{name}_zh", named[name].map(MEMBERSHIPS_ZH)))
        }
    )


def global513() -> Dataset:
    """Load Global Cities in the Vision of the Belt and Road Initiative 2021.

    Returns
    -------
    Dataset
        513 cities with region, printed and repaired names, and their ranks where published; no pairs; what is
        printed of the two indices; the two rankings, the three network lists and the list of cities as tables.

    References
    ----------
    China Academy of Urban Planning and Design, Shenzhen Branch (2021). Global Cities in the Vision of the Belt
    and Road Initiative. No DOI.

    Examples
    --------
    >>> len(global513().cities)
    513
    """
    none = pd.DataFrame({"origin": pd.Series(dtype=str), "destination": pd.Series(dtype=str)})
    return Dataset(
        name="global513",
        title="Global Cities in the Vision of the Belt and Road Initiative 2021",
        title_zh="“一带一路”倡议下的全球城市 2021 年度报告",
        cities=attach_points(_cities()),
        pairs=none.rename_axis("corridor"),
        indicators=load_published("global513_indices").set_index("part", drop=False),
        tables=load_tables(_TABLES, _WHOLE),
        citation=_CITATION,
        citation_zh=_CITATION_ZH,
        notes=_NOTES,
        notes_zh=_NOTES_ZH,
        contradictions=load_contradictions("global513"),
        provenance=load_provenance("global513"),
    )
