"""Public exceptions, and the one mould in which their messages are cast.

Every message says who wanted what, what came (how many, the first offenders), and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from geobri.notebooks import menu_of
from geobri.words import Words

__all__ = [
    "BoundaryError",
    "DataError",
    "GeobriError",
    "GeocodingError",
    "InputError",
    "MissingExtraError",
    "OutputError",
    "SchemaError",
    "SpecificationError",
    "StudyError",
]
__dir__ = menu_of(__all__)


_LONGEST_NAME: Final = 100
_LONGEST_PART: Final = 2000


class GeobriError(Exception):
    """Base of every error that geobri raises on purpose.

    Parameters
    ----------
    message
        In English, as `mould` writes it; from texts in both languages it knows the Chinese too.
    zh
        The same in Chinese, for pages; empty where it was not said.
    """

    def __init__(self, message: str = "", *, zh: str = "") -> None:
        super().__init__(str(message))
        self.zh = zh or getattr(message, "zh", "")


class SchemaError(GeobriError, ValueError):
    """A table does not keep its contract: column, type, CRS, null, duplicate or range."""


class DataError(GeobriError, ValueError):
    """The table is well formed, but its values do not allow the computation."""


class SpecificationError(GeobriError, ValueError):
    """An index specification, recipe or list of claims is faulty; all faults are listed at once."""


class GeocodingError(GeobriError, LookupError):
    """Names that could not be turned into one place each; the report of candidates is attached."""


class InputError(GeobriError, ValueError):
    """A file that cannot be opened, is none, or cannot be parsed."""


class BoundaryError(GeobriError, LookupError):
    """A boundary layer, level or worldview that does not exist."""


class StudyError(GeobriError, ValueError):
    """A study folder with faults; each fault names file, row and remedy."""


class OutputError(GeobriError, OSError):
    """An output could not be written; nothing half-written was left behind."""


class MissingExtraError(GeobriError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""


def first_offenders(values: Iterable[object], *, most: int = 3) -> str:
    """List the first few offenders for an error message.

    Parameters
    ----------
    values
        The offending values, in the order they were met.
    most
        How many to name.

    Returns
    -------
    str
        Something like ``'LIS-DKR', 'CAI-ADD', … (7 in all)``.
    """
    items = list(values)
    named = ", ".join(repr(shorten(str(item), _LONGEST_NAME)) for item in items[:most])
    return named if len(items) <= most else f"{named}, … ({len(items)} in all)"


class _Told(str):
    """A message in English that knows what it is in Chinese."""

    __slots__ = ("zh",)

    zh: str


def mould(who: str, wanted: str | Words, came: str | Words, remedy: str) -> str:
    """Cast an error message in the house mould.

    Parameters
    ----------
    who
        The function or command that speaks.
    wanted
        What it needed, as a full clause ("column 'flow' must be positive"); in both languages, the message is too.
    came
        What came instead, with the count and the first offenders; in Chinese it is said where it is given in both languages.
    remedy
        What the reader can do now.

    Returns
    -------
    str
        ``who: wanted. Got came. remedy.``
    """
    parts = [
        shorten(part.strip(), _LONGEST_PART).rstrip(".") for part in (str(wanted), f"Got {came}", remedy)
    ]
    told = _Told(f"{who}: " + ". ".join(parts) + ".")
    told.zh = ""
    if isinstance(wanted, Words):
        got = f"，现为{came.zh}" if isinstance(came, Words) else ""
        told.zh = shorten(wanted.zh + got, _LONGEST_PART) + "。"
    return told


def shorten(text: str, most: int) -> str:
    """Cut what a file may have made endless; the reader sees its beginning, its end and how long it is.

    Parameters
    ----------
    text
        Any text.
    most
        How many letters of it are kept, about.

    Returns
    -------
    str
        The text itself where it is short.
    """
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]} … {text[-half:]} ({len(text):,} letters)"
