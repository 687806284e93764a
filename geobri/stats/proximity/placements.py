"""Exact node permutation of a list: every distinct way to place its pattern on the cities.

The cities of the list are split in two. A core is placed in all ways, one row each. The rest is chosen so that
no listed corridor joins two of its cities: given the core, what each of them contributes depends on its own
place only, and all their placements are sums of a few columns. No placement is built city by city.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from geobri.errors import DataError, mould
from geobri.stats.blocks import exchangeable_blocks
from geobri.stats.null import IntArray, count_placements, node_permutations
from geobri.stats.p_values import TIE_TOLERANCE
from geobri.stats.proximity.tally import Tally
from geobri.stats.proximity.top_list import TopList
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["Pattern", "count_distinct", "draw_placements", "enumerate_placements", "pattern_of"]

#: Placements summed at once.
SUMS_AT_ONCE = 1_000_000
#: Rough costs in units of one addition and comparison.
WORK_PER_ROW, WORK_PER_GATHER = 100.0, 4.0
#: Placements of the outer cities that one row of the core is combined with, at most.
MOST_OUTER = 60_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """The list as a pattern of m cities, and where these may be placed.

    Attributes
    ----------
    members
        Positions of the listed cities, shape (m,).
    tails, heads
        Ends of the listed corridors, as positions in `members`, shape (K,).
    weights
        Shape (K,).
    rooms
        For each member, the positions of the cities it may take.
    block
        For each member, the number of its block.
    twins
        Classes of members that can be exchanged without changing any corridor, each of two or more.
    """

    members: IntArray
    tails: IntArray
    heads: IntArray
    weights: FloatArray
    rooms: tuple[IntArray, ...]
    block: tuple[int, ...]
    twins: tuple[tuple[int, ...], ...]


def pattern_of(top: TopList, *, blocks: Sequence[object] | None = None, active_only: bool = False) -> Pattern:
    """Describe the list as a pattern that can be placed on other cities.

    Parameters
    ----------
    top
        The list.
    blocks
        One label per city, within which cities change places; by default those that keep the candidates.
    active_only
        Cities change places only with other cities of the list.

    Returns
    -------
    Pattern
        The pattern.

    Raises
    ------
    DataError
        If the blocks would move a listed corridor onto a pair that is no candidate, or allow no exchange.
    """
    natural = exchangeable_blocks(top.is_candidate())
    label = natural if blocks is None else [str(one) for one in blocks]
    _check_blocks(label, natural, len(top.labels))
    members, listed = top.active, top.listed
    numbers = {one: place for place, one in enumerate(dict.fromkeys(label))}
    block = tuple(numbers[label[city]] for city in members)
    pool = members if active_only else np.arange(len(top.labels))
    rooms = tuple(
        np.array([city for city in pool if numbers[label[city]] == own], dtype=np.intp) for own in block
    )
    if not active_only and all(len(room) == 1 for room in rooms):
        came = f"{len(members)} listed cities, each in a block of its own"
        remedy = "Use fewer, larger blocks, or the null 'hubs'"
        raise DataError(
            mould("proximity_test", "listed cities must be able to change places", came, remedy),
            zh=f"名单所及的城市须能互换位置：{len(members)}个城市各自独成一组。",
        )
    tails = np.searchsorted(members, top.origins[listed])
    heads = np.searchsorted(members, top.destinations[listed])
    weights = top.weights[listed]
    return Pattern(
        members=members,
        tails=tails,
        heads=heads,
        weights=weights,
        rooms=rooms,
        block=block,
        twins=_twins(tails, heads, weights, block, directed=top.directed),
    )


def _check_blocks(label: Sequence[object], natural: Sequence[int], n: int) -> None:
    if len(label) != n:
        came = f"{len(label)} labels for {n} cities"
        raise DataError(
            mould(
                "proximity_test",
                Words("blocks need one label per city", "分组（blocks）须每个城市一个标签"),
                came,
                "Pass one for each",
            )
        )
    if len(set(zip(label, natural, strict=True))) > len(set(label)):
        came = "blocks that mix cities with different candidates"
        remedy = "Split the blocks, for example by country where domestic pairs are left out"
        raise DataError(
            mould("proximity_test", "exchanges must keep listed corridors candidates", came, remedy),
            zh="互换后有排序的通路仍须是候选通路：有分组混合了候选通路不同的城市。",
        )


def _twins(
    tails: IntArray, heads: IntArray, weights: FloatArray, block: tuple[int, ...], *, directed: bool
) -> tuple[tuple[int, ...], ...]:
    """Group members of one block that are joined to the same cities by the same weights."""
    size = len(block)
    joined = np.zeros((size, size))
    joined[tails, heads] = weights
    if not directed:
        joined[heads, tails] = weights
    classes: list[list[int]] = []
    for member in range(size):
        home = next((one for one in classes if _are_twins(joined, block, member, one[0])), None)
        if home is None:
            classes.append([member])
        else:
            home.append(member)
    return tuple(tuple(one) for one in classes if len(one) > 1)


def _are_twins(joined: FloatArray, block: tuple[int, ...], one: int, other: int) -> bool:
    swap = np.arange(len(block))
    swap[[one, other]] = other, one
    return block[one] == block[other] and bool(np.array_equal(joined[np.ix_(swap, swap)], joined))


def count_distinct(pattern: Pattern) -> int:
    """Count the placements of a pattern that differ in some corridor's ends, twins taken as one.

    Parameters
    ----------
    pattern
        The pattern.

    Returns
    -------
    int
        Ordered placements divided by the arrangements of twins among themselves.
    """
    sizes = {own: len(room) for own, room in zip(pattern.block, pattern.rooms, strict=True)}
    labels = [own for own, size in sizes.items() for _ in range(size)]
    starts = {own: labels.index(own) for own in sizes}
    listed = [starts[own] + pattern.block[:place].count(own) for place, own in enumerate(pattern.block)]
    return count_placements(labels, listed) // math.prod(math.factorial(len(one)) for one in pattern.twins)


def draw_placements(
    top: TopList, pattern: Pattern, n_permutations: int, rng: np.random.Generator
) -> IntArray:
    """Draw random placements of the pattern.

    Parameters
    ----------
    top
        The list.
    pattern
        Its pattern.
    n_permutations
        Number of placements R.
    rng
        Generator.

    Returns
    -------
    numpy.ndarray
        Candidates that the listed corridors fall on, shape (R, K).
    """
    places = np.empty((n_permutations, len(pattern.members)), dtype=np.intp)
    for own in dict.fromkeys(pattern.block):
        inside = [place for place, block in enumerate(pattern.block) if block == own]
        room = pattern.rooms[inside[0]]
        drawn = node_permutations(len(room), n_permutations, rng=rng)[:, : len(inside)]
        places[:, inside] = room[drawn]
    lists: IntArray = top.lookup()[places[:, pattern.tails], places[:, pattern.heads]]
    return lists


def enumerate_placements(top: TopList, pattern: Pattern, columns: FloatArray) -> Tally:
    """Go through all distinct placements and compare their sums with the observed ones.

    Parameters
    ----------
    top
        The list.
    pattern
        Its pattern.
    columns
        What each candidate contributes to each measure, shape (s, N).

    Returns
    -------
    Tally
        Counts of larger, equal and smaller weighted sums, their moments and an even sample of them.
    """
    observed = columns[:, top.listed] @ top.weights[top.listed]
    tolerance = TIE_TOLERANCE * np.abs(columns).max(axis=1) * top.k
    matrices = np.stack([top.layout(column) for column in columns])
    tally = Tally(observed=observed, tolerance=tolerance, exact=True)
    outer = _outer_members(pattern)
    core = [member for member in range(len(pattern.members)) if member not in outer]
    order = _OuterOrder.of(pattern, core, outer)
    for places in _core_chunks(pattern, core, max(1, SUMS_AT_ONCE // max(1, order.size))):
        free = [_free_cities(room, places) for room in order.rooms]
        for measure, matrix in enumerate(matrices):
            tally.add_outer(measure, *order.halves(pattern, core, places, free, matrix=matrix))
    return tally


def _outer_members(pattern: Pattern) -> tuple[int, ...]:
    """Choose cities that no listed corridor joins: as many placements as fit, twins together."""
    size = len(pattern.members)
    joined = np.zeros((size, size), dtype=bool)
    joined[pattern.tails, pattern.heads] = joined[pattern.heads, pattern.tails] = True
    single = [one for one in range(size) if not any(one in twins for twins in pattern.twins)]
    units = [*pattern.twins, *((one,) for one in single)]
    units = [unit for unit in units if not joined[np.ix_(unit, unit)].any()]
    sets = (tuple(sorted(m for unit in chosen for m in unit)) for chosen in _independent(units, joined))
    return min(sets, key=lambda outer: _work(pattern, outer))


def _work(pattern: Pattern, outer: tuple[int, ...]) -> float:
    """Estimate the work per placement of an outer set: each row of the core gathers columns, then adds them."""
    counts = _count_outer(pattern, outer)
    combined = math.prod(count for count, _ in counts)
    if combined > MOST_OUTER:
        return math.inf
    gathered = sum(count * size for count, size in counts)
    return (WORK_PER_ROW + WORK_PER_GATHER * gathered + combined) / combined


def _independent(
    units: list[tuple[int, ...]], joined: np.typing.NDArray[np.bool_]
) -> Iterator[list[tuple[int, ...]]]:
    """Go through sets of units without a corridor inside, by extending smaller ones."""
    stack: list[tuple[list[tuple[int, ...]], int]] = [([], 0)]
    seen = 0
    while stack and seen < 20_000:  # noqa: PLR2004 (far more than a list of ten needs)
        chosen, start = stack.pop()
        seen += 1
        yield chosen
        inside = [member for unit in chosen for member in unit]
        stack.extend(
            ([*chosen, units[place]], place + 1)
            for place in range(start, len(units))
            if not inside or not joined[np.ix_(inside, units[place])].any()
        )


def _count_outer(pattern: Pattern, outer: tuple[int, ...]) -> list[tuple[int, int]]:
    """Count the placements of the outer cities of each block once the core is placed, and these cities."""
    counts = []
    for own in dict.fromkeys(pattern.block[member] for member in outer):
        inside = [member for member in outer if pattern.block[member] == own]
        taken = pattern.block.count(own) - len(inside)
        ordered = math.perm(len(pattern.rooms[inside[0]]) - taken, len(inside))
        kept = [one for one in pattern.twins if set(one) <= set(inside)]
        counts.append((ordered // math.prod(math.factorial(len(one)) for one in kept), len(inside)))
    return counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _OuterOrder:
    """How outer cities are placed on what the core leaves free, block by block."""

    members: tuple[tuple[int, ...], ...]  # outer members of each block
    rooms: tuple[IntArray, ...]  # cities of each block
    choices: tuple[IntArray, ...]  # places among the free cities, shape (choices, members of the block)
    size: int

    @classmethod
    def of(cls, pattern: Pattern, core: list[int], outer: tuple[int, ...]) -> _OuterOrder:
        blocks = list(dict.fromkeys(pattern.block[member] for member in outer))
        members = tuple(tuple(one for one in outer if pattern.block[one] == own) for own in blocks)
        rooms = tuple(pattern.rooms[inside[0]] for inside in members)
        taken = [sum(pattern.block[member] == own for member in core) for own in blocks]
        choices = tuple(
            _arrangements(len(room) - used, inside, pattern.twins)
            for room, used, inside in zip(rooms, taken, members, strict=True)
        )
        return cls(members=members, rooms=rooms, choices=choices, size=math.prod(len(one) for one in choices))

    def halves(
        self, pattern: Pattern, core: list[int], places: IntArray, free: list[IntArray], *, matrix: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Sum over the list in two halves, shapes (rows of the core, a) and (rows, b).

        The block with most placements is the second half; core and all other blocks are the first.
        """
        parts = []
        for inside, choices, cities in zip(self.members, self.choices, free, strict=True):
            own = [_own_sums(pattern, core, member, places, cities, matrix=matrix) for member in inside]
            parts.append(np.sum([one[:, choices[:, place]] for place, one in enumerate(own)], axis=0))
        parts.sort(key=lambda part: part.shape[1])
        first = _core_sums(pattern, core, places, matrix)[:, None]
        for part in parts[:-1]:
            first = (first[:, :, None] + part[:, None, :]).reshape(len(places), -1)
        return first, parts[-1] if parts else np.zeros_like(first)


def _arrangements(free: int, inside: tuple[int, ...], twins: tuple[tuple[int, ...], ...]) -> IntArray:
    """List the placements of the outer cities of one block; twins stand in increasing order."""
    classes = [one for one in twins if set(one) <= set(inside)]
    rest = [member for member in inside if not any(member in one for one in classes)]
    partial: list[dict[int, int]] = [{}]
    for one in classes:
        partial = [
            {**row, **dict(zip(one, chosen, strict=True))}
            for row in partial
            for chosen in combinations(
                [place for place in range(free) if place not in row.values()], len(one)
            )
        ]
    partial = [
        {**row, **dict(zip(rest, chosen, strict=True))}
        for row in partial
        for chosen in permutations([place for place in range(free) if place not in row.values()], len(rest))
    ]
    listed = [[row[member] for member in inside] for row in partial]
    return np.array(listed, dtype=np.intp).reshape(len(listed), len(inside))


def _core_chunks(pattern: Pattern, core: list[int], size: int) -> Iterator[IntArray]:
    """Go through the placements of the core, shape (at most `size`, number of core cities).

    Twins that are both in the core stand in increasing order.
    """
    inside = [one for one in pattern.twins if set(one) <= set(core)]
    follows = {one[place]: one[place - 1] for one in inside for place in range(1, len(one))}
    yield from _grow(pattern, core, follows, np.empty((1, 0), dtype=np.intp), size)


def _grow(
    pattern: Pattern, core: list[int], follows: dict[int, int], rows: IntArray, size: int
) -> Iterator[IntArray]:
    depth = rows.shape[1]
    if depth == len(core):
        yield rows
        return
    room = pattern.rooms[core[depth]]
    grown = np.column_stack([np.repeat(rows, len(room), axis=0), np.tile(room, len(rows))])
    fresh = (grown[:, :-1] != grown[:, -1:]).all(axis=1)
    if core[depth] in follows:
        fresh &= grown[:, core.index(follows[core[depth]])] < grown[:, depth]
    grown = grown[fresh]
    for start in range(0, len(grown), size):
        yield from _grow(pattern, core, follows, grown[start : start + size], size)


def _free_cities(room: IntArray, places: IntArray) -> IntArray:
    """List the cities of a block that the core leaves free, shape (rows, free)."""
    free = (places[:, :, None] != room[None, None, :]).all(axis=1)
    counts = int(free[0].sum())
    cities: IntArray = np.broadcast_to(room, free.shape)[free].reshape(len(places), counts)
    return cities


def _core_sums(pattern: Pattern, core: list[int], places: IntArray, matrix: FloatArray) -> FloatArray:
    total = np.zeros(len(places))
    column = {member: place for place, member in enumerate(core)}
    for tail, head, weight in zip(pattern.tails, pattern.heads, pattern.weights, strict=True):
        if tail in column and head in column:
            total += weight * matrix[places[:, column[tail]], places[:, column[head]]]
    return total


def _own_sums(
    pattern: Pattern, core: list[int], member: int, places: IntArray, cities: IntArray, *, matrix: FloatArray
) -> FloatArray:
    """Sum what an outer city contributes at each free place, shape (rows, free)."""
    total = np.zeros(cities.shape)
    column = {one: place for place, one in enumerate(core)}
    for tail, head, weight in zip(pattern.tails, pattern.heads, pattern.weights, strict=True):
        if tail == member:
            total += weight * matrix[cities, places[:, column[head]][:, None]]
        elif head == member:
            total += weight * matrix[places[:, column[tail]][:, None], cities]
    return total
