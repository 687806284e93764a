"""Corridors as graphs of networkx, igraph and libpysal, and back."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geobri.cities import build_cities
from geobri.errors import MissingExtraError

__all__ = ["from_igraph", "from_networkx", "need_package", "to_igraph", "to_libpysal", "to_networkx"]


def need_package(package: str) -> Any:
    """Import what the extra `graphs` brings.

    Parameters
    ----------
    package
        ``networkx`` or ``igraph``.

    Returns
    -------
    module
        The package.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(
            f"geobri.exchange: needs {package}. Install it with: pip install 'geobri[graphs]'."
        ) from error


def _city_records(cities: gpd.GeoDataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(cities.drop(columns="geometry"))
    located = plain.assign(lon=cities.geometry.x, lat=cities.geometry.y).astype(object)
    return located.where(located.notna(), None)


def _pair_records(corridors: pd.DataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(corridors).drop(columns="geometry", errors="ignore").astype(object)
    return plain.where(plain.notna(), None)


def to_networkx(cities: gpd.GeoDataFrame, corridors: pd.DataFrame, *, directed: bool = False) -> Any:
    """Make a networkx graph: cities are nodes, corridors edges, all columns attributes.

    Parameters
    ----------
    cities, corridors
        The two tables of a study.
    directed
        Whether corridors run from origin to destination.

    Returns
    -------
    networkx.Graph or networkx.DiGraph
        Nodes carry `lon` and `lat`; missing values are None.

    Raises
    ------
    MissingExtraError
        If networkx is not installed.
    """
    networkx = need_package("networkx")
    graph = networkx.DiGraph() if directed else networkx.Graph()
    for city, values in _city_records(cities).to_dict("index").items():
        graph.add_node(city, **{str(name): value for name, value in values.items()})
    for corridor, values in _pair_records(corridors).to_dict("index").items():
        own = {str(name): value for name, value in values.items() if name not in ("origin", "destination")}
        graph.add_edge(values["origin"], values["destination"], corridor=corridor, **own)
    return graph


def from_networkx(graph: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read cities and pairs from a networkx graph.

    Parameters
    ----------
    graph
        Nodes need `lon` and `lat`; edges may carry any values.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        Cities (points), and pairs with `origin`, `destination` and the edge values.
    """
    nodes = pd.DataFrame([{"city": city, **values} for city, values in graph.nodes(data=True)])
    pairs = [
        {"origin": origin, "destination": end, **values} for origin, end, values in graph.edges(data=True)
    ]
    return build_cities(nodes, caller="from_networkx"), pd.DataFrame(pairs)


def to_igraph(cities: gpd.GeoDataFrame, corridors: pd.DataFrame, *, directed: bool = False) -> Any:
    """Make an igraph graph: cities are vertices (attribute `city`), corridors edges.

    Parameters
    ----------
    cities, corridors
        The two tables of a study.
    directed
        Whether corridors run from origin to destination.

    Returns
    -------
    igraph.Graph
        All columns are attributes; missing values are None.

    Raises
    ------
    MissingExtraError
        If igraph is not installed.
    """
    igraph = need_package("igraph")
    records, pairs = _city_records(cities), _pair_records(corridors)
    place = {city: at for at, city in enumerate(cities.index)}
    ends = list(zip(pairs["origin"].map(place), pairs["destination"].map(place), strict=True))
    graph = igraph.Graph(n=len(place), edges=ends, directed=directed)
    graph.vs["city"] = list(cities.index)
    for name in records.columns:
        graph.vs[name] = records[name].tolist()
    graph.es["corridor"] = list(corridors.index)
    for name in pairs.columns.drop(["origin", "destination"]):
        graph.es[name] = pairs[name].tolist()
    return graph


def from_igraph(graph: Any) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Read cities and pairs from an igraph graph.

    Parameters
    ----------
    graph
        Vertices need `city`, `lon` and `lat`.

    Returns
    -------
    tuple of geopandas.GeoDataFrame and pandas.DataFrame
        Cities (points), and pairs with `origin`, `destination` and the edge values.
    """
    vertices = pd.DataFrame({name: graph.vs[name] for name in graph.vs.attributes()})
    pairs = pd.DataFrame(
        {name: graph.es[name] for name in graph.es.attributes()}, index=range(graph.ecount())
    )
    slugs = vertices["city"].to_numpy(dtype=object)
    ends = np.array(graph.get_edgelist(), dtype=int).reshape(-1, 2)
    named = pairs.assign(origin=slugs[ends[:, 0]], destination=slugs[ends[:, 1]])
    return build_cities(vertices, caller="from_igraph"), named


def to_libpysal(cities: gpd.GeoDataFrame, corridors: pd.DataFrame, value: str) -> Any:
    """Make a libpysal Graph weighted by a value of the corridors.

    Parameters
    ----------
    cities, corridors
        The two tables of a study; undirected corridors count both ways.
    value
        Weight column; corridors without a value are no neighbours.

    Returns
    -------
    libpysal.graph.Graph
        Over all cities in their order; cities without corridor are isolates.
    """
    from libpysal.graph import Graph

    known = corridors[corridors[value].notna()]
    directed = corridors.index.astype(str).str.contains("->", regex=False).any()
    ends = [known[["origin", "destination"]].to_numpy(dtype=object)]
    if not directed:
        ends.append(ends[0][:, ::-1])
    weight = np.tile(known[value].to_numpy(dtype=float), len(ends))
    focal, neighbour = np.concatenate(ends).T if len(known) else (np.array([], dtype=object),) * 2
    alone = [city for city in cities.index if city not in set(focal)]
    frame = pd.DataFrame(
        {
            "focal": [*focal, *alone],
            "neighbor": [*neighbour, *alone],
            "weight": [*weight, *([0.0] * len(alone))],
        }
    )
    place = {city: at for at, city in enumerate(cities.index)}
    order = frame.assign(a=frame["focal"].map(place), b=frame["neighbor"].map(place)).sort_values(["a", "b"])
    return Graph.from_arrays(
        order["focal"].to_numpy(), order["neighbor"].to_numpy(), order["weight"].to_numpy()
    )
