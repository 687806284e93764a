"""`geobri check`, `geobri refresh` and `geobri new`: study folders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from geobri.cli.options import progress
from geobri.cli.sources import Source, study_or_tables
from geobri.cli.terminal import say
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.study import Study

__all__ = ["check_command", "new_command", "refresh_command"]

_MOST_LINES: Final = 500


@click.command(name="check")
@click.option(
    "--value", default=None, help="Column to look at first; added up where a pair has several rows."
)
@click.option(
    "--stale",
    is_flag=True,
    help="Say of every source how old it is, and whether its file is the one that was fetched; exit code 1 unless all are fresh.",
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=365,
    show_default=True,
    help="Age from which a source is stale.",
)
@click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of what is said.",
)
@study_or_tables
def check_command(
    study: Source, value: str | None, lang: Literal["en", "zh"], *, stale: bool, days: int
) -> None:
    """List every fault of a study folder, or of tables, at once, with file and row; exit code 1 if there are any.

    Without faults it prints what was inferred of the measures and why, which year each shows, what was left out with
    sums, and what to be careful with.
    """
    from geobri.study.saying import say_study

    with progress("Reading and checking", 1) as begin:
        begin("Reading and checking")
        faults, loaded = study.examine()
    _say_first([str(fault) for fault in faults], Words("faults", "个错误"), lang)
    if faults or loaded is None:
        raise click.ClickException(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {study}.")
    if value is not None and value not in {one.column for one in loaded.measures}:
        known = ", ".join(one.column for one in loaded.measures) or "none"
        raise click.ClickException(f"--value must be a measure of {study}: {known}; got '{value}'.")
    if stale:
        _say_stale(loaded, days)
        return
    _say_first([line.say(lang) for line in say_study(loaded)], Words("lines", "行"), lang)
    say(Words(f"{study}: no faults.", f"{study}：没有错误。").say(lang))


def _say_first(lines: list[str], what: Words, lang: Literal["en", "zh"]) -> None:
    """Print what a person can read, and how much more there is."""
    for line in lines[:_MOST_LINES]:
        say(line)
    more = len(lines) - _MOST_LINES
    if more > 0:
        say(Words(f"… and {more:,} further {what.en}", f"……另有 {more:,} {what.zh}").say(lang))


def _say_stale(study: Study, days: int) -> None:
    """Print age and state of every source."""
    from datetime import UTC, datetime

    from geobri.cli.options import show_table
    from geobri.study.provenance import find_stale

    if not study.sources:
        raise click.ClickException(f"{study.name} declares no [[source]] in its study.toml.")
    table = find_stale(study.sources, study.folder, today=datetime.now(tz=UTC).date(), days=days)
    show_table(table, None)
    old = int((table["state"] != "fresh").sum())
    if old:
        raise click.ClickException(f"{old} of {len(table)} sources are not fresh.")


@click.command(name="refresh")
@click.argument("study", metavar="STUDY")
@click.option("--yes", is_flag=True, help="Replace without asking.")
@click.option(
    "--headings",
    is_flag=True,
    help="Accept files that have lost columns, if the study can be read with them.",
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this source; can be given several times.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds that a server may be silent.",
)
def refresh_command(study: str, only: tuple[str, ...], timeout: float, *, yes: bool, headings: bool) -> None:
    """Fetch the sources that a study declares, show what would change, and replace its files if told so.

    A source is a [[source]] of study.toml with name, address (http, https or a file) and file. All sources are replaced or
    none, and only if the study has no faults afterwards; the old files stay beside them as previous_DATE_NAME.
    """
    from datetime import UTC, datetime

    from geobri.study import load_study
    from geobri.study.refreshing import apply_refresh, preview_refresh, say_refresh

    seen = preview_refresh(load_study(study), only=only, timeout=timeout, headings=headings)
    for line in say_refresh(seen):
        say(line)
    if seen.failed or seen.faults:
        wrong = "a source could not be fetched" if seen.failed else "the study would have faults"
        raise click.ClickException(f"Nothing was replaced: {wrong}.")
    if not yes:
        asks = sys.stdin.isatty()
        what = "Replace these files" if seen.changed else "Nothing has changed. Write down today's date"
        if not asks or not click.confirm(f"{what}?"):
            say("Nothing was replaced." + ("" if asks else f" To replace: geobri refresh {study} --yes"))
            return
    kept = apply_refresh(seen, today=datetime.now(tz=UTC).date())
    said = f"; the old ones are kept as {', '.join(path.name for path in kept)}" if kept else ""
    count = sum(one.state in ("changed", "new") for one in seen.fetched)
    say(f"Replaced {count} of {len(seen.fetched)} files{said}.")


@click.command(name="new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def new_command(folder: Path) -> None:
    """Make a commented study folder to start from: study.toml, cities.csv, flows.csv, index.toml."""
    from geobri.study.template import create_study

    paths = create_study(folder)
    say(
        f"Made {len(paths)} files in {folder}. Edit them, then: geobri check {folder} && geobri report {folder}"
    )
