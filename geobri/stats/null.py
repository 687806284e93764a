"""Chance: what changes places under the null hypothesis; `geobri.stats.p_values` has the one p-value.

Corridors share cities, so a null model exchanges *cities*: rows and columns of a pair matrix together.
A permutation is an integer array `p` of length n that says which city takes the place of which:
`matrix[np.ix_(p, p)]` is the permuted matrix. Blocks restrict the exchange to cities with the same label.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.notebooks import menu_of
from geobri.stats.doors import checked
from geobri.stats.p_values import Chance, TwoSided, judge, permutation_p_value
from geobri.stats.results import Alternative
from geobri.stats.say.terms import say_exchange
from geobri.words import Words

__all__ = [
    "IntArray",
    "NodePlan",
    "count_placements",
    "enumerate_permutations",
    "node_permutations",
    "plan_permutations",
    "value_permutations",
]
__dir__ = menu_of(__all__)

IntArray = npt.NDArray[np.intp]
"""An array of whole numbers that fit an index."""
Labels = Sequence[object] | npt.NDArray[np.generic]


@checked
def node_permutations(
    n: int,
    n_permutations: int,
    *,
    blocks: Labels | None = None,
    rng: int | np.random.Generator | None = None,
) -> IntArray:
    """Draw random permutations of cities, within blocks if there are any.

    Parameters
    ----------
    n
        Number of cities.
    n_permutations
        Number of permutations R.
    blocks
        One label per city; cities change places only with cities of the same label.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        Integers of shape (R, n), each row a permutation of 0 to n - 1, drawn independently and uniformly.

    Raises
    ------
    SpecificationError
        If the number of labels is not n, or no permutation is asked for.

    Examples
    --------
    >>> node_permutations(5, 2, blocks=["a", "a", "b", "b", "b"], rng=1).shape
    (2, 5)
    """
    if n_permutations < 1:
        came = str(n_permutations)
        raise SpecificationError(
            mould(
                "node_permutations",
                Words("n_permutations must be positive", "置换次数（n_permutations）须为正数"),
                came,
                "Ask for 999",
            )
        )
    generator = np.random.default_rng(rng)
    drawn: IntArray = np.tile(np.arange(n, dtype=np.intp), (n_permutations, 1))
    for members in _block_members(n, blocks):
        drawn[:, members] = generator.permuted(drawn[:, members], axis=1)
    return drawn


def value_permutations(
    values: npt.ArrayLike,
    n_permutations: int,
    *,
    strata: Labels | None = None,
    rng: int | np.random.Generator | None = None,
) -> npt.NDArray[np.generic]:
    """Draw random permutations of one value per unit, within strata if there are any.

    Parameters
    ----------
    values
        One value (number or group label) per unit, shape (n,).
    n_permutations
        Number of permutations R.
    strata
        One label per unit; values are exchanged only between units of the same label.
    rng
        Seed or generator.

    Returns
    -------
    numpy.ndarray
        The permuted values, shape (R, n).
    """
    column = np.asarray(values)
    if not column.ndim or not len(column):
        came = "none" if column.ndim else repr(values)
        wanted = Words(
            "values must be a list or an array, one for each unit", "取值须为列表或数组，每个单位一个"
        )
        raise SpecificationError(mould("value_permutations", wanted, came, "Pass a column"))
    drawn = node_permutations(len(column), n_permutations, blocks=strata, rng=rng)
    permuted: npt.NDArray[np.generic] = column[drawn]
    return permuted


def count_placements(blocks: Labels, listed: npt.ArrayLike | None = None) -> int:
    """Count the distinct ways in which cities can change places within their blocks.

    Parameters
    ----------
    blocks
        One label per city.
    listed
        Positions of the cities whose place matters (the cities of a top-k list); all by default.

    Returns
    -------
    int
        Product over blocks of size! / (size - listed)!: 9 · 8 · 7 for three listed cities in a block of nine.

    Examples
    --------
    Ten corridors that touch three of nine and five of thirteen cities:

    >>> count_placements(["China"] * 9 + ["elsewhere"] * 13, [0, 1, 2, 9, 10, 11, 12, 13])
    77837760
    """
    labels = [str(label) for label in blocks]
    places = range(len(labels)) if listed is None else np.unique(np.asarray(listed, dtype=np.intp))
    chosen = [labels[int(place)] for place in places]
    return math.prod(math.perm(labels.count(label), chosen.count(label)) for label in set(labels))


def enumerate_permutations(
    n: int, *, blocks: Labels | None = None, chunk_size: int = 65_536
) -> Iterator[IntArray]:
    """Go through all permutations of cities within blocks, the identity first.

    Parameters
    ----------
    n
        Number of cities.
    blocks
        One label per city; one block by default.
    chunk_size
        Permutations per array.

    Yields
    ------
    numpy.ndarray
        Integers of shape (at most `chunk_size`, n).
    """
    members = _block_members(n, blocks)
    order = np.argsort(np.concatenate(members)) if members else np.empty(0, dtype=np.intp)
    every = product(*(_Permuted(block.tolist()) for block in members))
    while rows := list(islice(every, chunk_size)):
        flat = np.array([[city for part in row for city in part] for row in rows], dtype=np.intp)
        yield flat.reshape(len(rows), n)[:, order]


class _Permuted:
    """All permutations of one block, restartable so that `product` need not store them twice."""

    def __init__(self, members: list[int]) -> None:
        self._members = members

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return permutations(self._members)


def _read_labels(blocks: Labels) -> list[str]:
    """Read a label of each city; none may be missing, for nobody knows with whom such a city changes places."""
    if isinstance(blocks, str) or not isinstance(blocks, Iterable) or getattr(blocks, "ndim", 1) != 1:
        remedy = "Pass a list, or None for no blocks"
        raise SpecificationError(
            mould(
                "node_permutations",
                Words("blocks need one label per city", "分组（blocks）须每个城市一个标签"),
                Words(repr(blocks)),
                remedy,
            )
        )
    labels = list(blocks)
    missing = [place for place, label in enumerate(labels) if label is None or label != label]  # noqa: PLR0124 - NaN
    if missing:
        came = f"{len(missing)} of {len(labels)} missing (first: that of city number {missing[0] + 1})"
        raise SpecificationError(
            mould(
                "node_permutations",
                Words("every city needs a label of its block", "每个城市都须有分组标签"),
                came,
                "Name them all",
            )
        )
    return [str(label) for label in labels]


def _block_members(n: int, blocks: Labels | None) -> list[IntArray]:
    """Positions of the cities of each block, blocks in order of first appearance."""
    if blocks is None:
        return [np.arange(n, dtype=np.intp)]
    labels = _read_labels(blocks)
    if len(labels) != n:
        came = f"{len(labels)} labels for {n} cities"
        raise SpecificationError(
            mould(
                "node_permutations",
                Words("blocks need one label per city", "分组（blocks）须每个城市一个标签"),
                came,
                "Pass one each",
            )
        )
    return [
        np.flatnonzero([label == wanted for label in labels]).astype(np.intp)
        for wanted in dict.fromkeys(labels)
    ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodePlan:
    """The permutations a test goes through.

    Attributes
    ----------
    permutations
        Integers of shape (R, n). A complete enumeration starts with the identity; random draws leave it out.
    exact
        True if they are all there are.
    blocks
        Label of each city, or None.
    relabelling, representatives
        Integers of shape (n,) and (m, n) if the permutations form m cosets of a cyclic group, else None;
        see `plan_permutations`.
    """

    permutations: IntArray
    exact: bool
    blocks: tuple[str, ...] | None = None
    relabelling: IntArray | None = None
    representatives: IntArray | None = None

    @property
    def n_movable(self) -> int:
        """Number of cities that can change places with another one."""
        n = self.permutations.shape[1]
        return n if self.blocks is None else sum(size for size in Counter(self.blocks).values() if size > 1)

    def describe(self) -> Words:
        """Name the null model in a few words.

        Returns
        -------
        Words
            ``node permutation within 2 blocks, 999 draws``, with the number of cities that change places where some
            cannot.
        """
        blocks = None if self.blocks is None else len(set(self.blocks))
        return say_exchange(
            self.permutations.shape[1],
            self.n_movable,
            len(self.permutations),
            blocks=blocks,
            exact=self.exact,
        )

    def judge(
        self,
        statistic: float,
        null: npt.ArrayLike,
        alternative: Alternative = "two-sided",
        *,
        two_sided: TwoSided = "tails",
        mid_p: bool = False,
    ) -> Chance:
        """Compare a statistic with its null distribution over this plan, see `judge`.

        Parameters
        ----------
        statistic
            Observed statistic.
        null
            One statistic per permutation, shape (R,).
        alternative, two_sided, mid_p
            As in `permutation_p_value`.

        Returns
        -------
        Chance
            p-value, its error from drawing, and a caution.
        """
        return judge(statistic, null, alternative, two_sided=two_sided, mid_p=mid_p, exact=self.exact)

    def p_value(
        self,
        statistic: float,
        null: npt.ArrayLike,
        alternative: Alternative = "two-sided",
        *,
        mid_p: bool = False,
    ) -> float:
        """Give the p-value of a statistic whose null distribution went through this plan.

        Parameters
        ----------
        statistic
            Observed statistic.
        null
            One statistic per permutation, shape (R,).
        alternative
            Direction of the test.
        mid_p
            Count ties by half.

        Returns
        -------
        float
            p-value in (0, 1].
        """
        return permutation_p_value(statistic, null, alternative, mid_p=mid_p, exact=self.exact)


def plan_permutations(
    n: int,
    n_permutations: int = 999,
    *,
    blocks: Labels | None = None,
    rng: int | np.random.Generator | None = None,
    cosets: bool = True,
) -> NodePlan:
    """Choose between all permutations and a random sample of them.

    Parameters
    ----------
    n
        Number of cities.
    n_permutations
        How many permutations to go through, at least. All are enumerated if there are no more than that
        (plus the identity). Drawn in cosets, R + 1 is rounded up to a multiple of n.
    blocks
        One label per city; cities change places only within a label. One single label is no restriction.
    rng
        Seed or generator.
    cosets
        Without blocks, draw in cosets of a cyclic group, which `cross_sums` goes through by fast Fourier
        transform; otherwise one by one.

    Returns
    -------
    NodePlan
        The permutations, and whether they are complete.

    Raises
    ------
    DataError
        If the blocks allow no exchange at all.

    Notes
    -----
    A coset plan relabels the cities at random, and takes all n cyclic shifts of the identity and of m - 1
    uniform random permutations: n m permutations, the observed arrangement one of them. Under the null the
    observed cosets are exchangeable, and within its coset the observed arrangement is a uniform draw, so that
    (M + 1) / (R + 1) with R = n m - 1 keeps its level exactly, as it does for a random subgroup.

    References
    ----------
    Hemerik, J. and Goeman, J. (2018). Exact testing with random permutations. 10.1007/s11749-017-0571-1.
    """
    labels = None if blocks is None else tuple(_read_labels(blocks))
    total = math.prod(math.factorial(len(block)) for block in _block_members(n, labels))
    if total == 1:
        remedy = "Use fewer, larger blocks"
        raise DataError(
            mould("plan_permutations", "some cities must be able to change places", "none", remedy),
            zh="须有城市可以互换位置：一个也没有。",
        )
    if total <= n_permutations + 1:
        chunks = list(enumerate_permutations(n, blocks=labels))
        return NodePlan(permutations=np.concatenate(chunks), exact=True, blocks=labels)
    free = labels is None or len(set(labels)) == 1
    if cosets and free:
        # -(-a // n) rounds up: whole cosets of n shifts, of which the identity is one and not counted
        return _plan_cosets(n, -(-(n_permutations + 1) // n), np.random.default_rng(rng))
    drawn = node_permutations(n, n_permutations, blocks=labels, rng=rng)
    return NodePlan(permutations=drawn, exact=False, blocks=None if free else labels)


def _plan_cosets(n: int, count: int, generator: np.random.Generator) -> NodePlan:
    relabelling = generator.permutation(n).astype(np.intp)
    start = np.arange(n, dtype=np.intp)
    representatives = np.concatenate(
        [start[None], generator.permuted(np.tile(start, (count - 1, 1)), axis=1)]
    )
    shifts = (start[:, None] + start[None, :]) % n
    # city L(i) takes the place of L(P(i + s)), with L the relabelling, P a representative and s a shift; the first row is the
    # identity, because the first representative is
    drawn = np.empty((count * n, n), dtype=np.intp)
    drawn[:, relabelling] = relabelling[representatives[:, shifts].reshape(count * n, n)]
    return NodePlan(
        permutations=drawn[1:], exact=False, relabelling=relabelling, representatives=representatives
    )
