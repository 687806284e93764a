"""Node effects without dummy columns: each city gets its own level, absorbed by solving for n numbers.

A model of N pairs may give each city an effect (undirected) or one as origin and one as destination
(directed). The matrix Z of dummies is never built densely. What is needed of it are sums per city (Z'v),
spreading city numbers over pairs (Za) and solving (Z'WZ) a = b, which is a dense n x n problem because every
pair touches two cities: a signless Laplacian (undirected), or its Schur complement (directed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import linalg, sparse
from scipy.sparse import csgraph

from geobri.stats.permutation import IntArray
from geobri.stats.results import FloatArray

__all__ = ["NodeEffects", "build_effects"]

Solver = Callable[[FloatArray], FloatArray]

SMALLEST_PIVOT = 1e-7
"""A Cholesky pivot below this share of the largest means that some effects are not identified."""
ROUNDING = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeEffects:
    """Where the effects of N pairs sit.

    Attributes
    ----------
    origin, destination
        City of each end, shape (N,).
    n_cities
        Number of cities n.
    directed
        Separate effects as origin and as destination (2n numbers), otherwise one per city (n numbers).
    incidence
        Sparse Z, shape (N, n) or (N, 2n).
    rank
        Number of effects that can be told apart.
    """

    origin: IntArray
    destination: IntArray
    n_cities: int
    directed: bool
    incidence: sparse.csr_array = field(repr=False)
    transposed: sparse.csr_array = field(repr=False)
    rank: int = 0

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
        collected: FloatArray = self.transposed @ values
        return collected

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
        spread: FloatArray = self.incidence @ effects
        return spread

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
        n = self.n_cities
        cells: FloatArray = (
            np.bincount(self.origin * n + self.destination, weights, n * n)
            .reshape(n, n)
            .astype(float, copy=False)
        )
        if self.directed:
            return _two_way_solver(cells)
        cells = cells + cells.T
        return _scaled_solver(cells + np.diag(cells.sum(axis=1)))

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
        weighted = columns * (weights if columns.ndim == 1 else weights[:, None])
        return columns - self.spread(self.solver(weights)(self.collect(weighted)))


def build_effects(origin: IntArray, destination: IntArray, n_cities: int, *, directed: bool) -> NodeEffects:
    """Set up the node effects of N pairs.

    Parameters
    ----------
    origin, destination
        City of each end as a position from 0 to n - 1, shape (N,).
    n_cities
        Number of cities n.
    directed
        One effect as origin and another as destination; otherwise one per city.

    Returns
    -------
    NodeEffects
        The effects, their sparse incidence, and how many of them can be told apart.
    """
    n_pairs = len(origin)
    shift = n_cities if directed else 0
    columns = np.column_stack([origin, destination + shift]).ravel()
    pointer = np.arange(0, 2 * n_pairs + 1, 2)
    shape = (n_pairs, n_cities + shift)
    incidence = sparse.csr_array((np.ones(2 * n_pairs), columns, pointer), shape=shape)
    return NodeEffects(
        origin=origin,
        destination=destination,
        n_cities=n_cities,
        directed=directed,
        incidence=incidence,
        transposed=incidence.T.tocsr(),
        rank=_count_identified(origin, destination, n_cities, directed=directed),
    )


def _count_identified(origin: IntArray, destination: IntArray, n: int, *, directed: bool) -> int:
    """Rank of Z: components of the bipartite (double) cover say how many sums cannot be told apart."""
    if directed:
        edges = (np.ones(len(origin)), (origin, destination + n))
        used = len(np.unique(origin)) + len(np.unique(destination))
        components = csgraph.connected_components(
            sparse.csr_array(edges, shape=(2 * n, 2 * n)), directed=False
        )[0]
        return int(used - (components - (2 * n - used)))
    once = sparse.csr_array((np.ones(len(origin)), (origin, destination)), shape=(n, n))
    ends = np.concatenate([origin, destination]), np.concatenate([destination, origin]) + n
    twice = sparse.csr_array((np.ones(2 * len(origin)), ends), shape=(2 * n, 2 * n))
    plain = csgraph.connected_components(once, directed=False)[0]
    covered = csgraph.connected_components(twice, directed=False)[0]
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
        return _pseudo_solver(gram)
    if np.diag(factor[0]).min() < SMALLEST_PIVOT:
        return _pseudo_solver(gram)

    def solve(b: FloatArray) -> FloatArray:
        by = scale if b.ndim == 1 else scale[:, None]
        solved: FloatArray = linalg.cho_solve(factor, b * by, check_finite=False) * by
        return solved

    return solve


def _pseudo_solver(gram: FloatArray) -> Solver:
    inverse: FloatArray = np.asarray(linalg.pinvh(gram, rtol=1e-10), dtype=np.float64)
    return lambda b: inverse @ b
