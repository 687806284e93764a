"""From a table of corridors to the arrays of a regression: which pair, which cities, which numbers.

The door of the decay and gravity models. Everything that can be wrong with the table is said here, all at
once; the functions behind it see clean arrays of N pairs and do not check again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.stats.null import IntArray, NodePlan, plan_permutations
from geobri.stats.pairs import exchangeable_blocks
from geobri.stats.results import FloatArray
from geobri.words import NOTHING, Words

__all__ = [
    "FEWEST_CITIES",
    "Blocks",
    "Exchange",
    "PairSample",
    "choose_blocks",
    "label_blocks",
    "plan_exchange",
    "read_pairs",
    "say_left_out",
]

Blocks: TypeAlias = "Mapping[Any, object] | pd.Series[Any] | Literal['auto'] | None"
"""Who may change places with whom: a label per city, as a mapping or a labelled Series; ``"auto"``: blocks that keep missing
pairs missing, where these let most cities change places; None: everybody with everybody."""

FEWEST_ARRANGEMENTS = 1000
"""With fewer arrangements inside the blocks a test could hardly reach 1 %."""
MOST = 0.5
"""Blocks found from missing pairs must let more than this share of the cities move."""
MOST_VARIANCE = 2 / 3
"""And they must leave more than this share of the variance that the statistic depends on to cities that change places."""

FEWEST_CITIES = 4
"""With fewer cities no exchange of cities can reach 5 %: three cities have six orders."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairSample:
    """N pairs of n cities, ready for a model.

    Attributes
    ----------
    flow
        The response, shape (N,), finite and at least 0.
    impedance
        Cost of separation, shape (N,), finite and at least 0; all 0 if none was asked for.
    covariates
        Further columns, shape (N, k).
    covariate_names
        Their names, in order.
    origin, destination
        Position of each end in `cities`, shape (N,).
    cities
        City ids, sorted.
    index
        Index of the rows that are used, as in the table.
    directed
        Whether a pair and its reverse are two observations.
    n_missing
        Rows that were left out because a number is missing.
    layer
        Which table each row belongs to, shape (N,), where pairs occur several times (once a year, say); None otherwise.
    """

    flow: FloatArray
    impedance: FloatArray
    covariates: FloatArray
    covariate_names: tuple[str, ...]
    origin: IntArray
    destination: IntArray
    cities: tuple[str, ...]
    index: pd.Index[Any]
    directed: bool
    n_missing: int
    layer: IntArray | None = None

    @property
    def n_cities(self) -> int:
        """Number of cities n."""
        return len(self.cities)

    @property
    def n_pairs(self) -> int:
        """Number of pairs N."""
        return len(self.flow)

    @property
    def n_layers(self) -> int:
        """Number of tables of pairs, 1 where each pair occurs once."""
        return 1 if self.layer is None else int(self.layer.max()) + 1

    @property
    def shift(self) -> IntArray | int:
        """Where the matrix of each row begins among the matrices of all layers, flat."""
        return 0 if self.layer is None else self.layer * self.n_cities**2

    def take(self, rows: npt.NDArray[np.bool_] | IntArray) -> PairSample:
        """Keep some pairs; the cities and their positions stay as they are.

        Parameters
        ----------
        rows
            Mask of shape (N,), or positions.

        Returns
        -------
        PairSample
            The sample of the chosen pairs.
        """
        return replace(
            self,
            flow=self.flow[rows],
            impedance=self.impedance[rows],
            covariates=self.covariates[rows],
            origin=self.origin[rows],
            destination=self.destination[rows],
            index=self.index[rows],
            layer=None if self.layer is None else self.layer[rows],
        )

    def recode(self) -> PairSample:
        """Forget the cities that have no pair left.

        Returns
        -------
        PairSample
            The same pairs, with positions among the cities that occur.
        """
        seen = np.zeros(self.n_cities, dtype=bool)
        seen[self.origin] = seen[self.destination] = True
        if seen.all():
            return self
        used, place = np.flatnonzero(seen), np.cumsum(seen) - 1
        return replace(
            self,
            origin=place[self.origin],
            destination=place[self.destination],
            cities=tuple(self.cities[city] for city in used),
        )

    def to_matrix(self, values: FloatArray) -> FloatArray:
        """Lay out one number per pair as a pair matrix.

        Parameters
        ----------
        values
            Shape (N,).

        Returns
        -------
        numpy.ndarray
            Shape (n, n), NaN where there is no pair; symmetric if the sample is undirected. With layers, shape (L, n, n).
        """
        n = self.n_cities
        matrix = np.full(self.n_layers * n * n, np.nan)
        matrix[self.shift + self.origin * n + self.destination] = values
        if not self.directed:
            matrix[self.shift + self.destination * n + self.origin] = values
        return matrix.reshape((n, n) if self.layer is None else (self.n_layers, n, n))


def read_pairs(
    corridors: pd.DataFrame,
    *,
    flow: str,
    impedance: str | None,
    covariates: Sequence[str] = (),
    directed: bool | None = None,
    signed: bool = False,
    layers: Sequence[str] = (),
    caller: str,
) -> PairSample:
    """Check a table of corridors and take from it what a model needs.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination` and the named columns.
    flow
        Column of the response, at least 0.
    impedance
        Column of the cost of separation, at least 0; None if the model has none.
    covariates
        Further numeric (or boolean) columns.
    directed
        Whether a pair and its reverse are two observations; by default, whether ids are spelled with ``->`` or
        both directions occur.
    signed
        The response may be negative, as a score may be.
    layers
        Columns that tell the rows of one pair apart (``year``); without them every pair occurs once.
    caller
        Function that asks, for the message.

    Returns
    -------
    PairSample
        The pairs without missing numbers.

    Raises
    ------
    SchemaError
        If columns are missing or not numeric, or rows are duplicated, join a city with itself, or hold negative
        or infinite numbers.
    DataError
        If fewer than four cities or no pairs are left, or all flows are equal.
    """
    named = [flow, *([impedance] if impedance else []), *covariates]
    _check_columns(corridors, named, caller)
    numbers = _numbers(corridors, named, caller)
    ends = _read_ends(corridors)
    layer = _read_layers(corridors, layers, caller) if layers else None
    is_directed = _is_directed(corridors.index, ends) if directed is None else directed
    positive = [*([] if signed else [flow]), *([impedance] if impedance else [])]
    faults = _row_faults(
        ends, dict(zip(named, numbers.T, strict=True)), positive, layer, directed=is_directed
    )
    _check_rows(corridors.index, faults, directed=is_directed, caller=caller)
    keep = np.asarray(~np.isnan(numbers).any(axis=1))
    kept = numbers[keep]
    levels = None if layer is None else np.unique(layer[keep], return_inverse=True)[1].astype(np.intp).ravel()
    sample = PairSample(
        flow=kept[:, 0].copy(),
        impedance=kept[:, 1].copy() if impedance else np.zeros(len(kept)),
        covariates=kept[:, 2 if impedance else 1 :].copy(),
        covariate_names=tuple(covariates),
        origin=ends.origin[keep],
        destination=ends.destination[keep],
        cities=ends.cities,
        index=corridors.index[keep],
        directed=is_directed,
        n_missing=int(np.count_nonzero(~keep)),
        layer=levels,
    ).recode()
    _check_enough(sample, flow, caller)
    return sample


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    origin: IntArray
    destination: IntArray
    cities: tuple[str, ...]

    def keys(self, *, directed: bool) -> IntArray:
        """One number per pair, the same for both directions if undirected."""
        one, other = self.origin, self.destination
        if not directed:
            one, other = np.minimum(one, other), np.maximum(one, other)
        return one * len(self.cities) + other


def _read_ends(corridors: pd.DataFrame) -> _Ends:
    both = pd.concat([corridors["origin"], corridors["destination"]], ignore_index=True)
    codes, found = pd.factorize(both, use_na_sentinel=False)
    names = np.array([str(name) for name in found], dtype=object)
    cities, rank = np.unique(names.astype(str), return_inverse=True) if len(names) else (names, codes)
    positions = rank.ravel().astype(np.intp)[codes]
    return _Ends(
        positions[: len(corridors)], positions[len(corridors) :], tuple(str(city) for city in cities)
    )


def _check_columns(corridors: pd.DataFrame, named: list[str], caller: str) -> None:
    missing = [name for name in ("origin", "destination", *named) if name not in corridors.columns]
    if missing:
        remedy = f"The table has: {first_offenders(corridors.columns, most=12)}"
        wanted = (
            f"needs the columns {first_offenders(['origin', 'destination', *named], most=12)} of corridors"
        )
        raise SchemaError(mould(caller, wanted, f"none called {first_offenders(missing, most=12)}", remedy))


def _numbers(corridors: pd.DataFrame, named: list[str], caller: str) -> FloatArray:
    columns, faults = [], []
    for name in named:
        try:
            columns.append(corridors[name].to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            faults.append(f"{name!r} of type {corridors[name].dtype}")
    if faults:
        remedy = "Turn them into numbers; give groups as 0 and 1"
        raise SchemaError(mould(caller, "columns must be numeric", "; ".join(faults), remedy))
    return np.column_stack(columns)


def _is_directed(index: pd.Index[Any], ends: _Ends) -> bool:
    if any("->" in str(label) for label in index[:1]):
        return True
    apart = ends.origin != ends.destination
    keys, n = ends.keys(directed=True)[apart], len(ends.cities)
    return bool(np.isin(keys % n * n + keys // n, keys).any()) if n else False


def _read_layers(corridors: pd.DataFrame, layers: Sequence[str], caller: str) -> IntArray:
    """Give each combination of the columns that tell the rows of one pair apart a number."""
    _check_columns(corridors, list(layers), caller)
    groups = corridors.groupby(list(layers), sort=True, dropna=False).ngroup()
    return groups.to_numpy().astype(np.intp)


def _row_faults(
    ends: _Ends,
    numbers: dict[str, FloatArray],
    positive: list[str],
    layer: IntArray | None,
    *,
    directed: bool,
) -> dict[str, npt.NDArray[np.bool_]]:
    keys = pd.DataFrame({"pair": ends.keys(directed=directed), "layer": 0 if layer is None else layer})
    found = {
        "pair a city with itself": ends.origin == ends.destination,
        "repeat a pair": keys.duplicated().to_numpy(),
        "hold infinite numbers": np.isinf(np.column_stack(list(numbers.values()))).any(axis=1),
    }
    return found | {f"have a negative {name!r}": numbers[name] < 0 for name in positive}


def _check_rows(
    index: pd.Index[Any], found: dict[str, npt.NDArray[np.bool_]], *, directed: bool, caller: str
) -> None:
    faults = [
        f"{int(bad.sum())} of {len(bad)} that {what} (first: {first_offenders(index[bad][:1])})"
        for what, bad in found.items()
        if bad.any()
    ]
    if faults:
        wanted = "each row of corridors must be a pair of its own with finite numbers of at least 0"
        remedy = "Correct or drop these rows" + (
            "" if directed else "; pass directed=True if both directions are meant"
        )
        raise SchemaError(mould(caller, wanted, "; ".join(faults), remedy))


def _check_enough(sample: PairSample, flow: str, caller: str) -> None:
    came = f"{sample.n_pairs} pairs of {sample.n_cities} cities, {sample.n_missing} rows left out for missing numbers"
    if sample.n_cities < FEWEST_CITIES:
        remedy = "Add cities, or describe the few pairs without a test"
        raise DataError(
            mould(caller, f"needs at least {FEWEST_CITIES} cities", came, remedy),
            zh=f"至少需要{FEWEST_CITIES}个城市，现有{sample.n_cities}个、{sample.n_pairs}对。",
        )
    if float(np.ptp(sample.flow)) == 0.0:
        came = f"{sample.n_pairs} values that are all {sample.flow[0]:g}"
        raise DataError(
            mould(caller, f"column {flow!r} must vary", came, "Choose another column"),
            zh=f"取值须有差异：{sample.n_pairs}个值均为{sample.flow[0]:g}。",
        )


def label_blocks(
    blocks: Mapping[Any, object] | pd.Series[Any], cities: Sequence[str], caller: str
) -> tuple[str, ...]:
    """Bring the labels of blocks into the order of cities.

    Parameters
    ----------
    blocks
        Label of each city, by city id.
    cities
        City ids in the order that is wanted.
    caller
        Function that asks, for the message.

    Returns
    -------
    tuple of str
        One label per city.

    Raises
    ------
    SpecificationError
        If labels are not named by city.
    DataError
        If cities have no label, or several.
    """
    if not isinstance(blocks, Mapping | pd.Series):
        came = f"a {type(blocks).__name__}, which does not say whose labels they are"
        remedy = "Pass a mapping or a Series by city id, 'auto', or None for no blocks"
        raise SpecificationError(mould(caller, "blocks must be labels by city", came, remedy))
    if isinstance(blocks, pd.Series) and not blocks.index.is_unique:
        twice = blocks.index[blocks.index.duplicated()]
        came = f"{len(twice)} cities with several: {first_offenders(twice)}"
        raise DataError(mould(caller, "every city must have one block", came, "Keep one label per city"))
    named = {str(city): label for city, label in blocks.items()}
    without = [
        city for city in cities if city not in named or named[city] is None or named[city] != named[city]
    ]
    if without:
        came = f"{len(without)} of {len(cities)} without one: {first_offenders(without)}"
        raise DataError(mould(caller, "every city must have a block", came, "Add them to blocks"))
    return tuple(str(named[city]) for city in cities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Which cities may change places.

    Attributes
    ----------
    labels
        Block of each city; None if everybody may change places with everybody.
    stays
        Missing pairs stay where they are, whoever changes places.
    caution
        What a reader must know of it; empty when there is nothing.
    """

    labels: tuple[str, ...] | None
    stays: bool
    caution: Words = NOTHING


def choose_blocks(
    blocks: Blocks,
    cities: Sequence[str],
    seen: npt.NDArray[np.bool_],
    *,
    moved: FloatArray | None = None,
    weights: FloatArray | None = None,
    caller: str,
) -> Exchange:
    """Decide which cities may change places.

    Parameters
    ----------
    blocks
        What was asked for.
    cities
        City ids in the order of rows.
    seen
        Observed cells, shape (n, n), False on the diagonal.
    moved
        Matrix that cities are exchanged in, shape (n, n); blocks that hardly change it are not taken.
    weights
        What each cell counts in the statistic, shape (n, n); all the same by default.
    caller
        Function that asks, for the message.

    Returns
    -------
    Exchange
        Labels, whether missing pairs stay in place, and a caution.

    Raises
    ------
    SpecificationError
        If `blocks` is none of what it may be.
    DataError
        If cities have no block.

    Notes
    -----
    Blocks that are found from the missing pairs are taken if they allow 1,000 arrangements, let more than half of the
    cities change places, and leave more than two thirds of the variance of `moved` to them. A table with scattered gaps has a
    few such cities by accident; a test that moves only these has no power, and would say "no change".
    """
    if isinstance(blocks, str) and blocks != "auto":
        remedy = "Pass a mapping or a Series by city id, 'auto', or None for no blocks"
        raise SpecificationError(mould(caller, "blocks must be known", repr(blocks), remedy))
    n = len(cities)
    complete = int(seen.sum()) == n * (n - 1)
    if blocks is None:
        return Exchange(labels=None, stays=complete)
    found = [0] * n if complete else exchangeable_blocks(seen)
    if not isinstance(blocks, str):
        labels = label_blocks(blocks, cities, caller)
        stays = len(set(zip(labels, found, strict=True))) == len(set(labels))
        return Exchange(labels=labels, stays=stays)
    if len(set(found)) == 1:
        return Exchange(labels=None, stays=True)
    sizes = Counter(found)
    arrangements = math.prod(math.factorial(size) for size in sizes.values())
    movable = sum(size for size in sizes.values() if size > 1)
    if arrangements < min(FEWEST_ARRANGEMENTS, math.factorial(n)):
        return Exchange(
            labels=None, stays=False, caution=Words("missing pairs form no blocks", "缺失的城市对不构成分块")
        )
    share = 1.0 if moved is None else _movable_share(np.asarray(found), seen, moved, weights)
    if movable <= MOST * n or share <= MOST_VARIANCE:
        caution = Words(
            f"blocks found from the missing pairs would let only {movable} of {n} cities change places",
            f"按缺失城市对得到的分块只允许 {n} 座城市中的 {movable} 座换位",
        )
        if movable > MOST * n:
            caution = Words(
                f"blocks found from the missing pairs would leave {1 - share:.0%} of the differences between pairs in place",
                f"按缺失城市对得到的分块会使城市对之间 {1 - share:.0%} 的差异留在原处",
            )
        return Exchange(labels=None, stays=False, caution=caution)
    return Exchange(labels=tuple(str(block) for block in found), stays=True)


def _movable_share(
    found: IntArray, seen: npt.NDArray[np.bool_], moved: FloatArray, weights: FloatArray | None
) -> float:
    """Share of the weighted variance of cells that is between cells that can take each other's place."""
    counted = np.ones(int(seen.sum())) if weights is None else weights[seen]
    values = moved[seen] - float(counted @ moved[seen] / counted.sum())
    size = int(found.max()) + 1
    # The cells of two blocks are one group: any of them can come to stand where another one is.
    group = (
        np.broadcast_to(found[:, None], seen.shape)[seen] * size + np.broadcast_to(found, seen.shape)[seen]
    )
    sums, totals = np.bincount(group, counted * values), np.bincount(group, counted)
    total = float(counted @ values**2)
    between = float((sums**2 / np.where(totals > 0, totals, 1.0)).sum())
    return 1.0 - between / total if total > 0 else 0.0


def plan_exchange(
    sample: PairSample,
    n_permutations: int,
    *,
    blocks: Blocks = "auto",
    moved: FloatArray | None = None,
    weights: FloatArray | None = None,
    rng: int | np.random.Generator | None = None,
    caller: str = "plan_exchange",
) -> tuple[NodePlan, Words]:
    """Plan the exchange of cities for a table of pairs.

    Parameters
    ----------
    sample
        The pairs.
    n_permutations
        How many permutations to go through, at least (fewer where there are no more).
    blocks
        Who may change places with whom, see `choose_blocks`.
    moved
        What a pair brings to the statistic, shape (N,), to judge blocks by.
    weights
        How much each pair counts in it, shape (N,).
    rng
        Seed or generator.
    caller
        Function that asks, for the message.

    Returns
    -------
    tuple
        The plan, and a caution if missing pairs had to be ignored (empty otherwise).

    Raises
    ------
    DataError
        If some cities have no block, or no exchange is possible.
    """
    seen = np.isfinite(sample.to_matrix(np.ones(sample.n_pairs)))
    laid = None if moved is None else sample.to_matrix(moved)
    counted = None if weights is None else sample.to_matrix(weights)
    alike = True
    if sample.layer is not None:
        alike = bool((seen == seen[0]).all())
        seen, laid, counted = np.asarray(seen.any(axis=0)), None, None
    chosen = choose_blocks(blocks, sample.cities, seen, moved=laid, weights=counted, caller=caller)
    if not alike:
        chosen = Exchange(
            labels=chosen.labels,
            stays=False,
            caution=Words("missing pairs differ from layer to layer", "各层缺失的城市对不同"),
        )
    plan = plan_permutations(sample.n_cities, n_permutations, blocks=chosen.labels, rng=rng)
    if chosen.stays:
        return plan, NOTHING
    reason = chosen.caution + Words(": ", "：") if chosen.caution else NOTHING
    within = NOTHING if plan.blocks is None else Words(" within blocks", "在分块内")
    freely = Words(
        f"cities are exchanged freely{within.en}, missing pairs count as average",
        f"城市{within.zh}自由置换，缺失的城市对按平均计",
    )
    return plan, reason + freely


def say_left_out(n_missing: int, n_separated: int) -> str:
    """Say in words which pairs a model did not use.

    Parameters
    ----------
    n_missing
        Rows with missing numbers.
    n_separated
        Pairs without flow that the model fits perfectly.

    Returns
    -------
    str
        Empty if none.
    """
    missing = f"{n_missing} rows with missing numbers" if n_missing else ""
    separated = f"{n_separated} pairs without flow that the model fits perfectly" if n_separated else ""
    return "; ".join(part for part in (missing, separated) if part)
