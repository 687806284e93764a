"""The tables of a study on disk: CSV for everybody, GeoPackage for QGIS, GeoParquet for pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from geobri.exchange.layers import plain_types, system_errors, write_vector
from geobri.exchange.qgis_style import add_qgis_style
from geobri.study.model import Study

__all__ = ["cities_frame", "corridors_frame", "write_tables"]

_RANKS: Final = ("overall", "policy", "facility", "trade", "finance", "people", "information")
_CITY_FRONT: Final = ("name", "name_zh", "country", "region", "coastal", "lat", "lon")
_CORRIDOR_FRONT: Final = ("origin", "destination", "distance_km", "region_pair", "coast_pair")
_COORDINATE_DIGITS: Final = 6


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
    return _in_order(plain, _CITY_FRONT)


def corridors_frame(study: Study) -> pd.DataFrame:
    """Give the corridors as a plain table without their lines.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; `origin, destination, distance_km` (1 decimal)`, region_pair, coast_pair`, ranks, values.
    """
    plain = pd.DataFrame(study.corridors.drop(columns="geometry"))
    plain["distance_km"] = plain["distance_km"].round(1)
    return _in_order(plain, _CORRIDOR_FRONT)


def _in_order(frame: pd.DataFrame, front: tuple[str, ...]) -> pd.DataFrame:
    ranks = [f"rank_{name}" for name in _RANKS if f"rank_{name}" in frame.columns]
    first = [*front, *ranks]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]


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
    cities_frame(study).to_csv(paths[0], lineterminator="\n")
    corridors_frame(study).to_csv(paths[1], lineterminator="\n")
    write_vector(study.cities, paths[2], "GPKG")
    write_vector(study.corridors, paths[2], "GPKG", multi=True)
    with system_errors(paths[2]):
        add_qgis_style(paths[2], study.corridors, [value.column for value in study.corridor_measures])
    plain_types(study.corridors).to_parquet(paths[3])
    return paths
