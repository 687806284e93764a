"""A picture of the whole globe under the corridors of a map: shades of what is too much to be drawn line by line."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from branca.element import Element
from branca.utilities import write_png
from folium.raster_layers import ImageOverlay

from geobri.webmap.maps import CorridorMap
from geobri.webmap.page import OFFLINE_POLICY

__all__ = ["lay_picture", "to_png"]

_MERCATOR_LAT: Final = 85
"""The map ends there."""


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


def lay_picture(
    drawn: CorridorMap, picture: npt.NDArray[np.uint8], *, name: str, alt: str, offline: bool = True
) -> None:
    """Lay a picture of the globe on a map, as a layer of its own.

    Parameters
    ----------
    drawn
        The map; it is added to.
    picture
        Shape (180 k, 360 k, 4), in equal steps of longitude and latitude, the north first.
    name, alt
        What the layer is called, and what it shows in words.
    offline
        Whether the page stays under the policy that forbids every request; a picture needs none.
    """
    per_degree = len(picture) // 180
    kept = slice((90 - _MERCATOR_LAT) * per_degree, (90 + _MERCATOR_LAT) * per_degree)
    ImageOverlay(
        picture[kept], bounds=[[-_MERCATOR_LAT, -180], [_MERCATOR_LAT, 180]], mercator_project=True, name=name, alt=alt, pixelated=False,
    ).add_to(drawn)  # fmt: skip
    if offline:
        figure: Any = drawn.get_root()
        figure.header.add_child(Element(OFFLINE_POLICY), name="policy")
