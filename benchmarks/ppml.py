"""Time PPML with origin and destination effects on a complete table of 513 cities, against pyfixest.

Run from the repository root, one tool at a time so that each has its own peak memory:
    OMP_NUM_THREADS=1 python benchmarks/ppml.py geobri
    OMP_NUM_THREADS=1 python benchmarks/ppml.py pyfixest
    OMP_NUM_THREADS=1 python benchmarks/ppml.py fixest    # needs R with fixest; reported, not required
262,656 rows (513 x 512), log distance and one dummy. Prints the best of three runs, the processor
time (all threads) and the peak resident memory.
"""

import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd


def make_table(n: int = 513) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    origin, destination = np.nonzero(~np.eye(n, dtype=bool))
    place = rng.uniform(0, 10_000, (n, 2))
    km = np.hypot(*(place[origin] - place[destination]).T) + 20
    push, pull = rng.normal(0, 1, n), rng.normal(0, 1, n)
    same = (rng.random(len(km)) < 0.2).astype(float)
    mean = np.exp(6 + push[origin] + pull[destination] - 0.8 * np.log(km) + 0.3 * same)
    flow = rng.poisson(mean * rng.lognormal(0, 0.5, len(km))).astype(float)
    names = np.array([f"city-{i:03d}" for i in range(n)], dtype=object)
    return pd.DataFrame(
        {
            "origin": pd.Categorical(names[origin]),
            "destination": pd.Categorical(names[destination]),
            "distance_km": km,
            "same_region": same,
            "flow": flow,
        }
    )


def run_geobri(table: pd.DataFrame) -> list[float]:
    from geobri.stats.flows import fit_gravity

    result = fit_gravity(table, flow="flow", covariates=["same_region"], directed=True, n_permutations=0)
    return [float(b) for b in result.coefficients]


def run_pyfixest(table: pd.DataFrame) -> list[float]:
    import pyfixest as pf

    fit = pf.fepois("flow ~ log(distance_km) + same_region | origin + destination", table)
    return [float(b) for b in fit.coef()]


FIXEST = """
library(fixest); d <- read.csv("{path}"); setFixest_nthreads(1)
for (i in 1:3) {{ t <- system.time(m <- fepois(flow ~ log(distance_km) + same_region | origin + destination, d)); cat(t[["elapsed"]], coef(m), "\\n") }}
"""


def run_fixest(table: pd.DataFrame) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        table.to_csv(file.name, index=False)
        subprocess.run(["Rscript", "-e", FIXEST.format(path=file.name)], check=True)


def main(tool: str) -> None:
    table = make_table()
    if tool == "fixest":
        run_fixest(table)
        return
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, work = [], []
    for _ in range(3):
        start, busy = time.perf_counter(), time.process_time()
        found = {"geobri": run_geobri, "pyfixest": run_pyfixest}[tool](table)
        seconds.append(time.perf_counter() - start)
        work.append(time.process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{tool}: best {min(seconds):.2f} s of {[round(s, 2) for s in seconds]}; processor time {min(work):.2f} s; {len(table)} rows"
    )
    print(
        f"peak memory {peak:.0f} MB (table and numpy alone: {before:.0f} MB), coefficients {np.round(found, 6)}"
    )


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "geobri")
