"""The fits of a gravity model with city effects, made of passes over all pairs: Newton steps by conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import special

from geobri.arrays import FloatArray
from geobri.errors import DataError, first_offenders, mould
from geobri.scale.blocks import Block, PairList
from geobri.scale.products import POWER_KM, Ask, Family, Model, multiply_block, score_block
from geobri.stats.models.identified import LEAST_VARIATION
from geobri.workers import spread

__all__ = ["BlockFit", "run_fit"]

_MOST_STEPS: Final = 60
_MOST_INNER: Final = 60
_SINKHORN: Final = 3


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
    n_unknown
        Pairs without an impedance, which are left out.
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
    n_unknown: int
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
        model: Model,
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
        ask = Ask(model=self.model, beta=beta, level=level, vectors=vectors, sums=vectors is None)
        return self.run(multiply_block, ask)

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
        decaying = [place for place, name in enumerate(self.model.names) if name == POWER_KM]
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
        sums = self.run(score_block, (self.model, family, *found, precise))
        per_city, dyads = sums[: n * k].reshape(n, k), sums[n * k : -3].reshape(k, k)
        squares, n_pairs = float(sums[-3]), int(sums[-2])
        meat = per_city.T @ per_city - dyads
        active = self.totals > 0 if family == "poisson" else state.row > 0
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
            n_unknown=int(sums[-1]),
            n_steps=reached[0],
            n_passes=self.n_passes,
            family=family,
        )


def run_fit(
    model: Model,
    plan: tuple[Block, ...],
    *,
    family: Family,
    tolerance: float,
    workers: int | None = None,
    scheduler: Any = None,
    done: Callable[[Block], None] | None = None,
) -> BlockFit:
    """Fit a model that is set up.

    Parameters
    ----------
    model
        Places, flows and columns.
    plan
        The blocks.
    family, tolerance, workers, scheduler, done
        As for `geobri.scale.fitting.fit_blocks`.

    Returns
    -------
    BlockFit
        The same bytes whatever the workers.
    """
    engine = _Engine(model, plan, workers, scheduler, done)
    return engine.fit_poisson(tolerance) if family == "poisson" else engine.fit_gaussian()


def _as_effects(level: FloatArray, family: Family) -> FloatArray:
    if family == "poisson":
        with np.errstate(divide="ignore"):
            level = np.log(level)
    return np.asarray(level[0] if len(level) == 1 else level)


def _ratio(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.asarray(np.divide(one, other, out=np.zeros(np.shape(one)), where=np.asarray(other) > 0))
