"""The index of cities and corridors where the pairs do not fit into memory, on the same scale as in memory.

Cities need no blocks: what a city has with its partners follows from the rows that are listed and from what a pair without
a row means. Corridors take two passes: the first finds the ends of the scale of every indicator (`measure_ranges`), the second
scores tile by tile (`PairScorer`). A scale that needs all pairs in order (percentiles, ranks) cannot be had so, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.scale.blocks import Block, Tile, cut_tiles, plan_blocks
from geobri.scale.places import FloatArray, FlowList, IntArray, PairInputs
from geobri.score.compiled import (
    CompiledIndex,
    compile_index,
    normalise_compiled,
    score_compiled,
    weigh_compiled,
)
from geobri.score.denominate import check_denominator, denominate_cities, denominate_pairs
from geobri.score.levels import CITY_RULES, city_to_pair, fold_directions
from geobri.score.outliers import treat
from geobri.score.ranking import rank
from geobri.score.spec import ROOT, IndexSpec, Indicator
from geobri.workers import spread

__all__ = ["PairScorer", "check_scalable", "measure_ranges", "prepare_scorer", "score_cities"]

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
_SYMMETRY: Final = 1e-9


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
class _Leaf:
    """One indicator, ready for tiles: a sorted list, or an attribute; and sizes to divide by."""

    indicator: Indicator
    listed: FlowList | None
    attribute: FloatArray | None
    rule: str
    size: FloatArray | None

    def values(self, tile: Tile) -> FloatArray:
        """Give the raw values of a tile, shape (r, m)."""
        one, other = tile.ends(np.arange(tile.inputs.n))
        if self.listed is not None:
            cells = tile.flow(self.listed)
        else:
            assert self.attribute is not None
            cells = city_to_pair(
                self.attribute, one, other, rule=self.rule, direction=self.indicator.direction
            )
        if self.size is not None:
            cells = denominate_pairs(cells, self.size, one, other, rule=self.indicator.denominator_rule)
        return cells


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

    leaves: tuple[_Leaf, ...]
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
    leaves = tuple(_build_leaf(leaf, spec, cities, flows, inputs) for leaf in spec.indicators)
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


def measure_ranges(shared: tuple[PairInputs, tuple[_Leaf, ...]], block: Block) -> FloatArray:
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


def _ends(leaf: _Leaf, spec: IndexSpec, found: FloatArray) -> FloatArray:
    """Give two values that stand for all pairs: with their ends, or for z-scores with their mean and deviation."""
    count, low, high, mean, squares = found
    if (leaf.indicator.normaliser or spec.choices.normaliser) != "zscore":
        return np.array([low, high])
    reach = np.sqrt(
        squares / max(count - 1.0, 1.0) / 2.0
    )  # two values that far from their mean have this deviation
    return np.array([mean - reach, mean + reach])


# Indicators


def _build_leaf(
    leaf: Indicator, spec: IndexSpec, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> _Leaf:
    ordered = cities.loc[list(inputs.slugs)]
    size = (
        None
        if leaf.denominator is None
        else check_denominator(_column(ordered, leaf.denominator), ordered.index, leaf.denominator)
    )
    rule = leaf.pair_rule or spec.choices.pair_rule
    if leaf.kind == "city":
        return _Leaf(leaf, None, _column(ordered, leaf.column or leaf.name), rule, size)
    ends, there, back = _both_directions(leaf, flows, ordered.index)
    n = inputs.n
    if inputs.directed:
        key = np.concatenate([ends[0] * n + ends[1], ends[1] * n + ends[0]])
        value = np.concatenate([there, back])
    else:
        key, value = ends[0] * n + ends[1], _folded(leaf, there, back)
    order = np.argsort(key, kind="stable")
    listed = FlowList(Measure(leaf.name), key[order], value[order], _absent(leaf))
    return _Leaf(leaf, listed, None, rule, size)


def _column(cities: pd.DataFrame, name: str) -> FloatArray:
    if name not in cities.columns:
        wanted = f"the index needs the column '{name}' of the cities"
        raise DataError(mould("geobri scale", wanted, first_offenders(map(str, cities.columns)), "Add it"))
    return pd.to_numeric(cities[name]).to_numpy(dtype=float, na_value=np.nan)


def _absent(leaf: Indicator) -> float:
    return 0.0 if leaf.absent == "zero" else np.nan


def _both_directions(
    leaf: Indicator, flows: pd.DataFrame | None, cities: pd.Index
) -> tuple[tuple[IntArray, IntArray], FloatArray, FloatArray]:
    """Lay the rows of an indicator on the pairs that have one in either direction.

    Gives both ends of every such pair, the first before the second, and the values there and back.
    """
    rows = (
        pd.DataFrame(columns=["origin", "destination", "value"])
        if flows is None
        else flows[(flows["indicator"].astype(str) == leaf.name).to_numpy(dtype=bool)]
    )
    if rows.empty:
        wanted = f"flows must hold indicator {leaf.name!r}"
        raise DataError(mould("geobri scale", wanted, "no row of it", "Add its rows or leave it out"))
    n = len(cities)
    origin, destination = (
        cities.get_indexer(pd.Index(rows[end].astype(object))) for end in ("origin", "destination")
    )
    amount = pd.to_numeric(rows["value"]).to_numpy(dtype=float, na_value=np.nan)
    if leaf.zero == "missing":
        amount = np.where(amount == 0, np.nan, amount)
    key, place = np.unique(
        np.minimum(origin, destination) * n + np.maximum(origin, destination), return_inverse=True
    )
    ahead = origin < destination
    there, back = np.full(len(key), np.nan), np.full(len(key), np.nan)
    seen = np.zeros((2, len(key)), dtype=bool)
    there[place[ahead]], back[place[~ahead]] = amount[ahead], amount[~ahead]
    seen[0, place[ahead]] = seen[1, place[~ahead]] = True
    if not leaf.directed:
        _refuse_asymmetry(leaf, there, back)
        there = back = np.where(np.isnan(there), back, there)
        seen[:] = seen.any(axis=0)
    if leaf.absent == "zero":
        there, back = np.where(seen[0], there, 0.0), np.where(seen[1], back, 0.0)
    return (key // n, key % n), there, back


def _refuse_asymmetry(leaf: Indicator, there: FloatArray, back: FloatArray) -> None:
    with np.errstate(invalid="ignore"):
        differ = np.abs(there - back) > _SYMMETRY * np.maximum(np.abs(there), np.abs(back))
    if differ.any():
        remedy = "Say directed = true and how to fold, or give each pair once"
        came = f"{int(differ.sum())} pairs with two values"
        raise DataError(mould("geobri scale", f"{leaf.name!r} is declared symmetric", came, remedy))


def _folded(leaf: Indicator, there: FloatArray, back: FloatArray) -> FloatArray:
    return fold_directions(there, back, leaf.fold) if leaf.directed else there


# Cities


def score_cities(
    spec: IndexSpec, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> pd.DataFrame:
    """Score the cities: all that they have with their partners, without listing the pairs.

    Parameters
    ----------
    spec
        The specification.
    cities
        The cities.
    flows
        Long table of one year.
    inputs
        The places.

    Returns
    -------
    pandas.DataFrame
        Index `city`; every node and its rank, as `build_index` gives them.
    """
    check_scalable(replace(spec, choices=replace(spec.choices, corridors=False)))
    ordered = cities.loc[list(inputs.slugs)]
    values = pd.DataFrame(
        {
            leaf.name: _treated(spec, leaf, _city_values(spec, leaf, ordered, flows, inputs))
            for leaf in spec.indicators
        },
        index=ordered.index,
    )
    compiled = compile_index(spec, values, level="cities")
    normalised = normalise_compiled(compiled)
    importance = weigh_compiled(compiled, normalised)
    scores = score_compiled(compiled, normalised=normalised, importance=importance)
    table = pd.DataFrame(scores, columns=list(compiled.nodes), index=ordered.index)
    ranks = rank(table, ties=spec.choices.ties, tolerance=spec.choices.tolerance)
    return pd.concat([table, ranks.add_prefix("rank_")], axis=1)[
        [name for node in compiled.nodes for name in (node, f"rank_{node}")]
    ]


def _treated(spec: IndexSpec, leaf: Indicator, values: FloatArray) -> FloatArray:
    method = leaf.treatment or spec.choices.treatment
    if method == "none":
        return values
    params = dict(leaf.treatment_params or ({} if leaf.treatment else spec.choices.treatment_params))
    return treat(values, method, exempt=values == 0 if leaf.zero == "structural" else None, **params).after


def _city_values(
    spec: IndexSpec, leaf: Indicator, cities: gpd.GeoDataFrame, flows: pd.DataFrame | None, inputs: PairInputs
) -> FloatArray:
    if leaf.kind == "city":
        values = _column(cities, leaf.column or leaf.name)
    else:
        ends, there, back = _both_directions(leaf, flows, cities.index)
        seen = {"both": (_folded(leaf, there, back),) * 2, "out": (there, back), "in": (back, there)}[
            leaf.side
        ]
        if inputs.domain == "international":
            abroad = inputs.country[ends[0]] != inputs.country[ends[1]]
            ends, seen = (ends[0][abroad], ends[1][abroad]), (seen[0][abroad], seen[1][abroad])
        values = _over_partners(spec, leaf, ends, seen, _count_partners(inputs))
    if leaf.denominator:
        values = denominate_cities(
            values, check_denominator(_column(cities, leaf.denominator), cities.index, leaf.denominator)
        )
    return values


def _count_partners(inputs: PairInputs) -> FloatArray:
    own = np.bincount(inputs.country + 1)[inputs.country + 1] if inputs.domain == "international" else 1
    return np.broadcast_to(np.asarray(inputs.n - own, dtype=float), (inputs.n,))


def _over_partners(
    spec: IndexSpec,
    leaf: Indicator,
    ends: tuple[IntArray, IntArray],
    seen: tuple[FloatArray, FloatArray],
    partners: FloatArray,
) -> FloatArray:
    """Lead listed pairs to the cities; the partners without a row are zeros, or missing."""
    focal, values = np.concatenate(ends), np.concatenate(seen)
    known: npt.NDArray[np.bool_] = ~np.isnan(values)
    n, rule, missing = len(partners), leaf.city_rule, spec.choices.city_missing
    params: dict[str, Any] = {"k": leaf.top_k} if rule == "top_k" else {}
    unlisted = partners - np.bincount(focal, minlength=n)
    observed = np.bincount(focal[known], minlength=n) + (unlisted if leaf.absent == "zero" else 0.0)
    result = np.array(
        CITY_RULES["sum" if rule == "mean" else rule](focal[known], values[known], n, **params), dtype=float
    )
    if rule == "mean":
        result = np.divide(result, observed, out=np.full(n, np.nan), where=observed > 0)
    if rule == "max" and leaf.absent == "zero":
        result = np.where(unlisted > 0, np.maximum(result, 0.0), result)
    if missing == "scale" and rule in ("sum", "count"):
        result = result * np.divide(partners, observed, out=np.ones(n), where=observed > 0)
    without = observed < partners if missing == "propagate" else np.zeros(n, dtype=bool)
    result[without | (observed == 0)] = np.nan
    return result
