"""`geobri geocode`: places of city names, with a report of what is ambiguous or unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

__all__ = ["geocode_command"]


@click.command(name="geocode")
@click.argument("names", nargs=-1)
@click.option(
    "--file",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Table with a column city or name, and perhaps country.",
)
@click.option(
    "--country", default=None, help="Country of all names, as a code or a name (FRA, France, 法国)."
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default=None, help="Accept only names in this language."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="CSV to write; printed otherwise.",
)
def geocode_command(
    names: tuple[str, ...],
    table: Path | None,
    country: str | None,
    language: Literal["en", "zh"] | None,
    out: Path | None,
) -> None:
    """Find the places of city names, in English or Chinese.

    What is ambiguous is reported with its candidates, what is unknown with the reason; nothing is guessed.
    The exit code is 1 when any name was not found.
    """
    from geobri.gazetteer import geocode
    from geobri.outputs import staged_file

    if not names and table is None:
        raise click.UsageError("Give names, or a table with --file.")
    asked, countries = _read_names(table) if table else (list(names), None)
    report = geocode(asked, country=country or countries, language=language)
    text = report.to_frame().to_csv(index=False, lineterminator="\n")
    if out is None:
        click.echo(text, nl=False)
    else:
        with staged_file(out, caller="geobri geocode") as path:
            path.write_text(text, encoding="utf-8")
    click.echo(report.summary(), err=True)
    if not report.is_complete:
        click.get_current_context().exit(1)


def _read_names(table: Path) -> tuple[list[str], list[str] | None]:
    from geobri.errors import StudyError, mould
    from geobri.study.reading import read_table

    read = read_table(table)
    column = next((name for name in ("name", "city", "name_zh") if name in read.columns), None)
    if column is None:
        raise StudyError(
            mould(
                "geobri geocode",
                f"{table.name} needs a column 'city' or 'name'",
                f"{list(read.columns)}",
                "Rename one",
            )
        )
    return read[column].tolist(), read["country"].tolist() if "country" in read.columns else None
