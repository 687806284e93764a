"""10,000 re-runs of an index of 22 cities, 195 pairs and 10 indicators, against rebuilding everything per run.

Run with ``python benchmarks/score_uncertainty.py``. The baseline is the loop that most scripts contain: change the
choices, build the whole index from the flows again, rank. It is timed on a few runs and scaled to 10,000 (a rebuild makes
both levels); so is the loop over single runs on values prepared once. Everything else is timed whole. Ranks of both roads are compared run by run before anything is printed. Peak memory is what Python and
numpy allocate during the call (tracemalloc, in a second pass, because tracing slows the clock).
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pandas as pd

from geobri.score.audit import audit_ranking, sample_scores
from geobri.score.compiled import CompiledIndex
from geobri.score.index import build_index
from geobri.score.spec import IndexSpec
from geobri.score.spec_reading import load_spec
from geobri.score.trust.choices import ChooseAggregator, ChooseNormaliser, PerturbWeights
from geobri.score.trust.runs import draw_uniforms, evaluate_runs
from geobri.score.trust.sensitivity import measure_sensitivity
from geobri.score.trust.uncertainty import measure_uncertainty
from geobri.score.trust.variants import vary_spec

N_RUNS = 10_000
NORMALISERS = ("minmax", "percentile")
AGGREGATORS = ("arithmetic", "geometric")
SCALE = {"scale": (1.0, 100.0)}


def make_study(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make 22 cities, 9 of them in one country, and flows for all 195 international pairs."""
    rng = np.random.default_rng(seed)
    countries = ["CHN"] * 9 + [f"X{k:02d}" for k in range(13)]
    cities = pd.DataFrame(
        {"country": countries}, index=pd.Index([f"city-{k:02d}" for k in range(22)], name="city")
    )
    mass = rng.lognormal(0, 0.8, 22)
    first, second = np.triu_indices(22, 1)
    kept = np.array([countries[a] != countries[b] for a, b in zip(first, second, strict=True)])
    first, second = first[kept], second[kept]
    rows = []
    for leaf in load_spec("bri22").indicators:
        for one, two in [(first, second), (second, first)][: 2 if leaf.directed else 1]:
            value = mass[one] * mass[two] * rng.lognormal(0, 1, len(one))
            value = np.ceil(value) if leaf.kind in {"stock", "comembership"} else value
            value = (value > 1).astype(float) if leaf.kind == "presence" else value
            ends = {"origin": cities.index[one], "destination": cities.index[two]}
            rows.append(pd.DataFrame({"indicator": leaf.name, **ends, "value": value}))
    return cities, pd.concat(rows, ignore_index=True)


def rebuild_one(
    spec: IndexSpec, cities: pd.DataFrame, flows: pd.DataFrame, uniforms: np.ndarray, level: str
) -> np.ndarray:
    """Build the whole index again for one run, from the flows on."""
    moved = vary_weights(spec, uniforms[2:])
    normaliser, aggregator = (NORMALISERS[int(uniforms[0] * 2)], AGGREGATORS[int(uniforms[1] * 2)])
    params = SCALE if normaliser == "minmax" else {}
    choices = replace(moved.choices, normaliser=normaliser, normaliser_params=params, aggregator=aggregator)
    result = build_index(replace(moved, choices=choices), cities, flows)
    return (result.cities if level == "cities" else result.corridors)["rank_overall"].to_numpy(dtype=float)


def vary_weights(spec: IndexSpec, uniforms: np.ndarray) -> IndexSpec:
    """Perturb every importance as `PerturbWeights(0.25)` does, and scale siblings to a sum of 1."""
    shares = {node: share for parent in spec.nodes for node, share in spec.importance(parent).items()}
    nodes = [node for node in spec.nodes if node != "overall"]
    raw = {
        node: shares[node] * Fraction(1 + 0.25 * (2 * float(u) - 1))
        for node, u in zip(nodes, uniforms, strict=True)
    }
    totals = {parent: sum(raw[child] for child in spec.children(parent)) for parent in spec.nodes}
    new = {node: raw[node] / totals[spec.parents[node]] for node in nodes}
    return replace(
        spec,
        dimensions=tuple(replace(one, importance=new[one.name]) for one in spec.dimensions),
        indicators=tuple(replace(one, importance=new[one.name]) for one in spec.indicators),
    )


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """Time a call, then run it again for its peak memory in MB."""
    start = time.perf_counter()
    call()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return seconds, peak


def compare_level(level: str, n_baseline: int) -> None:
    spec = vary_spec(load_spec("bri22"), treatment="none")
    cities, flows = make_study()
    compiled: CompiledIndex = build_index(spec, cities, flows).compiled(level)
    choices = [
        ChooseNormaliser(NORMALISERS, params={"minmax": SCALE}),
        ChooseAggregator(AGGREGATORS),
        PerturbWeights(0.25),
    ]
    uniforms = draw_uniforms(N_RUNS, 2 + len(spec.nodes) - 1, "random", 1)
    found = measure_uncertainty(compiled, choices, n_runs=N_RUNS, rng=1)
    start = time.perf_counter()
    rebuilt = np.array([rebuild_one(spec, cities, flows, uniforms[k], level) for k in range(n_baseline)])
    per_run = (time.perf_counter() - start) / n_baseline
    assert (rebuilt == found.ranks[:n_baseline]).all(), "the two roads disagree"
    seconds, peak = measure(lambda: measure_uncertainty(compiled, choices, n_runs=N_RUNS, rng=1))
    print(f"{level:10s} {len(compiled.labels):4d} units   {N_RUNS} runs   {seconds:7.2f} s   {peak:6.0f} MB")
    print(
        f"{'':10s} rebuilding everything: {1000 * per_run:.1f} ms a run ({n_baseline} timed, ranks equal), "
        f"{per_run * N_RUNS:.0f} s for {N_RUNS}: {per_run * N_RUNS / seconds:.0f} times longer"
    )
    start = time.perf_counter()
    for k in range(n_baseline):
        evaluate_runs(compiled, choices, uniforms[[k]])
    looped = (time.perf_counter() - start) / n_baseline
    print(
        f"{'':10s} one run at a time on the compiled index: {1000 * looped:.2f} ms a run, "
        f"{looped * N_RUNS:.0f} s for {N_RUNS}: {looped * N_RUNS / seconds:.0f} times longer"
    )
    seconds, peak = measure(lambda: measure_sensitivity(compiled, choices, n_base=2048, rng=1))
    print(f"{'':10s} Sobol effects of 3 choices, {5 * 2048} runs: {seconds:.2f} s   {peak:.0f} MB")


def time_audit() -> None:
    cities = pd.read_csv(files("geobri") / "data/published/bri22_cities.csv", index_col="city")
    dimensions = cities.filter(regex="^rank_(?!overall)")
    seconds, peak = measure(lambda: audit_ranking(cities["rank_overall"], dimensions))
    print(f"audit of the published ranks, 308 bounds   {seconds:7.2f} s   {peak:6.0f} MB")
    polytope = audit_ranking(cities["rank_overall"], dimensions, bounds=False).polytope
    draws = sample_scores(polytope, n_draws=2048, rng=1).to_frame()
    seconds, peak = measure(lambda: sample_scores(polytope, n_draws=2048, rng=1))
    print(
        f"2,048 score tables consistent with them    {seconds:7.2f} s   {peak:6.0f} MB   "
        f"worst R-hat {draws['r_hat'].max():.3f}, median effective draws {draws['effective_draws'].median():.0f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline-runs", type=int, default=50)
    baseline = parser.parse_args().baseline_runs
    for one in ("cities", "corridors"):
        compare_level(one, baseline)
    time_audit()
