"""The cities of a study as a sample: what it covers, and whether its list follows the rule that it was chosen by."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geobri.errors import DataError, mould
from geobri.geodesy import distance_km
from geobri.study.hubs import list_partners
from geobri.study.known import with_known
from geobri.study.model import Study
from geobri.study.query import FLAGS

__all__ = ["MILLION", "RULE", "check_selection", "cover", "find_absent", "say_selection"]

RULE: Final = ("population", "capital")
"""Columns that decide whether a place belongs into a list."""
MILLION: Final = 1_000_000
"""Inhabitants from which a city counts as large, as in the report on 513 cities."""
_NEAR_KM: Final = 50.0
"""How near a listed city a place of the gazetteer counts as the same: suburbs are places of their own there."""


def cover(study: Study) -> pd.DataFrame:
    """Say what the cities of a study cover: how many by region, coast and country.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pandas.DataFrame
        One row per region, the largest first, and ``all`` at the end: `cities`, `countries` (known ones), how many are `coastal`,
        `inland` and `coast_unknown`, `valued` (with a value of the first measure of the cities), and `countries_named`, each
        country with its number of cities, the most frequent first. Cities without a region stand under an empty name.
    """
    cities = pd.DataFrame(study.cities)
    shown = study.shown("cities")
    coast = cities["coastal"].astype("boolean")
    facts = pd.DataFrame(
        {
            "region": cities["region"].astype(object).where(cities["region"].notna(), ""),
            "country": cities["country"],
            "coastal": coast.fillna(value=False).astype(int),
            "inland": (~coast).fillna(value=False).astype(int),
            "coast_unknown": coast.isna().astype(int),
            "valued": cities[shown[0].column].notna().astype(int) if shown else 0,
        }
    )
    rows = {str(region): _cover_one(own) for region, own in facts.groupby("region", sort=True, observed=True)}
    table = pd.DataFrame.from_dict(rows, orient="index").sort_values("cities", ascending=False, kind="stable")
    whole = pd.DataFrame.from_dict({"all": _cover_one(facts)}, orient="index")
    return pd.concat([table, whole]).rename_axis("region")


def _cover_one(own: pd.DataFrame) -> dict[str, object]:
    countries = own["country"].value_counts()
    named = sorted(countries.items(), key=lambda one: (-one[1], str(one[0])))
    return {
        "cities": len(own),
        "countries": len(countries),
        **{column: int(own[column].sum()) for column in ("coastal", "inland", "coast_unknown", "valued")},
        "countries_named": "; ".join(f"{country} {count}" for country, count in named),
    }


def check_selection(study: Study, *, people: int = MILLION, ties: int | None = None) -> pd.DataFrame:
    """Check a list of cities against the rule that it was chosen by: large or a capital, and with ties to others.

    Parameters
    ----------
    study
        A study; `population` and `capital` that its cities do not have are taken from the gazetteer, by name and point.
    people
        Inhabitants from which a city counts as large.
    ties
        Partners with a flow, in any of the flows of the study, that a city must have as well; None asks for none.

    Returns
    -------
    pandas.DataFrame
        One row per city: `name, name_zh, population, large, capital, partners` and `fulfils`: true, false, or missing where
        what is known does not decide it. A population that is not known decides nothing, nor does a capital.

    Raises
    ------
    DataError
        If ties are asked of a study without flows.
    """
    cities = pd.DataFrame(with_known(study, RULE).cities)
    population = pd.to_numeric(cities["population"], errors="coerce").astype("Float64")
    large = (population >= people).astype("boolean")
    said = cities["capital"].map(lambda flag: FLAGS.get(str(flag).lower(), pd.NA))
    capital = said.astype("boolean")
    partners = list_partners(study)
    table = cities[["name", "name_zh"]].assign(
        population=population.astype("Int64"), large=large, capital=capital
    )
    fulfils = large | capital
    if ties is not None:
        if partners is None:
            wanted = f"'{study.name}' must have flows for ties to be counted"
            raise DataError(mould("check_selection", wanted, "none", "Leave --ties out, or add flows"))
        fulfils &= (partners >= ties).astype("boolean")
    if partners is not None:
        table["partners"] = partners
    return table.assign(fulfils=fulfils)


def say_selection(table: pd.DataFrame) -> str:
    """Say in a sentence how far a list follows its rule.

    Parameters
    ----------
    table
        As `check_selection` gives it.

    Returns
    -------
    str
        How many cities fulfil it, do not, and cannot be decided.
    """
    met = table["fulfils"]
    yes, no, open_ = (
        int(one.sum()) for one in (met.fillna(value=False), (~met).fillna(value=False), met.isna())
    )
    return f"{yes:,} of {len(table):,} cities fulfil the rule, {no:,} do not, {open_:,} cannot be decided from what is known. Who made the list may have used other populations and capitals than these."


def find_absent(study: Study, *, people: int = MILLION) -> pd.DataFrame:
    """Find places as large as the rule asks that are not in the list.

    Parameters
    ----------
    study
        A loaded study.
    people
        Inhabitants from which a place counts as large.

    Returns
    -------
    pandas.DataFrame
        Places of the gazetteer (GeoNames) with at least so many inhabitants, in countries of which the study has a city,
        farther than 50 km from all its cities, the largest first: `name, name_zh, country, population`, `nearest` and `nearest_km`.
    """
    from geobri.gazetteer import load_gazetteer

    places = load_gazetteer()
    large = places[
        (places["population"] >= people).fillna(value=False) & places["country"].isin(study.cities["country"])
    ]
    lon, lat = study.cities.geometry.x.to_numpy(), study.cities.geometry.y.to_numpy()
    nearest, near_km = [], []
    for x, y in zip(large.geometry.x, large.geometry.y, strict=True):
        far = distance_km(np.full(len(lon), x), np.full(len(lat), y), lon, lat)
        nearest.append(str(study.cities.index[int(far.argmin())]))
        near_km.append(round(float(far.min()), 1))
    table = pd.DataFrame(large[["name", "name_zh", "country", "population"]]).assign(
        nearest=nearest, nearest_km=near_km
    )
    absent = table[table["nearest_km"] > _NEAR_KM]
    return absent.sort_values("population", ascending=False, kind="stable").rename_axis("geonameid")
