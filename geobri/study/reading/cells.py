"""Cells of a table that was read: stripped, and rows without any."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["blank_rows", "strip_cells"]


def strip_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Strip every cell; leave out columns that have neither a heading nor a value.

    Parameters
    ----------
    table
        Texts, and whatever else cells hold.

    Returns
    -------
    pandas.DataFrame
        The same rows.
    """
    if table.shape[1] > max(len(table), 1):  # ten thousand columns of a few rows: each call has its price
        texts = [[_strip(cell) for cell in row] for row in table.to_numpy(dtype=object)]
        stripped = pd.DataFrame(texts, index=table.index, columns=table.columns, dtype="str")
    else:
        stripped = _strip_columns(table)
    kept = [at for at, name in enumerate(stripped.columns) if name or (stripped.iloc[:, at] != "").any()]
    return stripped if len(kept) == stripped.shape[1] else stripped.iloc[:, kept]


def _strip(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _strip_columns(table: pd.DataFrame) -> pd.DataFrame:
    stripped = [table.iloc[:, at].str.strip() for at in range(table.shape[1])]
    return pd.concat(stripped, axis=1) if stripped else table


def blank_rows(texts: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which rows hold nothing.

    Parameters
    ----------
    texts
        Stripped cells.

    Returns
    -------
    numpy.ndarray of bool
        One each row.
    """
    if texts.shape[1] > len(texts):
        return np.asarray((texts.to_numpy(dtype=object) == "").all(axis=1), dtype=np.bool_)
    blank = np.ones(len(texts), dtype=np.bool_)
    for at in range(texts.shape[1]):
        blank &= (texts.iloc[:, at] == "").to_numpy(dtype=np.bool_)
    return blank
