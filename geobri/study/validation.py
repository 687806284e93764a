"""Whether the flows of a study agree with the ranks that a published report prints.

A study says in `study.toml` which published data set it shares its cities with (``validate_against = "bri22"``).
Each indicator is then compared with each published rank, city by city and corridor by corridor. What agrees and
what does not is said in words; a comparison that chance could have made is not called agreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from geobri.arrays import FloatArray
from geobri.errors import DataError, StudyError, first_offenders, mould
from geobri.measures import Level, Measure
from geobri.score.spec_reading import load_spec
from geobri.stats.distributions import rank_values
from geobri.stats.dyads import mantel_test
from geobri.stats.multiplicity import holm
from geobri.stats.null import plan_permutations
from geobri.stats.pairs import FEWEST_CITIES, pair_positions, to_matrix
from geobri.stats.results import Term, TestResult
from geobri.stats.say.agreement import VERDICTS, Verdict, say_agreement
from geobri.study.model import Study
from geobri.study.pairs import pairs_of, rows_of
from geobri.study.published import PUBLISHED
from geobri.words import Words

__all__ = ["AGREEMENT_TEST", "give_verdict", "sum_over_partners", "validate_study"]

AGREEMENT_TEST: Final = "rank_agreement_test"
"""What these tests are called in `tests.csv`."""

_LEVEL: Final = 0.05
_STATISTICS: Final[tuple[Literal["spearman", "kendall"], ...]] = ("spearman", "kendall")
_CITY_METHOD: Final = Words(
    "sum over the partners of a city against its published rank", "城市对其全部伙伴之和与其已发布名次"
)
_CORRIDOR_METHOD: Final = Words(
    "value of a corridor against its place in the published list", "通路数值与其在已发布名单中的位置"
)
_ENOUGH_RESAMPLES: Final = 0.9
"""An interval needs a statistic that at least this share of the resamples has."""


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much chance is simulated, and with which generator."""

    n_permutations: int
    n_bootstrap: int
    generator: np.random.Generator


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
        Kendall's tau-b, both positive where more of the indicator goes with a better rank; the p-values of rho are adjusted
        by Holm over the ranks. `choices["ranks"]` names the ranks in the order of the rows. `statistic` and `p_value` are
        those of the first rank, the whole of the published index. Empty when the study names no data set or has no flows.

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
    and level, is at most 0.05; *contradicts* when it is negative instead; and *not shown* otherwise.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. 10.1093/biomet/33.3.239.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. https://www.jstor.org/stable/4615733.
    """
    report = _published(study)
    if report is None or study.flows is None:
        return []
    effort = _Effort(n_permutations, n_bootstrap, np.random.default_rng(rng))
    flows = _flows(study)
    cities = [_compare_cities(study, report, one, effort) for one in flows]
    corridors = [_compare_corridors(study, report, one, effort) for one in flows]
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
        ``agrees``, ``contradicts`` or ``not shown``.
    """
    if not p_value <= _LEVEL or estimate == 0:
        return "not shown"
    return "agrees" if estimate > 0 else "contradicts"


def sum_over_partners(study: Study, measure: Measure) -> pd.Series[float]:
    """Sum a flow over the partners of each city, both ways.

    Parameters
    ----------
    study
        A loaded study.
    measure
        One of its flows.

    Returns
    -------
    pandas.Series
        One value per city, index `city`, in the unit of the flow. A pair without a value counts 0 where the measure says that
        an absent row is zero; otherwise it is left out, and a city without any value is missing.
    """
    rows = rows_of(study, measure)
    ends = pd.concat([rows.set_index(end)[measure.column] for end in ("origin", "destination")])
    sums = ends.groupby(level=0, observed=True).sum(min_count=1).reindex(study.cities.index).astype(float)
    empty = 0.0 if measure.absent == "zero" else np.nan
    return pd.Series(sums.fillna(empty), name=measure.column, dtype=float)


def _published(study: Study) -> Study | None:
    """Give the published report that a study compares itself with."""
    name = study.validate_against
    if not name:
        return None
    if name not in PUBLISHED:
        wanted = Words(
            f"validate_against must be one of {', '.join(PUBLISHED)}",
            f"validate_against须为{'、'.join(PUBLISHED)}之一",
        )
        raise StudyError(mould("validate_study", wanted, repr(name), "Correct study.toml"))
    report = PUBLISHED[name]()
    shared = study.cities.index.intersection(report.cities.index)
    if len(shared) < FEWEST_CITIES:
        wanted = Words(
            f"the study must share at least {FEWEST_CITIES} cities with {name}",
            f"研究须与{name}至少共有{FEWEST_CITIES}座城市",
        )
        came = f"{len(shared)} shared: {first_offenders(shared) or 'none'}"
        remedy = "Call the cities by the slugs of the published data set, or leave validate_against out"
        raise StudyError(mould("validate_study", wanted, came, remedy))
    return report


def _flows(study: Study) -> list[Measure]:
    """List the indicators of the index; without an index, every flow that is a number."""
    given = [one for one in study.corridor_measures if one.origin == "given"]
    if study.specification is None:
        return [one for one in given if one.is_number]
    leaves = {leaf.read_from for leaf in load_spec(study.specification).indicators}
    return [one for one in given if one.column in leaves]


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


def _compare_cities(study: Study, report: Study, flow: Measure, effort: _Effort) -> TestResult | None:
    sums = flow.direction * sum_over_partners(study, flow)
    compared = []
    for rank in _ranks(report.city_measures):
        published = rank.strength(report.cities[rank.column])
        both = pd.concat([sums.rename("x"), published.rename("y")], axis=1, join="inner").dropna()
        values = both.to_numpy().T
        if len(both) >= FEWEST_CITIES and np.ptp(values, axis=1).min() > 0:
            compared.append((rank, *_city_terms(values, flow, rank, effort)))
    return _gather(compared, flow, "cities", report)


def _ranks(measures: Sequence[Measure]) -> list[Measure]:
    return [one for one in measures if one.is_rank]


def _city_terms(
    both: FloatArray, flow: Measure, rank: Measure, effort: _Effort
) -> tuple[list[Term], FloatArray]:
    """Estimate, p-value and interval of both correlations of one indicator with one rank."""
    x, y = rank_values(both, axis=-1)
    n = len(x)
    plan = plan_permutations(n, effort.n_permutations, rng=effort.generator, cosets=False)
    null = _both_correlations(x[plan.permutations], y)
    drawn = effort.generator.integers(0, n, size=(effort.n_bootstrap, n))
    resampled = _both_correlations(rank_values(x[drawn], axis=-1), rank_values(y[drawn], axis=-1))
    observed = _both_correlations(x, y)
    terms = []
    for name, estimate, chance, draws in zip(_STATISTICS, observed, null, resampled, strict=True):
        low, high = _interval(draws)
        terms.append(
            Term(
                test=AGREEMENT_TEST,
                value=flow.column,
                term=Words(
                    f"{name} with {rank.column} (cities)",
                    f"与{rank.label_zh}的 {name.capitalize()} 相关（城市）",
                ),
                estimate=float(estimate),
                ci_low=low,
                ci_high=high,
                se_type=Words("city bootstrap, percentile", "城市自助法（百分位）"),
                statistic=float(estimate),
                p_value=plan.p_value(float(estimate), chance),
                n_cities=n,
                null=plan.describe(),
                method=_CITY_METHOD,
            )
        )
    return terms, null[0]


def _compare_corridors(study: Study, report: Study, flow: Measure, effort: _Effort) -> TestResult | None:
    """Compare the pairs of a study with the published ranks of corridors; None where they cannot be."""
    if flow.directed:  # a published list has one corridor for a pair
        return None
    pairs = pairs_of(study, flow)[["origin", "destination", flow.column]]
    compared = []
    for rank in _ranks(report.corridor_measures):
        places = report.corridors[rank.column].reindex(pairs.index).astype("Float64")
        if places.notna().sum() < FEWEST_CITIES:
            continue
        behind = float(places.max()) + 1.0
        listed = pairs.assign(place=-places.fillna(behind).astype(float))
        try:
            compared.append((rank, *_corridor_terms(listed, flow, rank, effort)))
        except DataError:  # a constant column, or cities without any pair: nothing can be compared
            continue
    return _gather(compared, flow, "corridors", report)


def _corridor_terms(
    listed: pd.DataFrame, flow: Measure, rank: Measure, effort: _Effort
) -> tuple[list[Term], FloatArray]:
    """Return the agreement of flows with one published rank, and what chance gives of it."""
    x, labels = to_matrix(listed, flow.column)
    y, _ = to_matrix(listed, "place", labels)
    terms = []
    nulls = []
    for name in _STATISTICS:
        seed = int(effort.generator.integers(2**32))
        result = mantel_test(
            flow.direction * x,
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
                value=flow.column,
                term=Words(
                    f"{name} with {rank.column} (corridors)",
                    f"与{rank.label_zh}的 {name.capitalize()} 相关（通路）",
                ),
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
    compared: Sequence[tuple[Measure, list[Term], FloatArray]], flow: Measure, level: Level, report: Study
) -> TestResult | None:
    """Adjust the p-values over the ranks, and say what came out."""
    if not compared:
        return None
    adjusted = holm([terms[0].p_value for _, terms, _ in compared])
    judged = []
    for (rank, (rho, tau), _), p in zip(compared, adjusted, strict=True):
        verdict = give_verdict(rho.estimate, float(p))
        told = replace(
            rho, p_adjusted=float(p), adjustment="holm", n_tried=len(compared), note=VERDICTS[verdict]
        )
        judged.append((rank, told, tau, verdict))
    head = judged[0][1]
    said = say_agreement(
        flow,
        level,
        [(rank, rho.estimate, verdict) for rank, rho, _, verdict in judged],
        report=Words(report.title, report.title_zh),
    )
    return TestResult(
        statistic=head.estimate,
        p_value=head.p_value,
        alternative="two-sided",
        n=head.n_cities,
        method=f"Spearman and Kendall against the ranks of {report.name}, {level}",
        null_distribution=compared[0][2],
        sentence=said.en,
        sentence_zh=said.zh,
        terms=tuple(term for _, rho, tau, _ in judged for term in (rho, tau)),
        measure=flow,
        choices={
            "validate_against": report.name,
            "level": level,
            "adjustment": "holm",
            "ranks": tuple(rank.column for rank, *_ in judged),
        },
    )
