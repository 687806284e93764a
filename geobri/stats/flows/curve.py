"""The empirical decay curve: flow in bands of impedance, with intervals that know that pairs share cities."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.arrays import weighted_median
from geobri.errors import SpecificationError, mould
from geobri.measures import Measure
from geobri.notebooks import Told
from geobri.stats.bands import find_bands
from geobri.stats.doors import checked
from geobri.stats.null import IntArray
from geobri.stats.picturing import name_axis
from geobri.stats.places import Column, as_measure
from geobri.stats.results import TIDY_COLUMNS, Drawn, FloatArray, Term, tidy_row
from geobri.stats.say import say_curve
from geobri.stats.say.terms import say_range
from geobri.stats.tables import PairSample, read_pairs
from geobri.words import Words
from geobri.workers import spread_here

__all__ = ["DecayCurve", "decay_curve"]

Summary = Callable[[FloatArray, FloatArray], FloatArray]


_SUMMARIES: Final = {"mean": "均值", "median": "中位数", "share": "占比"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DecayCurve(Drawn, Told):
    """Flow by band of impedance.

    Attributes
    ----------
    table
        One row per band: `low, high` (limits, low included), `centre` (mean impedance), `n_pairs, n_cities`, then
        `mean, median` and, with a threshold, `share`, each with `_low` and `_high`.
    measure, by
        What flows, and the cost of separation.
    threshold
        Flow above which a pair counts into `share`; None if there is none.
    confidence
        Coverage of the intervals.
    n_cities
        Number of cities.
    n_bootstrap
        Number of resamples of cities.
    """

    table: pd.DataFrame
    measure: Measure
    by: Measure
    threshold: float | None
    confidence: float
    n_cities: int
    n_bootstrap: int

    @property
    def flow(self) -> str:
        """Column of the flow."""
        return self.measure.column

    @property
    def impedance(self) -> str:
        """Column of the cost of separation."""
        return self.by.column

    def to_frame(self) -> pd.DataFrame:
        """Give the tidy rows of the curve.

        Returns
        -------
        pandas.DataFrame
            One row per band and summary, columns `TIDY_COLUMNS`.
        """
        rows = [self._term(band, name) for _, band in self.table.iterrows() for name in self._summaries()]
        return pd.DataFrame(
            [tidy_row(term) for term in rows],
            columns=list(TIDY_COLUMNS),
        )

    def _summaries(self) -> list[str]:
        return [name for name in _SUMMARIES if name in self.table.columns]

    def _term(self, band: pd.Series[Any], name: str) -> Term:
        return Term(
            test="decay_curve",
            value=self.flow,
            term=Words(f"{name}, {self.impedance} ", f"{_SUMMARIES[name]}，{self.impedance} ")
            + say_range(f"{band['low']:.0f}", f"{band['high']:.0f}"),
            estimate=float(band[name]),
            ci_low=float(band[f"{name}_low"]),
            ci_high=float(band[f"{name}_high"]),
            se_type=Words("node bootstrap", "城市自助法"),
            n_cities=int(band["n_cities"]),
            n_pairs=int(band["n_pairs"]),
            method=Words(
                f"bands of {self.impedance}, {self.n_bootstrap} resamples of cities, {self.confidence:.0%} interval",
                f"{self.impedance} 分段，城市重抽样 {self.n_bootstrap} 次，{self.confidence:.0%} 区间",
            ),
        )

    def summary(self, lang: Literal["en", "zh"] = "en") -> str:
        """Say how much flows in the nearest and in the farthest band.

        Parameters
        ----------
        lang
            Language.

        Returns
        -------
        str
            One sentence.
        """
        ends = (self.table.iloc[0], self.table.iloc[-1])
        near, far = ((band["low"], band["high"], band["mean"]) for band in ends)
        pairs = int(self.table["n_pairs"].sum())
        return say_curve(near, far, measure=self.measure, by=self.by, cities=self.n_cities, pairs=pairs).say(
            lang
        )

    def _draw(self, ax: Any, lang: Literal["en", "zh"]) -> None:
        """Draw means with their intervals over impedance."""
        table = self.table
        interval = Words(f"{self.confidence:.0%} interval", f"{self.confidence:.0%} 区间").say(lang)
        mean, median = Words("mean", "均值").say(lang), Words("median", "中位数").say(lang)
        ax.fill_between(
            table["centre"],
            table["mean_low"],
            table["mean_high"],
            color="#9fb4c7",
            alpha=0.5,
            label=interval,
        )
        ax.plot(table["centre"], table["mean"], color="#26547c", marker="o", label=mean)
        ax.plot(table["centre"], table["median"], color="#b5403c", linestyle="--", label=median)
        ax.set_xlabel(name_axis(self.by).say(lang))
        ax.set_ylabel(name_axis(self.measure).say(lang))
        ax.legend(frameon=False)


@checked
def decay_curve(
    corridors: pd.DataFrame,
    *,
    flow: Column,
    impedance: Column = "distance_km",
    bands: int | Sequence[float] = 8,
    threshold: float | None = None,
    confidence: float = 0.95,
    n_bootstrap: int = 999,
    directed: bool | None = None,
    rng: int | np.random.Generator | None = None,
) -> DecayCurve:
    """Summarise flow by band of distance, without any model.

    Parameters
    ----------
    corridors
        One row per pair, with `origin`, `destination`, flow and impedance.
    flow
        Column of the flow or score, at least 0, or its measure, whose label the sentence and the picture then use.
    impedance
        Column of the cost of separation, or its measure.
    bands
        Number of bands with equally many pairs, or the limits of the bands in increasing order. A band holds its lower limit,
        the last one its upper limit too.
    threshold
        Also give the share of pairs whose flow is above this.
    confidence
        Coverage of the intervals.
    n_bootstrap
        How often cities are resampled.
    directed
        Whether a pair and its reverse are two observations; seen from the table by default.
    rng
        Seed or generator.

    Returns
    -------
    DecayCurve
        Mean, median and share by band, with node-bootstrap intervals. Bands without pairs are left out.

    Raises
    ------
    SpecificationError
        If bands or confidence are impossible, or no pair falls into a band.

    Notes
    -----
    Cities are drawn with replacement; a pair counts as often as the product of how often its two cities were drawn.
    Pairs of a city with its own copies do not exist and are not made up.

    References
    ----------
    Snijders, T. A. B. and Borgatti, S. P. (1999). Non-parametric standard errors and tests for network statistics. Connections 22(2), 161-170.

    Examples
    --------
    >>> from geobri.stats.simulate import simulate_corridors
    >>> pairs = simulate_corridors(10, friction=1.0, rng=1)
    >>> decay_curve(pairs, flow="flow", bands=2, n_bootstrap=50, rng=1).summary()
    'Mean of “Flow”: 138 where distance is at most 7,315 km, 58 where it is at least 7,315 km (10 cities, 45 pairs).'
    """
    measure, by = as_measure(flow, of="corridors"), as_measure(impedance, of="corridors")
    sample = read_pairs(
        corridors, flow=measure.column, impedance=by.column, directed=directed, caller="decay_curve"
    )
    limits = _limits(sample.impedance, bands, confidence, n_bootstrap)
    drawn = _resampled_cities(sample.n_cities, n_bootstrap, np.random.default_rng(rng))
    places = find_bands(sample.impedance, limits, hold="lower")

    def summarise(_shared: None, place: int) -> dict[str, float]:
        ends = {"low": float(limits[place]), "high": float(limits[place + 1])}
        inside = np.flatnonzero(places == place)
        return ends | _summarise_band(sample, drawn, inside, threshold=threshold, confidence=confidence)

    rows = list(spread_here(summarise, list(range(len(limits) - 1))))
    table = pd.DataFrame([row for row in rows if row["n_pairs"]])
    if table.empty:
        raise SpecificationError(
            mould(
                "decay_curve",
                Words("some pairs must fall into the bands", "须有城市对落入各距离带：一对也没有"),
                "none",
                "Widen the bands",
            )
        )
    return DecayCurve(
        table=table,
        measure=measure,
        by=by,
        threshold=threshold,
        confidence=confidence,
        n_cities=sample.n_cities,
        n_bootstrap=n_bootstrap,
    )


def _limits(
    impedance: FloatArray, bands: int | Sequence[float], confidence: float, n_bootstrap: int
) -> FloatArray:
    """Limits of the bands, as given or with equally many pairs between them."""
    if not 0 < confidence < 1 or n_bootstrap < 1 or (isinstance(bands, int) and bands < 1):
        came = f"bands={bands}, confidence={confidence}, n_bootstrap={n_bootstrap}"
        raise SpecificationError(
            mould(
                "decay_curve",
                Words(
                    "needs at least one band and resample, and a confidence below 1",
                    "至少需要一个距离带和一次重抽样，置信水平须小于1",
                ),
                came,
                "Leave them out",
            )
        )
    if isinstance(bands, int):
        limits = np.unique(np.quantile(impedance, np.linspace(0, 1, bands + 1)))
        # where all impedances are equal there is one band, which needs a second limit
        return np.asarray(limits if len(limits) > 1 else np.append(limits, limits[-1] + 1.0))
    limits = np.asarray(bands, dtype=np.float64)
    if limits.size < 2 or not (np.diff(limits) > 0).all():  # noqa: PLR2004 - a band has two limits
        raise SpecificationError(
            mould(
                "decay_curve",
                Words("limits of bands must increase", "距离带的界限须递增"),
                Words(str(list(bands))),
                "Sort them",
            )
        )
    return limits


def _resampled_cities(n: int, n_bootstrap: int, rng: np.random.Generator) -> FloatArray:
    """How often each city occurs in each resample, shape (B, n)."""
    return np.asarray(rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap).astype(np.float64))


def _weighted_mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    total = weights.sum(axis=-1)
    return np.asarray(np.divide(weights @ values, total, out=np.full(total.shape, np.nan), where=total > 0))


def _median(values: FloatArray, weights: FloatArray) -> FloatArray:
    order = np.argsort(values)
    return weighted_median(values[order], weights[..., order])


def _summarise_band(
    sample: PairSample,
    drawn: FloatArray,
    inside: IntArray,
    *,
    threshold: float | None,
    confidence: float,
) -> dict[str, float]:
    cities = np.unique(np.concatenate([sample.origin[inside], sample.destination[inside]]))
    row: dict[str, float] = {"n_pairs": len(inside), "n_cities": len(cities)}
    if not len(inside):
        return row
    values = sample.flow[inside]
    # how often each pair of the band occurs: of all pairs at once this would be 1 GB for 500 cities
    weights = drawn[:, sample.origin[inside]] * drawn[:, sample.destination[inside]]
    row["centre"] = float(sample.impedance[inside].mean())
    summaries: dict[str, tuple[Summary, FloatArray]] = {
        "mean": (_weighted_mean, values),
        "median": (_median, values),
    }
    if threshold is not None:
        summaries["share"] = (_weighted_mean, (values > threshold).astype(np.float64))
    for name, (summarise, numbers) in summaries.items():
        row[name] = float(summarise(numbers, np.ones(len(inside))))
        spread = summarise(numbers, weights)
        row[f"{name}_low"], row[f"{name}_high"] = _interval(spread, confidence)
    return row


def _interval(spread: FloatArray, confidence: float) -> tuple[float, float]:
    drawn = spread[np.isfinite(spread)]
    if not drawn.size:
        return math.nan, math.nan
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
