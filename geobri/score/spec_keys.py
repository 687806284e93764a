"""What a key of the file of an index may hold, read from the annotation of its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

__all__ = ["NamedIn", "keys_of"]

_TABLES: Final = ("dimensions", "indicators", "choices")


@dataclass(frozen=True, eq=False)
class NamedIn:
    """Marks a field whose words are the names of a registry, whatever stands in it when a specification is read."""

    registry: Mapping[str, Any]
    further: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The names that are registered now."""
        return (*self.further, *self.registry)


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key of the file may hold, as the annotation of its field says."""

    types: tuple[type, ...]
    words: Literal["any"] | tuple[str, ...] | NamedIn = "any"

    def faults(self, value: object) -> list[str]:
        """Say what is wrong with a value, if anything."""
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            return ["has the wrong type."]
        words = self.words.words if isinstance(self.words, NamedIn) else self.words
        return [] if words == "any" or value in words else [f"is unknown. Use one of {', '.join(words)}."]


@cache
def keys_of(record: type) -> dict[str, _Key]:
    """Read the keys of a table from the annotations of its record.

    Parameters
    ----------
    record
        A dataclass; its fields that hold tables are no keys.

    Returns
    -------
    dict
        What each key may hold.
    """
    hints = get_type_hints(record, include_extras=True)
    return {name: _key(hint) for name, hint in hints.items() if name not in _TABLES}


def _key(hint: Any) -> _Key:
    if get_origin(hint) in {Union, UnionType}:
        return next(_key(part) for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Literal:
        return _Key((str,), get_args(hint))
    if get_origin(hint) is Annotated:
        return _Key((str,), get_args(hint)[1])
    if hint is Fraction:
        return _Key((str, int, float, Fraction))
    if hint is float:
        return _Key((int, float))
    return _Key((Mapping,) if get_origin(hint) is not None else (hint,))
