"""The small records that selectors and verbs hand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NewType

__all__ = [
    "BASES",
    "Basis",
    "Check",
    "CityRank",
    "CitySet",
    "PairRank",
    "PairSet",
    "State",
    "weakest_basis",
]

Basis = Literal["printed", "computed", "inferred"]
"""What an answer rests on: printed values, computations from other data, or a flag that geobri inferred."""

BASES: Final[tuple[Basis, ...]] = ("printed", "computed", "inferred")
"""The bases from the firmest to the weakest."""

State = Literal["holds", "partly", "fails"]

CityRank = NewType("CityRank", str)
"""Name of a ranking of cities, as claims write it (``overall``)."""

PairRank = NewType("PairRank", str)
"""Name of a ranking of pairs."""


@dataclass(frozen=True, slots=True)
class CitySet:
    """Some cities, in a meaningful order, and what the choice rests on."""

    names: tuple[str, ...]
    basis: Basis = "printed"


@dataclass(frozen=True, slots=True)
class PairSet:
    """Some pairs by corridor id, and what the choice rests on."""

    names: tuple[str, ...]
    basis: Basis = "printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The answer of one verb.

    Attributes
    ----------
    state
        Whether the statement holds; ``partly`` for a statistical statement that the data neither support nor refute,
        or a vague one ("often") that is true of some.
    figures, figures_zh
        The figures that decide it, in English and Chinese.
    first, first_zh, second, second_zh
        Of a comparison, what is said of either side; several comparisons with the same first side are told in one.
    cities, pairs
        The rows it looked at.
    n
        How many units it looked at.
    basis
        What the answer rests on.
    """

    state: State
    figures: str
    figures_zh: str
    first: str = ""
    first_zh: str = ""
    second: str = ""
    second_zh: str = ""
    cities: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    n: int = 0
    basis: Basis = "printed"


def weakest_basis(bases: Iterable[Basis]) -> Basis:
    """Give the weakest of several bases.

    Parameters
    ----------
    bases
        What the parts of an answer rest on.

    Returns
    -------
    str
        ``printed`` if all are printed (or there is none), else the weakest among them.
    """
    return max(bases, key=BASES.index, default="printed")
