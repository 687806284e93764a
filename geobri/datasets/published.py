"""The published CSV files on disk, and the points that the gazetteer has for their cities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import pandas as pd

from geobri.errors import DataError, first_offenders, mould

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["attach_points", "load_contradictions", "load_provenance", "load_published", "load_tables"]


_DATA: Final = Path(__file__).parents[1] / "data"


def load_published(name: str, *, whole: Iterable[str] = (), flags: Iterable[str] = ()) -> pd.DataFrame:
    """Read one published table as text, and only the named columns as numbers or flags.

    Text stays text: an empty cell is an empty string, a weight such as ``1/6`` stays exact, and a country or
    name is never taken for a missing value.

    Parameters
    ----------
    name
        File name without ``.csv`` (``bri22_cities``).
    whole
        Columns of whole numbers; an empty cell becomes missing (`Int64`).
    flags
        Columns of ``true`` and ``false``; an empty cell becomes missing (`boolean`).

    Returns
    -------
    pandas.DataFrame
        The table in the order of the file, a fresh range index.

    Raises
    ------
    DataError
        If there is no such table.
    """
    source = _DATA / "published" / f"{name}.csv"
    if not source.is_file():
        known = sorted(one.stem for one in (_DATA / "published").glob("*.csv"))
        raise DataError(
            mould(
                "load_published",
                "the name must be one of a published table",
                repr(name),
                f"Known are {', '.join(known)}",
            )
        )
    frame = pd.read_csv(source, dtype=str, keep_default_na=False, na_filter=False)
    for column in whole:
        frame[column] = pd.to_numeric(frame[column], errors="raise").astype("Int64")
    for column in flags:
        words = frame[column].map({"true": True, "false": False, "": pd.NA})
        frame[column] = words.astype("boolean")
    return frame


def load_tables(names: Mapping[str, str], whole: Iterable[str]) -> Mapping[str, pd.DataFrame]:
    """Read several published tables.

    Parameters
    ----------
    names
        File name by table name.
    whole
        Columns of whole numbers, where a table has them.

    Returns
    -------
    Mapping
        Table by name, read-only.
    """
    wanted = tuple(whole)
    tables = {}
    for table, name in names.items():
        header = load_published(name).columns
        tables[table] = load_published(name, whole=[column for column in wanted if column in header])
    return MappingProxyType(tables)


def load_contradictions(report: str) -> pd.DataFrame:
    """Read the known contradictions of a report.

    Parameters
    ----------
    report
        Name of the data set.

    Returns
    -------
    pandas.DataFrame
        Index `id`; columns `report, nature, kind, where_a, says_a, says_a_zh, where_b, says_b, says_b_zh, note, note_zh,
        found_by, cities, corridors`. `nature` is ``contradiction`` for two printed statements that cannot both be true,
        ``misprint`` for a name or number that the print has lost or exchanged, ``remark`` for what can be true all the same.
    """
    frame = load_published("contradictions")
    return frame[frame["report"] == report].set_index("id")


def load_provenance(report: str) -> pd.DataFrame:
    """Read where the tables of a report come from.

    Parameters
    ----------
    report
        Name of the data set.

    Returns
    -------
    pandas.DataFrame
        Index `file`; columns `report, where, page, transcription`.
    """
    frame = load_published("provenance")
    return frame[frame["report"].isin([report, "both"])].set_index("file")


def attach_points(cities: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give the cities of the reports their points from the packaged gazetteer.

    Parameters
    ----------
    cities
        Table with the index `city`.

    Returns
    -------
    geopandas.GeoDataFrame
        The table with `geometry` (Point, EPSG:4326, lon before lat), `population` (of the gazetteer's place, missing
        where unknown), `capital` (of a sovereign country, one each, as GeoNames names it) and `geocoding_remark`.

    Raises
    ------
    DataError
        If the gazetteer has no point for a city, and does not say why.
    """
    import geopandas as gpd

    points = _load_points()
    unknown = cities.index.difference(points.index)
    if len(unknown):
        raise DataError(
            mould(
                "attach_points",
                "every city of a report must have a row in gazetteer/report_cities.csv",
                f"{len(unknown)} of {len(cities)} without one: {first_offenders(unknown)}",
                "Build the gazetteer again",
            )
        )
    found = points.loc[cities.index]
    geometry = gpd.points_from_xy(found["lon"], found["lat"], crs="EPSG:4326")
    placed = gpd.GeoDataFrame(cities.copy(), geometry=geometry, crs="EPSG:4326")
    placed["population"] = found["population"].to_numpy()
    placed["capital"] = found["capital"].eq("1").astype("boolean").to_numpy()
    placed["geocoding_remark"] = found["remark"].to_numpy()
    return placed


def _load_points() -> pd.DataFrame:
    source = _DATA / "gazetteer" / "report_cities.csv"
    if not source.is_file():
        raise DataError(
            mould(
                "attach_points",
                "the packaged gazetteer must be there",
                f"no file {source}",
                "Install geobri again",
            )
        )
    frame = pd.read_csv(source, dtype=str, keep_default_na=False, na_filter=False).set_index("city")
    for column in ("lon", "lat"):
        frame[column] = pd.to_numeric(frame[column].replace("", None))
    frame["population"] = pd.to_numeric(frame["population"].replace("", None)).astype("Int64")
    return frame
