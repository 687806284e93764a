"""geobri: connectivity indices of cities and corridors, honest spatial tests, one offline map.

A table of contents: the chapters (modules) and a dozen verbs, loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geobri.notebooks import menu_of

__version__ = "0.1.0"

_CHAPTERS: tuple[str, ...] = (
    "boundaries",
    "cities",
    "coast",
    "corridors",
    "datasets",
    "errors",
    "exchange",
    "gazetteer",
    "geodesy",
    "regions",
    "tables",
    "units",
)
_CHAPTERS += (
    "findings",
    "figures",
    "impedance",
    "measures",
    "neighbours",
    "report",
    "scale",
    "score",
    "stats",
    "study",
    "webmap",
    "words",
)
_VERBS = {
    "build_cities": "geobri.cities",
    "build_corridors": "geobri.corridors",
    "build_pairs": "geobri.corridors",
    "points_along": "geobri.corridors",
    "corridor_map": "geobri.webmap",
    "geocode": "geobri.gazetteer",
    "load_study": "geobri.study",
    "read_study": "geobri.study",
}
_WHERE = {**{name: f"geobri.{name}" for name in _CHAPTERS}, **_VERBS}
__all__ = sorted(_WHERE)  # noqa: PLE0605 - one table gives __all__, __dir__ and the lazy loading


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'geobri' has no attribute {name!r}")
    module = import_module(_WHERE[name])
    return getattr(module, name) if name in _VERBS else module


__dir__ = menu_of([*__all__, "__version__"])
