"""Corridors: pairs of cities with their geodesic distance and great-circle line.

`build_corridors` takes all pairs, only the international ones, or the pairs of a table, and works on
whole columns: 131,328 corridors are drawn without a Python loop per corridor.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.errors import DataError, SchemaError, first_offenders, mould
from geobri.geodesy import distance_km, points_between
from geobri.great_circles import great_circle_lines
from geobri.notebooks import menu_of
from geobri.tables import CORRIDOR_COLUMNS, check_cities
from geobri.units import LONLAT_CRS

__all__ = [
    "PairSelection",
    "attach_values",
    "build_corridors",
    "build_pairs",
    "corridor_ids",
    "points_along",
    "tabulate_corridors",
]
__dir__ = menu_of(__all__)

PairSelection = Literal["all", "international"]
"""Which pairs of cities are meant: all, or those of two countries."""
COAST_PAIRS = ("inland-inland", "coast-inland", "coast-coast")
"""Types of corridor by how many of its ends are coastal."""


def corridor_ids(origins: pd.Series, destinations: pd.Series, *, directed: bool = False) -> pd.Index:
    """Name corridors by their ends, stable under row order.

    Parameters
    ----------
    origins, destinations
        City slugs of n pairs. Undirected pairs may stand either way round.
    directed
        Whether a corridor runs from origin to destination.

    Returns
    -------
    pandas.Index
        ``a--b`` with the slugs in alphabetical order, or ``a->b`` for directed pairs; named `corridor`.
    """
    left, right, labels = _code_ends(origins, destinations)
    if not directed:
        left, right = np.minimum(left, right), np.maximum(left, right)
    joined = labels[left] + ("->" if directed else "--") + labels[right]
    ids: pd.Index = pd.Index(list(joined), name="corridor", dtype=object)
    return ids


def order_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Turn undirected pairs so that the ends stand in alphabetical order.

    Parameters
    ----------
    pairs
        Table with the columns `origin` and `destination`.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns, ends exchanged where needed; categories stay categories.
    """
    one, other, labels = _code_ends(pairs["origin"], pairs["destination"])
    low, high = np.minimum(one, other), np.maximum(one, other)
    if isinstance(pairs["origin"].dtype, pd.CategoricalDtype):
        same = labels.tolist() == list(pairs["origin"].cat.categories)
        kept = pairs["origin"].dtype if same else pd.CategoricalDtype(pd.Index(labels, dtype="str"))
        ends = (pd.Categorical.from_codes(codes, dtype=kept) for codes in (low, high))
        return pairs.assign(**dict(zip(("origin", "destination"), ends, strict=True)))
    return pairs.assign(origin=labels[low], destination=labels[high])


def _code_ends(
    origins: pd.Series, destinations: pd.Series
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Give both ends as positions in the list of all labels in alphabetical order: a comparison a label, not a row."""
    ends, coded = (origins, destinations), []
    known = isinstance(origins.dtype, pd.CategoricalDtype) and origins.dtype == destinations.dtype
    for end in ends:
        codes, distinct = (
            (end.cat.codes.to_numpy(dtype=np.intp), end.cat.categories)
            if known and not any(one.hasnans for one in ends)
            else pd.factorize(end, use_na_sentinel=False)
        )
        coded.append((np.asarray(codes, dtype=np.intp), distinct))
    named = [np.array([str(one) for one in distinct], dtype=object) for _, distinct in coded]
    labels = np.array(sorted(set(chain(*named))), dtype=object)
    place = {label: at for at, label in enumerate(labels)}
    left, right = (
        np.array([place[label] for label in labels_of], dtype=np.intp)[codes]
        for (codes, _), labels_of in zip(coded, named, strict=True)
    )
    return left, right, labels


def build_pairs(
    cities: pd.DataFrame, *, which: PairSelection = "international", directed: bool = False
) -> pd.DataFrame:
    """Pair the cities.

    Parameters
    ----------
    cities
        One row per city, index `city`; `which="international"` needs `country`.
    which
        ``all`` pairs, or only those whose ends lie in different countries.
    directed
        Whether both directions count as a pair of their own.

    Returns
    -------
    pandas.DataFrame
        Columns `origin, destination`, index `corridor`; n (n - 1) / 2 rows for all undirected pairs.

    Raises
    ------
    SchemaError
        If `which` is unknown, or a country is missing where it decides.

    Examples
    --------
    >>> towns = pd.DataFrame({"country": ["SGP", "CHN", "CHN"]}, index=["singapore", "shanghai", "beijing"])
    >>> list(build_pairs(towns).index)
    ['beijing--singapore', 'shanghai--singapore']
    """
    if which not in ("all", "international"):
        raise SchemaError(
            mould(
                "build_pairs", "which must be 'all' or 'international'", repr(which), "Choose one of the two"
            )
        )
    slugs = np.sort(cities.index.to_numpy(dtype=object))
    rows, columns = (
        np.nonzero(~np.eye(len(slugs), dtype=bool)) if directed else np.triu_indices(len(slugs), k=1)
    )
    if which == "international":
        country = _countries(cities).reindex(slugs).to_numpy(dtype=object)
        abroad = country[rows] != country[columns]
        rows, columns = rows[abroad], columns[abroad]
    pairs = pd.DataFrame({"origin": slugs[rows], "destination": slugs[columns]})
    return pairs.set_index(corridor_ids(pairs["origin"], pairs["destination"], directed=directed))


def _countries(cities: pd.DataFrame) -> pd.Series:
    if "country" not in cities.columns:
        raise SchemaError(
            mould(
                "build_pairs",
                "international pairs need a column 'country'",
                f"{list(cities.columns)}",
                "Add it, or take which='all'",
            )
        )
    unknown = cities.index[cities["country"].isna()]
    if len(unknown):
        came = f"{len(unknown)} of {len(cities)} cities without: {first_offenders(unknown)}"
        raise SchemaError(
            mould(
                "build_pairs",
                "international pairs need every country",
                came,
                "Fill it in, or take which='all'",
            )
        )
    return cities["country"]


def build_corridors(
    cities: gpd.GeoDataFrame,
    *,
    pairs: pd.DataFrame | PairSelection = "international",
    directed: bool = False,
    step_deg: float = 1.5,
) -> gpd.GeoDataFrame:
    """Build corridors between cities: distance, line, pair of regions and type of coast.

    Parameters
    ----------
    cities
        Points in EPSG:4326, one row per city, index `city`.
    pairs
        ``international`` (default) or ``all`` pairs, or a table with `origin` and `destination`, whose
        further columns are kept. Doubled pairs are an error; undirected pairs may stand either way round.
    directed
        Whether a corridor runs from origin to destination.
    step_deg
        Longest arc between two vertices of a line, in degrees.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `corridor`; columns `origin, destination, distance_km` (WGS84 geodesic), `region_pair`,
        `coast_pair`, `geometry` (EPSG:4326, split at 180°), then whatever else stood in `pairs`.

    Raises
    ------
    SchemaError
        If cities break their contract, or a pair is doubled, joins a city with itself or an unknown city.
    DataError
        If two different cities of a pair stand at the same place.

    Examples
    --------
    >>> from geobri.cities import build_cities
    >>> towns = build_cities({"city": ["fiji", "samoa"], "country": ["FJI", "WSM"], "lon": [178.4, -171.8], "lat": [-18.1, -13.8]})
    >>> build_corridors(towns)["distance_km"].round(0).tolist()
    [1152.0]
    """
    built = tabulate_corridors(cities, pairs=pairs, directed=directed)
    origin = cities.index.get_indexer(pd.Index(built["origin"]))
    destination = cities.index.get_indexer(pd.Index(built["destination"]))
    lon, lat = cities.geometry.x.to_numpy(dtype=float), cities.geometry.y.to_numpy(dtype=float)
    ends = (lon[origin], lat[origin], lon[destination], lat[destination])
    lines = great_circle_lines(*ends, step_deg=step_deg)
    made = gpd.GeoDataFrame(built, geometry=gpd.GeoSeries(lines, index=built.index, crs=LONLAT_CRS))
    further = [name for name in built.columns if name not in CORRIDOR_COLUMNS]
    return made[[*CORRIDOR_COLUMNS, "geometry", *further]]


def tabulate_corridors(
    cities: gpd.GeoDataFrame, *, pairs: pd.DataFrame | PairSelection = "international", directed: bool = False
) -> pd.DataFrame:
    """Build corridors without their lines: what `build_corridors` gives and checks, for those who draw their own.

    Parameters
    ----------
    cities, pairs, directed
        As in `build_corridors`.

    Returns
    -------
    pandas.DataFrame
        Index `corridor`; columns `origin, destination, distance_km, region_pair, coast_pair`, then whatever else stood in `pairs`.

    Raises
    ------
    SchemaError
        If cities break their contract, or a pair is doubled, joins a city with itself or an unknown city.
    DataError
        If two different cities of a pair stand at the same place.
    """
    check_cities(cities, caller="build_corridors")
    given = (
        build_pairs(cities, which=pairs, directed=directed)
        if isinstance(pairs, str)
        else _check_pairs(pairs, cities, directed=directed)
    )
    built = describe_pairs(cities, given)
    _check_apart(built["distance_km"].to_numpy(), given.index)
    return built


def describe_pairs(cities: gpd.GeoDataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Say of each pair how far apart its cities are, and of which regions and coasts they are; without a line.

    Parameters
    ----------
    cities
        Points in EPSG:4326, one row per city, index `city`.
    pairs
        Table with `origin` and `destination`, both of them cities of the table; further columns are kept.

    Returns
    -------
    pandas.DataFrame
        The index of `pairs`; `origin, destination, distance_km` (WGS84 geodesic), `region_pair`, `coast_pair`, then
        whatever else stood in `pairs`.
    """
    origin = cities.index.get_indexer(pd.Index(pairs["origin"]))
    destination = cities.index.get_indexer(pd.Index(pairs["destination"]))
    lon, lat = cities.geometry.x.to_numpy(dtype=float), cities.geometry.y.to_numpy(dtype=float)
    described = pd.DataFrame(
        {
            "origin": pairs["origin"].to_numpy(dtype=object),
            "destination": pairs["destination"].to_numpy(dtype=object),
            "distance_km": distance_km(lon[origin], lat[origin], lon[destination], lat[destination]),
            "region_pair": _region_pairs(cities["region"], origin, destination),
            "coast_pair": _coast_pairs(cities["coastal"], origin, destination).array,
        },
        index=pairs.index,
    )
    return described.join(pairs.drop(columns=list(CORRIDOR_COLUMNS), errors="ignore"))


def _check_pairs(pairs: pd.DataFrame, cities: pd.DataFrame, *, directed: bool) -> pd.DataFrame:
    """Return the pairs with their ends as ids, once ends, doubles and loops are known to be sound."""
    missing = [name for name in ("origin", "destination") if name not in pairs.columns]
    if missing:
        raise SchemaError(
            mould(
                "build_corridors",
                "pairs need the columns 'origin' and 'destination'",
                f"{list(pairs.columns)}",
                f"Add {missing}",
            )
        )
    ends = pd.concat([pairs["origin"], pairs["destination"]])
    unknown = ends[~ends.isin(cities.index)].unique()
    if len(unknown):
        wanted, came = (
            "every end of a pair must be a city of the table",
            f"{len(unknown)} unknown: {first_offenders(unknown)}",
        )
        raise SchemaError(mould("build_corridors", wanted, came, "Add the cities, or correct the names"))
    own = pairs.loc[(pairs["origin"] == pairs["destination"]).to_numpy(), "origin"]
    if len(own):
        raise SchemaError(
            mould(
                "build_corridors",
                "a corridor joins two cities",
                f"pairs of one with itself: {first_offenders(own)}",
                "Drop them",
            )
        )
    ordered = pairs if directed else order_pairs(pairs)
    ids = corridor_ids(ordered["origin"], ordered["destination"], directed=directed)
    if ids.has_duplicates:
        doubled = ids[ids.duplicated()].unique()
        came = f"{len(doubled)} doubled: {first_offenders(doubled)}"
        raise SchemaError(
            mould(
                "build_corridors",
                "every pair must stand once",
                came,
                "Add their values up first, or pass directed=True",
            )
        )
    return ordered.set_index(ids)


def _check_apart(kilometres: npt.NDArray[np.floating], corridors: pd.Index) -> None:
    together = corridors[kilometres == 0]
    if len(together):
        came = f"{len(together)} pairs at one place: {first_offenders(together)}"
        raise DataError(
            mould(
                "build_corridors",
                "the two cities of a corridor must stand apart",
                came,
                "Merge coincident cities, or correct a coordinate",
            )
        )


def _region_pairs(
    region: pd.Series, origin: npt.NDArray[np.intp], destination: npt.NDArray[np.intp]
) -> npt.NDArray[np.object_]:
    """Regions of both ends in alphabetical order, missing where one is missing."""
    codes, labels = pd.factorize(region.astype(object), sort=True)
    low, high = np.minimum(codes[origin], codes[destination]), np.maximum(codes[origin], codes[destination])
    names = np.array([f"{a} / {b}" for a in labels for b in labels] + [None], dtype=object)
    unknown = low < 0
    found: npt.NDArray[np.object_] = names[np.where(unknown, names.size - 1, low * len(labels) + high)]
    return found


def _coast_pairs(
    coastal: pd.Series, origin: npt.NDArray[np.intp], destination: npt.NDArray[np.intp]
) -> pd.Series:
    known = coastal.notna().to_numpy(dtype=bool)
    flag = coastal.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    count = flag[origin].astype(np.int8) + flag[destination].astype(np.int8)
    codes = np.where(known[origin] & known[destination], count, -1).astype(np.int64)
    return pd.Series(
        np.array([*COAST_PAIRS, None], dtype=object)[codes], dtype=pd.CategoricalDtype(list(COAST_PAIRS))
    )


def points_along(
    cities: gpd.GeoDataFrame,
    corridors: pd.DataFrame,
    *,
    shares: Sequence[float] = (0.5,),
    every_km: float | None = None,
) -> gpd.GeoDataFrame:
    """Find midpoints of corridors, or other points along them.

    Parameters
    ----------
    cities
        Points in EPSG:4326, one row per city, index `city`.
    corridors
        Table with `origin` and `destination`, both of them cities of the table.
    shares
        How far along each corridor the points lie, from 0 (origin) to 1 (destination); the midpoint by default.
    every_km
        A point every so many kilometres instead, from the origin on, both ends included.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `corridor`, repeated where it has several points; `origin, destination, share, km` (from the origin), points in
        EPSG:4326 on the WGS84 geodesic.

    Raises
    ------
    SchemaError
        If an end is no city of the table, a share lies outside 0..1, or the distance between points is not above 0.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(index=["a", "b"], geometry=gpd.points_from_xy([0.0, 90.0], [0.0, 0.0]), crs=4326)
    >>> pair = pd.DataFrame({"origin": ["a"], "destination": ["b"]}, index=["a--b"])
    >>> middle = points_along(places, pair)
    >>> float(middle.geometry.x.iloc[0].round(6)), float(middle["km"].iloc[0].round())
    (45.0, 5009.0)
    """
    origin, destination = (
        cities.index.get_indexer(pd.Index(corridors[end])) for end in ("origin", "destination")
    )
    strangers = [
        str(city)
        for end, place in (("origin", origin), ("destination", destination))
        for city in corridors[end].to_numpy()[place < 0]
    ]
    if strangers or (every_km is not None and not every_km > 0):
        came = (
            f"no city {first_offenders(list(dict.fromkeys(strangers)))}"
            if strangers
            else f"every_km={every_km}"
        )
        wanted = "ends must be cities of the table, and points lie apart"
        raise SchemaError(mould("points_along", wanted, came, "Complete the cities, or leave every_km out"))
    lon, lat = cities.geometry.x.to_numpy(dtype=float), cities.geometry.y.to_numpy(dtype=float)
    ends = (lon[origin], lat[origin], lon[destination], lat[destination])
    whole = distance_km(*ends)
    parts = [
        np.asarray(shares, dtype=float)
        if every_km is None
        else np.append(np.arange(0.0, length, every_km) / length, 1.0)
        for length in whole
    ]
    row = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
    share = np.concatenate(parts) if parts else np.empty(0)
    x, y = points_between(ends[0][row], ends[1][row], ends[2][row], ends[3][row], share)
    table = {
        "origin": corridors["origin"].to_numpy(dtype=object)[row],
        "destination": corridors["destination"].to_numpy(dtype=object)[row],
        "share": share,
        "km": share * whole[row],
    }
    index = corridors.index[row].rename("corridor")
    return gpd.GeoDataFrame(table, index=index, geometry=gpd.points_from_xy(x, y), crs=LONLAT_CRS)


def attach_values(
    corridors: gpd.GeoDataFrame, values: pd.DataFrame, *, directed: bool = False
) -> gpd.GeoDataFrame:
    """Attach values of pairs (published ranks, scores) to corridors.

    Parameters
    ----------
    corridors
        As `build_corridors` gives them.
    values
        Table with `origin` and `destination` (either way round unless `directed`) and value columns.
    directed
        Whether the pairs run from origin to destination.

    Returns
    -------
    geopandas.GeoDataFrame
        The corridors with the value columns added; a corridor that `values` does not name has none.

    Raises
    ------
    SchemaError
        If a pair of `values` is doubled or is no corridor of the table.
    """
    ids = corridor_ids(values["origin"], values["destination"], directed=directed)
    unknown = ids[~ids.isin(corridors.index)]
    if len(unknown) or ids.has_duplicates:
        faulty = unknown if len(unknown) else ids[ids.duplicated()]
        wanted = "every pair of values must be a corridor, once"
        raise SchemaError(
            mould(
                "attach_values",
                wanted,
                f"{'unknown' if len(unknown) else 'doubled'}: {first_offenders(faulty)}",
                "Correct the pairs",
            )
        )
    further = values.drop(columns=["origin", "destination"]).set_index(ids)
    return corridors.join(further)
