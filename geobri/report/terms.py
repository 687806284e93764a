"""What columns, cities and strata are called on the page, so that no identifier is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geobri.measures import Measure
from geobri.study import Study
from geobri.words import Words

__all__ = ["name_city", "name_columns", "name_pair", "name_place", "relabel"]


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
    return name_city(pd.Series(study.cities.loc[str(slug)]))


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


def name_columns(study: Study, measure: Measure | None = None) -> Mapping[str, Words]:
    """Say what columns, cities and strata are called.

    Parameters
    ----------
    study
        A loaded study.
    measure
        What is spoken of: its column means it, though cities and corridors may each have a column of that name.

    Returns
    -------
    Mapping
        Labels by column, and names by city.
    """
    names = {str(slug): name_city(city) for slug, city in study.cities.iterrows()}
    labels = {one.column: Words(one.label, one.label_zh) for one in reversed(study.measures)}
    if measure is not None:
        labels[measure.column] = Words(measure.label, measure.label_zh)
    return {**labels, **names, "distance_km": Words("distance", "距离")}


def relabel(words: Words, names: Mapping[str, Words]) -> Words:
    """Put labels in the place of identifiers.

    Parameters
    ----------
    words
        An estimate, a null model or a sentence.
    names
        From `name_columns`.

    Returns
    -------
    Words
        The text.
    """

    def replaced(text: str, lang: str) -> str:
        def label(match: re.Match[str]) -> str:
            found = names.get(match[0])
            return match[0] if found is None else str(getattr(found, lang))

        return re.sub(r"[a-z][a-z0-9_-]*", label, text)

    return Words(replaced(words.en, "en"), replaced(words.zh, "zh"))
