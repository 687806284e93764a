"""Hub-preserving null: lists in which every city keeps its number of corridors, with other partners.

Small lists are counted completely. Others are drawn by switching partners: two corridors a-b and c-d become
a-d and c-b, or three exchange their ends in a circle, if the new ones are candidates that are not yet listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from geobri.arrays import BoolArray
from geobri.stats.null import IntArray
from geobri.stats.proximity.top_list import TopList
from geobri.stats.results import FloatArray

__all__ = ["SwitchedLists", "enumerate_degree_lists", "switch_lists"]

#: Lists counted completely, at most; and attempts to extend a list before giving up.
MOST_LISTS = 100_000
MOST_ATTEMPTS = 400_000
#: Share of proposals that exchange three ends instead of two: with pairs that are no candidates, switching two
#: ends alone need not reach every list.
THREE_ENDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwitchedLists:
    """Lists drawn by switching, and how well the chains have mixed.

    Attributes
    ----------
    lists
        Candidates, shape (R, K), one chain each.
    n_steps
        Proposals per chain.
    acceptance
        Share of proposals that were carried out.
    overlap
        Mean share of the observed list that was still listed halfway and at the end, shape (2,): equal up to
        chance if the chains have forgotten where they started.
    """

    lists: IntArray
    n_steps: int
    acceptance: float
    overlap: FloatArray


def enumerate_degree_lists(top: TopList) -> IntArray | None:
    """Find all lists with the same number of corridors at every city.

    Parameters
    ----------
    top
        The list. Corridors with different weights (shared places) keep their numbers separately.

    Returns
    -------
    numpy.ndarray or None
        Candidates, shape (lists, K), the observed list among them, corridors in the order of their weights;
        None if there are too many to find.
    """
    if top.directed:
        return None
    weights = top.weights[top.listed]
    allowed = top.is_candidate()
    search = _Search(len(top.labels), allowed)
    layers = [top.listed[weights == weight] for weight in np.unique(weights)]
    found = search.run([_degrees(top, layer) for layer in layers])
    if found is None:
        return None
    # lists are found layer by layer, lightest first; the second argsort gives each corridor its place among them
    lookup, order = top.lookup(), np.argsort(np.argsort(weights, kind="stable"), kind="stable")
    return np.array([[lookup[pair] for pair in one] for one in found], dtype=np.intp)[:, order]


def _degrees(top: TopList, layer: IntArray) -> list[int]:
    ends = np.concatenate([top.origins[layer], top.destinations[layer]])
    return [int(one) for one in np.bincount(ends, minlength=len(top.labels))]


class _Search:
    """Backtracking over the partners of one city after the other, layer by layer."""

    def __init__(self, n: int, allowed: BoolArray) -> None:
        self.n = n
        self.allowed = allowed.tolist()
        self.attempts = 0

    def run(self, layers: list[list[int]]) -> list[list[tuple[int, int]]] | None:
        found: list[list[tuple[int, int]]] = []
        for pairs in self._extend(layers, 0, [], set()):
            found.append(pairs)
            if len(found) > MOST_LISTS:
                return None
        return found if self.attempts <= MOST_ATTEMPTS else None

    def _extend(
        self, layers: list[list[int]], depth: int, pairs: list[tuple[int, int]], used: set[tuple[int, int]]
    ) -> Iterator[list[tuple[int, int]]]:
        if depth == len(layers):
            yield pairs
            return
        left = layers[depth]
        city = max(range(self.n), key=left.__getitem__)
        if left[city] == 0:
            yield from self._extend(layers, depth + 1, pairs, used)
            return
        partners = [
            other
            for other in range(self.n)
            if left[other] and other != city and self.allowed[city][other] and _pair(city, other) not in used
        ]
        for chosen in combinations(partners, left[city]):
            self.attempts += 1
            if self.attempts > MOST_ATTEMPTS:
                return
            rest = [0 if k == city else one - (k in chosen) for k, one in enumerate(left)]
            # a city whose corridors are all given must not be joined to this one again, so `used` needs only new pairs
            new = [_pair(city, other) for other in chosen]
            yield from self._extend(
                [*layers[:depth], rest, *layers[depth + 1 :]], depth, pairs + new, used | set(new)
            )


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def switch_lists(
    top: TopList, n_lists: int, rng: np.random.Generator, *, n_steps: int | None = None
) -> SwitchedLists:
    """Draw lists by switching partners, one independent chain for each.

    Parameters
    ----------
    top
        The list every chain starts from.
    n_lists
        Number of chains R.
    rng
        Generator.
    n_steps
        Proposals per chain; by default 40 for each listed corridor, and at least 600.

    Returns
    -------
    SwitchedLists
        The lists at the end of the chains.

    Notes
    -----
    Proposals are symmetric, and a chain that refuses one stays: all lists that can be reached are equally
    probable in the long run. Corridors with different weights are not switched with each other.

    References
    ----------
    Rao, A. R., Jana, R. and Bandyopadhyay, S. (1996). A Markov chain Monte Carlo method for generating random
    (0, 1)-matrices with given marginals. Sankhya A 58, 225-242.
    Fosdick, B. K., Larremore, D. B., Nishimura, J. and Ugander, J. (2018). Configuring random graph models with
    fixed degree sequences. 10.1137/16M1087175.
    """
    steps = n_steps or max(600, 40 * len(top.listed))
    chains = _Chains(top, n_lists, rng)
    overlaps = []
    for step in range(1, steps + 1):
        chains.propose()
        if step in (steps // 2, steps):
            overlaps.append(chains.overlap())
    return SwitchedLists(
        lists=chains.lists(),
        n_steps=steps,
        acceptance=chains.accepted / (steps * n_lists),
        overlap=np.array(overlaps),
    )


class _Chains:
    """Many chains that move at once; the state is an array of ends and a table of what is listed."""

    def __init__(self, top: TopList, count: int, rng: np.random.Generator) -> None:
        self.top, self.rng, self.rows = top, rng, np.arange(count)
        listed, members = top.listed, top.active
        tails, heads = (np.searchsorted(members, ends[listed]) for ends in (top.origins, top.destinations))
        self.members = members
        self.allowed = top.is_candidate()[np.ix_(members, members)]
        self.ends = np.tile(np.stack([tails, heads], axis=-1), (count, 1, 1))
        self.joined = np.zeros((count, len(members), len(members)), dtype=bool)
        self._mark(self.rows, tails[None], heads[None], listed=True)
        self.start = self.joined[0].copy()
        self.layer = np.unique(top.weights[listed], return_inverse=True)[1]
        self.accepted = 0

    def _mark(self, rows: IntArray, tails: IntArray, heads: IntArray, *, listed: bool) -> None:
        self.joined[rows[:, None], tails, heads] = listed
        if not self.top.directed:
            self.joined[rows[:, None], heads, tails] = listed

    def propose(self) -> None:
        """Propose one exchange in every chain and carry it out where it gives a list again."""
        size = 3 if self.ends.shape[1] > 2 and self.rng.random() < THREE_ENDS else 2  # noqa: PLR2004 (needs three corridors)
        chosen = self.rng.integers(0, self.ends.shape[1], size=(self.rows.size, size))
        pairs = self.ends[self.rows[:, None], chosen]
        if not self.top.directed:
            turn = self.rng.random((self.rows.size, size, 1)) < 0.5  # noqa: PLR2004 (a fair coin)
            pairs = np.where(turn, pairs[..., ::-1], pairs)
        tails, heads = pairs[..., 0], np.roll(pairs[..., 1], -1, axis=1)
        rows = self.rows[self._is_possible(chosen, tails, heads)]
        self._mark(rows, pairs[rows, :, 0], pairs[rows, :, 1], listed=False)
        self._mark(rows, tails[rows], heads[rows], listed=True)
        self.ends[rows[:, None], chosen[rows]] = np.stack([tails[rows], heads[rows]], axis=-1)
        self.accepted += rows.size

    def _is_possible(self, chosen: IntArray, tails: IntArray, heads: IntArray) -> BoolArray:
        possible = self.allowed[tails, heads] & ~self.joined[self.rows[:, None], tails, heads]
        fine: BoolArray = np.asarray(possible.all(axis=1))
        for one, other in combinations(range(chosen.shape[1]), 2):
            fine &= chosen[:, one] != chosen[:, other]
            fine &= self.layer[chosen[:, one]] == self.layer[chosen[:, other]]
            fine &= (tails[:, one] != tails[:, other]) | (heads[:, one] != heads[:, other])
            if not self.top.directed:
                fine &= (tails[:, one] != heads[:, other]) | (heads[:, one] != tails[:, other])
        return fine

    def overlap(self) -> float:
        return float((self.joined & self.start).sum() / (self.start.sum() * self.rows.size))

    def lists(self) -> IntArray:
        ends = self.members[self.ends]
        found: IntArray = self.top.lookup()[ends[..., 0], ends[..., 1]]
        return found
