"""`geobri query`, `compare`, `history` and `export`: the research platform on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from geobri.cli.options import study_argument

__all__ = [
    "changes_command",
    "compare_command",
    "export_command",
    "groups_command",
    "history_command",
    "query_command",
    "rankings_command",
]


def _show(frame: Any, out: Path | None) -> None:
    """Print a table as CSV, or write it."""
    from geobri.outputs import staged_file

    text = frame.to_csv(lineterminator="\n")
    if out is None:
        click.echo(text, nl=False)
        return
    with staged_file(out) as path:
        path.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {out} ({len(frame)} rows).")


_out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="CSV to write; printed otherwise.",
)


@click.command(name="query")
@study_argument
@click.argument("conditions", nargs=-1)
@click.option(
    "--table",
    type=click.Choice(["cities", "corridors", "flows"]),
    default="cities",
    show_default=True,
    help="Table to ask.",
)
@click.option("--columns", default=None, help="Columns to show, separated by commas.")
@click.option("--sort", default=None, help="Column to sort by; -COLUMN for descending.")
@click.option("--top", type=click.IntRange(min=0), default=None, help="How many rows to keep.")
@click.option(
    "--count", "count", default=None, help="Count the cities by this column instead of listing them."
)
@click.option(
    "--sql",
    default=None,
    help="A question in SQL instead (tables cities, corridors, flows; needs the extra sql).",
)
@click.option(
    "--allow-files",
    is_flag=True,
    help="Let the question in SQL read and write files and use the network, as DuckDB can.",
)
@_out
def query_command(
    study: str,
    conditions: tuple[str, ...],
    table: Literal["cities", "corridors", "flows"],
    columns: str | None,
    sort: str | None,
    top: int | None,
    count: str | None,
    sql: str | None,
    allow_files: bool,
    out: Path | None,
) -> None:
    """Find cities, corridors or flows by any attribute.

    CONDITIONS read column, sign, value: geobri query bri22 "coastal=true" "rank_trade<=5" --sort rank_trade.
    Signs are = != < <= > >= and ~ (contains); all conditions must hold. Counts of the first hundred by sub-region:
    geobri query global513 "rank_dynamic<=100" --count subregion.
    """
    from geobri.scale.asking import is_run
    from geobri.study import load_study
    from geobri.study.contrast import count_by
    from geobri.study.query import ask_in_sql, query

    if is_run(study):
        _show_run(study, sql, out, allow_files=allow_files)
        return
    loaded = load_study(study)
    if sql is not None:
        answer = ask_in_sql(loaded, sql, allow_files=allow_files)
        _show(answer.set_index(answer.columns[0]), out)
        return
    if count is not None:
        _show(count_by(loaded, count, *conditions), out)
        return
    chosen = columns.split(",") if columns else None
    _show(query(loaded, *conditions, table=table, columns=chosen, sort=sort, top=top), out)


def _show_run(folder: str, sql: str | None, out: Path | None, *, allow_files: bool) -> None:
    from geobri.errors import StudyError, mould
    from geobri.scale.asking import ask_run

    if sql is None:
        wanted = "a run of geobri scale is asked in SQL"
        raise StudyError(
            mould("query", wanted, "no question", 'Write it as in --sql "SELECT * FROM corridors LIMIT 10"')
        )
    answer = ask_run(folder, sql, allow_files=allow_files)
    _show(answer.set_index(answer.columns[0]), out)


@click.command(name="compare")
@click.argument("study", metavar="STUDY")
@click.argument("names", nargs=-1, required=True)
@_out
def compare_command(study: str, names: tuple[str, ...], out: Path | None) -> None:
    """Put cities (slug or name) or corridors (a--b) side by side."""
    from geobri.study import load_study
    from geobri.study.query import compare

    _show(compare(load_study(study), names), out)


@click.command(name="groups")
@click.argument("study", metavar="STUDY")
@click.argument("condition")
@click.option(
    "--first", type=click.IntRange(min=1), default=5, show_default=True, help="How many places are the front."
)
@_out
def groups_command(study: str, condition: str, first: int, out: Path | None) -> None:
    """Compare two groups of cities in every measure: those that fulfil CONDITION, and the others.

    For instance: geobri groups bri22 country=CHN.
    """
    from geobri.study import load_study
    from geobri.study.contrast import compare_groups

    _show(compare_groups(load_study(study), condition, first=first), out)


@click.command(name="rankings")
@click.argument("study", metavar="STUDY")
@click.argument("one")
@click.argument("other")
@_out
def rankings_command(study: str, one: str, other: str, out: Path | None) -> None:
    """Compare two rankings on the cities that both have, by their places among these.

    For instance: geobri rankings global513 rank_dynamic rank_potential.
    """
    from geobri.study import load_study
    from geobri.study.contrast import compare_rankings

    _show(compare_rankings(load_study(study), one, other), out)


@click.command(name="changes")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--value", default=None, help="Measure of the cities; the first that both have by default.")
@_out
def changes_command(old: str, new: str, value: str | None, out: Path | None) -> None:
    """Say what changed between two editions of a study: who came, left, rose, fell, and which part moved it."""
    from geobri.study import load_study
    from geobri.study.contrast import compare_editions

    _show(compare_editions(load_study(old), load_study(new), value=value), out)


@click.command(name="history")
@click.argument("study", metavar="STUDY")
@click.argument("names", nargs=-1)
@click.option(
    "--value",
    "--indicator",
    "indicator",
    metavar="COLUMN",
    default=None,
    help="One flow, or a column of the index (overall, a dimension, rank_overall); all flows by default.",
)
@_out
def history_command(study: str, names: tuple[str, ...], indicator: str | None, out: Path | None) -> None:
    """Follow cities or corridors over the years: their flows, or the index of every year on one scale."""
    from geobri.study import load_study
    from geobri.study.query import history

    _show(history(load_study(study), names, indicator=indicator), out)


@click.command(name="export")
@study_argument
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help="File (.gpkg with both layers and styles for QGIS, .fgb .parquet .geojson .csv .xlsx .duckdb), kepler.csv, or a folder for flowmap.",
)
@click.option(
    "--layer",
    type=click.Choice(["cities", "corridors"]),
    default="corridors",
    show_default=True,
    help="Which table.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["auto", "layer", "kepler", "flowmap", "duckdb", "qgis"]),
    default="auto",
    show_default=True,
    help="What to write; auto goes by the name of the file.",
)
@click.option("--value", default=None, help="Column for --format flowmap; the first by default.")
def export_command(
    study: str, target: Path, layer: Literal["cities", "corridors"], kind: str, value: str | None
) -> None:
    """Write a study for other programs: GIS layers, kepler.gl, FlowmapBlue, DuckDB."""
    from geobri.study import load_study
    from geobri.study.export import export_study

    said = export_study(load_study(study), target, layer=layer, kind=kind, value=value)
    click.echo(" ".join(filter(None, [f"Wrote {target}.", said])))
