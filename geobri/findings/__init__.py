"""The findings: every claim of a report as data, each with its test and its computed verdict."""

from geobri.findings.audit import CONTRADICTION_COLUMNS as CONTRADICTION_COLUMNS
from geobri.findings.audit import audit_consistency
from geobri.findings.claims import Alternative as Alternative
from geobri.findings.claims import Claim, ClaimFile, load_claims
from geobri.findings.claims import find_claim_file as find_claim_file
from geobri.findings.claims import parse_claims as parse_claims
from geobri.findings.ledger import ANSWERS as ANSWERS
from geobri.findings.ledger import LEDGER_COLUMNS as LEDGER_COLUMNS
from geobri.findings.ledger import VERDICTS, Entry, Ledger, evaluate_claims
from geobri.findings.vocabulary import VOCABULARY, describe_vocabulary
from geobri.notebooks import menu_of

__all__ = [
    "VERDICTS",
    "VOCABULARY",
    "Claim",
    "ClaimFile",
    "Entry",
    "Ledger",
    "audit_consistency",
    "describe_vocabulary",
    "evaluate_claims",
    "load_claims",
]
__dir__ = menu_of(__all__)
