"""Regions of countries: the UN's M49, and the reports' own.

The two reports group their cities in ways of their own. The index of 22 cities sets China apart from East Asia and takes
Europe and Africa whole; its corridor tables speak of finer parts ("东亚和东欧"); the list of 513 cities knows five
continents and counts overseas territories with the state they belong to (Papeete under Europe). Each is a scheme here,
extended to every country: where the report has no city, the extension follows M49.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from geobri.errors import DataError, mould
from geobri.gazetteer.countries import country_codes, load_country_table
from geobri.notebooks import menu_of

__all__ = ["SCHEMES", "RegionScheme", "assign_regions", "region_names_zh"]
__dir__ = menu_of(__all__)

RegionScheme = Literal["bri22", "bri22_corridor", "global513", "m49_region", "m49_subregion"]
"""The names of the ways to divide the world into regions."""

SCHEMES: dict[RegionScheme, str] = {
    "bri22": "legend of figure 1 of the index of 22 cities: China apart, Europe and Africa whole",
    "bri22_corridor": "labels of the corridor tables of the same report: East Asia with China, Europe and Africa in parts",
    "global513": "the five lists of the 513 cities; overseas territories follow their state",
    "m49_region": "UN M49 regions",
    "m49_subregion": "UN M49 subregions (intermediate regions in Africa and the Americas)",
}
"""Where each division into regions comes from."""

REGION_NAMES_ZH = {
    "China": "中国",
    "East Asia": "东亚",
    "Southeast Asia": "东南亚",
    "South Asia": "南亚",
    "Central Asia": "中亚",
    "West Asia": "西亚",
    "North Africa": "北非",
    "East Africa": "东非",
    "West Africa": "西非",
    "Middle Africa": "中非",
    "Southern Africa": "南非",
    "Eastern Europe": "东欧",
    "Central Europe": "中欧",
    "Western Europe": "西欧",
    "Northern Europe": "北欧",
    "Southern Europe": "南欧",
    "North America": "北美",
    "Latin America": "拉丁美洲",
    "Asia": "亚洲",
    "Europe": "欧洲",
    "Africa": "非洲",
    "America": "美洲",
    "Americas": "美洲",
    "Oceania": "大洋洲",
    "Antarctica": "南极洲",
    "Northern Africa": "北部非洲",
    "Eastern Africa": "东部非洲",
    "Western Africa": "西部非洲",
    "Caribbean": "加勒比",
    "Central America": "中美洲",
    "South America": "南美洲",
    "Northern America": "北美洲",
    "Eastern Asia": "东亚",
    "South-eastern Asia": "东南亚",
    "Southern Asia": "南亚",
    "Western Asia": "西亚",
    "Australia and New Zealand": "澳大利亚和新西兰",
    "Melanesia": "美拉尼西亚",
    "Micronesia": "密克罗尼西亚",
    "Polynesia": "波利尼西亚",
}
"""The Chinese name of each region, by its English one."""

_BY_SUBREGION = {
    "Eastern Asia": "East Asia",
    "South-eastern Asia": "Southeast Asia",
    "Southern Asia": "South Asia",
    "Western Asia": "West Asia",
    "Northern Africa": "North Africa",
    "Eastern Africa": "East Africa",
    "Western Africa": "West Africa",
    "Northern America": "North America",
    "Caribbean": "Latin America",
    "Central America": "Latin America",
    "South America": "Latin America",
    "Australia and New Zealand": "Oceania",
    "Melanesia": "Oceania",
    "Micronesia": "Oceania",
    "Polynesia": "Oceania",
}
_CENTRAL_EUROPE = ("AUT", "CHE", "CZE", "DEU", "HUN", "LIE", "POL", "SVK", "SVN")


def assign_regions(countries: Iterable[object], *, scheme: RegionScheme = "bri22") -> pd.Series[str]:
    """Assign each country to a region.

    Parameters
    ----------
    countries
        Country codes or names, anything that `country_codes` understands; an index is kept if there is one.
    scheme
        Which regions: a key of `SCHEMES`.

    Returns
    -------
    pandas.Series
        Named `region`, English names, in the order given and on the index of `countries` where it has one.

    Raises
    ------
    DataError
        If the scheme does not exist.
    GeocodingError
        If a country is unknown.

    Examples
    --------
    >>> assign_regions(["CHN", "Russia", "阿联酋"]).tolist()
    ['China', 'Europe', 'West Asia']
    >>> assign_regions(["CHN", "RUS"], scheme="bri22_corridor").tolist()
    ['East Asia', 'Eastern Europe']
    """
    if scheme not in SCHEMES:
        wanted = "scheme must be one of " + ", ".join(SCHEMES)
        raise DataError(mould("assign_regions", wanted, repr(scheme), "Choose one of these"))
    index = countries.index if isinstance(countries, pd.Series) else None
    table = load_country_table()
    regions = _regions_of_all(table, scheme)
    return pd.Series(regions.reindex(country_codes(countries)).to_numpy(), index=index, name="region")


def region_names_zh(regions: Iterable[str]) -> list[str]:
    """Translate region names of any scheme into Chinese, as the reports write them.

    Parameters
    ----------
    regions
        English region names, or pairs such as "East Asia / Europe".

    Returns
    -------
    list of str
        Chinese names; parts of a pair are translated one by one, unknown names are left as they are.
    """
    return [" / ".join(REGION_NAMES_ZH.get(part, part) for part in region.split(" / ")) for region in regions]


def _regions_of_all(table: pd.DataFrame, scheme: RegionScheme) -> pd.Series[str]:
    if scheme in ("m49_region", "m49_subregion"):
        return pd.Series(table[scheme])
    if scheme == "global513":
        continents = table.loc[table["sovereign"], "m49_region"].replace("Americas", "America")
        return pd.Series(continents.to_numpy(), index=table.index, dtype=str)
    fine = table["m49_subregion"].replace(_BY_SUBREGION)
    if scheme == "bri22_corridor":
        return pd.Series(fine.mask(table.index.isin(_CENTRAL_EUROPE), "Central Europe"))
    whole = table["m49_region"].isin(["Europe", "Africa"])
    groups = fine.mask(whole, table["m49_region"])
    return pd.Series(groups.mask(table["sovereign"] == "CHN", "China"))
