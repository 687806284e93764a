"""A block of pairs: some origins by all destinations, computed by one pure function.

A block is cut into tiles of a size that stays in the processor's cache. A tile is a rectangle of origins by destinations;
`Tile.valid` says which of its cells are pairs where not all are. Blocks and tiles depend on the number of cities only,
never on the number of workers: sums are made in the same order everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geobri.arrays import BoolArray, FloatArray, IntArray
from geobri.geodesy import _solve_inverse
from geobri.scale.places import DISTANCE, FlowList, PairInputs
from geobri.units import KM_PER_M, WGS84_ECCENTRICITY_SQUARED, WGS84_MAJOR_KM

__all__ = [
    "PAIRS_PER_BLOCK",
    "Block",
    "PairList",
    "Tile",
    "count_pairs_of",
    "cut_tiles",
    "plan_blocks",
    "sphere_km",
]

PAIRS_PER_BLOCK: Final = 2_000_000
_CELLS_PER_TILE: Final = 40_000
_HALF_FLATTENING: Final = (1.0 - np.sqrt(1.0 - WGS84_ECCENTRICITY_SQUARED)) / 2.0
_NEAR_ANTIPODES: Final = np.cos(np.radians(175.0) / 2.0) ** 2
"""Beyond 175 degrees of arc Lambert's correction is off by more than 1 km, and the exact geodesic is taken."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some origins with all their destinations.

    Attributes
    ----------
    number
        Its place in the plan.
    first, stop
        The origins, half-open.
    """

    number: int
    first: int
    stop: int


def plan_blocks(
    n: int, *, directed: bool = False, pairs_per_block: int = PAIRS_PER_BLOCK
) -> tuple[Block, ...]:
    """Cut the pairs of n cities into blocks of about the same number of pairs.

    Parameters
    ----------
    n
        Number of cities.
    directed
        Whether both directions are pairs.
    pairs_per_block
        How many pairs a block has, at most; one origin at least.

    Returns
    -------
    tuple of Block
        In the order in which results are added up.
    """
    partners = np.full(n, n - 1) if directed else np.arange(n - 1, -1, -1)
    blocks: list[Block] = []
    first = held = 0
    for origin in range(n):
        if held and held + partners[origin] > pairs_per_block:
            blocks.append(Block(len(blocks), first, origin))
            first, held = origin, 0
        held += int(partners[origin])
    return (*blocks, Block(len(blocks), first, n))


def count_pairs_of(inputs: PairInputs, block: Block | None = None) -> int:
    """Count the pairs of a block, or of all.

    Parameters
    ----------
    inputs
        The places.
    block
        One block; None for all pairs.

    Returns
    -------
    int
        Pairs inside a country counted only where they belong.
    """
    n, first, stop = inputs.n, *((0, inputs.n) if block is None else (block.first, block.stop))
    k = stop - first
    pairs = k * (n - 1) if inputs.directed else k * (n - stop) + k * (k - 1) // 2
    if inputs.domain == "all":
        return pairs
    for code in np.unique(inputs.country[first:stop]):
        own = inputs.country == code
        here, after = int(own[first:stop].sum()), int(own[stop:].sum())
        pairs -= here * (int(own.sum()) - 1) if inputs.directed else here * after + here * (here - 1) // 2
    return pairs


@dataclass(eq=False)
class Tile:
    """A rectangle of origins by destinations.

    Attributes
    ----------
    inputs
        The places.
    rows, columns
        Origins and destinations.
    valid
        Which cells are pairs, shape (r, m); None when all are.
    unknown
        How many pairs a fit left out of `valid`, as they have no impedance.
    """

    inputs: PairInputs
    rows: slice
    columns: slice
    valid: BoolArray | None
    unknown: int = 0

    def ends(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Lay city numbers along both sides.

        Parameters
        ----------
        values
            Shape (n,).

        Returns
        -------
        tuple of numpy.ndarray
            Shapes (r, 1) and (1, m).
        """
        return values[self.rows, None], values[None, self.columns]

    def flat(self, cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give the pairs of a rectangle as a list.

        Parameters
        ----------
        cells
            Shape (r, m).

        Returns
        -------
        numpy.ndarray
            One entry a pair, origins first.
        """
        return cells.ravel() if self.valid is None else cells[self.valid]

    @property
    def shape(self) -> tuple[int, ...]:
        """Origins and destinations."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @cached_property
    def distance_km(self) -> FloatArray:
        """Kilometres, shape (r, m)."""
        if self.inputs.distance == "sphere":
            return sphere_km(self)
        ends = (side for values in (self.inputs.lon, self.inputs.lat) for side in self.ends(values))
        lon1, lon2, lat1, lat2 = ends
        return np.asarray(_solve_inverse(lon1, lat1, lon2, lat2)[2] * KM_PER_M)

    @cached_property
    def cities(self) -> tuple[IntArray, IntArray]:
        """Origin and destination of every cell."""
        one, other = self.ends(np.arange(self.inputs.n))
        return np.broadcast_to(one, self.shape), np.broadcast_to(other, self.shape)

    @cached_property
    def origin(self) -> IntArray:
        """Origin of every pair, as a list."""
        return np.asarray(self.flat(self.cities[0]))

    @cached_property
    def destination(self) -> IntArray:
        """Destination of every pair, as a list."""
        return np.asarray(self.flat(self.cities[1]))

    @cached_property
    def gravity(self) -> FloatArray:
        """Mass times mass by impedance, shape (r, m); cities at one place count as 1 km apart."""
        assert self.inputs.gravity is not None
        assert self.inputs.mass is not None
        name = self.inputs.gravity.impedance
        cost = np.maximum(self.distance_km, 1.0) if name == DISTANCE else self.impedance(name)
        falling = self.inputs.gravity.decay(cost)
        one, other = self.ends(self.inputs.mass)
        falling *= one * other  # in this order both directions have the same bits
        return falling

    def impedance(self, name: str) -> FloatArray:
        """Give another cost of separation than distance, shape (r, m); missing where a pair has no row.

        Parameters
        ----------
        name
            A measure of pairs.

        Returns
        -------
        numpy.ndarray
            Its values.
        """
        return self.flow(next(one for one in self.inputs.flows if one.measure.column == name))

    def flow(self, listed: FlowList) -> FloatArray:
        """Join a sorted list of flows to the rectangle.

        Parameters
        ----------
        listed
            One measure.

        Returns
        -------
        numpy.ndarray
            Shape (r, m).
        """
        cells = np.full(self.shape, listed.absent)
        origin, destination, value = listed.within(self.rows.start, self.rows.stop, self.inputs.n)
        inside = (destination >= self.columns.start) & (destination < self.columns.stop)
        cells[origin[inside] - self.rows.start, destination[inside] - self.columns.start] = value[inside]
        return cells

    @cached_property
    def band(self) -> npt.NDArray[np.uint8]:
        """Number of the band of distance of every cell, shape (r, m)."""
        band = np.zeros(self.shape, dtype=np.uint8)
        for edge in self.inputs.edges_km:  # a few comparisons are faster than a search
            band += self.distance_km >= edge
        return band


class PairList(Tile):
    """Any pairs as a list, computed as those of a tile are.

    Parameters
    ----------
    inputs
        The places.
    origin, destination
        Positions of cities, shape (m,).
    """

    def __init__(self, inputs: PairInputs, origin: IntArray, destination: IntArray) -> None:
        super().__init__(inputs, slice(0), slice(0), None)
        self.pairs = origin, destination

    def ends(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Give the city numbers of both ends, shape (m,) each."""
        return values[self.pairs[0]], values[self.pairs[1]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of pairs."""
        return self.pairs[0].shape

    def flow(self, listed: FlowList) -> FloatArray:
        """Look the pairs up in a sorted list."""
        wanted = self.pairs[0] * self.inputs.n + self.pairs[1]
        at = np.minimum(np.searchsorted(listed.key, wanted), max(len(listed.key) - 1, 0))
        found = listed.key[at] == wanted if len(listed.key) else np.zeros(len(wanted), dtype=bool)
        cells = np.full(self.shape, listed.absent)
        cells[found] = listed.value[at[found]]
        return cells


def cut_tiles(inputs: PairInputs, block: Block) -> Iterator[Tile]:
    """Cut a block into tiles.

    Parameters
    ----------
    inputs
        The places.
    block
        Which origins.

    Yields
    ------
    Tile
        Origins ascending. Undirected: destinations behind the first origin of the tile.
    """
    first = block.first
    while first < block.stop:
        start = 0 if inputs.directed else first + 1
        width = max(inputs.n - start, 1)
        stop = min(block.stop, first + max(1, _CELLS_PER_TILE // width))
        if start < inputs.n:
            rows, columns = slice(first, stop), slice(start, inputs.n)
            yield Tile(inputs, rows, columns, _valid(inputs, rows, columns))
        first = stop


def _valid(inputs: PairInputs, rows: slice, columns: slice) -> BoolArray | None:
    valid = None
    if inputs.directed:
        valid = np.arange(rows.start, rows.stop)[:, None] != np.arange(columns.start, columns.stop)
    elif rows.stop - rows.start > 1:
        valid = np.arange(rows.start, rows.stop)[:, None] < np.arange(columns.start, columns.stop)
    if inputs.domain == "international":
        abroad = inputs.country[rows, None] != inputs.country[None, columns]
        valid = abroad if valid is None else valid & abroad
    return None if valid is None or valid.all() else valid


def sphere_km(tile: Tile) -> FloatArray:
    """Measure a tile on the auxiliary sphere with Lambert's correction for the flattening.

    Parameters
    ----------
    tile
        Origins by destinations.

    Returns
    -------
    numpy.ndarray
        Kilometres, shape (r, m): within 15 m of the geodesic up to 10,000 km, within 60 m up to 15,000 km, within 1 km up to
        175 degrees of arc, and exact beyond.

    Notes
    -----
    With h the haversine of the arc between the reduced latitudes, s = 2 arcsin sqrt h, and the sines p and q of these
    latitudes: a (s - f/2 ((s - sin s) (p + q)^2 / 4 (1 - h) + (s + sin s) (p - q)^2 / 4 h)).

    References
    ----------
    Lambert, W. D. (1942). The distance between two widely separated points on the surface of the earth. J. Wash. Acad. Sci. 32, 125-130.
    """
    vector = tile.inputs.vector
    sides = [tile.ends(axis) for axis in vector]
    step = sides[2][0] - sides[2][1]
    north = step * step
    haversine = north.copy()
    for one, other in sides[:2]:
        np.subtract(one, other, out=step)
        step *= step
        haversine += step
    haversine *= 0.25
    np.minimum(haversine, 1.0, out=haversine)
    rest = 1.0 - haversine
    arc = 2.0 * np.arcsin(np.sqrt(haversine))
    sine = 2.0 * np.sqrt(haversine * rest)
    north *= arc + sine
    north /= np.maximum(haversine, np.finfo(float).tiny, out=haversine)
    np.add(*sides[2], out=step)
    step *= step
    step *= arc - sine
    step /= np.maximum(rest, np.finfo(float).tiny)
    north += step
    north *= 0.25 * _HALF_FLATTENING
    arc -= north
    arc *= WGS84_MAJOR_KM
    far = rest < _NEAR_ANTIPODES
    if far.any():
        one, other = (side[far] for side in tile.cities)
        lon, lat = tile.inputs.lon, tile.inputs.lat
        arc[far] = _solve_inverse(lon[one], lat[one], lon[other], lat[other])[2] * KM_PER_M
    return np.asarray(arc)
