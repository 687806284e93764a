"""The index of corridors where the pairs do not fit into memory, on the same scale as in memory.

Cities need no blocks (`geobri.scale.city_index`). Corridors take two passes: the first finds the ends of the scale of every indicator (`measure_ranges`), the second
scores tile by tile (`PairScorer`). A scale that needs all pairs in order (percentiles, ranks) cannot be had so, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.scale.blocks import Block, Tile, cut_tiles, plan_blocks
from geobri.scale.indicators import Leaf, build_leaf
from geobri.scale.places import PairInputs
from geobri.score.compiled import (
    CompiledIndex,
    compile_index,
    normalise_compiled,
    score_compiled,
)
from geobri.score.shares import ROOT
from geobri.score.spec import IndexSpec, Indicator
from geobri.workers import spread

__all__ = ["PairScorer", "check_scalable", "measure_ranges", "prepare_scorer"]

_BY_ENDS: Final = frozenset(
    {
        "minmax",
        "zscore",
        "max_distance",
        "target_distance",
        "reference_distance",
        "goalposts",
        "fraction_of_max",
    }
)
_BY_UNIT: Final = frozenset({"arithmetic", "geometric", "harmonic", "generalised", "median"})


def check_scalable(spec: IndexSpec) -> None:
    """Refuse what needs all pairs at once.

    Parameters
    ----------
    spec
        The specification.

    Raises
    ------
    SpecificationError
        Everything that cannot be had in blocks, at once.
    """
    found = [*_index_faults(spec), *(fault for leaf in spec.indicators for fault in _leaf_faults(leaf, spec))]
    if found:
        wanted = "an index in blocks looks at one pair at a time, or at sums over all"
        remedy = "Change these choices, or say corridors = false under [choices] to score the cities alone"
        raise SpecificationError(
            mould("geobri scale", wanted, f"{len(found)} choices that do not: {'; '.join(found)}", remedy)
        )


def _index_faults(spec: IndexSpec) -> list[str]:
    choices = spec.choices
    found = ["an outline without indicators"] if spec.outline or not spec.indicators else []
    found += ["domestic = only"] if choices.domestic == "only" else []
    found += ["screening by coverage"] if choices.min_city_coverage or choices.min_pair_coverage else []
    own = spec.dimensions
    aggregators = dict.fromkeys(
        [choices.aggregator, *(node.aggregator or choices.aggregator for node in own)]
    )
    weightings = dict.fromkeys([choices.weighting, *(node.weighting or choices.weighting for node in own)])
    found += [f"aggregator {name}" for name in aggregators if name not in _BY_UNIT]
    return found + [f"weighting {name}" for name in weightings if name != "given"]


def _leaf_faults(leaf: Indicator, spec: IndexSpec) -> list[str]:
    choices = spec.choices
    found = ["shared members"] if leaf.kind == "comembership" else []
    imputer, treatment = leaf.imputer or choices.imputer, leaf.treatment or choices.treatment
    normaliser, params = (
        leaf.normaliser or choices.normaliser,
        leaf.normaliser_params or choices.normaliser_params,
    )
    found += [f"imputer {imputer}"] if imputer != "none" else []
    if choices.corridors:
        found += [f"treatment {treatment} of corridors"] if treatment != "none" else []
        by_ends = normaliser in _BY_ENDS and "unit" not in params
        found += [] if by_ends else [f"normaliser {normaliser} of corridors"]
    return [f"{leaf.name}: {fault}" for fault in found]


@dataclass(frozen=True, slots=True, eq=False)
class PairScorer:
    """The index of corridors with its scale known.

    Attributes
    ----------
    leaves
        The indicators.
    compiled
        The index; its reference holds the ends of the scale, shape (2, k).
    """

    leaves: tuple[Leaf, ...]
    compiled: CompiledIndex

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The index and its dimensions."""
        spec = self.compiled.spec
        titles = {ROOT: (spec.title, spec.title_zh)} | {
            one.name: (one.title, one.title_zh) for one in spec.dimensions
        }
        return tuple(
            Measure(name, label=titles[name][0], label_zh=titles[name][1], kind="score", origin="index")
            for name in self.nodes
        )

    @property
    def nodes(self) -> tuple[str, ...]:
        """The index, then its dimensions."""
        leaves = set(self.compiled.indicators)
        return tuple(name for name in self.compiled.nodes if name not in leaves)

    def scores(self, tile: Tile) -> dict[str, FloatArray]:
        """Score a tile.

        Parameters
        ----------
        tile
            Origins by destinations.

        Returns
        -------
        dict of str and numpy.ndarray
            The index and its dimensions by name, shape (r, m).
        """
        ends = self.compiled.reference
        raw = np.column_stack([leaf.values(tile).ravel() for leaf in self.leaves])
        together = np.vstack([ends, raw])  # a tile without any known value is no fault
        one = replace(self.compiled, treated=together, labels=pd.RangeIndex(len(together)))
        scored = score_compiled(
            self.compiled, normalised=normalise_compiled(one)[len(ends) :], keep=self.nodes
        )
        return {name: scored[:, column].reshape(tile.shape) for column, name in enumerate(self.nodes)}


def prepare_scorer(
    spec: IndexSpec,
    cities: gpd.GeoDataFrame,
    flows: pd.DataFrame | None,
    inputs: PairInputs,
    *,
    workers: int | None = None,
    scheduler: Any = None,
    blocks: tuple[Block, ...] | None = None,
    done: Callable[[Block], None] | None = None,
) -> PairScorer:
    """Find the scale of the index over all corridors (the first pass).

    Parameters
    ----------
    spec
        The specification.
    cities
        The cities.
    flows
        Long table of one year.
    inputs
        The places; its domain and its directions are those of the index.
    workers, scheduler, blocks
        As for `reduce_pairs`.
    done
        Called after every block.

    Returns
    -------
    PairScorer
        Ready for tiles.

    Raises
    ------
    SpecificationError
        If the index needs all pairs at once.
    DataError
        If an indicator is constant or not known for any pair.
    """
    check_scalable(spec)
    leaves = tuple(build_leaf(leaf, spec, cities, flows, inputs) for leaf in spec.indicators)
    plan = plan_blocks(inputs.n, directed=inputs.directed) if blocks is None else blocks
    ranges = np.tile(_NOTHING, (len(leaves), 1))
    results = spread(measure_ranges, plan, shared=(inputs, leaves), workers=workers, scheduler=scheduler)
    for block, found in zip(plan, results, strict=True):
        ranges = _join_ranges(ranges, found)
        if done is not None:
            done(block)
    names = [leaf.name for leaf in spec.indicators]
    unknown = [name for name, count in zip(names, ranges[:, 0], strict=True) if count == 0]
    if unknown:
        wanted = "every indicator must be known for some pair"
        raise DataError(
            mould("geobri scale", wanted, f"none of {first_offenders(unknown)}", "Collect it or leave it out")
        )
    ends = np.column_stack([_ends(leaf, spec, row) for leaf, row in zip(leaves, ranges, strict=True)])
    return PairScorer(leaves, compile_index(spec, pd.DataFrame(ends, columns=names), level="corridors"))


_NOTHING: Final = np.array([0.0, np.inf, -np.inf, 0.0, 0.0])
"""Of no pair at all: known pairs, least, largest, mean, sum of squares about the mean."""


def measure_ranges(shared: tuple[PairInputs, tuple[Leaf, ...]], block: Block) -> FloatArray:
    """Find the least, the largest and the moments of every indicator in a block.

    Parameters
    ----------
    shared
        Places and indicators.
    block
        Which origins.

    Returns
    -------
    numpy.ndarray
        Shape (k, 5): known pairs, least, largest, mean, sum of squares about the mean.
    """
    inputs, leaves = shared
    ranges = np.tile(_NOTHING, (len(leaves), 1))
    for tile in cut_tiles(inputs, block):
        found = np.empty_like(ranges)
        for row, leaf in enumerate(leaves):
            values = tile.flat(leaf.values(tile))
            known = values[~np.isnan(values)]
            found[row] = _NOTHING
            if known.size:
                mean = known.mean()
                found[row] = known.size, known.min(), known.max(), mean, np.square(known - mean).sum()
        ranges = _join_ranges(ranges, found)
    return ranges


def _join_ranges(one: FloatArray, other: FloatArray) -> FloatArray:
    """Join counts, ends and moments (Chan, Golub and LeVeque 1983)."""
    count = one[:, 0] + other[:, 0]
    share = np.divide(other[:, 0], count, out=np.zeros(len(count)), where=count > 0)
    step = other[:, 3] - one[:, 3]
    return np.column_stack(
        [
            count,
            np.minimum(one[:, 1], other[:, 1]),
            np.maximum(one[:, 2], other[:, 2]),
            one[:, 3] + share * step,
            one[:, 4] + other[:, 4] + step * step * one[:, 0] * share,
        ]
    )


def _ends(leaf: Leaf, spec: IndexSpec, found: FloatArray) -> FloatArray:
    """Give two values that stand for all pairs: with their ends, or for z-scores with their mean and deviation."""
    count, low, high, mean, squares = found
    if (leaf.indicator.normaliser or spec.choices.normaliser) != "zscore":
        return np.array([low, high])
    reach = np.sqrt(
        squares / max(count - 1.0, 1.0) / 2.0
    )  # two values that far from their mean have this deviation
    return np.array([mean - reach, mean + reach])
