"""A study folder in: `study.toml`, the cities and the flows, with every fault found at once.

`read_folder` gives the parts and the faults; `check_study` shows the faults, `load_study` refuses while there are any.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geobri.errors import GeobriError, InputError, SpecificationError, StudyError, first_offenders, shorten
from geobri.inputs import read_toml
from geobri.measures import Taken, check_said
from geobri.study.model import StudyFault
from geobri.study.provenance import check_provenance
from geobri.study.reading.calling import choose_language
from geobri.study.reading.cities import read_cities
from geobri.study.reading.distances import note_coast_distances
from geobri.study.reading.filling import FILLED, fill_places
from geobri.study.reading.flows import read_flows
from geobri.study.reading.memberships import read_memberships
from geobri.study.reading.parts import FolderParts, read_sheets_or_note
from geobri.study.reading.recognition import collect_labels
from geobri.study.reading.shapes import read_outlines
from geobri.study.reading.sources import TABLE_ENDINGS
from geobri.words import Words

__all__ = ["FolderParts", "read_folder", "refuse"]

_FAULTS_NAMED: Final = 50
_LONGEST_SAID: Final = 200
_SETTINGS: Final[dict[str, type | tuple[type, ...]]] = {
    "title": str,
    "title_zh": str,
    "language": str,
    "directed": bool,
    "pairs": str,
    "index": str,
    "validate_against": str,
    "citation": str,
    "citation_zh": str,
    "licence": str,
    "licence_zh": str,
    "attribution": str,
    "attribution_zh": str,
    "notes": (str, list),
    "notes_zh": (str, list),
    "columns": dict,
    "measure": list,
    "value": list,
    "source": list,
    "view": list,
    "domain": str,
    "year": int,
    "self_flows": str,
    "decimal": str,
    "missing": list,
    "outside": list,
    "strata": str,
    "basemap": str,
    "fill": list,
    "words": dict,
    "theme": dict,
}
_WORDS: Final = ("place", "places", "place_zh")
_THEME: Final[dict[str, type]] = {"width": int, "font": str, "colour": str, "accent": str}
_COLOUR: Final = re.compile("#[0-9a-fA-F]{6}")
_FONT: Final = re.compile(r"[\w .-]{1,80}")
_WIDTHS: Final = (480, 3000)
_CHOICES: Final = {
    "language": ("en", "zh"),
    "pairs": ("international", "all", "flows"),
    "domain": ("international", "all", "listed"),
    "self_flows": ("leave out", "keep"),
    "decimal": (",", "."),
}


_INDEX: Final = "index.toml"
"""The specification of a folder that names no other."""


def read_folder(folder: Path) -> FolderParts:
    """Read a study folder as far as it goes, and list all that is wrong with it.

    Parameters
    ----------
    folder
        Folder with `cities.*`, perhaps `flows.*` and `memberships.*` (any number: `flows*.csv`) and `study.toml`.

    Returns
    -------
    FolderParts
        Settings, cities, flows, memberships and faults.
    """
    parts = FolderParts()
    if not folder.is_dir():
        parts.faults.append(
            StudyFault(
                str(folder), None, "a study is a folder; got no such folder. Make one with: geobri new FOLDER"
            )
        )
        return parts
    parts.settings = _read_settings(folder, parts.faults)
    parts.decimal = parts.settings.get("decimal", "")
    parts.missing = tuple(map(str, parts.settings.get("missing", ())))
    parts.said = _read_measures(parts)
    parts.beside = tuple(entry["column"] for entry in parts.said if entry.get("of") != "cities")
    if (folder / _INDEX).is_file() and "index" not in parts.settings:
        parts.settings["index"] = _INDEX
        because = Words(
            "it lies in the folder, and study.toml names no index", "它在文件夹中，而 study.toml 未指定指数"
        )
        parts.taken.append(Taken(column=Words("index", "指数"), taken=Words(_INDEX), because=because))
    renamed = {str(theirs): str(ours) for ours, theirs in parts.settings.get("columns", {}).items()}
    parts.settled = _read_settled(folder, parts)
    parts.outlines = _read_base(folder, parts)
    _read_both(_find_files(folder, "cities"), _find_files(folder, "flows"), renamed, parts)
    parts.memberships = read_memberships(_find_files(folder, "memberships"), renamed, parts)
    choose_language(parts)
    return parts


def _read_both(cities: list[Path], flows: list[Path], renamed: dict[str, str], parts: FolderParts) -> None:
    """Read the flows, then the cities that they name, then the flows between these."""
    files = {path: read_sheets_or_note(path, renamed, parts) for path in flows}
    labels = collect_labels(table for sheets in files.values() for table in sheets.values())
    parts.cities = read_cities(cities, renamed, parts, labels)
    if parts.cities is not None and "fill" in parts.settings:
        parts.cities = fill_places(parts.cities, tuple(parts.settings["fill"]), parts)
    if parts.cities is not None:
        note_coast_distances(parts.cities, parts)
    parts.flows = read_flows(files, parts)


def _read_settled(folder: Path, parts: FolderParts) -> pd.DataFrame | None:
    """Read the table that settles names, where the study keeps one."""
    path = folder / "places.csv"
    if not path.is_file():
        return None
    return next(iter(read_sheets_or_note(path, {}, parts).values()), None)


def _read_base(folder: Path, parts: FolderParts) -> gpd.GeoDataFrame | None:
    """Read the outlines that `basemap` names; files outside the folder are not read."""
    name = parts.settings.get("basemap")
    if name is None:
        return None
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())
    try:
        found = read_outlines(path) if inside and path.is_file() else None
    except GeobriError as error:
        parts.faults.append(StudyFault("study.toml", None, str(error)))
        return None
    if found is None:
        came = (
            f"'basemap' must name a file of polygons in the folder of the study; got '{name}'. Put it there"
        )
        parts.faults.append(StudyFault("study.toml", None, came))
    return found


def _read_settings(folder: Path, faults: list[StudyFault]) -> dict[str, Any]:
    path = folder / "study.toml"
    if not os.path.lexists(path):
        return {}
    try:
        settings = read_toml(path, caller="study")
    except InputError as error:
        faults.append(StudyFault(path.name, None, str(error).removeprefix(f"study: {path.name} ")))
        return {}
    for name, value in list(settings.items()):
        tables = {"words": _words_fault, "theme": _theme_fault}
        message = _setting_fault(name, value) or (tables[name](value) if name in tables else "")
        if message:
            faults.append(StudyFault(path.name, None, message))
            del settings[name]
    return settings


def _read_measures(parts: FolderParts) -> list[dict[str, Any]]:
    """Read every `[[measure]]`, and `[[value]]`, as it was called before."""
    said = []
    for entry in [*parts.settings.get("measure", []), *parts.settings.get("value", [])]:
        try:
            said.append(check_said(entry if isinstance(entry, dict) else {}))
        except SpecificationError as error:
            parts.faults.append(StudyFault("study.toml", None, str(error).removeprefix("measure: ")))
    return said


def _setting_fault(name: str, value: object) -> str:
    if name not in _SETTINGS:
        return f"unknown setting '{name}'. Known are: {', '.join(_SETTINGS)}"
    if not isinstance(value, _SETTINGS[name]):
        said = shorten(repr(value), _LONGEST_SAID)
        return f"'{name}' has the wrong type; got {said}. See the commented example of: geobri new FOLDER"
    if name == "columns" and not all(isinstance(theirs, str) for theirs in dict(value).values()):  # type: ignore[call-overload]
        return "'columns' must say in text how each column is called in the files. Write it as in lon = \"x\""
    if name == "index" and len(str(value)) > _LONGEST_SAID:
        return f"'index' must name an index or a file; got {len(str(value)):,} letters. Shorten it"
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"'{name}' must be one of {', '.join(_CHOICES[name])}; got {shorten(repr(value), _LONGEST_SAID)}. Choose one"
    deeper = {"view": _view_fault, "source": check_provenance, "fill": _fill_fault}.get(name)
    return "" if deeper is None else deeper(value)


def _fill_fault(wanted: object) -> str:
    wrong = [one for one in wanted if one not in FILLED] if isinstance(wanted, list) else []
    if not wrong:
        return ""
    return f"'fill' must list what is filled of places: {', '.join(FILLED)}; got {first_offenders(wrong)}. Choose from these"


def _view_fault(views: object) -> str:
    """Say what is wrong with the `[[view]]` of a study, whose states the map knows."""
    from geobri.webmap.config import check_views  # folium takes its time, and few studies have views

    try:
        check_views(views, caller="view")
    except SpecificationError as error:
        return str(error).removeprefix("view: ")
    return ""


def _words_fault(said: dict[str, object]) -> str:
    wrong = [key for key, text in said.items() if key not in _WORDS or not isinstance(text, str)]
    return (
        f"'words' may say in text {', '.join(_WORDS)}; got {', '.join(map(str, wrong))}. Correct it"
        if wrong
        else ""
    )


def _theme_fault(said: dict[str, object]) -> str:
    """Say what is wrong with the table `[theme]`, whose texts go into the style of the page."""
    wrong = [
        key
        for key, value in said.items()
        if key not in _THEME
        or type(value) is not _THEME[key]  # a flag is no number of pixels
        or (key in ("colour", "accent") and not _COLOUR.fullmatch(str(value)))
        or (key == "font" and not _FONT.fullmatch(str(value)))
        or (key == "width" and not _WIDTHS[0] <= int(str(value)) <= _WIDTHS[1])
    ]
    return (
        f"'theme' may say width ({_WIDTHS[0]} to {_WIDTHS[1]} pixels), font (a family), colour and accent (as \"#31688e\"); "
        f"got {', '.join(shorten(f'{key} = {said[key]!r}', _LONGEST_SAID) for key in wrong)}. Correct it"
        if wrong
        else ""
    )


def _find_files(folder: Path, stem: str) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.stem.split(".")[0].startswith(stem) and path.suffix.lower() in TABLE_ENDINGS
    )


def refuse(faults: list[StudyFault], folder: Path | str) -> StudyError:
    """Make the error that names every fault of a folder.

    Parameters
    ----------
    faults
        What `read_folder` found.
    folder
        The folder, or what the tables are called, for the message.

    Returns
    -------
    StudyError
        To be raised.
    """
    listed = "\n".join(f"  {fault}" for fault in faults[:_FAULTS_NAMED])
    more = "" if len(faults) <= _FAULTS_NAMED else f"\n  … and {len(faults) - _FAULTS_NAMED} more"
    return StudyError(
        f"{folder}: the study has {len(faults)} fault{'s' if len(faults) > 1 else ''}:\n{listed}{more}"
    )
