"""The rules of fairness of docs/findings.md, on every claim of the two reports.

The reports are not here; `tests/reference/report_shingles.bin.gz` holds a hash of every stretch of three and of six letters of
their text (`tools/fingerprint_reports.py`), so that a quotation that does not stand in the print is found out.
"""

import csv
import gzip
import hashlib
import re
from pathlib import Path

import pytest

import geobri
from geobri.datasets import bri22, global513
from geobri.findings import audit_consistency, evaluate_claims, find_claim_file, load_claims
from geobri.findings.language import Call
from geobri.findings.where import say_where_zh
from geobri.study import load_study
from geobri.study.questions import SEED, run_proximity

REPORTS = {"bri22": bri22, "global513": global513}
FILES = {name: load_claims(find_claim_file(name)) for name in REPORTS}
CLAIMS = [claim for file in FILES.values() for claim in file.claims]
SENTENCES = [claim for claim in CLAIMS if claim.asked_by == "report"]
QUESTIONS = [claim for claim in CLAIMS if claim.asked_by == "geobri"]
PUBLISHED = Path(geobri.__file__).parent / "data" / "published"
SHINGLES = Path(__file__).parents[1] / "reference" / "report_shingles.bin.gz"


def read(name):
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# ---- what is quoted is printed


def load_shingles():
    packed = gzip.decompress(SHINGLES.read_bytes())
    return {packed[start : start + 3] for start in range(0, len(packed), 3)}


PRINTED = load_shingles()


def plain(text):
    return re.sub(r"[\W_]+", "", text).lower()


def stands_in(report, text):
    """Whether every stretch of six letters (three, in a shorter text) stands in the report."""
    letters = plain(text)
    length = 6 if len(letters) >= 6 else 3
    parts = [letters[start : start + length] for start in range(max(len(letters) - length + 1, 1))]
    return all(hashlib.sha256(f"{report}:{part}".encode()).digest()[:3] in PRINTED for part in parts)


def quoted_parts(claim):
    """The stretches that a claim quotes: …… leaves words out, 〔…〕 puts words in."""
    words = re.sub(r"〔[^〕]*〕", "", claim.quoted or claim.zh)
    return [part for part in words.split("……") if plain(part)]


@pytest.mark.parametrize("claim", SENTENCES, ids=lambda claim: claim.id)
def test_each_sentence_of_a_report_is_quoted_as_it_is_printed(claim):
    parts = quoted_parts(claim)
    checked = [part for part in parts if len(plain(part)) >= 3]
    assert checked, "nothing long enough to be looked up is quoted"
    assert all(len(plain(part)) == 2 for part in parts if part not in checked), "a name may have two letters"
    for part in checked:
        assert stands_in(claim.report, part), part


def test_a_quotation_with_one_wrong_letter_is_found_out():
    for claim in SENTENCES:
        letters = plain(quoted_parts(claim)[0])
        if len(letters) >= 12:
            middle = len(letters) // 2
            wrong = letters[:middle] + ("囧" if letters[middle] != "囧" else "圀") + letters[middle + 1 :]
            assert not stands_in(claim.report, wrong), claim.id
    assert not stands_in("global513", quoted_parts(SENTENCES[0])[0])


def test_what_geobri_asks_is_a_question_in_both_languages_and_quotes_nobody():
    for claim in QUESTIONS:
        assert claim.en.endswith("?"), claim.id
        assert claim.zh.endswith("？"), claim.id
        assert not claim.quoted
        assert claim.tests
    assert not [claim.id for claim in SENTENCES if claim.en.endswith("?")]
    # chance versions ask for more than a report says
    assert [claim.id for claim in SENTENCES if claim.kind == "statistical"] == []


def test_each_number_that_the_reports_state_of_their_data_has_a_claim():
    quoted = {
        name: [
            plain(part).replace("两", "2")
            for one in SENTENCES
            if one.report == name
            for part in quoted_parts(one)
        ]
        for name in REPORTS
    }
    for row in read("stated_counts"):
        words = plain(row["text_zh"]).replace("两", "2")
        assert any(words in part or part in words for part in quoted[row["report"]]), row


def test_where_a_claim_stands_is_said_in_chinese_too():
    places = {claim.where for claim in CLAIMS}
    places |= {row[side] for row in read("contradictions") for side in ("where_a", "where_b")}
    assert [place for place in places if re.search("[A-Za-z]", say_where_zh(place))] == []
    assert say_where_zh("sections 3.3.1 and 3.3.3") == "第3.3.1节、第3.3.3节"
    assert say_where_zh("tables 8, 10 and 11") == "表8、表10、表11"
    assert say_where_zh("section 5.1.3 and table 9") == "第5.1.3节、表9"


# ---- what the words ask for


def calls(call):
    yield call
    for one in (*call.arguments, *(value for _, value in call.keywords)):
        for part in one if isinstance(one, tuple) else (one,):
            if isinstance(part, Call):
                yield from calls(part)


def words_of(claim, tests=None):
    return {call.name for test in (claim.tests if tests is None else tests) for call in calls(test)}


HEDGES = re.compile("大都|大多|往往|普遍|为主(?!要)|半壁江山|大幅度|左右")
HEDGED = {
    "ahead_on_average",
    "count_at_least",
    "each_in_top",  # with a place far enough down for the word: 'around rank ten', 'fairly balanced'
    "in_top",
    "most_cells_positive",
    "most_in",
    "most_in_top",
    "most_stronger_in",
    "often_in_top",
    "only_stronger_in",
    "pair_rank_is",
    "pairs_outnumber",
    "same_pairs",
    "stronger_in",
}
GROWTH = re.compile("增加|上升|下滑|下跌|下降|升至|提升进入|增强|扩大|转移|恢复|日益|增长")
OF_TWO_YEARS = {"change_is", "changed"}
ONE_YEAR_ONLY = {
    # the number of this year is asked for; that of the year before is a claim of its own, and untestable
    "global513-513-cities": "global513-from-505",
    "global513-east-asia-25": "global513-growing-numbers",
    "global513-asia-25": "global513-growing-numbers",
    "global513-north-america-23": "global513-growing-numbers",
    "global513-potential-asia-55": "global513-potential-asia-51",
}


def test_hedges_count():
    seen = [claim for claim in SENTENCES if claim.tests and HEDGES.search(claim.zh)]
    assert len(seen) >= 9
    for claim in seen:
        assert words_of(claim) & HEDGED, claim.id


def test_what_grows_is_asked_of_two_years_or_left_open():
    by_id = {claim.id: claim for claim in CLAIMS}
    seen = [claim for claim in SENTENCES if claim.report == "global513" and GROWTH.search(claim.zh)]
    assert len(seen) >= 20
    for claim in seen:
        if claim.id in ONE_YEAR_ONLY:
            assert by_id[ONE_YEAR_ONLY[claim.id]].untestable
        elif claim.tests:
            assert words_of(claim) & OF_TWO_YEARS, claim.id


def test_a_flag_that_was_made_from_a_sentence_does_not_confirm_it():
    """No claim uses the flag `coastal` in the section from which a flag was taken or inferred."""
    cities = bri22().cities
    sources = set(re.findall(r"section (\d[\d.]*\d)", " ".join(cities["coastal_note"])))
    assert {"2.2", "3.1.1"} <= sources
    file = FILES["bri22"]
    for claim in SENTENCES:
        if claim.report == "bri22" and "cities.coastal" in file.needs(claim):
            own = set(re.findall(r"\d[\d.]*\d", claim.where))
            assert not own & sources, claim.id


# ---- what is said of a sentence, and by what right


@pytest.fixture(scope="module", params=REPORTS, ids=list(REPORTS))
def judged(request):
    data = REPORTS[request.param]()
    ledger = evaluate_claims(data, rng=SEED)
    return data, ledger, audit_consistency(data, ledger=ledger)


NEGATIVE = {
    "bri22": {
        "bri22-information-seven-chinese",
        "bri22-top-corridors-top-seven",
    },
    "global513": {"global513-asia-25"},
}
"""The sentences that the printed tables deny; docs/findings.md says of each why that is fair."""


def test_few_sentences_are_denied_and_each_by_print(judged):
    data, ledger, _ = judged
    denied = {entry.claim.id for entry in ledger.sentences if entry.verdict not in ("holds", "untestable")}
    assert denied == NEGATIVE[data.name]
    assert {entry.verdict for entry in ledger.sentences if entry.claim.id in denied} == {"contradicted"}


def test_only_the_words_as_printed_can_be_contradicted(judged):
    _, ledger, _ = judged
    for entry in ledger.entries:
        if entry.verdict == "contradicted":
            assert (entry.role, entry.claim.asked_by) == ("as printed", "report")
        if entry.role == "stand-in":
            assert entry.claim.untestable
        if entry.role == "alternative":
            assert entry.claim.tests
    assert {entry.role for entry in ledger.questions} <= {"as asked"}
    assert {entry.role for entry in ledger.sentences} == {"as printed"}


def test_a_stand_in_neither_counts_nor_makes_a_sentence_depend_on_a_definition(judged):
    _, ledger, _ = judged
    stand_ins = [entry for entry in ledger.entries if entry.role == "stand-in"]
    assert stand_ins
    assert sum(ledger.counts().values()) == len(ledger.sentences)
    assert not {entry.claim.id for entry in stand_ins} & set(ledger.sensitive())


LEFT_OPEN = {
    # the list is not printed, or only its first places are
    "bri22-near-corridors-stronger",
    "bri22-bangkok-partners",
    "bri22-people-with-chinese",
    "global513-southeast-asia-risers",
    "global513-eastern-europe-risers",
    "global513-innovation-level",
    # growth
    "global513-innovation-gap",
    "global513-asia-innovation-rising",
    "global513-potential-asia-rising",
    # an indicator is not its composite, strength not presence
    "bri22-shanghai-behind-singapore-broadband",
    "bri22-shanghai-behind-singapore-shipping",
    "bri22-singapore-chinese-ports",
    "bri22-moscow-rail-strongest",
    "bri22-inland-rail",
    "global513-air-up",
    # cause
    "bri22-dimensions-reinforce",
    "global513-chengdu-facility",
    # circular
    "bri22-ten-inland-twelve-coastal",
    "bri22-17-marked-differences",
    # data from elsewhere
    "global513-million-or-capital",
    "bri22-international-global",
}


def test_what_the_data_cannot_carry_is_left_open():
    by_id = {claim.id: claim for claim in SENTENCES}
    assert set(by_id) >= LEFT_OPEN
    for name in LEFT_OPEN:
        assert by_id[name].untestable, name
        assert by_id[name].untestable_zh, name


def test_contradictions_are_told_from_misprints_and_remarks(judged):
    data, ledger, frame = judged
    assert set(frame["nature"]) <= {"contradiction", "misprint", "remark"}
    known = frame[frame["id"].isin(data.contradictions.index)]
    assert len(known) == len(frame), "the built-in reports have no contradiction that was not read before"
    apart = known[known["nature"] == "contradiction"]
    assert (apart["says_a"] != apart["says_b"]).all()
    assert {
        entry.claim.contradiction for entry in ledger.sentences if entry.verdict == "contradicted"
    } <= set(apart["id"])
    for column in ("says_a_zh", "says_b_zh"):
        assert known[column].str.len().gt(0).all()
    assert (known["note"].eq("") == known["note_zh"].eq("")).all()


NO_CONTRADICTIONS = [
    "global513-potential-asia-rising",
    "bri22-bangkok-partners",
    "bri22-people-with-chinese",
    "global513-new-cities",
    "global513-asia-by-list",
    "bri22-only-bangkok",
    "bri22-istanbul-no-top-five",
    "bri22-effect-order",
    "bri22-information-all-chinese",
    "bri22-chengdu-cooperation",
    "bri22-information-top-five-international",
    "bri22-weights-decimals",
    "bri22-ranks-11-22-one-or-two",
    "bri22-singapore-bangkok-label",
]
REMARKS = ["bri22-rail-all-chinese", "bri22-facility-tie"]
"""A second reader found a way in which both can be true: a remark accuses nobody."""


def test_what_can_both_be_true_is_no_contradiction(judged):
    _, _, frame = judged
    assert not set(NO_CONTRADICTIONS) & set(frame["id"])
    natures = frame.set_index("id")["nature"]
    assert set(natures[natures.index.isin(REMARKS)]) <= {"remark"}


def test_the_readers_finds_are_listed():
    rows = {row["id"]: row for row in read("contradictions")}
    for name, cell in {
        "bri22-facility-tie": "flights and ships tie too",
        "bri22-reference-figure-1": "figure 1",
        "bri22-air-counted-twice": "two of six dimensions",
        "bri22-rail-frequency-or-presence": "by its presence",
        "global513-mark-without-row": "no row carries the mark",
        "bri22-older-vintage": "one older vintage",
    }.items():
        assert cell in " ".join(rows[name].values()), name


def test_tables_8_10_and_11_fit_one_older_ranking():
    """With the ranks of table 11 the effects of table 10 give no place twice; with those of table 2 they do."""
    effect = {row["city"]: int(row["effect"]) for row in read("bri22_table10")}
    new = {row["city"]: int(row["rank_overall"]) for row in read("bri22_cities")}
    old = new | {row["city"]: int(row["rank_bri_printed"]) for row in read("bri22_table11")}
    before = {
        name: [ranks[city] + step for city, step in effect.items()]
        for name, ranks in (("new", new), ("old", old))
    }
    assert len(set(before["new"])) < len(effect)
    assert len(set(before["old"])) == len(effect)


def test_one_null_has_one_p_value():
    """The ledger and the section of tests ask the same function with the same choices."""
    study = load_study("bri22")
    page = {result.null: result for result in run_proximity(study, "rank_overall")}
    file = FILES["bri22"]
    question = next(claim for claim in QUESTIONS if claim.id == "bri22-near-corridors-chance")
    ledger = evaluate_claims(study, find_claim_file("bri22"), rng=SEED)
    ours = [
        entry for entry in ledger.entries if entry.claim.id == question.id and entry.role == "alternative"
    ]
    nulls = ("blocks", "hubs", "active", "corridors")
    assert file.needs(question)
    assert len(ours) == len(nulls)
    for null, entry in zip(nulls, ours, strict=True):
        said = float(re.search(r"p = ([0-9.]+)", entry.figures).group(1))
        assert said == pytest.approx(page[null].p_value, rel=0.05), null
        assert f"mean {page[null].statistic:,.0f} km" in entry.figures
