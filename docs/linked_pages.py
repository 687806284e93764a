"""Pages that stand elsewhere in the repository, as pages of the site: their links are led to where they are there."""

from __future__ import annotations

import os
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SITE = DOCS / "project"
PAGES = {
    "README.zh.md": "readme-zh.md",
    "examples/README.md": "examples.md",
    "maps/README.md": "maps.md",
    "boundaries/README.md": "boundaries.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]*)(#[^)]*)?\)")


def rewrite_links(text: str, folder: Path, page_in: Path = DOCS) -> str:
    """Lead the links of a page to pages of the site.

    Parameters
    ----------
    text
        The page, in Markdown.
    folder
        Where it stands in the repository: its links start there.
    page_in
        Where it stands when the site is built.

    Returns
    -------
    str
        The page. A link to a file that is no page of the site becomes its path, as code.
    """

    def led(link: re.Match[str]) -> str:
        picture, words, target, anchor = link.groups()
        if not target or re.match(r"[a-z]+:", target):
            return link[0]
        found = (folder / target).resolve()
        inside = str(found.relative_to(ROOT)) if found.is_relative_to(ROOT) else ""
        if inside in PAGES:
            found = SITE / PAGES[inside]
        elif inside == "README.md":
            found, anchor = DOCS / "index.md", ""
        elif not picture and found.parent != DOCS:
            return f"{words} (`{inside}`)"
        return f"{picture}[{words}]({os.path.relpath(found, page_in)}{anchor or ''})"

    return _LINK.sub(led, text)


def say_tree(index: str) -> str:
    """Make the side bar of what the index links to, in its order.

    Parameters
    ----------
    index
        The index, its links led.

    Returns
    -------
    str
        What is put at its end; a code forge, which could not show it, never sees it.
    """
    pages = dict.fromkeys(
        link[3] for link in _LINK.finditer(index) if re.fullmatch(r"[^:]+\.(md|rst)", link[3])
    )
    names = [*(page.rsplit(".", 1)[0] for page in pages), "reference/index"]
    return "\n".join(["\n", "```{toctree}", ":hidden:", "", *dict.fromkeys(names), "```", ""])


def write(folder: Path) -> None:
    """Write the pages.

    Parameters
    ----------
    folder
        A folder that git ignores.
    """
    folder.mkdir(exist_ok=True)
    for source, name in PAGES.items():
        path = ROOT / source
        text = rewrite_links(path.read_text(encoding="utf-8"), path.parent, SITE)
        _write_changed(folder / name, text)


def _write_changed(path: Path, text: str) -> None:
    """Leave a file alone that says the same: Sphinx reads again only what changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
