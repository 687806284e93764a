"""Who is near whom on the ellipsoid: nearest cities, and libpysal graphs built from geodesic distances.

Candidates come from a tree of points on the auxiliary sphere, and every distance that decides is an
exact WGS84 geodesic. Graphs are handed to libpysal as finished weights, because its own builders measure
degrees or spherical radians.
"""

from geobri.neighbours.coincident import MergeReport, merge_coincident
from geobri.neighbours.graphs import (
    KERNELS,
    build_distance_band,
    build_inverse_distance,
    build_kernel,
    build_knn,
)
from geobri.neighbours.nearest import nearest_neighbours, neighbours_within, pairs_within
from geobri.neighbours.relations import build_corridor_weighted, build_same_region, build_shared_border
from geobri.neighbours.weights import graph_weights
from geobri.notebooks import menu_of

__all__ = [
    "KERNELS",
    "MergeReport",
    "build_corridor_weighted",
    "build_distance_band",
    "build_inverse_distance",
    "build_kernel",
    "build_knn",
    "build_same_region",
    "build_shared_border",
    "graph_weights",
    "merge_coincident",
    "nearest_neighbours",
    "neighbours_within",
    "pairs_within",
]
__dir__ = menu_of(__all__)
