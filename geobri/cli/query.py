"""`geobri query`, `compare`, `history` and `export`: the research platform on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from geobri.cli.options import show_table, table_out
from geobri.cli.sources import (
    Source,
    editions_or_tables,
    say_known,
    study_or_tables,
    study_or_tables_then,
)
from geobri.cli.terminal import say

__all__ = [
    "changes_command",
    "compare_command",
    "export_command",
    "groups_command",
    "history_command",
    "query_command",
    "rankings_command",
]


@click.command(name="query")
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
@table_out
@study_or_tables_then("conditions", spared=("--count",))
def query_command(
    study: Source,
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
    from geobri.study.database import ask_in_sql
    from geobri.study.leading import count_by
    from geobri.study.query import name_columns, query

    if (run := study.run()) is not None:
        _show_run(run, sql, out, allow_files=allow_files)
        return
    chosen = columns.split(",") if columns else None
    named = name_columns(conditions, chosen, sort)
    loaded = say_known(study.load(), [*named, *([count] if count else [])] if table == "cities" else [])
    if sql is not None:
        answer = ask_in_sql(loaded, sql, allow_files=allow_files)
        show_table(answer.set_index(answer.columns[0]), out)
        return
    if count is not None:
        show_table(count_by(loaded, count, *conditions), out)
        return
    show_table(query(loaded, *conditions, table=table, columns=chosen, sort=sort, top=top), out)


def _show_run(folder: str, sql: str | None, out: Path | None, *, allow_files: bool) -> None:
    from geobri.errors import StudyError, mould
    from geobri.scale.asking import ask_run

    if sql is None:
        wanted = "a run of geobri scale is asked in SQL"
        raise StudyError(
            mould("query", wanted, "no question", 'Write it as in --sql "SELECT * FROM corridors LIMIT 10"')
        )
    answer = ask_run(folder, sql, allow_files=allow_files)
    show_table(answer.set_index(answer.columns[0]), out)


@click.command(name="compare")
@table_out
@study_or_tables_then("names", least=1)
def compare_command(study: Source, names: tuple[str, ...], out: Path | None) -> None:
    """Put cities (slug or name) or corridors (a--b) side by side."""
    from geobri.study.query import compare

    show_table(compare(study.load(), names), out)


@click.command(name="groups")
@click.option(
    "--first", type=click.IntRange(min=1), default=5, show_default=True, help="How many places are the front."
)
@table_out
@study_or_tables_then("condition", least=1, most=1)
def groups_command(study: Source, condition: tuple[str, ...], first: int, out: Path | None) -> None:
    """Compare two groups of cities in every measure: those that fulfil CONDITION, and the others.

    For instance: geobri groups bri22 country=CHN.
    """
    from geobri.study.contrast import compare_groups
    from geobri.study.query import name_columns

    loaded = say_known(study.load(), name_columns(condition))
    show_table(compare_groups(loaded, condition[0], first=first), out)


@click.command(name="rankings")
@table_out
@study_or_tables_then("ranks", least=2, most=2)
def rankings_command(study: Source, ranks: tuple[str, ...], out: Path | None) -> None:
    """Compare two rankings on the cities that both have, by their places among these.

    For instance: geobri rankings global513 rank_dynamic rank_potential.
    """
    from geobri.study.contrast import compare_rankings

    one, other = ranks
    show_table(compare_rankings(study.load(), one, other), out)


@click.command(name="changes")
@click.option("--value", default=None, help="Measure to follow; the first that both have by default.")
@click.option(
    "--of",
    type=click.Choice(["cities", "corridors"]),
    default="cities",
    show_default=True,
    help="Which table.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Page to write: what changed, with arrows behind the places of the ranking and on the map.",
)
@table_out
@editions_or_tables
def changes_command(
    old: Source,
    new: Source,
    value: str | None,
    of: Literal["cities", "corridors"],
    page: Path | None,
    out: Path | None,
) -> None:
    """Say what changed between two editions, studies or files: who came, left, rose, fell, and which part moved it.

    OLD and NEW are studies, or one table each; further files, such as a table of places, belong to both tables:
    geobri changes od2019.csv od2024.csv zones.csv.
    """
    from geobri.study.contrast import compare_editions

    editions = [edition.load() for edition in (old, new)]
    if page is not None:
        from geobri.report.editions import write_changes

        write_changes(editions[0], editions[1], page, value=value, of=of)
        say(f"Wrote {page}.")
    if page is None or out is not None:
        show_table(compare_editions(editions[0], editions[1], value=value, of=of), out)


@click.command(name="history")
@click.option(
    "--value",
    "--indicator",
    "value",
    metavar="COLUMN",
    default=None,
    help="One flow, or a column of the index (overall, a dimension, rank_overall); all flows by default.",
)
@table_out
@study_or_tables_then("names")
def history_command(study: Source, names: tuple[str, ...], value: str | None, out: Path | None) -> None:
    """Follow cities or corridors over the years: their flows, or the index of every year on one scale."""
    from geobri.study.history import history, say_unscored

    loaded = study.load()
    table = history(loaded, names, indicator=value)
    show_table(table, out)
    if value in loaded.score_columns:
        left_out = say_unscored(loaded, [int(year) for year in table.columns if str(year).isdigit()])
        if left_out:
            say(left_out.en, err=True)


@click.command(name="export")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help="File (.gpkg with both layers and styles for QGIS, .fgb .parquet .geojson .csv .xlsx .duckdb), kepler.csv or kepler.json (a map), or a folder for flowmap.",
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
@study_or_tables
def export_command(
    study: Source, target: Path, layer: Literal["cities", "corridors"], kind: str, value: str | None
) -> None:
    """Write a study, or tables as they lie there, for other programs: GIS layers, kepler.gl, FlowmapBlue, DuckDB."""
    from geobri.study.export import export_study

    said = export_study(study.load(), target, layer=layer, kind=kind, value=value)
    say(" ".join(filter(None, [f"Wrote {target}.", said])))
