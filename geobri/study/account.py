"""The account of a study: what was read, what is used, and what was left out, by measure and reason, with sums."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

import pandas as pd

from geobri.measures import Measure
from geobri.words import Words

__all__ = [
    "ACCOUNT_COLUMNS",
    "REASONS",
    "Entry",
    "Reason",
    "count_entry",
    "say_account",
    "say_left_out",
    "say_number",
    "sums_that_mean",
    "tabulate_account",
]

Reason = Literal[
    "read",
    "unknown",
    "empty",
    "total",
    "self",
    "double",
    "year",
    "undated",
    "domestic",
    "unscored",
    "sheet",
    "used",
    "filled",
]

REASONS: Final[dict[str, Words]] = {
    "read": Words("read", "读入"),
    "unknown": Words("with an end that is no known place", "端点不在地点表中"),
    "empty": Words("with an empty cell", "单元格为空"),
    "total": Words("with sums of the others", "为其余各行之和"),
    "self": Words("of a city with itself", "城市与自身之间"),
    "double": Words("that say the same pair again", "重复同一城市对"),
    "year": Words("of other years", "其他年份"),
    "undated": Words("without a year", "没有年份"),
    "domestic": Words("inside a country", "一国之内"),
    "unscored": Words("inside a country, by the index only", "一国之内（仅指数不计）"),
    "sheet": Words("on another sheet", "其他工作表"),
    "used": Words("used", "使用"),
    "filled": Words("pairs without a row, taken as zero", "无记录、按零计的城市对"),
}
ACCOUNT_COLUMNS: Final = ("measure", "reason", "rows", "total", "detail")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account.

    Attributes
    ----------
    measure
        Column that the rows speak of; empty where that is not known.
    reason
        What became of them: ``read``, ``used``, ``filled`` (pairs added as zero), or why they were left out.
    rows
        How many rows.
    total
        The sum of their values; not a number where a sum means nothing, as of shares and ranks.
    detail
        Which ones: years, sheets, a file.
    """

    measure: str
    reason: Reason
    rows: int
    total: float = math.nan
    detail: str = ""


def count_entry(measure: str, reason: Reason, values: pd.Series, detail: str = "") -> list[Entry]:
    """Count some rows of a measure.

    Parameters
    ----------
    measure
        Column that they speak of.
    reason
        What became of them.
    values
        Their values.
    detail
        Which ones they are.

    Returns
    -------
    list of Entry
        One entry; none where there are no rows.
    """
    if not len(values):
        return []
    total = math.nan if reason == "empty" else float(pd.to_numeric(values, errors="coerce").sum())
    return [Entry(measure, reason, len(values), total, detail)]


def sums_that_mean(entries: Iterable[Entry], measures: Iterable[Measure]) -> tuple[Entry, ...]:
    """Leave out the sums of measures that do not add up.

    Parameters
    ----------
    entries
        The account.
    measures
        What its columns mean.

    Returns
    -------
    tuple of Entry
        The same rows.
    """
    no_sum = {one.column for one in measures if not one.adds_up}
    return tuple(replace(one, total=math.nan) if one.measure in no_sum else one for one in entries)


def tabulate_account(entries: Iterable[Entry]) -> pd.DataFrame:
    """Put the entries into a table, one row per measure and reason.

    Parameters
    ----------
    entries
        In any order.

    Returns
    -------
    pandas.DataFrame
        Columns `measure, reason, rows, total, detail`; rows and sums of the same reason are added up, measures as they come; no sum where
        it means nothing.
    """
    table = pd.DataFrame(
        [(one.measure, one.reason, one.rows, one.total, one.detail) for one in entries],
        columns=list(ACCOUNT_COLUMNS),
    )
    if table.empty:
        return table
    order = {reason: at for at, reason in enumerate(get_args(Reason))}
    table["order"] = table["reason"].map(order)
    measures = {name: at for at, name in enumerate(dict.fromkeys(table["measure"]))}
    table["first"] = table["measure"].map(measures)
    grouped = table.groupby(["first", "order", "measure", "reason"], sort=True, observed=True)
    summed = grouped.agg(rows=("rows", "sum"), total=("total", _add), detail=("detail", _join)).reset_index()
    return summed[list(ACCOUNT_COLUMNS)]


def _add(totals: pd.Series) -> float:
    return float(totals.sum(min_count=1))


def _join(details: pd.Series) -> str:
    return ", ".join(dict.fromkeys(text for text in details if text))


def say_number(number: float) -> str:
    """Write a number with marks between thousands, and no more decimals than it has, six figures at most.

    Parameters
    ----------
    number
        Any number.

    Returns
    -------
    str
        ``2,400``, ``0.125``, ``1,234.57``.
    """
    if float(number).is_integer():
        return f"{number:,.0f}"
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.1f}"  # noqa: PLR2004 - six figures hold a million


def say_account(entries: Sequence[Entry], labels: dict[str, Words] | None = None) -> list[Words]:
    """Say the account in sentences, one per measure.

    Parameters
    ----------
    entries
        The account.
    labels
        What the measures are called; their columns by default.

    Returns
    -------
    list of Words
        ``flights: 102 read in 2 rows; left out: 100 in 1 row inside a country; used: 2 in 1 row.``
    """
    table = tabulate_account(entries)
    by_measure: dict[str, dict[str, Any]] = {}
    for row in table.itertuples():
        by_measure.setdefault(str(row.measure), {})[str(row.reason)] = row
    said = []
    for measure, parts in by_measure.items():
        name = (labels or {}).get(measure, Words(measure or "flows", measure or "流量"))
        left = [row for reason, row in parts.items() if reason not in ("read", "used", "filled")]
        en, zh = [], []
        if "read" in parts:
            en.append(f"{_amount(parts['read'])} read")
            zh.append(f"读入 {_amount_zh(parts['read'])}")
        if left:
            en.append("left out: " + ", ".join(f"{_amount(row)} {_which(row).en}" for row in left))
            zh.append("未使用：" + "，".join(f"{_which(row).zh} {_amount_zh(row)}" for row in left))
        if "used" in parts:
            en.append(f"used: {_amount(parts['used'])}")
            zh.append(f"使用 {_amount_zh(parts['used'])}")
        if "filled" in parts:
            en.append(f"{parts['filled'].rows:,} {REASONS['filled'].en}")
            zh.append(f"{REASONS['filled'].zh} {parts['filled'].rows:,} 个")
        said.append(Words(f"{name.en}: {'; '.join(en)}.", f"{name.zh}：{'；'.join(zh)}。"))
    return said


def say_left_out(entries: Sequence[Entry], measure: str) -> Words:
    """Say what of one measure was left out before it was tested.

    Parameters
    ----------
    entries
        The account.
    measure
        Its column.

    Returns
    -------
    Words
        ``100 in 1 row inside a country``; empty when nothing was.
    """
    table = tabulate_account(one for one in entries if one.measure == measure)
    left = [row for row in table.itertuples() if row.reason not in ("read", "used", "filled")]
    return Words(
        ", ".join(f"{_amount(row)} {_which(row).en}" for row in left),
        "，".join(f"{_which(row).zh} {_amount_zh(row)}" for row in left),
    )


def _which(row: object) -> Words:
    reason, detail = REASONS[str(row.reason)], str(row.detail)  # type: ignore[attr-defined]
    return Words(f"{reason.en} ({detail})", f"{reason.zh}（{detail}）") if detail else reason


def _amount(row: object) -> str:
    count = int(row.rows)  # type: ignore[attr-defined]
    rows, total = f"{count:,} row{'s' if count != 1 else ''}", float(row.total)  # type: ignore[attr-defined]
    return rows if math.isnan(total) else f"{say_number(total)} in {rows}"


def _amount_zh(row: object) -> str:
    rows, total = f"{int(row.rows):,} 行", float(row.total)  # type: ignore[attr-defined]
    return rows if math.isnan(total) else f"{say_number(total)}（{rows}）"
