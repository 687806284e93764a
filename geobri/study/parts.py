"""What is read of a study folder, as far as it could be read, and how its faults say where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geobri.errors import GeobriError
from geobri.study.model import StudyFault
from geobri.study.reading import read_table
from geobri.tables import Fault

__all__ = ["FolderParts", "read_one", "to_study_faults"]

_ROWS_NAMED: Final = 8


@dataclass(slots=True)
class FolderParts:
    """What was read of a folder, as far as it could be read.

    Attributes
    ----------
    settings
        The content of `study.toml`.
    cities, flows, memberships
        The tables, None where they could not be built.
    listed
        The rows of the cities as they stand in the file, index `city`, whatever is wrong with them.
    faults
        Every fault met.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    cities: gpd.GeoDataFrame | None = None
    listed: pd.DataFrame | None = None
    flows: pd.DataFrame | None = None
    memberships: pd.DataFrame | None = None
    faults: list[StudyFault] = field(default_factory=list)


def to_study_faults(file: str, rows: pd.Index, faults: Iterable[Fault]) -> list[StudyFault]:
    """Say of each fault in which rows of the file it stands.

    Parameters
    ----------
    file
        Name of the file.
    rows
        The row in the file of each row of the table.
    faults
        Faults of the table.

    Returns
    -------
    list of StudyFault
        One a fault, at its first row.
    """
    return [
        StudyFault(
            file, int(rows[fault.rows[0]]) if fault.rows else None, f"{fault}{_further_rows(rows, fault)}"
        )
        for fault in faults
    ]


def _further_rows(rows: pd.Index, fault: Fault) -> str:
    numbers = [str(rows[at]) for at in fault.rows]
    if len(numbers) <= 1:
        return ""
    return f" (rows {', '.join(numbers[:_ROWS_NAMED])}{', …' if len(numbers) > _ROWS_NAMED else ''})"


def read_one(path: Path, renamed: dict[str, str], faults: list[StudyFault]) -> pd.DataFrame | None:
    """Read a table, or note why it cannot be read.

    Parameters
    ----------
    path
        The file.
    renamed
        The study's own column names.
    faults
        Where to note it.

    Returns
    -------
    pandas.DataFrame or None
        As `read_table` gives it; None when it cannot be read.
    """
    try:
        return read_table(path, renamed=renamed)
    except GeobriError as error:
        faults.append(StudyFault(path.name, None, str(error).removeprefix("read_table: ")))
        return None
