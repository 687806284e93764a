"""The findings: every claim of a report as data, each with its test and its computed verdict."""

from geobri.findings.audit import CONTRADICTION_COLUMNS, audit_consistency
from geobri.findings.claims import Alternative, Claim, ClaimFile, find_claim_file, load_claims, parse_claims
from geobri.findings.ledger import ANSWERS, LEDGER_COLUMNS, VERDICTS, Entry, Ledger, evaluate_claims
from geobri.findings.vocabulary import VOCABULARY, describe_vocabulary

__all__ = [
    "ANSWERS",
    "CONTRADICTION_COLUMNS",
    "LEDGER_COLUMNS",
    "VERDICTS",
    "VOCABULARY",
    "Alternative",
    "Claim",
    "ClaimFile",
    "Entry",
    "Ledger",
    "audit_consistency",
    "describe_vocabulary",
    "evaluate_claims",
    "find_claim_file",
    "load_claims",
    "parse_claims",
]


def __dir__() -> list[str]:
    return [*__all__]
