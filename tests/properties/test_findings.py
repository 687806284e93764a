"""Properties of the language of claims and of verdicts."""

from contextlib import suppress

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geobri.errors import SpecificationError
from geobri.findings import VERDICTS, parse_claims
from geobri.findings.answers import Check
from geobri.findings.detectors import find_tie_rule
from geobri.findings.language import Call, find_call_faults, parse_statement
from geobri.findings.ledger import reach_verdict
from geobri.findings.vocabulary import VOCABULARY

WORDS = st.from_regex(r"[a-z][a-z]{1,8}(-[a-z]{1,5})?", fullmatch=True).filter(
    lambda word: (
        word
        not in {
            "as",
            "if",
            "in",
            "is",
            "or",
            "and",
            "not",
            "def",
            "del",
            "for",
            "try",
            "from",
            "pass",
            "with",
            "else",
            "elif",
            "async",
            "await",
            "break",
            "class",
            "raise",
            "while",
            "yield",
            "assert",
            "except",
            "global",
            "import",
            "lambda",
            "return",
            "finally",
            "continue",
            "nonlocal",
        }
    )
)
NAMES = st.sampled_from(sorted(VOCABULARY))
VALUES = st.recursive(
    WORDS | st.integers(-99, 99),
    lambda inner: (
        st.builds(Call, NAMES, st.lists(inner, max_size=3).map(tuple))
        | st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
CALLS = st.builds(Call, NAMES, st.lists(VALUES, max_size=3).map(tuple))


@settings(deadline=None, max_examples=150)
@given(CALLS)
def test_what_is_written_is_read_again(call):
    assert parse_statement(str(call)) == call


@settings(deadline=None, max_examples=150)
@given(CALLS)
def test_checking_a_statement_never_raises(call):
    assert all(isinstance(fault, str) for fault in find_call_faults(call, VOCABULARY))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(SpecificationError):
        assert isinstance(parse_statement(text), Call)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=120))
def test_any_file_is_read_or_refused(text):
    with suppress(SpecificationError):
        assert parse_claims(text).claims


CHECKS = st.builds(
    Check,
    state=st.sampled_from(["holds", "partly", "fails"]),
    figures=st.just(""),
    figures_zh=st.just(""),
    basis=st.sampled_from(["printed", "computed", "inferred"]),
)


@settings(deadline=None)
@given(st.lists(CHECKS, min_size=1, max_size=5), st.randoms())
def test_the_order_of_statements_does_not_matter(checks, random):
    verdict = reach_verdict(checks)
    assert verdict in VERDICTS
    shuffled = list(checks)
    random.shuffle(shuffled)
    assert reach_verdict(shuffled) == verdict


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=9), st.sampled_from(["min", "max", "dense"]))
def test_the_rule_of_ties_is_recognised(values, rule):
    ranks = pd.Series(values).rank(method=rule)
    found = find_tie_rule(ranks)
    assert found is not None
    if found != "none":
        assert (pd.Series(values).rank(method=found) == ranks).all()
