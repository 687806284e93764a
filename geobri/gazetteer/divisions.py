"""States, provinces and the like: what stands behind a name in "Portland, OR", "朝阳（辽宁）" or "Suzhou, Jiangsu".

Eleven countries have a table of divisions (`divisions.csv`); elsewhere only the codes of GeoNames are understood, and only beside the country.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib import resources
from typing import NamedTuple

import pandas as pd

from geobri.errors import GeocodingError
from geobri.gazetteer.countries import country_codes
from geobri.gazetteer.names import name_key

__all__ = [
    "Area",
    "division_column",
    "division_label",
    "intersect_areas",
    "is_state_code",
    "named_division",
    "read_area",
    "read_division",
    "split_province",
]

_HEADINGS = frozenset(
    {
        "state",
        "state_code",
        "province",
        "province_code",
        "prov",
        "state/province",
        "province/state",
        "admin1",
        "uf",
        "estado",
        "provincia",
        "省",
        "省份",
        "州省",
    }
)
_POSTAL = frozenset({"USA", "CAN", "AUS", "BRA"})
"""Countries whose divisions are written as codes in addresses; elsewhere a candidate is printed with the name."""
_AUTONOMOUS = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
}
_LONGEST_CODE = 3
_SPELLINGS = {
    ("USA", "DC"): ("Washington DC", "Washington D.C."),
    ("CAN", "05"): ("NF", "Newfoundland"),
    ("CAN", "09"): ("PEI",),
    ("CAN", "10"): ("Québec", "PQ"),
    ("MEX", "01"): ("AGU",),
    ("MEX", "02"): ("BCN",),
    ("MEX", "04"): ("CAM",),
    ("MEX", "05"): ("CHP",),
    ("MEX", "06"): ("CHH",),
    ("MEX", "07"): ("COA",),
    ("MEX", "09"): ("CMX", "DF"),
    ("MEX", "10"): ("DUR",),
    ("MEX", "11"): ("GUA",),
    ("MEX", "13"): ("HID",),
    ("MEX", "16"): ("MIC",),
    ("MEX", "19"): ("NLE",),
    ("MEX", "22"): ("QUE",),
    ("MEX", "23"): ("ROO",),
    ("MEX", "28"): ("TAM",),
    ("MEX", "29"): ("TLA",),
    ("CHN", "14"): ("Xizang",),
    ("CHN", "20"): ("Nei Mongol", "Neimenggu"),
    ("IND", "21"): ("Orissa", "OR"),
    ("IND", "37"): ("CT",),
    ("IND", "39"): ("UT", "Uttaranchal"),
    ("IND", "40"): ("TS",),
    ("DEU", "02"): ("Bayern",),
    ("DEU", "05"): ("Hessen",),
    ("DEU", "06"): ("Niedersachsen",),
    ("DEU", "07"): ("Nordrhein-Westfalen", "NRW"),
    ("DEU", "08"): ("Rheinland-Pfalz",),
    ("DEU", "13"): ("Sachsen",),
    ("DEU", "14"): ("Sachsen-Anhalt",),
    ("DEU", "15"): ("Thüringen",),
}
"""Other names and codes; of the states of Mexico the codes of ISO 3166-2, where addresses have others."""

_JAPANESE = (
    "愛知県 秋田県 青森県 千葉県 愛媛県 福井県 福岡県 福島県 岐阜県 群馬県 広島県 北海道 兵庫県 茨城県 石川県 岩手県 香川県 鹿児島県 神奈川県 高知県 熊本県 京都府 "
    "三重県 宮城県 宮崎県 長野県 長崎県 奈良県 新潟県 大分県 岡山県 大阪府 佐賀県 埼玉県 滋賀県 島根県 静岡県 栃木県 徳島県 東京都 鳥取県 富山県 和歌山県 山形県 "
    "山口県 山梨県 沖縄県"
)
"""The prefectures of Japan as they write themselves, in the order of GeoNames' codes 01 to 47."""
_SPELLINGS |= {("JPN", f"{at:02d}"): (name,) for at, name in enumerate(_JAPANESE.split(), start=1)}


class Area(NamedTuple):
    """A country, or one first-level division of it.

    Attributes
    ----------
    country
        ISO alpha-3 code; empty in a GeoNames code whose country another qualifier must give.
    admin1
        GeoNames' code of the division; empty for the whole country.
    """

    country: str
    admin1: str = ""


@functools.cache
def _table() -> pd.DataFrame:
    source = resources.files("geobri") / "data" / "gazetteer" / "divisions.csv"
    with source.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


@functools.cache
def _areas_by_key() -> dict[str, tuple[Area, ...]]:
    """All divisions that are written so, whether as a name or as a code."""
    found: dict[str, dict[Area, None]] = {}
    for row in _table().itertuples():
        area = Area(str(row.country), str(row.admin1))
        for form in (row.code, *_names_of(area, str(row.name), str(row.name_zh))):
            if form:
                found.setdefault(name_key(str(form)), {})[area] = None
    return {key: tuple(areas) for key, areas in found.items()}


def _names_of(area: Area, name: str, name_zh: str) -> Iterable[str]:
    yield from (name, *_SPELLINGS.get(area, ()))
    if name_zh:
        yield from _chinese_forms(name_zh)


def _chinese_forms(name_zh: str) -> tuple[str, ...]:
    return (_AUTONOMOUS.get(name_zh, name_zh + "省"), name_zh + "市", name_zh)


@functools.cache
def _codes() -> dict[Area, str]:
    return {Area(str(row.country), str(row.admin1)): str(row.code) for row in _table().itertuples()}


@functools.cache
def _labels() -> dict[Area, str]:
    return {
        Area(str(row.country), str(row.admin1)): str(row.code if row.country in _POSTAL else row.name)
        for row in _table().itertuples()
    }


def division_label(area: Area) -> str:
    """Say how a division is printed beside its country.

    Parameters
    ----------
    area
        Country and GeoNames code.

    Returns
    -------
    str
        The postal code where addresses have one ("MO"), the name where the table has it ("Jiangsu"), else GeoNames' code.
    """
    return _labels().get(area, area.admin1)


def is_state_code(text: str) -> bool:
    """Tell whether a qualifier is written as one of the 51 postal codes of the United States.

    Parameters
    ----------
    text
        A qualifier, as in "Zion, IL".

    Returns
    -------
    bool
        True for "IL" and "D.C."; false for "Illinois".
    """
    key = name_key(text)
    return any(
        area.country == "USA" and name_key(_codes()[area]) == key for area in _areas_by_key().get(key, ())
    )


def division_column(columns: Iterable[str]) -> str | None:
    """Find the column of a table that holds states or provinces.

    Parameters
    ----------
    columns
        Headings, in any spelling of capitals.

    Returns
    -------
    str or None
        The first heading that says so.
    """
    return next((name for name in columns if str(name).strip().casefold() in _HEADINGS), None)


def named_division(text: str, country: str = "") -> Area | None:
    """Find the division that a text names, such as "Texas" or "广东".

    Parameters
    ----------
    text
        A name; codes do not count.
    country
        ISO alpha-3 code of the country in which it must lie; any by default.

    Returns
    -------
    Area or None
        The first of them, or None.
    """
    key = name_key(text)
    areas = _areas_by_key().get(key, ())
    named = (area for area in areas if key not in _codes_of(area) and country in ("", area.country))
    return next(named, None)


@functools.cache
def _codes_of(area: Area) -> frozenset[str]:
    """Give all codes of a division, as keys: other ones are written in capitals, as its own is."""
    further = (form for form in _SPELLINGS.get(area, ()) if form.isupper() and len(form) <= _LONGEST_CODE)
    return frozenset(name_key(code) for code in (_codes()[area], *further)) - {""}


def read_division(text: str, country: str) -> tuple[Area, ...]:
    """Read the cell of a column `state` or `province`.

    Parameters
    ----------
    text
        A name or code of a division.
    country
        ISO alpha-3 code, or empty if it is not known.

    Returns
    -------
    tuple of Area
        What it can mean in this country; empty if nothing.
    """
    areas = tuple(area for area in _areas_by_key().get(name_key(text), ()) if country in ("", area.country))
    return areas or ((Area(country, text.strip().upper()),) if country and not _has_table(country) else ())


def _has_table(country: str) -> bool:
    return bool((_table()["country"] == country).any())


def read_area(text: str) -> tuple[Area, ...]:
    """Read a qualifier as a country, a division, or both if it can mean both.

    Parameters
    ----------
    text
        What stands behind the comma or between the brackets.

    Returns
    -------
    tuple of Area
        All that it can mean. A part of a country that is also written as its country (England) means the part.
    """
    divisions = _areas_by_key().get(name_key(text), ())
    try:
        country = country_codes([text])[0]
    except GeocodingError:
        country = ""
    part = named_division(text)
    whole = () if not country or (part is not None and part.country == country) else (Area(country),)
    return (*whole, *divisions, Area("", text.strip().upper()))


def intersect_areas(groups: Iterable[tuple[Area, ...]]) -> tuple[Area, ...]:
    """Keep what several qualifiers mean together.

    Parameters
    ----------
    groups
        What each qualifier can mean.

    Returns
    -------
    tuple of Area
        The areas in which all agree, each with its country.
    """
    together: tuple[Area, ...] | None = None
    for group in groups:
        together = group if together is None else tuple(
            dict.fromkeys(
                Area(one.country or other.country, one.admin1 or other.admin1)
                for one in together
                for other in group
                if (not one.country or not other.country or one.country == other.country)
                and (not one.admin1 or not other.admin1 or one.admin1 == other.admin1)
            )
        )  # fmt: skip
    return tuple(area for area in together or () if area.country)


@functools.cache
def _provinces() -> list[tuple[str, Area]]:
    """Chinese forms of the provinces of China, the longest first."""
    rows = _table()[_table()["country"] == "CHN"]
    forms = [
        (form, Area("CHN", str(row.admin1)))
        for row in rows.itertuples()
        for form in _chinese_forms(str(row.name_zh))
    ]
    return sorted(forms, key=lambda pair: -len(pair[0]))


def split_province(name: str) -> tuple[Area, str] | None:
    """Split the province off a Chinese name: 辽宁省朝阳市 into Liaoning and 朝阳市.

    Parameters
    ----------
    name
        A name in Chinese characters.

    Returns
    -------
    tuple of Area and str, or None
        None if it begins with no province, or with nothing behind it.
    """
    for form, area in _provinces():
        if name.startswith(form) and len(name) > len(form) + 1:
            return area, name.removeprefix(form)
    return None
