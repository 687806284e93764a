"""What columns are called in the wild, and what they are called here."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["COLUMN_WORDS", "PAIR_KEY", "composed", "spare_name", "tidy_column_names"]

PAIR_KEY: Final = ("indicator", "origin", "destination", "year")
"""The columns that say which pair a row speaks of, by what, and when."""

COLUMN_WORDS: Final[dict[str, str]] = {
    "城市": "city", "城市代码": "city", "slug": "city", "id": "city",
    "城市名称": "name", "名称": "name", "英文名": "name", "name_en": "name", "city_name": "name",
    "中文名": "name_zh", "城市中文名": "name_zh", "name_cn": "name_zh",
    "国家": "country", "国家/地区": "country", "iso3": "country", "country_code": "country",
    "区域": "region", "地区": "region", "大区": "region", "continent": "region",
    "沿海": "coastal", "是否沿海": "coastal", "coast": "coastal",
    "经度": "lon", "longitude": "lon", "long": "lon", "lng": "lon", "x": "lon",
    "纬度": "lat", "latitude": "lat", "y": "lat",
    "起点": "origin", "起点城市": "origin", "出发城市": "origin", "出发地": "origin", "from": "origin", "source": "origin",
    "orig": "origin",
    "终点": "destination", "终点城市": "destination", "到达城市": "destination", "到达地": "destination", "目的地": "destination",
    "to": "destination", "target": "destination", "dest": "destination",
    "von": "origin", "herkunft": "origin", "origine": "origin", "départ": "origin", "origen": "origin", "origem": "origin",
    "始发站": "origin", "始发地": "origin", "来源地": "origin", "迁出地": "origin", "流出地": "origin", "出発地": "origin",
    "nach": "destination", "ziel": "destination", "arrivée": "destination", "destino": "destination",
    "终到站": "destination", "迁入地": "destination", "流入地": "destination", "到着地": "destination",
    "längengrad": "lon", "longitud": "lon", "経度": "lon", "breitengrad": "lat", "latitud": "lat", "緯度": "lat",
    "pays": "country", "país": "country", "国名": "country",
    "nom": "name", "名前": "name", "stadt": "city", "ville": "city", "ciudad": "city", "都市": "city",
    "指标": "indicator", "variable": "indicator", "indicator_id": "indicator",
    "数值": "value", "值": "value", "流量": "value", "count": "value", "flow": "value",
    "年份": "year", "年": "year",
}  # fmt: skip
"""What columns are called in the wild (Chinese headings, GIS habits), and what they are called here."""


def tidy_column_names(columns: list[str], renamed: dict[str, str] | None = None) -> list[str]:
    """Give columns the names of the contract.

    Parameters
    ----------
    columns
        Headings as they stand in the file.
    renamed
        The study's own names: ours by theirs; they win over `COLUMN_WORDS`.

    Returns
    -------
    list of str
        One name per heading; unknown headings are kept, stripped. A word of the contract that stands
        in the file itself is never displaced by a synonym.
    """
    stripped = [composed(heading.strip().strip("\ufeff")) for heading in columns]
    own = {theirs: ours for theirs, ours in (renamed or {}).items() if theirs in stripped}
    taken = {heading.lower() for heading in stripped}
    names: list[str] = []
    for heading in stripped:
        word = COLUMN_WORDS.get(heading.lower())
        free = word is not None and word not in taken and word not in names and word not in own.values()
        lowered = heading.lower() if heading.lower() in COLUMN_WORDS.values() else heading
        plain = word if free and word else lowered
        names.append(own.get(heading) or (spare_name(plain) if plain in own.values() else plain))
    return names


def spare_name(word: str) -> str:
    """Name a column that is called as in the contract, where the user named another one for that word.

    Parameters
    ----------
    word
        A word of the contract.

    Returns
    -------
    str
        A name that is none.
    """
    return f"{word}_given"


def composed(text: str) -> str:
    """Give a text with its accents in the letters (NFC), so that a name of a Mac is the same name.

    Parameters
    ----------
    text
        A cell, a heading or a whole file.

    Returns
    -------
    str
        The text; the same where it has no accents.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)
