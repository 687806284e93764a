"""What a pass over the pairs of a fit computes: columns of pairs, kernels of expected flows, and their products with vectors of cities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from geobri.arrays import FloatArray
from geobri.scale.blocks import Block, Tile, cut_tiles
from geobri.scale.places import DISTANCE, FlowList, PairInputs

__all__ = [
    "COLUMNS",
    "EXPONENTIAL_KM",
    "LOG",
    "POWER_KM",
    "Ask",
    "Family",
    "Model",
    "is_impedance",
    "multiply_block",
    "name_decay",
    "score_block",
]

Family = Literal["poisson", "gaussian"]
LOG: Final = "log "
POWER_KM: Final = "log distance_km"
EXPONENTIAL_KM: Final = "distance_1000km"


def _same(values: Any) -> Callable[[Tile], FloatArray]:
    def column(tile: Tile) -> FloatArray:
        one, other = tile.ends(values(tile.inputs))
        return np.asarray((one == other) & (one >= 0), dtype=np.float64)

    return column


def _both_coastal(tile: Tile) -> FloatArray:
    one, other = tile.ends(tile.inputs.coastal)
    return np.asarray((one == 1) & (other == 1), dtype=np.float64)


COLUMNS: Final[dict[str, Callable[[Tile], FloatArray]]] = {
    POWER_KM: lambda tile: np.log(np.maximum(tile.distance_km, 0.001)),
    EXPONENTIAL_KM: lambda tile: tile.distance_km / 1000.0,
    "same_country": _same(lambda inputs: inputs.country),
    "same_region": _same(lambda inputs: inputs.region),
    "both_coastal": _both_coastal,
}
"""What may explain a flow: the decay as power (cities closer than a metre count as a metre apart) or exponential function, and
what both ends share. All are symmetric. Any measure of pairs may stand beside them as an impedance: ``hours`` or ``log hours``."""


def is_impedance(name: str) -> bool:
    """Tell whether a column separates two cities, so that its coefficient with the sign turned is a friction.

    Parameters
    ----------
    name
        A column of a fit.

    Returns
    -------
    bool
        False for what both ends share.
    """
    return name not in COLUMNS or name in (POWER_KM, EXPONENTIAL_KM)


def name_decay(impedance: str, form: Literal["power", "exponential"]) -> str:
    """Name the column of a fit that stands for a decay function.

    Parameters
    ----------
    impedance
        ``distance_km``, or a measure of pairs.
    form
        ``power`` or ``exponential``.

    Returns
    -------
    str
        As ``log distance_km`` or ``hours``.
    """
    if form == "power":
        return f"{LOG}{impedance}"
    return EXPONENTIAL_KM if impedance == DISTANCE else impedance


def _column(name: str, tile: Tile) -> FloatArray:
    if name in COLUMNS:
        return COLUMNS[name](tile)
    cells = tile.impedance(name.removeprefix(LOG))
    return np.log(cells) if name.startswith(LOG) else cells


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What every pass reads: places, columns, and where logarithms of distance are kept, if anywhere."""

    inputs: PairInputs
    there: FlowList
    back: FlowList | None
    names: tuple[str, ...]
    cache: Path | None

    @property
    def k(self) -> int:
        """Number of columns."""
        return len(self.names)

    def columns(self, tile: Tile) -> list[FloatArray]:
        """Give the columns of a tile, each of its shape; missing where a pair has no impedance."""
        return [_column(name, tile) for name in self.names]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ask:
    """A pass: for each kernel, the vectors (n, q) that it is multiplied with."""

    model: Model
    beta: FloatArray
    level: FloatArray  # shape (sides, n): exp of the effects
    vectors: FloatArray | None  # shape (n, q): multiplied with the kernel itself
    sums: bool  # whether all kernels are multiplied with the levels


def _prepared(model: Model, block: Block) -> Any:
    """Give the tiles of a block with their columns; logarithms of distance come from the cache where there is one."""
    path = None if model.cache is None else model.cache / f"log-km-{block.number:05d}.npy"
    kept = None
    if path is not None and path.exists():
        kept = np.load(path, mmap_mode="r")
    at, made = 0, []
    for tile in cut_tiles(model.inputs, block):
        if kept is not None:
            size = tile.shape[0] * tile.shape[1]
            km = np.exp(kept[at : at + size].astype(np.float64)).reshape(tile.shape)
            tile.distance_km = km
            at += size
        elif path is not None:
            made.append(np.log(np.maximum(tile.distance_km, 0.001)).astype(np.float32).ravel())
        yield tile, _known(tile, model.columns(tile))
    if made and path is not None:
        from geobri.outputs import staged_file

        with staged_file(path, caller="fit_blocks") as new:
            np.save(new, np.concatenate(made))


def _known(tile: Tile, columns: list[FloatArray]) -> list[FloatArray]:
    """Leave pairs without an impedance out of a tile, and count them."""
    missing = [np.isnan(column) for column in columns]
    if not any(cells.any() for cells in missing):
        return columns
    known = ~np.logical_or.reduce(missing)
    whole = tile.shape[0] * tile.shape[1] if tile.valid is None else np.count_nonzero(tile.valid)
    tile.valid = known if tile.valid is None else tile.valid & known
    tile.unknown = int(whole - np.count_nonzero(tile.valid))
    return [np.where(known, column, 0.0) for column in columns]


def _kernel(columns: list[FloatArray], beta: FloatArray, tile: Tile) -> FloatArray:
    """Exp of the columns times their coefficients, 0 where there is no pair."""
    kernel = columns[0] * beta[0]
    for column, coefficient in zip(columns[1:], beta[1:], strict=True):
        kernel += column * coefficient
    np.exp(kernel, out=kernel)
    if tile.valid is not None:
        kernel[~tile.valid] = 0.0
    return np.asarray(kernel)


def multiply_block(ask: Ask, block: Block) -> FloatArray:
    """Multiply the symmetric matrix of kernels with vectors; shape (kernels, n, vectors)."""
    model = ask.model
    vectors = np.ascontiguousarray(ask.level.T) if ask.vectors is None else ask.vectors
    pairs = list(zip(*np.triu_indices(model.k), strict=True)) if ask.sums else []
    result = np.zeros((1 + (model.k + len(pairs) if ask.sums else 0), *vectors.shape))
    for tile, made in _prepared(model, block):
        columns = made if tile.valid is None else [np.where(tile.valid, column, 0.0) for column in made]
        kernel = _kernel(columns, ask.beta, tile)
        _add_product(result[0], kernel, tile, vectors)
        if ask.sums:
            by_column = [kernel * column for column in columns]
            for place, cells in enumerate(by_column):
                _add_product(result[1 + place], cells, tile, vectors)
            for place, (one, other) in enumerate(pairs):
                _add_product(result[1 + model.k + place], by_column[one] * columns[other], tile, vectors)
    return result


def _add_product(result: FloatArray, cells: FloatArray, tile: Tile, vectors: FloatArray) -> None:
    """Add K v and K'v of a tile; einsum adds in the same order whatever the threads of BLAS."""
    for place in range(vectors.shape[1]):
        column = np.ascontiguousarray(vectors[:, place])
        result[tile.rows, place] += np.einsum("ij,j->i", cells, column[tile.columns])
        result[tile.columns, place] += np.einsum("ij,i->j", cells, column[tile.rows])


def score_block(shared: tuple[Model, Family, FloatArray, FloatArray, FloatArray], block: Block) -> FloatArray:
    """Sum the scores of a block: by city (n, k), products by dyad (k, k), squared residuals, pairs that count, pairs without an impedance."""
    model, family, beta, level, inner = shared
    n, k = model.inputs.n, model.k
    per_city, dyads, tail = np.zeros((n, k)), np.zeros((k, k)), np.zeros(3)
    ways = [(model.there, 0, len(level) - 1)]
    if model.back is not None:
        ways.append((model.back, 1, 0))
    for tile, columns in _prepared(model, block):
        tail[2] += tile.unknown * len(ways)
        whole = [np.zeros(tile.shape) for _ in range(k)]
        kept = (
            [np.where(tile.valid, column, 0.0) for column in columns] if tile.valid is not None else columns
        )
        for listed, first, second in ways:
            one, other = tile.ends(np.arange(n))
            a, b = level[first][one], level[second][other]
            if family == "poisson":
                fitted = _kernel(kept, beta, tile) * a * b
                tail[1] += np.count_nonzero(_within(tile, (a > 0) & (b > 0)))
            else:
                fitted = sum((column * value for column, value in zip(kept, beta, strict=True)), a + b)
                tail[1] += np.count_nonzero(_within(tile, np.ones(tile.shape, dtype=bool)))
            rest = np.where(_within(tile, np.ones(tile.shape, dtype=bool)), tile.flow(listed) - fitted, 0.0)
            tail[0] += float(np.sum(rest * rest))
            for place, column in enumerate(columns):
                apart = column - inner[first, :, place][one] - inner[second, :, place][other]
                whole[place] += np.where(rest == 0, 0.0, rest * apart)
        for place, cells in enumerate(whole):
            per_city[tile.rows, place] += cells.sum(axis=1)
            per_city[tile.columns, place] += cells.sum(axis=0)
            for second_place in range(place, k):
                dyads[place, second_place] += float(np.sum(cells * whole[second_place]))
    dyads = dyads + np.triu(dyads, 1).T
    return np.concatenate([per_city.ravel(), dyads.ravel(), tail])


def _within(tile: Tile, cells: Any) -> Any:
    return cells if tile.valid is None else cells & tile.valid
