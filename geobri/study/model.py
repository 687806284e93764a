"""What a study is once it is read: cities, corridors, flows, what their numbers mean, and what was left out."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import geopandas as gpd
import pandas as pd

from geobri.errors import DataError, mould
from geobri.measures import Level, Measure, Taken, find_measure
from geobri.notebooks import Told
from geobri.study.account import Entry
from geobri.study.provenance import Provenance
from geobri.words import CITY, PlaceWords, Words, speaks_of_city

if TYPE_CHECKING:
    from geobri.score import IndexResult, IndexSpec

__all__ = ["MOST_FIELDS", "MOST_SHOWN", "Domain", "Study", "StudyFault"]

MOST_SHOWN: Final = 200
"""Measures of one table that a page or a map offers: nobody reads ten thousand, and each has its price."""
MOST_FIELDS: Final = 1900
"""Columns of a layer that a GeoPackage gets: SQLite holds 2,000."""

Domain = Literal["international", "all", "listed"]
"""The pairs that could have had a row: those between countries, all, or just those that are listed."""


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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Study(Told):
    """A study: its tables, what their numbers mean, and how it wants to be shown.

    Attributes
    ----------
    name
        Short name: built-in name or folder.
    title, title_zh
        Title in English and Chinese; no Chinese where none is said, and a page has the English there.
    cities, corridors
        The two tables, by their contracts (`geobri.tables`), with every measure as a column. Corridors are what is drawn and
        listed; `geobri.study.pairs.pairs_of` gives all pairs that a measure speaks of.
    flows
        Long table of pair values of all years; None where the source prints none.
    memberships
        Which city is a member of what (`indicator, city, member`), for indicators that count shared members; None without.
    own_flows
        The flows of cities with themselves, in the same columns; None where there are none.
    city_measures, corridor_measures
        What may be looked at and tested, the first by default.
    domain
        Which pairs could have had a row.
    directed
        Whether corridors run from origin to destination.
    language
        Language of the report unless the reader asks otherwise.
    specification
        Name or path of the index specification, or the specification itself; None when there is no index to compute.
    scores
        The finished index; None where there is none.
    score_columns
        What the columns of the index in both tables are called in `scores`, where a name was taken.
    no_scores, no_scores_zh
        Why there is no index though there is a specification, in English and, where it was said so, in Chinese; empty
        otherwise.
    citation, citation_zh, licence, licence_zh, notes, notes_zh
        Where the data come from, under which terms, and what a reader must know, in English and Chinese.
    account
        What was read, used and left out.
    taken
        What nobody said and was inferred.
    cautions
        What a reader should know before quoting a number.
    strata
        Column of the cities within whose labels groups are compared; empty for none.
    keeps_own
        Whether the flows of a city with itself count in its totals.
    validate_against
        Name of the published data set that the flows are compared with; empty for none.
    views
        Named states of the map, as `geobri.corridor_map` takes them.
    tables
        Further tables to print in the report, by title.
    contradictions, indicators
        What is known of a published data set beyond its ranks.
    words
        What its places are called.
    theme
        How its page and figures look: `width`, `font`, `colour`, `accent`; what is not said stays as it is.
    outlines
        Polygons to draw below the map, such as the zones that the places stand for; None for land.
    folder
        Where the study was read from; None for a report and for tables that lie in no folder.
    published
        Whether it is a report as it was printed: its ranks are its own, and its notes are of where a cell is printed.
    sources
        Where its data come from, as `[[source]]` of `study.toml` says it.
    """

    name: str
    title: str
    title_zh: str
    cities: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    flows: pd.DataFrame | None = None
    memberships: pd.DataFrame | None = None
    own_flows: pd.DataFrame | None = None
    city_measures: tuple[Measure, ...] = ()
    corridor_measures: tuple[Measure, ...] = ()
    domain: Domain = "listed"
    directed: bool = False
    language: Literal["en", "zh"] = "en"
    specification: str | Path | IndexSpec | Mapping[str, Any] | None = None
    scores: IndexResult | None = None
    score_columns: Mapping[str, str] = field(default_factory=dict)
    no_scores: str = ""
    no_scores_zh: str = ""
    citation: str = ""
    citation_zh: str = ""
    licence: str = ""
    licence_zh: str = ""
    notes: tuple[str, ...] = ()
    notes_zh: tuple[str, ...] = ()
    account: tuple[Entry, ...] = ()
    taken: tuple[Taken, ...] = ()
    cautions: tuple[Words, ...] = ()
    strata: str = ""
    keeps_own: bool = False
    validate_against: str = ""
    views: tuple[Mapping[str, Any], ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    theme: Mapping[str, Any] = field(default_factory=dict)
    contradictions: pd.DataFrame | None = None
    indicators: pd.DataFrame | None = None
    words: PlaceWords = CITY
    outlines: gpd.GeoDataFrame | None = None
    folder: Path | None = None
    published: bool = False
    sources: tuple[Provenance, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, those of the cities first."""
        return (*self.city_measures, *self.corridor_measures)

    def shown(self, of: Level) -> tuple[Measure, ...]:
        """List what a reader is offered of one table: not the ranks of scores, nor what only adds up flows.

        Parameters
        ----------
        of
            ``"cities"`` or ``"corridors"``.

        Returns
        -------
        tuple of Measure
            Those with a value, the index first; at most `MOST_SHOWN`.
        """
        frame: pd.DataFrame = self.cities if of == "cities" else self.corridors
        offered = self.city_measures if of == "cities" else self.corridor_measures
        found = (
            one
            for one in offered
            if one.origin in ("given", "published", "index")
            and one.column in frame.columns
            and frame[one.column].notna().any()
        )
        return tuple(islice(found, MOST_SHOWN))

    def measure(self, column: str, of: Level | None = None) -> Measure:
        """Find what a column means.

        Parameters
        ----------
        column
            Name of the column.
        of
            The table that holds it; may be left out where one of them does.

        Returns
        -------
        Measure
            Its measure.

        Raises
        ------
        DataError
            If the study has no such measure, or both tables have one and `of` is left out.
        """
        if of is None:
            of = self._table_of(column)
        offered = self.city_measures if of == "cities" else self.corridor_measures
        found = find_measure(offered, column)
        if found is None:
            names = ", ".join(one.column for one in offered) or "none"
            wanted = f"--value must be a column of the {of}: {names}"
            raise DataError(mould(f"geobri: '{self.name}'", wanted, repr(column), "Choose one of these"))
        return found

    def _table_of(self, column: str) -> Level:
        of_cities, of_corridors = (
            find_measure(some, column) is not None for some in (self.city_measures, self.corridor_measures)
        )
        if of_cities and of_corridors:
            wanted, remedy = "of must say which table is meant", "Pass of='cities' or of='corridors'"
            raise DataError(mould("Study.measure", wanted, f"{column!r}, a column of both", remedy))
        if of_cities or of_corridors:
            return "cities" if of_cities else "corridors"
        names = ", ".join(dict.fromkeys(one.column for one in self.measures))
        raise DataError(
            mould(
                "Study.measure",
                f"column must be one of {names or 'none'}",
                repr(column),
                "Choose one of these",
            )
        )

    def tell(self, words: Words) -> Words:
        """Call the places of a sentence what they are in this study.

        Parameters
        ----------
        words
            A sentence that speaks of cities.

        Returns
        -------
        Words
            The sentence; names of places and measures stay as they are.
        """
        if self.words.is_city:
            return words
        return self.words.tell(words, self._names_to_keep)

    @cached_property
    def _names_to_keep(self) -> tuple[str, ...]:
        """Look through names of places and measures once: of ten thousand labels hardly one speaks of a city."""
        named = [self.cities[name].dropna() for name in ("name", "name_zh")]
        labels = (text for one in self.measures for text in (one.label, one.label_zh, one.column))
        names = (*named[0], *named[1], *labels, *filter(None, (self.title, self.title_zh)))
        return tuple(name for name in names if speaks_of_city(name))

    def summary(self) -> str:
        """Say what the study holds in a sentence.

        Returns
        -------
        str
            Cities, corridors, measures, and the leaders of the index.
        """
        said = f"{self.title}: {len(self.cities):,} cities, {len(self.corridors):,} corridors"
        named = ", ".join(one.label for one in self.measures if one.origin != "total")
        leaders = "" if self.scores is None else f" {self.scores.summary()}"
        return self.tell(Words(f"{said}; measures: {named or 'none'}.{leaders}")).en

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(one.column)}</td><td>{html.escape(one.label)}</td><td>{one.of}</td><td>{one.kind}</td>"
            f"<td>{html.escape(one.unit)}</td></tr>"
            for one in self.measures
            if one.origin != "total"
        )
        heads = "".join(f"<th>{name}</th>" for name in ("measure", "label", "of", "kind", "unit"))
        return f"<p>{html.escape(self.summary())}</p><table><tr>{heads}</tr>{rows}</table>"
