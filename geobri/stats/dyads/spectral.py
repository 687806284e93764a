"""Mantel test against spatially autocorrelated null matrices, by Moran spectral randomisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import Matrix, Pairs, name_matrix, prepare_dyads, standard_scores
from geobri.stats.moran_randomisation import moran_eigenvectors
from geobri.stats.p_values import judge
from geobri.stats.places import Column
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import CORRELATIONS, say_maps_correlation
from geobri.stats.say.terms import notes, say_correlated
from geobri.words import Words

__all__ = ["moran_mantel_test"]

#: Cells of random matrices held at once.
CELLS_AT_ONCE = 4_000_000
NULL = Words("Moran spectral randomisation (singleton)", "莫兰谱随机化（singleton）")


@checked
def moran_mantel_test(
    x: Matrix,
    y: Matrix,
    weights: npt.ArrayLike,
    *,
    x_is: Literal["difference", "flow"] = "difference",
    method: Literal["pearson", "spearman"] = "pearson",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    names: tuple[Column, Column] = ("x", "y"),
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether two pair matrices are correlated beyond what spatial autocorrelation on both sides brings.

    The check to make when a Mantel test of two matrices finds something, and what is behind both of them
    varies smoothly in space: `mantel_test` then rejects true nulls far more often than it says. Random
    matrices keep how smooth x is, and forget where its highs and lows are.

    Parameters
    ----------
    x
        Pair matrix to randomise, symmetric and complete, shape (n, n).
    y
        Pair matrix that stays, symmetric and complete.
    weights
        Spatial weights between the cities in the order of rows, shape (n, n); see `proximity_weights`.
    x_is
        ``"difference"``: x holds distances of some kind (0 from a city to itself), randomised through its
        principal coordinates; ``"flow"``: x has no meaning on the diagonal and may be negative, and the strength of
        cities and what is special to pairs are randomised together.
    method
        ``"pearson"`` or ``"spearman"``.
    alternative
        Direction of the alternative for the correlation. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Number of random matrices.
    names
        Names of x and y, or their measures, for the result.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        `statistic` is the correlation; `null_distribution` has shape (R,).

    Raises
    ------
    DataError
        If matrices are not usable or have missing cells: there is no spectrum of an incomplete matrix.
    SpecificationError
        If the method or the kind of x is unknown.

    Notes
    -----
    With V the Moran eigenvectors and S a random diagonal of signs, the double-centred matrix G of x becomes
    (V S V') G (V S V'): node permutation with an orthogonal matrix that respects space instead of a
    permutation matrix.

    References
    ----------
    Crabot, J., Clappe, S., Dray, S. and Datry, T. (2019). Testing the Mantel statistic with a spatially-constrained
    permutation procedure. 10.1111/2041-210X.13141.
    Guillot, G. and Rousset, F. (2013). Dismantling the Mantel tests. 10.1111/2041-210x.12018.
    """
    if method not in ("pearson", "spearman") or x_is not in ("difference", "flow"):
        remedy = "Say method 'pearson' or 'spearman', and x_is 'difference' or 'flow'"
        came = f"{method!r} and {x_is!r}"
        raise SpecificationError(
            mould("moran_mantel_test", Words("choices must be known", "各选项须为已知的名称"), came, remedy)
        )
    data = prepare_dyads({"x": x, "y": y}, caller="moran_mantel_test", blocks=None)
    _check_complete(data, weights)
    vectors = moran_eigenvectors(weights)[1]
    observed, null = _correlations(
        data, vectors, x_is, method, _signs(data.n_cities - 1, n_permutations, rng)
    )
    term = _term(data, observed, null, method=method, alternative=alternative, names=names)
    said = say_maps_correlation(term, measure=name_matrix(names[1]), by=name_matrix(names[0]))
    return TestResult(
        statistic=observed,
        p_value=term.p_value,
        alternative=alternative,
        n=data.n_cities,
        method=f"Mantel test ({method}; {term.null})",
        null_distribution=null,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(term,),
        choices={
            "seed": rng if isinstance(rng, int) else None,
            "x is": x_is,
            "correlation": method,
            "n_permutations": n_permutations,
            "Monte Carlo error of p": term.mc_error,
        },
        question="distance",
        measure=name_matrix(names[1]),
    )


def _term(
    data: Pairs,
    observed: float,
    null: FloatArray,
    *,
    method: str,
    alternative: Alternative,
    names: tuple[Column, Column],
) -> Term:
    """Write the row of the correlation."""
    chance = judge(observed, null, alternative)
    return Term(
        test="moran_mantel_test",
        value=name_matrix(names[1]).column,
        term=say_correlated(
            Words(f"{method.capitalize()} correlation", CORRELATIONS[method].zh),
            name_matrix(names[0]).column,
            name_matrix(names[0]).label_zh,
        ),
        estimate=observed,
        statistic=observed,
        p_value=chance.p_value,
        mc_error=chance.mc_error,
        alternative=alternative,
        n_cities=data.n_cities,
        n_pairs=data.n_pairs,
        null=NULL + Words(f", {len(null)} draws", f"，{len(null)} 次抽样"),
        method=Words("Mantel test with spatial structure kept", "保持空间结构的 Mantel 检验"),
        note=notes(
            Words("singleton sign flips keep the spatial spectrum of x", "singleton 符号翻转保持 x 的空间谱"),
            chance.caution,
        ),
        null_mean=chance.mean,
        null_sd=chance.deviation,
    )


def _check_complete(data: Pairs, weights: npt.ArrayLike) -> None:
    n = data.n_cities
    if data.n_pairs < n * (n - 1) // 2:
        came = f"{n * (n - 1) // 2 - data.n_pairs} missing pairs"
        remedy = "Leave cities out until no pair is missing, or use mantel_test with blocks"
        raise DataError(
            mould(
                "moran_mantel_test", Words("matrices must be complete", "矩阵须完整，不得缺失"), came, remedy
            )
        )
    if np.shape(weights) != (n, n):
        came = f"shape {np.shape(weights)} for {n} cities"
        raise DataError(
            mould(
                "moran_mantel_test",
                Words("weights need a row per city", "权重须每个城市一行"),
                came,
                "Use the order of x",
            )
        )


def _signs(count: int, n_permutations: int, rng: int | np.random.Generator | None) -> FloatArray:
    if n_permutations < 1:
        came = str(n_permutations)
        raise SpecificationError(
            mould(
                "moran_mantel_test",
                Words("n_permutations must be positive", "置换次数（n_permutations）须为正数"),
                came,
                "Ask for 999",
            )
        )
    generator = np.random.default_rng(rng)
    return generator.choice(np.array([-1.0, 1.0]), size=(n_permutations, count))


def _correlations(
    data: Pairs, vectors: FloatArray, x_is: str, method: str, signs: FloatArray
) -> tuple[float, FloatArray]:
    y = standard_scores(data.columns()[1:], method)[0]
    observed = float(standard_scores(data.columns()[:1], method)[0] @ y)
    rows, columns = data.positions()
    null = [
        standard_scores(chunk[:, rows, columns], method) @ y
        for chunk in _random_matrices(data.matrices[0], vectors, x_is, signs)
    ]
    return observed, np.concatenate(null)


def _random_matrices(
    x: FloatArray, vectors: FloatArray, x_is: str, signs: FloatArray
) -> Iterator[FloatArray]:
    """Yield random matrices with the spatial spectrum of x, shape (chunk, n, n)."""
    n = len(x)
    full = x**2 if x_is == "difference" else _with_diagonal(x)
    spectrum = vectors.T @ full @ vectors
    main = vectors.T @ full.mean(axis=1)
    step = max(1, CELLS_AT_ONCE // (n * n))
    for start in range(0, len(signs), step):
        chunk = signs[start : start + step]
        turned = vectors @ (chunk[:, :, None] * spectrum * chunk[:, None, :]) @ vectors.T
        if x_is == "difference":  # Gower: d² = g_ii + g_jj - 2 g_ij with g = -1/2 of the centred squares
            own = np.einsum("rii->ri", turned)
            yield np.sqrt((turned - (own[:, :, None] + own[:, None, :]) / 2).clip(min=0.0))
        else:
            strength = (chunk * main) @ vectors.T
            yield turned + strength[:, :, None] + strength[:, None, :]


def _with_diagonal(x: FloatArray) -> FloatArray:
    """Fill the diagonal with what the strengths of the cities add up to, so that it is special to no pair."""
    n = len(x)
    sums = x.sum(axis=1) - np.diag(x)
    total = sums.sum()
    # least squares of x_ij = s_i + s_j over i != j: the sums over a row are (n - 2) s_i + sum s, and total 2 (n - 1) sum s
    strength = (sums - total / (2 * (n - 1))) / (n - 2)
    filled = x.copy()
    np.fill_diagonal(filled, 2 * strength)
    return filled
