"""From uniform numbers to the settings of many runs at once.

That each choice eats a block of uniform numbers is what lets the same objects serve plain Monte Carlo
and the crossed designs of variance-based sensitivity.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaincinv

from geobri.arrays import FloatArray, IndexArray
from geobri.errors import SpecificationError, first_offenders, mould
from geobri.score.compiled import CompiledIndex
from geobri.score.shares import ROOT
from geobri.score.trust.choices import (
    ChooseAggregator,
    ChooseNormaliser,
    ChooseVariant,
    DirichletWeights,
    LeaveOut,
    PerturbWeights,
    UncertainChoice,
)
from geobri.score.trust.removal import find_kept_nodes

__all__ = ["check_choices", "count_uniforms", "list_options", "move_importance", "pick_options"]


def _pick(uniforms: FloatArray, probabilities: Sequence[float] | None, n: int) -> IndexArray:
    """Turn uniform numbers into option codes."""
    shares = np.full(n, 1.0 / n) if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    return np.minimum(np.searchsorted(np.cumsum(shares / shares.sum()), uniforms, side="right"), n - 1)


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


def pick_options(choice: UncertainChoice, compiled: CompiledIndex, uniforms: FloatArray) -> IndexArray:
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
        return _leave_out(choice, compiled, importance, uniforms[:, 0])
    return importance


def _leave_out(
    choice: LeaveOut, compiled: CompiledIndex, importance: FloatArray, uniforms: FloatArray
) -> FloatArray:
    """Leave a node out of every run; a parent goes too where the run has nothing else left of it."""
    options, picked = list_options(choice, compiled), pick_options(choice, compiled, uniforms)
    moved = importance.copy()
    empty, member = np.unique(importance == 0, axis=0, return_inverse=True)
    for at, pattern in enumerate(empty):
        for option in np.unique(picked[member.ravel() == at]).tolist():
            if options[option] != "none":
                runs = (member.ravel() == at) & (picked == option)
                moved[runs] *= find_kept_nodes(compiled, np.where(pattern, 0.0, 1.0), options[option])
    return moved


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
