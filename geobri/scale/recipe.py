"""What is computed of every pair: the recipe that goes to the workers with the block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geobri.arrays import FloatArray
from geobri.measures import Measure
from geobri.scale.blocks import Tile
from geobri.scale.places import PairInputs

if TYPE_CHECKING:
    from geobri.scale.index import PairScorer

__all__ = ["GRAVITY", "PARTS", "Recipe"]

PARTS: Final = frozenset({"groups", "curve", "histogram", "top", "cities", "density"})
"""Reductions: sums by group and band, decay curve, histograms, strongest corridors, totals and partners of the cities, sums
between zones."""

GRAVITY: Final = Measure(
    "gravity",
    label="Gravity score",
    label_zh="引力得分",
    kind="amount",
    origin="derived",
    description="Mass of both cities by a function of their distance; modelled, nothing was observed.",
    description_zh="两座城市规模之积除以距离函数；为模型推算，并非观测。",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """What is computed of every pair, and what is kept of it.

    Attributes
    ----------
    inputs
        Places and flows.
    scorer
        The index of corridors, its scale known; None without.
    rank_by
        The measure that orders corridors; empty where there is none.
    top
        How many corridors are kept.
    keeps
        Which reductions are made: `PARTS` by default.
    """

    inputs: PairInputs
    scorer: PairScorer | None = None
    rank_by: str = ""
    top: int = 1000
    keeps: frozenset[str] = PARTS

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures of a pair: index, gravity, flows."""
        index = () if self.scorer is None else self.scorer.measures
        gravity = () if self.inputs.gravity is None else (GRAVITY,)
        return (*index, *gravity, *(one.measure for one in self.inputs.flows))

    def values(self, tile: Tile) -> dict[str, FloatArray]:
        """Compute every measure of a tile.

        Parameters
        ----------
        tile
            Origins by destinations.

        Returns
        -------
        dict of str and numpy.ndarray
            By column, shape (r, m); what stands outside `Tile.valid` means nothing.
        """
        computed = {} if self.scorer is None else self.scorer.scores(tile)
        if self.inputs.gravity is not None:
            computed[GRAVITY.column] = tile.gravity
        for listed in self.inputs.flows:
            computed[listed.measure.column] = tile.flow(listed)
        return computed
