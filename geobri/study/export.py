"""A study for other programs, in one call."""

from __future__ import annotations

from pathlib import Path

from geobri.errors import DataError, mould
from geobri.exchange import to_flowmap, to_kepler, write_layer
from geobri.outputs import staged_file, staged_folder
from geobri.study.model import Study
from geobri.study.query import save_database
from geobri.study.writing import write_geopackage

__all__ = ["export_study"]


def export_study(
    study: Study, target: Path, *, layer: str = "corridors", kind: str = "layer", value: str | None = None
) -> None:
    """Write a study for another program.

    Parameters
    ----------
    study
        A loaded study.
    target
        File to write; a folder for ``flowmap``.
    layer
        ``cities`` or ``corridors``, for ``layer``; a GeoPackage holds both, with their styles.
    kind
        ``layer`` (format by the ending), ``kepler``, ``flowmap`` or ``duckdb``.
    value
        Value column for ``flowmap``; the first of the study by default.

    Raises
    ------
    DataError
        If there is no value to write.
    """
    if kind == "kepler":
        with staged_file(target, caller="geobri export") as path:
            to_kepler(study.cities, study.corridors).to_csv(path, index=False, lineterminator="\n")
    elif kind == "flowmap":
        _export_flowmap(study, target, value)
    elif kind == "duckdb":
        with staged_file(target, caller="geobri export") as path:
            save_database(study, path)
    elif target.suffix.lower() == ".gpkg":
        with staged_file(target, caller="geobri export") as path:
            write_geopackage(study, path)
    else:
        write_layer(study.cities if layer == "cities" else study.corridors, target)


def _export_flowmap(study: Study, target: Path, value: str | None) -> None:
    counted = [one.column for one in study.corridor_measures if one.is_quantity]
    column = value or (counted[0] if counted else None)
    if column not in counted:
        wanted = f"a flow map counts: --value must be an amount or a count ({', '.join(counted) or 'none'})"
        raise DataError(mould("geobri export", wanted, repr(column), "Choose one"))
    locations, flows = to_flowmap(study.cities, study.corridors, column)
    with staged_folder(target, caller="geobri export") as stage:
        locations.to_csv(stage / "locations.csv", index=False, lineterminator="\n")
        flows.to_csv(stage / "flows.csv", index=False, lineterminator="\n")
