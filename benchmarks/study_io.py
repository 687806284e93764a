"""How long a large study takes: 131,328 pairs and 10 indicators, read, checked, scored and written.

Usage: ``python benchmarks/study_io.py [N_CITIES] [WORD OF A STAGE …]``. Every stage runs in a process of its own, so that its peak memory
(the largest resident set, with Python and the libraries in it) is its own; what one stage hands to the next is not
counted twice. Two threads at most.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")

N_INDICATORS = 10
BOXES = {"CHN": (80, 118, 25, 40), "FRA": (0, 5, 44, 48), "BRA": (-60, -46, -20, -5), "KEN": (35, 39, -2, 3), "IND": (75, 82, 15, 26), "USA": (-115, -85, 32, 46)}  # fmt: skip
"""Boxes inside countries, west, east, south and north: coordinates are checked against the country."""
STAGES = (
    "nothing",
    "read and check, csv",
    "read and check, parquet",
    "load, csv",
    "score",
    "write csv",
    "write parquet",
    "write gpkg",
    "read, check, score and write, csv",
    "read, check, score and write, parquet",
)


def build_folder(folder: Path, n_cities: int) -> int:
    """Write a study folder of random flows of all pairs; give the number of rows."""
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(1)
    slugs = np.array([f"city-{number:04d}" for number in range(n_cities)])
    country = draw.choice(list(BOXES), n_cities)
    west, east, south, north = np.array([BOXES[code] for code in country], dtype=float).T
    cities = pd.DataFrame(
        {
            "city": slugs,
            "name": slugs,
            "name_zh": slugs,
            "country": country,
            "region": draw.choice(["Asia", "Europe", "Africa", "America"], n_cities),
            "coastal": draw.choice(["true", "false"], n_cities),
            "lon": draw.uniform(west, east).round(4),
            "lat": draw.uniform(south, north).round(4),
        }
    )
    cities.to_csv(folder / "cities.csv", index=False)
    first, second = np.triu_indices(n_cities, 1)
    one = pd.DataFrame({"origin": slugs[first], "destination": slugs[second]})
    names = [f"indicator_{number}" for number in range(N_INDICATORS)]
    tables = [one.assign(indicator=name, value=draw.lognormal(3, 1, len(one)).round(3)) for name in names]
    flows = pd.concat(tables, ignore_index=True)[["indicator", "origin", "destination", "value"]]
    flows.to_csv(folder / "flows.csv", index=False)
    (folder / "parquet").mkdir()
    cities.to_csv(folder / "parquet" / "cities.csv", index=False)
    flows.to_parquet(folder / "parquet" / "flows.parquet")
    share = ("1/4", "1/3", "1/3")
    leaves = "\n".join(f'[[indicator]]\nname = "{name}"\ndimension = "d{at % 3}"\nimportance = "{share[at % 3]}"\n' for at, name in enumerate(names))  # fmt: skip
    groups = "\n".join(f'[[dimension]]\nname = "d{at}"\nimportance = "1/3"\n' for at in range(3))
    head = '[index]\nname = "ten"\n\n[choices]\ndomestic = "include"\n\n'
    for home in (folder, folder / "parquet"):
        (home / "index.toml").write_text(f"{head}{groups}\n{leaves}", encoding="utf-8")
    return len(flows)


def run_stage(stage: str, folder: Path) -> float:
    """Run one stage; give the seconds of the stage alone, without imports and preparation."""
    import geopandas as gpd
    import pandas as pd

    from geobri.exchange import write_layer
    from geobri.outputs.long_tables import save_csv
    from geobri.score import build_index
    from geobri.study import check_study, load_study
    from geobri.study.writing import corridors_frame

    if stage == "nothing":
        return 0.0
    if stage.startswith("read, check, score"):
        return run_whole(folder / "parquet" if "parquet" in stage else folder, stage.rsplit(maxsplit=1)[-1])
    if stage == "score":
        study = pd.read_parquet(folder / "parquet" / "flows.parquet")
        cities = pd.read_csv(folder / "cities.csv").set_index("city")
        begun = time.perf_counter()
        build_index(folder / "index.toml", cities, study)
        return time.perf_counter() - begun
    if stage.startswith("write"):
        corridors = gpd.read_parquet(folder / "corridors.parquet")
        begun = time.perf_counter()
        if stage == "write csv":
            save_csv(pd.DataFrame(corridors.drop(columns="geometry")), folder / "out.csv")
        else:
            write_layer(corridors, folder / f"out.{stage.rsplit(maxsplit=1)[-1]}")
        return time.perf_counter() - begun
    begun = time.perf_counter()
    if stage.startswith("read"):
        faults = check_study(folder / "parquet" if "parquet" in stage else folder)
        assert not faults, faults[:3]
        return time.perf_counter() - begun
    study = load_study(folder)
    seconds = time.perf_counter() - begun
    study.corridors.to_parquet(folder / "corridors.parquet")
    assert len(corridors_frame(study)) == len(study.corridors)
    return seconds


def run_whole(folder: Path, ending: str) -> float:
    """Go the whole way as the command line does: read and check, corridors, index, one table of corridors written."""
    from geobri.exchange import write_layer
    from geobri.outputs.long_tables import save_csv
    from geobri.study import load_study
    from geobri.study.writing import corridors_frame

    (folder / "study.toml").write_text('index = "index.toml"\ndomain = "all"\n', encoding="utf-8")
    begun = time.perf_counter()
    study = load_study(folder)
    assert study.scores is not None
    table = corridors_frame(study)
    if ending == "csv":
        save_csv(table, folder / "whole.csv")
    else:
        write_layer(study.corridors, folder / "whole.parquet")
    return time.perf_counter() - begun


def measure(stage: str, folder: Path) -> dict[str, float]:
    """Run a stage in a fresh process and read its time and peak memory."""
    done = subprocess.run(
        [sys.executable, __file__, "--stage", stage, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print the table."""
    if "--stage" in sys.argv:
        seconds = run_stage(sys.argv[2], Path(sys.argv[3]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        own = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"seconds": seconds, "cpu": own.ru_utime + own.ru_stime, "peak_mb": peak}))
        return
    n_cities = int(sys.argv[1]) if len(sys.argv) > 1 else 513
    stages = [stage for stage in STAGES if not sys.argv[2:] or any(word in stage for word in sys.argv[2:])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = build_folder(folder, n_cities)
        size = (folder / "flows.csv").stat().st_size / 1e6
        print(
            f"{n_cities} cities, {rows // N_INDICATORS:,} pairs, {rows:,} rows of flows, {size:.0f} MB of CSV\n"
        )
        print(
            "| stage | seconds | processor seconds, imports included | peak memory, MB |\n|---|---:|---:|---:|"
        )
        for stage in stages:
            took = measure(stage, folder)
            print(
                f"| {stage} | {took['seconds']:.1f} | {took['cpu']:.1f} | {took['peak_mb']:.0f} |", flush=True
            )


if __name__ == "__main__":
    main()
