"""Places in their net: the reach of a city in one flow, and hubs of several layers at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from geobri.errors import DataError, MissingExtraError, first_offenders, mould
from geobri.exchange.graphs import need_package
from geobri.measures import Measure
from geobri.study.model import Study
from geobri.study.pairs import rows_of
from geobri.study.questions import SEED

__all__ = ["find_hubs", "find_reach", "list_flows", "list_partners"]

_SMALL: Final = 150
"""Places up to which paths are counted here: igraph is faster beyond, but takes a second and matplotlib to load."""

_ROUNDING: Final = 1e-10
"""Share of its length by which a path may be longer than the shortest and still count as one."""


def list_flows(study: Study) -> list[Measure]:
    """List the measures of the pairs that add up: ranks and scores do not, and distances and costs are no flows.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    list of Measure
        In the order of the study.
    """
    return [one for one in study.shown("corridors") if one.adds_up]


def _flow(study: Study, column: str | None, caller: str) -> Measure:
    """Find a flow by its column; the first by default."""
    flows = list_flows(study)
    found = next((one for one in flows if column in (None, one.column)), None)
    if found is None:
        if not flows:
            came = f"'{study.name}' has none: ranks and scores of corridors are no amounts"
            raise DataError(
                mould(caller, "a study needs flows, amounts between pairs", came, "Add a table of flows")
            )
        wanted = f"a flow of '{study.name}' must be one of {', '.join(one.column for one in flows)}"
        raise DataError(mould(caller, wanted, repr(column), "Choose one"))
    return found


def _ends(study: Study, measure: Measure) -> pd.DataFrame:
    """List each pair with a flow once for either end: `city, partner, value, distance_km`."""
    pairs = rows_of(study, measure)
    known = pairs[pairs[measure.column].gt(0)]
    sides = [("origin", "destination"), ("destination", "origin")]
    columns = {"value": known[measure.column].astype(float), "distance_km": known["distance_km"]}
    return pd.concat(
        [pd.DataFrame({"city": known[one], "partner": known[other], **columns}) for one, other in sides],
        ignore_index=True,
    )


def list_partners(study: Study) -> pd.Series | None:
    """Count the partners of each city in any flow of a study.

    Parameters
    ----------
    study
        A loaded study.

    Returns
    -------
    pandas.Series or None
        Whole numbers for all cities; None where the study has no flows.
    """
    flows = list_flows(study)
    if not flows:
        return None
    ends = pd.concat([_ends(study, one)[["city", "partner"]] for one in flows]).drop_duplicates()
    return ends["city"].value_counts().reindex(study.cities.index).fillna(0).astype(int).rename("partners")


def find_reach(study: Study, flow: str | None = None, *, by: str = "region") -> pd.DataFrame:
    """Say how far a city reaches: how much of its flow stays in its region, and how far the rest goes.

    Parameters
    ----------
    study
        A study with flows.
    flow
        A flow of its corridors; the first by default.
    by
        Column of the cities that counts as their region.

    Returns
    -------
    pandas.DataFrame
        One row per city with a flow, the largest first: `name, name_zh`, the region, `partners`, `total` (both directions),
        `share_inside` of the flow with known regions, `mean_km` weighted by flow, `median_km` (half of the flow goes no
        farther), and `share_expected`, the share of its region in the totals of all its possible partners, for comparison.

    Raises
    ------
    DataError
        If the study has no such flow or column.
    """
    measure = _flow(study, flow, "find_reach")
    if by not in study.cities.columns:
        known = first_offenders(list(map(str, study.cities.columns)), most=12)
        raise DataError(
            mould("find_reach", f"regions must be a column of the cities: {known}", repr(by), "Choose one")
        )
    region = study.cities[by]
    ends = _ends(study, measure)
    ends["inside"] = ends["city"].map(region).eq(ends["partner"].map(region)).astype(float)
    ends.loc[ends["city"].map(region).isna() | ends["partner"].map(region).isna(), "inside"] = np.nan
    rows = {city: _reach_of(own) for city, own in ends.groupby("city", sort=False, observed=True)}
    if not rows:
        wanted = f"'{measure.column}' must have a pair with more than 0"
        raise DataError(mould("find_reach", wanted, "none", "Choose another flow"))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table["share_expected"] = _expected_inside(study, region, table["total"])
    shown = [name for name in ("name", "name_zh", by) if name in study.cities.columns]
    whole = pd.DataFrame(study.cities)[list(dict.fromkeys(shown))].join(table, how="inner")
    return whole.sort_values("total", ascending=False, kind="stable").rename_axis("city")


def _reach_of(own: pd.DataFrame) -> dict[str, float]:
    """Sum up the flows of one city."""
    value, far = own["value"], own["distance_km"]
    placed = own["inside"].notna()
    order = far.sort_values(kind="stable").index
    half = value[order].cumsum().ge(value.sum() / 2)
    return {
        "partners": own["partner"].nunique(),
        "total": float(value.sum()),
        "share_inside": float((value * own["inside"])[placed].sum() / value[placed].sum())
        if placed.any()
        else np.nan,
        "mean_km": float((value * far).sum() / value.sum()),
        "median_km": float(far.loc[half.index[half][0]]),
    }


def _expected_inside(study: Study, region: pd.Series, totals: pd.Series) -> pd.Series:
    """Give the share of each city's own region in the flows of all its possible partners: what no preference for the near would give."""
    own = region.reindex(totals.index)
    country = study.cities["country"].reindex(totals.index)
    apart = country if study.domain == "international" else pd.Series(totals.index, index=totals.index)
    apart = apart.where(
        apart.notna(), pd.Series(totals.index, index=totals.index)
    )  # of no country: only itself is no partner
    possible = totals[own.notna()].sum() - totals.where(own.notna(), 0.0).groupby(
        apart, observed=True
    ).transform("sum")
    inside = totals.groupby(own, observed=True).transform("sum") - totals.groupby(
        [own, apart], observed=True
    ).transform("sum")
    return (inside / possible).where(own.notna() & possible.gt(0))


def find_hubs(study: Study, layers: Sequence[str] | None = None, *, share: float = 0.1) -> pd.DataFrame:
    """Find the hubs of a net of several layers: one layer per flow.

    Parameters
    ----------
    study
        A study with flows.
    layers
        Flows to take; all by default.
    share
        Which share of the cities with a flow counts as hubs of a layer, by strength; those that share the last place count.

    Returns
    -------
    pandas.DataFrame
        One row per city, the widest hubs first: `name, name_zh`, of each layer ``degree_…`` (partners with a flow), ``strength_…``
        (sum of its flows, both directions) and ``hub_…``; then `hub_of` (layers in which it is a hub), `hub_share` of the
        layers, `degree` (partners in any layer), `betweenness` (share of the shortest paths between others that pass through
        it, where a path is short if its flows are strong) and `community`, numbered from the largest.

    Raises
    ------
    DataError
        If there is no flow, or no such one.
    MissingExtraError
        If networkx is not installed.

    Notes
    -----
    For betweenness and communities the layers are added up, each divided by its sum, so that no unit decides. The length of a
    link is the inverse of its flow (Opsahl, Agneessens and Skvoretz 2010, with exponent 1). Communities are those of Louvain
    (Blondel and others 2008) with a fixed seed.

    References
    ----------
    Opsahl, T., Agneessens, F. and Skvoretz, J. (2010). Node centrality in weighted networks. Social Networks 32(3), 245-251.
    https://doi.org/10.1016/j.socnet.2010.03.006
    Blondel, V. D., Guillaume, J.-L., Lambiotte, R. and Lefebvre, E. (2008). Fast unfolding of communities in large networks.
    Journal of Statistical Mechanics P10008. https://doi.org/10.1088/1742-5468/2008/10/P10008
    """
    if not 0 < share <= 1:
        raise DataError(
            mould("find_hubs", "share must be above 0 and at most 1", str(share), "Give 0.1 for a tenth")
        )
    wanted = [None] if layers is None else list(layers)
    measures = [_flow(study, column, "find_hubs") for column in wanted]
    if layers is None:
        measures = list_flows(study)
    ends = {one.column: _ends(study, one) for one in measures}
    cities = study.cities.index
    columns: dict[str, pd.Series] = {}
    for column, own in ends.items():
        grouped = own.groupby("city", observed=True)
        columns[f"degree_{column}"] = grouped["partner"].nunique().reindex(cities).fillna(0).astype(int)
        columns[f"strength_{column}"] = grouped["value"].sum().reindex(cities).fillna(0.0)
        columns[f"hub_{column}"] = _is_among_first(columns[f"strength_{column}"], share)
    table = pd.DataFrame(study.cities[["name", "name_zh"]]).join(pd.DataFrame(columns, index=cities))
    table["hub_of"] = table[[f"hub_{column}" for column in ends]].sum(axis=1)
    table["hub_share"] = table["hub_of"] / len(ends)
    table = table.join(_measure_net(study, list(ends.values())))
    return table.sort_values(["hub_of", "betweenness", "degree"], ascending=False, kind="stable").rename_axis(
        "city"
    )


def _is_among_first(strength: pd.Series, share: float) -> pd.Series:
    active = strength[strength > 0]
    if active.empty:
        return strength > 0
    most = max(int(np.ceil(share * len(active))), 1)
    least = float(active.nlargest(most).min())
    return strength >= least


def _measure_net(study: Study, layers: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Give partners, betweenness and community in the net of all layers together."""
    networkx = need_package("networkx")
    scaled = pd.concat(
        [one.assign(value=one["value"] / one["value"].sum()) if len(one) else one for one in layers]
    )
    links = scaled.groupby(["city", "partner"], as_index=False, observed=True)["value"].sum()
    once = links[links["city"].astype(str) < links["partner"].astype(str)]
    graph = networkx.Graph()
    graph.add_nodes_from(study.cities.index)
    graph.add_weighted_edges_from(once.itertuples(index=False, name=None))
    found = networkx.community.louvain_communities(graph, weight="weight", seed=SEED)
    linked = sorted(
        (sorted(map(str, group)) for group in found if len(group) > 1), key=lambda group: (-len(group), group)
    )
    community = {city: number for number, group in enumerate(linked, start=1) for city in group}
    return pd.DataFrame(
        {
            "degree": pd.Series(dict(graph.degree()), dtype=int),
            "betweenness": _betweenness(once, study.cities.index),
            "community": pd.Series(community, dtype="Int64").reindex(study.cities.index),
        }
    )


def _betweenness(links: pd.DataFrame, cities: pd.Index[Any]) -> pd.Series:
    """Give the share of shortest paths between the others of the net through each city; of a large net by igraph, where it is installed."""
    linked = cities[cities.isin(links["city"]) | cities.isin(links["partner"])]
    return _share_of_paths(links, linked).reindex(cities, fill_value=0.0)


def _share_of_paths(links: pd.DataFrame, cities: pd.Index[Any]) -> pd.Series:
    """Return the share of shortest paths through each city, a link as long as the inverse of its flow."""
    n = len(cities)
    start, end = (cities.get_indexer(pd.Index(links[side])) for side in ("city", "partner"))
    length = 1 / links["value"].to_numpy(dtype=float)
    pairs = (n - 1) * (n - 2) / 2
    through: npt.NDArray[np.float64] | None = None
    if n > _SMALL:
        with suppress(MissingExtraError):
            plain = need_package("igraph").Graph(n=n, edges=list(zip(start, end, strict=True)))
            through = np.asarray(plain.betweenness(weights=list(length), directed=False))
    if through is None:
        between = np.full((n, n), np.inf)
        between[start, end] = between[end, start] = length
        through = _count_paths_through(between)
    return pd.Series(through / pairs if pairs else through, index=cities)


def _count_paths_through(length: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Count the shortest paths through each place, each pair shared among its paths (Brandes 2001), from all starts at once.

    Paths count as equally short where they differ by rounding alone, as igraph has it.
    """
    n, rows = len(length), np.arange(len(length))
    # Of a dense matrix, scipy reads 0 as no link.
    far = dijkstra(np.where(np.isfinite(length), length, 0.0), directed=False)
    order = np.argsort(far, axis=1, kind="stable")
    reached = np.isfinite(np.take_along_axis(far, order, axis=1))

    def is_last_step(place: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Tell from where a shortest path of each start comes to its place."""
        here = far[rows, place][:, None]
        with np.errstate(invalid="ignore"):  # of places out of reach
            return np.asarray(np.abs(far + length[place] - here) <= _ROUNDING * here)

    # Each start reaches its places in its own order: forward, the paths to a place are those to the places before it.
    paths = np.eye(n)
    for step in range(1, n):
        on, place = reached[:, step], order[:, step]
        paths[rows[on], place[on]] = np.where(is_last_step(place), paths, 0.0).sum(axis=1)[on]
    # Back from the farthest, a place hands on to those before it what depends on it, and itself.
    depends = np.zeros((n, n))
    for step in range(n - 1, 0, -1):
        on, place = reached[:, step], order[:, step]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = paths / paths[rows, place][:, None] * (1 + depends[rows, place])[:, None]
        depends += np.where(is_last_step(place) & on[:, None], share, 0.0)
    depends[rows, rows] = 0.0  # a start lies at the end of its paths, not between
    return np.asarray(depends.sum(axis=0) / 2)  # every pair starts from either end
