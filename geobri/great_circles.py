"""Great-circle lines on the WGS84 ellipsoid, thousands at a time, split at 180°.

Lines are drawn as great circles of the auxiliary sphere (reduced latitude, spherical longitude), which map
to WGS84 geodesics; the one approximation is that longitude lags spherical longitude in proportion to the
arc, with the factor chosen so that the line ends exactly in its city. That keeps every vertex within 10 m of
the true geodesic, at the price of a few array operations instead of a loop.

References
----------
Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55. 10.1007/s00190-012-0578-z
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.geodesy import _solve_inverse, check_degrees
from geobri.notebooks import menu_of
from geobri.units import WGS84_ECCENTRICITY_SQUARED
from geobri.workers import spread

__all__ = ["great_circle_lines"]
__dir__ = menu_of(__all__)

Ends = tuple[FloatArray, FloatArray, FloatArray, FloatArray]

_ONE_MINUS_FLATTENING: Final = float(np.sqrt(1.0 - WGS84_ECCENTRICITY_SQUARED))
_MERIDIAN: Final = 1e-9
"""Sine of the equatorial azimuth below which a line is taken to run over a pole."""
_BACKWARD: Final = 1e-6
"""Radians by which rounding may turn a longitude against the sense of its line."""
_HALF_TURN_SLACK: Final = 1e-6
_FEWEST_VERTICES: Final = 2
_POLE: Final = 90.0
_EDGE: Final = 180.0
_BISECTIONS: Final = 36
_CHUNK: Final = 16384
_GROUPED: Final = 6
_BLOCK: Final = 512
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class _Arcs:
    """Great circles on the auxiliary sphere; all angles in radians, every array of shape (n,)."""

    sin_alpha0: FloatArray
    cos_alpha0: FloatArray
    sigma1: FloatArray
    sigma12: FloatArray
    lon1: FloatArray
    lon12: FloatArray
    cos_omega1: FloatArray
    sin_omega1: FloatArray
    sense: FloatArray
    lag: FloatArray

    def rows(self, which: Any) -> _Arcs:
        """Take rows, or add an axis."""
        return _Arcs(*(getattr(self, name)[which] for name in self.__slots__))


def _solve_arcs(lon1: FloatArray, lat1: FloatArray, lon2: FloatArray, lat2: FloatArray) -> _Arcs:
    """Solve the arcs on the auxiliary sphere: azimuth at the equator, start and length as angles."""
    forward, arrival, _ = (np.radians(angle) for angle in _solve_inverse(lon1, lat1, lon2, lat2))
    beta1, beta2 = (np.arctan(_ONE_MINUS_FLATTENING * np.tan(np.radians(lat))) for lat in (lat1, lat2))
    sin_alpha0 = np.sin(forward) * np.cos(beta1)
    sin_alpha0 = np.where(np.abs(sin_alpha0) < _MERIDIAN, 0.0, sin_alpha0)
    cos_alpha0 = np.hypot(np.cos(forward), np.sin(forward) * np.sin(beta1))
    sigma1 = np.arctan2(np.sin(beta1), np.cos(forward) * np.cos(beta1))
    sigma12 = np.mod(np.arctan2(np.sin(beta2), np.cos(arrival) * np.cos(beta2)) - sigma1, 2 * np.pi)
    omega1 = np.arctan2(sin_alpha0 * np.sin(sigma1), np.cos(sigma1))
    sense = np.where(sin_alpha0 < 0, -1.0, 1.0)
    arcs = _Arcs(
        sin_alpha0, cos_alpha0, sigma1, sigma12, np.radians(lon1), np.radians(lon2 - lon1),
        np.cos(omega1), np.sin(omega1), sense, np.zeros_like(sigma1),
    )  # fmt: skip
    return _fit_lag(arcs)


def _fit_lag(arcs: _Arcs) -> _Arcs:
    """Choose the lag of longitude so that every line ends in its city."""
    ahead = np.radians(_positions(arcs, arcs.sigma12)[0]) - arcs.lon1
    lon12 = arcs.lon12 + 2 * np.pi * np.round((ahead - arcs.lon12) / (2 * np.pi))
    lag = np.where(arcs.sin_alpha0 == 0, 0.0, (ahead - lon12) / np.maximum(arcs.sigma12, 1e-12))
    return replace(arcs, lon12=lon12, lag=lag)


def _positions(arcs: _Arcs, step: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Longitude (unwrapped) and latitude in degrees, `step` radians of arc along each line.

    One tangent of the half arc stands for sine and cosine, up to a common factor that both angles ignore.
    """
    half = np.tan((arcs.sigma1 + step) * 0.5)
    sine, cosine = 2.0 * half, 1.0 - half * half
    east = arcs.sin_alpha0 * sine
    turned = np.arctan2(
        east * arcs.cos_omega1 - cosine * arcs.sin_omega1, cosine * arcs.cos_omega1 + east * arcs.sin_omega1
    )
    turned = np.where(turned * arcs.sense < -_BACKWARD, turned + 2.0 * np.pi * arcs.sense, turned)
    lon = arcs.lon1 + turned - arcs.lag * step
    beside = np.sqrt(east * east + cosine * cosine)
    lat = np.arctan2(arcs.cos_alpha0 * sine, _ONE_MINUS_FLATTENING * beside)
    return np.degrees(lon), np.degrees(lat)


def _trace_block(arcs: _Arcs, ends: Ends, count: int) -> FloatArray:
    """Vertices at equal arcs, shape (n, count, 2); longitude runs on past ±180, the ends are the cities themselves."""
    block = np.empty((arcs.sigma1.size, count, 2))
    step = (arcs.sigma12 / (count - 1))[:, None] * np.arange(count)
    block[..., 0], block[..., 1] = _positions(arcs.rows((slice(None), None)), step)
    block[:, 0, 0], block[:, 0, 1], block[:, -1, 1] = ends[0], ends[1], ends[3]
    return block


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Where lines are cut, every array of shape (n,): radians of arc, latitude, longitude on either side.

    `turn` is what is added to longitude behind the cut, to bring it back to -180..180.
    """

    step: FloatArray
    lat: FloatArray
    lon_before: FloatArray
    lon_behind: FloatArray
    turn: FloatArray

    def rows(self, which: IntArray) -> _Cuts:
        """Take rows."""
        return _Cuts(*(getattr(self, name)[which] for name in self.__slots__))


def _find_cuts(arcs: _Arcs, ends: Ends) -> _Cuts:
    """Find where lines pass the date line, or a pole (where longitude jumps by half a turn)."""
    lon1, _, lon2, _ = ends
    over_pole = arcs.sin_alpha0 == 0
    edge = np.copysign(_EDGE, arcs.sense)
    to_pole = np.mod(0.5 * np.pi - arcs.sigma1, np.pi)
    step = np.where(over_pole, to_pole, _arc_at(arcs, edge))
    lat = np.where(over_pole, np.copysign(_POLE, np.sin(arcs.sigma1 + to_pole)), _positions(arcs, step)[1])
    reached = lon1 + np.degrees(arcs.lon12)
    before, behind = np.where(over_pole, lon1, edge), np.where(over_pole, lon2, -edge)
    return _Cuts(
        step,
        lat,
        before,
        behind,
        np.where(over_pole, lon2 - _positions(arcs, arcs.sigma12)[0], lon2 - reached),
    )


def _arc_at(arcs: _Arcs, lon: FloatArray) -> FloatArray:
    """Arc after which each line reaches longitude `lon` (degrees, unwrapped), by bisection."""
    low, high = np.zeros_like(arcs.sigma12), arcs.sigma12.copy()
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        short = (_positions(arcs, middle)[0] - lon) * arcs.sense < 0
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return 0.5 * (low + high)


def _draw_uncut(arcs: _Arcs, ends: Ends, count: int) -> npt.NDArray[np.object_]:
    block = _trace_block(arcs, ends, count)
    block[:, -1, 0] = ends[2]
    return np.asarray(shapely.linestrings(block), dtype=object)


def _draw_cut(arcs: _Arcs, ends: Ends, count: int, cuts: _Cuts) -> npt.NDArray[np.object_]:
    """Draw lines in two parts: both get a vertex where the line is cut."""
    block = _trace_block(arcs, ends, count)
    spacing = arcs.sigma12 / (count - 1)
    last = np.clip(np.floor(cuts.step / spacing).astype(np.int64), 0, count - 2)[:, None]
    place = np.arange(count + 2)
    behind = place > last + 1
    source = np.clip(place - 2 * behind, 0, count - 1) + (place == last + 2)
    parted = np.take_along_axis(block, source[..., None], axis=1)
    parted[..., 0] += behind * cuts.turn[:, None]
    rows = np.arange(len(block))
    parted[rows, last[:, 0] + 1] = np.column_stack([cuts.lon_before, cuts.lat])
    parted[rows, last[:, 0] + 2] = np.column_stack([cuts.lon_behind, cuts.lat])
    parted[:, -1, 0] = ends[2]
    part = 2 * rows[:, None] + behind
    parts = np.asarray(shapely.linestrings(parted.reshape(-1, 2), indices=part.ravel()), dtype=object)
    return np.asarray(shapely.multilinestrings(parts, indices=np.repeat(rows, 2)), dtype=object)


def _draw_chunk(ends: Ends, step_deg: float, n_vertices: int | None) -> npt.NDArray[np.object_]:
    """Draw the lines of one chunk: those that run on uncut, then those that turn and may be cut."""
    arcs = _solve_arcs(*ends)
    ends = _face_date_line(arcs, ends)
    arcs = replace(arcs, lon1=np.radians(ends[0]))  # longitude runs on from the side the line leaves by
    counts = _count_vertices(arcs, step_deg) if n_vertices is None else np.full(arcs.lag.size, n_vertices)
    lines = np.empty(counts.size, dtype=object)
    turns = _turns(arcs, ends)
    for count, rows in _blocks_of(counts, np.flatnonzero(~turns)):
        lines[rows] = _draw_uncut(arcs.rows(rows), _take(ends, rows), count)
    turning = np.flatnonzero(turns)
    cuts = _find_cuts(arcs.rows(turning), _take(ends, turning))
    for count, rows in _blocks_of(counts, turning):
        lines[rows] = _draw_cut(
            arcs.rows(rows), _take(ends, rows), count, cuts.rows(np.searchsorted(turning, rows))
        )
    return lines


def _count_vertices(arcs: _Arcs, step_deg: float) -> IntArray:
    """As many vertices as the spacing asks, rounded up to few different numbers, so that blocks are long."""
    pieces = np.maximum(1, np.ceil(np.degrees(arcs.sigma12) / step_deg)).astype(np.int64)
    return np.where(pieces <= _GROUPED, pieces, -(-pieces // _GROUPED) * _GROUPED) + 1


def _turns(arcs: _Arcs, ends: Ends) -> npt.NDArray[np.bool_]:
    """Tell which lines pass the date line or a pole; longitude runs one way along a geodesic, so once at most."""
    passes = np.abs(ends[0] + np.degrees(arcs.lon12) - ends[2]) > _HALF_TURN_SLACK
    turns: npt.NDArray[np.bool_] = np.where(arcs.sin_alpha0 == 0, np.abs(arcs.lon12) > 0.5 * np.pi, passes)
    return turns


def _take(ends: Ends, rows: IntArray) -> Ends:
    lon1, lat1, lon2, lat2 = (column[rows] for column in ends)
    return lon1, lat1, lon2, lat2


def _face_date_line(arcs: _Arcs, ends: Ends) -> Ends:
    """Write a city on the date line as -180 or 180, whichever side its line lies on."""
    lon1, lat1, lon2, lat2 = ends
    along_meridian = arcs.sin_alpha0 == 0
    lon1 = np.where((np.abs(lon1) == _EDGE) & ~along_meridian, -_EDGE * arcs.sense, lon1)
    lon2 = np.where((np.abs(lon2) == _EDGE) & ~along_meridian, _EDGE * arcs.sense, lon2)
    lon2 = np.where(along_meridian & (np.abs(arcs.lon12) < 0.5 * np.pi), lon1, lon2)
    return lon1, lat1, lon2, lat2


def _blocks_of(counts: IntArray, rows: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Rows with the same number of vertices, in blocks small enough for the cache."""
    ordered = rows[np.argsort(counts[rows], kind="stable")]
    for same in np.split(ordered, np.flatnonzero(np.diff(counts[ordered])) + 1):
        for at in range(0, same.size, _BLOCK):
            yield int(counts[same[0]]), same[at : at + _BLOCK]


def great_circle_lines(
    lon1: npt.ArrayLike,
    lat1: npt.ArrayLike,
    lon2: npt.ArrayLike,
    lat2: npt.ArrayLike,
    *,
    step_deg: float = 1.5,
    n_vertices: int | None = None,
) -> npt.NDArray[np.object_]:
    """Draw the great-circle line between places, split at 180° into valid parts.

    Vertices stand at equal arcs, none further than `step_deg` from the next. Every vertex lies within
    10 m of the WGS84 geodesic; a line over a pole is cut there, because longitude jumps by half
    a turn. Antipodes are joined by the geodesic that `pyproj.Geod` finds (over a pole).

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Ends in degrees, shape (n,); longitude within -180..180.
    step_deg
        Longest arc between two vertices, in degrees, above 0.
    n_vertices
        The same number of vertices, at least 2, for every line instead.

    Returns
    -------
    numpy.ndarray
        Shape (n,), of shapely LineString, or MultiLineString where the line crosses 180° or a pole; the
        first vertex is the first place, the last the second.

    Raises
    ------
    DataError
        If two ends coincide: a corridor needs two places.
    SchemaError
        If a coordinate is not a number or out of range, or the spacing is not above 0.
    """
    if not step_deg > 0 or (n_vertices is not None and n_vertices < _FEWEST_VERTICES):
        raise SchemaError(
            mould(
                "great_circle_lines",
                "step_deg must be above 0 and n_vertices at least 2",
                f"{step_deg=}, {n_vertices=}",
                "Leave them out",
            )
        )
    given = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(end, dtype=np.float64)) for end in (lon1, lat1, lon2, lat2))
    )
    ends = _meet_poles(*given)
    _check_ends(ends)
    chunks = [
        _take(ends, np.arange(at, min(at + _CHUNK, ends[0].size))) for at in range(0, ends[0].size, _CHUNK)
    ]
    if not chunks:
        return np.empty(0, dtype=object)
    drawn = spread(
        lambda _shared, chunk: _draw_chunk(chunk, step_deg, n_vertices),
        chunks,
        workers=min(_THREADS, len(chunks)),
    )
    return np.concatenate(list(drawn))


def _meet_poles(lon1: FloatArray, lat1: FloatArray, lon2: FloatArray, lat2: FloatArray) -> Ends:
    """Give an end at a pole, where any longitude is right, the longitude of the other end."""
    start, finish = np.abs(lat1) == _POLE, np.abs(lat2) == _POLE
    return np.where(start & ~finish, lon2, lon1), lat1, np.where(finish, lon1, lon2), lat2


def _check_ends(ends: Ends) -> None:
    """Refuse ends that are missing, off the globe, or in one place."""
    rows = np.flatnonzero(~np.isfinite(np.stack(ends)).all(axis=0))
    if rows.size:
        wanted, came = (
            "every end must have a longitude and a latitude",
            f"rows without: {first_offenders(rows)}",
        )
        raise SchemaError(mould("great_circle_lines", wanted, came, "Geocode or drop them"))
    lon1, lat1, lon2, lat2 = ends
    check_degrees("great_circle_lines", lon1, lat1)
    check_degrees("great_circle_lines", lon2, lat2)
    same_longitude = np.mod(lon1 - lon2, 360.0) == 0
    rows = np.flatnonzero((lat1 == lat2) & (same_longitude | (np.abs(lat1) == _POLE)))
    if rows.size:
        wanted, came = "a line needs two different places", f"coincident ends in rows {first_offenders(rows)}"
        raise DataError(mould("great_circle_lines", wanted, came, "Merge the coincident cities first"))
