"""The record that a loader of published data returns."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geobri.notebooks import Told

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["Dataset"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Dataset(Told):
    """One published data set: its tables as printed, and what geobri adds to them.

    Attributes
    ----------
    name
        Short name (``bri22``), the one that commands and studies use.
    title, title_zh
        Title of the report.
    cities
        Table of cities by the contract (index `city`, points in EPSG:4326), then ranks and provenance columns.
    pairs
        Published ranks of city pairs: index `corridor`, columns `origin`, `destination`, then the ranks. A pair
        or a rank that was not published is not there.
    indicators
        What is printed of the index: one row per indicator or part, with weights where they are printed.
    tables
        Every table of the report by name (``table2``, ``figure1``, …), as printed.
    citation, citation_zh
        How to cite the report, in English and Chinese.
    notes, notes_zh
        What a user of the data has to know, in English and Chinese.
    contradictions
        Where the report contradicts itself, one row each.
    provenance
        File, report, table or section, page, and how each file was transcribed.
    """

    name: str
    title: str
    title_zh: str
    cities: gpd.GeoDataFrame
    pairs: pd.DataFrame
    indicators: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    citation: str
    citation_zh: str
    notes: tuple[str, ...]
    notes_zh: tuple[str, ...]
    contradictions: pd.DataFrame
    provenance: pd.DataFrame

    def summary(self) -> str:
        """Say in a sentence what the data set holds.

        Returns
        -------
        str
            Name, title, and how many cities, ranked pairs, tables and contradictions there are.
        """
        return (
            f"{self.name}: {self.title}. {len(self.cities)} cities, {len(self.pairs)} pairs with a published rank, "
            f"{len(self.tables)} tables, {len(self.contradictions)} known contradictions."
        )

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"<p>{html.escape(self.summary())}</p><ul>{notes}</ul><p>{html.escape(self.citation)}</p>"
