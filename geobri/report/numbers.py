"""How a number is written on the page: on an axis, in a line of statistics, in a cell that can be sorted."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from geobri.report.model import Cell
from geobri.words import Words

__all__ = ["number_cell", "percent_cell", "write_known", "write_lengths", "write_number", "write_step"]

_FAR, _NEAR = 100.0, 10.0


def write_number(number: float) -> str:
    """Write a number for an axis or a table: three digits, thousands marked, a true minus, never an exponent.

    Parameters
    ----------
    number
        Any number; NaN gives nothing.

    Returns
    -------
    str
        ``3,330``, ``0.0048``, ``−7.5``.
    """
    if not math.isfinite(number):
        return ""
    if number == 0:
        return "0"
    size = abs(number)
    digits = max(0, 2 - math.floor(math.log10(size)))
    plain = f"{size:,.{min(digits, 8)}f}"
    return ("−" if number < 0 else "") + (plain.rstrip("0").rstrip(".") if "." in plain else plain)


def write_known(value: Any) -> str:
    """Write a number of a table, nothing where it is missing.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    str
        As `write_number` writes it.
    """
    return "" if value is None or pd.isna(value) else write_number(float(str(value)))


def write_step(step: float) -> str:
    """Write by how many places something moved: with its sign, a true minus, and no sign before 0.

    Parameters
    ----------
    step
        A whole number.

    Returns
    -------
    str
        ``+3``, ``−2``, ``0``.
    """
    return f"{step:+.0f}".replace("-", "−") if step else "0"


def number_cell(value: Any, how: str = "") -> Cell:
    """Make a cell of a number, which sorts by it.

    Parameters
    ----------
    value
        The number; missing and infinite ones give an empty cell.
    how
        A format such as ``".1f"``; three digits by default.

    Returns
    -------
    Cell
        The cell.
    """
    if pd.isna(value) or not math.isfinite(value):
        return Cell(Words(""))
    number = float(value)
    return Cell(Words(format(number, how) if how else write_number(number)), number)


def write_lengths(km: pd.Series[float]) -> list[str]:
    """Write the lengths of a table alike: whole kilometres over a country, tens of metres within a town.

    Parameters
    ----------
    km
        Kilometres.

    Returns
    -------
    list of str
        In the same order, as many decimals each as the middle one needs; shorter ones with three digits, so that none becomes 0.

    Examples
    --------
    >>> import pandas as pd
    >>> write_lengths(pd.Series([0.0046, 0.8, 5.84]))
    ['0.0046', '0.80', '5.84']
    """
    middle = float(km.median())
    decimals = 0 if middle >= _FAR else 1 if middle >= _NEAR else 2
    least = 10.0**-decimals
    return [f"{one:,.{decimals}f}" if one >= least else write_number(one) for one in km.astype(float)]


def percent_cell(share: Any, how: str = "") -> Cell:
    """Make a cell of a share, written as a percentage.

    Parameters
    ----------
    share
        Between 0 and 1; a missing one gives an empty cell.
    how
        A format such as ``".0f"``; three digits by default.

    Returns
    -------
    Cell
        The cell, which sorts by the share.
    """
    if pd.isna(share):
        return Cell(Words(""))
    percent = 100 * float(share)
    return Cell(Words(f"{format(percent, how) if how else write_number(percent)} %"), float(share))
