"""The command line: thin doors, arguments to calls.

Each command lives in a module of its own, which is loaded when the command is called, so that
``geobri --help`` answers at once.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

import geobri
from geobri.cli.terminal import collects_rarely, ends_like_ctrl_c, legible, prints_any_letter, refuse_output
from geobri.errors import GeobriError, mould

__all__ = ["main"]

_COMMANDS: Final = {
    "report": ("geobri.cli.report", "Write the page, the map and the layers of a study."),
    "map": ("geobri.cli.map", "Draw a map alone, from a recipe or from tables."),
    "check": ("geobri.cli.study", "List every fault of a study folder, with file and row."),
    "refresh": ("geobri.cli.study", "Fetch what a study declares, show what would change, replace if told."),
    "new": ("geobri.cli.study", "Make a commented study folder to start from."),
    "score": ("geobri.cli.score", "Compute the index of a study, or audit its published ranks."),
    "proximity": ("geobri.cli.tests", "Are the listed corridors closer than chance?"),
    "decay": ("geobri.cli.tests", "Does a flow fall with distance?"),
    "coastal": ("geobri.cli.tests", "Are coastal cities ahead of inland ones?"),
    "moran": ("geobri.cli.tests", "Do neighbouring cities resemble each other?"),
    "findings": ("geobri.cli.score", "Check every claim of a report."),
    "scale": ("geobri.cli.scale", "Compute a study whose pairs do not fit into memory."),
    "query": ("geobri.cli.query", "Find cities, corridors or flows by any attribute."),
    "compare": ("geobri.cli.query", "Put cities or corridors side by side."),
    "first": ("geobri.cli.places", "List the first of every measure, or count where they are."),
    "effect": ("geobri.cli.places", "Say what a part of the index does to the ranks."),
    "reach": ("geobri.cli.places", "Say how far each city reaches, and how much stays in its region."),
    "hubs": ("geobri.cli.places", "Find the hubs of a net of several layers."),
    "sample": ("geobri.cli.places", "Say what a list of cities covers, and check its rule."),
    "groups": ("geobri.cli.query", "Compare two groups of cities in every measure."),
    "rankings": ("geobri.cli.query", "Compare two rankings on the cities that both have."),
    "changes": ("geobri.cli.query", "Say what changed between two editions of a study."),
    "history": ("geobri.cli.query", "Follow flows over the years."),
    "export": ("geobri.cli.query", "Write a study for other programs."),
    "geocode": ("geobri.cli.geocode", "Find the places of city names; never guess."),
    "doctor": ("geobri.cli.doctor", "Say what this installation has, and whether it is whole."),
    "completion": ("geobri.cli.doctor", "Print what makes a shell complete commands and options."),
}

_NOT_PRINTED: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


class _Commands(click.Group):
    """Loads a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Turn our own errors into one clear message and exit code 1; Ctrl-C leaves nothing half-written."""
        try:
            return super().invoke(ctx)
        except click.UsageError:
            raise
        except click.ClickException as error:
            raise click.ClickException(legible(error.message)) from error
        except GeobriError as error:
            raise click.ClickException(legible(str(error))) from error
        except ModuleNotFoundError as error:
            raise click.ClickException(_say_missing(error)) from error
        except OSError as error:
            if error.filename is not None:
                raise click.ClickException(legible(_say_unusable(error))) from error
            if error.errno in _NOT_PRINTED:
                raise refuse_output(error) from error
            raise  # a closed pipe among them: its reader has seen enough, and click ends quietly


def _say_missing(error: ModuleNotFoundError) -> str:
    """Say which package an installation lacks; a module of our own that is not there is a fault of ours."""
    if error.name is None or error.name.partition(".")[0] == "geobri":
        raise error
    wanted = f"the package '{error.name}' must be installed"
    return mould("geobri", wanted, "no such package", "geobri doctor says what is missing")


def _say_unusable(error: OSError) -> str:
    path = Path(os.fsdecode(error.filename))
    for folder in (*reversed(path.parents), path):
        if folder.is_dir() and not os.access(folder, os.X_OK | (os.R_OK if folder == path else 0)):
            wanted = f"the folder '{folder}' must be open to you"
            return mould("geobri", wanted, error.strerror or str(error), "Check its rights")
    wanted = f"the file '{error.filename}' must be there and readable"
    return mould("geobri", wanted, error.strerror or str(error), "Check name, kind and rights")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: geobri report bri22 --out report. Every command explains itself with --help.",
)
@click.version_option(geobri.__version__, "--version", prog_name="geobri", message="%(prog)s %(version)s")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help="Workers for permutations, resamples and uncertainty runs, before the command; one by default. Results are the same.",
)
@click.option(
    "--scheduler",
    default=None,
    metavar="ADDRESS",
    help="Dask scheduler for the same, such as tcp://10.0.0.5:8786 (extra distributed).",
)
@click.pass_context
def _geobri(context: click.Context, workers: int | None, scheduler: str | None) -> None:
    """Connectivity indices of cities and corridors, honest spatial tests of them, and one offline map.

    A STUDY is a built-in name (bri22, global513, air22, air513) or a folder with cities.csv, perhaps
    flows.csv and study.toml; `geobri new FOLDER` makes one to start from.
    """
    if workers is not None or scheduler is not None:
        from geobri.workers import working

        context.with_resource(working(workers, scheduler=scheduler))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Parameters
    ----------
    arguments
        What stands after ``geobri``; None takes it from the shell.
    """
    with collects_rarely(), ends_like_ctrl_c(), prints_any_letter():
        _geobri.main(args=None if arguments is None else list(arguments), prog_name="geobri")
