"""Where the stages meet: the scores, the audit, the tests and the findings of a study."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geobri.errors import DataError, GeobriError
from geobri.measures import Level, Measure
from geobri.stats.say import say_refusal
from geobri.study.leading import first_total
from geobri.study.model import Study
from geobri.study.opening import say_how_to_open
from geobri.study.pairs import count_pairs
from geobri.study.questions import SEED, run_coastal, run_decay, run_moran, run_proximity, run_validation
from geobri.words import Words
from geobri.workers import side_by_side

if TYPE_CHECKING:
    from geobri.findings.ledger import Ledger
    from geobri.score import IndexResult
    from geobri.score.audit import RankingAudit
    from geobri.stats.results import TestResult

__all__ = ["Analysis", "analyse_study", "audit_study", "find_claims"]

TESTS: Final = ("proximity", "decay", "coastal", "moran", "validation")
"""The questions of a report, in reading order."""

_NOT_ASKED: Final = Words("They were not asked for.", "未要求检验。")
_NO_INDEX: Final = "数据不符合指数设定的要求（详细说明见英文版）"
_BESIDE: Final = 2
_LONGEST_FIRST: Final = (
    "findings", "coastal", "moran", "decay", "audit", "validation", "proximity", "uncertainty",
)  # fmt: skip
"""In this order the jobs of an analysis begin, so that none that takes long is left alone at the end."""

_AFTER: Final = {"proximity": "findings"}
"""A job that goes the way of another one, which has worked out what it needs: all placements of the cities."""

RUNS: Final = 1000
"""Monte Carlo runs behind the rank intervals of a report."""

_MOST_RANKS: Final = 200_000_000
_FEWEST_CITIES: Final = 6
_FEWEST_PAIRS: Final = 20
_FEWEST_IN_GROUP: Final = 3
_MOST_FLOWS: Final = 4
_MOST_CITIES: Final = 200
"""Flows whose friction a page tests, and cities up to which it tests more than one: a person waits for it."""
_MOST_SUMMED: Final = 1000
"""Cities up to which a page compares their totals: about ten seconds of tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was computed for a study; a part that does not apply is None or empty.

    Attributes
    ----------
    scores
        The index of the study's flows.
    uncertainty
        Rank intervals of cities and corridors, choices left to chance.
    audit
        What published ranks say about their index.
    effects
        What each dimension does to the ranks, as far as these allow (`geobri.study.effect.effects_from_audit`).
    tests
        Finished tests, in reading order.
    ledger
        The published claims with their verdicts.
    contradictions
        Where tables and text contradict each other.
    left_out
        Why a part is not there: name and reason.
    """

    scores: IndexResult | None = None
    uncertainty: pd.DataFrame | None = None
    audit: RankingAudit | None = None
    effects: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    tests: tuple[TestResult, ...] = ()
    ledger: Ledger | None = None
    contradictions: pd.DataFrame | None = None
    left_out: tuple[tuple[str, Words], ...] = field(default=())


def analyse_study(
    study: Study,
    *,
    without: Container[str] = (),
    on_step: Callable[[str], None] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Analysis:
    """Compute everything that applies to a study.

    Parameters
    ----------
    study
        A loaded study.
    without
        What is not wanted: ``tests`` leaves them out, and says so.
    on_step
        Called with the name of each step as it begins.
    meanwhile
        What is done beside, such as drawing the map.

    Returns
    -------
    Analysis
        Scores, audit, tests, findings; and why a part was left out.
    """
    begin = on_step or (lambda _step: None)
    jobs: dict[str, Callable[[], Any]] = {
        "audit": lambda: _audit_with_effects(study),
        "findings": lambda: find_claims(study),
        **({} if "tests" in without else _test_jobs(study)),
        "uncertainty": lambda: measure_uncertainty(study.scores),
    }
    begin("Scoring, auditing, testing, checking the claims")
    done = _attempt_all(jobs, meanwhile)
    ledger = done["findings"].value
    audit, effects = done["audit"].value or (None, {})
    return Analysis(
        scores=study.scores,
        uncertainty=done["uncertainty"].value,
        audit=audit,
        effects=effects,
        tests=tuple(
            result for name in TESTS for result in (done[name].value if name in done else None) or ()
        ),
        ledger=ledger,
        contradictions=None if ledger is None else _contradictions(study, ledger),
        left_out=(
            *((("tests", _NOT_ASKED),) if "tests" in without else ()),
            *(
                (("scores", Words(study.no_scores, study.no_scores_zh or _NO_INDEX)),)
                if study.no_scores
                else ()
            ),
            *((("uncertainty", reason),) if (reason := unmeasured(study.scores)).en else ()),
            *((name, outcome.reason) for name, outcome in done.items() if outcome.reason is not None),
            *(() if "tests" in without else _unopened(study)),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a job gave, or why it gave nothing."""

    value: Any = None
    reason: Words | None = None


def _attempt_all(
    jobs: dict[str, Callable[[], Any]], meanwhile: Callable[[], None] | None
) -> dict[str, _Outcome]:
    """Do the jobs side by side, the longest first; Ctrl-C drops those that have not begun."""
    names = sorted(jobs, key=_LONGEST_FIRST.index)
    leads = {name: follows if (follows := _AFTER.get(name)) in jobs else name for name in names}
    trains = {
        lead: partial(_attempt_each, {name: jobs[name] for name in names if leads[name] == lead})
        for lead in dict.fromkeys(leads.values())
    }
    done = side_by_side(trains, workers=_BESIDE, meanwhile=meanwhile)
    outcomes = {name: outcome for train in done.values() for name, outcome in train.items()}
    return {name: outcomes[name] for name in jobs}


def _attempt_each(jobs: dict[str, Callable[[], Any]]) -> dict[str, _Outcome]:
    return {name: _attempt(job) for name, job in jobs.items()}


def _attempt(job: Callable[[], Any]) -> _Outcome:
    """Do a job; where a study does not allow it, keep the reason, and let the report go on."""
    try:
        return _Outcome(job())
    except GeobriError as error:
        return _Outcome(reason=say_refusal(error))


def measure_uncertainty(scores: IndexResult | None, *, runs: int = RUNS) -> pd.DataFrame | None:
    """Leave the choices of an index to chance, again and again.

    Parameters
    ----------
    scores
        A finished index.
    runs
        How many times; 0 for not at all.

    Returns
    -------
    pandas.DataFrame or None
        One row per city and corridor with `rank, rank_lower, rank_upper`; None when there is nothing to measure.
    """
    from geobri.score.trust.uncertainty import tabulate_uncertainty

    if scores is None or runs == 0:
        return None
    levels: tuple[Level, ...] = ("cities",) if unmeasured(scores, runs=runs).en else ("cities", "corridors")
    return tabulate_uncertainty(scores, n_runs=runs, levels=levels, rng=SEED)


def unmeasured(scores: IndexResult | None, *, runs: int = RUNS) -> Words:
    """Say why the corridors of an index get no rank intervals, where there are too many of them.

    Parameters
    ----------
    scores
        A finished index.
    runs
        How many Monte Carlo runs are wished.

    Returns
    -------
    Words
        A sentence; empty where the corridors are measured too, or there are no scores.
    """
    if scores is None or runs * len(scores.corridors) <= _MOST_RANKS:
        return Words("")
    fit = _MOST_RANKS // len(scores.corridors)
    return Words(
        f"{len(scores.corridors):,} corridors in {runs:,} runs are more than the {_MOST_RANKS:,} ranks that are kept at once: "
        f"cities have rank intervals, corridors have none. They would have with --runs {fit}.",
        f"{len(scores.corridors):,} 条通路、{runs:,} 次模拟，超出可同时保存的 {_MOST_RANKS:,} 个名次：城市有名次区间，通路没有；用 --runs {fit} 即可得到。",
    )


def audit_study(study: Study) -> RankingAudit | None:
    """Audit the published ranks of a study.

    Parameters
    ----------
    study
        A study with an index whose cities have measures that rank it (`Measure.ranks`): the whole, and two dimensions or more.

    Returns
    -------
    RankingAudit or None
        None when there are no such ranks. A dimension of a single indicator, with a rank for every city, is taken to run
        from 0 to 100, as min-max makes it; the mean of several need not, and nothing is assumed of it.
    """
    if study.specification is None:
        return None
    from geobri.score import load_spec
    from geobri.score.audit import audit_ranking
    from geobri.score.shares import ROOT

    spec = load_spec(study.specification)
    columns = {one.ranks: one.column for one in study.city_measures if one.is_rank and one.origin != "index"}
    nodes = [node for node in spec.dimensions if node.name in columns]
    if ROOT not in columns or len(nodes) < 2:  # noqa: PLR2004 - one dimension has nothing to be weighed against
        return None
    ranks = pd.DataFrame({node.name: study.cities[columns[node.name]] for node in nodes})
    shares = {
        node.name: 1 / len(nodes) if node.importance is None else float(node.importance) for node in nodes
    }
    leaves = {leaf.name for leaf in spec.indicators}
    single = [
        str(name)
        for name in ranks
        if ranks[name].notna().all() and _is_single(spec.children(str(name)), leaves)
    ]
    return audit_ranking(study.cities[columns[ROOT]], ranks, importance=pd.Series(shares), anchored=single)


def _audit_with_effects(study: Study) -> tuple[RankingAudit, dict[str, pd.DataFrame]] | None:
    from geobri.study.effect import effects_from_audit

    audit = audit_study(study)
    if audit is None:
        return None
    return audit, effects_from_audit(audit) if audit.scores_possible else {}


def _is_single(children: tuple[str, ...], leaves: set[str]) -> bool:
    """Tell whether a dimension is one indicator, scaled, and nothing else."""
    return len(children) == 1 and children[0] in leaves


def _test_jobs(study: Study) -> dict[str, Callable[[], list[TestResult]]]:
    """List the tests that apply to a study, of its own measures, its index first.

    They are proximity of the first rank of the corridors, decay of the first flow (of the next one, where the first
    cannot be tested) and the friction of the others, coastal against inland and autocorrelation of the first rank or score of the
    cities, or of the totals of the first flow where the cities have none. Published ranks of another study stand in the validation alone.
    """
    jobs: dict[str, Callable[[], list[TestResult]]] = {}
    ranked = [one for one in _own(study, "corridors") if one.is_rank]
    flows = [one for one in _own(study, "corridors") if one.adds_up and _enough_pairs(study, one)]
    city = _compared(study)
    if ranked:
        jobs["proximity"] = lambda: run_proximity(study, ranked[0])
    if flows:
        jobs["decay"] = lambda: _test_flows(study, flows)
    if city is not None and _has_both_sides(study, city):
        jobs["coastal"] = lambda: run_coastal(study, city)
    if city is not None and study.cities[city.column].notna().sum() >= _FEWEST_CITIES:
        jobs["moran"] = lambda: run_moran(study, city)
    if study.validate_against:
        jobs["validation"] = lambda: run_validation(study)
    return jobs


def _compared(study: Study) -> Measure | None:
    """Find what cities are compared by: their first own rank or score, else the totals of the first flow, else their first number.

    A number beside the flows, such as inhabitants, says less of the study than what its cities exchange.
    """
    measured = [one for one in _own(study, "cities") if one.has_order]
    ranked = next((one for one in measured if one.is_rank or one.kind == "score"), None)
    total = None if len(study.cities) > _MOST_SUMMED else first_total(study)
    return ranked or total or next(iter(measured), None)


def _say_too_many(study: Study) -> list[tuple[str, Words]]:
    """Say which questions of the totals a page leaves to a command, because there are too many places to wait for."""
    total = None if _compared(study) is not None else first_total(study)
    if total is None:
        return []
    n = len(study.cities)
    return [
        (
            name,
            Words(
                f"{n:,} places are more than the {_MOST_SUMMED:,} whose totals a page tests. To ask: geobri {name} STUDY --value {total.column}.",
                f"{n:,} 个地点超过页面检验合计值的上限（{_MOST_SUMMED:,} 个）。查询：geobri {name} STUDY --value {total.column}。",
            ),
        )
        for name in (("coastal", "moran") if study.cities["coastal"].notna().any() else ("moran",))
    ]


def _unopened(study: Study) -> list[tuple[str, Words]]:
    """Say which column would open coastal against inland, where no place says what it is; and what is too much to wait for."""
    found = _say_too_many(study)
    remedy = say_how_to_open(study, "coastal")
    if remedy is None or study.cities["coastal"].notna().any():
        return found
    return [
        *found,
        (
            "coastal",
            Words(
                f"No place says whether it lies at the coast. {remedy.en}.",
                f"没有地点注明是否沿海。{remedy.zh}。",
            ),
        ),
    ]


def _own(study: Study, of: Level) -> list[Measure]:
    """List the measures of a study that are its own: published ranks only where the study is that publication."""
    return [one for one in study.shown(of) if one.origin != "published" or study.published]


def _enough_pairs(study: Study, measure: Measure) -> bool:
    if measure.absent == "zero" and study.domain != "listed":
        return count_pairs(study.cities, study.domain, directed=measure.directed) >= _FEWEST_PAIRS
    return int(study.corridors[measure.column].notna().sum()) >= _FEWEST_PAIRS


def _test_flows(study: Study, flows: list[Measure]) -> list[TestResult]:
    """Test the first flow that can be tested in every way, and the friction of the others; say why one could not."""
    from geobri.stats.flows import DecayResult

    reasons: list[Words] = []
    second: list[TestResult] = []
    for at, flow in enumerate(flows):
        try:
            found = run_decay(study, flow)
        except GeobriError as error:
            why = say_refusal(error)
            reasons.append(Words(f"{flow.label}: {why.en}", f"{flow.label_zh}：{why.zh}"))
            continue
        if isinstance(found[0], DecayResult):
            return found + _test_friction(study, [*flows[:at], *flows[at + 1 :]])
        second = second or found
    if not second:
        raise DataError(" ".join(one.en for one in reasons), zh="".join(one.zh for one in reasons))
    return second


def _test_friction(study: Study, flows: list[Measure]) -> list[TestResult]:
    """Test the friction of further flows, as far as a reader would wait for it; the page names those that are not tested."""
    from geobri.stats.attempts import impossible_result

    results: list[TestResult] = []
    for flow in flows[: _MOST_FLOWS - 1] if len(study.cities) <= _MOST_CITIES else ():
        try:
            results += run_decay(study, flow, alone=True)
        except GeobriError as error:
            results.append(impossible_result("decay_test", flow, "distance", error))
    return results


def _has_both_sides(study: Study, measure: Measure) -> bool:
    known = study.cities[study.cities[measure.column].notna()]
    sides = known["coastal"].dropna().astype(bool)
    return bool(min(sides.sum(), (~sides).sum()) >= _FEWEST_IN_GROUP)


def find_claims(study: Study, path: Path | None = None) -> Ledger | None:
    """Check the claims of a study, packaged or in its folder's `claims.toml`.

    Parameters
    ----------
    study
        A loaded study.
    path
        A file of claims to check instead.

    Returns
    -------
    Ledger or None
        None when there are no claims.
    """
    from geobri.findings import evaluate_claims

    path = claims_path(study) if path is None else path
    return None if path is None else evaluate_claims(study, path, rng=SEED)


def claims_path(study: Study) -> Path | None:
    """Find the claims of a study.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pathlib.Path or None
        `claims.toml` of its folder, or the packaged file of a published data set.
    """
    from geobri.findings.claims import find_claim_file

    if study.folder is not None:
        own = study.folder / "claims.toml"
        return own if own.is_file() else None
    return find_claim_file(study.name) if study.published else None


def _contradictions(study: Study, ledger: Ledger) -> pd.DataFrame:
    from geobri.findings.audit import audit_consistency

    return audit_consistency(study, ledger=ledger)
