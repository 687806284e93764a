"""Blocks through workers: summaries added in the order of the blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geobri.scale.blocks import Block, plan_blocks
from geobri.scale.recipe import Recipe
from geobri.scale.summary import Summary, summarise_block
from geobri.workers import spread

__all__ = ["reduce_pairs"]


def reduce_pairs(
    recipe: Recipe,
    *,
    workers: int | None = None,
    scheduler: Any = None,
    blocks: tuple[Block, ...] | None = None,
    done: Callable[[Block], None] | None = None,
) -> Summary:
    """Reduce all pairs of a recipe.

    Parameters
    ----------
    recipe
        What is computed and kept.
    workers
        How many; all cores by default.
    scheduler
        Address of a Dask scheduler, or a client.
    blocks
        The plan; `plan_blocks` by default.
    done
        Called after every block.

    Returns
    -------
    Summary
        The same bytes whatever the workers.
    """
    plan = plan_blocks(recipe.inputs.n, directed=recipe.inputs.directed) if blocks is None else blocks
    whole = Summary.empty(recipe)
    results = spread(summarise_block, plan, shared=recipe, workers=workers, scheduler=scheduler)
    for block, summary in zip(plan, results, strict=True):
        whole.add(summary, recipe.top)
        if done is not None:
            done(block)
    return whole
