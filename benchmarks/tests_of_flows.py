"""Speed of the long tests of flows, in processor seconds, with a peer where there is one.

    OMP_NUM_THREADS=1 python benchmarks/tests_of_flows.py          # half a minute of processor time and more

Tables are simulated: 60 cities with both directions of all pairs, 166 with both directions of 22,588, and 513 with 125,366
pairs of which most are zeros. pyfixest fits the same Poisson model once, without exchanges and interval; no peer has a test
that exchanges cities. What is switched on stands in each row.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

from calibration import place_cities

from geobri.geodesy import distance_matrix_km
from geobri.stats.flows import decay_test, fit_gravity


def draw_flows(n: int, rows: int, *, directed: bool, zeros: float) -> pd.DataFrame:
    """Draw counts that fall with distance among n cities."""
    rng = np.random.default_rng(n)
    cities = place_cities(n, rng=n)
    km = distance_matrix_km(cities).to_numpy()
    one, other = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    kept = np.sort(rng.permutation(len(one))[:rows])
    one, other = one[kept], other[kept]
    size = rng.normal(size=n)
    mean = np.exp(1.0 + size[one] + size[other]) * (km[one, other] / 3000.0) ** -1.0
    names = np.array([f"c{k:03d}" for k in range(n)])
    flow = rng.poisson(mean) * (rng.random(rows) >= zeros)
    return pd.DataFrame(
        {"origin": names[one], "destination": names[other], "distance_km": km[one, other], "flow": flow}
    )


def measure(job) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def fit_peer(table: pd.DataFrame) -> float | None:
    try:
        import pyfixest
    except ImportError:
        return None
    logs = table.assign(log_km=np.log(table["distance_km"]))
    pyfixest.fepois("flow ~ log_km | origin + destination", logs.head(2000))  # what is compiled is compiled
    return measure(lambda: pyfixest.fepois("flow ~ log_km | origin + destination", logs))


def main() -> None:
    sizes = [(60, 3540, True, 0.0), (166, 22588, True, 0.3), (513, 125366, False, 0.8)]
    if len(sys.argv) > 1:
        sizes = sizes[: int(sys.argv[1])]
    print(
        "| cities, pairs | zeros | decay_test: 999 exchanges, interval | fit_gravity: 999 | pyfixest, one fit |"
    )
    print("|---|---:|---:|---:|---:|")
    for n, rows, directed, zeros in sizes:
        table = draw_flows(n, rows, directed=directed, zeros=zeros)
        options = {"flow": "flow", "directed": directed, "n_permutations": 999, "rng": 1}
        seconds = [
            measure(lambda: decay_test(table, **options)),  # noqa: B023 - called at once
            measure(lambda: fit_gravity(table, **options)),  # noqa: B023 - called at once
        ]
        peer = fit_peer(table) if directed else None
        cells = [f"{n}, {rows:,}", f"{(table['flow'] == 0).mean():.0%}", *(f"{one:.2f} s" for one in seconds)]
        print("| " + " | ".join([*cells, "" if peer is None else f"{peer:.2f} s"]) + " |", flush=True)


if __name__ == "__main__":
    main()
