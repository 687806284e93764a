"""What a result warns of, in both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geobri.score import IndexSpec, Indicator, build_index


def towns(**columns):
    names = pd.Index(["ayr", "bo", "cali", "dax"], name="city")
    return pd.DataFrame({"country": list("AABC"), **columns}, index=names)


def flows(rows):
    return pd.DataFrame(rows, columns=["indicator", "origin", "destination", "value"])


TRADE = [
    ("trade", "ayr", "cali", 1.0),
    ("trade", "ayr", "dax", 2.0),
    ("trade", "bo", "cali", 5.0),
    ("trade", "bo", "dax", 3.0),
    ("trade", "cali", "dax", 9.0),
]


def said(index, cities, rows=TRADE):
    result = build_index(index, cities, flows(rows))
    assert len(result.warnings) == len(result.warnings_zh)
    return dict(zip(result.warnings, result.warnings_zh, strict=True))


def one(name="trade", **fields):
    return Indicator(name=name, dimension="overall", **fields)


def index(*leaves, **choices):
    return IndexSpec(name="own", indicators=leaves).with_choices(**choices)


GAPS = [row for row in TRADE if row[1:3] != ("bo", "dax")]
BEDS = towns(beds=[4.0, 1.0, np.nan, 2.0], people=[1.0, np.nan, 3.0, 2.0])


@pytest.mark.parametrize(
    ("spec", "cities", "rows", "english", "chinese"),
    [
        (
            index(one()),
            towns(),
            [*TRADE, ("other", "ayr", "cali", 1.0)],
            "Flows hold indicators that the index does not use: 'other'.",
            "流量表中有指数未使用的指标：other。",
        ),
        (
            index(one(), city_missing="observed"),
            towns(),
            GAPS,
            "Values are missing and were not imputed: trade (1 pair); a city is scored over the partners that are known.",
            "有缺失值且未填补：trade（1 对）；城市只按已知的伙伴计分。",
        ),
        (
            index(one(), one("beds", kind="city")),
            BEDS,
            TRADE,
            "Attributes are missing and were not imputed: beds ('cali').",
            "城市属性缺失且未填补：beds（cali）。",
        ),
        (
            index(one(denominator="people")),
            BEDS,
            TRADE,
            "Denominators are missing, so that nothing can be divided by them: people of 'bo' (for 'trade').",
            "分母缺失，相应数值按缺失处理：bo的 people（用于 trade）。",
        ),
        (
            index(one(), one("beds", kind="city"), imputer="mean"),
            BEDS,
            GAPS,
            "Values were imputed: trade (1 pair), beds (1 city).",
            "已填补缺失值：trade（1 对）；beds（1 座城市）。",
        ),
        (
            index(one(), one("beds", kind="city", imputer="mean")),
            BEDS,
            TRADE,
            "Pair values are modelled from attributes or memberships of cities, not observed: 'beds'.",
            "城市对的数值由城市属性或成员关系推算，并非观测所得：beds。",
        ),
        (
            index(one(), one("beds", kind="city")),
            BEDS,
            TRADE,
            "1 of 4 cities without an overall score: 'cali'.",
            "4 座城市中有 1 座城市没有综合得分：cali。",
        ),
        (
            index(one()),
            towns(),
            TRADE,
            "Cities have 2 to 3 partners (pairs within one country are left out); city values that are summed favour those with more: 'trade'.",
            "各城市的伙伴城市数为 2 至 3（不计同一国家内的城市对），求和的指标有利于伙伴较多的城市：trade。",
        ),
        (
            index(one(title="Goods traded", title_zh="货物贸易")),
            towns(),
            TRADE,
            "Cities have 2 to 3 partners (pairs within one country are left out); city values that are summed favour those with more: 'Goods traded'.",
            "各城市的伙伴城市数为 2 至 3（不计同一国家内的城市对），求和的指标有利于伙伴较多的城市：货物贸易。",
        ),
        (
            index(one(), one("beds", kind="city", imputer="mean"), aggregator="geometric"),
            BEDS,
            TRADE,
            (
                "2 of 4 cities have 0 in overall, whatever else they have, because one of its parts is 0 and the mean is geometric. "
                "Normalise to 1-100 (scale = [1, 100]) to keep them apart."
            ),
            "4 座城市中有 2 座城市在 overall 得 0 分，因为其中一项为 0，而几何平均不予补偿。归一化至 1–100（scale = [1, 100]）可加以区分。",
        ),
        (
            index(one(), one("copy")),
            towns(),
            [*TRADE, *(("copy", *row[1:]) for row in TRADE)],
            "At the level of corridors, trade and copy may count the same thing twice: correlation 1.00, 100% of the index together.",
            "在通路层面，trade 与 copy 可能重复计量同一事物：相关系数 1.00，合计占指数的 100%。",
        ),
    ],
)
def test_in_english_and_in_chinese(spec, cities, rows, english, chinese):
    assert said(spec, cities, rows)[english] == chinese


def test_more_than_three_are_counted():
    leaves = [one(f"x{place}", kind="city") for place in range(5)]
    cities = towns(**{f"x{place}": np.random.default_rng(place).random(4) for place in range(5)})
    found = said(index(*leaves), cities, TRADE)
    (english,) = [sentence for sentence in found if "modelled" in sentence]
    assert "'x0', 'x1', 'x2', … (5 in all)" in english
    assert "x0、x1、x2等 5 项" in found[english]


def test_beyond_a_reference():
    first = build_index(index(one()), towns(), flows(TRADE))
    double = flows([(*row[:3], 2 * row[3]) for row in TRADE])
    result = build_index(index(one()), towns(), double, reference=first)
    found = dict(zip(result.warnings, result.warnings_zh, strict=True))
    (english,) = [sentence for sentence in found if sentence.startswith("Beyond") and "corridors" in sentence]
    assert "5 条通路中有" in found[english]
    assert "超出参照的 0–100 范围" in found[english]


def test_indicators_and_cities_have_their_own_names():
    cities = BEDS.assign(name=["Ayr", "Bo", "Cali", "Dax"], name_zh=["艾尔", "博城", "", "达克斯"])
    bed = one("beds", kind="city", title="Hotel beds", title_zh="酒店床位")
    found = said(index(one(title="Goods", title_zh="货物"), bed, city_missing="observed"), cities, GAPS)
    assert found["Attributes are missing and were not imputed: Hotel beds ('Cali')."] == (
        "城市属性缺失且未填补：酒店床位（Cali）。"
    )
    assert (
        found[
            "Values are missing and were not imputed: Goods (1 pair); a city is scored over the partners that are known."
        ]
        == "有缺失值且未填补：货物（1 对）；城市只按已知的伙伴计分。"
    )
    filled = said(index(one(title="Goods", title_zh="货物"), bed, imputer="mean"), cities, GAPS)
    assert filled["Values were imputed: Goods (1 pair), Hotel beds (1 city)."] == (
        "已填补缺失值：货物（1 对）；酒店床位（1 座城市）。"
    )
