"""Panels by hand: what each scope means, growth, entry and exit."""

import math

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.score.panel import build_growth_table, list_entries, normalise_panel, score_panel
from geobri.score.spec_reading import load_spec

PANEL = pd.DataFrame(
    {
        "city": ["a", "b", "c", "a", "b", "c"],
        "year": [2020, 2020, 2020, 2022, 2022, 2022],
        "x": [0.0, 5.0, 10.0, 10.0, 15.0, 20.0],
        "y": [4.0, 2.0, 1.0, 8.0, 4.0, 2.0],
    }
).set_index(["city", "year"])
SPEC = load_spec(
    {
        "index": {"name": "p"},
        "dimension": [{"name": "d"}],
        "indicator": [{"name": "x", "dimension": "d"}, {"name": "y", "dimension": "d", "direction": -1}],
    }
)


def test_scopes():
    yearly = normalise_panel(PANEL[["x"]], scope="yearly")["x"]
    assert list(yearly) == [0, 50, 100, 0, 50, 100]
    joint = normalise_panel(PANEL[["x"]], scope="joint")["x"]
    assert list(joint) == [0, 25, 50, 50, 75, 100]
    frozen = normalise_panel(PANEL[["x"]], scope=2020)["x"]
    assert list(frozen) == [0, 50, 100, 100, 150, 200]


def test_direction_by_column_and_row_order():
    scores = normalise_panel(PANEL, scope="joint", direction={"y": -1})
    assert scores.loc[("c", 2020), "y"] == 100
    assert scores.loc[("a", 2022), "y"] == 0
    shuffled = PANEL.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        normalise_panel(shuffled, scope="yearly").sort_index(),
        normalise_panel(PANEL, scope="yearly").sort_index(),
    )


def test_scores_of_a_panel():
    table = score_panel(SPEC, PANEL, scope="joint")
    assert list(table.columns) == ["overall", "d", "x", "y", "rank_overall"]
    assert table.loc[("c", 2022), "overall"] == pytest.approx((100 + 600 / 7) / 2)
    assert list(table.xs(2020, level="year")["rank_overall"]) == [3, 2, 1]
    yearly = score_panel(SPEC, PANEL, scope="yearly")
    np.testing.assert_allclose(yearly.xs(2020, level="year")["x"], yearly.xs(2022, level="year")["x"])


def test_growth_by_hand():
    values = pd.Series(
        [100.0, 50.0, 30.0, 0.0, 121.0, 200.0, 10.0, 7.0],
        index=pd.MultiIndex.from_tuples(
            [
                ("a", 2019),
                ("b", 2019),
                ("left", 2019),
                ("zero", 2019),
                ("a", 2021),
                ("b", 2021),
                ("new", 2021),
                ("zero", 2021),
            ],
            names=["city", "year"],
        ),
    )
    table = build_growth_table(values)
    assert table.loc["a", "annual_growth"] == pytest.approx(0.1)
    assert table.loc["a", "log_change"] == pytest.approx(math.log(1.21))
    assert table.loc["b", "annual_growth"] == pytest.approx(1.0)
    assert tuple(table.loc["b", ["first_rank", "last_rank", "rank_change", "arrow"]]) == (2, 1, 1, "↑")
    assert table.loc["a", "arrow"] == "↓"
    assert np.isnan(table.loc["zero", "annual_growth"])
    assert table.loc["zero", "change"] == 7
    assert dict(table["status"]) == {
        "a": "stayed",
        "b": "stayed",
        "left": "left",
        "new": "entered",
        "zero": "stayed",
    }
    assert table.loc["new", "arrow"] == ""


def test_entries():
    index = pd.MultiIndex.from_tuples(
        [("a", 1), ("b", 1), ("a", 2), ("c", 2), ("a", 3), ("b", 3), ("c", 3)], names=["city", "year"]
    )
    values = pd.Series([1.0, 1, 1, 1, 1, 1, np.nan], index=index)
    assert list(list_entries(values).itertuples(index=False, name=None)) == [
        (2, "b", "left"),
        (2, "c", "entered"),
        (3, "b", "returned"),
        (3, "c", "left"),
    ]


def test_bad_input():
    with pytest.raises(SchemaError, match="indexed by 'city' and 'year'"):
        normalise_panel(PANEL.reset_index(), scope="joint")
    with pytest.raises(SchemaError, match="once a year"):
        list_entries(pd.concat([PANEL["x"], PANEL["x"]]))
    with pytest.raises(SpecificationError, match=r"'weekly' with years \[2020, 2022\]"):
        normalise_panel(PANEL, scope="weekly")
    with pytest.raises(SpecificationError, match="1999"):
        score_panel(SPEC, PANEL, scope=1999)
    with pytest.raises(DataError, match="2022 to 2020"):
        build_growth_table(PANEL["x"], first_year=2022, last_year=2020)
    with pytest.raises(DataError, match="an empty one"):
        build_growth_table(PANEL["x"].iloc[:0])
    assert list_entries(PANEL["x"].iloc[:0]).empty
    with pytest.raises(DataError, match="constant"):
        normalise_panel(PANEL.assign(x=1.0), scope="yearly")


def test_input_is_never_changed():
    before = PANEL.copy()
    normalise_panel(PANEL, scope="yearly")
    score_panel(SPEC, PANEL, scope="joint")
    build_growth_table(PANEL["y"])
    pd.testing.assert_frame_equal(PANEL, before)


def test_nullable_numbers_are_numbers():
    values = pd.Series(pd.array([1, 2, pd.NA, 4], dtype="Int64"), index=PANEL.index[[0, 3, 1, 4]])
    table = build_growth_table(values)
    assert table.loc["a", "annual_growth"] == pytest.approx(2**0.5 - 1)
    assert table.loc["b", "status"] == "entered"
