"""`geobri check` and `geobri new`: study folders."""

from __future__ import annotations

from pathlib import Path

import click

from geobri.cli.sources import Source, study_or_tables

__all__ = ["check_command", "new_command"]


@click.command(name="check")
@click.option(
    "--value", default=None, help="Column to look at first; added up where a pair has several rows."
)
@study_or_tables
def check_command(study: Source, value: str | None) -> None:  # noqa: ARG001 - the tables take it
    """List every fault of a study folder, or of tables, at once, with file and row; exit code 1 if there are any.

    Without faults it prints what was inferred of the measures and why, which year each shows, what was left out with
    sums, and what to be careful with.
    """
    from geobri.study.saying import say_study

    faults, loaded = study.examine()
    for fault in faults:
        click.echo(str(fault))
    if faults or loaded is None:
        raise click.ClickException(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {study}.")
    for line in say_study(loaded):
        click.echo(line.en)
    click.echo(f"{study}: no faults.")


@click.command(name="new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def new_command(folder: Path) -> None:
    """Make a commented study folder to start from: study.toml, cities.csv, flows.csv, index.toml."""
    from geobri.study.template import create_study

    paths = create_study(folder)
    click.echo(
        f"Made {len(paths)} files in {folder}. Edit them, then: geobri check {folder} && geobri report {folder}"
    )
