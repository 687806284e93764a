"""The numeric core of an index: arrays only, ready to be run thousands of times.

`compile_index` turns a specification and a table of values (units by indicators) into a `CompiledIndex`;
`score_compiled` leads normalised values up the tree. Leading axes are independent runs: 10,000 sets of importances on
one matrix are one call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import SpecificationError, first_offenders, mould
from geobri.measures import Level
from geobri.score.aggregate import aggregate
from geobri.score.normalise import normalise
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec
from geobri.score.weights import weigh
from geobri.words import Words

__all__ = ["CompiledIndex", "Step", "compile_index", "normalise_compiled", "score_compiled", "weigh_compiled"]

_OF_ONE_ITSELF: Final = frozenset({"arithmetic", "geometric", "harmonic", "generalised", "median"})


@dataclass(frozen=True, slots=True)
class Step:
    """One aggregation: the children of a node become the node.

    Attributes
    ----------
    node
        Position of the node in `CompiledIndex.nodes`.
    children
        Positions of its children.
    aggregator, weighting
        How they are combined and weighed.
    """

    node: int
    children: tuple[int, ...]
    aggregator: str
    weighting: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledIndex:
    """An index as arrays, at one level.

    Attributes
    ----------
    spec
        The specification it was made from.
    level
        ``"cities"`` or ``"corridors"``.
    labels
        The n units.
    nodes
        Every node: ``"overall"`` first, then dimensions, then the k indicators.
    treated
        Treated values before normalising, shape (n, k).
    reference
        What columns are compared with, shape (r, k); `treated` itself unless a reference was given.
    importance
        Share of every node within its parent, shape (nodes,); 1 for the index.
    steps
        The aggregations, children before parents.
    """

    spec: IndexSpec
    level: Level
    labels: pd.Index
    nodes: tuple[str, ...]
    treated: FloatArray
    reference: FloatArray
    importance: FloatArray
    steps: tuple[Step, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Name the k indicators, in the order of the columns of `treated`."""
        return tuple(leaf.name for leaf in self.spec.indicators)


def compile_index(
    spec: IndexSpec, values: pd.DataFrame, *, level: Level = "cities", reference: pd.DataFrame | None = None
) -> CompiledIndex:
    """Compile an index for one level.

    Parameters
    ----------
    spec
        A complete specification.
    values
        Units by indicators, treated but not yet normalised (`IndexResult.city_values` or `.corridor_values`).
    level
        What the units are.
    reference
        The same columns for the reference set (a panel, a frozen year); None compares the units with themselves.

    Returns
    -------
    CompiledIndex
        Arrays that `score_compiled` runs on.

    Raises
    ------
    SpecificationError
        If the specification is an outline, or columns of indicators are lacking.
    """
    columns = [leaf.name for leaf in spec.indicators]
    for frame in (values, values if reference is None else reference):
        absent = [name for name in columns if name not in frame.columns]
        if absent or not columns:
            came = first_offenders(absent) + " lacking" if absent else "an outline without indicators"
            raise SpecificationError(
                mould(
                    "compile_index",
                    Words("every indicator needs a column", "每个指标都须有一列"),
                    came,
                    "Add it, or complete the index",
                )
            )
    array = _readonly(values[columns].to_numpy(dtype=float, copy=True))
    against = array if reference is None else _readonly(reference[columns].to_numpy(dtype=float, copy=True))
    shares = {ROOT: 1.0} | {
        child: float(w) for node in _inner_nodes(spec) for child, w in spec.importance(node).items()
    }
    return CompiledIndex(
        spec=spec,
        level=level,
        labels=values.index,
        nodes=spec.nodes,
        treated=array,
        reference=against,
        importance=_readonly(np.array([shares[node] for node in spec.nodes])),
        steps=_steps(spec),
    )


def normalise_compiled(
    compiled: CompiledIndex, *, normaliser: str | None = None, **params: Any
) -> FloatArray:
    """Normalise the values of a compiled index.

    Parameters
    ----------
    compiled
        The index.
    normaliser
        Use this one for every indicator; None for what the specification says, indicator by indicator.
    **params
        Parameters of that normaliser.

    Returns
    -------
    numpy.ndarray
        Scores of the indicators, shape (n, k).

    Raises
    ------
    DataError
        If a column is constant (unless the specification says what then) or outside the domain.
    """
    choices, result = compiled.spec.choices, np.empty(compiled.treated.shape)
    groups: dict[str, tuple[str, dict[str, Any], list[int]]] = {}
    for column, leaf in enumerate(compiled.spec.indicators):
        method, own = normaliser or leaf.normaliser or choices.normaliser, dict(params)
        if normaliser is None:
            own = dict(leaf.normaliser_params) or (
                dict(choices.normaliser_params) if leaf.normaliser is None else {}
            )
        own = _resolve_unit(own, compiled, column)
        groups.setdefault(f"{method} {sorted(own.items())}", (method, own, []))[2].append(column)
    for method, own, columns in groups.values():
        leaves = [compiled.spec.indicators[column] for column in columns]
        frame = pd.DataFrame(compiled.treated[:, columns], columns=[leaf.name for leaf in leaves])
        signs = [leaf.direction for leaf in leaves]
        result[:, columns] = normalise(
            frame, method, signs, reference=compiled.reference[:, columns], constant=choices.constant, **own
        ).to_numpy()
    return result


def score_compiled(
    compiled: CompiledIndex,
    *,
    normalised: FloatArray | None = None,
    importance: FloatArray | None = None,
    aggregator: str | None = None,
    missing: str | None = None,
    keep: Iterable[str] | None = None,
) -> FloatArray:
    """Lead normalised indicators up the tree.

    Parameters
    ----------
    compiled
        The index.
    normalised
        Scores of the indicators, shape (…, n, k), leading axes are runs; `normalise_compiled(compiled)` by default.
    importance
        Importance of every node within its parent, shape (…, nodes) in the order of `compiled.nodes`; siblings are
        scaled to sum to 1. None takes the specification, or its data-driven weighting.
    aggregator
        Use this one at every node; None for what the specification says, node by node.
    missing
        Use this rule for missing children; None for what the specification says.
    keep
        Names of the nodes wanted, in that order; all of `compiled.nodes` by default.

    Returns
    -------
    numpy.ndarray
        Scores, shape (…, n, nodes kept); leading axes as they broadcast.

    Raises
    ------
    DataError
        If values are outside the domain of an aggregator.
    """
    matrix = normalise_compiled(compiled) if normalised is None else np.asarray(normalised, dtype=float)
    if importance is None:
        importance = weigh_compiled(compiled, matrix) if _is_data_driven(compiled) else compiled.importance
    choices, leaf_start = compiled.spec.choices, len(compiled.nodes) - matrix.shape[-1]
    scores: dict[int, FloatArray] = {leaf_start + leaf: matrix[..., leaf] for leaf in range(matrix.shape[-1])}
    for step in compiled.steps:
        method = aggregator or step.aggregator
        params = dict(choices.aggregator_params) if method == choices.aggregator else {}
        scores[step.node] = _combine(
            scores, step, importance, method, (missing or choices.missing, choices.min_coverage), params
        )
    wanted = compiled.nodes if keep is None else tuple(keep)
    columns = np.broadcast_arrays(*(scores[compiled.nodes.index(node)] for node in wanted))
    return np.stack(columns, axis=-1)


def weigh_compiled(compiled: CompiledIndex, normalised: FloatArray) -> FloatArray:
    """Find the importance of every node, where the specification leaves it to the data.

    Parameters
    ----------
    compiled
        The index.
    normalised
        Scores of the indicators, shape (n, k).

    Returns
    -------
    numpy.ndarray
        Share of every node within its parent, shape (nodes,), bottom up: dimensions are weighed by their own scores.
    """
    choices, leaf_start = compiled.spec.choices, len(compiled.nodes) - normalised.shape[-1]
    importance = compiled.importance.copy()
    scores: dict[int, FloatArray] = {
        leaf_start + leaf: normalised[:, leaf] for leaf in range(normalised.shape[1])
    }
    for step in compiled.steps:
        children = list(step.children)
        if step.weighting != "given":
            importance[children] = weigh(
                pd.DataFrame({compiled.nodes[child]: scores[child] for child in children}), step.weighting
            )
        params = dict(choices.aggregator_params) if step.aggregator == choices.aggregator else {}
        scores[step.node] = _combine(
            scores, step, importance, step.aggregator, (choices.missing, choices.min_coverage), params
        )
    return importance


def _combine(  # noqa: PLR0917 - one call site shape, all positional
    scores: dict[int, FloatArray],
    step: Step,
    importance: FloatArray,
    method: str,
    rule: tuple[str, float],
    params: dict[str, Any],
) -> FloatArray:
    children = [scores[child] for child in step.children]
    if len(children) == 1 and method in _OF_ONE_ITSELF and rule[0] != "zero":
        return children[0]
    matrix = np.stack(np.broadcast_arrays(*children), axis=-1)
    return aggregate(
        matrix, importance[..., list(step.children)], method, rule[0], min_coverage=rule[1], **params
    )


def _steps(spec: IndexSpec) -> tuple[Step, ...]:
    """Order the aggregations so that children come before parents."""
    own = {node.name: node for node in spec.dimensions}
    place = {name: position for position, name in enumerate(spec.nodes)}
    steps = []
    for name in reversed(_inner_nodes(spec)):
        node = own.get(name)
        steps.append(
            Step(
                node=place[name],
                children=tuple(place[child] for child in spec.children(name)),
                aggregator=(node.aggregator if node else None) or spec.choices.aggregator,
                weighting=(node.weighting if node else None) or spec.choices.weighting,
            )
        )
    return tuple(steps)


def _inner_nodes(spec: IndexSpec) -> list[str]:
    """List nodes with children, parents before children."""
    found, queue = [], [ROOT]
    while queue:
        node = queue.pop(0)
        children = spec.children(node)
        if children:
            found.append(node)
            queue.extend(children)
    return found


def _is_data_driven(compiled: CompiledIndex) -> bool:
    return any(step.weighting != "given" for step in compiled.steps)


def _resolve_unit(params: dict[str, Any], compiled: CompiledIndex, column: int) -> dict[str, Any]:
    """Turn ``unit = "singapore"`` into the value of that unit."""
    if "unit" not in params:
        return params
    unit = params.pop("unit")
    if unit not in compiled.labels:
        came = repr(unit)
        raise SpecificationError(
            mould(
                "normalise",
                Words(f"the reference unit must be one of the {compiled.level}", "参照单位须是其中之一"),
                came,
                "Name another",
            )
        )
    return {**params, "reference_value": float(compiled.treated[compiled.labels.get_loc(unit), column])}


def _readonly(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array
