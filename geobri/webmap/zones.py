"""Own polygons or lines as a base: zones of a city, districts, a coast, from any vector file in any reference system."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api import types as pdt

from geobri.errors import DataError, InputError, first_offenders, mould
from geobri.webmap.packing import pack_shapes, to_mercator
from geobri.webmap.wording import clean

__all__ = ["VECTOR_SUFFIXES", "is_vector_file", "pack_zones", "read_zones"]

VECTOR_SUFFIXES: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".gml", ".kml", ".parquet", ".zip")
_DETAIL: Final = 16_000
"""Steps across all zones on which their outlines are rounded: a quarter of a pixel where they fill the window."""
_LIMIT_DEG: Final = 85.0


def is_vector_file(basemap: object) -> bool:
    """Say whether a base map is meant as a vector file.

    Parameters
    ----------
    basemap
        What was asked for.

    Returns
    -------
    bool
        True for a path whose name ends like a vector file's.
    """
    return isinstance(basemap, str | os.PathLike) and Path(basemap).suffix.lower() in VECTOR_SUFFIXES


def read_zones(source: str | os.PathLike[str] | gpd.GeoDataFrame, *, caller: str) -> gpd.GeoDataFrame:
    """Read polygons or lines, and bring them to longitude and latitude.

    Parameters
    ----------
    source
        A vector file, or a table of shapes.
    caller
        Who asks, for the messages.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `name` and `geometry` (EPSG:4326); rows without a shape are left out.

    Raises
    ------
    InputError
        If the file is not there or cannot be read.
    DataError
        If nothing is a polygon or a line, or the reference system is unknown and the numbers are no degrees.
    """
    frame = source if isinstance(source, gpd.GeoDataFrame) else _read_file(Path(source), caller)
    name = str(getattr(source, "name", "")) or "the shapes"
    kinds = frame.geometry.geom_type
    fit = kinds.isin(["Polygon", "MultiPolygon", "LineString", "MultiLineString"]) & ~frame.geometry.is_empty
    if not fit.any():
        came = f"{len(frame)} rows: {first_offenders(sorted(set(kinds.dropna())) or ['no shape'])}"
        raise DataError(
            mould(caller, "a base map must hold polygons or lines", came, "Give zones, districts or a coast")
        )
    frame = frame[fit]
    if frame.crs is None:
        west, south, east, north = frame.total_bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - degrees
            came = f"no reference system, and numbers from {west:g} to {east:g}"
            raise DataError(
                mould(
                    caller,
                    f"{name} must say its reference system",
                    came,
                    "Use GeoDataFrame.set_crs, or a GeoPackage",
                )
            )
        frame = frame.set_crs(4326)
    names = [clean(text) for text in _names(frame)]
    shapes = gpd.GeoSeries(frame.geometry.to_crs(4326).force_2d())
    return gpd.GeoDataFrame({"name": names}, geometry=shapes.to_numpy(), crs=4326)


def _read_file(path: Path, caller: str) -> gpd.GeoDataFrame:
    if not path.is_file():
        raise InputError(mould(caller, "the base map must be a file", f"no file {path}", "Correct the path"))
    try:
        return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path, engine="pyogrio")
    except (OSError, ValueError, RuntimeError) as error:
        wanted = f"{path.name} must be a vector file"
        raise InputError(
            mould(caller, wanted, str(error).splitlines()[0], "Open it in QGIS and save it as a GeoPackage")
        ) from error


def _names(frame: gpd.GeoDataFrame) -> pd.Series[Any]:
    """Give the column that is called name, else the text column that tells most rows apart, else nothing."""
    columns = [column for column in frame.columns if column != frame.geometry.name]
    called = [column for column in columns if str(column).lower() in ("name", "name_en", "label", "名称")]
    texts = [
        column
        for column in columns
        if pdt.is_string_dtype(frame[column]) or pdt.is_object_dtype(frame[column])
    ]
    found = called or sorted(texts, key=lambda column: -frame[column].nunique())
    return frame[found[0]] if found else pd.Series([""] * len(frame))


def pack_zones(zones: gpd.GeoDataFrame) -> dict[str, Any]:
    """Pack zones for the page, on a grid as fine as they need.

    Parameters
    ----------
    zones
        As from `read_zones`.

    Returns
    -------
    dict
        What `pack_shapes` gives, with `names`.
    """
    shapes = shapely.clip_by_rect(zones.geometry.to_numpy(), -180, -_LIMIT_DEG, 180, _LIMIT_DEG)
    corners = to_mercator(_corners(shapes))
    span = float(np.ptp(corners, axis=0).max()) or 1.0
    grid = 2 ** int(np.clip(np.ceil(np.log2(_DETAIL / span)), 12, 31))
    return pack_shapes(shapes, grid=grid) | {"names": zones["name"].tolist()}


def _corners(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    west, south, east, north = shapely.total_bounds(shapes)
    return np.array([[west, south], [east, north]])
