"""The door for tables of scores: cities by nodes, numbers only, no city twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geobri.errors import SchemaError, first_offenders, mould

__all__ = ["check_scores"]


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
