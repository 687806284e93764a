"""What is kept of a block: sums by group and distance, a histogram, the strongest corridors, totals of the cities.

`summarise_block` is a pure function of a recipe and a block; `Summary.add` joins two summaries. Blocks are added in
their order, so that the result has the same bytes however many workers there were.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, IntArray
from geobri.measures import Measure
from geobri.scale.blocks import Block, Tile, cut_tiles
from geobri.scale.density import MOST_ZONES, gather_zones
from geobri.scale.places import PairInputs
from geobri.scale.recipe import Recipe

__all__ = [
    "CURVE_PER_DECADE",
    "N_BINS",
    "Labels",
    "Summary",
    "add_tile",
    "bin_edges",
    "label_cities",
    "summarise_block",
]

CURVE_PER_DECADE: Final = 20
_CURVE_BINS: Final = 88
"""From 1 km to 25,000 km: 4.4 decades."""

N_BINS: Final = 128
_PER_DECADE: Final = 4
_LOWEST: Final = -40
"""A histogram begins at 10 to the power of -10, four bins a decade; below it, zeros; at the end whatever is larger."""

_WAITING: Final = 4
"""Candidates for the strongest corridors are put in order when there are this many times as many as are kept."""

_COASTS: Final = 4
"""Both inland, one coastal, both coastal, not known."""


@dataclass(slots=True, eq=False)
class Summary:
    """Reductions of some pairs; k measures.

    Attributes
    ----------
    groups
        By pair of regions, coasts and band, shape (cells, 2 + 3 k): pairs, kilometres, then of each measure known pairs, sum, sum
        of squares.
    curve
        By distance (20 bins a decade), shape (bins, 1 + 2 k): pairs, then known pairs and sum of each measure.
    histogram
        Shape (k, 128): pairs by value.
    top
        The strongest corridors, shape (3, up to `Recipe.top`): value, origin, destination.
    totals
        Of each city over its partners, shape (2 k, n): known partners and sum of each measure.
    nearest, strongest
        Distance, or value, and the partner, shape (2, n); infinite where there is none.
    density
        Between zones, shape (2, zones squared): pairs and sum of the measure that ranks; empty where it is not kept.
    """

    groups: FloatArray
    curve: FloatArray
    histogram: FloatArray
    top: FloatArray
    totals: FloatArray
    nearest: FloatArray
    strongest: FloatArray
    density: FloatArray

    @classmethod
    def empty(cls, recipe: Recipe) -> Summary:
        """Make the summary of no pair at all.

        Parameters
        ----------
        recipe
            What is computed.

        Returns
        -------
        Summary
            Zeros.
        """
        n, k = recipe.inputs.n, len(recipe.measures)
        return cls(
            groups=np.zeros((_count_cells(recipe.inputs), 2 + 3 * k)),
            curve=np.zeros((_CURVE_BINS, 1 + 2 * k)),
            histogram=np.zeros((k, N_BINS)),
            top=np.empty((3, 0)),
            totals=np.zeros((2 * k, n)),
            nearest=np.vstack([np.full(n, np.inf), np.full(n, -1.0)]),
            strongest=np.vstack([np.full(n, -np.inf), np.full(n, -1.0)]),
            density=np.zeros((2, min(MOST_ZONES, n) ** 2 if "density" in recipe.keeps else 0)),
        )

    def add(self, other: Summary, top: int) -> None:
        """Add the summary of later pairs to this one.

        Parameters
        ----------
        other
            Of blocks behind those of this one.
        top
            How many corridors are kept.
        """
        for name in ("groups", "curve", "histogram", "totals", "density"):
            getattr(self, name)[...] += getattr(other, name)
        self.top = _best(np.hstack([self.top, other.top]), top)
        _improve(self.nearest, other.nearest, other.nearest[0] < self.nearest[0])
        _improve(self.strongest, other.strongest, other.strongest[0] > self.strongest[0])

    def settle(self, recipe: Recipe) -> Summary:
        """Put the strongest corridors in order, when all tiles of a block are in.

        Parameters
        ----------
        recipe
            What is kept.

        Returns
        -------
        Summary
            This one.
        """
        self.top = _best(self.top, recipe.top)
        return self

    def arrays(self) -> dict[str, FloatArray]:
        """Give the arrays by name, to be kept on disk.

        Returns
        -------
        dict of str and numpy.ndarray
            One entry a field.
        """
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _improve(kept: FloatArray, other: FloatArray, better: npt.NDArray[np.bool_]) -> None:
    kept[:, better] = other[:, better]


def summarise_block(recipe: Recipe, block: Block) -> Summary:
    """Reduce a block of pairs.

    Parameters
    ----------
    recipe
        What is computed.
    block
        Which origins.

    Returns
    -------
    Summary
        Of the pairs of this block alone.
    """
    summary = Summary.empty(recipe)
    labels = label_cities(recipe)
    for tile in cut_tiles(recipe.inputs, block):
        add_tile(summary, recipe, tile, recipe.values(tile), labels)
    return summary.settle(recipe)


def add_tile(
    summary: Summary,
    recipe: Recipe,
    tile: Tile,
    values: dict[str, FloatArray],
    labels: Labels,
) -> None:
    """Add one tile to a summary.

    Parameters
    ----------
    summary
        Is added to.
    recipe
        What is kept.
    tile
        Origins by destinations.
    values
        The measures of the tile.
    labels
        As `label_cities` gives them.
    """
    km = tile.flat(tile.distance_km)
    columns = [tile.flat(values[one.column]) for one in recipe.measures]
    if "groups" in recipe.keeps:
        label, table = labels.group, labels.cells
        one, other = label[tile.rows], label[tile.columns]
        _add_groups(summary.groups, tile.flat(table[one][:, other] + tile.band), km, columns)
    if "curve" in recipe.keeps:
        _add_curve(summary.curve, km, columns)
    if "histogram" in recipe.keeps:
        for row, (measure, column) in enumerate(zip(recipe.measures, columns, strict=True)):
            summary.histogram[row] += np.bincount(_bins(measure, column), minlength=N_BINS)
    if "cities" in recipe.keeps:
        _add_cities(summary, recipe, tile, values)
    ranked = (
        columns[[one.column for one in recipe.measures].index(recipe.rank_by)] if recipe.rank_by else None
    )
    if ranked is not None and "top" in recipe.keeps:
        _add_top(summary, tile, ranked, recipe.top)
    if "density" in recipe.keeps:
        _add_density(summary.density, tile, labels.zone, ranked)


def _count_cells(inputs: PairInputs) -> int:
    regions = len(inputs.regions) + 1
    return regions * (regions + 1) // 2 * _COASTS * (len(inputs.edges_km) + 1)


class Labels(NamedTuple):
    """What a city counts for in sums: its group of region and coast, the first cell of every two groups, and its zone."""

    group: IntArray
    cells: IntArray
    zone: IntArray


def label_cities(recipe: Recipe) -> Labels:
    """Give every city a label of region and coast, every pair of labels the first cell of its bands, and every city its zone.

    Parameters
    ----------
    recipe
        The places, and whether zones are wanted.

    Returns
    -------
    Labels
        Shapes (n,), (labels, labels) and (n,).
    """
    inputs = recipe.inputs
    regions = len(inputs.regions) + 1
    region = np.where(inputs.region < 0, regions - 1, inputs.region)
    label = region * 3 + np.where(inputs.coastal < 0, 2, inputs.coastal)
    at, coast = np.divmod(np.arange(regions * 3), 3)
    low, high = np.minimum(at[:, None], at), np.maximum(at[:, None], at)
    pair = low * regions - low * (low - 1) // 2 + high - low  # number of (low, high) in the upper triangle
    pair[high == regions - 1] = (
        regions * (regions + 1) // 2 - 1
    )  # one end without a region: one group for all
    both = np.where((coast[:, None] == 2) | (coast == 2), 3, coast[:, None] + coast)  # noqa: PLR2004 - 2 is not known
    zone = gather_zones(inputs) if "density" in recipe.keeps else np.zeros(inputs.n, dtype=np.int64)
    return Labels(label, (pair * _COASTS + both) * (len(inputs.edges_km) + 1), zone)


def _add_density(density: FloatArray, tile: Tile, zone: IntArray, ranked: FloatArray | None) -> None:
    size = density.shape[1]
    one, other = tile.ends(zone)
    pair = tile.flat(one * round(size**0.5) + other)
    density[0] += np.bincount(pair, minlength=size)
    if ranked is not None:
        known = ~np.isnan(ranked)
        every = bool(known.all())
        density[1] += np.bincount(pair if every else pair[known], ranked if every else ranked[known], size)


def _add_groups(groups: FloatArray, cell: IntArray, km: FloatArray, columns: list[FloatArray]) -> None:
    size = len(groups)
    pairs = np.bincount(cell, minlength=size)
    groups[:, 0] += pairs
    groups[:, 1] += np.bincount(cell, km, size)
    for place, column in enumerate(columns):
        at = 2 + 3 * place
        known = ~np.isnan(column)
        inside, own = (cell, column) if known.all() else (cell[known], column[known])
        groups[:, at] += pairs if inside is cell else np.bincount(inside, minlength=size)
        groups[:, at + 1] += np.bincount(inside, own, size)
        groups[:, at + 2] += np.bincount(inside, own * own, size)


def _add_curve(curve: FloatArray, km: FloatArray, columns: list[FloatArray]) -> None:
    size = len(curve)
    place = (np.log10(np.maximum(km, 1.0)) * CURVE_PER_DECADE).astype(np.int64)
    pairs = np.bincount(place, minlength=size)
    curve[:, 0] += pairs
    for number, column in enumerate(columns):
        at = 1 + 2 * number
        known = ~np.isnan(column)
        inside, own = (place, column) if known.all() else (place[known], column[known])
        curve[:, at] += pairs if inside is place else np.bincount(inside, minlength=size)
        curve[:, at + 1] += np.bincount(inside, own, size)


def _bins(measure: Measure, column: FloatArray) -> IntArray:
    known = column[~np.isnan(column)]
    if measure.kind == "score":
        return np.asarray(np.clip(np.floor(known), -1, N_BINS - 2).astype(np.int64) + 1)
    floor = 10.0 ** (_LOWEST / _PER_DECADE)
    place = np.floor(np.log10(np.maximum(known, floor * 0.5)) * _PER_DECADE) - _LOWEST
    return np.asarray(np.clip(place, -1, N_BINS - 2).astype(np.int64) + 1)


def bin_edges(measure: Measure) -> FloatArray:
    """Give the lower edge of every bin of a histogram.

    Parameters
    ----------
    measure
        Scores have bins of one point, other measures four a decade.

    Returns
    -------
    numpy.ndarray
        Shape (128,); the first is minus infinity for scores, else 0.
    """
    steps = np.arange(N_BINS - 1.0)
    if measure.kind == "score":
        return np.concatenate([[-np.inf], steps])
    return np.concatenate([[0.0], 10.0 ** ((steps + _LOWEST) / _PER_DECADE)])


def _add_cities(summary: Summary, recipe: Recipe, tile: Tile, values: dict[str, FloatArray]) -> None:
    for place, measure in enumerate(recipe.measures):
        cells = values[measure.column]
        known = ~np.isnan(cells) if tile.valid is None else tile.valid & ~np.isnan(cells)
        _add_sides(summary.totals[2 * place], tile, known.astype(float))
        _add_sides(summary.totals[2 * place + 1], tile, np.where(known, cells, 0.0))
    far = np.inf
    km = tile.distance_km if tile.valid is None else np.where(tile.valid, tile.distance_km, far)
    _keep_least(summary.nearest, tile, km, sign=1.0)
    if recipe.rank_by:
        cells = values[recipe.rank_by]
        weak = np.isnan(cells) if tile.valid is None else ~tile.valid | np.isnan(cells)
        _keep_least(summary.strongest, tile, np.where(weak, far, -cells), sign=-1.0)


def _add_sides(total: FloatArray, tile: Tile, cells: FloatArray) -> None:
    total[tile.rows] += cells.sum(axis=1)
    if not tile.inputs.directed:
        total[tile.columns] += cells.sum(axis=0)


def _keep_least(kept: FloatArray, tile: Tile, cells: FloatArray, *, sign: float) -> None:
    """Keep the least cell of every city; `sign` -1 says that the cells are turned, and the largest is kept."""
    sides = [(tile.rows, tile.columns.start, cells)]
    if not tile.inputs.directed:
        sides.append((tile.columns, tile.rows.start, cells.T))
    for own, start, seen in sides:
        least = seen.min(axis=1)
        better = np.flatnonzero((least < sign * kept[0, own]) & np.isfinite(least))
        if better.size:
            kept[0, own.start + better] = sign * least[better]
            kept[1, own.start + better] = start + seen[better].argmin(axis=1)


def _add_top(summary: Summary, tile: Tile, ranked: FloatArray, top: int) -> None:
    held = summary.top.shape[1]
    full = held >= top
    least = summary.top[0, top - 1] if full else -np.inf  # the first `top` are in order, later ones wait
    with np.errstate(invalid="ignore"):
        at = np.flatnonzero(ranked >= least if full else ~np.isnan(ranked))
    if at.size > top:  # whatever lies below the last of the best of this tile cannot come in
        cut = np.partition(ranked[at], at.size - top)[at.size - top]
        at = at[ranked[at] >= cut]
    if at.size:
        found = np.vstack([ranked[at], tile.origin[at], tile.destination[at]])
        summary.top = np.hstack([summary.top, found])
        if not full or held + at.size > _WAITING * top:
            summary.top = _best(summary.top, top)


def _best(candidates: FloatArray, top: int) -> FloatArray:
    """Order by value, then by origin and destination, and keep the first."""
    order = np.lexsort((candidates[2], candidates[1], -candidates[0]))[:top]
    return np.ascontiguousarray(candidates[:, order])
