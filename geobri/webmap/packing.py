"""Numbers, words and polygons as short text: typed arrays, deflated, 13 bits in two characters, and coastlines as small steps."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pandas.api.extensions import ExtensionArray

__all__ = [
    "GRID",
    "checksum",
    "pack_bytes",
    "pack_numbers",
    "pack_polygons",
    "pack_shapes",
    "round_as_packed",
    "to_mercator",
    "to_signs",
    "to_varint",
]

GRID: Final = 36_000
"""Steps across the world on which coastlines are rounded: 0.01 degrees of longitude, 1.1 km at the equator."""

_MERCATOR_LIMIT_DEG: Final = 85.06
_MISSING: Final = {"u8": 0xFF, "u16": 0xFFFF, "i32": -(2**31)}
_DTYPES: Final = {"u8": "<u1", "u16": "<u2", "i32": "<i4", "f64": "<f8"}
_MOST_DECIMALS: Final = 6
_LARGEST_WHOLE: Final = 2**53
_EVERY_BIT_UP_TO: Final = 2_000
"""Rows up to which a column is exact at any cost."""
_NINE_DIGITS_UP_TO: Final = 20_000
"""Rows up to which it keeps nine digits of its span, more than a page shows; longer ones may be rounded to 1/32,000 of it or finer."""
_NINE_DIGITS_LEVELS: Final = 2_000_000_000
_ROUNDED_LEVELS: Final = 32_000
_FINE_STEPS: Final = 500
"""So many steps of rounding a typical number must be large; else it gets four digits of its own."""
_LEAST_STEPS: Final = 1_000
"""So many steps must be even the smallest number of a column that keeps nine digits; else it is written bit by bit."""
_WORTH_DEFLATING: Final = 64


_SIGNS: Final = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '"&<\\')
"""The 91 printable signs that stand in JSON and in a script as they are; two of them have room for 13 bits."""
_PAIR_BITS: Final = 13
_PAIRS: Final = np.array([first + second for first in _SIGNS for second in _SIGNS], dtype="S2")
_SAMPLE: Final = 16_384
"""Rows on which the ways of writing a long column are tried."""


def to_signs(data: bytes) -> str:
    """Write bytes as printable ASCII: every 13 bits, low bits first, as two of 91 signs (23 % longer; base64 adds 33 %).

    Parameters
    ----------
    data
        Anything.

    Returns
    -------
    str
        Without quotes, backslashes, `<` and `&`.
    """
    n_pairs = -(-8 * len(data) // _PAIR_BITS)
    n_rounds = -(-n_pairs // 8)
    padded = np.zeros(n_rounds * _PAIR_BITS, dtype=np.uint8)
    padded[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    rounds = np.pad(padded.reshape(n_rounds, _PAIR_BITS).astype(np.uint32), ((0, 0), (0, 2)))
    pairs = np.empty((n_rounds, 8), dtype=np.uint32)
    for k in range(8):  # 8 pairs take 13 bytes
        byte, bit = divmod(_PAIR_BITS * k, 8)
        three = rounds[:, byte] | (rounds[:, byte + 1] << 8) | (rounds[:, byte + 2] << 16)
        pairs[:, k] = (three >> bit) & (2**_PAIR_BITS - 1)
    return _PAIRS[pairs.ravel()[:n_pairs]].tobytes().decode("ascii")


def _deflate(
    data: bytes, *, strategy: int = zlib.Z_DEFAULT_STRATEGY, level: int = 6, memory: int = 9
) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, memory, strategy)
    return packer.compress(data) + packer.flush()


def checksum(text: str) -> str:
    """Give the CRC-32 of a text in UTF-8, as eight hexadecimal digits.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        What the page compares.
    """
    return f"{zlib.crc32(text.encode()):08x}"


def pack_bytes(data: bytes) -> dict[str, Any]:
    """Pack bytes that are made once and read often, such as scripts.

    Parameters
    ----------
    data
        Anything.

    Returns
    -------
    dict
        `n` (bytes) and `data`, raw-deflated, as signs.
    """
    # less memory means shorter blocks, each with a code of its own: some texts are shorter so
    deflated = (
        _deflate(data, strategy=one, level=9, memory=memory)
        for one in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED)
        for memory in (7, 8, 9)
    )
    return {"n": len(data), "data": to_signs(min(deflated, key=len))}


def _to_planes(column: npt.NDArray[Any]) -> bytes:
    """Give the first bytes of all numbers, then all second ones, …: equal high bytes stand together and deflate well."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _to_steps(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the first number and the differences from each to the next; they wrap around as the page's sums do."""
    unsigned = column.view(column.dtype.str.replace("i", "u"))
    return np.concatenate([unsigned[:1], np.diff(unsigned)])


def _as_planes(column: npt.NDArray[Any], way: _Way) -> bytes:
    return _to_planes(_to_steps(column) if way.steps else column)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way of writing a column: whether as differences, and whether repetitions are looked for (random digits have none)."""

    steps: bool
    strategy: int


def _find_way(kind: str, column: npt.NDArray[Any]) -> _Way:
    """Try the ways on a part of the column."""
    sample = column[:_SAMPLE]
    ways = [
        _Way(steps, strategy)
        for steps in ((False,) if kind == "f64" else (False, True))
        for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)
    ]
    return min(ways, key=lambda way: len(_deflate(_as_planes(sample, way), strategy=way.strategy)))


def _write_column(kind: str, column: npt.NDArray[Any], packed: dict[str, Any]) -> dict[str, Any]:
    """Write a column as it is, or deflated, perhaps as differences, whichever is shorter."""
    column = np.ascontiguousarray(column.astype(_DTYPES[kind]))
    data, how = _to_planes(column), dict[str, Any]()
    if len(column) >= _WORTH_DEFLATING:
        way = _find_way(kind, column)
        deflated = _deflate(_as_planes(column, way), strategy=way.strategy)
        if len(deflated) < len(data):
            data, how = deflated, {"deflated": 1} | ({"steps": 1} if way.steps else {})
    return {"type": kind, "n": len(column)} | packed | how | {"data": to_signs(data)}


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


def _find_step(known: npt.NDArray[np.float64], levels: int) -> float:
    """Give the power of ten that cuts the span of the numbers into at most so many steps."""
    span = float(np.ptp(known)) or 1.0
    return 10.0 ** math.ceil(math.log10(span / levels))


def pack_numbers(
    values: npt.ArrayLike, *, may_round: bool = False, zero_is_nothing: bool = False
) -> dict[str, Any]:
    """Pack a column of numbers in the smallest type that loses nothing.

    Parameters
    ----------
    values
        Shape (n,); NaN where a value is missing.
    may_round
        Whether a column of numbers with many digits may be rounded: of more than 2,000 rows to a power of ten, 1/200,000,000 of its
        span or finer, where even the smallest number keeps four digits; of more than 20,000 to one of at most 1/32,000 of
        its span or a little more, or to four digits each, where most numbers are small beside the largest. Whole numbers and
        numbers with up to six decimals never are.
    zero_is_nothing
        Whether a 0 means something else than a very small number, so that none may become one.

    Returns
    -------
    dict
        `type` (``u8``, ``u16``, ``i32`` or ``f64``), `n`, and `data`: all lowest bytes, then all
        second ones, and so on, raw-deflated where `deflated` stands, of differences where `steps` stands, as signs (`to_signs`). A whole
        number w means (w + `base`) / `scale` or (w + `base`) * `step`, or, where `lowest` stands, c = w + `base` means
        0 or, for c > 0, (1000 + (c - 1) % 9000) * 10 ** (`lowest` + (c - 1) // 9000), and the same below 0. The largest unsigned number, and the smallest
        signed one, mean missing. `rounded` is the step of rounding, or 0 for four digits, where there was any.
    """
    column = np.array(values, dtype=np.float64).ravel()
    missing = np.isnan(column)
    known = column[~missing]
    decimals = _find_decimals(known)
    if decimals is not None:
        return _pack_whole(column, missing, np.rint(known * 10.0**decimals), {"scale": 10**decimals})
    if not may_round or len(column) <= _EVERY_BIT_UP_TO:
        return _write_column("f64", column, {})
    is_long = len(column) > _NINE_DIGITS_UP_TO
    step = _find_step(known, _ROUNDED_LEVELS if is_long else _NINE_DIGITS_LEVELS)
    sizes = np.abs(known[known != 0]) / step
    if not is_long and sizes.min() < _LEAST_STEPS:
        return _write_column("f64", column, {})
    if is_long and (np.median(sizes) < _FINE_STEPS or (zero_is_nothing and sizes.min() <= 1 / 2)):
        return _pack_digits(column, missing, known)
    written: dict[str, Any] = {"step": round(step)} if step >= 1 else {"scale": round(1 / step)}
    return _pack_whole(column, missing, np.rint(known / step), written | {"rounded": step})


def _split_digits(numbers: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Write numbers other than 0 as four digits, 1000 to 9999, times a power of ten."""
    sizes = np.abs(numbers)
    power = np.floor(np.log10(sizes)).astype(np.int64) - 3
    digits = np.rint(_times_power(sizes, -power)).astype(np.int64)
    low, high = digits < 1000, digits > 9999  # noqa: PLR2004 - a logarithm missed, or rounding went up
    power += high.astype(np.int64) - low
    return np.clip(np.where(high | low, np.rint(_times_power(sizes, -power)), digits), 1000, 9999).astype(
        np.int64
    ), power


def _times_power(numbers: npt.NDArray[np.float64], power: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Multiply by powers of ten as the page does, so that 0.001 comes out as it is written."""
    scaled: npt.NDArray[np.float64] = np.where(
        power < 0, numbers / 10.0 ** np.abs(power), numbers * 10.0 ** np.abs(power)
    )
    return scaled


def _pack_digits(
    column: npt.NDArray[np.float64], missing: npt.NDArray[np.bool_], known: npt.NDArray[np.float64]
) -> dict[str, Any]:
    """Pack numbers of very different sizes with four digits each."""
    something = known != 0
    digits, power = _split_digits(known[something])
    lowest = int(power.min())
    codes = np.zeros(len(known))
    codes[something] = np.sign(known[something]) * (1 + digits - 1000 + 9000 * (power - lowest))
    return _pack_whole(column, missing, codes, {"lowest": lowest, "rounded": 0})


def round_as_packed(numbers: npt.NDArray[np.float64], packed: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Round numbers as a packed column does.

    Parameters
    ----------
    numbers
        Shape (n,), without NaN.
    packed
        What `pack_numbers` gave for them.

    Returns
    -------
    numpy.ndarray
        Shape (n,), the numbers that the page will read.
    """
    if "rounded" not in packed:
        return numbers
    step = packed["rounded"]
    if step:
        whole: npt.NDArray[np.float64] = np.rint(numbers / step)
        return whole * float(round(step)) if step >= 1 else whole / float(round(1 / step))
    something = numbers != 0
    digits, power = _split_digits(numbers[something])
    rounded = np.zeros(len(numbers))
    rounded[something] = np.sign(numbers[something]) * _times_power(digits.astype(np.float64), power)
    return rounded


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
        vertices, then the steps in x (east) and y (south), all zigzag variable-length, raw-deflated, as signs. The first step of a ring leads
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
    return {"rings": n_rings, "grid": grid} | pack_bytes(data)


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
    } | pack_bytes(data)


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
