"""The research platform: query by any attribute, comparison side by side."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import pandas as pd

from geobri.cities import find_city
from geobri.errors import DataError, first_offenders, mould
from geobri.study.known import with_known
from geobri.study.model import Study
from geobri.study.opening import say_how_to_open
from geobri.words import NO, YES

__all__ = ["FLAGS", "compare", "name_columns", "query", "resolve_names"]

TableName = Literal["cities", "corridors", "flows"]
_CONDITION: Final = re.compile(
    r"^\s*(?P<column>[^<>=!~]+?)\s*(?P<sign><=|>=|!=|=|<|>|~)\s*(?P<wanted>.*?)\s*$"
)
_SIGNS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "!=": operator.ne,
}

_CITY_COLUMNS: Final = ("city", "origin", "destination")
FLAGS: Final = dict.fromkeys((*YES, "1"), True) | dict.fromkeys((*NO, "0"), False)
"""How yes and no are written."""


def _table(study: Study, table: TableName) -> pd.DataFrame:
    frames: dict[str, pd.DataFrame | None] = {
        "cities": study.cities,
        "corridors": study.corridors,
        "flows": study.flows,
    }
    if table not in frames:
        raise DataError(
            mould("query", "table must be cities, corridors or flows", repr(table), "Choose one of the three")
        )
    frame = frames[table]
    if frame is None:
        raise DataError(
            mould(
                "query",
                "a study must have flows to be asked for them",
                f"none in '{study.name}'",
                "Ask for cities or corridors",
            )
        )
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))


def _keep(frame: pd.DataFrame, condition: str) -> pd.Series:
    """Tell which rows fulfil one condition; a missing value fulfils none."""
    read = _CONDITION.match(condition)
    index_name = str(frame.index.name)
    if read is None:
        raise DataError(
            mould(
                "query",
                "a condition reads column, sign, value ('rank_overall<=10')",
                repr(condition),
                f"Signs are {', '.join([*_SIGNS, '~'])}",
            )
        )
    name, sign, wanted = read["column"], read["sign"], read["wanted"]
    if name not in frame.columns and name != index_name:
        raise DataError(
            mould(
                "query",
                f"a condition names a column: {', '.join([index_name, *map(str, frame.columns)])}",
                repr(name),
                "Choose one",
            )
        )
    column = frame[name] if name in frame.columns else frame.index.to_series()
    if sign == "~":
        return column.astype(str).str.contains(wanted, case=False, regex=False) & column.notna()
    return _compare_column(column, sign, wanted).fillna(value=False).astype(bool) & column.notna()


def _with_slug(study: Study, condition: str) -> str:
    """Put the slug where a condition on a city names it otherwise: ``city=Tripoli (Libya)``, ``origin=上海``."""
    read = _CONDITION.match(condition)
    if read is None or read["column"] not in _CITY_COLUMNS or read["sign"] not in ("=", "!="):
        return condition
    slug = find_city(study.cities, read["wanted"], caller="query")
    return condition if slug is None else f"{read['column']}{read['sign']}{slug}"


def _as_flags(column: pd.Series, wanted: str) -> pd.Series:
    """Read a column of yes and no in words, or of 1 and 0 asked for in words, as what it means; any other as it is."""
    if wanted.lower() not in FLAGS or (pd.api.types.is_numeric_dtype(column) and wanted in "01"):
        return column
    words = column.astype(object).map(lambda cell: None if pd.isna(cell) or cell == "" else _word(cell))
    flags = words.map(FLAGS)
    return (
        flags.astype("boolean") if words.notna().any() and flags.notna().eq(words.notna()).all() else column
    )


def _word(cell: object) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip().lower()


def _compare_column(column: pd.Series, sign: str, wanted: str) -> pd.Series:
    column = _as_flags(column, wanted)
    if isinstance(column.dtype, pd.BooleanDtype) or column.dtype == bool:
        flag = FLAGS.get(wanted.lower())
        if flag is None:
            said = f"'{column.name}' is compared with true or false"
            raise DataError(mould("query", said, repr(wanted), f"Write one of {', '.join(FLAGS)}"))
        return pd.Series(_SIGNS[sign](column.astype("boolean"), flag), index=column.index)
    if pd.api.types.is_numeric_dtype(column):
        try:
            number = float(wanted)
        except ValueError as error:
            raise DataError(
                mould("query", f"'{column.name}' is compared with a number", repr(wanted), "Write a number")
            ) from error
        return pd.Series(_SIGNS[sign](column, number), index=column.index)
    return pd.Series(
        _SIGNS[sign](column.astype(object).map(lambda cell: None if pd.isna(cell) else str(cell)), wanted),
        index=column.index,
    )


def query(
    study: Study,
    *conditions: str,
    table: TableName = "cities",
    columns: Sequence[str] | None = None,
    sort: str | None = None,
    top: int | None = None,
) -> pd.DataFrame:
    """Find cities, corridors or flows by any of their attributes.

    Parameters
    ----------
    study
        A loaded study.
    *conditions
        Each ``column sign value`` with the signs ``= != < <= > >=`` and ``~`` (contains); all must hold. A
        missing value fulfils no condition. A `city`, `origin` or `destination` may be named as readers name it. A `capital` or a
        `population` that the cities do not have is taken from the gazetteer, by name and point.
    table
        Which table to ask.
    columns
        Columns to give back; all by default. The index (`city`, `corridor`) always comes along.
    sort
        Column to sort by, ascending; ``-column`` for descending. Missing values come last.
    top
        How many rows to keep.

    Returns
    -------
    pandas.DataFrame
        The rows, without geometry.

    Raises
    ------
    DataError
        If a condition cannot be read, names no column, or a city by a name that several have.

    Examples
    --------
    >>> from geobri.study import load_study
    >>> query(load_study("bri22"), "coastal=false", "rank_overall<=10").index.tolist()
    ['beijing', 'moscow', 'chengdu']
    """
    if table == "cities":
        study = with_known(study, name_columns(conditions, columns, sort))
    frame = _table(study, table)
    for condition in conditions:
        read = _CONDITION.match(condition)
        _check_opened(study, frame, "" if read is None else read["column"])
        frame = frame[_keep(frame, _with_slug(study, condition))]
    if sort:
        name = sort.removeprefix("-")
        _check_known(frame, [name])
        frame = frame.sort_values(name, ascending=not sort.startswith("-"), na_position="last", kind="stable")
    _check_known(frame, columns or [])
    frame = frame[[name for name in columns if name in frame.columns]] if columns else frame
    if top is not None and top < 0:
        raise DataError(mould("query", "top must be 0 rows or more", str(top), "Leave it out to have all"))
    return frame if top is None else frame.head(top)


def name_columns(
    conditions: Sequence[str], columns: Sequence[str] | None = None, sort: str | None = None
) -> list[str]:
    """List the columns that a question names.

    Parameters
    ----------
    conditions, columns, sort
        As for `query`.

    Returns
    -------
    list of str
        In their order, perhaps with columns that are none.
    """
    read = [_CONDITION.match(condition) for condition in conditions]
    return [
        *(one["column"] for one in read if one),
        *(columns or []),
        *([sort.removeprefix("-")] if sort else []),
    ]


def _check_opened(study: Study, frame: pd.DataFrame, column: str) -> None:
    """Refuse a question about what no place says, instead of finding nothing."""
    remedy = say_how_to_open(study, column)
    if remedy is not None and column in frame.columns and frame[column].isna().all() and len(frame):
        came = f"none of the {len(frame):,} rows of '{study.name}' has one"
        raise DataError(mould("query", f"'{column}' must be known somewhere", came, remedy.en))


def _check_known(frame: pd.DataFrame, names: Sequence[str]) -> None:
    known = [*frame.index.names, *frame.columns]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DataError(
            mould(
                "query",
                f"columns must be among {', '.join(str(name) for name in known if name is not None)}",
                first_offenders(unknown),
                "Choose from these",
            )
        )


def resolve_names(study: Study, names: Sequence[str], caller: str) -> tuple[pd.DataFrame, list[str]]:
    """Find cities by slug or name, corridors by id; all of one kind.

    Parameters
    ----------
    study
        A loaded study.
    names
        What was named.
    caller
        Who asks, for the message.

    Returns
    -------
    tuple of pandas.DataFrame and list of str
        The table, without geometry, and the labels of its rows that were named.

    Raises
    ------
    DataError
        If a name is neither a city nor a corridor, is that of several cities, or they are mixed.
    """
    cities, corridors = study.cities, study.corridors
    if all(name in corridors.index for name in names):
        return pd.DataFrame(corridors.drop(columns="geometry")), list(names)
    slugs = [find_city(cities, name, caller=caller) for name in names]
    if all(slug is not None for slug in slugs):
        return pd.DataFrame(cities.drop(columns="geometry")), [str(slug) for slug in slugs]
    unknown = [
        name for name, slug in zip(names, slugs, strict=True) if slug is None and name not in corridors.index
    ]
    wanted = "all must be cities (slug or name) or all corridors (a--b)"
    raise DataError(
        mould(
            caller,
            wanted,
            f"neither: {first_offenders(unknown)}" if unknown else "a mixture",
            "Look them up with: geobri query",
        )
    )


def compare(study: Study, names: Sequence[str]) -> pd.DataFrame:
    """Put cities, or corridors, side by side.

    Parameters
    ----------
    study
        A loaded study.
    names
        Cities by slug or name in either language, or corridors by id.

    Returns
    -------
    pandas.DataFrame
        One column each, one row per attribute that any of them has.

    Raises
    ------
    DataError
        If a name is neither a city nor a corridor, is that of several cities, or they are mixed.

    Examples
    --------
    >>> from geobri.study import load_study
    >>> compare(load_study("bri22"), ["Singapore", "上海"]).loc["rank_trade"].tolist()
    [1, 2]
    """
    frame, keys = resolve_names(study, names, "compare")
    side_by_side = frame.loc[keys].T
    return side_by_side[side_by_side.notna().any(axis=1)]
