"""Verbs: what a claim says of cities, pairs and numbers. Each is one small function that answers with figures.

Each takes the facts first; the other parameters are what stands in the parentheses of a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from geobri.findings.answers import Check
from geobri.findings.verbs import numbers, pairs, ranks, sets, statistical

__all__ = ["VERBS"]

VERBS: Mapping[str, Callable[..., Check]] = MappingProxyType(
    {
        name: getattr(module, name)
        for module in (ranks, sets, pairs, numbers, statistical)
        for name in module.__all__
    }
)
"""The verbs that a claim may use, by name."""
