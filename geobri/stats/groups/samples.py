"""Two groups of cities at the door: checked, and laid out for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import DataError, mould
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["GroupSample", "read_groups"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupSample:
    """Values of two groups, perhaps in strata.

    Attributes
    ----------
    values
        Finite numbers, shape (n,).
    first
        Membership of the first group, shape (n,).
    strata
        Number of the stratum from 0, shape (n,); None without strata.
    """

    values: FloatArray
    first: BoolArray
    strata: npt.NDArray[np.int64] | None = None

    @property
    def sizes(self) -> tuple[int, int]:
        """Give the sizes of the first and the second group."""
        return int(self.first.sum()), int((~self.first).sum())

    def halves(self) -> tuple[FloatArray, FloatArray]:
        """Give the values of the first and of the second group.

        Returns
        -------
        tuple
            Two arrays.
        """
        numbers = self.values
        return numbers[self.first], numbers[~self.first]

    def parts(self) -> Iterator[tuple[FloatArray, BoolArray]]:
        """Go through the strata that hold both groups; without strata, there is one.

        Yields
        ------
        tuple
            Values and membership within the stratum.
        """
        labels = np.zeros(len(self.values), dtype=np.int64) if self.strata is None else self.strata
        for label in range(int(labels.max()) + 1):
            inside = labels == label
            if 0 < self.first[inside].sum() < inside.sum():
                yield self.values[inside], self.first[inside]


def _plain_bools(group: Any, caller: str) -> BoolArray:
    if np.ndim(group) != 1:
        came = type(group).__name__
        raise DataError(
            mould(
                caller,
                Words("group must be True or False for each city", "每个城市的分组须为是或否（True或False）"),
                came,
                "Pass a column",
            )
        )
    column = pd.Series(group)
    if column.isna().any():
        came = f"{int(column.isna().sum())} of {len(column)} missing"
        raise DataError(
            mould(
                caller,
                Words("group must be known", "每个城市的分组都须已知，不得缺失"),
                came,
                "Drop these cities, or label them",
            )
        )
    kinds = set(column.unique())
    if not kinds <= {True, False}:
        came = f"{len(kinds)} values ({', '.join(map(repr, list(kinds)[:3]))})"
        raise DataError(
            mould(
                caller,
                Words("group must be True or False", "分组须为是或否（True或False）"),
                came,
                "Compare with the group's name",
            )
        )
    return column.to_numpy(dtype=bool)


def read_groups(values: npt.ArrayLike, group: Any, *, strata: Any = None, caller: str) -> GroupSample:
    """Check values and groups, and lay them out.

    Parameters
    ----------
    values
        Numbers, shape (n,).
    group
        True for the first group, shape (n,).
    strata
        Labels of strata, shape (n,).
    caller
        Who asks, for the message.

    Returns
    -------
    GroupSample
        Arrays of equal length, without missing values.

    Raises
    ------
    DataError
        If lengths differ, values are missing or all equal, a group is empty, or no stratum holds both groups.
    """
    try:
        numbers = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise DataError(
            mould(
                caller,
                Words("values must be numbers", "取值须为数字"),
                Words(str(error)),
                "Convert them first",
            )
        ) from error
    if strata is not None and np.ndim(strata) != 1:
        came = type(strata).__name__
        raise DataError(
            mould(
                caller,
                Words("strata must be one label per city", "分层须每个城市一个标签"),
                came,
                "Pass a column",
            )
        )
    first = _plain_bools(group, caller)
    codes = (
        None if strata is None else pd.factorize(np.asarray(strata, dtype=object), use_na_sentinel=False)[0]
    )
    lengths = {len(numbers), len(first), len(numbers) if codes is None else len(codes)}
    if len(lengths) > 1:
        came = f"lengths {sorted(lengths)}"
        raise DataError(
            mould(
                caller,
                Words("values, group and strata must be of one length", "取值、分组与分层的长度须相同"),
                came,
                "Align them",
            )
        )
    _check_contents(numbers, first, caller)
    sample = GroupSample(numbers, first, None if codes is None else codes.astype(np.int64))
    if not any(True for _ in sample.parts()):
        came = "strata that hold one group only"
        raise DataError(
            mould(caller, "some stratum must hold both groups", came, "Use broader strata"),
            zh="至少有一层须同时含有两组：各层都只有一组。",
        )
    return sample


def _check_contents(numbers: FloatArray, first: BoolArray, caller: str) -> None:
    bad = int((~np.isfinite(numbers)).sum())
    if bad:
        came = f"{bad} of {len(numbers)} missing or infinite"
        raise DataError(
            mould(caller, "values must be finite numbers", came, "Drop these cities first"),
            zh=f"取值须为有限数：{len(numbers)}个中有{bad}个缺失或无穷。",
        )
    if first.all() or not first.any():
        came = f"{int(first.sum())} cities in the first and {int((~first).sum())} in the second"
        raise DataError(
            mould(caller, "both groups must hold a city", came, "Choose another threshold"),
            zh=f"两组都须有城市：第一组{int(first.sum())}个，第二组{int((~first).sum())}个。",
        )
    if np.ptp(numbers) == 0:
        came = f"{len(numbers)} values equal to {numbers[0]:g}"
        raise DataError(
            mould(caller, "values must differ", came, "A constant column says nothing"),
            zh=f"取值须有差异：{len(numbers)}个值均为{numbers[0]:g}。",
        )
