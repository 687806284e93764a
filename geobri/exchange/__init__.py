"""In and out: layers for GIS, tables for flow maps, graphs for network packages, and back again."""

from __future__ import annotations

from geobri.exchange.flow_maps import from_flowmap, from_kepler, to_flowmap, to_kepler
from geobri.exchange.graphs import from_igraph, from_networkx, to_igraph, to_libpysal, to_networkx
from geobri.exchange.kepler_map import to_kepler_map
from geobri.exchange.layers import LAYER_FORMATS, read_layer, write_layer
from geobri.exchange.qgis_style import add_qgis_style
from geobri.notebooks import menu_of

__all__ = [
    "LAYER_FORMATS",
    "add_qgis_style",
    "from_flowmap",
    "from_igraph",
    "from_kepler",
    "from_networkx",
    "read_layer",
    "to_flowmap",
    "to_igraph",
    "to_kepler",
    "to_kepler_map",
    "to_libpysal",
    "to_networkx",
    "write_layer",
]
__dir__ = menu_of(__all__)
