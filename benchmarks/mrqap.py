"""Speed of MRQAP against R's sna::netlm (double semi-partialling, three covariates).

    python benchmarks/mrqap.py

One core; R's time is taken with fewer repetitions and scaled, because it grows in proportion to them.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from geobri.stats.dyads import mrqap_test

NETLM = """
suppressMessages(library(sna))
stack <- array(scan("{path}", quiet = TRUE), c({n}, {n}, 4))
x <- aperm(stack[, , 2:4], c(3, 1, 2))
start <- proc.time()[["user.self"]]
fit <- netlm(stack[, , 1], x, mode = "graph", nullhyp = "qapspp", reps = {reps})
cat(proc.time()[["user.self"]] - start, fit$tstat[2], fit$pgreqabs[2])
"""


def matrices(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    hub = rng.normal(size=(4, n))
    stack = hub[:, :, None] + hub[:, None, :] + rng.normal(size=(4, n, n))
    stack = stack + stack.transpose(0, 2, 1)
    stack[:, np.arange(n), np.arange(n)] = 0
    return stack


def ours(stack: np.ndarray, n_permutations: int, **options: object) -> tuple[float, float, float]:
    covariates = {f"x{k}": one for k, one in enumerate(stack[1:], start=1)}
    times = []
    for _ in range(3):
        start = time.process_time()
        result = mrqap_test(stack[0], covariates, n_permutations=n_permutations, rng=1, **options)
        times.append(time.process_time() - start)
    return min(times), result.statistic, result.p_value


def theirs(stack: np.ndarray, n_permutations: int, reps: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.txt"
        np.savetxt(path, stack.reshape(-1))
        script = NETLM.format(path=path, n=stack.shape[1], reps=reps)
        done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    seconds, statistic, p = (float(one) for one in done.stdout.split())
    return seconds * n_permutations / reps, statistic, p


def main() -> None:
    print(
        "| cities | permutations | geobri, s | sna::netlm, s | times faster | t of x1 (both) | p of x1 (both) |"
    )
    print("|---:|---:|---:|---:|---:|---|---|")
    for n, permutations, reps in ((22, 10_000, 400), (100, 999, 30), (500, 999, 0)):
        stack = matrices(n)
        seconds, statistic, p = ours(stack, permutations)
        if reps and shutil.which("Rscript"):
            other, their_statistic, their_p = theirs(stack, permutations, reps)
            both = f"{other:.1f} | {other / seconds:,.0f} | {statistic:.6f}, {their_statistic:.6f} | {p:.3f}, {their_p:.3f}"
        else:
            both = f"– | – | {statistic:.6f} | {p:.3f}"
        print(f"| {n} | {permutations:,} | {seconds:.3f} | {both} |")
    stack = matrices(22)
    stack[0, :9, :9] = np.nan
    blocked = ours(stack, 10_000)[0]
    yes = matrices(100)
    yes[0] = yes[0] > 0
    score, wald = (ours(yes, 999, family="logit", statistic=one)[0] for one in ("score", "wald"))
    print(f"\n22 cities in blocks of 9 and 13, 10,000 permutations: {blocked:.2f} s.")
    print(
        f"Logistic, 100 cities, 999 permutations: score {score:.2f} s, Wald (every permutation refitted) {wald:.1f} s."
    )
    print(f"Most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


if __name__ == "__main__":
    main()
