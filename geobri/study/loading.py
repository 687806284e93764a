"""Load a study by name or folder, and check a folder without loading it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geobri.corridors import order_pairs
from geobri.errors import GeobriError, StudyError, mould
from geobri.study.assembling import assemble, name_flows
from geobri.study.index import attach_index
from geobri.study.model import Study, StudyFault
from geobri.study.published import PUBLISHED
from geobri.study.reading import FolderParts, Hints, read_files, read_folder, read_frames, refuse, unpack
from geobri.study.reading.headings import PAIR_KEY
from geobri.tables import mark_repeated
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.score import IndexSpec

__all__ = [
    "BUILT_IN",
    "check_study",
    "examine_study",
    "load_study",
    "load_tables",
    "load_undrawn",
    "read_study",
]

_OPEN: Final = ("air22", "air513")
BUILT_IN: Final = (*PUBLISHED, *_OPEN)
"""Names of the studies that come with geobri."""


def _open_folder(name: str) -> Path:
    return Path(str(resources.files("geobri") / "data" / "open" / name))


def load_study(study: str | Path = "bri22", *, year: int | None = None) -> Study:
    """Load a built-in study or a study folder, its index computed.

    Parameters
    ----------
    study
        ``bri22``, ``global513``, ``air22``, ``air513``, or the path of a folder with `cities.csv` and perhaps
        `flows.csv` and `study.toml`.
    year
        The year to show of measures that have years; what `study.toml` says, else the latest of each, by default.

    Returns
    -------
    Study
        Cities, corridors, flows, and what their numbers mean.

    Raises
    ------
    StudyError
        If there is no such study, or its folder has faults: all of them at once, with file and row.

    Examples
    --------
    >>> load_study("bri22").cities.index[:3].tolist()
    ['singapore', 'shanghai', 'beijing']
    """
    if str(study) in PUBLISHED:
        return PUBLISHED[str(study)]()
    folder = _locate(study)
    read, spec = _assemble_read(folder, read_folder(folder), folder, year=year)
    return attach_index(read, spec)


def load_undrawn(study: str | Path, *, year: int | None = None) -> tuple[Study, IndexSpec | None]:
    """Load a study folder without its corridors and its index, for studies whose pairs do not fit into memory.

    Parameters
    ----------
    study
        ``air22``, ``air513``, or the path of a folder.
    year
        As for `load_study`.

    Returns
    -------
    tuple of Study and IndexSpec or None
        A study whose table of corridors is empty, and the specification of its index.

    Raises
    ------
    StudyError
        If there is no such folder, or it has faults.
    """
    if str(study) in PUBLISHED:
        wanted = "a study that is computed pair by pair is a folder"
        raise StudyError(mould("geobri scale", wanted, f"the published '{study}'", "Name a folder"))
    folder = _locate(study)
    return _assemble_read(folder, read_folder(folder), folder, year=year, draw=False)


def _assemble_read(
    folder: Path,
    parts: FolderParts,
    called: str | Path,
    *,
    year: int | None,
    draw: bool = True,
    anywhere: bool = False,
) -> tuple[Study, IndexSpec | None]:
    """Put together what was read, with the index that it names; refuse it where anything is wrong."""
    spec = _load_spec(folder, parts, anywhere=anywhere)
    faults = parts.faults + _pair_faults(parts, spec)
    if faults or parts.cities is None:
        raise refuse(faults, called)
    return assemble(folder, parts, parts.cities, spec, year=year, draw=draw), spec


def load_tables(
    *sources: str | Path,
    hints: Hints | None = None,
    settled: Path | None = None,
    index: str | Path | None = None,
    title: str = "",
    title_zh: str = "",
    year: int | None = None,
) -> Study:
    """Load a study from tables as they lie there: one file, or places and pairs in any order.

    Parameters
    ----------
    *sources
        Files of any kind that geobri reads, packed or not; ``-`` for standard input.
    hints
        What the user says of their columns; the rest is recognised by name and content.
    settled
        Table that says which places names mean.
    index
        Specification of an index, by name or file.
    title, title_zh
        What the study is called, in English and Chinese; the name of its pairs by default.
    year
        As in `load_study`.

    Returns
    -------
    Study
        As `load_study` gives it; `taken` says what was recognised, and why.

    Raises
    ------
    StudyError
        If a table has faults: all of them at once, with file, row and the option that decides.
    """
    with unpack(list(sources)) as files:
        parts = read_files(files, hints or Hints(), settled=settled)
        names = [Path(source).name for source in sources if str(source) != "-"] or ["standard input"]
        return _finish_loose(parts, " + ".join(names), index, Words(title, title_zh), year)


def read_study(
    cities: pd.DataFrame | None = None,
    flows: pd.DataFrame | None = None,
    *,
    index: str | Path | IndexSpec | Mapping[str, Any] | None = None,
    title: str = "",
    title_zh: str = "",
    year: int | None = None,
    places: pd.DataFrame | None = None,
    **said: Any,
) -> Study:
    """Make a study from frames, as they are.

    Parameters
    ----------
    cities
        Table of places: points or polygons in any reference system, or columns of coordinates, or names only; None where the pairs say where
        their ends are, or name them.
    flows
        Table of pairs, long, with several measures as columns, one row a trip, or as a square matrix; None for places alone.
    index
        The index to compute: its name, a file, a `geobri.score.IndexSpec`, or what such a file would hold.
    title, title_zh
        What the study is called, in English and Chinese.
    year
        The year to show; the latest of each measure by default.
    places
        Table that says which places ambiguous names mean.
    **said
        What would have to be guessed: `origin, destination, value, place, lon, lat, year_column, crs, directed, absent, count, drop_unknown,
        country`, as the options of the command line.

    Returns
    -------
    Study
        As `load_study` gives it; `taken` says what was recognised, and why.

    Raises
    ------
    StudyError
        If a table has faults: all of them at once.

    Examples
    --------
    >>> stops = pd.DataFrame({"stop": ["a", "b", "c"], "lon": [5.0, 6.0, 7.0], "lat": [50.0, 51.0, 50.0]})
    >>> trips = pd.DataFrame({"from": ["a", "a", "b"], "to": ["b", "c", "c"], "riders": [4, 1, 3]})
    >>> read_study(stops, trips).summary()
    'Flows: 3 stops, 3 corridors; measures: Riders.'
    """
    frames = {name: frame for name, frame in (("cities", cities), ("flows", flows)) if frame is not None}
    if "year_column" in said:
        said["year"] = said.pop("year_column")
    parts = read_frames(frames, Hints(**said), settled=places)
    return _finish_loose(parts, "read_study", index, Words(title, title_zh), year)


def _finish_loose(
    parts: FolderParts,
    called: str,
    index: str | Path | IndexSpec | Mapping[str, Any] | None,
    called_so: Words,
    year: int | None,
) -> Study:
    """Make the study of tables that stand in no folder."""
    title = called_so.en or str(parts.settings.get("title", "Study"))
    if called_so:
        parts.settings["title_zh"] = "" if called_so.zh == called_so.en else called_so.zh
    parts.settings["title"] = title
    if index is not None:
        parts.settings["index"] = str(index) if isinstance(index, str | Path) else index
    study, spec = _assemble_read(Path(), parts, called, year=year, anywhere=True)
    return attach_index(replace(study, name=title, folder=None), spec)


def _locate(study: str | Path) -> Path:
    if str(study) in _OPEN:
        return _open_folder(str(study))
    folder = Path(study)
    if not folder.is_dir():
        wanted = f"a study is a built-in name ({', '.join(BUILT_IN)}) or a folder"
        came, remedy = f"'{study}'", "Check the name, or make a folder with: geobri new FOLDER"
        if folder.is_file():
            came, remedy = f"'{study}', a file", "Read tables as they are with geobri.read_study"
        elif folder.suffix:
            came, remedy = f"'{study}', and there is no such file here", "Check the name and the folder"
        raise StudyError(mould("load_study", wanted, came, remedy))
    return folder


def check_study(study: str | Path) -> list[StudyFault]:
    """List every fault of a study folder.

    Parameters
    ----------
    study
        Built-in name or folder.

    Returns
    -------
    list of StudyFault
        File, row and message of each; empty when all is well.

    Examples
    --------
    >>> check_study("bri22")
    []
    """
    return [] if str(study) in PUBLISHED else examine_study(study)[0]


def examine_study(study: str | Path) -> tuple[list[StudyFault], Study | None]:
    """List every fault of a study, and load it where there is none.

    Parameters
    ----------
    study
        Built-in name or folder.

    Returns
    -------
    tuple of list of StudyFault and Study or None
        As `check_study` and `load_study` give them, the folder read once.
    """
    if str(study) in PUBLISHED:
        return [], PUBLISHED[str(study)]()
    folder = _open_folder(str(study)) if str(study) in _OPEN else Path(study)
    parts = read_folder(folder)
    spec = _load_spec(folder, parts)
    faults = parts.faults + _claim_faults(folder) + _pair_faults(parts, spec)
    return (faults, None) if faults or parts.cities is None else _try_out(folder, parts, spec)


def _claim_faults(folder: Path) -> list[StudyFault]:
    """List what is wrong with the claims of the study's own, where it has any."""
    from geobri.findings import load_claims

    path = folder / "claims.toml"
    if not os.path.lexists(path):
        return []
    try:
        load_claims(path)
    except GeobriError as error:
        return [
            StudyFault(
                path.name, None, str(error).removeprefix("load_claims: ").removeprefix(f"{path.name} ")
            )
        ]
    return []


def _load_spec(folder: Path, parts: FolderParts, *, anywhere: bool = False) -> IndexSpec | None:
    """Load the index specification that the study names; note what is wrong with it. Files outside the folder are read only if named on the command line."""
    from geobri.score import load_spec

    index = parts.settings.get("index")
    if index is None:
        return None
    is_file = isinstance(index, str) and (folder / index).is_file()
    if is_file and not anywhere and not (folder / index).resolve().is_relative_to(folder.resolve()):
        came = (
            f"'index' must name an index, or a file in the folder of the study; got '{index}'. Put it there"
        )
        parts.faults.append(StudyFault("study.toml", None, came))
        return None
    try:
        return load_spec(folder / index if is_file else index)
    except GeobriError as error:
        message = str(error).removeprefix("load_spec: ")
        message = message.replace(f"{folder / index} ", "") if is_file else message
        where = index if is_file else "study.toml" if isinstance(index, str) and folder != Path() else "index"
        parts.faults.append(StudyFault(where, None, message))
    return None


def _try_out(
    folder: Path, parts: FolderParts, spec: IndexSpec | None
) -> tuple[list[StudyFault], Study | None]:
    """Load a study and list what only shows when corridors and scores are made: cities at one place, a constant indicator."""
    assert parts.cities is not None
    try:
        study = attach_index(assemble(folder, parts, parts.cities, spec), spec)
    except GeobriError as error:
        return [StudyFault("cities", None, str(error).removeprefix("build_corridors: "))], None
    faults = [
        StudyFault(
            "study.toml",
            None,
            f"a measure speaks of a column; got none called '{name}'. Correct it, or drop it",
        )
        for name in _unknown_columns(parts, study)
    ]
    if study.no_scores:
        faults.append(StudyFault(str(parts.settings.get("index")), None, f"no scores: {study.no_scores}"))
    return faults, study


def _unknown_columns(parts: FolderParts, study: Study) -> list[str]:
    known = {one.column for one in study.measures} | set(map(str, study.cities.columns))
    return [entry["column"] for entry in parts.said if entry["column"] not in known]


def _pair_faults(parts: FolderParts, spec: IndexSpec | None) -> list[StudyFault]:
    """List the undirected pairs that stand both ways round with different values."""
    if parts.flows is None:
        return []
    measures, _ = name_flows(parts, spec)
    undirected = {measure.column for measure in measures if not measure.directed}
    turned = order_pairs(parts.flows[parts.flows["indicator"].isin(undirected)])
    key = [name for name in PAIR_KEY if name in turned.columns]
    if not mark_repeated(turned, key).any():
        return []
    again = turned[turned.duplicated(key, keep=False)]
    spread = again.groupby(key, dropna=False, observed=True)["value"].nunique(dropna=False)
    torn = spread[spread > 1]
    if torn.empty:
        return []
    ends = ", ".join(" – ".join(str(part) for part in label[1:3]) for label in torn.index[:3])
    message = (
        f"an undirected pair must have one value; got {len(torn)} that differ by direction ({ends}). "
        "Set directed = true in study.toml, or make the two values equal"
    )
    return [StudyFault("flows", None, message)]
