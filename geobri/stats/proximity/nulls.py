"""The four null models of a published list, each with the question it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from geobri.errors import SpecificationError, mould
from geobri.stats.null import IntArray
from geobri.stats.p_values import TIE_TOLERANCE
from geobri.stats.proximity.placements import (
    Pattern,
    count_distinct,
    draw_placements,
    enumerate_placements,
    pattern_of,
)
from geobri.stats.proximity.switching import enumerate_degree_lists, switch_lists
from geobri.stats.proximity.tally import Tally
from geobri.stats.proximity.top_list import TopList
from geobri.stats.results import FloatArray
from geobri.stats.say.closeness import LISTS
from geobri.stats.say.numbers import LEVEL, number
from geobri.words import Words

__all__ = [
    "NULLS",
    "AskedNull",
    "NullName",
    "NullSample",
    "choose_null",
    "least_among_listed",
    "sample_null",
]

NullName = Literal["blocks", "active", "hubs", "corridors"]
AskedNull = Literal["auto", "blocks", "active", "hubs", "corridors"]
"""A null model by name, or by the rule of `choose_null`."""

#: Lists drawn for the running sum, and for a picture of the null distribution, where all sums are counted.
SAMPLED_LISTS = 9_999
#: Cells of running sums and of random keys held at once.
CELLS_AT_ONCE = 20_000_000
#: More candidates than this are drawn without shuffling them all.
MOST_SHUFFLED = 5_000


NULLS: Final = LISTS
"""The null models in words: name, question, opening of a sentence, caution."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NullSample:
    """A null model gone through.

    Attributes
    ----------
    tally
        Comparison of the sums with the observed ones.
    lists
        Random lists, or all of them, shape (R, K), for the running sum and for a picture of the null distribution.
    lists_complete
        `lists` are all there are.
    says
        The null model and how it was gone through, in a few words.
    diagnostics
        Numbers on how well it could be gone through.
    """

    tally: Tally
    lists: IntArray
    lists_complete: bool
    says: Words
    diagnostics: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Task:
    """What every null model needs to know."""

    top: TopList
    columns: FloatArray
    n_permutations: int
    most_exact: int
    blocks: Sequence[object] | None
    rng: np.random.Generator


def sample_null(
    top: TopList,
    null: str,
    columns: FloatArray,
    *,
    n_permutations: int,
    most_exact: int,
    blocks: Sequence[object] | None,
    rng: np.random.Generator,
) -> NullSample:
    """Go through a null model.

    Parameters
    ----------
    top
        The list.
    null
        Name of the null model.
    columns
        What each candidate contributes to each measure, shape (s, N).
    n_permutations
        Number of random lists where not all are gone through.
    most_exact
        Most placements to go through completely.
    blocks
        One label per city, or None for those that keep the candidates.
    rng
        Generator.

    Returns
    -------
    NullSample
        Counts, lists and diagnostics.

    Raises
    ------
    SpecificationError
        If there is no such null model, or no list is to be drawn.
    """
    caller = "proximity_test"
    if null not in _SAMPLERS:
        remedy = f"Say one of {', '.join(_SAMPLERS)}"
        raise SpecificationError(
            mould(
                caller, Words("null must be known", "零模型（null）须为已知的名称"), Words(repr(null)), remedy
            )
        )
    if n_permutations < 1:
        remedy = "Ask for 9999"
        raise SpecificationError(
            mould(
                caller,
                Words("n_permutations must be positive", "置换次数（n_permutations）须为正数"),
                Words(str(n_permutations)),
                remedy,
            )
        )
    task = _Task(
        top=top,
        columns=columns,
        n_permutations=n_permutations,
        most_exact=most_exact,
        blocks=blocks,
        rng=rng,
    )
    return _SAMPLERS[null](task)


def choose_null(*, gathers: bool, least: float) -> NullName:
    """Choose the null model that keeps its size.

    Parameters
    ----------
    gathers
        Cities with many listed corridors gather on the map: exchanging all cities scatters them, and finds too much.
    least
        The least p-value that exchanges among the listed cities can give.

    Returns
    -------
    str
        ``"active"`` where cities gather and their exchanges can reach 5 %, else ``"blocks"``.
    """
    return "active" if gathers and least <= LEVEL else "blocks"


def least_among_listed(
    top: TopList, blocks: Sequence[object] | None, n_permutations: int, most_exact: int
) -> float:
    """Give the least share of lists that exchanges among the listed cities can find on one side.

    Parameters
    ----------
    top
        The list.
    blocks
        One label per city, or None for those that keep the candidates.
    n_permutations
        Number of random lists where not all are gone through.
    most_exact
        Most placements to go through completely.

    Returns
    -------
    float
        One in so many.
    """
    distinct = count_distinct(pattern_of(top, blocks=blocks, active_only=True))
    return 1.0 / (distinct if distinct <= most_exact else n_permutations + 1)


def _tally_lists(task: _Task, lists: IntArray, *, exact: bool) -> Tally:
    weights = task.top.weights[task.top.listed]
    observed = task.columns[:, task.top.listed] @ weights
    tolerance = TIE_TOLERANCE * np.abs(task.columns).max(axis=1) * task.top.k
    tally = Tally(observed=observed, tolerance=tolerance, exact=exact)
    for measure, column in enumerate(task.columns):
        tally.add(measure, column[lists] @ weights)
    return tally


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placing:
    """A list, its pattern and what is summed; equal where all that the placements depend on is equal, to the byte."""

    top: TopList = field(compare=False)
    pattern: Pattern = field(compare=False)
    columns: FloatArray = field(compare=False)
    content: tuple[object, ...]

    @classmethod
    def of(cls, top: TopList, pattern: Pattern, columns: FloatArray) -> _Placing:
        arrays = (columns, top.origins, top.destinations, top.weights, pattern.members, *pattern.rooms)
        content = (*(one.tobytes() for one in arrays), top.directed, pattern.block, pattern.twins)
        return cls(top=top, pattern=pattern, columns=columns, content=content)


@lru_cache(maxsize=8)
def _enumerate(placing: _Placing) -> Tally:
    """Go through all placements of a list, which takes a second for ten corridors: sections and claims ask about the same ones."""
    return enumerate_placements(placing.top, placing.pattern, placing.columns)


def _sample_blocks(task: _Task, *, active_only: bool = False) -> NullSample:
    pattern = pattern_of(task.top, blocks=task.blocks, active_only=active_only)
    says = NULLS["active" if active_only else "blocks"].says
    distinct = count_distinct(pattern)
    diagnostics = {"distinct placements": distinct, "cities that change places": len(pattern.members)}
    if distinct <= task.most_exact:
        lists = draw_placements(task.top, pattern, SAMPLED_LISTS, task.rng)
        return NullSample(
            tally=_enumerate(_Placing.of(task.top, pattern, task.columns)),
            lists=lists,
            lists_complete=False,
            says=says + Words(f", exact: all {distinct:,} placements", f"，精确：全部 {distinct:,} 种放置"),
            diagnostics=diagnostics,
        )
    lists = draw_placements(task.top, pattern, task.n_permutations, task.rng)
    return NullSample(
        tally=_tally_lists(task, lists, exact=False),
        lists=lists,
        lists_complete=False,
        says=says
        + Words(
            f", {task.n_permutations:,} of {number(distinct, 2)} placements",
            f"，{number(distinct, 2)} 种放置中的 {task.n_permutations:,} 种",
        ),
        diagnostics=diagnostics,
    )


def _sample_active(task: _Task) -> NullSample:
    return _sample_blocks(task, active_only=True)


def _sample_hubs(task: _Task) -> NullSample:
    every = enumerate_degree_lists(task.top)
    says = NULLS["hubs"].says
    if every is not None:
        return NullSample(
            tally=_tally_lists(task, every, exact=True),
            lists=every,
            lists_complete=True,
            says=says + Words(f", exact: all {len(every):,} lists", f"，精确：全部 {len(every):,} 份名单"),
            diagnostics={"lists with the same number of corridors at every city": len(every)},
        )
    drawn = switch_lists(task.top, task.n_permutations, task.rng)
    return NullSample(
        tally=_tally_lists(task, drawn.lists, exact=False),
        lists=drawn.lists,
        lists_complete=False,
        says=says
        + Words(
            f", {task.n_permutations:,} chains of {drawn.n_steps:,} switches",
            f"，{task.n_permutations:,} 条链，各 {drawn.n_steps:,} 次交换",
        ),
        diagnostics={
            "switches proposed per chain": drawn.n_steps,
            "share of switches carried out": drawn.acceptance,
            "still as observed, halfway and at the end": tuple(float(one) for one in drawn.overlap),
        },
    )


def _sample_corridors(task: _Task) -> NullSample:
    size, count = len(task.top.listed), len(task.top.km)
    if count <= MOST_SHUFFLED:
        step = max(1, CELLS_AT_ONCE // count)
        starts = range(0, task.n_permutations, step)
        sizes = [min(step, task.n_permutations - start) for start in starts]
        lists = np.concatenate(
            [task.rng.permuted(np.tile(np.arange(count), (rows, 1)), axis=1)[:, :size] for rows in sizes]
        )
    else:
        lists = np.stack(
            [task.rng.choice(count, size=size, replace=False) for _ in range(task.n_permutations)]
        )
    return NullSample(
        tally=_tally_lists(task, lists, exact=False),
        lists=lists,
        lists_complete=False,
        says=NULLS["corridors"].says
        + Words(f", {task.n_permutations:,} draws", f"，{task.n_permutations:,} 次抽样"),
    )


_SAMPLERS: dict[str, Callable[[_Task], NullSample]] = {
    "blocks": _sample_blocks,
    "active": _sample_active,
    "hubs": _sample_hubs,
    "corridors": _sample_corridors,
}
