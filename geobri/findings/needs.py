"""Which columns and tables a claim needs, read off its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from geobri.findings.answers import CityRank, CitySet, PairRank, PairSet
from geobri.findings.language import Call, bind_arguments
from geobri.findings.vocabulary import VOCABULARY

__all__ = ["data_needed"]

_IMPLIED: Final[Mapping[str, tuple[str, ...]]] = {
    "country": ("cities.country",),
    "region": ("cities.region",),
    "international_pairs": ("cities.country",),
    "most_frequent_country": ("cities.country",),
    "more_pairs_than_chance": ("cities.country",),
    "nearer_than_chance": ("cities.country", "cities.geometry"),
    "not_nearer_than_chance": ("cities.country", "cities.geometry"),
    "east_of": ("cities.geometry",),
    "within_km_of_sea": ("cities.geometry",),
    "beyond_km_of_sea": ("cities.geometry",),
    "with_population": ("cities.population",),
    "labelled": ("pairs.region_label_printed",),
}
_OF_CITIES: Final = ("flagged", "sourced")
_OF_CHANGES: Final = ("changed", "change_is")


def data_needed(tests: Iterable[Call], groups: Mapping[str, Call]) -> tuple[str, ...]:
    """List the columns and tables that statements look at.

    Parameters
    ----------
    tests
        The parsed statements of a claim.
    groups
        The named groups that they may use; what a group looks at is listed too.

    Returns
    -------
    tuple of str
        Such as ``cities.rank_overall``, ``cities.coastal``, ``pairs.rank_trade``, ``table10.effect``, sorted. Rankings
        that the facts derive from a table (``table11``, ``world``) are listed as ``cities.rank_…`` like the others.
    """
    found: set[str] = set()
    waiting, seen = list(tests), set()
    while waiting:
        call = waiting.pop()
        found.update(_IMPLIED.get(call.name, ()))
        arguments = list(bind_arguments(call, VOCABULARY[call.name]))
        found.update(_named_data(call, arguments))
        for hint, word in _flatten(arguments):
            if isinstance(word, Call):
                waiting.append(word)
            elif hint in (CitySet, PairSet) and word in groups and word not in seen:
                seen.add(word)
                waiting.append(groups[word])
    return tuple(sorted(found))


def _flatten(arguments: list[tuple[str, Any, Any]]) -> Iterator[tuple[Any, Any]]:
    for _, hint, value in arguments:
        for word in value if isinstance(value, tuple) else (value,):
            yield hint, word


def _named_data(call: Call, arguments: list[tuple[str, Any, Any]]) -> Iterator[str]:
    """Give the columns and tables that the arguments of one call name."""
    named = {name: value for name, _, value in arguments}
    for name, hint, value in arguments:
        if hint is CityRank:
            yield f"cities.rank_{value}"
        elif hint is PairRank:
            yield f"pairs.rank_{value}"
        elif hint == tuple[str, ...]:
            yield from (f"cities.rank_{word}" for word in value)
        elif name == "rank" and call.name in _OF_CHANGES:
            yield f"cities.change_{value}"
        elif name == "column" and call.name in _OF_CITIES:
            yield f"cities.{value}"
        elif name in ("column", "key", "per") and "table" in named:
            yield f"{named['table']}.{value}"
        elif name == "table" and "column" not in named:
            yield str(value)
