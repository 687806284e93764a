"""Options that several commands share, and the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from geobri.cli.terminal import legible, say

__all__ = [
    "look_options",
    "out_folder",
    "progress",
    "show_table",
    "table_out",
    "year_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

year_option = click.option(
    "--year",
    type=int,
    default=None,
    help="Year to show, where measures have years; the latest of each by default.",
)


table_out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="CSV to write; printed otherwise.",
)


def show_table(frame: Any, out: Path | None) -> None:
    """Print a table as CSV, or write it.

    Parameters
    ----------
    frame
        The table.
    out
        The file, or None.
    """
    from geobri.outputs import staged_file

    text = frame.to_csv(lineterminator="\n")
    if out is None:
        click.echo(legible(text) if sys.stdout.isatty() else text, nl=False)
        return
    with staged_file(out) as path:
        path.write_text(text, encoding="utf-8")
    say(f"Wrote {out} ({len(frame)} rows).")


def out_folder(default: str) -> Callable[[_Command], _Command]:
    """Make the option for the output folder.

    Parameters
    ----------
    default
        Folder when the user names none.

    Returns
    -------
    callable
        A click decorator.
    """
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=default,
        show_default=True,
        help="Folder to write to.",
    )


def look_options(command: _Command) -> _Command:
    """Add the options that say how a map or page looks.

    Parameters
    ----------
    command
        The function of a command.

    Returns
    -------
    callable
        The same, with `--lang`, `--theme`, `--basemap`, `--worldview`, `--attribution` and `--approval`.
    """
    for option in (
        click.option(
            "--approval",
            default=None,
            help="Number under which an authority has approved the map, such as 审图号：GS(2026)0001; on the page and in its images.",
        ),
        click.option(
            "--attribution", default=None, help="Whom the base map is by; needed for tiles from a URL."
        ),
        click.option(
            "--worldview",
            type=click.Choice(["ne", "china"]),
            default="ne",
            show_default=True,
            help="Whose borders --basemap countries draws: Natural Earth's or China's.",
        ),
        click.option(
            "--basemap",
            default=None,
            metavar="land|countries|none|FILE|URL",
            help="Land without borders (the default, or the outlines of the study's own places), with borders, nothing, own polygons or lines such as zones.gpkg, or online tiles from a URL with {z}/{x}/{y}.",
        ),
        click.option(
            "--theme",
            type=click.Choice(["auto", "light", "dark"]),
            default="auto",
            show_default=True,
            help="Colours the page opens in.",
        ),
        click.option(
            "--lang",
            type=click.Choice(["en", "zh"]),
            default=None,
            help="Language the page opens in; the study's own by default.",
        ),
    ):
        command = option(command)
    return command


@contextmanager
def progress(description: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show how far a command is, on a terminal; stay quiet elsewhere.

    Parameters
    ----------
    description
        What is being done.
    total
        How many steps there are.

    Yields
    ------
    callable
        To be called with the name of each step as it begins.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(description, total=total)
        started = False

        def begin(step: str) -> None:
            nonlocal started
            bar.update(task, advance=1 if started else 0, description=step)
            started = True

        yield begin
