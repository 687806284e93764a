"""Join counts: do coastal cities, the cities of a region, or cities of any kind gather."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geobri.errors import DataError, SchemaError, mould
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.multiplicity import holm
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.places import Column, Places, Standardise, as_measure, read_places
from geobri.stats.results import Alternative, FloatArray, Term, TestResult
from geobri.stats.say import say_joins
from geobri.stats.say.terms import UNDER_NULL, say_shuffled
from geobri.stats.spatial.inputs import null_statistics
from geobri.stats.spatial.moments import Moments, join_count_moments, lag
from geobri.words import Words

__all__ = ["join_count_test", "join_counts"]

Pair = tuple[int, int]


def join_counts(weights: csr_array, codes: FloatArray, pairs: list[Pair]) -> FloatArray:
    """Count the joins between labels for many arrangements.

    Parameters
    ----------
    weights
        Shape (n, n); a join counts by half the weight each way.
    codes
        Number of the label of each place, one row per arrangement, shape (R, n).
    pairs
        Pairs of label numbers; a pair of equal numbers counts joins within the label.

    Returns
    -------
    numpy.ndarray
        Shape (R, number of pairs + 1); the last column holds all joins between different labels.
    """
    masks = [(codes == code).astype(np.float64) for code in range(int(codes.max()) + 1)]
    lags = [lag(weights, mask) for mask in masks]
    columns = []
    for a, b in pairs:
        joins = np.einsum("rn,rn->r", masks[a], lags[b])
        columns.append(joins / 2 if a == b else (joins + np.einsum("rn,rn->r", masks[b], lags[a])) / 2)
    within = sum(column for column, (a, b) in zip(columns, pairs, strict=True) if a == b)
    return np.column_stack([*columns, weights.sum() / 2 - within])


def _read_labels(
    cities: pd.DataFrame, measure: Measure, graph: Any, standardise: Standardise
) -> tuple[Places, list[Words]]:
    value = measure.column
    if value not in cities.columns:
        raise SchemaError(
            mould(
                "join_count_test",
                Words(f"cities need a column '{value}'", f"城市表缺少列“{value}”"),
                f"{list(cities.columns)}",
                "Name it",
            )
        )
    codes, kinds = pd.factorize(cities[value], sort=True)
    if len(kinds) < 2:  # noqa: PLR2004 - a join between labels needs two
        came = f"{len(kinds)} in '{value}'"
        raise DataError(
            mould("join_count_test", "there must be at least two labels", came, "Use another column"),
            zh=f"至少须有两类标签，现有{len(kinds)}类。",
        )
    numbers = pd.DataFrame({value: np.where(codes < 0, np.nan, codes)}, index=cities.index)
    places = read_places(numbers, [measure], graph=graph, standardise=standardise, caller="join_count_test")
    return places, [_label(measure, kind) for kind in kinds]


def _label(measure: Measure, kind: object) -> Words:
    if isinstance(kind, (bool, np.bool_)):
        name, name_zh = measure.column, measure.label_zh
        return Words(name, name_zh) if kind else Words(f"not {name}", f"非{name_zh}")
    return Words(str(kind))


@checked
def join_count_test(
    cities: pd.DataFrame,
    value: Column,
    graph: Any,
    *,
    standardise: Standardise = "binary",
    alternative: Alternative = "two-sided",
    n_permutations: int = 999,
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether cities of one kind are neighbours more often than by chance.

    Parameters
    ----------
    cities
        Table with a unique index and the column `value`, n rows; cities without a label are left out.
    value
        Column of labels: text, categories or truth values.
    graph
        Neighbours, a `libpysal.graph.Graph` over the same index.
    standardise
        ``"binary"`` (a join is a join), ``"row"`` or ``"none"``.
    alternative
        For the headline, ``"less"``: fewer joins between different labels than by chance.
        Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Random permutations of labels.
    rng
        Seed or generator.

    Returns
    -------
    TestResult
        The headline counts joins between different labels; one row for each pair of labels, with the expected number
        (`null_mean`) and the p-value adjusted by Holm.

    Raises
    ------
    SchemaError
        If the column is missing, or graph and table differ.
    DataError
        If there are fewer than two labels, fewer than four labelled cities, or no neighbours.

    Notes
    -----
    J_AB is the sum over pairs of w_ij between labels A and B, each pair of places counted once (half of
    w_ij + w_ji). Under the null, labels are shuffled (non-free sampling).

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial processes: models and applications. Pion, London.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> from geobri.neighbours import build_knn
    >>> cities = bri22().cities
    >>> round(join_count_test(cities, "coastal", build_knn(cities, 5), rng=1).terms[0].estimate, 1)
    27.5
    """
    sample, kinds = _read_labels(cities, as_measure(value), graph, standardise)
    pairs = list(combinations_with_replacement(range(len(kinds)), 2))
    counted = _count(sample, kinds, pairs, alternative, n_permutations, rng)
    base = Term(
        test="join_count_test",
        value=sample.measure.column,
        alternative=alternative,
        n_cities=len(sample.labels),
        null=say_shuffled(Words("labels", "标签"), len(counted.null), exact=counted.exact),
        method=Words("join counts", "邻接计数"),
        left_out=sample.left_out,
    )
    return _result(sample, base, counted)


class _Counted(NamedTuple):
    """Joins by pair of labels and in all between different labels (last): observed, under the null, p-values."""

    kinds: list[Words]
    pairs: list[Pair]
    observed: FloatArray
    null: FloatArray
    p_values: list[float]
    exact: bool

    def judged(self, row: Term, place: int) -> Term:
        """Put observed number, p-value and null of one pair of labels (the last: all different ones) into a row."""
        p_value, drawn = self.p_values[place], self.null[:, place]
        return replace(
            row,
            estimate=float(self.observed[place]),
            p_value=p_value,
            mc_error=0.0 if self.exact else monte_carlo_error(p_value, len(drawn), row.alternative),
            null_sd=float(drawn.std()),
        )


def _count(
    sample: Places, kinds: list[Words], pairs: list[Pair], alternative: Alternative, *draws: Any
) -> _Counted:
    codes = sample.columns[:, 0]
    observed = join_counts(sample.weights, codes[None], pairs)[0]
    null, exact = null_statistics(lambda rows: join_counts(sample.weights, rows, pairs), codes, *draws)
    p_values = [
        permutation_p_value(joins, null[:, place], alternative, exact=exact)
        for place, joins in enumerate(observed)
    ]
    return _Counted(kinds, pairs, observed, null, p_values, exact)


def _pair_rows(sample: Places, base: Term, counted: _Counted) -> list[Term]:
    sizes = np.bincount(sample.columns[:, 0].astype(int), minlength=len(counted.kinds))
    adjusted = holm(counted.p_values[:-1])
    rows = []
    for place, (a, b) in enumerate(counted.pairs):
        moments = join_count_moments(sample.weights, int(sizes[a]), int(sizes[b]), same=a == b)
        rows.append(
            replace(
                counted.judged(base, place),
                term=Words(
                    f"joins {counted.kinds[a]} and {counted.kinds[b]}",
                    f"邻接：{counted.kinds[a].zh}与{counted.kinds[b].zh}",
                ),
                se=math.sqrt(max(moments.randomisation, 0.0)),
                se_type=UNDER_NULL,
                statistic=_z(float(counted.observed[place]), moments),
                null_mean=moments.expected,
                p_adjusted=float(adjusted[place]),
                adjustment="Holm",
                n_tried=len(counted.pairs),
            )
        )
    return rows


def _z(count: float, moments: Moments) -> float:
    return (
        (count - moments.expected) / math.sqrt(moments.randomisation)
        if moments.randomisation > 0
        else math.nan
    )


def _result(sample: Places, base: Term, counted: _Counted) -> TestResult:
    joins, p_value = float(counted.observed[-1]), counted.p_values[-1]
    sizes = np.bincount(sample.columns[:, 0].astype(int)).astype(np.float64)
    n = len(sample.labels)
    share_within = float((sizes * (sizes - 1)).sum()) / (n * (n - 1))
    expected = float(sample.weights.sum()) / 2 * (1 - share_within)
    headline = replace(
        counted.judged(base, -1),
        term=Words("joins between different labels", "不同类之间的邻接"),
        statistic=joins,
        null_mean=expected,
    )
    said = say_joins(headline, measure=sample.measure)
    return TestResult(
        statistic=joins,
        p_value=p_value,
        alternative=base.alternative,
        n=n,
        method="join counts",
        null_distribution=counted.null[:, -1],
        sentence=said.en,
        sentence_zh=said.zh,
        terms=(headline, *_pair_rows(sample, base, counted)),
        choices={"n_permutations": len(counted.null), "expected": expected, "left out": sample.left_out},
        question="neighbours",
        measure=sample.measure,
    )
