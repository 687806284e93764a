"""How a command ends and prints, whatever the terminal: signals end it as Ctrl-C does, no letter and no full disk ends it in a traceback."""

from __future__ import annotations

import codecs
import gc
import io
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import click

__all__ = ["collects_rarely", "ends_like_ctrl_c", "legible", "prints_any_letter", "refuse_output", "say"]

_AS_CTRL_C: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
_ERRORS: Final = "geobri-escape"
_SHELL_BASE: Final = 128
_BEFORE_COLLECTING: Final = 50_000
"""New objects; Python itself looks after 700, which takes a tenth of the time of a command."""

_COMMANDS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that move, colour or turn what a terminal shows; a name or a cell may hold them."""


def legible(text: str) -> str:
    r"""Write the characters that command a terminal by their numbers.

    Parameters
    ----------
    text
        What is said, names and cells of files in it.

    Returns
    -------
    str
        The same, with ``\x1b`` for an escape; line ends and tabs stay.
    """
    return _COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def say(text: str, *, err: bool = False) -> None:
    """Print a message; nothing in it commands the terminal.

    Parameters
    ----------
    text
        What is said.
    err
        Whether it goes to standard error.
    """
    click.echo(legible(text), err=err)


@contextmanager
def collects_rarely() -> Iterator[None]:
    """Let Python look for cycles of garbage seldom: a command makes much that stays, and is soon over.

    Yields
    ------
    None
        As often as before, afterwards.
    """
    before = gc.get_threshold()
    gc.set_threshold(_BEFORE_COLLECTING, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def ends_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: what was there stays, nothing half-written is left.

    Yields
    ------
    None
        A signal that is ignored when the command begins, as under `nohup`, stays ignored. The exit code is
        128 and the number of the signal, as shells have it.
    """
    came: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = {}
    for number in (getattr(signal, name) for name in _AS_CTRL_C if hasattr(signal, name)):
        with suppress(ValueError):  # not in the main thread: somebody else's program, and his signals
            if signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    except (SystemExit, KeyboardInterrupt) as error:
        if came:
            raise SystemExit(_SHELL_BASE + came[0]) from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def prints_any_letter() -> Iterator[None]:
    """Write letters that a terminal or a file has not by their numbers, and say so.

    Yields
    ------
    None
        Standard output is as before afterwards.
    """
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper) or stream.errors != "strict":
        yield
        return
    escaped: list[str] = []

    def escape(error: UnicodeError) -> tuple[str | bytes, int]:
        if isinstance(error, UnicodeEncodeError):
            escaped.append(error.object[error.start : error.end])
        return codecs.backslashreplace_errors(error)

    codecs.register_error(_ERRORS, escape)
    stream.reconfigure(errors=_ERRORS)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            stream.reconfigure(errors="strict")
        if escaped:
            lost = "".join(escaped)
            click.echo(
                f"Note: {len(lost):,} letters that {stream.encoding} has not are written as \\uXXXX "
                f"(first: {lost[:1]!a}). Set PYTHONUTF8=1, or write to a file with --out, to have them whole.",
                err=True,
            )


def refuse_output(error: OSError) -> click.ClickException:
    """Make the error for what cannot be printed, and let nothing more be printed.

    Parameters
    ----------
    error
        What the system said.

    Returns
    -------
    click.ClickException
        To be raised.
    """
    with suppress(OSError, ValueError):  # what waits in the buffer would fail once more at the very end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    reason = error.strerror or str(error)
    return click.ClickException(
        f"geobri: what is printed must be taken. Got {reason}. Make room, or write elsewhere with --out."
    )
