"""Past one machine's memory: pairs of tens of thousands of places, block by block.

One pure function computes a block of pairs (`cut_tiles`, `Recipe.values`), workers run blocks (`geobri.workers.spread`), and
what is kept is added up in the order of the blocks, so that the result has the same bytes on one worker or twenty. A table
of contents, loaded when it is used: reducing pairs needs no statistics, and does not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from geobri.notebooks import menu_of

_WHERE = {
    "BANDS_KM": "places",
    "Block": "blocks",
    "BlockFit": "fitting",
    "FlowList": "places",
    "Gravity": "places",
    "PairInputs": "places",
    "PairScorer": "index",
    "Recipe": "recipe",
    "Summary": "summary",
    "Tile": "blocks",
    "band_table": "tables",
    "build_inputs": "places",
    "city_table": "tables",
    "contrast_table": "tables",
    "count_pairs_of": "blocks",
    "curve_table": "tables",
    "cut_tiles": "blocks",
    "fit_blocks": "fitting",
    "group_table": "tables",
    "histogram_table": "tables",
    "plan_blocks": "blocks",
    "prepare_scorer": "index",
    "reduce_pairs": "running",
    "score_cities": "city_index",
    "summarise_block": "summary",
    "top_table": "tables",
}
_INSIDE = frozenset(
    {
        "Block",
        "BlockFit",
        "PairScorer",
        "Tile",
        "count_pairs_of",
        "cut_tiles",
        "fit_blocks",
        "plan_blocks",
        "prepare_scorer",
        "summarise_block",
    }
)
"""What can be taken from here and stands in no menu: how a block is cut, filled and added up."""
__all__ = sorted({*_WHERE} - _INSIDE)  # noqa: PLE0605 - one table gives __all__, __dir__ and the lazy loading


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'geobri.scale' has no attribute {name!r}")
    return getattr(import_module(f"geobri.scale.{_WHERE[name]}"), name)


__dir__ = menu_of(__all__)
