"""The whole vocabulary of claims: selectors, verbs and statistical verbs, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from geobri.findings.selectors import SELECTORS
from geobri.findings.verbs import VERBS

__all__ = ["VOCABULARY", "describe_vocabulary"]

VOCABULARY: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({**SELECTORS, **VERBS})
"""Everything a statement may call."""


def describe_vocabulary() -> dict[str, str]:
    """Say what every word of the vocabulary means.

    Returns
    -------
    dict of str
        The first line of its documentation, by ``name(parameters)``; selectors first, then verbs.
    """
    from inspect import getdoc, signature

    return {
        f"{name}({', '.join(list(signature(function).parameters)[1:])})": (
            getdoc(function) or ""
        ).splitlines()[0]
        for name, function in VOCABULARY.items()
    }
