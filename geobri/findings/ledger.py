"""The ledger: every claim with its computed verdict, the figures that decide it, and the rows it looked at."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from geobri.errors import DataError, GeobriError, SpecificationError
from geobri.findings.answers import Check
from geobri.findings.claims import Claim, ClaimFile, find_claim_file, load_claims
from geobri.findings.facts import Facts, collect_facts
from geobri.findings.language import Call, Scope, find_dependencies
from geobri.findings.vocabulary import VOCABULARY
from geobri.notebooks import Told
from geobri.stats.say import say_refusal

__all__ = ["ANSWERS", "LEDGER_COLUMNS", "VERDICTS", "Entry", "Ledger", "Role", "Verdict", "evaluate_claims"]

Verdict = Literal["holds", "partly", "fails", "contradicted", "untestable"]

VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = MappingProxyType(
    {
        "holds": ("holds", "成立"),
        "partly": ("holds in part", "部分成立"),
        "fails": ("fails", "不成立"),
        "contradicted": ("contradicted by another table", "与其他表格矛盾"),
        "untestable": ("cannot be tested", "无法检验"),
    }
)
"""What each verdict on a sentence of the report is called in English and Chinese."""

ANSWERS: Final[Mapping[Verdict, tuple[str, str]]] = MappingProxyType(
    {
        "holds": ("yes", "是"),
        "partly": ("not clear", "不明确"),
        "fails": ("no", "否"),
        "untestable": ("cannot be asked of these data", "现有数据无法回答"),
    }
)
"""What the answer to a question of geobri's own is called: a question contradicts nobody."""

Role = Literal["as printed", "as asked", "alternative", "stand-in"]

_ASKED: Final = ("as asked", "按所问")

LEDGER_COLUMNS: Final = (
    "id",
    "report",
    "where",
    "claim_en",
    "claim_zh",
    "kind",
    "asked_by",
    "role",
    "verdict",
    "figures",
    "definition",
    "n",
)
"""The columns of findings.csv; `Ledger.to_frame` adds the lists `cities` and `corridors`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One claim under one definition, with its verdict.

    Attributes
    ----------
    claim
        What was claimed.
    definition, definition_zh
        The definition it was checked under.
    role
        ``as printed`` (a question: ``as asked``), then ``alternative`` for another reading of the same words, or ``stand-in`` for other data in the
        place of what the sentence speaks of and the report does not print: its answer is no verdict on the sentence.
    verdict
        What the figures say.
    figures, figures_zh
        The figures that decide it, or why it cannot be tested.
    cities, corridors
        Slugs of the cities and ids of the corridors it looked at.
    n
        How many units it looked at.
    """

    claim: Claim
    definition: str
    definition_zh: str
    verdict: Verdict
    figures: str
    figures_zh: str
    role: Role = "as printed"
    cities: tuple[str, ...] = ()
    corridors: tuple[str, ...] = ()
    n: int = 0

    def word(self, language: Literal["en", "zh"] = "en") -> str:
        """Say the verdict: on a sentence of the report, or as the answer to a question of geobri's own.

        Parameters
        ----------
        language
            ``en`` or ``zh``.

        Returns
        -------
        str
            A word or two.
        """
        words = VERDICTS if self.claim.asked_by == "report" else ANSWERS
        return words[self.verdict][language == "zh"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Ledger(Told):
    """The findings of a report: its claims in order, each under the printed definition first, then under others."""

    name: str
    entries: tuple[Entry, ...]

    @property
    def headline(self) -> tuple[Entry, ...]:
        """The claims as printed and the questions as asked, one entry each."""
        first: dict[str, Entry] = {}
        for entry in self.entries:
            first.setdefault(entry.claim.id, entry)
        return tuple(first.values())

    @property
    def sentences(self) -> tuple[Entry, ...]:
        """The sentences of the report among the headline."""
        return tuple(entry for entry in self.headline if entry.claim.asked_by == "report")

    @property
    def questions(self) -> tuple[Entry, ...]:
        """The questions of geobri's own among the headline."""
        return tuple(entry for entry in self.headline if entry.claim.asked_by == "geobri")

    def counts(self) -> dict[Verdict, int]:
        """Count the verdicts on the sentences of the report as printed; geobri's own questions are not among them.

        Returns
        -------
        dict of int
            Number of sentences by verdict, every verdict named.
        """
        found = [entry.verdict for entry in self.sentences]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    def answers(self) -> dict[Verdict, int]:
        """Count the answers to geobri's own questions.

        Returns
        -------
        dict of int
            Number of questions by answer, every answer named.
        """
        found = [entry.verdict for entry in self.questions]
        return {answer: found.count(answer) for answer in ANSWERS}

    def sensitive(self) -> tuple[str, ...]:
        """Name the claims whose verdict depends on the definition.

        Returns
        -------
        tuple of str
            Ids of the claims with more than one verdict; stand-ins and definitions that could not be tried are left out.
        """
        verdicts: dict[str, set[Verdict]] = {}
        for entry in self.entries:
            if entry.verdict != "untestable" and entry.role != "stand-in":
                verdicts.setdefault(entry.claim.id, set()).add(entry.verdict)
        return tuple(name for name, found in verdicts.items() if len(found) > 1)

    def summary(self, language: Literal["en", "zh"] = "en") -> str:
        """Say how many sentences hold, and what the answers to geobri's own questions are.

        Parameters
        ----------
        language
            ``en`` or ``zh``.

        Returns
        -------
        str
            The count of every verdict and of the claims that hang on a definition, then that of every answer.
        """
        comma = "，" if language == "zh" else ", "
        chinese = language == "zh"

        def listed(counts: Mapping[Verdict, int], words: Mapping[Verdict, tuple[str, str]]) -> str:
            return comma.join(
                f"{words[one][1]}{count}" if chinese else f"{count} {words[one][0]}"
                for one, count in counts.items()
                if count
            )

        told, asked = listed(self.counts(), VERDICTS), listed(self.answers(), ANSWERS)
        depend = len(self.sensitive())
        if chinese:
            own = f"本软件自问{len(self.questions)}项：{asked}。" if asked else ""
            return (
                f"{self.name}：检验报告论断{len(self.sentences)}条：{told}；{depend}项的结论取决于定义。{own}"
            )
        own = f" {len(self.questions)} questions of geobri's own: {asked}." if asked else ""
        return f"{self.name}: {len(self.sentences)} claims: {told}; {depend} depend on a definition.{own}"

    def to_frame(self, *, language: Literal["en", "zh"] = "en", headline_only: bool = False) -> pd.DataFrame:
        """Give the ledger as a table.

        Parameters
        ----------
        language
            Language of `figures` and `definition`; verdict and kind are codes in either.
        headline_only
            Leave out the rows under other definitions.

        Returns
        -------
        pandas.DataFrame
            Columns `LEDGER_COLUMNS`, then `cities` and `corridors` (tuples of slugs and ids); the first row of an
            `id` is the definition as printed.
        """
        chinese = language == "zh"
        rows = [
            {
                "id": entry.claim.id,
                "report": entry.claim.report,
                "where": entry.claim.where,
                "claim_en": entry.claim.en,
                "claim_zh": entry.claim.zh,
                "kind": entry.claim.kind,
                "asked_by": entry.claim.asked_by,
                "role": entry.role,
                "verdict": entry.verdict,
                "figures": entry.figures_zh if chinese else entry.figures,
                "definition": entry.definition_zh if chinese else entry.definition,
                "n": entry.n,
                "cities": entry.cities,
                "corridors": entry.corridors,
            }
            for entry in (self.headline if headline_only else self.entries)
        ]
        return pd.DataFrame(rows, columns=[*LEDGER_COLUMNS, "cities", "corridors"])

    def _repr_html_(self) -> str:
        table = self.to_frame(headline_only=True)[["id", "where", "claim_en", "verdict", "figures"]]
        return f"<p>{html.escape(self.summary())}</p>" + str(table.to_html(index=False, escape=True))


def evaluate_claims(
    source: Any,
    claims: ClaimFile | str | Path | None = None,
    *,
    definitions: bool = True,
    rng: int | np.random.Generator | None = None,
) -> Ledger:
    """Check every claim of a report against its tables, under the printed and under other definitions.

    A claim holds if all its statements hold, holds in part if some do, is contradicted if printed values of the
    report deny it, and fails if computed or inferred values do. No verdict is ever read from a file.

    Parameters
    ----------
    source
        A data set (`geobri.datasets.bri22()`), a study, or anything with a table `cities` (index `city`) and
        optionally `pairs` or `corridors` and `tables`.
    claims
        The claims, or the path of a claims.toml; those packaged for the data set by default.
    definitions
        Also ask under every other definition that touches a claim (what counts as coastal, which regions, which
        version of a table).
    rng
        Seed or generator of the statistical claims; each claim starts from the same seed, so that leaving one out
        changes no other.

    Returns
    -------
    Ledger
        One entry per claim and definition, in the order of the file.

    Raises
    ------
    SpecificationError
        If a claim names a city, ranking or table that the source does not have; every one is listed with its line.
    """
    facts = collect_facts(source)
    if claims is None:
        claims = find_claim_file(facts.name)
    if not isinstance(claims, ClaimFile):
        claims = load_claims(claims)
    facts = replace(facts, names=claims.names)
    seed = rng if isinstance(rng, int) else int(np.random.default_rng(rng).integers(2**31))
    faults: list[str] = []
    entries = [
        entry
        for claim in claims.claims
        for entry in _judge_claim(claim, claims, facts, seed=seed, definitions=definitions, faults=faults)
    ]
    if faults:
        listed = "\n".join(f"  {fault}" for fault in dict.fromkeys(faults))
        raise SpecificationError(f"evaluate_claims: {len(faults)} faults in {claims.name}:\n{listed}")
    return Ledger(name=facts.name, entries=tuple(entries))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A claim as it is to be read: the definition, its statements and the scope they are answered in."""

    label: str
    label_zh: str
    tests: tuple[Call, ...]
    scope: Callable[[], Scope]
    role: Role


def _judge_claim(
    claim: Claim, file: ClaimFile, facts: Facts, *, seed: int, definitions: bool, faults: list[str]
) -> Iterator[Entry]:
    for reading in _readings(claim, file, facts, seed):
        try:
            yield _judge(claim, reading)
        except SpecificationError as error:
            faults.append(f"{file.name}, line {claim.line}: claim '{claim.id}': {error}")
        if not definitions:
            return


def _readings(claim: Claim, file: ClaimFile, facts: Facts, seed: int) -> Iterator[_Reading]:
    def scope_of(groups: Mapping[str, Call], ranks: Mapping[str, str]) -> Callable[[], Scope]:
        return lambda: Scope(
            facts=facts.with_ranks(ranks), vocabulary=VOCABULARY, groups={**file.groups, **groups}, rng=seed
        )

    own = claim.asked_by == "geobri"
    label, label_zh = _ASKED if own else (file.as_printed, file.as_printed_zh)
    role: Role = "as asked" if own else "as printed"
    yield _Reading(label, label_zh, claim.tests, scope_of({}, {}), role)
    for label, tests in claim.under.items():
        english, _, chinese = (part.strip() for part in label.partition("|"))
        other: Role = "alternative" if claim.tests else "stand-in"
        yield _Reading(english, chinese or english, tests, scope_of({}, {}), other)
    for also in file.alternatives:
        used = [find_dependencies(test, VOCABULARY, file.groups) for test in claim.tests]
        if any(one.groups & set(also.groups) or one.ranks & set(also.ranks) for one in used):
            scope = scope_of(also.groups, also.ranks)
            yield _Reading(also.label, also.label_zh, claim.tests, scope, "alternative")


def _judge(claim: Claim, reading: _Reading) -> Entry:
    """Answer the statements of a claim and reach its verdict."""
    if not reading.tests:
        return _untestable(claim, reading, claim.untestable, claim.untestable_zh)
    try:
        scope = reading.scope()
        checks: list[Check] = [scope.answer(test) for test in reading.tests]
    except SpecificationError:
        raise
    except (DataError, GeobriError) as error:
        why = say_refusal(error)
        return _untestable(claim, reading, why.en, why.zh)
    verdict = reach_verdict(checks)
    return Entry(
        claim=claim,
        definition=reading.label,
        definition_zh=reading.label_zh,
        role=reading.role,
        verdict="fails" if verdict == "contradicted" and not _may_accuse(reading) else verdict,
        figures="; ".join([*_tell_figures(checks), *([claim.caution] if claim.caution else [])]),
        figures_zh="；".join([*_tell_figures_zh(checks), *([claim.caution_zh] if claim.caution_zh else [])]),
        cities=tuple(dict.fromkeys(city for check in checks for city in check.cities)),
        corridors=tuple(dict.fromkeys(pair for check in checks for pair in check.pairs)),
        n=sum(check.n for check in checks),
    )


def _may_accuse(reading: _Reading) -> bool:
    """Only a sentence of the report, in its own words, can be contradicted by the report."""
    return reading.role == "as printed"


def _tell_figures(checks: list[Check]) -> list[str]:
    """Tell the figures of several checks once each, and comparisons with the same first side together."""
    sides: dict[str, list[str]] = {}
    for check in checks:
        sides.setdefault(check.first or check.figures, []).extend([check.second] if check.first else [])
    return [f"{first} against {', '.join(others)}" if others else first for first, others in sides.items()]


def _tell_figures_zh(checks: list[Check]) -> list[str]:
    sides: dict[str, list[str]] = {}
    for check in checks:
        sides.setdefault(check.first_zh or check.figures_zh, []).extend(
            [check.second_zh] if check.first else []
        )
    return [f"{first}对{'、'.join(others)}" if others else first for first, others in sides.items()]


def _untestable(claim: Claim, reading: _Reading, why: str, why_zh: str) -> Entry:
    return Entry(
        claim=claim,
        definition=reading.label,
        definition_zh=reading.label_zh,
        verdict="untestable",
        figures=why,
        figures_zh=why_zh,
        role=reading.role,
    )


def reach_verdict(checks: list[Check]) -> Verdict:
    """Reach the verdict of a claim from the answers to its statements.

    Parameters
    ----------
    checks
        At least one answer.

    Returns
    -------
    str
        ``holds`` if all hold; ``contradicted`` if none holds and all rest on printed values; ``fails`` if none holds
        and some rest on computed or inferred values; ``partly`` otherwise.
    """
    states = {check.state for check in checks}
    if states == {"holds"}:
        return "holds"
    if states != {"fails"}:
        return "partly"
    return "contradicted" if all(check.basis == "printed" for check in checks) else "fails"
