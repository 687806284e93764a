"""Our own scripts: modules that name what they import, joined into one script that needs no file beside it."""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from importlib import resources
from typing import Final

__all__ = ["join_modules", "order_modules"]

_FROM: Final = r'^import (\* as \w+|\{[^}]*\}) from "(?:\./|\.\./\.\./(\w+)/static/)(\w+)\.js";\n'
_IMPORT: Final = re.compile(_FROM, re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (\{[^}]*\});\n?\Z", re.MULTILINE)
_COMMENT: Final = re.compile(r"^\s*/\*.*?\*/\s*$\n?", re.MULTILINE | re.DOTALL)
_AT_THE_END: Final = re.compile(r"[ \t]*/\* [^*'\"`]*\*/[ \t]*$", re.MULTILINE)


@cache
def _read(package: str, name: str) -> str:
    return resources.files(package).joinpath("static", f"{name}.js").read_text(encoding="utf-8")


def _home(room: str | None, package: str) -> str:
    """Say where a module is imported from: the folder of who imports it, or another room of geobri."""
    return f"geobri.{room}" if room else package


@cache
def _gather(package: str, entry: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Find every module from the entry on: its package, and what it imports; one name stands for one module."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    waiting = [(package, entry)]
    while waiting:
        home, name = waiting.pop()
        if name in found:
            if found[name][0] != home:
                raise ValueError(f"two modules are called {name}: of {found[name][0]} and of {home}")
            continue
        imports = [(_home(one[2], home), one[3]) for one in _IMPORT.finditer(_read(home, name))]
        found[name] = (home, tuple(sorted({other for _, other in imports})))
        waiting += imports
    return found


@cache
def order_modules(package: str, entry: str) -> tuple[str, ...]:
    """Give the names of modules, each after those that it imports.

    Parameters
    ----------
    package
        Where they are, in its folder ``static``.
    entry
        The module to begin with.

    Returns
    -------
    tuple of str
        Names without ``.js``; the order follows from the modules' own import lines. Modules that import
        each other raise `graphlib.CycleError`.
    """
    known = _gather(package, entry)
    return tuple(TopologicalSorter({name: known[name][1] for name in sorted(known)}).static_order())


def _as_function(package: str, name: str) -> str:
    """Write a module as a function that gives its exports, without comments of their own lines or at a line's end, and without indents."""
    text = _IMPORT.sub(
        lambda one: f"const {one[1].removeprefix('* as ')} = modules.{one[3]};\n", _read(package, name)
    )
    body = _EXPORT.sub(r"return \1;", _AT_THE_END.sub("", _COMMENT.sub("", text)).strip())
    lines = (line.strip() for line in body.splitlines())
    return f"modules.{name} = (() => {{\n" + "\n".join(line for line in lines if line) + "\n})();"


@cache
def join_modules(package: str, entry: str) -> str:
    """Join modules into one expression.

    Parameters
    ----------
    package
        Where they are, in its folder ``static``; they may import from the folder of another room.
    entry
        The module whose exports it gives.

    Returns
    -------
    str
        JavaScript: a function that is called at once and gives the exports of the entry.
    """
    known = _gather(package, entry)
    modules = "\n".join(_as_function(known[name][0], name) for name in order_modules(package, entry))
    return f'(() => {{\n"use strict";\nconst modules = {{}};\n{modules}\nreturn modules.{entry};\n}})()'
