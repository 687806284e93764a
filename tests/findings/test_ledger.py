"""Verdicts: how they are reached, under which definition, and what the ledger gives."""

from types import SimpleNamespace

import pandas as pd
import pytest

from geobri.datasets import bri22
from geobri.errors import SchemaError, SpecificationError
from geobri.findings import LEDGER_COLUMNS, VERDICTS, evaluate_claims, parse_claims
from geobri.findings.answers import Check
from geobri.findings.ledger import reach_verdict

CLAIMS = """
report = "toy"
as_printed = { en = "as printed", zh = "按原文" }

[groups]
sea = "flagged(coastal, True)"

[[alternative]]
en = "only Cairo lies at the sea"
zh = "仅开罗临海"
groups.sea = "cities(cairo)"

[[claim]]
id = "toy-first"
where = "page 1"
en = "Oslo is first."
kind = "lookup"
test = "rank_is(oslo, overall, 1)"

[[claim]]
id = "toy-sea"
where = "page 1"
en = "The first two lie at the sea."
kind = "count"
test = "all_in(top(overall, 2), sea)"
under."the first alone | 仅第一名" = "all_in(top(overall, 1), sea)"

[[claim]]
id = "toy-two-parts"
where = "page 2"
en = "Oslo is first and Rome third."
kind = "lookup"
test = ["rank_is(oslo, overall, 1)", "rank_is(rome, overall, 3)"]

[[claim]]
id = "toy-wrong"
where = "page 2"
en = "Cairo is first."
kind = "lookup"
test = "rank_is(cairo, overall, 1)"

[[claim]]
id = "toy-secret"
where = "page 3"
en = "Nobody knows."
kind = "outside data"
untestable = "not printed"
"""


def study(**changes):
    cities = pd.DataFrame(
        {
            "name": ["Oslo", "Rome", "Cairo"],
            "name_zh": ["奥斯陆", "罗马", "开罗"],
            "country": ["NOR", "ITA", "EGY"],
            "region": ["Europe", "Europe", "Africa"],
            "coastal": pd.array([True, True, False], dtype="boolean"),
            "rank_overall": [1, 2, 3],
        },
        index=pd.Index(["oslo", "rome", "cairo"], name="city"),
    )
    return SimpleNamespace(name="toy", cities=cities.assign(**changes))


def verdicts(ledger):
    return {(entry.claim.id, entry.definition): entry.verdict for entry in ledger.entries}


def test_verdicts_under_every_definition():
    ledger = evaluate_claims(study(), parse_claims(CLAIMS))
    assert verdicts(ledger) == {
        ("toy-first", "as printed"): "holds",
        ("toy-sea", "as printed"): "holds",
        ("toy-sea", "the first alone"): "holds",
        ("toy-sea", "only Cairo lies at the sea"): "fails",
        ("toy-two-parts", "as printed"): "partly",
        ("toy-wrong", "as printed"): "contradicted",
        ("toy-secret", "as printed"): "untestable",
    }
    assert ledger.sensitive() == ("toy-sea",)
    assert ledger.counts() == {"holds": 2, "partly": 1, "fails": 0, "contradicted": 1, "untestable": 1}
    assert "5 claims: 2 holds" in ledger.summary()


def test_without_definitions_there_is_one_row_per_claim():
    ledger = evaluate_claims(study(), parse_claims(CLAIMS), definitions=False)
    assert len(ledger.entries) == len(ledger.headline) == 5


def test_the_frame_in_both_languages():
    ledger = evaluate_claims(study(), parse_claims(CLAIMS))
    frame = ledger.to_frame()
    assert list(frame.columns) == [*LEDGER_COLUMNS, "cities", "corridors"]
    assert frame.loc[0, "figures"] == "overall: Oslo 1"
    assert frame.loc[0, "cities"] == ("oslo",)
    chinese = ledger.to_frame(language="zh", headline_only=True)
    assert len(chinese) == 5
    assert chinese.loc[0, "figures"] == "overall：奥斯陆 1"
    assert set(chinese["definition"]) == {"按原文"}
    assert list(frame["id"].drop_duplicates()) == list(chinese["id"])
    assert "<table" in ledger._repr_html_()


def test_row_order_does_not_matter_and_the_tables_are_untouched():
    source = study()
    before = source.cities.copy()
    one = evaluate_claims(source, parse_claims(CLAIMS)).to_frame()
    pd.testing.assert_frame_equal(source.cities, before)
    source.cities = source.cities.iloc[::-1]
    other = evaluate_claims(source, parse_claims(CLAIMS)).to_frame()
    assert one["verdict"].tolist() == other["verdict"].tolist()


def test_unknown_cities_are_listed_with_their_lines():
    text = CLAIMS.replace("rank_is(oslo, overall, 1)", "rank_is(olso, overall, 1)").replace(
        "cairo, overall", "cairo, overal"
    )
    with pytest.raises(SpecificationError) as caught:
        evaluate_claims(study(), parse_claims(text))
    said = str(caught.value)
    assert "line 13: claim 'toy-first': there is no city or group 'olso'. Did you mean oslo" in said
    assert "claim 'toy-wrong': there is no ranking of cities 'overal'. Did you mean overall" in said


def test_what_the_tables_cannot_tell_is_untestable_and_says_why():
    text = CLAIMS.replace("rank_is(cairo, overall, 1)", "count_is(east_of(20), 1)")
    entry = next(
        one for one in evaluate_claims(study(), parse_claims(text)).entries if one.claim.id == "toy-wrong"
    )
    assert entry.verdict == "untestable"
    assert "Geocode them first" in entry.figures


def test_a_caution_stands_behind_the_figures_and_changes_no_verdict():
    written = 'test = "rank_is(oslo, overall, 1)"\n'
    both = CLAIMS.replace(written, written + 'caution = { en = "old ranks", zh = "旧排序" }\n', 1)
    alone = CLAIMS.replace(written, written + 'caution = "old ranks"\n', 1)
    for text, chinese in ((both, "旧排序"), (alone, "old ranks")):
        entry = evaluate_claims(study(), parse_claims(text)).headline[0]
        assert entry.verdict == "holds"
        assert entry.figures == "overall: Oslo 1; old ranks"
        assert entry.figures_zh.endswith(f"；{chinese}")


def test_a_source_without_cities_is_refused():
    with pytest.raises(SchemaError, match="table 'cities'"):
        evaluate_claims(SimpleNamespace(cities=None), parse_claims(CLAIMS))


@pytest.mark.parametrize(
    ("states", "bases", "verdict"),
    [
        (["holds"], ["inferred"], "holds"),
        (["holds", "holds"], ["printed", "printed"], "holds"),
        (["holds", "fails"], ["printed", "printed"], "partly"),
        (["partly"], ["computed"], "partly"),
        (["fails"], ["printed"], "contradicted"),
        (["fails", "fails"], ["printed", "computed"], "fails"),
        (["fails"], ["inferred"], "fails"),
    ],
)
def test_how_a_verdict_is_reached(states, bases, verdict):
    checks = [
        Check(state=state, figures="", figures_zh="", basis=basis)
        for state, basis in zip(states, bases, strict=True)
    ]
    assert reach_verdict(checks) == verdict
    assert verdict in VERDICTS


def test_the_built_in_ledger_is_the_same_for_the_same_seed():
    one = evaluate_claims(bri22(), rng=3).to_frame()
    other = evaluate_claims(bri22(), rng=3).to_frame()
    pd.testing.assert_frame_equal(one, other)
    answered = one[(one["verdict"] != "untestable") & ~one["figures"].str.startswith("0: none")]
    assert answered["n"].gt(0).all()
    lists = one[(one["kind"] != "outside data") & (one["verdict"] == "holds")]
    assert (lists["cities"].str.len() + lists["corridors"].str.len() > 0).mean() > 0.9
