"""Corridors, lists and city values with a known truth, for calibration and power.

The log flow of a pair is a constant, minus friction times a function of distance, plus levels of its two cities, plus
(optionally) a part that neither distance nor levels explain but cities share, plus noise of its own:

    log m_ij = c - b g(d_ij) + a_i + a_j + u_i u_j + e_ij

`noise` is the standard deviation of all that is not distance; `hubs` and `latent` are the shares of its variance that
levels and the shared part have. With hubs = 0.8 most of what looks like information of 195 pairs is that of 22 cities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import optimize

from geobri.corridors import build_pairs, corridor_ids
from geobri.errors import DataError, SchemaError, SpecificationError, mould
from geobri.geodesy import distance_matrix_km
from geobri.notebooks import menu_of
from geobri.stats.doors import checked
from geobri.stats.flows.forms import DecayForm, FormName, build_form
from geobri.stats.null import IntArray
from geobri.stats.results import FloatArray
from geobri.tables import check_points

__all__ = [
    "CorridorSimulator",
    "FlowName",
    "build_simulator",
    "place_cities",
    "simulate_corridors",
    "simulate_field",
    "simulate_top_list",
]
__dir__ = menu_of(__all__)

FlowName = Literal["counts", "continuous"]
"""Whether simulated flows are counts or continuous."""
LAND_BOX = (-10.0, -35.0, 140.0, 60.0)
"""West, south, east, north of the box in which made-up cities lie."""


@checked
def place_cities(n: int, *, rng: int | np.random.Generator | None = None) -> gpd.GeoDataFrame:
    """Make up cities, uniform by area in a box from Lisbon to Tokyo and from the Cape to Helsinki.

    Parameters
    ----------
    n
        Number of cities.
    rng
        Seed or generator.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `city` (``city-001`` …), `country` (each its own), `region` (west, east), points in EPSG:4326.
    """
    generator = np.random.default_rng(rng)
    west, south, east, north = LAND_BOX
    lon = generator.uniform(west, east, n)
    lat = np.degrees(
        np.arcsin(generator.uniform(math.sin(math.radians(south)), math.sin(math.radians(north)), n))
    )
    index = pd.Index([f"city-{k:03d}" for k in range(1, n + 1)], name="city")
    table = {"country": index.to_numpy(), "region": np.where(lon < (west + east) / 2, "west", "east")}
    return gpd.GeoDataFrame(table, index=index, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorridorSimulator:
    """Pairs and distances worked out once, to draw flows on many times.

    Attributes
    ----------
    frame
        `origin, destination, distance_km`, indexed by corridor.
    origin, destination
        Position of each end among the cities, shape (N,).
    n_cities
        Number of cities.
    directed
        Whether a pair and its reverse are two observations.
    km
        Distances between all cities, shape (n, n).
    """

    frame: pd.DataFrame
    origin: IntArray
    destination: IntArray
    n_cities: int
    directed: bool
    km: FloatArray

    def draw(
        self,
        *,
        friction: float = 1.0,
        form: FormName = "power",
        hubs: float = 0.4,
        noise: float = 1.0,
        reciprocity: float = 0.0,
        latent: float = 0.0,
        mean_flow: float = 100.0,
        zeros: float | None = None,
        overdispersion: float = 0.0,
        smooth_km: float = 0.0,
        flows: FlowName = "counts",
        rng: int | np.random.Generator | None = None,
    ) -> pd.DataFrame:
        """Draw one table of flows.

        Parameters
        ----------
        friction
            Parameter of the decay function; 0 for no decay.
        form
            Decay function with one parameter.
        hubs
            Share of the variance of log flow, apart from distance, that is due to levels of cities.
        noise
            Standard deviation of log flow, apart from distance.
        reciprocity
            Correlation of the noise of a pair and its reverse (directed pairs only).
        latent
            Share of that variance that cities share beyond levels (products of hidden traits).
        mean_flow
            Mean of the expected flows; without meaning where `zeros` is given.
        zeros
            Expected share of pairs without flow, above 0 and below 1; counts only.
        overdispersion
            Variance of a gamma factor of each pair, on top of `noise`: 1 makes counts exponentially scattered.
        smooth_km
            Levels of cities are alike among neighbours, with a correlation that falls to exp(-1) over so many km; 0: not at all.
        flows
            ``counts`` (Poisson around the expected flow, zeros occur) or ``continuous``.
        rng
            Seed or generator.

        Returns
        -------
        pandas.DataFrame
            `origin, destination, distance_km, flow, expected` (given distance and levels, without noise); what it was made
            with is in ``attrs["truth"]``.

        Raises
        ------
        SpecificationError
            If shares are negative or exceed 1 together, or a parameter is out of range.
        """
        _check_truth(hubs, latent, noise=noise, reciprocity=reciprocity, mean_flow=mean_flow)
        _check_counts(zeros, overdispersion, smooth_km, flows)
        generator = np.random.default_rng(rng)
        shape = build_form(
            form, self.frame["distance_km"].to_numpy(), label="distance_km", caller="simulate_corridors"
        )
        explained = self._decay(shape, friction) + noise * math.sqrt(hubs) * self._levels(
            generator, smooth_km
        )
        left = noise * math.sqrt(latent) * self._traits(generator)
        left = left + noise * math.sqrt(max(0.0, 1.0 - hubs - latent)) * self._own(generator, reciprocity)
        if overdispersion:
            scatter = generator.gamma(1.0 / overdispersion, overdispersion, len(left))
            left = left + np.log(np.maximum(scatter, np.finfo(float).tiny))
        constant = math.log(mean_flow) - math.log(float(np.exp(explained + left).mean()))
        if zeros is not None:
            constant = _constant_for(zeros, explained + left)
        expected = np.exp(constant + explained + left)
        flow = generator.poisson(expected).astype(np.float64) if flows == "counts" else expected
        made = self.frame.assign(flow=flow, expected=np.exp(constant + explained))
        made.attrs["truth"] = {
            "friction": friction,
            "form": form,
            "hubs": hubs,
            "noise": noise,
            "reciprocity": reciprocity,
            "latent": latent,
            "mean_flow": mean_flow,
            "zeros": zeros,
            "overdispersion": overdispersion,
            "smooth_km": smooth_km,
            "flows": flows,
        }
        return made

    def _decay(self, form: DecayForm, friction: float) -> FloatArray:
        if len(form.terms) > 1:
            remedy = "Take 'power', 'exponential', 'exponential-root', 'gaussian' or 'log-normal'"
            raise SpecificationError(
                mould("simulate_corridors", "form must have one parameter", form.name, remedy)
            )
        return form.log_decay(self.frame["distance_km"].to_numpy(), np.array([friction]))

    def _levels(self, rng: np.random.Generator, smooth_km: float) -> FloatArray:
        """Sum of two levels, with variance 1."""
        first = rng.normal(0, math.sqrt(0.5), self.n_cities)
        second = rng.normal(0, math.sqrt(0.5), self.n_cities) if self.directed else first
        if smooth_km:
            root = _root_of_likeness(np.exp(-self.km / smooth_km))
            first, second = root @ first, root @ second
        return np.asarray(first[self.origin] + second[self.destination])

    def _traits(self, rng: np.random.Generator) -> FloatArray:
        """Product of hidden traits, two of them, with variance 1."""
        traits = rng.normal(size=(2, self.n_cities)) / 2**0.25  # a product of two then has variance 1 / 2
        return np.asarray((traits[:, self.origin] * traits[:, self.destination]).sum(axis=0))

    def _own(self, rng: np.random.Generator, reciprocity: float) -> FloatArray:
        """Noise of each pair, with variance 1, correlated with that of its reverse."""
        size = (self.n_cities, self.n_cities)
        apart, common = rng.normal(size=size), rng.normal(size=size)
        common = np.triu(common) + np.triu(common, 1).T  # the same for a pair and its reverse
        share = abs(reciprocity)
        turned = np.where(self.origin < self.destination, 1.0, math.copysign(1.0, reciprocity))
        own = math.sqrt(1 - share) * apart[self.origin, self.destination]
        return np.asarray(own + turned * math.sqrt(share) * common[self.origin, self.destination])


def _check_truth(hubs: float, latent: float, **numbers: float) -> None:
    faults = []
    if hubs < 0 or latent < 0 or hubs + latent > 1:
        faults.append(f"shares hubs={hubs:g} and latent={latent:g}")
    if numbers["noise"] < 0 or not numbers["mean_flow"] > 0:
        faults.append(f"noise={numbers['noise']:g} and mean_flow={numbers['mean_flow']:g}")
    if not -1 <= numbers["reciprocity"] <= 1:
        faults.append(f"reciprocity={numbers['reciprocity']:g}")
    if faults:
        wanted = (
            "shares must lie in 0..1 and sum to at most 1, noise be at least 0, reciprocity a correlation"
        )
        raise SpecificationError(mould("simulate_corridors", wanted, "; ".join(faults), "Correct them"))


def _check_counts(zeros: float | None, overdispersion: float, smooth_km: float, flows: str) -> None:
    faults = []
    if zeros is not None and not (0 < zeros < 1 and flows == "counts"):
        faults.append(f"zeros={zeros:g} for {flows}")
    if overdispersion < 0 or smooth_km < 0:
        faults.append(f"overdispersion={overdispersion:g} and smooth_km={smooth_km:g}")
    if faults:
        wanted = (
            "zeros must lie between 0 and 1 and belong to counts, overdispersion and smooth_km be at least 0"
        )
        raise SpecificationError(mould("simulate_corridors", wanted, "; ".join(faults), "Correct them"))


def _constant_for(zeros: float, log_mean: FloatArray) -> float:
    """Find the constant with which Poisson counts are 0 in the share that is wanted."""

    def surplus(constant: float) -> float:
        return float(np.exp(-np.exp(np.minimum(constant + log_mean, 30.0))).mean()) - zeros

    low, high = -float(log_mean.max()) - 30.0, -float(log_mean.min()) + 30.0
    return float(optimize.brentq(surplus, low, high, xtol=1e-6))


def _root_of_likeness(likeness: FloatArray) -> FloatArray:
    """Give a matrix that turns independent numbers into numbers with these correlations."""
    values, vectors = np.linalg.eigh(likeness)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


@checked
def build_simulator(
    cities: gpd.GeoDataFrame | int, *, pairs: Literal["international", "all"] = "all", directed: bool = False
) -> CorridorSimulator:
    """Work out pairs and distances of cities.

    Parameters
    ----------
    cities
        Points in EPSG:4326, or how many cities to make up (with `place_cities`, always the same for the same number).
    pairs
        ``all``, or only ``international`` ones (needs `country`).
    directed
        Both directions of each pair.

    Returns
    -------
    CorridorSimulator
        Ready to draw.

    Raises
    ------
    DataError
        If cities coincide, or there are fewer than four.
    """
    places = place_cities(cities, rng=cities) if isinstance(cities, int) else cities
    if len(places) < 4:  # noqa: PLR2004 - fewer cannot be tested
        raise DataError(mould("build_simulator", "needs at least 4 cities", str(len(places)), "Add cities"))
    chosen = build_pairs(places, which=pairs, directed=directed)
    position = pd.Index(places.index)
    origin = position.get_indexer(pd.Index(chosen["origin"])).astype(np.intp)
    destination = position.get_indexer(pd.Index(chosen["destination"])).astype(np.intp)
    matrix = distance_matrix_km(places).to_numpy()
    km = matrix[origin, destination]
    if not (km > 0).all():
        came = f"{int((km == 0).sum())} pairs at 0 km"
        raise DataError(
            mould("build_simulator", "cities must lie apart", came, "Merge coincident cities first")
        )
    index = corridor_ids(chosen["origin"], chosen["destination"], directed=directed)
    frame = pd.DataFrame(
        {
            "origin": chosen["origin"].to_numpy(),
            "destination": chosen["destination"].to_numpy(),
            "distance_km": km,
        },
        index=index,
    )
    return CorridorSimulator(
        frame=frame,
        origin=origin,
        destination=destination,
        n_cities=len(places),
        directed=directed,
        km=matrix,
    )


@checked
def simulate_corridors(
    cities: gpd.GeoDataFrame | int,
    *,
    friction: float = 1.0,
    form: FormName = "power",
    hubs: float = 0.4,
    noise: float = 1.0,
    reciprocity: float = 0.0,
    latent: float = 0.0,
    mean_flow: float = 100.0,
    zeros: float | None = None,
    overdispersion: float = 0.0,
    smooth_km: float = 0.0,
    flows: FlowName = "counts",
    pairs: Literal["international", "all"] = "all",
    directed: bool = False,
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Make up flows between cities with a known truth.

    Parameters
    ----------
    cities
        Points in EPSG:4326, or how many cities to make up.
    friction, form
        Decay function with one parameter and its value; 0 for no decay.
    hubs
        Share of the variance of log flow, apart from distance, that is due to levels of cities, 0 to 1.
    noise
        Standard deviation of log flow, apart from distance.
    reciprocity
        Correlation of the noise of a pair and its reverse (directed pairs only).
    latent
        Share of that variance that cities share beyond levels.
    mean_flow
        Mean of the expected flows; without meaning where `zeros` is given.
    zeros
        Expected share of pairs without flow, above 0 and below 1; counts only.
    overdispersion
        Variance of a gamma factor of each pair, on top of `noise`: 1 makes counts exponentially scattered.
    smooth_km
        Levels of cities are alike among neighbours, with a correlation that falls to exp(-1) over so many km; 0: not at all.
    flows
        ``counts`` or ``continuous``.
    pairs
        ``all``, or only ``international`` ones (needs `country`).
    directed
        Both directions of each pair.
    rng
        Seed or generator.

    Returns
    -------
    pandas.DataFrame
        Indexed by corridor: `origin, destination, distance_km, flow, expected`; the truth is in ``attrs["truth"]``.
    """
    return build_simulator(cities, pairs=pairs, directed=directed).draw(
        friction=friction,
        form=form,
        hubs=hubs,
        noise=noise,
        reciprocity=reciprocity,
        latent=latent,
        mean_flow=mean_flow,
        zeros=zeros,
        overdispersion=overdispersion,
        smooth_km=smooth_km,
        flows=flows,
        rng=rng,
    )


@checked
def simulate_top_list(corridors: pd.DataFrame, *, flow: str = "flow", k: int = 10) -> pd.DataFrame:
    """Publish only the first ranks of simulated flows, as the reports do.

    Parameters
    ----------
    corridors
        Table with a column of flows.
    flow
        The column.
    k
        Length of the list.

    Returns
    -------
    pandas.DataFrame
        The table with a column `rank`, 1 to k and missing below; ties get the smallest rank.

    Raises
    ------
    SchemaError
        If there is no such column.
    """
    if flow not in corridors.columns:
        came = f"{list(corridors.columns)}"
        raise SchemaError(
            mould("simulate_top_list", f"corridors need a column {flow!r}", came, "Name another")
        )
    ranks = corridors[flow].rank(ascending=False, method="min")
    return corridors.assign(rank=ranks.where(ranks <= k))


@checked
def simulate_field(
    cities: gpd.GeoDataFrame,
    *,
    spatial: float = 0.5,
    range_km: float = 2000.0,
    shift: float = 0.0,
    group: str | None = None,
    rng: int | np.random.Generator | None = None,
) -> gpd.GeoDataFrame:
    """Make up one value per city, alike among neighbours and higher in a group.

    Parameters
    ----------
    cities
        Points in EPSG:4326.
    spatial
        Share of the variance that is alike among neighbours, 0 to 1.
    range_km
        Distance at which the likeness has fallen to exp(-1).
    shift
        Standard deviations by which the group is higher.
    group
        Column of truth values that marks the group; needed for a shift.
    rng
        Seed or generator.

    Returns
    -------
    geopandas.GeoDataFrame
        Copy of the cities with a column `value`.

    Raises
    ------
    SpecificationError
        If a parameter is out of range, or a shift has no group.
    SchemaError
        If there is no column of the group.
    """
    if not 0 <= spatial <= 1 or not range_km > 0 or (shift and group is None):
        came = f"spatial={spatial:g}, range_km={range_km:g}, shift={shift:g}, group={group!r}"
        wanted = "spatial must lie in 0..1, range_km be positive, and a shift have a group"
        raise SpecificationError(mould("simulate_field", wanted, came, "Correct them"))
    check_points(cities, caller="simulate_field")
    generator = np.random.default_rng(rng)
    if group is not None and group not in cities.columns:
        came = f"{list(cities.columns)}"
        raise SchemaError(mould("simulate_field", f"cities need a column {group!r}", came, "Name another"))
    likeness = spatial * np.exp(-distance_matrix_km(cities).to_numpy() / range_km)
    np.fill_diagonal(likeness, 1.0)
    field: Any = _root_of_likeness(likeness) @ generator.normal(size=len(cities))
    if group is not None:
        field = field + shift * cities[group].fillna(value=False).to_numpy(dtype=np.float64)
    made = cities.copy()
    made["value"] = field
    return made
