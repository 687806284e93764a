"""Sums over pairs of one permuted matrix times another: the arithmetic under every dyadic test.

Correlations, regressions and score tests of pair matrices need nothing from a permutation `p` but sums such
as sum over pairs (i, j) of left[p[i], p[j]] right[i, j]. They are computed here, for many permutations and
several matrices at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from geobri.stats.chunks import through_permutations
from geobri.stats.null import IntArray, NodePlan
from geobri.stats.pairs import pair_positions
from geobri.stats.results import FloatArray

__all__ = ["cross_sums", "pair_sums"]

ComplexArray = npt.NDArray[np.complex128]

#: Cells gathered at once; 32 MB of numbers stay near the processor and far from the limit of the memory.
CELLS_AT_ONCE = 4_000_000
BEAT = 50
"""Permutations of whole matrices in a chunk."""


def cross_sums(
    plan: NodePlan, lefts: npt.ArrayLike, rights: npt.ArrayLike, *, directed: bool = False
) -> FloatArray:
    """Sum the products of permuted and fixed matrices over pairs.

    Parameters
    ----------
    plan
        Permutations, R of them.
    lefts
        Matrices to permute, shape (a, n, n), finite; missing cells hold 0.
    rights
        Matrices that stay, shape (b, n, n), finite; missing cells hold 0.
    directed
        Sum over all off-diagonal cells; otherwise the matrices are symmetric and each pair counts once.

    Returns
    -------
    numpy.ndarray
        Shape (R, a, b): entry (r, u, v) is the sum over pairs (i, j) of lefts[u][p[i], p[j]] rights[v][i, j]
        with p = plan.permutations[r].

    Notes
    -----
    Permutations in cosets of the cyclic shifts are circular correlations of the diagonals of the matrices,
    O(n² log n) for n permutations instead of O(n³); others are gathered pair by pair, or as whole matrices where both
    directions count.
    """
    moved = np.ascontiguousarray(lefts, dtype=np.float64)
    fixed = np.ascontiguousarray(rights, dtype=np.float64)
    if plan.representatives is not None and plan.relabelling is not None:
        # the identity comes first, and is no draw
        return _coset_sums(plan.relabelling, plan.representatives, moved, fixed, directed)[1:]
    if directed:
        return _whole_sums(plan.permutations, moved, fixed)
    return _gathered_sums(plan.permutations, moved, fixed)


def pair_sums(lefts: npt.ArrayLike, rights: npt.ArrayLike, *, directed: bool = False) -> FloatArray:
    """Sum the products of matrices over pairs, without any permutation.

    Parameters
    ----------
    lefts
        Shape (a, n, n); missing cells hold 0.
    rights
        Shape (b, n, n); missing cells hold 0.
    directed
        Sum over all off-diagonal cells; otherwise each pair counts once.

    Returns
    -------
    numpy.ndarray
        Shape (a, b).
    """
    one, other = np.asarray(lefts, dtype=np.float64), np.asarray(rights, dtype=np.float64)
    rows, columns = pair_positions(one.shape[-1], directed)
    products: FloatArray = one[:, rows, columns] @ other[:, rows, columns].T
    return products


def _whole_sums(permutations: IntArray, lefts: FloatArray, rights: FloatArray) -> FloatArray:
    """Sum over all off-diagonal cells: whole rows move first, then the columns within them, both near the processor."""
    n = lefts.shape[-1]
    fixed = rights.copy()
    fixed[:, np.arange(n), np.arange(n)] = 0.0
    kept = np.ascontiguousarray(fixed.reshape(len(rights), -1).T)
    return through_permutations(_whole_chunk, permutations, BEAT, shared=(lefts, kept))


def _whole_chunk(shared: tuple[FloatArray, FloatArray], permutations: IntArray) -> FloatArray:
    lefts, kept = shared
    n, some = lefts.shape[-1], len(lefts)
    sums = np.empty((len(permutations), some, kept.shape[1]))
    moved, rows = np.empty((some, n, n)), np.empty((n, n))
    for r, order in enumerate(permutations):
        for u, left in enumerate(lefts):
            left.take(order, axis=0, out=rows, mode="clip")  # "raise" would copy through a buffer
            rows.take(order, axis=1, out=moved[u], mode="clip")
        np.dot(moved.reshape(some, -1), kept, out=sums[r])
    return sums


def _gathered_sums(permutations: IntArray, lefts: FloatArray, rights: FloatArray) -> FloatArray:
    n = lefts.shape[-1]
    rows, columns = pair_positions(n)
    flat = lefts.reshape(len(lefts), n * n)
    kept = np.ascontiguousarray(rights[:, rows, columns].T)
    step = max(1, CELLS_AT_ONCE // max(1, rows.size))
    return through_permutations(_gathered_chunk, permutations, step, shared=(flat, kept, rows, columns))


def _gathered_chunk(
    shared: tuple[FloatArray, FloatArray, IntArray, IntArray], permutations: IntArray
) -> FloatArray:
    flat, kept, rows, columns = shared
    cells = permutations.take(rows, axis=1)
    cells *= permutations.shape[1]
    cells += permutations.take(columns, axis=1)
    return np.stack([left.take(cells) @ kept for left in flat], axis=1)


def _coset_sums(
    relabelling: IntArray, representatives: IntArray, lefts: FloatArray, rights: FloatArray, directed: bool
) -> FloatArray:
    """Sum for all shifts of all representatives, shape (m n, a, b), the identity first."""
    n = lefts.shape[-1]
    order = np.ix_(relabelling, relabelling)
    flat = np.stack([left[order] for left in lefts]).reshape(len(lefts), n * n)
    diagonals, weights = _diagonals(n, directed)
    # Row d holds the cells (i, i + d): a shift of the cities moves along the rows, so that the sums over all shifts are a
    # circular correlation of each row of the one matrix with that of the other.
    place = np.arange(n)
    ends = (place[None, :] + diagonals[:, None]) % n
    fixed = np.stack([right[order][place[None, :], ends] for right in rights])
    spectra: ComplexArray = np.conj(np.asarray(fft.rfft(fixed, axis=-1), dtype=np.complex128))
    spectra *= weights[:, None]
    step = max(1, CELLS_AT_ONCE // max(1, ends.size))
    sums = through_permutations(_coset_chunk, representatives, step, shared=(flat, spectra, ends))
    return np.ascontiguousarray(sums.transpose(0, 3, 1, 2)).reshape(-1, len(lefts), len(rights))


def _coset_chunk(shared: tuple[FloatArray, ComplexArray, IntArray], representatives: IntArray) -> FloatArray:
    flat, spectra, ends = shared
    n = representatives.shape[1]
    cells = representatives[:, None, :] * n + representatives[:, ends]
    return np.stack([_correlate(left.take(cells), spectra, n) for left in flat], axis=1)


def _diagonals(n: int, directed: bool) -> tuple[IntArray, FloatArray]:
    """Choose circular diagonals to visit, and how often each counts: a symmetric matrix repeats them."""
    if directed:
        return np.arange(1, n, dtype=np.intp), np.ones(n - 1)
    # the diagonals d and n - d hold the same pairs; with n even that of n / 2 holds each of its own twice
    diagonals = np.arange(1, n // 2 + 1, dtype=np.intp)
    return diagonals, np.where(2 * diagonals == n, 0.5, 1.0)


def _correlate(moved: FloatArray, spectra: ComplexArray, n: int) -> FloatArray:
    """Circularly correlate, summed over diagonals, shape (chunk, b, n)."""
    transformed = fft.rfft(moved, axis=-1)
    products = np.stack([np.einsum("cdk,dk->ck", transformed, spectrum) for spectrum in spectra], axis=1)
    correlated: FloatArray = fft.irfft(products, n=n, axis=-1)
    return correlated
