"""What a pair matrix must be before it is tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geobri.arrays import BoolArray
from geobri.errors import DataError, first_offenders, mould
from geobri.stats.pairs import FEWEST_CITIES, observed_pairs
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["check_common", "check_pair_matrix"]


def check_pair_matrix(
    matrix: npt.ArrayLike, *, caller: str, name: str = "matrix", directed: bool = False
) -> FloatArray:
    """Refuse a matrix that is not square, symmetric unless directed, finite, varied and of four cities; give a copy without diagonal."""
    cells = np.array(matrix, dtype=np.float64, copy=True)
    if cells.ndim != 2 or cells.shape[0] != cells.shape[1]:  # noqa: PLR2004 (a matrix has two axes)
        raise DataError(
            mould(
                caller,
                Words(f"{name} must be square", f"{name}须为方阵"),
                f"shape {cells.shape}",
                "Pass a pair matrix",
            )
        )
    np.fill_diagonal(cells, np.nan)
    faults = _matrix_faults(cells, directed)
    if faults:
        remedy = (
            "Nothing can be told from values that do not differ"
            if faults == _without_spread(cells)
            else "See to_matrix, which lays out a table of corridors"
        )
        came = "; ".join(fault.en for fault in faults)
        raise DataError(
            mould(caller, f"{name} must be a usable pair matrix", came, remedy),
            zh=f"{'；'.join(fault.zh for fault in faults)}。",
        )
    return cells


def _matrix_faults(cells: FloatArray, directed: bool) -> list[Words]:
    seen = observed_pairs(cells)
    endless = int(np.isinf(cells).sum())
    alone = np.flatnonzero(~(seen.any(axis=0) | seen.any(axis=1)))
    faults = []
    if len(cells) < FEWEST_CITIES:
        faults.append(
            Words(
                f"{len(cells)} cities where at least {FEWEST_CITIES} are needed",
                f"至少需要{FEWEST_CITIES}个城市，现有{len(cells)}个",
            )
        )
    if endless:
        faults.append(Words(f"{endless} infinite cells", f"{endless}个单元格为无穷"))
    if alone.size:
        where = first_offenders(alone)
        faults.append(
            Words(
                f"{alone.size} cities without any observed pair, at positions {where}",
                f"{alone.size}个城市没有任何有取值的城市对（位置：{where}）",
            )
        )
    if not directed and not np.allclose(cells, cells.T, rtol=1e-9, atol=0.0, equal_nan=True):
        faults.append(
            Words(
                "cells that differ from their mirror cells (pass directed=True if that is meant)",
                "往返取值不同，而此处按无方向处理",
            )
        )
    return faults + _without_spread(cells)


def _without_spread(cells: FloatArray) -> list[Words]:
    values = cells[observed_pairs(cells)]
    if not values.size or float(np.ptp(values)):
        return []
    return [
        Words(
            f"{values.size:,} observed cells that are all equal to {values[0]:g}",
            f"取值须有差异：{values.size:,}个取值均为{values[0]:g}",
        )
    ]


def check_common(
    clean: Sequence[FloatArray], names: Sequence[str], seen: BoolArray, labels: Sequence[str], caller: str
) -> None:
    """Refuse matrices that have too little in common."""
    alone = [labels[int(place)] for place in np.flatnonzero(~np.asarray(seen.any(axis=0) | seen.any(axis=1)))]
    if alone:
        came = f"{len(alone)} cities without one: {first_offenders(alone)}"
        raise DataError(
            mould(caller, "every city needs a pair observed in all matrices", came, "Leave them out"),
            zh=f"每个城市都须有一对在各矩阵中均有取值：{len(alone)}个城市没有。",
        )
    flat = [name for name, one in zip(names, clean, strict=True) if float(np.ptp(one[seen])) == 0.0]
    if flat:
        came = f"equal values throughout in {first_offenders(flat)}"
        raise DataError(
            mould(caller, "the pairs observed in all matrices must vary", came, "Leave it out"),
            zh=f"各矩阵中共同有取值的城市对须有差异：{len(flat)}个矩阵的取值处处相等。",
        )
