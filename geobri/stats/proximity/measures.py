"""How close a list of corridors is: measures that are sums over the listed corridors, and the running sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from geobri.stats.distributions import rank_values
from geobri.stats.null import IntArray
from geobri.stats.proximity.top_list import TopList
from geobri.stats.results import FloatArray
from geobri.words import Words

__all__ = ["Closeness", "Gauge", "curve_of", "measures_of", "running_sums", "strongest_lead"]

Closeness = Literal["mean_km", "mean_log_km", "share_in_region", "auc", "rank_biserial", "precision_nearest"]

#: Corridors shorter than this count as this long where logarithms are taken.
SHORTEST_KM = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gauge:
    """A measure of closeness: scale times the weighted sum over the list, plus shift.

    Attributes
    ----------
    name
        As in `Closeness`.
    says
        What it is, with units.
    column
        What each candidate contributes, shape (N,).
    scale, shift
        From the weighted sum to the measure.
    closer
        Direction of a list that is closer than chance: ``"less"`` or ``"greater"``.
    """

    name: Closeness
    says: Words
    column: FloatArray
    scale: float
    shift: float
    closer: Literal["less", "greater"]

    def of(self, sums: FloatArray | float) -> FloatArray:
        """Turn weighted sums into the measure.

        Parameters
        ----------
        sums
            Weighted sums of `column`.

        Returns
        -------
        numpy.ndarray
            The measure, same shape.
        """
        return np.asarray(self.scale * np.asarray(sums) + self.shift)


def measures_of(top: TopList, *, share: float = 0.1) -> dict[str, Gauge]:
    """Set up all measures for a list.

    Parameters
    ----------
    top
        The list.
    share
        What share of the candidates counts as the nearest ones.

    Returns
    -------
    dict
        Measures by name; without ``"share_in_region"`` where there are no regions.

    Notes
    -----
    With R the rank of a candidate by length (ties share the middle rank), k listed and N candidates, the AUC is
    1 - (sum of R over the list - k (k + 1) / 2) / (k (N - k)): the probability that a listed corridor is shorter
    than another one. The rank-biserial correlation is 2 AUC - 1.

    References
    ----------
    Kerby, D. S. (2014). The simple difference formula. 10.2466/11.IT.3.1.
    """
    found = [
        _mean(
            top,
            "mean_km",
            Words("mean length of the listed corridors, km", "有排序的通路平均长度，公里"),
            top.km,
        ),
        _mean(
            top,
            "mean_log_km",
            Words("mean log length, log km", "平均对数长度"),
            np.log(np.maximum(top.km, SHORTEST_KM)),
        ),
        *_share_in_region(top),
        *_by_rank(top),
        _share_nearest(top, share),
    ]
    return {one.name: one for one in found}


def _mean(
    top: TopList,
    name: Closeness,
    said: Words,
    column: FloatArray,
    closer: Literal["less", "greater"] = "less",
) -> Gauge:
    return Gauge(name=name, says=said, column=column, scale=1 / top.k, shift=0.0, closer=closer)


def _share_in_region(top: TopList) -> list[Gauge]:
    """Count the listed corridors within a region; nothing where there are no regions."""
    if top.region is None:
        return []
    region = np.array(top.region, dtype=object)
    same = (region[top.origins] == region[top.destinations]).astype(np.float64)
    said = Words("share of the list inside one region", "名单中处于同一区域的占比")
    return [_mean(top, "share_in_region", said, same, "greater")]


def _share_nearest(top: TopList, share: float) -> Gauge:
    """Count the listed corridors that are among the nearest candidates."""
    last = max(1, int(np.ceil(share * len(top.km)))) - 1
    said = Words(
        f"share of the list among the nearest {share:.0%} of candidates",
        f"名单中属于最近{share:.0%}候选的占比",
    )
    nearest = (top.km <= np.sort(top.km)[last]).astype(np.float64)
    return _mean(top, "precision_nearest", said, nearest, "greater")


def _by_rank(top: TopList) -> list[Gauge]:
    """Measure by the rank of the length: AUC, and the rank-biserial correlation, which is 2 AUC - 1."""
    ranks, k = rank_values(top.km), top.k
    pairs, least = k * (len(top.km) - k), k * (k + 1) / 2
    auc = Words(
        "probability that a listed corridor is shorter than another", "有排序的通路短于另一条通路的概率"
    )
    biserial = Words(
        "rank-biserial correlation of being listed and being short", "有排序与较短之间的等级二列相关"
    )
    names: tuple[tuple[Closeness, Words, float], ...] = (("auc", auc, 1.0), ("rank_biserial", biserial, 2.0))
    return [
        Gauge(
            name=name,
            says=said,
            column=ranks,
            scale=-times / pairs,
            shift=1 + times * least / pairs,
            closer="greater",
        )
        for name, said, times in names
    ]


def running_sums(top: TopList, lists: IntArray) -> FloatArray:
    """Walk through the candidates from the shortest on: share of the list met, less the share of the others.

    Parameters
    ----------
    top
        The list; its weights belong to the columns of `lists` in order.
    lists
        Candidates that are listed, shape (R, K).

    Returns
    -------
    numpy.ndarray
        Shape (R, N), after each candidate in the order of length; those of equal length are met together.
    """
    n, k = len(top.km), top.k
    place = np.argsort(np.argsort(top.km, kind="stable"))
    listed = np.zeros((len(lists), n))
    np.put_along_axis(listed, place[lists], np.broadcast_to(top.weights[top.listed], lists.shape), axis=1)
    sums = np.cumsum(listed, axis=1, out=listed)
    # what is listed steps up by w / k and the rest of it down by (1 - w) / (n - k): w (1 / k + 1 / (n - k)) - 1 / (n - k)
    sums *= 1 / k + 1 / (n - k)
    sums -= np.arange(1, n + 1) / (n - k)
    lengths = np.sort(top.km)
    last = np.searchsorted(lengths, lengths, side="right") - 1
    return sums if (last == np.arange(n)).all() else sums[:, last]


def curve_of(top: TopList) -> FloatArray:
    """Walk through the candidates for the observed list.

    Parameters
    ----------
    top
        The list.

    Returns
    -------
    numpy.ndarray
        Shape (N,).
    """
    curve: FloatArray = running_sums(top, top.listed[None])[0]
    return curve


def strongest_lead(sums: FloatArray) -> FloatArray:
    """Find the highest point of running sums.

    Parameters
    ----------
    sums
        Shape (R, N).

    Returns
    -------
    numpy.ndarray
        One-sided Kolmogorov-Smirnov distances, shape (R,): how far the list runs ahead of the others.
    """
    return np.asarray(sums.max(axis=-1).clip(min=0.0))
