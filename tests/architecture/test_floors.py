"""The floors of the house: imports point down, never up; heavy libraries stay in their rooms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import geobri

PACKAGE = Path(geobri.__file__).parent
FLOORS = {
    "arrays": 0, "notebooks": 0, "measures": 0, "words": 0, "charts": 0, "fonts": 0, "tables": 0, "errors": 0, "units": 0, "outputs": 0, "inputs": 0, "workers": 0,
    "geodesy": 1, "great_circles": 1, "gazetteer": 1, "boundaries": 1,
    "cities": 2, "corridors": 2, "coast": 2, "regions": 2, "neighbours": 2, "impedance": 2, "datasets": 2, "exchange": 2,
    "stats": 3, "score": 3,
    "findings": 4, "webmap": 4, "figures": 4,
    "study": 5,
    "scale": 6,
    "cli": 7, "report": 7,
}  # fmt: skip
ROOMS_OF = {
    "folium": {"webmap"},
    "matplotlib": {"charts", "fonts", "stats", "figures", "score"},
    "spreg": {"stats"},
    "searoute": {"impedance"},
    "joblib": {"workers"},
    "distributed": {"workers"},
}


def _imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            pytest.fail(f"{path}: relative imports hide the floor")


def _room(path):
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


SOURCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.name not in {"__init__.py", "__main__.py"}
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    room = _room(path)
    assert room in FLOORS, f"{room} has no floor: say in tests/architecture which it lives on"
    for name in _imports(path):
        if not name.startswith("geobri."):
            continue
        other = name.split(".")[1]
        if other in FLOORS and other != room:
            allowed = FLOORS[other] < FLOORS[room] or (
                FLOORS[room] in {0, 1, 2, 7} and FLOORS[other] == FLOORS[room]
            )
            assert allowed, f"{path} (floor {FLOORS[room]}) imports {name} (floor {FLOORS[other]})"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_rooms(path):
    for name in _imports(path):
        top = name.split(".")[0]
        assert top not in ROOMS_OF or _room(path) in ROOMS_OF[top], f"{path} imports {top}"


def test_import_is_light():
    script = "import sys, geobri; print([m for m in ('pandas', 'libpysal', 'folium', 'matplotlib', 'scipy') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_contents_agree_with_what_is_there():
    for name in geobri.__all__:
        assert getattr(geobri, name) is not None
    assert set(geobri.__all__) <= set(dir(geobri))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = geobri.nonsense
