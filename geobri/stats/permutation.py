"""The one permutation engine and the one p-value function.

Corridors share cities, so a null model exchanges *cities*: rows and columns of a pair matrix together.
A permutation is an integer array `p` of length n that says which city takes the place of which:
`matrix[np.ix_(p, p)]` is the permuted matrix. Blocks restrict the exchange to cities with the same label.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product

import numpy as np
import numpy.typing as npt

from geobri.errors import DataError, SpecificationError, mould
from geobri.stats.results import Alternative, FloatArray

__all__ = [
    "IntArray",
    "NodePlan",
    "count_p_value",
    "count_placements",
    "enumerate_permutations",
    "monte_carlo_error",
    "node_permutations",
    "permutation_p_value",
    "plan_permutations",
    "value_permutations",
]

IntArray = npt.NDArray[np.intp]
Labels = Sequence[object] | npt.NDArray[np.generic]

#: Statistics closer than this share of their own size are the same statistic, apart from rounding.
TIE_TOLERANCE = 1e-10


def permutation_p_value(
    statistic: float,
    null_distribution: npt.ArrayLike,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
    exact: bool = False,
) -> float:
    """Turn a statistic and its null distribution into a p-value.

    Parameters
    ----------
    statistic
        Observed statistic.
    null_distribution
        Statistics under the null, shape (R,). For Monte Carlo without the observed one; for a complete
        enumeration with it.
    alternative
        ``"greater"``: large statistics speak against the null; ``"less"``: small ones do; ``"two-sided"``:
        twice the smaller tail, at most 1.
    mid_p
        Count ties by half (Lancaster), for discrete statistics whose p-value would be too large.
    exact
        `null_distribution` is a complete enumeration that contains the observed statistic.

    Returns
    -------
    float
        p-value in (0, 1].

    Raises
    ------
    DataError
        If the statistic or the null distribution is not finite, the null distribution is empty, or it
        claims to be complete without holding the observed statistic.

    Notes
    -----
    With M of R statistics at least as extreme, p = (M + 1) / (R + 1); for a complete enumeration p = M / R.
    Two statistics that differ by less than 1e-10 of the largest in size are ties.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. 10.2202/1544-6115.1585.
    Lancaster, H. O. (1961). Significance tests in discrete distributions. 10.1080/01621459.1961.10482105.
    """
    null = np.asarray(null_distribution, dtype=np.float64).ravel()
    _check_null(statistic, null)
    tolerance = TIE_TOLERANCE * max(abs(statistic), float(np.abs(null).max()))
    above = int(np.count_nonzero(null > statistic + tolerance))
    below = int(np.count_nonzero(null < statistic - tolerance))
    return count_p_value(above, null.size - above - below, below, alternative, mid_p=mid_p, exact=exact)


def _check_null(statistic: float, null: FloatArray) -> None:
    if not null.size:
        raise DataError(
            mould(
                "permutation_p_value", "needs a null distribution", "none", "ask for at least one permutation"
            )
        )
    unusable = int(np.count_nonzero(~np.isfinite(null))) + int(not math.isfinite(statistic))
    if unusable:
        came = f"{unusable} of {null.size + 1} that are NaN or infinite"
        remedy = "look for constant columns or cities without any observed pair"
        raise DataError(mould("permutation_p_value", "statistics must be finite numbers", came, remedy))


def count_p_value(
    above: int,
    tied: int,
    below: int,
    alternative: Alternative = "two-sided",
    *,
    mid_p: bool = False,
    exact: bool = False,
) -> float:
    """Turn counts of larger, equal and smaller null statistics into a p-value.

    Parameters
    ----------
    above, tied, below
        How many statistics under the null are larger than, equal to, smaller than the observed one.
    alternative
        ``"greater"``, ``"less"`` or ``"two-sided"``.
    mid_p
        Count ties by half.
    exact
        The counts come from a complete enumeration, in which `tied` includes the observed arrangement.

    Returns
    -------
    float
        p-value in (0, 1].

    Raises
    ------
    DataError
        If a complete enumeration does not contain the observed arrangement.
    SpecificationError
        If `alternative` is none of the three.
    """
    if alternative not in ("two-sided", "greater", "less"):
        remedy = "say 'two-sided', 'greater' or 'less'"
        raise SpecificationError(
            mould("count_p_value", "alternative must be known", repr(alternative), remedy)
        )
    if exact and tied < 1:
        wanted = "a complete enumeration contains the observed statistic"
        remedy = "pass exact=False if the observed arrangement is not among them"
        raise DataError(mould("count_p_value", wanted, "no tie with it", remedy))
    ties = tied if exact else tied + 1
    total = above + ties + below
    counted = 0.5 * ties if mid_p else ties
    tails = {"greater": (above + counted) / total, "less": (below + counted) / total}
    if alternative == "two-sided":
        return min(1.0, 2.0 * min(tails.values()))
    return tails[alternative]


def monte_carlo_error(p_value: float, n_permutations: int, alternative: Alternative = "two-sided") -> float:
    """Give the standard error that a p-value has from drawing only some permutations.

    Parameters
    ----------
    p_value
        Monte Carlo p-value.
    n_permutations
        How many permutations were drawn.
    alternative
        Direction of the test; a doubled tail has twice the error of the tail.

    Returns
    -------
    float
        Standard error on the scale of the p-value.

    Raises
    ------
    DataError
        If the p-value is outside [0, 1] or there are no permutations.
    """
    if not 0.0 <= p_value <= 1.0 or n_permutations < 1:
        came = f"p = {p_value}, {n_permutations} permutations"
        remedy = "pass what the test returned"
        raise DataError(
            mould("monte_carlo_error", "needs a p-value of at least one permutation", came, remedy)
        )
    sides = 2.0 if alternative == "two-sided" else 1.0
    tail = p_value / sides
    return sides * math.sqrt(tail * (1.0 - tail) / n_permutations)


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
    """
    if n_permutations < 1:
        came = str(n_permutations)
        raise SpecificationError(
            mould("node_permutations", "n_permutations must be positive", came, "ask for 999")
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
    return column[node_permutations(len(column), n_permutations, blocks=strata, rng=rng)]


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


def _block_members(n: int, blocks: Labels | None) -> list[IntArray]:
    """Positions of the cities of each block, blocks in order of first appearance."""
    if blocks is None:
        return [np.arange(n, dtype=np.intp)]
    labels = [str(label) for label in blocks]
    if len(labels) != n:
        came = f"{len(labels)} labels for {n} cities"
        raise SpecificationError(
            mould("node_permutations", "blocks need one label per city", came, "pass one each")
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
        Integers of shape (R, n).
    exact
        True if they are all there are, the identity among them.
    blocks
        Label of each city, or None.
    """

    permutations: IntArray
    exact: bool
    blocks: tuple[str, ...] | None = None

    def describe(self) -> str:
        """Name the null model in a few words.

        Returns
        -------
        str
            ``node permutation within 2 blocks, 999 draws``.
        """
        within = "" if self.blocks is None else f" within {len(set(self.blocks))} blocks"
        kind = "all" if self.exact else "Monte Carlo"
        drawn = "permutations" if self.exact else "draws"
        return f"node permutation{within}, {kind} {len(self.permutations)} {drawn}"

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
) -> NodePlan:
    """Choose between all permutations and a random sample of them.

    Parameters
    ----------
    n
        Number of cities.
    n_permutations
        Most permutations to go through. All are enumerated if there are no more than that (plus the identity).
    blocks
        One label per city; cities change places only within a label.
    rng
        Seed or generator.

    Returns
    -------
    NodePlan
        The permutations, and whether they are complete.

    Raises
    ------
    DataError
        If the blocks allow no exchange at all.
    """
    labels = None if blocks is None else tuple(str(label) for label in blocks)
    members = _block_members(n, labels)
    total = math.prod(math.factorial(len(block)) for block in members)
    if total == 1:
        remedy = "use fewer, larger blocks"
        raise DataError(
            mould("plan_permutations", "some cities must be able to change places", "none", remedy)
        )
    if total <= n_permutations + 1:
        chunks = list(enumerate_permutations(n, blocks=labels))
        return NodePlan(permutations=np.concatenate(chunks), exact=True, blocks=labels)
    drawn = node_permutations(n, n_permutations, blocks=labels, rng=rng)
    return NodePlan(permutations=drawn, exact=False, blocks=labels)
