"""From published ranks to the set of all scores that could lie behind them.

Ranks say little and say it exactly: a better rank is a larger score. Written as linear inequalities,
the ranks of every dimension and of the index as a whole cut a polytope out of all conceivable score
tables. Everything else in this package asks questions of that polytope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.score.scoretable import check_importance
from geobri.words import Words

__all__ = ["RankPolytope", "RankStatement", "RankTies", "build_rank_polytope"]

RankTies = Literal["equal", "free"]
TOP_SCORE = 100.0
LEAST_CITIES = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankStatement:
    """An order of the cities that a weighted mean of the dimensions is said to give.

    Attributes
    ----------
    rank
        Rank per city, 1 is best; a missing rank says nothing about that city.
    importance
        Weight per dimension, not negative, summing to 1.
    name
        How the statement is called in tables ("overall", "without information").
    """

    rank: pd.Series
    importance: pd.Series
    name: str = "overall"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankPolytope:
    """All tables of scores in [0, 100] that are consistent with a set of ranks.

    A table x (n cities by m dimensions, row by row) is ``base + lift @ y``, where y holds one free
    number for every group of cities that share a score, with ``inequality @ y <= bound`` and
    ``equality @ y = target``.

    Attributes
    ----------
    cities, dimensions
        Labels of the n rows and the m columns of the score table.
    lift, base
        The map from y (d,) to the flattened table (n * m,).
    inequality, bound
        K rows; row k belongs to row k of `relations`.
    equality, target
        Rows for cities with an equal overall rank; there may be none.
    relations
        One row per inequality: `kind` ("dimension", "overall", "range"), `name`, `better`, `worse`.
    min_gap
        Least difference, in score points, between cities on neighbouring ranks.
    """

    cities: pd.Index
    dimensions: pd.Index
    lift: sparse.csr_array
    base: FloatArray
    inequality: sparse.csr_array
    bound: FloatArray
    equality: sparse.csr_array
    target: FloatArray
    relations: pd.DataFrame
    min_gap: float

    @property
    def strict(self) -> npt.NDArray[np.bool_]:
        """Say which inequalities are relations between cities, and not the range of the scale.

        Returns
        -------
        numpy.ndarray
            Booleans, shape (K,).
        """
        return np.asarray(self.relations["kind"] != "range", dtype=np.bool_)

    def table(self, y: FloatArray) -> pd.DataFrame:
        """Turn the free numbers into a table of scores.

        Parameters
        ----------
        y
            Free numbers, shape (d,).

        Returns
        -------
        pandas.DataFrame
            Scores in points (0 to 100), cities by dimensions.
        """
        flat = self.base + self.lift @ y
        return pd.DataFrame(flat.reshape(len(self.cities), -1), index=self.cities, columns=self.dimensions)


@dataclass(slots=True)
class _Rows:
    """Relations collected as rows over the flattened table, each meaning ``row @ x >= least``."""

    width: int
    entries: list[tuple[IndexArray, FloatArray]]
    least: list[float]
    labels: list[tuple[str, str, str, str]]

    def add(
        self, columns: Iterable[int], values: Iterable[float], least: float, label: tuple[str, str, str, str]
    ) -> None:
        self.entries.append(
            (np.asarray(list(columns), dtype=np.intp), np.asarray(list(values), dtype=np.float64))
        )
        self.least.append(least)
        self.labels.append(label)

    def matrix(self) -> sparse.csr_array:
        counts = [len(columns) for columns, _ in self.entries]
        rows = np.repeat(np.arange(len(counts)), counts)
        columns = np.concatenate([c for c, _ in self.entries]) if counts else np.empty(0, dtype=np.intp)
        values = np.concatenate([v for _, v in self.entries]) if counts else np.empty(0)
        return sparse.csr_array((values, (rows, columns)), shape=(len(counts), self.width))


def build_rank_polytope(
    dimension_ranks: pd.DataFrame,
    statements: Sequence[RankStatement] = (),
    *,
    ties: RankTies = "equal",
    anchored: bool | Collection[str] = False,
    min_gap: float = 0.0,
) -> RankPolytope:
    """Write ranks as linear inequalities on scores.

    Parameters
    ----------
    dimension_ranks
        Ranks, n cities by m dimensions, 1 is best. A missing rank leaves the score free.
    statements
        Overall orders, each with the weights that are said to give it.
    ties
        "equal": cities with the same rank have the same score. "free": nothing is known between
        them, as for all cities below a printed top list that were given one common rank.
    anchored
        Dimensions whose best city has exactly 100 and whose worst has 0, as after min-max
        normalisation of a single indicator; True for all.
    min_gap
        Least difference in points between neighbours; 0 gives the closure of the set.

    Returns
    -------
    RankPolytope
        The consistent scores; possibly empty, which only the linear programmes can tell.

    Raises
    ------
    SchemaError
        If labels are missing, repeated or do not match, or ranks are not numbers.
    DataError
        If a dimension cannot be anchored, or weights are faulty.
    """
    _check_ranks(dimension_ranks, statements)
    weights = [
        check_importance(one.importance, dimension_ranks.columns, caller="build_rank_polytope")
        for one in statements
    ]
    members = [
        _group_members(dimension_ranks[name].to_numpy(dtype=np.float64), ties) for name in dimension_ranks
    ]
    lift, base = _build_lift(dimension_ranks, members, _anchored_names(dimension_ranks, anchored))
    above, level = _collect(dimension_ranks, statements, weights, members, ties=ties, min_gap=min_gap)
    gain, same = above.matrix(), level.matrix()
    return RankPolytope(
        cities=dimension_ranks.index,
        dimensions=dimension_ranks.columns,
        lift=lift,
        base=base,
        inequality=sparse.csr_array(-(gain @ lift)),
        bound=gain @ base - np.asarray(above.least),
        equality=sparse.csr_array(same @ lift),
        target=-(same @ base),
        relations=pd.DataFrame(above.labels, columns=["kind", "name", "better", "worse"]),
        min_gap=float(min_gap),
    )


def _check_ranks(dimension_ranks: pd.DataFrame, statements: Sequence[RankStatement]) -> None:
    """Refuse ranks that are no numbers, too few, doubled, or of other cities."""
    faults = []
    if dimension_ranks.shape[0] < LEAST_CITIES or dimension_ranks.shape[1] < 1:
        faults.append(
            f"a table of {dimension_ranks.shape[0]} cities and {dimension_ranks.shape[1]} dimensions"
        )
    for what, labels in (("cities", dimension_ranks.index), ("dimensions", dimension_ranks.columns)):
        if labels.has_duplicates:
            faults.append(f"repeated {what} {first_offenders(labels[labels.duplicated()].unique())}")
    columns = {
        f"dimension {name!r}": dimension_ranks.iloc[:, k] for k, name in enumerate(dimension_ranks.columns)
    }
    for one in statements:
        columns[f"statement {one.name!r}"] = one.rank
        if set(one.rank.index) != set(dimension_ranks.index) or one.rank.index.has_duplicates:
            odd = one.rank.index.symmetric_difference(dimension_ranks.index)
            faults.append(f"statement {one.name!r} with other cities: {first_offenders(odd)}")
    for what, column in columns.items():
        if not pd.api.types.is_numeric_dtype(column):
            faults.append(f"{what} of type {column.dtype}")
        elif np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).any():
            faults.append(f"{what} with infinite ranks")
    if faults:
        wanted = Words(
            "ranks must be a numeric table of at least two cities, with the same cities everywhere",
            "名次须为数字表，至少两座城市，且各处城市相同",
        )
        raise SchemaError(
            mould(
                "build_rank_polytope",
                wanted,
                "; ".join(faults),
                "Correct the tables; leave an unknown rank empty",
            )
        )


def _anchored_names(dimension_ranks: pd.DataFrame, anchored: bool | Collection[str]) -> set[str]:
    if isinstance(anchored, bool):
        return set(dimension_ranks.columns) if anchored else set()
    unknown = set(anchored) - set(dimension_ranks.columns)
    if unknown:
        came = f"{first_offenders(sorted(map(str, unknown)))}"
        raise DataError(
            mould(
                "build_rank_polytope",
                Words("anchored must name dimensions of the table", "anchored须为表中的维度"),
                came,
                "Use the column names",
            )
        )
    return set(anchored)


def _group_members(rank: FloatArray, ties: RankTies) -> list[list[IndexArray]]:
    """List the groups of equal rank, best first; each holds the sets of cities that share one score."""
    groups = [np.flatnonzero(rank == value) for value in np.unique(rank[~np.isnan(rank)])]
    return [[group] if ties == "equal" else [np.array([one]) for one in group] for group in groups]


def _build_lift(
    dimension_ranks: pd.DataFrame, members: list[list[list[IndexArray]]], anchored: set[str]
) -> tuple[sparse.csr_array, FloatArray]:
    n, m = dimension_ranks.shape
    base, rows, columns, width = np.zeros(n * m), [], [], 0
    for j, name in enumerate(dimension_ranks.columns):
        fixed = _anchor_values(str(name), members[j]) if name in anchored else {}
        unranked = [np.array([i]) for i in np.flatnonzero(dimension_ranks[name].isna())]
        for block in [one for group in members[j] for one in group] + unranked:
            if int(block[0]) in fixed:
                base[block * m + j] = fixed[int(block[0])]
                continue
            rows.extend(block * m + j)
            columns.extend([width] * len(block))
            width += 1
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n * m, width)), base


def _anchor_values(name: str, groups: list[list[IndexArray]]) -> dict[int, float]:
    if len(groups) < LEAST_CITIES or len(groups[0]) > 1 or len(groups[-1]) > 1:
        wanted = Words(
            f"anchored dimension {name!r} needs one best and one worst score",
            f"锚定的维度{name!r}须恰有一个最优和一个最差得分",
        )
        came = f"{len(groups)} different ranks, or ties that are left free at an end"
        raise DataError(
            mould("build_rank_polytope", wanted, came, "Leave it out of anchored, or use ties='equal'")
        )
    return {int(groups[0][0][0]): TOP_SCORE, int(groups[-1][0][0]): 0.0}


def _collect(
    dimension_ranks: pd.DataFrame,
    statements: Sequence[RankStatement],
    weights: list[pd.Series],
    members: list[list[list[IndexArray]]],
    *,
    ties: RankTies,
    min_gap: float,
) -> tuple[_Rows, _Rows]:
    n, m = dimension_ranks.shape
    above, level = _Rows(n * m, [], [], []), _Rows(n * m, [], [], [])
    for j in range(m):
        _add_dimension(above, j, dimension_ranks, members[j], min_gap)
    for one, weight in zip(statements, weights, strict=True):
        _add_statement((above, level), one, weight, ties=ties, min_gap=min_gap, cities=dimension_ranks.index)
    return above, level


def _add_dimension(
    above: _Rows, j: int, ranks: pd.DataFrame, groups: list[list[IndexArray]], min_gap: float
) -> None:
    """Write the rows by which the scores of one dimension follow its printed ranks."""
    m, name = ranks.shape[1], str(ranks.columns[j])
    cities = ranks.index
    for upper, lower in pairwise(groups):
        for a in (int(one[0]) for one in upper):
            for b in (int(one[0]) for one in lower):
                above.add(
                    (a * m + j, b * m + j),
                    (1.0, -1.0),
                    min_gap,
                    ("dimension", name, str(cities[a]), str(cities[b])),
                )
    unranked = [int(i) for i in np.flatnonzero(ranks.iloc[:, j].isna())]
    top, bottom = (groups[0], groups[-1]) if groups else ([], [])
    for i in [int(one[0]) for one in top] + unranked:
        above.add((i * m + j,), (-1.0,), -TOP_SCORE, ("range", name, "100", str(cities[i])))
    for i in [int(one[0]) for one in bottom] + unranked:
        above.add((i * m + j,), (1.0,), 0.0, ("range", name, str(cities[i]), "0"))


def _add_statement(
    rows: tuple[_Rows, _Rows],
    one: RankStatement,
    weight: pd.Series,
    *,
    cities: pd.Index,
    ties: RankTies,
    min_gap: float,
) -> None:
    """Write the rows by which a sum of scores follows the ranks that were printed of it."""
    above, level = rows
    m, w = len(weight), weight.to_numpy()
    rank = one.rank.reindex(cities).to_numpy(dtype=np.float64, na_value=np.nan)
    groups = [np.flatnonzero(rank == value) for value in np.unique(rank[~np.isnan(rank)])]

    def entry(a: int, b: int) -> tuple[list[int], FloatArray]:
        return [*range(a * m, a * m + m), *range(b * m, b * m + m)], np.concatenate([w, -w])

    for upper, lower in pairwise(groups):
        firsts = (upper[:1], lower[:1]) if ties == "equal" else (upper, lower)
        for a in firsts[0]:
            for b in firsts[1]:
                above.add(
                    *entry(int(a), int(b)), min_gap, ("overall", one.name, str(cities[a]), str(cities[b]))
                )
    if ties == "equal":
        for group in groups:
            for a, b in pairwise(group.tolist()):
                level.add(*entry(int(a), int(b)), 0.0, ("overall", one.name, str(cities[a]), str(cities[b])))
