"""docs/findings.md says what the package does: vocabulary, counts and the example file."""

import re
from pathlib import Path

import pytest

from geobri.datasets import bri22, global513
from geobri.findings import VERDICTS, describe_vocabulary, evaluate_claims, parse_claims

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
ROWS = {
    "holds": "hold",
    "partly": "hold in part",
    "fails": "fail",
    "contradicted": "contradicted by another table",
    "untestable": "cannot be tested",
}
ANSWERS_SAID = {"holds": "yes", "partly": "not clear", "fails": "no"}


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def test_the_whole_vocabulary_is_documented(page):
    rows = dict(re.findall(r"^\| `(\w+\([^`]*\))` \| (.*) \|$", page, flags=re.MULTILINE))
    assert rows == describe_vocabulary()


def test_the_counts_of_the_page_are_the_counts_of_the_ledger(page):
    ledgers = [evaluate_claims(data, definitions=False, rng=2021) for data in (bri22(), global513())]
    rows = {
        name.strip(): (int(one), int(other))
        for name, one, other in re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \|$", page, flags=re.MULTILINE)
    }
    assert rows["claims"] == tuple(len(ledger.sentences) for ledger in ledgers)
    assert rows["questions of geobri"] == tuple(len(ledger.questions) for ledger in ledgers)
    for answer, name in ANSWERS_SAID.items():
        assert rows[name] == tuple(ledger.answers()[answer] for ledger in ledgers), name
    for verdict, name in ROWS.items():
        assert verdict in VERDICTS
        assert rows[name] == tuple(ledger.counts()[verdict] for ledger in ledgers), name


def test_the_example_file_is_a_good_file(page):
    text = re.search(r"```toml\n(.*?)```", page, flags=re.DOTALL).group(1)
    file = parse_claims(text)
    assert [claim.id for claim in file.claims] == [
        "my-study-north-leads",
        "my-study-visitors",
        "my-study-chance",
    ]
    assert [claim.asked_by for claim in file.claims] == ["report", "report", "geobri"]
    broken = text.replace('"count" ', '"counting" ').replace(
        "most_in(top(overall, 5)", "most_inn(top(overall, 5)"
    )
    with pytest.raises(ValueError, match="2 faults in claims") as caught:
        parse_claims(broken)
    for line in str(caught.value).splitlines()[1:]:
        assert line in page
