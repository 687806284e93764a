"""How far a long test is: one line on the terminal, after two seconds, and gone at the end.

Nothing is written where nobody watches: to a file, a pipe, a notebook or the log of a scheduled run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Final, ParamSpec, TypeVar

__all__ = ["shows_progress", "tell_progress"]

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE: Final = 2.0
"""Seconds after which a person wants to know."""
BEAT: Final = 0.2
"""Seconds between two lines."""


class _Line:
    """One line on a terminal that is written over."""

    def __init__(self, test: str) -> None:
        self.test = test
        self.start = time.monotonic()
        self.last = self.start
        self.width = 0

    def write(self, step: str) -> None:
        now = time.monotonic()
        if now - self.start < PATIENCE or now - self.last < BEAT:
            return
        self.last = now
        text = f"{self.test}: {step}, {now - self.start:.0f} s"
        self._put(text.ljust(self.width))
        self.width = len(text)

    def clear(self) -> None:
        if self.width:
            self._put(" " * self.width + "\r")

    @staticmethod
    def _put(text: str) -> None:
        sys.stderr.write("\r" + text)
        sys.stderr.flush()


_LINE: ContextVar[_Line | None] = ContextVar("_LINE", default=None)


def shows_progress(function: Callable[P, T]) -> Callable[P, T]:
    """Let a test say how far it is, on a terminal.

    Parameters
    ----------
    function
        A test whose steps call `tell_progress`.

    Returns
    -------
    Callable
        The same function.
    """

    @wraps(function)
    def watched(*args: P.args, **kwargs: P.kwargs) -> T:
        if _LINE.get() is not None or not sys.stderr.isatty():
            return function(*args, **kwargs)
        line = _Line(function.__name__)
        token = _LINE.set(line)
        try:
            return function(*args, **kwargs)
        finally:
            line.clear()
            _LINE.reset(token)

    return watched


def tell_progress(step: str) -> None:
    """Say what a test is doing; nothing happens unless somebody watches and it has taken a while.

    Parameters
    ----------
    step
        ``exchanging cities, 45 %``.
    """
    line = _LINE.get()
    if line is not None:
        line.write(step)
