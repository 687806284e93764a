"""Inhabitants and capitals of a study that does not have them: from the gazetteer, by name and point, when a question needs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from geobri.study.model import Study
from geobri.study.reading.filling import KNOWN, fill_places
from geobri.study.reading.parts import FolderParts

__all__ = ["with_known"]


def with_known(study: Study, columns: Iterable[str]) -> Study:
    """Give a study the columns that a question names and the gazetteer knows.

    Parameters
    ----------
    study
        A loaded study.
    columns
        Columns that a question names.

    Returns
    -------
    Study
        With `population` or `capital`, where these are named and the study has no such column; that they are inferred stands in its
        `taken` and `cautions`. The same study where nothing is to be added.
    """
    wanted = tuple(name for name in KNOWN if name in set(columns) and name not in study.cities.columns)
    if not wanted:
        return study
    parts = FolderParts()
    cities = fill_places(study.cities, wanted, parts)
    return replace(
        study,
        cities=cities,
        taken=(*study.taken, *parts.taken),
        cautions=(*study.cautions, *parts.cautions),
    )
