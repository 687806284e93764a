"""What places, pairs and estimates are called on the page, so that no identifier is printed."""

from __future__ import annotations

import re
from typing import Any, Final

import pandas as pd

from geobri.regions import REGION_NAMES_ZH
from geobri.stats.say.terms import HALF_DISTANCE
from geobri.study import Study
from geobri.words import Words

__all__ = ["name_city", "name_pair", "name_place", "name_region", "relabel"]


def name_city(city: pd.Series[Any]) -> Words:
    """Name a city in both languages.

    Parameters
    ----------
    city
        Its row.

    Returns
    -------
    Words
        Its names.
    """
    chinese = city.get("name_zh")
    return Words(str(city["name"]), "" if pd.isna(chinese) else str(chinese))


def name_place(study: Study, slug: object) -> Words:
    """Name a city of a study in both languages.

    Parameters
    ----------
    study
        A loaded study.
    slug
        Its id.

    Returns
    -------
    Words
        Its names.
    """
    cities, place = study.cities, str(slug)
    chinese: Any = cities.loc[place, "name_zh"] if "name_zh" in cities else None
    return Words(str(cities.loc[place, "name"]), "" if pd.isna(chinese) else str(chinese))


def name_pair(study: Study, pair: pd.Series[Any], *, arrow: bool | None = None) -> Words:
    """Name the two ends of a pair in both languages.

    Parameters
    ----------
    study
        A loaded study.
    pair
        A row with `origin` and `destination`.
    arrow
        Whether the pair leads from one to the other; by default where the corridors of the study do.

    Returns
    -------
    Words
        Both names, as the map writes them.
    """
    one, other = name_place(study, pair["origin"]), name_place(study, pair["destination"])
    sign = "→" if (study.directed if arrow is None else arrow) else "–"
    return Words(f"{one.en} {sign} {other.en}", f"{one.zh} {sign} {other.zh}")


def name_region(region: object) -> Words:
    """Name a region of the world in both languages.

    Parameters
    ----------
    region
        Its English name, or what a study calls it; nothing where it is missing.

    Returns
    -------
    Words
        The Chinese name where one is known.
    """
    text = "" if pd.isna(region) else str(region)  # type: ignore[call-overload]
    return Words(text, REGION_NAMES_ZH.get(text, text))


_WITHOUT: Final = "without "
_DISTANCE: Final = re.compile(r"\bdistance_km\b", re.ASCII)
"""The identifiers that `tests.csv` has in an estimate: the one city that was left out, and the distance."""
_HALF_KM: Final = Words("half-distance, km", "半衰距离（公里）")
"""On the page, whose tests of distance take the geodesic between two cities."""


def relabel(study: Study, words: Words) -> Words:
    """Put what a reader knows in the place of the identifiers of an estimate.

    Parameters
    ----------
    study
        A loaded study.
    words
        An estimate or a null model, as in `tests.csv`; sentences have no identifiers.

    Returns
    -------
    Words
        ``log distance``, ``without Bangkok``.
    """
    if words == HALF_DISTANCE:
        return _HALF_KM
    head, without, last = words.en.rpartition(_WITHOUT)
    if without and last in study.cities.index:
        return Words(head + without + name_place(study, last).en, words.zh)
    return Words(_DISTANCE.sub("distance", words.en), _DISTANCE.sub("距离", words.zh))
