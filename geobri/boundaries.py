"""Vector layers from disk: land, lakes, coastlines, countries in a named worldview.

The files lie in the top-level folder `boundaries/` of the repository, with their sources, licences and hashes in its
README. A wheel carries them as `geobri/boundaries_data/`; `locate` finds them in both places.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from geobri.errors import BoundaryError, mould
from geobri.notebooks import menu_of

__all__ = [
    "list_layers",
    "load_coastline",
    "load_countries",
    "load_lakes",
    "load_land",
    "locate",
]
__dir__ = menu_of(__all__)

Resolution = Literal["110m", "50m", "10m"]
Worldview = Literal["ne", "china"]

_PACKAGE = Path(__file__).resolve().parent
_SUFFIX = ".geojson.gz"
_ID_STARTS = len('{"type":"Feature","properties":{"id":"')


def _folder() -> Path:
    for folder in (_PACKAGE / "boundaries_data", _PACKAGE.parent / "boundaries"):
        if (folder / "manifest.json").is_file():
            return folder
    message = mould(
        "boundaries",
        "the layers must be installed beside the package (geobri/boundaries_data/ or boundaries/ of a checkout)",
        f"neither beside {_PACKAGE}",
        "Reinstall geobri from a wheel or from a whole checkout",
    )
    raise BoundaryError(message)


def list_layers() -> list[str]:
    """List the names of all layers on disk.

    Returns
    -------
    list of str
        Names that `locate` and `describe_layer` take, such as `land_110m`, in alphabetical order.

    Examples
    --------
    >>> list_layers()[0]
    'coastline_10m'
    """
    return sorted(path.name.removesuffix(_SUFFIX) for path in _folder().glob(f"*{_SUFFIX}"))


def locate(name: str) -> Path:
    """Find the file of a layer in a wheel, an editable install or a checkout.

    Parameters
    ----------
    name
        A layer such as `land_110m`, or another file of the folder, such as `README.md`.

    Returns
    -------
    pathlib.Path
        The existing file; GDAL reads layers as ``/vsigzip/<path>``.

    Raises
    ------
    BoundaryError
        If there is no such layer; the message lists those that exist.
    """
    folder = _folder()
    for candidate in (folder / f"{name}{_SUFFIX}", folder / name):
        if candidate.is_file() and candidate.parent == folder:
            return candidate
    layers = ", ".join(list_layers())
    raise BoundaryError(mould("locate", f"name must be one of {layers}", repr(name), "Choose one of these"))


def describe_layer(name: str) -> dict[str, Any]:
    """Say where a layer comes from.

    Parameters
    ----------
    name
        A layer such as `land_110m`.

    Returns
    -------
    dict
        Its row of the manifest: `file, features, vertices, bytes, origin, package, licence, date, simplification, sha256, …`.

    Raises
    ------
    BoundaryError
        If there is no such layer.
    """
    file = locate(name).name
    manifest = json.loads((_folder() / "manifest.json").read_text(encoding="utf-8"))
    return next(row for row in manifest["layers"] if row["file"] == file)


def load_land(resolution: Resolution = "110m") -> gpd.GeoDataFrame:
    """Load land polygons, largest first, without any border.

    Parameters
    ----------
    resolution
        Natural Earth scale: `110m` (1:110 million), `50m`, or `10m` (simplified by at most 0.25 km).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `id, geometry` (Polygon, EPSG:4326, cut at 180°; `10m`: in squares of 5°). The Caspian is a hole; Antarctica reaches 90° S.

    Raises
    ------
    BoundaryError
        If the resolution does not exist.
    """
    return _read("land", resolution)


def load_land_squares(corners: Iterable[tuple[int, int]]) -> gpd.GeoDataFrame:
    """Load the finest land of some squares of 5 degrees, without reading the shapes of the others.

    Parameters
    ----------
    corners
        Lower left corners, longitude and latitude, multiples of 5.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `id, geometry` (MultiPolygon or Polygon, EPSG:4326), a row for each square that has land.
    """
    wanted = {f"land {west} {south}" for west, south in corners}
    with gzip.open(locate("land_10m"), "rt", encoding="utf-8") as lines:
        found = [line for line in lines if line[_ID_STARTS : line.find('"', _ID_STARTS)] in wanted]
    features = [json.loads(line.rstrip(",\n")) for line in found]
    return gpd.GeoDataFrame.from_features(features, columns=["id", "geometry"], crs=4326)


def load_lakes(resolution: Resolution = "110m") -> gpd.GeoDataFrame:
    """Load lakes.

    Parameters
    ----------
    resolution
        Natural Earth scale: `110m` (24 lakes) or `50m` (412).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `id, name, geometry` (EPSG:4326), largest first. The Caspian is a hole in the land, not a lake here.

    Raises
    ------
    BoundaryError
        If the resolution does not exist.
    """
    return _read("lakes", resolution)


def load_coastline(resolution: Resolution = "110m", *, caspian: bool = True) -> gpd.GeoDataFrame:
    """Load the coastline.

    Parameters
    ----------
    resolution
        Natural Earth scale: `110m`, `50m`, or `10m` for distances (simplified by at most 0.25 km).
    caspian
        Whether the shore of the Caspian counts as coast; Natural Earth draws it as one.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `id` (`ocean`, `caspian`), `geometry` (MultiLineString, EPSG:4326).

    Raises
    ------
    BoundaryError
        If the resolution does not exist.
    """
    coastline = _read("coastline", resolution, _read_lines)
    return coastline if caspian else coastline[coastline["id"] != "caspian"].copy()


def load_countries(resolution: Resolution = "110m", *, worldview: Worldview) -> gpd.GeoDataFrame:
    """Load country polygons as drawn in a worldview, which you have to name.

    Parameters
    ----------
    resolution
        `110m`, or `50m` (worldview `ne` only).
    worldview
        `ne`: Natural Earth, de facto borders. `china`: borders as drawn in China.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns `id` (unique), `country` (ISO alpha-3, empty where ISO has none), `name, name_zh` (as the reports print
        them), `region, subregion` (UN M49), `sovereign`, `region_bri22, region_global513`, `geometry` (EPSG:4326).

    Raises
    ------
    BoundaryError
        If there is no such layer.

    Notes
    -----
    For drawing only. The country of a city comes from the gazetteer, not from these polygons: their borders are coarse.
    """
    name = f"countries_{resolution}_{worldview}"
    if name not in list_layers():
        wanted = "resolution and worldview must name a layer: " + ", ".join(_levels("countries"))
        remedy = 'Use resolution="110m" for worldview="china"'
        raise BoundaryError(mould("load_countries", wanted, f"{resolution!r} and {worldview!r}", remedy))
    return _read_layer(name)


def _levels(theme: str) -> list[str]:
    return [name.removeprefix(f"{theme}_") for name in list_layers() if name.startswith(f"{theme}_")]


def _read(
    theme: str, resolution: str, read: Callable[[str], gpd.GeoDataFrame] | None = None
) -> gpd.GeoDataFrame:
    levels = _levels(theme)
    if resolution not in levels:
        wanted = f"resolution must be one of {', '.join(levels)}"
        raise BoundaryError(mould(f"load_{theme}", wanted, repr(resolution), "Choose one of these"))
    return (read or _read_layer)(f"{theme}_{resolution}")


def _read_lines(name: str) -> gpd.GeoDataFrame:
    """Read a layer of lines, one feature a line of the file, five times as fast as a reader of any GeoJSON."""
    ids: list[str] = []
    shapes: list[Any] = []
    with gzip.open(locate(name), "rb") as file:
        found = [line.rpartition(b'"coordinates":') for line in file if b'"MultiLineString"' in line]
    for head, _, text in found:
        ids.append(str(json.loads(head.partition(b',"geometry"')[0] + b"}")["properties"]["id"]))
        body = text[: text.rindex(b"]") + 1]
        corners = np.fromstring(body.translate(None, b"[]"), dtype=np.float64, sep=",").reshape(-1, 2)
        counts = [one.count(b"[") + 1 for one in body.lstrip(b"[").split(b"]],[[")]
        lines = shapely.linestrings(corners, indices=np.repeat(np.arange(len(counts)), counts))
        shapes.append(shapely.multilinestrings(np.asarray(lines)))
    return gpd.GeoDataFrame({"id": ids}, geometry=shapes, crs=4326)


def _read_layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(f"/vsigzip/{locate(name).as_posix()}", engine="pyogrio")
