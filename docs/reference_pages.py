"""The reference of the public names, made from the menus of the façades: a page a room, each name at its home once."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from textwrap import indent
from types import ModuleType
from typing import Any, Final, Literal, get_args, get_origin

import geobri

TITLE: Final = "API reference"
_SHOWN: Final = 300
_INTRODUCTION = """
Every public name stands here once, on the page of its home. A name that can also be imported from elsewhere is
linked from there. What is not listed is private, whatever its spelling: it may change without notice.
"""


def find_rooms() -> list[ModuleType]:
    """Find the public rooms: `geobri`, and every module that the menu of a public room names.

    Returns
    -------
    list
        The modules, in the order of their names.
    """
    found: dict[str, ModuleType] = {}
    open_rooms: list[ModuleType] = [geobri]
    while open_rooms:
        room = open_rooms.pop()
        found[room.__name__] = room
        inside = (getattr(room, name) for name in room.__all__)
        open_rooms += [one for one in inside if inspect.ismodule(one) and one.__name__ not in found]
    return [found[name] for name in sorted(found)]


def find_homes(rooms: list[ModuleType]) -> dict[tuple[str, str], str]:
    """Find the home of every public name: the room nearest to where it is defined.

    Parameters
    ----------
    rooms
        The public rooms.

    Returns
    -------
    dict
        The name of the home, by room and name. A module is at home in its own page.
    """
    shown: dict[tuple[str, int], list[str]] = {}
    for room in rooms:
        for name in room.__all__:
            shown.setdefault((name, id(getattr(room, name))), []).append(room.__name__)
    homes = {}
    for (name, _), where in shown.items():
        thing = getattr(import_module(where[0]), name)
        home = (
            thing.__name__ if inspect.ismodule(thing) else _nearest(where, getattr(thing, "__module__", ""))
        )
        homes |= {(room, name): home for room in where}
    return homes


def _nearest(where: list[str], defined: str) -> str:
    around = [room for room in where if f"{defined}.".startswith(f"{room}.")]
    return max(around or where, key=lambda room: (len(room), room))


def write(folder: Path) -> None:
    """Write a page for every room, and a page that lists the rooms.

    Parameters
    ----------
    folder
        A folder that git ignores; pages of rooms that are no longer there are taken away.
    """
    folder.mkdir(exist_ok=True)
    rooms = find_rooms()
    homes = find_homes(rooms)
    pages = {f"{room.__name__}.rst": "\n".join(_say_room(room, homes)) + "\n" for room in rooms}
    pages["index.rst"] = "\n".join(_say_rooms(rooms)) + "\n"
    for old in folder.glob("*.rst"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _heading(text: str, line: str) -> Iterator[str]:
    yield from (text, line * len(text), "")


def _say_rooms(rooms: list[ModuleType]) -> Iterator[str]:
    yield from _heading(TITLE, "=")
    yield _INTRODUCTION
    for room in rooms:
        yield f"- :doc:`{room.__name__} <{room.__name__}>`: {_first_line(room)}"
    yield from ("", ".. toctree::", "   :hidden:", "")
    yield from (f"   {room.__name__}" for room in rooms)


def _say_room(room: ModuleType, homes: dict[tuple[str, str], str]) -> Iterator[str]:
    own = room.__name__
    yield from _heading(own, "=")
    yield from (inspect.getdoc(room) or "", "", f".. py:module:: {own}", "")
    elsewhere = [name for name in room.__all__ if homes[own, name] != own]
    if elsewhere:
        yield from _heading("Also in this menu", "-")
        for name in elsewhere:
            yield f"- {_link(getattr(room, name), name, homes[own, name])}"
        yield ""
    here = [name for name in room.__all__ if homes[own, name] == own]
    for title, kind in (("Functions", "function"), ("Classes", "class"), ("Data", "data")):
        of_kind = sorted((name for name in here if _kind(getattr(room, name)) == kind), key=str.lower)
        if of_kind:
            yield from _heading(title, "-")
        for name in of_kind:
            yield from _say_name(room, name, kind)


def _link(thing: Any, name: str, home: str) -> str:
    if inspect.ismodule(thing):
        return f":doc:`{home} <{home}>`: {_first_line(thing)}"
    return f":py:obj:`{name} <{home}.{name}>`, at home in :doc:`{home} <{home}>`"


def _say_name(room: ModuleType, name: str, kind: str) -> Iterator[str]:
    if kind == "data":
        yield from (f".. py:data:: {room.__name__}.{name}", "")
        yield from (indent(find_text(room, name), "   "), "")
        yield from (indent(_say_choices(getattr(room, name)), "   "), "")
        return
    yield f".. auto{kind}:: {room.__name__}::{name}"
    if kind == "class":
        yield "   :members:"
    yield ""


def _say_choices(thing: Any) -> str:
    if get_origin(thing) is Literal:
        return "One of " + ", ".join(f"``{one!r}``" for one in get_args(thing)) + "."
    if isinstance(thing, Mapping):
        return "Its names: " + ", ".join(f"``{one!r}``" for one in thing) + "."
    if isinstance(thing, int | float | str | tuple | frozenset) and len(str(thing)) < _SHOWN:
        return f"Its value: ``{thing!r}``."
    return ""


def _kind(thing: Any) -> str:
    if inspect.isclass(thing):
        return "class"
    return "function" if inspect.isroutine(thing) else "data"


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n", 1)[0]


def find_text(room: ModuleType, name: str) -> str:
    """Find what the source says of a constant: the string that follows its assignment.

    Parameters
    ----------
    room
        A public room that shows the constant.
    name
        Its name.

    Returns
    -------
    str
        The text; empty if there is none.
    """
    start = Path(inspect.getfile(room))
    near = [start, *sorted(start.parent.rglob("*.py"))]
    texts = (_text_after(path.read_text(encoding="utf-8"), name) for path in near)
    return next((text for text in texts if text), "")


def _text_after(source: str, name: str) -> str:
    body = ast.parse(source).body
    for line, following in pairwise(body):
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if named and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            return inspect.cleandoc(str(following.value.value))
    return ""
