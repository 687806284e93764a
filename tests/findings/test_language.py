"""The language of claims: what it understands, what it refuses, and that it never runs anything."""

import pandas as pd
import pytest

from geobri.errors import SpecificationError
from geobri.findings.answers import CitySet
from geobri.findings.facts import Facts
from geobri.findings.language import Call, Scope, find_call_faults, find_dependencies, parse_statement
from geobri.findings.vocabulary import VOCABULARY


def facts():
    cities = pd.DataFrame(
        {"name": ["Oslo", "Rome", "Cairo"], "country": ["NOR", "ITA", "EGY"], "rank_overall": [1, 2, 3]},
        index=pd.Index(["oslo", "rome", "cairo"], name="city"),
    )
    return Facts(name="toy", cities=cities, pairs=pd.DataFrame(), ranks={"overall": cities["rank_overall"]})


def scope(**groups):
    parsed = {name: parse_statement(text) for name, text in groups.items()}
    return Scope(facts=facts(), vocabulary=VOCABULARY, groups=parsed)


def test_a_statement_is_a_verb_with_its_arguments():
    call = parse_statement('rank_is("hong-kong", overall, 1)')
    assert call == Call("rank_is", ("hong-kong", "overall", 1))
    assert str(call) == 'rank_is("hong-kong", overall, 1)'


def test_lists_nesting_keywords_and_negative_numbers():
    call = parse_statement("outnumber([a, b], top(overall, 5), by=-2)")
    assert call == Call("outnumber", (("a", "b"), Call("top", ("overall", 5))), (("by", -2),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oslo",
        "1 + 1",
        "rank_is(oslo, overall, 1",
        "rank_is(oslo.name, overall, 1)",
        "(lambda: 1)()",
        "__import__('os').system('true')",
        "rank_is(*[1, 2])",
        "rank_is(**{})",
        "rank_is(f'{1}', overall, 1)",
        "rank_is({1: 2}, overall, 1)",
        "rank_is(oslo, overall, 1) and rank_is(rome, overall, 2)",
        "rank_is(b'oslo', overall, 1)",
        "x" + "(" * 2000,
        "rank_is(oslo, overall, None)",
        "\x00",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(SpecificationError):
        parse_statement(text)


def test_deep_nesting_is_refused_with_a_remedy():
    text = "count_is(" + "both(" * 20 + "oslo" + ")" * 20 + ", 1)"
    with pytest.raises(SpecificationError, match="Name a part of it as a group"):
        parse_statement(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rank_si(oslo, overall, 1)", "Did you mean rank_is"),
        ("rank_is(oslo, overall)", "missing a required argument: 'place'"),
        ("rank_is(oslo, overall, 1, 2)", "too many positional arguments"),
        ("rank_is(oslo, rnak=overall, place=1)", "rank_is\\(city, rank, place\\)"),
        ("rank_is(oslo, overall, first)", "'place' takes a whole number, not first"),
        ("rank_is(oslo, overall, 1.5)", "'place' takes a whole number, not 1.5"),
        ("rank_is(oslo, overall, True)", "'place' takes a whole number"),
        ("rank_is(3, overall, 1)", "'city' takes cities, not 3"),
        ("count_is(top_pairs(overall, 3), 1)", "takes cities, and top_pairs gives pairs"),
        ("each_in_top(oslo, overall, 1)", "takes a list of words in square brackets"),
        ("count_is(topp(overall, 3), 1)", "Did you mean top"),
        ("equals(top(overall, 3), 1)", "takes a number, and top gives cities"),
    ],
)
def test_faults_name_the_verb_and_the_remedy(text, message):
    faults = find_call_faults(parse_statement(text), VOCABULARY)
    assert len(faults) == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(faults[0])


def test_words_are_groups_before_they_are_cities():
    found = scope(oslo="cities(rome, cairo)").answer(parse_statement("cities(oslo)"))
    assert found == CitySet(("rome", "cairo"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count_is(olso, 1)", "no city or group 'olso'. Did you mean oslo"),
        ("in_top(oslo, ovreall, 1)", "no ranking of cities 'ovreall'. Did you mean overall"),
        ("pair_count_is(top_pairs(overall, 1), 1)", "no ranking of pairs 'overall'"),
    ],
)
def test_unknown_names_come_with_the_nearest(text, message):
    with pytest.raises(SpecificationError, match=message):
        scope().answer(parse_statement(text))


def test_dependencies_go_through_groups():
    groups = {"north": parse_statement("cities(oslo)"), "far": parse_statement("without(everyone(), north)")}
    call = parse_statement("each_in_top(far, [policy, trade], 3)")
    found = find_dependencies(call, VOCABULARY, groups)
    assert found.groups == {"far", "north"}
    assert found.ranks == {"policy", "trade"}
