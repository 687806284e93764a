"""The pages say what is there: names resolve, commands and links exist, code runs, pictures are small enough."""

import importlib
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import geobri
from geobri import cli

ROOT = Path(__file__).parents[2]
GROUP = cli._geobri
COMMANDS = {name: GROUP.get_command(None, name) for name in GROUP.list_commands(None)}
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "maps/README.md",
        ROOT / "examples/README.md",
        ROOT / "boundaries/README.md",
    ]
)
NAME = re.compile(r"`(geobri(?:\.[A-Za-z_][A-Za-z0-9_]*)+)")
IMPORT = re.compile(r"^(?:from (geobri[\w.]*) import ([\w, ]+)|import (geobri[\w.]*))$", re.MULTILINE)
COMMAND = re.compile(r"(?:`|^|\s)geobri ([a-z]+)(?= |`|$)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
PATH = re.compile(
    r"`((?:geobri|docs|maps|tests|tools|examples|benchmarks|boundaries)/[\w./-]+\.(?:py|md|toml|csv|json|js|R))`"
)


def _text(page):
    return page.read_text(encoding="utf-8")


def _without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def resolve(name):
    """Find a dotted name: the longest module in it, then attributes."""
    parts = name.split(".")
    for stop in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:stop]))
        except ModuleNotFoundError as error:
            if not ".".join(parts[:stop]).startswith(str(error.name)):
                raise
            continue
        for attribute in parts[stop:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


def _ids(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_names_in_pages_resolve(page):
    wrong = []
    for name in sorted(set(NAME.findall(_text(page)))):
        try:
            resolve(name)
        except (ImportError, AttributeError) as error:
            wrong.append(f"{name}: {error}")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_imports_in_pages_resolve(page):
    wrong = []
    for module, names, whole in IMPORT.findall(_text(page)):
        for name in names.split(",") if names else [""]:
            dotted = ".".join(part for part in (module or whole, name.strip()) if part)
            try:
                resolve(dotted)
            except (ImportError, AttributeError) as error:
                wrong.append(f"{dotted}: {error}")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_commands_in_pages_exist(page):
    spoken = set(re.findall(r"`geobri ([a-z]+)", _text(page)))
    spoken |= {
        name
        for block in re.findall(r"```sh\n(.*?)```", _text(page), re.DOTALL)
        for name in COMMAND.findall(block)
    }
    assert spoken <= set(COMMANDS), f"{spoken - set(COMMANDS)} is no command"


def test_every_command_is_documented():
    table = set(re.findall(r"^\| `geobri ([a-z]+)", _text(ROOT / "docs/index.md"), re.MULTILINE))
    assert table == set(COMMANDS)
    readme = _text(ROOT / "README.md").split("**Commands:**")[1].split("\n\n")[0]
    assert set(re.findall(r"`(?:geobri )?([a-z]+)`", readme)) == set(COMMANDS)


def test_options_in_pages_exist():
    wrong = []
    for page in PAGES:
        for command, rest in re.findall(r"`geobri ([a-z]+)([^`]*)`", _text(page)):
            known = {flag for parameter in COMMANDS[command].params for flag in parameter.opts} | {"--help"}
            wrong += [
                f"{page.name}: {command} {flag}"
                for flag in re.findall(r"--[a-z-]+", rest)
                if flag not in known
            ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=_ids)
def test_links_and_paths_in_pages_exist(page):
    links = [link for link in LINK.findall(_without_code(_text(page))) if not re.match(r"[a-z]+:", link)]
    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [
        path
        for path in PATH.findall(_text(page))
        if "NAME" not in path and "NN_" not in path and not (ROOT / path).exists()
    ]
    assert missing == []


def test_every_page_is_in_the_index():
    index = _text(ROOT / "docs/index.md")
    assert [
        page.name
        for page in (ROOT / "docs").glob("*.md")
        if page.name != "index.md" and f"({page.name})" not in index
    ] == []


def test_every_map_and_example_is_in_its_gallery():
    maps, examples = _text(ROOT / "maps/README.md"), _text(ROOT / "examples/README.md")
    for recipe in (ROOT / "maps").glob("*.toml"):
        assert f"({recipe.name})" in maps
        assert f"(thumbnails/{recipe.stem}.png)" in maps
    for example in (ROOT / "examples").glob("[0-9]*.py"):
        assert f"({example.name})" in examples
        assert f"(thumbnails/{example.stem}.png)" in examples


@pytest.mark.parametrize(
    ("folder", "most_kb"), [("docs/images", 400), ("maps/thumbnails", 120), ("examples/thumbnails", 120)]
)
def test_pictures_are_small_and_real(folder, most_kb):
    pictures = sorted((ROOT / folder).glob("*.png"))
    assert pictures
    for picture in pictures:
        raw = picture.read_bytes()
        width, height = struct.unpack(">II", raw[16:24])
        assert raw.startswith(b"\x89PNG")
        assert len(raw) < most_kb * 1024, picture.name
        assert min(width, height) >= 150, picture.name


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_readme_runs_and_fits_one_screen(readme, tmp_path):
    text = _text(ROOT / readme)
    assert re.findall(r"^make (\w+) ", text, re.MULTILINE) == ["report", "test"]
    assert len(text.splitlines()) <= 70
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in block.splitlines() if line.strip()]) <= 10
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    run = subprocess.run(
        [sys.executable, "-c", block],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert "shanghai--singapore" in run.stdout
    assert "placements" in run.stdout
    assert (tmp_path / "map.html").stat().st_size > 100_000


def test_extras_in_readme_are_those_of_the_package():
    import tomllib

    extras = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]["optional-dependencies"]
    (said,) = re.findall(r"^Extras: (.*?)\n\n", _text(ROOT / "README.md"), re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"`([a-z]+)`", said)) == set(extras)


def test_dependencies_in_architecture_are_those_of_the_package():
    import tomllib

    project = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]
    text = _text(ROOT / "docs/architecture.md").split("## Dependencies")[1].split("\n## ")[0]
    wanted = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    missing = [one for one in wanted if re.split(r"[<>=]", one)[0] not in text]
    assert missing == []


def test_floors_in_architecture_are_those_of_the_test():
    rows = re.findall(r"^\| (\d) \| `([a-z_ ]+)` \|", _text(ROOT / "docs/architecture.md"), re.MULTILINE)
    told = {room: int(floor) for floor, rooms in rows for room in rooms.split()}
    source = _text(ROOT / "tests/architecture/test_floors.py")
    namespace = {}
    exec(re.search(r"^FLOORS = \{.*?^\}", source, re.DOTALL | re.MULTILINE).group(), namespace)
    assert told == namespace["FLOORS"]


def test_changelog_and_citation_know_the_version():
    assert "## [Unreleased]" in _text(ROOT / "CHANGELOG.md")
    assert f"\nversion: {geobri.__version__}\n" in _text(ROOT / "CITATION.cff")
