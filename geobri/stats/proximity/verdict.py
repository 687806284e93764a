"""The proximity test: whether the corridors of a published list are closer than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from geobri.errors import SpecificationError, mould
from geobri.stats.null import monte_carlo_error, permutation_p_value, say_p_value
from geobri.stats.proximity.measures import (
    Closeness,
    Measure,
    curve_of,
    measures_of,
    running_sums,
    strongest_lead,
)
from geobri.stats.proximity.nulls import NULLS, NullName, NullSample, sample_null
from geobri.stats.proximity.top_list import Best, Ties, TopList, build_top_list
from geobri.stats.results import Alternative, FloatArray, Term, TestResult, new_axes

__all__ = ["ProximityAlternative", "ProximityResult", "proximity_test", "proximity_tests"]

ProximityAlternative = Literal["two-sided", "closer", "farther"]

TEST = "proximity_test"
#: Largest number of cells of running sums that are held for the envelope.
CURVE_CELLS = 10_000_000
#: With fewer arrangements than this the result warns that no tail can be small.
FEWEST_ARRANGEMENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProximityResult(TestResult):
    """What a null model says about the closeness of a list.

    Attributes
    ----------
    null
        Name of the null model.
    asks
        The question this null model answers.
    curve
        Running sum over the candidates from the shortest on, shape (N,): share of the list met so far, less the
        share of the other candidates.
    envelope
        2.5 and 97.5 % points of the running sum under the null, shape (2, N).
    lengths
        Lengths of the candidates in increasing order, km, shape (N,).
    n_arrangements
        How many arrangements the p-value rests on.
    exact
        Whether these are all there are.
    diagnostics
        Number of placements or lists; for chains of switches, how well they have mixed.
    """

    null: str
    asks: str
    curve: FloatArray
    envelope: FloatArray
    lengths: FloatArray
    n_arrangements: int
    exact: bool
    diagnostics: Mapping[str, Any]

    def plot(self, ax: Any = None) -> Any:
        """Draw the running sum with its envelope under the null.

        Parameters
        ----------
        ax
            Matplotlib axes to draw into; new ones by default.

        Returns
        -------
        matplotlib.axes.Axes
            The axes drawn into.
        """
        ax = new_axes() if ax is None else ax
        ax.fill_between(
            self.lengths, *self.envelope, color="#9fb4c7", alpha=0.5, step="post", label="95 % under the null"
        )
        ax.step(self.lengths, self.curve, where="post", color="#b5403c", linewidth=2, label="the list")
        ax.axhline(0.0, color="#888888", linewidth=0.8)
        ax.set_xlabel("length of corridor, km")
        ax.set_ylabel("share of the list less share of the others")
        ax.set_title(NULLS[self.null].says)
        ax.legend(frameon=False)
        return ax


def proximity_test(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: str,
    *,
    k: int | None = None,
    best: Best = "smallest",
    ties: Ties = "share",
    null: NullName = "blocks",
    measure: Closeness = "mean_km",
    alternative: ProximityAlternative = "two-sided",
    impedance: str = "distance_km",
    region: str | None = "region",
    blocks: Sequence[object] | None = None,
    directed: bool = False,
    n_permutations: int = 9999,
    most_exact: int = 100_000_000,
    mid_p: bool = False,
    rng: int | np.random.Generator | None = None,
) -> ProximityResult:
    """Test whether the corridors at the top of a list are closer than chance.

    A published list prints a few of many corridors, and a few hubs make up most of it. What chance means then
    depends on what is held fixed: each null model answers a question of its own, and the result says which.

    Parameters
    ----------
    cities
        Table of cities, index `city`; its `region` column is used for the share inside a region.
    corridors
        All corridors that could have been listed, one row each: `origin`, `destination`, `impedance` and `value`.
    value
        Column with ranks or scores, missing where a corridor is not listed.
    k
        Length of the list; by default all corridors with a value.
    best
        ``"smallest"`` for ranks, ``"largest"`` for scores.
    ties
        ``"share"``: corridors that share the last places count by their share; ``"all"``: all are listed.
    null
        ``"blocks"``: the pattern of the list is placed on other cities, within blocks that keep its corridors
        candidates; ``"active"``: the cities of the list change roles among themselves; ``"hubs"``: every city keeps its
        number of listed corridors and takes other partners; ``"corridors"``: corridors are drawn from a hat (naive).
    measure
        Headline: ``"mean_km"``, ``"mean_log_km"``, ``"share_in_region"``, ``"auc"``, ``"rank_biserial"`` or
        ``"precision_nearest"``. All are in the terms.
    alternative
        ``"two-sided"``, ``"closer"`` or ``"farther"`` than chance.
    impedance
        Column with the separation of the ends, km.
    region
        Column of `cities` with regions, or None.
    blocks
        One label per city (in the order of `cities`) for the nulls ``"blocks"`` and ``"active"``; by default cities
        whose pairs are candidates alike: with domestic pairs left out, the cities of a country with several.
    directed
        Corridors run from origin to destination.
    n_permutations
        Number of random lists where not all arrangements are gone through.
    most_exact
        Go through all distinct placements if there are no more than this.
    mid_p
        Count ties by half; for shares and other coarse measures.
    rng
        Seed or generator.

    Returns
    -------
    ProximityResult
        Headline, one term for each measure and one for the running sum.

    Raises
    ------
    DataError
        If the list is empty or holds all candidates, lengths are missing or equal, or blocks allow no exchange.
    SchemaError
        If columns are missing, pairs come twice, or cities are unknown.
    SpecificationError
        If null, measure or alternative are unknown.

    Notes
    -----
    All measures but the running sum are weighted sums over the listed corridors; see `measures_of`. The null
    ``"blocks"`` is exact up to `most_exact` distinct placements, 77,837,760 for a list that touches three of nine and five of
    thirteen cities. The null distribution kept in the result is then a random sample of the placements; the
    p-value rests on all of them. With few lists that keep every hub, no small p-value is possible: see `diagnostics`.

    References
    ----------
    Hubert, L. and Schultz, J. (1976). Quadratic assignment as a general data analysis strategy.
    10.1111/j.2044-8317.1976.tb00714.x.

    Examples
    --------
    >>> cities = pd.DataFrame(index=list("abcdef"))
    >>> pairs = [(one, other) for one in "abcdef" for other in "abcdef" if one < other]
    >>> corridors = pd.DataFrame(pairs, columns=["origin", "destination"])
    >>> corridors["distance_km"] = [100.0 * (ord(b) - ord(a)) for a, b in pairs]
    >>> corridors["rank"] = [1, 2] + [None] * 13
    >>> result = proximity_test(cities, corridors, "rank", region=None)
    >>> result.statistic, result.n_arrangements, result.exact
    (150.0, 60, True)
    """
    top = build_top_list(
        cities,
        corridors,
        value,
        k=k,
        best=best,
        ties=ties,
        impedance=impedance,
        region=region,
        directed=directed,
    )
    measures = measures_of(top)
    _check_choices(measure, measures, alternative)
    generator = np.random.default_rng(rng)
    distinct = {name: one for name, one in measures.items() if name != "rank_biserial"}
    columns = np.stack([one.column for one in distinct.values()])
    sample = sample_null(
        top,
        null,
        columns,
        n_permutations=n_permutations,
        most_exact=most_exact,
        blocks=blocks,
        rng=generator,
    )
    places = {name: list(distinct).index("auc" if name == "rank_biserial" else name) for name in measures}
    choices = _keep_choices(top, best, impedance) | {
        "seed": rng if isinstance(rng, int) else None,
        "null": null,
        "mid-p": mid_p,
        **sample.diagnostics,
    }
    report = _Report(
        top=top,
        sample=sample,
        measures=measures,
        places=places,
        null=null,
        value=value,
        alternative=alternative,
        mid_p=mid_p,
    )
    return report.result(measure, choices)


def _keep_choices(top: TopList, best: Best, impedance: str) -> dict[str, Any]:
    """Say what the list is, for the result to keep."""
    return {
        "k": top.k,
        "best": best,
        "ties": top.ties or "none at the end of the list",
        "impedance": impedance,
        "candidates": len(top.km),
    }


def proximity_tests(
    cities: pd.DataFrame,
    corridors: pd.DataFrame,
    value: str,
    *,
    nulls: Sequence[NullName] = ("blocks", "active", "hubs", "corridors"),
    rng: int | np.random.Generator | None = None,
    **choices: Any,
) -> list[ProximityResult]:
    """Ask all questions about the closeness of a list, one null model after the other.

    Parameters
    ----------
    cities
        Table of cities.
    corridors
        All corridors that could have been listed.
    value
        Column with ranks or scores.
    nulls
        Null models, in the order of the results.
    rng
        Seed or generator; a seed is used afresh for each null model.
    **choices
        As in `proximity_test`.

    Returns
    -------
    list of ProximityResult
        One for each null model.
    """
    return [proximity_test(cities, corridors, value, null=null, rng=rng, **choices) for null in nulls]


def _check_choices(measure: str, measures: Mapping[str, Measure], alternative: str) -> None:
    if measure not in measures:
        remedy = f"Say one of {', '.join(measures)}; share_in_region needs regions of the cities"
        raise SpecificationError(mould(TEST, "measure must be known", repr(measure), remedy))
    if alternative not in ("two-sided", "closer", "farther"):
        remedy = "Say 'two-sided', 'closer' or 'farther'"
        raise SpecificationError(mould(TEST, "alternative must be known", repr(alternative), remedy))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Report:
    """Puts the numbers of one null model into words and rows."""

    top: TopList
    sample: NullSample
    measures: Mapping[str, Measure]
    places: Mapping[str, int]
    null: str
    value: str
    alternative: ProximityAlternative
    mid_p: bool

    def result(self, measure: str, choices: dict[str, Any]) -> ProximityResult:
        own = self.measures[measure]
        tally, place = self.sample.tally, self.places[measure]
        p_value = self._p_value(own)
        curve, envelope, lead = self._running_sum()
        error = 0.0 if tally.exact else monte_carlo_error(p_value, tally.size, self._direction(own))
        return ProximityResult(
            statistic=float(own.of(tally.observed[place])),
            p_value=p_value,
            alternative=self._direction(own),
            n=len(self.top.labels),
            method=f"proximity of a list, {own.says} ({self.sample.says})",
            null_distribution=own.of(own.column[self.sample.lists] @ self.top.weights[self.top.listed]),
            sentence=self._sentence(own, p_value),
            terms=(*(self._term(one) for one in self.measures.values()), lead),
            choices={**choices, "Monte Carlo error of p": error},
            null=self.null,
            asks=NULLS[self.null].question,
            curve=curve,
            envelope=envelope,
            lengths=np.sort(self.top.km),
            n_arrangements=tally.size,
            exact=tally.exact,
            diagnostics=self.sample.diagnostics,
        )

    def _direction(self, measure: Measure) -> Alternative:
        """Give the direction for the measure."""
        if self.alternative == "two-sided":
            return "two-sided"
        return measure.closer if self.alternative == "closer" else _opposite(measure.closer)

    def _p_value(self, measure: Measure, alternative: Alternative | None = None) -> float:
        """Give the p-value of a measure; sums fall where a measure with negative scale rises."""
        direction = alternative or self._direction(measure)
        if measure.scale < 0 and direction != "two-sided":
            direction = _opposite(direction)
        return self.sample.tally.p_value(self.places[measure.name], direction, mid_p=self.mid_p)

    def _term(self, measure: Measure) -> Term:
        place = self.places[measure.name]
        mean, deviation = self.sample.tally.moments(place)
        observed = float(measure.of(self.sample.tally.observed[place]))
        expected, spread = float(measure.of(mean)), abs(measure.scale) * deviation
        return self._row(
            term=measure.says,
            estimate=observed,
            statistic=(observed - expected) / spread if spread > 0 else float("nan"),
            p_value=self._p_value(measure),
            alternative=self._direction(measure),
            note=f"under the null {expected:.4g}, standard deviation {spread:.3g}",
        )

    def _row(self, *, note: str, **numbers: Any) -> Term:
        cautions = [note, NULLS[self.null].caution, self.top.ties, self._few()]
        return Term(
            test=TEST,
            value=self.value,
            n_cities=len(self.top.labels),
            n_pairs=len(self.top.km),
            null=self.sample.says,
            method=f"list of {self.top.k:g} among {len(self.top.km):,} corridors"
            + (", mid-p" if self.mid_p else ""),
            note="; ".join(one for one in cautions if one),
            **numbers,
        )

    def _few(self) -> str:
        """Warn where the arrangements are too few for a small p-value."""
        tally = self.sample.tally
        if not tally.exact or tally.size >= FEWEST_ARRANGEMENTS:
            return ""
        return f"only {tally.size} arrangements: no tail below {1 / tally.size:.2g}"

    def _running_sum(self) -> tuple[FloatArray, FloatArray, Term]:
        curve = curve_of(self.top)
        most = max(99, CURVE_CELLS // curve.size)
        complete = self.sample.lists_complete and len(self.sample.lists) <= most
        sums = running_sums(self.top, self.sample.lists[:most])
        lead = float(strongest_lead(curve))
        term = self._row(
            term="largest lead of the list in the running sum",
            estimate=lead,
            statistic=lead,
            p_value=permutation_p_value(
                lead, strongest_lead(sums), "greater", mid_p=self.mid_p, exact=complete
            ),
            alternative="greater",
            note="" if complete else f"from {len(sums)} lists",
        )
        return curve, np.quantile(sums, [0.025, 0.975], axis=0), term

    def _sentence(self, measure: Measure, p_value: float) -> str:
        top = self.top
        listed = float(top.weights @ top.km / top.k)
        others = float((1 - top.weights) @ top.km / (len(top.km) - top.k))
        close = self._p_value(measure, measure.closer)
        far = self._p_value(measure, _opposite(measure.closer))
        tail, word = (close, "close together") if close <= far else (far, "far apart")
        return (
            f"The {top.k:g} listed corridors are {listed:,.0f} km long on average, the other {len(top.km) - top.k:g} "
            f"{others:,.0f} km. {NULLS[self.null].opening}, {_percent(tail)} of all lists would be at least as {word} "
            f"(by the {measure.says}; p = {say_p_value(p_value)}, {self.alternative}; {self.sample.says})."
        )


def _opposite(direction: Alternative) -> Alternative:
    return "greater" if direction == "less" else "less"


def _percent(share: float) -> str:
    return f"{100 * share:.{1 if share >= 0.01 else 2}f} %" if share >= 0.0001 else "fewer than 0.01 %"  # noqa: PLR2004 (two digits that say something)
