"""The tables of a study on disk: CSV for everybody, GeoPackage for QGIS, GeoParquet for pipelines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geobri.corridors import corridor_ids
from geobri.exchange.about import About, add_about, both
from geobri.exchange.layers import fixed_date, plain_types, system_errors, write_vector
from geobri.exchange.qgis_style import add_qgis_style
from geobri.measures import Measure
from geobri.outputs.long_tables import save_csv
from geobri.score.shares import ROOT
from geobri.study.model import MOST_FIELDS, Study
from geobri.study.pairs import all_years
from geobri.study.saving import describe_study
from geobri.study.saying import say_classes
from geobri.tables import CITY_COLUMNS
from geobri.words import Words

__all__ = [
    "about_study",
    "cities_frame",
    "corridors_frame",
    "with_intervals",
    "write_base",
    "write_geopackage",
    "write_tables",
    "write_years",
]

_CORRIDOR_FRONT: Final = ("origin", "destination", "distance_km", "region_pair", "coast_pair")
_COORDINATE_DIGITS: Final = 6
_METRES: Final = 3
_NEAR_HALF: Final = 1e-6
_FIGURES: Final = 5


def cities_frame(study: Study) -> pd.DataFrame:
    """Give the cities as a plain table, coordinates as columns.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pandas.DataFrame
        Index `city`; `name, name_zh, country, region, coastal, lat, lon` (degrees, 6 decimals), ranks, covariates.
    """
    cities = study.cities
    plain = pd.DataFrame(cities.drop(columns="geometry"))
    plain["lat"] = cities.geometry.y.round(_COORDINATE_DIGITS)
    plain["lon"] = cities.geometry.x.round(_COORDINATE_DIGITS)
    return _in_order(plain, (*CITY_COLUMNS, "lat", "lon"), study.city_measures)


def corridors_frame(study: Study) -> pd.DataFrame:
    """Give the corridors as a plain table without their lines.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `origin, destination, distance_km` (metres, or five digits where these are finer)`, region_pair, coast_pair`, ranks, values.
    """
    plain = pd.DataFrame(study.corridors.drop(columns="geometry"))
    plain["distance_km"] = _to_digits(plain["distance_km"])
    return _in_order(plain, _CORRIDOR_FRONT, study.corridor_measures)


def _to_digits(kilometres: pd.Series) -> pd.Series:
    """Round to metres, or to five significant digits where a metre would be coarser: 0.14 km and 0.1412 km are 1 % apart."""
    values = kilometres.to_numpy(dtype=float)
    known = np.where(values > 0, values, 1.0)
    digits = np.maximum(_METRES, _FIGURES - 1 - np.floor(np.log10(known))).astype(int)
    metres = values * 1000
    rounded = np.rint(metres) / 1000
    halfway = np.abs(np.abs(metres - np.rint(metres)) - 0.5) < _NEAR_HALF
    for at in np.flatnonzero(
        (digits != _METRES) | ~np.isfinite(values) | halfway
    ).tolist():  # as Python rounds
        rounded[at] = round(float(values[at]), int(digits[at]))
    return pd.Series(rounded, index=kilometres.index, name=kilometres.name)


def _in_order(frame: pd.DataFrame, front: tuple[str, ...], measures: tuple[Measure, ...]) -> pd.DataFrame:
    named = [one.column for one in measures if one.column in frame.columns]
    first = [name for name in dict.fromkeys([*front, *named]) if name in frame.columns]
    placed = set(first)
    return frame[[*first, *(name for name in frame.columns if name not in placed)]]


def with_intervals(study: Study, uncertainty: pd.DataFrame | None) -> Study:
    """Put the interval of the rank beside the rank of the index, in cities and corridors.

    Parameters
    ----------
    study
        A study with scores.
    uncertainty
        One row per city and corridor: `unit, rank_lower, rank_upper`; None when nothing was left to chance.

    Returns
    -------
    Study
        With the columns `rank_overall_lower` and `rank_overall_upper` (`index_…` where the names are taken).
    """
    if uncertainty is None or study.scores is None:
        return study
    known = uncertainty.drop_duplicates("unit").set_index("unit")[["rank_lower", "rank_upper"]]
    rank = next(column for column, node in study.score_columns.items() if node == f"rank_{ROOT}")
    intervals = known.set_axis([f"{rank}_lower", f"{rank}_upper"], axis=1)
    ends = study.corridors[["origin", "destination"]]
    ids = corridor_ids(ends["origin"], ends["destination"]) if study.directed else study.corridors.index
    placed = intervals.reindex(ids).set_axis(study.corridors.index, axis=0)
    return replace(study, cities=study.cities.join(intervals), corridors=study.corridors.join(placed))


def write_tables(study: Study, folder: Path) -> list[Path]:
    """Write cities and corridors in every format into an existing folder.

    Parameters
    ----------
    study
        A loaded study.
    folder
        Where to write; the caller stages it (`geobri.outputs.staged_folder`).

    Returns
    -------
    list of pathlib.Path
        `cities.csv, corridors.csv, study.gpkg` (layers `cities` and `corridors`) and `corridors.parquet`.
    """
    paths = [folder / name for name in ("cities.csv", "corridors.csv", "study.gpkg", "corridors.parquet")]
    save_csv(cities_frame(study), paths[0])
    save_csv(corridors_frame(study), paths[1])
    write_geopackage(study, paths[2])
    plain_types(study.corridors).to_parquet(paths[3])
    return paths


def write_geopackage(study: Study, path: Path, *, first: str = "cities") -> str:
    """Write both layers of a study with their styles for QGIS.

    Parameters
    ----------
    study
        A loaded study.
    path
        File to make; the caller stages it.
    first
        The layer that programs open which take the first: ``cities`` or ``corridors``.

    Returns
    -------
    str
        How many columns did not fit, in a sentence; empty where all did.
    """
    left_out = []
    for layer in ("cities", "corridors") if first == "cities" else ("corridors", "cities"):
        whole = study.cities if layer == "cities" else study.corridors
        kept = whole.drop(columns=[*whole.columns.drop("geometry")][MOST_FIELDS:])
        write_vector(kept, path, "GPKG", multi=None if layer == "cities" else True)
        if kept.shape[1] < whole.shape[1]:
            left_out.append(f"{whole.shape[1] - kept.shape[1]:,} of the {layer}")
    with system_errors(path):
        add_qgis_style(
            path,
            study.corridors,
            study.shown("corridors"),
            directed=study.directed,
            city_measures=study.city_measures,
            all_years=all_years(study),
        )
        add_about(
            path,
            about_study(study),
            {
                "cities": (study.tell(Words("Cities", "城市")), study.city_measures),
                "corridors": (Words("Corridors", "通路"), study.corridor_measures),
            },
            said_of_study=describe_study(study),
        )
    if not left_out:
        return ""
    return f"Columns that a GeoPackage cannot hold beside {MOST_FIELDS:,} others are left out: {', '.join(left_out)}."


def about_study(study: Study) -> About:
    """Give what a file should say of a study.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    About
        Title, source, licence and notes, as the study says them, and which years the classes cover.
    """
    return About(
        title=Words(study.title, study.title_zh),
        source=study.citation,
        licence=study.licence,
        notes=(*study.notes, *(both(study.tell(said)) for said in say_classes(study))),
    )


def write_base(study: Study, path: Path) -> None:
    """Add what lies below the map to a GeoPackage: the outlines of the study's own places, or land around them.

    Parameters
    ----------
    study
        A loaded study.
    path
        A GeoPackage, on a stage.
    """
    from geobri.boundaries import load_land

    shapes = load_land("50m") if study.outlines is None else study.outlines
    named = [name for name in ("name", "id") if name in shapes.columns][:1]
    with fixed_date(), system_errors(path):
        shapes[[*named, shapes.geometry.name]].to_file(
            path, layer="base", driver="GPKG", engine="pyogrio", promote_to_multi=True
        )


def write_years(study: Study, path: Path) -> None:
    """Add the flows of all years to a GeoPackage, as a table with a date for programs that play time.

    Parameters
    ----------
    study
        A loaded study; nothing is added where flows have no years.
    path
        A GeoPackage, on a stage.
    """
    import pyogrio

    if study.flows is None or "year" not in study.flows.columns or study.flows["year"].isna().all():
        return
    dated = study.flows[study.flows["year"].notna()]
    date = pd.to_datetime(dated["year"].astype(int).map("{:04d}-01-01".format))
    table = dated.assign(year=dated["year"].astype(int), date=date.to_numpy())
    with fixed_date(), system_errors(path):
        pyogrio.write_dataframe(table, path, layer="flows", driver="GPKG")
