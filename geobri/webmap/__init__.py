"""The interactive map: one HTML file, no network, the same bytes each time."""

from geobri.measures import Measure
from geobri.notebooks import menu_of
from geobri.webmap.basemap import is_online
from geobri.webmap.config import MapChoices as MapChoices
from geobri.webmap.maps import CorridorMap, corridor_map, map_parts
from geobri.webmap.page import OFFLINE_POLICY, MapParts, join_heads
from geobri.webmap.saving import save_map

__all__ = [
    "OFFLINE_POLICY",
    "CorridorMap",
    "MapParts",
    "Measure",
    "corridor_map",
    "is_online",
    "join_heads",
    "map_parts",
    "save_map",
]
__dir__ = menu_of(__all__)
