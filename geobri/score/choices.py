"""The choices of an index that are left to chance when its uncertainty is measured.

Each choice turns uniform numbers into settings of many runs at once: which normaliser, which
aggregator, which way of preparing the data, which weights, which node left out. That one choice eats a
block of uniform numbers is what lets the same object serve plain Monte Carlo and the crossed designs of
variance-based sensitivity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincinv

from geobri.errors import SpecificationError, first_offenders, mould
from geobri.score.aggregate import AGGREGATORS
from geobri.score.compiled import CompiledIndex, Level
from geobri.score.index import build_index
from geobri.score.normalise import NORMALISERS
from geobri.score.removal import find_kept_nodes
from geobri.score.spec import ROOT, IndexSpec

__all__ = [
    "ChooseAggregator",
    "ChooseNormaliser",
    "ChooseVariant",
    "DirichletWeights",
    "LeaveOut",
    "PerturbWeights",
    "UncertainChoice",
    "build_variants",
    "suggest_choices",
    "vary_spec",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
_OF_CHOICES = frozenset(
    {
        "imputer",
        "imputer_params",
        "treatment",
        "treatment_params",
        "city_missing",
        "missing",
        "weighting",
        "domestic",
    }
)
_OF_INDICATORS = frozenset({"city_rule", "top_k", "fold", "side", "pair_rule"})


def _pick(uniforms: FloatArray, probabilities: Sequence[float] | None, n: int) -> IntArray:
    """Turn uniform numbers into option codes."""
    shares = np.full(n, 1.0 / n) if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    return np.minimum(np.searchsorted(np.cumsum(shares / shares.sum()), uniforms, side="right"), n - 1)


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
            wanted = "all variants must have the same units and nodes, in one order"
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


def count_uniforms(choice: UncertainChoice, compiled: CompiledIndex) -> int:
    """Count the uniform numbers that a choice needs per run.

    Parameters
    ----------
    choice
        A choice.
    compiled
        The index it is for.

    Returns
    -------
    int
        1 for a choice between options, one per importance for weights.
    """
    if isinstance(choice, PerturbWeights):
        return len(_moved_nodes(choice, compiled))
    if isinstance(choice, DirichletWeights):
        return sum(len(children) for children in _families(choice, compiled))
    return 1


def list_options(choice: UncertainChoice, compiled: CompiledIndex) -> tuple[str, ...]:
    """Name the options between which a choice is made.

    Parameters
    ----------
    choice
        A choice.
    compiled
        The index it is for.

    Returns
    -------
    tuple of str
        The options in order; empty for weights.
    """
    if isinstance(choice, LeaveOut):
        nodes = compiled.indicators if choice.nodes is None else choice.nodes
        return ("none", *nodes) if choice.include_none else tuple(nodes)
    if isinstance(choice, PerturbWeights | DirichletWeights):
        return ()
    return tuple(choice.options)


def pick_options(choice: UncertainChoice, compiled: CompiledIndex, uniforms: FloatArray) -> IntArray:
    """Pick an option for every run.

    Parameters
    ----------
    choice
        A choice between options.
    compiled
        The index it is for.
    uniforms
        Numbers from 0 to 1, shape (runs,).

    Returns
    -------
    numpy.ndarray
        Position of the option in `list_options`, shape (runs,).
    """
    return _pick(uniforms, getattr(choice, "probabilities", None), len(list_options(choice, compiled)))


def move_importance(
    choice: UncertainChoice, compiled: CompiledIndex, importance: FloatArray, uniforms: FloatArray
) -> FloatArray:
    """Move the importances of many runs.

    Parameters
    ----------
    choice
        A choice of weights, or of a node to leave out; others change nothing.
    compiled
        The index.
    importance
        Importances so far, shape (runs, nodes).
    uniforms
        Numbers from 0 to 1, shape (runs, `count_uniforms`).

    Returns
    -------
    numpy.ndarray
        Importances, shape (runs, nodes); siblings need not sum to 1.
    """
    if isinstance(choice, PerturbWeights):
        moved = importance.copy()
        moved[:, _moved_nodes(choice, compiled)] *= 1.0 + choice.spread * (2.0 * uniforms - 1.0)
        return moved
    if isinstance(choice, DirichletWeights):
        return _draw_dirichlet(choice, compiled, importance, uniforms)
    if isinstance(choice, LeaveOut):
        options = list_options(choice, compiled)
        everything = np.ones(len(compiled.nodes), dtype=np.bool_)
        kept = [
            everything if name == "none" else find_kept_nodes(compiled, importance[0], name)
            for name in options
        ]
        return importance * np.array(kept)[pick_options(choice, compiled, uniforms[:, 0])]
    return importance


def _moved_nodes(choice: PerturbWeights, compiled: CompiledIndex) -> list[int]:
    names = [node for node in compiled.nodes if node != ROOT] if choice.nodes is None else list(choice.nodes)
    return [compiled.nodes.index(name) for name in names]


def _families(choice: DirichletWeights, compiled: CompiledIndex) -> list[list[int]]:
    """List the children of every parent that is drawn; an only child has nothing to share."""
    return [
        list(step.children)
        for step in compiled.steps
        if len(step.children) > 1 and (choice.parents is None or compiled.nodes[step.node] in choice.parents)
    ]


def _draw_dirichlet(
    choice: DirichletWeights, compiled: CompiledIndex, importance: FloatArray, uniforms: FloatArray
) -> FloatArray:
    moved, at = importance.copy(), 0
    inside = np.clip(uniforms, 1e-12, 1.0 - 1e-12)
    for children in _families(choice, compiled):
        share = importance[:, children] / importance[:, children].sum(axis=1, keepdims=True)
        shape = choice.concentration * len(children) * share
        block = inside[:, at : at + len(children)]
        moved[:, children] = np.where(shape > 0, gammaincinv(np.maximum(shape, 1e-12), block), 0.0)
        at += len(children)
    return moved


def check_choices(choices: Sequence[UncertainChoice], compiled: CompiledIndex, *, caller: str) -> None:
    """Check that choices fit an index and each other.

    Parameters
    ----------
    choices
        The choices left to chance.
    compiled
        The index.
    caller
        Function that speaks in error messages.

    Raises
    ------
    SpecificationError
        If there is none, names repeat, nodes are unknown, or a variant has other units.
    """
    faults = []
    names = [choice.name for choice in choices]
    if not choices:
        faults.append("no choice")
    if len(set(names)) != len(names):
        faults.append(f"repeated names {first_offenders(sorted({n for n in names if names.count(n) > 1}))}")
    for choice in choices:
        wanted = getattr(choice, "nodes", None) or getattr(choice, "parents", None) or ()
        unknown = [
            node
            for node in wanted
            if node not in compiled.nodes or (node == ROOT and not hasattr(choice, "parents"))
        ]
        if unknown:
            faults.append(f"unknown nodes {first_offenders(unknown)} in {choice.name!r}")
        if isinstance(choice, ChooseVariant):
            first = next(iter(choice.options.values()))
            if first.nodes != compiled.nodes or not first.labels.equals(compiled.labels):
                faults.append(f"variants in {choice.name!r} with other units or nodes than the index")
    kinds = (ChooseNormaliser, ChooseAggregator, ChooseVariant)
    doubled = [kind.__name__ for kind in kinds if sum(isinstance(choice, kind) for choice in choices) > 1]
    faults += [f"more than one {name}" for name in doubled]
    if faults:
        wanted = "choices must fit the index, each under a name of its own"
        raise SpecificationError(mould(caller, wanted, "; ".join(faults), "Correct or rename them"))


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


def vary_spec(spec: IndexSpec, **changes: Any) -> IndexSpec:
    """Change choices of a specification, for the index or for every indicator.

    Parameters
    ----------
    spec
        The specification.
    **changes
        Choices of the index (`imputer`, `imputer_params`, `treatment`, `treatment_params`,
        `city_missing`, `missing`, `weighting`, `domestic`) or of all indicators (`city_rule`, `top_k`,
        `fold`, `side`, `pair_rule`). An imputer or treatment of a single indicator gives way.

    Returns
    -------
    IndexSpec
        A new specification.

    Raises
    ------
    SpecificationError
        If a choice is not one of these, or its value is unknown.
    """
    unknown = sorted(set(changes) - _OF_CHOICES - _OF_INDICATORS)
    if unknown:
        remedy = f"Use {sorted(_OF_CHOICES | _OF_INDICATORS)}"
        raise SpecificationError(
            mould("vary_spec", "changes must be known choices", first_offenders(unknown), remedy)
        )
    of_leaf: dict[str, Any] = {name: value for name, value in changes.items() if name in _OF_INDICATORS}
    for name in ("imputer", "treatment"):
        if name in changes:
            of_leaf |= {name: None, f"{name}_params": {}}
    of_index = {name: value for name, value in changes.items() if name in _OF_CHOICES}
    leaves = tuple(replace(leaf, **of_leaf) for leaf in spec.indicators)
    return replace(spec, choices=replace(spec.choices, **of_index), indicators=leaves)


def build_variants(
    spec: IndexSpec,
    cities: pd.DataFrame,
    flows: pd.DataFrame | None,
    variants: Mapping[str, Mapping[str, Any]],
    *,
    level: Level = "cities",
    **options: Any,
) -> dict[str, CompiledIndex]:
    """Prepare the same data in several ways, once each.

    Parameters
    ----------
    spec, cities, flows
        As in `build_index`.
    variants
        Changes of the specification (as in `vary_spec`) by the name of the variant; an empty mapping is
        the specification itself.
    level
        "cities" or "corridors".
    **options
        Passed on to `build_index`.

    Returns
    -------
    dict
        Compiled indices by name, for `ChooseVariant`.

    Raises
    ------
    SpecificationError
        If a change is unknown.
    """
    return {
        name: build_index(vary_spec(spec, **changes), cities, flows, **options).compiled(level)
        for name, changes in variants.items()
    }
