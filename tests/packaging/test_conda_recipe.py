"""The recipe for conda-forge says what `pyproject.toml` says, of the source distribution that it is given."""

import hashlib
import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("conda_recipe", ROOT / "tools" / "conda_recipe.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_recipe_is_that_of_the_file_and_of_the_project(tool, tmp_path):
    sdist = tmp_path / "geobri-9.8.7.tar.gz"
    sdist.write_bytes(b"whatever stands in it")
    recipe = tool.write_recipe(sdist, "https://example.org/source")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert 'version: "9.8.7"' in recipe
    assert "url: https://example.org/source/g/geobri/geobri-9.8.7.tar.gz" in recipe
    assert hashlib.sha256(sdist.read_bytes()).hexdigest() in recipe
    run = recipe.split("  run:\n")[1].split("  run_constraints:")[0]
    named = {line.split()[1] for line in run.strip().splitlines()}
    wanted = {tool.name_requirement(one) for one in project["dependencies"]} - set(tool.BESIDE)
    assert named == wanted | {"python"}
    assert "    - folium >=0.20,<0.21" in recipe
    assert "    - python-duckdb >=1.2" in recipe.split("run_constraints:")[1]


def test_what_stands_beside_is_a_requirement_still(tool):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(tool.BESIDE) <= {tool.name_requirement(one) for one in project["dependencies"]}
