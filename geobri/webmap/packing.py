"""Numbers and polygons as short text: base64 of typed arrays, and coastlines as small steps."""

from __future__ import annotations

import base64
import math
import zlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pandas.api.extensions import ExtensionArray

__all__ = [
    "GRID",
    "pack_numbers",
    "pack_polygons",
    "pack_shapes",
    "round_to_step",
    "to_mercator",
    "to_varint",
]

GRID: Final = 36_000
"""Steps across the world on which coastlines are rounded: 0.01 degrees of longitude, 1.1 km at the equator."""

_MERCATOR_LIMIT_DEG: Final = 85.06
_MISSING: Final = {"u8": 0xFF, "u16": 0xFFFF, "i32": -(2**31)}
_DTYPES: Final = {"u8": "<u1", "u16": "<u2", "i32": "<i4", "f64": "<f8"}
_MOST_DECIMALS: Final = 6
_LARGEST_WHOLE: Final = 2**53
_EXACT_UP_TO: Final = 20_000
"""Rows up to which a column is exact at any cost; longer ones may be rounded to 1/32,000 of their span or finer."""
_ROUNDED_LEVELS: Final = 32_000
_WORTH_DEFLATING: Final = 64


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _to_planes(column: npt.NDArray[Any]) -> bytes:
    """Give the first bytes of all numbers, then all second ones, …: equal high bytes stand together and deflate well."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _to_steps(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the first number and the differences from each to the next; they wrap around as the page's sums do."""
    unsigned = column.view(column.dtype.str.replace("i", "u"))
    return np.concatenate([unsigned[:1], np.diff(unsigned)])


def _write_column(kind: str, column: npt.NDArray[Any], packed: dict[str, Any]) -> dict[str, Any]:
    """Write a column in the shortest of three ways: as it is, deflated, or deflated as differences."""
    column = np.ascontiguousarray(column.astype(_DTYPES[kind]))
    ways: list[tuple[bytes, dict[str, Any]]] = [(_to_planes(column), {})]
    if len(column) >= _WORTH_DEFLATING:
        ways.append((_deflate(ways[0][0]), {"deflated": 1}))
        if kind != "f64":
            ways.append((_deflate(_to_planes(_to_steps(column))), {"deflated": 1, "steps": 1}))
    data, how = min(ways, key=lambda way: len(way[0]))
    return {"type": kind, "n": len(column)} | packed | how | {"data": _to_base64(data)}


def _find_decimals(known: npt.NDArray[np.float64]) -> int | None:
    """Say with how many decimals all numbers are written exactly, or None."""
    largest = float(np.abs(known).max(initial=0))
    for decimals in range(_MOST_DECIMALS + 1):
        scale = 10.0**decimals
        if largest * scale >= _LARGEST_WHOLE:
            return None
        if np.array_equal(np.rint(known * scale) / scale, known):
            return decimals
    return None


def _find_step(known: npt.NDArray[np.float64]) -> float:
    """Give the power of ten that cuts the span of the numbers into at most some 32,000 steps."""
    span = float(np.ptp(known)) or 1.0
    return 10.0 ** math.ceil(math.log10(span / _ROUNDED_LEVELS))


def pack_numbers(values: npt.ArrayLike, *, may_round: bool = False) -> dict[str, Any]:
    """Pack a column of numbers in the smallest type that loses nothing.

    Parameters
    ----------
    values
        Shape (n,); NaN where a value is missing.
    may_round
        Whether a long column of numbers with many digits may be rounded to a power of ten, at most 1/32,000 of
        its span or a little more; whole numbers and numbers with up to six decimals never are.

    Returns
    -------
    dict
        `type` (``u8``, ``u16``, ``i32`` or ``f64``), `n`, and `data`: base64 of all lowest bytes, then all
        second ones, and so on, raw-deflated where `deflated` stands, of differences where `steps` stands. A whole
        number w means (w + `base`) / `scale` or (w + `base`) * `step`; the largest unsigned number, and the smallest
        signed one, mean missing. `rounded` is the step of rounding, where there was any.
    """
    column = np.array(values, dtype=np.float64).ravel()
    missing = np.isnan(column)
    known = column[~missing]
    decimals = _find_decimals(known)
    if decimals is not None:
        return _pack_whole(column, missing, np.rint(known * 10.0**decimals), {"scale": 10**decimals})
    if not may_round or len(column) <= _EXACT_UP_TO:
        return _write_column("f64", column, {})
    step = _find_step(known)
    written: dict[str, Any] = {"step": round(step)} if step >= 1 else {"scale": round(1 / step)}
    return _pack_whole(column, missing, np.rint(known / step), written | {"rounded": step})


def round_to_step(numbers: npt.NDArray[np.float64], step: float) -> npt.NDArray[np.float64]:
    """Round numbers as a packed column does.

    Parameters
    ----------
    numbers
        Shape (n,).
    step
        The power of ten that `pack_numbers` says in `rounded`.

    Returns
    -------
    numpy.ndarray
        Shape (n,), the numbers that the page will read.
    """
    whole = np.rint(numbers / step)
    return whole * round(step) if step >= 1 else whole / round(1 / step)


def _pack_whole(
    column: npt.NDArray[np.float64],
    missing: npt.NDArray[np.bool_],
    whole: npt.NDArray[np.float64],
    written: dict[str, Any],
) -> dict[str, Any]:
    base, span = (float(whole.min()), float(np.ptp(whole))) if whole.size else (0.0, 0.0)
    sizes = (("u8", 2**8 - 1), ("u16", 2**16 - 1), ("i32", 2**31))
    kind = next((name for name, size in sizes if span < size), "f64")
    if kind == "f64":
        return _write_column("f64", column, {})
    filled = np.full(len(column), float(_MISSING[kind]))
    filled[~missing] = whole - base
    written = {name: value for name, value in written.items() if value != 1} | (
        {"base": int(base)} if base else {}
    )
    return _write_column(kind, filled, written)


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
    geometry: npt.ArrayLike | ExtensionArray,
    *,
    simplify_deg: float = 0.0,
    smallest_deg2: float = 0.0,
    grid: int = GRID,
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
    grid
        Steps across the world.

    Returns
    -------
    dict of str, int and float
        `rings` (their number), `grid` (steps across the world), `n` (bytes) and `data`: for each ring its number of
        vertices, then the steps in x (east) and y (south), all zigzag variable-length, raw-deflated, base64. The first step of a ring leads
        from the upper left corner of the world. Shells and holes turn opposite ways, so that they are filled
        by the non-zero rule.
    """
    parts = shapely.get_parts(np.asarray(geometry, dtype=object))
    parts = shapely.transform(
        parts[shapely.area(parts) > smallest_deg2], lambda lonlat: grid * to_mercator(lonlat)
    )
    if simplify_deg > 0:
        tolerance = simplify_deg * grid / 360
        parts = shapely.get_parts(shapely.simplify(parts, tolerance, preserve_topology=True))
    stream: list[npt.NDArray[np.int64]] = []
    n_rings = 0
    for ring in shapely.get_rings(shapely.orient_polygons(parts)):
        steps = _ring_steps(shapely.get_coordinates(ring))
        if steps.size:
            stream += [np.array([steps.size // 2]), steps]
            n_rings += 1
    numbers = np.concatenate(stream) if stream else np.empty(0, dtype=np.int64)
    data = to_varint(numbers)
    return {"rings": n_rings, "grid": grid, "n": len(data), "data": _to_base64(_deflate(data))}


def pack_shapes(geometry: npt.NDArray[np.object_], *, grid: int) -> dict[str, Any]:
    """Pack polygons and lines shape by shape, so that each can be told apart and named.

    Parameters
    ----------
    geometry
        Polygons, lines, and several of them; degrees, lon and lat on WGS84.
    grid
        Steps across the world.

    Returns
    -------
    dict
        `grid`, `origin` (x and y in steps), `rings` (how many each shape has), `closed` (1 for polygons), `n` (bytes)
        and `data` as of `pack_polygons`; the first step of a ring leads from the origin.
    """
    projected = shapely.transform(geometry, lambda lonlat: grid * to_mercator(lonlat))
    west, north, _, _ = shapely.total_bounds(projected)
    origin = np.floor([west, north]).astype(np.int64)
    stream: list[npt.NDArray[np.int64]] = []
    rings: list[int] = []
    for shape in projected:
        is_area = shapely.get_dimensions(shape) == 2  # noqa: PLR2004 - of areas
        lines = shapely.get_rings(shape) if is_area else shapely.get_parts(shape)
        steps = [_ring_steps(shapely.get_coordinates(line) - origin, closed=is_area) for line in lines]
        kept = [step for step in steps if step.size]
        stream += [part for step in kept for part in (np.array([step.size // 2]), step)]
        rings.append(len(kept))
    data = to_varint(np.concatenate(stream) if stream else np.empty(0, dtype=np.int64))
    closed = (shapely.get_dimensions(projected) == 2).astype(int).tolist()  # noqa: PLR2004 - of areas
    return {
        "grid": grid,
        "origin": origin.tolist(),
        "rings": rings,
        "closed": closed,
        "n": len(data),
        "data": _to_base64(_deflate(data)),
    }


def to_mercator(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Project degrees onto the Web Mercator square from 0 to 1, x to the east, y to the south.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2).
    """
    lat = np.radians(np.clip(lonlat[:, 1], -_MERCATOR_LIMIT_DEG, _MERCATOR_LIMIT_DEG))
    y = 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return np.column_stack([(lonlat[:, 0] + 180) / 360, y])


def _ring_steps(coordinates: npt.NDArray[np.float64], *, closed: bool = True) -> npt.NDArray[np.int64]:
    """Round a ring or a line to the grid, drop repeats and a closing vertex, and give steps x, y, x, y, …."""
    grid = np.rint(coordinates).astype(np.int64)
    moved = np.ones(len(grid), dtype=bool)
    moved[1:] = np.any(np.diff(grid, axis=0) != 0, axis=1)
    kept = grid[moved]
    if closed and len(kept) > 1 and np.array_equal(kept[0], kept[-1]):
        kept = kept[:-1]
    if len(kept) < (3 if closed else 2):  # a ring needs three corners, a line two ends
        return np.empty(0, dtype=np.int64)
    return np.diff(kept, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
