"""The choices of an index that are left to chance when its uncertainty is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from geobri.errors import SpecificationError, first_offenders, mould
from geobri.score.aggregate import AGGREGATORS
from geobri.score.compiled import CompiledIndex
from geobri.score.normalise import NORMALISERS
from geobri.words import Words

__all__ = [
    "ChooseAggregator",
    "ChooseNormaliser",
    "ChooseVariant",
    "DirichletWeights",
    "LeaveOut",
    "PerturbWeights",
    "UncertainChoice",
    "suggest_choices",
]


def _check_options(
    who: str, options: Iterable[str], probabilities: Sequence[float] | None, known: Iterable[str] | None
) -> None:
    names = list(options)
    faults = []
    unknown = [] if known is None else [name for name in names if name not in set(known)]
    if len(names) < 1 or len(set(names)) != len(names):
        faults.append(f"{len(names)} options, {len(set(names))} of them different")
    if unknown:
        faults.append(f"unknown {first_offenders(unknown)}")
    if probabilities is not None and (
        len(probabilities) != len(names) or min(probabilities, default=0) < 0 or not sum(probabilities) > 0
    ):
        faults.append(f"probabilities {tuple(probabilities)} for {len(names)} options")
    if faults:
        remedy = "Name each option once, with one probability >= 0 each" + (
            f"; known are {sorted(known)}" if known else ""
        )
        raise SpecificationError(mould(who, "options must be known and different", "; ".join(faults), remedy))


@dataclass(frozen=True, slots=True)
class ChooseNormaliser:
    """Leave the normaliser to chance; one for all indicators of a run.

    Attributes
    ----------
    options
        Names in `NORMALISERS`.
    params
        Parameters by name of the normaliser; min-max from 1 to 100, say, where a geometric mean
        must not meet a zero.
    probabilities
        One per option; equal by default.
    name
        How the choice is called in tables.
    """

    options: tuple[str, ...] = ("minmax", "zscore", "percentile")
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    probabilities: tuple[float, ...] | None = None
    name: str = "normaliser"

    def __post_init__(self) -> None:
        """Refuse unknown options."""
        _check_options("ChooseNormaliser", self.options, self.probabilities, NORMALISERS)


@dataclass(frozen=True, slots=True)
class ChooseAggregator:
    """Leave the aggregator to chance; one for all nodes of a run.

    Attributes
    ----------
    options
        Names in `AGGREGATORS`.
    probabilities
        One per option; equal by default.
    name
        How the choice is called in tables.
    """

    options: tuple[str, ...] = ("arithmetic", "geometric")
    probabilities: tuple[float, ...] | None = None
    name: str = "aggregator"

    def __post_init__(self) -> None:
        """Refuse unknown options."""
        _check_options("ChooseAggregator", self.options, self.probabilities, AGGREGATORS)


@dataclass(frozen=True, slots=True)
class ChooseVariant:
    """Leave to chance how the values were prepared: imputation, outliers, operator from pairs to cities.

    Attributes
    ----------
    options
        Compiled indices by name, with the same units and nodes (`build_variants` makes them).
    probabilities
        One per option; equal by default.
    name
        How the choice is called in tables.
    """

    options: Mapping[str, CompiledIndex]
    probabilities: tuple[float, ...] | None = None
    name: str = "variant"

    def __post_init__(self) -> None:
        """Refuse variants that do not compare."""
        _check_options("ChooseVariant", self.options, self.probabilities, None)
        first = next(iter(self.options.values()))
        odd = [
            name
            for name, one in self.options.items()
            if one.nodes != first.nodes or not one.labels.equals(first.labels)
        ]
        if odd:
            came = f"{first_offenders(odd)} with others"
            wanted = Words(
                "all variants must have the same units and nodes, in one order",
                "各方案的单位与节点须相同且顺序一致",
            )
            raise SpecificationError(mould("ChooseVariant", wanted, came, "Screen the units before"))


@dataclass(frozen=True, slots=True)
class PerturbWeights:
    """Move importances up and down at random, and scale siblings back to their sum.

    Attributes
    ----------
    spread
        Greatest relative change: w (1 + spread (2 u - 1)) with u uniform; 0 to 1.
    nodes
        Whose importance moves; all nodes by default. Several such choices with different nodes may
        stand side by side.
    name
        How the choice is called in tables.
    """

    spread: float = 0.25
    nodes: tuple[str, ...] | None = None
    name: str = "weights"

    def __post_init__(self) -> None:
        """Refuse a spread out of range."""
        if not 0 <= self.spread <= 1:
            came = repr(self.spread)
            raise SpecificationError(mould("PerturbWeights", "spread must lie from 0 to 1", came, "Use 0.25"))


@dataclass(frozen=True, slots=True)
class DirichletWeights:
    """Draw the importances of siblings from a Dirichlet distribution around those stated.

    Attributes
    ----------
    concentration
        Parameters are concentration * k * w for k siblings with importances w: 1 with equal
        importances is flat over all weights, larger keeps closer to the stated ones.
    parents
        Whose children are drawn; every node with children by default.
    name
        How the choice is called in tables.
    """

    concentration: float = 1.0
    parents: tuple[str, ...] | None = None
    name: str = "weights"

    def __post_init__(self) -> None:
        """Refuse a concentration that is not positive."""
        if not self.concentration > 0:
            came = repr(self.concentration)
            raise SpecificationError(
                mould("DirichletWeights", "concentration must be positive", came, "Use 1")
            )


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Leave one node out of every run, or none.

    Attributes
    ----------
    nodes
        Dimensions or indicators; all indicators by default.
    include_none
        Whether leaving nothing out is one more option.
    name
        How the choice is called in tables.
    """

    nodes: tuple[str, ...] | None = None
    include_none: bool = True
    name: str = "left out"


UncertainChoice: TypeAlias = (
    ChooseNormaliser | ChooseAggregator | ChooseVariant | PerturbWeights | DirichletWeights | LeaveOut
)


def suggest_choices(compiled: CompiledIndex) -> tuple[UncertainChoice, ...]:
    """Suggest what to leave to chance, where nothing else is known about an index.

    Parameters
    ----------
    compiled
        The index.

    Returns
    -------
    tuple
        Min-max or percentile; arithmetic or geometric mean; every importance up to a quarter up or down;
        and one indicator (or none) left out, if there are at least three. Min-max runs from 1 to 100,
        because a geometric mean must not meet a zero.
    """
    some: tuple[UncertainChoice, ...] = (
        ChooseNormaliser(("minmax", "percentile"), params={"minmax": {"scale": (1.0, 100.0)}}),
        ChooseAggregator(("arithmetic", "geometric")),
        PerturbWeights(0.25),
    )
    return (*some, LeaveOut()) if len(compiled.indicators) > 2 else some  # noqa: PLR2004 - of two, one decides alone
