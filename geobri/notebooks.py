"""What a notebook shows of geobri: the menu of a module, and a finished result as its sentence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

__all__ = ["Told", "menu_of"]


def menu_of(names: Sequence[str]) -> Callable[[], list[str]]:
    """Make the `__dir__` of a module: its public names, and nothing of what it imports or keeps for itself.

    Parameters
    ----------
    names
        Its public names, which `__all__` has.

    Returns
    -------
    Callable
        What Python asks for the menu: ``__dir__ = menu_of(__all__)``.
    """
    shown = sorted(names)
    return lambda: [*shown]


__dir__ = menu_of(__all__)


class Told:
    """A finished result, shown by what its `summary` says: tables and arrays are long, and stand in its fields."""

    __slots__ = ()

    @abstractmethod
    def summary(self) -> str:
        """Say the result in a sentence or a few lines."""

    def __repr__(self) -> str:
        """Give the kind of the result and its summary."""
        return f"<{type(self).__name__}: {self.summary()}>"
