"""How long the scoring pipeline takes, and how much memory: 22 cities, 195 pairs; 513 cities, 131,328 pairs; 10 indicators.

Run: ``python benchmarks/score_pipeline.py [--out FILE.json]``. Every case runs in a process of its own, so that its peak
memory is its own. "Plain pandas" is the same index for the corridors alone, written as one would without geobri (pivot,
reindex, min-max, weighted sum), as a yardstick in the same run; the scores of both must agree.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geobri.score import IndexResult, build_index, load_spec, write_scores
from geobri.score.spec import IndexSpec

Study = tuple[pd.DataFrame, pd.DataFrame]


def draw_study(n: int, domestic: int, seed: int = 1) -> tuple[IndexSpec, Study]:
    """Draw cities and a long table with every pair of every indicator (directed ones both ways)."""
    spec, rng = load_spec("bri22"), np.random.default_rng(seed)
    names = np.array([f"city{i:03d}" for i in range(n)], dtype=object)
    countries = ["HOM"] * domestic + [f"C{i:03d}" for i in range(n - domestic)]
    one, other = np.triu_indices(n, k=1)
    parts = []
    for leaf in spec.indicators:
        ends = [(one, other), (other, one)] if leaf.directed else [(one, other)]
        for origin, destination in ends:
            value = rng.lognormal(3, 1.5, len(one))
            value = (value > 20).astype(float) if leaf.kind == "presence" else value
            columns = {"origin": names[origin], "destination": names[destination], "value": value}
            parts.append(pd.DataFrame({"indicator": leaf.name, **columns}))
    cities = pd.DataFrame({"country": countries}, index=pd.Index(names, name="city"))
    return spec, (cities, pd.concat(parts, ignore_index=True))


def plain_pandas(spec: IndexSpec, cities: pd.DataFrame, flows: pd.DataFrame) -> pd.Series:
    """Score the corridors as one would without the package."""
    country = cities["country"]
    foreign = flows[flows["origin"].map(country).to_numpy() != flows["destination"].map(country).to_numpy()]
    low = np.where(foreign["origin"] < foreign["destination"], foreign["origin"], foreign["destination"])
    high = np.where(foreign["origin"] < foreign["destination"], foreign["destination"], foreign["origin"])
    keyed = foreign.assign(
        corridor=pd.Series(low, index=foreign.index) + "--" + pd.Series(high, index=foreign.index)
    )
    wide = keyed.pivot_table(index="corridor", columns="indicator", values="value", aggfunc="sum")
    scaled = 100 * (wide - wide.min()) / (wide.max() - wide.min())
    weights = pd.Series({name: float(share) for name, share in spec.effective_importance().items()})
    return (scaled * weights).sum(axis=1)


def run_geobri(n: int, domestic: int) -> dict[str, float]:
    spec, (cities, flows) = draw_study(n, domestic)
    before = peak_mb()
    start = time.perf_counter()
    result = build_index(spec, cities, flows)
    elapsed = time.perf_counter() - start
    return {"seconds": elapsed, **sizes(result, flows), "peak_mb": peak_mb(), "input_mb": before}


def run_write(n: int, domestic: int) -> dict[str, float]:
    import tempfile

    spec, (cities, flows) = draw_study(n, domestic)
    result = build_index(spec, cities, flows)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        written = write_scores(result, folder, inputs={"cities": cities, "flows": flows})
        elapsed = time.perf_counter() - start
        megabytes = sum(path.stat().st_size for path in written) / 1e6
    return {"seconds": elapsed, **sizes(result, flows), "peak_mb": peak_mb(), "written_mb": megabytes}


def run_plain(n: int, domestic: int) -> dict[str, float]:
    spec, (cities, flows) = draw_study(n, domestic)
    before = peak_mb()
    start = time.perf_counter()
    scores = plain_pandas(spec, cities, flows)
    elapsed, peak = time.perf_counter() - start, peak_mb()
    ours = build_index(spec, cities, flows).corridors["overall"]
    np.testing.assert_allclose(scores.reindex(ours.index), ours, rtol=1e-9)
    return {"seconds": elapsed, "pairs": len(scores), "rows": len(flows), "peak_mb": peak, "input_mb": before}


def sizes(result: IndexResult, flows: pd.DataFrame) -> dict[str, float]:
    return {"pairs": len(result.corridors), "rows": len(flows)}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


CASES: dict[str, tuple[Callable[[int, int], dict[str, float]], int, int]] = {
    "geobri, 22 cities": (run_geobri, 22, 9),
    "plain pandas (corridors only), 22 cities": (run_plain, 22, 9),
    "geobri, 513 cities": (run_geobri, 513, 1),
    "plain pandas (corridors only), 513 cities": (run_plain, 513, 1),
    "geobri, writing csv and spec.toml, 513 cities": (run_write, 513, 1),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the numbers as JSON")
    parser.add_argument("--repeat", type=int, default=3, help="best of this many runs")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = {}
    for name, (run, n, domestic) in CASES.items():
        rows = []
        for _ in range(options.repeat):
            with context.Pool(1) as pool:
                rows.append(pool.apply(run, (n, domestic)))
        results[name] = min(rows, key=lambda row: row["seconds"])
        said = ", ".join(
            f"{key} {value:,.2f}" if isinstance(value, float) else f"{key} {value:,}"
            for key, value in results[name].items()
        )
        print(f"{name}: {said}", flush=True)
    if options.out:
        document = {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "cases": results,
        }
        options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
