"""The long table of flows as codes: cities and indicators become integers, once, and every fault of the table is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.tables import FLOW_COLUMNS, check_flows
from geobri.words import Words

__all__ = ["CodedFlows", "code_flows", "list_unused_indicators"]


@dataclass(frozen=True, slots=True, eq=False)
class CodedFlows:
    """A checked table of flows as integers and floats.

    Attributes
    ----------
    indicators
        Names that `indicator` points into.
    indicator, origin, destination
        Codes, shape (rows,); cities by position in the cities table.
    amount
        Values, shape (rows,); NaN where the cell is empty.
    year
        Years, shape (rows,); None where the table has none.
    """

    indicators: pd.Index
    indicator: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    destination: npt.NDArray[np.int64]
    amount: FloatArray
    year: npt.NDArray[np.int64] | None

    def of_year(self, year: int) -> CodedFlows:
        """Keep the rows of one year.

        Parameters
        ----------
        year
            The year; a table without years is kept whole.

        Returns
        -------
        CodedFlows
            The rows of that year.
        """
        if self.year is None:
            return self
        keep = self.year == year
        codes = (self.indicator[keep], self.origin[keep], self.destination[keep])
        return CodedFlows(self.indicators, *codes, self.amount[keep], self.year[keep])


def code_flows(flows: pd.DataFrame, cities: pd.Index) -> CodedFlows:
    """Check a table of flows and turn its text into codes.

    Parameters
    ----------
    flows
        Long table `indicator, origin, destination, value[, year]`.
    cities
        Slugs of the known cities.

    Returns
    -------
    CodedFlows
        The same rows; `flows` is not changed.

    Raises
    ------
    SchemaError
        If a column is missing, a city unknown, a pair joins a city with itself, a row is doubled or a value is no
        number; all faults at once.
    DataError
        If a value is infinite.
    """
    if not isinstance(flows, pd.DataFrame) or not set(FLOW_COLUMNS) <= set(flows.columns):
        check_flows(flows, caller="build_index")
    if not pd.api.types.is_numeric_dtype(flows["value"]):
        flows = check_flows(flows, cities=cities, caller="build_index").assign(
            value=pd.to_numeric(flows["value"])
        )
    codes, names = pd.factorize(flows["indicator"])
    if (codes < 0).any():
        came = f"{int((codes < 0).sum())} of {len(flows)} without: rows {first_offenders(flows.index[codes < 0])}"
        raise SchemaError(
            mould(
                "build_index",
                Words("every row of flows must name its indicator", "流量的每一行都须写明指标"),
                came,
                "Fill it in or remove the row",
            )
        )
    coded = CodedFlows(
        pd.Index(names),
        codes.astype(np.int64),
        _positions(flows["origin"], cities),
        _positions(flows["destination"], cities),
        flows["value"].to_numpy(dtype=float, na_value=np.nan),
        _years(flows),
    )
    if _is_faulty(coded, len(cities)):
        check_flows(flows, cities=cities, caller="build_index")
    infinite = np.isinf(coded.amount)
    if infinite.any():
        came = f"{int(infinite.sum())} infinite: {first_offenders(_row_names(flows[infinite]))}"
        raise DataError(
            mould(
                "build_index",
                Words("flows must be finite", "流量须为有限数"),
                came,
                "Correct them, or leave the cell empty",
            )
        )
    return coded


def _positions(column: pd.Series, cities: pd.Index) -> npt.NDArray[np.int64]:
    codes, slugs = pd.factorize(column)
    known = cities.get_indexer(pd.Index(slugs, dtype=object))
    return np.where(codes >= 0, known[codes], -1).astype(np.int64)


def _years(flows: pd.DataFrame) -> npt.NDArray[np.int64] | None:
    if "year" not in flows.columns:
        return None
    years = pd.to_numeric(flows["year"], errors="coerce")
    bad = years.isna() | (years % 1 != 0)
    if bad.any():
        came = f"{int(bad.sum())} of {len(flows)} rows otherwise: {first_offenders(flows.loc[bad, 'year'])}"
        raise SchemaError(
            mould(
                "build_index",
                Words(
                    "'year' of flows must be a whole number in every row", "流量每一行的年份（year）须为整数"
                ),
                came,
                "Fill it in",
            )
        )
    return years.to_numpy(dtype=np.int64)


def _is_faulty(coded: CodedFlows, n: int) -> bool:
    """Tell fast whether the slow check has something to say."""
    if (coded.origin < 0).any() or (coded.destination < 0).any() or (coded.origin == coded.destination).any():
        return True
    key = (coded.indicator * n + coded.origin) * n + coded.destination
    if coded.year is not None and len(coded.year):
        key = key * (int(np.ptp(coded.year)) + 1) + (coded.year - coded.year.min())
    ordered = np.sort(key)
    return bool((ordered[1:] == ordered[:-1]).any())


def _row_names(rows: pd.DataFrame) -> list[str]:
    return [f"{row.indicator}: {row.origin} – {row.destination}" for row in rows.itertuples()]


def list_unused_indicators(coded: CodedFlows, wanted: Sequence[str]) -> list[str]:
    """Name the indicators of the table that the index does not use.

    Parameters
    ----------
    coded
        The flows.
    wanted
        What the index reads.

    Returns
    -------
    list of str
        The others, in order of appearance.
    """
    return [str(name) for name in coded.indicators if name not in set(wanted)]
