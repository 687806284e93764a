"""Uniform draws from a polytope: hit-and-run, started and rounded at the analytic centre.

A plain random walk through a polytope of a hundred dimensions gets stuck in its corners. Three
things help: equalities are removed by moving in their null space, the body is rounded by the Hessian
of the logarithmic barrier at its analytic centre (Dikin's ellipsoid), and many chains walk at once,
which costs one matrix product per step and lets their disagreement be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg

from geobri.arrays import FloatArray
from geobri.errors import DataError, mould
from geobri.score.linear import minimise_linear
from geobri.words import Words

__all__ = ["PolytopeDraws", "effective_sample_size", "find_analytic_centre", "sample_polytope", "split_r_hat"]

REFRESH = 200
INTERIOR = 1e-9
ANYWHERE = 0.02
CONSTANT = 1e-18
QUADRATIC = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolytopeDraws:
    """Points drawn from a polytope.

    Attributes
    ----------
    points
        Shape (chains, draws per chain, d).
    centre
        The analytic centre, shape (d,).
    thin, burn_in
        Steps between two kept points, and steps before the first.
    """

    points: FloatArray
    centre: FloatArray
    thin: int
    burn_in: int


def sample_polytope(
    inequality: FloatArray,
    bound: FloatArray,
    *,
    equality: FloatArray | None = None,
    target: FloatArray | None = None,
    n_draws: int = 1000,
    n_chains: int = 32,
    thin: int | None = None,
    burn_in: int | None = None,
    directions: FloatArray | None = None,
    rng: int | np.random.Generator | None = None,
) -> PolytopeDraws:
    """Draw points uniformly from a bounded polytope.

    Parameters
    ----------
    inequality, bound
        The polytope ``inequality @ y <= bound``; shapes (K, d) and (K,).
    equality, target
        Further rows ``equality @ y = target``; none by default.
    n_draws
        Points wanted in all; rounded up to a multiple of `n_chains`.
    n_chains
        Walks that run side by side.
    thin
        Steps between two kept points; by default eight times the number of dimensions.
    burn_in
        Steps before the first kept point; by default eighty times the number of dimensions.
    directions
        Columns, shape (d, k), along which the body is known to be long; most steps then follow one of
        them, the rest Gaussian directions in the rounded body. None: Gaussian directions only.
    rng
        Seed or generator.

    Returns
    -------
    PolytopeDraws
        The points by chain, with the centre they started from.

    Raises
    ------
    DataError
        If the polytope has no interior relative to its equalities, or is not bounded.

    Notes
    -----
    In coordinates z with y = c + N L z (c the analytic centre, N a basis of the null space of the
    equalities, L L' the inverse Hessian of the barrier -sum log s) a step draws a direction, without
    looking at the place, and then a uniform point on the chord in that direction. Its limit is the
    uniform distribution, whatever the directions, as long as they span the space.

    References
    ----------
    Smith, R. L. (1984). Efficient Monte Carlo procedures for generating points uniformly distributed
    over bounded regions. Operations Research 32(6), 1296-1308. https://doi.org/10.1287/opre.32.6.1296
    Lovasz, L. and Vempala, S. (2006). Hit-and-run from a corner. SIAM Journal on Computing 35(4),
    985-1005. https://doi.org/10.1137/S009753970544727X
    Tervonen, T., van Valkenhoef, G., Basturk, N. and Postmus, D. (2013). Hit-And-Run enables efficient
    weight generation for simulation-based multiple criteria decision analysis. European Journal of
    Operational Research 224(3), 552-559. https://doi.org/10.1016/j.ejor.2012.08.026
    """
    generator = np.random.default_rng(rng)
    origin, basis = _null_space(inequality.shape[1], equality, target)
    rows, slack = _reduce(inequality @ basis, bound - inequality @ origin)
    if basis.shape[1] == 0:
        points = np.broadcast_to(origin, (n_chains, -(-n_draws // n_chains), len(origin)))
        return PolytopeDraws(points=points, centre=origin, thin=1, burn_in=0)
    centre, root = find_analytic_centre(rows, slack)
    thin = 8 * basis.shape[1] if thin is None else thin
    burn_in = 80 * basis.shape[1] if burn_in is None else burn_in
    known = np.empty((len(centre), 0)) if directions is None else basis.T @ directions
    walker = _Walker(rows, slack - rows @ centre, root, known, n_chains=n_chains, rng=generator)
    walk = walker.walk(burn_in, thin, -(-n_draws // n_chains))
    points = origin + (centre + walk) @ basis.T
    return PolytopeDraws(points=points, centre=origin + basis @ centre, thin=thin, burn_in=burn_in)


def _null_space(
    d: int, equality: FloatArray | None, target: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    if equality is None or target is None or not equality.shape[0]:
        return np.zeros(d), np.eye(d)
    origin = np.asarray(np.linalg.lstsq(equality, target, rcond=None)[0], dtype=np.float64)
    if not np.allclose(equality @ origin, target, atol=1e-8):
        raise DataError(
            mould(
                "sample_polytope",
                Words("equalities must have a solution", "等式须有解"),
                "equalities that contradict each other",
                "Drop some",
            )
        )
    return origin, np.asarray(linalg.null_space(equality), dtype=np.float64)


def _reduce(rows: FloatArray, slack: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Drop rows that do not depend on the free coordinates; they hold or fail everywhere."""
    moving = np.linalg.norm(rows, axis=1) > INTERIOR
    if (slack[~moving] < -INTERIOR).any():
        raise _no_interior()
    return rows[moving], slack[moving]


def _no_interior() -> DataError:
    wanted = Words("draws need a bounded polytope with an interior", "抽样需要有内部且有界的多面体")
    came = "an empty, flat or unbounded one"
    return DataError(
        mould(
            "sample_polytope",
            wanted,
            came,
            "Drop the relations that contradict each other (see audit_ranking)",
        )
    )


def find_analytic_centre(rows: FloatArray, bound: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find the point that maximises the product of all slacks, and the shape of the body around it.

    Parameters
    ----------
    rows, bound
        The polytope ``rows @ u <= bound``; shapes (K, d) and (K,).

    Returns
    -------
    centre
        The analytic centre, shape (d,).
    root
        Lower triangle L, shape (d, d), with L L' the inverse Hessian of the barrier at the centre.

    Raises
    ------
    DataError
        If the polytope has no interior or is not bounded.

    Notes
    -----
    Damped Newton steps on -sum log(bound - rows u), started at the Chebyshev centre (one linear
    programme), with the step 1 / (1 + decrement) until the decrement is below 1/4.
    """
    point = _chebyshev_centre(rows, bound)
    hessian = np.eye(rows.shape[1])
    for _ in range(200):
        inverse = 1.0 / (bound - rows @ point)
        hessian = (rows * (inverse**2)[:, None]).T @ rows
        gradient = rows.T @ inverse
        try:
            step = -linalg.cho_solve(linalg.cho_factor(hessian), gradient)
        except linalg.LinAlgError as error:
            raise _no_interior() from error
        decrement = float(np.sqrt(abs(float(gradient @ step))))
        point = point + step * (1.0 / (1.0 + decrement) if decrement > QUADRATIC else 1.0)
        if decrement < INTERIOR:
            break
    return point, np.asarray(np.linalg.cholesky(np.linalg.inv(hessian)), dtype=np.float64)


def _chebyshev_centre(rows: FloatArray, bound: FloatArray) -> FloatArray:
    d = rows.shape[1]
    norms = np.linalg.norm(rows, axis=1)
    answer = minimise_linear(
        np.r_[np.zeros(d), -1.0],
        below=(np.hstack([rows, norms[:, None]]), bound),
        bounds=[(None, None)] * d + [(0, None)],
    )
    if answer is None or answer.point[-1] <= INTERIOR:
        raise _no_interior()
    return answer.point[:-1]


class _Walker:
    """Chains that walk side by side; the origin of their coordinates is the centre."""

    def __init__(
        self,
        rows: FloatArray,
        slack: FloatArray,
        root: FloatArray,
        known: FloatArray,
        *,
        n_chains: int,
        rng: np.random.Generator,
    ) -> None:
        self.rows, self.slack, self.root, self.rng = rows, slack, root, rng
        self.rounded_rows = rows @ root
        self.place = np.zeros((rows.shape[1], n_chains))
        self.room = np.repeat(slack[:, None], n_chains, axis=1)
        kept = known[:, np.linalg.norm(known, axis=0) > INTERIOR]
        self.shifts = [
            _Shift.along(column, speed) for column, speed in zip(kept.T, (rows @ kept).T, strict=True)
        ]

    def walk(self, burn_in: int, thin: int, per_chain: int) -> FloatArray:
        """Keep every thin-th place after the burn-in; shape (chains, per_chain, d)."""
        self.step_anywhere(share=0.95)
        kept = np.empty((per_chain, *self.place.shape))
        every = burn_in + per_chain * thin
        chosen = self.rng.integers(len(self.shifts), size=every) if self.shifts else np.full(every, -1)
        chosen[self.rng.random(every) < ANYWHERE] = -1
        for k, which in enumerate(chosen, start=1 - burn_in):
            if which < 0:
                self.step_anywhere()
            else:
                self.step_along(which)
            if k % REFRESH == 0:
                self.room = np.maximum(self.slack[:, None] - self.rows @ self.place, 0.0)
            if k > 0 and k % thin == 0:
                kept[k // thin - 1] = self.place
        return np.ascontiguousarray(kept.transpose(2, 0, 1))

    def step_anywhere(self, *, share: float | None = None) -> None:
        """Move every chain in a Gaussian direction of its own: to a uniform point, or a share of the way to the end."""
        direction = self.rng.standard_normal(self.place.shape)
        speed = self.rounded_rows @ direction
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = self.room / speed
        ahead = np.where(speed > 0, reach, np.inf).min(axis=0)
        behind = np.where(speed < 0, reach, -np.inf).max(axis=0)
        length = self._draw(behind, ahead) if share is None else share * ahead
        self.place = self.place + length * (self.root @ direction)
        self.room = np.maximum(self.room - length * speed, 0.0)

    def step_along(self, which: int) -> None:
        """Move every chain in the same known direction; only the rows that it touches are looked at."""
        shift = self.shifts[which]
        room = self.room.take(shift.touched, axis=0)
        reach = room / shift.speed
        low = np.maximum.reduce(reach[: shift.behind])
        length = self._draw(low, np.minimum.reduce(reach[shift.behind :]))
        self.place[shift.moved] += shift.step * length
        room -= shift.speed * length
        self.room[shift.touched] = np.maximum(room, 0.0, out=room)

    def _draw(self, low: FloatArray, high: FloatArray) -> FloatArray:
        return low + self.rng.random(len(low)) * (high - low)


class _Shift(NamedTuple):
    """A known direction: the coordinates it moves and by how much, the rows it touches and how fast, those behind first."""

    moved: npt.NDArray[np.intp]
    step: FloatArray
    touched: npt.NDArray[np.intp]
    speed: FloatArray
    behind: int

    @classmethod
    def along(cls, direction: FloatArray, speed: FloatArray) -> _Shift:
        moved, touched = _nonzero(direction), _nonzero(speed)
        touched = touched[np.argsort(speed[touched] > 0, kind="stable")]
        behind = int(np.count_nonzero(speed[touched] < 0))
        return cls(moved, direction[moved, None], touched, speed[touched, None], behind)


def _nonzero(column: FloatArray) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.abs(column) > INTERIOR * float(np.abs(column).max()))


def split_r_hat(chains: FloatArray) -> FloatArray:
    """Compare the spread between half chains with the spread within them.

    Parameters
    ----------
    chains
        Draws, shape (chains, draws, ...), at least four draws.

    Returns
    -------
    numpy.ndarray
        One value per quantity; close to 1 when the walks have forgotten where they started.
        1 where a quantity is constant.

    References
    ----------
    Vehtari, A., Gelman, A., Simpson, D., Carpenter, B. and Burkner, P.-C. (2021). Rank-normalization,
    folding, and localization: an improved R-hat for assessing convergence of MCMC. Bayesian Analysis
    16(2), 667-718. https://doi.org/10.1214/20-BA1221
    """
    half = chains.shape[1] // 2
    parts = np.concatenate([chains[:, :half], chains[:, -half:]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt(((half - 1) / half * within + between / half) / within)
    return np.where(within > CONSTANT, ratio, 1.0)


def effective_sample_size(chains: FloatArray) -> FloatArray:
    """Count the independent draws that the correlated ones are worth.

    Parameters
    ----------
    chains
        Draws, shape (chains, draws, ...), at least four draws.

    Returns
    -------
    numpy.ndarray
        One value per quantity, at most the number of draws; that number where a quantity is constant.

    Notes
    -----
    Autocorrelations combined over chains as by Vehtari et al. (2021), summed over Geyer's initial
    positive sequence of pairs.

    References
    ----------
    Geyer, C. J. (1992). Practical Markov chain Monte Carlo. Statistical Science 7(4), 473-483.
    https://doi.org/10.1214/ss/1177011137
    """
    count, length = chains.shape[:2]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(centred, 2 * length, axis=1)) ** 2
    covariance = np.fft.irfft(spectrum, axis=1)[:, :length].mean(axis=0) / length
    within = covariance[0] * length / (length - 1)
    between = chains.mean(axis=1).var(axis=0, ddof=1) if count > 1 else np.zeros_like(within)
    total = (length - 1) / length * within + between
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = 1.0 - (within - covariance * length / (length - 1)) / total
    even = length - length % 2
    pairs = correlation[:even:2] + correlation[1:even:2]
    time = -1.0 + 2.0 * np.where(np.minimum.accumulate(pairs, axis=0) > 0, pairs, 0.0).sum(axis=0)
    size = np.minimum(count * length / np.maximum(time, 1e-12), count * length)
    return np.where(total > CONSTANT, size, float(count * length))
