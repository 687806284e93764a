"""What a page is made of: sections with tables, facts, sentences and drawings, all of them plain data.

Templates turn these into HTML and escape every text; nothing here is HTML, except drawings that geobri
made itself from numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from geobri.words import Words

__all__ = ["Cell", "Column", "Drawing", "Fact", "Fold", "OnPaper", "Profile", "Row", "Section", "Table"]

OnPaper = Callable[[Callable[[Words], str], Any], Any]
"""Draws a picture into matplotlib axes, its texts in the language that the first argument chooses."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text
        What is printed.
    order
        Number or text to sort by; None sorts by the text.
    strength
        0 (weak) to 1 (strong) to tint the cell; None for no tint.
    """

    text: Words
    order: float | str | None = None
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers."""

    heading: Words
    kind: Literal["text", "number"] = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, with the cities and corridors that light up on the map when it is chosen.

    Attributes
    ----------
    cells
        One per column.
    cities, corridors
        Slugs and ids for the map.
    group
        What the filter of the table compares; empty when the table has none.
    """

    cells: tuple[Cell, ...]
    cities: tuple[str, ...] = ()
    corridors: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that the reader can sort, filter and search.

    Attributes
    ----------
    key
        Its id on the page.
    caption
        What it shows.
    columns, rows
        The content.
    groups
        Choices of the filter, in order: value and label.
    searchable
        Whether to offer a search field.
    first_rows
        How many rows to show before "show all".
    """

    key: str
    caption: Words
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    groups: tuple[tuple[str, Words], ...] = ()
    searchable: bool = False
    first_rows: int = 30

    def without_empty_columns(self) -> Table:
        """Leave out columns of text that say nothing in any row, such as the country where a study has none.

        Returns
        -------
        Table
            The same rows; the first column stays.
        """
        kept = [
            at
            for at, column in enumerate(self.columns)
            if at == 0 or column.kind == "number" or any(row.cells[at].text.en for row in self.rows)
        ]
        if len(kept) == len(self.columns):
            return self
        rows = tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in self.rows)
        return replace(self, columns=tuple(self.columns[at] for at in kept), rows=rows)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with a label, for the head of the page."""

    figure: str
    label: Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that geobri made from numbers, as SVG, with its text alternative.

    Attributes
    ----------
    svg
        The picture.
    alternative, caption
        What a screen reader says instead of it, and the line under it.
    statistics, limits
        Effect, p and n in a line, and what the picture cannot show, where the section around it does not say so.
    on_paper
        The same picture for print (`geobri.figures`).
    """

    svg: str
    alternative: Words
    caption: Words
    statistics: Words | None = None
    limits: Words | None = None
    on_paper: OnPaper | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A city on one card.

    Attributes
    ----------
    city
        Slug, for the map.
    name, place
        Name, and country with region.
    facts
        Overall rank and the like.
    bars
        Label, printed value and strength from 0 to 1 (None when unknown) of each dimension.
    notes
        Strengths, weaknesses, corridors, and what its owner noted.
    link
        Address of a page about it, ``http://`` or ``https://``; empty without.
    """

    city: str
    name: Words
    place: Words
    facts: tuple[Fact, ...]
    bars: tuple[tuple[Words, str, float | None], ...]
    notes: tuple[Words, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """What stands folded under a section, one click away; paper shows it open.

    Attributes
    ----------
    summary
        The line that is always seen.
    points
        Sentences under headings of their own.
    drawings, tables
        What follows, in this order.
    code
        A text to copy as it stands, in either language.
    """

    summary: Words
    points: tuple[tuple[Words, tuple[Words, ...]], ...] = ()
    drawings: tuple[Drawing, ...] = ()
    tables: tuple[Table, ...] = ()
    code: Words | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes
    ----------
    key
        Its id on the page, and the target of the table of contents.
    title
        Its heading.
    paragraphs
        Sentences before anything else.
    tables, drawings, profiles
        What follows, in this order.
    notes
        Small print at the end.
    has_map
        Whether the map stands here.
    short
        What the table of contents calls it; the title by default.
    points
        Sentences under headings of their own: heading and sentences.
    payload
        JSON for the script of the section (`geobri.webmap.wording.to_safe_json`); empty when it has none.
    quotes
        Sentences to quote, each with the key of the section that it comes from.
    answer
        The answer to the question of the heading, in a sentence or two.
    statistics
        The line of statistics under the picture.
    limits
        What the answer cannot show.
    folds
        Everything else, one click away.
    """

    key: str
    title: Words
    paragraphs: tuple[Words, ...] = ()
    tables: tuple[Table, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    profiles: tuple[Profile, ...] = ()
    notes: tuple[Words, ...] = ()
    has_map: bool = False
    short: Words | None = None
    points: tuple[tuple[Words, tuple[Words, ...]], ...] = ()
    payload: str = ""
    quotes: tuple[tuple[Words, str], ...] = ()
    answer: Words | None = None
    statistics: Words | None = None
    limits: Words | None = None
    folds: tuple[Fold, ...] = ()
