"""Files as they come: opened, weighed and parsed with one kind of error, whatever is wrong with them."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

from geobri.errors import InputError, mould
from geobri.notebooks import menu_of

__all__ = ["check_file", "parse_toml", "read_bytes", "read_text", "read_toml"]
__dir__ = menu_of(__all__)

_MOST_TOML_MB: Final = 2
_MOST_DOTS: Final = 100
_DOTTED: Final = re.compile(rf"(?<![\w.-])(?:[\w'\"-]++[ \t]*+\.[ \t]*+){{{_MOST_DOTS}}}")
"""A key of thousands of parts takes the parser minutes: its time grows with the square of their number."""

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check_file(path: str | Path, *, caller: str) -> int:
    """Make sure that a file can be read, before a library tries.

    Parameters
    ----------
    path
        The file; a pipe or device is refused, so that no command waits for ever.
    caller
        Who wants it, for the message.

    Returns
    -------
    int
        Its size in bytes.

    Raises
    ------
    InputError
        If there is no such file, it is none, its name is no text, or it may not be read.
    """
    name = os.fsencode(Path(path).name).decode("utf-8", "backslashreplace")[:100]
    wanted = f"{name} must be a file that can be read"
    try:
        str(path).encode("utf-8")
        found = Path(path).stat()
        kind = next((word for test, word in _KINDS if test(found.st_mode)), "")
        if kind:
            raise InputError(mould(caller, wanted, kind, "Put the file itself there"))
        with Path(path).open("rb"):
            return found.st_size
    except UnicodeEncodeError as error:
        raise InputError(mould(caller, wanted, "a name that is no text in UTF-8", "Rename it")) from error
    except FileNotFoundError as error:
        raise InputError(mould(caller, wanted, f"no such file: '{path}'", "Check the name")) from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(mould(caller, wanted, reason, "Check its name and your rights")) from error


def read_bytes(path: str | Path, *, caller: str, most_mb: float | None = None) -> bytes:
    """Read a whole file, or say why it cannot be read.

    Parameters
    ----------
    path
        The file.
    caller
        Who wants it, for the message.
    most_mb
        The largest size that is read, in megabytes; any by default.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InputError
        If it cannot be read, or is too large.
    """
    size = check_file(path, caller=caller)
    if most_mb is not None and size > most_mb * 1e6:
        wanted = f"{Path(path).name} must be at most {most_mb:g} MB"
        raise InputError(mould(caller, wanted, f"{size / 1e6:,.1f} MB", "Shorten it"))
    return Path(path).read_bytes()


def read_text(path: str | Path, *, caller: str) -> str:
    """Read a file of settings as text.

    Parameters
    ----------
    path
        A file in UTF-8, of 2 MB at most.
    caller
        Who wants it, for the message.

    Returns
    -------
    str
        Its text, without a byte order mark.

    Raises
    ------
    InputError
        If it cannot be read, or holds other letters.
    """
    raw = read_bytes(path, caller=caller, most_mb=_MOST_TOML_MB)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wanted = f"{Path(path).name} must be TOML in UTF-8"
        raise InputError(
            mould(caller, wanted, f"other letters in line {line}", "Save it as UTF-8")
        ) from error


def read_toml(path: str | Path, *, caller: str) -> dict[str, Any]:
    """Read a file of settings.

    Parameters
    ----------
    path
        A file in TOML and UTF-8, of 2 MB at most.
    caller
        Who wants it, for the message.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    InputError
        If it cannot be read, or is no TOML.
    """
    return parse_toml(read_text(path, caller=caller), name=Path(path).name, caller=caller)


def parse_toml(text: str, *, name: str, caller: str) -> dict[str, Any]:
    """Parse settings, whatever their depth and size.

    Parameters
    ----------
    text
        The settings.
    name
        What they are called, for the message.
    caller
        Who wants them, for the message.

    Returns
    -------
    dict
        Their content.

    Raises
    ------
    InputError
        If they are no TOML, nested too deep, or name a key of more than 100 parts.
    """
    wanted = f"{name} must be TOML"
    deep = _DOTTED.search(text)
    if deep:
        line = text.count("\n", 0, deep.start()) + 1
        came = f"more than {_MOST_DOTS} parts between dots in line {line}"
        raise InputError(mould(caller, wanted, came, "Shorten that name"))
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InputError(
            mould(caller, wanted, "brackets within brackets without end", "Remove them")
        ) from error
    except ValueError as error:  # a number of thousands of digits is none of the parser's own errors
        raise InputError(mould(caller, wanted, str(error), "Correct that line")) from error
