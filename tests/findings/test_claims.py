"""Files of claims: read whole, or refused with every fault and its line."""

import re
from pathlib import Path

import pytest

from geobri.errors import SpecificationError
from geobri.findings import find_claim_file, load_claims, parse_claims

GOOD = """
report = "toy"

[groups]
north = "cities(oslo)"
far = "without(everyone(), north)"

[[alternative]]
en = "the north is Rome"
zh = "北方即罗马"
groups.north = "cities(rome)"

[reasons]
secret = { en = "not printed", zh = "未公布" }

[[claim]]
id = "toy-first"
where = "page 1"
en = "Oslo is first."
zh = "奥斯陆第一"
kind = "lookup"
test = "rank_is(north, overall, 1)"

[[claim]]
id = "toy-secret"
where = "page 2"
en = "Nobody knows."
kind = "outside data"
untestable = "secret"
"""


def faults_of(text):
    with pytest.raises(SpecificationError) as caught:
        parse_claims(text, name="claims.toml")
    return str(caught.value)


def test_a_good_file():
    file = parse_claims(GOOD)
    assert [claim.id for claim in file.claims] == ["toy-first", "toy-secret"]
    first, second = file.claims
    assert (first.zh, first.line) == ("奥斯陆第一", 16)
    assert second.zh == second.en
    assert (second.untestable, second.untestable_zh) == ("not printed", "未公布")
    assert file.alternatives[0].label_zh == "北方即罗马"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "rank_is(north, overall, 1)",
            "rank_si(north, overall, 1)",
            "line 22: there is no verb or selector 'rank_si'. Did you mean rank_is",
        ),
        ("rank_is(north, overall, 1)", "top(overall, 1)", "line 22: 'top' cannot stand here. Use a verb"),
        ("rank_is(north, overall, 1)", "rank_is(north", "line 22: cannot read"),
        ('kind = "lookup"', 'kind = "looking"', "line 21: unknown kind 'looking'. Known are lookup"),
        ('kind = "lookup"', 'kindd = "lookup"', "line 16: the claim needs 'kind'"),
        ('kind = "lookup"', 'verdict = "holds"', "line 21: unknown key 'verdict'"),
        ('id = "toy-secret"', 'id = "toy-first"', "line 24: the id 'toy-first' is used twice"),
        ('id = "toy-secret"', 'id = "Toy secret"', "line 25: the id 'Toy secret' must be lower-case words"),
        ('untestable = "secret"', "", "line 24: the claim needs either a 'test' or a reason"),
        (
            'untestable = "secret"',
            'untestable = "secret"\ntest = "count_is(oslo, 1)"',
            "line 24: the claim needs either",
        ),
        ("cities(oslo)", "rank_is(oslo, overall, 1)", "line 5: 'rank_is' cannot stand here. Use a selector"),
        ("cities(oslo)", "cities(far)", "is defined by itself"),
        (
            "groups.north",
            "groups.nrth",
            "line 11: there is no group 'nrth' to redefine. Known are north, far",
        ),
        ('en = "the north is Rome"\nzh = "北方即罗马"\n', "", "line 8: an alternative needs a name"),
        ('report = "toy"', 'report = "toy"\nverdicts = 1', "line 3: unknown key 'verdicts'"),
        ("test = ", "test = 3 #", "line 22: a statement is text, not 3"),
        ("[[claim]]", "[[claims]]", "line 1: there is no \\[\\[claim\\]\\]"),
        ('report = "toy"', 'report = "toy"\nas_printed = 3', "line 3: 'as_printed' must be a table, not 3"),
        ('test = "rank_is', 'under = 3\ntest = "rank_is', "line 22: 'under' must be a table, not 3"),
        ('report = "toy"', 'report = "toy', "must be TOML.*line 2"),
    ],
)
def test_faults_point_to_the_line(old, new, message):
    text = GOOD.replace(old, new)
    assert text != GOOD
    assert re.search(message, faults_of(text)), faults_of(text)


def test_all_faults_come_at_once_in_the_order_of_the_lines():
    text = GOOD.replace('kind = "lookup"', 'kind = "looking"').replace(
        "rank_is(north, overall, 1)", "rank_si(north)"
    )
    said = faults_of(text)
    assert "2 faults in claims.toml" in said
    assert [int(line) for line in re.findall(r"line (\d+)", said)] == [21, 22]


def test_a_list_of_statements_points_to_the_faulty_one():
    text = GOOD.replace(
        'test = "rank_is(north, overall, 1)"', 'test = [\n  "count_is(north, 1)",\n  "count_si(far, 2)",\n]'
    )
    assert "line 24: there is no verb or selector 'count_si'" in faults_of(text)


def test_missing_wrongly_encoded_and_unknown_files(tmp_path):
    with pytest.raises(SpecificationError, match="no such file"):
        load_claims(tmp_path / "none.toml")
    path = tmp_path / "claims.toml"
    path.write_bytes("# 奥斯陆\n".encode("gbk"))
    with pytest.raises(SpecificationError, match="TOML in UTF-8"):
        load_claims(path)
    with pytest.raises(SpecificationError, match="Known are bri22, global513"):
        find_claim_file("atlantis")


@pytest.mark.parametrize("name", ["bri22", "global513"])
def test_packaged_claims_carry_no_verdict_and_both_languages(name):
    text = Path(find_claim_file(name)).read_text(encoding="utf-8")
    assert not re.search(r"^\s*verdict", text, flags=re.MULTILINE)
    file = load_claims(find_claim_file(name))
    assert len(file.claims) > 100
    for claim in file.claims:
        assert claim.id.startswith(f"{name}-")
        assert claim.where
        assert re.search(r"[一-鿿]", claim.zh), claim.id
        assert re.search(r"[A-Za-z]", claim.en), claim.id
        assert bool(claim.tests) != bool(claim.untestable)


@pytest.mark.parametrize("name", ["bri22", "global513"])
def test_every_claim_is_tested_in_its_own_way(name):
    """No two claims of a report are the same statement in the same place, and no group is an orphan."""
    file = load_claims(find_claim_file(name))
    seen = {}
    for claim in file.claims:
        key = (claim.where, tuple(map(str, claim.tests)), claim.en)
        assert key not in seen, (claim.id, seen.get(key))
        seen[key] = claim.id
    words = " ".join(str(call) for claim in file.claims for call in claim.tests)
    words += " ".join(str(call) for claim in file.claims for calls in claim.under.values() for call in calls)
    words += " ".join(str(call) for call in file.groups.values())
    assert [group for group in file.groups if not re.search(rf"\b{group}\b", words)] == []
