"""Tables of a finished index, as frames and as files: scores_cities.csv, scores_corridors.csv, spec.toml."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geobri import __version__
from geobri.errors import OutputError, mould
from geobri.outputs import staged_folder
from geobri.score.result import IndexResult
from geobri.score.tomltext import to_toml

__all__ = ["build_spec_document", "build_tables", "hash_table", "write_scores"]

SCORE_FILES = ("scores_cities.csv", "scores_corridors.csv", "spec.toml")
_PLAIN = (str, bool, int, float)


def build_tables(result: IndexResult) -> dict[str, pd.DataFrame]:
    """Give the tables that are written, by file name without ending.

    Parameters
    ----------
    result
        A finished index.

    Returns
    -------
    dict
        ``scores_cities`` and ``scores_corridors``, best first: one column per node, its rank beside it.
    """
    return {"scores_cities": result.to_frame("cities"), "scores_corridors": result.to_frame("corridors")}


def build_spec_document(
    result: IndexResult, inputs: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, Any]:
    """Give the content of spec.toml: the specification as run, what followed from it, and hashes of its inputs.

    Parameters
    ----------
    result
        A finished index.
    inputs
        The tables it was computed from, by name (``{"cities": cities, "flows": flows}``).

    Returns
    -------
    dict
        Tables ``run``, ``inputs`` (sha256 by name), ``importance_cities``, ``importance_corridors``, then those of the
        specification.
    """
    counts = {"n_cities", "n_pairs", "n_pairs_possible", "year", "reference"}
    run = {key: value for key, value in result.choices.items() if key in counts and isinstance(value, _PLAIN)}
    document: dict[str, Any] = {"run": {"geobri": __version__, **run, "warnings": list(result.warnings)}}
    if inputs:
        document["inputs"] = {name: f"sha256:{hash_table(table)}" for name, table in inputs.items()}
    for level, rows in result.importance.groupby("level", sort=False, observed=True):
        document[f"importance_{level}"] = dict(
            zip(rows["node"], rows["effective"].astype(float), strict=True)
        )
    return document | result.spec.to_dict(full=True)


def write_scores(
    result: IndexResult, out_dir: str | Path, *, inputs: Mapping[str, pd.DataFrame] | None = None
) -> tuple[Path, ...]:
    """Write the scores of a finished index into a folder.

    Parameters
    ----------
    result
        A finished index.
    out_dir
        Folder for ``scores_cities.csv``, ``scores_corridors.csv`` and ``spec.toml``; made if need be. Files appear whole or
        not at all.
    inputs
        The tables it was computed from, by name; their hashes go into ``spec.toml``.

    Returns
    -------
    tuple of pathlib.Path
        The files.

    Raises
    ------
    OutputError
        If the folder cannot be written; nothing half-written stays behind.
    """
    out = Path(out_dir)
    if result.cities.empty:
        raise OutputError(mould("write_scores", "a result must hold scores", "no city", "Compute it first"))
    with staged_folder(out, caller="write_scores") as stage:
        for name, table in build_tables(result).items():
            table.to_csv(stage / f"{name}.csv", encoding="utf-8", lineterminator="\n", float_format="%.10g")
        document = build_spec_document(result, inputs)
        (stage / "spec.toml").write_text(to_toml(document), encoding="utf-8", newline="\n")
    return tuple(out / name for name in SCORE_FILES)


def hash_table(table: pd.DataFrame) -> str:
    """Hash the content of a table; the order of rows and columns does not matter, nor whether 1 is written 1.0.

    Parameters
    ----------
    table
        Any table; geometries count by their WKB.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    plain = pd.DataFrame(table).copy()
    plain = plain.reset_index() if table.index.name is not None else plain
    for name in plain.columns:
        if str(plain[name].dtype) == "geometry":
            plain[name] = shapely.to_wkb(np.asarray(plain[name]), hex=True)
    columns = {name: _comparable(plain[name]) for name in sorted(plain.columns, key=str)}
    plain = pd.DataFrame(columns)
    rows = pd.util.hash_pandas_object(plain, index=False).sort_values(ignore_index=True)
    digest = hashlib.sha256("\x1f".join(map(str, plain.columns)).encode())
    digest.update(rows.to_numpy().tobytes())
    return digest.hexdigest()


def _comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give numbers as floats and everything else as text."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64") + 0.0  # no negative zero
    return column.astype(object).where(column.notna(), "").astype(str)
