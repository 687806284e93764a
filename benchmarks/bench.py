"""Every comparison with a peer in one run: `make bench`.

Run: python benchmarks/bench.py [--keep] [NAME ...]

Ours and the peer's do the same work, in turn, in one process, on one thread; what counts is the ratio of the medians. The
table `bench.csv` beside this file holds the ratios that the docs speak of. A run that is less than 70 % of one of them
says so and ends with 1; `--keep` writes the table anew. A peer that is not installed is left out, by name.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import csv
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_suffix(".csv")
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
HEADING = "| job | peer | geobri, s | peer, s | times as fast |\n|---|---|---:|---:|---:|"
WORSE = 0.7
"""A ratio below this share of the one in the table is said to be worse: shared machines scatter by a fifth."""

Jobs = tuple[Callable[[], object], Callable[[], object]]


@dataclass(frozen=True)
class Comparison:
    """A job that both can do."""

    job: str
    peer: str
    prepare: Callable[[], Jobs]
    rounds: int = 5


def prepare_lines() -> Jobs:
    import corridor_lines as bench

    ends = bench.list_ends()
    few = tuple(column[:20_000] for column in ends)
    return partial(bench.great_circle_lines, *few, n_vertices=bench.VERTICES), partial(
        bench.draw_by_loop, *few
    )


def prepare_page(folder: Path) -> Jobs:
    import page_195 as bench

    cities, corridors = bench.make_tables(bench.PLACES, bench.SAME_COUNTRY)
    return (
        lambda: bench.draw_with_geobri(cities, corridors, folder / "ours.html"),
        lambda: bench.draw_with_folium(cities, corridors, folder / "theirs.html", land=True),
    )


def prepare_mantel(method: str, theirs: str) -> Jobs:
    from skbio.stats.distance import DistanceMatrix, mantel

    from geobri.stats.dyads import mantel_test

    places = np.random.default_rng(100).random((2, 100, 2))
    stack = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
    frozen = [DistanceMatrix(np.ascontiguousarray(one)) for one in stack]
    return (
        partial(mantel_test, *stack, method=method, rng=1),
        partial(mantel, *frozen, method=theirs, permutations=999, seed=1),
    )


def prepare_local_moran() -> Jobs:
    import esda
    import geopandas as gpd

    from geobri.neighbours import build_knn
    from geobri.stats.spatial import local_moran_test

    rng, n = np.random.default_rng(0), 2000
    lon, lat = rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    cities = gpd.GeoDataFrame({"value": rng.normal(size=n)}, geometry=gpd.points_from_xy(lon, lat, crs=4326))
    graph = build_knn(cities, 8)
    return (
        partial(local_moran_test, cities, "value", graph, n_permutations=999, rng=1),
        partial(esda.Moran_Local, cities["value"], graph.transform("r"), permutations=999, n_jobs=1, seed=1),
    )


def prepare_ppml() -> Jobs:
    import ppml as bench
    import pyfixest  # noqa: F401 - a peer that is not installed is left out before anything is timed

    table = bench.make_table()
    return partial(bench.run_geobri, table), partial(bench.run_pyfixest, table)


def prepare_scores() -> Jobs:
    import score_pipeline as bench

    spec, tables = bench.draw_study(200, 1)
    return partial(bench.build_index, spec, *tables), partial(bench.plain_pandas, spec, *tables)


def prepare_pairs() -> Jobs:
    import polars as pl  # noqa: F401 - as above
    import scale as bench

    return partial(bench.run_geobri, 3000), partial(bench.run_polars, 3000)


def find_comparisons(folder: Path) -> dict[str, Comparison]:
    """List what is compared, by name."""
    return {
        "lines": Comparison(
            "20,000 great-circle lines of 64 vertices", "a loop over pyproj's Geod.npts", prepare_lines, 3
        ),
        "page": Comparison(
            "page of 195 corridors, written", "folium, one PolyLine each", partial(prepare_page, folder)
        ),
        "mantel": Comparison(
            "Mantel, 100 places, 999 permutations",
            "scikit-bio",
            partial(prepare_mantel, "pearson", "pearson"),
        ),
        "mantel-ranks": Comparison(
            "the same with Spearman's rho", "scikit-bio", partial(prepare_mantel, "spearman", "spearman")
        ),
        "local-moran": Comparison(
            "local Moran, 2,000 places, 8 neighbours, 999 permutations", "esda", prepare_local_moran, 3
        ),
        "ppml": Comparison("PPML with city effects, 262,656 rows", "pyfixest", prepare_ppml, 3),
        "scores": Comparison(
            "index of 19,900 pairs and 200 cities, 10 indicators, both levels with ranks",
            "pandas by hand, pairs alone, no ranks",
            prepare_scores,
        ),
        "pairs": Comparison(
            "4.5 million pairs on the ellipsoid: distance, gravity, groups, top 1,000",
            "Polars on a sphere",
            prepare_pairs,
        ),
    }


def run(comparison: Comparison) -> tuple[float, float]:
    """Time both in turn; give the medians in seconds."""
    ours, theirs = comparison.prepare()
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(comparison.rounds + 1):
        for job, taken in zip((ours, theirs), seconds, strict=True):
            start = time.perf_counter()
            job()
            if turn:  # the first one warms caches and compilers
                taken.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def read_table() -> dict[str, float]:
    """Give the ratios that are kept."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row["ratio"]) for row in csv.DictReader(file)}


def keep_table(rows: list[list[str]]) -> None:
    """Write the table beside this file, and the one that the docs show."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "job", "peer", "geobri_s", "peer_s", "ratio"])
        writer.writerows(rows)
    head, rest = PAGE.read_text(encoding="utf-8").split(HEADING, maxsplit=1)
    after = rest[rest.index("\n\n") :]
    table = "".join(f"\n| {' | '.join(row[1:])} |" for row in rows)
    PAGE.write_text(f"{head}{HEADING}{table}{after}", encoding="utf-8", newline="\n")


def main() -> int:
    """Compare, print the table, and say what became worse."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these comparisons")
    parser.add_argument("--keep", action="store_true", help="write the table anew")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    kept, rows, worse = read_table(), [], []
    print("| job | peer | geobri, s | peer, s | times as fast | in the table |")
    print("|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, one in find_comparisons(Path(folder)).items():
            if options.names and name not in options.names:
                continue
            try:
                ours, theirs = run(one)
            except ModuleNotFoundError as error:
                print(f"| {one.job} | {one.peer}: not compared, {error.name} is not installed | | | | |")
                continue
            ratio = theirs / ours
            before = kept.get(name)
            said = "" if before is None else f"{before:.2f}"
            print(
                f"| {one.job} | {one.peer} | {ours:.3f} | {theirs:.3f} | {ratio:.2f} | {said} |", flush=True
            )
            rows.append([name, one.job, one.peer, f"{ours:.3f}", f"{theirs:.3f}", f"{ratio:.2f}"])
            if before is not None and ratio < WORSE * before:
                worse.append(f"{name}: {ratio:.2f} times as fast as {one.peer}, {before:.2f} in the table")
    if options.keep:
        keep_table(rows)
        return 0
    for line in worse:
        print(f"worse than the table: {line}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
