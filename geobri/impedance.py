"""What separates two cities besides the straight line: the way by sea.

A city's port is the nearest one of its own country within reach; the way is the shortest path over searoute's marine network
between the two ports. It needs the extra `sea` (searoute, which ships the network and its ports and works offline). The great circle
needs no module of its own: it is `distance_km` of every corridor.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from geobri.arrays import FloatArray
from geobri.errors import DataError, MissingExtraError, SchemaError, first_offenders, mould
from geobri.gazetteer.countries import load_country_table
from geobri.geodesy import distance_km
from geobri.notebooks import menu_of

__all__ = ["PASSAGES", "assign_ports", "load_ports", "sea_distance_km", "sea_distance_matrix_km"]
__dir__ = menu_of(__all__)


PASSAGES = (
    "babalmandab",
    "bering",
    "bosporus",
    "chili",
    "dardanelles",
    "gibraltar",
    "malacca",
    "northwest",
    "ormuz",
    "panama",
    "south_africa",
    "suez",
    "sunda",
)
"""Passages of the marine network that can be closed."""

_DISSOLVED = {"ANEUX": "BES", "ANKRA": "BES", "ANPHI": "SXM", "AN": "CUW", "CS": "MNE"}
"""Countries of ports that are still filed under the Netherlands Antilles (AN) or Serbia and Montenegro (CS)."""

_FARTHEST_FROM_NETWORK_KM = 100.0
"""A port farther than this from the marine network is a river port that no sea-going path reaches."""


@dataclass(frozen=True, slots=True)
class _Network:
    lon: FloatArray
    lat: FloatArray
    start: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    length_km: FloatArray
    passage: npt.NDArray[np.object_]
    tree: KDTree


def load_ports(*, terminals_only: bool = False) -> gpd.GeoDataFrame:
    """Load the ports of searoute.

    Parameters
    ----------
    terminals_only
        Keep only ports marked as container terminals.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `port` (UN/LOCODE), columns `name, country` (ISO alpha-3)`, is_terminal, geometry` (Point, EPSG:4326), sorted by code.
        Ports of Eurostat's searoute, Apache-2.0.

    Raises
    ------
    MissingExtraError
        If searoute is not installed.
    """
    ports = _read_ports()
    return ports[ports["is_terminal"]].copy() if terminals_only else ports.copy()


def assign_ports(
    cities: gpd.GeoDataFrame,
    *,
    ports: gpd.GeoDataFrame | None = None,
    reach_km: float = 150.0,
    same_country: bool = True,
) -> pd.DataFrame:
    """Give each city its nearest port.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`, with `country` (ISO alpha-3) if `same_country`.
    ports
        As `load_ports` gives them, which is the default.
    reach_km
        Greatest geodesic distance from city to port, in km. 150 lets Beijing use Tianjin's port, and Cairo those of the canal.
    same_country
        Whether the port must lie in the city's country.

    Returns
    -------
    pandas.DataFrame
        Index `city`, columns `port` (code or missing), `port_name, port_km`.

    Raises
    ------
    DataError
        If the reach is negative.
    SchemaError
        If `cities` are not points in EPSG:4326, or lack `country`.
    MissingExtraError
        If searoute is needed and not installed.

    Notes
    -----
    Ports that no sea-going path reaches (farther than 100 km from the marine network) are left out beforehand.
    """
    _check_cities(cities, reach_km, same_country=same_country)
    known = _sea_ports() if ports is None else ports
    to_port = distance_km(
        cities.geometry.x.to_numpy()[:, None],
        cities.geometry.y.to_numpy()[:, None],
        known.geometry.x.to_numpy()[None, :],
        known.geometry.y.to_numpy()[None, :],
    )
    if same_country:
        abroad = cities["country"].to_numpy()[:, None] != known["country"].to_numpy()[None, :]
        to_port = np.where(abroad, np.inf, to_port)
    nearest = to_port.argmin(axis=1)
    port_km = to_port[np.arange(len(cities)), nearest]
    within = port_km <= reach_km
    assigned = pd.DataFrame(
        {"port": known.index[nearest], "port_name": known["name"].to_numpy()[nearest], "port_km": port_km}
    )
    assigned.loc[~within] = np.nan
    return assigned.set_index(cities.index)


def sea_distance_matrix_km(
    cities: gpd.GeoDataFrame,
    *,
    ports: gpd.GeoDataFrame | None = None,
    reach_km: float = 150.0,
    same_country: bool = True,
    closed: Iterable[str] = ("northwest",),
) -> pd.DataFrame:
    """Measure the way by sea between the ports of all cities.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`, n rows.
    ports, reach_km, same_country
        How a city gets its port, see `assign_ports`.
    closed
        Passages that may not be used: any of `PASSAGES`.

    Returns
    -------
    pandas.DataFrame
        Symmetric n x n matrix in km from port to port (the way from city to port is not in it); 0 on the diagonal and between cities that share
        a port, NaN where a city has no port or no path is open.

    Raises
    ------
    DataError
        If a passage is unknown or the reach negative.
    SchemaError
        If `cities` are not points in EPSG:4326, or lack `country`.
    MissingExtraError
        If searoute is not installed.

    Notes
    -----
    Shortest paths by Dijkstra over 9,700 nodes and 16,000 edges, with WGS84 lengths, plus the straight way from each port to its nearest node. The
    network is coarse: expect a few per cent against published port distances. It includes the Volga-Don waterway, so Baku is reached.
    """
    every = _sea_ports() if ports is None else ports
    port = assign_ports(cities, ports=every, reach_km=reach_km, same_country=same_country)["port"]
    used = every.loc[pd.Index(port.dropna().unique())]
    between = pd.DataFrame(_port_matrix_km(used, tuple(closed)), index=used.index, columns=used.index)
    row = used.index.get_indexer(pd.Index(port))
    matrix = np.full((len(cities), len(cities)), np.nan)
    has = row >= 0
    matrix[np.ix_(has, has)] = between.to_numpy()[np.ix_(row[has], row[has])]
    return pd.DataFrame(matrix, index=cities.index, columns=cities.index)


def sea_distance_km(corridors: pd.DataFrame, cities: gpd.GeoDataFrame, **choices: Any) -> pd.Series[float]:
    """Measure the way by sea along corridors.

    Parameters
    ----------
    corridors
        One row per pair with `origin` and `destination`, which are in the index of `cities`.
    cities
        Points in EPSG:4326, index `city`.
    **choices
        Passed on to `sea_distance_matrix_km`.

    Returns
    -------
    pandas.Series
        `sea_km` on the index of `corridors`; NaN where a city has no port.

    Raises
    ------
    SchemaError
        If a corridor ends in an unknown city.
    MissingExtraError
        If searoute is not installed.
    """
    ends = [cities.index.get_indexer(pd.Index(corridors[end])) for end in ("origin", "destination")]
    unknown = (ends[0] < 0) | (ends[1] < 0)
    if unknown.any():
        came = f"{int(unknown.sum())} corridors otherwise: {first_offenders(corridors.index[unknown])}"
        remedy = "Pass the cities the corridors were built from"
        raise SchemaError(mould("sea_distance_km", "both ends must be known cities", came, remedy))
    matrix = sea_distance_matrix_km(cities, **choices).to_numpy()
    return pd.Series(matrix[ends[0], ends[1]], index=corridors.index, name="sea_km")


def _check_cities(cities: gpd.GeoDataFrame, reach_km: float, *, same_country: bool) -> None:
    if not reach_km >= 0:
        raise DataError(
            mould("assign_ports", "reach_km must be 0 or more", repr(reach_km), "Give kilometres")
        )
    if cities.crs is None or not cities.crs.equals("EPSG:4326"):
        came = "no CRS" if cities.crs is None else f"CRS {cities.crs.to_string()}"
        raise SchemaError(mould("assign_ports", "cities must be in EPSG:4326", came, "Call to_crs(4326)"))
    if same_country and "country" not in cities.columns:
        came, remedy = f"columns {list(cities.columns)}", "Add it, or pass same_country=False"
        raise SchemaError(mould("assign_ports", "cities need a column 'country'", came, remedy))


def _graphs() -> tuple[Any, Any]:
    try:
        from searoute.searoute import setup_M, setup_P
    except ImportError as error:
        remedy = "Install it with: pip install 'geobri[sea]'"
        message = mould("impedance", "distances by sea need searoute", "no such package", remedy)
        raise MissingExtraError(message) from error
    return setup_M(), setup_P()


@functools.cache
def _read_ports() -> gpd.GeoDataFrame:
    """Read the ports of searoute, one point a port, with the country that holds it today."""
    _, graph = _graphs()
    rows = [
        (data["port"], data["name"], bool(data["t"]), lon, lat) for (lon, lat), data in graph.nodes(data=True)
    ]
    table = pd.DataFrame(rows, columns=["port", "name", "is_terminal", "lon", "lat"]).sort_values(
        ["port", "lon", "lat"]
    )
    table = table.drop_duplicates("port").set_index("port")
    countries = load_country_table()
    alpha3 = pd.Series(countries.index, index=countries["alpha2"])
    dissolved = [_DISSOLVED.get(code, _DISSOLVED.get(code[:2])) for code in table.index]
    today = alpha3.reindex(table.index.str[:2]).to_numpy(dtype=object)
    table.insert(1, "country", [now or here for now, here in zip(dissolved, today, strict=True)])
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points)


@functools.cache
def _read_network() -> _Network:
    """Read the sea lanes of searoute as arrays of nodes and edges, with a tree to find the nearest node."""
    graph, _ = _graphs()
    nodes = np.array(list(graph.nodes), dtype=float)
    number = {node: row for row, node in enumerate(graph.nodes)}
    edges = [
        (number[start], number[stop], data.get("passage")) for start, stop, data in graph.edges(data=True)
    ]
    start, stop = (np.array([edge[end] for edge in edges], dtype=np.int64) for end in (0, 1))
    lon, lat = np.mod(nodes[:, 0] + 180.0, 360.0) - 180.0, nodes[:, 1]  # searoute runs on past 180 degrees
    return _Network(
        lon=lon,
        lat=lat,
        start=start,
        stop=stop,
        length_km=distance_km(lon[start], lat[start], lon[stop], lat[stop]),
        passage=np.array([edge[2] for edge in edges], dtype=object),
        tree=KDTree(_unit_vectors(lon, lat)),
    )


def _unit_vectors(lon: FloatArray, lat: FloatArray) -> FloatArray:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _to_network(ports: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Nearest node of each port, and the way there in km."""
    network = _read_network()
    lon, lat = (np.asarray(degrees, dtype=np.float64) for degrees in (ports.geometry.x, ports.geometry.y))
    _, node = network.tree.query(_unit_vectors(lon, lat))
    nodes = np.asarray(node, dtype=np.int64)
    return nodes, distance_km(lon, lat, network.lon[nodes], network.lat[nodes])


def _sea_ports() -> gpd.GeoDataFrame:
    ports = _read_ports()
    return ports[_to_network(ports)[1] <= _FARTHEST_FROM_NETWORK_KM]


def _port_matrix_km(ports: gpd.GeoDataFrame, closed: tuple[str, ...]) -> FloatArray:
    """Return the shortest ways by sea between ports, with some passages closed."""
    unknown = sorted(set(closed) - set(PASSAGES))
    if unknown:
        wanted = "closed must name passages among " + ", ".join(PASSAGES)
        raise DataError(
            mould("sea_distance_matrix_km", wanted, first_offenders(unknown), "Correct the names")
        )
    network = _read_network()
    is_open = ~np.isin(network.passage.astype(str), closed)
    # A tiny length keeps the edges that join 180° and -180°, which have none and would vanish from a sparse matrix.
    lengths = np.maximum(network.length_km[is_open], 1e-9)
    size = (len(network.lon), len(network.lon))
    ends = (
        network.start[is_open].astype(np.int32),
        network.stop[is_open].astype(np.int32),
    )  # as old scipy wants them
    graph = csr_array((lengths, ends), shape=size)
    node, access_km = _to_network(ports)
    between = dijkstra(graph, directed=False, indices=node)[:, node]
    matrix = (between + between.T) / 2 + access_km[:, None] + access_km[None, :]
    matrix[~np.isfinite(matrix)] = np.nan
    np.fill_diagonal(matrix, 0.0)
    return np.asarray(matrix)
