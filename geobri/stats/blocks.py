"""What may change places in a table of pairs: blocks of cities, given or found from the missing pairs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import DataError, SpecificationError, first_offenders, mould
from geobri.stats.null import IntArray, NodePlan, plan_permutations
from geobri.stats.results import FloatArray
from geobri.stats.tables import Blocks, PairSample
from geobri.words import NOTHING, Words

__all__ = ["Exchange", "choose_blocks", "exchangeable_blocks", "label_blocks", "plan_exchange"]

FEWEST_ARRANGEMENTS = 1000
"""With fewer arrangements inside the blocks a test could hardly reach 1 %."""
MOST = 0.5
"""Blocks found from missing pairs must let more than this share of the cities move."""
MOST_VARIANCE = 2 / 3
"""And they must leave more than this share of the variance that the statistic depends on to cities that change places."""


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
        raise SpecificationError(
            mould(
                caller,
                Words("blocks must be labels by city", "分组（blocks）须为按城市编号给出的标签"),
                came,
                remedy,
            )
        )
    if isinstance(blocks, pd.Series) and not blocks.index.is_unique:
        twice = blocks.index[blocks.index.duplicated()]
        came = f"{len(twice)} cities with several: {first_offenders(twice)}"
        raise DataError(
            mould(
                caller,
                Words("every city must have one block", "每个城市须恰有一个分组"),
                came,
                "Keep one label per city",
            )
        )
    named = {str(city): label for city, label in blocks.items()}
    without = [
        city for city in cities if city not in named or named[city] is None or named[city] != named[city]
    ]
    if without:
        came = f"{len(without)} of {len(cities)} without one: {first_offenders(without)}"
        raise DataError(
            mould(
                caller,
                Words("every city must have a block", "每个城市都须有分组"),
                came,
                "Add them to blocks",
            )
        )
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
        raise SpecificationError(
            mould(
                caller,
                Words("blocks must be known", "分组（blocks）须为已知的写法"),
                Words(repr(blocks)),
                remedy,
            )
        )
    n = len(cities)
    complete = int(seen.sum()) == n * (n - 1)
    if blocks is None:
        return Exchange(labels=None, stays=complete)
    found = [0] * n if complete else exchangeable_blocks(seen)
    if not isinstance(blocks, str):
        labels = label_blocks(blocks, cities, caller)
        # no block holds cities of two of those that keep missing pairs in place
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


def exchangeable_blocks(seen: BoolArray) -> list[int]:
    """Find the cities that may change places without moving a missing cell.

    Two cities belong to one block if exchanging them, rows and columns together, leaves the pattern of
    observed pairs as it is. With domestic pairs left out, the cities of one country form a block.

    Parameters
    ----------
    seen
        Observed cells, boolean, shape (n, n).

    Returns
    -------
    list of int
        Block number of each city, counted from 0 in order of first appearance.

    Notes
    -----
    Being exchangeable is transitive, so comparing each city with one member of each block is enough.

    Examples
    --------
    >>> seen = np.ones((5, 5), dtype=bool)
    >>> seen[:2, :2] = False  # the two cities of one country
    >>> np.fill_diagonal(seen, False)
    >>> exchangeable_blocks(seen)
    [0, 0, 1, 1, 1]
    """
    alone, joined = seen.copy(), seen.copy()
    np.fill_diagonal(alone, val=False)
    np.fill_diagonal(joined, val=True)
    keys = [
        [both.tobytes() for both in np.concatenate([pattern, pattern.T], axis=1)]
        for pattern in (alone, joined)
    ]
    # Twins without a pair of their own have equal rows when the diagonal is empty, twins with one when it is full; a city
    # cannot have both kinds, because being exchangeable is transitive.
    counts = [Counter(one) for one in keys]
    names = [
        (0, keys[0][city]) if counts[0][keys[0][city]] > 1 else (1, keys[1][city])
        for city in range(len(seen))
    ]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [numbers[name] for name in names]
