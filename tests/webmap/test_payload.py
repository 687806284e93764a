import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError, SpecificationError
from geobri.geodesy import distance_km
from geobri.measures import Measure
from geobri.webmap.distances import pack_distance, predict_km
from geobri.webmap.payload import as_corridor_measures, pack_cities, pack_corridors, sort_strongest_first
from geobri.webmap.summary import summarise_map
from geobri.webmap.values import pack_category, pack_measure, read_numbers


def test_what_is_declared_reaches_the_page():
    numbers = np.array([1.0, np.nan, 3.0])
    rank = pack_measure(Measure("place", kind="rank", label="Trade"), numbers)
    assert (rank["kind"], rank["direction"], rank["label"]["en"], rank["known"]) == ("rank", -1, "Trade", 2)
    score = pack_measure(Measure("rank_points", better="low", label="Travel time"), numbers)
    assert (score["kind"], score["direction"], score["label"]["zh"]) == ("score", -1, "Travel time")
    assert (score["low"], score["high"]) == (1, 3)


def test_a_bare_column_is_inferred_and_a_measure_wins_wherever_it_stands():
    frame = pd.DataFrame({"rank_a": [1, 2], "b": [0.5, 2.0]})
    assert [item.kind for item in as_corridor_measures("rank_a", ["b"], frame, caller="t")] == [
        "rank",
        "amount",
    ]
    said = Measure("b", kind="share")
    assert as_corridor_measures("b", ["rank_a", said], frame, caller="t")[1] is said
    assert as_corridor_measures(said, ["rank_a", "b"], frame, caller="t")[1] is said


@pytest.mark.parametrize("domain", [(1.0, 1.0), (0.0, float("nan")), (0.0, float("inf"))])
def test_a_domain_needs_two_ends(domain):
    with pytest.raises(SpecificationError, match="the domain of 'a' must be two different finite numbers"):
        pack_measure(Measure("a", domain=domain), np.array([1.0]))


def test_strongest_come_first_and_missing_last():
    numbers = np.array([3.0, np.nan, 1.0, 2.0])
    assert sort_strongest_first(numbers, -1).tolist() == [2, 3, 0, 1]
    assert sort_strongest_first(numbers, 1).tolist() == [0, 3, 2, 1]


def test_numbers_are_read_from_any_column_and_offenders_are_named():
    column = pd.Series([1, "2", None], index=["a--b", "a--c", "b--c"], name="score", dtype=object)
    assert read_numbers(column, caller="t", table="corridors")[:2].tolist() == [1, 2]
    column["b--c"] = "many"
    with pytest.raises(
        SchemaError, match=r"t: column 'score' of corridors must hold numbers.*1 of 3.*b--c: many"
    ):
        read_numbers(column, caller="t", table="corridors")
    with pytest.raises(SchemaError, match="inf"):
        read_numbers(pd.Series([np.inf], name="score"), caller="t", table="corridors")


def test_cities_are_packed_with_unknowns_marked(city_table):
    cities = city_table().iloc[:4].copy()
    cities.loc["beijing", ["region", "coastal"]] = [None, pd.NA]
    cities.loc["bangkok", "name_zh"] = None
    packed = pack_cities(cities)
    assert packed["slug"] == ["singapore", "shanghai", "beijing", "bangkok"]
    assert packed["coastal"] == [1, 1, -1, 1]
    assert [packed["regions"][code] if code >= 0 else None for code in packed["region"]] == [
        "Southeast Asia",
        "East Asia",
        None,
        "Southeast Asia",
    ]
    assert packed["name_zh"][3] == "Bangkok"


def test_faulty_cities_are_refused_with_all_faults(city_table):
    with pytest.raises(SchemaError, match=r"corridor_map(?s:.*)region(?s:.*)coastal"):
        pack_cities(city_table().drop(columns=["region", "coastal"]))
    with pytest.raises(SchemaError, match="cities must have the column 'gdp'"):
        pack_cities(city_table(), ["gdp"])


def test_categories_keep_a_wished_order_and_colours():
    column = pd.Series(["High", "Low", None], name="cluster")
    value = Measure("cluster", kind="category", order=("Low", "High"), colours={"Low": "#112233"})
    packed = pack_category(value, column)
    assert packed["categories"] == ["Low", "High"]
    assert packed["colours"] == ["#112233", ""]
    with pytest.raises(SpecificationError, match=r"must name every category.*'Low'"):
        pack_category(Measure("cluster", kind="category", order=("High",)), column)
    with pytest.raises(SpecificationError, match=r"#rrggbb.*url"):
        pack_category(Measure("cluster", kind="category", colours={"Low": "url(x)"}), column)


def test_corridors_keep_the_order_of_their_values_and_know_their_ids(cities, corridors):
    values = as_corridor_measures("score", ["rank_overall"], corridors, caller="t")
    packed = pack_corridors(corridors.sample(frac=1, random_state=3), cities, values)
    assert [item["key"] for item in packed["values"]] == ["score", "rank_overall"]
    assert packed["n"] == 195
    assert packed["ids"] is None
    assert not packed["directed"]


def test_row_order_does_not_matter(cities, corridors):
    frame = corridors.assign(score=1.0)
    values = as_corridor_measures("score", [], frame, caller="t")
    shuffled = frame.sample(frac=1, random_state=5)
    assert pack_corridors(frame, cities, values) == pack_corridors(shuffled, cities, values)


def test_directed_and_own_ids_are_kept(cities, corridors):
    two = corridors.iloc[:2]
    arrows = two.set_axis(two["origin"] + "->" + two["destination"])
    values = [Measure("score")]
    assert pack_corridors(arrows, cities, values)["directed"]
    own = pack_corridors(two.set_axis(["first", "second"]), cities, values)
    assert set(own["ids"]) == {"first", "second"}


def test_all_pairs_of_many_cities_take_nothing_whatever_their_order(cities):
    many = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spread_cities(200).T), crs=4326)
    rng = np.random.default_rng(4)
    many.index = pd.Index([f"c{k:03d}" for k in rng.permutation(200)], name="city")
    first, second = np.triu_indices(200, 1)
    ends = np.sort(np.array([many.index[first], many.index[second]], dtype=object), axis=0)
    table = pd.DataFrame({"origin": ends[0], "destination": ends[1], "score": 1.0})
    packed = pack_corridors(
        table.set_index(table["origin"] + "--" + table["destination"]), many, [Measure("score")]
    )
    assert packed["alphabetical"]
    assert packed["origin"] is packed["destination"] is None
    without = pack_corridors(
        table.set_index(table["origin"] + "--" + table["destination"])[1:], many, [Measure("score")]
    )
    assert len(without["origin"]["data"]) + len(without["destination"]["data"]) < 2500
    arrows = table.assign(origin=ends[1], destination=ends[0])
    packed = pack_corridors(arrows.set_index(ends[1] + "->" + ends[0]), many, [Measure("score")])
    assert packed["directed"]
    assert not packed["alphabetical"]


def test_columns_that_are_missing_are_named_at_once(corridors):
    with pytest.raises(SchemaError, match="'nope', 'nada'"):
        as_corridor_measures("score", ["nope", "nada"], corridors, caller="t")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"origin": "atlantis"}, "1 unknown cities: 'atlantis'"),
        ({"origin": "singapore", "destination": "singapore"}, "1 corridors from a city to itself"),
    ],
)
def test_corridors_join_two_known_cities(cities, corridors, change, message):
    faulty = corridors.iloc[:3].copy()
    for column, city in change.items():
        faulty.iloc[1, faulty.columns.get_loc(column)] = city
    with pytest.raises(DataError, match=message):
        pack_corridors(faulty, cities, [Measure("score")])


def test_a_doubled_corridor_is_refused(cities, corridors):
    twice = pd.concat([corridors.iloc[:2], corridors.iloc[:1]])
    with pytest.raises(SchemaError, match="1 doubled ids"):
        pack_corridors(twice, cities, [Measure("score")])


def test_callers_tables_are_left_alone(cities, corridors):
    before_cities, before = cities.copy(), corridors.copy()
    pack_cities(cities, ["cluster"])
    pack_corridors(corridors, cities, [Measure("score")])
    pd.testing.assert_frame_equal(cities, before_cities)
    pd.testing.assert_frame_equal(corridors, before)


def spread_cities(n, near=None):
    """Places all over the world, or within some degrees of one."""
    rng = np.random.default_rng(11)
    if near is None:
        return np.column_stack(
            [rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))]
        ).round(6)
    return (np.array([4.9, 52.4]) + rng.uniform(-near, near, (n, 2))).round(6)


def geodesics(lonlat, first, second):
    return distance_km(*lonlat[first].T, *lonlat[second].T)


def test_distances_are_told_from_the_coordinates_to_a_few_metres():
    lonlat = np.vstack([spread_cities(120), [[0, 90], [0, -90], [30.0, 10.0], [30.0, 10.0], [-150.0, -10.0]]])
    first, second = np.triu_indices(len(lonlat), 1)
    true = geodesics(lonlat, first, second)
    away = np.abs(predict_km(lonlat, first, second) - true)
    assert np.median(away) < 0.01
    assert away[true < 15_000].max() < 0.1


@pytest.mark.parametrize(("near", "digits"), [(None, 0), (0.2, 3)])
def test_distances_that_follow_from_the_coordinates_take_almost_nothing(near, digits):
    lonlat = spread_cities(150, near)
    first, second = np.triu_indices(150, 1)
    printed = geodesics(lonlat, first, second).round(digits)
    printed[17] = np.nan
    packed = pack_distance(printed, lonlat, first, second)
    assert packed["decimals"] == digits
    assert 8 * len(packed["data"]) < 6 * len(first)
    by_road = pack_distance(
        printed * np.random.default_rng(2).uniform(1, 2, len(first)), lonlat, first, second
    )
    assert len(by_road["data"]) > len(packed["data"])


def test_many_cities_are_packed_with_all_their_words(cities):
    many = pd.concat(
        [cities.assign(name=cities["name"] + f" {k}").add_suffix(f"{k}", axis=0) for k in range(4)]
    )
    many = gpd.GeoDataFrame(many, geometry="geometry", crs=cities.crs).rename_axis("city")
    packed, plain = pack_cities(many), pack_cities(cities)
    assert packed["texts"]["columns"] == ["slug", "name", "name_zh", "country"]
    assert packed["regions"] == plain["regions"]
    assert (packed["lon"]["n"], packed["lon"]["scale"]) == (88, 10_000)
    assert len(str(packed)) < 1.5 * len(str(plain))


@pytest.mark.parametrize(("back", "sign"), [(True, "→"), (False, "–")])
def test_there_and_back_are_named_with_an_arrow(back, sign):
    cities = pd.DataFrame(
        {"name": ["A", "B", "C"], "name_zh": ["甲", "乙", ""]}, index=pd.Index(["a", "b", "c"], name="city")
    )
    ends = [("b", "a"), ("a", "b")] if back else [("b", "a"), ("c", "a")]
    corridors = pd.DataFrame(ends, columns=["origin", "destination"])
    measure = {"label": {"en": "Trips", "zh": "出行"}, "direction": 1, "front": "strongest"}
    said = summarise_map(cities, corridors, np.array([9.0, 4.0]), measure)
    assert f"B {sign} A (9)" in said["en"]
    assert f"乙 {sign} 甲 (9)" in said["zh"]
