"""Twenty-two real cities, all their international pairs, ranks by a formula, and a browser that looks at the pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CITIES = [
    ("singapore", "Singapore", "新加坡", "SGP", "Southeast Asia", True, 103.8198, 1.3521),
    ("shanghai", "Shanghai", "上海", "CHN", "East Asia", True, 121.4737, 31.2304),
    ("beijing", "Beijing", "北京", "CHN", "East Asia", False, 116.4074, 39.9042),
    ("bangkok", "Bangkok", "曼谷", "THA", "Southeast Asia", True, 100.5018, 13.7563),
    ("seoul", "Seoul", "首尔", "KOR", "East Asia", True, 126.9780, 37.5665),
    ("dubai", "Dubai", "迪拜", "ARE", "West Asia", True, 55.2708, 25.2048),
    ("moscow", "Moscow", "莫斯科", "RUS", "Europe", False, 37.6173, 55.7558),
    ("istanbul", "Istanbul", "伊斯坦布尔", "TUR", "West Asia", True, 28.9784, 41.0082),
    ("shenzhen", "Shenzhen", "深圳", "CHN", "East Asia", True, 114.0579, 22.5431),
    ("chengdu", "Chengdu", "成都", "CHN", "East Asia", False, 104.0665, 30.5723),
    ("tianjin", "Tianjin", "天津", "CHN", "East Asia", True, 117.2010, 39.0842),
    ("rome", "Rome", "罗马", "ITA", "Europe", True, 12.4964, 41.9028),
    ("qingdao", "Qingdao", "青岛", "CHN", "East Asia", True, 120.3826, 36.0671),
    ("cairo", "Cairo", "开罗", "EGY", "Africa", False, 31.2357, 30.0444),
    ("karachi", "Karachi", "卡拉奇", "PAK", "South Asia", True, 67.0011, 24.8607),
    ("vienna", "Vienna", "维也纳", "AUT", "Europe", False, 16.3738, 48.2082),
    ("xian", "Xi'an", "西安", "CHN", "East Asia", False, 108.9398, 34.3416),
    ("zhengzhou", "Zhengzhou", "郑州", "CHN", "East Asia", False, 113.6254, 34.7466),
    ("almaty", "Almaty", "阿拉木图", "KAZ", "Central Asia", False, 76.8512, 43.2220),
    ("johannesburg", "Johannesburg", "约翰内斯堡", "ZAF", "Africa", False, 28.0473, -26.2041),
    ("nairobi", "Nairobi", "内罗毕", "KEN", "Africa", False, 36.8219, -1.2921),
    ("urumqi", "Urumqi", "乌鲁木齐", "CHN", "East Asia", False, 87.6168, 43.8256),
]
REGIONS_ZH = {
    "East Asia": "东亚",
    "Southeast Asia": "东南亚",
    "South Asia": "南亚",
    "Central Asia": "中亚",
    "West Asia": "西亚",
    "Europe": "欧洲",
    "Africa": "非洲",
    "Leader": "领先",
    "Follower": "追随",
}


def make_cities(rows=CITIES) -> gpd.GeoDataFrame:
    columns = ["city", "name", "name_zh", "country", "region", "coastal", "lon", "lat"]
    frame = pd.DataFrame(rows, columns=columns).set_index("city")
    frame["coastal"] = frame["coastal"].astype("boolean")
    points = gpd.points_from_xy(frame.pop("lon"), frame.pop("lat"), crs=4326)
    return gpd.GeoDataFrame(frame, geometry=points)


def make_corridors(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """All international pairs with ranks and a score that follow from the order of the cities alone."""
    place = {city: n for n, city in enumerate(cities.index)}
    pairs = [pair for pair in combinations(sorted(place), 2) if cities.country[pair[0]] != cities.country[pair[1]]]
    frame = pd.DataFrame(pairs, columns=["origin", "destination"])
    frame.index = pd.Index([f"{a}--{b}" for a, b in pairs], name="corridor")
    strength = np.array([100 / (1 + place[a] + place[b] + 0.01 * place[a] * place[b]) for a, b in pairs])
    frame["score"] = strength
    rank = pd.Series(strength, frame.index).rank(ascending=False, method="first")
    frame["rank_overall"] = rank.where(rank <= 10)
    other = pd.Series((strength * 7919) % 13, frame.index).rank(ascending=False, method="first")
    frame["rank_trade"] = other.where(other <= 5)
    frame["rank_rail"] = np.where(other <= 10, 1.0, np.nan)
    frame["distance_km"] = 1000.0 + 10 * np.arange(len(frame))
    return frame


@pytest.fixture(scope="session")
def cities() -> gpd.GeoDataFrame:
    return make_cities().assign(
        rank_overall=range(1, 23), cluster=["Leader" if n < 6 else "Follower" if n < 18 else None for n in range(22)]
    )


@pytest.fixture(scope="session")
def corridors(cities) -> pd.DataFrame:
    return make_corridors(cities)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()
