"""Pair matrices at the door of the dyadic tests: one order of cities, one pattern of missing cells, blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Measure
from geobri.stats.blocks import choose_blocks
from geobri.stats.distributions import rank_values
from geobri.stats.dyads._checks import check_common, check_pair_matrix
from geobri.stats.null import IntArray, NodePlan, plan_permutations
from geobri.stats.pairs import lay_out, observed_pairs, pair_positions
from geobri.stats.places import Column
from geobri.stats.results import FloatArray
from geobri.stats.say import DISTANCE, GroupNames
from geobri.stats.tables import Blocks
from geobri.words import NOTHING, Words

__all__ = ["FEWEST_PAIRS", "Matrix", "Pairs", "name_matrix", "prepare_dyads", "standard_scores"]

Matrix = npt.ArrayLike | pd.DataFrame
FEWEST_PAIRS = 3
"""A correlation of two pairs is 1 or -1, whatever they are."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The pairs that a test looks at, as matrices that are ready to be permuted.

    Attributes
    ----------
    names
        Names of the matrices.
    matrices
        Shape (number of matrices, n, n); 0 where a cell is not in `seen`.
    seen
        Cells observed in all matrices, shape (n, n).
    directed
        All off-diagonal cells count, not only one of each pair.
    blocks
        Label of each city, or None if all may change places.
    travelling
        Missing cells move with the permuted matrix, so that the number of compared pairs varies.
    labels
        City ids, or positions where there are none.
    caution
        What a reader must know of the exchange; empty when there is nothing.
    measures
        What the matrices hold, where the test was given measures.
    first
        Membership of the first group of cities, shape (n,); empty where no group was asked for.
    groups
        What the two groups of cities are called.
    left_out
        Cities left out for want of a group, in words; empty when none were.
    """

    names: tuple[str, ...]
    matrices: FloatArray
    seen: BoolArray
    directed: bool
    blocks: tuple[str, ...] | None
    travelling: bool
    labels: tuple[str, ...]
    caution: Words = NOTHING
    measures: tuple[Measure, ...] = ()
    first: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    groups: GroupNames = field(default_factory=GroupNames)
    left_out: str = ""

    @property
    def n_cities(self) -> int:
        """Number of cities n."""
        return len(self.labels)

    @property
    def n_pairs(self) -> int:
        """Number of observed pairs: cells of a directed matrix, pairs of an undirected one."""
        return int(self.positions()[0].size)

    def positions(self) -> tuple[IntArray, IntArray]:
        """Give row and column of each observed pair.

        Returns
        -------
        tuple
            Two integer arrays of length `n_pairs`.
        """
        rows, columns = pair_positions(len(self.labels), self.directed)
        kept = self.seen[rows, columns]
        return rows[kept], columns[kept]

    def columns(self) -> FloatArray:
        """Give the observed values.

        Returns
        -------
        numpy.ndarray
            Shape (number of matrices, n_pairs).
        """
        rows, columns = self.positions()
        values: FloatArray = self.matrices[:, rows, columns]
        return values

    def spread(self, values: npt.ArrayLike) -> FloatArray:
        """Lay values of the observed pairs out as matrices again.

        Parameters
        ----------
        values
            Shape (k, n_pairs) or (n_pairs,).

        Returns
        -------
        numpy.ndarray
            Shape (k, n, n), 0 in unobserved cells.
        """
        stacked = np.atleast_2d(np.asarray(values, dtype=np.float64))
        return lay_out(stacked, *self.positions(), len(self.labels), directed=self.directed, absent=0.0)

    def plan(self, n_permutations: int, rng: int | np.random.Generator | None) -> NodePlan:
        """Plan the permutations of these cities.

        Parameters
        ----------
        n_permutations
            How many, at least.
        rng
            Seed or generator.

        Returns
        -------
        NodePlan
            All permutations within the blocks, or random ones.
        """
        return plan_permutations(len(self.labels), n_permutations, blocks=self.blocks, rng=rng)

    def choices(self, rng: int | np.random.Generator | None, plan: NodePlan) -> dict[str, Any]:
        """List what was chosen, for the result.

        Parameters
        ----------
        rng
            Seed or generator as given.
        plan
            The permutations gone through.

        Returns
        -------
        dict
            Names and values of the choices.
        """
        return {
            "seed": rng if isinstance(rng, int) else None,
            "n_permutations": len(plan.permutations),
            "exact": plan.exact,
            "blocks": None if self.blocks is None else dict(Counter(self.blocks)),
            "cities_exchanged": plan.n_movable,
            "caution": self.caution.en,
            "directed": self.directed,
            "missing cells": self._say_missing(),
        }

    @property
    def n_unobserved(self) -> int:
        """Number of pairs of these cities without a value in every matrix, counted likewise."""
        return int(pair_positions(len(self.labels), self.directed)[0].size) - self.n_pairs

    def say_unobserved(self) -> str:
        """Say for the row of a result how many pairs were not looked at.

        Returns
        -------
        str
            Empty where every pair has its values.
        """
        return f"{self.n_unobserved} pairs without a value in every matrix" if self.n_unobserved else ""

    def _say_missing(self) -> str:
        absent = self.n_unobserved
        if not absent:
            return "none"
        how = (
            "travel with the permuted matrix"
            if self.travelling
            else "stay in place: cities change places in blocks"
        )
        return f"{absent} pairs, {how}"


def prepare_dyads(
    matrices: Mapping[str, Matrix],
    *,
    caller: str,
    directed: bool = False,
    blocks: Blocks = "auto",
    moved: str | None = None,
) -> Pairs:
    """Bring pair matrices into one order and find out which cities may change places.

    Parameters
    ----------
    matrices
        Pair matrices by name: arrays, or tables whose index and columns are city ids in any order.
    caller
        Function that asks, for messages.
    directed
        Matrices need not be symmetric.
    blocks
        Labels by city id (by position where matrices have no labels), as a mapping or a Series; cities change places only
        within a label. ``"auto"``: with missing cells, the blocks that keep missing cells where they are, if these let most
        cities change places (`choose_blocks`); otherwise none, and missing cells travel with the permuted matrix. None: no
        blocks.
    moved
        Name of the matrix whose cities are exchanged, to judge blocks by.

    Returns
    -------
    Pairs
        The matrices, their common observed cells, and the blocks.

    Raises
    ------
    DataError
        If a matrix is not usable, shapes or labels differ, or too few pairs are observed in all matrices.
    SpecificationError
        If `blocks` is none of what it may be.
    """
    labels, arrays = _aligned(matrices, caller)
    clean = [
        check_pair_matrix(array, caller=caller, name=name, directed=directed)
        for name, array in arrays.items()
    ]
    seen = observed_pairs(*clean)
    check_common(clean, list(arrays), seen, labels, caller)
    exchanged = None if moved is None else clean[list(arrays).index(moved)]
    chosen = choose_blocks(blocks, labels, seen, moved=exchanged, caller=caller)
    reason = chosen.caution + Words(": ", "：") if chosen.caution else NOTHING
    travels = Words("missing pairs travel with the exchanged cities", "缺失的城市对随所置换的城市移动")
    return Pairs(
        names=tuple(arrays),
        matrices=np.where(seen, np.stack(clean), 0.0),
        seen=seen,
        directed=directed,
        blocks=chosen.labels,
        travelling=not chosen.stays,
        labels=tuple(labels),
        caution=NOTHING if chosen.stays else reason + travels,
    )


def standard_scores(columns: FloatArray, method: str) -> FloatArray:
    """Centre and scale rows to length 1, so that their products are correlations.

    Parameters
    ----------
    columns
        Shape (k, m).
    method
        ``"spearman"`` takes ranks instead of values.

    Returns
    -------
    numpy.ndarray
        Shape (k, m).
    """
    used = rank_values(columns, axis=1) if method == "spearman" else columns
    centred = used - used.mean(axis=1, keepdims=True)
    scaled: FloatArray = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return scaled


def name_matrix(name: Column) -> Measure:
    """Take the measure of a pair matrix, or a name as it is written.

    Parameters
    ----------
    name
        A measure, the column of lengths, or any text.

    Returns
    -------
    Measure
        What a sentence calls the matrix.
    """
    if isinstance(name, Measure):
        return name
    return DISTANCE if name == DISTANCE.column else Measure(column=name, label=name)


def _aligned(matrices: Mapping[str, Matrix], caller: str) -> tuple[list[str], dict[str, npt.ArrayLike]]:
    frames = {name: one for name, one in matrices.items() if isinstance(one, pd.DataFrame)}
    shapes = {name: _shape(one, name, caller) for name, one in matrices.items()}
    if len(set(shapes.values())) > 1:
        came = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise DataError(
            mould(
                caller,
                Words("matrices must have the same shape", "各矩阵的行列数须相同"),
                came,
                "Use the same cities for all",
            )
        )
    size = next(iter(shapes.values()))[0]
    if not frames:
        return [str(position) for position in range(size)], dict(matrices)
    labels = [str(label) for label in next(iter(frames.values())).index]
    return labels, {name: _reordered(one, name, labels, caller) for name, one in matrices.items()}


def _shape(matrix: Matrix, name: str, caller: str) -> tuple[int, int]:
    try:
        shape = np.shape(matrix)
    except ValueError:  # rows of several lengths, or a matrix and its labels
        shape = ()
    match shape:
        case (rows, columns):
            return rows, columns
    came = f"{type(matrix).__name__} of {len(shape)} dimensions" if shape else type(matrix).__name__
    remedy = "Pass one array or table; to_matrix gives the array and the ids: matrix, ids = to_matrix(…)"
    raise DataError(mould(caller, Words(f"{name} must be a square matrix", f"{name}须为方阵"), came, remedy))


def _reordered(matrix: Matrix, name: str, labels: list[str], caller: str) -> npt.ArrayLike:
    if not isinstance(matrix, pd.DataFrame):
        return matrix
    named = matrix.set_axis(matrix.index.astype(str), axis=0).set_axis(matrix.columns.astype(str), axis=1)
    strangers = sorted({*named.index, *named.columns} ^ set(labels))
    if strangers or not named.index.is_unique:
        came = f"{name} with other or repeated labels: {first_offenders(strangers)}"
        raise DataError(
            mould(
                caller,
                Words("matrices must be about the same cities", "各矩阵须为同样的城市"),
                came,
                "Reindex them alike",
            )
        )
    try:
        array: npt.ArrayLike = named.loc[labels, labels].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        wanted = Words(f"matrix {name} must hold numbers", f"矩阵{name}须为数字")
        raise DataError(mould(caller, wanted, Words(str(error)), "Convert it first")) from error
    return array
