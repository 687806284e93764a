"""A published list of top corridors, among all the corridors that could have been listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import BoolArray
from geobri.errors import DataError, SchemaError, SpecificationError, first_offenders, mould
from geobri.measures import Measure
from geobri.stats.doors import checked
from geobri.stats.null import IntArray
from geobri.stats.pairs import FEWEST_CITIES, lay_out, to_matrix
from geobri.stats.places import Column, as_measure
from geobri.stats.results import FloatArray
from geobri.stats.say.terms import notes
from geobri.words import NOTHING, Words

__all__ = ["Best", "Ties", "TopList", "build_top_list"]

Best = Literal["smallest", "largest"]
Ties = Literal["share", "all"]

#: Corridors in a list whose length nobody says.
LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TopList:
    """The listed corridors among N candidates on n cities.

    Attributes
    ----------
    labels
        City ids, in the order of positions.
    origins, destinations
        Positions of the ends of each candidate, shape (N,).
    km
        Length of each candidate, shape (N,).
    weights
        How much of each candidate is listed, shape (N,): 1, 0, or a share of the last places where ranks tie.
    region
        Region of each city, or None.
    directed
        Candidates run from origin to destination.
    ties
        What was done with shared ranks, in words; empty if there were none at the end of the list.
    """

    labels: tuple[str, ...]
    origins: IntArray
    destinations: IntArray
    km: FloatArray
    weights: FloatArray
    region: tuple[str, ...] | None
    directed: bool
    ties: Words

    @property
    def k(self) -> float:
        """Number of listed corridors, shared places counted by their share: the sum of the weights."""
        return float(self.weights.sum())

    @property
    def listed(self) -> IntArray:
        """Positions of the candidates that are listed, wholly or by a share, shape (K,)."""
        return np.flatnonzero(self.weights > 0).astype(np.intp)

    @property
    def active(self) -> IntArray:
        """Sorted positions of the cities that occur in the list."""
        listed = self.listed
        return np.unique(np.concatenate([self.origins[listed], self.destinations[listed]]))

    def layout(self, values: npt.ArrayLike, *, absent: float = 0.0) -> FloatArray:
        """Lay a column of the candidates out as a pair matrix.

        Parameters
        ----------
        values
            Shape (N,).
        absent
            What stands in cells that are no candidates.

        Returns
        -------
        numpy.ndarray
            Shape (n, n), symmetric unless directed.
        """
        n = len(self.labels)
        return lay_out(values, self.origins, self.destinations, n, directed=self.directed, absent=absent)

    def lookup(self) -> IntArray:
        """Find a candidate by its ends.

        Returns
        -------
        numpy.ndarray
            Position of the candidate, or -1 where a pair is none, shape (n, n).
        """
        return self.layout(np.arange(len(self.km)), absent=-1).astype(np.intp)

    def is_candidate(self) -> BoolArray:
        """Mark the pairs that could have been listed.

        Returns
        -------
        numpy.ndarray
            Boolean, shape (n, n).
        """
        return self.lookup() >= 0


@checked
def build_top_list(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: Column,
    *,
    k: int | None = None,
    best: Best | None = None,
    ties: Ties = "share",
    impedance: str = "distance_km",
    region: str | None = "region",
    directed: bool = False,
) -> TopList:
    """Take the top of a ranking of corridors.

    Parameters
    ----------
    cities
        Table of cities, index `city`.
    corridors
        All corridors that could have been listed, one row each, with `origin`, `destination` and `impedance`.
    value
        Column with ranks or scores; missing for corridors that are not listed.
    k
        Length of the list; by default every corridor with a value is listed, and where all have one, the ten strongest
        (a quarter of them at most).
    best
        ``"smallest"`` or ``"largest"``; by default the end that is better by the measure. The name of a column alone does not
        say it: then it must be given, unless all with a value are listed.
    ties
        Corridors that share the last places: ``"share"`` gives each an equal part of them (ten corridors that
        share the fifth place of five count a tenth each), ``"all"`` lists them all.
    impedance
        Column with the separation of the ends, in km for the words of the result to be right.
    region
        Column of `cities` with regions; None, or a column that is not there, for no question about regions.
    directed
        Corridors run from origin to destination.

    Returns
    -------
    TopList
        The list and its candidates.

    Raises
    ------
    DataError
        If nothing is listed, everything is, or lengths are missing or equal.
    SchemaError
        If columns are missing, pairs come twice, or cities are unknown.
    """
    if corridors.empty:
        remedy = "Pass all corridors that could have been listed"
        raise DataError(
            mould("proximity_test", "there must be corridors", "an empty table", remedy),
            zh="须有候选通路：一条也没有。",
        )
    _, labels = to_matrix(corridors, impedance, cities, directed)
    index = pd.Index(labels, dtype=object)
    km = corridors[impedance].to_numpy(dtype=np.float64, na_value=np.nan)
    _check_lengths(km, impedance, len(labels))
    values = _numeric(corridors, as_measure(value, of="corridors").column)
    k = _default_length(values, k)
    weights, told = _list_weights(values, k, best or _best_end(value, k), ties, value)
    regions = None if region is None or region not in cities.columns else tuple(cities[region].astype(str))
    return TopList(
        labels=tuple(labels),
        origins=index.get_indexer(pd.Index(corridors["origin"].astype(str), dtype=object)),
        destinations=index.get_indexer(pd.Index(corridors["destination"].astype(str), dtype=object)),
        km=km,
        weights=weights,
        region=regions,
        directed=directed,
        ties=told,
    )


def _check_lengths(km: FloatArray, impedance: str, n: int) -> None:
    caller = "proximity_test"
    if n < FEWEST_CITIES:
        came = f"{n} cities"
        raise DataError(
            mould(caller, f"needs at least {FEWEST_CITIES} cities", came, "There is nothing to exchange"),
            zh=f"至少需要{FEWEST_CITIES}个城市，现有{n}个。",
        )
    unusable = int(np.count_nonzero(~np.isfinite(km) | (km < 0)))
    if unusable:
        came = f"{unusable} of {km.size} that are missing or negative"
        raise DataError(
            mould(caller, f"{impedance!r} must be known for every candidate", came, "Leave them out"),
            zh=f"每条候选通路都须有距离：{km.size}条中有{unusable}条缺失或为负。",
        )
    if np.ptp(km) == 0:
        came = f"{km.size} equal values"
        raise DataError(
            mould(caller, f"{impedance!r} must vary", came, "Look at how it was made"),
            zh=f"距离须有差异：{km.size}个值全部相等。",
        )


def _numeric(corridors: pd.DataFrame, value: str) -> FloatArray:
    if value not in corridors.columns:
        came = f"columns {first_offenders(corridors.columns, most=12)}"
        raise SchemaError(
            mould(
                "proximity_test",
                Words(f"needs the column {value!r}", f"缺少列{value!r}"),
                came,
                "Name a rank or a score",
            )
        )
    try:
        return corridors[value].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        came = str(corridors[value].dtype)
        raise SchemaError(
            mould(
                "proximity_test",
                Words(f"{value!r} must be numeric", f"列{value!r}须为数字"),
                came,
                "Convert it",
            )
        ) from error


def _default_length(values: FloatArray, k: int | None) -> int | None:
    """Choose the length of a list of which nothing is said; None for all with a value."""
    if k is not None or not np.isfinite(values).all():
        return k
    if np.ptp(values) == 0:
        came = f"{values.size} of {values.size} candidates with the same value"
        raise DataError(
            mould("proximity_test", "values must differ", came, "Rank by something else"),
            zh=f"取值须有差异：{values.size}条候选通路的取值全部相等。",
        )
    return max(1, min(LENGTH, values.size // 4))


def _best_end(value: Column, k: int | None) -> Best:
    if isinstance(value, Measure):
        return "largest" if value.direction == 1 else "smallest"
    if k is None:  # all with a value are listed, whichever end is the better one
        return "smallest"
    came = f"the name {value!r} alone"
    remedy = "Pass best='smallest' for ranks, best='largest' for scores, or a Measure"
    raise SpecificationError(
        mould(
            "proximity_test",
            Words("a list of the strongest needs to know which end is", "取最强者须知道哪一端为强"),
            came,
            remedy,
        )
    )


def _list_weights(
    values: FloatArray, k: int | None, best: Best, ties: Ties, value: Column
) -> tuple[FloatArray, Words]:
    known = np.isfinite(values)
    keys = np.where(known, values if best == "smallest" else -values, np.inf)
    length = int(known.sum()) if k is None else k
    if not 0 < length <= known.sum() or length >= values.size:
        came = f"{length} of {values.size} candidates, {int(known.sum())} of them with a value"
        remedy = "Pass all candidates, ranked or not, and a smaller k"
        raise DataError(
            mould(
                "proximity_test",
                f"a list by {as_measure(value).column!r} must leave something out",
                came,
                remedy,
            ),
            zh=f"名单须有落选者：{values.size}条候选通路中列入{length}条。",
        )
    last = np.sort(keys)[length - 1]
    inside, tied = keys < last, keys == last
    places = length - int(inside.sum())
    if k is None or places == tied.sum():
        return (inside | tied).astype(np.float64), NOTHING
    count = int(tied.sum())
    told = Words(
        f"{count} corridors share the last {places} of {length} places",
        f"{count} 条通路并列 {length} 个名额中的最后 {places} 个",
    )
    if ties == "all":
        return (inside | tied).astype(np.float64), notes(told, Words("all are listed", "全部列入"))
    each = Words(f"each counts {places}/{count}", f"各按 {places}/{count} 计")
    return inside + tied * (places / count), notes(told, each)
