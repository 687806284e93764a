"""What a number means: declared, or inferred once from type and range."""

import numpy as np
import pandas as pd
import pytest

from geobri.errors import SpecificationError
from geobri.measures import Measure, check_said, find_measure, infer_measure, label_column


@pytest.mark.parametrize(
    ("kind", "better", "direction"),
    [("rank", "low", -1), ("score", "high", 1), ("amount", "high", 1), ("category", "neither", 1)],
)
def test_the_better_end_follows_from_the_kind(kind, better, direction):
    measure = Measure(column="x", kind=kind)
    assert (measure.better, measure.direction) == (better, direction)


def test_a_declared_end_wins():
    hours = Measure(column="hours", kind="amount", better="low")
    assert hours.direction == -1
    assert hours.strength(pd.Series([1.0, 5.0])).tolist() == [-1.0, -5.0]


def test_one_language_stands_in_for_the_other():
    measure = Measure(column="air_pairs", unit="pairs", description="Counted by hand")
    assert (measure.label, measure.label_zh) == ("Air pairs", "Air pairs")
    assert (measure.unit_zh, measure.description_zh) == ("pairs", "Counted by hand")
    assert label_column("_") == "_"


@pytest.mark.parametrize(
    ("name", "values", "kind", "because"),
    [
        ("rank_trade", [1, 2, 2, 4], "rank", "from 1 to 4"),
        ("贸易排名", [3, 1, 2], "rank", "called so"),
        ("ranking_points", [87, 100, 95], "count", "from 87 to 100"),
        ("place", [2, 3, 1], "rank", "called so"),
        ("rank", [0.5, 1.0], "amount", "0.5 to 1"),
        ("visits", [1, 2, 2], "count", "from 1 to 2"),
        ("standing", [2, 3, 1], "count", 'from 1 to 3, each once (a ranking? then say kind = "rank")'),
        ("Open access (%)", [5, 60.5], "share", "its heading ends in %"),
        ("开放获取（％）", [5, 60], "share", "its heading ends in %"),
        ("change", [-1, 2, 3], "score", "below 0"),
        ("price", [0, 2.5], "amount", "0 to 2.5"),
        ("port", [True, False, True], "flag", "yes and no"),
        ("zone", ["a", "b"], "category", "words"),
        ("empty", [np.nan, np.nan], "score", "no number"),
    ],
)
def test_the_kind_is_inferred_with_its_reason(name, values, kind, because):
    measure, taken = infer_measure(pd.Series(values, name=name), of="cities")
    assert measure.kind == kind
    assert because in taken.because.en
    assert str(taken).startswith(f"{name} taken as: kind = {kind}, because ")


def test_percent_in_a_heading_is_the_unit_and_not_the_label():
    measure, _ = infer_measure(pd.Series([5, 60.5], name="open access [%]"), of="corridors")
    assert (measure.label, measure.unit) == ("Open access", "%")
    change, _ = infer_measure(pd.Series([-3, 12.5], name="change (%)"), of="cities")
    assert (change.kind, change.label, change.unit) == ("score", "Change", "%")


def test_a_flag_with_gaps_is_a_flag():
    measure, _ = infer_measure(pd.Series([True, None, False], name="port", dtype=object), of="cities")
    assert measure.kind == "flag"


def test_what_is_declared_is_not_inferred():
    said = check_said({"column": "rank_points", "kind": "score", "label": "Points", "order": ["b", "a"]})
    measure, taken = infer_measure(pd.Series([1, 2], name="rank_points"), of="cities", said=said)
    assert (measure.kind, measure.label, measure.order, taken) == ("score", "Points", ("b", "a"), None)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"label": "x"}, "names its column"),
        ({"column": "x", "colour": "red"}, "colour. Correct the spelling"),
        ({"column": "x", "kind": "quality"}, "one of rank, score, amount"),
        ({"column": "x", "year": "2020"}, "a whole number"),
        ({"column": "x", "year": True}, "a whole number"),
        ({"column": "x", "directed": 1}, "true or false"),
        ({"column": "x", "origin": "index"}, "one of given, published"),
        ({"column": "x", "origin": 1}, "must be text"),
    ],
)
def test_a_faulty_declaration_teaches(entry, message):
    with pytest.raises(SpecificationError, match=message):
        check_said(entry)


def test_a_table_may_say_that_others_published_it():
    said = check_said({"column": "place", "kind": "rank", "origin": "published"})
    measure, _ = infer_measure(pd.Series([1, 2], name="place"), of="cities", said=said)
    assert (measure.origin, measure.better) == ("published", "low")


def test_a_word_that_is_not_offered_is_refused():
    with pytest.raises(SpecificationError, match="better of 'x' must be one of high, low, neither"):
        Measure(column="x", better="up")


def test_a_measure_is_found_by_column_and_table():
    both = (Measure(column="x", of="cities"), Measure(column="x", of="corridors"))
    assert find_measure(both, "x", of="corridors") is both[1]
    assert find_measure(both, "y") is None
