"""Write docs/licences.md: the licence of every package that geobri installs, with or without extras, as the packages say it.

Run in an environment with all extras: python tools/list_licences.py
"""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parents[1] / "docs" / "licences.md"
HEAD = """# Licences

geobri is under the BSD 3-Clause Licence (`LICENSE`). It copies no source of others; it installs
packages, and each keeps its own licence. The first table lists what `pyproject.toml` names, the
second what these bring along. The words are those of the packages' own metadata at the time when
this page was made (`python tools/list_licences.py`). Data have their own page: [the published
data](data.md) and [boundaries](../boundaries/README.md).

Of these, igraph is under the GPL. It is an extra of its own (`graphs`): nothing else installs it,
and geobri works without it.
"""


def licence_of(name: str) -> str:
    """Say the licence as the package's metadata has it: an expression, classifiers, or the first line of the field."""
    about = metadata.metadata(name)
    said = about.get("License-Expression")
    classed = [
        one.split(" :: ")[-1] for one in about.get_all("Classifier") or () if one.startswith("License ::")
    ]
    classed = [one for one in classed if one != "OSI Approved"]
    field = (about.get("License") or "").strip().splitlines()
    return said or "; ".join(classed) or (field[0][:60] if field else "see the package")


def named() -> dict[str, str]:
    """List what pyproject.toml names, with the extra that asks for it."""
    project = tomllib.loads((PAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {Requirement(text).name.lower(): extra for extra, texts in lists.items() for text in texts}


def requirements(name: str) -> Iterator[tuple[str, str]]:
    """List what a package needs here, with the extra that asks for it."""
    for text in metadata.requires(name) or ():
        wanted = Requirement(text)
        marker = str(wanted.marker or "")
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", marker)
        if wanted.marker is None or extra or wanted.marker.evaluate():
            yield wanted.name.lower().replace("_", "-"), extra.group(1) if extra else ""


def installed(name: str) -> bool:
    """Tell whether a package is here."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def main() -> None:
    """Write the page."""
    direct = named()
    behind: dict[str, str] = {}
    todo = [name for name in direct if installed(name)]
    while todo:
        for name, extra in requirements(todo.pop()):
            if not extra and name not in direct and name not in behind and installed(name):
                behind[name] = licence_of(name)
                todo.append(name)
    lines = [HEAD, "| package | licence | for |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {licence_of(name)} | {f'extra `{extra}`' if extra else 'always'} |"
        for name, extra in sorted(direct.items())
    ]
    lines += ["", "| package, brought along | licence |", "|---|---|"]
    lines += [f"| `{name}` | {said} |" for name, said in sorted(behind.items())]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
