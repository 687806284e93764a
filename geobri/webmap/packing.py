"""Numbers and polygons as short text: base64 of typed arrays, and coastlines as small steps."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pandas.api.extensions import ExtensionArray

__all__ = ["GRID", "pack_numbers", "pack_polygons", "to_varint"]

GRID: Final = 36_000
"""Steps across the world on which coastlines are rounded: 0.01 degrees of longitude, 1.1 km at the equator."""

_MERCATOR_LIMIT_DEG: Final = 85.06
_U16_MISSING: Final = 0xFFFF


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def pack_numbers(values: npt.ArrayLike) -> dict[str, str]:
    """Pack a column of numbers in the smallest type that loses nothing a map can show.

    Parameters
    ----------
    values
        Shape (n,); NaN where a value is missing.

    Returns
    -------
    dict of str
        `type` (``u8``, ``u16`` or ``f32``) and `data` (base64, little endian). Whole numbers below 65,535
        go to ``u16`` with 65,535 for missing, ``u8`` is used where nothing is missing, the rest is ``f32``.
    """
    column = np.asarray(values, dtype=np.float64)
    missing = np.isnan(column)
    known = column[~missing]
    whole = bool(np.all((known >= 0) & (known < _U16_MISSING) & (known == np.floor(known))))
    if whole and not missing.any() and (known.size == 0 or known.max() <= np.iinfo(np.uint8).max):
        return {"type": "u8", "data": _to_base64(column.astype("u1").tobytes())}
    if whole:
        filled = np.where(missing, _U16_MISSING, column)
        return {"type": "u16", "data": _to_base64(filled.astype("<u2").tobytes())}
    return {"type": "f32", "data": _to_base64(column.astype("<f4").tobytes())}


def to_varint(values: npt.NDArray[np.int64]) -> bytes:
    """Write signed whole numbers as zigzag variable-length bytes (seven bits a byte, low bits first).

    Parameters
    ----------
    values
        Shape (n,), each below 2**34 in size.

    Returns
    -------
    bytes
        One to five bytes a number.
    """
    zigzag = (values << 1) ^ (values >> 63)
    groups = np.stack([(zigzag >> shift) & 0x7F for shift in range(0, 35, 7)], axis=1)
    n_groups = np.maximum(1, 5 - np.argmax(groups[:, ::-1] != 0, axis=1))
    n_groups[(groups == 0).all(axis=1)] = 1
    position = np.arange(5)
    continued = (position < n_groups[:, None] - 1) * 0x80
    return bytes((groups | continued)[position < n_groups[:, None]].astype(np.uint8))


def pack_polygons(
    geometry: npt.ArrayLike | ExtensionArray, *, simplify_deg: float = 0.0, smallest_deg2: float = 0.0
) -> dict[str, Any]:
    """Pack polygons as rounded steps from vertex to vertex on the Web Mercator square.

    Parameters
    ----------
    geometry
        Polygons and multipolygons, degrees, lon and lat on WGS84.
    simplify_deg
        Tolerance of a simplification beforehand, degrees at the equator; 0 for none.
    smallest_deg2
        Parts with a smaller area, square degrees, are left out.

    Returns
    -------
    dict of str, int and float
        `rings` (their number), `grid` (steps across the world) and `data`: for each ring its number of vertices,
        then the steps in x (east) and y (south), all zigzag variable-length, base64. The first step of a ring leads
        from the upper left corner of the world. Shells and holes turn opposite ways, so that they are filled
        by the non-zero rule.
    """
    parts = shapely.get_parts(np.asarray(geometry, dtype=object))
    parts = shapely.transform(parts[shapely.area(parts) > smallest_deg2], _to_grid)
    if simplify_deg > 0:
        tolerance = simplify_deg * GRID / 360
        parts = shapely.get_parts(shapely.simplify(parts, tolerance, preserve_topology=True))
    stream: list[npt.NDArray[np.int64]] = []
    n_rings = 0
    for ring in shapely.get_rings(shapely.orient_polygons(parts)):
        steps = _ring_steps(shapely.get_coordinates(ring))
        if steps.size:
            stream += [np.array([steps.size // 2]), steps]
            n_rings += 1
    numbers = np.concatenate(stream) if stream else np.empty(0, dtype=np.int64)
    return {"rings": n_rings, "grid": GRID, "data": _to_base64(to_varint(numbers))}


def _to_grid(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project degrees onto the Web Mercator square of GRID by GRID steps."""
    lat = np.radians(np.clip(lonlat[:, 1], -_MERCATOR_LIMIT_DEG, _MERCATOR_LIMIT_DEG))
    y = 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return GRID * np.column_stack([(lonlat[:, 0] + 180) / 360, y])


def _ring_steps(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Round a closed ring to the grid, drop repeats and the closing vertex, and give steps x, y, x, y, …."""
    grid = np.rint(coordinates).astype(np.int64)
    moved = np.ones(len(grid), dtype=bool)
    moved[1:] = np.any(np.diff(grid, axis=0) != 0, axis=1)
    kept = grid[moved]
    if len(kept) > 1 and np.array_equal(kept[0], kept[-1]):
        kept = kept[:-1]
    if len(kept) < 3:  # noqa: PLR2004 - a ring needs three corners
        return np.empty(0, dtype=np.int64)
    return np.diff(kept, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
