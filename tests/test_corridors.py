"""Pairs and corridors: which ones, how they are called, and what they carry."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from geobri.cities import build_cities
from geobri.corridors import (
    attach_values,
    build_corridors,
    build_pairs,
    corridor_ids,
    order_pairs,
    points_along,
)
from geobri.errors import DataError, SchemaError
from geobri.geodesy import distance_km


@pytest.fixture
def cities():
    return build_cities(
        {
            "city": ["shanghai", "beijing", "singapore", "suva"],
            "country": ["CHN", "CHN", "SGP", "FJI"],
            "region": ["East Asia", "East Asia", "Southeast Asia", None],
            "coastal": ["yes", "no", "yes", ""],
            "lon": [121.47, 116.40, 103.85, 178.44],
            "lat": [31.23, 39.90, 1.29, -18.14],
        }
    )


def test_international_pairs_leave_domestic_ones_out(cities):
    assert len(build_pairs(cities, which="all")) == 6
    assert "beijing--shanghai" not in build_pairs(cities).index
    assert len(build_pairs(cities, directed=True)) == 10


def test_ids_do_not_depend_on_order(cities):
    shuffled = cities.iloc[[2, 0, 3, 1]]
    pd.testing.assert_frame_equal(build_pairs(cities), build_pairs(shuffled))
    frame = pd.DataFrame({"o": ["b", "a"], "d": ["a", "b"]})
    assert corridor_ids(frame["o"], frame["d"]).tolist() == ["a--b", "a--b"]
    assert corridor_ids(frame["o"], frame["d"], directed=True).tolist() == ["b->a", "a->b"]


def test_corridors_carry_regions_and_coast(cities):
    corridors = build_corridors(cities, pairs="all")
    assert corridors.crs.to_epsg() == 4326
    assert corridors.loc["shanghai--singapore", "region_pair"] == "East Asia / Southeast Asia"
    assert corridors.loc["beijing--shanghai", "region_pair"] == "East Asia / East Asia"
    assert pd.isna(corridors.loc["shanghai--suva", "region_pair"])
    assert corridors.loc["shanghai--singapore", "coast_pair"] == "coast-coast"
    assert corridors.loc["beijing--singapore", "coast_pair"] == "coast-inland"
    assert pd.isna(corridors.loc["beijing--suva", "coast_pair"])
    assert corridors.loc["shanghai--singapore", "distance_km"] == pytest.approx(3797.99650831, abs=1e-6)


def test_pairs_of_a_table_keep_their_columns_either_way_round(cities):
    pairs = pd.DataFrame(
        {"origin": ["singapore", "beijing"], "destination": ["beijing", "suva"], "tonnes": [3, 4]}
    )
    corridors = build_corridors(cities, pairs=pairs)
    assert corridors["tonnes"].to_dict() == {"beijing--singapore": 3, "beijing--suva": 4}
    line = corridors.geometry["beijing--singapore"]
    assert line.coords[0] == pytest.approx((116.40, 39.90))


def test_inputs_are_not_changed(cities):
    before, pairs = cities.copy(), pd.DataFrame({"origin": ["suva"], "destination": ["beijing"]})
    build_corridors(cities, pairs=pairs)
    pd.testing.assert_frame_equal(cities, before)
    assert pairs.to_dict("list") == {"origin": ["suva"], "destination": ["beijing"]}


def test_attach_values_leaves_the_others_without(cities):
    corridors = build_corridors(cities)
    ranks = pd.DataFrame({"origin": ["singapore"], "destination": ["shanghai"], "rank_overall": [1]})
    attached = attach_values(corridors, ranks)
    assert attached["rank_overall"].notna().sum() == 1
    assert attached.loc["shanghai--singapore", "rank_overall"] == 1
    with pytest.raises(SchemaError, match="unknown: 'beijing--shanghai'"):
        attach_values(corridors, ranks.assign(origin="beijing"))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"origin": ["suva"]}, "need the columns"),
        ({"origin": ["suva", "lagos"], "destination": ["beijing", "suva"]}, "1 unknown: 'lagos'"),
        ({"origin": ["suva"], "destination": ["suva"]}, "one with itself"),
        ({"origin": ["suva", "beijing"], "destination": ["beijing", "suva"]}, "doubled: 'beijing--suva'"),
    ],
)
def test_faulty_pairs_are_named(cities, pairs, message):
    with pytest.raises(SchemaError, match=message):
        build_corridors(cities, pairs=pd.DataFrame(pairs))


def test_coincident_cities_are_named():
    cities = build_cities({"city": ["a", "b"], "country": ["X", "Y"], "lon": [1, 1], "lat": [2, 2]})
    with pytest.raises(DataError, match="'a--b'"):
        build_corridors(cities)


def test_international_needs_every_country(cities):
    with pytest.raises(SchemaError, match="1 of 4 cities without: 'suva'"):
        build_pairs(cities.assign(country=["CHN", "CHN", "SGP", None]))


def test_one_city_has_no_corridor(cities):
    assert len(build_corridors(cities.iloc[:1])) == 0
    assert np.isfinite(build_corridors(cities)["distance_km"]).all()


def test_geocoded_places_become_cities():
    from geobri.gazetteer import geocode

    cities = build_cities(geocode(["Singapore", "上海"]).cities)
    assert build_corridors(cities).index.tolist() == ["shanghai--singapore"]


def test_rows_that_are_only_counted_are_no_names():
    table = pd.DataFrame({"name": ["Oslo", "Rome"], "lon": [10.75, 12.48], "lat": [59.91, 41.89]})
    with pytest.raises(SchemaError, match=r"need a column \(or an index\) 'city' with a slug each"):
        build_cities(table)
    assert build_cities(table.set_index(pd.Index(["oslo", "rome"]))).index.tolist() == ["oslo", "rome"]


class TestPointsAlong:
    @pytest.fixture
    def places(self):
        at = {
            "lisbon": (-9.14, 38.72),
            "suva": (178.44, -18.14),
            "apia": (-171.76, -13.83),
            "oslo": (10.75, 59.91),
        }
        points = gpd.points_from_xy(*zip(*at.values(), strict=True))
        return gpd.GeoDataFrame(index=pd.Index(list(at), name="city"), geometry=points, crs=4326)

    @pytest.fixture
    def pairs(self):
        ends = [("lisbon", "oslo"), ("apia", "suva"), ("oslo", "suva")]
        return pd.DataFrame(ends, columns=["origin", "destination"], index=["--".join(pair) for pair in ends])

    def test_midpoints_are_as_far_from_both_ends_and_on_the_way(self, places, pairs):
        middle = points_along(places, pairs)
        assert middle.index.tolist() == pairs.index.tolist()
        for name, row in middle.iterrows():
            one, other = (places.geometry[pairs.loc[name, end]] for end in ("origin", "destination"))
            here = row.geometry
            first = distance_km(one.x, one.y, here.x, here.y)
            second = distance_km(here.x, here.y, other.x, other.y)
            assert first == pytest.approx(second, rel=1e-9)
            assert first + second == pytest.approx(distance_km(one.x, one.y, other.x, other.y), rel=1e-9)
            assert row["km"] == pytest.approx(float(first))
        assert (
            abs(middle.loc["apia--suva"].geometry.x) > 171
        )  # between the two, not on the other side of the earth

    def test_shares_are_those_of_pyproj(self, places, pairs):
        along = points_along(places, pairs, shares=[0.25, 0.5, 0.75])
        assert len(along) == 9
        one, other = places.geometry["oslo"], places.geometry["suva"]
        wanted = Geod(ellps="WGS84").npts(one.x, one.y, other.x, other.y, 3)
        got = along.loc["oslo--suva"]
        np.testing.assert_allclose(np.column_stack([got.geometry.x, got.geometry.y]), wanted, atol=1e-7)
        assert got["share"].tolist() == [0.25, 0.5, 0.75]

    def test_a_point_every_so_many_kilometres_and_at_both_ends(self, places, pairs):
        along = points_along(places, pairs, every_km=500.0).loc["lisbon--oslo"]
        assert np.diff(along["km"])[:-1] == pytest.approx(500.0)
        assert 0 < np.diff(along["km"])[-1] <= 500
        for end, row in (("lisbon", along.iloc[0]), ("oslo", along.iloc[-1])):
            assert row.geometry.distance(places.geometry[end]) < 1e-9

    def test_strangers_and_impossible_shares_are_refused(self, places, pairs):
        with pytest.raises(SchemaError, match="no city 'rome'"):
            points_along(places, pairs.replace("oslo", "rome"))
        with pytest.raises(SchemaError, match=r"1 outside \(first: 1.5\)"):
            points_along(places, pairs.iloc[:1], shares=[1.5])
        with pytest.raises(SchemaError, match="every_km=0"):
            points_along(places, pairs, every_km=0)
        assert points_along(places, pairs.iloc[:0]).empty


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_pairs_are_ordered_whatever_the_columns_are_made_of(dtype):
    rows = pd.DataFrame({"origin": ["rome", "cairo", "rome"], "destination": ["lima", "oslo", "cairo"]})
    names = ["cairo", "lima", "oslo", "rome", "unused"]
    given = rows.astype(pd.CategoricalDtype(names) if dtype == "category" else dtype)
    turned = order_pairs(given)
    assert turned["origin"].tolist() == ["lima", "cairo", "cairo"]
    assert turned["destination"].tolist() == ["rome", "oslo", "rome"]
    assert given["origin"].tolist() == rows["origin"].tolist()
    if dtype == "category":
        assert turned["origin"].dtype == given["origin"].dtype
    ids = corridor_ids(given["origin"], given["destination"])
    assert ids.tolist() == ["lima--rome", "cairo--oslo", "cairo--rome"]
    directed = corridor_ids(given["origin"], given["destination"], directed=True)
    assert directed.tolist() == ["rome->lima", "cairo->oslo", "rome->cairo"]
