"""How often group tests reject a true null at 5 % when neighbours resemble each other.

    OMP_NUM_THREADS=1 WORKERS=8 python benchmarks/group_calibration.py [n_simulations]

22 real places with the published coastal label; values that have nothing to do with the coast, from a Gaussian
field with covariance 0.9 exp(-distance / range) + 0.1 at the same place. A second design has 100 random places with
a label that is a smooth field cut at its median, the hardest case. The tables in docs/coastal.md come from
here (1,000 simulations, about 8 minutes on one core). WORKERS says how many processes share the chunks of simulations; each
chunk has a seed of its own, so the tables are the same with any number.
"""

import itertools
import os
import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import norm

from geobri.geodesy import distance_matrix_km
from geobri.stats.groups import (
    brunner_munzel_test,
    estimate_superiority,
    group_permutation_test,
    mann_whitney_test,
    read_groups,
    spatial_group_test,
)
from geobri.stats.groups.effects import INTERVALS
from geobri.stats.moran_randomisation import proximity_weights
from geobri.workers import spread

PLACES = """singapore 103.85 1.29 1 0|shanghai 121.47 31.23 1 1|beijing 116.41 39.90 0 1|bangkok 100.50 13.76 1 0|
seoul 126.98 37.57 1 0|dubai 55.27 25.20 1 0|moscow 37.62 55.76 0 0|istanbul 28.98 41.01 1 0|shenzhen 114.06 22.54 1 1|
chengdu 104.07 30.57 0 1|tianjin 117.20 39.13 1 1|rome 12.50 41.90 1 0|qingdao 120.38 36.07 1 1|cairo 31.24 30.04 1 0|
karachi 67.01 24.86 1 0|vienna 16.37 48.21 0 0|xian 108.94 34.34 0 1|zhengzhou 113.63 34.75 0 1|almaty 76.89 43.24 0 0|
johannesburg 28.05 -26.20 0 0|nairobi 36.82 -1.29 0 0|urumqi 87.62 43.83 0 1"""
RANGES = {"none": 0.0, "500 km": 500.0, "1,500 km": 1500.0, "5,000 km": 5000.0}
FAST = {"most_placements": 0, "n_permutations": 499}
CHUNK = 50


def report_cities():
    rows = [row.split() for row in PLACES.replace("\n", "").split("|")]
    names, lon, lat, coastal, china = zip(*rows, strict=True)
    points = gpd.points_from_xy(np.array(lon, float), np.array(lat, float), crs=4326)
    flags = {"coastal": np.array(coastal) == "1", "china": np.array(china) == "1"}
    return gpd.GeoDataFrame(flags, index=list(names), geometry=points)


def random_cities(n, rng):
    lon, lat = rng.uniform(0, 120, n), rng.uniform(0, 55, n)
    return gpd.GeoDataFrame(
        index=[f"c{i}" for i in range(n)], geometry=gpd.points_from_xy(lon, lat, crs=4326)
    )


def factor(km, reach):
    if reach == 0:
        return np.eye(len(km))
    return np.linalg.cholesky(0.9 * np.exp(-km / reach) + 0.1 * np.eye(len(km)))


def tests(values, coastal, china, weights, rng):
    yield "Mann-Whitney, exact", mann_whitney_test(values, coastal)
    if china is not None:
        yield "Mann-Whitney within China / foreign, exact", mann_whitney_test(values, coastal, strata=china)
    yield "Brunner-Munzel, t", brunner_munzel_test(values, coastal, method="t")
    yield "Brunner-Munzel, permutation", brunner_munzel_test(values, coastal, rng=rng, **FAST)
    yield "Welch, permutation", group_permutation_test(values, coastal, rng=rng, **FAST)
    for method in ("singleton", "pair"):
        for statistic in ("mean", "rank"):
            found = spatial_group_test(
                values, coastal, weights, statistic=statistic, method=method, n_permutations=499, rng=rng
            )
            yield f"random maps, {method}, {statistic}", found


def safely(run):
    """A t approximation without overlap of the groups has no p-value: counts as a rejection."""
    try:
        yield from run
    except ValueError as error:
        if "overlapping" not in str(error):
            raise


def in_parallel(function, cases, n_simulations, seed):
    """Spread chunks of simulations of all cases over as many processes as WORKERS says; give what came back by case."""
    sizes = [min(CHUNK, n_simulations - begun) for begun in range(0, n_simulations, CHUNK)]
    own = dict(zip(cases, seed.spawn(len(cases)), strict=True))
    tasks = [
        (name, size, one)
        for name in cases
        for size, one in zip(sizes, own[name].spawn(len(sizes)), strict=True)
    ]
    workers = int(os.environ.get("WORKERS", "1"))
    found = {name: [] for name in cases}
    for (name, *_), result in zip(
        tasks, spread(function, tasks, shared=cases, workers=workers, backend="processes"), strict=True
    ):
        found[name].append(result)
    return found


def run_chunk(cases, task):
    """Alarms of every test, and which intervals hold the truth, over one chunk of simulations."""
    name, n_simulations, seed = task
    km, weights, root, label, china = cases[name]
    rng, alarms, covered = np.random.default_rng(seed), {}, []
    for _ in range(n_simulations):
        values = root @ rng.normal(size=len(km))
        coastal = smooth_label(km, rng) if label is None else label
        for test, result in safely(tests(values, coastal, china, weights, rng)):
            alarms.setdefault(test, []).append(result.p_value <= 0.05)
            if test == "Mann-Whitney, exact":
                terms = [result.effect(term) for term in ("Cliff's delta", "Hodges-Lehmann shift")]
                covered.append([term.ci_low <= 0 <= term.ci_high for term in terms])
    return alarms, covered


def simulate(cities, label, china, n_simulations, seed):
    """Size of every test by range of the dependence; a smooth label is drawn anew each time where none is given."""
    km = distance_matrix_km(cities).to_numpy()
    weights = proximity_weights(km)
    cases = {name: (km, weights, factor(km, reach), label, china) for name, reach in RANGES.items()}
    rows = {}
    for name, chunks in in_parallel(run_chunk, cases, n_simulations, seed).items():
        held = [row for _, covered in chunks for row in covered]
        names = dict.fromkeys(test for alarms, _ in chunks for test in alarms)
        rows[name] = {
            test: np.mean([hit for alarms, _ in chunks for hit in alarms.get(test, [])]) for test in names
        }
        rows[name]["interval of Cliff's delta misses 0"], rows[name]["interval of the shift misses 0"] = (
            1 - np.mean(held, axis=0)
        )
    return pd.DataFrame(rows)


def smooth_label(km, rng):
    field = factor(km, 3000.0) @ rng.normal(size=len(km))
    return field > np.median(field)


def count_hits(cases, task):
    """How many intervals of each kind hold the true probability, over one chunk of samples."""
    name, n_simulations, seed = task
    (m, k), width, chance = cases[name]
    rng, hits = np.random.default_rng(seed), dict.fromkeys(INTERVALS, 0)
    first = np.arange(m + k) < m
    shift = norm.ppf(chance) * np.hypot(1, width)
    for _ in range(n_simulations):
        values = np.where(first, rng.normal(shift, 1, m + k), rng.normal(0, width, m + k))
        sample = read_groups(values, first, caller="coverage")
        for kind in INTERVALS:
            found = estimate_superiority(sample, interval=kind)
            hits[kind] += found.low <= chance <= found.high
    return hits


def coverage(n_simulations, seed):
    """Share of 95 % intervals of the probability of superiority that hold the true one, normal values."""
    sizes, widths, chances = [(12, 10), (5, 6), (4, 9), (40, 60)], [1.0, 2.0], (0.5, 0.7, 0.85, 0.95)
    cases = {
        f"{case[0][0]} : {case[0][1]}, spread 1 : {case[1]:g}, P = {case[2]}": case
        for case in itertools.product(sizes, widths, chances)
    }
    found = in_parallel(count_hits, cases, n_simulations, seed)
    rows = {
        name: {kind: sum(hits[kind] for hits in chunks) / n_simulations for kind in INTERVALS}
        for name, chunks in found.items()
    }
    return pd.DataFrame(rows).T


def show(title, table):
    print(f"\n{title}\n\n| | " + " | ".join(table.columns) + " |\n|---|" + "---|" * len(table.columns))
    for name, row in table.iterrows():
        print(f"| {name} | " + " | ".join(f"{100 * share:.1f} %" for share in row) + " |", flush=True)


def main(n_simulations=1000):
    seeds, start = np.random.SeedSequence(2021).spawn(4), time.perf_counter()
    report, places = report_cities(), random_cities(100, np.random.default_rng(seeds[3]))
    tables = {
        "22 report cities, published label": simulate(
            report, report["coastal"].to_numpy(), report["china"].to_numpy(), n_simulations, seeds[0]
        ),
        "100 random cities, smooth label": simulate(places, None, None, max(1, n_simulations // 2), seeds[1]),
    }
    for title, table in tables.items():
        show(f"{title}: share of true nulls rejected at 5 %, by range of the dependence", table)
    show(
        "Share of 95 % intervals that hold the true probability of superiority",
        coverage(n_simulations, seeds[2]),
    )
    print(f"\n{n_simulations} simulations, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
