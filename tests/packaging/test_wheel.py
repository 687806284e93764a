"""A wheel built from the repository works alone in a new environment, with its boundaries and published tables."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALONE = """
import sys
from pathlib import Path
import geobri
from geobri import boundaries, datasets
assert Path(geobri.__file__).is_relative_to(sys.prefix), geobri.__file__
assert len(boundaries.load_land("110m")) > 0
assert len(datasets.bri22().cities) == 22
assert len(datasets.global513().cities) == 513
assert geobri.geocode(["上海"]).is_complete
from geobri.report.page import draw_map
assert len(draw_map(geobri.load_study("bri22")).get_root().render()) > 100_000
print("works alone")
"""


def _build(kind, folder):
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return _build("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(
        name.startswith("geobri/boundaries_data/") and name.endswith("land_110m.geojson.gz") for name in names
    )
    assert "geobri/data/published/bri22_cities.csv" in names
    assert "geobri/data/template/study.toml" in names
    assert "geobri/py.typed" in names
    outside = [name for name in names if not name.startswith(("geobri/", "geobri-"))]
    assert outside == []
    assert [name for name in names if name.endswith((".pyc", ".d.ts", "/build.py"))] == []
    assert wheel.stat().st_size < 25_000_000


def test_the_source_distribution_holds_all_that_the_wheel_and_the_suite_are_made_of(wheel, tmp_path):
    """What another builder makes of the sources is the same package: no folder of a room is left out for its name."""
    with tarfile.open(_build("sdist", tmp_path)) as packed:
        inside = {name.partition("/")[2] for name in packed.getnames()}
    built = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("geobri/")}
    sources = {name.replace("geobri/boundaries_data/", "boundaries/") for name in built}
    sources |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    assert sources - inside == set()
    assert {"LICENSE", "README.md", "README.zh.md", "pyproject.toml", "boundaries/build.py"} <= inside


@pytest.mark.slow
@pytest.mark.system
def test_the_wheel_works_alone_in_a_new_environment(wheel, tmp_path):
    """Needs the package registry, as any installation does."""
    fresh = tmp_path / "venv"
    python = fresh / ("Scripts" if os.name == "nt" else "bin") / "python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "venv", "--quiet", str(fresh), "--python", sys.executable], check=True, capture_output=True
    )
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--python", str(python), str(wheel)],
        check=True,
        capture_output=True,
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(
        [str(python), "-c", ALONE], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "works alone", run.stderr
    version = subprocess.run(
        [str(python.with_name("geobri")), "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.startswith("geobri ")
