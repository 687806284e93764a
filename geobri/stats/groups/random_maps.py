"""Two groups of cities when neighbours resemble each other: random maps instead of random labels."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geobri.arrays import BoolArray
from geobri.errors import SpecificationError, mould
from geobri.stats.distributions import rank_values
from geobri.stats.doors import checked
from geobri.stats.groups.reporting import GroupResult, Labels, assemble_result, seed_choice
from geobri.stats.groups.samples import read_groups
from geobri.stats.moran_randomisation import SpectralMethod, moran_randomisation
from geobri.stats.p_values import monte_carlo_error, permutation_p_value
from geobri.stats.results import Alternative, FloatArray, Term
from geobri.words import Words

__all__ = ["MAP_STATISTICS", "map_statistics", "spatial_group_test"]


def _mean_rows(rows: FloatArray, first: BoolArray) -> FloatArray:
    return np.asarray(rows[:, first].mean(axis=1) - rows[:, ~first].mean(axis=1))


def _rank_rows(rows: FloatArray, first: BoolArray) -> FloatArray:
    return _mean_rows(rank_values(rows, axis=1), first)


def _welch_rows(rows: FloatArray, first: BoolArray) -> FloatArray:
    spread = sum(
        rows[:, mask].var(axis=1, ddof=min(1, int(mask.sum()) - 1)) / mask.sum() for mask in (first, ~first)
    )
    floor = 1e-12 * float(rows.var())
    return np.asarray(_mean_rows(rows, first) / np.sqrt(np.maximum(spread, floor)))


MAP_STATISTICS: Final = {"mean": _mean_rows, "rank": _rank_rows, "welch": _welch_rows}
"""Statistics of random maps: difference of means, of mean ranks, studentised difference of means."""


def map_statistics(rows: FloatArray, first: BoolArray, statistic: str) -> FloatArray:
    """Compute a statistic of two fixed groups for many maps.

    Parameters
    ----------
    rows
        One map per row, shape (R, n).
    first
        Membership of the first group, shape (n,).
    statistic
        One of `MAP_STATISTICS`.

    Returns
    -------
    numpy.ndarray
        Shape (R,).

    Raises
    ------
    SpecificationError
        If the statistic is unknown.
    """
    if statistic not in MAP_STATISTICS:
        wanted = Words(
            f"statistic must be one of {', '.join(MAP_STATISTICS)}",
            f"统计量须为{'、'.join(MAP_STATISTICS)}之一",
        )
        raise SpecificationError(mould("spatial_group_test", wanted, Words(repr(statistic)), "Choose one"))
    return MAP_STATISTICS[statistic](rows, first)


@checked
def spatial_group_test(
    values: npt.ArrayLike,
    group: Any,
    weights: npt.ArrayLike,
    *,
    statistic: str = "mean",
    method: SpectralMethod = "pair",
    alternative: Alternative = "two-sided",
    n_permutations: int = 9999,
    rng: int | np.random.Generator | None = None,
    confidence: float = 0.95,
    labels: Labels | None = None,
) -> GroupResult:
    """Test the difference of two groups against random maps that are as smooth as the observed one.

    Coastal cities lie next to coastal cities, and neighbours have similar scores anyway. Moving the label
    freely destroys both and finds too much. Here the label stays and the values are replaced by random maps
    with the same mean, variance and spatial autocorrelation.

    Parameters
    ----------
    values
        Scores or ranks, shape (n,).
    group
        True for the first group, shape (n,).
    weights
        Symmetric spatial weights, shape (n, n); see `geobri.stats.moran_randomisation.proximity_weights`.
    statistic
        ``"mean"`` (default), ``"rank"`` or ``"welch"``.
    method
        ``"pair"`` (default: the best size in the calibration), ``"singleton"`` or ``"triplet"``; see
        `moran_randomisation`.
    alternative
        ``"greater"``: the first group has the higher values. Two-sided is twice the smaller tail, at most 1.
    n_permutations
        Number of random maps.
    rng
        Seed or generator.
    confidence
        Level of the intervals, which do not know about space.
    labels
        Names for rows and sentence.

    Returns
    -------
    GroupResult
        With the effects of the other group tests; only the p-value accounts for space.

    Raises
    ------
    DataError
        If values, groups or weights are not usable.
    SpecificationError
        If a choice is unknown.

    References
    ----------
    Wagner, H. H. and Dray, S. (2015). Generating spatially constrained null models for irregularly spaced data
    using Moran spectral randomization methods. 10.1111/2041-210X.12407.
    """
    sample = read_groups(values, group, caller="spatial_group_test")
    observed = float(map_statistics(sample.values[None], sample.first, statistic)[0])
    maps = moran_randomisation(sample.values, weights, n_permutations, method=method, rng=rng)
    null = map_statistics(maps, sample.first, statistic)
    p_value = permutation_p_value(observed, null, alternative)
    base = Term(
        test="spatial_group_test",
        statistic=observed,
        p_value=p_value,
        mc_error=monte_carlo_error(p_value, n_permutations, alternative),
        null_mean=float(null.mean()),
        null_sd=float(null.std()),
        null_of="statistic",
        alternative=alternative,
        n_cities=len(sample.values),
        null=Words(
            f"Moran spectral randomisation, {method} ({n_permutations:,} maps)",
            f"莫兰谱随机化（{n_permutations:,} 幅地图）",
        ),
        method=Words(f"random maps, statistic {statistic}", f"随机地图，统计量 {statistic}"),
        note=Words("intervals do not account for space", "区间未考虑空间"),
    )
    choices = {
        "statistic": statistic,
        "method": method,
        "n_permutations": n_permutations,
        "rng": seed_choice(rng),
    }
    return assemble_result(
        sample,
        base,
        labels or Labels(),
        test="maps",
        confidence=confidence,
        interval="newcombe",
        null=null,
        choices=choices,
    )
