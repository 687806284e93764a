"""What a GeoPackage that geobri wrote says of its study: read again, it means what it meant."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geobri.errors import GeobriError
from geobri.exchange.about import read_description
from geobri.measures import Taken, check_said
from geobri.study.reading.parts import FolderParts, note_not_read
from geobri.words import Words

__all__ = ["take_description", "take_settings"]

_KEPT: Final = (
    "title", "title_zh", "language", "licence", "licence_zh", "attribution", "attribution_zh", "notes", "notes_zh", "strata", "domain",
)  # fmt: skip
"""What is taken over as it stands; words, direction and measures are where the user may say otherwise."""


def take_description(
    path: Path, sheets: dict[str, pd.DataFrame], parts: FolderParts
) -> dict[str, pd.DataFrame]:
    """Take over what a GeoPackage says of its study, and leave out the columns that geobri computed.

    Parameters
    ----------
    path
        A GeoPackage.
    sheets
        Its layers.
    parts
        Where the description is kept; of tables that lie in no folder only, for a folder says everything itself.

    Returns
    -------
    dict of str and pandas.DataFrame
        The layers without what is computed anew.
    """
    description = read_description(path)
    computed = description.get("computed", {})
    if not parts.lenient or not isinstance(computed, dict):
        return sheets
    if not parts.described:
        parts.described = _read_toml(description.get("said", ""))
        if parts.described:
            taken = Words("what it says of itself", "其自身的说明")
            because = Words("geobri wrote it", "该文件由 geobri 写出")
            parts.taken.append(Taken(column=Words(path.name), taken=taken, because=because))
    return {name: _leave_out(table, name, path, computed, parts) for name, table in sheets.items()}


def _read_toml(text: object) -> dict[str, Any]:
    try:
        return tomllib.loads(str(text))
    except tomllib.TOMLDecodeError:  # somebody else edited it
        return {}


def _leave_out(
    table: pd.DataFrame, layer: str, path: Path, computed: dict[str, list[str]], parts: FolderParts
) -> pd.DataFrame:
    named = computed.get(layer, []) if layer else [name for columns in computed.values() for name in columns]
    gone = [name for name in named if name in table.columns]
    if not gone:
        return table
    because = Words("geobri computed them from the other columns", "这些列由 geobri 据其他各列算出")
    note_not_read(gone, because, path.name, parts)
    kept = table.drop(columns=gone)
    kept.attrs = table.attrs
    return kept


def take_settings(parts: FolderParts) -> None:
    """Put what a package says into the settings, where nothing else is said.

    Parameters
    ----------
    parts
        With the description; measures are said of columns that there are.
    """
    said = parts.described
    parts.settings |= {name: said[name] for name in _KEPT if name in said}
    held = set() if parts.cities is None else set(map(str, parts.cities.columns))
    held |= set() if parts.flows is None else set(map(str, parts.flows["indicator"].unique()))
    for entry in said.get("measure", []):
        try:
            checked = check_said(entry)
        except GeobriError:  # somebody else edited it
            continue
        if checked["column"] in held:
            parts.said.append(checked)
