"""Questions in SQL to the partitions of a run, through DuckDB: only what the question needs is read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geobri.errors import DataError, StudyError, mould
from geobri.study.database import ask_database

__all__ = ["ask_run", "is_run"]


def is_run(folder: str | Path) -> bool:
    """Tell whether a folder is a run of `geobri scale`.

    Parameters
    ----------
    folder
        Any folder.

    Returns
    -------
    bool
        Whether it has the plan that every run begins with.
    """
    return (Path(folder) / "plan.json").is_file()


def ask_run(folder: str | Path, question: str, *, allow_files: bool = False) -> pd.DataFrame:
    """Ask the partitions and tables of a run in SQL.

    Parameters
    ----------
    folder
        The folder of the run.
    question
        In DuckDB's SQL, about `corridors` (all pairs, where they were written), `cities`, `top_corridors`, `bands`, `groups`,
        `contrasts`, `decay`, `histograms`, and `friction` where there is one.
    allow_files
        Whether the question may read and write other files.

    Returns
    -------
    pandas.DataFrame
        The answer.

    Raises
    ------
    StudyError
        If the run is not finished.
    DataError
        If the question cannot be read, or asks for files.
    MissingExtraError
        If duckdb is not installed.
    """
    home = Path(folder).resolve()
    if "'" in str(home):
        raise DataError(
            mould("query", "the path of a run must have no quotation mark", str(home), "Rename the folder")
        )
    tables = {path.stem: path for path in sorted(home.glob("*.csv"))}
    if not tables:
        wanted = "a run must be finished before it is asked"
        raise StudyError(
            mould("query", wanted, f"'{folder}' without tables", "Go on with it: geobri scale … --resume")
        )
    views = {name: f"read_csv({_quote(path)})" for name, path in tables.items()}
    if (home / "pairs").is_dir():
        views["corridors"] = f"read_parquet({_quote(home / 'pairs' / 'block-*.parquet')})"
    return ask_database(question, views, allow_files=allow_files, folder=home)


def _quote(path: Path) -> str:
    return f"'{path}'"
