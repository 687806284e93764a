"""A study for other programs, in one call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from geobri.errors import DataError, mould
from geobri.exchange import to_flowmap, to_kepler, to_kepler_map, write_layer
from geobri.exchange.about import both
from geobri.exchange.layers import LAYER_FORMATS
from geobri.exchange.qgis_project import write_qgis_project
from geobri.outputs import staged_file, staged_folder
from geobri.study.database import save_database
from geobri.study.model import Study
from geobri.study.pairs import all_years
from geobri.study.saying import say_classes
from geobri.study.writing import about_study, write_base, write_geopackage, write_years
from geobri.words import Words

__all__ = ["export_study"]

_ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "layer": LAYER_FORMATS,
    "kepler": (".csv", ".json"),
    "duckdb": (".duckdb", ".db"),
    "flowmap": ("",),
    "qgis": (".qgz",),
}
"""What a name ends in; a flow map is a folder."""


def export_study(
    study: Study, target: Path, *, layer: str = "corridors", kind: str = "auto", value: str | None = None
) -> str:
    """Write a study for another program.

    Parameters
    ----------
    study
        A loaded study.
    target
        File to write; a folder for ``flowmap``.
    layer
        ``cities`` or ``corridors``, for ``layer``; a GeoPackage holds both, this one first, with styles for QGIS.
    kind
        ``layer`` (format by the ending), ``kepler`` (a map, ``.json``; with ``.csv`` the table of its arcs too), ``flowmap``, ``duckdb`` or ``qgis`` (a project, ``.qgz``, and its GeoPackage); ``auto`` goes by the name: `kepler.csv` or `kepler.json`, `.duckdb`, a folder, else a layer.
    value
        Value column for ``flowmap``; the first of the study by default.

    Returns
    -------
    str
        What a reader of the file must know, in a sentence; empty if nothing.

    Raises
    ------
    DataError
        If there is no value to write, or the name does not fit what is to be written.
    """
    said, kind = kind, _kind_of(target) if kind == "auto" else kind
    if target.suffix.lower() not in _ENDINGS[kind]:
        raise _refuse_ending(target, said)
    if kind == "flowmap":
        return _export_flowmap(study, target, value)
    if kind == "layer" and target.suffix.lower() != ".gpkg":
        write_layer(study.cities if layer == "cities" else study.corridors, target)
        return ""
    if kind == "kepler":
        return _export_kepler(study, target)
    if kind == "qgis":
        return _export_project(study, target)
    with staged_file(target, caller="geobri export") as path:
        if kind == "duckdb":
            save_database(study, path)
        else:
            return write_geopackage(study, path, first=layer)
    return ""


def _refuse_ending(target: Path, kind: str) -> DataError:
    if kind == "auto":
        known = dict.fromkeys(ending for several in _ENDINGS.values() for ending in several if ending)
        wanted = f"--to ends in {', '.join(known)}, or names a folder, without an ending"
        return DataError(mould("geobri export", wanted, f"'{target.name}'", "Choose one of these"))
    endings = " or ".join(ending or "a folder, without an ending" for ending in _ENDINGS[kind])
    wanted = f"--format {kind} writes {endings}"
    return DataError(mould("geobri export", wanted, f"'{target.name}'", "Change --to or --format"))


def _export_project(study: Study, target: Path) -> str:
    """Write a project for QGIS and, beside it, the GeoPackage that it shows."""
    package = target.with_suffix(".gpkg")
    with staged_folder(target.parent, caller="geobri export") as stage:  # both or neither
        with staged_file(stage / package.name, caller="geobri export") as path:
            left_out = write_geopackage(study, path)
            write_base(study, path)
            write_years(study, path)
        write_qgis_project(
            stage / target.name,
            package.name,
            about=about_study(study),
            corridors=study.corridors,
            cities=study.cities,
            measures=study.shown("corridors"),
            directed=study.directed,
            places=study.tell(Words("Cities", "城市")),
            city_measures=study.city_measures,
            all_years=all_years(study),
        )
    return f"{target.name} shows {package.name}: keep both in one folder. {left_out}".strip()


def _export_kepler(study: Study, target: Path) -> str:
    """Write the map that kepler.gl opens, and the table of its arcs beside it if that is what was named."""
    made = to_kepler_map(
        study.cities,
        study.corridors,
        study.shown("corridors"),
        title=study.title_zh if study.language == "zh" else study.title,
        about=". ".join(filter(None, [study.citation, study.licence, *map(both, say_classes(study))])),
        lang=study.language,
        all_years=all_years(study),
    )
    whole = target.with_suffix(".json")
    with staged_folder(target.parent, caller="geobri export") as stage:  # both or neither
        (stage / whole.name).write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")
        if target.suffix.lower() == ".csv":
            arcs = to_kepler(study.cities, study.corridors)
            arcs.to_csv(stage / target.name, index=False, lineterminator="\n")
    beside = f"{whole.name} beside it is" if whole.name != target.name else "It is"
    return f"{beside} the map with its data and its look: drop it on kepler.gl."


def _kind_of(target: Path) -> str:
    if target.name.lower() in ("kepler.csv", "kepler.json"):
        return "kepler"
    endings = {ending: kind for kind, several in _ENDINGS.items() if kind != "kepler" for ending in several}
    return endings.get(target.suffix.lower(), "layer")


def _export_flowmap(study: Study, target: Path, value: str | None) -> str:
    offered = [one for one in study.corridor_measures if one.is_rank or one.is_number]
    measure = next((one for one in offered if value in (None, one.column)), None)
    if measure is None:
        wanted = f"--value must be a column of numbers of the corridors ({', '.join(one.column for one in offered) or 'none'})"
        raise DataError(mould("geobri export", wanted, repr(value), "Choose one"))
    locations, flows = to_flowmap(study.cities, study.corridors, measure)
    with staged_folder(target, caller="geobri export") as stage:
        locations.to_csv(stage / "locations.csv", index=False, lineterminator="\n")
        flows.to_csv(stage / "flows.csv", index=False, lineterminator="\n")
    if not measure.is_rank or flows.empty:
        return ""
    lowest = study.corridors[measure.column].max()
    return f"'{measure.column}' holds ranks: count is {lowest + 1:g} minus the rank, so that rank 1 is the strongest flow."
