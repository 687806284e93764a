"""Every selector and verb on a table of six cities: one statement that holds and one that does not."""

import re

import geopandas as gpd
import pandas as pd
import pytest

from geobri.errors import DataError
from geobri.findings import VOCABULARY, describe_vocabulary
from geobri.findings.answers import CitySet, PairSet
from geobri.findings.facts import collect_facts
from geobri.findings.language import Scope, find_call_faults, parse_statement
from geobri.findings.selectors import SELECTORS
from geobri.findings.verbs import VERBS


class Source:
    name = "toy"
    cities = gpd.GeoDataFrame(
        {
            "name": ["Oslo", "Rome", "Cairo", "Milan", "Lima", "Perth"],
            "country": ["NOR", "ITA", "EGY", "ITA", "PER", "AUS"],
            "region": ["Europe", "Europe", "Africa", "Europe", "America", "Oceania"],
            "coastal": pd.array([True, True, False, False, True, True], dtype="boolean"),
            "coastal_source": ["printed", "inferred", "printed", "printed", "printed", "printed"],
            "population": [700_000, 2_800_000, 9_600_000, 1_400_000, 10_000_000, 2_000_000],
            "rank_overall": [1, 2, 3, 4, 5, 6],
            "rank_trade": [2, 1, 3, 6, 5, 4],
            "change_trade": ["up", "same", "down", "down", "new", "up"],
        },
        index=pd.Index(["oslo", "rome", "cairo", "milan", "lima", "perth"], name="city"),
        geometry=gpd.points_from_xy(
            [10.75, 12.5, 31.2, 9.2, -77.0, 115.9], [59.9, 41.9, 30.0, 45.5, -12.0, -31.95]
        ),
        crs="EPSG:4326",
    )
    pairs = pd.DataFrame(
        {
            "origin": ["oslo", "milan", "cairo"],
            "destination": ["rome", "oslo", "rome"],
            "rank_overall": [1, 2, 2],
            "region_label_printed": ["North", "North", "South"],
        },
        index=pd.Index(["oslo--rome", "milan--oslo", "cairo--rome"], name="corridor"),
    )
    tables = {
        "sums": pd.DataFrame(
            {"city": ["oslo", "rome"], "share": ["1/3", "2/3"], "percent": ["40%", "61%"], "effect": [1, 0]}
        ),
        "ones": pd.DataFrame({"city": ["oslo", "rome", "cairo"], "effect": [1, 1, 2]}),
    }


SCOPE = Scope(facts=collect_facts(Source()), vocabulary=VOCABULARY, groups={}, rng=5)


def ask(text):
    call = parse_statement(text)
    assert find_call_faults(call, VOCABULARY) == []
    return SCOPE.answer(call)


SELECTED = {
    "everyone()": {"oslo", "rome", "cairo", "milan", "lima", "perth"},
    "cities(rome, oslo)": {"rome", "oslo"},
    "assumed(rome)": {"rome"},
    "top(trade, 2)": {"rome", "oslo"},
    "ranked(trade, 3, 4)": {"cairo", "perth"},
    "listed(trade)": {"oslo", "rome", "cairo", "milan", "lima", "perth"},
    "flagged(coastal, False)": {"cairo", "milan"},
    "sourced(coastal, True, printed)": {"oslo", "lima", "perth"},
    "country(ITA, PER)": {"rome", "milan", "lima"},
    "region(Europe)": {"oslo", "rome", "milan"},
    "changed(trade, up)": {"oslo", "perth"},
    "east_of(30)": {"cairo", "perth"},
    "with_population(2000000)": {"rome", "cairo", "lima", "perth"},
    "within_km_of_sea(60)": {"oslo", "rome", "lima", "perth"},
    "beyond_km_of_sea(60)": {"cairo", "milan"},
    "both(region(Europe), country(ITA))": {"rome", "milan"},
    "either(country(PER), country(NOR))": {"lima", "oslo"},
    "without(region(Europe), country(ITA))": {"oslo"},
    "ends(top_pairs(overall, 1))": {"oslo", "rome"},
    "pair(oslo, [rome, milan, oslo])": {"oslo--rome", "milan--oslo"},
    "pairs(pair(oslo, rome), top_pairs(overall, 1))": {"oslo--rome"},
    "top_pairs(overall, 2)": {"oslo--rome", "milan--oslo", "cairo--rome"},
    "pairs_ranked(overall, 2)": {"milan--oslo", "cairo--rome"},
    "touching(top_pairs(overall, 2), milan)": {"milan--oslo"},
    "within(top_pairs(overall, 2), [oslo, rome])": {"oslo--rome"},
    "between(top_pairs(overall, 2), country(ITA), [oslo])": {"oslo--rome", "milan--oslo"},
    "labelled(North)": {"oslo--rome", "milan--oslo"},
}
NUMBERS = {
    "count(region(Europe))": 3,
    "count_pairs(all_pairs())": 15,
    "count_pairs(international_pairs())": 14,
    "count_rows(sums)": 2,
    "count_values(sums, city)": 2,
    "count_cells(sums, share, '1/3')": 1,
    "sum_once(sums, percent, per=city)": 1.01,
    "sum_once(ones, effect, per=effect)": 3,
    "times(2, 3, 4)": 24,
}
ANSWERED = {
    "rank_is": ("rank_is(oslo, overall, 1)", "rank_is([oslo, rome], overall, 1)"),
    "ranked_within": ("ranked_within([oslo, rome], trade, 1, 2)", "ranked_within(milan, trade, 1, 5)"),
    "in_top": ("in_top(rome, trade, 1)", "in_top(oslo, trade, 1)"),
    "none_in_top": ("none_in_top([lima, perth], overall, 4)", "none_in_top([lima, milan], overall, 4)"),
    "follow": ("follow(trade, 1, rome, oslo, cairo)", "follow(trade, 1, oslo, rome)"),
    "leads": ("leads(milan, overall, country(ITA), 2)", "leads(milan, overall, country(ITA))"),
    "most_even": (
        "most_even(cairo, [oslo, milan, perth], [overall, trade])",
        "most_even(perth, everyone(), [overall, trade])",
    ),
    "ahead_on_average": (
        "ahead_on_average([oslo, rome], [milan, lima], overall)",
        "ahead_on_average([milan, lima], [oslo, rome], overall)",
    ),
    "outranks": ("outranks([oslo, rome], cairo, trade)", "outranks([oslo, cairo], rome, trade)"),
    "stronger_in": ("stronger_in(perth, trade, overall, 2)", "stronger_in(perth, trade, overall, 3)"),
    "most_stronger_in": (
        "most_stronger_in([rome, perth, oslo], trade, overall)",
        "most_stronger_in([rome, oslo], trade, overall)",
    ),
    "only_stronger_in": (
        "only_stronger_in(perth, everyone(), trade, overall, least=2)",
        "only_stronger_in(perth, everyone(), trade, overall)",
    ),
    "gaps_at_least": (
        "gaps_at_least([milan, perth], trade, overall, 2)",
        "gaps_at_least([milan, rome], trade, overall, 2)",
    ),
    "each_in_top": (
        "each_in_top([oslo, rome], [overall, trade], 2, least=2)",
        "each_in_top([oslo, rome], [overall, trade], 1, least=1, most=0)",
    ),
    "most_in_top": (
        "most_in_top([oslo, rome, lima], [overall, trade], 1)",
        "most_in_top([oslo, milan, lima], [overall, trade], 1)",
    ),
    "often_in_top": (
        "often_in_top([oslo, rome, lima], [overall, trade], 1)",
        "often_in_top([oslo, milan, lima, cairo], [overall, trade], 1)",
    ),
    "change_is": ("change_is([oslo, perth], trade, up)", "change_is([oslo, rome], trade, up)"),
    "count_is": ("count_is(region(Europe), 3)", "count_is(region(Europe), 2)"),
    "count_at_least": ("count_at_least(region(Europe), 3)", "count_at_least(region(Europe), 4)"),
    "count_at_most": ("count_at_most(region(Europe), 3)", "count_at_most(region(Europe), 2)"),
    "all_in": ("all_in(country(ITA), region(Europe))", "all_in(region(Europe), country(ITA))"),
    "none_in": ("none_in(country(ITA), region(Africa))", "none_in(country(ITA), region(Europe))"),
    "most_in": ("most_in(region(Europe), country(ITA))", "most_in(everyone(), region(Europe))"),
    "same_cities": ("same_cities(country(ITA), [milan, rome])", "same_cities(country(ITA), [rome])"),
    "outnumber": (
        "outnumber(region(Europe), region(Africa), 2)",
        "outnumber(region(Europe), region(Africa), 3)",
    ),
    "most_frequent_country": (
        "most_frequent_country(ITA, everyone())",
        "most_frequent_country(NOR, [oslo, rome])",
    ),
    "pair_rank_is": (
        "pair_rank_is(pair(rome, oslo), overall, 1)",
        "pair_rank_is(pair(rome, lima), overall, 1)",
    ),
    "pair_rank_within": (
        "pair_rank_within(pair(oslo, [rome, milan]), overall, 2)",
        "pair_rank_within(pair(oslo, [rome, lima]), overall, 2)",
    ),
    "pair_count_is": ("pair_count_is(top_pairs(overall, 2), 3)", "pair_count_is(top_pairs(overall, 1), 3)"),
    "same_pairs": (
        "same_pairs(top_pairs(overall, 1), pair(oslo, rome))",
        "same_pairs(top_pairs(overall, 2), pair(oslo, rome))",
    ),
    "all_endpoints_in": (
        "all_endpoints_in(top_pairs(overall, 2), top(overall, 4))",
        "all_endpoints_in(top_pairs(overall, 2), top(overall, 3))",
    ),
    "all_touch": ("all_touch(top_pairs(overall, 2), [oslo, rome])", "all_touch(top_pairs(overall, 2), oslo)"),
    "most_touch": ("most_touch(top_pairs(overall, 2), oslo)", "most_touch(top_pairs(overall, 2), cairo)"),
    "pairs_outnumber": (
        "pairs_outnumber(top_pairs(overall, 2), top_pairs(overall, 1), 2)",
        "pairs_outnumber(top_pairs(overall, 2), top_pairs(overall, 1), 3)",
    ),
    "equals": ("equals(times(2, 3), 6)", "equals(times(2, 3), 7)"),
    "exceeds": ("exceeds(7, 6)", "exceeds(6, 6)"),
    "cell_is": (
        "cell_is(sums, effect, 1, key=city, row=oslo)",
        "cell_is(sums, effect, 1, key=city, row=rome)",
    ),
    "column_sums_to": ("column_sums_to(sums, share, 1)", "column_sums_to(sums, percent, 1)"),
    "all_cells_positive": ("all_cells_positive(ones, effect)", "all_cells_positive(sums, effect)"),
    "most_cells_positive": ("most_cells_positive(ones, effect)", "most_cells_positive(sums, effect)"),
    "no_repeats": ("no_repeats(sums, effect)", "no_repeats(ones, effect)"),
    "in_order": ("in_order(ones, effect)", "in_order(sums, effect)"),
}
STATISTICAL = {
    "more_than_chance",
    "ranked_better",
    "ranked_better_within",
    "ranks_agree",
    "nearer_than_chance",
    "not_nearer_than_chance",
    "more_pairs_than_chance",
}


@pytest.mark.parametrize("text", SELECTED)
def test_selectors_select(text):
    found = ask(text)
    assert isinstance(found, CitySet | PairSet)
    assert set(found.names) == SELECTED[text]
    assert len(found.names) == len(SELECTED[text])


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text):
    assert ask(text) == NUMBERS[text]


@pytest.mark.parametrize("name", ANSWERED)
def test_verbs_hold_and_fail(name):
    good, bad = ANSWERED[name]
    assert parse_statement(good).name == parse_statement(bad).name == name
    assert ask(good).state == "holds", ask(good).figures
    assert ask(bad).state == "fails", ask(bad).figures
    assert ask(good).figures
    assert ask(good).figures_zh


@pytest.mark.parametrize(
    ("cities", "state"),
    [
        ("[oslo, rome, milan]", "holds"),
        ("[oslo, rome, milan, lima]", "holds"),
        ("[oslo, milan, lima]", "partly"),
        ("[oslo, milan, lima, perth]", "fails"),
        ("country(ZZZ)", "fails"),
    ],
)
def test_often_holds_from_a_half_and_in_part_from_a_third(cities, state):
    assert ask(f"often_in_top({cities}, [overall, trade], 1)").state == state


def test_often_counts_no_city_that_is_there_too_often():
    assert ask("often_in_top([oslo, rome], [overall, trade], 2, most=1)").state == "fails"
    assert ask("often_in_top([oslo, rome], [overall, trade], 2, most=2)").state == "holds"


def test_no_word_of_the_vocabulary_is_an_orphan():
    selected = " ".join([*SELECTED, *NUMBERS])
    assert [name for name in SELECTORS if not re.search(rf"\b{name}\(", selected)] == []
    assert set(VERBS) == set(ANSWERED) | STATISTICAL
    assert len(describe_vocabulary()) == len(VOCABULARY)
    assert all(text.endswith(".") for text in describe_vocabulary().values())


def test_what_a_choice_rests_on():
    assert ask("flagged(coastal, True)").basis == "inferred"
    assert ask("flagged(coastal, False)").basis == "printed"
    assert ask("both(top(overall, 3), flagged(coastal, True))").basis == "inferred"
    assert ask("east_of(0)").basis == "computed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flagged(inland, True)", "column 'inland'"),
        ("count_rows(table99)", "published table 'table99'.*'sums'"),
        ("cell_is(sums, effect, 1, key=city, row=lima)", "a row with city = lima"),
        ("ranked_better(oslo, [], trade)", "both groups must have ranked cities"),
        ("ranks_agree([overall, tarde])", "tarde"),
        ("nearer_than_chance(overall, 2, null=magic)", "null must be one of blocks"),
    ],
)
def test_what_the_tables_do_not_have_is_said(text, message):
    with pytest.raises(DataError, match=message):
        ask(text)


def test_long_answers_name_a_few():
    figures = ask("count_is(everyone(), 6)").figures
    assert figures.count(",") == 5
