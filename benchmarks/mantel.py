"""Speed of the Mantel test against scikit-bio and R's vegan, 999 permutations, one core.

python benchmarks/mantel.py
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from geobri.stats.dyads import mantel_test

VEGAN = """
suppressMessages(library(vegan))
stack <- array(scan("{path}", quiet = TRUE), c({n}, {n}, 2))
start <- proc.time()[["user.self"]]
m <- mantel(as.dist(stack[, , 1]), as.dist(stack[, , 2]), method = "{method}", permutations = {reps})
cat(proc.time()[["user.self"]] - start, m$statistic)
"""


def best_of(call: Callable[[], object], repetitions: int) -> float:
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def vegan(stack: np.ndarray, method: str, reps: int) -> str:
    if not shutil.which("Rscript"):
        return "–"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.txt"
        np.savetxt(path, stack.reshape(-1))
        script = VEGAN.format(path=path, n=stack.shape[1], method=method, reps=reps)
        done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    return f"{float(done.stdout.split()[0]) * 999 / reps:.3f}"


def main() -> None:
    from skbio.stats.distance import DistanceMatrix, mantel

    warnings.simplefilter("ignore")
    print("| cities | correlation | geobri, s | geobri in blocks, s | scikit-bio, s | vegan, s |")
    print("|---:|---|---:|---:|---:|---:|")
    for n in (22, 100, 500):
        places = np.random.default_rng(n).random((2, n, 2))
        stack = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
        frozen = [DistanceMatrix(np.ascontiguousarray(one)) for one in stack]
        for method, theirs in (("pearson", "pearson"), ("spearman", "spearman"), ("kendall", "kendalltau")):
            if method == "kendall" and n > 100:
                continue
            few = 2 if method == "kendall" else 5
            seconds = best_of(partial(mantel_test, *stack, method=method, rng=1), few)
            halves = dict(enumerate(["a"] * (n // 2) + ["b"] * (n - n // 2)))
            blocked = best_of(partial(mantel_test, *stack, method=method, rng=1, blocks=halves), few)
            other = best_of(partial(mantel, *frozen, method=theirs, permutations=999, seed=1), few)
            reps = 999 if n < 100 else 9 if method == "kendall" else 99
            print(
                f"| {n} | {method} | {seconds:.4f} | {blocked:.4f} | {other:.4f} | {vegan(stack, method, reps)} |"
            )


if __name__ == "__main__":
    main()
