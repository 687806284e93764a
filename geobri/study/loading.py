"""Load a study by name or folder, and check a folder without loading it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd

from geobri.corridors import build_corridors, corridor_ids, order_pairs
from geobri.errors import GeobriError, StudyError, mould
from geobri.measures import Level, Measure, infer_measure
from geobri.study.folder import FolderParts, read_folder, read_tables, refuse
from geobri.study.model import Study, StudyFault
from geobri.study.published import bri22_study, global513_study

__all__ = ["BUILT_IN", "check_study", "load_study", "load_study_tables"]

_PUBLISHED: Final[dict[str, Callable[[], Study]]] = {"bri22": bri22_study, "global513": global513_study}
_OPEN: Final = ("air22", "air513")
BUILT_IN: Final = (*_PUBLISHED, *_OPEN)
"""Names of the studies that come with geobri."""


def _open_folder(name: str) -> Path:
    return Path(str(resources.files("geobri") / "data" / "open" / name))


def load_study(study: str | Path = "bri22") -> Study:
    """Load a built-in study or a study folder.

    Parameters
    ----------
    study
        ``bri22``, ``global513``, ``air22``, ``air513``, or the path of a folder with `cities.csv` and perhaps
        `flows.csv` and `study.toml`.

    Returns
    -------
    Study
        Cities, corridors, flows and the values to look at.

    Raises
    ------
    StudyError
        If there is no such study, or its folder has faults: all of them at once, with file and row.
    """
    if str(study) in _PUBLISHED:
        return _PUBLISHED[str(study)]()
    folder = _locate(study)
    parts = read_folder(folder)
    faults = parts.faults + _pair_faults(parts) + _index_faults(folder, parts)
    if faults or parts.cities is None:
        raise refuse(faults, folder)
    return _assemble(folder, parts, parts.cities)


def load_study_tables(cities: Path, flows: Path | None = None) -> Study:
    """Load a study from two loose tables instead of a folder.

    Parameters
    ----------
    cities
        Table of cities, with or without coordinates.
    flows
        Table of pairs, long or as a square matrix; None draws all pairs.

    Returns
    -------
    Study
        As `load_study` gives it.

    Raises
    ------
    StudyError
        If a table has faults: all of them at once, with file and row.
    """
    parts = read_tables(cities, flows)
    faults = parts.faults + _pair_faults(parts)
    if faults or parts.cities is None:
        raise refuse(faults, cities.parent)
    return _assemble(cities.parent, parts, parts.cities)


def _locate(study: str | Path) -> Path:
    if str(study) in _OPEN:
        return _open_folder(str(study))
    folder = Path(study)
    if not folder.is_dir():
        wanted = f"a study is a built-in name ({', '.join(BUILT_IN)}) or a folder"
        raise StudyError(
            mould(
                "load_study", wanted, f"'{study}'", "Check the name, or make a folder with: geobri new FOLDER"
            )
        )
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
    """
    if str(study) in _PUBLISHED:
        return []
    folder = _open_folder(str(study)) if str(study) in _OPEN else Path(study)
    parts = read_folder(folder)
    faults = parts.faults + _pair_faults(parts) + _index_faults(folder, parts)
    return faults if faults or parts.cities is None else _trial_faults(folder, parts, parts.cities)


def _index_faults(folder: Path, parts: FolderParts) -> list[StudyFault]:
    """List what is wrong with the index specification that the study names."""
    from geobri.score import load_spec

    index = parts.settings.get("index")
    if index is None:
        return []
    is_file = (folder / index).is_file()
    try:
        load_spec(folder / index if is_file else index)
    except GeobriError as error:
        message = str(error).removeprefix("load_spec: ").replace(f"{folder / index} ", "")
        return [StudyFault(index if is_file else "study.toml", None, message)]
    return []


def _trial_faults(folder: Path, parts: FolderParts, cities: gpd.GeoDataFrame) -> list[StudyFault]:
    """List what only shows when corridors and scores are made: cities at one place, a constant indicator."""
    from geobri.study.analysis import score_flows

    try:
        study = _assemble(folder, parts, cities)
    except GeobriError as error:
        return [StudyFault("cities", None, str(error).removeprefix("build_corridors: "))]
    try:
        score_flows(study)
    except GeobriError as error:
        return [StudyFault(str(parts.settings.get("index")), None, f"no scores: {error}")]
    return []


def _pair_faults(parts: FolderParts) -> list[StudyFault]:
    """List the undirected pairs that stand both ways round with different values."""
    if parts.flows is None or parts.settings.get("directed", False):
        return []
    turned = order_pairs(parts.flows)
    key = [name for name in ("indicator", "origin", "destination", "year") if name in turned.columns]
    spread = turned.groupby(key, dropna=False)["value"].nunique(dropna=False)
    torn = spread[spread > 1]
    if torn.empty:
        return []
    ends = ", ".join(" – ".join(str(part) for part in label[1:3]) for label in torn.index[:3])
    message = (
        f"an undirected pair must have one value; got {len(torn)} that differ by direction ({ends}). "
        "Set directed = true in study.toml, or make the two values equal"
    )
    return [StudyFault("flows", None, message)]


def _assemble(folder: Path, parts: FolderParts, cities: gpd.GeoDataFrame) -> Study:
    settings = parts.settings
    directed = bool(settings.get("directed", False))
    flows = parts.flows if parts.flows is None or directed else order_pairs(parts.flows).drop_duplicates()
    wide = None if flows is None else _widen(flows, directed=directed)
    corridors = _build_folder_corridors(cities, wide, settings, directed=directed)
    index = settings.get("index")
    notes = settings.get("notes", [])
    return Study(
        name=folder.resolve().name,
        title=settings.get("title", folder.resolve().name),
        title_zh=settings.get("title_zh", settings.get("title", folder.resolve().name)),
        cities=cities,
        corridors=corridors,
        flows=flows,
        memberships=parts.memberships,
        city_measures=_city_measures(settings, cities),
        corridor_measures=_corridor_measures(settings, wide),
        directed=directed,
        language=_language(settings),
        specification=None if index is None else (folder / index if (folder / index).is_file() else index),
        citation=settings.get("attribution", settings.get("citation", "")),
        licence=settings.get("licence", ""),
        notes=(notes,) if isinstance(notes, str) else tuple(str(note) for note in notes),
        folder=folder,
        extra={"validate_against": settings.get("validate_against", "")},
    )


def _language(settings: dict[str, Any]) -> Literal["en", "zh"]:
    return "zh" if settings.get("language") == "zh" else "en"


def _widen(flows: pd.DataFrame, *, directed: bool) -> pd.DataFrame:
    """One row a pair, one column an indicator (of the latest year, where there are years)."""
    latest = flows[flows["year"] == flows["year"].max()] if "year" in flows.columns else flows
    ids = corridor_ids(latest["origin"], latest["destination"], directed=directed)
    wide = latest.assign(corridor=ids).set_index(["corridor", "indicator"])["value"].unstack()  # noqa: PD010 - doubled pairs must not be averaged
    ends = (
        latest.assign(corridor=ids)
        .drop_duplicates("corridor")
        .set_index("corridor")[["origin", "destination"]]
    )
    wide.columns.name = None
    return ends.join(wide)


def _build_folder_corridors(
    cities: gpd.GeoDataFrame, wide: pd.DataFrame | None, settings: dict[str, Any], *, directed: bool
) -> gpd.GeoDataFrame:
    which = settings.get("pairs")
    if wide is not None and which in (None, "flows"):
        return build_corridors(cities, pairs=wide, directed=directed)
    international = which == "international" or (which is None and cities["country"].notna().all())
    corridors = build_corridors(cities, pairs="international" if international else "all", directed=directed)
    return corridors if wide is None else corridors.join(wide.drop(columns=["origin", "destination"]))


def _city_measures(settings: dict[str, Any], cities: gpd.GeoDataFrame) -> tuple[Measure, ...]:
    return _measures(settings, cities.drop(columns="geometry").select_dtypes("number"), "cities")


def _corridor_measures(settings: dict[str, Any], wide: pd.DataFrame | None) -> tuple[Measure, ...]:
    if wide is None:
        return ()
    return _measures(settings, wide.drop(columns=["origin", "destination"]), "corridors")


def _measures(settings: dict[str, Any], columns: pd.DataFrame, of: Level) -> tuple[Measure, ...]:
    """Say what the columns mean: as `[[value]]` of study.toml declares, else as their numbers look."""
    said = {str(entry.get("column")): entry for entry in settings.get("value", []) if isinstance(entry, dict)}
    return tuple(infer_measure(columns[name], of=of, said=said.get(str(name)))[0] for name in columns.columns)
