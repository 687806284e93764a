"""Size at 5 % and coverage at 95 % of the decay test and of every kind of error beside it.

Run from the repository root; stop and start again at will, what is done is in calibration.csv:
    OMP_NUM_THREADS=1 python benchmarks/calibration.py run      # about a quarter of an hour
    OMP_NUM_THREADS=1 python benchmarks/calibration.py table    # writes the tables of docs/calibration.md

Two layouts: the 22 cities of the connectivity index with their 195 international pairs (blocks of 9 and 13), and 100 cities
of this package's making with all 4,950 pairs. Flows are Poisson counts with log-normal noise (standard deviation 1 in all); the
share of its variance that is due to cities grows from none to 80 %, and in the last case cities share 40 % beyond their
levels. Each chunk of tables has a seed of its own, so that a longer run contains the shorter one.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from geobri.datasets import bri22
from geobri.stats.decay import decay_test
from geobri.stats.power import proportion_interval
from geobri.stats.simulate import build_simulator

HERE = Path(__file__).parent
RESULTS = HERE / "calibration.csv"
PAGE = HERE.parent / "docs" / "calibration.md"
CHUNK = 50
CASES = [(0.0, 0.0), (0.2, 0.0), (0.4, 0.0), (0.6, 0.0), (0.8, 0.0), (0.3, 0.4)]
PLANS = [
    # layout, what, estimator, tables per case, permutations, cases; in order of importance
    ("22", "size", "poisson", 2000, 199, CASES),
    ("22", "coverage", "poisson", 400, 199, CASES),
    ("100", "size", "poisson", 300, 199, [CASES[0], CASES[4], CASES[5]]),
    ("22", "size", "loglinear", 1000, 199, [CASES[0], CASES[4], CASES[5]]),
    ("100", "coverage", "poisson", 100, 99, [CASES[4], CASES[5]]),
]
FRICTION = {"size": 0.0, "coverage": 0.8}
KEY = ["layout", "what", "estimator", "hubs", "latent", "chunk"]


def layouts():
    return {
        "22": build_simulator(bri22().cities, pairs="international"),
        "100": build_simulator(100),
    }


def method_of(row) -> str:
    return f"{row.se_type}, no city effects" if "(no city effects)" in row.term else row.se_type


def run_chunk(simulator, key, permutations):
    """How often each method rejects no friction, or covers the true one."""
    layout, what, estimator, hubs, latent, chunk = key
    seed = [int(layout), ["size", "coverage"].index(what), int(100 * hubs), int(100 * latent), chunk]
    rng = np.random.default_rng(seed)
    hits: dict[str, int] = {}
    for _ in range(CHUNK):
        flows = "counts" if estimator == "poisson" else "continuous"
        data = simulator.draw(
            friction=FRICTION[what], hubs=hubs, latent=latent, mean_flow=100.0, flows=flows, rng=rng
        )
        result = decay_test(
            data,
            flow="flow",
            estimator=estimator,
            directed=False,
            n_permutations=permutations,
            interval=what == "coverage",
            rng=rng,
        )
        for row in result.terms:
            if not row.term.startswith("friction"):
                continue
            hit = row.p_value <= 0.05 if what == "size" else row.ci_low <= FRICTION[what] <= row.ci_high
            hits[method_of(row)] = hits.get(method_of(row), 0) + int(hit)
    return hits


def done_so_far() -> pd.DataFrame:
    return (
        pd.read_csv(RESULTS, dtype={"layout": str})
        if RESULTS.exists()
        else pd.DataFrame(columns=[*KEY, "method", "hits", "tables"])
    )


def run() -> None:
    made = layouts()
    todo = [
        ((layout, what, estimator, hubs, latent, chunk), permutations)
        for layout, what, estimator, tables, permutations, cases in PLANS
        for hubs, latent in cases
        for chunk in range(tables // CHUNK)
    ]
    table = done_so_far()
    finished = set(table[KEY].drop_duplicates().itertuples(index=False, name=None))
    start = time.perf_counter()
    for key, permutations in todo:
        if key in finished:
            continue
        hits = run_chunk(made[key[0]], key, permutations)
        rows = pd.DataFrame(
            [
                {**dict(zip(KEY, key, strict=True)), "method": method, "hits": count, "tables": CHUNK}
                for method, count in hits.items()
            ]
        )
        table = pd.concat([table, rows]) if len(table) else rows
        table.to_csv(RESULTS, index=False)
        print(f"{time.perf_counter() - start:6.0f} s", *key, hits, flush=True)


METHODS = {
    "permutation": "permutation (default)",
    "naive": "naive",
    "hc1": "HC1",
    "two-way": "two-way",
    "dyadic": "dyadic-robust",
    "naive, no city effects": "naive, no city effects",
    "dyadic, no city effects": "dyadic-robust, no city effects",
}


def markdown(table: pd.DataFrame, layout: str, what: str, estimator: str) -> str:
    part = table[(table["layout"] == layout) & (table["what"] == what) & (table["estimator"] == estimator)]
    sums = part.groupby(["hubs", "latent", "method"], sort=True)[["hits", "tables"]].sum()
    cases = [case for case in CASES if case in set(zip(part["hubs"], part["latent"], strict=True))]
    head = [
        "method",
        *(f"{hubs:.0%}" + (f" + {latent:.0%} shared" if latent else "") for hubs, latent in cases),
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for method, label in METHODS.items():
        cells = []
        for hubs, latent in cases:
            hits, tables = sums.loc[(hubs, latent, method)]
            low, high = proportion_interval(int(hits), int(tables))
            cells.append(f"{100 * hits / tables:.1f} ({100 * low:.1f}–{100 * high:.1f})")
        lines.append("| " + " | ".join([label, *cells]) + " |")
    tables = sorted(int(count) for count in sums["tables"].unique())
    return "\n".join(lines) + f"\n\nTables per column: {', '.join(map(str, tables))}."


def write_table() -> None:
    table, page = done_so_far(), PAGE.read_text(encoding="utf-8")
    for layout, what, estimator in (
        table[["layout", "what", "estimator"]].drop_duplicates().itertuples(index=False, name=None)
    ):
        mark = f"<!-- {layout} {what} {estimator} -->"
        before, _, rest = page.partition(mark)
        _, _, after = rest.partition("<!-- end -->")
        page = (
            f"{before}{mark}\n{markdown(table, layout, what, estimator)}\n<!-- end -->{after}"
            if rest
            else page
        )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    {"run": run, "table": write_table}[sys.argv[1] if len(sys.argv) > 1 else "run"]()
