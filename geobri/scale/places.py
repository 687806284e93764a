"""The places of a study as arrays, and its flows as sorted lists: what every block of pairs is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geobri.arrays import FloatArray, IntArray
from geobri.errors import DataError, first_offenders, mould
from geobri.measures import Measure
from geobri.units import WGS84_ECCENTRICITY_SQUARED

__all__ = [
    "BANDS_KM",
    "DISTANCE",
    "FlowList",
    "Gravity",
    "PairDomain",
    "PairInputs",
    "build_inputs",
    "find_impedance",
    "list_flows",
]

PairDomain = Literal["all", "international"]

DISTANCE: Final = "distance_km"
"""The impedance of pairs that have no other."""

BANDS_KM: Final = (100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 12000.0)
"""Where one band of distance ends and the next begins."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowList:
    """One measure of pairs as a sorted list; pairs that are not in it are absent.

    Attributes
    ----------
    measure
        What it means.
    key
        Origin times n plus destination, ascending, shape (rows,).
    value
        Shape (rows,).
    absent
        What a pair without a row has: 0 or NaN.
    """

    measure: Measure
    key: IntArray
    value: FloatArray
    absent: float

    def within(self, first: int, stop: int, n: int) -> tuple[IntArray, IntArray, FloatArray]:
        """Find the rows of some origins.

        Parameters
        ----------
        first, stop
            The origins, half-open.
        n
            Number of cities.

        Returns
        -------
        tuple
            Origin, destination and value.
        """
        low, high = np.searchsorted(self.key, [first * n, stop * n])
        origin, destination = np.divmod(self.key[low:high], n)
        return origin, destination, self.value[low:high]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gravity:
    """A score of pairs without observed flows: mass times mass, falling with distance.

    Attributes
    ----------
    mass
        Column of the cities.
    friction
        Exponent of the impedance (``power``), or its rate (``exponential``): by 1,000 km of distance, or by one unit of a measure.
    form
        The decay function.
    impedance
        What separates two cities: their distance, or a measure of pairs such as hours or fares.
    """

    mass: str
    friction: float = 1.0
    form: Literal["power", "exponential"] = "power"
    impedance: str = DISTANCE

    def decay(self, impedance: FloatArray) -> FloatArray:
        """Give the share that is left at an impedance.

        Parameters
        ----------
        impedance
            Kilometres, or what the measure has, above 0.

        Returns
        -------
        numpy.ndarray
            The decay function, same shape.
        """
        if self.form == "exponential":
            return np.exp(impedance * (-self.friction / (1000.0 if self.impedance == DISTANCE else 1.0)))
        return np.reciprocal(impedance) if self.friction == 1.0 else impedance ** (-self.friction)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairInputs:
    """All that blocks of pairs are computed from; small enough to be sent to every worker.

    Attributes
    ----------
    slugs
        The n cities in alphabetical order, so that the origin of an undirected pair comes first in it.
    lon, lat
        Degrees, shape (n,).
    vector
        Unit vectors on the auxiliary sphere (reduced latitude), shape (3, n); the third row is the sine of the latitude.
    country, region
        Codes from 0, -1 where unknown, shape (n,).
    regions
        Names of the regions.
    coastal
        1, 0, or -1 where unknown, shape (n,).
    directed
        Whether both directions are pairs of their own.
    domain
        Whether pairs inside a country are left out.
    distance
        ``sphere``: the auxiliary sphere with the correction of Lambert; ``geodesic``: exact, and fifty times slower.
    edges_km
        Where bands of distance begin.
    mass, gravity
        Masses of the cities and the decay of their attraction; None without.
    flows
        The measures of pairs.
    """

    slugs: npt.NDArray[np.object_]
    lon: FloatArray
    lat: FloatArray
    vector: FloatArray
    country: IntArray
    region: IntArray
    regions: tuple[str, ...]
    coastal: IntArray
    directed: bool = False
    domain: PairDomain = "all"
    distance: Literal["sphere", "geodesic"] = "sphere"
    edges_km: tuple[float, ...] = BANDS_KM
    mass: FloatArray | None = None
    gravity: Gravity | None = None
    flows: tuple[FlowList, ...] = ()

    @property
    def n(self) -> int:
        """Number of cities."""
        return len(self.slugs)

    @property
    def nbytes(self) -> int:
        """What a worker holds of it, in bytes."""
        rows = sum(one.key.nbytes + one.value.nbytes for one in self.flows)
        return rows + self.vector.nbytes + 6 * self.lon.nbytes


def build_inputs(
    cities: gpd.GeoDataFrame,
    *,
    flows: pd.DataFrame | None = None,
    measures: tuple[Measure, ...] = (),
    directed: bool = False,
    domain: PairDomain = "all",
    distance: Literal["sphere", "geodesic"] = "sphere",
    edges_km: tuple[float, ...] = BANDS_KM,
    gravity: Gravity | None = None,
) -> PairInputs:
    """Turn tables into what blocks are computed from.

    Parameters
    ----------
    cities
        Points in EPSG:4326, index `city`, with `country, region, coastal` where these are known.
    flows
        Long table `indicator, origin, destination, value` of one year, without flows of a city with itself.
    measures
        What the indicators of `flows` mean.
    directed, domain
        Which pairs there are.
    distance
        How distances are measured.
    edges_km
        Where bands of distance begin, ascending.
    gravity
        A score from masses.

    Returns
    -------
    PairInputs
        Arrays in alphabetical order of the cities.

    Raises
    ------
    DataError
        If a mass is missing or not above 0, the bands do not ascend, or there is no such impedance.
    """
    if any(low >= high for low, high in pairwise(edges_km)) or not all(edges_km):
        raise DataError(
            mould("scale", "bands must ascend from above 0", repr(edges_km), "Write them as 100,500,2000")
        )
    ordered = cities.sort_index()
    lon, lat = (np.asarray(side, dtype=np.float64) for side in (ordered.geometry.x, ordered.geometry.y))
    region, regions = _codes(ordered, "region")
    listed = (
        ()
        if flows is None
        else tuple(list_flows(flows, one, ordered.index, directed=directed) for one in measures)
    )
    if gravity is not None and gravity.impedance != DISTANCE:
        find_impedance(listed, gravity.impedance, who="scale")
    return PairInputs(
        slugs=ordered.index.to_numpy(dtype=object),
        lon=lon,
        lat=lat,
        vector=_auxiliary(lon, lat),
        country=_codes(ordered, "country")[0],
        region=region,
        regions=regions,
        coastal=_flags(ordered),
        directed=directed,
        domain=domain,
        distance=distance,
        edges_km=tuple(map(float, edges_km)),
        mass=None if gravity is None else _masses(ordered, gravity.mass),
        gravity=gravity,
        flows=listed,
    )


def find_impedance(flows: tuple[FlowList, ...], name: str, *, who: str) -> FlowList:
    """Find the measure of pairs that separates them, and refuse one that cannot.

    Parameters
    ----------
    flows
        The measures of pairs.
    name
        Which one.
    who
        Who asks, for the message.

    Returns
    -------
    FlowList
        The measure; a pair without a row has no impedance, and is left out.

    Raises
    ------
    DataError
        If there is none of this name, a value is not above 0, or a pair without a row would have none to cross.
    """
    found = next((one for one in flows if one.measure.column == name), None)
    if found is None:
        came = f"{name!r}, and the study has {', '.join(one.measure.column for one in flows) or 'none'}"
        raise DataError(
            mould(who, "an impedance is distance_km or a measure of pairs", came, "Choose one of these")
        )
    low = int((found.value <= 0).sum())
    if low or found.absent == 0.0:
        came = f"{low} of {len(found.value)} values of 0 or less" if low else 'absent = "zero"'
        remedy = "Write what it takes to get there, and leave pairs that cannot be reached out"
        raise DataError(mould(who, f"the impedance '{name}' must be above 0 for every pair", came, remedy))
    return found


def _auxiliary(lon: FloatArray, lat: FloatArray) -> FloatArray:
    beta = np.arctan(np.sqrt(1.0 - WGS84_ECCENTRICITY_SQUARED) * np.tan(np.radians(lat)))
    lam = np.radians(lon)
    return np.ascontiguousarray([np.cos(beta) * np.cos(lam), np.cos(beta) * np.sin(lam), np.sin(beta)])


def _codes(cities: pd.DataFrame, column: str) -> tuple[IntArray, tuple[str, ...]]:
    if column not in cities.columns:
        return np.full(len(cities), -1, dtype=np.int64), ()
    codes, names = pd.factorize(cities[column].astype(object), sort=True)
    return codes.astype(np.int64), tuple(map(str, names))


def _flags(cities: pd.DataFrame) -> IntArray:
    if "coastal" not in cities.columns:
        return np.full(len(cities), -1, dtype=np.int64)
    flags = cities["coastal"].astype("boolean").astype("Int64")
    return np.asarray(flags.fillna(-1).to_numpy(dtype=np.int64))


def _masses(cities: pd.DataFrame, column: str) -> FloatArray:
    if column not in cities.columns:
        came = f"columns {', '.join(map(str, cities.columns))}"
        raise DataError(
            mould("scale", f"--mass names a column of the cities, got '{column}'", came, "Choose one")
        )
    mass = pd.to_numeric(cities[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = ~(mass > 0)
    if bad.any():
        came = f"{int(bad.sum())} of {len(mass)} otherwise: {first_offenders(cities.index[bad])}"
        raise DataError(
            mould(
                "scale", f"'{column}' must be above 0 for every city", came, "Fill it in, or drop the cities"
            )
        )
    return mass


def list_flows(flows: pd.DataFrame, measure: Measure, cities: pd.Index, *, directed: bool) -> FlowList:
    """Sort the rows of one measure by their pair; where pairs have no direction, both directions are added up.

    Parameters
    ----------
    flows
        Long table of one year.
    measure
        Which indicator, and what a pair without a row means.
    cities
        The cities in alphabetical order.
    directed
        Whether pairs have a direction.

    Returns
    -------
    FlowList
        One entry a pair; undirected measures stand on both directions of directed pairs.
    """
    rows = flows[(flows["indicator"].astype(str) == measure.column).to_numpy(dtype=bool)]
    ends = [
        cities.get_indexer(pd.Index(rows[end].astype(object))).astype(np.int64)
        for end in ("origin", "destination")
    ]
    value = pd.to_numeric(rows["value"]).to_numpy(dtype=float, na_value=np.nan)
    n, (one, other) = len(cities), ends
    if not (measure.directed and directed):
        one, other = np.minimum(*ends), np.maximum(*ends)
    key, first, place = np.unique(one * n + other, return_index=True, return_inverse=True)
    if measure.directed and not directed:  # both directions are added up, as in the table of corridors
        known = ~np.isnan(value)
        summed = np.bincount(place[known], value[known], len(key))
        value = np.where(np.bincount(place[known], minlength=len(key)) > 0, summed, np.nan)
    else:
        value = value[first]
    if directed and not measure.directed:
        back = key % n * n + key // n
        order = np.argsort(np.concatenate([key, back]), kind="stable")
        key, value = np.concatenate([key, back])[order], np.concatenate([value, value])[order]
    return FlowList(measure, key, value, 0.0 if measure.absent == "zero" else np.nan)
