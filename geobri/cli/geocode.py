"""`geobri geocode`: places of city names, with a report of what is ambiguous or unknown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["geocode_command"]


@click.command(name="geocode")
@click.argument("names", nargs=-1)
@click.option(
    "--file",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Table with a column city or name, and perhaps country and state (or province), or of pairs, whose ends are looked up.",
)
@click.option(
    "--country", default=None, help="Country of all names, as a code or a name (FRA, France, 法国)."
)
@click.option("--state", default=None, help="State or province of all names, as a code or a name (TX, 江苏).")
@click.option(
    "--places",
    "settled",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help="Table places.csv that says which place a name means: name, and place, geonameid, or lon and lat.",
)
@click.option(
    "--undecided",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="CSV to write with the names not found and their candidates, to be filled in and given with --places.",
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
    state: str | None,
    settled: Path | None,
    undecided: Path | None,
    language: Literal["en", "zh"] | None,
    out: Path | None,
) -> None:
    """Find the places of city names, in English or Chinese.

    What is ambiguous is reported with its candidates, what is unknown with the reason; nothing is guessed.
    The exit code is 1 when any name was not found.
    """
    from geobri.gazetteer import geocode

    if not names and table is None:
        raise click.UsageError("Give names, or a table with --file.")
    if out is not None and undecided is not None and out.resolve() == undecided.resolve():
        raise click.UsageError("Give --undecided another file than --out.")
    asked, countries, states = _read_names(table) if table else (list(names), None, None)
    report = geocode(
        asked,
        country=country or countries,
        division=state or states,
        settled=_read(settled) if settled else None,
        language=language,
    )
    text = _to_csv(report.to_frame())
    if out is None:
        click.echo(text, nl=False)
    places = [(out, text), (undecided, _to_csv(report.to_settle()))]
    _write({place: content for place, content in places if place is not None})
    click.echo(report.summary(), err=True)
    if not report.is_complete:
        click.get_current_context().exit(1)


def _to_csv(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False, lineterminator="\n"))


def _write(texts: dict[Path, str]) -> None:
    """Write each file whole; files that stand in one folder take their places together."""
    from geobri.outputs import staged_file, staged_folder

    if len(texts) > 1 and len({path.parent.resolve() for path in texts}) == 1:
        with staged_folder(next(iter(texts)).parent, caller="geobri geocode") as stage:
            for path, text in texts.items():
                (stage / path.name).write_text(text, encoding="utf-8")
        return
    for path, text in texts.items():
        with staged_file(path, caller="geobri geocode") as staged:
            staged.write_text(text, encoding="utf-8")


def _read(path: Path) -> pd.DataFrame:
    from geobri.study.reading import read_table

    return read_table(path)


def _names_of_ends(pairs: pd.DataFrame) -> list[str] | None:
    """Give the different names of a table of pairs, or None if it is none."""
    from geobri.study.reading.ends import find_ends

    ends = find_ends(pairs, None, alone=True)
    if not ends.origin:
        return None
    both = [*pairs[ends.origin], *pairs[ends.destination]]
    return [str(name) for name in dict.fromkeys(both) if name != ""]


def _read_names(table: Path) -> tuple[list[str], list[str] | None, list[str] | None]:
    """Return the names to look up, with the country and the division of each where columns say them."""
    from geobri.errors import StudyError, mould
    from geobri.gazetteer.divisions import division_column

    read = _read(table)
    column = next((name for name in ("name", "city", "name_zh") if name in read.columns), None)
    if column is None:
        ends = _names_of_ends(read)
        if ends is not None:
            return ends, None, None
    if column is None:
        raise StudyError(
            mould(
                "geobri geocode",
                f"{table.name} needs a column 'city' or 'name'",
                f"{list(read.columns)}",
                "Rename one",
            )
        )
    state = division_column(read.columns)
    countries, states = (read[name].tolist() if name in read.columns else None for name in ("country", state))
    return read[column].tolist(), countries, states
