"""Blocks of pairs against the tables that fit into memory."""

import numpy as np
import pandas as pd
import pytest

from geobri.corridors import build_pairs, corridor_ids, describe_pairs, order_pairs
from geobri.errors import DataError
from geobri.geodesy import distance_km
from geobri.measures import Measure
from geobri.scale.blocks import Block, count_pairs_of, cut_tiles, plan_blocks
from geobri.scale.places import BANDS_KM, Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.scale.tables import city_table, curve_table, group_table, histogram_table, top_table

TRADE = Measure("trade", kind="count", directed=True, absent="zero")
GRAVITY = Gravity(mass="people", friction=1.5)


def _recipe(towns, trade=None, **choices):
    inputs = build_inputs(
        towns, flows=trade, measures=() if trade is None else (TRADE,), gravity=GRAVITY, **choices
    )
    return Recipe(inputs=inputs, rank_by="gravity", top=40)


def _in_memory(towns, trade, recipe):
    """The same as whole tables: exact geodesics, pandas."""
    inputs = recipe.inputs
    which = "all" if inputs.domain == "all" else "international"
    pairs = describe_pairs(towns, build_pairs(towns, which=which, directed=inputs.directed))
    if inputs.distance == "sphere":
        lon, lat = towns.geometry.x, towns.geometry.y
        exact = distance_km(
            *(one[pairs[end]].to_numpy() for end in ("origin", "destination") for one in (lon, lat))
        )
        assert np.allclose(pairs["distance_km"], exact)
    ends = trade if inputs.directed else order_pairs(trade)
    ids = corridor_ids(ends["origin"], ends["destination"], directed=inputs.directed)
    sums = pd.Series(trade["value"].to_numpy(), index=ids).groupby(level=0).sum()
    mass = towns["people"]
    return pairs.assign(
        trade=sums.reindex(pairs.index).fillna(0.0),
        gravity=mass[pairs["origin"]].to_numpy()
        * mass[pairs["destination"]].to_numpy()
        * pairs["distance_km"] ** -1.5,
        band=np.searchsorted(BANDS_KM, pairs["distance_km"], side="right"),
    )


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("domain", ["all", "international"])
def test_every_reduction_equals_the_table_in_memory(towns, trade, directed, domain):
    recipe = _recipe(towns, trade, directed=directed, domain=domain, distance="geodesic")
    plan = plan_blocks(recipe.inputs.n, directed=directed, pairs_per_block=900)
    found = reduce_pairs(recipe, workers=2, blocks=plan)
    table = _in_memory(towns, trade, recipe)
    assert len(plan) > 7
    assert (
        sum(count_pairs_of(recipe.inputs, block) for block in plan)
        == len(table)
        == count_pairs_of(recipe.inputs)
    )

    groups = group_table(recipe, found)
    assert groups["pairs"].sum() == len(table)
    expected = table.assign(coast_pair=table["coast_pair"].astype(object)).groupby(
        ["region_pair", "coast_pair", "band"]
    )
    by = groups.set_index(["region_pair", "coast_pair", "band"]).sort_index()
    for name, column in (
        ("distance_km_mean", "distance_km"),
        ("trade_mean", "trade"),
        ("gravity_mean", "gravity"),
    ):
        mean = expected[column].mean()
        assert np.allclose(by[name].reindex(mean.index), mean, rtol=1e-12)
    assert np.allclose(
        by["trade_sd"].reindex(expected["trade"].std().index).fillna(0),
        expected["trade"].std().fillna(0),
        rtol=1e-6,
    )

    best = table.sort_values(["gravity", "origin"], ascending=[False, True]).head(40)
    top = top_table(recipe, found)
    assert set(top.index) == set(best.index)  # both directions of a pair are equal but for the last bit
    assert directed or top.index.tolist() == best.index.tolist()
    assert np.allclose(top["gravity"], best["gravity"], rtol=1e-12)
    assert np.allclose(top["distance_km"], best["distance_km"].reindex(top.index), rtol=1e-12)

    cities = city_table(recipe, found)
    twice = (
        table
        if directed
        else pd.concat([table, table.rename(columns={"origin": "destination", "destination": "origin"})])
    )
    own = twice.groupby("origin")
    assert np.allclose(cities["trade_sum"], own["trade"].sum().reindex(cities.index), rtol=1e-12)
    nearest = twice.sort_values("distance_km").groupby("origin").head(1).set_index("origin")["destination"]
    assert np.allclose(cities["nearest_km"], own["distance_km"].min().reindex(cities.index), rtol=1e-12)
    assert cities["nearest"].tolist() == nearest.reindex(cities.index).tolist()
    strongest = twice.sort_values("gravity").groupby("origin").tail(1).set_index("origin")["destination"]
    assert cities["strongest"].tolist() == strongest.reindex(cities.index).tolist()

    curve = curve_table(recipe, found)
    assert curve["pairs"].sum() == len(table)
    assert np.isclose(curve["trade_sum"].sum(), table["trade"].sum())
    histogram = histogram_table(recipe, found)
    assert histogram.groupby("measure")["pairs"].sum().tolist() == [len(table)] * 2
    assert int(histogram.query("measure == 'trade'")["pairs"].iloc[0]) == int((table["trade"] == 0).sum())


def test_the_same_bytes_with_one_worker_or_twenty(towns, trade):
    recipe = _recipe(towns, trade)
    plan = plan_blocks(recipe.inputs.n, pairs_per_block=300)
    one, twenty, processes = (reduce_pairs(recipe, workers=n, blocks=plan) for n in (1, 20, 3))
    for name, array in one.arrays().items():
        assert array.tobytes() == twenty.arrays()[name].tobytes() == processes.arrays()[name].tobytes()


def test_blocks_hold_every_pair_once():
    for n, directed, size in (
        (1, False, 10),
        (2, False, 10),
        (50, False, 60),
        (50, True, 100),
        (50, True, 10),
    ):
        plan = plan_blocks(n, directed=directed, pairs_per_block=size)
        assert [block.first for block in plan[1:]] == [block.stop for block in plan[:-1]]
        assert (plan[0].first, plan[-1].stop) == (0, n)


def test_a_missing_row_is_not_a_zero(towns, trade):
    known = Measure("trade", kind="count", directed=True, absent="missing")
    recipe = Recipe(inputs=build_inputs(towns, flows=trade, measures=(known,)), rank_by="trade", top=5)
    found = reduce_pairs(recipe, workers=1)
    groups = group_table(recipe, found)
    listed = order_pairs(trade).groupby(["origin", "destination"])["value"].sum()
    assert groups["trade_pairs"].sum() == len(listed) < groups["pairs"].sum()
    assert np.isclose(groups["trade_sum"].sum(), listed.sum())
    assert top_table(recipe, found)["trade"].tolist() == sorted(listed, reverse=True)[:5]


def test_ties_are_kept_in_the_order_of_the_pairs(towns):
    rows = pd.DataFrame(
        {
            "indicator": "link",
            "origin": sorted(towns.index)[:50],
            "destination": sorted(towns.index)[60:110],
            "value": 1.0,
        }
    )
    link = Measure("link", kind="count", absent="zero")
    recipe = Recipe(inputs=build_inputs(towns, flows=rows, measures=(link,)), rank_by="link", top=60)
    plan = plan_blocks(120, pairs_per_block=150)
    top = top_table(recipe, reduce_pairs(recipe, workers=3, blocks=plan))
    assert top["link"].tolist() == [1.0] * 50 + [0.0] * 10
    assert top["origin"].tolist()[:50] == sorted(towns.index)[:50]
    assert top.index[50] == "t000--t001"


def test_the_auxiliary_sphere_is_near_the_ellipsoid(towns):
    inputs = build_inputs(towns)
    tile = next(cut_tiles(inputs, Block(0, 0, 119)))
    km = tile.flat(tile.distance_km)
    exact = distance_km(
        inputs.lon[tile.origin],
        inputs.lat[tile.origin],
        inputs.lon[tile.destination],
        inputs.lat[tile.destination],
    )
    off = np.abs(km - exact)
    assert off[exact < 10_000].max() < 0.015
    assert off[exact < 15_000].max() < 0.06
    assert off.max() < 1.0


def test_distance_of_places_at_one_point_and_at_antipodes():
    import geopandas as gpd

    places = gpd.GeoDataFrame(
        index=["a", "b", "c", "d"],
        geometry=gpd.points_from_xy([10, 10, -170, 10.00001], [20, 20, -20, 20]),
        crs=4326,
    )
    tile = next(cut_tiles(build_inputs(places), Block(0, 0, 4)))
    km = dict(
        zip(
            zip(tile.origin.tolist(), tile.destination.tolist(), strict=True),
            tile.flat(tile.distance_km).tolist(),
            strict=True,
        )
    )
    assert km[0, 1] == 0.0
    assert km[0, 2] == pytest.approx(float(distance_km(10, 20, -170, -20)), abs=1e-6)
    assert km[0, 3] == pytest.approx(float(distance_km(10, 20, 10.00001, 20)), rel=1e-5)


def test_masses_and_bands_are_checked(towns):
    with pytest.raises(DataError, match="'size'"):
        build_inputs(towns, gravity=Gravity(mass="size"))
    with pytest.raises(DataError, match=r"above 0 for every city\. Got 1 of 120"):
        build_inputs(towns.assign(people=[0.0, *[1.0] * 119]), gravity=GRAVITY)
    with pytest.raises(DataError, match="ascend"):
        build_inputs(towns, edges_km=(500.0, 100.0))
