"""Who is first, what a part does, how far places reach, who is a hub, what a list covers: on tables whose answers can be read off."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from geobri.cli import main
from geobri.errors import DataError
from geobri.study import hubs, load_study, read_study
from geobri.study.effect import effect_of_part, list_parts
from geobri.study.hubs import find_hubs, find_reach
from geobri.study.leading import count_first, count_tiers, first_of_each
from geobri.study.sample import check_selection, cover, find_absent, say_selection

CITIES = pd.DataFrame(
    {
        "city": ["a", "b", "c", "d", "e"],
        "name": ["Aa", "Bb", "Cc", "Dd", "Ee"],
        "country": ["PRT", "PRT", "ESP", "ITA", "ITA"],
        "region": ["West", "West", "West", "East", "East"],
        "coastal": [True, False, True, True, None],
        "lon": [0.0, 1.0, 2.0, 10.0, 11.0],
        "lat": [0.0, 0.0, 0.0, 0.0, 0.0],
        "people": [9.0, 7.0, 7.0, 5.0, None],
        "population": [2_000_000, 10, None, 10, 3_000_000],
        "capital": [False, True, None, False, None],
    }
)
FLOWS = pd.DataFrame(
    {
        "indicator": ["air"] * 4 + ["sea"] * 2,
        "origin": ["a", "a", "a", "d", "a", "d"],
        "destination": ["b", "c", "d", "e", "d", "e"],
        "value": [1.0, 2.0, 5.0, 4.0, 1.0, 9.0],
    }
)


@pytest.fixture(scope="module")
def small():
    return read_study(CITIES, FLOWS)


def test_places_are_shared_and_the_last_one_is_whole(small):
    table = first_of_each(small, 2)
    own = table[table["measure"] == "people"]
    assert own[["place", "share", "ids"]].to_numpy().tolist() == [[1, 1, "a"], [2, 2, "b;c"]]
    of_pairs = first_of_each(small, 1, of="corridors").set_index("measure")
    assert of_pairs.loc["air", "names"] == "Aa – Dd"
    with pytest.raises(DataError, match="1 place or more"):
        first_of_each(small, 0)


def test_tiers_count_from_the_first_and_all_there_are(small):
    people = small.measure("people", "cities")
    table = count_tiers(small, people, "region", tiers=[1, 3, 100, 200])
    assert list(table.columns) == [1, 3, 100, "of"]
    assert table.loc["West"].tolist() == [1, 3, 3, 3]
    assert table.loc["East"].tolist() == [0, 0, 1, 2]
    with pytest.raises(DataError, match="increasing"):
        count_tiers(small, people, "region", tiers=[3, 1])


def test_first_hundred_of_every_list_by_subregion():
    table = count_first(load_study("global513"), "subregion")
    assert table.loc["East Asia", "rank_dynamic"] == 25
    assert table.loc["North America", "rank_dynamic"] == 23
    assert table["rank_potential"].sum() == 100
    assert table["rank_innovation"].sum() == 20


def test_first_five_corridors_of_each_dimension_are_those_of_table_7():
    table = first_of_each(load_study("bri22"), 5, of="corridors").set_index(["measure", "place"])
    assert table.loc[("rank_policy", 4), "ids"] == "moscow--rome;seoul--shanghai"
    assert table.loc[("rank_facility", 5), "share"] == 10
    assert table.loc[("rank_information", 1), "names_zh"] == "上海 – 新加坡"


def test_reach_is_shares_and_distances_of_the_flow(small):
    table = find_reach(small, "air")
    assert table.index[0] == "d"  # 5 + 4
    row = table.loc["a"]
    assert row["partners"] == 3
    assert row["total"] == 8
    assert row["share_inside"] == pytest.approx(3 / 8)
    km = dict(zip(small.corridors.index, small.corridors["distance_km"], strict=True))
    assert row["mean_km"] == pytest.approx((km["a--b"] + 2 * km["a--c"] + 5 * km["a--d"]) / 8)
    assert row["median_km"] == pytest.approx(km["a--d"])
    assert row["share_expected"] == pytest.approx((1 + 2) / (1 + 2 + 9 + 4))  # b, c of b, c, d, e
    with pytest.raises(DataError, match="must be one of air, sea"):
        find_reach(small, "rail")
    with pytest.raises(DataError, match="column of the cities"):
        find_reach(small, by="planet")


def test_a_rank_or_a_distance_is_no_flow():
    with pytest.raises(DataError, match="'bri22' has none: ranks and scores of corridors are no amounts"):
        find_reach(load_study("bri22"))
    assert "sea_km" not in " ".join(find_hubs(load_study("air22")).columns)


def test_hubs_of_layers(small):
    table = find_hubs(small, share=0.2)
    assert table.index[0] == "d"
    assert table.loc["d", ["degree_air", "strength_air", "degree_sea", "strength_sea"]].tolist() == [
        2,
        9,
        2,
        10,
    ]
    assert table.loc["d", ["hub_of", "hub_share", "degree"]].tolist() == [2, 1.0, 2]
    assert table["hub_of"].sum() == 2
    # a star of a with b, c, d and e behind d: of the six pairs of others, a lies between five, d between three
    assert table["betweenness"].to_dict() == pytest.approx({"d": 3 / 6, "a": 5 / 6, "b": 0, "c": 0, "e": 0})
    assert table.loc["d", "community"] == table.loc["e", "community"]


@pytest.mark.parametrize(("n", "share"), [(30, 0.3), (40, 0.05), (5, 0.0)])
def test_betweenness_is_the_same_here_and_by_igraph(n, share, monkeypatch):
    rng = np.random.default_rng(n)
    ends = [(one, other) for one in range(n) for other in range(one + 1, n) if rng.random() < share]
    links = pd.DataFrame(ends, columns=["city", "partner"]).assign(value=rng.integers(1, 5, len(ends)))
    own = hubs._betweenness(links, pd.RangeIndex(n))
    monkeypatch.setattr(hubs, "_SMALL", 0)
    pd.testing.assert_series_equal(own, hubs._betweenness(links, pd.RangeIndex(n)))
    monkeypatch.setitem(sys.modules, "igraph", None)
    pd.testing.assert_series_equal(own, hubs._betweenness(links, pd.RangeIndex(n)))


def test_the_effect_of_a_part_of_an_index():
    study = load_study("air22")
    assert list_parts(study)[:2] == ["reach", "choice"]
    table = effect_of_part(study, "reach")
    ranks = study.scores.cities["choice"].rank(ascending=False, method="min")
    assert (table["rank_without"] == ranks.reindex(table.index)).all()
    assert (table["change"] == table["rank_without"] - table["rank_with"]).all()
    with pytest.raises(DataError, match="must be one of reach, choice"):
        effect_of_part(study, "trade")


def test_the_effect_that_table_10_prints_lies_in_what_the_ranks_allow():
    study = load_study("bri22")
    table = effect_of_part(study, "information")
    printed = study.tables["table10"].set_index("city")["effect"]
    assert (table.loc[printed.index, "lower"] <= printed).all()
    assert (printed <= table.loc[printed.index, "upper"]).all()


def test_what_a_list_covers(small):
    table = cover(small)
    assert table.index.tolist() == ["West", "East", "all"]
    assert table.loc["West", ["cities", "countries", "coastal", "inland", "coast_unknown"]].tolist() == [
        3,
        2,
        2,
        1,
        0,
    ]
    assert table.loc["all", ["cities", "coast_unknown"]].tolist() == [5, 1]
    assert table.loc["all", "countries_named"] == "ITA 2; PRT 2; ESP 1"


def test_a_list_against_its_rule(small):
    table = check_selection(small)
    known = table["fulfils"].astype(object).where(table["fulfils"].notna(), None)
    assert known.to_dict() == {"a": True, "b": True, "c": None, "d": False, "e": True}
    assert say_selection(table).startswith("3 of 5 cities fulfil the rule, 1 do not, 1 cannot")
    tied = check_selection(small, ties=2)
    assert tied["partners"].to_dict() == {"a": 3, "b": 1, "c": 1, "d": 2, "e": 1}
    assert tied.loc["e", "fulfils"] is False or not tied.loc["e", "fulfils"]
    assert not tied.loc["c", "fulfils"]  # one partner is too few, whatever its population
    with pytest.raises(DataError, match="must have flows"):
        check_selection(load_study("global513"), ties=1)


def test_large_places_that_a_list_leaves_out():
    madrid = pd.DataFrame(
        {"city": ["madrid", "vigo"], "country": ["ESP", "ESP"], "lon": [-3.7, -8.7], "lat": [40.4, 42.2]}
    )
    absent = find_absent(read_study(madrid), people=1_000_000)
    assert absent["name"].tolist() == ["Barcelona"]
    assert absent["nearest"].tolist() == ["madrid"]
    assert 480 < absent["nearest_km"].iloc[0] < 520


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["first", "bri22", "--of", "corridors", "--n", "1"], "Shanghai – Singapore"),
        (["first", "global513", "--n", "100", "--by", "subregion"], "East Asia,25,21"),
        (["effect", "air22"], "reach\nchoice"),
        (["effect", "air22", "reach"], "bangkok,Bangkok,曼谷,1,"),
        (["reach", "air22", "--by", "country"], "bangkok,Bangkok,曼谷,THA,20,20.0,0.0,"),
        (["hubs", "air22", "--layers", "air_direct"], "hub_air_direct"),
        (["sample", "bri22"], "all,22,"),
        (["sample", "global513", "--check"], "fulfil the rule"),
    ],
)
def test_commands(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code == 0
    assert said in printed.out + printed.err


def test_there_and_back_are_one_corridor_of_a_score_that_is_the_same_both_ways(tmp_path):
    (tmp_path / "cities.csv").write_text(
        "city,name,lon,lat\na,A,1,45\nb,B,11,43\nc,C,-4,40\n", encoding="utf-8"
    )
    (tmp_path / "flows.csv").write_text(
        "origin,destination,indicator,value\na,b,trips,9\nb,a,trips,4\na,c,trips,2\nc,a,trips,3\nb,c,trips,1\nc,b,trips,1\n",
        encoding="utf-8",
    )
    (tmp_path / "study.toml").write_text(
        'title = "T"\ndirected = true\n[[measure]]\ncolumn = "trips"\nkind = "count"\ndirected = true\n',
        encoding="utf-8",
    )
    (tmp_path / "index.toml").write_text(
        '[index]\nname = "i"\ntitle = "I"\n[[dimension]]\nname = "d"\ntitle = "D"\n[[indicator]]\nname = "trips"\n'
        'dimension = "d"\ntitle = "Trips"\n',
        encoding="utf-8",
    )
    table = first_of_each(load_study(tmp_path), 3, of="corridors").set_index("measure")
    assert table.loc["overall", "place"].tolist() == [1, 2, 3]
    assert (table["share"] == 1).all()
    assert table.loc["trips", "names"].iloc[0] == "A → B"
    assert table.loc["trips", "names"].iloc[1] == "B → A"
    assert table.loc["overall", "names"].iloc[0] == "A – B"


@pytest.mark.parametrize("name", ["air22", "air513"])
def test_a_built_in_study_says_itself_what_its_measures_mean(name):
    measures = {one.column for one in load_study(name).measures}
    assert not [one for one in load_study(name).taken if one.column.en in measures]
