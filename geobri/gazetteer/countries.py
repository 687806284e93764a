"""Countries as ISO 3166-1 alpha-3 codes: the table, and the way from a name to a code.

The names are those the two reports print ("U.K.", "捷克 Czech"), with the common English name beside them; the column
`name_source` says which names are printed. Dependent territories carry the code of their `sovereign`.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from importlib import resources
from typing import Any, Final

import pandas as pd

from geobri.errors import GeocodingError, first_offenders, mould
from geobri.words import Words

__all__ = ["country_codes", "find_subregions", "load_country_table", "name_country"]

_SPELLINGS = {
    "uk": "GBR",
    "great britain": "GBR",
    "england": "GBR",
    "scotland": "GBR",
    "united states of america": "USA",
    "america": "USA",
    "republic of korea": "KOR",
    "dprk": "PRK",
    "russian federation": "RUS",
    "viet nam": "VNM",
    "lao pdr": "LAO",
    "czech republic": "CZE",
    "burma": "MMR",
    "ivory coast": "CIV",
    "cape verde": "CPV",
    "swaziland": "SWZ",
    "macedonia": "MKD",
    "east timor": "TLS",
    "brunei darussalam": "BRN",
    "vatican": "VAT",
    "drc": "COD",
    "democratic republic of congo": "COD",
    "republic of the congo": "COG",
    "the gambia": "GMB",
    "the bahamas": "BHS",
    "macau": "MAC",
    "n mariana islands": "MNP",
    "federated states of micronesia": "FSM",
    "micronesia federated states of": "FSM",
    "西班牙王国": "ESP",
    "大韩民国": "KOR",
    "南韩": "KOR",
    "孟加拉": "BGD",
    "中华人民共和国": "CHN",
    "香港": "HKG",
    "澳门": "MAC",
    "台湾": "TWN",
    "阿拉伯联合酋长国": "ARE",
    "印尼": "IDN",
    "沙特": "SAU",
}


@functools.cache
def _table() -> pd.DataFrame:
    source = resources.files("geobri") / "data" / "gazetteer" / "countries.csv"
    with source.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False, index_col="country")


def load_country_table() -> pd.DataFrame:
    """Load the table of countries and territories.

    Returns
    -------
    pandas.DataFrame
        250 rows, index `country` (ISO 3166-1 alpha-3; Kosovo is the user-assigned XKX), columns `alpha2, numeric, name,
        name_zh, name_common, m49_region, m49_subregion, sovereign, name_source`. A fresh copy, yours to change.

    Notes
    -----
    `name` and `name_zh` are the spellings of the reports where `name_source` is filled. The UN does not list Taiwan in
    M49; it stands here under Eastern Asia, as in the UN's population tables.
    """
    return _table().copy()


def _key(name: object) -> str:
    text = unicodedata.normalize("NFKD", str(name)).casefold().replace(".", "").strip()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", text.removeprefix("the "))


@functools.cache
def _codes_by_key() -> dict[str, str]:
    table = _table()
    codes = {_key(name): code for name, code in _SPELLINGS.items()}
    for column in ("name_common", "name", "name_zh", "alpha2"):
        codes.update({_key(name): str(code) for code, name in table[column].items() if name})
    codes.update({_key(code): str(code) for code in table.index})
    return codes


def country_codes(countries: Iterable[object]) -> list[str]:
    """Turn country names or codes, in English or Chinese, into ISO alpha-3 codes.

    Parameters
    ----------
    countries
        Alpha-2 or alpha-3 codes, or names as the reports or ISO print them ("U.K.", "韩国", "Viet Nam").

    Returns
    -------
    list of str
        One alpha-3 code per input, in the same order.

    Raises
    ------
    GeocodingError
        If any is unknown; all unknown ones are named at once.
    """
    wanted = list(countries)
    known = _codes_by_key()
    codes = [known.get(_key(country), "") for country in wanted]
    unknown = [country for country, code in zip(wanted, codes, strict=True) if not code]
    if unknown:
        message = mould(
            "country_codes",
            "every country must be an ISO 3166 code or a country name in English or Chinese",
            f"{len(unknown)} unknown of {len(wanted)}: {first_offenders(unknown)}",
            "Use the alpha-3 code, as in load_country_table().index",
        )
        raise GeocodingError(message)
    return codes


_SUBREGIONS: Final = {
    "Eastern Africa": ("East Africa", "东非"),
    "Middle Africa": ("Central Africa", "中非"),
    "Northern Africa": ("North Africa", "北非"),
    "Southern Africa": ("Southern Africa", "南部非洲"),
    "Western Africa": ("West Africa", "西非"),
    "Caribbean": ("Caribbean", "加勒比"),
    "Central America": ("Central America", "中美洲"),
    "Northern America": ("North America", "北美"),
    "South America": ("South America", "南美"),
    "Central Asia": ("Central Asia", "中亚"),
    "Eastern Asia": ("East Asia", "东亚"),
    "South-eastern Asia": ("Southeast Asia", "东南亚"),
    "Southern Asia": ("South Asia", "南亚"),
    "Western Asia": ("West Asia", "西亚"),
    "Eastern Europe": ("Eastern Europe", "东欧"),
    "Northern Europe": ("Northern Europe", "北欧"),
    "Southern Europe": ("Southern Europe", "南欧"),
    "Western Europe": ("Western Europe", "西欧"),
    "Australia and New Zealand": ("Australia and New Zealand", "澳大利亚和新西兰"),
    "Melanesia": ("Melanesia", "美拉尼西亚"),
    "Micronesia": ("Micronesia", "密克罗尼西亚"),
    "Polynesia": ("Polynesia", "波利尼西亚"),
}
"""The sub-regions of UN M49 as planners call them, in English and Chinese."""


def find_subregions(codes: pd.Series) -> pd.DataFrame:
    """Find the sub-regions of countries, by UN M49.

    Parameters
    ----------
    codes
        Alpha-3 codes.

    Returns
    -------
    pandas.DataFrame
        On the same index: `subregion` and `subregion_zh`; missing where the code is unknown.
    """
    known = codes.map(_table()["m49_subregion"].to_dict())
    return pd.DataFrame(
        {
            column: known.map({name: words[place] for name, words in _SUBREGIONS.items()})
            for place, column in enumerate(("subregion", "subregion_zh"))
        },
        index=codes.index,
    )


@functools.cache
def _countries() -> dict[str, Words]:
    """Name the countries by their codes, as the reports print them."""
    table = load_country_table()
    return {
        str(code): Words(row["name"] or row["name_common"], row["name_zh"]) for code, row in table.iterrows()
    }


def name_country(code: Any) -> Words:
    """Name a country in both languages.

    Parameters
    ----------
    code
        Its code, or whatever the study calls it.

    Returns
    -------
    Words
        Its names; the code itself where it is not known, nothing where it is missing.
    """
    return Words("") if pd.isna(code) else _countries().get(str(code), Words(str(code)))
