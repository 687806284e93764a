"""Layers for GIS: one function writes a table of cities or corridors in any format, one reads it back."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geobri.errors import DataError, mould
from geobri.exchange.workbooks import plain_text, write_workbook
from geobri.outputs import staged_file
from geobri.units import LONLAT_CRS

__all__ = [
    "LAYER_FORMATS",
    "check_layer",
    "fixed_date",
    "plain_types",
    "read_layer",
    "system_errors",
    "write_layer",
    "write_vector",
]

_VERSION: Final = "1.3"
"""Of the format: what came later is warned of by the GDAL that Debian 12 and QGIS 3.22 have."""
_NO_DATE: Final = "1970-01-01T00:00:00.000Z"
_RFC7946_DIGITS: Final = 7
_IDS: Final = ("corridor", "city")
_TEXTS: Final = dict.fromkeys(
    (*_IDS, "name", "name_zh", "country", "region", "origin", "destination", "region_pair", "coast_pair"),
    "str",
)
"""Columns that are text whatever they hold: a city may be called 007, NA or None."""


@contextmanager
def fixed_date() -> Iterator[None]:
    """Write GeoPackages with a fixed date of change, so that the same data give the same bytes.

    Yields
    ------
    None
        The option is set back afterwards.
    """
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NO_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


@contextmanager
def system_errors(path: Path) -> Iterator[None]:
    """Turn what GDAL and SQLite say of a file into the error that the system would have given.

    Parameters
    ----------
    path
        The file that is written or read.

    Yields
    ------
    None
        Errors of the system pass as they are.

    Raises
    ------
    OSError
        With the words of the library and the name of the file.
    """
    try:
        yield
    except (RuntimeError, sqlite3.Error) as error:  # RuntimeError is the base of what pyogrio says of files
        raise OSError(errno.EIO, f"{type(error).__name__}: {str(error).strip()}", str(path)) from error


def check_layer(path: Path, n_rows: int, *, layer: str | None = None) -> None:
    """Read a layer back that was just written: GDAL says nothing when a disk is full at the last moment.

    Parameters
    ----------
    path
        GeoPackage or FlatGeobuf.
    n_rows
        How many rows were written.
    layer
        Which layer of a GeoPackage; its only one by default.

    Raises
    ------
    OSError
        If the file cannot be read whole, or holds fewer rows.
    """
    try:
        kept = len(pyogrio.raw.read(path, layer=layer)[2])
        indexed = kept if layer is None else _count_indexed(path, layer)
    except Exception as error:
        raise OSError(errno.EIO, f"{type(error).__name__}: {str(error).strip()}", str(path)) from error
    if kept != n_rows or indexed != n_rows:
        short = f"only {min(kept, indexed):,} of {n_rows:,} rows could be read back, as on a full disk"
        raise OSError(errno.EIO, short, str(path))


def _count_indexed(path: Path, layer: str) -> int:
    """Count the rows in the spatial index of a GeoPackage, which GDAL writes last and leaves out when there is no room."""
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute(f'SELECT count(*) FROM "rtree_{layer}_geom"').fetchone()  # noqa: S608 - our own two names
    return int(count)


def plain_types(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn types that not every format knows into text: categories, lists, mappings.

    Parameters
    ----------
    layer
        Any layer.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows and columns.
    """
    plain = layer.copy()
    for name in plain.columns.drop(str(plain.geometry.name)):
        column = plain[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            plain[name] = column.astype(object)
        elif (
            column.dtype == object
            and column.map(lambda cell: isinstance(cell, list | tuple | dict | set)).any()
        ):
            plain[name] = column.map(str)
    return plain


def write_vector(
    layer: gpd.GeoDataFrame, path: Path, driver: Literal["GPKG", "FlatGeobuf"], *, multi: bool | None = None
) -> None:
    """Write a layer with GDAL and read it back; a GeoPackage keeps the layers that it has already.

    Parameters
    ----------
    layer
        Cities (index `city`) or corridors.
    path
        A name on a stage: the file appears while it is written.
    driver
        GDAL's name of the format.
    multi
        Whether all lines are written as multi-part lines; by default, when one of them is.

    Raises
    ------
    OSError
        If the file cannot be written, or not be read back whole.
    """
    name = "cities" if layer.index.name == "city" else "corridors"
    options: dict[str, Any] = (
        {"layer": name, "VERSION": _VERSION} if driver == "GPKG" else {"SPATIAL_INDEX": "NO"}
    )
    several = bool((layer.geom_type == "MultiLineString").any()) if multi is None else multi
    with fixed_date(), system_errors(path):
        plain_types(layer).reset_index().to_file(
            path, driver=driver, engine="pyogrio", promote_to_multi=several, **options
        )
    check_layer(path, len(layer), layer=options.get("layer"))


def _write_geojson(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write RFC 7946: WGS84 without a crs member, right-handed, cut at 180°, seven decimals."""
    plain = plain_types(layer).reset_index()
    shapes = [json.loads(shape) for shape in shapely.to_geojson(plain.geometry.to_numpy(dtype=object))]
    rows = json.loads(
        pd.DataFrame(plain.drop(columns=plain.geometry.name)).to_json(orient="records", force_ascii=False)
    )
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        for at, (shape, row) in enumerate(zip(shapes, rows, strict=True)):
            geometry = _rounded(shape)
            feature = {"type": "Feature", "properties": row, "geometry": geometry}
            file.write((",\n" if at else "") + json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
        file.write("\n]}\n")


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def cut(numbers: Any) -> Any:
        return (
            [cut(item) for item in numbers] if isinstance(numbers, list) else round(numbers, _RFC7946_DIGITS)
        )

    return {"type": geometry["type"], "coordinates": cut(geometry["coordinates"])}


def _as_table(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Points as columns `lon, lat`, lines as WKT."""
    table = pd.DataFrame(plain_types(layer).drop(columns=layer.geometry.name))
    if (layer.geom_type == "Point").all():
        return table.assign(lon=layer.geometry.x, lat=layer.geometry.y)
    return table.assign(
        wkt=shapely.to_wkt(layer.geometry.to_numpy(dtype=object), rounding_precision=_RFC7946_DIGITS)
    )


def _write_workbook(layer: gpd.GeoDataFrame, path: Path) -> None:
    table = _as_table(layer).drop(columns="wkt", errors="ignore").reset_index()
    write_workbook({str(layer.index.name or "layer"): table}, path)


_WRITERS: Final[dict[str, Callable[[gpd.GeoDataFrame, Path], None]]] = {
    ".gpkg": lambda layer, path: write_vector(layer, path, "GPKG"),
    ".fgb": lambda layer, path: write_vector(layer, path, "FlatGeobuf"),
    ".parquet": lambda layer, path: plain_types(layer).to_parquet(path),
    ".geojson": _write_geojson,
    ".csv": lambda layer, path: _as_table(layer).to_csv(path, lineterminator="\n"),
    ".xlsx": _write_workbook,
}
LAYER_FORMATS: Final = tuple(_WRITERS)
"""Endings that `write_layer` and `read_layer` know."""


def _ending(path: Path, caller: str) -> str:
    if path.suffix.lower() not in _WRITERS:
        wanted = f"the file must end in one of {', '.join(_WRITERS)}"
        raise DataError(mould(caller, wanted, repr(path.name), "Choose one of these formats"))
    return path.suffix.lower()


def write_layer(layer: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write cities or corridors in the format that the ending of the file says.

    Parameters
    ----------
    layer
        Cities (index `city`) or corridors (index `corridor`), EPSG:4326, lines cut at 180°.
    path
        ``.gpkg``, ``.fgb`` (FlatGeobuf), ``.parquet`` (GeoParquet), ``.geojson`` (RFC 7946), ``.csv`` or ``.xlsx``.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    DataError
        If the ending is unknown, or a workbook cannot hold a text.
    OutputError
        If the file cannot be written whole; what was there before is then untouched.
    """
    path = Path(path)
    write = _WRITERS[_ending(path, "write_layer")]
    with staged_file(path, caller="write_layer") as stage:
        write(layer, stage)
    return path


def read_layer(path: str | Path, *, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a layer that `write_layer` wrote, with its index.

    Parameters
    ----------
    path
        A file with one of `LAYER_FORMATS`.
    layer
        Which layer of a GeoPackage; its first by default.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `city` or `corridor`, EPSG:4326. A workbook of corridors comes back without lines.

    Raises
    ------
    DataError
        If the ending is unknown.
    """
    path = Path(path)
    ending = _ending(path, "read_layer")
    if ending == ".parquet":
        return gpd.read_parquet(path)
    if ending in (".csv", ".xlsx"):
        reading: dict[str, Any] = {"keep_default_na": False, "na_values": [""], "dtype": _TEXTS}
        return _from_table(
            pd.read_csv(path, **reading) if ending == ".csv" else _spelt_out(pd.read_excel(path, **reading))
        )
    first = layer or str(pyogrio.list_layers(path)[0, 0])
    read: gpd.GeoDataFrame = gpd.read_file(path, engine="pyogrio", layer=first)
    return _with_index(read)


def _spelt_out(table: pd.DataFrame) -> pd.DataFrame:
    """Give texts of a workbook the characters that it spells out."""
    columns = {
        plain_text(str(name)): column
        if pd.api.types.is_numeric_dtype(column)
        else column.map(lambda cell: plain_text(cell) if isinstance(cell, str) else cell)
        for name, column in table.items()
    }
    return pd.DataFrame(columns, index=table.index)


def _with_index(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    key = next((name for name in _IDS if name in layer.columns), None)
    return layer if key is None else layer.set_index(key)


def _from_table(table: pd.DataFrame) -> gpd.GeoDataFrame:
    if "wkt" in table.columns:
        lines = gpd.GeoSeries.from_wkt(table.pop("wkt"), crs=LONLAT_CRS)
        layer = gpd.GeoDataFrame(table, geometry=lines)
    elif {"lon", "lat"} <= set(table.columns):
        points = gpd.points_from_xy(table.pop("lon"), table.pop("lat"))
        layer = gpd.GeoDataFrame(table, geometry=points, crs=LONLAT_CRS)
    else:
        layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(index=table.index, crs=LONLAT_CRS))
    return _with_index(layer)
