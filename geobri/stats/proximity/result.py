"""What a proximity test gives: its numbers, the running sum and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geobri.stats.proximity.nulls import NULLS
from geobri.stats.results import FloatArray, TestResult
from geobri.words import Words

__all__ = ["ProximityResult"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ProximityResult(TestResult):
    """What a null model says about the closeness of a list.

    Attributes
    ----------
    null
        Name of the null model.
    asks
        The question this null model answers.
    curve
        Running sum over the candidates from the shortest on, shape (N,): share of the list met so far, less the
        share of the other candidates.
    envelope
        2.5 and 97.5 % points of the running sum under the null, shape (2, N).
    lengths
        Lengths of the candidates in increasing order, km, shape (N,).
    n_arrangements
        How many arrangements the p-value rests on.
    exact
        Whether these are all there are.
    diagnostics
        Number of placements or lists; for chains of switches, how well they have mixed.
    least_p
        The least p-value that so many arrangements allow.
    gathers
        Cities with many listed corridors gather on the map, beyond chance at 5 %.
    """

    null: str
    asks: str
    curve: FloatArray
    envelope: FloatArray
    lengths: FloatArray
    n_arrangements: int
    exact: bool
    diagnostics: Mapping[str, Any]
    least_p: float = 0.0
    gathers: bool = False

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw the running sum with its envelope under the null."""
        chance = Words("95 % under the null", "零模型下 95% 的范围").say(lang)
        ax.fill_between(self.lengths, *self.envelope, color="#9fb4c7", alpha=0.5, step="post", label=chance)
        ax.step(
            self.lengths,
            self.curve,
            where="post",
            color="#b5403c",
            linewidth=2,
            label=Words("the list", "名单").say(lang),
        )
        ax.axhline(0.0, color="#888888", linewidth=0.8)
        ax.set_xlabel(Words("length of corridor, km", "通路长度（公里）").say(lang))
        ax.set_ylabel(Words("share of the list less share of the others", "名单内占比减名单外占比").say(lang))
        ax.set_title(NULLS[self.null].says.say(lang))
        ax.legend(frameon=False)
