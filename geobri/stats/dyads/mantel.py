"""Mantel tests: whether two pair matrices of the same cities are correlated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geobri.errors import SpecificationError, mould
from geobri.measures import Measure
from geobri.stats.cross_sums import cross_sums
from geobri.stats.distributions import rank_values
from geobri.stats.doors import checked
from geobri.stats.dyads.inputs import FEWEST_PAIRS, Matrix, Pairs, name_matrix, prepare_dyads, standard_scores
from geobri.stats.dyads.kendall import kendall_null, kendall_tau
from geobri.stats.dyads.partial import partial_correlation, partial_null
from geobri.stats.null import NodePlan
from geobri.stats.p_values import Chance, TwoSided
from geobri.stats.places import Column
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import CORRELATIONS, say_correlation
from geobri.stats.say.terms import notes, say_correlated
from geobri.stats.tables import Blocks
from geobri.words import NOTHING, Words

__all__ = ["CorrelationMethod", "mantel_test", "partial_mantel_test"]

CorrelationMethod = Literal["pearson", "spearman", "kendall"]

NO_SPREAD = 1e-12
"""Share of a sum of squares below which its spread is rounding."""
PARTIAL_NOTE = Words(
    "approximate: exchanging raw values does not keep the relation with the controls; prefer mrqap_test, which does",
    "近似：置换原始数值不能保持与控制变量的关系；宜用能保持之的 mrqap_test",
)


@checked
def mantel_test(
    x: Matrix,
    y: Matrix,
    *,
    method: CorrelationMethod = "pearson",
    alternative: Alternative = "two-sided",
    two_sided: TwoSided = "tails",
    n_permutations: int = 999,
    blocks: Blocks = "auto",
    directed: bool = False,
    mid_p: bool = False,
    names: tuple[Column, Column] = ("x", "y"),
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether two pair matrices of the same cities are correlated.

    The correlation is taken over pairs, the null distribution from exchanging whole cities of the first
    matrix, rows and columns together. With `directed`, it is the quadratic assignment procedure (QAP) of network analysis. Suited to two matrices; with more, see `mrqap_test`. If both matrices
    come from places (distances of something that varies smoothly in space), exchanging cities claims too
    much: see `moran_mantel_test`.

    Parameters
    ----------
    x
        Pair matrix whose cities are exchanged, for example distance in km: array of shape (n, n), or a table
        with city ids as index and columns. NaN marks missing cells, the diagonal is ignored.
    y
        Pair matrix that stays, for example a connectivity score.
    method
        ``"pearson"``, ``"spearman"`` or ``"kendall"`` (tau-b).
    alternative
        Direction of the alternative for the correlation.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: the share of correlations at least as far from 0, as
        R's sna and asnipe count, here with the observed one among them: (M + 1) / (R + 1) for their M / R.
    n_permutations
        How many permutations, at least; all are gone through if there are no more.
    blocks
        Labels by city, as a mapping or a Series, within which cities change places; ``"auto"`` keeps missing cells in place
        where that lets most cities change places (see Notes); None for no blocks.
    directed
        The matrices are not symmetric: all off-diagonal cells count.
    mid_p
        Count ties by half.
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
        If a matrix is not usable: fewer than four cities, equal values, cities without pairs.
    SpecificationError
        If the method is unknown.

    Notes
    -----
    With domestic pairs left out, cities may change places only within blocks that leave these pairs out:
    ``"auto"`` finds them. Where missing cells follow no such pattern they travel with x, each permutation is
    compared on the pairs observed on both sides, and ranks are those of the observed pairs. Permutations that leave no, or
    only equal, pairs have no correlation; they are left out and counted.

    References
    ----------
    Mantel, N. (1967). The detection of disease clustering and a generalized regression approach.
    Cancer Research 27, 209-220.
    Krackhardt, D. (1988). Predicting with networks. 10.1016/0378-8733(88)90004-4.
    Legendre, P. and Fortin, M.-J. (2010). Comparison of the Mantel test and alternative approaches.
    10.1111/j.1755-0998.2010.02866.x.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> places, noise = rng.random((8, 2)), rng.normal(size=(8, 8)) / 9
    >>> km = np.linalg.norm(places[:, None] - places[None], axis=-1)
    >>> result = mantel_test(km, noise + noise.T - km, names=("distance", "score"), rng=1)
    >>> round(result.statistic, 2), result.p_value < 0.05
    (-0.84, True)
    """
    _check_method(method, "mantel_test")
    data = prepare_dyads({"x": x, "y": y}, caller="mantel_test", directed=directed, blocks=blocks, moved="x")
    plan = data.plan(n_permutations, rng)
    observed, null = _correlations(data, plan, method)
    return _result(
        _Finding(
            test="mantel_test",
            title=Words("Mantel test", "Mantel 检验"),
            data=data,
            plan=plan,
            observed=observed,
            null=null,
            alternative=alternative,
            two_sided=two_sided,
            mid_p=mid_p,
            x=name_matrix(names[0]),
            y=name_matrix(names[1]),
            given=None,
            choices={"correlation": method, **data.choices(rng, plan)},
        )
    )


@checked
def partial_mantel_test(
    x: Matrix,
    y: Matrix,
    controls: Mapping[str, Matrix],
    *,
    method: Literal["pearson", "spearman"] = "pearson",
    permute: Literal["values", "residuals"] = "residuals",
    alternative: Alternative = "two-sided",
    two_sided: TwoSided = "tails",
    n_permutations: int = 999,
    blocks: Blocks = "auto",
    directed: bool = False,
    names: tuple[Column, Column] = ("x", "y"),
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether two pair matrices are correlated once others are held constant; approximate.

    Known from ecology and kept for comparison. Its size is only approximately right, and not even that when
    values are skewed or the controls vary smoothly in space; `mrqap_test` answers the same question better.

    Parameters
    ----------
    x
        Pair matrix whose cities are exchanged, shape (n, n).
    y
        Pair matrix that stays.
    controls
        Pair matrices to hold constant, by name.
    method
        ``"pearson"``, or ``"spearman"`` on ranks.
    permute
        ``"values"`` exchanges x itself (as in R's vegan); ``"residuals"`` exchanges what the controls leave of
        x and residualises again, which keeps the relation of x and controls (double semi-partialling).
    alternative
        Direction of the alternative for the partial correlation.
    two_sided
        ``"tails"``: twice the smaller tail, at most 1; ``"absolute"``: as sna and asnipe count, see `mantel_test`.
    n_permutations
        How many permutations, at least.
    blocks
        Labels by city, ``"auto"`` or None, as in `mantel_test`.
    directed
        All off-diagonal cells count.
    names
        Names of x and y, or their measures, for the result.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        `statistic` is the partial correlation; the note says that it is approximate.

    Raises
    ------
    DataError
        If a matrix is not usable, or missing cells would travel: there is no partial correlation for that.
    SpecificationError
        If the method or the way of permuting is unknown, or there is no control.

    References
    ----------
    Smouse, P. E., Long, J. C. and Sokal, R. R. (1986). Multiple regression and correlation extensions of the
    Mantel test. 10.2307/2413122.
    Legendre, P. (2000). Comparison of permutation methods for the partial correlation and partial Mantel tests.
    10.1080/00949650008812035.
    """
    _check_partial(method, permute, controls)
    matrices = {"x": x, "y": y, **{f"control {name}": one for name, one in controls.items()}}
    data = prepare_dyads(matrices, caller="partial_mantel_test", directed=directed, blocks=blocks, moved="x")
    plan = data.plan(n_permutations, rng)
    columns = rank_values(data.columns(), axis=1) if method == "spearman" else data.columns()
    observed = partial_correlation(columns)
    null = partial_null(data, plan, columns, residuals=permute == "residuals")
    choices = {
        "correlation": method,
        "controls": tuple(controls),
        "permute": permute,
        **data.choices(rng, plan),
    }
    return _result(
        _Finding(
            test="partial_mantel_test",
            title=Words(
                f"partial Mantel test given {', '.join(controls)}, approximate",
                f"控制{'、'.join(controls)}的偏 Mantel 检验（近似）",
            ),
            data=data,
            plan=plan,
            observed=observed,
            null=null,
            alternative=alternative,
            two_sided=two_sided,
            mid_p=False,
            x=name_matrix(names[0]),
            y=name_matrix(names[1]),
            given=tuple(controls),
            choices=choices,
        )
    )


def _check_method(method: str, caller: str, known: tuple[str, ...] = tuple(CORRELATIONS)) -> None:
    if method not in known:
        remedy = f"Say one of {', '.join(known)}"
        raise SpecificationError(
            mould(
                caller,
                Words("method must be known", "方法（method）须为已知的名称"),
                Words(repr(method)),
                remedy,
            )
        )


def _check_partial(method: str, permute: str, controls: Mapping[str, Matrix]) -> None:
    caller = "partial_mantel_test"
    _check_method(method, caller, ("pearson", "spearman"))
    if permute not in ("values", "residuals"):
        remedy = "Say 'values' or 'residuals'"
        raise SpecificationError(
            mould(
                caller,
                Words("permute must be known", "置换对象（permute）须为已知的名称"),
                Words(repr(permute)),
                remedy,
            )
        )
    if not controls:
        remedy = "Pass at least one, or use mantel_test"
        raise SpecificationError(
            mould(
                caller,
                Words("controls are what is held constant", "须给出要控制的矩阵（controls）"),
                "none",
                remedy,
            )
        )


def _correlations(data: Pairs, plan: NodePlan, method: CorrelationMethod) -> tuple[float, FloatArray]:
    """Give the observed correlation and those of the permutations."""
    columns = data.columns()
    if method == "kendall":
        return kendall_tau(columns[0], columns[1]), kendall_null(data, plan)
    scaled = standard_scores(columns, method)
    observed = float(np.clip(scaled[0] @ scaled[1], -1.0, 1.0))
    laid = data.spread(scaled)
    if data.travelling:
        return observed, travelling_correlations(data, plan, laid[:1], laid[1:])[:, 0]
    return observed, cross_sums(plan, laid[:1], laid[1:], directed=data.directed)[:, 0, 0]


def travelling_correlations(data: Pairs, plan: NodePlan, moved: FloatArray, fixed: FloatArray) -> FloatArray:
    """Correlate a matrix whose missing pairs travel with others that stay, over the pairs observed on both sides.

    Parameters
    ----------
    data
        What is observed.
    plan
        The permutations, R of them.
    moved
        The matrix that is permuted, shape (1, n, n), 0 where missing.
    fixed
        Those that stay, shape (k, n, n), 0 where missing.

    Returns
    -------
    numpy.ndarray
        Shape (R, k); NaN where a permutation leaves too few pairs, or only equal ones.
    """
    seen = data.seen.astype(np.float64)[None]
    rights = np.concatenate([seen, fixed, fixed**2])
    sums = cross_sums(plan, np.concatenate([seen, moved, moved**2]), rights, directed=data.directed)
    size = 1 + len(fixed)
    count, x, y = sums[:, 0, :1], sums[:, 1, :1], sums[:, 0, 1:size]
    squares_x, squares_y = sums[:, 2, :1], sums[:, 0, size:]
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = sums[:, 1, 1:size] - x * y / count
        spread_x, spread_y = squares_x - x**2 / count, squares_y - y**2 / count
        correlation = covariance / np.sqrt(spread_x * spread_y)
    varies = (spread_x > NO_SPREAD * squares_x) & (spread_y > NO_SPREAD * squares_y)
    # a count by Fourier transform is whole up to rounding only
    return np.where(varies & (count > FEWEST_PAIRS - 0.5), correlation, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What a correlation test found, before it is worded."""

    test: str
    title: Words
    data: Pairs
    plan: NodePlan
    observed: float
    null: FloatArray
    alternative: Alternative
    two_sided: TwoSided
    mid_p: bool
    x: Measure
    y: Measure
    given: tuple[str, ...] | None
    choices: Mapping[str, object]


def _result(found: _Finding) -> TestResult:
    chance = found.plan.judge(
        found.observed, found.null, found.alternative, two_sided=found.two_sided, mid_p=found.mid_p
    )
    method = str(found.choices["correlation"])
    term = _term(found, CORRELATIONS[method], chance)
    said = chance.add_unusable(
        say_correlation(term, measure=found.y, by=found.x, method=method, given=found.given)
    )
    return TestResult(
        statistic=found.observed,
        p_value=chance.p_value,
        alternative=found.alternative,
        n=found.data.n_cities,
        method=f"{found.title} ({CORRELATIONS[method].en}; {found.plan.describe()})",
        null_distribution=found.null,
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(term,),
        choices={
            **found.choices,
            "two-sided": found.two_sided,
            "mid-p": found.mid_p,
            "Monte Carlo error of p": chance.mc_error,
            "permutations left out": chance.n_unusable,
        },
        question="distance",
        measure=found.y,
    )


def _term(found: _Finding, kind: Words, chance: Chance) -> Term:
    approximate = None if found.given is None else PARTIAL_NOTE
    return Term(
        test=found.test,
        value=found.y.column,
        term=say_correlated(kind, found.x.column, found.x.label_zh),
        estimate=found.observed,
        statistic=found.observed,
        p_value=chance.p_value,
        mc_error=chance.mc_error,
        null_mean=chance.mean,
        null_sd=chance.deviation,
        alternative=found.alternative,
        n_cities=found.data.n_cities,
        n_pairs=found.data.n_pairs,
        null=found.plan.describe(),
        left_out=found.data.say_unobserved(),
        method=found.title + (Words(", mid-p", "，mid-p") if found.mid_p else NOTHING),
        note=notes(approximate, found.data.caution, chance.caution),
    )
