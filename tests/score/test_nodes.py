"""The nodes of an index as rows and as measures."""

from __future__ import annotations

import pandas as pd
import pytest

from geobri.score import build_index, load_spec
from geobri.score.nodes import NODE_COLUMNS

RAW = {
    "index": {"name": "own", "title": "Own index", "title_zh": "自有指数", "source": "Ourselves"},
    "dimension": [
        {"name": "goods", "importance": "1/4", "title": "Goods", "title_zh": "货物"},
        {"name": "people", "importance": "3/4"},
        {"name": "visits", "parent": "people", "importance": "1"},
    ],
    "indicator": [
        {
            "name": "trade",
            "dimension": "goods",
            "title": "Trade",
            "title_zh": "贸易",
            "unit": "dollars",
            "unit_zh": "美元",
        },
        {"name": "delay", "dimension": "visits", "kind": "city", "direction": -1, "source": "A clock"},
    ],
}
CITIES = pd.DataFrame(
    {"country": list("ABC"), "delay": [3.0, 1.0, 2.0]}, index=pd.Index(["ayr", "bo", "cali"], name="city")
)
FLOWS = pd.DataFrame(
    [("trade", "ayr", "bo", 1.0), ("trade", "ayr", "cali", 2.0), ("trade", "bo", "cali", 4.0)],
    columns=["indicator", "origin", "destination", "value"],
)


@pytest.fixture(scope="module")
def result():
    return build_index(load_spec(RAW), CITIES, FLOWS)


def test_rows(result):
    nodes = result.nodes().set_index("node")
    assert ("node", *nodes.columns) == NODE_COLUMNS
    assert nodes["kind"].tolist() == ["index", *["dimension"] * 3, *["indicator"] * 2]
    assert nodes.loc["overall", ["title", "title_zh", "parent"]].tolist() == ["Own index", "自有指数", ""]
    assert nodes.loc["people", ["title", "title_zh"]].tolist() == ["People", "People"]
    assert nodes.loc["delay", "parents"] == ("visits", "people", "overall")
    assert nodes.loc["delay", ["importance", "effective", "direction"]].tolist() == [1.0, 0.75, -1]
    assert nodes.loc["trade", ["unit", "unit_zh", "effective"]].tolist() == ["dollars", "美元", 0.25]
    assert nodes["modelled"].tolist() == [False] * 5 + [True]
    for frame in (result.cities, result.corridors):
        assert set(nodes["score"]) | set(nodes["rank"]) <= set(frame.columns)


@pytest.mark.parametrize("level", ["cities", "corridors"])
def test_measures(result, level):
    measures = {one.column: one for one in result.measures(level)}
    frame = result.cities if level == "cities" else result.corridors.drop(columns=["origin", "destination"])
    assert list(measures) == list(frame.columns)
    assert {one.of for one in measures.values()} == {level}
    overall, place = measures["overall"], measures["rank_overall"]
    assert (overall.label, overall.label_zh, overall.kind, overall.domain) == (
        "Own index",
        "自有指数",
        "score",
        (0, 100),
    )
    assert (place.label, place.label_zh, place.kind, place.better) == (
        "Own index: rank",
        "自有指数：排名",
        "rank",
        "low",
    )
    delay = measures["delay"]
    assert (delay.better, delay.source, delay.origin) == (
        "high",
        "A clock",
        "index",
    )  # of a score, more is better
    assert delay.description == "Score of Delay; less is better"
    assert measures["trade"].description_zh == "贸易得分（单位：美元）"
    assert measures["trade"].parents == ("goods", "overall")


def test_a_scale_that_is_not_known_is_not_said():
    other = build_index(load_spec(RAW).with_choices(normaliser="zscore"), CITIES, FLOWS)
    assert other.measures("cities")[0].domain is None


def test_corridors_that_were_switched_off_have_no_measures():
    alone = build_index(load_spec(RAW).with_choices(corridors=False), CITIES, FLOWS)
    assert alone.measures("corridors") == ()
    assert len(alone.measures("cities")) == 12
    assert len(alone.nodes()) == 6


class TestForCorridors:
    """One index, tables of pairs written either way round."""

    @pytest.mark.parametrize("directed", [False, True])
    def test_a_pair_has_its_score_whichever_way_it_runs(self, result, directed):
        rows = pd.DataFrame(
            {"origin": ["cali", "bo", "ayr", "ayr"], "destination": ["bo", "cali", "bo", "dax"]},
            index=list("pqrs"),
        )
        got = result.for_corridors(rows, directed=directed)
        assert got.index.tolist() == list("pqrs")
        assert (
            got.loc["p", "overall"] == got.loc["q", "overall"] == result.corridors.loc["bo--cali", "overall"]
        )
        assert got.loc["r", "rank_trade"] == result.corridors.loc["ayr--bo", "rank_trade"]
        assert got.loc["s"].isna().all()  # dax is not in the index
        assert set(got) == {one.column for one in result.measures("corridors")}

    def test_a_directed_index_tells_the_ways_apart(self):
        rows = [("trade", "ayr", "bo", 1.0), ("trade", "bo", "ayr", 7.0), ("trade", "ayr", "cali", 2.0)]
        rows += [("trade", "cali", "ayr", 3.0), ("trade", "bo", "cali", 4.0), ("trade", "cali", "bo", 5.0)]
        flows = pd.DataFrame(rows, columns=FLOWS.columns)
        spec = {"index": {"name": "x"}, "choices": {"directed": True}}
        spec |= {"indicator": [{"name": "trade", "dimension": "overall", "directed": True}]}
        found = build_index(load_spec(spec), CITIES, flows)
        pairs = pd.DataFrame({"origin": ["bo", "ayr"], "destination": ["ayr", "bo"]})
        assert found.for_corridors(pairs, directed=True)["overall"].tolist() == [100, 0]

    def test_both_ways_are_averaged_where_the_table_has_none(self):
        rows = [("ayr", "bo", 1.0), ("bo", "ayr", 7.0), ("ayr", "cali", 2.0), ("cali", "ayr", 3.0)]
        rows += [("bo", "cali", 4.0), ("cali", "bo", 5.0)]
        flows = pd.DataFrame([("trade", *row) for row in rows], columns=FLOWS.columns)
        spec = {"index": {"name": "x"}, "choices": {"directed": True}}
        spec |= {"indicator": [{"name": "trade", "dimension": "overall", "directed": True}]}
        found = build_index(load_spec(spec), CITIES, flows)
        pairs = pd.DataFrame({"origin": ["bo", "ayr"], "destination": ["ayr", "cali"]})
        got = found.for_corridors(pairs)
        assert got["overall"].tolist() == pytest.approx([50, 25])  # of (0, 100) and of (100 / 6, 200 / 6)
        assert got["rank_overall"].tolist() == [
            2,
            3,
        ]  # bo and cali, with 58, are not in the table and yet ahead
