"""What an installation has, said; and what is wrong with one, found."""

import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from geobri import boundaries
from geobri.cli import _geobri, doctor


def run(*arguments):
    return CliRunner().invoke(_geobri, arguments)


def test_this_installation_is_whole():
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "numpy" in result.output
    assert "!!" not in result.output
    assert "22 and 513 cities" in result.output


def test_a_missing_extra_is_no_fault_and_says_its_name(monkeypatch):
    found = metadata.version

    def without(name):
        if name == "duckdb":
            raise metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(doctor.metadata, "version", without)
    result = run("doctor")
    assert result.exit_code == 0
    assert "pip install 'geobri[sql]'" in result.output


@pytest.mark.parametrize(("version", "said"), [("0.9", "0.9, but geobri needs >="), (None, "not installed")])
def test_a_package_that_is_missing_or_too_old_is_a_fault(monkeypatch, version, said):
    found = metadata.version

    def old(name):
        if name != "pandas":
            return found(name)
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(doctor.metadata, "version", old)
    result = run("doctor")
    assert result.exit_code == 1
    assert said in result.output
    assert "1 fault." in result.output


def run_without(package, *arguments):
    """Run a command in a process of its own, in which a package cannot be imported and has no metadata."""
    code = f"""
import sys
from importlib import metadata
found = metadata.version
def version(name):
    if name == {package!r}:
        raise metadata.PackageNotFoundError(name)
    return found(name)
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name == {package!r} or name.startswith({package!r} + "."):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
metadata.version = version
sys.meta_path.insert(0, Gone())
from geobri.cli import main
main({list(arguments)!r})
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["numpy", "packaging"])
def test_without_a_package_that_everything_needs_the_doctor_still_speaks(package):
    done = run_without(package, "doctor")
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith(f"!!  {package} ")], done.stdout
    assert "Traceback" not in done.stderr
    assert f"No module named '{package}'" in done.stdout or package == "packaging"


def test_a_command_without_a_package_that_it_needs_names_it():
    done = run_without("pandas", "check", "bri22")
    assert done.returncode == 1
    assert "the package 'pandas' must be installed" in done.stderr
    assert "geobri doctor" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_layer_is_a_fault(monkeypatch, tmp_path, harm):
    copy = tmp_path / "boundaries"
    shutil.copytree(boundaries.locate("manifest.json").parent, copy)
    layer = copy / "lakes_110m.geojson.gz"
    if harm == "gone":
        layer.unlink()
    else:
        layer.write_bytes(layer.read_bytes()[:-10])
    monkeypatch.setattr(boundaries, "_folder", lambda: copy)
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if "lakes_110m" in line and line.startswith("!!")]
    assert ("damaged" if harm == "cut" else "must be one of") in line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes(shell):
    result = run("completion", shell)
    assert result.exit_code == 0, result.output
    assert "_GEOBRI_COMPLETE" in result.output


def test_commands_are_completed():
    from click.shell_completion import ShellComplete

    words = ShellComplete(_geobri, {}, "geobri", "_GEOBRI_COMPLETE").get_completions([], "ge")
    assert [one.value for one in words] == ["geocode"]
    options = ShellComplete(_geobri, {}, "geobri", "_GEOBRI_COMPLETE").get_completions(["score"], "--ru")
    assert [one.value for one in options] == ["--runs"]


def test_every_package_of_the_project_has_its_licence_on_the_page():
    root = Path(__file__).parents[2]
    page = (root / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    assert {Requirement(text).name.lower() for text in texts} <= listed
