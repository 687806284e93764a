"""Put finished files in place: one rename, one exchange of two folders, or file by file with a record that can be followed.

A reader sees the old set or the new one. Where the system can exchange two folders in one step (Linux, most local
file systems), a set of files is put in place that way. Elsewhere, and where the folder is more than a set of files,
the files are exchanged one by one, the old ones stay linked beside them, and a record says whether the exchange is to
be finished or undone, so that the next run can do it when this one was killed half-way.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

__all__ = ["NEW", "OLD", "RECORD", "finish_switch", "put_in_place", "sync_file"]

NEW: Final = "new"
OLD: Final = "old"
RECORD: Final = "switch.json"
"""What a stage holds: the new files, links to the old ones, and the record of an exchange that has begun."""

_MOST_OTHERS: Final = 1000
"""More files than this that are not ours are not linked into the new folder."""

_EXCHANGE: Final = 2
_HERE: Final = -100
"""RENAME_EXCHANGE and AT_FDCWD of Linux."""


def sync_file(path: Path) -> None:
    """Bring a file, or the names in a folder, to disk; a disk that is full says so here at the latest.

    Parameters
    ----------
    path
        File or folder.

    Raises
    ------
    OSError
        If the system cannot keep what was written.
    """
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems sync no folders
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(handle)


def put_in_place(stage: Path, target: Path) -> None:
    """Put the new files of a stage in place; the target then has all of them or, on an error, none.

    Parameters
    ----------
    stage
        A stage whose folder ``new`` is complete; it stands on the same file system.
    target
        The folder for the files; other files in it stay.

    Raises
    ------
    OSError
        If a file cannot be replaced; what was there is then put back.
    """
    new = stage / NEW
    names = sorted(path.name for path in new.iterdir())
    for name in names:
        _check_replaceable(new / name, target / name)
        sync_file(new / name)
    if not target.exists():
        new.rename(target)
    elif len(names) == 1:
        (new / names[0]).replace(target / names[0])
    elif names and not _exchange_folders(new, target, names):
        _exchange_files(stage, target, names)
    with suppress(PermissionError):
        sync_file(target)


def _check_replaceable(new: Path, place: Path) -> None:
    if new.is_dir():
        raise IsADirectoryError(errno.EISDIR, "only files are put in place", str(new))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder of that name is in the way", str(place))
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "what stands there is a device or a pipe, no file", str(place))


@cache
def _find_exchange() -> Any:
    """Give the system call that exchanges two names in one step; None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def _exchange_folders(new: Path, target: Path, names: list[str]) -> bool:
    """Exchange the whole folder in one step; tell whether that was possible, for nothing has changed if not."""
    exchange = _find_exchange()
    if exchange is None or not _is_plain_set(new, target, names) or _is_somebodys_place(target):
        return False
    linked = [path.name for path in target.iterdir() if path.name not in names]
    try:
        for name in linked:
            os.link(target / name, new / name, follow_symlinks=False)
        new.chmod(stat.S_IMODE(target.stat().st_mode))
        sync_file(new)
    except OSError:
        _unlink(new, linked)
        return False
    sys.audit("geobri.exchange", str(new), str(target))
    if exchange(_HERE, os.fsencode(new), _HERE, os.fsencode(target), _EXCHANGE) != 0:
        _unlink(new, linked)
        return False
    _carry_over(new, target, {*names, *linked})
    return True


def _unlink(folder: Path, names: list[str]) -> None:
    for name in names:
        with suppress(OSError):
            (folder / name).unlink()


def _is_plain_set(new: Path, target: Path, names: list[str]) -> bool:
    """Tell whether the target is a plain folder of files of our own, on this file system, without rights of its own."""
    ours, theirs = new.stat(), target.lstat()
    if not stat.S_ISDIR(theirs.st_mode) or target.is_mount() or ours.st_dev != theirs.st_dev:
        return False
    if (ours.st_uid, ours.st_gid) != (theirs.st_uid, theirs.st_gid) or _has_access_list(target):
        return False
    with os.scandir(target) as entries:
        others = [entry for entry in entries if entry.name not in names]
    return len(others) <= _MOST_OTHERS and all(entry.is_file(follow_symlinks=False) for entry in others)


def _has_access_list(folder: Path) -> bool:
    try:
        return any("acl" in name for name in os.listxattr(folder))
    except OSError:
        return False


def _is_somebodys_place(target: Path) -> bool:
    """Tell whether a program works in that folder, as a shell or a small web server does: it would stay in the old one."""
    places = [Path.cwd]
    places += [path.readlink for path in Path("/proc").glob("[0-9]*/cwd")]
    for find in places:
        with suppress(OSError):
            where = find()
            if where == target or target in where.parents:
                return True
    return False


def _carry_over(old: Path, target: Path, known: set[str]) -> None:
    """Move what somebody put into the old folder at the last moment."""
    for path in old.iterdir():
        if path.name not in known and not (target / path.name).exists():
            path.rename(target / path.name)


def _exchange_files(stage: Path, target: Path, names: list[str]) -> None:
    """Exchange the files one by one; should one refuse, put the old ones back."""
    old = stage / OLD
    old.mkdir()
    kept = [name for name in names if (target / name).exists()]
    for name in kept:
        _keep(target / name, old / name)
    fresh = [name for name in names if name not in kept]
    _record(stage, target, "finish", fresh)
    try:
        for name in names:
            (stage / NEW / name).replace(target / name)
    except BaseException:
        with suppress(OSError):
            _record(stage, target, "undo", fresh)
        _undo(stage, target, fresh)
        (stage / RECORD).unlink()
        raise
    (stage / RECORD).unlink()


def _keep(place: Path, aside: Path) -> None:
    try:
        os.link(place, aside)
    except OSError:  # a file system without links
        shutil.copy2(place, aside)
        sync_file(aside)


def _record(stage: Path, target: Path, what: Literal["finish", "undo"], fresh: list[str]) -> None:
    """Say on disk what is to be done with this stage, should nobody be left who knows."""
    into = "." if target == stage.parent else target.name
    draft = stage / f"{RECORD}.new"
    draft.write_text(json.dumps({"do": what, "into": into, "fresh": fresh}), encoding="utf-8")
    sync_file(draft)
    draft.replace(stage / RECORD)
    sync_file(stage)


def _undo(stage: Path, target: Path, fresh: list[str]) -> None:
    for path in sorted((stage / OLD).iterdir()):
        path.replace(target / path.name)
    for name in fresh:
        (target / name).unlink(missing_ok=True)


def finish_switch(stage: Path) -> None:
    """Finish or undo what a killed run had begun to exchange.

    Parameters
    ----------
    stage
        A stage whose writer is dead. A record that no run of ours can have written is not followed.
    """
    record = stage / RECORD
    if not record.is_file():
        return
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        todo, into, fresh = said["do"], str(said["into"]), [str(name) for name in said["fresh"]]
    except (ValueError, KeyError, TypeError):
        return
    target = stage.parent if into == "." else stage.parent / into
    if not _is_simple([*fresh, into]) or target.is_symlink() or not target.is_dir():
        return
    if todo == "undo":
        _undo(stage, target, [name for name in fresh if not (stage / NEW / name).exists()])
    elif todo == "finish":
        for path in sorted((stage / NEW).iterdir()):
            path.replace(target / path.name)
    record.unlink()


def _is_simple(names: list[str]) -> bool:
    """Tell whether names stay inside their folder."""
    return all(name == "." or (name == Path(name).name and name not in {"", ".."}) for name in names)
