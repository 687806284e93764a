"""Speed of the exact proximity test on the published top ten, and of its null models on larger lists.

python benchmarks/proximity.py
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import time

import numpy as np
import pandas as pd

from geobri.corridors import build_corridors
from geobri.datasets import bri22
from geobri.stats.proximity import proximity_test


def clocked(cities: pd.DataFrame, corridors: pd.DataFrame, value: str, **options: object) -> str:
    start = time.process_time()
    result = proximity_test(cities, corridors, value, rng=1, **options)
    kind = "exact" if result.exact else "Monte Carlo"
    return f"{result.n_arrangements:,} | {kind} | {time.process_time() - start:.2f} | {result.p_value:.4f} |"


def main() -> None:
    data = bri22()
    corridors = build_corridors(data.cities).join(data.pairs.filter(like="rank_"))
    print("| list | null | arrangements | | CPU s | p (mean km, two-sided) |")
    print("|---|---|---:|---|---:|---:|")
    for value, k in (("rank_overall", None), ("rank_people", 5), ("rank_facility", 5)):
        for null in ("blocks", "active", "hubs", "corridors"):
            print(
                f"| bri22 {value} | {null} | {clocked(data.cities, corridors, value, k=k, best='smallest', null=null)}"
            )
    rng = np.random.default_rng(1)
    places = rng.random((513, 2)) * 9000
    names = [f"c{k}" for k in range(513)]
    rows, columns = np.triu_indices(513, 1)
    hub = rng.gumbel(size=513)
    large = pd.DataFrame(
        {
            "origin": np.array(names)[rows],
            "destination": np.array(names)[columns],
            "distance_km": np.linalg.norm(places[rows] - places[columns], axis=1),
            "score": hub[rows] + hub[columns] + rng.normal(size=rows.size),
        }
    )
    for null in ("blocks", "hubs", "corridors"):
        options = {"k": 100, "best": "largest", "null": null, "n_permutations": 999}
        print(
            f"| top 100 of 131,328 | {null} | {clocked(pd.DataFrame(index=names), large, 'score', **options)}"
        )
    print(f"\nMost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB.")


if __name__ == "__main__":
    main()
