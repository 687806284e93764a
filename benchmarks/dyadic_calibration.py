"""Size of the dyadic tests: how often each rejects a true null at 5 %.

    python benchmarks/dyadic_calibration.py --datasets 2000 --cities 22 100
    WORKERS=8 python benchmarks/dyadic_calibration.py --datasets 2000 --smooth

Strength of a corridor is made of node effects (a share of its variance), a control and noise, and never of
distance. With 22 cities, the pairs inside a group of nine are left out. Prints a Markdown table. With --smooth, both
matrices come from unrelated maps of 30 cities with exponential correlation over half the side of the square. WORKERS says how
many processes share the chunks of tables; each chunk has a seed of its own, so the table is the same with any number.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from geobri.stats.dyads import (
    mantel_correlogram_test,
    mantel_test,
    moran_mantel_test,
    mrqap_test,
    partial_mantel_test,
)
from geobri.stats.models.fits import fit_least_squares
from geobri.stats.moran_randomisation import proximity_weights
from geobri.stats.proximity import proximity_test
from geobri.workers import spread

SHARES = (0.0, 0.4, 0.8)
CHUNK = 50
ROWS: dict[str, str] = {
    "naive": "least squares, errors of independent pairs (for contrast)",
    "mantel pearson": "`mantel_test`",
    "mantel spearman": '`mantel_test(method="spearman")`',
    "partial values": '`partial_mantel_test(permute="values")`',
    "partial residuals": "`partial_mantel_test`",
    "mrqap y": '`mrqap_test(scheme="y")`',
    "mrqap x": '`mrqap_test(scheme="x")`',
    "mrqap": "`mrqap_test`, double semi-partialling",
    "logit": '`mrqap_test(family="logit")`',
    "poisson": '`mrqap_test(family="poisson")`',
    "correlogram": "`mantel_correlogram_test`, five classes, headline",
    "proximity corridors": '`proximity_test(null="corridors")` (naive)',
    "proximity blocks": "`proximity_test`, top ten",
}


def simulate(n: int, share: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw places, a control that has to do with distance, and strengths that have not."""
    place = rng.random((n, 2)) * [9000, 5000]
    km = np.linalg.norm(place[:, None] - place[None], axis=-1)
    wealth, hub = rng.normal(size=(2, n))
    control = wealth[:, None] + wealth[None, :] + km / 4000
    noise = rng.normal(size=(n, n))
    effect = np.sqrt(share / 2) * (hub[:, None] + hub[None, :])
    mean = 0.5 * (control - control.mean()) / control.std() + effect
    plain = effect + np.sqrt((1 - share) / 2) * (noise + noise.T)
    y = plain + mean - effect
    missing = np.zeros((n, n), dtype=bool)
    if n == 22:
        missing[:9, :9] = True
    upper = np.triu(rng.random((n, n)), 1)
    yes = 1.0 * (upper + upper.T < 1 / (1 + np.exp(-mean)))
    count = np.triu(rng.poisson(np.exp(np.minimum(mean, 4))), 1)
    found = {
        "km": km,
        "control": control,
        "y": y,
        "plain": plain,
        "yes": yes,
        "count": (count + count.T).astype(float),
    }
    return {name: np.where(missing, np.nan, one) for name, one in found.items()}


def naive_p(data: dict[str, np.ndarray]) -> float:
    cells = np.triu_indices(len(data["y"]), 1)
    kept = np.isfinite(data["y"][cells])
    y = data["y"][cells][kept]
    x = np.column_stack([np.ones(len(y)), *(data[name][cells][kept] for name in ("km", "control"))])
    fit = fit_least_squares(y, x, names=("constant", "km", "control"))
    return 0.05 if abs(fit.coefficients[1] / np.sqrt(fit.naive[1, 1])) > 1.96 else 1.0


def top_ten(data: dict[str, np.ndarray], null: str, rng: np.random.Generator) -> float:
    n = len(data["y"])
    names = np.array([f"c{k}" for k in range(n)])
    rows, columns = np.triu_indices(n, 1)
    kept = np.isfinite(data["plain"][rows, columns])
    rows, columns = rows[kept], columns[kept]
    table = pd.DataFrame(
        {
            "origin": names[rows],
            "destination": names[columns],
            "distance_km": data["km"][rows, columns],
            "score": data["plain"][rows, columns],
        }
    )
    cities = pd.DataFrame(index=names)
    options = {"k": 10, "best": "largest", "null": null, "most_exact": 0, "n_permutations": 199}
    return proximity_test(cities, table, "score", rng=rng, **options).p_value


def tests(rng: np.random.Generator) -> dict[str, Callable[[dict[str, np.ndarray]], float]]:
    few = {"n_permutations": 199, "rng": rng}

    def both(d):
        return {"km": d["km"], "control": d["control"]}

    return {
        "naive": naive_p,
        "mantel pearson": lambda d: mantel_test(d["km"], d["plain"], **few).p_value,
        "mantel spearman": lambda d: mantel_test(d["km"], d["plain"], method="spearman", **few).p_value,
        "partial values": lambda d: (
            partial_mantel_test(d["km"], d["y"], {"control": d["control"]}, permute="values", **few).p_value
        ),
        "partial residuals": lambda d: (
            partial_mantel_test(d["km"], d["y"], {"control": d["control"]}, **few).p_value
        ),
        "mrqap y": lambda d: mrqap_test(d["y"], both(d), scheme="y", **few).p_value,
        "mrqap x": lambda d: mrqap_test(d["y"], both(d), scheme="x", **few).p_value,
        "mrqap": lambda d: mrqap_test(d["y"], both(d), **few).p_value,
        "logit": lambda d: mrqap_test(d["yes"], both(d), family="logit", **few).p_value,
        "poisson": lambda d: mrqap_test(d["count"], both(d), family="poisson", **few).p_value,
        "correlogram": lambda d: (
            mantel_correlogram_test(
                d["plain"], d["km"], n_classes=5, classes="equal-count", cutoff=False, **few
            ).p_value
        ),
        "proximity corridors": lambda d: top_ten(d, "corridors", rng),
        "proximity blocks": lambda d: top_ten(d, "blocks", rng),
    }


def chunks(datasets: int, seed: list[int]) -> list[tuple[int, np.random.SeedSequence]]:
    """Cut a run into chunks with a seed each, whatever the workers are."""
    sizes = [min(CHUNK, datasets - begun) for begun in range(0, datasets, CHUNK)]
    return list(zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True))


def in_parallel(function, tasks, *, shared):
    """Spread chunks over as many processes as WORKERS says."""
    workers = int(os.environ.get("WORKERS", "1"))
    return spread(function, tasks, shared=shared, workers=workers, backend="processes")


def count_rejections(shared, task) -> np.ndarray:
    """Count the rejections of each test over one chunk of tables."""
    (n, share, names), (datasets, seed) = shared, task
    rng, counts = np.random.default_rng(seed), np.zeros(len(names))
    for _ in range(datasets):
        data, available = simulate(n, share, rng), tests(rng)
        counts += [available[name](data) <= 0.05 for name in names]
    return counts


def count_smooth(_shared, task) -> np.ndarray:
    """Count the rejections of both tests over one chunk of unrelated smooth maps."""
    datasets, seed = task
    rng, n = np.random.default_rng(seed), 30
    rejected = np.zeros((2, 2))
    for _ in range(datasets):
        place = rng.random((n, 2))
        km = np.linalg.norm(place[:, None] - place[None], axis=-1)
        root = np.linalg.cholesky(np.exp(-km / 0.5) + 1e-9 * np.eye(n))
        maps, noise = root @ rng.normal(size=(2, n, 1)), rng.normal(size=(2, n, n))
        gaps = np.abs(maps - maps.transpose(0, 2, 1))
        sums = 2 * (maps + maps.transpose(0, 2, 1)) + 0.5 * (noise + noise.transpose(0, 2, 1))
        weights = proximity_weights(km)
        for row, (pair, kind) in enumerate(((gaps, "difference"), (sums, "flow"))):
            rejected[row, 0] += mantel_test(*pair, n_permutations=199, rng=rng).p_value <= 0.05
            spectral = moran_mantel_test(*pair, weights, x_is=kind, n_permutations=199, rng=rng)
            rejected[row, 1] += spectral.p_value <= 0.05
    return rejected


def smooth_table(datasets: int, seed: int) -> None:
    """Two unrelated smooth maps: differences of their values, and sums of strengths with noise."""
    rejected = sum(in_parallel(count_smooth, chunks(datasets, [seed]), shared=None))
    print("| matrices | `mantel_test` | `moran_mantel_test` |")
    print("|---|---:|---:|")
    for name, (plain, spectral) in zip(("differences", "sums"), 100 * rejected / datasets, strict=True):
        print(f"| {name} | {plain:.1f} | {spectral:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=2000)
    parser.add_argument("--cities", type=int, nargs="+", default=[22, 100])
    parser.add_argument("--tests", nargs="+", choices=list(ROWS), default=list(ROWS), metavar="TEST")
    parser.add_argument("--seed", type=int, default=20211101)
    parser.add_argument("--smooth", action="store_true")
    options = parser.parse_args()
    if options.smooth:
        smooth_table(options.datasets, options.seed)
        return
    rejected = {}
    start = time.perf_counter()
    for n in options.cities:
        for share in SHARES:
            tasks = chunks(options.datasets, [options.seed, n, int(100 * share)])
            counts = sum(in_parallel(count_rejections, tasks, shared=(n, share, options.tests)))
            rejected[n, share] = dict(zip(options.tests, counts / options.datasets, strict=True))
    columns = [f"n = {n}, {share:.0%}" for n in options.cities for share in SHARES]
    print("| test | " + " | ".join(columns) + " |")
    print("|---|" + "---:|" * len(columns))
    for name in options.tests:
        print(
            f"| {ROWS[name]} | " + " | ".join(f"{100 * rejected[key][name]:.1f}" for key in rejected) + " |"
        )
    error = 100 * np.sqrt(0.05 * 0.95 / options.datasets)
    print(
        f"\n{options.datasets} data sets per cell, standard error {error:.1f}; {time.perf_counter() - start:.0f} s."
    )


if __name__ == "__main__":
    main()
