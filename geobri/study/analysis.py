"""Where the stages meet: the scores, the audit, the tests and the findings of a study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geobri.errors import DataError, GeobriError
from geobri.study.model import Study, Value

if TYPE_CHECKING:
    from geobri.findings.ledger import Ledger
    from geobri.score import IndexResult
    from geobri.score.audit import RankingAudit
    from geobri.stats.results import TestResult

__all__ = ["Analysis", "analyse_study", "audit_study", "find_claims", "run_tests", "score_flows"]

SEED: Final = 20211001
"""Seed of every simulated null in a report, so that the same study gives the same page."""

_FEWEST_CITIES: Final = 6
_FEWEST_PAIRS: Final = 20
_FEWEST_IN_GROUP: Final = 3
_FEWEST_IN_STRATUM: Final = 2
_MOSTLY: Final = 0.5
"""Share of the corridors that need a value before corridors are compared by type: a published top ten has 10 of 195."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was computed for a study; a part that does not apply is None or empty.

    Attributes
    ----------
    scores
        The index of the study's flows.
    audit
        What published ranks say about their index.
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
    audit: RankingAudit | None = None
    tests: tuple[TestResult, ...] = ()
    ledger: Ledger | None = None
    contradictions: pd.DataFrame | None = None
    left_out: tuple[tuple[str, str], ...] = field(default=())


def analyse_study(study: Study, *, on_step: Callable[[str], None] | None = None) -> Analysis:
    """Compute everything that applies to a study.

    Parameters
    ----------
    study
        A loaded study.
    on_step
        Called with the name of each step as it begins.

    Returns
    -------
    Analysis
        Scores, audit, tests, findings; and why a part was left out.
    """
    begin = on_step or (lambda _step: None)
    left_out: list[tuple[str, str]] = []
    begin("Scoring")
    scores = _attempt(lambda: score_flows(study), "scores", left_out)
    begin("Auditing the ranks")
    audit = _attempt(lambda: audit_study(study), "audit", left_out)
    begin("Testing")
    tests = run_tests(study, left_out=left_out)
    begin("Checking the claims")
    ledger = _attempt(lambda: find_claims(study), "findings", left_out)
    found = None if ledger is None else _contradictions(study, ledger)
    return Analysis(
        scores=scores,
        audit=audit,
        tests=tuple(tests),
        ledger=ledger,
        contradictions=found,
        left_out=tuple(left_out),
    )


def _attempt(job: Callable[[], Any], name: str, left_out: list[tuple[str, str]]) -> Any:
    """Do a job; a study that does not allow it is told why, and the report goes on."""
    try:
        return job()
    except GeobriError as error:
        left_out.append((name, str(error)))
        return None


def score_flows(study: Study) -> IndexResult | None:
    """Compute the index of a study from its flows.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    IndexResult or None
        None when the study names no specification or has no flows.

    Raises
    ------
    GeobriError
        If specification and flows do not fit.
    """
    if study.specification is None or study.flows is None:
        return None
    from geobri.score import load_spec, score_study

    return score_study(study.cities, study.flows, load_spec(study.specification))


def audit_study(study: Study) -> RankingAudit | None:
    """Audit the published ranks of a study.

    Parameters
    ----------
    study
        A study whose cities carry `rank_overall` and a rank for every dimension of its specification.

    Returns
    -------
    RankingAudit or None
        None when there are no such ranks. Every dimension is taken to run from 0 to 100, as min-max makes it.
    """
    if study.specification is None or "rank_overall" not in study.cities.columns:
        return None
    from geobri.score import load_spec
    from geobri.score.audit import audit_ranking

    dimensions = [
        node
        for node in load_spec(study.specification).dimensions
        if f"rank_{node.name}" in study.cities.columns
    ]
    if len(dimensions) < 2:  # noqa: PLR2004 - one dimension has nothing to be weighed against
        return None
    ranks = study.cities[[f"rank_{node.name}" for node in dimensions]]
    weights = [
        1.0 / len(dimensions) if node.importance is None else float(node.importance) for node in dimensions
    ]
    importance = pd.Series(weights, index=list(ranks.columns))
    return audit_ranking(study.cities["rank_overall"], ranks, importance=importance, anchored=True)


def run_tests(study: Study, *, left_out: list[tuple[str, str]] | None = None) -> list[TestResult]:
    """Run the tests that apply to the values of a study.

    Parameters
    ----------
    study
        A loaded study.
    left_out
        Where to note what did not apply, and why.

    Returns
    -------
    list of TestResult
        Proximity of the first ranked value of the corridors, friction of the first measured one, coastal against
        inland and spatial autocorrelation of the first value of the cities.
    """
    noted = [] if left_out is None else left_out
    jobs: list[tuple[str, Callable[[], list[TestResult]]]] = []
    ranked = _first(study.corridor_values, study.corridors, "rank")
    measured = _first(study.corridor_values, study.corridors, "score")
    city_value = _first(study.city_values, study.cities, "rank") or _first(
        study.city_values, study.cities, "score"
    )
    if ranked:
        jobs.append(("proximity", lambda: run_proximity(study, ranked.column)))
    if measured and study.corridors[measured.column].notna().sum() >= _FEWEST_PAIRS:
        jobs.append(("decay", lambda: run_decay(study, measured.column)))
    if city_value and _has_both_sides(study, city_value):
        jobs.append(("coastal", lambda: run_coastal(study, city_value.column)))
    if city_value and study.cities[city_value.column].notna().sum() >= _FEWEST_CITIES:
        jobs.append(("moran", lambda: run_moran(study, city_value.column)))
    return [result for name, job in jobs for result in _attempt(job, name, noted) or []]


def _first(values: tuple[Value, ...], frame: pd.DataFrame, kind: str) -> Value | None:
    return next((value for value in values if value.kind == kind and frame[value.column].notna().any()), None)


def _has_both_sides(study: Study, value: Value) -> bool:
    known = study.cities[study.cities[value.column].notna()]
    sides = known["coastal"].dropna().astype(bool)
    return bool(min(sides.sum(), (~sides).sum()) >= _FEWEST_IN_GROUP)


def _check_value(study: Study, value: str, table: str) -> None:
    frame = study.cities if table == "cities" else study.corridors
    if value not in frame.columns:
        offered = [one.column for one in (study.city_values if table == "cities" else study.corridor_values)]
        raise DataError(
            f"geobri: --value must be a column of the {table}: {', '.join(offered) or 'none'}. Got {value!r}. Choose one of these."
        )


def run_proximity(study: Study, value: str, *, impedance: str = "distance_km") -> list[TestResult]:
    """Ask whether the listed corridors are closer than chance, under every null model.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with ranks.
    impedance
        Column with the separation.

    Returns
    -------
    list of TestResult
        One per null model.
    """
    from geobri.stats.proximity import proximity_tests

    _check_value(study, value, "corridors")
    best = "smallest" if value.startswith("rank") else "largest"
    return list(
        proximity_tests(study.cities, study.corridors, value, rng=SEED, impedance=impedance, best=best)
    )


def run_decay(study: Study, value: str, *, impedance: str = "distance_km") -> list[TestResult]:
    """Ask whether a flow falls with distance.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the corridors with flows or scores.
    impedance
        Column with the separation.

    Returns
    -------
    list of TestResult
        The friction test.
    """
    from geobri.stats.decay import decay_test

    _check_value(study, value, "corridors")
    return [decay_test(study.corridors, flow=value, impedance=impedance, directed=study.directed, rng=SEED)]


def run_coastal(study: Study, value: str) -> list[TestResult]:
    """Ask whether coastal cities differ from inland ones.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the cities.

    Returns
    -------
    list of TestResult
        Tests of the cities, and of the corridors where they carry the same value.
    """
    from geobri.coast import distance_to_coast
    from geobri.stats.coastal import coastal_tests

    _check_value(study, value, "cities")
    complete = value in study.corridors.columns and study.corridors[value].notna().mean() > _MOSTLY
    home = (
        study.cities["country"] == study.cities["country"].mode().iloc[0]
        if study.cities["country"].notna().any()
        else None
    )
    cities = study.cities.assign(coast_km=distance_to_coast(study.cities), home_country=home)
    others = [
        one.column for one in study.city_values if one.kind == "rank" and cities[one.column].notna().all()
    ]
    found = coastal_tests(
        cities,
        study.corridors if complete else None,
        value,
        strata="home_country" if _divides(cities) else None,
        dimensions=others if len(others) > 1 and value in others else (),
        rng=SEED,
    )
    return list(found)


def _divides(cities: pd.DataFrame) -> bool:
    """Tell whether the most frequent country, and the rest, have coastal and inland cities both."""
    known = cities[cities["coastal"].notna()]
    counts = known.groupby([known["home_country"].astype(bool), known["coastal"].astype(bool)]).size()
    return len(counts) == 4 and bool(counts.min() >= _FEWEST_IN_STRATUM)  # noqa: PLR2004 - two sides of two strata


def run_moran(study: Study, value: str) -> list[TestResult]:
    """Ask whether near cities have similar values.

    Parameters
    ----------
    study
        A loaded study.
    value
        Column of the cities.

    Returns
    -------
    list of TestResult
        Global tests of autocorrelation.
    """
    from geobri.stats.autocorrelation import moran_tests

    _check_value(study, value, "cities")
    return list(moran_tests(study.cities, value, rng=SEED))


def find_claims(study: Study) -> Ledger | None:
    """Check the claims of a study, packaged or in its folder's `claims.toml`.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    Ledger or None
        None when there are no claims.
    """
    from geobri.findings import evaluate_claims

    path = claims_path(study)
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
    from geobri.datasets import DATASETS
    from geobri.findings.claims import find_claim_file

    if study.folder is not None:
        own = study.folder / "claims.toml"
        return own if own.is_file() else None
    return find_claim_file(study.name) if study.name in DATASETS else None


def _contradictions(study: Study, ledger: Ledger) -> pd.DataFrame:
    from geobri.findings.audit import audit_consistency

    return audit_consistency(study, ledger=ledger)
