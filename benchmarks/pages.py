"""Pages with 195, 10,011 and 131,328 corridors: size, build, and what a reader waits for in a Chromium without a GPU.

Cities are the first of the 513; scores are drawn at random, six columns of them at 131,328, as many as `--columns` says elsewhere.
Beside the first two stands folium with the same lines as one GeoJson (64 vertices each), in the same run. Waits come from Chromium's own
trace: the longest task of the page's main thread, in ms of wall time and of processor time; where the machine is busy, the second is what counts.

Run: python benchmarks/pages.py [size ...] [--columns 1] [--no-folium]
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import ClassVar

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright

import geobri
from geobri.corridors import describe_pairs
from geobri.great_circles import great_circle_lines
from geobri.measures import Measure
from geobri.webmap import corridor_map, save_map
from geobri.webmap.assets import leaflet_css, leaflet_js

SIZES = {"195": 21, "10011": 142, "131328": 513}
MANY = "131328"
WITH_FOLIUM = ("195", "10011")
VERTICES = 64
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
TASKS = {"RunTask", "ThreadControllerImpl::RunTask"}
FRAMES = """() => {
    window.frames_ = [];
    let last = performance.now();
    const tick = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
}"""
SHOW = """(wish) => { document.querySelector('.geobri').geobri.setState(wish);
    return new Promise((done) => requestAnimationFrame(() => setTimeout(done))); }"""


def make_tables(n_cities, n_columns):
    cities = geobri.load_study("global513").cities.iloc[:n_cities]
    first, second = np.triu_indices(n_cities, 1)
    slugs = cities.index.to_numpy()
    pairs = pd.DataFrame({"origin": slugs[first], "destination": slugs[second]})
    swap = pairs["origin"] > pairs["destination"]
    pairs.loc[swap, ["origin", "destination"]] = pairs.loc[swap, ["destination", "origin"]].to_numpy()
    pairs.index = pairs["origin"] + "--" + pairs["destination"]
    rng = np.random.default_rng(1)
    columns = {f"m{k}": rng.beta(1, 4, len(pairs)) * 100 for k in range(n_columns)}
    return cities, describe_pairs(cities, pairs.assign(**columns))


def measures_of(pairs):
    return [name for name in pairs if name[0] == "m" and name[1:].isdigit()]


def draw_geobri(cities, pairs, path):
    values = [Measure(name, kind="score") for name in measures_of(pairs)]
    return save_map(corridor_map(cities, pairs, "m0", values=values), path)


class OfflineFolium(folium.Map):
    """Plain folium with Leaflet inside the file."""

    default_js: ClassVar = []
    default_css: ClassVar = []


def draw_folium(cities, pairs, path):
    """The same lines as one GeoJson, drawn on a canvas, with a tooltip."""
    lon, lat = cities.geometry.x, cities.geometry.y
    ends = [column[pairs[end]].to_numpy() for end in ("origin", "destination") for column in (lon, lat)]
    lines = gpd.GeoDataFrame(pairs[["m0"]], geometry=great_circle_lines(*ends, n_vertices=VERTICES), crs=4326)
    page_map = OfflineFolium(location=[20, 20], zoom_start=2, tiles=None, prefer_canvas=True)
    head = f"<style>{leaflet_css()}</style><script>{leaflet_js()}</script>"
    page_map.get_root().header.add_child(folium.Element("{% raw %}" + head + "{% endraw %}"))
    folium.GeoJson(lines, tooltip=folium.GeoJsonTooltip(["m0"])).add_to(page_map)
    page_map.save(path)
    return path


class Watch:
    """A page whose main thread is watched while something is done."""

    def __init__(self, browser, path):
        self.browser = browser
        self.page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(path.as_uri())

    def busy(self):
        """Processor ms that the main thread has spent."""
        return (
            1000
            * {m["name"]: m["value"] for m in self.session.send("Performance.getMetrics")["metrics"]}[
                "TaskDuration"
            ]
        )

    def during(self, act, settle=400):
        """Longest task in ms of wall and of processor time, and the longest frame, while `act` runs."""
        self.page.evaluate("() => { frames_.length = 0; }")
        self.browser.start_tracing(page=self.page, categories=CATEGORIES)
        act()
        self.page.wait_for_timeout(settle)
        trace = json.loads(self.browser.stop_tracing())
        frame = self.page.evaluate("() => Math.round(Math.max(...frames_))")
        main = {
            (e["pid"], e["tid"])
            for e in trace["traceEvents"]
            if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
        }
        tasks = [
            e
            for e in trace["traceEvents"]
            if e["name"] in TASKS and e.get("dur") and (e["pid"], e["tid"]) in main
        ]
        return {
            "task": round(max((e["dur"] for e in tasks), default=0) / 1000),
            "cpu": round(max((e.get("tdur", 0) for e in tasks), default=0) / 1000),
            "frame": frame,
        }


def drag(page):
    page.mouse.move(1100, 500)
    page.mouse.down()
    page.mouse.move(400, 420, steps=40)
    page.mouse.up()


def hover(page):
    for k in range(40):
        page.mouse.move(500 + 12 * k, 300 + 3 * k)
        page.wait_for_timeout(20)


def slide(page):
    """Pull the lower handle of the range along."""
    box = page.locator(".geobri-range input").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    page.mouse.down()
    for k in range(20):
        page.mouse.move(box["x"] + 5 + 4 * k, box["y"] + box["height"] / 2)
        page.wait_for_timeout(30)
    page.mouse.up()


def measure_geobri(watch, keys):
    page = watch.page
    page.evaluate("document.querySelector('.geobri').geobri.ready")
    page.wait_for_timeout(2500)
    page.evaluate(FRAMES)
    wishes = [
        {"coast": "coast-coast"},
        {"coast": None},
        {"top": 50},
        {"top": None},
        {"range": [30, 60]},
        {"range": None},
    ]
    row = {"drag": watch.during(lambda: drag(page)), "hover": watch.during(lambda: hover(page))}
    clicks = [watch.during(lambda wish=wish: page.evaluate(SHOW, wish), 2500) for wish in wishes]
    row["filter"] = {
        name: statistics.median(click[name] for click in clicks) for name in ("task", "cpu", "frame")
    }
    row["filter, worst"] = {name: max(click[name] for click in clicks) for name in ("task", "cpu", "frame")}
    page.wait_for_timeout(1500)
    row["slider"] = watch.during(lambda: slide(page), 1500)
    page.evaluate(SHOW, {"range": None})
    page.wait_for_timeout(2500)
    if len(keys) > 1:
        row["measure, first"] = watch.during(lambda: page.evaluate(SHOW, {"value": keys[-1]}), 2500)
        row["measure, back"] = watch.during(lambda: page.evaluate(SHOW, {"value": keys[0]}), 2500)
    return row


def measure_folium(watch):
    page = watch.page
    page.wait_for_timeout(1500)
    page.evaluate(FRAMES)
    return {"drag": watch.during(lambda: drag(page)), "hover": watch.during(lambda: hover(page))}


def time_builds(draw, cities, pairs, path, n=3):
    """Wall and processor seconds of the quickest build after the first."""
    walls, processors = [], []
    for _ in range(n):
        began, spent = time.perf_counter(), time.process_time()
        draw(cities, pairs, path)
        walls.append(time.perf_counter() - began)
        processors.append(time.process_time() - spent)
    return round(min(walls[-2:]), 3), round(min(processors[-2:]), 3)


def say(row):
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def run(names, n_columns, with_folium):
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name in names:
            cities, pairs = make_tables(SIZES[name], 6 if name == MANY else n_columns)
            path = folder / f"{name}.html"
            build = time_builds(draw_geobri, cities, pairs, path)
            readies, busy = [], []
            for _ in range(3):
                watch = Watch(browser, path)
                watch.page.evaluate("document.querySelector('.geobri').geobri.ready")
                readies.append(
                    watch.page.evaluate("performance.getEntriesByName('geobri:drawn')[0].startTime")
                )
                busy.append(watch.busy())
                if len(readies) < 3:
                    watch.page.context.close()
            keys = measures_of(pairs)
            say(
                {
                    "page": "geobri",
                    "corridors": name,
                    "columns": len(keys),
                    "MB": round(path.stat().st_size / 1e6, 3),
                    "build s (wall, cpu)": build,
                    "ready ms": round(statistics.median(readies)),
                    "main thread until then, cpu ms": round(statistics.median(busy)),
                    **measure_geobri(watch, keys),
                }
            )
            watch.page.context.close()
            if with_folium and name in WITH_FOLIUM:
                path = folder / f"folium{name}.html"
                build = time_builds(draw_folium, cities, pairs, path, 2)
                watch = Watch(browser, path)
                say(
                    {
                        "page": "folium",
                        "corridors": name,
                        "MB": round(path.stat().st_size / 1e6, 3),
                        "build s (wall, cpu)": build,
                        **measure_folium(watch),
                    }
                )
                watch.page.context.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--columns", type=int, default=1)
    parser.add_argument("--no-folium", action="store_true")
    chosen = parser.parse_args()
    run(chosen.sizes, chosen.columns, not chosen.no_folium)
