"""What a GeoPackage says of itself: titles of its layers, aliases of its columns, source and licence, where GDAL and QGIS look for them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from geobri.measures import Measure
from geobri.words import Words

__all__ = ["About", "add_about", "both", "qgis_aliases", "read_description"]

_MADE: Final = ("index", "total", "derived")
_OURS: Final = "urn:geobri:study"
_NO_DATE: Final = "1970-01-01T00:00:00.000Z"
_ALIASES: Final = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))
"""
_METADATA: Final = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (
    id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
    mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')
"""
_REFERENCE: Final = """
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
    reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
    timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
    CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
    CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))
"""
_EXTENSIONS: Final = (
    ("gpkg_data_columns", None, "gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write"),
    ("gpkg_metadata", None, "gpkg_metadata", "http://www.geopackage.org/spec120/#extension_metadata", "read-write"),
    ("gpkg_metadata_reference", None, "gpkg_metadata", "http://www.geopackage.org/spec120/#extension_metadata", "read-write"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a package.

    Attributes
    ----------
    title
        What the study is called.
    source, licence
        Whom it is by, and under which terms; empty where nobody said.
    notes
        What a reader should know.
    """

    title: Words
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, str]]:
        """Give what is known, by the names that catalogues use.

        Returns
        -------
        list of tuple of str
            ``TITLE``, ``SOURCE``, ``LICENCE`` and ``NOTES``, without those that are empty.
        """
        known = (
            ("TITLE", both(self.title)),
            ("SOURCE", self.source),
            ("LICENCE", self.licence),
            ("NOTES", " ".join(self.notes)),
        )
        return [(name, text) for name, text in known if text]


def both(words: Words) -> str:
    """Give a text in both languages, once where they are the same.

    Parameters
    ----------
    words
        The text.

    Returns
    -------
    str
        ``Corridors · 通路``.
    """
    return words.en if words.en == words.zh else f"{words.en} · {words.zh}"


def add_about(
    path: str | Path,
    about: About,
    layers: Mapping[str, tuple[Words, Sequence[Measure]]],
    *,
    said_of_study: str = "",
) -> None:
    """Write into a GeoPackage what it is, what its layers are called and what its columns mean.

    Parameters
    ----------
    path
        A GeoPackage.
    about
        Title, source, licence, notes.
    layers
        What each layer is called, and the measures that are its columns: labels become aliases, units and descriptions their comments.
    said_of_study
        The text of a `study.toml`, for geobri itself.
    """
    said = " ".join(f"{name.capitalize()}: {text}" for name, text in about.lines())
    # plain text: GDAL writes metadata of its own standard into a file beside the package whenever somebody reads it
    document = "\n".join(f"{name.capitalize()}: {text}" for name, text in about.lines())
    with closing(sqlite3.connect(path)) as database, database:
        for table in (_ALIASES, _METADATA, _REFERENCE):
            database.execute(table)
        database.executemany("INSERT OR IGNORE INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", _EXTENSIONS)
        database.execute(
            "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES ('dataset', 'http://purl.org/dc/terms/', 'text/plain', ?)",
            (document,),
        )
        database.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) VALUES ('geopackage', ?, 1)",
            (_NO_DATE,),
        )
        computed = {
            layer: [one.column for one in its if one.origin in _MADE] for layer, (_, its) in layers.items()
        }
        _describe(database, {"computed": computed, "said": said_of_study})
        for layer, (title, measures) in layers.items():
            held = {row[1] for row in database.execute(f'PRAGMA table_info("{layer}")')}
            identifier = both(Words(f"{about.title.en}: {title.en}", f"{about.title.zh}：{title.zh}"))
            database.execute(
                "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
                (identifier, said, layer),
            )
            rows = _aliases(layer, [one for one in measures if one.column in held])
            database.executemany(
                "INSERT OR IGNORE INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)",
                rows,
            )
    database.close()


def _describe(database: sqlite3.Connection, description: Mapping[str, Any]) -> None:
    """Write in a form for programs what the study says of itself, so that the package is read back as it was meant."""
    database.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES ('dataset', ?, 'application/json', ?)",
        (_OURS, json.dumps(description, ensure_ascii=False)),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, timestamp, md_file_id) VALUES ('geopackage', ?, 2)",
        (_NO_DATE,),
    )


def read_description(path: str | Path) -> dict[str, Any]:
    """Read what a GeoPackage of ours says of itself.

    Parameters
    ----------
    path
        Any GeoPackage.

    Returns
    -------
    dict
        `computed`: by layer, the columns that were computed from others (totals, scores, ranks of an index); `said`: the text of a
        `study.toml`. Empty for packages of other programs.
    """
    question = (
        "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ? AND mime_type = 'application/json'"
    )
    try:
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute(question, (_OURS,)).fetchone()
        described = json.loads(found[0]) if found else {}
    except (sqlite3.Error, ValueError):  # another program's package
        return {}
    return described if isinstance(described, dict) else {}


def qgis_aliases(measures: Sequence[Measure]) -> str:
    """Give the aliases of columns as QGIS keeps them in a style or a project.

    Parameters
    ----------
    measures
        What the columns mean.

    Returns
    -------
    str
        The element `aliases`.
    """
    inside = "".join(
        f'<alias index="{at}" field={quoteattr(column)} name={quoteattr(title)}/>'
        for at, (_, column, title, *_) in enumerate(_aliases("", measures))
    )
    return f"<aliases>{inside}</aliases>"


def _aliases(layer: str, measures: Sequence[Measure]) -> list[tuple[str, str, str, str, str]]:
    """Give a row for each measure; where two have one label, the columns tell them apart."""
    rows, taken = [], set[str]()
    for one in measures:
        title = both(Words(one.label, one.label_zh))
        title = title if title not in taken else f"{title} ({one.column})"
        taken.add(title)
        facts = (
            both(Words(one.description, one.description_zh)),
            one.unit,
            str(one.year or ""),
            one.source,
            one.licence,
        )
        rows.append((layer, one.column, title, title, "; ".join(fact for fact in facts if fact)))
    return rows
