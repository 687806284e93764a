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
        Measure for ``flowmap``, the first of the study by default; as the format counts, ranks are turned round.

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
    offered = [one for one in study.corridor_measures if one.is_quantity or one.is_rank or one.is_number]
    measure = next((one for one in offered if value is None or one.column == value), None)
    if measure is None:
        wanted = f"--value must be a measure of the corridors ({', '.join(one.column for one in offered) or 'none'})"
        raise DataError(mould("geobri export", wanted, repr(value), "Choose one"))
    corridors = study.corridors
    if measure.is_rank:  # the format counts: rank 1 of 10 becomes 10, rank 10 becomes 1
        ranks = corridors[measure.column].astype("Float64")
        corridors = corridors.assign(**{measure.column: ranks.max() + 1 - ranks})
    locations, flows = to_flowmap(study.cities, corridors, measure.column)
    with staged_folder(target, caller="geobri export") as stage:
        locations.to_csv(stage / "locations.csv", index=False, lineterminator="\n")
        flows.to_csv(stage / "flows.csv", index=False, lineterminator="\n")
