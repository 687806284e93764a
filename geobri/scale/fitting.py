"""Gravity of pairs that do not fit into memory: Poisson pseudo-likelihood and least squares with city effects.

Everything that the fit needs of the pairs is a sum: the products of the n x n matrix of expected flows (by each column, and by
each product of two) with vectors of cities. One pass over the blocks gives such products, and nothing of the size of the pairs is
kept. Flows are sparse: their sums are taken over the rows that are listed. Newton's step solves for the effects of all
cities by conjugate gradients, a pass for each, which the rank-one part of the matrix makes few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from scipy import special

from geobri.errors import DataError, first_offenders, mould
from geobri.scale.blocks import Block, PairList, Tile, cut_tiles, plan_blocks
from geobri.scale.places import FloatArray, FlowList, PairInputs
from geobri.stats.models.fits import LEAST_VARIATION
from geobri.workers import spread

__all__ = ["COLUMNS", "BlockFit", "fit_blocks"]

Family = Literal["poisson", "gaussian"]
_MOST_STEPS: Final = 60
_MOST_INNER: Final = 60
_SINKHORN: Final = 3


def _same(values: Any) -> Callable[[Tile], FloatArray]:
    def column(tile: Tile) -> FloatArray:
        one, other = tile.ends(values(tile.inputs))
        return np.asarray((one == other) & (one >= 0), dtype=np.float64)

    return column


def _both_coastal(tile: Tile) -> FloatArray:
    one, other = tile.ends(tile.inputs.coastal)
    return np.asarray((one == 1) & (other == 1), dtype=np.float64)


COLUMNS: Final[dict[str, Callable[[Tile], FloatArray]]] = {
    "log distance_km": lambda tile: np.log(np.maximum(tile.distance_km, 0.001)),
    "distance_1000km": lambda tile: tile.distance_km / 1000.0,
    "same_country": _same(lambda inputs: inputs.country),
    "same_region": _same(lambda inputs: inputs.region),
    "both_coastal": _both_coastal,
}
"""What may explain a flow: the decay as power (cities closer than a metre count as a metre apart) or exponential function, and
what both ends share. All are symmetric."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BlockFit:
    """A gravity model of all pairs, fitted block by block.

    Attributes
    ----------
    names
        Names of the k columns.
    coefficients
        Shape (k,); the decay is negative where flow falls.
    covariance
        Dyadic-robust covariance, shape (k, k); `errors` are the roots of its diagonal.
    naive
        Covariance that takes pairs as independent and the model as true, shape (k, k).
    effects
        Level of each city, shape (n,), or as origin and as destination, shape (2, n); minus infinity where it has no flow at all.
    loglik
        Log-likelihood without its constant (Poisson), or minus half the residual sum of squares.
    n_cities, n_pairs
        Cities and pairs that the fit used.
    n_silent
        Cities without any flow (in a role): their pairs are left out, as a model fits them perfectly.
    n_steps, n_passes
        Newton steps, and passes over all pairs.
    family
        ``poisson`` or ``gaussian``.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    naive: FloatArray
    effects: FloatArray
    loglik: float
    n_cities: int
    n_pairs: int
    n_silent: int
    n_steps: int
    n_passes: int
    family: Family

    @property
    def errors(self) -> FloatArray:
        """Dyadic-robust standard errors, shape (k,)."""
        variance = np.diag(self.covariance)
        return np.sqrt(np.where(variance > 0, variance, np.nan))

    def interval(self, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Give the limits of intervals from dyadic-robust errors.

        Parameters
        ----------
        confidence
            Coverage that is wanted.

        Returns
        -------
        tuple of numpy.ndarray
            Lower and upper limits, shape (k,) each; t with cities - 1 degrees of freedom.
        """
        reach = float(special.stdtrit(self.n_cities - 1, 0.5 + confidence / 2)) * self.errors
        return self.coefficients - reach, self.coefficients + reach


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """What every pass reads: places, columns, and where logarithms of distance are kept, if anywhere."""

    inputs: PairInputs
    there: FlowList
    back: FlowList | None
    names: tuple[str, ...]
    cache: Path | None

    @property
    def k(self) -> int:
        return len(self.names)

    def columns(self, tile: Tile) -> list[FloatArray]:
        return [COLUMNS[name](tile) for name in self.names]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ask:
    """A pass: for each kernel, the vectors (n, q) that it is multiplied with."""

    model: _Model
    beta: FloatArray
    level: FloatArray  # shape (sides, n): exp of the effects
    vectors: FloatArray | None  # shape (n, q): multiplied with the kernel itself
    sums: bool  # whether all kernels are multiplied with the levels


def fit_blocks(
    inputs: PairInputs,
    flow: str,
    *,
    columns: Sequence[str] = ("log distance_km",),
    family: Family = "poisson",
    workers: int | None = None,
    scheduler: Any = None,
    blocks: tuple[Block, ...] | None = None,
    tolerance: float = 1e-9,
    cache: Path | None = None,
    done: Callable[[Block], None] | None = None,
) -> BlockFit:
    """Fit a gravity model with city effects to all pairs.

    Parameters
    ----------
    inputs
        Places and flows; directed flows get an effect as origin and one as destination.
    flow
        The measure; a pair without a row must be a zero.
    columns
        Names in `COLUMNS`.
    family
        ``poisson`` (pseudo-likelihood, zeros stay in) or ``gaussian`` (least squares of the flow itself).
    workers, scheduler, blocks
        As for `reduce_pairs`.
    tolerance
        The fit ends when a further step would gain less than this in log-likelihood.
    cache
        Folder for the logarithms of distance as 4-byte numbers, 1.8 GB for 450 million pairs: faster, exact to 1e-7 only.
    done
        Called after every block of every pass.

    Returns
    -------
    BlockFit
        The same bytes whatever the workers.

    Raises
    ------
    DataError
        If the measure is not known or a missing row is no zero, a column says nothing beyond the city effects, or
        the fit does not converge.

    Notes
    -----
    Pairs of a city without any flow are left out. Further separation (a column that only empty pairs have) shows as a fit that
    does not converge.
    """
    model = _set_up(inputs, flow, tuple(columns), cache)
    plan = plan_blocks(inputs.n) if blocks is None else blocks
    engine = _Engine(model, plan, workers, scheduler, done)
    return engine.fit_poisson(tolerance) if family == "poisson" else engine.fit_gaussian()


def _set_up(inputs: PairInputs, flow: str, columns: tuple[str, ...], cache: Path | None) -> _Model:
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or not columns:
        remedy = f"Choose among {', '.join(COLUMNS)}"
        raise DataError(
            mould("fit_blocks", "columns must be known", first_offenders(unknown) or "none", remedy)
        )
    listed = next((one for one in inputs.flows if one.measure.column == flow), None)
    if listed is None:
        came = ", ".join(one.measure.column for one in inputs.flows) or "none"
        raise DataError(
            mould("fit_blocks", f"'{flow}' must be a measure of pairs", came, "Choose one of these")
        )
    if np.isnan(listed.absent) or np.isnan(listed.value).any() or (listed.value < 0).any():
        remedy = 'Say absent = "zero" in study.toml, or fit the listed pairs in memory with geobri decay'
        raise DataError(
            mould(
                "fit_blocks",
                f"every pair must have a value of '{flow}', 0 or more",
                "missing rows or cells",
                remedy,
            )
        )
    n, back = inputs.n, None
    if inputs.domain == "international":
        abroad = inputs.country[listed.key // n] != inputs.country[listed.key % n]
        listed = replace(listed, key=listed.key[abroad], value=listed.value[abroad])
    if inputs.directed:
        turned = listed.key % n * n + listed.key // n
        order = np.argsort(turned)
        back = replace(listed, key=turned[order], value=listed.value[order])
    return _Model(inputs=replace(inputs, directed=False), there=listed, back=back, names=columns, cache=cache)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Where a fit stands: coefficients (k,), exp of the effects (sides, n), and sums of the expected flows.

    The sums are by city (sides, n), by city and column (sides, n, k), and over all pairs by products of columns (k, k).
    """

    beta: FloatArray
    level: FloatArray
    row: FloatArray
    by_column: FloatArray
    both: FloatArray


class _Engine:
    """Passes over the blocks, and the fits that are made of them."""

    def __init__(
        self,
        model: _Model,
        plan: tuple[Block, ...],
        workers: int | None,
        scheduler: Any,
        done: Callable[[Block], None] | None,
    ) -> None:
        self.model, self.plan, self.workers, self.scheduler, self.done = model, plan, workers, scheduler, done
        self.n_passes = 0
        n = model.inputs.n
        origin, destination = np.divmod(model.there.key, n)
        self.pairs = PairList(model.inputs, origin, destination)
        out = np.bincount(origin, model.there.value, n).astype(np.float64)
        into = np.bincount(destination, model.there.value, n).astype(np.float64)
        self.totals = np.vstack([out, into]) if model.back is not None else (out + into)[None]
        listed = model.columns(self.pairs)
        self.moments = np.array([float(np.sum(model.there.value * column)) for column in listed])

    def run(self, function: Callable[[Any, Block], FloatArray], shared: Any) -> FloatArray:
        self.n_passes += 1
        total: FloatArray | None = None
        results = spread(function, self.plan, shared=shared, workers=self.workers, scheduler=self.scheduler)
        for block, part in zip(self.plan, results, strict=True):
            total = part if total is None else total + part
            if self.done is not None:
                self.done(block)
        assert total is not None
        return total

    def products(self, beta: FloatArray, level: FloatArray, vectors: FloatArray | None = None) -> FloatArray:
        ask = _Ask(model=self.model, beta=beta, level=level, vectors=vectors, sums=vectors is None)
        return self.run(_multiply_block, ask)

    # The model of expected flows: D and M of the effects, t and B of the columns

    def sums(self, beta: FloatArray, level: FloatArray) -> _State:
        """Sum expected flows over all pairs."""
        k, sides = self.model.k, len(level)
        found = self.products(
            beta, level
        )  # shape (kernels, n, sides): the kernel, by column, by products of columns
        seen = np.stack([level[side] * found[:, :, sides - 1 - side] for side in range(sides)])
        both = np.zeros((k, k))
        both[np.triu_indices(k)] = seen[0, 1 + k :].sum(axis=1) * (1.0 if sides > 1 else 0.5)
        by_column = np.moveaxis(seen[:, 1 : 1 + k], 1, 2)
        return _State(beta, level, seen[:, 0], by_column, both + np.triu(both, 1).T)

    def solve(
        self, state: _State, wanted: FloatArray, start: FloatArray | None, precision: float
    ) -> FloatArray:
        """Solve (D + M) x = b for several b at once, shape (sides, n, q), by conjugate gradients.

        Where directed effects leave one combination open, the solution stays in the space that is seen.
        """
        x = self.ease(state.row, wanted) if start is None else start.copy()
        rest = wanted - self.times(state, x)
        eased = self.ease(state.row, rest)
        step = eased.copy()
        size = (rest * eased).sum(axis=(0, 1))
        whole = (wanted * self.ease(state.row, wanted)).sum(axis=(0, 1))
        aim = precision**2 * np.maximum(whole, np.finfo(float).tiny)
        for _ in range(_MOST_INNER):
            if (size <= aim).all():
                break
            image = self.times(state, step)
            share = _ratio(size, (step * image).sum(axis=(0, 1)))
            x = x + share * step
            rest = rest - share * image
            eased = self.ease(state.row, rest)
            after = (rest * eased).sum(axis=(0, 1))
            step = eased + _ratio(after, size) * step
            size = after
        return x

    def times(self, state: _State, x: FloatArray) -> FloatArray:
        """Multiply (D + M) with x, shape (sides, n, q)."""
        (sides, n, q), level = x.shape, state.level[:, :, None]
        scaled = (level * x).transpose(1, 0, 2).reshape(n, sides * q)
        found = self.products(state.beta, state.level, scaled)[0].reshape(n, sides, q).transpose(1, 0, 2)
        return np.asarray(state.row[:, :, None] * x + level * found[::-1])

    @staticmethod
    def ease(row: FloatArray, rest: FloatArray) -> FloatArray:
        """Solve the system as if expected flows were products of the levels alone: the rank-one part by heart."""
        inverse = np.divide(1.0, row, out=np.zeros_like(row), where=row > 0)[:, :, None]
        whole = rest.sum(axis=(0, 1)) / row.sum()
        return np.asarray(inverse * rest - 0.5 * whole * (row > 0)[:, :, None])

    def fit_poisson(self, tolerance: float) -> BlockFit:
        state = self.sums(*self.begin())
        reached = self.reach(state)
        inner: FloatArray | None = None
        for step in range(1, _MOST_STEPS + 1):
            score = self.totals - state.row
            slope = self.moments - state.by_column.sum(axis=(0, 1)) / 2.0
            wanted = np.concatenate([state.by_column, score[:, :, None]], axis=2)
            start = (
                None
                if inner is None
                else np.concatenate([inner, self.ease(state.row, score[:, :, None])], axis=2)
            )
            solved = self.solve(state, wanted, start, 1e-3)
            inner, move = solved[:, :, :-1], solved[:, :, -1]
            change = np.linalg.solve(
                self.apart(state, inner), slope - np.einsum("snk,sn->k", state.by_column, move)
            )
            shift = move - inner @ change
            if float(slope @ change + (score * shift).sum()) <= tolerance and step > 1:
                return self.finish("poisson", state, inner, (state.beta, state.level), (step, reached))
            state, reached = self.advance(state, change, shift, reached)
        came = f"{_MOST_STEPS} steps without convergence"
        remedy = "Look for a column that only empty pairs have, and leave it out"
        raise DataError(mould("fit_blocks", "the likelihood must have a maximum", came, remedy))

    def begin(self) -> tuple[FloatArray, FloatArray]:
        """Start from no friction, then balance the levels at a first guess of it."""
        beta = np.zeros(self.model.k)
        decaying = [place for place, name in enumerate(self.model.names) if name == "log distance_km"]
        beta[decaying] = -1.0
        level = self.totals / np.sqrt(max(self.totals.sum() / len(self.totals), np.finfo(float).tiny))
        for _ in range(_SINKHORN):
            row = self.products(beta, level, np.ascontiguousarray(level.T))[0].T[::-1] * level
            ratio = np.sqrt(_ratio(self.totals, row))
            level = level * ratio
        return beta, level

    def reach(self, state: _State) -> float:
        logs = np.log(state.level, out=np.zeros_like(state.level), where=state.level > 0)
        return float((self.totals * logs).sum() + self.moments @ state.beta - state.row.sum() / 2.0)

    def advance(
        self, state: _State, change: FloatArray, shift: FloatArray, reached: float
    ) -> tuple[_State, float]:
        """Take a step, halved until the likelihood does not fall."""
        share = 1.0
        while True:
            level = state.level * np.exp(np.clip(share * shift, -20.0, 20.0))
            candidate = self.sums(state.beta + share * change, level)
            gained = self.reach(candidate)
            if gained >= reached - 1e-9 * (abs(reached) + 1.0) or share < 1e-6:  # noqa: PLR2004 - as in memory
                return candidate, gained
            share /= 2.0

    def fit_gaussian(self) -> BlockFit:
        k = self.model.k
        state = self.sums(np.zeros(k), np.ones_like(self.totals))
        wanted = np.concatenate([state.by_column, self.totals[:, :, None]], axis=2)
        solved = self.solve(state, wanted, None, 1e-13)
        inner, own = solved[:, :, :k], solved[:, :, k]
        moved = self.moments - np.einsum("snk,sn->k", state.by_column, own)
        beta: FloatArray = np.linalg.solve(self.apart(state, inner), moved)
        effects = own - inner @ beta
        squares = float(np.sum(self.model.there.value**2))
        explained = float((effects * self.totals).sum() + beta @ self.moments)
        return self.finish("gaussian", state, inner, (beta, effects), (1, -(squares - explained) / 2.0))

    def apart(self, state: _State, inner: FloatArray) -> FloatArray:
        """Take the effects out of the products of the columns; refuse columns of which nothing is left."""
        schur = state.both - np.einsum("snk,snl->kl", state.by_column, inner)
        sizes = zip(self.model.names, np.diag(schur), np.diag(state.both), strict=True)
        absorbed = [name for name, left, was in sizes if left <= LEAST_VARIATION * was]
        if absorbed:
            wanted = "every column must vary on its own, beyond node effects"
            came = f"{len(absorbed)} that do not: {first_offenders(absorbed)}"
            raise DataError(mould("fit_blocks", wanted, came, "Leave them out"))
        return np.asarray((schur + schur.T) / 2.0)

    def finish(
        self,
        family: Family,
        state: _State,
        inner: FloatArray,
        found: tuple[FloatArray, FloatArray],
        reached: tuple[int, float],
    ) -> BlockFit:
        """Sum the scores of the cities for the dyadic-robust covariance."""
        k, n, sides = self.model.k, self.model.inputs.n, len(state.level)
        precise = self.solve(state, state.by_column, inner, 1e-7)
        bread: FloatArray = np.asarray(np.linalg.inv(self.apart(state, precise)), dtype=np.float64)
        sums = self.run(_score_block, (self.model, family, *found, precise))
        per_city, dyads = sums[: n * k].reshape(n, k), sums[n * k : -2].reshape(k, k)
        squares, n_pairs = float(sums[-2]), int(sums[-1])
        meat = per_city.T @ per_city - dyads
        active = self.totals > 0 if family == "poisson" else np.ones_like(self.totals, dtype=bool)
        cities = int(active.any(axis=0).sum())
        rank = cities * sides - (sides - 1)
        return BlockFit(
            names=self.model.names,
            coefficients=found[0],
            covariance=bread @ meat @ bread * cities / (cities - 1.0),
            naive=np.asarray(bread if family == "poisson" else bread * squares / max(n_pairs - k - rank, 1)),
            effects=_as_effects(found[1], family),
            loglik=reached[1],
            n_cities=cities,
            n_pairs=n_pairs,
            n_silent=int((~active).sum()),
            n_steps=reached[0],
            n_passes=self.n_passes,
            family=family,
        )


def _as_effects(level: FloatArray, family: Family) -> FloatArray:
    if family == "poisson":
        with np.errstate(divide="ignore"):
            level = np.log(level)
    return np.asarray(level[0] if len(level) == 1 else level)


def _ratio(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(np.divide(one, other, out=np.zeros(np.shape(one)), where=np.asarray(other) > 0))


# What a worker does with a block


def _prepared(model: _Model, block: Block) -> Any:
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
        yield tile, model.columns(tile)
    if made and path is not None:
        from geobri.outputs import staged_file

        with staged_file(path, caller="fit_blocks") as new:
            np.save(new, np.concatenate(made))


def _kernel(columns: list[FloatArray], beta: FloatArray, tile: Tile) -> FloatArray:
    """Exp of the columns times their coefficients, 0 where there is no pair."""
    kernel = columns[0] * beta[0]
    for column, coefficient in zip(columns[1:], beta[1:], strict=True):
        kernel += column * coefficient
    np.exp(kernel, out=kernel)
    if tile.valid is not None:
        kernel[~tile.valid] = 0.0
    return np.asarray(kernel)


def _multiply_block(ask: _Ask, block: Block) -> FloatArray:
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


def _score_block(
    shared: tuple[_Model, Family, FloatArray, FloatArray, FloatArray], block: Block
) -> FloatArray:
    """Sum the scores of a block: by city (n, k), products by dyad (k, k), squared residuals, and the pairs that count."""
    model, family, beta, level, inner = shared
    n, k = model.inputs.n, model.k
    per_city, dyads, tail = np.zeros((n, k)), np.zeros((k, k)), np.zeros(2)
    ways = [(model.there, 0, len(level) - 1)]
    if model.back is not None:
        ways.append((model.back, 1, 0))
    for tile, columns in _prepared(model, block):
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
