"""What a study is once it is read: cities, corridors, flows and the values that the reader may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from geobri.measures import Measure

__all__ = ["Study", "StudyFault"]


@dataclass(frozen=True, slots=True)
class StudyFault:
    """One fault of a study folder.

    Attributes
    ----------
    file
        File in the folder.
    row
        Row in that file as a spreadsheet counts it; None when the whole file is at fault.
    message
        What was wanted, what came, what to do.
    """

    file: str
    row: int | None
    message: str

    def __str__(self) -> str:
        """Give file, row and message as one line."""
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study: its tables and how it wants to be shown.

    Attributes
    ----------
    name
        Short name: built-in name or folder.
    title, title_zh
        Title in English and Chinese.
    cities, corridors
        The two tables, by their contracts (`geobri.tables`).
    flows
        Long table of pair values; None where the source prints none.
    memberships
        Which city is a member of what (`indicator, city, member`), for indicators that count shared members; None without.
    city_measures, corridor_measures
        What may be looked at and tested, the first by default.
    directed
        Whether corridors run from origin to destination.
    language
        Language of the report unless the reader asks otherwise.
    specification
        Name or path of the index specification; None when there is no index to compute.
    citation, licence, notes
        Where the data come from, under which terms, and what a reader must know.
    tables
        Further tables to print in the report, by title.
    folder
        Where the study was read from; None for a built-in one.
    """

    name: str
    title: str
    title_zh: str
    cities: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    flows: pd.DataFrame | None = None
    memberships: pd.DataFrame | None = None
    city_measures: tuple[Measure, ...] = ()
    corridor_measures: tuple[Measure, ...] = ()
    directed: bool = False
    language: Literal["en", "zh"] = "en"
    specification: str | Path | None = None
    citation: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    folder: Path | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
