"""How the documentation site is built: `make docs`, offline, with no request to any other host."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import linked_pages  # noqa: E402 - found by the line above
import reference_pages  # noqa: E402

import geobri  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "geobri"
author = "The geobri developers"
copyright = author  # noqa: A001 - Sphinx's name
version = release = geobri.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
master_doc = "index"
exclude_patterns = ["_build"]
suppress_warnings = [
    "ref.python"
]  # `summary()` in a text means that of the result at hand; many results have one
default_role = "py:obj"  # a name in single backticks links where the reference has it

myst_heading_anchors = 3
myst_links_external_new_tab = False

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 90
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = f"geobri {geobri.__version__}"
html_copy_source = False
html_show_sourcelink = False
pygments_style = "friendly"


def _make_pages(_app: Sphinx) -> None:
    reference_pages.write(HERE / "reference")
    linked_pages.write(HERE / "project")


def _read_source(_app: Sphinx, name: str, source: list[str]) -> None:
    if "/" not in name:
        source[0] = linked_pages.rewrite_links(source[0], HERE)
    if name == "index":
        source[0] += linked_pages.say_tree(source[0])


def setup(app: Sphinx) -> None:
    """Make the pages that are generated, and lead links outside this folder to them.

    Parameters
    ----------
    app
        Sphinx.
    """
    app.connect("builder-inited", _make_pages)
    app.connect("source-read", _read_source)
