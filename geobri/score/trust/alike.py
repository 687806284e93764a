"""Units that no run can tell apart: they are scored once, and ranked as often as they are there.

Most pairs of places have no flow at all. Units with the same values have the same score whatever the weights, so that a
run needs one of each kind; the ranks are those of all units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geobri.arrays import FloatArray, IndexArray
from geobri.score.aggregate import RELATIVE
from geobri.score.compiled import CompiledIndex
from geobri.score.trust.choices import ChooseAggregator, ChooseVariant, UncertainChoice

__all__ = ["Alike", "find_alike", "rank_alike"]


class Alike(NamedTuple):
    """Which units have the same values.

    Attributes
    ----------
    rows
        A unit of each kind, shape (kinds,).
    sizes
        How many units are of the kind, shape (kinds,).
    kind
        Kind of each unit, shape (n,).
    """

    rows: IndexArray
    sizes: IndexArray
    kind: IndexArray


def find_alike(compiled: CompiledIndex, choices: Sequence[UncertainChoice]) -> Alike:
    """Find the units that have the same values, where the same values give the same score.

    Parameters
    ----------
    compiled
        The index.
    choices
        What is left to chance.

    Returns
    -------
    Alike
        Every unit is a kind of its own where units are compared with each other (Copeland, Borda) or their values vary.
    """
    n = len(compiled.labels)
    used = {step.aggregator for step in compiled.steps}
    for choice in choices:
        used |= set(choice.options) if isinstance(choice, ChooseAggregator) else set()
    if used & RELATIVE or any(isinstance(choice, ChooseVariant) for choice in choices):
        return Alike(np.arange(n), np.ones(n, dtype=np.intp), np.arange(n))
    values = np.ascontiguousarray(compiled.treated)
    signs = values.view(np.dtype((np.void, values.itemsize * values.shape[1]))).ravel()
    _, rows, kind, sizes = np.unique(signs, return_index=True, return_inverse=True, return_counts=True)
    return Alike(rows, sizes, kind)


def rank_alike(scores: FloatArray, sizes: IndexArray, tolerance: float) -> npt.NDArray[np.float32]:
    """Rank all units by the scores of one of each kind, the highest 1; ties take the smallest rank.

    Parameters
    ----------
    scores
        One score for each kind, shape (runs, kinds) or (kinds,); NaN for none.
    sizes
        How many units are of the kind.
    tolerance
        Greatest difference that still is a tie; see `geobri.score.ranking.rank`.

    Returns
    -------
    numpy.ndarray
        Ranks among all units, of the same shape, in half the memory: whole numbers up to 16 million are exact.
    """
    order = np.argsort(-scores, axis=-1, kind="stable")  # NaN goes last
    ordered = np.take_along_axis(scores, order, axis=-1)
    opens = np.ones(scores.shape, dtype=bool)
    opens[..., 1:] = ordered[..., :-1] - ordered[..., 1:] > tolerance
    many = sizes[order]
    places = np.cumsum(many, axis=-1) - many + 1
    first = np.maximum.accumulate(np.where(opens, places, 0), axis=-1)
    ranked = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(ranked, order, first.astype(np.float32), axis=-1)
    ranked[np.isnan(scores)] = np.nan
    return ranked
