"""The page's own code and Leaflet, read from installed packages and made fit to stand inside one HTML file."""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from typing import Final

__all__ = ["RUNTIME_FILES", "leaflet_css", "leaflet_js", "runtime_css", "runtime_js"]

RUNTIME_FILES: Final = (
    "decode.js",
    "geometry.js",
    "palette.js",
    "i18n.js",
    "dom.js",
    "model.js",
    "scale.js",
    "filters.js",
    "state.js",
    "sheet.js",
    "paint_base.js",
    "paint_corridors.js",
    "paint_density.js",
    "paint_cities.js",
    "pick.js",
    "legend.js",
    "panel.js",
    "search.js",
    "details.js",
    "table.js",
    "tools.js",
    "export.js",
    "folium_shims.js",
    "naming.js",
    "rows.js",
    "painting.js",
    "view.js",
    "address.js",
    "actions.js",
    "listen.js",
    "map.js",
)
"""Our own scripts in the order they are read: later ones build on earlier ones."""

_IMAGES: Final = ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png")


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
    for image in sorted(_IMAGES, key=len, reverse=True):
        css = css.replace(f"url(images/{image})", f"url({_data_uri(image)})")
    return css.replace("behavior: url(#default#VML);", "")


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


def _own_file(name: str) -> str:
    return (resources.files("geobri.webmap") / "static" / name).read_text(encoding="utf-8")


@cache
def runtime_js() -> str:
    """Give our own scripts as one.

    Returns
    -------
    str
        The files of `RUNTIME_FILES`, one after the other.
    """
    return "\n".join(_own_file(name).strip() for name in RUNTIME_FILES)


@cache
def runtime_css() -> str:
    """Give our own style sheet.

    Returns
    -------
    str
        CSS; every rule is bound to the class of our frame.
    """
    return _own_file("map.css").strip()
