"""What is told of places that a table leaves open: country, region, coast, inhabitants, capital. On request only, and said as inferred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from geobri.cities import parse_flags
from geobri.measures import Taken
from geobri.study.reading.parts import FolderParts
from geobri.words import Words

__all__ = ["FILLED", "KNOWN", "fill_places", "say_known"]

KNOWN: Final = ("population", "capital")
"""What the gazetteer knows of a place by name and point."""
_BECAUSE: Final = {
    "population": Words("the gazetteer has a place of that name within 50 km", "地名库中 50 km 内有同名地点"),
    "capital": Words(
        "the gazetteer names one capital of each sovereign country; open beside a capital where the name is not known",
        "地名库为每个主权国家列出一个首都；首都附近名称不详者未定",
    ),
}
FILLED: Final = ("country", "region", "coast", *KNOWN)
COAST_KM: Final = 100.0
"""Greatest distance from the coast at which a place counts as coastal when nothing else is known of it."""
_NEAR_DEG: Final = 0.5
"""How far off the coarse outline of a country a place may lie, as on a small island or a quay."""


def fill_places(cities: gpd.GeoDataFrame, wanted: tuple[str, ...], parts: FolderParts) -> gpd.GeoDataFrame:
    """Fill what is missing of places from where they are, and from the gazetteer.

    Parameters
    ----------
    cities
        Table of cities.
    wanted
        Which of `FILLED`.
    parts
        Where it is noted that they are inferred.

    Returns
    -------
    geopandas.GeoDataFrame
        The table; what the source says of a place stays, what cannot be told stays missing.
    """
    if "country" in wanted or "region" in wanted:
        cities = _fill(
            cities,
            "country",
            _countries(cities),
            Words("the point lies in that country (Natural Earth)", "该点位于该国之内（Natural Earth）"),
            parts,
        )
    if "region" in wanted:
        because = Words("the country lies in that region (UN M49)", "该国属于该区域（联合国 M49）")
        cities = _fill(cities, "region", _regions(cities), because, parts)
    if "coast" in wanted:
        because = Words(
            f"the coast of Natural Earth is at most {COAST_KM:g} km away",
            f"距 Natural Earth 海岸线不超过 {COAST_KM:g} km",
        )
        cities = _fill(cities, "coastal", _coastal(cities), because, parts)
    asked = [column for column in KNOWN if column in wanted and not _is_told(cities, column)]
    return _fill_known(cities, asked, parts) if asked else cities


def _is_told(cities: gpd.GeoDataFrame, column: str) -> bool:
    return column in cities.columns and bool((cities[column].notna() & (cities[column] != "")).all())


def _fill_known(cities: gpd.GeoDataFrame, asked: Sequence[str], parts: FolderParts) -> gpd.GeoDataFrame:
    from geobri.gazetteer import describe_places

    known = describe_places(cities)
    for column in asked:
        own = cities[column] if column in cities.columns else pd.Series(pd.NA, cities.index, name=column)
        typed = parse_flags(own, caller="check") if column == "capital" else _numbers(own)
        cities = _fill(cities.assign(**{column: typed}), column, known[column], _BECAUSE[column], parts)
    parts.cautions.append(say_known(asked))
    return cities


def _numbers(own: pd.Series) -> pd.Series:
    return pd.to_numeric(own.astype(object).where(own.notna() & (own != ""), None)).astype("Float64")


def say_known(columns: Sequence[str]) -> Words:
    """Say where inhabitants and capitals come from.

    Parameters
    ----------
    columns
        Which of `KNOWN` were filled.

    Returns
    -------
    Words
        One sentence.
    """
    en = " and ".join({"population": "inhabitants", "capital": "capitals"}[one] for one in columns)
    zh = "、".join({"population": "人口", "capital": "首都"}[one] for one in columns)
    return Words(
        f"Inferred by name and point, not given by the table: {en} (GeoNames, CC BY 4.0; years and extents of places differ).",
        f"以下各项按名称与坐标推断，并非表中所给：{zh}（GeoNames，CC BY 4.0；年份与城市范围不一）。",
    )


def _fill(
    cities: gpd.GeoDataFrame, column: str, found: pd.Series, because: Words, parts: FolderParts
) -> gpd.GeoDataFrame:
    empty = cities[column].isna()
    told = empty & found.notna()
    if not empty.any():
        return cities
    n, whole = f"{int(told.sum()):,}", f"{len(cities):,}"
    taken = Words(
        f"{column} inferred for {n} of {whole} places", f"为 {whole} 个地点中的 {n} 个推断 {column}"
    )
    left = int((empty & ~told).sum())
    taken += Words(f", open for {left:,}", f"，{left:,} 个未定") if left else Words("")
    parts.taken.append(Taken(column=Words("cities", "城市"), taken=taken, because=because))
    return cities.assign(**{column: cities[column].where(~told, found)})


def _countries(cities: gpd.GeoDataFrame) -> pd.Series:
    from geobri.boundaries import load_countries

    outlines = load_countries("50m", worldview="ne")
    outlines = outlines[outlines["country"] != ""][["country", "geometry"]]
    near = cities[["geometry"]].sjoin(outlines, predicate="intersects")["country"]
    near = near[~near.index.duplicated()].reindex(cities.index)
    for at in near.index[near.isna()]:
        close = outlines.loc[
            shapely.dwithin(outlines.geometry, cities.geometry[at], _NEAR_DEG), "country"
        ].unique()
        if len(close) == 1:
            near[at] = close[0]
    return near


def _regions(cities: gpd.GeoDataFrame) -> pd.Series:
    from geobri.regions import assign_regions

    known = cities["country"].dropna()
    regions = assign_regions(known, scheme="m49_subregion") if len(known) else pd.Series(dtype=object)
    return regions.reindex(cities.index)


def _coastal(cities: gpd.GeoDataFrame) -> pd.Series:
    from geobri.coast import coastal_by_threshold, distance_to_coast

    return coastal_by_threshold(distance_to_coast(cities), COAST_KM)
