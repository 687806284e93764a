"""Spatial graphs for libpysal, built from geodesic distances.

Every builder returns a `libpysal.graph.Graph` whose ids are the index of the table, in its order. A city
without neighbours is an island: it stays in the graph (as libpysal writes it: itself, weight 0), unless
`islands="attach"` joins it to its nearest city or `islands="error"` refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

import geopandas as gpd
import numpy as np

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.neighbours.nearest import (
    nearest_neighbours,
    neighbours_within,
    pairs_within,
    read_points,
)
from geobri.neighbours.weights import Joined, join_places, make_graph
from geobri.words import Words

__all__ = [
    "KERNELS",
    "build_distance_band",
    "build_inverse_distance",
    "build_kernel",
    "build_knn",
    "join_nearest",
]

Islands = Literal["keep", "attach", "error"]


def _gaussian(u: FloatArray) -> FloatArray:
    return np.exp(-0.5 * u**2)


def _exponential(u: FloatArray) -> FloatArray:
    return np.exp(-u)


def _triangular(u: FloatArray) -> FloatArray:
    return np.clip(1 - u, 0, None)


def _epanechnikov(u: FloatArray) -> FloatArray:
    return np.clip(0.75 * (1 - u**2), 0, None)


def _bisquare(u: FloatArray) -> FloatArray:
    return np.clip(1 - u**2, 0, None) ** 2


def _uniform(u: FloatArray) -> FloatArray:
    return np.where(u <= 1, 0.5, 0.0)


KERNELS: Final[dict[str, tuple[Callable[[FloatArray], FloatArray], float]]] = {
    "gaussian": (_gaussian, 3.0),
    "exponential": (_exponential, 6.0),
    "triangular": (_triangular, 1.0),
    "epanechnikov": (_epanechnikov, 1.0),
    "bisquare": (_bisquare, 1.0),
    "uniform": (_uniform, 1.0),
}
"""Kernel functions of u = distance / bandwidth, and the u beyond which a weight counts as 0."""


class _Links(NamedTuple):
    """Weighted links between rows: focal, neighbour and distance in km, each of shape (m,)."""

    focal: IntArray
    neighbour: IntArray
    km: FloatArray

    def __add__(self, other: tuple[Any, ...]) -> _Links:
        return _Links(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


def _both_ways(first: IntArray, second: IntArray, km: FloatArray) -> _Links:
    return _Links(first, second, km) + _Links(second, first, km)


def _treat_islands(cities: gpd.GeoDataFrame, links: _Links, *, islands: Islands, caller: str) -> _Links:
    """Keep, attach or refuse the cities that are no focal of `links`."""
    if islands not in ("keep", "attach", "error"):
        raise SchemaError(
            mould(caller, "islands must be 'keep', 'attach' or 'error'", repr(islands), "Choose one")
        )
    alone = np.setdiff1d(np.arange(len(cities)), links.focal)
    if islands == "keep" or alone.size == 0:
        return links
    if islands == "error":
        came = f"{alone.size} of {len(cities)} without any: {first_offenders(cities.index[alone])}"
        raise DataError(
            mould(
                caller,
                Words("every city must have a neighbour", "每座城市都须有邻居"),
                came,
                "Widen the reach, or pass islands='keep'",
            )
        )
    nearest, km = nearest_neighbours(cities, 1)
    ends = np.sort(np.column_stack([alone, nearest[alone, 0]]), axis=1)
    ends, place = np.unique(ends, axis=0, return_index=True)
    return links + _both_ways(ends[:, 0], ends[:, 1], km[alone[place], 0])


def _flat(positions: IntArray) -> tuple[IntArray, IntArray]:
    n, k = positions.shape
    return np.repeat(np.arange(n, dtype=np.int64), k), positions.ravel()


def build_knn(cities: gpd.GeoDataFrame, k: int = 8, *, symmetric: bool = False) -> Any:
    """Join every city to its k nearest by geodesic distance.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    k
        How many neighbours, 1 to n - 1. Ties are broken by label.
    symmetric
        Also join a city to those that have it among their k nearest.

    Returns
    -------
    libpysal.graph.Graph
        Weights of 1; n k of them unless `symmetric`.

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    DataError
        If k is not between 1 and n - 1.

    Examples
    --------
    >>> from geobri.neighbours import build_knn
    >>> import geopandas as gpd
    >>> ends = gpd.GeoDataFrame(index=["suva", "apia", "wake"], geometry=gpd.points_from_xy([178.4, -171.8, 166.6], [-18.1, -13.8, 19.3], crs=4326))
    >>> build_knn(ends, 1).adjacency.index.tolist()
    [('suva', 'apia'), ('apia', 'suva'), ('wake', 'suva')]
    """
    positions, _ = nearest_neighbours(cities, k)
    focal, neighbour = _flat(positions)
    if symmetric:
        pairs = np.unique(np.sort(np.column_stack([focal, neighbour]), axis=1), axis=0)
        focal, neighbour, _ = _both_ways(pairs[:, 0], pairs[:, 1], np.ones(len(pairs)))
    return make_graph(cities.index, focal, neighbour, np.ones(len(focal)))


def join_nearest(cities: gpd.GeoDataFrame, k: int) -> Joined:
    """Join every city to its k nearest, for tests of our own that read no more than the weights.

    Parameters
    ----------
    cities, k
        As for `build_knn`.

    Returns
    -------
    Joined
        The weights that `build_knn` gives.
    """
    focal, neighbour = _flat(nearest_neighbours(cities, k)[0])
    return join_places(cities.index, focal, neighbour, np.ones(len(focal)))


def build_distance_band(
    cities: gpd.GeoDataFrame, threshold_km: float, *, lower_km: float = 0.0, islands: Islands = "keep"
) -> Any:
    """Join the cities whose geodesic distance lies in a band.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    threshold_km
        Largest distance in km; a pair at exactly this distance belongs.
    lower_km
        Distance in km above which the band begins; a pair at exactly this distance does not belong,
        except that `lower_km=0` takes coincident cities in.
    islands
        What becomes of a city without neighbours: kept as an island, attached to its nearest, or an error.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, weights of 1.

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    DataError
        If the band is empty by definition, or a city is alone and `islands="error"`.

    Examples
    --------
    >>> from geobri.datasets import bri22
    >>> cities = bri22().cities
    >>> build_distance_band(cities, 2000).n
    22
    """
    if not 0 <= lower_km < threshold_km:
        came = f"lower_km={lower_km}, threshold_km={threshold_km}"
        raise DataError(
            mould("build_distance_band", "the band must have 0 <= lower_km < threshold_km", came, "Widen it")
        )
    first, second, km = pairs_within(cities, threshold_km)
    inside = (km > lower_km) | (lower_km == 0)
    links = _both_ways(first[inside], second[inside], km[inside])
    links = _treat_islands(cities, links, islands=islands, caller="build_distance_band")
    return make_graph(cities.index, links.focal, links.neighbour, np.ones(len(links.km)))


def build_inverse_distance(
    cities: gpd.GeoDataFrame, threshold_km: float, *, power: float = 1.0, islands: Islands = "keep"
) -> Any:
    """Join cities with a weight that falls with a power of the geodesic distance.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    threshold_km
        Distance in km beyond which the weight is 0; 20,004 km reaches every place on Earth.
    power
        Exponent of the distance, above 0.
    islands
        What becomes of a city without neighbours: kept as an island, attached to its nearest, or an error.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, weights in km to the power of minus `power`.

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326.
    DataError
        If cities coincide, or a city is alone and `islands="error"`.
    """
    first, second, km = pairs_within(cities, threshold_km)
    labels = read_points(cities, caller="build_inverse_distance").labels
    if not power > 0:
        raise DataError(
            mould("build_inverse_distance", "power must be above 0", f"{power}", "Give a positive exponent")
        )
    if (km == 0).any():
        came = first_offenders(
            f"{labels[a]} = {labels[b]}" for a, b in zip(first[km == 0], second[km == 0], strict=True)
        )
        raise DataError(
            mould(
                "build_inverse_distance",
                Words("cities must be apart", "城市不得重合"),
                came,
                "Call merge_coincident first",
            )
        )
    links = _both_ways(first, second, km)
    links = _treat_islands(cities, links, islands=islands, caller="build_inverse_distance")
    return make_graph(cities.index, links.focal, links.neighbour, links.km**-power)


def build_kernel(
    cities: gpd.GeoDataFrame,
    *,
    kernel: str = "gaussian",
    bandwidth_km: float | None = None,
    k: int | None = None,
    islands: Literal["keep", "error"] = "keep",
) -> Any:
    """Join cities with a weight that is a kernel of the geodesic distance.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    kernel
        One of `KERNELS`: gaussian, exponential, triangular, epanechnikov, bisquare, uniform.
    bandwidth_km
        Fixed bandwidth in km. Give this or `k`.
    k
        Adaptive bandwidth: each focal city uses the distance to its k-th nearest.
    islands
        What becomes of a city without neighbours: kept as an island, or an error. An adaptive bandwidth
        leaves none, unless the kernel is 0 at the bandwidth itself and all k are that far away.

    Returns
    -------
    libpysal.graph.Graph
        Weights K(s / bandwidth) without the diagonal; symmetric for a fixed bandwidth. The gaussian is cut
        at 3 bandwidths and the exponential at 6.

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326, or the kernel is unknown.
    DataError
        If not exactly one positive bandwidth is given, or a city is alone and `islands="error"`.
    """
    if kernel not in KERNELS:
        raise SchemaError(
            mould("build_kernel", f"kernel must be one of {', '.join(KERNELS)}", repr(kernel), "Choose one")
        )
    if (bandwidth_km is None) == (k is None) or (bandwidth_km is not None and not bandwidth_km > 0):
        came = f"bandwidth_km={bandwidth_km}, k={k}"
        raise DataError(
            mould("build_kernel", "give either bandwidth_km above 0 or k", came, "Leave the other one out")
        )
    function, reach = KERNELS[kernel]
    focal, neighbour, u = _scaled_distances(cities, reach, bandwidth_km, k)
    shown = function(u) > 0
    _treat_islands(
        cities, _Links(focal[shown], neighbour[shown], u[shown]), islands=islands, caller="build_kernel"
    )
    return make_graph(cities.index, focal, neighbour, function(u))


def _scaled_distances(
    cities: gpd.GeoDataFrame, reach: float, bandwidth_km: float | None, k: int | None
) -> tuple[IntArray, IntArray, FloatArray]:
    """Focal, neighbour and distance in bandwidths of the focal, for all pairs within the reach of the kernel."""
    if bandwidth_km is not None:
        first, second, km = pairs_within(cities, bandwidth_km * reach)
        focal, neighbour, both_km = _both_ways(first, second, km)
        return focal, neighbour, both_km / bandwidth_km
    _, nearest_km = nearest_neighbours(cities, int(k or 0))
    width = nearest_km[:, -1]
    if (width == 0).any():
        came = first_offenders(cities.index[width == 0])
        raise DataError(
            mould(
                "build_kernel",
                "the k-th neighbour must be apart",
                f"distance 0 at {came}",
                "Call merge_coincident, or raise k",
            )
        )
    focal, neighbour, km = neighbours_within(cities, width * reach)
    return focal, neighbour, km / width[focal]
