"""The page with 195 corridors, against folium with one PolyLine per corridor: size, build, first drawing.

Run it with `python benchmarks/page_195.py`; add `--large` for 131,328 corridors from 513 made-up cities.

Both sides get the same cities, the same corridors, a vertex about every two degrees, and Leaflet inside the file: plain
folium would otherwise fetch ten files from four networks, which no offline machine can time. Three pages are compared:
folium with the lines alone, folium with the same land under them, and ours with land, labels, filters, legend and table.
First drawing is the second animation frame after everything on the page has run, the median of several openings in
a fresh window; all numbers of one run stand in one table, so that only their ratios matter.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from playwright.sync_api import Browser, sync_playwright

from geobri import boundaries, geodesy
from geobri.great_circles import great_circle_lines
from geobri.webmap import corridor_map, save_map
from geobri.webmap.assets import leaflet_css, leaflet_js

PLACES = {
    "singapore": (103.82, 1.35), "shanghai": (121.47, 31.23), "beijing": (116.41, 39.90), "bangkok": (100.50, 13.76),
    "seoul": (126.98, 37.57), "dubai": (55.27, 25.20), "moscow": (37.62, 55.76), "istanbul": (28.98, 41.01),
    "shenzhen": (114.06, 22.54), "chengdu": (104.07, 30.57), "tianjin": (117.20, 39.08), "rome": (12.50, 41.90),
    "qingdao": (120.38, 36.07), "cairo": (31.24, 30.04), "karachi": (67.00, 24.86), "vienna": (16.37, 48.21),
    "xian": (108.94, 34.34), "zhengzhou": (113.63, 34.75), "almaty": (76.85, 43.22), "johannesburg": (28.05, -26.20),
    "nairobi": (36.82, -1.29), "urumqi": (87.62, 43.83),
}  # fmt: skip
SAME_COUNTRY = {
    "shanghai",
    "beijing",
    "shenzhen",
    "chengdu",
    "tianjin",
    "qingdao",
    "xian",
    "zhengzhou",
    "urumqi",
}
STEP_DEG = 2.0
N_LARGE = 513
MARK = "<script>requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('drawn')));</script>"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


class OfflineFolium(folium.Map):
    """Plain folium with Leaflet inside the file, and nothing else it would fetch."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def make_tables(
    places: dict[str, tuple[float, float]], same: set[str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    names = [slug.capitalize() for slug in places]
    columns = {"name": names, "name_zh": names, "country": "AAA", "region": "All", "coastal": pd.NA}
    lon, lat = np.array(list(places.values())).T
    points = gpd.points_from_xy(lon, lat, crs=4326)
    cities = gpd.GeoDataFrame(columns, geometry=points, index=pd.Index(list(places), name="city"))
    pairs = [pair for pair in combinations(sorted(places), 2) if not (pair[0] in same and pair[1] in same)]
    corridors = pd.DataFrame(
        pairs, columns=["origin", "destination"], index=["--".join(pair) for pair in pairs]
    )
    ends = cities.geometry.loc[corridors["origin"]], cities.geometry.loc[corridors["destination"]]
    corridors["distance_km"] = geodesy.distance_km(ends[0].x, ends[0].y, ends[1].x, ends[1].y)
    corridors["score"] = 1e5 / corridors["distance_km"]
    return cities, corridors


def draw_with_folium(cities: gpd.GeoDataFrame, corridors: pd.DataFrame, path: Path, *, land: bool) -> Path:
    ends = cities.geometry.loc[corridors["origin"]], cities.geometry.loc[corridors["destination"]]
    lines = great_circle_lines(ends[0].x, ends[0].y, ends[1].x, ends[1].y, step_deg=STEP_DEG)
    made = OfflineFolium(location=(30, 70), zoom_start=3, tiles=None)
    head = f"<style>{leaflet_css()}</style><script>{leaflet_js()}</script>"
    made.get_root().header.add_child(folium.Element("{% raw %}" + head + "{% endraw %}"))
    if land:
        folium.GeoJson(boundaries.load_land("50m").simplify(0.02).to_json()).add_to(made)
    widths = 0.6 + 5.4 * (corridors["score"] - corridors["score"].min()) / np.ptp(corridors["score"])
    for line, width, name in zip(lines, widths, corridors.index, strict=True):
        parts = [
            np.round(shapely.get_coordinates(part)[:, ::-1], 4).tolist() for part in shapely.get_parts(line)
        ]
        folium.PolyLine(parts, weight=round(float(width), 2), tooltip=name).add_to(made)
    for city, point in cities.geometry.items():
        folium.CircleMarker((point.y, point.x), radius=4, tooltip=str(city)).add_to(made)
    made.save(str(path))
    return path


def draw_with_geobri(cities: gpd.GeoDataFrame, corridors: pd.DataFrame, path: Path) -> Path:
    return save_map(corridor_map(cities, corridors, "score"), path)


def time_build(draw: Callable[[], Path], repeats: int) -> tuple[Path, float]:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        path = draw()
        seconds.append(time.perf_counter() - start)
    return path, statistics.median(seconds)


def time_first_drawing(browser: Browser, path: Path, repeats: int) -> float:
    """Median milliseconds from navigation to the second frame after all scripts."""
    page_with_mark = path.with_suffix(".marked.html")
    page_with_mark.write_text(
        path.read_text(encoding="utf-8").replace("</html>", MARK + "</html>"), encoding="utf-8"
    )
    times = []
    for _ in range(repeats):
        page = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True).new_page()
        page.goto(page_with_mark.as_uri())
        while not page.evaluate("performance.getEntriesByName('drawn').length"):
            page.wait_for_timeout(5)
        times.append(page.evaluate("performance.getEntriesByName('drawn')[0].startTime"))
        page.context.close()
    return statistics.median(times)


def compare(folder: Path, browser: Browser, repeats: int) -> pd.DataFrame:
    cities, corridors = make_tables(PLACES, SAME_COUNTRY)
    jobs = {
        "folium, lines alone": lambda: draw_with_folium(cities, corridors, folder / "plain.html", land=False),
        "folium, lines and land": lambda: draw_with_folium(
            cities, corridors, folder / "land.html", land=True
        ),
        "geobri, everything": lambda: draw_with_geobri(cities, corridors, folder / "geobri.html"),
    }
    rows = {}
    for name, draw in jobs.items():
        draw()  # imports and caches are warm for all
        path, seconds = time_build(draw, repeats)
        rows[name] = {
            "size_mb": path.stat().st_size / 1e6,
            "build_s": seconds,
            "first_drawing_ms": time_first_drawing(browser, path, repeats),
        }
    table = pd.DataFrame(rows).T
    for column in list(table.columns):
        table[f"{column} / geobri"] = table[column] / table.loc["geobri, everything", column]
    return table


def measure_large(folder: Path, browser: Browser) -> dict[str, float]:
    rng = np.random.default_rng(513)
    lat = np.degrees(np.arcsin(rng.uniform(-0.6, 0.9, N_LARGE)))
    lon = rng.uniform(-180, 180, N_LARGE)
    places = {f"c{n:03d}": (float(lon[n]), float(lat[n])) for n in range(N_LARGE)}
    cities, corridors = make_tables(places, set())
    path, seconds = time_build(lambda: draw_with_geobri(cities, corridors, folder / "large.html"), 1)
    page = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True).new_page()
    page.goto(path.as_uri())
    page.evaluate("document.querySelector('.geobri').geobri.ready")
    opened = page.evaluate("performance.getEntriesByName('geobri:drawn')[0].startTime")
    gaps = drag(page)
    page.context.close()
    return {
        "corridors": len(corridors),
        "size_mb": path.stat().st_size / 1e6,
        "build_s": seconds,
        "all_drawn_ms": opened,
        "drag_median_frame_ms": float(np.median(gaps)),
        "drag_95th_percentile_ms": float(np.quantile(gaps, 0.95)),
    }


def drag(page) -> list[float]:
    """Milliseconds between frames while the map is dragged."""
    page.wait_for_timeout(1500)
    page.evaluate(
        "() => { window.gaps = []; let last = performance.now();"
        " const tick = () => { const now = performance.now(); gaps.push(now - last); last = now;"
        " window.frame = requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"
    )
    page.mouse.move(900, 400)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(900 - 4 * step, 400 + step)
    gaps = page.evaluate("(() => { cancelAnimationFrame(window.frame); return window.gaps; })()")
    page.mouse.up()
    return gaps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="also 131,328 corridors")
    parser.add_argument("--repeats", type=int, default=5)
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        executable = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        print(compare(Path(folder), browser, choices.repeats).round(2).to_string())
        if choices.large:
            print(pd.Series(measure_large(Path(folder), browser)).round(2).to_string())
        browser.close()


if __name__ == "__main__":
    main()
