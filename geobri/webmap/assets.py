"""The page's own code and Leaflet, read from installed packages and made fit to stand inside one HTML file."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import resources
from typing import Final

from geobri.webmap.modules import join_modules, order_modules
from geobri.webmap.packing import checksum, pack_bytes

__all__ = [
    "END_MARK",
    "guard_block",
    "leaflet_css",
    "leaflet_js",
    "module_order",
    "packed_code",
    "runtime_css",
    "runtime_js",
]

_IMAGES: Final = ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")


_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_BLANKS: Final = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")
"""Blanks that say nothing: around braces and between declarations; one before a colon would part two selectors."""


def _leaflet_file(name: str) -> bytes:
    folder = resources.files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    return (folder / name).read_bytes()


def _data_uri(image: str) -> str:
    return "data:image/png;base64," + base64.b64encode(_leaflet_file(f"images/{image}")).decode("ascii")


@cache
def leaflet_css() -> str:
    """Give Leaflet's style sheet with its images inside, so that it asks for no file.

    Returns
    -------
    str
        CSS without any `url(…)` that leads out of the page.
    """
    css = _leaflet_file("leaflet.css").decode("utf-8")
    css = css.replace(
        "url(images/marker-icon.png)", "none"
    )  # Leaflet finds its images by it; they are given to it
    for image in sorted(_IMAGES, key=len, reverse=True):
        css = css.replace(f"url(images/{image})", f"url({_data_uri(image)})")
    css = _CSS_COMMENT.sub("", css.replace("behavior: url(#default#VML);", ""))
    return _CSS_BLANKS.sub(lambda met: met[1] or "", css).strip()


@cache
def leaflet_js() -> str:
    """Give Leaflet itself, with its default marker's images inside.

    Returns
    -------
    str
        JavaScript without a source map reference.
    """
    code = _leaflet_file("leaflet.js").decode("utf-8")
    code = "\n".join(line for line in code.splitlines() if not line.startswith("//# sourceMappingURL"))
    icon, retina, shadow = (_data_uri(f"marker-{name}.png") for name in ("icon", "icon-2x", "shadow"))
    marker = f'{{iconUrl:"{icon}",iconRetinaUrl:"{retina}",shadowUrl:"{shadow}"}}'
    return f'{code}\nL.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({marker});'


_ENTRY: Final = "map"
"""The module that starts a map; the page calls what it exports as `geobriRuntime`."""
_GUARD: Final = "guard"
END_MARK: Final = '<i id="geobri-end" hidden></i>'
"""The last element of a page of ours; a page without it was cut."""

_UNPACKER: Final = "unpack"
"""The module that stands in the page as it is, and unpacks the others."""


@cache
def runtime_js() -> str:
    """Give our own modules as one script, which can stand in a page without any file beside it.

    Returns
    -------
    str
        JavaScript that sets `window.geobriRuntime` to what the entry module exports.
    """
    return f"window.geobriRuntime = {join_modules('geobri.webmap', _ENTRY)};"


@cache
def module_order() -> tuple[str, ...]:
    """Give the names of our own modules, each after those that it imports.

    Returns
    -------
    tuple of str
        Names without ``.js``.
    """
    return order_modules("geobri.webmap", _ENTRY)


@cache
def runtime_css() -> str:
    """Give our own style sheet.

    Returns
    -------
    str
        CSS; every rule is bound to the class of our frame.
    """
    return resources.files("geobri.webmap").joinpath("static", "map.css").read_text(encoding="utf-8").strip()


@cache
def packed_code() -> tuple[str, ...]:
    """Give Leaflet, our modules and both style sheets as blocks for the head of a page, packed to a third of their size.

    Returns
    -------
    tuple of str
        HTML: the script that unpacks, the styles, the scripts; each is in force when the next one is read.
    """
    notice = leaflet_js().partition("*/")[0].removeprefix("/* @preserve").strip(" \n*")
    return (
        f"<script>window.geobriUnpack = {join_modules('geobri.webmap', _UNPACKER)}.unpack;</script>",
        _packed_block("style", f"{leaflet_css()}\n{runtime_css()}"),
        f"<!-- {' '.join(notice.split())} -->" + _packed_block("script", f"{leaflet_js()}\n{runtime_js()}"),
    )


def _packed_block(kind: str, text: str) -> str:
    packed = pack_bytes(text.encode())
    return f'<script>geobriUnpack("{kind}",{packed["n"]},"{checksum(packed["data"])}","{packed["data"]}");</script>'


@cache
def guard_block() -> str:
    """Give the first script of a page that is ours from its first line to its last: it says what did not arrive whole.

    Returns
    -------
    str
        HTML for the top of the head; `END_MARK` belongs to the end of the body.
    """
    return f"<script>{join_modules('geobri.webmap', _GUARD)}.guard();</script>"
