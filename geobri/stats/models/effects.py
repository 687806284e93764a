"""Node effects without dummy columns: each city gets its own level, absorbed by solving for n numbers.

A model of N pairs may give each city an effect (undirected) or one as origin and one as destination
(directed). The matrix Z of dummies is never built densely. What is needed of it are sums per city (Z'v),
spreading city numbers over pairs (Za) and solving (Z'WZ) a = b, which is a dense n x n problem because every
pair touches two cities: a signless Laplacian (undirected), or its Schur complement (directed).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray

__all__ = ["NodeEffects", "build_effects"]

Solver = Callable[[FloatArray], FloatArray]

SMALLEST_PIVOT = 1e-7
"""A Cholesky pivot below this share of the largest means that some effects are not identified."""
_RIDGE = 1e-7
"""Added to a unit diagonal where effects are not all identified; each refinement takes it out again by this factor."""
_REFINEMENTS = 3
ROUNDING = 1e-13
"""Share of a city's weight below which what is left of it is rounding."""
FEW_COLUMNS = 16
"""Up to so many columns sums are taken one by one, beyond by a sparse product."""


class NodeEffects:
    """Where the effects of N pairs sit; what is costly is worked out when it is first needed.

    Attributes
    ----------
    origin, destination
        City of each end, shape (N,).
    n_cities
        Number of cities n.
    directed
        Separate effects as origin and as destination (2n numbers), otherwise one per city (n numbers).
    """

    def __init__(self, origin: IntArray, destination: IntArray, n_cities: int, *, directed: bool) -> None:
        self.origin = origin
        self.destination = destination
        self.n_cities = n_cities
        self.directed = directed

    @cached_property
    def incidence(self) -> sparse.csr_array:
        """Sparse Z, shape (N, n) or (N, 2n)."""
        n_pairs, shift = len(self.origin), self.n_cities if self.directed else 0
        columns = np.column_stack([self.origin, self.destination + shift]).ravel()
        pointer = np.arange(0, 2 * n_pairs + 1, 2)
        shape = (n_pairs, self.n_cities + shift)
        return sparse.csr_array((np.ones(2 * n_pairs), columns, pointer), shape=shape)

    @cached_property
    def _transposed(self) -> sparse.csr_array:
        return self.incidence.T.tocsr()

    @cached_property
    def _cell(self) -> IntArray:
        return np.asarray(self.origin * self.n_cities + self.destination)

    @cached_property
    def rank(self) -> int:
        """Number of effects that can be told apart."""
        return _count_identified(self.origin, self.destination, self.n_cities, directed=self.directed)

    def collect(self, values: FloatArray) -> FloatArray:
        """Sum over the pairs of each effect.

        Parameters
        ----------
        values
            Shape (N,) or (N, k).

        Returns
        -------
        numpy.ndarray
            Z'v, shape (m,) or (m, k).
        """
        if values.ndim > 1 and values.shape[1] > FEW_COLUMNS:
            many: FloatArray = self._transposed @ values
            return many
        if values.ndim > 1 and values.shape[1]:
            return np.column_stack([self._collect_one(column) for column in values.T])
        if values.ndim > 1:
            return np.zeros((2 * self.n_cities if self.directed else self.n_cities, 0))
        return self._collect_one(values)

    def _collect_one(self, values: FloatArray) -> FloatArray:
        if self._fills:
            cells = self._lay_out(values)
            sums = [cells.sum(axis=1), cells.sum(axis=0)]
        else:
            sums = [
                np.bincount(ends, values, self.n_cities).astype(float, copy=False)
                for ends in (self.origin, self.destination)
            ]
        return np.concatenate(sums) if self.directed else sums[0] + sums[1]

    @cached_property
    def _fills(self) -> bool:
        """Most cells of the matrix have a pair, and none has two: then whole matrices are faster than lists."""
        n = self.n_cities
        # an undirected table that is complete fills half of the cells, less the diagonal
        return n * n <= 3 * len(self.origin) and int(np.bincount(self._cell).max()) == 1

    def _lay_out(self, values: FloatArray) -> FloatArray:
        n = self.n_cities
        if not self._fills:
            return np.bincount(self._cell, values, n * n).reshape(n, n).astype(float, copy=False)
        cells = np.zeros(n * n)
        cells[self._cell] = values
        return cells.reshape(n, n)

    def spread(self, effects: FloatArray) -> FloatArray:
        """Give each pair the sum of its two effects.

        Parameters
        ----------
        effects
            Shape (m,) or (m, k).

        Returns
        -------
        numpy.ndarray
            Za, shape (N,) or (N, k).
        """
        first = effects[: self.n_cities]
        second = effects[self.n_cities :] if self.directed else first
        if effects.ndim > 1:
            spread = np.empty((len(self.origin), effects.shape[1]), order="F")
            for k in range(effects.shape[1]):
                np.add(first[:, k].take(self.origin), second[:, k].take(self.destination), out=spread[:, k])
            return spread
        return np.asarray(first.take(self.origin) + second.take(self.destination))

    def solver(self, weights: FloatArray) -> Solver:
        """Prepare the solution of (Z'WZ) a = b.

        Parameters
        ----------
        weights
            At least 0, shape (N,).

        Returns
        -------
        Callable
            From b, shape (m,) or (m, k), to a of the same shape; one of the solutions if there are many.
        """
        cells = self._lay_out(weights)
        if self.directed:
            return _two_way_solver(cells)
        cells = cells + cells.T
        return _scaled_solver(cells + np.diag(cells.sum(axis=1)))

    @property
    def n_effects(self) -> int:
        """Number of effects m: cities, or twice as many."""
        return 2 * self.n_cities if self.directed else self.n_cities

    def gram(self, weights: FloatArray) -> FloatArray:
        """Write Z'WZ out.

        Parameters
        ----------
        weights
            Shape (N,).

        Returns
        -------
        numpy.ndarray
            Shape (m, m).
        """
        cells = self._lay_out(weights)
        if self.directed:
            return np.block([[np.diag(cells.sum(axis=1)), cells], [cells.T, np.diag(cells.sum(axis=0))]])
        cells = cells + cells.T
        return np.asarray(cells + np.diag(cells.sum(axis=1)))

    def quadratic(self, form: FloatArray) -> FloatArray:
        """Give z'Kz for the row z of each pair.

        Parameters
        ----------
        form
            K, shape (m, m).

        Returns
        -------
        numpy.ndarray
            Shape (N,).
        """
        one, other = self.origin, self.destination + (self.n_cities if self.directed else 0)
        return np.asarray(form[one, one] + form[other, other] + form[one, other] + form[other, one])

    def residualise(self, columns: FloatArray, weights: FloatArray) -> FloatArray:
        """Take the effects out of columns by weighted least squares.

        Parameters
        ----------
        columns
            Shape (N,) or (N, k).
        weights
            Shape (N,).

        Returns
        -------
        numpy.ndarray
            Residuals, same shape as `columns`.
        """
        sums = self.collect(columns * (weights if columns.ndim == 1 else weights[:, None]))
        explained = self.spread(self.solver(weights)(sums))
        return np.asarray(np.subtract(columns, explained, out=explained))


build_effects = NodeEffects
"""Set up the effects of N pairs from the positions of their ends, the number of cities, and whether pairs are directed."""


def _is_dense(origin: IntArray, destination: IntArray, n: int, *, directed: bool) -> bool:
    """Say whether every city has pairs with more than half of all: then they hang together, and no two sides form."""
    degrees = np.bincount(origin, minlength=n), np.bincount(destination, minlength=n)
    least = min(int(side.min()) for side in degrees) if directed else int((degrees[0] + degrees[1]).min())
    return 2 * least > n  # any two cities then have a partner in common


def _count_identified(origin: IntArray, destination: IntArray, n: int, *, directed: bool) -> int:
    """Rank of Z: components of the bipartite (double) cover say how many sums cannot be told apart."""
    if _is_dense(origin, destination, n, directed=directed):
        return 2 * n - 1 if directed else n
    if directed:
        edges = (np.ones(len(origin)), (origin, destination + n))
        used = len(np.unique(origin)) + len(np.unique(destination))
        components = csgraph.connected_components(
            sparse.csr_array(edges, shape=(2 * n, 2 * n)), directed=False
        )[0]
        # each part loses one effect to its constant; sides without pairs are parts of their own, and are no effects
        return int(used - (components - (2 * n - used)))
    once = sparse.csr_array((np.ones(len(origin)), (origin, destination)), shape=(n, n))
    ends = np.concatenate([origin, destination]), np.concatenate([destination, origin]) + n
    twice = sparse.csr_array((np.ones(2 * len(origin)), ends), shape=(2 * n, 2 * n))
    plain = csgraph.connected_components(once, directed=False)[0]
    covered = csgraph.connected_components(twice, directed=False)[0]
    # a part that falls into two sides (and only such a one) is covered by two, and loses one effect
    return int(n - (covered - plain))


def _two_way_solver(cells: FloatArray) -> Solver:
    """Solve for origin and destination effects by eliminating the origins (Schur complement)."""
    n = len(cells)
    rows = cells.sum(axis=1)
    inverse = np.divide(1.0, rows, out=np.zeros(n), where=rows > 0)
    scaled = cells * inverse[:, None]
    schur = np.diag(cells.sum(axis=0)) - cells.T @ scaled
    alone = np.diag(schur) <= ROUNDING * cells.sum(
        axis=0
    )  # known up to the constant of its part: hold it at 0
    schur[alone, :] = 0.0
    schur[:, alone] = 0.0
    solve_columns = _scaled_solver(schur, balanced=True)

    def solve(b: FloatArray) -> FloatArray:
        as_origin, as_destination = b[:n], b[n:]
        columns = solve_columns(as_destination - scaled.T @ as_origin)
        weight = inverse if b.ndim == 1 else inverse[:, None]
        return np.concatenate([as_origin * weight - scaled @ columns, columns])

    return solve


def _scaled_solver(gram: FloatArray, *, balanced: bool = False) -> Solver:
    """Cholesky after scaling to a unit diagonal; the pseudo-inverse where that shows a deficient rank.

    With `balanced`, the constant vector is in the null space (effects of two sides are known up to a constant), and is
    filled in so that the factor exists.
    """
    diagonal = np.diag(gram)
    scale = np.divide(1.0, np.sqrt(diagonal), out=np.zeros(len(gram)), where=diagonal > 0)
    scaled: FloatArray = gram * scale[:, None] * scale
    if not scale.any():
        return np.zeros_like
    if balanced:
        roots: FloatArray = np.sqrt(np.maximum(diagonal, 0.0))
        constant = np.asarray(roots / np.sqrt(roots @ roots))
        scaled = np.asarray(scaled + constant[:, None] * constant, dtype=np.float64)
    scaled[scale == 0, scale == 0] = 1.0
    try:
        factor = linalg.cho_factor(scaled, lower=True, check_finite=False)
    except linalg.LinAlgError:
        factor = None
    if factor is None or np.diag(factor[0]).min() < SMALLEST_PIVOT:
        return _deficient_solver(scaled, scale)

    def solve(b: FloatArray) -> FloatArray:
        by = scale if b.ndim == 1 else scale[:, None]
        solved: FloatArray = linalg.cho_solve(factor, b * by, check_finite=False) * by
        return solved

    return solve


def _deficient_solver(scaled: FloatArray, scale: FloatArray) -> Solver:
    """Solve where effects are not all identified, as in parts of the network that fall into two sides.

    Normal equations are consistent, so a slight ridge picks one of the solutions, and iterative refinement takes the
    ridge out again: what the effects add up to on each pair is exact. Where even that fails, the pseudo-inverse serves.
    """
    try:
        factor = linalg.cho_factor(scaled + _RIDGE * np.eye(len(scaled)), lower=True, check_finite=False)
    except linalg.LinAlgError:
        return _pseudo_solver(scaled, scale)

    def solve(b: FloatArray) -> FloatArray:
        by = scale if b.ndim == 1 else scale[:, None]
        wanted = b * by
        solved = linalg.cho_solve(factor, wanted, check_finite=False)
        for _ in range(_REFINEMENTS):
            solved = solved + linalg.cho_solve(factor, wanted - scaled @ solved, check_finite=False)
        return np.asarray(solved * by)

    return solve


def _pseudo_solver(scaled: FloatArray, scale: FloatArray) -> Solver:
    inverse: FloatArray = np.asarray(linalg.pinvh(scaled, rtol=1e-10), dtype=np.float64)

    def solve(b: FloatArray) -> FloatArray:
        by = scale if b.ndim == 1 else scale[:, None]
        return np.asarray((inverse @ (b * by)) * by)

    return solve
