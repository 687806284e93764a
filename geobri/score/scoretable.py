"""The door for tables of scores and for the weights that go with them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geobri.errors import DataError, SchemaError, first_offenders, mould

__all__ = ["check_importance", "check_scores"]

SUM_TOLERANCE = 1e-6


def check_scores(
    scores: pd.DataFrame, *, caller: str, least_cities: int = 2, missing: bool = False
) -> pd.DataFrame:
    """Check a table of scores, and name all its faults at once.

    Parameters
    ----------
    scores
        Cities (or corridors) by nodes, higher is better.
    caller
        Function that speaks in error messages.
    least_cities
        How many rows are needed.
    missing
        Whether missing scores are allowed.

    Returns
    -------
    pandas.DataFrame
        The same labels with float values.

    Raises
    ------
    SchemaError
        If labels repeat, a column is not numeric, or a score is missing or infinite.
    """
    if not isinstance(scores, pd.DataFrame):
        came = f"a {type(scores).__name__}"
        raise SchemaError(
            mould(caller, "scores must be a DataFrame, cities by nodes", came, "Name index and columns")
        )
    faults = []
    if scores.shape[0] < least_cities or scores.shape[1] < 1:
        faults.append(f"{scores.shape[0]} rows and {scores.shape[1]} columns")
    for what, labels in (("row", scores.index), ("column", scores.columns)):
        if labels.has_duplicates:
            faults.append(f"repeated {what} labels {first_offenders(labels[labels.duplicated()].unique())}")
    odd = [name for name, dtype in scores.dtypes.items() if not pd.api.types.is_numeric_dtype(dtype)]
    if odd:
        faults.append(f"non-numeric columns {first_offenders(odd)}")
    if not odd:
        array = scores.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isinf(array) if missing else ~np.isfinite(array)
        if bad.any():
            faults.append(
                f"{int(bad.sum())} missing or infinite scores in rows {first_offenders(scores.index[bad.any(axis=1)])}"
            )
    if faults:
        wanted = f"scores must be a numeric table of at least {least_cities} rows without repeated labels"
        raise SchemaError(mould(caller, wanted, "; ".join(faults), "Correct, impute or drop what is named"))
    return scores.astype(float)


def check_importance(importance: pd.Series | None, nodes: pd.Index, *, caller: str) -> pd.Series:
    """Check that weights fit the nodes they are for.

    Parameters
    ----------
    importance
        Weight per node; None for equal weights.
    nodes
        The nodes, in the order wanted.
    caller
        Function that speaks in error messages.

    Returns
    -------
    pandas.Series
        Weights as floats in the order of `nodes`, summing to 1 exactly.

    Raises
    ------
    DataError
        If a weight is missing, superfluous, negative or not finite, or the sum is not 1 (to 1e-6).
    """
    if importance is None:
        return pd.Series(1.0 / len(nodes), index=nodes)
    faults = (
        [f"no weight for {first_offenders(nodes.difference(importance.index))}"]
        if len(nodes.difference(importance.index))
        else []
    )
    if len(importance.index.difference(nodes)):
        faults.append(f"a weight for unknown {first_offenders(importance.index.difference(nodes))}")
    values = importance.astype(float)
    bad = values.index[~np.isfinite(values) | (values < 0)]
    if len(bad):
        faults.append(f"a negative or missing weight for {first_offenders(bad)}")
    if not faults and abs(values.sum() - 1.0) > SUM_TOLERANCE:
        faults.append(f"a sum of {values.sum():.6g}")
    if faults:
        wanted = "importance must hold one weight per dimension, none negative, with sum 1"
        raise DataError(
            mould(
                caller,
                wanted,
                "; ".join(faults),
                "Give exact weights (1/6, not 0.167), or divide by their sum",
            )
        )
    ordered = values.reindex(nodes)
    return ordered / ordered.sum()
