"""Whether the flows of a study agree with the ranks that a published report prints.

A study says in `study.toml` which published data set it shares its cities with (``validate_against = "bri22"``).
Each indicator is then compared with each published rank, city by city and corridor by corridor. What agrees and
what does not is said in words; a comparison that chance could have made is not called agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from geobri.datasets import DATASETS, Dataset
from geobri.errors import DataError, StudyError, first_offenders, mould
from geobri.measures import infer_measure
from geobri.score.spec import load_spec
from geobri.stats.dyads import mantel_test
from geobri.stats.multiplicity import holm
from geobri.stats.null import plan_permutations
from geobri.stats.pairs import FEWEST_CITIES, pair_positions, to_matrix
from geobri.stats.results import FloatArray, Term, TestResult
from geobri.study.model import Study

__all__ = ["AGREEMENT_TEST", "Verdict", "city_sums", "give_verdict", "validate_study"]

Verdict = Literal["agrees", "does not agree", "contradicts"]
AGREEMENT_TEST: Final = "rank_agreement_test"
"""What these tests are called in `tests.csv`."""

_LEVEL: Final = 0.05
_STATISTICS: Final[tuple[Literal["spearman", "kendall"], ...]] = ("spearman", "kendall")
_CITY_METHOD: Final = "sum over the partners of a city against its published rank"
_CORRIDOR_METHOD: Final = "value of a corridor against its place in the published list"
_ENOUGH_RESAMPLES: Final = 0.9
"""An interval needs a statistic that at least this share of the resamples has."""


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much chance is simulated, and with which generator."""

    n_permutations: int
    n_bootstrap: int
    generator: np.random.Generator


@dataclass(frozen=True, slots=True)
class _Indicator:
    """An indicator to compare: whether more is better, and what a pair without a row means."""

    name: str
    direction: int
    absent_is_zero: bool


def validate_study(
    study: Study,
    *,
    n_permutations: int = 9999,
    n_bootstrap: int = 1999,
    rng: int | np.random.Generator | None = 0,
) -> list[TestResult]:
    """Compare every indicator of a study with every rank that a published data set prints.

    Parameters
    ----------
    study
        A study with flows whose `study.toml` says ``validate_against``; it must share cities with that data set.
    n_permutations
        Exchanges of cities behind each p-value at the level of cities; a tenth of them for corridors.
    n_bootstrap
        Resamples of cities behind each interval.
    rng
        Seed or generator; the default gives the same result every time.

    Returns
    -------
    list of TestResult
        One per level (cities, then corridors) and indicator, with two rows per published rank: Spearman's rho and
        Kendall's tau-b, both positive where more of the indicator goes with a better rank. The `note` of each row
        is its verdict. `statistic` and `p_value` are those of the overall rank (of the first rank where none is
        called so). Empty when the study names no data set or has no flows.

    Raises
    ------
    StudyError
        If the data set is unknown or shares too few cities with the study.

    Notes
    -----
    Cities: y_i is the sum of the indicator over the corridors of city i, compared with minus the published rank;
    p by exchanging cities (two-sided, (M + 1) / (R + 1)); interval by the percentile bootstrap of cities (95 %).
    Corridors: a published list of the ten best says of every other corridor that it comes after them, so all
    corridors enter, the unlisted tied behind the list; p by exchanging cities, rows and columns together, within
    blocks that leave domestic pairs out. A list of five or ten supports no interval, and none is given.
    A verdict is *agrees* when rho is positive and its p-value, adjusted by Holm over the ranks of the same indicator
    and level, is at most 0.05; *contradicts* when it is negative instead; and *does not agree* otherwise.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. 10.1093/biomet/33.3.239.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. https://www.jstor.org/stable/4615733.
    """
    data = _published(study)
    if data is None or study.flows is None:
        return []
    effort = _Effort(n_permutations, n_bootstrap, np.random.default_rng(rng))
    indicators = list(_indicators(study))
    cities = [_compare_cities(study, data, one, effort) for one in indicators]
    corridors = [_compare_corridors(study, data, one, effort) for one in indicators]
    return [result for result in (*cities, *corridors) if result is not None]


def give_verdict(estimate: float, p_value: float) -> Verdict:
    """Say in words what a correlation with a published rank amounts to.

    Parameters
    ----------
    estimate
        Correlation, positive for agreement.
    p_value
        Its p-value, adjusted for the number of comparisons.

    Returns
    -------
    str
        ``agrees``, ``contradicts`` or ``does not agree``.
    """
    if not p_value <= _LEVEL or estimate == 0:
        return "does not agree"
    return "agrees" if estimate > 0 else "contradicts"


def city_sums(study: Study, indicator: str, *, absent_is_zero: bool = False) -> pd.Series[float]:
    """Sum an indicator over the corridors of each city.

    Parameters
    ----------
    study
        A loaded study.
    indicator
        Column of the corridors.
    absent_is_zero
        A corridor without a value counts 0; otherwise it is left out, and a city without any value is missing.

    Returns
    -------
    pandas.Series
        One value per city, index `city`, in the unit of the indicator.
    """
    pairs = study.corridors[["origin", "destination", indicator]]
    pairs = pairs.fillna({indicator: 0.0}) if absent_is_zero else pairs
    ends = pd.concat([pairs.set_index("origin")[indicator], pairs.set_index("destination")[indicator]])
    sums = ends.groupby(level=0).sum(min_count=1).reindex(study.cities.index).astype(float)
    return pd.Series(sums.fillna(0.0) if absent_is_zero else sums, name=indicator, dtype=float)


def _published(study: Study) -> Dataset | None:
    name = study.validate_against
    if not name:
        return None
    if name not in DATASETS:
        wanted = f"validate_against must be one of {', '.join(DATASETS)}"
        raise StudyError(mould("validate_study", wanted, repr(name), "Correct study.toml"))
    data = DATASETS[name]()
    shared = study.cities.index.intersection(data.cities.index)
    if len(shared) < FEWEST_CITIES:
        wanted = f"the study must share at least {FEWEST_CITIES} cities with {name}"
        came = f"{len(shared)} shared: {first_offenders(shared) or 'none'}"
        remedy = "Call the cities by the slugs of the published data set, or leave validate_against out"
        raise StudyError(mould("validate_study", wanted, came, remedy))
    return data


def _indicators(study: Study) -> Iterator[_Indicator]:
    """Give the indicators of the index; without an index, every measured value of the corridors."""
    if study.specification is not None:
        for leaf in load_spec(study.specification).indicators:
            if leaf.name in study.corridors.columns:
                yield _Indicator(leaf.name, int(leaf.direction), leaf.absent == "zero")
        return
    for value in study.corridor_measures:
        if value.is_number:
            yield _Indicator(value.column, 1, absent_is_zero=False)


def _rank_columns(frame: pd.DataFrame) -> list[str]:
    return [
        name
        for name in frame.columns
        if infer_measure(frame[name], of="cities")[0].is_rank and frame[name].notna().sum() >= FEWEST_CITIES
    ]


def _sign_pairs(values: FloatArray) -> FloatArray:
    """Signs of the differences of all pairs: shape (..., n) to (..., n (n - 1) / 2)."""
    first, second = pair_positions(values.shape[-1])
    signs: FloatArray = np.sign(values[..., first] - values[..., second])
    return signs


def _correlate(x: FloatArray, y: FloatArray) -> FloatArray:
    """Correlation about zero of rows that may be stacked; NaN where one is constant."""
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: FloatArray = (x * y).sum(axis=-1) / np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))
    return quotient


def _both_correlations(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Spearman's rho and Kendall's tau-b of (stacked) rows of ranks."""
    centre = (x.shape[-1] + 1) / 2
    return _correlate(x - centre, y - centre), _correlate(_sign_pairs(x), _sign_pairs(y))


def _interval(draws: FloatArray) -> tuple[float, float]:
    known = draws[np.isfinite(draws)]
    if len(known) < _ENOUGH_RESAMPLES * len(draws):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _compare_cities(study: Study, data: Dataset, indicator: _Indicator, effort: _Effort) -> TestResult | None:
    sums = indicator.direction * city_sums(study, indicator.name, absent_is_zero=indicator.absent_is_zero)
    compared = []
    for rank in _rank_columns(data.cities):
        published = -data.cities[rank].astype("Float64").astype(float)
        both = pd.concat([sums.rename("x"), published.rename("y")], axis=1, join="inner").dropna()
        values = both.to_numpy().T
        if len(both) >= FEWEST_CITIES and np.ptp(values, axis=1).min() > 0:
            compared.append(_city_terms(values, indicator, rank, effort))
    return _gather(compared, indicator, "cities", data)


def _city_terms(
    both: FloatArray, indicator: _Indicator, rank: str, effort: _Effort
) -> tuple[list[Term], FloatArray]:
    """Estimate, p-value and interval of both correlations of one indicator with one rank."""
    x, y = rankdata(both, axis=-1)
    n = len(x)
    plan = plan_permutations(n, effort.n_permutations, rng=effort.generator, cosets=False)
    null = _both_correlations(x[plan.permutations], y)
    drawn = effort.generator.integers(0, n, size=(effort.n_bootstrap, n))
    resampled = _both_correlations(rankdata(x[drawn], axis=-1), rankdata(y[drawn], axis=-1))
    observed = _both_correlations(x, y)
    terms = []
    for name, estimate, chance, draws in zip(_STATISTICS, observed, null, resampled, strict=True):
        low, high = _interval(draws)
        terms.append(
            Term(
                test=AGREEMENT_TEST,
                value=indicator.name,
                term=f"{name} with {rank} (cities)",
                estimate=float(estimate),
                ci_low=low,
                ci_high=high,
                se_type="city bootstrap, percentile",
                statistic=float(estimate),
                p_value=plan.p_value(float(estimate), chance),
                n_cities=n,
                null=plan.describe(),
                method=_CITY_METHOD,
            )
        )
    return terms, null[0]


def _compare_corridors(
    study: Study, data: Dataset, indicator: _Indicator, effort: _Effort
) -> TestResult | None:
    pairs = study.corridors[["origin", "destination", indicator.name]].copy()
    if indicator.absent_is_zero:
        pairs[indicator.name] = pairs[indicator.name].fillna(0.0)
    compared = []
    for rank in _rank_columns(data.pairs):
        places = data.pairs[rank].reindex(pairs.index).astype("Float64")
        if places.notna().sum() < FEWEST_CITIES or study.directed:
            continue
        behind = float(places.max()) + 1.0
        listed = pairs.assign(place=-places.fillna(behind).astype(float))
        try:
            compared.append(_corridor_terms(listed, indicator, rank, effort))
        except DataError:  # a constant column, or cities without any pair: nothing can be compared
            continue
    return _gather(compared, indicator, "corridors", data)


def _corridor_terms(
    listed: pd.DataFrame, indicator: _Indicator, rank: str, effort: _Effort
) -> tuple[list[Term], FloatArray]:
    x, labels = to_matrix(listed, indicator.name)
    y, _ = to_matrix(listed, "place", labels)
    terms = []
    nulls = []
    for name in _STATISTICS:
        seed = int(effort.generator.integers(2**32))
        result = mantel_test(
            indicator.direction * x,
            y,
            method=name,
            n_permutations=max(effort.n_permutations // 10, 1),
            rng=seed,
        )
        first = result.terms[0]
        nulls.append(np.asarray(result.null_distribution, dtype=np.float64))
        terms.append(
            Term(
                test=AGREEMENT_TEST,
                value=indicator.name,
                term=f"{name} with {rank} (corridors)",
                estimate=result.statistic,
                statistic=result.statistic,
                p_value=result.p_value,
                n_cities=first.n_cities,
                n_pairs=first.n_pairs,
                null=first.null,
                method=_CORRIDOR_METHOD,
            )
        )
    return terms, nulls[0]


def _gather(
    compared: Sequence[tuple[list[Term], FloatArray]], indicator: _Indicator, level: str, data: Dataset
) -> TestResult | None:
    """Adjust the p-values over the ranks, give each its verdict, and say what came out."""
    if not compared:
        return None
    adjusted = holm([terms[0].p_value for terms, _ in compared])
    judged: list[tuple[Term, ...]] = []
    for (terms, _), p_adjusted in zip(compared, adjusted, strict=True):
        verdict = give_verdict(terms[0].estimate, float(p_adjusted))
        note = f"{verdict} (p adjusted by Holm: {p_adjusted:.2g})"
        judged.append(tuple(replace(term, note=note) for term in terms))
    at = next((at for at, terms in enumerate(judged) if "rank_overall" in terms[0].term), 0)
    head, null = judged[at][0], compared[at][1]
    return TestResult(
        statistic=head.estimate,
        p_value=head.p_value,
        alternative="two-sided",
        n=head.n_cities,
        method=f"Spearman and Kendall against the ranks of {data.name}, {level}",
        null_distribution=null,
        sentence=_say(judged, indicator, level, data),
        terms=tuple(term for terms in judged for term in terms),
        choices={"validate_against": data.name, "level": level, "adjustment": "holm", "n_ranks": len(judged)},
    )


def _say(judged: Sequence[Sequence[Term]], indicator: _Indicator, level: str, data: Dataset) -> str:
    """Say which ranks agree and which do not."""
    by_verdict: dict[str, list[str]] = {}
    for terms in judged:
        rank = terms[0].term.split()[2].removeprefix("rank_")
        verdict = terms[0].note.split(" (", maxsplit=1)[0]
        by_verdict.setdefault(verdict, []).append(f"{rank} (rho {terms[0].estimate:+.2f})")
    words = {
        "agrees": "agrees with",
        "does not agree": "does not agree with",
        "contradicts": "contradicts",
    }
    parts = [
        f"{phrase} {', '.join(by_verdict[verdict])}"
        for verdict, phrase in words.items()
        if verdict in by_verdict
    ]
    return f"{indicator.name}, {level}: of the ranks of {data.name} it {'; it '.join(parts)}."
