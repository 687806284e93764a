"""What columns, cities and strata are called on the page, so that no identifier is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from geobri.measures import Measure
from geobri.study import Study
from geobri.words import Words

__all__ = ["name_columns", "relabel"]


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
    names = {
        str(slug): Words(str(row["name"]), str(row["name_zh"] or "")) for slug, row in study.cities.iterrows()
    }
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
