"""All the ways in which the label of the first group can be placed on the cities, or a sample of them."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from itertools import chain, combinations
from typing import Any, Final, NamedTuple

import numpy as np

from geobri.arrays import BoolArray
from geobri.stats.groups.samples import GroupSample
from geobri.stats.moran_randomisation import moran_randomisation
from geobri.stats.null import value_permutations
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.results import FloatArray, Term
from geobri.stats.say.terms import notes, say_placements, say_unusable
from geobri.words import Words

__all__ = ["MOST_PLACEMENTS", "Placements", "place_groups", "place_on_maps"]

MOST_PLACEMENTS: Final = 1_000_000
"""Placements up to which all are enumerated (12 of 22 cities: 646,646)."""
_FEW, _MANY = 10, 30
"""Columns up to which choices are written down and kept, and up to which they are put together of these."""


class Placements(NamedTuple):
    """Where the label of the first group may lie.

    Attributes
    ----------
    first
        Membership of the first group, one row per placement, shape (R, n).
    exact
        All placements are there, the observed one among them.
    smooth
        The placements gather on the map as much as the observed one does.
    """

    first: BoolArray
    exact: bool
    smooth: bool = False

    def describe(self) -> Words:
        """Say what the null model is.

        Returns
        -------
        Words
            Number and kind of placements.
        """
        return say_placements(len(self.first), exact=self.exact, smooth=self.smooth)

    def judged(self, row: Term, null: FloatArray) -> Term:
        """Put into a row what chance says of its statistic.

        Parameters
        ----------
        row
            A row with statistic and alternative.
        null
            The statistic for every placement, shape (R,). Where it cannot be computed, the placement is left out and counted.

        Returns
        -------
        Term
            The row with its p-value, the Monte Carlo error, and mean and deviation of the null of the statistic where the
            row has none of its estimate.
        """
        known = null[np.isfinite(null)]
        p_value = permutation_p_value(row.statistic, known, row.alternative, exact=self.exact)
        error = 0.0 if self.exact else monte_carlo_error(p_value, len(known), row.alternative)
        note = notes(row.note, say_unusable(len(null) - len(known), len(null)))
        found = replace(row, p_value=p_value, mc_error=error, note=note)
        if not math.isnan(row.null_mean):
            return found
        return replace(found, null_mean=float(known.mean()), null_sd=float(known.std()), null_of="statistic")


def place_on_maps(
    first: BoolArray,
    weights: FloatArray,
    n_permutations: int,
    *,
    rng: int | np.random.Generator | None = None,
) -> Placements:
    """Place the label on cities so that it gathers on the map as much as the observed one does.

    Parameters
    ----------
    first
        Membership of the first group, shape (n,).
    weights
        Symmetric spatial weights, shape (n, n); see `proximity_weights`.
    n_permutations
        How many placements to draw.
    rng
        Seed or generator.

    Returns
    -------
    Placements
        Random placements on as many cities as the observed label has: those with the largest values of a random map with
        the spatial autocorrelation of the label (`moran_randomisation`).
    """
    maps = moran_randomisation(first.astype(np.float64), weights, n_permutations, method="singleton", rng=rng)
    count = int(first.sum())
    highest = np.argpartition(-maps, count - 1, axis=1)[:, :count]
    placed = np.zeros(maps.shape, dtype=bool)
    np.put_along_axis(placed, highest, values=True, axis=1)
    return Placements(placed, exact=False, smooth=True)


def _all_choices(n: int, m: int) -> BoolArray:
    """All ways to take m of n, a row each, in the order of their numbers; nobody writes into it."""
    return _put_together(n, m) if n <= _MANY else _write_choices(n, m)


@functools.lru_cache(maxsize=2)
def _put_together(n: int, m: int) -> BoolArray:
    """Keep the last choices: the tests of a study place the same groups again and again."""
    placed = np.zeros((math.comb(n, m), n), dtype=bool)
    _choose(placed, m)
    placed.flags.writeable = False
    return placed


def _choose(placed: BoolArray, m: int) -> None:
    """Mark m of the columns in every row: the first column and m - 1 of the rest, then m of the rest."""
    n = placed.shape[1]
    if n <= _FEW:
        placed[:] = _few_choices(n, m)
        return
    taken = math.comb(n - 1, m - 1) if m else 0
    placed[:taken, 0] = True
    for rows, left in ((placed[:taken, 1:], m - 1), (placed[taken:, 1:], m)):
        if len(rows):
            _choose(rows, left)


def _write_choices(n: int, m: int) -> BoolArray:
    """Write the choices down one by one."""
    total = math.comb(n, m)
    flat = np.fromiter(chain.from_iterable(combinations(range(n), m)), dtype=np.int32, count=total * m)
    placed = np.zeros((total, n), dtype=bool)
    placed[np.repeat(np.arange(total), m), flat] = True
    return placed


_few_choices = functools.cache(_write_choices)


def _strata_rows(sample: GroupSample) -> list[Any]:
    codes = np.zeros(len(sample.values), dtype=np.int64) if sample.strata is None else sample.strata
    return [np.flatnonzero(codes == label) for label in range(int(codes.max()) + 1)]


def _enumerate(sample: GroupSample, strata: list[Any]) -> BoolArray:
    """Combine the choices of each stratum with those of all others."""
    parts = [_all_choices(len(rows), int(sample.first[rows].sum())) for rows in strata]
    total = math.prod(len(part) for part in parts)
    placed = np.zeros((total, len(sample.values)), dtype=bool)
    repeats = total
    for rows, part in zip(strata, parts, strict=True):
        repeats //= len(part)  # the last stratum changes fastest, as the digits of a number do
        order = np.tile(np.repeat(np.arange(len(part)), repeats), total // (repeats * len(part)))
        placed[:, rows] = part[order]
    return placed


def place_groups(
    sample: GroupSample,
    n_permutations: int,
    *,
    rng: int | np.random.Generator | None = None,
    most: int = MOST_PLACEMENTS,
) -> Placements:
    """Place the label of the first group on other cities, within strata if there are any.

    Parameters
    ----------
    sample
        The two groups.
    n_permutations
        How many placements to draw when there are too many to enumerate.
    rng
        Seed or generator.
    most
        Number of placements up to which all are enumerated.

    Returns
    -------
    Placements
        All placements, or random ones without the observed.
    """
    strata = _strata_rows(sample)
    total = math.prod(math.comb(len(rows), int(sample.first[rows].sum())) for rows in strata)
    if total <= most:
        return Placements(_enumerate(sample, strata), exact=True)
    drawn = value_permutations(sample.first, n_permutations, strata=sample.strata, rng=rng)
    return Placements(np.asarray(drawn, dtype=bool), exact=False)
