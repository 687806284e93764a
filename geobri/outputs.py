"""Whole or not at all: outputs are written to a temporary name and moved into place when complete."""

from __future__ import annotations

import errno
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geobri.errors import OutputError, mould

__all__ = ["staged_file", "staged_folder"]


@contextmanager
def staged_file(target: str | Path, *, caller: str = "geobri") -> Iterator[Path]:
    """Write one file whole or not at all.

    Parameters
    ----------
    target
        Where the file shall stand; an older one stays untouched until the new one is complete.
    caller
        Who writes, for the message.

    Yields
    ------
    pathlib.Path
        The temporary name to write to, in the same folder and with the same ending.

    Raises
    ------
    OutputError
        If the folder cannot be written or is full; nothing half-written is left.
    """
    target = Path(target)
    with staged_folder(target.parent, caller=caller) as folder:
        yield folder / target.name


@contextmanager
def staged_folder(target: str | Path, *, caller: str = "geobri") -> Iterator[Path]:
    """Write a folder of files whole or not at all.

    Parameters
    ----------
    target
        The folder that shall hold the files; it is made if need be, and other files in it stay.
    caller
        Who writes, for the message.

    Yields
    ------
    pathlib.Path
        A temporary folder beside the target, to write to.

    Raises
    ------
    OutputError
        If the folder cannot be written or is full. Whatever interrupts the writing, Ctrl-C included,
        the target keeps what it had.
    """
    target = Path(target)
    stage = (target if target.is_dir() else target.parent) / f".geobri-{secrets.token_hex(4)}"
    try:  # named before it is made, so that no interruption finds it made but unknown
        _make_stage(stage, target, caller)
        yield stage
        _move_into_place(stage, target)
    except OSError as error:
        if isinstance(error, OutputError) or not _is_about(error, stage, target):
            raise
        raise _unwritable(caller, target, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _make_stage(stage: Path, target: Path, caller: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stage.mkdir(mode=0o700)
    except OSError as error:
        raise _unwritable(caller, target, error) from error


def _is_about(error: OSError, stage: Path, target: Path) -> bool:
    """Tell whether an error comes from writing there, not from something else that went wrong meanwhile."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}:
        return True
    named = str(error.filename or "")
    return named.startswith((str(stage), str(target)))


def _unwritable(caller: str, target: Path, error: OSError) -> OutputError:
    wanted = f"the output '{target}' must be writable"
    remedy = "Choose another place with --out, or make room; nothing was changed there"
    return OutputError(mould(caller, wanted, error.strerror or str(error), remedy))


def _move_into_place(stage: Path, target: Path) -> None:
    """Exchange the files one by one; should one refuse, put the old ones back."""
    fresh = not target.exists()
    target.mkdir(exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=stage))
    done: list[Path] = []
    try:
        for new in sorted(path for path in stage.iterdir() if path != aside):
            place = target / new.name
            _check_replaceable(place)
            if place.exists():
                place.replace(aside / new.name)
            done.append(place)
            new.replace(place)
    except BaseException:
        _put_back(done, aside)
        if fresh:
            target.rmdir()
        raise


def _check_replaceable(place: Path) -> None:
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder of that name is in the way", str(place))


def _put_back(done: list[Path], aside: Path) -> None:
    for place in done:
        with suppress(OSError):
            place.unlink(missing_ok=True)
        if (aside / place.name).exists():
            (aside / place.name).replace(place)
