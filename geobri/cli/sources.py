"""What a command is about: a built-in study, a folder, or tables as they lie there; and the options that say what geobri would have to guess."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import click

from geobri.cli.terminal import say
from geobri.words import Words

if TYPE_CHECKING:
    from geobri.study import Study, StudyFault

__all__ = [
    "Source",
    "editions_or_tables",
    "first_flow",
    "say_known",
    "study_or_tables",
    "study_or_tables_then",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_STRAIGHT: Final = "distance_km"
"""The separation that every study has."""
_MOST_LINES: Final = 12
"""Lines of what was recognised that are printed; `geobri check` prints all."""

_TABLE_OPTIONS: Final = (
    click.option("--origin", default="", metavar="COLUMN", help="Column of the origins."),
    click.option("--destination", default="", metavar="COLUMN", help="Column of the destinations."),
    click.option("--place", default="", metavar="COLUMN", help="Column of the ids of the places."),
    click.option(
        "--lon", default="", metavar="COLUMN", help="Column of longitudes (or eastings, with --crs)."
    ),
    click.option(
        "--lat", default="", metavar="COLUMN", help="Column of latitudes (or northings, with --crs)."
    ),
    click.option("--crs", default="", help="Reference system of coordinates in columns, as in EPSG:27700."),
    click.option(
        "--directed/--undirected",
        "directed",
        default=None,
        help="Whether there and back may differ; by default, whether they do.",
    ),
    click.option(
        "--absent",
        type=click.Choice(["missing", "zero"]),
        default=None,
        help="What a pair without a row means: not known, or none.",
    ),
    click.option(
        "--decimal",
        type=click.Choice([",", "."]),
        default=None,
        help="Mark with which decimals begin, where 1.234 or 1,234 may be a thousand.",
    ),
    click.option(
        "--missing",
        multiple=True,
        metavar="WORD",
        help="What stands for a missing number, as in --missing -.",
    ),
    click.option("--year-column", default="", metavar="COLUMN", help="Column of years, or of dates."),
    click.option(
        "--drop-unknown", is_flag=True, help="Leave out, and count, rows whose ends are no known places."
    ),
    click.option("--country", default="", help="Country in which names without coordinates are looked up."),
    click.option(
        "--with",
        "fill",
        default="",
        metavar="country,region,coast,population,capital",
        help="Fill these where they are missing: from coordinates, the last two from the gazetteer by name and point.",
    ),
    click.option(
        "--call", default="", metavar="WORD", help="What the places are: zone, or county,counties,县."
    ),
    click.option(
        "--places",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        default=None,
        help="Table that says which places names mean (name, and place, geonameid, or lon and lat).",
    ),
    click.option(
        "--index", default=None, metavar="NAME|FILE", help="Index to compute, as index in study.toml."
    ),
    click.option("--title", default="", help="What the study is called."),
    click.option("--title-zh", default="", help="What it is called in Chinese; the title by default."),
    click.option(
        "--save",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        help="Folder to make of the tables: a study with a study.toml that says what was taken.",
    ),
)
_NAMES: Final = (
    "origin", "destination", "place", "lon", "lat", "crs", "directed", "absent", "decimal", "missing", "count_rows", "year_column", "drop_unknown", "country", "fill", "call",
    "places", "index", "title", "title_zh", "save",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a command is about.

    Attributes
    ----------
    names
        A study, or files.
    said
        What the table options say.
    lang
        Language of what is said of tables; empty for the study's own.
    """

    names: tuple[str, ...]
    said: dict[str, Any] = field(default_factory=dict)
    lang: Literal["en", "zh", ""] = ""

    @property
    def is_tables(self) -> bool:
        """Whether files are named, and not a study, which stands alone."""
        folder = next((name for name in self.names if Path(name).is_dir()), None)
        if folder is not None and len(self.names) > 1:
            others = ", ".join(repr(name) for name in _without(self.names, folder))
            raise click.UsageError(f"'{folder}' is a folder, a study by itself; got {others} beside it.")
        return len(self.names) > 1 or self.names[0] == "-" or Path(self.names[0]).is_file()

    def run(self, **refused: Any) -> str | None:
        """Give the folder, where it is a run of `geobri scale` and no study.

        Parameters
        ----------
        **refused
            Options of the command that say nothing of a run, by name; a value that is not empty is refused.

        Returns
        -------
        str or None
            None for studies and tables.
        """
        from geobri.errors import StudyError, mould
        from geobri.scale.asking import is_run

        if self.is_tables or not is_run(self.names[0]):
            return None
        if said := [f"--{name}" for name, value in refused.items() if value]:
            came = f"{', '.join(said)} for the run '{self.names[0]}'"
            raise StudyError(
                mould(
                    "geobri",
                    "a run is shown as it was computed",
                    came,
                    "Leave it out, or run geobri scale again",
                )
            )
        self._refuse_options()
        return self.names[0]

    def __str__(self) -> str:
        """Give what was named."""
        return " + ".join(self.names)

    def load(self, *, year: int | None = None, quiet: bool = False) -> Study:
        """Load the study, and say in a few lines what was recognised in tables.

        Parameters
        ----------
        year
            The year to show.
        quiet
            Whether nothing is said, because the command says it itself.

        Returns
        -------
        Study
            Its index computed; saved as a folder where that is wished.
        """
        from geobri.study import load_study, load_tables
        from geobri.study.reading import Hints
        from geobri.study.saving import save_study
        from geobri.study.saying import say_taken

        if not self.is_tables:
            self._refuse_options()
            return load_study(self.names[0], year=year)
        said = dict(self.said)
        save, places, index = (said.pop(name, None) for name in ("save", "places", "index"))
        called = {name: said.pop(name, "") for name in ("title", "title_zh")}
        said["year"], said["count"] = said.pop("year_column", ""), said.pop("count_rows", False)
        said["fill"] = _fillings(said.pop("fill", ""))
        said["decimal"] = said.get("decimal") or ""
        study = load_tables(
            *self.names, hints=Hints(**said), settled=places, index=index, year=year, **called
        )
        lang = self.lang or study.language
        lines = [] if quiet else say_taken(study.taken, study.tell)
        for line in lines[:_MOST_LINES]:
            say(line.say(lang), err=True)
        if len(lines) > _MOST_LINES:
            left, again = len(lines) - _MOST_LINES, f"geobri check {' '.join(self.names)}"
            more = Words(f"… and {left} more: {again}", f"……另有 {left} 项：{again} --lang zh")
            say(more.say(lang), err=True)
        if save is not None:
            save_study(study, save)
            say(f"Saved the study to {save}; from now on: geobri report {save}", err=True)
        return study

    def examine(self) -> tuple[list[StudyFault], Study | None]:
        """List the faults of a study, and load it; those of tables are raised.

        Returns
        -------
        tuple of list of StudyFault and Study or None
            No study where its faults do not allow it.
        """
        from geobri.study.loading import examine_study

        if self.is_tables:
            return [], self.load(quiet=True)
        self._refuse_options()
        return examine_study(self.names[0])

    def _refuse_options(self) -> None:
        given = [
            name
            for name, value in self.said.items()
            if value not in (None, "", False, ()) and name not in ("value", "impedance")
        ]
        if given:
            spelt = {one.name: one.opts[0] for one in click.get_current_context().command.params}
            named = ", ".join(spelt.get(name, f"--{name}") for name in given)
            verb = "speaks" if len(given) == 1 else "speak"
            raise click.UsageError(
                f"{named} {verb} of tables; '{self.names[0]}' is a study. Say {_how(given, self.said)} in its study.toml."
            )


def _without(names: tuple[str, ...], one: str) -> tuple[str, ...]:
    at = names.index(one)
    return names[:at] + names[at + 1 :]


def _how(given: list[str], said: dict[str, Any]) -> str:
    """Say how `study.toml` says it, where one line does."""
    if given != ["fill"]:
        return "it"
    wished = ", ".join(f'"{one.strip()}"' for one in str(said["fill"]).split(","))
    return f"fill = [{wished}]"


def study_or_tables(command: _Command) -> _Command:
    """Let a command take a study or tables, as its argument `study`.

    Parameters
    ----------
    command
        The function of a command, with its own options.

    Returns
    -------
    callable
        The same, with `[STUDY | FILE...]` and the options of tables.
    """
    return _with_tables(command, "", least=0, most=None, spared=())


def study_or_tables_then(
    rest: str, *, least: int = 0, most: int | None = None, spared: tuple[str, ...] = ()
) -> Callable[[_Command], _Command]:
    """Let a command take a study or tables, and then arguments of its own.

    Parameters
    ----------
    rest
        Name of the argument that takes what stands behind the study, or behind the last file.
    least, most
        How many of these there must, and may, be.
    spared
        Names of options of tables that mean something else in this command.

    Returns
    -------
    callable
        A decorator, as `study_or_tables`.
    """
    return lambda command: _with_tables(command, rest, least=least, most=most, spared=spared)


def _with_tables(
    command: _Command, rest: str, *, least: int, most: int | None, spared: tuple[str, ...]
) -> _Command:
    """Let a command take any files as its study; ``rest`` names what may stand behind them."""

    @functools.wraps(command)
    def with_source(*args: Any, sources: tuple[str, ...], **given: Any) -> Any:
        said = _take_said(given)
        names = sources or ("bri22",)
        if rest:
            names, behind = _split(names)
            if len(behind) < least or (most is not None and len(behind) > most):
                wanted = f"{least}" if least == most else f"{least} or more"
                raise click.UsageError(f"Behind the study: {wanted} of {rest.upper()}; got {len(behind)}.")
            given[rest] = behind
        source = Source(names=names, said=said, lang=given.get("lang") or "")
        return command(*args, study=source, **given)

    shown = (
        {0: f" [{rest.upper()}...]", 1: f" {rest.upper()}"}.get(least, f" {rest.upper()}...") if rest else ""
    )
    taking: _Command = _with_options(with_source, spared, f"[STUDY | FILE...]{shown}")
    return taking


def editions_or_tables(command: _Command) -> _Command:
    """Let a command take two editions, each a study or a table, as its arguments `old` and `new`.

    Parameters
    ----------
    command
        The function of a command, with its own options.

    Returns
    -------
    callable
        The same, with `OLD NEW [FILE...]` and the options of tables; further files belong to both tables.
    """

    @functools.wraps(command)
    def with_editions(*args: Any, sources: tuple[str, ...], **given: Any) -> Any:
        said = _take_said(given)
        if said.pop("save") is not None:
            raise click.UsageError("--save keeps one study; here are two.")
        if len(sources) < 2:  # noqa: PLR2004 - an old one and a new one
            raise click.UsageError(f"Two editions are compared; got {len(sources)}.")
        old, new, *further = sources
        any_table = any(Source(names=(one,)).is_tables for one in (old, new))
        if further and not any_table:
            raise click.UsageError(f"Files behind two studies belong to neither; got {', '.join(further)}.")

        def edition(name: str) -> Source:
            """Give one of both; a study beside a table needs nothing that the options say."""
            if Source(names=(name,)).is_tables:
                return Source(names=(name, *further), said=dict(said))
            return Source(names=(name,), said={} if any_table else said)

        return command(*args, old=edition(old), new=edition(new), **given)

    taking: _Command = _with_options(with_editions, (), "OLD NEW [FILE...]")
    return taking


def _take_said(given: dict[str, Any]) -> dict[str, Any]:
    """Take what the options say of tables out of what a command was given."""
    said = {name: given.pop(name) for name in _NAMES}
    said["value"] = given.get("value") or ""
    impedance = given.get("impedance", _STRAIGHT)
    said["impedance"] = "" if impedance == _STRAIGHT else impedance
    return said


def _with_options(wrapped: Any, spared: tuple[str, ...], metavar: str) -> Any:
    for option in reversed(_table_options(spared)):
        wrapped = option(wrapped)
    return click.argument("sources", nargs=-1, metavar=metavar)(wrapped)


def _table_options(spared: tuple[str, ...]) -> tuple[Callable[[Any], Any], ...]:
    """Give the options of tables; a name that the command needs for itself is left to it."""
    names = [name for name in ("--count", "--count-rows") if name not in spared]
    said = "Count the rows of each pair, whatever they hold."
    return (*_TABLE_OPTIONS, click.option(*names, "count_rows", is_flag=True, help=said))


def _split(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell the study, or the files in front, from what stands behind."""
    files = tuple(itertools.takewhile(lambda one: one == "-" or Path(one).is_file(), arguments))
    n = len(files) or 1
    return arguments[:n], arguments[n:]


def _fillings(said: str) -> tuple[str, ...]:
    from geobri.study.reading.filling import FILLED

    words = tuple(word.strip() for word in said.split(",") if word.strip())
    wrong = [word for word in words if word not in FILLED]
    if wrong:
        raise click.BadParameter(f"{', '.join(wrong)} is none of {', '.join(FILLED)}", param_hint="--with")
    return words


def say_known(study: Study, columns: Sequence[str]) -> Study:
    """Give a study the inhabitants and capitals that a question names, and say that they are inferred.

    Parameters
    ----------
    study
        A loaded study.
    columns
        Columns that the question names.

    Returns
    -------
    Study
        As `geobri.study.known.with_known` gives it.
    """
    from geobri.study.known import with_known
    from geobri.study.saying import say_taken

    known = with_known(study, columns)
    lines = [*say_taken(known.taken[len(study.taken) :], study.tell), *known.cautions[len(study.cautions) :]]
    for line in lines:
        say(line.en, err=True)
    return known


def first_flow(study: Study, value: str | None) -> str:
    """Take the value that was asked for, else the first measure of the pairs.

    Parameters
    ----------
    study
        A loaded study.
    value
        What was asked for, or None.

    Returns
    -------
    str
        Name of a column of the corridors.
    """
    shown = study.shown("corridors")
    return value or (shown[0].column if shown else "")
