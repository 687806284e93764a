"""Profiles, strengths, contributions and groups on a case that can be read off by eye."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError
from geobri.score import (
    IndexSpec,
    Indicator,
    build_index,
    find_strengths,
    list_contributions,
    profile_city,
    profile_corridor,
    summarise_groups,
    summarise_region_pairs,
)

SPEC = IndexSpec(
    name="p",
    indicators=tuple(
        Indicator(name=name, dimension="overall", importance=w) for name, w in [("x", "3/4"), ("y", "1/4")]
    ),
)
X = {"ab": 10.0, "ac": 8.0, "ad": 2.0, "bc": 6.0, "bd": 1.0, "cd": 0.0}  # sums a 20, b 17, c 14, d 3
Y = {"ab": 0.0, "ac": 1.0, "ad": 6.0, "bc": 2.0, "bd": 5.0, "cd": 9.0}  # sums a 7, b 7, c 12, d 20
REGIONS = pd.Series({"a": "North", "b": "North", "c": "South", "d": "South"})


@pytest.fixture(scope="module")
def result():
    rows = [
        (name, pair[0], pair[1], value)
        for name, table in (("x", X), ("y", Y))
        for pair, value in table.items()
    ]
    flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
    return build_index(SPEC, pd.DataFrame({"country": list("ABCD")}, index=list("abcd")), flows)


def test_profile_of_a_city(result):
    got = profile_city(result, "c", groups=REGIONS)
    assert result.cities.loc["c", "overall"] == pytest.approx(0.75 * 100 * 11 / 17 + 0.25 * 100 * 5 / 13)
    assert got.summary() == "c ranks 3 of 4, 1 of 2 in South; best in y (2), worst in x (3)."
    table = got.to_frame().set_index("node")
    assert table.loc["x", "lead"] == pytest.approx(result.cities.loc["c", "x"] - result.cities["x"].mean())
    assert table.loc["y", "rank_in_group"] == 2
    assert table.loc["x", "parent"] == "overall"


def test_profiles_speak_both_languages_and_use_titles(result):
    names = {"c": "长安", "South": "南方", "x": "贸易", "y": "人文"}
    got = profile_city(result, "c", groups=REGIONS)
    assert got.summary("zh", names=names) == (
        "长安在 4 个中列第 3，在南方的 2 个中列第 1；最强为人文（第 2），最弱为贸易（第 3）。"
    )
    assert got.summary(names={"c": "Chang'an"}).startswith("Chang'an ranks 3 of 4")


def test_profile_without_groups(result):
    got = profile_city(result, "a")
    assert got.summary() == "a ranks 1 of 4; best in x (1), worst in y (3)."
    assert got.table["rank_in_group"].isna().all()


def test_contributions_make_the_score(result):
    got = list_contributions(result, "a")
    assert got.index.tolist() == ["a--b", "a--c", "a--d"]
    assert got["partner"].tolist() == ["b", "c", "d"]
    assert got["share_x"].tolist() == [0.5, 0.4, 0.1]
    assert got["share_y"].sum() == pytest.approx(1)
    pd.testing.assert_frame_equal(profile_city(result, "a").partners, got)
    assert list_contributions(result, "d")["partner"].tolist() == ["a", "c", "b"]


def test_profile_of_a_corridor(result):
    pairs = pd.Series("x", index=result.corridors.index)
    got = profile_corridor(result, "c--d", groups=pairs)
    assert "best in y (1), worst in x (6)" in got.summary()
    assert got.partners.empty


def test_strengths_are_relative_to_the_own_rank(result):
    got = find_strengths(result).set_index(["unit", "kind", "place"])
    assert got.loc[("d", "strength", 1), ["node", "rank", "gain"]].tolist() == ["y", 1.0, 3.0]
    assert got.loc[("a", "weakness", 1), ["node", "rank", "gain"]].tolist() == ["y", 3.0, -2.0]
    assert ("a", "strength", 1) not in got.index
    assert find_strengths(result, level="corridors", most=1)["place"].eq(1).all()


def test_groups(result):
    got = summarise_groups(result, REGIONS)
    assert got.index.tolist() == ["North", "South"]
    north = result.cities.loc[["a", "b"], "overall"]
    assert got.loc["North", ["n", "best_rank", "best", "top_quarter"]].tolist() == [2, 1, "a", 1]
    assert got.loc["North", "mean"] == pytest.approx(north.mean())
    assert summarise_groups(result, REGIONS, node="y").index[0] == "South"
    with pytest.raises(SchemaError, match=r"'z'"):
        summarise_groups(result, REGIONS, node="z")


def test_groups_leave_out_who_has_none(result):
    got = summarise_groups(result, REGIONS.drop("a"))
    assert got["n"].to_dict() == {"South": 2, "North": 1}
    assert got.loc["North", "best"] == "b"


def test_region_pairs(result):
    got = summarise_region_pairs(result, REGIONS)
    assert got["n"].to_dict() == {"North / North": 1, "North / South": 4, "South / South": 1}
    assert got.loc["North / South", "mean"] == pytest.approx(
        result.corridors.loc[["a--c", "a--d", "b--c", "b--d"], "overall"].mean()
    )
    assert summarise_region_pairs(result, REGIONS.drop("d"))["n"].to_dict() == {
        "North / North": 1,
        "North / South": 2,
    }


def test_unknown_units(result):
    with pytest.raises(DataError, match=r"profile_city: it must be in the result. Got 'z'"):
        profile_city(result, "z")
    with pytest.raises(DataError, match=r"'b--a', not among 6"):
        profile_corridor(result, "b--a")
    with pytest.raises(DataError, match=r"'z'"):
        list_contributions(result, "z")


def test_a_unit_without_a_score():
    flows = pd.DataFrame(
        [("x", "a", "b", 1.0), ("x", "a", "c", 2.0), ("x", "b", "c", 4.0)],
        columns=["indicator", "origin", "destination", "value"],
    )
    spec = IndexSpec(name="q", indicators=(Indicator(name="x", dimension="overall"),)).with_choices(
        city_missing="observed"
    )
    result = build_index(spec, pd.DataFrame({"country": list("ABCD")}, index=list("abcd")), flows)
    assert profile_city(result, "d").summary() == "d has no overall score: values are missing."
    assert profile_city(result, "d").summary("zh") == "d没有综合得分：存在缺失值。"
    assert np.isnan(result.cities.loc["d", "overall"])


def test_parts_of_one_rank_have_no_best_and_worst():
    rows = [(name, *pair, value) for name in "xy" for pair, value in (("ab", 9.0), ("ac", 4.0), ("bc", 1.0))]
    flows = pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])
    result = build_index(SPEC, pd.DataFrame({"country": list("ABC")}, index=list("abc")), flows)
    assert profile_city(result, "a").summary() == "a ranks 1 of 3."
    assert profile_city(result, "a").summary("zh") == "a在 3 个中列第 1。"
