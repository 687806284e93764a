"""A study as a folder that says everything itself: what was recognised in tables becomes a `study.toml`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geobri.exchange.layers import write_layer
from geobri.measures import Measure
from geobri.outputs import staged_folder
from geobri.study.model import Study
from geobri.tables import CITY_COLUMNS

__all__ = ["describe_study", "save_study"]

_OUTLINES: Final = "outlines.gpkg"
_EXACT: Final = 2**53
"""Up to here whole numbers are exact as floating point."""
_SAID: Final = (
    ("label", ""), ("label_zh", ""), ("unit", ""), ("unit_zh", ""), ("description", ""), ("description_zh", ""), ("kind", None),
    ("better", None), ("absent", None), ("directed", None), ("year", None), ("source", ""), ("retrieved", ""), ("licence", ""), ("change", ""),
)  # fmt: skip
"""What a `[[measure]]` says, and the value at which it is left out."""


def save_study(study: Study, folder: str | Path) -> list[Path]:
    """Write a study as a folder that is read back the same, without anything to infer.

    Parameters
    ----------
    study
        A loaded study, such as one of loose tables.
    folder
        Where to write; whole or not at all.

    Returns
    -------
    list of pathlib.Path
        `study.toml, cities.csv`, and what there is of `flows.csv, memberships.csv, index.toml` and outlines.
    """
    from geobri.score import load_spec

    with staged_folder(folder, caller="geobri --save") as stage:
        _whole(_places(study)).to_csv(stage / "cities.csv", lineterminator="\n")
        tables = [one for one in (study.flows, study.own_flows) if one is not None and len(one)]
        if tables:
            _whole(pd.concat(tables)).to_csv(stage / "flows.csv", index=False, lineterminator="\n")
        if study.memberships is not None:
            study.memberships.to_csv(stage / "memberships.csv", index=False, lineterminator="\n")
        if study.outlines is not None:
            rows = pd.RangeIndex(len(study.outlines), name="outline")
            write_layer(study.outlines.set_index(rows), stage / _OUTLINES)
        index = study.specification
        if index is not None and not isinstance(index, str | Path):
            (stage / "index.toml").write_text(load_spec(index).to_toml(), encoding="utf-8")
            index = "index.toml"
        elif index is not None and Path(index).is_file():
            (stage / "index.toml").write_bytes(Path(index).read_bytes())
            index = "index.toml"
        (stage / "study.toml").write_text(describe_study(study, index), encoding="utf-8")
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
    return [Path(folder) / name for name in names]


def _places(study: Study) -> pd.DataFrame:
    """Give the places as they were read: without scores and totals."""
    made = {one.column for one in study.city_measures if one.origin not in ("given", "published")}
    plain = pd.DataFrame(study.cities.drop(columns=[study.cities.geometry.name, *made], errors="ignore"))
    plain = plain.assign(lon=study.cities.geometry.x, lat=study.cities.geometry.y)
    empty = [name for name in CITY_COLUMNS[1:] if name in plain.columns and plain[name].isna().all()]
    return plain.drop(columns=empty)


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    """Write whole numbers as such: a count that was read is no 2096.0."""
    return table.assign(
        **{
            str(name): _whole_column(column)
            for name, column in table.items()
            if pd.api.types.is_float_dtype(column)
        }
    )


def _whole_column(numbers: pd.Series) -> pd.Series:
    is_whole = (numbers % 1 == 0) & (numbers.abs() < _EXACT)
    if (is_whole | numbers.isna()).all():
        return numbers.astype("Int64")
    return numbers.astype(object).where(~is_whole, numbers.where(is_whole, 0).astype("int64").astype(object))


def describe_study(study: Study, index: str | Path | None = None) -> str:
    """Say everything of a study as a `study.toml`.

    Parameters
    ----------
    study
        A loaded study.
    index
        Name or file of its index, as the text is to say it; none by default.

    Returns
    -------
    str
        The text.
    """
    top: dict[str, Any] = {"title": study.title, "title_zh": study.title_zh, "language": study.language}
    top |= {"directed": study.directed, "domain": study.domain}
    if study.flows is not None:
        top["pairs"] = "flows"
    if study.keeps_own:
        top["self_flows"] = "keep"
    top |= {"strata": study.strata, "licence": study.licence, "attribution": study.citation}
    top |= {"attribution_zh": study.citation_zh, "licence_zh": study.licence_zh}
    top |= {"index": "" if index is None else str(index)}
    top |= {"basemap": "" if study.outlines is None else _OUTLINES}
    lines = ["# What geobri took the tables for; edit what is not so.", ""]
    lines += [f"{name} = {_toml(value)}" for name, value in top.items() if value != ""]
    if study.notes:
        lines.append(f"notes = {_toml(list(study.notes))}")
    if study.notes_zh:
        lines.append(f"notes_zh = {_toml(list(study.notes_zh))}")
    if not study.words.is_city:
        said = {"place": study.words.one, "places": study.words.many, "place_zh": study.words.zh}
        lines += ["", "[words]", *(f"{name} = {_toml(word)}" for name, word in said.items())]
    if study.theme:
        lines += ["", "[theme]", *(f"{name} = {_toml(said)}" for name, said in study.theme.items())]
    for measure in study.measures:
        if measure.origin in ("given", "published"):
            lines += ["", "[[measure]]", *_said(measure)]
    return "\n".join(lines) + "\n"


def _said(measure: Measure) -> list[str]:
    said = {"column": measure.column, "of": measure.of, "origin": measure.origin}
    skipped = {"absent", "directed", "year"} if measure.of == "cities" else set()
    if not measure.years[1:]:  # nothing to choose between
        skipped.add("year")
    said |= {
        name: getattr(measure, name)
        for name, left in _SAID
        if getattr(measure, name) != left and name not in skipped
    }
    return [f"{name} = {_toml(value)}" for name, value in said.items()]


def _toml(value: object) -> str:
    """Write a value as TOML; its strings are those of JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
