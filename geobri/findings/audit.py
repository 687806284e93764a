"""The consistency audit: every table against every other and against the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from geobri.errors import SpecificationError
from geobri.findings.claims import find_claim_file
from geobri.findings.detectors import DETECTORS, Contradiction
from geobri.findings.facts import Facts, collect_facts
from geobri.findings.ledger import Entry, Ledger, evaluate_claims

__all__ = ["CONTRADICTION_COLUMNS", "audit_consistency"]

CONTRADICTION_COLUMNS: Final = (
    "id",
    "report",
    "nature",
    "kind",
    "where_a",
    "says_a",
    "says_a_zh",
    "where_b",
    "says_b",
    "says_b_zh",
    "note",
    "note_zh",
    "found_by",
    "confirmed",
    "cities",
    "corridors",
)
"""The columns of contradictions.csv as written; `cities` and `corridors` are tuples."""

_CHECKED: Final = ("lookup", "count", "comparison")
_NEGATIVE: Final = ("contradicted", "partly", "fails")


def audit_consistency(source: Any, *, ledger: Ledger | None = None) -> pd.DataFrame:
    """List where a report contradicts itself, and whether a program finds it.

    A contradiction is two printed statements that cannot both be true; misprints, and remarks on what can be true all the
    same, stand in the same table and say so in `nature`. Known ones come first, in their order. Those that a program can find are looked for again in the tables
    at hand: by the detectors (ranks doubled, missing or different between tables, names, lists, signs) and by the
    claims of the ledger. What is found and was not known is added below.

    Parameters
    ----------
    source
        A data set, a study, or anything with a table `cities`; a table `contradictions` (index `id`)
        holds the known ones.
    ledger
        The evaluated claims; those packaged for the data set by default, none for other sources.

    Returns
    -------
    pandas.DataFrame
        Columns `CONTRADICTION_COLUMNS`. `confirmed` is true where a program found it in these tables, false where it
        was looked for and is not there, missing where only a reader can see it.
    """
    facts = collect_facts(source)
    if ledger is None:
        ledger = _packaged_ledger(facts)
    found = {one.id: one for detect in DETECTORS.values() for one in detect(facts)}
    denied = _denied_claims(ledger)
    known = _known_contradictions(source)
    rows = (
        [] if known is None else [_known_row(name, row, {*found, *denied}) for name, row in known.iterrows()]
    )
    names = {row["id"] for row in rows}
    rows += [_found_row(one, facts.name) for one in found.values() if one.id not in names]
    rows += [_claim_row(entry) for name, entry in denied.items() if name not in names]
    frame = pd.DataFrame(rows, columns=list(CONTRADICTION_COLUMNS))
    frame["confirmed"] = frame["confirmed"].astype("boolean")
    return frame


def _known_contradictions(source: Any) -> pd.DataFrame | None:
    """Find the table of known contradictions of a data set or a study."""
    known: pd.DataFrame | None = getattr(source, "contradictions", None)
    return known


def _packaged_ledger(facts: Facts) -> Ledger:
    try:
        find_claim_file(facts.name)
    except SpecificationError:
        return Ledger(name=facts.name, entries=())
    return evaluate_claims(facts)


def _denied_claims(ledger: Ledger) -> dict[str, Entry]:
    """Give the claims that detect a contradiction, by its id; a sentence that printed values deny is its own.

    Only what is said or asked as it stands counts: another reading, or a stand-in, proves nothing against a report.
    """
    denied: dict[str, Entry] = {}
    for entry in ledger.headline:
        claim = entry.claim
        if claim.contradiction and entry.verdict in _NEGATIVE:
            denied.setdefault(claim.contradiction, entry)
        elif not claim.contradiction and claim.kind in _CHECKED and entry.verdict == "contradicted":
            denied[claim.id] = entry
    return denied


def _split(cell: Any) -> tuple[str, ...]:
    return tuple(part for part in str(cell).split(";") if part)


def _known_row(name: Any, row: pd.Series, found: Iterable[str]) -> dict[str, Any]:
    confirmed = name in found if row["found_by"] == "program" else pd.NA
    return {
        **{column: row[column] for column in CONTRADICTION_COLUMNS if column in row.index},
        "id": name,
        "confirmed": confirmed,
        "cities": _split(row["cities"]),
        "corridors": _split(row["corridors"]),
    }


def _found_row(one: Contradiction, report: str) -> dict[str, Any]:
    fields = {name: getattr(one, name) for name in Contradiction.__dataclass_fields__}
    return {**fields, "report": report, "found_by": "program", "confirmed": True}


def _claim_row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.claim.id,
        "report": entry.claim.report,
        "nature": "contradiction",
        "kind": "table against text",
        "where_a": entry.claim.where,
        "says_a": entry.claim.en,
        "says_a_zh": entry.claim.zh,
        "where_b": "published tables",
        "says_b": entry.figures,
        "says_b_zh": entry.figures_zh,
        "note": "",
        "note_zh": "",
        "found_by": "program",
        "confirmed": True,
        "cities": entry.cities,
        "corridors": entry.corridors,
    }
