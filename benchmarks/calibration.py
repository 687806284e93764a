"""Size at 5 % and coverage at 95 % of the decay test and of every kind of error beside it.

Run from the repository root; stop and start again at will, what is done is in calibration.csv:
    OMP_NUM_THREADS=1 python benchmarks/calibration.py run      # about a quarter of an hour
    OMP_NUM_THREADS=1 python benchmarks/calibration.py hard     # sparse, smooth, small and large tables: about half an hour
    OMP_NUM_THREADS=1 python benchmarks/calibration.py further  # gravity, presence and proximity: about an hour
    OMP_NUM_THREADS=1 python benchmarks/calibration.py table    # writes the tables of docs/calibration.md

Two layouts: the 22 cities of the connectivity index with their 195 international pairs (blocks of 9 and 13), and 100 cities
of this package's making with all 4,950 pairs. Flows are Poisson counts with log-normal noise (standard deviation 1 in all); the
share of its variance that is due to cities grows from none to 80 %, and in the last case cities share 40 % beyond their
levels. Each chunk of tables has a seed of its own, so that a longer run contains the shorter one, and `WORKERS=8` in front of the command runs
eight chunks side by side with the same outcome.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from geobri.datasets import bri22
from geobri.errors import DataError
from geobri.stats.flows import decay_test, fit_gravity, presence_test
from geobri.stats.power import proportion_interval
from geobri.stats.proximity import proximity_test
from geobri.stats.simulate import build_simulator, place_cities
from geobri.workers import spread

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
    return f"{row.se_type.en}, no city effects" if "(no city effects)" in row.term.en else row.se_type.en


def go_on(function, todo, table, path: Path, *, shared=None, **choices) -> None:
    """Do what is left, as many chunks side by side as WORKERS says, and keep each as soon as it is done."""
    start = time.perf_counter()
    workers = int(os.environ.get("WORKERS", "1"))
    results = spread(function, todo, shared=shared, workers=workers, backend="processes")
    for task, rows in zip(todo, results, strict=True):
        table = pd.concat([table, rows]) if len(table) else rows
        save(table, path, **choices)
        print(f"{time.perf_counter() - start:6.0f} s", *task, flush=True)


def run_chunk(simulators, task) -> pd.DataFrame:
    """How often each method rejects no friction, or covers the true one."""
    *key, permutations = task
    simulator = simulators[key[0]]
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
            if not row.term.en.startswith("friction"):
                continue
            hit = row.p_value <= 0.05 if what == "size" else row.ci_low <= FRICTION[what] <= row.ci_high
            hits[method_of(row)] = hits.get(method_of(row), 0) + int(hit)
    rows = [{"method": method, "hits": count, "tables": CHUNK} for method, count in hits.items()]
    return pd.DataFrame(rows).assign(**dict(zip(KEY, key, strict=True)))[[*KEY, "method", "hits", "tables"]]


def done_so_far() -> pd.DataFrame:
    return (
        pd.read_csv(RESULTS, dtype={"layout": str})
        if RESULTS.exists()
        else pd.DataFrame(columns=[*KEY, "method", "hits", "tables"])
    )


def save(table: pd.DataFrame, path: Path, **choices) -> None:
    """Write beside the file and put it in place at once: a stop in between loses nothing."""
    beside = path.with_suffix(".part")
    table.to_csv(beside, index=False, **choices)
    beside.replace(path)


def run() -> None:
    table = done_so_far()
    finished = set(table[KEY].drop_duplicates().itertuples(index=False, name=None))
    todo = [
        (layout, what, estimator, hubs, latent, chunk, permutations)
        for layout, what, estimator, tables, permutations, cases in PLANS
        for hubs, latent in cases
        for chunk in range(tables // CHUNK)
        if (layout, what, estimator, hubs, latent, chunk) not in finished
    ]
    go_on(run_chunk, todo, table, RESULTS, shared=layouts())


HARD = {
    # label: cities, directed, tables for size and for coverage, and how flows are drawn
    "12 cities, no zeros": (12, False, 1000, 400, {"hubs": 0.5, "noise": 1.0}),
    "12 cities, 60 % zeros": (
        12,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.0, "zeros": 0.6, "overdispersion": 1.0},
    ),
    "22 cities, few zeros, large hubs": (22, False, 1000, 400, {"hubs": 0.8, "noise": 2.5}),
    "22 cities, 60 % zeros": (
        22,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.6, "overdispersion": 1.0},
    ),
    "22 cities, 80 % zeros": (
        22,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.8, "overdispersion": 1.0},
    ),
    "22 cities, 80 % zeros, smooth levels": (
        22,
        False,
        1000,
        400,
        {"hubs": 0.8, "noise": 1.5, "zeros": 0.8, "overdispersion": 1.0, "smooth_km": 3000.0},
    ),
    "22 cities, 80 % zeros, directed": (
        22,
        True,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.8, "overdispersion": 1.0, "reciprocity": 0.7},
    ),
    "22 cities, 95 % zeros": (
        22,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.95, "overdispersion": 1.0},
    ),
    "60 cities, 90 % zeros": (
        60,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.9, "overdispersion": 1.0},
    ),
    "60 cities, 90 % zeros, smooth levels": (
        60,
        False,
        1000,
        400,
        {"hubs": 0.5, "noise": 1.5, "zeros": 0.9, "overdispersion": 1.0, "smooth_km": 3000.0},
    ),
    "100 cities, 93 % zeros": (
        100,
        False,
        1000,
        400,
        {"hubs": 0.7, "noise": 2.0, "zeros": 0.93, "overdispersion": 1.0},
    ),
}
HARD_RESULTS = HERE / "calibration_hard.csv"
HARD_KEY = ["case", "what", "chunk"]
TRUE_FRICTION = 1.0


def run_hard_chunk(_shared, task) -> pd.DataFrame:
    """Outcomes of one chunk of tables of a hard case, one row per table."""
    label, what, chunk = task
    cities, directed, _, _, settings = HARD[label]
    friction = 0.0 if what == "size" else TRUE_FRICTION
    simulator = build_simulator(cities, directed=directed)
    rng = np.random.default_rng([list(HARD).index(label), ["size", "coverage"].index(what), chunk])
    rows = []
    for _ in range(CHUNK):
        data = simulator.draw(friction=friction, rng=rng, **settings)
        try:
            result = decay_test(
                data, flow="flow", directed=directed, n_permutations=199, interval=what == "coverage", rng=rng
            )
        except DataError:  # too few pairs are left to judge by
            rows.append({})
            continue
        low, high = result.interval
        by = {
            row.se_type.en: row for row in reversed(result.terms) if row.term.en.startswith("friction: log")
        }
        dyadic = by["dyadic"]
        rows.append(
            {
                "p_value": result.p_value,
                "estimate": float(result.friction[0]),
                "low": low,
                "high": high,
                "dyadic_p": dyadic.p_value,
                "dyadic_low": dyadic.ci_low,
                "dyadic_high": dyadic.ci_high,
            }
        )
    return pd.DataFrame(rows).assign(case=label, what=what, chunk=chunk)


def run_hard() -> None:
    table = pd.read_csv(HARD_RESULTS) if HARD_RESULTS.exists() else pd.DataFrame(columns=HARD_KEY)
    finished = set(table[HARD_KEY].drop_duplicates().itertuples(index=False, name=None))
    go_on(run_hard_chunk, list_chunks(HARD, finished), table, HARD_RESULTS, float_format="%.5g")


def list_chunks(cases, finished) -> list[tuple[str, str, int]]:
    """List the chunks that are left: a little of everything first, so that an early stop leaves a whole table."""
    return [
        (label, what, chunk)
        for chunk in range(max(size for _, _, size, _, _ in cases.values()) // CHUNK)
        for label, (_, _, size, coverage, _) in cases.items()
        for what, tables in (("coverage", coverage), ("size", size))
        if (label, what, chunk) not in finished and chunk < tables // CHUNK
    ]


SPARSE = {"hubs": 0.5, "noise": 1.5, "zeros": 0.8, "overdispersion": 1.0}
LISTED = {"hubs": 0.5, "noise": 1.0, "flows": "continuous"}
FURTHER = {
    # label: test, cities, tables for size and for coverage, and how flows are drawn
    "`fit_gravity`, 22 cities, 80 % zeros": ("gravity", 22, 1000, 400, SPARSE),
    "`fit_gravity`, 100 cities, 80 % zeros": ("gravity", 100, 1000, 400, SPARSE),
    "`presence_test`, 22 cities, half of the pairs linked": (
        "presence",
        22,
        1000,
        0,
        {**SPARSE, "zeros": 0.5},
    ),
    "`presence_test`, 100 cities, one pair in five linked": ("presence", 100, 1000, 0, SPARSE),
    "`proximity_test`, 22 cities": ("proximity", 22, 1000, 0, LISTED),
    "`proximity_test`, 22 cities, smooth levels": ("proximity", 22, 1000, 0, {**LISTED, "smooth_km": 3000.0}),
    "`proximity_test`, 100 cities": ("proximity", 100, 1000, 0, LISTED),
    "`proximity_test`, 100 cities, smooth levels": (
        "proximity",
        100,
        1000,
        0,
        {**LISTED, "smooth_km": 3000.0},
    ),
    **{
        f"`proximity_test`, default, {n} cities{', smooth levels' if smooth else ''}": (
            "proximity default",
            n,
            200,
            0,
            {**LISTED, "smooth_km": 3000.0} if smooth else LISTED,
        )
        for n in (22, 100)
        for smooth in (False, True)
    },
}
FURTHER_RESULTS = HERE / "calibration_further.csv"
GROUPS = 4
"""The covariate that explains nothing: whether both ends fell into the same of so many groups, drawn anew for each table."""


def further_rows(test, cities, simulator, data, rng) -> list[dict]:
    """What one table gives: a row per coefficient, or per null model."""
    if test.startswith("proximity"):
        options = {"k": 10, "best": "largest", "most_exact": 0, "n_permutations": 499, "rng": rng}
        return [
            {
                "what_is_tested": null,
                "p_value": proximity_test(cities, data, "flow", null=null, **options).p_value,
            }
            for null in (("auto",) if test == "proximity default" else ("blocks", "active"))
        ]
    drawn = rng.integers(0, GROUPS, len(cities))
    data["same_group"] = (drawn[simulator.origin] == drawn[simulator.destination]).astype(float)
    data["linked"] = (data["flow"] > 0).astype(float)
    options = {"covariates": ["same_group"], "n_permutations": 199, "directed": False, "rng": rng}
    result = (
        fit_gravity(data, flow="flow", **options)
        if test == "gravity"
        else presence_test(data, presence="linked", **options)
    )
    return [
        {"what_is_tested": name, "p_value": row.p_value, "low": row.ci_low, "high": row.ci_high}
        for name, row in zip(("friction", "covariate"), result.terms, strict=False)
    ]


def run_further_chunk(_shared, task) -> pd.DataFrame:
    label, what, chunk = task
    test, n, _, _, settings = FURTHER[label]
    simulator, cities = build_simulator(n), place_cities(n, rng=n)
    rng = np.random.default_rng([100 + list(FURTHER).index(label), ["size", "coverage"].index(what), chunk])
    rows = []
    for _ in range(CHUNK):
        data = simulator.draw(friction=0.0 if what == "size" else TRUE_FRICTION, rng=rng, **settings)
        try:
            rows += further_rows(test, cities, simulator, data, rng)
        except DataError:  # too few pairs are left to judge by, or one group holds all links
            rows.append({"what_is_tested": "refused"})
    return pd.DataFrame(rows).assign(case=label, what=what, chunk=chunk)


def run_further() -> None:
    table = pd.read_csv(FURTHER_RESULTS) if FURTHER_RESULTS.exists() else pd.DataFrame(columns=HARD_KEY)
    finished = set(table[HARD_KEY].drop_duplicates().itertuples(index=False, name=None))
    go_on(run_further_chunk, list_chunks(FURTHER, finished), table, FURTHER_RESULTS, float_format="%.5g")


TESTED = {
    "friction": "distance",
    "covariate": "a covariate that explains nothing",
    "blocks": "null: cities change places",
    "active": "null: listed cities change roles",
    "auto": "null by rule: listed cities where hubs gather on the map, else all",
}


def further_markdown() -> str:
    table = pd.read_csv(FURTHER_RESULTS)
    head = ["test and tables", "what is tested", "size", "coverage", "refused", "tables"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for label in FURTHER:
        part = table[table["case"] == label]
        for tested, name in TESTED.items():
            rows = part[part["what_is_tested"] == tested]
            size, cover = (rows[rows["what"] == what] for what in ("size", "coverage"))
            if not len(size):
                continue
            truth = TRUE_FRICTION if tested == "friction" else 0.0
            inside = ((cover["low"] <= truth) & (cover["high"] >= truth)).sum()
            refused = part[(part["what"] == "size") & (part["what_is_tested"] == "refused")]
            cells = [
                label,
                name,
                say_share((size["p_value"] <= 0.05).sum(), len(size)),
                say_share(inside, len(cover)) if len(cover) else "",
                f"{len(refused) / (len(refused) + len(size)):.1%}",
                f"{len(size):,}" + (f"; {len(cover)}" if len(cover) else ""),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def say_share(hits, tables) -> str:
    low, high = proportion_interval(int(hits), int(tables))
    return f"{100 * hits / tables:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def hard_markdown() -> str:
    table = pd.read_csv(HARD_RESULTS)
    head = [
        "tables",
        "size",
        "size, dyadic-robust",
        "coverage",
        "coverage, dyadic-robust",
        "limit without end",
        "no interval",
        "refused",
        "mean friction",
    ]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for label in HARD:
        part = table[table["case"] == label]
        refused = part["p_value"].isna()
        tested = part[~refused]
        size, cover = tested[tested["what"] == "size"], tested[tested["what"] == "coverage"]
        if not len(size) or not len(cover):
            continue
        given = cover[cover["low"].notna()]
        inside = (given["low"] <= TRUE_FRICTION) & (given["high"] >= TRUE_FRICTION)
        dyadic = (cover["dyadic_low"] <= TRUE_FRICTION) & (cover["dyadic_high"] >= TRUE_FRICTION)
        cells = [
            label,
            say_share((size["p_value"] <= 0.05).sum(), len(size)),
            say_share((size["dyadic_p"] <= 0.05).sum(), len(size)),
            say_share(inside.sum(), len(given)),
            say_share(dyadic.sum(), len(cover)),
            f"{np.isinf(given[['low', 'high']]).any(axis=1).mean():.0%}",
            f"{cover['low'].isna().mean():.1%}",
            f"{refused.mean():.1%}",
            f"{cover['estimate'].mean():.2f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    counts = table.groupby(["what", "case"]).size().groupby("what").min()
    return (
        "\n".join(lines)
        + f"\n\nTables per row: at least {counts['size']} for size, {counts['coverage']} for coverage."
    )


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
    for mark, results, write in (
        ("<!-- hard -->", HARD_RESULTS, hard_markdown),
        ("<!-- further -->", FURTHER_RESULTS, further_markdown),
    ):
        before, _, rest = page.partition(mark)
        if rest and results.exists():
            page = f"{before}{mark}\n{write()}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    {"run": run, "hard": run_hard, "further": run_further, "table": write_table}[
        sys.argv[1] if len(sys.argv) > 1 else "run"
    ]()
