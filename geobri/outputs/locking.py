"""Locks that a crash does not leave behind: the system holds them on an open folder and drops them with the process."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # Windows: nothing there locks a folder
    fcntl = None  # type: ignore[assignment]

__all__ = ["hold_folder", "is_abandoned", "keep_lock"]

_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.02
_OLD_S: Final = 24 * 3600.0
"""Where the system has no locks, a stage counts as abandoned after a day."""

_NO_LOCKS: Final = {errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}


def _open_folder(folder: Path) -> int | None:
    """Open a folder to lock it; None where it cannot be opened or the system locks no folders."""
    if fcntl is None:
        return None
    try:
        return os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except (PermissionError, NotADirectoryError):
        return None


def _try_lock(handle: int) -> bool | None:
    """Lock an open folder: True when it is ours, False when another has it, None when nothing can be locked there."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return None
        raise
    return True


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Be the only one who makes, switches or clears stages in a folder; wait for the other one.

    Parameters
    ----------
    folder
        An existing folder.

    Yields
    ------
    None
        The lock is dropped afterwards, and by the system should the process die.

    Raises
    ------
    OSError
        If another run holds it for a minute; a switch takes milliseconds.
    """
    handle = _wait_for(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _wait_for(folder: Path) -> int | None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        handle = _open_folder(folder)
        if handle is None:
            return None
        state = _try_lock(handle)
        if state is not False and _is_still(folder, handle):
            return handle
        os.close(handle)
        time.sleep(_PAUSE_S)
    busy = "another geobri run has been writing there for a minute"
    raise OSError(errno.EBUSY, busy, str(folder))


def _is_still(folder: Path, handle: int) -> bool:
    """Tell whether the folder that was locked still stands under its name: another run may have exchanged it."""
    try:
        return os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def keep_lock(stage: Path) -> int | None:
    """Lock a stage for as long as its writer lives.

    Parameters
    ----------
    stage
        A folder that was just made.

    Returns
    -------
    int or None
        The open handle, to be closed when the stage is gone; None where there are no locks.
    """
    handle = _open_folder(stage)
    if handle is not None:
        _try_lock(handle)
    return handle


def is_abandoned(stage: Path) -> bool:
    """Tell whether the writer of a stage is dead.

    Parameters
    ----------
    stage
        A stage of some run.

    Returns
    -------
    bool
        True when nobody holds its lock; where there are no locks, when nothing was done there for a day.
    """
    handle = _open_folder(stage)
    state = None
    if handle is not None:
        with suppress(OSError):
            state = _try_lock(handle)
        os.close(handle)
    return time.time() - stage.stat().st_mtime > _OLD_S if state is None else state
