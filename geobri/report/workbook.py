"""All tables of a report as one workbook: a sheet each, numbers as numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pandas as pd

from geobri.exchange.workbooks import write_workbook

__all__ = ["write_results"]

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?")
_FLAGS: Final = {"True": True, "False": False}
_FIRST: Final = ("cities", "corridors", "scores_cities", "scores_corridors", "tests")


def _read(path: Path) -> pd.DataFrame:
    """Read a table that was just written: columns of nothing but numbers, or of flags, as such; all else stays a text."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in table.columns:
        known = table[name][table[name] != ""]
        if len(known) and known.map(lambda text: _NUMBER.fullmatch(text) is not None).all():
            table[name] = pd.to_numeric(table[name].where(table[name] != ""))
        elif len(known) and known.isin(list(_FLAGS)).all():
            table[name] = table[name].map(_FLAGS).astype(object)
        else:
            table[name] = table[name].where(table[name] != "", None)
    return table


def write_results(folder: Path) -> None:
    """Write every table of a report into one workbook beside them, ``results.xlsx``.

    Parameters
    ----------
    folder
        The folder with the tables as CSV.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    order = [name for name in _FIRST if name in files] + [name for name in files if name not in _FIRST]
    write_workbook({name: _read(files[name]) for name in order}, folder / "results.xlsx")
