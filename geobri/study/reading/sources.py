"""Files as people hand them over: packed, from standard input, or of a kind that only the content tells.

`unpack` gives plain files that the readers of tables know; `read_vector` turns layers of shapes into tables of places or of pairs.
"""

from __future__ import annotations

import gzip
import lzma
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geobri.errors import InputError, StudyError, first_offenders, mould
from geobri.inputs import check_file
from geobri.units import LONLAT_CRS

__all__ = [
    "STANDARD_STEM",
    "TABLE_ENDINGS",
    "VECTOR_ENDINGS",
    "has_geometry",
    "has_shapes",
    "inner_points",
    "layer_names",
    "outlines_of",
    "place_columns",
    "read_outlines",
    "read_vector",
    "unpack",
]

VECTOR_ENDINGS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml", ".gml")
TABLE_ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".geoparquet", *VECTOR_ENDINGS)
STANDARD_INPUT: Final = "-"
STANDARD_STEM: Final = "stdin"
"""What the file is called that holds standard input."""

_MARKS: Final = (
    (b"\x1f\x8b", ".gz"),
    (b"PAR1", ".parquet"),
    (b"SQLite format 3", ".gpkg"),
    (b"fgb\x03", ".fgb"),
    (b"PK\x03\x04", ".zip"),
)
"""How files begin that do not say by their name what they are."""

_MOST_UNPACKED_MB: Final = 2000
_MOST_TIMES: Final = 3
_TEXTS: Final = (".csv", ".tsv", ".txt")
_POLYGONS: Final = ("Polygon", "MultiPolygon")
_LINES: Final = ("LineString", "MultiLineString")


@contextmanager
def unpack(sources: list[str | Path]) -> Iterator[list[Path]]:
    """Give plain files for what was named: archives unpacked, standard input taken down.

    Parameters
    ----------
    sources
        Paths, or ``-`` for standard input.

    Yields
    ------
    list of pathlib.Path
        Files whose endings say what they are, in the order named; those that were unpacked are gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="geobri-") as folder:
        yield [
            file
            for number, source in enumerate(sources)
            for file in _unpack_one(source, Path(folder) / str(number))
        ]


def _unpack_one(source: str | Path, folder: Path) -> list[Path]:
    folder.mkdir()
    if str(source) == STANDARD_INPUT:
        path = folder / STANDARD_STEM
        with path.open("wb") as taken:
            shutil.copyfileobj(sys.stdin.buffer, taken)
    else:
        path = Path(source)
        check_file(path, caller="geobri")
    return _open_up(path, folder)


def _open_up(path: Path, folder: Path, times: int = 0) -> list[Path]:
    """Unpack a file as often as it is packed, and name it by what it holds."""
    if times > _MOST_TIMES:  # there are files that unpack to themselves
        wanted = f"{path.name} must be packed at most {_MOST_TIMES} times"
        raise InputError(mould("geobri", wanted, "more", "Unpack it"))
    ending = path.suffix.lower() if path.suffix.lower() in (*TABLE_ENDINGS, ".gz", ".zip") else _sniff(path)
    if times and ending in _TEXTS and _sniff(path) == ".gz":  # packed twice, named once
        ending = ".gz"
    if ending == ".gz":
        folder = folder / "unpacked"
        folder.mkdir(exist_ok=True)
        inner = folder / (path.stem if path.suffix.lower() == ".gz" else path.name)
        with gzip.open(path) as packed, inner.open("wb") as plain:
            _copy_some(packed, plain, path)
        return _open_up(inner, folder, times + 1)
    if ending == ".zip":
        return _open_archive(path, folder, times + 1)
    if ending == path.suffix.lower():
        return [path]
    named = folder / f"{path.stem}{ending}"
    shutil.copyfile(path, named)
    return [named]


def _copy_some(packed: gzip.GzipFile, plain: object, path: Path) -> None:
    written = 0
    try:
        while chunk := packed.read(1 << 20):
            written += len(chunk)
            if written > _MOST_UNPACKED_MB * 1e6:
                wanted = f"{path.name} must unpack to at most {_MOST_UNPACKED_MB:,} MB"
                raise InputError(mould("geobri", wanted, "more", "Unpack it, and give the part you need"))
            plain.write(chunk)  # type: ignore[attr-defined]
    except (OSError, EOFError, zlib.error) as error:
        wanted = f"{path.name} must be a whole gzip file"
        raise InputError(mould("geobri", wanted, str(error), "Pack it again")) from error


def _open_archive(path: Path, folder: Path, times: int) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if any(entry.filename.startswith("xl/") for entry in entries):
                named = folder / f"{path.stem}.xlsx"
                shutil.copyfile(path, named)
                return [named]
            size = sum(entry.file_size for entry in entries)
            if size > _MOST_UNPACKED_MB * 1e6:
                wanted = f"{path.name} must unpack to at most {_MOST_UNPACKED_MB:,} MB"
                remedy = "Unpack it, and give the part you need"
                raise InputError(mould("geobri", wanted, f"{size / 1e6:,.0f} MB", remedy))
            names = [Path(entry.filename).name for entry in entries]
            if len(set(names)) < len(names):  # of two files of one name, one would be lost without a word
                wanted = f"{path.name} must hold every name once"
                doubled = first_offenders(sorted({name for name in names if names.count(name) > 1}))
                raise InputError(mould("geobri", wanted, f"several of {doubled}", "Give the one you need"))
            for entry, name in zip(entries, names, strict=True):
                entry.filename = name
                archive.extract(entry, folder)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        wanted = f"{path.name} must be a whole zip archive without a password"
        raise InputError(mould("geobri", wanted, str(error), "Pack it again")) from error
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in (*TABLE_ENDINGS, ".gz"))
    if not found:
        came = ", ".join(sorted(entry.filename for entry in entries)[:5]) or "nothing"
        wanted = f"{path.name} must hold a table"
        raise InputError(mould("geobri", wanted, came, f"Pack one of {', '.join(TABLE_ENDINGS)}"))
    return [plain for file in found for plain in _open_up(file, folder, times)]


def _sniff(path: Path) -> str:
    """Say by its first bytes what a file is; a text is a table unless it begins like GeoJSON."""
    with path.open("rb") as file:
        head = file.read(64)
    for mark, ending in _MARKS:
        if head.startswith(mark):
            return ending
    return ".geojson" if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else ".csv"


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
