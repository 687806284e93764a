"""Pages with 195, 10,011 and 131,328 corridors: size, build, and what a reader waits for in a Chromium without a GPU.

Cities are the first of the 513; scores are drawn at random, six columns of them at 131,328. `page_195.py` has plain
folium beside the smallest. Run: python benchmarks/pages.py [size ...]
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright

import geobri
from geobri.corridors import describe_pairs
from geobri.webmap import corridor_map, save_map

SIZES = {"195": (21, 1), "10011": (142, 1), "131328": (513, 6)}
WATCH = """() => {
    window.frames_ = []; window.longs_ = [];
    new PerformanceObserver((list) => list.getEntries().forEach((e) => longs_.push(e.duration))).observe({type: 'longtask'});
    let last = performance.now();
    const tick = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
}"""


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


def measure_actions(page):
    """Longest wait in ms of each thing a reader does."""

    def during(act):
        page.evaluate("() => { frames_.length = 0; longs_.length = 0; }")
        act()
        page.wait_for_timeout(300)
        return page.evaluate("() => [Math.max(...frames_), longs_.length]")

    def drag():
        page.mouse.move(1100, 500)
        page.mouse.down()
        page.mouse.move(400, 420, steps=40)
        page.mouse.up()

    def hover():
        for k in range(40):
            page.mouse.move(500 + 12 * k, 300 + 3 * k)
            page.wait_for_timeout(20)

    timed = """(wish) => { const began = performance.now(); document.querySelector('.geobri').geobri.setState(wish);
        return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))); }"""
    keys = page.evaluate(
        "JSON.parse(document.querySelector('.geobri-data').textContent).corridors.values.map((v) => v.key)"
    )
    wishes = [
        {"coast": "coast-coast"},
        {"coast": None},
        {"top": 50},
        {"top": None},
        {"range": [30, 60]},
        {"range": None},
    ]
    clicks = [page.evaluate(timed, wish) for wish in wishes]
    switch = page.evaluate(timed, {"value": keys[-1]}) if len(keys) > 1 else None
    page.wait_for_timeout(2500)
    return {
        "drag": during(drag),
        "hover": during(hover),
        "filters": [round(click) for click in clicks],
        "switch": switch,
    }


def run(names):
    rows = []
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name in names:
            cities, pairs = make_tables(*SIZES[name])
            builds = []
            for _ in range(3):
                began = time.perf_counter()
                page_map = corridor_map(cities, pairs, "m0", values=[c for c in pairs if c.startswith("m")])
                path = save_map(page_map, folder / f"{name}.html")
                builds.append(time.perf_counter() - began)
            readies = []
            for _ in range(3):
                page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
                page.goto(path.as_uri())
                page.evaluate("document.querySelector('.geobri').geobri.ready")
                readies.append(page.evaluate("performance.getEntriesByName('geobri:drawn')[0].startTime"))
            page.wait_for_timeout(2000)
            page.evaluate(WATCH)
            row = {
                "corridors": name,
                "MB": round(path.stat().st_size / 1e6, 2),
                "build s, later": round(min(builds[1:]), 2),
                "ready ms": round(statistics.median(readies)),
                **measure_actions(page),
            }
            rows.append(row)
            sys.stdout.write(json.dumps(row) + "\n")
        browser.close()
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=list(SIZES))
    run(parser.parse_args().sizes)
