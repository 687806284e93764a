"""Stages: where outputs are written until they are complete, and what the next run does with those of a killed one."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from geobri.errors import OutputError, mould
from geobri.outputs.interruption import uninterrupted
from geobri.outputs.locking import hold_folder, is_abandoned, keep_lock
from geobri.outputs.switching import NEW, OLD, RECORD, finish_switch, put_in_place

__all__ = ["staged_file", "staged_folder"]

_PREFIX: Final = ".geobri-"
_PARTS: Final = {NEW, OLD, RECORD, f"{RECORD}.new"}
_ACTIVE: Final[set[Path]] = set()
"""The new folders of the stages that this process holds."""

_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}


@contextmanager
def staged_file(target: str | Path, *, caller: str = "geobri") -> Iterator[Path]:
    """Write one file whole or not at all.

    Parameters
    ----------
    target
        Where the file shall stand; an older one stays untouched until the new one takes its place in one step.
    caller
        Who writes, for the message.

    Yields
    ------
    pathlib.Path
        The temporary name to write to, on the same file system and with the same ending.

    Raises
    ------
    OutputError
        If the folder cannot be written or is full; nothing half-written is left.
    """
    target = Path(target)
    with _choose_stage(target, target.parent, caller) as new:
        yield new / target.name
        beside = sorted(path.name for path in new.iterdir() if path.name != target.name)
        if beside:
            raise OSError(errno.EIO, f"the file is not complete without {beside[0]}", str(new / beside[0]))


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
        A temporary folder to write files to; folders in it are refused.

    Raises
    ------
    OutputError
        If the folder cannot be written or is full. Whatever interrupts the writing, Ctrl-C included,
        the target keeps what it had.
    """
    with _choose_stage(Path(target), Path(target), caller) as new:
        yield new


def _choose_stage(said: Path, folder: Path, caller: str) -> AbstractContextManager[Path]:
    whole = Path(os.path.abspath(folder))  # noqa: PTH100 - resolving may fail, and belongs where failing is said
    inside = any(new == whole or new in whole.parents for new in _ACTIVE)
    return _within_stage(folder) if inside else _staged(said, folder, caller)


@contextmanager
def _within_stage(folder: Path) -> Iterator[Path]:
    """Write into a stage that somebody holds already, who answers for the whole."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as inner:
        yield Path(inner)
        for path in sorted(Path(inner).iterdir()):
            path.replace(folder / path.name)


@contextmanager
def _staged(said: Path, folder: Path, caller: str) -> Iterator[Path]:
    """Give the new folder of a stage, and put its files into `folder` when all are there."""
    place, stage = folder, folder
    made: list[Path] = []
    handle: int | None = None
    try:  # everything is named before it is made, so that no interruption finds it made but unknown
        place = folder.resolve()
        home = _find_home(place)
        made += [path for path in (home, *home.parents) if not path.exists()]
        stage = home / f"{_PREFIX}{secrets.token_hex(4)}"
        handle = _make_stage(stage, place)
        _ACTIVE.add(stage / NEW)
        yield stage / NEW
        with uninterrupted(), hold_folder(home), _hold_too(place, home):
            put_in_place(stage, place)
        made = []
    except (OSError, RuntimeError) as error:
        whole = place if said == folder else place / said.name
        if isinstance(error, OutputError) or not _is_about(
            error, [stage, whole, said], [stage.parent, *made]
        ):
            raise
        raise _unwritable(caller, said, error, is_torn=(stage / RECORD).exists()) from error
    finally:
        with uninterrupted():
            _ACTIVE.discard(stage / NEW)
            _clear(stage, handle, made)


def _find_home(place: Path) -> Path:
    """Say where the stage stands: beside the folder, or inside it where nothing can be put beside it.

    Two folders can only be exchanged when they stand side by side on one file system.
    """
    parent = place.parent
    inside = place.is_dir() and (
        parent == place or parent.stat().st_dev != place.stat().st_dev or not os.access(parent, os.W_OK)
    )
    return place if inside else parent


def _make_stage(stage: Path, place: Path) -> int | None:
    home = stage.parent
    home.mkdir(parents=True, exist_ok=True)
    if place.exists() and not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file of that name is in the way", str(place))
    with uninterrupted(), hold_folder(home):
        _clear_abandoned(home)
        stage.mkdir(mode=0o700)
        (stage / NEW).mkdir()
        handle = keep_lock(stage)
    with suppress(PermissionError), _hold_too(place, home):
        if place != home:
            _clear_abandoned(place)
    return handle


def _hold_too(place: Path, home: Path) -> AbstractContextManager[None]:
    """Hold the target as well, where it is another folder that exists: its own stages may stand in it."""
    return hold_folder(place) if place != home and place.is_dir() else nullcontext()


def _clear_abandoned(folder: Path) -> None:
    """Finish or undo what killed runs had begun in a folder, and clear what they left."""
    for stage in sorted(folder.glob(f"{_PREFIX}????????")):
        with suppress(OSError):
            if not stage.is_symlink() and _is_ours(stage) and is_abandoned(stage):
                finish_switch(stage)
                shutil.rmtree(stage)


def _is_ours(stage: Path) -> bool:
    """Tell whether a folder is a stage of ours and holds nothing else."""
    known = not hasattr(os, "getuid") or stage.stat().st_uid == os.getuid()
    return known and {path.name for path in stage.iterdir()} <= _PARTS


def _clear(stage: Path, handle: int | None, made: list[Path]) -> None:
    if (
        stage.name.startswith(_PREFIX) and not (stage / RECORD).exists()
    ):  # else it is the next run's to put right
        shutil.rmtree(stage, ignore_errors=True)
    if handle is not None:
        os.close(handle)
    for path in made:
        with suppress(OSError):
            path.rmdir()


def _is_about(error: Exception, inside: list[Path], exactly: list[Path]) -> bool:
    """Tell whether an error comes from writing there, not from something else that went wrong meanwhile."""
    if not isinstance(error, OSError):
        return "symlink loop" in str(error).lower()
    if error.errno in _ROOM:
        return True
    named = str(error.filename or "")
    return named.startswith(tuple(map(str, inside))) or named in set(map(str, exactly))


def _unwritable(caller: str, target: Path, error: Exception, *, is_torn: bool) -> OutputError:
    wanted = f"the output '{target}' must be writable"
    came = getattr(error, "strerror", None) or str(error)
    remedy = "Choose another place with --out, or make room"
    remedy += (
        ". Old and new files are mixed there: run it again, and that run begins by putting them right"
        if is_torn
        else "; nothing was changed there"
    )
    return OutputError(mould(caller, wanted, came, remedy))
