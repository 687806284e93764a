"""The cities of a study folder: with coordinates or geocoded, countries as codes or names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geobri.cities import build_cities, parse_flags
from geobri.errors import GeobriError, first_offenders
from geobri.measures import Taken
from geobri.study.account import Entry
from geobri.study.model import StudyFault
from geobri.study.reading.calling import call_if_unsaid
from geobri.study.reading.identifiers import note_ids
from geobri.study.reading.numbers import blank_missing, to_numbers
from geobri.study.reading.parts import FolderParts, read_sheets_or_note, to_study_faults
from geobri.study.reading.recognition import Labels, as_ids, recognise_ids, recognise_names, spare_ids
from geobri.study.reading.totals import leave_out_foot_of_places
from geobri.tables import find_city_faults, find_coordinate_faults
from geobri.words import Words

__all__ = ["build_places", "read_cities"]

_OUTSIDE_DEG: Final = 1.0
_SEATS_SAID: Final = 6
_DIVISIONS: Final = {
    **dict.fromkeys(("USA", "AUS", "BRA", "IND", "MEX", "DEU"), "state"),
    "JPN": "prefecture",
}
"""What the first-level divisions of a country are called; provinces elsewhere."""
_FAR_DEG: Final = 3.0
_NEAR_DEG: Final = 0.5
"""How far from its country a point must lie to be named, and how far and how near with its coordinates exchanged to look
swapped. The published cities lie within 0.06 degrees of theirs."""


def read_cities(
    files: list[Path], renamed: dict[str, str], parts: FolderParts, labels: Labels
) -> gpd.GeoDataFrame | None:
    """Read the table of cities.

    Parameters
    ----------
    files
        The files that could be it; there must be one.
    renamed
        The study's own column names.
    parts
        Where faults and the rows as they stand are noted.
    labels
        What the flows call their cities, to recognise the column of ids by.

    Returns
    -------
    geopandas.GeoDataFrame or None
        Cities by the contract; None when anything is wrong with them.
    """
    faults = parts.faults
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
    table = _read_one(files[0], renamed, parts)
    if table is None:
        return None
    table = leave_out_foot_of_places(table, labels, files[0].name, parts)
    return build_places(table, files[0].name, parts, labels)


def build_places(
    table: pd.DataFrame, file: str, parts: FolderParts, labels: Labels
) -> gpd.GeoDataFrame | None:
    """Make the cities of a table as it was read.

    Parameters
    ----------
    table
        One row per city.
    file
        What it is called, for the faults.
    parts
        Where faults and the rows as they stand are noted; what its settled names mean.
    labels
        What the flows call their cities, to recognise the column of ids by.

    Returns
    -------
    geopandas.GeoDataFrame or None
        Cities by the contract; None when anything is wrong with them.
    """
    table = recognise_ids(table, labels, parts)
    if "city" not in table.columns:
        spare = next((name for name in ("name", "name_zh") if name in table.columns), None)
        if spare is None and parts.lenient:
            spare = spare_ids(table, parts)
        if spare is None:
            came = (
                f"cities need a column 'city'; got {list(table.columns)}. Add it, or say which it is: "
                "--place COLUMN, or city under [columns] of study.toml"
            )
            parts.faults.append(StudyFault(file, None, came))
            return None
        table = table.assign(city=as_ids(table[spare]))
    table = recognise_names(table, parts)
    parts.listed = table.set_index("city")
    return _build_cities(table, file, parts)


def _read_one(path: Path, renamed: dict[str, str], parts: FolderParts) -> pd.DataFrame | None:
    """Read the first sheet that holds anything; the others are entered into the account."""
    sheets = list(read_sheets_or_note(path, renamed, parts).items())
    if not sheets:
        return None
    (_, first), *others = sheets
    parts.account += [Entry("", "sheet", len(table), detail=f"{path.name}, {name}") for name, table in others]
    return first


def _build_cities(table: pd.DataFrame, file: str, parts: FolderParts) -> gpd.GeoDataFrame | None:
    """Make places of a table, with coordinates of its own or found by name; None where they are at fault."""
    faults = parts.faults
    before = len(faults)
    if not {"lon", "lat"} <= set(table.columns):
        located = _find_by_name(table, file, parts)
        if located is None or len(faults) > before:
            return None
        table = located
    lon, lat = to_numbers(table["lon"]), to_numbers(table["lat"])
    labels = table["city"].tolist()
    faults += to_study_faults(file, table.index, find_coordinate_faults(lon, lat, labels))
    sound = pd.DataFrame(
        {"city": labels, "name": "", "name_zh": "", "country": "", "region": "", "coastal": ""}
    )
    points = gpd.GeoDataFrame(
        sound.set_index("city"),
        geometry=gpd.points_from_xy(np.zeros(len(labels)), np.zeros(len(labels))),
        crs=4326,
    )
    faults += to_study_faults(file, table.index, find_city_faults(points))
    faults += _flag_faults(table, file)
    countries = _countries(table, file, parts)
    if len(faults) > before:
        return None
    try:
        typed = _typed(table, note_ids(table, file, parts)).assign(lon=lon, lat=lat, country=countries)
        cities = build_cities(typed.reset_index(drop=True), caller=file)
        _check_countries(cities, table, file, parts)
        return cities if len(faults) == before else None
    except GeobriError as error:
        faults.append(StudyFault(file, None, str(error).removeprefix(f"{file}: ")))
        return None


def _check_countries(cities: gpd.GeoDataFrame, table: pd.DataFrame, file: str, parts: FolderParts) -> None:
    """Compare points and countries: exchanged coordinates are a fault, any other distance is a caution."""
    if cities["country"].isna().all():
        return
    swapped = (_distance(cities, "110m") > _FAR_DEG) & (_distance(cities, "110m", turned=True) < _NEAR_DEG)
    parts.faults += [
        StudyFault(
            file,
            int(table.index[at]),
            f"'lon' and 'lat' must be longitude and latitude; got {cities.index[at]!r} far from "
            f"{cities['country'].iloc[at]}. They look swapped: exchange them in this row.",
        )
        for at in np.flatnonzero(swapped).tolist()
    ]
    accepted = cities.index.isin([str(slug) for slug in parts.settings.get("outside", [])])
    away = _distance(cities, "110m") > _OUTSIDE_DEG
    if away.any():  # the coarse outlines leave out small islands
        away &= _distance(cities, "50m") > _OUTSIDE_DEG
    outside = cities[away & ~swapped & ~np.asarray(accepted, dtype=bool)]
    if len(outside):
        parts.cautions.append(_say_outside(outside))


@cache
def _outlines(resolution: Literal["110m", "50m"]) -> gpd.GeoSeries:
    """Read the outlines of all countries once, each with the territories under it: who writes USA for Puerto Rico is not wrong."""
    from geobri.boundaries import load_countries

    alone = load_countries(resolution, worldview="ne")
    under = alone[alone["sovereign"].notna() & (alone["sovereign"] != alone["country"])]
    countries = pd.concat([alone, under.assign(country=under["sovereign"])])
    parted = countries["country"].duplicated(keep=False)
    whole = countries[~parted].set_index("country").geometry
    return gpd.GeoSeries(pd.concat([whole, countries[parted].dissolve("country").geometry]))


def _distance(
    cities: gpd.GeoDataFrame, resolution: Literal["110m", "50m"], *, turned: bool = False
) -> npt.NDArray[np.float64]:
    """Distance in degrees of each point from the outline of its country; infinite where there is no outline."""
    outlines = _outlines(resolution)
    shapes = np.asarray(outlines.reindex(cities["country"]), dtype=object)
    x, y = cities.geometry.x.to_numpy(), cities.geometry.y.to_numpy()
    points = shapely.points(y, x) if turned else shapely.points(x, y)
    away = np.asarray(shapely.distance(shapes, points), dtype=np.float64)
    known = cities["country"].isin(outlines.index).to_numpy(dtype=bool)
    return np.where(known, away, np.inf if resolution == "110m" and not turned else np.nan)


def _say_outside(outside: gpd.GeoDataFrame) -> Words:
    from geobri.gazetteer.countries import name_country

    n, most = len(outside), 3
    named = [
        Words(f"{slug} ({point_x:g}, {point_y:g}; ")
        + name_country(country)
        + _code_behind(country)
        + Words(")")
        for slug, point_x, point_y, country in zip(
            outside.index[:most], outside.geometry.x, outside.geometry.y, outside["country"], strict=False
        )
    ]
    told, told_zh = ", ".join(one.en for one in named), "、".join(one.zh for one in named)
    more, more_zh = ("", "") if n <= most else (f", … ({n} in all)", f"……（共 {n} 个）")
    return Words(
        f"Points far outside their country: {told}{more}. Correct point or country; accept them with: "
        f"outside = {[str(slug) for slug in outside.index[:most]]} in study.toml.",
        f"位于所属国家/地区之外的点：{told_zh}{more_zh}。请更正坐标或国家/地区，或在 study.toml 中用 outside 接受。",
    )


def _code_behind(country: str) -> Words:
    """Write the code that stands in the table behind the name of its country, where they differ."""
    from geobri.gazetteer.countries import name_country

    return Words("") if name_country(country).en == country else Words(f", {country}", f"，{country}")


def _flag_faults(table: pd.DataFrame, file: str) -> list[StudyFault]:
    """List the first row of each cell of `coastal` that says neither yes nor no."""
    if "coastal" not in table.columns:
        return []
    first = table["coastal"].drop_duplicates()
    faults = []
    for row in first.index:
        try:
            parse_flags(first.loc[[row]], caller="check")
        except GeobriError as error:
            faults.append(StudyFault(file, int(row), str(error).removeprefix("check: ")))
    return faults


def _countries(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.Series:
    """Countries as alpha-3 codes, from codes or names in English or Chinese."""
    from geobri.gazetteer import country_codes

    written = table["country"].tolist() if "country" in table.columns else [""] * len(table)
    codes: dict[str, str | None] = {"": None}
    unread: list[str] = []
    first_row = dict(zip(reversed(written), reversed(table.index), strict=True))
    for name in dict.fromkeys(name for name in written if name):
        try:
            codes.setdefault(name, country_codes([name])[0])
        except GeobriError:
            if parts.lenient:
                codes[name] = None
                unread.append(name)
                continue
            parts.faults.append(
                StudyFault(
                    file,
                    int(first_row[name]),
                    f"'country' must be a code (ISO 3166) or a name; got {name!r}. Write it as in CHN, China or 中国",
                )
            )
    if unread:
        parts.cautions.append(
            Words(
                f"Countries that are no codes or names, left open: {first_offenders(unread)}.",
                f"无法识别的国家/地区，留空：{first_offenders(unread)}。",
            )
        )
    return pd.Series([codes.get(name) for name in written], index=table.index, dtype=object)


def _typed(table: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """Covariates that are numbers throughout become numbers, unless they are ids; empty text becomes missing."""
    typed: dict[str, Any] = {}
    plain = _plain_numbers(table)
    for name, cells in table.items():
        if name in ("city", "name", "name_zh", "country", "region", "coastal"):
            typed[str(name)] = cells.where(cells != "", None)
        elif str(name) in ids:
            typed[str(name)] = as_ids(cells)
        elif str(name) in plain:
            typed[str(name)] = plain[str(name)]
        else:
            known = blank_missing(cells)
            numbers = to_numbers(known)
            filled = known.astype(object).where(
                known.notna(), ""
            )  # a missing number of Parquet is neither true nor false
            is_known = numbers.notna().to_numpy() | (filled == "").to_numpy(dtype=np.bool_)
            typed[str(name)] = numbers if is_known.all() else known
    return pd.DataFrame(
        typed, index=table.index
    )  # at once: ten thousand columns put in one by one take minutes


def _plain_numbers(table: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """Read the columns of text whose every cell is a plain number or empty, all in one call: wide tables have thousands."""
    if not all(pd.api.types.is_string_dtype(kind) for kind in table.dtypes):
        return {}
    texts = table.to_numpy(dtype=object)
    read = np.asarray(pd.to_numeric(texts.ravel(), errors="coerce"), dtype=float).reshape(texts.shape)
    known = (np.isfinite(read) | (texts == "")).all(axis=0)
    return {str(name): read[:, at] for at, name in enumerate(table.columns) if known[at]}


def _at_seats(table: pd.DataFrame, names: pd.Series, parts: FolderParts) -> pd.DataFrame | None:
    """Place the states or provinces of a country at a city of each, where all names are such; say so."""
    from geobri.gazetteer.countries import country_codes, name_country
    from geobri.gazetteer.seats import place_divisions

    said = sorted(set(table["country"]) - {""}) if "country" in table.columns else []
    try:
        country = country_codes(said)[0] if len(said) == 1 else ""
    except GeobriError:
        return None  # the caller lists the rows whose country is none
    seats = place_divisions([str(name) for name in names], country) if len(said) <= 1 else None
    if seats is None or not names.isin(seats.index).all():
        return None
    at = seats.loc[names.tolist()]
    seated = {name: seat for name, seat in at["seat"].items() if name != seat}
    first = ", ".join(f"{name} at {seat}" for name, seat in seated.items())
    first_zh = "，".join(f"{name}在{seat}" for name, seat in seated.items())
    named = name_country(at["country"].iloc[0])
    parts.taken.append(
        Taken(
            column=Words("places", "地点"),
            taken=Words(
                f"states or provinces of {named.en}, each at a town in it ({first})",
                f"{named.zh}的州或省，各置于其境内一座城镇（{first_zh}）",
            ),
            because=Words(
                "all names are such, and no coordinates were given", "所有名称均为州或省，且未给出坐标"
            ),
        )
    )
    call_if_unsaid(_DIVISIONS.get(str(at["country"].iloc[0]), "province"), parts)
    return table.assign(lon=at["lon"].to_numpy(), lat=at["lat"].to_numpy(), country=at["country"].to_numpy())


def _at_capitals(table: pd.DataFrame, names: pd.Series, parts: FolderParts) -> pd.DataFrame | None:
    """Place countries at their capitals, where all names are countries or their codes; say so."""
    from geobri.gazetteer.seats import place_countries

    seats = place_countries([str(name) for name in names])
    if seats is None:
        return None
    shown = [f"{code} at {seat}" for code, seat in seats["seat"].head(_SEATS_SAID).items()]
    shown_zh = [f"{code} 在 {seat}" for code, seat in seats["seat"].head(_SEATS_SAID).items()]
    more, more_zh = (", …", "……") if len(seats) > _SEATS_SAID else ("", "")
    taken = Words(
        f"{len(seats)} countries, each at its capital ({', '.join(shown)}{more})",
        f"{len(seats)} 个国家或地区，各置于其首都（{'，'.join(shown_zh)}{more_zh}）",
    )
    because = Words(
        "all names are countries or their codes, and no coordinates were given",
        "所有名称均为国家或地区或其代码，且未给出坐标",
    )
    parts.taken.append(Taken(column=Words("places", "地点"), taken=taken, because=because))
    call_if_unsaid("country", parts)
    return table.assign(
        **{name: seats[name].to_numpy() for name in ("name", "name_zh", "country", "lon", "lat")}
    )


def _find_by_name(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame | None:
    """Find places without coordinates; a country that is none, or a table of settled names that cannot be used, is a fault."""
    try:
        return _geocode(table, file, parts)
    except GeobriError as error:
        parts.faults.append(StudyFault(file, None, str(error).removeprefix("country_codes: ")))
        return None


def _geocode(table: pd.DataFrame, file: str, parts: FolderParts) -> pd.DataFrame | None:
    """Find coordinates by the names of places, and say what was taken and what was not found."""
    faults = parts.faults
    from geobri.gazetteer import geocode
    from geobri.gazetteer.divisions import division_column

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
    divisions = None
    if parts.settled is None:
        countries = _at_capitals(table, names, parts)
        divisions = _at_seats(table, names, parts) if countries is None else countries
    if divisions is not None:
        return divisions
    state = division_column(table.columns)
    report = geocode(
        names.tolist(),
        country=country,
        division=None if state is None else table[state].tolist(),
        settled=parts.settled,
    )
    rows = table.index
    open_names = [StudyFault(file, int(rows[at]), problem) for at, problem in report.problems()]
    faults += open_names
    parts.open_names += len(open_names)
    parts.unknown_names += int((report.table["status"] == "unknown").sum())
    if faults:
        return None
    found = report.cities
    located = table.assign(lon=found.geometry.x.to_numpy(), lat=found.geometry.y.to_numpy())
    if country is None:
        located["country"] = found["country"].to_numpy()
    parts.cautions.append(
        Words(
            f"Coordinates of {len(located):,} cities were found by their names: GeoNames (CC BY 4.0).",
            f"{len(located):,} 座城市的坐标按名称查得：GeoNames（CC BY 4.0）。",
        )
    )
    return located
