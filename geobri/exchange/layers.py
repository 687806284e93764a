"""Layers for GIS: one function writes a table of cities or corridors in any format, one reads it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geobri.errors import DataError, MissingExtraError, mould
from geobri.outputs import staged_file
from geobri.units import LONLAT_CRS

__all__ = ["LAYER_FORMATS", "fixed_date", "plain_types", "read_layer", "write_layer"]

_NO_DATE: Final = "1970-01-01T00:00:00.000Z"
_RFC7946_DIGITS: Final = 7
_IDS: Final = ("corridor", "city")


@contextmanager
def fixed_date() -> Iterator[None]:
    """Write GeoPackages with a fixed date of change, so that the same data give the same bytes.

    Yields
    ------
    None
        The option is set back afterwards.
    """
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NO_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


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


def _write_vector(layer: gpd.GeoDataFrame, path: Path, driver: str) -> None:
    name = "cities" if layer.index.name == "city" else "corridors"
    options: dict[str, Any] = {"layer": name} if driver == "GPKG" else {"SPATIAL_INDEX": "NO"}
    multi = bool((layer.geom_type == "MultiLineString").any())
    with fixed_date():
        plain_types(layer).reset_index().to_file(
            path, driver=driver, engine="pyogrio", promote_to_multi=multi, **options
        )


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
    try:
        import openpyxl  # noqa: F401 - pandas needs it
    except ImportError as error:
        raise MissingExtraError(
            "write_layer: .xlsx needs openpyxl. Install it with: pip install 'geobri[excel]'."
        ) from error
    table = _as_table(layer).drop(columns="wkt", errors="ignore").reset_index()
    table.to_excel(path, index=False, sheet_name=str(layer.index.name or "layer"))


_WRITERS: Final[dict[str, Callable[[gpd.GeoDataFrame, Path], None]]] = {
    ".gpkg": lambda layer, path: _write_vector(layer, path, "GPKG"),
    ".fgb": lambda layer, path: _write_vector(layer, path, "FlatGeobuf"),
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
        If the ending is unknown.
    MissingExtraError
        If a workbook is to be written without openpyxl.
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
        return _from_table(pd.read_csv(path) if ending == ".csv" else pd.read_excel(path))
    read: gpd.GeoDataFrame = (
        gpd.read_file(path, engine="pyogrio", layer=layer) if layer else gpd.read_file(path, engine="pyogrio")
    )
    return _with_index(read)


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
