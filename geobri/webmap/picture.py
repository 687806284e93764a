"""A picture of the whole globe under the corridors of a map: shades of what is too much to be drawn line by line."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from branca.element import Element, MacroElement
from branca.utilities import write_png
from jinja2 import Template

from geobri.webmap.maps import CorridorMap
from geobri.webmap.page import OFFLINE_POLICY, MapParts

__all__ = ["DENSITY", "lay_picture", "lay_under", "to_png"]

DENSITY: Final = "Density of all pairs · 全部城市对的密度"
"""What such a picture shows as a rule, for those who cannot see it."""

_NORTH: Final = 85.0
"""The map ends there, and the picture with it."""


def to_png(picture: npt.NDArray[np.uint8]) -> bytes:
    """Write a picture as a file.

    Parameters
    ----------
    picture
        Red, green, blue and opacity, shape (rows, columns, 4), the north first.

    Returns
    -------
    bytes
        PNG, the same for the same picture.
    """
    return bytes(write_png(picture, origin="upper"))


_LAY: Final = Template(
    """(function (map) {
  var address = {{ address }}, words = {{ words }};
  [-360, 0, 360].forEach(function (turn) {
    L.imageOverlay(address, [[-{{ north }}, turn - 180], [{{ north }}, turn + 180]],
      { pane: "tilePane", alt: words, interactive: false }).addTo(map);
  });
})({{ map }});"""
)
"""Between base map and corridors, in every copy of the world that the map can show."""


def _lay(picture: npt.NDArray[np.uint8], alt: str, drawn: str) -> str:
    """Write the script that lays a picture under what a map shows."""
    png = base64.b64encode(to_png(_project(picture))).decode()
    said: str = _LAY.render(
        address=json.dumps(f"data:image/png;base64,{png}"),
        words=json.dumps(alt, ensure_ascii=False).replace("<", "\\u003c"),
        north=_NORTH,
        map=drawn,
    )
    return said


class _Picture(MacroElement):
    """A picture as a child of a folium map."""

    _template = Template("{% macro script(this, kwargs) %}\n{{ this.lay() }}\n{% endmacro %}")

    def __init__(self, picture: npt.NDArray[np.uint8], name: str, alt: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = name
        self._picture, self._alt = picture, alt

    def lay(self) -> str:
        """Write the script, now that the map has its name.

        Returns
        -------
        str
            One statement.
        """
        drawn: Any = self._parent
        return _lay(self._picture, self._alt, drawn.get_name())


def lay_picture(
    drawn: CorridorMap, picture: npt.NDArray[np.uint8], *, name: str, alt: str, offline: bool = True
) -> None:
    """Lay a picture of the globe between the base map and the corridors of a map.

    Parameters
    ----------
    drawn
        The map; it is added to.
    picture
        Shape (180 k, 360 k, 4), in equal steps of longitude and latitude, the north first.
    name, alt
        What it is called, and what it shows in words.
    offline
        Whether the page stays under the policy that forbids every request; a picture needs none.
    """
    drawn.add_child(_Picture(picture, name, alt))
    if offline:
        figure: Any = drawn.get_root()
        figure.header.add_child(Element(OFFLINE_POLICY), name="policy")


def lay_under(parts: MapParts, picture: npt.NDArray[np.uint8], *, alt: str) -> MapParts:
    """Lay a picture of the globe between the base map and the corridors of a map on a page of one's own.

    Parameters
    ----------
    parts
        The pieces of the map.
    picture
        Shape (180 k, 360 k, 4), in equal steps of longitude and latitude, the north first.
    alt
        What it shows in words.

    Returns
    -------
    MapParts
        The same pieces, with a script that lays the picture as soon as the map is there.
    """
    return replace(parts, script=_lay(picture, alt, f"{parts.script.removesuffix(';')}.map"))


def _project(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Take equal steps of latitude to those of the map (Mercator), down to where it ends."""
    rows = len(picture)
    top = np.arctanh(np.sin(np.radians(_NORTH)))
    y = top * (1.0 - 2.0 * (np.arange(2 * rows) + 0.5) / (2 * rows))
    lat = np.degrees(np.arcsin(np.tanh(y)))
    return np.asarray(picture[((90.0 - lat) * rows / 180.0).astype(np.int64)])
