"""Layers of shapes as tables of places or of pairs, and the polygons that are drawn below the map."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.errors import InputError, StudyError, mould
from geobri.inputs import check_file
from geobri.study.reading.sources import VECTOR_ENDINGS
from geobri.units import LONLAT_CRS

__all__ = [
    "has_geometry",
    "has_shapes",
    "inner_points",
    "layer_names",
    "outlines_of",
    "place_columns",
    "read_outlines",
    "read_vector",
]

_POLYGONS: Final = ("Polygon", "MultiPolygon")
_LINES: Final = ("LineString", "MultiLineString")


def layer_names(path: Path) -> list[str]:
    """List the layers of a vector file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    list of str
        In the order of the file; layers of styles and the like are left out.

    Raises
    ------
    StudyError
        If it is none.
    """
    import pyogrio

    try:
        return [str(name) for name, _ in pyogrio.list_layers(path) if str(name) != "layer_styles"]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _no_vector(path, error) from error


def _no_vector(path: Path, error: Exception) -> StudyError:
    came = str(error).splitlines()[0][:200]
    wanted = f"{path.name} must be a vector file that GDAL reads"
    return StudyError(mould("read_table", wanted, came, "Open it in QGIS and save it as a GeoPackage"))


def _check_parts(path: Path) -> None:
    """Make sure that the other files of a shapefile can be read: without its attributes it would come without a word."""
    for ending in (".shx", ".dbf", ".prj", ".cpg"):
        for part in (path.with_suffix(ending), path.with_suffix(ending.upper())):
            if part.exists():
                try:
                    check_file(part, caller="read_table")
                except InputError as error:
                    raise StudyError(str(error)) from error


def _read_layer(path: Path, layer: str | None) -> pd.DataFrame:
    import pyogrio

    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return gpd.read_parquet(path)
    if path.suffix.lower() == ".shp":
        _check_parts(path)
    try:
        return gpd.read_file(path, layer=layer, engine="pyogrio")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise _no_vector(path, error) from error


def read_vector(path: Path, layer: str | None = None, *, crs: str = "") -> pd.DataFrame:
    """Read a layer as a table of places, or of pairs where it holds lines.

    Parameters
    ----------
    path
        A vector file.
    layer
        Which layer; the first by default.
    crs
        Reference system of a file that does not say its own.

    Returns
    -------
    pandas.DataFrame
        The attributes; for points and polygons `lon` and `lat`, for lines both ends as `origin_lon` and so on. A
        layer without shapes gives its attributes.
    """
    return place_columns(_read_layer(path, layer), path.name, crs=crs)


def place_columns(layer: pd.DataFrame, name: str, *, crs: str = "") -> pd.DataFrame:
    """Put the shapes of a layer into columns of coordinates.

    Parameters
    ----------
    layer
        Any table; shapes in any reference system.
    name
        What it is called, for the message.
    crs
        Reference system of a layer that does not say its own.

    Returns
    -------
    pandas.DataFrame
        The attributes, with a point inside each shape as `lon` and `lat`, or both ends of each line.

    Raises
    ------
    StudyError
        If the numbers are no degrees and no reference system is said.
    """
    if not isinstance(layer, gpd.GeoDataFrame) or layer.active_geometry_name is None:
        return pd.DataFrame(layer)
    shapes = _in_degrees(layer.geometry, name, crs)
    plain = pd.DataFrame(layer.drop(columns=str(layer.geometry.name)))
    kinds = set(shapes.geom_type.dropna())
    if kinds and kinds <= set(_LINES):
        return plain.assign(**_line_ends(shapes))
    spare = [old for old in plain.columns if str(old).lower() in ("lon", "lat")]
    points = inner_points(shapes)
    return plain.drop(columns=spare).assign(lon=points.x, lat=points.y)


def _in_degrees(shapes: gpd.GeoSeries, name: str, crs: str) -> gpd.GeoSeries:
    if shapes.crs is None and crs:
        shapes = shapes.set_crs(crs)
    if shapes.crs is not None:
        return shapes.to_crs(LONLAT_CRS)
    west, south, east, north = shapes.total_bounds
    if len(shapes) and not (-180 <= west <= east <= 360 and -90 <= south <= north <= 90):  # noqa: PLR2004 - degrees
        came = f"no reference system, and numbers from {west:g} to {east:g}"
        wanted = f"{name} must say its reference system"
        raise StudyError(
            mould(
                "read_table",
                wanted,
                came,
                "Add the .prj file, save it as a GeoPackage with its CRS, or say it: --crs EPSG:27700",
            )
        )
    return shapes.set_crs(LONLAT_CRS)


def inner_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give a point inside each shape: the centroid where it lies inside, else some other point of it.

    Parameters
    ----------
    shapes
        Points, lines or polygons in degrees.

    Returns
    -------
    geopandas.GeoSeries
        Points on the same index; a missing shape stays missing.
    """
    plain = np.asarray(shapes.array, dtype=object)
    centres = shapely.centroid(plain)
    inside = shapely.intersects(plain, centres)
    spare = shapely.point_on_surface(plain)
    chosen = np.where(inside, centres, spare)
    return gpd.GeoSeries(chosen, index=shapes.index, crs=shapes.crs)


def _line_ends(lines: gpd.GeoSeries) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    first = np.asarray(shapely.line_merge(np.asarray(lines.array, dtype=object)), dtype=object)
    first[shapely.get_type_id(first) == shapely.GeometryType.MULTILINESTRING.value] = None
    start, end = shapely.get_point(first, 0), shapely.get_point(first, -1)
    return {
        "origin_lon": shapely.get_x(start),
        "origin_lat": shapely.get_y(start),
        "destination_lon": shapely.get_x(end),
        "destination_lat": shapely.get_y(end),
    }


def read_outlines(path: Path, *, crs: str = "") -> gpd.GeoDataFrame | None:
    """Read the polygons of a file, to be drawn below the map.

    Parameters
    ----------
    path
        Any file of a table.
    crs
        Reference system of a file that does not say its own.

    Returns
    -------
    geopandas.GeoDataFrame or None
        Its polygons in degrees with their attributes; None where it holds none.
    """
    if path.suffix.lower() in VECTOR_ENDINGS:
        layers: list[str | None] = list(layer_names(path))
    elif path.suffix.lower() in (".parquet", ".geoparquet") and has_geometry(path):
        layers = [None]
    else:
        return None
    for layer in layers:
        frame = _read_layer(path, layer)
        found = outlines_of(frame, path.name, crs=crs)
        if found is not None:
            return found
    return None


def outlines_of(frame: pd.DataFrame, name: str, *, crs: str = "") -> gpd.GeoDataFrame | None:
    """Keep the polygons of a table.

    Parameters
    ----------
    frame
        Any table.
    name
        What it is called, for the message.
    crs
        Reference system of a table that does not say its own.

    Returns
    -------
    geopandas.GeoDataFrame or None
        Its polygons in degrees; None where it holds none.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return None
    fits = frame.geometry.geom_type.isin(_POLYGONS)
    if not fits.any():
        return None
    polygons = frame[fits]
    return polygons.set_geometry(_in_degrees(polygons.geometry, name, crs))


def has_geometry(path: Path) -> bool:
    """Tell whether a Parquet file holds geometry.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bool
        Whether it says that it is GeoParquet.
    """
    import pyarrow.parquet as pq

    return b"geo" in (pq.read_schema(path).metadata or {})


def has_shapes(path: Path) -> bool:
    """Tell whether the coordinates of a file are those of its shapes, in a reference system of its own.

    Parameters
    ----------
    path
        Any file of a table.

    Returns
    -------
    bool
        True for vector files and GeoParquet.
    """
    ending = path.suffix.lower()
    return ending in VECTOR_ENDINGS or (ending in (".parquet", ".geoparquet") and has_geometry(path))
