"""Totals of a city's flows: by hand, against plain loops, and as measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.errors import DataError, SchemaError
from geobri.measures import Measure
from geobri.score.totals import TOTALS, name_totals, total_flows

CITIES = pd.DataFrame(
    {"region": ["N", "N", "S", "S", None]}, index=pd.Index(["ayr", "bo", "cali", "dax", "ely"], name="city")
)


def corridors(rows):
    table = pd.DataFrame(rows, columns=["origin", "destination", "trade", "distance_km"])
    return table.set_index(table["origin"] + "--" + table["destination"])


SMALL = corridors(
    [
        ("ayr", "bo", 6.0, 100.0),
        ("bo", "ayr", 2.0, 100.0),
        ("ayr", "cali", 4.0, 1000.0),
        ("cali", "dax", 0.0, 300.0),
        ("dax", "ayr", np.nan, 900.0),
        ("bo", "ely", 8.0, 700.0),
    ]
)


def test_by_hand():
    table = total_flows(CITIES, SMALL, "trade", directed=True)
    assert tuple(table.columns) == TOTALS
    assert table["out"].tolist()[:3] == [10, 10, 0]
    assert table["in"].tolist()[:3] == [2, 6, 4]
    assert table["both"].tolist()[:3] == [12, 16, 4]
    assert table["partners"].tolist()[:3] == [2, 2, 1]  # ayr and bo both ways are one pair
    assert table["missing"].tolist() == [1, 0, 0, 1, 0]
    assert table.loc["ayr", "share_in_region"] == pytest.approx(8 / 12)
    assert table.loc["bo", "share_in_region"] == 1  # ely has no region: its flow is on neither side
    assert table.loc["ayr", "mean_distance_km"] == pytest.approx((8 * 100 + 4 * 1000) / 12)


def test_zero_is_known_and_what_is_known_nowhere_has_no_total():
    table = total_flows(CITIES, SMALL, "trade", directed=True)
    assert table.loc["dax", ["out", "in", "both", "partners"]].tolist() == [0, 0, 0, 0]
    assert table.loc["dax", ["share_in_region", "mean_distance_km"]].isna().all()
    alone = total_flows(CITIES, SMALL.iloc[[0, 4]], "trade")
    assert alone.loc["dax", "missing"] == 1
    assert alone.loc["cali", "missing"] == 0
    assert alone.loc[["cali", "dax"]].drop(columns="missing").isna().all(axis=None)


def test_undirected_flows_have_no_ways():
    table = total_flows(CITIES, SMALL.drop("bo--ayr"), "trade")
    assert table[["out", "in"]].isna().all(axis=None)
    assert table.loc["ayr", "both"] == 10


def test_against_plain_loops():
    rng = np.random.default_rng(5)
    names = [f"c{i:02}" for i in range(12)]
    cities = pd.DataFrame({"region": rng.choice(list("ABC"), 12)}, index=pd.Index(names, name="city"))
    rows = [(a, b, float(rng.poisson(3)), rng.uniform(50, 9000)) for a in names for b in names if a != b]
    table = corridors(rows).sample(frac=0.6, random_state=1)
    got = total_flows(cities, table, "trade", directed=True)
    for city in names:
        sent = {(o, d): (v, km) for o, d, v, km in table.itertuples(index=False) if o == city}
        received = {(o, d): (v, km) for o, d, v, km in table.itertuples(index=False) if d == city}
        whole = [(o if d == city else d, v, km) for (o, d), (v, km) in (sent | received).items()]
        total = sum(v for _, v, _ in whole)
        inside = sum(
            v for partner, v, _ in whole if cities.loc[partner, "region"] == cities.loc[city, "region"]
        )
        expected = [
            sum(v for v, _ in sent.values()),
            sum(v for v, _ in received.values()),
            total,
            len({partner for partner, v, _ in whole if v > 0}),
            0,
            inside / total,
            sum(v * km for _, v, km in whole) / total,
        ]
        np.testing.assert_allclose(got.loc[city].to_numpy(dtype=float), expected)
    assert got["out"].sum() == got["in"].sum() == table["trade"].sum()


def test_without_regions_and_distances():
    table = total_flows(CITIES.drop(columns="region"), SMALL.drop(columns="distance_km"), "trade")
    assert table[["share_in_region", "mean_distance_km"]].isna().all(axis=None)


def test_refusals():
    with pytest.raises(SchemaError, match=r"corridors need columns \['seats'\]"):
        total_flows(CITIES, SMALL, "seats")
    with pytest.raises(SchemaError, match=r"every origin must be one of the cities. Got 2 of 6.*'ayr'"):
        total_flows(CITIES.drop("ayr"), SMALL, "trade")
    with pytest.raises(DataError, match=r"'trade' must not be negative. Got 1 of 6 below: 'ayr--bo'"):
        total_flows(CITIES, SMALL.replace({"trade": {6.0: -6.0}}), "trade")


def test_measures():
    trade = Measure(
        column="trade",
        label="Trade",
        label_zh="贸易",
        unit="dollars",
        unit_zh="美元",
        kind="amount",
        directed=True,
    )
    named = {one.column: one for one in name_totals(trade)}
    assert list(named) == list(total_flows(CITIES, SMALL, "trade", directed=True).add_prefix("trade_"))
    assert {one.of for one in named.values()} == {"cities"}
    assert {one.origin for one in named.values()} == {"total"}
    sent, share = named["trade_out"], named["trade_share_in_region"]
    assert (sent.label, sent.label_zh, sent.unit_zh, sent.kind) == (
        "Trade: sent",
        "贸易：流出合计",
        "美元",
        "amount",
    )
    assert (share.kind, share.unit, share.better) == ("share", "", "neither")
    assert named["trade_mean_distance_km"].unit == "km"
    undirected = name_totals(Measure(column="trade", kind="amount"))
    assert [one.column for one in undirected][:2] == ["trade_both", "trade_partners"]
