"""A small memory is kept: what the workers hold does not grow with the number of pairs, and what is said before is what comes."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.system

HELD = """
from pathlib import Path

def peak_mb():  # of this process alone: ru_maxrss begins with what the process held that started it
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
"""

PLACES = """
import resource, sys
import geopandas as gpd, numpy as np, pandas as pd
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs

def make(n):
    rng = np.random.default_rng(1)
    return gpd.GeoDataFrame(
        {"country": rng.integers(0, 90, n).astype(str), "region": rng.integers(0, 20, n).astype(str), "people": rng.lognormal(11, 1, n)},
        index=pd.Index([f"p{i:05d}" for i in range(n)], name="city"),
        geometry=gpd.points_from_xy(rng.uniform(-180, 180, n), rng.uniform(-60, 70, n)), crs=4326,
    )

n = int(sys.argv[1])
recipe = Recipe(inputs=build_inputs(make(n), gravity=Gravity(mass="people")), rank_by="gravity")
"""

GROWTH = """
before = peak_mb()
found = reduce_pairs(recipe, workers=2)
print(int(found.groups[:, 0].sum()), peak_mb() - before)
"""

LIMIT = """
from pathlib import Path
from geobri.scale.partitions import open_run

held = int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0]) * 1024
room = held + 300_000_000
resource.setrlimit(resource.RLIMIT_DATA, (room, room))
try:
    table = np.ones((n * (n - 1) // 2, 6))  # all pairs at once
    print("fits")
except MemoryError:
    print("refused")
run = open_run(Path(sys.argv[2]), recipe)
print(int(run.work(workers=2).groups[:, 0].sum()))
"""

PEAK = """
import resource, sys
from geobri.cli import main

try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print("peak", peak_mb())
"""


def _python(script, *arguments):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HELD + script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_memory_does_not_grow_with_the_pairs():
    pairs, grown_mb = _python(PLACES + GROWTH, 4000).split()
    assert int(pairs) == 4000 * 3999 // 2
    assert float(grown_mb) < 90  # a table of these pairs with five columns has 320 MB


@pytest.mark.skipif(sys.platform != "linux", reason="the limit counts data pages, as Linux does")
def test_a_small_memory_is_kept(tmp_path):
    """8 million pairs with 6 columns take 384 MB; 300 MB are enough to write them all, block by block."""
    table, pairs = _python(PLACES + LIMIT, 4000, tmp_path / "run").split()
    assert table == "refused"
    assert int(pairs) == 4000 * 3999 // 2
    assert len(list((tmp_path / "run" / "pairs").iterdir())) > 3


@pytest.mark.parametrize("reduce", [True, False])
def test_what_is_said_before_is_what_comes(tmp_path, reduce):
    """Memory and disk of --dry-run lie within a factor of 1.6 of what a run then takes."""
    home, out = tmp_path / "towns", tmp_path / "run"
    home.mkdir()
    save = "frame = make(n)\nframe.assign(lon=frame.geometry.x, lat=frame.geometry.y).drop(columns=['geometry', 'country']).to_csv(sys.argv[2])\n"
    _python(PLACES + save, 2500, home / "cities.csv")
    (home / "study.toml").write_text('title = "Towns"\ndomain = "all"\n', encoding="utf-8")
    asked = [
        "scale",
        home,
        "--out",
        out,
        "--mass",
        "people",
        "--workers",
        2,
        *(["--reduce"] if reduce else []),
    ]
    said = _python(PEAK, *asked, "--dry-run")
    memory, disk = (
        float(found.replace(",", ""))
        for found in re.search(r"about ([\d,]+) MB of memory and ([\d,]+) MB of disk", said).groups()
    )
    assert not out.exists()
    peak = float(_python(PEAK, *asked).split("peak")[1])
    assert memory / 1.6 < peak < memory * 1.6, (memory, peak)
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    if not reduce:
        assert disk / 1.6 < written < disk * 1.6, (disk, written)
