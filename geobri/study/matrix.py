"""Square tables: flows as a matrix with cities on both sides, as spreadsheets often hold them."""

from __future__ import annotations

import pandas as pd

__all__ = ["is_matrix", "melt_matrix"]


def is_matrix(table: pd.DataFrame) -> bool:
    """Tell whether a table is a square matrix of flows.

    Parameters
    ----------
    table
        As `read_table` gives it.

    Returns
    -------
    bool
        True when there is no `origin` column and most headings stand in the first column as well.
    """
    if {"origin", "destination"} & set(table.columns) or len(table) == 0:
        return False
    labels = set(table.iloc[:, 0].astype(str))
    headings = list(table.columns[1:])
    return len(headings) > 1 and sum(name in labels for name in headings) > len(headings) / 2


def melt_matrix(table: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Turn a square matrix into the long table of flows.

    Parameters
    ----------
    table
        Origins in the first column, destinations as headings.
    indicator
        What the cells measure.

    Returns
    -------
    pandas.DataFrame
        Columns `indicator, origin, destination, value`; the diagonal and empty cells are left out; the
        index is still the row in the file.
    """
    first = table.columns[0]
    long = table.rename(columns={first: "origin"}).melt(
        id_vars="origin", var_name="destination", value_name="value", ignore_index=False
    )
    kept = long[(long["origin"] != long["destination"]) & (long["value"] != "") & long["value"].notna()]
    return kept.assign(indicator=indicator)[["indicator", "origin", "destination", "value"]]
