"""Cities that stand on the same spot: merge them, and say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geobri.errors import SchemaError, mould
from geobri.geodesy import distance_km
from geobri.neighbours.nearest import pairs_within, read_points
from geobri.notebooks import Told

__all__ = ["MergeReport", "merge_coincident"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MergeReport(Told):
    """Which cities were taken together.

    Attributes
    ----------
    cities
        The merged table, one row per place.
    merged
        One row per city that went into another: index `city`, columns `merged_into`, `distance_km`.
    tolerance_km
        The distance up to which cities counted as one place.
    """

    cities: gpd.GeoDataFrame
    merged: pd.DataFrame
    tolerance_km: float

    def summary(self) -> str:
        """Say what was merged.

        Returns
        -------
        str
            One sentence.
        """
        if self.merged.empty:
            return f"No two of {len(self.cities)} cities lie within {self.tolerance_km:g} km of each other."
        into = ", ".join(f"{city} into {row}" for city, row in self.merged["merged_into"].items())
        return f"{len(self.merged)} cities within {self.tolerance_km:g} km of another were merged ({into}); {len(self.cities)} remain."


def _groups(cities: gpd.GeoDataFrame, tolerance_km: float) -> pd.Series:
    """Label of the city that each city goes into: the first by name among those that hang together."""
    first, second, _ = pairs_within(cities, tolerance_km)
    n = len(cities)
    _, component = connected_components(
        coo_array((np.ones(len(first)), (first, second)), shape=(n, n)), directed=False
    )
    labels = pd.Series(cities.index, index=cities.index)
    return labels.groupby(component, observed=True).transform(lambda group: min(group, key=str))


def _gather(cities: gpd.GeoDataFrame, into: pd.Series, numeric: str) -> gpd.GeoDataFrame:
    kept = cities.loc[into[into == cities.index].index].copy()
    columns = [
        name
        for name in cities.columns
        if pd.api.types.is_numeric_dtype(cities[name]) and not pd.api.types.is_bool_dtype(cities[name])
    ]
    if numeric != "first" and columns:
        gathered = cities[columns].groupby(into.to_numpy(), observed=True).agg(numeric)
        for name in columns:
            kept[name] = gathered.loc[kept.index, name]
    return kept


def merge_coincident(
    cities: gpd.GeoDataFrame, *, tolerance_km: float = 0.0, numeric: Literal["first", "mean", "sum"] = "mean"
) -> MergeReport:
    """Merge cities that stand on the same spot.

    Two cities at distance 0 have no inverse distance and are each other's nearest neighbour whatever the
    map says. Cities that hang together through steps of at most `tolerance_km` become one, which keeps the
    place, the label and the text columns of the first of them by label.

    Parameters
    ----------
    cities
        Points in EPSG:4326 with a unique index, n rows.
    tolerance_km
        Geodesic distance in km up to which cities are one place; 0 merges exact doubles only.
    numeric
        What becomes of numeric columns: the value of the first, the mean or the sum of all.

    Returns
    -------
    MergeReport
        The merged table and the list of what went where.

    Raises
    ------
    SchemaError
        If the table is not one of points in EPSG:4326, or `numeric` is unknown.
    """
    if numeric not in ("first", "mean", "sum"):
        raise SchemaError(
            mould("merge_coincident", "numeric must be 'first', 'mean' or 'sum'", repr(numeric), "Choose one")
        )
    points = read_points(cities, caller="merge_coincident")
    into = _groups(cities, tolerance_km)
    merged = _merge_rows(cities, into, points.lon, points.lat)
    return MergeReport(cities=_gather(cities, into, numeric), merged=merged, tolerance_km=tolerance_km)


def _merge_rows(cities: gpd.GeoDataFrame, into: pd.Series, lon: np.ndarray, lat: np.ndarray) -> pd.DataFrame:
    gone = np.flatnonzero((into != cities.index).to_numpy())
    target = cities.index.get_indexer(pd.Index(into.iloc[gone]))
    km = distance_km(lon[gone], lat[gone], lon[target], lat[target])
    index = pd.Index(cities.index[gone], name="city")
    return pd.DataFrame(
        {"merged_into": into.iloc[gone].to_numpy(), "distance_km": km}, index=index
    ).sort_index()
