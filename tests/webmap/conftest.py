"""Twenty-two real cities, all their international pairs, ranks by a formula, and a browser that looks at the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geobri.measures import Measure
from geobri.webmap import corridor_map, save_map
from tests.waiting import wait_until

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
    pairs = [
        pair for pair in combinations(sorted(place), 2) if cities.country[pair[0]] != cities.country[pair[1]]
    ]
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
        rank_overall=range(1, 23),
        cluster=["Leader" if n < 6 else "Follower" if n < 18 else None for n in range(22)],
    )


@pytest.fixture(scope="session")
def corridors(cities) -> pd.DataFrame:
    return make_corridors(cities)


@pytest.fixture(scope="session")
def city_table():
    return make_cities


@pytest.fixture(scope="session")
def corridor_table():
    return make_corridors


@pytest.fixture(scope="session")
def published_map(cities, corridors):
    """The map most tests look at: ranks with gaps, a whole score, two layers of the points."""
    return corridor_map(
        cities,
        corridors,
        "rank_overall",
        values=[
            "rank_overall",
            "rank_trade",
            "rank_rail",
            Measure("score", label="Index", label_zh="指数"),
        ],
        city_values=[
            Measure("rank_overall", of="cities", kind="rank", label="City rank", label_zh="城市排名"),
            "cluster",
        ],
        title={"en": "Twenty-two cities", "zh": "二十二城"},
        source="typed by hand",
        translations=REGIONS_ZH,
    )


@pytest.fixture(scope="session")
def published_file(published_map, tmp_path_factory) -> Path:
    return save_map(published_map, tmp_path_factory.mktemp("maps") / "published.html")


@dataclass
class OpenMap:
    """A page with a map, and what it did."""

    page: object
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    key: str = ""

    def ask(self, expression: str, argument: object = None):
        """Evaluate JavaScript in which `map` is the interface of the map on the page."""
        chosen = f"document.getElementById('{self.key}')" if self.key else "document.querySelector('.geobri')"
        return self.page.evaluate(
            f"(argument) => {{ const map = {chosen}.geobri; return {expression}; }}", argument
        )

    def set(self, **state) -> None:
        self.ask("map.setState(argument)", state)

    @property
    def state(self) -> dict:
        return self.ask("map.getState()")

    @property
    def drawn(self) -> list[str]:
        return self.ask("map.drawn()")

    def place_on(self, corridor: str, share: float = 0.5) -> tuple[float, float]:
        """Where a vertex of a corridor lies on the screen."""
        script = """(() => {
            const arc = map.arc(argument[0]);
            const [x, y] = arc[Math.round((arc.length - 1) * argument[1])];
            const scale = map.map.options.crs.scale(map.map.getZoom());
            const at = L.point(x * scale, y * scale).subtract(map.map.getPixelOrigin());
            const p = map.map.layerPointToContainerPoint(at);
            const box = map.map.getContainer().getBoundingClientRect();
            return [p.x + box.x, p.y + box.y];
        })()"""
        return tuple(self.ask(script, [corridor, share]))

    def place_of(self, lat: float, lon: float) -> tuple[float, float]:
        script = """(() => {
            const p = map.map.latLngToContainerPoint(argument);
            const box = map.map.getContainer().getBoundingClientRect();
            return [p.x + box.x, p.y + box.y];
        })()"""
        return tuple(self.ask(script, [lat, lon]))

    def wait_until(self, expression: str, seconds: float = 5.0) -> None:
        wait_until(self.page, expression, seconds)

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)


READBACK = "willReadFrequently"  # a hint to these tests, which read pixels back


def watch(page, key: str = "") -> OpenMap:
    """Note whatever a page complains about or asks for."""
    page.set_default_timeout(8000)
    shown = OpenMap(page, key=key)
    page.on("console", lambda message: shown.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: shown.complaints.append(f"error: {error}"))
    page.on("request", lambda request: shown.requests.append(request.url))
    page.on("dialog", lambda dialog: (shown.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return shown


def check_peace(shown: OpenMap) -> None:
    """Nothing may have complained, and nothing may have asked for an address."""
    assert not [url for url in shown.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]
    assert not [complaint for complaint in shown.complaints if READBACK not in complaint]


@pytest.fixture
def open_map(chromium) -> Iterator[Callable[..., OpenMap]]:
    """Open a file with the network off, in a window of its own."""
    opened: list[OpenMap] = []

    def open_file(path: Path, *, width=1280, height=720, at="", key="", **context) -> OpenMap:
        viewport = {"width": width, "height": height}
        shown = watch(chromium.new_context(viewport=viewport, offline=True, **context).new_page(), key)
        opened.append(shown)
        shown.page.goto(path.as_uri() + at)
        if shown.page.query_selector(".geobri"):
            shown.ask("map.ready")
        return shown

    yield open_file
    for shown in opened:
        shown.page.context.close()
        check_peace(shown)


@pytest.fixture(scope="session")
def shared_window(chromium, published_file) -> Iterator[OpenMap]:
    viewport = {"width": 1280, "height": 720}
    shown = watch(chromium.new_context(viewport=viewport, offline=True).new_page())
    shown.page.goto(published_file.as_uri())
    shown.ask("map.ready")
    yield shown
    shown.page.context.close()


@pytest.fixture
def opened(shared_window) -> Iterator[OpenMap]:
    """The published map in one window for many tests, put back to its opening state before each."""
    shared_window.page.mouse.move(1200, 600)
    shared_window.ask("map.map.getContainer().focus()")
    shared_window.page.keyboard.press("Escape")
    shared_window.set(lang="en", theme="auto")
    shared_window.ask("map.reset()")
    yield shared_window
    check_peace(shared_window)
