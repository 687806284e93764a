"""Past one machine's memory: pairs of tens of thousands of places, block by block.

One pure function computes a block of pairs (`cut_tiles`, `Recipe.values`), workers run blocks (`geobri.workers.spread`), and
what is kept is added up in the order of the blocks, so that the result has the same bytes on one worker or twenty.
"""

from __future__ import annotations

from geobri.scale.blocks import Block, Tile, count_pairs_of, cut_tiles, plan_blocks
from geobri.scale.city_index import score_cities
from geobri.scale.fitting import BlockFit, fit_blocks
from geobri.scale.index import PairScorer, prepare_scorer
from geobri.scale.places import BANDS_KM, FlowList, Gravity, PairInputs, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.scale.summary import Summary, summarise_block
from geobri.scale.tables import (
    band_table,
    city_table,
    contrast_table,
    curve_table,
    group_table,
    histogram_table,
    top_table,
)

__all__ = [
    "BANDS_KM",
    "Block",
    "BlockFit",
    "FlowList",
    "Gravity",
    "PairInputs",
    "PairScorer",
    "Recipe",
    "Summary",
    "Tile",
    "band_table",
    "build_inputs",
    "city_table",
    "contrast_table",
    "count_pairs_of",
    "curve_table",
    "cut_tiles",
    "fit_blocks",
    "group_table",
    "histogram_table",
    "plan_blocks",
    "prepare_scorer",
    "reduce_pairs",
    "score_cities",
    "summarise_block",
    "top_table",
]


def __dir__() -> list[str]:
    return [*__all__]
