"""Write the recipe with which conda-forge would build geobri, from `pyproject.toml` and a source distribution.

Run: python -m hatchling build -t sdist, then python tools/conda_recipe.py dist/geobri-*.tar.gz --index ADDRESS > recipe.yaml,
where ADDRESS is the one below which conda-forge finds sources, as its guide for new packages gives it.

Nothing is said twice: version and hash come from the file, requirements and bounds from `pyproject.toml`. One requirement,
the package that carries Leaflet, is not on conda-forge; it is a second source of the recipe, installed beside geobri.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CALLED = {"duckdb": "python-duckdb", "igraph": "python-igraph", "matplotlib": "matplotlib-base"}
"""Packages that have another name on conda-forge."""
BESIDE = {
    "django-js-lib-leaflet": (
        "d/django-js-lib-leaflet/django_js_lib_leaflet-1.9.4.1.tar.gz",
        "3c9b1acbac179e044f1bc6c0b2c5e9c9e599d4145a52e9afa0f33a2344b7e95b",
    )
}
"""Requirements that conda-forge does not have: place below the index and SHA-256 of their source."""


def say_requirement(text: str) -> str:
    """Write a requirement of `pyproject.toml` as conda does: ``folium >=0.20,<0.21``."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+)(.*)", text.replace(" ", "")).groups()
    return f"{CALLED.get(name, name)} {bounds}".strip()


def name_requirement(text: str) -> str:
    """Give the name of a requirement, without its bounds."""
    return re.match(r"[A-Za-z0-9._-]+", text)[0]


def write_recipe(sdist: Path, index: str) -> str:
    """Write the recipe for a source distribution; `index` is the address below which sources are published."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    said, built = project["project"], project["build-system"]["requires"]
    version = re.fullmatch(r"geobri-(.+)\.tar\.gz", sdist.name)[1]
    sha = hashlib.sha256(sdist.read_bytes()).hexdigest()
    needs = [one for one in said["dependencies"] if name_requirement(one) not in BESIDE]
    extras = [one for group in said["optional-dependencies"].values() for one in group]
    lowest = said["requires-python"]
    sources = [f"  - url: {index}/g/geobri/{sdist.name}\n    sha256: {sha}"]
    sources += [
        f"  - url: {index}/{place}\n    sha256: {hashed}\n    target_directory: {name}"
        for name, (place, hashed) in BESIDE.items()
    ]
    install = "${{ PYTHON }} -m pip install {} -vv --no-deps --no-build-isolation"
    lines = [
        "context:",
        f'  version: "{version}"',
        "package:",
        "  name: geobri",
        "  version: ${{ version }}",
        "source:",
        *sources,
        "build:",
        "  number: 0",
        "  noarch: python",
        "  script:",
        *(f"    - {install.replace('{}', one)}" for one in (".", *(f"./{name}" for name in BESIDE))),
        "  python:",
        "    entry_points:",
        *(f"      - {name} = {target}" for name, target in said["scripts"].items()),
        "requirements:",
        "  host:",
        f"    - python {lowest}",
        "    - pip",
        "    - setuptools",
        *(f"    - {say_requirement(one)}" for one in built),
        "  run:",
        f"    - python {lowest}",
        *(f"    - {say_requirement(one)}" for one in needs),
        "  run_constraints:",
        *(f"    - {say_requirement(one)}" for one in extras),
        "tests:",
        "  - python:",
        "      imports: [geobri, geobri.report, geobri.stats, geobri.webmap]",
        "      pip_check: false  # what stands beside has no conda package",
        "  - script:",
        "      - geobri --version",
        "      - geobri check bri22",
        "about:",
        f'  summary: "{said["description"]}"',
        f"  license: {said['license']}",
        "  license_file:",
        "    - LICENSE",
        *(f"    - {name}/LICENSE" for name in BESIDE),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the recipe to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sdist", type=Path, help="dist/geobri-VERSION.tar.gz")
    parser.add_argument("--index", required=True, help="the address below which sources are published")
    options = parser.parse_args()
    print(write_recipe(options.sdist, options.index.rstrip("/")), end="")


if __name__ == "__main__":
    main()
