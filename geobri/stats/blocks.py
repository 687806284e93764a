"""Which cities may change places: blocks that keep missing pairs missing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from geobri.errors import DataError, first_offenders, mould
from geobri.stats.null import NodePlan, plan_permutations
from geobri.stats.pairs import exchangeable_blocks
from geobri.stats.samples import PairSample

__all__ = ["Blocks", "plan_exchange"]

Blocks = Mapping[str, object] | None
FEWEST_ARRANGEMENTS = 1000
"""With fewer arrangements inside the blocks a test could hardly reach 1 %."""


def plan_exchange(
    sample: PairSample,
    n_permutations: int,
    *,
    blocks: Blocks = None,
    rng: int | np.random.Generator | None = None,
    caller: str = "plan_exchange",
) -> tuple[NodePlan, str]:
    """Plan the exchange of cities for a table of pairs.

    Parameters
    ----------
    sample
        The pairs.
    n_permutations
        Most permutations to go through.
    blocks
        Label of each city; by default found from the table: cities that can change places without moving a missing
        pair (with domestic pairs left out, the cities of one country).
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
    if blocks is not None:
        without = [city for city in sample.cities if city not in blocks]
        if without:
            came = f"{len(without)} of {sample.n_cities} without one: {first_offenders(without)}"
            raise DataError(mould(caller, "every city must have a block", came, "Add them to blocks"))
        labels = [str(blocks[city]) for city in sample.cities]
        return plan_permutations(sample.n_cities, n_permutations, blocks=labels, cosets=False, rng=rng), ""
    found = exchangeable_blocks(np.isfinite(sample.to_matrix(np.ones(sample.n_pairs))))
    arrangements = math.prod(math.factorial(size) for size in Counter(found).values())
    if len(set(found)) == 1 or arrangements >= min(FEWEST_ARRANGEMENTS, math.factorial(sample.n_cities)):
        within = None if len(set(found)) == 1 else [str(label) for label in found]
        return plan_permutations(sample.n_cities, n_permutations, blocks=within, cosets=False, rng=rng), ""
    note = "missing pairs form no blocks: cities are exchanged freely, missing impedances count as average"
    return plan_permutations(sample.n_cities, n_permutations, cosets=False, rng=rng), note
