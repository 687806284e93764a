"""The tables of a study as a DuckDB database: asked in SQL behind a fence, opened, or kept as a file."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geobri.errors import DataError, MissingExtraError, mould
from geobri.study.model import Study

__all__ = ["ask_database", "ask_in_sql", "open_database", "save_database"]


def _need_duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError(
            "open_database: needs duckdb. Install it with: pip install 'geobri[sql]'."
        ) from error
    return duckdb


def open_database(study: Study, path: str = ":memory:") -> Any:
    """Open the tables of a study as an embedded DuckDB database, where a question is more natural in SQL.

    Parameters
    ----------
    study
        A loaded study.
    path
        File to create, or memory.

    Returns
    -------
    duckdb.DuckDBPyConnection
        With the tables `cities` (lon, lat), `corridors` and, where there are any, `flows`.

    Raises
    ------
    MissingExtraError
        If duckdb is not installed.
    """
    database = _need_duckdb().connect(path)
    cities = pd.DataFrame(study.cities.drop(columns="geometry")).assign(
        lon=study.cities.geometry.x, lat=study.cities.geometry.y
    )
    frames = {
        "cities": cities.reset_index(),
        "corridors": pd.DataFrame(study.corridors.drop(columns="geometry")).reset_index(),
    }
    if study.flows is not None:
        frames["flows"] = study.flows
    for name, frame in frames.items():
        plain = frame.astype(
            {
                column: object
                for column in frame.columns
                if isinstance(frame[column].dtype, pd.CategoricalDtype)
            }
        )
        database.register("handed_over", plain)
        database.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM handed_over")  # noqa: S608 - one of three names
        database.unregister("handed_over")
    return database


def ask_in_sql(study: Study, question: str, *, allow_files: bool = False) -> pd.DataFrame:
    """Ask the tables of a study in SQL.

    Parameters
    ----------
    study
        A loaded study.
    question
        In DuckDB's SQL, about the tables `cities`, `corridors` and `flows`.
    allow_files
        Whether the question may read and write files, attach databases and load extensions, as DuckDB can. Without
        it a question that somebody else wrote is safe to ask.

    Returns
    -------
    pandas.DataFrame
        The answer, rows numbered from 0.

    Raises
    ------
    DataError
        If the question is empty, cannot be read, or asks for files.
    MissingExtraError
        If duckdb is not installed.
    """
    with open_database(study) as database:
        if not allow_files:
            database.execute("SET enable_external_access = false")
            _lock(database)
        return _ask(database, question)


def ask_database(
    question: str, views: Mapping[str, str], *, allow_files: bool = False, folder: Path | None = None
) -> pd.DataFrame:
    """Ask tables in files in SQL.

    Parameters
    ----------
    question
        In DuckDB's SQL.
    views
        What each table is called, and how DuckDB reads it.
    allow_files
        Whether the question may read and write other files.
    folder
        Where the files of the tables stand; only these are read unless more is allowed.

    Returns
    -------
    pandas.DataFrame
        The answer, rows numbered from 0.

    Raises
    ------
    DataError
        If the question is empty, cannot be read, or asks for other files.
    MissingExtraError
        If duckdb is not installed.
    """
    with _need_duckdb().connect(":memory:") as database:
        for name, reader in views.items():
            database.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {reader}')  # noqa: S608 - our own files
        if not allow_files:
            if folder is not None:
                database.execute(f"SET allowed_directories = ['{folder}/']")
            database.execute("SET enable_external_access = false")
            _lock(database)
        return _ask(database, question)


def _lock(database: Any) -> None:
    database.execute("SET python_enable_replacements = false")
    database.execute("SET lock_configuration = true")


def _ask(database: Any, question: str) -> pd.DataFrame:
    duckdb = _need_duckdb()
    try:
        answer = database.execute(question)
    except duckdb.PermissionException as error:
        wanted = "a question in SQL is about the tables of the study, not about files"
        came = str(error).splitlines()[0]
        raise DataError(mould("query", wanted, came, "Allow it with --allow-files")) from error
    except duckdb.Error as error:
        wanted = "a question in SQL must be one that DuckDB can read"
        raise DataError(mould("query", wanted, str(error), "Correct it")) from error
    if answer is None or answer.description is None:
        wanted = "a question in SQL must ask for something"
        raise DataError(mould("query", wanted, repr(question), "Write it as in SELECT * FROM cities"))
    table: pd.DataFrame = answer.df()
    return table


def save_database(study: Study, path: Path) -> None:
    """Write the tables of a study to a DuckDB file, and open it again to count the rows.

    Parameters
    ----------
    study
        A loaded study.
    path
        A name on a stage: the file appears while it is written.

    Raises
    ------
    OSError
        If the file cannot be written whole.
    MissingExtraError
        If duckdb is not installed.
    """
    duckdb = _need_duckdb()

    def count(database: Any) -> dict[str, int]:
        names = sorted(name for (name,) in database.execute("SHOW TABLES").fetchall())
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608 - our own three names

    try:
        with open_database(study, str(path)) as database:
            database.execute("CHECKPOINT")
            written = count(database)
        with duckdb.connect(str(path), read_only=True) as database:
            kept = count(database)
    except duckdb.Error as error:
        raise OSError(errno.EIO, str(error).splitlines()[0], str(path)) from error
    if kept != written:
        raise OSError(errno.EIO, f"only {kept} of {written} rows could be read back", str(path))
