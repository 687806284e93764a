"""The door of every test of places: from a table of cities, measures and groups to arrays.

`read_places` takes the cities that have all that a test needs, says which it left out, and lays values, membership of the
first group, strata and spatial weights out over them. Behind it nothing is checked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geobri.arrays import BoolArray
from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.measures import Level, Measure
from geobri.neighbours.weights import graph_weights
from geobri.notebooks import menu_of
from geobri.stats.results import FloatArray
from geobri.stats.say import DISTANCE, GroupNames
from geobri.stats.tables import need_columns
from geobri.words import Words

__all__ = [
    "COAST",
    "Column",
    "Places",
    "Standardise",
    "as_measure",
    "check_columns",
    "drop_composites",
    "name_groups",
    "read_places",
]
__dir__ = menu_of(__all__)

Column = str | Measure
"""A column, by name or with what it means."""
Standardise = Literal["row", "none", "binary"]
"""What is done to the weights of a place: rows that add up to 1, nothing, or every weight 1."""

COAST: Final = "coastal"
"""The column of the contract of cities that says whether a city lies at the coast."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """The places that a test looks at.

    Attributes
    ----------
    table
        Their rows of the table, n of them.
    measures
        What was asked for, in the order of `columns`.
    columns
        Finite numbers, shape (n, c).
    first
        Membership of the first group, shape (n,); empty where no group was asked for.
    names
        What the two groups are called.
    strata
        Number of the stratum from 0, shape (n,), or None.
    stratified_by
        What the strata are, or None.
    weights
        Spatial weights without the diagonal, shape (n, n); empty where no graph was handed over.
    left_out
        What was left out, in words; empty when nothing was.
    """

    table: pd.DataFrame
    measures: tuple[Measure, ...]
    columns: FloatArray
    first: BoolArray
    names: GroupNames
    strata: npt.NDArray[np.int64] | None
    stratified_by: Measure | None
    weights: csr_array
    left_out: str

    @property
    def measure(self) -> Measure:
        """The first measure."""
        return self.measures[0]

    @property
    def numbers(self) -> FloatArray:
        """The first column, shape (n,)."""
        return self.columns[:, 0]

    @property
    def labels(self) -> pd.Index[Any]:
        """Index of the places."""
        return self.table.index

    def called(self) -> tuple[dict[object, str], dict[object, str]]:
        """Give what a reader calls each place, in English and in Chinese: its name where there is one, else its id."""
        ids = pd.Series([str(one) for one in self.labels], index=self.labels)
        english = self.table["name"].where(self.table["name"].notna(), ids) if "name" in self.table else ids
        chinese = english
        if "name_zh" in self.table:
            chinese = self.table["name_zh"].where(self.table["name_zh"].notna(), english)
        return english.astype(str).to_dict(), chinese.astype(str).to_dict()

    @property
    def islands(self) -> BoolArray:
        """Mark the places without neighbours."""
        return np.asarray(np.diff(self.weights.indptr) == 0)


def as_measure(column: Column, *, of: Level = "cities") -> Measure:
    """Take a measure as it is, and a name as the measure of a score.

    Parameters
    ----------
    column
        A measure, or the name of a column of which nothing else is known.
    of
        The table that holds it.

    Returns
    -------
    Measure
        What the column means.
    """
    if column == COAST:
        return Measure(column=COAST, of=of, kind="flag", label_zh="沿海")
    if column == DISTANCE.column:
        return DISTANCE
    return column if isinstance(column, Measure) else Measure(column=column, of=of)


def name_groups(group: Column) -> GroupNames:
    """Name the two groups of a column of truth values.

    Parameters
    ----------
    group
        The column.

    Returns
    -------
    GroupNames
        Coastal and inland for the column of the contract, else its label and the negation of it.
    """
    if group == COAST or (isinstance(group, Measure) and group.column == COAST):
        return GroupNames()
    one = as_measure(group)
    label, label_zh = (one.label, one.label_zh) if isinstance(group, Measure) else (one.column, one.column)
    return GroupNames(Words(label, label_zh), Words(f"not {label}", f"非{label_zh}"))


def drop_composites(columns: Sequence[Column]) -> tuple[list[Measure], list[Measure]]:
    """Separate dimensions from what is made of them.

    Parameters
    ----------
    columns
        Dimensions and, perhaps, composites of some of them.

    Returns
    -------
    kept : list of Measure
        Those that are a parent of no other one in the list.
    dropped : list of Measure
        The composites.
    """
    measures = [as_measure(column) for column in columns]
    parents = {parent for one in measures for parent in one.parents}
    kept = [one for one in measures if one.column not in parents]
    return kept, [one for one in measures if one.column in parents]


def read_places(
    cities: pd.DataFrame,
    values: Sequence[Column],
    *,
    group: Column | None = None,
    strata: Column | None = None,
    graph: Any = None,
    standardise: Standardise = "row",
    caller: str,
) -> Places:
    """Take the cities that have all values, a label and a stratum, and lay them out.

    Parameters
    ----------
    cities
        Table with a unique index, one row per city.
    values
        Numeric columns (truth values count as 0 and 1).
    group
        Column of truth values, or None.
    strata
        Column of labels within which cities are compared, or None.
    graph
        `libpysal.graph.Graph` over the same index, or None.
    standardise
        ``"row"``, ``"none"`` or ``"binary"``; applied after cities without a value are gone.
    caller
        Who asks, for the message.

    Returns
    -------
    Places
        Arrays over the cities that are used, and what was left out.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, labels are no truth values, or graph and table differ.
    DataError
        If a group is empty; with a graph, if fewer than four cities remain, a column is constant, or there are no links.
    """
    measures = tuple(as_measure(value) for value in values)
    names = [one.column for one in measures]
    marks = [as_measure(one).column for one in (group, strata) if one is not None]
    need_columns(cities, (*names, *marks), of="cities", caller=caller)
    if not cities.index.is_unique:
        doubled = cities.index[cities.index.duplicated()].unique()
        came = f"{len(doubled)} that come more than once ({first_offenders(doubled)})"
        raise SchemaError(
            mould(
                caller,
                Words("every place must have a row of its own", "每个地点须自成一行，不得重复"),
                came,
                "Drop the doubles",
            )
        )
    numbers = _numbers(cities, names, caller)
    used = np.isfinite(numbers).all(axis=1) & cities[marks].notna().all(axis=1).to_numpy()
    rows = np.flatnonzero(used)
    table = cities.iloc[rows]
    weights = csr_array((0, 0))
    if graph is not None:
        weights = _standardised(_links(graph, cities.index, rows), standardise)
        check_columns(numbers[rows], names, caller)
        _check_links(weights, caller)
    return Places(
        table=table,
        measures=measures,
        columns=numbers[rows],
        first=_membership(table, marks[0], name_groups(group), caller)
        if group is not None
        else np.zeros(0, dtype=bool),
        names=GroupNames() if group is None else name_groups(group),
        strata=None if strata is None else pd.factorize(table[marks[-1]])[0].astype(np.int64),
        stratified_by=None if strata is None else as_measure(strata),
        weights=weights,
        left_out=_say_left_out(cities.index[~used], table.index, weights),
    )


def _numbers(cities: pd.DataFrame, names: list[str], caller: str) -> FloatArray:
    try:
        columns = [cities[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names]
    except (TypeError, ValueError) as error:
        kinds = ", ".join(f"{name} is {cities[name].dtype}" for name in names)
        raise SchemaError(
            mould(caller, Words("the columns must be numeric", "各列须为数字"), kinds, "Convert them first")
        ) from error
    return np.column_stack([np.empty((len(cities), 0)), *columns])


def _membership(table: pd.DataFrame, group: str, names: GroupNames, caller: str) -> BoolArray:
    kinds = set(table[group].unique())
    if not kinds <= {True, False}:
        came = first_offenders(sorted(map(str, kinds)))
        raise SchemaError(
            mould(
                caller,
                Words(f"'{group}' must be True or False", f"列“{group}”须为是或否（True或False）"),
                came,
                "Compare it with one label",
            )
        )
    first = table[group].to_numpy(dtype=bool)
    if first.all() or not first.any():
        came = f"{int(first.sum())} {names.first.en} and {int((~first).sum())} {names.second.en}"
        empty = f"No city says '{group}': fill the column (a coast can be read off coordinates: --with coast)"
        raise DataError(
            mould(
                caller,
                "both groups must hold a city",
                came,
                "Choose another definition" if len(first) else empty,
            ),
            zh=f"两组都须有城市：{names.first.zh}{int(first.sum())}个，{names.second.zh}{int((~first).sum())}个。",
        )
    return first


def _links(graph: Any, index: pd.Index[Any], rows: npt.NDArray[np.intp]) -> csr_array:
    """Weights among the cities that are used, without those of a city with itself."""
    whole = graph_weights(graph, index)
    whole.setdiag(0)
    whole.eliminate_zeros()
    return csr_array(whole[rows][:, rows])


def _standardised(weights: csr_array, standardise: str) -> csr_array:
    if standardise not in ("row", "none", "binary"):
        wanted = Words(
            "standardise must be 'row', 'none' or 'binary'",
            "标准化方式（standardise）须为'row'、'none'或'binary'",
        )
        raise SpecificationError(mould("read_places", wanted, Words(repr(standardise)), "Choose one"))
    result = csr_array(weights)
    if standardise == "binary":
        result.data = np.ones_like(result.data)
    if standardise == "row":
        sums = np.asarray(result.sum(axis=1)).ravel()
        result.data = result.data / np.repeat(np.where(sums == 0, 1.0, sums), np.diff(result.indptr))
    return result


def check_columns(numbers: FloatArray, names: list[str], caller: str) -> None:
    """Check that there are places enough, and that no column says the same of all of them.

    Parameters
    ----------
    numbers
        One column per name, shape (n, c).
    names
        What the columns are called.
    caller
        Who asks, for the message.

    Raises
    ------
    DataError
        If fewer than four places come, or a column is constant.
    """
    if len(numbers) < 4:  # noqa: PLR2004 - the moments of the statistics need four places
        remedy = "Add cities or fill in values"
        raise DataError(
            mould(caller, "at least four cities must have a value", f"{len(numbers)}", remedy),
            zh=f"至少须有4个城市有取值，现有{len(numbers)}个。",
        )
    for name, column in zip(names, numbers.T, strict=True):
        if np.ptp(column) == 0:
            came = f"{len(column)} values of '{name}' equal to {column[0]:g}"
            raise DataError(
                mould(caller, "values must differ", came, "A constant column says nothing"),
                zh=f"取值须有差异：{len(column)}个值均为{column[0]:g}。",
            )


def _check_links(weights: csr_array, caller: str) -> None:
    if weights.nnz == 0:
        remedy = "Widen the reach of the graph"
        raise DataError(
            mould(caller, "some cities must be neighbours", "no link between any two", remedy),
            zh="须有相邻的城市：任意两个城市之间都没有相邻关系。",
        )


def _say_left_out(gone: pd.Index[Any], used: pd.Index[Any], weights: csr_array) -> str:
    islands = used[np.diff(weights.indptr) == 0] if weights.shape[0] else used[:0]
    parts = []
    if len(gone):
        parts.append(f"{len(gone)} without value or label left out ({first_offenders(gone)})")
    if len(islands):
        parts.append(f"{len(islands)} without neighbours ({first_offenders(islands)})")
    return "; ".join(parts)
