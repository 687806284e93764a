"""Several years of an index: normalised together or year by year, growth, entry and exit.

Year by year, min-max says where a city stands among the others of that year, and its score can fall
while its values rise. Jointly, or against a frozen year, a rise is a rise. Both are wanted, and
confusing them is the classical mistake; so the choice has no default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.score.compiled import compile_index, score_compiled
from geobri.score.normalise import normalise
from geobri.score.ranking import rank
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec
from geobri.score.trust.removal import arrow

__all__ = ["GROWTH_COLUMNS", "build_growth_table", "list_entries", "normalise_panel", "score_panel"]

GROWTH_COLUMNS = (
    "first_year",
    "last_year",
    "first_value",
    "last_value",
    "change",
    "log_change",
    "annual_growth",
    "first_rank",
    "last_rank",
    "rank_change",
    "arrow",
    "status",
)
Scope = str | int


def normalise_panel(
    values: pd.DataFrame,
    *,
    scope: Scope,
    normaliser: str = "minmax",
    direction: int | Mapping[str, int] = 1,
    **params: Any,
) -> pd.DataFrame:
    """Normalise a panel of indicators.

    Parameters
    ----------
    values
        Indicators, rows by (city, year).
    scope
        "yearly": every year within itself. "joint": all years together. A year: against the cities of
        that year, frozen.
    normaliser
        Name of a normaliser.
    direction
        +1 where more is better, -1 where less is; one for all, or by column.
    **params
        Parameters of the normaliser.

    Returns
    -------
    pandas.DataFrame
        Scores with the labels of `values`.

    Raises
    ------
    SchemaError
        If the rows are not labelled by city and year, or labels repeat.
    SpecificationError
        If the scope is unknown.
    DataError
        If a column is constant within the scope.
    """
    _check_panel(values, "normalise_panel")
    signs = [
        direction.get(str(name), 1) if isinstance(direction, Mapping) else direction
        for name in values.columns
    ]
    parts = []
    for year, part in _split_years(values):
        against = _reference(values, year, scope, "normalise_panel")
        parts.append(normalise(part, normaliser, signs, reference=against.to_numpy(dtype=float), **params))
    return pd.concat(parts).reindex(values.index)


def _check_panel(values: pd.DataFrame | pd.Series, caller: str) -> None:
    names = list(values.index.names)
    if names != ["city", "year"]:
        came = f"index levels {names}"
        raise SchemaError(
            mould(
                caller,
                "a panel must be indexed by 'city' and 'year'",
                came,
                "Use set_index(['city', 'year'])",
            )
        )
    if values.index.has_duplicates:
        odd = values.index[values.index.duplicated()].unique()
        came = f"repeated {first_offenders(odd)}"
        raise SchemaError(mould(caller, "every city may appear once a year", came, "Drop the repetitions"))


def _split_years(values: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    years = values.index.get_level_values("year")
    return [(int(year), values[years == year]) for year in sorted(set(years))]


def _reference(values: pd.DataFrame, year: int, scope: Scope, caller: str) -> pd.DataFrame:
    years = values.index.get_level_values("year")
    if scope == "joint":
        return values
    base = year if scope == "yearly" else scope
    if isinstance(base, str) or base not in years:
        came = f"{scope!r} with years {sorted(set(years))}"
        raise SpecificationError(
            mould(caller, "scope must be 'yearly', 'joint' or one of the years", came, "Choose one of them")
        )
    return values[years == base]


def score_panel(spec: IndexSpec, values: pd.DataFrame, *, scope: Scope) -> pd.DataFrame:
    """Score an index in every year of a panel.

    Parameters
    ----------
    spec
        A complete specification.
    values
        Treated indicators, rows by (city, year), one column per indicator.
    scope
        What columns are normalised within: "yearly", "joint" or a frozen year.

    Returns
    -------
    pandas.DataFrame
        Rows by (city, year), one column per node of the index, then the rank of the index within its
        year as `rank_overall`.

    Raises
    ------
    SchemaError
        If the rows are not labelled by city and year, or labels repeat.
    SpecificationError
        If the scope is unknown, or indicators are lacking.
    DataError
        If a column is constant within the scope.
    """
    _check_panel(values, "score_panel")
    parts = []
    for year, part in _split_years(values):
        reference = _reference(values, year, scope, "score_panel")
        compiled = compile_index(spec, part.droplevel("year"), reference=reference)
        scores = pd.DataFrame(score_compiled(compiled), index=part.index, columns=list(compiled.nodes))
        scores["rank_overall"] = rank(scores[ROOT], spec.choices.ties, spec.choices.tolerance)
        parts.append(scores)
    return pd.concat(parts).reindex(values.index)


def build_growth_table(
    values: pd.Series, *, first_year: int | None = None, last_year: int | None = None, ties: str = "min"
) -> pd.DataFrame:
    """Measure the growth of every city between two years.

    Parameters
    ----------
    values
        Values or scores, rows by (city, year), higher is better.
    first_year, last_year
        Between which years; the ends of the panel by default.
    ties
        Rule for the ranks of each year.

    Returns
    -------
    pandas.DataFrame
        Index is the city; columns `GROWTH_COLUMNS`. `annual_growth` is the compound rate per year,
        (last / first)^(1 / years) - 1, and `log_change` is ln(last / first); both are missing unless
        both values are positive. `rank_change` is positive for a rise. Ranks are among all cities of
        the year. `status` is "stayed", "entered", "left" or "absent" (in neither year).

    Raises
    ------
    SchemaError
        If the rows are not labelled by city and year, or labels repeat.
    DataError
        If a year is not in the panel, or the first is not before the last.
    """
    _check_panel(values, "build_growth_table")
    wide = values.astype(float).unstack("year")  # noqa: PD010 - pivot_table would average repetitions away
    if not wide.shape[1]:
        raise DataError(mould("build_growth_table", "a panel must hold years", "an empty one", "Add rows"))
    start = int(wide.columns.min()) if first_year is None else first_year
    end = int(wide.columns.max()) if last_year is None else last_year
    if start not in wide.columns or end not in wide.columns or start >= end:
        came = f"{start} to {end} with years {sorted(int(year) for year in wide.columns)}"
        raise DataError(
            mould(
                "build_growth_table",
                "two years of the panel, the first before the last",
                came,
                "Choose others",
            )
        )
    before, after = wide[start], wide[end]
    ratio = (after / before).where((before > 0) & (after > 0))
    ranks = [rank(one, ties).astype(float) for one in (before, after)]
    table = pd.DataFrame(
        {
            "first_year": start,
            "last_year": end,
            "first_value": before,
            "last_value": after,
            "change": after - before,
            "log_change": np.log(ratio),
            "annual_growth": ratio ** (1.0 / (end - start)) - 1.0,
            "first_rank": ranks[0],
            "last_rank": ranks[1],
            "rank_change": ranks[0] - ranks[1],
        },
        index=wide.index,
    )
    table["arrow"] = [arrow(one) for one in table["rank_change"]]
    known = before.notna().to_numpy(), after.notna().to_numpy()
    table["status"] = np.select(
        [known[0] & known[1], known[1], known[0]], ["stayed", "entered", "left"], default="absent"
    )
    return table[list(GROWTH_COLUMNS)]


def list_entries(values: pd.Series) -> pd.DataFrame:
    """List who enters and who leaves, from each year of a panel to the next.

    Parameters
    ----------
    values
        Values or scores, rows by (city, year); a missing value counts as absence.

    Returns
    -------
    pandas.DataFrame
        Columns `year, city, event` with event "entered", "left" or "returned" (after an earlier
        absence), by year and city; the first year has no events.

    Raises
    ------
    SchemaError
        If the rows are not labelled by city and year, or labels repeat.
    """
    _check_panel(values, "list_entries")
    wide = values.unstack("year")  # noqa: PD010 - pivot_table would drop cities without values
    present = wide.notna().sort_index(axis=1)
    rows = []
    for place in range(1, present.shape[1]):
        now, before = present.iloc[:, place], present.iloc[:, place - 1]
        earlier = present.iloc[:, :place].any(axis=1)
        for city in present.index[now != before]:
            event = "left" if before[city] else "returned" if earlier[city] else "entered"
            rows.append((present.columns[place], city, event))
    return pd.DataFrame(rows, columns=["year", "city", "event"])
