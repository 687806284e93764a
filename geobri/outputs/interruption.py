"""Signals that end a program wait while files are being exchanged."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

__all__ = ["ENDING_SIGNALS", "uninterrupted"]

ENDING_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)
"""Ctrl-C, what `timeout`, CI and services send, and a closed terminal; Windows has Ctrl-Break instead."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let the signals that end a program wait until the block is through; it should take milliseconds.

    Yields
    ------
    None
        Afterwards the first signal that came is sent again. Off the main thread nothing is done: Python handles
        signals in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    before: dict[int, Callable[..., Any] | int] = {}
    for number in ENDING_SIGNALS:
        handler = signal.getsignal(number)
        if handler is not None and handler is not signal.SIG_IGN:
            before[number] = handler
            signal.signal(number, lambda came, _frame: waiting.append(came))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)
