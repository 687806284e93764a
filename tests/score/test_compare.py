"""Two rankings side by side, down to the published comparison tables."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.score.compare import MEASURE_COLUMNS, compare_many, compare_rankings


def test_relative_ranks_are_counted_again_among_common_cities():
    first = pd.Series({"a": 1, "b": 2, "c": 3, "d": 4})
    second = pd.Series({"d": 10, "b": 20, "a": 30, "e": 5})
    found = compare_rankings(first, second, names=("old", "new"))
    table = found.table
    assert list(table.loc[["a", "b", "d"], "relative_first"]) == [1, 2, 3]
    assert list(table.loc[["a", "b", "d"], "relative_second"]) == [3, 2, 1]
    assert list(table.loc[["a", "b", "d"], "shift"]) == [-2, 0, 2]
    assert list(table.loc[["a", "b", "d"], "arrow"]) == ["↓", "→", "↑"]
    assert dict(table["group"]) == {
        "a": "higher in first",
        "b": "level",
        "d": "higher in second",
        "c": "only in first",
        "e": "only in second",
    }
    assert np.isnan(table.loc["c", "shift"])
    assert list(found.group("only in second").index) == ["e"]
    value = found.measures.set_index("measure")["value"]
    assert value["kendall tau-b"] == pytest.approx(-1)
    assert value["mean absolute shift"] == pytest.approx(4 / 3)
    assert value["greatest absolute shift"] == 2
    assert "old and new share 3 cities" in found.summary()
    assert "moves most (-2 places)" in found.summary()


def test_rankings_without_order_are_said_to_have_no_agreement():
    level = pd.Series(1.0, index=list("abc"))
    said = compare_rankings(level, pd.Series([1.0, 2.0, 3.0], index=list("abc"))).summary()
    assert "no agreement can be measured" in said
    assert "nan" not in said


def test_measures_are_symmetric_and_shifts_are_not():
    rng = np.random.default_rng(0)
    cities = [f"c{i}" for i in range(15)]
    first, second = (pd.Series(rng.permutation(15) + 1, index=cities) for _ in range(2))
    there, back = compare_rankings(first, second), compare_rankings(second, first)
    np.testing.assert_allclose(there.measures["value"], back.measures["value"])
    pd.testing.assert_series_equal(there.table["shift"], -back.table["shift"].reindex(there.table.index))


def test_threshold_and_ties():
    first = pd.Series({"a": 1, "b": 1, "c": 3, "d": 4})
    second = pd.Series({"a": 2, "b": 1, "c": 2, "d": 4})
    table = compare_rankings(first, second, threshold=2, top=1).table
    assert set(table["group"]) == {"level"}
    assert list(table.loc[list("abcd"), "relative_second"]) == [2, 1, 2, 4]
    assert set(compare_rankings(first, second, top=1).table["group"]) == {
        "level",
        "higher in first",
        "higher in second",
    }


def test_published_table_11_has_the_relative_places_of_the_global_ranking():
    """Table 11 prints relative places among 21 of the 22 cities; its two columns rank the same cities."""
    table = pd.read_csv(files("geobri") / "data/published/bri22_table11.csv", index_col="city")
    found = compare_rankings(
        table["rank_gci_relative_printed"], table["rank_bri_printed"], names=("global", "Belt and Road")
    )
    stronger = table["rank_bri_printed"] < table["rank_gci_relative_printed"]
    assert (stronger == (table["stronger"] == "regional")).all()
    assert len(found.table) == len(table) == 17
    assert found.measures.set_index("measure").loc["kendall tau-b", "n"] == 17
    # places counted again among the 17 can differ from the printed ones, never their order
    assert found.table["relative_second"].corr(
        found.table["rank_second"], method="spearman"
    ) == pytest.approx(1)


def test_many_against_one_and_all_pairs():
    base = pd.Series(range(1, 6), index=list("abcde"))
    runs = {"base": base, "same": base, "turned": 6 - base}
    against = compare_many(runs, against="base", measures=["kendall tau-b"])
    assert list(against["second"]) == ["same", "turned"]
    assert list(against["value"]) == pytest.approx([1, -1])
    every = compare_many(runs, top=2)
    assert len(every) == 3 * 6
    assert tuple(every.columns) == ("first", "second", *MEASURE_COLUMNS)


def test_input_is_never_changed():
    first = pd.Series({"b": 2, "a": 1, "c": np.nan})
    before = first.copy()
    compare_rankings(first, pd.Series({"a": 2, "b": 1, "c": 3}))
    pd.testing.assert_series_equal(first, before)


def test_bad_input():
    one = pd.Series({"a": 1, "b": 2})
    with pytest.raises(SchemaError, match="'second': repeated 'a'"):
        compare_rankings(one, pd.Series([1, 2], index=["a", "a"]))
    with pytest.raises(SchemaError, match="'first': not a numeric Series"):
        compare_rankings(["a", "b"], one)
    with pytest.raises(SchemaError, match="ranks below 1 for 'a'"):
        compare_rankings(one, one - 1)
    with pytest.raises(DataError, match=r"share at least two ranked cities. Got 0 of 2 and 2"):
        compare_rankings(one, pd.Series({"x": 1, "y": 2}))
    with pytest.raises(SpecificationError, match="threshold"):
        compare_rankings(one, one, threshold=0)
    with pytest.raises(SpecificationError, match="against='zz'"):
        compare_many({"a": one, "b": one}, against="zz")
    with pytest.raises(SpecificationError, match="group must be one of"):
        compare_rankings(one, one).group("best")


def test_nullable_ranks_are_ranks():
    plain = pd.Series({"a": 1.0, "b": np.nan, "c": 3.0, "d": 2.0})
    nullable = plain.astype("Int64")
    other = pd.Series({"a": 2, "b": 1, "c": 3, "d": 4})
    pd.testing.assert_frame_equal(
        compare_rankings(plain, other).table, compare_rankings(nullable, other).table
    )
    pd.testing.assert_frame_equal(
        compare_rankings(plain, other).measures, compare_rankings(nullable, other).measures
    )
