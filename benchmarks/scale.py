"""How long it takes to compute all pairs of many places: distance, gravity, groups by regions and band, top 1,000; beside others.

Usage, from the repository root; every tool runs in a process of its own, so that its peak memory is its own:
    python benchmarks/scale.py all              # everything that docs/scale.md states, one after the other: about half an hour
    python benchmarks/scale.py 10000            # geobri, numpy through joblib, Dask, Polars, DuckDB: 50 million pairs
    python benchmarks/scale.py 30000 geobri numpy duckdb dask
    python benchmarks/scale.py 30000 parquet    # all pairs written, about 4 GB, and removed
    python benchmarks/scale.py 30000 ppml       # friction of simulated flows with city effects over all pairs
    python benchmarks/scale.py 30000 kept       # all that is kept by default: cities, curve, histograms and density as well
Peers that are not installed are left out. Peak memory is the largest resident set of the process and of its largest child.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EDGES = (500.0, 1000.0, 2000.0, 4000.0, 8000.0)
N_REGIONS = 22
RADIUS_KM = 6371.0088
TOOLS = ("geobri", "numpy", "dask", "polars", "duckdb")
GOALS = (
    # places, tool, seconds and MB that are to be met on two quiet cores
    (10_000, "geobri", 4, 350),
    (10_000, "numpy", None, None),
    (10_000, "polars", None, None),
    (10_000, "duckdb", None, None),
    (10_000, "dask", None, None),
    (30_000, "geobri", 30, 400),
    (30_000, "numpy", None, None),
    (30_000, "duckdb", None, None),
    (30_000, "dask", 40, None),
    (30_000, "kept", None, None),
    (30_000, "parquet", 110, 1000),
    (30_000, "ppml", 900, None),
)


def make_places(n: int):
    """Towns on the land belt, clustered: coordinates, masses, regions."""
    import numpy as np

    rng = np.random.default_rng(7)
    centre = rng.integers(0, 200, n)
    lon = np.mod(rng.uniform(-180, 180, 200)[centre] + rng.normal(0, 4, n) + 180, 360) - 180
    lat = np.clip(rng.uniform(-45, 65, 200)[centre] + rng.normal(0, 3, n), -80, 80)
    return lon, lat, rng.lognormal(10.5, 1.0, n), rng.integers(0, N_REGIONS, n)


def unit_columns(n: int):
    """The same places as columns: number, unit vector, mass, region."""
    import numpy as np

    lon, lat, mass, region = make_places(n)
    lam, phi = np.radians(lon), np.radians(lat)
    vector = {"x": np.cos(phi) * np.cos(lam), "y": np.cos(phi) * np.sin(lam), "z": np.sin(phi)}
    return {"i": np.arange(n), **vector, "m": mass, "r": region}


def geobri_inputs(n: int):
    import geopandas as gpd
    import pandas as pd

    from geobri.scale import Gravity, build_inputs

    lon, lat, mass, region = make_places(n)
    frame = gpd.GeoDataFrame(
        {"region": [f"r{code:02d}" for code in region], "mass": mass},
        index=pd.Index([f"p{number:05d}" for number in range(n)], name="city"),
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )
    return build_inputs(frame, gravity=Gravity(mass="mass"), edges_km=EDGES)


def run_geobri(n: int, scheduler=None, keeps=frozenset({"groups", "top"})) -> float:
    from geobri.scale import Recipe, reduce_pairs

    recipe = Recipe(inputs=geobri_inputs(n), rank_by="gravity", keeps=keeps)
    found = reduce_pairs(recipe, workers=2, scheduler=scheduler)
    return float(found.top[0].sum())


def run_kept(n: int) -> float:
    from geobri.scale.recipe import PARTS

    return run_geobri(n, keeps=PARTS)


def run_dask(n: int) -> float:
    import distributed

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        return run_geobri(n, client)


def _numpy_block(places, first, stop):
    import numpy as np

    lon, lat, mass, region = places
    lam, phi = np.radians(lon), np.radians(lat)
    vector = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    n = len(lon)
    size = N_REGIONS * N_REGIONS * (len(EDGES) + 1)
    sums, best = np.zeros((2, size)), np.empty((3, 0))
    for row in range(first, stop, 8):
        rows, columns = np.arange(row, min(row + 8, stop)), np.arange(row + 1, n)
        dot = np.clip(vector[:, rows].T @ vector[:, columns], -1, 1)
        km = 2 * RADIUS_KM * np.arcsin(np.sqrt((1 - dot) / 2))
        score = mass[rows, None] * mass[columns] / np.maximum(km, 1.0)
        keep = rows[:, None] < columns
        cell = (
            np.minimum(region[rows, None], region[columns]) * N_REGIONS
            + np.maximum(region[rows, None], region[columns])
        ) * (len(EDGES) + 1)
        cell = (cell + np.digitize(km, EDGES))[keep]
        score = score[keep]
        sums[0] += np.bincount(cell, minlength=size)
        sums[1] += np.bincount(cell, score, size)
        at = np.argpartition(score, -1000)[-1000:] if len(score) > 1000 else np.arange(len(score))
        one, other = (side[keep][at] for side in np.broadcast_arrays(rows[:, None], columns))
        best = np.hstack([best, [score[at], one, other]])
        best = best[:, np.argsort(-best[0], kind="stable")[:1000]]
    return sums, best


def run_numpy(n: int) -> float:
    import numpy as np
    from joblib import Parallel, delayed

    places = make_places(n)
    edges = np.unique((n * (1 - np.sqrt(np.linspace(1, 0, 41)))).astype(int))
    parts = Parallel(n_jobs=2, backend="threading")(
        delayed(_numpy_block)(places, int(a), int(b)) for a, b in itertools.pairwise(edges)
    )
    best = np.hstack([part[1] for part in parts])
    return float(np.sort(best[0])[-1000:].sum())


def run_polars(n: int) -> float:
    os.environ["POLARS_MAX_THREADS"] = "2"
    import polars as pl

    frame = pl.DataFrame(unit_columns(n))
    total, best = None, None
    for first in range(0, n, 200):
        block = (
            frame.slice(first, 200)
            .lazy()
            .join(frame.slice(first).lazy().rename(lambda name: f"{name}2"), how="cross")
            .filter(pl.col("i") < pl.col("i2"))
        )
        dot = pl.col("x") * pl.col("x2") + pl.col("y") * pl.col("y2") + pl.col("z") * pl.col("z2")
        block = block.with_columns(km=2 * RADIUS_KM * ((1 - dot).clip(0, 2) / 2).sqrt().arcsin())
        block = block.with_columns(
            score=pl.col("m") * pl.col("m2") / pl.max_horizontal(pl.col("km"), pl.lit(1.0))
        )
        band = sum((pl.col("km") >= edge).cast(pl.Int32) for edge in EDGES)
        low, high = pl.min_horizontal("r", "r2"), pl.max_horizontal("r", "r2")
        sums = block.group_by(low.alias("a"), high.alias("b"), band.alias("band")).agg(
            pl.len().alias("n"), pl.col("score").sum()
        )
        top = block.select("i", "i2", "score").top_k(1000, by="score")
        got, strongest = pl.collect_all([sums, top])
        total = (
            got
            if total is None
            else pl.concat([total, got])
            .group_by("a", "b", "band")
            .agg(pl.col("n").sum(), pl.col("score").sum())
        )
        best = strongest if best is None else pl.concat([best, strongest]).top_k(1000, by="score")
    return float(best["score"].sum())


def run_duckdb(n: int) -> float:
    import duckdb
    import numpy as np
    import pandas as pd

    places = pd.DataFrame(unit_columns(n))
    with duckdb.connect() as base:
        base.execute("SET threads = 2")
        base.register("handed", places)
        base.execute("CREATE TABLE p AS SELECT * FROM handed")
        km = f"2 * {RADIUS_KM} * asin(sqrt(least(greatest((1 - (a.x * b.x + a.y * b.y + a.z * b.z)) / 2, 0), 1)))"
        pairs = f"SELECT a.i AS i, b.i AS j, least(a.r, b.r) AS r, greatest(a.r, b.r) AS s, {km} AS km, a.m * b.m AS mm FROM p a JOIN p b ON a.i < b.i"
        band = " + ".join(f"(km >= {edge})::INT" for edge in EDGES)
        base.execute(
            f"SELECT r, s, {band} AS band, count(*), sum(mm / greatest(km, 1)) FROM ({pairs}) GROUP BY ALL"
        ).fetchall()
        top = base.execute(
            f"SELECT i, j, mm / greatest(km, 1) AS score FROM ({pairs}) ORDER BY score DESC LIMIT 1000"
        ).fetchnumpy()
    return float(np.sum(top["score"]))


def run_parquet(n: int) -> float:
    from geobri.scale import Recipe
    from geobri.scale.partitions import open_run

    folder = Path(tempfile.mkdtemp(prefix="scale-"))
    try:
        recipe = Recipe(inputs=geobri_inputs(n), rank_by="gravity", keeps=frozenset({"groups", "top"}))
        found = open_run(folder / "run", recipe).work(workers=2)
        size = sum(path.stat().st_size for path in (folder / "run" / "pairs").iterdir())
        print(f"{size / 1e9:.2f} GB of Parquet", file=sys.stderr)
        return float(found.top[0].sum())
    finally:
        shutil.rmtree(folder)


def run_ppml(n: int) -> float:
    """Simulate flows block by block with a friction of 1, keep those above 0, and fit.

    ``GEOBRI_BENCH_SEED=2`` draws another world than the first.
    """
    from dataclasses import replace

    import numpy as np

    from geobri.measures import Measure
    from geobri.scale import cut_tiles, fit_blocks, plan_blocks
    from geobri.scale.places import FlowList
    from geobri.workers import spawn_seeds, spread

    seed = int(os.environ.get("GEOBRI_BENCH_SEED", "1"))
    inputs = replace(geobri_inputs(n), gravity=None)
    level = np.random.default_rng(3).normal(0.0, 1.0, n) + 0.5 * np.log(2e6 / n)
    plan = plan_blocks(n)

    def simulate(_shared, task):
        block, seed = task
        rng, found = np.random.default_rng(seed), []
        for tile in cut_tiles(inputs, block):
            one, other = tile.ends(level)
            mean = np.exp(one + other - np.log(tile.distance_km))
            drawn = rng.poisson(tile.flat(mean))
            some = np.flatnonzero(drawn)
            found.append(np.vstack([tile.origin[some] * n + tile.destination[some], drawn[some]]))
        return np.hstack(found)

    rows = np.hstack(
        list(spread(simulate, list(zip(plan, spawn_seeds(seed, len(plan)), strict=True)), workers=2))
    )
    order = np.argsort(rows[0])
    trips = FlowList(
        Measure("trips", kind="count", absent="zero"), rows[0, order], rows[1, order].astype(float), 0.0
    )
    print(
        f"{rows.shape[1]:,} of {n * (n - 1) // 2:,} pairs have a flow, {int(rows[1].sum()):,} trips",
        file=sys.stderr,
    )
    begun = time.perf_counter()
    fit = fit_blocks(replace(inputs, flows=(trips,)), "trips", workers=2)
    low, high = fit.interval()
    print(
        f"fit alone {time.perf_counter() - begun:.0f} s; friction {-fit.coefficients[0]:.5f} ({-high[0]:.5f} to {-low[0]:.5f}), true 1; "
        f"{fit.n_steps} steps, {fit.n_passes} passes, {fit.n_silent} silent cities",
        file=sys.stderr,
    )
    return float(-fit.coefficients[0])


RUNS = {
    "geobri": run_geobri, "kept": run_kept, "numpy": run_numpy, "dask": run_dask, "polars": run_polars, "duckdb": run_duckdb, "parquet": run_parquet, "ppml": run_ppml,
}  # fmt: skip


def one(tool: str, n: int) -> None:
    begun = time.perf_counter()
    value = RUNS[tool](n)
    seconds = time.perf_counter() - begun
    peak = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )
    busy = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        json.dumps(
            {"seconds": seconds, "cpu": busy, "peak": peak, "check": value, "load": os.getloadavg()[0]}
        )
    )


def measure(tool: str, n: int) -> dict[str, float] | str:
    """Run a tool in a process of its own; what it measured, or why it was left out."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, __file__, "--one", tool, str(n)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    told = [
        line
        for line in done.stderr.splitlines(keepends=True)
        if any(word in line for word in ("GB of", "pairs have", "fit alone"))
    ]
    sys.stderr.write("".join(told))
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:80]
    return json.loads(done.stdout.splitlines()[-1])


def show(tool: str, n: int, wanted: str = "") -> None:
    """Print a row of the table."""
    got = measure(tool, n)
    if isinstance(got, str):
        print(f"| {n:,} | {tool} | left out: {got} | | | | | |", flush=True)
        return
    numbers = f"{got['seconds']:.1f} | {got['cpu']:.1f} | {got['peak']:.0f} | {wanted} | {got['check']:.6g} | {got['load']:.1f}"
    print(f"| {n:,} | {tool} | {numbers} |", flush=True)


def main() -> None:
    if sys.argv[1] == "--one":
        one(sys.argv[2], int(sys.argv[3]))
        return
    print(
        "| places | tool | seconds | processor seconds | peak MB | goal | check | load |\n|---:|---|---:|---:|---:|---|---:|---:|"
    )
    if sys.argv[1] == "all":
        for n, tool, seconds, peak in GOALS:
            said = [f"{seconds} s"] if seconds else []
            show(tool, n, ", ".join(said + ([f"{peak} MB"] if peak else [])))
        print(
            "\n131,328 corridors with ten measures: half of 13 s (CSV) and of 8.7 s (Parquet)\n", flush=True
        )
        subprocess.run([sys.executable, str(Path(__file__).with_name("study_io.py"))], check=True)
        return
    for tool in sys.argv[2:] or TOOLS:
        show(tool, int(sys.argv[1]))


if __name__ == "__main__":
    main()
