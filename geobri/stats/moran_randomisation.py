"""Moran spectral randomisation: random maps that are as smooth as the observed one.

Exchanging cities destroys the spatial autocorrelation of what they carry. Where both sides of a test vary
smoothly in space, two unrelated maps look related too often. Randomising in the space of the Moran
eigenvectors keeps the autocorrelation, and with it the chance of looking related.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse
from scipy.sparse.csgraph import minimum_spanning_tree

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.null import value_permutations
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.results import FloatArray, Term
from geobri.words import Words

__all__ = [
    "SpectralMethod",
    "measure_smoothness",
    "moran_eigenvectors",
    "moran_index",
    "moran_randomisation",
    "proximity_weights",
]

SpectralMethod = Literal["singleton", "pair", "triplet"]
FEWEST_PLACES = 4


def proximity_weights(distance: npt.ArrayLike) -> FloatArray:
    """Turn distances into spatial weights that link every place to its surroundings.

    Parameters
    ----------
    distance
        Distances between n places, symmetric, shape (n, n), any unit; the diagonal is ignored.

    Returns
    -------
    numpy.ndarray
        Symmetric weights, shape (n, n): 1 - (d / 4t)² up to the threshold t, 0 beyond and on the diagonal; t is
        the longest edge of the minimum spanning tree, so that no place is cut off.

    Raises
    ------
    DataError
        If distances are missing, negative, or fewer than four places come.

    References
    ----------
    Dray, S., Legendre, P. and Peres-Neto, P. R. (2006). Spatial modelling: a comprehensive framework for
    principal coordinate analysis of neighbour matrices (PCNM). 10.1016/j.ecolmodel.2006.02.015.
    """
    lengths = _without_diagonal(distance, "proximity_weights")
    # a length of 0 would be no edge to scipy: places that coincide are next to each other
    tree = minimum_spanning_tree(np.where(lengths > 0, lengths, np.finfo(np.float64).tiny))
    threshold = float(tree.max())
    near = (lengths <= threshold * (1 + 1e-12)) & ~np.eye(len(lengths), dtype=bool)
    return np.where(near, 1.0 - (lengths / (4.0 * threshold)) ** 2, 0.0)


def _without_diagonal(given: npt.ArrayLike, caller: str) -> FloatArray:
    """Give a square matrix of numbers whose diagonal is 0."""
    matrix = np.array(given, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < FEWEST_PLACES:  # noqa: PLR2004 (two axes)
        remedy = f"Pass a square matrix of at least {FEWEST_PLACES} places"
        raise DataError(
            mould(
                caller,
                Words("needs one row and column per place", "须每个地点一行一列"),
                f"shape {matrix.shape}",
                remedy,
            )
        )
    np.fill_diagonal(matrix, 0.0)
    if not np.isfinite(matrix).all() or (matrix < 0).any() or not np.allclose(matrix, matrix.T):
        came = f"{int((~np.isfinite(matrix)).sum())} missing, {int((matrix < 0).sum())} negative cells"
        remedy = "Fill every pair of places, the same in both directions"
        raise DataError(
            mould(
                caller,
                Words("numbers must be complete, not negative and symmetric", "数字须完整、不为负且对称"),
                came,
                remedy,
            )
        )
    if not matrix.any():
        raise DataError(
            mould(
                caller,
                Words("some places must differ", "须有地点彼此不同：全为零"),
                "zeros only",
                "Check the coordinates",
            )
        )
    return matrix


def moran_eigenvectors(weights: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Decompose space into orthogonal patterns, from the smoothest to the roughest.

    Parameters
    ----------
    weights
        Spatial weights, symmetric, not negative, shape (n, n); the diagonal is ignored.

    Returns
    -------
    tuple
        Eigenvalues in decreasing order, shape (n - 1,), and orthonormal eigenvectors orthogonal to the
        constant, shape (n, n - 1), of the doubly centred weights.

    Raises
    ------
    DataError
        If weights are missing, negative or not symmetric.

    References
    ----------
    Dray, S., Legendre, P. and Peres-Neto, P. R. (2006). 10.1016/j.ecolmodel.2006.02.015.
    """
    linked = _without_diagonal(weights, "moran_eigenvectors")
    basis = _contrasts(len(linked))
    values, vectors = np.linalg.eigh(basis.T @ linked @ basis)
    order = np.argsort(values)[::-1]
    return values[order], basis @ vectors[:, order]


def _contrasts(n: int) -> FloatArray:
    """Give an orthonormal basis of all vectors that sum to zero, shape (n, n - 1)."""
    start = np.column_stack(
        [np.ones(n), np.eye(n)[:, 1:]]
    )  # the first column of Q is the constant, and is left out
    basis: FloatArray = np.linalg.qr(start)[0][:, 1:]
    return basis


def moran_index(values: npt.ArrayLike, weights: npt.ArrayLike | csr_array) -> FloatArray:
    """Compute Moran's index of spatial autocorrelation.

    Parameters
    ----------
    values
        One or more maps, shape (..., n).
    weights
        Spatial weights, shape (n, n), dense or sparse; the diagonal of dense ones is ignored, sparse ones must have none.

    Returns
    -------
    numpy.ndarray
        n / sum of weights times z'Wz / z'z, shape (...).
    """
    linked: Any = weights
    if not issparse(weights):
        linked = np.array(weights, dtype=np.float64)
        np.fill_diagonal(linked, 0.0)
    maps = np.asarray(values, dtype=np.float64)
    z = (maps - maps.mean(axis=-1, keepdims=True)).reshape(-1, maps.shape[-1])
    cross = np.einsum("rn,rn->r", z, np.asarray((linked @ z.T).T))
    ratio = z.shape[1] / linked.sum() * cross / np.einsum("rn,rn->r", z, z)
    return np.asarray(ratio.reshape(maps.shape[:-1]))


def measure_smoothness(values: npt.ArrayLike, weights: npt.ArrayLike, *, n_permutations: int = 999) -> Term:
    """Measure how smooth values are over the map: whether tests that take cities as exchangeable can be trusted.

    Parameters
    ----------
    values
        One number per place, shape (n,).
    weights
        Symmetric spatial weights, shape (n, n); see `proximity_weights`.
    n_permutations
        Random permutations of the values, from a fixed seed.

    Returns
    -------
    Term
        Moran's I with the p-value of "neighbours resemble each other"; NaN where all values are equal.
    """
    column = np.asarray(values, dtype=np.float64)
    base = Term(
        test="smoothness", term=Words("Moran's I", "莫兰指数"), alternative="greater", n_cities=len(column)
    )
    if len(column) < FEWEST_PLACES or np.ptp(column) == 0:
        return base
    observed = float(moran_index(column, weights))
    drawn = np.asarray(value_permutations(column, n_permutations, rng=0), dtype=np.float64)
    null = moran_index(drawn, weights)
    p_value = permutation_p_value(observed, null, "greater")
    return replace(
        base,
        estimate=observed,
        p_value=p_value,
        mc_error=monte_carlo_error(p_value, n_permutations, "greater"),
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
    )


def moran_randomisation(
    values: npt.ArrayLike,
    weights: npt.ArrayLike,
    n_randomisations: int = 999,
    *,
    method: SpectralMethod = "triplet",
    rng: int | np.random.Generator | None = None,
) -> FloatArray:
    """Draw random maps with the mean, the variance and the spatial autocorrelation of the observed one.

    Parameters
    ----------
    values
        One number per place, shape (n,), or several per place, shape (n, p), which are randomised together.
    weights
        Spatial weights, symmetric, not negative, shape (n, n); see `proximity_weights`.
    n_randomisations
        Number of random maps R.
    method
        ``"singleton"`` keeps the share of the variance in each eigenvector and flips its sign at random;
        ``"pair"`` also shares variance between two neighbouring eigenvectors, so that Moran's index is kept
        nearly; ``"triplet"`` shares it among three such that Moran's index is kept exactly. With several columns
        every column is flipped alike; only ``"singleton"`` keeps their correlations exactly.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        Shape (R, n) or (R, n, p).

    Raises
    ------
    DataError
        If values are missing or their number is not that of the places.
    SpecificationError
        If the method is unknown.

    Notes
    -----
    With r the projections of the centred values on the orthonormal Moran eigenvectors V, a random map is
    mean + V r*, where r* has the same sum of squares; Moran's index is the mean of the eigenvalues weighted by r².

    References
    ----------
    Wagner, H. H. and Dray, S. (2015). Generating spatially constrained null models for irregularly spaced data
    using Moran spectral randomization methods. 10.1111/2041-210X.12407.

    Examples
    --------
    >>> places = np.random.default_rng(1).random((12, 2))
    >>> weights = proximity_weights(np.linalg.norm(places[:, None] - places[None], axis=-1))
    >>> maps = moran_randomisation(places[:, 0], weights, 99, rng=1)
    >>> bool(np.allclose(moran_index(maps, weights), moran_index(places[:, 0], weights)))
    True
    """
    columns = np.asarray(values, dtype=np.float64)
    eigenvalues, vectors = moran_eigenvectors(weights)
    _check_values(columns, len(vectors), n_randomisations)
    flat = columns.reshape(len(columns), -1)
    projections = vectors.T @ flat
    draw = {"singleton": _flip, "pair": _share_in_pairs, "triplet": _share_in_triplets}.get(method)
    if draw is None:
        remedy = "Say 'singleton', 'pair' or 'triplet'"
        raise SpecificationError(
            mould(
                "moran_randomisation",
                Words("method must be known", "方法（method）须为已知的名称"),
                Words(repr(method)),
                remedy,
            )
        )
    drawn = draw(projections, eigenvalues, n_randomisations, np.random.default_rng(rng))
    maps = np.moveaxis(np.tensordot(drawn, vectors, axes=(1, 1)), -1, 1) + flat.mean(axis=0)
    shaped: FloatArray = maps.reshape(n_randomisations, *columns.shape)
    return shaped


def _check_values(columns: FloatArray, n: int, n_randomisations: int) -> None:
    caller = "moran_randomisation"
    if columns.ndim not in (1, 2) or len(columns) != n:
        came = f"shape {columns.shape} for {n} places"
        raise DataError(
            mould(
                caller,
                Words("values must be one row per place", "取值须每个地点一行"),
                came,
                "Use the order of the weights",
            )
        )
    if not np.isfinite(columns).all():
        came = f"{int((~np.isfinite(columns)).sum())} missing or infinite values"
        raise DataError(
            mould(
                caller,
                Words("values must be complete", "取值须完整，不得缺失"),
                came,
                "Leave these places out of the weights too",
            )
        )
    if n_randomisations < 1:
        remedy = "Ask for 999"
        raise DataError(
            mould(
                caller,
                Words("n_randomisations must be positive", "随机化次数（n_randomisations）须为正数"),
                Words(str(n_randomisations)),
                remedy,
            )
        )


def _flip(projections: FloatArray, _: FloatArray, count: int, generator: np.random.Generator) -> FloatArray:
    signs = generator.choice(np.array([-1.0, 1.0]), size=(count, len(projections), 1))
    flipped: FloatArray = signs * projections
    return flipped


def _share_in_pairs(
    projections: FloatArray, eigenvalues: FloatArray, count: int, generator: np.random.Generator
) -> FloatArray:
    """Turn each pair of neighbouring eigenvectors by a random angle; a single one left over is flipped."""
    drawn = _flip(projections, eigenvalues, count, generator)
    size = len(projections)
    starts = generator.integers(0, 2, size=count)
    pairs = (size - starts) // 2
    # a map whose pairs start with the second eigenvector leaves the first alone, and the last one if their number is even
    angles, owner = generator.uniform(0, 2 * np.pi, size=pairs.sum()), np.repeat(starts, pairs)
    for start in (0, 1):
        rows = np.flatnonzero(starts == start)
        first = np.arange(start, size - 1, 2)
        radius = np.hypot(projections[first], projections[first + 1])
        angle = angles[owner == start].reshape(len(rows), first.size, 1)
        drawn[np.ix_(rows, first)] = radius * np.cos(angle)
        drawn[np.ix_(rows, first + 1)] = radius * np.sin(angle)
    return drawn


def _share_in_triplets(
    projections: FloatArray, eigenvalues: FloatArray, count: int, generator: np.random.Generator
) -> FloatArray:
    """Share variance within triplets of neighbouring eigenvectors, keeping its sum and its mean eigenvalue.

    The powers of a triplet that keep both form a segment, powers + t (l2 - l3, l3 - l1, l1 - l2); t is uniform on it.
    """
    power = projections**2
    size = len(projections)
    powers = np.broadcast_to(power, (count, *power.shape)).copy()
    for r, start in enumerate(generator.integers(0, 3, size=count)):
        first = np.arange(start, size - 2, 3)
        members = np.stack([first, first + 1, first + 2])
        values = eigenvalues[members]
        direction = np.stack([values[1] - values[2], values[2] - values[0], values[0] - values[1]])[..., None]
        held = power[members]
        with np.errstate(divide="ignore", invalid="ignore"):
            limits = -held / direction
        low = np.where(direction > 0, limits, -np.inf).max(axis=0)
        high = np.where(direction < 0, limits, np.inf).min(axis=0)
        movable = np.isfinite(low) & np.isfinite(high)
        low, high = np.where(movable, low, 0.0), np.where(movable, high, 0.0)
        step = low + (high - low) * generator.random((first.size, 1))
        powers[r, members] = held + step * direction
    signs = generator.choice(np.array([-1.0, 1.0]), size=(count, size, 1))
    shared: FloatArray = (
        np.sqrt(powers.clip(min=0.0)) * np.sign(np.where(projections == 0, 1.0, projections)) * signs
    )
    return shared
