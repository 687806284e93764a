"""A run on disk: partitions, interruption, resuming, questions, and what is said."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geobri.cli import _geobri
from geobri.errors import OutputError, StudyError
from geobri.measures import Measure
from geobri.scale.blocks import plan_blocks
from geobri.scale.partitions import estimate_needs, open_run
from geobri.scale.places import Gravity, build_inputs
from geobri.scale.recipe import Recipe
from geobri.scale.running import reduce_pairs
from geobri.study import load_study

TRADE = Measure("trade", kind="count", directed=True, absent="zero")


@pytest.fixture
def recipe(towns, trade):
    inputs = build_inputs(towns, flows=trade, measures=(TRADE,), gravity=Gravity(mass="people"))
    return Recipe(inputs=inputs, rank_by="gravity", top=30)


@pytest.fixture
def folder(towns, trade, tmp_path):
    path = tmp_path / "towns"
    path.mkdir()
    plain = pd.DataFrame(towns.drop(columns="geometry")).assign(lon=towns.geometry.x, lat=towns.geometry.y)
    plain.to_csv(path / "cities.csv")
    trade.to_csv(path / "flows.csv", index=False)
    (path / "study.toml").write_text(
        'title = "Towns"\ntitle_zh = "城镇"\ndomain = "all"\n[[measure]]\ncolumn = "trade"\ndirected = true\nabsent = "zero"\n',
        encoding="utf-8",
    )
    return path


def _run(*arguments, code=0):
    answer = CliRunner().invoke(_geobri, [str(one) for one in arguments])
    assert answer.exit_code == code, answer.output
    return answer.output


def test_partitions_hold_every_pair_once(recipe, tmp_path):
    plan = plan_blocks(120, pairs_per_block=900)
    run = open_run(tmp_path / "run", recipe, blocks=plan)
    found = run.work(workers=2)
    for name, array in reduce_pairs(recipe, workers=1, blocks=plan).arrays().items():
        assert array.tobytes() == found.arrays()[name].tobytes()
    pairs = pd.read_parquet(tmp_path / "run" / "pairs")
    assert len(pairs) == 120 * 119 // 2
    assert not pairs.duplicated(["origin", "destination"]).any()
    assert np.isclose(pairs["gravity"].astype(float).sum(), found.totals[1].sum() / 2, rtol=1e-6)
    assert pairs["trade"].sum() == found.totals[3].sum() / 2


def test_what_is_finished_is_not_done_again(recipe, tmp_path):
    plan = plan_blocks(120, pairs_per_block=900)
    whole = open_run(tmp_path / "whole", recipe, blocks=plan).work(workers=1)
    first = open_run(tmp_path / "run", recipe, blocks=plan)

    def stop(block):
        if block.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first.work(workers=1, done=stop)
    held = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run" / "pairs").iterdir()}
    assert 4 <= len(held) < len(plan)
    with pytest.raises(OutputError, match="--resume"):
        open_run(tmp_path / "run", recipe, blocks=plan)
    again = open_run(tmp_path / "run", recipe, blocks=plan, resume=True)
    assert len(again.finished) == len(held)
    found = again.work(workers=3)
    for name, array in whole.arrays().items():
        assert array.tobytes() == found.arrays()[name].tobytes()
    for name, written in held.items():
        assert (tmp_path / "run" / "pairs" / name).stat().st_mtime_ns == written
    for path in (tmp_path / "whole" / "pairs").iterdir():
        assert path.read_bytes() == (tmp_path / "run" / "pairs" / path.name).read_bytes()


def test_a_run_is_not_resumed_with_other_choices(recipe, towns, tmp_path):
    open_run(tmp_path / "run", recipe)
    other = Recipe(
        inputs=build_inputs(towns, gravity=Gravity(mass="people", friction=2.0)), rank_by="gravity"
    )
    with pytest.raises(OutputError, match=r"same run. Got another study or other choices \(measures\)"):
        open_run(tmp_path / "run", other, resume=True)


def test_a_disk_without_room_is_said_before(recipe, tmp_path, monkeypatch):
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 10, 10))
    with pytest.raises(OutputError, match="Use --reduce"):
        open_run(tmp_path / "run", recipe)
    assert not (tmp_path / "run").exists()


def test_needs_grow_with_the_pairs(recipe):
    plan = plan_blocks(120, pairs_per_block=900)
    needs = estimate_needs(recipe, plan, workers=2)
    assert needs.n_pairs == 7140
    assert needs.memory_mb < estimate_needs(recipe, plan, workers=20).memory_mb
    assert needs.disk_mb > estimate_needs(recipe, plan, pairs=False).disk_mb


def test_a_study_that_does_not_fit_is_refused_before_work(tmp_path):
    rows = "\n".join(f"p{i},{i % 300 - 150}.{i % 97:02d},{i % 120 - 60}" for i in range(5000))
    (tmp_path / "cities.csv").write_text(f"city,lon,lat\n{rows}\n", encoding="utf-8")
    with pytest.raises(
        StudyError, match=r"12,497,500 of 5,000 cities, about 12 GB.*geobri scale --out FOLDER"
    ):
        load_study(tmp_path)


def test_the_command_line_from_folder_to_question(folder, tmp_path):
    out = tmp_path / "out"
    said = _run("scale", folder, "--out", out, "--mass", "people", "--dry-run")
    assert "120 places, 7,140 pairs in 1 blocks" in said
    assert not out.exists()
    _run("scale", folder, "--out", out, "--mass", "people", "--top", 25, "--fit", "trade", "--workers", 2)
    assert not (out / "done").exists()
    names = {path.name for path in out.iterdir()}
    assert {"bands.csv", "cities.csv", "contrasts.csv", "decay.csv", "friction.csv", "groups.csv", "histograms.csv", "map.html",
            "pairs", "plan.json", "scale.json", "summary.html", "top_corridors.csv", "zone_pairs.csv", "zones.csv"} == names  # fmt: skip
    friction = pd.read_csv(out / "friction.csv").iloc[0]
    assert friction["ci_low"] < 1.2 < friction["ci_high"]
    answer = _run("query", out, "--sql", "SELECT count(*) AS n, max(distance_km) AS far FROM corridors")
    assert answer.splitlines()[1].startswith("7140,")
    top = pd.read_csv(out / "top_corridors.csv")
    asked = _run(
        "query", out, "--sql", "SELECT origin, destination FROM corridors ORDER BY gravity DESC LIMIT 3"
    )
    assert asked.splitlines()[1:] == [f"{row.origin},{row.destination}" for row in top.head(3).itertuples()]
    assert "are in the sums, not on the map" in (out / "map.html").read_text(encoding="utf-8")
    page = (out / "summary.html").read_text(encoding="utf-8")
    assert "the other 7,115 are in the sums" in page
    assert "其余 7,115 条只计入合计" in page
    assert "No test was made" in page
    assert json.loads((out / "plan.json").read_text(encoding="utf-8"))["pairs"] == 7140


def test_files_outside_the_run_are_not_read(folder, tmp_path):
    out = tmp_path / "out"
    _run("scale", folder, "--out", out, "--mass", "people", "--reduce")
    assert not (out / "pairs").exists()
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    assert "--allow-files" in _run("query", out, "--sql", f"SELECT * FROM '{secret}'", code=1)
    assert float(_run("query", out, "--sql", "SELECT sum(pairs) AS n FROM bands").split()[1]) == 7140
    assert "asked in SQL" in _run("query", out, code=1)


@pytest.mark.system
def test_a_killed_run_goes_on(folder, tmp_path):
    """Kill the program hard in the middle; what it left is resumed to the same bytes as an undisturbed run."""
    script = (
        "import geobri.scale.blocks as blocks, time\n"
        "from geobri.cli import main\n"
        "plan = blocks.plan_blocks\n"
        "blocks.plan_blocks = lambda n, directed=False: plan(n, directed=directed, pairs_per_block=300)\n"
        "import geobri.scale.partitions as partitions\n"
        "write = partitions._write_block\n"
        "def slow(shared, block):\n"
        "    time.sleep({pause})\n"
        "    return write(shared, block)\n"
        "partitions._write_block = slow\n"
        "main(['scale', {folder!r}, '--out', {out!r}, '--mass', 'people', '--workers', '2', *{more!r}])\n"
    )

    def start(out, pause, *more):
        text = script.format(pause=pause, folder=str(folder), out=str(out), more=list(more))
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", text],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    out, whole = tmp_path / "out", tmp_path / "whole"
    broken = start(out, 0.3)
    until = time.monotonic() + 60
    while len(list((out / "done").glob("*.npz"))) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(broken.pid, signal.SIGKILL)
    broken.communicate()
    assert 3 <= len(list((out / "done").glob("*.npz"))) < 24
    undisturbed, resumed = start(whole, 0.0), start(out, 0.0, "--resume")
    said = resumed.communicate()[0]
    undisturbed.communicate()
    assert resumed.returncode == 0, said
    assert "were finished before" in said
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in whole.iterdir())
    for path in [*whole.glob("*.csv"), *whole.glob("pairs/*"), whole / "map.html"]:
        assert path.read_bytes() == (out / path.relative_to(whole)).read_bytes(), path.name
