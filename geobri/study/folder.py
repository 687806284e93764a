"""A study folder in: `study.toml`, the cities and the flows, with every fault found at once.

`read_folder` gives the parts and the faults; `check_study` shows the faults, `load_study` refuses while there are any.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.cities import build_cities
from geobri.errors import GeobriError, StudyError, first_offenders
from geobri.study.matrix import is_matrix, melt_matrix
from geobri.study.model import StudyFault
from geobri.study.reading import read_table, to_numbers
from geobri.tables import Fault, find_city_faults, find_coordinate_faults, find_flow_faults

__all__ = ["FolderParts", "read_folder", "read_tables", "refuse"]

_ROWS_NAMED: Final = 8
_FAULTS_NAMED: Final = 50
_ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
_SETTINGS: Final[dict[str, type | tuple[type, ...]]] = {
    "title": str,
    "title_zh": str,
    "language": str,
    "directed": bool,
    "pairs": str,
    "index": str,
    "citation": str,
    "licence": str,
    "attribution": str,
    "notes": (str, list),
    "columns": dict,
    "value": list,
    "source": list,
}
_CHOICES: Final = {"language": ("en", "zh"), "pairs": ("international", "all", "flows")}


@dataclass(slots=True)
class FolderParts:
    """What was read of a folder, as far as it could be read.

    Attributes
    ----------
    settings
        The content of `study.toml`.
    cities, flows
        The tables, None where they could not be built.
    faults
        Every fault met.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    cities: gpd.GeoDataFrame | None = None
    flows: pd.DataFrame | None = None
    faults: list[StudyFault] = field(default_factory=list)


def read_folder(folder: Path) -> FolderParts:
    """Read a study folder as far as it goes, and list all that is wrong with it.

    Parameters
    ----------
    folder
        Folder with `cities.*`, perhaps `flows.*` (any number: `flows*.csv`) and `study.toml`.

    Returns
    -------
    FolderParts
        Settings, cities, flows and faults.
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
    renamed = {str(theirs): str(ours) for ours, theirs in parts.settings.get("columns", {}).items()}
    parts.cities = _read_cities(_find_files(folder, "cities"), renamed, parts.faults)
    parts.flows = _read_flows(_find_files(folder, "flows"), renamed, parts)
    return parts


def read_tables(cities: Path, flows: Path | None) -> FolderParts:
    """Read two loose tables as if they stood in a folder.

    Parameters
    ----------
    cities
        Table of cities.
    flows
        Table of pairs, or None.

    Returns
    -------
    FolderParts
        Cities, flows and faults.
    """
    parts = FolderParts()
    parts.cities = _read_cities([cities], {}, parts.faults)
    parts.flows = _read_flows([] if flows is None else [flows], {}, parts)
    return parts


def _read_settings(folder: Path, faults: list[StudyFault]) -> dict[str, Any]:
    path = folder / "study.toml"
    if not path.exists():
        return {}
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(StudyFault(path.name, None, f"must be TOML in UTF-8; got: {error}. Correct that line"))
        return {}
    for name, value in list(settings.items()):
        message = _setting_fault(name, value)
        if message:
            faults.append(StudyFault(path.name, None, message))
            del settings[name]
    return settings


def _setting_fault(name: str, value: object) -> str:
    if name not in _SETTINGS:
        return f"unknown setting '{name}'. Known are: {', '.join(_SETTINGS)}"
    if not isinstance(value, _SETTINGS[name]):
        return f"'{name}' has the wrong type; got {value!r}. See the commented example of: geobri new FOLDER"
    if name in _CHOICES and value not in _CHOICES[name]:
        return f"'{name}' must be one of {', '.join(_CHOICES[name])}; got {value!r}. Choose one"
    return ""


def _find_files(folder: Path, stem: str) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.stem.split(".")[0].startswith(stem) and path.suffix.lower() in _ENDINGS
    )


def _to_study_faults(file: str, rows: pd.Index, faults: Iterable[Fault]) -> list[StudyFault]:
    """Say of each fault in which rows of the file it stands; one line a fault, at its first row."""
    return [
        StudyFault(
            file, int(rows[fault.rows[0]]) if fault.rows else None, f"{fault}{_further_rows(rows, fault)}"
        )
        for fault in faults
    ]


def _further_rows(rows: pd.Index, fault: Fault) -> str:
    numbers = [str(rows[at]) for at in fault.rows]
    if len(numbers) <= 1:
        return ""
    return f" (rows {', '.join(numbers[:_ROWS_NAMED])}{', …' if len(numbers) > _ROWS_NAMED else ''})"


def _read_one(path: Path, renamed: dict[str, str], faults: list[StudyFault]) -> pd.DataFrame | None:
    try:
        return read_table(path, renamed=renamed)
    except GeobriError as error:
        faults.append(StudyFault(path.name, None, str(error).removeprefix("read_table: ")))
        return None


def _read_cities(
    files: list[Path], renamed: dict[str, str], faults: list[StudyFault]
) -> gpd.GeoDataFrame | None:
    if len(files) != 1:
        came = "none" if not files else first_offenders(path.name for path in files)
        faults.append(
            StudyFault(
                "cities.csv",
                None,
                f"a study needs one table of cities; got {came}. Keep one file cities.csv (or .xlsx, .parquet)",
            )
        )
        return None
    table = _read_one(files[0], renamed, faults)
    if table is None:
        return None
    if "city" not in table.columns:
        spare = next((name for name in ("name", "name_zh") if name in table.columns), None)
        if spare is None:
            faults.append(
                StudyFault(
                    files[0].name, None, f"cities need a column 'city'; got {list(table.columns)}. Add it"
                )
            )
            return None
        table = table.assign(city=table[spare])
    return _build_cities(table, files[0].name, faults)


def _build_cities(table: pd.DataFrame, file: str, faults: list[StudyFault]) -> gpd.GeoDataFrame | None:
    before = len(faults)
    if not {"lon", "lat"} <= set(table.columns):
        located = _geocode(table, file, faults)
        if located is None or len(faults) > before:
            return None
        table = located
    lon, lat = to_numbers(table["lon"]), to_numbers(table["lat"])
    labels = table["city"].tolist()
    faults += _to_study_faults(file, table.index, find_coordinate_faults(lon, lat, labels))
    sound = pd.DataFrame(
        {"city": labels, "name": "", "name_zh": "", "country": "", "region": "", "coastal": ""}
    )
    points = gpd.GeoDataFrame(
        sound.set_index("city"),
        geometry=gpd.points_from_xy(np.zeros(len(labels)), np.zeros(len(labels))),
        crs=4326,
    )
    faults += _to_study_faults(file, table.index, find_city_faults(points))
    if len(faults) > before:
        return None
    try:
        typed = _typed(table).assign(lon=lon, lat=lat, country=_countries(table, file, faults))
        return build_cities(typed.reset_index(drop=True), caller=file) if len(faults) == before else None
    except GeobriError as error:
        faults.append(StudyFault(file, None, str(error).removeprefix(f"{file}: ")))
        return None


def _countries(table: pd.DataFrame, file: str, faults: list[StudyFault]) -> pd.Series:
    """Countries as alpha-3 codes, from codes or names in English or Chinese."""
    from geobri.gazetteer import country_codes

    written = table["country"].tolist() if "country" in table.columns else [""] * len(table)
    codes: dict[str, str | None] = {"": None}
    for name in dict.fromkeys(written):
        try:
            codes.setdefault(name, country_codes([name])[0])
        except GeobriError:
            row = int(table.index[written.index(name)])
            faults.append(
                StudyFault(
                    file,
                    row,
                    f"'country' must be a code (ISO 3166) or a name; got {name!r}. Write it as in CHN, China or 中国",
                )
            )
    return pd.Series([codes.get(name) for name in written], index=table.index, dtype=object)


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Covariates that are numbers throughout become numbers; empty text becomes missing."""
    typed = table.copy()
    for name in typed.columns:
        if name in ("city", "name", "name_zh", "country", "region", "coastal"):
            typed[name] = typed[name].where(typed[name] != "", None)
            continue
        numbers = to_numbers(typed[name])
        if (numbers.notna() | (typed[name] == "")).all():
            typed[name] = numbers
    return typed


def _geocode(table: pd.DataFrame, file: str, faults: list[StudyFault]) -> pd.DataFrame | None:
    from geobri.gazetteer import geocode

    half = {"lon", "lat"} & set(table.columns)
    if half:
        faults.append(
            StudyFault(
                file,
                None,
                f"coordinates need both 'lon' and 'lat'; got only {sorted(half)}. Add the other, or leave both out",
            )
        )
        return None
    names = (
        table["name"].where(table["name"] != "", table["city"]) if "name" in table.columns else table["city"]
    )
    country = table["country"].tolist() if "country" in table.columns else None
    report = geocode(names.tolist(), country=country)
    rows = table.index
    for at, problem in report.problems():
        faults.append(StudyFault(file, int(rows[at]), problem))
    if faults:
        return None
    found = report.cities
    located = table.assign(lon=found.geometry.x.to_numpy(), lat=found.geometry.y.to_numpy())
    if country is None:
        located["country"] = found["country"].to_numpy()
    return located


def _read_flows(files: list[Path], renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    read = [_read_flow_file(path, renamed, parts) for path in files]
    tables = [table for table in read if table is not None]
    if not tables:
        return None
    flows = pd.concat(tables, ignore_index=True)
    key = [name for name in ("indicator", "origin", "destination", "year") if name in flows.columns]
    doubled = flows.duplicated(key)
    if doubled.any() and len(tables) > 1:
        came = first_offenders(flows.loc[doubled, "indicator"].astype(str).unique())
        parts.faults.append(
            StudyFault(
                "flows",
                None,
                f"the flow files must not say the same twice; got doubled pairs of {came}. Remove one file",
            )
        )
    return flows


def _read_flow_file(path: Path, renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    table = _read_one(path, renamed, parts.faults)
    if table is None:
        return None
    indicator = path.stem.removeprefix("flows").strip("_-. ") or "flow"
    if is_matrix(table):
        table = melt_matrix(table, indicator)
    elif "indicator" not in table.columns:
        table = table.assign(indicator=indicator)
    if "origin" in table.columns and "destination" in table.columns and parts.cities is not None:
        table = _match_names(table, parts.cities)
    if "value" in table.columns:
        numbers = to_numbers(table["value"])
        sound = (numbers.notna() | (table["value"] == "")).all()
        table = table.assign(value=numbers if sound else table["value"].where(numbers.isna(), numbers))
    if "year" in table.columns:
        table = table.assign(year=to_numbers(table["year"]).astype("Int64"))
    known = None if parts.cities is None else parts.cities.index
    found = find_flow_faults(table.reset_index(drop=True), known)
    parts.faults += _to_study_faults(path.name, table.index, found)
    wanted = [
        name for name in ("indicator", "origin", "destination", "value", "year") if name in table.columns
    ]
    return None if found else table[wanted]


def _match_names(table: pd.DataFrame, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Flows may call a city by its slug, its English or its Chinese name, where that is unambiguous."""
    slugs: dict[str, str] = {}
    for column in ("name_zh", "name"):
        names = cities[column].dropna().astype(str)
        once = names[~names.duplicated(keep=False)]
        slugs.update(dict(zip(once, once.index, strict=True)))
    slugs.update({slug: slug for slug in cities.index})
    ends = {end: table[end].map(lambda name: slugs.get(name, name)) for end in ("origin", "destination")}
    return table.assign(**ends)


def refuse(faults: list[StudyFault], folder: Path) -> StudyError:
    """Make the error that names every fault of a folder.

    Parameters
    ----------
    faults
        What `read_folder` found.
    folder
        The folder, for the message.

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
